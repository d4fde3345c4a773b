/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-policy-host.h"

#include <string.h>

#include "ca-der.h"
#include "ca-limits.h"
#include "ca-offer.h"
#include "ca-server-backend.h"
#include "ca-steps.h"

/* S-L3, milliseconds: what manifests say by default. The environment may shorten it, for tests. */
#define LENT_DEADLINE 10000

/* A policy of the configuration, which is called from any thread, or one that the application lent,
 * which is called on its owner's. */
typedef struct
{
  gatomicrefcount ref_count;
  ICertPolicy *policy; /* NULL: lent */
  CaOwned *owned;      /* NULL: of the configuration */
  char *class_id;      /* of a lent one: the name of its type */
  char *description;   /* of a lent one */
  guint deadline;      /* milliseconds */
  gboolean direct;     /* may be called on any thread */
  gint hangs;          /* atomic */
  gint retired;        /* atomic: no chain will have it again; shut down with the last reference */
} PolicyModule;

struct _CaPolicyChain
{
  gatomicrefcount ref_count;
  GPtrArray *modules; /* of PolicyModule */
  gboolean direct;
};

struct _CaPolicyHost
{
  GMutex mutex;
  CaPolicyChain *chain; /* under the mutex; never changed, only replaced */
  gboolean configured_direct;
  gint64 loaded; /* under the mutex */
};

static PolicyModule *
policy_module_new (const char *class_id)
{
  PolicyModule *module = g_new0 (PolicyModule, 1);

  g_atomic_ref_count_init (&module->ref_count);
  module->class_id = g_strdup (class_id);
  return module;
}

static PolicyModule *
policy_module_ref (PolicyModule *module)
{
  g_atomic_ref_count_inc (&module->ref_count);
  return module;
}

static void
policy_module_unref (gpointer data)
{
  PolicyModule *module = data;

  if (!g_atomic_ref_count_dec (&module->ref_count))
    return;
  if (g_atomic_int_get (&module->retired))
    icert_policy_shutdown (module->policy);
  g_clear_object (&module->policy);
  g_clear_pointer (&module->owned, ca_owned_unref);
  g_free (module->class_id);
  g_free (module->description);
  g_free (module);
}

static CaPolicyChain *
chain_new (void)
{
  CaPolicyChain *chain = g_new0 (CaPolicyChain, 1);

  g_atomic_ref_count_init (&chain->ref_count);
  chain->modules = g_ptr_array_new_with_free_func (policy_module_unref);
  chain->direct = TRUE;
  return chain;
}

void
ca_policy_chain_unref (CaPolicyChain *chain)
{
  if (!g_atomic_ref_count_dec (&chain->ref_count))
    return;
  g_ptr_array_unref (chain->modules);
  g_free (chain);
}

gboolean
ca_policy_chain_is_direct (const CaPolicyChain *chain)
{
  return chain->direct;
}

CaPolicyChain *
ca_policy_host_ref_chain (CaPolicyHost *host)
{
  CaPolicyChain *chain;

  g_mutex_lock (&host->mutex);
  chain = host->chain;
  g_atomic_ref_count_inc (&chain->ref_count);
  g_mutex_unlock (&host->mutex);
  return chain;
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

/* How long a lent object may take, milliseconds. */
static guint
get_deadline (void)
{
  const char *text = g_getenv ("ICERT_LENT_DEADLINE");
  guint64 shorter;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 1, LENT_DEADLINE, &shorter, NULL))
    return (guint) shorter;
  return LENT_DEADLINE;
}

char *
ca_module_clean_description (const char *description, const char *class_id)
{
  return g_strdup (description != NULL && g_utf8_validate (description, -1, NULL)
                           && ca_text_is_clean (description)
                       ? description
                       : class_id);
}

static gboolean
initialize (ICertPolicy *policy, const CaModuleConfig *config, CaFacts *facts, GError **error)
{
  g_autoptr (ICertManageModule) manage = icert_policy_get_manage_module (policy);
  g_autoptr (ICertSettings) settings
      = ca_module_settings_new (config, manage, facts->config->folder, error);
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean ok;

  if (settings == NULL)
    return FALSE;
  context = ca_server_new_ca_context (facts, NULL, config->class_id);
  ok = icert_policy_initialize (policy, ICERT_SERVER (context), settings, error);
  icert_request_context_invalidate (context);
  return ok;
}

