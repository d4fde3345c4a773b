/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite-backup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* pages between two looks whether it was cancelled, and two words about how far it is */
#define STEP_PAGES 1000

static void
set_copy_error (int result, GError **error)
{
  icert_set_error (error, ICERT_ERROR_STORAGE, "backup",
                   "the store cannot be copied: %s (SQLite code %d)", sqlite3_errstr (result),
                   result);
}

static gboolean
set_errno_error (GError **error, int number)
{
  icert_set_error (error, ICERT_ERROR_STORAGE, "backup", "the store cannot be copied: %s",
                   g_strerror (number));
  return FALSE;
}

/* S-F5: new, private, no link. */
static gboolean
make_file (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    return set_errno_error (error, errno);
  close (fd);
  return TRUE;
}

static gboolean
sync_file (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    set_errno_error (error, errno);
  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
copy_pages (sqlite3_backup *backup,
            ICertStoreProgress progress,
            gpointer data,
            GCancellable *cancellable,
            GError **error)
{
  int result = SQLITE_OK;

  while (result == SQLITE_OK)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      result = sqlite3_backup_step (backup, STEP_PAGES);
      if (progress != NULL && sqlite3_backup_pagecount (backup) > 0)
        progress (
            1.0 - (double) sqlite3_backup_remaining (backup) / sqlite3_backup_pagecount (backup),
            data);
    }
  if (result == SQLITE_DONE)
    return TRUE;
  set_copy_error (result, error);
  return FALSE;
}

static gboolean
copy_into (sqlite3 *from,
           sqlite3 *to,
           ICertStoreProgress progress,
           gpointer data,
           GCancellable *cancellable,
           GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");
  gboolean ok;
  int result;

  if (backup == NULL)
    {
      set_copy_error (sqlite3_extended_errcode (to), error);
      return FALSE;
    }
  ok = copy_pages (backup, progress, data, cancellable, error);
  result = sqlite3_backup_finish (backup);
  if (ok && result != SQLITE_OK)
    {
      set_copy_error (result, error);
      return FALSE;
    }
  return ok;
}

static gboolean
copy_to_file (sqlite3 *from,
              const char *path,
              ICertStoreProgress progress,
              gpointer data,
              GCancellable *cancellable,
              GError **error)
{
  sqlite3 *to = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  int result = sqlite3_open_v2 (path, &to, flags, NULL);
  gboolean ok = FALSE;

  if (result != SQLITE_OK)
    set_copy_error (result, error);
  else
    ok = copy_into (from, to, progress, data, cancellable, error);
  sqlite3_close (to);
  return ok;
}

static void
remove_file (const char *path)
{
  static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      g_unlink (name);
    }
}

/* The transaction that reads holds one state until the end; a log that grows meanwhile is not begun
 * anew before that. */
gboolean
store_sqlite_backup (StoreSqliteConnection *reader,
                     const char *path,
                     ICertStoreProgress progress,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  gboolean ok;

  if (!make_file (path, error))
    return FALSE;
  ok = store_sqlite_connection_execute (reader, "BEGIN; SELECT epoch FROM engine", error)
       && copy_to_file (store_sqlite_connection_get_db (reader), path, progress, data, cancellable,
                        error);
  if (sqlite3_get_autocommit (store_sqlite_connection_get_db (reader)) == 0
      && !store_sqlite_connection_execute (reader, "COMMIT", ok ? error : NULL))
    ok = FALSE;
  if (ok && sync_file (path, error))
    return TRUE;
  remove_file (path);
  return FALSE;
}
