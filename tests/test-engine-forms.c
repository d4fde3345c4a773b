/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <openssl/x509v3.h>

#include "fake-ca.h"
#include "fake-message.h"

/* Renewals, requests by agents and CRMF on a real CA. */

/* a CA, and somebody who has a certificate for www.example.org of it */
typedef struct
{
  FakeCa *ca;
  FakeKey *old_key, *new_key;
  GBytes *old; /* DER */
  X509 *old_x509;
  char *serial;
  gint64 old_id;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  fixture->ca = fake_ca_new (NULL);
  fake_ca_write_profile (fixture->ca, FALSE, data);
  fake_ca_reopen (fixture->ca);
  fixture->old_key = fake_key_new ("p256");
  fixture->new_key = fake_key_new ("p256");
  request = fake_request_new (fixture->old_key);
  response = fake_ca_submit (fixture->ca, request, "Test", &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  fixture->old_id = icert_response_get_request_id (response);
  fixture->old = fake_certificate (response);
  fixture->old_x509 = fake_x509_from_der (fixture->old);
  fixture->serial = fake_serial (fixture->old);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fake_ca_free (fixture->ca);
  fake_key_free (fixture->old_key);
  fake_key_free (fixture->new_key);
  g_bytes_unref (fixture->old);
  X509_free (fixture->old_x509);
  g_free (fixture->serial);
}

/* takes @request */
static GBytes *
wrap (Fixture *fixture, GBytes *request)
{
  GBytes *message = fake_cms_new (request, fixture->old_key->pkey, fixture->old_x509, NULL);

  g_bytes_unref (request);
  return message;
}

static GBytes *
renew (Fixture *fixture)
{
  return wrap (fixture, fake_renewal_new (fixture->new_key, fixture->old));
}

static ICertResponse *
submit (Fixture *fixture, GBytes *message, const char *profile)
{
  g_autoptr (GError) error = NULL;
  ICertResponse *response = fake_ca_submit (fixture->ca, message, profile, &error);

  g_assert_no_error (error);
  return response;
}

static ICertResponse *
submit_for_approval (Fixture *fixture, GBytes *message)
{
  fake_ca_write_profile (fixture->ca, TRUE, NULL);
  fake_ca_reopen (fixture->ca);
  return submit (fixture, message, NULL);
}

/* takes @message; the request failed, nothing was signed for it */
static void
assert_refused (Fixture *fixture,
                GBytes *message,
                ICertDisposition disposition,
                int code,
                const char *field)
{
  gint64 serials = fake_ca_query_int (fixture->ca, "SELECT count(*) FROM serials");
  g_autoptr (ICertResponse) response = submit (fixture, message, NULL);

  fake_assert_response (response, disposition, NULL);
  fake_assert_status (response, code, field);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT count(*) FROM serials"), ==, serials);
  g_bytes_unref (message);
}

static void
test_renews (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = renew (fixture);
  g_autoptr (ICertResponse) response = submit (fixture, message, NULL);
  g_autoptr (GBytes) certificate = NULL;
  g_autofree char *trace = NULL;
  g_autofree char *template = NULL;
  gint64 id = icert_response_get_request_id (response);
  g_autofree char *by_id
      = g_strdup_printf ("SELECT request_flags FROM requests WHERE id = %" G_GINT64_FORMAT, id);
  g_autofree char *old
      = g_strdup_printf ("SELECT raw_old_certificate = (SELECT raw_certificate FROM requests WHERE "
                         "id = %" G_GINT64_FORMAT ") FROM requests WHERE id = %" G_GINT64_FORMAT,
                         fixture->old_id, id);

  g_test_summary ("S-D17: a renewal is judged as a new request, by the profile of the old one");
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, "Issued*");
  certificate = fake_certificate (response);
  g_assert_false (g_bytes_equal (certificate, fixture->old));
  g_assert_cmpint (fake_ca_query_int (fixture->ca, by_id), ==, ICERT_REQUEST_FLAG_RENEWAL);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, old), ==, 1);
  g_assert_cmpint (
      fake_ca_query_int (fixture->ca, "SELECT count(*) FROM requests WHERE request_type = 0x300"),
      ==, 1);
  trace = fake_ca_trace (fixture->ca, id);
  g_assert_nonnull (strstr (trace, "renewal"));
}

