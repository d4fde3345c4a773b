/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "fake-ca.h"

/* What the state table (tests/states.py) does not see: what is durable, who is told, what the store
 * and the audit log hold, and officers at the same time. */

#define HOLD "Hold=allowed\n"

/* A certificate by profile Test; the serial, and its request's id in @id (nullable). */
static char *
issue (FakeCa *ca, gint64 *id)
{
  static gint number;
  g_autofree char *name = g_strdup_printf ("host%d.example.org", g_atomic_int_add (&number, 1));
  g_autoptr (GBytes) request = fake_ca_request (name);
  gint64 issued = fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_ISSUED);
  g_autofree char *sql
      = g_strdup_printf ("SELECT serial_number FROM requests WHERE id = %" G_GINT64_FORMAT, issued);

  if (id != NULL)
    *id = issued;
  return fake_ca_query_text (ca, sql);
}

/* The profile Test with hold: the line goes where [Profile] is. */
static FakeCa *
new_ca (gboolean hold)
{
  FakeCa *ca = fake_ca_new (NULL);
  g_autofree char *text = NULL;
  g_autofree char *with = NULL;

  fake_ca_write_profile (ca, FALSE, NULL);
  text = fake_ca_read (ca, "profiles/Test.profile");
  g_assert_true (g_str_has_prefix (text, "[Profile]\n"));
  with = g_strconcat ("[Profile]\n", hold ? HOLD : "", text + strlen ("[Profile]\n"), NULL);
  fake_ca_write (ca, "profiles/Test.profile", with);
  fake_ca_reopen (ca);
  return ca;
}

static void
revoke_for (FakeCa *ca, const char *serial, ICertRevocationReason reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_admin_revoke (ca->admin, serial, reason, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_revoked (FakeCa *ca, const char *serial, ICertRevocationReason wanted)
{
  g_autoptr (GError) error = NULL;
  ICertRevocationReason reason;

  g_assert_cmpint (icert_admin_is_valid_certificate (ca->admin, serial, &reason, NULL, &error), ==,
                   ICERT_CA_DISPOSITION_REVOKED);
  g_assert_no_error (error);
  g_assert_cmpint (reason, ==, wanted);
}

static void
assert_valid (FakeCa *ca, const char *serial)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (icert_admin_is_valid_certificate (ca->admin, serial, NULL, NULL, &error), ==,
                   ICERT_CA_DISPOSITION_VALID);
  g_assert_no_error (error);
}

static void
assert_refused (FakeCa *ca,
                const char *serial,
                ICertRevocationReason reason,
                int code,
                const char *field)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (icert_admin_revoke (ca->admin, serial, reason, NULL, NULL, &error));
  fake_assert_error (error, code, field, 0);
}

/* Revoking */

static void
test_durable (void)
{
  g_autoptr (FakeCa) ca = new_ca (TRUE);
  gint64 id;
  g_autofree char *serial = issue (ca, &id);
  g_autofree char *held = issue (ca, NULL);
  g_autofree char *plain = g_strdup_printf ("Revoked by *%s*", g_get_user_name ());
  g_autoptr (GError) error = NULL;

  g_test_summary ("A revocation, and a release, are in the store when the call returns");
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_SUPERSEDED);
  fake_assert_row (ca, id, 21, plain);
  g_assert_cmpint (fake_ca_query_int (ca,
                                      "SELECT count(*) FROM serials JOIN requests ON "
                                      "request_id = id WHERE serials.state = 2 AND reason = 4 AND "
                                      "serials.revoked_when = revoked_effective_when AND "
                                      "changed = requests.revoked_when AND revoked_reason = 4 "
                                      "AND serials.revoked_when % 1000000 = 0"),
                   ==, 1);
  revoke_for (ca, held, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD);
  g_assert_true (icert_admin_unrevoke (ca->admin, held, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials WHERE state = 1 AND "
                                          "revoked_when IS NULL AND reason IS NULL AND "
                                          "changed IS NOT NULL"),
                   ==, 1);
  fake_ca_reopen (ca);
  assert_revoked (ca, serial, ICERT_REVOCATION_REASON_SUPERSEDED);
  assert_valid (ca, held);
  fake_ca_check_audit (ca);
}

