/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "malformed.h"

#include <string.h>

#include <openssl/asn1.h>

#define EC_P256 "301306072a8648ce3d020106082a8648ce3d030107"

/* SubjectPublicKeyInfo of an AlgorithmIdentifier and the octets of a key, both in hex */
static GBytes *
spki (const char *algorithm, const char *key)
{
  return fake_der (0x30, fake_hex (algorithm),
                   fake_der (V_ASN1_BIT_STRING, fake_hex ("00"), fake_hex (key), NULL), NULL);
}

/* the key of a kit with its octets changed */
static GBytes *
make_point_off_curve (const MalformedKit *kit, GRand *random)
{
  gsize size = g_bytes_get_size (kit->key->spki);
  guint8 octet = g_rand_int_range (random, 0, 256);
  g_autoptr (GBytes) by = NULL;
  g_autoptr (GBytes) changed = NULL;

  if (((const guint8 *) g_bytes_get_data (kit->key->spki, NULL))[size - 1] == octet)
    octet ^= 1;
  by = g_bytes_new (&octet, 1);
  changed = malformed_replace (kit->key->spki, size - 1, 1, by);
  return malformed_with_spki (kit, g_steal_pointer (&changed));
}

static GBytes *
make_point_at_infinity (const MalformedKit *kit, GRand *random)
{
  return malformed_with_spki (kit, spki (EC_P256, "00"));
}

static GBytes *
make_point_of_wrong_size (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "", "04", "040102", "02" };

  return malformed_with_spki (kit, spki (EC_P256, wrong[g_rand_int_range (random, 0, 4)]));
}

static GBytes *
make_compressed_point (const MalformedKit *kit, GRand *random)
{
  gsize size = g_bytes_get_size (kit->key->spki);
  const guint8 *point = (const guint8 *) g_bytes_get_data (kit->key->spki, NULL) + size - 65;
  guint8 compressed[34] = { 0, 2 + (point[64] & 1) };

  memcpy (compressed + 2, point + 1, 32);
  return malformed_with_spki (
      kit, fake_der (0x30, fake_hex (EC_P256),
                     fake_der_data (V_ASN1_BIT_STRING, compressed, sizeof compressed), NULL));
}

static GBytes *
make_unknown_curve (const MalformedKit *kit, GRand *random)
{
  return fake_request_new (kit->secp256k1);
}

static GBytes *
make_curve_without_name (const MalformedKit *kit, GRand *random)
{
  return malformed_with_spki (kit, spki ("300e 06072a8648ce3d0201 3003 020101", "0400"));
}

static GBytes *
make_unknown_algorithm (const MalformedKit *kit, GRand *random)
{
  static const char *const other[]
      = { "3006 06042a030405", "3009 06072a8648ce380401", "3005 06032b656e" };

  return malformed_with_spki (kit, spki (other[g_rand_int_range (random, 0, 3)], "010203"));
}

static GBytes *
make_pss_key (const MalformedKit *kit, GRand *random)
{
  return fake_request_new (kit->rsa_pss);
}

static GBytes *
make_ed448 (const MalformedKit *kit, GRand *random)
{
  return fake_request_new (kit->ed448);
}

static GBytes *
make_short_rsa (const MalformedKit *kit, GRand *random)
{
  return fake_request_new (kit->rsa1024);
}

static GBytes *
make_small_exponent (const MalformedKit *kit, GRand *random)
{
  return fake_request_new (kit->rsa_e3);
}

static GBytes *
make_small_factor (const MalformedKit *kit, GRand *random)
{
  return fake_request_new (kit->rsa_small_factor);
}

static GBytes *
make_near_primes (const MalformedKit *kit, GRand *random)
{
  return fake_request_new (kit->rsa_near);
}

/* work that grows with the cube of the length (S-A10) */
static GBytes *
make_huge_rsa (const MalformedKit *kit, GRand *random)
{
  gsize size = g_rand_int_range (random, 1025, 60000);
  g_autofree guint8 *modulus = g_malloc (size);
  GBytes *key;

  memset (modulus, 0x5a, size);
  modulus[size - 1] |= 1;
  key = fake_der (0x30, fake_der_data (V_ASN1_INTEGER, modulus, size), fake_hex ("0203010001"),
                  NULL);
  return malformed_with_spki (
      kit, fake_der (0x30, fake_hex ("300d06092a864886f70d0101010500"),
                     fake_der (V_ASN1_BIT_STRING, fake_hex ("00"), key, NULL), NULL));
}

