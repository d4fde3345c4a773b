/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-engine.h"
#include "fake-ca.h"

/* Audit log, clock and certificates of a CA at work. The engine is linked in, so that its clocks
 * can be set and its signatures counted. */

static gint n_signatures;

/* Before the one of libicert: counts what is not a checkpoint. */
GBytes *
icert_key_sign (ICertKey *self,
                const char *hash,
                GBytes *message,
                GCancellable *cancellable,
                GError **error)
{
  static const char checkpoint[] = "icert audit checkpoint";
  gsize size;
  const char *data = g_bytes_get_data (message, &size);

  if (size < sizeof checkpoint || memcmp (data, checkpoint, strlen (checkpoint)) != 0)
    g_atomic_int_inc (&n_signatures);
  return ICERT_KEY_GET_IFACE (self)->sign (self, hash, message, cancellable, error);
}

/* Clocks */

static gint64 wall, boot;

static gint64
read_time (gpointer data)
{
  return __atomic_load_n ((gint64 *) data, __ATOMIC_SEQ_CST);
}

static void
advance (gint64 wall_seconds, gint64 boot_seconds)
{
  __atomic_add_fetch (&wall, wall_seconds * G_USEC_PER_SEC, __ATOMIC_SEQ_CST);
  __atomic_add_fetch (&boot, boot_seconds * G_USEC_PER_SEC, __ATOMIC_SEQ_CST);
}

typedef struct
{
  FakeCa *ca; /* closed */
  CaEngine *engine;
  CaCaller *caller;
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
reopen (Fixture *fixture)
{
  close_engine (fixture);
  open_engine (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->ca = fake_ca_new ("Always.Policy");
  fake_ca_close (fixture->ca);
  /* a day on, so that the CA's certificate is valid when the clock goes back */
  wall = g_get_real_time () + G_TIME_SPAN_DAY;
  boot = 1000 * G_USEC_PER_SEC;
  /* the CA was made by the clocks of the system: as if the machine had been started since */
  ca_clock_inject_machine (77);
  ca_clock_inject (read_time, &wall);
  ca_clock_inject_boot (read_time, &boot);
  fixture->caller = ca_caller_new_local (CA_DOOR_LOCAL);
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
  fake_ca_free (fixture->ca);
}

static ICertResponse *
submit (Fixture *fixture, GError **error)
{
  static int number;
  g_autofree char *name = g_strdup_printf ("host%d.example.org", number++);
  g_autoptr (GBytes) request = fake_ca_request (name);
  CaSubmission submission = { .caller = fixture->caller,
                              .request = request,
                              .encoding = ICERT_ENCODING_ANY,
                              .format = ICERT_REQUEST_FORMAT_ANY };

  return ca_engine_submit_wait (fixture->engine, &submission, error);
}

static void
assert_issues (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = submit (fixture, &error);
  int before = g_atomic_int_get (&n_signatures);

  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==, ICERT_DISPOSITION_ISSUED);
  g_assert_cmpint (before, >, 0);
}

/* The request waits, with the reason; nothing is signed. */
static void
assert_waits (Fixture *fixture, int code, const char *what)
{
  int before = g_atomic_int_get (&n_signatures);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = submit (fixture, &error);
  g_autofree char *message = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==,
                   ICERT_DISPOSITION_UNDER_SUBMISSION);
  message = icert_response_get_message (response);
  g_assert_nonnull (strstr (message, what));
  fake_assert_status (response, code, NULL);
  g_assert_cmpint (g_atomic_int_get (&n_signatures), ==, before);
}

static gint64
count_records (Fixture *fixture, const char *where)
{
  g_autofree char *sql = g_strconcat ("SELECT count(*) FROM audit WHERE ", where, NULL);

  ca_writer_flush (fixture->engine->writer);
  return fake_ca_query_int (fixture->ca, sql);
}

static void
confirm (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ca_engine_confirm_clock (fixture->engine, fixture->caller, &error));
  g_assert_no_error (error);
}

static void
assert_not_confirmed (Fixture *fixture, CaCaller *caller, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ca_engine_confirm_clock (fixture->engine, caller, &error));
  g_assert_true (g_error_matches (error, ICERT_ERROR, code));
}

