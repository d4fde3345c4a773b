/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <time.h>

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca-builder.h"
#include "ca-der-writer.h"
#include "ca-oids.h"

#include "fake-issuer.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_REQ, X509_REQ_free)

static X509 *
decode (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  const guint8 *end = data;
  X509 *certificate = d2i_X509 (NULL, &end, (long) size);

  g_assert_nonnull (certificate);
  g_assert_true (end == data + size);
  return certificate;
}

static gint64
unix_time (const ASN1_TIME *time)
{
  struct tm parts;

  g_assert_cmpint (ASN1_TIME_to_tm (time, &parts), ==, 1);
  return timegm (&parts);
}

/* OpenSSL decodes the certificate, and writes the same octets again. */
static void
assert_same_encoding (GBytes *der)
{
  g_autoptr (X509) certificate = decode (der);
  guint8 *again = NULL;
  int size;

  /* forget the cached encodings of the parts */
  g_assert_cmpint (X509_set_version (certificate, 2), ==, 1);
  size = i2d_re_X509_tbs (certificate, &again);
  g_assert_cmpint (size, >, 0);
  OPENSSL_free (again);
  again = NULL;
  size = i2d_X509 (certificate, &again);
  g_assert_cmpmem (again, size, g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  OPENSSL_free (again);
}

static void
test_matches_openssl (void)
{
  static const char *const types[] = { "ec-p256", "ec-p384", "rsa-2048", "ed25519" };

  g_test_summary ("OpenSSL reads what was planned, and verifies it (S-G6)");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FakeIssuer) fake = fake_issuer_new (types[i], types[i]);
      g_autoptr (GBytes) der = fake_issuer_issue (fake);
      g_autoptr (X509) certificate = decode (der);
      g_autoptr (X509) root = decode (fake->issuer->certificate);

      g_assert_cmpint (X509_get_version (certificate), ==, X509_VERSION_3);
      g_assert_cmpint (X509_verify (certificate, X509_get0_pubkey (root)), ==, 1);
      g_assert_cmpint (X509_verify (root, X509_get0_pubkey (root)), ==, 1);
      g_assert_cmpint (X509_check_issued (root, certificate), ==, X509_V_OK);
      g_assert_cmpint (X509_check_host (certificate, "www.example.org", 0, 0, NULL), ==, 1);
      g_assert_cmpint (X509_check_ip_asc (certificate, "192.0.2.1", 0), ==, 1);
      g_assert_cmpint (X509_check_purpose (certificate, X509_PURPOSE_SSL_SERVER, 0), ==, 1);
      g_assert_cmpint (X509_check_purpose (root, X509_PURPOSE_ANY, 1), ==, 1);
      g_assert_cmpint (unix_time (X509_get0_notBefore (certificate)), ==, fake->plan->not_before);
      g_assert_cmpint (unix_time (X509_get0_notAfter (certificate)), ==, fake->plan->not_after);
      assert_same_encoding (der);
      assert_same_encoding (fake->issuer->certificate);
    }
}

static char *
write_pem (const char *folder, const char *name, GBytes *der)
{
  g_autofree char *base64 = g_base64_encode (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  g_autoptr (GString) pem = g_string_new ("-----BEGIN CERTIFICATE-----\n");
  char *path = g_build_filename (folder, name, NULL);

  for (const char *at = base64; *at != '\0'; at += MIN (64, strlen (at)))
    g_string_append_printf (pem, "%.64s\n", at);
  g_string_append (pem, "-----END CERTIFICATE-----\n");
  g_assert_true (g_file_set_contents (path, pem->str, -1, NULL));
  return path;
}

static void
assert_runs (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                               &errors, &status, &error));
  g_assert_no_error (error);
  if (status != 0)
    g_test_message ("%s\n%s", output, errors);
  g_assert_cmpint (status, ==, 0);
}

