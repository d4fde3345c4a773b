/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <gmodule.h>

#include "ca-backup.h"
#include "ca-folder.h"
#include "ca-renew.h"
#include "ca-restore.h"
#include "ca-roles.h"
#include "fake-ca.h"
#include "fake-exit.h"
#include "fake-town.h"

/* The authorisation table (S-D14): every verb x role, with and without dual control, by real calls
 * of the engine's objects. What is expected is computed from the rows of ca-verbs.def. */

#define COMMON "user:clerk=submitter\nuser:chief=officer\nuser:boss=administrator\n"

typedef struct
{
  const char *id, *name;
  guint any, all, doors, approval;
  const char *methods;
} Row;

/* The words of ca-verbs.def, by their AD CS numbers */
enum
{
  NOBODY = 0,
  ADMIN = 0x1,
  OFFICER = 0x2,
  AUDITOR = 0x4,
  OPERATOR = 0x8,
  READ = 0x100,
  ENROLL = 0x200,
  CUSTODIAN = 0x1000,
  LOCAL = CA_DOOR_LOCAL,
  SETUP = CA_DOOR_SETUP,
  EVERYWHERE = 15,
  ALONE = 0,
  TWO = 1,
  MAYBE = 2
};

#define V(id, name, any, all, doors, approval, methods)                                            \
  { #id, name, any, all, doors, approval, methods },
static const Row rows[] = {
#include "ca-verbs.def"
};
#undef V

static const struct
{
  const char *name;
  const char *words;
  guint roles;
} people[] = {
  { "stranger", "", NOBODY },
  { "submitter", "submitter", ENROLL },
  { "reader", "reader", READ },
  { "officer", "officer", OFFICER },
  { "administrator", "administrator", ADMIN },
  { "auditor", "auditor", AUDITOR },
  { "operator", "backup", OPERATOR },
  { "custodian", "custodian", CUSTODIAN },
  { "everything", "submitter;reader;officer;administrator;auditor;backup;custodian",
    ENROLL | READ | OFFICER | ADMIN | AUDITOR | OPERATOR | CUSTODIAN },
  { "judge", "officer;administrator", OFFICER | ADMIN },
  { "helper", "submitter;reader;backup", ENROLL | READ | OPERATOR },
};

/* What one of them may, by the rules of S-D9 and processing.md 9 */
static gboolean
is_allowed (const Row *row, guint roles, gboolean dual)
{
  guint conflicting = roles & (OFFICER | ADMIN | AUDITOR);

  if (dual && (conflicting & (conflicting - 1)) != 0)
    return FALSE;
  if ((roles & (OFFICER | ADMIN)) != 0)
    roles |= READ;
  if (row->all != NOBODY)
    return dual ? (roles & row->all & ~ADMIN) != 0 : (roles & row->all) == row->all;
  return (roles & row->any) != 0;
}

/* Calls. Each asks for its verb alone; what it asks for need not be there. */

#define NO_ID 4711

static gint64 target; /* a fresh request in the state that the call needs */

static void
call_submit (FakePerson *person, GError **error)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertResponse) response
      = icert_request_submit (person->request, ICERT_SUBMIT_NONE, request, attributes, NULL, error);
}

static void
call_submit_full (FakePerson *person, GError **error)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertResponse) response = icert_request_submit_full (
      person->request, ICERT_SUBMIT_NONE, ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_PKCS10,
      request, attributes, NULL, NULL, error);
}

static void
call_retrieve_pending (FakePerson *person, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_retrieve_pending (person->request, NO_ID, NULL, error);
}

static void
call_retrieve_by_key (FakePerson *person, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_retrieve_by_key (person->request, "no-such-key", NULL, error);
}

static void
call_get_issued (FakePerson *person, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_get_issued (person->request, NO_ID, NULL, NULL, error);
}

static void
call_get_property_value (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value
      = icert_ca_get_property_value (person->ca, ICERT_CA_PROPERTY_CA_NAME, -1, NULL, error);
}

static void
call_get_certificate (FakePerson *person, GError **error)
{
  g_autoptr (GBytes) value = icert_ca_get_certificate (person->ca, -1, NULL, error);
}

static void
call_list_profiles (FakePerson *person, GError **error)
{
  g_auto (GStrv) names = icert_ca_list_profiles (person->ca, NULL, error);
}

static void
call_open_view (FakePerson *person, GError **error)
{
  g_autoptr (ICertEnumViewRow) page = icert_view_open_view (person->view, NULL, error);
}

static void
call_count (FakePerson *person, GError **error)
{
  icert_view_count (person->view, NULL, error);
}

static void
call_count_by (FakePerson *person, GError **error)
{
  g_autoptr (GPtrArray) groups = icert_view_count_by (person->view, "Request.Disposition",
                                                      ICERT_PERIOD_NONE, 10, NULL, error);
}

static void
view_audit (FakePerson *person, gboolean counts, GError **error)
{
  g_autoptr (ICertEnumViewRow) page = NULL;

  if (!icert_view_set_table (person->view, ICERT_TABLE_AUDIT, error))
    return;
  if (counts)
    icert_view_count (person->view, NULL, error);
  else
    page = icert_view_open_view (person->view, NULL, error);
  g_assert_true (icert_view_set_table (person->view, ICERT_TABLE_REQUESTS, NULL));
}

