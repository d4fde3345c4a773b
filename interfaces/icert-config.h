/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"
#include "icert-ca-info.h"

G_BEGIN_DECLS

#define ICERT_TYPE_CONFIG (icert_config_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertConfig, icert_config, ICERT, CONFIG, GObject)

struct _ICertConfigInterface
{
  GTypeInterface parent_iface;

  GListModel *(*list) (ICertConfig *self, GCancellable *cancellable, GError **error);

  char *(*get_config) (ICertConfig *self,
                       ICertConfigChoice choice,
                       GCancellable *cancellable,
                       GError **error);
};

ICERT_AVAILABLE_IN_0_1
GListModel *icert_config_list (ICertConfig *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_config_list_async (ICertConfig *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GListModel *icert_config_list_finish (ICertConfig *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_config_get_config (ICertConfig *self,
                               ICertConfigChoice choice,
                               GCancellable *cancellable,
                               GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_config_get_config_async (ICertConfig *self,
                                    ICertConfigChoice choice,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

ICERT_AVAILABLE_IN_0_1
char *icert_config_get_config_finish (ICertConfig *self, GAsyncResult *result, GError **error);

G_END_DECLS
