/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

static void
assert_detail_u64 (const GError *error, const char *name, guint64 expected)
{
  g_autoptr (GVariant) details = icert_error_get_details (error);
  guint64 value = 0;

  g_assert_true (g_variant_lookup (details, name, "t", &value));
  g_assert_cmpuint (value, ==, expected);
}

static void
test_has_the_form (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autofree char *field = NULL;
  g_autofree char *text = NULL;
  const char *code = NULL;
  guint32 status = 0;

  g_test_summary ("Field, text and details of a message come apart again");

  icert_set_error (&error, ICERT_ERROR_WEAK_KEY, "public key", "RSA %d bits (2048)", 1024);
  icert_error_add_detail (error, "status", "0x%08x", 0x80094811);
  icert_error_add_detail (error, "limit", "%d", 2048);
  icert_error_add_detail (error, "actual", "%d", 1000);
  icert_error_add_detail (error, "actual", "%d", 1024);
  icert_error_add_detail (error, "request-id", "%d", 7);
  icert_error_add_detail (error, "correlation", "%s", "a b]=é");

  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WEAK_KEY);
  g_assert_true (g_str_has_prefix (error->message,
                                   "public key: RSA 1024 bits (2048) [status=0x80094811 limit=2048 "
                                   "actual=1024 request-id=7 correlation="));
  field = icert_error_get_field (error);
  text = icert_error_get_text (error);
  details = icert_error_get_details (error);
  g_assert_cmpstr (field, ==, "public key");
  g_assert_cmpstr (text, ==, "public key: RSA 1024 bits (2048)");
  g_assert_true (g_variant_lookup (details, "code", "&s", &code));
  g_assert_cmpstr (code, ==, "WEAK_KEY");
  g_assert_true (g_variant_lookup (details, "status", "u", &status));
  g_assert_cmphex (status, ==, 0x80094811);
  g_assert_true (g_variant_lookup (details, "field", "&s", &code));
  g_assert_cmpstr (code, ==, "public key");
  g_assert_true (g_variant_lookup (details, "correlation", "&s", &code));
  g_assert_cmpstr (code, ==, "a b]=é");
  assert_detail_u64 (error, "limit", 2048);
  assert_detail_u64 (error, "actual", 1024);
  assert_detail_u64 (error, "request-id", 7);
}

static void
test_is_one_clean_line (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (1000, 'x');

  g_test_summary ("A message is one line of at most 300 octets with nothing that a terminal obeys");

  icert_set_error (&error, ICERT_ERROR_FAILED, "a\nb", "\x1b[31m \xe2\x80\xae \xff\n\xc3\xa9");
  g_assert_cmpstr (error->message, ==, "a\\x0ab: \\x1b[31m \\xe2\\x80\\xae \\xff\\x0a\xc3\xa9");
  g_clear_error (&error);

  icert_set_error (&error, ICERT_ERROR_FAILED, NULL, "\xe2\x80\xa8 \xe2\x80\x8b");
  g_assert_cmpstr (error->message, ==, "\\xe2\\x80\\xa8 \\xe2\\x80\\x8b");
  g_clear_error (&error);

  icert_set_error (&error, ICERT_ERROR_FAILED, "field", "%s", text);
  g_assert_cmpuint (strlen (error->message), ==, 300);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_clear_error (&error);

  for (gsize n = 280; n < 310; n++)
    {
      g_autofree char *escapes = g_strnfill (n, '\x01');
      g_autofree char *accents = NULL;
      g_auto (GStrv) parts = g_new0 (char *, n + 1);

      for (gsize i = 0; i < n; i++)
        parts[i] = g_strdup (i % 2 ? "é" : "y");
      accents = g_strjoinv ("", parts);
      icert_set_error (&error, ICERT_ERROR_FAILED, "f", "%.*s%s", (int) (n % 7), text, accents);
      g_assert_cmpuint (strlen (error->message), <=, 300);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_clear_error (&error);

      icert_set_error (&error, ICERT_ERROR_FAILED, "f", "%.*s%s", (int) (n % 7), text, escapes);
      g_assert_cmpuint (strlen (error->message), <=, 300);
      g_assert_true (g_str_has_suffix (error->message, "\\x01…"));
      g_clear_error (&error);
    }
}

static void
test_cannot_be_forged (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Text that ends like a bracket of details is text");

  icert_set_error (&error, ICERT_ERROR_BAD_NAME, "dNSName", "%s", "wrong [request-id=99]");
  details = icert_error_get_details (error);
  g_assert_null (g_variant_lookup_value (details, "request-id", NULL));
  icert_error_add_detail (error, "request-id", "%d", 5);
  assert_detail_u64 (error, "request-id", 5);
  text = icert_error_get_text (error);
  g_assert_cmpstr (text, ==, "dNSName: wrong [request-id=99\\x5d");
}

