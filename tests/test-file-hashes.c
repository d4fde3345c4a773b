/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "ca-file-hashes.h"

/* of "one\n" and "two\n": printf 'one\n' | sha256sum */
#define HASH_ONE "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"
#define HASH_TWO "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a"
/* longer than a file must have been left alone */
#define SETTLED (G_USEC_PER_SEC * 31 / 10)

typedef struct
{
  CaFileHashes *hashes;
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->hashes = ca_file_hashes_new ();
  fixture->folder = g_dir_make_tmp ("test-file-hashes-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "file", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->path);
  g_rmdir (fixture->folder);
  ca_file_hashes_free (fixture->hashes);
  g_free (fixture->folder);
  g_free (fixture->path);
}

/* in place: the inode stays */
static void
write_in_place (const char *path, const char *text)
{
  int fd = g_open (path, O_WRONLY | O_CREAT, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  g_assert_cmpint (close (fd), ==, 0);
}

static void
assert_hash (Fixture *fixture, const char *expected, guint n_reads)
{
  g_autofree char *hash = ca_file_hashes_get (fixture->hashes, fixture->path, NULL);

  g_assert_cmpstr (hash, ==, expected);
  g_assert_cmpuint (ca_file_hashes_get_n_reads (fixture->hashes), ==, n_reads);
}

static void
test_young_file (Fixture *fixture, gconstpointer data)
{
  struct stat status;
  struct timespec times[2];

  g_test_summary ("A file that was changed a moment ago is read each time, whatever its times say");
  write_in_place (fixture->path, "one\n");
  assert_hash (fixture, HASH_ONE, 1);
  assert_hash (fixture, HASH_ONE, 2);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  write_in_place (fixture->path, "two\n");
  times[0] = status.st_atim;
  times[1] = status.st_mtim;
  g_assert_cmpint (utimensat (AT_FDCWD, fixture->path, times, 0), ==, 0);
  assert_hash (fixture, HASH_TWO, 3);
}

static void
test_settled_file (Fixture *fixture, gconstpointer data)
{
  struct stat status;
  struct timespec times[2];

  g_test_summary ("A file that was left alone is read once, and again after a change of any kind");
  write_in_place (fixture->path, "one\n");
  g_usleep (SETTLED);
  assert_hash (fixture, HASH_ONE, 1);
  assert_hash (fixture, HASH_ONE, 1);

  /* as long as before, with its old date put back */
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  write_in_place (fixture->path, "two\n");
  times[0] = status.st_atim;
  times[1] = status.st_mtim;
  g_assert_cmpint (utimensat (AT_FDCWD, fixture->path, times, 0), ==, 0);
  assert_hash (fixture, HASH_TWO, 2);
}

static void
test_replaced_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->folder, "other", NULL);

  g_test_summary ("A file that another one replaced is read again, though that one is old");
  write_in_place (fixture->path, "one\n");
  write_in_place (other, "two\n");
  g_usleep (SETTLED);
  assert_hash (fixture, HASH_ONE, 1);
  g_assert_cmpint (g_rename (other, fixture->path), ==, 0);
  assert_hash (fixture, HASH_TWO, 2);
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  assert_hash (fixture, NULL, 2);
}

static void
test_says_when_changed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hash = NULL;
  gint64 before, changed = 0;

  g_test_summary ("It says when the file system saw the last change");
  before = g_get_real_time ();
  write_in_place (fixture->path, "one\n");
  hash = ca_file_hashes_get (fixture->hashes, fixture->path, &changed);
  g_assert_cmpstr (hash, ==, HASH_ONE);
  g_assert_cmpint (changed, >, before - G_USEC_PER_SEC);
  g_assert_cmpint (changed, <=, g_get_real_time ());
}

static gpointer
ask_worker (gpointer data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *hash = ca_file_hashes_get (fixture->hashes, fixture->path, NULL);

      g_assert_true (g_str_equal (hash, HASH_ONE) || g_str_equal (hash, HASH_TWO));
    }
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[4];

  g_test_summary ("Threads ask while the file changes, and the last content is what is said then");
  write_in_place (fixture->path, "one\n");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_worker, fixture);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *other = g_build_filename (fixture->folder, "other", NULL);

      write_in_place (other, i % 2 == 0 ? "two\n" : "one\n");
      g_assert_cmpint (g_rename (other, fixture->path), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  {
    g_autofree char *hash = ca_file_hashes_get (fixture->hashes, fixture->path, NULL);

    g_assert_cmpstr (hash, ==, HASH_ONE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/file-hashes/young-file", Fixture, NULL, set_up, test_young_file, tear_down);
  g_test_add ("/file-hashes/settled-file", Fixture, NULL, set_up, test_settled_file, tear_down);
  g_test_add ("/file-hashes/replaced-file", Fixture, NULL, set_up, test_replaced_file, tear_down);
  g_test_add ("/file-hashes/says-when-changed", Fixture, NULL, set_up, test_says_when_changed,
              tear_down);
  g_test_add ("/file-hashes/threads", Fixture, NULL, set_up, test_threads, tear_down);
  return g_test_run ();
}
