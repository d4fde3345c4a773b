/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-rows.h"

static GVariant *
cell_of (GVariant *row, const char *name)
{
  GVariant *value = g_variant_lookup_value (row, name, NULL);

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64)
      && !g_str_equal (name, "id") && !g_str_equal (name, "version"))
    {
      GVariant *text = g_variant_new_take_string (tool_format_time (g_variant_get_int64 (value)));

      g_variant_unref (value);
      return text;
    }
  return value;
}

void
tool_rows_print (Tool *tool, GVariant *rows, const char *const *names)
{
  g_autoptr (ToolTable) table = tool_table_new (names);
  gsize i, j;

  for (i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      g_autofree GVariant **cells = g_new0 (GVariant *, g_strv_length ((char **) names));

      for (j = 0; names[j] != NULL; j++)
        cells[j] = cell_of (row, names[j]);
      tool_table_add_row (table, cells);
    }
  tool_table_print (table, tool);
}

ToolRecord *
tool_rows_to_record (GVariant *row, const char *const *names)
{
  ToolRecord *record = tool_record_new ();
  gsize i;

  for (i = 0; names[i] != NULL; i++)
    tool_record_add (record, names[i], cell_of (row, names[i]));
  return record;
}
