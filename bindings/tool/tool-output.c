/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

#include <stdio.h>
#include <string.h>

#include "tool-error.h"

static gboolean
moves_the_cursor (gunichar c)
{
  return g_unichar_iscntrl (c) || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2066 && c <= 0x2069);
}

char *
tool_escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *escaped = g_string_sized_new (strlen (valid));
  const char *p;

  for (p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (moves_the_cursor (c))
        g_string_append_printf (escaped, "\\x%02x", c);
      else
        g_string_append_unichar (escaped, c);
    }
  return g_string_free (escaped, FALSE);
}

char *
tool_format_time (gint64 microseconds)
{
  gint64 seconds = microseconds / G_USEC_PER_SEC - (microseconds % G_USEC_PER_SEC < 0 ? 1 : 0);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ")
                      : g_strdup_printf ("%" G_GINT64_FORMAT, microseconds);
}

/* "now", "+30d", "-1y", "1y ago": a time from now on or ago. FALSE when @text is none of them. */
static gboolean
parse_distance (const char *text, gint64 *microseconds)
{
  gint64 now = g_get_real_time ();
  gint64 seconds = 0;
  int months = 0;
  gboolean ago = g_str_has_suffix (text, " ago");
  int sign = ago || text[0] == '-' ? -1 : 1;
  g_autofree char *length = ago ? g_strndup (text, strlen (text) - strlen (" ago"))
                                : g_strdup (text[0] == '+' || text[0] == '-' ? text + 1 : "");

  if (strcmp (text, "now") != 0 && !icert_duration_parse (length, &months, &seconds, NULL))
    return FALSE;
  *microseconds
      = icert_duration_add (now / G_USEC_PER_SEC, sign * months, sign * seconds) * G_USEC_PER_SEC;
  return TRUE;
}

gboolean
tool_parse_time (const char *text, gint64 *microseconds, GError **error)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *whole = NULL;

  if (parse_distance (text, microseconds))
    return TRUE;
  /* a day alone is its first moment */
  whole = strlen (text) == 10 ? g_strconcat (text, "T00:00:00Z", NULL) : g_strdup (text);
  time = g_date_time_new_from_iso8601 (whole, utc);
  if (time == NULL)
    {
      tool_usage_error (
          error,
          "time: '%s' is none (as 2026-01-31T12:00:00Z, 2026-01-31, now, +30d, -1y or '1y ago')",
          text);
      return FALSE;
    }
  *microseconds = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return TRUE;
}

char *
tool_format_hex (GBytes *bytes)
{
  gsize size, i;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  GString *hex = g_string_sized_new (2 * size);

  for (i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

/* Blanks and colons between octets are as people write them. NULL when it is not hex. */
GBytes *
tool_parse_hex (const char *text)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  int high = -1;

  for (; *text != '\0'; text++)
    {
      int digit = g_ascii_xdigit_value (*text);
      guint8 octet;

      if (high < 0 && (*text == ' ' || *text == ':'))
        continue;
      if (digit < 0)
        return NULL;
      if (high < 0)
        {
          high = digit;
          continue;
        }
      octet = (guint8) (high << 4 | digit);
      g_byte_array_append (octets, &octet, 1);
      high = -1;
    }
  return high < 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&octets)) : NULL;
}

static char *
list_to_text (GVariant *value)
{
  GString *text = g_string_new (NULL);
  gsize i;

  for (i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autofree char *part = tool_variant_to_text (child);

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", part);
    }
  return g_string_free (text, FALSE);
}

static char *
dictionary_to_text (GVariant *value)
{
  GString *text = g_string_new (NULL);
  GVariantIter iter;
  const char *name;
  GVariant *member;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &member))
    {
      g_autoptr (GVariant) owned = member;
      g_autofree char *part = tool_variant_to_text (owned);

      g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", name, part);
    }
  return g_string_free (text, FALSE);
}

char *
tool_variant_to_text (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return tool_escape (g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);

      return tool_variant_to_text (inner);
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    {
      g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (value);

      return tool_format_hex (bytes);
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return dictionary_to_text (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return list_to_text (value);
  return g_variant_print (value, FALSE);
}

static JsonNode *
array_to_json (GVariant *value)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();
  gsize i;

  for (i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      json_array_add_element (array, tool_variant_to_json (child));
    }
  json_node_take_array (node, array);
  return node;
}

static JsonNode *
dictionary_to_json (GVariant *value)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  GVariantIter iter;
  const char *name;
  GVariant *member;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &member))
    {
      json_object_set_member (object, name, tool_variant_to_json (member));
      g_variant_unref (member);
    }
  json_node_take_object (node, object);
  return node;
}

