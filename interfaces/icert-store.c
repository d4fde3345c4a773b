/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-store.h"

#include <string.h>

#include "icert-error.h"
#include "icert-private.h"

/* A whole issuance (some 14 changes with 90 cells and a request and certificate of elliptic curves)
 * fits in what is allocated with the batch: one allocation for everything. */
#define FIRST_CHANGES 16
#define FIRST_BLOCK 12288
#define NEXT_BLOCK 16384

/* Columns of the widest table, for a bit set */
#define SEEN_WORDS 2
G_STATIC_ASSERT (ICERT_REQUEST_N_COLUMNS <= SEEN_WORDS * 64);

typedef struct _Block Block;
struct _Block
{
  Block *next;
  guint8 data[];
};

typedef struct _Kept Kept;
struct _Kept
{
  Kept *next;
  GBytes *bytes; /* reference */
};

/**
 * ICertStoreBatch: (skip)
 *
 * Changes that commit whole or not at all. A batch owns its memory, which is a few blocks that are
 * freed together. It passes from one thread to the next, but only one may use it at a time.
 */
struct _ICertStoreBatch
{
  gatomicrefcount ref_count;
  guint n_changes;
  guint max_changes;
  ICertStoreChange *changes; /* in first_changes or in a block */
  guint64 seen[SEEN_WORDS];  /* columns of the last change that have a cell */
  Block *blocks;             /* owned, beyond the first */
  Kept *kept;                /* in the blocks */
  guint8 *free;              /* in the newest block */
  gsize left;
  GError *error; /* owned, nullable */
  ICertStoreChange first_changes[FIRST_CHANGES];
  guint64 first_block[FIRST_BLOCK / sizeof (guint64)];
};

/**
 * ICertStoreRow: (skip)
 *
 * A row of a store that owns its cells.
 */
struct _ICertStoreRow
{
  guint n_values;
  ICertStoreValue values[];
};

/**
 * ICertStore: (skip)
 *
 * Where requests live. One thread commits; any may query.
 */
G_DEFINE_INTERFACE (ICertStore, icert_store, G_TYPE_OBJECT)

static void
icert_store_default_init (ICertStoreInterface *iface)
{
}

/* Eight octets aligned; a big piece gets a block of its own, and the newest one stays in use. */
static gpointer
take (ICertStoreBatch *batch, gsize size)
{
  gpointer memory;
  Block *block;

  size = (size + 7) & ~(gsize) 7;
  if (G_LIKELY (size <= batch->left))
    {
      memory = batch->free;
      batch->free += size;
      batch->left -= size;
      return memory;
    }

  block = g_malloc (sizeof (Block) + MAX (size, NEXT_BLOCK));
  block->next = batch->blocks;
  batch->blocks = block;
  if (size <= NEXT_BLOCK / 2)
    {
      batch->free = block->data + size;
      batch->left = NEXT_BLOCK - size;
    }
  return block->data;
}

/**
 * icert_store_batch_new: (skip)
 *
 * Returns: (transfer full): an empty batch
 */
ICertStoreBatch *
icert_store_batch_new (void)
{
  ICertStoreBatch *batch = g_malloc (sizeof (ICertStoreBatch));

  g_atomic_ref_count_init (&batch->ref_count);
  batch->n_changes = 0;
  batch->max_changes = FIRST_CHANGES;
  batch->changes = batch->first_changes;
  batch->blocks = NULL;
  batch->kept = NULL;
  batch->free = (guint8 *) batch->first_block;
  batch->left = sizeof batch->first_block;
  batch->error = NULL;
  return batch;
}

/**
 * icert_store_batch_ref: (skip)
 * @batch: a batch
 *
 * Returns: (transfer full): the same batch
 */
ICertStoreBatch *
icert_store_batch_ref (ICertStoreBatch *batch)
{
  g_return_val_if_fail (batch != NULL, NULL);

  g_atomic_ref_count_inc (&batch->ref_count);
  return batch;
}

