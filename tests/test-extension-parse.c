/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include <openssl/x509v3.h>

#include "fake-general-name.h"

#define ROUNDS 200

/* Takes over @der */
static GBytes *
take_der (unsigned char *der, int size)
{
  GBytes *bytes;

  g_assert_cmpint (size, >, 0);
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  return bytes;
}

/* The value of @extension, which OpenSSL's decoder of @nid must take; takes over @extension */
static GBytes *
value_of (ICertExtension *extension, int nid, gpointer *decoded)
{
  GBytes *value = icert_extension_get_value (extension);
  const unsigned char *data = g_bytes_get_data (value, NULL);
  const X509V3_EXT_METHOD *method = X509V3_EXT_get_nid (nid);

  *decoded
      = ASN1_item_d2i (NULL, &data, (long) g_bytes_get_size (value), ASN1_ITEM_ptr (method->it));
  g_assert_nonnull (*decoded);
  g_object_unref (extension);
  return value;
}

static void
test_reads_key_usage (void)
{
  g_test_summary ("Each key usage is read as it was built, bit by bit as OpenSSL does");

  for (guint bits = 1; bits < 0x10000; bits++)
    {
      g_autoptr (GBytes) value = NULL;
      g_autoptr (GError) error = NULL;
      ASN1_BIT_STRING *decoded;
      ICertKeyUsage usage;

      if ((bits & ~0x80ffu) != 0)
        continue;
      value = value_of (icert_extension_new_key_usage ((ICertKeyUsage) bits, TRUE, NULL),
                        NID_key_usage, (gpointer *) &decoded);
      g_assert_true (icert_extension_parse_key_usage (value, &usage, &error));
      g_assert_cmphex (usage, ==, bits);
      for (int i = 0; i < 9; i++)
        g_assert_cmpint (ASN1_BIT_STRING_get_bit (decoded, i), ==,
                         i < 8 ? (usage >> (7 - i)) & 1 : (usage >> 15) & 1);
      ASN1_BIT_STRING_free (decoded);
    }
}

static char *
random_oid (void)
{
  return g_strdup_printf ("%d.%d.%u.%d", g_test_rand_int_range (0, 3),
                          g_test_rand_int_range (0, 40), (guint) g_test_rand_int () >> 1,
                          g_test_rand_int_range (0, 1000));
}

static void
test_reads_lists_of_oids (void)
{
  g_test_summary ("Purposes and policies come back in their order, as OpenSSL reads them");

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GPtrArray) oids = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GBytes) eku = NULL;
      g_autoptr (GBytes) cp = NULL;
      g_auto (GStrv) purposes = NULL;
      g_auto (GStrv) policies = NULL;
      EXTENDED_KEY_USAGE *usage;
      CERTIFICATEPOLICIES *infos;

      for (int n = g_test_rand_int_range (1, 10); n > 0; n--)
        g_ptr_array_add (oids, random_oid ());
      g_ptr_array_add (oids, NULL);
      eku = value_of (
          icert_extension_new_extended_key_usage ((const char *const *) oids->pdata, FALSE, NULL),
          NID_ext_key_usage, (gpointer *) &usage);
      cp = value_of (
          icert_extension_new_certificate_policies ((const char *const *) oids->pdata, FALSE, NULL),
          NID_certificate_policies, (gpointer *) &infos);
      purposes = icert_extension_parse_extended_key_usage (eku, NULL);
      policies = icert_extension_parse_certificate_policies (cp, NULL);
      g_assert_cmpstrv (purposes, oids->pdata);
      g_assert_cmpstrv (policies, oids->pdata);
      for (guint i = 0; purposes[i] != NULL; i++)
        {
          char text[128];

          OBJ_obj2txt (text, sizeof text, sk_ASN1_OBJECT_value (usage, (int) i), 1);
          g_assert_cmpstr (text, ==, purposes[i]);
          OBJ_obj2txt (text, sizeof text, sk_POLICYINFO_value (infos, (int) i)->policyid, 1);
          g_assert_cmpstr (text, ==, policies[i]);
        }
      EXTENDED_KEY_USAGE_free (usage);
      CERTIFICATEPOLICIES_free (infos);
    }
}

