/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "tool.h"

/* Values are GVariants everywhere: what JSON prints as numbers, booleans, arrays and objects is
 * aligned text for people. */

/* control, bidi and newline characters as \x..: nothing a requester wrote moves the cursor */
char *tool_escape (const char *text);
/* "2026-11-22T15:04:05Z" from microseconds since 1970 */
char *tool_format_time (gint64 microseconds);
/* RFC 3339, a day, "now", or a duration from now on or ago: "+30d", "-1y", "1y ago" */
gboolean tool_parse_time (const char *text, gint64 *microseconds, GError **error);
char *tool_format_hex (GBytes *bytes);
GBytes *tool_parse_hex (const char *text);
char *tool_variant_to_text (GVariant *value);
JsonNode *tool_variant_to_json (GVariant *value);
/* one document or one line of a stream */
void tool_print_json (JsonNode *node, gboolean pretty);

/* Named values: an object in JSON, "name  value" lines for people. */
typedef struct _ToolRecord ToolRecord;
ToolRecord *tool_record_new (void);
void tool_record_free (ToolRecord *record);
/* a floating @value is taken; NULL = null in JSON, left out for people */
void tool_record_add (ToolRecord *record, const char *name, GVariant *value);
void tool_record_add_string (ToolRecord *record, const char *name, const char *value);
void tool_record_print (ToolRecord *record, Tool *tool);
JsonNode *tool_record_to_json (ToolRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolRecord, tool_record_free)

/* Rows: an array of objects in JSON, aligned columns under a heading for people. */
typedef struct _ToolTable ToolTable;
/* @names is copied */
ToolTable *tool_table_new (const char *const *names);
void tool_table_free (ToolTable *table);
/* as many as there are names, in their order; floating values are taken, NULL = empty */
void tool_table_add_row (ToolTable *table, GVariant *const *values);
void tool_table_clear (ToolTable *table);
guint tool_table_get_n_rows (ToolTable *table);
void tool_table_print (ToolTable *table, Tool *tool);
void tool_table_print_text (ToolTable *table, gboolean heading);
void tool_table_print_json_lines (ToolTable *table);
void tool_table_print_csv (ToolTable *table, gboolean heading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolTable, tool_table_free)
