/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-revoke.h"

#include "ca-blocked-keys.h"
#include "ca-certificate.h"
#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-own-rows.h"
#include "ca-request-row.h"
#include "ca-steps.h"
#include "ca-submit.h"

/* What becomes of a certificate after it was issued (S-I1). The request's row has a version, by
 * which of several officers one wins (S-E6); where it was deleted the status goes on without it. */

/* RFC 5280's name */
static const char *
reason_to_string (ICertRevocationReason reason)
{
  static const char *const names[]
      = { "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
          "superseded",    "cessationOfOperation", "certificateHold", NULL,
          "removeFromCRL", "privilegeWithdrawn",   "aACompromise" };

  return reason < G_N_ELEMENTS (names) && names[reason] != NULL ? names[reason] : "unknown";
}

gboolean
ca_engine_refuse (CaEngine *engine,
                  const CaCaller *caller,
                  CaVerb verb,
                  const char *object,
                  GError *refusal,
                  GError **error)
{
  /* that a change waits is on record already */
  if (!g_error_matches (refusal, ICERT_ERROR, ICERT_ERROR_PENDING))
    ca_writer_audit (engine->writer, ca_audit_record_new (caller, ca_verb_to_string (verb), object,
                                                          icert_error_get_code_name (refusal->code),
                                                          refusal->message));
  g_propagate_error (error, refusal);
  return FALSE;
}

/* Looking */

static const guint8 status_columns[] = {
  ICERT_SERIAL_STATE,        ICERT_SERIAL_REQUEST_ID, ICERT_SERIAL_NOT_AFTER,
  ICERT_SERIAL_REVOKED_WHEN, ICERT_SERIAL_REASON,     ICERT_SERIAL_PUBLISH_EXPIRED,
};

static GPtrArray *
query_status (ICertStore *store, const CaStatus *status, GError **error)
{
  ICertStoreCondition parts[] = {
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_SERIAL_ISSUER,
      .seek = ICERT_SEEK_EQ,
      .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = status->issuer } },
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_SERIAL_SERIAL,
      .seek = ICERT_SEEK_EQ,
      .value
      = { .type = ICERT_PROPERTY_TYPE_BINARY, .data = status->serial, .size = status->size } }
  };
  const ICertStoreCondition *both[] = { &parts[0], &parts[1] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = G_N_ELEMENTS (status_columns),
                            .columns = status_columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return icert_store_query (store, &query, NULL, error);
}

static void
read_status (CaStatus *status, const ICertStoreRow *row)
{
  status->state = icert_store_row_get_int (row, 0);
  status->request_id = icert_store_row_get_int (row, 1);
  status->not_after = icert_store_row_get_int (row, 2);
  status->revoked_when = icert_store_row_get_int (row, 3);
  status->reason = icert_store_row_get_int (row, 4) & ICERT_SERIAL_REASON_MASK;
  status->backdated = (icert_store_row_get_int (row, 4) & ICERT_SERIAL_REASON_BACKDATED) != 0;
  status->publish_expired = icert_store_row_get_int (row, 5) != 0;
}

static guint
count_keys (const CaFacts *facts)
{
  guint n = 0;

  for (guint i = 0; i < facts->issuers->len; i++)
    n = MAX (n, ((const CaIssuer *) facts->issuers->pdata[i])->key_index + 1);
  return n;
}

/* The table's key begins with the issuer, and a CA has few keys: a look-up for each is cheaper than
 * an index for all certificates. No serial is under two of them: drawing makes sure of it, and
 * importing asks. */
gboolean
ca_status_find (const CaFacts *facts, const char *serial, CaStatus *status, GError **error)
{
  *status = (CaStatus){ 0 };
  if (!ca_serial_parse (serial, status->serial, &status->size, error))
    return FALSE;
  for (gint64 key = count_keys (facts) - 1; key >= 0; key--)
    {
      g_autoptr (GPtrArray) rows = NULL;

      status->issuer = key;
      rows = query_status (facts->store, status, error);
      if (rows == NULL)
        return FALSE;
      if (rows->len == 0)
        continue;
      read_status (status, rows->pdata[0]);
      return TRUE;
    }
  return FALSE;
}