static gboolean
add_module (CaPolicyChain *chain,
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
  module = policy_module_new (config->class_id);
  module->deadline = icert_class_info_get_deadline (info) * 1000;
  g_ptr_array_add (chain->modules, module);
  module->policy = ICERT_POLICY (
      icert_registry_create_module (registry, config->class_id, "ICertPolicy", error));
  if (module->policy == NULL || !initialize (module->policy, config, facts, error))
    return FALSE;
  threads = icert_class_info_get_threads (info);
  module->direct = strcmp (threads, "any") == 0;
  chain->direct = chain->direct && module->direct;
  description = icert_policy_get_description (module->policy);
  ca_steps_print (1, "engine", module->class_id, "policy module loaded: %s",
                  description != NULL ? description : "");
  return TRUE;
}

CaPolicyHost *
ca_policy_host_new (ICertRegistry *registry, CaFacts *facts, GError **error)
{
  g_autoptr (CaPolicyHost) host = g_new0 (CaPolicyHost, 1);

  g_mutex_init (&host->mutex);
  host->loaded = g_get_real_time ();
  host->chain = chain_new ();
  for (guint i = 0; i < facts->config->policies->len; i++)
    if (!add_module (host->chain, registry, facts->config->policies->pdata[i], facts, error))
      return NULL;
  host->configured_direct = host->chain->direct;
  return g_steal_pointer (&host);
}

static void
shut_down_cb (gpointer policy, gpointer data)
{
  icert_policy_shutdown (policy);
}

/* A lent policy that nobody stopped is told in its own main context, if that ever runs: the caller
 * may be the finaliser of a script's object. */
void
ca_policy_host_free (CaPolicyHost *host)
{
  if (host == NULL)
    return;
  for (guint i = 0; i < host->chain->modules->len; i++)
    {
      PolicyModule *module = host->chain->modules->pdata[i];

      if (module->owned != NULL)
        ca_owned_release_later (module->owned, shut_down_cb);
      else if (module->policy != NULL)
        icert_policy_shutdown (module->policy);
    }
  ca_policy_chain_unref (host->chain);
  g_mutex_clear (&host->mutex);
  g_free (host);
}

/* Lent policies */

static PolicyModule *
find_lent (const CaPolicyChain *chain, gconstpointer policy)
{
  for (guint i = 0; i < chain->modules->len; i++)
    {
      PolicyModule *module = chain->modules->pdata[i];

      if (module->owned != NULL && ca_owned_is (module->owned, policy))
        return module;
    }
  return NULL;
}

static void
refuse_twice (const char *class_id, GError **error)
{
  icert_set_error (error, ICERT_ERROR_CONFLICT, class_id,
                   "is appended already (another object, or once)");
}

/* Puts @module behind the others. Under the lock. */
static CaPolicyChain *
extend_chain (CaPolicyHost *host, PolicyModule *module)
{
  CaPolicyChain *old = host->chain;
  CaPolicyChain *fresh = chain_new ();

  for (guint i = 0; i < old->modules->len; i++)
    g_ptr_array_add (fresh->modules, policy_module_ref (old->modules->pdata[i]));
  g_ptr_array_add (fresh->modules, module);
  fresh->direct = FALSE;
  host->chain = fresh;
  return old;
}

/* Takes @module, unless its policy is in the chain already or nothing is lent any more: whoever
 * takes everything out has the same lock. */
static gboolean
append_module (CaPolicyHost *host,
               PolicyModule *module,
               gconstpointer policy,
               gconstpointer tag,
               CaLendCheck check,
               GError **error)
{
  g_autoptr (CaPolicyChain) old = NULL;
  gboolean twice;

  g_mutex_lock (&host->mutex);
  twice = find_lent (host->chain, policy) != NULL;
  if (!twice && check (tag, error))
    old = extend_chain (host, module);
  g_mutex_unlock (&host->mutex);
  if (twice)
    refuse_twice (module->class_id, error);
  return old != NULL;
}

