/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>

#include "tool-grant.h"

static GPtrArray *
read_grants (ICertAdmin *admin, GError **error)
{
  g_autoptr (GPtrArray) grants = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_record_free);
  g_auto (GStrv) nodes = icert_admin_list_config_entries (admin, NULL, NULL, error);
  gsize i;

  if (nodes == NULL)
    return NULL;
  for (i = 0; nodes[i] != NULL; i++)
    {
      ToolRecord *grant;

      if (!g_str_has_prefix (nodes[i], TOOL_GRANT_PREFIX))
        continue;
      grant = tool_grant_read (admin, nodes[i], error);
      if (grant == NULL)
        return NULL;
      g_ptr_array_add (grants, grant);
    }
  return g_steal_pointer (&grants);
}

static void
print_json (GPtrArray *grants)
{
  g_autoptr (JsonNode) document = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();
  guint i;

  for (i = 0; i < grants->len; i++)
    json_array_add_element (array, tool_record_to_json (g_ptr_array_index (grants, i)));
  json_node_take_array (document, array);
  tool_print_json (document, TRUE);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (GPtrArray) grants = admin != NULL ? read_grants (admin, error) : NULL;
  guint i;

  if (grants == NULL)
    return TOOL_EXIT_FAILED;
  if (tool->json)
    print_json (grants);
  for (i = 0; !tool->json && i < grants->len; i++)
    {
      if (i > 0)
        putchar ('\n');
      tool_record_print (g_ptr_array_index (grants, i), tool);
    }
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_grants = {
  .name = "grants",
  .summary = "List the grants",
  .example = "icert grants",
  .run = run,
};
