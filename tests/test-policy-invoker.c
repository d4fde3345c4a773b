/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-policy.h"

typedef struct
{
  FakePolicy *policy;
  ICertTestServer *server;
  ICertSettings *settings;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  fixture->policy = fake_policy_new ();
  fixture->server = icert_test_server_new (7);
  fixture->settings = icert_settings_new (NULL, texts, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->server);
  g_assert_finalize_object (fixture->policy);
  g_assert_finalize_object (fixture->settings);
}

static gboolean
judge (Fixture *fixture, gpointer policy, ICertVerdict *verdict, GError **error)
{
  *verdict = ICERT_VERDICT_ISSUE;
  return icert_test_server_verify_request (fixture->server, ICERT_POLICY (policy), 42, verdict,
                                           error);
}

static void
test_gives_verdict (Fixture *fixture, gconstpointer data)
{
  const int verdicts[] = { ICERT_VERDICT_PENDING, ICERT_VERDICT_ISSUE, ICERT_VERDICT_DENY };

  g_test_summary ("Each of the three verdicts comes through, and TRUE arrives as 1");
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    {
      g_autoptr (GError) error = NULL;
      ICertVerdict verdict;

      fixture->policy->verdict = verdicts[i];
      g_assert_true (judge (fixture, fixture->policy, &verdict, &error));
      g_assert_no_error (error);
      g_assert_cmpint (verdict, ==, verdicts[i]);
    }
  g_assert_cmpint (fixture->policy->saw_new_request, ==, TRUE);
}

static void
test_unknown_verdict (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;
  ICertVerdict verdict;

  g_test_summary ("S-L3: an undefined verdict is a broken module, and the verdict stays pending");
  fixture->policy->verdict = 99;
  g_assert_false (judge (fixture, fixture->policy, &verdict, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MODULE);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "FakePolicy");
  g_assert_nonnull (strstr (error->message, "99"));
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_PENDING);
}

static void
test_tidies_messages (Fixture *fixture, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (100000, 'x');
  const struct
  {
    const char *message;
    const char *wanted; /* NULL: anything of one line */
  } cases[] = {
    { "subject: no name (a name) [code=DENIED limit=5]",
      "subject: no name (a name) [code=DENIED limit=5]" },
    { "two\nlines \xff", "two\\x0alines \\xff" },
    { "a bracket [limit=\xff]", NULL },
    { "", NULL },
    { long_text, NULL },
  };

  g_test_summary ("S-N5: a module's message of any form becomes one short line of UTF-8");
  fixture->policy->manner = FAKE_FAILS;
  fixture->policy->code = ICERT_ERROR_DENIED;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      ICertVerdict verdict;

      fixture->policy->message = cases[i].message;
      g_assert_false (judge (fixture, fixture->policy, &verdict, &error));
      g_assert_nonnull (error);
      if (cases[i].wanted != NULL)
        g_assert_cmpstr (error->message, ==, cases[i].wanted);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strchr (error->message, '\n'));
      g_assert_cmpuint (strlen (error->message), >, 0);
      g_assert_cmpuint (strlen (error->message), <, 1000);
    }
}

static void
test_failure_without_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ICertVerdict verdict;

  g_test_summary ("S-L3: FALSE without an error is FAILED, blames the class, and stays pending");
  fixture->policy->manner = FAKE_SILENT;
  fixture->policy->verdict = ICERT_VERDICT_ISSUE;
  g_assert_false (judge (fixture, fixture->policy, &verdict, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "FakePolicy"));
  g_assert_nonnull (strstr (error->message, "verify_request"));
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_PENDING);
}

