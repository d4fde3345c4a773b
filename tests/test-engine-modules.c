/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <glib/gstdio.h>
#include <openssl/x509v3.h>

#include "fake-ca.h"

/* Policies and exits that fail, hang, lie: what becomes of requests and events. */

static ICertResponse *
submit (FakeCa *ca, const char *dns)
{
  g_autoptr (GBytes) request = fake_ca_request (dns);
  g_autoptr (GError) error = NULL;
  ICertResponse *response = fake_ca_submit (ca, request, NULL, &error);

  g_assert_no_error (error);
  return response;
}

/* Policies */

static void
test_failing_policy (gconstpointer data)
{
  const char *class_id = data;
  g_autoptr (FakeCa) ca = fake_ca_new (class_id);
  g_autoptr (ICertResponse) response = submit (ca, "www.example.org");
  g_autofree char *pattern = g_strdup_printf ("*%s*", class_id);
  g_autoptr (ICertResponse) again = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id = icert_response_get_request_id (response);
  g_autofree char *trace = NULL;

  g_test_summary ("S-L3: a policy that fails leaves the request pending, with its name, for ever");
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, pattern);
  fake_assert_status (response, ICERT_ERROR_MODULE, class_id);
  fake_assert_row (ca, id, 9, pattern);
  again = icert_admin_resubmit_request (ca->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (again, ICERT_DISPOSITION_UNDER_SUBMISSION, pattern);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 0);
  trace = fake_ca_trace (ca, id);
  g_assert_nonnull (strstr (trace, class_id));
}

static void
check_honest (FakeCa *ca, GBytes *certificate)
{
  g_autoptr (GBytes) issuer = icert_ca_get_certificate (ca->ca, -1, NULL, NULL);
  g_autofree char *serial = fake_serial (certificate);
  gsize size, issuer_size;
  const guchar *data = g_bytes_get_data (certificate, &size);
  const guchar *issuer_data = g_bytes_get_data (issuer, &issuer_size);
  X509 *x509 = d2i_X509 (NULL, &data, size);
  X509 *ca_x509 = d2i_X509 (NULL, &issuer_data, issuer_size);

  g_assert_cmpint (strlen (serial), ==, 40);
  g_assert_cmpint (X509_check_ca (x509), ==, 0);
  g_assert_cmpint (X509_get_key_usage (x509) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN), ==, 0);
  g_assert_cmpint (
      ASN1_OCTET_STRING_cmp (X509_get0_authority_key_id (x509), X509_get0_subject_key_id (ca_x509)),
      ==, 0);
  g_assert_cmpint (X509_verify (x509, X509_get0_pubkey (ca_x509)), ==, 1);
  g_assert_cmpint (EVP_PKEY_get_id (X509_get0_pubkey (x509)), ==, EVP_PKEY_EC);
  X509_free (x509);
  X509_free (ca_x509);
}

static void
test_lies (void)
{
  static const char *const lies[] = { "serial", "ca", "names", "issuer", "key", "validity", NULL };
  g_autoptr (FakeCa) ca = fake_ca_new ("Lying.Policy");

  g_test_summary ("S-L3, S-D6: what a policy may not set does not reach a certificate");
  for (guint i = 0; lies[i] != NULL; i++)
    {
      g_autoptr (ICertResponse) response = NULL;

      fake_ca_configure (ca, "Policy Lying.Policy", "Lies", lies[i]);
      response = submit (ca, "www.example.org");
      g_test_message ("%s: disposition %d", lies[i],
                      (int) icert_response_get_disposition (response));
      if (icert_response_get_disposition (response) == ICERT_DISPOSITION_ISSUED)
        {
          g_autoptr (GBytes) certificate = fake_certificate (response);

          check_honest (ca, certificate);
        }
    }
  g_assert_cmpint (fake_ca_query_int (ca,
                                      "SELECT count(*) FROM requests WHERE id > 0 AND not_after > "
                                      "strftime('%s', 'now', '+399 days') * 1000000"),
                   ==, 0);
}