static void
call_open_view_of_audit (FakePerson *person, GError **error)
{
  view_audit (person, FALSE, error);
}

static void
call_count_by_of_audit (FakePerson *person, GError **error)
{
  g_autoptr (GPtrArray) groups = NULL;

  if (!icert_view_set_table (person->view, ICERT_TABLE_AUDIT, error))
    return;
  groups = icert_view_count_by (person->view, "AuditVerb", ICERT_PERIOD_NONE, 10, NULL, error);
  g_assert_true (icert_view_set_table (person->view, ICERT_TABLE_REQUESTS, NULL));
}

static void
call_count_of_audit (FakePerson *person, GError **error)
{
  view_audit (person, TRUE, error);
}

static void
call_get_trace (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) trace = icert_admin_get_trace (person->admin, NO_ID, NULL, error);
}

static void
call_get_config_entry (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value
      = icert_admin_get_config_entry (person->admin, "CA", "Name", NULL, error);
}

static void
call_list_config_entries (FakePerson *person, GError **error)
{
  g_auto (GStrv) names = icert_admin_list_config_entries (person->admin, "CA", NULL, error);
}

static void
call_describe_config_entry (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value
      = icert_admin_describe_config_entry (person->admin, "CA", "Name", NULL, error);
}

static void
call_list_config_history (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value = icert_admin_list_config_history (person->admin, NULL, error);
}

static void
call_get_my_roles (FakePerson *person, GError **error)
{
  icert_admin_get_my_roles (person->admin, NULL, error);
}

static void
set_attributes (FakePerson *person, gint64 id, GError **error)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (attributes, (gpointer) "Note", (gpointer) "seen");
  icert_admin_set_request_attributes (person->admin, id, attributes, NULL, error);
}

static void
call_set_request_attributes (FakePerson *person, GError **error)
{
  set_attributes (person, NO_ID, error);
}

static void
set_extension (FakePerson *person, gint64 id, GError **error)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);

  icert_admin_set_certificate_extension (person->admin, id, "1.2.3.4", ICERT_EXTENSION_NONE, value,
                                         NULL, error);
}

static void
call_set_certificate_extension (FakePerson *person, GError **error)
{
  set_extension (person, NO_ID, error);
}

static void
call_deny_request (FakePerson *person, GError **error)
{
  icert_admin_deny_request (person->admin, NO_ID, NULL, NULL, error);
}

static void
call_resubmit_request (FakePerson *person, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_admin_resubmit_request (person->admin, target, NULL, error);
}

static void
call_resubmit_request_version (FakePerson *person, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_admin_resubmit_request_version (person->admin, target, 1, NULL, error);
}

static void
call_is_valid_certificate (FakePerson *person, GError **error)
{
  ICertRevocationReason reason;

  icert_admin_is_valid_certificate (person->admin, "0badcafe", &reason, NULL, error);
}

static void
call_get_crl (FakePerson *person, GError **error)
{
  g_autoptr (GBytes) crl = icert_ca_get_crl (person->ca, -1, FALSE, NULL, error);
}

static void
call_get_partition_crl (FakePerson *person, GError **error)
{
  g_autoptr (GBytes) crl = icert_ca_get_partition_crl (person->ca, -1, 0, FALSE, NULL, error);
}

static void
call_check_certificates (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) answer
      = icert_admin_check_certificates (person->admin, 0, 1, NULL, NULL, error);
}

static void
call_check_health (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) answer = icert_admin_check_health (person->admin, NULL, error);
}

static void
call_revoke (FakePerson *person, GError **error)
{
  icert_admin_revoke (person->admin, "0badcafe", ICERT_REVOCATION_REASON_SUPERSEDED, NULL, NULL,
                      error);
}

static void
call_unrevoke (FakePerson *person, GError **error)
{
  icert_admin_unrevoke (person->admin, "0badcafe", NULL, error);
}

static void
call_set_publish_expired (FakePerson *person, GError **error)
{
  icert_admin_set_publish_expired (person->admin, "0badcafe", TRUE, NULL, error);
}

static void
call_import_certificate (FakePerson *person, GError **error)
{
  g_autoptr (GBytes) junk = g_bytes_new_static ("\x30\x00", 2);

  icert_admin_import_certificate (person->admin, junk, ICERT_IMPORT_NONE, NULL, error);
}

static void
call_delete_row (FakePerson *person, GError **error)
{
  icert_admin_delete_row (person->admin, ICERT_TABLE_REQUESTS, NO_ID, NULL, error);
}

static void
call_delete_expired (FakePerson *person, GError **error)
{
  g_autoptr (GDateTime) before = g_date_time_new_from_unix_utc (1);
  gboolean more;

  icert_admin_delete_expired (person->admin, ICERT_TABLE_REQUESTS, before, &more, NULL, error);
}

static void
call_delete_unresolved (FakePerson *person, GError **error)
{
  g_autoptr (GDateTime) before = g_date_time_new_from_unix_utc (1);
  gboolean more;

  icert_admin_delete_unresolved (person->admin, before, &more, NULL, error);
}

static void
call_set_ca_property (FakePerson *person, GError **error)
{
  icert_admin_set_ca_property (person->admin, ICERT_CA_PROPERTY_TEMPLATES, -1,
                               g_variant_new_string ("WebServer\n\n"), NULL, error);
}

