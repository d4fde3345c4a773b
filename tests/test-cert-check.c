/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <openssl/ec.h>

#include "fake-ca.h"
#include "fake-message.h"

/* cert-check (S-E9) through the public interface: every cell that is stored of a certificate is
 * changed in turn, and each change is seen; and what each call leaves in the audit log (S-F6). */

static GVariant *
check (FakeCa *ca, gint64 after, guint limit, GDateTime *since)
{
  g_autoptr (GError) error = NULL;
  GVariant *answer = icert_admin_check_certificates (ca->admin, after, limit, since, NULL, &error);

  g_assert_no_error (error);
  return answer;
}

/* "request-id field" of each difference, a line each */
static char *
differences (GVariant *answer)
{
  g_autoptr (GVariant) list
      = g_variant_lookup_value (answer, "differences", G_VARIANT_TYPE ("aa{sv}"));
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) difference = g_variant_get_child_value (list, i);
      const char *field = NULL;
      gint64 id = 0;

      g_variant_lookup (difference, "request-id", "x", &id);
      g_variant_lookup (difference, "field", "&s", &field);
      g_string_append_printf (text, "%" G_GINT64_FORMAT " %s\n", id, field);
    }
  return g_string_free (text, FALSE);
}

static gint64
lookup (GVariant *answer, const char *name)
{
  gint64 value = -1;

  g_variant_lookup (answer, name, "x", &value);
  return value;
}

static void
assert_clean (FakeCa *ca, gint64 n)
{
  g_autoptr (GVariant) answer = check (ca, 0, 0, NULL);
  g_autofree char *found = differences (answer);
  gboolean done = FALSE;

  g_assert_cmpstr (found, ==, "");
  g_assert_cmpint (lookup (answer, "checked"), ==, n);
  g_variant_lookup (answer, "done", "b", &done);
  g_assert_true (done);
}

static void
assert_sees (FakeCa *ca, const char *expected)
{
  g_autoptr (GVariant) answer = check (ca, 0, 0, NULL);
  g_autofree char *found = differences (answer);

  if (strstr (found, expected) == NULL)
    g_error ("no \"%s\" in\n%s", expected, found);
}

static gint64
issue (FakeCa *ca, const char *dns)
{
  g_autoptr (GBytes) request = fake_ca_request (dns);

  return fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_ISSUED);
}

