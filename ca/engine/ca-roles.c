/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-roles.h"

#define EVERY_DOOR (CA_DOOR_LOCAL | CA_DOOR_SETUP | CA_DOOR_BUS | CA_DOOR_SOCKET)

typedef struct
{
  const char *name;
  guint roles; /* any one of; 0 = nobody */
  guint doors;
} CaVerbRow;

/* verb x role x door (S-D14), after MS-CSRA; see processing.md 9. */
static const CaVerbRow rows[] = {
  [CA_VERB_SUBMIT] = { "submit", ICERT_ROLE_ENROLL, EVERY_DOOR },
  [CA_VERB_RETRIEVE] = { "retrieve", ICERT_ROLE_ENROLL | ICERT_ROLE_OFFICER, EVERY_DOOR },
  [CA_VERB_READ_CA]
  = { "read-ca", ICERT_ROLE_ENROLL | ICERT_ROLE_READ | ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN,
      EVERY_DOOR },
  [CA_VERB_VIEW] = { "view", ICERT_ROLE_READ | ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN, EVERY_DOOR },
  [CA_VERB_READ_TRACE]
  = { "read-trace", ICERT_ROLE_READ | ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN, EVERY_DOOR },
  [CA_VERB_SET_ATTRIBUTES] = { "set-attributes", ICERT_ROLE_OFFICER, EVERY_DOOR },
  [CA_VERB_SET_EXTENSION] = { "set-extension", ICERT_ROLE_OFFICER, EVERY_DOOR },
  [CA_VERB_DENY] = { "deny", ICERT_ROLE_OFFICER, EVERY_DOOR },
  [CA_VERB_RESUBMIT] = { "resubmit", ICERT_ROLE_OFFICER, EVERY_DOOR },
  [CA_VERB_RESUBMIT_DENIED] = { "resubmit-denied", ICERT_ROLE_ADMIN, EVERY_DOOR },
  [CA_VERB_MY_ROLES] = { "my-roles",
                         ICERT_ROLE_READ | ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN | ICERT_ROLE_ENROLL
                             | ICERT_ROLE_AUDITOR | ICERT_ROLE_OPERATOR,
                         EVERY_DOOR },
  [CA_VERB_READ_CONFIG]
  = { "read-config", ICERT_ROLE_READ | ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN, EVERY_DOOR },
  [CA_VERB_WRITE_CONFIG] = { "write-config", ICERT_ROLE_ADMIN, EVERY_DOOR },
  [CA_VERB_INSTALL] = { "install", ICERT_ROLE_ADMIN, CA_DOOR_LOCAL | CA_DOOR_SETUP },
  [CA_VERB_APPEND] = { "append-module", ICERT_ROLE_ADMIN, CA_DOOR_LOCAL },
  [CA_VERB_START] = { "start-ca", ICERT_ROLE_ADMIN, CA_DOOR_LOCAL },
  [CA_VERB_STOP] = { "stop-ca", ICERT_ROLE_ADMIN, CA_DOOR_LOCAL },
};
G_STATIC_ASSERT (G_N_ELEMENTS (rows) == CA_N_VERBS);

const char *
ca_verb_to_string (CaVerb verb)
{
  return rows[verb].name;
}

gboolean
ca_roles_check (const CaConfig *config, const CaCaller *caller, CaVerb verb, GError **error)
{
  ICertRoles roles;

  if (!ca_config_get_roles (config, caller, &roles, error))
    return FALSE;
  if ((roles & rows[verb].roles) != 0 && (caller->door & rows[verb].doors) != 0)
    return TRUE;

  {
    g_autofree char *needed = ca_roles_to_text (rows[verb].roles);

    icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller",
                     "%s may not %s through door %s (role %s)", caller->name, rows[verb].name,
                     ca_door_to_string (caller->door), needed);
  }
  return FALSE;
}

gboolean
ca_roles_check_approval (const CaConfig *config,
                         const CaCaller *officer,
                         const char *requester,
                         GError **error)
{
  if (!config->dual_control || officer->door == CA_DOOR_SETUP
      || g_strcmp0 (officer->name, requester) != 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "officer",
                   "%s submitted this request (another officer)", officer->name);
  return FALSE;
}

gboolean
ca_roles_check_modules (const CaConfig *config, const CaCaller *caller, GError **error)
{
  if (!config->dual_control)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller",
                   "%s may not append modules alone (a CA without dual control)", caller->name);
  return FALSE;
}