static gint64
variant_to_int (GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BYTE:
      return g_variant_get_byte (value);
    case G_VARIANT_CLASS_INT16:
      return g_variant_get_int16 (value);
    case G_VARIANT_CLASS_UINT16:
      return g_variant_get_uint16 (value);
    case G_VARIANT_CLASS_INT32:
      return g_variant_get_int32 (value);
    case G_VARIANT_CLASS_UINT32:
      return g_variant_get_uint32 (value);
    case G_VARIANT_CLASS_UINT64:
      return (gint64) g_variant_get_uint64 (value);
    default:
      return g_variant_get_int64 (value);
    }
}

static gboolean
is_integer (GVariant *value)
{
  return strchr ("ynqiuxt", g_variant_get_type_string (value)[0]) != NULL;
}

JsonNode *
tool_variant_to_json (GVariant *value)
{
  JsonNode *node;

  if (value == NULL)
    return json_node_new (JSON_NODE_NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);

      return tool_variant_to_json (inner);
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return dictionary_to_json (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY)
      && !g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return array_to_json (value);

  node = json_node_new (JSON_NODE_VALUE);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    json_node_set_string (node, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    json_node_set_boolean (node, g_variant_get_boolean (value));
  else if (is_integer (value))
    json_node_set_int (node, variant_to_int (value));
  else
    {
      /* octets as hex, as everywhere in this program */
      g_autofree char *text = tool_variant_to_text (value);

      json_node_set_string (node, text);
    }
  return node;
}

void
tool_print_json (JsonNode *node, gboolean pretty)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;

  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, pretty);
  text = json_generator_to_data (generator, NULL);
  puts (text);
}

typedef struct
{
  char *name;
  GVariant *value;
} ToolMember;

struct _ToolRecord
{
  GArray *members; /* of ToolMember */
};

static void
clear_member (ToolMember *member)
{
  g_free (member->name);
  g_clear_pointer (&member->value, g_variant_unref);
}

ToolRecord *
tool_record_new (void)
{
  ToolRecord *record = g_new (ToolRecord, 1);

  record->members = g_array_new (FALSE, FALSE, sizeof (ToolMember));
  g_array_set_clear_func (record->members, (GDestroyNotify) clear_member);
  return record;
}

void
tool_record_free (ToolRecord *record)
{
  g_array_unref (record->members);
  g_free (record);
}

void
tool_record_add (ToolRecord *record, const char *name, GVariant *value)
{
  ToolMember member = { g_strdup (name), value != NULL ? g_variant_ref_sink (value) : NULL };

  g_array_append_val (record->members, member);
}

void
tool_record_add_string (ToolRecord *record, const char *name, const char *value)
{
  tool_record_add (record, name, value != NULL ? g_variant_new_string (value) : NULL);
}

JsonNode *
tool_record_to_json (ToolRecord *record)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  guint i;

  for (i = 0; i < record->members->len; i++)
    {
      ToolMember *member = &g_array_index (record->members, ToolMember, i);

      json_object_set_member (object, member->name, tool_variant_to_json (member->value));
    }
  json_node_take_object (node, object);
  return node;
}

static void
print_record_text (ToolRecord *record)
{
  gsize width = 0;
  guint i;

  for (i = 0; i < record->members->len; i++)
    width = MAX (width, strlen (g_array_index (record->members, ToolMember, i).name));
  for (i = 0; i < record->members->len; i++)
    {
      ToolMember *member = &g_array_index (record->members, ToolMember, i);
      g_autofree char *text = NULL;

      if (member->value == NULL)
        continue;
      text = tool_variant_to_text (member->value);
      printf ("%-*s  %s\n", (int) width, member->name, text);
    }
}

void
tool_record_print (ToolRecord *record, Tool *tool)
{
  g_autoptr (JsonNode) node = NULL;

  if (!tool->json)
    {
      print_record_text (record);
      return;
    }
  node = tool_record_to_json (record);
  tool_print_json (node, TRUE);
}

struct _ToolTable
{
  char **names;
  guint n_names;
  GPtrArray *rows; /* of GVariant *[n_names] */
};

ToolTable *
tool_table_new (const char *const *names)
{
  ToolTable *table = g_new (ToolTable, 1);

  table->names = g_strdupv ((char **) names);
  table->n_names = g_strv_length (table->names);
  table->rows = g_ptr_array_new ();
  return table;
}

