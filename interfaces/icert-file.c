/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-file.h"

#include "icert-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "icert-error.h"

static GByteArray *
read_all (int fd, gsize limit, const char *field, GError **error)
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
          icert_set_error (error, ICERT_ERROR_CONFIG, field, "%s (a file that can be read)",
                           g_strerror (errno));
          return NULL;
        }
      if (data->len + (gsize) n > limit)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, field,
                           "too large (at most %" G_GSIZE_FORMAT " octets)", limit);
          return NULL;
        }
      g_byte_array_append (data, buffer, (guint) n);
    }
  return g_steal_pointer (&data);
}

static GByteArray *
read_file (const char *path,
           gsize limit,
           gboolean follow_links,
           const char *field,
           struct stat *info,
           GError **error)
{
  GByteArray *data;
  int fd;

  /* A FIFO in place of the file must not hang the reader: O_NONBLOCK means nothing to a file */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow_links ? 0 : O_NOFOLLOW));
  if (fd < 0)
    {
      int saved = errno;

      icert_set_error (error, saved == ENOENT ? ICERT_ERROR_NOT_FOUND : ICERT_ERROR_CONFIG, field,
                       "%s (a file that can be read)",
                       saved == ELOOP ? "a symbolic link" : g_strerror (saved));
      return NULL;
    }

  if (fstat (fd, info) != 0 || !S_ISREG (info->st_mode))
    {
      close (fd);
      icert_set_error (error, ICERT_ERROR_CONFIG, field, "not a regular file (a file)");
      return NULL;
    }

  data = read_all (fd, limit, field, error);
  close (fd);
  return data;
}

/**
 * icert_file_get_contents: (skip)
 * @path: (type filename): a file
 * @limit: octets that it may have
 * @follow_links: whether `path` may be a symbolic link
 * @field: what errors call the file
 * @contents: (out) (transfer full): what it says, and a NUL behind it
 * @size: (out) (optional): octets without that NUL
 * @error: return location for an error
 *
 * Reads a regular file. It never waits for anybody, as reading a FIFO or a device would, and takes
 * no more memory than `limit` says.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when there is no such file, `ICERT_ERROR_CONFIG` for anything but
 * a regular file, one over `limit`, and one that cannot be read.
 *
 * Returns: `TRUE` when `contents` was set
 */
gboolean
icert_file_get_contents (const char *path,
                         gsize limit,
                         gboolean follow_links,
                         const char *field,
                         char **contents,
                         gsize *size,
                         GError **error)
{
  GByteArray *data;
  struct stat info;

  g_return_val_if_fail (path != NULL && field != NULL && contents != NULL, FALSE);

  data = read_file (path, limit, follow_links, field, &info, error);
  if (data == NULL)
    return FALSE;
  if (size != NULL)
    *size = data->len;
  g_byte_array_append (data, (const guint8 *) "", 1);
  *contents = (char *) g_byte_array_free (data, FALSE);
  return TRUE;
}

GBytes *
_icert_file_read (const char *path, gsize limit, struct stat *info, GError **error)
{
  struct stat state;
  GByteArray *data = read_file (path, limit, FALSE, path, &state, error);

  if (data == NULL)
    return NULL;
  if (info != NULL)
    *info = state;
  return g_byte_array_free_to_bytes (data);
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
