/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Wall-clock time of the engine, microseconds since 1970, UTC. Tests inject their own (S-H3). */
gint64 ca_clock_now (void);

typedef gint64 (*CaClockFunc) (gpointer data);
/* NULL: the system's clock again */
void ca_clock_inject (CaClockFunc func, gpointer data);
