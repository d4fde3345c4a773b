/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#define KEY_TYPE_FILE (key_file_get_type ())

/* A CA key in an encrypted file of its own. */
G_DECLARE_FINAL_TYPE (KeyFile, key_file, KEY, FILE, GObject)
