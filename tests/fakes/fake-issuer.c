/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-issuer.h"

#include <stdarg.h>

#include "ca-oids.h"
#include "ca-signer.h"

#define DAY 86400

static const char *const cdp[] = { "http://ca.example.org/demo.crl", NULL };
static const char *const ca_issuers[] = { "http://ca.example.org/demo.crt", NULL };
static const char *const ocsp[] = { "http://ca.example.org/ocsp", NULL };

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static GPtrArray *
new_subject (const char *common_name)
{
  GPtrArray *rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);

  g_ptr_array_add (rdns, ca_rdn_new ("2.5.4.6", "DE"));
  g_ptr_array_add (rdns, ca_rdn_new ("2.5.4.10", "Example"));
  g_ptr_array_add (rdns, ca_rdn_new ("2.5.4.3", common_name));
  return rdns;
}

static void
take_extension (FakeIssuer *fake, ICertExtension *extension, GError *error)
{
  g_assert_no_error (error);
  ca_plan_take_extension (fake->plan, extension);
}

static void
take_key (FakeIssuer *fake, ICertKey *key)
{
  GError *error = NULL;

  fake->key = key;
  fake->spki = icert_key_get_public_key (key, &error);
  g_assert_no_error (error);
  g_assert_true (ca_public_key_init (&fake->public_key, fake->spki, &error));
  g_assert_no_error (error);
}

static void
plan_server (FakeIssuer *fake, const char *key_type)
{
  static const char *const server_auth[] = { "1.3.6.1.5.5.7.3.1", NULL };

  fake->plan = ca_plan_new ();
  fake->plan->not_before = now () - 600;
  fake->plan->not_after = fake->plan->not_before + 90 * DAY - 1;
  ca_plan_set_subject (fake->plan, "2.5.4.10", "Example");
  ca_plan_set_subject (fake->plan, "2.5.4.3", "www.example.org");
  fake_issuer_set_usage (fake,
                         g_str_has_prefix (key_type, "rsa")
                             ? ICERT_KEY_USAGE_DIGITAL_SIGNATURE | ICERT_KEY_USAGE_KEY_ENCIPHERMENT
                             : ICERT_KEY_USAGE_DIGITAL_SIGNATURE);
  fake_issuer_set_purposes (fake, server_auth, FALSE);
  fake_issuer_set_names (fake, "dNSName:www.example.org", "iPAddress:192.0.2.1", NULL);
}

static void
fill_expectation (FakeIssuer *fake)
{
  fake->expectation = (CaLintExpectation){
    .issuer = fake->issuer,
    .serial = fake->serial,
    .not_before = fake->plan->not_before,
    .not_after = fake->plan->not_after,
    .spki = fake->spki,
    .is_ca = fake->plan->is_ca,
    .approved_names = fake->names,
    .rdns = fake->plan->rdns,
    .max_not_after = fake->issuer->not_after,
  };
}

FakeIssuer *
fake_issuer_new (const char *ca_type, const char *key_type)
{
  FakeIssuer *fake = g_new0 (FakeIssuer, 1);
  g_autoptr (GBytes) root = NULL;
  GError *error = NULL;

  fake->ca_key = fake_key_new (ca_type);
  fake->ca_rdns = new_subject ("Demo Root");
  root = ca_builder_self_signed (fake->ca_rdns, fake->ca_key, "sha256", now () - 3600,
                                 now () + 3650 * DAY, -1, &error);
  g_assert_no_error (error);
  fake->issuer = ca_issuer_new (root, NULL, fake->ca_key, "sha256", 0, 0, &error);
  g_assert_no_error (error);
  take_key (fake, fake_key_new (key_type));
  plan_server (fake, key_type);
  g_assert_true (ca_builder_draw_serial (now () * 1000, fake->serial, &error));
  fill_expectation (fake);
  return fake;
}

void
fake_issuer_free (FakeIssuer *fake)
{
  ca_issuer_unref (fake->issuer);
  g_object_unref (fake->ca_key);
  g_object_unref (fake->key);
  g_ptr_array_unref (fake->ca_rdns);
  g_bytes_unref (fake->spki);
  ca_public_key_clear (&fake->public_key);
  ca_plan_free (fake->plan);
  g_clear_pointer (&fake->names, g_ptr_array_unref);
  g_free (fake);
}

void
fake_issuer_set_extension (FakeIssuer *fake,
                           const char *oid,
                           ICertExtensionFlags flags,
                           const void *value,
                           gsize size)
{
  ICertExtension *old = ca_plan_find_extension (fake->plan, oid);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  ICertExtension *extension;

  if (size == 0)
    {
      g_ptr_array_remove (fake->plan->extensions, old);
      return;
    }
  bytes = g_bytes_new (value, size);
  extension = icert_extension_new (oid, flags, ICERT_EXTENSION_ORIGIN_POLICY, bytes, &error);
  take_extension (fake, extension, error);
}

