/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-extension.h"

G_BEGIN_DECLS

#define ICERT_TYPE_VIEW_ROW (icert_view_row_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertViewRow, icert_view_row, ICERT, VIEW_ROW, GObject)

ICERT_AVAILABLE_IN_0_1
ICertViewRow *icert_view_row_new (const char *const *names,
                                  GPtrArray *values,
                                  const char *cursor,
                                  GHashTable *attributes,
                                  GPtrArray *extensions);

ICERT_AVAILABLE_IN_0_1
char **icert_view_row_list_names (ICertViewRow *self);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_view_row_get_value (ICertViewRow *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_view_row_encode_value (ICertViewRow *self,
                                     const char *name,
                                     ICertOutputFlags flags,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_view_row_format_value (ICertViewRow *self, const char *name);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_view_row_get_values (ICertViewRow *self);

ICERT_AVAILABLE_IN_0_1
char *icert_view_row_get_cursor (ICertViewRow *self);

ICERT_AVAILABLE_IN_0_1
GHashTable *icert_view_row_get_attributes (ICertViewRow *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GListModel *icert_view_row_list_extensions (ICertViewRow *self, GError **error);

G_END_DECLS