static void
test_serial_forms (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  g_autofree char *serial = issue (ca, NULL);
  g_autofree char *upper = g_ascii_strup (serial, -1);
  g_autofree char *zeros = g_strconcat ("0x0000", serial, NULL);
  g_autoptr (GString) colons = g_string_new (NULL);

  g_test_summary ("A serial is found in any case, with colons, leading zeros and blanks");
  for (guint i = 0; serial[i] != '\0'; i += 2)
    g_string_append_printf (colons, "%s%.2s", i > 0 ? ":" : " ", serial + i);
  revoke_for (ca, upper, ICERT_REVOCATION_REASON_SUPERSEDED);
  assert_revoked (ca, zeros, ICERT_REVOCATION_REASON_SUPERSEDED);
  assert_revoked (ca, colons->str, ICERT_REVOCATION_REASON_SUPERSEDED);
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (ICertResponse) response
        = icert_request_get_issued (ca->request, -1, colons->str, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpint (icert_response_get_disposition (response), ==, ICERT_DISPOSITION_REVOKED);
  }
}

static void
test_bad_serials (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  static const char *const bad[]
      = { "12g4", "0x", ":", "1234567890123456789012345678901234567890ff", "ä", "-1" };

  g_test_summary ("What is no serial is MALFORMED, one that nobody has is never issued");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (icert_admin_is_valid_certificate (ca->admin, bad[i], NULL, NULL, &error), ==,
                       ICERT_CA_DISPOSITION_ERROR);
      fake_assert_error (error, ICERT_ERROR_MALFORMED, "serial", 0);
      assert_refused (ca, bad[i], ICERT_REVOCATION_REASON_SUPERSEDED, ICERT_ERROR_MALFORMED,
                      "serial");
    }
  {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (icert_admin_is_valid_certificate (ca->admin, "0", NULL, NULL, &error), ==,
                     ICERT_CA_DISPOSITION_INVALID);
    g_assert_no_error (error);
  }
}

static void
test_reasons (void)
{
  static const ICertRevocationReason good[] = { ICERT_REVOCATION_REASON_UNSPECIFIED,
                                                ICERT_REVOCATION_REASON_KEY_COMPROMISE,
                                                ICERT_REVOCATION_REASON_AFFILIATION_CHANGED,
                                                ICERT_REVOCATION_REASON_SUPERSEDED,
                                                ICERT_REVOCATION_REASON_CESSATION_OF_OPERATION,
                                                ICERT_REVOCATION_REASON_PRIVILEGE_WITHDRAWN,
                                                ICERT_REVOCATION_REASON_AA_COMPROMISE };
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  g_autofree char *serial = NULL;

  g_test_summary ("S-I1: which reasons a certificate may have; hold only where the profile allows");
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *one = NULL;

      /* all requests of this test have one key, and keyCompromise blocks it */
      if (good[i] == ICERT_REVOCATION_REASON_KEY_COMPROMISE)
        continue;
      one = issue (ca, NULL);
      revoke_for (ca, one, good[i]);
      assert_revoked (ca, one, good[i]);
    }
  serial = issue (ca, NULL);
  assert_refused (ca, serial, ICERT_REVOCATION_REASON_CA_COMPROMISE, ICERT_ERROR_FORBIDDEN_FIELD,
                  "reason");
  assert_refused (ca, serial, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD, ICERT_ERROR_FORBIDDEN_FIELD,
                  "reason");
  assert_refused (ca, serial, ICERT_REVOCATION_REASON_REMOVE_FROM_CRL, ICERT_ERROR_FORBIDDEN_FIELD,
                  "reason");
  assert_refused (ca, serial, (ICertRevocationReason) 7, ICERT_ERROR_MALFORMED, "reason");
  assert_valid (ca, serial);
}

