/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-exit-host.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-limits.h"
#include "ca-policy-host.h"
#include "ca-request-row.h"
#include "ca-server-backend.h"
#include "ca-steps.h"

/* How long closing waits for events that are due. */
#define DRAIN_TIME (5 * G_TIME_SPAN_SECOND)
#define FIRST_PAUSE G_TIME_SPAN_SECOND
#define LAST_PAUSE (10 * G_TIME_SPAN_MINUTE)

typedef struct
{
  ICertExit *exit;
  char *class_id;
  ICertExitEvents mask;
} ExitModule;

struct _CaDelivery
{
  gint64 id;          /* of the row; 0 = none */
  gint64 request_id;  /* 0 = of the CA */
  CaRequest *request; /* NULL: to be read from the store */
  ICertExitEvents event;
  guint module;
  guint attempts;
  gint64 created; /* wall clock, microseconds */
  gint64 due;     /* wall clock, microseconds */
};

/* Deliveries that wait behind one that failed, so that a request's events keep their order. */
typedef struct
{
  guint module;
  gint64 request_id;
  GQueue waiting; /* of CaDelivery */
} Blocked;

struct _CaExitHost
{
  GPtrArray *modules; /* of ExitModule */
  ICertStore *store;
  CaWriter *writer;
  CaIds *ids;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  CaFacts *facts;
  GQueue ready;        /* of CaDelivery */
  GSequence *delayed;  /* of CaDelivery by due; frees none, since a retry is taken out of it */
  GHashTable *blocked; /* set of Blocked */
  gboolean closing;
  gint64 close_by;    /* monotonic */
  gboolean ended;     /* the thread touches nothing of the host any more */
  gboolean abandoned; /* a module never came back: nobody but the stuck thread uses the host */
};

static void
delivery_free (gpointer data)
{
  CaDelivery *delivery = data;

  g_clear_pointer (&delivery->request, ca_request_unref);
  g_free (delivery);
}

static void
exit_module_free (gpointer data)
{
  ExitModule *module = data;

  g_clear_object (&module->exit);
  g_free (module->class_id);
  g_free (module);
}

static guint
blocked_hash (gconstpointer key)
{
  const Blocked *blocked = key;

  return (guint) blocked->request_id * 31 + blocked->module;
}

static gboolean
blocked_equal (gconstpointer first, gconstpointer second)
{
  const Blocked *a = first;
  const Blocked *b = second;

  return a->request_id == b->request_id && a->module == b->module;
}

static void
blocked_free (gpointer data)
{
  Blocked *blocked = data;

  g_queue_clear_full (&blocked->waiting, delivery_free);
  g_free (blocked);
}

/* Loading */

static gboolean
initialize (ExitModule *module, const CaModuleConfig *config, CaFacts *facts, GError **error)
{
  g_autoptr (ICertManageModule) manage = icert_exit_get_manage_module (module->exit);
  g_autoptr (ICertSettings) settings
      = ca_module_settings_new (config, manage, facts->config->folder, error);
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean ok;

  if (settings == NULL)
    return FALSE;
  context = ca_server_new_ca_context (facts, NULL, module->class_id);
  ok = icert_exit_initialize (module->exit, ICERT_SERVER (context), settings, &module->mask, error);
  icert_request_context_invalidate (context);
  return ok;
}

gboolean
ca_exit_host_check (ICertRegistry *registry,
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

static void
load_module (CaExitHost *host,
             ICertRegistry *registry,
             const CaModuleConfig *config,
             CaFacts *facts)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *description = NULL;
  ExitModule *module = g_new0 (ExitModule, 1);

  module->class_id = g_strdup (config->class_id);
  module->exit = (ICertExit *) icert_registry_create_module (registry, config->class_id,
                                                             "ICertExit", &error);
  if (module->exit == NULL || !initialize (module, config, facts, &error))
    {
      g_message ("exit module %s is left out: %s", config->class_id, error->message);
      ca_writer_audit (host->writer, ca_audit_record_new (NULL, "load-exit", config->class_id,
                                                          icert_error_get_code_name (error->code),
                                                          error->message));
      exit_module_free (module);
      return;
    }
  description = icert_exit_get_description (module->exit);
  ca_steps_print (1, "engine", module->class_id, "exit module loaded: %s",
                  description != NULL ? description : "");
  g_ptr_array_add (host->modules, module);
}

