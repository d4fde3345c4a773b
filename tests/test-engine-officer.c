/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <openssl/x509v3.h>

#include "fake-ca.h"

/* Step 6: what officers and administrators do, and what they may not. */

#define WRONG_STATUS 0x80094003
#define NO_REQUEST 0x80094004
#define SAN "2.5.29.17"

static gint64
submit_pending (FakeCa *ca)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  return fake_ca_submit_for (ca, request, "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
}

static ICertResponse *
resubmit (FakeCa *ca, gint64 id, ICertDisposition disposition, const char *message)
{
  g_autoptr (GError) error = NULL;
  ICertResponse *response = icert_admin_resubmit_request (ca->admin, id, NULL, &error);

  g_assert_no_error (error);
  fake_assert_response (response, disposition, message);
  g_assert_cmpint (icert_response_get_request_id (response), ==, id);
  return response;
}

static gboolean
set_attribute (FakeCa *ca, gint64 id, const char *name, const char *value, GError **error)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (attributes, (gpointer) name, (gpointer) value);
  return icert_admin_set_request_attributes (ca->admin, id, attributes, NULL, error);
}

static GBytes *
alt_name (const char *dns)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ICertExtension) extension = NULL;

  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_DNS, dns, NULL));
  extension = icert_extension_new_subject_alt_name (names, FALSE, NULL);
  return icert_extension_get_value (extension);
}

static gint64
column (FakeCa *ca, gint64 id, const char *name)
{
  g_autofree char *sql
      = g_strdup_printf ("SELECT %s FROM requests WHERE id = %" G_GINT64_FORMAT, name, id);

  return fake_ca_query_int (ca, sql);
}

/* Decisions */

static void
test_resubmit (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  gint64 id = submit_pending (ca);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (ICertResponse) fetched = NULL;
  g_autofree char *officer = NULL;
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) two = NULL;

  g_test_summary ("A pending request survives a restart; resubmitted by an officer it is issued");
  fake_ca_reopen (ca);
  response = resubmit (ca, id, ICERT_DISPOSITION_ISSUED, "Issued*");
  fake_assert_row (ca, id, 20, "Issued*");
  officer = fake_ca_query_text (ca, "SELECT officer_name FROM requests WHERE id > 0");
  g_assert_nonnull (strstr (officer, g_get_user_name ()));
  g_assert_cmpint (column (ca, id, "approved_version"), ==, column (ca, id, "content_version"));
  fetched = icert_request_retrieve_pending (ca->request, id, NULL, NULL);
  one = fake_certificate (response);
  two = fake_certificate (fetched);
  g_assert_true (g_bytes_equal (one, two));
  fake_ca_check_audit (ca);
}

static void
test_long_refusal (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autofree char *node = g_strnfill (200000, 'n');
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string ("v"));
  g_autoptr (GError) error = NULL;
  g_autofree char *object = NULL;

  g_test_summary ("A refusal is recorded however long what was asked for is, cut to its column");
  g_assert_false (icert_admin_set_config_entry (ca->admin, node, "Entry", value, NULL, &error));
  g_assert_nonnull (error);
  fake_ca_reopen (ca);
  object = fake_ca_query_text (
      ca, "SELECT object FROM audit WHERE verb = 'write-config' AND outcome <> 'FOUND'");
  g_assert_nonnull (object);
  g_assert_cmpuint (strlen (object), <=, 2048);
  g_assert_true (g_str_has_suffix (object, "n\u2026"));
  fake_ca_check_audit (ca);
}

static void
test_resubmit_pends (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  gint64 id = submit_pending (ca);
  g_autoptr (ICertResponse) again = NULL;

  g_test_summary ("A policy may leave a resubmitted request pending");
  again = resubmit (ca, id, ICERT_DISPOSITION_UNDER_SUBMISSION, "Pend.Policy waits");
  fake_assert_row (ca, id, 9, "Pend.Policy waits");
}

