/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-audit.h"

/* The one thread that commits (design, decision 5): whatever has gathered goes into one transaction
 * and one sync, then everybody who waits is told. There is no timer: while one group is being
 * committed the next one gathers. */
typedef struct _CaWriter CaWriter;

/* Called on the writer's thread. @error NULL: the batch is durable. */
typedef void (*CaCommitDone) (gpointer data, const GError *error);

/* Reads the end of the audit chain and starts the thread. @node: name of this engine in audit
 * records. */
CaWriter *ca_writer_new (ICertStore *store, const char *node, GError **error);
/* Before the first commit. @secret: (nullable) of the MACs of audit records */
void ca_writer_set_secret (CaWriter *writer, GBytes *secret);
/* Called on the writer's thread after a commit that brought audit records; must not wait. Before
 * the first commit, or with NULL while nothing is queued. */
typedef void (*CaWriterHook) (const CaAuditHead *head, gpointer data);
void ca_writer_set_hook (CaWriter *writer, CaWriterHook hook, gpointer data);
/* Commits what is queued, then ends the thread. */
void ca_writer_free (CaWriter *writer);
/* Waits until everything queued so far is committed and answered; not on the writer's thread. */
void ca_writer_flush (CaWriter *writer);
/* Takes @batch and @audit (nullable, element-type CaAuditRecord). @done is nullable. */
void ca_writer_commit (CaWriter *writer,
                       ICertStoreBatch *batch,
                       GPtrArray *audit,
                       CaCommitDone done,
                       gpointer data);
/* The same, and waits; not on the writer's thread. */
gboolean ca_writer_commit_wait (CaWriter *writer,
                                ICertStoreBatch *batch,
                                GPtrArray *audit,
                                GError **error);
/* TRUE after a commit failed and until one succeeds (S-F4): then nothing is signed before its row
 * is durable. */
gboolean ca_writer_is_stopped (CaWriter *writer);
/* An audit record of its own. */
void ca_writer_audit (CaWriter *writer, CaAuditRecord *record);

/* Takes @n numbers of @counter (static) out of circulation, durably, and waits; not on the writer's
 * thread. */
gboolean ca_writer_reserve (CaWriter *writer,
                            const char *counter,
                            gint64 n,
                            gint64 *first,
                            GError **error);

/* Numbers of one counter, reserved in blocks that double (S-E7); any thread. */
typedef struct _CaIds CaIds;

CaIds *ca_ids_new (CaWriter *writer, const char *counter);
/* 0 with an error */
gint64 ca_ids_next (CaIds *ids, GError **error);
/* gives unused numbers back; only at a clean close, before the writer ends */
void ca_ids_free (CaIds *ids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaWriter, ca_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaIds, ca_ids_free)
