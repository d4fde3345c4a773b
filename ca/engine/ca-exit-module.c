/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-exit-module.h"

#include "ca-policy-host.h"
#include "ca-server-backend.h"
#include "ca-steps.h"

static CaExitModule *
exit_module_new (const char *class_id)
{
  CaExitModule *module = g_new0 (CaExitModule, 1);

  g_atomic_ref_count_init (&module->ref_count);
  g_queue_init (&module->waiting);
  module->class_id = g_strdup (class_id);
  return module;
}

CaExitModule *
ca_exit_module_ref (CaExitModule *module)
{
  g_atomic_ref_count_inc (&module->ref_count);
  return module;
}

void
ca_exit_module_unref (gpointer data)
{
  CaExitModule *module = data;

  if (!g_atomic_ref_count_dec (&module->ref_count))
    return;
  g_clear_object (&module->exit);
  g_clear_pointer (&module->owned, ca_owned_unref);
  g_free (module->class_id);
  g_free (module->description);
  g_free (module);
}

static gboolean
initialize (ICertExit *exit,
            const CaModuleConfig *config,
            CaFacts *facts,
            ICertExitEvents *mask,
            GError **error)
{
  g_autoptr (ICertManageModule) manage = icert_exit_get_manage_module (exit);
  g_autoptr (ICertSettings) settings
      = ca_module_settings_new (config, manage, facts->config->folder, error);
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean ok;

  if (settings == NULL)
    return FALSE;
  context = ca_server_new_ca_context (facts, NULL, config->class_id);
  ok = icert_exit_initialize (exit, ICERT_SERVER (context), settings, mask, error);
  icert_request_context_invalidate (context);
  return ok;
}

CaExitModule *
ca_exit_module_load (ICertRegistry *registry,
                     const CaModuleConfig *config,
                     CaFacts *facts,
                     GError **error)
{
  g_autofree char *description = NULL;
  CaExitModule *module = exit_module_new (config->class_id);

  module->exit
      = (ICertExit *) icert_registry_create_module (registry, config->class_id, "ICertExit", error);
  if (module->exit == NULL || !initialize (module->exit, config, facts, &module->mask, error))
    {
      ca_exit_module_unref (module);
      return NULL;
    }
  description = icert_exit_get_description (module->exit);
  ca_steps_print (1, "engine", module->class_id, "exit module loaded: %s",
                  description != NULL ? description : "");
  return module;
}

CaExitModule *
ca_exit_module_new_lent (ICertExit *exit, CaFacts *facts, gconstpointer tag, GError **error)
{
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  CaModuleConfig config = { .class_id = (char *) G_OBJECT_TYPE_NAME (exit), .texts = none };
  ICertExitEvents mask = ICERT_EXIT_EVENT_NONE;
  g_autofree char *description = NULL;
  CaExitModule *module;

  if (!initialize (exit, &config, facts, &mask, error))
    return NULL;
  description = icert_exit_get_description (exit);
  module = exit_module_new (config.class_id);
  module->mask = mask;
  module->description = ca_module_clean_description (description, config.class_id);
  module->owned = ca_owned_new (exit, tag);
  ca_steps_print (1, "engine", module->class_id, "exit appended: %s", module->description);
  return module;
}

CaExitModule *
ca_exit_module_find (GPtrArray *modules, const char *class_id)
{
  for (guint i = 0; i < modules->len; i++)
    if (g_strcmp0 (((CaExitModule *) modules->pdata[i])->class_id, class_id) == 0)
      return modules->pdata[i];
  return NULL;
}

gboolean
ca_exit_module_check (ICertRegistry *registry,
                      const CaModuleConfig *config,
                      CaFacts *facts,
                      GError **error)
{
  g_autoptr (ICertExit) module
      = (ICertExit *) icert_registry_create_module (registry, config->class_id, "ICertExit", error);
  g_autoptr (ICertManageModule) manage = NULL;
  g_autoptr (ICertSettings) settings = NULL;

  if (module == NULL)
    return FALSE;
  manage = icert_exit_get_manage_module (module);
  settings = ca_module_settings_new (config, manage, facts->config->folder, error);
  return settings != NULL;
}
