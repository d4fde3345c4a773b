/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/x509v3.h>

#include "fake-general-name.h"

/* What OpenSSL's encoder makes of the same structure; takes @value. */
static void
assert_same (ICertExtension *extension, int nid, gpointer value)
{
  g_autoptr (GBytes) bytes = icert_extension_get_value (extension);
  g_autofree char *oid = icert_extension_get_oid (extension);
  const X509V3_EXT_METHOD *method = X509V3_EXT_get_nid (nid);
  unsigned char *der = NULL;
  char expected_oid[128];
  int size = ASN1_item_i2d (value, &der, ASN1_ITEM_ptr (method->it));

  g_assert_cmpint (size, >, 0);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), der, (gsize) size);
  OBJ_obj2txt (expected_oid, sizeof expected_oid, OBJ_nid2obj (nid), 1);
  g_assert_cmpstr (oid, ==, expected_oid);

  OPENSSL_free (der);
  ASN1_item_free (value, ASN1_ITEM_ptr (method->it));
}

static void
test_encodes_key_usage (void)
{
  static const guint bits[] = { 0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01, 0x8000 };

  g_test_summary ("Every key usage is the BIT STRING that OpenSSL writes");

  for (guint mask = 1; mask < (1 << G_N_ELEMENTS (bits)); mask++)
    {
      ASN1_BIT_STRING *expected = ASN1_BIT_STRING_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertExtension) extension = NULL;
      guint usage = 0;

      for (gsize i = 0; i < G_N_ELEMENTS (bits); i++)
        if (mask & (1 << i))
          {
            usage |= bits[i];
            ASN1_BIT_STRING_set_bit (expected, (int) i, 1);
          }
      extension = icert_extension_new_key_usage ((ICertKeyUsage) usage, TRUE, &error);
      g_assert_no_error (error);
      g_assert_cmpint (icert_extension_get_flags (extension), ==, ICERT_EXTENSION_CRITICAL);
      assert_same (extension, NID_key_usage, expected);
    }
}

static void
test_encodes_basic_constraints (void)
{
  static const struct
  {
    gboolean ca;
    int path_length;
  } cases[] = { { FALSE, -1 }, { TRUE, -1 },  { TRUE, 0 },     { TRUE, 1 },
                { TRUE, 127 }, { TRUE, 128 }, { TRUE, 65535 }, { TRUE, G_MAXINT } };

  g_test_summary ("Basic constraints leave out what is the default");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BASIC_CONSTRAINTS *expected = BASIC_CONSTRAINTS_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertExtension) extension
          = icert_extension_new_basic_constraints (cases[i].ca, cases[i].path_length, TRUE, &error);

      g_assert_no_error (error);
      expected->ca = cases[i].ca ? 0xff : 0;
      if (cases[i].path_length >= 0)
        {
          expected->pathlen = ASN1_INTEGER_new ();
          ASN1_INTEGER_set (expected->pathlen, cases[i].path_length);
        }
      assert_same (extension, NID_basic_constraints, expected);
    }
}

static const char *const purposes[] = { "1.3.6.1.5.5.7.3.1",
                                        "1.3.6.1.4.1.311.20.2.2",
                                        "2.5.29.37.0",
                                        "2.25.340282366920938463463374607431768211375",
                                        "0.9.2342.19200300.100.1.25",
                                        NULL };

static void
test_encodes_lists_of_oids (void)
{
  EXTENDED_KEY_USAGE *usage = sk_ASN1_OBJECT_new_null ();
  CERTIFICATEPOLICIES *policies = CERTIFICATEPOLICIES_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertExtension) eku = icert_extension_new_extended_key_usage (purposes, FALSE, &error);
  g_autoptr (ICertExtension) cp = NULL;

  g_test_summary ("Purposes and policies are the lists that OpenSSL writes");

  g_assert_no_error (error);
  cp = icert_extension_new_certificate_policies (purposes, FALSE, &error);
  g_assert_no_error (error);
  for (gsize i = 0; purposes[i] != NULL; i++)
    {
      POLICYINFO *policy = POLICYINFO_new ();

      sk_ASN1_OBJECT_push (usage, OBJ_txt2obj (purposes[i], 1));
      policy->policyid = OBJ_txt2obj (purposes[i], 1);
      sk_POLICYINFO_push (policies, policy);
    }
  assert_same (eku, NID_ext_key_usage, usage);
  assert_same (cp, NID_certificate_policies, policies);
}

