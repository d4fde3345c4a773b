/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite-migrate.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-contract.h"
#include "store-sqlite.h"

#define N_REQUESTS 200
#define N_KILLS 12

/* A folder with a store of an older version in it that nobody has open. */
typedef struct
{
  char *folder;
  char *path;
  char *kept;
  guint version;
} Fixture;

static sqlite3 *
open_db (const char *path)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  return db;
}

static void
run (sqlite3 *db, const char *text)
{
  char *message = NULL;

  sqlite3_exec (db, text, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

/* The first column of all rows, joined. */
static char *
ask (sqlite3 *db, const char *text)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = NULL;

  sqlite3_prepare_v2 (db, text, -1, &statement, NULL);
  g_assert_nonnull (statement);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_ptr_array_add (values, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  sqlite3_finalize (statement);
  g_ptr_array_add (values, NULL);
  return g_strjoinv (", ", (char **) values->pdata);
}

static char *
ask_file (const char *path, const char *text)
{
  sqlite3 *db = open_db (path);
  char *answer = ask (db, text);

  sqlite3_close (db);
  return answer;
}

static char *
read_schema (guint version)
{
  g_autofree char *name = g_strdup_printf ("sqlite-v%u.sql", version);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
make_current (const char *path)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autoptr (GPtrArray) batches
      = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_batch_unref);
  g_autoptr (GError) error = NULL;

  icert_store_open (store, path, TRUE, &error);
  g_assert_no_error (error);
  for (gint64 id = 1; id <= N_REQUESTS; id++)
    {
      g_ptr_array_add (batches, store_contract_new_request (id, "alice"));
      store_contract_add_certificate (batches->pdata[id - 1], id);
    }
  icert_store_commit (store, batches, NULL, NULL, &error);
  g_assert_no_error (error);
  icert_store_close (store, &error);
  g_assert_no_error (error);
}

/* Fills the tables of @db from those of the attached "current", which have the same columns and may
 * have more. */
static void
fill_from_current (sqlite3 *db)
{
  g_autofree char *all = ask (db, "SELECT name FROM main.sqlite_schema WHERE type = 'table'");
  g_auto (GStrv) tables = g_strsplit (all, ", ", 0);

  for (guint i = 0; tables[i] != NULL; i++)
    {
      g_autofree char *question
          = g_strdup_printf ("SELECT name FROM pragma_table_info ('%s', 'main')", tables[i]);
      g_autofree char *columns = ask (db, question);
      g_autofree char *copy = g_strdup_printf ("DELETE FROM main.%s;"
                                               "INSERT INTO main.%s (%s) SELECT %s FROM current.%s",
                                               tables[i], tables[i], columns, columns, tables[i]);

      run (db, copy);
    }
}

static void
make_old (Fixture *fixture, const char *schema)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA main.user_version = %u", fixture->version);
  g_autofree char *current = g_build_filename (fixture->folder, "current.db", NULL);
  g_autofree char *attach = g_strdup_printf ("ATTACH '%s' AS current", current);
  sqlite3 *db;

  make_current (current);
  db = open_db (fixture->path);
  run (db, "PRAGMA journal_mode = WAL");
  run (db, attach);
  run (db, "BEGIN");
  run (db, schema);
  run (db, "PRAGMA main.application_id = " G_STRINGIFY (STORE_SQLITE_APPLICATION_ID));
  run (db, mark);
  fill_from_current (db);
  if (fixture->version > 1)
    run (db, "UPDATE main.serials SET changed = 77 WHERE request_id = 3");
  run (db, "UPDATE main.serials SET state = 2, revoked_when = 77, reason = 1 WHERE request_id = 3");
  run (db, "COMMIT");
  sqlite3_close (db);
  g_chmod (fixture->path, 0600);
  g_remove (current);
}

