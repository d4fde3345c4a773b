/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-trace.h"

static gboolean option_all;

static const GOptionEntry options[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &option_all,
    "Also what modules read and wrote (always with --json)", NULL },
  { NULL },
};

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (GVariant) trace = NULL;
  gint64 id;

  if (!tool_parse_id (arguments[0], &id, error))
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  trace = icert_admin_get_trace (admin, id, NULL, error);
  if (trace == NULL)
    return TOOL_EXIT_FAILED;
  if (!g_variant_is_of_type (trace, G_VARIANT_TYPE ("aa{sv}")))
    {
      icert_set_error (error, ICERT_ERROR_MODULE, "trace", "of type %s (aa{sv})",
                       g_variant_get_type_string (trace));
      return TOOL_EXIT_FAILED;
    }
  tool_trace_print (tool, trace, option_all);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_explain = {
  .name = "explain",
  .arguments = "ID",
  .summary = "Print how a request was decided, rule by rule",
  .example = "icert explain 7",
  .examples = "icert explain 7 --all\n  icert --json explain 7",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
