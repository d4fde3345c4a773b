/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-section.h"

static char **option_principals;
static char **option_profiles;
static char **option_subjects;

static const GOptionEntry options[] = {
  { "principal", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_principals,
    "Who: cert:SHA256 of an agent's certificate, user:NAME, group:NAME or uid:N; may be given "
    "again",
    "P" },
  { "profile", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &option_profiles,
    "For which profile; may be given again", "PROFILE" },
  { "subject", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_subjects,
    "On behalf of whom: user:NAME or group:NAME, with * for anything; may be given again",
    "PATTERN" },
  { NULL },
};

static const ToolSection section = {
  .names = { "name", "principals", "profiles", "subjects", NULL },
  .are_principals = { TRUE, FALSE, TRUE },
  .list = icert_security_list_agents,
  .set = icert_security_set_agent,
};

static ToolExit
run_list (Tool *tool, char **arguments, GError **error)
{
  return tool_section_list (tool, &section, error);
}

static ToolExit
run_set (Tool *tool, char **arguments, GError **error)
{
  char **const lists[] = { option_principals, option_profiles, option_subjects };

  if (option_principals != NULL && option_profiles != NULL && option_subjects != NULL)
    return tool_section_set (tool, &section, arguments[0], lists, error);
  tool_usage_error (error, "arguments: --principal, --profile and --subject (each at least once)");
  return TOOL_EXIT_USAGE;
}

static ToolExit
run_remove (Tool *tool, char **arguments, GError **error)
{
  char **const lists[] = { NULL, NULL, NULL };

  return tool_section_set (tool, &section, arguments[0], lists, error);
}

const ToolVerb tool_verb_agents = {
  .name = "agents",
  .summary = "List who may ask for certificates on behalf of whom",
  .example = "icert agents",
  .run = run_list,
};

const ToolVerb tool_verb_agents_set = {
  .name = "agents set",
  .arguments = "NAME",
  .summary = "Say who may ask on behalf of whom",
  .example = "icert agents set desk --principal cert:SHA256 --profile User --subject 'user:*'",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_set,
};

const ToolVerb tool_verb_agents_remove = {
  .name = "agents remove",
  .arguments = "NAME",
  .summary = "Remove a section of agents",
  .example = "icert agents remove desk",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_remove,
};
