/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-client.h"

typedef struct
{
  FakeClient *client;
  GBytes *octets;
  GDateTime *date;
  GMainLoop *loop;
  GAsyncResult *result;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->client = fake_client_new ();
  fixture->octets = g_bytes_new_static ("request", 7);
  fixture->date = g_date_time_new_utc (2026, 1, 31, 12, 0, 0);
  fixture->loop = g_main_loop_new (NULL, FALSE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->result);
  g_main_loop_unref (fixture->loop);
  g_bytes_unref (fixture->octets);
  g_date_time_unref (fixture->date);
  /* the thread that answered lets go of the object a moment after the answer */
  while (g_atomic_int_get (&G_OBJECT (fixture->client)->ref_count) > 1)
    g_usleep (100);
  g_assert_finalize_object (fixture->client);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_set_object (&fixture->result, result);
  g_main_loop_quit (fixture->loop);
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
test_submits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The short submission finds out armour and kind and has no key");
  g_hash_table_insert (attributes, (char *) "CertificateTemplate", (char *) "User");
  response = icert_request_submit (ICERT_REQUEST (fixture->client), ICERT_SUBMIT_MACHINE,
                                   fixture->octets, attributes, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_request_id (response), ==, 7);
  g_assert_cmpint (fixture->client->encoding, ==, ICERT_ENCODING_ANY);
  g_assert_cmphex (fixture->client->flags, ==, ICERT_SUBMIT_MACHINE);
  g_assert_cmpstr (fixture->client->template_name, ==, "User");
  g_assert_null (fixture->client->idempotency_key);
}

static void
test_submits_async (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The default of the asynchronous submission runs in a thread, on copies");
  g_hash_table_insert (attributes, (char *) "CertificateTemplate", (char *) "User");
  icert_request_submit_full_async (ICERT_REQUEST (fixture->client), ICERT_SUBMIT_NONE,
                                   ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_PKCS10,
                                   fixture->octets, attributes, "a key", NULL, answered_cb,
                                   fixture);
  g_hash_table_remove_all (attributes);
  g_main_loop_run (fixture->loop);
  response
      = icert_request_submit_full_finish (ICERT_REQUEST (fixture->client), fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_request_id (response), ==, 7);
  g_assert_true (fixture->client->thread != g_thread_self ());
  g_assert_cmpint (fixture->client->encoding, ==, ICERT_ENCODING_BINARY);
  g_assert_cmpstr (fixture->client->idempotency_key, ==, "a key");
  g_assert_cmpstr (fixture->client->template_name, ==, "User");
}

static void
test_refuses_submissions (Fixture *fixture, gconstpointer data)
{
  g_autofree char *long_key = g_strnfill (65, 'k');
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  const struct
  {
    guint flags;
    int encoding;
    int format;
    GBytes *request;
    const char *key;
    ICertError code;
    const char *field;
  } cases[] = {
    { 0, 0xff, 0, NULL, NULL, ICERT_ERROR_MALFORMED, "request" },
    { 0, 0xff, 0, empty, NULL, ICERT_ERROR_MALFORMED, "request" },
    { 1, 0xff, 0, fixture->octets, NULL, ICERT_ERROR_MALFORMED, "flags" },
    { 0, 9, 0, fixture->octets, NULL, ICERT_ERROR_MALFORMED, "encoding" },
    { 0, 0xff, 0x101, fixture->octets, NULL, ICERT_ERROR_MALFORMED, "format" },
    { 0, 0xff, 0, fixture->octets, "", ICERT_ERROR_MALFORMED, "idempotency key" },
    { 0, 0xff, 0, fixture->octets, "\xff", ICERT_ERROR_MALFORMED, "idempotency key" },
    { 0, 0xff, 0, fixture->octets, long_key, ICERT_ERROR_TOO_LARGE, "idempotency key" },
  };

  g_test_summary ("S-N5, S-E5: a submission that cannot be one is refused, also asynchronously");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ICertRequest *request = ICERT_REQUEST (fixture->client);
      g_autoptr (GError) error = NULL;

      g_assert_null (icert_request_submit_full (request, cases[i].flags, cases[i].encoding,
                                                cases[i].format, cases[i].request, NULL,
                                                cases[i].key, NULL, &error));
      assert_error_and_clear (&error, cases[i].code, cases[i].field);
      icert_request_submit_full_async (request, cases[i].flags, cases[i].encoding, cases[i].format,
                                       cases[i].request, NULL, cases[i].key, NULL, answered_cb,
                                       fixture);
      g_main_loop_run (fixture->loop);
      g_assert_null (icert_request_submit_full_finish (request, fixture->result, &error));
      assert_error_and_clear (&error, cases[i].code, cases[i].field);
    }
  g_assert_null (fixture->client->thread);
}

