/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-facts.h"
#include "ca-owner.h"
#include "ca-request.h"
#include "ca-writer.h"

/* Tells the exit modules what happened (S-L4): events are rows of the outbox, committed with what
 * they tell of, so that a crash loses none; delivered afterwards by a thread of their own, in order
 * for each request, at least once, with growing pauses, and given up after a day. */
typedef struct _CaExitHost CaExitHost;
typedef struct _CaDelivery CaDelivery;

/* What the host asks of whoever knows CRLs; called on the exits' threads. */
typedef struct
{
  /* (element-type CaRunCrl): what is to be told of a run */
  GPtrArray *(*load_run) (gpointer data, gint64 run, GError **error);
  /* (transfer full): the ICertIssuedCrl of each */
  GPtrArray *(*list_crls) (GPtrArray *crls);
  /* how it went, into @batch; @failed: it has to be told again */
  void (*settle) (gpointer data,
                  const char *class_id,
                  GPtrArray *crls,
                  const GError *error,
                  gint64 due,
                  ICertStoreBatch *batch,
                  gboolean *failed);
} CaRunFuncs;

/* A module that fails to load or initialise is skipped and audited; the others run. Events left by
 * an earlier run are queued. */
CaExitHost *ca_exit_host_new (ICertRegistry *registry,
                              CaFacts *facts,
                              ICertStore *store,
                              CaWriter *writer,
                              const CaRunFuncs *runs,
                              gpointer data,
                              GError **error);
/* Begins to deliver, what was left from before first. What exits say of CRLs goes to @runs. */
void ca_exit_host_start (CaExitHost *host);
/* Delivers what is due, for a few seconds at most, then ends. Before the writer ends. */
void ca_exit_host_free (CaExitHost *host);
/* Adds a row for each module that wants @event to @batch; the result (nullable) goes to
 * ca_exit_host_deliver() once the batch is durable; one that is not is freed. FALSE with an error
 * when no number could be had. */
gboolean ca_exit_host_record (CaExitHost *host,
                              CaRequest *request,
                              ICertExitEvents event,
                              ICertStoreBatch *batch,
                              GPtrArray **deliveries,
                              GError **error);
/* The same for CRL_ISSUED of the run @run, which has no request. */
gboolean ca_exit_host_record_run (CaExitHost *host,
                                  gint64 run,
                                  ICertStoreBatch *batch,
                                  GPtrArray **deliveries,
                                  GError **error);
/* Waits until each exit of the configuration was told of run @run once, or stands behind one of its
 * own failures; until @deadline (monotonic) at most. Earlier runs that failed are told again first,
 * at once. Exits of an application are not waited for: this may be their thread. */
void ca_exit_host_wait_run (CaExitHost *host, gint64 run, gint64 deadline);
/* Tells again at once of the CRLs that failed and are due at ca_clock_now(), and waits as above. */
void ca_exit_host_run_due (CaExitHost *host, gint64 deadline);
/* From now on nobody waits, nor those who do. */
void ca_exit_host_stop_waiting (CaExitHost *host);
/* ALARM, to all that want it; not kept in the outbox, but audited where it fails */
void ca_exit_host_alarm (CaExitHost *host, const char *code, const char *text);
/* AUDIT_CHECKPOINT, to all that want it: an event as ca_exit_host_record() makes them, in the
 * commit that stores the checkpoint; its line is read from there. */
gboolean ca_exit_host_record_checkpoint (CaExitHost *host,
                                         gint64 sequence,
                                         ICertStoreBatch *batch,
                                         GPtrArray **deliveries,
                                         GError **error);
/* Takes @deliveries (nullable). */
void ca_exit_host_deliver (CaExitHost *host, GPtrArray *deliveries);
/* STARTUP and SHUTDOWN: of the CA, not kept in the outbox */
void ca_exit_host_announce (CaExitHost *host, ICertExitEvents event);
/* whether nothing is due or being delivered; retries of what failed are not counted */
gboolean ca_exit_host_is_idle (CaExitHost *host);
guint ca_exit_host_get_n_modules (CaExitHost *host);
/* (transfer full) (nullable) */
char *ca_exit_host_describe (CaExitHost *host, guint index);
/* Initialises @exit, which the calling thread lends to @tag; then come the events that one of its
 * class did not get, and STARTUP if that was announced. @check is asked when it is there.
 * CONFLICT, NOT_SUPPORTED, STORAGE, or what one of them says */
gboolean ca_exit_host_append (CaExitHost *host,
                              ICertExit *exit,
                              CaFacts *facts,
                              gconstpointer tag,
                              CaLendCheck check,
                              GError **error);
/* (transfer container): takes what was lent out; its undelivered events stay in the outbox.
 * ca_exit_host_let_go() comes after. */
GPtrArray *ca_exit_host_take_lent (CaExitHost *host);
/* Each on its thread. */
void ca_exit_host_let_go (GPtrArray *taken);
void ca_exit_host_set_facts (CaExitHost *host, CaFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaExitHost, ca_exit_host_free)
