/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-progress.h"

#include <stdio.h>
#include <unistd.h>

#define WIDTH 40
#define KEY "tool-progress"

static void
draw_cb (GObject *object, double fraction, const char *step, gpointer data)
{
  char bar[WIDTH + 1];
  int done = CLAMP (fraction, 0.0, 1.0) * WIDTH;

  for (int i = 0; i < WIDTH; i++)
    bar[i] = i < done ? '#' : ' ';
  bar[WIDTH] = '\0';
  fprintf (stderr, "\r%-10s [%s] %3d %%", step, bar, (int) (CLAMP (fraction, 0.0, 1.0) * 100));
  fflush (stderr);
}

void
tool_progress_watch (Tool *tool, gpointer object)
{
  if (tool->quiet || tool->json || !isatty (STDERR_FILENO))
    return;
  g_object_set_data (object, KEY, GINT_TO_POINTER (TRUE));
  g_signal_connect (object, "progress", G_CALLBACK (draw_cb), NULL);
}

void
tool_progress_end (gpointer object)
{
  if (g_object_get_data (object, KEY) == NULL)
    return;
  g_signal_handlers_disconnect_by_func (object, draw_cb, NULL);
  g_object_set_data (object, KEY, NULL);
  /* to the begin of the line, and what stands there goes */
  fprintf (stderr, "\r\033[K");
  fflush (stderr);
}
