/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-contract.h"
#include "store-sqlite.h"

#define NOBODY 65534

/* A folder with a store in it that is closed. */
typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
make_store (const char *path, gint64 n)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autoptr (GError) error = NULL;

  icert_store_open (store, path, TRUE, &error);
  g_assert_no_error (error);
  for (gint64 id = 1; id <= n; id++)
    {
      g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");

      store_contract_add_certificate (batch, id);
      store_contract_commit (store, batch);
    }
  icert_store_close (store, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("icert-file-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "ca.db", NULL);
  make_store (fixture->path, 100);
}

static char *
beside (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_chmod (fixture->folder, 0700);
  dir = g_dir_open (fixture->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = beside (fixture, name);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Names and octets of all that is in the folder */
static char *
fingerprint (Fixture *fixture)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = beside (fixture, names->pdata[i]);
      g_autofree char *contents = NULL;
      gsize size = 0;

      g_checksum_update (sum, names->pdata[i], -1);
      if (g_file_test (path, G_FILE_TEST_IS_REGULAR)
          && g_file_get_contents (path, &contents, &size, NULL))
        g_checksum_update (sum, (guint8 *) contents, size);
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* An open that must fail with CONFIG and @message, and change nothing. */
static void
assert_refused_at (Fixture *fixture, const char *path, gboolean create, const char *message)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autofree char *before = fingerprint (fixture);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (icert_store_open (store, path, create, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  if (!g_pattern_match_simple (message, error->message))
    g_assert_cmpstr (error->message, ==, message);
  after = fingerprint (fixture);
  g_assert_cmpstr (before, ==, after);
}

static void
assert_refused (Fixture *fixture, const char *message)
{
  assert_refused_at (fixture, fixture->path, FALSE, message);
}

/* Runs @text in SQLite as an administrator could */
static void
tamper (Fixture *fixture, const char *text)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, text, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
write_file (const char *path, const void *octets, gsize size)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, octets, size), ==, size);
  close (fd);
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  g_autofree char *garbage = g_strnfill (50000, 'g');

  g_test_summary ("S-F9: what is not a database is refused and not touched");
  write_file (fixture->path, garbage, 50000);
  assert_refused (fixture, "store: is not a database (a store of icert)");
  write_file (fixture->path, garbage, 20);
  assert_refused (fixture, "store: is not a database (a store of icert)");
  write_file (fixture->path, "", 0);
  assert_refused (fixture, "store: is not a database (a store of icert)");
}

static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F9: the database of another program is refused and not touched");
  tamper (fixture, "PRAGMA application_id = 1");
  assert_refused (fixture, "store: is the database of another program (a store of icert)");
}

static void
test_versions (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F9: a store of a newer or older program is refused and not touched");
  tamper (fixture, "PRAGMA user_version = 999");
  assert_refused (fixture, "store version: is 999, of a newer program (*)");
  tamper (fixture, "PRAGMA user_version = 0");
  assert_refused (fixture, "store version: is 0, of an older program (*)");
}

static void
test_truncated (Fixture *fixture, gconstpointer data)
{
  struct stat info;

  g_test_summary ("S-F9: a store that is shorter than it says is refused and not touched");
  g_assert_cmpint (stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (truncate (fixture->path, info.st_size - 4096), ==, 0);
  assert_refused (fixture, "store: * malformed (SQLite code *)");
  g_assert_cmpint (truncate (fixture->path, 4096), ==, 0);
  assert_refused (fixture, "store: * malformed (SQLite code *)");
}

/* Overwrites the last page of the tree of @name. */
static void
damage (Fixture *fixture, const char *name)
{
  g_autofree char *garbage = g_strnfill (4096, 'g');
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 page = 0;
  int fd;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT rootpage FROM sqlite_schema WHERE name = ?1", -1,
                                       &statement, NULL),
                   ==, SQLITE_OK);
  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  page = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  fd = open (fixture->path, O_WRONLY);
  g_assert_cmpint (pwrite (fd, garbage, 4096, (page - 1) * 4096), ==, 4096);
  close (fd);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = NULL;
  gsize size = 0;
  static const char *const trees[] = { "requests", "serials", "audit", "requests_serial_number" };

  g_test_summary ("S-F9: a tree that cannot be walked at its edges is found at the start");
  g_assert_true (g_file_get_contents (fixture->path, &good, &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (trees); i++)
    {
      write_file (fixture->path, good, size);
      damage (fixture, trees[i]);
      assert_refused (fixture, "store: table * is damaged: *");
    }
}

