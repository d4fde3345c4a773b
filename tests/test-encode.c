/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/x509v3.h>

#include "fake-general-name.h"

/* How often each property is tried with other random values */
#define ROUNDS 200

typedef struct
{
  GBytes *(*to_bytes) (gpointer object, GError **error);
  gboolean (*decode) (gpointer object, GBytes *value, GError **error);
  gpointer (*open) (GCancellable *cancellable, GError **error);
} Codec;

#define CODEC(name)                                                                                \
  {                                                                                                \
    (GBytes * (*) (gpointer, GError **) ) icert_encode_##name##_to_bytes,                          \
        (gboolean (*) (gpointer, GBytes *, GError **)) icert_encode_##name##_decode,               \
        (gpointer (*) (GCancellable *, GError **)) icert_encode_##name##_open                      \
  }

static const Codec alt_name = CODEC (alt_name);
static const Codec bit_string = CODEC (bit_string);
static const Codec crl_dist_info = CODEC (crl_dist_info);
static const Codec date_array = CODEC (date_array);
static const Codec long_array = CODEC (long_array);
static const Codec string_array = CODEC (string_array);

static gpointer
open_codec (const Codec *codec)
{
  g_autoptr (GError) error = NULL;
  gpointer object = codec->open (NULL, &error);

  g_assert_no_error (error);
  return object;
}

/* What @object encodes is what OpenSSL wrote, and an empty one takes it over. Takes over @der.
 * (transfer full): the one that decoded it */
static gpointer
assert_codes (const Codec *codec, gpointer object, unsigned char *der, int size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = codec->to_bytes (object, &error);
  g_autoptr (GBytes) again = NULL;
  gpointer other = open_codec (codec);

  g_assert_no_error (error);
  g_assert_cmpint (size, >, 0);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), der, (gsize) size);
  g_assert_true (codec->decode (other, bytes, &error));
  g_assert_no_error (error);
  again = codec->to_bytes (other, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, again));
  OPENSSL_free (der);
  return other;
}

static char *
random_word (void)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  GString *word = g_string_new ("x");

  for (int n = g_test_rand_int_range (0, 40); n > 0; n--)
    g_string_append_c (word, letters[g_test_rand_int_range (0, (int) strlen (letters))]);
  return g_string_free (word, FALSE);
}

static void
fill_random (char *octets, int size)
{
  for (int i = 0; i < size; i++)
    octets[i] = (char) g_test_rand_int_range (0, 256);
}

static ICertName *
make_name (ICertNameKind kind, const char *text)
{
  g_autoptr (GError) error = NULL;
  ICertName *name = icert_name_new (kind, text, &error);

  g_assert_no_error (error);
  return name;
}

static ICertName *
make_directory (X509_NAME *value)
{
  unsigned char *der = NULL;
  int size = i2d_X509_NAME (value, &der);
  g_autoptr (GBytes) bytes = g_bytes_new (der, (gsize) size);
  g_autoptr (GError) error = NULL;
  ICertName *name = icert_name_new_bytes (ICERT_NAME_KIND_DIRECTORY, bytes, &error);

  g_assert_no_error (error);
  OPENSSL_free (der);
  return name;
}

static ICertName *
random_address (GENERAL_NAME **expected)
{
  /* documentation prefixes: never a mapped address */
  char octets[16] = { 0x20, 0x01, 0x0d, (char) 0xb8 };
  int size = g_test_rand_bit () ? 4 : 16;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  ICertName *name;

  fill_random (octets + (size == 4 ? 0 : 4), size == 4 ? 4 : 12);
  bytes = g_bytes_new (octets, (gsize) size);
  name = icert_name_new_bytes (ICERT_NAME_KIND_IP, bytes, &error);
  g_assert_no_error (error);
  *expected = fake_general_name_address (octets, size);
  return name;
}

/* A name and what OpenSSL calls the same */
static ICertName *
random_name (GENERAL_NAME **expected)
{
  g_autofree char *word = random_word ();
  g_autofree char *text = NULL;
  X509_NAME *directory;

  switch (g_test_rand_int_range (0, 6))
    {
    case 0:
      text = g_strconcat (word, ".example.org", NULL);
      *expected = fake_general_name_text (GEN_DNS, text);
      return make_name (ICERT_NAME_KIND_DNS, text);
    case 1:
      text = g_strconcat (word, "@example.org", NULL);
      *expected = fake_general_name_text (GEN_EMAIL, text);
      return make_name (ICERT_NAME_KIND_RFC822, text);
    case 2:
      text = g_strconcat ("https://example.org/", word, NULL);
      *expected = fake_general_name_text (GEN_URI, text);
      return make_name (ICERT_NAME_KIND_URI, text);
    case 3:
      text = g_strdup_printf ("1.%d.%u", g_test_rand_int_range (0, 40),
                              (guint) g_test_rand_int_range (0, G_MAXINT));
      *expected = fake_general_name_registered_id (text);
      return make_name (ICERT_NAME_KIND_REGISTERED_ID, text);
    case 4:
      directory = X509_NAME_new ();
      X509_NAME_add_entry_by_txt (directory, "CN", MBSTRING_UTF8, (const unsigned char *) word, -1,
                                  -1, 0);
      *expected = fake_general_name_directory (directory);
      return make_directory (directory);
    default:
      return random_address (expected);
    }
}

