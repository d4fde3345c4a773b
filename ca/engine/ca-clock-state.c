/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-clock-state.h"

#include "ca-query.h"

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