static void
test_pinned_hold (void)
{
  g_autoptr (FakeCa) ca = new_ca (TRUE);
  g_autofree char *serial = issue (ca, NULL);
  g_autofree char *later = NULL;

  g_test_summary ("S-D12: hold is judged by what the profile said when the certificate was issued");
  fake_ca_write_profile (ca, FALSE, NULL);
  fake_ca_reopen (ca);
  later = issue (ca, NULL);
  assert_refused (ca, later, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD, ICERT_ERROR_FORBIDDEN_FIELD,
                  "reason");
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD);
  assert_revoked (ca, serial, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD);
}

static void
test_ca_certificate (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  FakeWish wish = { .common_name = "Below" };
  g_autoptr (GBytes) request = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autofree char *serial = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("cACompromise is a reason for the certificate of a CA");
  fake_ca_configure (ca, "CA", "CAProfiles", "SubCA");
  fake_ca_configure (ca, "Policy", "Chain", "Template.Policy");
  request = fake_wish_to_request (&wish);
  response = fake_ca_submit (ca, request, "SubCA", &error);
  g_assert_no_error (error);
  {
    g_autoptr (ICertResponse) issued = icert_admin_resubmit_request (
        ca->admin, icert_response_get_request_id (response), NULL, &error);

    g_assert_no_error (error);
    fake_assert_response (issued, ICERT_DISPOSITION_ISSUED, "Issued*");
    certificate = fake_certificate (issued);
  }
  serial = fake_serial (certificate);
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_CA_COMPROMISE);
  assert_revoked (ca, serial, ICERT_REVOCATION_REASON_CA_COMPROMISE);
}

static void
test_blocked_key (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  g_autofree char *serial = issue (ca, NULL);
  g_autofree char *second = issue (ca, NULL);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gint64 id;

  g_test_summary ("S-B3: a key of a certificate revoked for key compromise gets no other one, for "
                  "ever");
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_SUPERSEDED);
  fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_ISSUED);
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_KEY_COMPROMISE);
  id = fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_DENIED);
  fake_assert_row (ca, id, 31, "*blocked keys*");
  /* the second certificate of the same key is no conflict */
  revoke_for (ca, second, ICERT_REVOCATION_REASON_KEY_COMPROMISE);
  fake_ca_reopen (ca);
  fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_DENIED);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM blocked_keys"), ==, 1);
  {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_REQUESTS, 1, NULL, &error), ==,
                     1);
    g_assert_no_error (error);
  }
  fake_ca_reopen (ca);
  fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_DENIED);
}

/* Who is told */

static void
test_events (void)
{
  g_autoptr (FakeCa) ca = new_ca (TRUE);
  g_autofree char *serial = NULL;
  g_autofree char *log = NULL;
  g_autoptr (GString) events = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("Exits hear of a revocation and of a release, not of what changes nothing");
  fake_ca_close (ca);
  fake_ca_write (ca, "failures", "");
  fake_ca_configure (ca, "Exit", "Modules", "Record.Exit");
  serial = issue (ca, NULL);
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD);
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD);
  g_assert_true (icert_admin_unrevoke (ca->admin, serial, NULL, &error));
  g_assert_no_error (error);
  fake_ca_wait_for (ca, "SELECT count(*) FROM outbox", 0);
  fake_ca_close (ca);
  log = fake_ca_read (ca, "exit.log");
  lines = g_strsplit (log, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    if (strstr (lines[i], " 1 host") != NULL)
      g_string_append_printf (events, "%.*s ", (int) strcspn (lines[i], " "), lines[i]);
  g_assert_cmpstr (events->str, ==, "1 8 8000 ");
}

