/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <string.h>
#include <unistd.h>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "fake-ca.h"

/* Steps 4 to 7, from the octets of a request to the answer, on a real CA. */

static char *
caller_name (void)
{
  return g_strdup (g_get_user_name ());
}

/* Dispositions */

static void
test_issues (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GPtrArray) issuers = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);

  g_test_summary ("A request whose policy says issue is issued at once, and stored with its names");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued");
  g_assert_true (icert_response_check_status (response, NULL));
  certificate = fake_certificate (response);
  issuers = icert_response_list_issuers (response);
  g_assert_nonnull (issuers);
  fake_assert_row (ca, icert_response_get_request_id (response), 20, "Issued");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials WHERE state = 1"), ==, 1);
  /* a CRL that reads what ever changed need not see it */
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials JOIN requests "
                                          "ON request_id = id AND partition = crl_partition_index "
                                          "WHERE changed IS NULL AND publish_expired = 0"),
                   ==, 1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM names"), ==, 1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM intents"), ==, 0);
  g_assert_cmpint (fake_ca_check_audit (ca), >=, 2);
}

static void
test_pends (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);
  g_autoptr (ICertResponse) later = NULL;
  gint64 id;

  g_test_summary ("A request whose policy says pending waits, over a restart too");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "Pend.Policy waits");
  id = icert_response_get_request_id (response);
  fake_assert_row (ca, id, 9, "Pend.Policy waits");
  fake_ca_reopen (ca);
  later = icert_request_retrieve_pending (ca->request, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (later, ICERT_DISPOSITION_UNDER_SUBMISSION, "Pend.Policy waits");
}

static void
test_plain_message (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);

  g_test_summary ("An empty chain pends, with AD CS's words");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "Taken Under Submission");
}

static void
test_denies (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Deny.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) status = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);

  g_test_summary ("A denied request is an answer with a status, not an error of the call");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_DENIED, "Deny.Policy says no");
  fake_assert_status (response, ICERT_ERROR_DENIED, "policy");
  g_assert_false (icert_response_check_status (response, &status));
  g_assert_error (status, ICERT_ERROR, ICERT_ERROR_DENIED);
  fake_assert_row (ca, icert_response_get_request_id (response), 31, "Deny.Policy says no");
}

static void
test_bad_signature (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) good = fake_ca_request ("www.example.org");
  g_autoptr (GByteArray) octets = g_bytes_unref_to_array (g_bytes_ref (good));
  g_autoptr (GBytes) bad = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("S-A6: a wrong proof of possession fails the request: state 30, nothing signed");
  octets->data[octets->len - 1] ^= 1;
  bad = g_bytes_new (octets->data, octets->len);
  response = fake_ca_submit (ca, bad, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ERROR,
                        "Error verifying request signature or signing certificate");
  fake_assert_status (response, ICERT_ERROR_BAD_SIGNATURE, NULL);
  fake_assert_row (ca, icert_response_get_request_id (response), 30, "Error verifying*");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 0);
}

static void
test_undecodable (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) good = fake_ca_request ("www.example.org");
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (good, 0, g_bytes_get_size (good) - 1);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autofree char *zeros = g_malloc0 (10 * 1024 * 1024);
  g_autoptr (GBytes) huge = g_bytes_new_static (zeros, 10 * 1024 * 1024);
  g_autoptr (GError) error = NULL;
  gint64 records = fake_ca_check_audit (ca);

  g_test_summary ("What cannot be decoded makes no row; the audit log alone knows of it");
  g_assert_null (fake_ca_submit (ca, cut, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "request", 0);
  g_clear_error (&error);
  g_assert_null (fake_ca_submit (ca, empty, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, NULL, 0);
  g_clear_error (&error);
  g_assert_null (fake_ca_submit (ca, huge, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_TOO_LARGE, NULL, 0);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 0);
  fake_ca_wait_for (ca, "SELECT count(*) FROM audit WHERE verb = 'submit'", 2);
  g_assert_cmpint (fake_ca_check_audit (ca), ==, records + 2);
}

/* Attributes */

static ICertResponse *
submit_attribute (FakeCa *ca, const char *name, const char *value, GError **error)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  g_hash_table_insert (attributes, (gpointer) name, (gpointer) value);
  return icert_request_submit (ca->request, ICERT_SUBMIT_NONE, request, attributes, NULL, error);
}

