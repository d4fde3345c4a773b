/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-changes.h"
#include "ca-folder.h"
#include "ca-restore.h"
#include "ca-tree.h"
#include "fake-ca.h"

/* Backups of a CA at work, and what becomes of one that is restored. */

#ifndef N_RESTORES
#define N_RESTORES 5
#endif
#ifndef N_KILLS
#define N_KILLS 6
#endif
#define N_ISSUERS 2

typedef struct
{
  FakeCa *ca;
  char *backup; /* a folder that is not there */
  char *secret; /* a copy of keys/secret */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->ca = fake_ca_new (NULL);
  fixture->backup = g_strconcat (fixture->ca->folder, "-backup", NULL);
  fixture->secret = fake_ca_read (fixture->ca, "keys/secret");
  fake_ca_write_profile (fixture->ca, FALSE, NULL);
  fake_ca_reopen (fixture->ca);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ca_folder_remove (fixture->backup);
  fake_ca_free (fixture->ca);
  g_free (fixture->backup);
  g_free (fixture->secret);
}

static ICertBackup *
open_backup (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  ICertBackup *backup = icert_backup_open (fixture->ca->address, NULL, &error);

  g_assert_no_error (error);
  return backup;
}

static void
make_backup (Fixture *fixture)
{
  g_autoptr (ICertBackup) backup = open_backup (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = icert_backup_create (backup, fixture->backup, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (facts, G_VARIANT_TYPE_VARDICT));
}

static char *
restore_full (Fixture *fixture, const char *target, const char *secret, GError **error)
{
  g_autoptr (ICertBackup) backup = open_backup (fixture);
  g_autoptr (GBytes) bytes = secret != NULL ? g_bytes_new (secret, strlen (secret)) : NULL;

  return icert_backup_restore (backup, fixture->backup, target, bytes, NULL, error);
}

static void
restore (Fixture *fixture, const char *secret)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *config = restore_full (fixture, fixture->ca->folder, secret, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config, ==, "localhost\\Fake CA");
}

static gint64
issue (Fixture *fixture)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  return fake_ca_submit_for (fixture->ca, request, "Test", ICERT_DISPOSITION_ISSUED);
}

static void
assert_error (GError **error, int code, const char *pattern)
{
  g_assert_error (*error, ICERT_ERROR, code);
  if (!g_pattern_match_simple (pattern, (*error)->message))
    g_assert_cmpstr ((*error)->message, ==, pattern);
  g_clear_error (error);
}