/**
 * icert_store_batch_unref: (skip)
 * @batch: (transfer full): a batch
 *
 * Gives a reference back.
 */
void
icert_store_batch_unref (ICertStoreBatch *batch)
{
  g_return_if_fail (batch != NULL);

  if (!g_atomic_ref_count_dec (&batch->ref_count))
    return;

  for (Kept *kept = batch->kept; kept != NULL; kept = kept->next)
    g_bytes_unref (kept->bytes);
  while (batch->blocks != NULL)
    {
      Block *next = batch->blocks->next;

      g_free (batch->blocks);
      batch->blocks = next;
    }
  g_clear_error (&batch->error);
  g_free (batch);
}

static void
grow_changes (ICertStoreBatch *batch)
{
  ICertStoreChange *changes = take (batch, 2 * batch->max_changes * sizeof (ICertStoreChange));

  memcpy (changes, batch->changes, batch->n_changes * sizeof (ICertStoreChange));
  batch->changes = changes;
  batch->max_changes *= 2;
}

/**
 * icert_store_batch_begin: (skip)
 * @batch: a batch
 * @table: the table of the row
 * @verb: what is done with the row
 *
 * Starts a change; the functions that set cells go to the change started last. There is room for
 * each column of the table, so that a change never moves.
 */
void
icert_store_batch_begin (ICertStoreBatch *batch, ICertStoreTable table, ICertStoreVerb verb)
{
  ICertStoreChange *change;
  guint n_columns;

  g_return_if_fail (batch != NULL);
  g_return_if_fail ((guint) table < ICERT_STORE_N_TABLES);

  if (batch->n_changes == batch->max_changes)
    grow_changes (batch);

  icert_store_table_columns (table, &n_columns);
  change = &batch->changes[batch->n_changes++];
  change->table = table;
  change->verb = verb;
  change->expected_version = 0;
  change->n_values = 0;
  change->values = take (batch, n_columns * sizeof (ICertStoreValue));
  change->columns = take (batch, n_columns);
  memset (batch->seen, 0, sizeof batch->seen);
}

/**
 * icert_store_batch_expect_version: (skip)
 * @batch: a batch
 * @version: the version that the row must have, 0 for any
 *
 * Makes the last change a compare-and-set (S-E6).
 */
void
icert_store_batch_expect_version (ICertStoreBatch *batch, gint64 version)
{
  g_return_if_fail (batch != NULL && batch->n_changes > 0);

  batch->changes[batch->n_changes - 1].expected_version = version;
}

/* The cell of a column in the last change, with the column's type; a second one replaces the first.
 * NULL for a column that is not there. */
static ICertStoreValue *
add_cell (ICertStoreBatch *batch, guint column)
{
  const ICertStoreColumnInfo *columns;
  ICertStoreChange *change;
  guint n_columns;
  guint at;

  g_return_val_if_fail (batch != NULL && batch->n_changes > 0, NULL);
  change = &batch->changes[batch->n_changes - 1];
  columns = icert_store_table_columns (change->table, &n_columns);
  g_return_val_if_fail (column < n_columns, NULL);

  if (G_UNLIKELY ((batch->seen[column / 64] >> (column % 64)) & 1))
    for (at = 0; change->columns[at] != column; at++)
      ;
  else
    at = change->n_values++;

  batch->seen[column / 64] |= G_GUINT64_CONSTANT (1) << (column % 64);
  change->columns[at] = (guint8) column;
  change->values[at] = (ICertStoreValue){ columns[column].type, 0, NULL, 0 };
  return &change->values[at];
}

/**
 * icert_store_batch_set_int: (skip)
 * @batch: a batch
 * @column: a column of numbers or dates
 * @value: the number, or microseconds since 1970, UTC
 *
 * Sets a cell of the last change.
 */
void
icert_store_batch_set_int (ICertStoreBatch *batch, guint column, gint64 value)
{
  ICertStoreValue *cell = add_cell (batch, column);

  if (cell == NULL)
    return;
  g_return_if_fail (cell->type == ICERT_PROPERTY_TYPE_LONG
                    || cell->type == ICERT_PROPERTY_TYPE_DATE);
  cell->integer = value;
}