static void
call_publish_crls (FakePerson *person, GError **error)
{
  g_autoptr (ICertPublishResult) result
      = icert_admin_publish_crls (person->admin, ICERT_CRL_BASE, NULL, NULL, error);
}

static void
call_confirm_clock (FakePerson *person, GError **error)
{
  icert_admin_confirm_clock (person->admin, NULL, error);
}

static void
call_verify_audit (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) answer = icert_admin_verify_audit (person->admin, 0, 1, NULL, NULL, error);
}

static void
call_set_config_entry (FakePerson *person, GError **error)
{
  icert_admin_set_config_entry (person->admin, "CRL", "CRLPeriod", g_variant_new_string ("8d"),
                                NULL, error);
}

static void
call_set_config_entry_roles (FakePerson *person, GError **error)
{
  icert_admin_set_config_entry (person->admin, "Roles", "user:nobody",
                                g_variant_new_string ("reader"), NULL, error);
}

static void
call_undo_config_entry (FakePerson *person, GError **error)
{
  icert_admin_undo_config_entry (person->admin, NO_ID, NULL, error);
}

static void
call_list_verbs (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value = icert_security_list_verbs (person->security, NULL, error);
}

static void
call_list_roles (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value = icert_security_list_roles (person->security, NULL, error);
}

static void
call_list_officer_rights (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value = icert_security_list_officer_rights (person->security, NULL, error);
}

static void
call_list_agents (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value = icert_security_list_agents (person->security, NULL, error);
}

static void
call_list_profile_versions (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value
      = icert_security_list_profile_versions (person->security, NULL, NULL, error);
}

static void
call_get_effective_rights (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value
      = icert_security_get_effective_rights (person->security, "user:root", NULL, error);
}

static void
call_set_roles (FakePerson *person, GError **error)
{
  icert_security_set_roles (person->security, "user:newcomer", ICERT_ROLE_READ, NULL, error);
}

static void
call_set_officer_rights (FakePerson *person, GError **error)
{
  const char *const officers[] = { "user:newcomer", NULL };

  icert_security_set_officer_rights (person->security, "few", officers, NULL, NULL, NULL, error);
}

static void
call_set_agent (FakePerson *person, GError **error)
{
  const char *const agents[] = { "user:newcomer", NULL };
  const char *const profiles[] = { "User", NULL };
  const char *const subjects[] = { "user:a*", NULL };

  icert_security_set_agent (person->security, "desk", agents, profiles, subjects, NULL, error);
}

static void
call_list_changes (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) value = icert_security_list_changes (person->security, TRUE, NULL, error);
}

static void
call_approve_change (FakePerson *person, GError **error)
{
  icert_security_approve_change (person->security, NO_ID, NULL, error);
}

static void
call_reject_change (FakePerson *person, GError **error)
{
  icert_security_reject_change (person->security, NO_ID, NULL, NULL, error);
}

static void
call_set_profile (FakePerson *person, GError **error)
{
  static const char text[] = "[Profile]\nName=Table\nVersion=1\nEnroll=submitter\n"
                             "Approval=required\n[Extensions]\nExtendedKeyUsage=serverAuth\n";
  g_autoptr (GBytes) content = g_bytes_new_static (text, strlen (text));

  icert_security_set_profile (person->security, "Table", content, NULL, error);
}

static void
call_withdraw_profile (FakePerson *person, GError **error)
{
  icert_security_withdraw_profile (person->security, "CodeSigning", NULL, error);
}

static void
call_append_exit (FakePerson *person, GError **error)
{
  g_autoptr (FakeExit) exit = fake_exit_new ();

  icert_control_append_exit (person->control, ICERT_EXIT (exit), error);
}

static void
call_append_policy (FakePerson *person, GError **error)
{
  g_autoptr (FakePolicy) policy = fake_policy_new ();

  policy->verdict = ICERT_VERDICT_ISSUE;
  icert_control_append_policy (person->control, ICERT_POLICY (policy), error);
}

static void
call_start (FakePerson *person, GError **error)
{
  icert_control_start (person->control, NULL, error);
}

static void
call_stop (FakePerson *person, GError **error)
{
  icert_control_stop (person->control, NULL, error);
}

/* state: of the request that the call needs */
typedef struct
{
  const char *method;
  void (*call) (FakePerson *person, GError **error);
  gboolean waits; /* under dual control, though its row says that only some do */
  ICertRowDisposition state;
  const char *verb; /* where the method stands in several rows; NULL: any */
} Call;

