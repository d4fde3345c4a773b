/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-local.h"
#include "ca-roles.h"

/* What a view asks for, in the terms of AD CS, and what becomes of it in the terms of the store.
 * Plain data. */
typedef struct
{
  gboolean named; /* column is a kind of alternative names, 0 = any */
  guint column;
  ICertSeek seek;
  GVariant *value;
} CaRestriction;

/* A table that views are over */
typedef struct
{
  ICertTable table;
  ICertStoreTable store_table;
  CaVerb verb;                /* what who opens it must be allowed */
  const char *const *columns; /* of a view that asks for none */
  /* the rows that it is about (of the dispositions), when they are not all */
  gint64 first_disposition;
  gint64 last_disposition;
} CaViewTable;

typedef struct
{
  const CaViewTable *about; /* lent: constant */
  ICertStoreTable store_table;
  GArray *columns;         /* of guint8 */
  GPtrArray *alternatives; /* of GArray of CaRestriction: an OR of ANDs */
  int sort_column;         /* -1 = by key */
  gboolean descending;
  GVariant *cursor; /* (nullable) av: the cells behind which to go on */
} CaViewQuery;

/* NULL for one that is not served */
const CaViewTable *ca_view_find_table (ICertTable table);
/* the columns of a usual set; NULL when there is none of that number. @table: whose columns. */
const char *const *ca_view_find_set (ICertColumnSet column_set, ICertStoreTable *table);

CaViewQuery *ca_view_query_new (const CaViewTable *table);
CaViewQuery *ca_view_query_copy (const CaViewQuery *query);
void ca_view_query_free (CaViewQuery *query);
gboolean ca_view_add_restriction (CaViewQuery *query,
                                  const char *column,
                                  ICertSeek seek,
                                  GVariant *value,
                                  GError **error);
/* the alternative that restrictions go to; WRONG_STATE when the one before has none */
gboolean ca_view_add_alternative (CaViewQuery *query, GError **error);
gboolean ca_view_set_columns (CaViewQuery *query, const char *const *names, GError **error);
gboolean ca_view_set_sort (CaViewQuery *query, const char *column, ICertSort sort, GError **error);
gboolean ca_view_set_cursor (CaViewQuery *query, const char *cursor, GError **error);
/* a column as views show it */
const ICertStoreColumnInfo *ca_view_column_info (ICertStoreTable table, guint column);
/* at most @max rows (of ICertViewRow) behind the cursor, which moves on. @folder: (nullable) of the
 * CA, for CRLs; STORAGE */
GPtrArray *ca_view_run (CaViewQuery *query,
                        ICertStore *store,
                        const char *folder,
                        guint max,
                        GCancellable *cancellable,
                        GError **error);
gint64 ca_view_count (const CaViewQuery *query,
                      ICertStore *store,
                      GCancellable *cancellable,
                      GError **error);
/* of ICertViewRow with two columns, at most @max */
GPtrArray *ca_view_count_by (const CaViewQuery *query,
                             ICertStore *store,
                             const char *column,
                             ICertPeriod period,
                             guint max,
                             GCancellable *cancellable,
                             GError **error);
/* moves the cursor @n rows on; how many there were, -1 with an error */
gint64 ca_view_skip (CaViewQuery *query,
                     ICertStore *store,
                     guint n,
                     GCancellable *cancellable,
                     GError **error);
/* text of the cursor; NULL before the first row */
char *ca_view_dup_cursor (const CaViewQuery *query);

/* for who asks through @view; takes @query */
ICertEnumViewRow *ca_local_rows_new (CaLocal *view, CaViewQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaViewQuery, ca_view_query_free)