ICertCaDisposition
ca_engine_is_valid (CaEngine *engine,
                    const char *serial,
                    ICertRevocationReason *reason,
                    GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  CaStatus status;
  GError *local = NULL;

  *reason = ICERT_REVOCATION_REASON_UNSPECIFIED;
  if (!ca_status_find (facts, serial, &status, &local))
    {
      if (local == NULL)
        return ICERT_CA_DISPOSITION_INVALID;
      g_propagate_error (error, local);
      return ICERT_CA_DISPOSITION_ERROR;
    }
  switch (status.state)
    {
    case ICERT_SERIAL_STATE_GOOD:
      return ICERT_CA_DISPOSITION_VALID;
    case ICERT_SERIAL_STATE_REVOKED:
    case ICERT_SERIAL_STATE_ORPHANED:
      if (status.revoked_when > ca_clock_now ())
        return ICERT_CA_DISPOSITION_VALID;
      *reason = status.reason;
      return ICERT_CA_DISPOSITION_REVOKED;
    default:
      return ICERT_CA_DISPOSITION_INVALID;
    }
}

/* Changing */

/* A certificate that is to change. */
typedef struct
{
  CaEngine *engine;
  CaCaller *officer;
  CaVerb verb;
  char *object; /* of the audit record */
  gboolean locked;
  CaFacts *facts;
  CaStatus status;
  CaRequest *request; /* NULL: the row was deleted */
} Target;

/* Rows that were deleted have no version, so those changes go one by one. */
static GMutex without_row;

static void
target_clear (Target *target)
{
  if (target->locked)
    g_mutex_unlock (&without_row);
  g_free (target->object);
  g_clear_pointer (&target->facts, ca_facts_unref);
  g_clear_pointer (&target->request, ca_request_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

static void
refuse_state (GError **error, const char *is)
{
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "certificate", "%s (issued or revoked)", is);
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x8007000D");
}

/* The serial may be one of another CA, in a row that was imported as such. */
static void
refuse_unknown (CaEngine *engine, const char *serial, GError **error)
{
  gint64 id = ca_request_row_find_serial (engine->store, serial, NULL);

  if (ca_own_rows_contain (id))
    refuse_state (error, "is the CA's own or above it, and who signed it revokes it");
  else if (id != 0)
    refuse_state (error, "is foreign");
  else
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "serial",
                     "no certificate of this CA has it (a serial number in hex)");
}

static gboolean
load_request (Target *target, GError **error)
{
  GError *local = NULL;

  g_clear_pointer (&target->request, ca_request_unref);
  target->request = ca_engine_load (target->engine, target->status.request_id, &local);
  if (target->request != NULL || g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_FOUND))
    {
      g_clear_error (&local);
      return TRUE;
    }
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
read_target_status (Target *target, const char *serial, GError **error)
{
  GError *local = NULL;

  if (ca_status_find (target->facts, serial, &target->status, &local))
    return TRUE;
  if (local != NULL)
    g_propagate_error (error, local);
  else
    refuse_unknown (target->engine, serial, error);
  return FALSE;
}

/* The row's version guards what is read behind it, so the status is read again then: a change
 * between the two would be lost. */
static gboolean
find_status (Target *target, const char *serial, GError **error)
{
  if (!read_target_status (target, serial, error) || !load_request (target, error)
      || !read_target_status (target, serial, error))
    return FALSE;
  if (target->status.state == ICERT_SERIAL_STATE_GOOD
      || target->status.state == ICERT_SERIAL_STATE_REVOKED)
    return TRUE;
  refuse_state (error, target->status.state == ICERT_SERIAL_STATE_INTENT
                           ? "is not issued yet"
                           : "was never issued: its serial is an orphan");
  return FALSE;
}

/* The status is read again once nobody else can change it. */
static gboolean
lock_status (Target *target, const char *serial, GError **error)
{
  if (target->request != NULL)
    return TRUE;
  g_mutex_lock (&without_row);
  target->locked = TRUE;
  return find_status (target, serial, error);
}

/* A certificate without a row has neither profile nor requester: no officer rights cover it. */
static gboolean
check_officer (const Target *target, GError **error)
{
  const CaConfig *config = target->facts->config;

  return target->request != NULL
             ? ca_roles_check_officer (config, target->officer, target->request, error)
             : ca_roles_check_object (config, target->officer, NULL, NULL, error);
}

/* S-D16: the right, and then what it is asked for. */
static gboolean
find_target (Target *target, const char *serial, GError **error)
{
  g_autofree char *normal = ca_serial_normalize (serial, NULL);

  target->object = g_strconcat ("serial:", normal, NULL);
  target->facts = ca_engine_ref_facts (target->engine);
  return ca_roles_check (target->facts->config, target->officer, target->verb, error)
         && find_status (target, serial, error) && check_officer (target, error)
         && lock_status (target, serial, error);
}