static GBytes *
make_broken_rsa (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = {
    "",                          /* nothing */
    "3003 020103",               /* no exponent */
    "3006 0201ff 020103",        /* a negative modulus */
    "3006 020100 020103",        /* zero */
    "3006 020103 020100",        /* exponent zero */
    "3009 020103 020103 020103", /* three numbers */
    "3006 020103 02010300",      /* something behind */
  };

  return malformed_with_spki (
      kit, spki ("300d06092a864886f70d0101010500", wrong[g_rand_int_range (random, 0, 7)]));
}

static GBytes *
make_rsa_parameters (const MalformedKit *kit, GRand *random)
{
  return malformed_with_spki (kit,
                              spki (g_rand_boolean (random) ? "300b06092a864886f70d010101"
                                                            : "300e06092a864886f70d010101020101",
                                    "3006 020103 020103"));
}

static GBytes *
make_short_ed25519 (const MalformedKit *kit, GRand *random)
{
  return malformed_with_spki (kit, spki ("300506032b6570", "0102030405"));
}

static GBytes *
make_ed25519_parameters (const MalformedKit *kit, GRand *random)
{
  return malformed_with_spki (
      kit, spki ("300706032b65700500",
                 "0102030405060708090a0b0c0d0e0f100102030405060708090a0b0c0d0e0f10"));
}

static GBytes *
make_broken_spki (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = {
    "3004 3000 0300",                   /* nothing inside: not even unused bits */
    "300b 3006 06042a030405 0500",      /* NULL for the key */
    "300c 3006 06042a030405 030201 00", /* a bit too few */
    "3003 030100",                      /* no algorithm */
  };

  return malformed_with_spki (kit, fake_hex (wrong[g_rand_int_range (random, 0, 4)]));
}

static GBytes *
no_attributes (void)
{
  return fake_der_data (0xa0, NULL, 0);
}

static GBytes *
make_foreign_signature (const MalformedKit *kit, GRand *random)
{
  return fake_signed (kit->other, fake_request_info (fake_subject (), g_bytes_ref (kit->key->spki),
                                                     no_attributes ()));
}

/* the signature of another request */
static GBytes *
make_borrowed_signature (const MalformedKit *kit, GRand *random)
{
  g_autofree char *name = g_strdup_printf ("%u.example.org", g_rand_int (random));
  g_autoptr (GBytes) good = fake_request_new_with (
      kit->key, fake_der (0x30, fake_rdn ("2.5.4.3", name), NULL), no_attributes ());
  gsize size;
  const guint8 *data = g_bytes_get_data (good, &size);
  const guint8 *at = memmem (data, size, name, strlen (name));
  g_autoptr (GBytes) by = fake_hex ("78");

  return malformed_replace (good, at - data, 1, by);
}

static GBytes *
with_signature (const MalformedKit *kit, GBytes *signature)
{
  return fake_der (
      0x30, fake_request_info (fake_subject (), g_bytes_ref (kit->key->spki), no_attributes ()),
      g_bytes_ref (kit->key->algorithm),
      fake_der (V_ASN1_BIT_STRING, fake_hex ("00"), signature, NULL), NULL);
}

static GBytes *
make_broken_signature (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[]
      = { "", "00", "3000", "3006 020101 020101", "3006 020100 020100", "3006 0201ff 0201ff" };

  return with_signature (kit, fake_hex (wrong[g_rand_int_range (random, 0, 6)]));
}

static GBytes *
make_long_signature (const MalformedKit *kit, GRand *random)
{
  gsize size = g_rand_int_range (random, 1000, 100000);
  g_autofree guint8 *data = g_malloc0 (size);

  return with_signature (kit, g_bytes_new (data, size));
}

/* a request by the RSA key of the kit, said to be signed by the algorithm in hex */
static GBytes *
rsa_request_said_by (const MalformedKit *kit, const char *algorithm)
{
  FakeKey key = *kit->rsa;
  GBytes *request;

  key.algorithm = fake_hex (algorithm);
  request = fake_request_new (&key);
  g_bytes_unref (key.algorithm);
  return request;
}

static GBytes *
make_old_digest (const MalformedKit *kit, GRand *random)
{
  static const char *const old[] = {
    "300d06092a864886f70d0101050500", /* SHA-1 */
    "300d06092a864886f70d0101040500", /* MD5 */
    "300d06092a864886f70d01010e0500", /* SHA-224 */
  };

  return rsa_request_said_by (kit, old[g_rand_int_range (random, 0, 3)]);
}

static GBytes *
make_algorithm_of_other_key (const MalformedKit *kit, GRand *random)
{
  return rsa_request_said_by (kit, g_rand_boolean (random) ? "300a06082a8648ce3d040302"
                                                           : "300506032b6570");
}

