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
static gint64 injected_machine;

struct _CaClockGuard
{
  GMutex mutex;
  gint64 newest;
  gint64 wall, boot; /* of the last look */
  gint64 machine;    /* this run of the machine */
  gint64 since;      /* when trouble was seen first */
  char *trouble;     /* what was seen; nullable */
  gboolean news;     /* trouble that nobody stored yet */
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

void
ca_clock_inject_machine (gint64 number)
{
  injected_machine = number;
}

/* Sixty bits of the number that Linux draws at each boot. */
static gint64
machine_now (void)
{
  g_autofree char *text = NULL;
  gint64 number = 0;

  if (injected_machine != 0)
    return injected_machine;
  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    return 0;
  for (const char *at = text; *at != '\0' && number < G_GINT64_CONSTANT (1) << 56; at++)
    if (g_ascii_isxdigit (*at))
      number = number << 4 | g_ascii_xdigit_value (*at);
  return number;
}

static void
look (CaClockGuard *guard)
{
  guard->wall = ca_clock_now ();
  guard->boot = boot_now ();
}

static void
set_trouble (CaClockGuard *guard, char *trouble)
{
  guard->trouble = trouble;
  guard->since = ca_clock_now ();
  guard->news = TRUE;
}

CaClockGuard *
ca_clock_guard_new (gint64 newest)
{
  CaClockGuard *guard = g_new0 (CaClockGuard, 1);

  g_mutex_init (&guard->mutex);
  guard->newest = newest;
  guard->machine = machine_now ();
  look (guard);
  return guard;
}

/* A clock that was set between two runs: as long as the machine was not started anew, the time
 * since boot tells. */
static void
compare_runs (CaClockGuard *guard, const CaClockState *stored)
{
  gint64 jump = guard->wall - guard->boot - stored->offset;

  if (stored->boot != 0 && stored->boot == guard->machine && ABS (jump) > LARGEST_JUMP)
    set_trouble (guard, g_strdup_printf ("jumped by %" G_GINT64_FORMAT " s since the CA was open",
                                         jump / G_USEC_PER_SEC));
}

CaClockGuard *
ca_clock_guard_new_resumed (gint64 newest, const CaClockState *stored)
{
  CaClockGuard *guard = ca_clock_guard_new (MAX (newest, stored->newest));

  if (stored->stopped != 0)
    {
      guard->since = stored->stopped;
      guard->newest = stored->newest;
      guard->trouble = g_strdup ("stopped signing before the CA was opened");
    }
  else
    {
      compare_runs (guard, stored);
    }
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
  char *trouble = NULL;
  gboolean ok;

  g_mutex_lock (&guard->mutex);
  wall = ca_clock_now ();
  boot = boot_now ();
  if (guard->trouble == NULL)
    trouble = find_trouble (guard, wall, boot);
  if (trouble != NULL)
    set_trouble (guard, trouble);
  ok = guard->trouble == NULL;
  if (ok)
    {
      guard->newest = MAX (guard->newest, wall);
      guard->wall = wall;
      guard->boot = boot;
    }
  else
    icert_set_error (error, ICERT_ERROR_CLOCK, "clock",
                     "%s (the right time, and an administrator who confirms it)", guard->trouble);
  g_mutex_unlock (&guard->mutex);
  return ok;
}

char *
ca_clock_guard_dup_trouble (CaClockGuard *guard)
{
  char *trouble;

  g_mutex_lock (&guard->mutex);
  trouble = g_strdup (guard->trouble);
  g_mutex_unlock (&guard->mutex);
  return trouble;
}

/* Under the lock. */
static void
fill_state (const CaClockGuard *guard, CaClockState *state)
{
  state->newest = guard->newest;
  state->stopped = guard->trouble != NULL ? MAX (guard->since, 1) : 0;
  state->boot = guard->machine;
  state->offset = MAX (guard->wall - guard->boot, 0);
}

void
ca_clock_guard_get_state (CaClockGuard *guard, CaClockState *state)
{
  g_mutex_lock (&guard->mutex);
  fill_state (guard, state);
  g_mutex_unlock (&guard->mutex);
}

gboolean
ca_clock_guard_take_trouble (CaClockGuard *guard, CaClockState *state)
{
  gboolean news;

  g_mutex_lock (&guard->mutex);
  news = guard->news;
  guard->news = FALSE;
  fill_state (guard, state);
  g_mutex_unlock (&guard->mutex);
  return news;
}

void
ca_clock_guard_propose (CaClockGuard *guard, CaClockState *state)
{
  gint64 wall = ca_clock_now ();

  *state = (CaClockState){ .newest = wall,
                           .boot = guard->machine,
                           .offset = MAX (wall - boot_now (), 0) };
}

void
ca_clock_guard_confirm (CaClockGuard *guard, const CaClockState *state)
{
  g_mutex_lock (&guard->mutex);
  g_clear_pointer (&guard->trouble, g_free);
  guard->newest = state->newest;
  guard->since = 0;
  guard->news = FALSE;
  look (guard);
  g_mutex_unlock (&guard->mutex);
}
