/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-admin.h"

#include "icert-binding-private.h"
#include "icert-enum-types.h"
#include "icert-invoker-private.h"

/* Methods of ICertAdmin about certificates that were issued: revoking them, and asking about them.
 */

/* An answer outside the enum came from a binding. */
static gboolean
is_answer (ICertCaDisposition disposition, ICertRevocationReason reason)
{
  return disposition == ICERT_CA_DISPOSITION_REVOKED
             ? _icert_check_enum (ICERT_TYPE_REVOCATION_REASON, reason, "reason", NULL)
             : disposition == ICERT_CA_DISPOSITION_VALID
                   || disposition == ICERT_CA_DISPOSITION_INVALID;
}

/**
 * icert_admin_is_valid_certificate:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @reason: (out) (optional): why it is revoked; `ICERT_REVOCATION_REASON_UNSPECIFIED` when it is
 *   not
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says what the CA thinks of a certificate (AD CS: ICertAdmin::IsValidCertificate, and
 * GetRevocationReason in the same call). Neither its dates nor its chain are looked at: an expired
 * certificate is valid unless it was revoked. A revocation whose date is yet to come counts from
 * that date on. A serial that was reserved and got no certificate is revoked (superseded).
 *
 * Any thread; blocks. Right: reader, officer or administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` when `serial` is none;
 * `ICERT_ERROR_MODULE` for an answer of another kind.
 *
 * Returns: `ICERT_CA_DISPOSITION_REVOKED`, `ICERT_CA_DISPOSITION_VALID`, or
 * `ICERT_CA_DISPOSITION_INVALID` when this CA issued no certificate with that serial;
 * `ICERT_CA_DISPOSITION_ERROR` with `error` set
 */
ICertCaDisposition
icert_admin_is_valid_certificate (ICertAdmin *self,
                                  const char *serial,
                                  ICertRevocationReason *reason,
                                  GCancellable *cancellable,
                                  GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  ICertRevocationReason why = ICERT_REVOCATION_REASON_UNSPECIFIED;
  ICertCaDisposition answer;

  if (reason != NULL)
    *reason = ICERT_REVOCATION_REASON_UNSPECIFIED;
  g_return_val_if_fail (ICERT_IS_ADMIN (self), ICERT_CA_DISPOSITION_ERROR);

  if (!_icert_check_text (serial, "serial", error))
    return ICERT_CA_DISPOSITION_ERROR;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, is_valid_certificate, ICERT_CA_DISPOSITION_ERROR, error);
  answer = iface->is_valid_certificate (self, serial, &why, cancellable, &local_error);
  if (!_icert_end_boolean (local_error == NULL, local_error, self, "is_valid_certificate", error))
    return ICERT_CA_DISPOSITION_ERROR;
  if (!is_answer (answer, why))
    {
      _icert_set_broken (error, self, "is_valid_certificate", "gave %d (revoked, valid or invalid)",
                         (int) answer);
      return ICERT_CA_DISPOSITION_ERROR;
    }
  if (reason != NULL && answer == ICERT_CA_DISPOSITION_REVOKED)
    *reason = why;
  return answer;
}

/* Both answers in one number, since a call in a thread has one result. */
static gint64
is_valid_certificate_packed (ICertAdmin *self,
                             const char *serial,
                             GCancellable *cancellable,
                             GError **error)
{
  ICertRevocationReason reason;
  ICertCaDisposition answer
      = icert_admin_is_valid_certificate (self, serial, &reason, cancellable, error);

  return (gint64) reason << 8 | answer;
}

/**
 * icert_admin_is_valid_certificate_async:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.is_valid_certificate] without blocking.
 */
void
icert_admin_is_valid_certificate_async (ICertAdmin *self,
                                        const char *serial,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (is_valid_certificate_packed),
                     icert_admin_is_valid_certificate_async, G_TYPE_INT64, cancellable, callback,
                     user_data, G_TYPE_STRING, serial, G_TYPE_INVALID);
}

