/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"
#include "tool-bar.h"

/* certificates between two looks at the bar */
#define STEP 2000

static char *option_since;

static const GOptionEntry options[] = {
  { "since", 's', 0, G_OPTION_ARG_STRING, &option_since, "Leave out what was decided before",
    "TIME" },
  { NULL },
};

static GDateTime *
read_since (GError **error)
{
  g_autoptr (GDateTime) seconds = NULL;
  gint64 time;

  if (option_since == NULL || !tool_parse_time (option_since, &time, error))
    return NULL;
  seconds = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  return g_date_time_add (seconds, time % G_USEC_PER_SEC);
}

static GVariant *
lookup_text (GVariant *difference, const char *name)
{
  return g_variant_lookup_value (difference, name, G_VARIANT_TYPE_STRING);
}

static void
add_differences (ToolTable *table, GVariant *answer)
{
  g_autoptr (GVariant) list
      = g_variant_lookup_value (answer, "differences", G_VARIANT_TYPE ("aa{sv}"));
  gsize i;

  for (i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) difference = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) id
          = g_variant_lookup_value (difference, "request-id", G_VARIANT_TYPE_INT64);
      g_autoptr (GVariant) serial = lookup_text (difference, "serial");
      g_autoptr (GVariant) field = lookup_text (difference, "field");
      g_autoptr (GVariant) text = lookup_text (difference, "text");

      tool_table_add_row (table, (GVariant *[]){ id, serial, field, text });
    }
}

static ToolExit
report (Tool *tool, ToolTable *table, gint64 checked)
{
  if (!tool->json && !tool->quiet)
    g_print ("%" G_GINT64_FORMAT " certificate%s, %u difference%s\n", checked,
             checked == 1 ? "" : "s", tool_table_get_n_rows (table),
             tool_table_get_n_rows (table) == 1 ? "" : "s");
  if (tool->json || tool_table_get_n_rows (table) > 0)
    tool_table_print (table, tool);
  return tool_table_get_n_rows (table) > 0 ? TOOL_EXIT_FAILED : TOOL_EXIT_DONE;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  static const char *const names[] = { "request-id", "serial", "field", "text", NULL };
  g_autoptr (GDateTime) since = read_since (error);
  g_autoptr (ToolTable) table = tool_table_new (names);
  g_autoptr (ICertAdmin) admin = NULL;
  gint64 after = 0, checked = 0;

  if (option_since != NULL && since == NULL)
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  while (admin != NULL)
    {
      g_autoptr (GVariant) answer
          = icert_admin_check_certificates (admin, after, STEP, since, NULL, error);
      gboolean done = TRUE;
      gint64 count = 0;

      if (answer == NULL)
        break;
      add_differences (table, answer);
      g_variant_lookup (answer, "checked", "x", &count);
      g_variant_lookup (answer, "last", "x", &after);
      g_variant_lookup (answer, "done", "b", &done);
      checked += count;
      tool_bar_show (tool, checked, 0);
      if (!done)
        continue;
      tool_bar_end (tool);
      return report (tool, table, checked);
    }
  return TOOL_EXIT_FAILED;
}

const ToolVerb tool_verb_cert_check = {
  .name = "cert-check",
  .summary = "Read every certificate again and compare it with what is stored (status 1: differs)",
  .example = "icert cert-check --since 2026-11-01T00:00:00Z",
  .options = options,
  .run = run,
};
