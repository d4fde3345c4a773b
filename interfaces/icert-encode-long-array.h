/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENCODE_LONG_ARRAY (icert_encode_long_array_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEncodeLongArray,
                     icert_encode_long_array,
                     ICERT,
                     ENCODE_LONG_ARRAY,
                     GObject)

struct _ICertEncodeLongArrayInterface
{
  GTypeInterface parent_iface;

  gboolean (*set_values) (ICertEncodeLongArray *self,
                          const gint64 *values,
                          gsize n_values,
                          GError **error);

  GArray *(*get_values) (ICertEncodeLongArray *self, GError **error);

  GBytes *(*to_bytes) (ICertEncodeLongArray *self, GError **error);

  gboolean (*decode) (ICertEncodeLongArray *self, GBytes *value, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_long_array_set_values (ICertEncodeLongArray *self,
                                             const gint64 *values,
                                             gsize n_values,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
GArray *icert_encode_long_array_get_values (ICertEncodeLongArray *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_encode_long_array_to_bytes (ICertEncodeLongArray *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_long_array_decode (ICertEncodeLongArray *self, GBytes *value, GError **error);

G_END_DECLS