static const Call calls[] = {
  { .method = "Request.submit", .call = call_submit },
  { .method = "Request.submit_full", .call = call_submit_full },
  { .method = "Request.retrieve_pending", .call = call_retrieve_pending },
  { .method = "Request.retrieve_by_key", .call = call_retrieve_by_key },
  { .method = "Request.get_issued", .call = call_get_issued },
  { .method = "Ca.get_property_value", .call = call_get_property_value },
  { .method = "Ca.get_certificate", .call = call_get_certificate },
  { .method = "Ca.list_profiles", .call = call_list_profiles },
  { .method = "View.open_view", .call = call_open_view, .verb = "view" },
  { .method = "View.count", .call = call_count, .verb = "view" },
  { .method = "View.count_by", .call = call_count_by, .verb = "view" },
  { .method = "View.count_by", .call = call_count_by_of_audit, .verb = "view-audit" },
  { .method = "View.open_view", .call = call_open_view_of_audit, .verb = "view-audit" },
  { .method = "View.count", .call = call_count_of_audit, .verb = "view-audit" },
  { .method = "Admin.get_trace", .call = call_get_trace },
  { .method = "Admin.get_config_entry", .call = call_get_config_entry },
  { .method = "Admin.list_config_entries", .call = call_list_config_entries },
  { .method = "Admin.describe_config_entry", .call = call_describe_config_entry },
  { .method = "Admin.list_config_history", .call = call_list_config_history },
  { .method = "Admin.get_my_roles", .call = call_get_my_roles },
  { .method = "Admin.set_request_attributes", .call = call_set_request_attributes },
  { .method = "Admin.set_certificate_extension", .call = call_set_certificate_extension },
  { .method = "Admin.deny_request", .call = call_deny_request },
  { .method = "Admin.resubmit_request",
    .call = call_resubmit_request,
    .state = ICERT_ROW_DISPOSITION_PENDING,
    .verb = "resubmit" },
  { .method = "Admin.resubmit_request",
    .call = call_resubmit_request,
    .state = ICERT_ROW_DISPOSITION_DENIED,
    .verb = "resubmit-denied" },
  { .method = "Admin.resubmit_request_version",
    .call = call_resubmit_request_version,
    .state = ICERT_ROW_DISPOSITION_PENDING,
    .verb = "resubmit" },
  { .method = "Admin.resubmit_request_version",
    .call = call_resubmit_request_version,
    .state = ICERT_ROW_DISPOSITION_DENIED,
    .verb = "resubmit-denied" },
  { .method = "Ca.get_crl", .call = call_get_crl },
  { .method = "Ca.get_partition_crl", .call = call_get_partition_crl },
  { .method = "Admin.is_valid_certificate", .call = call_is_valid_certificate },
  { .method = "Admin.check_certificates", .call = call_check_certificates },
  { .method = "Admin.check_health", .call = call_check_health },
  { .method = "Admin.revoke", .call = call_revoke },
  { .method = "Admin.unrevoke", .call = call_unrevoke },
  { .method = "Admin.set_publish_expired", .call = call_set_publish_expired },
  { .method = "Admin.import_certificate", .call = call_import_certificate },
  { .method = "Admin.delete_row", .call = call_delete_row },
  { .method = "Admin.delete_expired", .call = call_delete_expired },
  { .method = "Admin.delete_unresolved", .call = call_delete_unresolved },
  { .method = "Admin.set_ca_property", .call = call_set_ca_property },
  { .method = "Admin.publish_crls", .call = call_publish_crls },
  { .method = "Admin.confirm_clock", .call = call_confirm_clock },
  { .method = "Admin.verify_audit", .call = call_verify_audit },
  { .method = "Admin.set_config_entry", .call = call_set_config_entry },
  { .method = "Admin.set_config_entry", .call = call_set_config_entry_roles, .waits = TRUE },
  { .method = "Admin.undo_config_entry", .call = call_undo_config_entry },
  { .method = "Security.list_verbs", .call = call_list_verbs },
  { .method = "Security.list_roles", .call = call_list_roles },
  { .method = "Security.list_officer_rights", .call = call_list_officer_rights },
  { .method = "Security.list_agents", .call = call_list_agents },
  { .method = "Security.list_profile_versions", .call = call_list_profile_versions },
  { .method = "Security.get_effective_rights", .call = call_get_effective_rights },
  { .method = "Security.set_roles", .call = call_set_roles },
  { .method = "Security.set_officer_rights", .call = call_set_officer_rights },
  { .method = "Security.set_agent", .call = call_set_agent },
  { .method = "Security.list_changes", .call = call_list_changes },
  { .method = "Security.approve_change", .call = call_approve_change },
  { .method = "Security.reject_change", .call = call_reject_change },
  { .method = "Security.set_profile", .call = call_set_profile },
  { .method = "Security.withdraw_profile", .call = call_withdraw_profile },
  { .method = "Control.append_exit", .call = call_append_exit },
  { .method = "Control.append_policy", .call = call_append_policy },
  { .method = "Control.stop", .call = call_stop },
  { .method = "Control.start", .call = call_start },
};

static FakeTown *
new_town (gboolean dual)
{
  g_autoptr (GString) roles = g_string_new (COMMON);

  for (guint i = 0; i < G_N_ELEMENTS (people); i++)
    if (people[i].words[0] != '\0')
      g_string_append_printf (roles, "user:%s=%s\n", people[i].name, people[i].words);
  return fake_town_new (dual, roles->str);
}

