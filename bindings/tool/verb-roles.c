/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

static GVariant *
roles_to_variant (ICertRoles roles)
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
  gsize i;

  for (i = 0; principals != NULL && principals[i] != NULL; i++)
    {
      g_autoptr (GVariant) roles
          = icert_admin_get_config_entry (admin, "Roles", principals[i], NULL, NULL);

      if (roles != NULL)
        tool_record_add (record, principals[i], roles);
    }
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
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

const ToolVerb tool_verb_roles = {
  .name = "roles",
  .summary = "Show your roles, and who has which",
  .example = "icert roles",
  .run = run,
};