static void
test_old_extensions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = renew (fixture);
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *names = NULL;

  g_test_summary ("Extensions of the old certificate stand beside the request's own, disabled");
  fake_ca_configure (fixture->ca, "Policy", "Chain", "");
  response = submit (fixture, message, NULL);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  names = fake_ca_query_text (
      fixture->ca, "SELECT group_concat (name || ' ' || (flags >> 16) || ' ' || (flags & 2), ';') "
                   "FROM (SELECT * FROM extensions WHERE request_id = "
                   "(SELECT max(id) FROM requests) ORDER BY name)");
  g_assert_cmpstr (names, ==, "2.5.29.15 5 2;2.5.29.17 1 2;2.5.29.37 5 2");
}

static void
test_keeps_over_restart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = renew (fixture);
  g_autoptr (ICertResponse) response = submit_for_approval (fixture, message);
  g_autoptr (ICertResponse) later = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A renewal that waits is proved again when an officer resubmits it");
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  fake_ca_reopen (fixture->ca);
  later = icert_admin_resubmit_request (fixture->ca->admin,
                                        icert_response_get_request_id (response), NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (later, ICERT_DISPOSITION_ISSUED, NULL);
}

static void
test_names_do_not_grow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) two = g_byte_array_new ();
  g_autoptr (GBytes) one = fake_dns_name ("www.example.org");
  g_autoptr (GBytes) other = fake_dns_name ("db.example.org");
  GBytes *names;

  g_test_summary ("S-D17: a renewal with a name that the old certificate does not have is refused");
  g_byte_array_append (two, g_bytes_get_data (one, NULL), g_bytes_get_size (one));
  g_byte_array_append (two, g_bytes_get_data (other, NULL), g_bytes_get_size (other));
  names = g_byte_array_free_to_bytes (g_steal_pointer (&two));
  assert_refused (fixture,
                  wrap (fixture, fake_renewal_new_with (fixture->new_key, fake_subject (), names,
                                                        fixture->old)),
                  ICERT_DISPOSITION_DENIED, ICERT_ERROR_FORBIDDEN_FIELD, "subjectAltName");
  assert_refused (fixture,
                  wrap (fixture, fake_renewal_new_with (
                                     fixture->new_key,
                                     fake_der (0x30, fake_rdn ("2.5.4.3", "db.example.org"), NULL),
                                     fake_dns_name ("www.example.org"), fixture->old)),
                  ICERT_DISPOSITION_DENIED, ICERT_ERROR_FORBIDDEN_FIELD, "subject");
}

static void
test_officer_cannot_grow_it (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = renew (fixture);
  g_autoptr (ICertResponse) response = submit_for_approval (fixture, message);
  g_autoptr (ICertResponse) later = NULL;
  g_autoptr (GBytes) names
      = fake_der (0x30, fake_dns_name ("www.example.org"), fake_dns_name ("db.example.org"), NULL);
  g_autoptr (GError) error = NULL;
  gint64 id = icert_response_get_request_id (response);

  g_test_summary ("S-D17: nor do names grow that somebody adds while the renewal waits");
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL);
  g_assert_true (icert_admin_set_certificate_extension (fixture->ca->admin, id, "2.5.29.17",
                                                        ICERT_EXTENSION_NONE, names, NULL, &error));
  g_assert_no_error (error);
  later = icert_admin_resubmit_request (fixture->ca->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (later, ICERT_DISPOSITION_DENIED, NULL);
  fake_assert_status (later, ICERT_ERROR_FORBIDDEN_FIELD, "subjectAltName");
}

