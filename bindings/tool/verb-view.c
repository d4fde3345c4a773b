/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tool-error.h"
#include "tool-output.h"
#include "tool-view.h"
#include "tool-where.h"

#define PAGE 256
/* values of --group-by: a page of them is all there is */
#define MOST_GROUPS 100000

static char *option_table;
static char *option_columns;
static char *option_where;
static char *option_sort;
static gint64 option_limit;
static char *option_after;
static gboolean option_count;
static gboolean option_csv;
static char *option_group_by;

static const GOptionEntry options[] = {
  { "table", 't', 0, G_OPTION_ARG_STRING, &option_table, "Which table (default: requests)",
    "requests|certificates|attributes|extensions|names|crls|audit" },
  { "columns", 0, 0, G_OPTION_ARG_STRING, &option_columns,
    "Columns to show; 'icert schema' lists them", "A,B,…" },
  { "where", 'w', 0, G_OPTION_ARG_STRING, &option_where,
    "COLUMN OP VALUE [and|or …] with OP one of == != < <= > >= ^= (begins with); 'and' binds "
    "closer, round brackets closest",
    "TEXT" },
  { "sort", 's', 0, G_OPTION_ARG_STRING, &option_sort, "Order of the rows; indexed columns only",
    "COLUMN[:desc]" },
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &option_limit, "At most so many rows", "N" },
  { "after", 0, 0, G_OPTION_ARG_STRING, &option_after, "Go on behind this cursor", "CURSOR" },
  { "count", 0, 0, G_OPTION_ARG_NONE, &option_count, "Print only how many rows there are", NULL },
  { "group-by", 'g', 0, G_OPTION_ARG_STRING, &option_group_by,
    "Print how many rows each value of a column has", "COLUMN[:day|month|year]" },
  { "csv", 0, 0, G_OPTION_ARG_NONE, &option_csv, "Print comma-separated values", NULL },
  { NULL },
};

/* What this run shows: the columns with their types, in order. */
typedef struct
{
  Tool *tool;
  char **names;
  ICertPropertyType *types;
  guint n_columns;
} Shown;

static void
shown_clear (Shown *shown)
{
  g_strfreev (shown->names);
  g_free (shown->types);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shown, shown_clear)

