/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "policy-template-profile.h"

/* A profile that loads; tests break one line of it. */
static const char good[] = "[Profile]\n"
                           "Name=Test\n"
                           "Description=For tests\n"
                           "Version=7\n"
                           "Enroll=submitter;group:web\n"
                           "Approval=required\n"
                           "Validity=90d\n"
                           "[Subject]\n"
                           "CommonName=approved\n"
                           "[SubjectAltName]\n"
                           "dNSName=approved\n"
                           "[Key]\n"
                           "Types=ec-p256;rsa-2048\n"
                           "[Extensions]\n"
                           "KeyUsage=auto\n"
                           "ExtendedKeyUsage=serverAuth\n"
                           "FromRequest=1.3.6.1.5.5.7.1.24\n"
                           "1.3.6.1.5.5.7.48.1.5=critical; hex:05 00\n";

static PolicyTemplateProfile *
parse (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return policy_template_profile_parse (bytes, "Test.profile", "Test", error);
}

/* The good profile with @from replaced. */
static char *
change (const char *from, const char *to)
{
  const char *at = strstr (good, from);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int) (at - good), good, to, at + strlen (from));
}

/* CONFIG, with @part in the message and the file's name as field. */
static void
assert_refused (const char *from, const char *to, const char *part)
{
  g_autofree char *text = change (from, to);
  g_autoptr (GError) error = NULL;
  g_autoptr (PolicyTemplateProfile) profile = parse (text, &error);
  g_autofree char *field = NULL;

  g_assert_null (profile);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, part));
  field = icert_error_get_field (error);
  g_assert_true (g_str_has_prefix (field, "Test.profile"));
}

static PolicyTemplateProfile *
assert_loads (const char *from, const char *to)
{
  g_autofree char *text = change (from, to);
  g_autoptr (GError) error = NULL;
  PolicyTemplateProfile *profile = parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (profile);
  return profile;
}

static void
test_reads_everything (void)
{
  g_autoptr (PolicyTemplateProfile) profile = assert_loads ("Test", "Test");
  const PolicyTemplateField *field;
  const PolicyTemplateFixed *fixed;

  g_test_summary ("Every key of a profile is read");
  g_assert_cmpstr (profile->name, ==, "Test");
  g_assert_cmpint (profile->version, ==, 7);
  g_assert_cmpstr (profile->enroll[1], ==, "group:web");
  g_assert_true (profile->needs_approval);
  g_assert_false (profile->allows_wildcards);
  g_assert_true (profile->has_validity);
  g_assert_cmpint (profile->validity_seconds, ==, 90 * 86400);
  g_assert_true (profile->is_server);
  g_assert_false (profile->is_ca);
  g_assert_cmpstr (profile->key_types[1], ==, "rsa-2048");
  g_assert_cmpstr (profile->from_request[0], ==, "1.3.6.1.5.5.7.1.24");

  field = policy_template_profile_find_subject (profile, "2.5.4.3");
  g_assert_nonnull (field);
  g_assert_cmpint (field->source, ==, POLICY_TEMPLATE_SOURCE_APPROVED);
  g_assert_nonnull (policy_template_profile_find_name (profile, ICERT_NAME_KIND_DNS, NULL));
  g_assert_null (policy_template_profile_find_name (profile, ICERT_NAME_KIND_IP, NULL));

  g_assert_cmpuint (profile->fixed->len, ==, 1);
  fixed = profile->fixed->pdata[0];
  g_assert_cmpint (fixed->flags, ==, ICERT_EXTENSION_CRITICAL);
  g_assert_cmpmem (g_bytes_get_data (fixed->value, NULL), g_bytes_get_size (fixed->value),
                   "\x05\x00", 2);
}

