/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-control.h"

#include "ca-changes.h"

/* How long stopping waits for events that are due. */
#define DRAIN_TIME (5 * G_TIME_SPAN_SECOND)
/* How often stopping looks; its thread's objects are called meanwhile, so nothing waits for this.
 */
#define LOOK_INTERVAL 5

static void
note (CaEngine *engine,
      CaCaller *caller,
      CaVerb verb,
      const char *object,
      const char *outcome,
      const char *detail)
{
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (verb), object, outcome, detail));
}

/* FALSE with what @error says, in the audit log too. Takes @refusal. */
static gboolean
refuse (CaEngine *engine,
        CaCaller *caller,
        CaVerb verb,
        const char *object,
        GError *refusal,
        GError **error)
{
  const char *outcome = refusal->domain == ICERT_ERROR ? icert_error_get_code_name (refusal->code)
                                                       : g_quark_to_string (refusal->domain);

  note (engine, caller, verb, object, outcome, refusal->message);
  g_propagate_error (error, refusal);
  return FALSE;
}

/* S-D11: under dual control nobody brings modules alone */
static gboolean
is_approved (CaEngine *engine, CaCaller *caller, const char *name, GError **error)
{
  CaChange change = { .verb = CA_VERB_APPEND, .object = name };

  return ca_changes_require (engine, caller, &change, error);
}

/* The snapshot of this moment, if @caller may. */
static CaFacts *
authorise (CaEngine *engine, CaCaller *caller, CaVerb verb, const char *object, GError **error)
{
  g_autoptr (CaFacts) facts = NULL;
  GError *refusal = NULL;

  if (!ca_engine_check_process (engine, error))
    return NULL;
  facts = ca_engine_ref_facts (engine);
  if (ca_roles_check (facts->config, caller, verb, &refusal)
      && (verb != CA_VERB_APPEND || is_approved (engine, caller, object, &refusal)))
    return g_steal_pointer (&facts);
  if (g_error_matches (refusal, ICERT_ERROR, ICERT_ERROR_PENDING))
    g_propagate_error (error, refusal);
  else
    refuse (engine, caller, verb, object, refusal, error);
  return NULL;
}

/* What is appended while the CA is stopped would be let go in a moment, and its owner would start a
 * CA without it. */
static gboolean
check_closing (gconstpointer tag, GError **error)
{
  const CaEngine *engine = tag;

  if (g_atomic_int_get (&engine->gate) != CA_GATE_CLOSING)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "ca",
                   "is being stopped (a try when that is done)");
  return FALSE;
}

gboolean
ca_control_append_policy (CaEngine *engine, CaCaller *caller, ICertPolicy *policy, GError **error)
{
  const char *name = G_OBJECT_TYPE_NAME (policy);
  g_autoptr (CaFacts) facts = authorise (engine, caller, CA_VERB_APPEND, name, error);
  GError *refusal = NULL;

  if (facts == NULL)
    return FALSE;
  if (!check_closing (engine, &refusal)
      || !ca_policy_host_append (engine->policies, policy, facts, engine, check_closing, &refusal))
    return refuse (engine, caller, CA_VERB_APPEND, name, refusal, error);
  note (engine, caller, CA_VERB_APPEND, name, "OK", "policy");
  return TRUE;
}

gboolean
ca_control_append_exit (CaEngine *engine, CaCaller *caller, ICertExit *exit, GError **error)
{
  const char *name = G_OBJECT_TYPE_NAME (exit);
  g_autoptr (CaFacts) facts = authorise (engine, caller, CA_VERB_APPEND, name, error);
  GError *refusal = NULL;

  if (facts == NULL)
    return FALSE;
  if (!check_closing (engine, &refusal)
      || !ca_exit_host_append (engine->exits, exit, facts, engine, check_closing, &refusal))
    return refuse (engine, caller, CA_VERB_APPEND, name, refusal, error);
  note (engine, caller, CA_VERB_APPEND, name, "OK", "exit");
  return TRUE;
}

gboolean
ca_control_start (CaEngine *engine, CaCaller *caller, GError **error)
{
  g_autoptr (CaFacts) facts = authorise (engine, caller, CA_VERB_START, NULL, error);
  GError *refusal = NULL;

  if (facts == NULL)
    return FALSE;
  if (!g_atomic_int_compare_and_exchange (&engine->gate, CA_GATE_SHUT, CA_GATE_OPEN))
    return check_closing (engine, &refusal)
           || refuse (engine, caller, CA_VERB_START, NULL, refusal, error);
  ca_engine_forget_policy (engine);
  note (engine, caller, CA_VERB_START, NULL, "OK", NULL);
  ca_exit_host_announce (engine->exits, ICERT_EXIT_EVENT_STARTUP);
  return TRUE;
}

/* What runs ends, and what is due is told. */
static void
drain (CaEngine *engine)
{
  gint64 until;

  while (g_atomic_int_get (&engine->n_jobs) > 0)
    ca_owner_pump (LOOK_INTERVAL);
  ca_exit_host_announce (engine->exits, ICERT_EXIT_EVENT_SHUTDOWN);
  until = g_get_monotonic_time () + DRAIN_TIME;
  while (!ca_exit_host_is_idle (engine->exits) && g_get_monotonic_time () < until)
    ca_owner_pump (LOOK_INTERVAL);
}

/* When it is durable, so is what the exits were told. */
static void
note_stopped (CaEngine *engine, CaCaller *caller)
{
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (
      audit, ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_STOP), NULL, "OK", NULL));
  if (!ca_writer_commit_wait (engine->writer, icert_store_batch_new (), audit, &error))
    g_message ("stopping: %s", error->message);
}

static gboolean
refuse_inside (CaEngine *engine, CaCaller *caller, GError **error)
{
  GError *refusal = NULL;

  icert_set_error (&refusal, ICERT_ERROR_WRONG_STATE, "ca",
                   "an object of it is being called (stop outside of policies and exits)");
  return refuse (engine, caller, CA_VERB_STOP, NULL, refusal, error);
}

/* Everything is taken out before the gate is shut, so that what others append and start from then
 * on stays; and the gate is shut before anything is let go: what is finalised then may call
 * whatever it likes. Objects may have been appended to a CA that never started. */
gboolean
ca_control_stop (CaEngine *engine, CaCaller *caller, GError **error)
{
  g_autoptr (CaFacts) facts = authorise (engine, caller, CA_VERB_STOP, NULL, error);
  g_autoptr (CaPolicyChain) policies = NULL;
  g_autoptr (GPtrArray) exits = NULL;
  GError *refusal = NULL;
  gboolean closing;

  if (facts == NULL)
    return FALSE;
  if (ca_owner_is_calling (engine))
    return refuse_inside (engine, caller, error);
  closing = g_atomic_int_compare_and_exchange (&engine->gate, CA_GATE_OPEN, CA_GATE_CLOSING);
  if (!closing && !check_closing (engine, &refusal))
    return refuse (engine, caller, CA_VERB_STOP, NULL, refusal, error);
  if (closing)
    {
      drain (engine);
      note_stopped (engine, caller);
    }
  ca_engine_forget_policy (engine);
  exits = ca_exit_host_take_lent (engine->exits);
  policies = ca_policy_host_take_lent (engine->policies);
  if (closing)
    g_atomic_int_set (&engine->gate, CA_GATE_SHUT);
  ca_exit_host_let_go (exits);
  ca_policy_chain_let_go (policies);
  return TRUE;
}
