/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"
#include "tool-view.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  const ToolViewTable *table = tool_view_find_table (arguments[0], error);
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  gint64 id, count;

  if (table == NULL || !tool_parse_id (arguments[1], &id, error))
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  count = icert_admin_delete_row (admin, table->table, id, NULL, error);
  if (count < 0)
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "deleted", g_variant_new_int64 (count));
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_delete_row = {
  .name = "delete-row",
  .arguments = "TABLE ID",
  .summary = "As administrator and officer: delete a request; its serial and id stay used",
  .example = "icert delete-row requests 7",
  .examples = "icert delete-row attributes 7",
  .min_arguments = 2,
  .max_arguments = 2,
  .run = run,
};
