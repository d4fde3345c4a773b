/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite-migrate.h"

/* The way is the same for every version: what the file's schema has in other words than the one
 * compiled in is made anew. A table gets its rows back by the columns that both have; tables and
 * indexes that are the same word for word are not touched, so that a store of a million rows is
 * not copied for a column of a small table. Nor is it for a constraint: see rewordings. */

/* how a table that is made anew is called while its rows are copied */
#define OLD_PREFIX "migrate_"

/* when the status of a serial of version 1 became what it is; its row may know of one that was
 * never revoked, but orphaned (S-E3) */
#define CHANGED                                                                                    \
  "CASE WHEN state > 1 THEN coalesce (revoked_when, (SELECT coalesce (resolved_when, "             \
  "submitted_when) FROM requests WHERE id = request_id), 1) END"

/* What columns of an older version are filled with, if not with what they had; columns that it does
 * not have and that are not here get their default. */
static const struct
{
  const char *table;
  const char *column;
  const char *expression;
} fillings[] = {
  /* one list for all, as it was */
  { "serials", "partition", "0" },
  { "serials", "publish_expired", "0" },
  { "serials", "revoked_when", CHANGED },
  { "serials", "changed", CHANGED },
};

/* Texts of constraints that a table of an older version has otherwise: where its text is the new
 * one but for these, its rows stay where they are and only the text is changed, as SQLite documents
 * it for changes that do not touch what is on disk. */
static const struct
{
  const char *table;
  const char *now;
  const char *before;
} rewordings[] = {
  { "requests", "CONSTRAINT request_id CHECK (id <> 0)", "CONSTRAINT request_id CHECK (id > 0)" },
  { "requests",
    "  CONSTRAINT own_certificate CHECK ((id < 0) = (disposition BETWEEN 15 AND 17)),\n", "" },
  { "requests", "-- own, issued and revoked ones", "-- issued and revoked ones" },
  { "requests", "disposition NOT BETWEEN 15 AND 21\n", "disposition NOT BETWEEN 20 AND 21\n" },
};

/* What no row of such a table may be: by indexes, and not by a look at every row. */
static const struct
{
  const char *table;
  const char *question;
} broken_rows[] = {
  { "requests", "SELECT id FROM requests WHERE id < 1 UNION ALL "
                "SELECT id FROM requests WHERE disposition BETWEEN 15 AND 19 LIMIT 1" },
};

/* Fails with STORAGE when the disk does, else CONFIG: what the file says cannot be brought up to
 * date. */
static void
set_error (StoreSqliteConnection *writer, GError **error)
{
  int result = sqlite3_errcode (store_sqlite_connection_get_db (writer)) & 0xff;
  ICertError code = ICERT_ERROR_CONFIG;

  if (result == SQLITE_IOERR || result == SQLITE_FULL || result == SQLITE_BUSY
      || result == SQLITE_NOMEM)
    code = ICERT_ERROR_STORAGE;
  store_sqlite_connection_set_error (writer, code, "cannot be brought to this version", error);
}

static gboolean
execute (StoreSqliteConnection *writer, const char *text, GError **error)
{
  if (sqlite3_exec (store_sqlite_connection_get_db (writer), text, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  set_error (writer, error);
  return FALSE;
}

/* The first column of all rows of a query with up to two parameters; NULL when it fails. */
static GPtrArray *
list (sqlite3 *db, const char *text, const char *first, const char *second)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (db, text, -1, &statement, NULL);

  if (result == SQLITE_OK && first != NULL)
    result = sqlite3_bind_text (statement, 1, first, -1, SQLITE_TRANSIENT);
  if (result == SQLITE_OK && second != NULL)
    result = sqlite3_bind_text (statement, 2, second, -1, SQLITE_TRANSIENT);
  while (result == SQLITE_OK && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_ptr_array_add (values, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
      result = SQLITE_OK;
    }
  sqlite3_finalize (statement);
  return result == SQLITE_DONE ? g_steal_pointer (&values) : NULL;
}

/* the text that made a table or an index; NULL when there is none */
static char *
dup_text (sqlite3 *db, const char *name)
{
  g_autoptr (GPtrArray) texts
      = list (db, "SELECT sql FROM sqlite_schema WHERE name = ?1", name, NULL);

  return texts != NULL && texts->len == 1 ? g_strdup (texts->pdata[0]) : NULL;
}

static gboolean
contains (GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL);
}

static const char *
find_filling (const char *table, const char *column)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fillings); i++)
    if (g_str_equal (fillings[i].table, table) && g_str_equal (fillings[i].column, column))
      return fillings[i].expression;
  return NULL;
}

