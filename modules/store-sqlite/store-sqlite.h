/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

#define STORE_TYPE_SQLITE (store_sqlite_get_type ())

/* SQLite.Store: the requests of one CA in one file. */
G_DECLARE_FINAL_TYPE (StoreSqlite, store_sqlite, STORE, SQLITE, GObject)

G_END_DECLS