#define REFUSES(field, call)                                                                       \
  g_assert_false ((gboolean) (gsize) (call));                                                      \
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, field)
#define REFUSES_NUMBER(field, call)                                                                \
  g_assert_cmpint ((call), ==, -1);                                                                \
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, field)

static void
refuse_readings (FakeClient *client)
{
  const char *const none[] = { NULL };
  GError *error = NULL;

  REFUSES ("request id", icert_request_retrieve_pending (ICERT_REQUEST (client), 0, NULL, &error));
  REFUSES ("request id", icert_request_get_issued (ICERT_REQUEST (client), 0, "01", NULL, &error));
  REFUSES ("serial number",
           icert_request_get_issued (ICERT_REQUEST (client), -1, NULL, NULL, &error));
  REFUSES ("idempotency key",
           icert_request_retrieve_by_key (ICERT_REQUEST (client), NULL, NULL, &error));
  REFUSES ("choice", icert_config_get_config (ICERT_CONFIG (client), 17, NULL, &error));
  REFUSES ("property", icert_ca_get_property_value (ICERT_CA (client), 999, 0, NULL, &error));
  REFUSES ("index", icert_ca_get_property_value (ICERT_CA (client), 6, -2, NULL, &error));
  REFUSES ("index", icert_ca_get_certificate (ICERT_CA (client), G_MININT, NULL, &error));
  REFUSES ("table", icert_view_set_table (ICERT_VIEW (client), 1, &error));
  REFUSES ("columns", icert_view_set_columns (ICERT_VIEW (client), NULL, &error));
  REFUSES ("columns", icert_view_set_columns (ICERT_VIEW (client), none, &error));
  REFUSES ("column set", icert_view_set_column_set (ICERT_VIEW (client), 0, &error));
  REFUSES ("seek", icert_view_add_restriction (ICERT_VIEW (client), "RequestID", ICERT_SEEK_NONE,
                                               g_variant_new_int32 (1), &error));
  REFUSES ("sort", icert_view_set_sort (ICERT_VIEW (client), "RequestID", 3, &error));
  REFUSES ("cursor", icert_view_set_cursor (ICERT_VIEW (client), "\xc3", &error));
  REFUSES ("max", icert_enum_view_row_next (ICERT_ENUM_VIEW_ROW (client), 0, NULL, &error));
}

static void
refuse_changes (FakeClient *client, GBytes *octets)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  GError *error = NULL;

  REFUSES ("attributes",
           icert_admin_set_request_attributes (ICERT_ADMIN (client), 1, NULL, NULL, &error));
  g_hash_table_insert (attributes, (char *) "SAN", NULL);
  REFUSES ("attributes",
           icert_admin_set_request_attributes (ICERT_ADMIN (client), 1, attributes, NULL, &error));
  REFUSES ("flags", icert_admin_set_certificate_extension (ICERT_ADMIN (client), 1, "2.5.29.15",
                                                           0x10000, octets, NULL, &error));
  REFUSES ("reason", icert_admin_deny_request (ICERT_ADMIN (client), 1, "\xc3\x28", NULL, &error));
  REFUSES ("entry",
           icert_admin_set_config_entry (ICERT_ADMIN (client), NULL, "", NULL, NULL, &error));
  REFUSES ("entry", icert_admin_set_config_entry (ICERT_ADMIN (client), "Grant web", "",
                                                  g_variant_new_string ("x"), NULL, &error));
  g_assert_false (
      icert_admin_set_config_entry (ICERT_ADMIN (client), "Grant web", "", NULL, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_NOT_SUPPORTED, "set_config_entry");
}

