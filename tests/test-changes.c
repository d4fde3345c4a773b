/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <dlfcn.h>
#include <string.h>

#include "ca-clock.h"
#include "ca-local.h"
#include "ca-renew.h"
#include "ca-roles.h"
#include "fake-ca.h"
#include "fake-lent.h"
#include "fake-town.h"

/* Two administrators, officers with restricted rights, and what a change of rights changes. */

#define ROLES                                                                                      \
  "user:clerk=submitter\nuser:chief=officer\nuser:other=officer\nuser:anna=administrator\n"        \
  "user:bert=administrator\nuser:watch=auditor\n"
#define PROFILE(name, more)                                                                        \
  "[Profile]\nName=" name "\nVersion=2\nEnroll=submitter\nApproval=required\nValidity=90d\n"       \
  "[SubjectAltName]\ndNSName=approved\n[Key]\nTypes=ec-p256\n[Extensions]\nKeyUsage=auto\n"        \
  "ExtendedKeyUsage=serverAuth\n" more
#define RESTRICTED 0x80094009
#define CONFLICT 0x80094008
#define DAY (24 * G_TIME_SPAN_HOUR)

static gint64 clock_shift;

static gint64
shifted (gpointer data)
{
  return g_get_real_time () + clock_shift;
}

static ICertSecurity *
security_of (FakeTown *town, const char *name)
{
  return fake_town_meet (town, name)->security;
}

/* the id that PENDING names */
static gint64
assert_waits (const GError *error)
{
  g_autoptr (GVariant) details = NULL;
  guint64 id = 0;

  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_PENDING);
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "change", "t", &id));
  return (gint64) id;
}

static gint64
ask_for_roles (FakeTown *town, const char *admin, const char *principal, ICertRoles roles)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      icert_security_set_roles (security_of (town, admin), principal, roles, NULL, &error));
  return assert_waits (error);
}

static char *
state_of (FakeTown *town, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) list
      = icert_security_list_changes (security_of (town, "anna"), TRUE, NULL, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) change = g_variant_get_child_value (list, i);
      gint64 its = 0;
      char *state = NULL;

      g_assert_true (g_variant_lookup (change, "id", "x", &its));
      g_assert_true (g_variant_lookup (change, "state", "s", &state));
      if (its == id)
        return state;
      g_free (state);
    }
  return NULL;
}

static void
assert_state (FakeTown *town, gint64 id, const char *expected)
{
  g_autofree char *state = state_of (town, id);

  g_assert_cmpstr (state, ==, expected);
}

static void
approve (FakeTown *town, const char *name, gint64 id)
{
  g_autoptr (GError) error = NULL;

  icert_security_approve_change (security_of (town, name), id, NULL, &error);
  g_assert_no_error (error);
}

static void
refuse_approval (FakeTown *town, const char *name, gint64 id, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (icert_security_approve_change (security_of (town, name), id, NULL, &error));
  g_assert_error (error, ICERT_ERROR, code);
}

static ICertRoles
roles_of (FakeTown *town, const char *name, GError **error)
{
  return icert_admin_get_my_roles (fake_town_meet (town, name)->admin, NULL, error);
}

static void
test_two (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary (
      "S-D11: a change of roles waits; nobody approves their own, an officer none; once "
      "another administrator has, it counts for objects that are open (S-D13)");
  g_assert_cmpint (roles_of (town, "newcomer", &error), ==, ICERT_ROLE_NONE);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
  g_clear_error (&error);
  id = ask_for_roles (town, "anna", "user:newcomer", ICERT_ROLE_READ);
  g_assert_cmpint (ask_for_roles (town, "anna", "user:newcomer", ICERT_ROLE_READ), ==, id);
  refuse_approval (town, "anna", id, ICERT_ERROR_NOT_AUTHORIZED);
  refuse_approval (town, "chief", id, ICERT_ERROR_NOT_AUTHORIZED);
  refuse_approval (town, "bert", id + 1, ICERT_ERROR_NOT_FOUND);
  assert_state (town, id, "waits");
  g_assert_cmpint (roles_of (town, "newcomer", NULL), ==, ICERT_ROLE_NONE);
  approve (town, "bert", id);
  assert_state (town, id, "done");
  g_assert_cmpint (roles_of (town, "newcomer", &error), ==, ICERT_ROLE_READ);
  g_assert_no_error (error);
  refuse_approval (town, "bert", id, ICERT_ERROR_WRONG_STATE);
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town,
                                        "SELECT count(*) FROM audit WHERE object = 'change:1' "
                                        "AND outcome = 'NOT_AUTHORIZED'"),
                   ==, 2);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE verb = "
                                              "'write-security' AND outcome = 'OK' AND detail LIKE "
                                              "'%approved by bert'"),
                   ==, 1);
}

static void
test_rejected (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  gint64 first = ask_for_roles (town, "anna", "user:x", ICERT_ROLE_READ);
  gint64 second = ask_for_roles (town, "anna", "user:y", ICERT_ROLE_READ);

  g_test_summary ("A change is rejected by another administrator, or taken back by who asked");
  g_assert_true (
      icert_security_reject_change (security_of (town, "bert"), first, "why?", NULL, &error));
  g_assert_no_error (error);
  g_assert_true (
      icert_security_reject_change (security_of (town, "anna"), second, NULL, NULL, &error));
  assert_state (town, first, "rejected");
  assert_state (town, second, "rejected");
  refuse_approval (town, "bert", first, ICERT_ERROR_WRONG_STATE);
  g_assert_cmpint (roles_of (town, "x", NULL), ==, ICERT_ROLE_NONE);
}

static void
test_reason (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autofree char *endless = g_strnfill (5000, 'x');
  gint64 id = ask_for_roles (town, "anna", "user:x", ICERT_ROLE_READ);
  ICertSecurity *bert = security_of (town, "bert");

  g_test_summary ("S-A7: a reason is one line of text that others can read, and not endless");
  g_assert_false (
      icert_security_reject_change (bert, id, "no\n\x1b[2Jchange 1 approved", NULL, &error));
  fake_assert_error (error, ICERT_ERROR_BAD_NAME, "reason", 0);
  g_clear_error (&error);
  g_assert_false (icert_security_reject_change (bert, id, endless, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_TOO_LARGE, "reason", 0);
  assert_state (town, id, "waits");
}

static void
test_expires (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  gint64 id = ask_for_roles (town, "anna", "user:x", ICERT_ROLE_READ);

  g_test_summary ("What nobody decides within seven days is void");
  clock_shift = 8 * DAY;
  ca_clock_inject (shifted, NULL);
  refuse_approval (town, "bert", id, ICERT_ERROR_WRONG_STATE);
  assert_state (town, id, "expired");
  clock_shift = 0;
  ca_clock_inject (NULL, NULL);
}

static void
test_judged_at_approval (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  gint64 one = ask_for_roles (town, "anna", "user:x", ICERT_ROLE_READ);
  gint64 two = ask_for_roles (town, "bert", "user:x", ICERT_ROLE_AUDITOR);
  gint64 third = ask_for_roles (town, "bert", "user:anna", ICERT_ROLE_NONE);
  gint64 fourth = ask_for_roles (town, "anna", "user:y", ICERT_ROLE_READ);

  g_test_summary ("A change is judged when it is approved: what it replaces must be what it was, "
                  "and who asked must still be allowed to");
  approve (town, "bert", one);
  refuse_approval (town, "anna", two, ICERT_ERROR_WRONG_STATE);
  assert_state (town, two, "failed");
  approve (town, "anna", third);
  refuse_approval (town, "bert", fourth, ICERT_ERROR_NOT_AUTHORIZED);
  g_assert_cmpint (roles_of (town, "y", NULL), ==, ICERT_ROLE_NONE);
}

/* The account "nobody" of this machine is not the one that asked. */
static void
test_name_of_another (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "user:nobody=administrator\n");
  gint64 id = ask_for_roles (town, "nobody", "user:x", ICERT_ROLE_AUDITOR);

  g_test_summary (
      "S-D10: identity is the principal id: who got the name of an administrator that is "
      "gone does not vouch for what that one asked");
  refuse_approval (town, "bert", id, ICERT_ERROR_NOT_AUTHORIZED);
  g_assert_cmpint (roles_of (town, "x", NULL), ==, ICERT_ROLE_NONE);
}

