/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "tool.h"

/* Prints the error, as text on stderr or as JSON on stdout. */
ToolExit tool_report_error (Tool *tool, const ToolVerb *verb, const GError *error);

/* "BAD_NAME"; "FAILED" for an error of another domain */
const char *tool_error_code (const GError *error);
/* the line without `icert: ` and without the bracket */
char *tool_error_line (const GError *error);
/* the members of the object `error` of a JSON document */
JsonNode *tool_error_to_json (const GError *error);

/* Wrong usage: exit status 2. */
void tool_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean tool_parse_id (const char *text, gint64 *id, GError **error);
