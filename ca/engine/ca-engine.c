/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-engine.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-blocked-keys.h"
#include "ca-clock.h"
#include "ca-config-entry.h"
#include "ca-config-record.h"
#include "ca-crl-schedule.h"
#include "ca-crl.h"
#include "ca-exit-module.h"
#include "ca-expiry.h"
#include "ca-folder.h"
#include "ca-key-check.h"
#include "ca-limits.h"
#include "ca-load.h"
#include "ca-own-rows.h"
#include "ca-profiles.h"
#include "ca-publisher.h"
#include "ca-request-row.h"
#include "ca-steps.h"
#include "ca-submit.h"

/* The engines of this process: all objects of one CA share one. */
static GMutex engines_mutex;
static GPtrArray *engines;
/* Set of folders whose CA was closed, not stopped, while it had a policy of the application. */
static GHashTable *forsaken;

typedef struct
{
  CaObserverFunc func;
  gpointer data;
} CaObserver;

/* S-B2: one list of known weak keys for the process, read by its first engine; a missing one is
 * said, not refused. */
static gboolean
load_weak_keys (GError **error)
{
  static gboolean loaded; /* under the lock of the engines */
  g_autofree char *path = g_build_filename (ICERT_SYSCONF_DIR, "icert", "weak-keys", NULL);
  g_autoptr (GError) local = NULL;

  if (loaded)
    return TRUE;
  loaded = TRUE;
  if (ca_key_blocklist_load (path, &local))
    return TRUE;
  if (g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_FOUND))
    {
      g_info ("no list of known weak keys is installed (%s)", path);
      return TRUE;
    }
  loaded = FALSE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Opening */

static gboolean
open_registry (CaEngine *engine, GError **error)
{
  g_autofree char *own = g_build_filename (engine->folder, "modules", NULL);
  const char *folders[] = { own, NULL };

  engine->registry = icert_registry_new (folders, error);
  return engine->registry != NULL;
}

static gboolean
open_store (CaEngine *engine, const CaConfig *config, GError **error)
{
  g_autofree char *url = ca_load_resolve (engine->folder, config->store_url);
  g_autoptr (GObject) object
      = icert_registry_create_module (engine->registry, config->store_class, "ICertStore", error);

  if (object == NULL || !icert_store_open (ICERT_STORE (object), url, FALSE, error))
    return FALSE;
  engine->store = ICERT_STORE (g_steal_pointer (&object));
  return TRUE;
}

static gboolean
open_folder (CaEngine *engine, GError **error)
{
  g_autoptr (CaConfig) config = NULL;
  g_autofree char *name = NULL;

  if (!ca_folder_check (engine->folder, error))
    return FALSE;
  config = ca_config_load (engine->folder, error);
  if (config == NULL)
    return FALSE;
  name = icert_config_string_format ("localhost", config->name);
  engine->lock = ca_lock_take (engine->folder, name, error);
  return engine->lock != NULL && open_registry (engine, error)
         && open_store (engine, config, error);
}

/* Before any door opens. */
static gboolean
start_writing (CaEngine *engine, GError **error)
{
  engine->writer = ca_writer_new (engine->store, g_get_host_name (), error);
  if (engine->writer == NULL || !ca_run_begin (engine, error))
    return FALSE;
  engine->request_ids = ca_ids_new (engine->writer, "next-request-id");
  return TRUE;
}

