/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-config.h"
#include "tool-file.h"
#include "tool-output.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (GBytes) contents = tool_read_file (arguments[0], TOOL_FILE_LIMIT, error);
  g_autofree char *config = NULL;
  g_autoptr (ICertSetup) setup = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (contents == NULL)
    return TOOL_EXIT_FAILED;
  config = tool_dup_config (tool, error);
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
  .examples = "icert --config 'Branch CA' install chain.p7b",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
