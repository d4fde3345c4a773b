/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* Puts @contents at @path below @folder, both made when they are missing: whole or not at all, and
 * on the disk when it returns. The same contents again changes nothing. FAILED for a symbolic link
 * or anything that is no regular file, in any place of the path. */
gboolean exit_publish_file_replace (const char *folder,
                                    const char *path,
                                    GBytes *contents,
                                    GError **error);
/* What lies at @path below @folder: NULL without an error when nothing does. FAILED as above. */
GBytes *exit_publish_file_load (const char *folder, const char *path, GError **error);
/* DER -> PEM */
GBytes *exit_publish_pem (GBytes *certificate);

G_END_DECLS
