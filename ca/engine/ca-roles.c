/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-roles.h"

#include <string.h>

typedef struct
{
  const char *name;
  guint any; /* roles, any one of which will do */
  guint all; /* or all of these */
  guint doors;
  guint approval; /* CaApproval */
  const char *methods;
} CaVerbRow;

/* The words of ca-verbs.def */
enum
{
  NOBODY = ICERT_ROLE_NONE,
  ADMIN = ICERT_ROLE_ADMIN,
  OFFICER = ICERT_ROLE_OFFICER,
  AUDITOR = ICERT_ROLE_AUDITOR,
  OPERATOR = ICERT_ROLE_OPERATOR,
  READ = ICERT_ROLE_READ,
  ENROLL = ICERT_ROLE_ENROLL,
  CUSTODIAN = ICERT_ROLE_KEY_CUSTODIAN,
  LOCAL = CA_DOOR_LOCAL,
  SETUP = CA_DOOR_SETUP,
  BUS = CA_DOOR_BUS,
  SOCKET = CA_DOOR_SOCKET,
  EVERYWHERE = LOCAL | SETUP | BUS | SOCKET,
  ALONE = CA_APPROVAL_NONE,
  TWO = CA_APPROVAL_TWO,
  MAYBE = CA_APPROVAL_BY_OBJECT
};

#define V(id, name, any, all, doors, approval, methods)                                            \
  [CA_VERB_##id] = { name, any, all, doors, approval, methods },
static const CaVerbRow rows[] = {
#include "ca-verbs.def"
};
#undef V
G_STATIC_ASSERT (G_N_ELEMENTS (rows) == CA_N_VERBS);

/* A row that says nothing of somebody, some door or some method is no row. */
#define V(id, name, any, all, doors, approval, methods)                                            \
  G_STATIC_ASSERT (sizeof name > 1 && ((any) == NOBODY) != ((all) == NOBODY));                     \
  G_STATIC_ASSERT ((doors) != 0 && ((doors) & ~EVERYWHERE) == 0 && sizeof methods > 1);
#include "ca-verbs.def"
#undef V

const char *
ca_verb_to_string (CaVerb verb)
{
  return rows[verb].name;
}

CaVerb
ca_verb_from_string (const char *name)
{
  CaVerb verb = 0;

  while (verb < CA_N_VERBS && strcmp (rows[verb].name, name) != 0)
    verb++;
  return verb;
}

static GVariant *
list_doors (guint doors)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint door = CA_DOOR_LOCAL; door <= CA_DOOR_SOCKET; door <<= 1)
    if ((doors & door) != 0)
      g_variant_builder_add (&builder, "s", ca_door_to_string (door));
  return g_variant_builder_end (&builder);
}

GVariant *
ca_roles_list_verbs (void)
{
  static const char *const approvals[] = { "none", "two", "by-object" };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < CA_N_VERBS; i++)
    {
      g_auto (GStrv) methods = g_strsplit (rows[i].methods, " ", -1);

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "verb", g_variant_new_string (rows[i].name));
      g_variant_builder_add (&builder, "{sv}", "roles", g_variant_new_uint32 (rows[i].any));
      g_variant_builder_add (&builder, "{sv}", "together", g_variant_new_uint32 (rows[i].all));
      g_variant_builder_add (&builder, "{sv}", "doors", list_doors (rows[i].doors));
      g_variant_builder_add (&builder, "{sv}", "approval",
                             g_variant_new_string (approvals[rows[i].approval]));
      g_variant_builder_add (&builder, "{sv}", "methods",
                             g_variant_new_strv ((const char *const *) methods, -1));
      g_variant_builder_close (&builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Under dual control an administrator approves what the others ask for (S-D9, S-D11). */
static gboolean
suffices (const CaConfig *config, const CaVerbRow *row, ICertRoles roles)
{
  if (row->all == 0)
    return (roles & row->any) != 0;
  if (config->dual_control)
    return (roles & row->all & ~ICERT_ROLE_ADMIN) != 0;
  return (roles & row->all) == row->all;
}

gboolean
ca_roles_check (const CaConfig *config, const CaCaller *caller, CaVerb verb, GError **error)
{
  const CaVerbRow *row = &rows[verb];
  g_autofree char *needed = NULL;
  ICertRoles roles;

  if (!ca_config_get_roles (config, caller, &roles, error))
    return FALSE;
  if (suffices (config, row, roles) && (caller->door & row->doors) != 0)
    return TRUE;
  needed = ca_roles_to_text (row->any | row->all);
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller",
                   "%s may not %s through door %s (%s %s)", caller->name, row->name,
                   ca_door_to_string (caller->door), row->all != 0 ? "all of" : "role", needed);
  return FALSE;
}

