/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-response.h"

static char *option_key;

static const GOptionEntry options[] = {
  { "id-key", 0, 0, G_OPTION_ARG_STRING, &option_key,
    "Idempotency key of a submission whose id was never seen", "KEY" },
  TOOL_ANSWER_OPTION_ENTRIES,
  { NULL },
};

static ICertResponse *
retrieve (Tool *tool, const char *text, GError **error)
{
  g_autoptr (ICertRequest) request = NULL;
  gint64 id = 0;

  if ((text == NULL) == (option_key == NULL))
    {
      tool_usage_error (error, "arguments: give ID or --id-key KEY (one of them)");
      return NULL;
    }
  if (!tool_answer_check (error) || (text != NULL && !tool_parse_id (text, &id, error)))
    return NULL;
  request = icert_request_open (tool->config, NULL, error);
  if (request == NULL)
    return NULL;
  if (text == NULL)
    return icert_request_retrieve_by_key (request, option_key, NULL, error);
  return icert_request_retrieve_pending (request, id, NULL, error);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertResponse) response = retrieve (tool, arguments[0], error);

  return response != NULL ? tool_answer_print (tool, response, error) : TOOL_EXIT_FAILED;
}

const ToolVerb tool_verb_retrieve = {
  .name = "retrieve",
  .arguments = "ID",
  .summary = "Collect the answer to a request",
  .example = "icert retrieve 7 --out cert.pem",
  .examples = "icert retrieve --id-key order-12 --form p7b --out cert.p7b",
  .options = options,
  .min_arguments = 0,
  .max_arguments = 1,
  .run = run,
};