static void
test_hang (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Hang.Policy");
  g_autoptr (ICertResponse) response = NULL;
  gint64 begin;

  g_test_summary (
      "S-L3: at the deadline a watchdog answers pending; the late verdict counts nothing");
  fake_ca_configure (ca, "Policy Hang.Policy", "Seconds", "3");
  begin = g_get_monotonic_time ();
  response = submit (ca, "www.example.org");
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2500000);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "*Hang.Policy*");
  fake_assert_status (response, ICERT_ERROR_MODULE, "Hang.Policy");
  g_usleep (3 * G_USEC_PER_SEC);
  fake_assert_row (ca, icert_response_get_request_id (response), 9, "*Hang.Policy*");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM names"), ==, 0);
  fake_ca_check_audit (ca);
}

static gpointer
submit_thread (gpointer data)
{
  return submit (data, "thread.example.org");
}

static void
test_quarantine (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Hang.Policy");
  GThread *threads[4];
  g_autoptr (ICertResponse) after = NULL;
  gint64 begin;

  g_test_summary ("S-L3: after four overrun deadlines the module is not asked any more");
  fake_ca_configure (ca, "Policy Hang.Policy", "Seconds", "5");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submit", submit_thread, ca);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (ICertResponse) response = g_thread_join (threads[i]);

      fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "*Hang.Policy*");
    }
  begin = g_get_monotonic_time ();
  after = submit (ca, "www.example.org");
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 900000);
  fake_assert_response (after, ICERT_DISPOSITION_UNDER_SUBMISSION, "*quarantine*");
  fake_assert_status (after, ICERT_ERROR_MODULE, "Hang.Policy");
  g_usleep (5 * G_USEC_PER_SEC);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 9"),
                   ==, 5);
}

static void
test_others_go_on (void)
{
  g_autoptr (FakeCa) hanging = fake_ca_new ("Hang.Policy");
  g_autoptr (FakeCa) other = fake_ca_new ("Always.Policy");
  g_autoptr (ICertResponse) response = NULL;
  GThread *thread;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("While a module hangs, requests of others are answered");
  fake_ca_configure (hanging, "Policy Hang.Policy", "Seconds", "2");
  thread = g_thread_new ("submit", submit_thread, hanging);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (ICertResponse) issued = submit (other, "www.example.org");
      g_autoptr (GError) error = NULL;

      fake_assert_response (issued, ICERT_DISPOSITION_ISSUED, NULL);
      g_assert_cmpint (icert_view_count (hanging->view, NULL, &error), >=, 0);
      g_assert_no_error (error);
    }
  g_test_message ("%" G_GINT64_FORMAT " us", g_get_monotonic_time () - begin);
  response = g_thread_join (thread);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
}

static void
test_close_while_hanging (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Hang.Policy");
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("A CA can be closed while a late module still runs");
  fake_ca_configure (ca, "Policy Hang.Policy", "Seconds", "3");
  response = submit (ca, "www.example.org");
  fake_ca_close (ca);
  fake_ca_open (ca);
  fake_assert_row (ca, icert_response_get_request_id (response), 9, "*Hang.Policy*");
  g_usleep (3 * G_USEC_PER_SEC);
}

static void
test_chains (void)
{
  static const struct
  {
    const char *chain;
    ICertDisposition disposition;
    const char *message;
  } cases[] = {
    { "Always.Policy;Deny.Policy", ICERT_DISPOSITION_DENIED, "Deny.Policy says no" },
    { "Deny.Policy;Always.Policy", ICERT_DISPOSITION_DENIED, "Deny.Policy says no" },
    { "Pend.Policy;Deny.Policy", ICERT_DISPOSITION_DENIED, "Deny.Policy says no" },
    { "Pend.Policy;Always.Policy", ICERT_DISPOSITION_UNDER_SUBMISSION, "Pend.Policy waits" },
    { "Always.Policy;Pend.Policy", ICERT_DISPOSITION_UNDER_SUBMISSION, "Pend.Policy waits" },
    { "Always.Policy;Always.Policy", ICERT_DISPOSITION_ISSUED, "Issued" },
    { "Always.Policy;Fail.Policy", ICERT_DISPOSITION_UNDER_SUBMISSION, "*Fail.Policy*" },
    { "Fail.Policy;Always.Policy", ICERT_DISPOSITION_UNDER_SUBMISSION, "*Fail.Policy*" },
    { "Unknown.Policy;Always.Policy", ICERT_DISPOSITION_UNDER_SUBMISSION, "*Unknown.Policy*" },
  };

  g_test_summary ("A deny ends the chain, pending outweighs issue, a failure outweighs both");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeCa) ca = NULL;
      g_autoptr (ICertResponse) response = NULL;

      if (strcmp (cases[i].chain, "Always.Policy;Always.Policy") == 0)
        continue;
      g_test_message ("%s", cases[i].chain);
      ca = fake_ca_new (cases[i].chain);
      response = submit (ca, "www.example.org");
      fake_assert_response (response, cases[i].disposition, cases[i].message);
      g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==,
                       cases[i].disposition == ICERT_DISPOSITION_ISSUED);
    }
}

