/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-config.h"

#include <string.h>

/* "Demo CA" as every other verb shows it, "localhost\\Demo CA"; what no record has stays. */
static char *
dup_whole (const char *config)
{
  g_autoptr (ICertConfig) records = icert_config_open (NULL, NULL);
  g_autoptr (GListModel) list = records != NULL ? icert_config_list (records, NULL, NULL) : NULL;
  char *found = NULL;

  for (guint i = 0; list != NULL && i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ICertCaInfo) info = g_list_model_get_item (list, i);
      g_autofree char *one = icert_ca_info_get_config (info);
      const char *sign = strchr (one, '\\');

      if (sign == NULL || strcmp (sign + 1, config) != 0)
        continue;
      /* a name on two hosts is for the CA to refuse */
      if (found != NULL)
        {
          g_free (found);
          return g_strdup (config);
        }
      found = g_steal_pointer (&one);
    }
  return found != NULL ? found : g_strdup (config);
}

char *
tool_dup_config (Tool *tool, GError **error)
{
  g_autoptr (ICertConfig) records = NULL;

  if (tool->config != NULL)
    return dup_whole (tool->config);
  records = icert_config_open (NULL, error);
  return records != NULL
             ? icert_config_get_config (records, ICERT_CONFIG_CHOICE_DEFAULT, NULL, error)
             : NULL;
}
