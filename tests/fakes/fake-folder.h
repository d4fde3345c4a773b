/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* A folder of a test's own with files that the test writes. */
typedef struct
{
  char *path;
} FakeFolder;

FakeFolder *fake_folder_new (void);
/* Removes it with all that is in it */
void fake_folder_free (FakeFolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeFolder, fake_folder_free)

/* Path of @name (it may have folders in it) */
char *fake_folder_path (FakeFolder *self, const char *name);
/* Writes a file, and the folders it lies in, with modes 0644 and 0755 */
void fake_folder_write (FakeFolder *self, const char *name, const char *contents);
/* Copies the file @path to @name */
void fake_folder_copy (FakeFolder *self, const char *path, const char *name);
/* Removes a folder that somebody else made, with all that is in it, or a file */
void fake_folder_remove (const char *path);
void fake_folder_chmod (FakeFolder *self, const char *name, int mode);