/**
 * icert_admin_is_valid_certificate_finish:
 * @self: an admin object
 * @result: what the callback got
 * @reason: (out) (optional): why it is revoked; `ICERT_REVOCATION_REASON_UNSPECIFIED` when it is
 *   not
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.is_valid_certificate_async]. Errors are those of
 * [method@ICert.Admin.is_valid_certificate].
 *
 * Returns: `ICERT_CA_DISPOSITION_REVOKED`, `ICERT_CA_DISPOSITION_VALID`, or
 * `ICERT_CA_DISPOSITION_INVALID` when this CA issued no certificate with that serial;
 * `ICERT_CA_DISPOSITION_ERROR` with `error` set
 */
ICertCaDisposition
icert_admin_is_valid_certificate_finish (ICertAdmin *self,
                                         GAsyncResult *result,
                                         ICertRevocationReason *reason,
                                         GError **error)
{
  gint64 packed;

  if (reason != NULL)
    *reason = ICERT_REVOCATION_REASON_UNSPECIFIED;
  g_return_val_if_fail (ICERT_IS_ADMIN (self), ICERT_CA_DISPOSITION_ERROR);

  packed = _icert_finish_int (self, result, icert_admin_is_valid_certificate_async,
                              ICERT_CA_DISPOSITION_ERROR, error);
  if (reason != NULL)
    *reason = (ICertRevocationReason) (packed >> 8);
  return (ICertCaDisposition) (packed & 0xff);
}

/**
 * icert_admin_revoke:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @reason: why
 * @effective: (nullable): from when on; `NULL`: now
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Revokes a certificate, or changes its revocation (AD CS: ICertAdmin::RevokeCertificate). It is
 * durable before the call returns; the next CRL has it. The events are
 * `ICERT_EXIT_EVENT_CERT_REVOKED` and, for a release, `ICERT_EXIT_EVENT_CERT_UNREVOKED`.
 *
 * Reason `ICERT_REVOCATION_REASON_CA_COMPROMISE` is for CA certificates only;
 * `ICERT_REVOCATION_REASON_CERTIFICATE_HOLD` only where the profile allowed hold when the
 * certificate was issued; `ICERT_REVOCATION_REASON_REMOVE_FROM_CRL` is
 * [method@ICert.Admin.unrevoke]. `ICERT_REVOCATION_REASON_KEY_COMPROMISE` also puts the key on the
 * list of blocked keys, for ever.
 *
 * `effective` counts in whole seconds and lies within the certificate's validity; in the future,
 * the certificate is valid until then. Without it, it is now.
 *
 * A certificate that is revoked already: the same reason and date, or no date, succeed without
 * effect; an earlier date with the same reason replaces the date, and so does now while the date is
 * yet to come. Key compromise replaces every other reason, with a date that is not later; without a
 * date the old one stays if it has come. A hold may turn into any other reason, with a date that is
 * not in the future; without a date that of the hold stays. Nothing else is changed.
 *
 * Any thread; blocks. Right: officer. Of two officers at once one wins.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for a serial this CA did not issue; `ICERT_ERROR_WRONG_STATE` for
 * what cannot be revoked (any more), and for who came second; `ICERT_ERROR_FORBIDDEN_FIELD` for a
 * reason that this certificate cannot have; `ICERT_ERROR_BAD_VALIDITY` for a date outside the
 * certificate; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE` and
 * `ICERT_ERROR_OUTCOME_UNKNOWN`; `ICERT_ERROR_MALFORMED` for arguments, and for 7, which is no
 * reason.
 *
 * Returns: `TRUE` when it is revoked
 */
gboolean
icert_admin_revoke (ICertAdmin *self,
                    const char *serial,
                    ICertRevocationReason reason,
                    GDateTime *effective,
                    GCancellable *cancellable,
                    GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!(_icert_check_text (serial, "serial", error)
        && _icert_check_enum (ICERT_TYPE_REVOCATION_REASON, reason, "reason", error)))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, revoke, FALSE, error);
  ok = iface->revoke (self, serial, reason, effective, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "revoke", error);
}

