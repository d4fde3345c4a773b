/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite.h"

#include <string.h>

#include "store-sqlite-backup.h"
#include "store-sqlite-connection.h"
#include "store-sqlite-file.h"
#include "store-sqlite-migrate.h"
#include "store-sqlite-statement.h"

/* Pages of the log before the writer copies them into the database (measured: performance.md), and
 * before it waits for readers in order to begin a new log. */
#define CHECKPOINT_PAGES 20000
#define CHECKPOINT_ALL_PAGES (4 * CHECKPOINT_PAGES)
/* readers that are kept open; more are made when more threads ask */
#define MAX_IDLE_READERS 8
/* instructions of SQLite between two looks whether a query was cancelled */
#define CANCEL_INTERVAL 10000

/* Numbers that are not back yet: the newest reservation of a counter. */
typedef struct
{
  gint64 first;
  gint64 end;
} Range;

/* One connection writes, checkpoints and nothing else; the others only read (S-F2). */
struct _StoreSqlite
{
  GObject parent_instance;

  GMutex writing; /* held by whoever uses the writer */
  GRWLock life;   /* held for reading by queries, for writing while connections come and go */
  StoreSqliteFile *file;
  StoreSqliteConnection *writer;
  GMutex pool;
  GPtrArray *readers; /* of StoreSqliteConnection, idle ones */

  /* of the thread that writes: */
  gint64 epoch;     /* of this opening; another one in the store means another engine (S-F1) */
  gint64 group;     /* number of the newest group that was tried */
  gboolean unknown; /* whether its outcome is (S-E4): recover() must find out */
  gboolean stale;   /* the connection failed otherwise, and is to be made anew */
  gboolean log_is_broken; /* a checkpoint failed */
  int checkpoint_pages;   /* size of the log at which the next checkpoint is due */
  GHashTable *reserved;   /* counter -> Range */
};

static void store_iface_init (ICertStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (StoreSqlite,
                               store_sqlite,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_STORE, store_iface_init))

static gboolean
check_open (StoreSqlite *self, GError **error)
{
  if (self->file != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "store", "is not open");
  return FALSE;
}

/* Statements of the writer that are not changes */

static sqlite3 *
writer_db (StoreSqlite *self)
{
  return store_sqlite_connection_get_db (self->writer);
}

