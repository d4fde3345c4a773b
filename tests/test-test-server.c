/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include "fake-exit.h"
#include "fake-policy.h"

#define OID_CN "2.5.4.3"
#define OID_KEY_USAGE "2.5.29.15"
#define OID_EKU "2.5.29.37"

#define SECOND G_USEC_PER_SEC

typedef struct
{
  ICertTestServer *server;
  ICertServerPolicy *context;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = icert_test_server_new (7);
  fixture->context = ICERT_SERVER_POLICY (icert_test_server_new_request_context (fixture->server));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->context);
  g_assert_finalize_object (fixture->server);
}

static void
assert_code (GError **error, ICertError code)
{
  g_assert_error (*error, ICERT_ERROR, (int) code);
  g_clear_error (error);
}

static void
assert_text (ICertTestServer *server, const char *name, const char *expected)
{
  g_autofree char *text = icert_test_server_get_certificate_text (server, name, NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_refuses_mistakes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A test that misspells a name or gives another type is told");
  g_assert_false (icert_test_server_set_request_property (fixture->server, "ComonName",
                                                          g_variant_new_string ("x"), &error));
  assert_code (&error, ICERT_ERROR_UNKNOWN_NAME);
  g_assert_false (icert_test_server_set_ca_property (fixture->server, "CAType",
                                                     g_variant_new_string ("x"), &error));
  assert_code (&error, ICERT_ERROR_MALFORMED);
  g_assert_false (icert_test_server_add_subject (fixture->server, "RawRequest", "x", &error));
  assert_code (&error, ICERT_ERROR_UNKNOWN_NAME);
  g_assert_null (icert_test_server_get_certificate_text (fixture->server, "Colour", &error));
  assert_code (&error, ICERT_ERROR_UNKNOWN_NAME);

  g_test_expect_message ("icert", G_LOG_LEVEL_CRITICAL, "*ComonName*");
  icert_test_server_set_request_property (fixture->server, "ComonName", NULL, NULL);
  g_test_assert_expected_messages ();
}

static void
test_subject (Fixture *fixture, gconstpointer data)
{
  ICertServer *reader = ICERT_SERVER (fixture->context);
  g_autoptr (GVariant) rdns = NULL;
  g_autofree char *names = NULL;
  g_autofree char *unit = NULL;

  g_test_summary ("Subject attributes and the properties of the request are one thing");
  icert_test_server_add_subject (fixture->server, "CN", "www", NULL);
  icert_test_server_add_subject (fixture->server, OID_CN, "mail", NULL);
  icert_test_server_set_request_property (fixture->server, "OU", g_variant_new_string ("Web"),
                                          NULL);
  names = icert_server_get_request_string (reader, "CommonName", NULL);
  g_assert_cmpstr (names, ==, "www\nmail");
  unit = icert_server_get_request_string (reader, "OrgUnit", NULL);
  g_assert_cmpstr (unit, ==, "Web");
  rdns = icert_server_list_subject_rdns (reader, NULL);
  g_assert_cmpuint (g_variant_n_children (rdns), ==, 3);
  icert_test_server_set_request_property (fixture->server, "CN", NULL, NULL);
  g_assert_null (icert_server_get_request_string (reader, "CommonName", NULL));
}

static void
test_proposed_dates (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A policy narrows the validity that the CA proposed, and cannot widen it");
  icert_test_server_set_certificate_property (fixture->server, "NotAfter",
                                              g_variant_new_int64 (100 * SECOND), NULL);
  g_assert_false (icert_server_policy_set_certificate_property (
      fixture->context, "NotAfter", g_variant_new_int64 (101 * SECOND), &error));
  assert_code (&error, ICERT_ERROR_BAD_VALIDITY);
  g_assert_true (icert_server_policy_set_certificate_property (
      fixture->context, "NotAfter", g_variant_new_int64 (50 * SECOND + 7), &error));
  value = icert_test_server_get_certificate_property (fixture->server, "NotAfter", NULL);
  g_assert_cmpint (g_variant_get_int64 (value), ==, 50 * SECOND);
}

static void
test_extensions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertExtension) usage
      = icert_extension_new_key_usage (ICERT_KEY_USAGE_DIGITAL_SIGNATURE, TRUE, NULL);
  g_autoptr (GBytes) eku = g_bytes_new_static ("\x30\x00", 2);
  g_autoptr (ICertExtension) officers
      = icert_extension_new (OID_EKU, 0, ICERT_EXTENSION_ORIGIN_ADMIN, eku, NULL);
  g_auto (GStrv) before = NULL;
  g_auto (GStrv) after = NULL;
  g_autoptr (ICertExtension) row = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Requested extensions arrive disabled; what an officer set stays as it is");
  icert_test_server_add_requested_extension (fixture->server, usage);
  before = icert_test_server_list_extensions (fixture->server, TRUE);
  g_assert_cmpuint (g_strv_length (before), ==, 0);
  g_assert_true (icert_server_policy_set_certificate_extension (
                     fixture->context, OID_KEY_USAGE, ICERT_EXTENSION_CRITICAL, NULL, &error)
                 == FALSE);
  assert_code (&error, ICERT_ERROR_MALFORMED);
  g_assert_true (icert_server_policy_set_certificate_extension (
      fixture->context, OID_KEY_USAGE, ICERT_EXTENSION_CRITICAL, eku, &error));
  row = icert_test_server_get_extension (fixture->server, OID_KEY_USAGE);
  g_assert_cmphex (icert_extension_get_origin (row), ==, ICERT_EXTENSION_ORIGIN_POLICY);

  icert_test_server_add_extension (fixture->server, officers);
  g_assert_false (icert_server_policy_set_certificate_extension (
      fixture->context, OID_EKU, ICERT_EXTENSION_DISABLE, NULL, &error));
  assert_code (&error, ICERT_ERROR_FORBIDDEN_FIELD);
  after = icert_test_server_list_extensions (fixture->server, TRUE);
  g_assert_cmpuint (g_strv_length (after), ==, 2);
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);
  g_auto (GStrv) extensions = NULL;
  g_auto (GStrv) read = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("After a reset the request is as the test said it, and nothing was done to it");
  icert_test_server_set_certificate_property (fixture->server, "CN", g_variant_new_string ("a"),
                                              NULL);
  icert_server_policy_set_certificate_property (fixture->context, "CN", g_variant_new_string ("b"),
                                                NULL);
  icert_server_policy_set_certificate_property (fixture->context, "OU", g_variant_new_string ("c"),
                                                NULL);
  icert_server_policy_set_certificate_extension (fixture->context, OID_KEY_USAGE, 0, value, NULL);
  icert_server_policy_add_trace (fixture->context, "rule", NULL, NULL, NULL, NULL);
  icert_server_policy_set_disposition_message (fixture->context, "no", NULL);
  assert_text (fixture->server, "CN", "b");
  g_assert_cmpuint (icert_test_server_get_n_calls (fixture->server), ==, 5);

  icert_test_server_reset (fixture->server);
  assert_text (fixture->server, "CN", "a");
  assert_text (fixture->server, "OU", NULL);
  extensions = icert_test_server_list_extensions (fixture->server, FALSE);
  g_assert_cmpuint (g_strv_length (extensions), ==, 0);
  lines = icert_test_server_list_trace (fixture->server);
  g_assert_cmpuint (g_strv_length (lines), ==, 0);
  read = icert_test_server_list_used (fixture->server, TRUE);
  g_assert_cmpuint (g_strv_length (read), ==, 0);
  g_assert_null (icert_test_server_get_disposition_message (fixture->server));
  g_assert_cmpuint (icert_test_server_get_n_calls (fixture->server), ==, 0);
}