static void
test_alt_names (void)
{
  g_test_summary ("Random alternative names are what OpenSSL writes, and come back");

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (ICertEncodeAltName) encode = open_codec (&alt_name);
      g_autoptr (ICertEncodeAltName) other = NULL;
      g_autoptr (GListModel) list = NULL;
      g_autoptr (GListModel) decoded = NULL;
      g_autoptr (GError) error = NULL;
      GENERAL_NAMES *expected = GENERAL_NAMES_new ();
      unsigned char *der = NULL;
      int size;

      for (int n = g_test_rand_int_range (1, 20); n > 0; n--)
        {
          GENERAL_NAME *its;
          g_autoptr (ICertName) name = random_name (&its);

          sk_GENERAL_NAME_push (expected, its);
          g_assert_true (icert_encode_alt_name_add (encode, name, &error));
        }
      size = i2d_GENERAL_NAMES (expected, &der);
      other = assert_codes (&alt_name, encode, der, size);

      list = icert_encode_alt_name_list (encode, NULL);
      decoded = icert_encode_alt_name_list (other, NULL);
      g_assert_cmpuint (g_list_model_get_n_items (list), ==, sk_GENERAL_NAME_num (expected));
      g_assert_cmpuint (g_list_model_get_n_items (list), ==, g_list_model_get_n_items (decoded));
      for (guint i = 0; i < g_list_model_get_n_items (list); i++)
        {
          g_autoptr (ICertName) one = g_list_model_get_item (list, i);
          g_autoptr (ICertName) two = g_list_model_get_item (decoded, i);

          g_assert_true (icert_name_equal (one, two));
        }
      GENERAL_NAMES_free (expected);
    }
}

static void
test_other_names (void)
{
  g_autoptr (ICertEncodeAltName) encode = open_codec (&alt_name);
  g_autoptr (ICertEncodeAltName) other = NULL;
  g_autoptr (GListModel) list = NULL;
  g_autoptr (ICertName) name = NULL;
  g_autoptr (GBytes) value = g_bytes_new_static ("\x0c\x05"
                                                 "ann@x",
                                                 7);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  GENERAL_NAMES *expected = GENERAL_NAMES_new ();
  unsigned char *der = NULL;
  int size;

  g_test_summary ("An otherName is added with its type in one call");

  sk_GENERAL_NAME_push (expected, fake_general_name_other ("1.3.6.1.4.1.311.20.2.3", "ann@x"));
  size = i2d_GENERAL_NAMES (expected, &der);
  GENERAL_NAMES_free (expected);
  g_assert_true (icert_encode_alt_name_add_other (encode, "1.3.6.1.4.1.311.20.2.3", value, &error));
  g_assert_no_error (error);
  other = assert_codes (&alt_name, encode, der, size);
  list = icert_encode_alt_name_list (other, NULL);
  name = g_list_model_get_item (list, 0);
  text = icert_name_to_string (name);
  g_assert_cmpstr (text, ==, "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ann@x");
}

static void
test_bit_strings (void)
{
  g_test_summary ("Random bits are the BIT STRING that OpenSSL writes, zeros at the end too");

  for (guint count = 0; count < ROUNDS; count++)
    {
      g_autoptr (ICertEncodeBitString) encode = open_codec (&bit_string);
      g_autoptr (ICertEncodeBitString) other = NULL;
      g_autoptr (GBytes) bits = NULL;
      g_autoptr (GBytes) decoded = NULL;
      g_autoptr (GError) error = NULL;
      ASN1_BIT_STRING *expected = ASN1_BIT_STRING_new ();
      char octets[ROUNDS / 8 + 1];
      guint unused = (8 - count % 8) % 8;
      gsize octet_count = (count + 7) / 8;
      unsigned char *der = NULL;
      guint seen;
      int size;

      fill_random (octets, sizeof octets);
      if (count > 0)
        octets[octet_count - 1] &= (char) (0xff << unused);
      ASN1_BIT_STRING_set (expected, (unsigned char *) octets, (int) octet_count);
      expected->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07);
      expected->flags |= ASN1_STRING_FLAG_BITS_LEFT | (long) unused;
      bits = g_bytes_new (octets, octet_count);
      g_assert_true (icert_encode_bit_string_set_bits (encode, bits, count, &error));
      g_assert_no_error (error);
      size = i2d_ASN1_BIT_STRING (expected, &der);
      other = assert_codes (&bit_string, encode, der, size);
      decoded = icert_encode_bit_string_get_bits (other, &seen, &error);
      g_assert_cmpuint (seen, ==, count);
      g_assert_true (g_bytes_equal (bits, decoded));
      ASN1_BIT_STRING_free (expected);
    }
}

static DIST_POINT *
new_point (GENERAL_NAMES *names)
{
  DIST_POINT *point = DIST_POINT_new ();

  point->distpoint = DIST_POINT_NAME_new ();
  point->distpoint->type = 0;
  point->distpoint->name.fullname = names;
  return point;
}