static void
test_deny (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = g_strdup_printf ("Denied by *%s*", g_get_user_name ());
  gint64 first = submit_pending (ca);
  gint64 second = submit_pending (ca);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) status = NULL;

  g_test_summary ("Denied by <user>, with or without a reason; the status is AD CS's");
  g_assert_true (icert_admin_deny_request (ca->admin, first, NULL, NULL, &error));
  g_assert_no_error (error);
  fake_assert_row (ca, first, 31, plain);
  g_assert_true (icert_admin_deny_request (ca->admin, second, "no such host", NULL, &error));
  g_assert_no_error (error);
  fake_assert_row (ca, second, 31, "Denied by *: no such host");
  response = icert_request_retrieve_pending (ca->request, first, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_DENIED, plain);
  status = icert_response_get_status (response);
  fake_assert_error (status, ICERT_ERROR_DENIED, NULL, 0x80094014);
}

static void
test_resubmit_denied (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 id = submit_pending (ca);
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("A denied request is resubmitted by administrators");
  g_assert_true (icert_admin_deny_request (ca->admin, id, NULL, NULL, &error));
  response = resubmit (ca, id, ICERT_DISPOSITION_ISSUED, "Issued*");
}

/* States and verbs */

typedef gboolean (*Verb) (FakeCa *ca, gint64 id, GError **error);

static gboolean
do_set_attributes (FakeCa *ca, gint64 id, GError **error)
{
  return set_attribute (ca, id, "Note", "seen", error);
}

static gboolean
do_set_extension (FakeCa *ca, gint64 id, GError **error)
{
  g_autoptr (GBytes) value = alt_name ("other.example.org");

  return icert_admin_set_certificate_extension (ca->admin, id, SAN, ICERT_EXTENSION_NONE, value,
                                                NULL, error);
}

static gboolean
do_deny (FakeCa *ca, gint64 id, GError **error)
{
  return icert_admin_deny_request (ca->admin, id, "test", NULL, error);
}

static gboolean
do_resubmit (FakeCa *ca, gint64 id, GError **error)
{
  g_autoptr (ICertResponse) response = icert_admin_resubmit_request (ca->admin, id, NULL, error);

  return response != NULL;
}

static const Verb verbs[] = { do_set_attributes, do_set_extension, do_deny, do_resubmit };

static void
refuse_all (FakeCa *ca, gint64 id, gboolean but_resubmit)
{
  gint64 version = column (ca, id, "version");
  gint64 disposition = column (ca, id, "disposition");

  for (guint i = 0; i < G_N_ELEMENTS (verbs) - but_resubmit; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (verbs[i](ca, id, &error));
      fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "request", WRONG_STATUS);
    }
  g_assert_cmpint (column (ca, id, "version"), ==, version);
  g_assert_cmpint (column (ca, id, "disposition"), ==, disposition);
}

static void
test_states (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gint64 issued = submit_pending (ca);
  gint64 denied = submit_pending (ca);
  gint64 active = submit_pending (ca);
  g_autofree char *sql = NULL;

  g_test_summary ("Verbs in states where AD CS refuses them: WRONG_STATE, and nothing changes");
  response = resubmit (ca, issued, ICERT_DISPOSITION_ISSUED, NULL);
  refuse_all (ca, issued, FALSE);
  g_assert_true (do_deny (ca, denied, NULL));
  refuse_all (ca, denied, TRUE);
  sql = g_strdup_printf ("UPDATE requests SET disposition = 8 WHERE id = %" G_GINT64_FORMAT,
                         active);
  fake_ca_query_int (ca, sql);
  refuse_all (ca, active, FALSE);
  g_free (sql);
  sql = g_strdup_printf ("UPDATE requests SET disposition = 30 WHERE id = %" G_GINT64_FORMAT,
                         active);
  fake_ca_query_int (ca, sql);
  refuse_all (ca, active, FALSE);
  fake_ca_check_audit (ca);
}

static void
test_not_found (void)
{
  static const gint64 ids[] = { 4711, 0, -1, G_MAXINT64, G_MININT64 };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);

  g_test_summary ("A request that is not there is NOT_FOUND for every verb, with AD CS's status");
  for (guint n = 0; n < G_N_ELEMENTS (ids); n++)
    for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_false (verbs[i](ca, ids[n], &error));
        if (n == 0)
          fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "request-id", NO_REQUEST);
        else
          g_assert_nonnull (error);
        g_assert_cmpint (error->code, !=, ICERT_ERROR_INTERNAL);
      }
}

/* Changes */