/**
 * icert_store_batch_set_text: (skip)
 * @batch: a batch
 * @column: a column of text
 * @text: (nullable): UTF-8, copied; `NULL` for an empty cell
 *
 * Sets a cell of the last change.
 */
void
icert_store_batch_set_text (ICertStoreBatch *batch, guint column, const char *text)
{
  icert_store_batch_set_data (batch, column, text, text != NULL ? strlen (text) : 0);
}

/**
 * icert_store_batch_set_data: (skip)
 * @batch: a batch
 * @column: a column of octets or text
 * @data: (nullable): octets, copied; `NULL` for an empty cell
 * @size: how many
 *
 * Sets a cell of the last change.
 */
void
icert_store_batch_set_data (ICertStoreBatch *batch, guint column, const void *data, gsize size)
{
  ICertStoreValue *cell = add_cell (batch, column);
  gpointer copy;

  if (cell == NULL)
    return;
  g_return_if_fail (cell->type == ICERT_PROPERTY_TYPE_STRING
                    || cell->type == ICERT_PROPERTY_TYPE_BINARY);
  if (data == NULL)
    {
      cell->type = ICERT_PROPERTY_TYPE_NONE;
      return;
    }

  copy = take (batch, MAX (size, 1));
  memcpy (copy, data, size);
  cell->data = copy;
  cell->size = size;
}

/**
 * icert_store_batch_set_bytes: (skip)
 * @batch: a batch
 * @column: a column of octets or text
 * @bytes: (nullable): octets, of which the batch keeps a reference; `NULL` for an empty cell
 *
 * Sets a cell of the last change.
 */
void
icert_store_batch_set_bytes (ICertStoreBatch *batch, guint column, GBytes *bytes)
{
  ICertStoreValue *cell = add_cell (batch, column);
  Kept *kept;

  if (cell == NULL)
    return;
  g_return_if_fail (cell->type == ICERT_PROPERTY_TYPE_STRING
                    || cell->type == ICERT_PROPERTY_TYPE_BINARY);
  if (bytes == NULL)
    {
      cell->type = ICERT_PROPERTY_TYPE_NONE;
      return;
    }

  kept = take (batch, sizeof (Kept));
  kept->bytes = g_bytes_ref (bytes);
  kept->next = batch->kept;
  batch->kept = kept;
  cell->data = g_bytes_get_data (bytes, &cell->size);
  /* an empty GBytes has no address, and a cell without one would be NULL in SQL */
  if (cell->data == NULL)
    cell->data = "";
}

/**
 * icert_store_batch_set_empty: (skip)
 * @batch: a batch
 * @column: a column
 *
 * Empties a cell of the last change.
 */
void
icert_store_batch_set_empty (ICertStoreBatch *batch, guint column)
{
  ICertStoreValue *cell = add_cell (batch, column);

  if (cell != NULL)
    cell->type = ICERT_PROPERTY_TYPE_NONE;
}

/**
 * icert_store_batch_get_n_changes: (skip)
 * @batch: a batch
 *
 * Returns: how many changes it has
 */
guint
icert_store_batch_get_n_changes (ICertStoreBatch *batch)
{
  g_return_val_if_fail (batch != NULL, 0);

  return batch->n_changes;
}

/**
 * icert_store_batch_get_change: (skip)
 * @batch: a batch
 * @index: which change, from 0
 *
 * Returns: (transfer none) (nullable): the change, good until the next one is started; `NULL`
 *   behind the last
 */
const ICertStoreChange *
icert_store_batch_get_change (ICertStoreBatch *batch, guint index)
{
  g_return_val_if_fail (batch != NULL, NULL);

  return index < batch->n_changes ? &batch->changes[index] : NULL;
}

