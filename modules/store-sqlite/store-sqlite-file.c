/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_SIZE 100
#define OFFSET_WRITE_VERSION 18
#define OFFSET_READ_VERSION 19
#define OFFSET_USER_VERSION 60
#define OFFSET_APPLICATION_ID 68
/* of a piece of a copy */
#define COPY_SIZE (1 << 20)
/* value of both version octets in a database with a write-ahead log */
#define VERSION_WAL 2

struct _StoreSqliteFile
{
  char *path;
  char *folder;
  char *inode; /* key in @inodes while it is ours; NULL before */
  int fd;      /* holds the lock; -1 before */
  gboolean created;
  guint version;    /* of the schema, by the header */
  gboolean had_log; /* something of SQLite's was beside it */
};

/* The inodes that this process has open as stores. Closing any descriptor of a file drops all POSIX
 * locks that the process has on it, SQLite's too. So a second open in this process must find out
 * that the store is in use before it has a descriptor that it would have to close. */
static GMutex inodes_lock;
static GHashTable *inodes;

/* Next to the database: what SQLite may find there, and how messages call it. */
static const struct
{
  const char *suffix;
  const char *field;
} siblings[] = {
  { "-wal", "store log" },
  { "-shm", "store index" },
};

static void
set_errno_error (GError **error, const char *field, const char *what, int number)
{
  icert_set_error (error, ICERT_ERROR_CONFIG, field, "%s: %s", what, g_strerror (number));
}

static char *
inode_key (const struct stat *info)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) info->st_dev,
                          (guint64) info->st_ino);
}

static gboolean
register_inode (StoreSqliteFile *file, const struct stat *info)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&inodes_lock);
  g_autofree char *key = inode_key (info);

  if (inodes == NULL)
    inodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (g_hash_table_contains (inodes, key))
    return FALSE;
  g_hash_table_add (inodes, g_strdup (key));
  file->inode = g_steal_pointer (&key);
  return TRUE;
}

static void
unregister_inode (StoreSqliteFile *file)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&inodes_lock);

  if (file->inode != NULL)
    g_hash_table_remove (inodes, file->inode);
  g_clear_pointer (&file->inode, g_free);
}

/* S-F5: a regular file of this user that nobody else may touch */
static gboolean
check_file_info (const struct stat *info, const char *field, GError **error)
{
  const char *wrong = NULL;

  if (S_ISLNK (info->st_mode))
    wrong = "is a symbolic link (a regular file)";
  else if (!S_ISREG (info->st_mode))
    wrong = "is a pipe, device or folder (a regular file)";
  else if (info->st_uid != geteuid ())
    wrong = "belongs to somebody else (the user who runs the engine)";
  else if ((info->st_mode & 0777) != 0600)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field, "has mode %04o (0600)",
                       (guint) (info->st_mode & 07777));
      return FALSE;
    }

  if (wrong == NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, field, "%s", wrong);
  return FALSE;
}

static gboolean
check_folder (const char *folder, GError **error)
{
  struct stat info;
  const char *wrong = NULL;

  if (stat (folder, &info) < 0)
    {
      set_errno_error (error, "store folder", "cannot be read", errno);
      return FALSE;
    }
  if (info.st_uid != geteuid ())
    wrong = "belongs to somebody else (the user who runs the engine)";
  else if (info.st_mode & 0022)
    wrong = "may be written by others (by its owner only)";
  else if (faccessat (AT_FDCWD, folder, R_OK | W_OK | X_OK, AT_EACCESS) < 0)
    wrong = "cannot be written (SQLite keeps its log beside the database)";

  if (wrong == NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "store folder", "%s", wrong);
  return FALSE;
}

static gboolean
check_siblings (StoreSqliteFile *file, gboolean create, GError **error)
{
  g_autofree char *journal = g_strconcat (file->path, "-journal", NULL);
  struct stat info;

  /* SQLite would roll it back into the database before it looks at anything */
  if (lstat (journal, &info) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store journal",
                       "is there (none: a store has a write-ahead log)");
      return FALSE;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (siblings); i++)
    {
      g_autofree char *path = g_strconcat (file->path, siblings[i].suffix, NULL);

      if (lstat (path, &info) < 0)
        continue;
      if (create)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, siblings[i].field,
                           "of another store is there (none)");
          return FALSE;
        }
      file->had_log = TRUE;
      if (!check_file_info (&info, siblings[i].field, error))
        return FALSE;
    }
  return TRUE;
}

