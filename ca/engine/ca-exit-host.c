/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-exit-host.h"

#include "ca-checkpoint.h"
#include "ca-clock.h"
#include "ca-delivery.h"
#include "ca-limits.h"
#include "ca-request-row.h"
#include "ca-server-backend.h"
#include "ca-steps.h"

/* How long closing waits for events that are due. */
#define DRAIN_TIME (5 * G_TIME_SPAN_SECOND)
#define FIRST_PAUSE G_TIME_SPAN_SECOND
#define LAST_PAUSE (10 * G_TIME_SPAN_MINUTE)

/* What a call on another thread needs to come back, also when the host has gone meanwhile. */
typedef struct
{
  GMutex mutex;
  CaExitHost *host; /* under the mutex; NULL: the host has gone */
} Port;

/* Deliveries that wait behind one that failed, so that a request's events keep their order; those
 * of checkpoints keep theirs, and wait behind no CRL. */
typedef struct
{
  CaExitModule *module; /* lives as long as a delivery for it */
  gint64 lane;
  GQueue waiting; /* of CaDelivery */
} Blocked;

struct _CaExitHost
{
  GPtrArray *modules; /* of CaExitModule; under the mutex; never changed, only replaced */
  Port *port;
  ICertStore *store;
  CaWriter *writer;
  const CaRunFuncs *runs;
  gpointer runs_data;
  CaIds *ids;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  CaFacts *facts;
  GQueue ready;        /* of CaDelivery */
  GSequence *delayed;  /* of CaDelivery by due; frees none, since a retry is taken out of it */
  GHashTable *blocked; /* set of Blocked */
  gboolean started;    /* STARTUP was announced */
  gboolean running;    /* a delivery is with an exit of the configuration */
  gboolean hasty;      /* nobody waits for deliveries any more */
  gint64 running_run;  /* number of the CRLs it is about; 0 = none */
  gboolean closing;
  gint64 close_by;    /* monotonic */
  gboolean ended;     /* the thread touches nothing of the host any more */
  gboolean abandoned; /* a module never came back: nobody but the stuck thread uses the host */
};

static void
port_clear (gpointer data)
{
  g_mutex_clear (&((Port *) data)->mutex);
}

static void
port_unref (Port *port)
{
  g_atomic_rc_box_release_full (port, port_clear);
}

static guint
blocked_hash (gconstpointer key)
{
  const Blocked *blocked = key;

  return (guint) blocked->lane * 31 + g_direct_hash (blocked->module);
}

static gboolean
is_of_removed (gpointer key, gpointer value, gpointer data)
{
  return ((const Blocked *) key)->module->removed;
}

static gboolean
blocked_equal (gconstpointer first, gconstpointer second)
{
  const Blocked *a = first;
  const Blocked *b = second;

  return a->lane == b->lane && a->module == b->module;
}

static void
blocked_free (gpointer data)
{
  Blocked *blocked = data;

  g_queue_clear_full (&blocked->waiting, ca_delivery_free);
  g_free (blocked);
}

/* Loading */

static void
load_module (CaExitHost *host,
             ICertRegistry *registry,
             const CaModuleConfig *config,
             CaFacts *facts)
{
  g_autoptr (GError) error = NULL;
  CaExitModule *module = ca_exit_module_load (registry, config, facts, &error);

  if (module != NULL)
    {
      g_ptr_array_add (host->modules, module);
      return;
    }
  g_message ("exit module %s is left out: %s", config->class_id, error->message);
  ca_writer_audit (host->writer,
                   ca_audit_record_new (NULL, "load-exit", config->class_id,
                                        icert_error_get_code_name (error->code), error->message));
}

static GPtrArray *
ref_modules (CaExitHost *host)
{
  GPtrArray *modules;

  g_mutex_lock (&host->mutex);
  modules = g_ptr_array_ref (host->modules);
  g_mutex_unlock (&host->mutex);
  return modules;
}

/* Delivering */

