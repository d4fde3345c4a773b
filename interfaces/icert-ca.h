/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_CA (icert_ca_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertCa, icert_ca, ICERT, CA, GObject)

struct _ICertCaInterface
{
  GTypeInterface parent_iface;

  GVariant *(*get_property_value) (ICertCa *self,
                                   ICertCaProperty property,
                                   int index,
                                   GCancellable *cancellable,
                                   GError **error);

  gboolean (*describe_property) (ICertCa *self,
                                 ICertCaProperty property,
                                 GVariantType **type,
                                 gboolean *indexed,
                                 char **display_name,
                                 GError **error);

  GBytes *(*get_certificate) (ICertCa *self, int index, GCancellable *cancellable, GError **error);

  char **(*list_profiles) (ICertCa *self, GCancellable *cancellable, GError **error);

  GBytes *(*get_crl) (ICertCa *self,
                      int key_index,
                      gboolean delta,
                      GCancellable *cancellable,
                      GError **error);

  GBytes *(*get_partition_crl) (ICertCa *self,
                                int key_index,
                                int partition,
                                gboolean delta,
                                GCancellable *cancellable,
                                GError **error);
};

ICERT_AVAILABLE_IN_0_1
GVariant *icert_ca_get_property_value (ICertCa *self,
                                       ICertCaProperty property,
                                       int index,
                                       GCancellable *cancellable,
                                       GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_ca_get_property_value_async (ICertCa *self,
                                        ICertCaProperty property,
                                        int index,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_ca_get_property_value_finish (ICertCa *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_ca_describe_property (ICertCa *self,
                                     ICertCaProperty property,
                                     GVariantType **type,
                                     gboolean *indexed,
                                     char **display_name,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_ca_get_certificate (ICertCa *self,
                                  int index,
                                  GCancellable *cancellable,
                                  GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_ca_get_certificate_async (ICertCa *self,
                                     int index,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_ca_get_certificate_finish (ICertCa *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_ca_list_profiles (ICertCa *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_ca_list_profiles_async (ICertCa *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

ICERT_AVAILABLE_IN_0_1
char **icert_ca_list_profiles_finish (ICertCa *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_ca_get_crl (ICertCa *self,
                          int key_index,
                          gboolean delta,
                          GCancellable *cancellable,
                          GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_ca_get_crl_async (ICertCa *self,
                             int key_index,
                             gboolean delta,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_ca_get_crl_finish (ICertCa *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_ca_get_partition_crl (ICertCa *self,
                                    int key_index,
                                    int partition,
                                    gboolean delta,
                                    GCancellable *cancellable,
                                    GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_ca_get_partition_crl_async (ICertCa *self,
                                       int key_index,
                                       int partition,
                                       gboolean delta,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_ca_get_partition_crl_finish (ICertCa *self, GAsyncResult *result, GError **error);

G_END_DECLS