static void
test_leaves_qualifiers_out (void)
{
  CERTIFICATEPOLICIES *infos = CERTIFICATEPOLICIES_new ();
  POLICYINFO *info = POLICYINFO_new ();
  POLICYQUALINFO *qualifier = POLICYQUALINFO_new ();
  g_auto (GStrv) policies = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GError) error = NULL;
  unsigned char *der = NULL;
  int size;

  g_test_summary ("A policy with a qualifier is read without it");

  info->policyid = OBJ_txt2obj ("1.2.3", 1);
  info->qualifiers = sk_POLICYQUALINFO_new_null ();
  qualifier->pqualid = OBJ_nid2obj (NID_id_qt_cps);
  qualifier->d.cpsuri = ASN1_IA5STRING_new ();
  ASN1_STRING_set (qualifier->d.cpsuri, "http://example.org/cps", -1);
  sk_POLICYQUALINFO_push (info->qualifiers, qualifier);
  sk_POLICYINFO_push (infos, info);
  size = i2d_CERTIFICATEPOLICIES (infos, &der);
  value = take_der (der, size);
  policies = icert_extension_parse_certificate_policies (value, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (policies), ==, 1);
  g_assert_cmpstr (policies[0], ==, "1.2.3");
  CERTIFICATEPOLICIES_free (infos);
}

static void
test_reads_basic_constraints (void)
{
  static const int lengths[] = { -1, 0, 1, 127, 128, 255, 256, 65536, G_MAXINT };

  g_test_summary ("Basic constraints come back, as OpenSSL reads them");

  for (gsize i = 0; i <= G_N_ELEMENTS (lengths); i++)
    {
      gboolean is_ca = i < G_N_ELEMENTS (lengths);
      int expected = is_ca ? lengths[i] : -1;
      g_autoptr (GBytes) value = NULL;
      g_autoptr (GError) error = NULL;
      BASIC_CONSTRAINTS *decoded;
      gboolean ca;
      int length;

      value = value_of (icert_extension_new_basic_constraints (is_ca, expected, TRUE, NULL),
                        NID_basic_constraints, (gpointer *) &decoded);
      g_assert_true (icert_extension_parse_basic_constraints (value, &ca, &length, &error));
      g_assert_cmpint (ca, ==, is_ca);
      g_assert_cmpint (length, ==, expected);
      g_assert_cmpint (decoded->ca != 0, ==, ca);
      g_assert_cmpint (decoded->pathlen != NULL ? ASN1_INTEGER_get (decoded->pathlen) : -1, ==,
                       length);
      BASIC_CONSTRAINTS_free (decoded);
    }
}

