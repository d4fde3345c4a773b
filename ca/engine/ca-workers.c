/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-workers.h"

/* Callers wait for their answers, so this bounds memory, not work. */
#define QUEUE_LENGTH 4096
/* How late the watchdog may come. */
#define WATCH_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

struct _CaWorker
{
  CaWorkers *workers;
  GMutex mutex;
  gpointer job; /* NULL: idle, or taken away */
  gboolean in_call;
  gboolean abandoned;
  gint64 deadline; /* monotonic */
  ICertRequestContext *context;
  char *class_id;
};

struct _CaWorkers
{
  gatomicrefcount ref_count; /* one for the owner, one for each thread, stuck ones too */
  CaJobFunc run;
  CaExpiredFunc expired;
  gpointer data;
  GMutex mutex;
  GCond work;  /* a job, or closing */
  GCond watch; /* a call began, or closing */
  GCond ended; /* a worker left */
  GQueue jobs;
  GPtrArray *workers; /* of CaWorker, those that are not abandoned */
  GThread *watchdog;
  gint n_calls; /* atomic: calls into modules that run now */
  gboolean watchdog_sleeps;
  gboolean closing;
};

static gpointer
take_job (CaWorkers *workers)
{
  gpointer job;

  g_mutex_lock (&workers->mutex);
  while (workers->jobs.length == 0 && !workers->closing)
    g_cond_wait (&workers->work, &workers->mutex);
  job = g_queue_pop_head (&workers->jobs);
  g_mutex_unlock (&workers->mutex);
  return job;
}

static void
workers_unref (CaWorkers *workers)
{
  if (!g_atomic_ref_count_dec (&workers->ref_count))
    return;
  g_ptr_array_unref (workers->workers);
  g_mutex_clear (&workers->mutex);
  g_cond_clear (&workers->work);
  g_cond_clear (&workers->watch);
  g_cond_clear (&workers->ended);
  g_free (workers);
}

static void
end_worker (CaWorker *worker)
{
  CaWorkers *workers = worker->workers;

  g_mutex_lock (&workers->mutex);
  if (g_ptr_array_remove_fast (workers->workers, worker))
    g_cond_broadcast (&workers->ended);
  g_mutex_unlock (&workers->mutex);
  g_mutex_clear (&worker->mutex);
  g_free (worker);
  workers_unref (workers);
}

static gpointer
worker_worker (gpointer data)
{
  CaWorker *worker = data;
  CaWorkers *workers = worker->workers;
  gpointer job;

  while (!worker->abandoned && (job = take_job (workers)) != NULL)
    {
      worker->job = job;
      workers->run (worker, job, workers->data);
    }
  end_worker (worker);
  return NULL;
}

/* Under the pool's lock. Nobody joins a worker, since one that is stuck never ends; closing waits
 * until the list is empty. */
static void
start_worker (CaWorkers *workers)
{
  CaWorker *worker = g_new0 (CaWorker, 1);

  worker->workers = workers;
  g_atomic_ref_count_inc (&workers->ref_count);
  g_mutex_init (&worker->mutex);
  g_ptr_array_add (workers->workers, worker);
  g_thread_unref (g_thread_new ("ca-worker", worker_worker, worker));
}

void
ca_worker_enter (CaWorker *worker,
                 guint deadline_ms,
                 ICertRequestContext *context,
                 const char *class_id)
{
  CaWorkers *workers = worker->workers;

  g_mutex_lock (&worker->mutex);
  worker->in_call = TRUE;
  worker->deadline = g_get_monotonic_time () + deadline_ms * G_TIME_SPAN_MILLISECOND;
  worker->context = g_object_ref (context);
  worker->class_id = g_strdup (class_id);
  g_mutex_unlock (&worker->mutex);
  if (g_atomic_int_add (&workers->n_calls, 1) == 0)
    {
      g_mutex_lock (&workers->mutex);
      if (workers->watchdog_sleeps)
        g_cond_signal (&workers->watch);
      g_mutex_unlock (&workers->mutex);
    }
}

static void
end_call (CaWorker *worker)
{
  worker->in_call = FALSE;
  g_clear_object (&worker->context);
  g_clear_pointer (&worker->class_id, g_free);
  g_atomic_int_add (&worker->workers->n_calls, -1);
}

