/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-crl-schedule.h"
#include "ca-publisher.h"
#include "ca-renew.h"
#include "fake-ca.h"
#include "fake-lent.h"

/* The schedule of CRLs, on a clock that this test winds on: the engine is linked in. */

#define MINUTE G_TIME_SPAN_MINUTE
#define HOUR G_TIME_SPAN_HOUR
#define DAY G_TIME_SPAN_DAY

static gint64 wall, boot;

static gint64
read_time (gpointer data)
{
  return __atomic_load_n ((gint64 *) data, __ATOMIC_SEQ_CST);
}

static void
advance_to (gint64 time)
{
  __atomic_add_fetch (&boot, time - wall, __ATOMIC_SEQ_CST);
  __atomic_store_n (&wall, time, __ATOMIC_SEQ_CST);
}

typedef struct
{
  FakeCa *ca; /* closed */
  CaEngine *engine;
  CaCaller *caller;
  char *published; /* folder of CRLs */
} Fixture;

static void
open_engine (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->engine = ca_engine_open (fixture->ca->folder, FALSE, &error);
  g_assert_no_error (error);
}

static void
close_engine (Fixture *fixture)
{
  g_clear_pointer (&fixture->engine, ca_engine_unref);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->ca = fake_ca_new ("Always.Policy");
  fake_ca_configure (fixture->ca, "CRL", "CRLPeriod", data != NULL ? data : "1d");
  fake_ca_configure (fixture->ca, "CRL", "CRLOverlapPeriod", "0s");
  fake_ca_close (fixture->ca);
  wall = g_get_real_time ();
  boot = 1000 * G_USEC_PER_SEC;
  ca_clock_inject_machine (77);
  ca_clock_inject (read_time, &wall);
  ca_clock_inject_boot (read_time, &boot);
  fixture->caller = ca_caller_new_local (CA_DOOR_LOCAL);
  fixture->published = fake_ca_path (fixture->ca, "publish/crl");
  open_engine (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_engine (fixture);
  ca_caller_unref (fixture->caller);
  ca_clock_inject (NULL, NULL);
  ca_clock_inject_boot (NULL, NULL);
  ca_clock_inject_machine (0);
  g_free (fixture->published);
  fake_ca_free (fixture->ca);
}

static gint64
look (Fixture *fixture)
{
  gint64 next = ca_crl_schedule_run (fixture->engine, NULL);

  g_assert_cmpint (next, >, wall);
  return next;
}

/* (nullable): what clients find */
static ICertIssuedCrl *
find (Fixture *fixture, int key)
{
  g_autofree char *name = key > 0 ? g_strdup_printf ("ca(%d).crl", key) : g_strdup ("ca.crl");
  g_autofree char *path = g_build_filename (fixture->published, name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  char *contents;
  gsize size;

  if (!g_file_get_contents (path, &contents, &size, NULL))
    return NULL;
  bytes = g_bytes_new_take (contents, size);
  return icert_issued_crl_new (key, 0, bytes, NULL);
}

static gint64
find_number (Fixture *fixture)
{
  g_autoptr (ICertIssuedCrl) crl = find (fixture, 0);

  return crl != NULL ? icert_issued_crl_get_number (crl) : 0;
}

static gint64
count_alarms (Fixture *fixture, const char *code)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT COUNT(*) FROM audit WHERE verb = 'alarm' AND outcome = '%s'", code);

  return fake_ca_query_int (fixture->ca, sql);
}

/* An outage of the place: a file stands where the folder was. */
static void
break_place (Fixture *fixture)
{
  g_autofree char *aside = g_strconcat (fixture->published, ".aside", NULL);

  g_assert_cmpint (g_rename (fixture->published, aside), ==, 0);
  g_assert_true (g_file_set_contents (fixture->published, "", 0, NULL));
}

static void
mend_place (Fixture *fixture)
{
  g_autofree char *aside = g_strconcat (fixture->published, ".aside", NULL);

  g_assert_cmpint (g_unlink (fixture->published), ==, 0);
  g_assert_cmpint (g_rename (aside, fixture->published), ==, 0);
}

static void
test_overdue (Fixture *fixture, gconstpointer data)
{
  gint64 next;

  g_test_summary ("What is overdue is made at once, once, and again when half its life is over");
  next = look (fixture);
  g_assert_cmpint (find_number (fixture), ==, 1);
  g_assert_cmpint (count_alarms (fixture, "test"), ==, 1);
  look (fixture);
  g_assert_cmpint (find_number (fixture), ==, 1);
  advance_to (wall + 11 * HOUR);
  look (fixture);
  g_assert_cmpint (find_number (fixture), ==, 1);
  advance_to (wall + 4 * HOUR);
  look (fixture);
  g_assert_cmpint (find_number (fixture), ==, 2);
  close_engine (fixture);
  advance_to (wall + 30 * HOUR);
  open_engine (fixture);
  look (fixture);
  g_assert_cmpint (find_number (fixture), ==, 3);
  g_assert_cmpint (count_alarms (fixture, "test"), ==, 2);
  g_assert_cmpint (next, <, wall);
}

static void
test_retries (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A place that fails keeps its CRL, is tried every ten minutes nine times, then "
                  "hourly with an alarm, over a restart too");
  look (fixture);
  break_place (fixture);
  advance_to (wall + 14 * HOUR);
  for (int attempt = 1; attempt <= 10; attempt++)
    {
      look (fixture);
      g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT attempts FROM publications "
                                                       "WHERE crl = 2"),
                       ==, attempt);
      g_assert_cmpint (count_alarms (fixture, "publish-failed"), ==, attempt == 10);
      if (attempt == 5)
        {
          close_engine (fixture);
          open_engine (fixture);
          fake_ca_wait_for (fixture->ca, "SELECT attempts FROM publications WHERE crl = 2", 6);
          attempt++;
        }
      advance_to (wall + 10 * MINUTE + G_USEC_PER_SEC);
    }
  look (fixture);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT publish_flags & 0x204 FROM crls "
                                                   "WHERE number = 2"),
                   ==, ICERT_CRL_PUBLISH_FILE_ERROR);
  mend_place (fixture);
  g_assert_cmpint (find_number (fixture), ==, 1);
  advance_to (wall + HOUR);
  look (fixture);
  g_assert_cmpint (find_number (fixture), ==, 2);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT publish_flags & 0x204 FROM crls "
                                                   "WHERE number = 2"),
                   ==, ICERT_CRL_PUBLISH_COMPLETE);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT COUNT(*) FROM outbox"), ==, 0);
}

