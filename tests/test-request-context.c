/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#define OID_BASIC_CONSTRAINTS "2.5.29.19"
#define OID_KEY_USAGE "2.5.29.15"

typedef struct
{
  ICertTestServer *fake;
  ICertServer *server;
  ICertServerPolicy *policy;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer id)
{
  fixture->fake = icert_test_server_new (GPOINTER_TO_INT (id));
  fixture->policy = ICERT_SERVER_POLICY (icert_test_server_new_request_context (fixture->fake));
  fixture->server = ICERT_SERVER (fixture->policy);
}

static void
tear_down (Fixture *fixture, gconstpointer id)
{
  icert_test_server_end_contexts (fixture->fake);
  g_assert_finalize_object (fixture->policy);
  g_assert_finalize_object (fixture->fake);
}

static void
assert_error_and_clear (GError **error, ICertError code, const char *field)
{
  g_autofree char *seen = icert_error_get_field (*error);

  g_assert_error (*error, ICERT_ERROR, (int) code);
  if (field != NULL)
    g_assert_cmpstr (seen, ==, field);
  g_clear_error (error);
}

static void
test_reads (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *cn = NULL;
  g_autofree char *empty = NULL;
  g_autofree char *template = NULL;
  g_autofree char *absent = NULL;

  g_test_summary ("Names are found in any case and by alias; empty is NULL without an error");
  icert_test_server_set_request_property (fixture->fake, "CommonName",
                                          g_variant_new_string ("www.example.org"), NULL);
  icert_test_server_set_request_attribute (fixture->fake, "CertificateTemplate", "WebServer");

  g_assert_cmpint (icert_server_get_request_id (fixture->server), ==, 7);
  cn = icert_server_get_request_string (fixture->server, "subject.cn", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cn, ==, "www.example.org");
  empty = icert_server_get_request_string (fixture->server, "Organization", &error);
  g_assert_no_error (error);
  g_assert_null (empty);
  template = icert_server_get_request_attribute (fixture->server, "certificate-TEMPLATE", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (template, ==, "WebServer");
  absent = icert_server_get_request_attribute (fixture->server, "SAN", &error);
  g_assert_no_error (error);
  g_assert_null (absent);
}

static void
test_refuses_names (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A typo is an error; so is what only exits read");
  g_assert_null (icert_server_get_request_property (fixture->server, "ComonName", &error));
  assert_error_and_clear (&error, ICERT_ERROR_UNKNOWN_NAME, NULL);
  g_assert_null (icert_server_get_certificate_property (fixture->server, "SerialNumber", &error));
  assert_error_and_clear (&error, ICERT_ERROR_WRONG_STATE, "SerialNumber");
  g_assert_null (icert_server_get_request_property (fixture->server, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "property");
  g_assert_null (
      icert_server_get_certificate_extension (fixture->server, "2.5.", NULL, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "extension");
  g_assert_cmpuint (icert_test_server_get_n_calls (fixture->fake), ==, 0);
}

static void
assert_text (ICertTestServer *server, const char *name, const char *expected)
{
  g_autofree char *text = icert_test_server_get_certificate_text (server, name, NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_sets (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A policy sets and removes subject attributes, and is asked for the right type");
  g_assert_true (icert_server_policy_set_certificate_property (
      fixture->policy, "cn", g_variant_new_string ("www"), &error));
  g_assert_no_error (error);
  assert_text (fixture->fake, "CommonName", "www");
  g_assert_true (
      icert_server_policy_set_certificate_property (fixture->policy, "2.5.4.3", NULL, &error));
  g_assert_no_error (error);
  assert_text (fixture->fake, "CommonName", NULL);

  g_assert_false (icert_server_policy_set_certificate_property (
      fixture->policy, "NotAfter", g_variant_new_string ("tomorrow"), &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "NotAfter");
  g_assert_false (
      icert_server_policy_set_certificate_property (fixture->policy, "NotAfter", NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "NotAfter");
}

static void
test_long_is_i (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;

  g_test_summary ("Numbers arrive at the backend as i, whatever integer a binding made");
  g_assert_true (icert_server_policy_set_certificate_property (
      fixture->policy, "ProfileVersion", g_variant_new_uint32 (0x400), &error));
  g_assert_no_error (error);
  g_assert_true (icert_server_policy_set_certificate_property (
      fixture->policy, "ProfileVersion", g_variant_new_int64 (0x400), &error));
  g_assert_no_error (error);
  value = icert_test_server_get_certificate_property (fixture->fake, "ProfileVersion", NULL);
  g_assert_cmpstr (g_variant_get_type_string (value), ==, "i");
  g_assert_false (icert_server_policy_set_certificate_property (
      fixture->policy, "ProfileVersion", g_variant_new_int64 (G_GINT64_CONSTANT (1) << 40),
      &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "ProfileVersion");
}

static void
test_forbidden_fields (Fixture *fixture, gconstpointer id)
{
  static const char *const names[]
      = { "SerialNumber", "Issuer", "Signature", "RequestID", "RawCertificate", NULL };

  g_test_summary ("S-L3: serial, issuer, signature and request id are not a policy's to set");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (icert_server_policy_set_certificate_property (
          fixture->policy, names[i], g_variant_new_string ("01"), &error));
      assert_error_and_clear (&error, ICERT_ERROR_FORBIDDEN_FIELD, names[i]);
    }
  g_assert_cmpuint (icert_test_server_get_n_calls (fixture->fake), ==, 0);
}

static void
test_ca_bit (Fixture *fixture, gconstpointer id)
{
  const struct
  {
    const char *der;
    gsize size;
    gboolean allowed;
  } cases[] = {
    { "\x30\x00", 2, TRUE },
    { "\x30\x03\x01\x01\xff", 5, FALSE },
    { "\x30\x03\x01\x01\x01", 5, FALSE },
    { "\x30\x06\x01\x01\xff\x02\x01\x00", 8, FALSE },
    { "\x30\x80\x01\x01\xff\x00\x00", 7, FALSE },
    { "", 0, FALSE },
  };

  g_test_summary ("S-L3: no policy sets the CA bit, in whatever encoding, enabled or not");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint flags = 0; flags < 4; flags++)
      {
        g_autoptr (GBytes) value = g_bytes_new (cases[i].der, cases[i].size);
        g_autoptr (GError) error = NULL;
        gboolean ok = icert_server_policy_set_certificate_extension (
            fixture->policy, OID_BASIC_CONSTRAINTS, flags, value, &error);

        g_assert_cmpint (ok, ==, cases[i].allowed);
        if (!ok)
          assert_error_and_clear (&error, ICERT_ERROR_FORBIDDEN_FIELD, "basicConstraints");
      }
}

static void
test_extensions (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GBytes) usage = g_bytes_new_static ("\x03\x02\x07\x80", 4);
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) oids = NULL;
  ICertExtensionFlags flags;
  ICertExtensionOrigin origin;

  g_test_summary ("Extensions come back with flags and origin; the origin is the engine's to say");
  g_assert_true (icert_server_policy_set_certificate_extension (
      fixture->policy, OID_KEY_USAGE, ICERT_EXTENSION_CRITICAL | 0x8000, usage, &error));
  g_assert_no_error (error);
  value = icert_server_get_certificate_extension (fixture->server, OID_KEY_USAGE, &flags, &origin,
                                                  &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (value, usage));
  g_assert_cmphex (flags, ==, ICERT_EXTENSION_CRITICAL | 0x8000);
  g_assert_cmphex (origin, ==, ICERT_EXTENSION_ORIGIN_POLICY);
  oids = icert_server_list_extensions (fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (oids), ==, 1);
  g_assert_cmpstr (oids[0], ==, OID_KEY_USAGE);

  g_assert_false (icert_server_policy_set_certificate_extension (
      fixture->policy, OID_KEY_USAGE, (ICertExtensionFlags) ICERT_EXTENSION_ORIGIN_SERVER, usage,
      &error));
  assert_error_and_clear (&error, ICERT_ERROR_FORBIDDEN_FIELD, "flags");
  g_assert_false (icert_server_policy_set_certificate_extension (fixture->policy, OID_KEY_USAGE, 0,
                                                                 NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, OID_KEY_USAGE);
  g_assert_null (icert_server_get_certificate_extension (fixture->server, "2.5.29.37", &flags,
                                                         &origin, &error));
  g_assert_no_error (error);
  g_assert_cmphex (flags, ==, 0);
  g_assert_cmphex (origin, ==, 0);
}

static void
test_names_and_groups (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = icert_name_new (ICERT_NAME_KIND_DNS, "www.example.org", &error);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (ICertExtension) extension = NULL;
  g_autoptr (GVariant) rdns = NULL;
  g_auto (GStrv) groups = NULL;
  g_autofree char *grant = NULL;
  g_autofree char *none = NULL;

  g_test_summary ("Alternative names, subject, groups and grants come from the facts");
  g_ptr_array_add (wanted, name);
  names = icert_server_get_subject_alt_names (fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 0);
  g_clear_pointer (&names, g_ptr_array_unref);
  extension = icert_extension_new_subject_alt_name (wanted, FALSE, &error);
  g_assert_no_error (error);
  icert_test_server_add_requested_extension (fixture->fake, extension);
  names = icert_server_get_subject_alt_names (fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 1);
  g_assert_true (icert_name_equal (names->pdata[0], name));

  icert_test_server_add_subject (fixture->fake, "2.5.4.97", "NTRXX-1", NULL);
  rdns = icert_server_list_subject_rdns (fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (rdns), ==, 1);
  icert_test_server_add_requester_group (fixture->fake, "wheel");
  groups = icert_server_get_requester_groups (fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (groups[0], ==, "wheel");
  icert_test_server_add_grant (fixture->fake, "web", "WebServer", "*.example.org");
  grant = icert_server_find_grant (fixture->server, "WebServer", name, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (grant, ==, "web");
  none = icert_server_find_grant (fixture->server, "User", name, &error);
  g_assert_no_error (error);
  g_assert_null (none);
}

static void
test_explains (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) trace = NULL;
  g_auto (GStrv) log = NULL;
  g_autofree char *message = NULL;
  g_auto (GStrv) read = NULL;
  g_auto (GStrv) written = NULL;

  g_test_summary ("Trace, message and log arrive, and the context knows what was used");
  g_assert_true (
      icert_server_policy_add_trace (fixture->policy, "names", "dNSName", "a.b", NULL, &error));
  g_assert_true (
      icert_server_policy_set_disposition_message (fixture->policy, "asks for an officer", &error));
  g_assert_true (icert_server_log (fixture->server, ICERT_LOG_LEVEL_WARNING, "slow", &error));
  g_assert_no_error (error);
  trace = icert_test_server_list_trace (fixture->fake);
  g_assert_cmpuint (g_strv_length (trace), ==, 1);
  g_assert_cmpstr (trace[0], ==, "names\tdNSName\ta.b\t-");
  message = icert_test_server_get_disposition_message (fixture->fake);
  g_assert_cmpstr (message, ==, "asks for an officer");
  log = icert_test_server_list_log (fixture->fake);
  g_assert_cmpuint (g_strv_length (log), ==, 1);
  g_assert_cmpstr (log[0], ==, "warning: slow");
  g_assert_false (icert_server_log (fixture->server, 77, "slow", &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "level");

  for (guint i = 0; i < 2; i++)
    g_assert_null (icert_server_get_request_property (fixture->server, "CN", &error));
  icert_server_policy_set_certificate_property (fixture->policy, "CN", g_variant_new_string ("x"),
                                                &error);
  g_assert_no_error (error);
  icert_test_server_end_contexts (fixture->fake);
  read = icert_request_context_list_used (ICERT_REQUEST_CONTEXT (fixture->policy), FALSE);
  written = icert_request_context_list_used (ICERT_REQUEST_CONTEXT (fixture->policy), TRUE);
  g_assert_cmpuint (g_strv_length (read), ==, 1);
  g_assert_cmpstr (read[0], ==, "Request.CommonName");
  g_assert_cmpuint (g_strv_length (written), ==, 1);
  g_assert_cmpstr (written[0], ==, "CommonName");
}

/* Every method once; each must fail with @code. */
static void
assert_all_refuse (Fixture *fixture, ICertError code, gboolean facts_too)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);
  g_autoptr (ICertName) name = icert_name_new (ICERT_NAME_KIND_DNS, "a.example", NULL);
  GError *error = NULL;

#define REFUSES(call)                                                                              \
  g_assert_false ((gboolean) (gsize) (call));                                                      \
  assert_error_and_clear (&error, code, NULL)

  REFUSES (icert_server_get_request_property (fixture->server, "SubmittedWhen", &error));
  REFUSES (icert_server_get_certificate_property (fixture->server, "NotAfter", &error));
  REFUSES (icert_server_get_request_attribute (fixture->server, "SAN", &error));
  REFUSES (icert_server_list_attributes (fixture->server, &error));
  REFUSES (
      icert_server_get_certificate_extension (fixture->server, OID_KEY_USAGE, NULL, NULL, &error));
  REFUSES (icert_server_list_extensions (fixture->server, &error));
  REFUSES (icert_server_list_subject_rdns (fixture->server, &error));
  REFUSES (icert_server_get_subject_alt_names (fixture->server, &error));
  REFUSES (icert_server_policy_set_certificate_property (fixture->policy, "CN",
                                                         g_variant_new_string ("x"), &error));
  REFUSES (icert_server_policy_set_certificate_extension (fixture->policy, OID_KEY_USAGE, 0, value,
                                                          &error));
  REFUSES (icert_server_policy_set_disposition_message (fixture->policy, "x", &error));
  REFUSES (icert_server_policy_add_trace (fixture->policy, "x", NULL, NULL, NULL, &error));
  if (!facts_too)
    return;
  REFUSES (icert_server_get_ca_property (fixture->server, "CAType", &error));
  REFUSES (icert_server_get_request_property (fixture->server, "RequesterName", &error));
  REFUSES (icert_server_get_requester_groups (fixture->server, &error));
  REFUSES (icert_server_get_requester_attribute (fixture->server, "uid", &error));
  REFUSES (icert_server_find_grant (fixture->server, "User", name, &error));
  REFUSES (icert_server_log (fixture->server, ICERT_LOG_LEVEL_ERROR, "x", &error));
#undef REFUSES
}

static void
test_dies (Fixture *fixture, gconstpointer id)
{
  g_test_summary ("S-L2: after the verdict every call is CONTEXT and no fact is touched");
  icert_test_server_end_contexts (fixture->fake);
  icert_test_server_end_contexts (fixture->fake);
  assert_all_refuse (fixture, ICERT_ERROR_CONTEXT, TRUE);
  g_assert_cmpuint (icert_test_server_get_n_calls (fixture->fake), ==, 0);
  g_assert_cmpint (icert_server_get_request_id (fixture->server), ==, 7);
}

static void
test_without_request (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;
  gint64 type = 0;
  g_autoptr (GVariant) value = NULL;
  g_autofree char *who = NULL;

  g_test_summary ("Outside a request only the CA and the caller can be read, and nothing be set");
  icert_test_server_set_ca_property (fixture->fake, "CAType", g_variant_new_int32 (3), NULL);
  icert_test_server_set_request_property (fixture->fake, "RequesterName",
                                          g_variant_new_string ("root"), NULL);
  assert_all_refuse (fixture, ICERT_ERROR_WRONG_STATE, FALSE);
  value = icert_server_get_ca_property (fixture->server, "CATYPE", &error);
  g_assert_no_error (error);
  type = g_variant_get_int32 (value);
  g_assert_cmpint (type, ==, 3);
  who = icert_server_get_request_string (fixture->server, "RequesterName", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (who, ==, "root");
  g_assert_cmpint (icert_server_get_request_id (fixture->server), ==, 0);
}

static gpointer
read_worker (gpointer data)
{
  ICertServer *server = data;
  GError *error = NULL;

  while (error == NULL)
    {
      g_autoptr (GVariant) value = icert_server_get_request_property (server, "CN", &error);
    }
  return error;
}

static void
test_late_answer (Fixture *fixture, gconstpointer id)
{
  GThread *threads[2];

  g_test_summary ("S-L2: modules that go on after they were given up get CONTEXT, in any thread");
  icert_test_server_set_request_property (fixture->fake, "CN", g_variant_new_string ("x"), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("late", read_worker, fixture->server);
  while (icert_test_server_get_n_calls (fixture->fake) == 0)
    g_thread_yield ();
  icert_test_server_end_contexts (fixture->fake);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GError) error = g_thread_join (threads[i]);

      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONTEXT);
    }
}

static void
test_typed (Fixture *fixture, gconstpointer id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) early = NULL;
  g_autoptr (GBytes) octets = NULL;
  g_autofree char *text = NULL;
  gint64 number = 0;

  g_test_summary ("Typed getters give numbers, dates and octets, and refuse another type");
  icert_test_server_set_request_property (fixture->fake, "SubmittedWhen",
                                          g_variant_new_int64 (G_GINT64_CONSTANT (1500000)), NULL);
  date = icert_server_get_request_date (fixture->server, "SubmittedWhen", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_date_time_to_unix (date), ==, 1);
  g_assert_cmpint (g_date_time_get_microsecond (date), ==, 500000);
  icert_test_server_set_request_property (fixture->fake, "SubmittedWhen", g_variant_new_int64 (-1),
                                          NULL);
  early = icert_server_get_request_date (fixture->server, "SubmittedWhen", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_date_time_to_unix (early), ==, -1);
  icert_test_server_set_request_property (fixture->fake, "SubmittedWhen",
                                          g_variant_new_int64 (G_MAXINT64), NULL);
  g_clear_pointer (&date, g_date_time_unref);
  date = icert_server_get_request_date (fixture->server, "SubmittedWhen", &error);
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "SubmittedWhen");

  icert_test_server_set_request_property (fixture->fake, "RequestType", g_variant_new_int32 (0x100),
                                          NULL);
  g_assert_true (icert_server_get_request_int (fixture->server, "RequestType", &number, &error));
  g_assert_cmpint (number, ==, 0x100);
  text = icert_server_get_request_string (fixture->server, "RequestType", &error);
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "RequestType");
  g_assert_false (
      icert_server_get_certificate_int (fixture->server, "PublicKeyLength", &number, &error));
  g_assert_no_error (error);
  g_assert_cmpint (number, ==, 0);
  octets = icert_server_get_request_bytes (fixture->server, "RawRequest", &error);
  g_assert_no_error (error);
  g_assert_null (octets);
}

#define ADD(path, id, test)                                                                        \
  g_test_add ("/request-context/" path, Fixture, GINT_TO_POINTER (id), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("reads", 7, test_reads);
  ADD ("refuses-names", 7, test_refuses_names);
  ADD ("sets", 7, test_sets);
  ADD ("long-is-i", 7, test_long_is_i);
  ADD ("S-L3-forbidden-fields", 7, test_forbidden_fields);
  ADD ("S-L3-ca-bit", 7, test_ca_bit);
  ADD ("extensions", 7, test_extensions);
  ADD ("names-and-groups", 7, test_names_and_groups);
  ADD ("explains", 7, test_explains);
  ADD ("S-L2-dies", 7, test_dies);
  ADD ("S-L2-late-answer", 7, test_late_answer);
  ADD ("without-request", 0, test_without_request);
  ADD ("typed", 7, test_typed);
  return g_test_run ();
}
