/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-response.h"

static const GOptionEntry options[] = { TOOL_ANSWER_OPTION_ENTRIES, { NULL } };

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ICertResponse) response = NULL;
  gint64 id;

  if (!tool_answer_check (error) || !tool_parse_id (arguments[0], &id, error))
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  response = icert_admin_resubmit_request (admin, id, NULL, error);
  return response != NULL ? tool_answer_print (tool, response, error) : TOOL_EXIT_FAILED;
}

const ToolVerb tool_verb_resubmit = {
  .name = "resubmit",
  .arguments = "ID",
  .summary = "As an officer: let the policy decide anew on a pending request",
  .example = "icert resubmit 7",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