static gboolean
exists (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Names and octets of all files of a folder but the lock and the store, whose log goes on */
static char *
fingerprint (const char *folder)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) paths = ca_tree_list (folder, NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (CaTreeFile) file = ca_tree_digest (folder, paths->pdata[i], NULL, &error);

      g_assert_no_error (error);
      if (g_str_equal (file->path, "ca.lock") || g_str_has_prefix (file->path, "store/"))
        continue;
      g_checksum_update (sum, (guint8 *) file->path, -1);
      g_checksum_update (sum, (guint8 *) file->sha256, -1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* Backups */

static void
test_create (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertBackup) backup = open_backup (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = NULL;
  gint64 certificates = 0;
  struct stat status;

  g_test_summary ("A backup has what the CA needs, for its owner alone, and is as it was made");
  issue (fixture);
  make_backup (fixture);
  facts = icert_backup_verify (backup, fixture->backup, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (facts, "certificates", "x", &certificates));
  g_assert_cmpint (certificates, ==, 1);
  g_assert_true (exists (fixture->backup, "ca/ca.conf"));
  g_assert_true (exists (fixture->backup, "ca/keys/0.key"));
  g_assert_true (exists (fixture->backup, "ca/store/ca.db"));
  g_assert_true (exists (fixture->backup, "ca/profiles/Test.profile"));
  g_assert_cmpint (g_lstat (fixture->backup, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  g_assert_cmpint (
      fake_ca_query_int (fixture->ca, "SELECT count (*) FROM audit WHERE verb = 'backup'"), ==, 1);
}

static void
test_no_secret (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) paths = NULL;
  g_autofree char *secret = g_strchomp (g_strdup (fixture->secret));

  g_test_summary ("No file of a backup has the secret that unlocks the keys (S-F10)");
  make_backup (fixture);
  paths = ca_tree_list (fixture->backup, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (paths->len, >, 5);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *path = g_build_filename (fixture->backup, paths->pdata[i], NULL);
      g_autofree char *contents = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
      g_assert_null (memmem (contents, size, secret, strlen (secret)));
    }
}

static void
assert_not_made (Fixture *fixture, const char *folder, int code, const char *pattern)
{
  g_autoptr (ICertBackup) backup = open_backup (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = icert_backup_create (backup, folder, NULL, &error);

  g_assert_null (facts);
  assert_error (&error, code, pattern);
}

static void
test_key_in_clear (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A file with a private key in clear is not backed up, and nothing is left (S-F10)");
  fake_ca_write (fixture->ca, "modules/ldap.pem",
                 "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n");
  assert_not_made (fixture, fixture->backup, ICERT_ERROR_CONFIG,
                   "modules/ldap.pem: has a private key in clear (*");
  g_assert_false (g_file_test (fixture->backup, G_FILE_TEST_EXISTS));
}

static void
test_clear_beside_encrypted (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A private key in clear is found beside an encrypted one, too (S-F10)");
  fake_ca_write (fixture->ca, "modules/both.pem",
                 "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4=\n"
                 "-----END ENCRYPTED PRIVATE KEY-----\n"
                 "-----BEGIN RSA PRIVATE KEY-----\nMC4=\n-----END RSA PRIVATE KEY-----\n");
  assert_not_made (fixture, fixture->backup, ICERT_ERROR_CONFIG,
                   "modules/both.pem: has a private key in clear (*");
}

/* A backup that cannot be finished takes back what it made, and nothing that a link leads to. */
static void
test_planted_link (Fixture *fixture, gconstpointer data)
{
  g_autofree char *victim = g_strconcat (fixture->ca->folder, "-victim", NULL);
  g_autofree char *file = g_build_filename (victim, "thesis", NULL);
  g_autofree char *link = g_strconcat (fixture->ca->folder, "-link", NULL);
  g_autofree char *inner = g_build_filename (victim, "folder", NULL);

  g_test_summary ("S-F5: an unfinished folder is taken away without following links");
  g_assert_cmpint (g_mkdir (victim, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_cmpint (symlink (victim, link), ==, 0);
  ca_folder_remove (link);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  g_unlink (link);
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  g_clear_pointer (&file, g_free);
  file = g_build_filename (inner, "up", NULL);
  g_assert_cmpint (symlink (fixture->ca->folder, file), ==, 0);
  ca_folder_remove (victim);
  g_assert_false (g_file_test (victim, G_FILE_TEST_EXISTS));
  g_assert_true (exists (fixture->ca->folder, "ca.conf"));
}

static void
test_bad_targets (Fixture *fixture, gconstpointer data)
{
  g_autofree char *inside = fake_ca_path (fixture->ca, "backup");

  g_test_summary ("A folder that is there, or in the CA's own, is refused; the audit log says so");
  assert_not_made (fixture, "/tmp", ICERT_ERROR_CONFLICT, "folder: is there already (*");
  assert_not_made (fixture, inside, ICERT_ERROR_CONFIG, "folder: is the CA's own or in it (*");
  fake_ca_wait_for (fixture->ca,
                    "SELECT count (*) FROM audit WHERE verb = 'backup' AND outcome <> 'OK'", 2);
}

static void
test_rights (Fixture *fixture, gconstpointer data)
{
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());

  g_test_summary ("Without the role of an operator there is no backup");
  fake_ca_configure (fixture->ca, "Roles", principal, "submitter;officer;administrator");
  assert_not_made (fixture, fixture->backup, ICERT_ERROR_NOT_AUTHORIZED, "caller: *");
  fake_ca_wait_for (
      fixture->ca,
      "SELECT count (*) FROM audit WHERE verb = 'backup' AND outcome = 'NOT_AUTHORIZED'", 1);
}

static void
cancel_cb (ICertBackup *backup, double fraction, const char *step, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertBackup) backup = open_backup (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autofree char *parent = g_path_get_dirname (fixture->backup);

  g_test_summary ("A backup that is cancelled leaves nothing");
  g_signal_connect (backup, "progress", G_CALLBACK (cancel_cb), cancellable);
  facts = icert_backup_create (backup, fixture->backup, cancellable, &error);
  g_assert_null (facts);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  rest = ca_tree_list (parent, NULL, NULL, NULL);
  for (guint i = 0; i < rest->len; i++)
    g_assert_null (strstr (rest->pdata[i], "-backup"));
}

typedef struct
{
  GThread *thread;
  double last;
  guint n;
  GMainLoop *loop;
  GError *error;
  GVariant *facts;
} Watch;

static void
progress_cb (ICertBackup *backup, double fraction, const char *step, gpointer data)
{
  Watch *watch = data;

  g_assert_true (g_thread_self () == watch->thread);
  g_assert_cmpfloat (fraction, >=, watch->last);
  g_assert_nonnull (step);
  watch->last = fraction;
  watch->n++;
}

static void
created_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;

  watch->facts = icert_backup_create_finish (ICERT_BACKUP (object), result, &watch->error);
  g_main_loop_quit (watch->loop);
}

static void
test_async (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertBackup) backup = open_backup (fixture);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Watch watch = { .thread = g_thread_self (), .loop = loop };

  g_test_summary ("Progress comes on the caller's thread and rises to the end");
  g_signal_connect (backup, "progress", G_CALLBACK (progress_cb), &watch);
  icert_backup_create_async (backup, fixture->backup, NULL, created_cb, &watch);
  g_main_loop_run (loop);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_no_error (watch.error);
  g_assert_nonnull (watch.facts);
  g_variant_unref (watch.facts);
  g_assert_cmpuint (watch.n, >, 2);
  g_assert_cmpfloat (watch.last, ==, 1);
}

/* Backups that are not whole */

static gint64
count_records (Fixture *fixture, const char *outcome)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT count(*) FROM audit WHERE verb = 'restore' AND outcome = '%s'", outcome);

  return fake_ca_query_int (fixture->ca, sql);
}

static void
assert_bad_restore (Fixture *fixture, int code, const char *pattern)
{
  gint64 n = count_records (fixture, icert_error_get_code_name (code));
  g_autofree char *before = fingerprint (fixture->ca->folder);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *config = restore_full (fixture, fixture->ca->folder, NULL, &error);

  g_assert_null (config);
  assert_error (&error, code, pattern);
  after = fingerprint (fixture->ca->folder);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (count_records (fixture, icert_error_get_code_name (code)), ==, n + 1);
}

static void
assert_bad_backup (Fixture *fixture, int code, const char *pattern)
{
  g_autoptr (ICertBackup) backup = open_backup (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = icert_backup_verify (backup, fixture->backup, NULL, &error);

  g_assert_null (facts);
  assert_error (&error, code, pattern);
  assert_bad_restore (fixture, code, pattern);
}

static void
append (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->backup, name, NULL);
  int fd = g_open (path, O_WRONLY | O_APPEND | O_CREAT, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (int) strlen (text));
  close (fd);
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A backup that was changed is refused, and the CA is not touched (S-F8)");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  append (fixture, "ca/store/ca.db", "x");
  assert_bad_backup (fixture, ICERT_ERROR_CONFIG, "store/ca.db: was changed (*");
}

static void
test_incomplete (Fixture *fixture, gconstpointer data)
{
  g_autofree char *manifest = g_build_filename (fixture->backup, "manifest.conf", NULL);
  g_autofree char *key = g_build_filename (fixture->backup, "ca", "keys", "0.key", NULL);

  g_test_summary ("A backup without a file, with one more, or without its manifest is refused");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  append (fixture, "ca/stranger", "x");
  assert_bad_backup (fixture, ICERT_ERROR_CONFIG, "folder: has * files (*");
  append (fixture, "files.sha256", "x");
  assert_bad_backup (fixture, ICERT_ERROR_CONFIG, "files.sha256: is not the one of *");
  g_unlink (manifest);
  assert_bad_backup (fixture, ICERT_ERROR_NOT_FOUND, "folder: has no manifest.conf (*");
  ca_folder_remove (fixture->backup);
  fake_ca_open (fixture->ca);
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  g_unlink (key);
  assert_bad_backup (fixture, ICERT_ERROR_CONFIG, "keys/0.key: is missing (*");
}

static void
test_newer_format (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->backup, "manifest.conf", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) changed = NULL;

  g_test_summary ("A backup of a newer format is refused (S-F9)");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpuint (g_string_replace (changed, "Format=1", "Format=2", 1), ==, 1);
  g_assert_true (g_file_set_contents (path, changed->str, -1, NULL));
  assert_bad_backup (fixture, ICERT_ERROR_CONFIG, "manifest.conf: is of format *2* (*");
}

/* @from in manifest.conf becomes @to, once */
static void
forge (Fixture *fixture, const char *file, const char *from, const char *to)
{
  g_autofree char *path = g_build_filename (fixture->backup, file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GRegex) regex = g_regex_new (from, G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *changed = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  changed = g_regex_replace_literal (regex, text, -1, 0, to, 0, NULL);
  g_assert_cmpstr (changed, !=, text);
  g_assert_true (
      g_file_set_contents_full (path, changed, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* Whoever keeps backups could have numbers used twice. */
static void
test_forged_counters (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F8: counters that the database of the backup does not have are not believed: "
                  "numbers would not move");
  issue (fixture);
  make_backup (fixture);
  issue (fixture);
  fake_ca_close (fixture->ca);
  forge (fixture, "manifest.conf", "^next-request-id=.*$", "next-request-id=9000000000000000");
  assert_bad_restore (fixture, ICERT_ERROR_CONFIG, "store: has other counters than *");
  forge (fixture, "manifest.conf", "^next-request-id=.*\n", "");
  assert_bad_restore (fixture, ICERT_ERROR_CONFIG, "store: has other counters than *");
}

static void
test_forged_time (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F8: the time of the last audit record is that of the database");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  forge (fixture, "manifest.conf", "\nTime=[0-9]*\n\n\\[Counters", "\nTime=7\n\n[Counters");
  assert_bad_restore (fixture, ICERT_ERROR_CONFIG, "store: ends with another audit record than *");
}

static void
test_absurd_time (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-N6: a manifest with a time that is no date is refused");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  forge (fixture, "manifest.conf", "^Time=.*$", "Time=9223372036854775807");
  assert_bad_backup (fixture, ICERT_ERROR_CONFIG, "*Time is *");
}

/* The list of files and the manifest as they would be with one more file */
static void
plant (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->backup, "ca", name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *list = g_build_filename (fixture->backup, "files.sha256", NULL);
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;
  g_autofree char *entry = NULL;
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "x", 1);

  g_mkdir_with_parents (parent, 0700);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  line = g_strdup_printf ("%s  ca/%s\n", digest, name);
  append (fixture, "files.sha256", line);
  g_assert_true (g_file_get_contents (list, &text, NULL, NULL));
  g_clear_pointer (&digest, g_free);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  entry = g_strconcat ("SHA256=", digest, NULL);
  forge (fixture, "manifest.conf", "^SHA256=.*$", entry);
}

static void
test_planted_files (Fixture *fixture, gconstpointer data)
{
  static const char *const names[]
      = { "ca.lock",         "keys/secret",    "restore-incomplete", "root/x",
          "store/ca.db-wal", "restore-part/x", "publish/x" };

  g_test_summary ("A backup with what no backup has is refused, and the CA is not touched (S-F8)");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *pattern = g_strdup_printf ("%s: is nothing that a backup has (*", names[i]);

      ca_folder_remove (fixture->backup);
      fake_ca_open (fixture->ca);
      make_backup (fixture);
      fake_ca_close (fixture->ca);
      plant (fixture, names[i]);
      assert_bad_restore (fixture, ICERT_ERROR_CONFIG, pattern);
    }
}

static void
test_pipe (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->backup, "files.sha256", NULL);

  g_test_summary ("S-A10: a pipe in place of a backup's list is not waited for");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  g_unlink (path);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_bad_backup (fixture, ICERT_ERROR_CONFIG, "files.sha256: is missing (*");
}

/* A full disk, as this process sees it */
static void
test_no_room (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = fake_ca_path (fixture->ca, CA_RESTORE_MARK);
  g_autoptr (GError) error = NULL;
  struct rlimit before, none;

  g_test_summary (
      "A mark that cannot be written is not there: the CA opens as if nothing was (S-F5)");
  fake_ca_close (fixture->ca);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none = before;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  g_assert_false (ca_tree_write (path, "before-restore-x", 16, 0600, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  assert_error (&error, ICERT_ERROR_STORAGE, CA_RESTORE_MARK ": cannot be written*");
  g_assert_false (exists (fixture->ca->folder, CA_RESTORE_MARK));
  fake_ca_open (fixture->ca);
}

/* Restoring */

static void
test_in_place (Fixture *fixture, gconstpointer data)
{
  gint64 kept, lost, next;

  g_test_summary ("A CA goes back in place, and no number is used again (S-F8)");
  kept = issue (fixture);
  make_backup (fixture);
  lost = issue (fixture);
  fake_ca_close (fixture->ca);
  restore (fixture, NULL);
  fake_ca_open (fixture->ca);

  fake_assert_row (fixture->ca, kept, ICERT_ROW_DISPOSITION_ISSUED, NULL);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT count (*) FROM requests WHERE id > 0"),
                   ==, 1);
  next = issue (fixture);
  g_assert_cmpint (next, >, lost);
  /* the CA that was replaced could be read, so nothing is wasted */
  g_assert_cmpint (next, <, lost + 1000);
  g_assert_cmpint (fake_ca_check_audit (fixture->ca), >, 3);
  g_assert_cmpint (fake_ca_query_int (fixture->ca,
                                      "SELECT count (*) FROM audit WHERE verb = 'restore' "
                                      "AND detail LIKE '%by the CA that is replaced%'"),
                   ==, 1);
}

static void
test_lost_store (Fixture *fixture, gconstpointer data)
{
  gint64 lost, next;
  g_autofree char *store = fake_ca_path (fixture->ca, "store/ca.db");

  g_test_summary ("Without the old database the numbers go on behind all that time allowed (S-F8)");
  make_backup (fixture);
  lost = issue (fixture);
  fake_ca_close (fixture->ca);
  g_assert_cmpint (truncate (store, 5000), ==, 0);
  restore (fixture, NULL);
  fake_ca_open (fixture->ca);
  next = issue (fixture);
  g_assert_cmpint (next, >, lost + 1000000);
  g_assert_cmpint (fake_ca_query_int (fixture->ca,
                                      "SELECT count (*) FROM audit WHERE verb = 'restore' "
                                      "AND detail LIKE '%by the time since%'"),
                   ==, 1);
}

static void
test_older_store (Fixture *fixture, gconstpointer data)
{
  g_autofree char *store = fake_ca_path (fixture->ca, "store/ca.db");
  g_autofree char *contents = NULL;
  gsize size;
  gint64 lost;

  g_test_summary ("A database that does not go on from the backup is not believed (S-F8)");
  fake_ca_close (fixture->ca);
  g_assert_true (g_file_get_contents (store, &contents, &size, NULL));
  fake_ca_open (fixture->ca);
  for (guint i = 0; i < 40; i++)
    lost = issue (fixture);
  make_backup (fixture);
  lost = issue (fixture);
  fake_ca_close (fixture->ca);
  g_assert_true (
      g_file_set_contents_full (store, contents, size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  restore (fixture, NULL);
  fake_ca_open (fixture->ca);
  g_assert_cmpint (issue (fixture), >, lost + 1000000);
}

static void
test_open (Fixture *fixture, gconstpointer data)
{
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A CA that is open is not restored over, and goes on (S-F1)");
  make_backup (fixture);
  config = restore_full (fixture, fixture->ca->folder, NULL, &error);
  g_assert_null (config);
  assert_error (&error, ICERT_ERROR_CONFIG, "ca: in use by another engine: *");
  issue (fixture);
  g_assert_false (exists (fixture->ca->folder, "restore-part"));
}

static void
test_without_secret (Fixture *fixture, gconstpointer data)
{
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key without its secret is not restored into use (S-F10, S-M2)");
  issue (fixture);
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  ca_folder_remove (fixture->ca->folder);
  config = restore_full (fixture, fixture->ca->folder, NULL, &error);
  g_assert_null (config);
  assert_error (&error, ICERT_ERROR_KEY_UNAVAILABLE, "secret: does not unlock *");
  config = restore_full (fixture, fixture->ca->folder, "wrong", &error);
  g_assert_null (config);
  assert_error (&error, ICERT_ERROR_KEY_UNAVAILABLE, "secret: does not unlock *");
  g_assert_false (g_file_test (fixture->ca->folder, G_FILE_TEST_EXISTS));

  restore (fixture, fixture->secret);
  fake_ca_open (fixture->ca);
  issue (fixture);
}

static void
test_other_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_strconcat (fixture->ca->folder, "-other", NULL);
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A CA that is in its folder still is not made a second time elsewhere (S-F8)");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  config = restore_full (fixture, other, fixture->secret, &error);
  g_assert_null (config);
  assert_error (&error, ICERT_ERROR_CONFLICT, "target: *is in * still (*");
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));

  ca_folder_remove (fixture->ca->folder);
  config = restore_full (fixture, other, fixture->secret, &error);
  g_assert_no_error (error);
  {
    g_autoptr (ICertRequest) request = icert_request_open (config, NULL, &error);

    g_assert_no_error (error);
    g_assert_true (exists (other, "ca.lock"));
  }
  ca_folder_remove (other);
}

static void
test_strange_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder of something else is not restored into");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  ca_folder_remove (fixture->ca->folder);
  config = restore_full (fixture, "/usr/bin", fixture->secret, &error);
  g_assert_null (config);
  assert_error (&error, ICERT_ERROR_CONFIG, "target: /usr/bin is there and is no CA (*");
}

/* Two administrators (S-D11, S-M5) */

#define BERT 54321

/* Under dual control: this process's account, bert (uid BERT) and an operator who is no
 * administrator */
static void
make_dual (Fixture *fixture)
{
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());
  g_autofree char *conf = fake_ca_path (fixture->ca, "ca.conf");
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  fake_ca_close (fixture->ca);
  g_key_file_load_from_file (file, conf, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  g_key_file_set_value (file, "CA", "DualControl", "true");
  g_key_file_set_value (file, "Roles", principal, "administrator;backup;submitter");
  g_key_file_set_value (file, "Roles", "uid:54321", "administrator;backup");
  g_key_file_set_value (file, "Roles", "uid:33333", "backup");
  g_key_file_save_to_file (file, conf, &error);
  g_assert_no_error (error);
  g_chmod (conf, 0600);
}

/* The CA is closed. */
static void
set_role (Fixture *fixture, const char *principal, const char *roles)
{
  g_autofree char *conf = fake_ca_path (fixture->ca, "ca.conf");
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  g_key_file_load_from_file (file, conf, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  g_key_file_set_value (file, "Roles", principal, roles);
  g_key_file_save_to_file (file, conf, &error);
  g_assert_no_error (error);
  g_chmod (conf, 0600);
}

static CaCaller *
account (guint uid)
{
  return ca_caller_new_uid (uid, CA_DOOR_LOCAL);
}

static gboolean
restore_as (Fixture *fixture, guint uid, const char *target, GError **error)
{
  g_autoptr (CaCaller) caller = account (uid);
  g_autoptr (GBytes) secret = g_bytes_new (fixture->secret, strlen (fixture->secret));
  g_autofree char *config = ca_restore (fixture->backup, target, secret, caller, NULL, NULL, error);

  return config != NULL;
}

static void
refuse_restore (Fixture *fixture, guint uid, const char *target, int code, const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (restore_as (fixture, uid, target, &error));
  assert_error (&error, code, pattern);
}

static void
decide (Fixture *fixture, guint uid, gint64 id, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCaller) caller = account (uid);
  CaEngine *engine = ca_engine_open (fixture->ca->folder, FALSE, &error);

  g_assert_no_error (error);
  g_assert_true (ca_changes_approve (engine, caller, id, &error) == (code < 0));
  ca_engine_unref (engine);
  if (code >= 0)
    g_assert_error (error, ICERT_ERROR, code);
  else
    g_assert_no_error (error);
}

static void
test_dual_control (Fixture *fixture, gconstpointer data)
{
  const char *folder = fixture->ca->folder;
  guint uid = (guint) getuid ();

  g_test_summary ("S-D11, S-M5: over a CA under dual control one administrator asks to restore, "
                  "another approves, for this backup; then it is done, once, and the log says who");
  make_dual (fixture);
  fake_ca_open (fixture->ca);
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  refuse_restore (fixture, 33333, folder, ICERT_ERROR_NOT_AUTHORIZED, "caller: *");
  refuse_restore (fixture, 44444, folder, ICERT_ERROR_NOT_AUTHORIZED, "caller: *");
  g_assert_cmpint (count_records (fixture, "NOT_AUTHORIZED"), ==, 2);
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "change: 1 waits *");
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "change: 1 waits *");
  decide (fixture, uid, 1, ICERT_ERROR_NOT_AUTHORIZED);
  decide (fixture, 33333, 1, ICERT_ERROR_NOT_AUTHORIZED);
  decide (fixture, BERT, 1, -1);
  /* not somebody else's, and not another backup */
  refuse_restore (fixture, BERT, folder, ICERT_ERROR_PENDING, "change: 2 waits *");
  ca_folder_remove (fixture->backup);
  fake_ca_open (fixture->ca);
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "change: 3 waits *");
  decide (fixture, BERT, 3, -1);
  /* S-D13: nor by an approval of somebody who is no administrator any more */
  set_role (fixture, "uid:54321", "backup");
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "change: 3 waits *");
  decide (fixture, BERT, 3, ICERT_ERROR_NOT_AUTHORIZED);
  set_role (fixture, "uid:54321", "administrator;backup");
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "change: 3 waits *");
  decide (fixture, BERT, 3, -1);
  restore (fixture, NULL);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT count(*) FROM audit WHERE verb = "
                                                   "'restore' AND outcome = 'OK' AND detail LIKE "
                                                   "'%; agreed by uid:54321'"),
                   ==, 1);
  /* what the backup had as approved counts no more */
  g_assert_cmpint (
      fake_ca_query_int (fixture->ca, "SELECT count(*) FROM changes WHERE state IN (0, 1)"), ==, 0);
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "change: 3 waits *");
}

