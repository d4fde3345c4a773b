/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "tool-error.h"
#include "tool-file.h"
#include "tool-output.h"

#define LINE 64

static gboolean option_delta;
static int option_key_index = -1;
static int option_partition;
static char *option_form;
static char *option_out;

static const GOptionEntry options[] = {
  { "delta", 0, 0, G_OPTION_ARG_NONE, &option_delta, "The delta CRL", NULL },
  { "key-index", 0, 0, G_OPTION_ARG_INT, &option_key_index,
    "Of this key of the CA; the newest one without", "N" },
  { "partition", 0, 0, G_OPTION_ARG_INT, &option_partition, "Of this partition", "N" },
  { "form", 0, 0, G_OPTION_ARG_STRING, &option_form, "How to write it; pem without", "pem|der" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &option_out, "Where to write it", "FILE" },
  { NULL },
};

static GBytes *
to_pem (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  GString *text = g_string_new ("-----BEGIN X509 CRL-----\n");
  char *end;

  for (gsize i = 0; i < size; i += LINE / 4 * 3)
    {
      g_autofree char *line = g_base64_encode (data + i, MIN (size - i, LINE / 4 * 3));

      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  g_string_append (text, "-----END X509 CRL-----\n");
  size = text->len;
  end = g_string_free (text, FALSE);
  return g_bytes_new_take (end, size);
}

static gboolean
check_form (GError **error)
{
  if (option_form == NULL || strcmp (option_form, "pem") == 0 || strcmp (option_form, "der") == 0)
    return TRUE;
  tool_usage_error (error, "form: %s (pem or der)", option_form);
  return FALSE;
}

static void
print_record (Tool *tool, GBytes *crl, GBytes *written)
{
  g_autoptr (ToolRecord) record = tool_record_new ();
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, crl);
  g_autofree char *text = g_strndup (g_bytes_get_data (written, NULL), g_bytes_get_size (written));

  tool_record_add (record, "size", g_variant_new_int64 (g_bytes_get_size (crl)));
  tool_record_add_string (record, "sha256", digest);
  tool_record_add_string (record, "file", option_out);
  if (tool->json && option_out == NULL)
    tool_record_add_string (record, "crl", text);
  tool_record_print (record, tool);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertCa) ca = NULL;
  g_autoptr (GBytes) crl = NULL;
  g_autoptr (GBytes) written = NULL;
  gboolean to_stdout = option_out == NULL || strcmp (option_out, "-") == 0;

  if (!check_form (error))
    return TOOL_EXIT_USAGE;
  ca = icert_ca_open (tool->config, NULL, error);
  if (ca == NULL)
    return TOOL_EXIT_FAILED;
  crl = icert_ca_get_partition_crl (ca, option_key_index, option_partition, option_delta, NULL,
                                    error);
  if (crl == NULL)
    return TOOL_EXIT_FAILED;
  /* JSON is text */
  written = g_strcmp0 (option_form, "der") == 0 && !(tool->json && to_stdout) ? g_bytes_ref (crl)
                                                                              : to_pem (crl);
  if (!(tool->json && to_stdout) && !tool_write_file (option_out, written, error))
    return TOOL_EXIT_FAILED;
  if (tool->json || (!to_stdout && !tool->quiet))
    print_record (tool, crl, written);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_crl_get = {
  .name = "crl get",
  .summary = "Fetch the newest CRL of a CA",
  .example = "icert crl get --out ca.crl --form der",
  .examples = "icert crl get --delta\n"
              "  icert crl get --key-index 0 --partition 3 --out part3.pem",
  .options = options,
  .run = run,
};
