/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

typedef struct
{
  GBytes *certificate;
  GPtrArray *chain;
} Fixture;

static GBytes *
make_certificate (const char *common_name, long serial)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *x509 = X509_new ();
  unsigned char *der = NULL;
  GBytes *bytes;
  int size;

  X509_set_version (x509, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), serial);
  X509_gmtime_adj (X509_getm_notBefore (x509), 0);
  X509_gmtime_adj (X509_getm_notAfter (x509), 86400);
  X509_set_pubkey (x509, key);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (x509), "CN", MBSTRING_UTF8,
                              (const unsigned char *) common_name, -1, -1, 0);
  X509_set_issuer_name (x509, X509_get_subject_name (x509));
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);

  size = i2d_X509 (x509, &der);
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  X509_free (x509);
  EVP_PKEY_free (key);
  return bytes;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->certificate = make_certificate ("www.example.org", 1);
  fixture->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (fixture->chain, make_certificate ("Issuing CA", 2));
  g_ptr_array_add (fixture->chain, make_certificate ("Root CA", 3));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_bytes_unref (fixture->certificate);
  g_ptr_array_unref (fixture->chain);
}

static ICertResponse *
make_response (Fixture *fixture)
{
  return icert_response_new (7, ICERT_DISPOSITION_ISSUED, "Issued", NULL, fixture->certificate,
                             fixture->chain);
}

static GBytes *
get_form (Fixture *fixture, ICertOutputFlags flags)
{
  g_autoptr (ICertResponse) response = make_response (fixture);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = icert_response_get_certificate (response, flags, &error);

  g_assert_no_error (error);
  return bytes;
}