static void
test_last_administrator (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, "user:anna=administrator\n");
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What would not be taken does not wait: nobody takes the last administrator away");
  g_assert_false (icert_security_set_roles (security_of (town, "anna"), "user:anna",
                                            ICERT_ROLE_READ, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FORBIDDEN_FIELD);
}

/* Two who approve at once */

typedef struct
{
  ICertSecurity *security;
  gint64 id;
  gint *n_won;
} Race;

static gpointer
race_worker (gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;

  if (icert_security_approve_change (race->security, race->id, NULL, &error))
    g_atomic_int_inc (race->n_won);
  else
    g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
  return NULL;
}

static void
test_race (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "user:carl=administrator\n");

  g_test_summary ("Of administrators who approve at once exactly one wins");
  for (guint round = 0; round < 5; round++)
    {
      g_autofree char *principal = g_strdup_printf ("user:x%u", round);
      gint64 id = ask_for_roles (town, "anna", principal, ICERT_ROLE_READ);
      gint n_won = 0;
      Race races[] = { { security_of (town, "bert"), id, &n_won },
                       { security_of (town, "carl"), id, &n_won } };
      GThread *threads[2];

      for (guint i = 0; i < 2; i++)
        threads[i] = g_thread_new ("approve", race_worker, &races[i]);
      for (guint i = 0; i < 2; i++)
        g_thread_join (threads[i]);
      g_assert_cmpint (n_won, ==, 1);
    }
}

/* Renewing and approving take the same locks */

static void
ask_to_renew (FakeTown *town, const char *name, const CaRenewal *renewal, GError **error)
{
  FakePerson *person = fake_town_meet (town, name);
  CaEngine *engine = ca_local_get_engine (CA_LOCAL (person->admin));
  g_autofree char *request = NULL;

  if (ca_engine_renew (engine, person->caller, renewal, &request, error))
    g_assert_null (request);
}

static gint is_over; /* atomic */

static gpointer
renewing_worker (gpointer data)
{
  static const CaRenewal renewal = { .same_key = TRUE };

  while (!g_atomic_int_get (&is_over))
    {
      g_autoptr (GError) error = NULL;

      ask_to_renew (data, "anna", &renewal, &error);
      assert_waits (error);
    }
  return NULL;
}

static void
test_renew_and_approve (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "user:carl=administrator\n");
  GThread *thread;

  g_test_summary ("One administrator asks for a renewal while another approves: neither waits for "
                  "the other for ever");
  security_of (town, "bert");
  security_of (town, "carl");
  fake_town_meet (town, "anna");
  thread = g_thread_new ("renew", renewing_worker, town);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *principal = g_strdup_printf ("user:y%u", i);

      approve (town, "carl", ask_for_roles (town, "bert", principal, ICERT_ROLE_READ));
    }
  g_atomic_int_set (&is_over, TRUE);
  g_thread_join (thread);
}

static void
test_renewal_approved (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  const CaRenewal asked = { .same_key = FALSE, .key_type = "ec-p384", .validity = "5y" };
  const CaRenewal weaker = { .same_key = FALSE, .key_type = "ec-p256", .validity = "5y" };
  const CaRenewal longer = { .same_key = FALSE, .key_type = "ec-p384", .validity = "50y" };
  const CaRenewal *others[] = { &weaker, &longer };
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary ("S-D11: an approval of a renewal is for this kind of key and this validity");
  ask_to_renew (town, "anna", &asked, &error);
  id = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", id);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      ask_to_renew (town, "anna", others[i], &error);
      g_assert_cmpint (assert_waits (error), !=, id);
      g_clear_error (&error);
    }
  assert_state (town, id, "approved");
  ask_to_renew (town, "anna", &asked, &error);
  g_assert_no_error (error);
  assert_state (town, id, "done");
}

static gboolean
append (FakeTown *town, const char *name, GError **error)
{
  g_autoptr (FakeLent) lent = fake_lent_new (ICERT_VERDICT_ISSUE);

  return icert_control_append_policy (fake_town_meet (town, name)->control, ICERT_POLICY (lent),
                                      error);
}

static void
test_used_once (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary ("S-D11: nobody brings modules alone; an approval is for who asked, and for once");
  g_assert_false (append (town, "anna", &error));
  id = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", id);
  assert_state (town, id, "approved");
  g_assert_false (append (town, "bert", &error));
  g_assert_cmpint (assert_waits (error), !=, id);
  g_clear_error (&error);
  g_assert_true (append (town, "anna", &error));
  g_assert_no_error (error);
  assert_state (town, id, "done");
  g_assert_false (append (town, "anna", &error));
  g_assert_cmpint (assert_waits (error), !=, id);
}

static void
test_operational (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  ICertAdmin *anna = fake_town_meet (town, "anna")->admin;

  g_test_summary (
      "S-D11: when CRLs are made one administrator says alone; which policy judges, two");
  g_assert_true (icert_admin_set_config_entry (anna, "CRL", "CRLPeriod",
                                               g_variant_new_string ("5d"), NULL, &error));
  g_assert_no_error (error);
  g_assert_false (icert_admin_set_config_entry (anna, "Policy", "Chain", g_variant_new_string (""),
                                                NULL, &error));
  assert_waits (error);
  g_clear_error (&error);
  /* never fewer again: each run makes a CRL for each that ever was */
  g_assert_false (icert_admin_set_config_entry (anna, "CRL", "Partitions",
                                                g_variant_new_string ("65535"), NULL, &error));
  assert_waits (error);
}

static void
test_templates (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;
  ICertAdmin *anna = fake_town_meet (town, "anna")->admin;
  gint64 id;

  g_test_summary ("S-D11: what the CA offers is changed by two, and by the second one's approval");
  g_assert_false (icert_admin_set_ca_property (
      anna, ICERT_CA_PROPERTY_TEMPLATES, 0, g_variant_new_string ("WebServer\n\n"), NULL, &error));
  id = assert_waits (error);
  g_clear_error (&error);
  g_assert_null (icert_admin_get_config_entry (anna, "CA", "Templates", NULL, NULL));
  approve (town, "bert", id);
  assert_state (town, id, "done");
  value = icert_admin_get_config_entry (anna, "CA", "Templates", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (value), ==, "as");
  g_assert_cmpuint (g_variant_n_children (value), ==, 1);
}

static void
test_single_operator (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES "user:solo=submitter;officer\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GVariant) trace = NULL;
  g_autofree char *text = NULL;
  gint64 id;

  g_test_summary (
      "S-D10, S-D11: in single-operator mode one does it alone, and trace and audit say "
      "so");
  g_assert_true (icert_security_set_roles (security_of (town, "anna"), "user:x", ICERT_ROLE_READ,
                                           NULL, &error));
  g_assert_no_error (error);
  id = fake_town_submit (town, "solo", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  response = icert_admin_resubmit_request (fake_town_meet (town, "solo")->admin, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==, ICERT_DISPOSITION_ISSUED);
  trace = icert_admin_get_trace (fake_town_meet (town, "solo")->admin, id, NULL, &error);
  text = g_variant_print (trace, FALSE);
  g_assert_nonnull (strstr (text, "single operator"));
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town,
                                        "SELECT count(*) FROM audit WHERE verb = "
                                        "'write-security' AND detail LIKE '%single operator'"),
                   ==, 1);
}

/* Officers */

static void
assert_restricted (const GError *error)
{
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "officer", RESTRICTED);
}

static void
assert_decides_nothing (ICertAdmin *officer, gint64 id)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (attributes, (gpointer) "Note", (gpointer) "seen");
  g_assert_false (icert_admin_deny_request (officer, id, NULL, NULL, &error));
  assert_restricted (error);
  g_clear_error (&error);
  g_assert_null (icert_admin_resubmit_request (officer, id, NULL, &error));
  assert_restricted (error);
  g_clear_error (&error);
  g_assert_false (icert_admin_set_request_attributes (officer, id, attributes, NULL, &error));
  assert_restricted (error);
  g_clear_error (&error);
  g_assert_false (icert_admin_set_certificate_extension (
      officer, id, "1.2.3.4", ICERT_EXTENSION_NONE, value, NULL, &error));
  assert_restricted (error);
}

static void
assert_revokes (ICertAdmin *officer, ICertResponse *issued, gboolean may)
{
  g_autoptr (GBytes) certificate = fake_certificate (issued);
  g_autofree char *serial = fake_serial (certificate);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (
      icert_admin_revoke (officer, serial, ICERT_REVOCATION_REASON_SUPERSEDED, NULL, NULL, &error),
      ==, may);
  if (may)
    g_assert_no_error (error);
  else
    assert_restricted (error);
}

