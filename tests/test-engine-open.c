/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "fake-ca.h"

/* Opening a CA that is held, damaged or was left by a crash; a store that cannot be written. */

static void
check_works (FakeCa *ca)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_ISSUED);
}

/* Forks */

static void
assert_forked (gboolean refused, GError **error)
{
  g_assert_true (refused);
  fake_assert_error (*error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  g_assert_nonnull (strstr ((*error)->message, "before this process was forked"));
  g_clear_error (error);
}

static void
answered_cb (GObject *request, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  g_assert_null (icert_request_submit_full_finish (ICERT_REQUEST (request), result, &error));
  assert_forked (TRUE, &error);
  *(gboolean *) data = TRUE;
}

/* What a client asks. */
static void
check_client_in_child (FakeCa *ca)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gboolean answered = FALSE;
  GError *error = NULL;

  assert_forked (fake_ca_submit (ca, request, NULL, &error) == NULL, &error);
  icert_request_submit_full_async (ca->request, ICERT_SUBMIT_NONE, ICERT_ENCODING_ANY,
                                   ICERT_REQUEST_FORMAT_ANY, request, NULL, NULL, NULL, answered_cb,
                                   &answered);
  while (!answered)
    g_main_context_iteration (NULL, TRUE);
  assert_forked (icert_request_retrieve_pending (ca->request, 1, NULL, &error) == NULL, &error);
  assert_forked (icert_request_retrieve_by_key (ca->request, "k", NULL, &error) == NULL, &error);
  assert_forked (icert_request_get_issued (ca->request, -1, "01", NULL, &error) == NULL, &error);
  assert_forked (icert_request_get_ca (ca->request, &error) == NULL, &error);
  assert_forked (icert_ca_get_certificate (ca->ca, -1, NULL, &error) == NULL, &error);
  assert_forked (icert_view_count (ca->view, NULL, &error) == -1, &error);
}

/* What an officer asks. */
static void
check_officer_in_child (FakeCa *ca)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);
  g_autoptr (GVariant) entry = g_variant_ref_sink (g_variant_new_string ("x"));
  GError *error = NULL;

  assert_forked (!icert_admin_set_request_attributes (ca->admin, 1, attributes, NULL, &error),
                 &error);
  assert_forked (!icert_admin_set_certificate_extension (ca->admin, 1, "1.2.3.4",
                                                         ICERT_EXTENSION_NONE, value, NULL, &error),
                 &error);
  assert_forked (!icert_admin_deny_request (ca->admin, 1, NULL, NULL, &error), &error);
  assert_forked (icert_admin_resubmit_request (ca->admin, 1, NULL, &error) == NULL, &error);
  assert_forked (icert_admin_get_my_roles (ca->admin, NULL, &error) == ICERT_ROLE_NONE, &error);
  assert_forked (icert_admin_get_trace (ca->admin, 1, NULL, &error) == NULL, &error);
  assert_forked (!icert_admin_set_config_entry (ca->admin, "CA", "Name", entry, NULL, &error),
                 &error);
}

static void
check_control_in_child (ICertControl *control)
{
  GError *error = NULL;

  assert_forked (!icert_control_start (control, NULL, &error), &error);
  assert_forked (!icert_control_stop (control, NULL, &error), &error);
}

static pid_t
fork_child (void)
{
  pid_t child;

  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    alarm (20);
  return child;
}

static gboolean
is_fork_tested_elsewhere (void)
{
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  g_test_skip ("a sanitizer's own locks and threads do not survive a fork");
  return TRUE;
#else
  return FALSE;
#endif
}

static void
assert_child_ended_well (pid_t child)
{
  int status;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_fork (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertControl) control = icert_control_open (ca->address, NULL, &error);
  g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (ca->view, NULL, &error);
  GError *refused;
  pid_t child;

  g_test_summary ("In a forked child every verb of an open CA is refused, and closing is nothing");
  if (is_fork_tested_elsewhere ())
    return;
  g_assert_no_error (error);
  check_works (ca);
  child = fork_child ();
  if (child == 0)
    {
      check_client_in_child (ca);
      check_officer_in_child (ca);
      check_control_in_child (control);
      refused = NULL;
      assert_forked (icert_enum_view_row_next (rows, 1, NULL, &refused) == NULL, &refused);
      g_clear_object (&rows);
      g_clear_object (&control);
      fake_ca_close (ca);
      /* the parent has it still */
      refused = fake_ca_open_error (ca);
      fake_assert_error (refused, ICERT_ERROR_CONFIG, "ca", 0);
      g_assert_nonnull (strstr (refused->message, "in use by another engine: pid"));
      exit (0);
    }
  assert_child_ended_well (child);
  check_works (ca);
  fake_ca_check_audit (ca);
}

