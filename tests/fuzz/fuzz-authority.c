/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz-authority.h"

#include <openssl/x509v3.h>

#include "ca-builder.h"

#define NOT_BEFORE 1790000000
#define YEAR (365 * 86400)

/* Ed25519 signs without randomness */
static const guint8 authority_secret[32] = "fuzz targets sign with this key";
static const guint8 subject_secret[32] = "and this one is certified by it";

static const guint8 ed25519[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };

static EVP_PKEY *
make_key (const guint8 secret[32])
{
  EVP_PKEY *key
      = EVP_PKEY_new_raw_private_key_ex (ca_crypto_get_libctx (), "ED25519", NULL, secret, 32);

  g_assert_nonnull (key);
  return key;
}

EVP_PKEY *
fuzz_authority_get_key (void)
{
  static EVP_PKEY *key = NULL;

  if (key == NULL)
    key = make_key (authority_secret);
  return key;
}

static void
add_extension (X509 *certificate, int nid, void *value)
{
  g_assert_cmpint (X509_add1_ext_i2d (certificate, nid, value, 1, 0), ==, 1);
}

static void
add_extensions (X509 *certificate)
{
  BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new ();
  ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new ();
  ASN1_OCTET_STRING *identifier = ASN1_OCTET_STRING_new ();

  constraints->ca = 0xff;
  add_extension (certificate, NID_basic_constraints, constraints);
  ASN1_BIT_STRING_set_bit (usage, 5, 1);
  ASN1_BIT_STRING_set_bit (usage, 6, 1);
  add_extension (certificate, NID_key_usage, usage);
  ASN1_OCTET_STRING_set (identifier, (const guint8 *) "the authority's key", 19);
  g_assert_cmpint (X509_add1_ext_i2d (certificate, NID_subject_key_identifier, identifier, 0, 0),
                   ==, 1);
  BASIC_CONSTRAINTS_free (constraints);
  ASN1_BIT_STRING_free (usage);
  ASN1_OCTET_STRING_free (identifier);
}

static GBytes *
make_certificate (void)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);
  guint8 *der = NULL;
  int size;
  GBytes *bytes;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 4711);
  X509_NAME_add_entry_by_txt (name, "O", MBSTRING_UTF8, (const guint8 *) "Example", -1, -1, 0);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guint8 *) "Fuzz", -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  ASN1_TIME_set (X509_getm_notBefore (certificate), NOT_BEFORE);
  ASN1_TIME_set (X509_getm_notAfter (certificate), NOT_BEFORE + 10 * (gint64) YEAR);
  X509_set_pubkey (certificate, fuzz_authority_get_key ());
  add_extensions (certificate);
  g_assert_cmpint (X509_sign (certificate, fuzz_authority_get_key (), NULL), >, 0);
  size = i2d_X509 (certificate, &der);
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  X509_free (certificate);
  return bytes;
}

CaIssuer *
fuzz_authority_get (void)
{
  static CaIssuer *issuer = NULL;

  if (issuer == NULL)
    {
      g_autoptr (GBytes) certificate = make_certificate ();
      g_autoptr (GError) error = NULL;

      issuer = ca_issuer_new (certificate, NULL, NULL, "sha256", 0, 0, &error);
      g_assert_no_error (error);
      /* which it would have from its key */
      issuer->signature_algorithm = g_bytes_new_static (ed25519, sizeof ed25519);
    }
  return issuer;
}

GBytes *
fuzz_authority_sign (const guint8 *tbs, gsize size)
{
  g_autoptr (GBytes) octets = g_bytes_new (tbs, size);
  g_autoptr (GBytes) signature = NULL;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 value[64];
  gsize value_size = sizeof value;

  g_assert_cmpint (EVP_DigestSignInit_ex (context, NULL, NULL, ca_crypto_get_libctx (), NULL,
                                          fuzz_authority_get_key (), NULL),
                   ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, value, &value_size, tbs, size), ==, 1);
  EVP_MD_CTX_free (context);
  signature = g_bytes_new (value, value_size);
  return ca_builder_wrap (octets, fuzz_authority_get ()->signature_algorithm, signature);
}

/* The certificate for www.example.org */

typedef struct
{
  CaPlan *plan;
  GBytes *spki;
  CaLintExpectation expectation;
} Planned;

static const guint8 serial[20] = { 0x01, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78, 0x9a,
                                   0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde };

static GBytes *
encode_public (EVP_PKEY *key)
{
  guint8 *der = NULL;
  int size = i2d_PUBKEY (key, &der);
  GBytes *bytes = g_bytes_new (der, (gsize) size);

  OPENSSL_free (der);
  return bytes;
}

static void
plan_extensions (CaPlan *plan, GPtrArray *names)
{
  static const char *const purposes[] = { "1.3.6.1.5.5.7.3.1", NULL };
  static const char *const urls[] = { "http://ca.example.org/a", NULL };
  CaPublicKey key = { NULL };
  g_autoptr (EVP_PKEY) pair = make_key (subject_secret);
  g_autoptr (GBytes) spki = encode_public (pair);
  g_autoptr (GError) error = NULL;

  ca_plan_take_extension (
      plan, icert_extension_new_key_usage (ICERT_KEY_USAGE_DIGITAL_SIGNATURE, TRUE, NULL));
  ca_plan_take_extension (plan, icert_extension_new_extended_key_usage (purposes, FALSE, NULL));
  ca_plan_take_extension (plan, icert_extension_new_subject_alt_name (names, FALSE, NULL));
  g_assert_true (ca_public_key_init (&key, spki, &error));
  g_assert_true (ca_builder_add_own_extensions (plan, fuzz_authority_get (), &key, -1, urls, urls,
                                                urls, &error));
  ca_public_key_clear (&key);
}

static const Planned *
plan_once (void)
{
  static Planned *planned = NULL;
  g_autoptr (EVP_PKEY) pair = NULL;
  GPtrArray *names;

  if (planned != NULL)
    return planned;
  planned = g_new0 (Planned, 1);
  pair = make_key (subject_secret);
  planned->spki = encode_public (pair);
  planned->plan = ca_plan_new ();
  planned->plan->not_before = NOT_BEFORE + 3600;
  planned->plan->not_after = planned->plan->not_before + 90 * 86400 - 1;
  ca_plan_set_subject (planned->plan, "2.5.4.10", "Example");
  ca_plan_set_subject (planned->plan, "2.5.4.3", "www.example.org");
  names = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (names, icert_name_from_string ("dNSName:www.example.org", NULL));
  g_ptr_array_add (names, icert_name_from_string ("iPAddress:192.0.2.1", NULL));
  plan_extensions (planned->plan, names);
  planned->expectation = (CaLintExpectation){
    .issuer = fuzz_authority_get (),
    .serial = serial,
    .not_before = planned->plan->not_before,
    .not_after = planned->plan->not_after,
    .spki = planned->spki,
    .approved_names = names,
    .rdns = planned->plan->rdns,
    .max_not_after = fuzz_authority_get ()->not_after,
  };
  return planned;
}

const CaLintExpectation *
fuzz_authority_expect (void)
{
  return &plan_once ()->expectation;
}

GBytes *
fuzz_authority_build (void)
{
  const Planned *planned = plan_once ();
  g_autoptr (GError) error = NULL;
  GBytes *tbs
      = ca_builder_build (fuzz_authority_get (), planned->plan, planned->spki, serial, &error);

  g_assert_no_error (error);
  return tbs;
}
