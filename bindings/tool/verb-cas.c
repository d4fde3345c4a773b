/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

/* A record that cannot be read keeps nobody from the others, so it is no failure. */
static void
print_problems (ICertConfig *config)
{
  g_auto (GStrv) problems = NULL;

  if (ICERT_IS_CONFIG_FILES (config))
    problems = icert_config_files_list_problems (ICERT_CONFIG_FILES (config));
  for (guint i = 0; problems != NULL && problems[i] != NULL; i++)
    g_printerr ("icert: CONFIG: %s\n", problems[i]);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[] = { "config", "address", "default", "description", NULL };
  g_autoptr (ICertConfig) config = icert_config_open (NULL, error);
  g_autoptr (GListModel) records = NULL;
  g_autoptr (ToolTable) table = tool_table_new (names);
  guint i;

  records = config != NULL ? icert_config_list (config, NULL, error) : NULL;
  if (records == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (ICertCaInfo) info = g_list_model_get_item (records, i);
      g_autofree char *its_config = icert_ca_info_get_config (info);
      g_autofree char *address = icert_ca_info_get_address (info);
      g_autofree char *description = icert_ca_info_get_field (info, "Description", NULL);

      tool_table_add_row (table,
                          (GVariant *[]){
                              g_variant_new_string (its_config),
                              address != NULL ? g_variant_new_string (address) : NULL,
                              g_variant_new_boolean (icert_ca_info_get_is_default (info)),
                              description != NULL ? g_variant_new_string (description) : NULL,
                          });
    }
  tool_table_print (table, tool);
  print_problems (config);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_cas = {
  .name = "cas",
  .summary = "List the CAs that this user can find",
  .example = "icert cas",
  .run = run,
};