/* Step 1 */
static gboolean
start_modules (CaEngine *engine, GError **error)
{
  engine->facts = ca_load_facts (engine, error);
  if (engine->facts == NULL
      || !ca_config_record_settle (engine, engine->facts->config->source, error)
      || !ca_profiles_settle (engine, engine->facts->config, error) || !load_weak_keys (error)
      || !ca_blocked_keys_load (engine, error)
      || !ca_crl_note_partitions (engine->store, engine->writer, engine->facts->config, error))
    return FALSE;
  engine->policies = ca_policy_host_new (engine->registry, engine->facts, error);
  if (engine->policies == NULL)
    return FALSE;
  engine->exits = ca_exit_host_new (engine->registry, engine->facts, engine->store, engine->writer,
                                    &ca_publisher_run_funcs, engine, error);
  if (engine->exits == NULL || !ca_profiles_open (engine, error))
    return FALSE;
  /* what an exit says of CRLs may be an alarm, which comes back here */
  ca_exit_host_start (engine->exits);
  ca_config_record_alarm (engine);
  ca_auditor_set_exits (engine->auditor, engine->exits);
  ca_auditor_set_facts (engine->auditor, engine->facts);
  ca_expiry_check (engine);
  ca_own_rows_add (engine, engine->facts, NULL);
  engine->workers
      = ca_workers_new (g_get_num_processors (), ca_submit_run, ca_submit_expired, engine);
  if (engine->gate == CA_GATE_OPEN)
    ca_exit_host_announce (engine->exits, ICERT_EXIT_EVENT_STARTUP);
  /* a command that opens the CA for a moment has it closed again by then */
  engine->crl_schedule = ca_crl_schedule_new (engine, CA_LIMIT_SCHEDULE_PAUSE * G_TIME_SPAN_SECOND);
  return TRUE;
}

/* Doors first, then what stands behind them. */
static void
engine_close (CaEngine *engine)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&engine->crl_schedule, ca_crl_schedule_free);
  g_clear_pointer (&engine->workers, ca_workers_free);
  if (engine->writer != NULL)
    ca_writer_flush (engine->writer);
  if (engine->auditor != NULL)
    ca_auditor_stop (engine->auditor);
  if (engine->exits != NULL && g_atomic_int_get (&engine->gate) == CA_GATE_OPEN)
    ca_exit_host_announce (engine->exits, ICERT_EXIT_EVENT_SHUTDOWN);
  /* its thread looks there until it has ended */
  ca_exit_host_free (engine->exits);
  engine->exits = NULL;
  g_clear_pointer (&engine->policies, ca_policy_host_free);
  g_clear_pointer (&engine->request_ids, ca_ids_free);
  ca_run_end (engine);
  g_clear_pointer (&engine->writer, ca_writer_free);
  g_clear_pointer (&engine->auditor, ca_auditor_free);
  if (engine->store != NULL && !icert_store_close (engine->store, &error))
    g_message ("closing the store: %s", error->message);
  g_clear_object (&engine->store);
  g_clear_object (&engine->registry);
  g_clear_pointer (&engine->lock, ca_lock_release);
  g_clear_pointer (&engine->facts, ca_facts_unref);
  g_clear_pointer (&engine->blocked_keys, g_hash_table_unref);
  g_clear_pointer (&engine->crl_picks, g_hash_table_unref);
  g_clear_pointer (&engine->known_profiles, g_hash_table_unref);
  g_clear_pointer (&engine->clock, ca_clock_guard_free);
  g_ptr_array_unref (engine->observers);
  g_mutex_clear (&engine->mutex);
  g_mutex_clear (&engine->config_mutex);
  g_mutex_clear (&engine->crl_mutex);
  g_mutex_clear (&engine->expiry_mutex);
  g_mutex_clear (&engine->change_mutex);
  g_free (engine->config_alarm);
  g_free (engine->folder);
  g_free (engine);
}

static gboolean
is_here (const CaEngine *engine)
{
  return engine->pid == getpid ();
}

gboolean
ca_engine_check_process (CaEngine *engine, GError **error)
{
  if G_LIKELY (is_here (engine))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "ca",
                   "was opened before this process was forked (a CA opened in the child)");
  return FALSE;
}

/* In a forked child, which has one thread: the engines are the parent's, and the list's lock may be
 * held by a thread that is not here. */
static void
forget_engines_cb (void)
{
  g_mutex_init (&engines_mutex);
  engines = NULL;
}