static void
test_clock_forward (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-H3: after a jump forward nothing is signed, over restarts, until an "
                  "administrator confirms; that is on record");
  assert_issues (fixture);
  assert_not_confirmed (fixture, fixture->caller, ICERT_ERROR_WRONG_STATE);
  advance (3600, 10);
  assert_waits (fixture, ICERT_ERROR_CLOCK, "jumped by 3590 s");
  assert_waits (fixture, ICERT_ERROR_CLOCK, "jumped by 3590 s");
  g_assert_cmpint (count_records (fixture, "verb = 'clock' AND outcome = 'CLOCK'"), ==, 1);
  reopen (fixture);
  assert_waits (fixture, ICERT_ERROR_CLOCK, "stopped");
  advance (60, 60);
  confirm (fixture);
  assert_issues (fixture);
  g_assert_cmpint (count_records (fixture, "verb = 'confirm-clock' AND outcome = 'OK'"), ==, 1);
  g_assert_cmpint (count_records (fixture, "verb = 'confirm-clock'"), ==, 2);
  reopen (fixture);
  assert_issues (fixture);
  fake_ca_check_audit (fixture->ca);
}

static void
test_clock_back (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-H3: a clock that was set back stops signing until it is confirmed, or stands "
                  "where it stood and is confirmed");
  assert_issues (fixture);
  advance (-30, 1);
  assert_waits (fixture, ICERT_ERROR_CLOCK, "behind what is stored");
  reopen (fixture);
  reopen (fixture);
  assert_waits (fixture, ICERT_ERROR_CLOCK, "stopped");
  confirm (fixture);
  assert_issues (fixture);
}

static void
test_clock_between_runs (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-H3: a clock that was set while the CA was closed is seen at the next start");
  close_engine (fixture);
  advance (-3600, 5);
  open_engine (fixture);
  assert_waits (fixture, ICERT_ERROR_CLOCK, "");
  confirm (fixture);
  assert_issues (fixture);
  close_engine (fixture);
  advance (86400, 5);
  open_engine (fixture);
  assert_waits (fixture, ICERT_ERROR_CLOCK, "since the CA was open");
  confirm (fixture);
  assert_issues (fixture);
}

static void
test_clock_reboot (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A machine that was started anew has another time since boot: no jump");
  close_engine (fixture);
  advance (86400, 0);
  boot = 5 * G_USEC_PER_SEC;
  ca_clock_inject_machine (78);
  open_engine (fixture);
  assert_issues (fixture);
}

static void
test_confirm_needs_rights (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaCaller) nobody = ca_caller_new_account ("no-such-account", CA_DOOR_LOCAL);

  g_test_summary ("S-H3: only an administrator confirms the clock");
  advance (3600, 10);
  assert_not_confirmed (fixture, nobody, ICERT_ERROR_NOT_AUTHORIZED);
  assert_waits (fixture, ICERT_ERROR_CLOCK, "jumped");
}

/* Starts and ends */

static void
test_crash (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F6: start, end and a missing end are records");
  g_assert_cmpint (count_records (fixture, "verb = 'crash'"), ==, 0);
  reopen (fixture);
  g_assert_cmpint (count_records (fixture, "verb = 'crash'"), ==, 0);
  g_assert_cmpint (count_records (fixture, "verb = 'stop' AND actor = 'engine'"), >=, 1);
  g_assert_cmpint (count_records (fixture, "verb = 'stop'"), ==,
                   count_records (fixture, "verb = 'start'") - 1);
  /* as a killed one leaves it */
  fixture->engine->begun = FALSE;
  reopen (fixture);
  g_assert_cmpint (count_records (fixture, "verb = 'crash' AND outcome = 'CRASHED'"), ==, 1);
}

/* A full disk */

static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &limit));
  limit.rlim_cur = size;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
}

static void
assert_fails (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = submit (fixture, &error);

  g_assert_null (response);
  g_assert_true (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_STORAGE)
                 || g_error_matches (error, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN));
}

static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int before;

  g_test_summary ("S-F4: once a record could not be written nothing is signed; with room it is "
                  "again, without a restart");
  assert_issues (fixture);
  signal (SIGXFSZ, SIG_IGN);
  limit_files (40960);
  before = g_atomic_int_get (&n_signatures);
  /* a refusal, which is a record and nothing else */
  g_assert_false (ca_engine_deny (fixture->engine, fixture->caller, 4711, NULL, &error));
  ca_writer_flush (fixture->engine->writer);
  g_assert_true (ca_writer_is_stopped (fixture->engine->writer));
  for (guint i = 0; i < 20; i++)
    assert_fails (fixture);
  g_assert_cmpint (g_atomic_int_get (&n_signatures), ==, before);
  limit_files (RLIM_INFINITY);
  assert_issues (fixture);
  g_assert_false (ca_writer_is_stopped (fixture->engine->writer));
  g_assert_cmpint (g_atomic_int_get (&n_signatures), ==, before + 1);
  fake_ca_check_audit (fixture->ca);
}

/* Sinks */