static void
test_attributes (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = submit_attribute (ca, "Favourite Colour", "red", &error);
  g_autofree char *value = NULL;
  g_autofree char *many = g_strnfill (1025, 'x');

  g_test_summary ("S-D3: an unknown attribute is kept and has no effect; limits and S-A7 hold");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued");
  value = fake_ca_query_text (ca, "SELECT value FROM attributes WHERE name LIKE 'Favourite%'");
  g_assert_cmpstr (value, ==, "red");
  g_assert_null (submit_attribute (ca, "Colour", many, &error));
  fake_assert_error (error, ICERT_ERROR_TOO_LARGE, "attributes", 0);
  g_clear_error (&error);
  g_assert_null (submit_attribute (ca, "Colour", "re\nd", &error));
  fake_assert_error (error, ICERT_ERROR_BAD_NAME, "attributes", 0);
  g_clear_error (&error);
  g_assert_null (submit_attribute (ca, "Colour", "\xff", &error));
  g_assert_nonnull (error);
}

static void
test_san_attribute (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response
      = submit_attribute (ca, "SAN", "dns=stolen.example.com", &error);
  g_autofree char *name = NULL;

  g_test_summary ("S-D3: AD CS's attribute SAN names nobody");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM names"), ==, 1);
  name = fake_ca_query_text (ca, "SELECT value FROM names");
  g_assert_cmpstr (name, ==, "www.example.org");
}

/* Idempotency */

static void
test_same_key (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GBytes) other = fake_ca_request ("mail.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) first = fake_ca_submit_with_key (ca, request, NULL, "k1", &error);
  g_autoptr (ICertResponse) second = fake_ca_submit_with_key (ca, request, NULL, "k1", &error);
  g_autoptr (ICertResponse) third = NULL;
  g_autoptr (ICertResponse) by_key = NULL;
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) two = NULL;

  g_test_summary ("S-E5: the same key and content is the same request, over a restart too");
  g_assert_no_error (error);
  one = fake_certificate (first);
  two = fake_certificate (second);
  g_assert_true (g_bytes_equal (one, two));
  g_assert_null (fake_ca_submit_with_key (ca, other, NULL, "k1", &error));
  fake_assert_error (error, ICERT_ERROR_CONFLICT, "idempotency-key", 0);
  g_clear_error (&error);
  g_assert_null (fake_ca_submit_with_key (ca, request, "WebServer", "k1", &error));
  fake_assert_error (error, ICERT_ERROR_CONFLICT, "idempotency-key", 0);
  g_clear_error (&error);
  fake_ca_reopen (ca);
  third = fake_ca_submit_with_key (ca, request, NULL, "k1", &error);
  g_assert_no_error (error);
  by_key = icert_request_retrieve_by_key (ca->request, "k1", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_request_id (first), ==,
                   icert_response_get_request_id (third));
  g_assert_cmpint (icert_response_get_request_id (first), ==,
                   icert_response_get_request_id (by_key));
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 1);
}

static void
test_bad_keys (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autofree char *longest = g_strnfill (64, 'k');
  g_autofree char *too_long = g_strnfill (65, 'k');
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit_with_key (ca, request, NULL, longest, &error);

  g_test_summary ("S-E5: a key has 1 to 64 octets");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_null (fake_ca_submit_with_key (ca, request, NULL, too_long, &error));
  fake_assert_error (error, ICERT_ERROR_TOO_LARGE, "idempotency key", 0);
  g_clear_error (&error);
  g_assert_null (fake_ca_submit_with_key (ca, request, NULL, "", &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, NULL, 0);
  g_clear_error (&error);
  g_assert_null (icert_request_retrieve_by_key (ca->request, "never", NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "idempotency-key", 0);
}

typedef struct
{
  FakeCa *ca;
  GBytes *request;
  const char *key;
  gint64 id;
  GError *error;
} Submission;

static gpointer
submit_thread (gpointer data)
{
  Submission *submission = data;
  g_autoptr (ICertResponse) response = fake_ca_submit_with_key (
      submission->ca, submission->request, NULL, submission->key, &submission->error);

  if (response != NULL)
    submission->id = icert_response_get_request_id (response);
  return NULL;
}

#define N_THREADS 8

static void
submit_at_once (FakeCa *ca, Submission *submissions)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("submit", submit_thread, &submissions[i]);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static void
test_concurrent_key (gconstpointer chain)
{
  g_autoptr (FakeCa) ca = fake_ca_new (chain);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  g_test_summary ("S-E5: the same key from several threads at once is one request");
  for (guint round = 0; round < 10; round++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", round);
      Submission submissions[N_THREADS] = { 0 };

      for (guint i = 0; i < N_THREADS; i++)
        submissions[i] = (Submission){ .ca = ca, .request = request, .key = key };
      submit_at_once (ca, submissions);
      for (guint i = 0; i < N_THREADS; i++)
        {
          g_assert_no_error (submissions[i].error);
          g_assert_cmpint (submissions[i].id, ==, submissions[0].id);
        }
    }
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 10);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM submission_keys"), ==, 10);
  fake_ca_check_audit (ca);
}

static void
test_concurrent_contents (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  Submission submissions[N_THREADS] = { 0 };
  guint won = 0;

  g_test_summary ("S-E5: one key for eight requests at once: one is taken, and stays pending");
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%u.example.org", i);

      submissions[i]
          = (Submission){ .ca = ca, .request = fake_ca_request (name), .key = "contested" };
    }
  submit_at_once (ca, submissions);
  for (guint i = 0; i < N_THREADS; i++)
    {
      if (submissions[i].error == NULL)
        won++;
      else
        fake_assert_error (submissions[i].error, ICERT_ERROR_CONFLICT, "idempotency-key", 0);
      g_clear_error (&submissions[i].error);
      g_bytes_unref (submissions[i].request);
    }
  g_assert_cmpint (won, ==, 1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 1);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 9"),
                   ==, 1);
}