static void
test_crl_dist_infos (void)
{
  g_test_summary ("Random distribution points are what OpenSSL writes, list by list");

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (ICertEncodeCrlDistInfo) encode = open_codec (&crl_dist_info);
      g_autoptr (ICertEncodeCrlDistInfo) other = NULL;
      g_autoptr (GListModel) list = NULL;
      g_autoptr (GError) error = NULL;
      CRL_DIST_POINTS *expected = CRL_DIST_POINTS_new ();
      unsigned char *der = NULL;
      int size;

      for (int n = g_test_rand_int_range (1, 5); n > 0; n--)
        {
          g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
          GENERAL_NAMES *its = GENERAL_NAMES_new ();

          for (int m = g_test_rand_int_range (1, 5); m > 0; m--)
            {
              g_autofree char *word = random_word ();
              g_autofree char *url = g_strconcat ("ldap:///cn=", word, "?cRL", NULL);
              GENERAL_NAME *name = NULL;

              if (g_test_rand_bit ())
                g_ptr_array_add (names, icert_name_new_location (url, NULL));
              else
                g_ptr_array_add (names, random_name (&name));
              sk_GENERAL_NAME_push (its,
                                    name != NULL ? name : fake_general_name_text (GEN_URI, url));
            }
          g_assert_true (icert_encode_crl_dist_info_add_point (encode, names, &error));
          g_assert_no_error (error);
          sk_DIST_POINT_push (expected, new_point (its));
        }
      size = i2d_CRL_DIST_POINTS (expected, &der);
      other = assert_codes (&crl_dist_info, encode, der, size);
      list = icert_encode_crl_dist_info_list (other, NULL);
      g_assert_cmpuint (g_list_model_get_n_items (list), ==, sk_DIST_POINT_num (expected));
      for (guint i = 0; i < g_list_model_get_n_items (list); i++)
        {
          g_autoptr (GListModel) names = g_list_model_get_item (list, i);
          DIST_POINT *point = sk_DIST_POINT_value (expected, (int) i);

          g_assert_cmpuint (g_list_model_get_n_items (names), ==,
                            sk_GENERAL_NAME_num (point->distpoint->name.fullname));
        }
      CRL_DIST_POINTS_free (expected);
    }
}

static ASN1_TYPE *
new_type (int type, void *value)
{
  ASN1_TYPE *any = ASN1_TYPE_new ();

  ASN1_TYPE_set (any, type, value);
  return any;
}

/* Takes over @sequence */
static int
encode_sequence (ASN1_SEQUENCE_ANY *sequence, unsigned char **der)
{
  int size = i2d_ASN1_SEQUENCE_ANY (sequence, der);

  sk_ASN1_TYPE_pop_free (sequence, ASN1_TYPE_free);
  return size;
}

static void
test_date_arrays (void)
{
  const gint64 first = -631152000, last = G_GINT64_CONSTANT (253402300799);

  g_test_summary ("Random times are the UTCTime or GeneralizedTime that OpenSSL writes");

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (ICertEncodeDateArray) encode = open_codec (&date_array);
      g_autoptr (ICertEncodeDateArray) other = NULL;
      g_autoptr (GError) error = NULL;
      ASN1_SEQUENCE_ANY *expected = sk_ASN1_TYPE_new_null ();
      unsigned char *der = NULL;
      gint64 seconds[10];
      guint count = (guint) g_test_rand_int_range (0, 10);
      int size;

      for (guint i = 0; i < count; i++)
        {
          g_autoptr (GDateTime) date = NULL;
          ASN1_TIME *time;

          seconds[i] = round == 0 && i == 0 ? first
                       : round == 0 && i == 1
                           ? last
                           : first + (gint64) g_test_rand_double_range (0, (double) (last - first));
          time = ASN1_TIME_set (NULL, (time_t) seconds[i]);
          date = g_date_time_new_from_unix_utc (seconds[i]);
          sk_ASN1_TYPE_push (expected, new_type (ASN1_STRING_type (time), time));
          g_assert_true (icert_encode_date_array_add (encode, date, &error));
          g_assert_no_error (error);
        }
      size = encode_sequence (expected, &der);
      other = assert_codes (&date_array, encode, der, size);
      g_assert_cmpuint (icert_encode_date_array_get_count (other, &error), ==, count);
      for (guint i = 0; i < count; i++)
        {
          g_autoptr (GDateTime) date = icert_encode_date_array_get_value (other, i, &error);

          g_assert_cmpint (g_date_time_to_unix (date), ==, seconds[i]);
        }
    }
}

static void
test_long_arrays (void)
{
  static const gint64 edges[]
      = { 0,   1,     -1,    127,    128,        -128,       -129,       255,
          256, 32767, 32768, -32769, G_MAXINT32, G_MININT32, G_MAXINT64, G_MININT64 };

  g_test_summary ("Random numbers are the INTEGERs that OpenSSL writes");

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (ICertEncodeLongArray) encode = open_codec (&long_array);
      g_autoptr (ICertEncodeLongArray) other = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) decoded = NULL;
      ASN1_SEQUENCE_ANY *expected = sk_ASN1_TYPE_new_null ();
      gint64 values[G_N_ELEMENTS (edges)];
      gsize count = round == 0 ? G_N_ELEMENTS (edges) : (gsize) g_test_rand_int_range (0, 10);
      unsigned char *der = NULL;
      int size;

      for (gsize i = 0; i < count; i++)
        {
          ASN1_INTEGER *integer = ASN1_INTEGER_new ();

          values[i]
              = round == 0
                    ? edges[i]
                    : (gint64) ((guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ())
                          >> g_test_rand_int_range (0, 63);
          ASN1_INTEGER_set_int64 (integer, values[i]);
          sk_ASN1_TYPE_push (expected, new_type (V_ASN1_INTEGER, integer));
        }
      g_assert_true (icert_encode_long_array_set_values (encode, values, count, &error));
      size = encode_sequence (expected, &der);
      other = assert_codes (&long_array, encode, der, size);
      decoded = icert_encode_long_array_get_values (other, &error);
      g_assert_cmpmem (decoded->data, decoded->len * sizeof *values, values,
                       count * sizeof *values);
    }
}

