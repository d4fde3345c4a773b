/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Changes that need two administrators (S-D11), under dual control. Whoever may ask calls
 * ca_changes_require(); it records the change and fails with PENDING. Another administrator
 * approves or rejects it (ICertSecurity), nobody their own. Then
 *   - the configuration's and the profiles' changes are made at that moment, judged by what the
 *     configuration is then, and only if what they replace is still what it was;
 *   - everything else (renewal, restore, key export, deletion of rows, an appended module) is done
 *     by who asked, by the same call again with the same object and value: ca_changes_require()
 *     finds the approval, uses it up and answers TRUE. If whoever approved may not approve any
 *     more, it counts for nothing and the change waits again (S-D13).
 * What nobody decided or used within seven days is void. In single-operator mode
 * ca_changes_require() answers TRUE, and the audit log says so. */

typedef enum
{
  CA_CHANGE_WAITS = 0,
  CA_CHANGE_APPROVED = 1, /* who asked may do it now */
  CA_CHANGE_DONE = 2,
  CA_CHANGE_REJECTED = 3,
  CA_CHANGE_EXPIRED = 4,
  CA_CHANGE_FAILED = 5
} CaChangeState;

/* The value of a change that resubmits a request: its id, content version, profile and the SHA-256
 * of that */
#define CA_CHANGE_REQUEST_TYPE "(xxss)"

typedef struct
{
  CaVerb verb;
  const char *object;   /* what is changed, for people */
  GVariant *value;      /* nullable: what it is to be: part of what is approved */
  const char *old_hash; /* nullable: of what it replaces */
} CaChange;

/* After ca_roles_check (). TRUE: go on. PENDING [change=ID]: somebody else must approve it. */
gboolean ca_changes_require (CaEngine *engine,
                             CaCaller *caller,
                             const CaChange *change,
                             GError **error);
/* The same for work of several calls, each with the same object and value: the approval @id (0 in
 * single-operator mode) lasts until ca_changes_end (), or until it is void. */
gboolean ca_changes_begin (CaEngine *engine,
                           CaCaller *caller,
                           const CaChange *change,
                           gint64 *id,
                           GError **error);
/* nothing is left to do: the approval @id is used up */
gboolean ca_changes_end (CaEngine *engine, const CaCaller *caller, gint64 id, GError **error);
/* the name of who approved @id; NULL: nobody yet, or no such change */
char *ca_changes_dup_second (CaEngine *engine, gint64 id);
/* What waits or was approved in a store that is restored counts no more: it may have been used
 * since. Appends to @batch; STORAGE */
gboolean ca_changes_void (ICertStore *store, ICertStoreBatch *batch, GError **error);
/* aa{sv}, newest first; @all: decided ones too */
GVariant *ca_changes_list (CaEngine *engine, gboolean all, GError **error);
/* NOT_AUTHORIZED, NOT_FOUND, WRONG_STATE, and what the change itself failed with */
gboolean ca_changes_approve (CaEngine *engine, CaCaller *second, gint64 id, GError **error);
/* @reason: nullable; whoever asked may take it back so */
gboolean ca_changes_reject (CaEngine *engine,
                            CaCaller *second,
                            gint64 id,
                            const char *reason,
                            GError **error);
