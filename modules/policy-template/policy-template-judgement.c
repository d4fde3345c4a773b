/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "policy-template-judgement.h"

#include <string.h>

/* CERTSRV_E_KEY_LENGTH, CERTSRV_E_ENROLL_DENIED */
#define STATUS_KEY_LENGTH 0x80094811u
#define STATUS_ENROLL_DENIED 0x80094011u

gboolean
policy_template_trace (PolicyTemplateJudgement *judgement,
                       const char *rule,
                       const char *field,
                       const char *seen,
                       const char *allowed,
                       GError **error)
{
  return icert_server_policy_add_trace (judgement->server, rule, field, seen, allowed, error);
}

gboolean
policy_template_refuse (ICertServerPolicy *server,
                        ICertError code,
                        const char *rule,
                        const char *field,
                        const char *seen,
                        const char *problem,
                        const char *allowed,
                        GError **error)
{
  g_autofree char *quoted = seen != NULL ? icert_error_quote (seen, -1) : g_strdup ("");

  if (!icert_server_policy_add_trace (server, rule, field, seen, allowed, error))
    return FALSE;
  icert_set_error (error, code, field, "%s%s%s (%s)", quoted, seen != NULL ? " " : "", problem,
                   allowed);
  return FALSE;
}

void
policy_template_set_status (GError **error, guint32 status)
{
  if (error != NULL && *error != NULL)
    icert_error_add_detail (*error, "status", "0x%08x", status);
}

void
policy_template_note (PolicyTemplateJudgement *judgement, const char *text)
{
  if (judgement->notes->len > 0)
    g_string_append (judgement->notes, "; ");
  g_string_append (judgement->notes, text);
}

gboolean
policy_template_is_officers (const PolicyTemplateJudgement *judgement, const char *oid)
{
  return g_ptr_array_find_with_equal_func (judgement->officers, oid, g_str_equal, NULL);
}