/**
 * icert_store_batch_truncate: (skip)
 * @batch: a batch
 * @n_changes: how many changes stay
 *
 * Drops the changes behind the first `n_changes`. Their memory goes with the batch.
 */
void
icert_store_batch_truncate (ICertStoreBatch *batch, guint n_changes)
{
  const ICertStoreChange *last;

  g_return_if_fail (batch != NULL);

  if (n_changes >= batch->n_changes)
    return;

  batch->n_changes = n_changes;
  memset (batch->seen, 0, sizeof batch->seen);
  if (n_changes == 0)
    return;
  last = &batch->changes[n_changes - 1];
  for (guint i = 0; i < last->n_values; i++)
    batch->seen[last->columns[i] / 64] |= G_GUINT64_CONSTANT (1) << (last->columns[i] % 64);
}

/**
 * icert_store_batch_take_error: (skip)
 * @batch: a batch
 * @error: (transfer full) (nullable): why the batch was not committed; `NULL` when it was
 *
 * Says how it went. The store calls it for each batch of a commit.
 */
void
icert_store_batch_take_error (ICertStoreBatch *batch, GError *error)
{
  g_return_if_fail (batch != NULL);

  g_clear_error (&batch->error);
  batch->error = error;
}

/**
 * icert_store_batch_get_error: (skip)
 * @batch: a batch
 *
 * Returns: (transfer none) (nullable): why the batch was not committed
 */
const GError *
icert_store_batch_get_error (ICertStoreBatch *batch)
{
  g_return_val_if_fail (batch != NULL, NULL);

  return batch->error;
}

static gboolean
has_data (const ICertStoreValue *value)
{
  return value->type == ICERT_PROPERTY_TYPE_STRING || value->type == ICERT_PROPERTY_TYPE_BINARY;
}

/**
 * icert_store_row_new: (skip)
 * @values: cells, copied
 * @n_values: how many
 *
 * Returns: (transfer full): a row
 */
ICertStoreRow *
icert_store_row_new (const ICertStoreValue *values, guint n_values)
{
  gsize size = sizeof (ICertStoreRow) + n_values * sizeof (ICertStoreValue);
  ICertStoreRow *row;
  guint8 *data;

  g_return_val_if_fail (values != NULL || n_values == 0, NULL);

  for (guint i = 0; i < n_values; i++)
    size += has_data (&values[i]) ? values[i].size : 0;

  row = g_malloc (size);
  row->n_values = n_values;
  data = (guint8 *) &row->values[n_values];
  for (guint i = 0; i < n_values; i++)
    {
      row->values[i] = values[i];
      if (!has_data (&values[i]))
        continue;
      if (values[i].size > 0)
        memcpy (data, values[i].data, values[i].size);
      row->values[i].data = data;
      data += values[i].size;
    }
  return row;
}

/**
 * icert_store_row_free: (skip)
 * @row: (transfer full) (nullable): a row
 *
 * Frees a row and its cells.
 */
void
icert_store_row_free (ICertStoreRow *row)
{
  g_free (row);
}

/**
 * icert_store_row_get: (skip)
 * @row: a row
 * @index: which cell, in the order of the query's columns
 *
 * Returns: (transfer none) (nullable): the cell; `NULL` behind the last
 */
const ICertStoreValue *
icert_store_row_get (const ICertStoreRow *row, guint index)
{
  g_return_val_if_fail (row != NULL, NULL);

  return index < row->n_values ? &row->values[index] : NULL;
}

/**
 * icert_store_row_get_n_values: (skip)
 * @row: a row
 *
 * Returns: how many cells it has
 */
guint
icert_store_row_get_n_values (const ICertStoreRow *row)
{
  g_return_val_if_fail (row != NULL, 0);

  return row->n_values;
}

/**
 * icert_store_row_get_int: (skip)
 * @row: a row
 * @index: which cell
 *
 * Returns: the number or date of a cell; 0 when it is empty or holds something else
 */
