/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* SHA-256 of files, which are read again only when they may have changed: the inode, the size or a
 * time is another, or one of the times was so near to the reading that a later change might have
 * left it the same. So what is answered is the file's content at the time of the question. Any
 * thread. */
typedef struct _CaFileHashes CaFileHashes;

CaFileHashes *ca_file_hashes_new (void);
void ca_file_hashes_free (CaFileHashes *hashes);

/* In hex; NULL when it cannot be read. @changed: (optional): when the file was changed last, by the
 * file system, microseconds since 1970 */
char *ca_file_hashes_get (CaFileHashes *hashes, const char *path, gint64 *changed);
/* how often a file was read, for tests */
guint ca_file_hashes_get_n_reads (CaFileHashes *hashes);
