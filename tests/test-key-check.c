/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crypto.h"
#include "ca-decode.h"
#include "ca-key-check.h"
#include "fake-request.h"

#include <string.h>

#include <glib/gstdio.h>
#include <openssl/asn1.h>

/* ca_key_check() looks at the key and nothing else */
static gboolean
check_spki (GBytes *spki, const char *const *types, GError **error)
{
  CaDecoded decoded = { .spki = spki };

  return ca_key_check (&decoded, types, error);
}

static void
assert_weak (GBytes *spki, const char *const *types, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_false (check_spki (spki, types, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WEAK_KEY);
  text = icert_error_get_text (error);
  g_assert_cmpstr (text, ==, message);
}

static void
assert_type (const char *type, const char *const *types, const char *message)
{
  g_autoptr (FakeKey) key = fake_key_new (type);
  g_autoptr (GError) error = NULL;

  if (message != NULL)
    assert_weak (key->spki, types, message);
  else
    {
      g_assert_true (check_spki (key->spki, types, &error));
      g_assert_no_error (error);
    }
}

static void
test_default_types (void)
{
  g_test_summary ("RSA from 2048, P-256, P-384, P-521 and Ed25519 are allowed by default (S-B1)");
  assert_type ("p256", NULL, NULL);
  assert_type ("p384", NULL, NULL);
  assert_type ("p521", NULL, NULL);
  assert_type ("ed25519", NULL, NULL);
  assert_type ("rsa2048", NULL, NULL);
  assert_type ("rsa3072", NULL, NULL);
  assert_type ("rsa1024", NULL, "public key: RSA 1024 bits (2048, 3072 or 4096)");
  assert_type ("ed448", NULL,
               "public key: ed448 (ec-p256, ec-p384, ec-p521, rsa-2048, rsa-3072, rsa-4096, "
               "ed25519)");
  assert_type ("secp256k1", NULL, "public key: EC curve 1.3.132.0.10 (P-256, P-384 or P-521)");
  assert_type ("rsa-pss", NULL,
               "public key: algorithm 1.2.840.113549.1.1.10 (RSA, EC P-256, P-384 or P-521, "
               "Ed25519)");
}

static void
test_profile_types (void)
{
  static const char *const some[] = { "ec-p256", "ed448", "rsa-1024", NULL };

  g_test_summary ("A profile's list counts, but allows no RSA under 2048 (S-B1)");
  assert_type ("p256", some, NULL);
  assert_type ("ed448", some, NULL);
  assert_type ("p384", some, "public key: ec-p384 (ec-p256, ed448, rsa-1024)");
  assert_type ("rsa2048", some, "public key: RSA 2048 bits (ec-p256, ed448, rsa-1024)");
  assert_type ("rsa1024", some, "public key: RSA 1024 bits (ec-p256, ed448, rsa-1024)");
}

static void
test_status (void)
{
  g_autoptr (FakeKey) key = fake_key_new ("rsa1024");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  guint32 status;

  g_test_summary ("A key of the wrong length carries AD CS's status KEY_LENGTH");
  g_assert_false (check_spki (key->spki, NULL, &error));
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "status", "u", &status));
  g_assert_cmphex (status, ==, 0x80094811u);
}

static GBytes *
number (const BIGNUM *n)
{
  int size = BN_num_bytes (n);
  g_autofree guint8 *data = g_malloc0 (size + 1);

  BN_bn2bin (n, data + 1);
  return data[1] & 0x80 ? fake_der_data (V_ASN1_INTEGER, data, size + 1)
                        : fake_der_data (V_ASN1_INTEGER, data + 1, size);
}

static GBytes *
rsa_spki (const BIGNUM *n, GBytes *exponent)
{
  GBytes *key = fake_der (0x30, number (n), exponent, NULL);

  return fake_der (0x30, fake_hex ("300d06092a864886f70d0101010500"),
                   fake_der (V_ASN1_BIT_STRING, fake_hex ("00"), key, NULL), NULL);
}

/* takes all but @n */
static void
assert_weak_rsa (const BIGNUM *n, GBytes *exponent, const char *message)
{
  g_autoptr (GBytes) spki = rsa_spki (n, exponent);

  assert_weak (spki, NULL, message);
}

