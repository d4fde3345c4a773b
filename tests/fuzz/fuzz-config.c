/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include "ca-config.h"

/* ca.conf as the engine judges it: ca_config_parse(). */

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) input = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaConfig) config = ca_config_parse ("/nonexistent", input, &error);

  fuzz_check_pointer (config, &error);
  if (config == NULL)
    return 0;
  ca_config_has_administrator (config);
  for (guint i = 0; i < config->roles->len; i++)
    {
      const CaRoleEntry *entry = config->roles->pdata[i];

      g_free (ca_roles_to_text (entry->roles));
    }
  return 0;
}
