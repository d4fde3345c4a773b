/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

/* "Name:Value" lines, AD CS's strAttributes. Names are compared without case, blanks and hyphens
 * (icert_attribute_name_equal); values are trimmed; unparsable lines are skipped; limits of S-A1.
 */
ICERT_AVAILABLE_IN_0_1
GHashTable *icert_attributes_parse (const char *text, GError **error);
ICERT_AVAILABLE_IN_0_1
char *icert_attributes_format (GHashTable *attributes);
/* case-folded, blanks and hyphens removed: the key under which an attribute is found */
ICERT_AVAILABLE_IN_0_1
char *icert_attribute_name_normalize (const char *name);

G_END_DECLS
