/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-admin.h"

#include "icert-admin-private.h"
#include "icert-binding-private.h"
#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertAdmin:
 *
 * What officers and administrators do (AD CS: ICertAdmin, ICertAdmin2). Get one with
 * [func@ICert.Admin.open]. Whether a caller may, the CA decides at each call (S-D13).
 */
G_DEFINE_INTERFACE (ICertAdmin, icert_admin, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          set_request_attributes,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          gint64 id,
                          GHashTable *attributes,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          set_certificate_extension,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          gint64 id,
                          const char *oid,
                          ICertExtensionFlags flags,
                          GBytes *value,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          deny_request,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          gint64 id,
                          const char *reason,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          resubmit_request,
                          ICertResponse *,
                          NULL,
                          ICertAdmin *self,
                          gint64 id,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          get_my_roles,
                          ICertRoles,
                          ICERT_ROLE_NONE,
                          ICertAdmin *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          get_trace,
                          GVariant *,
                          NULL,
                          ICertAdmin *self,
                          gint64 id,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          get_config_entry,
                          GVariant *,
                          NULL,
                          ICertAdmin *self,
                          const char *node,
                          const char *entry,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          set_config_entry,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          const char *node,
                          const char *entry,
                          GVariant *value,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          list_config_entries,
                          char **,
                          NULL,
                          ICertAdmin *self,
                          const char *node,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin, get_ca, ICertCa *, NULL, ICertAdmin *self)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          publish_crls,
                          ICertPublishResult *,
                          NULL,
                          ICertAdmin *self,
                          ICertCrlFlags flags,
                          GDateTime *next_update,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          is_valid_certificate,
                          ICertCaDisposition,
                          ICERT_CA_DISPOSITION_ERROR,
                          ICertAdmin *self,
                          const char *serial,
                          ICertRevocationReason *reason,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          revoke,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          const char *serial,
                          ICertRevocationReason reason,
                          GDateTime *effective,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          unrevoke,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          const char *serial,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          set_publish_expired,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          const char *serial,
                          gboolean publish,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          import_certificate,
                          gint64,
                          -1,
                          ICertAdmin *self,
                          GBytes *certificate,
                          ICertImportFlags flags,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          delete_row,
                          gint64,
                          -1,
                          ICertAdmin *self,
                          ICertTable table,
                          gint64 id,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          delete_expired,
                          gint64,
                          -1,
                          ICertAdmin *self,
                          ICertTable table,
                          GDateTime *before,
                          gboolean *more,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          delete_unresolved,
                          gint64,
                          -1,
                          ICertAdmin *self,
                          GDateTime *before,
                          gboolean *more,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          set_ca_property,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          ICertCaProperty property,
                          int index,
                          GVariant *value,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          describe_config_entry,
                          GVariant *,
                          NULL,
                          ICertAdmin *self,
                          const char *node,
                          const char *entry,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          list_config_history,
                          GVariant *,
                          NULL,
                          ICertAdmin *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          undo_config_entry,
                          gboolean,
                          FALSE,
                          ICertAdmin *self,
                          gint64 id,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_admin,
                          resubmit_request_version,
                          ICertResponse *,
                          NULL,
                          ICertAdmin *self,
                          gint64 id,
                          gint64 content_version,
                          GCancellable *cancellable)

