/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-caller.h"

/* One decision, refusal, key use, start or stop (S-F6). */
typedef struct
{
  gint64 time;
  char *actor;
  const char *door; /* static */
  const char *verb; /* static */
  char *object;
  char *outcome;
  char *detail; /* nullable */
} CaAuditRecord;

CaAuditRecord *ca_audit_record_new (const CaCaller *caller,
                                    const char *verb,
                                    const char *object,
                                    const char *outcome,
                                    const char *detail);
void ca_audit_record_free (CaAuditRecord *record);

/* The end of the chain: each record carries SHA-256 over the hash before it and its own fields.
 * Only the writer thread touches it. */
typedef struct
{
  gint64 sequence; /* of the last record; 0 = none */
  gint64 time;     /* of the last record */
  guint8 hash[32];
} CaAuditHead;

/* reads the last record of the store */
gboolean ca_audit_head_load (CaAuditHead *head, ICertStore *store, GError **error);
/* numbers @record, chains it to @head and appends its row to @batch */
void ca_audit_append (CaAuditHead *head,
                      const char *node,
                      const CaAuditRecord *record,
                      ICertStoreBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaAuditRecord, ca_audit_record_free)
