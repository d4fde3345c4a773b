/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

/* Emits "progress" (fraction, step) of an object at most some twenty times a second: in the call
 * when that is on the thread that made the object, otherwise in that thread's main context. */
typedef struct _CaProgress CaProgress;

/* @object: lent; outlives the progress but for what waits in the main context */
CaProgress *ca_progress_new (GObject *object);
void ca_progress_free (CaProgress *progress);
/* What follows is one part of the whole: from @begin to @end, and called @step (static). */
void ca_progress_enter (CaProgress *progress, const char *step, double begin, double end);
/* @fraction: of the part. As ICertStoreProgress. @progress: nullable */
void ca_progress_tell (double fraction, gpointer progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaProgress, ca_progress_free)
