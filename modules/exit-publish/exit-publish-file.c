/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-publish-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (64 * 1024)

/* a file descriptor, closed at the end of its block */
typedef int Descriptor;

static void
descriptor_clear (Descriptor *fd)
{
  if (*fd >= 0)
    close (*fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Descriptor, descriptor_clear)

static gboolean
fail (GError **error, const char *name, const char *what)
{
  int saved = errno;

  icert_set_error (error, ICERT_ERROR_FAILED, name, "%s: %s", what, g_strerror (saved));
  return FALSE;
}

/* What is published is public: readable, unlike what else the CA writes. */
static int
open_folder (int parent, const char *name, GError **error)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0 && errno == ENOENT)
    {
      if (mkdirat (parent, name, 0755) < 0 && errno != EEXIST)
        {
          fail (error, name, "cannot make the folder");
          return -1;
        }
      /* the folder's own entry has to last as long as the file in it */
      if (parent != AT_FDCWD && fsync (parent) < 0)
        {
          fail (error, name, "cannot sync the folder above");
          return -1;
        }
      fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
  if (fd < 0)
    fail (error, name, "cannot open the folder");
  return fd;
}

/* Opens the folder that the last component of @path goes into. */
static int
open_parent (const char *folder, char **parts, GError **error)
{
  int fd = open_folder (AT_FDCWD, folder, error);

  for (gsize i = 0; fd >= 0 && parts[i + 1] != NULL; i++)
    {
      int below = open_folder (fd, parts[i], error);

      close (fd);
      fd = below;
    }
  return fd;
}

static gboolean
has_contents (int fd, GBytes *contents)
{
  gsize size, done = 0;
  const guint8 *data = g_bytes_get_data (contents, &size);
  guint8 buffer[4096];

  for (;;)
    {
      gssize n = read (fd, buffer, sizeof buffer);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n == 0 && done == size;
      if ((gsize) n > size - done || memcmp (buffer, data + done, (gsize) n) != 0)
        return FALSE;
      done += (gsize) n;
    }
}

