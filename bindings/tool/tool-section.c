/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-section.h"

#include "tool-principal.h"
#include "tool-rows.h"

ToolExit
tool_section_list (Tool *tool, const ToolSection *section, GError **error)
{
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);
  g_autoptr (GVariant) rows = security != NULL ? section->list (security, NULL, error) : NULL;

  if (rows == NULL)
    return TOOL_EXIT_FAILED;
  tool_rows_print (tool, rows, section->names);
  return TOOL_EXIT_DONE;
}

/* Before anything is set: a change that waits for another administrator is no answer. */
static void
warn (Tool *tool, const ToolSection *section, char **const *lists, ToolRecord *record)
{
  g_autoptr (GPtrArray) principals = g_ptr_array_new ();
  gsize i, j;

  for (i = 0; lists[0] != NULL && !tool->quiet && i < 3; i++)
    for (j = 0; section->are_principals[i] && lists[i] != NULL && lists[i][j] != NULL; j++)
      g_ptr_array_add (principals, lists[i][j]);
  g_ptr_array_add (principals, NULL);
  tool_principal_warn (tool, record, (char **) principals->pdata);
}

ToolExit
tool_section_set (Tool *tool,
                  const ToolSection *section,
                  const char *name,
                  char **const *lists,
                  GError **error)
{
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();
  gsize i;

  tool_record_add_string (record, "name", name);
  warn (tool, section, lists, record);
  if (security == NULL
      || !section->set (security, name, (const char *const *) lists[0],
                        (const char *const *) lists[1], (const char *const *) lists[2], NULL,
                        error))
    return TOOL_EXIT_FAILED;
  for (i = 0; lists[0] != NULL && i < 3; i++)
    tool_record_add (record, section->names[i + 1],
                     lists[i] != NULL ? g_variant_new_strv ((const char *const *) lists[i], -1)
                                      : NULL);
  if (lists[0] == NULL)
    tool_record_add_string (record, "state", "removed");
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}