/* What is changed of request 2, how, and what is to be seen. */
static const struct
{
  const char *sql;
  const char *seen;
} changes[] = {
  { "UPDATE requests SET certificate_hash = 'ab' WHERE id = 2", "2 CertificateHash\n" },
  { "UPDATE requests SET certificate_hash_sha256 = NULL WHERE id = 2",
    "2 CertificateHashSHA256\n" },
  { "UPDATE requests SET serial_number = '01ff' WHERE id = 2", "2 SerialNumber\n" },
  { "UPDATE requests SET not_before = not_before - 1000000 WHERE id = 2", "2 NotBefore\n" },
  { "UPDATE requests SET not_after = not_after + 1000000 WHERE id = 2", "2 NotAfter\n" },
  { "UPDATE requests SET distinguished_name = 'CN=other' WHERE id = 2", "2 DistinguishedName\n" },
  { "UPDATE requests SET common_name = 'other' WHERE id = 2", "2 CommonName\n" },
  { "UPDATE requests SET organization = 'other' WHERE id = 2", "2 Organization\n" },
  { "UPDATE requests SET subject_key_identifier = '00' WHERE id = 2", "2 SubjectKeyIdentifier\n" },
  { "UPDATE requests SET raw_public_key = x'00' WHERE id = 2", "2 RawPublicKey\n" },
  { "UPDATE requests SET issuer_name_id = 7 WHERE id = 2", "2 IssuerNameId\n" },
  { "UPDATE requests SET profile_version = 9 WHERE id = 2", "2 ProfileVersion\n" },
  { "UPDATE requests SET raw_request = x'3000' WHERE id = 2", "2 Request.RawRequest\n" },
  { "UPDATE requests SET raw_request = (SELECT raw_request FROM requests WHERE id = 3)"
    " WHERE id = 2",
    "2 Request.RawRequest\n" },
  { "UPDATE requests SET raw_certificate = x'3000' WHERE id = 2", "2 RawCertificate\n" },
  { "UPDATE requests SET raw_certificate = (SELECT raw_certificate FROM requests WHERE id = 3)"
    " WHERE id = 2",
    "2 SerialNumber\n" },
  /* the last octet of the signature */
  { "UPDATE requests SET raw_certificate = CAST (substr (raw_certificate, 1,"
    " length (raw_certificate) - 1) || x'00' AS BLOB) WHERE id = 2",
    "2 signature\n" },
  { "UPDATE requests SET disposition = 21, revoked_when = 1, revoked_effective_when = 1,"
    " revoked_reason = 1 WHERE id = 2",
    "2 SerialState\n" },
  { "UPDATE serials SET state = 2, revoked_when = 5, reason = 1, changed = 5"
    " WHERE request_id = 2",
    "2 SerialState\n" },
  { "UPDATE serials SET request_id = 3 WHERE request_id = 2", "2 SerialRequestId\n" },
  { "UPDATE serials SET not_after = 5 WHERE request_id = 2", "2 SerialNotAfter\n" },
  { "DELETE FROM serials WHERE request_id = 2", "2 SerialValue\n" },
  { "DELETE FROM names WHERE request_id = 2", "2 NameValue\n" },
  { "UPDATE names SET value = 'other.example.org' WHERE request_id = 2", "2 NameValue\n" },
  { "INSERT INTO names VALUES ((SELECT kind FROM names WHERE request_id = 3), 'a.example.org', 2)",
    "2 NameValue\n" },
  { "DELETE FROM extensions WHERE request_id = 2 AND name = '2.5.29.37'", "2 lint " },
  { "UPDATE extensions SET raw_value = x'0500' WHERE request_id = 2 AND name = '2.5.29.15'",
    "2 lint " },
  { "UPDATE extensions SET flags = flags | 1 WHERE request_id = 2 AND name = '2.5.29.37'",
    "2 lint " },
  { "UPDATE extensions SET flags = flags | 2 WHERE request_id = 2 AND name = '2.5.29.37'",
    "2 lint " },
  { "INSERT INTO extensions VALUES (2, '1.2.3.4', 0, x'0500')", "2 lint " },
  { "INSERT INTO intents VALUES (2, 0, x'01', 1, x'3000')", "2 IntentTbs\n" },
  { "UPDATE requests SET disposition = 9 WHERE id = 2", "2 SerialState\n" },
  { "UPDATE requests SET title = 'Dr' WHERE id = 2", "2 Title\n" },
  { "UPDATE requests SET device_serial_number = '7' WHERE id = 2", "2 DeviceSerialNumber\n" },
  { "UPDATE requests SET common_name = NULL WHERE id = 2", "2 CommonName\n" },
  { "UPDATE requests SET raw_name = x'3000' WHERE id = 2", "2 RawName\n" },
  { "UPDATE requests SET request_distinguished_name = 'CN=other' WHERE id = 2",
    "2 Request.DistinguishedName\n" },
  { "UPDATE requests SET request_common_name = 'other' WHERE id = 2", "2 Request.CommonName\n" },
  { "UPDATE requests SET request_locality = 'other' WHERE id = 2", "2 Request.Locality\n" },
  { "UPDATE requests SET request_raw_name = x'3000' WHERE id = 2", "2 Request.RawName\n" },
  { "UPDATE requests SET raw_public_key_algorithm_parameters = NULL WHERE id = 2",
    "2 RawPublicKeyAlgorithmParameters\n" },
  { "UPDATE requests SET public_key_length = 4096 WHERE id = 2", "2 PublicKeyLength\n" },
  { "UPDATE requests SET public_key_algorithm = '1.2.3' WHERE id = 2", "2 PublicKeyAlgorithm\n" },
  { "UPDATE requests SET raw_old_certificate = x'3000' WHERE id = 2",
    "2 Request.RawOldCertificate\n" },
  { "UPDATE requests SET request_flags = request_flags | 2 WHERE id = 2",
    "2 Request.RequestFlags\n" },
  { "UPDATE requests SET crl_partition_index = 5 WHERE id = 2", "2 SerialPartition\n" },
  { "UPDATE requests SET publish_expired_cert_in_crl = 1 WHERE id = 2",
    "2 SerialPublishExpired\n" },
  { "UPDATE requests SET hold_allowed = 1 WHERE id = 2", "2 HoldAllowed\n" },
  { "UPDATE requests SET resolved_when = resolved_when + 200000000000 WHERE id = 2",
    "2 Request.ResolvedWhen\n" },
  { "UPDATE requests SET certificate_template = 'WebServer' WHERE id = 2",
    "2 CertificateTemplate\n" },
  { "UPDATE requests SET certificate_template = NULL WHERE id = 2", "2 CertificateTemplate\n" },
  { "UPDATE requests SET profile_version = 0 WHERE id = 2", "2 ProfileVersion\n" },
  { "DELETE FROM extensions WHERE request_id = 2 AND name = '2.5.29.37'", "2 ExtensionName\n" },
  { "UPDATE extensions SET raw_value = x'0500' WHERE request_id = 2 AND name = '2.5.29.15'",
    "2 ExtensionRawValue\n" },
  { "UPDATE extensions SET flags = flags | 1 WHERE request_id = 2 AND name = '2.5.29.37'",
    "2 ExtensionFlags\n" },
  /* the origins: an officer's, the engine's, a policy's */
  { "UPDATE extensions SET flags = 0x30000 WHERE request_id = 2 AND name = '2.5.29.37'",
    "2 ExtensionFlags\n" },
  { "UPDATE extensions SET flags = 0x40000 WHERE request_id = 2 AND name = '2.5.29.37'",
    "2 ExtensionFlags\n" },
  { "UPDATE extensions SET flags = (flags & 1) | 0x20000 WHERE request_id = 2"
    " AND name = '2.5.29.35'",
    "2 ExtensionFlags\n" },
};