static gboolean
initialize_lent (PolicyModule *module, ICertPolicy *policy, CaFacts *facts, GError **error)
{
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  CaModuleConfig config = { .class_id = module->class_id, .texts = none };
  g_autofree char *description = NULL;

  if (!initialize (policy, &config, facts, error))
    return FALSE;
  description = icert_policy_get_description (policy);
  module->description = ca_module_clean_description (description, module->class_id);
  ca_steps_print (1, "engine", module->class_id, "policy appended: %s", module->description);
  return TRUE;
}

gboolean
ca_policy_host_append (CaPolicyHost *host,
                       ICertPolicy *policy,
                       CaFacts *facts,
                       gconstpointer tag,
                       CaLendCheck check,
                       GError **error)
{
  const ICertPolicyInterface *plain = g_type_default_interface_peek (ICERT_TYPE_POLICY);
  const ICertPolicyInterface *iface = ICERT_POLICY_GET_IFACE (policy);
  const char *class_id = G_OBJECT_TYPE_NAME (policy);
  g_autoptr (CaPolicyChain) chain = ca_policy_host_ref_chain (host);
  PolicyModule *module;

  if (iface->verify_request == NULL || iface->verify_request == plain->verify_request)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, class_id,
                       "judges nothing (a class that implements verify_request)");
      return FALSE;
    }
  if (find_lent (chain, policy) != NULL)
    {
      refuse_twice (class_id, error);
      return FALSE;
    }
  module = policy_module_new (class_id);
  module->deadline = get_deadline ();
  if (!initialize_lent (module, policy, facts, error))
    {
      policy_module_unref (module);
      return FALSE;
    }
  module->owned = ca_owned_new (policy, tag);
  if (append_module (host, module, policy, tag, check, error))
    return TRUE;
  ca_owned_release (module->owned);
  policy_module_unref (module);
  return FALSE;
}

gboolean
ca_policy_host_has_lent (CaPolicyHost *host)
{
  g_autoptr (CaPolicyChain) chain = ca_policy_host_ref_chain (host);

  for (guint i = 0; i < chain->modules->len; i++)
    if (((PolicyModule *) chain->modules->pdata[i])->owned != NULL)
      return TRUE;
  return FALSE;
}

CaPolicyChain *
ca_policy_host_take_lent (CaPolicyHost *host)
{
  CaPolicyChain *old, *fresh = chain_new ();

  g_mutex_lock (&host->mutex);
  for (guint i = 0; i < host->chain->modules->len; i++)
    {
      PolicyModule *module = host->chain->modules->pdata[i];

      if (module->owned == NULL)
        g_ptr_array_add (fresh->modules, policy_module_ref (module));
    }
  fresh->direct = host->configured_direct;
  old = g_steal_pointer (&host->chain);
  host->chain = fresh;
  g_mutex_unlock (&host->mutex);
  return old;
}

