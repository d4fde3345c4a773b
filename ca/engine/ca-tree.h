/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* Trees of files, copied so that a crash leaves nothing half: what is copied is new, private, on
 * disk, and known by its SHA-256 (S-F5). */

/* A file of a tree. */
typedef struct
{
  char *path; /* relative to the tree */
  gint64 size;
  char *sha256; /* hex */
} CaTreeFile;

void ca_tree_file_free (CaTreeFile *file);

/* Whether a file or folder is left out. @path: relative */
typedef gboolean (*CaTreeSkip) (const char *path, gpointer data);

/* Relative paths of all files below @folder, sorted; CONFIG when something is neither file nor
 * folder, or has a name that no list can hold. @skip: nullable */
GPtrArray *ca_tree_list (const char *folder, CaTreeSkip skip, gpointer data, GError **error);
/* Copies @path of one tree to the other, with its mode, and makes the folders in between. The copy
 * must not be there. NULL with CONFIG, STORAGE */
CaTreeFile *ca_tree_copy (const char *from,
                          const char *to,
                          const char *path,
                          GCancellable *cancellable,
                          GError **error);
/* size and SHA-256 of a file; CONFIG when it is no plain file */
CaTreeFile *ca_tree_digest (const char *folder,
                            const char *path,
                            GCancellable *cancellable,
                            GError **error);
/* a small new file, on disk */
gboolean ca_tree_write (const char *path, const void *data, gsize size, guint mode, GError **error);
/* The entries of a folder reach the disk; with @deep those of all folders below. */
gboolean ca_tree_sync (const char *folder, gboolean deep, GError **error);
/* rename() and the folders of both names synced */
gboolean ca_tree_rename (const char *from, const char *to, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaTreeFile, ca_tree_file_free)
