/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-response.h"

static gint64 option_version;

static const GOptionEntry options[] = {
  { "content-version", 0, 0, G_OPTION_ARG_INT64, &option_version,
    "Only this content of it, as 'icert explain' named it; refuse what was changed since", "N" },
  TOOL_ANSWER_OPTION_ENTRIES,
  { NULL },
};

static gboolean
check_version (GError **error)
{
  if (option_version >= 0)
    return TRUE;
  tool_usage_error (error, "--content-version: %" G_GINT64_FORMAT " is none (a number from 1)",
                    option_version);
  return FALSE;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ICertResponse) response = NULL;
  gint64 id;

  if (!tool_answer_check (error) || !check_version (error)
      || !tool_parse_id (arguments[0], &id, error))
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  response = option_version > 0
                 ? icert_admin_resubmit_request_version (admin, id, option_version, NULL, error)
                 : icert_admin_resubmit_request (admin, id, NULL, error);
  return response != NULL ? tool_answer_print (tool, response, error) : TOOL_EXIT_FAILED;
}

const ToolVerb tool_verb_resubmit = {
  .name = "resubmit",
  .arguments = "ID",
  .summary = "As an officer: let the policy decide anew on a pending request",
  .example = "icert resubmit 7",
  .examples
  = "icert view --where 'Disposition = pending' --columns "
    "RequestID,RequesterName,CommonName,ContentVersion\n"
    "  icert resubmit 7 --content-version 2     # what was seen, and no later change of it",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
