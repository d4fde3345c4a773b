/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll-check.h"
#include "ca-enroll-files.h"
#include "ca-enroll-key.h"
#include "ca-enroll-pkcs12.h"
#include "ca-enroll-request.h"
#include "ca-enroll.h"

/* Stores what was checked: everything is staged, then the record says so (from there on there is no
 * way back, only forward), then the files take their names. */

static GPtrArray *
list_anchors (CaEnrollRecord *record, GPtrArray *others, GError **error)
{
  g_autoptr (GPtrArray) anchors = ca_enroll_certificates_new ();

  for (guint i = 0; i < record->trust->len; i++)
    if (!ca_enroll_certificates_add (anchors, record->trust->pdata[i], error))
      return NULL;
  if (anchors->len > 0)
    return g_steal_pointer (&anchors);
  if (others != NULL && others->len > 0)
    return g_ptr_array_ref (others);
  icert_set_error (error, ICERT_ERROR_CONFIG, "trust",
                   "nothing says whom to trust (the certificate of the CA that was asked)");
  return NULL;
}

static GPtrArray *
check (const CaEnrollPlan *plan,
       CaEnrollRecord *record,
       GPtrArray *certificates,
       GPtrArray *others,
       GError **error)
{
  g_autoptr (GPtrArray) anchors = list_anchors (record, others, error);
  g_autoptr (CaDecoded) request = NULL;
  g_autoptr (GBytes) subject = NULL;
  g_autoptr (GPtrArray) rdns = NULL;
  CaDecoded wanted;

  if (anchors == NULL)
    return NULL;
  request = ca_decode_request (record->request, ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_PKCS10,
                               error);
  if (request == NULL)
    return NULL;
  if (!ca_enroll_asks_anew (plan, record))
    return ca_enroll_check (request, certificates, anchors, error);
  subject = ca_enroll_subject (plan->subject, error);
  rdns = subject != NULL ? ca_name_decode (subject, error) : NULL;
  if (rdns == NULL)
    return NULL;
  /* the key of the request, and the names that are asked for now */
  wanted = *request;
  wanted.rdns = rdns;
  wanted.names = plan->names;
  return ca_enroll_check (&wanted, certificates, anchors, error);
}

/* The private key on the disk, when it can be opened: what is stored beside it must be its own. An
 * encrypted one without its passphrase is left alone when nothing needs it; the key of the request
 * is its public half. */
static gboolean
open_key (const CaEnrollPlan *plan,
          CaEnrollRecord *record,
          X509 *certificate,
          EVP_PKEY **key,
          GError **error)
{
  gboolean staged = record->renewal && !record->same_key;
  g_autofree char *path = staged ? ca_enroll_staged (plan->key_file) : g_strdup (plan->key_file);
  g_autoptr (GError) local_error = NULL;

  *key = ca_enroll_key_load (path, plan->passphrase, &local_error);
  if (*key == NULL && plan->passphrase == NULL && record->pkcs12_file == NULL
      && g_error_matches (local_error, ICERT_ERROR, ICERT_ERROR_KEY_UNAVAILABLE))
    return TRUE;
  if (*key == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (EVP_PKEY_eq (X509_get0_pubkey (certificate), *key) == 1)
    return TRUE;
  g_clear_pointer (key, EVP_PKEY_free);
  icert_set_error (error, ICERT_ERROR_CONFLICT, "key-file",
                   "is not the key of the certificate (the one the request was made with)");
  return FALSE;
}

static void
append_pem (GString *text, X509 *certificate)
{
  g_autoptr (GBytes) der = ca_enroll_certificate_encode (certificate);
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  g_autofree char *base64 = g_base64_encode (data, size);

  g_string_append (text, "-----BEGIN CERTIFICATE-----\n");
  for (const char *line = base64; *line != '\0'; line += MIN (strlen (line), 64))
    g_string_append_printf (text, "%.64s\n", line);
  g_string_append (text, "-----END CERTIFICATE-----\n");
}

/* the first @n certificates of @chain */
static gboolean
stage_pem (const char *path, GPtrArray *chain, guint n, const char *field, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (n, chain->len); i++)
    append_pem (text, chain->pdata[i]);
  return ca_enroll_file_stage (path, text->str, text->len, CA_ENROLL_PUBLIC, field, error);
}

