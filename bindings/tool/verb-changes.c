/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-rows.h"

static gboolean option_all;
static char *option_reason;

static const GOptionEntry list_options[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &option_all, "Decided ones too", NULL },
  { NULL },
};

static const GOptionEntry reject_options[] = {
  { "reason", 0, 0, G_OPTION_ARG_STRING, &option_reason, "Why", "TEXT" },
  { NULL },
};

static ToolExit
run_list (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[]
      = { "id", "state", "time", "actor", "verb", "object", "value", "second", "detail", NULL };
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);
  g_autoptr (GVariant) rows
      = security != NULL ? icert_security_list_changes (security, option_all, NULL, error) : NULL;

  if (rows == NULL)
    return TOOL_EXIT_FAILED;
  tool_rows_print (tool, rows, names);
  return TOOL_EXIT_DONE;
}

static ToolExit
decide (Tool *tool, const char *text, gboolean approves, GError **error)
{
  g_autoptr (ICertSecurity) security = NULL;
  g_autoptr (ToolRecord) record = NULL;
  gint64 id;

  if (!g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &id, NULL))
    {
      tool_usage_error (error, "change: '%s' is none (a number that 'icert changes' lists)", text);
      return TOOL_EXIT_USAGE;
    }
  security = icert_security_open (tool->config, NULL, error);
  if (security == NULL
      || !(approves ? icert_security_approve_change (security, id, NULL, error)
                    : icert_security_reject_change (security, id, option_reason, NULL, error)))
    return TOOL_EXIT_FAILED;
  if (tool->quiet)
    return TOOL_EXIT_DONE;
  record = tool_record_new ();
  tool_record_add (record, "change", g_variant_new_int64 (id));
  tool_record_add_string (record, "state", approves ? "approved" : "rejected");
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

static ToolExit
run_approve (Tool *tool, char **arguments, GError **error)
{
  return decide (tool, arguments[0], TRUE, error);
}

static ToolExit
run_reject (Tool *tool, char **arguments, GError **error)
{
  return decide (tool, arguments[0], FALSE, error);
}

static ToolExit
run_history (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[] = { "id", "time", "actor", "node", "entry", "old", "new", NULL };
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (GVariant) rows
      = admin != NULL ? icert_admin_list_config_history (admin, NULL, error) : NULL;

  if (rows == NULL)
    return TOOL_EXIT_FAILED;
  tool_rows_print (tool, rows, names);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_changes = {
  .name = "changes",
  .summary = "List the changes that wait for a second administrator",
  .example = "icert changes",
  .examples = "icert changes --all",
  .options = list_options,
  .run = run_list,
};

const ToolVerb tool_verb_approve = {
  .name = "approve",
  .arguments = "CHANGE",
  .summary = "Approve a change that another administrator asked for",
  .example = "icert approve 3",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_approve,
};

const ToolVerb tool_verb_reject = {
  .name = "reject",
  .arguments = "CHANGE",
  .summary = "Reject a change, or take an own one back",
  .example = "icert reject 3 --reason 'not today'",
  .options = reject_options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_reject,
};

const ToolVerb tool_verb_config_history = {
  .name = "config-history",
  .summary = "List the changes of the configuration, newest first",
  .example = "icert config-history",
  .run = run_history,
};
