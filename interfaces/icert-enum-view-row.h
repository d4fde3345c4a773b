/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"
#include "icert-view-row.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENUM_VIEW_ROW (icert_enum_view_row_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEnumViewRow, icert_enum_view_row, ICERT, ENUM_VIEW_ROW, GObject)

struct _ICertEnumViewRowInterface
{
  GTypeInterface parent_iface;

  GPtrArray *(*next) (ICertEnumViewRow *self, guint max, GCancellable *cancellable, GError **error);

  gint64 (*skip) (ICertEnumViewRow *self, guint n, GCancellable *cancellable, GError **error);

  gboolean (*reset) (ICertEnumViewRow *self, GError **error);

  ICertEnumViewRow *(*clone) (ICertEnumViewRow *self, GError **error);
};

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_enum_view_row_next (ICertEnumViewRow *self,
                                     guint max,
                                     GCancellable *cancellable,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enum_view_row_next_async (ICertEnumViewRow *self,
                                     guint max,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_enum_view_row_next_finish (ICertEnumViewRow *self,
                                            GAsyncResult *result,
                                            GError **error);

ICERT_AVAILABLE_IN_0_1
gint64 icert_enum_view_row_skip (ICertEnumViewRow *self,
                                 guint n,
                                 GCancellable *cancellable,
                                 GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enum_view_row_skip_async (ICertEnumViewRow *self,
                                     guint n,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gint64 icert_enum_view_row_skip_finish (ICertEnumViewRow *self,
                                        GAsyncResult *result,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_enum_view_row_reset (ICertEnumViewRow *self, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertEnumViewRow *icert_enum_view_row_clone (ICertEnumViewRow *self, GError **error);

G_END_DECLS