static void
test_attributes_survive (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 id = submit_pending (ca);
  gint64 before = column (ca, id, "content_version");
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *template = NULL;
  g_autofree char *note = NULL;

  g_test_summary ("S-D12: an officer's attributes raise the content version, survive, and count");
  g_assert_true (set_attribute (ca, id, "certificate template", "Computer", &error));
  g_assert_no_error (error);
  g_assert_true (set_attribute (ca, id, "Note", "called her", &error));
  g_assert_no_error (error);
  g_assert_cmpint (column (ca, id, "content_version"), ==, before + 2);
  fake_ca_reopen (ca);
  response = resubmit (ca, id, ICERT_DISPOSITION_ISSUED, "Issued*");
  template = fake_ca_query_text (ca, "SELECT certificate_template FROM requests WHERE id > 0");
  g_assert_cmpstr (template, ==, "Computer");
  note = fake_ca_query_text (ca, "SELECT value FROM attributes WHERE name = 'Note'");
  g_assert_cmpstr (note, ==, "called her");
  g_assert_cmpint (column (ca, id, "approved_version"), ==, before + 2);
}

static void
test_extension_survives (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  gint64 id = submit_pending (ca);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *names = NULL;

  g_test_summary ("An officer's extension survives the policy and a restart: his names are issued");
  g_assert_true (do_set_extension (ca, id, &error));
  g_assert_no_error (error);
  fake_ca_reopen (ca);
  response = resubmit (ca, id, ICERT_DISPOSITION_ISSUED, NULL);
  names = fake_ca_query_text (ca, "SELECT group_concat(value) FROM names");
  g_assert_cmpstr (names, ==, "other.example.org");
}

static void
test_extension_twice (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  gint64 id = submit_pending (ca);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) value = alt_name ("later.example.org");
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *names = NULL;

  g_test_summary ("An officer may set an extension again: the last one counts");
  g_assert_true (do_set_extension (ca, id, &error));
  g_assert_true (icert_admin_set_certificate_extension (
      ca->admin, id, SAN, ICERT_EXTENSION_CRITICAL, value, NULL, &error));
  g_assert_no_error (error);
  response = resubmit (ca, id, ICERT_DISPOSITION_ISSUED, NULL);
  names = fake_ca_query_text (ca, "SELECT group_concat(value) FROM names");
  g_assert_cmpstr (names, ==, "later.example.org");
}

