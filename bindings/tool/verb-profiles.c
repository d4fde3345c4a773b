/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[] = { "profile", NULL };
  g_autoptr (ICertCa) ca = icert_ca_open (tool->config, NULL, error);
  g_autoptr (ToolTable) table = tool_table_new (names);
  g_auto (GStrv) profiles = NULL;
  gsize i;

  profiles = ca != NULL ? icert_ca_list_profiles (ca, NULL, error) : NULL;
  if (profiles == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; profiles[i] != NULL; i++)
    tool_table_add_row (table, (GVariant *[]){ g_variant_new_string (profiles[i]) });
  tool_table_print (table, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_profiles = {
  .name = "profiles",
  .summary = "List the profiles you may ask for",
  .example = "icert profiles",
  .run = run,
};
