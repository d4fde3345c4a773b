/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-schema.h"
#include "icert-settings.h"

G_BEGIN_DECLS

/* C only. A cell. Text and bytes are not NUL-terminated. */
typedef struct
{
  ICertPropertyType
      type; /* NONE = empty; LONG and DATE in integer; STRING and BINARY in data, size */
  gint64 integer;
  const void *data;
  gsize size;
} ICertStoreValue;

typedef enum
{
  ICERT_STORE_INSERT, /* fails with CONFLICT when the key is there */
  ICERT_STORE_UPDATE, /* WRONG_STATE when no row has key and version */
  ICERT_STORE_DELETE  /* a row that is not there is no error */
} ICertStoreVerb;

/* One change of one row: @n_values cells of @columns. For UPDATE the columns with
 * flag KEY say which row; DELETE removes every row that has the given cells (any columns); on
 * ICERT_STORE_REQUESTS an UPDATE may also carry the version that the row must have
 * (compare-and-set, S-E6); the store sets version + 1. */
typedef struct
{
  ICertStoreTable table;
  ICertStoreVerb verb;
  gint64 expected_version; /* 0 = any */
  guint n_values;
  guint8 *columns;
  ICertStoreValue *values;
} ICertStoreChange;

typedef struct _ICertStoreBatch ICertStoreBatch;

/* A batch commits whole or not at all. It owns its memory; refcounted, not thread-safe. */
ICERT_AVAILABLE_IN_0_1
ICertStoreBatch *icert_store_batch_new (void);
ICERT_AVAILABLE_IN_0_1
ICertStoreBatch *icert_store_batch_ref (ICertStoreBatch *batch);
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_unref (ICertStoreBatch *batch);
/* starts a change; the set_ functions below go to the change started last */
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_begin (ICertStoreBatch *batch, ICertStoreTable table, ICertStoreVerb verb);
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_expect_version (ICertStoreBatch *batch, gint64 version);
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_set_int (ICertStoreBatch *batch, guint column, gint64 value);
/* copies; NULL = empty cell */
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_set_text (ICertStoreBatch *batch, guint column, const char *text);
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_set_data (ICertStoreBatch *batch,
                                 guint column,
                                 const void *data,
                                 gsize size);
/* keeps a reference; NULL = empty cell */
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_set_bytes (ICertStoreBatch *batch, guint column, GBytes *bytes);
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_set_empty (ICertStoreBatch *batch, guint column);
ICERT_AVAILABLE_IN_0_1
guint icert_store_batch_get_n_changes (ICertStoreBatch *batch);
/* lends */
ICERT_AVAILABLE_IN_0_1
const ICertStoreChange *icert_store_batch_get_change (ICertStoreBatch *batch, guint index);
/* drops the changes behind the first @n_changes */
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_truncate (ICertStoreBatch *batch, guint n_changes);
/* how it went; set by the store for each batch of a commit: NULL = committed */
ICERT_AVAILABLE_IN_0_1
void icert_store_batch_take_error (ICertStoreBatch *batch, GError *error);
ICERT_AVAILABLE_IN_0_1
const GError *icert_store_batch_get_error (ICertStoreBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ICertStoreBatch, icert_store_batch_unref)

/* A condition: a comparison (column, seek, value) or AND/OR of @n_parts conditions. An empty cell
 * fulfils EQ with an empty value and NE with any other, nothing else. NAMED is for requests: the
 * certificate has an alternative name that is or begins with @value (EQ, PREFIX); @column: the
 * ICertNameKind, 0 = any. */
typedef enum
{
  ICERT_STORE_COMPARE,
  ICERT_STORE_AND,
  ICERT_STORE_OR,
  ICERT_STORE_NAMED
} ICertStoreConditionKind;

typedef struct _ICertStoreCondition ICertStoreCondition;
struct _ICertStoreCondition
{
  ICertStoreConditionKind kind;
  guint column;
  ICertSeek seek;
  ICertStoreValue value;
  guint n_parts;
  const ICertStoreCondition *const *parts;
};

/* A page of a table. Rows come in the order of the sort column and then of the table's key; an
 * empty sort cell sorts before all others. @after is the cursor of the row before the page: the
 * cells of the sort column (when there is one) and of the key columns, @n_after of them. */
typedef struct
{
  ICertStoreTable table;
  guint n_columns;
  const guint8 *columns;
  const ICertStoreCondition *condition; /* nullable */
  int sort_column;                      /* -1 = by key */
  gboolean descending;
  guint n_after;
  const ICertStoreValue *after;
  guint limit; /* 0 = no limit */
} ICertStoreQuery;

/* A row of a scan: the cells in the order of the query's columns, lent until it returns. FALSE ends
 * the scan: with @error it failed, without it has seen enough. */
typedef gboolean (*ICertStoreRowFunc) (const ICertStoreValue *values,
                                       guint n_values,
                                       gpointer data,
                                       GError **error);

typedef struct _ICertStoreRow ICertStoreRow;

/* A row that owns its cells. */
ICERT_AVAILABLE_IN_0_1
ICertStoreRow *icert_store_row_new (const ICertStoreValue *values, guint n_values);
ICERT_AVAILABLE_IN_0_1
void icert_store_row_free (ICertStoreRow *row);
ICERT_AVAILABLE_IN_0_1
const ICertStoreValue *icert_store_row_get (const ICertStoreRow *row, guint index);
ICERT_AVAILABLE_IN_0_1
guint icert_store_row_get_n_values (const ICertStoreRow *row);
/* 0 / NULL when empty; text is a copy */
ICERT_AVAILABLE_IN_0_1
gint64 icert_store_row_get_int (const ICertStoreRow *row, guint index);
ICERT_AVAILABLE_IN_0_1
char *icert_store_row_dup_text (const ICertStoreRow *row, guint index);
ICERT_AVAILABLE_IN_0_1
GBytes *icert_store_row_dup_bytes (const ICertStoreRow *row, guint index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ICertStoreRow, icert_store_row_free)

