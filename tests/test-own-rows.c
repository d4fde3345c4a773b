/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "fake-ca.h"

/* The rows of the CA's own certificates (processing.md 2: CA_CERT 15, CA_CERT_CHAIN 16). */

#define OWN                                                                                        \
  "SELECT group_concat (text, ', ') FROM (SELECT id || ' ' || disposition || ' ' || "              \
  "disposition_message AS text FROM requests WHERE id < 0 ORDER BY id DESC)"

static void
renew (FakeCa *ca, gboolean same_key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, &error);

  icert_setup_renew (setup, ca->address, same_key, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_own (FakeCa *ca, const char *expected)
{
  g_autofree char *found = fake_ca_query_text (ca, OWN);

  g_assert_cmpstr (found != NULL ? found : "", ==, expected);
}

static gint64
issue (FakeCa *ca, const char *dns)
{
  g_autoptr (GBytes) request = fake_ca_request (dns);

  return fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_ISSUED);
}

static void
write_sql (FakeCa *ca, const char *sql)
{
  g_autofree char *path = fake_ca_path (ca, "store/ca.db");
  sqlite3 *db = NULL;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
  sqlite3_close (db);
}

/* "request-id field" of each difference that cert-check finds */
static char *
check (FakeCa *ca)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = icert_admin_check_certificates (ca->admin, 0, 0, NULL, NULL, &error);
  g_autoptr (GVariant) list = NULL;
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  list = g_variant_lookup_value (answer, "differences", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) difference = g_variant_get_child_value (list, i);
      const char *field = NULL;
      const char *what = NULL;
      gint64 id = 0;

      g_variant_lookup (difference, "request-id", "x", &id);
      g_variant_lookup (difference, "field", "&s", &field);
      g_variant_lookup (difference, "text", "&s", &what);
      g_string_append_printf (text, "%" G_GINT64_FORMAT " %s: %s\n", id, field, what);
    }
  return g_string_free (text, FALSE);
}

static void
assert_clean (FakeCa *ca)
{
  g_autofree char *found = check (ca);

  g_assert_cmpstr (found, ==, "");
}

static void
assert_sees (FakeCa *ca, const char *expected)
{
  g_autofree char *found = check (ca);

  if (strstr (found, expected) == NULL)
    g_error ("no \"%s\" in\n%s", expected, found);
}

static void
test_root (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *requester = NULL;

  g_test_summary ("A root has a row of its own certificate, and its first request is number 1");
  assert_own (ca, "-1 15 CA certificate 0");
  g_assert_cmpint (issue (ca, "www.example.org"), ==, 1);
  requester = fake_ca_query_text (ca, "SELECT requester_name FROM requests WHERE id = -1");
  g_assert_cmpstr (requester, ==, g_get_user_name ());
  g_assert_cmpint (
      fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id = -1 AND serial_number IS NOT "
                             "NULL AND not_before > 0 AND not_after > not_before AND resolved_when "
                             "> 0 AND submitted_when > 0 AND common_name = 'Fake CA' AND "
                             "request_common_name = 'Fake CA' AND length (certificate_hash) = 40 "
                             "AND length (certificate_hash_sha256) = 64 AND raw_public_key NOT "
                             "NULL AND public_key_length = 256 AND raw_name NOT NULL AND "
                             "issuer_name_id = 0 AND length (subject_key_identifier) = 40"),
      ==, 1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM extensions WHERE request_id = -1"),
                   >=, 3);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox WHERE request_id < 0"), ==,
                   0);
  assert_clean (ca);
  fake_ca_check_audit (ca);
}

static void
test_chain (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new_two_tier ("Always.Policy");

  g_test_summary ("A subordinate has a row of its certificate and of each one above it, once");
  assert_own (ca, "-1 15 CA certificate 0, -2 16 Above CA certificate 0");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id < 0 AND "
                                          "issuer_name_id IS NULL"),
                   ==, 2);
  renew (ca, FALSE);
  renew (ca, TRUE);
  assert_own (ca, "-1 15 CA certificate 0, -2 16 Above CA certificate 0, -3 15 CA certificate 1, "
                  "-4 15 CA certificate 2");
  assert_clean (ca);
}

