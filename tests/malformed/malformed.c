/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "malformed.h"

#include <string.h>

static const MalformedClass *const lists[] = {
  malformed_armour, malformed_der, malformed_structure, malformed_names, malformed_keys,
};

static FakeKey *
near_primes (void)
{
  BIGNUM *p = BN_new (), *q = BN_new ();
  BN_CTX *numbers = BN_CTX_new ();
  FakeKey *key;

  g_assert_cmpint (BN_generate_prime_ex (p, 1024, 0, NULL, NULL, NULL), ==, 1);
  g_assert_nonnull (BN_copy (q, p));
  do
    BN_add_word (q, 2);
  while (BN_check_prime (q, numbers, NULL) != 1);
  key = fake_key_new_rsa (p, q, NULL);
  BN_free (p);
  BN_free (q);
  BN_CTX_free (numbers);
  return key;
}

/* 743 is the second largest prime under 752. */
static FakeKey *
small_factor (void)
{
  BIGNUM *p = BN_new (), *q = BN_new (), *small = BN_new (), *n = BN_new ();
  BN_CTX *numbers = BN_CTX_new ();
  FakeKey *key;

  BN_set_word (small, 743);
  do
    {
      g_assert_cmpint (BN_generate_prime_ex (p, 1019, 0, NULL, NULL, NULL), ==, 1);
      g_assert_cmpint (BN_generate_prime_ex (q, 1020, 0, NULL, NULL, NULL), ==, 1);
      BN_mul (n, p, q, numbers);
      BN_mul_word (n, 743);
    }
  while (BN_num_bits (n) != 2048);
  key = fake_key_new_rsa (p, q, small);
  BN_free (p);
  BN_free (q);
  BN_free (n);
  BN_free (small);
  BN_CTX_free (numbers);
  return key;
}

MalformedKit *
malformed_kit_new (void)
{
  MalformedKit *kit = g_new0 (MalformedKit, 1);

  kit->key = fake_key_new ("p256");
  kit->other = fake_key_new ("p256");
  kit->rsa = fake_key_new ("rsa2048");
  kit->rsa1024 = fake_key_new ("rsa1024");
  kit->rsa_e3 = fake_key_new ("rsa2048-e3");
  kit->rsa_small_factor = small_factor ();
  kit->rsa_near = near_primes ();
  kit->rsa_pss = fake_key_new ("rsa-pss");
  kit->ed448 = fake_key_new ("ed448");
  kit->secp256k1 = fake_key_new ("secp256k1");
  kit->good = fake_request_new (kit->key);
  return kit;
}

void
malformed_kit_free (MalformedKit *kit)
{
  fake_key_free (kit->key);
  fake_key_free (kit->other);
  fake_key_free (kit->rsa);
  fake_key_free (kit->rsa1024);
  fake_key_free (kit->rsa_e3);
  fake_key_free (kit->rsa_small_factor);
  fake_key_free (kit->rsa_near);
  fake_key_free (kit->rsa_pss);
  fake_key_free (kit->ed448);
  fake_key_free (kit->secp256k1);
  g_bytes_unref (kit->good);
  g_free (kit);
}

guint
malformed_get_n_classes (void)
{
  guint n = 0;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const MalformedClass *p;

      for (p = lists[i]; p->name != NULL; p++)
        n++;
    }
  return n;
}

static const MalformedClass *
get_class (guint index)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const MalformedClass *p;

      for (p = lists[i]; p->name != NULL; p++)
        if (index-- == 0)
          return p;
    }
  return NULL;
}

GBytes *
malformed_make (const MalformedKit *kit,
                guint32 seed,
                guint index,
                const MalformedClass **malformed_class)
{
  const guint32 seeds[] = { seed, index };
  GRand *random = g_rand_new_with_seed_array (seeds, G_N_ELEMENTS (seeds));
  GBytes *request;

  *malformed_class = get_class (index % malformed_get_n_classes ());
  request = (*malformed_class)->make (kit, random);
  g_rand_free (random);
  return request;
}

GBytes *
malformed_replace (GBytes *bytes, gsize offset, gsize size, GBytes *by)
{
  GByteArray *out = g_byte_array_new ();
  gsize total;
  const guint8 *data = g_bytes_get_data (bytes, &total);

  g_assert_cmpuint (offset + size, <=, total);
  g_byte_array_append (out, data, offset);
  g_byte_array_append (out, g_bytes_get_data (by, NULL), g_bytes_get_size (by));
  g_byte_array_append (out, data + offset + size, total - offset - size);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
malformed_request (const MalformedKit *kit, GBytes *first, ...)
{
  g_autoptr (GByteArray) parts = g_byte_array_new ();
  GBytes *part;
  va_list list;

  va_start (list, first);
  for (part = first; part != NULL; part = va_arg (list, GBytes *))
    {
      if (g_bytes_get_size (part) > 0)
        g_byte_array_append (parts, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
      g_bytes_unref (part);
    }
  va_end (list);
  return fake_signed (kit->key, fake_der_data (0x30, parts->data, parts->len));
}

GBytes *
malformed_with_subject (const MalformedKit *kit, GBytes *subject)
{
  return fake_request_new_with (kit->key, subject, fake_der_data (0xa0, NULL, 0));
}

GBytes *
malformed_with_attributes (const MalformedKit *kit, GBytes *attributes)
{
  return fake_request_new_with (kit->key, fake_subject (), fake_der (0xa0, attributes, NULL));
}

GBytes *
malformed_with_extensions (const MalformedKit *kit, GBytes *extensions)
{
  return fake_request_new_with (kit->key, fake_subject (), fake_extension_request (extensions));
}

GBytes *
malformed_with_spki (const MalformedKit *kit, GBytes *spki)
{
  return fake_signed (kit->key,
                      fake_request_info (fake_subject (), spki, fake_der_data (0xa0, NULL, 0)));
}
