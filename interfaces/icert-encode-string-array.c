/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-encode-string-array.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEncodeStringArray:
 *
 * Makes and reads a SEQUENCE OF strings (AD CS: ICertEncodeStringArray).
 *
 * Get one with [func@ICert.EncodeStringArray.open], or by its class id; no CA is needed.
 */
G_DEFINE_INTERFACE (ICertEncodeStringArray, icert_encode_string_array, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_encode_string_array,
                          set_values,
                          gboolean,
                          FALSE,
                          ICertEncodeStringArray *self,
                          ICertRdnType type,
                          const char *const *values)

ICERT_DEFINE_UNSUPPORTED (icert_encode_string_array,
                          get_values,
                          char **,
                          NULL,
                          ICertEncodeStringArray *self,
                          ICertRdnType *type)

ICERT_DEFINE_UNSUPPORTED (icert_encode_string_array,
                          to_bytes,
                          GBytes *,
                          NULL,
                          ICertEncodeStringArray *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_string_array,
                          decode,
                          gboolean,
                          FALSE,
                          ICertEncodeStringArray *self,
                          GBytes *value)

static void
icert_encode_string_array_default_init (ICertEncodeStringArrayInterface *iface)
{
  iface->set_values = icert_encode_string_array_real_set_values;
  iface->get_values = icert_encode_string_array_real_get_values;
  iface->to_bytes = icert_encode_string_array_real_to_bytes;
  iface->decode = icert_encode_string_array_real_decode;
}

/**
 * icert_encode_string_array_set_values:
 * @self: a list of texts
 * @type: type of string; ANY: PrintableString where that can be, else UTF8String
 * @values: (array zero-terminated=1): the texts
 * @error: return location for an error
 *
 * Sets the texts (AD CS: Reset and SetValue).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for a text that `type` has no characters for;
 * `ICERT_ERROR_UNSUPPORTED` for a type that is not made of text; `ICERT_ERROR_TOO_LARGE` for more
 * than 32 KiB.
 *
 * Returns: `TRUE` when they were set
 */
gboolean
icert_encode_string_array_set_values (ICertEncodeStringArray *self,
                                      ICertRdnType type,
                                      const char *const *values,
                                      GError **error)
{
  ICertEncodeStringArrayInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_STRING_ARRAY (self), FALSE);

  if (!_icert_check_enum (ICERT_TYPE_RDN_TYPE, (int) type, "type", error)
      || !_icert_check_not_null (values, "values", error))
    return FALSE;
  iface = ICERT_ENCODE_STRING_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_values, FALSE, error);
  ok = iface->set_values (self, type, values, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_values", error);
}

/**
 * icert_encode_string_array_get_values:
 * @self: a list of texts
 * @type: (out): their type, ANY when there is none or they differ
 * @error: return location for an error
 *
 * Gives the texts (AD CS: GetStringType, GetCount and GetValue).
 *
 * Any thread, one at a time.
 *
 * Returns: (array zero-terminated=1) (transfer full): the texts, or `NULL` with `error` set
 */
char **
icert_encode_string_array_get_values (ICertEncodeStringArray *self,
                                      ICertRdnType *type,
                                      GError **error)
{
  ICertEncodeStringArrayInterface *iface;
  GError *local_error = NULL;
  char **answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_STRING_ARRAY (self), NULL);
  g_return_val_if_fail (type != NULL, NULL);

  *type = ICERT_RDN_TYPE_ANY;
  iface = ICERT_ENCODE_STRING_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_values, NULL, error);
  answer = iface->get_values (self, type, &local_error);
  return _icert_end_pointer (answer, local_error, self, "get_values", error);
}

/**
 * icert_encode_string_array_to_bytes:
 * @self: a list of texts
 * @error: return location for an error
 *
 * Encodes what the object holds (AD CS: Encode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: (transfer full): a SEQUENCE OF strings in DER, or `NULL` with `error` set
 */
GBytes *
icert_encode_string_array_to_bytes (ICertEncodeStringArray *self, GError **error)
{
  ICertEncodeStringArrayInterface *iface;
  GError *local_error = NULL;
  GBytes *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_STRING_ARRAY (self), NULL);

  iface = ICERT_ENCODE_STRING_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, to_bytes, NULL, error);
  answer = iface->to_bytes (self, &local_error);
  return _icert_end_pointer (answer, local_error, self, "to_bytes", error);
}

/**
 * icert_encode_string_array_decode:
 * @self: a list of texts
 * @value: a SEQUENCE OF strings, DER to the last octet
 * @error: return location for an error
 *
 * Takes over what `value` holds in place of what was there; nothing changes when it is refused (AD
 * CS: Decode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when it is not a SEQUENCE OF strings, or not DER (S-A3), with
 * detail `offset` where it is known; `ICERT_ERROR_TOO_LARGE` for more than 32 KiB;
 * `ICERT_ERROR_UNSUPPORTED` for a type that is not made of text.
 *
 * Returns: `TRUE` when the object holds it
 */
gboolean
icert_encode_string_array_decode (ICertEncodeStringArray *self, GBytes *value, GError **error)
{
  ICertEncodeStringArrayInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_STRING_ARRAY (self), FALSE);

  if (!_icert_check_bytes (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_STRING_ARRAY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, decode, FALSE, error);
  ok = iface->decode (self, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "decode", error);
}
