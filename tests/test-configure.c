/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-config-entry.h"
#include "ca-config-record.h"
#include "ca-configure.h"
#include "ca-local.h"
#include "ca-profiles.h"
#include "fake-ca.h"
#include "fake-town.h"

/* Whatever configuration is in force has its record, also when something fails in between. */

#define ROLES                                                                                      \
  "user:clerk=submitter\nuser:anna=administrator\nuser:bert=administrator\nuser:watch=auditor\n"
#define RECORDED "SELECT new_value FROM config_history WHERE id = 1"
#define CHANGES "SELECT count(*) FROM config_history WHERE id > 9"

/* What happens when ca.conf is given its second name, and when it is written. */
static void (*at_link) (void);
static const char *refuse_sync; /* part of a name */
static void (*at_sync) (void);  /* of the folder, once */
static char *synced_folder;

int
link (const char *from, const char *to)
{
  int (*next) (const char *, const char *)
      = (int (*) (const char *, const char *)) dlsym (RTLD_NEXT, "link");

  if (at_link != NULL && g_str_has_suffix (from, "ca.conf"))
    at_link ();
  return next (from, to);
}

int
fsync (int fd)
{
  int (*next) (int) = (int (*) (int)) dlsym (RTLD_NEXT, "fsync");
  g_autofree char *name = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (name, NULL);

  if (at_sync != NULL && g_strcmp0 (path, synced_folder) == 0)
    {
      void (*call) (void) = at_sync;

      at_sync = NULL;
      call ();
    }
  if (refuse_sync == NULL || path == NULL || strstr (path, refuse_sync) == NULL)
    return next (fd);
  errno = EIO;
  return -1;
}

static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &limit));
  limit.rlim_cur = size;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
}

static void
fill_disk (void)
{
  signal (SIGXFSZ, SIG_IGN);
  limit_files (16384);
}

static void
free_disk (void)
{
  limit_files (RLIM_INFINITY);
}

/* A CA whose configuration is on record as it stands */
static FakeTown *
new_town (gboolean dual_control)
{
  FakeTown *town = fake_town_new (dual_control, ROLES);

  fake_town_meet (town, "anna");
  fake_town_close (town);
  fake_town_run_sql (town, "DELETE FROM config_history");
  fake_town_meet (town, "anna");
  return town;
}

static void
append (FakeTown *town, const char *text)
{
  g_autofree char *before = fake_town_read (town, "ca.conf");
  g_autofree char *after = g_strconcat (before, text, NULL);

  fake_town_write (town, "ca.conf", after);
}

static gboolean
set (FakeTown *town, const char *node, const char *entry, const char *value, GError **error)
{
  return icert_admin_set_config_entry (fake_town_meet (town, "anna")->admin, node, entry,
                                       g_variant_new_string (value), NULL, error);
}

static void
assert_is_recorded (FakeTown *town)
{
  g_autofree char *file = fake_town_read (town, "ca.conf");
  g_autofree char *recorded = fake_town_query_text (town, RECORDED);

  g_assert_cmpstr (file, ==, recorded);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM config_history WHERE id = 2"),
                   ==, 0);
}

static gint64
count_records (FakeTown *town, const char *outcome)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT count(*) FROM audit WHERE verb = 'write-config' AND outcome = '%s'", outcome);

  return fake_town_query_int (town, sql);
}

static char *
last_detail (FakeTown *town, const char *outcome)
{
  g_autofree char *sql = g_strdup_printf ("SELECT actor || '; ' || detail FROM audit WHERE verb = "
                                          "'write-config' AND outcome = '%s' ORDER BY sequence "
                                          "DESC LIMIT 1",
                                          outcome);

  return fake_town_query_text (town, sql);
}

static void
assert_period (FakeTown *town, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = icert_admin_get_config_entry (fake_town_meet (town, "anna")->admin,
                                                             "CRL", "CRLPeriod", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, expected);
}

/* By hand */