static void
test_renewals (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  static const char all[] = "-1 15 CA certificate 0, -2 15 CA certificate 1, "
                            "-3 15 Cross certificate 0-1, -4 15 Cross certificate 1-0, "
                            "-5 15 CA certificate 2";
  g_autofree char *issuers = NULL;
  gint64 records;

  g_test_summary ("Each renewal adds its certificates and cross certificates, and a start nothing");
  renew (ca, FALSE);
  renew (ca, TRUE);
  assert_own (ca, all);
  issuers = fake_ca_query_text (ca, "SELECT group_concat (issuer_name_id, ' ') FROM (SELECT "
                                    "issuer_name_id FROM requests WHERE id < 0 ORDER BY id DESC)");
  g_assert_cmpstr (issuers, ==, "0 65537 0 65537 65538");
  records = fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'ca-rows'");
  g_assert_cmpint (records, ==, 3);
  for (guint i = 0; i < 3; i++)
    fake_ca_reopen (ca);
  assert_own (ca, all);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM audit WHERE verb = 'ca-rows'"), ==,
                   records);
  assert_clean (ca);
}

static void
test_crash (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");

  g_test_summary ("What a crash, an older version or an older backup left without a row gets it");
  renew (ca, FALSE);
  issue (ca, "www.example.org");
  fake_ca_close (ca);
  write_sql (ca, "DELETE FROM requests WHERE id IN (-2, -4); "
                 "DELETE FROM extensions WHERE request_id IN (-2, -4)");
  fake_ca_open (ca);
  assert_own (ca, "-1 15 CA certificate 0, -3 15 Cross certificate 0-1, -4 15 CA certificate 1, "
                  "-5 15 Cross certificate 1-0");
  fake_ca_close (ca);
  write_sql (ca, "DELETE FROM requests WHERE id < 0; DELETE FROM extensions WHERE request_id < 0");
  fake_ca_open (ca);
  assert_own (ca, "-1 15 CA certificate 0, -2 15 CA certificate 1, -3 15 Cross certificate 0-1, "
                  "-4 15 Cross certificate 1-0");
  g_assert_cmpint (issue (ca, "mail.example.org"), ==, 2);
  assert_clean (ca);
  fake_ca_check_audit (ca);
}

static gint64
id_of (ICertViewRow *row)
{
  g_autoptr (GVariant) value = icert_view_row_get_value (row, "RequestID", NULL);

  return g_variant_get_int64 (value);
}

/* ids of a view, page by page of @step rows, each from the cursor of the one before */
static char *
pages_of (ICertView *view, guint step)
{
  g_autofree char *cursor = NULL;
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);

  for (;;)
    {
      g_autoptr (ICertEnumViewRow) rows = NULL;
      g_autoptr (GPtrArray) page = NULL;

      g_assert_true (icert_view_set_cursor (view, cursor, &error));
      rows = icert_view_open_view (view, NULL, &error);
      page = icert_enum_view_row_next (rows, step, NULL, &error);
      g_assert_no_error (error);
      if (page->len == 0)
        return g_string_free (text, FALSE);
      for (guint i = 0; i < page->len; i++)
        g_string_append_printf (text, "%s%d", text->len > 0 ? " " : "",
                                (int) id_of (page->pdata[i]));
      g_free (cursor);
      cursor = icert_view_row_get_cursor (page->pdata[page->len - 1]);
    }
}

