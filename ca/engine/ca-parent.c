/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-parent.h"

static char *
root_folder (const char *folder)
{
  return g_build_filename (folder, "root", NULL);
}

gboolean
ca_parent_is_here (const char *folder)
{
  g_autofree char *config = g_build_filename (folder, "root", "ca.conf", NULL);

  return g_file_test (config, G_FILE_TEST_IS_REGULAR);
}

CaEngine *
ca_parent_open (const char *folder, GError **error)
{
  g_autofree char *root = root_folder (folder);

  return ca_engine_open (root, FALSE, error);
}

gboolean
ca_parent_needs_two (CaEngine *root)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (root);

  return facts->config->dual_control;
}

/* An answer that has no certificate is an error of the ceremony. */
static GBytes *
certificate_of (ICertResponse *response, GError **error)
{
  g_autofree char *message = NULL;

  if (icert_response_get_disposition (response) == ICERT_DISPOSITION_ISSUED)
    return icert_response_get_certificate (response, ICERT_OUTPUT_BINARY, error);
  if (!icert_response_check_status (response, error))
    return NULL;
  message = icert_response_get_message (response);
  icert_set_error (error, ICERT_ERROR_DENIED, "root", "did not issue the certificate: %s (Issued)",
                   message);
  return NULL;
}

/* Submit, and approve as the officer of the ceremony. */
static GBytes *
ask (CaEngine *root, CaCaller *caller, GBytes *request, GError **error)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  CaSubmission submission = { .caller = caller,
                              .request = request,
                              .encoding = ICERT_ENCODING_BINARY,
                              .format = ICERT_REQUEST_FORMAT_PKCS10,
                              .attributes = attributes };
  g_autoptr (ICertResponse) response = NULL;
  gint64 id;

  g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) "SubCA");
  response = ca_engine_submit_wait (root, &submission, error);
  if (response == NULL)
    return NULL;
  if (icert_response_get_disposition (response) == ICERT_DISPOSITION_UNDER_SUBMISSION)
    {
      id = icert_response_get_request_id (response);
      g_clear_object (&response);
      response = ca_engine_resubmit_wait (root, caller, id, 0, error);
      if (response == NULL)
        return NULL;
    }
  return certificate_of (response, error);
}

GBytes *
ca_parent_certify (CaEngine *root, CaDoor door, GBytes *request, GPtrArray **chain, GError **error)
{
  g_autoptr (CaCaller) caller = ca_caller_new_local (door);
  g_autoptr (GBytes) certificate = ask (root, caller, request, error);
  g_autoptr (CaFacts) facts = NULL;
  CaIssuer *issuer;

  if (certificate == NULL)
    return NULL;
  facts = ca_engine_ref_facts (root);
  issuer = ca_facts_get_issuer (facts, error);
  if (issuer == NULL)
    return NULL;
  *chain = g_ptr_array_ref (issuer->chain);
  return g_steal_pointer (&certificate);
}
