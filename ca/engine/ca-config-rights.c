/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-config-private.h"

/* What [OfficerRights NAME] and [Agent NAME] say: for whom an officer decides (AD CS:
 * OfficerRights) and for whom an agent may ask (AD CS: EnrollmentAgentRights). */

void
_ca_officer_rights_free (gpointer data)
{
  CaOfficerRights *rights = data;

  g_free (rights->name);
  g_strfreev (rights->officers);
  g_strfreev (rights->profiles);
  g_strfreev (rights->requesters);
  g_free (rights);
}

void
_ca_agent_free (gpointer data)
{
  CaAgent *agent = data;

  g_free (agent->name);
  g_strfreev (agent->principals);
  g_strfreev (agent->profiles);
  g_strfreev (agent->subjects);
  g_free (agent);
}

gboolean
_ca_config_read_officer_rights (CaConfig *config,
                                ICertKeyfile *file,
                                const char *group,
                                GError **error)
{
  static const char *const keys[] = { "Officers", "Profiles", "Requesters", NULL };
  CaOfficerRights *rights = g_new0 (CaOfficerRights, 1);

  rights->name = g_strdup (group + strlen ("OfficerRights "));
  rights->officers = icert_keyfile_get_list (file, group, "Officers");
  rights->profiles = icert_keyfile_get_list (file, group, "Profiles");
  rights->requesters = icert_keyfile_get_list (file, group, "Requesters");
  g_ptr_array_add (config->officer_rights, rights);
  return icert_keyfile_check_keys (file, group, keys, error)
         && _ca_config_check_principals (file, group, "Officers", error)
         && _ca_config_check_principals (file, group, "Requesters", error);
}

/* A subject is a principal of an account, in which * stands for anything. */
static gboolean
check_subjects (ICertKeyfile *file, const char *group, char **subjects, GError **error)
{
  for (guint i = 0; subjects != NULL && subjects[i] != NULL; i++)
    if (!(g_str_has_prefix (subjects[i], "user:") && strlen (subjects[i]) > strlen ("user:"))
        && !(g_str_has_prefix (subjects[i], "group:") && strlen (subjects[i]) > strlen ("group:")))
      {
        icert_keyfile_set_error (file, group, "Subjects", error,
                                 "%s is no subject (user:NAME or group:NAME, * for anything)",
                                 subjects[i]);
        return FALSE;
      }
  return TRUE;
}

gboolean
_ca_config_read_agent (CaConfig *config, ICertKeyfile *file, const char *group, GError **error)
{
  static const char *const keys[] = { "Principals", "Profiles", "Subjects", NULL };
  CaAgent *agent = g_new0 (CaAgent, 1);

  agent->name = g_strdup (group + strlen ("Agent "));
  agent->principals = icert_keyfile_get_list (file, group, "Principals");
  agent->profiles = icert_keyfile_get_list (file, group, "Profiles");
  agent->subjects = icert_keyfile_get_list (file, group, "Subjects");
  g_ptr_array_add (config->agents, agent);
  return icert_keyfile_check_keys (file, group, keys, error)
         && _ca_config_check_principals (file, group, "Principals", error)
         && check_subjects (file, group, agent->subjects, error);
}

static gboolean
share_one (char *const *first, char *const *second)
{
  for (guint i = 0; first != NULL && second != NULL && first[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) second, first[i]))
      return TRUE;
  return FALSE;
}

gboolean
ca_officer_rights_has_officer (const CaOfficerRights *rights, const CaCaller *officer)
{
  return share_one (rights->officers, officer->principals);
}

/* A list that is not there does not restrict; one that is there and empty covers nothing. */
gboolean
ca_officer_rights_covers (const CaOfficerRights *rights,
                          const char *profile,
                          char *const *requester)
{
  if (rights->profiles != NULL
      && (profile == NULL || !g_strv_contains ((const char *const *) rights->profiles, profile)))
    return FALSE;
  return rights->requesters == NULL || share_one (rights->requesters, requester);
}

static gboolean
matches_subject (const CaAgent *agent, char *const *subject)
{
  for (guint i = 0; agent->subjects != NULL && agent->subjects[i] != NULL; i++)
    for (guint j = 0; subject[j] != NULL; j++)
      if (g_pattern_match_simple (agent->subjects[i], subject[j]))
        return TRUE;
  return FALSE;
}

const CaAgent *
ca_config_find_agent (const CaConfig *config,
                      const char *const *principals,
                      const char *profile,
                      char *const *subject)
{
  for (guint i = 0; i < config->agents->len; i++)
    {
      const CaAgent *agent = config->agents->pdata[i];

      if (share_one (agent->principals, (char *const *) principals) && agent->profiles != NULL
          && profile != NULL && g_strv_contains ((const char *const *) agent->profiles, profile)
          && matches_subject (agent, subject))
        return agent;
    }
  return NULL;
}