/**
 * icert_admin_revoke_async:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @reason: why
 * @effective: (nullable): from when on; `NULL`: now
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.revoke] without blocking.
 */
void
icert_admin_revoke_async (ICertAdmin *self,
                          const char *serial,
                          ICertRevocationReason reason,
                          GDateTime *effective,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_revoke), icert_admin_revoke_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_STRING, serial,
                     ICERT_TYPE_REVOCATION_REASON, reason, G_TYPE_DATE_TIME, effective,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_revoke_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.revoke_async]. Errors are those of
 * [method@ICert.Admin.revoke].
 *
 * Returns: `TRUE` when it is revoked
 */
gboolean
icert_admin_revoke_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_revoke_async, error);
}

/**
 * icert_admin_unrevoke:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Releases a certificate from hold (AD CS: RevokeCertificate with the reason 0xFFFFFFFF). It is
 * issued again; delta CRLs say removeFromCRL until a base CRL was made. The event is
 * `ICERT_EXIT_EVENT_CERT_UNREVOKED`.
 *
 * Any thread; blocks. Right: officer.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for a serial this CA did not issue; `ICERT_ERROR_WRONG_STATE`
 * unless it is on hold; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE` and
 * `ICERT_ERROR_OUTCOME_UNKNOWN`; `ICERT_ERROR_MALFORMED` when `serial` is none.
 *
 * Returns: `TRUE` when it is released
 */
gboolean
icert_admin_unrevoke (ICertAdmin *self,
                      const char *serial,
                      GCancellable *cancellable,
                      GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!(_icert_check_text (serial, "serial", error)))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, unrevoke, FALSE, error);
  ok = iface->unrevoke (self, serial, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "unrevoke", error);
}

/**
 * icert_admin_unrevoke_async:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.unrevoke] without blocking.
 */
void
icert_admin_unrevoke_async (ICertAdmin *self,
                            const char *serial,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_unrevoke), icert_admin_unrevoke_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_STRING, serial,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_unrevoke_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.unrevoke_async]. Errors are those of
 * [method@ICert.Admin.unrevoke].
 *
 * Returns: `TRUE` when it is released
 */
gboolean
icert_admin_unrevoke_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_unrevoke_async, error);
}

/**
 * icert_admin_set_publish_expired:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @publish: whether CRLs list it after its end
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says whether CRLs go on listing a revoked certificate after it expired, as those of signed code
 * should (AD CS: RevokeCertificate with 0xFFFFFFFE and 0xFFFFFFFD; column
 * PublishExpiredCertInCRL).
 *
 * Any thread; blocks. Right: officer.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for a serial this CA did not issue; `ICERT_ERROR_WRONG_STATE`
 * unless it is revoked; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE` and
 * `ICERT_ERROR_OUTCOME_UNKNOWN`; `ICERT_ERROR_MALFORMED` when `serial` is none.
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_admin_set_publish_expired (ICertAdmin *self,
                                 const char *serial,
                                 gboolean publish,
                                 GCancellable *cancellable,
                                 GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!(_icert_check_text (serial, "serial", error)))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_publish_expired, FALSE, error);
  ok = iface->set_publish_expired (self, serial, publish != FALSE, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_publish_expired", error);
}

/**
 * icert_admin_set_publish_expired_async:
 * @self: an admin object
 * @serial: serial number in hex; case, leading zeros, colons and blanks do not count
 * @publish: whether CRLs list it after its end
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.set_publish_expired] without blocking.
 */
void
icert_admin_set_publish_expired_async (ICertAdmin *self,
                                       const char *serial,
                                       gboolean publish,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_set_publish_expired),
                     icert_admin_set_publish_expired_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_STRING, serial, G_TYPE_BOOLEAN, publish, G_TYPE_INVALID);
}

/**
 * icert_admin_set_publish_expired_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.set_publish_expired_async]. Errors are those of
 * [method@ICert.Admin.set_publish_expired].
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_admin_set_publish_expired_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_set_publish_expired_async, error);
}
