/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tool-error.h"
#include "tool-file.h"
#include "tool-rows.h"

#define SUFFIX ".profile"
#define NODE "Policy Template.Policy"
#define ENTRY "Waivers"

static gboolean option_all;
static char *option_name;
static gboolean option_remove;

static const GOptionEntry list_options[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &option_all, "Withdrawn contents too", NULL },
  { NULL },
};

static const GOptionEntry set_options[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name,
    "Name of the profile (default: the file's name without .profile)", "NAME" },
  { NULL },
};

static const GOptionEntry waive_options[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name,
    "Name of the profile (default: the file's name without .profile)", "NAME" },
  { "remove", 0, 0, G_OPTION_ARG_NONE, &option_remove, "Take the waiver back", NULL },
  { NULL },
};

static gboolean
is_withdrawn (GVariant *row)
{
  gint64 when = 0;

  return g_variant_lookup (row, "withdrawn", "x", &when) && when != 0;
}

/* @name: nullable; without those that are withdrawn */
static GVariant *
list_current (ICertSecurity *security, const char *name, GError **error)
{
  g_autoptr (GVariant) rows = icert_security_list_profile_versions (security, name, NULL, error);
  GVariantBuilder builder;
  gsize i;

  if (rows == NULL || option_all)
    return g_steal_pointer (&rows);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      if (!is_withdrawn (row))
        g_variant_builder_add_value (&builder, row);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static ToolExit
run_list (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[]
      = { "name", "version", "hash", "time", "actor", "withdrawn", "waived", NULL };
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);
  g_autoptr (GVariant) rows = security != NULL ? list_current (security, NULL, error) : NULL;

  if (rows == NULL)
    return TOOL_EXIT_FAILED;
  tool_rows_print (tool, rows, names);
  return TOOL_EXIT_DONE;
}

/* For people the file as it is, so that it can be edited and set again. */
static ToolExit
run_show (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[]
      = { "name", "version", "hash", "time", "actor", "waived", "content", NULL };
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GVariant) row = NULL;
  g_autoptr (ToolRecord) record = NULL;
  const char *content = "";

  rows = security != NULL ? list_current (security, arguments[0], error) : NULL;
  if (rows == NULL)
    return TOOL_EXIT_FAILED;
  if (g_variant_n_children (rows) == 0)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "profile",
                       "no such profile (one of the list)");
      return TOOL_EXIT_FAILED;
    }
  row = g_variant_get_child_value (rows, 0);
  if (tool->json)
    {
      record = tool_rows_to_record (row, names);
      tool_record_print (record, tool);
      return TOOL_EXIT_DONE;
    }
  g_variant_lookup (row, "content", "&s", &content);
  fputs (content, stdout);
  return TOOL_EXIT_DONE;
}

static char *
name_of (const char *file)
{
  g_autofree char *base = g_path_get_basename (file);

  if (option_name != NULL)
    return g_strdup (option_name);
  if (g_str_has_suffix (base, SUFFIX))
    base[strlen (base) - strlen (SUFFIX)] = '\0';
  return g_steal_pointer (&base);
}

static void
print (Tool *tool, const char *name, const char *hash, const char *state)
{
  g_autoptr (ToolRecord) record = tool_record_new ();

  tool_record_add_string (record, "profile", name);
  if (hash != NULL)
    tool_record_add_string (record, "hash", hash);
  tool_record_add_string (record, "state", state);
  if (!tool->quiet)
    tool_record_print (record, tool);
}

static ToolExit
run_set (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (GBytes) content = tool_read_file (arguments[0], TOOL_FILE_LIMIT, error);
  g_autofree char *name = name_of (arguments[0]);
  g_autofree char *hash = NULL;
  g_autoptr (ICertSecurity) security = NULL;

  if (content != NULL)
    security = icert_security_open (tool->config, NULL, error);
  if (security == NULL || !icert_security_set_profile (security, name, content, NULL, error))
    return TOOL_EXIT_FAILED;
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
  print (tool, name, hash, "installed");
  return TOOL_EXIT_DONE;
}

static ToolExit
run_withdraw (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertSecurity) security = icert_security_open (tool->config, NULL, error);

  if (security == NULL || !icert_security_withdraw_profile (security, arguments[0], NULL, error))
    return TOOL_EXIT_FAILED;
  print (tool, arguments[0], NULL, "withdrawn");
  return TOOL_EXIT_DONE;
}

/* What the entry is to be: what it is, with @waiver or without it. NULL with an error */
static char *
change_waivers (ICertAdmin *admin, const char *waiver, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GVariant) value
      = icert_admin_get_config_entry (admin, NODE, ENTRY, NULL, &local_error);
  g_autofree char *text = value != NULL ? tool_variant_to_text (value) : g_strdup ("");
  g_auto (GStrv) waivers = g_strsplit_set (text, "; ,", -1);
  GString *list = g_string_new (NULL);
  gsize i;

  if (local_error != NULL)
    {
      g_string_free (list, TRUE);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  for (i = 0; waivers[i] != NULL; i++)
    if (waivers[i][0] != '\0' && !g_str_equal (waivers[i], waiver))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ";" : "", waivers[i]);
  if (!option_remove)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ";" : "", waiver);
  return g_string_free (list, FALSE);
}

static gboolean
set_waiver (Tool *tool, const char *waiver, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (tool->config, NULL, error);
  g_autofree char *list = admin != NULL ? change_waivers (admin, waiver, error) : NULL;

  return list != NULL
         && icert_admin_set_config_entry (
             admin, NODE, ENTRY, list[0] != '\0' ? g_variant_new_string (list) : NULL, NULL, error);
}

/* A waiver is an entry of the configuration, so under dual control two administrators make it. */
static ToolExit
run_waive (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (GBytes) content = tool_read_file (arguments[0], TOOL_FILE_LIMIT, error);
  g_autofree char *name = name_of (arguments[0]);
  g_autofree char *hash = NULL;
  g_autofree char *waiver = NULL;

  if (content == NULL)
    return TOOL_EXIT_FAILED;
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
  waiver = g_strdup_printf ("%s:%s", name, hash);
  if (!set_waiver (tool, waiver, error))
    return TOOL_EXIT_FAILED;
  print (tool, name, hash, option_remove ? "not waived" : "waived");
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_profile_list = {
  .name = "profile list",
  .summary = "List the contents of profiles: who brought them, which are waived or withdrawn",
  .example = "icert profile list",
  .examples = "icert profile list --all",
  .options = list_options,
  .run = run_list,
};

const ToolVerb tool_verb_profile_show = {
  .name = "profile show",
  .arguments = "NAME",
  .summary = "Print the profile that is in use",
  .example = "icert profile show WebServer",
  .examples = "icert profile show WebServer > WebServer.profile",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_show,
};

const ToolVerb tool_verb_profile_set = {
  .name = "profile set",
  .arguments = "FILE",
  .summary = "As administrator: install a profile, or a new content of one",
  .example = "icert profile set WebServer.profile",
  .options = set_options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_set,
};

const ToolVerb tool_verb_profile_withdraw = {
  .name = "profile withdraw",
  .arguments = "NAME",
  .summary = "As administrator: withdraw a profile",
  .example = "icert profile withdraw CodeSigning",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_withdraw,
};

const ToolVerb tool_verb_profile_waive = {
  .name = "profile waive",
  .arguments = "FILE",
  .summary = "As administrator: let this content take names from requests without approval",
  .example = "icert profile waive Lab.profile",
  .examples = "icert profile waive Lab.profile --remove",
  .options = waive_options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run_waive,
};