static char *
note_of (const char *target)
{
  return g_strdup_printf ("%s.restore-%u", target, (guint) getuid ());
}

static void
test_dual_control_bare (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_strdup (fixture->ca->folder);
  g_autofree char *note = note_of (folder);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint uid = (guint) getuid ();

  g_test_summary ("S-D11, S-M5: where there is no CA to ask, the first administrator leaves a note "
                  "beside the target, and the second one restores");
  make_dual (fixture);
  fake_ca_open (fixture->ca);
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  ca_folder_remove (folder);
  refuse_restore (fixture, 33333, folder, ICERT_ERROR_NOT_AUTHORIZED, "caller: *");
  g_assert_false (g_file_test (note, G_FILE_TEST_EXISTS));
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "restore: waits *");
  refuse_restore (fixture, uid, folder, ICERT_ERROR_PENDING, "restore: waits *");
  g_assert_true (g_file_get_contents (note, &text, NULL, &error));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (restore_as (fixture, BERT, folder, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (note, G_FILE_TEST_EXISTS));
  fake_ca_open (fixture->ca);
  fake_ca_close (fixture->ca);
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT count(*) FROM audit WHERE verb = "
                                                   "'restore' AND detail LIKE '%; agreed by %'"),
                   ==, 1);
}

/* One way of spoiling a note */
static void
assert_no_note (Fixture *fixture, const char *text, guint mode, const char *what)
{
  g_autofree char *folder = g_strdup (fixture->ca->folder);
  g_autofree char *note = note_of (folder);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents_full (note, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (note, (int) mode), ==, 0);
  g_test_message ("%s", what);
  refuse_restore (fixture, BERT, folder, ICERT_ERROR_PENDING, "restore: waits *");
  g_unlink (note);
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_autoptr (GString) copy = g_string_new (text);

  g_assert_cmpuint (g_string_replace (copy, from, to, 1), ==, 1);
  return g_string_free (g_steal_pointer (&copy), FALSE);
}

