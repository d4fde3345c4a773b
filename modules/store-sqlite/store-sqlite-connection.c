/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite-connection.h"

#include <string.h>

#include "store-sqlite-file.h"
#include "store-sqlite-resources.h"
#include "store-sqlite-statement.h"

/* Statements are made from the shapes of changes and queries that the engine and views use: some
 * dozens. The limit is there for views, whose conditions come from people. */
#define MAX_STATEMENTS 128
/* how long to wait for the lock of an administrator's tool */
#define BUSY_MILLISECONDS 5000
/* of SQLite's page cache. The writer meets every index of a large store, but a larger cache costs
 * more than it saves: when a commit has moved pages of a tree, SQLite looks through all of it, and
 * what is not there comes from the kernel's cache. */
#define WRITER_CACHE "PRAGMA cache_size = -16384"
#define READER_CACHE "PRAGMA cache_size = -4096"

/* What the statement of a change depends on: all but its values. */
typedef struct
{
  guint size;
  guint8 octets[4 + G_MAXUINT8];
} Shape;

struct _StoreSqliteConnection
{
  sqlite3 *db;
  GHashTable *statements; /* text -> sqlite3_stmt */
  GHashTable *changes;    /* Shape -> sqlite3_stmt */
  int log_pages;
};

static gboolean
shape_init (Shape *shape, const ICertStoreChange *change)
{
  if (change->n_values > G_MAXUINT8)
    return FALSE;
  shape->size = 4 + change->n_values;
  shape->octets[0] = change->table;
  shape->octets[1] = change->verb;
  shape->octets[2] = change->expected_version != 0;
  shape->octets[3] = change->n_values;
  if (change->n_values > 0)
    memcpy (shape->octets + 4, change->columns, change->n_values);
  return TRUE;
}

/* FNV-1a */
static guint
shape_hash (gconstpointer data)
{
  const Shape *shape = data;
  guint hash = 2166136261u;

  for (guint i = 0; i < shape->size; i++)
    hash = (hash ^ shape->octets[i]) * 16777619u;
  return hash;
}

static gboolean
shape_equal (gconstpointer a, gconstpointer b)
{
  const Shape *left = a, *right = b;

  return left->size == right->size && memcmp (left->octets, right->octets, left->size) == 0;
}

void
store_sqlite_connection_set_error (StoreSqliteConnection *self,
                                   ICertError code,
                                   const char *doing,
                                   GError **error)
{
  int result = self->db != NULL ? sqlite3_extended_errcode (self->db) : SQLITE_NOMEM;

  icert_set_error (error, code, "store", "%s: %s (SQLite code %d)", doing, sqlite3_errstr (result),
                   result);
}

