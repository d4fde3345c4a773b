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

/* What a store keeps of the clock between two runs; 0 = not known. */
typedef struct
{
  gint64 newest;  /* the newest time that anybody vouched for */
  gint64 stopped; /* since when signing is stopped; 0 = it is not */
  gint64 boot;    /* which run of the machine */
  gint64 offset;  /* of the wall clock against the time since boot */
} CaClockState;

/* @newest: the newest time that is stored, 0 = none */
CaClockGuard *ca_clock_guard_new (gint64 newest);
/* the same with what an earlier run stored */
CaClockGuard *ca_clock_guard_new_resumed (gint64 newest, const CaClockState *stored);
void ca_clock_guard_free (CaClockGuard *guard);
/* CLOCK once the clock stands more than 5 s behind what is stored, or jumped more than 10 min
 * against the time since boot; from then on always, until somebody confirms it. */
gboolean ca_clock_guard_check (CaClockGuard *guard, GError **error);
/* (nullable): what was seen */
char *ca_clock_guard_dup_trouble (CaClockGuard *guard);
/* TRUE once after trouble began: then @state is to be stored */
gboolean ca_clock_guard_take_trouble (CaClockGuard *guard, CaClockState *state);
/* what is to be stored when all is well */
void ca_clock_guard_get_state (CaClockGuard *guard, CaClockState *state);
/* what would be stored if the clock as it stands now were right */
void ca_clock_guard_propose (CaClockGuard *guard, CaClockState *state);
/* @state was stored: the guard goes on from there */
void ca_clock_guard_confirm (CaClockGuard *guard, const CaClockState *state);
/* Tests: time since boot, microseconds; NULL = the system's. */
void ca_clock_inject_boot (CaClockFunc func, gpointer data);
/* Tests: another run of the machine; 0 = the system's. */
void ca_clock_inject_machine (gint64 number);
