/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"
#include "tool-principal.h"
#include "tool-remedy.h"

static gboolean option_unset;
static gint64 option_undo;

static const GOptionEntry options[] = {
  { "unset", 0, 0, G_OPTION_ARG_NONE, &option_unset, "Remove the entry", NULL },
  { "undo", 0, 0, G_OPTION_ARG_INT64, &option_undo,
    "Bring back what a change of config-history replaced", "ID" },
  { NULL },
};

static ToolExit
undo (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = NULL;

  if (arguments[0] != NULL || option_unset)
    {
      tool_usage_error (error, "arguments: --undo ID stands alone");
      return TOOL_EXIT_USAGE;
    }
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL || !icert_admin_undo_config_entry (admin, option_undo, NULL, error))
    return TOOL_EXIT_FAILED;
  if (tool->quiet)
    return TOOL_EXIT_DONE;
  record = tool_record_new ();
  tool_record_add (record, "undone", g_variant_new_int64 (option_undo));
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

/* As the CA stores it, since "+X" and "30 days" are not what get-config prints afterwards. */
static void
print_stored (Tool *tool, ICertAdmin *admin, char **arguments, ToolRecord *record)
{
  GVariant *stored = icert_admin_get_config_entry (admin, arguments[0], arguments[1], NULL, NULL);

  tool_record_add (record, arguments[1], stored);
  tool_record_print (record, tool);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  const char *text;

  if (option_undo != 0)
    return undo (tool, arguments, error);
  if (arguments[0] == NULL || arguments[1] == NULL)
    {
      tool_usage_error (error, "arguments: NODE ENTRY VALUE, or --undo ID (one of them)");
      return TOOL_EXIT_USAGE;
    }
  tool_remedy_note ("node", arguments[0]);
  text = arguments[2];
  if ((text == NULL) != option_unset)
    {
      tool_usage_error (error, "arguments: give VALUE or --unset (one of them)");
      return TOOL_EXIT_USAGE;
    }
  /* before: a change that waits for another administrator is no answer, and wrong all the same */
  if (g_str_equal (arguments[0], "Roles") && text != NULL && !tool->quiet)
    tool_principal_warn (tool, record, (char *[]){ arguments[1], NULL });
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL
      || !icert_admin_set_config_entry (admin, arguments[0], arguments[1],
                                        text != NULL ? g_variant_new_string (text) : NULL, NULL,
                                        error))
    return TOOL_EXIT_FAILED;
  if (!tool->quiet)
    print_stored (tool, admin, arguments, record);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_set_config = {
  .name = "set-config",
  .arguments = "[NODE ENTRY VALUE]",
  .summary = "Change the configuration of a CA; 'icert describe' says when it takes effect",
  .example = "icert set-config CA ValidityPeriod 30d",
  .examples = "icert set-config Roles user:alice 'officer;reader'\n"
              "  icert set-config Roles user:alice --unset\n"
              "  icert set-config CA AllowAddresses +loopback\n  icert set-config --undo 17",
  .options = options,
  .min_arguments = 0,
  .max_arguments = 3,
  .run = run,
};
