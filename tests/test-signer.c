/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-signer.h"

#include "fake-issuer.h"

static CaTicket *
lint (FakeIssuer *fake, GBytes *tbs)
{
  g_autoptr (GError) error = NULL;
  CaTicket *ticket = ca_linter_check (tbs, &fake->expectation, &error);

  g_assert_no_error (error);
  return ticket;
}

/* nothing signed, INTERNAL, and @field */
static void
assert_not_signed (FakeIssuer *fake, CaTicket *ticket, GBytes *tbs, const char *field)
{
  guint count = fake_key_get_count (FAKE_KEY (fake->ca_key));
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  g_assert_null (ca_signer_sign (fake->issuer, ticket, tbs, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
  found = icert_error_get_field (error);
  g_assert_cmpstr (found, ==, field);
  g_assert_cmpuint (fake_key_get_count (FAKE_KEY (fake->ca_key)), ==, count);
}

static void
test_signs (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = lint (fake, tbs);
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("With its ticket a certificate is signed, and holds the linted octets (S-E1)");
  certificate = ca_signer_sign (fake->issuer, ticket, tbs, &error);
  g_assert_no_error (error);
  g_assert_nonnull (memmem (g_bytes_get_data (certificate, NULL), g_bytes_get_size (certificate),
                            g_bytes_get_data (tbs, NULL), g_bytes_get_size (tbs)));
}

static void
test_no_ticket (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);

  g_test_summary ("Without a ticket nothing is signed (S-E2)");
  assert_not_signed (fake, NULL, tbs, "ticket");
}

static void
test_used_ticket (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = lint (fake, tbs);
  g_autoptr (GBytes) certificate = ca_signer_sign (fake->issuer, ticket, tbs, NULL);

  g_test_summary ("A ticket is good for one signature (S-E2)");
  g_assert_nonnull (certificate);
  assert_not_signed (fake, ticket, tbs, "ticket");
}

static void
test_replay (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = lint (fake, tbs);
  g_autoptr (CaTicket) again = lint (fake, tbs);
  g_autoptr (GBytes) certificate = ca_signer_sign (fake->issuer, ticket, tbs, NULL);

  g_test_summary ("A second ticket for octets that were signed is refused (S-E2)");
  g_assert_nonnull (certificate);
  assert_not_signed (fake, again, tbs, "ticket");
}

static void
test_other_octets (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = lint (fake, tbs);
  g_autoptr (GBytes) other = NULL;
  guint8 *octets;
  gsize size;

  g_test_summary ("A ticket is for exactly these octets (S-E2)");
  octets = g_memdup2 (g_bytes_get_data (tbs, &size), g_bytes_get_size (tbs));
  octets[size - 1] ^= 1;
  other = g_bytes_new_take (octets, size);
  assert_not_signed (fake, ticket, other, "ticket");
}

static void
test_other_issuer (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (FakeIssuer) other = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = lint (fake, tbs);

  g_test_summary ("A ticket is for this issuer, and another one does not sign with it (S-E2)");
  assert_not_signed (other, ticket, tbs, "ticket");
}

static void
test_faulty_key (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (CaIssuer) issuer = NULL;
  g_autoptr (GBytes) tbs = NULL;
  g_autoptr (CaTicket) ticket = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_test_summary ("A wrong signature of a key outside this process never leaves (S-E1)");
  g_assert_false (fake->issuer->verify_signature);
  fake_key_set_in_process (FAKE_KEY (fake->ca_key), FALSE);
  issuer = ca_issuer_new (fake->issuer->certificate, NULL, fake->ca_key, "sha256", 0, 0, &error);
  g_assert_no_error (error);
  g_assert_true (issuer->verify_signature);
  tbs = fake_issuer_build (fake);
  fake->expectation.issuer = issuer;
  ticket = lint (fake, tbs);
  fake_key_set_faulty (FAKE_KEY (fake->ca_key), TRUE);
  g_assert_null (ca_signer_sign (issuer, ticket, tbs, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "signature");
}

static void
test_rsa_is_verified (void)
{
  g_autoptr (FakeIssuer) rsa = fake_issuer_new ("rsa-2048", "ec-p256");
  g_autoptr (FakeIssuer) edwards = fake_issuer_new ("ed25519", "ec-p256");

  g_test_summary ("Only EC and Edwards keys in this process go without verifying (S-E1)");
  g_assert_true (rsa->issuer->verify_signature);
  g_assert_false (edwards->issuer->verify_signature);
}

static void
test_lost_key (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = lint (fake, tbs);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key that cannot sign is unavailable, and its ticket is used up");
  fake_key_set_lost (FAKE_KEY (fake->ca_key), TRUE);
  g_assert_null (ca_signer_sign (fake->issuer, ticket, tbs, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_KEY_UNAVAILABLE);
  fake_key_set_lost (FAKE_KEY (fake->ca_key), FALSE);
  assert_not_signed (fake, ticket, tbs, "ticket");
}

static void
test_faulty_root (void)
{
  g_autoptr (ICertKey) key = fake_key_new ("ec-p256");
  g_autoptr (GPtrArray) rdns = ca_name_from_text ("CN=Root", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A self-signed certificate is verified before it leaves (S-E1)");
  fake_key_set_faulty (FAKE_KEY (key), TRUE);
  g_assert_null (ca_builder_self_signed (rdns, key, "sha256", 1795000000, 1995000000, -1, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
}

typedef struct
{
  FakeIssuer *fake;
  GBytes *tbs;
  CaTicket *ticket;
  int signed_count;
} Race;

static gpointer
race_worker (gpointer data)
{
  Race *race = data;

  if (ca_ticket_redeem (race->ticket, race->tbs, race->fake->issuer, NULL))
    g_atomic_int_inc (&race->signed_count);
  return NULL;
}

static void
test_race (void)
{
  g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", "ec-p256");
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (CaTicket) ticket = lint (fake, tbs);
  Race race = { .fake = fake, .tbs = tbs, .ticket = ticket };
  GThread *threads[8];

  g_test_summary ("Of several threads exactly one redeems a ticket (S-E2)");
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("redeem", race_worker, &race);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (race.signed_count, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signer/S-E1-signs", test_signs);
  g_test_add_func ("/signer/S-E2-no-ticket", test_no_ticket);
  g_test_add_func ("/signer/S-E2-used-ticket", test_used_ticket);
  g_test_add_func ("/signer/S-E2-replay", test_replay);
  g_test_add_func ("/signer/S-E2-other-octets", test_other_octets);
  g_test_add_func ("/signer/S-E2-other-issuer", test_other_issuer);
  g_test_add_func ("/signer/S-E1-faulty-key", test_faulty_key);
  g_test_add_func ("/signer/S-E1-rsa-is-verified", test_rsa_is_verified);
  g_test_add_func ("/signer/lost-key", test_lost_key);
  g_test_add_func ("/signer/S-E1-faulty-root", test_faulty_root);
  g_test_add_func ("/signer/S-E2-race", test_race);
  return g_test_run ();
}