static void
test_schema (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F9: a store that lacks an index or has other constraints is refused");
  tamper (fixture, "DROP INDEX requests_serial_number");
  assert_refused (fixture, "store schema: is not that of version *");
}

static void
test_journal_mode (Fixture *fixture, gconstpointer data)
{
  g_autofree char *journal = beside (fixture, "ca.db-journal");

  g_test_summary (
      "S-F2: a store without a write-ahead log is refused, and so is one with a journal");
  write_file (journal, "journal", 7);
  assert_refused (fixture, "store journal: is there (*)");
  g_assert_cmpint (unlink (journal), ==, 0);
  tamper (fixture, "PRAGMA journal_mode = DELETE");
  assert_refused (fixture, "store journal mode: is not wal (*)");
}

static void
test_kinds (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = beside (fixture, "other.db");

  g_test_summary (
      "S-F5: a symbolic link, a pipe, a folder, a second name: CONFIG, nothing is followed");
  g_assert_cmpint (symlink ("ca.db", other), ==, 0);
  assert_refused_at (fixture, other, FALSE, "store: is a symbolic link (*)");
  assert_refused_at (fixture, other, TRUE, "store: is there already (*)");
  g_assert_cmpint (unlink (other), ==, 0);

  g_assert_cmpint (mkfifo (other, 0600), ==, 0);
  assert_refused_at (fixture, other, FALSE, "store: is a pipe, device or folder (*)");
  g_assert_cmpint (unlink (other), ==, 0);

  g_assert_cmpint (mkdir (other, 0700), ==, 0);
  assert_refused_at (fixture, other, FALSE, "store: is a pipe, device or folder (*)");
  g_assert_cmpint (rmdir (other), ==, 0);

  g_assert_cmpint (link (fixture->path, other), ==, 0);
  assert_refused (fixture, "store: has 2 names (one)");
}

static void
test_modes (Fixture *fixture, gconstpointer data)
{
  static const mode_t modes[] = { 0640, 0604, 0660, 0400, 0700 };

  g_test_summary ("S-F5: a store that others may read, or with any other mode, is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *message = g_strdup_printf ("store: has mode %04o (0600)", modes[i]);

      g_assert_cmpint (g_chmod (fixture->path, modes[i]), ==, 0);
      assert_refused (fixture, message);
    }
  g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0770), ==, 0);
  assert_refused (fixture, "store folder: may be written by others (*)");
}

static void
test_owners (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F5: a store or folder of somebody else is refused");
  if (geteuid () != 0)
    {
      g_test_skip ("only root can give files away");
      return;
    }
  g_assert_cmpint (chown (fixture->path, NOBODY, NOBODY), ==, 0);
  assert_refused (fixture, "store: belongs to somebody else (*)");
  g_assert_cmpint (chown (fixture->path, 0, 0), ==, 0);
  g_assert_cmpint (chown (fixture->folder, NOBODY, NOBODY), ==, 0);
  assert_refused (fixture, "store folder: belongs to somebody else (*)");
}

static void
test_log_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log = beside (fixture, "ca.db-wal");
  g_autofree char *shared = beside (fixture, "ca.db-shm");
  g_autofree char *fresh = beside (fixture, "fresh.db");
  g_autofree char *fresh_log = beside (fixture, "fresh.db-wal");

  g_test_summary ("S-F5: what lies beside the store is judged like the store");
  g_assert_cmpint (symlink ("/etc/passwd", log), ==, 0);
  assert_refused (fixture, "store log: is a symbolic link (*)");
  g_assert_cmpint (unlink (log), ==, 0);
  write_file (shared, "x", 1);
  g_assert_cmpint (g_chmod (shared, 0644), ==, 0);
  assert_refused (fixture, "store index: has mode 0644 (0600)");
  g_assert_cmpint (unlink (shared), ==, 0);
  write_file (fresh_log, "x", 1);
  assert_refused_at (fixture, fresh, TRUE, "store log: of another store is there (none)");
}