static gboolean
run (StoreSqlite *self, const char *text, const char *doing, GError **error)
{
  sqlite3_stmt *statement = store_sqlite_connection_prepare (self->writer, text, error);
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result != SQLITE_DONE)
    store_sqlite_connection_set_error (self->writer, ICERT_ERROR_STORAGE, doing, error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

/* Gives the only row of @text, whose parameters are integers. */
static gboolean
ask (StoreSqlite *self, const char *text, gint64 *first, gint64 *second, GError **error)
{
  sqlite3_stmt *statement = store_sqlite_connection_prepare (self->writer, text, error);
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    {
      *first = sqlite3_column_int64 (statement, 0);
      *second = sqlite3_column_int64 (statement, 1);
      result = sqlite3_step (statement);
    }
  if (result != SQLITE_DONE)
    store_sqlite_connection_set_error (self->writer, ICERT_ERROR_STORAGE, "cannot be read", error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

/* The transaction is given up; SQLite may have done so before. */
static void
roll_back (StoreSqlite *self)
{
  g_autoptr (GError) error = NULL;

  if (sqlite3_get_autocommit (writer_db (self)) == 0
      && !run (self, "ROLLBACK", "cannot roll back", &error))
    {
      /* good for nothing any more */
      self->stale = TRUE;
      g_debug ("%s", error->message);
    }
}

static void
set_taken_over_error (GError **error)
{
  icert_set_error (error, ICERT_ERROR_STORAGE, "store", "another engine took it over (one engine)");
}

/* Every transaction begins here: whoever else had opened the store since would have raised the
 * epoch (S-F1). Counts the group. */
static gboolean
begin (StoreSqlite *self, gint64 group, GError **error)
{
  sqlite3_stmt *statement;
  int result;

  if (!run (self, "BEGIN IMMEDIATE", "cannot begin", error))
    return FALSE;
  statement = store_sqlite_connection_prepare (
      self->writer, "UPDATE engine SET last_group = ?1 WHERE id = 1 AND epoch = ?2", error);
  if (statement == NULL)
    {
      roll_back (self);
      return FALSE;
    }
  sqlite3_bind_int64 (statement, 1, group);
  sqlite3_bind_int64 (statement, 2, self->epoch);
  result = sqlite3_step (statement);
  if (result != SQLITE_DONE)
    store_sqlite_connection_set_error (self->writer, ICERT_ERROR_STORAGE, "cannot begin", error);
  sqlite3_reset (statement);
  if (result == SQLITE_DONE && sqlite3_changes (writer_db (self)) == 1)
    return TRUE;
  if (result == SQLITE_DONE)
    set_taken_over_error (error);
  roll_back (self);
  return FALSE;
}

/* S-E4: whatever the reason, after a COMMIT that failed nobody knows, and nothing more is done on
 * this connection. */
static gboolean
end (StoreSqlite *self, GError **error)
{
  if (run (self, "COMMIT", "cannot commit", error))
    return TRUE;
  self->stale = TRUE;
  return FALSE;
}

/* S-F2: commits and checkpoints are on one connection. A log that cannot be copied is no loss,
 * since what it holds is on disk; but the next commit must find it working (S-F4). */
static void
checkpoint_when_due (StoreSqlite *self)
{
  g_autoptr (GError) error = NULL;
  int pages = store_sqlite_connection_get_log_pages (self->writer);

  if (pages < CHECKPOINT_PAGES)
    self->checkpoint_pages = CHECKPOINT_PAGES;
  if (pages < self->checkpoint_pages)
    return;
  self->checkpoint_pages = pages + CHECKPOINT_PAGES;
  if (store_sqlite_connection_checkpoint (self->writer, FALSE, &error))
    {
      if (pages >= CHECKPOINT_ALL_PAGES
          && !store_sqlite_connection_checkpoint (self->writer, TRUE, &error))
        g_debug ("the log waits for readers: %s", error->message);
      return;
    }
  self->log_is_broken = TRUE;
  g_warning ("%s", error->message);
}

static gboolean
check_log (StoreSqlite *self, GError **error)
{
  if (!self->log_is_broken)
    return TRUE;
  self->log_is_broken = !store_sqlite_connection_checkpoint (self->writer, FALSE, error);
  return !self->log_is_broken;
}

/* Opening and closing */

static void
reset_state (StoreSqlite *self)
{
  self->unknown = FALSE;
  self->stale = FALSE;
  self->log_is_broken = FALSE;
  self->checkpoint_pages = CHECKPOINT_PAGES;
}

/* From here on commits of an engine that had the store before fail. */
static gboolean
take_over (StoreSqlite *self, GError **error)
{
  if (!run (self, "BEGIN IMMEDIATE", "cannot begin", error))
    return FALSE;
  if (!run (self, "UPDATE engine SET epoch = epoch + 1", "cannot be written", error)
      || !ask (self, "SELECT epoch, last_group FROM engine", &self->epoch, &self->group, error)
      || !end (self, error))
    {
      roll_back (self);
      return FALSE;
    }
  return TRUE;
}

static gboolean
open_writer (StoreSqlite *self, gboolean create, GError **error)
{
  const char *path = store_sqlite_file_get_path (self->file);

  self->writer = store_sqlite_connection_new_writer (path, error);
  if (self->writer == NULL || !store_sqlite_file_check (self->file, error))
    return FALSE;
  if (create ? !store_sqlite_connection_create_schema (self->writer, error)
             : !store_sqlite_migrate (self->writer, self->file, error))
    return FALSE;
  if (!store_sqlite_connection_verify (self->writer, error))
    return FALSE;
  /* what says that this is a store must be in the file itself, where the next start looks first */
  return !create
         || (store_sqlite_connection_checkpoint (self->writer, TRUE, error)
             && store_sqlite_file_sync_folder (self->file, error));
}

static void
close_readers (StoreSqlite *self)
{
  for (guint i = 0; i < self->readers->len; i++)
    store_sqlite_connection_free (self->readers->pdata[i], FALSE);
  g_ptr_array_set_size (self->readers, 0);
}

/* The lock goes last: closing its descriptor would drop SQLite's locks. */
static void
close_all (StoreSqlite *self, gboolean clean)
{
  close_readers (self);
  if (self->writer != NULL)
    store_sqlite_connection_free (g_steal_pointer (&self->writer), clean);
  g_clear_pointer (&self->file, store_sqlite_file_close);
  g_hash_table_remove_all (self->reserved);
}

static gboolean
store_sqlite_open (ICertStore *store, const char *url, gboolean create, GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  g_autoptr (GRWLockWriterLocker) life = g_rw_lock_writer_locker_new (&self->life);

  if (self->file != NULL)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "store", "is open already");
      return FALSE;
    }
  reset_state (self);
  self->file = store_sqlite_file_open (url, create, error);
  if (self->file == NULL)
    return FALSE;
  if (open_writer (self, create, error) && take_over (self, error))
    return TRUE;

  if (self->writer != NULL)
    store_sqlite_connection_free (g_steal_pointer (&self->writer), FALSE);
  store_sqlite_file_discard (self->file);
  close_all (self, FALSE);
  return FALSE;
}

static gboolean
store_sqlite_close (ICertStore *store, GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  g_autoptr (GRWLockWriterLocker) life = g_rw_lock_writer_locker_new (&self->life);
  gboolean ok;

  if (!check_open (self, error))
    return FALSE;
  close_readers (self);
  if (self->stale)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "store",
                       "the last commit failed (a working disk)");
      close_all (self, FALSE);
      return FALSE;
    }
  ok = store_sqlite_connection_checkpoint (self->writer, TRUE, error);
  close_all (self, ok);
  return ok;
}