static void
prepare (FakeTown *town, const Call *call)
{
  g_autoptr (GError) error = NULL;

  if (call->state == 0)
    return;
  target = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  if (call->state == ICERT_ROW_DISPOSITION_DENIED)
    icert_admin_deny_request (fake_town_meet (town, "chief")->admin, target, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* whoever stopped the CA, the boss starts it */
static void
go_on (FakeTown *town)
{
  icert_control_start (fake_town_meet (town, "boss")->control, NULL, NULL);
}

/* One cell of the table. */
static void
check_cell (FakeTown *town,
            const Row *row,
            const Call *call,
            guint person,
            CaDoor door,
            gboolean dual,
            guint *n_refused)
{
  gboolean allowed
      = is_allowed (row, people[person].roles, dual) && (row->doors & (guint) door) != 0;
  gboolean waits = dual && (row->approval == TWO || call->waits);
  g_autoptr (GError) error = NULL;

  prepare (town, call);
  call->call (fake_town_meet_at (town, people[person].name, door), &error);
  go_on (town);
  g_test_message ("%s %s as %s%s: %s", row->name, call->method, people[person].name,
                  dual ? " (dual control)" : "", error != NULL ? error->message : "OK");
  if (!allowed)
    {
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
      (*n_refused)++;
    }
  else if (waits)
    g_assert_error (error, ICERT_ERROR, ICERT_ERROR_PENDING);
  else
    {
      g_assert_false (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED));
      g_assert_false (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED));
      g_assert_false (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_PENDING));
    }
}

static gboolean
is_call_of (const Call *call, const Row *row)
{
  g_auto (GStrv) methods = g_strsplit (row->methods, " ", -1);

  return g_strv_contains ((const char *const *) methods, call->method)
         && (call->verb == NULL || strcmp (call->verb, row->name) == 0);
}

/* Rows of an engine whose views do not have that table are not there to be asked. */
static gboolean
is_served (FakeTown *town, const Row *row)
{
  ICertView *view = fake_town_meet (town, "boss")->view;

  if (strcmp (row->name, "view-audit") != 0)
    return TRUE;
  return icert_view_set_table (view, ICERT_TABLE_AUDIT, NULL)
         && icert_view_set_table (view, ICERT_TABLE_REQUESTS, NULL);
}

static void
check_table (FakeTown *town, CaDoor door, gboolean dual)
{
  guint n_cells = 0, n_refused = 0;
  gint64 before, after;

  fake_town_close (town);
  before
      = fake_town_query_int (town, "SELECT count(*) FROM audit WHERE outcome = 'NOT_AUTHORIZED'");
  fake_town_meet (town, "boss");
  go_on (town);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (calls); j++)
      for (guint k = 0; is_call_of (&calls[j], &rows[i]) && is_served (town, &rows[i])
                        && k < G_N_ELEMENTS (people);
           k++)
        {
          check_cell (town, &rows[i], &calls[j], k, door, dual, &n_refused);
          n_cells++;
        }
  g_test_message ("%u cells, %u refused", n_cells, n_refused);
  g_assert_cmpuint (n_cells, >=, (G_N_ELEMENTS (calls) - 3) * G_N_ELEMENTS (people));
  fake_town_close (town);
  after = fake_town_query_int (town, "SELECT count(*) FROM audit WHERE outcome = 'NOT_AUTHORIZED'");
  g_assert_cmpint (after - before, >=, n_refused);
}

static void
test_single (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);

  g_test_summary ("S-D14: every verb x role as in the table, and each refusal is in the audit log");
  fake_town_meet (town, "boss");
  go_on (town);
  check_table (town, CA_DOOR_LOCAL, FALSE);
}

static void
test_dual (void)
{
  g_autoptr (FakeTown) town = new_town (TRUE);

  g_test_summary (
      "S-D9, S-D11, S-D14: the same under dual control: who holds two conflicting roles "
      "has none, and what needs two administrators waits");
  fake_town_meet (town, "boss");
  go_on (town);
  check_table (town, CA_DOOR_LOCAL, TRUE);
}

static void
test_bus (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);

  g_test_summary ("S-D14: through another door only what the table lets through it");
  fake_town_meet (town, "boss");
  go_on (town);
  check_table (town, CA_DOOR_BUS, FALSE);
}

/* icert_admin_get_trace of "Admin.get_trace" */
static char *
symbol_of (const char *method)
{
  g_auto (GStrv) words = g_strsplit (method, ".", 2);
  g_autofree char *interface = g_ascii_strdown (words[0], -1);

  return g_strdup_printf ("icert_%s_%s", interface, words[1]);
}

static gboolean
has_call (const Row *row, const char *method)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (strcmp (calls[i].method, method) == 0
        && (calls[i].verb == NULL || strcmp (calls[i].verb, row->name) == 0))
      return TRUE;
  return FALSE;
}

/* The ceremony's interfaces open the CA by themselves, as the process's own user: their rows are
 * proved by ca_roles_check() below and by their own tests. */
static gboolean
is_ceremony (const char *method)
{
  return g_str_has_prefix (method, "Setup.") || g_str_has_prefix (method, "Backup.");
}

static void
test_complete (void)
{
  GModule *self = g_module_open (NULL, 0);
  guint n_missing = 0;

  g_test_summary ("S-D14: every method of a row that there is, is called by this test");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) methods = g_strsplit (rows[i].methods, " ", -1);

      for (guint j = 0; methods[j] != NULL; j++)
        {
          g_autofree char *symbol = symbol_of (methods[j]);
          gpointer address;

          if (is_ceremony (methods[j]) || has_call (&rows[i], methods[j])
              || !g_module_symbol (self, symbol, &address))
            continue;
          g_test_message ("%s: %s is not called", rows[i].name, methods[j]);
          n_missing++;
        }
    }
  g_module_close (self);
  g_assert_cmpuint (n_missing, ==, 0);
}

