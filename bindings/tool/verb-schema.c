/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"
#include "tool-view.h"

static char *option_table;

static const GOptionEntry options[] = {
  { "table", 't', 0, G_OPTION_ARG_STRING, &option_table, "Which table (default: requests)",
    "requests|certificates|attributes|extensions|names|crls|audit" },
  { NULL },
};

static const char *
type_to_text (ICertPropertyType type)
{
  static const char *const names[] = { "none", "long", "date", "binary", "string" };

  return (guint) type < G_N_ELEMENTS (names) ? names[type] : "none";
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[]
      = { "name", "type", "indexed", "max-length", "display-name", NULL };
  const ToolViewTable *which = tool_view_find_table (option_table, error);
  g_autoptr (ToolTable) table = tool_table_new (names);
  g_autoptr (ICertView) view = NULL;
  g_autoptr (GListModel) columns = NULL;
  guint i;

  view = which != NULL ? icert_view_open (tool->config, NULL, error) : NULL;
  if (view == NULL || !icert_view_set_table (view, which->table, error))
    return TOOL_EXIT_FAILED;
  columns = icert_view_list_columns (view, error);
  if (columns == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (ICertViewColumn) column = g_list_model_get_item (columns, i);
      guint max_length = icert_view_column_get_max_length (column);

      tool_table_add_row (
          table,
          (GVariant *[]){
              g_variant_new_take_string (icert_view_column_get_name (column)),
              g_variant_new_string (type_to_text (icert_view_column_get_property_type (column))),
              g_variant_new_boolean (icert_view_column_get_indexed (column)),
              max_length > 0 ? g_variant_new_int64 (max_length) : NULL,
              g_variant_new_take_string (icert_view_column_get_display_name (column)),
          });
    }
  tool_table_print (table, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_schema = {
  .name = "schema",
  .summary = "List the columns of a table",
  .example = "icert schema",
  .examples = "icert schema --table extensions",
  .options = options,
  .run = run,
};
