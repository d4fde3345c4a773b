/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Why a request became what it became: who looked (module), by which rule, at which field, what was
 * seen and what would have been allowed. One trace a judgement; `icert explain` prints it. */
typedef struct _CaTrace CaTrace;

typedef struct
{
  gint64 time;      /* microseconds since 1970, UTC */
  const char *kind; /* received, rule, read, written, verdict, engine, note, officer */
  const char *module;
  const char *rule;
  const char *field;
  const char *seen;
  const char *allowed;
} CaTraceEntry;

CaTrace *ca_trace_new (void);
void ca_trace_free (CaTrace *trace);
/* all texts nullable; they are copied */
void ca_trace_add (CaTrace *trace,
                   const char *kind,
                   const char *module,
                   const char *rule,
                   const char *field,
                   const char *seen,
                   const char *allowed);
guint ca_trace_get_n_entries (const CaTrace *trace);
/* lends what the store keeps of it; until the next ca_trace_add() */
const guint8 *ca_trace_get_octets (const CaTrace *trace, gsize *size);
/* appends the entries of a stored trace to @builder (aa{sv}), each with its @judgement number */
void ca_trace_append_variant (GBytes *bytes, gint64 judgement, GVariantBuilder *builder);
/* calls @each with the entries of a stored trace (nullable); those live as long as the call */
void ca_trace_foreach (GBytes *bytes,
                       void (*each) (const CaTraceEntry *entry, gpointer data),
                       gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaTrace, ca_trace_free)
