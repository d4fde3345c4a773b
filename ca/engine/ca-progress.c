/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-progress.h"

#define INTERVAL (G_USEC_PER_SEC / 20)

struct _CaProgress
{
  GObject *object;
  GThread *thread;
  GMainContext *context;
  const char *step;
  double begin, end;
  gint64 next; /* monotonic: when to emit again */
};

typedef struct
{
  GObject *object;
  const char *step;
  double fraction;
} Word;

static void
word_free (gpointer data)
{
  Word *word = data;

  g_object_unref (word->object);
  g_free (word);
}

static gboolean
emit_cb (gpointer data)
{
  Word *word = data;

  g_signal_emit_by_name (word->object, "progress", word->fraction, word->step);
  return G_SOURCE_REMOVE;
}

CaProgress *
ca_progress_new (GObject *object)
{
  CaProgress *progress = g_new0 (CaProgress, 1);

  progress->object = object;
  progress->thread = g_thread_self ();
  progress->context = g_main_context_ref_thread_default ();
  progress->end = 1;
  return progress;
}

void
ca_progress_free (CaProgress *progress)
{
  if (progress == NULL)
    return;
  g_main_context_unref (progress->context);
  g_free (progress);
}

static void
emit (CaProgress *progress, double fraction)
{
  g_autoptr (GSource) source = NULL;
  Word *word;

  progress->next = g_get_monotonic_time () + INTERVAL;
  if (progress->thread == g_thread_self ())
    {
      g_signal_emit_by_name (progress->object, "progress", fraction, progress->step);
      return;
    }
  word = g_new0 (Word, 1);
  word->object = g_object_ref (progress->object);
  word->step = progress->step;
  word->fraction = fraction;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_cb, word, word_free);
  g_source_attach (source, progress->context);
}

void
ca_progress_enter (CaProgress *progress, const char *step, double begin, double end)
{
  if (progress == NULL)
    return;
  progress->step = step;
  progress->begin = begin;
  progress->end = end;
  emit (progress, begin);
}

void
ca_progress_tell (double fraction, gpointer data)
{
  CaProgress *progress = data;

  if (progress != NULL && (fraction >= 1 || g_get_monotonic_time () >= progress->next))
    emit (progress,
          progress->begin + (progress->end - progress->begin) * CLAMP (fraction, 0.0, 1.0));
}