static void
test_revoked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D17: a revoked certificate renews nothing");
  g_assert_true (icert_admin_revoke (fixture->ca->admin, fixture->serial,
                                     ICERT_REVOCATION_REASON_SUPERSEDED, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_refused (fixture, renew (fixture), ICERT_DISPOSITION_ERROR, ICERT_ERROR_NOT_AUTHENTICATED,
                  "signer");
}

static void
test_strangers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeKey) key = fake_key_new ("p256");
  g_autoptr (X509) self_signed = fake_x509_new (key->pkey, "www.example.org");
  g_autoptr (GBytes) der = fake_x509_to_der (self_signed);
  g_autoptr (GBytes) by_stranger = fake_renewal_new (fixture->new_key, der);
  g_autoptr (GBytes) for_other = fake_renewal_new (fixture->new_key, fixture->old);
  g_autoptr (GBytes) forged = renew (fixture);
  g_autoptr (GByteArray) octets = g_bytes_unref_to_array (g_bytes_ref (forged));

  g_test_summary ("S-D17: who cannot show a certificate of this CA and its key renews nothing");
  assert_refused (fixture, fake_cms_new (by_stranger, key->pkey, self_signed, NULL),
                  ICERT_DISPOSITION_ERROR, ICERT_ERROR_NOT_AUTHENTICATED, "signer");
  assert_refused (fixture, fake_cms_new (for_other, key->pkey, self_signed, NULL),
                  ICERT_DISPOSITION_ERROR, ICERT_ERROR_NOT_AUTHENTICATED, "signer");
  octets->data[octets->len - 1] ^= 1;
  assert_refused (fixture, g_byte_array_free_to_bytes (g_steal_pointer (&octets)),
                  ICERT_DISPOSITION_ERROR, ICERT_ERROR_BAD_SIGNATURE, "signature");
}

static void
test_other_certificate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_request_new (fixture->new_key);
  g_autoptr (ICertResponse) response = submit (fixture, request, "Test");
  g_autoptr (GBytes) other = fake_certificate (response);
  g_autoptr (FakeKey) key = fake_key_new ("p256");

  g_test_summary ("S-D17: one's own certificate renews no other");
  assert_refused (fixture, wrap (fixture, fake_renewal_new (key, other)), ICERT_DISPOSITION_ERROR,
                  ICERT_ERROR_NOT_AUTHENTICATED, "signer");
}

static void
test_not_by_agent (Fixture *fixture, gconstpointer data)
{
  const FakeMessageWish wish = { .pair_name = "requestername", .pair_value = "nobody" };
  g_autoptr (GBytes) request = fake_request_new (fixture->new_key);
  g_autoptr (GBytes) renewal = fake_renewal_new (fixture->new_key, fixture->old);

  g_test_summary ("S-D7: without an agent's certificate nobody asks on behalf of another");
  assert_refused (fixture, fake_cms_new (request, fixture->old_key->pkey, fixture->old_x509, &wish),
                  ICERT_DISPOSITION_ERROR, ICERT_ERROR_NOT_AUTHENTICATED, "signer");
  assert_refused (fixture, fake_cms_new (renewal, fixture->old_key->pkey, fixture->old_x509, &wish),
                  ICERT_DISPOSITION_ERROR, ICERT_ERROR_NOT_AUTHENTICATED, "signer");
}

static void
test_signed_by_somebody (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = fake_request_new (fixture->new_key);
  g_autoptr (GBytes) message
      = fake_cms_new (request, fixture->old_key->pkey, fixture->old_x509, NULL);
  g_autoptr (ICertResponse) response = submit (fixture, message, "Test");
  g_autofree char *purposes = NULL;

  g_test_summary ("A new request that somebody else signed for says by whose purposes");
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  purposes = fake_ca_query_text (
      fixture->ca, "SELECT signer_application_policies FROM requests ORDER BY id DESC LIMIT 1");
  g_assert_cmpstr (purposes, ==, "1.3.6.1.5.5.7.3.4");
  g_assert_cmpint (
      fake_ca_query_int (fixture->ca, "SELECT max(request_flags) FROM requests WHERE id > 0"), ==,
      0);
}

static void
test_crmf (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeKey) thief = fake_key_new ("p256");
  g_autoptr (GBytes) message = fake_crmf_new (fixture->new_key);
  g_autoptr (GByteArray) octets = g_byte_array_append (
      g_byte_array_new (), g_bytes_get_data (message, NULL), g_bytes_get_size (message));
  g_autoptr (ICertResponse) response = submit (fixture, message, "Test");

  g_test_summary ("A CRMF message is issued like any request; a forged one fails");
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (
      fake_ca_query_int (fixture->ca, "SELECT count(*) FROM requests WHERE request_type = 0x1000"),
      ==, 1);
  octets->data[octets->len - 1] ^= 1;
  assert_refused (fixture, g_byte_array_free_to_bytes (g_steal_pointer (&octets)),
                  ICERT_DISPOSITION_ERROR, ICERT_ERROR_BAD_SIGNATURE, "signature");
}

