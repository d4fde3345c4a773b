/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "fake-ca.h"

/* The life of a CA behind its first day: renewal, indexes, cross certificates, old keys. */

static void
renew (FakeCa *ca, gboolean same_key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, &error);

  g_assert_no_error (error);
  icert_setup_renew (setup, ca->address, same_key, NULL, &error);
  g_assert_no_error (error);
}

static GError *
renew_error (const char *config, gboolean same_key)
{
  GError *error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, NULL);

  g_assert_false (icert_setup_renew (setup, config, same_key, NULL, &error));
  g_assert_nonnull (error);
  return error;
}

static gint64
get_long (FakeCa *ca, ICertCaProperty property, int index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = icert_ca_get_property_value (ca->ca, property, index, NULL, &error);

  g_assert_no_error (error);
  return g_variant_get_int32 (value);
}

static GBytes *
get_bytes (FakeCa *ca, ICertCaProperty property, int index, GError **error)
{
  g_autoptr (GVariant) value = icert_ca_get_property_value (ca->ca, property, index, NULL, error);

  return value != NULL ? g_variant_get_data_as_bytes (value) : NULL;
}

static char *
get_text (FakeCa *ca, ICertCaProperty property, int index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = icert_ca_get_property_value (ca->ca, property, index, NULL, &error);

  g_assert_no_error (error);
  return g_variant_dup_string (value, NULL);
}

static X509 *
decode (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  X509 *certificate = d2i_X509 (NULL, &data, size);

  g_assert_nonnull (certificate);
  return certificate;
}

static GBytes *
issue (FakeCa *ca, const char *dns)
{
  g_autoptr (GBytes) request = fake_ca_request (dns);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);

  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  return fake_certificate (response);
}

/* @leaf under @root, with @between (nullable) on the way. */
static gboolean
verifies (GBytes *leaf, GBytes *between, GBytes *root)
{
  X509_STORE *store = X509_STORE_new ();
  X509_STORE_CTX *context = X509_STORE_CTX_new ();
  STACK_OF (X509) *others = sk_X509_new_null ();
  X509 *end = decode (leaf), *anchor = decode (root);
  gboolean ok;

  X509_STORE_add_cert (store, anchor);
  if (between != NULL)
    sk_X509_push (others, decode (between));
  X509_STORE_CTX_init (context, store, end, others);
  ok = X509_verify_cert (context) == 1;
  X509_free (end);
  X509_free (anchor);
  sk_X509_pop_free (others, X509_free);
  X509_STORE_CTX_free (context);
  X509_STORE_free (store);
  return ok;
}

/* processing.md 7, the table of indexes word for word */
static const struct
{
  const char *renewal;
  const char *suffix, *key_suffix;
  guint32 version;
} rows[] = {
  { "install", "", "", 0x00000000 },        { "new key", "(1)", "(1)", 0x00010001 },
  { "same key", "(2)", "(1)", 0x00010002 }, { "same key", "(3)", "(1)", 0x00010003 },
  { "new key", "(4)", "(4)", 0x00040004 },  { "same key", "(5)", "(4)", 0x00040005 },
};

static void
assert_row (FakeCa *ca, guint row)
{
  g_autofree char *aia = get_text (ca, ICERT_CA_PROPERTY_CERT_AIA_URLS, row);
  g_autofree char *cdp = get_text (ca, ICERT_CA_PROPERTY_CERT_CDP_URLS, row);
  g_autofree char *aia_end = g_strdup_printf ("/ca%s.crt", rows[row].suffix);
  g_autofree char *cdp_end = g_strdup_printf ("/ca%s.crl", rows[row].key_suffix);

  g_assert_cmphex (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_VERSION, row), ==, rows[row].version);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, row), ==,
                   ICERT_CA_DISPOSITION_VALID);
  g_assert_true (g_str_has_suffix (aia, aia_end));
  g_assert_true (g_str_has_suffix (cdp, cdp_end));
}

static void
assert_issued_by (FakeCa *ca, guint row)
{
  g_autofree char *dns = g_strdup_printf ("www%u.example.org", row);
  g_autoptr (GBytes) leaf = issue (ca, dns);
  g_autoptr (GBytes) own = icert_ca_get_certificate (ca->ca, row, NULL, NULL);
  g_autofree char *sql
      = g_strdup_printf ("SELECT issuer_name_id FROM requests WHERE common_name = '%s'", dns);

  g_assert_true (verifies (leaf, NULL, own));
  g_assert_cmpint (fake_ca_query_int (ca, sql), ==, rows[row].version);
}