static char *
get_text (Fixture *fixture, ICertOutputFlags flags)
{
  g_autoptr (GBytes) bytes = get_form (fixture, flags);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_holds_the_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) status
      = g_error_new_literal (ICERT_ERROR, ICERT_ERROR_BAD_NAME, "dNSName: bad [request-id=7]");
  g_autoptr (ICertResponse) response
      = icert_response_new (7, ICERT_DISPOSITION_DENIED, "Denied", status, NULL, NULL);
  g_autoptr (GError) its_status = NULL;
  g_autoptr (GError) copy = icert_response_get_status (response);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) issuers = icert_response_list_issuers (response);
  g_autofree char *message = NULL;
  ICertDisposition disposition;
  gboolean stale;
  gint64 id;

  g_test_summary (
      "A refusal has a status that scripts can throw, and no certificate without an error");

  g_object_get (response, "request-id", &id, "disposition", &disposition, "message", &message,
                "status", &its_status, "policy-stale", &stale, NULL);
  g_assert_cmpint (id, ==, 7);
  g_assert_cmpint (disposition, ==, ICERT_DISPOSITION_DENIED);
  g_assert_cmpstr (message, ==, "Denied");
  g_assert_error (its_status, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
  g_assert_error (copy, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
  g_assert_false (stale);
  g_assert_cmpuint (issuers->len, ==, 0);

  g_assert_false (icert_response_check_status (response, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
  g_clear_error (&error);
  g_assert_null (icert_response_get_certificate (response, ICERT_OUTPUT_BINARY, &error));
  g_assert_no_error (error);
  g_assert_null (icert_response_get_tls_certificate (response, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (&response));
}

static void
test_gives_der (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = get_form (fixture, ICERT_OUTPUT_BINARY);
  g_autoptr (ICertResponse) response = make_response (fixture);
  g_autoptr (GPtrArray) issuers = icert_response_list_issuers (response);

  g_test_summary ("The certificate is answered octet for octet, and so are its issuers");

  g_assert_true (g_bytes_equal (der, fixture->certificate));
  g_assert_cmpuint (issuers->len, ==, 2);
  g_assert_true (g_bytes_equal (issuers->pdata[1], fixture->chain->pdata[1]));
  g_assert_true (icert_response_check_status (response, NULL));
}

static GBytes *
read_pem (const char *text, const char *expected_label)
{
  BIO *bio = BIO_new_mem_buf (text, -1);
  char *label = NULL;
  char *header = NULL;
  unsigned char *data = NULL;
  GBytes *bytes;
  long size;

  g_assert_cmpint (PEM_read_bio (bio, &label, &header, &data, &size), ==, 1);
  g_assert_cmpstr (label, ==, expected_label);
  bytes = g_bytes_new (data, (gsize) size);
  OPENSSL_free (label);
  OPENSSL_free (header);
  OPENSSL_free (data);
  BIO_free (bio);
  return bytes;
}

static void
test_gives_pem (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    ICertOutputFlags flags;
    const char *label;
  } cases[] = {
    { ICERT_OUTPUT_BASE64_HEADER, "CERTIFICATE" },
    { ICERT_OUTPUT_BASE64_REQUEST_HEADER, "NEW CERTIFICATE REQUEST" },
    { ICERT_OUTPUT_BASE64_CRL_HEADER, "X509 CRL" },
  };

  g_test_summary ("PEM has the label of its form, and lines that OpenSSL reads");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = get_text (fixture, cases[i].flags);
      g_autoptr (GBytes) der = read_pem (text, cases[i].label);

      g_assert_true (g_bytes_equal (der, fixture->certificate));
      g_assert_null (strchr (text, '\r'));
      g_assert_true (g_str_has_suffix (text, "-----\n"));
    }
}

static void
test_gives_base64 (Fixture *fixture, gconstpointer data)
{
  g_autofree char *lines = get_text (fixture, ICERT_OUTPUT_BASE64);
  g_autofree char *line = get_text (fixture, ICERT_OUTPUT_BASE64 | ICERT_OUTPUT_NO_CRLF);
  gsize size;
  g_autofree guchar *der = g_base64_decode (lines, &size);

  g_test_summary ("Base64 has lines of 64 characters, or none");

  g_assert_cmpmem (der, size, g_bytes_get_data (fixture->certificate, NULL),
                   g_bytes_get_size (fixture->certificate));
  g_assert_cmpuint (strcspn (lines, "\n"), ==, 64);
  g_assert_true (g_str_has_suffix (lines, "\n"));
  g_assert_null (strchr (line, '\n'));
}

static void
test_gives_hex (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) octets = g_bytes_new_static ("0123456789abcdef\x00\xff z", 20);
  g_autoptr (ICertResponse) response
      = icert_response_new (1, ICERT_DISPOSITION_ISSUED, NULL, NULL, octets, NULL);
  static const struct
  {
    ICertOutputFlags flags;
    const char *text;
  } cases[] = {
    { ICERT_OUTPUT_HEX_RAW, "3031323334353637383961626364656600ff207a\n" },
    { ICERT_OUTPUT_HEX_RAW | ICERT_OUTPUT_NO_CRLF, "3031323334353637383961626364656600ff207a" },
    { ICERT_OUTPUT_HEX, "30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66\n00 ff 20 7a\n" },
    { ICERT_OUTPUT_HEX_ADDR,
      "0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66\n0010  00 ff 20 7a\n" },
    { ICERT_OUTPUT_HEX_ASCII,
      "30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66   0123456789abcdef\n"
      "00 ff 20 7a                                        .. z\n" },
    { ICERT_OUTPUT_HEX_ASCII_ADDR,
      "0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66   0123456789abcdef\n"
      "0010  00 ff 20 7a                                        .. z\n" },
  };

  g_test_summary ("Hex comes continuous, or as a dump with offsets and text");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = icert_response_get_certificate (response, cases[i].flags, NULL);
      g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_gives_the_chain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = get_form (fixture, ICERT_OUTPUT_BINARY | ICERT_OUTPUT_CHAIN);
  g_autofree char *text = get_text (fixture, ICERT_OUTPUT_CHAIN);
  g_autoptr (GBytes) pem = read_pem (text, "PKCS7");
  const unsigned char *p = g_bytes_get_data (der, NULL);
  PKCS7 *message = d2i_PKCS7 (NULL, &p, (long) g_bytes_get_size (der));
  unsigned char *again = NULL;
  int size;

  g_test_summary ("The chain is a PKCS #7 message that OpenSSL reads and writes alike");

  g_assert_nonnull (message);
  g_assert_true (PKCS7_type_is_signed (message));
  g_assert_cmpint (sk_X509_num (message->d.sign->cert), ==, 3);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (
        ASN1_INTEGER_get (X509_get0_serialNumber (sk_X509_value (message->d.sign->cert, i))), ==,
        i + 1);
  g_assert_true (g_bytes_equal (der, pem));
  size = i2d_PKCS7 (message, &again);
  g_assert_cmpmem (again, (gsize) size, g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  OPENSSL_free (again);
  PKCS7_free (message);
}

/* What a dump of hex is of; every line with two blanks at least between offset, octets and text */
static GBytes *
read_dump (const char *text, gboolean address, gboolean ascii)
{
  GByteArray *octets = g_byte_array_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *p = lines[i] + (address ? strcspn (lines[i], " ") : 0);
      const char *end = ascii && strlen (lines[i]) > 16 ? p + 2 * (address ? 1 : 0) + 48 : NULL;

      for (; *p != '\0' && (end == NULL || p < end); p++)
        if (g_ascii_isxdigit (p[0]) && g_ascii_isxdigit (p[1]))
          {
            guint8 octet
                = (guint8) (g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]));

            g_byte_array_append (octets, &octet, 1);
            p++;
          }
    }
  return g_byte_array_free_to_bytes (octets);
}