static void
test_fork_and_open (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  pid_t child;
  int ends[2];
  char octet = 0;

  g_test_summary (
      "A forked child opens a CA of its own, and keeps no lock that the parent lets go");
  if (is_fork_tested_elsewhere ())
    return;
  check_works (ca);
  g_assert_no_errno (pipe (ends));
  child = fork_child ();
  if (child == 0)
    {
      FakeCa *own = fake_ca_new ("Always.Policy");

      check_works (own);
      fake_ca_free (own);
      g_assert_cmpint (read (ends[0], &octet, 1), ==, 1);
      exit (0);
    }
  fake_ca_reopen (ca);
  check_works (ca);
  g_assert_cmpint (write (ends[1], &octet, 1), ==, 1);
  assert_child_ended_well (child);
  close (ends[0]);
  close (ends[1]);
  check_works (ca);
}

/* Damage */

static void
swap (FakeCa *ca, const char *name)
{
  g_autofree char *path = fake_ca_path (ca, name);
  g_autofree char *aside = g_strconcat (path, ".aside", NULL);

  if (g_file_test (aside, G_FILE_TEST_EXISTS))
    g_assert_no_errno (g_rename (aside, path));
  else
    g_assert_no_errno (g_rename (path, aside));
}

static void
test_missing_files (void)
{
  static const struct
  {
    const char *name;
    gboolean opens; /* but signs nothing */
  } cases[] = {
    { "keys/0.key", FALSE }, { "keys/secret", TRUE },  { "certs/0.crt", TRUE },
    { "ca.conf", FALSE },    { "store/ca.db", FALSE },
  };
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  g_test_summary ("A CA with a file missing is an error that says which; it is well again with it");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_ca_close (ca);
      swap (ca, cases[i].name);
      if (!cases[i].opens)
        error = fake_ca_open_error (ca);
      else
        {
          g_autoptr (ICertRequest) object = icert_request_open (ca->address, NULL, &error);
          g_autoptr (ICertResponse) response = NULL;

          if (object != NULL)
            {
              response
                  = icert_request_submit (object, ICERT_SUBMIT_NONE, request, NULL, NULL, &error);
              if (response != NULL)
                {
                  g_assert_cmpint (icert_response_get_disposition (response), !=,
                                   ICERT_DISPOSITION_ISSUED);
                  error = icert_response_get_status (response);
                }
            }
        }
      g_test_message ("%s: %s", cases[i].name, error->message);
      g_assert_true (error->domain == ICERT_ERROR);
      g_assert_cmpint (error->code, !=, ICERT_ERROR_INTERNAL);
      g_assert_null (strstr (error->message, ca->folder));
      swap (ca, cases[i].name);
      fake_ca_open (ca);
      check_works (ca);
    }
}

static void
test_wrong_secret (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *secret = fake_ca_read (ca, "keys/secret");
  g_autofree char *path = fake_ca_path (ca, "keys/secret");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertRequest) object = NULL;
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("With a wrong secret nothing is issued: KEY_UNAVAILABLE, and no row says issued");
  fake_ca_close (ca);
  secret[0] = secret[0] == 'a' ? 'b' : 'a';
  g_assert_no_errno (g_chmod (path, 0600));
  fake_ca_write (ca, "keys/secret", secret);
  g_assert_no_errno (g_chmod (path, 0400));
  object = icert_request_open (ca->address, NULL, &error);
  if (object != NULL)
    {
      response = icert_request_submit (object, ICERT_SUBMIT_NONE, request, NULL, NULL, &error);
      if (response != NULL)
        error = icert_response_get_status (response);
    }
  g_test_message ("%s", error->message);
  g_assert_true (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_KEY_UNAVAILABLE)
                 || g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFIG));
  g_clear_object (&response);
  g_clear_object (&object);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 20"),
                   ==, 0);
}

static void
test_broken_config (void)
{
  static const char *const lines[]
      = { "[CA", "Colour=red", "[Nonsense]\nA=b", "[CA]\nName=Twice", "\xff\xfe" };
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *good = fake_ca_read (ca, "ca.conf");

  g_test_summary ("S-N6: a broken ca.conf is CONFIG with file and line");
  fake_ca_close (ca);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *bad = g_strconcat (good, "\n", lines[i], "\n", NULL);
      g_autoptr (GError) error = NULL;

      fake_ca_write (ca, "ca.conf", bad);
      error = fake_ca_open_error (ca);
      fake_assert_error (error, ICERT_ERROR_CONFIG, NULL, 0);
      g_assert_nonnull (strstr (error->message, "ca.conf"));
    }
  fake_ca_write (ca, "ca.conf", good);
  fake_ca_open (ca);
  check_works (ca);
}

