/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Texts of statements and the values for them.
 *
 * Why no input can become SQL (S-A9): a text is put together from the names of tables and columns
 * in icert-schema.h, which are string constants of libicert reached by a checked number, and from
 * the constants in this file. There is no function here that takes a name as text. Every value is a
 * numbered parameter that is bound, but for one digit: the state of a serial, judged first. */

/* Which rows of a query a statement asks for */
typedef enum
{
  STORE_SQLITE_PART_ALL,       /* from the first row on */
  STORE_SQLITE_PART_AFTER,     /* after the cursor, both cells of it bound */
  STORE_SQLITE_PART_EMPTY,     /* all with an empty sort cell */
  STORE_SQLITE_PART_EMPTY_KEY, /* with an empty sort cell, after the cursor's key */
  STORE_SQLITE_PART_FILLED     /* all with a sort cell */
} StoreSqlitePart;

/* How the rows of a query are found */
typedef enum
{
  STORE_SQLITE_WAY_ANY, /* as SQLite likes */
  STORE_SQLITE_WAY_FEW, /* by the condition; then they are sorted */
  STORE_SQLITE_WAY_MANY /* by the order; what does not fulfil the condition is left out */
} StoreSqliteWay;

/* Rows that are sorted rather than looked for among all: a millisecond's work */
#define STORE_SQLITE_FEW 1000

/* checks the change and gives the text for it; its values are parameters 1 to n_values, the
 * expected version n_values + 1 */
char *store_sqlite_change_text (const ICertStoreChange *change, GError **error);
/* binds and keeps the pointers: @change must live until the statement is reset */
gboolean store_sqlite_change_bind (sqlite3_stmt *statement,
                                   const ICertStoreChange *change,
                                   GError **error);

/* INTERNAL or TOO_LARGE unless @query can be asked */
gboolean store_sqlite_query_check (const ICertStoreQuery *query, GError **error);
/* The parts that together are the answer, in order; at most two. */
guint store_sqlite_query_plan (const ICertStoreQuery *query, StoreSqlitePart parts[2]);
/* whether FEW or MANY must be found out first: by this text, bound as a count's; its answer is
 * above STORE_SQLITE_FEW when they are many */
gboolean store_sqlite_query_must_look (const ICertStoreQuery *query);
char *store_sqlite_look_text (const ICertStoreQuery *query);
char *store_sqlite_query_text (const ICertStoreQuery *query,
                               StoreSqlitePart part,
                               StoreSqliteWay way);
/* @limit: rows that are still wanted, -1 = all */
gboolean store_sqlite_query_bind (sqlite3_stmt *statement,
                                  const ICertStoreQuery *query,
                                  StoreSqlitePart part,
                                  StoreSqliteWay way,
                                  gint64 limit);
gboolean store_sqlite_count_check (ICertStoreTable table,
                                   const ICertStoreCondition *condition,
                                   GError **error);
char *store_sqlite_count_text (ICertStoreTable table, const ICertStoreCondition *condition);
gboolean store_sqlite_count_bind (sqlite3_stmt *statement,
                                  ICertStoreTable table,
                                  const ICertStoreCondition *condition);
gboolean store_sqlite_group_check (ICertStoreTable table,
                                   guint column,
                                   ICertPeriod period,
                                   const ICertStoreCondition *condition,
                                   GError **error);
char *store_sqlite_group_text (ICertStoreTable table,
                               guint column,
                               ICertPeriod period,
                               const ICertStoreCondition *condition);
/* @limit: -1 = all */
gboolean store_sqlite_group_bind (sqlite3_stmt *statement,
                                  ICertStoreTable table,
                                  const ICertStoreCondition *condition,
                                  gint64 limit);

/* the cells of the row that the statement stands on; nothing is copied */
void store_sqlite_row_read (sqlite3_stmt *statement,
                            ICertStoreTable table,
                            const guint8 *columns,
                            guint n_columns,
                            ICertStoreValue *values);

G_END_DECLS