static void
test_reads_what_scripts_write (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GVariant) details = NULL;

  g_test_summary ("A message that a script wrote is read, and what is no detail is skipped");

  error
      = g_error_new_literal (ICERT_ERROR, ICERT_ERROR_TOO_LARGE,
                             "request: too large [limit=100 actual=x code=DENIED field=y other=z]");
  details = icert_error_get_details (error);
  assert_detail_u64 (error, "limit", 100);
  g_assert_null (g_variant_lookup_value (details, "actual", NULL));
  g_assert_cmpuint (g_variant_n_children (details), ==, 5);

  wrong = g_error_new_literal (ICERT_ERROR, 999, "no colon [ limit=1]");
  g_clear_pointer (&details, g_variant_unref);
  details = icert_error_get_details (wrong);
  g_assert_null (icert_error_get_field (wrong));
  g_assert_null (g_variant_lookup_value (details, "limit", NULL));
}

static void
test_leaves_other_domains_alone (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "a: b [limit=1]");
  g_autoptr (GVariant) details = icert_error_get_details (error);
  g_autofree char *text = icert_error_get_text (error);

  g_test_summary ("An error of another domain has text, and neither field nor details");

  g_assert_null (icert_error_get_field (error));
  g_assert_cmpstr (text, ==, "a: b [limit=1]");
  g_assert_cmpuint (g_variant_n_children (details), ==, 0);
  g_assert_false (icert_error_is_refusal (error));
  g_assert_cmphex (icert_error_to_hresult (error), ==, 0x80004005);
}

static void
test_quotes_client_text (void)
{
  g_autofree char *plain = icert_error_quote ("ann", -1);
  g_autofree char *wild = icert_error_quote ("a\"\\\0b\r", 6);
  g_autofree char *nothing = icert_error_quote (NULL, -1);
  g_autofree char *many = g_strnfill (65, 'y');
  g_autofree char *cut = icert_error_quote (many, -1);
  g_autofree char *whole = icert_error_quote (many, 64);
  g_autofree char *broken = icert_error_quote ("\xe2\x80", -1);

  g_test_summary ("Client text stands in quotes, 64 characters of it, and cannot leave them");

  g_assert_cmpstr (plain, ==, "\"ann\"");
  g_assert_cmpstr (wild, ==, "\"a\\x22\\x5c\\x00b\\x0d\"");
  g_assert_cmpstr (nothing, ==, "\"\"");
  g_assert_cmpstr (broken, ==, "\"\\xe2\\x80\"");
  g_assert_cmpuint (strlen (whole), ==, 66);
  g_assert_true (g_str_has_suffix (cut, "y\"…"));
  g_assert_cmpuint (g_utf8_strlen (cut, -1), ==, 67);
}

static void
test_knows_refusals (void)
{
  static const ICertError refusals[]
      = { ICERT_ERROR_DENIED,          ICERT_ERROR_WEAK_KEY,     ICERT_ERROR_BAD_NAME,
          ICERT_ERROR_FORBIDDEN_FIELD, ICERT_ERROR_BAD_VALIDITY, ICERT_ERROR_NOT_AUTHORIZED };

  g_test_summary ("S-L3: six codes of a policy deny, all others leave the request pending");

  for (int code = 0; code <= ICERT_ERROR_INTERNAL; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (ICERT_ERROR, code, "x: y");
      gboolean expected = FALSE;

      for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
        expected |= (int) refusals[i] == code;
      g_assert_cmpint (icert_error_is_refusal (error), ==, expected);
    }
  g_assert_false (icert_error_is_refusal (NULL));
}

static void
test_keeps_statuses (void)
{
  static const struct
  {
    guint32 hresult;
    ICertError code;
  } known[] = {
    { 0x80094001, ICERT_ERROR_BAD_NAME },       { 0x80094003, ICERT_ERROR_WRONG_STATE },
    { 0x80094004, ICERT_ERROR_NOT_FOUND },      { 0x80094008, ICERT_ERROR_NOT_AUTHORIZED },
    { 0x80094009, ICERT_ERROR_NOT_AUTHORIZED }, { 0x80094012, ICERT_ERROR_NOT_AUTHORIZED },
    { 0x80094014, ICERT_ERROR_DENIED },         { 0x80094800, ICERT_ERROR_UNSUPPORTED },
    { 0x80094811, ICERT_ERROR_WEAK_KEY },       { 0x800b0114, ICERT_ERROR_BAD_NAME },
    { 0x80071392, ICERT_ERROR_CONFLICT },       { 0x80070005, ICERT_ERROR_NOT_AUTHORIZED },
    { 0x80041234, ICERT_ERROR_FAILED },
  };

  g_test_summary ("A status of AD CS gives an error of its class, which gives the status back");

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autoptr (GError) error = icert_hresult_to_error (known[i].hresult);

      g_assert_error (error, ICERT_ERROR, (int) known[i].code);
      g_assert_cmphex (icert_error_to_hresult (error), ==, known[i].hresult);
    }
  g_assert_null (icert_hresult_to_error (0));
  g_assert_null (icert_hresult_to_error (1));
  g_assert_cmphex (icert_error_to_hresult (NULL), ==, 0);
}

