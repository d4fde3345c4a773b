/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-engine.h"

#include <string.h>

#include "ca-blocked-keys.h"
#include "ca-changes.h"
#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-der.h"
#include "ca-endorse.h"
#include "ca-expiry.h"
#include "ca-issue.h"
#include "ca-limits.h"
#include "ca-profiles.h"
#include "ca-request-row.h"
#include "ca-steps.h"
#include "ca-submit.h"

/* how often a request is judged when its profile changes meanwhile */
#define MAX_JUDGEMENTS 3

/* A request in the engine, from the queue to the answer. */
typedef struct
{
  CaEngine *engine; /* closing waits for every job, so it needs no reference */
  CaFacts *facts;
  CaPolicyChain *chain; /* as it was when the work began */
  CaRequest *request;
  CaCaller *caller; /* who asks now: the submitter or an officer */
  CaAnswer answer;
  gpointer answer_data;

  /* a submission's input, until it is decoded */
  GBytes *input;
  ICertEncoding encoding;
  ICertRequestFormat format;

  gint64 resubmit_id; /* 0: a new request */
  gint64 version;     /* of its content, that the officer saw; 0: not said */
  guint serial_draws;
  gboolean reserved;     /* the serial is a row already */
  CaVerb again;          /* of a resubmission: what it is, by the state it was in */
  gboolean own;          /* the officer approves an own request (single-operator mode) */
  gboolean look_up_key;  /* only the answer to a known idempotency key is wanted */
  GPtrArray *audit;      /* of CaAuditRecord, for the next commit */
  GPtrArray *deliveries; /* exits to tell after the commit */
} CaJob;

typedef enum
{
  GO_ON,
  DECIDED, /* the request has its disposition: store it */
  ANSWERED /* the job is gone, or somebody else's */
} CaStep;

static void
job_free (CaJob *job)
{
  CaEngine *engine = job->engine;

  g_clear_pointer (&job->facts, ca_facts_unref);
  g_clear_pointer (&job->chain, ca_policy_chain_unref);
  g_clear_pointer (&job->request, ca_request_unref);
  g_clear_pointer (&job->caller, ca_caller_unref);
  g_clear_pointer (&job->input, g_bytes_unref);
  g_clear_pointer (&job->audit, g_ptr_array_unref);
  g_clear_pointer (&job->deliveries, g_ptr_array_unref);
  g_free (job);
  g_atomic_int_add (&engine->n_jobs, -1);
}

static void
answer_response (CaJob *job, ICertResponse *response)
{
  job->answer (response, NULL, job->answer_data);
  g_object_unref (response);
  job_free (job);
}

static void
answer_error (CaJob *job, GError *error)
{
  job->answer (NULL, error, job->answer_data);
  g_error_free (error);
  job_free (job);
}

static void
note (CaJob *job, const char *verb, const char *outcome, const char *detail)
{
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, job->request->id);

  if (job->audit == NULL)
    job->audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_ptr_array_add (job->audit, ca_audit_record_new (job->caller, verb, object, outcome, detail));
}

/* A refusal that leaves no row: the audit log alone knows of it. */
static CaStep
refuse (CaJob *job, const char *verb, GError *error)
{
  g_autofree char *object = job->resubmit_id != 0
                                ? g_strdup_printf ("request:%" G_GINT64_FORMAT, job->resubmit_id)
                                : NULL;

  /* that a change waits is on record already */
  if (!g_error_matches (error, ICERT_ERROR, ICERT_ERROR_PENDING))
    ca_writer_audit (job->engine->writer,
                     ca_audit_record_new (job->caller, verb, object,
                                          icert_error_get_code_name (error->code), error->message));
  answer_error (job, error);
  return ANSWERED;
}

/* Officers, and administrators for what was denied; which it is, is known when it is loaded. */
static gboolean
may_resubmit (CaJob *job, GError **error)
{
  return ca_roles_check (job->facts->config, job->caller, CA_VERB_RESUBMIT_DENIED, NULL)
         || ca_roles_check (job->facts->config, job->caller, CA_VERB_RESUBMIT, error);
}