static void
test_strict_verifiers (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "rsa-2048");
  g_autoptr (GBytes) der = NULL;
  g_autofree char *folder = g_dir_make_tmp ("icert-builder-XXXXXX", NULL);
  g_autofree char *root = write_pem (folder, "root.pem", fake->issuer->certificate);
  g_autofree char *middle = NULL;
  g_autofree char *leaf = NULL;
  g_autofree char *certtool = g_find_program_in_path ("certtool");

  g_test_summary ("openssl verify -x509_strict and certtool accept a chain of three");
  fake_issuer_descend (fake, NULL, 0);
  middle = write_pem (folder, "middle.pem", fake->issuer->certificate);
  der = fake_issuer_issue (fake);
  leaf = write_pem (folder, "leaf.pem", der);
  assert_runs ((const char *[]){ "openssl", "verify", "-x509_strict", "-policy_check", "-purpose",
                                 "sslserver", "-CAfile", root, "-untrusted", middle, leaf, NULL });
  if (certtool != NULL)
    {
      g_autofree char *one = NULL;
      g_autofree char *two = NULL;
      g_autofree char *both = NULL;
      g_autofree char *chain = g_build_filename (folder, "chain.pem", NULL);

      g_assert_true (g_file_get_contents (leaf, &one, NULL, NULL));
      g_assert_true (g_file_get_contents (middle, &two, NULL, NULL));
      both = g_strconcat (one, two, NULL);
      g_assert_true (g_file_set_contents (chain, both, -1, NULL));
      assert_runs ((const char *[]){ "certtool", "--verify", "--verify-profile=medium",
                                     "--load-ca-certificate", root, "--infile", chain, NULL });
      g_remove (chain);
    }
  g_remove (root);
  g_remove (middle);
  g_remove (leaf);
  g_rmdir (folder);
}

static void
test_request (void)
{
  static const char *const types[] = { "ec-p256", "rsa-2048", "ed25519" };

  g_test_summary ("A subordinate's request is a PKCS #10 that OpenSSL verifies");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (ICertKey) key = fake_key_new (types[i]);
      g_autoptr (GPtrArray) rdns = ca_name_from_text ("CN=Sub CA,O=Example,C=DE", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) der = ca_builder_request (rdns, key, "sha256", &error);
      g_autoptr (X509_REQ) request = NULL;
      const guint8 *data;

      g_assert_no_error (error);
      data = g_bytes_get_data (der, NULL);
      request = d2i_X509_REQ (NULL, &data, (long) g_bytes_get_size (der));
      g_assert_nonnull (request);
      g_assert_cmpint (X509_REQ_verify (request, X509_REQ_get0_pubkey (request)), ==, 1);
      g_assert_cmpint (X509_REQ_get_version (request), ==, 0);
    }
}