/* The rows of the old table go into the new one. Names come from the two schemas; the one of the
 * file is quoted all the same. */
static char *
copy_text (const char *table, GPtrArray *old_columns, GPtrArray *new_columns)
{
  g_autoptr (GString) into = g_string_new (NULL);
  g_autoptr (GString) from = g_string_new (NULL);

  for (guint i = 0; i < new_columns->len; i++)
    {
      const char *column = new_columns->pdata[i];
      const char *filling = find_filling (table, column);

      if (filling == NULL && contains (old_columns, column))
        filling = column;
      if (filling == NULL)
        continue;
      g_string_append_printf (into, "%s%s", into->len > 0 ? ", " : "", column);
      g_string_append_printf (from, "%s%s", from->len > 0 ? ", " : "", filling);
    }
  return g_strdup_printf ("INSERT INTO %s (%s) SELECT %s FROM " OLD_PREFIX "%s;"
                          "DROP TABLE " OLD_PREFIX "%s",
                          table, into->str, from->str, table, table);
}

static gboolean
copy_rows (StoreSqliteConnection *writer, const char *table, GError **error)
{
  sqlite3 *db = store_sqlite_connection_get_db (writer);
  static const char columns_text[] = "SELECT name FROM pragma_table_info (?1)";
  g_autofree char *old_table = g_strconcat (OLD_PREFIX, table, NULL);
  g_autoptr (GPtrArray) old_columns = list (db, columns_text, old_table, NULL);
  g_autoptr (GPtrArray) new_columns = list (db, columns_text, table, NULL);
  g_autofree char *text = NULL;

  if (old_columns == NULL || new_columns == NULL)
    {
      set_error (writer, error);
      return FALSE;
    }
  text = copy_text (table, old_columns, new_columns);
  return execute (writer, text, error);
}

/* how @text, the new one of @table, was worded before */
static char *
dup_old_wording (const char *table, const char *text)
{
  g_autoptr (GString) old = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (rewordings); i++)
    if (g_str_equal (rewordings[i].table, table))
      g_string_replace (old, rewordings[i].now, rewordings[i].before, 1);
  return g_string_free (g_steal_pointer (&old), FALSE);
}

static gboolean
check_rows (StoreSqliteConnection *writer, const char *table, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken_rows); i++)
    {
      g_autoptr (GPtrArray) broken = NULL;

      if (!g_str_equal (broken_rows[i].table, table))
        continue;
      broken = list (store_sqlite_connection_get_db (writer), broken_rows[i].question, NULL, NULL);
      if (broken == NULL)
        {
          set_error (writer, error);
          return FALSE;
        }
      if (broken->len > 0)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, "store",
                           "row %s of %s breaks a constraint of version %d (none)",
                           (char *) broken->pdata[0], table, STORE_SQLITE_SCHEMA_VERSION);
          return FALSE;
        }
    }
  return TRUE;
}