static void
test_reads_name_constraints (void)
{
  g_autoptr (GPtrArray) yes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) no = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) permitted = NULL;
  g_autoptr (GPtrArray) excluded = NULL;
  g_autoptr (GBytes) directory = g_bytes_new_static ("\x30\x00", 2);
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GError) error = NULL;
  NAME_CONSTRAINTS *decoded;

  g_test_summary ("Subtrees of each kind come back as the constraints that they are");

  g_ptr_array_add (yes, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL));
  g_ptr_array_add (yes, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "", NULL));
  g_ptr_array_add (yes, icert_name_new_constraint (ICERT_NAME_KIND_RFC822, ".example.org", NULL));
  g_ptr_array_add (yes, icert_name_new_constraint (ICERT_NAME_KIND_RFC822, "a@example.org", NULL));
  g_ptr_array_add (yes, icert_name_new_constraint (ICERT_NAME_KIND_URI, ".example.org", NULL));
  g_ptr_array_add (no, icert_name_new_constraint (ICERT_NAME_KIND_IP, "10.0.0.0/8", NULL));
  g_ptr_array_add (no, icert_name_new_constraint (ICERT_NAME_KIND_IP, "2001:db8::/32", NULL));
  g_ptr_array_add (no, icert_name_new_bytes (ICERT_NAME_KIND_DIRECTORY, directory, NULL));
  value = value_of (icert_extension_new_name_constraints (yes, no, TRUE, NULL),
                    NID_name_constraints, (gpointer *) &decoded);
  g_assert_true (icert_extension_parse_name_constraints (value, &permitted, &excluded, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (permitted->len, ==, sk_GENERAL_SUBTREE_num (decoded->permittedSubtrees));
  g_assert_cmpuint (excluded->len, ==, sk_GENERAL_SUBTREE_num (decoded->excludedSubtrees));
  for (guint i = 0; i < yes->len; i++)
    g_assert_true (icert_name_equal (yes->pdata[i], permitted->pdata[i]));
  for (guint i = 0; i < no->len; i++)
    g_assert_true (icert_name_equal (no->pdata[i], excluded->pdata[i]));
  NAME_CONSTRAINTS_free (decoded);
}

static DIST_POINT *
new_point (const char *url, const char *other)
{
  DIST_POINT *point = DIST_POINT_new ();
  GENERAL_NAMES *names = GENERAL_NAMES_new ();

  sk_GENERAL_NAME_push (names, fake_general_name_text (GEN_URI, url));
  if (other != NULL)
    sk_GENERAL_NAME_push (names, fake_general_name_text (GEN_DNS, other));
  point->distpoint = DIST_POINT_NAME_new ();
  point->distpoint->type = 0;
  point->distpoint->name.fullname = names;
  return point;
}

static void
test_reads_urls (void)
{
  static const char *const issuers[] = { "http://a/ca.crt", "ldap:///cn=a", NULL };
  static const char *const ocsp[] = { "http://a/ocsp", NULL };
  static const char *const urls[] = { "http://a/1.crl", "ldap:///cn=a?b", NULL };
  CRL_DIST_POINTS *points = CRL_DIST_POINTS_new ();
  AUTHORITY_INFO_ACCESS *access;
  DIST_POINT *reasons = new_point (urls[1], NULL);
  g_autoptr (GBytes) aia = NULL;
  g_autoptr (GBytes) cdp = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) seen_issuers = NULL;
  g_auto (GStrv) seen_ocsp = NULL;
  g_auto (GStrv) seen = NULL;
  unsigned char *der = NULL;
  int size;

  g_test_summary ("URLs come back; names of other kinds, reasons and issuers are left out");

  aia = value_of (icert_extension_new_authority_info_access (issuers, ocsp, NULL), NID_info_access,
                  (gpointer *) &access);
  g_assert_true (
      icert_extension_parse_authority_info_access (aia, &seen_issuers, &seen_ocsp, &error));
  g_assert_cmpstrv (seen_issuers, (gpointer) issuers);
  g_assert_cmpstrv (seen_ocsp, (gpointer) ocsp);
  AUTHORITY_INFO_ACCESS_free (access);

  reasons->reasons = ASN1_BIT_STRING_new ();
  ASN1_BIT_STRING_set_bit (reasons->reasons, 1, 1);
  sk_DIST_POINT_push (points, new_point (urls[0], "example.org"));
  sk_DIST_POINT_push (points, reasons);
  size = i2d_CRL_DIST_POINTS (points, &der);
  cdp = take_der (der, size);
  seen = icert_extension_parse_crl_distribution_points (cdp, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (seen, (gpointer) urls);
  CRL_DIST_POINTS_free (points);
}

/* Reads @value, and builds what it read again in @again */
typedef gboolean (*Reader) (GBytes *value, ICertExtension **again, GError **error);

static gboolean
read_key_usage (GBytes *value, ICertExtension **again, GError **error)
{
  ICertKeyUsage usage;

  if (!icert_extension_parse_key_usage (value, &usage, error))
    return FALSE;
  *again = icert_extension_new_key_usage (usage, FALSE, NULL);
  return TRUE;
}

static gboolean
read_purposes (GBytes *value, ICertExtension **again, GError **error)
{
  g_auto (GStrv) oids = icert_extension_parse_extended_key_usage (value, error);

  if (oids == NULL)
    return FALSE;
  *again = icert_extension_new_extended_key_usage ((const char *const *) oids, FALSE, NULL);
  return TRUE;
}

static gboolean
read_basic_constraints (GBytes *value, ICertExtension **again, GError **error)
{
  gboolean ca;
  int length;

  if (!icert_extension_parse_basic_constraints (value, &ca, &length, error))
    return FALSE;
  *again = icert_extension_new_basic_constraints (ca, length, FALSE, NULL);
  return TRUE;
}

static gboolean
read_policies (GBytes *value, ICertExtension **again, GError **error)
{
  g_auto (GStrv) oids = icert_extension_parse_certificate_policies (value, error);

  if (oids == NULL)
    return FALSE;
  *again = icert_extension_new_certificate_policies ((const char *const *) oids, FALSE, NULL);
  return TRUE;
}

static gboolean
read_constraints (GBytes *value, ICertExtension **again, GError **error)
{
  g_autoptr (GPtrArray) permitted = NULL;
  g_autoptr (GPtrArray) excluded = NULL;

  if (!icert_extension_parse_name_constraints (value, &permitted, &excluded, error))
    return FALSE;
  *again = icert_extension_new_name_constraints (permitted, excluded, FALSE, NULL);
  return TRUE;
}

/* These two leave things out, so that nothing can be compared: again stays NULL */
static gboolean
read_access (GBytes *value, ICertExtension **again, GError **error)
{
  g_auto (GStrv) issuers = NULL;
  g_auto (GStrv) ocsp = NULL;

  return icert_extension_parse_authority_info_access (value, &issuers, &ocsp, error);
}

static gboolean
read_points (GBytes *value, ICertExtension **again, GError **error)
{
  g_auto (GStrv) urls = icert_extension_parse_crl_distribution_points (value, error);

  return urls != NULL;
}

static const char *const sample_oids[] = { "1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "1.2.840.5", NULL };
static const char *const sample_urls[] = { "http://a.b/c", "ldap:///d", NULL };

static ICertExtension *
sample_constraints (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (names, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL));
  g_ptr_array_add (names, icert_name_new_constraint (ICERT_NAME_KIND_IP, "10.0.0.0/8", NULL));
  return icert_extension_new_name_constraints (names, NULL, FALSE, NULL);
}

static const struct
{
  const char *field;
  Reader read;
  gboolean canonical; /* names have another form when they are built again */
} readers[] = {
  { "keyUsage", read_key_usage, FALSE },
  { "extKeyUsage", read_purposes, FALSE },
  { "basicConstraints", read_basic_constraints, FALSE },
  { "certificatePolicies", read_policies, TRUE },
  { "nameConstraints", read_constraints, TRUE },
  { "authorityInfoAccess", read_access, TRUE },
  { "cRLDistributionPoints", read_points, TRUE },
};

static ICertExtension *
make_sample (gsize which)
{
  switch (which)
    {
    case 0:
      return icert_extension_new_key_usage (
          ICERT_KEY_USAGE_DIGITAL_SIGNATURE | ICERT_KEY_USAGE_DECIPHER_ONLY, FALSE, NULL);
    case 1:
      return icert_extension_new_extended_key_usage (sample_oids, FALSE, NULL);
    case 2:
      return icert_extension_new_basic_constraints (TRUE, 300, FALSE, NULL);
    case 3:
      return icert_extension_new_certificate_policies (sample_oids, FALSE, NULL);
    case 4:
      return sample_constraints ();
    case 5:
      return icert_extension_new_authority_info_access (sample_urls, sample_urls, NULL);
    default:
      return icert_extension_new_crl_distribution_points (sample_urls, NULL);
    }
}

static void
try_mutant (gsize which, GBytes *mutant, guint *taken)
{
  g_autoptr (ICertExtension) again = NULL;
  g_autoptr (GError) error = NULL;

  if (!readers[which].read (mutant, &again, &error))
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == ICERT_ERROR);
      g_assert_nonnull (strchr (error->message, '('));
      return;
    }
  (*taken)++;
  g_assert_no_error (error);
  if (!readers[which].canonical)
    {
      g_autoptr (GBytes) value = icert_extension_get_value (again);

      g_assert_true (g_bytes_equal (value, mutant));
    }
}