static void
icert_admin_default_init (ICertAdminInterface *iface)
{
  iface->set_request_attributes = icert_admin_real_set_request_attributes;
  iface->set_certificate_extension = icert_admin_real_set_certificate_extension;
  iface->deny_request = icert_admin_real_deny_request;
  iface->resubmit_request = icert_admin_real_resubmit_request;
  iface->get_my_roles = icert_admin_real_get_my_roles;
  iface->get_trace = icert_admin_real_get_trace;
  iface->get_config_entry = icert_admin_real_get_config_entry;
  iface->set_config_entry = icert_admin_real_set_config_entry;
  iface->list_config_entries = icert_admin_real_list_config_entries;
  iface->get_ca = icert_admin_real_get_ca;
  iface->is_valid_certificate = icert_admin_real_is_valid_certificate;
  iface->revoke = icert_admin_real_revoke;
  iface->unrevoke = icert_admin_real_unrevoke;
  iface->set_publish_expired = icert_admin_real_set_publish_expired;
  iface->import_certificate = icert_admin_real_import_certificate;
  iface->delete_row = icert_admin_real_delete_row;
  iface->delete_expired = icert_admin_real_delete_expired;
  iface->delete_unresolved = icert_admin_real_delete_unresolved;
  iface->set_ca_property = icert_admin_real_set_ca_property;
  _icert_admin_audit_init (iface);
  iface->publish_crls = icert_admin_real_publish_crls;

  /**
   * ICertAdmin:config:
   *
   * Config string of the CA, `HOST\CA NAME`; fixed when the object is opened.
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_string ("config", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  iface->describe_config_entry = icert_admin_real_describe_config_entry;
  iface->list_config_history = icert_admin_real_list_config_history;
  iface->undo_config_entry = icert_admin_real_undo_config_entry;
  iface->resubmit_request_version = icert_admin_real_resubmit_request_version;
}

static gboolean
check_extension (ICertExtensionFlags flags, GBytes *value, GError **error)
{
  if (!_icert_check_flags (ICERT_TYPE_EXTENSION_FLAGS, flags, "flags", error))
    return FALSE;
  return (flags & (ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE)) != 0
         || _icert_check_bytes (value, "value", error);
}

/**
 * icert_admin_set_request_attributes:
 * @self: an admin object
 * @id: request id
 * @attributes: (nullable) (element-type utf8 utf8): names and new values
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Sets attributes of a pending request (AD CS: ICertAdmin::SetRequestAttributes). A name that is
 * there gets the new value; an empty value removes it. Column Request.RequestAttributes keeps
 * what was submitted. The change makes a new content version, which an approval given before does
 * not cover.
 *
 * Any thread; blocks. Right: officer.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_WRONG_STATE` unless it is pending;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_TOO_LARGE`; `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: `TRUE` when the attributes are set
 */
gboolean
icert_admin_set_request_attributes (ICertAdmin *self,
                                    gint64 id,
                                    GHashTable *attributes,
                                    GCancellable *cancellable,
                                    GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!_icert_check_request_id (id, error)
      || !_icert_check_not_null (attributes, "attributes", error)
      || !_icert_check_attributes (attributes, "attributes", error))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_request_attributes, FALSE, error);
  ok = iface->set_request_attributes (self, id, attributes, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_request_attributes", error);
}

/**
 * icert_admin_set_request_attributes_async:
 * @self: an admin object
 * @id: request id
 * @attributes: (nullable) (element-type utf8 utf8): names and new values
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.set_request_attributes] without blocking.
 */
void
icert_admin_set_request_attributes_async (ICertAdmin *self,
                                          gint64 id,
                                          GHashTable *attributes,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_set_request_attributes),
                     icert_admin_set_request_attributes_async, G_TYPE_BOOLEAN, cancellable,
                     callback, user_data, G_TYPE_INT64, id, G_TYPE_HASH_TABLE, attributes,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_set_request_attributes_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.set_request_attributes_async]. Errors are those of
 * [method@ICert.Admin.set_request_attributes].
 *
 * Returns: `TRUE` when the attributes are set
 */
gboolean
icert_admin_set_request_attributes_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_set_request_attributes_async, error);
}

/**
 * icert_admin_set_certificate_extension:
 * @self: an admin object
 * @id: request id
 * @oid: OID of the extension, dotted
 * @flags: critical, disabled, deleted
 * @value: (nullable): the content of extnValue, DER; `NULL` only to disable or delete
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Sets or replaces an extension of a pending request, with origin `ICERT_EXTENSION_ORIGIN_ADMIN`
 * (AD CS: ICertAdmin::SetCertificateExtension). The change makes a new content version, which an
 * approval given before does not cover.
 *
 * Any thread; blocks. Right: officer.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_WRONG_STATE` unless it is pending;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_FORBIDDEN_FIELD`; `ICERT_ERROR_TOO_LARGE`;
 * `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: `TRUE` when the extension is set
 */
gboolean
icert_admin_set_certificate_extension (ICertAdmin *self,
                                       gint64 id,
                                       const char *oid,
                                       ICertExtensionFlags flags,
                                       GBytes *value,
                                       GCancellable *cancellable,
                                       GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!_icert_check_request_id (id, error) || !_icert_check_oid (oid, "extension", error)
      || !check_extension (flags, value, error))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_certificate_extension, FALSE, error);
  ok = iface->set_certificate_extension (self, id, oid, flags, value, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_certificate_extension", error);
}