/* The text of the table; the number of the schema has this connection and all others read it. */
static gboolean
write_text (StoreSqliteConnection *writer, const char *table, const char *text, GError **error)
{
  sqlite3 *db = store_sqlite_connection_get_db (writer);
  g_autoptr (GPtrArray) numbers = list (db, "PRAGMA schema_version", NULL, NULL);
  g_autoptr (GPtrArray) none = NULL;
  g_autofree char *raise = NULL;

  if (numbers != NULL && numbers->len == 1)
    none = list (db, "UPDATE sqlite_schema SET sql = ?2 WHERE type = 'table' AND name = ?1", table,
                 text);
  if (none == NULL)
    {
      set_error (writer, error);
      return FALSE;
    }
  raise = g_strdup_printf ("PRAGMA schema_version = %" G_GINT64_FORMAT,
                           g_ascii_strtoll (numbers->pdata[0], NULL, 10) + 1);
  return execute (writer, raise, error);
}

/* Only meanwhile may the schema be written to. */
static gboolean
reword (StoreSqliteConnection *writer, const char *table, const char *text, GError **error)
{
  sqlite3 *db = store_sqlite_connection_get_db (writer);
  gboolean ok;

  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  ok = execute (writer, "PRAGMA writable_schema = ON", error)
       && write_text (writer, table, text, error);
  ok = execute (writer, "PRAGMA writable_schema = OFF", ok ? error : NULL) && ok;
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  return ok;
}

static gboolean
migrate_table (StoreSqliteConnection *writer, sqlite3 *model, const char *table, GError **error)
{
  g_autofree char *old_text = dup_text (store_sqlite_connection_get_db (writer), table);
  g_autofree char *new_text = dup_text (model, table);
  g_autofree char *reworded = dup_old_wording (table, new_text);
  g_autofree char *rename = NULL;

  if (g_strcmp0 (old_text, new_text) == 0)
    return TRUE;
  if (old_text == NULL)
    return execute (writer, new_text, error);
  if (g_str_equal (old_text, reworded))
    return check_rows (writer, table, error) && reword (writer, table, new_text, error);
  rename = g_strdup_printf ("ALTER TABLE %s RENAME TO " OLD_PREFIX "%s", table, table);
  return execute (writer, rename, error) && execute (writer, new_text, error)
         && copy_rows (writer, table, error);
}

/* Indexes that changed go before the tables do, since their names are wanted again. */
static gboolean
drop_indexes (StoreSqliteConnection *writer, sqlite3 *model, GPtrArray *indexes, GError **error)
{
  for (guint i = 0; i < indexes->len; i++)
    {
      g_autofree char *old_text
          = dup_text (store_sqlite_connection_get_db (writer), indexes->pdata[i]);
      g_autofree char *new_text = dup_text (model, indexes->pdata[i]);
      g_autofree char *drop = NULL;

      if (g_strcmp0 (old_text, new_text) == 0)
        continue;
      drop = g_strdup_printf ("DROP INDEX \"%s\"", (char *) indexes->pdata[i]);
      if (!execute (writer, drop, error))
        return FALSE;
    }
  return TRUE;
}

/* The tables that were made anew have none, and wait for them until their rows are there. */
static gboolean
make_indexes (StoreSqliteConnection *writer, sqlite3 *model, GPtrArray *indexes, GError **error)
{
  for (guint i = 0; i < indexes->len; i++)
    {
      g_autofree char *old_text
          = dup_text (store_sqlite_connection_get_db (writer), indexes->pdata[i]);
      g_autofree char *new_text = dup_text (model, indexes->pdata[i]);

      if (old_text == NULL && !execute (writer, new_text, error))
        return FALSE;
    }
  return TRUE;
}

/* An index of a table that was renamed went with it, and is dropped with it. */
static gboolean
migrate_schema (StoreSqliteConnection *writer, sqlite3 *model, GError **error)
{
  static const char tables_text[] = "SELECT name FROM sqlite_schema WHERE type = 'table'";
  static const char indexes_text[]
      = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
  g_autoptr (GPtrArray) tables = list (model, tables_text, NULL, NULL);
  g_autoptr (GPtrArray) indexes = list (model, indexes_text, NULL, NULL);
  g_autoptr (GPtrArray) old_indexes
      = list (store_sqlite_connection_get_db (writer), indexes_text, NULL, NULL);

  if (tables == NULL || indexes == NULL || old_indexes == NULL)
    {
      set_error (writer, error);
      return FALSE;
    }
  if (!drop_indexes (writer, model, old_indexes, error))
    return FALSE;
  for (guint i = 0; i < tables->len; i++)
    if (!migrate_table (writer, model, tables->pdata[i], error))
      return FALSE;
  return make_indexes (writer, model, indexes, error)
         && store_sqlite_connection_check_schema (writer, error);
}

