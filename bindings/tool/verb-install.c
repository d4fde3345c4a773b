/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-file.h"
#include "tool-output.h"

/* The setup needs a name; nobody else does. */
static char *
dup_config (Tool *tool, GError **error)
{
  g_autoptr (ICertConfig) records = NULL;

  if (tool->config != NULL)
    return g_strdup (tool->config);
  records = icert_config_open (NULL, error);
  return records != NULL
             ? icert_config_get_config (records, ICERT_CONFIG_CHOICE_DEFAULT, NULL, error)
             : NULL;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (GBytes) contents = tool_read_file (arguments[0], TOOL_FILE_LIMIT, error);
  g_autofree char *config = NULL;
  g_autoptr (ICertSetup) setup = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (contents == NULL)
    return TOOL_EXIT_FAILED;
  config = dup_config (tool, error);
  setup = config != NULL ? icert_setup_open (NULL, error) : NULL;
  if (setup == NULL || !icert_setup_install (setup, config, contents, NULL, error))
    return TOOL_EXIT_FAILED;
  tool_record_add_string (record, "config", config);
  tool_record_add_string (record, "state", "installed");
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_install = {
  .name = "install",
  .arguments = "FILE|-",
  .summary = "Complete a subordinate CA with its certificate",
  .example = "icert --config 'Branch CA' install certificate.pem",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