static gboolean
stage_pkcs12 (const CaEnrollPlan *plan,
              const char *path,
              EVP_PKEY *key,
              GPtrArray *chain,
              GError **error)
{
  g_autoptr (GBytes) file = ca_enroll_pkcs12 (key, chain, plan->passphrase, error);

  return file != NULL
         && ca_enroll_file_stage (path, g_bytes_get_data (file, NULL), g_bytes_get_size (file),
                                  CA_ENROLL_SECRET, "pkcs12-file", error);
}

static void
unstage (CaEnrollRecord *record)
{
  const char *const paths[] = { record->certificate_file, record->chain_file, record->pkcs12_file };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    if (paths[i] != NULL)
      ca_enroll_file_unstage (paths[i]);
}

static gboolean
stage (const CaEnrollPlan *plan,
       CaEnrollRecord *record,
       EVP_PKEY *key,
       GPtrArray *chain,
       GError **error)
{
  if (stage_pem (record->certificate_file, chain, 1, "certificate-file", error)
      && (record->chain_file == NULL
          || stage_pem (record->chain_file, chain, chain->len, "chain-file", error))
      && (record->pkcs12_file == NULL
          || stage_pkcs12 (plan, record->pkcs12_file, key, chain, error)))
    return TRUE;
  unstage (record);
  return FALSE;
}

/* A first enrolment takes names that are free: said before the point of no return. */
static gboolean
check_free (CaEnrollRecord *record, GError **error)
{
  const struct
  {
    const char *path;
    const char *field;
  } files[] = { { record->certificate_file, "certificate-file" },
                { record->chain_file, "chain-file" },
                { record->pkcs12_file, "pkcs12-file" } };

  if (record->certificate_file == NULL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "certificate-file",
                       "none was given (where the certificate goes)");
      return FALSE;
    }
  for (gsize i = 0; !record->renewal && i < G_N_ELEMENTS (files); i++)
    if (files[i].path != NULL && ca_enroll_file_exists (files[i].path))
      {
        icert_set_error (error, ICERT_ERROR_CONFLICT, files[i].field,
                         "is there already (a new name)");
        return FALSE;
      }
  return TRUE;
}

gboolean
ca_enroll_roll_forward (const char *key_file, CaEnrollRecord *record, GError **error)
{
  gboolean replace = record->renewal;

  if (!record->installing)
    return TRUE;
  if (record->renewal && !record->same_key
      && !ca_enroll_file_put (key_file, TRUE, "key-file", error))
    return FALSE;
  if (!ca_enroll_file_put (record->certificate_file, replace, "certificate-file", error)
      || (record->chain_file != NULL
          && !ca_enroll_file_put (record->chain_file, replace, "chain-file", error))
      || (record->pkcs12_file != NULL
          && !ca_enroll_file_put (record->pkcs12_file, replace, "pkcs12-file", error)))
    return FALSE;
  record->installed = TRUE;
  ca_enroll_record_drop_request (record);
  return ca_enroll_record_save (record, error);
}

gboolean
ca_enroll_install (const CaEnrollPlan *plan,
                   CaEnrollRecord *record,
                   GPtrArray *certificates,
                   GPtrArray *anchors,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  if (!ca_enroll_adopt (plan, record, error) || !check_free (record, error))
    return FALSE;
  chain = check (plan, record, certificates, anchors, error);
  if (chain == NULL || !open_key (plan, record, chain->pdata[0], &key, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error)
      || !stage (plan, record, key, chain, error))
    return FALSE;
  record->installing = TRUE;
  return ca_enroll_record_save (record, error)
         && ca_enroll_roll_forward (plan->key_file, record, error);
}
