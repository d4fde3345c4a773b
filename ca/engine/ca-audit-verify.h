/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-checkpoint.h"

/* Finds the first record of an audit log that is not as it was written (S-F7). Fed with the records
 * in the order of their numbers. */

typedef enum
{
  CA_AUDIT_SOUND,
  CA_AUDIT_CHANGED,
  CA_AUDIT_REMOVED,
  CA_AUDIT_SWAPPED,
  CA_AUDIT_INSERTED,
  CA_AUDIT_CUT,
  CA_AUDIT_CHECKPOINT
} CaAuditProblem;

/* A record as it is stored; texts are lent */
typedef struct
{
  CaAuditFields fields;
  CaAuditText hash, mac;
} CaAuditRow;

typedef struct _CaAuditVerifier CaAuditVerifier;

/* @checkpoints: (element-type CaCheckpoint) (nullable) in the order of their numbers, kept; @mac:
 * (nullable) lent; the records from @mac_from on have one (0: none has) */
CaAuditVerifier *ca_audit_verifier_new (GPtrArray *checkpoints, CaAuditMac *mac, gint64 mac_from);
void ca_audit_verifier_free (CaAuditVerifier *verifier);
/* goes on behind @last, which was found right */
void ca_audit_verifier_resume (CaAuditVerifier *verifier, const CaAuditHead *last);
/* FALSE: the log is wrong; records fed from here on only help to say how */
gboolean ca_audit_verifier_feed (CaAuditVerifier *verifier, const CaAuditRow *row);
/* nothing follows */
gboolean ca_audit_verifier_finish (CaAuditVerifier *verifier);

CaAuditProblem ca_audit_verifier_get_problem (const CaAuditVerifier *verifier);
/* the first record that is wrong; without a problem the last one */
gint64 ca_audit_verifier_get_sequence (const CaAuditVerifier *verifier);
/* (nullable): lends */
const char *ca_audit_verifier_get_text (const CaAuditVerifier *verifier);
/* checkpoints that agree */
guint ca_audit_verifier_get_n_checkpoints (const CaAuditVerifier *verifier);
const char *ca_audit_problem_to_string (CaAuditProblem problem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaAuditVerifier, ca_audit_verifier_free)

/* Reads the log of a store and judges it. */
typedef struct
{
  ICertStore *store;
  const char *ca;
  GBytes *secret;          /* (nullable) of the MACs */
  GBytes *audit_key;       /* (nullable) public half */
  const char *const *sink; /* (nullable) lines of checkpoints */
  gint64 after;
  guint limit; /* 0: all */
} CaAuditReading;

typedef struct
{
  gint64 records; /* read */
  gint64 last;
  gint64 total;
  guint checkpoints; /* that agree */
  gboolean done;
  CaAuditProblem problem;
  gint64 sequence;     /* of the first wrong record */
  char *text;          /* (nullable) what is wrong with it */
  GPtrArray *restores; /* (nullable) of CaRestoreMark, from the start of the log only */
} CaAuditFindings;

/* STORAGE, MALFORMED */
gboolean ca_audit_verify (const CaAuditReading *reading,
                          CaAuditFindings *findings,
                          GCancellable *cancellable,
                          GError **error);
void ca_audit_findings_clear (CaAuditFindings *findings);