static void
test_what_was_used (Fixture *fixture, gconstpointer data)
{
  ICertServer *reader = ICERT_SERVER (fixture->context);
  g_auto (GStrv) read = NULL;
  g_auto (GStrv) written = NULL;
  g_autoptr (GVariant) id = NULL;

  g_test_summary ("The server knows what was read and written, once each");
  for (int i = 0; i < 2; i++)
    g_assert_null (icert_server_get_request_string (reader, "cn", NULL));
  id = icert_server_get_certificate_property (reader, "RequestID", NULL);
  g_assert_cmpint (g_variant_get_int64 (id), ==, 7);
  icert_server_policy_set_certificate_property (fixture->context, "cn", g_variant_new_string ("x"),
                                                NULL);
  read = icert_test_server_list_used (fixture->server, FALSE);
  g_assert_cmpstr (read[0], ==, "Request.CommonName");
  g_assert_cmpstr (read[1], ==, "RequestID");
  g_assert_null (read[2]);
  written = icert_test_server_list_used (fixture->server, TRUE);
  g_assert_cmpstr (written[0], ==, "CommonName");
  g_assert_null (written[1]);
}

static void
test_attributes (Fixture *fixture, gconstpointer data)
{
  ICertServer *reader = ICERT_SERVER (fixture->context);
  g_auto (GStrv) names = NULL;
  g_autofree char *value = NULL;

  g_test_summary (
      "A request attribute has one value, whatever its spelling, and can be taken away");
  icert_test_server_set_request_attribute (fixture->server, "CertificateTemplate", "User");
  icert_test_server_set_request_attribute (fixture->server, "certificate-template", "WebServer");
  icert_test_server_set_request_attribute (fixture->server, "SAN", "dns=a");
  icert_test_server_set_request_attribute (fixture->server, "san", NULL);
  value = icert_server_get_request_attribute (reader, "CERTIFICATETEMPLATE", NULL);
  g_assert_cmpstr (value, ==, "WebServer");
  names = icert_server_list_attributes (reader, NULL);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
}