static guint32
read_be32 (const guint8 *octets)
{
  return (guint32) octets[0] << 24 | (guint32) octets[1] << 16 | (guint32) octets[2] << 8
         | octets[3];
}

/* S-F9: judged by the octets of the file, before SQLite sees it and could write to it. These fields
 * are in the file itself, never only in its log, since create ends with a checkpoint. */
static gboolean
check_header (StoreSqliteFile *file, GError **error)
{
  guint8 header[HEADER_SIZE];
  guint32 version;

  if (pread (file->fd, header, sizeof header, 0) != (gssize) sizeof header
      || memcmp (header, "SQLite format 3", 16) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store", "is not a database (a store of icert)");
      return FALSE;
    }
  if (read_be32 (header + OFFSET_APPLICATION_ID) != STORE_SQLITE_APPLICATION_ID)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store",
                       "is the database of another program (a store of icert)");
      return FALSE;
    }
  version = read_be32 (header + OFFSET_USER_VERSION);
  if (version < STORE_SQLITE_OLDEST_VERSION || version > STORE_SQLITE_SCHEMA_VERSION)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store version", "is %u, of %s program (%u)",
                       version, version > STORE_SQLITE_SCHEMA_VERSION ? "a newer" : "an older",
                       (guint) STORE_SQLITE_SCHEMA_VERSION);
      return FALSE;
    }
  file->version = version;
  if (header[OFFSET_WRITE_VERSION] != VERSION_WAL || header[OFFSET_READ_VERSION] != VERSION_WAL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store journal mode",
                       "is not wal (a write-ahead log, S-F2)");
      return FALSE;
    }
  return TRUE;
}

static void
set_in_use_error (GError **error)
{
  icert_set_error (error, ICERT_ERROR_CONFIG, "store", "in use by another engine");
}

/* S-F1: on the inode, so that another path or a hard link meets the same lock */
static gboolean
lock_file (StoreSqliteFile *file, const struct stat *expected, GError **error)
{
  struct stat info;

  if (flock (file->fd, LOCK_EX | LOCK_NB) < 0)
    {
      if (errno == EWOULDBLOCK)
        set_in_use_error (error);
      else
        set_errno_error (error, "store", "cannot be locked", errno);
      return FALSE;
    }
  if (fstat (file->fd, &info) < 0 || info.st_dev != expected->st_dev
      || info.st_ino != expected->st_ino)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store", "was replaced while it was opened");
      return FALSE;
    }
  /* the log is found by name: under another name SQLite would miss what the log holds */
  if (info.st_nlink != 1)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store", "has %u names (one)",
                       (guint) info.st_nlink);
      return FALSE;
    }
  return TRUE;
}

static gboolean
open_new (StoreSqliteFile *file, GError **error)
{
  struct stat info;

  if (!check_siblings (file, TRUE, error))
    return FALSE;
  file->fd = open (file->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file->fd < 0)
    {
      if (errno == EEXIST)
        icert_set_error (error, ICERT_ERROR_CONFIG, "store", "is there already (a new file)");
      else
        set_errno_error (error, "store", "cannot be made", errno);
      return FALSE;
    }
  file->created = TRUE;
  file->version = STORE_SQLITE_SCHEMA_VERSION;
  if (fchmod (file->fd, 0600) == 0 && fstat (file->fd, &info) == 0 && register_inode (file, &info))
    return lock_file (file, &info, error);

  set_errno_error (error, "store", "cannot be made", errno);
  return FALSE;
}

static gboolean
open_existing (StoreSqliteFile *file, GError **error)
{
  struct stat info;

  if (lstat (file->path, &info) < 0)
    {
      set_errno_error (error, "store", "cannot be opened", errno);
      return FALSE;
    }
  if (!check_file_info (&info, "store", error))
    return FALSE;
  if (!register_inode (file, &info))
    {
      set_in_use_error (error);
      return FALSE;
    }
  file->fd = open (file->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file->fd < 0)
    {
      set_errno_error (error, "store", "cannot be opened", errno);
      return FALSE;
    }
  return lock_file (file, &info, error) && check_siblings (file, FALSE, error)
         && check_header (file, error);
}

