/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-clock.h"
#include "icert-error.h"

static gint64 wall;
static gint64 boot;

static gint64
read_time (gpointer data)
{
  return *(gint64 *) data;
}

static void
set_up (gpointer *fixture, gconstpointer data)
{
  wall = G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC;
  boot = 1000 * G_USEC_PER_SEC;
  ca_clock_inject (read_time, &wall);
  ca_clock_inject_boot (read_time, &boot);
}

static void
tear_down (gpointer *fixture, gconstpointer data)
{
  ca_clock_inject (NULL, NULL);
  ca_clock_inject_boot (NULL, NULL);
}

static void
advance (gint64 wall_seconds, gint64 boot_seconds)
{
  wall += wall_seconds * G_USEC_PER_SEC;
  boot += boot_seconds * G_USEC_PER_SEC;
}

static void
assert_stopped (CaClockGuard *guard, const char *seen)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_assert_false (ca_clock_guard_check (guard, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CLOCK);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "clock");
  g_assert_nonnull (strstr (error->message, seen));
}

static void
assert_runs (CaClockGuard *guard)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ca_clock_guard_check (guard, &error));
  g_assert_no_error (error);
}

static void
test_time_goes_by (gpointer *fixture, gconstpointer data)
{
  CaClockGuard *guard = ca_clock_guard_new (wall - G_USEC_PER_SEC);

  g_test_summary ("A day during which both clocks agree stops nothing");
  for (guint hour = 0; hour < 24; hour++)
    {
      advance (3600, 3600);
      assert_runs (guard);
    }
  ca_clock_guard_free (guard);
}

static void
test_small_corrections (gpointer *fixture, gconstpointer data)
{
  CaClockGuard *guard = ca_clock_guard_new (wall);

  g_test_summary ("A clock that is set right by seconds stops nothing");
  advance (4, 2);
  assert_runs (guard);
  advance (-3, 1);
  assert_runs (guard);
  ca_clock_guard_free (guard);
}

static void
test_behind_store (gpointer *fixture, gconstpointer data)
{
  CaClockGuard *guard = ca_clock_guard_new (wall + 6 * G_USEC_PER_SEC);

  g_test_summary ("S-H3: a clock more than 5 s behind the last stored time stops signing");
  assert_stopped (guard, "behind");
  ca_clock_guard_free (guard);
}

static void
test_jump (gpointer *fixture, gconstpointer data)
{
  CaClockGuard *guard = ca_clock_guard_new (wall);

  g_test_summary (
      "S-H3: a jump of more than 10 min against the time since boot stops signing, for good");
  advance (700, 60);
  assert_stopped (guard, "jumped by 640 s");
  advance (0, 640);
  assert_stopped (guard, "jumped by 640 s");
  ca_clock_guard_free (guard);
}

static void
test_suspend (gpointer *fixture, gconstpointer data)
{
  CaClockGuard *guard = ca_clock_guard_new (wall);

  g_test_summary ("A machine that slept for a day is no jump: the time since boot counts sleep");
  advance (86400, 86400);
  assert_runs (guard);
  ca_clock_guard_free (guard);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/clock/time-goes-by", gpointer, NULL, set_up, test_time_goes_by, tear_down);
  g_test_add ("/clock/small-corrections", gpointer, NULL, set_up, test_small_corrections,
              tear_down);
  g_test_add ("/clock/s-h3-behind-store", gpointer, NULL, set_up, test_behind_store, tear_down);
  g_test_add ("/clock/s-h3-jump", gpointer, NULL, set_up, test_jump, tear_down);
  g_test_add ("/clock/suspend", gpointer, NULL, set_up, test_suspend, tear_down);
  return g_test_run ();
}
