/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-crl-writer.h"
#include "ca-crl.h"

/* What one CRL is to be, and then is. */
typedef struct
{
  CaCrlRow *row;    /* owned */
  CaIssuer *issuer; /* owned: the newest certificate of the key */
  gboolean divided; /* it is about one partition of several */
  gint64 since;     /* deltas: what changed from here on; microseconds */
  gint64 ended;     /* what expired before this was on a CRL since; microseconds */
} CaCrl;

/* A run: what all of its CRLs share. */
typedef struct
{
  CaEngine *engine;
  CaFacts *facts;
  ICertCrlFlags flags;
  gboolean manual;
  gint64 now;         /* microseconds */
  gint64 next_update; /* the caller's; 0 = none */
  gint64 number;
  gint64 highest; /* number of the CRLs before */
  guint n_partitions;
  gboolean divided;
  GPtrArray *crls; /* of CaCrl, in their order */
  GArray *told;    /* of gint64: numbers of the runs that exits are told of */
} CaCrlRun;

/* ca-crl-rules.c: when it holds (processing.md 6); @delta by its row */
void ca_crl_set_dates (const CaCrlRun *run, CaCrl *crl);
/* the base a delta builds on; @fresh: (nullable) the base of the same run */
gboolean ca_crl_choose_base (const CaCrlRun *run,
                             CaCrl *crl,
                             const CaCrlRow *fresh,
                             GError **error);

/* ca-crl-entries.c: the entries, into the writer */
gboolean ca_crl_write_entries (const CaCrlRun *run,
                               const CaCrl *crl,
                               CaCrlWriter *writer,
                               GError **error);

/* ca-crl-extensions.c: SEQUENCE OF Extension, DER */
GBytes *ca_crl_make_extensions (const CaCrlRun *run, const CaCrl *crl, GError **error);

/* ca-crl-usages.c: what the configuration keeps on CRLs after its end gets its mark. What could not
 * be marked, as a row that an officer just changed, is marked by the next run: no CRL waits for it.
 */
void ca_crl_mark_usages (CaEngine *engine, const CaConfig *config);

/* how many partitions ever had certificates: 1, or the highest number of one */
gboolean ca_crl_count_partitions (ICertStore *store, guint *n_partitions, GError **error);