static void
test_usage_depends_on_the_key (void)
{
  static const guint8 signature[] = { 0x03, 0x02, 0x07, 0x80 };
  static const guint8 both[] = { 0x03, 0x02, 0x05, 0xa0 };
  g_autoptr (PolicyTemplateProfile) profile = assert_loads ("Test", "Test");

  g_test_summary ("KeyUsage=auto gives encipherment to RSA keys only");
  g_assert_cmpmem (g_bytes_get_data (profile->usage_other_value, NULL),
                   g_bytes_get_size (profile->usage_other_value), signature, sizeof signature);
  g_assert_cmpmem (g_bytes_get_data (profile->usage_rsa_value, NULL),
                   g_bytes_get_size (profile->usage_rsa_value), both, sizeof both);
}

static void
test_is_careful_by_default (void)
{
  g_autoptr (PolicyTemplateProfile) profile = assert_loads ("Approval=required\n", "");

  g_test_summary ("A profile that does not say so needs approval");
  g_assert_true (profile->needs_approval);
}

static void
test_refuses_what_it_does_not_know (void)
{
  g_test_summary ("S-N6: an unknown group, key or value is refused with its line");
  assert_refused ("[Key]", "[Keys]", "Test.profile:12: unknown group");
  assert_refused ("Validity=", "Validty=", "Test.profile:7: ");
  assert_refused ("[Subject]\n", "[Subject]\nCommanName=request\n", "Test.profile:9: ");
  assert_refused ("dNSName=approved", "dnsNames=approved", "Test.profile:11: ");
  assert_refused ("Types=ec-p256", "Types=ec-p255", "Test.profile:13: ");
  assert_refused ("serverAuth", "serverAuthentication", "Test.profile:16: ");
  assert_refused ("KeyUsage=auto", "KeyUsage=automatic", "Test.profile:15: ");
  assert_refused ("CommonName=approved", "CommonName=approvd", "Test.profile:9: ");
  assert_refused ("CommonName=approved", "CommonName=directory:shell", "Test.profile:9: ");
  assert_refused ("CommonName=approved", "CommonName=ignore", "Test.profile:9: ");
  assert_refused ("Enroll=submitter", "Enroll=everybody", "Test.profile:5: ");
  assert_refused ("Approval=required", "Approval=no", "Test.profile:6: ");
  assert_refused ("Validity=90d", "Validity=90", "Test.profile:7: ");
  assert_refused ("Validity=90d", "Validity=0d", "Test.profile:7: ");
  assert_refused ("Version=7", "Version=0", "Test.profile:4: ");
}

static void
test_refuses_twice (void)
{
  g_test_summary ("S-N6: a key given twice is refused, also under another name");
  assert_refused ("Version=7\n", "Version=7\nVersion=8\n", "Test.profile:5: ");
  assert_refused ("CommonName=approved\n", "CommonName=approved\nCN=approved\n",
                  "Test.profile:10: ");
  assert_refused ("CommonName=approved\n", "CommonName=approved\n2.5.4.3=approved\n",
                  "Test.profile:10: ");
}

static void
test_refuses_what_is_missing (void)
{
  g_test_summary ("Name, version and who may ask have to be there");
  assert_refused ("Name=Test\n", "", "Name is missing");
  assert_refused ("Version=7\n", "", "Version is missing");
  assert_refused ("Enroll=submitter;group:web\n", "", "Enroll is missing");
  assert_refused ("Enroll=submitter;group:web\n", "Enroll=\n", "Enroll is missing");
}

static void
test_has_the_name_of_its_file (void)
{
  g_test_summary ("A profile is named as its file, and as a file can be");
  assert_refused ("Name=Test", "Name=Tset", "Test.profile:2: ");
  assert_refused ("Name=Test", "Name=../Test", "Test.profile:2: ");
}

static void
test_s_d4 (void)
{
  g_test_summary ("S-D4: an end entity's purposes are neither missing nor any");
  assert_refused ("ExtendedKeyUsage=serverAuth\n", "", "ExtendedKeyUsage: empty");
  assert_refused ("ExtendedKeyUsage=serverAuth\n", "ExtendedKeyUsage=\n", "Test.profile:16: ");
  assert_refused ("serverAuth", "serverAuth;anyExtendedKeyUsage", "anyExtendedKeyUsage");
  assert_refused ("serverAuth", "2.5.29.37.0", "anyExtendedKeyUsage");
}