void
tool_table_clear (ToolTable *table)
{
  guint i, j;

  for (i = 0; i < table->rows->len; i++)
    {
      GVariant **cells = g_ptr_array_index (table->rows, i);

      for (j = 0; j < table->n_names; j++)
        g_clear_pointer (&cells[j], g_variant_unref);
      g_free (cells);
    }
  g_ptr_array_set_size (table->rows, 0);
}

void
tool_table_free (ToolTable *table)
{
  tool_table_clear (table);
  g_ptr_array_unref (table->rows);
  g_strfreev (table->names);
  g_free (table);
}

void
tool_table_add_row (ToolTable *table, GVariant *const *values)
{
  GVariant **cells = g_new (GVariant *, table->n_names);
  guint i;

  for (i = 0; i < table->n_names; i++)
    cells[i] = values[i] != NULL ? g_variant_ref_sink (values[i]) : NULL;
  g_ptr_array_add (table->rows, cells);
}

guint
tool_table_get_n_rows (ToolTable *table)
{
  return table->rows->len;
}

static JsonNode *
row_to_json (ToolTable *table, guint row)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  GVariant **cells = g_ptr_array_index (table->rows, row);
  guint i;

  for (i = 0; i < table->n_names; i++)
    json_object_set_member (object, table->names[i], tool_variant_to_json (cells[i]));
  json_node_take_object (node, object);
  return node;
}

void
tool_table_print_json_lines (ToolTable *table)
{
  guint i;

  for (i = 0; i < table->rows->len; i++)
    {
      g_autoptr (JsonNode) node = row_to_json (table, i);

      tool_print_json (node, FALSE);
    }
}

static void
print_table_json (ToolTable *table)
{
  g_autoptr (JsonNode) document = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();
  guint i;

  for (i = 0; i < table->rows->len; i++)
    json_array_add_element (array, row_to_json (table, i));
  json_node_take_array (document, array);
  tool_print_json (document, TRUE);
}

static char *
cell_to_text (ToolTable *table, guint row, guint column)
{
  GVariant **cells = g_ptr_array_index (table->rows, row);

  return cells[column] != NULL ? tool_variant_to_text (cells[column]) : g_strdup ("");
}

/* printf() pads by octets, a terminal shows characters. */
static void
print_cell (const char *text, glong width, gboolean last)
{
  glong n;

  fputs (text, stdout);
  if (last)
    {
      putchar ('\n');
      return;
    }
  for (n = g_utf8_strlen (text, -1); n < width + 2; n++)
    putchar (' ');
}

void
tool_table_print_text (ToolTable *table, gboolean heading)
{
  g_autofree glong *widths = g_new0 (glong, table->n_names);
  guint i, j;

  for (j = 0; j < table->n_names; j++)
    {
      widths[j] = heading ? (glong) strlen (table->names[j]) : 0;
      for (i = 0; i < table->rows->len; i++)
        {
          g_autofree char *text = cell_to_text (table, i, j);

          widths[j] = MAX (widths[j], g_utf8_strlen (text, -1));
        }
    }
  for (j = 0; heading && j < table->n_names; j++)
    print_cell (table->names[j], widths[j], j + 1 == table->n_names);
  for (i = 0; i < table->rows->len; i++)
    for (j = 0; j < table->n_names; j++)
      {
        g_autofree char *text = cell_to_text (table, i, j);

        print_cell (text, widths[j], j + 1 == table->n_names);
      }
}

/* RFC 4180. */
static void
print_csv_cell (const char *text, gboolean last)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    fputs (text, stdout);
  else
    {
      g_auto (GStrv) parts = g_strsplit (text, "\"", -1);
      g_autofree char *doubled = g_strjoinv ("\"\"", parts);

      printf ("\"%s\"", doubled);
    }
  fputs (last ? "\r\n" : ",", stdout);
}

void
tool_table_print_csv (ToolTable *table, gboolean heading)
{
  guint i, j;

  for (j = 0; heading && j < table->n_names; j++)
    print_csv_cell (table->names[j], j + 1 == table->n_names);
  for (i = 0; i < table->rows->len; i++)
    for (j = 0; j < table->n_names; j++)
      {
        g_autofree char *text = cell_to_text (table, i, j);

        print_csv_cell (text, j + 1 == table->n_names);
      }
}

void
tool_table_print (ToolTable *table, Tool *tool)
{
  if (tool->json)
    print_table_json (table);
  else if (table->rows->len > 0)
    tool_table_print_text (table, !tool->quiet);
}