/**
 * icert_admin_set_certificate_extension_async:
 * @self: an admin object
 * @id: request id
 * @oid: OID of the extension, dotted
 * @flags: critical, disabled, deleted
 * @value: (nullable): the content of extnValue, DER; `NULL` only to disable or delete
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.set_certificate_extension] without blocking.
 */
void
icert_admin_set_certificate_extension_async (ICertAdmin *self,
                                             gint64 id,
                                             const char *oid,
                                             ICertExtensionFlags flags,
                                             GBytes *value,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_set_certificate_extension),
                     icert_admin_set_certificate_extension_async, G_TYPE_BOOLEAN, cancellable,
                     callback, user_data, G_TYPE_INT64, id, G_TYPE_STRING, oid,
                     ICERT_TYPE_EXTENSION_FLAGS, flags, G_TYPE_BYTES, value, G_TYPE_INVALID);
}

/**
 * icert_admin_set_certificate_extension_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.set_certificate_extension_async]. Errors are those of
 * [method@ICert.Admin.set_certificate_extension].
 *
 * Returns: `TRUE` when the extension is set
 */
gboolean
icert_admin_set_certificate_extension_finish (ICertAdmin *self,
                                              GAsyncResult *result,
                                              GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_set_certificate_extension_async, error);
}

/**
 * icert_admin_deny_request:
 * @self: an admin object
 * @id: request id
 * @reason: (nullable): why, for the requester
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Denies a pending request (AD CS: ICertAdmin::DenyRequest).
 *
 * Any thread; blocks. Right: officer.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_WRONG_STATE` unless it is pending, or when another
 * officer was faster; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: `TRUE` when the request is denied
 */
gboolean
icert_admin_deny_request (ICertAdmin *self,
                          gint64 id,
                          const char *reason,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!_icert_check_request_id (id, error) || !_icert_check_optional_text (reason, "reason", error))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, deny_request, FALSE, error);
  ok = iface->deny_request (self, id, reason, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "deny_request", error);
}

/**
 * icert_admin_deny_request_async:
 * @self: an admin object
 * @id: request id
 * @reason: (nullable): why, for the requester
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.deny_request] without blocking.
 */
void
icert_admin_deny_request_async (ICertAdmin *self,
                                gint64 id,
                                const char *reason,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_deny_request), icert_admin_deny_request_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_INT64, id,
                     G_TYPE_STRING, reason, G_TYPE_INVALID);
}

/**
 * icert_admin_deny_request_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.deny_request_async]. Errors are those of
 * [method@ICert.Admin.deny_request].
 *
 * Returns: `TRUE` when the request is denied
 */
gboolean
icert_admin_deny_request_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_deny_request_async, error);
}

/**
 * icert_admin_resubmit_request:
 * @self: an admin object
 * @id: request id
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Asks the policy again about a pending request, this time with an officer's approval (AD CS:
 * ICertAdmin::ResubmitRequest). An administrator may resubmit a denied one too.
 *
 * What is approved is the content that the request has at that moment. Whoever looked at it first
 * calls [method@ICert.Admin.resubmit_request_version], which a change since then refuses.
 *
 * Any thread; blocks until the answer is durable. Right: officer, or administrator.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_WRONG_STATE` for a request that is neither pending
 * nor denied, or when another officer was faster; `ICERT_ERROR_NOT_AUTHORIZED`, also for approving
 * one's own request; `ICERT_ERROR_MALFORMED` for the id 0.
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_admin_resubmit_request (ICertAdmin *self,
                              gint64 id,
                              GCancellable *cancellable,
                              GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  ICertResponse *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!_icert_check_request_id (id, error))
    return NULL;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, resubmit_request, NULL, error);
  answer = iface->resubmit_request (self, id, cancellable, &local_error);
  return _icert_end_object (answer, ICERT_TYPE_RESPONSE, local_error, self, "resubmit_request",
                            error);
}

/**
 * icert_admin_resubmit_request_async:
 * @self: an admin object
 * @id: request id
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.resubmit_request] without blocking.
 */