/* Step: who may ask at all */
static CaStep
authorise (CaJob *job)
{
  GError *error = NULL;

  if (!(job->resubmit_id != 0
            ? may_resubmit (job, &error)
            : ca_roles_check (job->facts->config, job->caller, CA_VERB_SUBMIT, &error))
      || ca_facts_get_issuer (job->facts, &error) == NULL)
    return refuse (job, job->resubmit_id != 0 ? "resubmit" : "submit", error);
  return GO_ON;
}

static void
trace_leniencies (CaRequest *request)
{
  for (guint i = 0; i < request->decoded->leniencies->len; i++)
    ca_trace_add (request->trace, "engine", "engine", "leniency", NULL,
                  request->decoded->leniencies->pdata[i], NULL);
}

/* The same key must come with the same content (S-E5): request and attributes. */
static void
hash_content (CaRequest *request, GBytes *input)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (input, &size);

  if (request->idempotency_key == NULL)
    return;
  g_byte_array_append (octets, data, size);
  if (request->attributes_text != NULL)
    g_byte_array_append (octets, (const guint8 *) request->attributes_text,
                         strlen (request->attributes_text));
  ca_crypto_sha256 (octets->data, octets->len, request->content_hash);
}

/* Step: octets to fields */
static CaStep
receive (CaJob *job)
{
  CaRequest *request = job->request;
  GError *error = NULL;

  hash_content (request, job->input);
  request->decoded = ca_decode_request (job->input, job->encoding, job->format, &error);
  if (request->decoded == NULL || !ca_request_merge_attributes (request, &error))
    return refuse (job, "submit", error);
  g_clear_pointer (&job->input, g_bytes_unref);
  request->config = ca_config_ref (job->facts->config);
  request->issuer = ca_issuer_ref (ca_facts_get_issuer (job->facts, NULL));
  request->issuer_name_id = request->issuer->key_index << 16 | request->issuer->certificate_index;
  request->submitted_when = ca_clock_now ();
  ca_request_reset_plan (request);
  ca_trace_add (request->trace, "received", "engine", NULL, NULL, request->caller_name,
                request->door);
  trace_leniencies (request);
  return GO_ON;
}

/* Step: an idempotency key that was here before answers what it answered then */
static CaStep
find_known (CaJob *job)
{
  CaRequest *request = job->request;
  GError *error = NULL;
  guint8 content[32];
  gint64 id;
  g_autoptr (CaRequest) known = NULL;

  if (request->idempotency_key == NULL)
    return GO_ON;
  id = ca_request_row_find_key (job->engine->store, request->caller_name, request->idempotency_key,
                                content, &error);
  if (id == 0 && error == NULL)
    return GO_ON;
  if (id != 0 && memcmp (content, request->content_hash, sizeof content) != 0)
    {
      icert_set_error (&error, ICERT_ERROR_CONFLICT, "idempotency-key",
                       "was used with another request (the same content, or another key)");
      icert_error_add_detail (error, "request-id", "%" G_GINT64_FORMAT, id);
    }
  if (error == NULL)
    known = ca_engine_load (job->engine, id, &error);
  if (known == NULL)
    {
      answer_error (job, error);
      return ANSWERED;
    }
  answer_response (job, ca_engine_respond (job->engine, known));
  return ANSWERED;
}

/* Step: a number */
static CaStep
number (CaJob *job)
{
  GError *error = NULL;

  job->request->id = ca_ids_next (job->engine->request_ids, &error);
  if (job->request->id == 0)
    {
      answer_error (job, error);
      return ANSWERED;
    }
  ca_steps_print (4, "submit", "CertificateAuthority.Request",
                  "request %" G_GINT64_FORMAT " from %s through door %s", job->request->id,
                  job->request->caller_name, job->request->door);
  return GO_ON;
}

/* The engine's own refusals: a wrong signature cannot be mended, so the request has failed; the
 * rest is denied. */