static void
test_by_hand (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autofree char *detail = NULL;
  gint64 before = count_records (town, "OUTSIDE");

  g_test_summary ("S-F6: what was written into ca.conf by hand is on record before anything is "
                  "signed, entry for entry, once");
  assert_is_recorded (town);
  fake_town_close (town);
  append (town, "user:mallory=officer;administrator\n");
  fake_town_meet (town, "anna");
  fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_assert_cmpint (count_records (town, "OUTSIDE"), ==, before + 1);
  assert_is_recorded (town);
  detail = last_detail (town, "OUTSIDE");
  g_test_message ("%s", detail);
  g_assert_nonnull (strstr (detail, "SHA-256"));
  g_assert_nonnull (strstr (detail, "[Roles] user:mallory = officer;administrator"));
  g_assert_cmpint (fake_town_query_int (town, CHANGES " AND node = 'Roles' AND entry = "
                                                      "'user:mallory' AND old_value IS NULL AND "
                                                      "actor LIKE 'outside the engine%'"),
                   ==, 1);
  g_assert_cmpint (
      fake_town_query_int (town, "SELECT max(a.sequence) < min(b.sequence) FROM audit a, audit b "
                                 "WHERE a.outcome = 'OUTSIDE' AND b.verb = 'submit'"),
      ==, 1);
  fake_town_close (town);
  fake_town_meet (town, "anna");
  g_assert_cmpint (count_records (town, "OUTSIDE"), ==, before + 1);
}

static void
test_removed_by_hand (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *cut = NULL;

  g_test_summary ("S-F6: what was taken out of ca.conf by hand is in the history with its value, "
                  "also when the CA is open and somebody changes something else");
  text = fake_town_read (town, "ca.conf");
  cut = g_strndup (text, strstr (text, "user:watch") - text);
  fake_town_write (town, "ca.conf", cut);
  g_assert_true (set (town, "CRL", "CRLPeriod", "9d", &error));
  g_assert_no_error (error);
  assert_is_recorded (town);
  g_assert_cmpint (fake_town_query_int (town, CHANGES " AND entry = 'user:watch' AND old_value = "
                                                      "'auditor' AND new_value IS NULL AND actor "
                                                      "LIKE 'outside the engine%'"),
                   ==, 1);
  g_assert_cmpint (
      fake_town_query_int (town, CHANGES " AND entry = 'CRLPeriod' AND actor = 'anna'"), ==, 1);
}

static void
test_no_room (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaEngine) engine = NULL;

  g_test_summary ("S-F6: a configuration whose record cannot be written is not used");
  fake_town_close (town);
  append (town, "user:mallory=officer\n");
  fill_disk ();
  engine = ca_engine_open (town->folder, FALSE, &error);
  free_disk ();
  g_assert_null (engine);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_clear_error (&error);
  fake_town_meet (town, "anna");
  assert_is_recorded (town);
  g_assert_cmpint (fake_town_query_int (town, CHANGES " AND entry = 'user:mallory'"), ==, 1);
}

/* Cut off: as kill -9 leaves it; tests/test_kill.py does that to processes */

typedef struct
{
  CaEngine *engine;
  CaConfig *before, *after;
  GPtrArray *changes;
  CaCaller *first, *second;
  CaConfigIntent intent;
} Begun;

static void
begin (Begun *begun, FakeTown *town)
{
  g_autoptr (GVariant) entries = NULL;
  g_autoptr (GError) error = NULL;

  begun->engine = ca_engine_open (town->folder, FALSE, &error);
  g_assert_no_error (error);
  entries
      = g_variant_ref_sink (ca_config_entry_new ("CRL", "CRLPeriod", g_variant_new_string ("11d")));
  begun->before = ca_config_load (town->folder, &error);
  begun->changes
      = ca_config_plan_entries (begun->before, entries, NULL, NULL, &begun->after, &error);
  g_assert_no_error (error);
  begun->first = ca_caller_new_principal ("anna", (const char *[]){ "uid:77", NULL }, CA_DOOR_BUS);
  begun->second = ca_caller_new_principal ("bert", (const char *[]){ "uid:78", NULL }, CA_DOOR_BUS);
  begun->intent = (CaConfigIntent){ .first = begun->first,
                                    .second = begun->second,
                                    .verb = CA_VERB_WRITE_CONFIG,
                                    .object = "[CRL] CRLPeriod",
                                    .detail = "11d; approved by bert",
                                    .changes = begun->changes,
                                    .before = begun->before->source,
                                    .after = begun->after->source };
  g_assert_true (ca_config_record_begin (begun->engine, &begun->intent, &error));
  g_assert_no_error (error);
}

