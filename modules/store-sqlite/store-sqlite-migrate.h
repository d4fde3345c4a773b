/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "store-sqlite-connection.h"
#include "store-sqlite-file.h"

G_BEGIN_DECLS

/* Brings the store of an older version up to date: in one transaction, and what it was is kept
 * beside it as FILE.vN. Nothing to do for one of this version. When it fails, the store is what it
 * was. */
gboolean store_sqlite_migrate (StoreSqliteConnection *writer,
                               StoreSqliteFile *file,
                               GError **error);

G_END_DECLS