/* The old connections are closed, all of them: only then does SQLite read the log anew, and finds
 * the commit in it or does not. A commit that it finds may still be in memory only, since what
 * failed may have been its sync; so it counts once a checkpoint has copied it and synced the copy.
 */
static gboolean
reopen (StoreSqlite *self, gboolean *committed, GError **error)
{
  gint64 epoch = 0, group = 0;

  close_readers (self);
  if (self->writer != NULL)
    store_sqlite_connection_free (g_steal_pointer (&self->writer), FALSE);
  self->writer
      = store_sqlite_connection_new_writer (store_sqlite_file_get_path (self->file), error);
  if (self->writer == NULL || !store_sqlite_file_check (self->file, error)
      || !ask (self, "SELECT epoch, last_group FROM engine", &epoch, &group, error))
    return FALSE;
  if (epoch != self->epoch)
    {
      set_taken_over_error (error);
      return FALSE;
    }
  *committed = group == self->group;
  if (*committed && !store_sqlite_connection_checkpoint (self->writer, TRUE, error))
    return FALSE;
  self->group = group;
  reset_state (self);
  return TRUE;
}

/* Before each transaction. */
static gboolean
check_writable (StoreSqlite *self, GError **error)
{
  g_autoptr (GRWLockWriterLocker) life = NULL;
  g_autoptr (GError) local = NULL;
  gboolean committed;

  if (!check_open (self, error))
    return FALSE;
  if (self->unknown)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "store",
                       "nobody knows whether the last commit went in (recover first)");
      return FALSE;
    }
  if (!self->stale)
    return check_log (self, error);
  life = g_rw_lock_writer_locker_new (&self->life);
  if (reopen (self, &committed, &local))
    return TRUE;
  g_propagate_error (error, g_error_new_literal (ICERT_ERROR, ICERT_ERROR_STORAGE, local->message));
  return FALSE;
}

/* Changes */

static const char *
conflict_field (ICertStoreTable table)
{
  const ICertStoreColumnInfo *columns = icert_store_table_columns (table, NULL);

  switch (table)
    {
    case ICERT_STORE_SERIALS:
      return "serial";
    case ICERT_STORE_KEYS:
      return "submission key";
    case ICERT_STORE_REQUESTS:
      return "request id";
    default:
      return columns[0].name;
    }
}

/* What SQLite says ends in the constraint's name or in table.column; both are constants of the
 * schema. The column is given its AD CS name. */
static const char *
constraint_field (ICertStoreTable table, const char *message)
{
  const char *name = strrchr (message, ' ');
  const ICertStoreColumnInfo *columns;
  guint n_columns;

  name = name != NULL ? name + 1 : message;
  if (strchr (name, '.') == NULL)
    return name;
  name = strchr (name, '.') + 1;
  columns = icert_store_table_columns (table, &n_columns);
  for (guint i = 0; i < n_columns; i++)
    if (g_str_equal (columns[i].sql, name))
      return columns[i].name;
  return name;
}

static GError *
constraint_error (StoreSqlite *self, ICertStoreTable table)
{
  const char *message = sqlite3_errmsg (writer_db (self));
  GError *error = NULL;

  switch (sqlite3_extended_errcode (writer_db (self)))
    {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_UNIQUE:
      icert_set_error (&error, ICERT_ERROR_CONFLICT, conflict_field (table),
                       "is in use already (a new one)");
      break;
    case SQLITE_CONSTRAINT_NOTNULL:
      icert_set_error (&error, ICERT_ERROR_CONFLICT, constraint_field (table, message),
                       "is empty (a value)");
      break;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      icert_set_error (&error, ICERT_ERROR_CONFLICT, "request id", "is of no request (one)");
      break;
    default:
      icert_set_error (&error, ICERT_ERROR_CONFLICT, constraint_field (table, message),
                       "breaks the constraint of that name");
    }
  return error;
}