static void
test_error_wins (Fixture *fixture, gconstpointer data)
{
  const FakeManner manners[] = { FAKE_FAILS, FAKE_BOTH };

  g_test_summary ("S-L3: an error keeps its code, also beside TRUE, and the verdict stays pending");
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      g_autoptr (GError) error = NULL;
      ICertVerdict verdict;

      fixture->policy->manner = manners[i];
      fixture->policy->code = ICERT_ERROR_WEAK_KEY;
      fixture->policy->verdict = ICERT_VERDICT_ISSUE;
      g_assert_false (judge (fixture, fixture->policy, &verdict, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WEAK_KEY);
      g_assert_true (icert_error_is_refusal (error));
      g_assert_cmpint (verdict, ==, ICERT_VERDICT_PENDING);
    }
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeIdle) idle = g_object_new (FAKE_TYPE_IDLE, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *description = icert_policy_get_description (ICERT_POLICY (idle));
  g_autoptr (ICertServer) ca = ICERT_SERVER (icert_test_server_new_ca_context (fixture->server));
  g_auto (GStrv) profiles = NULL;
  ICertVerdict verdict;

  g_test_summary ("A class that overrides nothing starts, knows no profiles and cannot judge");
  g_assert_true (icert_policy_initialize (ICERT_POLICY (idle), ca, fixture->settings, &error));
  g_assert_no_error (error);
  profiles = icert_policy_list_profiles (ICERT_POLICY (idle), ca, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (profiles), ==, 0);
  g_assert_cmpstr (description, ==, "FakeIdle");
  g_assert_null (icert_policy_get_manage_module (ICERT_POLICY (idle)));
  icert_policy_shutdown (ICERT_POLICY (idle));

  g_assert_false (judge (fixture, idle, &verdict, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (error->message, ==, "verify_request: not implemented");
}

static void
test_empty_slots (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeHollow) hollow = g_object_new (FAKE_TYPE_HOLLOW, NULL);
  g_autofree char *description = icert_policy_get_description (ICERT_POLICY (hollow));
  g_autoptr (ICertServer) ca = ICERT_SERVER (icert_test_server_new_ca_context (fixture->server));
  g_autoptr (GError) judging = NULL;
  g_autoptr (GError) starting = NULL;
  g_autoptr (GError) listing = NULL;
  ICertVerdict verdict;

  g_test_summary ("A class that empties its slots gets errors, not crashes");
  g_assert_false (judge (fixture, hollow, &verdict, &judging));
  g_assert_error (judging, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_PENDING);
  g_assert_false (
      icert_policy_initialize (ICERT_POLICY (hollow), ca, fixture->settings, &starting));
  g_assert_error (starting, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_assert_null (icert_policy_list_profiles (ICERT_POLICY (hollow), ca, &listing));
  g_assert_error (listing, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (description, ==, "FakeHollow");
  g_assert_null (icert_policy_get_manage_module (ICERT_POLICY (hollow)));
  icert_policy_shutdown (ICERT_POLICY (hollow));
}

static void
test_other_methods (Fixture *fixture, gconstpointer data)
{
  ICertPolicy *policy = ICERT_POLICY (fixture->policy);
  g_autoptr (ICertServer) ca = ICERT_SERVER (icert_test_server_new_ca_context (fixture->server));
  g_autofree char *description = icert_policy_get_description (policy);
  g_auto (GStrv) profiles = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *silent = NULL;

  g_test_summary ("Description, profiles and initialisation come through; silence is FAILED");
  g_assert_cmpstr (description, ==, "Answers what a test says");
  profiles = icert_policy_list_profiles (policy, ca, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (profiles), ==, 2);

  fixture->policy->manner = FAKE_SILENT;
  silent = icert_policy_get_description (policy);
  g_assert_cmpstr (silent, ==, "FakePolicy");
  g_assert_null (icert_policy_list_profiles (policy, ca, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (icert_policy_initialize (policy, ca, fixture->settings, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/policy-invoker/gives-verdict", test_gives_verdict);
  ADD ("/policy-invoker/S-L3-unknown-verdict", test_unknown_verdict);
  ADD ("/policy-invoker/S-N5-tidies-messages", test_tidies_messages);
  ADD ("/policy-invoker/S-L3-failure-without-error", test_failure_without_error);
  ADD ("/policy-invoker/S-L3-error-wins", test_error_wins);
  ADD ("/policy-invoker/defaults", test_defaults);
  ADD ("/policy-invoker/empty-slots", test_empty_slots);
  ADD ("/policy-invoker/other-methods", test_other_methods);
  return g_test_run ();
}