static CaStep
decide_refusal (CaJob *job, GError *error, const char *message)
{
  CaRequest *request = job->request;
  gboolean failed = !icert_error_is_refusal (error);
  g_autofree char *text = icert_error_get_text (error);
  g_autofree char *field = icert_error_get_field (error);

  ca_trace_add (request->trace, "rule", "engine", icert_error_get_code_name (error->code), field,
                text, NULL);
  ca_request_decide (request, failed ? ICERT_ROW_DISPOSITION_ERROR : ICERT_ROW_DISPOSITION_DENIED,
                     error, message != NULL ? message : text);
  return DECIDED;
}

/* S-B3, S-B4 */
static gboolean
check_key_is_free (CaJob *job, GError **error)
{
  const CaDecoded *decoded = job->request->decoded;

  for (guint i = 0; i < job->facts->issuers->len; i++)
    if (g_bytes_equal (decoded->spki, ((CaIssuer *) job->facts->issuers->pdata[i])->spki))
      {
        icert_set_error (error, ICERT_ERROR_WEAK_KEY, "public key",
                         "is the CA's own (a key of the requester)");
        return FALSE;
      }
  if (!ca_blocked_keys_contain (job->engine, decoded->spki))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WEAK_KEY, "public key",
                   "is on the list of blocked keys (a fresh key)");
  return FALSE;
}

/* What the record did not answer says nothing about the request. */
static CaStep
refuse_endorsement (CaJob *job, GError *error)
{
  if (error->code == ICERT_ERROR_STORAGE)
    {
      answer_error (job, error);
      return ANSWERED;
    }
  return decide_refusal (job, error,
                         icert_error_is_refusal (error)
                             ? NULL
                             : "Error verifying request signature or signing certificate");
}

static CaStep
prove (CaJob *job)
{
  GError *error = NULL;

  if (!ca_request_check_key (job->request, &error) || !check_key_is_free (job, &error))
    return decide_refusal (job, error, NULL);
  if (!ca_request_check_possession (job->request, &error))
    return decide_refusal (job, error, "Error verifying request signature or signing certificate");
  if (!ca_endorse_check (job->request, job->facts, job->engine->store, &error))
    return refuse_endorsement (job, error);
  return GO_ON;
}

static ICertStoreBatch *
new_batch (CaJob *job)
{
  ICertStoreBatch *batch = icert_store_batch_new ();

  if (job->request->version == 0)
    ca_request_row_insert (job->request, batch);
  else
    ca_request_row_update (job->request, batch);
  return batch;
}

/* A commit in the middle of the path; the trace so far is in the row. */
static gboolean
commit_now (CaJob *job, ICertStoreBatch *batch, GError **error)
{
  if (!ca_writer_commit_wait (job->engine->writer, batch, g_steal_pointer (&job->audit), error))
    return FALSE;
  job->request->version++;
  ca_trace_free (job->request->trace);
  job->request->trace = ca_trace_new ();
  return TRUE;
}

static CaStep
commit_failed (CaJob *job, GError *error)
{
  if (job->request->idempotency_key != NULL
      && g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFLICT))
    {
      /* Somebody with the same key was faster. */
      CaStep step = find_known (job);

      if (step == ANSWERED)
        {
          g_error_free (error);
          return step;
        }
    }
  answer_error (job, error);
  return ANSWERED;
}

/* Step: a row of its own, where what follows may be slow, or leave this process, or writing has
 * just failed */
static CaStep
record (CaJob *job)
{
  GError *error = NULL;

  if (job->facts->key_in_process && ca_policy_chain_is_direct (job->chain)
      && !ca_writer_is_stopped (job->engine->writer))
    return GO_ON;
  if (job->request->version != 0)
    return GO_ON;
  note (job, "receive", "ACTIVE", NULL);
  if (commit_now (job, new_batch (job), &error))
    return GO_ON;
  return commit_failed (job, error);
}

/* Step 5 */
static CaStep
judge (CaJob *job, CaWorker *worker)
{
  switch (ca_policy_chain_judge (job->chain, job->facts, job->request, worker))
    {
    case CA_JUDGED_ISSUE:
      return GO_ON;
    case CA_JUDGED_DECIDED:
      return DECIDED;
    default:
      return ANSWERED;
    }
}

/* The request waits until the clock is right (S-H3), or its profile approved (S-D11); it did
 * nothing wrong. */
