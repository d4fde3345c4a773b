/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-remedy.h"
#include "tool-rows.h"

/* What an entry is: each fact that the CA tells of it */
static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (GVariant) facts = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  GVariantIter iter;
  const char *name;
  GVariant *value;

  tool_remedy_note ("node", arguments[0]);
  if (admin != NULL)
    facts = icert_admin_describe_config_entry (admin, arguments[0], arguments[1], NULL, error);
  if (facts == NULL)
    return TOOL_EXIT_FAILED;
  tool_record_add_string (record, "node", arguments[0]);
  tool_record_add_string (record, "entry", arguments[1]);
  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    tool_record_add (record, name, value);
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_describe = {
  .name = "describe",
  .arguments = "NODE ENTRY",
  .summary = "Say what an entry of the configuration is: type, default, bounds, who changes it",
  .example = "icert describe CRL CRLPeriod",
  .examples = "icert describe CA ClockSkewMinutes",
  .min_arguments = 2,
  .max_arguments = 2,
  .run = run,
};
