/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include "ca-foreign.h"

#include "fake-request.h"

/* What bounds the time that files of other programs take. */

static PKCS12 *
make_file (int iterations)
{
  FakeKey *key = fake_key_new ("p256");
  X509 *certificate = X509_new ();
  PKCS12 *file;

  X509_set_pubkey (certificate, key->pkey);
  X509_sign (certificate, key->pkey, EVP_sha256 ());
  file = PKCS12_create ("secret", "name", key->pkey, certificate, NULL, 0, 0, iterations,
                        iterations, 0);
  g_assert_nonnull (file);
  X509_free (certificate);
  fake_key_free (key);
  return file;
}

/* Takes over @file */
static void
assert_slow (PKCS12 *file)
{
  g_assert_false (ca_foreign_is_affordable (file, "secret"));
  PKCS12_free (file);
}

/* with @slow in place of how its certificates, or its key, are encrypted */
static PKCS12 *
replace_algorithm (const X509_ALGOR *slow, gboolean of_key)
{
  PKCS12 *file = make_file (2048);
  STACK_OF (PKCS7) *parts = PKCS12_unpack_authsafes (file);

  for (int i = 0; i < sk_PKCS7_num (parts); i++)
    {
      PKCS7 *part = sk_PKCS7_value (parts, i);
      STACK_OF (PKCS12_SAFEBAG) *bags = NULL;
      const X509_ALGOR *algorithm;

      if (!of_key && PKCS7_type_is_encrypted (part))
        X509_ALGOR_copy (part->d.encrypted->enc_data->algorithm, slow);
      if (!of_key || !PKCS7_type_is_data (part))
        continue;
      bags = PKCS12_unpack_p7data (part);
      X509_SIG_get0 (PKCS12_SAFEBAG_get0_pkcs8 (sk_PKCS12_SAFEBAG_value (bags, 0)), &algorithm,
                     NULL);
      X509_ALGOR_copy ((X509_ALGOR *) algorithm, slow);
      PKCS7_free (part);
      (void) sk_PKCS7_set (parts, i, PKCS12_pack_p7data (bags));
      sk_PKCS12_SAFEBAG_pop_free (bags, PKCS12_SAFEBAG_free);
    }
  g_assert_cmpint (PKCS12_pack_authsafes (file, parts), ==, 1);
  sk_PKCS7_pop_free (parts, PKCS7_free);
  return file;
}

static void
test_slow_pkcs12 (void)
{
  X509_ALGOR *slow
      = PKCS5_pbe2_set_iv (EVP_aes_256_cbc (), 1 << 30, NULL, 16, NULL, NID_hmacWithSHA256);
  X509_ALGOR *scrypt = PKCS5_pbe2_set_scrypt (EVP_aes_256_cbc (), NULL, 16, NULL, 16384, 8, 1);
  PKCS12 *file = make_file (2048);
  const ASN1_INTEGER *iterations;

  g_test_summary ("S-A10: a PKCS #12 that takes minutes to open is not tried, whatever part does");
  g_assert_true (ca_foreign_is_affordable (file, "secret"));
  g_assert_true (ca_foreign_is_affordable (file, "wrong"));
  PKCS12_set_mac (file, "secret", 6, NULL, 0, 2, NULL);
  PKCS12_get0_mac (NULL, NULL, NULL, &iterations, file);
  ASN1_INTEGER_set ((ASN1_INTEGER *) iterations, 1 << 30);
  assert_slow (file);
  assert_slow (replace_algorithm (slow, FALSE));
  assert_slow (replace_algorithm (slow, TRUE));
  assert_slow (replace_algorithm (scrypt, FALSE));
  X509_ALGOR_free (slow);
  X509_ALGOR_free (scrypt);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/foreign/slow-pkcs12-S-A10", test_slow_pkcs12);
  return g_test_run ();
}
