/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-admin-private.h"

#include "icert-invoker-private.h"

/* What auditors and administrators ask of a CA's own state: clock, audit log, certificates, health.
 */

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          confirm_clock,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          verify_audit,
                          GVariant *,
                          NULL,
                          ICertAdmin *self,
                          gint64 after,
                          guint limit,
                          const char *const *checkpoints,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          check_certificates,
                          GVariant *,
                          NULL,
                          ICertAdmin *self,
                          gint64 after,
                          guint limit,
                          GDateTime *since,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          check_health,
                          GVariant *,
                          NULL,
                          ICertAdmin *self,
                          GCancellable *cancellable)

void
_icert_admin_audit_init (ICertAdminInterface *iface)
{
  iface->confirm_clock = icert_admin_real_confirm_clock;
  iface->verify_audit = icert_admin_real_verify_audit;
  iface->check_certificates = icert_admin_real_check_certificates;
  iface->check_health = icert_admin_real_check_health;
}

/* A place in a table: 0 is before the first row. */
static gboolean
check_place (gint64 after, GError **error)
{
  if (after >= 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, "after",
                   "%" G_GINT64_FORMAT " is no place (0, or where the call before ended)", after);
  return FALSE;
}

/**
 * icert_admin_confirm_clock:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * The administrator's word that the clock is right after one that jumped stopped signing and CRLs:
 * from now on the CA goes on from the time there is. What was confirmed is kept and audited;
 * requests that wait since then are resubmitted by an officer. No counterpart in AD CS.
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` when nothing stopped; `ICERT_ERROR_NOT_AUTHORIZED`;
 * `ICERT_ERROR_AUDIT` and `ICERT_ERROR_STORAGE` when it could not be written: nothing is confirmed
 * then.
 *
 * Returns: `TRUE` when it is confirmed
 */
gboolean
icert_admin_confirm_clock (ICertAdmin *self, GCancellable *cancellable, GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, confirm_clock, FALSE, error);
  ok = iface->confirm_clock (self, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "confirm_clock", error);
}

/**
 * icert_admin_confirm_clock_async:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.confirm_clock] without blocking.
 */
void
icert_admin_confirm_clock_async (ICertAdmin *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_confirm_clock), icert_admin_confirm_clock_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_admin_confirm_clock_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.confirm_clock_async]. Errors are those of
 * [method@ICert.Admin.confirm_clock].
 *
 * Returns: `TRUE` when it is confirmed
 */
gboolean
icert_admin_confirm_clock_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_confirm_clock_async, error);
}

/**
 * icert_admin_verify_audit:
 * @self: an admin object
 * @after: where to go on: `last` of the call before, 0 to begin
 * @limit: how many records at most, 0 for all of them
 * @checkpoints: (nullable) (array zero-terminated=1): lines of an outside sink, as the CA wrote
 *   them there
 * @cancellable: (nullable): to stop between records
 * @error: return location for an error
 *
 * Reads the audit log again, record after record, and finds what was changed, removed, swapped or
 * inserted; what was cut off at its end is found by the signed checkpoints, best by those that
 * another machine kept. The answer is an `a{sv}`: `records` (`x`, how many this call read), `last`
 * (`x`, sequence number of the last one), `total` (`x`, how many there are), `checkpoints` (`x`,
 * how many of them agree), `done` (`b`, nothing is left to read), and of the first record that is
 * wrong `sequence` (`x`), `problem` (`s`: `changed`, `removed`, `swapped`, `inserted`, `cut` or
 * `checkpoint`) and `text` (`s`). An answer that begins at 0 has `restores` (`aa{sv}`) where the
 * log tells of any: `sequence` (`x`) of the record, `time` (`x`, microseconds since 1970), `actor`
 * (`s`), `lost` (`x`, how many of @checkpoints are of records that the restore left behind), with
 * `first-lost` and `last-lost` (`x`), and `text` (`s`). No counterpart in AD CS.
 *
 * Any thread; blocks. Right: auditor or administrator. A log that was read to its end, or found
 * wrong, is a record of its own.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for a line that is no checkpoint and a place below 0;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE`; `ICERT_ERROR_MODULE` for an answer of
 * another type.
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_verify_audit (ICertAdmin *self,
                          gint64 after,
                          guint limit,
                          const char *const *checkpoints,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!check_place (after, error)
      || (checkpoints != NULL && !_icert_check_strv (checkpoints, "checkpoints", error)))
    return NULL;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, verify_audit, NULL, error);
  answer = iface->verify_audit (self, after, limit, checkpoints, cancellable, &local_error);
  return _icert_end_variant (answer, "a{sv}", local_error, self, "verify_audit", error);
}

/**
 * icert_admin_verify_audit_async:
 * @self: an admin object
 * @after: where to go on: `last` of the call before, 0 to begin
 * @limit: how many records at most, 0 for all of them
 * @checkpoints: (nullable) (array zero-terminated=1): lines of an outside sink, as the CA wrote
 *   them there
 * @cancellable: (nullable): to stop between records
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.verify_audit] without blocking.
 */
