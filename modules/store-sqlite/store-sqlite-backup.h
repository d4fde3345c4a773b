/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "store-sqlite-connection.h"

G_BEGIN_DECLS

/* Copies the state of the store that @reader sees now into a new file; others go on writing. On
 * failure the file is removed. */
gboolean store_sqlite_backup (StoreSqliteConnection *reader,
                              const char *path,
                              ICertStoreProgress progress,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error);

G_END_DECLS
