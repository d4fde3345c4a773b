/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "key-file-storage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "icert-error.h"

typedef int Descriptor;

#define DESCRIPTOR_NONE -1

static void
descriptor_close (Descriptor fd)
{
  if (fd >= 0)
    close (fd);
}

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (Descriptor, descriptor_close, DESCRIPTOR_NONE)

static void
set_errno_error (GError **error, const char *field, int code)
{
  icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, field, "%s", g_strerror (code));
}

/* Who may write the folder may replace the key, so the folder is judged like the file. */
static Descriptor
open_folder (const char *path, GError **error)
{
  g_auto (Descriptor) fd = DESCRIPTOR_NONE;
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;

  fd = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key folder", "is no folder (a folder, no link)");
      return DESCRIPTOR_NONE;
    }
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      set_errno_error (error, "key folder", errno);
      return DESCRIPTOR_NONE;
    }
  if (info.st_uid != geteuid ())
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key folder", "belongs to uid %u (uid %u)",
                       (guint) info.st_uid, (guint) geteuid ());
      return DESCRIPTOR_NONE;
    }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key folder",
                       "mode %04o (writable by its owner only)", (guint) info.st_mode & 07777);
      return DESCRIPTOR_NONE;
    }
  return g_steal_fd (&fd);
}

static gboolean
check_file (const struct stat *info, GError **error)
{
  if (!S_ISREG (info->st_mode))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file", "is no regular file (one)");
      return FALSE;
    }
  if (info->st_uid != geteuid ())
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file", "belongs to uid %u (uid %u)",
                       (guint) info->st_uid, (guint) geteuid ());
      return FALSE;
    }
  if ((info->st_mode & 07777) != S_IRUSR)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file", "mode %04o (0400)",
                       (guint) info->st_mode & 07777);
      return FALSE;
    }
  if (info->st_size > KEY_FILE_MAX_SIZE)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file", "too large (%d octets)",
                       KEY_FILE_MAX_SIZE);
      return FALSE;
    }
  return TRUE;
}

static GBytes *
read_all (Descriptor fd, gsize size, GError **error)
{
  g_autoptr (GByteArray) contents = g_byte_array_sized_new (size + 1);
  gsize got = 0;

  g_byte_array_set_size (contents, size);
  while (got < size)
    {
      gssize n = read (fd, contents->data + got, size - got);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          set_errno_error (error, "key file", n < 0 ? errno : EIO);
          return NULL;
        }
      got += n;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&contents));
}

GBytes *
key_file_storage_read (const char *path, GError **error)
{
  g_auto (Descriptor) folder = open_folder (path, error);
  g_auto (Descriptor) fd = DESCRIPTOR_NONE;
  g_autofree char *name = g_path_get_basename (path);
  struct stat info;

  if (folder < 0)
    return NULL;

  /* O_NONBLOCK: a FIFO in the key's place must not hang the engine before it is refused. */
  fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 && errno == ELOOP)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file", "is a link (a regular file)");
      return NULL;
    }
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      set_errno_error (error, "key file", errno);
      return NULL;
    }
  if (!check_file (&info, error))
    return NULL;
  return read_all (fd, info.st_size, error);
}

static gboolean
write_all (Descriptor fd, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      size -= n;
    }
  /* The mode of open() is cut by the umask; this one is exact. */
  return fchmod (fd, S_IRUSR) == 0 && fsync (fd) == 0;
}

gboolean
key_file_storage_create (const char *path, const void *data, gsize size, GError **error)
{
  g_auto (Descriptor) folder = open_folder (path, error);
  g_auto (Descriptor) fd = DESCRIPTOR_NONE;
  g_autofree char *name = g_path_get_basename (path);

  if (folder < 0)
    return FALSE;

  fd = openat (folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR);
  if (fd < 0 && errno == EEXIST)
    {
      icert_set_error (error, ICERT_ERROR_CONFLICT, "key file", "is there already (a new name)");
      return FALSE;
    }
  if (fd < 0)
    {
      set_errno_error (error, "key file", errno);
      return FALSE;
    }
  if (!write_all (fd, data, size) || fsync (folder) != 0)
    {
      set_errno_error (error, "key file", errno);
      unlinkat (folder, name, 0);
      return FALSE;
    }
  return TRUE;
}

void
key_file_storage_remove (const char *path)
{
  unlink (path);
}
