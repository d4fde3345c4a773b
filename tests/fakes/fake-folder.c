/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-folder.h"

#include <string.h>

#include <glib/gstdio.h>

FakeFolder *
fake_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  FakeFolder *self = g_new0 (FakeFolder, 1);

  self->path = g_dir_make_tmp ("icert-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (self->path, 0755));
  return self;
}

void
fake_folder_remove (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_assert_no_errno (g_unlink (path));
      return;
    }
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      fake_folder_remove (child);
    }
  g_assert_no_errno (g_rmdir (path));
}

void
fake_folder_free (FakeFolder *self)
{
  fake_folder_remove (self->path);
  g_free (self->path);
  g_free (self);
}

char *
fake_folder_path (FakeFolder *self, const char *name)
{
  return g_build_filename (self->path, name, NULL);
}

static void
write_bytes (FakeFolder *self, const char *name, const char *contents, gsize size)
{
  g_autofree char *path = fake_folder_path (self, name);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  if (!g_file_test (parent, G_FILE_TEST_IS_DIR))
    {
      g_assert_no_errno (g_mkdir_with_parents (parent, 0755));
      g_assert_no_errno (g_chmod (parent, 0755));
    }
  g_file_set_contents (path, contents, (gssize) size, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (path, 0644));
}

void
fake_folder_write (FakeFolder *self, const char *name, const char *contents)
{
  write_bytes (self, name, contents, strlen (contents));
}

void
fake_folder_copy (FakeFolder *self, const char *path, const char *name)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  g_file_get_contents (path, &contents, &size, &error);
  g_assert_no_error (error);
  write_bytes (self, name, contents, size);
}

void
fake_folder_chmod (FakeFolder *self, const char *name, int mode)
{
  g_autofree char *path = fake_folder_path (self, name);

  g_assert_no_errno (g_chmod (path, mode));
}
