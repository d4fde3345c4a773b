/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-section.h"

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

  if (security == NULL
      || !section->set (security, name, (const char *const *) lists[0],
                        (const char *const *) lists[1], (const char *const *) lists[2], NULL,
                        error))
    return TOOL_EXIT_FAILED;
  tool_record_add_string (record, "name", name);
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