static const struct
{
  ICertRdnType type;
  gulong mask;
  const char *characters;
} string_types[] = {
  { ICERT_RDN_TYPE_NUMERIC, B_ASN1_NUMERICSTRING, "0123456789 " },
  { ICERT_RDN_TYPE_PRINTABLE, B_ASN1_PRINTABLESTRING, "aZ09 '()+,-./:=?" },
  { ICERT_RDN_TYPE_T61, B_ASN1_T61STRING, "aé~ÿ\t" },
  { ICERT_RDN_TYPE_IA5, B_ASN1_IA5STRING, "a@*_&\n\x7f" },
  { ICERT_RDN_TYPE_UNIVERSAL, B_ASN1_UNIVERSALSTRING, "aé€𝄞" },
  { ICERT_RDN_TYPE_BMP, B_ASN1_BMPSTRING, "aé€語" },
  { ICERT_RDN_TYPE_UTF8, B_ASN1_UTF8STRING, "aé€𝄞" },
};

static char *
random_text (const char *characters)
{
  GString *text = g_string_new (NULL);
  int count = (int) g_utf8_strlen (characters, -1);

  for (int n = g_test_rand_int_range (0, 20); n > 0; n--)
    g_string_append_unichar (text, g_utf8_get_char (g_utf8_offset_to_pointer (
                                       characters, g_test_rand_int_range (0, count))));
  return g_string_free (text, FALSE);
}

static void
test_string_arrays (void)
{
  g_test_summary ("Random texts of each type are the strings that OpenSSL writes");

  for (int round = 0; round < ROUNDS; round++)
    {
      gsize kind = (gsize) round % G_N_ELEMENTS (string_types);
      g_autoptr (ICertEncodeStringArray) encode = open_codec (&string_array);
      g_autoptr (ICertEncodeStringArray) other = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
      g_auto (GStrv) decoded = NULL;
      ASN1_SEQUENCE_ANY *expected = sk_ASN1_TYPE_new_null ();
      ICertRdnType type = ICERT_RDN_TYPE_ANY;
      unsigned char *der = NULL;
      int size;

      for (int n = g_test_rand_int_range (1, 10); n > 0; n--)
        {
          char *text = random_text (string_types[kind].characters);
          ASN1_STRING *string = NULL;

          g_ptr_array_add (texts, text);
          g_assert_cmpint (ASN1_mbstring_copy (&string, (unsigned char *) text, (int) strlen (text),
                                               MBSTRING_UTF8, string_types[kind].mask),
                           >, 0);
          sk_ASN1_TYPE_push (expected, new_type (ASN1_STRING_type (string), string));
        }
      g_ptr_array_add (texts, NULL);
      g_assert_true (icert_encode_string_array_set_values (
          encode, string_types[kind].type, (const char *const *) texts->pdata, &error));
      g_assert_no_error (error);
      size = encode_sequence (expected, &der);
      other = assert_codes (&string_array, encode, der, size);
      decoded = icert_encode_string_array_get_values (other, &type, &error);
      g_assert_cmpint (type, ==, string_types[kind].type);
      g_assert_cmpstrv (decoded, texts->pdata);
    }
}

static void
test_string_types (void)
{
  static const char *const mixed[] = { "plain", "a*b", "", NULL };
  static const char *const seen[] = { "vis ible~", NULL };
  g_autoptr (ICertEncodeStringArray) encode = open_codec (&string_array);
  g_autoptr (ICertEncodeStringArray) other = open_codec (&string_array);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) visible = NULL;
  g_auto (GStrv) decoded = NULL;
  ICertRdnType type = ICERT_RDN_TYPE_UTF8;

  g_test_summary ("ANY takes the type that each text needs, and says so; VisibleString is ASCII");

  g_assert_true (icert_encode_string_array_set_values (encode, ICERT_RDN_TYPE_ANY, mixed, &error));
  bytes = icert_encode_string_array_to_bytes (encode, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   "\x30\x0e\x13\x05plain\x0c\x03"
                   "a*b\x13\x00",
                   16);
  g_assert_true (icert_encode_string_array_decode (other, bytes, &error));
  decoded = icert_encode_string_array_get_values (other, &type, &error);
  g_assert_cmpint (type, ==, ICERT_RDN_TYPE_ANY);
  g_assert_cmpstrv (decoded, mixed);

  g_assert_true (
      icert_encode_string_array_set_values (encode, ICERT_RDN_TYPE_VISIBLE, seen, &error));
  visible = icert_encode_string_array_to_bytes (encode, &error);
  g_assert_cmpmem (g_bytes_get_data (visible, NULL), g_bytes_get_size (visible),
                   "\x30\x0b\x1a\x09vis ible~", 13);
}

static gpointer
fill_alt_name (void)
{
  static const char *const texts[]
      = { "dns=example.org",         "ipaddress=192.0.2.1", "upn=ann@example.org",
          "email=a@example.org",     "oid=1.2.840",         "url=http://a.b/",
          "1.3.6.1.4={octet}{hex}00" };
  g_autoptr (GError) error = NULL;
  gpointer encode = open_codec (&alt_name);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (ICertName) name = icert_name_from_string (texts[i], &error);

      g_assert_no_error (error);
      g_assert_true (icert_encode_alt_name_add (encode, name, &error));
    }
  return encode;
}

static gpointer
fill_bit_string (void)
{
  g_autoptr (GBytes) bits = g_bytes_new_static ("\x12\x34\xe0", 3);
  gpointer encode = open_codec (&bit_string);

  g_assert_true (icert_encode_bit_string_set_bits (encode, bits, 20, NULL));
  return encode;
}

static gpointer
fill_crl_dist_info (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  gpointer encode = open_codec (&crl_dist_info);

  g_ptr_array_add (names, icert_name_new_location ("http://a/b?c", NULL));
  g_ptr_array_add (names, make_name (ICERT_NAME_KIND_DNS, "example.org"));
  g_assert_true (icert_encode_crl_dist_info_add_point (encode, names, NULL));
  g_assert_true (icert_encode_crl_dist_info_add_point (encode, names, NULL));
  return encode;
}

