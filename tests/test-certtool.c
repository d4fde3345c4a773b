/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

/* GnuTLS, which shares no code with OpenSSL or us, shows what it reads in a certificate. */

static EVP_PKEY *key;

static void
set_name (X509 *certificate)
{
  X509_NAME *name = X509_NAME_new ();

  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const unsigned char *) "test", -1, -1, 0);
  X509_set_subject_name (certificate, name);
  X509_set_issuer_name (certificate, name);
  X509_NAME_free (name);
}

static void
add_extension (X509 *certificate, const char *oid, gboolean critical, GBytes *value)
{
  ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new ();
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  X509_EXTENSION *extension;

  ASN1_OCTET_STRING_set (octets, g_bytes_get_data (value, NULL), (int) g_bytes_get_size (value));
  extension = X509_EXTENSION_create_by_OBJ (NULL, object, critical, octets);
  g_assert_cmpint (X509_add_ext (certificate, extension, -1), ==, 1);
  X509_EXTENSION_free (extension);
  ASN1_OBJECT_free (object);
  ASN1_OCTET_STRING_free (octets);
}

/* (transfer full): a certificate with that one extension, in DER */
static GBytes *
make_certificate (const char *oid, gboolean critical, GBytes *value)
{
  X509 *certificate = X509_new ();
  unsigned char *der = NULL;
  GBytes *bytes;
  int size;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 7);
  X509_gmtime_adj (X509_getm_notBefore (certificate), 0);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 3600);
  set_name (certificate);
  X509_set_pubkey (certificate, key);
  add_extension (certificate, oid, critical, value);
  g_assert_cmpint (X509_sign (certificate, key, EVP_sha256 ()), >, 0);
  size = i2d_X509 (certificate, &der);
  g_assert_cmpint (size, >, 0);
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  X509_free (certificate);
  return bytes;
}

/* What certtool prints of a certificate that has it */
static char *
show (const char *oid, gboolean critical, GBytes *value)
{
  g_autoptr (GBytes) der = make_certificate (oid, critical, value);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) certtool
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                              | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                          &error, "certtool", "--certificate-info", "--inder", NULL);
  g_autoptr (GBytes) output = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate (certtool, der, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (certtool));
  return g_strndup (g_bytes_get_data (output, NULL), g_bytes_get_size (output));
}

/* Each of @wanted, up to a NULL, stands in @text, one behind the other. */
static void
assert_shows (const char *text, const char *const *wanted)
{
  const char *all = text;

  for (gsize i = 0; wanted[i] != NULL; i++)
    {
      const char *at = strstr (text, wanted[i]);

      if (at == NULL)
        g_error ("certtool does not show \"%s\" there: %s", wanted[i], all);
      text = at + strlen (wanted[i]);
    }
}

#define SHOWS(text, ...) assert_shows (text, (const char *const[]){ __VA_ARGS__, NULL })

/* Takes over @extension and @error */
static char *
show_extension (ICertExtension *extension, GError *error)
{
  g_autoptr (ICertExtension) owned = extension;
  g_autofree char *oid = NULL;
  g_autoptr (GBytes) value = NULL;

  g_assert_no_error (error);
  oid = icert_extension_get_oid (extension);
  value = icert_extension_get_value (extension);
  return show (oid, (icert_extension_get_flags (extension) & ICERT_EXTENSION_CRITICAL) != 0, value);
}

