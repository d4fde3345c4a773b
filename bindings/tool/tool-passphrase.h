/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#define TOOL_PASSPHRASE_LIMIT 1024

/* Passphrases come through descriptors and files, never as an argument or a variable: other
 * processes can read those (S-M2). */

/* A line of descriptor @fd, at most TOOL_PASSPHRASE_LIMIT octets, NUL behind it; the caller wipes
 * it. @option: for errors */
gboolean tool_passphrase_read (int fd,
                               const char *option,
                               char passphrase[TOOL_PASSPHRASE_LIMIT + 1],
                               GError **error);
/* The same of a file that is for its owner alone, or of a pipe */
gboolean tool_passphrase_read_file (const char *path,
                                    const char *option,
                                    char passphrase[TOOL_PASSPHRASE_LIMIT + 1],
                                    GError **error);
