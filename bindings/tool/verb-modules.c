/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

/* What is built into libicert has no manifest. */
static GVariant *
new_path (ICertClassInfo *info)
{
  char *path = icert_class_info_get_path (info);

  return path != NULL ? g_variant_new_take_string (path) : NULL;
}

static void
add_class (ToolTable *table, ICertClassInfo *info)
{
  g_auto (GStrv) interfaces = icert_class_info_list_interfaces (info);

  tool_table_add_row (table, (GVariant *[]){
                                 g_variant_new_take_string (icert_class_info_get_class_id (info)),
                                 g_variant_new_take_string (icert_class_info_get_module (info)),
                                 g_variant_new_take_string (icert_class_info_get_version (info)),
                                 g_variant_new_take_string (icert_class_info_get_host (info)),
                                 g_variant_new_strv ((const char *const *) interfaces, -1),
                                 new_path (info),
                             });
}

/* What is wrong with one manifest keeps nobody from the others, so it is no failure. */
static void
print_problems (ICertRegistry *registry)
{
  g_auto (GStrv) problems = icert_registry_list_problems (registry);

  for (guint i = 0; problems[i] != NULL; i++)
    g_printerr ("icert: CONFIG: %s\n", problems[i]);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[]
      = { "class", "module", "version", "host", "interfaces", "manifest", NULL };
  ICertRegistry *registry = icert_registry_get_default ();
  g_autoptr (GListModel) classes = icert_registry_list_classes (registry, error);
  g_autoptr (ToolTable) table = tool_table_new (names);
  guint i;

  if (classes == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; i < g_list_model_get_n_items (classes); i++)
    {
      g_autoptr (ICertClassInfo) info = g_list_model_get_item (classes, i);

      add_class (table, info);
    }
  tool_table_print (table, tool);
  print_problems (registry);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_modules = {
  .name = "modules",
  .summary = "List the classes that manifests announce",
  .example = "icert modules",
  .run = run,
};