static void
test_officer_rights (void)
{
  g_autoptr (FakeTown) town
      = fake_town_new (FALSE, ROLES "user:web=submitter\n[OfficerRights web]\nOfficers=user:chief\n"
                                    "Profiles=WebServer\nRequesters=user:web\n");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  ICertAdmin *chief, *other;
  gint64 theirs, own, code;

  g_test_summary (
      "S-D16: an officer with officer rights decides about what they cover, by requester "
      "and profile, with every verb; the others about everything");
  fake_town_write (town, "profiles/Other.profile", PROFILE ("Other", ""));
  chief = fake_town_meet (town, "chief")->admin;
  other = fake_town_meet (town, "other")->admin;
  theirs = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  own = fake_town_submit (town, "web", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  code = fake_town_submit (town, "web", "Other", ICERT_DISPOSITION_UNDER_SUBMISSION);
  assert_decides_nothing (chief, theirs);
  assert_decides_nothing (chief, code);
  g_hash_table_insert (attributes, (gpointer) "Note", (gpointer) "seen");
  g_assert_true (icert_admin_set_request_attributes (chief, own, attributes, NULL, &error));
  response = icert_admin_resubmit_request (chief, own, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==, ICERT_DISPOSITION_ISSUED);
  g_clear_object (&response);
  response = icert_admin_resubmit_request (other, theirs, NULL, &error);
  g_assert_no_error (error);
  assert_revokes (chief, response, FALSE);
  assert_revokes (other, response, TRUE);
}

/* S-D16, S-D10: what an officer may decide about is judged by the profile that decides in the end,
 * since officers may change what a request asks for. */
static void
test_other_profile (void)
{
  g_autoptr (FakeTown) town = fake_town_new (
      FALSE, ROLES "[OfficerRights web]\nOfficers=user:chief\nProfiles=WebServer\n");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  FakePerson *chief, *other;
  gint64 id;

  g_test_summary ("S-D16: an officer who may decide about one profile issues nothing by another, "
                  "also when the request was changed to ask for it");
  fake_town_write (town, "profiles/Other.profile", PROFILE ("Other", ""));
  chief = fake_town_meet (town, "chief");
  other = fake_town_meet (town, "other");
  id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) "Other");
  g_assert_true (icert_admin_set_request_attributes (chief->admin, id, attributes, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (icert_admin_resubmit_request (chief->admin, id, NULL, &error));
  assert_restricted (error);
  g_clear_error (&error);
  /* nothing was decided: another officer may */
  response = icert_admin_resubmit_request (other->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE verb = 'resubmit' "
                                              "AND outcome = 'NOT_AUTHORIZED'"),
                   ==, 1);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM serials"), ==, 1);
}

static void
test_delete_row (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  ICertAdmin *chief = fake_town_meet (town, "chief")->admin;
  gint64 row = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 change;

  g_test_summary ("S-D9, S-D11: what needs officer and administrator together, under dual control "
                  "an officer asks for and an administrator approves, for this row and once");
  g_assert_cmpint (icert_admin_delete_row (chief, ICERT_TABLE_REQUESTS, row, NULL, &error), ==, -1);
  change = assert_waits (error);
  g_clear_error (&error);
  refuse_approval (town, "other", change, ICERT_ERROR_NOT_AUTHORIZED);
  approve (town, "anna", change);
  g_assert_cmpint (icert_admin_delete_row (chief, ICERT_TABLE_REQUESTS, row, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpint (icert_admin_delete_row (fake_town_meet (town, "anna")->admin,
                                           ICERT_TABLE_REQUESTS, row, NULL, &error),
                   ==, -1);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
}

static gint64
delete_denied (FakeTown *town, const char *name, GDateTime *before, gboolean *more, GError **error)
{
  return icert_admin_delete_unresolved (fake_town_meet (town, name)->admin, before, more, NULL,
                                        error);
}

/* @n requests that were denied long ago, from number 100 on */
static void
add_denied (FakeTown *town, guint n)
{
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO requests (id, disposition, submitted_when, resolved_when) "
      "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
      "SELECT i, 31, 1, 2 FROM n",
      n + 99);

  fake_town_meet (town, "chief");
  fake_town_close (town);
  fake_town_run_sql (town, sql);
}

static void
test_delete_many (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDateTime) before = g_date_time_new_from_unix_utc (1000000);
  g_autoptr (GDateTime) later = g_date_time_new_from_unix_utc (1000001);
  gboolean more = TRUE;
  gint64 change, deleted = 0;

  g_test_summary (
      "S-D11: one approval is for a whole deletion, however many steps it takes; not for "
      "another date or table, not for another officer, and not for the next one");
  add_denied (town, 2500);
  g_assert_cmpint (delete_denied (town, "chief", before, &more, &error), ==, -1);
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "anna", change);
  g_assert_cmpint (delete_denied (town, "chief", before, &more, &error), ==, 1000);
  g_assert_no_error (error);
  g_assert_true (more);
  assert_state (town, change, "approved");
  g_assert_cmpint (delete_denied (town, "chief", later, &more, &error), ==, -1);
  g_assert_cmpint (assert_waits (error), !=, change);
  g_clear_error (&error);
  g_assert_cmpint (delete_denied (town, "other", before, &more, &error), ==, -1);
  g_assert_cmpint (assert_waits (error), !=, change);
  g_clear_error (&error);
  g_assert_cmpint (icert_admin_delete_expired (fake_town_meet (town, "chief")->admin,
                                               ICERT_TABLE_REQUESTS, before, &more, NULL, &error),
                   ==, -1);
  g_assert_cmpint (assert_waits (error), !=, change);
  g_clear_error (&error);
  for (more = TRUE; more;)
    {
      deleted += delete_denied (town, "chief", before, &more, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpint (deleted, ==, 1500);
  assert_state (town, change, "done");
  g_assert_cmpint (delete_denied (town, "chief", before, &more, &error), ==, -1);
  g_assert_cmpint (assert_waits (error), !=, change);
}

/* Rights are read at use (S-D13): an approval that waits to be used */

/* Two administrators other than @who take or give the role. */
static void
change_roles (FakeTown *town, const char *principal, ICertRoles roles)
{
  approve (town, "carl", ask_for_roles (town, "anna", principal, roles));
}

static gint64
append_approved (FakeTown *town, const char *second)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_assert_false (append (town, "anna", &error));
  id = assert_waits (error);
  approve (town, second, id);
  assert_state (town, id, "approved");
  return id;
}

static void
append_waits (FakeTown *town, gint64 id)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (append (town, "anna", &error));
  g_assert_cmpint (assert_waits (error), ==, id);
  assert_state (town, id, "waits");
}

static void
test_approver_lost_role (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "user:carl=administrator\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) change = NULL;
  g_autoptr (GVariant) second = NULL;
  const char *detail = NULL;
  gint64 id;

  g_test_summary ("S-D13: an approval counts no more once its approver lost the role, on objects "
                  "that are open; the change waits for another one, and the log says why");
  id = append_approved (town, "bert");
  change_roles (town, "user:bert", ICERT_ROLE_READ);
  append_waits (town, id);
  list = icert_security_list_changes (security_of (town, "anna"), FALSE, NULL, &error);
  g_assert_no_error (error);
  change = g_variant_get_child_value (list, 0);
  g_assert_true (g_variant_lookup (change, "detail", "&s", &detail));
  g_assert_nonnull (strstr (detail, "the approval of bert (uid:"));
  g_assert_nonnull (strstr (detail, "decide-change"));
  second = g_variant_lookup_value (change, "second", NULL);
  g_assert_null (second);
  /* and it waits once more, not for the same one */
  append_waits (town, id);
  refuse_approval (town, "bert", id, ICERT_ERROR_NOT_AUTHORIZED);
  approve (town, "carl", id);
  g_assert_true (append (town, "anna", &error));
  g_assert_no_error (error);
  assert_state (town, id, "done");
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE verb = "
                                              "'decide-change' AND outcome = 'WAITS' AND detail "
                                              "LIKE '%approval of bert (uid:%counts no more%'"),
                   ==, 1);
}

