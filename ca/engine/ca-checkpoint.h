/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <openssl/evp.h>

#include "ca-audit.h"

/* A signed statement: at @time the audit log of @ca ended in record @sequence, whose hash is @hash
 * (S-F7). As a line it goes to sinks:
 *
 *   icert-checkpoint v=1 ca=Demo%20CA sequence=1000 time=2026-11-22T15:04:05.123456Z records=1000
 *   node=host waivers=single-operator hash=HEX key=HEX signature=BASE64 */
typedef struct
{
  char *ca;
  gint64 sequence;
  gint64 time;
  gint64 records; /* since the one before */
  char *node;
  char *waivers; /* clauses that this CA does without (S-D5, S-D11), separated by ; */
  guint8 hash[CA_AUDIT_HASH];
  guint8 key[CA_AUDIT_HASH]; /* SHA-256 of the audit key's SubjectPublicKeyInfo */
  GBytes *signature;
  char *sinks; /* (nullable) where it went; not signed */
  gboolean from_sink;
  char *flaw; /* (nullable) why it is none of this CA's */
} CaCheckpoint;

CaCheckpoint *ca_checkpoint_new (const char *ca, const CaAuditHead *head, const char *node);
void ca_checkpoint_free (CaCheckpoint *checkpoint);
/* fills in key and signature */
gboolean ca_checkpoint_sign (CaCheckpoint *checkpoint, ICertKey *key, GError **error);
/* @spki: of the audit key. BAD_SIGNATURE */
gboolean ca_checkpoint_verify (const CaCheckpoint *checkpoint, GBytes *spki, GError **error);
/* without a newline */
char *ca_checkpoint_to_line (const CaCheckpoint *checkpoint);
/* MALFORMED */
CaCheckpoint *ca_checkpoint_parse (const char *line, GError **error);
void ca_checkpoint_insert (const CaCheckpoint *checkpoint, ICertStoreBatch *batch);
/* (element-type CaCheckpoint) those behind @after, in order; @newest: the last one alone */
GPtrArray *ca_checkpoint_load (ICertStore *store,
                               const char *ca,
                               gint64 after,
                               gboolean newest,
                               GError **error);
/* one; NOT_FOUND */
CaCheckpoint *ca_checkpoint_find (ICertStore *store,
                                  const char *ca,
                                  gint64 sequence,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaCheckpoint, ca_checkpoint_free)
