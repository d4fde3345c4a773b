/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "fake-ca.h"
#include "fake-lent.h"
#include "fake-policy.h"

/* Policies and exits that an application lends to a CA in its process (ICertControl). */

/* milliseconds; the deadline of lent objects in this program */
#define DEADLINE 600
#define DEADLINE_TEXT "600"

/* A CA that is open, and its control. */
static ICertControl *
open_control (FakeCa *ca)
{
  g_autoptr (GError) error = NULL;
  ICertControl *control = icert_control_open (ca->address, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (ICERT_IS_CONTROL (control));
  return control;
}

/* A control that is the first object of the CA: it is not started. */
static ICertControl *
open_held (FakeCa *ca)
{
  ICertControl *control;

  fake_ca_close (ca);
  control = open_control (ca);
  fake_ca_open (ca);
  return control;
}

static void
append (ICertControl *control, FakeLent *policy)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_control_append_policy (control, ICERT_POLICY (policy), &error));
  g_assert_no_error (error);
}

static void
append_exit (ICertControl *control, FakeLent *exit)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_control_append_exit (control, ICERT_EXIT (exit), &error));
  g_assert_no_error (error);
}

static void
start (ICertControl *control)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_control_start (control, NULL, &error));
  g_assert_no_error (error);
}

static void
stop (ICertControl *control)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_control_stop (control, NULL, &error));
  g_assert_no_error (error);
}

/* Nothing holds the policy any more. */
static void
assert_gone (FakeLent *lent)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (lent);
}

static ICertResponse *
submit (FakeCa *ca)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  ICertResponse *response = fake_ca_submit (ca, request, NULL, &error);

  g_assert_no_error (error);
  return response;
}

static gint64
submit_for (FakeCa *ca, ICertDisposition disposition, const char *message)
{
  g_autoptr (ICertResponse) response = submit (ca);

  fake_assert_response (response, disposition, message);
  return icert_response_get_request_id (response);
}