static void
test_dual_control_notes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_strdup (fixture->ca->folder);
  g_autofree char *note = note_of (folder);
  g_autofree char *other = g_strconcat (note, "-twin", NULL);
  g_autofree char *text = NULL;
  g_autofree char *time = NULL;
  g_autofree char *old = NULL;
  g_autofree char *target = NULL;
  g_autofree char *backup = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D11: a note counts only from its owner alone, for this backup and target, and "
                  "for seven days");
  make_dual (fixture);
  fake_ca_open (fixture->ca);
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  ca_folder_remove (folder);
  refuse_restore (fixture, (guint) getuid (), folder, ICERT_ERROR_PENDING, "restore: waits *");
  g_assert_true (g_file_get_contents (note, &text, NULL, &error));
  time = g_strndup (strstr (text, "Time="), strcspn (strstr (text, "Time="), "\n"));
  old = replace (text, time, "Time=1000000");
  target = replace (text, "Target=", "Target=/x");
  backup = replace (text, "Backup=", "Backup=0");
  assert_no_note (fixture, text, 0664, "others may write it");
  assert_no_note (fixture, text, 0646, "all may write it");
  assert_no_note (fixture, old, 0644, "too old");
  assert_no_note (fixture, target, 0644, "another target");
  assert_no_note (fixture, backup, 0644, "another backup");
  assert_no_note (fixture, "", 0644, "empty");
  assert_no_note (fixture, "[Restore\n", 0644, "no key file");
  /* one with a second name may have been made for something else, a link is not the file */
  g_assert_true (g_file_set_contents_full (other, text, -1, 0, 0644, &error));
  g_assert_cmpint (symlink (other, note), ==, 0);
  g_unlink (other);
  refuse_restore (fixture, BERT, folder, ICERT_ERROR_PENDING, "restore: waits *");
  g_unlink (note);
  g_assert_true (g_file_set_contents_full (note, text, -1, 0, 0644, &error));
  g_assert_cmpint (link (note, other), ==, 0);
  refuse_restore (fixture, BERT, folder, ICERT_ERROR_PENDING, "restore: waits *");
  g_unlink (other);
  g_unlink (note);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

