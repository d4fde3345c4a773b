/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-clock.h"

#include <time.h>

#include "icert-error.h"

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

#define LARGEST_STEP_BACK (5 * G_TIME_SPAN_SECOND)
#define LARGEST_JUMP (10 * G_TIME_SPAN_MINUTE)

static CaClockFunc injected_boot;
static gpointer injected_boot_data;

struct _CaClockGuard
{
  GMutex mutex;
  gint64 newest;
  gint64 wall, boot; /* of the last look */
  char *trouble;     /* what was seen; nullable */
};

void
ca_clock_inject_boot (CaClockFunc func, gpointer data)
{
  injected_boot_data = data;
  g_atomic_pointer_set (&injected_boot, func);
}

static gint64
boot_now (void)
{
  CaClockFunc func = g_atomic_pointer_get (&injected_boot);
  struct timespec time;

  if (func != NULL)
    return func (injected_boot_data);
  clock_gettime (CLOCK_BOOTTIME, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

CaClockGuard *
ca_clock_guard_new (gint64 newest)
{
  CaClockGuard *guard = g_new0 (CaClockGuard, 1);

  g_mutex_init (&guard->mutex);
  guard->newest = newest;
  guard->wall = ca_clock_now ();
  guard->boot = boot_now ();
  return guard;
}

void
ca_clock_guard_free (CaClockGuard *guard)
{
  if (guard == NULL)
    return;
  g_mutex_clear (&guard->mutex);
  g_free (guard->trouble);
  g_free (guard);
}

static char *
find_trouble (const CaClockGuard *guard, gint64 wall, gint64 boot)
{
  gint64 jump = (wall - guard->wall) - (boot - guard->boot);

  if (wall < guard->newest - LARGEST_STEP_BACK)
    return g_strdup_printf ("stands %" G_GINT64_FORMAT " s behind what is stored",
                            (guard->newest - wall) / G_USEC_PER_SEC);
  if (ABS (jump) > LARGEST_JUMP)
    return g_strdup_printf ("jumped by %" G_GINT64_FORMAT " s", jump / G_USEC_PER_SEC);
  return NULL;
}

gboolean
ca_clock_guard_check (CaClockGuard *guard, GError **error)
{
  gint64 wall, boot;
  gboolean ok;

  g_mutex_lock (&guard->mutex);
  wall = ca_clock_now ();
  boot = boot_now ();
  if (guard->trouble == NULL)
    guard->trouble = find_trouble (guard, wall, boot);
  ok = guard->trouble == NULL;
  if (ok)
    {
      guard->newest = MAX (guard->newest, wall);
      guard->wall = wall;
      guard->boot = boot;
    }
  else
    icert_set_error (error, ICERT_ERROR_CLOCK, "clock",
                     "%s (the right time, and the CA opened again)", guard->trouble);
  g_mutex_unlock (&guard->mutex);
  return ok;
}