static void
test_approver_in_conflict (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "user:carl=administrator\n");
  g_autofree char *principal = g_strdup (fake_town_meet (town, "bert")->caller->id);
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary ("S-D9, S-D13: two roles are none, for an approval that waits too; a role that "
                  "came back before anybody used the approval was never missing");
  id = append_approved (town, "bert");
  /* The town knows its people by name as well: whoever has the number has this role, too. */
  fake_town_close (town);
  {
    g_autofree char *text = fake_town_read (town, "ca.conf");
    g_autofree char *line = g_strdup_printf ("[Roles]\n%s=auditor\n", principal);
    g_autoptr (GString) conf = g_string_new (text);

    g_assert_cmpuint (g_string_replace (conf, "[Roles]\n", line, 1), ==, 1);
    fake_town_write (town, "ca.conf", conf->str);
  }
  append_waits (town, id);
  change_roles (town, principal, ICERT_ROLE_NONE);
  approve (town, "bert", id);
  change_roles (town, "user:bert", ICERT_ROLE_NONE);
  change_roles (town, "user:bert", ICERT_ROLE_ADMIN);
  g_assert_true (append (town, "anna", &error));
  g_assert_no_error (error);
  assert_state (town, id, "done");
}

/* The account "nobody" of this machine has another number than who approved. */
static void
test_approver_name_of_another (void)
{
  g_autoptr (FakeTown) town
      = fake_town_new (TRUE, ROLES "user:carl=administrator\nuser:nobody=administrator\n");
  gint64 id;

  g_test_summary ("S-D10, S-D13: an approval is its principal's, not its name's: who got the name "
                  "of an administrator that is gone does not vouch for what that one approved");
  id = append_approved (town, "nobody");
  append_waits (town, id);
}

static void
test_approver_lost_role_meanwhile (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "user:carl=administrator\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GDateTime) before = g_date_time_new_from_unix_utc (1000000);
  gboolean more = TRUE;
  gint64 change;

  g_test_summary ("S-D13: an approval of a whole deletion ends with its approver's role, between "
                  "two steps of it");
  add_denied (town, 1200);
  g_assert_cmpint (delete_denied (town, "chief", before, &more, &error), ==, -1);
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", change);
  g_assert_cmpint (delete_denied (town, "chief", before, &more, &error), ==, 1000);
  g_assert_no_error (error);
  change_roles (town, "user:bert", ICERT_ROLE_READ);
  g_assert_cmpint (delete_denied (town, "chief", before, &more, &error), ==, -1);
  g_assert_cmpint (assert_waits (error), ==, change);
  g_clear_error (&error);
  assert_state (town, change, "waits");
  approve (town, "carl", change);
  g_assert_cmpint (delete_denied (town, "chief", before, &more, &error), ==, 200);
  g_assert_no_error (error);
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM requests WHERE id >= 100"), ==,
                   0);
}

/* The content that was seen (S-D12) */

static gint64
version_of (FakeTown *town, const char *name, gint64 id)
{
  static const char *const columns[] = { "Request.ContentVersion", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GVariant) value = NULL;
  ICertView *view = fake_town_meet (town, name)->view;

  g_assert_true (icert_view_set_columns (view, columns, &error));
  g_assert_true (icert_view_add_restriction (view, "Request.RequestID", ICERT_SEEK_EQ,
                                             g_variant_new_int64 (id), &error));
  rows = icert_view_open_view (view, NULL, &error);
  g_assert_no_error (error);
  page = icert_enum_view_row_next (rows, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->len, ==, 1);
  value = icert_view_row_get_value (page->pdata[0], columns[0], &error);
  g_assert_no_error (error);
  return g_variant_get_int64 (value);
}

static void
refuse_version (FakeTown *town, const char *name, gint64 id, gint64 version, gint64 actual)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  guint64 number = 0;

  g_assert_null (icert_admin_resubmit_request_version (fake_town_meet (town, name)->admin, id,
                                                       version, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "content-version", 0x80094003);
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "actual", "t", &number));
  g_assert_cmpint ((gint64) number, ==, actual);
  g_assert_true (g_variant_lookup (details, "expected", "t", &number));
  g_assert_cmpint ((gint64) number, ==, version);
  g_assert_true (g_variant_lookup (details, "request-id", "t", &number));
  g_assert_cmpint ((gint64) number, ==, id);
}

static void
change_attribute (FakeTown *town, const char *name, gint64 id)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (attributes, (gpointer) "Note", (gpointer) name);
  g_assert_true (icert_admin_set_request_attributes (fake_town_meet (town, name)->admin, id,
                                                     attributes, NULL, &error));
  g_assert_no_error (error);
}

/* another name in the certificate */
static void
change_names (FakeTown *town, const char *name, gint64 id)
{
  static const guint8 names[] = "\x30\x10\x82\x0e"
                                "www.evil.local";
  g_autoptr (GBytes) value = g_bytes_new_static (names, sizeof names - 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_admin_set_certificate_extension (fake_town_meet (town, name)->admin, id,
                                                        "2.5.29.17", ICERT_EXTENSION_NONE, value,
                                                        NULL, &error));
  g_assert_no_error (error);
}