/* Links in the way to the folder are the administrator's business; from the folder on none is
 * followed. */
static char *
resolve_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  char *resolved = realpath (folder, NULL);
  char *copy;

  if (resolved == NULL)
    {
      set_errno_error (error, "store folder", "cannot be found", errno);
      return NULL;
    }
  copy = g_strdup (resolved);
  free (resolved);
  return copy;
}

StoreSqliteFile *
store_sqlite_file_open (const char *path, gboolean create, GError **error)
{
  g_autoptr (StoreSqliteFile) file = g_new0 (StoreSqliteFile, 1);
  g_autofree char *name = NULL;

  file->fd = -1;
  if (path == NULL || !g_path_is_absolute (path) || g_str_has_suffix (path, "/"))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "store", "is not an absolute path of a file");
      return NULL;
    }
  file->folder = resolve_folder (path, error);
  if (file->folder == NULL || !check_folder (file->folder, error))
    return NULL;
  name = g_path_get_basename (path);
  file->path = g_build_filename (file->folder, name, NULL);

  if (create ? open_new (file, error) : open_existing (file, error))
    return g_steal_pointer (&file);
  if (file->created)
    store_sqlite_file_discard (file);
  return NULL;
}

void
store_sqlite_file_close (StoreSqliteFile *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    {
      /* Closing alone would leave it to children that were forked meanwhile. */
      flock (file->fd, LOCK_UN);
      close (file->fd);
    }
  unregister_inode (file);
  g_free (file->path);
  g_free (file->folder);
  g_free (file);
}

const char *
store_sqlite_file_get_path (StoreSqliteFile *file)
{
  return file->path;
}

gboolean
store_sqlite_file_check (StoreSqliteFile *file, GError **error)
{
  g_autofree char *key = NULL;
  struct stat info;

  if (lstat (file->path, &info) == 0)
    {
      key = inode_key (&info);
      if (g_str_equal (key, file->inode))
        return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, "store", "was replaced while it was opened");
  return FALSE;
}

void
store_sqlite_file_discard (StoreSqliteFile *file)
{
  if (file->created)
    g_unlink (file->path);
  for (gsize i = 0; i < G_N_ELEMENTS (siblings); i++)
    {
      g_autofree char *path = g_strconcat (file->path, siblings[i].suffix, NULL);

      /* a log that was there before may hold commits */
      if (file->created || !file->had_log)
        g_unlink (path);
    }
}

gboolean
store_sqlite_file_sync_folder (StoreSqliteFile *file, GError **error)
{
  int fd = open (file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    set_errno_error (error, "store folder", "cannot be written to disk", errno);
  if (fd >= 0)
    close (fd);
  return ok;
}

guint
store_sqlite_file_get_version (StoreSqliteFile *file)
{
  return file->version;
}

/* By the descriptor that is open already: to close another one of this file would drop the locks
 * that SQLite has on it. */
static gboolean
copy_all (int from, int to)
{
  g_autofree guint8 *buffer = g_malloc (COPY_SIZE);
  gssize n;

  for (off_t at = 0; (n = pread (from, buffer, COPY_SIZE, at)) > 0; at += n)
    for (gssize done = 0, written; done < n; done += written)
      {
        written = write (to, buffer + done, n - done);
        if (written < 0)
          return FALSE;
      }
  return n == 0 && fsync (to) == 0;
}

gboolean
store_sqlite_file_keep (StoreSqliteFile *file, const char *suffix, GError **error)
{
  g_autofree char *kept = g_strconcat (file->path, suffix, NULL);
  g_autofree char *partial = g_strconcat (kept, ".new", NULL);
  int fd;
  gboolean ok;
  int number;

  g_unlink (partial);
  fd = open (partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  ok = fd >= 0 && copy_all (file->fd, fd);
  number = errno;
  if (fd >= 0)
    close (fd);
  if (ok && rename (partial, kept) == 0)
    return store_sqlite_file_sync_folder (file, error);

  g_unlink (partial);
  icert_set_error (error, ICERT_ERROR_STORAGE, "store", "cannot be copied: %s",
                   g_strerror (ok ? errno : number));
  return FALSE;
}
