/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "malformed.h"

#include <string.h>

#include <openssl/asn1.h>

/* a subject whose CN is this element */
static GBytes *
with_common_name (const MalformedKit *kit, GBytes *value)
{
  return malformed_with_subject (
      kit,
      fake_der (0x30, fake_der (0x31, fake_der (0x30, fake_der_oid ("2.5.4.3"), value, NULL), NULL),
                NULL));
}

static GBytes *
with_alt_name (const MalformedKit *kit, GBytes *name)
{
  return malformed_with_extensions (kit, fake_alt_names (name));
}

static GBytes *
make_nul (const MalformedKit *kit, GRand *random)
{
  static const guint8 tags[]
      = { V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_IA5STRING, V_ASN1_T61STRING };

  return with_common_name (
      kit, fake_der_data (tags[g_rand_int_range (random, 0, 4)], "www.example.org\0.evil", 21));
}

static GBytes *
make_wide_nul (const MalformedKit *kit, GRand *random)
{
  return with_common_name (kit, fake_hex ("1e06 0061 0000 0062"));
}

static GBytes *
make_control (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[]
      = { "a\nb", "a\x1b[31m", "a\x7f", "a\tb", "a\xc2\x85", "\xe2\x80\xa8" };

  return with_common_name (
      kit, fake_der_text (V_ASN1_UTF8STRING, wrong[g_rand_int_range (random, 0, 6)]));
}

static GBytes *
make_bad_utf8 (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[]
      = { "a\xff", "\xc0\x80", "\xed\xa0\x80", "a\xc3", "\xf8\x88\x80\x80\x80" };

  return with_common_name (
      kit, fake_der_text (V_ASN1_UTF8STRING, wrong[g_rand_int_range (random, 0, 5)]));
}

static GBytes *
make_bad_string (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "1e03 006100", "1e02 d800", "1c04 00110000", "1c03 000061",
                                       "1602 61e4",   "1302 61e4", "1201 61" };

  return with_common_name (kit, fake_hex (wrong[g_rand_int_range (random, 0, 7)]));
}

static GBytes *
make_name_of_number (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "020101", "040161", "0500", "3000" };

  return with_common_name (kit, fake_hex (wrong[g_rand_int_range (random, 0, 4)]));
}

static GBytes *
make_empty_name (const MalformedKit *kit, GRand *random)
{
  return with_common_name (kit, fake_hex ("0c00"));
}

static GBytes *
make_empty_rdn (const MalformedKit *kit, GRand *random)
{
  return malformed_with_subject (kit, fake_hex ("30023100"));
}

static GBytes *
make_rdn_of_sequence (const MalformedKit *kit, GRand *random)
{
  return malformed_with_subject (kit, fake_hex ("300c 300a 3008 0603550403 0c0161"));
}

static GBytes *
make_broken_attribute (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = {
    "300a 3108 3006 0c0161 0c0161",            /* no OID */
    "3009 3107 3005 0603550403",               /* no value */
    "300f 310d 300b 0603550403 0c0161 0c0161", /* two of them */
    "3005 3103 020101",                        /* a number */
  };

  return malformed_with_subject (kit, fake_hex (wrong[g_rand_int_range (random, 0, 4)]));
}

static GBytes *
make_many_rdns (const MalformedKit *kit, GRand *random)
{
  g_autoptr (GBytes) one = fake_rdn ("2.5.4.11", "unit");

  return malformed_with_subject (
      kit, fake_der (0x30, fake_repeat (one, g_rand_int_range (random, 17, 500)), NULL));
}

static GBytes *
make_challenge (const MalformedKit *kit, GRand *random)
{
  return malformed_with_attributes (
      kit,
      fake_attribute ("1.2.840.113549.1.9.7",
                      g_rand_boolean (random) ? fake_der_data (V_ASN1_PRINTABLESTRING, "a\0b", 3)
                                              : fake_der_text (V_ASN1_UTF8STRING, "a\nb")));
}

static GBytes *
make_spkac_challenge (const MalformedKit *kit, GRand *random)
{
  return fake_spkac_new (kit->key, g_rand_boolean (random) ? "a\nb" : "a\xe4");
}

static GBytes *
make_pair (const MalformedKit *kit, GRand *random)
{
  GBytes *name = fake_hex ("1e02 0061"), *value = fake_hex ("1e04 0062 000a");

  return malformed_with_attributes (
      kit, fake_attribute ("1.3.6.1.4.1.311.13.2.1", fake_der (0x30, name, value, NULL)));
}

static GBytes *
make_many_alt_names (const MalformedKit *kit, GRand *random)
{
  g_autoptr (GBytes) one = fake_dns_name ("www.example.org");

  return with_alt_name (kit, fake_repeat (one, g_rand_int_range (random, 101, 1000)));
}

static GBytes *
make_alt_names_not_sequence (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "0500", "040161", "8203 616263", "3103 820161" };

  return malformed_with_extensions (
      kit, fake_extension ("2.5.29.17", FALSE, fake_hex (wrong[g_rand_int_range (random, 0, 4)])));
}