static void
test_audit (void)
{
  g_autoptr (FakeCa) ca = new_ca (TRUE);
  g_autofree char *serial = issue (ca, NULL);
  g_autofree char *outcomes = NULL;
  g_autofree char *trace = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F6: one audit record for each decision and each refusal, with the serial");
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD);
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD);
  assert_refused (ca, serial, ICERT_REVOCATION_REASON_CA_COMPROMISE, ICERT_ERROR_FORBIDDEN_FIELD,
                  "reason");
  g_assert_true (icert_admin_unrevoke (ca->admin, serial, NULL, &error));
  g_assert_false (icert_admin_unrevoke (ca->admin, serial, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "certificate", 0x8007000d);
  fake_ca_close (ca);
  outcomes = fake_ca_query_text (ca, "SELECT group_concat (verb || '=' || outcome, ' ') FROM "
                                     "(SELECT * FROM audit WHERE object LIKE 'serial:01%' "
                                     "ORDER BY sequence)");
  g_assert_cmpstr (outcomes, ==,
                   "revoke=revoked revoke=unchanged revoke=FORBIDDEN_FIELD unrevoke=issued "
                   "unrevoke=WRONG_STATE");
  fake_ca_open (ca);
  trace = fake_ca_trace (ca, 1);
  g_assert_nonnull (strstr (trace, "revoke"));
  g_assert_nonnull (strstr (trace, "released from hold"));
  fake_ca_check_audit (ca);
}

/* Officers at once */

typedef struct
{
  FakeCa *ca;
  const char *serial;
  ICertRevocationReason reason;
  gint *gate;
  gboolean won;
} Officer;

static gpointer
officer_worker (gpointer data)
{
  Officer *officer = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertAdmin) admin = icert_admin_open (officer->ca->address, NULL, &error);

  g_assert_no_error (error);
  g_atomic_int_add (officer->gate, -1);
  while (g_atomic_int_get (officer->gate) > 0)
    ;
  officer->won = icert_admin_revoke (admin, officer->serial, officer->reason, NULL, NULL, &error);
  if (!officer->won)
    g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
  return NULL;
}

static void
race (FakeCa *ca, const char *serial)
{
  static const ICertRevocationReason reasons[]
      = { ICERT_REVOCATION_REASON_SUPERSEDED, ICERT_REVOCATION_REASON_AFFILIATION_CHANGED,
          ICERT_REVOCATION_REASON_CESSATION_OF_OPERATION };
  Officer officers[G_N_ELEMENTS (reasons)];
  GThread *threads[G_N_ELEMENTS (reasons)];
  gint gate = G_N_ELEMENTS (reasons);
  guint won = 0;

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      officers[i] = (Officer){ ca, serial, reasons[i], &gate, FALSE };
      threads[i] = g_thread_new ("officer", officer_worker, &officers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_thread_join (threads[i]);
      won += officers[i].won;
    }
  g_assert_cmpuint (won, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (officers[i].won)
      assert_revoked (ca, serial, reasons[i]);
}

static void
test_race (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);

  g_test_summary ("S-E6: of officers who revoke for different reasons at once exactly one wins, "
                  "also where the row was deleted");
  for (guint i = 0; i < 10; i++)
    {
      gint64 id;
      g_autofree char *serial = issue (ca, &id);

      if (i % 2 != 0)
        g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_REQUESTS, id, NULL, NULL),
                         ==, 1);
      race (ca, serial);
    }
  fake_ca_check_audit (ca);
}

/* Rights */

