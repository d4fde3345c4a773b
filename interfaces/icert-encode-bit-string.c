/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-encode-bit-string.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEncodeBitString:
 *
 * Makes and reads a BIT STRING (AD CS: ICertEncodeBitString). The bits of keyUsage have names:
 * [ctor@ICert.Extension.new_key_usage] makes them, and [func@ICert.Extension.parse_key_usage]
 * reads them.
 *
 * Get one with [func@ICert.EncodeBitString.open], or by its class id; no CA is needed.
 */
G_DEFINE_INTERFACE (ICertEncodeBitString, icert_encode_bit_string, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_encode_bit_string,
                          set_bits,
                          gboolean,
                          FALSE,
                          ICertEncodeBitString *self,
                          GBytes *bits,
                          guint count)

ICERT_DEFINE_UNSUPPORTED (icert_encode_bit_string,
                          get_bits,
                          GBytes *,
                          NULL,
                          ICertEncodeBitString *self,
                          guint *count)

ICERT_DEFINE_UNSUPPORTED (icert_encode_bit_string,
                          to_bytes,
                          GBytes *,
                          NULL,
                          ICertEncodeBitString *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_bit_string,
                          decode,
                          gboolean,
                          FALSE,
                          ICertEncodeBitString *self,
                          GBytes *value)

static void
icert_encode_bit_string_default_init (ICertEncodeBitStringInterface *iface)
{
  iface->set_bits = icert_encode_bit_string_real_set_bits;
  iface->get_bits = icert_encode_bit_string_real_get_bits;
  iface->to_bytes = icert_encode_bit_string_real_to_bytes;
  iface->decode = icert_encode_bit_string_real_decode;
}

/**
 * icert_encode_bit_string_set_bits:
 * @self: a string of bits
 * @bits: the bits, the first one highest in the first octet
 * @count: how many there are
 * @error: return location for an error
 *
 * Sets the bits (AD CS: the arguments of Encode). All `count` are encoded, zeros at the end too;
 * where bits have names the last one must be 1 (X.690, 11.2.2).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when `bits` has not just the octets that `count` bits need, or
 * what is behind the last bit is not 0; `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: `TRUE` when they were set
 */
gboolean
icert_encode_bit_string_set_bits (ICertEncodeBitString *self,
                                  GBytes *bits,
                                  guint count,
                                  GError **error)
{
  ICertEncodeBitStringInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_BIT_STRING (self), FALSE);

  if (!_icert_check_not_null (bits, "bits", error))
    return FALSE;
  iface = ICERT_ENCODE_BIT_STRING_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_bits, FALSE, error);
  ok = iface->set_bits (self, bits, count, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_bits", error);
}

/**
 * icert_encode_bit_string_get_bits:
 * @self: a string of bits
 * @count: (out): how many bits there are
 * @error: return location for an error
 *
 * Gives the bits (AD CS: GetBitCount and GetBitString).
 *
 * Any thread, one at a time.
 *
 * Returns: (transfer full): the bits, the first one highest in the first octet, or `NULL` with
 *   `error` set
 */
GBytes *
icert_encode_bit_string_get_bits (ICertEncodeBitString *self, guint *count, GError **error)
{
  ICertEncodeBitStringInterface *iface;
  GError *local_error = NULL;
  GBytes *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_BIT_STRING (self), NULL);
  g_return_val_if_fail (count != NULL, NULL);

  *count = 0;
  iface = ICERT_ENCODE_BIT_STRING_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_bits, NULL, error);
  answer = iface->get_bits (self, count, &local_error);
  return _icert_end_pointer (answer, local_error, self, "get_bits", error);
}

/**
 * icert_encode_bit_string_to_bytes:
 * @self: a string of bits
 * @error: return location for an error
 *
 * Encodes what the object holds (AD CS: Encode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: (transfer full): a BIT STRING in DER, or `NULL` with `error` set
 */
GBytes *
icert_encode_bit_string_to_bytes (ICertEncodeBitString *self, GError **error)
{
  ICertEncodeBitStringInterface *iface;
  GError *local_error = NULL;
  GBytes *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_BIT_STRING (self), NULL);

  iface = ICERT_ENCODE_BIT_STRING_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, to_bytes, NULL, error);
  answer = iface->to_bytes (self, &local_error);
  return _icert_end_pointer (answer, local_error, self, "to_bytes", error);
}

/**
 * icert_encode_bit_string_decode:
 * @self: a string of bits
 * @value: a BIT STRING, DER to the last octet
 * @error: return location for an error
 *
 * Takes over what `value` holds in place of what was there; nothing changes when it is refused (AD
 * CS: Decode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when it is not a BIT STRING, or not DER (S-A3), with detail
 * `offset` where it is known; `ICERT_ERROR_TOO_LARGE` for more than 32 KiB.
 *
 * Returns: `TRUE` when the object holds it
 */
gboolean
icert_encode_bit_string_decode (ICertEncodeBitString *self, GBytes *value, GError **error)
{
  ICertEncodeBitStringInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_BIT_STRING (self), FALSE);

  if (!_icert_check_bytes (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_BIT_STRING_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, decode, FALSE, error);
  ok = iface->decode (self, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "decode", error);
}