static void
test_view (void)
{
  static const char *const columns[] = { "RequestID", NULL };
  static const struct
  {
    ICertSort sort;
    gint64 disposition; /* 0: any */
    const char *ids;
  } cases[] = {
    { ICERT_SORT_ASCEND, 0, "-2 -1 1 2 3" }, { ICERT_SORT_DESCEND, 0, "3 2 1 -1 -2" },
    { ICERT_SORT_NONE, 15, "-1" },           { ICERT_SORT_NONE, 16, "-2" },
    { ICERT_SORT_DESCEND, 20, "3 2 1" },
  };
  g_autoptr (FakeCa) ca = fake_ca_new_two_tier ("Always.Policy");

  g_test_summary ("Views show them, in pages across 0 in both directions, and by disposition");
  for (guint i = 0; i < 3; i++)
    issue (ca, "www.example.org");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint step = 1; step < 5; step++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (ICertView) view = icert_view_open (ca->address, NULL, &error);
        g_autofree char *found = NULL;

        icert_view_set_columns (view, columns, &error);
        if (cases[i].disposition != 0)
          icert_view_add_restriction (view, "Disposition", ICERT_SEEK_EQ,
                                      g_variant_new_int64 (cases[i].disposition), &error);
        if (cases[i].sort != ICERT_SORT_NONE)
          icert_view_set_sort (view, "RequestID", cases[i].sort, &error);
        g_assert_no_error (error);
        found = pages_of (view, step);
        g_assert_cmpstr (found, ==, cases[i].ids);
      }
}

/* One change of each kind, and what is to be seen; of the rows of a two-tier CA */
static const struct
{
  const char *sql;
  const char *seen;
} changes[] = {
  { "UPDATE requests SET common_name = 'other' WHERE id = -1", "-1 CommonName" },
  { "UPDATE requests SET request_common_name = 'other' WHERE id = -2", "-2 Request.CommonName" },
  { "UPDATE requests SET serial_number = '01' WHERE id = -1", "-1 SerialNumber" },
  { "UPDATE requests SET not_after = not_after + 1000000 WHERE id = -2", "-2 NotAfter" },
  { "UPDATE requests SET certificate_hash = 'ab' WHERE id = -1", "-1 CertificateHash" },
  { "UPDATE requests SET subject_key_identifier = 'ab' WHERE id = -1", "-1 SubjectKeyIdentifier" },
  { "UPDATE requests SET public_key_length = 7 WHERE id = -1", "-1 PublicKeyLength" },
  { "UPDATE requests SET disposition = 16 WHERE id = -1", "-1 Request.Disposition" },
  { "UPDATE requests SET issuer_name_id = 65537 WHERE id = -1", "-1 IssuerNameId" },
  { "UPDATE requests SET revoked_when = 5 WHERE id = -1", "-1 Request.RevokedWhen" },
  { "UPDATE requests SET raw_certificate = CAST (substr (raw_certificate, 1, 300) || x'00' || "
    "substr (raw_certificate, 302) AS BLOB) WHERE id = -1",
    "-1 CertificateHash" },
  { "DELETE FROM extensions WHERE request_id = -2 AND name = '2.5.29.19'", "-2 ExtensionName" },
  { "UPDATE requests SET raw_certificate = (SELECT raw_certificate FROM requests WHERE id = 1) "
    "WHERE id = -1",
    "-1 RawCertificate: is none of the CA's certificates" },
  { "DELETE FROM extensions WHERE request_id = -1; DELETE FROM requests WHERE id = -1",
    "0 RawCertificate: no row has it: CA certificate 0" },
};

static void
test_cert_check (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new_two_tier ("Always.Policy");

  g_test_summary ("S-E9: cert-check sees what is changed of these rows, and that one is missing");
  issue (ca, "www.example.org");
  assert_clean (ca);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      write_sql (ca, changes[i].sql);
      assert_sees (ca, changes[i].seen);
      fake_ca_close (ca);
      write_sql (ca, "DELETE FROM requests WHERE id < 0; "
                     "DELETE FROM extensions WHERE request_id < 0");
      fake_ca_open (ca);
      assert_clean (ca);
    }
}

static GError *
retrieve_error (FakeCa *ca, gint64 id)
{
  GError *error = NULL;
  g_autoptr (ICertResponse) response
      = icert_request_retrieve_pending (ca->request, id, NULL, &error);

  g_assert_null (response);
  return error;
}