/* An agent with a certificate of this CA, and an account to ask for. */
static void
make_agent (Fixture *fixture, const char *subjects)
{
  FakeCa *ca = fixture->ca;
  g_autofree char *mine = g_strconcat ("user:", g_get_user_name (), NULL);
  g_autoptr (GBytes) request = fake_request_new (fixture->old_key);
  g_autoptr (ICertResponse) response = NULL;

  fake_ca_write (ca, "profiles/Agent.profile",
                 "[Profile]\nName=Agent\nVersion=1\nEnroll=submitter\nApproval=none\nValidity=30d\n"
                 "[Subject]\nCommonName=request\n[Key]\nTypes=ec-p256\n"
                 "[SubjectAltName]\ndNSName=ignore\n"
                 "[Extensions]\nKeyUsage=auto\nExtendedKeyUsage=1.3.6.1.4.1.311.20.2.1\n");
  fake_ca_configure (ca, "Roles", "user:nobody", "submitter");
  fake_ca_configure (ca, "Agent desk", "Profiles", "Test");
  fake_ca_configure (ca, "Agent desk", "Subjects", subjects);
  fake_ca_configure (ca, "Agent desk", "Principals", mine);
  response = submit (fixture, request, "Agent");
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_clear_pointer (&fixture->old, g_bytes_unref);
  g_clear_pointer (&fixture->old_x509, X509_free);
  fixture->old = fake_certificate (response);
  fixture->old_x509 = fake_x509_from_der (fixture->old);
}

static GBytes *
ask_for (Fixture *fixture, const char *requester)
{
  const FakeMessageWish wish = { .pair_name = "requestername", .pair_value = requester };
  g_autoptr (GBytes) request = fake_request_new (fixture->new_key);

  return fake_cms_new (request, fixture->old_key->pkey, fixture->old_x509, &wish);
}

static void
assert_agent_refused (Fixture *fixture,
                      const char *requester,
                      const char *profile,
                      const char *field)
{
  gint64 serials = fake_ca_query_int (fixture->ca, "SELECT count(*) FROM serials");
  g_autoptr (GBytes) message = ask_for (fixture, requester);
  g_autoptr (ICertResponse) response = submit (fixture, message, profile);

  fake_assert_response (response, ICERT_DISPOSITION_DENIED, NULL);
  fake_assert_status (response, ICERT_ERROR_NOT_AUTHORIZED, field);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT count(*) FROM serials"), ==, serials);
}

static void
test_on_behalf (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *names = NULL;

  g_test_summary ("S-D7: an agent with a grant asks for another account, which becomes requester");
  make_agent (fixture, "user:nobody");
  message = ask_for (fixture, "nobody");
  response = submit (fixture, message, "Test");
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  names = fake_ca_query_text (fixture->ca,
                              "SELECT requester_name || ' ' || (caller_name <> 'nobody') || ' ' "
                              "|| request_flags FROM requests ORDER BY id DESC LIMIT 1");
  g_assert_cmpstr (names, ==, "nobody 1 16");
}

static void
test_agents_are_bound (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-D7, S-D8: not for others, other profiles, unknown accounts, nor who decides");
  make_agent (fixture, "user:nobody");
  assert_agent_refused (fixture, "daemon", "Test", NULL);
  assert_agent_refused (fixture, "nobody", "Agent", "agent");
  assert_agent_refused (fixture, "no-such-account", "Test", "requestername");
  fake_ca_configure (fixture->ca, "Roles", "user:nobody", "submitter;officer");
  assert_agent_refused (fixture, "nobody", "Test", "requestername");
}

