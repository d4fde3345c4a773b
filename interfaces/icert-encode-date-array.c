/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-encode-date-array.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEncodeDateArray:
 *
 * Makes and reads a SEQUENCE OF Time (AD CS: ICertEncodeDateArray): UTCTime from 1950 to 2049,
 * GeneralizedTime to 9999, as in certificates (RFC 5280, 4.1.2.5).
 *
 * Get one with [func@ICert.EncodeDateArray.open], or by its class id; no CA is needed.
 */
G_DEFINE_INTERFACE (ICertEncodeDateArray, icert_encode_date_array, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_encode_date_array,
                          add,
                          gboolean,
                          FALSE,
                          ICertEncodeDateArray *self,
                          GDateTime *value)

ICERT_DEFINE_UNSUPPORTED (icert_encode_date_array, get_count, guint, 0, ICertEncodeDateArray *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_date_array,
                          get_value,
                          GDateTime *,
                          NULL,
                          ICertEncodeDateArray *self,
                          guint index)

ICERT_DEFINE_UNSUPPORTED (icert_encode_date_array,
                          to_bytes,
                          GBytes *,
                          NULL,
                          ICertEncodeDateArray *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_date_array,
                          decode,
                          gboolean,
                          FALSE,
                          ICertEncodeDateArray *self,
                          GBytes *value)

static void
icert_encode_date_array_default_init (ICertEncodeDateArrayInterface *iface)
{
  iface->add = icert_encode_date_array_real_add;
  iface->get_count = icert_encode_date_array_real_get_count;
  iface->get_value = icert_encode_date_array_real_get_value;
  iface->to_bytes = icert_encode_date_array_real_to_bytes;
  iface->decode = icert_encode_date_array_real_decode;
}

/**
 * icert_encode_date_array_add:
 * @self: a list of times
 * @value: a time; what is behind the second is cut off
 * @error: return location for an error
 *
 * Puts a time behind the others (AD CS: SetValue).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for a time before 1950; `ICERT_ERROR_TOO_LARGE` when there is no
 * room in 32 KiB.
 *
 * Returns: `TRUE` when it was added
 */
gboolean
icert_encode_date_array_add (ICertEncodeDateArray *self, GDateTime *value, GError **error)
{
  ICertEncodeDateArrayInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_DATE_ARRAY (self), FALSE);

  if (!_icert_check_not_null (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_DATE_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, add, FALSE, error);
  ok = iface->add (self, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "add", error);
}

/**
 * icert_encode_date_array_get_count:
 * @self: a list of times
 * @error: return location for an error
 *
 * Counts the times (AD CS: GetCount).
 *
 * Any thread, one at a time.
 *
 * Returns: how many times there are, 0 with `error` set
 */
guint
icert_encode_date_array_get_count (ICertEncodeDateArray *self, GError **error)
{
  ICertEncodeDateArrayInterface *iface;
  GError *local_error = NULL;
  guint answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_DATE_ARRAY (self), 0);

  iface = ICERT_ENCODE_DATE_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_count, 0, error);
  answer = iface->get_count (self, &local_error);
  if (local_error == NULL)
    return answer;
  _icert_propagate_error (error, local_error, self, "get_count");
  return 0;
}

/**
 * icert_encode_date_array_get_value:
 * @self: a list of times
 * @index: which one, from 0
 * @error: return location for an error
 *
 * Gives a time (AD CS: GetValue).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when there are not so many.
 *
 * Returns: (transfer full): the time, in UTC, or `NULL` with `error` set
 */
GDateTime *
icert_encode_date_array_get_value (ICertEncodeDateArray *self, guint index, GError **error)
{
  ICertEncodeDateArrayInterface *iface;
  GError *local_error = NULL;
  GDateTime *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_DATE_ARRAY (self), NULL);

  iface = ICERT_ENCODE_DATE_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_value, NULL, error);
  answer = iface->get_value (self, index, &local_error);
  return _icert_end_pointer (answer, local_error, self, "get_value", error);
}

/**
 * icert_encode_date_array_to_bytes:
 * @self: a list of times
 * @error: return location for an error
 *
 * Encodes what the object holds (AD CS: Encode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: (transfer full): a SEQUENCE OF Time in DER, or `NULL` with `error` set
 */
GBytes *
icert_encode_date_array_to_bytes (ICertEncodeDateArray *self, GError **error)
{
  ICertEncodeDateArrayInterface *iface;
  GError *local_error = NULL;
  GBytes *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_DATE_ARRAY (self), NULL);

  iface = ICERT_ENCODE_DATE_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, to_bytes, NULL, error);
  answer = iface->to_bytes (self, &local_error);
  return _icert_end_pointer (answer, local_error, self, "to_bytes", error);
}

/**
 * icert_encode_date_array_decode:
 * @self: a list of times
 * @value: a SEQUENCE OF Time, DER to the last octet
 * @error: return location for an error
 *
 * Takes over what `value` holds in place of what was there; nothing changes when it is refused (AD
 * CS: Decode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when it is not a SEQUENCE OF Time, or not DER (S-A3), with
 * detail `offset` where it is known; `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: `TRUE` when the object holds it
 */
gboolean
icert_encode_date_array_decode (ICertEncodeDateArray *self, GBytes *value, GError **error)
{
  ICertEncodeDateArrayInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_DATE_ARRAY (self), FALSE);

  if (!_icert_check_bytes (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_DATE_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, decode, FALSE, error);
  ok = iface->decode (self, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "decode", error);
}
