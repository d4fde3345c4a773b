/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-owner.h"

typedef enum
{
  WAITING,
  RUNNING,
  ENDED,
  LEFT /* nobody waits for it any more, or it was dropped */
} CallState;

typedef struct
{
  gatomicrefcount ref_count; /* the queue's or the running thread's, and the caller's */
  CaOwned *owned;
  CaOwnedFunc func;
  gpointer data;
  GDestroyNotify release;
  gboolean posted; /* nobody waits */
  CaWaiter waiter;
  gint64 began;
  gint64 ended;
  CallState state; /* under the owner's lock */
} CaCall;

struct _CaOwner
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GCond cond;       /* a call came, or what the thread waits for */
  GQueue calls;     /* of CaCall, not yet begun */
  GPtrArray *owned; /* of CaOwned: those not let go */
  GSList *running;  /* of CaOwned, innermost first; only the thread's */
  gint64 last_end;  /* of a call, monotonic: the thread is alive */
  gboolean ended;   /* the thread has */
};

struct _CaOwned
{
  gatomicrefcount ref_count;
  CaOwner *owner;
  GMainContext *context;
  gconstpointer tag;

  /* under the owner's lock */
  gpointer object; /* NULL: nobody calls it any more */
  guint n_running;
  GSource *source;  /* waits in the context; NULL: none */
  gpointer leaving; /* the object on its way out */
  CaOwnedFunc farewell;
};

static void owner_unref (CaOwner *owner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaOwner, owner_unref)
static void owner_end (gpointer data);

static GPrivate current = G_PRIVATE_INIT (owner_end);

/* Owners */

static CaOwner *
owner_ref (CaOwner *owner)
{
  g_atomic_ref_count_inc (&owner->ref_count);
  return owner;
}

static void
owner_unref (CaOwner *owner)
{
  if (!g_atomic_ref_count_dec (&owner->ref_count))
    return;
  g_ptr_array_unref (owner->owned);
  g_mutex_clear (&owner->mutex);
  g_cond_clear (&owner->cond);
  g_free (owner);
}

static CaOwner *
ensure_owner (void)
{
  CaOwner *owner = g_private_get (&current);

  if (owner != NULL)
    return owner;
  owner = g_new0 (CaOwner, 1);
  g_atomic_ref_count_init (&owner->ref_count);
  g_mutex_init (&owner->mutex);
  g_cond_init (&owner->cond);
  g_queue_init (&owner->calls);
  owner->owned = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_owned_unref);
  g_private_set (&current, owner);
  return owner;
}

/* Calls */

static void
call_unref (CaCall *call)
{
  if (!g_atomic_ref_count_dec (&call->ref_count))
    return;
  if (call->release != NULL)
    call->release (call->data);
  ca_waiter_clear (&call->waiter);
  ca_owned_unref (call->owned);
  g_free (call);
}

/* Whoever waits for it is told. Takes the reference of the queue. */
static void
end_call (CaCall *call)
{
  if (!call->posted)
    ca_waiter_wake (&call->waiter);
  call_unref (call);
}

/* The next call that may begin: of @owned, or of any object when it is NULL. Under the lock. */
static CaCall *
take_call (CaOwner *owner, const CaOwned *owned)
{
  for (GList *link = owner->calls.head; link != NULL; link = link->next)
    {
      CaCall *call = link->data;

      if ((owned != NULL && call->owned != owned) || call->owned->n_running > 0)
        continue;
      g_queue_delete_link (&owner->calls, link);
      call->state = RUNNING;
      call->began = g_get_monotonic_time ();
      return call;
    }
  return NULL;
}

static gboolean
has_call (const CaOwner *owner, const CaOwned *owned)
{
  for (GList *link = owner->calls.head; link != NULL; link = link->next)
    if (((CaCall *) link->data)->owned == owned)
      return TRUE;
  return FALSE;
}

static gboolean run_source_cb (gpointer data);