static void
set_config (Fixture *fixture, const char *entry, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_string (value));

  /* each change has its own moment */
  __atomic_add_fetch (&wall, 1, __ATOMIC_SEQ_CST);
  ca_engine_set_config_entry (fixture->engine, fixture->caller, "Audit", entry, variant, &error);
  g_assert_no_error (error);
}

static guint
count_lines (Fixture *fixture, const char *name)
{
  g_autofree char *path = fake_ca_path (fixture->ca, name);
  g_autofree char *text = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  for (const char *at = text; *at != '\0'; at++)
    n += *at == '\n';
  return n;
}

static void
wait_for_lines (Fixture *fixture, const char *name, guint n)
{
  for (guint i = 0; i < 1000 && count_lines (fixture, name) < n; i++)
    g_usleep (10000);
  g_assert_cmpuint (count_lines (fixture, name), >=, n);
}

static void
test_sink (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = fake_ca_path (fixture->ca, "sink");
  g_autofree char *away = fake_ca_path (fixture->ca, "away");

  g_test_summary ("S-F7: checkpoints go to the sink; when it vanishes signing stops, AUDIT, and "
                  "goes on when it is back, or when there is another");
  set_config (fixture, "CheckpointRecords", "5");
  set_config (fixture, "Sink", "file:sink");
  wait_for_lines (fixture, "sink", 1);
  for (guint i = 0; i < 5; i++)
    assert_issues (fixture);
  wait_for_lines (fixture, "sink", 2);
  g_assert_no_errno (g_rename (path, away));
  reopen (fixture);
  assert_waits (fixture, ICERT_ERROR_AUDIT, "sink");
  assert_waits (fixture, ICERT_ERROR_AUDIT, "sink");
  g_assert_no_errno (g_rename (away, path));
  g_usleep (300000);
  assert_issues (fixture);
  g_assert_no_errno (truncate (path, 10));
  reopen (fixture);
  assert_waits (fixture, ICERT_ERROR_AUDIT, "does not end in checkpoint");
  set_config (fixture, "Sink", "file:another");
  wait_for_lines (fixture, "another", 1);
  assert_issues (fixture);
  fake_ca_check_audit (fixture->ca);
}

static void
test_no_journal (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F7: without a journal the sink journal stops signing");
  /* a fresh key is tried, which is a signature too */
  set_config (fixture, "Sink", "file:sink");
  wait_for_lines (fixture, "sink", 1);
  set_config (fixture, "Sink", "journal");
  assert_waits (fixture, ICERT_ERROR_AUDIT, "journal");
  set_config (fixture, "Sink", "");
  assert_issues (fixture);
}

static void
test_short_runs (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F7: a CA that is open for moments makes its checkpoints when it closes");
  set_config (fixture, "Sink", "file:sink");
  set_config (fixture, "CheckpointInterval", "1s");
  wait_for_lines (fixture, "sink", 1);
  close_engine (fixture);
  for (guint i = 0; i < 2; i++)
    {
      guint before = count_lines (fixture, "sink");

      open_engine (fixture);
      close_engine (fixture);
      advance (2, 2);
      g_usleep (1100000);
      open_engine (fixture);
      close_engine (fixture);
      g_assert_cmpuint (count_lines (fixture, "sink"), >, before);
    }
  open_engine (fixture);
}

static void
test_key_gone (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = fake_ca_path (fixture->ca, "keys/audit.key");

  g_test_summary ("S-F7: an audit key that is gone is not made anew: signing stops");
  set_config (fixture, "Sink", "file:sink");
  wait_for_lines (fixture, "sink", 1);
  close_engine (fixture);
  g_assert_no_errno (g_unlink (path));
  open_engine (fixture);
  set_config (fixture, "Sink", "");
  g_usleep (300000);
  assert_waits (fixture, ICERT_ERROR_AUDIT, "audit key");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  ADD ("/engine/audit/clock-forward/S-H3", test_clock_forward);
  ADD ("/engine/audit/clock-back/S-H3", test_clock_back);
  ADD ("/engine/audit/clock-between-runs/S-H3", test_clock_between_runs);
  ADD ("/engine/audit/clock-reboot", test_clock_reboot);
  ADD ("/engine/audit/confirm-rights/S-H3", test_confirm_needs_rights);
  ADD ("/engine/audit/crash/S-F6", test_crash);
  ADD ("/engine/audit/disk-full/S-F4", test_disk_full);
  ADD ("/engine/audit/sink/S-F7", test_sink);
  ADD ("/engine/audit/no-journal/S-F7", test_no_journal);
  ADD ("/engine/audit/short-runs/S-F7", test_short_runs);
  ADD ("/engine/audit/key-gone/S-F7", test_key_gone);
  return fake_ca_run ();
}
