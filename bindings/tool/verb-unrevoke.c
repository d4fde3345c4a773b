/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"
#include "tool-serial.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *serial = tool_find_serial (tool, arguments[0], error);
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (serial == NULL)
    return TOOL_EXIT_FAILED;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL || !icert_admin_unrevoke (admin, serial, NULL, error))
    return TOOL_EXIT_FAILED;
  tool_record_add_string (record, "serial", serial);
  tool_record_add_string (record, "disposition", "issued");
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_unrevoke = {
  .name = "unrevoke",
  .arguments = "SERIAL|FILE",
  .summary = "As an officer: release a certificate from hold",
  .example = "icert unrevoke 01:9a:0c",
  .examples = "icert unrevoke www.example.org.pem",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
