/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "malformed.h"

#include <string.h>

#include <openssl/asn1.h>

#define CHALLENGE "1.2.840.113549.1.9.7"
#define EXTENSIONS "1.2.840.113549.1.9.14"
#define MS_EXTENSIONS "1.3.6.1.4.1.311.2.1.14"
#define PAIR "1.3.6.1.4.1.311.13.2.1"

static GBytes *
no_attributes (void)
{
  return fake_der_data (0xa0, NULL, 0);
}

static GBytes *
key_usage (void)
{
  return fake_extension ("2.5.29.15", TRUE, fake_hex ("03020780"));
}

/* one after the other */
static GBytes *
both (GBytes *first, GBytes *second)
{
  g_autoptr (GBytes) element = fake_der (0x30, first, second, NULL);
  gsize size = g_bytes_get_size (element), header = size < 0x82 ? 2 : size < 0x103 ? 3 : 4;

  return g_bytes_new_from_bytes (element, header, size - header);
}

static GBytes *
challenge (const char *text)
{
  return fake_attribute (CHALLENGE, fake_der_text (V_ASN1_PRINTABLESTRING, text));
}

static GBytes *
wide (const char *text, gsize count)
{
  g_autofree guint8 *data = g_malloc0 (count * 2 + 1);
  gsize i;

  for (i = 0; i < count; i++)
    data[2 * i + 1] = text[i % strlen (text)];
  return fake_der_data (V_ASN1_BMPSTRING, data, count * 2);
}

static GBytes *
pair (const char *name, gsize name_length, const char *value, gsize value_length)
{
  return fake_attribute (
      PAIR, fake_der (0x30, wide (name, name_length), wide (value, value_length), NULL));
}

static GBytes *
make_version (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_der_integer (g_rand_int_range (random, 1, 0x80)),
                            fake_subject (), g_bytes_ref (kit->key->spki), no_attributes (), NULL);
}

static GBytes *
make_long_version (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_hex ("02080100000000000000"), fake_subject (),
                            g_bytes_ref (kit->key->spki), no_attributes (), NULL);
}

static GBytes *
make_no_version (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_subject (), g_bytes_ref (kit->key->spki), no_attributes (),
                            NULL);
}

static GBytes *
make_no_subject (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_der_integer (0), g_bytes_ref (kit->key->spki),
                            no_attributes (), NULL);
}

static GBytes *
make_no_key (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_der_integer (0), fake_subject (), no_attributes (), NULL);
}

static GBytes *
make_more_fields (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_der_integer (0), fake_subject (),
                            g_bytes_ref (kit->key->spki), no_attributes (),
                            fake_hex (g_rand_boolean (random) ? "0500" : "a100"), NULL);
}

static GBytes *
make_other_attributes_tag (const MalformedKit *kit, GRand *random)
{
  return malformed_request (kit, fake_der_integer (0), fake_subject (),
                            g_bytes_ref (kit->key->spki),
                            fake_hex (g_rand_boolean (random) ? "a100" : "3100"), NULL);
}

static GBytes *
make_unsigned (const MalformedKit *kit, GRand *random)
{
  return fake_der (
      0x30, fake_request_info (fake_subject (), g_bytes_ref (kit->key->spki), no_attributes ()),
      g_bytes_ref (kit->key->algorithm), NULL);
}

static GBytes *
make_signed_twice (const MalformedKit *kit, GRand *random)
{
  return fake_der (
      0x30, fake_request_info (fake_subject (), g_bytes_ref (kit->key->spki), no_attributes ()),
      g_bytes_ref (kit->key->algorithm), fake_hex ("030100"), fake_hex ("030100"), NULL);
}

static GBytes *
make_algorithm_without_oid (const MalformedKit *kit, GRand *random)
{
  return fake_der (
      0x30, fake_request_info (fake_subject (), g_bytes_ref (kit->key->spki), no_attributes ()),
      fake_hex ("30020500"), fake_hex ("030100"), NULL);
}