static void
write_status (const CaStatus *status, gint64 now, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, status->issuer);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, status->serial, status->size);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, status->state);
  icert_store_batch_set_int (batch, ICERT_SERIAL_CHANGED, now);
  icert_store_batch_set_int (batch, ICERT_SERIAL_PUBLISH_EXPIRED, status->publish_expired);
  if (status->state == ICERT_SERIAL_STATE_REVOKED)
    {
      icert_store_batch_set_int (batch, ICERT_SERIAL_REVOKED_WHEN, status->revoked_when);
      icert_store_batch_set_int (batch, ICERT_SERIAL_REASON,
                                 (gint64) status->reason
                                     | (status->backdated ? ICERT_SERIAL_REASON_BACKDATED : 0));
      return;
    }
  icert_store_batch_set_empty (batch, ICERT_SERIAL_REVOKED_WHEN);
  icert_store_batch_set_empty (batch, ICERT_SERIAL_REASON);
}

/* The row of the request says what the status says. */
static void
update_request (Target *target, gint64 now, const char *message)
{
  const CaStatus *status = &target->status;
  CaRequest *request = target->request;
  gboolean revoked = status->state == ICERT_SERIAL_STATE_REVOKED;

  request->disposition = revoked ? ICERT_ROW_DISPOSITION_REVOKED : ICERT_ROW_DISPOSITION_ISSUED;
  if (message != NULL)
    {
      g_free (request->message);
      request->message = g_strdup (message);
      request->revoked_when = revoked ? now : 0;
    }
  request->revoked_effective_when = revoked ? status->revoked_when : 0;
  request->revoked_reason = revoked ? status->reason : ICERT_REVOCATION_REASON_UNSPECIFIED;
  request->publish_expired = status->publish_expired;
}

/* S-B3. The key of a certificate whose row is gone is not known any more. */
static gboolean
blocks_key (const Target *target)
{
  return target->request != NULL && target->verb == CA_VERB_REVOKE
         && target->status.reason == ICERT_REVOCATION_REASON_KEY_COMPROMISE;
}

static void
tell (Target *target, GPtrArray *deliveries)
{
  CaRequest *request = target->request;

  if (request == NULL)
    return;
  request->version++;
  ca_exit_host_deliver (target->engine->exits, deliveries);
  ca_engine_tell_observers (target->engine, request->id,
                            ca_request_client_disposition (request->disposition), FALSE);
}

static GPtrArray *
new_record (Target *target, const char *outcome, const char *detail)
{
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);

  g_ptr_array_add (audit, ca_audit_record_new (target->officer, ca_verb_to_string (target->verb),
                                               target->object, outcome, detail));
  return audit;
}

/* Status, row, blocked key, event and audit record in one batch. @message: NULL keeps the row's;
 * @event: NONE for none */
static gboolean
commit (Target *target,
        ICertExitEvents event,
        const char *message,
        const char *detail,
        GError **error)
{
  CaEngine *engine = target->engine;
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) deliveries = NULL;
  gint64 now = ca_clock_now ();
  GError *local = NULL;
  const char *outcome = target->status.state == ICERT_SERIAL_STATE_REVOKED ? "revoked" : "issued";

  write_status (&target->status, now, batch);
  if (target->request != NULL)
    {
      update_request (target, now, message);
      ca_trace_add (target->request->trace, "officer", target->officer->name,
                    ca_verb_to_string (target->verb), "status", detail, NULL);
      ca_request_row_status (target->request, batch);
      if (event != ICERT_EXIT_EVENT_NONE
          && !ca_exit_host_record (engine->exits, target->request, event, batch, &deliveries,
                                   error))
        return FALSE;
    }
  if (blocks_key (target))
    ca_blocked_keys_record (target->request->decoded->spki, now, target->request->id, batch);
  if (!ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch),
                              new_record (target, outcome, detail), &local))
    return ca_engine_refuse (engine, target->officer, target->verb, target->object, local, error);
  if (blocks_key (target))
    ca_blocked_keys_add (engine, target->request->decoded->spki);
  ca_steps_print (6, "officer", "CertificateAuthority.Admin", "%s: %s %s, %s",
                  target->officer->name, ca_verb_to_string (target->verb), target->object, detail);
  tell (target, g_steal_pointer (&deliveries));
  return TRUE;
}

/* The same again is a success, and a decision. */
static gboolean
change_nothing (Target *target, GError **error)
{
  return ca_writer_commit_wait (target->engine->writer, icert_store_batch_new (),
                                new_record (target, "unchanged", NULL), error);
}

