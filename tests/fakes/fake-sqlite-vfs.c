/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-sqlite-vfs.h"

#include <sqlite3.h>

static sqlite3_vfs fake_vfs;
static sqlite3_vfs *real_vfs;
/* The real methods of the two kinds of files, and copies with our calls in them: SQLite looks them
 * up in the file each time. */
static const sqlite3_io_methods *real_log_methods, *real_database_methods;
static sqlite3_io_methods log_methods, database_methods;
static gint fault;
static gint n_syncs;

void
fake_sqlite_vfs_set_fault (FakeSqliteFault new_fault)
{
  g_atomic_int_set (&fault, new_fault);
}

guint
fake_sqlite_vfs_take_syncs (void)
{
  gint n = g_atomic_int_get (&n_syncs);

  g_atomic_int_add (&n_syncs, -n);
  return n;
}

static int
write_log (sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
  if (g_atomic_int_get (&fault) == FAKE_SQLITE_FAULT_LOG_FULL)
    return SQLITE_FULL;
  if (g_atomic_int_get (&fault) == FAKE_SQLITE_FAULT_LOG_WRITE)
    return SQLITE_IOERR_WRITE;
  return real_log_methods->xWrite (file, data, size, offset);
}

static int
sync_log (sqlite3_file *file, int flags)
{
  g_atomic_int_inc (&n_syncs);
  if (g_atomic_int_get (&fault) == FAKE_SQLITE_FAULT_LOG_SYNC)
    return SQLITE_IOERR_FSYNC;
  return real_log_methods->xSync (file, flags);
}

static int
write_database (sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
  if (g_atomic_int_get (&fault) == FAKE_SQLITE_FAULT_DATABASE_WRITE)
    return SQLITE_IOERR_WRITE;
  return real_database_methods->xWrite (file, data, size, offset);
}

/* Files of a kind share one table of methods, made when the first is opened: connections of several
 * threads use it from then on. */
static void
wrap_log (sqlite3_file *file)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      real_log_methods = file->pMethods;
      log_methods = *real_log_methods;
      log_methods.xWrite = write_log;
      log_methods.xSync = sync_log;
      g_once_init_leave (&once, 1);
    }
  file->pMethods = &log_methods;
}

static void
wrap_database (sqlite3_file *file)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      real_database_methods = file->pMethods;
      database_methods = *real_database_methods;
      database_methods.xWrite = write_database;
      g_once_init_leave (&once, 1);
    }
  file->pMethods = &database_methods;
}

static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  int result = real_vfs->xOpen (vfs, name, file, flags, out_flags);

  if (result == SQLITE_OK && (flags & SQLITE_OPEN_WAL))
    wrap_log (file);
  else if (result == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB))
    wrap_database (file);
  return result;
}

void
fake_sqlite_vfs_install (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  fake_vfs = *real_vfs;
  fake_vfs.zName = "fake";
  fake_vfs.pNext = NULL;
  fake_vfs.xOpen = open_file;
  sqlite3_vfs_register (&fake_vfs, TRUE);
}