/* A restore that is killed */

static void
kill_restore (Fixture *fixture, guint microseconds)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autofree char *config = restore_full (fixture, fixture->ca->folder, NULL, NULL);

      _exit (0);
    }
  g_usleep (microseconds);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  gint64 highest = 0;
  guint incomplete = 0;

  g_test_summary ("A restore that is killed leaves the CA, or a folder that says it is incomplete");
  for (guint i = 0; i < N_KILLS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertRequest) request = NULL;

      ca_folder_remove (fixture->backup);
      make_backup (fixture);
      highest = MAX (highest, issue (fixture));
      fake_ca_close (fixture->ca);
      kill_restore (fixture, 3000 * i);
      request = icert_request_open (fixture->ca->address, NULL, &error);
      if (request == NULL)
        {
          assert_error (&error, ICERT_ERROR_CONFIG, "CA folder: is incomplete: *");
          incomplete++;
          restore (fixture, NULL);
        }
      g_clear_object (&request);
      fake_ca_open (fixture->ca);
      g_assert_cmpint (issue (fixture), >, highest);
    }
  g_test_message ("%u of %u were incomplete", incomplete, (guint) N_KILLS);
}

static void
test_cut_off (Fixture *fixture, gconstpointer data)
{
  g_autofree char *part = fake_ca_path (fixture->ca, "restore-part");
  g_autofree char *profiles = fake_ca_path (fixture->ca, "restore-part/profiles");
  g_autofree char *there = fake_ca_path (fixture->ca, "profiles");
  g_autofree char *before = fake_ca_path (fixture->ca, "before-restore-x");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A restore that was cut off between two parts is refused, and goes on");
  make_backup (fixture);
  fake_ca_close (fixture->ca);
  /* the profiles were to come next: the old ones have gone already */
  g_assert_cmpint (g_mkdir (part, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (before, 0700), ==, 0);
  g_assert_cmpint (g_rename (there, profiles), ==, 0);
  fake_ca_write (fixture->ca, "restore-incomplete", "before-restore-x");
  error = fake_ca_open_error (fixture->ca);
  assert_error (&error, ICERT_ERROR_CONFIG, "CA folder: is incomplete: *");

  restore (fixture, NULL);
  fake_ca_open (fixture->ca);
  issue (fixture);
  g_assert_false (exists (fixture->ca->folder, "restore-part"));
}

/* Must show 7: restores of backups that were made at random points under load */

typedef struct
{
  FakeCa *ca;
  GMutex mutex;
  GHashTable *serials; /* every serial that anybody ever got */
  GHashTable *ids;
  gint64 highest;
  gint64 highest_crl;
  gint stop; /* atomic */
} Load;

static void
remember (Load *load, ICertResponse *response)
{
  g_autoptr (GBytes) certificate = fake_certificate (response);
  char *serial = fake_serial (certificate);
  gint64 *id = g_new (gint64, 1);

  *id = icert_response_get_request_id (response);
  g_mutex_lock (&load->mutex);
  g_assert_true (g_hash_table_add (load->serials, serial));
  g_assert_true (g_hash_table_add (load->ids, id));
  load->highest = MAX (load->highest, *id);
  g_mutex_unlock (&load->mutex);
}

static gpointer
issue_worker (gpointer data)
{
  Load *load = data;
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");

  while (!g_atomic_int_get (&load->stop))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertResponse) response = fake_ca_submit (load->ca, request, "Test", &error);

      g_assert_no_error (error);
      remember (load, response);
    }
  return NULL;
}