static GBytes *
make_other_parameters (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = {
    "300b06092a864886f70d01010b",         /* none, where NULL belongs */
    "300f06092a864886f70d01010b04020500", /* something else */
    "300b06092a864886f70d01010a",         /* RSA-PSS with SHA-1 by default */
    "300d06092a864886f70d01010a3000",     /* the same, written */
    "300c06082a8648ce3d0403020500",       /* ECDSA with NULL */
  };

  return rsa_request_said_by (kit, wrong[g_rand_int_range (random, 0, 5)]);
}

static GBytes *
make_pss_salt (const MalformedKit *kit, GRand *random)
{
  return rsa_request_said_by (
      kit, "3041 06092a864886f70d01010a 3034 a00f300d06096086480165030402010500"
           "a11c301a06092a864886f70d010108300d06096086480165030402010500 a203020114");
}

static GBytes *
make_unknown_signature (const MalformedKit *kit, GRand *random)
{
  return rsa_request_said_by (kit, "3006 06042a030405");
}

static GBytes *
make_spkac_signature (const MalformedKit *kit, GRand *random)
{
  return fake_signed (kit->other, fake_der (0x30, g_bytes_ref (kit->key->spki),
                                            fake_der_text (V_ASN1_IA5STRING, "word"), NULL));
}

const MalformedClass malformed_keys[] = {
  { "point-off-curve", ICERT_ERROR_WEAK_KEY, "public key", make_point_off_curve },
  { "point-at-infinity", ICERT_ERROR_WEAK_KEY, "public key", make_point_at_infinity },
  { "point-of-wrong-size", ICERT_ERROR_WEAK_KEY, "public key", make_point_of_wrong_size },
  { "compressed-point", ICERT_ERROR_WEAK_KEY, "public key", make_compressed_point },
  { "unknown-curve", ICERT_ERROR_WEAK_KEY, "public key", make_unknown_curve },
  { "curve-without-name", ICERT_ERROR_WEAK_KEY, "public key", make_curve_without_name },
  { "unknown-algorithm", ICERT_ERROR_WEAK_KEY, "public key", make_unknown_algorithm },
  { "pss-key", ICERT_ERROR_WEAK_KEY, "public key", make_pss_key },
  { "ed448", ICERT_ERROR_WEAK_KEY, "public key", make_ed448 },
  { "short-rsa", ICERT_ERROR_WEAK_KEY, "public key", make_short_rsa },
  { "small-exponent", ICERT_ERROR_WEAK_KEY, "public key", make_small_exponent },
  { "small-factor", ICERT_ERROR_WEAK_KEY, "public key", make_small_factor },
  { "near-primes", ICERT_ERROR_WEAK_KEY, "public key", make_near_primes },
  { "huge-rsa", ICERT_ERROR_WEAK_KEY, "public key", make_huge_rsa },
  { "broken-rsa", ICERT_ERROR_MALFORMED, "public key", make_broken_rsa },
  { "rsa-parameters", ICERT_ERROR_MALFORMED, "public key", make_rsa_parameters },
  { "short-ed25519", ICERT_ERROR_MALFORMED, "public key", make_short_ed25519 },
  { "ed25519-parameters", ICERT_ERROR_MALFORMED, "public key", make_ed25519_parameters },
  { "broken-spki", ICERT_ERROR_MALFORMED, NULL, make_broken_spki },
  { "foreign-signature", ICERT_ERROR_BAD_SIGNATURE, "signature", make_foreign_signature },
  { "borrowed-signature", ICERT_ERROR_BAD_SIGNATURE, "signature", make_borrowed_signature },
  { "broken-signature", ICERT_ERROR_BAD_SIGNATURE, "signature", make_broken_signature },
  { "long-signature", ICERT_ERROR_BAD_SIGNATURE, "signature", make_long_signature },
  { "old-digest", ICERT_ERROR_UNSUPPORTED, "signature", make_old_digest },
  { "algorithm-of-other-key", ICERT_ERROR_UNSUPPORTED, "signature", make_algorithm_of_other_key },
  { "other-parameters", ICERT_ERROR_UNSUPPORTED, "signature", make_other_parameters },
  { "pss-salt", ICERT_ERROR_UNSUPPORTED, "signature", make_pss_salt },
  { "unknown-signature", ICERT_ERROR_UNSUPPORTED, "signature", make_unknown_signature },
  { "spkac-signature", ICERT_ERROR_BAD_SIGNATURE, "signature", make_spkac_signature },
  { NULL },
};