static void
set_up_with (Fixture *fixture, guint version, const char *schema)
{
  g_autofree char *suffix = g_strdup_printf ("ca.db.v%u", version);
  g_autoptr (GError) error = NULL;

  fixture->version = version;
  fixture->folder = g_dir_make_tmp ("icert-migrate-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "ca.db", NULL);
  fixture->kept = g_build_filename (fixture->folder, suffix, NULL);
  make_old (fixture, schema);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  guint version = GPOINTER_TO_UINT (data);
  g_autofree char *schema = read_schema (version);

  set_up_with (fixture, version, schema);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->kept);
}

static void
open_and_close (Fixture *fixture)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autoptr (GError) error = NULL;

  icert_store_open (store, fixture->path, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (store_contract_count (store), ==, N_REQUESTS);
  icert_store_close (store, &error);
  g_assert_no_error (error);
}

/* Every table that the kept store has is in the new one with the same cells; the row of the engine
 * counts openings. */
static void
assert_same_rows (Fixture *fixture)
{
  g_autofree char *attach = g_strdup_printf ("ATTACH '%s' AS kept", fixture->kept);
  sqlite3 *db = open_db (fixture->path);
  g_autofree char *all = NULL;
  g_auto (GStrv) tables = NULL;

  run (db, attach);
  all = ask (db, "SELECT name FROM kept.sqlite_schema WHERE type = 'table' AND name <> 'engine'");
  tables = g_strsplit (all, ", ", 0);
  g_assert_cmpuint (g_strv_length (tables), >, 5);
  for (guint i = 0; tables[i] != NULL; i++)
    {
      g_autofree char *question
          = g_strdup_printf ("SELECT name FROM pragma_table_info ('%s', 'kept')", tables[i]);
      g_autofree char *columns = ask (db, question);
      g_autofree char *compare = g_strdup_printf (
          "SELECT (SELECT count (*) FROM main.%s) - (SELECT count (*) FROM kept.%s) UNION ALL "
          "SELECT count (*) FROM (SELECT %s FROM main.%s EXCEPT SELECT %s FROM kept.%s)",
          tables[i], tables[i], columns, tables[i], columns, tables[i]);
      g_autofree char *answer = ask (db, compare);

      g_assert_cmpstr (answer, ==, "0, 0");
    }
  sqlite3_close (db);
}

static void
test_migrates (Fixture *fixture, gconstpointer data)
{
  g_autofree char *version = NULL, *kept_version = NULL, *whole = NULL;
  g_autofree char *old_version = g_strdup_printf ("%u", fixture->version);

  g_test_summary ("An older store opens, has all its rows, and is kept beside as it was");
  open_and_close (fixture);
  assert_same_rows (fixture);
  version = ask_file (fixture->path, "PRAGMA user_version");
  g_assert_cmpstr (version, ==, G_STRINGIFY (STORE_SQLITE_SCHEMA_VERSION));
  kept_version = ask_file (fixture->kept, "PRAGMA user_version");
  g_assert_cmpstr (kept_version, ==, old_version);
  whole = ask_file (fixture->path, "PRAGMA integrity_check");
  g_assert_cmpstr (whole, ==, "ok");
}

#define ROOT "SELECT rootpage FROM sqlite_schema WHERE name = 'requests'"

static void
test_in_place (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = ask_file (fixture->path, ROOT);
  g_autofree char *after = NULL, *number = NULL, *kept_number = NULL;

  g_test_summary ("A constraint of a large table is changed without a copy of its rows");
  open_and_close (fixture);
  after = ask_file (fixture->path, ROOT);
  g_assert_cmpstr (before, ==, after);
  number = ask_file (fixture->path, "PRAGMA schema_version");
  kept_number = ask_file (fixture->kept, "PRAGMA schema_version");
  g_assert_cmpstr (number, !=, kept_number);
}

/* What SQLite says of a row of disposition @disposition under @id. */
static char *
try_row (Fixture *fixture, int id, int disposition)
{
  g_autofree char *text
      = g_strdup_printf ("INSERT INTO requests (id, disposition, serial_number, raw_certificate) "
                         "VALUES (%d, %d, '01', x'30')",
                         id, disposition);
  sqlite3 *db = open_db (fixture->path);
  char *message = NULL;
  g_autofree char *copy = NULL;

  sqlite3_exec (db, text, NULL, NULL, &message);
  copy = g_strdup (message);
  sqlite3_free (message);
  sqlite3_close (db);
  return g_steal_pointer (&copy);
}