static const char *const purposes[]
    = { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.99999.2", NULL };
static const char *const urls[] = { "http://a.example/ca", "ldap:///cn=a?b", NULL };

static void
test_usages (void)
{
  GError *error = NULL;
  g_autofree char *usage = NULL;
  g_autofree char *eku = NULL;
  g_autofree char *policies = NULL;

  g_test_summary ("certtool shows key usage, purposes and policies");

  usage = show_extension (icert_extension_new_key_usage (ICERT_KEY_USAGE_DIGITAL_SIGNATURE
                                                             | ICERT_KEY_USAGE_CRL_SIGN
                                                             | ICERT_KEY_USAGE_DECIPHER_ONLY,
                                                         TRUE, &error),
                          error);
  SHOWS (usage, "Key Usage (critical):", "Digital signature.", "CRL signing.",
         "Key decipher only.");
  eku = show_extension (icert_extension_new_extended_key_usage (purposes, FALSE, &error), error);
  SHOWS (eku, "Key Purpose (not critical):", "TLS WWW Server.", "TLS WWW Client.",
         "1.3.6.1.4.1.99999.2");
  policies
      = show_extension (icert_extension_new_certificate_policies (purposes, TRUE, &error), error);
  SHOWS (policies, "Certificate Policies (critical):", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2",
         "1.3.6.1.4.1.99999.2");
}

static void
test_basic_constraints (void)
{
  GError *error = NULL;
  g_autofree char *ca = NULL;
  g_autofree char *leaf = NULL;

  g_test_summary ("certtool shows who is a CA, and how many may follow");

  ca = show_extension (icert_extension_new_basic_constraints (TRUE, 3, TRUE, &error), error);
  SHOWS (ca, "Basic Constraints (critical):", "(CA): TRUE", "Path Length Constraint: 3");
  leaf = show_extension (icert_extension_new_basic_constraints (FALSE, -1, FALSE, &error), error);
  SHOWS (leaf, "Basic Constraints (not critical):", "(CA): FALSE");
}

static void
test_names (void)
{
  static const char *const texts[]
      = { "dns=www.example.org", "email=a@example.org",   "url=https://example.org/",
          "ipaddress=192.0.2.1", "ipaddress=2001:db8::1", "upn=ann@example.org" };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ICertEncodeAltName) encode = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autofree char *built = NULL;
  g_autofree char *encoded = NULL;
  GError *error = NULL;

  g_test_summary ("certtool shows each alternative name, from the builder and from the object");

  encode = icert_encode_alt_name_open (NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      ICertName *name = icert_name_from_string (texts[i], &error);

      g_assert_no_error (error);
      g_ptr_array_add (names, name);
      g_assert_true (icert_encode_alt_name_add (encode, name, NULL));
    }
  built = show_extension (icert_extension_new_subject_alt_name (names, FALSE, &error), error);
  value = icert_encode_alt_name_to_bytes (encode, NULL);
  encoded = show ("2.5.29.18", FALSE, value);
  SHOWS (built, "Subject Alternative Name (not critical):", "DNSname: www.example.org",
         "RFC822Name: a@example.org", "URI: https://example.org/", "IPAddress: 192.0.2.1",
         "IPAddress: 2001:db8::1", "ann@example.org");
  SHOWS (encoded, "Issuer Alternative Name (not critical):", "DNSname: www.example.org",
         "IPAddress: 2001:db8::1", "ann@example.org");
}

static void
test_name_constraints (void)
{
  g_autoptr (GPtrArray) yes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) no = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *text = NULL;
  GError *error = NULL;

  g_test_summary ("certtool shows subtrees");

  g_ptr_array_add (yes, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL));
  g_ptr_array_add (no, icert_name_new_constraint (ICERT_NAME_KIND_IP, "10.0.0.0/8", NULL));
  text = show_extension (icert_extension_new_name_constraints (yes, no, TRUE, &error), error);
  SHOWS (text, "Name Constraints (critical):", "Permitted:", "DNSname: example.org",
         "Excluded:", "IPAddress: 10.0.0.0/8");
}