void
icert_admin_resubmit_request_async (ICertAdmin *self,
                                    gint64 id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_resubmit_request),
                     icert_admin_resubmit_request_async, G_TYPE_OBJECT, cancellable, callback,
                     user_data, G_TYPE_INT64, id, G_TYPE_INVALID);
}

/**
 * icert_admin_resubmit_request_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.resubmit_request_async]. Errors are those of
 * [method@ICert.Admin.resubmit_request].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_admin_resubmit_request_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_resubmit_request_async, error);
}

/**
 * icert_admin_resubmit_request_version:
 * @self: an admin object
 * @id: request id
 * @content_version: `Request.ContentVersion` of the view when the officer looked at the request,
 *   from 1 on
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@ICert.Admin.resubmit_request] of the content that the officer saw, and of no other.
 *
 * Each change that an officer makes to a request counts its content version up, from 1. If
 * another one is stored than the one that is given, somebody changed the request since it was
 * looked at: nobody judges or signs anything, and the request stays as it is (S-D12). What is
 * compared is what is judged and signed: a change that comes meanwhile loses, or the call does.
 * AD CS has no such method; its officers approve what is stored at that moment.
 *
 * Any thread; blocks until the answer is durable. Right: officer, or administrator.
 *
 * Errors: those of [method@ICert.Admin.resubmit_request]; `ICERT_ERROR_WRONG_STATE` with the field
 * `content-version`, the stored version as detail `actual` and the given one as detail `expected`;
 * `ICERT_ERROR_MALFORMED` for a content version below 1.
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_admin_resubmit_request_version (ICertAdmin *self,
                                      gint64 id,
                                      gint64 content_version,
                                      GCancellable *cancellable,
                                      GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  ICertResponse *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!_icert_check_request_id (id, error))
    return NULL;
  if (content_version < 1)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "content-version",
                       "%" G_GINT64_FORMAT " (from 1 on)", content_version);
      return NULL;
    }
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, resubmit_request_version, NULL, error);
  answer = iface->resubmit_request_version (self, id, content_version, cancellable, &local_error);
  return _icert_end_object (answer, ICERT_TYPE_RESPONSE, local_error, self,
                            "resubmit_request_version", error);
}

/**
 * icert_admin_resubmit_request_version_async:
 * @self: an admin object
 * @id: request id
 * @content_version: `Request.ContentVersion` of the view when the officer looked at the request
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.resubmit_request_version] without blocking.
 */
void
icert_admin_resubmit_request_version_async (ICertAdmin *self,
                                            gint64 id,
                                            gint64 content_version,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_resubmit_request_version),
                     icert_admin_resubmit_request_version_async, G_TYPE_OBJECT, cancellable,
                     callback, user_data, G_TYPE_INT64, id, G_TYPE_INT64, content_version,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_resubmit_request_version_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.resubmit_request_version_async]. Errors are those of
 * [method@ICert.Admin.resubmit_request_version].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_admin_resubmit_request_version_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_resubmit_request_version_async, error);
}

/**
 * icert_admin_get_my_roles:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says which roles the caller has (AD CS: ICertAdmin2::GetMyRoles).
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHENTICATED`; `ICERT_ERROR_CONFIG` when the roles cannot be read;
 * `ICERT_ERROR_MODULE` for an answer that is no set of roles.
 *
 * Returns: the roles; `ICERT_ROLE_NONE` without an error for a caller without any
 */
ICertRoles
icert_admin_get_my_roles (ICertAdmin *self, GCancellable *cancellable, GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  ICertRoles answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), ICERT_ROLE_NONE);

  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_my_roles, ICERT_ROLE_NONE, error);
  answer = iface->get_my_roles (self, cancellable, &local_error);
  if (!_icert_end_boolean (local_error == NULL, local_error, self, "get_my_roles", error))
    return ICERT_ROLE_NONE;
  if (_icert_check_flags (ICERT_TYPE_ROLES, answer, "roles", NULL))
    return answer;

  _icert_set_broken (error, self, "get_my_roles", "gave 0x%x (roles)", (guint) answer);
  return ICERT_ROLE_NONE;
}

/**
 * icert_admin_get_my_roles_async:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.get_my_roles] without blocking.
 */
void
icert_admin_get_my_roles_async (ICertAdmin *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_get_my_roles), icert_admin_get_my_roles_async,
                     ICERT_TYPE_ROLES, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_admin_get_my_roles_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.get_my_roles_async]. Errors are those of
 * [method@ICert.Admin.get_my_roles].
 *
 * Returns: the roles; `ICERT_ROLE_NONE` without an error for a caller without any
 */
