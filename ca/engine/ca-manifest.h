/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-audit.h"
#include "ca-tree.h"

/* What a backup says of itself. Its folder:
 *
 *   manifest.conf   written last: a backup without it is none
 *   files.sha256    every file below ca/, as `sha256sum -c` reads it
 *   ca/             the CA's folder, without what unlocks the keys
 *
 * The hashes are against accidents; against people, the audit chain in the database is. */
typedef struct
{
  char *name;   /* of the CA */
  char *config; /* HOST\CA NAME */
  char *folder; /* where the CA was */
  gint64 time;  /* microseconds since 1970 */
  char *version;
  gint64 certificates;
  CaAuditHead head;
  GHashTable *counters; /* name -> next free number, as gint64 */
  GPtrArray *files;     /* of CaTreeFile, below ca/ */
  gint64 bytes;
} CaManifest;

CaManifest *ca_manifest_new (void);
void ca_manifest_free (CaManifest *manifest);
/* end of the chain, counters and numbers of a store */
gboolean ca_manifest_read_store (CaManifest *manifest, ICertStore *store, GError **error);
/* both files; the last thing that is done to a backup */
gboolean ca_manifest_save (CaManifest *manifest, const char *backup, GError **error);
/* NOT_FOUND, CONFIG */
CaManifest *ca_manifest_load (const char *backup, GError **error);
/* SHA-256, hex, of all that a backup has and of what it is of: what two people agree on */
char *ca_manifest_digest (const CaManifest *manifest);
/* what ICertBackup answers: a{sv}, floating */
GVariant *ca_manifest_to_variant (const CaManifest *manifest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaManifest, ca_manifest_free)