static gpointer
fill_date_array (void)
{
  static const int years[] = { 1950, 2000, 2049, 2050, 2400 };
  gpointer encode = open_codec (&date_array);

  for (gsize i = 0; i < G_N_ELEMENTS (years); i++)
    {
      g_autoptr (GDateTime) date = g_date_time_new_utc (years[i], 2, 28, 23, 59, 59);

      g_assert_true (icert_encode_date_array_add (encode, date, NULL));
    }
  return encode;
}

static gpointer
fill_long_array (void)
{
  static const gint64 values[] = { 0, -1, 127, 128, -129, G_MAXINT64, G_MININT64 };
  gpointer encode = open_codec (&long_array);

  g_assert_true (icert_encode_long_array_set_values (encode, values, G_N_ELEMENTS (values), NULL));
  return encode;
}

static gpointer
fill_string_array (void)
{
  g_autoptr (GByteArray) der = g_byte_array_new ();
  g_autoptr (GBytes) value = NULL;
  gpointer encode = open_codec (&string_array);

  /* a string of each type */
  g_byte_array_append (der,
                       (const guint8 *) "\x30\x26\x12\x02"
                                        "1 \x13\x02"
                                        "a=\x14\x02"
                                        "a\xe9\x16\x02"
                                        "a@"
                                        "\x1a\x02"
                                        "a~\x1c\x04\x00\x01\xd1\x1e\x1e\x04\x20\xac\x00"
                                        "a"
                                        "\x0c\x04\xf0\x9d\x84\x9e",
                       40);
  value = g_byte_array_free_to_bytes (g_steal_pointer (&der));
  g_assert_true (icert_encode_string_array_decode (encode, value, NULL));
  return encode;
}

static const struct
{
  const char *name;
  const Codec *codec;
  gpointer (*fill) (void);
} filled[] = {
  { "AltName", &alt_name, fill_alt_name },
  { "BitString", &bit_string, fill_bit_string },
  { "CrlDistInfo", &crl_dist_info, fill_crl_dist_info },
  { "DateArray", &date_array, fill_date_array },
  { "LongArray", &long_array, fill_long_array },
  { "StringArray", &string_array, fill_string_array },
};

/* Either @mutant is refused, and the object still holds @value, or it is taken octet for octet. */
static gboolean
try_mutant (const Codec *codec, gpointer object, GBytes *value, GBytes *mutant)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) held = NULL;
  gboolean taken = codec->decode (object, mutant, &error);

  g_assert_true (taken == (error == NULL));
  if (error != NULL)
    g_assert_true (error->domain == ICERT_ERROR
                   && (error->code == ICERT_ERROR_MALFORMED || error->code == ICERT_ERROR_BAD_NAME
                       || error->code == ICERT_ERROR_UNSUPPORTED
                       || error->code == ICERT_ERROR_TOO_LARGE));
  held = codec->to_bytes (object, NULL);
  g_assert_true (g_bytes_equal (held, taken ? mutant : value));
  if (taken)
    g_assert_true (codec->decode (object, value, NULL));
  return taken;
}

static void
test_mutations (void)
{
  g_test_summary ("S-A3: whatever octet is changed, a value is refused or taken octet for octet");

  for (gsize i = 0; i < G_N_ELEMENTS (filled); i++)
    {
      g_autoptr (GObject) object = filled[i].fill ();
      g_autoptr (GBytes) value = filled[i].codec->to_bytes (object, NULL);
      guint taken = 0, refused = 0;
      gsize size;
      const guint8 *data = g_bytes_get_data (value, &size);

      for (gsize at = 0; at < size; at++)
        for (guint octet = 0; octet < 256; octet++)
          {
            guint8 *copy = g_memdup2 (data, size);
            g_autoptr (GBytes) mutant = g_bytes_new_take (copy, size);

            copy[at] = (guint8) octet;
            if (try_mutant (filled[i].codec, object, value, mutant))
              taken++;
            else
              refused++;
          }
      for (gsize end = 0; end < size; end++)
        {
          g_autoptr (GBytes) cut = g_bytes_new (data, end);

          g_assert_false (try_mutant (filled[i].codec, object, value, cut));
        }
      g_test_message ("%s: %u taken, %u refused", filled[i].name, taken, refused);
      g_assert_cmpuint (taken, >, 0);
      g_assert_cmpuint (refused, >, 0);
    }
}

#define REFUSED(codec, octets, error, field)                                                       \
  {                                                                                                \
    &(codec), octets, sizeof octets - 1, error, field                                              \
  }

