/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-admin.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/* ICertAdmin: what configuration entries are, their history, and how a change is undone. */

/**
 * icert_admin_describe_config_entry:
 * @self: an admin object
 * @node: (nullable): section of the configuration; `NULL` for the CA itself
 * @entry: name of the entry
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says what an entry of the configuration is: an `a{sv}` with `type` (`s`: `text`, `number`,
 * `boolean`, `duration` or `list`), `description` and `effective` (`s`: when a change takes
 * effect), `default` (`s`) where there is one, and `value` where it is set. No counterpart in AD
 * CS.
 *
 * Any thread; blocks. Right: reader.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` for an entry that is neither known nor set;
 * `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_describe_config_entry (ICertAdmin *self,
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
  ICERT_REQUIRE_SLOT (iface, describe_config_entry, NULL, error);
  answer = iface->describe_config_entry (self, node, entry, cancellable, &local_error);
  return _icert_end_variant (answer, "a{sv}", local_error, self, "describe_config_entry", error);
}

/**
 * icert_admin_describe_config_entry_async:
 * @self: an admin object
 * @node: (nullable): section of the configuration; `NULL` for the CA itself
 * @entry: name of the entry
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.describe_config_entry] without blocking.
 */
void
icert_admin_describe_config_entry_async (ICertAdmin *self,
                                         const char *node,
                                         const char *entry,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_describe_config_entry),
                     icert_admin_describe_config_entry_async, G_TYPE_VARIANT, cancellable, callback,
                     user_data, G_TYPE_STRING, node, G_TYPE_STRING, entry, G_TYPE_INVALID);
}

/**
 * icert_admin_describe_config_entry_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.describe_config_entry_async]. Errors are those of
 * [method@ICert.Admin.describe_config_entry].
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_describe_config_entry_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_describe_config_entry_async, error);
}

/**
 * icert_admin_list_config_history:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists the changes of the configuration, newest first: an `aa{sv}` with `id` and `time` (`x`,
 * microseconds since 1970 UTC), `actor`, `node` and `entry` (`s`), and `old` and `new` (`s`, as
 * written) where the entry was set before and after. No counterpart in AD CS.
 *
 * Any thread; blocks. Right: reader.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_list_config_history (ICertAdmin *self, GCancellable *cancellable, GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_config_history, NULL, error);
  answer = iface->list_config_history (self, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "list_config_history", error);
}

/**
 * icert_admin_list_config_history_async:
 * @self: an admin object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.list_config_history] without blocking.
 */
void
icert_admin_list_config_history_async (ICertAdmin *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_list_config_history),
                     icert_admin_list_config_history_async, G_TYPE_VARIANT, cancellable, callback,
                     user_data, G_TYPE_INVALID);
}

/**
 * icert_admin_list_config_history_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.list_config_history_async]. Errors are those of
 * [method@ICert.Admin.list_config_history].
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_admin_list_config_history_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_list_config_history_async, error);
}

/**
 * icert_admin_undo_config_entry:
 * @self: an admin object
 * @id: id of a change of the history
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Brings back what a change of the configuration replaced; that is a change again. No counterpart
 * in AD CS.
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_WRONG_STATE` when the entry was changed since;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_CONFIG` and `ICERT_ERROR_FORBIDDEN_FIELD` for what
 * the configuration does not take; `ICERT_ERROR_PENDING` [change=ID] when another administrator
 * must approve it.
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_admin_undo_config_entry (ICertAdmin *self,
                               gint64 id,
                               GCancellable *cancellable,
                               GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  if (!_icert_check_id (id, error))
    return FALSE;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, undo_config_entry, FALSE, error);
  ok = iface->undo_config_entry (self, id, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "undo_config_entry", error);
}

/**
 * icert_admin_undo_config_entry_async:
 * @self: an admin object
 * @id: id of a change of the history
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.undo_config_entry] without blocking.
 */
void
icert_admin_undo_config_entry_async (ICertAdmin *self,
                                     gint64 id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_undo_config_entry),
                     icert_admin_undo_config_entry_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_INT64, id, G_TYPE_INVALID);
}

/**
 * icert_admin_undo_config_entry_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.undo_config_entry_async]. Errors are those of
 * [method@ICert.Admin.undo_config_entry].
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_admin_undo_config_entry_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), FALSE);

  return _icert_finish_boolean (self, result, icert_admin_undo_config_entry_async, error);
}
