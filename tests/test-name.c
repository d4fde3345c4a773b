/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

static void
assert_refused (ICertNameKind kind, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;
  ICertName *name = icert_name_new (kind, text, &error);

  if (name != NULL)
    g_test_message ("taken: %s", text);
  g_assert_null (name);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, icert_name_kind_to_field (kind));
}

static void
assert_canonical (ICertNameKind kind, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = icert_name_new (kind, text, &error);
  g_autoptr (ICertName) parsed = NULL;
  g_autoptr (ICertName) decoded = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autofree char *canonical = NULL;
  g_autofree char *string = NULL;

  g_assert_no_error (error);
  canonical = icert_name_get_text (name);
  g_assert_cmpstr (canonical, ==, expected);

  string = icert_name_to_string (name);
  parsed = icert_name_from_string (string, &error);
  g_assert_no_error (error);
  g_assert_true (icert_name_equal (name, parsed));
  g_assert_cmpuint (icert_name_hash (name), ==, icert_name_hash (parsed));

  der = icert_name_to_der (name);
  decoded = icert_name_new_from_der (der, &error);
  g_assert_no_error (error);
  g_assert_true (icert_name_equal (name, decoded));
}

static void
test_makes_dns_names_canonical (void)
{
  g_autofree char *label = g_strnfill (63, 'a');
  g_autofree char *longest = g_strdup_printf ("%s.%s.%s.%.61s", label, label, label, label);

  g_test_summary ("S-C1: a DNS name is lower-case A-labels, whatever it was written in");

  assert_canonical (ICERT_NAME_KIND_DNS, "WWW.Example.ORG", "www.example.org");
  assert_canonical (ICERT_NAME_KIND_DNS, "localhost", "localhost");
  assert_canonical (ICERT_NAME_KIND_DNS, "*.example.org", "*.example.org");
  assert_canonical (ICERT_NAME_KIND_DNS, "bücher.example", "xn--bcher-kva.example");
  assert_canonical (ICERT_NAME_KIND_DNS, "BÜCHER.example", "xn--bcher-kva.example");
  assert_canonical (ICERT_NAME_KIND_DNS, "XN--BCHER-KVA.example", "xn--bcher-kva.example");
  assert_canonical (ICERT_NAME_KIND_DNS, "*.bücher.example", "*.xn--bcher-kva.example");
  assert_canonical (ICERT_NAME_KIND_DNS, "xn--strae-oqa.example", "xn--strae-oqa.example");
  assert_canonical (ICERT_NAME_KIND_DNS, "r3---sn.example.org", "r3---sn.example.org");
  assert_canonical (ICERT_NAME_KIND_DNS, "1.2.3.4.in-addr.arpa", "1.2.3.4.in-addr.arpa");
  assert_canonical (ICERT_NAME_KIND_DNS, longest, longest);
}

static void
test_refuses_dns_names (void)
{
  static const char *const names[] = {
    "",
    ".",
    "example.org.",
    ".example.org",
    "a..b",
    "-a.example",
    "a-.example",
    "a_b.example",
    "*",
    "*.",
    "**.example",
    "*.*.example",
    "a.*.example",
    "w*.example",
    "a b.example",
    "a:b",
    "a/b",
    "192.0.2.1",
    "*.192.0.2.1",
    "127.1",
    "1",
    "0x7f.1",
    "example.0x1",
    "::1",
    "[::1]",
    "xn--",
    "xn--.example",
    "xn--a.example",
    "xn--aa-.example",
    "xn--bcher-kv.example",
    "xn--\xc3\xbc.example",
    "straße.example",
    "a\x01.example",
    "a\n.example",
    "\xff.example",
    "xn--u-ccb.example",
    "xn--ls8h.example",
    "example.org\x7f",
  };
  g_autofree char *label = g_strnfill (64, 'a');
  g_autofree char *at_most = g_strnfill (63, 'a');
  g_autofree char *longer = g_strdup_printf ("%s.%s.%s.%.62s", at_most, at_most, at_most, at_most);

  g_test_summary ("S-C2, S-A7: what is not a DNS name of LDH labels or A-labels is refused");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    assert_refused (ICERT_NAME_KIND_DNS, names[i]);
  assert_refused (ICERT_NAME_KIND_DNS, label);
  assert_refused (ICERT_NAME_KIND_DNS, longer);
  assert_refused (ICERT_NAME_KIND_DNS, NULL);
}

