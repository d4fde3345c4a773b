/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode.h"
#include "fake-request.h"

#include <string.h>

#include <openssl/asn1.h>

typedef struct
{
  FakeKey *key;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->key = fake_key_new ("p256");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fake_key_free (fixture->key);
}

static CaDecoded *
decode (GBytes *request)
{
  g_autoptr (GError) error = NULL;
  CaDecoded *decoded
      = ca_decode_request (request, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, &error);

  g_assert_no_error (error);
  g_assert_nonnull (decoded);
  return decoded;
}

/* takes @request */
static void
assert_refused_as (GBytes *request,
                   ICertEncoding encoding,
                   ICertRequestFormat format,
                   ICertError code,
                   const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_null (ca_decode_request (request, encoding, format, &error));
  g_assert_error (error, ICERT_ERROR, (int) code);
  text = icert_error_get_text (error);
  g_assert_cmpstr (text, ==, message);
  g_bytes_unref (request);
}

static void
assert_refused (GBytes *request, ICertError code, const char *message)
{
  assert_refused_as (request, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, code, message);
}

#define EXPECTED "a PKCS #10 request, alone or in CMS, a CRMF message or SPKAC"

static void
test_fields (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_request_new (fixture->key);
  g_autoptr (CaDecoded) decoded = decode (request);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = ca_name_to_text (decoded->rdns);
  g_autofree char *key = ca_key_describe (&decoded->key);
  g_autofree char *oid = icert_extension_get_oid (decoded->extensions->pdata[0]);
  g_autofree char *alt_name = icert_name_to_string (decoded->names->pdata[0]);
  g_autoptr (GBytes) subject = fake_subject ();

  g_test_summary ("The fields of a PKCS #10 are there, its extensions disabled");
  g_assert_cmpint (decoded->format, ==, ICERT_REQUEST_FORMAT_PKCS10);
  g_assert_true (g_bytes_equal (decoded->raw, request));
  g_assert_true (g_bytes_equal (decoded->subject, subject));
  g_assert_true (g_bytes_equal (decoded->spki, fixture->key->spki));
  g_assert_cmpstr (name, ==, "CN=www.example.org");
  g_assert_cmpstr (key, ==, "ec-p256");
  g_assert_cmpuint (decoded->key.bits, ==, 256);
  g_assert_cmpstr (decoded->key.algorithm, ==, "1.2.840.10045.2.1");
  g_assert_cmpuint (g_bytes_get_size (decoded->key.octets), ==, 65);
  g_assert_cmpuint (decoded->extensions->len, ==, 1);
  g_assert_cmpstr (oid, ==, "2.5.29.17");
  g_assert_cmpint (icert_extension_get_flags (decoded->extensions->pdata[0]), ==,
                   ICERT_EXTENSION_DISABLE);
  g_assert_cmpint (icert_extension_get_origin (decoded->extensions->pdata[0]), ==,
                   ICERT_EXTENSION_ORIGIN_REQUEST);
  g_assert_cmpuint (decoded->names->len, ==, 1);
  g_assert_cmpstr (alt_name, ==, "dNSName:www.example.org");
  g_assert_cmpuint (decoded->leniencies->len, ==, 0);
  g_assert_null (decoded->challenge);
  g_assert_true (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_no_error (error);
}

static void
test_spkac (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_spkac_new (fixture->key, "a word");
  g_autofree char *base64
      = g_base64_encode (g_bytes_get_data (request, NULL), g_bytes_get_size (request));
  g_autofree char *line = g_strdup_printf ("SPKAC=%s\r\n", base64);
  g_autoptr (GBytes) text = g_bytes_new (line, strlen (line));
  g_autoptr (CaDecoded) decoded = decode (request);
  g_autoptr (CaDecoded) same = decode (text);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An SPKAC has a key and a challenge, and no name");
  g_assert_cmpint (decoded->format, ==, ICERT_REQUEST_FORMAT_KEYGEN);
  g_assert_cmpstr (decoded->challenge, ==, "a word");
  g_assert_cmpuint (decoded->rdns->len, ==, 0);
  g_assert_cmpuint (g_bytes_get_size (decoded->subject), ==, 2);
  g_assert_true (g_bytes_equal (decoded->raw, same->raw));
  g_assert_true (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_no_error (error);
}

static GBytes *
bmp (const char *text)
{
  g_autoptr (GByteArray) wide = g_byte_array_new ();

  for (; *text != '\0'; text++)
    {
      const guint8 unit[] = { 0, *text };

      g_byte_array_append (wide, unit, 2);
    }
  return fake_der_data (V_ASN1_BMPSTRING, wide->data, wide->len);
}

static GBytes *
pair (const char *name, const char *value)
{
  return fake_attribute ("1.3.6.1.4.1.311.13.2.1", fake_der (0x30, bmp (name), bmp (value), NULL));
}

static void
test_attributes (Fixture *fixture, gconstpointer data)
{
  GBytes *attributes = fake_der (
      0xa0, pair ("CertificateTemplate", "WebServer"), pair ("Colour", "blue"),
      pair ("colour", "blue"),
      fake_attribute ("1.3.6.1.4.1.311.13.2.3", fake_der_text (V_ASN1_IA5STRING, "10.0.1.2")),
      fake_attribute (
          "1.3.6.1.4.1.311.13.2.2",
          fake_der (0x30, fake_der_integer (1), bmp ("A Provider"), fake_hex ("030100"), NULL)),
      fake_attribute ("1.2.840.113549.1.9.7", fake_der_text (V_ASN1_UTF8STRING, "secret")),
      fake_attribute ("1.2.3.4", fake_hex ("0500")), NULL);
  g_autoptr (GBytes) request
      = fake_request_new_with (fixture->key, fake_der_data (0x30, NULL, 0), attributes);
  g_autoptr (CaDecoded) decoded = decode (request);

  g_test_summary ("Windows name-value pairs may repeat (S-A5), unknown attributes have no effect");
  g_assert_cmpuint (g_hash_table_size (decoded->attributes), ==, 4);
  g_assert_cmpstr (g_hash_table_lookup (decoded->attributes, "CertificateTemplate"), ==,
                   "WebServer");
  g_assert_cmpstr (g_hash_table_lookup (decoded->attributes, "Colour"), ==, "blue");
  g_assert_cmpstr (g_hash_table_lookup (decoded->attributes, "RequestOSVersion"), ==, "10.0.1.2");
  g_assert_cmpstr (g_hash_table_lookup (decoded->attributes, "RequestCSPProvider"), ==,
                   "A Provider");
  g_assert_cmpstr (decoded->challenge, ==, "secret");
}

static void
test_empty_lists (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) no_names = fake_request_new_with (fixture->key, fake_der_data (0x30, NULL, 0),
                                                       fake_der_data (0xa0, NULL, 0));
  g_autoptr (GBytes) no_extensions = fake_request_new_with (
      fixture->key, fake_subject (), fake_extension_request (g_bytes_new (NULL, 0)));
  g_autoptr (CaDecoded) first = decode (no_names);
  g_autoptr (CaDecoded) second = decode (no_extensions);

  g_test_summary ("Every list may be empty (S-A8)");
  g_assert_cmpuint (first->rdns->len, ==, 0);
  g_assert_cmpuint (first->names->len, ==, 0);
  g_assert_cmpuint (g_hash_table_size (first->attributes), ==, 0);
  g_assert_cmpuint (second->extensions->len, ==, 0);
}

static void
test_leniencies (Fixture *fixture, gconstpointer data)
{
  GBytes *extension = fake_der (0x30, fake_der_oid ("2.5.29.15"), fake_hex ("010100"),
                                fake_hex ("0404 03020780"), NULL);
  g_autoptr (GBytes) absent = fake_request_new_with (fixture->key, fake_subject (), NULL);
  g_autoptr (GBytes) explicit_false
      = fake_request_new_with (fixture->key, fake_subject (), fake_extension_request (extension));
  g_autoptr (GBytes) unordered
      = fake_request_new_with (fixture->key, fake_subject (),
                               fake_der (0xa0, fake_attribute ("1.2.9", fake_hex ("0500")),
                                         fake_attribute ("1.2.3", fake_hex ("0500")), NULL));
  g_autoptr (CaDecoded) first = decode (absent);
  g_autoptr (CaDecoded) second = decode (explicit_false);
  g_autoptr (CaDecoded) third = decode (unordered);

  g_test_summary ("What packaged clients get wrong is tolerated and traced (S-A3)");
  g_assert_cmpuint (first->leniencies->len, ==, 1);
  g_assert_cmpstr (first->leniencies->pdata[0], ==,
                   "attributes: [0] is absent (present, if empty)");
  g_assert_cmpuint (second->leniencies->len, ==, 1);
  g_assert_cmpstr (second->leniencies->pdata[0], ==,
                   "extensions: 2.5.29.15 says critical FALSE (nothing)");
  g_assert_cmpuint (third->leniencies->len, ==, 0);
  g_assert_true (ca_decoded_verify_possession (first, FALSE, NULL));
  g_assert_true (ca_decoded_verify_possession (second, FALSE, NULL));
}

static GBytes *
join (const char *before, GBytes *bytes, const char *behind)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  g_byte_array_append (all, (const guint8 *) before, strlen (before));
  g_byte_array_append (all, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_byte_array_append (all, (const guint8 *) behind, strlen (behind));
  return g_bytes_new (all->data, all->len);
}

static GBytes *
with_crlf (GBytes *text)
{
  g_autofree char *lines = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  g_auto (GStrv) split = g_strsplit (lines, "\n", -1);
  char *joined = g_strjoinv ("\r\n", split);

  return g_bytes_new_take (joined, strlen (joined));
}

static void
test_armours (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_request_new (fixture->key);
  g_autoptr (GBytes) pem = fake_pem ("CERTIFICATE REQUEST", g_bytes_ref (request));
  g_autoptr (GBytes) new_pem = fake_pem ("NEW CERTIFICATE REQUEST", g_bytes_ref (request));
  g_autofree char *digits
      = g_base64_encode (g_bytes_get_data (request, NULL), g_bytes_get_size (request));
  g_autoptr (GBytes) base64 = g_bytes_new (digits, strlen (digits));
  g_autoptr (GBytes) crlf = with_crlf (pem);
  GBytes *armoured[] = {
    g_bytes_ref (request),
    g_bytes_ref (pem),
    g_bytes_ref (new_pem),
    g_bytes_ref (base64),
    g_bytes_ref (crlf),
    join ("\xef\xbb\xbf", pem, ""),
    join ("\xef\xbb\xbf", base64, "\r\n"),
    join ("Certificate Request:\n    Subject: CN = 0\n", pem, "\n \n"),
    join ("0\r\n", crlf, ""),
    join (" \n", base64, "\n\n"),
  };
  gsize i;

  g_test_summary ("Text before BEGIN, a BOM, CRLF and bare base64 are accepted (S-A4)");
  for (i = 0; i < G_N_ELEMENTS (armoured); i++)
    {
      g_autoptr (CaDecoded) decoded = decode (armoured[i]);

      g_assert_true (g_bytes_equal (decoded->raw, request));
      g_bytes_unref (armoured[i]);
    }
}

static void
test_declared (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_request_new (fixture->key);
  g_autoptr (GBytes) pem = fake_pem ("CERTIFICATE REQUEST", g_bytes_ref (request));
  g_autoptr (CaDecoded) decoded
      = ca_decode_request (pem, ICERT_ENCODING_BASE64_HEADER, ICERT_REQUEST_FORMAT_PKCS10, NULL);

  g_test_summary ("A declared type must be the found type (S-A4)");
  g_assert_nonnull (decoded);
  assert_refused_as (g_bytes_ref (request), ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_KEYGEN,
                     ICERT_ERROR_MALFORMED,
                     "request: found to be a PKCS #10 request (the format that was declared)");
  assert_refused_as (g_bytes_ref (request), ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_CMC,
                     ICERT_ERROR_MALFORMED,
                     "request: found to be a PKCS #10 request (the format that was declared)");
  assert_refused_as (fake_spkac_new (fixture->key, "word"), ICERT_ENCODING_BINARY,
                     ICERT_REQUEST_FORMAT_PKCS10, ICERT_ERROR_MALFORMED,
                     "request: found to be an SPKAC (the format that was declared)");
  assert_refused_as (g_bytes_ref (request), ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_SCT_LIST,
                     ICERT_ERROR_UNSUPPORTED, "request: declared as format 0x600 (" EXPECTED ")");
  assert_refused_as (g_bytes_ref (pem), ICERT_ENCODING_BASE64, ICERT_REQUEST_FORMAT_ANY,
                     ICERT_ERROR_MALFORMED,
                     "request: PEM (base64 without header lines, as declared)");
  assert_refused_as (g_bytes_ref (pem), ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_ANY,
                     ICERT_ERROR_MALFORMED, "request: not DER at byte 0 (a string in one piece)");
}

static void
test_kinds (Fixture *fixture, gconstpointer data)
{
  GBytes *cms = fake_der (0x30, fake_der_oid ("1.2.840.113549.1.7.2"), fake_hex ("a0023000"), NULL);

  g_test_summary ("What is no request is called by its name (S-A4)");
  assert_refused (g_bytes_new (NULL, 0), ICERT_ERROR_MALFORMED,
                  "request: empty (PEM, base64 or DER)");
  assert_refused (g_bytes_ref (fixture->key->spki), ICERT_ERROR_MALFORMED,
                  "request: a public key (" EXPECTED ")");
  assert_refused (fake_pem ("RSA PRIVATE KEY", g_bytes_ref (fixture->key->spki)),
                  ICERT_ERROR_MALFORMED, "request: a private key (" EXPECTED ")");
  assert_refused (cms, ICERT_ERROR_MALFORMED,
                  "message: not a CMS message inside (RFC 5652, signed data)");
  assert_refused (fake_hex ("3003020101"), ICERT_ERROR_MALFORMED,
                  "request: an unknown structure (" EXPECTED ")");
}

static void
test_not_der (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_request_new (fixture->key);
  gsize size = g_bytes_get_size (request);
  g_autoptr (GBytes) tail = join ("", request, "x");
  g_autofree char *message = g_strdup_printf (
      "request: not DER at byte %" G_GSIZE_FORMAT " (nothing behind the end)", size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  guint64 offset;

  g_test_summary ("An error of encoding says at which byte (S-A3)");
  g_assert_null (ca_decode_request (tail, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "offset", "t", &offset));
  g_assert_cmpuint (offset, ==, size);
  assert_refused (g_bytes_ref (tail), ICERT_ERROR_MALFORMED, message);
}

static void
test_limits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) name = fake_dns_name ("www.example.org");
  g_autoptr (GBytes) rdn = fake_rdn ("2.5.4.11", "unit");
  g_autoptr (GBytes) most
      = fake_request_new_with (fixture->key, fake_der (0x30, fake_repeat (rdn, 16), NULL),
                               fake_extension_request (fake_alt_names (fake_repeat (name, 100))));
  g_autoptr (CaDecoded) decoded = decode (most);

  g_test_summary ("Limits are reached, and named when they are passed (S-A1)");
  g_assert_cmpuint (decoded->rdns->len, ==, 16);
  g_assert_cmpuint (decoded->names->len, ==, 100);
  assert_refused (
      fake_request_new_with (fixture->key, fake_subject (),
                             fake_extension_request (fake_alt_names (fake_repeat (name, 101)))),
      ICERT_ERROR_TOO_LARGE, "subjectAltName: 101 names (at most 100)");
  assert_refused (
      fake_request_new_with (fixture->key, fake_der (0x30, fake_repeat (rdn, 17), NULL), NULL),
      ICERT_ERROR_TOO_LARGE, "subject: 17 attributes (at most 16)");
}