/* Numbers */

static void
test_ids (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gint64 last = 0;

  g_test_summary ("S-E7: request ids rise strictly, over restarts too");
  for (guint i = 0; i < 40; i++)
    {
      gint64 id = fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_ISSUED);

      g_assert_cmpint (id, >, last);
      last = id;
      if (i % 10 == 9)
        fake_ca_reopen (ca);
    }
}

static void
test_ids_end (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-E7: numbers do not wrap: the CA stops");
  fake_ca_close (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "INSERT OR REPLACE INTO counters (name, value) VALUES "
                                          "('next-request-id', 9223372036854775800)"),
                   ==, -1);
  fake_ca_open (ca);
  g_assert_null (fake_ca_submit (ca, request, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 0);
}

static void
test_serials (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("S-E8: serials have 20 octets, begin with 01 and the time, and are unique");
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, NULL);
      g_autoptr (GBytes) certificate = fake_certificate (response);
      char *serial = fake_serial (certificate);
      g_autofree char *time = g_strndup (serial, 12);
      gint64 milliseconds = g_ascii_strtoll (time, NULL, 16);

      g_assert_cmpint (strlen (serial), ==, 40);
      g_assert_true (g_str_has_prefix (serial, "01"));
      g_assert_cmpint (ABS (g_get_real_time () / 1000 - milliseconds), <, 60000);
      g_assert_true (g_hash_table_add (seen, serial));
    }
}

/* Keys */

/* A CA under @root, whose request and certificate are at hand. */
static GBytes *
make_branch (FakeCa *root, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "request.pem", NULL);
  g_autofree char *config = NULL;
  g_autofree char *pem = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (ICertResponse) response = NULL;
  gint64 id;

  g_object_set (setup, "name", "Branch", "folder", folder, "type", ICERT_SETUP_TYPE_SUBORDINATE,
                NULL);
  config = icert_setup_create (setup, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &pem, NULL, NULL));
  request = g_bytes_new (pem, strlen (pem));
  id = fake_ca_submit_for (root, request, "SubCA", ICERT_DISPOSITION_UNDER_SUBMISSION);
  response = icert_admin_resubmit_request (root->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  certificate = fake_certificate (response);
  g_assert_true (icert_setup_install (setup, config, certificate, NULL, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&request);
}

static void
test_own_key (void)
{
  g_autoptr (FakeCa) root = fake_ca_new (NULL);
  g_autofree char *folder = g_strconcat (root->folder, "-branch", NULL);
  g_autofree char *address = g_strconcat ("local:", folder, NULL);
  g_autoptr (GBytes) own = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertRequest) branch = NULL;
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("S-B4: a CA certifies none of its own keys");
  fake_ca_configure (root, "CA", "CAProfiles", "SubCA");
  own = make_branch (root, folder);
  branch = icert_request_open (address, NULL, &error);
  g_assert_no_error (error);
  response = icert_request_submit (branch, ICERT_SUBMIT_NONE, own, NULL, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_DENIED, "*the CA's own*");
  fake_assert_status (response, ICERT_ERROR_WEAK_KEY, "public key");
}