static gboolean
run (StoreSqliteConnection *self, const char *text, ICertError code, GError **error)
{
  int result;

  if (sqlite3_exec (self->db, text, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  /* a disk that fails or is full is no wrong configuration, whenever the connection is made */
  result = sqlite3_extended_errcode (self->db) & 0xff;
  if (result == SQLITE_IOERR || result == SQLITE_FULL)
    code = ICERT_ERROR_STORAGE;
  store_sqlite_connection_set_error (self, code, "failed", error);
  return FALSE;
}

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

static int
log_cb (void *data, sqlite3 *db, const char *name, int pages)
{
  StoreSqliteConnection *self = data;

  self->log_pages = pages;
  return SQLITE_OK;
}

static gboolean
configure (StoreSqliteConnection *self, const char *const *pragmas, GError **error)
{
  static const struct
  {
    int option;
    int value;
  } options[] = {
    /* only the writer checkpoints, and only when it says so (S-F2) */
    { SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 }, { SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },        { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
    { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },   { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
    { SQLITE_DBCONFIG_DQS_DML, 0 },          { SQLITE_DBCONFIG_DQS_DDL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (sqlite3_db_config (self->db, options[i].option, options[i].value, NULL) != SQLITE_OK)
      {
        store_sqlite_connection_set_error (self, ICERT_ERROR_CONFIG, "cannot be set up", error);
        return FALSE;
      }
  sqlite3_busy_timeout (self->db, BUSY_MILLISECONDS);
  for (gsize i = 0; pragmas[i] != NULL; i++)
    if (!run (self, pragmas[i], ICERT_ERROR_CONFIG, error))
      return FALSE;
  return TRUE;
}

static StoreSqliteConnection *
connection_new (const char *path, int flags, const char *const *pragmas, GError **error)
{
  StoreSqliteConnection *self = g_new0 (StoreSqliteConnection, 1);

  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) finalize_statement);
  self->changes = g_hash_table_new_full (shape_hash, shape_equal, g_free,
                                         (GDestroyNotify) finalize_statement);
  flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2 (path, &self->db, flags, NULL) != SQLITE_OK)
    {
      store_sqlite_connection_set_error (self, ICERT_ERROR_CONFIG, "cannot be opened", error);
      store_sqlite_connection_free (self, FALSE);
      return NULL;
    }
  if (!configure (self, pragmas, error))
    {
      store_sqlite_connection_free (self, FALSE);
      return NULL;
    }
  sqlite3_wal_hook (self->db, log_cb, self);
  return self;
}

StoreSqliteConnection *
store_sqlite_connection_new_writer (const char *path, GError **error)
{
  static const char *const pragmas[] = {
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = TRUE",
    WRITER_CACHE,
    NULL,
  };

  return connection_new (path, SQLITE_OPEN_READWRITE, pragmas, error);
}

StoreSqliteConnection *
store_sqlite_connection_new_reader (const char *path, GError **error)
{
  static const char *const pragmas[] = {
    "PRAGMA query_only = TRUE",
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = TRUE",
    READER_CACHE,
    NULL,
  };

  return connection_new (path, SQLITE_OPEN_READONLY, pragmas, error);
}

void
store_sqlite_connection_free (StoreSqliteConnection *self, gboolean last)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->statements, g_hash_table_unref);
  g_clear_pointer (&self->changes, g_hash_table_unref);
  if (last)
    sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  if (sqlite3_close (self->db) != SQLITE_OK)
    g_critical ("a statement of the store was not given back");
  g_free (self);
}

sqlite3 *
store_sqlite_connection_get_db (StoreSqliteConnection *self)
{
  return self->db;
}

static sqlite3_stmt *
prepare (StoreSqliteConnection *self, const char *text, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v3 (self->db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)
      == SQLITE_OK)
    return statement;
  store_sqlite_connection_set_error (self, ICERT_ERROR_STORAGE, "a statement was refused", error);
  return NULL;
}

sqlite3_stmt *
store_sqlite_connection_prepare (StoreSqliteConnection *self, const char *text, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, text);

  if (statement != NULL)
    return statement;
  if (g_hash_table_size (self->statements) >= MAX_STATEMENTS)
    g_hash_table_remove_all (self->statements);
  statement = prepare (self, text, error);
  if (statement != NULL)
    g_hash_table_insert (self->statements, g_strdup (text), statement);
  return statement;
}

sqlite3_stmt *
store_sqlite_connection_prepare_change (StoreSqliteConnection *self,
                                        const ICertStoreChange *change,
                                        GError **error)
{
  g_autofree char *text = NULL;
  sqlite3_stmt *statement = NULL;
  Shape shape;

  if (shape_init (&shape, change))
    statement = g_hash_table_lookup (self->changes, &shape);
  if (statement != NULL)
    return statement;
  text = store_sqlite_change_text (change, error);
  if (text == NULL)
    return NULL;
  if (g_hash_table_size (self->changes) >= MAX_STATEMENTS)
    g_hash_table_remove_all (self->changes);
  statement = prepare (self, text, error);
  if (statement != NULL)
    g_hash_table_insert (self->changes, g_memdup2 (&shape, sizeof shape), statement);
  return statement;
}

gboolean
store_sqlite_connection_execute (StoreSqliteConnection *self, const char *text, GError **error)
{
  return run (self, text, ICERT_ERROR_STORAGE, error);
}

