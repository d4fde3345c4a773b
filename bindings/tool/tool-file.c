/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <icert.h>

static void
set_file_error (GError **error, const char *path, int number)
{
  g_autofree char *quoted = icert_error_quote (path, -1);
  ICertError code = ICERT_ERROR_FAILED;

  if (number == ENOENT || number == ENOTDIR)
    code = ICERT_ERROR_NOT_FOUND;
  else if (number == EACCES || number == EPERM || number == EROFS)
    code = ICERT_ERROR_NOT_AUTHORIZED;
  icert_set_error (error, code, "file", "%s: %s", quoted, g_strerror (number));
}

static void
set_size_error (GError **error, gsize limit, gsize actual)
{
  GError *too_large = NULL;

  icert_set_error (&too_large, ICERT_ERROR_TOO_LARGE, "file",
                   "%" G_GSIZE_FORMAT " octets or more (at most %" G_GSIZE_FORMAT ")", actual,
                   limit);
  icert_error_add_detail (too_large, "limit", "%" G_GSIZE_FORMAT, limit);
  icert_error_add_detail (too_large, "actual", "%" G_GSIZE_FORMAT, actual);
  g_propagate_error (error, too_large);
}

/* The size of a plain file is judged before a single octet is read (S-A2). */
static gboolean
check_size (int fd, const char *path, gsize limit, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    {
      set_file_error (error, path, errno);
      return FALSE;
    }
  if (S_ISDIR (status.st_mode))
    {
      set_file_error (error, path, EISDIR);
      return FALSE;
    }
  if (S_ISREG (status.st_mode) && (guint64) status.st_size > limit)
    {
      set_size_error (error, limit, (gsize) status.st_size);
      return FALSE;
    }
  return TRUE;
}

static GBytes *
read_bounded (int fd, const char *path, gsize limit, GError **error)
{
  g_autofree guint8 *data = g_malloc (limit + 1);
  gsize size = 0;

  while (size <= limit)
    {
      gssize n = read (fd, data + size, limit + 1 - size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_file_error (error, path, errno);
          return NULL;
        }
      if (n == 0)
        return g_bytes_new (data, size);
      size += (gsize) n;
    }
  set_size_error (error, limit, size);
  return NULL;
}

GBytes *
tool_read_file (const char *path, gsize limit, GError **error)
{
  GBytes *contents = NULL;
  int fd;

  if (strcmp (path, "-") == 0)
    return read_bounded (STDIN_FILENO, path, limit, error);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    {
      set_file_error (error, path, errno);
      return NULL;
    }
  if (check_size (fd, path, limit, error))
    contents = read_bounded (fd, path, limit, error);
  close (fd);
  return contents;
}

static gboolean
write_stream (FILE *stream, const char *path, GBytes *contents, GError **error)
{
  gsize size;
  const void *data = g_bytes_get_data (contents, &size);

  if (fwrite (data, 1, size, stream) == size && fflush (stream) == 0)
    return TRUE;
  set_file_error (error, path, errno);
  return FALSE;
}

/* A device or pipe has no name to take; everything else is replaced by rename. */
static gboolean
is_special (const char *path)
{
  struct stat status;

  return stat (path, &status) == 0 && !S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode);
}

static gboolean
write_special (const char *path, GBytes *contents, GError **error)
{
  FILE *stream = fopen (path, "we");
  gboolean written;

  if (stream == NULL)
    {
      set_file_error (error, path, errno);
      return FALSE;
    }
  written = write_stream (stream, path, contents, error);
  fclose (stream);
  return written;
}

gboolean
tool_write_file (const char *path, GBytes *contents, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *quoted = NULL;
  gsize size;
  const char *data = g_bytes_get_data (contents, &size);

  if (path == NULL || strcmp (path, "-") == 0)
    return write_stream (stdout, "-", contents, error);
  if (is_special (path))
    return write_special (path, contents, error);
  if (g_file_set_contents_full (path, data, (gssize) size,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644,
                                &local_error))
    return TRUE;
  quoted = icert_error_quote (path, -1);
  icert_set_error (error, ICERT_ERROR_FAILED, "file", "%s cannot be written: %s", quoted,
                   local_error->message);
  return FALSE;
}