ICertRoles
icert_admin_get_my_roles_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), ICERT_ROLE_NONE);

  return _icert_finish_int (self, result, icert_admin_get_my_roles_async, ICERT_ROLE_NONE, error);
}

/**
 * icert_admin_get_trace:
 * @self: an admin object
 * @id: request id
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Explains how a request was judged, rule by rule: an `aa{sv}` with the keys `judgement` (`x`, 1
 * for the first time it was judged), `time` (`x`, microseconds since 1970 UTC), `kind` (`s`:
 * `received`, `read`, `written`, `rule`, `verdict`, `engine` or `officer`), and of `module`,
 * `rule`, `field`, `seen` and `allowed` (`s`) those that a step has. No counterpart in AD CS.
 *
 * Any thread; blocks. Right: reader.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` for the
 * id 0; `ICERT_ERROR_MODULE` for an answer of another type.
 *
 * Returns: (transfer full): an `aa{sv}` in the order of the steps, or `NULL` with `error` set
 */
GVariant *
icert_admin_get_trace (ICertAdmin *self, gint64 id, GCancellable *cancellable, GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!_icert_check_request_id (id, error))
    return NULL;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_trace, NULL, error);
  answer = iface->get_trace (self, id, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "get_trace", error);
}

/**
 * icert_admin_get_trace_async:
 * @self: an admin object
 * @id: request id
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.get_trace] without blocking.
 */
void
icert_admin_get_trace_async (ICertAdmin *self,
                             gint64 id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_get_trace), icert_admin_get_trace_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_INT64, id,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_get_trace_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.get_trace_async]. Errors are those of [method@ICert.Admin.get_trace].
 *
 * Returns: (transfer full): an `aa{sv}` in the order of the steps, or `NULL` with `error` set
 */
GVariant *
icert_admin_get_trace_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_get_trace_async, error);
}

/**
 * icert_admin_get_config_entry:
 * @self: an admin object
 * @node: (nullable): section of the configuration, such as `Policy/Template.Policy`; `NULL` for
 *   the CA itself
 * @entry: name of the entry
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Reads an entry of the configuration (AD CS: ICertAdmin2::GetConfigEntry).
 *
 * Any thread; blocks. Right: reader.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` for node or entry; `ICERT_ERROR_NOT_AUTHORIZED`;
 * `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when the entry is
 *   empty
 */
GVariant *
icert_admin_get_config_entry (ICertAdmin *self,
                              const char *node,
                              const char *entry,
                              GCancellable *cancellable,
                              GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!_icert_check_optional_text (node, "node", error)
      || !_icert_check_text (entry, "entry", error))
    return NULL;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_config_entry, NULL, error);
  answer = iface->get_config_entry (self, node, entry, cancellable, &local_error);
  answer = _icert_end_nullable (answer, local_error, error);
  return answer != NULL ? g_variant_take_ref (answer) : NULL;
}

/**
 * icert_admin_get_config_entry_async:
 * @self: an admin object
 * @node: (nullable): section of the configuration, such as `Policy/Template.Policy`; `NULL` for
 *   the CA itself
 * @entry: name of the entry
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.get_config_entry] without blocking.
 */
void
icert_admin_get_config_entry_async (ICertAdmin *self,
                                    const char *node,
                                    const char *entry,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_get_config_entry),
                     icert_admin_get_config_entry_async, G_TYPE_VARIANT, cancellable, callback,
                     user_data, G_TYPE_STRING, node, G_TYPE_STRING, entry, G_TYPE_INVALID);
}

/**
 * icert_admin_get_config_entry_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.get_config_entry_async]. Errors are those of
 * [method@ICert.Admin.get_config_entry].
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when the entry is
 *   empty
 */
GVariant *
icert_admin_get_config_entry_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_get_config_entry_async, error);
}

/**
 * icert_admin_set_config_entry:
 * @self: an admin object
 * @node: (nullable): section of the configuration; `NULL` for the CA itself
 * @entry: name of the entry; empty with a `NULL` `value`: the whole node
 * @value: (nullable): the new value; `NULL` deletes the entry, its default then counts
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Changes an entry of the configuration (AD CS: ICertAdmin2::SetConfigEntry). It is in force for
 * the next request; what cannot be so says it.
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` for node or entry; `ICERT_ERROR_CONFIG` for a value of another
 * type or out of range; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_PENDING` when a second
 * administrator has to agree; `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: `TRUE` when the entry is changed
 */
