/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-custody.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-changes.h"
#include "ca-clock.h"
#include "ca-tree.h"
#include "icert-keyfile.h"

#define GROUP "Restore"
#define LIFETIME (7 * G_TIME_SPAN_DAY)
#define MAX_NOTE 8192

/* By the CA that is replaced */

/* S-D11 asks for administrators, processing.md 9 for the right to restore. */
static gboolean
check_rights (const CaCustody *custody, const CaCaller *caller, GError **error)
{
  return ca_roles_check (custody->config, caller, CA_VERB_RESTORE, error)
         && ca_roles_check (custody->config, caller, CA_VERB_DECIDE_CHANGE, error);
}

/* The approval is not used up: the store that has it is replaced, and the one that comes in its
 * place has no change that waits (ca-jump.c). What fails before that may be tried again. */
static gboolean
ask_ca (const CaCustody *custody, CaEngine *engine, char **second, GError **error)
{
  g_autoptr (CaCaller) caller = ca_caller_ref ((CaCaller *) custody->caller);
  g_autofree char *object = g_strdup_printf ("backup:%.16s", custody->digest);
  g_autoptr (GVariant) value
      = g_variant_ref_sink (g_variant_new ("(ss)", custody->digest, custody->target));
  CaChange change = { .verb = CA_VERB_RESTORE, .object = object, .value = value };
  gint64 id;

  if (!ca_engine_check_process (engine, error)
      || !ca_changes_begin (engine, caller, &change, &id, error))
    return FALSE;
  *second = ca_changes_dup_second (engine, id);
  return TRUE;
}

/* Beside the target */

static char *
path_of_note (const CaCustody *custody, guint uid)
{
  return g_strdup_printf ("%s.restore-%u", custody->target, uid);
}

/* What stands in it for this restore, but for the time */
static gboolean
is_same_restore (ICertKeyfile *file, const CaCustody *custody, gint64 *time)
{
  const char *text = icert_keyfile_lookup (file, GROUP, "Time");

  return text != NULL && g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, time, NULL)
         && g_strcmp0 (icert_keyfile_lookup (file, GROUP, "Backup"), custody->digest) == 0
         && g_strcmp0 (icert_keyfile_lookup (file, GROUP, "Target"), custody->target) == 0;
}

/* Opened once, and judged by what was opened. NULL: no note, or one that nobody could have written
 * but its owner is not certain. */
static ICertKeyfile *
read_note (const char *path, guint *owner)
{
  int fd = g_open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
  char text[MAX_NOTE];
  g_autoptr (GBytes) bytes = NULL;
  struct stat status;
  gssize size = -1;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_nlink == 1
      && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    size = read (fd, text, sizeof text);
  close (fd);
  if (size <= 0 || size == sizeof text)
    return NULL;
  *owner = status.st_uid;
  bytes = g_bytes_new (text, (gsize) size);
  return icert_keyfile_parse (bytes, "note", NULL);
}

/* The name of the other administrator who left this note; NULL: it does not count */
static char *
judge_note (const CaCustody *custody, const char *path)
{
  guint owner = 0;
  g_autoptr (ICertKeyfile) file = read_note (path, &owner);
  g_autoptr (CaCaller) author = NULL;
  g_autoptr (GError) error = NULL;
  gint64 time, now = ca_clock_now ();

  if (file == NULL || !is_same_restore (file, custody, &time) || time > now
      || time + LIFETIME <= now)
    return NULL;
  author = ca_caller_new_uid (owner, custody->caller->door);
  if (strcmp (author->id, custody->caller->id) == 0)
    return NULL;
  if (check_rights (custody, author, &error))
    return g_strdup (author->name);
  g_message ("%s: %s", path, error->message);
  return NULL;
}

/* A note counts once. */
static gboolean
use_up (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_unlink (path) == 0 && ca_tree_sync (folder, FALSE, NULL))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "restore",
                   "the other administrator's note cannot be removed (a writable folder)");
  return FALSE;
}

static gboolean
find_note (const CaCustody *custody, char **second, char **found)
{
  g_autofree char *folder = g_path_get_dirname (custody->target);
  g_autofree char *base = g_path_get_basename (custody->target);
  g_autofree char *prefix = g_strconcat (base, ".restore-", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_str_has_prefix (name, prefix))
        continue;
      *second = judge_note (custody, path);
      if (*second == NULL)
        continue;
      *found = g_steal_pointer (&path);
      return TRUE;
    }
  return FALSE;
}

static gboolean
leave_note (const CaCustody *custody, GError **error)
{
  g_autoptr (ICertKeyfile) file = icert_keyfile_new ("note");
  g_autofree char *path = path_of_note (custody, (guint) getuid ());
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, ca_clock_now ());

  return icert_keyfile_set (file, GROUP, "Backup", custody->digest, error)
         && icert_keyfile_set (file, GROUP, "Target", custody->target, error)
         && icert_keyfile_set (file, GROUP, "Time", time, error)
         && icert_keyfile_save (file, path, 0644, error);
}

static gboolean
ask_beside (const CaCustody *custody, char **second, GError **error)
{
  g_autofree char *found = NULL;
  g_autofree char *own = path_of_note (custody, (guint) getuid ());

  if (find_note (custody, second, &found))
    {
      if (!use_up (found, error))
        return FALSE;
      g_unlink (own);
      return TRUE;
    }
  if (leave_note (custody, error))
    icert_set_error (error, ICERT_ERROR_PENDING, "restore",
                     "waits for another administrator, who restores the same backup to the same "
                     "folder within seven days");
  return FALSE;
}

/* Both */

static gboolean
is_in_use (const GError *error)
{
  g_autofree char *field = icert_error_get_field (error);

  return g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFIG) && g_strcmp0 (field, "ca") == 0;
}

gboolean
ca_custody_check (const CaCustody *custody, char **second, GError **error)
{
  g_autoptr (CaEngine) engine = NULL;
  g_autoptr (GError) local = NULL;

  if (!check_rights (custody, custody->caller, error))
    return FALSE;
  if (custody->is_running)
    engine = ca_engine_open (custody->target, FALSE, &local);
  if (engine != NULL)
    return ask_ca (custody, engine, second, error);
  if (local == NULL || !is_in_use (local))
    return ask_beside (custody, second, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

void
ca_custody_note_refusal (const char *folder, const CaCaller *caller, const GError *refusal)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaEngine) engine = ca_engine_open (folder, FALSE, &error);

  if (engine == NULL)
    {
      g_debug ("a refused restore is not on record: %s", error->message);
      return;
    }
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_RESTORE), "ca",
                                        icert_error_get_code_name (refusal->code),
                                        refusal->message));
}
