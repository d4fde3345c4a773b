/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_CA_INFO (icert_ca_info_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertCaInfo, icert_ca_info, ICERT, CA_INFO, GObject)

ICERT_AVAILABLE_IN_0_1
ICertCaInfo *icert_ca_info_new (GHashTable *fields, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_ca_info_get_field (ICertCaInfo *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_ca_info_get_config (ICertCaInfo *self);

ICERT_AVAILABLE_IN_0_1
char *icert_ca_info_get_address (ICertCaInfo *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_ca_info_get_is_default (ICertCaInfo *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_config_string_parse (const char *config, char **host, char **name, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_config_string_format (const char *host, const char *name);

ICERT_AVAILABLE_IN_0_1
char *icert_sanitize_name (const char *name);

ICERT_AVAILABLE_IN_0_1
char *icert_sanitize_short_name (const char *name);

G_END_DECLS
