/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-encode-long-array.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEncodeLongArray:
 *
 * Makes and reads a SEQUENCE OF INTEGER (AD CS: ICertEncodeLongArray), each of at most 64 bits.
 *
 * Get one with [func@ICert.EncodeLongArray.open], or by its class id; no CA is needed.
 */
G_DEFINE_INTERFACE (ICertEncodeLongArray, icert_encode_long_array, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_encode_long_array,
                          set_values,
                          gboolean,
                          FALSE,
                          ICertEncodeLongArray *self,
                          const gint64 *values,
                          gsize n_values)

ICERT_DEFINE_UNSUPPORTED (icert_encode_long_array,
                          get_values,
                          GArray *,
                          NULL,
                          ICertEncodeLongArray *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_long_array,
                          to_bytes,
                          GBytes *,
                          NULL,
                          ICertEncodeLongArray *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_long_array,
                          decode,
                          gboolean,
                          FALSE,
                          ICertEncodeLongArray *self,
                          GBytes *value)

static void
icert_encode_long_array_default_init (ICertEncodeLongArrayInterface *iface)
{
  iface->set_values = icert_encode_long_array_real_set_values;
  iface->get_values = icert_encode_long_array_real_get_values;
  iface->to_bytes = icert_encode_long_array_real_to_bytes;
  iface->decode = icert_encode_long_array_real_decode;
}

/**
 * icert_encode_long_array_set_values:
 * @self: a list of numbers
 * @values: (array length=n_values) (nullable): the numbers
 * @n_values: how many there are
 * @error: return location for an error
 *
 * Sets the numbers (AD CS: Reset and SetValue).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: `TRUE` when they were set
 */
gboolean
icert_encode_long_array_set_values (ICertEncodeLongArray *self,
                                    const gint64 *values,
                                    gsize n_values,
                                    GError **error)
{
  ICertEncodeLongArrayInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_LONG_ARRAY (self), FALSE);

  if (!(n_values == 0 || _icert_check_not_null (values, "values", error)))
    return FALSE;
  iface = ICERT_ENCODE_LONG_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_values, FALSE, error);
  ok = iface->set_values (self, values, n_values, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_values", error);
}

/**
 * icert_encode_long_array_get_values:
 * @self: a list of numbers
 * @error: return location for an error
 *
 * Gives the numbers (AD CS: GetCount and GetValue). JavaScript rounds those beyond 2^53.
 *
 * Any thread, one at a time.
 *
 * Returns: (element-type gint64) (transfer full): the numbers, or `NULL` with `error` set
 */
GArray *
icert_encode_long_array_get_values (ICertEncodeLongArray *self, GError **error)
{
  ICertEncodeLongArrayInterface *iface;
  GError *local_error = NULL;
  GArray *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_LONG_ARRAY (self), NULL);

  iface = ICERT_ENCODE_LONG_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_values, NULL, error);
  answer = iface->get_values (self, &local_error);
  return _icert_end_pointer (answer, local_error, self, "get_values", error);
}

/**
 * icert_encode_long_array_to_bytes:
 * @self: a list of numbers
 * @error: return location for an error
 *
 * Encodes what the object holds (AD CS: Encode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: (transfer full): a SEQUENCE OF INTEGER in DER, or `NULL` with `error` set
 */
GBytes *
icert_encode_long_array_to_bytes (ICertEncodeLongArray *self, GError **error)
{
  ICertEncodeLongArrayInterface *iface;
  GError *local_error = NULL;
  GBytes *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_LONG_ARRAY (self), NULL);

  iface = ICERT_ENCODE_LONG_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, to_bytes, NULL, error);
  answer = iface->to_bytes (self, &local_error);
  return _icert_end_pointer (answer, local_error, self, "to_bytes", error);
}

/**
 * icert_encode_long_array_decode:
 * @self: a list of numbers
 * @value: a SEQUENCE OF INTEGER, DER to the last octet
 * @error: return location for an error
 *
 * Takes over what `value` holds in place of what was there; nothing changes when it is refused (AD
 * CS: Decode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when it is not a SEQUENCE OF INTEGER, or not DER (S-A3), with
 * detail `offset` where it is known; `ICERT_ERROR_TOO_LARGE` for more than 32 KiB or a number of
 * more than 64 bits.
 *
 * Returns: `TRUE` when the object holds it
 */
gboolean
icert_encode_long_array_decode (ICertEncodeLongArray *self, GBytes *value, GError **error)
{
  ICertEncodeLongArrayInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_LONG_ARRAY (self), FALSE);

  if (!_icert_check_bytes (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_LONG_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, decode, FALSE, error);
  ok = iface->decode (self, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "decode", error);
}