static CaStep
postpone (CaJob *job, const char *rule, GError *error)
{
  g_autofree char *text = icert_error_get_text (error);

  ca_trace_add (job->request->trace, "engine", "engine", rule, NULL, text, NULL);
  ca_request_decide (job->request, ICERT_ROW_DISPOSITION_PENDING, error, text);
  return DECIDED;
}

/* S-D12: the content of the profile that decided may have been withdrawn while other policies
 * thought. The policy looks at its files once a second. */
static CaStep
judge_by_current (CaJob *job, CaWorker *worker)
{
  gint64 since = g_get_real_time ();
  CaStep step = judge (job, worker);

  for (guint i = 0; step == GO_ON && ca_profiles_is_stale (job->engine, job->request, since); i++)
    {
      GError *error = NULL;

      ca_trace_add (job->request->trace, "engine", "engine", "withdrawn", "profile",
                    job->request->template_name, "judged again");
      if (i < MAX_JUDGEMENTS)
        {
          g_usleep (G_USEC_PER_SEC + G_USEC_PER_SEC / 10);
          ca_request_reset_plan (job->request);
          since = g_get_real_time ();
          step = judge (job, worker);
          continue;
        }
      icert_set_error (&error, ICERT_ERROR_WRONG_STATE, "profile",
                       "%s is changed again and again (one that stays)",
                       job->request->template_name);
      return postpone (job, "withdrawn", error);
    }
  return step;
}

/* S-E1 step 4, for a key outside this process: what will be signed is durable before it is signed
 */
static gboolean
commit_intent (CaJob *job, CaIntent *intent, GError **error)
{
  g_autofree char *serial = ca_crypto_hex (job->request->serial, job->request->serial_size);
  ICertStoreBatch *batch = new_batch (job);

  ca_request_row_serial (job->request, ICERT_SERIAL_STATE_INTENT, FALSE, batch);
  ca_request_row_intent (job->request, intent->tbs, batch);
  note (job, "intent", "ACTIVE", serial);
  if (!commit_now (job, batch, error))
    return FALSE;
  job->reserved = TRUE;
  return TRUE;
}

/* "Issued", with what the policy noted behind it, as "validity cut to …". */
static void
set_issued (CaJob *job)
{
  CaRequest *request = job->request;
  const char *note_text = request->policy_message;
  g_autofree char *serial = ca_crypto_hex (request->serial, request->serial_size);
  g_autofree char *message = note_text != NULL ? g_strconcat ("Issued; ", note_text, NULL) : NULL;

  ca_trace_add (request->trace, "engine", "engine", "issued", "serialNumber", serial, NULL);
  note (job, "sign", "ISSUED", serial);
  request->publish_expired
      = ca_request_has_usage (request, job->facts->config->publish_expired_usages);
  ca_request_decide (request, ICERT_ROW_DISPOSITION_ISSUED, NULL,
                     message != NULL ? message : "Issued");
}

/* Steps between verdict and certificate */
static CaStep
issue (CaJob *job)
{
  CaIntent intent = { NULL, NULL };
  GError *error = NULL;
  CaStep step = DECIDED;

  if (!ca_profiles_check (job->engine, job->request, &error))
    return postpone (job, "profile", error);

  g_clear_pointer (&job->request->certificate, g_bytes_unref);
  if (!ca_engine_check_signing (job->engine, &error))
    return postpone (job, error->code == ICERT_ERROR_CLOCK ? "clock" : "audit", error);
  if (!ca_endorse_check_plan (job->request, job->facts, &error)
      || !ca_issue_prepare (job->request, &intent, &error))
    step = decide_refusal (job, error, NULL);
  else if (!job->facts->key_in_process && !commit_intent (job, &intent, &error))
    step = commit_failed (job, error);
  else if (!ca_issue_sign (job->request, &intent, &error))
    step = decide_refusal (job, error, "Error signing the certificate");
  else
    set_issued (job);
  ca_intent_clear (&intent);
  return step;
}

