/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <sys/types.h>

#include "ca-auditor.h"
#include "ca-clock.h"
#include "ca-exit-host.h"
#include "ca-facts.h"
#include "ca-lock.h"
#include "ca-policy-host.h"
#include "ca-request.h"
#include "ca-roles.h"
#include "ca-workers.h"
#include "ca-writer.h"

/* One CA at work. The path of a request, new or resubmitted, by whatever door:
 *
 *   ca-local-request.c   a client's object: ICertRequest            any thread
 *          |  ca_engine_submit ()                                   the queue of ca-workers.c
 *          v
 *   ca-submit.c          one line a step ........................... a worker, one for each core
 *     |-> ca-decode.c          octets to fields, once
 *     |-> ca-request-row.c     the idempotency key: was it here before?
 *     |-> ca-writer.c          a number (and, before slow modules, a row of its own)
 *     |-> ca-decode.c          possession; ca-key-check.c
 *     |-> ca-policy-host.c     the chain --> ICertPolicy, through ca-server-backend.c
 *     |-> ca-issue.c           last checks, serial
 *     |     |-> ca-builder.c   to-be-signed octets
 *     |     |-> ca-linter.c    reads them back, gives the ticket
 *     |     '-> ca-signer.c    redeems it --> ICertKey; compares
 *     '-> ca-request-row.c     rows, serial, trace, audit records
 *          |
 *          v
 *   ca-writer.c          commits what has gathered ................. the writer's thread -->
 * ICertStore
 *          |
 *          |-> the answer: ICertResponse
 *          '-> ca-exit-host.c  from the outbox ..................... the exits' thread -->
 * ICertExit
 *
 * Officers' changes of a pending request: ca-officer.c; of a certificate: ca-revoke.c; of rows:
 * ca-import.c, ca-prune.c. After a crash: ca-recover.c. Beside the path: ca-auditor.c (checkpoints
 * of the audit log), ca-clock.c; both are asked before anything is signed. Policies and exits of an
 * application: ca-control.c, called on its threads by ca-owner.c. */
typedef struct _CaEngine CaEngine;

/* Whether requests are taken. */
typedef enum
{
  CA_GATE_SHUT,
  CA_GATE_OPEN,
  CA_GATE_CLOSING /* somebody stops the CA */
} CaGate;

struct _CaEngine
{
  gatomicrefcount ref_count;
  pid_t pid; /* of the process whose threads it has */
  char *folder;
  guint64 device, inode; /* of the folder: one engine for each in this process */
  CaLock *lock;
  ICertRegistry *registry;
  ICertStore *store;
  CaWriter *writer;
  CaIds *request_ids;
  CaPolicyHost *policies;
  CaExitHost *exits;
  CaWorkers *workers;
  CaClockGuard *clock;
  CaAuditor *auditor;
  gboolean begun; /* the start is on record */
  gint gate;      /* CaGate, atomic */
  gint n_jobs;    /* submissions that are not answered, atomic */

  struct _CaCrlSchedule *crl_schedule;

  GMutex config_mutex;    /* one change of ca.conf at a time */
  gint64 last_history;    /* id of the newest row of its history, under the config mutex */
  gboolean config_intent; /* a change of ca.conf is being carried out; under the config mutex */
  char *config_alarm;     /* (nullable): what exits have to hear of it; under the config mutex */
  GMutex change_mutex;    /* one decision about changes that wait at a time (ca-changes.c) */
  GMutex crl_mutex;       /* one run of CRLs at a time */
  GMutex expiry_mutex;
  gint64 expiry_due; /* seconds, under that mutex: when to look again (ca-expiry.c) */
  GMutex mutex;
  CaFacts *facts;             /* under the mutex */
  GHashTable *crl_picks;      /* by key and partition (ca-crl-answer.c), under the mutex */
  guint n_crl_runs;           /* what they may be older than; under the mutex */
  GHashTable *known_profiles; /* hashes of contents that have rows; under the mutex */
  guint n_profile_changes;    /* which made it forget them; under the mutex */
  GPtrArray *observers;       /* of CaObserver, under the mutex */
  GHashTable
      *blocked_keys; /* set of SHA-256 of SubjectPublicKeyInfo, hex (S-B3), under the mutex */
};

/* Opens the CA in @folder, or the engine that has it open already in this process. @held: if it was
 * not open, it takes no requests until ca_control_start(); nor does a CA that was closed in this
 * process, not stopped, with a policy of the application. CONFIG, STORAGE, KEY_UNAVAILABLE */
CaEngine *ca_engine_open (const char *folder, gboolean held, GError **error);
/* Somebody starts or stops it in person: it may open without the policy that was closed with it. */
void ca_engine_forget_policy (CaEngine *engine);
/* The last reference closes the CA; in a forked child it closes nothing. */
void ca_engine_unref (CaEngine *engine);
/* The first thing behind every door. A forked child has the engine's memory, but not its threads,
 * and whoever has its locks may be gone. WRONG_STATE */