static void
test_rights (void)
{
  g_autoptr (FakeCa) ca = new_ca (TRUE);
  g_autofree char *serial = issue (ca, NULL);
  g_autofree char *me = g_strdup_printf ("uid:%u", (guint) getuid ());
  g_autoptr (GError) error = NULL;
  gboolean more;

  g_test_summary ("S-D16: without the right nothing is revoked, imported or deleted, not even what "
                  "does not exist; deleting needs two roles");
  fake_ca_configure (ca, "Roles", me, "administrator;reader");
  assert_refused (ca, serial, ICERT_REVOCATION_REASON_SUPERSEDED, ICERT_ERROR_NOT_AUTHORIZED,
                  "caller");
  assert_refused (ca, "1234", ICERT_REVOCATION_REASON_SUPERSEDED, ICERT_ERROR_NOT_AUTHORIZED,
                  "caller");
  g_assert_false (icert_admin_unrevoke (ca->admin, serial, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_false (icert_admin_set_publish_expired (ca->admin, serial, TRUE, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_REQUESTS, 1, NULL, &error), ==,
                   -1);
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  assert_valid (ca, serial);
  fake_ca_configure (ca, "Roles", me, "officer");
  g_clear_error (&error);
  {
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

    g_assert_cmpint (icert_admin_delete_unresolved (ca->admin, now, &more, NULL, &error), ==, -1);
  }
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  revoke_for (ca, serial, ICERT_REVOCATION_REASON_SUPERSEDED);
}

/* Deleting */

static void
test_chunks (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  g_autofree char *serial = issue (ca, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GError) error = NULL;
  gint64 deleted = 0;
  gboolean more = TRUE;
  guint calls = 0;

  g_test_summary ("Deleting goes in chunks of a thousand rows, and says when there are more");
  fake_ca_close (ca);
  fake_ca_query_int (ca, "INSERT INTO requests (id, disposition, submitted_when, resolved_when) "
                         "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n "
                         "WHERE i < 2599) SELECT i, 31, 1, 2 FROM n");
  fake_ca_open (ca);
  for (; more; calls++)
    {
      gint64 n = icert_admin_delete_unresolved (ca->admin, now, &more, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (n, <=, 1000);
      deleted += n;
    }
  g_assert_cmpint (deleted, ==, 2500);
  g_assert_cmpuint (calls, ==, 3);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 1);
  g_assert_cmpint (
      fake_ca_query_int (ca, "SELECT count(DISTINCT object) FROM audit WHERE verb = 'delete-row'"),
      ==, 2500);
  assert_valid (ca, serial);
  fake_ca_check_audit (ca);
}

static void
test_archived (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  g_autofree char *serial = issue (ca, NULL);
  g_autofree char *other = issue (ca, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) ahead = g_date_time_add_days (now, 400);
  g_autoptr (GError) error = NULL;
  gboolean more;

  g_test_summary ("A row with an archived key stays, however it is to be deleted");
  fake_ca_close (ca);
  fake_ca_query_int (ca, "UPDATE requests SET raw_archived_key = x'30' WHERE id = 1");
  fake_ca_query_int (ca, "UPDATE requests SET not_after = 1 WHERE id > 0");
  fake_ca_open (ca);
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_REQUESTS, 1, NULL, &error), ==,
                   -1);
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "request", 0x80094003);
  g_clear_error (&error);
  g_assert_cmpint (
      icert_admin_delete_expired (ca->admin, ICERT_TABLE_REQUESTS, now, &more, NULL, &error), ==,
      1);
  g_assert_no_error (error);
  g_assert_false (more);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT id FROM requests WHERE id > 0"), ==, 1);
  g_assert_cmpint (
      icert_admin_delete_expired (ca->admin, ICERT_TABLE_REQUESTS, ahead, &more, NULL, &error), ==,
      -1);
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "before", 0);
}

static void
test_numbers_stay (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  gint64 id, next;
  g_autofree char *serial = issue (ca, &id);
  g_autofree char *other = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-E7: deleting frees neither the request id nor the serial");
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_REQUESTS, id, NULL, &error), ==,
                   1);
  g_assert_no_error (error);
  fake_ca_reopen (ca);
  other = issue (ca, &next);
  g_assert_cmpint (next, >, id);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 2);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM names"), ==, 1);
  assert_valid (ca, serial);
}

static void
publish (FakeCa *ca)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertPublishResult) result
      = icert_admin_publish_crls (ca->admin, ICERT_CRL_BASE, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
}