static void
refuse_revocations (FakeClient *client)
{
  GError *error = NULL;

  REFUSES ("serial", icert_admin_revoke (ICERT_ADMIN (client), NULL, 0, NULL, NULL, &error));
  REFUSES ("reason", icert_admin_revoke (ICERT_ADMIN (client), "01", 7, NULL, NULL, &error));
  REFUSES ("serial", icert_admin_unrevoke (ICERT_ADMIN (client), "", NULL, &error));
  REFUSES ("serial",
           icert_admin_set_publish_expired (ICERT_ADMIN (client), "\xc3\x28", TRUE, NULL, &error));
  REFUSES ("property", icert_admin_set_ca_property (ICERT_ADMIN (client), 999, 0,
                                                    g_variant_new_int32 (1), NULL, &error));
  REFUSES ("value", icert_admin_set_ca_property (ICERT_ADMIN (client), 29, 0, NULL, NULL, &error));
}

static void
refuse_rows (FakeClient *client, GBytes *octets)
{
  GError *error = NULL;

  REFUSES_NUMBER ("certificate",
                  icert_admin_import_certificate (ICERT_ADMIN (client), NULL, 0, NULL, &error));
  REFUSES_NUMBER ("flags",
                  icert_admin_import_certificate (ICERT_ADMIN (client), octets, 1, NULL, &error));
  REFUSES_NUMBER ("table", icert_admin_delete_row (ICERT_ADMIN (client), 1, 1, NULL, &error));
  REFUSES_NUMBER ("request id", icert_admin_delete_row (ICERT_ADMIN (client), 0, 0, NULL, &error));
  REFUSES_NUMBER ("before",
                  icert_admin_delete_expired (ICERT_ADMIN (client), 0, NULL, NULL, NULL, &error));
  REFUSES_NUMBER ("before",
                  icert_admin_delete_unresolved (ICERT_ADMIN (client), NULL, NULL, NULL, &error));
}

static void
test_refuses_arguments (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-N5: every other method names the argument that is wrong");
  refuse_readings (fixture->client);
  refuse_changes (fixture->client, fixture->octets);
  refuse_revocations (fixture->client);
  refuse_rows (fixture->client, fixture->octets);
  g_assert_null (fixture->client->thread);
}

static void
test_silence (Fixture *fixture, gconstpointer data)
{
  FakeClient *client = fixture->client;
  GError *error = NULL;

  g_test_summary ("An answer that means failure, without an error, is FAILED and blames the class");
  client->manner = FAKE_SILENT;
#define FAILS(call)                                                                                \
  g_assert_false ((call));                                                                         \
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);                                         \
  g_assert_nonnull (strstr (error->message, "FakeClient"));                                        \
  g_clear_error (&error)

  FAILS (icert_request_submit (ICERT_REQUEST (client), 0, fixture->octets, NULL, NULL, &error));
  FAILS (icert_admin_deny_request (ICERT_ADMIN (client), 1, NULL, NULL, &error));
  FAILS (icert_admin_get_trace (ICERT_ADMIN (client), 1, NULL, &error));
  FAILS (icert_admin_list_config_entries (ICERT_ADMIN (client), NULL, NULL, &error));
  FAILS (icert_admin_get_ca (ICERT_ADMIN (client), &error));
  FAILS (icert_ca_get_certificate (ICERT_CA (client), 0, NULL, &error));
  FAILS (icert_config_list (ICERT_CONFIG (client), NULL, &error));
  FAILS (icert_config_get_config (ICERT_CONFIG (client), 0, NULL, &error));
  FAILS (icert_enum_view_row_next (ICERT_ENUM_VIEW_ROW (client), 5, NULL, &error));
  FAILS (icert_view_open_view (ICERT_VIEW (client), NULL, &error));
  FAILS (icert_view_count (ICERT_VIEW (client), NULL, &error) != -1);