static GBytes *
dup_schema (void)
{
  return g_resource_lookup_data (store_sqlite_get_resource (), "/org/icert/store-sqlite/sqlite.sql",
                                 G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

gboolean
store_sqlite_connection_create_schema (StoreSqliteConnection *self, GError **error)
{
  g_autoptr (GBytes) schema = dup_schema ();
  g_autofree char *marks
      = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                         STORE_SQLITE_APPLICATION_ID, STORE_SQLITE_SCHEMA_VERSION);

  /* glib-compile-resources puts a NUL behind each file, which the size does not count */
  return store_sqlite_connection_execute (self, "PRAGMA journal_mode = WAL", error)
         && store_sqlite_connection_execute (self, "BEGIN IMMEDIATE", error)
         && store_sqlite_connection_execute (self, g_bytes_get_data (schema, NULL), error)
         && store_sqlite_connection_execute (self, marks, error)
         && store_sqlite_connection_execute (self, "COMMIT", error);
}

static gboolean
check_pragma (StoreSqliteConnection *self, const char *name, const char *expected, GError **error)
{
  g_autofree char *text = g_strdup_printf ("PRAGMA %s", name);
  sqlite3_stmt *statement = NULL;
  g_autofree char *found = NULL;

  if (sqlite3_prepare_v2 (self->db, text, -1, &statement, NULL) == SQLITE_OK
      && sqlite3_step (statement) == SQLITE_ROW)
    found = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  if (found == NULL)
    {
      store_sqlite_connection_set_error (self, ICERT_ERROR_CONFIG, "cannot be read", error);
      return FALSE;
    }
  if (g_str_equal (found, expected))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "store", "%s is %s (%s, S-F2)", name, found,
                   expected);
  return FALSE;
}

sqlite3 *
store_sqlite_connection_new_model (void)
{
  g_autoptr (GBytes) schema = dup_schema ();
  sqlite3 *memory = NULL;

  if (sqlite3_open (":memory:", &memory) == SQLITE_OK
      && sqlite3_exec (memory, g_bytes_get_data (schema, NULL), NULL, NULL, NULL) == SQLITE_OK)
    return memory;
  sqlite3_close (memory);
  return NULL;
}

/* The text of all tables and indexes, constraints included. */
static char *
dup_schema_text (sqlite3 *db)
{
  GString *text = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (db,
                                   "SELECT type, name, tbl_name, sql FROM sqlite_schema "
                                   "ORDER BY type, name",
                                   -1, &statement, NULL);

  while (result == SQLITE_OK && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      for (int i = 0; i < sqlite3_column_count (statement); i++)
        g_string_append_printf (text, "%s\n", (const char *) sqlite3_column_text (statement, i));
      result = SQLITE_OK;
    }
  sqlite3_finalize (statement);
  return g_string_free (text, result != SQLITE_DONE);
}

/* What the file says must be what this program would make: a constraint that somebody took away
 * would otherwise be missed without a word. */
gboolean
store_sqlite_connection_check_schema (StoreSqliteConnection *self, GError **error)
{
  g_autofree char *found = dup_schema_text (self->db);
  sqlite3 *model = store_sqlite_connection_new_model ();
  g_autofree char *expected = model != NULL ? dup_schema_text (model) : NULL;

  sqlite3_close (model);
  if (found == NULL)
    {
      store_sqlite_connection_set_error (self, ICERT_ERROR_CONFIG, "cannot be read", error);
      return FALSE;
    }
  if (g_strcmp0 (found, expected) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "store schema", "is not that of version %d",
                   STORE_SQLITE_SCHEMA_VERSION);
  return FALSE;
}