static void
test_content_seen (void)
{
  g_autoptr (FakeTown) town = fake_town_new (
      TRUE, ROLES "[OfficerRights few]\nOfficers=user:other\nProfiles=WebServer\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  gint64 id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 seen = version_of (town, "chief", id);

  g_test_summary ("S-D12: an officer approves the content that was seen: what another officer "
                  "changed since, attribute or names, is refused, and nothing is signed");
  g_assert_cmpint (seen, ==, 1);
  change_attribute (town, "other", id);
  refuse_version (town, "chief", id, seen, 2);
  change_names (town, "other", id);
  refuse_version (town, "chief", id, 2, 3);
  refuse_version (town, "chief", id, 4, 3);
  /* who may not decide does not hear how often it was changed */
  g_assert_null (icert_admin_resubmit_request_version (fake_town_meet (town, "watch")->admin, id,
                                                       seen, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_cmpint (version_of (town, "chief", id), ==, 3);
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM serials"), ==, 0);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE verb = 'resubmit' "
                                              "AND outcome = 'WRONG_STATE'"),
                   ==, 3);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE verb = 'sign'"), ==,
                   0);
  response = icert_admin_resubmit_request_version (fake_town_meet (town, "chief")->admin, id, 3,
                                                   NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
}

static void
test_hidden (void)
{
  g_autoptr (FakeTown) town = fake_town_new (
      FALSE, ROLES "user:eve=submitter\n[OfficerRights few]\nOfficers=user:chief\nProfiles=User\n");
  g_autoptr (GError) other = NULL;
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  gint64 id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);

  g_test_summary ("S-D15: what a submitter may not see is answered like what is not there; an "
                  "officer, who may read it, hears that it is not theirs to decide");
  g_assert_null (
      icert_request_retrieve_pending (fake_town_meet (town, "eve")->request, id, NULL, &other));
  g_assert_null (
      icert_request_retrieve_pending (fake_town_meet (town, "eve")->request, id + 1, NULL, &none));
  g_assert_error (other, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
  g_assert_error (none, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
  first = g_strdup_printf ("no request %" G_GINT64_FORMAT " ", id);
  second = g_strdup_printf ("no request %" G_GINT64_FORMAT " ", id + 1);
  g_assert_nonnull (strstr (other->message, first));
  g_assert_nonnull (strstr (none->message, second));
  response
      = icert_request_retrieve_pending (fake_town_meet (town, "chief")->request, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (
      icert_admin_deny_request (fake_town_meet (town, "chief")->admin, id, NULL, NULL, &error));
  assert_restricted (error);
}

static void
test_agents (void)
{
  g_autoptr (FakeTown) town = fake_town_new (
      FALSE,
      ROLES "[Agent desk]\nPrincipals=cert:00ff\nProfiles=User\nSubjects=user:root;user:a*\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (CaConfig) config = ca_config_load (town->folder, &error);
  const char *const agent[] = { "uid:5", "cert:00ff", NULL };
  const char *const nobody[] = { "uid:5", "cert:00fe", NULL };
  static const struct
  {
    gboolean is_agent;
    const char *profile, *subject;
  } cases[] = { { FALSE, "User", "root" },
                { TRUE, "WebServer", "root" },
                { TRUE, "User", "bob" },
                { TRUE, NULL, "root" } };

  g_test_summary (
      "S-D7: who asks on behalf of others needs a section that names agent, profile and "
      "subject");
  g_assert_no_error (error);
  g_assert_nonnull (ca_roles_find_agent (config, agent, "User", "root", &error));
  g_assert_nonnull (ca_roles_find_agent (config, agent, "User", "alice", &error));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_null (ca_roles_find_agent (config, cases[i].is_agent ? agent : nobody,
                                          cases[i].profile, cases[i].subject, &error));
      fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "agent", 0);
      g_clear_error (&error);
    }
}

/* S-D13: what is open gives no more than its holder may have now. */
static void
test_open_rows (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES "user:eye=reader\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (ICertEnumViewRow) clone = NULL;
  g_autoptr (GPtrArray) page = NULL;
  ICertView *view = fake_town_meet (town, "eye")->view;

  g_test_summary (
      "S-D13: rows of a view that is open end with the role of who opened it, and so do "
      "their copies");
  for (guint i = 0; i < 3; i++)
    fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  rows = icert_view_open_view (view, NULL, &error);
  page = icert_enum_view_row_next (rows, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->len, ==, 1);
  clone = icert_enum_view_row_clone (rows, &error);
  g_assert_true (icert_security_set_roles (security_of (town, "anna"), "user:eye", ICERT_ROLE_NONE,
                                           NULL, &error));
  g_assert_no_error (error);
  g_assert_null (icert_enum_view_row_next (rows, 1, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_cmpint (icert_enum_view_row_skip (rows, 1, NULL, &error), ==, -1);
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_null (icert_enum_view_row_next (clone, 1, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
}

/* An object that comes from another is for the same caller. */
static void
test_same_caller (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertCa) of_clerk = NULL;
  g_autoptr (ICertCa) of_stranger = NULL;
  g_autoptr (GVariant) value = NULL;

  g_test_summary ("S-D14: who came through a door is the same behind each object got there");
  of_clerk = icert_request_get_ca (fake_town_meet (town, "clerk")->request, &error);
  g_assert_no_error (error);
  value = icert_ca_get_property_value (of_clerk, ICERT_CA_PROPERTY_CA_NAME, 0, NULL, &error);
  g_assert_no_error (error);
  of_stranger = icert_admin_get_ca (fake_town_meet (town, "stranger")->admin, &error);
  g_assert_no_error (error);
  g_clear_pointer (&value, g_variant_unref);
  value = icert_ca_get_property_value (of_stranger, ICERT_CA_PROPERTY_CA_NAME, 0, NULL, &error);
  g_assert_null (value);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
  g_assert_nonnull (strstr (error->message, "stranger"));
}

static void
test_conflict (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "user:both=officer;administrator\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) rights = NULL;
  g_auto (GStrv) verbs = NULL;
  g_autofree char *conflict = NULL;

  g_test_summary ("S-D9: two conflicting roles are none, for every call, with AD CS's status");
  g_assert_cmpint (roles_of (town, "both", &error), ==, ICERT_ROLE_NONE);
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "role", CONFLICT);
  g_clear_error (&error);
  rights
      = icert_security_get_effective_rights (security_of (town, "anna"), "user:both", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (rights, "conflict", "s", &conflict));
  g_assert_true (g_variant_lookup (rights, "verbs", "^as", &verbs));
  g_assert_cmpuint (g_strv_length (verbs), ==, 0);
}

/* Profiles */

static gboolean
set_profile (FakeTown *town,
             const char *name,
             const char *profile,
             const char *text,
             GError **error)
{
  g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));

  return icert_security_set_profile (security_of (town, name), profile, content, NULL, error);
}

/* Template.Policy looks at its files once a second. */
static void
wait_for_policy (void)
{
  g_usleep (G_USEC_PER_SEC + G_USEC_PER_SEC / 5);
}

static void
test_profile_author (void)
{
  g_autoptr (FakeTown) town = fake_town_new (
      TRUE, ROLES "user:dora=administrator\n[OfficerRights all]\nOfficers=user:z\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  gint64 id, change;

  g_test_summary (
      "S-D10, S-D11: a profile is installed by two; neither of them approves by it as an "
      "officer within thirty days");
  g_assert_false (set_profile (town, "anna", "Web", PROFILE ("Web", ""), &error));
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", change);
  wait_for_policy ();
  id = fake_town_submit (town, "clerk", "Web", ICERT_DISPOSITION_UNDER_SUBMISSION);
  /* anna becomes officer instead of administrator */
  change = ask_for_roles (town, "bert", "user:anna", ICERT_ROLE_OFFICER);
  approve (town, "dora", change);
  g_assert_null (
      icert_admin_resubmit_request (fake_town_meet (town, "anna")->admin, id, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "officer", 0);
  g_assert_nonnull (strstr (error->message, "30 days"));
  g_clear_error (&error);
  response = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==, ICERT_DISPOSITION_ISSUED);
}

static void
test_profile_by_hand (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *text = fake_town_read (town, "profiles/WebServer.profile");
  g_autofree char *changed = NULL;
  gint64 id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);

  g_test_summary ("S-D11: under dual control a profile that somebody changed in the folder decides "
                  "nothing: the request stays pending");
  changed = g_strconcat (text, "# somebody was here\n", NULL);
  fake_town_write (town, "profiles/WebServer.profile", changed);
  wait_for_policy ();
  response = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "*second administrator*");
  fake_assert_status (response, ICERT_ERROR_CONFIG, "profile");
  g_clear_object (&response);
  fake_town_write (town, "profiles/WebServer.profile", text);
  wait_for_policy ();
  response = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
}

/* A content that two withdrew, put back by one */
static void
test_profile_put_back (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *text = fake_town_read (town, "profiles/WebServer.profile");
  g_autofree char *changed = g_strconcat (text, "# stricter\n", NULL);
  ICertAdmin *chief = fake_town_meet (town, "chief")->admin;
  gint64 first = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 second = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 change;

  g_test_summary ("S-D11, S-D12: a content that two administrators withdrew decides nothing any "
                  "more, until two bring it back");
  response = icert_admin_resubmit_request (chief, first, NULL, &error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_clear_object (&response);
  g_assert_false (set_profile (town, "anna", "WebServer", changed, &error));
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", change);
  fake_town_write (town, "profiles/WebServer.profile", text);
  wait_for_policy ();
  response = icert_admin_resubmit_request (chief, second, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "*second administrator*");
  fake_assert_status (response, ICERT_ERROR_CONFIG, "profile");
  g_clear_object (&response);
  g_assert_false (set_profile (town, "anna", "WebServer", text, &error));
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", change);
  response = icert_admin_resubmit_request (chief, second, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
}

/* What happens behind the third question for profiles from now: the two before it are whether who
 * asks and who approves changed it */
static guint n_questions;
static gpointer (*behind_question) (gpointer data);
static gpointer question_data;

GPtrArray *
icert_store_query (ICertStore *self,
                   const ICertStoreQuery *query,
                   GCancellable *cancellable,
                   GError **error)
{
  GPtrArray *(*next) (ICertStore *, const ICertStoreQuery *, GCancellable *, GError **)
      = (GPtrArray * (*) (ICertStore *, const ICertStoreQuery *, GCancellable *, GError **) )
          dlsym (RTLD_NEXT, "icert_store_query");
  GPtrArray *rows = next (self, query, cancellable, error);

  if (behind_question != NULL && query->table == ICERT_STORE_PROFILES && ++n_questions == 3)
    {
      GThread *thread = g_thread_new ("another", g_steal_pointer (&behind_question), question_data);

      g_thread_join (thread);
    }
  return rows;
}

typedef struct
{
  FakeTown *town;
  gint64 change;
} Approval;

static gpointer
approve_cb (gpointer data)
{
  Approval *approval = data;

  approve (approval->town, "bert", approval->change);
  return NULL;
}

static void
test_profile_put_back_meanwhile (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *text = fake_town_read (town, "profiles/WebServer.profile");
  g_autofree char *changed = g_strconcat (text, "# stricter\n", NULL);
  ICertAdmin *chief = fake_town_meet (town, "chief")->admin;
  gint64 first = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 second = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  Approval approval = { .town = town };

  g_test_summary ("S-D11, S-D12: a content that is withdrawn while a request asks for its rows is "
                  "not remembered as one in force");
  g_assert_false (set_profile (town, "anna", "WebServer", changed, &error));
  approval.change = assert_waits (error);
  g_clear_error (&error);
  fake_town_meet (town, "bert");
  question_data = &approval;
  behind_question = approve_cb;
  response = icert_admin_resubmit_request (chief, first, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (behind_question);
  g_clear_object (&response);
  fake_town_write (town, "profiles/WebServer.profile", text);
  wait_for_policy ();
  response = icert_admin_resubmit_request (chief, second, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION, "*second administrator*");
  fake_assert_status (response, ICERT_ERROR_CONFIG, "profile");
}

static void
test_profile_judged (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  g_autoptr (GError) error = NULL;
  static const char *const bad[] = {
    "[Profile]\nName=Bad\nVersion=1\nEnroll=submitter\nApproval=required\n[Key]\nTypes=ec-p256\n"
    "[Extensions]\nKeyUsage=auto\n",
    "[Profile]\nName=Bad\nVersion=1\nEnroll=submitter\nApproval=required\n[Key]\nTypes=ec-p256\n"
    "[Extensions]\nKeyUsage=auto\nExtendedKeyUsage=2.5.29.37.0\n",
    "[Profile]\nName=Bad\nVersion=1\nEnroll=submitter\nApproval=none\n[SubjectAltName]\n"
    "dNSName=request\n[Key]\nTypes=ec-p256\n[Extensions]\nKeyUsage=auto\n"
    "ExtendedKeyUsage=clientAuth\n",
    "[Profile]\nName=Bad\nColour=red\n",
    "[Profile]\nName=Other\n",
  };

  g_test_summary ("S-D4, S-D5: a profile that is set by the verb is judged as one that is loaded");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (set_profile (town, "anna", "Bad", bad[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
      g_clear_error (&error);
    }
  {
    g_autofree char *path = g_build_filename (town->folder, "profiles", "Bad.profile", NULL);

    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  }
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE object = "
                                              "'profile:Bad' AND outcome = 'CONFIG'"),
                   ==, G_N_ELEMENTS (bad));
}

#define OPEN_PROFILE                                                                               \
  "[Profile]\nName=Open\nVersion=1\nEnroll=submitter\nApproval=none\nValidity=9d\n"                \
  "[SubjectAltName]\ndNSName=request\n[Key]\nTypes=ec-p256\n[Extensions]\nKeyUsage=auto\n"         \
  "ExtendedKeyUsage=serverAuth\n"

static gboolean
set_waivers (FakeTown *town, const char *name, const char *waivers, GError **error)
{
  return icert_admin_set_config_entry (
      fake_town_meet (town, name)->admin, "Policy Template.Policy", "Waivers",
      waivers != NULL ? g_variant_new_string (waivers) : NULL, NULL, error);
}

static guint
count_waived (FakeTown *town, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) rows
      = icert_security_list_profile_versions (security_of (town, "anna"), name, NULL, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      gboolean waived = FALSE;

      g_assert_true (g_variant_lookup (row, "waived", "b", &waived));
      n += waived;
    }
  return n;
}

static void
test_waiver (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES "[Audit]\nCheckpointInterval=1s\n");
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, OPEN_PROFILE, -1);
  g_autofree char *waiver = g_strconcat ("Open:", hash, NULL);
  g_autofree char *signed_text = NULL;
  g_autoptr (GError) error = NULL;
  gint64 change;

  g_test_summary ("S-D5: two administrators waive the approval of one content of one profile; each "
                  "listing and checkpoint says so, and another content is refused");
  g_assert_false (set_profile (town, "anna", "Open", OPEN_PROFILE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_false (set_waivers (town, "anna", "Open", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_false (set_waivers (town, "anna", waiver, &error));
  change = assert_waits (error);
  g_clear_error (&error);
  refuse_approval (town, "anna", change, ICERT_ERROR_NOT_AUTHORIZED);
  approve (town, "bert", change);
  g_assert_false (set_profile (town, "anna", "Open", OPEN_PROFILE, &error));
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", change);
  g_assert_cmpuint (count_waived (town, "Open"), ==, 1);
  g_assert_cmpuint (count_waived (town, NULL), ==, 1);
  wait_for_policy ();
  {
    gint64 id = fake_town_submit (town, "clerk", "Open", ICERT_DISPOSITION_UNDER_SUBMISSION);
    g_autoptr (ICertResponse) response
        = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, id, NULL, &error);

    /* a root's officer commands (S-G3), the profile asks for nobody */
    g_assert_no_error (error);
    fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  }
  g_assert_false (set_profile (town, "anna", "Open", OPEN_PROFILE "# changed\n", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  wait_for_policy ();
  fake_town_close (town);
  signed_text
      = g_strconcat ("SELECT count(*) FROM checkpoints WHERE waivers = 'S-D5:", waiver, "'", NULL);
  g_assert_cmpint (fake_town_query_int (town, signed_text), >=, 1);
}

static void
test_waiver_at_approval (void)
{
  g_autoptr (FakeTown) town = fake_town_new (TRUE, ROLES);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, OPEN_PROFILE, -1);
  g_autofree char *waiver = g_strconcat ("Open:", hash, NULL);
  g_autoptr (GError) error = NULL;
  gint64 change, set;

  g_test_summary (
      "S-D5: a profile whose waiver was taken back while it waited is not installed, and "
      "one that is installed issues nothing any more");
  set_waivers (town, "anna", waiver, &error);
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", change);
  set_profile (town, "anna", "Open", OPEN_PROFILE, &error);
  set = assert_waits (error);
  g_clear_error (&error);
  set_waivers (town, "anna", NULL, &error);
  change = assert_waits (error);
  g_clear_error (&error);
  approve (town, "bert", change);
  refuse_approval (town, "bert", set, ICERT_ERROR_CONFIG);
  assert_state (town, set, "failed");
  fake_town_submit (town, "clerk", "Open", ICERT_DISPOSITION_DENIED);
}

static void
test_withdrawn_by_verb (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  gint64 id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 other;

  g_test_summary ("S-D12: a request that waits is judged by the content that is there when it is "
                  "signed: by a new one anew, and not at all by one that is withdrawn");
  g_assert_true (set_profile (town, "anna", "WebServer", PROFILE ("WebServer", "# new\n"), &error));
  g_assert_no_error (error);
  response = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_clear_object (&response);
  other = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_assert_true (
      icert_security_withdraw_profile (security_of (town, "anna"), "WebServer", NULL, &error));
  g_assert_no_error (error);
  response
      = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, other, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), !=, ICERT_DISPOSITION_ISSUED);
  fake_town_close (town);
  g_assert_cmpint (
      fake_town_query_int (town, "SELECT profile_version FROM requests WHERE disposition = 20"), ==,
      2);
}

/* CA certificates (S-G3) */

/* A root under a town's roles that makes CAs */
static FakeTown *
new_root (gboolean dual, const char *roles)
{
  FakeTown *town = fake_town_new (dual, roles);
  g_autofree char *text = fake_town_read (town, "ca.conf");
  g_autoptr (GString) conf = g_string_new (text);

  g_assert_cmpuint (
      g_string_replace (conf, "[CA]\n", "[CA]\nCAProfiles=SubCA\nCAPathLength=1\n", 1), ==, 1);
  fake_town_write (town, "ca.conf", conf->str);
  return town;
}

static gint64
ask_for_ca (FakeTown *town, const char *name, ICertDisposition disposition)
{
  FakeWish wish = { .common_name = "Branch CA", .ca = TRUE };
  g_autoptr (GBytes) request = fake_wish_to_request (&wish);
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;

  g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) "SubCA");
  response = icert_request_submit (fake_town_meet (town, name)->request, ICERT_SUBMIT_NONE, request,
                                   attributes, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, disposition, NULL);
  return icert_response_get_request_id (response);
}

static gint64
resubmit_waits (FakeTown *town, const char *name, gint64 id)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (
      icert_admin_resubmit_request (fake_town_meet (town, name)->admin, id, NULL, &error));
  return assert_waits (error);
}