static void
test_ca_needs_no_purposes (void)
{
  g_autoptr (PolicyTemplateProfile) profile = assert_loads (
      "KeyUsage=auto\nExtendedKeyUsage=serverAuth\n", "KeyUsage=keyCertSign;cRLSign\n");

  g_test_summary ("A profile with keyCertSign makes CAs and may do without purposes");
  g_assert_true (profile->is_ca);
  g_assert_null (profile->eku_value);
}

static void
test_s_d5 (void)
{
  static const char *const sources[] = { "validated", "granted", "approved", "fixed:www" };

  g_test_summary ("S-D5: requested names in what authenticates need approval");
  assert_refused ("Approval=required\nValidity=90d\n[Subject]\nCommonName=approved",
                  "Approval=none\nValidity=90d\n[Subject]\nCommonName=request", "CommonName");
  assert_refused ("Approval=required\nValidity=90d\n[Subject]\nCommonName=approved",
                  "Approval=none\nValidity=90d\n[Subject]\nOrganization=request", "Organization");
  assert_refused ("Approval=required\nValidity=90d\n[Subject]\nCommonName=approved\n"
                  "[SubjectAltName]\ndNSName=approved",
                  "Approval=none\nValidity=90d\n[SubjectAltName]\niPAddress=request", "iPAddress");
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autofree char *to
          = g_strdup_printf ("Approval=none\nValidity=90d\n[Subject]\nCommonName=%s", sources[i]);
      g_autoptr (PolicyTemplateProfile) profile
          = assert_loads ("Approval=required\nValidity=90d\n[Subject]\nCommonName=approved", to);

      g_assert_false (profile->needs_approval);
    }
}

static void
test_s_d5_leaves_the_rest (void)
{
  g_autoptr (PolicyTemplateProfile) approved
      = assert_loads ("CommonName=approved", "CommonName=request");
  g_autoptr (PolicyTemplateProfile) code = assert_loads (
      "Approval=required\nValidity=90d\n[Subject]\nCommonName=approved\n[SubjectAltName]\n"
      "dNSName=approved\n[Key]\nTypes=ec-p256;rsa-2048\n[Extensions]\nKeyUsage=auto\n"
      "ExtendedKeyUsage=serverAuth\n",
      "Approval=none\n[Subject]\nCommonName=request\n[Extensions]\nExtendedKeyUsage=codeSigning\n");

  g_test_summary ("S-D5: requested names are fine with approval, or where nothing authenticates");
  g_assert_true (approved->needs_approval);
  g_assert_false (code->needs_approval);
}

static void
test_s_d18 (void)
{
  g_autoptr (PolicyTemplateProfile) profile = assert_loads (
      "CommonName=approved", "CommonName=directory:name\n0.9.2342.19200300.100.1.1=directory:uid");

  g_test_summary ("S-D18: names from the directory come with the principal id, and only there");
  g_assert_nonnull (policy_template_profile_find_subject (profile, "0.9.2342.19200300.100.1.1"));
  assert_refused ("CommonName=approved", "CommonName=directory:name", "principal id");
  assert_refused ("dNSName=approved", "rfc822Name=directory:mail", "principal id");
  assert_refused ("CommonName=approved",
                  "CommonName=approved\n0.9.2342.19200300.100.1.1=directory:uid", "principal id");
  assert_refused ("CommonName=approved",
                  "CommonName=directory:name\n0.9.2342.19200300.100.1.1=directory:mail",
                  "directory:uid");
  assert_refused ("CommonName=approved",
                  "CommonName=directory:name\n0.9.2342.19200300.100.1.1=request", "directory:uid");
}

