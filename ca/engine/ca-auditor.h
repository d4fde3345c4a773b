/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-checkpoint.h"
#include "ca-exit-host.h"
#include "ca-facts.h"
#include "ca-writer.h"

/* Makes the checkpoints of S-F7, on a thread of its own: every so many records or minutes the end
 * of the chain is signed with the audit key, sent to the sinks and stored. As long as that fails
 * nothing is signed (fail closed). */
typedef struct _CaAuditor CaAuditor;

/* Reads what was sealed before and hears of each commit from here on. AUDIT, STORAGE */
CaAuditor *ca_auditor_new (const char *folder,
                           ICertRegistry *registry,
                           ICertStore *store,
                           CaWriter *writer,
                           const char *node,
                           GError **error);
/* Sinks and bounds; the first call starts the thread. */
void ca_auditor_set_facts (CaAuditor *auditor, CaFacts *facts);
/* The exits that the sink `exit` tells, before the first set_facts. They may be told until
 * ca_auditor_stop() returns. */
void ca_auditor_set_exits (CaAuditor *auditor, CaExitHost *exits);
/* Ends the thread; with the sink `exit` a checkpoint that is due is made now, since exits go before
 * the log does. */
void ca_auditor_stop (CaAuditor *auditor);
/* Whether something may be signed. After a failure it tries again, and waits for that. AUDIT */
gboolean ca_auditor_check (CaAuditor *auditor, GError **error);
/* Stops, and commits @records (taken), with a checkpoint when one is due. Nothing is
 * written behind it. */
void ca_auditor_end (CaAuditor *auditor, ICertStoreBatch *batch, GPtrArray *records);
/* after the writer, which tells it of commits */
void ca_auditor_free (CaAuditor *auditor);

/* For the health check: what is open */
typedef struct
{
  gint64 sealed;   /* sequence number of the newest checkpoint, 0 = none */
  gint64 time;     /* of it */
  gint64 unsealed; /* records behind it */
  char *trouble;   /* (nullable) why there is no newer one */
  char **sinks;
} CaAuditorState;

void ca_auditor_get_state (CaAuditor *auditor, CaAuditorState *state);
void ca_auditor_state_clear (CaAuditorState *state);

/* (transfer full) (nullable): public half of the audit key, NULL without an error when there is no
 * key yet. AUDIT */
GBytes *ca_auditor_load_public_key (const char *folder, ICertRegistry *registry, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaAuditor, ca_auditor_free)
