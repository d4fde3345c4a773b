/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool-output.h"

/* Answers of ICertSecurity and ICertAdmin that are lists of dictionaries (aa{sv}), as tables. Times
 * (int64, but for "id" and "version") are texts, as everywhere. */
void tool_rows_print (Tool *tool, GVariant *rows, const char *const *names);
/* one of its dictionaries, with the names in their order; NULL for those it has not */
ToolRecord *tool_rows_to_record (GVariant *row, const char *const *names);
