/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENCODE_STRING_ARRAY (icert_encode_string_array_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEncodeStringArray,
                     icert_encode_string_array,
                     ICERT,
                     ENCODE_STRING_ARRAY,
                     GObject)

struct _ICertEncodeStringArrayInterface
{
  GTypeInterface parent_iface;

  gboolean (*set_values) (ICertEncodeStringArray *self,
                          ICertRdnType type,
                          const char *const *values,
                          GError **error);

  char **(*get_values) (ICertEncodeStringArray *self, ICertRdnType *type, GError **error);

  GBytes *(*to_bytes) (ICertEncodeStringArray *self, GError **error);

  gboolean (*decode) (ICertEncodeStringArray *self, GBytes *value, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_string_array_set_values (ICertEncodeStringArray *self,
                                               ICertRdnType type,
                                               const char *const *values,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_encode_string_array_get_values (ICertEncodeStringArray *self,
                                             ICertRdnType *type,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_encode_string_array_to_bytes (ICertEncodeStringArray *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_string_array_decode (ICertEncodeStringArray *self,
                                           GBytes *value,
                                           GError **error);

G_END_DECLS
