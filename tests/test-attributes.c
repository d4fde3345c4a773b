/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

static void
test_parses_lines (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) attributes
      = icert_attributes_parse (" CertificateTemplate : WebServer \r\nno colon\n\n:no "
                                "name\nSAN:dns=a:b\ncertificate-template:User",
                                &error);

  g_test_summary (
      "Names and values are trimmed, bad lines skipped, and the later of two equal names stays");

  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (attributes), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (attributes, "SAN"), ==, "dns=a:b");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "certificate-template"), ==, "User");
}

static void
test_may_be_empty (void)
{
  g_autoptr (GHashTable) nothing = icert_attributes_parse (NULL, NULL);
  g_autoptr (GHashTable) empty = icert_attributes_parse ("", NULL);
  g_autofree char *text = icert_attributes_format (NULL);

  g_test_summary ("S-A8: no attributes are none");

  g_assert_cmpuint (g_hash_table_size (nothing), ==, 0);
  g_assert_cmpuint (g_hash_table_size (empty), ==, 0);
  g_assert_cmpstr (text, ==, "");
}

static void
assert_refused (const char *text, ICertError code, guint64 expected_limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autofree char *field = NULL;
  guint64 limit = 0;

  g_assert_null (icert_attributes_parse (text, &error));
  g_assert_error (error, ICERT_ERROR, (int) code);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "attributes");
  details = icert_error_get_details (error);
  g_variant_lookup (details, "limit", "t", &limit);
  g_assert_cmpuint (limit, ==, expected_limit);
}

static void
test_has_limits (void)
{
  g_autofree char *name = g_strnfill (65, 'n');
  g_autofree char *value = g_strnfill (1025, 'v');
  g_autofree char *long_name = g_strdup_printf ("%s:x", name);
  g_autofree char *long_value = g_strdup_printf ("x:%s", value);
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GHashTable) most = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-A1: 64 pairs, names of 64 octets and values of 1 KiB are the most");

  for (int i = 0; i < 64; i++)
    g_string_append_printf (many, "n%d:v\n", i);
  most = icert_attributes_parse (many->str, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (most), ==, 64);
  g_string_append (many, "more:v\n");

  assert_refused (many->str, ICERT_ERROR_TOO_LARGE, 64);
  assert_refused (long_name, ICERT_ERROR_TOO_LARGE, 64);
  assert_refused (long_value, ICERT_ERROR_TOO_LARGE, 1024);
}

static void
test_refuses_hidden_characters (void)
{
  g_test_summary ("S-A7: control characters in an attribute are refused");

  assert_refused ("a:b\x1b[31m", ICERT_ERROR_BAD_NAME, 0);
  assert_refused ("a\x01:b", ICERT_ERROR_BAD_NAME, 0);
  assert_refused ("a:b\x7f", ICERT_ERROR_BAD_NAME, 0);
  assert_refused ("a:\xc2\x85", ICERT_ERROR_BAD_NAME, 0);
  assert_refused ("a:\xff", ICERT_ERROR_MALFORMED, 0);
}

static void
test_formats (void)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) back = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("The text is sorted, and no value makes a line of its own");

  g_hash_table_insert (attributes, (char *) "b", (char *) "2\nc:3");
  g_hash_table_insert (attributes, (char *) "a", (char *) "1");
  text = icert_attributes_format (attributes);
  g_assert_cmpstr (text, ==, "a:1\nb:2 c:3");
  back = icert_attributes_parse (text, NULL);
  g_assert_cmpuint (g_hash_table_size (back), ==, 2);
}

static void
test_normalizes_names (void)
{
  g_autofree char *one = icert_attribute_name_normalize ("Certificate-Template ");
  g_autofree char *other = icert_attribute_name_normalize ("CERTIFICATE TEMPLATE");
  g_autofree char *nothing = icert_attribute_name_normalize (NULL);

  g_test_summary ("Case, blanks and hyphens do not tell names apart");

  g_assert_cmpstr (one, ==, "certificatetemplate");
  g_assert_cmpstr (other, ==, one);
  g_assert_cmpstr (nothing, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attributes/parses-lines", test_parses_lines);
  g_test_add_func ("/attributes/may-be-empty-S-A8", test_may_be_empty);
  g_test_add_func ("/attributes/has-limits-S-A1", test_has_limits);
  g_test_add_func ("/attributes/refuses-hidden-characters-S-A7", test_refuses_hidden_characters);
  g_test_add_func ("/attributes/formats", test_formats);
  g_test_add_func ("/attributes/normalizes-names", test_normalizes_names);

  return g_test_run ();
}