static ICertExitEvents
event_of (ICertRowDisposition disposition)
{
  switch ((int) disposition)
    {
    case ICERT_ROW_DISPOSITION_ISSUED:
      return ICERT_EXIT_EVENT_CERT_ISSUED;
    case ICERT_ROW_DISPOSITION_PENDING:
      return ICERT_EXIT_EVENT_CERT_PENDING;
    case ICERT_ROW_DISPOSITION_DENIED:
      return ICERT_EXIT_EVENT_CERT_DENIED;
    default:
      return ICERT_EXIT_EVENT_CERT_FAILED;
    }
}

/* On the writer's thread: the answer leaves only now. */
static void
stored_cb (gpointer data, const GError *error)
{
  CaJob *job = data;
  CaEngine *engine = job->engine;

  if (error == NULL)
    {
      job->request->version++;
      ca_exit_host_deliver (engine->exits, g_steal_pointer (&job->deliveries));
      ca_engine_tell_observers (engine, job->request->id,
                                ca_request_client_disposition (job->request->disposition), FALSE);
      answer_response (job, ca_engine_respond (engine, job->request));
      return;
    }
  /* A serial drawn twice (one in 2^112) or a key that came twice at once: a worker sees to it,
   * since this thread must not wait. */
  if (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFLICT)
      && (job->request->idempotency_key != NULL
          || (job->request->certificate != NULL && ++job->serial_draws <= CA_LIMIT_SERIAL_REDRAWS)))
    {
      job->look_up_key = job->request->idempotency_key != NULL;
      g_clear_pointer (&job->deliveries, g_ptr_array_unref);
      if (ca_workers_push (engine->workers, job, NULL))
        return;
    }
  answer_error (job, g_error_copy (error));
}

/* Step: everything into one batch, and off to the writer */
static void
store (CaJob *job)
{
  CaRequest *request = job->request;
  GError *error = NULL;
  ICertStoreBatch *batch;

  request->resolved_when
      = request->disposition != ICERT_ROW_DISPOSITION_PENDING ? ca_clock_now () : 0;
  note (job, job->resubmit_id != 0 ? "resubmit" : "submit",
        request->status != NULL ? icert_error_get_code_name (request->status->code)
                                : ca_row_disposition_to_string (request->disposition),
        request->message);
  batch = new_batch (job);
  if (request->certificate != NULL)
    ca_request_row_serial (request, ICERT_SERIAL_STATE_GOOD, job->reserved, batch);
  if (job->reserved)
    ca_request_row_intent (request, NULL, batch);
  if (!ca_exit_host_record (job->engine->exits, request, event_of (request->disposition), batch,
                            &job->deliveries, &error))
    {
      icert_store_batch_unref (batch);
      answer_error (job, error);
      return;
    }
  ca_writer_commit (job->engine->writer, batch, g_steal_pointer (&job->audit), stored_cb, job);
}

/* S-D10; who approves their own in single-operator mode does so, and the trace says it */
static gboolean
check_approval (CaJob *job, GError **error)
{
  const CaConfig *config = job->facts->config;
  CaRequest *request = job->request;

  if (!ca_roles_check_approval (config, job->caller, request, error))
    return FALSE;
  if (!config->dual_control || job->caller->door == CA_DOOR_SETUP
      || !ca_profiles_was_changed_by (job->engine, job->caller, request->template_name))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "officer",
                   "%s changed profile %s within 30 days (another officer)", job->caller->name,
                   request->template_name);
  return FALSE;
}

/* S-D12: what was loaded is judged, signed and stored, and the store takes it only if its row has
 * not changed since; so there is nothing between this comparison and the signature. */
static gboolean
check_version (const CaJob *job, GError **error)
{
  const CaRequest *request = job->request;

  if (job->version == 0 || job->version == request->content_version)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "content-version",
                   "request %" G_GINT64_FORMAT " has %" G_GINT64_FORMAT ", it was changed "
                   "(%" G_GINT64_FORMAT ", which was seen)",
                   request->id, request->content_version, job->version);
  if (error != NULL)
    {
      icert_error_add_detail (*error, "status", "0x80094003");
      icert_error_add_detail (*error, "actual", "%" G_GINT64_FORMAT, request->content_version);
      icert_error_add_detail (*error, "expected", "%" G_GINT64_FORMAT, job->version);
      icert_error_add_detail (*error, "request-id", "%" G_GINT64_FORMAT, request->id);
    }
  return FALSE;
}

