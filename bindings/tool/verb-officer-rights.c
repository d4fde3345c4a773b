/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-section.h"

static char **option_officers;
static char **option_profiles;
static char **option_requesters;

static const GOptionEntry options[] = {
  { "officer", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_officers,
    "Which officers: user:NAME, group:NAME, uid:N or cert:SHA256; may be given again", "P" },
  { "profile", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &option_profiles,
    "Only requests for these profiles; may be given again (default: all)", "PROFILE" },
  { "requester", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_requesters,
    "Only requests of these: user:NAME, group:NAME or uid:N; may be given again (default: all)",
    "P" },
  { NULL },
};

static const ToolSection section = {
  .names = { "name", "officers", "profiles", "requesters", NULL },
  .are_principals = { TRUE, FALSE, TRUE },
  .list = icert_security_list_officer_rights,
  .set = icert_security_set_officer_rights,
};

static ToolExit
run_list (Tool *tool, char **arguments, GError **error)
{
  return tool_section_list (tool, &section, error);
}

static ToolExit
run_set (Tool *tool, char **arguments, GError **error)
{
  char **const lists[] = { option_officers, option_profiles, option_requesters };

  if (option_officers != NULL)
    return tool_section_set (tool, &section, arguments[0], lists, error);
  tool_usage_error (error, "arguments: --officer (at least once)");
  return TOOL_EXIT_USAGE;
}

static ToolExit
run_remove (Tool *tool, char **arguments, GError **error)
{
  char **const lists[] = { NULL, NULL, NULL };

  return tool_section_set (tool, &section, arguments[0], lists, error);
}

const ToolVerb tool_verb_officer_rights = {
  .name = "officer-rights",
  .summary = "List which officers decide about whose requests; who is in no section about all",
  .example = "icert officer-rights",
  .run = run_list,
};

const ToolVerb tool_verb_officer_rights_set = {
  .name = "officer-rights set",
  .arguments = "NAME",
  .summary = "Say what officers may decide about",
  .example = "icert officer-rights set web --officer user:alice --profile WebServer",
  .examples
  = "icert officer-rights set web --officer user:alice --profile WebServer --requester group:web",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_set,
};

const ToolVerb tool_verb_officer_rights_remove = {
  .name = "officer-rights remove",
  .arguments = "NAME",
  .summary = "Remove a section of officer rights",
  .example = "icert officer-rights remove web",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_remove,
};
