/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"
#include "tool-bar.h"

/* records between two looks at the bar */
#define STEP 20000

static char *option_checkpoints;

static const GOptionEntry options[] = {
  { "checkpoints", 'c', 0, G_OPTION_ARG_FILENAME, &option_checkpoints,
    "Lines that a sink kept, best of another machine", "FILE" },
  { NULL },
};

/* Each line that is not empty. The sink is as long as the CA is old, so no limit of a request binds
 * it. */
static char **
read_lines (GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;

  if (option_checkpoints == NULL)
    return g_new0 (char *, 1);
  if (g_file_get_contents (option_checkpoints, &text, NULL, &local))
    {
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

      for (gsize i = 0; lines[i] != NULL; i++)
        if (*g_strstrip (lines[i]) != '\0')
          g_strv_builder_add (builder, lines[i]);
      return g_strv_builder_end (builder);
    }
  icert_set_error (error,
                   g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? ICERT_ERROR_NOT_FOUND
                                                                             : ICERT_ERROR_FAILED,
                   "file", "%s (a file that can be read)", local->message);
  return NULL;
}

static gint64
lookup (GVariant *answer, const char *name)
{
  gint64 value = 0;

  g_variant_lookup (answer, name, "x", &value);
  return value;
}

static void
add_count (ToolRecord *record, const char *name, gint64 value)
{
  tool_record_add (record, name, g_variant_new_int64 (value));
}

/* What the log tells of restores, and what of the sink they explain: a line each, for programs a
 * list of its own. */
static void
add_restores (ToolRecord *record, Tool *tool, GVariant *restores)
{
  GVariantIter iter;
  GVariant *restore;

  if (tool->json)
    {
      tool_record_add (record, "restores", restores);
      return;
    }
  g_variant_iter_init (&iter, restores);
  while ((restore = g_variant_iter_next_value (&iter)) != NULL)
    {
      const char *text = "";

      g_variant_lookup (restore, "text", "&s", &text);
      tool_record_add_string (record, "restored", text);
      g_variant_unref (restore);
    }
}

/* What was found, for people and for programs the same. */
static ToolExit
report (Tool *tool, GVariant *answer, GVariant *restores, gint64 records, gint64 checkpoints)
{
  g_autoptr (ToolRecord) record = tool_record_new ();
  const char *problem = NULL;
  const char *text = NULL;

  g_variant_lookup (answer, "problem", "&s", &problem);
  g_variant_lookup (answer, "text", "&s", &text);
  tool_record_add (record, "sound", g_variant_new_boolean (problem == NULL));
  add_count (record, "records", records);
  add_count (record, "checkpoints", checkpoints);
  if (restores != NULL)
    add_restores (record, tool, restores);
  if (problem != NULL)
    {
      add_count (record, "sequence", lookup (answer, "sequence"));
      tool_record_add_string (record, "problem", problem);
      tool_record_add_string (record, "text", text);
    }
  if (!tool->quiet || problem != NULL)
    tool_record_print (record, tool);
  return problem == NULL ? TOOL_EXIT_DONE : TOOL_EXIT_FAILED;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_auto (GStrv) lines = read_lines (error);
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (GVariant) restores = NULL;
  gint64 after = 0, records = 0, checkpoints = 0;

  admin = lines != NULL ? icert_admin_open (tool->config, NULL, error) : NULL;
  while (admin != NULL)
    {
      g_autoptr (GVariant) answer
          = icert_admin_verify_audit (admin, after, STEP, (const char *const *) lines, NULL, error);
      gboolean done = TRUE;

      if (answer == NULL)
        break;
      /* the first answer has them all */
      if (after == 0)
        restores = g_variant_lookup_value (answer, "restores", G_VARIANT_TYPE ("aa{sv}"));
      records += lookup (answer, "records");
      checkpoints += lookup (answer, "checkpoints");
      after = lookup (answer, "last");
      g_variant_lookup (answer, "done", "b", &done);
      tool_bar_show (tool, after, lookup (answer, "total"));
      if (!done)
        continue;
      tool_bar_end (tool);
      return report (tool, answer, restores, records, checkpoints);
    }
  return TOOL_EXIT_FAILED;
}

const ToolVerb tool_verb_audit_verify = {
  .name = "audit verify",
  .summary = "Read the audit log again and name the first record that is wrong (status 1)",
  .example = "icert audit verify --checkpoints /mnt/log/demo.audit",
  .options = options,
  .run = run,
};