/* What the profile had said, so that the certificate would be right, and what it says instead; of
 * request 3, which has all that a profile can ask for. */
static const struct
{
  const char *said;
  const char *says;
  const char *seen;
} profile_changes[] = {
  { "Validity=30d", "Validity=29d", "3 NotAfter\n" },
  { "Hold=allowed", "Hold=none", "3 HoldAllowed\n" },
  { "CommonName=request", "CommonName=fixed:other", "3 subject\n" },
  { "CommonName=request", "Organization=request", "3 subject\n" },
  { "dNSName=request", "dNSName=ignore", "3 subjectAltName\n" },
  { "dNSName=request", "dNSName=fixed:other.example.org", "3 subjectAltName\n" },
  { "iPAddress=request", "rfc822Name=request", "3 subjectAltName\n" },
  { "Wildcards=true", "Wildcards=false", "3 subjectAltName\n" },
  { "ec-p256;", "", "3 public key\n" },
  { "KeyUsage=auto", "KeyUsage=keyAgreement", "3 keyUsage\n" },
  { "KeyUsage=auto", "KeyUsage=digitalSignature;nonRepudiation", "3 keyUsage\n" },
  { "KeyUsage=auto", "KeyUsage=keyCertSign", "3 basicConstraints\n" },
  { "emailProtection", "clientAuth", "3 extKeyUsage\n" },
  { "emailProtection", "emailProtection;clientAuth", "3 extKeyUsage\n" },
  { "emailProtection", "critical;emailProtection", "3 extKeyUsage\n" },
  { "FromRequest=1.2.3.4.5", "FromRequest=1.2.3.4.6", "3 1.2.3.4.5\n" },
  { "=hex:3003020105", "=hex:3003020106", "3 1.3.6.1.5.5.7.1.24\n" },
  { "=hex:3003020105", "=critical;hex:3003020105", "3 1.3.6.1.5.5.7.1.24\n" },
  { "1.24=hex:3003020105", "1.25=hex:3003020105", "3 1.3.6.1.5.5.7.1.24\n" },
  { "1.24=hex:3003020105", "1.25=hex:3003020105", "3 1.3.6.1.5.5.7.1.25\n" },
  { "Version=1", "Version=0", "3 ProfileVersion\n" },
};

