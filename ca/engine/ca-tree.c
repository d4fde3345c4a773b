/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "icert-error.h"

#define PIECE (256 * 1024)

void
ca_tree_file_free (CaTreeFile *file)
{
  if (file == NULL)
    return;
  g_free (file->path);
  g_free (file->sha256);
  g_free (file);
}

static void
set_errno_error (GError **error, const char *path, const char *what, int number)
{
  icert_set_error (error, ICERT_ERROR_STORAGE, path, "%s: %s", what, g_strerror (number));
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static gboolean
check_name (const char *path, GError **error)
{
  g_autofree char *quoted = NULL;

  if (g_utf8_validate (path, -1, NULL) && strpbrk (path, "\n\r\\") == NULL)
    return TRUE;
  quoted = icert_error_quote (path, -1);
  icert_set_error (error, ICERT_ERROR_CONFIG, "file",
                   "%s has a name that no list can hold (UTF-8 in one line)", quoted);
  return FALSE;
}

static gboolean list_below (const char *folder,
                            const char *below,
                            CaTreeSkip skip,
                            gpointer data,
                            GPtrArray *files,
                            GError **error);

static gboolean
list_entry (const char *folder,
            const char *path,
            CaTreeSkip skip,
            gpointer data,
            GPtrArray *files,
            GError **error)
{
  g_autofree char *whole = g_build_filename (folder, path, NULL);
  struct stat status;

  if (skip != NULL && skip (path, data))
    return TRUE;
  if (!check_name (path, error))
    return FALSE;
  if (g_lstat (whole, &status) != 0)
    {
      set_errno_error (error, path, "cannot be read", errno);
      return FALSE;
    }
  if (S_ISDIR (status.st_mode))
    return list_below (folder, path, skip, data, files, error);
  if (S_ISREG (status.st_mode))
    {
      g_ptr_array_add (files, g_strdup (path));
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, path,
                   "is a link, pipe or device (a plain file or folder)");
  return FALSE;
}

static gboolean
list_below (const char *folder,
            const char *below,
            CaTreeSkip skip,
            gpointer data,
            GPtrArray *files,
            GError **error)
{
  g_autofree char *whole = below != NULL ? g_build_filename (folder, below, NULL) : NULL;
  g_autoptr (GDir) dir = g_dir_open (whole != NULL ? whole : folder, 0, NULL);
  const char *name;

  if (dir == NULL)
    {
      set_errno_error (error, below != NULL ? below : "folder", "cannot be read", errno);
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path
          = below != NULL ? g_build_filename (below, name, NULL) : g_strdup (name);

      if (!list_entry (folder, path, skip, data, files, error))
        return FALSE;
    }
  return TRUE;
}

GPtrArray *
ca_tree_list (const char *folder, CaTreeSkip skip, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);

  if (!list_below (folder, NULL, skip, data, files, error))
    return NULL;
  g_ptr_array_sort (files, compare_paths);
  return g_steal_pointer (&files);
}

static int
open_source (const char *folder, const char *path, struct stat *status, GError **error)
{
  g_autofree char *whole = g_build_filename (folder, path, NULL);
  int fd = g_open (whole, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);

  if (fd < 0 && errno == ENOENT)
    icert_set_error (error, ICERT_ERROR_CONFIG, path, "is missing (a plain file)");
  else if (fd < 0)
    set_errno_error (error, path, "cannot be opened", errno);
  else if (fstat (fd, status) == 0 && S_ISREG (status->st_mode))
    return fd;
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, path, "is no plain file (one that is)");
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
write_all (int fd, const guint8 *data, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = write (fd, data + done, size - done);

      if (n < 0)
        return FALSE;
      done += n;
    }
  return TRUE;
}

/* @to: -1 to read only */
static CaTreeFile *
pump (int from, int to, const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (CaTreeFile) file = g_new0 (CaTreeFile, 1);
  g_autofree guint8 *buffer = g_malloc (PIECE);
  gssize n;

  while ((n = read (from, buffer, PIECE)) > 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      g_checksum_update (sum, buffer, n);
      file->size += n;
      if (to >= 0 && !write_all (to, buffer, n))
        break;
    }
  if (n != 0 || (to >= 0 && fsync (to) != 0))
    {
      set_errno_error (error, path, to >= 0 ? "cannot be copied" : "cannot be read", errno);
      return NULL;
    }
  file->path = g_strdup (path);
  file->sha256 = g_strdup (g_checksum_get_string (sum));
  return g_steal_pointer (&file);
}

static int
make_copy (const char *folder, const char *path, mode_t mode, GError **error)
{
  g_autofree char *whole = g_build_filename (folder, path, NULL);
  g_autofree char *parent = g_path_get_dirname (whole);
  int fd = -1;

  if (g_mkdir_with_parents (parent, 0700) == 0)
    fd = g_open (whole, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd >= 0 && fchmod (fd, mode & 0755) == 0)
    return fd;
  set_errno_error (error, path, "cannot be made", errno);
  if (fd >= 0)
    close (fd);
  return -1;
}

CaTreeFile *
ca_tree_copy (const char *from,
              const char *to,
              const char *path,
              GCancellable *cancellable,
              GError **error)
{
  struct stat status;
  int source = open_source (from, path, &status, error);
  int copy = source >= 0 ? make_copy (to, path, status.st_mode, error) : -1;
  CaTreeFile *file = copy >= 0 ? pump (source, copy, path, cancellable, error) : NULL;

  if (source >= 0)
    close (source);
  if (copy >= 0)
    close (copy);
  return file;
}

CaTreeFile *
ca_tree_digest (const char *folder, const char *path, GCancellable *cancellable, GError **error)
{
  struct stat status;
  int fd = open_source (folder, path, &status, error);
  CaTreeFile *file = fd >= 0 ? pump (fd, -1, path, cancellable, error) : NULL;

  if (fd >= 0)
    close (fd);
  return file;
}

gboolean
ca_tree_write (const char *path, const void *data, gsize size, guint mode, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  gboolean ok = fd >= 0 && fchmod (fd, mode) == 0 && write_all (fd, data, size) && fsync (fd) == 0;

  if (!ok)
    set_errno_error (error, name, "cannot be written", errno);
  if (fd >= 0)
    close (fd);
  /* half a file is none: a mark without its text would shut a CA that nothing happened to */
  if (fd >= 0 && !ok)
    g_unlink (path);
  return ok;
}

gboolean
ca_tree_sync (const char *folder, gboolean deep, GError **error)
{
  g_autoptr (GDir) dir = deep ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  int fd;
  gboolean ok;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK)
          && !ca_tree_sync (path, TRUE, error))
        return FALSE;
    }
  fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  ok = fd >= 0 && fsync (fd) == 0;
  if (!ok)
    set_errno_error (error, "folder", "cannot be written to disk", errno);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
ca_tree_rename (const char *from, const char *to, GError **error)
{
  g_autofree char *from_parent = g_path_get_dirname (from);
  g_autofree char *to_parent = g_path_get_dirname (to);
  g_autofree char *name = g_path_get_basename (to);

  if (g_rename (from, to) != 0)
    {
      set_errno_error (error, name, "cannot be moved", errno);
      return FALSE;
    }
  return ca_tree_sync (to_parent, FALSE, error)
         && (strcmp (from_parent, to_parent) == 0 || ca_tree_sync (from_parent, FALSE, error));
}
