/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "malformed.h"

#include <string.h>

#include <openssl/asn1.h>

/* A good request in which @from, in hex, has become @to; what is around it keeps its lengths, so
 * both are of one size. */
static GBytes *
patch (const MalformedKit *kit, const char *from, const char *to)
{
  g_autoptr (GBytes) old = fake_hex (from);
  g_autoptr (GBytes) new = fake_hex (to);
  gsize size, old_size;
  const guint8 *data = g_bytes_get_data (kit->good, &size);
  const guint8 *at = memmem (data, size, g_bytes_get_data (old, &old_size), g_bytes_get_size (old));

  g_assert_nonnull (at);
  g_assert_cmpuint (old_size, ==, g_bytes_get_size (new));
  return malformed_replace (kit->good, at - data, old_size, new);
}

/* An attribute nobody knows with this value, in hex: what is wrong is inside. */
static GBytes *
wrap (const MalformedKit *kit, const char *hex)
{
  return malformed_with_attributes (kit, fake_attribute ("1.2.3.4", fake_hex (hex)));
}

static GBytes *
make_tail (const MalformedKit *kit, GRand *random)
{
  guint8 tail[8] = { 0 };
  g_autoptr (GBytes) by = g_bytes_new (tail, g_rand_int_range (random, 1, sizeof tail));

  return malformed_replace (kit->good, g_bytes_get_size (kit->good), 0, by);
}

static GBytes *
make_twice (const MalformedKit *kit, GRand *random)
{
  return fake_repeat (kit->good, 2);
}

static GBytes *
make_indefinite (const MalformedKit *kit, GRand *random)
{
  gsize header = 4;
  g_autoptr (GBytes) start = fake_hex ("3080");
  g_autoptr (GBytes) end = fake_hex ("0000");
  g_autoptr (GBytes) open = malformed_replace (kit->good, 0, header, start);

  return malformed_replace (open, g_bytes_get_size (open), 0, end);
}

static GBytes *
make_indefinite_inside (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, "3080 020101 0000");
}

static GBytes *
make_long_length (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, g_rand_boolean (random) ? "048101ff" : "04820001ff");
}

static GBytes *
make_padded_length (const MalformedKit *kit, GRand *random)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (kit->good, &size);
  const guint8 header[] = { 0x30, 0x83, 0x00, data[2], data[3] };
  g_autoptr (GBytes) by = g_bytes_new (header, sizeof header);

  g_assert_cmphex (data[1], ==, 0x82);
  return malformed_replace (kit->good, 0, 4, by);
}

static GBytes *
make_overrun (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, g_rand_boolean (random) ? "0405ffff" : "3004040501ff");
}

static GBytes *
make_huge_length (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, g_rand_boolean (random) ? "0484ffffffff" : "0489ffffffffffffffffff");
}

static GBytes *
make_cut_tag (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, g_rand_boolean (random) ? "9fff" : "30019f");
}

static GBytes *
make_long_tag (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, g_rand_boolean (random) ? "9f1e00" : "9f801f00");
}

static GBytes *
make_deep (const MalformedKit *kit, GRand *random)
{
  guint depth = g_rand_int_range (random, 17, 5000);
  GBytes *value = fake_der_data (0x30, NULL, 0);

  while (depth-- > 0)
    value = fake_der (0x30, value, NULL);
  return malformed_with_attributes (kit, fake_attribute ("1.2.3.4", value));
}

static GBytes *
make_string_in_pieces (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, g_rand_boolean (random) ? "24040402abcd" : "230403020001");
}

static GBytes *
make_boolean (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "010101", "0100", "0102ffff" };

  return wrap (kit, wrong[g_rand_int_range (random, 0, 3)]);
}

static GBytes *
make_integer (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "0200", "0202007f", "0202ff80", "020200 00", "0a020001" };

  return wrap (kit, wrong[g_rand_int_range (random, 0, 5)]);
}

static GBytes *
make_bit_string (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "0300", "030208ff", "030201ff", "030107" };

  return wrap (kit, wrong[g_rand_int_range (random, 0, 4)]);
}

static GBytes *
make_null (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, "050100");
}

static GBytes *
make_oid (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "0600", "06028001", "06032a8001", "06022a83" };

  return wrap (kit, wrong[g_rand_int_range (random, 0, 4)]);
}

static GBytes *
make_time (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = {
    "170b 32363031303130303030 5a",                /* no seconds */
    "170d 323630313031303030303030 30",            /* no Z */
    "1811 3230323630313031303030303030 2e30 5a",   /* a fraction with a zero at its end */
    "1813 3230323630313031303030303030 2b30313030" /* a zone */
  };

  return wrap (kit, wrong[g_rand_int_range (random, 0, 4)]);
}

static GBytes *
make_primitive_sequence (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, g_rand_boolean (random) ? "1000" : "1100");
}

static GBytes *
make_end_of_contents (const MalformedKit *kit, GRand *random)
{
  return wrap (kit, "30020000");
}

static GBytes *
make_unsorted_rdn (const MalformedKit *kit, GRand *random)
{
  GBytes *high = fake_der (0x30, fake_der_oid ("2.5.4.10"), fake_der_text (0x0c, "Org"), NULL);
  GBytes *low = fake_der (0x30, fake_der_oid ("2.5.4.3"), fake_der_text (0x0c, "abc"), NULL);

  return malformed_with_subject (kit, fake_der (0x30, fake_der (0x31, high, low, NULL), NULL));
}

static GBytes *
make_unsorted_values (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (
      kit, fake_der (0x30, fake_der_oid ("1.2.3.4"), fake_hex ("3106 020102 020101"), NULL));
}

