/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-builder.h"

#include "fake-issuer.h"

static void
assert_refused (GError **error, ICertError code, const char *field)
{
  g_autofree char *found = NULL;

  g_assert_error (*error, ICERT_ERROR, (int) code);
  found = icert_error_get_field (*error);
  g_assert_cmpstr (found, ==, field);
  g_clear_error (error);
}

static void
test_reads_fields (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  const CaIssuer *issuer = fake->issuer;
  g_autoptr (GBytes) subject = ca_name_encode (fake->ca_rdns, NULL);

  g_test_summary ("An issuer knows the fields of its certificate");
  g_assert_true (g_bytes_equal (issuer->subject, subject));
  g_assert_cmpuint (issuer->key_identifier_size, ==, 20);
  g_assert_cmpint (issuer->path_length, ==, -1);
  g_assert_false (issuer->has_name_constraints);
  g_assert_cmpint (issuer->not_before, <, issuer->not_after);
  g_assert_cmpuint (issuer->chain->len, ==, 1);
  g_assert_cmpstr (issuer->hash, ==, "sha256");
}

static void
test_reads_chain (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GPtrArray) permitted = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ICertExtension) constraints = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Name constraints of the whole chain are kept (S-C7)");
  g_ptr_array_add (permitted, icert_name_new (ICERT_NAME_KIND_DNS, "example.org", &error));
  g_assert_no_error (error);
  constraints = icert_extension_new_name_constraints (permitted, NULL, TRUE, &error);
  g_assert_no_error (error);
  fake_issuer_descend (fake, constraints, 1);
  g_assert_cmpint (fake->issuer->path_length, ==, 1);
  g_assert_true (fake->issuer->has_name_constraints);
  fake_issuer_descend (fake, NULL, 0);
  g_assert_cmpuint (fake->issuer->chain->len, ==, 3);
  g_assert_cmpuint (fake->issuer->constraints->len, ==, 1);
}

static void
test_other_key (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (ICertKey) other = fake_key_new ("ec-p256");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A certificate for another key is refused at start");
  g_assert_null (ca_issuer_new (fake->issuer->certificate, NULL, other, "sha256", 0, 0, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "CA certificate");
}

static void
test_end_entity (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) leaf = fake_issuer_issue (fake);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A certificate of a server does not become an issuer");
  g_assert_null (ca_issuer_new (leaf, NULL, fake->key, "sha256", 0, 0, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "CA certificate");
}

static void
test_garbage (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  g_autoptr (GBytes) garbage = g_bytes_new_static ("garbage", 7);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Octets that are no certificate, or more than one, are refused");
  g_assert_null (ca_issuer_new (garbage, NULL, fake->ca_key, "sha256", 0, 0, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "CA certificate");
  g_byte_array_append (longer, g_bytes_get_data (fake->issuer->certificate, NULL),
                       (guint) g_bytes_get_size (fake->issuer->certificate));
  g_byte_array_append (longer, (const guint8 *) "\x05\x00", 2);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&longer));
  g_assert_null (ca_issuer_new (bytes, NULL, fake->ca_key, "sha256", 0, 0, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "CA certificate");
}

static void
test_wrong_chain (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (FakeIssuer) foreign = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A chain whose links do not sign each other is refused, same names or not");
  fake_issuer_descend (fake, NULL, -1);
  g_ptr_array_add (chain, foreign->issuer->certificate);
  g_assert_null (
      ca_issuer_new (fake->issuer->certificate, chain, fake->ca_key, "sha256", 0, 0, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "CA certificate");
}

static void
test_without_chain (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (CaIssuer) issuer = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A subordinate without its chain is an issuer too");
  fake_issuer_descend (fake, NULL, -1);
  issuer = ca_issuer_new (fake->issuer->certificate, NULL, fake->ca_key, "sha256", 3, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (issuer->certificate_index, ==, 3);
  g_assert_cmpuint (issuer->key_index, ==, 2);
}

static void
test_wrong_self_signature (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) spoiled = NULL;
  g_autoptr (GError) error = NULL;
  guint8 *octets;
  gsize size;

  g_test_summary ("A root whose own signature is wrong is refused");
  octets = g_memdup2 (g_bytes_get_data (fake->issuer->certificate, &size),
                      g_bytes_get_size (fake->issuer->certificate));
  octets[size - 1] ^= 1;
  spoiled = g_bytes_new_take (octets, size);
  g_assert_null (ca_issuer_new (spoiled, NULL, fake->ca_key, "sha256", 0, 0, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "CA certificate");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/issuer/reads-fields", test_reads_fields);
  g_test_add_func ("/issuer/S-C7-reads-chain", test_reads_chain);
  g_test_add_func ("/issuer/other-key", test_other_key);
  g_test_add_func ("/issuer/end-entity", test_end_entity);
  g_test_add_func ("/issuer/garbage", test_garbage);
  g_test_add_func ("/issuer/wrong-chain", test_wrong_chain);
  g_test_add_func ("/issuer/without-chain", test_without_chain);
  g_test_add_func ("/issuer/wrong-self-signature", test_wrong_self_signature);
  return g_test_run ();
}