static GBytes *
read_base64 (const char *text)
{
  gsize size;
  guchar *data = g_base64_decode (text, &size);

  return g_bytes_new_take (data, size);
}

static GBytes *
read_form (ICertOutputFlags encoding, GBytes *octets, const char *label)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (octets, NULL), g_bytes_get_size (octets));

  switch ((int) encoding)
    {
    case ICERT_OUTPUT_BASE64_HEADER:
      return read_pem (text, label);
    case ICERT_OUTPUT_BASE64_REQUEST_HEADER:
      return read_pem (text, "NEW CERTIFICATE REQUEST");
    case ICERT_OUTPUT_BASE64_CRL_HEADER:
      return read_pem (text, "X509 CRL");
    case ICERT_OUTPUT_BASE64:
      return read_base64 (text);
    case ICERT_OUTPUT_BINARY:
      return g_bytes_ref (octets);
    default:
      return read_dump (
          text, encoding == ICERT_OUTPUT_HEX_ADDR || encoding == ICERT_OUTPUT_HEX_ASCII_ADDR,
          encoding == ICERT_OUTPUT_HEX_ASCII || encoding == ICERT_OUTPUT_HEX_ASCII_ADDR);
    }
}

static GPtrArray *
make_crls (void)
{
  GPtrArray *crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_ptr_array_add (crls, g_bytes_new_static ("\x30\x03\x02\x01\x07", 5));
  return crls;
}