static void
test_serial (void)
{
  guint8 one[20], other[20];
  GError *error = NULL;
  gint64 now = G_GINT64_CONSTANT (1795000000123);

  g_test_summary ("A serial is 6 octets of milliseconds and 14 of chance (S-E8)");
  g_assert_true (ca_builder_draw_serial (now, one, &error));
  g_assert_true (ca_builder_draw_serial (now, other, &error));
  g_assert_cmpmem (one, 6, other, 6);
  g_assert_cmpint (memcmp (one + 6, other + 6, 14), !=, 0);
  g_assert_cmpuint (one[0], ==, 0x01);
  g_assert_cmpint ((gint64) one[5] | one[4] << 8 | one[3] << 16 | (gint64) one[2] << 24
                       | (gint64) one[1] << 32 | (gint64) one[0] << 40,
                   ==, now);
  g_assert_false (ca_builder_draw_serial (1000, one, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
  g_clear_error (&error);
  g_assert_false (ca_builder_draw_serial (-1, one, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
  g_clear_error (&error);
  g_assert_false (ca_builder_draw_serial (G_MAXINT64, one, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
  g_clear_error (&error);
}

static void
assert_time (gint64 seconds, const char *expected)
{
  g_auto (CaDerWriter) writer = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  ca_der_writer_init (&writer, 4);
  g_assert_true (ca_der_prepend_time (&writer, seconds));
  bytes = ca_der_writer_end (&writer);
  g_assert_cmpmem ((const guint8 *) g_bytes_get_data (bytes, NULL) + 2,
                   g_bytes_get_size (bytes) - 2, expected, strlen (expected));
}

static void
test_times (void)
{
  g_auto (CaDerWriter) writer = { 0 };
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();

  g_test_summary ("Times are UTCTime to 2049 and GeneralizedTime from 2050 (S-H2)");
  assert_time (0, "700101000000Z");
  assert_time (-1, "691231235959Z");
  assert_time (G_GINT64_CONSTANT (951782400), "000229000000Z");
  assert_time (G_GINT64_CONSTANT (2524607999), "491231235959Z");
  assert_time (G_GINT64_CONSTANT (2524608000), "20500101000000Z");
  assert_time (G_GINT64_CONSTANT (253402300799), "99991231235959Z");
  assert_time (G_GINT64_CONSTANT (-631152000), "500101000000Z");
  ca_der_writer_init (&writer, 64);
  g_assert_false (ca_der_prepend_time (&writer, G_GINT64_CONSTANT (253402300800)));
  g_assert_false (ca_der_prepend_time (&writer, G_GINT64_CONSTANT (-631152001)));
  for (int day = 0; day < 60000; day += 17)
    {
      gint64 seconds = (gint64) day * 86400 + 3661;
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
      gboolean is_utc = g_date_time_get_year (date) < 2050;
      g_autofree char *text = g_date_time_format (date, is_utc ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ");

      assert_time (seconds, text);
    }
}

static void
test_object_identifiers (void)
{
  static const char *const good[] = { "2.5.29.17", "1.3.6.1.4.1.311.13.2.1", "2.999.3",
                                      "0.9.2342.19200300.100.1.1", "1.2.840.113549.1.1.11" };
  static const char *const bad[] = {
    "", "1", "3.1", "1.40", "1..2", "1.2.", ".1.2", "1.02", "1.2x", "-1.2", "99999999999999999999.1"
  };

  g_test_summary ("Object identifiers are written as OpenSSL writes them");
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_auto (CaDerWriter) writer = { 0 };
      g_autoptr (GBytes) bytes = NULL;
      ASN1_OBJECT *object = OBJ_txt2obj (good[i], 1);
      guint8 *der = NULL;
      int size = i2d_ASN1_OBJECT (object, &der);

      ca_der_writer_init (&writer, 1);
      g_assert_true (ca_der_prepend_oid (&writer, good[i]));
      bytes = ca_der_writer_end (&writer);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), der, size);
      OPENSSL_free (der);
      ASN1_OBJECT_free (object);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (CaDerWriter) writer = { 0 };

      ca_der_writer_init (&writer, 64);
      g_assert_false (ca_der_prepend_oid (&writer, bad[i]));
    }
}

static void
test_lengths (void)
{
  static const gsize sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 70000 };

  g_test_summary ("Lengths are minimal in each form, and the writer grows");
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (CaDerWriter) writer = { 0 };
      g_autofree guint8 *octets = g_malloc0 (sizes[i] + 1);
      g_autoptr (GBytes) bytes = NULL;
      const guint8 *at;
      long length;
      int tag, class;

      ca_der_writer_init (&writer, 1);
      ca_der_prepend_element (&writer, 0x04, octets, sizes[i]);
      bytes = ca_der_writer_end (&writer);
      at = g_bytes_get_data (bytes, NULL);
      g_assert_cmpint (ASN1_get_object (&at, &length, &tag, &class, (long) g_bytes_get_size (bytes))
                           & 0x80,
                       ==, 0);
      g_assert_cmpint (length, ==, (long) sizes[i]);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==,
                        (gsize) ASN1_object_size (0, (int) sizes[i], V_ASN1_OCTET_STRING));
    }
}

static void
test_both_names_empty (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_test_summary ("A certificate for nobody is refused (S-C6)");
  fake_issuer_set_names (fake, NULL);
  ca_plan_set_subject (fake->plan, "2.5.4.3", NULL);
  ca_plan_set_subject (fake->plan, "2.5.4.10", NULL);
  g_assert_false (ca_builder_add_own_extensions (fake->plan, fake->issuer, &fake->public_key, -1,
                                                 NULL, NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
  g_clear_error (&error);
  g_assert_null (ca_builder_build (fake->issuer, fake->plan, fake->spki, fake->serial, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "subject");
  g_assert_cmpuint (fake_key_get_count (FAKE_KEY (fake->ca_key)), ==, 1);
}

static void
test_empty_subject (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) der = NULL;
  g_autoptr (X509) certificate = NULL;
  int critical = -1;

  g_test_summary ("An empty subject makes subjectAltName critical (S-C6)");
  ca_plan_set_subject (fake->plan, "2.5.4.3", NULL);
  ca_plan_set_subject (fake->plan, "2.5.4.10", NULL);
  der = fake_issuer_issue (fake);
  certificate = decode (der);
  GENERAL_NAMES_free (X509_get_ext_d2i (certificate, NID_subject_alt_name, &critical, NULL));
  g_assert_cmpint (critical, ==, 1);
}

static void
test_bad_validity (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_test_summary ("An end before the beginning cannot be written (S-H1)");
  fake->plan->not_after = fake->plan->not_before - 1;
  g_assert_null (ca_builder_build (fake->issuer, fake->plan, fake->spki, fake->serial, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_VALIDITY);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "validity");
}

static void
test_bad_serial (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A serial that would be negative or not minimal is a bug (S-E8)");
  fake->serial[0] = 0x80;
  g_assert_null (ca_builder_build (fake->issuer, fake->plan, fake->spki, fake->serial, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
}

static void
test_disabled_stays_out (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) der = NULL;
  g_autoptr (X509) certificate = NULL;

  g_test_summary ("Disabled extensions stay in the plan and out of the certificate (S-D1)");
  fake_issuer_set_extension (fake, "1.2.3.4", ICERT_EXTENSION_DISABLE, "\x05\x00", 2);
  fake_issuer_set_extension (fake, CA_OID_CRL_DISTRIBUTION_POINTS, ICERT_EXTENSION_DISABLE,
                             "\x30\x00", 2);
  der = fake_issuer_issue (fake);
  certificate = decode (der);
  g_assert_cmpint (X509_get_ext_by_NID (certificate, NID_crl_distribution_points, -1), <, 0);
  g_assert_cmpint (X509_get_ext_by_NID (certificate, NID_info_access, -1), >=, 0);
  g_assert_cmpint (X509_get_ext_count (certificate), ==, 6);
  g_assert_nonnull (ca_plan_find_extension (fake->plan, "1.2.3.4"));
}

static void
test_request_rows_do_not_hide_own (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) value = g_bytes_new_static ("\x30\x00", 2);
  g_autoptr (GBytes) der = NULL;
  g_autoptr (X509) certificate = NULL;

  g_test_summary ("A disabled row that came with the request does not keep the CA's own out");
  ca_plan_take_extension (
      fake->plan, icert_extension_new (CA_OID_CRL_DISTRIBUTION_POINTS, ICERT_EXTENSION_DISABLE,
                                       ICERT_EXTENSION_ORIGIN_REQUEST, value, NULL));
  der = fake_issuer_issue (fake);
  certificate = decode (der);
  g_assert_cmpint (X509_get_ext_by_NID (certificate, NID_crl_distribution_points, -1), >=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder/S-G6-matches-openssl", test_matches_openssl);
  g_test_add_func ("/builder/strict-verifiers", test_strict_verifiers);
  g_test_add_func ("/builder/request", test_request);
  g_test_add_func ("/builder/S-E8-serial", test_serial);
  g_test_add_func ("/builder/S-H2-times", test_times);
  g_test_add_func ("/builder/object-identifiers", test_object_identifiers);
  g_test_add_func ("/builder/lengths", test_lengths);
  g_test_add_func ("/builder/S-C6-both-names-empty", test_both_names_empty);
  g_test_add_func ("/builder/S-C6-empty-subject", test_empty_subject);
  g_test_add_func ("/builder/S-H1-bad-validity", test_bad_validity);
  g_test_add_func ("/builder/S-E8-bad-serial", test_bad_serial);
  g_test_add_func ("/builder/S-D1-disabled-stays-out", test_disabled_stays_out);
  g_test_add_func ("/builder/request-rows-do-not-hide-own", test_request_rows_do_not_hide_own);
  return g_test_run ();
}
