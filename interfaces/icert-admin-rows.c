/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-admin.h"

#include "icert-binding-private.h"
#include "icert-enum-types.h"
#include "icert-invoker-private.h"

/* Methods of ICertAdmin about whole rows: certificates from elsewhere, deletion; and properties. */

/* A number of rows, or an id: at least @least. */
static gint64
end_number (gint64 number,
            gint64 least,
            GError *local_error,
            gpointer self,
            const char *method,
            GError **error)
{
  if (!_icert_end_boolean (local_error == NULL, local_error, self, method, error))
    return -1;
  if (number >= least)
    return number;
  _icert_set_broken (error, self, method,
                     "gave %" G_GINT64_FORMAT " without an error (%" G_GINT64_FORMAT " or more)",
                     number, least);
  return -1;
}

/**
 * icert_admin_import_certificate:
 * @self: an admin object
 * @certificate: one certificate, PEM, base64 or DER
 * @flags: as what
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Takes in a certificate that this store does not know (AD CS: ICertAdmin::ImportCertificate),
 * without asking a policy. The event is `ICERT_EXIT_EVENT_CERT_IMPORTED`.
 *
 * One that a key of this CA signed becomes an issued row, and its serial is reserved for ever: it
 * can be revoked like any other. One of another CA needs `ICERT_IMPORT_ALLOW_FOREIGN` and
 * `AllowForeign` in the configuration; its row is foreign, nothing can be done with it but reading
 * and deleting, and importing it again gives the same id. With `ICERT_IMPORT_EXISTING_ROW` a
 * certificate of this CA is the answer to the oldest pending request with its key, which is issued
 * then.
 *
 * Any thread; blocks. Right: officer.
 *
 * Errors: `ICERT_ERROR_CONFLICT` when the serial is known, or it is the CA's own certificate;
 * `ICERT_ERROR_BAD_SIGNATURE` when no key of this CA signed it; `ICERT_ERROR_WRONG_STATE` while
 * CRLs are divided into partitions; `ICERT_ERROR_NOT_FOUND` when no
 * pending request has its key; `ICERT_ERROR_NOT_AUTHORIZED`, also for a foreign one where the
 * configuration allows none; `ICERT_ERROR_MALFORMED`, `ICERT_ERROR_BAD_NAME` and
 * `ICERT_ERROR_TOO_LARGE` for what cannot be read; `ICERT_ERROR_STORAGE` and
 * `ICERT_ERROR_OUTCOME_UNKNOWN`.
 *
 * Returns: the request id of the row, or -1 with `error` set
 */
gint64
icert_admin_import_certificate (ICertAdmin *self,
                                GBytes *certificate,
                                ICertImportFlags flags,
                                GCancellable *cancellable,
                                GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gint64 answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  if (!(_icert_check_bytes (certificate, "certificate", error)
        && _icert_check_flags (ICERT_TYPE_IMPORT_FLAGS, flags, "flags", error)))
    return -1;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, import_certificate, -1, error);
  answer = iface->import_certificate (self, certificate, flags, cancellable, &local_error);
  return end_number (answer, 1, local_error, self, "import_certificate", error);
}

/**
 * icert_admin_import_certificate_async:
 * @self: an admin object
 * @certificate: one certificate, PEM, base64 or DER
 * @flags: as what
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.import_certificate] without blocking.
 */
void
icert_admin_import_certificate_async (ICertAdmin *self,
                                      GBytes *certificate,
                                      ICertImportFlags flags,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_import_certificate),
                     icert_admin_import_certificate_async, G_TYPE_INT64, cancellable, callback,
                     user_data, G_TYPE_BYTES, certificate, ICERT_TYPE_IMPORT_FLAGS, flags,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_import_certificate_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.import_certificate_async]. Errors are those of
 * [method@ICert.Admin.import_certificate].
 *
 * Returns: the request id of the row, or -1 with `error` set
 */
gint64
icert_admin_import_certificate_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  return _icert_finish_int (self, result, icert_admin_import_certificate_async, -1, error);
}