static void
test_blocked_key (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *hex = NULL;
  g_autofree char *text = NULL;
  g_autofree char *hash = NULL;
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  FakeWish wish = { .common_name = "www.example.org", .names = "dNSName:www.example.org" };
  unsigned char *spki = NULL;
  int size;

  g_test_summary (
      "S-B3: a key on the CA's list of blocked keys is refused; a broken list is CONFIG");
  size = i2d_PUBKEY (key, &spki);
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, spki, size);
  OPENSSL_free (spki);
  text = g_strdup_printf ("# stolen\n\n%s\n", hash);
  fake_ca_close (ca);
  fake_ca_write (ca, "blocked-keys", text);
  fake_ca_open (ca);
  fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_ISSUED);
  wish.key = key;
  g_bytes_unref (g_steal_pointer (&request));
  request = fake_wish_to_request (&wish);
  response = fake_ca_submit (ca, request, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_DENIED, "*blocked*");
  fake_assert_status (response, ICERT_ERROR_WEAK_KEY, "public key");
  EVP_PKEY_free (key);
  fake_ca_close (ca);
  fake_ca_write (ca, "blocked-keys", "12ab\n");
  error = fake_ca_open_error (ca);
  fake_assert_error (error, ICERT_ERROR_CONFIG, "blocked-keys", 0);
  fake_ca_write (ca, "blocked-keys", "");
  fake_ca_open (ca);
}

static void
test_rare_key (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GError) error = NULL;
  EVP_PKEY *key = EVP_PKEY_Q_keygen (NULL, NULL, "ED448");
  FakeWish wish = { .common_name = "www.example.org", .key = key };
  g_autoptr (GBytes) request = fake_wish_to_request (&wish);
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);

  g_test_summary (
      "S-B1: a kind of key that only a profile may allow is refused where no profile was chosen");
  EVP_PKEY_free (key);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==, ICERT_DISPOSITION_DENIED);
  fake_assert_status (response, ICERT_ERROR_WEAK_KEY, "public key");
}

static void
test_expired_ca (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new_with_validity ("Always.Policy", "2s");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("S-H4: a CA whose own certificate has ended signs nothing");
  g_usleep (2500 * G_TIME_SPAN_MILLISECOND);
  response = fake_ca_submit (ca, request, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_DENIED, "*expired*");
  fake_assert_status (response, ICERT_ERROR_BAD_VALIDITY, "CA certificate");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 0);
}

static void
test_weak_key (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  EVP_PKEY *key = EVP_RSA_gen (1024);
  FakeWish wish = { .common_name = "www.example.org", .key = key };
  g_autoptr (GBytes) request = fake_wish_to_request (&wish);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);

  g_test_summary ("S-B1: RSA 1024 is denied with a status that names the key");
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_DENIED, "*1024*");
  fake_assert_status (response, ICERT_ERROR_WEAK_KEY, "public key");
  EVP_PKEY_free (key);
}

/* Names */

static ICertResponse *
submit_wish (FakeCa *ca, const FakeWish *wish, const char *profile)
{
  g_autoptr (GBytes) request = fake_wish_to_request (wish);
  g_autoptr (GError) error = NULL;
  ICertResponse *response = fake_ca_submit (ca, request, profile, &error);

  g_assert_no_error (error);
  return response;
}

/* "iPAddress:…" of an interface that is not loopback; NULL when there is none */
static char *
find_own_address (void)
{
  struct ifaddrs *interfaces = NULL;
  char *name = NULL;

  g_assert_cmpint (getifaddrs (&interfaces), ==, 0);
  for (const struct ifaddrs *i = interfaces; i != NULL && name == NULL; i = i->ifa_next)
    {
      char text[INET_ADDRSTRLEN];

      if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET
          || (i->ifa_flags & IFF_LOOPBACK) != 0)
        continue;
      inet_ntop (AF_INET, &((const struct sockaddr_in *) i->ifa_addr)->sin_addr, text, sizeof text);
      if (!g_str_has_prefix (text, "169.254."))
        name = g_strconcat ("iPAddress:", text, NULL);
    }
  freeifaddrs (interfaces);
  return name;
}

static void
test_own_address (void)
{
  g_autofree char *own = find_own_address ();
  g_autoptr (FakeCa) ca = NULL;
  g_autoptr (ICertResponse) refused = NULL;
  g_autoptr (ICertResponse) allowed = NULL;
  FakeWish wish = { .names = own };

  g_test_summary (
      "S-C3: an address of the CA's own machine is refused, unless configuration allows");
  if (own == NULL)
    {
      g_test_skip ("this machine has loopback alone");
      return;
    }
  ca = fake_ca_new ("Always.Policy");
  refused = submit_wish (ca, &wish, NULL);
  fake_assert_response (refused, ICERT_DISPOSITION_DENIED, "*own address*");
  fake_assert_status (refused, ICERT_ERROR_BAD_NAME, "iPAddress");
  fake_ca_configure (ca, "CA", "AllowAddresses", "own");
  allowed = submit_wish (ca, &wish, NULL);
  fake_assert_response (allowed, ICERT_DISPOSITION_ISSUED, NULL);
}