gboolean
icert_admin_set_config_entry (ICertAdmin *self,
                              const char *node,
                              const char *entry,
                              GVariant *value,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  /* a named section goes whole; the CA's own does not */
  gboolean whole_node
      = value == NULL && node != NULL && *node != '\0' && g_strcmp0 (entry, "") == 0;
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!_icert_check_optional_text (node, "node", error)
      || (!whole_node && !_icert_check_text (entry, "entry", error)))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_config_entry, FALSE, error);
  ok = iface->set_config_entry (self, node, entry, sunk, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_config_entry", error);
}

/**
 * icert_admin_set_config_entry_async:
 * @self: an admin object
 * @node: (nullable): section of the configuration; `NULL` for the CA itself
 * @entry: name of the entry; empty with a `NULL` `value`: the whole node
 * @value: (nullable): the new value; `NULL` deletes the entry, its default then counts
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.set_config_entry] without blocking.
 */
void
icert_admin_set_config_entry_async (ICertAdmin *self,
                                    const char *node,
                                    const char *entry,
                                    GVariant *value,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_set_config_entry),
                     icert_admin_set_config_entry_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_STRING, node, G_TYPE_STRING, entry, G_TYPE_VARIANT, value,
                     G_TYPE_INVALID);
}

/**
 * icert_admin_set_config_entry_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.set_config_entry_async]. Errors are those of
 * [method@ICert.Admin.set_config_entry].
 *
 * Returns: `TRUE` when the entry is changed
 */
gboolean
icert_admin_set_config_entry_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_set_config_entry_async, error);
}

/**
 * icert_admin_list_config_entries:
 * @self: an admin object
 * @node: (nullable): section of the configuration; `NULL` for the CA itself
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists the entries of a section (AD CS: GetConfigEntry with an empty entry).
 *
 * Any thread; blocks. Right: reader.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` for
 * text that is not UTF-8.
 *
 * Returns: (transfer full) (array zero-terminated=1): names of entries, or `NULL` with `error` set
 */
char **
icert_admin_list_config_entries (ICertAdmin *self,
                                 const char *node,
                                 GCancellable *cancellable,
                                 GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  char **answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!_icert_check_optional_text (node, "node", error))
    return NULL;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_config_entries, NULL, error);
  answer = iface->list_config_entries (self, node, cancellable, &local_error);
  return _icert_end_pointer (answer, local_error, self, "list_config_entries", error);
}

/**
 * icert_admin_list_config_entries_async:
 * @self: an admin object
 * @node: (nullable): section of the configuration; `NULL` for the CA itself
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.list_config_entries] without blocking.
 */
void
icert_admin_list_config_entries_async (ICertAdmin *self,
                                       const char *node,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_list_config_entries),
                     icert_admin_list_config_entries_async, G_TYPE_STRV, cancellable, callback,
                     user_data, G_TYPE_STRING, node, G_TYPE_INVALID);
}

/**
 * icert_admin_list_config_entries_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.list_config_entries_async]. Errors are those of
 * [method@ICert.Admin.list_config_entries].
 *
 * Returns: (transfer full) (array zero-terminated=1): names of entries, or `NULL` with `error` set
 */
char **
icert_admin_list_config_entries_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_list_config_entries_async, error);
}

/**
 * icert_admin_get_ca:
 * @self: an admin object
 * @error: return location for an error
 *
 * Gives the CA this object administers, for its properties and certificates (AD CS:
 * ICertAdmin2::GetCAProperty and its siblings).
 *
 * Any thread.
 *
 * Errors: those of the opener; `ICERT_ERROR_MODULE` for an answer of another type.
 *
 * Returns: (transfer full): the CA, or `NULL` with `error` set
 */
ICertCa *
icert_admin_get_ca (ICertAdmin *self, GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  ICertCa *ca;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_ca, NULL, error);
  ca = iface->get_ca (self, &local_error);
  return _icert_end_object (ca, ICERT_TYPE_CA, local_error, self, "get_ca", error);
}