static void
run_sql (sqlite3 *db, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
}

static sqlite3 *
open_store (FakeCa *ca)
{
  g_autofree char *path = fake_ca_path (ca, "store/ca.db");
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  run_sql (db, "PRAGMA synchronous = OFF; ATTACH ':memory:' AS kept");
  return db;
}

static const char *const tables[]
    = { "requests", "serials", "names", "extensions", "intents", "profiles", "traces", NULL };

static void
keep (sqlite3 *db)
{
  for (guint i = 0; tables[i] != NULL; i++)
    {
      g_autofree char *sql
          = g_strdup_printf ("CREATE TABLE kept.%s AS SELECT * FROM main.%s", tables[i], tables[i]);

      run_sql (db, sql);
    }
}

static void
put_back (sqlite3 *db)
{
  run_sql (db, "BEGIN");
  for (guint i = 0; tables[i] != NULL; i++)
    {
      g_autofree char *sql
          = g_strdup_printf ("DELETE FROM main.%s; INSERT INTO main.%s SELECT * FROM kept.%s",
                             tables[i], tables[i], tables[i]);

      run_sql (db, sql);
    }
  run_sql (db, "COMMIT");
}

/* By the profile that was written just now; the third is @wish, whose key it takes. */
static void
issue_three (FakeCa *ca, const FakeWish *wish)
{
  g_autoptr (GBytes) request = fake_wish_to_request (wish);

  fake_ca_reopen (ca);
  issue (ca, "first.example.org");
  issue (ca, "second.example.org");
  fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_ISSUED);
  EVP_PKEY_free (wish->key);
}

static FakeCa *
new_ca (void)
{
  FakeCa *ca = fake_ca_new (NULL);
  FakeWish wish = { .common_name = "third.example.org",
                    .names = "dNSName:third.example.org;iPAddress:192.0.2.7",
                    .key = EVP_EC_gen ("P-256") };

  fake_ca_write_profile (ca, FALSE, NULL);
  issue_three (ca, &wish);
  return ca;
}

static void
test_sees_each (void)
{
  g_autoptr (FakeCa) ca = new_ca ();
  sqlite3 *db = open_store (ca);

  g_test_summary ("S-E9: whatever is changed of a certificate, its row, extensions, names, serial, "
                  "intent or profile is seen and named");
  assert_clean (ca, 3);
  keep (db);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      run_sql (db, changes[i].sql);
      assert_sees (ca, changes[i].seen);
      put_back (db);
    }
  assert_clean (ca, 3);
  sqlite3_close (db);
}

/* A check that is never green again hides what it is for. */
static void
test_deleted (void)
{
  g_autoptr (FakeCa) ca = new_ca ();
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  g_test_summary (
      "S-E9: a row that an officer deleted is on record, and no difference; one that is "
      "gone without a record is");
  g_assert_cmpint (icert_admin_delete_row (ca->admin, ICERT_TABLE_REQUESTS, 2, NULL, &error), ==,
                   1);
  g_assert_no_error (error);
  assert_clean (ca, 2);
  db = open_store (ca);
  run_sql (db, "DELETE FROM requests WHERE id = 3");
  assert_sees (ca, "3 SerialState\n");
  sqlite3_close (db);
}

