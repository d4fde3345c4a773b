/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-trace.h"

#include <string.h>

#include "tool-output.h"

/* In this order where a trace has them; members that this list does not know follow. */
static const char *const known[]
    = { "sequence", "time", "kind", "module", "rule", "field", "seen", "allowed", "officer" };

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

static gboolean
is_refusal (GVariant *record)
{
  const char *kind = NULL;

  if (!g_variant_lookup (record, "kind", "&s", &kind))
    return FALSE;
  return g_str_has_prefix (kind, "deny") || g_str_has_prefix (kind, "denied")
         || g_str_has_prefix (kind, "refus");
}

static gboolean
has_rule (GVariant *record)
{
  const char *rule = NULL;

  return g_variant_lookup (record, "rule", "&s", &rule) && *rule != '\0';
}

GVariant *
tool_trace_find_decision (Tool *tool, gint64 id)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, NULL);
  g_autoptr (GVariant) trace = NULL;
  g_autoptr (GVariant) decision = NULL;
  gsize i;

  /* Who submitted need not be allowed to read the trace: the answer stands without it. */
  trace = admin != NULL && id > 0 ? icert_admin_get_trace (admin, id, NULL, NULL) : NULL;
  if (trace == NULL || !g_variant_is_of_type (trace, G_VARIANT_TYPE ("aa{sv}")))
    return NULL;
  for (i = 0; i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (trace, i);

      if (!is_refusal (record)
          && (!has_rule (record) || (decision != NULL && is_refusal (decision))))
        continue;
      g_clear_pointer (&decision, g_variant_unref);
      decision = g_variant_ref (record);
    }
  return g_steal_pointer (&decision);
}

void
tool_trace_print_decision (GVariant *record)
{
  static const char *const shown[] = { "module", "rule", "field", "seen", "allowed", "officer" };
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

static void
print_text (Tool *tool, GVariant *trace)
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
tool_trace_print (Tool *tool, GVariant *trace)
{
  g_autoptr (JsonNode) document = NULL;
  JsonArray *array;
  gsize i;

  if (!tool->json)
    {
      print_text (tool, trace);
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