static CaAuditRecord *
new_failure (const CaDelivery *delivery, const GError *error, gboolean dead)
{
  const CaExitModule *module = delivery->module;
  g_autofree char *object
      = delivery->checkpoint != 0
            ? g_strdup_printf ("checkpoint:%" G_GINT64_FORMAT, delivery->checkpoint)
        : delivery->alarm != NULL ? g_strdup_printf ("alarm:%s", delivery->alarm_code)
        : delivery->run != 0      ? g_strdup_printf ("crl:%" G_GINT64_FORMAT, delivery->run)
                             : g_strdup_printf ("request:%" G_GINT64_FORMAT, delivery->request_id);

  return ca_audit_record_new (NULL, dead ? "exit-given-up" : "exit-failed", object,
                              module->class_id, error->message);
}

/* How a run went is committed before the next delivery: what is known of a CRL as a whole is
 * counted from rows. @batch: taken. */
static void
store_outcome (CaExitHost *host,
               const CaDelivery *delivery,
               const GError *error,
               gboolean dead,
               ICertStoreBatch *batch)
{
  GPtrArray *audit = NULL;

  if (error != NULL && (delivery->id != 0 || delivery->alarm != NULL))
    {
      audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
      g_ptr_array_add (audit, new_failure (delivery, error, dead));
    }
  if (delivery->id != 0)
    ca_delivery_settle (delivery, error, dead, batch);
  if (delivery->run != 0)
    ca_writer_commit_wait (host->writer, batch, audit, NULL);
  else if (delivery->id != 0 || audit != NULL)
    ca_writer_commit (host->writer, batch, audit, NULL, NULL);
  else
    icert_store_batch_unref (batch);
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

/* The line is what the CA signed. */
static gboolean
load_checkpoint (CaExitHost *host, CaDelivery *delivery, CaFacts *facts, GError **error)
{
  g_autoptr (CaCheckpoint) checkpoint
      = ca_checkpoint_find (host->store, facts->config->name, delivery->checkpoint, error);

  if (checkpoint == NULL)
    return FALSE;
  delivery->alarm_code = g_strdup ("checkpoint");
  delivery->alarm = ca_checkpoint_to_line (checkpoint);
  return TRUE;
}

static ICertIssuedContext *
new_context (CaExitHost *host, CaDelivery *delivery, CaFacts *facts, GError **error)
{
  if (delivery->request == NULL && delivery->request_id != 0)
    {
      delivery->request = ca_request_row_load (host->store, delivery->request_id, error);
      if (delivery->request == NULL)
        return NULL;
    }
  if (delivery->run != 0)
    {
      g_clear_pointer (&delivery->crls, g_ptr_array_unref);
      delivery->crls = host->runs->load_run (host->runs_data, delivery->run, error);
      if (delivery->crls == NULL)
        return NULL;
    }
  if (delivery->checkpoint != 0 && delivery->alarm == NULL
      && !load_checkpoint (host, delivery, facts, error))
    return NULL;
  if (delivery->request != NULL)
    return ca_server_new_exit_context (delivery->request, facts, delivery->module->class_id);
  return ca_server_new_event_context (
      facts, delivery->module->class_id,
      delivery->crls != NULL ? host->runs->list_crls (delivery->crls) : NULL, delivery->alarm_code,
      delivery->alarm);
}

static gboolean
notify (ICertExit *exit, CaDelivery *delivery, ICertIssuedContext *context, GError **error)
{
  const char *class_id = delivery->module->class_id;
  gboolean ok;

  print_step (delivery, 7, class_id, event_to_string (delivery->event));
  ok = icert_exit_notify_event (exit, delivery->event, ICERT_SERVER_EXIT (context), error);
  print_step (delivery, 8, class_id, ok ? "read it and is done" : (*error)->message);
  return ok;
}

static gint
compare_due (gconstpointer first, gconstpointer second, gpointer data)
{
  const CaDelivery *a = first;
  const CaDelivery *b = second;

  return a->due < b->due ? -1 : a->due > b->due ? 1 : a->id < b->id ? -1 : a->id > b->id;
}

/* What keeps its order: the events of a request, CRLs, checkpoints */
static gint64
lane_of (const CaDelivery *delivery)
{
  return delivery->checkpoint != 0 ? -1 : delivery->request_id;
}

static Blocked *
find_blocked (CaExitHost *host, const CaDelivery *delivery)
{
  Blocked key = { .module = delivery->module, .lane = lane_of (delivery) };

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
  delivery->retry = TRUE;
  if (find_blocked (host, delivery) == NULL)
    {
      Blocked *blocked = g_new0 (Blocked, 1);

      blocked->module = delivery->module;
      blocked->lane = lane_of (delivery);
      g_queue_init (&blocked->waiting);
      g_hash_table_add (host->blocked, blocked);
    }
  g_sequence_insert_sorted (host->delayed, delivery, compare_due, NULL);
}

/* What waits for the owner may be much, and its rows are in the store anyway. */
#define REQUESTS_IN_MEMORY 256

/* TRUE: it may go to its owner now. Under the lock. */
static gboolean
claim_lent (CaDelivery *delivery)
{
  CaExitModule *module = delivery->module;

  if (!module->out)
    {
      module->out = TRUE;
      return TRUE;
    }
  if (module->waiting.length >= REQUESTS_IN_MEMORY && delivery->id != 0)
    g_clear_pointer (&delivery->request, ca_request_unref);
  g_queue_push_tail (&module->waiting, delivery);
  return FALSE;
}

/* The one behind goes first. Under the lock. */
static void
next_of_lent (CaExitHost *host, CaExitModule *module)
{
  CaDelivery *next = g_queue_pop_head (&module->waiting);

  module->out = FALSE;
  if (next != NULL)
    g_queue_push_head (&host->ready, next);
}

/* CRLs: every ten minutes, nine times, then every hour (processing.md 6). */
static void
plan_retry (CaDelivery *delivery)
{
  gint64 pause = MIN (FIRST_PAUSE << MIN (delivery->attempts, 10), LAST_PAUSE);

  if (delivery->run != 0)
    pause = delivery->attempts < CA_LIMIT_PUBLISH_ATTEMPTS - 1 ? LAST_PAUSE : G_TIME_SPAN_HOUR;
  delivery->attempts++;
  delivery->due = ca_clock_now () + pause;
}

/* An event is given up after a day; one of CRLs only when there is nothing left to publish. */
static gboolean
is_dead (const CaDelivery *delivery)
{
  if (delivery->id == 0)
    return TRUE;
  if (delivery->crls != NULL && delivery->crls->len > 0)
    return FALSE;
  return ca_clock_now () - delivery->created > CA_LIMIT_EXIT_AGE * G_TIME_SPAN_SECOND;
}

/* (nullable): the failure that counts: one of a place when the exit has none itself */
static GError *
settle_run (CaExitHost *host,
            const CaDelivery *delivery,
            const GError *error,
            gint64 due,
            ICertStoreBatch *batch)
{
  gboolean failed = error != NULL;
  GError *answer = error != NULL ? g_error_copy (error) : NULL;

  if (delivery->crls != NULL)
    host->runs->settle (host->runs_data, delivery->module->class_id, delivery->crls, error, due,
                        batch, &failed);
  if (failed && answer == NULL)
    icert_set_error (&answer, ICERT_ERROR_FAILED, "place", "not every one has the CRLs (all)");
  return answer;
}

/* The module came back after the host was given up: the writer is gone, and the row of the outbox
 * is as it was. */
static gboolean
is_abandoned (CaExitHost *host)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&host->mutex);

  return host->abandoned;
}