void
icert_admin_verify_audit_async (ICertAdmin *self,
                                gint64 after,
                                guint limit,
                                const char *const *checkpoints,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_verify_audit), icert_admin_verify_audit_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_INT64, after,
                     G_TYPE_UINT, limit, G_TYPE_STRV, checkpoints, G_TYPE_INVALID);
}

/**
 * icert_admin_verify_audit_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.verify_audit_async]. Errors are those of
 * [method@ICert.Admin.verify_audit].
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_verify_audit_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_verify_audit_async, error);
}

/**
 * icert_admin_check_certificates:
 * @self: an admin object
 * @after: where to go on: `last` of the call before, 0 to begin
 * @limit: how many rows at most, 0 for all of them
 * @since: (nullable): leave out what was decided before
 * @cancellable: (nullable): to stop between rows
 * @error: return location for an error
 *
 * Reads every stored certificate again and compares it with its row, its extension rows, the names
 * and serial numbers that were stored for it, the profile it was pinned to and the key rules, and
 * verifies its signature; then the CA's own certificates and those above it with their rows (ids
 * below 0), and serial numbers without a request with the audit log. The answer is an `a{sv}`:
 * `checked` (`x`, certificates of requests in this call), `last` (`x`, id of the last row), `done`
 * (`b`, nothing is left to read) and `differences`
 * (`aa{sv}`, each with `request-id` (`x`), `serial` (`s`), `field` (`s`, a column or part of the
 * certificate) and `text` (`s`)). No counterpart in AD CS.
 *
 * Any thread; blocks. Right: reader, auditor, officer or administrator. What was read to the end,
 * or found different, is a record of the audit log.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for a place below 0; `ICERT_ERROR_NOT_AUTHORIZED`;
 * `ICERT_ERROR_STORAGE`; `ICERT_ERROR_MODULE` for an answer of another type.
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_check_certificates (ICertAdmin *self,
                                gint64 after,
                                guint limit,
                                GDateTime *since,
                                GCancellable *cancellable,
                                GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!check_place (after, error))
    return NULL;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, check_certificates, NULL, error);
  answer = iface->check_certificates (self, after, limit, since, cancellable, &local_error);
  return _icert_end_variant (answer, "a{sv}", local_error, self, "check_certificates", error);
}

/**
 * icert_admin_check_certificates_async:
 * @self: an admin object
 * @after: where to go on: `last` of the call before, 0 to begin
 * @limit: how many rows at most, 0 for all of them
 * @since: (nullable): leave out what was decided before
 * @cancellable: (nullable): to stop between rows
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.check_certificates] without blocking.
 */
void
icert_admin_check_certificates_async (ICertAdmin *self,
                                      gint64 after,
                                      guint limit,
                                      GDateTime *since,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_check_certificates),
                     icert_admin_check_certificates_async, G_TYPE_VARIANT, cancellable, callback,
                     user_data, G_TYPE_INT64, after, G_TYPE_UINT, limit, G_TYPE_DATE_TIME, since,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_check_certificates_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.check_certificates_async]. Errors are those of
 * [method@ICert.Admin.check_certificates].
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_check_certificates_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_check_certificates_async, error);
}

/**
 * icert_admin_check_health:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Looks at everything that lets a CA go wrong in the long run, one named check after the other. The
 * answer is an `aa{sv}`: `name` (`s`, as `audit-log`), `state` (`s`: `ok`, `warning` or `failure`),
 * `text` (`s`, what was seen) and, unless all is well, `remedy` (`s`, what to do). No counterpart
 * in AD CS.
 *
 * Any thread; blocks. Right: reader, auditor, officer, backup operator or administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MODULE` for an answer of another type. A check
 * that cannot be made is a failure of that check, not an error.
 *
 * Returns: (transfer full): an `aa{sv}` in the order of the checks, or `NULL` with `error` set
 */
GVariant *
icert_admin_check_health (ICertAdmin *self, GCancellable *cancellable, GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, check_health, NULL, error);
  answer = iface->check_health (self, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "check_health", error);
}

/**
 * icert_admin_check_health_async:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.check_health] without blocking.
 */
void
icert_admin_check_health_async (ICertAdmin *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_check_health), icert_admin_check_health_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_admin_check_health_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.check_health_async]. Errors are those of
 * [method@ICert.Admin.check_health].
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_check_health_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_check_health_async, error);
}