static void
test_changed_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = NULL;

  g_test_summary ("A CRL whose file was changed is not published; the old one stays");
  look (fixture);
  file = fake_ca_query_text (fixture->ca, "SELECT file FROM crls WHERE number = 1");
  break_place (fixture);
  advance_to (wall + 14 * HOUR);
  look (fixture);
  g_free (file);
  file = fake_ca_query_text (fixture->ca, "SELECT file FROM crls WHERE number = 2");
  fake_ca_write (fixture->ca, file, "garbage");
  mend_place (fixture);
  advance_to (wall + 11 * MINUTE);
  look (fixture);
  g_assert_cmpint (find_number (fixture), ==, 1);
}

static gboolean
hear_and_lie (FakeLent *self, ICertExitEvents event, ICertServerExit *server, GError **error)
{
  g_autoptr (GPtrArray) crls = icert_server_exit_list_crls (server, error);

  for (guint i = 0; crls != NULL && i < crls->len; i++)
    icert_issued_crl_report_done (crls->pdata[i], "file:///nowhere/ca.crl", TRUE);
  return TRUE;
}

static gboolean
may_lend (gconstpointer tag, GError **error)
{
  return TRUE;
}

static void
test_lies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (fixture->engine);
  g_autoptr (FakeLent) exit = fake_lent_new (0);
  g_autoptr (GPtrArray) taken = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-I4: an exit that says it wrote a file is not believed, and an alarm tells");
  exit->mask = ICERT_EXIT_EVENT_CRL_ISSUED;
  exit->hear = hear_and_lie;
  g_assert_true (ca_exit_host_append (fixture->engine->exits, ICERT_EXIT (exit), facts, fixture,
                                      may_lend, &error));
  g_assert_no_error (error);
  look (fixture);
  while (fake_ca_query_int (fixture->ca, "SELECT COUNT(*) FROM publications "
                                         "WHERE place = 'file:///nowhere/ca.crl'")
         == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT state FROM publications "
                                                   "WHERE place = 'file:///nowhere/ca.crl'"),
                   ==, ICERT_PUBLICATION_STATE_FAILED);
  fake_ca_wait_for (fixture->ca,
                    "SELECT COUNT(*) FROM audit WHERE verb = 'alarm' AND outcome = 'read-back'", 1);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT state FROM publications "
                                                   "WHERE class_id = 'Publish.Exit'"),
                   ==, ICERT_PUBLICATION_STATE_DONE);
  taken = ca_exit_host_take_lent (fixture->engine->exits);
  ca_exit_host_let_go (taken);
}

/* A year in which three times for twelve hours something fails, with a new key in its middle. */

typedef struct
{
  gint64 begin, end; /* of the outage */
  gboolean folder;   /* the place; else the CA's own folder of CRLs */
} Outage;

typedef struct
{
  guint n_looks, n_published, n_alarms, n_expired_outside, n_expired_inside;
  gint64 longest_gap; /* an instant without a valid CRL, microseconds */
} Count;

static void
begin_outage (Fixture *fixture, const Outage *outage)
{
  g_autofree char *crls = fake_ca_path (fixture->ca, "crls");
  g_autofree char *aside = fake_ca_path (fixture->ca, "crls.aside");

  if (outage->folder)
    {
      break_place (fixture);
      return;
    }
  g_assert_cmpint (g_rename (crls, aside), ==, 0);
  g_assert_true (g_file_set_contents (crls, "", 0, NULL));
}