/* The second half of a delivery: what became of it. Takes @delivery. */
static void
finish_delivery (CaExitHost *host, CaDelivery *delivery, const GError *outcome)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  CaDelivery planned = *delivery;
  g_autoptr (GError) error = NULL;
  gboolean dead;

  plan_retry (&planned);
  if (delivery->run != 0)
    error = settle_run (host, delivery, outcome, planned.due, batch);
  else if (outcome != NULL)
    error = g_error_copy (outcome);
  dead = error != NULL && is_dead (delivery);
  if (error != NULL)
    {
      delivery->due = planned.due;
      delivery->attempts = planned.attempts;
    }
  store_outcome (host, delivery, error, dead, batch);
  g_clear_pointer (&delivery->crls, g_ptr_array_unref);
  g_mutex_lock (&host->mutex);
  if (delivery->module->owned != NULL)
    next_of_lent (host, delivery->module);
  if (error != NULL && !dead && !delivery->module->removed)
    delay (host, g_steal_pointer (&delivery));
  else
    unblock (host, delivery);
  g_cond_broadcast (&host->cond);
  g_mutex_unlock (&host->mutex);
  g_clear_pointer (&delivery, ca_delivery_free);
}

/* Its thread has ended: whatever is due stays in the outbox, for the next
 * object of its type. Under the lock. */
