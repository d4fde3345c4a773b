/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-remedy.h"
#include "tool-submission.h"

static const GOptionEntry options[] = { TOOL_SUBMISSION_OPTION_ENTRIES, { NULL } };

static ICertResponse *
resubmit (Tool *tool, gint64 id, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);

  return admin != NULL ? icert_admin_resubmit_request (admin, id, NULL, error) : NULL;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertResponse) response = tool_submit (tool, arguments[0], error);

  if (response == NULL)
    return TOOL_EXIT_FAILED;
  if (icert_response_get_disposition (response) == ICERT_DISPOSITION_UNDER_SUBMISSION)
    {
      gint64 id = icert_response_get_request_id (response);

      g_clear_object (&response);
      response = resubmit (tool, id, error);
      if (response == NULL)
        {
          g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

          tool_remedy_note ("request", text);
          g_prefix_error (error, "request %" G_GINT64_FORMAT " is pending; resubmitting it: ", id);
          return TOOL_EXIT_FAILED;
        }
    }
  return tool_answer_print (tool, response, error);
}

const ToolVerb tool_verb_issue = {
  .name = "issue",
  .arguments = "FILE|-",
  .summary = "Submit as an officer, and resubmit at once if it is pending",
  .example = "icert issue request.pem --profile WebServer --out cert.pem",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
