/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tool-error.h"
#include "tool-file.h"
#include "tool-output.h"

static char *option_dir;
static char *option_type;
static char *option_subject;
static char *option_key_type;
static char *option_validity;
static char *option_url;
static char *option_store;
static char *option_key_uri;
static gboolean option_dual_control;

static const GOptionEntry options[] = {
  { "dir", 'd', 0, G_OPTION_ARG_FILENAME, &option_dir,
    "Folder of the CA (default: $XDG_DATA_HOME/icert/NAME, of root /var/lib/icert/NAME); must not "
    "exist",
    "DIR" },
  { "type", 't', 0, G_OPTION_ARG_STRING, &option_type, "What to make (default: two-tier)",
    "two-tier|root|subordinate" },
  { "subject", 0, 0, G_OPTION_ARG_STRING, &option_subject,
    "Subject of the CA's certificate (default: CN=NAME CA)", "DN" },
  { "key-type", 0, 0, G_OPTION_ARG_STRING, &option_key_type, "Kind of the keys (default: ec-p256)",
    "ec-p256|ec-p384|rsa-2048|rsa-3072|rsa-4096|ed25519" },
  { "validity", 0, 0, G_OPTION_ARG_STRING, &option_validity, "Life of the CA's certificate, as 10y",
    "DURATION" },
  { "url", 0, 0, G_OPTION_ARG_STRING, &option_url,
    "Base of the CRL and issuer URLs in certificates", "URL" },
  { "store", 0, 0, G_OPTION_ARG_STRING, &option_store, "sqlite (default), or a URL", "STORE" },
  { "key-uri", 0, 0, G_OPTION_ARG_STRING, &option_key_uri, "Where the key is to be made", "URI" },
  { "dual-control", 0, 0, G_OPTION_ARG_NONE, &option_dual_control,
    "Changes need two administrators; fixed for the life of the CA", NULL },
  { NULL },
};

/* An engine that cannot do what was asked must not do something else. */
static gboolean
check_property (ICertSetup *setup, const char *property, const char *option, GError **error)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (setup), property) != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, option, "this engine does not take it");
  return FALSE;
}

static gboolean
set_text (ICertSetup *setup,
          const char *property,
          const char *option,
          const char *text,
          GError **error)
{
  if (text == NULL)
    return TRUE;
  if (!check_property (setup, property, option, error))
    return FALSE;
  g_object_set (setup, property, text, NULL);
  return TRUE;
}

static gboolean
set_type (ICertSetup *setup, GError **error)
{
  GEnumClass *types;
  const GEnumValue *type;
  int value;

  if (option_type == NULL)
    return TRUE;
  types = g_type_class_ref (ICERT_TYPE_SETUP_TYPE);
  type = g_enum_get_value_by_nick (types, option_type);
  value = type != NULL ? type->value : -1;
  g_type_class_unref (types);
  if (value < 0)
    {
      tool_usage_error (error, "--type: '%s' is none (two-tier, root or subordinate)", option_type);
      return FALSE;
    }
  g_object_set (setup, "type", value, NULL);
  return TRUE;
}

static gboolean
set_dual_control (ICertSetup *setup, GError **error)
{
  if (!option_dual_control)
    return TRUE;
  if (!check_property (setup, "dual-control", "--dual-control", error))
    return FALSE;
  g_object_set (setup, "dual-control", TRUE, NULL);
  return TRUE;
}

static gboolean
set_properties (ICertSetup *setup, const char *name, GError **error)
{
  /* the engine reads the folder later and elsewhere: what is relative is relative to here */
  g_autofree char *folder = option_dir != NULL ? g_canonicalize_filename (option_dir, NULL) : NULL;

  return set_text (setup, "name", "NAME", name, error)
         && set_text (setup, "folder", "--dir", folder, error) && set_type (setup, error)
         && set_text (setup, "subject", "--subject", option_subject, error)
         && set_text (setup, "key-type", "--key-type", option_key_type, error)
         && set_text (setup, "validity", "--validity", option_validity, error)
         && set_text (setup, "url", "--url", option_url, error)
         && set_text (setup, "store", "--store", option_store, error)
         && set_text (setup, "key-uri", "--key-uri", option_key_uri, error)
         && set_dual_control (setup, error);
}