static GBytes *
encode_directory (X509_NAME *name)
{
  unsigned char *der = NULL;
  int size = i2d_X509_NAME (name, &der);
  GBytes *bytes = g_bytes_new (der, (gsize) size);

  OPENSSL_free (der);
  return bytes;
}

static void
test_encodes_subject_alt_names (void)
{
  GENERAL_NAMES *expected = GENERAL_NAMES_new ();
  X509_NAME *directory = X509_NAME_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) parsed = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertExtension) extension = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GBytes) value = NULL;

  g_test_summary ("A name of each kind is the GeneralName that OpenSSL writes, and comes back");

  X509_NAME_add_entry_by_txt (directory, "O", MBSTRING_UTF8, (const unsigned char *) "Example é",
                              -1, -1, 0);
  X509_NAME_add_entry_by_txt (directory, "CN", MBSTRING_UTF8, (const unsigned char *) "ann", -1, -1,
                              0);
  der = encode_directory (directory);

  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_DNS, "*.example.org", NULL));
  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_IP, "192.0.2.1", NULL));
  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_RFC822, "ann@example.org", NULL));
  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_URI, "https://example.org/", NULL));
  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_REGISTERED_ID, "1.2.840.113549", NULL));
  g_ptr_array_add (names, icert_name_from_string ("upn=ann@example.org", NULL));
  g_ptr_array_add (names, icert_name_new_bytes (ICERT_NAME_KIND_DIRECTORY, der, NULL));
  sk_GENERAL_NAME_push (expected, fake_general_name_text (GEN_DNS, "*.example.org"));
  sk_GENERAL_NAME_push (expected, fake_general_name_address ("\xc0\x00\x02\x01", 4));
  sk_GENERAL_NAME_push (expected, fake_general_name_text (GEN_EMAIL, "ann@example.org"));
  sk_GENERAL_NAME_push (expected, fake_general_name_text (GEN_URI, "https://example.org/"));
  sk_GENERAL_NAME_push (expected, fake_general_name_registered_id ("1.2.840.113549"));
  sk_GENERAL_NAME_push (expected,
                        fake_general_name_other ("1.3.6.1.4.1.311.20.2.3", "ann@example.org"));
  sk_GENERAL_NAME_push (expected, fake_general_name_directory (directory));

  extension = icert_extension_new_subject_alt_name (names, FALSE, &error);
  g_assert_no_error (error);
  value = icert_extension_get_value (extension);
  assert_same (extension, NID_subject_alt_name, expected);

  parsed = icert_extension_parse_subject_alt_name (value, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (parsed->len, ==, names->len);
  for (guint i = 0; i < names->len; i++)
    g_assert_true (icert_name_equal (parsed->pdata[i], names->pdata[i]));
}

static GENERAL_SUBTREE *
new_subtree (GENERAL_NAME *name)
{
  GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new ();

  GENERAL_NAME_free (subtree->base);
  subtree->base = name;
  return subtree;
}

static void
test_encodes_name_constraints (void)
{
  NAME_CONSTRAINTS *expected = NAME_CONSTRAINTS_new ();
  g_autoptr (GPtrArray) permitted = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) excluded = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertExtension) extension = NULL;

  g_test_summary ("Subtrees have neither minimum nor maximum");

  g_ptr_array_add (permitted, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL));
  g_ptr_array_add (excluded, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "", NULL));
  g_ptr_array_add (excluded, icert_name_new_constraint (ICERT_NAME_KIND_IP, "0.0.0.0/0", NULL));
  expected->permittedSubtrees = sk_GENERAL_SUBTREE_new_null ();
  expected->excludedSubtrees = sk_GENERAL_SUBTREE_new_null ();
  sk_GENERAL_SUBTREE_push (expected->permittedSubtrees,
                           new_subtree (fake_general_name_text (GEN_DNS, "example.org")));
  sk_GENERAL_SUBTREE_push (expected->excludedSubtrees,
                           new_subtree (fake_general_name_text (GEN_DNS, "")));
  sk_GENERAL_SUBTREE_push (expected->excludedSubtrees,
                           new_subtree (fake_general_name_address ("\0\0\0\0\0\0\0\0", 8)));

  extension = icert_extension_new_name_constraints (permitted, excluded, TRUE, &error);
  g_assert_no_error (error);
  assert_same (extension, NID_name_constraints, expected);
}