/* and it dies */
static void
end (Begun *begun)
{
  begun->engine->config_intent = FALSE;
  g_ptr_array_unref (begun->changes);
  ca_caller_unref (begun->first);
  ca_caller_unref (begun->second);
  ca_config_unref (begun->before);
  ca_config_unref (begun->after);
  ca_engine_unref (begun->engine);
}

static void
test_completed (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *detail = NULL;
  Begun begun;

  g_test_summary ("S-F6: a change whose record was cut off behind the file is completed, with who "
                  "asked and who approved, before anything is signed");
  fake_town_close (town);
  begin (&begun, town);
  detail = last_detail (town, "BEGUN");
  g_assert_nonnull (strstr (detail, "[CRL] CRLPeriod = 11d (was 7d)"));
  g_assert_nonnull (strstr (detail, "approved by bert"));
  g_clear_pointer (&detail, g_free);
  g_assert_true (ca_config_save (begun.after, &error));
  end (&begun);
  fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  detail = last_detail (town, "OK");
  g_test_message ("%s", detail);
  g_assert_cmpstr (detail, ==, "anna; 11d; approved by bert; completed after an interruption");
  g_assert_cmpint (fake_town_query_int (town, CHANGES " AND entry = 'CRLPeriod' AND actor = 'anna' "
                                                      "AND old_value = '7d' AND new_value = "
                                                      "'11d'"),
                   ==, 1);
  assert_is_recorded (town);
  assert_period (town, "11d");
  g_assert_cmpint (count_records (town, "CALLED-OFF"), ==, 0);
}

static void
test_called_off (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  Begun begun;

  g_test_summary ("S-N6: a change that was cut off before the file is called off, and says so");
  fake_town_close (town);
  begin (&begun, town);
  end (&begun);
  assert_period (town, "7d");
  assert_is_recorded (town);
  g_assert_cmpint (count_records (town, "CALLED-OFF"), ==, 1);
  g_assert_cmpint (fake_town_query_int (town, CHANGES), ==, 0);
}

static void
test_another (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autofree char *detail = NULL;
  Begun begun;

  g_test_summary ("S-F6: an intent does not cover what somebody wrote by hand instead");
  fake_town_close (town);
  begin (&begun, town);
  end (&begun);
  append (town, "user:mallory=officer\n");
  fake_town_meet (town, "anna");
  assert_is_recorded (town);
  g_assert_cmpint (count_records (town, "CALLED-OFF"), ==, 1);
  detail = last_detail (town, "OUTSIDE");
  g_assert_nonnull (strstr (detail, "user:mallory"));
  g_assert_cmpint (fake_town_query_int (town, CHANGES " AND actor = 'anna'"), ==, 0);
}

/* Failures on the way: nothing changed, and the record says so */

static void
assert_nothing_changed (FakeTown *town, gint64 changes, const GError *error)
{
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  assert_period (town, "7d");
  g_assert_cmpint (fake_town_query_int (town, CHANGES), ==, changes);
  fake_town_close (town);
  fake_town_meet (town, "anna");
  assert_period (town, "7d");
  assert_is_recorded (town);
  g_assert_cmpint (fake_town_query_int (town, CHANGES), ==, changes);
  g_assert_cmpint (count_records (town, "OUTSIDE"), <=, 1);
  g_assert_cmpint (count_records (town, "CALLED-OFF"), ==, 1);
  fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
}

static void
test_full_disk (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "S-N6: a disk that is full when the record is due brings the old file back, which "
      "needs no room");
  at_link = fill_disk;
  g_assert_false (set (town, "CRL", "CRLPeriod", "12d", &error));
  at_link = NULL;
  free_disk ();
  assert_nothing_changed (town, 0, error);
  g_clear_error (&error);
  g_assert_true (set (town, "CRL", "CRLPeriod", "12d", &error));
  g_assert_no_error (error);
}

static void
test_no_intent (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F6: without room for the intent the file is not touched");
  fill_disk ();
  g_assert_false (set (town, "CRL", "CRLPeriod", "12d", &error));
  free_disk ();
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  assert_period (town, "7d");
  assert_is_recorded (town);
  g_assert_cmpint (count_records (town, "BEGUN"), ==, 0);
}

static void
test_no_sync (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: a ca.conf that cannot be made durable changes nothing");
  refuse_sync = "ca.conf";
  g_assert_false (set (town, "CRL", "CRLPeriod", "12d", &error));
  refuse_sync = NULL;
  assert_nothing_changed (town, 0, error);
}