static void
unref_owned_cb (gpointer owned)
{
  ca_owned_unref (owned);
}

/* Ready on its owner's thread only: another thread that iterates the context neither runs calls nor
 * spins, and the source is still there when the owner comes. */
typedef struct
{
  GSource source;
  CaOwner *owner; /* atomic: written once, before the source is attached */
} CallSource;

static gboolean
call_source_check (GSource *source)
{
  return g_private_get (&current) == g_atomic_pointer_get (&((CallSource *) source)->owner);
}

static gboolean
call_source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return call_source_check (source);
}

static gboolean
call_source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static CaOwned *
owned_ref (CaOwned *owned)
{
  g_atomic_ref_count_inc (&owned->ref_count);
  return owned;
}

static GSourceFuncs call_source_funcs
    = { call_source_prepare, call_source_check, call_source_dispatch, NULL, NULL, NULL };

/* Under the lock. */
static void
ensure_source (CaOwned *owned)
{
  if (owned->source != NULL || owned->owner->ended)
    return;
  owned->source = g_source_new (&call_source_funcs, sizeof (CallSource));
  g_atomic_pointer_set (&((CallSource *) owned->source)->owner, owned->owner);
  g_source_set_priority (owned->source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (owned->source, "icert call");
  g_source_set_callback (owned->source, run_source_cb, owned_ref (owned), unref_owned_cb);
  g_source_attach (owned->source, owned->context);
}

/* The object as the owner's thread sees it, with a reference; NULL: it is gone. */
static gpointer
enter (CaOwned *owned)
{
  CaOwner *owner = owned->owner;
  gpointer object;

  g_mutex_lock (&owner->mutex);
  object = owned->object != NULL ? g_object_ref (owned->object) : NULL;
  if (object != NULL)
    {
      owned->n_running++;
      owner->running = g_slist_prepend (owner->running, owned);
    }
  g_mutex_unlock (&owner->mutex);
  return object;
}

static void
leave (CaOwned *owned, gpointer object)
{
  CaOwner *owner = owned->owner;

  g_mutex_lock (&owner->mutex);
  owner->running = g_slist_remove (owner->running, owned);
  owner->last_end = g_get_monotonic_time ();
  owned->n_running--;
  /* A source that came while the object was busy has gone. */
  if (owned->n_running == 0 && has_call (owner, owned))
    ensure_source (owned);
  g_mutex_unlock (&owner->mutex);
  g_object_unref (object);
}

/* On the owner's thread; takes the reference of the queue. */
static void
run_call (CaCall *call)
{
  CaOwned *owned = call->owned;
  gpointer object = enter (owned);

  if (object != NULL)
    {
      call->func (object, call->data);
      leave (owned, object);
    }
  g_mutex_lock (&owned->owner->mutex);
  call->ended = g_get_monotonic_time ();
  if (call->state == RUNNING)
    call->state = object != NULL ? ENDED : LEFT;
  g_mutex_unlock (&owned->owner->mutex);
  end_call (call);
}

/* Takes the object that leaves, and with it the owner's note of it. Under the lock. */
static gpointer
take_leaving (CaOwned *owned)
{
  if (owned->leaving == NULL)
    return NULL;
  g_ptr_array_remove_fast (owned->owner->owned, owned);
  return g_steal_pointer (&owned->leaving);
}

static void
say_farewell (CaOwned *owned, gpointer object)
{
  if (owned->farewell != NULL)
    owned->farewell (object, NULL);
  g_object_unref (object);
}

/* One call a dispatch, so that the application's own sources get their turn. */
static gboolean
run_source_cb (gpointer data)
{
  CaOwned *owned = data;
  CaOwner *owner = owned->owner;
  gpointer leaving = NULL;
  CaCall *call;
  gboolean more;

  g_mutex_lock (&owner->mutex);
  call = take_call (owner, owned);
  if (call == NULL)
    leaving = take_leaving (owned);
  if (call == NULL)
    g_clear_pointer (&owned->source, g_source_unref);
  g_mutex_unlock (&owner->mutex);
  if (leaving != NULL)
    say_farewell (owned, leaving);
  if (call == NULL)
    return G_SOURCE_REMOVE;
  run_call (call);
  g_mutex_lock (&owner->mutex);
  more = has_call (owner, owned) || owned->leaving != NULL;
  if (!more)
    g_clear_pointer (&owned->source, g_source_unref);
  g_mutex_unlock (&owner->mutex);
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static CaCall *
call_new (CaOwned *owned, CaOwnedFunc func, gpointer data, GDestroyNotify release)
{
  CaCall *call = g_new0 (CaCall, 1);

  g_atomic_ref_count_init (&call->ref_count);
  call->owned = owned_ref (owned);
  call->func = func;
  call->data = data;
  call->release = release;
  ca_waiter_init (&call->waiter, TRUE);
  return call;
}

/* Takes a reference of @call. FALSE: the object is gone, and so is the reference. */
static gboolean
push (CaCall *call)
{
  CaOwned *owned = call->owned;
  CaOwner *owner = owned->owner;
  gboolean gone;

  g_mutex_lock (&owner->mutex);
  gone = owned->object == NULL || owner->ended;
  if (!gone)
    {
      g_queue_push_tail (&owner->calls, call);
      ensure_source (owned);
      g_cond_signal (&owner->cond);
    }
  g_mutex_unlock (&owner->mutex);
  if (gone)
    call_unref (call);
  return !gone;
}

static CaCallEnd
call_inline (CaOwned *owned, CaOwnedFunc func, gpointer data, GDestroyNotify release)
{
  gpointer object = enter (owned);

  if (object != NULL)
    {
      func (object, data);
      leave (owned, object);
    }
  if (release != NULL)
    release (data);
  return object != NULL ? CA_CALL_DONE : CA_CALL_GONE;
}

/* Whether it came back in time. One who waits may wake long after both the deadline and the end:
 * what came behind the deadline is late even then, so that it does not hang on who was woken first.
 */
static CaCallEnd
judge_end (const CaCall *call, gint64 until)
{
  return call->ended <= until ? CA_CALL_DONE : CA_CALL_LATE;
}

/* What became of it, and from now on nobody waits for it. */
static CaCallEnd
give_up (CaCall *call, gint64 until, gint64 time)
{
  CaOwner *owner = call->owned->owner;
  gboolean dropped;
  CaCallEnd end;

  g_mutex_lock (&owner->mutex);
  end = call->state == ENDED                  ? judge_end (call, MAX (until, call->began + time))
        : call->state == LEFT || owner->ended ? CA_CALL_GONE
                                              : CA_CALL_LATE;
  dropped = call->state == WAITING && g_queue_remove (&owner->calls, call);
  if (call->state != ENDED)
    call->state = LEFT;
  g_mutex_unlock (&owner->mutex);
  if (dropped)
    call_unref (call);
  return end;
}

/* A call has its time from when it begins; until then the thread has it to end another. */
static gint64
deadline_of (CaCall *call, gint64 time)
{
  CaOwner *owner = call->owned->owner;
  gint64 until;

  g_mutex_lock (&owner->mutex);
  until = (call->state == WAITING ? owner->last_end : call->began) + time;
  g_mutex_unlock (&owner->mutex);
  return until;
}

CaCallEnd
ca_owned_call (CaOwned *owned,
               CaOwnedFunc func,
               gpointer data,
               GDestroyNotify release,
               guint deadline_ms)
{
  gint64 time = deadline_ms * G_TIME_SPAN_MILLISECOND;
  gint64 until = g_get_monotonic_time () + time;
  CaCallEnd end = CA_CALL_GONE;
  CaCall *call;

  if (g_private_get (&current) == owned->owner)
    return call_inline (owned, func, data, release);
  call = call_new (owned, func, data, release);
  g_atomic_ref_count_inc (&call->ref_count);
  if (push (call))
    {
      while (!ca_waiter_wait (&call->waiter, until) && until < deadline_of (call, time))
        until = deadline_of (call, time);
      end = give_up (call, until, time);
    }
  call_unref (call);
  return end;
}

void
ca_owned_post (CaOwned *owned, CaOwnedFunc func, gpointer data, GDestroyNotify release)
{
  CaCall *call = call_new (owned, func, data, release);

  call->posted = TRUE;
  push (call);
}

/* Objects */

CaOwned *
ca_owned_new (gpointer object, gconstpointer tag)
{
  CaOwned *owned = g_new0 (CaOwned, 1);
  CaOwner *owner = ensure_owner ();

  g_atomic_ref_count_init (&owned->ref_count);
  owned->owner = owner_ref (owner);
  owned->context = g_main_context_ref_thread_default ();
  owned->tag = tag;
  owned->object = g_object_ref (object);
  g_mutex_lock (&owner->mutex);
  g_ptr_array_add (owner->owned, owned_ref (owned));
  g_mutex_unlock (&owner->mutex);
  return owned;
}

void
ca_owned_unref (CaOwned *owned)
{
  if (!g_atomic_ref_count_dec (&owned->ref_count))
    return;
  owner_unref (owned->owner);
  g_main_context_unref (owned->context);
  g_free (owned);
}

gboolean
ca_owned_is (CaOwned *owned, gconstpointer object)
{
  gboolean same;

  g_mutex_lock (&owned->owner->mutex);
  same = owned->object == object;
  g_mutex_unlock (&owned->owner->mutex);
  return same;
}

gboolean
ca_owned_is_gone (CaOwned *owned)
{
  gboolean gone;

  g_mutex_lock (&owned->owner->mutex);
  gone = owned->object == NULL || owned->owner->ended;
  g_mutex_unlock (&owned->owner->mutex);
  return gone;
}

static void
drop_calls (GQueue *dropped)
{
  CaCall *call;

  while ((call = g_queue_pop_head (dropped)) != NULL)
    end_call (call);
}

/* Moves the calls of @owned (NULL: of all) that have not begun. Under the lock. */
static void
collect_calls (CaOwner *owner, const CaOwned *owned, GQueue *dropped)
{
  GList *next;

  for (GList *link = owner->calls.head; link != NULL; link = next)
    {
      CaCall *call = link->data;

      next = link->next;
      if (owned != NULL && call->owned != owned)
        continue;
      g_queue_delete_link (&owner->calls, link);
      call->state = LEFT;
      g_queue_push_tail (dropped, call);
    }
}

static void
let_go (CaOwned *owned, gboolean here, CaOwnedFunc farewell)
{
  CaOwner *owner = owned->owner;
  GQueue dropped = G_QUEUE_INIT;
  gpointer leaving = NULL;

  g_mutex_lock (&owner->mutex);
  collect_calls (owner, owned, &dropped);
  if (owned->object != NULL)
    {
      owned->leaving = g_steal_pointer (&owned->object);
      owned->farewell = farewell;
      if (here)
        leaving = take_leaving (owned);
      else
        ensure_source (owned);
    }
  g_mutex_unlock (&owner->mutex);
  drop_calls (&dropped);
  if (leaving != NULL)
    say_farewell (owned, leaving);
}

void
ca_owned_release (CaOwned *owned)
{
  let_go (owned, g_private_get (&current) == owned->owner, NULL);
}

void
ca_owned_release_later (CaOwned *owned, CaOwnedFunc farewell)
{
  let_go (owned, FALSE, farewell);
}

/* At the end of the thread, on it: its objects go here, or they would never. */
static void
owner_end (gpointer data)
{
  CaOwner *owner = data;
  g_autoptr (GPtrArray) owned = NULL;
  GQueue dropped = G_QUEUE_INIT;

  g_mutex_lock (&owner->mutex);
  owner->ended = TRUE;
  collect_calls (owner, NULL, &dropped);
  owned = g_steal_pointer (&owner->owned);
  owner->owned = g_ptr_array_new ();
  g_mutex_unlock (&owner->mutex);
  drop_calls (&dropped);
  for (guint i = 0; i < owned->len; i++)
    {
      CaOwned *one = owned->pdata[i];
      GSource *source;
      gpointer object;

      g_mutex_lock (&owner->mutex);
      object
          = one->object != NULL ? g_steal_pointer (&one->object) : g_steal_pointer (&one->leaving);
      source = g_steal_pointer (&one->source);
      g_mutex_unlock (&owner->mutex);
      if (source != NULL)
        {
          g_source_destroy (source);
          g_source_unref (source);
        }
      g_clear_object (&object);
    }
  owner_unref (owner);
}

/* Waiting */

gboolean
ca_owner_is_calling (gconstpointer tag)
{
  const CaOwner *owner = g_private_get (&current);

  for (const GSList *link = owner != NULL ? owner->running : NULL; link != NULL; link = link->next)
    if (((const CaOwned *) link->data)->tag == tag)
      return TRUE;
  return FALSE;
}

void
ca_waiter_init (CaWaiter *waiter, gboolean pumps)
{
  CaOwner *owner = pumps ? g_private_get (&current) : NULL;

  waiter->owner = owner != NULL ? owner_ref (owner) : NULL;
  waiter->done = FALSE;
  g_mutex_init (&waiter->mutex);
  g_cond_init (&waiter->cond);
}

void
ca_waiter_clear (CaWaiter *waiter)
{
  g_clear_pointer (&waiter->owner, owner_unref);
  g_mutex_clear (&waiter->mutex);
  g_cond_clear (&waiter->cond);
}

void
ca_waiter_wake (CaWaiter *waiter)
{
  /* When the lock is free the waiter may be gone, and its owner with it. */
  g_autoptr (CaOwner) owner = waiter->owner != NULL ? owner_ref (waiter->owner) : NULL;
  GMutex *mutex = owner != NULL ? &owner->mutex : &waiter->mutex;

  g_mutex_lock (mutex);
  waiter->done = TRUE;
  g_cond_signal (owner != NULL ? &owner->cond : &waiter->cond);
  g_mutex_unlock (mutex);
}

/* Under the lock. FALSE: the time is over. */
static gboolean
sleep_until (GCond *cond, GMutex *mutex, gint64 until)
{
  if (until >= 0)
    return g_cond_wait_until (cond, mutex, until);
  g_cond_wait (cond, mutex);
  return TRUE;
}

gboolean
ca_waiter_wait (CaWaiter *waiter, gint64 until)
{
  CaOwner *owner = waiter->owner;
  GMutex *mutex = owner != NULL ? &owner->mutex : &waiter->mutex;
  GCond *cond = owner != NULL ? &owner->cond : &waiter->cond;
  gboolean in_time = TRUE, done;

  g_mutex_lock (mutex);
  while (!waiter->done && in_time)
    {
      CaCall *call = owner != NULL ? take_call (owner, NULL) : NULL;

      if (call == NULL)
        {
          in_time = sleep_until (cond, mutex, until);
          continue;
        }
      g_mutex_unlock (mutex);
      run_call (call);
      g_mutex_lock (mutex);
      in_time = until < 0 || g_get_monotonic_time () < until;
    }
  done = waiter->done;
  g_mutex_unlock (mutex);
  return done;
}

void
ca_owner_pump (guint milliseconds)
{
  CaWaiter waiter;

  ca_waiter_init (&waiter, TRUE);
  ca_waiter_wait (&waiter, g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND);
  ca_waiter_clear (&waiter);
}