static void
test_retrieve (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new_two_tier ("Always.Policy");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response
      = icert_request_retrieve_pending (ca->request, -1, NULL, &error);
  g_autoptr (ICertResponse) root = icert_request_retrieve_pending (ca->request, -2, NULL, NULL);
  g_autoptr (ICertResponse) by_serial = NULL;
  g_autoptr (GBytes) found = fake_certificate (response);
  g_autoptr (GBytes) own = icert_ca_get_certificate (ca->ca, 0, NULL, NULL);
  g_autoptr (GPtrArray) chain = icert_response_list_issuers (response);
  g_autofree char *serial = fake_serial (own);

  g_test_summary (
      "Who may read gets the certificate with what is above it, and no exit hears of it");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "CA certificate 0");
  fake_assert_response (root, ICERT_DISPOSITION_ISSUED, "Above CA certificate 0");
  g_assert_true (g_bytes_equal (found, own));
  g_assert_cmpuint (chain->len, ==, 1);
  by_serial = icert_request_get_issued (ca->request, -1, serial, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_request_id (by_serial), ==, -1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM outbox"), ==, 0);
}

static void
test_submitter (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new_two_tier ("Always.Policy");
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());
  g_autoptr (GError) own = NULL;
  g_autoptr (GError) none = NULL;
  g_autofree char *expected = NULL;

  g_test_summary ("S-D15: who may only submit is told of them what is told of no request at all, "
                  "also who made the CA");
  fake_ca_configure (ca, "Roles", principal, "submitter");
  own = retrieve_error (ca, -1);
  none = retrieve_error (ca, -7);
  fake_assert_error (own, ICERT_ERROR_NOT_FOUND, "request-id", 0x80094004);
  expected = g_strdup (none->message);
  strstr (expected, "-7")[1] = '1';
  g_assert_cmpstr (own->message, ==, expected);
  g_assert_cmpint (issue (ca, "www.example.org"), ==, 1);
}

static void
test_import (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What the CA signed for itself cannot be imported as what it issued");
  renew (ca, FALSE);
  for (gint64 id = -1; id >= -4; id--)
    {
      g_autoptr (ICertResponse) response
          = icert_request_retrieve_pending (ca->request, id, NULL, &error);
      g_autoptr (GBytes) certificate = fake_certificate (response);

      g_assert_cmpint (icert_admin_import_certificate (ca->admin, certificate,
                                                       ICERT_IMPORT_ALLOW_FOREIGN, NULL, &error),
                       ==, -1);
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFLICT);
      g_clear_error (&error);
    }
}

static void
revoke_serial (FakeCa *ca, const char *serial)
{
  g_autoptr (GError) error = NULL;

  icert_admin_revoke (ca->admin, serial, ICERT_REVOCATION_REASON_SUPERSEDED, NULL, NULL, &error);
  g_assert_no_error (error);
}

static char *
serial_of (FakeCa *ca, gint64 id)
{
  g_autofree char *sql
      = g_strdup_printf ("SELECT serial_number FROM requests WHERE id = %d", (int) id);

  return fake_ca_query_text (ca, sql);
}