static void
end_outage (Fixture *fixture, const Outage *outage)
{
  g_autofree char *crls = fake_ca_path (fixture->ca, "crls");
  g_autofree char *aside = fake_ca_path (fixture->ca, "crls.aside");

  if (outage->folder)
    {
      mend_place (fixture);
      return;
    }
  g_assert_cmpint (g_unlink (crls), ==, 0);
  g_assert_cmpint (g_rename (aside, crls), ==, 0);
}

/* What a client finds at @time: TRUE when the CRL of @key holds. */
static gboolean
holds (Fixture *fixture, int key, gint64 time)
{
  g_autoptr (ICertIssuedCrl) crl = find (fixture, key);
  g_autoptr (GDateTime) until = crl != NULL ? icert_issued_crl_get_next_update (crl) : NULL;

  return until != NULL && g_date_time_to_unix (until) * G_USEC_PER_SEC > time;
}

/* Nothing is published between two looks: what lies there at the end of one is what clients find
 * until the next. */
static void
check_until (Fixture *fixture, guint n_keys, gint64 next, gboolean outage, Count *count)
{
  g_autofree char *aside = g_strconcat (fixture->published, ".aside", NULL);
  g_autofree char *kept = g_strdup (fixture->published);

  if (g_file_test (aside, G_FILE_TEST_EXISTS))
    {
      g_free (fixture->published);
      fixture->published = g_strdup (aside);
    }
  for (guint key = 0; key < n_keys; key++)
    if (!holds (fixture, (int) key, next - 1))
      {
        if (outage)
          count->n_expired_inside++;
        else
          count->n_expired_outside++;
      }
  g_free (fixture->published);
  fixture->published = g_steal_pointer (&kept);
}

static void
renew (Fixture *fixture)
{
  const CaRenewal renewal = { .same_key = FALSE };
  g_autoptr (GError) error = NULL;
  g_autofree char *request = NULL;

  ca_engine_renew (fixture->engine, fixture->caller, &renewal, &request, &error);
  g_assert_no_error (error);
  close_engine (fixture);
  open_engine (fixture);
}

static void
live (Fixture *fixture, gint64 length, Count *count)
{
  gint64 start = wall, end = wall + length;
  Outage outages[] = {
    { start + length / 5, start + length / 5 + 12 * HOUR, TRUE },
    { start + length / 2, start + length / 2 + 12 * HOUR, FALSE },
    { start + length * 4 / 5, start + length * 4 / 5 + 12 * HOUR, TRUE },
  };
  guint n = 0, n_keys = 1;
  gboolean out = FALSE;

  while (wall < end)
    {
      gint64 next = look (fixture);
      gint64 change = n < G_N_ELEMENTS (outages) ? (out ? outages[n].end : outages[n].begin) : end;
      gint64 before = count_alarms (fixture, "crl-expiring");

      count->n_looks++;
      if (n_keys == 1 && wall > start + length * 2 / 5)
        {
          renew (fixture);
          n_keys = 2;
          next = look (fixture);
        }
      check_until (fixture, n_keys, MIN (next, change), out, count);
      advance_to (MIN (next, change));
      if (wall < change || n >= G_N_ELEMENTS (outages))
        continue;
      if (!out)
        {
          begin_outage (fixture, &outages[n]);
          count->n_alarms = (guint) before;
        }
      else
        {
          end_outage (fixture, &outages[n++]);
          /* each outage was long enough to be told of, before a CRL expired */
          g_assert_cmpint (count_alarms (fixture, "crl-expiring"), >, count->n_alarms);
          /* and all places have the newest within the hour */
          advance_to (wall + HOUR);
        }
      out = !out;
    }
  count->n_alarms = (guint) count_alarms (fixture, "crl-expiring");
  count->n_published = (guint) fake_ca_query_int (fixture->ca, "SELECT COUNT(*) FROM crls");
}

static void
test_year (Fixture *fixture, gconstpointer data)
{
  gint64 days = g_test_slow () ? 365 : 40;
  Count count = { 0 };

  g_test_summary (
      "S-I5: over a year with a new key and three outages of 12 h no CRL expires but in an "
      "outage, and each is told of before");
  live (fixture, days * DAY, &count);
  g_test_message ("%" G_GINT64_FORMAT " days: %u looks, %u CRLs, %u alarms before an expiry, %u "
                  "daily tests, expired looks inside outages %u, outside %u",
                  days, count.n_looks, count.n_published, count.n_alarms,
                  (guint) count_alarms (fixture, "test"), count.n_expired_inside,
                  count.n_expired_outside);
  g_assert_cmpint (count.n_expired_outside, ==, 0);
  g_assert_cmpint (count_alarms (fixture, "test"), >=, days - 2);
  g_assert_true (holds (fixture, 0, wall));
  g_assert_true (holds (fixture, 1, wall));
  g_assert_cmpint (fake_ca_check_audit (fixture->ca), >, 0);
}

#define ADD(name, period, test)                                                                    \
  g_test_add ("/crl-schedule/" name, Fixture, period, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  ADD ("overdue", NULL, test_overdue);
  ADD ("retries", NULL, test_retries);
  ADD ("changed-file", NULL, test_changed_file);
  ADD ("s-i4-lies", NULL, test_lies);
  ADD ("year", "12h", test_year);
  return fake_ca_run ();
}
