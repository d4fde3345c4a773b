/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-bar.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 40

static gboolean
is_shown (const Tool *tool)
{
  return !tool->quiet && isatty (STDERR_FILENO);
}

void
tool_bar_show (Tool *tool, gint64 done, gint64 total)
{
  char bar[WIDTH + 1];
  gint64 full = total > 0 ? MIN (done, total) * WIDTH / total : 0;

  if (!is_shown (tool))
    return;
  memset (bar, ' ', WIDTH);
  memset (bar, '#', full);
  bar[WIDTH] = '\0';
  if (total > 0)
    g_printerr ("\r[%s] %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, bar, done, total);
  else
    g_printerr ("\r%" G_GINT64_FORMAT, done);
}

void
tool_bar_end (Tool *tool)
{
  if (is_shown (tool))
    g_printerr ("\r\033[K");
}