static GError *
missed_error (const ICertStoreChange *change)
{
  GError *error = NULL;

  if (change->table == ICERT_STORE_REQUESTS)
    icert_set_error (&error, ICERT_ERROR_WRONG_STATE, "request",
                     "was changed by somebody else or is gone (version %" G_GINT64_FORMAT ")",
                     change->expected_version);
  else
    icert_set_error (&error, ICERT_ERROR_WRONG_STATE, icert_store_table_name (change->table),
                     "has no such row");
  return error;
}

/* FALSE with @batch_error: this batch cannot go in; FALSE with @error: the store is broken. */
static gboolean
apply_change (StoreSqlite *self,
              const ICertStoreChange *change,
              GError **batch_error,
              GError **error)
{
  sqlite3_stmt *statement;
  int result;

  /* INTERNAL and TOO_LARGE are the batch's own fault */
  statement = store_sqlite_connection_prepare_change (self->writer, change, batch_error);
  if (statement == NULL || !store_sqlite_change_bind (statement, change, batch_error))
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_DONE)
    {
      if (change->verb == ICERT_STORE_UPDATE && sqlite3_changes (writer_db (self)) == 0)
        g_propagate_error (batch_error, missed_error (change));
    }
  else if ((result & 0xff) == SQLITE_CONSTRAINT)
    g_propagate_error (batch_error, constraint_error (self, change->table));
  else
    store_sqlite_connection_set_error (self->writer, ICERT_ERROR_STORAGE, "cannot be written",
                                       error);
  sqlite3_reset (statement);
  return *batch_error == NULL && *error == NULL;
}

/* Foreign keys are deferred to the COMMIT, where one of them would take the whole group down. */
static gboolean
check_references (StoreSqlite *self, GError **batch_error)
{
  int open = 0, highest = 0;

  sqlite3_db_status (writer_db (self), SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, FALSE);
  if (open == 0)
    return TRUE;
  icert_set_error (batch_error, ICERT_ERROR_CONFLICT, "request id", "is of no request (one)");
  return FALSE;
}

static gboolean
apply_changes (StoreSqlite *self, ICertStoreBatch *batch, GError **batch_error, GError **error)
{
  guint n_changes = icert_store_batch_get_n_changes (batch);

  for (guint i = 0; i < n_changes; i++)
    if (!apply_change (self, icert_store_batch_get_change (batch, i), batch_error, error))
      return FALSE;
  return check_references (self, batch_error);
}

/* What became of one batch; FALSE with @error: the store is broken. */
static gboolean
prepare_and_apply (StoreSqlite *self,
                   ICertStoreBatch *batch,
                   ICertStorePrepare prepare,
                   gpointer data,
                   gboolean *applied,
                   GError **error)
{
  g_autoptr (GError) batch_error = NULL;
  GError *local = NULL;

  if (prepare != NULL)
    prepare (batch, FALSE, data);
  *applied = apply_changes (self, batch, &batch_error, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (!*applied && prepare != NULL)
    prepare (batch, TRUE, data);
  icert_store_batch_take_error (batch, g_steal_pointer (&batch_error));
  return TRUE;
}

/* The slow way, in a group one batch of which has failed: a savepoint for each, since SQLite copies
 * every page that is touched inside one (a third of the cost of a commit). */
static gboolean
apply_guarded (StoreSqlite *self,
               ICertStoreBatch *batch,
               ICertStorePrepare prepare,
               gpointer data,
               GError **error)
{
  gboolean applied = FALSE;

  return run (self, "SAVEPOINT batch", "cannot be written", error)
         && prepare_and_apply (self, batch, prepare, data, &applied, error)
         && (applied || run (self, "ROLLBACK TO batch", "cannot be written", error))
         && run (self, "RELEASE batch", "cannot be written", error);
}

/* Applies the first @n batches of a group again, which went in before and are prepared. */
static gboolean
apply_again (StoreSqlite *self, GPtrArray *batches, guint n, GError **error)
{
  roll_back (self);
  if (self->stale)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "store", "cannot roll back (a working disk)");
      return FALSE;
    }
  if (!begin (self, self->group + 1, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) batch_error = NULL;
      GError *local = NULL;

      if (apply_changes (self, batches->pdata[i], &batch_error, &local))
        continue;
      g_propagate_error (error, local != NULL ? local : g_steal_pointer (&batch_error));
      return FALSE;
    }
  return TRUE;
}

