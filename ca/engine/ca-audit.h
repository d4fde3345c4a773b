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
/* a list with @record (taken) in it, as the writer takes them */
GPtrArray *ca_audit_list_new (CaAuditRecord *record);

/* A text cell; @data NULL: empty */
typedef struct
{
  const void *data;
  gsize size;
} CaAuditText;

enum
{
  CA_AUDIT_NODE,
  CA_AUDIT_ACTOR,
  CA_AUDIT_DOOR,
  CA_AUDIT_VERB,
  CA_AUDIT_OBJECT,
  CA_AUDIT_OUTCOME,
  CA_AUDIT_DETAIL,
  CA_AUDIT_N_TEXTS
};

/* What the hash of a record covers, beside the hash of the one before. */
typedef struct
{
  gint64 sequence, time;
  CaAuditText texts[CA_AUDIT_N_TEXTS];
} CaAuditFields;

#define CA_AUDIT_HASH 32

void ca_audit_hash (const guint8 before[CA_AUDIT_HASH],
                    const CaAuditFields *fields,
                    guint8 hash[CA_AUDIT_HASH]);

/* The MAC of a record (S-F6): HMAC-SHA-256 over its hash with a key made of the activation secret,
 * so that whoever can write the store alone can forge no record. One thread at a time. */
typedef struct _CaAuditMac CaAuditMac;

/* The store's number for the first record that has one: those before it are of an icert that made
 * none. */
#define CA_AUDIT_MAC_FROM "audit-mac-from"

CaAuditMac *ca_audit_mac_new (GBytes *secret);
void ca_audit_mac_free (CaAuditMac *mac);
void ca_audit_mac_compute (CaAuditMac *mac,
                           const guint8 hash[CA_AUDIT_HASH],
                           guint8 value[CA_AUDIT_HASH]);

/* The end of the chain: each record carries SHA-256 over the hash before it and its own fields.
 * Only the writer thread touches its own. */
typedef struct
{
  gint64 sequence; /* of the last record; 0 = none */
  gint64 time;     /* of the last record */
  guint8 hash[CA_AUDIT_HASH];
  gboolean stopped; /* the last record says that an engine ended as it should */
} CaAuditHead;

#define CA_AUDIT_VERB_STOP "stop"

/* reads the last record of the store */
gboolean ca_audit_head_load (CaAuditHead *head, ICertStore *store, GError **error);
/* whether the log has record @sequence with this hash; STORAGE */
gboolean ca_audit_has (ICertStore *store,
                       gint64 sequence,
                       const guint8 hash[CA_AUDIT_HASH],
                       gboolean *has,
                       GError **error);
/* numbers @record, chains it to @head and appends its row to @batch; @mac: nullable */
void ca_audit_append (CaAuditHead *head,
                      CaAuditMac *mac,
                      const char *node,
                      const CaAuditRecord *record,
                      ICertStoreBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaAuditRecord, ca_audit_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaAuditMac, ca_audit_mac_free)