/* Under the lock of the list. */
static void
watch_forks (void)
{
  static gboolean watched;

  if (!watched && pthread_atfork (NULL, NULL, forget_engines_cb) == 0)
    watched = TRUE;
}

static CaEngine *
engine_new (const char *folder, const struct stat *status, gboolean held, GError **error)
{
  CaEngine *engine = g_new0 (CaEngine, 1);

  engine->gate = held ? CA_GATE_SHUT : CA_GATE_OPEN;
  g_atomic_ref_count_init (&engine->ref_count);
  engine->pid = getpid ();
  engine->folder = g_canonicalize_filename (folder, NULL);
  engine->device = status->st_dev;
  engine->inode = status->st_ino;
  engine->observers = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&engine->mutex);
  engine->crl_picks = ca_crl_new_picks ();
  engine->known_profiles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&engine->config_mutex);
  g_mutex_init (&engine->crl_mutex);
  g_mutex_init (&engine->expiry_mutex);
  g_mutex_init (&engine->change_mutex);
  if (open_folder (engine, error) && start_writing (engine, error) && start_modules (engine, error))
    return engine;
  engine_close (engine);
  return NULL;
}

static CaEngine *
find_engine (const struct stat *status)
{
  for (guint i = 0; engines != NULL && i < engines->len; i++)
    {
      CaEngine *engine = engines->pdata[i];

      if (engine->device == status->st_dev && engine->inode == status->st_ino)
        return engine;
    }
  return NULL;
}

/* Whoever lets a control go by mistake must not find that the next object opens the CA without his
 * policy. Under the lock of the list. */
static void
remember_policy (CaEngine *engine)
{
  if (!ca_policy_host_has_lent (engine->policies))
    return;
  if (forsaken == NULL)
    forsaken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (forsaken, g_strdup (engine->folder));
}

static gboolean
is_forsaken (const char *folder)
{
  g_autofree char *path = g_canonicalize_filename (folder, NULL);

  return forsaken != NULL && g_hash_table_contains (forsaken, path);
}

void
ca_engine_forget_policy (CaEngine *engine)
{
  g_mutex_lock (&engines_mutex);
  if (forsaken != NULL)
    g_hash_table_remove (forsaken, engine->folder);
  g_mutex_unlock (&engines_mutex);
}

CaEngine *
ca_engine_open (const char *folder, gboolean held, GError **error)
{
  struct stat status;
  CaEngine *engine;

  if (g_stat (folder, &status) != 0 || !S_ISDIR (status.st_mode))
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "folder",
                       "there is no CA (a folder made by icert init)");
      return NULL;
    }
  g_mutex_lock (&engines_mutex);
  watch_forks ();
  engine = find_engine (&status);
  if (engine != NULL)
    g_atomic_ref_count_inc (&engine->ref_count);
  else
    {
      engine = engine_new (folder, &status, held || is_forsaken (folder), error);
      if (engine != NULL)
        {
          if (engines == NULL)
            engines = g_ptr_array_new ();
          g_ptr_array_add (engines, engine);
        }
    }
  g_mutex_unlock (&engines_mutex);
  return engine;
}

/* Under the lock of the list, so that nobody finds an engine that is closing, and the next one to
 * open waits until it is closed. */
void
ca_engine_unref (CaEngine *engine)
{
  if (engine == NULL || !is_here (engine))
    return;
  g_mutex_lock (&engines_mutex);
  if (g_atomic_ref_count_dec (&engine->ref_count))
    {
      g_ptr_array_remove_fast (engines, engine);
      remember_policy (engine);
      engine_close (engine);
    }
  g_mutex_unlock (&engines_mutex);
}

CaFacts *
ca_engine_ref_facts (CaEngine *engine)
{
  CaFacts *facts;

  g_mutex_lock (&engine->mutex);
  facts = ca_facts_ref (engine->facts);
  g_mutex_unlock (&engine->mutex);
  return facts;
}