static void
test_indexes (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");

  g_test_summary ("Certificate and key indexes, suffixes and versions are those of the table");
  for (guint row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      if (row > 0)
        renew (ca, strcmp (rows[row].renewal, "same key") == 0);
      g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT, -1), ==, row + 1);
      for (guint i = 0; i <= row; i++)
        assert_row (ca, i);
      assert_issued_by (ca, row);
    }
  fake_ca_reopen (ca);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_row (ca, i);
  assert_issued_by (ca, G_N_ELEMENTS (rows) - 1);
  fake_ca_check_audit (ca);
}

static void
test_crosses (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) old_leaf = issue (ca, "old.example.org");
  g_autoptr (GBytes) old_root = NULL;
  g_autoptr (GBytes) new_root = NULL;
  g_autoptr (GBytes) new_leaf = NULL;
  g_autoptr (GBytes) forward = NULL;
  g_autoptr (GBytes) backward = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who trusts one key of a root trusts the other through a cross certificate");
  renew (ca, FALSE);
  new_leaf = issue (ca, "new.example.org");
  old_root = icert_ca_get_certificate (ca->ca, 0, NULL, NULL);
  new_root = icert_ca_get_certificate (ca->ca, 1, NULL, NULL);
  forward = get_bytes (ca, ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT, 0, &error);
  g_assert_no_error (error);
  backward = get_bytes (ca, ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT, 1, &error);
  g_assert_no_error (error);
  g_assert_true (verifies (old_leaf, NULL, old_root));
  g_assert_true (verifies (new_leaf, NULL, new_root));
  g_assert_false (verifies (new_leaf, NULL, old_root));
  g_assert_false (verifies (old_leaf, NULL, new_root));
  g_assert_true (verifies (new_leaf, forward, old_root));
  g_assert_true (verifies (old_leaf, backward, new_root));
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT_STATE, 0), ==,
                   ICERT_CA_DISPOSITION_VALID);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT_STATE, 1), ==,
                   ICERT_CA_DISPOSITION_VALID);
  g_assert_null (get_bytes (ca, ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT, 1, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "index", 0);
  g_clear_error (&error);
  renew (ca, TRUE);
  g_assert_null (get_bytes (ca, ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT, 1, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "index", 0);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials WHERE state = 1"), ==,
                   /* two leaves, two roots, two crosses */ 6);
}

/* As an officer does it, by its number: no request made it. */
static void
revoke_own (FakeCa *ca, GBytes *certificate)
{
  g_autofree char *serial = fake_serial (certificate);
  g_autoptr (GError) error = NULL;

  icert_admin_revoke (ca->admin, serial, ICERT_REVOCATION_REASON_SUPERSEDED, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_revoked (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) root = NULL;
  g_autoptr (GBytes) forward = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("CR_PROP 19, 20, 34, 37, 38: what a CA revoked of its own is revoked there");
  renew (ca, FALSE);
  forward = get_bytes (ca, ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT, 0, &error);
  g_assert_no_error (error);
  revoke_own (ca, forward);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT_STATE, 0), ==,
                   ICERT_CA_DISPOSITION_REVOKED);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT_STATE, 1), ==,
                   ICERT_CA_DISPOSITION_VALID);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, 1), ==,
                   ICERT_CA_DISPOSITION_VALID);

  root = icert_ca_get_certificate (ca->ca, 1, NULL, NULL);
  revoke_own (ca, root);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, 1), ==,
                   ICERT_CA_DISPOSITION_REVOKED);
  g_assert_cmphex ((guint32) get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE, 1), ==,
                   0x80092010);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CRL_STATE, 1), ==, ICERT_CA_DISPOSITION_REVOKED);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, 0), ==,
                   ICERT_CA_DISPOSITION_VALID);
  renew (ca, TRUE);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CRL_STATE, 2), ==, ICERT_CA_DISPOSITION_VALID);
}

static void
test_pending (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  gint64 id = fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) leaf = NULL;
  g_autoptr (GBytes) root = NULL;

  g_test_summary ("A request that waited over a renewal is signed with the newest key");
  renew (ca, FALSE);
  fake_ca_configure (ca, "Policy", "Chain", "Always.Policy");
  response = icert_admin_resubmit_request (ca->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  leaf = fake_certificate (response);
  root = icert_ca_get_certificate (ca->ca, 1, NULL, NULL);
  g_assert_true (verifies (leaf, NULL, root));
}

