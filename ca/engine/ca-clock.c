/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-clock.h"

static CaClockFunc injected;
static gpointer injected_data;

gint64
ca_clock_now (void)
{
  CaClockFunc func = g_atomic_pointer_get (&injected);

  return func != NULL ? func (injected_data) : g_get_real_time ();
}

void
ca_clock_inject (CaClockFunc func, gpointer data)
{
  injected_data = data;
  g_atomic_pointer_set (&injected, func);
}
