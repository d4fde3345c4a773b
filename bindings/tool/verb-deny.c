/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"

static char *option_reason;

static const GOptionEntry options[] = {
  { "reason", 'r', 0, G_OPTION_ARG_STRING, &option_reason, "What the requester is told", "TEXT" },
  { NULL },
};

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  gint64 id;

  if (!tool_parse_id (arguments[0], &id, error))
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL || !icert_admin_deny_request (admin, id, option_reason, NULL, error))
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "request-id", g_variant_new_int64 (id));
  tool_record_add_string (record, "disposition", "denied");
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_deny = {
  .name = "deny",
  .arguments = "ID",
  .summary = "As an officer: refuse a pending request",
  .example = "icert deny 7 --reason 'ask for the new domain'",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