/* The function itself, for every row, role and door. */
static void
test_function (void)
{
  static const CaDoor doors[] = { CA_DOOR_LOCAL, CA_DOOR_BUS, CA_DOOR_SOCKET };

  g_test_summary ("S-D14: ca_roles_check() is the table: every verb x role x door x mode");
  for (guint dual = 0; dual < 2; dual++)
    {
      g_autoptr (FakeTown) town = new_town (dual != 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (CaConfig) config = ca_config_load (town->folder, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        for (guint j = 0; j < G_N_ELEMENTS (people); j++)
          for (guint k = 0; k < G_N_ELEMENTS (doors); k++)
            {
              g_autofree char *user = g_strconcat ("user:", people[j].name, NULL);
              const char *const principals[] = { user, NULL };
              g_autoptr (CaCaller) caller
                  = ca_caller_new_principal (people[j].name, principals, doors[k]);

              g_assert_cmpint (
                  ca_roles_check (config, caller, ca_verb_from_string (rows[i].name), NULL), ==,
                  is_allowed (&rows[i], people[j].roles, dual != 0)
                      && (rows[i].doors & (guint) doors[k]) != 0);
            }
    }
}

/* Records (S-F6): what each verb leaves in the audit log, when it is allowed and when it is not. A
 * verb without a line fails. */

static gint64 row_id;    /* of the request that a line is about */
static char *row_serial; /* of its certificate */
static FakeTown *town_of_lines;

static void
make_pending (FakeTown *town)
{
  row_id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  target = row_id;
}

static void
make_denied (FakeTown *town)
{
  g_autoptr (GError) error = NULL;

  make_pending (town);
  icert_admin_deny_request (fake_town_meet (town, "chief")->admin, row_id, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
make_issued (FakeTown *town)
{
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GError) error = NULL;

  make_pending (town);
  response
      = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, row_id, NULL, &error);
  g_assert_no_error (error);
  certificate = fake_certificate (response);
  g_free (row_serial);
  row_serial = fake_serial (certificate);
}

static void
revoke_row (FakeTown *town, ICertRevocationReason reason)
{
  g_autoptr (GError) error = NULL;

  make_issued (town);
  icert_admin_revoke (fake_town_meet (town, "chief")->admin, row_serial, reason, NULL, NULL,
                      &error);
  g_assert_no_error (error);
}

static void
make_revoked (FakeTown *town)
{
  revoke_row (town, ICERT_REVOCATION_REASON_SUPERSEDED);
}

static void
make_stopped (FakeTown *town)
{
  g_assert_true (icert_control_stop (fake_town_meet (town, "boss")->control, NULL, NULL));
}

static void
do_set_attributes (FakePerson *person, GError **error)
{
  set_attributes (person, row_id, error);
}

static void
do_set_extension (FakePerson *person, GError **error)
{
  set_extension (person, row_id, error);
}

static void
do_deny (FakePerson *person, GError **error)
{
  icert_admin_deny_request (person->admin, row_id, NULL, NULL, error);
}

static void
do_revoke (FakePerson *person, GError **error)
{
  icert_admin_revoke (person->admin, row_serial, ICERT_REVOCATION_REASON_SUPERSEDED, NULL, NULL,
                      error);
}

static void
do_unrevoke (FakePerson *person, GError **error)
{
  icert_admin_unrevoke (person->admin, row_serial, NULL, error);
}

static void
do_publish_expired (FakePerson *person, GError **error)
{
  icert_admin_set_publish_expired (person->admin, row_serial, TRUE, NULL, error);
}

static void
do_delete_row (FakePerson *person, GError **error)
{
  icert_admin_delete_row (person->admin, ICERT_TABLE_REQUESTS, row_id, NULL, error);
}

static void
do_set_profile (FakePerson *person, GError **error)
{
  g_autofree char *text = fake_town_read (town_of_lines, "profiles/WebServer.profile");
  g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));

  icert_security_set_profile (person->security, "WebServer", content, NULL, error);
}

/* all of it: a part is no verdict */
static void
do_verify_audit (FakePerson *person, GError **error)
{
  g_autoptr (GVariant) answer = icert_admin_verify_audit (person->admin, 0, 0, NULL, NULL, error);
}

static CaEngine *
open_engine (void)
{
  g_autoptr (GError) error = NULL;
  CaEngine *engine = ca_engine_open (town_of_lines->folder, FALSE, &error);

  g_assert_no_error (error);
  return engine;
}

static void
do_renew (FakePerson *person, GError **error)
{
  static const CaRenewal wish = { .same_key = TRUE };
  g_autoptr (CaEngine) engine = open_engine ();
  g_autofree char *request = NULL;

  ca_engine_renew (engine, person->caller, &wish, &request, error);
}

static void
do_install (FakePerson *person, GError **error)
{
  g_autoptr (CaEngine) engine = open_engine ();
  g_autoptr (GPtrArray) blocks = g_ptr_array_new ();

  ca_engine_install (engine, person->caller, blocks, error);
}

static void
do_backup (FakePerson *person, GError **error)
{
  g_autoptr (CaEngine) engine = open_engine ();
  g_autofree char *folder = g_strconcat (town_of_lines->folder, "-backup", NULL);
  g_autoptr (CaManifest) manifest = NULL;

  ca_folder_remove (folder);
  manifest = ca_backup_create (engine, person->caller, folder, NULL, NULL, error);
}

