/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-expiry.h"

#include "ca-query.h"

static const guint thresholds[] = { 50, 25, 10, 0 };

/* When less than @percent of the life is left. */
static gint64
moment_of (const CaIssuer *issuer, guint percent)
{
  gint64 life = issuer->not_after - issuer->not_before;

  return percent == 0 ? issuer->not_after + 1 : issuer->not_after - life / 100 * percent;
}

/* How many thresholds have passed. */
static guint
stage_of (const CaIssuer *issuer, gint64 now)
{
  guint stage = 0;

  while (stage < G_N_ELEMENTS (thresholds) && now >= moment_of (issuer, thresholds[stage]))
    stage++;
  return stage;
}

static char *
counter_of (const CaIssuer *issuer)
{
  return g_strdup_printf ("ca-expiry-%u", issuer->certificate_index);
}

/* What was said already; -1 when that cannot be read. */
static gint64
load_stage (CaEngine *engine, const char *counter)
{
  gint64 stage;

  return ca_counter_load (engine->store, counter, &stage, NULL) ? stage : -1;
}

static char *
describe (const CaIssuer *issuer, guint stage)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (issuer->not_after);
  g_autofree char *text = g_date_time_format_iso8601 (end);

  if (thresholds[stage - 1] == 0)
    return g_strdup_printf ("CA certificate %u has ended on %s (icert renew)",
                            issuer->certificate_index, text);
  return g_strdup_printf ("less than %u %% of the life of CA certificate %u is left: it ends on %s "
                          "(icert renew)",
                          thresholds[stage - 1], issuer->certificate_index, text);
}

static gboolean
store_stage (CaEngine *engine, const char *counter, guint stage, const char *detail)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) audit
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autofree char *outcome = g_strdup_printf ("%u", thresholds[stage - 1]);
  g_autoptr (GError) error = NULL;

  ca_counter_store (counter, stage, batch);
  g_ptr_array_add (audit, ca_audit_record_new (NULL, "ca-expiry", "ca", outcome, detail));
  if (ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch), g_steal_pointer (&audit),
                             &error))
    return TRUE;
  g_message ("%s; not recorded: %s", detail, error->message);
  return FALSE;
}

static void
warn (CaEngine *engine, const CaIssuer *issuer, guint stage)
{
  g_autofree char *counter = counter_of (issuer);
  g_autofree char *detail = NULL;
  gint64 said = load_stage (engine, counter);

  if (said < 0 || said >= stage)
    return;
  detail = describe (issuer, stage);
  if (!store_stage (engine, counter, stage, detail))
    return;
  g_message ("%s", detail);
  ca_exit_host_alarm (engine->exits, "ca-expiry", detail);
}

void
ca_expiry_check (CaEngine *engine)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;
  g_autoptr (CaFacts) facts = NULL;
  const CaIssuer *issuer;
  guint stage;

  g_mutex_lock (&engine->expiry_mutex);
  if (now >= engine->expiry_due)
    {
      facts = ca_engine_ref_facts (engine);
      issuer = ca_facts_find_issuer (facts, -1);
      stage = issuer != NULL ? stage_of (issuer, now) : 0;
      if (stage > 0)
        warn (engine, issuer, stage);
      engine->expiry_due = issuer != NULL && stage < G_N_ELEMENTS (thresholds)
                               ? moment_of (issuer, thresholds[stage])
                               : G_MAXINT64;
    }
  g_mutex_unlock (&engine->expiry_mutex);
}
