/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

/* Whether @name may take names without approval (S-D5) */
static gboolean
is_waived (GVariant *versions, const char *name)
{
  gsize i;

  for (i = 0; versions != NULL && i < g_variant_n_children (versions); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (versions, i);
      const char *its_name = NULL;
      gboolean waived = FALSE;

      if (g_variant_lookup (row, "name", "&s", &its_name) && g_str_equal (its_name, name)
          && g_variant_lookup (row, "waived", "b", &waived) && waived)
        return TRUE;
    }
  return FALSE;
}

/* For people there is a column of waivers only where there are any. */
static void
print (Tool *tool, char **profiles, GVariant *versions)
{
  static const char *const both[] = { "profile", "waived", NULL };
  static const char *const alone[] = { "profile", NULL };
  gboolean any = tool->json;
  g_autoptr (ToolTable) table = NULL;
  gsize i;

  for (i = 0; !any && profiles[i] != NULL; i++)
    any = is_waived (versions, profiles[i]);
  table = tool_table_new (any ? both : alone);
  for (i = 0; profiles[i] != NULL; i++)
    tool_table_add_row (table, (GVariant *[]){ g_variant_new_string (profiles[i]),
                                               any && versions != NULL ? g_variant_new_boolean (
                                                   is_waived (versions, profiles[i]))
                                                                       : NULL });
  tool_table_print (table, tool);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertCa) ca = icert_ca_open (tool->config, NULL, error);
  g_autoptr (ICertSecurity) security = NULL;
  g_autoptr (GVariant) versions = NULL;
  g_auto (GStrv) profiles = NULL;

  profiles = ca != NULL ? icert_ca_list_profiles (ca, NULL, error) : NULL;
  if (profiles == NULL)
    return TOOL_EXIT_FAILED;
  /* not everybody may read that */
  security = icert_security_open (tool->config, NULL, NULL);
  if (security != NULL)
    versions = icert_security_list_profile_versions (security, NULL, NULL, NULL);
  print (tool, profiles, versions);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_profiles = {
  .name = "profiles",
  .summary = "List the profiles you may ask for",
  .example = "icert profiles",
  .run = run,
};
