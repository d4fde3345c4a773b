/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-trace.h"

#include <string.h>

#include "tool-output.h"

/* In this order where a trace has them; members that this list does not know follow. */
static const char *const known[]
    = { "judgement", "time", "kind", "module", "rule", "field", "seen", "allowed" };

static char *
dup_member (GVariant *record, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (record, name, NULL);

  if (value == NULL)
    return NULL;
  if (strcmp (name, "time") == 0 && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return tool_format_time (g_variant_get_int64 (value));
  return tool_variant_to_text (value);
}

/* What a policy noted as it judged, and what the engine refused by itself. */
static gboolean
is_judgement (GVariant *record)
{
  const char *kind = NULL;

  return g_variant_lookup (record, "kind", "&s", &kind)
         && (strcmp (kind, "rule") == 0 || strcmp (kind, "engine") == 0);
}

static gboolean
is_about (GVariant *record, const char *field)
{
  const char *its_field = NULL;

  return field != NULL && g_variant_lookup (record, "field", "&s", &its_field)
         && strcmp (its_field, field) == 0;
}

/* The last judgement about the field that the refusal names, else the last of all. */
static GVariant *
choose_decision (GVariant *trace, const char *field)
{
  GVariant *decision = NULL;
  gsize i;

  for (i = 0; i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (trace, i);

      if (!is_judgement (record)
          || (decision != NULL && is_about (decision, field) && !is_about (record, field)))
        continue;
      g_clear_pointer (&decision, g_variant_unref);
      decision = g_variant_ref (record);
    }
  return decision;
}

/* Who submitted need not be allowed to read the trace: the answer stands without it. */
GVariant *
tool_trace_find_decision (Tool *tool, ICertResponse *response)
{
  g_autoptr (GError) status = icert_response_get_status (response);
  g_autofree char *field = status != NULL ? icert_error_get_field (status) : NULL;
  gint64 id = icert_response_get_request_id (response);
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, NULL);
  g_autoptr (GVariant) trace = NULL;
  g_autoptr (GVariant) decision = NULL;
  GVariantDict members;

  trace = admin != NULL && id > 0 ? icert_admin_get_trace (admin, id, NULL, NULL) : NULL;
  if (trace == NULL || !g_variant_is_of_type (trace, G_VARIANT_TYPE ("aa{sv}")))
    return NULL;
  decision = choose_decision (trace, field);
  if (decision == NULL)
    return NULL;
  g_variant_dict_init (&members, decision);
  if (field != NULL && !g_variant_dict_contains (&members, "field"))
    g_variant_dict_insert (&members, "field", "s", field);
  g_variant_dict_remove (&members, "time");
  return g_variant_ref_sink (g_variant_dict_end (&members));
}

void
tool_trace_print_decision (GVariant *record)
{
  static const char *const shown[] = { "module", "rule", "field", "seen", "allowed" };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      g_autofree char *text = dup_member (record, shown[i]);

      if (text != NULL && *text != '\0')
        g_printerr ("  %-8s %s\n", shown[i], text);
    }
}

static gboolean
is_used (GVariant *trace, const char *name)
{
  gsize i;

  for (i = 0; i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (trace, i);
      g_autofree char *text = dup_member (record, name);

      if (text != NULL && *text != '\0')
        return TRUE;
    }
  return FALSE;
}

static void
add_unknown_names (GPtrArray *names, GVariant *record)
{
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, record);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!g_strv_contains (known, name)
        && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
      g_ptr_array_add (names, g_strdup (name));
}

static GPtrArray *
list_columns (GVariant *trace)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (known); i++)
    if (is_used (trace, known[i]))
      g_ptr_array_add (names, g_strdup (known[i]));
  for (i = 0; i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (trace, i);

      add_unknown_names (names, record);
    }
  g_ptr_array_add (names, NULL);
  return names;
}

static gboolean
is_access (GVariant *record)
{
  const char *kind = NULL;

  return g_variant_lookup (record, "kind", "&s", &kind)
         && (strcmp (kind, "read") == 0 || strcmp (kind, "written") == 0);
}

static void
print_text (Tool *tool, GVariant *trace, gboolean all)
{
  g_autoptr (GPtrArray) names = list_columns (trace);
  guint n = names->len - 1;
  g_autoptr (ToolTable) table = tool_table_new ((const char *const *) names->pdata);
  g_autofree GVariant **cells = g_new0 (GVariant *, n);
  gsize i;
  guint j;

  for (i = 0; i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (trace, i);

      if (!all && is_access (record))
        continue;
      for (j = 0; j < n; j++)
        {
          g_autofree char *text = dup_member (record, g_ptr_array_index (names, j));

          cells[j] = text != NULL ? g_variant_new_string (text) : NULL;
        }
      tool_table_add_row (table, cells);
    }
  tool_table_print (table, tool);
}

/* Times are text in every document this program prints. */
static JsonNode *
record_to_json (GVariant *record)
{
  JsonNode *node = tool_variant_to_json (record);
  g_autofree char *time = dup_member (record, "time");

  if (time != NULL)
    json_object_set_string_member (json_node_get_object (node), "time", time);
  return node;
}

void
tool_trace_print (Tool *tool, GVariant *trace, gboolean all)
{
  g_autoptr (JsonNode) document = NULL;
  JsonArray *array;
  gsize i;

  if (!tool->json)
    {
      print_text (tool, trace, all);
      return;
    }
  document = json_node_new (JSON_NODE_ARRAY);
  array = json_array_new ();
  for (i = 0; i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (trace, i);

      json_array_add_element (array, record_to_json (record));
    }
  json_node_take_array (document, array);
  tool_print_json (document, TRUE);
}