static void
test_drives_a_policy (Fixture *fixture, gconstpointer data)
{
  FakePolicy *policy = fake_policy_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) profiles = NULL;
  ICertVerdict verdict;

  g_test_summary ("A policy is started, asked and dismissed as the engine would do it");
  policy->verdict = ICERT_VERDICT_ISSUE;
  g_assert_true (icert_test_server_initialize_policy (fixture->server, ICERT_POLICY (policy), NULL,
                                                      NULL, &error));
  g_assert_true (icert_test_server_verify_request (fixture->server, ICERT_POLICY (policy), TRUE,
                                                   &verdict, &error));
  g_assert_no_error (error);
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_ISSUE);
  profiles = icert_test_server_list_profiles (fixture->server, ICERT_POLICY (policy), &error);
  g_assert_cmpuint (g_strv_length (profiles), ==, 2);
  policy->manner = FAKE_SILENT;
  g_assert_false (icert_test_server_verify_request (fixture->server, ICERT_POLICY (policy), TRUE,
                                                    &verdict, &error));
  assert_code (&error, ICERT_ERROR_FAILED);
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_PENDING);
  g_assert_finalize_object (policy);
}

static void
test_drives_an_exit (Fixture *fixture, gconstpointer data)
{
  FakeExit *exit = fake_exit_new ();
  g_autoptr (GError) error = NULL;
  ICertExitEvents mask;

  g_test_summary ("An exit is started and told of events as the engine would do it");
  exit->mask = ICERT_EXIT_EVENT_CERT_ISSUED;
  g_assert_true (icert_test_server_initialize_exit (fixture->server, ICERT_EXIT (exit), NULL, NULL,
                                                    &mask, &error));
  g_assert_cmphex (mask, ==, ICERT_EXIT_EVENT_CERT_ISSUED);
  g_assert_true (icert_test_server_notify_event (fixture->server, ICERT_EXIT (exit),
                                                 ICERT_EXIT_EVENT_CERT_ISSUED, &error));
  g_assert_no_error (error);
  g_assert_cmpint (exit->request_id, ==, 7);
  g_assert_finalize_object (exit);
}

static void
test_ends_contexts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertRequestContext) ca = icert_test_server_new_ca_context (fixture->server);
  g_autoptr (ICertIssuedContext) issued = icert_test_server_new_issued_context (fixture->server);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-L2: contexts that a module kept are dead; those of exits live on");
  g_object_unref (icert_test_server_new_request_context (fixture->server));
  icert_test_server_end_contexts (fixture->server);
  g_assert_null (icert_server_get_request_string (ICERT_SERVER (fixture->context), "CN", &error));
  assert_code (&error, ICERT_ERROR_CONTEXT);
  g_assert_null (icert_server_get_ca_property (ICERT_SERVER (ca), "CAName", &error));
  assert_code (&error, ICERT_ERROR_CONTEXT);
  g_assert_null (icert_server_get_request_string (ICERT_SERVER (issued), "CN", &error));
  g_assert_no_error (error);
}

static void
test_forgets_contexts (Fixture *fixture, gconstpointer data)
{
  ICertRequestContext *kept = icert_test_server_new_request_context (fixture->server);
  g_autoptr (GError) error = NULL;

  g_test_summary ("However many contexts were made, the ones that are left are ended");
  for (int i = 0; i < 1000; i++)
    g_object_unref (icert_test_server_new_ca_context (fixture->server));
  icert_test_server_end_contexts (fixture->server);
  g_assert_null (icert_server_get_request_string (ICERT_SERVER (kept), "CN", &error));
  assert_code (&error, ICERT_ERROR_CONTEXT);
  g_assert_finalize_object (kept);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/test-server/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("refuses-mistakes", test_refuses_mistakes);
  ADD ("subject", test_subject);
  ADD ("proposed-dates", test_proposed_dates);
  ADD ("extensions", test_extensions);
  ADD ("reset", test_reset);
  ADD ("what-was-used", test_what_was_used);
  ADD ("attributes", test_attributes);
  ADD ("drives-a-policy", test_drives_a_policy);
  ADD ("drives-an-exit", test_drives_an_exit);
  ADD ("S-L2-ends-contexts", test_ends_contexts);
  ADD ("forgets-contexts", test_forgets_contexts);
  return g_test_run ();
}