/* Over a CA that is open it is refused, and that is a record of the CA. */
static void
do_restore (FakePerson *person, GError **error)
{
  g_autofree char *folder = g_strconcat (town_of_lines->folder, "-backup", NULL);
  g_autofree char *config
      = ca_restore (folder, town_of_lines->folder, NULL, person->caller, NULL, NULL, error);
}

typedef struct
{
  const char *verb;
  void (*prepare) (FakeTown *town);
  void (*call) (FakePerson *person, GError **error);
  const char
      *allowed; /* "VERB OUTCOME" of each record, ", " between; "": a reading is no decision */
  const char *refused; /* NULL: "VERB NOT_AUTHORIZED" */
} Line;

static const Line lines[] = {
  { "submit", NULL, call_submit, "submit DENIED", NULL },
  { "retrieve", NULL, call_retrieve_pending, "retrieve NOT_FOUND", NULL },
  { "retrieve", NULL, call_retrieve_by_key, "retrieve NOT_FOUND", NULL },
  { "retrieve", NULL, call_get_issued, "retrieve NOT_FOUND", NULL },
  { "read-ca", NULL, call_get_property_value, "", NULL },
  { "read-ca", NULL, call_get_certificate, "", NULL },
  { "read-ca", NULL, call_list_profiles, "", NULL },
  { "view", NULL, call_open_view, "", NULL },
  { "view", NULL, call_count, "", NULL },
  { "view", NULL, call_count_by, "", NULL },
  { "view-audit", NULL, call_open_view_of_audit, "", NULL },
  { "view-audit", NULL, call_count_of_audit, "", NULL },
  { "view-audit", NULL, call_count_by_of_audit, "", NULL },
  { "read-trace", NULL, call_get_trace, "", NULL },
  { "is-valid", NULL, call_is_valid_certificate, "", NULL },
  { "get-crl", NULL, call_get_crl, "", NULL },
  { "get-crl", NULL, call_get_partition_crl, "", NULL },
  { "read-config", NULL, call_get_config_entry, "", NULL },
  { "read-config", NULL, call_list_config_entries, "", NULL },
  { "read-config", NULL, call_describe_config_entry, "", NULL },
  { "read-config", NULL, call_list_config_history, "", NULL },
  { "read-security", NULL, call_list_verbs, "", NULL },
  { "read-security", NULL, call_list_roles, "", NULL },
  { "read-security", NULL, call_list_officer_rights, "", NULL },
  { "read-security", NULL, call_list_agents, "", NULL },
  { "read-security", NULL, call_list_profile_versions, "", NULL },
  { "read-security", NULL, call_get_effective_rights, "", NULL },
  { "my-roles", NULL, call_get_my_roles, "", NULL },
  { "cert-check", NULL, call_check_certificates, "cert-check OK", NULL },
  { "check", NULL, call_check_health, "", NULL },
  { "set-attributes", make_pending, do_set_attributes, "set-attributes pending", NULL },
  { "set-attributes", NULL, call_set_request_attributes, "set-attributes NOT_FOUND", NULL },
  { "set-extension", make_pending, do_set_extension, "set-extension pending", NULL },
  { "set-extension", NULL, call_set_certificate_extension, "set-extension NOT_FOUND", NULL },
  { "deny", make_pending, do_deny, "deny denied", NULL },
  { "deny", NULL, call_deny_request, "deny NOT_FOUND", NULL },
  { "resubmit", make_pending, call_resubmit_request, "sign ISSUED, resubmit issued", NULL },
  { "resubmit-denied", make_denied, call_resubmit_request, "sign ISSUED, resubmit issued",
    "resubmit NOT_AUTHORIZED" },
  { "resubmit", make_pending, call_resubmit_request_version, "sign ISSUED, resubmit issued", NULL },
  { "resubmit-denied", make_denied, call_resubmit_request_version, "sign ISSUED, resubmit issued",
    "resubmit NOT_AUTHORIZED" },
  { "revoke", make_issued, do_revoke, "revoke revoked", NULL },
  { "revoke", NULL, call_revoke, "revoke NOT_FOUND", NULL },
  { "unrevoke", make_revoked, do_unrevoke, "unrevoke WRONG_STATE", NULL },
  { "unrevoke", NULL, call_unrevoke, "unrevoke NOT_FOUND", NULL },
  { "set-publish-expired", make_revoked, do_publish_expired, "set-publish-expired revoked", NULL },
  { "set-publish-expired", NULL, call_set_publish_expired, "set-publish-expired NOT_FOUND", NULL },
  { "import", NULL, call_import_certificate, "import MALFORMED", NULL },
  { "delete-row", make_pending, do_delete_row, "delete-row deleted", NULL },
  { "delete-row", NULL, call_delete_row, "delete-row unchanged", NULL },
  { "delete-row", NULL, call_delete_expired, "delete-row unchanged", NULL },
  { "delete-row", NULL, call_delete_unresolved, "delete-row unchanged", NULL },
  { "write-config", NULL, call_set_config_entry, "write-config OK", NULL },
  { "write-config", NULL, call_set_config_entry_roles, "write-config OK", NULL },
  { "write-config", NULL, call_undo_config_entry, "write-config NOT_FOUND", NULL },
  { "write-security", NULL, call_set_roles, "write-security OK", NULL },
  { "write-security", NULL, call_set_officer_rights, "write-security OK", NULL },
  { "write-security", NULL, call_set_agent, "write-security OK", NULL },
  { "write-profile", NULL, do_set_profile, "write-profile OK", NULL },
  { "write-profile", NULL, call_set_profile, "write-profile OK", NULL },
  { "write-profile", NULL, call_withdraw_profile, "write-profile OK", NULL },
  { "read-changes", NULL, call_list_changes, "", NULL },
  { "decide-change", NULL, call_approve_change, "decide-change NOT_FOUND", NULL },
  { "decide-change", NULL, call_reject_change, "decide-change NOT_FOUND", NULL },
  { "set-ca-property", NULL, call_set_ca_property, "set-ca-property OK", NULL },
  { "publish-crl", NULL, call_publish_crls, "publish-crl OK", NULL },
  { "confirm-clock", NULL, call_confirm_clock, "confirm-clock WRONG_STATE", NULL },
  { "audit-verify", NULL, do_verify_audit, "audit-verify OK", NULL },
  { "install", NULL, do_install, "install WRONG_STATE", NULL },
  { "renew", NULL, do_renew, "renew OK, ca-rows OK", NULL },
  { "append-module", NULL, call_append_exit, "append-module SINGLE-OPERATOR, append-module OK",
    NULL },
  { "append-module", NULL, call_append_policy, "append-module SINGLE-OPERATOR, append-module OK",
    NULL },
  { "start-ca", make_stopped, call_start, "start-ca OK", NULL },
  { "stop-ca", NULL, call_stop, "stop-ca OK", NULL },
  { "backup", NULL, do_backup, "backup OK", NULL },
  { "restore", NULL, do_restore, "restore CONFIG", NULL },
  /* a backup has the keys encrypted and never what unlocks them; nothing else exports one */
  { "export-key", NULL, NULL, NULL, NULL },
};

