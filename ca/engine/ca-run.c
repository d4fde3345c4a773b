/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-engine.h"

#include "ca-clock-state.h"
#include "ca-query.h"
#include "ca-secret.h"

static gboolean
begin_mac (CaEngine *engine, const CaAuditHead *head, ICertStoreBatch *batch, GError **error)
{
  g_autoptr (GBytes) secret = NULL;
  gint64 from;

  if (!ca_secret_load (engine->folder, &secret, error)
      || !ca_counter_load (engine->store, CA_AUDIT_MAC_FROM, &from, error))
    return FALSE;
  if (secret == NULL)
    return TRUE;
  ca_writer_set_secret (engine->writer, secret);
  if (from == 0)
    ca_counter_store (CA_AUDIT_MAC_FROM, head->sequence + 1, batch);
  return TRUE;
}

static void
note_clock (CaEngine *engine, GPtrArray *records)
{
  g_autofree char *trouble = ca_clock_guard_dup_trouble (engine->clock);

  g_ptr_array_add (records, ca_audit_record_new (NULL, "clock", "clock", "CLOCK", trouble));
}

static gboolean
begin_clock (CaEngine *engine,
             const CaAuditHead *head,
             ICertStoreBatch *batch,
             GPtrArray *records,
             GError **error)
{
  CaClockState state;

  if (!ca_clock_state_load (&state, engine->store, error))
    return FALSE;
  engine->clock = ca_clock_guard_new_resumed (head->time, &state);
  ca_clock_guard_check (engine->clock, NULL);
  if (ca_clock_guard_take_trouble (engine->clock, &state))
    note_clock (engine, records);
  ca_clock_state_store (&state, batch);
  return TRUE;
}

gboolean
ca_run_begin (CaEngine *engine, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  CaAuditHead head;

  /* Before anything of this run is stored. */
  if (!ca_audit_head_load (&head, engine->store, error))
    return FALSE;
  if (!head.stopped)
    g_ptr_array_add (records, ca_audit_record_new (NULL, "crash", NULL, "CRASHED",
                                                   "the run before has no end on record"));
  if (!begin_mac (engine, &head, batch, error)
      || !begin_clock (engine, &head, batch, records, error))
    return FALSE;
  engine->auditor = ca_auditor_new (engine->folder, engine->registry, engine->store, engine->writer,
                                    g_get_host_name (), error);
  if (engine->auditor == NULL)
    return FALSE;
  engine->begun = ca_recover (engine->store, engine->writer, g_steal_pointer (&batch),
                              g_steal_pointer (&records), error);
  return engine->begun;
}

void
ca_run_end (CaEngine *engine)
{
  ICertStoreBatch *batch;
  CaClockState state;

  if (!engine->begun)
    return;
  batch = icert_store_batch_new ();
  ca_clock_guard_get_state (engine->clock, &state);
  ca_clock_state_store (&state, batch);
  ca_auditor_end (
      engine->auditor, batch,
      ca_audit_list_new (ca_audit_record_new (NULL, CA_AUDIT_VERB_STOP, NULL, "OK", NULL)));
}

/* S-H3: it holds until an administrator confirms, also for the runs to come. */
static void
store_trouble (CaEngine *engine)
{
  ICertStoreBatch *batch;
  GPtrArray *records;
  CaClockState state;

  if (!ca_clock_guard_take_trouble (engine->clock, &state))
    return;
  batch = icert_store_batch_new ();
  records = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  ca_clock_state_store (&state, batch);
  note_clock (engine, records);
  ca_writer_commit (engine->writer, batch, records, NULL, NULL);
}

gboolean
ca_engine_check_signing (CaEngine *engine, GError **error)
{
  if G_LIKELY (ca_clock_guard_check (engine->clock, error))
    return ca_auditor_check (engine->auditor, error);
  store_trouble (engine);
  return FALSE;
}

static gboolean
confirm (CaEngine *engine, const CaCaller *administrator, GError **error)
{
  g_autofree char *trouble = ca_clock_guard_dup_trouble (engine->clock);
  ICertStoreBatch *batch;
  CaClockState state;

  if (trouble == NULL)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "clock",
                       "stopped nothing (a clock that jumped)");
      return FALSE;
    }
  batch = icert_store_batch_new ();
  ca_clock_guard_propose (engine->clock, &state);
  ca_clock_state_store (&state, batch);
  if (!ca_writer_commit_wait (
          engine->writer, batch,
          ca_audit_list_new (ca_audit_record_new (
              administrator, ca_verb_to_string (CA_VERB_CONFIRM_CLOCK), "clock", "OK", trouble)),
          error))
    return FALSE;
  ca_clock_guard_confirm (engine->clock, &state);
  return TRUE;
}

gboolean
ca_engine_confirm_clock (CaEngine *engine, CaCaller *administrator, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  GError *local = NULL;

  /* a jump that nobody ran into yet */
  ca_engine_check_signing (engine, NULL);
  if (ca_roles_check (facts->config, administrator, CA_VERB_CONFIRM_CLOCK, &local)
      && confirm (engine, administrator, &local))
    return TRUE;
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (administrator, ca_verb_to_string (CA_VERB_CONFIRM_CLOCK),
                                        "clock", icert_error_get_code_name (local->code),
                                        local->message));
  g_propagate_error (error, local);
  return FALSE;
}