/* *same: the file is there and says what it should */
static gboolean
check_target (int parent, const char *name, GBytes *contents, gboolean *same, GError **error)
{
  g_auto (Descriptor) fd = openat (parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat status;

  *same = FALSE;
  if (fd < 0 && errno == ENOENT)
    return TRUE;
  if (fd < 0 && errno == ELOOP)
    {
      icert_set_error (error, ICERT_ERROR_FAILED, name, "a symbolic link (a regular file)");
      return FALSE;
    }
  if (fd < 0 || fstat (fd, &status) < 0)
    return fail (error, name, "cannot be opened");
  if (!S_ISREG (status.st_mode))
    {
      icert_set_error (error, ICERT_ERROR_FAILED, name, "not a regular file (a regular file)");
      return FALSE;
    }
  *same = has_contents (fd, contents);
  return TRUE;
}

static gboolean
write_all (int fd, const char *name, GBytes *contents, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (contents, &size);

  while (size > 0)
    {
      gssize n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail (error, name, "cannot be written");
      data += n;
      size -= (gsize) n;
    }
  return (fchmod (fd, 0644) == 0 && fsync (fd) == 0) || fail (error, name, "cannot be synced");
}

/* One file is kept, not a row of them. It may fail where a disk knows no second names: the new file
 * matters more. */
static void
keep_old (int parent, const char *name)
{
  g_autofree char *kept = g_strconcat (name, EXIT_PUBLISH_KEPT, NULL);

  unlinkat (parent, kept, 0);
  if (linkat (parent, name, parent, kept, 0) < 0 && errno != ENOENT)
    g_message ("%s is not kept: %s", name, g_strerror (errno));
}

/* One temporary name for each target: what a killed process left is overwritten by the next. */
static gboolean
write_new (int parent, const char *name, GBytes *contents, gboolean keep, GError **error)
{
  g_autofree char *temporary = g_strdup_printf (".%s.new", name);
  g_auto (Descriptor) fd = -1;

  if (unlinkat (parent, temporary, 0) < 0 && errno != ENOENT)
    return fail (error, name, "cannot remove what an earlier try left");
  fd = openat (parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail (error, name, "cannot be made");
  if (!write_all (fd, name, contents, error))
    {
      unlinkat (parent, temporary, 0);
      return FALSE;
    }
  if (keep)
    keep_old (parent, name);
  if (renameat (parent, temporary, parent, name) < 0)
    {
      fail (error, name, "cannot be replaced");
      unlinkat (parent, temporary, 0);
      return FALSE;
    }
  return fsync (parent) == 0 || fail (error, name, "cannot sync its folder");
}

gboolean
exit_publish_file_replace (const char *folder,
                           const char *path,
                           GBytes *contents,
                           gboolean keep,
                           GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  const char *name = parts[g_strv_length (parts) - 1];
  g_auto (Descriptor) parent = open_parent (folder, parts, error);
  gboolean same = FALSE;

  if (parent < 0 || !check_target (parent, name, contents, &same, error))
    return FALSE;
  return same || write_new (parent, name, contents, keep, error);
}

/* -1 without an error: it is not there */
static int
open_there (const char *folder, char **parts, GError **error)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const char *name = folder;

  for (gsize i = 0; fd >= 0 && parts[i] != NULL; i++)
    {
      int flags = parts[i + 1] != NULL ? O_DIRECTORY : O_NONBLOCK;
      int below = openat (fd, parts[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags);
      int saved = errno;

      close (fd);
      errno = saved;
      fd = below;
      name = parts[i];
    }
  if (fd < 0 && errno != ENOENT)
    fail (error, name, "cannot be read back");
  return fd;
}

/* A file without a name, which nobody else can cut */
static int
open_private (const char *name, GError **error)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("icert-publish-XXXXXX", &path, NULL);

  if (fd < 0)
    fail (error, name, "cannot be copied");
  else
    unlink (path);
  return fd;
}

static gboolean
copy (int from, int to, const char *name, GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  struct stat status;
  gssize n;

  if (fstat (from, &status) < 0)
    return fail (error, name, "cannot be read back");
  if (!S_ISREG (status.st_mode))
    {
      icert_set_error (error, ICERT_ERROR_FAILED, name, "not a regular file (a regular file)");
      return FALSE;
    }
  while ((n = read (from, piece, PIECE)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail (error, name, "cannot be read back");
      for (gssize done = 0; done < n;)
        {
          gssize written = write (to, piece + done, (gsize) (n - done));

          if (written < 0 && errno != EINTR)
            return fail (error, name, "cannot be copied");
          done += MAX (written, 0);
        }
    }
  return TRUE;
}

/* A CRL may be large, and of what is there mostly its frame is looked at, so it is mapped; but not
 * the public file itself: whoever cuts that would kill this process (SIGBUS). */
GBytes *
exit_publish_file_load (const char *folder, const char *path, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_auto (Descriptor) fd = open_there (folder, parts, error);
  g_auto (Descriptor) private = fd >= 0 ? open_private (path, error) : -1;
  g_autoptr (GMappedFile) mapped = NULL;

  if (private < 0 || !copy (fd, private, path, error))
    return NULL;
  mapped = g_mapped_file_new_from_fd (private, FALSE, NULL);
  if (mapped != NULL)
    return g_mapped_file_get_bytes (mapped);
  fail (error, path, "cannot be read back");
  return NULL;
}

gboolean
exit_publish_file_has (const char *folder, const char *path, GBytes *contents)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_auto (Descriptor) fd = open_there (folder, parts, NULL);
  struct stat status;

  return fd >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode)
         && has_contents (fd, contents);
}

GBytes *
exit_publish_pem (GBytes *certificate)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (certificate, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *pem = g_string_new ("-----BEGIN CERTIFICATE-----\n");

  for (const char *p = base64; *p != '\0';)
    {
      gsize length = MIN (strlen (p), 64);

      g_string_append_len (pem, p, (gssize) length);
      g_string_append_c (pem, '\n');
      p += length;
    }
  g_string_append (pem, "-----END CERTIFICATE-----\n");
  return g_string_free_to_bytes (pem);
}