static void
test_missing_old_key (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *path = fake_ca_path (ca, "keys/0.key");
  g_autofree char *newest = fake_ca_path (ca, "keys/1.key");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A CA opens without the key of an old certificate, and not without its newest");
  renew (ca, FALSE);
  fake_ca_close (ca);
  g_assert_no_errno (g_unlink (path));
  g_test_expect_message ("ca", G_LOG_LEVEL_MESSAGE, "key 0: *");
  fake_ca_open (ca);
  g_test_assert_expected_messages ();
  assert_row (ca, 0);
  assert_issued_by (ca, 1);
  g_test_expect_message ("ca", G_LOG_LEVEL_MESSAGE, "key 0: *");
  renew (ca, TRUE);
  g_test_assert_expected_messages ();
  fake_ca_close (ca);
  g_assert_no_errno (g_unlink (newest));
  g_test_expect_message ("ca", G_LOG_LEVEL_MESSAGE, "key 0: *");
  error = fake_ca_open_error (ca);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_KEY_UNAVAILABLE);
}

static void
test_missing_key_crls (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *path = fake_ca_path (ca, "keys/0.key");
  g_autoptr (ICertPublishResult) result = NULL;
  g_autoptr (GBytes) crl = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Old keys sign CRLs; one that is gone takes no other key's CRLs with it");
  renew (ca, FALSE);
  result = icert_admin_publish_crls (ca->admin, ICERT_CRL_BASE, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM crls"), ==, 2);
  g_clear_object (&result);
  fake_ca_close (ca);
  g_assert_no_errno (g_unlink (path));
  g_test_expect_message ("ca", G_LOG_LEVEL_MESSAGE, "key 0: *");
  fake_ca_open (ca);
  g_test_expect_message ("ca", G_LOG_LEVEL_MESSAGE, "CRLs of key 0: *");
  result = icert_admin_publish_crls (ca->admin, ICERT_CRL_BASE, NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_assert_expected_messages ();
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM crls"), ==, 3);
  fake_ca_wait_for (ca,
                    "SELECT count(*) FROM audit WHERE object = 'key:0' AND "
                    "outcome = 'KEY_UNAVAILABLE'",
                    1);
}

/* An expired CA is open for its renewal and for what it knows, and for nothing that is signed. */
static void
assert_signs_nothing (FakeCa *ca)
{
  g_autoptr (GBytes) request = fake_ca_request ("late.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);
  g_autoptr (ICertResponse) early = NULL;

  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_DENIED, "*expired*");
  fake_assert_status (response, ICERT_ERROR_BAD_VALIDITY, "CA certificate");
  g_assert_null (icert_admin_publish_crls (ca->admin, ICERT_CRL_BASE, NULL, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "CA certificate", 0);
  g_clear_error (&error);
  early = icert_request_retrieve_pending (ca->request, 1, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (early, ICERT_DISPOSITION_ISSUED, NULL);
}

/* S-H4 */
static void
test_expiry (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new_with_validity ("Always.Policy", "8s");
  g_autoptr (GBytes) leaf = issue (ca, "early.example.org");
  gint64 warned;

  g_test_summary ("S-H4: each threshold of the CA's life is said once, over restarts too");
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  for (guint i = 0; i < 3; i++)
    fake_ca_reopen (ca);
  warned = fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'ca-expiry'");
  g_assert_cmpint (warned, <=, 1);
  g_usleep (9 * G_USEC_PER_SEC);
  for (guint i = 0; i < 3; i++)
    fake_ca_reopen (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'ca-expiry' "
                                          "AND outcome = '0'"),
                   ==, 1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'ca-expiry'"),
                   ==, warned + 1);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, 0), ==,
                   ICERT_CA_DISPOSITION_INVALID);
  g_assert_cmphex ((guint32) get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE, 0), ==,
                   0x800B0101);
  assert_signs_nothing (ca);
  renew (ca, TRUE);
  g_clear_pointer (&leaf, g_bytes_unref);
  leaf = issue (ca, "www.example.org");
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, 1), ==,
                   ICERT_CA_DISPOSITION_VALID);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, 0), ==,
                   ICERT_CA_DISPOSITION_INVALID);
}

static void
test_refusals (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GError) error = NULL;
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());

  g_test_summary ("Who is no administrator does not renew, and nothing is changed");
  fake_ca_configure (ca, "Roles", principal, "submitter;officer");
  error = renew_error (ca->address, FALSE);
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_assert_cmpint (get_long (ca, ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT, -1), ==, 1);
  fake_ca_wait_for (ca, "SELECT count(*) FROM audit WHERE verb = 'renew'", 1);
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/life/indexes", test_indexes);
  g_test_add_func ("/life/cross-certificates", test_crosses);
  g_test_add_func ("/life/revoked", test_revoked);
  g_test_add_func ("/life/pending", test_pending);
  g_test_add_func ("/life/missing-old-key", test_missing_old_key);
  g_test_add_func ("/life/missing-key-crls", test_missing_key_crls);
  g_test_add_func ("/life/expiry/S-H4", test_expiry);
  g_test_add_func ("/life/refusals", test_refusals);
  return fake_ca_run ();
}
