/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-clock.h"

/* What the store keeps of the clock (S-H3): rows of its counters. */
gboolean ca_clock_state_load (CaClockState *state, ICertStore *store, GError **error);
void ca_clock_state_store (const CaClockState *state, ICertStoreBatch *batch);