/**
 * icert_admin_delete_row:
 * @self: an admin object
 * @table: which table
 * @id: request id; of `ICERT_TABLE_CRLS` the row id
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Deletes a row (AD CS: ICertAdmin2::DeleteRow with a row id): of the request table a request with
 * its attributes, extensions and trace; of the attribute and extension tables all of a request that
 * was decided; of the CRL table a CRL that is not the newest one. Serial and request id stay used:
 * the status of a deleted certificate is known as before, it can be revoked, and CRLs list it. The
 * audit log names what was deleted.
 *
 * Any thread; blocks. Right: administrator and officer together.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` for a request that is being judged, or with an archived key,
 * and for parts of a pending one; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE` and
 * `ICERT_ERROR_OUTCOME_UNKNOWN`; `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: how many rows were deleted, 0 when there was none; -1 with `error` set
 */
gint64
icert_admin_delete_row (ICertAdmin *self,
                        ICertTable table,
                        gint64 id,
                        GCancellable *cancellable,
                        GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gint64 answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  if (!_icert_check_enum (ICERT_TYPE_TABLE, table, "table", error)
      || !(table == ICERT_TABLE_CRLS ? _icert_check_id (id, error)
                                     : _icert_check_request_id (id, error)))
    return -1;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, delete_row, -1, error);
  answer = iface->delete_row (self, table, id, cancellable, &local_error);
  return end_number (answer, 0, local_error, self, "delete_row", error);
}

/**
 * icert_admin_delete_row_async:
 * @self: an admin object
 * @table: which table
 * @id: request id; of `ICERT_TABLE_CRLS` the row id
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.delete_row] without blocking.
 */
void
icert_admin_delete_row_async (ICertAdmin *self,
                              ICertTable table,
                              gint64 id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_delete_row), icert_admin_delete_row_async,
                     G_TYPE_INT64, cancellable, callback, user_data, ICERT_TYPE_TABLE, table,
                     G_TYPE_INT64, id, G_TYPE_INVALID);
}

/**
 * icert_admin_delete_row_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.delete_row_async]. Errors are those of
 * [method@ICert.Admin.delete_row].
 *
 * Returns: how many rows were deleted, 0 when there was none; -1 with `error` set
 */
gint64
icert_admin_delete_row_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  return _icert_finish_int (self, result, icert_admin_delete_row_async, -1, error);
}

/**
 * icert_admin_delete_expired:
 * @self: an admin object
 * @table: `ICERT_TABLE_REQUESTS` or `ICERT_TABLE_CRLS`
 * @before: a time
 * @more: (out) (optional): whether there are more rows to delete
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Deletes what expired before a time (AD CS: ICertAdmin2::DeleteRow with CDR_EXPIRED): of the
 * request table issued and revoked rows whose NotAfter is earlier; of the CRL table those whose
 * NextUpdate is earlier, but for the newest base and delta of each key and partition. At most a
 * thousand rows go in one call and one transaction; call again while there are more, and tell
 * whoever waits how far it is. Rows with archived keys stay. What deleting leaves behind:
 * [method@ICert.Admin.delete_row].
 *
 * Any thread; blocks. Right: administrator and officer together.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE` and `ICERT_ERROR_OUTCOME_UNKNOWN`;
 * `ICERT_ERROR_MALFORMED` for arguments, also for a table whose rows have no end, and for a time
 * that lies ahead.
 *
 * Returns: how many rows were deleted; -1 with `error` set
 */
gint64
icert_admin_delete_expired (ICertAdmin *self,
                            ICertTable table,
                            GDateTime *before,
                            gboolean *more,
                            GCancellable *cancellable,
                            GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gint64 answer;
  gboolean rest = FALSE;

  if (more != NULL)
    *more = FALSE;
  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  if (!(_icert_check_enum (ICERT_TYPE_TABLE, table, "table", error)
        && _icert_check_not_null (before, "before", error)))
    return -1;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, delete_expired, -1, error);
  answer = iface->delete_expired (self, table, before, &rest, cancellable, &local_error);
  answer = end_number (answer, 0, local_error, self, "delete_expired", error);
  if (more != NULL)
    *more = answer >= 0 && rest;
  return answer;
}