gint64
icert_store_row_get_int (const ICertStoreRow *row, guint index)
{
  const ICertStoreValue *value = icert_store_row_get (row, index);

  if (value == NULL
      || (value->type != ICERT_PROPERTY_TYPE_LONG && value->type != ICERT_PROPERTY_TYPE_DATE))
    return 0;
  return value->integer;
}

/**
 * icert_store_row_dup_text: (skip)
 * @row: a row
 * @index: which cell
 *
 * Returns: (transfer full) (nullable): the text of a cell; `NULL` when it is empty
 */
char *
icert_store_row_dup_text (const ICertStoreRow *row, guint index)
{
  const ICertStoreValue *value = icert_store_row_get (row, index);

  if (value == NULL || !has_data (value))
    return NULL;
  return g_strndup (value->data, value->size);
}

/**
 * icert_store_row_dup_bytes: (skip)
 * @row: a row
 * @index: which cell
 *
 * Returns: (transfer full) (nullable): the octets of a cell; `NULL` when it is empty
 */
GBytes *
icert_store_row_dup_bytes (const ICertStoreRow *row, guint index)
{
  const ICertStoreValue *value = icert_store_row_get (row, index);

  if (value == NULL || !has_data (value))
    return NULL;
  return g_bytes_new (value->data, value->size);
}

static gboolean
check_slot (gboolean there, const char *method, GError **error)
{
  if (!there)
    icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, method, "not implemented (by this store)");
  return there;
}

static gboolean
check_text (const char *text, const char *field, GError **error)
{
  if (text == NULL || *text == '\0')
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field, "nothing (a text)");
      return FALSE;
    }
  return TRUE;
}

/**
 * icert_store_open: (skip)
 * @self: a store
 * @url: an absolute path or a URI
 * @create: whether to make it
 * @error: return location for an error
 *
 * Opens the store, from the thread that will commit. Fails with `ICERT_ERROR_CONFIG` when one is
 * there already (`create`), and otherwise when it is no store, of a newer version, broken, badly
 * set or in use by another engine; then nothing is changed. `ICERT_ERROR_STORAGE` when it cannot be
 * read.
 *
 * Returns: `TRUE` when it is open
 */
gboolean
icert_store_open (ICertStore *self, const char *url, gboolean create, GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_text (url, "store", error) || !check_slot (iface->open != NULL, "open", error))
    return FALSE;
  if (iface->open (self, url, create, &local_error))
    return TRUE;

  _icert_propagate_error (error, local_error, self, "open");
  return FALSE;
}

/**
 * icert_store_close: (skip)
 * @self: a store
 * @error: return location for an error
 *
 * Makes a checkpoint and gives the lock up. Later calls fail with `ICERT_ERROR_STORAGE`.
 *
 * Returns: `TRUE` when it closed cleanly
 */
gboolean
icert_store_close (ICertStore *self, GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_slot (iface->close != NULL, "close", error))
    return FALSE;
  if (iface->close (self, &local_error))
    return TRUE;

  _icert_propagate_error (error, local_error, self, "close");
  return FALSE;
}

/**
 * icert_store_commit: (skip)
 * @self: a store
 * @batches: (element-type ICertStoreBatch): what to commit, in order
 * @prepare: (nullable): called just before each batch is applied, and after one failed
 * @data: for `prepare`
 * @error: return location for an error
 *
 * Commits all batches in one transaction and with one sync. Each alone may fail with
 * `ICERT_ERROR_CONFLICT` or `ICERT_ERROR_WRONG_STATE`; then its error is set and the others go in.
 *
 * Fails with `ICERT_ERROR_STORAGE` when nothing was committed, and `ICERT_ERROR_OUTCOME_UNKNOWN`
 * when that is not known: then `icert_store_recover()` tells (S-E4).
 *
 * Returns: `TRUE` when the transaction was committed
 */