static void
test_s_d2 (void)
{
  static const char *const oids[]
      = { "2.5.29.14", "2.5.29.15", "2.5.29.17",         "2.5.29.19",           "2.5.29.31",
          "2.5.29.35", "2.5.29.37", "1.3.6.1.5.5.7.1.1", "1.3.6.1.4.1.311.25.2" };

  g_test_summary ("S-D2: what the engine or another key answers for cannot be copied or fixed");
  for (gsize i = 0; i < G_N_ELEMENTS (oids); i++)
    {
      g_autofree char *list = g_strdup_printf ("FromRequest=%s", oids[i]);
      g_autofree char *fixed = g_strdup_printf ("%s=", oids[i]);

      assert_refused ("FromRequest=1.3.6.1.5.5.7.1.24", list, "Test.profile:17: ");
      assert_refused ("1.3.6.1.5.5.7.48.1.5=", fixed, "Test.profile:18: ");
    }
}

static void
test_refuses_bad_octets (void)
{
  static const char *const values[] = { "hex:",  "hex:05",   "hex:050",  "hex:05 00 00", "hex:zz00",
                                        "05 00", "hex:3080", "critical", "hex:1f0100" };

  g_test_summary ("A fixed extension is one whole DER element");
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    assert_refused ("critical; hex:05 00", values[i], "Test.profile:18: ");
}

static void
test_s_g2 (void)
{
  g_autoptr (PolicyTemplateProfile) rsa
      = assert_loads ("Types=ec-p256;rsa-2048\n[Extensions]\nKeyUsage=auto",
                      "Types=rsa-2048\n[Extensions]\nKeyUsage=digitalSignature;keyEncipherment");

  g_test_summary ("S-G2: no encipherment for keys that cannot, no cRLSign without a CA");
  g_assert_false (rsa->usage_is_auto);
  assert_refused ("KeyUsage=auto", "KeyUsage=keyEncipherment", "Test.profile:15: ");
  assert_refused ("KeyUsage=auto", "KeyUsage=digitalSignature;cRLSign", "Test.profile:15: ");
  assert_refused ("KeyUsage=auto", "KeyUsage=", "Test.profile:15: ");
}

static void
test_shipped_profiles_load (void)
{
  static const char *const names[]
      = { "CodeSigning", "Computer", "OCSPSigning", "SubCA", "User", "WebServer" };
  const char *data = g_getenv ("ICERT_DATA_PATH");

  g_test_summary ("The profiles that are shipped load");
  g_assert_nonnull (data);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file_name = g_strconcat (names[i], ".profile", NULL);
      g_autofree char *path = g_build_filename (data, "profiles", file_name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (PolicyTemplateProfile) profile = NULL;
      g_autoptr (GBytes) bytes = NULL;
      char *contents = NULL;
      gsize size = 0;

      g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
      bytes = g_bytes_new_take (contents, size);
      profile = policy_template_profile_parse (bytes, file_name, names[i], &error);
      g_assert_no_error (error);
      g_assert_cmpint (profile->is_ca, ==, g_str_equal (names[i], "SubCA"));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/profile/reads-everything", test_reads_everything);
  g_test_add_func ("/profile/usage-depends-on-the-key", test_usage_depends_on_the_key);
  g_test_add_func ("/profile/is-careful-by-default", test_is_careful_by_default);
  g_test_add_func ("/profile/refuses-what-it-does-not-know", test_refuses_what_it_does_not_know);
  g_test_add_func ("/profile/refuses-twice", test_refuses_twice);
  g_test_add_func ("/profile/refuses-what-is-missing", test_refuses_what_is_missing);
  g_test_add_func ("/profile/has-the-name-of-its-file", test_has_the_name_of_its_file);
  g_test_add_func ("/profile/s-d2", test_s_d2);
  g_test_add_func ("/profile/s-d4", test_s_d4);
  g_test_add_func ("/profile/ca-needs-no-purposes", test_ca_needs_no_purposes);
  g_test_add_func ("/profile/s-d5", test_s_d5);
  g_test_add_func ("/profile/s-d5-leaves-the-rest", test_s_d5_leaves_the_rest);
  g_test_add_func ("/profile/s-d18", test_s_d18);
  g_test_add_func ("/profile/refuses-bad-octets", test_refuses_bad_octets);
  g_test_add_func ("/profile/s-g2", test_s_g2);
  g_test_add_func ("/profile/shipped-profiles-load", test_shipped_profiles_load);

  return g_test_run ();
}
