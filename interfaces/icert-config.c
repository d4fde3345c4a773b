/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-config.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertConfig:
 *
 * Finds CAs (AD CS: ICertConfig, ICertConfig2, ICertGetConfig). Get one with
 * [func@ICert.Config.open].
 *
 * A record comes from a key file in the user's or the system's folder `ca.d`, or from a running
 * daemon.
 */
G_DEFINE_INTERFACE (ICertConfig, icert_config, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_config,
                          list,
                          GListModel *,
                          NULL,
                          ICertConfig *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_config,
                          get_config,
                          char *,
                          NULL,
                          ICertConfig *self,
                          ICertConfigChoice choice,
                          GCancellable *cancellable)

static void
icert_config_default_init (ICertConfigInterface *iface)
{
  iface->list = icert_config_real_list;
  iface->get_config = icert_config_real_get_config;

  /**
   * ICertConfig:search-path:
   *
   * Folders with records, separated by `:`, that are looked at before all others (AD CS:
   * ICertConfig2::SetSharedFolder).
   */
  g_object_interface_install_property (
      iface, g_param_spec_string ("search-path", NULL, NULL, NULL,
                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

/**
 * icert_config_list:
 * @self: a config object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists the CAs that are known (AD CS: ICertConfig::Reset, Next and GetField), those of the user
 * first. The list does not change afterwards.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_CONFIG` naming file and line of a record that cannot be read.
 *
 * Returns: (transfer full): a list of [class@ICert.CaInfo], empty when there is no CA, or `NULL`
 *   with `error` set
 */
GListModel *
icert_config_list (ICertConfig *self, GCancellable *cancellable, GError **error)
{
  ICertConfigInterface *iface;
  GError *local_error = NULL;
  GListModel *list;

  g_return_val_if_fail (ICERT_IS_CONFIG (self), NULL);

  iface = ICERT_CONFIG_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list, NULL, error);
  list = iface->list (self, cancellable, &local_error);
  return _icert_end_object (list, G_TYPE_LIST_MODEL, local_error, self, "list", error);
}

/**
 * icert_config_list_async:
 * @self: a config object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Config.list] without blocking.
 */
void
icert_config_list_async (ICertConfig *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CONFIG (self));

  _icert_call_async (self, G_CALLBACK (icert_config_list), icert_config_list_async, G_TYPE_OBJECT,
                     cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_config_list_finish:
 * @self: a config object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Config.list_async]. Errors are those of [method@ICert.Config.list].
 *
 * Returns: (transfer full): a list of [class@ICert.CaInfo], or `NULL` with `error` set
 */
GListModel *
icert_config_list_finish (ICertConfig *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CONFIG (self), NULL);

  return _icert_finish_pointer (self, result, icert_config_list_async, error);
}

/**
 * icert_config_get_config:
 * @self: a config object
 * @choice: which CA is wanted
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Chooses a CA (AD CS: ICertGetConfig::GetConfig) and gives its config string `HOST\CA NAME`, the
 * form that the openers take.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when there is no such CA; `ICERT_ERROR_NO_UI` when a person would
 * have to choose; `ICERT_ERROR_CONFIG`; `ICERT_ERROR_MALFORMED` for an unknown choice.
 *
 * Returns: (transfer full): a config string, or `NULL` with `error` set
 */
char *
icert_config_get_config (ICertConfig *self,
                         ICertConfigChoice choice,
                         GCancellable *cancellable,
                         GError **error)
{
  ICertConfigInterface *iface;
  GError *local_error = NULL;
  char *config;

  g_return_val_if_fail (ICERT_IS_CONFIG (self), NULL);

  if (!_icert_check_enum (ICERT_TYPE_CONFIG_CHOICE, choice, "choice", error))
    return NULL;
  iface = ICERT_CONFIG_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_config, NULL, error);
  config = iface->get_config (self, choice, cancellable, &local_error);
  return _icert_end_pointer (config, local_error, self, "get_config", error);
}

/**
 * icert_config_get_config_async:
 * @self: a config object
 * @choice: which CA is wanted
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Config.get_config] without blocking.
 */
void
icert_config_get_config_async (ICertConfig *self,
                               ICertConfigChoice choice,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CONFIG (self));

  _icert_call_async (self, G_CALLBACK (icert_config_get_config), icert_config_get_config_async,
                     G_TYPE_STRING, cancellable, callback, user_data, ICERT_TYPE_CONFIG_CHOICE,
                     choice, G_TYPE_INVALID);
}

/**
 * icert_config_get_config_finish:
 * @self: a config object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Config.get_config_async]. Errors are those of
 * [method@ICert.Config.get_config].
 *
 * Returns: (transfer full): a config string, or `NULL` with `error` set
 */
char *
icert_config_get_config_finish (ICertConfig *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CONFIG (self), NULL);

  return _icert_finish_pointer (self, result, icert_config_get_config_async, error);
}