static void
test_no_history (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaEngine) engine = NULL;
  const gint64 taken = G_MAXINT64 / 2;
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO config_history (id, actor) VALUES (%" G_GINT64_FORMAT ", 'x')", taken + 1);

  g_test_summary ("S-N6: a change whose history cannot be written is none");
  fake_town_close (town);
  fake_town_run_sql (town, sql);
  engine = ca_engine_open (town->folder, FALSE, &error);
  g_assert_no_error (error);
  engine->last_history = taken;
  g_assert_false (set (town, "CRL", "CRLPeriod", "12d", &error));
  engine->last_history = 0;
  g_clear_pointer (&engine, ca_engine_unref);
  assert_nothing_changed (town, 1, error);
}

static FakeTown *raced_town;

static void
write_another (void)
{
  append (raced_town, "user:mallory=officer;administrator\n");
}

static void
test_race (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = fake_town_read (town, "ca.conf");
  g_autofree char *after = NULL;

  g_test_summary ("S-F6: what somebody writes into ca.conf while a change replaces it does not "
                  "take effect under the name of who asked for the change");
  raced_town = town;
  synced_folder = town->folder;
  at_sync = write_another;
  g_assert_false (set (town, "CRL", "CRLPeriod", "12d", &error));
  raced_town = NULL;
  synced_folder = NULL;
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFLICT);
  after = fake_town_read (town, "ca.conf");
  g_assert_cmpstr (after, ==, before);
  assert_nothing_changed (town, 0, error);
}

/* Dual control */

static char *
health_of (FakeTown *town)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) checks
      = icert_admin_check_health (fake_town_meet (town, "anna")->admin, NULL, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < g_variant_n_children (checks); i++)
    {
      g_autoptr (GVariant) check = g_variant_get_child_value (checks, i);
      const char *name, *state, *text;

      g_assert_true (g_variant_lookup (check, "name", "&s", &name));
      g_assert_true (g_variant_lookup (check, "state", "&s", &state));
      g_assert_true (g_variant_lookup (check, "text", "&s", &text));
      if (strcmp (name, "configuration") == 0)
        return g_strdup_printf ("%s: %s", state, text);
    }
  return NULL;
}

static void
assert_health (FakeTown *town, const char *expected)
{
  g_autofree char *health = health_of (town);

  g_test_message ("%s", health);
  if (!g_pattern_match_simple (expected, health))
    g_error ("%s instead of %s", health, expected);
}

static void
agree_by (FakeTown *town, const char *second, const char *entry, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  guint64 id = 0;

  g_assert_false (set (town, "Roles", entry, value, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_PENDING);
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "change", "t", &id));
  g_clear_error (&error);
  icert_security_approve_change (fake_town_meet (town, second)->security, (gint64) id, NULL,
                                 &error);
  g_assert_no_error (error);
}

static void
agree_to (FakeTown *town, const char *entry, const char *value)
{
  agree_by (town, "bert", entry, value);
}

static void
test_two (void)
{
  g_autoptr (FakeTown) town = new_town (TRUE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F6, S-D11: roles that one wrote by hand under dual control are an alarm, and "
                  "icert check names them until two agree to them");
  assert_health (town, "ok: *");
  fake_town_close (town);
  append (town, "user:mallory=officer\nuser:eve=auditor\n");
  assert_health (town, "failure: *[Roles] user:mallory, [Roles] user:eve*");
  g_assert_true (set (town, "CRL", "CRLPeriod", "9d", &error));
  g_assert_no_error (error);
  /* committed behind the alarm */
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE verb = 'alarm' AND "
                                              "outcome = 'config' AND detail LIKE '%mallory%'"),
                   ==, 1);
  fake_town_close (town);
  assert_health (town, "failure: *[Roles] user:mallory, [Roles] user:eve*");
  agree_to (town, "user:mallory", "officer");
  assert_health (town, "failure: *two administrators: [Roles] user:eve");
  agree_to (town, "user:eve", "reader");
  assert_health (town, "ok: *");
  assert_is_recorded (town);
}

/* The file with @from in place of @to */
static void
rewrite (FakeTown *town, const char *from, const char *to)
{
  g_autofree char *text = fake_town_read (town, "ca.conf");
  g_auto (GStrv) parts = g_strsplit (text, from, 2);
  g_autofree char *new = g_strjoinv (to, parts);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  fake_town_close (town);
  fake_town_write (town, "ca.conf", new);
}

