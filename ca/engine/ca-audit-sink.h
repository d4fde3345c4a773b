/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-checkpoint.h"

/* Where checkpoints go outside the store (S-F7), as [Audit] Sink spells it: `file:PATH`, `journal`
 * or `exit`. */

/* whether it is spelt so */
gboolean ca_audit_sink_is_valid (const char *sink);
/* What is known of a sink. */
typedef struct
{
  const CaCheckpoint *last; /* (nullable) the newest checkpoint of the store that went there */
  gboolean restored;        /* a restore took the place of what the sink was told since */
  /* (nullable) what stands behind @last: AUDIT when the store should have it */
  gboolean (*judge) (const char *line, gpointer data, GError **error);
  gpointer data;
} CaSinkMemory;

/* whether checkpoints can go there now; writes nothing. @folder: of the CA. AUDIT */
gboolean ca_audit_sink_check (const char *sink,
                              const char *folder,
                              const CaSinkMemory *memory,
                              GError **error);
/* the same, and sends @line. Durable when it returns TRUE. AUDIT */
gboolean ca_audit_sink_write (const char *sink,
                              const char *folder,
                              const CaSinkMemory *memory,
                              const char *line,
                              GError **error);
/* Tests: another socket than the journal's; NULL = that one */
void ca_audit_sink_set_journal (const char *path);
