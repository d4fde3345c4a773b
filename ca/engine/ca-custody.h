/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-config.h"

/* The second person of a restore (S-D11, S-M5), under dual control. Two administrators, both with
 * the right to restore, agree on one backup and one target:
 *   - where the CA that is replaced can be opened, by a change of that CA (ca-changes.h): one asks,
 *     another approves, and who asked restores;
 *   - where there is none, by notes beside the target: who restores first leaves TARGET.restore-UID
 *     and is told that it waits; another administrator who restores the same finds the note and
 *     does it. The note is by the owner of the file, as the kernel knows it, as every caller of the
 *     local door is; it may have one name only, be writable by its owner only, and is seven days
 *     good. It is gone before the restore begins.
 * Whoever has backup and secret both needs no icert to misuse them: against that only two people
 * help who keep them apart. */
typedef struct
{
  const CaConfig *config; /* whose roles count */
  const CaCaller *caller;
  const char *digest;  /* of the backup */
  const char *target;  /* absolute */
  gboolean is_running; /* there is a CA in @target that may be opened */
} CaCustody;

/* TRUE: go on; @second: who agreed. PENDING, NOT_AUTHORIZED, CONFIG, STORAGE */
gboolean ca_custody_check (const CaCustody *custody, char **second, GError **error);
/* A refused restore is a record of the CA in @folder, if that can be opened. */
void ca_custody_note_refusal (const char *folder, const CaCaller *caller, const GError *refusal);
