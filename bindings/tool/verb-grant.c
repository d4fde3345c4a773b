/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-grant.h"
#include "tool-output.h"
#include "tool-principal.h"

static char **option_principals;
static char **option_profiles;
static char **option_dns;

static const GOptionEntry options[] = {
  { "principal", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_principals,
    "Who: user:NAME, group:NAME, uid:N, cert:SHA256 or agent:NAME; may be given again", "P" },
  { "profile", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &option_profiles,
    "For which profile; may be given again", "PROFILE" },
  { "dns", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_dns,
    "Which names: 'example.org', or '*.example.org' for one label more; may be given again",
    "PATTERN" },
  { NULL },
};

static gboolean
set_list (ICertAdmin *admin, const char *node, const char *entry, char **list, GError **error)
{
  return icert_admin_set_config_entry (
      admin, node, entry, g_variant_new_strv ((const char *const *) list, -1), NULL, error);
}

/* Who comes last: until then the grant gives nobody anything. */
static gboolean
set_grant (ICertAdmin *admin, const char *node, GError **error)
{
  return set_list (admin, node, "Profiles", option_profiles, error)
         && set_list (admin, node, "dNSName", option_dns, error)
         && set_list (admin, node, "Principals", option_principals, error);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *node = tool_grant_node (arguments[0]);
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = NULL;

  if (option_principals == NULL || option_profiles == NULL || option_dns == NULL)
    {
      tool_usage_error (error, "arguments: --principal, --profile and --dns (each at least once)");
      return TOOL_EXIT_USAGE;
    }
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL || !set_grant (admin, node, error))
    return TOOL_EXIT_FAILED;
  if (tool->quiet)
    return TOOL_EXIT_DONE;
  record = tool_grant_read (admin, node, error);
  if (record == NULL)
    return TOOL_EXIT_FAILED;
  tool_principal_warn (tool, record, option_principals);
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_grant = {
  .name = "grant",
  .arguments = "NAME",
  .summary = "Say who may have which names without an officer",
  .example = "icert grant web --principal group:web --profile WebServer --dns '*.example.org'",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
