/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll-files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define SUFFIX ".icert-new"

char *
ca_enroll_staged (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *staged = g_strconcat (".", name, SUFFIX, NULL);

  return g_build_filename (folder, staged, NULL);
}

gboolean
ca_enroll_file_exists (const char *path)
{
  struct stat status;

  return g_lstat (path, &status) == 0;
}

static void
set_errno_error (GError **error, const char *field, const char *what, int number)
{
  gboolean usage = number == EACCES || number == EPERM || number == EROFS || number == ENOENT
                   || number == ENOTDIR || number == ELOOP || number == EISDIR
                   || number == ENAMETOOLONG;

  icert_set_error (error, usage ? ICERT_ERROR_CONFIG : ICERT_ERROR_STORAGE, field,
                   "%s: %s (a file in a folder of this user)", what, g_strerror (number));
}

static gboolean
check_file (int fd, gboolean secret, const char *field, GError **error)
{
  mode_t others = secret ? 077 : S_IWGRP | S_IWOTH;
  struct stat status;

  if (fstat (fd, &status) != 0)
    {
      set_errno_error (error, field, "cannot be read", errno);
      return FALSE;
    }
  if (!S_ISREG (status.st_mode))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field, "is no regular file (one)");
      return FALSE;
    }
  if (status.st_uid != geteuid () && status.st_uid != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field, "belongs to uid %u (uid %u)",
                       (guint) status.st_uid, (guint) geteuid ());
      return FALSE;
    }
  if ((status.st_mode & others) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field, "has mode %04o (%s)",
                       (guint) status.st_mode & 07777,
                       secret ? "0600: for its owner alone" : "writable by its owner alone");
      return FALSE;
    }
  return TRUE;
}

int
ca_enroll_file_open (const char *path, gboolean secret, const char *field, GError **error)
{
  /* O_NONBLOCK: a FIFO in the file's place must not hang its reader before it is refused */
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  if (fd < 0 && errno == ENOENT)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, field, "there is no such file (one)");
      return -1;
    }
  if (fd < 0)
    {
      set_errno_error (error, field, "cannot be opened", errno);
      return -1;
    }
  if (check_file (fd, secret, field, error))
    return fd;
  close (fd);
  return -1;
}

GBytes *
ca_enroll_file_read (const char *path, gsize limit, const char *field, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint8 buffer[16384];
  gssize n = 1;
  int fd = ca_enroll_file_open (path, FALSE, field, error);

  if (fd < 0)
    return NULL;
  while (n != 0 && data->len <= limit)
    {
      n = read (fd, buffer, sizeof buffer);
      if (n < 0 && errno != EINTR)
        break;
      if (n > 0)
        g_byte_array_append (data, buffer, (guint) n);
    }
  if (n < 0)
    set_errno_error (error, field, "cannot be read", errno);
  else if (data->len > limit)
    icert_set_error (error, ICERT_ERROR_TOO_LARGE, field, "%u octets or more (at most %zu)",
                     data->len, limit);
  close (fd);
  return n >= 0 && data->len <= limit ? g_byte_array_free_to_bytes (g_steal_pointer (&data)) : NULL;
}

static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  /* some file systems cannot sync a folder, and say so: there is no more to be had there */
  ok = fsync (fd) == 0 || errno == EINVAL;
  close (fd);
  return ok;
}

static gboolean
write_all (int fd, const guint8 *data, gsize size, guint mode)
{
  while (size > 0)
    {
      gssize n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      size -= (gsize) n;
    }
  /* The mode of open() is cut by the umask; this one is exact. */
  return fchmod (fd, mode) == 0 && fsync (fd) == 0;
}

gboolean
ca_enroll_file_stage (const char *path,
                      const void *data,
                      gsize size,
                      guint mode,
                      const char *field,
                      GError **error)
{
  g_autofree char *staged = ca_enroll_staged (path);
  gboolean ok;
  int fd;

  unlink (staged);
  fd = open (staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      set_errno_error (error, field, "cannot be made", errno);
      return FALSE;
    }
  ok = write_all (fd, data, size, mode) && sync_folder (path);
  if (!ok)
    {
      set_errno_error (error, field, "cannot be written", errno);
      unlink (staged);
    }
  close (fd);
  return ok;
}

static gboolean
same_file (const char *one, const char *other)
{
  struct stat a, b;

  return g_lstat (one, &a) == 0 && g_lstat (other, &b) == 0 && a.st_dev == b.st_dev
         && a.st_ino == b.st_ino;
}

/* A name is taken by link(), which never replaces; where there are no links rename() has to do. */
static int
take_name (const char *staged, const char *path)
{
  if (link (staged, path) == 0 || (errno == EEXIST && same_file (staged, path)))
    return unlink (staged) == 0 ? 0 : errno;
  if (errno != EPERM && errno != ENOSYS && errno != EOPNOTSUPP && errno != EMLINK)
    return errno;
  if (ca_enroll_file_exists (path))
    return EEXIST;
  return rename (staged, path) == 0 ? 0 : errno;
}

gboolean
ca_enroll_file_put (const char *path, gboolean replace, const char *field, GError **error)
{
  g_autofree char *staged = ca_enroll_staged (path);
  int number;

  if (replace)
    number = rename (staged, path) == 0 ? 0 : errno;
  else
    number = take_name (staged, path);
  if (number == ENOENT && ca_enroll_file_exists (path) && !ca_enroll_file_exists (staged))
    number = 0;
  if (number == EEXIST)
    {
      icert_set_error (error, ICERT_ERROR_CONFLICT, field, "is there already (a new name)");
      return FALSE;
    }
  if (number == 0 && !sync_folder (path))
    number = errno;
  if (number != 0)
    set_errno_error (error, field, "cannot be stored", number);
  return number == 0;
}

void
ca_enroll_file_unstage (const char *path)
{
  g_autofree char *staged = ca_enroll_staged (path);

  unlink (staged);
}

int
ca_enroll_folder_lock (const char *path, const char *field, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      set_errno_error (error, field, "its folder cannot be used", errno);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  /* In a folder of everybody's only the sticky bit keeps others from replacing the key. */
  if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field,
                       "its folder has mode %04o (one that others cannot write)",
                       (guint) status.st_mode & 07777);
      close (fd);
      return -1;
    }
  /* A file system without locks leaves O_EXCL and link(), which refuse instead of waiting. */
  while (flock (fd, LOCK_EX) != 0 && errno == EINTR)
    continue;
  return fd;
}