/* Names are given anew, principal ids are not; a request of a time without has only the name. */
gboolean
ca_roles_is_submitter (const CaCaller *caller, const CaRequest *request)
{
  if (request->caller_id != NULL)
    return strcmp (caller->id, request->caller_id) == 0;
  return g_strcmp0 (caller->name, request->caller_name) == 0;
}

gboolean
ca_roles_check_approval (const CaConfig *config,
                         const CaCaller *officer,
                         const CaRequest *request,
                         GError **error)
{
  if (!config->dual_control || officer->door == CA_DOOR_SETUP
      || !ca_roles_is_submitter (officer, request))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "officer",
                   "%s submitted this request (another officer)", officer->name);
  return FALSE;
}

char **
ca_roles_list_principals (const char *account)
{
  g_autoptr (CaCaller) caller = ca_caller_new_account (account, CA_DOOR_LOCAL);
  GPtrArray *principals = g_ptr_array_new ();
  char *user = g_strconcat ("user:", account, NULL);

  g_ptr_array_add (principals, user);
  /* An account that is not there has no uid to speak of. */
  for (guint i = 0; caller->uid != G_MAXUINT && caller->principals[i] != NULL; i++)
    if (strcmp (caller->principals[i], user) != 0)
      g_ptr_array_add (principals, g_strdup (caller->principals[i]));
  g_ptr_array_add (principals, NULL);
  return (char **) g_ptr_array_free (principals, FALSE);
}

gboolean
ca_roles_check_object (const CaConfig *config,
                       const CaCaller *officer,
                       const char *profile,
                       const char *requester,
                       GError **error)
{
  g_auto (GStrv) principals = NULL;
  gboolean restricted = FALSE;

  if (officer->door == CA_DOOR_SETUP)
    return TRUE;
  for (guint i = 0; i < config->officer_rights->len; i++)
    {
      const CaOfficerRights *rights = config->officer_rights->pdata[i];

      if (!ca_officer_rights_has_officer (rights, officer))
        continue;
      restricted = TRUE;
      if (principals == NULL)
        principals = ca_roles_list_principals (requester != NULL ? requester : "");
      if (ca_officer_rights_covers (rights, profile, principals))
        return TRUE;
    }
  if (!restricted)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "officer",
                   "%s may not decide about requests for %s of %s (what [OfficerRights] covers)",
                   officer->name, profile != NULL ? profile : "no profile",
                   requester != NULL ? requester : "nobody");
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x80094009");
  return FALSE;
}

gboolean
ca_roles_check_officer (const CaConfig *config,
                        const CaCaller *officer,
                        const CaRequest *request,
                        GError **error)
{
  const char *profile = request->template_name;

  /* A request that was never judged, or denied before a profile was chosen, names one. */
  if (profile == NULL)
    profile = ca_request_get_attribute (request, "CertificateTemplate");
  return ca_roles_check_object (config, officer, profile, request->requester_name, error);
}

gboolean
ca_roles_is_officer_of (const CaConfig *config, const CaCaller *caller, const CaRequest *request)
{
  ICertRoles roles;

  return ca_config_get_roles (config, caller, &roles, NULL) && (roles & ICERT_ROLE_OFFICER) != 0
         && ca_roles_check_officer (config, caller, request, NULL);
}

const CaAgent *
ca_roles_find_agent (const CaConfig *config,
                     const char *const *agent,
                     const char *profile,
                     const char *subject,
                     GError **error)
{
  g_auto (GStrv) principals = ca_roles_list_principals (subject);
  const CaAgent *found = ca_config_find_agent (config, agent, profile, principals);

  if (found == NULL)
    icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "agent",
                     "%s may not ask for %s on behalf of %s (a section [Agent NAME])",
                     agent[0] != NULL ? agent[0] : "nobody",
                     profile != NULL ? profile : "no profile", subject);
  return found;
}
