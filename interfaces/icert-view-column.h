/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_VIEW_COLUMN (icert_view_column_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertViewColumn, icert_view_column, ICERT, VIEW_COLUMN, GObject)

ICERT_AVAILABLE_IN_0_1
ICertViewColumn *icert_view_column_new (const char *name,
                                        const char *display_name,
                                        ICertPropertyType type,
                                        gboolean indexed,
                                        guint max_length);

ICERT_AVAILABLE_IN_0_1
char *icert_view_column_get_name (ICertViewColumn *self);

ICERT_AVAILABLE_IN_0_1
char *icert_view_column_get_display_name (ICertViewColumn *self);

ICERT_AVAILABLE_IN_0_1
ICertPropertyType icert_view_column_get_property_type (ICertViewColumn *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_view_column_get_indexed (ICertViewColumn *self);

ICERT_AVAILABLE_IN_0_1
guint icert_view_column_get_max_length (ICertViewColumn *self);

G_END_DECLS