/* Everything a profile can say, and a certificate by it */
static FakeCa *
new_rich_ca (void)
{
  FakeCa *ca = fake_ca_new (NULL);
  FakeWish wish = { .common_name = "third.example.org",
                    .names = "dNSName:third.example.org;dNSName:*.example.org;iPAddress:192.0.2.7",
                    .oid = "1.2.3.4.5",
                    .key = EVP_EC_gen ("P-256") };

  fake_ca_write (ca, "profiles/Test.profile",
                 "[Profile]\nName=Test\nVersion=1\nEnroll=submitter\nApproval=none\n"
                 "Validity=30d\nHold=allowed\nWildcards=true\n[Subject]\nCommonName=request\n"
                 "[SubjectAltName]\ndNSName=request\niPAddress=request\n"
                 "[Key]\nTypes=ec-p256;ec-p384;rsa-2048\n"
                 "[Extensions]\nKeyUsage=auto\nExtendedKeyUsage=emailProtection\n"
                 "FromRequest=1.2.3.4.5\n1.3.6.1.5.5.7.1.24=hex:3003020105\n");
  issue_three (ca, &wish);
  return ca;
}

static void
test_profile (void)
{
  g_autoptr (FakeCa) ca = new_rich_ca ();
  sqlite3 *db = open_store (ca);

  g_test_summary (
      "S-E9: whatever a certificate has that the version of its profile does not say is "
      "seen and named");
  assert_clean (ca, 3);
  keep (db);
  for (guint i = 0; i < G_N_ELEMENTS (profile_changes); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "UPDATE profiles SET content = replace (content, '%s', '%s') WHERE name = 'Test'",
          profile_changes[i].said, profile_changes[i].says);

      run_sql (db, sql);
      assert_sees (ca, profile_changes[i].seen);
      put_back (db);
    }
  assert_clean (ca, 3);
  sqlite3_close (db);
}

static void
test_pinned (void)
{
  g_autoptr (FakeCa) ca = new_ca ();
  g_autofree char *text = fake_ca_read (ca, "profiles/Test.profile");
  g_autofree char *longer = NULL;
  g_autofree char *second = NULL;
  sqlite3 *db;

  g_test_summary ("S-E9: what counts is the version that a certificate was issued by, not the one "
                  "that is there now");
  longer = g_strconcat (text, "1.3.6.1.5.5.7.1.24=hex:3003020105\n", NULL);
  second = g_strconcat ("#\n", text, NULL);
  memcpy (strstr (second, "Version=1"), "Version=2", 9);
  memcpy (strstr (second, "Validity=30d"), "Validity=20d", 12);
  /* under the same number, and then under another */
  fake_ca_write (ca, "profiles/Test.profile", longer);
  fake_ca_reopen (ca);
  issue (ca, "fourth.example.org");
  fake_ca_write (ca, "profiles/Test.profile", second);
  fake_ca_reopen (ca);
  issue (ca, "fifth.example.org");
  assert_clean (ca, 5);
  db = open_store (ca);
  run_sql (db, "UPDATE requests SET profile_version = 2 WHERE id = 1");
  assert_sees (ca, "1 NotAfter\n");
  assert_sees (ca, "1 ProfileVersion\n");
  sqlite3_close (db);
}

/* None false */

static GBytes *
approve (FakeCa *ca, const char *profile, const FakeWish *wish)
{
  g_autoptr (GBytes) request = fake_wish_to_request (wish);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, profile, &error);
  g_autoptr (ICertResponse) issued = NULL;

  g_assert_no_error (error);
  if (icert_response_get_disposition (response) != ICERT_DISPOSITION_ISSUED)
    {
      issued = icert_admin_resubmit_request (ca->admin, icert_response_get_request_id (response),
                                             NULL, &error);
      g_assert_no_error (error);
    }
  fake_assert_response (issued != NULL ? issued : response, ICERT_DISPOSITION_ISSUED, NULL);
  return fake_certificate (issued != NULL ? issued : response);
}

