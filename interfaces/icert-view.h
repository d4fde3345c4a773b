/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enum-view-row.h"
#include "icert-view-column.h"

G_BEGIN_DECLS

#define ICERT_TYPE_VIEW (icert_view_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertView, icert_view, ICERT, VIEW, GObject)

struct _ICertViewInterface
{
  GTypeInterface parent_iface;

  gboolean (*set_table) (ICertView *self, ICertTable table, GError **error);

  GListModel *(*list_columns) (ICertView *self, GError **error);

  gboolean (*set_columns) (ICertView *self, const char *const *names, GError **error);

  gboolean (*set_column_set) (ICertView *self, ICertColumnSet column_set, GError **error);

  gboolean (*add_restriction) (ICertView *self,
                               const char *column,
                               ICertSeek seek,
                               GVariant *value,
                               GError **error);

  gboolean (*add_alternative) (ICertView *self, GError **error);

  gboolean (*set_sort) (ICertView *self, const char *column, ICertSort sort, GError **error);

  gboolean (*set_cursor) (ICertView *self, const char *cursor, GError **error);

  ICertEnumViewRow *(*open_view) (ICertView *self, GCancellable *cancellable, GError **error);

  gint64 (*count) (ICertView *self, GCancellable *cancellable, GError **error);

  GPtrArray *(*count_by) (ICertView *self,
                          const char *column,
                          ICertPeriod period,
                          guint max,
                          GCancellable *cancellable,
                          GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_set_table (ICertView *self, ICertTable table, GError **error);

ICERT_AVAILABLE_IN_0_1
GListModel *icert_view_list_columns (ICertView *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_set_columns (ICertView *self, const char *const *names, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_set_column_set (ICertView *self, ICertColumnSet column_set, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_add_restriction (ICertView *self,
                                     const char *column,
                                     ICertSeek seek,
                                     GVariant *value,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_restrict_to_set (ICertView *self, ICertColumnSet column_set, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_add_alternative (ICertView *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_set_sort (ICertView *self, const char *column, ICertSort sort, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_set_cursor (ICertView *self, const char *cursor, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertEnumViewRow *icert_view_open_view (ICertView *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_view_open_view_async (ICertView *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertEnumViewRow *icert_view_open_view_finish (ICertView *self,
                                               GAsyncResult *result,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
gint64 icert_view_count (ICertView *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_view_count_async (ICertView *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gint64 icert_view_count_finish (ICertView *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_view_count_by (ICertView *self,
                                const char *column,
                                ICertPeriod period,
                                guint max,
                                GCancellable *cancellable,
                                GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_view_count_by_async (ICertView *self,
                                const char *column,
                                ICertPeriod period,
                                guint max,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_view_count_by_finish (ICertView *self, GAsyncResult *result, GError **error);

G_END_DECLS
