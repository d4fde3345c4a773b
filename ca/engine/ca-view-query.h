/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-local.h"

/* What a view asks for, in the terms of AD CS, and what becomes of it in the terms of the store.
 * Plain data. */
typedef struct
{
  guint column;
  ICertSeek seek;
  GVariant *value;
} CaRestriction;

typedef struct
{
  ICertTable table;
  ICertStoreTable store_table;
  GArray *columns;         /* of guint8 */
  GPtrArray *alternatives; /* of GArray of CaRestriction: an OR of ANDs */
  int sort_column;         /* -1 = by key */
  gboolean descending;
  GVariant *cursor; /* (nullable) av: the cells behind which to go on */
} CaViewQuery;

CaViewQuery *ca_view_query_new (void);
CaViewQuery *ca_view_query_copy (const CaViewQuery *query);
void ca_view_query_free (CaViewQuery *query);
/* -1 with UNKNOWN_NAME */
int ca_view_find_column (const CaViewQuery *query, const char *name, GError **error);
gboolean ca_view_add_restriction (CaViewQuery *query,
                                  const char *column,
                                  ICertSeek seek,
                                  GVariant *value,
                                  GError **error);
gboolean ca_view_set_cursor (CaViewQuery *query, const char *cursor, GError **error);
/* at most @max rows (of ICertViewRow) behind the cursor, which moves on */
GPtrArray *ca_view_run (CaViewQuery *query,
                        ICertStore *store,
                        guint max,
                        GCancellable *cancellable,
                        GError **error);
gint64 ca_view_count (const CaViewQuery *query,
                      ICertStore *store,
                      GCancellable *cancellable,
                      GError **error);
/* text of the cursor; NULL before the first row */
char *ca_view_dup_cursor (const CaViewQuery *query);

/* takes @query */
ICertEnumViewRow *ca_local_rows_new (CaEngine *engine, CaViewQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaViewQuery, ca_view_query_free)
