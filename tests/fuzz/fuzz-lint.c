/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <openssl/x509v3.h>

#include "ca-certificate.h"
#include "ca-der.h"
#include "ca-lint-reader.h"

#include "fuzz-authority.h"

/* To-be-signed octets as the linter reads them, and the linter's own reader of DER beside the
 * decoder's: what the linter lets through, everybody can read, and says what was approved (S-D6).
 */

/* every name of @names is among @others */
static void
check_subset (GPtrArray *names, GPtrArray *others)
{
  for (guint i = 0; i < names->len; i++)
    {
      gboolean found = FALSE;

      for (guint j = 0; j < others->len; j++)
        found = found || icert_name_equal (names->pdata[i], others->pdata[j]);
      g_assert_true (found);
    }
}

/* @wrapped says what was decided. */
static void
check_decided (GBytes *wrapped)
{
  g_autoptr (GError) error = NULL;
  CaCertificate *certificate = ca_certificate_decode (wrapped, &error);
  const CaLintExpectation *expected = fuzz_authority_expect ();

  g_assert_no_error (error);
  check_subset (certificate->decoded->names, expected->approved_names);
  check_subset (expected->approved_names, certificate->decoded->names);
  g_assert_cmpint (certificate->not_before, ==, expected->not_before);
  g_assert_cmpint (certificate->not_after, ==, expected->not_after);
  g_assert_true (g_bytes_equal (certificate->decoded->spki, expected->spki));
  ca_certificate_free (certificate);
}

static void
lint (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) tbs = g_bytes_new_static (data, size);
  g_autoptr (GBytes) wrapped = NULL;
  g_autoptr (GError) error = NULL;
  CaTicket *ticket = ca_linter_check (tbs, fuzz_authority_expect (), &error);

  fuzz_check_pointer (ticket, &error);
  if (ticket == NULL)
    return;
  ca_ticket_free (ticket);
  wrapped = fuzz_authority_sign (data, size);
  fuzz_check_openssl (wrapped, ASN1_ITEM_rptr (X509));
  check_decided (wrapped);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  CaLintSpan span = { data, size };
  g_autoptr (GError) error = NULL;
  gint64 when;
  guint value;

  lint (data, size);
  /* the linter's reader takes nothing that the decoder's does not */
  if (ca_lint_is_der (span))
    {
      gboolean ok = ca_der_scan (data, size, "octets", &error);

      g_assert_true (ok || g_error_matches (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE));
      g_clear_error (&error);
    }
  ca_lint_read_time (&span, &when);
  ca_lint_read_small ((CaLintSpan){ data, size }, &value);
  g_free (ca_lint_oid_to_text ((CaLintSpan){ data, size }));
  return 0;
}