static gboolean
is_ca_certificate (const Target *target)
{
  g_autoptr (CaCertificate) certificate = NULL;

  if (target->request == NULL || target->request->certificate == NULL)
    return FALSE;
  certificate = ca_certificate_decode (target->request->certificate, NULL);
  for (guint i = 0; certificate != NULL && i < certificate->decoded->extensions->len; i++)
    {
      ICertExtension *extension = certificate->decoded->extensions->pdata[i];
      g_autofree char *oid = icert_extension_get_oid (extension);
      g_autoptr (GBytes) value = NULL;
      gboolean ca = FALSE;
      int length;

      if (!g_str_equal (oid, "2.5.29.19"))
        continue;
      value = icert_extension_get_value (extension);
      return icert_extension_parse_basic_constraints (value, &ca, &length, NULL) && ca;
    }
  return FALSE;
}

/* Which reasons this certificate may have at all. */
static gboolean
check_reason (const Target *target, ICertRevocationReason reason, GError **error)
{
  const char *who = NULL;

  if (reason == ICERT_REVOCATION_REASON_CA_COMPROMISE && !is_ca_certificate (target))
    who = "of a CA certificate";
  else if ((reason == ICERT_REVOCATION_REASON_CERTIFICATE_HOLD
            || reason == ICERT_REVOCATION_REASON_REMOVE_FROM_CRL)
           && (target->request == NULL || !target->request->hold_allowed))
    who = "where the profile allows hold";
  if (who == NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "reason",
                   "%s cannot be the reason (only %s)", reason_to_string (reason), who);
  return FALSE;
}

/* In whole seconds, as CRLs have it; 0: none was given. A date outside the certificate says nothing
 * about it; only now may be later, for one that has expired. */
static gboolean
check_date (const Target *target, GDateTime *effective, gint64 *when, GError **error)
{
  gint64 first = target->request != NULL ? target->request->plan->not_before * G_USEC_PER_SEC : 0;

  *when = effective != NULL ? g_date_time_to_unix (effective) * G_USEC_PER_SEC : 0;
  if (effective == NULL || (*when >= first && *when <= target->status.not_after))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "effective",
                   "lies outside the certificate's validity (from its beginning to its end)");
  return FALSE;
}

typedef enum
{
  REFUSED,
  SAME,
  CHANGED
} Judgement;

static Judgement
refuse_change (const CaStatus *status, const char *wanted, GError **error)
{
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "certificate", "is revoked, %s (%s)",
                   reason_to_string (status->reason), wanted);
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x8007000D");
  return REFUSED;
}

/* A hold turns into something for good: its date stays, or one that has come. */
static Judgement
leave_hold (const CaStatus *status, gint64 now, gint64 *when, GError **error)
{
  if (*when > now)
    return refuse_change (status, "a date that has come, for what is on hold", error);
  if (*when == 0)
    *when = MIN (status->revoked_when, now);
  return CHANGED;
}

/* S-I1, of what is revoked already. @when: in: 0 = now; out: the date to write */
static Judgement
judge_again (const CaStatus *status,
             ICertRevocationReason reason,
             gint64 now,
             gint64 *when,
             GError **error)
{
  gboolean given = *when != 0;
  gint64 wanted = given ? *when : MIN (status->revoked_when, now);

  if (reason != status->reason && status->reason == ICERT_REVOCATION_REASON_CERTIFICATE_HOLD)
    return leave_hold (status, now, when, error);
  if (reason != status->reason && reason != ICERT_REVOCATION_REASON_KEY_COMPROMISE)
    return refuse_change (status, "the same reason, or keyCompromise", error);
  if (wanted > status->revoked_when)
    return refuse_change (status, "the same date, or an earlier one", error);
  *when = wanted;
  return reason == status->reason && wanted == status->revoked_when ? SAME : CHANGED;
}

static Judgement
judge (Target *target,
       ICertRevocationReason reason,
       GDateTime *effective,
       gint64 *when,
       GError **error)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC * G_USEC_PER_SEC;

  if (!check_reason (target, reason, error) || !check_date (target, effective, when, error))
    return REFUSED;
  if (target->status.state == ICERT_SERIAL_STATE_REVOKED)
    return judge_again (&target->status, reason, now, when, error);
  if (*when == 0)
    *when = now;
  return CHANGED;
}

static char *
describe (const CaStatus *status)
{
  g_autoptr (GDateTime) date
      = g_date_time_new_from_unix_utc (status->revoked_when / G_USEC_PER_SEC);
  g_autofree char *text = date != NULL ? g_date_time_format_iso8601 (date) : NULL;

  return g_strdup_printf ("%s from %s", reason_to_string (status->reason), text);
}