/* Step 6: what an officer wants judged again */
static CaStep
reload (CaJob *job)
{
  CaRequest *request;
  GError *error = NULL;
  gboolean denied;

  request = job->request = ca_engine_load (job->engine, job->resubmit_id, &error);
  if (request == NULL)
    return refuse (job, "resubmit", error);
  denied = request->disposition == ICERT_ROW_DISPOSITION_DENIED;
  job->again = denied ? CA_VERB_RESUBMIT_DENIED : CA_VERB_RESUBMIT;
  if (request->disposition != ICERT_ROW_DISPOSITION_PENDING && !denied)
    {
      icert_set_error (&error, ICERT_ERROR_WRONG_STATE, "request",
                       "%" G_GINT64_FORMAT " is %s (pending, or denied)", request->id,
                       ca_row_disposition_to_string (request->disposition));
      icert_error_add_detail (error, "status", "0x80094003");
    }
  else if (!ca_roles_check (job->facts->config, job->caller, job->again, &error))
    ;
  else if (ca_roles_check_officer (job->facts->config, job->caller, request, &error)
           && check_approval (job, &error))
    check_version (job, &error);
  if (error != NULL)
    return refuse (job, "resubmit", error);
  g_clear_pointer (&request->config, ca_config_unref);
  request->config = ca_config_ref (job->facts->config);
  g_clear_pointer (&request->issuer, ca_issuer_unref);
  request->issuer = ca_issuer_ref (ca_facts_get_issuer (job->facts, NULL));
  request->issuer_name_id = request->issuer->key_index << 16 | request->issuer->certificate_index;
  request->new_request = FALSE;
  request->approved_version = request->content_version;
  g_free (request->officer_name);
  request->officer_name = g_strdup (job->caller->name);
  ca_request_reset_plan (request);
  job->own = !job->facts->config->dual_control && job->caller->door != CA_DOOR_SETUP
             && ca_roles_is_submitter (job->caller, request);
  ca_trace_add (request->trace, "officer", "engine", "resubmit", NULL, job->caller->name,
                job->own ? "approves this content, an own request (single operator)"
                         : "approves this content");
  ca_steps_print (6, "officer", "CertificateAuthority.Admin",
                  "%s resubmits request %" G_GINT64_FORMAT, job->caller->name, request->id);
  return GO_ON;
}

static gboolean
makes_ca (const CaRequest *request)
{
  return request->template_name != NULL
         && g_strv_contains ((const char *const *) request->config->ca_profiles,
                             request->template_name);
}

/* S-G3, S-D11: under dual control an officer asks for a CA certificate, and an administrator who
 * did not submit the request approves this content of it, by this content of the profile. */
static gboolean
check_two (CaJob *job, GError **error)
{
  CaRequest *request = job->request;
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, request->id);
  g_autoptr (GVariant) value = NULL;
  CaChange change = { .verb = job->again, .object = object };

  if (!makes_ca (request))
    return TRUE;
  if (!request->config->dual_control)
    ca_trace_add (request->trace, "officer", "engine", "ca-certificate", "profile",
                  request->template_name, "approved by one (single operator)");
  value = g_variant_ref_sink (g_variant_new (
      CA_CHANGE_REQUEST_TYPE, request->id, request->content_version, request->template_name,
      request->profile_hash != NULL ? request->profile_hash : ""));
  change.value = value;
  return ca_changes_require (job->engine, job->caller, &change, error);
}

/* S-G3: a root signs certificates on a direct command only, which a person gives who may approve
 * requests, or the ceremony. What others submit waits for one. */
static gboolean
check_command (CaJob *job, GError **error)
{
  const CaConfig *config = job->facts->config;

  if (!config->is_root || job->caller->door == CA_DOOR_SETUP
      || ca_roles_check (config, job->caller, CA_VERB_RESUBMIT, NULL))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "request",
                   "a root signs on a direct command only (an officer's, icert resubmit)");
  return FALSE;
}