static gboolean
add_restrictions (ICertView *view, GListModel *columns, GError **error)
{
  g_autoptr (GArray) restrictions = NULL;
  guint i;

  if (option_where == NULL)
    return TRUE;
  restrictions = tool_where_parse (option_where, columns, error);
  if (restrictions == NULL)
    return FALSE;
  for (i = 0; i < restrictions->len; i++)
    {
      ToolRestriction *part = &g_array_index (restrictions, ToolRestriction, i);

      if (part->alternative && !icert_view_add_alternative (view, error))
        return FALSE;
      if (!icert_view_add_restriction (view, part->column, part->seek, part->value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_sort (ICertView *view, GListModel *columns, GError **error)
{
  g_auto (GStrv) parts = NULL;
  g_autoptr (ICertViewColumn) column = NULL;
  g_autofree char *name = NULL;
  gboolean descending;

  if (option_sort == NULL)
    return TRUE;
  parts = g_strsplit (option_sort, ":", 2);
  descending = g_strcmp0 (parts[1], "desc") == 0;
  if (parts[1] != NULL && !descending && strcmp (parts[1], "asc") != 0)
    {
      tool_usage_error (error, "--sort: '%s' is no order (asc or desc)", parts[1]);
      return FALSE;
    }
  column = tool_find_column (columns, parts[0], error);
  if (column == NULL)
    return FALSE;
  name = icert_view_column_get_name (column);
  return icert_view_set_sort (view, name, descending ? ICERT_SORT_DESCEND : ICERT_SORT_ASCEND,
                              error);
}

static gboolean
choose_columns (Shown *shown, const ToolViewTable *table, GListModel *columns, GError **error)
{
  g_auto (GStrv) wanted = option_columns != NULL ? g_strsplit (option_columns, ",", -1)
                                                 : g_strdupv ((char **) table->columns);
  guint i;

  shown->n_columns = g_strv_length (wanted);
  shown->names = g_new0 (char *, shown->n_columns + 1);
  shown->types = g_new0 (ICertPropertyType, shown->n_columns);
  for (i = 0; i < shown->n_columns; i++)
    {
      g_autoptr (ICertViewColumn) column
          = tool_find_column (columns, g_strstrip (wanted[i]), error);

      if (column == NULL)
        return FALSE;
      shown->names[i] = icert_view_column_get_name (column);
      shown->types[i] = icert_view_column_get_property_type (column);
    }
  return TRUE;
}

static gint64
to_int (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_INT32)   ? g_variant_get_int32 (value)
         : g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (value)
                                                              : 0;
}

/* Times as text for everybody; dispositions by name for people only. */
static GVariant *
to_cell (Shown *shown, guint index, GVariant *value)
{
  const char *name = NULL;

  if (shown->types[index] == ICERT_PROPERTY_TYPE_DATE)
    return g_variant_new_take_string (tool_format_time (to_int (value)));
  if (!shown->tool->json && g_str_has_suffix (shown->names[index], ".Disposition"))
    name = tool_disposition_to_name ((int) to_int (value));
  return name != NULL ? g_variant_new_string (name) : g_variant_ref (value);
}

static gboolean
add_row (ToolTable *table, Shown *shown, ICertViewRow *row, GError **error)
{
  g_autofree GVariant **cells = g_new0 (GVariant *, shown->n_columns + 1);
  g_autofree char *cursor = NULL;
  GError *local_error = NULL;
  guint i;

  for (i = 0; i < shown->n_columns; i++)
    {
      g_autoptr (GVariant) value = icert_view_row_get_value (row, shown->names[i], &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
      /* a cell that is shared with the row keeps a reference of its own in the table */
      cells[i] = value != NULL ? g_variant_take_ref (to_cell (shown, i, value)) : NULL;
    }
  cursor = shown->tool->json ? icert_view_row_get_cursor (row) : NULL;
  if (cursor != NULL)
    cells[i] = g_variant_ref_sink (g_variant_new_string (cursor));
  tool_table_add_row (table, cells);
  for (i = 0; i <= shown->n_columns; i++)
    g_clear_pointer (&cells[i], g_variant_unref);
  return TRUE;
}

static void
print_page (ToolTable *table, Shown *shown, gboolean first)
{
  gboolean heading = first && !shown->tool->quiet;

  if (shown->tool->json)
    tool_table_print_json_lines (table);
  else if (option_csv)
    tool_table_print_csv (table, heading);
  else if (tool_table_get_n_rows (table) > 0)
    tool_table_print_text (table, heading);
  tool_table_clear (table);
}

/* JSON rows carry their cursor, so that a script can go on where it likes. */
static ToolTable *
new_table (Shown *shown)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  guint i;

  for (i = 0; i < shown->n_columns; i++)
    g_ptr_array_add (names, shown->names[i]);
  if (shown->tool->json)
    g_ptr_array_add (names, (gpointer) "cursor");
  g_ptr_array_add (names, NULL);
  return tool_table_new ((const char *const *) names->pdata);
}

static ToolExit
print_rows (Shown *shown, ICertView *view, GError **error)
{
  g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (view, NULL, error);
  g_autoptr (ToolTable) table = new_table (shown);
  g_autofree char *cursor = NULL;
  gint64 n = 0;

  while (rows != NULL && (option_limit <= 0 || n < option_limit))
    {
      guint wanted = option_limit > 0 ? (guint) MIN (PAGE, option_limit - n) : PAGE;
      g_autoptr (GPtrArray) page = icert_enum_view_row_next (rows, wanted, NULL, error);
      guint i;

      if (page == NULL)
        return TOOL_EXIT_FAILED;
      for (i = 0; i < page->len; i++)
        if (!add_row (table, shown, g_ptr_array_index (page, i), error))
          return TOOL_EXIT_FAILED;
      if (page->len > 0)
        {
          g_free (cursor);
          cursor = icert_view_row_get_cursor (g_ptr_array_index (page, page->len - 1));
        }
      print_page (table, shown, n == 0);
      n += page->len;
      if (page->len < wanted)
        break;
    }
  if (rows != NULL && option_limit > 0 && n == option_limit && cursor != NULL && !shown->tool->json
      && !shown->tool->quiet)
    {
      fflush (stdout);
      g_printerr ("more: --after '%s'\n", cursor);
    }
  return rows != NULL ? TOOL_EXIT_DONE : TOOL_EXIT_FAILED;
}

static ToolExit
print_count (Tool *tool, ICertView *view, GError **error)
{
  gint64 count = icert_view_count (view, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (count < 0)
    return TOOL_EXIT_FAILED;
  if (!tool->json)
    {
      printf ("%" G_GINT64_FORMAT "\n", count);
      return TOOL_EXIT_DONE;
    }
  tool_record_add (record, "count", g_variant_new_int64 (count));
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

/* "NotAfter:month" */
static gboolean
parse_group (GListModel *columns, Shown *shown, ICertPeriod *period, GError **error)
{
  static const char *const periods[] = { "", "day", "month", "year" };
  g_auto (GStrv) parts = g_strsplit (option_group_by, ":", 2);
  g_autoptr (ICertViewColumn) column = tool_find_column (columns, parts[0], error);
  gsize i = 0;

  if (column == NULL)
    return FALSE;
  while (parts[1] != NULL && i < G_N_ELEMENTS (periods) && strcmp (periods[i], parts[1]) != 0)
    i++;
  if (i == G_N_ELEMENTS (periods))
    {
      tool_usage_error (error, "--group-by: '%s' is no period (day, month or year)", parts[1]);
      return FALSE;
    }
  *period = (ICertPeriod) i;
  shown_clear (shown);
  shown->n_columns = 2;
  shown->names = g_new0 (char *, 3);
  shown->names[0] = icert_view_column_get_name (column);
  shown->names[1] = g_strdup ("Count");
  shown->types = g_new0 (ICertPropertyType, 2);
  shown->types[0] = icert_view_column_get_property_type (column);
  shown->types[1] = ICERT_PROPERTY_TYPE_LONG;
  return TRUE;
}

static ToolExit
print_groups (Shown *shown, ICertView *view, GListModel *columns, GError **error)
{
  ICertPeriod period;
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (ToolTable) table = NULL;
  guint i;

  if (!parse_group (columns, shown, &period, error))
    return TOOL_EXIT_FAILED;
  groups = icert_view_count_by (view, shown->names[0], period, MOST_GROUPS, NULL, error);
  if (groups == NULL)
    return TOOL_EXIT_FAILED;
  table = tool_table_new ((const char *const *) shown->names);
  for (i = 0; i < groups->len; i++)
    if (!add_row (table, shown, g_ptr_array_index (groups, i), error))
      return TOOL_EXIT_FAILED;
  print_page (table, shown, TRUE);
  return TOOL_EXIT_DONE;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  const ToolViewTable *table = tool_view_find_table (option_table, error);
  g_autoptr (ICertView) view = NULL;
  g_autoptr (GListModel) columns = NULL;
  g_auto (Shown) shown = { tool, NULL, NULL, 0 };

  if (table != NULL && option_limit < 0)
    tool_usage_error (error, "--limit: negative (a number of rows)");
  if (table == NULL || option_limit < 0)
    return TOOL_EXIT_USAGE;
  view = icert_view_open (tool->config, NULL, error);
  if (view == NULL || !icert_view_set_table (view, table->table, error))
    return TOOL_EXIT_FAILED;
  columns = icert_view_list_columns (view, error);
  if (columns == NULL || !choose_columns (&shown, table, columns, error)
      || !add_restrictions (view, columns, error))
    return TOOL_EXIT_FAILED;
  if (option_count)
    return print_count (tool, view, error);
  if (option_group_by != NULL)
    return print_groups (&shown, view, columns, error);
  if (!icert_view_set_columns (view, (const char *const *) shown.names, error)
      || !set_sort (view, columns, error)
      || (option_after != NULL && !icert_view_set_cursor (view, option_after, error)))
    return TOOL_EXIT_FAILED;
  return print_rows (&shown, view, error);
}

const ToolVerb tool_verb_view = {
  .name = "view",
  .summary = "List requests, certificates, CRLs or the audit log",
  .example = "icert view --where 'Disposition = pending'",
  .examples = "icert view --table certificates --where \"NotAfter < 2027-01-01 and CommonName == "
              "'www.example.org'\"\n"
              "  icert view --columns RequestID,SerialNumber --sort RequestID:desc --limit 20\n"
              "  icert --json view --where 'Disposition = 20 or Disposition = 21'\n"
              "  icert view --where \"CommonName ^= www and (NotAfter < 2027-01-01 or "
              "Disposition = revoked)\"\n"
              "  icert view --where \"SubjectAltName.dns == www.example.org\"\n"
              "  icert view --where 'Disposition = issued and NotAfter > now and NotAfter < +30d'\n"
              "  icert view --table certificates --group-by NotAfter:month\n"
              "  icert view --where 'Disposition = ca-cert or Disposition = ca-cert-chain'\n"
              "  icert view --count --where 'Request.Status == empty'",
  .options = options,
  .run = run,
};
