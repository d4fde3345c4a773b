/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-ca.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

static gboolean
check_index (int index, int least, const char *field, GError **error)
{
  if (index >= least)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%d (%d and above)", index, least);
  return FALSE;
}

/**
 * icert_ca_get_crl:
 * @self: a CA
 * @key_index: (attributes default=-1): key index of the CA: index of the first CA certificate with
 *   that key; -1 for the newest key
 * @delta: (attributes default=0): whether the delta CRL is wanted
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Gives the newest CRL of a key (AD CS: ICertAdmin2::GetCRL). With partitions, that is the one of
 * partition 0: of what was issued while there were none.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for an index that is no key's, or while there is no such CRL;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE`; `ICERT_ERROR_MALFORMED` for an index below
 * -1.
 *
 * Returns: (transfer full): the CRL, DER, or `NULL` with `error` set
 */
GBytes *
icert_ca_get_crl (ICertCa *self,
                  int key_index,
                  gboolean delta,
                  GCancellable *cancellable,
                  GError **error)
{
  ICertCaInterface *iface;
  GError *local_error = NULL;
  GBytes *crl;

  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  if (!check_index (key_index, -1, "key-index", error))
    return NULL;
  iface = ICERT_CA_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_crl, NULL, error);
  crl = iface->get_crl (self, key_index, !!delta, cancellable, &local_error);
  return _icert_end_pointer (crl, local_error, self, "get_crl", error);
}

/**
 * icert_ca_get_crl_async:
 * @self: a CA
 * @key_index: (attributes default=-1): key index of the CA; -1 for the newest key
 * @delta: (attributes default=0): whether the delta CRL is wanted
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Ca.get_crl] without blocking.
 */
void
icert_ca_get_crl_async (ICertCa *self,
                        int key_index,
                        gboolean delta,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CA (self));

  _icert_call_async (self, G_CALLBACK (icert_ca_get_crl), icert_ca_get_crl_async, G_TYPE_BYTES,
                     cancellable, callback, user_data, G_TYPE_INT, key_index, G_TYPE_BOOLEAN, delta,
                     G_TYPE_INVALID);
}

/**
 * icert_ca_get_crl_finish:
 * @self: a CA
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Ca.get_crl_async]. Errors are those of [method@ICert.Ca.get_crl].
 *
 * Returns: (transfer full): the CRL, DER, or `NULL` with `error` set
 */
GBytes *
icert_ca_get_crl_finish (ICertCa *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  return _icert_finish_pointer (self, result, icert_ca_get_crl_async, error);
}

/**
 * icert_ca_get_partition_crl:
 * @self: a CA
 * @key_index: key index of the CA; -1 for the newest key
 * @partition: which partition, from 0; 0 is what was issued while there were none
 * @delta: (attributes default=0): whether the delta CRL is wanted
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Gives the newest CRL of a key and a partition: where a CA has many certificates, each is assigned
 * to a partition when it is issued, and every partition has a CRL of its own (AD CS:
 * CR_PROP_PARTITIONED_BASECRL and CR_PROP_PARTITIONED_DELTACRL).
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for an index that is no key's, or while there is no such CRL;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE`; `ICERT_ERROR_MALFORMED` for a negative
 * partition or an index below -1.
 *
 * Returns: (transfer full): the CRL, DER, or `NULL` with `error` set
 */
GBytes *
icert_ca_get_partition_crl (ICertCa *self,
                            int key_index,
                            int partition,
                            gboolean delta,
                            GCancellable *cancellable,
                            GError **error)
{
  ICertCaInterface *iface;
  GError *local_error = NULL;
  GBytes *crl;

  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  if (!check_index (key_index, -1, "key-index", error)
      || !check_index (partition, 0, "partition", error))
    return NULL;
  iface = ICERT_CA_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_partition_crl, NULL, error);
  crl = iface->get_partition_crl (self, key_index, partition, !!delta, cancellable, &local_error);
  return _icert_end_pointer (crl, local_error, self, "get_partition_crl", error);
}

/**
 * icert_ca_get_partition_crl_async:
 * @self: a CA
 * @key_index: key index of the CA; -1 for the newest key
 * @partition: which partition, from 0
 * @delta: (attributes default=0): whether the delta CRL is wanted
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Ca.get_partition_crl] without blocking.
 */
void
icert_ca_get_partition_crl_async (ICertCa *self,
                                  int key_index,
                                  int partition,
                                  gboolean delta,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CA (self));

  _icert_call_async (self, G_CALLBACK (icert_ca_get_partition_crl),
                     icert_ca_get_partition_crl_async, G_TYPE_BYTES, cancellable, callback,
                     user_data, G_TYPE_INT, key_index, G_TYPE_INT, partition, G_TYPE_BOOLEAN, delta,
                     G_TYPE_INVALID);
}

/**
 * icert_ca_get_partition_crl_finish:
 * @self: a CA
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Ca.get_partition_crl_async]. Errors are those of
 * [method@ICert.Ca.get_partition_crl].
 *
 * Returns: (transfer full): the CRL, DER, or `NULL` with `error` set
 */
GBytes *
icert_ca_get_partition_crl_finish (ICertCa *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CA (self), NULL);

  return _icert_finish_pointer (self, result, icert_ca_get_partition_crl_async, error);
}
