/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* What a request, a certificate or a profile may have at most (S-A1: PEM input). */
#define TOOL_FILE_LIMIT (256 * 1024)

/* @path: a file, or "-" for standard input. Never reads more than @limit and one octet. */
GBytes *tool_read_file (const char *path, gsize limit, GError **error);
/* @path: a file, or "-" or NULL for standard output. A file is whole or it is not there. */
gboolean tool_write_file (const char *path, GBytes *contents, GError **error);