static void
publish (Load *load)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertPublishResult) result
      = icert_admin_publish_crls (load->ca->admin, ICERT_CRL_BASE, NULL, NULL, &error);
  gint64 number;

  g_assert_no_error (error);
  number = fake_ca_query_int (load->ca, "SELECT max (number) FROM crls");
  g_assert_cmpint (number, >, load->highest_crl);
  load->highest_crl = number;
}

/* Issues in threads, and makes the backup somewhere meanwhile. */
static void
work (Fixture *fixture, Load *load)
{
  GThread *threads[N_ISSUERS];

  g_atomic_int_set (&load->stop, FALSE);
  for (guint i = 0; i < N_ISSUERS; i++)
    threads[i] = g_thread_new ("issuer", issue_worker, load);
  g_usleep (g_test_rand_int_range (0, 30000));
  if (g_test_rand_bit ())
    publish (load);
  ca_folder_remove (fixture->backup);
  make_backup (fixture);
  g_usleep (g_test_rand_int_range (0, 30000));
  if (g_test_rand_bit ())
    publish (load);
  g_atomic_int_set (&load->stop, TRUE);
  for (guint i = 0; i < N_ISSUERS; i++)
    g_thread_join (threads[i]);
}

/* What befell the CA before it is restored. */
static void
lose (Fixture *fixture)
{
  g_autofree char *store = fake_ca_path (fixture->ca, "store/ca.db");

  switch (g_test_rand_int_range (0, 4))
    {
    case 0:
      ca_folder_remove (fixture->ca->folder);
      break;
    case 1:
      g_assert_cmpint (g_unlink (store), ==, 0);
      break;
    case 2:
      g_assert_cmpint (truncate (store, 4096 * g_test_rand_int_range (0, 20)), ==, 0);
      break;
    default:
      break;
    }
}