/* A batch that fails does no harm to the others. Nearly always none does, so at first there is only
 * the transaction; when one does, what came before it is applied again, and what comes behind it
 * has savepoints. */
static gboolean
apply_group (StoreSqlite *self,
             GPtrArray *batches,
             ICertStorePrepare prepare,
             gpointer data,
             GError **error)
{
  gboolean guarded = FALSE;

  for (guint i = 0; i < batches->len; i++)
    {
      gboolean applied = TRUE;

      if (guarded)
        {
          if (!apply_guarded (self, batches->pdata[i], prepare, data, error))
            return FALSE;
          continue;
        }
      if (!prepare_and_apply (self, batches->pdata[i], prepare, data, &applied, error)
          || (!applied && !apply_again (self, batches, i, error)))
        return FALSE;
      guarded = !applied;
    }
  return TRUE;
}

static gboolean
store_sqlite_commit (ICertStore *store,
                     GPtrArray *batches,
                     ICertStorePrepare prepare,
                     gpointer data,
                     GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  g_autoptr (GError) local = NULL;

  if (!check_writable (self, error) || !begin (self, self->group + 1, error))
    return FALSE;
  if (!apply_group (self, batches, prepare, data, error))
    {
      roll_back (self);
      return FALSE;
    }
  self->group++;
  if (!end (self, &local))
    {
      self->unknown = TRUE;
      g_propagate_error (
          error, g_error_new_literal (ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN, local->message));
      return FALSE;
    }
  checkpoint_when_due (self);
  return TRUE;
}

static gboolean
store_sqlite_recover (ICertStore *store, gboolean *committed, GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  g_autoptr (GRWLockWriterLocker) life = g_rw_lock_writer_locker_new (&self->life);
  gboolean found = FALSE;

  *committed = FALSE;
  if (!check_open (self, error) || !reopen (self, &found, error))
    return FALSE;
  *committed = found;
  return TRUE;
}

/* Counters */

/* Next free number; 1 when nobody asked before. */
static gboolean
read_counter (StoreSqlite *self, const char *counter, gint64 *next, GError **error)
{
  sqlite3_stmt *statement = store_sqlite_connection_prepare (
      self->writer, "SELECT value FROM counters WHERE name = ?1", error);
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, counter, -1, SQLITE_TRANSIENT);
  result = sqlite3_step (statement);
  *next = result == SQLITE_ROW ? MAX (sqlite3_column_int64 (statement, 0), 1) : 1;
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    store_sqlite_connection_set_error (self->writer, ICERT_ERROR_STORAGE, "cannot be read", error);
  sqlite3_reset (statement);
  return result == SQLITE_ROW || result == SQLITE_DONE;
}

static gboolean
write_counter (StoreSqlite *self, const char *counter, gint64 next, GError **error)
{
  sqlite3_stmt *statement
      = store_sqlite_connection_prepare (self->writer,
                                         "INSERT INTO counters (name, value) VALUES (?1, ?2) "
                                         "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                         error);
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, counter, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 2, next);
  result = sqlite3_step (statement);
  if (result != SQLITE_DONE)
    store_sqlite_connection_set_error (self->writer, ICERT_ERROR_STORAGE, "cannot be written",
                                       error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

/* Numbers are never used twice, so they do not wrap (S-E7). */
static gboolean
advance (StoreSqlite *self, const char *counter, gint64 n, gint64 *first, GError **error)
{
  if (!read_counter (self, counter, first, error))
    return FALSE;
  if (n <= G_MAXINT64 - *first)
    return write_counter (self, counter, *first + n, error);
  icert_set_error (error, ICERT_ERROR_INTERNAL, counter,
                   "has no %" G_GINT64_FORMAT " numbers left (below 2^63)", n);
  return FALSE;
}

static gboolean
store_sqlite_reserve (ICertStore *store,
                      const char *counter,
                      gint64 n,
                      gint64 *first,
                      GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  gint64 begin_at = 0;
  Range *range;

  if (n <= 0)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, counter, "is to give no number (1 or more)");
      return FALSE;
    }
  if (!check_writable (self, error) || !begin (self, self->group, error))
    return FALSE;
  /* when the COMMIT fails the numbers may be gone; that is a gap, no harm */
  if (!advance (self, counter, n, &begin_at, error) || !end (self, error))
    {
      roll_back (self);
      return FALSE;
    }
  range = g_new (Range, 1);
  *range = (Range){ begin_at, begin_at + n };
  g_hash_table_replace (self->reserved, g_strdup (counter), range);
  *first = begin_at;
  return TRUE;
}

