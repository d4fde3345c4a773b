/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-private.h"

enum
{
  CELL_SERIAL,
  CELL_STATE,
  CELL_NOT_AFTER,
  CELL_REVOKED_WHEN,
  CELL_REASON,
  CELL_CHANGED,
  CELL_PUBLISH_EXPIRED,
  N_CELLS
};

typedef struct
{
  const CaCrlRun *run;
  const CaCrl *crl;
  gboolean delta;
  CaCrlWriter *writer;
} Entries;

static inline gint64
date_of (const ICertStoreValue *value)
{
  return value->type != ICERT_PROPERTY_TYPE_NONE ? value->integer : 0;
}

/* An expired certificate stays until it was on one CRL that was made after its end, or after it was
 * revoked (RFC 5280 3.3); one without an end, for ever. */
static inline gboolean
is_over (const Entries *entries, const ICertStoreValue *values)
{
  gint64 end = date_of (&values[CELL_NOT_AFTER]);

  return end != 0 && end < entries->crl->ended
         && date_of (&values[CELL_CHANGED]) < entries->crl->ended
         && values[CELL_PUBLISH_EXPIRED].integer == 0;
}

/* Deltas: what changed since the base, or took effect since. */
static inline gboolean
is_new (const Entries *entries, const ICertStoreValue *values)
{
  return !entries->delta || date_of (&values[CELL_CHANGED]) >= entries->crl->since
         || date_of (&values[CELL_REVOKED_WHEN]) >= entries->crl->since;
}

static gboolean
add_cb (const ICertStoreValue *values, guint n_values, gpointer data, GError **error)
{
  const Entries *entries = data;
  gint64 date = date_of (&values[CELL_REVOKED_WHEN]);
  int reason = (int) date_of (&values[CELL_REASON]);

  if (values[CELL_STATE].integer == ICERT_SERIAL_STATE_GOOD)
    {
      /* released from hold: a base does not mention it, a delta takes it back */
      date = date_of (&values[CELL_CHANGED]);
      reason = ICERT_REVOCATION_REASON_REMOVE_FROM_CRL;
    }
  /* a date in the future waits for its time; RFC 5280 5.3.1: removeFromCRL is in deltas only */
  if (date > entries->run->now || is_over (entries, values) || !is_new (entries, values)
      || (reason == ICERT_REVOCATION_REASON_REMOVE_FROM_CRL && !entries->delta))
    return TRUE;
  return ca_crl_writer_add (entries->writer, values[CELL_SERIAL].data, values[CELL_SERIAL].size,
                            date / G_USEC_PER_SEC, reason, error);
}

static ICertStoreCondition
equals (guint column, gint64 value)
{
  return (ICertStoreCondition){ .column = column,
                                .seek = ICERT_SEEK_EQ,
                                .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value } };
}

/* Whatever ever changed of this key and partition: what was revoked, what was given up after a
 * crash (S-E3: reported as superseded), what was released from hold. */
gboolean
ca_crl_write_entries (const CaCrlRun *run, const CaCrl *crl, CaCrlWriter *writer, GError **error)
{
  static const guint8 columns[N_CELLS]
      = { ICERT_SERIAL_SERIAL,         ICERT_SERIAL_STATE,  ICERT_SERIAL_NOT_AFTER,
          ICERT_SERIAL_REVOKED_WHEN,   ICERT_SERIAL_REASON, ICERT_SERIAL_CHANGED,
          ICERT_SERIAL_PUBLISH_EXPIRED };
  ICertStoreCondition issuer = equals (ICERT_SERIAL_ISSUER, crl->row->key_index);
  ICertStoreCondition partition = equals (ICERT_SERIAL_PARTITION, crl->row->partition);
  ICertStoreCondition changed = { .column = ICERT_SERIAL_CHANGED, .seek = ICERT_SEEK_NE };
  const ICertStoreCondition *parts[] = { &issuer, &partition, &changed };
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_AND, .n_parts = G_N_ELEMENTS (parts), .parts = parts };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = N_CELLS,
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  Entries entries = { .run = run,
                      .crl = crl,
                      .delta = (crl->row->flags & ICERT_CRL_PUBLISH_DELTA) != 0,
                      .writer = writer };

  if ((crl->row->flags & ICERT_CRL_PUBLISH_SHADOW) != 0)
    return TRUE;
  return icert_store_scan (run->engine->store, &query, add_cb, &entries, NULL, error);
}
