/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode.h"

#include <string.h>

static void
assert_hex (GBytes *bytes, const char *expected)
{
  g_autoptr (GString) hex = g_string_new (NULL);
  gsize size, i;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  g_assert_cmpstr (hex->str, ==, expected);
}

static GBytes *
encode (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rdns = ca_name_from_text (text, &error);
  GBytes *name;

  g_assert_no_error (error);
  name = ca_name_encode (rdns, &error);
  g_assert_no_error (error);
  return name;
}

static void
assert_not_encoded (const char *oid, const char *value, const char *message)
{
  g_autoptr (GPtrArray) rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_ptr_array_add (rdns, ca_rdn_new (oid, value));
  g_assert_null (ca_name_encode (rdns, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
  text = icert_error_get_text (error);
  g_assert_cmpstr (text, ==, message);
}

static void
test_encodes (void)
{
  g_autoptr (GBytes) name = encode ("CN=www,O=Ex\xc3\xa4mple,C=DE");

  g_test_summary ("PrintableString where it is enough, else UTF8String (S-C5)");
  assert_hex (name, "302e"
                    "310c300a06035504031303777777"
                    "3111300f060355040a0c084578c3a46d706c65"
                    "310b3009060355040613024445");
}

static void
test_string_types (void)
{
  g_autoptr (GBytes) domain = encode ("DC=org");
  g_autoptr (GBytes) mail = encode ("E=a@example.org");

  g_test_summary ("DC and e-mail are IA5String");
  assert_hex (domain, "301531133011060a0992268993f22c64011916036f7267");
  assert_hex (mail, "301e311c301a06092a864886f70d010901160d61406578616d706c652e6f7267");
}

static void
test_round_trip (void)
{
  static const char *const texts[] = {
    "CN=www.example.org,O=Example,C=DE",
    "CN=a\\,b\\+c\\\\d\\\"e\\<f\\>g\\;h\\=i",
    "CN=\\#5",
    "CN=\\ blank\\ ",
    "CN=\xd0\x98\xd0\xbc\xd1\x8f,OU=\xe5\x90\x8d",
    "2.5.4.97=VATDE-123456789",
    "UID=1000,STREET=Main Street 1,SERIALNUMBER=4711,T=Dr.,SN=Doe,G=Jo,I=J",
    "",
  };
  gsize i;

  g_test_summary ("A name as text, as DER and as text again is the same");
  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) der = encode (texts[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) rdns = ca_name_decode (der, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = ca_name_to_text (rdns);
      g_assert_cmpstr (text, ==, texts[i]);
    }
}

static void
test_aliases (void)
{
  g_autoptr (GBytes) one = encode ("commonname=a, organization = b ,ou=c,S=d");
  g_autoptr (GBytes) other = encode ("CN=a,O=b,OU=c,ST=d");

  g_test_summary ("AD CS's names and aliases are understood without case");
  g_assert_true (g_bytes_equal (one, other));
}

static void
test_text_refused (void)
{
  static const char *const texts[] = {
    "www",  "CN=a,", "CN=a+OU=b", "CN=a\"b", "Nonsense=a", "CN=a\\",  "CN=a\\zb",  "=a",      "CN=",
    "CN= ", ",CN=a", "1.2.=a",    "9.9=a",   "CN=a\\0ab",  "CN=a\nb", "CN=a\\00b", "CN=\xff",
  };
  gsize i;

  g_test_summary ("Text that is not a name is refused: S-A7, S-C5");
  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *field = NULL;
      g_autofree char *shown = g_strescape (texts[i], NULL);

      g_test_message ("%s", shown);
      g_assert_null (ca_name_from_text (texts[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
      field = icert_error_get_field (error);
      g_assert_cmpstr (field, ==, "subject");
    }
}

static void
test_bounds (void)
{
  g_autofree char *long_name = g_strnfill (65, 'a');
  g_autofree char *wide_name = NULL;
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autoptr (GBytes) name = NULL;

  g_test_summary ("Upper bounds count characters, not octets (S-C5)");
  assert_not_encoded ("2.5.4.3", long_name, "subject: CN of 65 characters (at most 64)");
  while (g_utf8_strlen (wide->str, -1) < 64)
    g_string_append (wide, "\xc3\xa4");
  wide_name = g_strconcat ("CN=", wide->str, NULL);
  name = encode (wide_name);
  g_assert_nonnull (name);
}

static void
test_values_refused (void)
{
  g_test_summary ("What a certificate cannot say is not written: S-A7, S-C5");
  assert_not_encoded ("2.5.4.6", "Germany", "subject: C of 7 characters (at most 2)");
  assert_not_encoded ("2.5.4.6", "D1", "subject: C is not a country code (two letters)");
  assert_not_encoded ("0.9.2342.19200300.100.1.25", "\xc3\xa4", "subject: DC is not ASCII (ASCII)");
  assert_not_encoded ("2.5.4.5", "a_b",
                      "subject: SERIALNUMBER has a character that PrintableString lacks (letters, "
                      "digits, blank and '()+,-./:=?)");
  assert_not_encoded ("2.5.4.3", "", "subject: CN is empty (text)");
  assert_not_encoded ("2.5.4.3", "a\x1b[1m", "subject: CN has a control character (text without)");
  assert_not_encoded ("2.5.4.3", "a\xff",
                      "subject: CN is not UTF-8, or has a NUL (text without control characters)");
  assert_not_encoded ("CN", "a", "subject: an attribute without an OID (an OID)");
}

static void
test_cut (void)
{
  static const guint8 name[] = { 0x30, 0x0a, 0x31, 0x08, 0x30, 0x06, 0x06, 0x03, 0x55, 0x04 };
  g_autoptr (GBytes) cut = g_bytes_new_static (name, sizeof name);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name that ends too soon is refused (S-A8)");
  g_assert_null (ca_name_decode (cut, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
}

static void
test_multi_valued (void)
{
  static const guint8 name[]
      = { 0x30, 0x25, 0x31, 0x14, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x14, 0x01,
          0xe4, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x13, 0x01, 0x62, 0x31, 0x0d,
          0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x0b, 0x1c, 0x04, 0x00, 0x00, 0x00, 0xe4 };
  g_autoptr (GBytes) der = g_bytes_new_static (name, sizeof name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rdns = ca_name_decode (der, &error);
  g_autofree char *text = NULL;

  g_test_summary (
      "Attributes of a multi-valued RDN come one after the other, all strings as UTF-8");
  g_assert_no_error (error);
  text = ca_name_to_text (rdns);
  g_assert_cmpstr (text, ==, "CN=\xc3\xa4,O=b,OU=\xc3\xa4");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ca-name/encodes", test_encodes);
  g_test_add_func ("/ca-name/string-types", test_string_types);
  g_test_add_func ("/ca-name/round-trip", test_round_trip);
  g_test_add_func ("/ca-name/aliases", test_aliases);
  g_test_add_func ("/ca-name/text-refused", test_text_refused);
  g_test_add_func ("/ca-name/bounds", test_bounds);
  g_test_add_func ("/ca-name/values-refused", test_values_refused);
  g_test_add_func ("/ca-name/cut", test_cut);
  g_test_add_func ("/ca-name/multi-valued", test_multi_valued);
  return g_test_run ();
}
