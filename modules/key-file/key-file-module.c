/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include "key-file.h"

static const ICertModuleClass classes[] = {
  { icert_key_get_type, key_file_get_type },
  { NULL, NULL },
};

ICERT_MODULE_DEFINE ("key-file", "Keeps a CA key in an encrypted file", classes);
