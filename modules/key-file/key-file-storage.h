/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* Room for an SLH-DSA or ML-DSA key with its public half; a key file is never larger. */
#define KEY_FILE_MAX_SIZE (64 * 1024)

/* Reads a key file that nobody but its owner can have written (S-M2, S-F5). CONFIG,
 * KEY_UNAVAILABLE */
GBytes *key_file_storage_read (const char *path, GError **error);
/* Makes a key file, durably, never over an existing one. CONFIG, CONFLICT, KEY_UNAVAILABLE */
gboolean key_file_storage_create (const char *path, const void *data, gsize size, GError **error);
/* takes back what key_file_storage_create() made */
void key_file_storage_remove (const char *path);
