/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* One comparison of `--where`. */
typedef struct
{
  char *column; /* as the view spells it */
  ICertSeek seek;
  GVariant *value;      /* NULL: an empty cell */
  gboolean alternative; /* it begins an alternative ("or") */
} ToolRestriction;

/* Reads 'COLUMN OP VALUE [and|or …]' with round brackets. `and` binds closer than `or`; what stands
 * in brackets is multiplied out, so that the answer is a list of alternatives. @columns: a
 * GListModel of ICertViewColumn. Wrong text is wrong usage, an unknown column UNKNOWN_NAME. Returns
 * a GArray of ToolRestriction. */
GArray *tool_where_parse (const char *text, GListModel *columns, GError **error);

/* without case; "RequestID" is "Request.RequestID". Lends nothing: a reference. */
ICertViewColumn *tool_find_column (GListModel *columns, const char *name, GError **error);

/* 20 -> "issued"; NULL when there is none */
const char *tool_disposition_to_name (int disposition);