static void
test_mutations (void)
{
  g_test_summary ("S-A3: whatever octet is changed, a value is refused or built again as it was");

  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_autoptr (ICertExtension) extension = make_sample (i);
      g_autoptr (GBytes) value = icert_extension_get_value (extension);
      guint taken = 0;
      gsize size;
      const guint8 *data = g_bytes_get_data (value, &size);

      for (gsize at = 0; at < size; at++)
        for (guint octet = 0; octet < 256; octet++)
          {
            guint8 *copy = g_memdup2 (data, size);
            g_autoptr (GBytes) mutant = g_bytes_new_take (copy, size);

            copy[at] = (guint8) octet;
            try_mutant (i, mutant, &taken);
          }
      /* each octet was also set to what it was */
      g_assert_cmpuint (taken, >, size);
      taken = 0;
      for (gsize end = 0; end < size; end++)
        {
          g_autoptr (GBytes) cut = g_bytes_new (data, end);

          try_mutant (i, cut, &taken);
        }
      g_assert_cmpuint (taken, ==, 0);
    }
}

static const struct
{
  gsize which;
  const char *octets;
  gsize size;
  ICertError code;
} refused[] = {
#define REFUSED(which, octets, code)                                                               \
  {                                                                                                \
    which, octets, sizeof octets - 1, ICERT_ERROR_##code                                           \
  }
  /* no bit, zeros at the end, an unknown bit, three octets, an OCTET STRING */
  REFUSED (0, "\x03\x01\x00", MALFORMED),
  REFUSED (0, "\x03\x02\x00\x80", MALFORMED),
  REFUSED (0, "\x03\x03\x06\x80\x40", MALFORMED),
  REFUSED (0, "\x03\x04\x00\x80\x80\x01", MALFORMED),
  REFUSED (0, "\x04\x02\x00\x80", MALFORMED),
  /* none, an OID twice, not minimal, behind the end, no OID */
  REFUSED (1, "\x30\x00", MALFORMED),
  REFUSED (1, "\x30\x06\x06\x01\x2a\x06\x01\x2a", MALFORMED),
  REFUSED (1, "\x30\x04\x06\x02\x80\x2a", MALFORMED),
  REFUSED (1, "\x30\x03\x06\x01\x2a\x00", MALFORMED),
  REFUSED (1, "\x30\x03\x02\x01\x2a", MALFORMED),
  /* a written FALSE, TRUE as 01, a length without cA, a negative one, a big one, more */
  REFUSED (2, "\x30\x03\x01\x01\x00", MALFORMED),
  REFUSED (2, "\x30\x03\x01\x01\x01", MALFORMED),
  REFUSED (2, "\x30\x03\x02\x01\x00", MALFORMED),
  REFUSED (2, "\x30\x06\x01\x01\xff\x02\x01\xff", MALFORMED),
  REFUSED (2, "\x30\x0a\x01\x01\xff\x02\x05\x01\x00\x00\x00\x00", MALFORMED),
  REFUSED (2, "\x30\x09\x01\x01\xff\x02\x01\x00\x02\x01\x00", MALFORMED),
  /* none, twice, a bare OID, qualifiers that are none */
  REFUSED (3, "\x30\x00", MALFORMED),
  REFUSED (3, "\x30\x0a\x30\x03\x06\x01\x2a\x30\x03\x06\x01\x2a", MALFORMED),
  REFUSED (3, "\x30\x03\x06\x01\x2a", MALFORMED),
  REFUSED (3, "\x30\x07\x30\x05\x06\x01\x2a\x05\x00", MALFORMED),
  /* none, an empty list, a minimum (S-G4), an address without mask, a leading dot, lists swapped
   */
  REFUSED (4, "\x30\x00", MALFORMED),
  REFUSED (4, "\x30\x02\xa0\x00", MALFORMED),
  REFUSED (4,
           "\x30\x0a\xa0\x08\x30\x06\x82\x01"
           "a\x80\x01\x01",
           UNSUPPORTED),
  REFUSED (4, "\x30\x0a\xa0\x08\x30\x06\x87\x04\x0a\0\0\0", MALFORMED),
  REFUSED (4, "\x30\x08\xa0\x06\x30\x04\x82\x02.a", BAD_NAME),
  REFUSED (4,
           "\x30\x0e\xa1\x05\x30\x03\x82\x01"
           "a\xa0\x05\x30\x03\x82\x01"
           "a",
           MALFORMED),
  /* none, a bare OID, two names, no URL */
  REFUSED (5, "\x30\x00", MALFORMED),
  REFUSED (5, "\x30\x05\x30\x03\x06\x01\x2a", MALFORMED),
  REFUSED (5,
           "\x30\x0b\x30\x09\x06\x01\x2a\x86\x01"
           "a\x86\x01"
           "b",
           MALFORMED),
  REFUSED (5,
           "\x30\x0f\x30\x0d\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x01"
           "a",
           MALFORMED),
  /* none, a point that is none, no URL */
  REFUSED (6, "\x30\x00", MALFORMED),
  REFUSED (6, "\x30\x02\x05\x00", MALFORMED),
  REFUSED (6,
           "\x30\x09\x30\x07\xa0\x05\xa0\x03\x86\x01"
           "a",
           MALFORMED),
#undef REFUSED
};

