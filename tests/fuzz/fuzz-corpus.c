/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include <glib/gstdio.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "ca-decode.h"

#include "fake-message.h"
#include "fuzz-authority.h"

/* Writes what is binary in the corpus: fuzz-corpus FOLDER. Keys and signatures are of the moment;
 * the files are kept, so that everybody plays the same. */

static const char *corpus;

/* Takes over @bytes */
static void
save (const char *target, const char *name, GBytes *bytes)
{
  g_autofree char *folder = g_build_filename (corpus, target, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
  g_bytes_unref (bytes);
}

/* Takes over @extension */
static void
save_value (const char *name, ICertExtension *extension)
{
  save ("extension", name, icert_extension_get_value (extension));
  g_object_unref (extension);
}

static void
save_requests (void)
{
  static const char *const types[] = { "p256", "p384", "ed25519", "rsa2048", "rsa-pss" };
  g_autoptr (FakeKey) key = fake_key_new ("p256");
  g_autoptr (FakeKey) agent = fake_key_new ("p256");
  g_autoptr (X509) x509 = fake_x509_new (agent->pkey, "agent");
  FakeMessageWish wish = { .pair_name = "requestername", .pair_value = "user:anna" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FakeKey) other = fake_key_new (types[i]);
      g_autofree char *name = g_strconcat ("pkcs10-", types[i], NULL);

      save ("request", name, fake_request_new (other));
    }
  save ("request", "pkcs10-pem", fake_pem ("CERTIFICATE REQUEST", fake_request_new (key)));
  save ("request", "pkcs10-bare", fake_request_new_with (key, fake_hex ("3000"), NULL));
  save (
      "request", "pkcs10-attributes",
      fake_request_new_with (
          key, fake_subject (),
          fake_der (0xa0, fake_attribute ("1.2.840.113549.1.9.7", fake_der_text (0x0c, "secret")),
                    fake_attribute (
                        "1.2.840.113549.1.9.14",
                        fake_der (0x30, fake_alt_names (fake_dns_name ("www.example.org")),
                                  fake_extension ("2.5.29.15", TRUE, fake_hex ("03020780")), NULL)),
                    NULL)));
  save ("request", "spkac", fake_spkac_new (key, "challenge"));
  save ("request", "crmf", fake_crmf_new (key));
  save ("request", "renewal",
        fake_cms_new (fake_renewal_new (key, fake_x509_to_der (x509)), agent->pkey, x509, NULL));
  save ("request", "on-behalf", fake_cms_new (fake_request_new (key), agent->pkey, x509, &wish));
}

static ICertName *
name_of (const char *text)
{
  ICertName *name = icert_name_from_string (text, NULL);

  g_assert_nonnull (name);
  return name;
}

static const char *const names[] = {
  "dNSName:www.example.org",
  "dNSName:*.example.org",
  "dNSName:xn--bcher-kva.example",
  "rfc822Name:anna@example.org",
  "uniformResourceIdentifier:https://www.example.org/a",
  "iPAddress:192.0.2.1",
  "iPAddress:2001:db8::1",
  "registeredID:1.3.6.1.4.1.1",
  "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:anna@example.org",
  "directoryName:#300e310c300a06035504030c03777777",
};

static void
save_names (void)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      ICertName *name = name_of (names[i]);
      g_autofree char *file = g_strdup_printf ("general-name-%" G_GSIZE_FORMAT, i);
      g_autofree char *text_file = g_strdup_printf ("general-name-%" G_GSIZE_FORMAT, i);

      g_ptr_array_add (all, name);
      save ("name", file, icert_name_to_der (name));
      save ("name-text", text_file, g_bytes_new (names[i], strlen (names[i])));
    }
  save_value ("subject-alt-name", icert_extension_new_subject_alt_name (all, TRUE, NULL));
  save ("name", "name", fake_subject ());
  save ("name", "name-empty", fake_hex ("3000"));
  save ("name", "name-two",
        fake_der (0x30, fake_rdn ("2.5.4.6", "DE"), fake_rdn ("2.5.4.10", "Ex\xc3\xa4mple"),
                  fake_rdn ("0.9.2342.19200300.100.1.25", "org"), NULL));
  save ("name", "name-multi",
        fake_hex ("30 1d 31 1b 30 0a 06 03 55 04 03 13 03 77 77 77"
                  "30 0d 06 03 55 04 0a 1e 06 00 41 00 e4 00 42"));
}

