/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-name.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENCODE_ALT_NAME (icert_encode_alt_name_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEncodeAltName, icert_encode_alt_name, ICERT, ENCODE_ALT_NAME, GObject)

struct _ICertEncodeAltNameInterface
{
  GTypeInterface parent_iface;

  gboolean (*add) (ICertEncodeAltName *self, ICertName *name, GError **error);

  gboolean (*add_other) (ICertEncodeAltName *self, const char *oid, GBytes *value, GError **error);

  GListModel *(*list) (ICertEncodeAltName *self, GError **error);

  GBytes *(*to_bytes) (ICertEncodeAltName *self, GError **error);

  gboolean (*decode) (ICertEncodeAltName *self, GBytes *value, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_alt_name_add (ICertEncodeAltName *self, ICertName *name, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_alt_name_add_other (ICertEncodeAltName *self,
                                          const char *oid,
                                          GBytes *value,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
GListModel *icert_encode_alt_name_list (ICertEncodeAltName *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_encode_alt_name_to_bytes (ICertEncodeAltName *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_alt_name_decode (ICertEncodeAltName *self, GBytes *value, GError **error);

G_END_DECLS