static void
test_agent_revoked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *serial = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D7: an agent's certificate is looked up at each use");
  make_agent (fixture, "user:nobody");
  serial = fake_serial (fixture->old);
  g_assert_true (icert_admin_revoke (fixture->ca->admin, serial,
                                     ICERT_REVOCATION_REASON_KEY_COMPROMISE, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_refused (fixture, ask_for (fixture, "nobody"), ICERT_DISPOSITION_ERROR,
                  ICERT_ERROR_NOT_AUTHENTICATED, "signer");
}

/* An agent's certificate that another key made, in the name of @issuer; NULL: in its own */
static X509 *
make_foreign (FakeKey *key, X509_NAME *issuer)
{
  X509 *x509 = X509_new ();
  X509_NAME *name = X509_get_subject_name (x509);
  X509_EXTENSION *purposes = NULL;
  EXTENDED_KEY_USAGE *usage = EXTENDED_KEY_USAGE_new ();

  g_assert_nonnull (x509);
  X509_set_version (x509, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), 4711);
  X509_gmtime_adj (X509_getm_notBefore (x509), -60);
  X509_gmtime_adj (X509_getm_notAfter (x509), 86400);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guchar *) "Desk", -1, -1, 0);
  X509_set_issuer_name (x509, issuer != NULL ? issuer : name);
  X509_set_pubkey (x509, key->pkey);
  sk_ASN1_OBJECT_push (usage, OBJ_txt2obj ("1.3.6.1.4.1.311.20.2.1", 1));
  purposes = X509V3_EXT_i2d (NID_ext_key_usage, 0, usage);
  X509_add_ext (x509, purposes, -1);
  g_assert_cmpint (X509_sign (x509, key->pkey, EVP_sha256 ()), >, 0);
  X509_EXTENSION_free (purposes);
  EXTENDED_KEY_USAGE_free (usage);
  return x509;
}

static void
test_agent_of_another_ca (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeKey) key = fake_key_new ("p256");
  g_autoptr (GError) error = NULL;
  X509_NAME *ours = NULL;

  g_test_summary (
      "S-D7: an agent's certificate of another CA is refused, also where a section names "
      "it, where it was imported, and where it claims this CA as its issuer");
  make_agent (fixture, "user:nobody");
  ours = X509_NAME_dup (X509_get_issuer_name (fixture->old_x509));
  fake_ca_configure (fixture->ca, "CA", "AllowForeign", "true");
  for (guint i = 0; i < 3; i++)
    {
      X509 *x509 = make_foreign (key, i == 2 ? ours : NULL);
      g_autoptr (GBytes) der = fake_x509_to_der (x509);
      g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, der);
      g_autofree char *principal = g_strconcat ("cert:", hash, NULL);
      const FakeMessageWish wish = { .pair_name = "requestername", .pair_value = "nobody" };
      g_autoptr (GBytes) request = fake_request_new (fixture->new_key);

      fake_ca_configure (fixture->ca, "Agent desk", "Principals", principal);
      if (i == 1)
        {
          icert_admin_import_certificate (fixture->ca->admin, der, ICERT_IMPORT_ALLOW_FOREIGN, NULL,
                                          &error);
          g_assert_no_error (error);
        }
      assert_refused (fixture, fake_cms_new (request, key->pkey, x509, &wish),
                      ICERT_DISPOSITION_ERROR, ICERT_ERROR_NOT_AUTHENTICATED, "signer");
      X509_free (x509);
    }
  X509_NAME_free (ours);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  ADD ("/engine-forms/renews", test_renews);
  ADD ("/engine-forms/old-extensions", test_old_extensions);
  ADD ("/engine-forms/keeps-over-restart", test_keeps_over_restart);
  ADD ("/engine-forms/officer-cannot-grow-it", test_officer_cannot_grow_it);
  ADD ("/engine-forms/names-do-not-grow", test_names_do_not_grow);
  ADD ("/engine-forms/revoked", test_revoked);
  ADD ("/engine-forms/strangers", test_strangers);
  ADD ("/engine-forms/other-certificate", test_other_certificate);
  ADD ("/engine-forms/not-by-agent", test_not_by_agent);
  ADD ("/engine-forms/on-behalf", test_on_behalf);
  ADD ("/engine-forms/agents-are-bound", test_agents_are_bound);
  ADD ("/engine-forms/agent-revoked", test_agent_revoked);
  ADD ("/engine-forms/agent-of-another-ca", test_agent_of_another_ca);
  ADD ("/engine-forms/signed-by-somebody", test_signed_by_somebody);
  ADD ("/engine-forms/crmf", test_crmf);
  return fake_ca_run ();
}
