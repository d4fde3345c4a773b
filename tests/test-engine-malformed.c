/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-ca.h"
#include "malformed.h"

/* Must show 6: malformed requests through the client's interface on a real CA, for a profile that
 * takes names from the request and asks nobody. */

#define N_REQUESTS 5000
#define SEED 20261122

typedef struct
{
  guint failed;  /* the call */
  guint refused; /* rows: 30 or 31 */
} Tally;

static void
check_status (const GError *error, const MalformedClass *what, guint index)
{
  if (error == NULL || error->domain != ICERT_ERROR || error->code == ICERT_ERROR_INTERNAL)
    g_test_message ("request %u, %s: %s", index, what->name,
                    error != NULL ? error->message : "no error");
  g_assert_nonnull (error);
  g_assert_true (error->domain == ICERT_ERROR);
  g_assert_cmpint (error->code, !=, ICERT_ERROR_INTERNAL);
  g_assert_cmpint (error->code, !=, ICERT_ERROR_FAILED);
  if (what->code != MALFORMED_ANY_CODE)
    g_assert_cmpint (error->code, ==, what->code);
}

static void
submit_one (FakeCa *ca, const MalformedKit *kit, guint index, Tally *tally)
{
  const MalformedClass *what = NULL;
  g_autoptr (GBytes) request = malformed_make (kit, SEED, index, &what);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, "Test", &error);
  ICertDisposition disposition;

  if (response == NULL)
    {
      tally->failed++;
      check_status (error, what, index);
      return;
    }
  disposition = icert_response_get_disposition (response);
  if (disposition != ICERT_DISPOSITION_DENIED && disposition != ICERT_DISPOSITION_ERROR)
    g_test_message ("request %u, %s: disposition %d", index, what->name, (int) disposition);
  g_assert_true (disposition == ICERT_DISPOSITION_DENIED || disposition == ICERT_DISPOSITION_ERROR);
  tally->refused++;
  error = icert_response_get_status (response);
  check_status (error, what, index);
}

static void
test_malformed (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (MalformedKit) kit = malformed_kit_new ();
  Tally tally = { 0 };

  g_test_summary ("S-A10: thousands of malformed requests are refused each, none is issued");
  g_assert_cmpuint (malformed_get_n_classes (), >=, 40);
  fake_ca_write_profile (ca, FALSE, NULL);
  fake_ca_reopen (ca);
  fake_ca_submit_for (ca, kit->good, "Test", ICERT_DISPOSITION_ISSUED);
  for (guint index = 0; index < N_REQUESTS; index++)
    submit_one (ca, kit, index, &tally);
  g_test_message ("%u classes: %u calls failed, %u rows were refused", malformed_get_n_classes (),
                  tally.failed, tally.refused);
  g_assert_cmpuint (tally.failed + tally.refused, ==, N_REQUESTS);
  fake_ca_reopen (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==,
                   tally.refused + 1);
  g_assert_cmpint (
      fake_ca_query_int (
          ca, "SELECT count(*) FROM requests WHERE id > 0 AND disposition NOT IN (30, 31)"),
      ==, 1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 1);
  /* empty ones are refused before they reach the CA */
  g_assert_cmpint (fake_ca_check_audit (ca), >=, N_REQUESTS * 9 / 10);
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/engine/malformed", test_malformed);
  return fake_ca_run ();
}