static void
test_own_rows (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int id, disposition;
    const char *message;
  } rows[] = {
    { -1, 15, NULL },
    { -2, 16, NULL },
    { N_REQUESTS + 1, 20, NULL },
    { 0, 20, "CHECK constraint failed: request_id" },
    { -3, 20, "CHECK constraint failed: own_certificate" },
    { N_REQUESTS + 2, 15, "CHECK constraint failed: own_certificate" },
    { -1, 15, "UNIQUE constraint failed: requests.id" },
  };

  g_test_summary ("A migrated store takes the CA's own certificates below 0, and only them there");
  open_and_close (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *message = try_row (fixture, rows[i].id, rows[i].disposition);

      g_assert_cmpstr (message, ==, rows[i].message);
    }
}

static void
test_opens_again (Fixture *fixture, gconstpointer data)
{
  struct stat first, second;

  g_test_summary ("A store is migrated once, and the kept one is private");
  open_and_close (fixture);
  g_assert_cmpint (lstat (fixture->kept, &first), ==, 0);
  g_assert_cmpint (first.st_mode & 0777, ==, 0600);
  open_and_close (fixture);
  g_assert_cmpint (lstat (fixture->kept, &second), ==, 0);
  g_assert_cmpint (first.st_ino, ==, second.st_ino);
}

/* Takes the line that holds @part out of @text. */
static void
drop_line (char *text, const char *part)
{
  char *start = strstr (text, part);
  char *end;

  g_assert_nonnull (start);
  end = strchr (start, '\n');
  memmove (start, end + 1, strlen (end + 1) + 1);
}

static void
test_adds (void)
{
  Fixture fixture;
  g_autofree char *schema = read_schema (1);
  char *history;

  g_test_summary ("Columns, indexes and tables that an older schema lacks are made");
  drop_line (schema, "  request_device_serial_number TEXT,");
  drop_line (schema, "CREATE INDEX requests_not_after");
  drop_line (schema, "  CONSTRAINT serial_state CHECK");
  history = strstr (schema, "CREATE TABLE config_history");
  g_assert_nonnull (history);
  *history = '\0';
  set_up_with (&fixture, 1, schema);

  open_and_close (&fixture);
  assert_same_rows (&fixture);
  tear_down (&fixture, NULL);
}

static char *
digest (const char *path)
{
  g_autofree char *contents = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guint8 *) contents, size);
}

static void
assert_refused (Fixture *fixture, const char *message)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autofree char *before = digest (fixture->path);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (icert_store_open (store, fixture->path, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  if (!g_pattern_match_simple (message, error->message))
    g_assert_cmpstr (error->message, ==, message);
  after = digest (fixture->path);
  g_assert_cmpstr (before, ==, after);
  g_assert_false (g_file_test (fixture->kept, G_FILE_TEST_EXISTS));
}

static void
tamper (Fixture *fixture, const char *text)
{
  sqlite3 *db = open_db (fixture->path);

  run (db, text);
  sqlite3_close (db);
}

static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A store with what no version has is refused and stays as it is (S-F9)");
  tamper (fixture, "CREATE TABLE stranger (a INTEGER) STRICT");
  assert_refused (fixture, "store schema: is not that of version *");
}

static void
test_misplaced_rows (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A row that the new constraints forbid is refused, and the store stays (S-F9)");
  tamper (fixture, "UPDATE requests SET disposition = 15 WHERE id = 7");
  assert_refused (fixture, "store: row 7 of requests breaks a constraint of version 3 (none)");
  tamper (fixture, "UPDATE requests SET disposition = 9 WHERE id = 7;"
                   "PRAGMA ignore_check_constraints = ON;"
                   "UPDATE requests SET id = -7 WHERE id = 7");
  assert_refused (fixture, "store: row -7 of requests breaks a constraint of version 3 (none)");
}

