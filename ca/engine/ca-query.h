/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* What is asked of the store most: rows in which one column has one value. For ORs, orders and
 * pages there is icert_store_query(). STORAGE */

GPtrArray *ca_query_int (ICertStore *store,
                         ICertStoreTable table,
                         guint column,
                         gint64 value,
                         const guint8 *columns,
                         guint n_columns,
                         GError **error);
GPtrArray *ca_query_text (ICertStore *store,
                          ICertStoreTable table,
                          guint column,
                          const char *value,
                          const guint8 *columns,
                          guint n_columns,
                          GError **error);

/* One of the store's numbers by name; 0 when there is none */
gboolean ca_counter_load (ICertStore *store, const char *name, gint64 *value, GError **error);
/* whether it is there already does not matter */
void ca_counter_store (const char *name, gint64 value, ICertStoreBatch *batch);