static void
test_serials (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *cross = NULL;
  g_autofree char *deleted = NULL;

  g_test_summary ("S-E9: a number that is neither of a request, nor of the CA, nor on record is "
                  "seen, and so is a revocation that nobody made");
  renew (ca, FALSE);
  issue (ca, "one.example.org");
  issue (ca, "two.example.org");
  cross = serial_of (ca, -3);
  deleted = serial_of (ca, 2);
  assert_clean (ca);
  write_sql (ca, "INSERT INTO serials (issuer, serial, state) VALUES (0, x'0177', 1)");
  assert_sees (ca, "0 SerialState: is of no request, no certificate of the CA, and no record");
  write_sql (ca, "UPDATE serials SET state = 2, revoked_when = 5, changed = 5, request_id = -1 "
                 "WHERE serial = x'0177'");
  assert_sees (ca, "-1 SerialState: says that there is a certificate");
  write_sql (ca, "DELETE FROM serials WHERE serial = x'0177'");

  /* the CA's own */
  write_sql (ca, "UPDATE serials SET state = 2, revoked_when = 5, "
                 "changed = 5 WHERE request_id IS NULL AND issuer = 0");
  assert_sees (ca, "0 SerialState: says that it is revoked, and no record does");
  write_sql (ca, "UPDATE serials SET state = 1, revoked_when = NULL, changed = NULL "
                 "WHERE request_id IS NULL");
  assert_clean (ca);
  revoke_serial (ca, cross);
  assert_clean (ca);

  /* of a request that was deleted */
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_REQUESTS, 2, NULL, NULL), ==, 1);
  assert_clean (ca);
  write_sql (ca, "UPDATE serials SET state = 2, revoked_when = 5, changed = 5 "
                 "WHERE request_id = 2");
  assert_sees (ca, "2 SerialState: says that it is revoked, and no record does");
  write_sql (ca, "UPDATE serials SET state = 1, revoked_when = NULL, changed = NULL "
                 "WHERE request_id = 2");
  revoke_serial (ca, deleted);
  assert_clean (ca);
  write_sql (ca,
             "INSERT INTO serials (issuer, serial, state, request_id) VALUES (1, x'0177', 1, 2)");
  assert_sees (ca, "2 SerialState: is of a request that was deleted, and no record says");
}

static void
test_prune (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new_two_tier ("Always.Policy");
  g_autoptr (GDateTime) now = NULL;
  g_autoptr (GError) error = NULL;
  gboolean more = FALSE;

  g_test_summary ("They are never pruned, however old, and not deleted by their number either");
  issue (ca, "www.example.org");
  write_sql (ca, "UPDATE requests SET not_after = 1, submitted_when = 1, resolved_when = 1");
  now = g_date_time_new_now_utc ();
  g_assert_cmpint (
      icert_admin_delete_expired (ca->admin, ICERT_TABLE_REQUESTS, now, &more, NULL, &error), ==,
      1);
  g_assert_cmpint (
      icert_admin_delete_expired (ca->admin, ICERT_TABLE_CERTIFICATES, now, &more, NULL, &error),
      ==, 0);
  g_assert_cmpint (icert_admin_delete_unresolved (ca->admin, now, &more, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_CERTIFICATES, -2, NULL, &error),
                   ==, -1);
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "request", 0x80094003);
  assert_own (ca, "-1 15 CA certificate 0, -2 16 Above CA certificate 0");
}

static void
test_lost_cross (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *path = fake_ca_path (ca, "certs/0-1.crt");

  g_test_summary (
      "S-E9: a row whose certificate is gone from certs/ is named; its number, which is "
      "on record, is not");
  renew (ca, FALSE);
  fake_ca_close (ca);
  g_assert_no_errno (g_unlink (path));
  fake_ca_open (ca);
  {
    g_autofree char *found = check (ca);

    g_assert_cmpstr (found, ==,
                     "-3 RawCertificate: is none of the CA's certificates, nor above them (those "
                     "in certs/)\n");
  }
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/own-rows/root", test_root);
  g_test_add_func ("/own-rows/chain", test_chain);
  g_test_add_func ("/own-rows/renewals", test_renewals);
  g_test_add_func ("/own-rows/crash", test_crash);
  g_test_add_func ("/own-rows/view", test_view);
  g_test_add_func ("/own-rows/retrieve", test_retrieve);
  g_test_add_func ("/own-rows/submitter/S-D15", test_submitter);
  g_test_add_func ("/own-rows/import", test_import);
  g_test_add_func ("/own-rows/prune", test_prune);
  g_test_add_func ("/own-rows/cert-check/S-E9", test_cert_check);
  g_test_add_func ("/own-rows/serials/S-E9", test_serials);
  g_test_add_func ("/own-rows/lost-cross/S-E9", test_lost_cross);
  return fake_ca_run ();
}