/* Foreign keys were off meanwhile. */
static gboolean
check_foreign_keys (StoreSqliteConnection *writer, GError **error)
{
  g_autoptr (GPtrArray) open
      = list (store_sqlite_connection_get_db (writer), "PRAGMA foreign_key_check", NULL, NULL);

  if (open == NULL)
    {
      set_error (writer, error);
      return FALSE;
    }
  if (open->len == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "store", "table %s has rows of no request (one)",
                   (char *) open->pdata[0]);
  return FALSE;
}

/* The file itself does not change before the next checkpoint, so the copy, made when everything
 * else has gone well, is the old store. */
static gboolean
migrate_all (StoreSqliteConnection *writer, StoreSqliteFile *file, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %d", STORE_SQLITE_SCHEMA_VERSION);
  g_autofree char *suffix = g_strdup_printf (".v%u", store_sqlite_file_get_version (file));
  sqlite3 *model = store_sqlite_connection_new_model ();
  gboolean ok;

  if (model == NULL)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "store", "has no memory left");
      return FALSE;
    }
  ok = execute (writer, "BEGIN IMMEDIATE", error) && migrate_schema (writer, model, error)
       && check_foreign_keys (writer, error) && execute (writer, mark, error)
       && store_sqlite_file_keep (file, suffix, error) && execute (writer, "COMMIT", error);
  sqlite3_close (model);
  if (!ok && sqlite3_get_autocommit (store_sqlite_connection_get_db (writer)) == 0)
    execute (writer, "ROLLBACK", NULL);
  return ok;
}

/* Without foreign keys and with the old meaning of RENAME nothing but the table's own name changes:
 * the references of others to it are to mean the new one. */
static gboolean
set_renaming (StoreSqliteConnection *writer, gboolean on)
{
  sqlite3 *db = store_sqlite_connection_get_db (writer);

  return sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_FKEY, on ? 0 : 1, NULL) == SQLITE_OK
         && sqlite3_db_config (db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, on ? 1 : 0, NULL)
                == SQLITE_OK;
}

/* Killed between the commit and the checkpoint, it is done, and only the log says so. */
static gboolean
is_done (StoreSqliteConnection *writer, gboolean *done, GError **error)
{
  g_autofree char *current = g_strdup_printf ("%d", STORE_SQLITE_SCHEMA_VERSION);
  g_autoptr (GPtrArray) marks
      = list (store_sqlite_connection_get_db (writer), "PRAGMA user_version", NULL, NULL);

  if (marks == NULL || marks->len != 1)
    {
      set_error (writer, error);
      return FALSE;
    }
  *done = g_str_equal (marks->pdata[0], current);
  return TRUE;
}

gboolean
store_sqlite_migrate (StoreSqliteConnection *writer, StoreSqliteFile *file, GError **error)
{
  guint version = store_sqlite_file_get_version (file);
  gboolean done, ok;

  if (version == STORE_SQLITE_SCHEMA_VERSION)
    return TRUE;
  if (!is_done (writer, &done, error) || !store_sqlite_connection_checkpoint (writer, TRUE, error))
    return FALSE;
  if (done)
    return TRUE;
  ok = set_renaming (writer, TRUE) && migrate_all (writer, file, error);
  if (!set_renaming (writer, FALSE) || !ok
      || !store_sqlite_connection_checkpoint (writer, TRUE, error))
    return FALSE;
  g_message ("store: was of version %u and is of version %d now (the old one is kept beside it)",
             version, STORE_SQLITE_SCHEMA_VERSION);
  return TRUE;
}