static void
test_broken_profile (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  g_test_summary ("A broken profile denies its own requests, others go on");
  fake_ca_write (ca, "profiles/WebServer.profile", "[Profile]\nName=WebServer\nColour=red\n");
  fake_ca_reopen (ca);
  fake_ca_submit_for (ca, request, "WebServer", ICERT_DISPOSITION_DENIED);
  fake_ca_submit_for (ca, request, "User", ICERT_DISPOSITION_ISSUED);
}

static void
test_foreign_certificate (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (FakeCa) other = fake_ca_new ("Always.Policy");
  g_autofree char *certificate = fake_ca_read (other, "certs/0.crt");
  g_autofree char *own = fake_ca_read (ca, "certs/0.crt");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A CA whose certificate is of another key does not start");
  fake_ca_close (ca);
  fake_ca_write (ca, "certs/0.crt", certificate);
  error = fake_ca_open_error (ca);
  fake_assert_error (error, ICERT_ERROR_CONFIG, "certificate", 0);
  fake_ca_write (ca, "certs/0.crt", own);
  fake_ca_open (ca);
  check_works (ca);
}

static void
test_foreign_store (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GError) error = NULL;
  gint64 version = fake_ca_query_int (ca, "PRAGMA user_version");
  g_autofree char *raise = g_strdup_printf ("PRAGMA user_version = %d", (int) version + 1);
  g_autofree char *lower = g_strdup_printf ("PRAGMA user_version = %d", (int) version);

  g_test_summary ("S-F9: a newer store is CONFIG, and stays as it is");
  fake_ca_close (ca);
  fake_ca_query_int (ca, raise);
  error = fake_ca_open_error (ca);
  fake_assert_error (error, ICERT_ERROR_CONFIG, NULL, 0);
  g_assert_cmpint (fake_ca_query_int (ca, "PRAGMA user_version"), ==, version + 1);
  fake_ca_query_int (ca, lower);
  fake_ca_open (ca);
  check_works (ca);
}

static void
test_no_folder (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autofree char *empty = g_strconcat (ca->address, "/publish", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A folder without a CA is NOT_FOUND or CONFIG, an address of another kind refused");
  g_assert_null (icert_request_open ("local:/nonexistent", NULL, &error));
  g_assert_true (error->domain == ICERT_ERROR);
  g_clear_error (&error);
  g_assert_null (icert_request_open ("local:/tmp", NULL, &error));
  fake_assert_error (error, ICERT_ERROR_CONFIG, NULL, 0);
  g_clear_error (&error);
  g_assert_null (icert_request_open (empty, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "ca.conf", 0);
}

/* Holders */

static void
test_second_process (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *holder = g_strdup_printf ("pid %d", (int) getpid ());

  g_test_summary ("S-F1: a second process that opens the CA gets an error that names the holder");
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                            &error, "/proc/self/exe", "--open", ca->address, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (child, NULL, NULL, &text, NULL, &error));
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, "CONFIG"));
  g_assert_nonnull (strstr (text, "in use by another engine"));
  g_assert_nonnull (strstr (text, holder));
  g_assert_nonnull (strstr (text, "localhost\\Fake CA"));
  check_works (ca);
}

static void
test_symlink (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *link = g_strconcat (ca->folder, "-link", NULL);
  g_autofree char *address = g_strconcat ("local:", link, NULL);
  g_autoptr (ICertView) view = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F1: another path to the same CA is the same engine in one process");
  g_assert_no_errno (symlink (ca->folder, link));
  view = icert_view_open (address, NULL, &error);
  g_assert_no_error (error);
  check_works (ca);
  /* with the CA's own certificate */
  g_assert_cmpint (icert_view_count (view, NULL, &error), ==, 2);
}

/* Crashes */

static void
test_interrupted (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary (
      "A row that a crash left active becomes pending, interrupted; an officer resubmits");
  fake_ca_configure (ca, "Policy", "Chain", "Pend.Policy");
  id = fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);
  fake_ca_close (ca);
  fake_ca_query_int (ca, "UPDATE requests SET disposition = 8, disposition_message = NULL "
                         "WHERE id > 0");
  fake_ca_configure (ca, "Policy", "Chain", "Always.Policy");
  fake_assert_row (ca, id, 9, "interrupted");
  fake_ca_reopen (ca);
  fake_assert_row (ca, id, 9, "interrupted");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'interrupted'"),
                   ==, 1);
  response = icert_admin_resubmit_request (ca->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued");
  fake_ca_check_audit (ca);
}