static void
test_refuses (void)
{
  g_test_summary ("S-A3, S-A4, S-A8: each reader refuses what its builder would not write");

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GBytes) value = g_bytes_new (refused[i].octets, refused[i].size);
      g_autoptr (ICertExtension) again = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_false (readers[refused[i].which].read (value, &again, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, ICERT_ERROR, (int) refused[i].code);
    }
}

static void
test_limits (void)
{
  g_autofree guint8 *octets = g_malloc0 (32 * 1024 + 1);
  g_autoptr (GBytes) large = g_bytes_new (octets, 32 * 1024 + 1);
  g_autoptr (GByteArray) der = g_byte_array_new ();
  g_autoptr (GBytes) many = NULL;
  g_autoptr (ICertExtension) again = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-A1: no reader takes nothing, more than 32 KiB, or more than 100 subtrees");

  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_autofree char *field = NULL;

      g_assert_false (readers[i].read (NULL, &again, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
      g_clear_error (&error);
      g_assert_false (readers[i].read (large, &again, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE);
      g_assert_nonnull (strstr (error->message, "limit=32768 actual=32769"));
      field = icert_error_get_field (error);
      g_assert_cmpstr (field, ==, readers[i].field);
      g_clear_error (&error);
    }

  g_byte_array_append (der, (const guint8 *) "\x30\x82\x01\xfd\xa0\x82\x01\xf9", 8);
  for (guint i = 0; i < 101; i++)
    g_byte_array_append (der,
                         (const guint8 *) "\x30\x03\x82\x01"
                                          "a",
                         5);
  many = g_byte_array_free_to_bytes (g_steal_pointer (&der));
  g_assert_false (read_constraints (many, &again, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/extension-parse/key-usage", test_reads_key_usage);
  g_test_add_func ("/extension-parse/lists-of-oids", test_reads_lists_of_oids);
  g_test_add_func ("/extension-parse/leaves-qualifiers-out", test_leaves_qualifiers_out);
  g_test_add_func ("/extension-parse/basic-constraints", test_reads_basic_constraints);
  g_test_add_func ("/extension-parse/name-constraints", test_reads_name_constraints);
  g_test_add_func ("/extension-parse/urls", test_reads_urls);
  g_test_add_func ("/extension-parse/mutations-S-A3", test_mutations);
  g_test_add_func ("/extension-parse/refuses-S-A3-S-G4", test_refuses);
  g_test_add_func ("/extension-parse/limits-S-A1", test_limits);

  return g_test_run ();
}