static void
refuse_submit (FakeCa *ca)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;

  g_assert_null (fake_ca_submit (ca, request, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  g_assert_nonnull (strstr (error->message, "icert_control_start"));
}

/* Asynchronous submissions */

typedef struct
{
  guint n_sent, n_answered, n_issued, n_pending, n_refused;
} Crowd;

static void
answered_cb (GObject *request, GAsyncResult *result, gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response
      = icert_request_submit_full_finish (ICERT_REQUEST (request), result, &error);
  ICertDisposition disposition
      = response != NULL ? icert_response_get_disposition (response) : ICERT_DISPOSITION_INCOMPLETE;

  crowd->n_answered++;
  crowd->n_issued += disposition == ICERT_DISPOSITION_ISSUED;
  crowd->n_pending += disposition == ICERT_DISPOSITION_UNDER_SUBMISSION;
  crowd->n_refused += g_error_matches (error, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
}

static void
send (FakeCa *ca, Crowd *crowd, guint n)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  for (guint i = 0; i < n; i++)
    icert_request_submit_full_async (ca->request, ICERT_SUBMIT_NONE, ICERT_ENCODING_ANY,
                                     ICERT_REQUEST_FORMAT_ANY, request, NULL, NULL, NULL,
                                     answered_cb, crowd);
  crowd->n_sent += n;
}

static void
wait_for_crowd (Crowd *crowd)
{
  while (crowd->n_answered < crowd->n_sent)
    g_main_context_iteration (NULL, TRUE);
}

/* Opening, starting, stopping */

static void
test_address (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A control is for CAs in this process; it says which one it controls");
  g_object_get (control, "config", &config, NULL);
  g_assert_cmpstr (config, ==, "localhost\\Fake CA");
  g_assert_null (icert_control_open ("unix:path=/nowhere", NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_SUPPORTED, "address", 0);
  g_clear_error (&error);
  g_assert_null (icert_control_open ("dbus:system", NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_SUPPORTED, "address", 0);
  g_clear_error (&error);
  g_assert_null (icert_control_open ("local:/nowhere", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
}

static void
test_held (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  gint64 id = submit_for (ca, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_DENY);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  Crowd crowd = { 0 };

  g_test_summary ("A CA that a control opened first judges nothing until it is started");
  refuse_submit (ca);
  send (ca, &crowd, 3);
  wait_for_crowd (&crowd);
  g_assert_cmpint (crowd.n_refused, ==, 3);
  g_assert_null (icert_admin_resubmit_request (ca->admin, id, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  g_clear_error (&error);
  append (control, policy);
  refuse_submit (ca);
  g_assert_cmpint (policy->n_judged, ==, 0);
  fake_ca_wait_for (ca, "SELECT count(*) FROM audit WHERE outcome = 'WRONG_STATE'", 6);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 1);
  /* what was there can be read */
  response = icert_request_retrieve_pending (ca->request, id, NULL, &error);
  g_assert_no_error (error);

  start (control);
  start (control);
  submit_for (ca, ICERT_DISPOSITION_DENIED, NULL);
  g_assert_cmpint (policy->n_judged, ==, 1);
  stop (control);
  assert_gone (policy);
}

static void
test_running (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_DENY);

  g_test_summary ("A CA that was open runs on; an appended policy judges the next request");
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  append (control, policy);
  submit_for (ca, ICERT_DISPOSITION_DENIED, NULL);
  start (control);
  submit_for (ca, ICERT_DISPOSITION_DENIED, NULL);
  g_assert_cmpint (policy->n_judged, ==, 2);
  stop (control);
  assert_gone (policy);
}

static void
test_stop (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  g_autoptr (ICertControl) second = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_DENY);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Stopped, a CA lets everything go and takes no requests, whoever asks");
  append (control, policy);
  stop (second);
  g_assert_cmpint (policy->n_shut_down, ==, 1);
  assert_gone (policy);
  refuse_submit (ca);
  stop (control);
  refuse_submit (ca);
  /* the CA's own certificate */
  g_assert_cmpint (icert_view_count (ca->view, NULL, &error), ==, 1);
  g_assert_no_error (error);
  start (control);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  fake_ca_wait_for (ca, "SELECT count(*) FROM audit WHERE verb = 'stop-ca' AND outcome = 'OK'", 1);
  fake_ca_check_audit (ca);
}

static void
test_stop_unstarted (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_DENY);

  g_test_summary ("What was appended to a CA that never started is let go too");
  append (control, policy);
  append_exit (control, policy);
  stop (control);
  g_assert_cmpint (policy->n_shut_down, ==, 1);
  g_assert_cmpstr (policy->events->str, ==, "");
  assert_gone (policy);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_async (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Starting and stopping without blocking, with the context iterated by hand");
  append (control, policy);
  append_exit (control, policy);
  icert_control_start_async (control, NULL, done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (icert_control_start_finish (control, result, &error));
  g_clear_object (&result);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  icert_control_stop_async (control, NULL, done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (icert_control_stop_finish (control, result, &error));
  g_clear_object (&result);
  g_assert_cmpint (policy->n_shut_down, ==, 1);
  g_assert_cmpstr (policy->events->str, ==, "startup:0 cert-issued:1 shutdown:0");
  assert_gone (policy);
}

static void
test_cancelled (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled stop stops nothing");
  g_cancellable_cancel (cancellable);
  g_assert_false (icert_control_stop (control, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
}

/* Rights */

static void
test_rights (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());
  g_autoptr (ICertControl) control = NULL;
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D14: only an administrator appends, starts and stops");
  fake_ca_configure (ca, "Roles", principal, "submitter;officer;reader");
  control = open_control (ca);
  g_assert_false (icert_control_append_policy (control, ICERT_POLICY (policy), &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_exit (control, ICERT_EXIT (policy), &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_start (control, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_stop (control, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_cmpint (policy->n_initialized, ==, 0);
  fake_ca_wait_for (ca,
                    "SELECT count(*) FROM audit WHERE outcome = 'NOT_AUTHORIZED'"
                    " AND verb IN ('append-module', 'start-ca', 'stop-ca')",
                    4);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_finalize_object (policy);
}

static void
test_dual_control (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());
  g_autoptr (ICertControl) control = NULL;
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D11: under dual control nobody brings modules alone");
  fake_ca_configure (ca, "Roles", principal, "administrator");
  fake_ca_configure (ca, "CA", "DualControl", "true");
  control = open_control (ca);
  g_assert_false (icert_control_append_policy (control, ICERT_POLICY (policy), &error));
  fake_assert_error (error, ICERT_ERROR_PENDING, "change", 0);
  g_assert_cmpint (policy->n_initialized, ==, 0);
  g_assert_finalize_object (policy);
}

static void
test_audit (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);

  g_test_summary ("S-F6: appending, starting and stopping are in the audit log, with the type");
  append (control, policy);
  append_exit (control, policy);
  start (control);
  stop (control);
  fake_ca_wait_for (
      ca,
      "SELECT count(*) FROM audit WHERE outcome = 'OK'"
      " AND ((verb = 'append-module' AND object = 'FakeLent') OR verb IN ('start-ca', 'stop-ca'))",
      4);
  fake_ca_check_audit (ca);
  assert_gone (policy);
}

/* The chain */

static void
test_chain (void)
{
  static const struct
  {
    const char *chain;
    int verdict;
    ICertDisposition disposition;
    guint n_judged;
  } cases[] = {
    { "Always.Policy", ICERT_VERDICT_ISSUE, ICERT_DISPOSITION_ISSUED, 1 },
    { "Always.Policy", ICERT_VERDICT_DENY, ICERT_DISPOSITION_DENIED, 1 },
    { "Always.Policy", ICERT_VERDICT_PENDING, ICERT_DISPOSITION_UNDER_SUBMISSION, 1 },
    { "Pend.Policy", ICERT_VERDICT_ISSUE, ICERT_DISPOSITION_UNDER_SUBMISSION, 1 },
    { "Pend.Policy", ICERT_VERDICT_DENY, ICERT_DISPOSITION_DENIED, 1 },
    { "Deny.Policy", ICERT_VERDICT_ISSUE, ICERT_DISPOSITION_DENIED, 0 },
    { "Fail.Policy", ICERT_VERDICT_ISSUE, ICERT_DISPOSITION_UNDER_SUBMISSION, 0 },
  };

  g_test_summary ("Appended policies stand behind the configured ones in one chain");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeCa) ca = fake_ca_new (cases[i].chain);
      g_autoptr (ICertControl) control = open_control (ca);
      FakeLent *policy = fake_lent_new (cases[i].verdict);

      g_test_message ("%s, then %d", cases[i].chain, cases[i].verdict);
      append (control, policy);
      submit_for (ca, cases[i].disposition, NULL);
      g_assert_cmpint (policy->n_judged, ==, cases[i].n_judged);
      stop (control);
      assert_gone (policy);
    }
}

static gboolean
say_who (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  FakeCa *ca = self->data;
  gint64 id = icert_server_get_request_id (ICERT_SERVER (server));
  g_autofree char *sql
      = g_strdup_printf ("SELECT count(*) FROM requests WHERE id = %" G_GINT64_FORMAT, id);

  g_assert_cmpint (fake_ca_query_int (ca, sql), ==, 1);
  return icert_server_policy_set_disposition_message (server, "the test says so", error);
}

static void
test_identity (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_DENY);
  g_autofree char *trace = NULL;
  g_autoptr (GVariant) value = NULL;
  g_auto (GStrv) profiles = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary ("The trace names the type; the row is there before a lent policy judges");
  policy->judge = say_who;
  policy->data = ca;
  append (control, policy);
  id = submit_for (ca, ICERT_DISPOSITION_DENIED, "the test says so");
  trace = fake_ca_trace (ca, id);
  g_assert_nonnull (strstr (trace, "verdict Always.Policy issue"));
  g_assert_nonnull (strstr (trace, "verdict FakeLent deny"));
  value
      = icert_ca_get_property_value (ca->ca, ICERT_CA_PROPERTY_POLICY_DESCRIPTION, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (g_variant_get_string (value, NULL), "A policy of the test"));
  profiles = icert_ca_list_profiles (ca->ca, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_strv_contains ((const char *const *) profiles, "Lent"));
  stop (control);
  assert_gone (policy);
}

static void
test_resubmit (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_PENDING);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary ("A resubmitted request comes to a lent policy again");
  append (control, policy);
  id = submit_for (ca, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  policy->verdict = ICERT_VERDICT_ISSUE;
  response = icert_admin_resubmit_request (ca->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (policy->n_judged, ==, 2);
  stop (control);
  assert_gone (policy);
}

static void
test_appending (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autoptr (FakeIdle) idle = g_object_new (FAKE_TYPE_IDLE, NULL);
  g_autoptr (FakeHollow) hollow = g_object_new (FAKE_TYPE_HOLLOW, NULL);
  gpointer bad[] = { idle, hollow };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What fails to initialise, judges nothing, or is there already is not appended");
  policy->fails = TRUE;
  g_assert_false (icert_control_append_policy (control, ICERT_POLICY (policy), &error));
  fake_assert_error (error, ICERT_ERROR_CONFIG, "lent", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_exit (control, ICERT_EXIT (policy), &error));
  fake_assert_error (error, ICERT_ERROR_CONFIG, "lent", 0);
  g_clear_error (&error);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (policy->n_judged, ==, 0);
  policy->fails = FALSE;
  append (control, policy);
  append_exit (control, policy);
  g_assert_false (icert_control_append_policy (control, ICERT_POLICY (policy), &error));
  fake_assert_error (error, ICERT_ERROR_CONFLICT, "FakeLent", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_exit (control, ICERT_EXIT (policy), &error));
  fake_assert_error (error, ICERT_ERROR_CONFLICT, "FakeLent", 0);
  g_clear_error (&error);
  g_assert_cmpint (policy->n_initialized, ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (icert_control_append_policy (control, bad[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);
      g_assert_false (icert_control_append_exit (control, bad[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);
    }
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (policy->n_judged, ==, 1);
  stop (control);
  assert_gone (policy);
}

static void
test_arguments (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  g_autoptr (GObject) wrong = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N5: what is no policy or no exit is an error, not a critical");
  g_assert_false (icert_control_append_policy (control, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "policy", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_policy (control, (ICertPolicy *) wrong, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "policy", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_exit (control, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "exit", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_exit (control, (ICertExit *) wrong, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "exit", 0);
}

/* Policies that break their contract */

static ICertServerPolicy *kept;

static gboolean
fail_silently (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  *verdict = ICERT_VERDICT_ISSUE;
  return FALSE;
}

static gboolean
fail_loudly (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  *verdict = ICERT_VERDICT_ISSUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no idea");
  return FALSE;
}

static gboolean
keep_context (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  g_set_object (&kept, server);
  return TRUE;
}

static void
test_liars (void)
{
  static const struct
  {
    int verdict;
    FakeLentJudge judge;
  } cases[] = {
    { 99, NULL },
    { -1, NULL },
    { ICERT_VERDICT_ISSUE, fail_silently },
    { ICERT_VERDICT_ISSUE, fail_loudly },
  };
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);

  g_test_summary ("S-L3: a lent policy that fails or lies leaves the request pending, by its name");
  append (control, policy);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ICertResponse) response = NULL;

      policy->verdict = cases[i].verdict;
      policy->judge = cases[i].judge;
      response = submit (ca);
      fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "FakeLent: *");
      fake_assert_status (response, ICERT_ERROR_MODULE, "FakeLent");
    }
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 0);
  stop (control);
  assert_gone (policy);
}

static void
test_kept_context (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_PENDING);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-L2: a context that a lent policy keeps is dead after its verdict");
  policy->judge = keep_context;
  append (control, policy);
  submit_for (ca, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  g_assert_false (icert_server_policy_set_disposition_message (kept, "late", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONTEXT);
  g_clear_object (&kept);
  stop (control);
  assert_gone (policy);
}

static void
assert_octets (ICertServer *server, const char *name, GBytes *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = icert_server_get_ca_property (server, name, &error);
  g_autoptr (GBytes) octets = value != NULL ? g_variant_get_data_as_bytes (value) : NULL;

  g_assert_no_error (error);
  g_assert_cmpint (octets != NULL, ==, expected != NULL);
  if (expected != NULL)
    g_assert_true (g_bytes_equal (octets, expected));
}

static gboolean
read_crls (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  static const char *const none[] = { "RawCRL.1", "RawDeltaCRL.1", "CertState.1", "CRLSuffix.7" };

  assert_octets (ICERT_SERVER (server), "RawCRL", self->data);
  assert_octets (ICERT_SERVER (server), "rawcrl.0", self->data);
  assert_octets (ICERT_SERVER (server), "RawDeltaCRL.0", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GError) local = NULL;

      g_assert_null (icert_server_get_ca_property (ICERT_SERVER (server), none[i], &local));
      fake_assert_error (local, ICERT_ERROR_NOT_FOUND, "index", 0);
    }
  *verdict = ICERT_VERDICT_ISSUE;
  return TRUE;
}

static void
test_crls (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autoptr (ICertPublishResult) result = NULL;
  g_autoptr (GBytes) crl = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A policy reads the CRLs there are; an index that is not there is NOT_FOUND");
  policy->judge = read_crls;
  append (control, policy);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  result = icert_admin_publish_crls (ca->admin, ICERT_CRL_BASE, NULL, NULL, &error);
  g_assert_no_error (error);
  crl = icert_ca_get_crl (ca->ca, 0, FALSE, NULL, &error);
  g_assert_no_error (error);
  policy->data = crl;
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (policy->n_judged, ==, 2);
  stop (control);
  assert_gone (policy);
}

/* Threads */

static void
test_crowd (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  Crowd crowd = { 0 };

  g_test_summary ("200 asynchronous submissions are judged by the thread that answers them");
  append (control, policy);
  start (control);
  send (ca, &crowd, 200);
  wait_for_crowd (&crowd);
  g_assert_cmpint (crowd.n_issued, ==, 200);
  g_assert_cmpint (policy->n_judged, ==, 200);
  stop (control);
  assert_gone (policy);
}

static gpointer
submit_thread (gpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ICertResponse) response = submit (data);

      fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
    }
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
test_other_threads (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  GThread *threads[3];

  g_test_summary ("Requests of other threads are judged by the main context of the owner");
  append (control, policy);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submit", submit_thread, ca);
  while (policy->n_judged < 60)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  stop (control);
  assert_gone (policy);
}

/* A thread with a main context and a policy of its own. */
typedef struct
{
  FakeCa *ca;
  ICertControl *control;
  gint ready; /* both have appended */
  gint quit;
  guint n_judged[2];
} Pair;

typedef struct
{
  Pair *pair;
  guint index;
} Half;

static gpointer
half_thread (gpointer data)
{
  Half *half = data;
  Pair *pair = half->pair;
  g_autoptr (GMainContext) context = g_main_context_new ();
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);

  g_main_context_push_thread_default (context);
  append (pair->control, policy);
  g_atomic_int_inc (&pair->ready);
  while (g_atomic_int_get (&pair->ready) < 2)
    g_main_context_iteration (context, FALSE);
  for (guint i = 0; i < 10; i++)
    submit_for (pair->ca, ICERT_DISPOSITION_ISSUED, NULL);
  g_atomic_int_inc (&pair->ready);
  while (g_atomic_int_get (&pair->ready) < 4 || !g_atomic_int_get (&pair->quit))
    g_main_context_iteration (context, FALSE);
  pair->n_judged[half->index] = policy->n_judged;
  g_assert_cmpint (policy->n_shut_down, ==, 1);
  g_main_context_pop_thread_default (context);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_finalize_object (policy);
  return NULL;
}

static void
test_two_owners (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  Pair pair = { .ca = ca, .control = control };
  Half halves[2] = { { &pair, 0 }, { &pair, 1 } };
  GThread *threads[2];

  g_test_summary ("Two threads with a policy each: every request asks both, each on its thread");
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("half", half_thread, &halves[i]);
  while (g_atomic_int_get (&pair.ready) < 4)
    g_usleep (1000);
  stop (control);
  g_atomic_int_set (&pair.quit, TRUE);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (pair.n_judged[0], ==, 20);
  g_assert_cmpint (pair.n_judged[1], ==, 20);
}

static gpointer
one_submit_thread (gpointer data)
{
  return submit (data);
}

/* Another thread submits while the owner does nothing. */
static ICertResponse *
submit_elsewhere (FakeCa *ca)
{
  return g_thread_join (g_thread_new ("submit", one_submit_thread, ca));
}

static void
test_silent_owner (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("S-L3: an owner that does not answer leaves requests pending, then no one asks");
  append (control, policy);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (ICertResponse) response = submit_elsewhere (ca);

      fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION,
                            "FakeLent: its thread did not answer*");
      fake_assert_status (response, ICERT_ERROR_MODULE, "FakeLent");
    }
  g_assert_cmpint (g_get_monotonic_time () - begin, >, 4 * DEADLINE * 1000);
  submit_for (ca, ICERT_DISPOSITION_UNDER_SUBMISSION, "*quarantine*");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (policy->n_judged, ==, 0);
  stop (control);
  /* appended anew it has a new chance */
  append (control, policy);
  start (control);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  stop (control);
  assert_gone (policy);
}

static gboolean
sleep_long (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  g_autoptr (GVariant) name = g_variant_ref_sink (g_variant_new_string ("late"));

  g_usleep (2 * DEADLINE * 1000);
  if (icert_server_policy_set_certificate_property (server, "CommonName", name, error))
    g_assert_not_reached ();
  g_assert_error (*error, ICERT_ERROR, ICERT_ERROR_CONTEXT);
  g_clear_error (error);
  return TRUE;
}

static void
test_slow_owner (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  gint64 id;

  g_test_summary ("S-L3: a verdict after the deadline counts nothing, inline or not");
  policy->judge = sleep_long;
  append (control, policy);
  id = submit_for (ca, ICERT_DISPOSITION_UNDER_SUBMISSION, "FakeLent: its thread did not answer*");
  g_assert_cmpint (policy->n_judged, ==, 1);
  fake_assert_row (ca, id, 9, "FakeLent: *");
  policy->judge = NULL;
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  stop (control);
  assert_gone (policy);
}

static gboolean
submit_inside (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  self->judge = NULL;
  submit_for (self->data, ICERT_DISPOSITION_UNDER_SUBMISSION,
              "FakeLent: its thread did not answer*");
  return TRUE;
}

static void
test_nested (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);

  g_test_summary ("A policy that submits to its own CA waits for itself until the deadline");
  policy->judge = submit_inside;
  policy->data = ca;
  append (control, policy);
  submit_for (ca, ICERT_DISPOSITION_UNDER_SUBMISSION, "FakeLent: its thread did not answer*");
  g_assert_cmpint (policy->n_judged, ==, 1);
  stop (control);
  assert_gone (policy);
}

static gboolean
submit_from_exit (FakeLent *self, ICertExitEvents event, ICertServerExit *server, GError **error)
{
  FakeCa *ca = self->data;

  if (event == ICERT_EXIT_EVENT_CERT_ISSUED && self->n_shut_down++ == 0)
    submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  return TRUE;
}

static void
test_exit_submits (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  FakeLent *exit = fake_lent_new (0);

  g_test_summary ("An exit may submit: the policy of the same thread is asked meanwhile");
  append (control, policy);
  append_exit (control, exit);
  exit->hear = submit_from_exit;
  exit->data = ca;
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  while (exit->n_heard < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (policy->n_judged, ==, 2);
  stop (control);
  assert_gone (exit);
  assert_gone (policy);
}

static gboolean
stop_inside (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_assert_false (icert_control_stop (self->data, NULL, &local));
  fake_assert_error (local, ICERT_ERROR_WRONG_STATE, "ca", 0);
  return TRUE;
}

static void
test_stop_inside (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);

  g_test_summary ("A policy cannot stop the CA that asks it");
  policy->judge = stop_inside;
  policy->data = control;
  append (control, policy);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  stop (control);
  assert_gone (policy);
}

static void
test_stop_while_running (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  FakeLent *exit = fake_lent_new (0);
  Crowd crowd = { 0 };

  g_test_summary ("Stopping lets what runs end and tells the exits of it");
  append (control, policy);
  append_exit (control, exit);
  start (control);
  send (ca, &crowd, 50);
  stop (control);
  send (ca, &crowd, 5);
  wait_for_crowd (&crowd);
  g_assert_cmpint (crowd.n_issued, ==, 50);
  g_assert_cmpint (crowd.n_refused, ==, 5);
  g_assert_cmpint (exit->n_heard, ==, 52);
  g_assert_true (g_str_has_suffix (exit->events->str, " shutdown:0"));
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 0);
  assert_gone (policy);
  assert_gone (exit);
}

static gpointer
stop_thread (gpointer data)
{
  stop (data);
  return NULL;
}

static void
test_stop_twice_at_once (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autoptr (FakeLent) late = fake_lent_new (ICERT_VERDICT_DENY);
  g_autoptr (GError) error = NULL;
  GThread *thread;
  Crowd crowd = { 0 };

  g_test_summary ("While somebody stops the CA nobody else starts or stops it, or appends");
  append (control, policy);
  send (ca, &crowd, 1);
  thread = g_thread_new ("stop", stop_thread, control);
  while (icert_control_start (control, NULL, &error))
    g_thread_yield ();
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_stop (control, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_policy (control, ICERT_POLICY (late), &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  g_clear_error (&error);
  g_assert_false (icert_control_append_exit (control, ICERT_EXIT (late), &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  wait_for_crowd (&crowd);
  while (policy->n_shut_down == 0)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  refuse_submit (ca);
  assert_gone (policy);
}

/* Somebody stops the CA while it is initialised. */
static void
prepare_while_stopping (FakeLent *self)
{
  ICertControl *control = self->data;
  g_autoptr (GError) error = NULL;

  self->data = g_thread_new ("stop", stop_thread, control);
  while (icert_control_start (control, NULL, &error))
    g_thread_yield ();
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
}

static void
test_append_while_stopping (gconstpointer as_exit)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  FakeLent *late = fake_lent_new (ICERT_VERDICT_DENY);
  g_autoptr (GError) error = NULL;
  Crowd crowd = { 0 };

  g_test_summary ("What would be let go at once is not appended, though it began before the stop");
  append (control, policy);
  /* this thread is busy, so that stopping waits for the answer */
  send (ca, &crowd, 1);
  late->prepare = prepare_while_stopping;
  late->data = control;
  if (GPOINTER_TO_INT (as_exit))
    g_assert_false (icert_control_append_exit (control, ICERT_EXIT (late), &error));
  else
    g_assert_false (icert_control_append_policy (control, ICERT_POLICY (late), &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "ca", 0);
  wait_for_crowd (&crowd);
  while (policy->n_shut_down == 0)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (late->data);
  g_assert_cmpint (late->n_judged + late->n_heard, ==, 0);
  assert_gone (late);
  assert_gone (policy);
}

static void
restart_cb (gpointer data, GObject *gone)
{
  FakeLent *policy = data;
  ICertControl *control = policy->data;

  append (control, policy);
  start (control);
}

static void
test_stop_and_restart (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_DENY);
  FakeLent *exit = fake_lent_new (0);

  g_test_summary ("Who starts the CA again while its objects go keeps what was appended for that");
  policy->data = control;
  g_object_weak_ref (G_OBJECT (exit), restart_cb, policy);
  append_exit (control, exit);
  start (control);
  g_object_unref (exit);
  stop (control);
  submit_for (ca, ICERT_DISPOSITION_DENIED, NULL);
  stop (control);
  assert_gone (policy);
}

/* Everything that a policy can ask of its CA while it is asked itself. */
static gboolean
call_back (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  ICertControl *control = g_object_get_data (G_OBJECT (self), "control");
  FakeLent *second = g_object_get_data (G_OBJECT (self), "second");
  FakeCa *ca = self->data;
  g_auto (GStrv) profiles = icert_ca_list_profiles (ca->ca, NULL, error);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string ("11"));
  gint64 id = icert_server_get_request_id (ICERT_SERVER (server));

  self->judge = NULL;
  g_assert_no_error (*error);
  append (control, second);
  append_exit (control, second);
  start (control);
  response = icert_request_retrieve_pending (ca->request, id, NULL, error);
  g_assert_no_error (*error);
  fake_assert_response (response, ICERT_DISPOSITION_INCOMPLETE, NULL);
  /* the CA's own certificate */
  g_assert_cmpint (icert_view_count (ca->view, NULL, error), ==, 1 + 1);
  g_assert_true (
      icert_admin_set_config_entry (ca->admin, "CA", "ClockSkewMinutes", value, NULL, error));
  return TRUE;
}

static void
test_reentry (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  FakeLent *second = fake_lent_new (ICERT_VERDICT_DENY);

  g_test_summary ("S-N5: a policy may call whatever it likes; what it appends judges the next one");
  policy->judge = call_back;
  policy->data = ca;
  g_object_set_data (G_OBJECT (policy), "control", control);
  g_object_set_data (G_OBJECT (policy), "second", second);
  append (control, policy);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (second->n_judged, ==, 0);
  submit_for (ca, ICERT_DISPOSITION_DENIED, NULL);
  g_assert_cmpint (second->n_judged, ==, 1);
  stop (control);
  g_assert_true (g_str_has_prefix (second->events->str, "startup:0"));
  assert_gone (second);
  assert_gone (policy);
}

static gpointer
list_thread (gpointer data)
{
  FakeCa *ca = data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) profiles = icert_ca_list_profiles (ca->ca, NULL, &error);
  g_autoptr (GVariant) value
      = icert_ca_get_property_value (ca->ca, ICERT_CA_PROPERTY_POLICY_DESCRIPTION, 0, NULL, NULL);

  g_assert_nonnull (value);
  if (error != NULL)
    {
      fake_assert_error (error, ICERT_ERROR_MODULE, "FakeLent", 0);
      return GINT_TO_POINTER (1);
    }
  g_assert_true (g_strv_contains ((const char *const *) profiles, "Lent"));
  return GINT_TO_POINTER (2);
}

static void
test_list_elsewhere (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  GThread *thread;

  g_test_summary ("Profiles are listed on the owner's thread, or not at all; others never call it");
  append (control, policy);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (g_thread_new ("list", list_thread, ca))), ==, 1);
  thread = g_thread_new ("list", list_thread, ca);
  while (policy->n_listed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, 2);
  stop (control);
  assert_gone (policy);
}

static void
test_stop_elsewhere (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  GThread *thread;

  g_test_summary ("Stopped by another thread, a policy is shut down and let go on its own");
  append (control, policy);
  thread = g_thread_new ("stop", stop_thread, control);
  while (policy->n_shut_down == 0)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  assert_gone (policy);
}

static gpointer
lend_thread (gpointer data)
{
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);

  append (data, policy);
  g_object_unref (policy);
  return NULL;
}

static void
test_ended_owner (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);

  g_test_summary ("A policy whose thread has ended answers nothing: requests wait, at once");
  g_thread_join (g_thread_new ("lend", lend_thread, control));
  submit_for (ca, ICERT_DISPOSITION_UNDER_SUBMISSION, "FakeLent: *thread has ended*");
  stop (control);
}

/* Exits */

static void
test_exit (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *exit = fake_lent_new (0);
  FakeLent *late = fake_lent_new (0);

  g_test_summary ("A lent exit hears of everything in its order, on its thread");
  append_exit (control, exit);
  start (control);
  for (guint i = 0; i < 3; i++)
    submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  append_exit (control, late);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  stop (control);
  g_assert_cmpstr (exit->events->str, ==,
                   "startup:0 cert-issued:1 cert-issued:2 cert-issued:3 cert-issued:4 shutdown:0");
  g_assert_cmpstr (late->events->str, ==, "startup:0 cert-issued:4 shutdown:0");
  assert_gone (exit);
  assert_gone (late);
}

/* Fails as often as the number says that is its data. */
static gboolean
fail_at (FakeLent *self, ICertExitEvents which, ICertExitEvents event, GError **error)
{
  guint *n_left = self->data;

  if (event != which || *n_left == 0)
    return TRUE;
  --*n_left;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  return FALSE;
}

static gboolean
fail_issued (FakeLent *self, ICertExitEvents event, ICertServerExit *server, GError **error)
{
  return fail_at (self, ICERT_EXIT_EVENT_CERT_ISSUED, event, error);
}

static void
test_exit_retry (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *exit = fake_lent_new (0);
  guint n_left = 1;

  g_test_summary ("S-L4: what a lent exit failed at comes again, the others go on");
  exit->hear = fail_issued;
  exit->data = &n_left;
  append_exit (control, exit);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  while (exit->n_heard < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (exit->events->str, "cert-issued:1"));
  g_assert_nonnull (strstr (exit->events->str, "cert-issued:2"));
  stop (control);
  assert_gone (exit);
}

static void
test_exit_retry_waits (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *exit = fake_lent_new (0);
  guint n_left = 1;

  g_test_summary ("S-L4: what comes again waits for what is with the owner, and is not lost");
  exit->hear = fail_issued;
  exit->data = &n_left;
  append_exit (control, exit);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (submit_elsewhere (ca));
  /* the first event is due again now, while the second one is out */
  g_usleep (1300000);
  while (exit->n_heard < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (exit->events->str, ==, "startup:0 cert-issued:2 cert-issued:1");
  stop (control);
  assert_gone (exit);
}

static gboolean
fail_pending (FakeLent *self, ICertExitEvents event, ICertServerExit *server, GError **error)
{
  return fail_at (self, ICERT_EXIT_EVENT_CERT_PENDING, event, error);
}

static gpointer
deny_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_admin_deny_request (((FakeCa *) data)->admin, 1, NULL, NULL, &error));
  g_assert_no_error (error);
  return NULL;
}

static void
test_exit_order (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  FakeLent *exit = fake_lent_new (0);
  guint n_left = 1;

  g_test_summary ("S-L4: events of one request keep their order when the first one fails");
  exit->hear = fail_pending;
  exit->data = &n_left;
  append_exit (control, exit);
  g_object_unref (submit_elsewhere (ca));
  g_thread_join (g_thread_new ("deny", deny_thread, ca));
  while (exit->n_heard < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (exit->events->str, ==, "startup:0 cert-pending:1 cert-denied:1");
  stop (control);
  assert_gone (exit);
}

static void
test_exit_outbox (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_held (ca);
  FakeLent *first = fake_lent_new (0);
  FakeLent *second = fake_lent_new (0);
  guint n_left = 100;

  g_test_summary ("S-L4: undelivered events wait for the next exit of that type");
  first->hear = fail_issued;
  first->data = &n_left;
  append_exit (control, first);
  start (control);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  stop (control);
  g_assert_cmpstr (first->events->str, ==, "startup:0 shutdown:0");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 2);
  append_exit (control, second);
  start (control);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  while (second->n_heard < 4)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (second->events->str, ==, "cert-issued:1 cert-issued:2 startup:0 cert-issued:3");
  stop (control);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 0);
  assert_gone (first);
  assert_gone (second);
}