static int
find_module (const CaExitHost *host, const char *class_id)
{
  for (guint i = 0; i < host->modules->len; i++)
    if (g_strcmp0 (((ExitModule *) host->modules->pdata[i])->class_id, class_id) == 0)
      return i;
  return -1;
}

static const guint8 outbox_columns[]
    = { ICERT_OUTBOX_ID,       ICERT_OUTBOX_REQUEST_ID, ICERT_OUTBOX_EVENT,
        ICERT_OUTBOX_CLASS_ID, ICERT_OUTBOX_CREATED,    ICERT_OUTBOX_ATTEMPTS };

static void
queue_row (CaExitHost *host, const ICertStoreRow *row)
{
  g_autofree char *class_id = icert_store_row_dup_text (row, 3);
  int module = find_module (host, class_id);
  CaDelivery *delivery;

  /* A module that was taken out of the configuration may come back: its events stay. */
  if (module < 0)
    return;
  delivery = g_new0 (CaDelivery, 1);
  delivery->id = icert_store_row_get_int (row, 0);
  delivery->request_id = icert_store_row_get_int (row, 1);
  delivery->event = icert_store_row_get_int (row, 2);
  delivery->module = module;
  delivery->created = icert_store_row_get_int (row, 4);
  delivery->attempts = icert_store_row_get_int (row, 5);
  g_queue_push_tail (&host->ready, delivery);
}

static gboolean
load_outbox (CaExitHost *host, GError **error)
{
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_OUTBOX_DEAD,
                                    .seek = ICERT_SEEK_EQ,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = 0 } };
  ICertStoreQuery query = { .table = ICERT_STORE_OUTBOX,
                            .n_columns = G_N_ELEMENTS (outbox_columns),
                            .columns = outbox_columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (host->store, &query, NULL, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    queue_row (host, rows->pdata[i]);
  return TRUE;
}

/* Delivering */

static void
set_row (const CaDelivery *delivery, const GError *error, gboolean dead, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_OUTBOX,
                           error == NULL ? ICERT_STORE_DELETE : ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ID, delivery->id);
  if (error == NULL)
    return;
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DUE, delivery->due);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ATTEMPTS, delivery->attempts);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DEAD, dead);
  icert_store_batch_set_text (batch, ICERT_OUTBOX_ERROR, error->message);
}

static void
store_outcome (CaExitHost *host, const CaDelivery *delivery, const GError *error, gboolean dead)
{
  ICertStoreBatch *batch;
  GPtrArray *audit = NULL;

  if (delivery->id == 0)
    return;
  batch = icert_store_batch_new ();
  set_row (delivery, error, dead, batch);
  if (error != NULL)
    {
      const ExitModule *module = host->modules->pdata[delivery->module];
      g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, delivery->request_id);

      audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
      g_ptr_array_add (audit, ca_audit_record_new (NULL, dead ? "exit-given-up" : "exit-failed",
                                                   object, module->class_id, error->message));
    }
  ca_writer_commit (host->writer, batch, audit, NULL, NULL);
}

static const char *
event_to_string (ICertExitEvents event)
{
  g_autoptr (GFlagsClass) class = g_type_class_ref (ICERT_TYPE_EXIT_EVENTS);
  const GFlagsValue *value = g_flags_get_first_value (class, event);

  return value != NULL ? value->value_nick : "none";
}

/* Steps 7 and 8 are about requests; STARTUP and SHUTDOWN are told without a word. */
static void
print_step (const CaDelivery *delivery, guint step, const char *class_id, const char *text)
{
  if (delivery->request_id != 0)
    ca_steps_print (step, "exit", class_id, "request %" G_GINT64_FORMAT ": %s",
                    delivery->request_id, text);
}

