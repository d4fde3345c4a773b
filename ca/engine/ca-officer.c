/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-engine.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-der.h"
#include "ca-limits.h"
#include "ca-oids.h"
#include "ca-request-row.h"
#include "ca-revoke.h"
#include "ca-steps.h"
#include "ca-submit.h"

/* What officers do with a pending request (step 6). */

/* The pending request, or the reason why not. */
static CaRequest *
load_pending (CaEngine *engine,
              const CaFacts *facts,
              CaCaller *officer,
              CaVerb verb,
              gint64 id,
              GError **error)
{
  g_autoptr (CaRequest) request = NULL;

  if (!ca_roles_check (facts->config, officer, verb, error))
    return NULL;
  request = ca_engine_load (engine, id, error);
  if (request == NULL)
    return NULL;
  if (!ca_roles_check_officer (facts->config, officer, request, error))
    return NULL;
  if (request->disposition == ICERT_ROW_DISPOSITION_PENDING)
    return g_steal_pointer (&request);
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "request",
                   "%" G_GINT64_FORMAT " is %s (pending)", id,
                   ca_row_disposition_to_string (request->disposition));
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x80094003");
  return NULL;
}

/* One batch: the row with its version, the audit record, the event. Exactly one of several officers
 * wins (S-E6). */
static gboolean
commit (CaEngine *engine,
        CaRequest *request,
        const CaCaller *officer,
        CaVerb verb,
        ICertExitEvents event,
        const char *detail,
        GError **error)
{
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, request->id);
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) deliveries = NULL;
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);

  g_ptr_array_add (audit, ca_audit_record_new (officer, ca_verb_to_string (verb), object,
                                               ca_row_disposition_to_string (request->disposition),
                                               detail));
  ca_request_row_update (request, batch);
  if (!ca_exit_host_record (engine->exits, request, event, batch, &deliveries, error))
    {
      g_ptr_array_unref (audit);
      return FALSE;
    }
  if (!ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch), audit, error))
    return FALSE;
  request->version++;
  ca_exit_host_deliver (engine->exits, g_steal_pointer (&deliveries));
  ca_engine_tell_observers (engine, request->id,
                            ca_request_client_disposition (request->disposition), FALSE);
  return TRUE;
}

static void
trace_officer (CaRequest *request,
               const CaCaller *officer,
               const char *rule,
               const char *field,
               const char *value)
{
  ca_trace_add (request->trace, "officer", officer->name, rule, field, value, NULL);
}

gboolean
ca_engine_set_attributes (CaEngine *engine,
                          CaCaller *officer,
                          gint64 id,
                          GHashTable *attributes,
                          GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  GError *local = NULL;
  g_autoptr (CaRequest) request
      = load_pending (engine, facts, officer, CA_VERB_SET_ATTRIBUTES, id, &local);
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);
  GHashTableIter iter;
  gpointer name, value;

  if (request == NULL || !ca_request_set_attributes (request, attributes, &local))
    return ca_engine_refuse (engine, officer, CA_VERB_SET_ATTRIBUTES, object, local, error);
  request->content_version++;
  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      trace_officer (request, officer, "set-attributes", name, value);
      ca_steps_print (6, "officer", "CertificateAuthority.Admin",
                      "%s sets attribute %s of request %" G_GINT64_FORMAT " to %s", officer->name,
                      (const char *) name, id, (const char *) value);
    }
  return commit (engine, request, officer, CA_VERB_SET_ATTRIBUTES, ICERT_EXIT_EVENT_REQUEST_CHANGED,
                 NULL, error);
}

/* The officer hears of it now, not when the request is resubmitted. */
static gboolean
is_der (GBytes *value, GError **error)
{
  gsize size;
  const guint8 *data = value != NULL ? g_bytes_get_data (value, &size) : NULL;

  return value == NULL || ca_der_scan (data, size, "value", error);
}