static void
remove_before (FakeCa *ca)
{
  g_autoptr (GDir) dir = g_dir_open (ca->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "before-restore-"))
      {
        g_autofree char *path = fake_ca_path (ca, name);

        ca_folder_remove (path);
      }
}

static void
check_certificates (FakeCa *ca)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = icert_admin_check_certificates (ca->admin, 0, 0, NULL, NULL, &error);
  g_autoptr (GVariant) differences = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  differences = g_variant_lookup_value (answer, "differences", NULL);
  text = g_variant_print (differences, FALSE);
  if (g_variant_n_children (differences) > 0)
    g_test_message ("%s", text);
  g_assert_cmpuint (g_variant_n_children (differences), ==, 0);
}

/* Nothing that the CA has now was used before, or it was in the backup. @whole: everything is read
 * again, which takes longer with each round. */
static void
check_restored (Fixture *fixture, Load *load, gboolean whole)
{
  gint64 first = issue (fixture);

  g_assert_cmpint (first, >, load->highest);
  load->highest = first;
  publish (load);
  if (whole)
    {
      check_certificates (fixture->ca);
      g_assert_cmpint (fake_ca_check_audit (fixture->ca), >, 0);
    }
  g_assert_cmpint (fake_ca_query_int (fixture->ca, "SELECT count (*) - count (DISTINCT serial) "
                                                   "FROM serials"),
                   ==, 0);
  g_assert_cmpint (fake_ca_query_int (fixture->ca,
                                      "SELECT count (*) FROM requests WHERE disposition = 20 AND "
                                      "id NOT IN (SELECT request_id FROM serials)"),
                   ==, 0);
}

static void
test_random (Fixture *fixture, gconstpointer data)
{
  Load load = { .ca = fixture->ca };

  g_test_summary (
      "Backups made under load and restored: no serial, id or CRL number comes twice (S-F8)");
  g_mutex_init (&load.mutex);
  load.serials = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  load.ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < N_RESTORES; i++)
    {
      work (fixture, &load);
      fake_ca_close (fixture->ca);
      lose (fixture);
      restore (fixture, fixture->secret);
      remove_before (fixture->ca);
      fake_ca_open (fixture->ca);
      check_restored (fixture, &load, N_RESTORES < 10 || i % 20 == 19);
    }
  g_test_message ("%u certificates over %u restores", g_hash_table_size (load.serials),
                  (guint) N_RESTORES);
  g_hash_table_unref (load.serials);
  g_hash_table_unref (load.ids);
  g_mutex_clear (&load.mutex);
}

/* A sink outside, and what it knows more than a store that is put back */

static char *
set_up_sink (Fixture *fixture)
{
  g_autofree char *folder = g_strconcat (fixture->ca->folder, "-sinks", NULL);
  char *path = g_build_filename (folder, "sink", NULL);
  g_autofree char *sink = g_strconcat ("file:", path, NULL);

  g_assert_no_errno (g_mkdir (folder, 0700));
  fake_ca_configure (fixture->ca, "Audit", "CheckpointRecords", "2");
  fake_ca_configure (fixture->ca, "Audit", "Sink", sink);
  return path;
}

static void
remove_sink (Fixture *fixture)
{
  g_autofree char *folder = g_strconcat (fixture->ca->folder, "-sinks", NULL);

  ca_folder_remove (folder);
}

static char **
read_lines (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_strsplit (g_strchomp (text), "\n", -1)
                                                       : g_new0 (char *, 1);
}

/* Issues until the sink has @octets more. */
static void
fill_sink (Fixture *fixture, const char *path, goffset octets)
{
  struct stat status = { 0 };
  goffset until;

  g_stat (path, &status);
  until = status.st_size + octets;
  for (guint i = 0; i < 2000 && status.st_size < until; i++)
    {
      issue (fixture);
      g_usleep (1000);
      g_stat (path, &status);
    }
  g_assert_cmpint (status.st_size, >=, until);
}

static void
wait_for_line (const char *path, const char *what)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL) && strstr (text, what) != NULL)
        return;
      g_usleep (10000);
    }
  g_error ("no %s in the sink", what);
}

/* What the verifier says with the sink's lines: sound, and one restore */
static void
assert_explained (Fixture *fixture, const char *path, gboolean leaves_some)
{
  g_auto (GStrv) lines = read_lines (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = icert_admin_verify_audit (
      fixture->ca->admin, 0, 0, (const char *const *) lines, NULL, &error);
  g_autoptr (GVariant) restores = NULL;
  g_autoptr (GVariant) first = NULL;
  const char *text = NULL;
  gint64 lost = -1;

  g_assert_no_error (error);
  g_variant_lookup (answer, "text", "&s", &text);
  g_assert_cmpstr (text, ==, NULL);
  restores = g_variant_lookup_value (answer, "restores", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_nonnull (restores);
  g_assert_cmpuint (g_variant_n_children (restores), ==, 1);
  first = g_variant_get_child_value (restores, 0);
  g_variant_lookup (first, "lost", "x", &lost);
  g_assert_true ((lost > 0) == leaves_some);
  g_assert_true (g_variant_lookup (first, "text", "&s", &text));
  g_assert_nonnull (strstr (text, ": restored by "));
  g_assert_true ((strstr (text, "of the sink") != NULL) == leaves_some);
}

/* @octets: how far the sink is ahead */
static void
restore_behind_sink (Fixture *fixture, gboolean sealed_before, goffset octets)
{
  g_autofree char *path = NULL;

  if (sealed_before)
    {
      path = set_up_sink (fixture);
      fill_sink (fixture, path, 1);
      make_backup (fixture);
    }
  else
    {
      /* the backup has no audit key yet */
      make_backup (fixture);
      path = set_up_sink (fixture);
    }
  fill_sink (fixture, path, octets);
  fake_ca_close (fixture->ca);
  restore (fixture, NULL);
  fake_ca_open (fixture->ca);
  if (!sealed_before)
    {
      g_autofree char *sink = g_strconcat ("file:", path, NULL);

      fake_ca_configure (fixture->ca, "Audit", "Sink", sink);
    }
  issue (fixture);
  /* a CA without a sink has noted it in the store alone */
  if (sealed_before)
    wait_for_line (path, "restored:");
  assert_explained (fixture, path, TRUE);
  /* and from there on as ever */
  fake_ca_reopen (fixture->ca);
  issue (fixture);
  assert_explained (fixture, path, TRUE);
  remove_sink (fixture);
}

static void
test_sink_ahead (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F7 S-F8: a restore leaves a sink ahead: signing goes on, the next checkpoint "
                  "tells of the restore, and the verifier names what was left behind");
  restore_behind_sink (fixture, TRUE, 3000);
}

static void
test_sink_far_ahead (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F7 S-F8: also when the store's newest checkpoint stands far behind in the "
                  "sink");
  restore_behind_sink (fixture, TRUE, 70000);
}