static CaStep
wait_for_command (CaJob *job)
{
  GError *error = NULL;

  return check_command (job, &error) ? GO_ON : postpone (job, "direct-command", error);
}

/* The rights were judged by the profile that the request had. Officers may change what it asks for
 * and policies choose, so the officer must be one for the profile that decided, too (S-D10, S-D16).
 * Nothing is written: the request stays as it was. */
static CaStep
authorise_chosen (CaJob *job)
{
  GError *error = NULL;

  if (ca_roles_check_officer (job->facts->config, job->caller, job->request, &error)
      && check_approval (job, &error) && check_two (job, &error))
    return GO_ON;
  return refuse (job, "resubmit", error);
}

/* The path, one line a step. */
static CaStep
run_new (CaJob *job, CaWorker *worker)
{
  CaStep step = authorise (job);

  if (step == GO_ON)
    step = receive (job);
  if (step == GO_ON)
    step = find_known (job);
  if (step == GO_ON)
    step = number (job);
  if (step == GO_ON)
    step = prove (job);
  if (step == GO_ON)
    step = record (job);
  if (step == GO_ON)
    step = judge_by_current (job, worker);
  if (step == GO_ON)
    step = wait_for_command (job);
  if (step == GO_ON)
    step = issue (job);
  return step;
}

static CaStep
run_again (CaJob *job, CaWorker *worker)
{
  CaStep step = authorise (job);

  if (step == GO_ON)
    step = reload (job);
  if (step == GO_ON)
    step = prove (job);
  if (step == GO_ON)
    step = judge_by_current (job, worker);
  if (step == GO_ON)
    step = authorise_chosen (job);
  if (step == GO_ON)
    step = issue (job);
  return step;
}

/* A commit met a conflict and there was a key: somebody with the same one was faster, or it was the
 * serial. Only what had its certificate already gets another one. */
static CaStep
look_again (CaJob *job)
{
  CaStep step;

  job->look_up_key = FALSE;
  step = find_known (job);
  if (step != GO_ON)
    return step;
  if (job->request->certificate != NULL && ++job->serial_draws <= CA_LIMIT_SERIAL_REDRAWS)
    return issue (job);
  {
    GError *error = NULL;

    icert_set_error (&error, ICERT_ERROR_INTERNAL, "store",
                     "the request met a conflict that its key does not explain (a free number)");
    answer_error (job, error);
  }
  return ANSWERED;
}

void
ca_submit_run (CaWorker *worker, gpointer data, gpointer engine)
{
  CaJob *job = data;
  CaStep step;

  ca_expiry_check (engine);
  if (job->chain == NULL)
    job->chain = ca_policy_host_ref_chain (job->engine->policies);
  if (job->look_up_key)
    step = look_again (job);
  else if (job->request != NULL && job->serial_draws > 0)
    step = issue (job);
  else if (job->resubmit_id != 0)
    step = run_again (job, worker);
  else
    step = run_new (job, worker);
  if (step == DECIDED)
    store (job);
}

void
ca_submit_expired (gpointer data, const char *class_id, gpointer engine)
{
  CaJob *job = data;

  ca_policy_chain_blame (job->chain, job->request, class_id);
  note (job, "module-overrun", "MODULE", class_id);
  store (job);
}

static CaJob *
job_new (CaEngine *engine, CaCaller *caller, CaAnswer answer, gpointer data)
{
  CaJob *job = g_new0 (CaJob, 1);

  job->engine = engine;
  g_atomic_int_inc (&engine->n_jobs);
  job->facts = ca_engine_ref_facts (engine);
  job->caller = ca_caller_ref (caller);
  job->answer = answer;
  job->answer_data = data;
  return job;
}

static void
push (CaEngine *engine, CaJob *job)
{
  GError *error = NULL;

  if (!ca_workers_push (engine->workers, job, &error))
    answer_error (job, error);
}

/* After the job was counted: whoever stops the CA closes the gate first, then counts. */
static gboolean
check_gate (CaEngine *engine, GError **error)
{
  if G_LIKELY (g_atomic_int_get (&engine->gate) == CA_GATE_OPEN)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "ca", "is not started (icert_control_start)");
  return FALSE;
}