static void
test_encodes_urls (void)
{
  static const char *const issuers[] = { "http://ca.example.org/ca.crt", NULL };
  static const char *const ocsp[] = { "http://ca.example.org/ocsp", NULL };
  static const char *const crls[] = { "http://ca.example.org/ca.crl", "ldap:///CN=a%20b?x", NULL };
  AUTHORITY_INFO_ACCESS *access = AUTHORITY_INFO_ACCESS_new ();
  CRL_DIST_POINTS *points = CRL_DIST_POINTS_new ();
  DIST_POINT *point = DIST_POINT_new ();
  ACCESS_DESCRIPTION *description;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertExtension) aia = NULL;
  g_autoptr (ICertExtension) cdp = NULL;

  g_test_summary ("Authority information and distribution points are what OpenSSL writes");

  description = ACCESS_DESCRIPTION_new ();
  description->method = OBJ_nid2obj (NID_ad_OCSP);
  GENERAL_NAME_free (description->location);
  description->location = fake_general_name_text (GEN_URI, ocsp[0]);
  sk_ACCESS_DESCRIPTION_push (access, description);
  description = ACCESS_DESCRIPTION_new ();
  description->method = OBJ_nid2obj (NID_ad_ca_issuers);
  GENERAL_NAME_free (description->location);
  description->location = fake_general_name_text (GEN_URI, issuers[0]);
  sk_ACCESS_DESCRIPTION_push (access, description);
  aia = icert_extension_new_authority_info_access (issuers, ocsp, &error);
  g_assert_no_error (error);
  assert_same (aia, NID_info_access, access);

  point->distpoint = DIST_POINT_NAME_new ();
  point->distpoint->type = 0;
  point->distpoint->name.fullname = GENERAL_NAMES_new ();
  for (gsize i = 0; crls[i] != NULL; i++)
    sk_GENERAL_NAME_push (point->distpoint->name.fullname,
                          fake_general_name_text (GEN_URI, crls[i]));
  sk_DIST_POINT_push (points, point);
  cdp = icert_extension_new_crl_distribution_points (crls, &error);
  g_assert_no_error (error);
  assert_same (cdp, NID_crl_distribution_points, points);
}

static void
assert_refused (ICertExtension *extension, GError **error, ICertError code, const char *field)
{
  g_autofree char *its_field = NULL;

  g_assert_null (extension);
  g_assert_error (*error, ICERT_ERROR, (int) code);
  its_field = icert_error_get_field (*error);
  g_assert_cmpstr (its_field, ==, field);
  g_clear_error (error);
}

