/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-policy-host.h"

#include <string.h>

#include "ca-limits.h"
#include "ca-server-backend.h"
#include "ca-steps.h"

typedef struct
{
  ICertPolicy *policy;
  char *class_id;
  guint deadline; /* milliseconds */
  gint hangs;     /* atomic */
} PolicyModule;

struct _CaPolicyHost
{
  GPtrArray *modules; /* of PolicyModule */
  gboolean direct;
};

static void
policy_module_free (gpointer data)
{
  PolicyModule *module = data;

  if (module->policy != NULL)
    icert_policy_shutdown (module->policy);
  g_clear_object (&module->policy);
  g_free (module->class_id);
  g_free (module);
}

ICertSettings *
ca_module_settings_new (const CaModuleConfig *config,
                        ICertManageModule *manage,
                        const char *folder,
                        GError **error)
{
  g_autoptr (GVariant) schema = NULL;
  ICertSettings *settings;

  if (manage != NULL)
    {
      g_autoptr (GError) local = NULL;

      schema = icert_manage_module_describe_settings (manage, &local);
      if (schema == NULL && !g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  settings = icert_settings_new (schema, config->texts, folder, error);
  if (settings == NULL)
    g_prefix_error (error, "[%s] ", config->class_id);
  return settings;
}

static gboolean
initialize (PolicyModule *module, const CaModuleConfig *config, CaFacts *facts, GError **error)
{
  g_autoptr (ICertManageModule) manage = icert_policy_get_manage_module (module->policy);
  g_autoptr (ICertSettings) settings
      = ca_module_settings_new (config, manage, facts->config->folder, error);
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean ok;

  if (settings == NULL)
    return FALSE;
  context = ca_server_new_ca_context (facts, NULL, module->class_id);
  ok = icert_policy_initialize (module->policy, ICERT_SERVER (context), settings, error);
  icert_request_context_invalidate (context);
  return ok;
}

static gboolean
add_module (CaPolicyHost *host,
            ICertRegistry *registry,
            const CaModuleConfig *config,
            CaFacts *facts,
            GError **error)
{
  g_autoptr (ICertClassInfo) info
      = icert_registry_find_class (registry, config->class_id, NULL, error);
  g_autofree char *threads = NULL;
  g_autofree char *description = NULL;
  PolicyModule *module;

  if (info == NULL)
    return FALSE;
  module = g_new0 (PolicyModule, 1);
  module->class_id = g_strdup (config->class_id);
  module->deadline = icert_class_info_get_deadline (info) * 1000;
  g_ptr_array_add (host->modules, module);
  module->policy = ICERT_POLICY (
      icert_registry_create_module (registry, config->class_id, "ICertPolicy", error));
  if (module->policy == NULL || !initialize (module, config, facts, error))
    return FALSE;
  threads = icert_class_info_get_threads (info);
  if (strcmp (threads, "any") != 0)
    host->direct = FALSE;
  description = icert_policy_get_description (module->policy);
  ca_steps_print (1, "engine", module->class_id, "policy module loaded: %s",
                  description != NULL ? description : "");
  return TRUE;
}

CaPolicyHost *
ca_policy_host_new (ICertRegistry *registry, CaFacts *facts, GError **error)
{
  g_autoptr (CaPolicyHost) host = g_new0 (CaPolicyHost, 1);

  host->direct = TRUE;
  host->modules = g_ptr_array_new_with_free_func (policy_module_free);
  for (guint i = 0; i < facts->config->policies->len; i++)
    if (!add_module (host, registry, facts->config->policies->pdata[i], facts, error))
      return NULL;
  return g_steal_pointer (&host);
}

void
ca_policy_host_free (CaPolicyHost *host)
{
  if (host == NULL)
    return;
  g_ptr_array_unref (host->modules);
  g_free (host);
}

gboolean
ca_policy_host_is_direct (const CaPolicyHost *host)
{
  return host->direct;
}

static const CaModuleConfig *
find_config (const CaFacts *facts, const char *class_id)
{
  for (guint i = 0; i < facts->config->policies->len; i++)
    {
      const CaModuleConfig *config = facts->config->policies->pdata[i];

      if (strcmp (config->class_id, class_id) == 0)
        return config;
    }
  return NULL;
}

static gboolean
reload_module (PolicyModule *module,
               const CaModuleConfig *config,
               const char *folder,
               GError **error)
{
  g_autoptr (ICertManageModule) manage = icert_policy_get_manage_module (module->policy);
  g_autoptr (ICertSettings) settings = ca_module_settings_new (config, manage, folder, error);
  g_autoptr (GError) local = NULL;

  if (settings == NULL)
    return FALSE;
  if (manage == NULL || icert_manage_module_reload (manage, settings, &local)
      || g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* A chain of other modules takes effect at the next start. */
gboolean
ca_policy_host_reload (CaPolicyHost *host, CaFacts *facts, GError **error)
{
  for (guint i = 0; i < host->modules->len; i++)
    {
      PolicyModule *module = host->modules->pdata[i];
      const CaModuleConfig *config = find_config (facts, module->class_id);

      if (config != NULL && !reload_module (module, config, facts->config->folder, error))
        return FALSE;
    }
  return TRUE;
}

char *
ca_policy_host_describe (const CaPolicyHost *host)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < host->modules->len; i++)
    {
      const PolicyModule *module = host->modules->pdata[i];
      g_autofree char *description = icert_policy_get_description (module->policy);

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "",
                              description != NULL ? description : module->class_id);
    }
  return g_string_free (text, FALSE);
}

char **
ca_policy_host_list_profiles (CaPolicyHost *host, CaFacts *facts, CaCaller *caller, GError **error)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  char **names;

  for (guint i = 0; i < host->modules->len; i++)
    {
      PolicyModule *module = host->modules->pdata[i];
      g_autoptr (ICertRequestContext) context
          = ca_server_new_ca_context (facts, caller, module->class_id);
      g_autoptr (GError) local = NULL;
      g_auto (GStrv) list
          = icert_policy_list_profiles (module->policy, ICERT_SERVER (context), &local);

      icert_request_context_invalidate (context);
      if (list != NULL)
        g_strv_builder_addv (builder, (const char **) list);
      else if (local != NULL && !g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
        {
          g_strv_builder_unref (builder);
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return names;
}

/* The verdict of one module */

static const char *
verdict_to_string (ICertVerdict verdict)
{
  return verdict == ICERT_VERDICT_ISSUE  ? "issue"
         : verdict == ICERT_VERDICT_DENY ? "deny"
                                         : "pending";
}

static void
note_verdict (CaRequest *request,
              const PolicyModule *module,
              const char *verdict,
              const char *message)
{
  ca_trace_add (request->trace, "verdict", module->class_id, NULL, NULL, verdict, message);
  ca_steps_print (5, "policy", module->class_id, "%s%s%s", verdict, message != NULL ? ": " : "",
                  message != NULL ? message : "");
}

/* A module that could not judge: the request waits for a person, never issued (S-L3). */
static void
fail (CaRequest *request, const char *class_id, const char *what)
{
  g_autofree char *message = g_strdup_printf ("%s: %s", class_id, what);
  GError *status = NULL;

  icert_set_error (&status, ICERT_ERROR_MODULE, class_id, "%s (an officer decides)", what);
  ca_trace_add (request->trace, "verdict", class_id, NULL, NULL, "failed", what);
  ca_steps_print (5, "policy", class_id, "pending: %s", message);
  ca_request_decide (request, ICERT_ROW_DISPOSITION_PENDING, status, message);
}

static void
deny (CaRequest *request, const PolicyModule *module, GError *status)
{
  g_autofree char *text = NULL;

  if (status == NULL)
    icert_set_error (&status, ICERT_ERROR_DENIED, "policy", "%s",
                     request->policy_message != NULL ? request->policy_message
                                                     : "Denied by Policy Module");
  text = icert_error_get_text (status);
  note_verdict (request, module, "deny", text);
  ca_request_decide (request, ICERT_ROW_DISPOSITION_DENIED, status,
                     request->policy_message != NULL ? request->policy_message : text);
}

/* TRUE: the chain goes on. */
static gboolean
take_verdict (CaRequest *request,
              const PolicyModule *module,
              ICertVerdict verdict,
              GError *error,
              gboolean *pending)
{
  if (error != NULL && !icert_error_is_refusal (error))
    {
      g_autofree char *text = icert_error_get_text (error);

      fail (request, module->class_id, text);
      g_error_free (error);
      return FALSE;
    }
  if (error != NULL || verdict == ICERT_VERDICT_DENY)
    {
      deny (request, module, error);
      return FALSE;
    }
  if (verdict == ICERT_VERDICT_PENDING)
    *pending = TRUE;
  note_verdict (request, module, verdict_to_string (verdict), request->policy_message);
  return TRUE;
}

/* FALSE: the watchdog took the request. */
static gboolean
ask (PolicyModule *module,
     CaFacts *facts,
     CaRequest *request,
     CaWorker *worker,
     ICertVerdict *verdict,
     GError **error)
{
  g_autoptr (ICertRequestContext) context
      = ca_server_new_policy_context (request, facts, module->class_id);
  /* A call that never comes back keeps its object, whatever becomes of the host. */
  g_autoptr (ICertPolicy) policy = g_object_ref (module->policy);
  gboolean new_request = request->new_request;
  gboolean mine;

  ca_worker_enter (worker, module->deadline, context, module->class_id);
  if (!icert_policy_verify_request (policy, ICERT_SERVER_POLICY (context), new_request, verdict,
                                    error))
    *verdict = ICERT_VERDICT_PENDING;
  mine = ca_worker_leave (worker);
  icert_request_context_invalidate (context);
  return mine;
}

CaJudged
ca_policy_host_judge (CaPolicyHost *host, CaFacts *facts, CaRequest *request, CaWorker *worker)
{
  g_autoptr (CaRequest) kept = ca_request_ref (request);
  gboolean pending = host->modules->len == 0;

  for (guint i = 0; i < host->modules->len; i++)
    {
      PolicyModule *module = host->modules->pdata[i];
      ICertVerdict verdict = ICERT_VERDICT_PENDING;
      GError *error = NULL;

      if (g_atomic_int_get (&module->hangs) >= CA_LIMIT_MODULE_HANGS)
        {
          fail (request, module->class_id,
                "quarantined after it overran its deadline several times");
          return CA_JUDGED_DECIDED;
        }
      if (!ask (module, facts, request, worker, &verdict, &error))
        {
          g_clear_error (&error);
          return CA_JUDGED_ABANDONED;
        }
      if (!take_verdict (request, module, verdict, error, &pending))
        return CA_JUDGED_DECIDED;
    }
  if (!pending)
    return CA_JUDGED_ISSUE;
  ca_request_decide (request, ICERT_ROW_DISPOSITION_PENDING, NULL,
                     request->policy_message != NULL ? request->policy_message
                                                     : "Taken Under Submission");
  return CA_JUDGED_DECIDED;
}

void
ca_policy_host_blame (CaPolicyHost *host, CaRequest *request, const char *class_id)
{
  g_autofree char *what = NULL;

  for (guint i = 0; i < host->modules->len; i++)
    {
      PolicyModule *module = host->modules->pdata[i];

      if (strcmp (module->class_id, class_id) != 0)
        continue;
      g_atomic_int_inc (&module->hangs);
      what = g_strdup_printf ("gave no verdict within %u s", module->deadline / 1000);
    }
  fail (request, class_id, what != NULL ? what : "gave no verdict in time");
}