static gboolean
notify (CaExitHost *host, CaDelivery *delivery, CaFacts *facts, GError **error)
{
  ExitModule *module = host->modules->pdata[delivery->module];
  g_autoptr (ICertIssuedContext) context = NULL;
  gboolean ok;

  if (delivery->request == NULL && delivery->request_id != 0)
    {
      delivery->request = ca_request_row_load (host->store, delivery->request_id, error);
      if (delivery->request == NULL)
        return FALSE;
    }
  print_step (delivery, 7, module->class_id, event_to_string (delivery->event));
  context = ca_server_new_exit_context (delivery->request, facts, module->class_id);
  ok = icert_exit_notify_event (module->exit, delivery->event, ICERT_SERVER_EXIT (context), error);
  print_step (delivery, 8, module->class_id, ok ? "read it and is done" : (*error)->message);
  return ok;
}

static gint
compare_due (gconstpointer first, gconstpointer second, gpointer data)
{
  const CaDelivery *a = first;
  const CaDelivery *b = second;

  return a->due < b->due ? -1 : a->due > b->due ? 1 : a->id < b->id ? -1 : a->id > b->id;
}

static Blocked *
find_blocked (CaExitHost *host, const CaDelivery *delivery)
{
  Blocked key = { .module = delivery->module, .request_id = delivery->request_id };

  return g_hash_table_lookup (host->blocked, &key);
}

/* Those that waited go first, in their order. Under the lock. */
static void
unblock (CaExitHost *host, const CaDelivery *delivery)
{
  Blocked *blocked = find_blocked (host, delivery);
  CaDelivery *waiting;

  if (blocked == NULL)
    return;
  while ((waiting = g_queue_pop_tail (&blocked->waiting)) != NULL)
    g_queue_push_head (&host->ready, waiting);
  g_hash_table_remove (host->blocked, blocked);
}

/* Takes @delivery. Under the lock. */
static void
delay (CaExitHost *host, CaDelivery *delivery)
{
  if (find_blocked (host, delivery) == NULL)
    {
      Blocked *blocked = g_new0 (Blocked, 1);

      blocked->module = delivery->module;
      blocked->request_id = delivery->request_id;
      g_queue_init (&blocked->waiting);
      g_hash_table_add (host->blocked, blocked);
    }
  g_sequence_insert_sorted (host->delayed, delivery, compare_due, NULL);
}

static void
plan_retry (CaDelivery *delivery)
{
  gint64 pause = FIRST_PAUSE << MIN (delivery->attempts, 10);

  delivery->attempts++;
  delivery->due = ca_clock_now () + MIN (pause, LAST_PAUSE);
}

/* The module came back after the host was given up: the writer is gone, and the row of the outbox
 * is as it was. */
static gboolean
is_abandoned (CaExitHost *host)
{
  gboolean abandoned;

  g_mutex_lock (&host->mutex);
  abandoned = host->abandoned;
  g_mutex_unlock (&host->mutex);
  return abandoned;
}

/* FALSE: the thread ends at once. */
static gboolean
run_delivery (CaExitHost *host, CaDelivery *delivery, CaFacts *facts)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = notify (host, delivery, facts, &error);
  gboolean dead;

  if (is_abandoned (host))
    return FALSE;
  dead = !ok
         && (delivery->id == 0
             || ca_clock_now () - delivery->created > CA_LIMIT_EXIT_AGE * G_TIME_SPAN_SECOND);
  if (!ok)
    plan_retry (delivery);
  store_outcome (host, delivery, error, dead);
  g_mutex_lock (&host->mutex);
  if (!ok && !dead)
    delay (host, g_steal_pointer (&delivery));
  else
    unblock (host, delivery);
  g_mutex_unlock (&host->mutex);
  g_clear_pointer (&delivery, delivery_free);
  return TRUE;
}

/* The next one that may go; behind a failed one of its request it joins the queue there. Under the
 * lock. */
static CaDelivery *
pop_ready (CaExitHost *host)
{
  GSequenceIter *first = g_sequence_get_begin_iter (host->delayed);
  CaDelivery *delivery;

  if (!g_sequence_iter_is_end (first)
      && ((CaDelivery *) g_sequence_get (first))->due <= ca_clock_now ())
    {
      delivery = g_sequence_get (first);
      g_sequence_remove (first);
      return delivery;
    }
  while ((delivery = g_queue_pop_head (&host->ready)) != NULL)
    {
      Blocked *blocked = find_blocked (host, delivery);

      if (blocked == NULL)
        return delivery;
      g_queue_push_tail (&blocked->waiting, delivery);
    }
  return NULL;
}

