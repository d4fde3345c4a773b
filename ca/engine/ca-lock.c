/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "icert-error.h"

struct _CaLock
{
  int fd;
};

/* What the holder wrote: "pid 123, localhost\Demo CA". */
static char *
read_holder (int fd)
{
  char text[512];
  gssize size = pread (fd, text, sizeof text - 1, 0);

  if (size <= 0)
    return g_strdup ("a process that is just starting");
  text[size] = '\0';
  g_strstrip (text);
  return g_strdup (text);
}

static gboolean
write_holder (int fd, const char *config, GError **error)
{
  g_autofree char *text = g_strdup_printf ("pid %d, %s\n", (int) getpid (), config);

  if (ftruncate (fd, 0) == 0 && pwrite (fd, text, strlen (text), 0) == (gssize) strlen (text))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "ca.lock",
                   "cannot be written: %s (a writable folder)", g_strerror (errno));
  return FALSE;
}

static gboolean
check_file (int fd, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == geteuid ())
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "ca.lock",
                   "is not a regular file of this user (one that the CA made)");
  return FALSE;
}

CaLock *
ca_lock_take (const char *folder, const char *config, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "ca.lock", NULL);
  CaLock *lock;
  int fd = g_open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

  if (fd < 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "ca.lock",
                       "cannot be opened: %s (the folder of a CA of this user)",
                       g_strerror (errno));
      return NULL;
    }
  if (!check_file (fd, error))
    {
      close (fd);
      return NULL;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      g_autofree char *holder = read_holder (fd);

      icert_set_error (error, ICERT_ERROR_CONFIG, "ca",
                       "in use by another engine: %s (one engine at a time)", holder);
      close (fd);
      return NULL;
    }
  if (!write_holder (fd, config, error))
    {
      close (fd);
      return NULL;
    }
  lock = g_new0 (CaLock, 1);
  lock->fd = fd;
  return lock;
}

void
ca_lock_release (CaLock *lock)
{
  if (lock == NULL)
    return;
  /* The name goes first: whoever takes the lock next must not read an old holder. */
  if (ftruncate (lock->fd, 0) != 0)
    g_debug ("ca.lock: %s", g_strerror (errno));
  /* Closing alone would leave it to children that were forked meanwhile. */
  if (flock (lock->fd, LOCK_UN) != 0)
    g_debug ("ca.lock: %s", g_strerror (errno));
  close (lock->fd);
  g_free (lock);
}
