/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-encode-alt-name.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEncodeAltName:
 *
 * Makes and reads the value of subjectAltName and issuerAltName (AD CS: ICertEncodeAltName; RFC
 * 5280, 4.2.1.6).
 *
 * Get one with [func@ICert.EncodeAltName.open], or by its class id; no CA is needed.
 */
G_DEFINE_INTERFACE (ICertEncodeAltName, icert_encode_alt_name, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_encode_alt_name,
                          add,
                          gboolean,
                          FALSE,
                          ICertEncodeAltName *self,
                          ICertName *name)

ICERT_DEFINE_UNSUPPORTED (icert_encode_alt_name,
                          add_other,
                          gboolean,
                          FALSE,
                          ICertEncodeAltName *self,
                          const char *oid,
                          GBytes *value)

ICERT_DEFINE_UNSUPPORTED (icert_encode_alt_name, list, GListModel *, NULL, ICertEncodeAltName *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_alt_name, to_bytes, GBytes *, NULL, ICertEncodeAltName *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_alt_name,
                          decode,
                          gboolean,
                          FALSE,
                          ICertEncodeAltName *self,
                          GBytes *value)

static void
icert_encode_alt_name_default_init (ICertEncodeAltNameInterface *iface)
{
  iface->add = icert_encode_alt_name_real_add;
  iface->add_other = icert_encode_alt_name_real_add_other;
  iface->list = icert_encode_alt_name_real_list;
  iface->to_bytes = icert_encode_alt_name_real_to_bytes;
  iface->decode = icert_encode_alt_name_real_decode;
}

/**
 * icert_encode_alt_name_add:
 * @self: a list of names
 * @name: a name
 * @error: return location for an error
 *
 * Puts `name` behind the others (AD CS: SetNameEntry).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_BAD_NAME` for a name that no subject can have, such as a subtree of name
 * constraints; `ICERT_ERROR_TOO_LARGE` when there are 100.
 *
 * Returns: `TRUE` when it was added
 */
gboolean
icert_encode_alt_name_add (ICertEncodeAltName *self, ICertName *name, GError **error)
{
  ICertEncodeAltNameInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_ALT_NAME (self), FALSE);

  if (!_icert_check_not_null (name, "name", error))
    return FALSE;
  iface = ICERT_ENCODE_ALT_NAME_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, add, FALSE, error);
  ok = iface->add (self, name, &local_error);
  return _icert_end_boolean (ok, local_error, self, "add", error);
}

/**
 * icert_encode_alt_name_add_other:
 * @self: a list of names
 * @oid: type of the name, dotted
 * @value: its value, one element in DER
 * @error: return location for an error
 *
 * Puts an otherName behind the others (AD CS: SetNameEntry, called twice, with EAN_NAMEOBJECTID
 * for the type).
 *
 * Any thread, one at a time.
 *
 * Errors: those of [ctor@ICert.Name.new_other]; `ICERT_ERROR_TOO_LARGE` when there are 100.
 *
 * Returns: `TRUE` when it was added
 */
gboolean
icert_encode_alt_name_add_other (ICertEncodeAltName *self,
                                 const char *oid,
                                 GBytes *value,
                                 GError **error)
{
  ICertEncodeAltNameInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_ALT_NAME (self), FALSE);

  if (!_icert_check_text (oid, "oid", error) || !_icert_check_bytes (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_ALT_NAME_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, add_other, FALSE, error);
  ok = iface->add_other (self, oid, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "add_other", error);
}

/**
 * icert_encode_alt_name_list:
 * @self: a list of names
 * @error: return location for an error
 *
 * Lists the names (AD CS: GetNameCount, GetNameChoice and GetName). The list does not change
 * afterwards.
 *
 * Any thread, one at a time.
 *
 * Returns: (transfer full): a list of [class@ICert.Name], or `NULL` with `error` set
 */
GListModel *
icert_encode_alt_name_list (ICertEncodeAltName *self, GError **error)
{
  ICertEncodeAltNameInterface *iface;
  GError *local_error = NULL;
  GListModel *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_ALT_NAME (self), NULL);

  iface = ICERT_ENCODE_ALT_NAME_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list, NULL, error);
  answer = iface->list (self, &local_error);
  return _icert_end_object (answer, G_TYPE_LIST_MODEL, local_error, self, "list", error);
}

/**
 * icert_encode_alt_name_to_bytes:
 * @self: a list of names
 * @error: return location for an error
 *
 * Encodes what the object holds (AD CS: Encode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when there is no name; `ICERT_ERROR_TOO_LARGE` for more than 32
 * KiB.
 *
 * Returns: (transfer full): a list of names in DER, or `NULL` with `error` set
 */
GBytes *
icert_encode_alt_name_to_bytes (ICertEncodeAltName *self, GError **error)
{
  ICertEncodeAltNameInterface *iface;
  GError *local_error = NULL;
  GBytes *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_ALT_NAME (self), NULL);

  iface = ICERT_ENCODE_ALT_NAME_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, to_bytes, NULL, error);
  answer = iface->to_bytes (self, &local_error);
  return _icert_end_pointer (answer, local_error, self, "to_bytes", error);
}

/**
 * icert_encode_alt_name_decode:
 * @self: a list of names
 * @value: a list of names, DER to the last octet
 * @error: return location for an error
 *
 * Takes over what `value` holds in place of what was there; nothing changes when it is refused (AD
 * CS: Decode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when it is not a list of names, or not DER (S-A3), with detail
 * `offset` where it is known; `ICERT_ERROR_TOO_LARGE` for more than 32 KiB or 100 names;
 * `ICERT_ERROR_BAD_NAME` for a name that is none.
 *
 * Returns: `TRUE` when the object holds it
 */
gboolean
icert_encode_alt_name_decode (ICertEncodeAltName *self, GBytes *value, GError **error)
{
  ICertEncodeAltNameInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_ALT_NAME (self), FALSE);

  if (!_icert_check_bytes (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_ALT_NAME_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, decode, FALSE, error);
  ok = iface->decode (self, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "decode", error);
}