void
fake_issuer_set_names (FakeIssuer *fake, ...)
{
  g_autoptr (GError) error = NULL;
  ICertExtension *extension;
  const char *text;
  va_list args;

  g_clear_pointer (&fake->names, g_ptr_array_unref);
  fake->names = g_ptr_array_new_with_free_func (g_object_unref);
  va_start (args, fake);
  while ((text = va_arg (args, const char *)) != NULL)
    {
      g_ptr_array_add (fake->names, icert_name_from_string (text, &error));
      g_assert_no_error (error);
    }
  va_end (args);
  fake->expectation.approved_names = fake->names;
  if (fake->names->len == 0)
    {
      fake_issuer_set_extension (fake, CA_OID_SUBJECT_ALT_NAME, 0, NULL, 0);
      return;
    }
  extension = icert_extension_new_subject_alt_name (fake->names, FALSE, &error);
  take_extension (fake, extension, error);
}

void
fake_issuer_set_usage (FakeIssuer *fake, ICertKeyUsage usage)
{
  GError *error = NULL;
  ICertExtension *extension = icert_extension_new_key_usage (usage, TRUE, &error);

  take_extension (fake, extension, error);
}

void
fake_issuer_set_purposes (FakeIssuer *fake, const char *const *oids, gboolean critical)
{
  GError *error = NULL;
  ICertExtension *extension;

  extension = icert_extension_new_extended_key_usage (oids, critical, &error);
  take_extension (fake, extension, error);
}

void
fake_issuer_make_ca (FakeIssuer *fake, int path_length)
{
  GError *error = NULL;
  ICertExtension *extension;

  fake->plan->is_ca = TRUE;
  fake->expectation.is_ca = TRUE;
  extension = icert_extension_new_basic_constraints (TRUE, path_length, TRUE, &error);
  take_extension (fake, extension, error);
  fake_issuer_set_usage (fake, ICERT_KEY_USAGE_KEY_CERT_SIGN | ICERT_KEY_USAGE_CRL_SIGN);
  fake_issuer_set_extension (fake, CA_OID_EXTENDED_KEY_USAGE, 0, NULL, 0);
  fake_issuer_set_names (fake, NULL);
  ca_plan_set_subject (fake->plan, "2.5.4.3", "Demo Issuing CA");
}

GBytes *
fake_issuer_build (FakeIssuer *fake)
{
  g_autoptr (GError) error = NULL;
  GBytes *tbs;

  if (ca_plan_find_extension (fake->plan, CA_OID_SUBJECT_KEY_IDENTIFIER) == NULL)
    {
      int path_length = -1;

      /* a CA's own row stays as the test made it */
      if (fake->plan->is_ca)
        fake->plan->is_ca = FALSE;
      g_assert_true (ca_builder_add_own_extensions (fake->plan, fake->issuer, &fake->public_key,
                                                    path_length, cdp, ca_issuers, ocsp, &error));
      g_assert_no_error (error);
      fake->plan->is_ca = fake->expectation.is_ca;
    }
  tbs = ca_builder_build (fake->issuer, fake->plan, fake->spki, fake->serial, &error);
  g_assert_no_error (error);
  return tbs;
}

GBytes *
fake_issuer_issue (FakeIssuer *fake)
{
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *certificate;

  ticket = ca_linter_check (tbs, &fake->expectation, &error);
  g_assert_no_error (error);
  certificate = ca_signer_sign (fake->issuer, ticket, tbs, &error);
  g_assert_no_error (error);
  return certificate;
}

void
fake_issuer_descend (FakeIssuer *fake, ICertExtension *constraints, int path_length)
{
  g_autoptr (FakeIssuer) below = g_new0 (FakeIssuer, 1);
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  g_autoptr (GBytes) certificate = NULL;
  CaIssuer *issuer;
  GError *error = NULL;

  below->issuer = ca_issuer_ref (fake->issuer);
  below->ca_key = g_object_ref (fake->ca_key);
  below->ca_rdns = g_ptr_array_ref (fake->ca_rdns);
  take_key (below, fake_key_new ("ec-p256"));
  plan_server (below, "ec-p256");
  g_assert_true (ca_builder_draw_serial (now () * 1000, below->serial, &error));
  below->plan->not_after = fake->issuer->not_after;
  fake_issuer_make_ca (below, path_length);
  if (constraints != NULL)
    ca_plan_take_extension (below->plan, g_object_ref (constraints));
  fill_expectation (below);
  certificate = fake_issuer_issue (below);
  for (guint i = 0; i < fake->issuer->chain->len; i++)
    g_ptr_array_add (chain, g_ptr_array_index (fake->issuer->chain, i));
  issuer = ca_issuer_new (certificate, chain, below->key, "sha256", 1, 1, &error);
  g_assert_no_error (error);
  ca_issuer_unref (fake->issuer);
  fake->issuer = issuer;
  g_set_object (&fake->ca_key, below->key);
  fill_expectation (fake);
}