void
ca_policy_chain_let_go (CaPolicyChain *taken)
{
  for (guint i = 0; i < taken->modules->len; i++)
    {
      PolicyModule *module = taken->modules->pdata[i];

      if (module->owned == NULL)
        continue;
      ca_owned_call (module->owned, shut_down_cb, NULL, NULL, module->deadline);
      ca_owned_release (module->owned);
    }
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

static PolicyModule *
find_configured (const CaPolicyChain *chain, const char *class_id)
{
  for (guint i = 0; i < chain->modules->len; i++)
    {
      PolicyModule *module = chain->modules->pdata[i];

      if (module->policy != NULL && strcmp (module->class_id, class_id) == 0)
        return module;
    }
  return NULL;
}

static gboolean
is_same_chain (const CaPolicyChain *chain, const CaConfig *config)
{
  guint n = 0;

  for (guint i = 0; i < chain->modules->len; i++)
    {
      const PolicyModule *module = chain->modules->pdata[i];

      if (module->policy == NULL)
        continue;
      if (n >= config->policies->len
          || strcmp (((CaModuleConfig *) config->policies->pdata[n])->class_id, module->class_id)
                 != 0)
        return FALSE;
      n++;
    }
  return n == config->policies->len;
}

/* Modules of @old that @fresh has not. Under the lock. */
static void
retire (const CaPolicyChain *old, const CaPolicyChain *fresh)
{
  for (guint i = 0; i < old->modules->len; i++)
    {
      PolicyModule *module = old->modules->pdata[i];

      if (module->policy != NULL && find_configured (fresh, module->class_id) == NULL)
        g_atomic_int_set (&module->retired, TRUE);
    }
}

/* The chain as the configuration says now, behind it what was lent. Work that has begun goes on
 * with the chain it began with; a module that left is shut down when the last of that is done. */
static gboolean
change_chain (CaPolicyHost *host, ICertRegistry *registry, CaFacts *facts, GError **error)
{
  g_autoptr (CaPolicyChain) seen = ca_policy_host_ref_chain (host);
  g_autoptr (CaPolicyChain) fresh = chain_new ();
  g_autoptr (CaPolicyChain) old = NULL;

  if (is_same_chain (seen, facts->config))
    return TRUE;
  for (guint i = 0; i < facts->config->policies->len; i++)
    {
      const CaModuleConfig *config = facts->config->policies->pdata[i];
      PolicyModule *module = find_configured (seen, config->class_id);

      if (module != NULL)
        {
          g_ptr_array_add (fresh->modules, policy_module_ref (module));
          fresh->direct = fresh->direct && module->direct;
        }
      else if (!add_module (fresh, registry, config, facts, error))
        return FALSE;
    }
  g_mutex_lock (&host->mutex);
  host->configured_direct = fresh->direct;
  old = host->chain;
  for (guint i = 0; i < old->modules->len; i++)
    if (((PolicyModule *) old->modules->pdata[i])->policy == NULL)
      {
        g_ptr_array_add (fresh->modules, policy_module_ref (old->modules->pdata[i]));
        fresh->direct = FALSE;
      }
  retire (old, fresh);
  host->chain = g_steal_pointer (&fresh);
  g_mutex_unlock (&host->mutex);
  return TRUE;
}

/* Settings first: on failure everything stays. */
gboolean
ca_policy_host_reload (CaPolicyHost *host, ICertRegistry *registry, CaFacts *facts, GError **error)
{
  g_autoptr (CaPolicyChain) chain = ca_policy_host_ref_chain (host);
  gint64 now = g_get_real_time ();

  for (guint i = 0; i < chain->modules->len; i++)
    {
      PolicyModule *module = chain->modules->pdata[i];
      const CaModuleConfig *config = find_config (facts, module->class_id);

      if (config != NULL && module->policy != NULL
          && !reload_module (module, config, facts->config->folder, error))
        return FALSE;
    }
  if (!change_chain (host, registry, facts, error))
    return FALSE;
  g_mutex_lock (&host->mutex);
  host->loaded = now;
  g_mutex_unlock (&host->mutex);
  return TRUE;
}

gint64
ca_policy_host_get_loaded (CaPolicyHost *host)
{
  gint64 loaded;

  g_mutex_lock (&host->mutex);
  loaded = host->loaded;
  g_mutex_unlock (&host->mutex);
  return loaded;
}

char *
ca_policy_host_describe (CaPolicyHost *host)
{
  g_autoptr (CaPolicyChain) chain = ca_policy_host_ref_chain (host);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < chain->modules->len; i++)
    {
      const PolicyModule *module = chain->modules->pdata[i];
      g_autofree char *description = module->policy != NULL
                                         ? icert_policy_get_description (module->policy)
                                         : g_strdup (module->description);

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "",
                              description != NULL ? description : module->class_id);
    }
  return g_string_free (text, FALSE);
}

guint
ca_policy_host_get_n_quarantined (CaPolicyHost *host)
{
  g_autoptr (CaPolicyChain) chain = ca_policy_host_ref_chain (host);
  guint n = 0;

  for (guint i = 0; i < chain->modules->len; i++)
    {
      PolicyModule *module = chain->modules->pdata[i];

      n += g_atomic_int_get (&module->hangs) >= CA_LIMIT_MODULE_HANGS;
    }
  return n;
}

/* Profiles */

typedef struct
{
  ICertRequestContext *context;
  char **names;
  GError *error;
} ProfilesCall;

static void
profiles_call_clear (gpointer data)
{
  ProfilesCall *call = data;

  g_clear_object (&call->context);
  g_strfreev (call->names);
  g_clear_error (&call->error);
}