static void
test_exit_silent_owner (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = NULL;
  FakeLent *exit = fake_lent_new (0);
  gint64 begin;

  g_test_summary ("S-L4: an exit whose thread is busy delays neither answers nor other exits");
  fake_ca_configure (ca, "Exit", "Modules", "Publish.Exit");
  control = open_control (ca);
  append_exit (control, exit);
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (ICertResponse) response = submit_elsewhere (ca);

      fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
    }
  g_test_message ("%" G_GINT64_FORMAT " us", g_get_monotonic_time () - begin);
  fake_ca_wait_for (ca, "SELECT count(*) FROM outbox WHERE class_id != 'FakeLent'", 0);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 3);
  g_assert_cmpint (exit->n_heard, ==, 0);
  while (exit->n_heard < 4)
    g_main_context_iteration (NULL, TRUE);
  stop (control);
  assert_gone (exit);
}

static gpointer
lend_exit_thread (gpointer data)
{
  FakeLent *exit = fake_lent_new (0);

  exit->mask = ICERT_EXIT_EVENT_CERT_ISSUED;
  append_exit (data, exit);
  g_object_unref (exit);
  return NULL;
}

/* Appends an exit and stays until it has an event that nobody runs. */
typedef struct
{
  ICertControl *control;
  gint appended, leave;
} Stayer;

