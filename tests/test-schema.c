/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

static void
test_describes_tables (void)
{
  g_autoptr (GHashTable) tables = g_hash_table_new (g_str_hash, g_str_equal);

  g_test_summary ("Each table has a name, columns with names of their own, and a key");

  for (guint table = 0; table < ICERT_STORE_N_TABLES; table++)
    {
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
      guint n_columns;
      const ICertStoreColumnInfo *columns
          = icert_store_table_columns ((ICertStoreTable) table, &n_columns);
      guint n_keys = 0;

      g_assert_true (
          g_hash_table_add (tables, (gpointer) icert_store_table_name ((ICertStoreTable) table)));
      for (guint i = 0; i < n_columns; i++)
        {
          g_assert_true (g_hash_table_add (names, (gpointer) columns[i].sql));
          g_assert_true (g_hash_table_add (names, (gpointer) columns[i].name)
                         || g_str_equal (columns[i].name, columns[i].sql));
          g_assert_cmpint (columns[i].type, !=, ICERT_PROPERTY_TYPE_NONE);
          g_assert_cmpstr (columns[i].display_name, !=, "");
          g_assert_cmpuint (strspn (columns[i].sql, "abcdefghijklmnopqrstuvwxyz0123456789_"), ==,
                            strlen (columns[i].sql));
          n_keys += (columns[i].flags & ICERT_STORE_COLUMN_KEY) != 0;
          g_assert_cmpint (icert_store_find_column ((ICertStoreTable) table, columns[i].name), ==,
                           (int) i);
        }
      g_assert_cmpuint (n_keys, >, 0);
    }
}

static void
test_numbers_columns (void)
{
  guint n_columns;
  const ICertStoreColumnInfo *columns
      = icert_store_table_columns (ICERT_STORE_REQUESTS, &n_columns);

  g_test_summary ("The enumerators are the columns' numbers");

  g_assert_cmpuint (n_columns, ==, ICERT_REQUEST_N_COLUMNS);
  g_assert_cmpstr (columns[ICERT_REQUEST_ID].sql, ==, "id");
  g_assert_cmpstr (columns[ICERT_REQUEST_RAW_CERTIFICATE].name, ==, "RawCertificate");
  g_assert_cmpint (columns[ICERT_REQUEST_RAW_CERTIFICATE].type, ==, ICERT_PROPERTY_TYPE_BINARY);
  g_assert_cmpint (columns[ICERT_REQUEST_ID].flags, ==,
                   ICERT_STORE_COLUMN_KEY | ICERT_STORE_COLUMN_INDEXED | ICERT_STORE_COLUMN_VIEW);
  g_assert_cmpstr (icert_store_table_name (ICERT_STORE_SERIALS), ==, "serials");
}

static void
test_finds_columns (void)
{
  g_test_summary ("A column is found without case, and one of the request without its prefix");

  g_assert_cmpint (icert_store_find_column (ICERT_STORE_REQUESTS, "Request.RequestID"), ==,
                   ICERT_REQUEST_ID);
  g_assert_cmpint (icert_store_find_column (ICERT_STORE_REQUESTS, "requestid"), ==,
                   ICERT_REQUEST_ID);
  g_assert_cmpint (icert_store_find_column (ICERT_STORE_REQUESTS, "CommonName"), ==,
                   ICERT_REQUEST_COMMON_NAME);
  g_assert_cmpint (icert_store_find_column (ICERT_STORE_REQUESTS, "Request.CommonName"), ==,
                   ICERT_REQUEST_REQ_COMMON_NAME);
  g_assert_cmpint (icert_store_find_column (ICERT_STORE_REQUESTS, "Disposition"), ==,
                   ICERT_REQUEST_DISPOSITION);
  g_assert_cmpint (icert_store_find_column (ICERT_STORE_REQUESTS, "Nothing"), ==, -1);
  g_assert_cmpint (icert_store_find_column (ICERT_STORE_REQUESTS, NULL), ==, -1);
  g_assert_cmpint (icert_store_find_column (ICERT_STORE_AUDIT, "RequestID"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schema/describes-tables", test_describes_tables);
  g_test_add_func ("/schema/numbers-columns", test_numbers_columns);
  g_test_add_func ("/schema/finds-columns", test_finds_columns);

  return g_test_run ();
}