static GBytes *
make_padded_version (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_hex ("02020000"), fake_subject (),
                            g_bytes_ref (kit->key->spki), fake_der_data (0xa0, NULL, 0), NULL);
}

static GBytes *
make_signature_bits (const MalformedKit *kit, GRand *random)
{
  g_autoptr (GBytes) unused = fake_hex ("04");
  gsize size;
  const guint8 *data = g_bytes_get_data (kit->good, &size);
  /* 03 48 00 30 46 …: the octet before the SEQUENCE of r and s */
  gsize at = size - 1;

  while (!(data[at] == 0x03 && data[at + 2] == 0x00 && data[at + 3] == 0x30
           && at + 2 + data[at + 1] == size))
    at--;
  return malformed_replace (kit->good, at + 2, 1, unused);
}

static GBytes *
make_name_string_type (const MalformedKit *kit, GRand *random)
{
  return patch (kit, "0603550403 0c", "0603550403 2c");
}

/* Any bit: the message may become another one, but none that is signed. */
static GBytes *
make_flipped_bit (const MalformedKit *kit, GRand *random)
{
  gsize size = g_bytes_get_size (kit->good);
  gsize at = g_rand_int_range (random, 0, size);
  guint8 octet = ((const guint8 *) g_bytes_get_data (kit->good, NULL))[at]
                 ^ (1 << g_rand_int_range (random, 0, 8));
  g_autoptr (GBytes) by = g_bytes_new (&octet, 1);

  return malformed_replace (kit->good, at, 1, by);
}

static GBytes *
make_changed_octets (const MalformedKit *kit, GRand *random)
{
  g_autoptr (GBytes) request = g_bytes_ref (kit->good);
  guint n = g_rand_int_range (random, 2, 20);

  while (n-- > 0)
    {
      guint8 octet = g_rand_int (random);
      g_autoptr (GBytes) by = g_bytes_new (&octet, 1);
      GBytes *next = malformed_replace (
          request, g_rand_int_range (random, 0, g_bytes_get_size (request)), 1, by);

      g_bytes_unref (request);
      request = next;
    }
  /* chance may have changed nothing at all */
  if (g_bytes_equal (request, kit->good))
    return make_flipped_bit (kit, random);
  return g_steal_pointer (&request);
}

static GBytes *
make_doubled_piece (const MalformedKit *kit, GRand *random)
{
  gsize size = g_bytes_get_size (kit->good);
  gsize at = g_rand_int_range (random, 0, size), n = g_rand_int_range (random, 1, size - at + 1);
  g_autoptr (GBytes) piece = g_bytes_new_from_bytes (kit->good, at, n);

  return malformed_replace (kit->good, at, 0, piece);
}

static GBytes *
make_lost_piece (const MalformedKit *kit, GRand *random)
{
  gsize size = g_bytes_get_size (kit->good);
  gsize at = g_rand_int_range (random, 0, size), n = g_rand_int_range (random, 1, size - at + 1);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  return malformed_replace (kit->good, at, n, nothing);
}

const MalformedClass malformed_der[] = {
  { "tail", ICERT_ERROR_MALFORMED, "request", make_tail },
  { "twice", ICERT_ERROR_MALFORMED, "request", make_twice },
  { "indefinite", ICERT_ERROR_MALFORMED, "request", make_indefinite },
  { "indefinite-inside", ICERT_ERROR_MALFORMED, "request", make_indefinite_inside },
  { "long-length", ICERT_ERROR_MALFORMED, "request", make_long_length },
  { "padded-length", ICERT_ERROR_MALFORMED, "request", make_padded_length },
  { "overrun", ICERT_ERROR_MALFORMED, "request", make_overrun },
  { "huge-length", ICERT_ERROR_MALFORMED, "request", make_huge_length },
  { "cut-tag", ICERT_ERROR_MALFORMED, "request", make_cut_tag },
  { "long-tag", ICERT_ERROR_MALFORMED, "request", make_long_tag },
  { "deep", ICERT_ERROR_TOO_LARGE, "request", make_deep },
  { "string-in-pieces", ICERT_ERROR_MALFORMED, "request", make_string_in_pieces },
  { "boolean", ICERT_ERROR_MALFORMED, "request", make_boolean },
  { "integer", ICERT_ERROR_MALFORMED, "request", make_integer },
  { "bit-string", ICERT_ERROR_MALFORMED, "request", make_bit_string },
  { "null", ICERT_ERROR_MALFORMED, "request", make_null },
  { "oid", ICERT_ERROR_MALFORMED, "request", make_oid },
  { "time", ICERT_ERROR_MALFORMED, "request", make_time },
  { "primitive-sequence", ICERT_ERROR_MALFORMED, "request", make_primitive_sequence },
  { "end-of-contents", ICERT_ERROR_MALFORMED, "request", make_end_of_contents },
  { "unsorted-rdn", ICERT_ERROR_MALFORMED, "request", make_unsorted_rdn },
  { "unsorted-values", ICERT_ERROR_MALFORMED, "request", make_unsorted_values },
  { "padded-version", ICERT_ERROR_MALFORMED, "request", make_padded_version },
  { "signature-bits", ICERT_ERROR_MALFORMED, "request", make_signature_bits },
  { "name-string-in-pieces", ICERT_ERROR_MALFORMED, "request", make_name_string_type },
  { "flipped-bit", MALFORMED_ANY_CODE, NULL, make_flipped_bit },
  { "changed-octets", MALFORMED_ANY_CODE, NULL, make_changed_octets },
  { "doubled-piece", MALFORMED_ANY_CODE, NULL, make_doubled_piece },
  { "lost-piece", MALFORMED_ANY_CODE, NULL, make_lost_piece },
  { NULL },
};