static void
profiles_call_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, profiles_call_clear);
}

static void
list_profiles_cb (gpointer policy, gpointer data)
{
  ProfilesCall *call = data;

  call->names = icert_policy_list_profiles (policy, ICERT_SERVER (call->context), &call->error);
}

static void
set_silent (const PolicyModule *module, CaCallEnd end, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MODULE, module->class_id, "%s (an answer)",
                   end == CA_CALL_GONE ? "was let go" : "its thread did not answer in time");
}

static char **
list_profiles (PolicyModule *module, ICertRequestContext *context, GError **error)
{
  ProfilesCall *call;
  CaCallEnd end;
  char **names = NULL;

  if (module->policy != NULL)
    return icert_policy_list_profiles (module->policy, ICERT_SERVER (context), error);
  call = g_atomic_rc_box_new0 (ProfilesCall);
  call->context = g_object_ref (context);
  end = ca_owned_call (module->owned, list_profiles_cb, g_atomic_rc_box_acquire (call),
                       profiles_call_release, module->deadline);
  if (end != CA_CALL_DONE)
    set_silent (module, end, error);
  else if (call->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->error));
  else
    names = g_steal_pointer (&call->names);
  profiles_call_release (call);
  return names;
}

char **
ca_policy_host_list_profiles (CaPolicyHost *host, CaFacts *facts, CaCaller *caller, GError **error)
{
  g_autoptr (CaPolicyChain) chain = ca_policy_host_ref_chain (host);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < chain->modules->len; i++)
    {
      PolicyModule *module = chain->modules->pdata[i];
      g_autoptr (ICertRequestContext) context
          = ca_server_new_ca_context (facts, caller, module->class_id);
      g_autoptr (GError) local = NULL;
      g_auto (GStrv) list = list_profiles (module, context, &local);

      icert_request_context_invalidate (context);
      if (list != NULL)
        g_strv_builder_addv (builder, (const char **) list);
      else if (local != NULL && !g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  return ca_offer_filter (facts->config, g_strv_builder_end (builder));
}

/* Modules that say nothing of files have nothing against it. */
static gboolean
check_file (const PolicyModule *module, const char *file, GBytes *content, GError **error)
{
  g_autoptr (ICertManageModule) manage = icert_policy_get_manage_module (module->policy);
  g_autoptr (GError) local = NULL;

  if (manage == NULL || icert_manage_module_check (manage, "profile", file, content, &local)
      || g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ca_policy_host_check_profile (CaPolicyHost *host, const char *name, GBytes *content, GError **error)
{
  g_autoptr (CaPolicyChain) chain = ca_policy_host_ref_chain (host);
  g_autofree char *file = g_strconcat (name, ".profile", NULL);

  for (guint i = 0; i < chain->modules->len; i++)
    {
      const PolicyModule *module = chain->modules->pdata[i];

      /* what an application lends reads no profiles of the folder */
      if (module->policy != NULL && !check_file (module, file, content, error))
        return FALSE;
    }
  return TRUE;
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
     ICertRequestContext *context,
     gboolean new_request,
     CaWorker *worker,
     ICertVerdict *verdict,
     GError **error)
{
  /* A call that never comes back keeps its object, whatever becomes of the host. */
  g_autoptr (ICertPolicy) policy = g_object_ref (module->policy);

  ca_worker_enter (worker, module->deadline, context, module->class_id);
  if (!icert_policy_verify_request (policy, ICERT_SERVER_POLICY (context), new_request, verdict,
                                    error))
    *verdict = ICERT_VERDICT_PENDING;
  return ca_worker_leave (worker);
}

typedef struct
{
  ICertRequestContext *context;
  gboolean new_request;
  ICertVerdict verdict;
  GError *error;
} VerdictCall;

static void
verdict_call_clear (gpointer data)
{
  VerdictCall *call = data;

  g_clear_object (&call->context);
  g_clear_error (&call->error);
}

static void
verdict_call_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, verdict_call_clear);
}

static void
verify_request_cb (gpointer policy, gpointer data)
{
  VerdictCall *call = data;

  if (!icert_policy_verify_request (policy, ICERT_SERVER_POLICY (call->context), call->new_request,
                                    &call->verdict, &call->error))
    call->verdict = ICERT_VERDICT_PENDING;
  /* now, on the owner's thread: what it queued there may run before the worker looks (S-L2) */
  icert_request_context_invalidate (call->context);
}

/* On its own thread. At the deadline the worker goes on, and the context dies: a late answer
 * reaches nothing. */
static CaCallEnd
ask_lent (PolicyModule *module,
          ICertRequestContext *context,
          gboolean new_request,
          ICertVerdict *verdict,
          GError **error)
{
  VerdictCall *call = g_atomic_rc_box_new0 (VerdictCall);
  CaCallEnd end;

  call->context = g_object_ref (context);
  call->new_request = new_request;
  call->verdict = ICERT_VERDICT_PENDING;
  end = ca_owned_call (module->owned, verify_request_cb, g_atomic_rc_box_acquire (call),
                       verdict_call_release, module->deadline);
  if (end == CA_CALL_DONE)
    {
      *verdict = call->verdict;
      *error = g_steal_pointer (&call->error);
    }
  verdict_call_release (call);
  return end;
}

static void
fail_silent (CaRequest *request, PolicyModule *module, CaCallEnd end)
{
  g_autofree char *what
      = g_strdup_printf ("its thread did not answer within %g s", module->deadline / 1000.0);

  if (end == CA_CALL_LATE)
    g_atomic_int_inc (&module->hangs);
  fail (request, module->class_id,
        end == CA_CALL_LATE ? what : "was let go, or its thread has ended");
}

static CaJudged
judge_one (PolicyModule *module,
           CaFacts *facts,
           CaRequest *request,
           CaWorker *worker,
           gboolean *pending)
{
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean new_request = request->new_request;
  ICertVerdict verdict = ICERT_VERDICT_PENDING;
  GError *error = NULL;
  gboolean mine = TRUE;
  CaCallEnd end = CA_CALL_DONE;

  if (g_atomic_int_get (&module->hangs) >= CA_LIMIT_MODULE_HANGS)
    {
      fail (request, module->class_id, "quarantined after it overran its deadline several times");
      return CA_JUDGED_DECIDED;
    }
  context = ca_server_new_policy_context (request, facts, module->class_id);
  if (module->owned != NULL)
    end = ask_lent (module, context, new_request, &verdict, &error);
  else
    mine = ask (module, context, new_request, worker, &verdict, &error);
  icert_request_context_invalidate (context);
  if (!mine)
    {
      g_clear_error (&error);
      return CA_JUDGED_ABANDONED;
    }
  if (end != CA_CALL_DONE)
    {
      fail_silent (request, module, end);
      return CA_JUDGED_DECIDED;
    }
  return take_verdict (request, module, verdict, error, pending) ? CA_JUDGED_ISSUE
                                                                 : CA_JUDGED_DECIDED;
}

CaJudged
ca_policy_chain_judge (CaPolicyChain *chain, CaFacts *facts, CaRequest *request, CaWorker *worker)
{
  g_autoptr (CaRequest) kept = ca_request_ref (request);
  gboolean pending = chain->modules->len == 0;

  for (guint i = 0; i < chain->modules->len; i++)
    {
      CaJudged judged = judge_one (chain->modules->pdata[i], facts, request, worker, &pending);

      if (judged != CA_JUDGED_ISSUE)
        return judged;
    }
  if (!pending)
    return CA_JUDGED_ISSUE;
  ca_request_decide (request, ICERT_ROW_DISPOSITION_PENDING, NULL,
                     request->policy_message != NULL ? request->policy_message
                                                     : "Taken Under Submission");
  return CA_JUDGED_DECIDED;
}

void
ca_policy_chain_blame (CaPolicyChain *chain, CaRequest *request, const char *class_id)
{
  g_autofree char *what = NULL;

  for (guint i = 0; i < chain->modules->len; i++)
    {
      PolicyModule *module = chain->modules->pdata[i];

      if (strcmp (module->class_id, class_id) != 0)
        continue;
      g_atomic_int_inc (&module->hangs);
      what = g_strdup_printf ("gave no verdict within %u s", module->deadline / 1000);
    }
  fail (request, class_id, what != NULL ? what : "gave no verdict in time");
}
