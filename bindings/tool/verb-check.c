/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

static GVariant *
lookup_text (GVariant *check, const char *name)
{
  return g_variant_lookup_value (check, name, G_VARIANT_TYPE_STRING);
}

/* The worst of all checks: 0 all is well, 3 warnings, 1 failures */
static ToolExit
worse (ToolExit before, GVariant *state)
{
  const char *text = state != NULL ? g_variant_get_string (state, NULL) : "failure";

  if (g_str_equal (text, "failure"))
    return TOOL_EXIT_FAILED;
  return g_str_equal (text, "warning") && before == TOOL_EXIT_DONE ? TOOL_EXIT_PENDING : before;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[] = { "check", "state", "text", "remedy", NULL };
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (GVariant) answer
      = admin != NULL ? icert_admin_check_health (admin, NULL, error) : NULL;
  g_autoptr (ToolTable) table = tool_table_new (names);
  ToolExit status = TOOL_EXIT_DONE;
  gsize i;

  if (answer == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; i < g_variant_n_children (answer); i++)
    {
      g_autoptr (GVariant) check = g_variant_get_child_value (answer, i);
      g_autoptr (GVariant) name = lookup_text (check, "name");
      g_autoptr (GVariant) state = lookup_text (check, "state");
      g_autoptr (GVariant) text = lookup_text (check, "text");
      g_autoptr (GVariant) remedy = lookup_text (check, "remedy");

      status = worse (status, state);
      if (!tool->quiet || remedy != NULL)
        tool_table_add_row (table, (GVariant *[]){ name, state, text, remedy });
    }
  tool_table_print (table, tool);
  return status;
}

const ToolVerb tool_verb_check = {
  .name = "check",
  .summary = "Look at the CA's health, a remedy for each trouble (status 3: warnings, 1: failures)",
  .example = "icert check",
  .run = run,
};