static void
test_builders_refuse (void)
{
  static const char *const none[] = { NULL };
  static const char *const twice[] = { "1.2.3", "1.2.3", NULL };
  static const char *const words[] = { "serverAuth", NULL };
  static const char *const no_url[] = { "http://a b/", NULL };
  static const char *const bell[] = { "http://a/\a", NULL };
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();
  GError *error = NULL;

  g_test_summary ("S-A5, S-A9, S-N5: a builder refuses what has no meaning, and text syntax");

  assert_refused (icert_extension_new_key_usage (0, TRUE, &error), &error, ICERT_ERROR_MALFORMED,
                  "keyUsage");
  assert_refused (icert_extension_new_key_usage (0x100, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "keyUsage");
  assert_refused (icert_extension_new_basic_constraints (FALSE, 0, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "basicConstraints");
  assert_refused (icert_extension_new_basic_constraints (TRUE, -2, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "basicConstraints");
  assert_refused (icert_extension_new_extended_key_usage (none, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "extKeyUsage");
  assert_refused (icert_extension_new_extended_key_usage (twice, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "extKeyUsage");
  assert_refused (icert_extension_new_extended_key_usage (words, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "extKeyUsage");
  assert_refused (icert_extension_new_certificate_policies (NULL, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "certificatePolicies");
  assert_refused (icert_extension_new_subject_alt_name (empty, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "subjectAltName");
  assert_refused (icert_extension_new_name_constraints (NULL, empty, TRUE, &error), &error,
                  ICERT_ERROR_MALFORMED, "nameConstraints");
  assert_refused (icert_extension_new_authority_info_access (none, NULL, &error), &error,
                  ICERT_ERROR_MALFORMED, "authorityInfoAccess");
  assert_refused (icert_extension_new_authority_info_access (no_url, NULL, &error), &error,
                  ICERT_ERROR_MALFORMED, "authorityInfoAccess");
  assert_refused (icert_extension_new_crl_distribution_points (bell, &error), &error,
                  ICERT_ERROR_MALFORMED, "cRLDistributionPoints");
}

static void
test_keeps_subtrees_and_names_apart (void)
{
  g_autoptr (GPtrArray) subtree = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) wildcard = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  g_test_summary ("S-C3, S-G4: a subtree is no alternative name, and a wildcard no subtree");

  g_ptr_array_add (subtree, icert_name_new_constraint (ICERT_NAME_KIND_IP, "0.0.0.0/0", NULL));
  g_ptr_array_add (wildcard, icert_name_new (ICERT_NAME_KIND_DNS, "*.example.org", NULL));
  assert_refused (icert_extension_new_subject_alt_name (subtree, FALSE, &error), &error,
                  ICERT_ERROR_BAD_NAME, "iPAddress");
  assert_refused (icert_extension_new_name_constraints (wildcard, NULL, TRUE, &error), &error,
                  ICERT_ERROR_BAD_NAME, "dNSName");
}

static GBytes *
repeat_name (guint n)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  GByteArray *der = g_byte_array_new ();
  guint8 head[4] = { 0x30, 0x82, 0, 0 };

  for (guint i = 0; i < n; i++)
    g_byte_array_append (content, (const guint8 *) "\x82\x01\x61", 3);
  head[2] = (guint8) (content->len >> 8);
  head[3] = (guint8) content->len;
  g_byte_array_append (der, head, 4);
  g_byte_array_append (der, content->data, content->len);
  return g_byte_array_free_to_bytes (der);
}

static void
test_limits_names (void)
{
  g_autoptr (GBytes) few = repeat_name (100);
  g_autoptr (GBytes) many = repeat_name (1000);
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  guint64 limit = 0;
  guint64 actual = 0;

  g_test_summary ("S-A1: 100 alternative names are taken, more are too many");

  names = icert_extension_parse_subject_alt_name (few, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 100);
  g_assert_null (icert_extension_parse_subject_alt_name (many, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE);
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "limit", "t", &limit));
  g_assert_true (g_variant_lookup (details, "actual", "t", &actual));
  g_assert_cmpuint (limit, ==, 100);
  g_assert_cmpuint (actual, ==, 1000);
}

static void
test_refuses_alt_names (void)
{
  static const struct
  {
    const char *octets;
    gsize size;
    ICertError code;
  } cases[] = {
    { "", 0, ICERT_ERROR_MALFORMED },
    { "\x30\x00", 2, ICERT_ERROR_MALFORMED },
    { "\x30\x80\x82\x01\x61\x00\x00", 7, ICERT_ERROR_MALFORMED },
    { "\x30\x03\x82\x01\x61\x00", 6, ICERT_ERROR_MALFORMED },
    { "\x30\x81\x03\x82\x01\x61", 6, ICERT_ERROR_MALFORMED },
    { "\x31\x03\x82\x01\x61", 5, ICERT_ERROR_MALFORMED },
    { "\x30\x03\x82\x02\x61", 5, ICERT_ERROR_MALFORMED },
    { "\x30\x04\x82\x02\x61\x00", 6, ICERT_ERROR_BAD_NAME },
    { "\x30\x0a\x87\x08\x0a\x00\x00\x00\xff\x00\x00\x00", 12, ICERT_ERROR_BAD_NAME },
    { "\x30\x04\xa4\x02\x30\x00", 6, ICERT_ERROR_BAD_NAME },
  };

  g_test_summary ("S-A3, S-A7, S-A8: alternative names are DER, not empty, and each is a name");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (cases[i].octets, cases[i].size);
      g_autoptr (GError) error = NULL;

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_null (icert_extension_parse_subject_alt_name (bytes, &error));
      g_assert_error (error, ICERT_ERROR, (int) cases[i].code);
    }
}

static void
test_holds_any_extension (void)
{
  g_autofree guint8 *octets = g_malloc0 (32 * 1024 + 1);
  g_autoptr (GBytes) most = g_bytes_new (octets, 32 * 1024);
  g_autoptr (GBytes) more = g_bytes_new (octets, 32 * 1024 + 1);
  g_autoptr (GBytes) value = NULL;
  g_autofree char *oid = NULL;
  g_autoptr (ICertExtension) extension = NULL;
  ICertExtensionFlags flags;
  ICertExtensionOrigin origin;
  GError *error = NULL;

  g_test_summary ("S-A1: an extension holds up to 32 KiB of anything, and a disabled one nothing");

  extension = icert_extension_new ("1.2.3", ICERT_EXTENSION_DISABLE | 0x100,
                                   ICERT_EXTENSION_ORIGIN_REQUEST, most, &error);
  g_assert_no_error (error);
  g_object_get (extension, "oid", &oid, "flags", &flags, "origin", &origin, "value", &value, NULL);
  g_assert_cmpstr (oid, ==, "1.2.3");
  g_assert_cmpint (flags, ==, ICERT_EXTENSION_DISABLE | 0x100);
  g_assert_cmpint (origin, ==, ICERT_EXTENSION_ORIGIN_REQUEST);
  g_assert_true (value == most);
  g_assert_finalize_object (g_steal_pointer (&extension));

  assert_refused (icert_extension_new ("1.2.3", 0, 0, more, &error), &error, ICERT_ERROR_TOO_LARGE,
                  "1.2.3");
  assert_refused (icert_extension_new ("1.2.3", 0, 0, NULL, &error), &error, ICERT_ERROR_MALFORMED,
                  "1.2.3");
  assert_refused (icert_extension_new ("1.2.3", 0x10000, 0, most, &error), &error,
                  ICERT_ERROR_MALFORMED, "1.2.3");
  assert_refused (icert_extension_new ("keyUsage", 0, 0, most, &error), &error,
                  ICERT_ERROR_MALFORMED, "extension");
  extension = icert_extension_new ("1.2.3", ICERT_EXTENSION_DELETE, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (icert_extension_get_value (extension));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/extension/encodes-key-usage", test_encodes_key_usage);
  g_test_add_func ("/extension/encodes-basic-constraints", test_encodes_basic_constraints);
  g_test_add_func ("/extension/encodes-lists-of-oids", test_encodes_lists_of_oids);
  g_test_add_func ("/extension/encodes-subject-alt-names", test_encodes_subject_alt_names);
  g_test_add_func ("/extension/encodes-name-constraints", test_encodes_name_constraints);
  g_test_add_func ("/extension/encodes-urls", test_encodes_urls);
  g_test_add_func ("/extension/builders-refuse-S-A9", test_builders_refuse);
  g_test_add_func ("/extension/keeps-subtrees-and-names-apart-S-C3",
                   test_keeps_subtrees_and_names_apart);
  g_test_add_func ("/extension/limits-names-S-A1", test_limits_names);
  g_test_add_func ("/extension/refuses-alt-names-S-A3", test_refuses_alt_names);
  g_test_add_func ("/extension/holds-any-extension-S-A1", test_holds_any_extension);

  return g_test_run ();
}
