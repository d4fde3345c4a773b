/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite.h"

static const ICertModuleClass classes[] = {
  { icert_store_get_type, store_sqlite_get_type },
  { NULL, NULL },
};

ICERT_MODULE_DEFINE ("store-sqlite", "Keeps requests in an SQLite database", classes);
