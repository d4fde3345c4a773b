/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <gio/gio.h>

/* See README.md. An executable's symbols come before those of libglib, for the libraries and
 * modules of this build too; GLib's own calls stay inside it, which is harmless: it locks only what
 * it made. */

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#undef g_object_ref
#undef g_once_init_enter
#undef g_once_init_leave

/* A lock of this kind begins as zeros (GMutex may be static), so what it stands for is made on
 * first use. */
static void *
get_or_make (void **place, gsize size, void (*make) (void *))
{
  void *made = __atomic_load_n (place, __ATOMIC_ACQUIRE);
  void *expected = NULL;

  if (made != NULL)
    return made;
  made = calloc (1, size);
  make (made);
  if (__atomic_compare_exchange_n (place, &expected, made, FALSE, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return made;
  free (made);
  return expected;
}

static void
make_mutex (void *mutex)
{
  pthread_mutex_init (mutex, NULL);
}

static void
make_cond (void *cond)
{
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
}

static void
make_rw_lock (void *lock)
{
  pthread_rwlock_init (lock, NULL);
}

#define MUTEX(m) ((pthread_mutex_t *) get_or_make (&(m)->p, sizeof (pthread_mutex_t), make_mutex))
#define COND(c) ((pthread_cond_t *) get_or_make (&(c)->p, sizeof (pthread_cond_t), make_cond))
#define RW_LOCK(l)                                                                                 \
  ((pthread_rwlock_t *) get_or_make (&(l)->p, sizeof (pthread_rwlock_t), make_rw_lock))

void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex *mutex)
{
  if (mutex->p != NULL)
    pthread_mutex_destroy (mutex->p);
  free (mutex->p);
  mutex->p = NULL;
}

void
g_mutex_lock (GMutex *mutex)
{
  pthread_mutex_lock (MUTEX (mutex));
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (MUTEX (mutex)) == 0;
}

void
g_mutex_unlock (GMutex *mutex)
{
  pthread_mutex_unlock (MUTEX (mutex));
}

void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond *cond)
{
  if (cond->p != NULL)
    pthread_cond_destroy (cond->p);
  free (cond->p);
  cond->p = NULL;
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  pthread_cond_wait (COND (cond), MUTEX (mutex));
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  struct timespec end = { end_time / G_USEC_PER_SEC, end_time % G_USEC_PER_SEC * 1000 };

  return pthread_cond_timedwait (COND (cond), MUTEX (mutex), &end) != ETIMEDOUT;
}

void
g_cond_signal (GCond *cond)
{
  pthread_cond_signal (COND (cond));
}

void
g_cond_broadcast (GCond *cond)
{
  pthread_cond_broadcast (COND (cond));
}

void
g_rw_lock_init (GRWLock *lock)
{
  lock->p = NULL;
}

void
g_rw_lock_clear (GRWLock *lock)
{
  if (lock->p != NULL)
    pthread_rwlock_destroy (lock->p);
  free (lock->p);
  lock->p = NULL;
}

void
g_rw_lock_reader_lock (GRWLock *lock)
{
  pthread_rwlock_rdlock (RW_LOCK (lock));
}

void
g_rw_lock_reader_unlock (GRWLock *lock)
{
  pthread_rwlock_unlock (RW_LOCK (lock));
}

void
g_rw_lock_writer_lock (GRWLock *lock)
{
  pthread_rwlock_wrlock (RW_LOCK (lock));
}

void
g_rw_lock_writer_unlock (GRWLock *lock)
{
  pthread_rwlock_unlock (RW_LOCK (lock));
}

#define NEXT(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

gboolean
g_once_init_enter (volatile void *location)
{
  gboolean enter = NEXT (g_once_init_enter) (location);

  __tsan_acquire ((void *) location);
  return enter;
}

void
g_once_init_leave (volatile void *location, gsize result)
{
  __tsan_release ((void *) location);
  NEXT (g_once_init_leave) (location, result);
}