static void
revoke_for (FakeCa *ca, GBytes *certificate, ICertRevocationReason reason)
{
  g_autofree char *serial = fake_serial (certificate);
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_admin_revoke (ca->admin, serial, reason, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* What was issued, taken out of the store and handed back by an officer. */
static void
import (FakeCa *ca, GBytes *certificate, gint64 id, ICertImportFlags flags)
{
  g_autofree char *sql = g_strdup_printf (
      "DELETE FROM requests WHERE id = %d; DELETE FROM serials WHERE request_id = %d;"
      "DELETE FROM names WHERE request_id = %d; DELETE FROM extensions WHERE request_id = %d;"
      "DELETE FROM attributes WHERE request_id = %d; DELETE FROM traces WHERE request_id = %d",
      (int) id, (int) id, (int) id, (int) id, (int) id, (int) id);
  sqlite3 *db = open_store (ca);
  g_autoptr (GError) error = NULL;

  run_sql (db, sql);
  sqlite3_close (db);
  g_assert_cmpint (icert_admin_import_certificate (ca->admin, certificate, flags, NULL, &error), >,
                   0);
  g_assert_no_error (error);
}

static gint64
newest (FakeCa *ca)
{
  return fake_ca_query_int (ca, "SELECT max (id) FROM requests WHERE id > 0");
}

static void
renew (FakeCa *ca, const FakeKey *key, EVP_PKEY *old_key, GBytes *old)
{
  X509 *signer = fake_x509_from_der (old);
  g_autoptr (GBytes) request = fake_renewal_new (key, old);
  g_autoptr (GBytes) message = fake_cms_new (request, old_key, signer, NULL);

  fake_ca_submit_for (ca, message, NULL, ICERT_DISPOSITION_ISSUED);
  X509_free (signer);
}

static void
issue_all_profiles (FakeCa *ca)
{
  static const char *const profiles[]
      = { "CodeSigning", "Computer", "OCSPSigning", "SubCA", "User", "WebServer" };
  FakeWish person = { .common_name = "Somebody" };
  FakeWish server = { .common_name = "www.example.org",
                      .names = "dNSName:www.example.org;iPAddress:192.0.2.7" };

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    {
      gboolean is_server = g_str_has_suffix (profiles[i], "er") && i != 4;
      g_autoptr (GBytes) first = approve (ca, profiles[i], is_server ? &server : &person);
      g_autoptr (GBytes) second = approve (ca, profiles[i], is_server ? &server : &person);

      revoke_for (ca, second,
                  i == 3 ? ICERT_REVOCATION_REASON_CA_COMPROMISE
                         : ICERT_REVOCATION_REASON_SUPERSEDED);
    }
}

static void
test_none_false (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  FakeKey *new_key = fake_key_new ("p256");
  FakeWish wish = { .common_name = "www.example.org",
                    .names = "dNSName:www.example.org;dNSName:mail.example.org",
                    .key = key };
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GBytes) pending = NULL;
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);
  gint64 id;

  g_test_summary (
      "S-E9: nothing is told of a CA with every shipped profile, an officer's extension, "
      "renewals, revocations and imports");
  fake_ca_configure (ca, "CA", "CAProfiles", "SubCA");
  fake_ca_write_profile (ca, FALSE, "1.2.3.4=critical;hex:0500");
  fake_ca_reopen (ca);
  issue_all_profiles (ca);
  certificate = approve (ca, "Test", &wish);
  renew (ca, new_key, key, certificate);
  import (ca, certificate, newest (ca) - 1, ICERT_IMPORT_NONE);
  /* into a row that waits for something else: an answer of this CA, by whatever profile */
  g_clear_pointer (&certificate, g_bytes_unref);
  certificate = approve (ca, "Test", &wish);
  id = newest (ca);
  pending = fake_wish_to_request (&wish);
  fake_ca_submit_for (ca, pending, "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  import (ca, certificate, id, ICERT_IMPORT_EXISTING_ROW);
  id = fake_ca_submit_for (ca, pending, "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_assert_true (
      icert_admin_set_certificate_extension (ca->admin, id, "1.2.3.9", 0, value, NULL, NULL));
  g_object_unref (icert_admin_resubmit_request (ca->admin, id, NULL, NULL));
  assert_clean (ca, fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0 AND"
                                           " disposition > 11 AND disposition < 22"));
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 21"),
                   ==, 6);
  EVP_PKEY_free (key);
  fake_key_free (new_key);
}

