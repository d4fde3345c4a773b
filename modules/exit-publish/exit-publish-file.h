/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* What a file's name ends in that was replaced last, when it was to be kept */
#define EXIT_PUBLISH_KEPT ".old"

/* Puts @contents at @path below @folder, both made when they are missing: whole or not at all, and
 * on the disk when it returns. The same contents again changes nothing. @keep: what it replaces
 * stays beside it, in the place of what was kept before. FAILED for a symbolic link or anything
 * that is no regular file, in any place of the path. */
gboolean exit_publish_file_replace (const char *folder,
                                    const char *path,
                                    GBytes *contents,
                                    gboolean keep,
                                    GError **error);
/* What lies at @path below @folder: NULL without an error when nothing does. A copy, made piece by
 * piece: whoever cuts the file meanwhile does no harm. FAILED as above. */
GBytes *exit_publish_file_load (const char *folder, const char *path, GError **error);
/* Whether @contents lie there, octet for octet */
gboolean exit_publish_file_has (const char *folder, const char *path, GBytes *contents);
/* DER -> PEM */
GBytes *exit_publish_pem (GBytes *certificate);

G_END_DECLS