static void
test_bad_changes (void)
{
  static const guint8 garbage[] = { 0x30, 0x7f, 0x01 };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  gint64 id = submit_pending (ca);
  g_autoptr (GBytes) value = alt_name ("a.example.org");
  g_autoptr (GBytes) bad = g_bytes_new_static (garbage, sizeof garbage);
  g_autoptr (GError) error = NULL;
  gint64 version = column (ca, id, "version");

  g_test_summary ("Bad attributes and extensions are errors that change nothing");
  g_assert_false (icert_admin_set_certificate_extension (
      ca->admin, id, "no oid", ICERT_EXTENSION_NONE, value, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (icert_admin_set_certificate_extension (
      ca->admin, id, SAN, (ICertExtensionFlags) 0x8000, value, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (icert_admin_set_certificate_extension (ca->admin, id, SAN, ICERT_EXTENSION_NONE,
                                                         bad, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (set_attribute (ca, id, "Note", "two\nlines", &error));
  fake_assert_error (error, ICERT_ERROR_BAD_NAME, "attributes", 0);
  g_assert_cmpint (column (ca, id, "version"), ==, version);
}

static void
test_ca_by_officer (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  gint64 id = submit_pending (ca);
  g_autoptr (ICertExtension) constraints
      = icert_extension_new_basic_constraints (TRUE, -1, TRUE, NULL);
  g_autoptr (GBytes) value = icert_extension_get_value (constraints);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("S-L3: not even an officer sets the CA bit");
  if (icert_admin_set_certificate_extension (ca->admin, id, "2.5.29.19", ICERT_EXTENSION_CRITICAL,
                                             value, NULL, &error))
    {
      response = resubmit (ca, id, ICERT_DISPOSITION_DENIED, NULL);
      fake_assert_status (response, ICERT_ERROR_FORBIDDEN_FIELD, "2.5.29.19");
    }
  else
    fake_assert_error (error, ICERT_ERROR_FORBIDDEN_FIELD, NULL, 0);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials"), ==, 0);
}

/* Races */

typedef struct
{
  FakeCa *ca;
  gint64 id;
  Verb verb;
  gboolean won;
  GError *error;
  GMutex *gate;
} Racer;

static gpointer
race_thread (gpointer data)
{
  Racer *racer = data;

  g_mutex_lock (racer->gate);
  g_mutex_unlock (racer->gate);
  racer->won = racer->verb (racer->ca, racer->id, &racer->error);
  return NULL;
}

/* Another's change came before this one was stored, or before it was looked at. */
static void
assert_lost (const GError *error)
{
  g_autofree char *field = icert_error_get_field (error);

  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
  g_assert_true (g_str_equal (field, "request") || g_str_equal (field, "content-version"));
}

static guint
race (FakeCa *ca, gint64 id, const Verb *runners, guint n)
{
  g_autofree Racer *racers = g_new0 (Racer, n);
  g_autofree GThread **threads = g_new0 (GThread *, n);
  GMutex gate;
  guint won = 0;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  for (guint i = 0; i < n; i++)
    {
      racers[i] = (Racer){ .ca = ca, .id = id, .verb = runners[i], .gate = &gate };
      threads[i] = g_thread_new ("racer", race_thread, &racers[i]);
    }
  g_mutex_unlock (&gate);
  for (guint i = 0; i < n; i++)
    {
      g_thread_join (threads[i]);
      won += racers[i].won;
      if (!racers[i].won)
        assert_lost (racers[i].error);
      g_clear_error (&racers[i].error);
    }
  g_mutex_clear (&gate);
  return won;
}

static void
test_race (void)
{
  static const Verb both[] = { do_resubmit, do_deny };
  static const Verb resubmits[] = { do_resubmit, do_resubmit, do_resubmit, do_resubmit };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  guint n = g_test_quick () ? 15 : 100;

  g_test_summary ("S-E6: of officers who decide at once exactly one wins, the others WRONG_STATE");
  for (guint round = 0; round < n; round++)
    {
      /* A resubmission that comes after the denial is an administrator's. */
      gint64 id = submit_pending (ca);
      guint won = race (ca, id, both, G_N_ELEMENTS (both));

      g_assert_cmpint (won, >=, 1);
      if (won == 2)
        g_assert_cmpint (column (ca, id, "disposition"), ==, 20);
      g_assert_cmpint (race (ca, submit_pending (ca), resubmits, G_N_ELEMENTS (resubmits)), ==, 1);
    }
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials WHERE state = 1"), ==,
                   fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 20"));
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 8"),
                   ==, 0);
  fake_ca_check_audit (ca);
}

static void
test_race_of_changes (void)
{
  static const Verb changes[]
      = { do_set_attributes, do_set_attributes, do_set_extension, do_set_attributes };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);

  g_test_summary ("S-E6: no change is lost: each that was taken raised the content version");
  for (guint round = 0; round < 10; round++)
    {
      gint64 id = submit_pending (ca);
      gint64 before = column (ca, id, "content_version");
      guint won = race (ca, id, changes, G_N_ELEMENTS (changes));

      g_assert_cmpint (won, >=, 1);
      g_assert_cmpint (column (ca, id, "content_version"), ==, before + won);
    }
}

static gboolean
do_resubmit_seen (FakeCa *ca, gint64 id, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_admin_resubmit_request_version (ca->admin, id, 1, NULL, error);

  return response != NULL;
}

static void
test_race_of_content (void)
{
  static const Verb both[] = { do_resubmit_seen, do_set_attributes };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);

  g_test_summary ("S-D12: an officer approves what was seen while another changes it: one of them "
                  "wins, and no certificate is of a content that nobody saw");
  for (guint round = 0; round < 20; round++)
    {
      gint64 id = submit_pending (ca);

      g_assert_cmpint (race (ca, id, both, G_N_ELEMENTS (both)), ==, 1);
      g_assert_cmpint (column (ca, id, "content_version"), ==,
                       column (ca, id, "disposition") == 20 ? 1 : 2);
    }
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM serials WHERE state = 1"), ==,
                   fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 20"));
}

/* Trace */

static void
test_trace (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  gint64 id = submit_pending (ca);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *trace = NULL;

  g_test_summary ("The trace has who asked, what each module said, what the officer did");
  g_assert_true (set_attribute (ca, id, "Note", "called her", &error));
  response = resubmit (ca, id, ICERT_DISPOSITION_ISSUED, NULL);
  trace = fake_ca_trace (ca, id);
  g_test_message ("%s", trace);
  g_assert_nonnull (strstr (trace, "received engine"));
  g_assert_nonnull (strstr (trace, "verdict Template.Policy pending"));
  g_assert_nonnull (strstr (trace, "set-attributes Note called her"));
  g_assert_nonnull (strstr (trace, "resubmit"));
  g_assert_nonnull (strstr (trace, "verdict Template.Policy issue"));
  g_assert_nonnull (strstr (trace, "engine engine issued serialNumber"));
  g_assert_null (icert_admin_get_trace (ca->admin, 4711, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "request-id", NO_REQUEST);
}

/* Roles and configuration */

static void
test_roles (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GError) error = NULL;
  ICertRoles roles = icert_admin_get_my_roles (ca->admin, NULL, &error);

  g_test_summary ("Whoever made the CA runs it");
  g_assert_no_error (error);
  g_assert_cmpuint (roles & (ICERT_ROLE_ADMIN | ICERT_ROLE_OFFICER | ICERT_ROLE_ENROLL), ==,
                    ICERT_ROLE_ADMIN | ICERT_ROLE_OFFICER | ICERT_ROLE_ENROLL);
}

static void
test_config_entry (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;
  g_auto (GStrv) nodes = NULL;
  gint64 id;

  g_test_summary ("A configuration entry takes effect with the next request and has a history");
  g_assert_true (icert_admin_set_config_entry (ca->admin, "CA", "MaxValidityPeriod",
                                               g_variant_new_string ("7d"), NULL, &error));
  g_assert_no_error (error);
  value = icert_admin_get_config_entry (ca->admin, "CA", "MaxValidityPeriod", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, "7d");
  nodes = icert_admin_list_config_entries (ca->admin, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_strv_contains ((const char *const *) nodes, "Policy"));
  id = submit_pending (ca);
  g_object_unref (resubmit (ca, id, ICERT_DISPOSITION_ISSUED, "Issued*"));
  g_assert_cmpint (column (ca, id, "(not_after - not_before) / 86400000000"), <=, 7);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM config_history WHERE id > 9"), ==,
                   1);
}

static void
test_bad_entries (void)
{
  static const struct
  {
    const char *node, *entry, *value;
  } cases[] = { { "CA", "ValidityPeriod", "soon" },
                { "CA", "Colour", "red" },
                { "CA", "Hash", "md5" },
                { "Nonsense", "Colour", "red" },
                { "Roles", "uid:0", "king" },
                { "Roles", "nobody", "reader" },
                { "CRL", "CRLPeriod", "-1" },
                { "Policy Template.Policy", "Colour", "red" },
                { "Policy", "Chain", "NoSuch.Policy" } };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autofree char *before = fake_ca_read (ca, "ca.conf");

  g_test_summary ("S-N6: a bad entry is CONFIG with file and line; nothing changed");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;
      gint64 id;

      g_assert_false (icert_admin_set_config_entry (ca->admin, cases[i].node, cases[i].entry,
                                                    g_variant_new_string (cases[i].value), NULL,
                                                    &error));
      g_test_message ("%s", error->message);
      if (g_str_has_prefix (cases[i].node, "Policy"))
        g_assert_true (error->domain == ICERT_ERROR);
      else
        {
          g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
          g_assert_nonnull (strstr (error->message, "ca.conf:"));
        }
      after = fake_ca_read (ca, "ca.conf");
      g_assert_cmpstr (after, ==, before);
      id = submit_pending (ca);
      g_object_unref (resubmit (ca, id, ICERT_DISPOSITION_ISSUED, NULL));
    }
  fake_ca_reopen (ca);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM config_history WHERE id > 9"), ==,
                   0);
}

