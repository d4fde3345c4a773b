/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-crl.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define LIFE (7 * 24 * 60 * 60)

static void
set_times (X509_CRL *crl, gint64 age)
{
  ASN1_TIME *time = ASN1_TIME_adj (NULL, g_get_real_time () / G_USEC_PER_SEC, 0, -(long) age);

  g_assert_true (X509_CRL_set1_lastUpdate (crl, time));
  ASN1_TIME_adj (time, g_get_real_time () / G_USEC_PER_SEC, 0, LIFE - (long) age);
  g_assert_true (X509_CRL_set1_nextUpdate (crl, time));
  ASN1_TIME_free (time);
}

static void
add_number (X509_CRL *crl, int nid, gint64 number, gboolean critical)
{
  ASN1_INTEGER *value = ASN1_INTEGER_new ();

  g_assert_true (ASN1_INTEGER_set_int64 (value, number));
  g_assert_cmpint (X509_CRL_add1_ext_i2d (crl, nid, value, critical, 0), ==, 1);
  ASN1_INTEGER_free (value);
}

/* SHA-1 of the whole SubjectPublicKeyInfo does as well as of the key alone. */
static void
add_key_identifier (X509_CRL *crl, EVP_PKEY *key)
{
  AUTHORITY_KEYID *identifier = AUTHORITY_KEYID_new ();
  unsigned char *spki = NULL;
  int size = i2d_PUBKEY (key, &spki);
  guint8 digest[20];

  g_assert_cmpint (size, >, 0);
  g_assert_true (EVP_Digest (spki, (size_t) size, digest, NULL, EVP_sha1 (), NULL));
  identifier->keyid = ASN1_OCTET_STRING_new ();
  g_assert_true (ASN1_OCTET_STRING_set (identifier->keyid, digest, sizeof digest));
  g_assert_cmpint (X509_CRL_add1_ext_i2d (crl, NID_authority_key_identifier, identifier, 0, 0), ==,
                   1);
  AUTHORITY_KEYID_free (identifier);
  OPENSSL_free (spki);
}

GBytes *
fake_crl_new (EVP_PKEY *key, const char *common_name, gint64 number, gint64 base, gint64 age)
{
  X509_CRL *crl = X509_CRL_new ();
  X509_NAME *name = X509_NAME_new ();
  unsigned char *der = NULL;
  GBytes *bytes;
  int size;

  g_assert_true (X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8,
                                             (const guint8 *) common_name, -1, -1, 0));
  g_assert_true (X509_CRL_set_version (crl, 1));
  g_assert_true (X509_CRL_set_issuer_name (crl, name));
  set_times (crl, age);
  add_key_identifier (crl, key);
  add_number (crl, NID_crl_number, number, FALSE);
  if (base >= 0)
    add_number (crl, NID_delta_crl, base, TRUE);
  g_assert_cmpint (X509_CRL_sign (crl, key, EVP_sha256 ()), >, 0);
  size = i2d_X509_CRL (crl, &der);
  g_assert_cmpint (size, >, 0);
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  X509_NAME_free (name);
  X509_CRL_free (crl);
  return bytes;
}