static void
test_places (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ICertEncodeCrlDistInfo) encode = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autofree char *aia = NULL;
  g_autofree char *cdp = NULL;
  g_autofree char *points = NULL;
  GError *error = NULL;

  g_test_summary ("certtool shows where CRL, OCSP responder and issuer are");

  aia = show_extension (icert_extension_new_authority_info_access (urls, urls, &error), error);
  SHOWS (aia, "Authority Information Access (not critical):", "1.3.6.1.5.5.7.48.1", "(id-ad-ocsp)",
         "Access Location URI: http://a.example/ca", "(id-ad-caIssuers)",
         "Access Location URI: ldap:///cn=a?b");
  cdp = show_extension (icert_extension_new_crl_distribution_points (urls, &error), error);
  SHOWS (cdp, "CRL Distribution points (not critical):", "URI: http://a.example/ca",
         "URI: ldap:///cn=a?b");

  encode = icert_encode_crl_dist_info_open (NULL, NULL);
  g_ptr_array_add (names, icert_name_new_location (urls[0], NULL));
  g_assert_true (icert_encode_crl_dist_info_add_point (encode, names, NULL));
  g_ptr_array_add (names, icert_name_new_location (urls[1], NULL));
  g_assert_true (icert_encode_crl_dist_info_add_point (encode, names, NULL));
  value = icert_encode_crl_dist_info_to_bytes (encode, NULL);
  points = show ("2.5.29.31", FALSE, value);
  SHOWS (points, "CRL Distribution points", "URI: http://a.example/ca", "URI: http://a.example/ca",
         "URI: ldap:///cn=a?b");
}

static void
test_arrays (void)
{
  static const gint64 numbers[] = { 1, -1, 70000 };
  static const char *const texts[] = { "one", "two", NULL };
  g_autoptr (ICertEncodeLongArray) longs = icert_encode_long_array_open (NULL, NULL);
  g_autoptr (ICertEncodeStringArray) strings = icert_encode_string_array_open (NULL, NULL);
  g_autoptr (ICertEncodeDateArray) dates = icert_encode_date_array_open (NULL, NULL);
  g_autoptr (ICertEncodeBitString) bits = icert_encode_bit_string_open (NULL, NULL);
  g_autoptr (GDateTime) date = g_date_time_new_utc (2026, 1, 2, 3, 4, 5);
  g_autoptr (GBytes) octets = g_bytes_new_static ("\x86", 1);
  GBytes *values[4];
  static const char *const hex[] = { "300b0201010201ff0203011170", "300a13036f6e65130374776f",
                                     "300f170d3236303130323033303430355a", "03020186" };

  g_test_summary ("certtool shows the arrays, whose extensions it does not know, octet for octet");

  g_assert_true (icert_encode_long_array_set_values (longs, numbers, 3, NULL));
  g_assert_true (
      icert_encode_string_array_set_values (strings, ICERT_RDN_TYPE_PRINTABLE, texts, NULL));
  g_assert_true (icert_encode_date_array_add (dates, date, NULL));
  g_assert_true (icert_encode_bit_string_set_bits (bits, octets, 7, NULL));
  values[0] = icert_encode_long_array_to_bytes (longs, NULL);
  values[1] = icert_encode_string_array_to_bytes (strings, NULL);
  values[2] = icert_encode_date_array_to_bytes (dates, NULL);
  values[3] = icert_encode_bit_string_to_bytes (bits, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = show ("1.3.6.1.4.1.99999.1", FALSE, values[i]);

      SHOWS (text, "Unknown extension 1.3.6.1.4.1.99999.1 (not critical):", "Hexdump:", hex[i]);
      g_bytes_unref (values[i]);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  key = EVP_EC_gen ("P-256");

  g_test_add_func ("/certtool/usages", test_usages);
  g_test_add_func ("/certtool/basic-constraints", test_basic_constraints);
  g_test_add_func ("/certtool/names", test_names);
  g_test_add_func ("/certtool/name-constraints", test_name_constraints);
  g_test_add_func ("/certtool/places", test_places);
  g_test_add_func ("/certtool/arrays", test_arrays);

  status = g_test_run ();
  EVP_PKEY_free (key);
  return status;
}