/* @given: @when is the officer's word */
static gboolean
make_revoked (Target *target,
              ICertRevocationReason reason,
              gint64 when,
              gboolean given,
              GError **error)
{
  g_autofree char *message = g_strdup_printf ("Revoked by %s", target->officer->name);
  g_autofree char *detail = NULL;

  target->status.state = ICERT_SERIAL_STATE_REVOKED;
  target->status.reason = reason;
  target->status.revoked_when = when;
  if (target->request != NULL
      && ca_request_has_usage (target->request, target->facts->config->publish_expired_usages))
    target->status.publish_expired = TRUE;
  /* what nobody said again stays as it was, as the date does */
  if (given)
    target->status.backdated = when < ca_clock_now () / G_USEC_PER_SEC * G_USEC_PER_SEC;
  detail = describe (&target->status);
  return commit (target, ICERT_EXIT_EVENT_CERT_REVOKED, message, detail, error);
}

static gboolean
check_held (const Target *target, GError **error)
{
  if (target->status.state == ICERT_SERIAL_STATE_REVOKED
      && target->status.reason == ICERT_REVOCATION_REASON_CERTIFICATE_HOLD)
    return TRUE;
  if (target->status.state == ICERT_SERIAL_STATE_REVOKED)
    {
      refuse_change (&target->status, "on hold", error);
      return FALSE;
    }
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "certificate", "is issued (on hold)");
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x8007000D");
  return FALSE;
}

static gboolean
release (Target *target, GError **error)
{
  g_autofree char *message = g_strdup_printf ("Released from hold by %s", target->officer->name);

  target->status.state = ICERT_SERIAL_STATE_GOOD;
  target->status.backdated = FALSE;
  return commit (target, ICERT_EXIT_EVENT_CERT_UNREVOKED, message, "released from hold", error);
}

gboolean
ca_engine_revoke (CaEngine *engine,
                  CaCaller *officer,
                  const char *serial,
                  ICertRevocationReason reason,
                  GDateTime *effective,
                  GError **error)
{
  g_auto (Target) target = { .engine = engine, .officer = officer, .verb = CA_VERB_REVOKE };
  /* AD CS takes this reason by hand; it can only mean one thing */
  gboolean releases = reason == ICERT_REVOCATION_REASON_REMOVE_FROM_CRL;
  Judgement judgement = REFUSED;
  GError *local = NULL;
  gint64 when = 0;

  if (find_target (&target, serial, &local))
    {
      if (!releases)
        judgement = judge (&target, reason, effective, &when, &local);
      else if (check_reason (&target, reason, &local) && check_held (&target, &local))
        judgement = CHANGED;
    }
  if (judgement == REFUSED)
    return ca_engine_refuse (engine, officer, target.verb, target.object, local, error);
  if (judgement == SAME)
    return change_nothing (&target, error);
  return releases ? release (&target, error)
                  : make_revoked (&target, reason, when, effective != NULL, error);
}

gboolean
ca_engine_unrevoke (CaEngine *engine, CaCaller *officer, const char *serial, GError **error)
{
  g_auto (Target) target = { .engine = engine, .officer = officer, .verb = CA_VERB_UNREVOKE };
  GError *local = NULL;

  if (!find_target (&target, serial, &local) || !check_held (&target, &local))
    return ca_engine_refuse (engine, officer, target.verb, target.object, local, error);
  return release (&target, error);
}

gboolean
ca_engine_set_publish_expired (CaEngine *engine,
                               CaCaller *officer,
                               const char *serial,
                               gboolean publish,
                               GError **error)
{
  g_auto (Target) target
      = { .engine = engine, .officer = officer, .verb = CA_VERB_SET_PUBLISH_EXPIRED };
  GError *local = NULL;

  if (!find_target (&target, serial, &local))
    return ca_engine_refuse (engine, officer, target.verb, target.object, local, error);
  if (target.status.state != ICERT_SERIAL_STATE_REVOKED)
    {
      icert_set_error (&local, ICERT_ERROR_WRONG_STATE, "certificate", "is issued (revoked)");
      icert_error_add_detail (local, "status", "0x8007000D");
      return ca_engine_refuse (engine, officer, target.verb, target.object, local, error);
    }
  if (target.status.publish_expired == publish)
    return change_nothing (&target, error);
  target.status.publish_expired = publish;
  return commit (&target, ICERT_EXIT_EVENT_NONE, NULL,
                 publish ? "on CRLs after its end" : "off CRLs after its end", error);
}