static gboolean
store_sqlite_release (ICertStore *store, const char *counter, gint64 next, GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  Range *range;
  gint64 now = 0;

  if (!check_open (self, error))
    return FALSE;
  range = g_hash_table_lookup (self->reserved, counter);
  if (range == NULL || next < range->first || next > range->end)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, counter,
                       "%" G_GINT64_FORMAT " is not of the newest reservation", next);
      return FALSE;
    }
  if (!check_writable (self, error) || !begin (self, self->group, error))
    return FALSE;
  if (!read_counter (self, counter, &now, error)
      || (now == range->end && !write_counter (self, counter, next, error)) || !end (self, error))
    {
      roll_back (self);
      return FALSE;
    }
  g_hash_table_remove (self->reserved, counter);
  return TRUE;
}

/* Reading */

static StoreSqliteConnection *
take_reader (StoreSqlite *self, GError **error)
{
  StoreSqliteConnection *reader = NULL;

  g_mutex_lock (&self->pool);
  if (self->readers->len > 0)
    reader = g_ptr_array_steal_index_fast (self->readers, self->readers->len - 1);
  g_mutex_unlock (&self->pool);
  if (reader != NULL)
    return reader;
  return store_sqlite_connection_new_reader (store_sqlite_file_get_path (self->file), error);
}

static void
give_reader_back (StoreSqlite *self, StoreSqliteConnection *reader)
{
  g_mutex_lock (&self->pool);
  if (self->readers->len < MAX_IDLE_READERS)
    g_ptr_array_add (self->readers, g_steal_pointer (&reader));
  g_mutex_unlock (&self->pool);
  if (reader != NULL)
    store_sqlite_connection_free (reader, FALSE);
}

static int
cancel_cb (void *data)
{
  return g_cancellable_is_cancelled (data);
}

static void
watch_cancellable (StoreSqliteConnection *reader, GCancellable *cancellable)
{
  sqlite3_progress_handler (store_sqlite_connection_get_db (reader),
                            cancellable != NULL ? CANCEL_INTERVAL : 0,
                            cancellable != NULL ? cancel_cb : NULL, cancellable);
}

static void
set_read_error (StoreSqliteConnection *reader,
                int result,
                GCancellable *cancellable,
                GError **error)
{
  if (result != SQLITE_INTERRUPT || !g_cancellable_set_error_if_cancelled (cancellable, error))
    store_sqlite_connection_set_error (reader, ICERT_ERROR_STORAGE, "cannot be read", error);
}

/* Who gets the rows of a query, and how many it got. */
typedef struct
{
  ICertStoreRowFunc func;
  gpointer data;
  gint64 n;
  gboolean ended; /* it has seen enough */
} Receiver;