static void
test_makes_addresses_canonical (void)
{
  g_test_summary ("S-C1, S-C3: an address is written as in RFC 5952");

  assert_canonical (ICERT_NAME_KIND_IP, "192.0.2.1", "192.0.2.1");
  assert_canonical (ICERT_NAME_KIND_IP, "2001:DB8:0:0:0:0:0:1", "2001:db8::1");
  assert_canonical (ICERT_NAME_KIND_IP, "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
  assert_canonical (ICERT_NAME_KIND_IP, "::1", "::1");
  assert_canonical (ICERT_NAME_KIND_IP, "0.0.0.0", "0.0.0.0");
}

static void
test_refuses_addresses (void)
{
  static const char *const texts[]
      = { "",          "192.0.2",     "192.0.2.256",   "192.0.2.1/24", "::ffff:192.0.2.1",
          "fe80::1%1", "example.org", "[::1]",         "::ffff:0:0",   "0x7f.0.0.1",
          "127.1",     " 192.0.2.1",  "2001:db8::1/64" };
  static const gsize sizes[] = { 0, 1, 3, 5, 15, 17, 31, 33 };

  g_test_summary ("S-C3: an address has 4 or 16 octets and is not IPv4 inside IPv6");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (ICERT_NAME_KIND_IP, texts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *octets = g_malloc0 (sizes[i] + 1);
      g_autoptr (GBytes) bytes = g_bytes_new (octets, sizes[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (icert_name_new_bytes (ICERT_NAME_KIND_IP, bytes, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
    }
}

static void
test_makes_mail_and_uris_canonical (void)
{
  g_test_summary ("S-C1: domains, schemes and hosts have no case, everything else keeps it");

  assert_canonical (ICERT_NAME_KIND_RFC822, "Ann.Bee@EXAMPLE.org", "Ann.Bee@example.org");
  assert_canonical (ICERT_NAME_KIND_RFC822, "ann@bücher.example", "ann@xn--bcher-kva.example");
  assert_canonical (ICERT_NAME_KIND_URI, "HTTPS://Example.ORG/Path?Q#F",
                    "https://example.org/Path?Q#F");
  assert_canonical (ICERT_NAME_KIND_URI, "spiffe://example.org/ns/Web",
                    "spiffe://example.org/ns/Web");
  assert_canonical (ICERT_NAME_KIND_URI, "http://[2001:DB8::1]:8080/",
                    "http://[2001:db8::1]:8080/");
  assert_canonical (ICERT_NAME_KIND_REGISTERED_ID, "1.3.6.1.4.1.311", "1.3.6.1.4.1.311");
  assert_canonical (ICERT_NAME_KIND_REGISTERED_ID, "2.25.329800735698586629295641978511506172918",
                    "2.25.329800735698586629295641978511506172918");
}

static void
test_refuses_mail_and_uris (void)
{
  static const char *const mails[]
      = { "",          "ann",           "@example.org",  "ann@",        "a b@example.org",
          "a@b@c.org", "ann@*.example", ".a@b.org",      "a.@b.org",    "a..b@c.org",
          "änn@b.org", "\"a\"@b.org",   "ann@192.0.2.1", "ann@b.org\n", "ann@[192.0.2.1]" };
  static const char *const uris[] = {
    "",          "example.org",  "/path",       "mailto:ann@example.org", "urn:uuid:1",
    "http://",   "http:///path", "http://a b/", "http://*.example.org/",  "http://u@example.org/",
    "http://é/", "http://a/%zz", "file:///etc", "http://a_b.example/",    "http://example.org./"
  };
  static const char *const oids[]
      = { "",     "1",    "1.",    "3.1",  "1.40", "1.2..3",
          "01.2", "1.02", "1.2.x", "-1.2", "1.2 ", "2.25.340282366920938463463374607431768211456" };

  g_test_summary (
      "S-C3: mailboxes and URIs are ASCII, a URI is absolute with a host, an OID is one");

  for (gsize i = 0; i < G_N_ELEMENTS (mails); i++)
    assert_refused (ICERT_NAME_KIND_RFC822, mails[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    assert_refused (ICERT_NAME_KIND_URI, uris[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (oids); i++)
    assert_refused (ICERT_NAME_KIND_REGISTERED_ID, oids[i]);
}

static GBytes *
from_hex (const char *hex)
{
  gsize size = strlen (hex) / 2;
  guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i]
        = (guint8) (g_ascii_xdigit_value (hex[2 * i]) * 16 + g_ascii_xdigit_value (hex[2 * i + 1]));
  return g_bytes_new_take (data, size);
}

static void
assert_der_refused (const char *hex, ICertError code)
{
  g_autoptr (GBytes) der = from_hex (hex);
  g_autoptr (GError) error = NULL;
  ICertName *name = icert_name_new_from_der (der, &error);

  g_test_message ("%s", hex);
  g_assert_null (name);
  g_assert_error (error, ICERT_ERROR, (int) code);
}

static void
test_refuses_what_is_not_der (void)
{
  static const char *const malformed[] = {
    "",                         /* nothing */
    "82",                       /* no length */
    "820261",                   /* cut */
    "82016161",                 /* something behind */
    "82810161",                 /* length in two octets */
    "8282000161",               /* length with a leading zero */
    "82800000",                 /* indefinite */
    "a2030c0161",               /* a constructed dNSName */
    "890161",                   /* no such kind */
    "9f8101",                   /* long tag */
    "a000",                     /* otherName without anything */
    "a00706022a03a0010c",       /* value cut */
    "a00806022a03a0020c0161",   /* lengths that disagree */
    "a00a06022a80a0040c026162", /* OID ends inside an arc */
    "880180",                   /* OID that only begins */
    "8802802a",                 /* arc with a leading zero */
    "a404a1020500",             /* not a Name */
    "a40430020c00",             /* not a set inside */
    "a4093007310530030c0161",   /* no type in the RDN */
    "a40430023100",             /* empty RDN */
  };

  g_test_summary ("S-A3: a general name that is not DER is malformed");

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    assert_der_refused (malformed[i], ICERT_ERROR_MALFORMED);
}

static void
test_refuses_hidden_characters (void)
{
  g_test_summary ("S-A7: strings are counted, and a NUL or control character is refused");

  assert_der_refused ("820b612e6f726700622e6f7267", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("8203610a62", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("8202c3bc", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("8201ff", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("8200", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("87080a000000ff000000", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("871000000000000000000000ffffc0000201", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("a00d06022a03a0070c0561006263640a", ICERT_ERROR_MALFORMED);
  assert_der_refused ("a00a06022a03a0040c026100", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("a410300e310c300a06035504030c03610062", ICERT_ERROR_BAD_NAME);
}

static void
test_refuses_directory_texts (void)
{
  g_test_summary (
      "S-A7: each type of string in a directory name is read as text, and no other type");

  /* T61String, BMPString, UniversalString, UTF8String with a line end */
  assert_der_refused ("a411300f310d300b060355040314046162630a", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("a411300f310d300b06035504031e040061000a", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("a411300f310d300b06035504031c040000000a", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("a411300f310d300b06035504030c0461e280a8", ICERT_ERROR_BAD_NAME);
  /* a NUL, half a character, half a surrogate */
  assert_der_refused ("a411300f310d300b06035504031e0400000061", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("a410300e310c300a06035504031e03006100", ICERT_ERROR_MALFORMED);
  assert_der_refused ("a411300f310d300b06035504031e04d8000061", ICERT_ERROR_BAD_NAME);
  /* [7], which OpenSSL would not read either, and an INTEGER */
  assert_der_refused ("a411300f310d300b06035504038704c0000201", ICERT_ERROR_BAD_NAME);
  assert_der_refused ("a40e300c310a300806035504030201"
                      "05",
                      ICERT_ERROR_BAD_NAME);
}

static void
test_reads_directory_names (void)
{
  g_autoptr (GBytes) der = from_hex ("300e310c300a06035504030c03616263");
  g_autoptr (GBytes) element = from_hex ("a410300e310c300a06035504030c03616263");
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = icert_name_new_bytes (ICERT_NAME_KIND_DIRECTORY, der, &error);
  g_autoptr (ICertName) decoded = icert_name_new_from_der (element, NULL);
  g_autoptr (ICertName) parsed = NULL;
  g_autofree char *string = NULL;

  g_test_summary ("A directory name is kept as its DER");

  g_assert_no_error (error);
  g_assert_null (icert_name_get_text (name));
  out = icert_name_to_der (name);
  g_assert_true (g_bytes_equal (out, element));
  g_assert_true (icert_name_equal (name, decoded));
  string = icert_name_to_string (name);
  parsed = icert_name_from_string (string, &error);
  g_assert_no_error (error);
  g_assert_true (icert_name_equal (name, parsed));
}

static void
test_limits_directory_names (void)
{
  g_autoptr (GString) hex = g_string_new ("3081cc");
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  guint64 actual = 0;

  g_test_summary ("S-A1: more than 16 RDNs are too many");

  for (int i = 0; i < 17; i++)
    g_string_append (hex, "310a300806035504030c0161");
  der = from_hex (hex->str);
  g_assert_null (icert_name_new_bytes (ICERT_NAME_KIND_DIRECTORY, der, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE);
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "actual", "t", &actual));
  g_assert_cmpuint (actual, ==, 17);
}

static void
assert_reads (const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = icert_name_from_string (text, &error);
  g_autoptr (ICertName) again = NULL;
  g_autoptr (ICertName) decoded = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autofree char *string = NULL;

  g_assert_no_error (error);
  string = icert_name_to_string (name);
  g_assert_cmpstr (string, ==, expected);
  again = icert_name_from_string (string, &error);
  g_assert_no_error (error);
  g_assert_true (icert_name_equal (name, again));
  der = icert_name_to_der (name);
  decoded = icert_name_new_from_der (der, &error);
  g_assert_no_error (error);
  g_assert_true (icert_name_equal (name, decoded));
}

static void
test_reads_texts (void)
{
  static const char *const wrong[] = { "",
                                       "example.org",
                                       "dNSName",
                                       "foo:bar",
                                       "foo=bar",
                                       "directoryName:CN=a",
                                       "1.2.3=plain",
                                       "guid=1",
                                       "otherName:1.2.3",
                                       "otherName:1.2.3;text",
                                       "1.2.3={utf8}a\nb",
                                       "dns=a_b" };

  g_test_summary ("Names are read in their own form and in that of AD CS's attribute SAN");

  assert_reads ("dNSName:WWW.example.org", "dNSName:www.example.org");
  assert_reads ("dns=www.example.org", "dNSName:www.example.org");
  assert_reads ("IPADDRESS:192.0.2.1", "iPAddress:192.0.2.1");
  assert_reads ("url=https://example.org/a=b", "uniformResourceIdentifier:https://example.org/a=b");
  assert_reads ("email=ann@example.org", "rfc822Name:ann@example.org");
  assert_reads ("oid=1.2.3", "registeredID:1.2.3");
  assert_reads ("upn=ann@example.org", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ann@example.org");
  assert_reads ("1.2.3={utf8}é", "otherName:1.2.3;UTF8:é");
  assert_reads ("1.2.3={octet}{hex}0102", "otherName:1.2.3;#04020102");
  assert_reads ("1.2.3={asn}{hex}0500", "otherName:1.2.3;#0500");
  assert_reads ("1.2.3={asn}BQA=", "otherName:1.2.3;#0500");
  assert_reads ("guid=00112233-4455-6677-8899-aabbccddeeff",
                "otherName:1.3.6.1.4.1.311.25.1;#041033221100554477668899aabbccddeeff");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (icert_name_from_string (wrong[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
    }
}

static void
assert_matches (const char *text, const char *pattern, gboolean expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = icert_name_from_string (text, &error);

  g_assert_no_error (error);
  if (icert_name_matches (name, pattern) != expected)
    g_error ("%s and %s", text, pattern);
}

static void
test_matches_patterns (void)
{
  g_test_summary (
      "A pattern covers one label, one network or one domain of mailboxes, and one kind");

  assert_matches ("dns=www.example.org", "*.example.org", TRUE);
  assert_matches ("dns=www.example.org", "*.EXAMPLE.org", TRUE);
  assert_matches ("dns=www.example.org", "www.example.org", TRUE);
  assert_matches ("dns=a.www.example.org", "*.example.org", FALSE);
  assert_matches ("dns=example.org", "*.example.org", FALSE);
  assert_matches ("dns=www.example.org", "example.org", FALSE);
  assert_matches ("dns=wwwexample.org", "*.example.org", FALSE);
  assert_matches ("dns=*.example.org", "*.example.org", TRUE);
  assert_matches ("dns=*.example.org", "example.org", FALSE);
  assert_matches ("dns=www.example.org", "dNSName:www.example.org", TRUE);
  assert_matches ("dns=www.example.org", "rfc822Name:www.example.org", FALSE);
  assert_matches ("ipaddress=192.0.2.1", "192.0.2.0/24", TRUE);
  assert_matches ("ipaddress=192.0.2.1", "192.0.2.1", TRUE);
  assert_matches ("ipaddress=192.0.3.1", "192.0.2.0/24", FALSE);
  assert_matches ("ipaddress=2001:db8::1", "2001:db8::/32", TRUE);
  assert_matches ("ipaddress=2001:db8::1", "0.0.0.0/0", FALSE);
  assert_matches ("ipaddress=192.0.2.1", "*.0.2.1", FALSE);
  assert_matches ("email=ann@example.org", "@example.org", TRUE);
  assert_matches ("email=ann@example.org", "@Example.ORG", TRUE);
  assert_matches ("email=ann@example.org", "ann@example.org", TRUE);
  assert_matches ("email=ann@example.org", "Ann@example.org", FALSE);
  assert_matches ("email=ann@a.example.org", "@example.org", FALSE);
  assert_matches ("email=ann@example.org", "*.org", FALSE);
  assert_matches ("url=https://example.org/", "https://example.org/", TRUE);
  assert_matches ("url=https://example.org/", "*.org", FALSE);
  assert_matches ("oid=1.2.3", "1.2.3", TRUE);
  assert_matches ("upn=ann@example.org", "@example.org", FALSE);
}

static void
test_makes_subtrees (void)
{
  static const struct
  {
    ICertNameKind kind;
    const char *text;
    const char *canonical;
  } good[] = {
    { ICERT_NAME_KIND_DNS, "Example.org", "example.org" },
    { ICERT_NAME_KIND_DNS, "", "" },
    { ICERT_NAME_KIND_RFC822, ".Example.org", ".example.org" },
    { ICERT_NAME_KIND_RFC822, "example.org", "example.org" },
    { ICERT_NAME_KIND_RFC822, "Ann@Example.org", "Ann@example.org" },
    { ICERT_NAME_KIND_URI, ".example.org", ".example.org" },
    { ICERT_NAME_KIND_IP, "192.0.2.0/24", "192.0.2.0/24" },
    { ICERT_NAME_KIND_IP, "::/0", "::/0" },
  };
  static const struct
  {
    ICertNameKind kind;
    const char *text;
    ICertError code;
  } bad[] = {
    { ICERT_NAME_KIND_DNS, ".example.org", ICERT_ERROR_BAD_NAME },
    { ICERT_NAME_KIND_DNS, "*.example.org", ICERT_ERROR_BAD_NAME },
    { ICERT_NAME_KIND_IP, "192.0.2.1/24", ICERT_ERROR_BAD_NAME },
    { ICERT_NAME_KIND_IP, "192.0.2.0/33", ICERT_ERROR_BAD_NAME },
    { ICERT_NAME_KIND_IP, "192.0.2.0", ICERT_ERROR_BAD_NAME },
    { ICERT_NAME_KIND_IP, "", ICERT_ERROR_BAD_NAME },
    { ICERT_NAME_KIND_URI, "https://example.org/", ICERT_ERROR_BAD_NAME },
    { ICERT_NAME_KIND_DIRECTORY, "CN=a", ICERT_ERROR_UNSUPPORTED },
  };

  g_test_summary ("S-G4: a subtree has no leading dot in DNS and a mask without holes");

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertName) name = icert_name_new_constraint (good[i].kind, good[i].text, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = icert_name_get_text (name);
      g_assert_cmpstr (text, ==, good[i].canonical);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (icert_name_new_constraint (bad[i].kind, bad[i].text, &error));
      g_assert_error (error, ICERT_ERROR, (int) bad[i].code);
    }
}

static void
test_refuses_holes_in_masks (void)
{
  g_autoptr (GBytes) bytes = from_hex ("c0000200ff00ff00");
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-G4: a mask with holes is refused");

  g_assert_null (icert_name_new_bytes (ICERT_NAME_KIND_IP, bytes, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_NAME);
}

static void
test_tells_kinds_apart (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A kind has the field name of RFC 5280, and a kind of octets is not made of text");

  g_assert_cmpstr (icert_name_kind_to_field (ICERT_NAME_KIND_DNS), ==, "dNSName");
  g_assert_null (icert_name_kind_to_field (ICERT_NAME_KIND_NONE));
  g_assert_null (icert_name_kind_to_field ((ICertNameKind) 77));
  g_assert_cmpint (icert_name_kind_from_field ("iPAddress"), ==, ICERT_NAME_KIND_IP);
  g_assert_cmpint (icert_name_kind_from_field ("x"), ==, ICERT_NAME_KIND_NONE);
  g_assert_cmpint (icert_name_kind_from_field (NULL), ==, ICERT_NAME_KIND_NONE);

  g_assert_null (icert_name_new (ICERT_NAME_KIND_DIRECTORY, "CN=a", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNSUPPORTED);
}

static void
test_has_properties (void)
{
  g_autoptr (ICertName) name = icert_name_new (ICERT_NAME_KIND_DNS, "example.org", NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_autofree char *oid = NULL;
  ICertNameKind kind;

  g_test_summary ("Scripts read a name by its properties");

  g_object_get (name, "kind", &kind, "text", &text, "oid", &oid, "bytes", &bytes, NULL);
  g_assert_cmpint (kind, ==, ICERT_NAME_KIND_DNS);
  g_assert_cmpstr (text, ==, "example.org");
  g_assert_null (oid);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "example.org", 11);
  g_assert_finalize_object (g_steal_pointer (&name));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/name/makes-dns-names-canonical-S-C1", test_makes_dns_names_canonical);
  g_test_add_func ("/name/refuses-dns-names-S-C2", test_refuses_dns_names);
  g_test_add_func ("/name/makes-addresses-canonical-S-C1", test_makes_addresses_canonical);
  g_test_add_func ("/name/refuses-addresses-S-C3", test_refuses_addresses);
  g_test_add_func ("/name/makes-mail-and-uris-canonical-S-C1", test_makes_mail_and_uris_canonical);
  g_test_add_func ("/name/refuses-mail-and-uris-S-C3", test_refuses_mail_and_uris);
  g_test_add_func ("/name/refuses-what-is-not-der-S-A3", test_refuses_what_is_not_der);
  g_test_add_func ("/name/refuses-hidden-characters-S-A7", test_refuses_hidden_characters);
  g_test_add_func ("/name/refuses-directory-texts-S-A7", test_refuses_directory_texts);
  g_test_add_func ("/name/reads-directory-names", test_reads_directory_names);
  g_test_add_func ("/name/limits-directory-names-S-A1", test_limits_directory_names);
  g_test_add_func ("/name/reads-texts", test_reads_texts);
  g_test_add_func ("/name/matches-patterns", test_matches_patterns);
  g_test_add_func ("/name/makes-subtrees-S-G4", test_makes_subtrees);
  g_test_add_func ("/name/refuses-holes-in-masks-S-G4", test_refuses_holes_in_masks);
  g_test_add_func ("/name/tells-kinds-apart", test_tells_kinds_apart);
  g_test_add_func ("/name/has-properties", test_has_properties);

  return g_test_run ();
}