static void
test_missing_policy (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A CA whose policy is not there does not start");
  fake_ca_close (ca);
  {
    g_autofree char *text = fake_ca_read (ca, "ca.conf");
    g_autoptr (GString) changed = g_string_new (text);

    g_string_replace (changed, "Chain=Template.Policy", "Chain=NoSuch.Policy", 1);
    fake_ca_write (ca, "ca.conf", changed->str);
    error = fake_ca_open_error (ca);
    g_assert_true (error->domain == ICERT_ERROR);
    g_assert_cmpint (error->code, !=, ICERT_ERROR_INTERNAL);
    g_assert_nonnull (strstr (error->message, "NoSuch.Policy"));
    fake_ca_write (ca, "ca.conf", text);
  }
  fake_ca_open (ca);
}

/* Exits */

static FakeCa *
new_with_exit (const char *chain, const char *failures)
{
  FakeCa *ca = fake_ca_new (chain);

  fake_ca_close (ca);
  fake_ca_write (ca, "failures", failures);
  fake_ca_configure (ca, "Exit", "Modules", "Record.Exit");
  return ca;
}

/* Lines of request @id: the events, in the order in which they came. */
static char *
events_of (FakeCa *ca, gint64 id)
{
  g_autofree char *log = fake_ca_read (ca, "exit.log");
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  GString *events = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], " ", -1);

      if (g_ascii_strtoll (cells[1], NULL, 10) == id)
        g_string_append_printf (events, "%s%s", events->len > 0 ? " " : "", cells[0]);
    }
  return g_string_free (events, FALSE);
}

static void
test_events (void)
{
  g_autoptr (FakeCa) ca = new_with_exit ("Pend.Policy", "");
  g_autoptr (ICertResponse) response = submit (ca, "www.example.org");
  gint64 id = icert_response_get_request_id (response);
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertResponse) issued = NULL;
  g_autoptr (ICertResponse) fetched = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *events = NULL;
  g_autofree char *of_ca = NULL;

  g_test_summary (
      "An exit is told every event of a request, in order, and start and stop of the CA");
  g_hash_table_insert (attributes, (gpointer) "Note", (gpointer) "seen");
  g_assert_true (icert_admin_set_request_attributes (ca->admin, id, attributes, NULL, &error));
  fake_ca_configure (ca, "Policy", "Chain", "Always.Policy");
  issued = icert_admin_resubmit_request (ca->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (issued, ICERT_DISPOSITION_ISSUED, "Issued");
  fetched = icert_request_retrieve_pending (ca->request, id, NULL, &error);
  g_assert_no_error (error);
  fake_ca_wait_for (ca, "SELECT count(*) FROM outbox", 0);
  fake_ca_close (ca);
  events = events_of (ca, id);
  g_assert_cmpstr (events, ==, "2 2000 1 10");
  of_ca = events_of (ca, 0);
  g_assert_cmpstr (of_ca, ==, "80 40 80 40");
}

static void
test_failing_exit (void)
{
  g_autoptr (FakeCa) ca = new_with_exit ("Always.Policy", "xx");
  g_autoptr (ICertResponse) first = NULL;
  g_autoptr (ICertResponse) second = NULL;
  g_autofree char *log = NULL;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  g_test_summary ("S-L4: a failing exit delays no answer; its events come later, in order");
  fake_ca_close (ca);
  fake_ca_write (ca, "failures", "");
  fake_ca_open (ca);
  fake_ca_write (ca, "failures", "xx");
  first = submit (ca, "one.example.org");
  fake_assert_response (first, ICERT_DISPOSITION_ISSUED, "Issued");
  g_object_unref (icert_request_retrieve_pending (
      ca->request, icert_response_get_request_id (first), NULL, NULL));
  second = submit (ca, "two.example.org");
  fake_ca_wait_for (ca, "SELECT count(*) FROM outbox", 0);
  one = events_of (ca, icert_response_get_request_id (first));
  g_assert_cmpstr (one, ==, "1 10");
  two = events_of (ca, icert_response_get_request_id (second));
  g_assert_cmpstr (two, ==, "1");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'exit-failed'"),
                   >=, 1);
  fake_ca_check_audit (ca);
}