static void
test_crls (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;
  gboolean more;

  g_test_summary ("Old CRLs are deleted with their files, the newest one never");
  publish (ca);
  publish (ca);
  publish (ca);
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_CRLS, 3, NULL, &error), ==, -1);
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "crl", 0);
  g_clear_error (&error);
  file = fake_ca_query_text (ca, "SELECT file FROM crls WHERE id = 1");
  path = fake_ca_path (ca, file);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_CRLS, 1, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_CRLS, 1, NULL, &error), ==, 0);
  g_assert_no_error (error);
  fake_ca_close (ca);
  fake_ca_query_int (ca, "UPDATE crls SET next_update = 2, this_update = 1");
  fake_ca_open (ca);
  g_assert_cmpint (
      icert_admin_delete_expired (ca->admin, ICERT_TABLE_CRLS, now, &more, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT id FROM crls"), ==, 3);
  fake_ca_check_audit (ca);
}

/* Importing */

static void
test_same_name (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);
  g_autoptr (FakeCa) twin = new_ca (FALSE);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A certificate of another CA of the same name is refused, whatever the flags");
  response = fake_ca_submit (twin, request, "Test", &error);
  g_assert_no_error (error);
  certificate = fake_certificate (response);
  g_assert_cmpint (icert_admin_import_certificate (ca->admin, certificate,
                                                   ICERT_IMPORT_ALLOW_FOREIGN, NULL, &error),
                   ==, -1);
  fake_assert_error (error, ICERT_ERROR_BAD_SIGNATURE, "certificate", 0x800b0107);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 0);
}

/* Properties */

static void
test_properties (void)
{
  g_autoptr (FakeCa) ca = new_ca (FALSE);

  g_test_summary ("Properties but for the templates are refused, those of AD CS because of what is "
                  "not there");
  for (guint property = 1; property <= 50; property++)
    {
      gboolean settable = property >= 24 && property <= 26;
      gboolean templates = property == ICERT_CA_PROPERTY_TEMPLATES;
      g_autoptr (GError) error = NULL;

      g_assert_false (icert_admin_set_ca_property (ca->admin, (ICertCaProperty) property, 0,
                                                   g_variant_new_int32 (1), NULL, &error));
      if (templates)
        fake_assert_error (error, ICERT_ERROR_MALFORMED, "value", 0);
      else
        fake_assert_error (error,
                           settable ? ICERT_ERROR_NOT_SUPPORTED : ICERT_ERROR_FORBIDDEN_FIELD,
                           "property", 0);
    }
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/engine/revoke/durable", test_durable);
  g_test_add_func ("/engine/revoke/serial-forms", test_serial_forms);
  g_test_add_func ("/engine/revoke/bad-serials", test_bad_serials);
  g_test_add_func ("/engine/revoke/reasons/S-I1", test_reasons);
  g_test_add_func ("/engine/revoke/pinned-hold/S-D12", test_pinned_hold);
  g_test_add_func ("/engine/revoke/ca-certificate", test_ca_certificate);
  g_test_add_func ("/engine/revoke/blocked-key/S-B3", test_blocked_key);
  g_test_add_func ("/engine/revoke/events", test_events);
  g_test_add_func ("/engine/revoke/audit/S-F6", test_audit);
  g_test_add_func ("/engine/revoke/race/S-E6", test_race);
  g_test_add_func ("/engine/revoke/rights/S-D16", test_rights);
  g_test_add_func ("/engine/delete/chunks", test_chunks);
  g_test_add_func ("/engine/delete/archived", test_archived);
  g_test_add_func ("/engine/delete/numbers/S-E7", test_numbers_stay);
  g_test_add_func ("/engine/delete/crls", test_crls);
  g_test_add_func ("/engine/import/same-name", test_same_name);
  g_test_add_func ("/engine/properties", test_properties);
  return fake_ca_run ();
}
