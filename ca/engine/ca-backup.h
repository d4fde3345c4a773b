/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"
#include "ca-manifest.h"
#include "ca-progress.h"

/* ICertBackup.create: @folder is new; a CA goes on meanwhile. NULL with NOT_AUTHORIZED, CONFLICT,
 * CONFIG, STORAGE, G_IO_ERROR_CANCELLED; then nothing is left of it. */
CaManifest *ca_backup_create (CaEngine *engine,
                              const CaCaller *caller,
                              const char *folder,
                              CaProgress *progress,
                              GCancellable *cancellable,
                              GError **error);
/* Reads every file of a backup again. NOT_FOUND, CONFIG, STORAGE, G_IO_ERROR_CANCELLED */
CaManifest *ca_backup_verify (const char *folder,
                              CaProgress *progress,
                              GCancellable *cancellable,
                              GError **error);
/* Where a store's file is in a folder of a CA: "store/ca.db"; NULL with NOT_SUPPORTED when it is
 * not in it. Lends. */
const char *ca_backup_store_path (const CaConfig *config, GError **error);
/* Whether a backup of the CA of @config may have a file @path. */
gboolean ca_backup_may_have (const CaConfig *config, const char *path);

/* what a restore begins in */
#define CA_RESTORE_PART "restore-part"
/* what was there before */
#define CA_RESTORE_BEFORE "before-restore-"
