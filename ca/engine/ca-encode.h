/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-der.h"

G_BEGIN_DECLS

/* Step: none of the eight. Values of extensions for authors of modules and tools, under the names
 * of AD CS; each class is a file. They belong to no CA. */

#define CA_TYPE_ENCODE_ALT_NAME (ca_encode_alt_name_get_type ())
G_DECLARE_FINAL_TYPE (CaEncodeAltName, ca_encode_alt_name, CA, ENCODE_ALT_NAME, GObject)

#define CA_TYPE_ENCODE_BIT_STRING (ca_encode_bit_string_get_type ())
G_DECLARE_FINAL_TYPE (CaEncodeBitString, ca_encode_bit_string, CA, ENCODE_BIT_STRING, GObject)

#define CA_TYPE_ENCODE_CRL_DIST_INFO (ca_encode_crl_dist_info_get_type ())
G_DECLARE_FINAL_TYPE (CaEncodeCrlDistInfo,
                      ca_encode_crl_dist_info,
                      CA,
                      ENCODE_CRL_DIST_INFO,
                      GObject)

#define CA_TYPE_ENCODE_DATE_ARRAY (ca_encode_date_array_get_type ())
G_DECLARE_FINAL_TYPE (CaEncodeDateArray, ca_encode_date_array, CA, ENCODE_DATE_ARRAY, GObject)

#define CA_TYPE_ENCODE_LONG_ARRAY (ca_encode_long_array_get_type ())
G_DECLARE_FINAL_TYPE (CaEncodeLongArray, ca_encode_long_array, CA, ENCODE_LONG_ARRAY, GObject)

#define CA_TYPE_ENCODE_STRING_ARRAY (ca_encode_string_array_get_type ())
G_DECLARE_FINAL_TYPE (CaEncodeStringArray, ca_encode_string_array, CA, ENCODE_STRING_ARRAY, GObject)

/* MALFORMED `field: what (expected)` */
gboolean ca_encode_fail (GError **error, const char *field, const char *what);
/* TOO_LARGE when an extension could not hold @size octets */
gboolean ca_encode_check_size (gsize size, const char *field, GError **error);
/* (S-A1, S-A3) DER to the last octet, and not too large */
gboolean ca_encode_check_der (GBytes *value, const char *field, GError **error);
/* the same for one SEQUENCE, whose elements @list then reads */
gboolean ca_encode_open_list (GBytes *value, const char *field, CaDerReader *list, GError **error);
/* (S-A3) Takes over @again, what encoding gives of what was read: all of @value, octet for octet.
 * FALSE when @again is NULL, which has set @error. */
gboolean ca_encode_check_same (GBytes *value, GBytes *again, const char *field, GError **error);
/* Takes over @elements: a SEQUENCE of them */
GBytes *ca_encode_close_list (GByteArray *elements, const char *field, GError **error);
/* (transfer full): a list of these objects of @type */
GListModel *ca_encode_make_list (GType type, GPtrArray *objects);

G_END_DECLS
