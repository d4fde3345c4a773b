/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (admin == NULL || !icert_admin_unrevoke (admin, arguments[0], NULL, error))
    return TOOL_EXIT_FAILED;
  tool_record_add_string (record, "serial", arguments[0]);
  tool_record_add_string (record, "disposition", "issued");
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_unrevoke = {
  .name = "unrevoke",
  .arguments = "SERIAL",
  .summary = "As an officer: release a certificate from hold",
  .example = "icert unrevoke 01:9a:0c",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