static void
test_sink_without_key (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-F7 S-F8: also when the backup is from before the first checkpoint: the audit "
                  "key stays");
  restore_behind_sink (fixture, FALSE, 3000);
}

/* The database of the backup, put there by hand */
static void
put_back_store (Fixture *fixture)
{
  g_autofree char *copy = g_build_filename (fixture->backup, "ca", "store", "ca.db", NULL);
  g_autofree char *log = fake_ca_path (fixture->ca, "store/ca.db-wal");
  g_autofree char *shm = fake_ca_path (fixture->ca, "store/ca.db-shm");
  g_autofree char *contents = NULL;
  gsize size;
  g_autofree char *store = fake_ca_path (fixture->ca, "store/ca.db");
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (copy, &contents, &size, &error));
  g_unlink (log);
  g_unlink (shm);
  g_assert_true (
      g_file_set_contents_full (store, contents, size, G_FILE_SET_CONTENTS_NONE, 0600, &error));
  g_assert_no_error (error);
}

static void
assert_stopped (Fixture *fixture)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (fixture->ca, request, "Test", &error);

  g_assert_no_error (error);
  fake_assert_response (response, ICERT_DISPOSITION_UNDER_SUBMISSION,
                        "*of records that the store has not*");
  fake_assert_status (response, ICERT_ERROR_AUDIT, NULL);
}

/* A record that says so, by somebody who can write the store and has no secret */
static void
forge_restore (Fixture *fixture)
{
  g_autofree char *path = fake_ca_path (fixture->ca, "store/ca.db");
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) store = icert_registry_create_module (icert_registry_get_default (),
                                                            "SQLite.Store", "ICertStore", &error);
  CaWriter *writer;

  g_assert_no_error (error);
  g_assert_true (icert_store_open (ICERT_STORE (store), path, FALSE, &error));
  writer = ca_writer_new (ICERT_STORE (store), "localhost", &error);
  g_assert_true (ca_writer_commit_wait (
      writer, icert_store_batch_new (),
      ca_audit_list_new (ca_audit_record_new (NULL, "restore", "ca", "OK", "forged")), &error));
  g_assert_no_error (error);
  ca_writer_free (writer);
  g_assert_true (icert_store_close (ICERT_STORE (store), &error));
}

static void
test_sink_without_restore (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = set_up_sink (fixture);

  g_test_summary ("S-F7: a store that was put back without a restore stops signing, with a forged "
                  "record of one too");
  fill_sink (fixture, path, 1);
  make_backup (fixture);
  fill_sink (fixture, path, 3000);
  fake_ca_close (fixture->ca);
  put_back_store (fixture);
  fake_ca_open (fixture->ca);
  assert_stopped (fixture);
  fake_ca_close (fixture->ca);
  put_back_store (fixture);
  forge_restore (fixture);
  fake_ca_open (fixture->ca);
  assert_stopped (fixture);
  remove_sink (fixture);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
#ifndef RANDOM_ONLY
    { "/backup/create", test_create },
    { "/backup/no-secret/S-F10", test_no_secret },
    { "/backup/key-in-clear/S-F10", test_key_in_clear },
    { "/backup/clear-beside-encrypted/S-F10", test_clear_beside_encrypted },
    { "/backup/planted-link/S-F5", test_planted_link },
    { "/backup/bad-targets", test_bad_targets },
    { "/backup/rights", test_rights },
    { "/backup/cancel", test_cancel },
    { "/backup/async", test_async },
    { "/backup/changed/S-F8", test_changed },
    { "/backup/incomplete", test_incomplete },
    { "/backup/newer-format/S-F9", test_newer_format },
    { "/restore/forged-counters/S-F8", test_forged_counters },
    { "/restore/forged-time/S-F8", test_forged_time },
    { "/backup/absurd-time/S-N6", test_absurd_time },
    { "/restore/planted-files/S-F8", test_planted_files },
    { "/restore/pipe/S-A10", test_pipe },
    { "/restore/no-room/S-F5", test_no_room },
    { "/restore/in-place/S-F8", test_in_place },
    { "/restore/lost-store/S-F8", test_lost_store },
    { "/restore/older-store/S-F8", test_older_store },
    { "/restore/open/S-F1", test_open },
    { "/restore/without-secret/S-F10", test_without_secret },
    { "/restore/other-folder/S-F8", test_other_folder },
    { "/restore/strange-folder", test_strange_folder },
    { "/restore/dual-control/S-D11", test_dual_control },
    { "/restore/dual-control-bare/S-D11", test_dual_control_bare },
    { "/restore/dual-control-notes/S-D11", test_dual_control_notes },
    { "/restore/killed", test_killed },
    { "/restore/cut-off", test_cut_off },
    { "/restore/sink-ahead/S-F7", test_sink_ahead },
    { "/restore/sink-far-ahead/S-F7", test_sink_far_ahead },
    { "/restore/sink-without-key/S-F7", test_sink_without_key },
    { "/restore/sink-without-restore/S-F7", test_sink_without_restore },
#endif
    { "/restore/random/S-F8", test_random },
  };

  fake_ca_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return fake_ca_run ();
}