static void
test_address_classes (void)
{
  static const struct
  {
    const char *name, *class;
  } cases[] = { { "iPAddress:127.0.0.1", "loopback" }, { "iPAddress:169.254.1.1", "link-local" },
                { "iPAddress:fe80::1", "link-local" }, { "iPAddress:224.0.0.1", "multicast" },
                { "iPAddress:ff02::1", "multicast" },  { "iPAddress:::1", "loopback" } };
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (ICertResponse) private = NULL;
  FakeWish wish = { .names = "iPAddress:10.1.2.3" };

  g_test_summary ("S-C3: addresses a host has to itself are refused, unless configuration allows");
  private = submit_wish (ca, &wish, NULL);
  fake_assert_response (private, ICERT_DISPOSITION_ISSUED, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ICertResponse) refused = NULL;
      g_autoptr (ICertResponse) allowed = NULL;

      wish.names = cases[i].name;
      refused = submit_wish (ca, &wish, NULL);
      fake_assert_response (refused, ICERT_DISPOSITION_DENIED, "*address*");
      fake_assert_status (refused, ICERT_ERROR_BAD_NAME, "iPAddress");
      fake_ca_configure (ca, "CA", "AllowAddresses", cases[i].class);
      allowed = submit_wish (ca, &wish, NULL);
      fake_assert_response (allowed, ICERT_DISPOSITION_ISSUED, NULL);
      fake_ca_configure (ca, "CA", "AllowAddresses", NULL);
    }
}

static gboolean
san_is_critical (GBytes *certificate)
{
  gsize size;
  const guchar *data = g_bytes_get_data (certificate, &size);
  X509 *x509 = d2i_X509 (NULL, &data, size);
  int index = X509_get_ext_by_NID (x509, NID_subject_alt_name, -1);
  gboolean critical;

  g_assert_cmpint (index, >=, 0);
  critical = X509_EXTENSION_get_critical (X509_get_ext (x509, index));
  X509_free (x509);
  return critical;
}

static void
test_empty_subject (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  FakeWish both = { .common_name = "www.example.org", .names = "dNSName:www.example.org" };
  FakeWish names = { .names = "dNSName:www.example.org" };
  FakeWish nothing = { NULL };
  g_autoptr (ICertResponse) with_subject = submit_wish (ca, &both, NULL);
  g_autoptr (ICertResponse) without = submit_wish (ca, &names, NULL);
  g_autoptr (ICertResponse) empty = submit_wish (ca, &nothing, NULL);
  g_autoptr (GBytes) first = fake_certificate (with_subject);
  g_autoptr (GBytes) second = fake_certificate (without);

  g_test_summary ("S-C6: an empty subject makes the names critical; both empty is refused");
  g_assert_false (san_is_critical (first));
  g_assert_true (san_is_critical (second));
  fake_assert_response (empty, ICERT_DISPOSITION_DENIED, "*neither a subject*");
  fake_assert_status (empty, ICERT_ERROR_BAD_NAME, "subject");
}