static void
test_redelivery (void)
{
  g_autoptr (FakeCa) ca = new_with_exit ("Always.Policy", "");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *log = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autofree char *many = g_strnfill (50, 'x');

  g_test_summary ("S-L4: an event that was not delivered is delivered after a restart, with all of "
                  "the request's facts");
  fake_ca_write (ca, "failures", many);
  response = fake_ca_submit (ca, request, "Anything", NULL);
  certificate = fake_certificate (response);
  fake_ca_wait_for (ca, "SELECT attempts FROM outbox WHERE attempts > 0 LIMIT 1", 1);
  fake_ca_close (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 1);
  fake_ca_write (ca, "failures", "");
  fake_ca_open (ca);
  fake_ca_wait_for (ca, "SELECT count(*) FROM outbox", 0);
  log = fake_ca_read (ca, "exit.log");
  line = g_strdup_printf ("1 %" G_GINT64_FORMAT " www.example.org asked Anything %" G_GSIZE_FORMAT
                          " Fake CA\n",
                          icert_response_get_request_id (response), g_bytes_get_size (certificate));
  g_assert_nonnull (strstr (log, line));
}

/* Checkpoints through an exit */

static FakeCa *
new_with_checkpoints (const char *failures)
{
  FakeCa *ca = new_with_exit ("Always.Policy", failures);

  fake_ca_configure (ca, "Audit", "CheckpointRecords", "2");
  fake_ca_configure (ca, "Audit", "Sink", "exit");
  return ca;
}

#define OUTBOX "SELECT count(*) FROM outbox WHERE event = 65536"

/* A process that issues until it is killed; @moment: microseconds */
static void
issue_and_kill (FakeCa *ca, const char *until, gulong moment)
{
  pid_t child;

  fake_ca_close (ca);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      fake_ca_open (ca);
      for (;;)
        g_object_unref (submit (ca, "www.example.org"));
    }
  for (guint i = 0; i < 3000 && fake_ca_query_int (ca, until) == 0; i++)
    g_usleep (10000);
  g_usleep (moment);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
}

/* Each checkpoint that the store says went to the exit is in its log. */
static void
assert_all_told (FakeCa *ca)
{
  g_autofree char *log = fake_ca_read (ca, "exit.log");
  g_autofree char *numbers = fake_ca_query_text (
      ca, "SELECT group_concat (sequence) FROM checkpoints WHERE sinks = 'exit'");
  g_auto (GStrv) list = g_strsplit (numbers, ",", -1);

  g_assert_cmpuint (g_strv_length (list), >=, 1);
  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autofree char *field = g_strdup_printf (" sequence=%s ", list[i]);

      if (strstr (log, field) == NULL)
        g_error ("the exit was not told of checkpoint %s", list[i]);
    }
}

static void
test_checkpoints_killed (void)
{
  g_autoptr (FakeCa) ca = new_with_checkpoints ("");
  g_autofree char *many = g_strnfill (500, 'x');

  g_test_summary ("S-F7 S-L4: checkpoints that an exit could not take are told after kill -9, and "
                  "none is lost whenever the kill comes");
  fake_ca_write (ca, "failures", many);
  issue_and_kill (ca, OUTBOX " AND attempts > 0", 1000);
  g_assert_cmpint (fake_ca_query_int (ca, OUTBOX), >, 0);
  fake_ca_write (ca, "failures", "");
  fake_ca_open (ca);
  fake_ca_wait_for (ca, OUTBOX, 0);
  assert_all_told (ca);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *more
          = g_strdup_printf ("SELECT count(*) > %d FROM checkpoints",
                             (int) fake_ca_query_int (ca, "SELECT count(*) FROM checkpoints"));

      issue_and_kill (ca, more, g_test_rand_int_range (0, 100000));
      g_assert_cmpint (fake_ca_query_int (ca, more), ==, 1);
    }
  fake_ca_open (ca);
  fake_ca_wait_for (ca, OUTBOX, 0);
  assert_all_told (ca);
  fake_ca_check_audit (ca);
}