static void
save_extensions (void)
{
  static const char *const oids[] = { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", NULL };
  static const char *const urls[] = { "http://ca.example.org/ca.crt", NULL };
  static const char *const crls[] = { "http://ca.example.org/a.crl", "ldap:///cn=a?b?c", NULL };
  g_autoptr (GPtrArray) permitted = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) excluded = g_ptr_array_new_with_free_func (g_object_unref);

  save_value ("key-usage",
              icert_extension_new_key_usage (ICERT_KEY_USAGE_DIGITAL_SIGNATURE, TRUE, NULL));
  save_value ("key-usage-two", icert_extension_new_key_usage ((ICertKeyUsage) 0x8006, TRUE, NULL));
  save_value ("purposes", icert_extension_new_extended_key_usage (oids, FALSE, NULL));
  save_value ("basic-constraints", icert_extension_new_basic_constraints (TRUE, 3, TRUE, NULL));
  save_value ("basic-constraints-no",
              icert_extension_new_basic_constraints (FALSE, -1, TRUE, NULL));
  save_value ("policies", icert_extension_new_certificate_policies (oids, FALSE, NULL));
  save ("extension", "policies-qualifier",
        fake_hex ("301e 301c 0602 2a03 3016 3014 06082b06010505070201 1608 687474703a2f2f61"));
  save_value ("info-access", icert_extension_new_authority_info_access (urls, urls, NULL));
  save_value ("distribution-points", icert_extension_new_crl_distribution_points (crls, NULL));
  g_ptr_array_add (permitted, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL));
  g_ptr_array_add (excluded, icert_name_new_constraint (ICERT_NAME_KIND_IP, "0.0.0.0/0", NULL));
  save_value ("name-constraints",
              icert_extension_new_name_constraints (permitted, excluded, TRUE, NULL));
  save ("extension", "numbers", fake_hex ("300d 0201 00 0202 0080 0204 80000000"));
  save ("extension", "dates",
        fake_hex ("3020 170d 3236313132323030303030305a 180f 32303530313132323030303030305a"));
  save ("extension", "strings", fake_hex ("3008 0c01 61 0c03 e282ac"));
}

/* Certificates and CRLs of the authority */

static void
add_crl_extension (X509_CRL *crl, int nid, void *value, int critical)
{
  g_assert_cmpint (X509_CRL_add1_ext_i2d (crl, nid, value, critical, 0), ==, 1);
}

static void
add_entry (X509_CRL *crl, int number, int reason)
{
  X509_REVOKED *entry = X509_REVOKED_new ();
  ASN1_INTEGER *serial = ASN1_INTEGER_new ();
  ASN1_ENUMERATED *code = ASN1_ENUMERATED_new ();
  ASN1_TIME *when = ASN1_TIME_set (NULL, 1790000000);

  ASN1_INTEGER_set (serial, number);
  X509_REVOKED_set_serialNumber (entry, serial);
  X509_REVOKED_set_revocationDate (entry, when);
  ASN1_ENUMERATED_set (code, reason);
  if (reason > 0)
    X509_REVOKED_add1_ext_i2d (entry, NID_crl_reason, code, 0, 0);
  X509_CRL_add0_revoked (crl, entry);
  ASN1_INTEGER_free (serial);
  ASN1_ENUMERATED_free (code);
  ASN1_TIME_free (when);
}

static ISSUING_DIST_POINT *
make_point (void)
{
  ISSUING_DIST_POINT *point = ISSUING_DIST_POINT_new ();
  GENERAL_NAMES *urls = GENERAL_NAMES_new ();
  GENERAL_NAME *url = GENERAL_NAME_new ();
  ASN1_IA5STRING *text = ASN1_IA5STRING_new ();

  ASN1_STRING_set (text, "http://ca.example.org/1.crl", -1);
  GENERAL_NAME_set0_value (url, GEN_URI, text);
  sk_GENERAL_NAME_push (urls, url);
  point->distpoint = DIST_POINT_NAME_new ();
  point->distpoint->type = 0;
  point->distpoint->name.fullname = urls;
  return point;
}

