/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl.h"

/* The cells of a CaCrlRow, in this order. */
static const guint8 columns[] = {
  ICERT_CRL_ID,
  ICERT_CRL_NUMBER,
  ICERT_CRL_MIN_BASE,
  ICERT_CRL_NAME_ID,
  ICERT_CRL_PARTITION,
  ICERT_CRL_COUNT,
  ICERT_CRL_THIS_UPDATE,
  ICERT_CRL_NEXT_UPDATE,
  ICERT_CRL_THIS_PUBLISH,
  ICERT_CRL_NEXT_PUBLISH,
  ICERT_CRL_EFFECTIVE,
  ICERT_CRL_PROPAGATION_COMPLETE,
  ICERT_CRL_PUBLISH_FLAGS,
  ICERT_CRL_SIZE,
  ICERT_CRL_HASH,
  ICERT_CRL_FILE,
};

void
ca_crl_row_free (CaCrlRow *row)
{
  if (row == NULL)
    return;
  g_free (row->hash);
  g_free (row->file);
  g_free (row);
}

static CaCrlRow *
row_from_cells (const ICertStoreRow *cells)
{
  CaCrlRow *row = g_new0 (CaCrlRow, 1);
  guint i = 0;

  row->id = icert_store_row_get_int (cells, i++);
  row->number = icert_store_row_get_int (cells, i++);
  row->min_base = icert_store_row_get_int (cells, i++);
  row->key_index = (guint) icert_store_row_get_int (cells, i++);
  row->partition = (guint) icert_store_row_get_int (cells, i++);
  row->count = icert_store_row_get_int (cells, i++);
  row->this_update = icert_store_row_get_int (cells, i++);
  row->next_update = icert_store_row_get_int (cells, i++);
  row->this_publish = icert_store_row_get_int (cells, i++);
  row->next_publish = icert_store_row_get_int (cells, i++);
  row->effective = icert_store_row_get_int (cells, i++);
  row->propagation_complete = icert_store_row_get_int (cells, i++);
  row->flags = (guint) icert_store_row_get_int (cells, i++);
  row->size = icert_store_row_get_int (cells, i++);
  row->hash = icert_store_row_dup_text (cells, i++);
  row->file = icert_store_row_dup_text (cells, i++);
  return row;
}

static ICertStoreCondition
compare (guint column, ICertSeek seek, gint64 value)
{
  return (ICertStoreCondition){ .column = column,
                                .seek = seek,
                                .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value } };
}

/* (element-type CaCrlRow): newest first */
static GPtrArray *
load (ICertStore *store,
      const ICertStoreCondition *const *parts,
      guint n_parts,
      guint limit,
      GError **error)
{
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = n_parts, .parts = parts };
  ICertStoreQuery query = { .table = ICERT_STORE_CRLS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = ICERT_CRL_NUMBER,
                            .descending = TRUE,
                            .limit = limit };
  g_autoptr (GPtrArray) cells = icert_store_query (store, &query, NULL, error);
  GPtrArray *rows;

  if (cells == NULL)
    return NULL;
  rows = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_crl_row_free);
  for (guint i = 0; i < cells->len; i++)
    g_ptr_array_add (rows, row_from_cells (cells->pdata[i]));
  return rows;
}

static GPtrArray *
load_of (ICertStore *store,
         guint key_index,
         guint partition,
         CaCrlKind kind,
         gint64 after,
         guint limit,
         GError **error)
{
  ICertStoreCondition key = compare (ICERT_CRL_NAME_ID, ICERT_SEEK_EQ, key_index);
  ICertStoreCondition part = compare (ICERT_CRL_PARTITION, ICERT_SEEK_EQ, partition);
  ICertStoreCondition base
      = compare (ICERT_CRL_MIN_BASE, kind == CA_CRL_KIND_BASE ? ICERT_SEEK_EQ : ICERT_SEEK_GT, 0);
  ICertStoreCondition holds = compare (ICERT_CRL_NEXT_UPDATE, ICERT_SEEK_GT, after);
  const ICertStoreCondition *parts[] = { &key, &part, &holds, &base };

  return load (store, parts, kind == CA_CRL_KIND_ANY ? 3 : 4, limit, error);
}

CaCrlRow *
ca_crl_row_load_newest (ICertStore *store,
                        guint key_index,
                        guint partition,
                        CaCrlKind kind,
                        GError **error)
{
  g_autoptr (GPtrArray) rows = load_of (store, key_index, partition, kind, -1, 1, error);

  return rows != NULL && rows->len > 0 ? g_ptr_array_steal_index (rows, 0) : NULL;
}