gboolean
icert_store_commit (ICertStore *self,
                    GPtrArray *batches,
                    ICertStorePrepare prepare,
                    gpointer data,
                    GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);
  g_return_val_if_fail (batches != NULL, FALSE);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_slot (iface->commit != NULL, "commit", error))
    return FALSE;
  if (iface->commit (self, batches, prepare, data, &local_error))
    return TRUE;

  _icert_propagate_error (error, local_error, self, "commit");
  return FALSE;
}

/**
 * icert_store_recover: (skip)
 * @self: a store
 * @committed: (out): whether the last group of batches went in
 * @error: return location for an error
 *
 * Opens the store anew after `ICERT_ERROR_OUTCOME_UNKNOWN` and looks (S-E4). Fails with
 * `ICERT_ERROR_STORAGE`.
 *
 * Returns: `TRUE` when the outcome is known
 */
gboolean
icert_store_recover (ICertStore *self, gboolean *committed, GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);
  g_return_val_if_fail (committed != NULL, FALSE);

  *committed = FALSE;
  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_slot (iface->recover != NULL, "recover", error))
    return FALSE;
  if (iface->recover (self, committed, &local_error))
    return TRUE;

  *committed = FALSE;
  _icert_propagate_error (error, local_error, self, "recover");
  return FALSE;
}

/**
 * icert_store_query: (skip)
 * @self: a store
 * @query: which rows and columns
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Reads a page of a table, from any thread. Fails with `ICERT_ERROR_STORAGE`.
 *
 * Returns: (transfer full) (element-type ICertStoreRow): the rows; their cells are in the order of
 * the query's columns
 */
GPtrArray *
icert_store_query (ICertStore *self,
                   const ICertStoreQuery *query,
                   GCancellable *cancellable,
                   GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;
  GPtrArray *rows;

  g_return_val_if_fail (ICERT_IS_STORE (self), NULL);
  g_return_val_if_fail (query != NULL, NULL);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_slot (iface->query != NULL, "query", error))
    return NULL;
  rows = iface->query (self, query, cancellable, &local_error);
  if (rows == NULL)
    _icert_propagate_error (error, local_error, self, "query");
  return rows;
}

/**
 * icert_store_count: (skip)
 * @self: a store
 * @table: a table
 * @condition: (nullable): which rows
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Counts rows, from any thread. Fails with `ICERT_ERROR_STORAGE`.
 *
 * Returns: how many there are, -1 with an error
 */
gint64
icert_store_count (ICertStore *self,
                   ICertStoreTable table,
                   const ICertStoreCondition *condition,
                   GCancellable *cancellable,
                   GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;
  gint64 n;

  g_return_val_if_fail (ICERT_IS_STORE (self), -1);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_slot (iface->count != NULL, "count", error))
    return -1;
  n = iface->count (self, table, condition, cancellable, &local_error);
  if (n >= 0)
    return n;

  _icert_propagate_error (error, local_error, self, "count");
  return -1;
}

/**
 * icert_store_reserve: (skip)
 * @self: a store
 * @counter: name of the counter; counters begin at 1
 * @n: how many numbers, at least one
 * @first: (out): the first of them
 * @error: return location for an error
 *
 * Takes numbers out of circulation, durably before it returns (S-E7). Fails with
 * `ICERT_ERROR_STORAGE`.
 *
 * Returns: `TRUE` when the numbers are reserved
 */
gboolean
icert_store_reserve (ICertStore *self, const char *counter, gint64 n, gint64 *first, GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);
  g_return_val_if_fail (first != NULL, FALSE);

  *first = 0;
  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_text (counter, "counter", error)
      || !check_slot (iface->reserve != NULL, "reserve", error))
    return FALSE;
  if (n < 1)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "counter",
                       "%" G_GINT64_FORMAT " numbers (at least 1)", n);
      return FALSE;
    }
  if (iface->reserve (self, counter, n, first, &local_error))
    return TRUE;

  *first = 0;
  _icert_propagate_error (error, local_error, self, "reserve");
  return FALSE;
}