/* What could only fail when it is to be signed is refused while the officer can still mend it. */
static gboolean
check_extension (const char *oid, ICertExtensionFlags flags, GBytes *value, GError **error)
{
  static const char *const own[] = { CA_OID_BASIC_CONSTRAINTS, CA_OID_SUBJECT_KEY_IDENTIFIER,
                                     CA_OID_AUTHORITY_KEY_IDENTIFIER, NULL };
  g_autoptr (GPtrArray) names = NULL;
  gsize size = 0;
  const guint8 *data = value != NULL ? g_bytes_get_data (value, &size) : NULL;

  if ((flags & ICERT_EXTENSION_DISABLE) != 0 || size == 0)
    return TRUE;
  if (g_strv_contains (own, oid)
      && !(g_str_equal (oid, CA_OID_BASIC_CONSTRAINTS) && size == 2
           && memcmp (data, "\x30", 2) == 0))
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, oid,
                       "is the CA's own to set (another extension)");
      return FALSE;
    }
  if (!g_str_equal (oid, CA_OID_SUBJECT_ALT_NAME))
    return TRUE;
  names = icert_extension_parse_subject_alt_name (value, error);
  return names != NULL;
}

gboolean
ca_engine_set_extension (CaEngine *engine,
                         CaCaller *officer,
                         gint64 id,
                         const char *oid,
                         ICertExtensionFlags flags,
                         GBytes *value,
                         GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  GError *local = NULL;
  g_autoptr (CaRequest) request
      = load_pending (engine, facts, officer, CA_VERB_SET_EXTENSION, id, &local);
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);
  g_autoptr (ICertExtension) extension = NULL;

  if (request != NULL && is_der (value, &local))
    extension = icert_extension_new (oid, flags, ICERT_EXTENSION_ORIGIN_ADMIN, value, &local);
  if (extension == NULL || !check_extension (oid, flags, value, &local))
    return ca_engine_refuse (engine, officer, CA_VERB_SET_EXTENSION, object, local, error);
  ca_plan_take_extension (request->plan, g_object_ref (extension));
  request->content_version++;
  trace_officer (request, officer, "set-extension", oid,
                 (flags & ICERT_EXTENSION_DISABLE) != 0 ? "disabled" : "set");
  ca_steps_print (6, "officer", "CertificateAuthority.Admin",
                  "%s sets extension %s of request %" G_GINT64_FORMAT, officer->name, oid, id);
  return commit (engine, request, officer, CA_VERB_SET_EXTENSION, ICERT_EXIT_EVENT_REQUEST_CHANGED,
                 oid, error);
}

gboolean
ca_engine_check_reason (const char *reason, GError **error)
{
  g_autofree char *quoted = NULL;
  gsize length = reason != NULL ? strlen (reason) : 0;

  if (length > CA_LIMIT_ATTRIBUTE_VALUE)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "reason",
                       "has %" G_GSIZE_FORMAT " octets (at most %d)", length,
                       CA_LIMIT_ATTRIBUTE_VALUE);
      return FALSE;
    }
  if (reason == NULL || (g_utf8_validate (reason, -1, NULL) && ca_text_is_clean (reason)))
    return TRUE;
  quoted = icert_error_quote (reason, -1);
  icert_set_error (error, ICERT_ERROR_BAD_NAME, "reason",
                   "has a control character or is not UTF-8: %s (plain text)", quoted);
  return FALSE;
}

gboolean
ca_engine_deny (CaEngine *engine, CaCaller *officer, gint64 id, const char *reason, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  GError *local = NULL;
  g_autoptr (CaRequest) request = load_pending (engine, facts, officer, CA_VERB_DENY, id, &local);
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);
  g_autofree char *message = NULL;
  GError *status = NULL;

  if (request == NULL || !ca_engine_check_reason (reason, &local))
    return ca_engine_refuse (engine, officer, CA_VERB_DENY, object, local, error);
  message = reason != NULL ? g_strdup_printf ("Denied by %s: %s", officer->name, reason)
                           : g_strdup_printf ("Denied by %s", officer->name);
  icert_set_error (&status, ICERT_ERROR_DENIED, "officer", "%s", message);
  icert_error_add_detail (status, "status", "0x80094014");
  ca_request_decide (request, ICERT_ROW_DISPOSITION_DENIED, status, message);
  request->resolved_when = ca_clock_now ();
  g_free (request->officer_name);
  request->officer_name = g_strdup (officer->name);
  trace_officer (request, officer, "deny", NULL, reason);
  ca_steps_print (6, "officer", "CertificateAuthority.Admin", "%s denies request %" G_GINT64_FORMAT,
                  officer->name, id);
  return commit (engine, request, officer, CA_VERB_DENY, ICERT_EXIT_EVENT_CERT_DENIED, reason,
                 error);
}