gboolean
policy_template_find_grant (PolicyTemplateJudgement *judgement,
                            const PolicyTemplateField *field,
                            ICertName *name,
                            gboolean *covered,
                            GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = icert_name_to_string (name);
  g_autofree char *grant
      = icert_server_find_grant (judgement->reader, judgement->profile->name, name, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *covered = grant != NULL;
  if (grant != NULL)
    g_ptr_array_add (judgement->granted, g_object_ref (name));
  return policy_template_trace (judgement, "grant", field->key, text,
                                grant != NULL ? grant : "no grant covers it", error);
}

static gboolean
get_text (ICertServer *reader, const char *name, char **value, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *value = icert_server_get_request_string (reader, name, &local_error);
  if (*value == NULL && local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_account (ICertServer *reader, const char *attribute, const char *expected)
{
  g_autofree char *value = icert_server_get_requester_attribute (reader, attribute, NULL);

  return g_strcmp0 (value, expected) == 0;
}

/* The caller's principals are what the engine says of the requester; nothing here comes from the
 * request. */
static gboolean
is_principal (ICertServer *reader,
              const char *principal,
              const char *requester,
              const char *const *groups)
{
  const char *colon = strchr (principal, ':');

  if (colon == NULL)
    return FALSE;
  if (g_strcmp0 (principal, requester) == 0)
    return TRUE;
  if (g_str_has_prefix (principal, "user:"))
    return is_account (reader, "name", colon + 1);
  if (g_str_has_prefix (principal, "uid:"))
    return is_account (reader, "uid", colon + 1);
  return g_str_has_prefix (principal, "group:") && groups != NULL
         && g_strv_contains (groups, colon + 1);
}

/* The roles that Enroll= may name, as the engine counts them. */
static const struct
{
  const char *name;
  ICertRoles role;
} roles[] = {
  { "submitter", ICERT_ROLE_ENROLL },    { "officer", ICERT_ROLE_OFFICER },
  { "administrator", ICERT_ROLE_ADMIN }, { "auditor", ICERT_ROLE_AUDITOR },
  { "backup", ICERT_ROLE_OPERATOR },     { "reader", ICERT_ROLE_READ },
};

static gboolean
has_role (const PolicyTemplateProfile *profile, ICertServer *reader, gboolean *has, GError **error)
{
  const char *const *enroll = (const char *const *) profile->enroll;
  g_autoptr (GError) local_error = NULL;
  gint64 mask = 0;

  *has = FALSE;
  if (!icert_server_get_request_int (reader, "RequesterRoles", &mask, &local_error)
      && local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    *has |= (mask & roles[i].role) != 0 && g_strv_contains (enroll, roles[i].name);
  return TRUE;
}

/* Does the caller that @reader speaks of have the profile's Enroll right? */
static gboolean
may_enroll (const PolicyTemplateProfile *profile,
            ICertServer *reader,
            gboolean *may,
            GError **error)
{
  g_autofree char *requester = NULL;
  g_auto (GStrv) groups = NULL;

  if (!has_role (profile, reader, may, error))
    return FALSE;
  if (*may)
    return TRUE;
  if (!get_text (reader, "RequesterName", &requester, error))
    return FALSE;
  groups = icert_server_get_requester_groups (reader, error);
  if (groups == NULL)
    return FALSE;
  for (gsize i = 0; !*may && profile->enroll[i] != NULL; i++)
    *may = is_principal (reader, profile->enroll[i], requester, (const char *const *) groups);
  return TRUE;
}

/* Which profiles may make CAs: names, as text with `;`. */
static char **
split_profiles (GVariant *value)
{
  char **names;

  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_new0 (char *, 1);
  names = g_strsplit (g_variant_get_string (value, NULL), ";", -1);
  for (gsize i = 0; names[i] != NULL; i++)
    g_strstrip (names[i]);
  return names;
}

/* @property: of the CA, a list of profiles */
static char **
list_profiles (ICertServer *reader, const char *property, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GVariant) value = icert_server_get_ca_property (reader, property, &local_error);

  if (local_error == NULL)
    return split_profiles (value);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

gboolean
policy_template_is_offered (ICertServer *reader,
                            const char *name,
                            gboolean *offered,
                            GError **error)
{
  g_auto (GStrv) listed = list_profiles (reader, "Templates", error);

  if (listed != NULL)
    *offered = listed[0] == NULL || g_strv_contains ((const char *const *) listed, name);
  return listed != NULL;
}

char **
policy_template_list_usable (const PolicyTemplateSet *set, ICertServer *reader, GError **error)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  GPtrArray *entries = policy_template_set_list (set);
  g_auto (GStrv) of_cas = list_profiles (reader, "CAProfiles", error);

  for (guint i = 0; of_cas != NULL && i < entries->len; i++)
    {
      const PolicyTemplateEntry *entry = entries->pdata[i];
      gboolean offered = FALSE;
      gboolean may = FALSE;

      if (entry->profile == NULL
          || (entry->profile->is_ca
              && !g_strv_contains ((const char *const *) of_cas, entry->name)))
        continue;
      if (!policy_template_is_offered (reader, entry->name, &offered, error)
          || !may_enroll (entry->profile, reader, &may, error))
        return NULL;
      if (offered && may)
        g_strv_builder_add (names, entry->name);
    }
  return of_cas != NULL ? g_strv_builder_end (names) : NULL;
}

static gboolean
check_enroll (PolicyTemplateJudgement *judgement, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;
  const char *allowed = profile->enroll_text;
  g_autofree char *requester = NULL;
  gboolean may = FALSE;

  if (!judgement->new_request)
    return TRUE;
  if (!may_enroll (profile, judgement->reader, &may, error)
      || !get_text (judgement->reader, "RequesterName", &requester, error))
    return FALSE;
  if (may)
    return policy_template_trace (judgement, "enroll", "RequesterName", requester, allowed, error);

  policy_template_refuse (judgement->server, ICERT_ERROR_NOT_AUTHORIZED, "enroll", "RequesterName",
                          requester != NULL ? requester : "", "may not ask for this profile",
                          allowed, error);
  policy_template_set_status (error, STATUS_ENROLL_DENIED);
  return FALSE;
}

/* S-G3: a profile says that it makes CAs; only the CA's configuration says that it may. */
static gboolean
check_ca_right (PolicyTemplateJudgement *judgement, GError **error)
{
  const char *name = judgement->profile->name;
  g_auto (GStrv) listed = NULL;
  g_autofree char *allowed = NULL;

  if (!judgement->profile->is_ca)
    return TRUE;
  listed = list_profiles (judgement->reader, "CAProfiles", error);
  if (listed == NULL)
    return FALSE;
  allowed = listed[0] != NULL ? g_strjoinv (", ", listed) : g_strdup ("profiles in CAProfiles");
  if (g_strv_contains ((const char *const *) listed, name))
    return policy_template_trace (judgement, "ca-profile", "CertificateTemplate", name, allowed,
                                  error);
  return policy_template_refuse (
      judgement->server, ICERT_ERROR_NOT_AUTHORIZED, "ca-profile", "CertificateTemplate", name,
      "makes CA certificates, which this CA does not issue", allowed, error);
}

/* "rsa-2048", "ec-p256": in the words of Types= */
static char *
describe_key (ICertServer *reader, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *type = icert_server_get_certificate_string (reader, "PublicKeyType", &local_error);

  if (local_error == NULL)
    return type != NULL ? type : g_strdup ("unknown");
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static gboolean
check_key (PolicyTemplateJudgement *judgement, const char *type, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;

  if (g_strv_contains ((const char *const *) profile->key_types, type))
    return policy_template_trace (judgement, "key-type", "public key", type,
                                  profile->key_types_text, error);
  policy_template_refuse (judgement->server, ICERT_ERROR_WEAK_KEY, "key-type", "public key", type,
                          "is no key for this profile", profile->key_types_text, error);
  policy_template_set_status (error, STATUS_KEY_LENGTH);
  return FALSE;
}

static gboolean
get_date (PolicyTemplateJudgement *judgement, const char *name, gint64 *seconds, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GVariant) value
      = icert_server_get_certificate_property (judgement->reader, name, &local_error);

  *seconds = 0;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *seconds = g_variant_get_int64 (value) / G_USEC_PER_SEC;
  return TRUE;
}

static char *
format_date (gint64 seconds)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);

  return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
}

/* S-H1: both ends belong to the certificate. A policy can shorten what the CA proposes, never
 * lengthen it. */
static gboolean
set_validity (PolicyTemplateJudgement *judgement, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;
  g_autofree char *proposed = NULL;
  gint64 not_before = 0, not_after = 0, wanted;

  if (!profile->has_validity)
    return TRUE;
  if (!get_date (judgement, "NotBefore", &not_before, error)
      || !get_date (judgement, "NotAfter", &not_after, error))
    return FALSE;
  if (not_before == 0 || not_after == 0)
    return policy_template_trace (judgement, "validity", "NotAfter", NULL, profile->validity_text,
                                  error);

  wanted = icert_duration_add (not_before, profile->validity_months, profile->validity_seconds) - 1;
  proposed = format_date (not_after);
  if (!policy_template_trace (judgement, "validity", "NotAfter", proposed, profile->validity_text,
                              error))
    return FALSE;
  if (wanted > not_after)
    {
      g_autofree char *note = g_strdup_printf ("validity cut to %s by the CA (profile: %s; "
                                               "MaxValidityPeriod or the CA's own certificate "
                                               "allows no more)",
                                               proposed, profile->validity_text);

      policy_template_note (judgement, note);
    }
  /* set even where it stays the same: what nobody sets is the CA's default, which is shorter */
  return icert_server_policy_set_certificate_property (
      judgement->server, "NotAfter", g_variant_new_int64 (MIN (wanted, not_after) * G_USEC_PER_SEC),
      error);
}

/* Which rows an officer wrote: they stay (processing.md 4). */
static gboolean
find_officers_rows (PolicyTemplateJudgement *judgement, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) oids = icert_server_list_extensions (judgement->reader, &local_error);

  for (gsize i = 0; oids != NULL && oids[i] != NULL && local_error == NULL; i++)
    {
      ICertExtensionFlags flags = ICERT_EXTENSION_NONE;
      ICertExtensionOrigin origin = ICERT_EXTENSION_ORIGIN_NONE;
      g_autoptr (GBytes) value = icert_server_get_certificate_extension (
          judgement->reader, oids[i], &flags, &origin, &local_error);

      if (local_error != NULL || origin != ICERT_EXTENSION_ORIGIN_ADMIN)
        continue;
      g_ptr_array_add (judgement->officers, g_strdup (oids[i]));
      if (!policy_template_trace (judgement, "officer", oids[i], "set by an officer", "stays",
                                  error))
        return FALSE;
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
set_own_properties (PolicyTemplateJudgement *judgement, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;

  return icert_server_policy_set_certificate_property (judgement->server, "CertificateTemplate",
                                                       g_variant_new_string (profile->name), error)
         && icert_server_policy_set_certificate_property (
             judgement->server, "ProfileVersion", g_variant_new_int32 (profile->version), error)
         && icert_server_policy_set_certificate_property (
             judgement->server, "HoldAllowed", g_variant_new_int32 (profile->allows_hold), error);
}

/* An officer is asked when the profile or the source of a name says so, unless grants cover
 * everything that was asked for. */
static gboolean
decide (PolicyTemplateJudgement *judgement, ICertVerdict *verdict, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;
  gboolean needed = profile->needs_approval || judgement->asks_officer;
  gboolean covered = judgement->n_claims > 0 && judgement->n_uncovered == 0;
  const char *seen = "not needed";

  if (needed)
    seen = !judgement->new_request ? "an officer" : covered ? "grants cover all names" : "none yet";
  *verdict
      = needed && judgement->new_request && !covered ? ICERT_VERDICT_PENDING : ICERT_VERDICT_ISSUE;
  if (*verdict == ICERT_VERDICT_PENDING)
    {
      g_autofree char *note = g_strdup_printf ("%s asks for an officer", profile->name);

      policy_template_note (judgement, note);
    }
  if (!policy_template_trace (judgement, "approval", "request", seen,
                              needed ? "an officer, or grants that cover all names" : "none",
                              error))
    return FALSE;
  return judgement->notes->len == 0
         || icert_server_policy_set_disposition_message (judgement->server, judgement->notes->str,
                                                         error);
}

static gboolean
get_rdns (PolicyTemplateJudgement *judgement, GError **error)
{
  judgement->rdns = icert_server_list_subject_rdns (judgement->reader, error);
  return judgement->rdns != NULL;
}

static gboolean
run_steps (PolicyTemplateJudgement *judgement, ICertVerdict *verdict, GError **error)
{
  g_autofree char *key_type = NULL;

  /* first, so that a refused request's row says too by which profile it was judged */
  if (!set_own_properties (judgement, error) || !check_enroll (judgement, error)
      || !check_ca_right (judgement, error))
    return FALSE;
  key_type = describe_key (judgement->reader, error);
  return key_type != NULL && check_key (judgement, key_type, error) && get_rdns (judgement, error)
         && find_officers_rows (judgement, error) && policy_template_judge_names (judgement, error)
         && policy_template_judge_subject (judgement, error)
         && policy_template_set_names (judgement, error)
         && policy_template_judge_extensions (judgement, key_type, error)
         && set_validity (judgement, error) && decide (judgement, verdict, error);
}

gboolean
policy_template_judge (ICertServerPolicy *server,
                       const PolicyTemplateSet *set,
                       gboolean new_request,
                       ICertVerdict *verdict,
                       GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) officers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) notes = g_string_new (NULL);
  PolicyTemplateJudgement judgement = {
    .server = server,
    .reader = ICERT_SERVER (server),
    .new_request = new_request,
    .names = names,
    .granted = granted,
    .officers = officers,
    .notes = notes,
  };
  gboolean ok;

  ok = policy_template_choose (server, set, &judgement.profile, error)
       && run_steps (&judgement, verdict, error);
  g_clear_pointer (&judgement.rdns, g_variant_unref);
  g_clear_object (&judgement.common_name);
  return ok;
}
