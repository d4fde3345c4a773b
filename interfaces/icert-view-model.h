/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enum-view-row.h"

G_BEGIN_DECLS

#define ICERT_TYPE_VIEW_MODEL (icert_view_model_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertViewModel, icert_view_model, ICERT, VIEW_MODEL, GObject)

ICERT_AVAILABLE_IN_0_1
ICertViewModel *icert_view_model_new (ICertEnumViewRow *rows, guint page_size);

ICERT_AVAILABLE_IN_0_1
ICertEnumViewRow *icert_view_model_get_rows (ICertViewModel *self);

ICERT_AVAILABLE_IN_0_1
guint icert_view_model_get_page_size (ICertViewModel *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_model_get_loading (ICertViewModel *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_model_get_complete (ICertViewModel *self);

ICERT_AVAILABLE_IN_0_1
GError *icert_view_model_get_error (ICertViewModel *self);

ICERT_AVAILABLE_IN_0_1
void icert_view_model_load_more (ICertViewModel *self);

G_END_DECLS
