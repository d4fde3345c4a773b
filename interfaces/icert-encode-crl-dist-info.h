/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-name.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENCODE_CRL_DIST_INFO (icert_encode_crl_dist_info_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEncodeCrlDistInfo,
                     icert_encode_crl_dist_info,
                     ICERT,
                     ENCODE_CRL_DIST_INFO,
                     GObject)

struct _ICertEncodeCrlDistInfoInterface
{
  GTypeInterface parent_iface;

  gboolean (*add_point) (ICertEncodeCrlDistInfo *self, GPtrArray *names, GError **error);

  GListModel *(*list) (ICertEncodeCrlDistInfo *self, GError **error);

  GBytes *(*to_bytes) (ICertEncodeCrlDistInfo *self, GError **error);

  gboolean (*decode) (ICertEncodeCrlDistInfo *self, GBytes *value, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_crl_dist_info_add_point (ICertEncodeCrlDistInfo *self,
                                               GPtrArray *names,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
GListModel *icert_encode_crl_dist_info_list (ICertEncodeCrlDistInfo *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_encode_crl_dist_info_to_bytes (ICertEncodeCrlDistInfo *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_encode_crl_dist_info_decode (ICertEncodeCrlDistInfo *self,
                                            GBytes *value,
                                            GError **error);

G_END_DECLS