/* Its to-be-signed part. @base: 0 = no delta */
static void
save_crl (const char *name, int entries, int base, gboolean with_point)
{
  X509_CRL *crl = X509_CRL_new ();
  ASN1_INTEGER *number = ASN1_INTEGER_new ();
  AUTHORITY_KEYID *key = AUTHORITY_KEYID_new ();
  ISSUING_DIST_POINT *point = make_point ();
  g_autoptr (X509) issuer = fake_x509_from_der (fuzz_authority_get ()->certificate);
  unsigned char *der = NULL;
  int size;

  X509_CRL_set_version (crl, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name (crl, X509_get_subject_name (issuer));
  X509_CRL_set1_lastUpdate (crl, X509_get0_notBefore (issuer));
  X509_CRL_set1_nextUpdate (crl, X509_get0_notAfter (issuer));
  for (int i = 0; i < entries; i++)
    add_entry (crl, 1000 + i, i % 7 == 2 ? 0 : i % 7);
  key->keyid = ASN1_OCTET_STRING_dup (X509_get0_subject_key_id (issuer));
  add_crl_extension (crl, NID_authority_key_identifier, key, 0);
  ASN1_INTEGER_set (number, 9);
  add_crl_extension (crl, NID_crl_number, number, 0);
  ASN1_INTEGER_set (number, base);
  if (base > 0)
    add_crl_extension (crl, NID_delta_crl, number, 1);
  if (with_point)
    add_crl_extension (crl, NID_issuing_distribution_point, point, 1);
  X509_CRL_sign (crl, fuzz_authority_get_key (), NULL);
  size = i2d_re_X509_CRL_tbs (crl, &der);
  save ("crl", name, g_bytes_new (der, (gsize) size));
  OPENSSL_free (der);
  X509_CRL_free (crl);
  ASN1_INTEGER_free (number);
  AUTHORITY_KEYID_free (key);
  ISSUING_DIST_POINT_free (point);
}

static void
save_signed (void)
{
  g_autoptr (GBytes) tbs = fuzz_authority_build ();
  GBytes *certificate = fuzz_authority_sign (g_bytes_get_data (tbs, NULL), g_bytes_get_size (tbs));
  g_autoptr (FakeKey) rsa = fake_key_new ("rsa2048");
  g_autoptr (X509) other = fake_x509_new (rsa->pkey, "other");
  g_autoptr (GBytes) pem = fake_pem ("CERTIFICATE", g_bytes_ref (certificate));
  g_autoptr (GByteArray) export = g_byte_array_new ();

  save ("certificate", "authority", g_bytes_ref (fuzz_authority_get ()->certificate));
  save ("certificate", "server", certificate);
  save ("certificate", "pem", g_bytes_ref (pem));
  save ("certificate", "rsa", fake_x509_to_der (other));
  save ("lint", "server", g_bytes_ref (tbs));
  g_byte_array_append (export, (const guint8 *) "3", 1);
  g_byte_array_append (export, g_bytes_get_data (pem, NULL), g_bytes_get_size (pem));
  save ("foreign", "export", g_byte_array_free_to_bytes (g_steal_pointer (&export)));
  save_crl ("base", 8, 0, FALSE);
  save_crl ("empty", 0, 0, FALSE);
  save_crl ("delta", 3, 7, FALSE);
  save_crl ("point", 1, 0, TRUE);
}

/* Keys */

/* Takes over what was written; behind @first */
static GBytes *
take_text (BIO *bio, const char *first)
{
  char *data;
  long size = BIO_get_mem_data (bio, &data);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  g_byte_array_append (all, (const guint8 *) first, (guint) strlen (first));
  g_byte_array_append (all, (const guint8 *) data, (guint) size);
  BIO_free (bio);
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static void
save_keys (void)
{
  g_autoptr (FakeKey) key = fake_key_new ("p256");
  g_autoptr (X509) certificate = fake_x509_new (key->pkey, "key");
  X509_SIG *sealed = NULL;
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8 (key->pkey);
  PKCS12 *file = PKCS12_create ("secret", "name", key->pkey, certificate, NULL, 0, 0, 4, 4, 0);
  BIO *bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_PUBKEY (bio, key->pkey);
  sealed = PKCS8_set0_pbe (
      "secret", 6, info, PKCS5_pbe2_set_scrypt (EVP_aes_256_cbc (), NULL, 16, NULL, 1 << 14, 8, 1));
  PEM_write_bio_PKCS8 (bio, sealed);
  X509_SIG_free (sealed);
  save ("key-file", "own", take_text (bio, ""));
  bio = BIO_new (BIO_s_mem ());
  PEM_write_bio_PrivateKey (bio, key->pkey, NULL, NULL, 0, NULL, NULL);
  save ("key-file", "foreign-pem", take_text (bio, "f"));
  bio = BIO_new (BIO_s_mem ());
  PEM_write_bio_PrivateKey_traditional (bio, key->pkey, EVP_aes_128_cbc (), (guint8 *) "secret", 6,
                                        NULL, NULL);
  save ("key-file", "foreign-old", take_text (bio, "f"));
  sealed = PKCS8_encrypt (-1, EVP_aes_256_cbc (), "secret", 6, NULL, 0, 4, info);
  bio = BIO_new (BIO_s_mem ());
  PEM_write_bio_PKCS8 (bio, sealed);
  save ("key-file", "foreign-sealed", take_text (bio, "f"));
  bio = BIO_new (BIO_s_mem ());
  i2d_PKCS12_bio (bio, file);
  save ("key-file", "foreign-pkcs12", take_text (bio, "f"));
  X509_SIG_free (sealed);
  PKCS8_PRIV_KEY_INFO_free (info);
  PKCS12_free (file);
}

/* Cursors: octets that the target writes as text */
static void
save_cursors (void)
{
  static const struct
  {
    const char *name;
    const char *value;
  } rows[] = {
    { "key", "(0, -1, false, [<int64 7>])" },
    { "string", "(0, 20, false, [<'www.example.org'>, <int64 7>])" },
    { "date", "(0, 27, true, [<int64 1790000000000000>, <int64 7>])" },
    { "empty-cell", "(0, 20, false, [<()>, <int64 7>])" },
    { "extension", "(12288, -1, false, [<int64 7>, <'2.5.29.17'>])" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) value
          = g_variant_parse (G_VARIANT_TYPE ("(iibav)"), rows[i].value, NULL, NULL, NULL);

      g_assert_nonnull (value);
      save ("cursor", rows[i].name,
            g_bytes_new (g_variant_get_data (value), g_variant_get_size (value)));
    }
}

int
main (int argc, char *argv[])
{
  if (argc != 2)
    g_error ("use: fuzz-corpus FOLDER");
  corpus = argv[1];
  save_requests ();
  save_names ();
  save_extensions ();
  save_signed ();
  save_keys ();
  save_cursors ();
  return 0;
}