static void
test_gives_each_kind_in_each_encoding (Fixture *fixture, gconstpointer data)
{
  static const ICertOutputFlags encodings[] = { ICERT_OUTPUT_BASE64_HEADER,
                                                ICERT_OUTPUT_BASE64,
                                                ICERT_OUTPUT_BINARY,
                                                ICERT_OUTPUT_BASE64_REQUEST_HEADER,
                                                ICERT_OUTPUT_HEX,
                                                ICERT_OUTPUT_HEX_ASCII,
                                                ICERT_OUTPUT_BASE64_CRL_HEADER,
                                                ICERT_OUTPUT_HEX_ADDR,
                                                ICERT_OUTPUT_HEX_ASCII_ADDR,
                                                ICERT_OUTPUT_HEX_RAW,
                                                ICERT_OUTPUT_BASE64 | ICERT_OUTPUT_NO_CR };
  static const struct
  {
    ICertOutputFlags kind;
    const char *label;
  } kinds[] = { { 0, "CERTIFICATE" },
                { ICERT_OUTPUT_CHAIN, "PKCS7" },
                { ICERT_OUTPUT_CRLS, "PKCS7" },
                { ICERT_OUTPUT_CHAIN | ICERT_OUTPUT_CRLS, "PKCS7" } };
  g_autoptr (GPtrArray) crls = make_crls ();
  g_autoptr (ICertResponse) response = icert_response_new_with_crls (
      7, ICERT_DISPOSITION_ISSUED, "Issued", NULL, fixture->certificate, fixture->chain, crls);

  g_test_summary ("Certificate, chain, and chain with CRLs are the same octets in each encoding");

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GBytes) der
          = icert_response_get_certificate (response, ICERT_OUTPUT_BINARY | kinds[i].kind, NULL);

      for (gsize j = 0; j < G_N_ELEMENTS (encodings); j++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) octets
              = icert_response_get_certificate (response, encodings[j] | kinds[i].kind, &error);
          g_autoptr (GBytes) read = NULL;

          g_assert_no_error (error);
          read = read_form (encodings[j] & 0xff, octets, kinds[i].label);
          g_assert_true (g_bytes_equal (read, der));
        }
    }
}

static GPtrArray *
fail_source (gpointer data, GError **error)
{
  ++*(int *) data;
  icert_set_error (error, ICERT_ERROR_STORAGE, "CRL file", "was changed");
  return NULL;
}

static void
count_destroy (gpointer data)
{
  *(int *) data += 100;
}

static void
test_reads_crls_when_asked (Fixture *fixture, gconstpointer data)
{
  int calls = 0;
  ICertResponse *response = make_response (fixture);
  g_autoptr (GBytes) chain = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("CRLs are read when somebody asks for them, and only then can they be missed");

  icert_response_set_crl_source (response, fail_source, &calls, count_destroy);
  chain = icert_response_get_certificate (response, ICERT_OUTPUT_CHAIN, &error);
  g_assert_no_error (error);
  g_assert_nonnull (chain);
  g_assert_cmpint (calls, ==, 0);
  g_assert_null (icert_response_get_certificate (response, ICERT_OUTPUT_CRLS, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_assert_cmpint (calls, ==, 1);
  g_assert_finalize_object (response);
  g_assert_cmpint (calls, ==, 101);
}

static void
test_refuses_encodings (Fixture *fixture, gconstpointer data)
{
  static const guint unknown[] = { 0x6, 0x7, 0x8, 0xd, 0xff };
  g_autoptr (ICertResponse) response = make_response (fixture);

  g_test_summary ("An encoding that is none is refused");

  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          icert_response_get_certificate (response, (ICertOutputFlags) unknown[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNSUPPORTED);
    }
}

static void
test_gives_a_tls_certificate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertResponse) response = make_response (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = icert_response_get_tls_certificate (response, &error);
  g_autoptr (GByteArray) der = NULL;

  g_test_summary ("GIO's TLS takes the certificate where it has a backend");

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_assert_null (certificate);
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
      return;
    }
  g_assert_no_error (error);
  g_object_get (certificate, "certificate", &der, NULL);
  g_assert_cmpmem (der->data, der->len, g_bytes_get_data (fixture->certificate, NULL),
                   g_bytes_get_size (fixture->certificate));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function)                                                                        \
  g_test_add ("/response/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("holds-the-answer", test_holds_the_answer);
  ADD ("gives-der", test_gives_der);
  ADD ("gives-pem", test_gives_pem);
  ADD ("gives-base64", test_gives_base64);
  ADD ("gives-hex", test_gives_hex);
  ADD ("gives-the-chain", test_gives_the_chain);
  ADD ("gives-each-kind-in-each-encoding", test_gives_each_kind_in_each_encoding);
  ADD ("reads-crls-when-asked", test_reads_crls_when_asked);
  ADD ("refuses-encodings", test_refuses_encodings);
  ADD ("gives-a-tls-certificate", test_gives_a_tls_certificate);
#undef ADD

  return g_test_run ();
}