static void
test_has_a_status_for_each_code (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_test_summary ("Each code has a failing status of its own that leads back to it");

  for (int code = 0; code <= ICERT_ERROR_INTERNAL; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (ICERT_ERROR, code, "x: y");
      guint32 status = icert_error_to_hresult (error);
      g_autoptr (GError) back = icert_hresult_to_error (status);

      g_assert_cmphex (status & 0x80000000u, ==, 0x80000000u);
      g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (status)));
      g_assert_error (back, ICERT_ERROR, code);
    }
  g_assert_cmpstr (icert_error_get_code_name (ICERT_ERROR_NO_UI), ==, "NO_UI");
  g_assert_cmpstr (icert_error_get_code_name ((ICertError) 999), ==, "FAILED");
}

static void
test_describes (void)
{
  g_autofree char *plain = icert_error_describe (0x80094811, ICERT_ERROR_TEXT_DEFAULT);
  g_autofree char *hex = icert_error_describe (0x80094811, ICERT_ERROR_TEXT_HRESULT_STRING);
  g_autofree char *http = icert_error_describe (404, ICERT_ERROR_TEXT_HTTP_ERROR);
  g_autofree char *unknown = icert_error_describe (0x12345678, ICERT_ERROR_TEXT_HRESULT_STRING);

  g_test_summary ("A status has a line for people, with the number if wanted");

  g_assert_cmpstr (plain, ==, "public key is refused");
  g_assert_cmpstr (hex, ==, "public key is refused (0x80094811 KEY_LENGTH)");
  g_assert_cmpstr (http, ==, "not found");
  g_assert_cmpstr (unknown, ==, "unknown status (0x12345678 UNKNOWN)");
}

static void
test_survives_dbus (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) back = NULL;
  g_autofree char *name = NULL;

  g_test_summary ("Domain, code and message come through D-Bus");

  icert_set_error (&error, ICERT_ERROR_OUTCOME_UNKNOWN, "commit", "not known");
  name = g_dbus_error_encode_gerror (error);
  g_assert_cmpstr (name, ==, "org.icert.ICert1.Error.OutcomeUnknown");
  back = g_dbus_error_new_for_dbus_error (name, error->message);
  g_assert_true (g_dbus_error_strip_remote_error (back));
  g_assert_error (back, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpstr (back->message, ==, "commit: not known");
}

static void
test_needs_no_error (void)
{
  g_test_summary ("Nobody who wants the error is no mistake");

  icert_set_error (NULL, ICERT_ERROR_FAILED, "x", "y");
  icert_error_add_detail (NULL, "limit", "%d", 1);
}

static void
test_is_made_by_scripts (void)
{
  g_autoptr (GVariant) table = NULL;
  GVariantDict details;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) bare = NULL;
  g_autoptr (GError) forged = NULL;

  g_test_summary ("Languages without printf() make an error with details, and cannot forge one");

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "limit", "t", (guint64) 2048);
  g_variant_dict_insert (&details, "status", "u", 0x80094811u);
  g_variant_dict_insert (&details, "correlation", "s", "a b]");
  g_variant_dict_insert (&details, "Not A Name", "s", "x");
  g_variant_dict_insert (&details, "offset", "d", 1.5);
  table = g_variant_ref_sink (g_variant_dict_end (&details));
  error = icert_error_new_with_details (ICERT_ERROR_WEAK_KEY, "public key: too short (2048 bits)",
                                        table);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WEAK_KEY);
  g_assert_true (g_str_has_prefix (error->message, "public key: too short (2048 bits) ["));
  g_assert_nonnull (strstr (error->message, "limit=2048"));
  g_assert_nonnull (strstr (error->message, "status=0x80094811"));
  g_assert_nonnull (strstr (error->message, "correlation=a\\x20b\\x5d"));
  g_assert_null (strstr (error->message, "Not A Name"));
  g_assert_null (strstr (error->message, "offset"));

  bare = icert_error_new_with_details (ICERT_ERROR_DENIED, NULL, NULL);
  g_assert_cmpstr (bare->message, ==, "failed");
  forged = icert_error_new_with_details (ICERT_ERROR_DENIED, "a: b\n [limit=1]", NULL);
  g_assert_cmpstr (forged->message, ==, "a: b\\x0a [limit=1\\x5d");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/has-the-form", test_has_the_form);
  g_test_add_func ("/error/is-one-clean-line", test_is_one_clean_line);
  g_test_add_func ("/error/cannot-be-forged", test_cannot_be_forged);
  g_test_add_func ("/error/reads-what-scripts-write", test_reads_what_scripts_write);
  g_test_add_func ("/error/leaves-other-domains-alone", test_leaves_other_domains_alone);
  g_test_add_func ("/error/quotes-client-text", test_quotes_client_text);
  g_test_add_func ("/error/knows-refusals-S-L3", test_knows_refusals);
  g_test_add_func ("/error/keeps-statuses", test_keeps_statuses);
  g_test_add_func ("/error/has-a-status-for-each-code", test_has_a_status_for_each_code);
  g_test_add_func ("/error/describes", test_describes);
  g_test_add_func ("/error/survives-dbus", test_survives_dbus);
  g_test_add_func ("/error/is-made-by-scripts", test_is_made_by_scripts);
  g_test_add_func ("/error/needs-no-error", test_needs_no_error);

  return g_test_run ();
}
