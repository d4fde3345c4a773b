/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-config.h"

char *
tool_dup_config (Tool *tool, GError **error)
{
  g_autoptr (ICertConfig) records = NULL;

  if (tool->config != NULL)
    return g_strdup (tool->config);
  records = icert_config_open (NULL, error);
  return records != NULL
             ? icert_config_get_config (records, ICERT_CONFIG_CHOICE_DEFAULT, NULL, error)
             : NULL;
}
