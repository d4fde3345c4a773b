/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Wall-clock time of the engine, microseconds since 1970, UTC. Tests inject their own (S-H3). */
gint64 ca_clock_now (void);

typedef gint64 (*CaClockFunc) (gpointer data);
/* NULL: the system's clock again */
void ca_clock_inject (CaClockFunc func, gpointer data);

/* The guard of S-H3: what was signed must not depend on a clock that was set. Thread-safe. */
typedef struct _CaClockGuard CaClockGuard;

/* @newest: the newest time that is stored, 0 = none */
CaClockGuard *ca_clock_guard_new (gint64 newest);
void ca_clock_guard_free (CaClockGuard *guard);
/* CLOCK once the clock stands more than 5 s behind what is stored, or jumped more than 10 min
 * against the time since boot; from then on always. */
gboolean ca_clock_guard_check (CaClockGuard *guard, GError **error);
/* Tests: time since boot, microseconds; NULL = the system's. */
void ca_clock_inject_boot (CaClockFunc func, gpointer data);
