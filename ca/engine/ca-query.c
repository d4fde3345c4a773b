/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-query.h"

#include <string.h>

static GPtrArray *
query_equal (ICertStore *store,
             ICertStoreTable table,
             guint column,
             ICertStoreValue value,
             const guint8 *columns,
             guint n_columns,
             GError **error)
{
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE, .column = column, .seek = ICERT_SEEK_EQ, .value = value };
  ICertStoreQuery query = { .table = table,
                            .n_columns = n_columns,
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return icert_store_query (store, &query, NULL, error);
}

GPtrArray *
ca_query_int (ICertStore *store,
              ICertStoreTable table,
              guint column,
              gint64 value,
              const guint8 *columns,
              guint n_columns,
              GError **error)
{
  ICertStoreValue number = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value };

  return query_equal (store, table, column, number, columns, n_columns, error);
}

GPtrArray *
ca_query_text (ICertStore *store,
               ICertStoreTable table,
               guint column,
               const char *value,
               const guint8 *columns,
               guint n_columns,
               GError **error)
{
  ICertStoreValue text
      = { .type = ICERT_PROPERTY_TYPE_STRING, .data = value, .size = strlen (value) };

  return query_equal (store, table, column, text, columns, n_columns, error);
}

gboolean
ca_counter_load (ICertStore *store, const char *name, gint64 *value, GError **error)
{
  static const guint8 column = ICERT_COUNTER_VALUE;
  g_autoptr (GPtrArray) rows
      = ca_query_text (store, ICERT_STORE_COUNTERS, ICERT_COUNTER_NAME, name, &column, 1, error);

  if (rows == NULL)
    return FALSE;
  *value = rows->len > 0 ? icert_store_row_get_int (rows->pdata[0], 0) : 0;
  return TRUE;
}

void
ca_counter_store (const char *name, gint64 value, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_COUNTERS, ICERT_STORE_DELETE);
  icert_store_batch_set_text (batch, ICERT_COUNTER_NAME, name);
  icert_store_batch_begin (batch, ICERT_STORE_COUNTERS, ICERT_STORE_INSERT);
  icert_store_batch_set_text (batch, ICERT_COUNTER_NAME, name);
  icert_store_batch_set_int (batch, ICERT_COUNTER_VALUE, value);
}