static void
test_ca_certificate (void)
{
  g_autoptr (FakeTown) town = new_root (TRUE, ROLES "user:dora=submitter;administrator\n");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  FakePerson *chief = fake_town_meet (town, "chief");
  gint64 id = ask_for_ca (town, "dora", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 change, next;

  g_test_summary (
      "S-G3, S-D11: under dual control a CA certificate needs an officer who asks and an "
      "administrator who approves just this content, and who did not submit it");
  change = resubmit_waits (town, "chief", id);
  g_assert_cmpint (resubmit_waits (town, "chief", id), ==, change);
  refuse_approval (town, "chief", change, ICERT_ERROR_NOT_AUTHORIZED);
  refuse_approval (town, "dora", change, ICERT_ERROR_NOT_AUTHORIZED);
  g_assert_cmpint (resubmit_waits (town, "chief", id), ==, change);
  approve (town, "anna", change);
  /* another content needs another approval */
  g_hash_table_insert (attributes, (gpointer) "Note", (gpointer) "seen");
  g_assert_true (icert_admin_set_request_attributes (chief->admin, id, attributes, NULL, &error));
  g_assert_no_error (error);
  next = resubmit_waits (town, "chief", id);
  g_assert_cmpint (next, !=, change);
  approve (town, "anna", next);
  /* the other officer asked for nothing */
  g_assert_cmpint (resubmit_waits (town, "other", id), !=, next);
  response = icert_admin_resubmit_request (chief->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  assert_state (town, next, "done");
  fake_town_close (town);
  g_assert_cmpint (
      fake_town_query_int (town, "SELECT count(*) FROM requests WHERE disposition = 20"), ==, 1);
}

static void
test_ca_certificate_approver_gone (void)
{
  g_autoptr (FakeTown) town
      = new_root (TRUE, ROLES "user:dora=submitter;administrator\nuser:carl=administrator\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  FakePerson *chief = fake_town_meet (town, "chief");
  gint64 id = ask_for_ca (town, "dora", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 change;

  g_test_summary ("S-G3, S-D13: no CA certificate by the approval of somebody who may approve "
                  "nothing any more");
  change = resubmit_waits (town, "chief", id);
  approve (town, "bert", change);
  change_roles (town, "user:bert", ICERT_ROLE_NONE);
  g_assert_cmpint (resubmit_waits (town, "chief", id), ==, change);
  approve (town, "carl", change);
  response = icert_admin_resubmit_request (chief->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
}

static void
test_ca_content_seen (void)
{
  g_autoptr (FakeTown) town = new_root (TRUE, ROLES "user:dora=submitter;administrator\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  ICertAdmin *chief = fake_town_meet (town, "chief")->admin;
  gint64 id = ask_for_ca (town, "dora", ICERT_DISPOSITION_UNDER_SUBMISSION);
  gint64 seen = version_of (town, "chief", id);
  gint64 change, next;

  g_test_summary (
      "S-D12, S-G3: of a CA certificate an administrator approves what the officer saw: "
      "not what was changed before the approval, nor what was changed after it");
  g_assert_null (icert_admin_resubmit_request_version (chief, id, seen, NULL, &error));
  change = assert_waits (error);
  g_clear_error (&error);
  change_attribute (town, "other", id);
  refuse_approval (town, "anna", change, ICERT_ERROR_WRONG_STATE);
  assert_state (town, change, "failed");
  refuse_version (town, "chief", id, seen, seen + 1);
  g_assert_null (icert_admin_resubmit_request_version (chief, id, seen + 1, NULL, &error));
  next = assert_waits (error);
  g_assert_cmpint (next, !=, change);
  g_clear_error (&error);
  approve (town, "anna", next);
  change_attribute (town, "other", id);
  refuse_version (town, "chief", id, seen + 1, seen + 2);
  g_assert_null (icert_admin_resubmit_request_version (chief, id, seen + 2, NULL, &error));
  change = assert_waits (error);
  g_assert_cmpint (change, !=, next);
  g_clear_error (&error);
  approve (town, "anna", change);
  response = icert_admin_resubmit_request_version (chief, id, seen + 2, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT approved_version FROM requests WHERE "
                                              "disposition = 20"),
                   ==, seen + 2);
}

static void
test_ca_certificate_alone (void)
{
  g_autoptr (FakeTown) town = new_root (FALSE, ROLES "user:dora=submitter;administrator\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GVariant) trace = NULL;
  g_autofree char *text = NULL;
  gint64 id = ask_for_ca (town, "dora", ICERT_DISPOSITION_UNDER_SUBMISSION);

  g_test_summary (
      "S-G3, S-D11: in single-operator mode an officer is enough, and trace and audit say "
      "so");
  response = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  trace = icert_admin_get_trace (fake_town_meet (town, "chief")->admin, id, NULL, &error);
  text = g_variant_print (trace, FALSE);
  g_assert_nonnull (strstr (text, "approved by one (single operator)"));
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM audit WHERE verb = 'resubmit' "
                                              "AND outcome = 'SINGLE-OPERATOR'"),
                   ==, 1);
}

static gboolean
issue_all (FakeLent *self, ICertServerPolicy *server, ICertVerdict *verdict, GError **error)
{
  *verdict = ICERT_VERDICT_ISSUE;
  return icert_server_policy_set_certificate_property (server, "CertificateTemplate",
                                                       g_variant_new_string ("SubCA"), error);
}

static void
test_ca_by_submission (void)
{
  g_autoptr (FakeTown) town = new_root (FALSE, ROLES "user:solo=submitter;officer;administrator\n");
  g_autoptr (FakeLent) lent = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autofree char *text = fake_town_read (town, "ca.conf");
  g_autoptr (GString) conf = g_string_new (text);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-G3: no submission makes a CA, whoever submits and whatever policies say: "
                  "NOT_AUTHORIZED, and nothing is signed");
  lent->judge = issue_all;
  g_assert_cmpuint (g_string_replace (conf, "Chain=Template.Policy", "Chain=", 1), ==, 1);
  fake_town_write (town, "ca.conf", conf->str);
  g_assert_true (icert_control_append_policy (fake_town_meet (town, "anna")->control,
                                              ICERT_POLICY (lent), &error));
  g_assert_no_error (error);
  ask_for_ca (town, "solo", ICERT_DISPOSITION_DENIED);
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM serials"), ==, 0);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM requests WHERE "
                                              "disposition_message LIKE '%makes a CA%'"),
                   ==, 1);
}

static void
test_direct_command (void)
{
  g_autoptr (FakeTown) town = new_root (FALSE, ROLES "user:solo=submitter;officer\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  gint64 id;

  g_test_summary ("S-G3: a root signs on a direct command: what a submitter asks for waits for an "
                  "officer, also where the profile asks for none; an officer's own is a command");
  g_assert_true (set_profile (
      town, "anna", "Free",
      "[Profile]\nName=Free\nVersion=1\nEnroll=submitter\nApproval=none\n"
      "Validity=9d\n[Subject]\nCommonName=fixed:free\n[SubjectAltName]\ndNSName=ignore\n[Key]\n"
      "Types=ec-p256\n[Extensions]\nKeyUsage=auto\n"
      "ExtendedKeyUsage=clientAuth\n",
      &error));
  g_assert_no_error (error);
  id = fake_town_submit (town, "clerk", "Free", ICERT_DISPOSITION_UNDER_SUBMISSION);
  fake_town_submit (town, "solo", "Free", ICERT_DISPOSITION_ISSUED);
  response = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  fake_town_close (town);
  g_assert_cmpint (fake_town_query_int (town, "SELECT count(*) FROM serials"), ==, 2);
}

static gboolean
withdraw_meanwhile (FakeLent *self,
                    ICertServerPolicy *server,
                    ICertVerdict *verdict,
                    GError **error)
{
  FakeTown *town = self->data;

  if (self->n_judged <= 1)
    {
      g_autofree char *text = fake_town_read (town, "profiles/WebServer.profile");
      g_autofree char *changed = g_strconcat (text, "# withdrawn and replaced\n", NULL);

      fake_town_write (town, "profiles/WebServer.profile", changed);
    }
  *verdict = ICERT_VERDICT_ISSUE;
  return TRUE;
}

static void
test_withdrawn (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  g_autoptr (FakeLent) lent = fake_lent_new (ICERT_VERDICT_ISSUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GVariant) trace = NULL;
  g_autofree char *text = NULL;
  FakePerson *chief = fake_town_meet (town, "chief");
  gint64 id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);

  g_test_summary (
      "S-D12: the content of a profile that is withdrawn after the verdict and before the "
      "signature does not count: policies are asked again");
  lent->judge = withdraw_meanwhile;
  lent->data = town;
  g_assert_true (icert_control_append_policy (fake_town_meet (town, "anna")->control,
                                              ICERT_POLICY (lent), &error));
  g_assert_no_error (error);
  response = icert_admin_resubmit_request (chief->admin, id, NULL, &error);
  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_ISSUED, NULL);
  g_assert_cmpuint (lent->n_judged, ==, 2);
  trace = icert_admin_get_trace (chief->admin, id, NULL, &error);
  text = g_variant_print (trace, FALSE);
  g_assert_nonnull (strstr (text, "withdrawn"));
}