static void
take_out (CaExitHost *host, CaExitModule *module)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func (ca_exit_module_unref);

  for (guint i = 0; i < host->modules->len; i++)
    if (host->modules->pdata[i] != module)
      g_ptr_array_add (kept, ca_exit_module_ref (host->modules->pdata[i]));
  module->removed = TRUE;
  g_hash_table_foreach_remove (host->blocked, is_of_removed, NULL);
  g_queue_clear_full (&module->waiting, ca_delivery_free);
  g_ptr_array_unref (host->modules);
  host->modules = kept;
}

/* Takes out the exits whose threads have ended. */
static void
forget_gone (CaExitHost *host)
{
  g_autoptr (GPtrArray) modules = ref_modules (host);

  for (guint i = 0; i < modules->len; i++)
    {
      CaExitModule *module = modules->pdata[i];

      if (module->owned == NULL || !ca_owned_is_gone (module->owned))
        continue;
      g_mutex_lock (&host->mutex);
      if (!module->removed)
        take_out (host, module);
      g_mutex_unlock (&host->mutex);
    }
}

/* A delivery on its way to the thread of an application. */
typedef struct
{
  Port *port;
  CaDelivery *delivery; /* NULL: done */
  ICertIssuedContext *context;
} Errand;

/* Dropped on the way: the exit was let go, or its thread has ended. */
static void
errand_free (gpointer data)
{
  Errand *errand = data;

  if (errand->delivery != NULL)
    {
      g_mutex_lock (&errand->port->mutex);
      if (errand->port->host != NULL)
        forget_gone (errand->port->host);
      g_mutex_unlock (&errand->port->mutex);
    }
  g_clear_pointer (&errand->delivery, ca_delivery_free);
  g_clear_object (&errand->context);
  port_unref (errand->port);
  g_free (errand);
}

static void
run_errand_cb (gpointer exit, gpointer data)
{
  Errand *errand = data;
  g_autoptr (GError) error = NULL;

  notify (exit, errand->delivery, errand->context, &error);
  g_mutex_lock (&errand->port->mutex);
  if (errand->port->host != NULL)
    finish_delivery (errand->port->host, g_steal_pointer (&errand->delivery), error);
  g_mutex_unlock (&errand->port->mutex);
}

static void
send_errand (CaExitHost *host, CaDelivery *delivery, ICertIssuedContext *context)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->port = g_atomic_rc_box_acquire (host->port);
  errand->delivery = delivery;
  errand->context = g_object_ref (context);
  ca_owned_post (delivery->module->owned, run_errand_cb, errand, errand_free);
}

/* FALSE: the thread ends at once. */
static gboolean
run_delivery (CaExitHost *host, CaDelivery *delivery, CaFacts *facts)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedContext) context = new_context (host, delivery, facts, &error);

  if (context != NULL && delivery->module->owned != NULL)
    {
      send_errand (host, delivery, context);
      return TRUE;
    }
  if (context != NULL)
    notify (delivery->module->exit, delivery, context, &error);
  if (is_abandoned (host))
    return FALSE;
  finish_delivery (host, delivery, error);
  return TRUE;
}

/* Under the lock. */
static CaDelivery *
pop_delayed (CaExitHost *host)
{
  GSequenceIter *first = g_sequence_get_begin_iter (host->delayed);
  CaDelivery *delivery;

  if (g_sequence_iter_is_end (first))
    return NULL;
  delivery = g_sequence_get (first);
  if (delivery->due > ca_clock_now ())
    return NULL;
  g_sequence_remove (first);
  return delivery;
}