static void
test_server_claims (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  FakeWish wish = { .common_name = "www.example.org", .names = "dNSName:www.example.org" };
  g_autoptr (ICertResponse) plain = submit_wish (ca, &wish, "WebServer");
  g_autoptr (ICertResponse) authority = NULL;
  g_autoptr (ICertResponse) purpose = NULL;
  g_autoptr (ICertResponse) kind = NULL;
  g_autoptr (ICertResponse) unknown = NULL;

  g_test_summary ("S-D1, S-D2, S-C4: wishes for power are refused, other extensions stay out");
  fake_assert_response (plain, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  wish.ca = TRUE;
  authority = submit_wish (ca, &wish, "WebServer");
  fake_assert_response (authority, ICERT_DISPOSITION_DENIED, NULL);
  fake_assert_status (authority, ICERT_ERROR_FORBIDDEN_FIELD, NULL);
  wish.ca = FALSE;
  wish.eku = "1.3.6.1.5.5.7.3.3";
  purpose = submit_wish (ca, &wish, "WebServer");
  fake_assert_response (purpose, ICERT_DISPOSITION_DENIED, NULL);
  fake_assert_status (purpose, ICERT_ERROR_FORBIDDEN_FIELD, NULL);
  wish.eku = NULL;
  wish.names = "dNSName:www.example.org;rfc822Name:web@example.org";
  kind = submit_wish (ca, &wish, "WebServer");
  fake_assert_response (kind, ICERT_DISPOSITION_DENIED, NULL);
  fake_assert_status (kind, ICERT_ERROR_FORBIDDEN_FIELD, NULL);
  wish.names = "dNSName:www.example.org";
  wish.oid = "1.2.3.4.5";
  unknown = submit_wish (ca, &wish, "WebServer");
  fake_assert_response (unknown, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  g_assert_cmpint (
      fake_ca_query_int (ca, "SELECT flags & 2 FROM extensions WHERE name = '1.2.3.4.5'"), ==, 2);
}

static void
test_bad_profiles (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  FakeWish wish = { .common_name = "www.example.org" };
  g_autoptr (ICertResponse) unknown = submit_wish (ca, &wish, "NoSuchProfile");
  g_autoptr (ICertResponse) none = submit_wish (ca, &wish, NULL);
  g_autoptr (ICertResponse) anything = NULL;
  g_autoptr (ICertResponse) unapproved = NULL;

  g_test_summary ("S-D4, S-D5: profiles that are not there or not in order issue nothing");
  fake_assert_response (unknown, ICERT_DISPOSITION_DENIED, NULL);
  fake_assert_response (none, ICERT_DISPOSITION_DENIED, NULL);
  fake_ca_write_profile (ca, TRUE, NULL);
  fake_ca_reopen (ca);
  fake_ca_submit_for (ca, request, "Test", ICERT_DISPOSITION_UNDER_SUBMISSION);
  fake_ca_write (ca, "profiles/Any.profile",
                 "[Profile]\nName=Any\nVersion=1\nEnroll=submitter\nApproval=required\n"
                 "Validity=30d\n[Subject]\nCommonName=approved\n[Key]\nTypes=ec-p256\n"
                 "[Extensions]\nKeyUsage=auto\nExtendedKeyUsage=2.5.29.37.0\n");
  fake_ca_write (ca, "profiles/Free.profile",
                 "[Profile]\nName=Free\nVersion=1\nEnroll=submitter\nApproval=none\n"
                 "Validity=30d\n[Subject]\nCommonName=request\n[SubjectAltName]\n"
                 "dNSName=request\n[Key]\nTypes=ec-p256\n"
                 "[Extensions]\nKeyUsage=auto\nExtendedKeyUsage=serverAuth\n");
  fake_ca_reopen (ca);
  anything = submit_wish (ca, &wish, "Any");
  fake_assert_response (anything, ICERT_DISPOSITION_DENIED, NULL);
  unapproved = submit_wish (ca, &wish, "Free");
  fake_assert_response (unapproved, ICERT_DISPOSITION_DENIED, NULL);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 0);
}

static void
test_user_profile (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  FakeWish wish = { .common_name = "President", .names = "dNSName:stolen.example.com" };
  g_autoptr (ICertResponse) response = submit_wish (ca, &wish, "User");
  g_autofree char *name = fake_ca_query_text (ca, "SELECT common_name FROM requests WHERE id > 0");

  g_test_summary ("User: the subject comes from the account, nothing of the request but its key");
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued*");
  g_assert_cmpstr (name, !=, "President");
  g_assert_cmpint (
      fake_ca_query_int (ca, "SELECT count(*) FROM names WHERE value LIKE '%example.com%'"), ==, 0);
}

static void
test_ca_profile (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  FakeWish wish = { .common_name = "Branch CA" };
  g_autoptr (ICertResponse) response = submit_wish (ca, &wish, "SubCA");
  g_autoptr (ICertResponse) approved = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-G3: a CA that is not there for CAs makes none, an officer's will or not");
  if (icert_response_get_disposition (response) == ICERT_DISPOSITION_UNDER_SUBMISSION)
    {
      approved = icert_admin_resubmit_request (ca->admin, icert_response_get_request_id (response),
                                               NULL, &error);
      g_assert_no_error (error);
      fake_assert_response (approved, ICERT_DISPOSITION_DENIED, NULL);
    }
  else
    fake_assert_response (response, ICERT_DISPOSITION_DENIED, NULL);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 0);
}

static void
test_ca_profile_needs_officer (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  FakeWish wish = { .common_name = "Branch CA" };
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("S-G3: even a policy that issues everything makes no CA without the profile");
  wish.ca = TRUE;
  response = submit_wish (ca, &wish, "SubCA");
  if (icert_response_get_disposition (response) == ICERT_DISPOSITION_ISSUED)
    {
      g_autoptr (GBytes) der = fake_certificate (response);
      gsize size;
      const guchar *data = g_bytes_get_data (der, &size);
      X509 *x509 = d2i_X509 (NULL, &data, size);

      g_assert_cmpint (X509_check_ca (x509), ==, 0);
      X509_free (x509);
    }
}

