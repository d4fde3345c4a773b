/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* The CRLs of a CA. A run, from whatever door or the schedule:
 *
 *   ca_crl_publish ()      ca-crl-publish.c: rights, dates, one number for all
 *     |-> ca-crl-rules.c       when it holds, which base a delta builds on
 *     |-> ca-crl-entries.c     ICertStore.scan over the slim status table
 *     |-> ca-crl-writer.c      the file, signed through the ICertKey of its CA key
 *     |-> ca-crl-extensions.c  what stands behind the entries
 *     |-> ca-crl-reader.c      read back and judged before anybody hears of it
 *     '-> ca-crl-rows.c        the rows of the run, one batch
 *
 * The file of a CRL is in the folder `crls` of the CA. It is durable before its row is committed,
 * and its row before anybody is told; the number was taken out of circulation before either. So a
 * crash leaves a file without a row, at worst, and a number that nobody used. */

/* One row of the table. */
typedef struct
{
  gint64 id;
  gint64 number;
  gint64 min_base; /* 0: a base CRL */
  guint key_index;
  guint partition;
  gint64 count;
  gint64 this_update, next_update, this_publish, next_publish; /* microseconds since 1970 */
  gint64 effective;                                            /* deltas: thisUpdate of the base */
  gint64 propagation_complete;
  guint flags; /* ICertCrlPublishFlags */
  gint64 size;
  char *hash; /* SHA-256, hex */
  char *file; /* from the folder of the CA */
} CaCrlRow;

void ca_crl_row_free (CaCrlRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaCrlRow, ca_crl_row_free)

typedef enum
{
  CA_CRL_KIND_BASE,
  CA_CRL_KIND_DELTA,
  CA_CRL_KIND_ANY
} CaCrlKind;

/* The newest one; NULL without an error when there is none. */
CaCrlRow *ca_crl_row_load_newest (ICertStore *store,
                                  guint key_index,
                                  guint partition,
                                  CaCrlKind kind,
                                  GError **error);
/* (element-type CaCrlRow): those that have not expired at @now, newest first */
GPtrArray *ca_crl_row_load_unexpired (ICertStore *store,
                                      guint key_index,
                                      guint partition,
                                      CaCrlKind kind,
                                      gint64 now,
                                      GError **error);
/* (element-type CaCrlRow): those of the run @number */
GPtrArray *ca_crl_row_load_run (ICertStore *store, gint64 number, GError **error);
/* (element-type CaCrlRow): at most @limit that expired before @now, are older than number @below
 * and have their file still */
GPtrArray *ca_crl_row_load_expired (ICertStore *store,
                                    gint64 now,
                                    gint64 below,
                                    guint limit,
                                    GError **error);
/* NULL with NOT_FOUND */
CaCrlRow *ca_crl_row_load (ICertStore *store, gint64 id, GError **error);
void ca_crl_row_insert (const CaCrlRow *row, ICertStoreBatch *batch);
ICertCrlInfo *ca_crl_row_to_info (const CaCrlRow *row);

/* Makes CRLs and publishes them; ICertAdmin.publish_crls. @caller: NULL for the schedule, which
 * needs no right. @next_update: (nullable). See icert_admin_publish_crls() for the errors. Not on a
 * thread of the engine. */
ICertPublishResult *ca_crl_publish (CaEngine *engine,
                                    CaCaller *caller,
                                    ICertCrlFlags flags,
                                    GDateTime *next_update,
                                    GError **error);

/* The octets of a CRL, mapped from its file below @folder, the CA's. STORAGE when the file is not
 * the one that was signed */
GBytes *ca_crl_load (const char *folder, const CaCrlRow *row, GError **error);
/* the newest of a key (@key_index -1: the newest key) and partition; NOT_FOUND */
GBytes *ca_crl_get (const CaFacts *facts,
                    int key_index,
                    int partition,
                    gboolean delta,
                    GError **error);

/* CR_PROP_* of CRLs; NULL without an error when empty */
gboolean ca_crl_is_property (ICertCaProperty property);
GVariant *ca_crl_get_property (CaEngine *engine,
                               const CaFacts *facts,
                               ICertCaProperty property,
                               int index,
                               GError **error);

/* RawCRL, RawDeltaCRL, CRLState, CRLNextPublish and CRLDeltaNextPublish, as modules ask for them:
 * of the key of CA certificate @index (-1 = newest), which has to be there; NULL without an error
 * when
 * @name is none of them, or when no such CRL was made yet. STORAGE */
GVariant *ca_crl_get_system (const CaFacts *facts, const char *name, int index, GError **error);

/* CRLs of answers (CR_OUT_CRLS): the newest of the key and partition as of now; nothing is read
 * before somebody asks the answer for them. */
void ca_crl_add_to_response (CaEngine *engine,
                             guint key_index,
                             guint partition,
                             ICertResponse *response);
/* which ones are the newest has changed */
void ca_crl_forget_picks (CaEngine *engine);
/* what the engine keeps of them */
GHashTable *ca_crl_new_picks (void);
/* CR_PROP_CASIGCERTCRLCHAIN */
GVariant *ca_crl_get_chain_property (CaEngine *engine,
                                     const CaFacts *facts,
                                     int index,
                                     GError **error);

/* (nullable): the URLs at which clients find it; NULL when the CA has none */
char **ca_crl_urls (const CaConfig *config, guint key_index, guint partition, gboolean delta);

/* the partition whose CRL a certificate's distribution points (DER, nullable) name, of 0 to
 * @n_partitions; -1: none of them */
int ca_crl_find_partition (const CaConfig *config,
                           guint key_index,
                           guint n_partitions,
                           GBytes *points);
/* Partitions: 1 while certificates are not divided. Raises the number that CRLs are made for,
 * durably, before a certificate is issued into a new one. */
gboolean ca_crl_note_partitions (ICertStore *store,
                                 CaWriter *writer,
                                 const CaConfig *config,
                                 GError **error);
/* for a certificate that is to be issued: 0 while they are not divided, else 1 to their number */
gboolean ca_crl_choose_partition (const CaConfig *config, gint64 *partition, GError **error);