static gpointer
stay_thread (gpointer data)
{
  Stayer *stayer = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  lend_exit_thread (stayer->control);
  g_atomic_int_set (&stayer->appended, TRUE);
  while (!g_atomic_int_get (&stayer->leave))
    g_usleep (1000);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* The next exit of the type gets what was left, and stopping does not wait. */
static void
check_left (FakeCa *ca, ICertControl *control, guint n, const char *events)
{
  FakeLent *next = fake_lent_new (0);
  gint64 begin;

  append_exit (control, next);
  while (next->n_heard < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (next->events->str, ==, events);
  begin = g_get_monotonic_time ();
  stop (control);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 3 * G_USEC_PER_SEC);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 0);
  assert_gone (next);
}

static void
test_exit_ended_owner (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  gint64 begin;

  g_test_summary (
      "An exit whose thread has ended is out; its events wait for the next of its type");
  g_thread_join (g_thread_new ("lend", lend_exit_thread, control));
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  begin = g_get_monotonic_time ();
  stop (control);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 3 * G_USEC_PER_SEC);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 1);

  start (control);
  check_left (ca, control, 2, "cert-issued:1 startup:0");
}

static void
test_exit_leaving_owner (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertControl) control = open_control (ca);
  Stayer stayer = { .control = control };
  GThread *thread = g_thread_new ("stay", stay_thread, &stayer);

  g_test_summary ("A thread that ends before it came to its events leaves them in the outbox");
  while (!g_atomic_int_get (&stayer.appended))
    g_thread_yield ();
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  g_atomic_int_set (&stayer.leave, TRUE);
  g_thread_join (thread);
  check_left (ca, control, 3, "cert-issued:1 cert-issued:2 startup:0");
}

