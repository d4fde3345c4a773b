/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-file.h"
#include "tool-import.h"
#include "tool-output.h"

static gboolean option_foreign;
static gboolean option_existing;
static ToolImport ca;

static const GOptionEntry options[] = {
  { "foreign", 0, 0, G_OPTION_ARG_NONE, &option_foreign,
    "Also a certificate of another CA, where AllowForeign lets officers", NULL },
  { "existing-row", 0, 0, G_OPTION_ARG_NONE, &option_existing,
    "As the answer to the pending request with its key", NULL },
  { "from", 0, 0, G_OPTION_ARG_STRING, &ca.format,
    "Make a CA that goes on where the one at FILE ended: openssl-index, easy-rsa, xca or folder",
    "FORMAT" },
  { "name", 0, 0, G_OPTION_ARG_STRING, &ca.name,
    "With --from: name of the CA; default: the common name of its certificate", "NAME" },
  { "dir", 0, 0, G_OPTION_ARG_FILENAME, &ca.folder, "With --from: the folder to make", "DIR" },
  { "url", 0, 0, G_OPTION_ARG_STRING, &ca.url,
    "With --from: base of the URLs in certificates to come", "URL" },
  { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &ca.passphrase_file,
    "With --from: what opens its private key, a file for its owner alone", "FILE" },
  { "dual-control", 0, 0, G_OPTION_ARG_NONE, &ca.dual_control,
    "With --from: changes need two administrators", NULL },
  { NULL },
};

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  ICertImportFlags flags = ICERT_IMPORT_NONE;
  gint64 id;

  if (option_foreign && option_existing)
    {
      tool_usage_error (error, "arguments: --foreign and --existing-row (one of them)");
      return TOOL_EXIT_USAGE;
    }
  if (option_foreign)
    flags |= ICERT_IMPORT_ALLOW_FOREIGN;
  if (option_existing)
    flags |= ICERT_IMPORT_EXISTING_ROW;
  if (ca.format != NULL)
    return tool_import_ca (tool, &ca, arguments[0], error);
  certificate = tool_read_file (arguments[0], TOOL_FILE_LIMIT, error);
  if (certificate == NULL)
    return TOOL_EXIT_FAILED;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  id = icert_admin_import_certificate (admin, certificate, flags, NULL, error);
  if (id < 0)
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "request-id", g_variant_new_int64 (id));
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_import = {
  .name = "import",
  .arguments = "FILE",
  .summary = "As an officer: take in a certificate that this store does not know",
  .example = "icert import cert.pem",
  .examples = "icert import cert.pem --existing-row\n"
              "  icert import partner.pem --foreign\n"
              "  icert import --from openssl-index --name Old /etc/ssl/demoCA",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
