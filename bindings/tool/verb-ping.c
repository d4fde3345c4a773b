/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (ICertCa) ca = icert_ca_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();
  g_autoptr (GVariant) name = NULL;

  if (ca == NULL)
    return TOOL_EXIT_FAILED;
  name = icert_ca_get_property_value (ca, ICERT_CA_PROPERTY_CA_NAME, -1, NULL, error);
  if (name == NULL)
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "name", name);
  tool_record_add (record, "milliseconds",
                   g_variant_new_int64 ((g_get_monotonic_time () - start) / 1000));
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_ping = {
  .name = "ping",
  .summary = "Ask a CA whether it answers",
  .example = "icert ping",
  .run = run,
};