static void
test_exponents (void)
{
  g_autoptr (FakeKey) key = fake_key_new ("rsa2048");
  BIGNUM *n = NULL;
  g_autofree char *zeros = g_strnfill (64, '0');
  g_autofree char *long_one = g_strconcat ("022101", zeros, NULL);

  g_test_summary ("The exponent is odd, at least 65537 and below 2^256 (S-B2)");
  g_assert_cmpint (EVP_PKEY_get_bn_param (key->pkey, "n", &n), ==, 1);
  long_one[strlen (long_one) - 1] = '1';
  assert_weak_rsa (n, fake_hex ("020103"), "public key: RSA exponent under 65537 (65537 or more)");
  assert_weak_rsa (n, fake_hex ("020300ffff"),
                   "public key: RSA exponent under 65537 (65537 or more)");
  assert_weak_rsa (n, fake_hex ("0203010002"), "public key: RSA exponent is even (odd)");
  assert_weak_rsa (n, fake_hex (long_one),
                   "public key: RSA exponent of over 256 bits (less than 2^256)");
  BN_free (n);
}

/* a number of @bits bits without factors below 752 */
static void
without_small_factors (BIGNUM *n, guint bits)
{
  guint i;

  for (i = 0; i < 752;)
    {
      BN_rand (n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
      for (i = 3; i < 752 && BN_mod_word (n, i) != 0;)
        i += 2;
    }
}

static void
test_factors (void)
{
  static const guint primes[] = { 3, 5, 7, 11, 13, 251, 257, 509, 739, 743, 751 };
  BIGNUM *n = BN_new ();
  gsize i;

  g_test_summary ("A modulus is odd and has no factor below 752 (S-B2)");
  for (i = 0; i < G_N_ELEMENTS (primes); i++)
    {
      g_autofree char *message = g_strdup_printf (
          "public key: RSA modulus has the factor %u (none under 752)", primes[i]);

      do
        {
          without_small_factors (n, 2048 - g_bit_storage (primes[i]) + 1);
          BN_mul_word (n, primes[i]);
        }
      while (BN_num_bits (n) != 2048);
      assert_weak_rsa (n, fake_hex ("0203010001"), message);
    }
  BN_rand (n, 2048, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY);
  BN_clear_bit (n, 0);
  assert_weak_rsa (n, fake_hex ("0203010001"), "public key: RSA modulus is even (odd)");
  BN_free (n);
}

static void
next_prime (BIGNUM *p, BN_CTX *numbers)
{
  do
    BN_add_word (p, 2);
  while (BN_check_prime (p, numbers, NULL) != 1);
}

static void
test_fermat (void)
{
  BN_CTX *numbers = BN_CTX_new ();
  BIGNUM *p = BN_new (), *q = BN_new (), *n = BN_new ();
  guint i;

  g_test_summary ("Primes near each other are found by Fermat's method (S-B2)");
  for (i = 0; i < 5; i++)
    {
      /* the n-th round finds primes about 2^514 * sqrt (n) apart */
      BN_generate_prime_ex (p, 1024, 0, NULL, NULL, NULL);
      BN_copy (q, p);
      if (i > 0)
        {
          BN_zero (n);
          BN_set_bit (n, 500 + 3 * i);
          BN_add (q, q, n);
        }
      next_prime (q, numbers);
      BN_mul (n, p, q, numbers);
      assert_weak_rsa (
          n, fake_hex ("0203010001"),
          "public key: RSA modulus falls to Fermat's method (primes far from each other)");
    }
  BN_sqr (n, p, numbers);
  assert_weak_rsa (n, fake_hex ("0203010001"), "public key: RSA modulus is a square (two primes)");
  BN_free (p);
  BN_free (q);
  BN_free (n);
  BN_CTX_free (numbers);
}

/* How the broken library made its primes: k * M + 65537^a mod M, with M the product of small
 * primes. */
static void
make_roca_prime (BIGNUM *p, guint bits, BN_CTX *numbers)
{
  BIGNUM *m = BN_new (), *power = BN_new (), *base = BN_new (), *a = BN_new (), *k = BN_new ();
  guint i, n_primes = 0;

  BN_one (m);
  for (i = 2; n_primes < 71; i++)
    {
      BN_set_word (k, i);
      if (BN_check_prime (k, numbers, NULL) != 1)
        continue;
      BN_mul_word (m, i);
      n_primes++;
    }
  BN_set_word (base, 65537);
  do
    {
      BN_rand (a, 60, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
      BN_mod_exp (power, base, a, m, numbers);
      BN_rand (k, bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY);
      BN_div (k, NULL, k, m, numbers);
      BN_mul (p, k, m, numbers);
      BN_add (p, p, power);
    }
  while (BN_check_prime (p, numbers, NULL) != 1);
  BN_free (m);
  BN_free (power);
  BN_free (base);
  BN_free (a);
  BN_free (k);
}

static void
test_roca (void)
{
  BN_CTX *numbers = BN_CTX_new ();
  BIGNUM *p = BN_new (), *q = BN_new (), *n = BN_new ();

  g_test_summary ("Keys of the library that CVE-2017-15361 is about are known by their residues "
                  "(S-B2)");
  make_roca_prime (p, 1024, numbers);
  make_roca_prime (q, 1024, numbers);
  BN_mul (n, p, q, numbers);
  g_assert_cmpint (BN_num_bits (n), ==, 2048);
  assert_weak_rsa (
      n, fake_hex ("0203010001"),
      "public key: RSA modulus has the ROCA fingerprint (one without, CVE-2017-15361)");
  BN_free (p);
  BN_free (q);
  BN_free (n);
  BN_CTX_free (numbers);
}

static void
test_points (void)
{
  g_autoptr (FakeKey) key = fake_key_new ("p384");
  g_autofree guint8 *octets = NULL;
  gsize size = g_bytes_get_size (key->spki);
  g_autoptr (GBytes) off = NULL;
  g_autoptr (GBytes) infinity = NULL;
  const char *algorithm = "301006072a8648ce3d020106052b81040022";

  g_test_summary ("An EC key is a point of its curve, not at infinity, uncompressed (S-B1)");
  octets = g_memdup2 (g_bytes_get_data (key->spki, NULL), size);
  octets[size - 1] ^= 1;
  off = g_bytes_new (octets, size);
  assert_weak (off, NULL, "public key: not a point of P-384 (a point of its curve)");
  infinity = fake_der (0x30, fake_hex (algorithm), fake_hex ("03020000"), NULL);
  assert_weak (infinity, NULL, "public key: not a point of P-384 (a point of its curve)");
}

static void
test_small_order (void)
{
  static const char *const points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  };
  gsize i;

  g_test_summary ("Ed25519 points under which anybody can sign are no keys (S-B1)");
  for (i = 0; i < G_N_ELEMENTS (points); i++)
    {
      g_autoptr (GBytes) spki = fake_der (
          0x30, fake_hex ("300506032b6570"),
          fake_der (V_ASN1_BIT_STRING, fake_hex ("00"), fake_hex (points[i]), NULL), NULL);

      assert_weak (spki, NULL, "public key: Ed25519 point of small order (a key)");
    }
}

static char *
write_list (const char *contents)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("icert-blocklist-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  return path;
}

static void
test_blocklist_nul (void)
{
  static const char text[] = "# weak keys\n\0# and more";
  g_autofree char *path = write_list ("");
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-A7: a list of weak keys with a NUL is refused, since the rest would be lost");
  g_assert_true (g_file_set_contents (path, text, sizeof text - 1, NULL));
  g_assert_false (ca_key_blocklist_load (path, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_unlink (path);
}

static void
test_blocklist (void)
{
  g_autoptr (FakeKey) key = fake_key_new ("p256");
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, key->spki);
  g_autofree char *contents = g_strdup_printf ("# weak keys\n\n%064d\n%s\n", 1, digest);
  g_autofree char *path = write_list (contents);
  g_autofree char *broken = write_list ("# weak keys\n0123\n");

  g_test_summary ("A key on the installed list of weak keys is refused (S-B2)");
  g_assert_false (ca_key_blocklist_load ("/nonexistent/list", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (ca_key_blocklist_load (path, &error));
  g_assert_no_error (error);
  assert_weak (key->spki, NULL, "public key: on the list of known weak keys (a new key)");
  assert_type ("p256", NULL, NULL);
  g_assert_false (ca_key_blocklist_load (broken, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  assert_weak (key->spki, NULL, "public key: on the list of known weak keys (a new key)");
  g_unlink (path);
  g_unlink (broken);
}

static void
test_many_good_keys (void)
{
  guint i;

  g_test_summary ("Keys that are in order pass, again and again");
  for (i = 0; i < 20; i++)
    {
      assert_type ("p256", NULL, NULL);
      assert_type ("ed25519", NULL, NULL);
    }
  for (i = 0; i < 5; i++)
    assert_type ("rsa2048", NULL, NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key-check/default-types", test_default_types);
  g_test_add_func ("/key-check/profile-types", test_profile_types);
  g_test_add_func ("/key-check/status", test_status);
  g_test_add_func ("/key-check/exponents", test_exponents);
  g_test_add_func ("/key-check/factors", test_factors);
  g_test_add_func ("/key-check/fermat", test_fermat);
  g_test_add_func ("/key-check/roca", test_roca);
  g_test_add_func ("/key-check/points", test_points);
  g_test_add_func ("/key-check/small-order", test_small_order);
  g_test_add_func ("/key-check/blocklist", test_blocklist);
  g_test_add_func ("/key-check/blocklist-nul-S-A7", test_blocklist_nul);
  g_test_add_func ("/key-check/many-good-keys", test_many_good_keys);
  return g_test_run ();
}