static void
test_puppet (void)
{
  g_autoptr (FakeTown) town = new_town (TRUE);

  g_test_summary (
      "S-D11: an administrator whom somebody wrote into the file agrees to nothing, also "
      "when the name is gone again");
  fake_town_close (town);
  append (town, "user:puppet=administrator\n");
  agree_by (town, "puppet", "user:mallory", "officer");
  rewrite (town, "user:puppet=administrator\n", "");
  assert_health (town, "failure: *two administrators: [Roles] user:mallory");
  agree_to (town, "user:mallory", "officer");
  assert_health (town, "ok: *");
  assert_is_recorded (town);
}

static void
test_identity_under_engine (void)
{
  g_autoptr (FakeTown) town = new_town (TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = fake_town_read (town, "ca.conf");
  g_auto (GStrv) parts = g_strsplit (text, "Type=", 2);
  g_autofree char *other = g_strjoinv ("AllowForeign=true\nType=", parts);
  g_auto (GStrv) halves = g_strsplit (other, "Name=", 2);
  g_autofree char *new = g_strjoinv ("Name=Other ", halves);

  g_test_summary (
      "S-N6: a name that somebody wrote into the file of an open CA does not take effect "
      "with the next change");
  fake_town_write (town, "ca.conf", new);
  g_assert_false (set (town, "CRL", "CRLPeriod", "9d", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FORBIDDEN_FIELD);
  g_assert_nonnull (strstr (error->message, "Name"));
  g_clear_error (&error);
  fake_town_write (town, "ca.conf", text);
  g_assert_true (set (town, "CRL", "CRLPeriod", "9d", &error));
  g_assert_no_error (error);
}

static void
test_mode_by_hand (void)
{
  g_autoptr (FakeTown) town = new_town (TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaEngine) engine = NULL;

  g_test_summary ("S-D11: nobody turns dual control off by hand, changes a role alone and turns it "
                  "on again; that it was tried is on record");
  rewrite (town, "DualControl=true", "DualControl=false");
  engine = ca_engine_open (town->folder, FALSE, &error);
  g_assert_null (engine);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_test_message ("%s", error->message);
  rewrite (town, "DualControl=false", "DualControl=true");
  assert_health (town, "ok: *");
  assert_is_recorded (town);
  g_assert_cmpint (count_records (town, "CONFIG"), ==, 1);
}

static void
test_mode_under_engine (void)
{
  g_autoptr (FakeTown) town = new_town (TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = fake_town_read (town, "ca.conf");
  g_auto (GStrv) parts = g_strsplit (text, "DualControl=true\n", 2);
  g_autofree char *new = g_strjoinv ("", parts);

  g_test_summary (
      "S-D11: nor under a CA that is open: what one may change alone brings it not into "
      "force");
  fake_town_write (town, "ca.conf", new);
  g_assert_false (set (town, "CRL", "CRLPeriod", "9d", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_false (set (town, "Roles", "user:mallory", "administrator", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_PENDING);
  g_clear_error (&error);
  fake_town_write (town, "ca.conf", text);
  g_assert_true (set (town, "CRL", "CRLPeriod", "9d", &error));
  g_assert_no_error (error);
}

static void
test_one_is_enough (void)
{
  g_autoptr (FakeTown) town = new_town (TRUE);
  g_autofree char *text = NULL;

  g_test_summary ("S-D11: what one administrator may change alone needs nobody's agreement");
  fake_town_close (town);
  text = fake_town_read (town, "ca.conf");
  memcpy (strstr (text, "CRLPeriod=7d"), "CRLPeriod=6d", strlen ("CRLPeriod=6d"));
  fake_town_write (town, "ca.conf", text);
  assert_health (town, "ok: *");
  assert_period (town, "6d");
}

static void
test_not_in_force (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);

  g_test_summary ("S-F6: icert check names what stands in ca.conf and is not in force yet");
  append (town, "user:mallory=officer\n");
  assert_health (town, "warning: *[Roles] user:mallory = officer*");
}

/* Profiles */

#define PROFILE(version)                                                                           \
  "[Profile]\nName=Mine\nVersion=" version "\nEnroll=submitter\nApproval=required\nValidity=90d\n" \
  "[SubjectAltName]\ndNSName=approved\n[Key]\nTypes=ec-p256\n[Extensions]\nKeyUsage=auto\n"        \
  "ExtendedKeyUsage=serverAuth\n"

static gboolean
set_profile (FakeTown *town, const char *contents, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (contents, strlen (contents));

  return icert_security_set_profile (fake_town_meet (town, "anna")->security, "Mine", bytes, NULL,
                                     error);
}

static gint64
count_profile_records (FakeTown *town, const char *outcome)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM audit WHERE verb = "
                                          "'write-profile' AND object = 'profile:Mine' AND "
                                          "outcome = '%s'",
                                          outcome);

  return fake_town_query_int (town, sql);
}

/* The version of the file, and that the one content in force is it. */
static void
assert_profile (FakeTown *town, gint64 version)
{
  g_autofree char *text = fake_town_read (town, "profiles/Mine.profile");
  g_autofree char *line = g_strdup_printf ("Version=%" G_GINT64_FORMAT "\n", version);

  g_assert_nonnull (strstr (text, line));
  g_assert_cmpint (fake_town_query_int (town, "SELECT version FROM profiles WHERE name = 'Mine' "
                                              "AND withdrawn IS NULL"),
                   ==, version);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM profiles WHERE name = 'Mine' "
                                              "AND withdrawn IS NULL"),
                   ==, 1);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM config_history WHERE id = 4"),
                   ==, 0);
}