/* Goes down both edges of a tree: a few pages whatever its size. */
static gboolean
probe_tree (sqlite3 *db, const char *table, const char *by, const char *column, GError **error)
{
  static const char *const ends[] = { "", " DESC" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *text = g_strdup_printf ("SELECT * FROM %s %s ORDER BY %s%s LIMIT 1", table,
                                               by, column, ends[i]);
      sqlite3_stmt *statement = NULL;
      int result = sqlite3_prepare_v2 (db, text, -1, &statement, NULL);

      if (result == SQLITE_OK)
        result = sqlite3_step (statement);
      sqlite3_finalize (statement);
      if (result != SQLITE_ROW && result != SQLITE_DONE)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, "store",
                           "table %s is damaged: %s (SQLite code %d)", table,
                           sqlite3_errstr (result), result);
          return FALSE;
        }
    }
  return TRUE;
}

/* @made: how the index was made, as this program makes it: ON table (what, …) [WHERE rows] */
static gboolean
probe_index (sqlite3 *db, const char *name, const char *table, const char *made, GError **error)
{
  const char *where = strstr (made, " WHERE ");
  const char *what = strchr (made, '(') + 1;
  g_autofree char *by = g_strdup_printf ("INDEXED BY %s%s", name, where != NULL ? where : "");
  g_autofree char *by_what = NULL;
  gsize length = strcspn (what, ",)");

  /* a call, with arguments and a bracket of its own */
  if (memchr (what, '(', length) != NULL)
    length = strchr (what, ')') + 1 - what;
  by_what = g_strndup (what, length);
  return probe_tree (db, table, by, by_what, error);
}

static gboolean
probe_indexes (sqlite3 *db, GError **error)
{
  gboolean ok = TRUE;
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (db,
                                   "SELECT name, tbl_name, sql FROM sqlite_schema "
                                   "WHERE type = 'index' AND sql IS NOT NULL",
                                   -1, &statement, NULL);

  while (ok && result == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *name = (const char *) sqlite3_column_text (statement, 0);
      const char *table = (const char *) sqlite3_column_text (statement, 1);
      const char *made = (const char *) sqlite3_column_text (statement, 2);

      ok = probe_index (db, name, table, made, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

/* P13: `PRAGMA quick_check` reads every page, seconds at a million rows; so a start checks what a
 * start can: that the file is as long as it says (SQLite does, when it reads page 1), and that each
 * tree can be walked down at its edges, where the newest rows are. SQLite checks each page that it
 * reads later; what the certificates say is cert-check's business (S-E9). */
static gboolean
check_trees (StoreSqliteConnection *self, GError **error)
{
  for (guint table = 0; table < ICERT_STORE_N_TABLES; table++)
    {
      const ICertStoreColumnInfo *columns = icert_store_table_columns (table, NULL);
      const char *name = icert_store_table_name (table);

      if (!probe_tree (self->db, name, "NOT INDEXED", columns[0].sql, error))
        return FALSE;
    }
  return probe_indexes (self->db, error);
}

gboolean
store_sqlite_connection_verify (StoreSqliteConnection *self, GError **error)
{
  g_autofree char *application = g_strdup_printf ("%d", STORE_SQLITE_APPLICATION_ID);
  g_autofree char *version = g_strdup_printf ("%d", STORE_SQLITE_SCHEMA_VERSION);

  /* again, and now as the log has it */
  return check_pragma (self, "application_id", application, error)
         && check_pragma (self, "user_version", version, error)
         && check_pragma (self, "journal_mode", "wal", error)
         && check_pragma (self, "synchronous", "2", error)
         && check_pragma (self, "foreign_keys", "1", error)
         && check_pragma (self, "wal_autocheckpoint", "0", error)
         && store_sqlite_connection_check_schema (self, error) && check_trees (self, error);
}

int
store_sqlite_connection_get_log_pages (StoreSqliteConnection *self)
{
  return self->log_pages;
}

gboolean
store_sqlite_connection_checkpoint (StoreSqliteConnection *self, gboolean all, GError **error)
{
  int result = sqlite3_wal_checkpoint_v2 (
      self->db, NULL, all ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

  if (result == SQLITE_OK || (result == SQLITE_BUSY && !all))
    return TRUE;
  store_sqlite_connection_set_error (self, ICERT_ERROR_STORAGE, "checkpoint failed", error);
  return FALSE;
}
