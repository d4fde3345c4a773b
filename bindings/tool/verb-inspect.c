/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>

#include "tool-introspect.h"

/* A section of the answer: an array of dictionaries, and the members people see of it. */
typedef struct
{
  const char *name;
  const char *const *columns;
  GVariant *rows; /* owned; nullable: not known */
} Section;

static const char *const setting_columns[]
    = { "name", "type", "default", "minimum", "maximum", "description", NULL };
static const char *const property_columns[] = { "name", "type", "writable", "default", NULL };
static const char *const signal_columns[] = { "type", "name", NULL };
static const char *const method_columns[] = { "interface", "name", "async", "signature", NULL };

static void
print_section (Tool *tool, Section *section)
{
  g_autoptr (ToolTable) table = tool_table_new (section->columns);
  gsize i, j, n = g_strv_length ((char **) section->columns);
  g_autofree GVariant **cells = g_new0 (GVariant *, n);

  if (section->rows == NULL || g_variant_n_children (section->rows) == 0)
    return;
  printf ("\n%s\n", section->name);
  for (i = 0; i < g_variant_n_children (section->rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (section->rows, i);

      for (j = 0; j < n; j++)
        cells[j] = g_variant_lookup_value (row, section->columns[j], NULL);
      tool_table_add_row (table, cells);
      for (j = 0; j < n; j++)
        g_clear_pointer (&cells[j], g_variant_unref);
    }
  tool_table_print (table, tool);
}

static void
print_all (Tool *tool, ToolRecord *record, Section *sections, gsize n)
{
  g_autoptr (JsonNode) document = NULL;
  gsize i;

  if (!tool->json)
    {
      tool_record_print (record, tool);
      for (i = 0; i < n; i++)
        print_section (tool, &sections[i]);
      return;
    }
  document = tool_record_to_json (record);
  for (i = 0; i < n; i++)
    json_object_set_member (json_node_get_object (document), sections[i].name,
                            tool_variant_to_json (sections[i].rows));
  tool_print_json (document, TRUE);
}

static ToolRecord *
describe_manifest (ICertClassInfo *info, char **interfaces)
{
  ToolRecord *record = tool_record_new ();
  g_auto (GStrv) addresses = icert_class_info_list_addresses (info);
  g_autofree char *host = icert_class_info_get_host (info);
  guint deadline = icert_class_info_get_deadline (info);

#define ADD(name, getter)                                                                          \
  do                                                                                               \
    {                                                                                              \
      g_autofree char *text = getter (info);                                                       \
      tool_record_add_string (record, name, text);                                                 \
    }                                                                                              \
  while (0)

  ADD ("class", icert_class_info_get_class_id);
  ADD ("description", icert_class_info_get_description);
  ADD ("type", icert_class_info_get_type_name);
  tool_record_add (record, "interfaces", g_variant_new_strv ((const char *const *) interfaces, -1));
  ADD ("module", icert_class_info_get_module);
  ADD ("version", icert_class_info_get_version);
  ADD ("manifest", icert_class_info_get_path);
  tool_record_add_string (record, "host", host);
  tool_record_add_string (record, "runs",
                          g_strcmp0 (host, "engine") == 0 ? "in the process of the engine"
                                                          : "in a host process of its own");
  ADD ("threads", icert_class_info_get_threads);
  if (deadline > 0)
    tool_record_add (record, "deadline-seconds", g_variant_new_int64 (deadline));
  if (addresses != NULL && *addresses != NULL)
    tool_record_add (record, "addresses", g_variant_new_strv ((const char *const *) addresses, -1));
#undef ADD
  return record;
}

static GVariant *
describe_settings (GObject *object)
{
  g_autoptr (ICertManageModule) manager = NULL;

  if (ICERT_IS_MANAGE_MODULE (object))
    manager = g_object_ref (ICERT_MANAGE_MODULE (object));
  else if (ICERT_IS_POLICY (object))
    manager = icert_policy_get_manage_module (ICERT_POLICY (object));
  else if (ICERT_IS_EXIT (object))
    manager = icert_exit_get_manage_module (ICERT_EXIT (object));
  return manager != NULL ? icert_manage_module_describe_settings (manager, NULL) : NULL;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  ICertRegistry *registry = icert_registry_get_default ();
  g_autoptr (ICertClassInfo) info = icert_registry_find_class (registry, arguments[0], NULL, error);
  g_autoptr (ToolRecord) record = NULL;
  g_autoptr (GObject) object = NULL;
  g_autoptr (GError) why = NULL;
  g_auto (GStrv) interfaces = NULL;
  Section sections[] = {
    { "settings", setting_columns, NULL },
    { "properties", property_columns, NULL },
    { "signals", signal_columns, NULL },
    { "methods", method_columns, NULL },
  };
  gsize i;

  if (info == NULL)
    return TOOL_EXIT_FAILED;
  interfaces = icert_class_info_list_interfaces (info);
  record = describe_manifest (info, interfaces);
  /* A client class is an object only with a CA behind it: then the manifest has to do. */
  object = icert_registry_create_object (registry, arguments[0], tool->config, NULL, &why);
  if (object != NULL)
    {
      sections[0].rows = describe_settings (object);
      sections[1].rows = g_variant_ref_sink (tool_introspect_properties (object));
      sections[2].rows = g_variant_ref_sink (tool_introspect_signals (object, interfaces));
    }
  else
    tool_record_add_string (record, "no-object", why->message);
  sections[3].rows = g_variant_ref_sink (tool_introspect_methods (interfaces));
  print_all (tool, record, sections, G_N_ELEMENTS (sections));
  for (i = 0; i < G_N_ELEMENTS (sections); i++)
    g_clear_pointer (&sections[i].rows, g_variant_unref);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_inspect = {
  .name = "inspect",
  .arguments = "CLASS",
  .summary = "Print all that manifest and introspection know of a class",
  .example = "icert inspect Template.Policy",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