static void
wait_for_work (CaExitHost *host)
{
  GSequenceIter *first = g_sequence_get_begin_iter (host->delayed);

  if (g_sequence_iter_is_end (first))
    g_cond_wait (&host->cond, &host->mutex);
  else
    {
      gint64 pause = MAX (((CaDelivery *) g_sequence_get (first))->due - ca_clock_now (),
                          G_TIME_SPAN_MILLISECOND);

      g_cond_wait_until (&host->cond, &host->mutex,
                         g_get_monotonic_time () + MIN (pause, G_TIME_SPAN_MINUTE));
    }
}

static CaDelivery *
take_delivery (CaExitHost *host, CaFacts **facts)
{
  CaDelivery *delivery = NULL;

  g_mutex_lock (&host->mutex);
  while (!(host->closing && g_get_monotonic_time () > host->close_by)
         && (delivery = pop_ready (host)) == NULL && !host->closing)
    wait_for_work (host);
  *facts = ca_facts_ref (host->facts);
  g_mutex_unlock (&host->mutex);
  return delivery;
}

static gpointer
exit_worker (gpointer data)
{
  CaExitHost *host = data;
  CaDelivery *delivery;
  CaFacts *facts = NULL;

  while ((delivery = take_delivery (host, &facts)) != NULL)
    {
      if (!run_delivery (host, delivery, facts))
        return NULL;
      g_clear_pointer (&facts, ca_facts_unref);
    }
  g_clear_pointer (&facts, ca_facts_unref);
  g_mutex_lock (&host->mutex);
  host->ended = TRUE;
  g_cond_broadcast (&host->cond);
  g_mutex_unlock (&host->mutex);
  return NULL;
}

CaExitHost *
ca_exit_host_new (ICertRegistry *registry,
                  CaFacts *facts,
                  ICertStore *store,
                  CaWriter *writer,
                  GError **error)
{
  CaExitHost *host = g_new0 (CaExitHost, 1);

  host->modules = g_ptr_array_new_with_free_func (exit_module_free);
  host->store = g_object_ref (store);
  host->writer = writer;
  host->facts = ca_facts_ref (facts);
  host->ids = ca_ids_new (writer, "next-outbox-id");
  g_mutex_init (&host->mutex);
  g_cond_init (&host->cond);
  g_queue_init (&host->ready);
  host->delayed = g_sequence_new (NULL);
  host->blocked = g_hash_table_new_full (blocked_hash, blocked_equal, blocked_free, NULL);
  for (guint i = 0; i < facts->config->exits->len; i++)
    load_module (host, registry, facts->config->exits->pdata[i], facts);
  if (!load_outbox (host, error))
    {
      ca_exit_host_free (host);
      return NULL;
    }
  host->thread = g_thread_new ("ca-exit", exit_worker, host);
  return host;
}

/* FALSE: a module hangs. C code in this process cannot be interrupted, so its thread, and with it
 * the host, is left behind; the events are in the outbox still. */
static gboolean
end_thread (CaExitHost *host)
{
  gboolean ended;

  if (host->thread == NULL)
    return TRUE;
  g_mutex_lock (&host->mutex);
  host->closing = TRUE;
  host->close_by = g_get_monotonic_time () + DRAIN_TIME;
  g_cond_broadcast (&host->cond);
  while (!host->ended
         && g_cond_wait_until (&host->cond, &host->mutex, host->close_by + G_TIME_SPAN_SECOND))
    ;
  ended = host->ended;
  host->abandoned = !ended;
  g_mutex_unlock (&host->mutex);
  if (ended)
    g_thread_join (host->thread);
  else
    g_thread_unref (host->thread);
  return ended;
}

static void
free_delayed (gpointer delivery, gpointer data)
{
  delivery_free (delivery);
}

