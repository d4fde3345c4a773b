/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <openssl/x509v3.h>

#include "ca-certificate.h"
#include "ca-der.h"
#include "ca-issuer.h"

/* Certificates that came from elsewhere, armoured or not: ca_unarmour(), ca_certificate_decode()
 * and what else reads them. */

/* OpenSSL says the same of what was accepted. */
static void
compare (const CaCertificate *certificate, GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  X509 *x509 = d2i_X509 (NULL, &data, (long) size);
  BIGNUM *number = BN_bin2bn (certificate->serial, (int) certificate->serial_size, NULL);
  BIGNUM *other;
  ASN1_TIME *start = ASN1_TIME_set (NULL, 0);
  int days, seconds;

  g_assert_nonnull (x509);
  other = ASN1_INTEGER_to_BN (X509_get0_serialNumber (x509), NULL);
  g_assert_cmpint (BN_cmp (number, other), ==, 0);
  g_assert_cmpint (ASN1_TIME_diff (&days, &seconds, start, X509_get0_notAfter (x509)), ==, 1);
  g_assert_cmpint (days * G_GINT64_CONSTANT (86400) + seconds, ==, certificate->not_after);
  g_assert_cmpint (X509_get_ext_count (x509), ==, (int) certificate->decoded->extensions->len);
  ASN1_TIME_free (start);
  BN_free (number);
  BN_free (other);
  X509_free (x509);
}

static void
decode (GBytes *der)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (der, &error);
  gint64 not_before, not_after;

  fuzz_check_pointer (certificate, &error);
  ca_issuer_read_validity (der, &not_before, &not_after);
  if (certificate == NULL)
    return;

  g_assert_cmpuint (certificate->serial_size, >, 0);
  g_assert_cmpuint (certificate->serial_size, <=, sizeof certificate->serial);
  for (guint i = 0; i < certificate->decoded->rdns->len; i++)
    fuzz_check_text (((CaRdn *) certificate->decoded->rdns->pdata[i])->value);
  for (guint i = 0; i < certificate->decoded->names->len; i++)
    fuzz_check_name (certificate->decoded->names->pdata[i]);
  compare (certificate, der);
  ca_certificate_is_signed_by (certificate, certificate->decoded->spki);
}

static void
make_issuer (GBytes *der)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaIssuer) issuer = ca_issuer_new (der, NULL, NULL, "sha256", 0, 0, &error);

  fuzz_check_pointer (issuer, &error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) input = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) der = ca_unarmour (input, "CERTIFICATE", &error);
  g_autoptr (GBytes) crl = NULL;

  fuzz_check_pointer (der, &error);
  if (der != NULL)
    {
      decode (der);
      make_issuer (der);
    }
  crl = ca_unarmour (input, "X509 CRL", &error);
  fuzz_check_pointer (crl, &error);
  return 0;
}
