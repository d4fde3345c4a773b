/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

ICERT_AVAILABLE_IN_0_1
GHashTable *icert_attributes_parse (const char *text, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_attributes_format (GHashTable *attributes);

ICERT_AVAILABLE_IN_0_1
char *icert_attribute_name_normalize (const char *name);

G_END_DECLS