/* A chain with a class that is not there would only show at the next start, as a CA that does not
 * open. */
static gboolean
find_policies (CaEngine *engine, const CaConfig *config, GError **error)
{
  for (guint i = 0; i < config->policies->len; i++)
    {
      const CaModuleConfig *module = config->policies->pdata[i];
      g_autoptr (ICertClassInfo) info
          = icert_registry_find_class (engine->registry, module->class_id, NULL, error);

      if (info == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
ca_engine_reload (CaEngine *engine, const CaCaller *caller, GError **error)
{
  g_autoptr (CaFacts) fresh = ca_load_facts (engine, error);
  g_autoptr (CaFacts) running = ca_engine_ref_facts (engine);
  g_autoptr (CaFacts) old = NULL;

  if (fresh == NULL || !ca_config_check_identity (running->config, fresh->config, error)
      || !find_policies (engine, fresh->config, error)
      || !ca_config_record_settle (engine, fresh->config->source, error)
      || !ca_crl_note_partitions (engine->store, engine->writer, fresh->config, error)
      || !ca_policy_host_reload (engine->policies, engine->registry, fresh, error))
    return FALSE;
  g_mutex_lock (&engine->mutex);
  old = engine->facts;
  engine->facts = ca_facts_ref (fresh);
  g_mutex_unlock (&engine->mutex);
  ca_exit_host_set_facts (engine->exits, fresh);
  ca_auditor_set_facts (engine->auditor, fresh);
  g_mutex_lock (&engine->expiry_mutex);
  engine->expiry_due = 0;
  g_mutex_unlock (&engine->expiry_mutex);
  ca_own_rows_add (engine, fresh, caller);
  ca_engine_tell_observers (engine, 0, ICERT_DISPOSITION_INCOMPLETE, TRUE);
  return TRUE;
}

static gboolean
same_module (const CaModuleConfig *first, const CaModuleConfig *second)
{
  GHashTableIter iter;
  gpointer key, value;

  if (strcmp (first->class_id, second->class_id) != 0
      || g_hash_table_size (first->texts) != g_hash_table_size (second->texts))
    return FALSE;
  g_hash_table_iter_init (&iter, first->texts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (value, g_hash_table_lookup (second->texts, key)) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
same_modules (const GPtrArray *first, const GPtrArray *second)
{
  if (first->len != second->len)
    return FALSE;
  for (guint i = 0; i < first->len; i++)
    if (!same_module (first->pdata[i], second->pdata[i]))
      return FALSE;
  return TRUE;
}

/* Modules that run as they are to run are not tried. */
static gboolean
try_modules (CaEngine *engine, CaFacts *facts, GError **error)
{
  g_autoptr (CaFacts) running = ca_engine_ref_facts (engine);
  const CaConfig *config = facts->config;
  g_autoptr (CaPolicyHost) trial = NULL;

  if (!same_modules (running->config->policies, config->policies))
    {
      trial = ca_policy_host_new (engine->registry, facts, error);
      if (trial == NULL)
        return FALSE;
    }
  if (same_modules (running->config->exits, config->exits))
    return TRUE;
  for (guint i = 0; i < config->exits->len; i++)
    if (!ca_exit_module_check (engine->registry, config->exits->pdata[i], facts, error))
      return FALSE;
  return TRUE;
}

gboolean
ca_engine_judge_config (CaEngine *engine, CaConfig *config, GError **error)
{
  g_autoptr (CaFacts) running = ca_engine_ref_facts (engine);
  g_autoptr (CaFacts) facts = ca_load_facts_for (engine, config, running->config, error);

  return facts != NULL && try_modules (engine, facts, error);
}

/* Stored requests */

CaRequest *
ca_engine_load (CaEngine *engine, gint64 id, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  CaRequest *request = ca_request_row_load (engine->store, id, error);
  CaIssuer *issuer;

  if (request == NULL)
    return NULL;
  issuer = ca_own_rows_contain (id)
               ? NULL
               : ca_facts_find_issuer (facts, request->issuer_name_id & 0xffff);
  request->issuer = issuer != NULL ? ca_issuer_ref (issuer) : NULL;
  request->config = ca_config_ref (facts->config);
  request->requester = ca_caller_new_account (request->requester_name, CA_DOOR_LOCAL);
  return request;
}

static gboolean
sees_all (const CaFacts *facts, const CaCaller *caller)
{
  ICertRoles roles;

  return ca_config_get_roles (facts->config, caller, &roles, NULL)
         && (roles & (ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN)) != 0;
}

ICertResponse *
ca_engine_respond (CaEngine *engine, const CaRequest *request)
{
  ICertResponse *response;

  if (ca_own_rows_contain (request->id))
    {
      g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);

      return ca_own_rows_respond (facts, request);
    }
  response = ca_request_to_response (request);
  if (request->certificate != NULL && request->issuer != NULL)
    ca_crl_add_to_response (engine, request->issuer->key_index, (guint) request->crl_partition,
                            response);
  return response;
}

/* S-D15: what a caller may not see is answered exactly like what is not there, after as many
 * queries: whose row it is, is part of the query. @id: 0 = none was found. NULL without an error
 * when there is nothing for this caller. */
static ICertResponse *
respond (CaEngine *engine, const CaFacts *facts, CaCaller *caller, gint64 id, GError **error)
{
  g_autoptr (CaRequest) request = NULL;
  GError *local = NULL;

  if (!ca_request_row_is_visible (engine->store, id, sees_all (facts, caller) ? NULL : caller,
                                  &local))
    {
      if (local != NULL)
        g_propagate_error (error, local);
      return NULL;
    }
  request = ca_engine_load (engine, id, error);
  return request != NULL ? ca_engine_respond (engine, request) : NULL;
}

/* The answer, or that there is none: a refusal, so it is on record. @local is taken. */
static ICertResponse *
end_retrieval (CaEngine *engine,
               CaCaller *caller,
               const char *object,
               ICertResponse *response,
               GError *local,
               GError **error)
{
  if (response != NULL)
    return response;
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_RETRIEVE), object,
                                        icert_error_get_code_name (local->code), local->message));
  g_propagate_error (error, local);
  return NULL;
}

/* CERTRETRIEVEPENDING: a client collected its answer. */
static void
announce_retrieval (CaEngine *engine, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaRequest) request = ca_engine_load (engine, id, &error);
  g_autoptr (GPtrArray) deliveries = NULL;
  g_autoptr (ICertStoreBatch) batch = NULL;

  if (request == NULL || request->certificate == NULL)
    return;
  batch = icert_store_batch_new ();
  if (ca_exit_host_record (engine->exits, request, ICERT_EXIT_EVENT_CERT_RETRIEVE_PENDING, batch,
                           &deliveries, &error)
      && deliveries != NULL
      && ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch), NULL, &error))
    ca_exit_host_deliver (engine->exits, g_steal_pointer (&deliveries));
  if (error != NULL)
    g_message ("event of request %" G_GINT64_FORMAT ": %s", id, error->message);
}