static const struct
{
  const Codec *codec;
  const char *octets;
  gsize size;
  ICertError code;
  const char *field;
} refused[] = {
  /* indefinite length, length in too many octets, something behind the end, another tag, empty */
  REFUSED (alt_name,
           "\x30\x80\x82\x01"
           "a\x00\x00",
           ICERT_ERROR_MALFORMED,
           "subjectAltName"),
  REFUSED (alt_name,
           "\x30\x81\x03\x82\x01"
           "a",
           ICERT_ERROR_MALFORMED,
           "subjectAltName"),
  REFUSED (alt_name,
           "\x30\x03\x82\x01"
           "a\x00",
           ICERT_ERROR_MALFORMED,
           "subjectAltName"),
  REFUSED (alt_name,
           "\x31\x03\x82\x01"
           "a",
           ICERT_ERROR_MALFORMED,
           "subjectAltName"),
  REFUSED (alt_name, "\x30\x00", ICERT_ERROR_MALFORMED, "subjectAltName"),
  REFUSED (alt_name,
           "\x30\x04\x82\x02"
           "a\x00",
           ICERT_ERROR_BAD_NAME,
           "dNSName"),
  REFUSED (alt_name,
           "\x30\x05\x82\x03"
           "a_b",
           ICERT_ERROR_BAD_NAME,
           "dNSName"),
  REFUSED (alt_name, "\x30\x0a\x87\x08\x0a\0\0\0\xff\0\0\0", ICERT_ERROR_BAD_NAME, "iPAddress"),
  /* unused bits that are set, more than seven of them, of no octet, an OCTET STRING */
  REFUSED (bit_string, "\x03\x02\x01\xff", ICERT_ERROR_MALFORMED, "bit string"),
  REFUSED (bit_string, "\x03\x02\x08\x00", ICERT_ERROR_MALFORMED, "bit string"),
  REFUSED (bit_string, "\x03\x01\x01", ICERT_ERROR_MALFORMED, "bit string"),
  REFUSED (bit_string, "\x03\x00", ICERT_ERROR_MALFORMED, "bit string"),
  REFUSED (bit_string, "\x04\x02\x00\xff", ICERT_ERROR_MALFORMED, "bit string"),
  /* no point, a point of nothing, of reasons, relative to an issuer, of no names, of another form
   */
  REFUSED (crl_dist_info, "\x30\x00", ICERT_ERROR_MALFORMED, "cRLDistributionPoints"),
  REFUSED (crl_dist_info, "\x30\x02\x30\x00", ICERT_ERROR_UNSUPPORTED, "cRLDistributionPoints"),
  REFUSED (crl_dist_info,
           "\x30\x06\x30\x04\x81\x02\x01\x06",
           ICERT_ERROR_UNSUPPORTED,
           "cRLDistributionPoints"),
  REFUSED (crl_dist_info,
           "\x30\x06\x30\x04\xa0\x02\xa1\x00",
           ICERT_ERROR_UNSUPPORTED,
           "cRLDistributionPoints"),
  REFUSED (crl_dist_info,
           "\x30\x06\x30\x04\xa0\x02\xa0\x00",
           ICERT_ERROR_MALFORMED,
           "cRLDistributionPoints"),
  REFUSED (crl_dist_info, "\x30\x02\x05\x00", ICERT_ERROR_MALFORMED, "cRLDistributionPoints"),
  REFUSED (crl_dist_info,
           "\x30\x0a\x30\x08\xa0\x06\xa0\x04\x86\x02"
           "ab",
           ICERT_ERROR_BAD_NAME,
           "uniformResourceIdentifier"),
  REFUSED (crl_dist_info,
           "\x30\x0c\x30\x0a\xa0\x08\xa0\x06\x86\x04"
           "a:\x00"
           "b",
           ICERT_ERROR_BAD_NAME,
           "uniformResourceIdentifier"),
  /* without seconds, with an offset, no such day, a GeneralizedTime of 2049, a fraction, text */
  REFUSED (date_array,
           "\x30\x0d\x17\x0b"
           "2601020304Z",
           ICERT_ERROR_MALFORMED,
           "times"),
  REFUSED (date_array,
           "\x30\x13\x17\x11"
           "260102030405+0100",
           ICERT_ERROR_MALFORMED,
           "times"),
  REFUSED (date_array,
           "\x30\x0f\x17\x0d"
           "260229030405Z",
           ICERT_ERROR_MALFORMED,
           "times"),
  REFUSED (date_array,
           "\x30\x11\x18\x0f"
           "20490102030405Z",
           ICERT_ERROR_MALFORMED,
           "times"),
  REFUSED (date_array,
           "\x30\x13\x18\x11"
           "20510102030405.5Z",
           ICERT_ERROR_MALFORMED,
           "times"),
  REFUSED (date_array,
           "\x30\x0f\x0c\x0d"
           "260102030405Z",
           ICERT_ERROR_MALFORMED,
           "times"),
  /* not minimal, empty, more than 64 bits, an ENUMERATED */
  REFUSED (long_array, "\x30\x04\x02\x02\x00\x01", ICERT_ERROR_MALFORMED, "numbers"),
  REFUSED (long_array, "\x30\x02\x02\x00", ICERT_ERROR_MALFORMED, "numbers"),
  REFUSED (long_array, "\x30\x0b\x02\x09\x01\0\0\0\0\0\0\0\0", ICERT_ERROR_TOO_LARGE, "numbers"),
  REFUSED (long_array, "\x30\x03\x0a\x01\x01", ICERT_ERROR_MALFORMED, "numbers"),
  /* characters that the type has not, odd octets, half a pair, a NUL, pieces, other types */
  REFUSED (string_array, "\x30\x03\x13\x01@", ICERT_ERROR_MALFORMED, "texts"),
  REFUSED (string_array,
           "\x30\x03\x12\x01"
           "a",
           ICERT_ERROR_MALFORMED,
           "texts"),
  REFUSED (string_array, "\x30\x03\x16\x01\xe9", ICERT_ERROR_MALFORMED, "texts"),
  REFUSED (string_array, "\x30\x03\x1a\x01\x07", ICERT_ERROR_MALFORMED, "texts"),
  REFUSED (string_array, "\x30\x03\x0c\x01\xe9", ICERT_ERROR_MALFORMED, "texts"),
  REFUSED (string_array,
           "\x30\x05\x1e\x03\x00"
           "a\x00",
           ICERT_ERROR_MALFORMED,
           "texts"),
  REFUSED (string_array, "\x30\x04\x1e\x02\xd8\x34", ICERT_ERROR_MALFORMED, "texts"),
  REFUSED (string_array, "\x30\x03\x0c\x01\x00", ICERT_ERROR_MALFORMED, "texts"),
  REFUSED (string_array,
           "\x30\x05\x2c\x03\x0c\x01"
           "a",
           ICERT_ERROR_MALFORMED,
           "texts"),
  REFUSED (string_array,
           "\x30\x03\x04\x01"
           "a",
           ICERT_ERROR_UNSUPPORTED,
           "texts"),
  REFUSED (string_array,
           "\x30\x03\x1b\x01"
           "a",
           ICERT_ERROR_UNSUPPORTED,
           "texts"),
};

