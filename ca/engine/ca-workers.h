/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* As many threads as there are cores take jobs from one queue. C code of a module cannot be
 * interrupted: a call that overruns its deadline costs its thread, not its caller. The watchdog
 * takes the job away, and a new thread takes the worker's place (S-L3). */
typedef struct _CaWorkers CaWorkers;
typedef struct _CaWorker CaWorker;

/* on a worker; owns @job from here on */
typedef void (*CaJobFunc) (CaWorker *worker, gpointer job, gpointer data);
/* on the watchdog's thread: @job was taken from a worker that is stuck in @class_id and owns it now
 */
typedef void (*CaExpiredFunc) (gpointer job, const char *class_id, gpointer data);

CaWorkers *ca_workers_new (guint n_workers, CaJobFunc run, CaExpiredFunc expired, gpointer data);
/* BUSY when the queue is full or closing; then the caller keeps @job */
gboolean ca_workers_push (CaWorkers *workers, gpointer job, GError **error);
/* Runs what is queued, then ends. A stuck thread is left behind. */
void ca_workers_free (CaWorkers *workers);

/* Around a call into a module. @context is cut off when the deadline passes. */
void ca_worker_enter (CaWorker *worker,
                      guint deadline_ms,
                      ICertRequestContext *context,
                      const char *class_id);
/* FALSE: the job was taken away; the caller returns at once and touches nothing of it */
gboolean ca_worker_leave (CaWorker *worker);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaWorkers, ca_workers_free)