/* Both answers in one number, since a call in a thread has one result. */
static gint64
delete_expired_packed (ICertAdmin *self,
                       ICertTable table,
                       GDateTime *before,
                       GCancellable *cancellable,
                       GError **error)
{
  gboolean more;
  gint64 count = icert_admin_delete_expired (self, table, before, &more, cancellable, error);

  return count < 0 ? -1 : count << 1 | (more != FALSE);
}

/**
 * icert_admin_delete_expired_async:
 * @self: an admin object
 * @table: `ICERT_TABLE_REQUESTS` or `ICERT_TABLE_CRLS`
 * @before: a time
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.delete_expired] without blocking.
 */
void
icert_admin_delete_expired_async (ICertAdmin *self,
                                  ICertTable table,
                                  GDateTime *before,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (delete_expired_packed), icert_admin_delete_expired_async,
                     G_TYPE_INT64, cancellable, callback, user_data, ICERT_TYPE_TABLE, table,
                     G_TYPE_DATE_TIME, before, G_TYPE_INVALID);
}

/**
 * icert_admin_delete_expired_finish:
 * @self: an admin object
 * @result: what the callback got
 * @more: (out) (optional): whether there are more rows to delete
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.delete_expired_async]. Errors are those of
 * [method@ICert.Admin.delete_expired].
 *
 * Returns: how many rows were deleted; -1 with `error` set
 */
gint64
icert_admin_delete_expired_finish (ICertAdmin *self,
                                   GAsyncResult *result,
                                   gboolean *more,
                                   GError **error)
{
  gint64 packed;

  if (more != NULL)
    *more = FALSE;
  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  packed = _icert_finish_int (self, result, icert_admin_delete_expired_async, -1, error);
  if (more != NULL && packed > 0)
    *more = (packed & 1) != 0;
  return packed < 0 ? -1 : packed >> 1;
}

/**
 * icert_admin_delete_unresolved:
 * @self: an admin object
 * @before: a time
 * @more: (out) (optional): whether there are more rows to delete
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Deletes requests that came to nothing (AD CS: ICertAdmin2::DeleteRow with
 * CDR_REQUEST_LAST_CHANGED): pending, failed and denied ones that were resolved, or else submitted,
 * before a time. In chunks, as [method@ICert.Admin.delete_expired].
 *
 * Any thread; blocks. Right: administrator and officer together.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE` and `ICERT_ERROR_OUTCOME_UNKNOWN`;
 * `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: how many rows were deleted; -1 with `error` set
 */
gint64
icert_admin_delete_unresolved (ICertAdmin *self,
                               GDateTime *before,
                               gboolean *more,
                               GCancellable *cancellable,
                               GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gint64 answer;
  gboolean rest = FALSE;

  if (more != NULL)
    *more = FALSE;
  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  if (!(_icert_check_not_null (before, "before", error)))
    return -1;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, delete_unresolved, -1, error);
  answer = iface->delete_unresolved (self, before, &rest, cancellable, &local_error);
  answer = end_number (answer, 0, local_error, self, "delete_unresolved", error);
  if (more != NULL)
    *more = answer >= 0 && rest;
  return answer;
}

/* Both answers in one number, since a call in a thread has one result. */
static gint64
delete_unresolved_packed (ICertAdmin *self,
                          GDateTime *before,
                          GCancellable *cancellable,
                          GError **error)
{
  gboolean more;
  gint64 count = icert_admin_delete_unresolved (self, before, &more, cancellable, error);

  return count < 0 ? -1 : count << 1 | (more != FALSE);
}

/**
 * icert_admin_delete_unresolved_async:
 * @self: an admin object
 * @before: a time
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.delete_unresolved] without blocking.
 */
