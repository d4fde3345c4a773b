/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include "tool-error.h"
#include "tool-remedy.h"
#include "tool-where.h"

/* `icert view --where`: tool_where_parse(). */

static GListModel *
get_columns (void)
{
  static const struct
  {
    const char *name;
    ICertPropertyType type;
  } rows[] = {
    { "Request.RequestID", ICERT_PROPERTY_TYPE_LONG },
    { "Request.Disposition", ICERT_PROPERTY_TYPE_LONG },
    { "CommonName", ICERT_PROPERTY_TYPE_STRING },
    { "NotAfter", ICERT_PROPERTY_TYPE_DATE },
    { "SerialNumber", ICERT_PROPERTY_TYPE_STRING },
    { "RawName", ICERT_PROPERTY_TYPE_BINARY },
  };
  static GListStore *columns = NULL;

  if (columns != NULL)
    return G_LIST_MODEL (columns);
  columns = g_list_store_new (ICERT_TYPE_VIEW_COLUMN);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ICertViewColumn) column
          = icert_view_column_new (rows[i].name, rows[i].name, rows[i].type, FALSE, 0);

      g_list_store_append (columns, column);
    }
  return G_LIST_MODEL (columns);
}

/* Wrong usage is a domain of the tool's own. */
static void
check_error (const GError *error)
{
  g_autofree char *line = tool_error_line (error);
  g_autofree char *remedy = tool_remedy_dup (error);

  fuzz_check_text (line);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) where = NULL;

  /* as the command line has been read */
  if (!g_utf8_validate (text, -1, NULL))
    return 0;
  where = tool_where_parse (text, get_columns (), &error);
  g_assert_true ((where == NULL) == (error != NULL));
  if (error != NULL)
    check_error (error);
  else
    fuzz_accept ();
  for (guint i = 0; where != NULL && i < where->len; i++)
    {
      const ToolRestriction *restriction = &g_array_index (where, ToolRestriction, i);
      g_autoptr (ICertViewColumn) column
          = tool_find_column (get_columns (), restriction->column, &error);

      g_assert_no_error (error);
      g_assert_true (i > 0 || !restriction->alternative);
      if (restriction->value != NULL)
        g_assert_true (g_variant_is_normal_form (restriction->value));
    }
  return 0;
}