/* The next one that may go; behind a failed one of its request it joins the queue there, and behind
 * one that is with its owner the queue of that. Under the lock. */
static CaDelivery *
pop_ready (CaExitHost *host)
{
  CaDelivery *delivery;

  for (;;)
    {
      Blocked *blocked = NULL;

      delivery = pop_delayed (host);
      if (delivery == NULL)
        {
          delivery = g_queue_pop_head (&host->ready);
          if (delivery == NULL)
            return NULL;
          /* what is in no outbox waits behind nothing */
          blocked = delivery->retry || delivery->id == 0 ? NULL : find_blocked (host, delivery);
        }
      if (delivery->module->removed)
        ca_delivery_free (delivery);
      else if (blocked != NULL)
        g_queue_push_tail (&blocked->waiting, delivery);
      else if (delivery->module->owned == NULL || claim_lent (delivery))
        return delivery;
    }
}

static void
wait_for_work (CaExitHost *host)
{
  GSequenceIter *first = g_sequence_get_begin_iter (host->delayed);

  /* whoever waits for a delivery may see now that it is blocked */
  g_cond_broadcast (&host->cond);
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
  host->running = FALSE;
  host->running_run = 0;
  g_cond_broadcast (&host->cond);
  while (!(host->closing && g_get_monotonic_time () > host->close_by)
         && (delivery = pop_ready (host)) == NULL && !host->closing)
    wait_for_work (host);
  host->running = delivery != NULL;
  host->running_run = delivery != NULL ? delivery->run : 0;
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
                  const CaRunFuncs *runs,
                  gpointer data,
                  GError **error)
{
  CaExitHost *host = g_new0 (CaExitHost, 1);

  host->modules = g_ptr_array_new_with_free_func (ca_exit_module_unref);
  host->port = g_atomic_rc_box_new0 (Port);
  g_mutex_init (&host->port->mutex);
  host->port->host = host;
  host->store = g_object_ref (store);
  host->writer = writer;
  host->runs = runs;
  host->runs_data = data;
  host->facts = ca_facts_ref (facts);
  host->ids = ca_ids_new (writer, "next-outbox-id");
  g_mutex_init (&host->mutex);
  g_cond_init (&host->cond);
  g_queue_init (&host->ready);
  host->delayed = g_sequence_new (NULL);
  host->blocked = g_hash_table_new_full (blocked_hash, blocked_equal, blocked_free, NULL);
  for (guint i = 0; i < facts->config->exits->len; i++)
    load_module (host, registry, facts->config->exits->pdata[i], facts);
  if (!ca_delivery_load (host->store, host->modules, &host->ready, error))
    {
      ca_exit_host_free (host);
      return NULL;
    }
  return host;
}

