/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* FOLDER/keys/secret, the activation secret that unlocks the CA's keys (S-M2): 256 random bits in
 * hex, mode 0400. A passphrase given to this process stands in for the file. */

/* @secret: (out) (nullable): NULL when there is no file. CONFIG when others may read it or it is no
 * plain file */
gboolean ca_secret_load (const char *folder, GBytes **secret, GError **error);
/* writes a fresh one */
GBytes *ca_secret_create (const char *folder, GError **error);
