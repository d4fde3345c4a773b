/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENCODE_DATE_ARRAY (icert_encode_date_array_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEncodeDateArray,
                     icert_encode_date_array,
                     ICERT,
                     ENCODE_DATE_ARRAY,
                     GObject)

struct _ICertEncodeDateArrayInterface
{
  GTypeInterface parent_iface;

  gboolean (*add) (ICertEncodeDateArray *self, GDateTime *value, GError **error);

  guint (*get_count) (ICertEncodeDateArray *self, GError **error);

  GDateTime *(*get_value) (ICertEncodeDateArray *self, guint index, GError **error);

  GBytes *(*to_bytes) (ICertEncodeDateArray *self, GError **error);

  gboolean (*decode) (ICertEncodeDateArray *self, GBytes *value, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_date_array_add (ICertEncodeDateArray *self, GDateTime *value, GError **error);

ICERT_AVAILABLE_IN_0_1
guint icert_encode_date_array_get_count (ICertEncodeDateArray *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_encode_date_array_get_value (ICertEncodeDateArray *self,
                                              guint index,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_encode_date_array_to_bytes (ICertEncodeDateArray *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_date_array_decode (ICertEncodeDateArray *self, GBytes *value, GError **error);

G_END_DECLS
