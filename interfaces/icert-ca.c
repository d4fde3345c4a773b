/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-ca.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertCa:
 *
 * A CA as every client may see it: its properties, certificates and profiles (AD CS: GetCAProperty
 * and its siblings in ICertRequest2 and ICertAdmin2). Get one with [func@ICert.Ca.open],
 * [method@ICert.Request.get_ca] or [method@ICert.Admin.get_ca].
 */
G_DEFINE_INTERFACE (ICertCa, icert_ca, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_ca,
                          get_property_value,
                          GVariant *,
                          NULL,
                          ICertCa *self,
                          ICertCaProperty property,
                          int index,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_ca,
                          describe_property,
                          gboolean,
                          FALSE,
                          ICertCa *self,
                          ICertCaProperty property,
                          GVariantType **type,
                          gboolean *indexed,
                          char **display_name)

ICERT_DEFINE_UNSUPPORTED (icert_ca,
                          get_certificate,
                          GBytes *,
                          NULL,
                          ICertCa *self,
                          int index,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_ca,
                          list_profiles,
                          char **,
                          NULL,
                          ICertCa *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_ca,
                          get_crl,
                          GBytes *,
                          NULL,
                          ICertCa *self,
                          int key_index,
                          gboolean delta,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_ca,
                          get_partition_crl,
                          GBytes *,
                          NULL,
                          ICertCa *self,
                          int key_index,
                          int partition,
                          gboolean delta,
                          GCancellable *cancellable)

static void
icert_ca_default_init (ICertCaInterface *iface)
{
  iface->get_property_value = icert_ca_real_get_property_value;
  iface->describe_property = icert_ca_real_describe_property;
  iface->get_certificate = icert_ca_real_get_certificate;
  iface->list_profiles = icert_ca_real_list_profiles;
  iface->get_crl = icert_ca_real_get_crl;
  iface->get_partition_crl = icert_ca_real_get_partition_crl;

  /**
   * ICertCa:config:
   *
   * Config string of the CA, `HOST\CA NAME`.
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_string ("config", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * ICertCa::request-changed:
   * @self: a CA
   * @id: request id
   * @disposition: what the request is now
   *
   * A request that the caller may see changed.
   */
  g_signal_new ("request-changed", ICERT_TYPE_CA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_INT64, ICERT_TYPE_DISPOSITION);
  /**
   * ICertCa::crl-published:
   * @self: a CA
   *
   * CRLs were issued and published.
   */
  g_signal_new ("crl-published", ICERT_TYPE_CA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  /**
   * ICertCa::config-changed:
   * @self: a CA
   *
   * The configuration of the CA, or a profile, changed.
   */
  g_signal_new ("config-changed", ICERT_TYPE_CA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
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
 * icert_ca_get_property_value:
 * @self: a CA
 * @property: which property
 * @index: which of an indexed property's values; -1 for the newest; not looked at when the property
 *   is not indexed
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Reads a property of the CA (AD CS: GetCAProperty). Type and whether it is indexed:
 * [method@ICert.Ca.describe_property].
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` for a property this CA does not have; `ICERT_ERROR_NOT_FOUND`
 * for an index beyond the last; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` for
 * arguments.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_ca_get_property_value (ICertCa *self,
                             ICertCaProperty property,
                             int index,
                             GCancellable *cancellable,
                             GError **error)
{
  ICertCaInterface *iface;
  GError *local_error = NULL;
  GVariant *value;

  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  if (!_icert_check_enum (ICERT_TYPE_CA_PROPERTY, property, "property", error)
      || !check_index (index, error))
    return NULL;
  iface = ICERT_CA_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_property_value, NULL, error);
  value = iface->get_property_value (self, property, index, cancellable, &local_error);
  value = _icert_end_nullable (value, local_error, error);
  return value != NULL ? g_variant_take_ref (value) : NULL;
}

/**
 * icert_ca_get_property_value_async:
 * @self: a CA
 * @property: which property
 * @index: which of an indexed property's values; -1 for the newest
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Ca.get_property_value] without blocking.
 */
void
icert_ca_get_property_value_async (ICertCa *self,
                                   ICertCaProperty property,
                                   int index,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CA (self));

  _icert_call_async (self, G_CALLBACK (icert_ca_get_property_value),
                     icert_ca_get_property_value_async, G_TYPE_VARIANT, cancellable, callback,
                     user_data, ICERT_TYPE_CA_PROPERTY, property, G_TYPE_INT, index,
                     G_TYPE_INVALID);
}

/**
 * icert_ca_get_property_value_finish:
 * @self: a CA
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Ca.get_property_value_async]. Errors are those of
 * [method@ICert.Ca.get_property_value].
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_ca_get_property_value_finish (ICertCa *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  return _icert_finish_pointer (self, result, icert_ca_get_property_value_async, error);
}

/**
 * icert_ca_describe_property:
 * @self: a CA
 * @property: which property
 * @type: (out) (optional) (transfer full): type of its value
 * @indexed: (out) (optional): whether it has several values
 * @display_name: (out) (optional) (transfer full): what people call it
 * @error: return location for an error
 *
 * Describes a property of the CA (AD CS: GetCAPropertyFlags and GetCAPropertyDisplayName).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` for a property this CA does not have; `ICERT_ERROR_MALFORMED`
 * for a number that is no property; `ICERT_ERROR_MODULE` for a description without type or name.
 *
 * Returns: `TRUE` when the description was set
 */
gboolean
icert_ca_describe_property (ICertCa *self,
                            ICertCaProperty property,
                            GVariantType **type,
                            gboolean *indexed,
                            char **display_name,
                            GError **error)
{
  ICertCaInterface *iface;
  g_autoptr (GVariantType) found_type = NULL;
  g_autofree char *found_name = NULL;
  gboolean found_indexed = FALSE;
  GError *local_error = NULL;
  gboolean ok;

  if (type != NULL)
    *type = NULL;
  if (indexed != NULL)
    *indexed = FALSE;
  if (display_name != NULL)
    *display_name = NULL;
  g_return_val_if_fail (ICERT_IS_CA (self), FALSE);

  if (!_icert_check_enum (ICERT_TYPE_CA_PROPERTY, property, "property", error))
    return FALSE;
  iface = ICERT_CA_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, describe_property, FALSE, error);
  ok = iface->describe_property (self, property, &found_type, &found_indexed, &found_name,
                                 &local_error);
  if (!_icert_end_boolean (ok, local_error, self, "describe_property", error))
    return FALSE;

  if (found_type == NULL || found_name == NULL)
    {
      _icert_set_broken (error, self, "describe_property", "gave half an answer (type and name)");
      return FALSE;
    }
  if (type != NULL)
    *type = g_steal_pointer (&found_type);
  if (indexed != NULL)
    *indexed = !!found_indexed;
  if (display_name != NULL)
    *display_name = g_steal_pointer (&found_name);
  return TRUE;
}

