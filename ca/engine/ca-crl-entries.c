/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-private.h"

/* What a base reads of a row, and what a delta reads besides. A column costs a tenth of a row, so
 * whatever the store can judge it judges. */
enum
{
  CELL_SERIAL,
  CELL_REVOKED_WHEN,
  CELL_REASON,
  N_BASE_CELLS,
  CELL_STATE = N_BASE_CELLS,
  CELL_CHANGED,
  N_DELTA_CELLS
};

typedef struct
{
  const CaCrlRun *run;
  const CaCrl *crl;
  CaCrlWriter *writer;
} Entries;

static inline gint64
date_of (const ICertStoreValue *value)
{
  return value->type != ICERT_PROPERTY_TYPE_NONE ? value->integer : 0;
}

/* A date in the future waits for its time. @reason: with ICERT_SERIAL_REASON_BACKDATED */
static inline gboolean
add (const Entries *entries, const ICertStoreValue *serial, gint64 date, int reason, GError **error)
{
  gint64 seconds = date / G_USEC_PER_SEC;

  return date > entries->run->now
         || ca_crl_writer_add (entries->writer, serial->data, serial->size, seconds,
                               reason & ICERT_SERIAL_REASON_MASK,
                               (reason & ICERT_SERIAL_REASON_BACKDATED) != 0 ? seconds : 0, error);
}

static gboolean
add_to_base_cb (const ICertStoreValue *values, guint n_values, gpointer data, GError **error)
{
  int reason = (int) date_of (&values[CELL_REASON]);

  /* RFC 5280 5.3.1: that one is in deltas only */
  return (reason & ICERT_SERIAL_REASON_MASK) == ICERT_REVOCATION_REASON_REMOVE_FROM_CRL
         || add (data, &values[CELL_SERIAL], date_of (&values[CELL_REVOKED_WHEN]), reason, error);
}

/* What changed since the base, or took effect since; what was released from hold is taken back. */
static gboolean
add_to_delta_cb (const ICertStoreValue *values, guint n_values, gpointer data, GError **error)
{
  const Entries *entries = data;
  gint64 date = date_of (&values[CELL_REVOKED_WHEN]);
  gint64 changed = date_of (&values[CELL_CHANGED]);

  if (MAX (date, changed) < entries->crl->since)
    return TRUE;
  if (values[CELL_STATE].integer == ICERT_SERIAL_STATE_GOOD)
    return add (entries, &values[CELL_SERIAL], changed, ICERT_REVOCATION_REASON_REMOVE_FROM_CRL,
                error);
  return add (entries, &values[CELL_SERIAL], date, (int) date_of (&values[CELL_REASON]), error);
}

static ICertStoreCondition
compare (guint column, ICertSeek seek, gint64 value)
{
  return (ICertStoreCondition){ .column = column,
                                .seek = seek,
                                .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value } };
}

/* Whatever ever changed of this key and partition: what was revoked, what was given up after a
 * crash (S-E3: reported as superseded), what was released from hold. An expired certificate stays
 * until it was on one CRL that was made after its end, or after it was revoked (RFC 5280 3.3); one
 * without an end, for ever. */
gboolean
ca_crl_write_entries (const CaCrlRun *run, const CaCrl *crl, CaCrlWriter *writer, GError **error)
{
  static const guint8 columns[N_DELTA_CELLS]
      = { ICERT_SERIAL_SERIAL, ICERT_SERIAL_REVOKED_WHEN, ICERT_SERIAL_REASON, ICERT_SERIAL_STATE,
          ICERT_SERIAL_CHANGED };
  gboolean delta = (crl->row->flags & ICERT_CRL_PUBLISH_DELTA) != 0;
  ICertStoreCondition issuer = compare (ICERT_SERIAL_ISSUER, ICERT_SEEK_EQ, crl->row->key_index);
  ICertStoreCondition partition
      = compare (ICERT_SERIAL_PARTITION, ICERT_SEEK_EQ, crl->row->partition);
  ICertStoreCondition changed = { .column = ICERT_SERIAL_CHANGED, .seek = ICERT_SEEK_NE };
  ICertStoreCondition revoked
      = compare (ICERT_SERIAL_STATE, ICERT_SEEK_GE,
                 delta ? ICERT_SERIAL_STATE_GOOD : ICERT_SERIAL_STATE_REVOKED);
  ICertStoreCondition holds = compare (ICERT_SERIAL_NOT_AFTER, ICERT_SEEK_GE, crl->ended);
  ICertStoreCondition endless = { .column = ICERT_SERIAL_NOT_AFTER, .seek = ICERT_SEEK_EQ };
  ICertStoreCondition late = compare (ICERT_SERIAL_CHANGED, ICERT_SEEK_GE, crl->ended);
  ICertStoreCondition kept = compare (ICERT_SERIAL_PUBLISH_EXPIRED, ICERT_SEEK_GT, 0);
  const ICertStoreCondition *any[] = { &holds, &late, &endless, &kept };
  ICertStoreCondition listed = { .kind = ICERT_STORE_OR, .n_parts = 4, .parts = any };
  const ICertStoreCondition *all[] = { &issuer, &partition, &changed, &revoked, &listed };
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_AND, .n_parts = crl->ended > G_MININT64 ? 5 : 4, .parts = all };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = delta ? N_DELTA_CELLS : N_BASE_CELLS,
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  Entries entries = { .run = run, .crl = crl, .writer = writer };

  if ((crl->row->flags & ICERT_CRL_PUBLISH_SHADOW) != 0)
    return TRUE;
  return icert_store_scan (run->engine->store, &query, delta ? add_to_delta_cb : add_to_base_cb,
                           &entries, NULL, error);
}