/**
 * icert_store_release: (skip)
 * @self: a store
 * @counter: name of the counter
 * @next: the first number that was not used
 * @error: return location for an error
 *
 * Gives the rest of the newest reservation back; only at a clean close. Fails with
 * `ICERT_ERROR_STORAGE`.
 *
 * Returns: `TRUE` when they are back
 */
gboolean
icert_store_release (ICertStore *self, const char *counter, gint64 next, GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_text (counter, "counter", error)
      || !check_slot (iface->release != NULL, "release", error))
    return FALSE;
  if (iface->release (self, counter, next, &local_error))
    return TRUE;

  _icert_propagate_error (error, local_error, self, "release");
  return FALSE;
}

/**
 * icert_store_scan: (skip)
 * @self: a store
 * @query: which rows and columns
 * @func: (scope call): called for each row
 * @data: for `func`
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Reads a table row by row, from any thread, as it was at one moment, whatever is committed
 * meanwhile. Nothing is kept of a row: there may be millions. Fails with `ICERT_ERROR_STORAGE`, or
 * with what `func` set.
 *
 * Returns: `TRUE` when all rows were read, or `func` had seen enough
 */
gboolean
icert_store_scan (ICertStore *self,
                  const ICertStoreQuery *query,
                  ICertStoreRowFunc func,
                  gpointer data,
                  GCancellable *cancellable,
                  GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);
  g_return_val_if_fail (query != NULL && func != NULL, FALSE);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_slot (iface->scan != NULL, "scan", error))
    return FALSE;
  if (iface->scan (self, query, func, data, cancellable, &local_error))
    return TRUE;

  _icert_propagate_error (error, local_error, self, "scan");
  return FALSE;
}

/**
 * icert_store_backup: (skip)
 * @self: a store
 * @url: where the copy goes: a store that is not there yet
 * @progress: (scope call) (nullable): told how far it is
 * @data: for `progress`
 * @cancellable: (nullable): to stop; nothing is left of the copy
 * @error: return location for an error
 *
 * Copies one state of the store, consistent in itself, while others read and write. The copy is on
 * disk when this returns. Any thread. Fails with `ICERT_ERROR_STORAGE`, `G_IO_ERROR_CANCELLED`.
 *
 * Returns: `TRUE` when the copy is complete
 */
gboolean
icert_store_backup (ICertStore *self,
                    const char *url,
                    ICertStoreProgress progress,
                    gpointer data,
                    GCancellable *cancellable,
                    GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;

  g_return_val_if_fail (ICERT_IS_STORE (self), FALSE);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_text (url, "url", error) || !check_slot (iface->backup != NULL, "backup", error))
    return FALSE;
  if (iface->backup (self, url, progress, data, cancellable, &local_error))
    return TRUE;

  _icert_propagate_error (error, local_error, self, "backup");
  return FALSE;
}

/**
 * icert_store_group: (skip)
 * @self: a store
 * @table: a table
 * @column: the column whose values are told apart
 * @period: what dates are put together by
 * @condition: (nullable): which rows
 * @limit: how many values at most; 0 = all
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Counts rows by the value of a column, from any thread. Fails with `ICERT_ERROR_STORAGE`.
 *
 * Returns: (transfer full): rows of two cells, value and number, in the order of the values, or
 * `NULL` with `error` set
 */
GPtrArray *
icert_store_group (ICertStore *self,
                   ICertStoreTable table,
                   guint column,
                   ICertPeriod period,
                   const ICertStoreCondition *condition,
                   guint limit,
                   GCancellable *cancellable,
                   GError **error)
{
  ICertStoreInterface *iface;
  GError *local_error = NULL;
  GPtrArray *rows;

  g_return_val_if_fail (ICERT_IS_STORE (self), NULL);

  iface = ICERT_STORE_GET_IFACE (self);
  if (!check_slot (iface->group != NULL, "group", error))
    return NULL;
  rows = iface->group (self, table, column, period, condition, limit, cancellable, &local_error);
  if (rows != NULL)
    return rows;

  _icert_propagate_error (error, local_error, self, "group");
  return NULL;
}