/* Configuration */

static void
test_history (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) history = NULL;
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) value = NULL;
  ICertAdmin *anna = fake_town_meet (town, "anna")->admin;
  gint64 newest = 0, oldest = 0;

  g_test_summary (
      "A change of the configuration is undone by its id, once, and only while it stands");
  g_assert_true (icert_admin_set_config_entry (anna, NULL, "AllowAddresses",
                                               g_variant_new_string ("+loopback"), NULL, &error));
  g_assert_true (icert_admin_set_config_entry (anna, "", "AllowAddresses",
                                               g_variant_new_string ("+own"), NULL, &error));
  g_assert_no_error (error);
  value = icert_admin_get_config_entry (anna, "CA", "AllowAddresses", NULL, &error);
  g_assert_cmpstr (g_variant_get_type_string (value), ==, "as");
  g_assert_cmpuint (g_variant_n_children (value), ==, 2);
  history = icert_admin_list_config_history (anna, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (history), ==, 2);
  first = g_variant_get_child_value (history, 0);
  g_assert_true (g_variant_lookup (first, "id", "x", &newest));
  g_clear_pointer (&first, g_variant_unref);
  first = g_variant_get_child_value (history, 1);
  g_assert_true (g_variant_lookup (first, "id", "x", &oldest));
  g_assert_false (icert_admin_undo_config_entry (anna, oldest, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
  g_clear_error (&error);
  g_assert_true (icert_admin_undo_config_entry (anna, newest, NULL, &error));
  g_assert_true (icert_admin_undo_config_entry (anna, oldest, NULL, &error));
  g_assert_no_error (error);
  g_clear_pointer (&value, g_variant_unref);
  value = icert_admin_get_config_entry (anna, "CA", "AllowAddresses", NULL, &error);
  g_assert_no_error (error);
  g_assert_null (value);
  g_assert_false (icert_admin_undo_config_entry (anna, 1, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
}

static void
test_chain_at_once (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_test_summary ("Which policies judge takes effect with the next request");
  id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_assert_true (icert_admin_set_config_entry (fake_town_meet (town, "anna")->admin, "Policy",
                                               "Chain", g_variant_new_string ("+Deny.Policy"), NULL,
                                               &error));
  g_assert_no_error (error);
  fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_DENIED);
  g_assert_cmpint (id, >, 0);
}

static void
test_types (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) what = NULL;
  g_autofree char *type = NULL;
  g_autofree char *standard = NULL;
  ICertAdmin *anna = fake_town_meet (town, "anna")->admin;
  static const struct
  {
    const char *node, *entry, *value;
    int code;
  } cases[] = {
    { "CA", "ClockSkewMinutes", "many", ICERT_ERROR_CONFIG },
    { "CA", "ClockSkewMinutes", "100000", ICERT_ERROR_CONFIG },
    { "CA", "AllowSha1Possession", "perhaps", ICERT_ERROR_CONFIG },
    { "CRL", "CRLPeriod", "soon", ICERT_ERROR_CONFIG },
    { "OfficerRights few", "Officers", "chief", ICERT_ERROR_CONFIG },
    { "OfficerRights few", "Colour", "red", ICERT_ERROR_CONFIG },
    { "Agent desk", "Subjects", "everybody", ICERT_ERROR_CONFIG },
    { "CA", "NoSuchEntry", "1", ICERT_ERROR_CONFIG },
    { "CA", "DualControl", "true", ICERT_ERROR_FORBIDDEN_FIELD },
  };

  g_test_summary ("S-N6: an entry says what it is, and takes nothing else");
  what = icert_admin_describe_config_entry (anna, NULL, "ClockSkewMinutes", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (what, "type", "s", &type));
  g_assert_true (g_variant_lookup (what, "default", "s", &standard));
  g_assert_cmpstr (type, ==, "number");
  g_assert_cmpstr (standard, ==, "10");
  g_assert_null (icert_admin_describe_config_entry (anna, "CA", "NoSuchEntry", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_false (icert_admin_set_config_entry (anna, cases[i].node, cases[i].entry,
                                                    g_variant_new_string (cases[i].value), NULL,
                                                    &error));
      g_assert_error (error, ICERT_ERROR, cases[i].code);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/changes/s-d11-two", test_two);
  g_test_add_func ("/changes/rejected", test_rejected);
  g_test_add_func ("/changes/s-a7-reason", test_reason);
  g_test_add_func ("/changes/expires", test_expires);
  g_test_add_func ("/changes/judged-at-approval", test_judged_at_approval);
  g_test_add_func ("/changes/s-d10-name-of-another", test_name_of_another);
  g_test_add_func ("/changes/last-administrator", test_last_administrator);
  g_test_add_func ("/changes/race", test_race);
  g_test_add_func ("/changes/renew-and-approve", test_renew_and_approve);
  g_test_add_func ("/changes/s-d11-renewal-approved", test_renewal_approved);
  g_test_add_func ("/changes/s-d11-used-once", test_used_once);
  g_test_add_func ("/changes/s-d13-approver-lost-role", test_approver_lost_role);
  g_test_add_func ("/changes/s-d13-approver-in-conflict", test_approver_in_conflict);
  g_test_add_func ("/changes/s-d13-approver-name-of-another", test_approver_name_of_another);
  g_test_add_func ("/changes/s-d13-approver-lost-role-meanwhile",
                   test_approver_lost_role_meanwhile);
  g_test_add_func ("/changes/s-d11-operational", test_operational);
  g_test_add_func ("/changes/s-d11-templates", test_templates);
  g_test_add_func ("/changes/s-d11-single-operator", test_single_operator);
  g_test_add_func ("/changes/s-d16-officer-rights", test_officer_rights);
  g_test_add_func ("/changes/s-d16-other-profile", test_other_profile);
  g_test_add_func ("/changes/s-d11-delete-row", test_delete_row);
  g_test_add_func ("/changes/s-d11-delete-many", test_delete_many);
  g_test_add_func ("/changes/s-d15-hidden", test_hidden);
  g_test_add_func ("/changes/s-d7-agents", test_agents);
  g_test_add_func ("/changes/s-d13-open-rows", test_open_rows);
  g_test_add_func ("/changes/s-d14-same-caller", test_same_caller);
  g_test_add_func ("/changes/s-d9-conflict", test_conflict);
  g_test_add_func ("/changes/s-d10-profile-author", test_profile_author);
  g_test_add_func ("/changes/s-d11-profile-by-hand", test_profile_by_hand);
  g_test_add_func ("/changes/s-d11-profile-put-back", test_profile_put_back);
  g_test_add_func ("/changes/s-d12-profile-put-back-meanwhile", test_profile_put_back_meanwhile);
  g_test_add_func ("/changes/s-d12-withdrawn", test_withdrawn);
  g_test_add_func ("/changes/s-d4-s-d5-profile-judged", test_profile_judged);
  g_test_add_func ("/changes/s-d5-waiver", test_waiver);
  g_test_add_func ("/changes/s-d5-waiver-at-approval", test_waiver_at_approval);
  g_test_add_func ("/changes/s-d12-withdrawn-by-verb", test_withdrawn_by_verb);
  g_test_add_func ("/changes/s-g3-ca-certificate", test_ca_certificate);
  g_test_add_func ("/changes/s-d13-ca-certificate-approver-gone",
                   test_ca_certificate_approver_gone);
  g_test_add_func ("/changes/s-d12-content-seen", test_content_seen);
  g_test_add_func ("/changes/s-d12-ca-content-seen", test_ca_content_seen);
  g_test_add_func ("/changes/s-g3-ca-certificate-alone", test_ca_certificate_alone);
  g_test_add_func ("/changes/s-g3-ca-by-submission", test_ca_by_submission);
  g_test_add_func ("/changes/s-g3-direct-command", test_direct_command);
  g_test_add_func ("/changes/history", test_history);
  g_test_add_func ("/changes/chain-at-once", test_chain_at_once);
  g_test_add_func ("/changes/s-n6-types", test_types);
  return fake_ca_run ();
}
