/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-admin.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

static gboolean
check_flags (ICertCrlFlags flags, GError **error)
{
  if (!_icert_check_flags (ICERT_TYPE_CRL_FLAGS, flags, "flags", error))
    return FALSE;
  if ((flags & (ICERT_CRL_BASE | ICERT_CRL_DELTA)) != 0 || flags == ICERT_CRL_DUE)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, "flags", "no kind of CRL (base or delta)");
  return FALSE;
}

/**
 * icert_admin_publish_crls:
 * @self: an admin object
 * @flags: base or delta CRLs, or both; whether to make new ones
 * @next_update: (nullable): until when they are to be valid; `NULL` for the configured periods. Not
 *   looked at when they are only published again
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Makes and publishes CRLs, one run for every key and partition of the CA, all with one number (AD
 * CS: ICertAdmin2::PublishCRLs). With deltas switched on, base CRLs bring a delta each.
 *
 * `ICERT_CRL_DUE`, alone, does what the CA does by itself while it is open for longer than a
 * moment: for a timer, where nothing keeps it open. The result holds the CRLs that were made, if
 * any, and how all places of the newest ones stand.
 *
 * The call succeeds once the CRLs are made, verified and durable; how publishing them in each place
 * went is in the result ([method@ICert.PublishResult.check_status]).
 *
 * Any thread; blocks until every place was tried. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_WRONG_STATE` for deltas while they are
 * switched off, or to publish again what was never made; `ICERT_ERROR_BAD_VALIDITY` for a date that
 * has passed or is more than 12 months away; `ICERT_ERROR_STORAGE` when they cannot be
 * written: then the old ones stay; `ICERT_ERROR_KEY_UNAVAILABLE`; `ICERT_ERROR_CLOCK`;
 * `ICERT_ERROR_MALFORMED` for arguments.
 *
 * Returns: (transfer full): what came of it, or `NULL` with `error` set
 */
ICertPublishResult *
icert_admin_publish_crls (ICertAdmin *self,
                          ICertCrlFlags flags,
                          GDateTime *next_update,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertAdminInterface *iface;
  GError *local_error = NULL;
  ICertPublishResult *result;

  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  if (!check_flags (flags, error))
    return NULL;
  iface = ICERT_ADMIN_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, publish_crls, NULL, error);
  result = iface->publish_crls (self, flags, next_update, cancellable, &local_error);
  return _icert_end_object (result, ICERT_TYPE_PUBLISH_RESULT, local_error, self, "publish_crls",
                            error);
}

/**
 * icert_admin_publish_crls_async:
 * @self: an admin object
 * @flags: base or delta CRLs, or both; whether to make new ones
 * @next_update: (nullable): until when they are to be valid
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an
 *   answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Admin.publish_crls] without blocking.
 */
void
icert_admin_publish_crls_async (ICertAdmin *self,
                                ICertCrlFlags flags,
                                GDateTime *next_update,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ADMIN (self));

  _icert_call_async (self, G_CALLBACK (icert_admin_publish_crls), icert_admin_publish_crls_async,
                     ICERT_TYPE_PUBLISH_RESULT, cancellable, callback, user_data,
                     ICERT_TYPE_CRL_FLAGS, flags, G_TYPE_DATE_TIME, next_update, G_TYPE_INVALID);
}

/**
 * icert_admin_publish_crls_finish:
 * @self: an admin object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Admin.publish_crls_async]. Errors are those of
 * [method@ICert.Admin.publish_crls].
 *
 * Returns: (transfer full): what came of it, or `NULL` with `error` set
 */
ICertPublishResult *
icert_admin_publish_crls_finish (ICertAdmin *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ADMIN (self), NULL);

  return _icert_finish_pointer (self, result, icert_admin_publish_crls_async, error);
}
