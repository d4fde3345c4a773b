/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include <glib/gstdio.h>

#include "fake-message.h"

/* Writes what is binary in the corpus: fuzz-corpus FOLDER. Keys and signatures are of the moment;
 * the files are kept, so that everybody plays the same. */

static const char *corpus;

/* Takes over @bytes */
static void
save (const char *target, const char *name, GBytes *bytes)
{
  g_autofree char *folder = g_build_filename (corpus, target, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
  g_bytes_unref (bytes);
}

/* Takes over @extension */
static void
save_value (const char *name, ICertExtension *extension)
{
  save ("extension", name, icert_extension_get_value (extension));
  g_object_unref (extension);
}

static void
save_requests (void)
{
  static const char *const types[] = { "p256", "p384", "ed25519", "rsa2048", "rsa-pss" };
  g_autoptr (FakeKey) key = fake_key_new ("p256");
  g_autoptr (FakeKey) agent = fake_key_new ("p256");
  g_autoptr (X509) x509 = fake_x509_new (agent->pkey, "agent");
  FakeMessageWish wish = { .pair_name = "requestername", .pair_value = "user:anna" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FakeKey) other = fake_key_new (types[i]);
      g_autofree char *name = g_strconcat ("pkcs10-", types[i], NULL);

      save ("request", name, fake_request_new (other));
    }
  save ("request", "pkcs10-pem", fake_pem ("CERTIFICATE REQUEST", fake_request_new (key)));
  save ("request", "pkcs10-bare", fake_request_new_with (key, fake_hex ("3000"), NULL));
  save (
      "request", "pkcs10-attributes",
      fake_request_new_with (
          key, fake_subject (),
          fake_der (0xa0, fake_attribute ("1.2.840.113549.1.9.7", fake_der_text (0x0c, "secret")),
                    fake_attribute (
                        "1.2.840.113549.1.9.14",
                        fake_der (0x30, fake_alt_names (fake_dns_name ("www.example.org")),
                                  fake_extension ("2.5.29.15", TRUE, fake_hex ("03020780")), NULL)),
                    NULL)));
  save ("request", "spkac", fake_spkac_new (key, "challenge"));
  save ("request", "crmf", fake_crmf_new (key));
  save ("request", "renewal",
        fake_cms_new (fake_renewal_new (key, fake_x509_to_der (x509)), agent->pkey, x509, NULL));
  save ("request", "on-behalf", fake_cms_new (fake_request_new (key), agent->pkey, x509, &wish));
}

static ICertName *
name_of (const char *text)
{
  ICertName *name = icert_name_from_string (text, NULL);

  g_assert_nonnull (name);
  return name;
}

static const char *const names[] = {
  "dNSName:www.example.org",
  "dNSName:*.example.org",
  "dNSName:xn--bcher-kva.example",
  "rfc822Name:anna@example.org",
  "uniformResourceIdentifier:https://www.example.org/a",
  "iPAddress:192.0.2.1",
  "iPAddress:2001:db8::1",
  "registeredID:1.3.6.1.4.1.1",
  "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:anna@example.org",
  "directoryName:#300e310c300a06035504030c03777777",
};

static void
save_names (void)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      ICertName *name = name_of (names[i]);
      g_autofree char *file = g_strdup_printf ("general-name-%" G_GSIZE_FORMAT, i);
      g_autofree char *text_file = g_strdup_printf ("general-name-%" G_GSIZE_FORMAT, i);

      g_ptr_array_add (all, name);
      save ("name", file, icert_name_to_der (name));
      save ("name-text", text_file, g_bytes_new (names[i], strlen (names[i])));
    }
  save_value ("subject-alt-name", icert_extension_new_subject_alt_name (all, TRUE, NULL));
  save ("name", "name", fake_subject ());
  save ("name", "name-empty", fake_hex ("3000"));
  save ("name", "name-two",
        fake_der (0x30, fake_rdn ("2.5.4.6", "DE"), fake_rdn ("2.5.4.10", "Ex\xc3\xa4mple"),
                  fake_rdn ("0.9.2342.19200300.100.1.25", "org"), NULL));
  save ("name", "name-multi",
        fake_hex ("30 1d 31 1b 30 0a 06 03 55 04 03 13 03 77 77 77"
                  "30 0d 06 03 55 04 0a 1e 06 00 41 00 e4 00 42"));
}

static void
save_extensions (void)
{
  static const char *const oids[] = { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", NULL };
  static const char *const urls[] = { "http://ca.example.org/ca.crt", NULL };
  static const char *const crls[] = { "http://ca.example.org/a.crl", "ldap:///cn=a?b?c", NULL };
  g_autoptr (GPtrArray) permitted = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) excluded = g_ptr_array_new_with_free_func (g_object_unref);

  save_value ("key-usage",
              icert_extension_new_key_usage (ICERT_KEY_USAGE_DIGITAL_SIGNATURE, TRUE, NULL));
  save_value ("key-usage-two", icert_extension_new_key_usage ((ICertKeyUsage) 0x8006, TRUE, NULL));
  save_value ("purposes", icert_extension_new_extended_key_usage (oids, FALSE, NULL));
  save_value ("basic-constraints", icert_extension_new_basic_constraints (TRUE, 3, TRUE, NULL));
  save_value ("basic-constraints-no",
              icert_extension_new_basic_constraints (FALSE, -1, TRUE, NULL));
  save_value ("policies", icert_extension_new_certificate_policies (oids, FALSE, NULL));
  save ("extension", "policies-qualifier",
        fake_hex ("301e 301c 0602 2a03 3016 3014 06082b06010505070201 1608 687474703a2f2f61"));
  save_value ("info-access", icert_extension_new_authority_info_access (urls, urls, NULL));
  save_value ("distribution-points", icert_extension_new_crl_distribution_points (crls, NULL));
  g_ptr_array_add (permitted, icert_name_new_constraint (ICERT_NAME_KIND_DNS, "example.org", NULL));
  g_ptr_array_add (excluded, icert_name_new_constraint (ICERT_NAME_KIND_IP, "0.0.0.0/0", NULL));
  save_value ("name-constraints",
              icert_extension_new_name_constraints (permitted, excluded, TRUE, NULL));
  save ("extension", "numbers", fake_hex ("300d 0201 00 0202 0080 0204 80000000"));
  save ("extension", "dates",
        fake_hex ("3020 170d 3236313132323030303030305a 180f 32303530313132323030303030305a"));
  save ("extension", "strings", fake_hex ("3008 0c01 61 0c03 e282ac"));
}

int
main (int argc, char *argv[])
{
  if (argc != 2)
    g_error ("use: fuzz-corpus FOLDER");
  corpus = argv[1];
  save_requests ();
  save_names ();
  save_extensions ();
  return 0;
}
