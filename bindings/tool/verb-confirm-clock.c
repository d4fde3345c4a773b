/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (admin == NULL || !icert_admin_confirm_clock (admin, NULL, error))
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "confirmed", g_variant_new_boolean (TRUE));
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_confirm_clock = {
  .name = "confirm-clock",
  .summary = "As an administrator: the clock is right after a jump stopped signing",
  .example = "icert confirm-clock",
  .run = run,
};