static gboolean
do_configure (FakeCa *ca, gint64 id, GError **error)
{
  g_autofree char *entry = g_strdup_printf ("user:u%d", g_random_int_range (0, 1000000));

  return icert_admin_set_config_entry (ca->admin, "Roles", entry, g_variant_new_string ("reader"),
                                       NULL, error);
}

static void
test_race_of_entries (void)
{
  static const Verb changes[] = { do_configure, do_configure, do_configure, do_configure };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_auto (GStrv) entries = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Entries that are set at once are all there afterwards");
  for (guint round = 0; round < 5; round++)
    g_assert_cmpint (race (ca, 0, changes, G_N_ELEMENTS (changes)), ==, 4);
  entries = icert_admin_list_config_entries (ca->admin, "Roles", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_strv_length (entries), ==, 21);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM config_history WHERE id > 9"), ==,
                   20);
}

/* All at once */

#define N_ROUNDS 12

static gpointer
submit_rounds (gpointer data)
{
  FakeCa *ca = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint64 id = submit_pending (ca);

      g_object_unref (resubmit (ca, id, ICERT_DISPOSITION_ISSUED, NULL));
    }
  return NULL;
}

static gpointer
configure_rounds (gpointer data)
{
  FakeCa *ca = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;

      icert_admin_set_config_entry (ca->admin, "CA", "ValidityPeriod",
                                    g_variant_new_string (i % 2 == 0 ? "30d" : "60d"), NULL,
                                    &error);
      g_assert_no_error (error);
    }
  return NULL;
}