void
icert_admin_delete_unresolved_async (ICertAdmin *self,
                                     GDateTime *before,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (delete_unresolved_packed),
                     icert_admin_delete_unresolved_async, G_TYPE_INT64, cancellable, callback,
                     user_data, G_TYPE_DATE_TIME, before, G_TYPE_INVALID);
}

/**
 * icert_admin_delete_unresolved_finish:
 * @self: an admin object
 * @result: what the callback got
 * @more: (out) (optional): whether there are more rows to delete
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.delete_unresolved_async]. Errors are those of
 * [method@ICert.Admin.delete_unresolved].
 *
 * Returns: how many rows were deleted; -1 with `error` set
 */
gint64
icert_admin_delete_unresolved_finish (ICertAdmin *self,
                                      GAsyncResult *result,
                                      gboolean *more,
                                      GError **error)
{
  gint64 packed;

  if (more != NULL)
    *more = FALSE;
  g_return_val_if_fail (ICERT_IS_ADMIN (self), -1);

  packed = _icert_finish_int (self, result, icert_admin_delete_unresolved_async, -1, error);
  if (more != NULL && packed > 0)
    *more = (packed & 1) != 0;
  return packed < 0 ? -1 : packed >> 1;
}

static gboolean
check_index (int index, GError **error)
{
  if (index >= -1)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, "index", "%d (0 and above, -1 for the newest)",
                   index);
  return FALSE;
}

/**
 * icert_admin_set_ca_property:
 * @self: an admin object
 * @property: which property
 * @index: which of an indexed property's values; -1 for the newest
 * @value: the new value
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Changes a property of the CA (AD CS: ICertAdmin2::SetCAProperty). AD CS knows four that can be
 * set. `ICERT_CA_PROPERTY_TEMPLATES` says which certificate profiles the CA offers: @value is a
 * string of two lines for each, its name and its OID, as the property is read; profiles have no
 * OID, so that line is empty. Other profiles are no longer listed, and requests for them are denied
 * from the next call on (`0x80094800`). It is the entry `Templates` of the configuration, with its
 * history; an entry that is removed there offers every profile again. The other three properties
 * are about the certificates of recovery agents, which a CA without key archival does not have.
 * Everything else that can be changed is an entry of the configuration
 * ([method@ICert.Admin.set_config_entry]).
 *
 * Any thread; blocks. Right: administrator; two of them under dual control.
 *
 * Errors: `ICERT_ERROR_NOT_SUPPORTED` for a property that this CA does not let anybody set;
 * `ICERT_ERROR_FORBIDDEN_FIELD` for one that is read-only everywhere; `ICERT_ERROR_NOT_FOUND` for a
 * profile that is not known; `ICERT_ERROR_PENDING` while another administrator has to approve;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: `TRUE` when it is set
 */
gboolean
icert_admin_set_ca_property (ICertAdmin *self,
                             ICertCaProperty property,
                             int index,
                             GVariant *value,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!(_icert_check_enum (ICERT_TYPE_CA_PROPERTY, property, "property", error)
        && check_index (index, error) && _icert_check_not_null (value, "value", error)))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_ca_property, FALSE, error);
  ok = iface->set_ca_property (self, property, index, sunk, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_ca_property", error);
}

/**
 * icert_admin_set_ca_property_async:
 * @self: an admin object
 * @property: which property
 * @index: which of an indexed property's values; -1 for the newest
 * @value: the new value
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.set_ca_property] without blocking.
 */
void
icert_admin_set_ca_property_async (ICertAdmin *self,
                                   ICertCaProperty property,
                                   int index,
                                   GVariant *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_set_ca_property),
                     icert_admin_set_ca_property_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, ICERT_TYPE_CA_PROPERTY, property, G_TYPE_INT, index, G_TYPE_VARIANT,
                     value, G_TYPE_INVALID);
}

/**
 * icert_admin_set_ca_property_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.set_ca_property_async]. Errors are those of
 * [method@ICert.Admin.set_ca_property].
 *
 * Returns: `TRUE` when it is set
 */
gboolean
icert_admin_set_ca_property_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_set_ca_property_async, error);
}
