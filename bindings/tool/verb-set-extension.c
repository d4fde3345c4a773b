/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-file.h"
#include "tool-output.h"

static char *option_file;
static char *option_hex;
static gboolean option_critical;
static gboolean option_disable;

static const GOptionEntry options[] = {
  { "file", 'f', 0, G_OPTION_ARG_FILENAME, &option_file, "The value, DER (- is standard input)",
    "FILE" },
  { "hex", 'x', 0, G_OPTION_ARG_STRING, &option_hex, "The value, DER in hex", "HEX" },
  { "critical", 0, 0, G_OPTION_ARG_NONE, &option_critical, "Mark it critical", NULL },
  { "disable", 0, 0, G_OPTION_ARG_NONE, &option_disable,
    "Keep it in the row, out of the certificate", NULL },
  { NULL },
};

/* NULL without an error: none was given, and none is needed */
static GBytes *
read_value (GError **error)
{
  GBytes *value;

  if (option_file != NULL)
    return tool_read_file (option_file, TOOL_FILE_LIMIT, error);
  if (option_hex == NULL)
    return NULL;
  value = tool_parse_hex (option_hex);
  if (value == NULL)
    tool_usage_error (error, "--hex: '%s' is not hex (pairs of hex digits)", option_hex);
  return value;
}

static ICertExtensionFlags
get_flags (void)
{
  return (option_critical ? ICERT_EXTENSION_CRITICAL : ICERT_EXTENSION_NONE)
         | (option_disable ? ICERT_EXTENSION_DISABLE : ICERT_EXTENSION_NONE);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  gboolean given = option_file != NULL || option_hex != NULL;
  gint64 id;

  if (!tool_parse_id (arguments[0], &id, error))
    return TOOL_EXIT_USAGE;
  if ((option_file != NULL && option_hex != NULL) || (!given && !option_disable))
    {
      tool_usage_error (error, "value: give --file or --hex (one of them; --disable needs none)");
      return TOOL_EXIT_USAGE;
    }
  value = read_value (error);
  if (given && value == NULL)
    return TOOL_EXIT_FAILED;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL
      || !icert_admin_set_certificate_extension (admin, id, arguments[1], get_flags (), value, NULL,
                                                 error))
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "request-id", g_variant_new_int64 (id));
  tool_record_add_string (record, "extension", arguments[1]);
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_set_extension = {
  .name = "set-extension",
  .arguments = "ID OID",
  .summary = "As an officer: set an extension of a pending request",
  .example = "icert set-extension 7 1.3.6.1.5.5.7.1.24 --hex 3003020105",
  .examples = "icert set-extension 7 2.5.29.32 --file policies.der --critical\n"
              "  icert set-extension 7 2.5.29.37 --disable",
  .options = options,
  .min_arguments = 2,
  .max_arguments = 2,
  .run = run,
};
