/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-file.h"
#include "tool-output.h"

static char *option_class;

static const GOptionEntry options[] = {
  { "class", 0, 0, G_OPTION_ARG_STRING, &option_class,
    "Policy class that is to read it (default: Template.Policy)", "CLASS" },
  { NULL },
};

/* The module that will read the file judges it; no CA is needed for that. */
static ICertManageModule *
open_judge (const char *class_id, GError **error)
{
  g_autoptr (GObject) object = icert_create_instance (class_id, NULL, NULL, error);
  g_autofree char *quoted = icert_error_quote (class_id, -1);
  ICertManageModule *judge = NULL;

  if (object == NULL)
    return NULL;
  if (ICERT_IS_POLICY (object))
    judge = icert_policy_get_manage_module (ICERT_POLICY (object));
  if (judge == NULL)
    icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "class", "%s cannot check profiles", quoted);
  return judge;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  const char *class_id = option_class != NULL ? option_class : "Template.Policy";
  g_autoptr (GBytes) contents = tool_read_file (arguments[0], TOOL_FILE_LIMIT, error);
  g_autofree char *name = g_path_get_basename (arguments[0]);
  g_autoptr (ICertManageModule) judge = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (contents == NULL)
    return TOOL_EXIT_FAILED;
  judge = open_judge (class_id, error);
  if (judge == NULL || !icert_manage_module_check (judge, "profile", name, contents, error))
    return TOOL_EXIT_FAILED;
  tool_record_add_string (record, "profile", name);
  tool_record_add_string (record, "checked-by", class_id);
  tool_record_add_string (record, "result", "good");
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_profile_check = {
  .name = "profile check",
  .arguments = "FILE",
  .summary = "Check a profile before a CA reads it",
  .example = "icert profile check WebServer.profile",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