static GBytes *
make_alt_name_of_no_kind (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = { "8901 61", "0c01 61", "020101", "a202 0500" };

  return with_alt_name (kit, fake_hex (wrong[g_rand_int_range (random, 0, 4)]));
}

static GBytes *
make_dns_name (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[] = {
    "",
    ".",
    "www..example.org",
    ".example.org",
    "www.example.org.",
    "a_b.example.org",
    "-a.example.org",
    "a-.example.org",
    "a b.example.org",
    "w*.example.org",
    "www.*.example.org",
    "*.*.example.org",
    "192.0.2.1",
    "xn--\x61-.example.org",
    "ex\xc3\xa4mple.org",
    "a\nb.example.org",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.org",
  };

  return with_alt_name (kit,
                        fake_dns_name (wrong[g_rand_int_range (random, 0, G_N_ELEMENTS (wrong))]));
}

static GBytes *
make_dns_name_with_nul (const MalformedKit *kit, GRand *random)
{
  return with_alt_name (kit, fake_der_data (0x82, "www.example.org\0.evil.example", 29));
}

static GBytes *
make_long_dns_name (const MalformedKit *kit, GRand *random)
{
  GString *name = g_string_new ("org");

  while (name->len <= 253)
    g_string_prepend (name, "example.");
  return with_alt_name (kit, fake_der (0x82, g_string_free_to_bytes (name), NULL));
}

static GBytes *
make_address (const MalformedKit *kit, GRand *random)
{
  static const char *const wrong[]
      = { "8700", "8703 c00002", "8705 c000020100", "8708 c0000201 ffffff00",
          "8710 00000000 00000000 0000ffff c0000201" };

  return with_alt_name (kit, fake_hex (wrong[g_rand_int_range (random, 0, 5)]));
}

static GBytes *
make_mail_or_uri (const MalformedKit *kit, GRand *random)
{
  static const struct
  {
    guint8 tag;
    const char *text;
  } wrong[] = {
    { 0x81, "nobody" },
    { 0x81, "@example.org" },
    { 0x81, "a@b@example.org" },
    { 0x81, "a\r\n@example.org" },
    { 0x81, "\xc3\xa4@example.org" },
    { 0x86, "/relative" },
    { 0x86, "https://" },
    { 0x86, "https://\xc3\xa4.org/" },
  };
  guint i = g_rand_int_range (random, 0, G_N_ELEMENTS (wrong));

  return with_alt_name (kit, fake_der_text (wrong[i].tag, wrong[i].text));
}

const MalformedClass malformed_names[] = {
  { "nul", ICERT_ERROR_BAD_NAME, "subject", make_nul },
  { "wide-nul", ICERT_ERROR_BAD_NAME, "subject", make_wide_nul },
  { "control", ICERT_ERROR_BAD_NAME, "subject", make_control },
  { "bad-utf-8", ICERT_ERROR_BAD_NAME, "subject", make_bad_utf8 },
  { "bad-string", ICERT_ERROR_BAD_NAME, "subject", make_bad_string },
  { "name-of-number", ICERT_ERROR_BAD_NAME, "subject", make_name_of_number },
  { "empty-name", ICERT_ERROR_BAD_NAME, "subject", make_empty_name },
  { "empty-rdn", ICERT_ERROR_MALFORMED, "subject", make_empty_rdn },
  { "rdn-of-sequence", ICERT_ERROR_MALFORMED, "subject", make_rdn_of_sequence },
  { "broken-name-attribute", ICERT_ERROR_MALFORMED, "subject", make_broken_attribute },
  { "many-rdns", ICERT_ERROR_TOO_LARGE, "subject", make_many_rdns },
  { "challenge", ICERT_ERROR_BAD_NAME, "challenge", make_challenge },
  { "spkac-challenge", ICERT_ERROR_BAD_NAME, "challenge", make_spkac_challenge },
  { "pair-with-control", ICERT_ERROR_BAD_NAME, "attributes", make_pair },
  { "many-alt-names", ICERT_ERROR_TOO_LARGE, "subjectAltName", make_many_alt_names },
  { "alt-names-not-sequence", ICERT_ERROR_MALFORMED, NULL, make_alt_names_not_sequence },
  { "alt-name-of-no-kind", ICERT_ERROR_MALFORMED, NULL, make_alt_name_of_no_kind },
  { "dns-name", ICERT_ERROR_BAD_NAME, "dNSName", make_dns_name },
  { "dns-name-with-nul", ICERT_ERROR_BAD_NAME, "dNSName", make_dns_name_with_nul },
  { "long-dns-name", ICERT_ERROR_BAD_NAME, "dNSName", make_long_dns_name },
  { "address", ICERT_ERROR_BAD_NAME, "iPAddress", make_address },
  { "mail-or-uri", ICERT_ERROR_BAD_NAME, NULL, make_mail_or_uri },
  { NULL },
};