static void
test_repeated (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) usage = fake_extension ("2.5.29.15", TRUE, fake_hex ("03020780"));

  g_test_summary ("A repeated extension or attribute is refused (S-A5)");
  assert_refused (fake_request_new_with (fixture->key, fake_subject (),
                                         fake_extension_request (fake_repeat (usage, 2))),
                  ICERT_ERROR_MALFORMED, "extensions: 2.5.29.15 appears twice (once)");
  assert_refused (
      fake_request_new_with (
          fixture->key, fake_subject (),
          fake_der (0xa0, fake_attribute ("1.2.840.113549.1.9.7", fake_der_text (0x13, "one")),
                    fake_attribute ("1.2.840.113549.1.9.7", fake_der_text (0x13, "two")), NULL)),
      ICERT_ERROR_MALFORMED, "attributes: challengePassword appears twice (once)");
}

static void
test_control (Fixture *fixture, gconstpointer data)
{
  GBytes *rdn = fake_der (0x31,
                          fake_der (0x30, fake_der_oid ("2.5.4.3"),
                                    fake_der_data (V_ASN1_UTF8STRING, "good\0evil", 9), NULL),
                          NULL);

  g_test_summary ("A NUL in a name does not end it (S-A7)");
  assert_refused (fake_request_new_with (fixture->key, fake_der (0x30, rdn, NULL), NULL),
                  ICERT_ERROR_BAD_NAME, "subject: CN has a NUL (text without control characters)");
}