static void
test_profile (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: a profile whose file cannot be made durable is the one it was, with its "
                  "record; so it is when it is withdrawn");
  g_assert_true (set_profile (town, PROFILE ("1"), &error));
  g_assert_no_error (error);
  assert_profile (town, 1);
  g_assert_cmpint (count_profile_records (town, "BEGUN"), ==, 1);
  g_assert_cmpint (count_profile_records (town, "OK"), ==, 1);
  refuse_sync = "Mine.profile";
  g_assert_false (set_profile (town, PROFILE ("2"), &error));
  refuse_sync = NULL;
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  assert_profile (town, 1);
  g_assert_cmpint (count_profile_records (town, "CALLED-OFF"), ==, 1);
  g_assert_true (set_profile (town, PROFILE ("2"), &error));
  g_assert_no_error (error);
  assert_profile (town, 2);
  /* back to a content that was withdrawn, which fails once */
  refuse_sync = "Mine.profile";
  g_assert_false (set_profile (town, PROFILE ("1"), &error));
  refuse_sync = NULL;
  g_clear_error (&error);
  assert_profile (town, 2);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM profiles WHERE name = 'Mine'"),
                   ==, 2);
}

/* as kill -9 leaves it: rows and intent, and the file of before */
static void
test_profile_cut_off (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *intent = NULL;
  g_autofree char *insert = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, PROFILE ("1"), -1);
  g_autoptr (GVariant) value = NULL;

  g_test_summary (
      "S-F6: a profile whose change was cut off is finished at the next start, with who "
      "asked for it; another file that somebody put there stays, and it says so");
  g_assert_true (set_profile (town, PROFILE ("1"), &error));
  g_assert_true (set_profile (town, PROFILE ("2"), &error));
  g_assert_no_error (error);
  value = g_variant_ref_sink (g_variant_new ("(ssmssssus)", "Mine", hash, PROFILE ("2"), "bert",
                                             "uid:78", "what", (guint32) CA_DOOR_BUS,
                                             "profile:Mine"));
  intent = g_variant_print (value, FALSE);
  {
    g_auto (GStrv) parts = g_strsplit (intent, "'", -1);
    g_autofree char *quoted = g_strjoinv ("''", parts);

    insert
        = g_strdup_printf ("INSERT INTO config_history (id, new_value) VALUES (4, '%s')", quoted);
  }
  fake_town_close (town);
  fake_town_run_sql (town, insert);
  fake_town_write (town, "profiles/Mine.profile", PROFILE ("1"));
  fake_town_meet (town, "anna");
  assert_profile (town, 2);
  detail = fake_town_query_text (town, "SELECT actor || '; ' || detail FROM audit WHERE verb = "
                                       "'write-profile' ORDER BY sequence DESC LIMIT 1");
  g_assert_cmpstr (detail, ==, "bert; what; completed after an interruption");
  fake_town_close (town);
  fake_town_run_sql (town, insert);
  fake_town_write (town, "profiles/Mine.profile", PROFILE ("9"));
  fake_town_meet (town, "anna");
  g_assert_cmpint (count_profile_records (town, "CALLED-OFF"), ==, 1);
  g_clear_pointer (&detail, g_free);
  detail = fake_town_read (town, "profiles/Mine.profile");
  g_assert_cmpstr (detail, ==, PROFILE ("9"));
}

