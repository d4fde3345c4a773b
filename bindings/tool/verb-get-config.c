/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>

#include "tool-output.h"
#include "tool-remedy.h"

static gboolean
add_entry (ToolRecord *record,
           ICertAdmin *admin,
           const char *node,
           const char *entry,
           GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GVariant) value
      = icert_admin_get_config_entry (admin, node, entry, NULL, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  tool_record_add (record, entry, value);
  return TRUE;
}

/* Without a node the nodes, without an entry all of the node's. */
static ToolExit
list_nodes (Tool *tool, ICertAdmin *admin, GError **error)
{
  static const char *const names[] = { "node", NULL };
  g_auto (GStrv) nodes = icert_admin_list_config_entries (admin, NULL, NULL, error);
  g_autoptr (ToolTable) table = tool_table_new (names);
  gsize i;

  if (nodes == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; nodes[i] != NULL; i++)
    tool_table_add_row (table, (GVariant *[]){ g_variant_new_string (nodes[i]) });
  tool_table_print (table, tool);
  return TOOL_EXIT_DONE;
}

static gboolean
add_entries (ToolRecord *record, ICertAdmin *admin, char **arguments, GError **error)
{
  g_auto (GStrv) entries = NULL;
  gsize i;

  tool_remedy_note ("node", arguments[0]);
  if (arguments[1] != NULL)
    return add_entry (record, admin, arguments[0], arguments[1], error);
  entries = icert_admin_list_config_entries (admin, arguments[0], NULL, error);
  if (entries != NULL && entries[0] == NULL)
    {
      g_autofree char *quoted = icert_error_quote (arguments[0], -1);

      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "node",
                       "%s has no entries (a node that icert get-config lists)", quoted);
      return FALSE;
    }
  for (i = 0; entries != NULL && entries[i] != NULL; i++)
    if (!add_entry (record, admin, arguments[0], entries[i], error))
      return FALSE;
  return entries != NULL;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  if (arguments[0] == NULL)
    return list_nodes (tool, admin, error);
  if (!add_entries (record, admin, arguments, error))
    return TOOL_EXIT_FAILED;
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_get_config = {
  .name = "get-config",
  .arguments = "[NODE [ENTRY]]",
  .summary = "Read the configuration of a CA",
  .example = "icert get-config CA ValidityPeriod",
  .examples = "icert get-config\n  icert get-config 'Policy Template.Policy'",
  .min_arguments = 0,
  .max_arguments = 2,
  .run = run,
};
