/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <pwd.h>
#include <string.h>

#include "ca-changes.h"
#include "ca-configure.h"
#include "ca-local.h"
#include "ca-profiles.h"

/* CertificateAuthority.Security for a CA in this process. */
#define CA_TYPE_LOCAL_SECURITY (ca_local_security_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalSecurity, ca_local_security, CA, LOCAL_SECURITY, CaLocal)

struct _CaLocalSecurity
{
  CaLocal parent_instance;
};

static void security_iface_init (ICertSecurityInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalSecurity,
                               ca_local_security,
                               CA_TYPE_LOCAL,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_SECURITY, security_iface_init))

static CaEngine *
engine_of (ICertSecurity *security)
{
  return ca_local_get_engine (CA_LOCAL (security));
}

/* Reading */

static GVariant *
ca_local_security_list_verbs (ICertSecurity *security, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts
      = ca_local_authorise (CA_LOCAL (security), CA_VERB_READ_SECURITY, error);

  return facts != NULL ? ca_roles_list_verbs () : NULL;
}

static GVariant *
ca_local_security_list_roles (ICertSecurity *security, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts
      = ca_local_authorise (CA_LOCAL (security), CA_VERB_READ_SECURITY, error);
  GVariantBuilder builder;

  if (facts == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{su}"));
  for (guint i = 0; i < facts->config->roles->len; i++)
    {
      const CaRoleEntry *entry = facts->config->roles->pdata[i];

      g_variant_builder_add (&builder, "{su}", entry->principal, (guint32) entry->roles);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
add_list (GVariantBuilder *builder, const char *name, char **list)
{
  if (list != NULL)
    g_variant_builder_add (builder, "{sv}", name,
                           g_variant_new_strv ((const char *const *) list, -1));
}

static GVariant *
ca_local_security_list_officer_rights (ICertSecurity *security,
                                       GCancellable *cancellable,
                                       GError **error)
{
  g_autoptr (CaFacts) facts
      = ca_local_authorise (CA_LOCAL (security), CA_VERB_READ_SECURITY, error);
  GVariantBuilder builder;

  if (facts == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < facts->config->officer_rights->len; i++)
    {
      const CaOfficerRights *rights = facts->config->officer_rights->pdata[i];

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "name", g_variant_new_string (rights->name));
      add_list (&builder, "officers", rights->officers);
      add_list (&builder, "profiles", rights->profiles);
      add_list (&builder, "requesters", rights->requesters);
      g_variant_builder_close (&builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static GVariant *
ca_local_security_list_agents (ICertSecurity *security, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts
      = ca_local_authorise (CA_LOCAL (security), CA_VERB_READ_SECURITY, error);
  GVariantBuilder builder;

  if (facts == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < facts->config->agents->len; i++)
    {
      const CaAgent *agent = facts->config->agents->pdata[i];

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "name", g_variant_new_string (agent->name));
      add_list (&builder, "principals", agent->principals);
      add_list (&builder, "profiles", agent->profiles);
      add_list (&builder, "subjects", agent->subjects);
      g_variant_builder_close (&builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Somebody as a door would know them. */
static CaCaller *
caller_of (const char *principal, GError **error)
{
  g_auto (GStrv) principals = NULL;
  const char *const alone[] = { principal, NULL };
  const char *name = strchr (principal, ':');
  g_autofree char *quoted = NULL;
  guint64 uid;

  if (g_str_has_prefix (principal, "user:") && name[1] != '\0')
    {
      principals = ca_roles_list_principals (name + 1);
      return ca_caller_new_principal (name + 1, (const char *const *) principals, CA_DOOR_LOCAL);
    }
  if (g_str_has_prefix (principal, "uid:")
      && g_ascii_string_to_unsigned (name + 1, 10, 0, G_MAXUINT, &uid, NULL))
    {
      const struct passwd *account = getpwuid ((uid_t) uid);

      return account != NULL ? ca_caller_new_account (account->pw_name, CA_DOOR_LOCAL)
                             : ca_caller_new_principal (principal, alone, CA_DOOR_LOCAL);
    }
  if (name != NULL && name[1] != '\0'
      && (g_str_has_prefix (principal, "group:") || g_str_has_prefix (principal, "cert:")
          || g_str_has_prefix (principal, "agent:")))
    return ca_caller_new_principal (principal, alone, CA_DOOR_LOCAL);
  quoted = icert_error_quote (principal, -1);
  icert_set_error (error, ICERT_ERROR_MALFORMED, "principal",
                   "%s (user:NAME, group:NAME, uid:N, cert:SHA256 or agent:NAME)", quoted);
  return NULL;
}

static GVariant *
list_allowed (const CaConfig *config, const CaCaller *caller)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (CaVerb verb = 0; verb < CA_N_VERBS; verb++)
    if (ca_roles_check (config, caller, verb, NULL))
      g_variant_builder_add (&builder, "s", ca_verb_to_string (verb));
  return g_variant_builder_end (&builder);
}

static gboolean
share_one (char *const *first, char *const *second)
{
  for (guint i = 0; first != NULL && first[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) second, first[i]))
      return TRUE;
  return FALSE;
}

/* Names of the sections that name the caller */
static void
add_sections (GVariantDict *dict, const CaConfig *config, const CaCaller *caller)
{
  GVariantBuilder rights, grants, agents;

  g_variant_builder_init (&rights, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_builder_init (&grants, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_builder_init (&agents, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < config->officer_rights->len; i++)
    {
      const CaOfficerRights *section = config->officer_rights->pdata[i];

      if (ca_officer_rights_has_officer (section, caller))
        g_variant_builder_add (&rights, "s", section->name);
    }
  for (guint i = 0; i < config->grants->len; i++)
    {
      const CaGrant *section = config->grants->pdata[i];

      if (share_one (section->principals, caller->principals))
        g_variant_builder_add (&grants, "s", section->name);
    }
  for (guint i = 0; i < config->agents->len; i++)
    {
      const CaAgent *section = config->agents->pdata[i];

      if (share_one (section->principals, caller->principals))
        g_variant_builder_add (&agents, "s", section->name);
    }
  g_variant_dict_insert_value (dict, "officer-rights", g_variant_builder_end (&rights));
  g_variant_dict_insert_value (dict, "grants", g_variant_builder_end (&grants));
  g_variant_dict_insert_value (dict, "agents", g_variant_builder_end (&agents));
}

static GVariant *
ca_local_security_get_effective_rights (ICertSecurity *security,
                                        const char *principal,
                                        GCancellable *cancellable,
                                        GError **error)
{
  g_autoptr (CaFacts) facts
      = ca_local_authorise (CA_LOCAL (security), CA_VERB_READ_SECURITY, error);
  g_autoptr (CaCaller) caller = facts != NULL ? caller_of (principal, error) : NULL;
  g_autoptr (GError) conflict = NULL;
  GVariantDict dict;
  ICertRoles roles;

  if (caller == NULL)
    return NULL;
  g_variant_dict_init (&dict, NULL);
  ca_config_get_roles (facts->config, caller, &roles, &conflict);
  if (conflict != NULL)
    {
      g_autofree char *text = icert_error_get_text (conflict);

      g_variant_dict_insert (&dict, "conflict", "s", text);
    }
  g_variant_dict_insert_value (&dict, "principals",
                               g_variant_new_strv ((const char *const *) caller->principals, -1));
  g_variant_dict_insert (&dict, "roles", "u", (guint32) roles);
  g_variant_dict_insert (&dict, "dual-control", "b", facts->config->dual_control);
  g_variant_dict_insert_value (&dict, "verbs", list_allowed (facts->config, caller));
  add_sections (&dict, facts->config, caller);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static GVariant *
ca_local_security_list_profile_versions (ICertSecurity *security,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GError **error)
{
  g_autoptr (CaFacts) facts
      = ca_local_authorise (CA_LOCAL (security), CA_VERB_READ_SECURITY, error);

  return facts != NULL ? ca_profiles_list (engine_of (security), name, error) : NULL;
}

/* Changing: a section is set whole, all of its entries or none */

static gboolean
configure (ICertSecurity *security, GVariant *entries, GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (security));
  g_autoptr (GVariant) owned = g_variant_ref_sink (entries);

  return ca_engine_check_process (engine_of (security), error)
         && ca_configure_set (engine_of (security), caller, CA_VERB_WRITE_SECURITY, owned, error);
}

static gboolean
ca_local_security_set_roles (ICertSecurity *security,
                             const char *principal,
                             ICertRoles roles,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autofree char *text = ca_roles_to_text (roles);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ssmv)"));
  g_variant_builder_add (&builder, "(ssmv)", "Roles", principal,
                         text[0] != '\0' ? g_variant_new_string (text) : NULL);
  return configure (security, g_variant_builder_end (&builder), error);
}

/* One section of three lists; @first NULL: it goes */
static gboolean
set_section (ICertSecurity *security,
             const char *kind,
             const char *name,
             const char *const *entries,
             const char *const *const *lists,
             GError **error)
{
  g_autofree char *node = g_strdup_printf ("%s %s", kind, name);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ssmv)"));
  if (lists[0] == NULL)
    g_variant_builder_add (&builder, "(ssmv)", node, "", NULL);
  for (guint i = 0; lists[0] != NULL && i < 3; i++)
    if (lists[i] != NULL)
      g_variant_builder_add (&builder, "(ssmv)", node, entries[i],
                             g_variant_new_strv (lists[i], -1));
    else if (ca_configure_is_set (engine_of (security), node, entries[i]))
      g_variant_builder_add (&builder, "(ssmv)", node, entries[i], NULL);
  return configure (security, g_variant_builder_end (&builder), error);
}

static gboolean
ca_local_security_set_officer_rights (ICertSecurity *security,
                                      const char *name,
                                      const char *const *officers,
                                      const char *const *profiles,
                                      const char *const *requesters,
                                      GCancellable *cancellable,
                                      GError **error)
{
  static const char *const entries[] = { "Officers", "Profiles", "Requesters" };
  const char *const *const lists[] = { officers, profiles, requesters };

  return set_section (security, "OfficerRights", name, entries, lists, error);
}

static gboolean
ca_local_security_set_agent (ICertSecurity *security,
                             const char *name,
                             const char *const *principals,
                             const char *const *profiles,
                             const char *const *subjects,
                             GCancellable *cancellable,
                             GError **error)
{
  static const char *const entries[] = { "Principals", "Profiles", "Subjects" };
  const char *const *const lists[] = { principals, profiles, subjects };

  return set_section (security, "Agent", name, entries, lists, error);
}

static gboolean
ca_local_security_set_profile (ICertSecurity *security,
                               const char *name,
                               GBytes *content,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (security));

  return ca_engine_check_process (engine_of (security), error)
         && ca_profiles_set (engine_of (security), caller, name, content, error);
}

static gboolean
ca_local_security_withdraw_profile (ICertSecurity *security,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GError **error)
{
  return ca_local_security_set_profile (security, name, NULL, cancellable, error);
}

/* Changes that wait */

static GVariant *
ca_local_security_list_changes (ICertSecurity *security,
                                gboolean all,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (security), CA_VERB_READ_CHANGES, error);

  return facts != NULL ? ca_changes_list (engine_of (security), all, error) : NULL;
}

static gboolean
ca_local_security_approve_change (ICertSecurity *security,
                                  gint64 id,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (security));

  return ca_engine_check_process (engine_of (security), error)
         && ca_changes_approve (engine_of (security), caller, id, error);
}

static gboolean
ca_local_security_reject_change (ICertSecurity *security,
                                 gint64 id,
                                 const char *reason,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (security));

  return ca_engine_check_process (engine_of (security), error)
         && ca_changes_reject (engine_of (security), caller, id, reason, error);
}

static void
security_iface_init (ICertSecurityInterface *iface)
{
  iface->list_verbs = ca_local_security_list_verbs;
  iface->list_roles = ca_local_security_list_roles;
  iface->set_roles = ca_local_security_set_roles;
  iface->list_officer_rights = ca_local_security_list_officer_rights;
  iface->set_officer_rights = ca_local_security_set_officer_rights;
  iface->list_agents = ca_local_security_list_agents;
  iface->set_agent = ca_local_security_set_agent;
  iface->get_effective_rights = ca_local_security_get_effective_rights;
  iface->list_changes = ca_local_security_list_changes;
  iface->approve_change = ca_local_security_approve_change;
  iface->reject_change = ca_local_security_reject_change;
  iface->set_profile = ca_local_security_set_profile;
  iface->withdraw_profile = ca_local_security_withdraw_profile;
  iface->list_profile_versions = ca_local_security_list_profile_versions;
}

static void
ca_local_security_class_init (CaLocalSecurityClass *class)
{
}

static void
ca_local_security_init (CaLocalSecurity *self)
{
}
