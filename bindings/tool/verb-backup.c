/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"
#include "tool-progress.h"

static gboolean verify_only;

static const GOptionEntry options[] = {
  { "verify", 0, 0, G_OPTION_ARG_NONE, &verify_only,
    "Read the backup DIR again and change nothing; no CA is needed", NULL },
  { NULL },
};

static void
add_fact (ToolRecord *record, GVariant *facts, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (facts, name, NULL);

  if (value != NULL)
    tool_record_add (record, name, value);
}

static void
print (Tool *tool, const char *folder, GVariant *facts)
{
  static const char *const names[] = { "config", "created", "version",        "certificates",
                                       "files",  "bytes",   "audit-sequence", "audit-hash" };
  g_autoptr (ToolRecord) record = tool_record_new ();

  tool_record_add_string (record, "backup", folder);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    add_fact (record, facts, names[i]);
  if (!verify_only)
    tool_record_add_string (record, "without", "keys/secret, or the passphrase: keep it elsewhere");
  tool_record_print (record, tool);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *folder = g_canonicalize_filename (arguments[0], NULL);
  g_autoptr (ICertBackup) backup = icert_backup_open (tool->config, NULL, error);
  g_autoptr (GVariant) facts = NULL;

  if (backup == NULL)
    return TOOL_EXIT_FAILED;
  tool_progress_watch (tool, backup);
  facts = verify_only ? icert_backup_verify (backup, folder, NULL, error)
                      : icert_backup_create (backup, folder, NULL, error);
  tool_progress_end (backup);
  if (facts == NULL)
    return TOOL_EXIT_FAILED;
  if (!tool->quiet)
    print (tool, folder, facts);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_backup = {
  .name = "backup",
  .arguments = "DIR",
  .summary = "Make a backup of a CA that works on meanwhile",
  .example = "icert backup /mnt/backup/demo-2026-11-22",
  .examples = "icert backup --verify /mnt/backup/demo-2026-11-22\n",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