/* That something is about to be done is no decision. */
static char *
records_since (FakeTown *town, gint64 since)
{
  g_autofree char *sql
      = g_strdup_printf ("SELECT coalesce (group_concat (verb || ' ' || outcome, "
                         "', '), '') FROM (SELECT * FROM audit WHERE sequence > "
                         "%" G_GINT64_FORMAT " AND outcome <> 'BEGUN' ORDER BY sequence)",
                         since);

  return fake_town_query_text (town, sql);
}

/* What the writer commits at once comes behind all that it was given before. */
static void
wait_for_writer (FakeTown *town)
{
  g_autoptr (GError) error = NULL;

  icert_admin_set_config_entry (fake_town_meet (town, "boss")->admin, "CRL", "CRLPeriod",
                                g_variant_new_string ("8d"), NULL, &error);
  g_assert_no_error (error);
}

static guint
check_line (FakeTown *town, const Line *line, const char *person, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;
  g_autofree char *all = NULL;
  gint64 before;

  wait_for_writer (town);
  before = fake_town_query_int (town, "SELECT max (sequence) FROM audit");
  line->call (fake_town_meet (town, person), &error);
  g_test_message ("%s by %s: %s", line->verb, person, error != NULL ? error->message : "OK");
  wait_for_writer (town);
  found = records_since (town, before);
  all = g_strconcat (expected, expected[0] != '\0' ? ", " : "", "write-config OK", NULL);
  if (strcmp (found, all) == 0)
    return 0;
  g_test_message ("  has '%s' instead of '%s'", found, all);
  return 1;
}

static void
test_records (void)
{
  g_autoptr (FakeTown) town = new_town (FALSE);
  g_autofree char *backup = g_strconcat (town->folder, "-backup", NULL);
  guint n_wrong = 0;

  g_test_summary ("S-F6: each decision is one record and each refusal is one, of every verb of the "
                  "table; a reading is none");
  town_of_lines = town;
  fake_town_meet (town, "boss");
  go_on (town);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *refused = g_strconcat (lines[i].verb, " NOT_AUTHORIZED", NULL);

      if (lines[i].call == NULL)
        continue;
      if (lines[i].prepare != NULL)
        lines[i].prepare (town);
      n_wrong += check_line (town, &lines[i], "stranger",
                             lines[i].refused != NULL ? lines[i].refused : refused);
      n_wrong += check_line (town, &lines[i], "everything", lines[i].allowed);
      go_on (town);
    }
  ca_folder_remove (backup);
  g_clear_pointer (&row_serial, g_free);
  g_assert_cmpuint (n_wrong, ==, 0);
}

static void
test_records_complete (void)
{
  g_test_summary ("S-F6: every row of ca-verbs.def has a line in the test of records");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint n = 0;

      for (guint j = 0; j < G_N_ELEMENTS (lines); j++)
        n += strcmp (lines[j].verb, rows[i].name) == 0;
      g_test_message ("%s: %u lines", rows[i].name, n);
      g_assert_cmpuint (n, >, 0);
    }
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/roles/s-f6-records", test_records);
  g_test_add_func ("/roles/s-f6-records-complete", test_records_complete);
  g_test_add_func ("/roles/s-d14-function", test_function);
  g_test_add_func ("/roles/s-d14-complete", test_complete);
  g_test_add_func ("/roles/s-d14-single-operator", test_single);
  g_test_add_func ("/roles/s-d14-dual-control", test_dual);
  g_test_add_func ("/roles/s-d14-bus", test_bus);
  return fake_ca_run ();
}