static void
test_orphan (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gint64 id = fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);

  g_test_summary ("S-E3: an intent without certificate becomes orphaned, its request pending");
  fake_ca_close (ca);
  fake_ca_query_int (ca, "UPDATE requests SET disposition = 8 WHERE id > 0");
  fake_ca_query_int (ca, "INSERT INTO serials (issuer, serial, state, request_id) "
                         "SELECT 0, x'01aa', 0, id FROM requests WHERE id > 0");
  fake_ca_open (ca);
  fake_assert_row (ca, id, 9, "interrupted");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT state FROM serials"), ==, 3);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT reason FROM serials"), ==, 4);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT changed = revoked_when FROM serials"), ==, 1);
  fake_ca_reopen (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE outcome = 'ORPHANED'"),
                   ==, 1);
  fake_ca_check_audit (ca);
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
test_disk_full (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gint64 id;

  g_test_summary (
      "S-F4: a disk that is full stops signing at once: STORAGE, nothing is answered; it "
      "goes on when there is room");
  check_works (ca);
  signal (SIGXFSZ, SIG_IGN);
  limit_files (40960);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertResponse) response = fake_ca_submit_with_key (ca, request, NULL, "f", &error);

      g_assert_null (response);
      g_test_message ("%s", error->message);
      g_assert_true (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_STORAGE)
                     || g_error_matches (error, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN));
      g_assert_null (strstr (error->message, "SELECT"));
    }
  {
    g_autoptr (GError) error = NULL;

    g_assert_false (icert_admin_deny_request (ca->admin, 1, NULL, NULL, &error));
    g_assert_nonnull (error);
    /* reading goes on */
    g_clear_error (&error);
    g_assert_cmpint (icert_view_count (ca->view, NULL, &error), ==, 1 + 1); /* with the own */
    g_assert_no_error (error);
  }
  limit_files (RLIM_INFINITY);
  id = fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_ISSUED);
  g_assert_cmpint (id, >, 1);
  fake_ca_reopen (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 2);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 2);
  fake_ca_check_audit (ca);
}

static void
test_disk_full_audit (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F4: an entry that cannot be audited is not set");
  check_works (ca);
  signal (SIGXFSZ, SIG_IGN);
  limit_files (40960);
  g_assert_false (icert_admin_set_config_entry (ca->admin, "CA", "ValidityPeriod",
                                                g_variant_new_string ("5d"), NULL, &error));
  limit_files (RLIM_INFINITY);
  g_assert_nonnull (error);
  {
    g_autofree char *text = fake_ca_read (ca, "ca.conf");

    g_assert_null (strstr (text, "ValidityPeriod=5d"));
  }
  check_works (ca);
}

/* The other process of test_second_process */
static int
open_and_print (const char *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertRequest) request = icert_request_open (address, NULL, &error);

  g_print ("%s: %s\n", request != NULL ? "opened" : icert_error_get_code_name (error->code),
           request != NULL ? "" : error->message);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--open") == 0)
    return open_and_print (argv[2]);
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/engine/open/fork", test_fork);
  g_test_add_func ("/engine/open/fork-and-open", test_fork_and_open);
  g_test_add_func ("/engine/open/missing-files", test_missing_files);
  g_test_add_func ("/engine/open/wrong-secret/S-M2", test_wrong_secret);
  g_test_add_func ("/engine/open/broken-config/S-N6", test_broken_config);
  g_test_add_func ("/engine/open/broken-profile", test_broken_profile);
  g_test_add_func ("/engine/open/foreign-certificate", test_foreign_certificate);
  g_test_add_func ("/engine/open/foreign-store/S-F9", test_foreign_store);
  g_test_add_func ("/engine/open/no-folder", test_no_folder);
  g_test_add_func ("/engine/open/second-process/S-F1", test_second_process);
  g_test_add_func ("/engine/open/symlink/S-F1", test_symlink);
  g_test_add_func ("/engine/open/interrupted", test_interrupted);
  g_test_add_func ("/engine/open/orphan/S-E3", test_orphan);
  g_test_add_func ("/engine/open/disk-full/S-F4", test_disk_full);
  g_test_add_func ("/engine/open/disk-full-audit/S-F4", test_disk_full_audit);
  return fake_ca_run ();
}