void
ca_exit_host_free (CaExitHost *host)
{
  if (host == NULL)
    return;
  if (!end_thread (host))
    {
      g_message ("an exit module does not come back; its events wait in the outbox");
      ca_ids_free (host->ids);
      return;
    }
  g_queue_clear_full (&host->ready, delivery_free);
  g_sequence_foreach (host->delayed, free_delayed, NULL);
  g_sequence_free (host->delayed);
  g_hash_table_unref (host->blocked);
  g_ptr_array_unref (host->modules);
  ca_ids_free (host->ids);
  ca_facts_unref (host->facts);
  g_object_unref (host->store);
  g_mutex_clear (&host->mutex);
  g_cond_clear (&host->cond);
  g_free (host);
}

static CaDelivery *
delivery_new (CaRequest *request, guint module, ICertExitEvents event)
{
  CaDelivery *delivery = g_new0 (CaDelivery, 1);

  delivery->request = request != NULL ? ca_request_ref (request) : NULL;
  delivery->request_id = request != NULL ? request->id : 0;
  delivery->module = module;
  delivery->event = event;
  delivery->created = delivery->due = ca_clock_now ();
  return delivery;
}

static void
insert_row (const CaExitHost *host, const CaDelivery *delivery, ICertStoreBatch *batch)
{
  const ExitModule *module = host->modules->pdata[delivery->module];

  icert_store_batch_begin (batch, ICERT_STORE_OUTBOX, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ID, delivery->id);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_REQUEST_ID, delivery->request_id);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_EVENT, delivery->event);
  icert_store_batch_set_text (batch, ICERT_OUTBOX_CLASS_ID, module->class_id);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_CREATED, delivery->created);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DUE, delivery->due);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ATTEMPTS, 0);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DEAD, 0);
}

gboolean
ca_exit_host_record (CaExitHost *host,
                     CaRequest *request,
                     ICertExitEvents event,
                     ICertStoreBatch *batch,
                     GPtrArray **deliveries,
                     GError **error)
{
  *deliveries = NULL;
  for (guint i = 0; i < host->modules->len; i++)
    {
      const ExitModule *module = host->modules->pdata[i];
      CaDelivery *delivery;

      if ((module->mask & event) == 0)
        continue;
      if (*deliveries == NULL)
        *deliveries = g_ptr_array_new_with_free_func (delivery_free);
      delivery = delivery_new (request, i, event);
      g_ptr_array_add (*deliveries, delivery);
      delivery->id = ca_ids_next (host->ids, error);
      if (delivery->id == 0)
        {
          g_clear_pointer (deliveries, g_ptr_array_unref);
          return FALSE;
        }
      insert_row (host, delivery, batch);
    }
  return TRUE;
}

void
ca_exit_host_deliver (CaExitHost *host, GPtrArray *deliveries)
{
  gsize n = 0;
  g_autofree gpointer *items = NULL;

  if (deliveries == NULL)
    return;
  items = g_ptr_array_steal (deliveries, &n);
  g_ptr_array_unref (deliveries);
  g_mutex_lock (&host->mutex);
  for (gsize i = 0; i < n; i++)
    g_queue_push_tail (&host->ready, items[i]);
  g_cond_signal (&host->cond);
  g_mutex_unlock (&host->mutex);
}

void
ca_exit_host_announce (CaExitHost *host, ICertExitEvents event)
{
  GPtrArray *deliveries = g_ptr_array_new_with_free_func (delivery_free);

  for (guint i = 0; i < host->modules->len; i++)
    if ((((ExitModule *) host->modules->pdata[i])->mask & event) != 0)
      g_ptr_array_add (deliveries, delivery_new (NULL, i, event));
  ca_exit_host_deliver (host, deliveries);
}

guint
ca_exit_host_get_n_modules (const CaExitHost *host)
{
  return host->modules->len;
}

char *
ca_exit_host_describe (const CaExitHost *host, guint index)
{
  return index < host->modules->len
             ? icert_exit_get_description (((ExitModule *) host->modules->pdata[index])->exit)
             : NULL;
}

void
ca_exit_host_set_facts (CaExitHost *host, CaFacts *facts)
{
  g_mutex_lock (&host->mutex);
  ca_facts_unref (host->facts);
  host->facts = ca_facts_ref (facts);
  g_mutex_unlock (&host->mutex);
}
