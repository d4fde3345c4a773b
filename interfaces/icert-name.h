/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_NAME (icert_name_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertName, icert_name, ICERT, NAME, GObject)

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new (ICertNameKind kind, const char *text, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_constraint (ICertNameKind kind, const char *text, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_location (const char *url, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_other (const char *oid, GBytes *value, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_bytes (ICertNameKind kind, GBytes *bytes, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_from_der (GBytes *general_name, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertNameKind icert_name_get_kind (ICertName *self);

ICERT_AVAILABLE_IN_0_1
char *icert_name_get_text (ICertName *self);

ICERT_AVAILABLE_IN_0_1
char *icert_name_get_oid (ICertName *self);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_name_get_bytes (ICertName *self);

ICERT_AVAILABLE_IN_0_1
char *icert_name_to_string (ICertName *self);

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_from_string (const char *text, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_name_to_der (ICertName *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_name_equal (ICertName *self, ICertName *other);

ICERT_AVAILABLE_IN_0_1
guint icert_name_hash (ICertName *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_name_matches (ICertName *self, const char *pattern);

ICERT_AVAILABLE_IN_0_1
const char *icert_name_kind_to_field (ICertNameKind kind);

ICERT_AVAILABLE_IN_0_1
ICertNameKind icert_name_kind_from_field (const char *field);

G_END_DECLS