/* Counts: whoever drops one hands over all it did; whoever drops the last one sees it. */
void (g_atomic_ref_count_inc) (gatomicrefcount *count)
{
  __atomic_add_fetch (count, 1, __ATOMIC_ACQ_REL);
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  return __atomic_sub_fetch (count, 1, __ATOMIC_ACQ_REL) == 0;
}

#define ORDERED_UNREF(name, type)                                                                  \
  void name (type object)                                                                          \
  {                                                                                                \
    static __typeof__ (&name) real;                                                                \
                                                                                                   \
    if (__atomic_load_n (&real, __ATOMIC_ACQUIRE) == NULL)                                         \
      __atomic_store_n (&real, NEXT (name), __ATOMIC_RELEASE);                                     \
    if (object != NULL)                                                                            \
      {                                                                                            \
        __tsan_release ((void *) object);                                                          \
        __tsan_acquire ((void *) object);                                                          \
      }                                                                                            \
    real (object);                                                                                 \
  }

ORDERED_UNREF (g_object_unref, gpointer)
ORDERED_UNREF (g_bytes_unref, GBytes *)
ORDERED_UNREF (g_variant_unref, GVariant *)
ORDERED_UNREF (g_ptr_array_unref, GPtrArray *)
ORDERED_UNREF (g_hash_table_unref, GHashTable *)

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  __tsan_release (box);
  __tsan_acquire (box);
  NEXT (g_atomic_rc_box_release_full) (box, clear);
}

/* A task's worker sees what its starter did, and its caller what the worker did. */
static void
run_after_start (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GTaskThreadFunc func = (GTaskThreadFunc) g_object_get_data (G_OBJECT (task), "tsan-func");

  __tsan_acquire (task);
  func (task, source, data, cancellable);
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc func)
{
  g_object_set_data (G_OBJECT (task), "tsan-func", (gpointer) func);
  __tsan_release (task);
  NEXT (g_task_run_in_thread) (task, run_after_start);
}

gpointer
g_task_get_task_data (GTask *task)
{
  __tsan_acquire (task);
  return NEXT (g_task_get_task_data) (task);
}

gpointer
g_task_get_source_object (GTask *task)
{
  __tsan_acquire (task);
  return NEXT (g_task_get_source_object) (task);
}

void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify free_result)
{
  __tsan_release (task);
  NEXT (g_task_return_pointer) (task, result, free_result);
}

void
g_task_return_error (GTask *task, GError *error)
{
  __tsan_release (task);
  NEXT (g_task_return_error) (task, error);
}

void
g_task_return_boolean (GTask *task, gboolean result)
{
  __tsan_release (task);
  NEXT (g_task_return_boolean) (task, result);
}

gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  __tsan_acquire (task);
  return NEXT (g_task_propagate_pointer) (task, error);
}

gboolean
g_task_propagate_boolean (GTask *task, GError **error)
{
  __tsan_acquire (task);
  return NEXT (g_task_propagate_boolean) (task, error);
}

/* What a source calls in its context's thread sees what was done before it was set. */
typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} SourceCall;

static gboolean
call_after_set (gpointer data)
{
  SourceCall *call = data;

  __tsan_acquire (call);
  return call->func (call->data);
}

static void
free_after_set (gpointer data)
{
  SourceCall *call = data;

  __tsan_acquire (call);
  if (call->notify != NULL)
    call->notify (call->data);
  free (call);
}

/* Callbacks of other sources have other arguments. */
void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  SourceCall *call;

  if (source->source_funcs != &g_idle_funcs && source->source_funcs != &g_timeout_funcs)
    {
      NEXT (g_source_set_callback) (source, func, data, notify);
      return;
    }
  call = calloc (1, sizeof *call);
  call->func = func;
  call->data = data;
  call->notify = notify;
  __tsan_release (call);
  NEXT (g_source_set_callback) (source, call_after_set, call, free_after_set);
}
