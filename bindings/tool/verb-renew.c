/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-config.h"
#include "tool-output.h"

static gboolean option_same_key;
static char *option_key_type;
static char *option_validity;

static const GOptionEntry options[] = {
  { "same-key", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &option_same_key,
    "Another certificate for the newest key, instead of a new key", NULL },
  { "key-type", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &option_key_type,
    "Type of the new key (default: as before)",
    "ec-p256|ec-p384|rsa-2048|rsa-3072|rsa-4096|ed25519" },
  { "validity", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &option_validity,
    "How long a root's new certificate lives (default: as long as the newest)", "10y" },
  { NULL },
};

static void
add_certificate (ToolRecord *record, ICertCa *ca)
{
  g_autoptr (GBytes) certificate = icert_ca_get_certificate (ca, -1, NULL, NULL);
  g_autoptr (GVariant) version
      = icert_ca_get_property_value (ca, ICERT_CA_PROPERTY_CA_CERT_VERSION, -1, NULL, NULL);
  guint32 number = version != NULL ? (guint32) g_variant_get_int32 (version) : 0;
  g_autofree char *digest = NULL;

  if (certificate == NULL || version == NULL)
    return;
  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, certificate);
  tool_record_add (record, "certificate-index", g_variant_new_uint32 (number & 0xffff));
  tool_record_add (record, "key-index", g_variant_new_uint32 (number >> 16));
  tool_record_add_string (record, "sha256", digest);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *config = tool_dup_config (tool, error);
  g_autoptr (ICertSetup) setup = config != NULL ? icert_setup_open (NULL, error) : NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  g_autoptr (ICertCa) ca = NULL;
  g_autofree char *request = NULL;

  if (setup == NULL)
    return TOOL_EXIT_FAILED;
  if (option_key_type != NULL)
    g_object_set (setup, "key-type", option_key_type, NULL);
  if (option_validity != NULL)
    g_object_set (setup, "validity", option_validity, NULL);
  /* held open, or the engine would open twice */
  ca = icert_ca_open (config, NULL, error);
  if (ca == NULL || !icert_setup_renew (setup, config, option_same_key, NULL, error))
    return TOOL_EXIT_FAILED;
  g_object_get (setup, "request-file", &request, NULL);
  tool_record_add_string (record, "config", config);
  tool_record_add_string (record, "state", request != NULL ? "waiting" : "renewed");
  if (request != NULL)
    {
      tool_record_add_string (record, "request", request);
      tool_record_add_string (record, "next", "icert install certificate.pem");
    }
  else
    add_certificate (record, ca);
  if (!tool->quiet)
    tool_record_print (record, tool);
  return request != NULL ? TOOL_EXIT_PENDING : TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_renew = {
  .name = "renew",
  .summary = "Renew a CA, with a new key or the same",
  .example = "icert --config 'Demo CA' renew",
  .examples = "icert renew --same-key\n"
              "  icert --config 'Demo Root CA' renew --validity 20y",
  .options = options,
  .run = run,
};