static gpointer
look_rounds (gpointer data)
{
  FakeCa *ca = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertView) view = icert_view_open (ca->address, NULL, &error);
      g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (view, NULL, &error);
      g_autoptr (GPtrArray) page = icert_enum_view_row_next (rows, 10, NULL, &error);
      g_autoptr (GBytes) certificate = icert_ca_get_certificate (ca->ca, -1, NULL, &error);
      g_auto (GStrv) profiles = icert_ca_list_profiles (ca->ca, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (page);
    }
  return NULL;
}

static void
test_all_at_once (void)
{
  static const GThreadFunc funcs[]
      = { submit_rounds, submit_rounds, configure_rounds, look_rounds, look_rounds };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  GThread *threads[G_N_ELEMENTS (funcs)];

  g_test_summary ("Requesters, officers, administrators and readers do not disturb each other");
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    threads[i] = g_thread_new ("round", funcs[i], ca);
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM requests WHERE disposition = 20"),
                   ==, 2 * N_ROUNDS);
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT count(*) FROM config_history WHERE id > 9"), ==,
                   N_ROUNDS);
  fake_ca_check_audit (ca);
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/engine/officer/resubmit", test_resubmit);
  g_test_add_func ("/engine/officer/long-refusal", test_long_refusal);
  g_test_add_func ("/engine/officer/resubmit-pends", test_resubmit_pends);
  g_test_add_func ("/engine/officer/deny", test_deny);
  g_test_add_func ("/engine/officer/resubmit-denied", test_resubmit_denied);
  g_test_add_func ("/engine/officer/states", test_states);
  g_test_add_func ("/engine/officer/not-found", test_not_found);
  g_test_add_func ("/engine/officer/attributes-survive/S-D12", test_attributes_survive);
  g_test_add_func ("/engine/officer/extension-survives", test_extension_survives);
  g_test_add_func ("/engine/officer/extension-twice", test_extension_twice);
  g_test_add_func ("/engine/officer/bad-changes", test_bad_changes);
  g_test_add_func ("/engine/officer/ca-bit/S-L3", test_ca_by_officer);
  g_test_add_func ("/engine/officer/race/S-E6", test_race);
  g_test_add_func ("/engine/officer/race-of-changes/S-E6", test_race_of_changes);
  g_test_add_func ("/engine/officer/race-of-content/S-D12", test_race_of_content);
  g_test_add_func ("/engine/officer/trace", test_trace);
  g_test_add_func ("/engine/officer/roles", test_roles);
  g_test_add_func ("/engine/officer/config-entry", test_config_entry);
  g_test_add_func ("/engine/officer/bad-entries/S-N6", test_bad_entries);
  g_test_add_func ("/engine/officer/race-of-entries", test_race_of_entries);
  g_test_add_func ("/engine/officer/all-at-once", test_all_at_once);
  return fake_ca_run ();
}
