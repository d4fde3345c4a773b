/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <icert.h>

/* Files that configuration names: read whole, or refused at once. */

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
refuse (const char *name, gboolean follow_links, int code)
{
  g_autofree char *path = path_of (name);
  g_autofree char *contents = NULL;
  g_autofree char *field = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (
      icert_file_get_contents (path, 10, follow_links, "thing", &contents, NULL, &error));
  g_test_message ("%s: %s", name, error->message);
  g_assert_error (error, ICERT_ERROR, code);
  g_assert_null (contents);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "thing");
  g_assert_null (strstr (error->message, folder));
}

static void
test_reads (void)
{
  g_autofree char *path = path_of ("plain");
  g_autofree char *other = path_of ("link");
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  g_test_summary (
      "A file is read whole, with a NUL behind it; through a link where that is wanted");
  g_assert_true (g_file_set_contents (path, "a\0c4567890", 10, NULL));
  g_assert_true (icert_file_get_contents (path, 10, FALSE, "thing", &contents, &size, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (contents, size + 1, "a\0c4567890", 11);
  g_clear_pointer (&contents, g_free);
  g_assert_no_errno (symlink ("plain", other));
  g_assert_true (icert_file_get_contents (other, 10, TRUE, "thing", &contents, NULL, &error));
  refuse ("link", FALSE, ICERT_ERROR_CONFIG);
  g_clear_pointer (&contents, g_free);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_true (icert_file_get_contents (path, 10, FALSE, "thing", &contents, &size, &error));
  g_assert_cmpstr (contents, ==, "");
  g_assert_cmpuint (size, ==, 0);
}

static void
test_refuses (void)
{
  g_autofree char *large = path_of ("large");
  g_autofree char *fifo = path_of ("fifo");
  g_autofree char *linked = path_of ("linked");
  g_autofree char *device = path_of ("device");

  g_test_summary ("S-F5: a FIFO, a device, a folder and what is too large are refused, and nobody "
                  "waits for them");
  g_assert_true (g_file_set_contents (large, "12345678901", 11, NULL));
  g_assert_no_errno (mkfifo (fifo, 0600));
  g_assert_no_errno (symlink ("fifo", linked));
  g_assert_no_errno (symlink ("/dev/zero", device));
  refuse ("large", FALSE, ICERT_ERROR_CONFIG);
  refuse ("fifo", FALSE, ICERT_ERROR_CONFIG);
  refuse ("linked", TRUE, ICERT_ERROR_CONFIG);
  refuse ("device", TRUE, ICERT_ERROR_CONFIG);
  refuse (".", FALSE, ICERT_ERROR_CONFIG);
  refuse ("absent", FALSE, ICERT_ERROR_NOT_FOUND);
}

static void
remove_all (void)
{
  static const char *const names[] = { "plain", "link", "large", "fifo", "linked", "device" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of (names[i]);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("icert-file-XXXXXX", NULL);
  g_test_add_func ("/file/reads", test_reads);
  g_test_add_func ("/file/refuses/S-F5", test_refuses);
  status = g_test_run ();
  remove_all ();
  return status;
}