#undef FAILS

  g_assert_null (icert_ca_get_property_value (ICERT_CA (client), 6, 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (icert_admin_get_my_roles (ICERT_ADMIN (client), NULL, &error), ==, 0);
  g_assert_no_error (error);
}

static void
test_lies (Fixture *fixture, gconstpointer data)
{
  FakeClient *client = fixture->client;
  GVariantType *type = NULL;
  char *name = NULL;
  gboolean indexed = TRUE;
  gboolean more = TRUE;
  ICertRevocationReason reason = ICERT_REVOCATION_REASON_SUPERSEDED;
  GError *error = NULL;

  g_test_summary ("An answer of another type is MODULE, and is not handed on");
  client->lies = TRUE;
  g_assert_null (icert_admin_get_ca (ICERT_ADMIN (client), &error));
  assert_error_and_clear (&error, ICERT_ERROR_MODULE, "FakeClient");
  g_assert_null (icert_admin_get_trace (ICERT_ADMIN (client), 1, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MODULE, "FakeClient");
  g_assert_cmpint (icert_admin_get_my_roles (ICERT_ADMIN (client), NULL, &error), ==, 0);
  assert_error_and_clear (&error, ICERT_ERROR_MODULE, "FakeClient");
  g_assert_cmpint (
      icert_admin_is_valid_certificate (ICERT_ADMIN (client), "01", &reason, NULL, &error), ==,
      ICERT_CA_DISPOSITION_ERROR);
  assert_error_and_clear (&error, ICERT_ERROR_MODULE, "FakeClient");
  g_assert_cmpint (reason, ==, ICERT_REVOCATION_REASON_UNSPECIFIED);
  g_assert_cmpint (
      icert_admin_delete_expired (ICERT_ADMIN (client), 0, fixture->date, &more, NULL, &error), ==,
      -1);
  assert_error_and_clear (&error, ICERT_ERROR_MODULE, "FakeClient");
  g_assert_false (more);
  g_assert_null (icert_enum_view_row_next (ICERT_ENUM_VIEW_ROW (client), 3, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MODULE, "FakeClient");
  g_assert_false (
      icert_ca_describe_property (ICERT_CA (client), 6, &type, &indexed, &name, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MODULE, "FakeClient");
  g_assert_null (type);
  g_assert_null (name);
  g_assert_false (indexed);
}

static void
test_describes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariantType) type = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  gboolean indexed = FALSE;

  g_test_summary ("A description has three parts, each of which may be left out");
  g_assert_true (
      icert_ca_describe_property (ICERT_CA (fixture->client), 6, &type, &indexed, &name, &error));
  g_assert_no_error (error);
  g_assert_true (g_variant_type_equal (type, G_VARIANT_TYPE_STRING));
  g_assert_cmpint (indexed, ==, TRUE);
  g_assert_cmpstr (name, ==, "CA Name");
  g_assert_true (
      icert_ca_describe_property (ICERT_CA (fixture->client), 6, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
test_pairs (Fixture *fixture, gconstpointer data)
{
  FakeClient *client = fixture->client;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) name = NULL;
  g_autofree char *config = NULL;
  ICertRevocationReason reason = ICERT_REVOCATION_REASON_UNSPECIFIED;
  gboolean more = FALSE;

  g_test_summary ("Numbers, flags, texts and failures come out of asynchronous pairs");
  icert_view_count_async (ICERT_VIEW (client), NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  g_assert_cmpint (icert_view_count_finish (ICERT_VIEW (client), fixture->result, &error), ==,
                   1234567890123);
  g_assert_no_error (error);
  icert_admin_get_my_roles_async (ICERT_ADMIN (client), NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  g_assert_cmphex (icert_admin_get_my_roles_finish (ICERT_ADMIN (client), fixture->result, &error),
                   ==, ICERT_ROLE_OFFICER);
  g_assert_no_error (error);
  icert_admin_is_valid_certificate_async (ICERT_ADMIN (client), "01", NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  g_assert_cmpint (icert_admin_is_valid_certificate_finish (ICERT_ADMIN (client), fixture->result,
                                                            &reason, &error),
                   ==, ICERT_CA_DISPOSITION_REVOKED);
  g_assert_no_error (error);
  g_assert_cmpint (reason, ==, ICERT_REVOCATION_REASON_SUPERSEDED);
  icert_admin_import_certificate_async (ICERT_ADMIN (client), fixture->octets, 0, NULL, answered_cb,
                                        fixture);
  g_main_loop_run (fixture->loop);
  g_assert_cmpint (
      icert_admin_import_certificate_finish (ICERT_ADMIN (client), fixture->result, &error), ==, 7);
  g_assert_no_error (error);
  icert_admin_delete_expired_async (ICERT_ADMIN (client), 0, fixture->date, NULL, answered_cb,
                                    fixture);
  g_main_loop_run (fixture->loop);
  g_assert_cmpint (
      icert_admin_delete_expired_finish (ICERT_ADMIN (client), fixture->result, &more, &error), ==,
      3);
  g_assert_no_error (error);
  g_assert_true (more);
  icert_ca_get_property_value_async (ICERT_CA (client), 6, -1, NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  name = icert_ca_get_property_value_finish (ICERT_CA (client), fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (name, NULL), ==, "Fake");

  client->manner = FAKE_SILENT;
  icert_config_get_config_async (ICERT_CONFIG (client), 0, NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  config = icert_config_get_config_finish (ICERT_CONFIG (client), fixture->result, &error);
  g_assert_null (config);
  assert_error_and_clear (&error, ICERT_ERROR_FAILED, NULL);
  icert_admin_deny_request_async (ICERT_ADMIN (client), 0, NULL, NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  g_assert_false (icert_admin_deny_request_finish (ICERT_ADMIN (client), fixture->result, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "request id");
}

/* Like a program in Python: what is called is set beside the call. */
static void
count_with_closure (Fixture *fixture, GClosure *closure)
{
  g_autoptr (GError) error = NULL;

  icert_binding_set_closure (closure);
  icert_view_count_async (ICERT_VIEW (fixture->client), NULL, NULL, NULL);
  g_main_loop_run (fixture->loop);
  g_assert_cmpint (icert_view_count_finish (ICERT_VIEW (fixture->client), fixture->result, &error),
                   ==, 1234567890123);
  g_assert_no_error (error);
  g_clear_object (&fixture->result);
}

static void
count_runs_cb (gpointer source, gpointer result, gpointer user_data)
{
  ++*(int *) user_data;
}

static void
test_closure (Fixture *fixture, gconstpointer data)
{
  GClosure *closure = g_cclosure_new (G_CALLBACK (answered_cb), fixture, NULL);
  int runs = 0;
  GClosure *taken_back = g_cclosure_new (G_CALLBACK (count_runs_cb), &runs, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A closure takes the place of a callback that was not given, for one call");
  g_closure_sink (g_closure_ref (closure));
  count_with_closure (fixture, closure);
  icert_binding_set_closure (closure);
  icert_request_submit_full_async (ICERT_REQUEST (fixture->client), ICERT_SUBMIT_NONE,
                                   ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, NULL, NULL, NULL,
                                   NULL, NULL, NULL);
  g_main_loop_run (fixture->loop);
  g_assert_null (
      icert_request_submit_full_finish (ICERT_REQUEST (fixture->client), fixture->result, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "request");
  /* both calls have let it go */
  g_assert_cmpuint (closure->ref_count, ==, 1);

  icert_binding_set_closure (taken_back);
  icert_view_count_async (ICERT_VIEW (fixture->client), NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  icert_binding_set_closure (NULL);
  count_with_closure (fixture, closure);
  g_assert_cmpint (runs, ==, 0);
  g_closure_unref (closure);
}

static void
test_table (Fixture *fixture, gconstpointer data)
{
  static const char *const pairs[] = { "B", "one", "A", "first", "B", "two", "odd", NULL };
  g_autoptr (GHashTable) own = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *lent = NULL;
  g_autofree char *given = NULL;
  g_autofree char *after = NULL;

  g_test_summary ("A table takes the place of one that was not given, for one call");
  g_hash_table_insert (own, "C", "mine");
  icert_binding_set_table (pairs);
  given = icert_attributes_format (own);
  g_assert_cmpstr (given, ==, "C:mine");
  lent = icert_attributes_format (NULL);
  g_assert_cmpstr (lent, ==, "A:first\nB:two");
  after = icert_attributes_format (NULL);
  g_assert_cmpstr (after, ==, "");
  icert_binding_set_table (pairs);
  icert_binding_set_table (NULL);
  g_clear_pointer (&after, g_free);
  after = icert_attributes_format (NULL);
  g_assert_cmpstr (after, ==, "");
}

static void
test_foreign_result (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N5: the result of another pair is refused");
  icert_admin_get_my_roles_async (ICERT_ADMIN (fixture->client), NULL, answered_cb, fixture);
  g_main_loop_run (fixture->loop);
  g_assert_false (
      icert_admin_deny_request_finish (ICERT_ADMIN (fixture->client), fixture->result, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "result");
  icert_admin_get_my_roles_finish (ICERT_ADMIN (fixture->client), fixture->result, &error);
  g_assert_no_error (error);
}

static void
test_not_implemented (Fixture *fixture, gconstpointer data)
{
  FakeClient *client = fixture->client;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a class leaves out is NOT_SUPPORTED, named after the method");
  g_assert_null (icert_ca_list_profiles (ICERT_CA (client), NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_NOT_SUPPORTED, "list_profiles");
  g_assert_null (icert_admin_resubmit_request (ICERT_ADMIN (client), 1, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_NOT_SUPPORTED, "resubmit_request");
  g_assert_null (icert_admin_resubmit_request_version (ICERT_ADMIN (client), 1, 1, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_NOT_SUPPORTED, "resubmit_request_version");
  g_assert_null (icert_admin_resubmit_request_version (ICERT_ADMIN (client), 1, 0, NULL, &error));
  assert_error_and_clear (&error, ICERT_ERROR_MALFORMED, "content-version");
  g_assert_false (icert_view_add_alternative (ICERT_VIEW (client), &error));
  assert_error_and_clear (&error, ICERT_ERROR_NOT_SUPPORTED, "add_alternative");
}

static void
count_signal (gpointer ca, gint64 id, ICertDisposition disposition, gint64 *sum)
{
  *sum += id + disposition;
}

static void
test_signals (Fixture *fixture, gconstpointer data)
{
  gint64 sum = 0;
  g_autofree char *config = NULL;

  g_test_summary ("A CA tells of changed requests, and each object knows its config string");
  g_signal_connect (fixture->client, "request-changed", G_CALLBACK (count_signal), &sum);
  g_signal_emit_by_name (fixture->client, "request-changed", G_GINT64_CONSTANT (1) << 40,
                         ICERT_DISPOSITION_ISSUED);
  g_assert_cmpint (sum, ==, (G_GINT64_CONSTANT (1) << 40) + 3);
  g_object_get (fixture->client, "config", &config, NULL);
  g_assert_cmpstr (config, ==, "localhost\\Fake");
}

#define ADD(path, test) g_test_add ("/client-invoker/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("submits", test_submits);
  ADD ("submits-async", test_submits_async);
  ADD ("closure", test_closure);
  ADD ("table", test_table);
  ADD ("S-N5-refuses-submissions", test_refuses_submissions);
  ADD ("S-N5-refuses-arguments", test_refuses_arguments);
  ADD ("silence", test_silence);
  ADD ("lies", test_lies);
  ADD ("describes", test_describes);
  ADD ("pairs", test_pairs);
  ADD ("S-N5-foreign-result", test_foreign_result);
  ADD ("not-implemented", test_not_implemented);
  ADD ("signals", test_signals);
  return g_test_run ();
}
