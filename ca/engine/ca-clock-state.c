/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-clock-state.h"

#include <string.h>

gboolean
ca_counter_load (ICertStore *store, const char *name, gint64 *value, GError **error)
{
  static const guint8 columns[] = { ICERT_COUNTER_VALUE };
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE,
          .column = ICERT_COUNTER_NAME,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = name, .size = strlen (name) } };
  ICertStoreQuery query = { .table = ICERT_STORE_COUNTERS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);

  if (rows == NULL)
    return FALSE;
  *value = rows->len > 0 ? icert_store_row_get_int (rows->pdata[0], 0) : 0;
  return TRUE;
}

/* Whether it is there already does not matter this way. */
void
ca_counter_store (const char *name, gint64 value, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_COUNTERS, ICERT_STORE_DELETE);
  icert_store_batch_set_text (batch, ICERT_COUNTER_NAME, name);
  icert_store_batch_begin (batch, ICERT_STORE_COUNTERS, ICERT_STORE_INSERT);
  icert_store_batch_set_text (batch, ICERT_COUNTER_NAME, name);
  icert_store_batch_set_int (batch, ICERT_COUNTER_VALUE, value);
}

gboolean
ca_clock_state_load (CaClockState *state, ICertStore *store, GError **error)
{
  return ca_counter_load (store, "clock-newest", &state->newest, error)
         && ca_counter_load (store, "clock-stopped", &state->stopped, error)
         && ca_counter_load (store, "clock-boot", &state->boot, error)
         && ca_counter_load (store, "clock-offset", &state->offset, error);
}

void
ca_clock_state_store (const CaClockState *state, ICertStoreBatch *batch)
{
  ca_counter_store ("clock-newest", state->newest, batch);
  ca_counter_store ("clock-stopped", state->stopped, batch);
  ca_counter_store ("clock-boot", state->boot, batch);
  ca_counter_store ("clock-offset", state->offset, batch);
}
