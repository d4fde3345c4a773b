/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-backup.h"

/* ICertBackup.restore. @target, @secret: nullable. The config string, NULL with an error. */
char *ca_restore (const char *backup,
                  const char *target,
                  GBytes *secret,
                  const CaCaller *caller,
                  CaProgress *progress,
                  GCancellable *cancellable,
                  GError **error);

/* How far the numbers of a restored CA go on (S-F8). */
typedef struct
{
  gboolean is_exact; /* the CA that is replaced could be read, and goes on from this backup */
  CaManifest *live;  /* what it had; NULL when it could not be read */
  const char *note;  /* nullable: what the record of the restore says besides; lent */
  gint64 bound;      /* as many numbers could have been used of each counter */
  gint64 crl_bound;
} CaJump;

/* Reads the store at @path (nullable: there is none) of the CA that is replaced. */
gboolean ca_jump_plan (CaJump *jump,
                       const CaManifest *manifest,
                       const char *store_class,
                       const char *path,
                       gint64 now,
                       GError **error);
/* Moves the counters of @store on and says so in its audit chain. @secret: (nullable) of the CA. */
gboolean ca_jump_apply (const CaJump *jump,
                        const CaManifest *manifest,
                        ICertStore *store,
                        GBytes *secret,
                        const CaCaller *caller,
                        GError **error);
void ca_jump_clear (CaJump *jump);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CaJump, ca_jump_clear)