/* Called by commit() on its own thread just before a batch is applied (@undo FALSE), so that the
 * engine can number and chain the audit records of exactly the batches that go in; and after a
 * batch failed
 * (@undo TRUE), so that it takes its numbering back. May append changes to the batch. */
typedef void (*ICertStorePrepare) (ICertStoreBatch *batch, gboolean undo, gpointer data);

/* How far a long call is: 0 to 1; on the thread of the call. */
typedef void (*ICertStoreProgress) (double fraction, gpointer data);

#define ICERT_TYPE_STORE (icert_store_get_type ())

/* C only: where requests live. commit() and everything that writes is called from one thread;
 * query() and count() from any. */
ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertStore, icert_store, ICERT, STORE, GObject)

struct _ICertStoreInterface
{
  GTypeInterface parent_iface;

  /* @url: a path (absolute) or a URI. @create: make it; CONFIG when one is there. Otherwise: CONFIG
   * when it is not a store, of a newer version, broken, badly set or in use (`store: in use by
   * another engine`); then nothing is changed. */
  gboolean (*open) (ICertStore *self, const char *url, gboolean create, GError **error);
  /* a checkpoint, and the lock is given up; later calls fail with STORAGE */
  gboolean (*close) (ICertStore *self, GError **error);
  /* All @batches (of ICertStoreBatch) in one transaction and one sync, in order; each alone may
   * fail (CONFLICT, WRONG_STATE; its error is set, the others go in). FALSE: nothing was committed
   * (STORAGE), or it is not known whether it was (OUTCOME_UNKNOWN: call recover()). */
  gboolean (*commit) (ICertStore *self,
                      GPtrArray *batches,
                      ICertStorePrepare prepare,
                      gpointer data,
                      GError **error);
  /* After OUTCOME_UNKNOWN: opens anew and looks. @committed: whether the last group went in. */
  gboolean (*recover) (ICertStore *self, gboolean *committed, GError **error);
  /* (element-type ICertStoreRow), cells in the order of the query's columns */
  GPtrArray *(*query) (ICertStore *self,
                       const ICertStoreQuery *query,
                       GCancellable *cancellable,
                       GError **error);
  /* -1 with an error */
  gint64 (*count) (ICertStore *self,
                   ICertStoreTable table,
                   const ICertStoreCondition *condition,
                   GCancellable *cancellable,
                   GError **error);
  /* Takes @n numbers of the counter out of circulation, durably, before it returns; first one in
   * @first. Counters begin at 1. */
  gboolean (
      *reserve) (ICertStore *self, const char *counter, gint64 n, gint64 *first, GError **error);
  /* Gives [@next, end) of the newest reservation back; only at a clean close. */
  gboolean (*release) (ICertStore *self, const char *counter, gint64 next, GError **error);
  /* What query() gives, row by row as they are read, of one state of the store; nothing is
   * allocated for a row. @func may query, but not commit. */
  gboolean (*scan) (ICertStore *self,
                    const ICertStoreQuery *query,
                    ICertStoreRowFunc func,
                    gpointer data,
                    GCancellable *cancellable,
                    GError **error);
  /* Copies one state of it to @url, a store that is not there yet, while others read and write; on
   * disk when it returns. Any thread. */
  gboolean (*backup) (ICertStore *self,
                      const char *url,
                      ICertStoreProgress progress,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error);
  /* How many rows have each value of @column, dates put together by @period: rows of two cells,
   * value and number, in the order of the values, at most @limit. The value of a period is its
   * beginning. */
  GPtrArray *(*group) (ICertStore *self,
                       ICertStoreTable table,
                       guint column,
                       ICertPeriod period,
                       const ICertStoreCondition *condition,
                       guint limit,
                       GCancellable *cancellable,
                       GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_store_open (ICertStore *self, const char *url, gboolean create, GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_store_close (ICertStore *self, GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_store_commit (ICertStore *self,
                             GPtrArray *batches,
                             ICertStorePrepare prepare,
                             gpointer data,
                             GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_store_recover (ICertStore *self, gboolean *committed, GError **error);
ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_store_query (ICertStore *self,
                              const ICertStoreQuery *query,
                              GCancellable *cancellable,
                              GError **error);
ICERT_AVAILABLE_IN_0_1
gint64 icert_store_count (ICertStore *self,
                          ICertStoreTable table,
                          const ICertStoreCondition *condition,
                          GCancellable *cancellable,
                          GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_store_reserve (ICertStore *self,
                              const char *counter,
                              gint64 n,
                              gint64 *first,
                              GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_store_release (ICertStore *self, const char *counter, gint64 next, GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_store_scan (ICertStore *self,
                           const ICertStoreQuery *query,
                           ICertStoreRowFunc func,
                           gpointer data,
                           GCancellable *cancellable,
                           GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_store_backup (ICertStore *self,
                             const char *url,
                             ICertStoreProgress progress,
                             gpointer data,
                             GCancellable *cancellable,
                             GError **error);
ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_store_group (ICertStore *self,
                              ICertStoreTable table,
                              guint column,
                              ICertPeriod period,
                              const ICertStoreCondition *condition,
                              guint limit,
                              GCancellable *cancellable,
                              GError **error);

G_END_DECLS