static void
test_paths (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (fixture->folder, "no", "ca.db", NULL);
  g_autofree char *missing = beside (fixture, "missing.db");

  g_test_summary ("A path must be absolute and lead to a store");
  assert_refused_at (fixture, "ca.db", FALSE, "store: is not an absolute path of a file");
  assert_refused_at (fixture, "file:/tmp/ca.db", TRUE, "store: is not an absolute path of a file");
  assert_refused_at (fixture, ":memory:", TRUE, "store: is not an absolute path of a file");
  assert_refused_at (fixture, nowhere, TRUE, "store folder: cannot be found*");
  assert_refused_at (fixture, missing, FALSE, "store: cannot be opened*");
}

static mode_t
mode_of (Fixture *fixture, const char *name)
{
  g_autofree char *path = beside (fixture, name);
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);
  return info.st_mode & 07777;
}

static void
test_modes_of_new_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autofree char *path = beside (fixture, "new.db");
  g_autoptr (GError) error = NULL;
  mode_t mask = umask (0);

  g_test_summary ("S-F5: store, log and index have mode 0600 whatever the umask");
  icert_store_open (store, path, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mode_of (fixture, "new.db"), ==, 0600);
  g_assert_cmpint (mode_of (fixture, "new.db-wal"), ==, 0600);
  g_assert_cmpint (mode_of (fixture, "new.db-shm"), ==, 0600);
  icert_store_close (store, &error);
  g_assert_no_error (error);
  umask (mask);
}

/* exit status 0: refused as it should be */
static int
open_as_nobody (Fixture *fixture)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autofree char *fresh = beside (fixture, "fresh.db");
  g_autoptr (GError) error = NULL;

  if (setuid (NOBODY) < 0)
    return 1;
  if (icert_store_open (store, fixture->path, FALSE, &error)
      || !g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFIG)
      || !g_str_has_prefix (error->message, "store folder: cannot be written"))
    return 2;
  g_clear_error (&error);
  if (icert_store_open (store, fresh, TRUE, &error)
      || !g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFIG))
    return 3;
  return 0;
}

static void
test_read_only_folder (Fixture *fixture, gconstpointer data)
{
  int status = 0;
  pid_t child;

  g_test_summary ("S-F5: a folder that cannot be written is refused at the start, not at a commit");
  if (geteuid () != 0)
    {
      g_test_skip ("only root can become somebody else");
      return;
    }
  g_assert_cmpint (chown (fixture->path, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (chown (fixture->folder, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (open_as_nobody (fixture));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_failed_open_gives_the_lock_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("After an open that failed the next one finds the store free");
  g_assert_cmpint (g_chmod (fixture->path, 0640), ==, 0);
  assert_refused (fixture, "store: has mode 0640 (0600)");
  g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
  tamper (fixture, "PRAGMA user_version = 999");
  assert_refused (fixture, "store version: *");
  tamper (fixture, "PRAGMA user_version = " G_STRINGIFY (STORE_SQLITE_SCHEMA_VERSION));
  g_assert_true (icert_store_open (store, fixture->path, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (store_contract_count (store), ==, 100);
  icert_store_close (store, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/store-sqlite-file/garbage/S-F9", test_garbage },
    { "/store-sqlite-file/foreign/S-F9", test_foreign },
    { "/store-sqlite-file/versions/S-F9", test_versions },
    { "/store-sqlite-file/truncated/S-F9", test_truncated },
    { "/store-sqlite-file/damaged/S-F9", test_damaged },
    { "/store-sqlite-file/schema/S-F9", test_schema },
    { "/store-sqlite-file/journal-mode/S-F2", test_journal_mode },
    { "/store-sqlite-file/kinds/S-F5", test_kinds },
    { "/store-sqlite-file/modes/S-F5", test_modes },
    { "/store-sqlite-file/owners/S-F5", test_owners },
    { "/store-sqlite-file/log-files/S-F5", test_log_files },
    { "/store-sqlite-file/paths", test_paths },
    { "/store-sqlite-file/modes-of-new-files/S-F5", test_modes_of_new_files },
    { "/store-sqlite-file/read-only-folder/S-F5", test_read_only_folder },
    { "/store-sqlite-file/failed-open-gives-the-lock-back", test_failed_open_gives_the_lock_back },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