gboolean ca_engine_check_process (CaEngine *engine, GError **error);
/* (transfer full): the snapshot of this moment */
CaFacts *ca_engine_ref_facts (CaEngine *engine);
/* Reads the configuration and certificates anew; on failure the running ones stay (S-N6). @caller:
 * (nullable) who brought what is new */
gboolean ca_engine_reload (CaEngine *engine, const CaCaller *caller, GError **error);

/* whether the CA could be opened with @config; changes nothing */
gboolean ca_engine_judge_config (CaEngine *engine, CaConfig *config, GError **error);

/* Called once, on the writer's or a worker's thread, with a response or an error. */
typedef void (*CaAnswer) (ICertResponse *response, const GError *error, gpointer data);

/* What a client hands over; everything but bytes and caller is nullable. */
typedef struct
{
  CaCaller *caller;
  GBytes *request;
  ICertSubmitFlags flags;
  ICertEncoding encoding;
  ICertRequestFormat format;
  GHashTable *attributes;
  const char *idempotency_key;
} CaSubmission;

/* Steps 4 to 7. Copies what it needs of @submission. */
void ca_engine_submit (CaEngine *engine,
                       const CaSubmission *submission,
                       CaAnswer answer,
                       gpointer data);
/* The same and waits for the answer; not on a thread of the engine. */
ICertResponse *ca_engine_submit_wait (CaEngine *engine,
                                      const CaSubmission *submission,
                                      GError **error);
/* Step 6: an officer wants a pending request judged again; @version: the content that the officer
 * saw (S-D12), 0: what there is. WRONG_STATE; waits as well. */
ICertResponse *ca_engine_resubmit_wait (CaEngine *engine,
                                        CaCaller *officer,
                                        gint64 id,
                                        gint64 version,
                                        GError **error);

/* what a client is told of @request, with chain and CRLs */
ICertResponse *ca_engine_respond (CaEngine *engine, const CaRequest *request);
/* Answers about stored requests; a submitter sees its own only (S-D15: the others are NOT_FOUND).
 */
ICertResponse *ca_engine_retrieve (CaEngine *engine, CaCaller *caller, gint64 id, GError **error);
ICertResponse *ca_engine_retrieve_by_key (CaEngine *engine,
                                          CaCaller *caller,
                                          const char *key,
                                          GError **error);
ICertResponse *ca_engine_retrieve_by_serial (CaEngine *engine,
                                             CaCaller *caller,
                                             const char *serial,
                                             GError **error);

/* Step 6, officers (ca-officer.c) */
gboolean ca_engine_set_attributes (CaEngine *engine,
                                   CaCaller *officer,
                                   gint64 id,
                                   GHashTable *attributes,
                                   GError **error);
gboolean ca_engine_set_extension (CaEngine *engine,
                                  CaCaller *officer,
                                  gint64 id,
                                  const char *oid,
                                  ICertExtensionFlags flags,
                                  GBytes *value,
                                  GError **error);
/* What somebody says of a decision (nullable): others read it, on a terminal perhaps (S-A7).
 * BAD_NAME, TOO_LARGE */
gboolean ca_engine_check_reason (const char *reason, GError **error);
gboolean ca_engine_deny (CaEngine *engine,
                         CaCaller *officer,
                         gint64 id,
                         const char *reason,
                         GError **error);
/* administrators (ca-configure.c) */
gboolean ca_engine_set_config_entry (CaEngine *engine,
                                     CaCaller *administrator,
                                     const char *node,
                                     const char *entry,
                                     GVariant *value,
                                     GError **error);

/* Before any door opens: intents without certificate, rows left active (ca-recover.c, S-E3), and
 * the record that an engine started, in one commit with @start and @records (nullable, taken). */
gboolean ca_recover (ICertStore *store,
                     CaWriter *writer,
                     ICertStoreBatch *start,
                     GPtrArray *records,
                     GError **error);

/* Beginning and end of a run (ca-run.c): clock, audit log, recovery. */
gboolean ca_run_begin (CaEngine *engine, GError **error);
void ca_run_end (CaEngine *engine);

/* Before anything is signed, a certificate or a CRL: whether clock (S-H3) and audit log (S-F4,
 * S-F7) allow it. A worker's thread, never the writer's; may wait. CLOCK, AUDIT */
gboolean ca_engine_check_signing (CaEngine *engine, GError **error);
/* An administrator's word that the clock is right. WRONG_STATE */
gboolean ca_engine_confirm_clock (CaEngine *engine, CaCaller *administrator, GError **error);

/* Somebody who wants to know of changes; called on any thread. */
typedef void (*CaObserverFunc) (gint64 id,
                                ICertDisposition disposition,
                                gboolean config_changed,
                                gpointer data);
void ca_engine_add_observer (CaEngine *engine, CaObserverFunc func, gpointer data);
void ca_engine_remove_observer (CaEngine *engine, gpointer data);
void ca_engine_tell_observers (CaEngine *engine,
                               gint64 id,
                               ICertDisposition disposition,
                               gboolean config_changed);

/* CRLs were made: ICertCa::crl-published */
void ca_engine_tell_crls (CaEngine *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaEngine, ca_engine_unref)