/* S-F6: a refusal is recorded, like any. */
static CaFacts *
authorise_retrieval (CaEngine *engine, CaCaller *caller, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autoptr (GError) local = NULL;

  if (ca_roles_check (facts->config, caller, CA_VERB_RETRIEVE, &local))
    return g_steal_pointer (&facts);
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_RETRIEVE), NULL,
                                        icert_error_get_code_name (local->code), local->message));
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

ICertResponse *
ca_engine_retrieve (CaEngine *engine, CaCaller *caller, gint64 id, GError **error)
{
  g_autoptr (CaFacts) facts = NULL;
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);
  ICertResponse *response;
  GError *local = NULL;

  if (!ca_engine_check_process (engine, error))
    return NULL;
  facts = authorise_retrieval (engine, caller, error);
  if (facts == NULL)
    return NULL;
  response = respond (engine, facts, caller, id, &local);
  if (response == NULL && local == NULL)
    {
      icert_set_error (&local, ICERT_ERROR_NOT_FOUND, "request-id",
                       "no request %" G_GINT64_FORMAT " (an id that submit printed)", id);
      icert_error_add_detail (local, "status", "0x80094004");
    }
  response = end_retrieval (engine, caller, object, response, local, error);
  if (response != NULL && !ca_own_rows_contain (id)
      && icert_response_get_disposition (response) == ICERT_DISPOSITION_ISSUED)
    announce_retrieval (engine, id);
  return response;
}

