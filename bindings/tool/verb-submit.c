/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-submission.h"

static const GOptionEntry options[] = { TOOL_SUBMISSION_OPTION_ENTRIES, { NULL } };

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertResponse) response = tool_submit (tool, arguments[0], error);

  return response != NULL ? tool_answer_print (tool, response, error) : TOOL_EXIT_FAILED;
}

const ToolVerb tool_verb_submit = {
  .name = "submit",
  .arguments = "FILE|-",
  .summary = "Submit a request and print what became of it",
  .example = "icert submit request.pem --profile WebServer --out cert.pem",
  .examples = "openssl req … | icert submit - --attrib 'Ticket:4711'\n"
              "  icert submit request.der --id-key order-12 --form chain --out chain.pem",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
