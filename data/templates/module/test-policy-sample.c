/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <icert-contract-tests.h>

/* Tests of the policy's own: an ICertTestServer stands in for the engine. Behind them come the
 * tests that every policy must pass. The policy is the one of the module, found by its manifest: a
 * class that was linked into the test as well would be there twice. */
typedef struct
{
  ICertPolicy *policy;
  ICertTestServer *server;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) settings = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (settings, "Zone", "example.net");
  fixture->policy = ICERT_POLICY (icert_create_instance ("Sample.Policy", NULL, NULL, &error));
  g_assert_no_error (error);
  fixture->server = icert_test_server_new (1);
  icert_test_server_initialize_policy (fixture->server, fixture->policy, settings, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->policy);
}

static ICertVerdict
judge (Fixture *fixture, const char *name, gboolean new_request)
{
  g_autoptr (GError) error = NULL;
  ICertVerdict verdict;

  icert_test_server_set_request_property (fixture->server, "CommonName",
                                          g_variant_new_string (name), NULL);
  icert_test_server_verify_request (fixture->server, fixture->policy, new_request, &verdict,
                                    &error);
  g_assert_no_error (error);
  return verdict;
}

static void
test_inside (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertExtension) names = NULL;
  g_autofree char *name = NULL;

  g_test_summary ("A name inside the zone is issued, with the name among the alternative ones");
  g_assert_cmpint (judge (fixture, "www.example.net", TRUE), ==, ICERT_VERDICT_ISSUE);
  name = icert_test_server_get_certificate_text (fixture->server, "CommonName", NULL);
  g_assert_cmpstr (name, ==, "www.example.net");
  names = icert_test_server_get_extension (fixture->server, "2.5.29.17");
  g_assert_nonnull (names);
}

static void
test_outside (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) trace = NULL;

  g_test_summary ("A name outside waits for an officer, and the trace says why");
  g_assert_cmpint (judge (fixture, "www.example.com", TRUE), ==, ICERT_VERDICT_PENDING);
  trace = icert_test_server_list_trace (fixture->server);
  g_assert_cmpstr (trace[0], ==, "zone\tsubjectAltName\tdNSName:www.example.com\t*.example.net");
  g_assert_cmpint (judge (fixture, "www.example.com", FALSE), ==, ICERT_VERDICT_ISSUE);
}

static void
test_no_name (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ICertVerdict verdict;

  g_test_summary ("A request without a name is refused with a code");
  g_assert_false (
      icert_test_server_verify_request (fixture->server, fixture->policy, TRUE, &verdict, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/policy-sample/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  static const char *const settings[] = { "Zone=example.org", NULL };

  g_test_init (&argc, &argv, NULL);
  ADD ("inside", test_inside);
  ADD ("outside", test_outside);
  ADD ("no-name", test_no_name);
  icert_contract_add_policy_tests ("Sample.Policy", settings);
  return g_test_run ();
}
