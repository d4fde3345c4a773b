/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "icert-error.h"

static GBytes *
read_all (int fd, gsize limit, const char *path, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint8 buffer[16384];
  gssize n;

  while ((n = read (fd, buffer, sizeof buffer)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, path, "cannot be read (%s)",
                           g_strerror (errno));
          return NULL;
        }
      if (data->len + (gsize) n > limit)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, path,
                           "too large (at most %" G_GSIZE_FORMAT " octets)", limit);
          return NULL;
        }
      g_byte_array_append (data, buffer, (guint) n);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&data));
}

GBytes *
_icert_file_read (const char *path, gsize limit, struct stat *info, GError **error)
{
  struct stat state;
  GBytes *bytes;
  int fd;

  /* A FIFO in place of the file must not hang the reader: O_NONBLOCK means nothing to a file */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    {
      int saved = errno;

      icert_set_error (error, saved == ENOENT ? ICERT_ERROR_NOT_FOUND : ICERT_ERROR_CONFIG, path,
                       "%s", saved == ELOOP ? "a symbolic link (a file)" : g_strerror (saved));
      return NULL;
    }

  if (fstat (fd, &state) != 0 || !S_ISREG (state.st_mode))
    {
      close (fd);
      icert_set_error (error, ICERT_ERROR_CONFIG, path, "not a regular file (a file)");
      return NULL;
    }

  bytes = read_all (fd, limit, path, error);
  close (fd);
  if (info != NULL)
    *info = state;
  return bytes;
}

gboolean
_icert_file_check_writers (const struct stat *info,
                           const char *path,
                           const char *what,
                           GError **error)
{
  if (info->st_uid != 0 && info->st_uid != geteuid ())
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, path,
                       "%s belongs to uid %u (root or the user who runs this)", what,
                       (guint) info->st_uid);
      return FALSE;
    }
  if ((info->st_mode & (S_IWGRP | S_IWOTH)) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, path,
                       "%s can be written by others, mode %04o (writable by its owner only)", what,
                       (guint) (info->st_mode & 07777));
      return FALSE;
    }
  return TRUE;
}

gboolean
_icert_file_write (const char *path, GBytes *bytes, guint mode, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const char *data;
  gsize size;

  data = g_bytes_get_data (bytes, &size);
  if (!g_file_set_contents_full (path, data != NULL ? data : "", (gssize) size,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 (int) mode, &local_error))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, path, "cannot be written: %s",
                       local_error->message);
      return FALSE;
    }
  return TRUE;
}