ICertResponse *
ca_engine_retrieve_by_key (CaEngine *engine, CaCaller *caller, const char *key, GError **error)
{
  g_autoptr (CaFacts) facts = NULL;
  GError *local = NULL;
  ICertResponse *response = NULL;
  guint8 content[32];
  gint64 id;

  if (!ca_engine_check_process (engine, error))
    return NULL;
  facts = authorise_retrieval (engine, caller, error);
  if (facts == NULL)
    return NULL;
  id = ca_request_row_find_key (engine->store, caller->name, key, content, &local);
  if (local == NULL)
    response = respond (engine, facts, caller, id, &local);
  if (response == NULL && local == NULL)
    icert_set_error (&local, ICERT_ERROR_NOT_FOUND, "idempotency-key",
                     "nothing was submitted with it (a key given to submit)");
  return end_retrieval (engine, caller, "key", response, local, error);
}

ICertResponse *
ca_engine_retrieve_by_serial (CaEngine *engine,
                              CaCaller *caller,
                              const char *serial,
                              GError **error)
{
  g_autoptr (CaFacts) facts = NULL;
  GError *local = NULL;
  ICertResponse *response = NULL;
  gint64 id;

  if (!ca_engine_check_process (engine, error))
    return NULL;
  facts = authorise_retrieval (engine, caller, error);
  if (facts == NULL)
    return NULL;
  id = ca_request_row_find_serial (engine->store, serial, &local);
  if (local == NULL)
    response = respond (engine, facts, caller, id, &local);
  if (response == NULL && local == NULL)
    icert_set_error (&local, ICERT_ERROR_NOT_FOUND, "serial",
                     "no certificate has it (a serial number in hex)");
  return end_retrieval (engine, caller, "serial", response, local, error);
}

/* Observers */

void
ca_engine_add_observer (CaEngine *engine, CaObserverFunc func, gpointer data)
{
  CaObserver *observer = g_new0 (CaObserver, 1);

  observer->func = func;
  observer->data = data;
  g_mutex_lock (&engine->mutex);
  g_ptr_array_add (engine->observers, observer);
  g_mutex_unlock (&engine->mutex);
}

void
ca_engine_remove_observer (CaEngine *engine, gpointer data)
{
  if (!is_here (engine))
    return;
  g_mutex_lock (&engine->mutex);
  for (guint i = 0; i < engine->observers->len; i++)
    if (((CaObserver *) engine->observers->pdata[i])->data == data)
      {
        g_ptr_array_remove_index_fast (engine->observers, i);
        break;
      }
  g_mutex_unlock (&engine->mutex);
}

void
ca_engine_tell_observers (CaEngine *engine,
                          gint64 id,
                          ICertDisposition disposition,
                          gboolean config_changed)
{
  g_mutex_lock (&engine->mutex);
  for (guint i = 0; i < engine->observers->len; i++)
    {
      const CaObserver *observer = engine->observers->pdata[i];

      observer->func (id, disposition, config_changed, observer->data);
    }
  g_mutex_unlock (&engine->mutex);
}

/* An observer that is told of no request and of no configuration is told of CRLs. */
void
ca_engine_tell_crls (CaEngine *engine)
{
  ca_engine_tell_observers (engine, 0, ICERT_DISPOSITION_INCOMPLETE, FALSE);
}
