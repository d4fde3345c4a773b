/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-schema.h"

#include <string.h>

/* A column's flags are written without their prefix in the tables of the header; NONE is no flag.
 */
#define ICERT_STORE_COLUMN_NONE 0
#define KEY ICERT_STORE_COLUMN_KEY
#define INDEXED ICERT_STORE_COLUMN_INDEXED
#define VIEW ICERT_STORE_COLUMN_VIEW
#define LOOKUP ICERT_STORE_COLUMN_LOOKUP
#define NONE ICERT_STORE_COLUMN_NONE

/* Columns of the request's own half of AD CS's table may be named without their prefix */
#define REQUEST_PREFIX "Request."

#define X(id, name, sql, type, flags, max_length, display_name)                                      \
  {                                                                                                  \
    name, sql, ICERT_PROPERTY_TYPE_##type, (ICertStoreColumnFlags) (flags), max_length, display_name \
  },
#define T(id, sql, columns)                                                                        \
  static const ICertStoreColumnInfo columns##_infos[] = { ICERT_##columns##_COLUMNS (X) };
ICERT_STORE_TABLES (T)
#undef T
#undef X

static const struct
{
  const char *sql;
  const ICertStoreColumnInfo *columns;
  guint n_columns;
} tables[] = {
#define T(id, sql, columns)                                                                        \
  [ICERT_STORE_##id] = { sql, columns##_infos, G_N_ELEMENTS (columns##_infos) },
  ICERT_STORE_TABLES (T)
#undef T
};

/* Made once: for each table its names in lower case, and the column + 1 */
static GHashTable *indexes[ICERT_STORE_N_TABLES];

static gboolean
is_table (ICertStoreTable table)
{
  return (int) table >= 0 && table < ICERT_STORE_N_TABLES;
}

/* A plain name wins over a shortened one: CommonName is the certificate's, not the request's. */
static GHashTable *
index_columns (ICertStoreTable table)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < tables[table].n_columns; i++)
    g_hash_table_insert (index, g_ascii_strdown (tables[table].columns[i].name, -1),
                         GUINT_TO_POINTER (i + 1));

  for (guint i = 0; i < tables[table].n_columns; i++)
    {
      const char *name = tables[table].columns[i].name;
      g_autofree char *rest = NULL;

      if (!g_str_has_prefix (name, REQUEST_PREFIX))
        continue;
      rest = g_ascii_strdown (name + strlen (REQUEST_PREFIX), -1);
      if (!g_hash_table_contains (index, rest))
        g_hash_table_insert (index, g_steal_pointer (&rest), GUINT_TO_POINTER (i + 1));
    }

  return index;
}

static void
ensure_indexes (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done))
    {
      for (guint i = 0; i < ICERT_STORE_N_TABLES; i++)
        indexes[i] = index_columns ((ICertStoreTable) i);
      g_once_init_leave (&done, 1);
    }
}

/**
 * icert_store_table_name: (skip)
 * @table: a table
 *
 * Returns: (transfer none) (nullable): the name of the table in SQL; `NULL` when there is no such
 * table
 */
const char *
icert_store_table_name (ICertStoreTable table)
{
  g_return_val_if_fail (is_table (table), NULL);

  return tables[table].sql;
}

/**
 * icert_store_table_columns: (skip)
 * @table: a table
 * @n_columns: (out) (optional): how many columns it has
 *
 * Returns: (transfer none): the columns in the order of their numbers
 */
const ICertStoreColumnInfo *
icert_store_table_columns (ICertStoreTable table, guint *n_columns)
{
  if (n_columns != NULL)
    *n_columns = 0;
  g_return_val_if_fail (is_table (table), NULL);

  if (n_columns != NULL)
    *n_columns = tables[table].n_columns;
  return tables[table].columns;
}

/**
 * icert_store_find_column: (skip)
 * @table: a table
 * @name: AD CS's name of a column, without case; `RequestID` finds `Request.RequestID`, unless
 * there is a column of the plain name
 *
 * Returns: the number of the column, -1 when there is none
 */
int
icert_store_find_column (ICertStoreTable table, const char *name)
{
  g_autofree char *lower = NULL;

  g_return_val_if_fail (is_table (table), -1);

  if (name == NULL)
    return -1;
  ensure_indexes ();
  lower = g_ascii_strdown (name, -1);
  return GPOINTER_TO_INT (g_hash_table_lookup (indexes[table], lower)) - 1;
}