/**
 * icert_ca_get_certificate:
 * @self: a CA
 * @index: which certificate of the CA, from 0; -1 for the newest
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Gives a certificate of the CA itself (AD CS: ICertRequest::GetCACertificate).
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for an index beyond the last, or while the CA waits for its
 * certificate; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` for an index below -1.
 *
 * Returns: (transfer full): the certificate, DER, or `NULL` with `error` set
 */
GBytes *
icert_ca_get_certificate (ICertCa *self, int index, GCancellable *cancellable, GError **error)
{
  ICertCaInterface *iface;
  GError *local_error = NULL;
  GBytes *certificate;

  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  if (!check_index (index, error))
    return NULL;
  iface = ICERT_CA_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_certificate, NULL, error);
  certificate = iface->get_certificate (self, index, cancellable, &local_error);
  return _icert_end_pointer (certificate, local_error, self, "get_certificate", error);
}

/**
 * icert_ca_get_certificate_async:
 * @self: a CA
 * @index: which certificate of the CA, from 0; -1 for the newest
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Ca.get_certificate] without blocking.
 */
void
icert_ca_get_certificate_async (ICertCa *self,
                                int index,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CA (self));

  _icert_call_async (self, G_CALLBACK (icert_ca_get_certificate), icert_ca_get_certificate_async,
                     G_TYPE_BYTES, cancellable, callback, user_data, G_TYPE_INT, index,
                     G_TYPE_INVALID);
}

/**
 * icert_ca_get_certificate_finish:
 * @self: a CA
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Ca.get_certificate_async]. Errors are those of
 * [method@ICert.Ca.get_certificate].
 *
 * Returns: (transfer full): the certificate, DER, or `NULL` with `error` set
 */
GBytes *
icert_ca_get_certificate_finish (ICertCa *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  return _icert_finish_pointer (self, result, icert_ca_get_certificate_async, error);
}

/**
 * icert_ca_list_profiles:
 * @self: a CA
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists the profiles (AD CS: certificate templates) that the caller may ask for. One is chosen by
 * the request attribute `CertificateTemplate`.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MODULE` when a policy cannot say.
 *
 * Returns: (transfer full) (array zero-terminated=1): names, empty when there are none, or `NULL`
 *   with `error` set
 */
char **
icert_ca_list_profiles (ICertCa *self, GCancellable *cancellable, GError **error)
{
  ICertCaInterface *iface;
  GError *local_error = NULL;
  char **names;

  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  iface = ICERT_CA_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_profiles, NULL, error);
  names = iface->list_profiles (self, cancellable, &local_error);
  return _icert_end_pointer (names, local_error, self, "list_profiles", error);
}

/**
 * icert_ca_list_profiles_async:
 * @self: a CA
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Ca.list_profiles] without blocking.
 */
void
icert_ca_list_profiles_async (ICertCa *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CA (self));

  _icert_call_async (self, G_CALLBACK (icert_ca_list_profiles), icert_ca_list_profiles_async,
                     G_TYPE_STRV, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_ca_list_profiles_finish:
 * @self: a CA
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Ca.list_profiles_async]. Errors are those of
 * [method@ICert.Ca.list_profiles].
 *
 * Returns: (transfer full) (array zero-terminated=1): names, or `NULL` with `error` set
 */
char **
icert_ca_list_profiles_finish (ICertCa *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  return _icert_finish_pointer (self, result, icert_ca_list_profiles_async, error);
}