static void
test_validity_note (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-H1: a validity that the CA cuts is said in the message: Issued, and a note");
  fake_ca_write_profile (ca, FALSE, NULL);
  {
    g_autofree char *text = fake_ca_read (ca, "profiles/Test.profile");
    g_autoptr (GString) changed = g_string_new (text);

    g_string_replace (changed, "Validity=30d", "Validity=9y", 1);
    fake_ca_write (ca, "profiles/Test.profile", changed->str);
  }
  fake_ca_reopen (ca);
  response = fake_ca_submit (ca, request, "Test", &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued?*");
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT (not_after - not_before) / 86400000000 FROM "
                                          "requests WHERE id > 0"),
                   <=, 5 * 366);
}

/* Retrieving */

static void
test_retrieve (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (ca, request, NULL, &error);
  g_autoptr (GBytes) certificate = fake_certificate (response);
  g_autofree char *serial = fake_serial (certificate);
  g_autofree char *upper = g_ascii_strup (serial, -1);
  const char *serials[] = { serial, upper };

  g_test_summary (
      "An answer can be fetched by id, by serial in any case; unknown ones are NOT_FOUND");
  for (guint i = 0; i < G_N_ELEMENTS (serials); i++)
    {
      g_autoptr (ICertResponse) again
          = icert_request_get_issued (ca->request, -1, serials[i], NULL, &error);
      g_autoptr (GBytes) same = NULL;

      g_assert_no_error (error);
      same = fake_certificate (again);
      g_assert_true (g_bytes_equal (same, certificate));
    }
  g_assert_null (icert_request_retrieve_pending (ca->request, 4711, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "request-id", 0x80094004);
  g_clear_error (&error);
  g_assert_null (icert_request_get_issued (ca->request, -1, "0123", NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "serial", 0);
  g_clear_error (&error);
  g_assert_null (icert_request_get_issued (ca->request, -1, "no hex", NULL, &error));
  g_assert_nonnull (error);
}

/* Asynchronous submissions */

typedef struct
{
  GMainLoop *loop;
  guint pending;
  guint issued;
} Flight;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Flight *flight = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response
      = icert_request_submit_finish (ICERT_REQUEST (source), result, &error);

  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued");
  flight->issued++;
  if (--flight->pending == 0)
    g_main_loop_quit (flight->loop);
}

static void
test_async (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Flight flight = { .loop = loop, .pending = 100 };

  g_test_summary ("A hundred submissions at once are all answered, in the caller's context");
  for (guint i = 0; i < 100; i++)
    icert_request_submit_async (ca->request, ICERT_SUBMIT_NONE, request, NULL, NULL, answered_cb,
                                &flight);
  g_main_loop_run (loop);
  g_assert_cmpint (flight.issued, ==, 100);
  g_assert_cmpint (
      fake_ca_query_int (ca, "SELECT count(DISTINCT serial_number) FROM requests WHERE id > 0"), ==,
      100);
  fake_ca_check_audit (ca);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **place = data;

  *place = g_object_ref (result);
}

static void
test_async_without_loop (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without a running loop the request goes on; the answer waits in the context");
  icert_request_submit_async (ca->request, ICERT_SUBMIT_NONE, request, NULL, NULL, stored_cb,
                              &result);
  fake_ca_wait_for (ca, "SELECT count(*) FROM requests WHERE disposition = 20", 1);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  response = icert_request_submit_finish (ca->request, result, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_clear_object (&result);
}

static void
test_last_reference (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  g_test_summary ("A caller may drop its object while its request is on the way");
  fake_ca_close (ca);
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      ICertRequest *object = icert_request_open (ca->address, NULL, &error);

      g_assert_no_error (error);
      icert_request_submit_async (object, ICERT_SUBMIT_NONE, request, NULL, NULL, stored_cb,
                                  &result);
      g_object_unref (object);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
    }
  fake_ca_open (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 20"),
                   ==, 50);
}

static void
test_cancellation (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A call that is cancelled before it begins submits nothing");
  g_cancellable_cancel (cancellable);
  g_assert_null (
      icert_request_submit (ca->request, ICERT_SUBMIT_NONE, request, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  icert_request_submit_async (ca->request, ICERT_SUBMIT_NONE, request, NULL, cancellable, stored_cb,
                              &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (icert_request_submit_finish (ca->request, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&result);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE id > 0"), ==, 0);
}

static void
test_late_cancellation (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What was issued is answered, even if the call was cancelled on the way");
  icert_request_submit_async (ca->request, ICERT_SUBMIT_NONE, request, NULL, cancellable, stored_cb,
                              &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  response = icert_request_submit_finish (ca->request, result, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_clear_object (&result);
}

static void
test_requester (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autofree char *expected = caller_name ();
  g_autofree char *requester = NULL;

  g_test_summary ("The requester is the account of the process, whatever the request says");
  fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);
  requester = fake_ca_query_text (ca, "SELECT requester_name FROM requests WHERE id > 0");
  g_assert_nonnull (strstr (requester, expected));
}

static void
test_no_role (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D14: who has no role may nothing, and the audit log says so");
  fake_ca_configure (ca, "Roles", principal, "auditor");
  g_assert_null (fake_ca_submit (ca, request, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_false (icert_admin_deny_request (ca->admin, 1, NULL, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_cmpint (icert_view_count (ca->view, NULL, &error), ==, -1);
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_null (icert_admin_resubmit_request (ca->admin, 1, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  fake_ca_wait_for (ca, "SELECT count(*) FROM audit WHERE outcome = 'NOT_AUTHORIZED'", 4);
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/engine/path/issues", test_issues);
  g_test_add_func ("/engine/path/pends", test_pends);
  g_test_add_func ("/engine/path/empty-chain", test_plain_message);
  g_test_add_func ("/engine/path/denies", test_denies);
  g_test_add_func ("/engine/path/bad-signature/S-A6", test_bad_signature);
  g_test_add_func ("/engine/path/undecodable/S-A3", test_undecodable);
  g_test_add_func ("/engine/path/attributes/S-D3", test_attributes);
  g_test_add_func ("/engine/path/attribute-san/S-D3", test_san_attribute);
  g_test_add_func ("/engine/path/same-key/S-E5", test_same_key);
  g_test_add_func ("/engine/path/bad-keys/S-E5", test_bad_keys);
  g_test_add_data_func ("/engine/path/concurrent-key/direct/S-E5", "Always.Policy",
                        test_concurrent_key);
  g_test_add_data_func ("/engine/path/concurrent-key/pending/S-E5", "Pend.Policy",
                        test_concurrent_key);
  g_test_add_func ("/engine/path/concurrent-contents/S-E5", test_concurrent_contents);
  g_test_add_func ("/engine/path/ids/S-E7", test_ids);
  g_test_add_func ("/engine/path/ids-end/S-E7", test_ids_end);
  g_test_add_func ("/engine/path/serials/S-E8", test_serials);
  g_test_add_func ("/engine/path/own-key/S-B4", test_own_key);
  g_test_add_func ("/engine/path/blocked-key/S-B3", test_blocked_key);
  g_test_add_func ("/engine/path/weak-key/S-B1", test_weak_key);
  g_test_add_func ("/engine/path/rare-key/S-B1", test_rare_key);
  g_test_add_func ("/engine/path/expired-ca/S-H4", test_expired_ca);
  g_test_add_func ("/engine/path/address-classes/S-C3", test_address_classes);
  g_test_add_func ("/engine/path/own-address/S-C3", test_own_address);
  g_test_add_func ("/engine/path/empty-subject/S-C6", test_empty_subject);
  g_test_add_func ("/engine/path/claims/S-D1", test_server_claims);
  g_test_add_func ("/engine/path/bad-profiles/S-D4", test_bad_profiles);
  g_test_add_func ("/engine/path/user-profile", test_user_profile);
  g_test_add_func ("/engine/path/ca-profile/S-G3", test_ca_profile);
  g_test_add_func ("/engine/path/ca-without-profile/S-G3", test_ca_profile_needs_officer);
  g_test_add_func ("/engine/path/validity-note/S-H1", test_validity_note);
  g_test_add_func ("/engine/path/retrieve", test_retrieve);
  g_test_add_func ("/engine/path/async", test_async);
  g_test_add_func ("/engine/path/async-without-loop", test_async_without_loop);
  g_test_add_func ("/engine/path/last-reference", test_last_reference);
  g_test_add_func ("/engine/path/cancellation", test_cancellation);
  g_test_add_func ("/engine/path/late-cancellation", test_late_cancellation);
  g_test_add_func ("/engine/path/requester", test_requester);
  g_test_add_func ("/engine/path/no-role/S-D14", test_no_role);
  return fake_ca_run ();
}
