/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <sys/stat.h>

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a regular file of at most @limit octets without following a symbolic link in its last
 * component. @info, when given, is the state of the file that was read, not of one that took its
 * name since. */
GBytes *_icert_file_read (const char *path, gsize limit, struct stat *info, GError **error);
/* CONFIG when somebody but root and this user may change it: another owner, or writable by group or
 * others. @what: "manifest", "folder", … for the text */
gboolean _icert_file_check_writers (const struct stat *info,
                                    const char *path,
                                    const char *what,
                                    GError **error);
/* Replaces @path: temporary file, fsync, rename, fsync of the folder */
gboolean _icert_file_write (const char *path, GBytes *bytes, guint mode, GError **error);

G_END_DECLS