static GBytes *
make_attribute_not_sequence (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (kit, fake_hex ("020101"));
}

static GBytes *
make_attribute_without_set (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (
      kit,
      fake_der (0x30, fake_der_oid (CHALLENGE), fake_der_text (V_ASN1_PRINTABLESTRING, "x"), NULL));
}

static GBytes *
make_no_value (const MalformedKit *kit, GRand *random)
{
  static const char *const oids[] = { CHALLENGE, EXTENSIONS, MS_EXTENSIONS, PAIR };

  return malformed_with_attributes (
      kit, fake_der (0x30, fake_der_oid (oids[g_rand_int_range (random, 0, 4)]),
                     fake_der_data (0x31, NULL, 0), NULL));
}

static GBytes *
make_two_values (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (
      kit, fake_attribute (CHALLENGE, both (fake_der_text (V_ASN1_PRINTABLESTRING, "a"),
                                            fake_der_text (V_ASN1_PRINTABLESTRING, "b"))));
}

static GBytes *
make_repeated_attribute (const MalformedKit *kit, GRand *random)
{
  if (g_rand_boolean (random))
    return malformed_with_attributes (kit, both (challenge ("a"), challenge ("b")));
  return malformed_with_attributes (kit, both (fake_attribute ("1.2.3.4", fake_hex ("0500")),
                                               fake_attribute ("1.2.3.4", fake_hex ("0500"))));
}

static GBytes *
make_repeated_extension_request (const MalformedKit *kit, GRand *random)
{
  const char *other = g_rand_boolean (random) ? EXTENSIONS : MS_EXTENSIONS;

  return malformed_with_attributes (
      kit, both (fake_attribute (EXTENSIONS, fake_der (0x30, key_usage (), NULL)),
                 fake_attribute (other, fake_der (0x30, key_usage (), NULL))));
}

static GBytes *
make_contradicting_pairs (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (kit, both (pair ("name", 4, "a", 1), pair ("NAME", 4, "b", 1)));
}

static GBytes *
make_broken_pair (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (kit,
                                    fake_attribute (PAIR, fake_der (0x30, wide ("name", 4), NULL)));
}

static GBytes *
make_long_pair_name (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (kit,
                                    pair ("n", g_rand_int_range (random, 65, 2000), "value", 5));
}

static GBytes *
make_long_pair_value (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (kit,
                                    pair ("name", 4, "v", g_rand_int_range (random, 1025, 5000)));
}

static GBytes *
make_many_attributes (const MalformedKit *kit, GRand *random)
{
  g_autoptr (GBytes) one = pair ("name", 4, "value", 5);

  return malformed_with_attributes (kit, fake_repeat (one, g_rand_int_range (random, 65, 200)));
}

static GBytes *
make_repeated_extension (const MalformedKit *kit, GRand *random)
{
  return malformed_with_extensions (kit, both (key_usage (), key_usage ()));
}

static GBytes *
make_extensions_not_sequence (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (kit, fake_attribute (EXTENSIONS, fake_hex ("040100")));
}

static GBytes *
make_broken_extension (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = {
    "3005 0603551d0f",                /* no value */
    "3008 0603551d0f 020101",         /* a number for a value */
    "3009 0603551d0f 0402 0500 0500", /* too long for its octets */
    "3003 040100",                    /* no OID */
    "300b 0603551d0f 0402 0500 0500", /* something behind the value */
  };

  return malformed_with_extensions (kit, fake_hex (wrong[g_rand_int_range (random, 0, 5)]));
}

static GBytes *
make_extension_not_der (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[]
      = { "", "03", "0302078000", "3080 0000", "030200ff 00", "0101aa" };

  return malformed_with_extensions (
      kit, fake_extension ("1.2.3.4", FALSE, fake_hex (wrong[g_rand_int_range (random, 0, 6)])));
}

static GBytes *
make_long_extension (const MalformedKit *kit, GRand *random)
{
  gsize size = g_rand_int_range (random, 32 * 1024 + 1, 60000);
  g_autofree guint8 *data = g_malloc0 (size);

  return malformed_with_extensions (
      kit, fake_extension ("1.2.3.4", FALSE, fake_der_data (V_ASN1_OCTET_STRING, data, size)));
}