/* No thread would ever take the job. */
static gboolean
answer_in_child (CaEngine *engine, CaAnswer answer, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (ca_engine_check_process (engine, &error))
    return FALSE;
  answer (NULL, error, data);
  return TRUE;
}

static gboolean
check_key_text (const char *key, GError **error)
{
  gsize length = key != NULL ? strlen (key) : 0;

  if (key == NULL
      || (length > 0 && length <= CA_LIMIT_IDEMPOTENCY_KEY && g_utf8_validate (key, length, NULL)
          && ca_text_is_clean (key)))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, "idempotency-key",
                   "has %" G_GSIZE_FORMAT " octets (1 to %d, UTF-8 without control characters)",
                   length, CA_LIMIT_IDEMPOTENCY_KEY);
  return FALSE;
}

void
ca_engine_submit (CaEngine *engine, const CaSubmission *submission, CaAnswer answer, gpointer data)
{
  GError *error = NULL;
  CaRequest *request;
  CaJob *job;

  if (answer_in_child (engine, answer, data))
    return;
  job = job_new (engine, submission->caller, answer, data);
  request = ca_request_new ();
  job->request = request;
  job->input = g_bytes_ref (submission->request);
  job->encoding = submission->encoding;
  job->format = submission->format;
  request->flags = submission->flags;
  request->requester = ca_caller_ref (submission->caller);
  request->requester_name = g_strdup (submission->caller->name);
  request->caller_name = g_strdup (submission->caller->name);
  request->caller_id = g_strdup (submission->caller->id);
  request->door = ca_door_to_string (submission->caller->door);
  request->idempotency_key = g_strdup (submission->idempotency_key);
  if (!check_gate (engine, &error) || !check_key_text (submission->idempotency_key, &error)
      || !ca_request_set_attributes (request, submission->attributes, &error))
    {
      refuse (job, "submit", error);
      return;
    }
  if (submission->attributes != NULL)
    request->attributes_text = icert_attributes_format (submission->attributes);
  push (engine, job);
}

/* Step 6: an officer wants a pending request judged again. */
static void
queue_again (CaEngine *engine,
             CaCaller *officer,
             gint64 id,
             gint64 version,
             CaAnswer answer,
             gpointer data)
{
  GError *error = NULL;
  CaJob *job;

  if (answer_in_child (engine, answer, data))
    return;
  job = job_new (engine, officer, answer, data);
  job->resubmit_id = id;
  job->version = version;
  if (!check_gate (engine, &error))
    {
      refuse (job, "resubmit", error);
      return;
    }
  push (engine, job);
}

/* Waiting */

typedef struct
{
  CaWaiter waiter;
  ICertResponse *response;
  GError *error;
} Pending;

static void
wake_cb (ICertResponse *response, const GError *error, gpointer data)
{
  Pending *pending = data;

  pending->response = response != NULL ? g_object_ref (response) : NULL;
  pending->error = error != NULL ? g_error_copy (error) : NULL;
  ca_waiter_wake (&pending->waiter);
}

/* An application's own policies are called here when it waits on their thread. */
static ICertResponse *
wait_for (Pending *pending, GError **error)
{
  ca_waiter_wait (&pending->waiter, -1);
  ca_waiter_clear (&pending->waiter);
  if (pending->error != NULL)
    g_propagate_error (error, pending->error);
  return pending->response;
}

ICertResponse *
ca_engine_submit_wait (CaEngine *engine, const CaSubmission *submission, GError **error)
{
  Pending pending = { .response = NULL };

  ca_waiter_init (&pending.waiter, TRUE);
  ca_engine_submit (engine, submission, wake_cb, &pending);
  return wait_for (&pending, error);
}

ICertResponse *
ca_engine_resubmit_wait (CaEngine *engine,
                         CaCaller *officer,
                         gint64 id,
                         gint64 version,
                         GError **error)
{
  Pending pending = { .response = NULL };

  ca_waiter_init (&pending.waiter, TRUE);
  queue_again (engine, officer, id, version, wake_cb, &pending);
  return wait_for (&pending, error);
}