/* Closing without stopping */

static void
test_forgotten (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  ICertControl *control = open_control (ca);
  FakeLent *policy = fake_lent_new (ICERT_VERDICT_ISSUE);
  FakeLent *exit = fake_lent_new (0);
  FakeLent *again = fake_lent_new (0);
  gint64 begin;

  g_test_summary ("Closed without being stopped, a CA lets objects go in their own context");
  append_exit (control, exit);
  /* this thread does nothing meanwhile, so the event stays */
  g_object_unref (submit_elsewhere (ca));
  append (control, policy);
  g_object_unref (control);
  begin = g_get_monotonic_time ();
  fake_ca_close (ca);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 4 * G_USEC_PER_SEC);
  g_assert_cmpint (policy->n_shut_down, ==, 0);
  while (policy->n_shut_down == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (exit->events->str, ==, "");
  assert_gone (policy);
  assert_gone (exit);

  /* certificates without the policy would be a surprise, whoever opens the CA now */
  fake_ca_open (ca);
  refuse_submit (ca);
  fake_ca_close (ca);
  fake_ca_open (ca);
  refuse_submit (ca);
  control = open_control (ca);
  append_exit (control, again);
  start (control);
  while (again->n_heard < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (again->events->str, ==, "cert-issued:1 startup:0");
  g_object_unref (control);
  fake_ca_close (ca);
  fake_ca_open (ca);
  submit_for (ca, ICERT_DISPOSITION_ISSUED, NULL);
  control = open_control (ca);
  stop (control);
  g_object_unref (control);
  assert_gone (again);
}

int
main (int argc, char **argv)
{
  g_setenv ("ICERT_LENT_DEADLINE", DEADLINE_TEXT, TRUE);
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/control/address", test_address);
  g_test_add_func ("/control/held", test_held);
  g_test_add_func ("/control/running", test_running);
  g_test_add_func ("/control/stop", test_stop);
  g_test_add_func ("/control/stop-unstarted", test_stop_unstarted);
  g_test_add_func ("/control/async", test_async);
  g_test_add_func ("/control/cancelled", test_cancelled);
  g_test_add_func ("/control/rights", test_rights);
  g_test_add_func ("/control/dual-control", test_dual_control);
  g_test_add_func ("/control/audit", test_audit);
  g_test_add_func ("/control/chain", test_chain);
  g_test_add_func ("/control/identity", test_identity);
  g_test_add_func ("/control/resubmit", test_resubmit);
  g_test_add_func ("/control/appending", test_appending);
  g_test_add_func ("/control/arguments", test_arguments);
  g_test_add_func ("/control/liars", test_liars);
  g_test_add_func ("/control/kept-context", test_kept_context);
  g_test_add_func ("/control/crls", test_crls);
  g_test_add_func ("/control/crowd", test_crowd);
  g_test_add_func ("/control/other-threads", test_other_threads);
  g_test_add_func ("/control/two-owners", test_two_owners);
  g_test_add_func ("/control/silent-owner", test_silent_owner);
  g_test_add_func ("/control/slow-owner", test_slow_owner);
  g_test_add_func ("/control/nested", test_nested);
  g_test_add_func ("/control/exit-submits", test_exit_submits);
  g_test_add_func ("/control/stop-inside", test_stop_inside);
  g_test_add_func ("/control/stop-while-running", test_stop_while_running);
  g_test_add_func ("/control/stop-twice-at-once", test_stop_twice_at_once);
  g_test_add_data_func ("/control/append-while-stopping/policy", GINT_TO_POINTER (FALSE),
                        test_append_while_stopping);
  g_test_add_data_func ("/control/append-while-stopping/exit", GINT_TO_POINTER (TRUE),
                        test_append_while_stopping);
  g_test_add_func ("/control/stop-and-restart", test_stop_and_restart);
  g_test_add_func ("/control/reentry", test_reentry);
  g_test_add_func ("/control/list-elsewhere", test_list_elsewhere);
  g_test_add_func ("/control/stop-elsewhere", test_stop_elsewhere);
  g_test_add_func ("/control/ended-owner", test_ended_owner);
  g_test_add_func ("/control/exit", test_exit);
  g_test_add_func ("/control/exit-retry", test_exit_retry);
  g_test_add_func ("/control/exit-retry-waits", test_exit_retry_waits);
  g_test_add_func ("/control/exit-order", test_exit_order);
  g_test_add_func ("/control/exit-outbox", test_exit_outbox);
  g_test_add_func ("/control/exit-silent-owner", test_exit_silent_owner);
  g_test_add_func ("/control/exit-ended-owner", test_exit_ended_owner);
  g_test_add_func ("/control/exit-leaving-owner", test_exit_leaving_owner);
  g_test_add_func ("/control/forgotten", test_forgotten);
  return fake_ca_run ();
}