static GBytes *
make_many_extensions (const MalformedKit *kit, GRand *random)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint n = g_rand_int_range (random, 33, 100), i;

  for (i = 0; i < n; i++)
    {
      g_autofree char *oid = g_strdup_printf ("1.2.3.%u", i);
      g_autoptr (GBytes) one = fake_extension (oid, FALSE, fake_hex ("0500"));

      g_byte_array_append (all, g_bytes_get_data (one, NULL), g_bytes_get_size (one));
    }
  return malformed_with_extensions (kit, g_bytes_new (all->data, all->len));
}

static GBytes *
make_spkac_with_more (const MalformedKit *kit, GRand *random)
{
  return fake_signed (kit->key,
                      fake_der (0x30, g_bytes_ref (kit->key->spki),
                                fake_der_text (V_ASN1_IA5STRING, "word"), fake_hex ("0500"), NULL));
}

const MalformedClass malformed_structure[] = {
  { "version", ICERT_ERROR_UNSUPPORTED, "version", make_version },
  { "long-version", ICERT_ERROR_UNSUPPORTED, "version", make_long_version },
  { "no-version", ICERT_ERROR_MALFORMED, "request", make_no_version },
  { "no-subject", ICERT_ERROR_MALFORMED, "request", make_no_subject },
  { "no-key", ICERT_ERROR_MALFORMED, "request", make_no_key },
  { "more-fields", ICERT_ERROR_MALFORMED, "request", make_more_fields },
  { "other-attributes-tag", ICERT_ERROR_MALFORMED, "request", make_other_attributes_tag },
  { "unsigned", ICERT_ERROR_MALFORMED, "request", make_unsigned },
  { "signed-twice", ICERT_ERROR_MALFORMED, "request", make_signed_twice },
  { "algorithm-without-oid", ICERT_ERROR_MALFORMED, "request", make_algorithm_without_oid },
  { "attribute-not-sequence", ICERT_ERROR_MALFORMED, "request", make_attribute_not_sequence },
  { "attribute-without-set", ICERT_ERROR_MALFORMED, "request", make_attribute_without_set },
  { "no-value", ICERT_ERROR_MALFORMED, "attributes", make_no_value },
  { "two-values", ICERT_ERROR_MALFORMED, "attributes", make_two_values },
  { "repeated-attribute", ICERT_ERROR_MALFORMED, "attributes", make_repeated_attribute },
  { "repeated-extension-request", ICERT_ERROR_MALFORMED, "attributes",
    make_repeated_extension_request },
  { "contradicting-pairs", ICERT_ERROR_MALFORMED, "attributes", make_contradicting_pairs },
  { "broken-pair", ICERT_ERROR_MALFORMED, "attributes", make_broken_pair },
  { "long-pair-name", ICERT_ERROR_TOO_LARGE, "attributes", make_long_pair_name },
  { "long-pair-value", ICERT_ERROR_TOO_LARGE, "attributes", make_long_pair_value },
  { "many-attributes", ICERT_ERROR_TOO_LARGE, "attributes", make_many_attributes },
  { "repeated-extension", ICERT_ERROR_MALFORMED, "extensions", make_repeated_extension },
  { "extensions-not-sequence", ICERT_ERROR_MALFORMED, "extensions", make_extensions_not_sequence },
  { "broken-extension", ICERT_ERROR_MALFORMED, NULL, make_broken_extension },
  { "extension-not-der", ICERT_ERROR_MALFORMED, "extension 1.2.3.4", make_extension_not_der },
  { "long-extension", ICERT_ERROR_TOO_LARGE, "extensions", make_long_extension },
  { "many-extensions", ICERT_ERROR_TOO_LARGE, "extensions", make_many_extensions },
  { "spkac-with-more", ICERT_ERROR_MALFORMED, "request", make_spkac_with_more },
  { NULL },
};