static void
test_refuses (void)
{
  g_test_summary ("S-A3, S-A4, S-A7, S-A8: a value of another form is refused, and says why");

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GObject) object = open_codec (refused[i].codec);
      g_autoptr (GBytes) value = g_bytes_new (refused[i].octets, refused[i].size);
      g_autoptr (GError) error = NULL;
      g_autofree char *field = NULL;

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_false (refused[i].codec->decode (object, value, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, ICERT_ERROR, (int) refused[i].code);
      field = icert_error_get_field (error);
      g_assert_cmpstr (field, ==, refused[i].field);
      g_assert_nonnull (strchr (error->message, '('));
    }
}

static void
assert_error (gboolean ok, GError **error, ICertError code, const char *field)
{
  g_autofree char *seen = NULL;

  g_assert_false (ok);
  g_assert_error (*error, ICERT_ERROR, (int) code);
  seen = icert_error_get_field (*error);
  g_assert_cmpstr (seen, ==, field);
  g_assert_nonnull (strchr ((*error)->message, '('));
  g_clear_error (error);
}

static void
test_limits (void)
{
  g_autoptr (ICertEncodeAltName) names = open_codec (&alt_name);
  g_autoptr (ICertEncodeBitString) bits = open_codec (&bit_string);
  g_autoptr (ICertEncodeCrlDistInfo) points = open_codec (&crl_dist_info);
  g_autoptr (ICertEncodeLongArray) numbers = open_codec (&long_array);
  g_autoptr (ICertEncodeStringArray) texts = open_codec (&string_array);
  g_autoptr (ICertEncodeDateArray) times = open_codec (&date_array);
  g_autoptr (ICertName) name = make_name (ICERT_NAME_KIND_DNS, "example.org");
  g_autoptr (GPtrArray) many = g_ptr_array_new ();
  g_autofree char *big = g_strnfill (32 * 1024, 'a');
  g_autoptr (GBytes) octets = g_bytes_new (big, 32 * 1024);
  g_autoptr (GDateTime) date = g_date_time_new_utc (2400, 1, 1, 0, 0, 0);
  const char *const one[] = { big, NULL };
  g_autofree gint64 *values = g_new0 (gint64, 32 * 1024);
  GError *error = NULL;
  guint added = 0;

  g_test_summary ("S-A1: no object takes more than 100 names or 32 KiB, nor gives it");

  for (guint i = 0; i < 100; i++)
    g_assert_true (icert_encode_alt_name_add (names, name, &error));
  assert_error (icert_encode_alt_name_add (names, name, &error), &error, ICERT_ERROR_TOO_LARGE,
                "subjectAltName");
  for (guint i = 0; i < 51; i++)
    g_ptr_array_add (many, name);
  g_assert_true (icert_encode_crl_dist_info_add_point (points, many, &error));
  assert_error (icert_encode_crl_dist_info_add_point (points, many, &error), &error,
                ICERT_ERROR_TOO_LARGE, "cRLDistributionPoints");
  assert_error (icert_encode_bit_string_set_bits (bits, octets, 32 * 1024 * 8, &error), &error,
                ICERT_ERROR_TOO_LARGE, "bit string");
  assert_error (icert_encode_bit_string_set_bits (bits, octets, G_MAXUINT, &error), &error,
                ICERT_ERROR_TOO_LARGE, "bit string");
  assert_error (icert_encode_long_array_set_values (numbers, values, 32 * 1024 / 3, &error), &error,
                ICERT_ERROR_TOO_LARGE, "numbers");
  assert_error (icert_encode_long_array_set_values (numbers, values, G_MAXSIZE, &error), &error,
                ICERT_ERROR_TOO_LARGE, "numbers");
  assert_error (icert_encode_string_array_set_values (texts, ICERT_RDN_TYPE_UTF8, one, &error),
                &error, ICERT_ERROR_TOO_LARGE, "texts");
  while (icert_encode_date_array_add (times, date, &error))
    added++;
  g_assert_cmpuint (added, ==, (32 * 1024 - 4) / 17);
  assert_error (FALSE, &error, ICERT_ERROR_TOO_LARGE, "times");

  for (gsize i = 0; i < G_N_ELEMENTS (filled); i++)
    {
      g_autoptr (GObject) object = open_codec (filled[i].codec);
      g_autoptr (GBytes) large = g_bytes_new (values, 32 * 1024 + 1);

      g_assert_false (filled[i].codec->decode (object, large, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE);
      g_assert_nonnull (strstr (error->message, "limit=32768 actual=32769"));
      g_clear_error (&error);
    }
}

static void
refuse_names (void)
{
  g_autoptr (ICertEncodeAltName) names = open_codec (&alt_name);
  g_autoptr (ICertName) subtree
      = icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL);
  g_autoptr (ICertName) location = icert_name_new_location ("ldap:///cn=a", NULL);
  g_autoptr (ICertName) nothing = g_object_new (ICERT_TYPE_NAME, NULL);
  g_autoptr (GBytes) octets = g_bytes_new_static ("\xff", 1);
  GError *error = NULL;

  assert_error (icert_encode_alt_name_add (names, NULL, &error), &error, ICERT_ERROR_MALFORMED,
                "name");
  assert_error (icert_encode_alt_name_add (names, subtree, &error), &error, ICERT_ERROR_BAD_NAME,
                "dNSName");
  assert_error (icert_encode_alt_name_add (names, location, &error), &error, ICERT_ERROR_BAD_NAME,
                "uniformResourceIdentifier");
  assert_error (icert_encode_alt_name_add (names, nothing, &error), &error, ICERT_ERROR_MALFORMED,
                "subjectAltName");
  assert_error (icert_encode_alt_name_add_other (names, "x", octets, &error), &error,
                ICERT_ERROR_BAD_NAME, "otherName");
  assert_error (icert_encode_alt_name_add_other (names, "1.2.3", octets, &error), &error,
                ICERT_ERROR_MALFORMED, "otherName");
  assert_error (icert_encode_alt_name_to_bytes (names, &error) != NULL, &error,
                ICERT_ERROR_MALFORMED, "subjectAltName");
  assert_error (icert_encode_alt_name_decode (names, NULL, &error), &error, ICERT_ERROR_MALFORMED,
                "value");
}

