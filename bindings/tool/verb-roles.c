/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"

static gboolean option_verbs;
static char *option_principal;

static const GOptionEntry options[] = {
  { "verbs", 0, 0, G_OPTION_ARG_NONE, &option_verbs, "The table: who may do what, by which door",
    NULL },
  { "of", 0, 0, G_OPTION_ARG_STRING, &option_principal,
    "What a principal may: user:NAME, group:NAME, uid:N, cert:SHA256 or agent:NAME", "PRINCIPAL" },
  { NULL },
};

static GVariant *
roles_to_variant (guint roles)
{
  GFlagsClass *flags = g_type_class_ref (ICERT_TYPE_ROLES);
  GVariantBuilder builder;
  guint i;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (i = 0; i < flags->n_values; i++)
    if (flags->values[i].value != 0 && (roles & flags->values[i].value) != 0)
      g_variant_builder_add (&builder, "s", flags->values[i].value_nick);
  g_type_class_unref (flags);
  return g_variant_builder_end (&builder);
}

/* Who has which role is in the configuration; not everybody may read that. */
static void
add_configured (ToolRecord *record, ICertAdmin *admin)
{
  g_auto (GStrv) principals = icert_admin_list_config_entries (admin, "Roles", NULL, NULL);
  g_autoptr (GVariant) dual = icert_admin_get_config_entry (admin, "CA", "DualControl", NULL, NULL);
  gsize i;

  for (i = 0; principals != NULL && principals[i] != NULL; i++)
    {
      g_autoptr (GVariant) roles
          = icert_admin_get_config_entry (admin, "Roles", principals[i], NULL, NULL);

      if (roles != NULL)
        tool_record_add (record, principals[i], roles);
    }
  if (principals != NULL)
    tool_record_add_string (record, "mode",
                            dual != NULL && g_variant_is_of_type (dual, G_VARIANT_TYPE_BOOLEAN)
                                    && g_variant_get_boolean (dual)
                                ? "dual control"
                                : "single operator");
}

static ToolExit
show_mine (Tool *tool, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();
  GError *local_error = NULL;
  ICertRoles roles;

  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  roles = icert_admin_get_my_roles (admin, NULL, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return TOOL_EXIT_FAILED;
    }
  tool_record_add (record, "mine", roles_to_variant (roles));
  add_configured (record, admin);
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

static GVariant *
lookup (GVariant *row, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (row, name, NULL);

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return roles_to_variant (g_variant_get_uint32 (value));
  return g_steal_pointer (&value);
}

static ToolExit
show_verbs (Tool *tool, GError **error)
{
  static const char *const names[]
      = { "verb", "roles", "together", "doors", "approval", "methods", NULL };
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);
  g_autoptr (GVariant) rows
      = security != NULL ? icert_security_list_verbs (security, NULL, error) : NULL;
  g_autoptr (ToolTable) table = tool_table_new (names);
  gsize i, j;

  if (rows == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      GVariant *cells[G_N_ELEMENTS (names) - 1];

      for (j = 0; j < G_N_ELEMENTS (cells); j++)
        cells[j] = lookup (row, names[j]);
      tool_table_add_row (table, cells);
    }
  tool_table_print (table, tool);
  return TOOL_EXIT_DONE;
}

static ToolExit
show_principal (Tool *tool, GError **error)
{
  static const char *const names[]
      = { "principals", "roles", "conflict", "verbs", "officer-rights", "grants", "agents", NULL };
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);
  g_autoptr (GVariant) rights
      = security != NULL
            ? icert_security_get_effective_rights (security, option_principal, NULL, error)
            : NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  gsize i;

  if (rights == NULL)
    return TOOL_EXIT_FAILED;
  for (i = 0; names[i] != NULL; i++)
    tool_record_add (record, names[i], lookup (rights, names[i]));
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  if (option_verbs && option_principal != NULL)
    {
      tool_usage_error (error, "arguments: --verbs or --of (one of them)");
      return TOOL_EXIT_USAGE;
    }
  if (option_verbs)
    return show_verbs (tool, error);
  return option_principal != NULL ? show_principal (tool, error) : show_mine (tool, error);
}

const ToolVerb tool_verb_roles = {
  .name = "roles",
  .summary = "Show your roles, and who has which",
  .example = "icert roles",
  .examples = "icert roles --of user:alice\n  icert --json roles --verbs",
  .options = options,
  .run = run,
};
