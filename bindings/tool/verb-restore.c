/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "tool-output.h"
#include "tool-passphrase.h"
#include "tool-progress.h"

static char *target;
static char *secret_file;

static const GOptionEntry options[] = {
  { "to", 0, 0, G_OPTION_ARG_FILENAME, &target,
    "The folder of the CA; default: the one of its record, or where it was", "FOLDER" },
  { "secret", 0, 0, G_OPTION_ARG_FILENAME, &secret_file,
    "What unlocks the keys: a copy of the CA's keys/secret, or a file with the passphrase; "
    "default: "
    "keys/secret of the CA that is replaced",
    "FILE" },
  { NULL },
};

static gboolean
read_secret (GBytes **secret, GError **error)
{
  char text[TOOL_PASSPHRASE_LIMIT + 1];

  if (secret_file == NULL)
    return TRUE;
  if (!tool_passphrase_read_file (secret_file, "--secret", text, error))
    return FALSE;
  *secret = g_bytes_new (text, strlen (text));
  explicit_bzero (text, sizeof text);
  return TRUE;
}

static void
print (Tool *tool, const char *folder, const char *config)
{
  g_autoptr (ToolRecord) record = tool_record_new ();

  tool_record_add_string (record, "config", config);
  tool_record_add_string (record, "backup", folder);
  tool_record_add_string (record, "state", "restored");
  tool_record_print (record, tool);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *folder = g_canonicalize_filename (arguments[0], NULL);
  g_autofree char *to = target != NULL ? g_canonicalize_filename (target, NULL) : NULL;
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (ICertBackup) backup = NULL;
  g_autofree char *config = NULL;

  if (!read_secret (&secret, error))
    return TOOL_EXIT_FAILED;
  /* The backup says which CA it is of; --config may name one that is not there any more. */
  backup = icert_backup_open (NULL, NULL, error);
  if (backup == NULL)
    return TOOL_EXIT_FAILED;
  tool_progress_watch (tool, backup);
  config = icert_backup_restore (backup, folder, to, secret, NULL, error);
  tool_progress_end (backup);
  if (config == NULL)
    return TOOL_EXIT_FAILED;
  if (!tool->quiet)
    print (tool, folder, config);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_restore = {
  .name = "restore",
  .arguments = "DIR",
  .summary = "Make a CA again from a backup, in its place or in a new folder",
  .example = "icert restore /mnt/backup/demo-2026-11-22",
  .examples
  = "icert restore --to /var/lib/icert/demo --secret secret /mnt/backup/demo-2026-11-22\n",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
