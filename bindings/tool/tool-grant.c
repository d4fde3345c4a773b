/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-grant.h"

#include <string.h>

char *
tool_grant_node (const char *name)
{
  return g_strconcat (TOOL_GRANT_PREFIX, name, NULL);
}

ToolRecord *
tool_grant_read (ICertAdmin *admin, const char *node, GError **error)
{
  g_autoptr (ToolRecord) record = tool_record_new ();
  g_auto (GStrv) entries = icert_admin_list_config_entries (admin, node, NULL, error);
  gsize i;

  if (entries == NULL)
    return NULL;
  tool_record_add_string (record, "grant", node + strlen (TOOL_GRANT_PREFIX));
  for (i = 0; entries[i] != NULL; i++)
    {
      GError *local_error = NULL;
      g_autoptr (GVariant) value
          = icert_admin_get_config_entry (admin, node, entries[i], NULL, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, local_error);
          return NULL;
        }
      tool_record_add (record, entries[i], value);
    }
  return g_steal_pointer (&record);
}
