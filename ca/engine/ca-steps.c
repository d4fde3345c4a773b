/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-steps.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* The descriptor itself, where there is one: to open /dev/stderr anew would begin a second position
 * in a file, and the two would write over each other. */
static int
open_path (const char *path)
{
  if (strcmp (path, "/dev/stderr") == 0)
    return fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (strcmp (path, "/dev/stdout") == 0)
    return fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  return g_open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int
open_steps (void)
{
  static gsize once;
  static int fd = -1;

  if (g_once_init_enter (&once))
    {
      const char *path = g_getenv ("ICERT_STEPS");

      if (path != NULL && path[0] != '\0')
        fd = open_path (path);
      g_once_init_leave (&once, 1);
    }
  return fd;
}

/* Whether anybody reads them: spares what it costs to make the text. */
static gboolean
is_enabled (void)
{
  return open_steps () >= 0;
}

void
ca_steps_print (guint step, const char *part, const char *class_id, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list arguments;

  if (!is_enabled ())
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strdelimit (text, "\n\r", ' ');
  line = g_strdup_printf ("%u %-8s %-30s %s\n", step, part, class_id, text);
  /* One write, so that lines of several threads do not mix; nobody is told when it fails, since the
   * steps are for people who watch. */
  if (write (open_steps (), line, strlen (line)) < 0)
    g_debug ("steps: %s", g_strerror (errno));
}