/* Files that the engine reads, and others put there */

static void
put_fifo (FakeTown *town, const char *name)
{
  g_autofree char *path = g_build_filename (town->folder, name, NULL);

  g_unlink (path);
  g_assert_no_errno (mkfifo (path, 0600));
}

static void
remove_file (FakeTown *town, const char *name)
{
  g_autofree char *path = g_build_filename (town->folder, name, NULL);

  g_assert_no_errno (g_unlink (path));
}

static void
test_fifos (void)
{
  static const struct
  {
    const char *name;
    gboolean opens;
  } cases[] = {
    { "blocked-keys", FALSE }, { "certs/0.chain.pem", FALSE }, { "certs/0.crt", FALSE },
    { "certs/0-1.crt", TRUE }, { "request.pem", TRUE },        { "profiles/Pipe.profile", TRUE },
    { "ca.conf", FALSE },
  };
  g_autoptr (FakeTown) town = new_town (FALSE);

  g_test_summary (
      "S-F5: a FIFO in the place of a file of the CA is refused or left out; nobody waits "
      "for somebody to write into it");
  fake_town_close (town);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CaEngine) engine = NULL;
      g_autofree char *path = g_build_filename (town->folder, cases[i].name, NULL);
      g_autofree char *before = NULL;
      gsize size = 0;

      g_file_get_contents (path, &before, &size, NULL);
      put_fifo (town, cases[i].name);
      engine = ca_engine_open (town->folder, FALSE, &error);
      g_test_message ("%s: %s", cases[i].name, error != NULL ? error->message : "left out");
      g_assert_cmpint (engine != NULL, ==, cases[i].opens);
      if (!cases[i].opens)
        g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
      g_clear_pointer (&engine, ca_engine_unref);
      remove_file (town, cases[i].name);
      if (before != NULL)
        g_assert_true (g_file_set_contents_full (path, before, size, G_FILE_SET_CONTENTS_CONSISTENT,
                                                 0600, NULL));
    }
  put_fifo (town, "profiles/WebServer.profile");
  {
    g_autofree char *health = health_of (town);
    g_autofree char *hash = NULL;
    g_autoptr (CaConfig) config = ca_config_load (town->folder, NULL);

    g_assert_nonnull (health);
    hash = ca_profiles_hash_file (config, "WebServer");
    g_assert_null (hash);
  }
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/configure/by-hand/S-F6", test_by_hand);
  g_test_add_func ("/configure/removed-by-hand/S-F6", test_removed_by_hand);
  g_test_add_func ("/configure/no-room/S-F6", test_no_room);
  g_test_add_func ("/configure/completed/S-F6", test_completed);
  g_test_add_func ("/configure/called-off/S-N6", test_called_off);
  g_test_add_func ("/configure/another/S-F6", test_another);
  g_test_add_func ("/configure/full-disk/S-N6", test_full_disk);
  g_test_add_func ("/configure/no-intent/S-F6", test_no_intent);
  g_test_add_func ("/configure/no-sync/S-N6", test_no_sync);
  g_test_add_func ("/configure/no-history/S-N6", test_no_history);
  g_test_add_func ("/configure/race/S-F6", test_race);
  g_test_add_func ("/configure/two/S-F6", test_two);
  g_test_add_func ("/configure/mode-by-hand/S-D11", test_mode_by_hand);
  g_test_add_func ("/configure/puppet/S-D11", test_puppet);
  g_test_add_func ("/configure/identity-under-engine/S-N6", test_identity_under_engine);
  g_test_add_func ("/configure/mode-under-engine/S-D11", test_mode_under_engine);
  g_test_add_func ("/configure/one-is-enough/S-D11", test_one_is_enough);
  g_test_add_func ("/configure/not-in-force/S-F6", test_not_in_force);
  g_test_add_func ("/configure/profile/S-N6", test_profile);
  g_test_add_func ("/configure/profile-cut-off/S-F6", test_profile_cut_off);
  g_test_add_func ("/configure/fifos/S-F5", test_fifos);
  return fake_ca_run ();
}
