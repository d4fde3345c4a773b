/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* FALSE when opening the file of another program would take much longer than such files do: who
 * made it chose how often its passphrase is hashed (S-A10). @passphrase: "" for none */
gboolean key_file_is_affordable (GBytes *contents, const char *passphrase);