static gboolean
read_part (StoreSqliteConnection *reader,
           const ICertStoreQuery *query,
           StoreSqlitePart part,
           StoreSqliteWay way,
           Receiver *receiver,
           GCancellable *cancellable,
           GError **error)
{
  g_autofree char *text = store_sqlite_query_text (query, part, way);
  g_autofree ICertStoreValue *values = g_new (ICertStoreValue, query->n_columns);
  sqlite3_stmt *statement = store_sqlite_connection_prepare (reader, text, error);
  int result = SQLITE_MISUSE;
  GError *local = NULL;

  if (statement == NULL)
    return FALSE;
  if (store_sqlite_query_bind (statement, query, part, way,
                               query->limit > 0 ? (gint64) query->limit - receiver->n : -1))
    while (!receiver->ended && (result = sqlite3_step (statement)) == SQLITE_ROW)
      {
        store_sqlite_row_read (statement, query->table, query->columns, query->n_columns, values);
        receiver->n++;
        receiver->ended = !receiver->func (values, query->n_columns, receiver->data, &local);
      }
  if (local != NULL)
    g_propagate_error (error, local);
  else if (!receiver->ended && result != SQLITE_DONE)
    set_read_error (reader, result, cancellable, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return local == NULL && (receiver->ended || result == SQLITE_DONE);
}

/* The only number of a query whose parameters are those of a condition; -1 with an error. */
static gint64
read_number (StoreSqliteConnection *reader,
             const char *text,
             ICertStoreTable table,
             const ICertStoreCondition *condition,
             GCancellable *cancellable,
             GError **error)
{
  sqlite3_stmt *statement = store_sqlite_connection_prepare (reader, text, error);
  int result = SQLITE_MISUSE;
  gint64 count = -1;

  if (statement == NULL)
    return -1;
  if (store_sqlite_count_bind (statement, table, condition))
    result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    count = sqlite3_column_int64 (statement, 0);
  else
    set_read_error (reader, result, cancellable, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return count;
}

/* How many rows a condition has, up to one above STORE_SQLITE_FEW; -1 with an error. */
static gint64
look (StoreSqliteConnection *reader,
      const ICertStoreQuery *query,
      GCancellable *cancellable,
      GError **error)
{
  g_autofree char *text = store_sqlite_look_text (query);

  return read_number (reader, text, query->table, query->condition, cancellable, error);
}

static gboolean
choose_way (StoreSqliteConnection *reader,
            const ICertStoreQuery *query,
            StoreSqliteWay *way,
            GCancellable *cancellable,
            GError **error)
{
  gint64 n;

  *way = STORE_SQLITE_WAY_ANY;
  if (!store_sqlite_query_must_look (query))
    return TRUE;
  n = look (reader, query, cancellable, error);
  *way = n > STORE_SQLITE_FEW ? STORE_SQLITE_WAY_MANY : STORE_SQLITE_WAY_FEW;
  return n >= 0;
}

/* Both parts see the same state of the store. */
static gboolean
read_parts (StoreSqliteConnection *reader,
            const ICertStoreQuery *query,
            Receiver *receiver,
            GCancellable *cancellable,
            GError **error)
{
  StoreSqlitePart parts[2];
  guint n_parts = store_sqlite_query_plan (query, parts);
  StoreSqliteWay way;
  gboolean ok = TRUE;

  if (!choose_way (reader, query, &way, cancellable, error))
    return FALSE;
  if (n_parts > 1 && !store_sqlite_connection_execute (reader, "BEGIN", error))
    return FALSE;
  for (guint i = 0; ok && i < n_parts && !receiver->ended; i++)
    if (query->limit == 0 || receiver->n < query->limit)
      ok = read_part (reader, query, parts[i], way, receiver, cancellable, error);
  if (n_parts > 1 && !store_sqlite_connection_execute (reader, "COMMIT", ok ? error : NULL))
    return FALSE;
  return ok;
}

static gboolean
store_sqlite_scan (ICertStore *store,
                   const ICertStoreQuery *query,
                   ICertStoreRowFunc func,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GRWLockReaderLocker) life = g_rw_lock_reader_locker_new (&self->life);
  Receiver receiver = { .func = func, .data = data };
  StoreSqliteConnection *reader;
  gboolean ok;

  if (!check_open (self, error) || !store_sqlite_query_check (query, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  reader = take_reader (self, error);
  if (reader == NULL)
    return FALSE;
  watch_cancellable (reader, cancellable);
  ok = read_parts (reader, query, &receiver, cancellable, error);
  watch_cancellable (reader, NULL);
  give_reader_back (self, reader);
  return ok;
}

static gboolean
keep_row_cb (const ICertStoreValue *values, guint n_values, gpointer rows, GError **error)
{
  g_ptr_array_add (rows, icert_store_row_new (values, n_values));
  return TRUE;
}

static GPtrArray *
store_sqlite_query (ICertStore *store,
                    const ICertStoreQuery *query,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GPtrArray) rows
      = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_row_free);

  return store_sqlite_scan (store, query, keep_row_cb, rows, cancellable, error)
             ? g_steal_pointer (&rows)
             : NULL;
}

static gint64
store_sqlite_count (ICertStore *store,
                    ICertStoreTable table,
                    const ICertStoreCondition *condition,
                    GCancellable *cancellable,
                    GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GRWLockReaderLocker) life = g_rw_lock_reader_locker_new (&self->life);
  g_autofree char *text = NULL;
  StoreSqliteConnection *reader;
  gint64 count;

  if (!check_open (self, error) || !store_sqlite_count_check (table, condition, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  reader = take_reader (self, error);
  if (reader == NULL)
    return -1;
  watch_cancellable (reader, cancellable);
  text = store_sqlite_count_text (table, condition);
  count = read_number (reader, text, table, condition, cancellable, error);
  watch_cancellable (reader, NULL);
  give_reader_back (self, reader);
  return count;
}

/* A connection of its own: an idle one of the pool would be missed by those who read. */
static gboolean
store_sqlite_make_backup (ICertStore *store,
                          const char *url,
                          ICertStoreProgress progress,
                          gpointer data,
                          GCancellable *cancellable,
                          GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GRWLockReaderLocker) life = g_rw_lock_reader_locker_new (&self->life);
  StoreSqliteConnection *reader;
  gboolean ok;

  if (!check_open (self, error))
    return FALSE;
  reader = store_sqlite_connection_new_reader (store_sqlite_file_get_path (self->file), error);
  if (reader == NULL)
    return FALSE;
  ok = store_sqlite_backup (reader, url, progress, data, cancellable, error);
  store_sqlite_connection_free (reader, FALSE);
  return ok;
}

/* @limit: 0 = all */
static gboolean
read_groups (StoreSqliteConnection *reader,
             const char *text,
             ICertStoreTable table,
             guint column,
             const ICertStoreCondition *condition,
             guint limit,
             GPtrArray *rows,
             GCancellable *cancellable,
             GError **error)
{
  sqlite3_stmt *statement = store_sqlite_connection_prepare (reader, text, error);
  const guint8 columns[] = { column };
  int result = SQLITE_MISUSE;

  if (statement == NULL)
    return FALSE;
  if (store_sqlite_group_bind (statement, table, condition, limit > 0 ? (gint64) limit : -1))
    while ((result = sqlite3_step (statement)) == SQLITE_ROW)
      {
        ICertStoreValue values[2];

        store_sqlite_row_read (statement, table, columns, 1, values);
        values[1] = (ICertStoreValue){ .type = ICERT_PROPERTY_TYPE_LONG,
                                       .integer = sqlite3_column_int64 (statement, 1) };
        g_ptr_array_add (rows, icert_store_row_new (values, 2));
      }
  if (result != SQLITE_DONE)
    set_read_error (reader, result, cancellable, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return result == SQLITE_DONE;
}

static GPtrArray *
store_sqlite_group (ICertStore *store,
                    ICertStoreTable table,
                    guint column,
                    ICertPeriod period,
                    const ICertStoreCondition *condition,
                    guint limit,
                    GCancellable *cancellable,
                    GError **error)
{
  StoreSqlite *self = STORE_SQLITE (store);
  g_autoptr (GRWLockReaderLocker) life = g_rw_lock_reader_locker_new (&self->life);
  g_autoptr (GPtrArray) rows
      = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_row_free);
  g_autofree char *text = NULL;
  StoreSqliteConnection *reader;
  gboolean ok;

  if (!check_open (self, error)
      || !store_sqlite_group_check (table, column, period, condition, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  reader = take_reader (self, error);
  if (reader == NULL)
    return NULL;
  text = store_sqlite_group_text (table, column, period, condition);
  watch_cancellable (reader, cancellable);
  ok = read_groups (reader, text, table, column, condition, limit, rows, cancellable, error);
  watch_cancellable (reader, NULL);
  give_reader_back (self, reader);
  return ok ? g_steal_pointer (&rows) : NULL;
}

/* The class */

static void
store_sqlite_finalize (GObject *object)
{
  StoreSqlite *self = STORE_SQLITE (object);

  /* closed without store_sqlite_close(): the log stays, and the next start reads it */
  if (self->file != NULL)
    close_all (self, FALSE);
  g_ptr_array_unref (self->readers);
  g_hash_table_unref (self->reserved);
  g_mutex_clear (&self->writing);
  g_mutex_clear (&self->pool);
  g_rw_lock_clear (&self->life);
  G_OBJECT_CLASS (store_sqlite_parent_class)->finalize (object);
}

static void
store_sqlite_class_init (StoreSqliteClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = store_sqlite_finalize;
}

static void
store_sqlite_init (StoreSqlite *self)
{
  self->readers = g_ptr_array_new ();
  self->reserved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&self->writing);
  g_mutex_init (&self->pool);
  g_rw_lock_init (&self->life);
}

static void
store_iface_init (ICertStoreInterface *iface)
{
  iface->open = store_sqlite_open;
  iface->close = store_sqlite_close;
  iface->commit = store_sqlite_commit;
  iface->recover = store_sqlite_recover;
  iface->query = store_sqlite_query;
  iface->scan = store_sqlite_scan;
  iface->count = store_sqlite_count;
  iface->reserve = store_sqlite_reserve;
  iface->release = store_sqlite_release;
  iface->backup = store_sqlite_make_backup;
  iface->group = store_sqlite_group;
}