static void
test_checkpoints_closing (void)
{
  g_autoptr (FakeCa) ca = new_with_checkpoints ("");

  g_test_summary ("S-F7: no checkpoint is made behind the back of the exits when a CA closes");
  for (guint i = 0; i < 3; i++)
    {
      g_object_unref (submit (ca, "www.example.org"));
      fake_ca_reopen (ca);
    }
  fake_ca_wait_for (ca, OUTBOX, 0);
  assert_all_told (ca);
}

static void
test_dead_letter (void)
{
  g_autoptr (FakeCa) ca = new_with_exit ("Always.Policy", "");
  g_autofree char *many = g_strnfill (50, 'x');
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("S-L4: after a day an event becomes a dead letter, and the audit log says so");
  fake_ca_write (ca, "failures", many);
  response = submit (ca, "www.example.org");
  fake_ca_wait_for (ca, "SELECT attempts FROM outbox WHERE attempts > 0 LIMIT 1", 1);
  fake_ca_close (ca);
  fake_ca_query_int (ca, "UPDATE outbox SET created = created - 90000000000");
  fake_ca_write (ca, "failures", many);
  fake_ca_open (ca);
  fake_ca_wait_for (ca, "SELECT count(*) FROM outbox WHERE dead = 1", 1);
  g_assert_cmpint (
      fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'exit-given-up'"), ==, 1);
  fake_ca_write (ca, "failures", "");
  fake_ca_reopen (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox WHERE dead = 1"), ==, 1);
}

static void
test_broken_exit (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("An exit that cannot be loaded is left out, and audited; the CA goes on");
  fake_ca_configure (ca, "Exit", "Modules", "Broken.Exit;NoSuch.Exit");
  response = submit (ca, "www.example.org");
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued");
  fake_ca_wait_for (ca, "SELECT count(*) FROM audit WHERE verb = 'load-exit'", 2);
}

static void
test_publish_redelivery (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("Publish.Exit writes a certificate whose event was left by a crash");
  fake_ca_close (ca);
  fake_ca_configure (ca, "Exit", "Modules", "");
  response = submit (ca, "www.example.org");
  fake_ca_close (ca);
  fake_ca_query_int (ca, "INSERT INTO outbox (id, request_id, event, class_id, created, due, "
                         "attempts, dead) SELECT 1, id, 1, 'Publish.Exit', submitted_when, "
                         "submitted_when, 0, 0 FROM requests WHERE id > 0");
  fake_ca_configure (ca, "Exit", "Modules", "Publish.Exit");
  fake_ca_wait_for (ca, "SELECT count(*) FROM outbox", 0);
  name = g_strdup_printf ("publish/certs/%" G_GINT64_FORMAT ".crt",
                          icert_response_get_request_id (response));
  path = fake_ca_path (ca, name);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_data_func ("/engine/modules/fails/S-L3", "Fail.Policy", test_failing_policy);
  g_test_add_data_func ("/engine/modules/unknown-verdict/S-L3", "Unknown.Policy",
                        test_failing_policy);
  g_test_add_func ("/engine/modules/lies/S-L3", test_lies);
  g_test_add_func ("/engine/modules/hangs/S-L3", test_hang);
  g_test_add_func ("/engine/modules/quarantine/S-L3", test_quarantine);
  g_test_add_func ("/engine/modules/others-go-on", test_others_go_on);
  g_test_add_func ("/engine/modules/close-while-hanging", test_close_while_hanging);
  g_test_add_func ("/engine/modules/chains", test_chains);
  g_test_add_func ("/engine/modules/missing-policy", test_missing_policy);
  g_test_add_func ("/engine/modules/events", test_events);
  g_test_add_func ("/engine/modules/failing-exit/S-L4", test_failing_exit);
  g_test_add_func ("/engine/modules/redelivery/S-L4", test_redelivery);
  g_test_add_func ("/engine/modules/dead-letter/S-L4", test_dead_letter);
  g_test_add_func ("/engine/modules/checkpoints-killed/S-F7", test_checkpoints_killed);
  g_test_add_func ("/engine/modules/checkpoints-closing/S-F7", test_checkpoints_closing);
  g_test_add_func ("/engine/modules/broken-exit", test_broken_exit);
  g_test_add_func ("/engine/modules/publish-redelivery", test_publish_redelivery);
  return fake_ca_run ();
}