static void
test_possession (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeKey) other = fake_key_new ("p256");
  g_autoptr (GBytes) request
      = fake_signed (other, fake_request_info (fake_subject (), g_bytes_ref (fixture->key->spki),
                                               fake_der_data (0xa0, NULL, 0)));
  g_autoptr (CaDecoded) decoded = decode (request);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A request signed by another key proves nothing (S-A6)");
  g_assert_false (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_SIGNATURE);
  text = icert_error_get_text (error);
  g_assert_cmpstr (
      text, ==, "signature: does not fit (ecdsa-with-SHA256 by the key over the octets received)");
}

static void
test_unarmour (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_request_new (fixture->key);
  g_autoptr (GBytes) pem = fake_pem ("CERTIFICATE REQUEST", g_bytes_ref (request));
  g_autoptr (GBytes) der = ca_unarmour (pem, "CERTIFICATE REQUEST", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("What an administrator hands over must be what its label says (S-A4)");
  g_assert_true (g_bytes_equal (der, request));
  g_assert_null (ca_unarmour (request, "CERTIFICATE", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  text = icert_error_get_text (error);
  g_assert_cmpstr (text, ==, "certificate: a PKCS #10 request (a certificate)");
}

#define ADD(path, function) g_test_add ("/decode/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("fields", test_fields);
  ADD ("spkac", test_spkac);
  ADD ("attributes", test_attributes);
  ADD ("empty-lists", test_empty_lists);
  ADD ("leniencies", test_leniencies);
  ADD ("armours", test_armours);
  ADD ("declared", test_declared);
  ADD ("kinds", test_kinds);
  ADD ("not-der", test_not_der);
  ADD ("limits", test_limits);
  ADD ("repeated", test_repeated);
  ADD ("control", test_control);
  ADD ("possession", test_possession);
  ADD ("unarmour", test_unarmour);
  return g_test_run ();
}