static void
test_each_bit (void)
{
  g_autoptr (FakeCa) ca = new_ca ();
  sqlite3 *db = open_store (ca);
  gint64 size
      = fake_ca_query_int (ca, "SELECT length (raw_certificate) FROM requests WHERE id = 2");

  g_test_summary ("S-E9: an octet of a stored certificate that is another one is seen, anywhere");
  keep (db);
  for (gint64 at = 1; at <= size; at += 7)
    {
      g_autofree char *sql = g_strdup_printf (
          "UPDATE requests SET raw_certificate = CAST (substr (raw_certificate, 1, %d) ||"
          " CASE hex (substr (raw_certificate, %d, 1)) WHEN '41' THEN x'42' ELSE x'41' END ||"
          " substr (raw_certificate, %d) AS BLOB) WHERE id = 2",
          (int) at - 1, (int) at, (int) at + 1);

      run_sql (db, sql);
      assert_sees (ca, "2 ");
      put_back (db);
    }
  sqlite3_close (db);
}

static void
test_pages (void)
{
  g_autoptr (FakeCa) ca = new_ca ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) later = g_date_time_add_hours (now, 1);
  g_autoptr (GVariant) one = check (ca, 0, 2, NULL);
  g_autoptr (GVariant) two = check (ca, lookup (one, "last"), 2, NULL);
  g_autoptr (GVariant) none = check (ca, 0, 0, later);
  g_autoptr (GError) error = NULL;
  gboolean done = TRUE;

  g_test_summary ("It is read in pages, and since a time");
  g_assert_cmpint (lookup (one, "checked"), ==, 2);
  g_variant_lookup (one, "done", "b", &done);
  g_assert_false (done);
  g_assert_cmpint (lookup (two, "checked"), ==, 1);
  g_variant_lookup (two, "done", "b", &done);
  g_assert_true (done);
  g_assert_cmpint (lookup (none, "checked"), ==, 0);
  g_assert_null (icert_admin_check_certificates (ca->admin, -1, 0, NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
}

static void
test_states (void)
{
  g_autoptr (FakeCa) ca = new_ca ();
  sqlite3 *db = open_store (ca);

  g_test_summary ("S-E9: revoked certificates and orphaned serials are right, and pending requests "
                  "nothing to check");
  run_sql (db,
           "UPDATE requests SET disposition = 21, revoked_when = 5000000,"
           " revoked_effective_when = 5000000, revoked_reason = 4 WHERE id = 2;"
           "UPDATE serials SET state = 2, revoked_when = 5000000, reason = 4, changed = 5"
           " WHERE request_id = 2;"
           "INSERT INTO serials (issuer, serial, state, request_id, revoked_when, reason, changed)"
           " VALUES (0, x'0177', 3, 1, 5, 4, 5)");
  assert_clean (ca, 3);
  run_sql (db, "UPDATE serials SET reason = 1 WHERE request_id = 2");
  assert_sees (ca, "2 SerialReason\n");
  sqlite3_close (db);
}

/* Audit records */

static gint64
count (FakeCa *ca, const char *where)
{
  g_autofree char *sql = g_strconcat ("SELECT count(*) FROM audit WHERE ", where, NULL);

  return fake_ca_query_int (ca, sql);
}

/* What the call that was made since @before left: exactly this one record. */
static void
assert_one_record (FakeCa *ca, gint64 *before, const char *verb, const char *outcome)
{
  g_autofree char *new_ones
      = g_strdup_printf ("outcome <> 'BEGUN' AND sequence > %" G_GINT64_FORMAT, *before);
  g_autofree char *this_one
      = g_strdup_printf ("%s AND verb = '%s' AND outcome = '%s'", new_ones, verb, outcome);

  for (guint i = 0; i < 200 && count (ca, new_ones) == 0; i++)
    g_usleep (10000);
  if (count (ca, this_one) != 1 || count (ca, new_ones) != 1)
    {
      g_autofree char *sql = g_strconcat ("SELECT group_concat (verb || ' ' || outcome, ', ')"
                                          " FROM audit WHERE ",
                                          new_ones, NULL);
      g_autofree char *found = fake_ca_query_text (ca, sql);

      g_error ("not one %s %s: %s", verb, outcome, found);
    }
  *before = fake_ca_query_int (ca, "SELECT max (sequence) FROM audit");
}

static GVariant *
text (const char *value)
{
  return g_variant_new_string (value);
}

static void
test_records (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GBytes) bad = g_bytes_new_static ("junk", 4);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 last = fake_ca_query_int (ca, "SELECT max (sequence) FROM audit");
  gint64 id;

  g_test_summary ("S-F6: each decision and each refusal is one record, whatever was asked");
  g_hash_table_insert (attributes, (gpointer) "Ticket", (gpointer) "4711");
  g_assert_null (fake_ca_submit (ca, bad, NULL, NULL));
  assert_one_record (ca, &last, "submit", "MALFORMED");
  id = fake_ca_submit_for (ca, request, "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  assert_one_record (ca, &last, "submit", "pending");
  g_assert_true (icert_admin_set_request_attributes (ca->admin, id, attributes, NULL, NULL));
  assert_one_record (ca, &last, "set-attributes", "pending");
  g_assert_true (
      icert_admin_set_certificate_extension (ca->admin, id, "1.2.3.4", 0, value, NULL, NULL));
  assert_one_record (ca, &last, "set-extension", "pending");
  g_assert_true (icert_admin_deny_request (ca->admin, id, "no", NULL, NULL));
  assert_one_record (ca, &last, "deny", "denied");
  g_assert_false (icert_admin_deny_request (ca->admin, id, "no", NULL, NULL));
  assert_one_record (ca, &last, "deny", "WRONG_STATE");
  g_assert_false (icert_admin_deny_request (ca->admin, 4711, "no", NULL, NULL));
  assert_one_record (ca, &last, "deny", "NOT_FOUND");
  g_assert_false (icert_admin_set_request_attributes (ca->admin, 4711, attributes, NULL, NULL));
  assert_one_record (ca, &last, "set-attributes", "NOT_FOUND");
  g_assert_null (icert_admin_resubmit_request (ca->admin, 4711, NULL, NULL));
  assert_one_record (ca, &last, "resubmit", "NOT_FOUND");
  g_assert_true (
      icert_admin_set_config_entry (ca->admin, "CA", "ValidityPeriod", text ("9d"), NULL, NULL));
  assert_one_record (ca, &last, "write-config", "OK");
  g_assert_false (
      icert_admin_set_config_entry (ca->admin, "CA", "ValidityPeriod", text ("x"), NULL, NULL));
  assert_one_record (ca, &last, "write-config", "CONFIG");
  g_assert_false (icert_admin_confirm_clock (ca->admin, NULL, NULL));
  assert_one_record (ca, &last, "confirm-clock", "WRONG_STATE");
  g_variant_unref (check (ca, 0, 0, NULL));
  assert_one_record (ca, &last, "cert-check", "OK");
  g_variant_unref (icert_admin_verify_audit (ca->admin, 0, 0, NULL, NULL, NULL));
  assert_one_record (ca, &last, "audit-verify", "OK");
  /* reading is no decision */
  g_variant_unref (icert_admin_check_health (ca->admin, NULL, NULL));
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT max (sequence) FROM audit"), ==, last);
  fake_ca_close (ca);
  assert_one_record (ca, &last, "stop", "OK");
  fake_ca_open (ca);
  assert_one_record (ca, &last, "start", "OK");
  fake_ca_check_audit (ca);
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/cert-check/sees-each/S-E9", test_sees_each);
  g_test_add_func ("/cert-check/deleted/S-E9", test_deleted);
  g_test_add_func ("/cert-check/profile/S-E9", test_profile);
  g_test_add_func ("/cert-check/pinned/S-E9", test_pinned);
  g_test_add_func ("/cert-check/none-false/S-E9", test_none_false);
  g_test_add_func ("/cert-check/each-octet/S-E9", test_each_bit);
  g_test_add_func ("/cert-check/pages", test_pages);
  g_test_add_func ("/cert-check/states/S-E9", test_states);
  g_test_add_func ("/cert-check/records/S-F6", test_records);
  return fake_ca_run ();
}