static void
refuse_points (void)
{
  g_autoptr (ICertEncodeCrlDistInfo) points = open_codec (&crl_dist_info);
  g_autoptr (ICertName) subtree
      = icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  GError *error = NULL;

  assert_error (icert_encode_crl_dist_info_to_bytes (points, &error) != NULL, &error,
                ICERT_ERROR_MALFORMED, "cRLDistributionPoints");
  assert_error (icert_encode_crl_dist_info_add_point (points, list, &error), &error,
                ICERT_ERROR_MALFORMED, "cRLDistributionPoints");
  g_ptr_array_add (list, subtree);
  assert_error (icert_encode_crl_dist_info_add_point (points, list, &error), &error,
                ICERT_ERROR_BAD_NAME, "dNSName");
  list->pdata[0] = NULL;
  assert_error (icert_encode_crl_dist_info_add_point (points, list, &error), &error,
                ICERT_ERROR_MALFORMED, "cRLDistributionPoints");
}

static void
refuse_values (void)
{
  g_autoptr (ICertEncodeBitString) bits = open_codec (&bit_string);
  g_autoptr (ICertEncodeStringArray) texts = open_codec (&string_array);
  g_autoptr (ICertEncodeDateArray) times = open_codec (&date_array);
  g_autoptr (GBytes) octets = g_bytes_new_static ("\xff", 1);
  g_autoptr (GDateTime) old = g_date_time_new_utc (1949, 12, 31, 23, 59, 59);
  static const char *const letters[] = { "a", NULL };
  static const char *const broken[] = { "a\xff", NULL };
  GError *error = NULL;

  assert_error (icert_encode_bit_string_set_bits (bits, octets, 7, &error), &error,
                ICERT_ERROR_MALFORMED, "bit string");
  assert_error (icert_encode_bit_string_set_bits (bits, octets, 9, &error), &error,
                ICERT_ERROR_MALFORMED, "bit string");
  assert_error (icert_encode_date_array_add (times, old, &error), &error, ICERT_ERROR_MALFORMED,
                "times");
  assert_error (icert_encode_date_array_get_value (times, 0, &error) != NULL, &error,
                ICERT_ERROR_NOT_FOUND, "times");
  assert_error (
      icert_encode_string_array_set_values (texts, ICERT_RDN_TYPE_NUMERIC, letters, &error), &error,
      ICERT_ERROR_MALFORMED, "texts");
  assert_error (icert_encode_string_array_set_values (texts, ICERT_RDN_TYPE_OCTET, letters, &error),
                &error, ICERT_ERROR_UNSUPPORTED, "texts");
  assert_error (icert_encode_string_array_set_values (texts, ICERT_RDN_TYPE_ANY, broken, &error),
                &error, ICERT_ERROR_MALFORMED, "texts");
  assert_error (icert_encode_string_array_set_values (texts, (ICertRdnType) 99, letters, &error),
                &error, ICERT_ERROR_MALFORMED, "type");
}

static void
test_arguments (void)
{
  g_test_summary ("S-N5: what no value can hold is refused when it is put in, and says why");
  refuse_names ();
  refuse_points ();
  refuse_values ();
}

static void
test_needs_no_ca (void)
{
  static const char *const classes[]
      = { "AltName", "BitString", "CRLDistInfo", "DateArray", "LongArray", "StringArray" };

  g_test_summary ("Every class comes by its id, where there is no CA at all");

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autofree char *class_id = g_strconcat ("CertificateAuthority.Encode", classes[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GObject) object = icert_create_instance (class_id, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_finalize_object (g_steal_pointer (&object));
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("XDG_CONFIG_HOME", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/encode/needs-no-ca", test_needs_no_ca);
  g_test_add_func ("/encode/alt-names", test_alt_names);
  g_test_add_func ("/encode/other-names", test_other_names);
  g_test_add_func ("/encode/bit-strings", test_bit_strings);
  g_test_add_func ("/encode/crl-dist-infos", test_crl_dist_infos);
  g_test_add_func ("/encode/date-arrays", test_date_arrays);
  g_test_add_func ("/encode/long-arrays", test_long_arrays);
  g_test_add_func ("/encode/string-arrays", test_string_arrays);
  g_test_add_func ("/encode/string-types", test_string_types);
  g_test_add_func ("/encode/mutations-S-A3", test_mutations);
  g_test_add_func ("/encode/refuses-S-A3-S-A4", test_refuses);
  g_test_add_func ("/encode/limits-S-A1", test_limits);
  g_test_add_func ("/encode/arguments-S-N5", test_arguments);

  return g_test_run ();
}
