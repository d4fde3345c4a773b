/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <icert.h>

#include "tool-file.h"

static char *
make_file (gsize size)
{
  g_autofree char *data = g_malloc (size + 1);
  char *path = NULL;
  int fd = g_file_open_tmp ("tool-file-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  memset (data, 'x', size + 1);
  g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
  return path;
}

static void
assert_refused (const char *path, ICertError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tool_read_file (path, 100, &error);
  g_autofree char *field = NULL;

  g_assert_null (bytes);
  g_assert_error (error, ICERT_ERROR, (int) code);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "file");
}

static void
test_reads_up_to_the_limit (void)
{
  g_autofree char *fits = make_file (100);
  g_autofree char *too_large = make_file (101);
  g_autoptr (GBytes) bytes = tool_read_file (fits, 100, NULL);

  g_test_summary ("S-A1 S-A2: a file at the limit is read, one octet more is TOO_LARGE");
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 100);
  assert_refused (too_large, ICERT_ERROR_TOO_LARGE);
  g_unlink (fits);
  g_unlink (too_large);
}

static gpointer
feed_pipe (gpointer path)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  char block[4096] = { 0 };
  gsize written = 0;

  /* an endless writer: it ends because the reader goes away */
  while (write (fd, block, sizeof block) > 0)
    written += sizeof block;
  close (fd);
  return GSIZE_TO_POINTER (written);
}

static void
test_stops_reading_an_endless_stream (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "pipe", NULL);
  GThread *writer;
  gsize written;

  g_test_summary ("S-A2: what has no length is counted while it is read");
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  writer = g_thread_new ("writer", feed_pipe, path);
  assert_refused (path, ICERT_ERROR_TOO_LARGE);
  written = GPOINTER_TO_SIZE (g_thread_join (writer));
  g_assert_cmpuint (written, <=, 1024 * 1024);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_refuses_what_is_no_file (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);

  g_test_summary ("A folder and a missing file are errors that name the file");
  assert_refused (folder, ICERT_ERROR_FAILED);
  assert_refused (missing, ICERT_ERROR_NOT_FOUND);
  g_rmdir (folder);
}

static void
test_replaces_whole_files (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "out", NULL);
  g_autoptr (GBytes) first = g_bytes_new_static ("first and longer", 16);
  g_autoptr (GBytes) second = g_bytes_new_static ("second", 6);
  g_autoptr (GDir) dir = NULL;
  g_autofree char *contents = NULL;

  g_test_summary ("A file is replaced as a whole, and nothing is left beside it");
  g_assert_true (tool_write_file (path, first, NULL));
  g_assert_true (tool_write_file (path, second, NULL));
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "second");
  dir = g_dir_open (folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "out");
  g_assert_null (g_dir_read_name (dir));
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_refuses_unwritable_place (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder that is not there is an error, not a crash");
  g_assert_false (tool_write_file ("/nonexistent/folder/out", bytes, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
}

static void
test_writes_to_devices (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  struct stat status;

  g_test_summary ("A device is written to, never replaced by a file");
  g_assert_true (tool_write_file ("/dev/null", bytes, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stat ("/dev/null", &status), ==, 0);
  g_assert_true (S_ISCHR (status.st_mode));
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool-file/S-A1/reads-up-to-the-limit", test_reads_up_to_the_limit);
  g_test_add_func ("/tool-file/S-A2/stops-reading-an-endless-stream",
                   test_stops_reading_an_endless_stream);
  g_test_add_func ("/tool-file/refuses-what-is-no-file", test_refuses_what_is_no_file);
  g_test_add_func ("/tool-file/replaces-whole-files", test_replaces_whole_files);
  g_test_add_func ("/tool-file/refuses-unwritable-place", test_refuses_unwritable_place);
  g_test_add_func ("/tool-file/writes-to-devices", test_writes_to_devices);
  return g_test_run ();
}
