/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-grant.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *node = tool_grant_node (arguments[0]);
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = NULL;

  if (admin == NULL || !icert_admin_set_config_entry (admin, node, "", NULL, NULL, error))
    return TOOL_EXIT_FAILED;
  if (tool->quiet)
    return TOOL_EXIT_DONE;
  record = tool_record_new ();
  tool_record_add_string (record, "grant", arguments[0]);
  tool_record_add_string (record, "state", "removed");
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_grant_remove = {
  .name = "grant remove",
  .arguments = "GRANT",
  .summary = "Take a grant back",
  .example = "icert grant remove web",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