GPtrArray *
ca_crl_row_load_unexpired (ICertStore *store,
                           guint key_index,
                           guint partition,
                           CaCrlKind kind,
                           gint64 now,
                           GError **error)
{
  return load_of (store, key_index, partition, kind, now, 0, error);
}

GPtrArray *
ca_crl_row_load_expired (ICertStore *store, gint64 now, gint64 below, guint limit, GError **error)
{
  ICertStoreCondition ended = compare (ICERT_CRL_NEXT_UPDATE, ICERT_SEEK_LT, now);
  ICertStoreCondition older = compare (ICERT_CRL_NUMBER, ICERT_SEEK_LT, below);
  ICertStoreCondition there = { .column = ICERT_CRL_FILE, .seek = ICERT_SEEK_NE };
  const ICertStoreCondition *parts[] = { &ended, &older, &there };

  return load (store, parts, G_N_ELEMENTS (parts), limit, error);
}

CaCrlRow *
ca_crl_row_load (ICertStore *store, gint64 id, GError **error)
{
  ICertStoreCondition key = compare (ICERT_CRL_ID, ICERT_SEEK_EQ, id);
  const ICertStoreCondition *parts[] = { &key };
  g_autoptr (GPtrArray) rows = load (store, parts, 1, 1, error);

  if (rows == NULL)
    return NULL;
  if (rows->len > 0)
    return g_ptr_array_steal_index (rows, 0);
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "CRL", "no row %" G_GINT64_FORMAT " (one)", id);
  return NULL;
}

GPtrArray *
ca_crl_row_load_run (ICertStore *store, gint64 number, GError **error)
{
  ICertStoreCondition run = compare (ICERT_CRL_NUMBER, ICERT_SEEK_EQ, number);
  const ICertStoreCondition *parts[] = { &run };

  return load (store, parts, 1, 0, error);
}

void
ca_crl_row_insert (const CaCrlRow *row, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_CRLS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_CRL_ID, row->id);
  icert_store_batch_set_int (batch, ICERT_CRL_NUMBER, row->number);
  icert_store_batch_set_int (batch, ICERT_CRL_MIN_BASE, row->min_base);
  icert_store_batch_set_int (batch, ICERT_CRL_NAME_ID, row->key_index);
  icert_store_batch_set_int (batch, ICERT_CRL_PARTITION, row->partition);
  icert_store_batch_set_int (batch, ICERT_CRL_COUNT, row->count);
  icert_store_batch_set_int (batch, ICERT_CRL_THIS_UPDATE, row->this_update);
  icert_store_batch_set_int (batch, ICERT_CRL_NEXT_UPDATE, row->next_update);
  icert_store_batch_set_int (batch, ICERT_CRL_THIS_PUBLISH, row->this_publish);
  icert_store_batch_set_int (batch, ICERT_CRL_NEXT_PUBLISH, row->next_publish);
  if (row->min_base > 0)
    icert_store_batch_set_int (batch, ICERT_CRL_EFFECTIVE, row->effective);
  icert_store_batch_set_int (batch, ICERT_CRL_PROPAGATION_COMPLETE, row->propagation_complete);
  icert_store_batch_set_int (batch, ICERT_CRL_PUBLISH_ATTEMPTS, 0);
  icert_store_batch_set_int (batch, ICERT_CRL_PUBLISH_FLAGS, row->flags);
  icert_store_batch_set_int (batch, ICERT_CRL_SIZE, row->size);
  icert_store_batch_set_text (batch, ICERT_CRL_HASH, row->hash);
  icert_store_batch_set_text (batch, ICERT_CRL_FILE, row->file);
}

static GDateTime *
new_date (gint64 microseconds)
{
  return g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
}

ICertCrlInfo *
ca_crl_row_to_info (const CaCrlRow *row)
{
  g_autoptr (GDateTime) this_update = new_date (row->this_update);
  g_autoptr (GDateTime) next_update = new_date (row->next_update);
  g_autoptr (GDateTime) next_publish = new_date (row->next_publish);

  return g_object_new (
      ICERT_TYPE_CRL_INFO, "row-id", row->id, "key-index", (int) row->key_index, "partition",
      (int) row->partition, "delta", (row->flags & ICERT_CRL_PUBLISH_DELTA) != 0, "number",
      row->number, "base-number", row->min_base, "entries", row->count, "size", row->size,
      "this-update", this_update, "next-update", next_update, "next-publish", next_publish, NULL);
}