void
ca_exit_host_start (CaExitHost *host)
{
  host->thread = g_thread_new ("ca-exit", exit_worker, host);
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

/* Takes the lent exits out. Their deliveries are let go, their rows stay in the outbox. */
GPtrArray *
ca_exit_host_take_lent (CaExitHost *host)
{
  GPtrArray *lent = g_ptr_array_new_with_free_func (ca_exit_module_unref);
  GPtrArray *kept = g_ptr_array_new_with_free_func (ca_exit_module_unref);

  g_mutex_lock (&host->mutex);
  for (guint i = 0; i < host->modules->len; i++)
    {
      CaExitModule *module = ca_exit_module_ref (host->modules->pdata[i]);

      g_ptr_array_add (module->owned != NULL ? lent : kept, module);
      module->removed = module->owned != NULL;
    }
  g_ptr_array_unref (host->modules);
  host->modules = kept;
  g_hash_table_foreach_remove (host->blocked, is_of_removed, NULL);
  for (guint i = 0; i < lent->len; i++)
    g_queue_clear_full (&((CaExitModule *) lent->pdata[i])->waiting, ca_delivery_free);
  g_mutex_unlock (&host->mutex);
  return lent;
}

void
ca_exit_host_let_go (GPtrArray *taken)
{
  for (guint i = 0; i < taken->len; i++)
    ca_owned_release (((CaExitModule *) taken->pdata[i])->owned);
}

/* The caller may be the finaliser of a script's object: nothing of the script is called. */
static void
abandon_lent (CaExitHost *host)
{
  g_autoptr (GPtrArray) lent = ca_exit_host_take_lent (host);

  for (guint i = 0; i < lent->len; i++)
    ca_owned_release_later (((CaExitModule *) lent->pdata[i])->owned, NULL);
  g_mutex_lock (&host->port->mutex);
  host->port->host = NULL;
  g_mutex_unlock (&host->port->mutex);
  port_unref (host->port);
}

static void
free_delayed (gpointer delivery, gpointer data)
{
  ca_delivery_free (delivery);
}

void
ca_exit_host_free (CaExitHost *host)
{
  if (host == NULL)
    return;
  abandon_lent (host);
  if (!end_thread (host))
    {
      g_message ("an exit module does not come back; its events wait in the outbox");
      ca_ids_free (host->ids);
      return;
    }
  g_queue_clear_full (&host->ready, ca_delivery_free);
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

static gboolean
record (CaExitHost *host,
        CaRequest *request,
        gint64 number,
        ICertExitEvents event,
        ICertStoreBatch *batch,
        GPtrArray **deliveries,
        GError **error)
{
  g_autoptr (GPtrArray) modules = ref_modules (host);

  *deliveries = NULL;
  for (guint i = 0; i < modules->len; i++)
    {
      CaExitModule *module = modules->pdata[i];
      CaDelivery *delivery;

      if ((module->mask & event) == 0)
        continue;
      if (*deliveries == NULL)
        *deliveries = g_ptr_array_new_with_free_func (ca_delivery_free);
      delivery = ca_delivery_new (request, module, event);
      if (event == ICERT_EXIT_EVENT_AUDIT_CHECKPOINT)
        delivery->checkpoint = number;
      else
        delivery->run = number;
      g_ptr_array_add (*deliveries, delivery);
      delivery->id = ca_ids_next (host->ids, error);
      if (delivery->id == 0)
        {
          g_clear_pointer (deliveries, g_ptr_array_unref);
          return FALSE;
        }
      ca_delivery_insert (delivery, batch);
    }
  return TRUE;
}

gboolean
ca_exit_host_record (CaExitHost *host,
                     CaRequest *request,
                     ICertExitEvents event,
                     ICertStoreBatch *batch,
                     GPtrArray **deliveries,
                     GError **error)
{
  return record (host, request, 0, event, batch, deliveries, error);
}

gboolean
ca_exit_host_record_run (CaExitHost *host,
                         gint64 run,
                         ICertStoreBatch *batch,
                         GPtrArray **deliveries,
                         GError **error)
{
  return record (host, NULL, run, ICERT_EXIT_EVENT_CRL_ISSUED, batch, deliveries, error);
}

gboolean
ca_exit_host_record_checkpoint (CaExitHost *host,
                                gint64 sequence,
                                ICertStoreBatch *batch,
                                GPtrArray **deliveries,
                                GError **error)
{
  return record (host, NULL, sequence, ICERT_EXIT_EVENT_AUDIT_CHECKPOINT, batch, deliveries, error);
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
  g_cond_broadcast (&host->cond);
  g_mutex_unlock (&host->mutex);
}

/* Under the lock. */
static void
push_event_of_ca (CaExitHost *host, CaExitModule *module, ICertExitEvents event)
{
  if ((module->mask & event) != 0)
    g_queue_push_tail (&host->ready, ca_delivery_new (NULL, module, event));
}

void
ca_exit_host_announce (CaExitHost *host, ICertExitEvents event)
{
  g_mutex_lock (&host->mutex);
  host->started = event == ICERT_EXIT_EVENT_STARTUP;
  for (guint i = 0; i < host->modules->len; i++)
    push_event_of_ca (host, host->modules->pdata[i], event);
  g_cond_broadcast (&host->cond);
  g_mutex_unlock (&host->mutex);
}

void
ca_exit_host_alarm (CaExitHost *host, const char *code, const char *text)
{
  g_mutex_lock (&host->mutex);
  for (guint i = 0; i < host->modules->len; i++)
    {
      CaExitModule *module = host->modules->pdata[i];

      if ((module->mask & ICERT_EXIT_EVENT_ALARM) != 0)
        g_queue_push_tail (&host->ready, ca_delivery_new_alarm (module, code, text));
    }
  g_cond_broadcast (&host->cond);
  g_mutex_unlock (&host->mutex);
}

/* Whether an exit of the configuration is to be told of CRLs now, of run @run or (0) of any. Under
 * the lock. */
static gboolean
is_telling (CaExitHost *host, gint64 run)
{
  if (host->running && host->running_run != 0 && (run == 0 || host->running_run == run))
    return TRUE;
  for (GList *link = host->ready.head; link != NULL; link = link->next)
    {
      const CaDelivery *delivery = link->data;

      if (delivery->run != 0 && (run == 0 || delivery->run == run)
          && delivery->module->owned == NULL)
        return TRUE;
    }
  return FALSE;
}

/* Failed deliveries of CRLs that are due at @limit go first in the queue, in their order. Under the
 * lock. */
static void
hurry (CaExitHost *host, gint64 limit)
{
  GSequenceIter *iter = g_sequence_get_begin_iter (host->delayed);
  GQueue found = G_QUEUE_INIT;
  CaDelivery *delivery;

  while (!g_sequence_iter_is_end (iter))
    {
      GSequenceIter *next = g_sequence_iter_next (iter);

      delivery = g_sequence_get (iter);
      if (delivery->run != 0 && delivery->due <= limit)
        {
          g_sequence_remove (iter);
          g_queue_push_head (&found, delivery);
        }
      iter = next;
    }
  while ((delivery = g_queue_pop_head (&found)) != NULL)
    g_queue_push_head (&host->ready, delivery);
}

/* Under the lock. */
static void
wait_until_told (CaExitHost *host, gint64 run, gint64 deadline)
{
  g_cond_broadcast (&host->cond);
  while (!host->ended && !host->hasty && is_telling (host, run)
         && g_cond_wait_until (&host->cond, &host->mutex, deadline))
    ;
}

void
ca_exit_host_stop_waiting (CaExitHost *host)
{
  g_mutex_lock (&host->mutex);
  host->hasty = TRUE;
  g_cond_broadcast (&host->cond);
  g_mutex_unlock (&host->mutex);
}

void
ca_exit_host_wait_run (CaExitHost *host, gint64 run, gint64 deadline)
{
  g_mutex_lock (&host->mutex);
  hurry (host, G_MAXINT64);
  wait_until_told (host, run, deadline);
  g_mutex_unlock (&host->mutex);
}

void
ca_exit_host_run_due (CaExitHost *host, gint64 deadline)
{
  g_mutex_lock (&host->mutex);
  hurry (host, ca_clock_now ());
  wait_until_told (host, 0, deadline);
  g_mutex_unlock (&host->mutex);
}

gboolean
ca_exit_host_is_idle (CaExitHost *host)
{
  gboolean idle;

  g_mutex_lock (&host->mutex);
  idle = host->ready.length == 0 && !host->running;
  for (guint i = 0; i < host->modules->len; i++)
    idle = idle && !((CaExitModule *) host->modules->pdata[i])->out;
  g_mutex_unlock (&host->mutex);
  return idle;
}

guint
ca_exit_host_get_n_modules (CaExitHost *host)
{
  g_autoptr (GPtrArray) modules = ref_modules (host);

  return modules->len;
}

char *
ca_exit_host_describe (CaExitHost *host, guint index)
{
  g_autoptr (GPtrArray) modules = ref_modules (host);
  const CaExitModule *module = index < modules->len ? modules->pdata[index] : NULL;

  if (module == NULL)
    return NULL;
  return module->exit != NULL ? icert_exit_get_description (module->exit)
                              : g_strdup (module->description);
}

/* Lent exits */

static gboolean
is_lent (GPtrArray *modules, gconstpointer exit)
{
  for (guint i = 0; i < modules->len; i++)
    {
      CaExitModule *module = modules->pdata[i];

      if (module->owned != NULL && ca_owned_is (module->owned, exit))
        return TRUE;
    }
  return FALSE;
}

static void
refuse_twice (ICertExit *exit, GError **error)
{
  icert_set_error (error, ICERT_ERROR_CONFLICT, G_OBJECT_TYPE_NAME (exit),
                   "is appended already (another object, or once)");
}

static gboolean
check_exit (CaExitHost *host, ICertExit *exit, GError **error)
{
  const ICertExitInterface *plain = g_type_default_interface_peek (ICERT_TYPE_EXIT);
  const ICertExitInterface *iface = ICERT_EXIT_GET_IFACE (exit);
  g_autoptr (GPtrArray) modules = ref_modules (host);

  if (iface->notify_event == NULL || iface->notify_event == plain->notify_event)
    icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, G_OBJECT_TYPE_NAME (exit),
                     "hears no events (a class that implements notify_event)");
  else if (is_lent (modules, exit))
    refuse_twice (exit, error);
  else
    return TRUE;
  return FALSE;
}

/* An exit of the same class has its events in memory already. */
static gboolean
load_left (CaExitHost *host, CaExitModule *module, GQueue *deliveries, GError **error)
{
  g_autoptr (GPtrArray) modules = ref_modules (host);
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  if (ca_exit_module_find (modules, module->class_id) != NULL)
    return TRUE;
  /* What was delivered before is out of the store only when it was committed. */
  if (!ca_writer_commit_wait (host->writer, icert_store_batch_new (), NULL, error))
    return FALSE;
  g_ptr_array_add (one, module);
  return ca_delivery_load (host->store, one, deliveries, error);
}

/* Under the lock. */
static void
put_in (CaExitHost *host, CaExitModule *module, GQueue *deliveries)
{
  GPtrArray *fresh = g_ptr_array_new_with_free_func (ca_exit_module_unref);
  CaDelivery *delivery;

  for (guint i = 0; i < host->modules->len; i++)
    g_ptr_array_add (fresh, ca_exit_module_ref (host->modules->pdata[i]));
  g_ptr_array_add (fresh, ca_exit_module_ref (module));
  g_ptr_array_unref (host->modules);
  host->modules = fresh;
  while ((delivery = g_queue_pop_head (deliveries)) != NULL)
    g_queue_push_tail (&host->ready, delivery);
  if (host->started)
    push_event_of_ca (host, module, ICERT_EXIT_EVENT_STARTUP);
  g_cond_broadcast (&host->cond);
}

/* FALSE: somebody was faster with the same exit, or nothing is lent any more: whoever takes
 * everything out has the same lock. */
static gboolean
add_lent (CaExitHost *host,
          CaExitModule *module,
          ICertExit *exit,
          GQueue *deliveries,
          gconstpointer tag,
          CaLendCheck check,
          GError **error)
{
  gboolean twice, ok;

  g_mutex_lock (&host->mutex);
  twice = is_lent (host->modules, exit);
  ok = !twice && check (tag, error);
  if (ok)
    put_in (host, module, deliveries);
  g_mutex_unlock (&host->mutex);
  if (twice)
    refuse_twice (exit, error);
  return ok;
}

gboolean
ca_exit_host_append (CaExitHost *host,
                     ICertExit *exit,
                     CaFacts *facts,
                     gconstpointer tag,
                     CaLendCheck check,
                     GError **error)
{
  GQueue deliveries = G_QUEUE_INIT;
  CaExitModule *module;
  gboolean ok;

  /* Or the new one would not get what one of its class left. */
  forget_gone (host);
  if (!check_exit (host, exit, error))
    return FALSE;
  module = ca_exit_module_new_lent (exit, facts, tag, error);
  if (module == NULL)
    return FALSE;
  ok = load_left (host, module, &deliveries, error)
       && add_lent (host, module, exit, &deliveries, tag, check, error);
  if (!ok)
    ca_owned_release (module->owned);
  g_queue_clear_full (&deliveries, ca_delivery_free);
  ca_exit_module_unref (module);
  return ok;
}

void
ca_exit_host_set_facts (CaExitHost *host, CaFacts *facts)
{
  g_mutex_lock (&host->mutex);
  ca_facts_unref (host->facts);
  host->facts = ca_facts_ref (facts);
  g_mutex_unlock (&host->mutex);
}