gboolean
ca_worker_leave (CaWorker *worker)
{
  gboolean mine;

  g_mutex_lock (&worker->mutex);
  mine = !worker->abandoned;
  if (mine)
    end_call (worker);
  g_mutex_unlock (&worker->mutex);
  return mine;
}

/* Under the pool's lock. The context is cut off first: from then on the module cannot change the
 * request that somebody else answers. */
static void
abandon (CaWorkers *workers, CaWorker *worker)
{
  gpointer job = worker->job;
  g_autofree char *class_id = g_strdup (worker->class_id);
  g_autoptr (ICertRequestContext) context = g_object_ref (worker->context);

  worker->abandoned = TRUE;
  end_call (worker);
  g_mutex_unlock (&worker->mutex);
  g_ptr_array_remove_fast (workers->workers, worker);
  start_worker (workers);
  g_mutex_unlock (&workers->mutex);
  icert_request_context_invalidate (context);
  workers->expired (job, class_id, workers->data);
  g_mutex_lock (&workers->mutex);
}

static gboolean
abandon_one (CaWorkers *workers)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < workers->workers->len; i++)
    {
      CaWorker *worker = workers->workers->pdata[i];

      g_mutex_lock (&worker->mutex);
      if (worker->in_call && worker->deadline < now)
        {
          abandon (workers, worker);
          return TRUE;
        }
      g_mutex_unlock (&worker->mutex);
    }
  return FALSE;
}

/* Sleeps without a timer while no module runs. */
static gpointer
watchdog_worker (gpointer data)
{
  CaWorkers *workers = data;

  g_mutex_lock (&workers->mutex);
  while (!workers->closing || workers->workers->len > 0)
    {
      workers->watchdog_sleeps = g_atomic_int_get (&workers->n_calls) == 0;
      if (workers->watchdog_sleeps)
        g_cond_wait (&workers->watch, &workers->mutex);
      else
        g_cond_wait_until (&workers->watch, &workers->mutex,
                           g_get_monotonic_time () + WATCH_INTERVAL);
      workers->watchdog_sleeps = FALSE;
      while (abandon_one (workers))
        ;
    }
  g_mutex_unlock (&workers->mutex);
  workers_unref (workers);
  return NULL;
}

CaWorkers *
ca_workers_new (guint n_workers, CaJobFunc run, CaExpiredFunc expired, gpointer data)
{
  CaWorkers *workers = g_new0 (CaWorkers, 1);

  g_atomic_ref_count_init (&workers->ref_count);
  workers->run = run;
  workers->expired = expired;
  workers->data = data;
  g_mutex_init (&workers->mutex);
  g_cond_init (&workers->work);
  g_cond_init (&workers->watch);
  g_queue_init (&workers->jobs);
  g_cond_init (&workers->ended);
  workers->workers = g_ptr_array_new ();
  g_mutex_lock (&workers->mutex);
  for (guint i = 0; i < n_workers; i++)
    start_worker (workers);
  g_mutex_unlock (&workers->mutex);
  g_atomic_ref_count_inc (&workers->ref_count);
  workers->watchdog = g_thread_new ("ca-watchdog", watchdog_worker, workers);
  return workers;
}

gboolean
ca_workers_push (CaWorkers *workers, gpointer job, GError **error)
{
  gboolean full;

  g_mutex_lock (&workers->mutex);
  full = workers->closing || workers->jobs.length >= QUEUE_LENGTH;
  if (!full)
    {
      g_queue_push_tail (&workers->jobs, job);
      g_cond_signal (&workers->work);
    }
  g_mutex_unlock (&workers->mutex);
  if (!full)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BUSY, "queue", "is full (a try a second later)");
  if (error != NULL)
    icert_error_add_detail (*error, "retry-after", "1");
  return FALSE;
}

void
ca_workers_free (CaWorkers *workers)
{
  if (workers == NULL)
    return;
  g_mutex_lock (&workers->mutex);
  workers->closing = TRUE;
  g_cond_broadcast (&workers->work);
  g_cond_signal (&workers->watch);
  while (workers->workers->len > 0)
    g_cond_wait (&workers->ended, &workers->mutex);
  g_cond_signal (&workers->watch);
  g_mutex_unlock (&workers->mutex);
  g_thread_join (workers->watchdog);
  workers_unref (workers);
}
