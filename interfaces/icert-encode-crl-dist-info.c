/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-encode-crl-dist-info.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEncodeCrlDistInfo:
 *
 * Makes and reads the value of cRLDistributionPoints and freshestCRL (AD CS:
 * ICertEncodeCRLDistInfo; RFC 5280, 4.2.1.13): a list of points, each a list of the names of one
 * and the same CRL.
 *
 * Get one with [func@ICert.EncodeCrlDistInfo.open], or by its class id; no CA is needed.
 */
G_DEFINE_INTERFACE (ICertEncodeCrlDistInfo, icert_encode_crl_dist_info, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_encode_crl_dist_info,
                          add_point,
                          gboolean,
                          FALSE,
                          ICertEncodeCrlDistInfo *self,
                          GPtrArray *names)

ICERT_DEFINE_UNSUPPORTED (icert_encode_crl_dist_info,
                          list,
                          GListModel *,
                          NULL,
                          ICertEncodeCrlDistInfo *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_crl_dist_info,
                          to_bytes,
                          GBytes *,
                          NULL,
                          ICertEncodeCrlDistInfo *self)

ICERT_DEFINE_UNSUPPORTED (icert_encode_crl_dist_info,
                          decode,
                          gboolean,
                          FALSE,
                          ICertEncodeCrlDistInfo *self,
                          GBytes *value)

static void
icert_encode_crl_dist_info_default_init (ICertEncodeCrlDistInfoInterface *iface)
{
  iface->add_point = icert_encode_crl_dist_info_real_add_point;
  iface->list = icert_encode_crl_dist_info_real_list;
  iface->to_bytes = icert_encode_crl_dist_info_real_to_bytes;
  iface->decode = icert_encode_crl_dist_info_real_decode;
}

/**
 * icert_encode_crl_dist_info_add_point:
 * @self: a list of distribution points
 * @names: (element-type ICertName): names of one CRL, at least one; URLs by
 *   [ctor@ICert.Name.new_location]
 * @error: return location for an error
 *
 * Puts a distribution point behind the others (AD CS: SetNameCount and SetNameEntry).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when `names` is empty; `ICERT_ERROR_BAD_NAME` for a name that
 * names no CRL, such as a subtree of name constraints; `ICERT_ERROR_TOO_LARGE` for more than 100
 * names in all points.
 *
 * Returns: `TRUE` when it was added
 */
gboolean
icert_encode_crl_dist_info_add_point (ICertEncodeCrlDistInfo *self,
                                      GPtrArray *names,
                                      GError **error)
{
  ICertEncodeCrlDistInfoInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_CRL_DIST_INFO (self), FALSE);

  if (!_icert_check_not_null (names, "names", error))
    return FALSE;
  iface = ICERT_ENCODE_CRL_DIST_INFO_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, add_point, FALSE, error);
  ok = iface->add_point (self, names, &local_error);
  return _icert_end_boolean (ok, local_error, self, "add_point", error);
}

/**
 * icert_encode_crl_dist_info_list:
 * @self: a list of distribution points
 * @error: return location for an error
 *
 * Lists the points (AD CS: GetDistPointCount, GetNameCount, GetNameChoice and GetName). The list
 * does not change afterwards.
 *
 * Any thread, one at a time.
 *
 * Returns: (transfer full): a list of lists ([iface@Gio.ListModel]) of [class@ICert.Name], or
 *   `NULL` with `error` set
 */
GListModel *
icert_encode_crl_dist_info_list (ICertEncodeCrlDistInfo *self, GError **error)
{
  ICertEncodeCrlDistInfoInterface *iface;
  GError *local_error = NULL;
  GListModel *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_CRL_DIST_INFO (self), NULL);

  iface = ICERT_ENCODE_CRL_DIST_INFO_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list, NULL, error);
  answer = iface->list (self, &local_error);
  return _icert_end_object (answer, G_TYPE_LIST_MODEL, local_error, self, "list", error);
}

/**
 * icert_encode_crl_dist_info_to_bytes:
 * @self: a list of distribution points
 * @error: return location for an error
 *
 * Encodes what the object holds (AD CS: Encode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when there is no point; `ICERT_ERROR_TOO_LARGE` for more than 32
 * KiB.
 *
 * Returns: (transfer full): a list of distribution points in DER, or `NULL` with `error` set
 */
GBytes *
icert_encode_crl_dist_info_to_bytes (ICertEncodeCrlDistInfo *self, GError **error)
{
  ICertEncodeCrlDistInfoInterface *iface;
  GError *local_error = NULL;
  GBytes *answer;

  g_return_val_if_fail (ICERT_IS_ENCODE_CRL_DIST_INFO (self), NULL);

  iface = ICERT_ENCODE_CRL_DIST_INFO_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, to_bytes, NULL, error);
  answer = iface->to_bytes (self, &local_error);
  return _icert_end_pointer (answer, local_error, self, "to_bytes", error);
}

/**
 * icert_encode_crl_dist_info_decode:
 * @self: a list of distribution points
 * @value: a list of distribution points, DER to the last octet
 * @error: return location for an error
 *
 * Takes over what `value` holds in place of what was there; nothing changes when it is refused (AD
 * CS: Decode).
 *
 * Any thread, one at a time.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when it is not a list of distribution points, or not DER (S-A3),
 * with detail `offset` where it is known; `ICERT_ERROR_TOO_LARGE` for more than 32 KiB or 100
 * names; `ICERT_ERROR_BAD_NAME` for a name that is none; `ICERT_ERROR_UNSUPPORTED` for a point
 * with reasons, with an issuer of its own, or without a full name.
 *
 * Returns: `TRUE` when the object holds it
 */
gboolean
icert_encode_crl_dist_info_decode (ICertEncodeCrlDistInfo *self, GBytes *value, GError **error)
{
  ICertEncodeCrlDistInfoInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENCODE_CRL_DIST_INFO (self), FALSE);

  if (!_icert_check_bytes (value, "value", error))
    return FALSE;
  iface = ICERT_ENCODE_CRL_DIST_INFO_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, decode, FALSE, error);
  ok = iface->decode (self, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "decode", error);
}