static void
test_broken_rows (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Rows that break a constraint are refused, and the store stays as it is (S-F9)");
  tamper (fixture, "DELETE FROM requests WHERE id = 5");
  assert_refused (fixture, "store: table * has rows of no request (one)");
}

static void
test_versions (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A newer version, and one from before the first, are refused (S-F9)");
  tamper (fixture, "PRAGMA user_version = 4");
  assert_refused (fixture, "store version: is 4, of a newer program (3)");
  tamper (fixture, "PRAGMA user_version = 0");
  assert_refused (fixture, "store version: is 0, of an older program (3)");
}

static void
test_revoked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *changed = NULL, *orphaned = NULL, *others = NULL;

  g_test_summary ("What was revoked or orphaned changed then, and is in the one list for all");
  tamper (fixture, "UPDATE serials SET state = 3 WHERE request_id = 4");
  open_and_close (fixture);
  changed = ask_file (fixture->path, "SELECT changed FROM serials WHERE state = 2");
  g_assert_cmpstr (changed, ==, "77");
  orphaned = ask_file (fixture->path, "SELECT revoked_when > 0 FROM serials WHERE state = 3");
  g_assert_cmpstr (orphaned, ==, "1");
  others = ask_file (fixture->path, "SELECT count (*) FROM serials WHERE partition <> 0 "
                                    "UNION ALL SELECT count (*) FROM serials WHERE state < 2 "
                                    "AND changed IS NOT NULL");
  g_assert_cmpstr (others, ==, "0, 0");
}

/* A child opens the store and is killed after @microseconds. */
static void
kill_while_opening (Fixture *fixture, guint microseconds)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);

      icert_store_open (store, fixture->path, FALSE, NULL);
      _exit (0);
    }
  g_usleep (microseconds);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
}

static void
test_killed (gconstpointer data)
{
  guint old = GPOINTER_TO_UINT (data);
  guint n_old = 0;

  g_test_summary ("A kill while a store is migrated leaves the old or the new one with all rows");
  for (guint i = 0; i < N_KILLS; i++)
    {
      Fixture fixture;
      g_autofree char *text = NULL;
      guint version;

      set_up (&fixture, data);
      kill_while_opening (&fixture, i * 6000);
      text = ask_file (fixture.path, "PRAGMA user_version");
      version = g_ascii_strtoull (text, NULL, 10);
      n_old += version == old;
      g_assert_true (version == old || version == STORE_SQLITE_SCHEMA_VERSION);
      open_and_close (&fixture);
      assert_same_rows (&fixture);
      tear_down (&fixture, NULL);
    }
  g_test_message ("version %u: %u of %u", old, n_old, N_KILLS);
  g_assert_cmpuint (n_old, >, 0);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
    guint versions[2];
  } tests[] = {
    { "keeps-rows", test_migrates, { 1, 2 } },
    { "once", test_opens_again, { 1, 2 } },
    { "in-place", test_in_place, { 2 } },
    { "own-rows", test_own_rows, { 1, 2 } },
    { "revoked", test_revoked, { 1 } },
    { "unknown/S-F9", test_unknown, { 1, 2 } },
    { "broken-rows/S-F9", test_broken_rows, { 1, 2 } },
    { "misplaced-rows/S-F9", test_misplaced_rows, { 2 } },
    { "versions/S-F9", test_versions, { 1, 2 } },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    for (gsize j = 0; j < 2 && tests[i].versions[j] != 0; j++)
      {
        g_autofree char *path
            = g_strdup_printf ("/store-sqlite-migrate/v%u/%s", tests[i].versions[j], tests[i].path);

        g_test_add (path, Fixture, GUINT_TO_POINTER (tests[i].versions[j]), set_up, tests[i].test,
                    tear_down);
      }
  g_test_add_func ("/store-sqlite-migrate/adds", test_adds);
  g_test_add_data_func ("/store-sqlite-migrate/v1/killed", GUINT_TO_POINTER (1), test_killed);
  g_test_add_data_func ("/store-sqlite-migrate/v2/killed", GUINT_TO_POINTER (2), test_killed);
  return g_test_run ();
}