/* The folder of the record whose config string is @config; NULL when it is not a local one. */
static char *
find_folder (const char *config)
{
  g_autoptr (ICertConfig) records = icert_config_open (NULL, NULL);
  g_autoptr (GListModel) list = records != NULL ? icert_config_list (records, NULL, NULL) : NULL;
  guint i;

  for (i = 0; list != NULL && i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ICertCaInfo) info = g_list_model_get_item (list, i);
      g_autofree char *its_config = icert_ca_info_get_config (info);
      g_autofree char *address = icert_ca_info_get_address (info);

      if (g_strcmp0 (its_config, config) == 0 && g_str_has_prefix (address, "local:"))
        return g_strdup (address + strlen ("local:"));
    }
  return NULL;
}

/* SHA-256 of the last certificate in a file of the folder: in the chain it is the root's. */
static char *
get_last_fingerprint (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, "certs", name, NULL);
  g_autoptr (GBytes) contents = tool_read_file (path, TOOL_FILE_LIMIT, NULL);
  g_autofree char *text = NULL;
  g_autofree guchar *der = NULL;
  char *begin, *end;
  gsize size;

  if (contents == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));
  begin = g_strrstr (text, "-----BEGIN CERTIFICATE-----");
  end = begin != NULL ? strstr (begin, "-----END") : NULL;
  if (end == NULL)
    return NULL;
  *end = '\0';
  der = g_base64_decode (begin + strlen ("-----BEGIN CERTIFICATE-----"), &size);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, size);
}

static void
add_file (ToolRecord *record, const char *name, const char *folder, const char *path)
{
  g_autofree char *whole = g_build_filename (folder, path, NULL);

  if (g_file_test (whole, G_FILE_TEST_EXISTS))
    tool_record_add_string (record, name, whole);
}

static void
add_next (ToolRecord *record, const char *config)
{
  static const char *const next[] = { "icert submit request.pem --profile WebServer",
                                      "icert view --where 'Disposition = pending'", NULL };
  static const char *const next_subordinate[]
      = { "icert install certificate.pem", "icert ca", NULL };

  tool_record_add (record, "next",
                   g_variant_new_strv (
                       g_strcmp0 (option_type, "subordinate") == 0 ? next_subordinate : next, -1));
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();
  g_autofree char *config = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *fingerprint = NULL;

  if (setup == NULL || !set_properties (setup, arguments[0], error))
    return TOOL_EXIT_FAILED;
  config = icert_setup_create (setup, NULL, error);
  if (config == NULL)
    return TOOL_EXIT_FAILED;

  tool_record_add_string (record, "config", config);
  folder = find_folder (config);
  if (folder != NULL)
    {
      fingerprint = get_last_fingerprint (folder, "chain.pem");
      if (fingerprint == NULL) /* a root has no chain */
        fingerprint = get_last_fingerprint (folder, "0.crt");
      tool_record_add_string (record, "folder", folder);
      tool_record_add_string (record, "root-sha256", fingerprint);
      add_file (record, "root", folder, "root");
      add_file (record, "root-certificate", folder, "root/certs/0.crt");
      add_file (record, "root-secret", folder, "root/keys/secret");
      add_file (record, "secret", folder, "keys/secret");
      add_file (record, "request", folder, "request.pem");
    }
  add_next (record, config);
  tool_record_print (record, tool);
  fflush (stdout);
  if (!tool->json && !tool->quiet && folder != NULL)
    g_printerr ("Keep the secrets apart from the keys; the root's folder may be moved offline.\n");
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_init = {
  .name = "init",
  .arguments = "NAME",
  .summary = "Make a CA, without asking anything",
  .example = "icert init Demo",
  .examples = "icert init Demo --dir /srv/ca --key-type ec-p384 --url http://ca.example.org\n"
              "  icert init Lab --type root --validity 5y\n"
              "  icert init Branch --type subordinate",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
