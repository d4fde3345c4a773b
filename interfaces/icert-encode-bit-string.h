/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENCODE_BIT_STRING (icert_encode_bit_string_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEncodeBitString,
                     icert_encode_bit_string,
                     ICERT,
                     ENCODE_BIT_STRING,
                     GObject)

struct _ICertEncodeBitStringInterface
{
  GTypeInterface parent_iface;

  gboolean (*set_bits) (ICertEncodeBitString *self, GBytes *bits, guint count, GError **error);

  GBytes *(*get_bits) (ICertEncodeBitString *self, guint *count, GError **error);

  GBytes *(*to_bytes) (ICertEncodeBitString *self, GError **error);

  gboolean (*decode) (ICertEncodeBitString *self, GBytes *value, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_bit_string_set_bits (ICertEncodeBitString *self,
                                           GBytes *bits,
                                           guint count,
                                           GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_encode_bit_string_get_bits (ICertEncodeBitString *self, guint *count, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_encode_bit_string_to_bytes (ICertEncodeBitString *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_bit_string_decode (ICertEncodeBitString *self, GBytes *value, GError **error);

G_END_DECLS
