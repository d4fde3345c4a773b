/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-restore.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-ceremony.h"
#include "ca-clock.h"
#include "ca-custody.h"
#include "ca-folder.h"
#include "ca-key-proof.h"
#include "ca-limits.h"
#include "ca-secret.h"
#include "icert-config-files.h"
#include "icert-keyfile.h"

/* A restore. Everything is made in a folder beside what is there; then the parts change places, by
 * renaming. From the first of them to the last the CA's folder says that it is incomplete, and the
 * next restore goes on where one was cut off. */
typedef struct
{
  const char *backup;
  char *copy;           /* the CA's folder in the backup */
  char *target;         /* where the CA is to be */
  char *part;           /* where it is made */
  gboolean in_place;    /* there is a CA in @target */
  CaLock *lock;         /* of that CA */
  CaManifest *manifest; /* verified */
  CaConfig *config;     /* of the backup */
  GBytes *secret;       /* nullable */
  const CaCaller *caller;
  char *digest; /* of the backup */
  char *second; /* who agreed, under dual control; nullable */
  char *live;   /* the folder of the CA whose log hears of a refusal; nullable */
  CaProgress *progress;
  GCancellable *cancellable;
} Job;

static void
job_clear (Job *job)
{
  g_clear_pointer (&job->lock, ca_lock_release);
  g_clear_pointer (&job->manifest, ca_manifest_free);
  g_clear_pointer (&job->config, ca_config_unref);
  g_clear_pointer (&job->secret, g_bytes_unref);
  g_free (job->copy);
  g_free (job->digest);
  g_free (job->second);
  g_free (job->live);
  g_free (job->target);
  g_free (job->part);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

/* Where to */

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
is_same_folder (const char *first, const char *second)
{
  struct stat a, b;

  return g_stat (first, &a) == 0 && g_stat (second, &b) == 0 && a.st_dev == b.st_dev
         && a.st_ino == b.st_ino;
}

/* Two folders with one key would use the same numbers twice. */
static gboolean
check_other (const Job *job, const char *recorded, GError **error)
{
  if (recorded == NULL || !has_file (recorded, "ca.conf") || is_same_folder (recorded, job->target))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFLICT, "target",
                   "%s is in %s still (restore it there, or move that folder away)",
                   job->manifest->config, recorded);
  return FALSE;
}

static gboolean
is_empty_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return dir != NULL && g_dir_read_name (dir) == NULL;
}

static gboolean
choose_target (Job *job, const char *target, GError **error)
{
  g_autofree char *recorded = ca_folder_find_recorded (job->manifest->config);
  struct stat status;

  if (target != NULL)
    job->target = g_canonicalize_filename (target, NULL);
  else
    job->target = g_strdup (recorded != NULL ? recorded : job->manifest->folder);
  if (has_file (job->target, "ca.conf"))
    job->live = g_strdup (job->target);
  else if (recorded != NULL && has_file (recorded, "ca.conf"))
    job->live = g_strdup (recorded);
  if (!check_other (job, recorded, error))
    return FALSE;
  if (g_lstat (job->target, &status) != 0 || is_empty_folder (job->target))
    {
      job->part = g_strdup_printf ("%s.part-%d", job->target, (int) getpid ());
      return TRUE;
    }
  if (has_file (job->target, "ca.conf") || has_file (job->target, CA_RESTORE_MARK))
    {
      job->in_place = TRUE;
      job->part = g_build_filename (job->target, CA_RESTORE_PART, NULL);
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, "target",
                   "%s is there and is no CA (the CA's folder, or one that is not there)",
                   job->target);
  return FALSE;
}

/* The parts change places */

/* One entry: what is there goes aside, what was made goes there. Done again, it does nothing. */
static gboolean
swap_entry (const char *target,
            const char *part,
            const char *before,
            const char *name,
            GError **error)
{
  g_autofree char *made = g_build_filename (part, name, NULL);
  g_autofree char *place = g_build_filename (target, name, NULL);
  g_autofree char *aside = g_build_filename (before, name, NULL);
  struct stat status;

  if (g_lstat (place, &status) == 0 && !ca_tree_rename (place, aside, error))
    return FALSE;
  return ca_tree_rename (made, place, error);
}

static gboolean
remove_mark (const char *target, GError **error)
{
  g_autofree char *mark = g_build_filename (target, CA_RESTORE_MARK, NULL);

  g_unlink (mark);
  return ca_tree_sync (target, FALSE, error);
}

/* Goes on where the mark says; @mark is the name of the folder for what was there. */
static gboolean
swap_all (const char *target, const char *mark, GError **error)
{
  g_autofree char *part = g_build_filename (target, CA_RESTORE_PART, NULL);
  g_autofree char *before = g_build_filename (target, mark, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (part, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  for (guint i = 0; i < names->len; i++)
    if (!swap_entry (target, part, before, names->pdata[i], error))
      return FALSE;
  g_rmdir (part);
  return remove_mark (target, error);
}

/* A restore into this folder was cut off while the parts changed places. */
static gboolean
finish_earlier (const char *target, GError **error)
{
  g_autofree char *path = g_build_filename (target, CA_RESTORE_MARK, NULL);
  g_autofree char *mark = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  if (!icert_file_get_contents (path, CA_LIMIT_TEXT_FILE, FALSE, CA_RESTORE_MARK, &mark, NULL,
                                error))
    return FALSE;
  g_strchomp (mark);
  if (g_str_has_prefix (mark, CA_RESTORE_BEFORE) && strchr (mark, '/') == NULL)
    return swap_all (target, mark, error);
  /* one into a new folder, which had its name already */
  return remove_mark (target, error);
}

static gboolean
swap_in (const Job *job, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (ca_clock_now () / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *mark = g_strdup_printf (CA_RESTORE_BEFORE "%s-%08x", stamp, g_random_int ());
  g_autofree char *before = g_build_filename (job->target, mark, NULL);
  g_autofree char *path = g_build_filename (job->target, CA_RESTORE_MARK, NULL);

  if (g_mkdir (before, 0700) != 0)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "target",
                       "cannot be written (a writable folder)");
      return FALSE;
    }
  return ca_tree_write (path, mark, strlen (mark), 0600, error)
         && ca_tree_sync (job->target, FALSE, error) && swap_all (job->target, mark, error);
}

static gboolean
move_new (const Job *job, GError **error)
{
  g_rmdir (job->target);
  return ca_tree_rename (job->part, job->target, error) && remove_mark (job->target, error);
}

/* Who may */

static CaConfig *
load_live_config (const Job *job)
{
  return job->in_place ? ca_config_load (job->target, NULL) : NULL;
}

static gboolean
check_name (const Job *job, const CaConfig *live, GError **error)
{
  if (live == NULL || strcmp (live->name, job->config->name) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "target", "is of %s (of %s)", live->name,
                   job->config->name);
  return FALSE;
}

/* S-D11, S-M5. A mode that was changed by hand in one of the two folders frees nobody. */
static gboolean
check_second (Job *job, const CaConfig *config, GError **error)
{
  CaCustody custody = { .config = config,
                        .caller = job->caller,
                        .digest = job->digest,
                        .target = job->target,
                        .is_running = job->in_place && has_file (job->target, "ca.conf")
                                      && !has_file (job->target, CA_RESTORE_MARK) };

  return (!config->dual_control && !job->config->dual_control)
         || ca_custody_check (&custody, &job->second, error);
}

static gboolean
check_rights (Job *job, GError **error)
{
  g_autoptr (CaConfig) live = load_live_config (job);
  const CaConfig *config = live != NULL ? live : job->config;

  return check_name (job, live, error)
         && ca_roles_check (config, job->caller, CA_VERB_RESTORE, error)
         && check_second (job, config, error);
}

/* Over a CA that somebody has open: CONFIG, which says who. */
static gboolean
take_lock (Job *job, GError **error)
{
  g_autofree char *holder = NULL;

  if (!job->in_place)
    return TRUE;
  holder = g_strdup_printf ("restoring %s", job->manifest->config);
  job->lock = ca_lock_take (job->target, holder, error);
  return job->lock != NULL && finish_earlier (job->target, error);
}

/* What is made */

static gboolean
copy_file (const Job *job, const CaTreeFile *expected, GError **error)
{
  g_autoptr (CaTreeFile) file
      = ca_tree_copy (job->copy, job->part, expected->path, job->cancellable, error);

  if (file == NULL)
    return FALSE;
  if (strcmp (file->sha256, expected->sha256) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, expected->path,
                   "was changed while it was restored (a backup that nobody writes to)");
  return FALSE;
}

static gboolean
copy_files (const Job *job, GError **error)
{
  g_autofree char *mark = g_build_filename (job->part, CA_RESTORE_MARK, NULL);

  ca_folder_remove (job->part);
  if (g_mkdir (job->part, 0700) != 0)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "target", "cannot be made (a writable place)");
      return FALSE;
    }
  if (!job->in_place && !ca_tree_write (mark, "", 0, 0600, error))
    return FALSE;
  ca_progress_enter (job->progress, "copy", 0.5, 0.9);
  for (guint i = 0; i < job->manifest->files->len; i++)
    {
      if (!copy_file (job, job->manifest->files->pdata[i], error))
        return FALSE;
      ca_progress_tell ((double) i / job->manifest->files->len, job->progress);
    }
  return TRUE;
}

/* Every CA has these, also when they were empty in the backup. */
static gboolean
make_folders (const Job *job, GError **error)
{
  static const char *const names[] = { "keys", "certs", "profiles", "modules" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (job->part, names[i], NULL);

      if (g_mkdir_with_parents (path, 0700) != 0)
        {
          icert_set_error (error, ICERT_ERROR_STORAGE, names[i], "cannot be made");
          return FALSE;
        }
    }
  return TRUE;
}

/* The secret that init writes is kept in a file again; a passphrase is not. */
static gboolean
is_generated (GBytes *secret)
{
  gsize size;
  const char *text = g_bytes_get_data (secret, &size);

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
  return size == 64;
}

static gboolean
put_secret (const Job *job, GError **error)
{
  g_autofree char *path = g_build_filename (job->part, "keys", "secret", NULL);
  g_autofree char *line = NULL;

  if (job->secret == NULL || !is_generated (job->secret))
    return TRUE;
  line = g_strdup_printf ("%.*s\n", (int) g_bytes_get_size (job->secret),
                          (const char *) g_bytes_get_data (job->secret, NULL));
  return ca_tree_write (path, line, strlen (line), 0400, error);
}

static gboolean
open_key (const Job *job, const CaKeyConfig *config, GError **error)
{
  g_autofree char *url = strstr (config->url, "://") != NULL || g_path_is_absolute (config->url)
                             ? g_strdup (config->url)
                             : g_build_filename (job->part, config->url, NULL);
  g_autoptr (GObject) object = icert_registry_create_module (icert_registry_get_default (),
                                                             config->class_id, "ICertKey", error);
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;

  if (object == NULL)
    return FALSE;
  if (icert_key_open (ICERT_KEY (object), url, job->secret, &local)
      && ca_key_prove (ICERT_KEY (object), &local))
    return TRUE;
  text = icert_error_get_text (local);
  icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "secret",
                   "does not unlock %s: %s (what keys/secret of the CA held, or its passphrase; no "
                   "backup has it)",
                   config->url, text);
  return FALSE;
}

/* A key without its secret is not brought into use. */
static gboolean
open_keys (const Job *job, GError **error)
{
  for (guint i = 0; i < job->config->keys->len; i++)
    if (job->config->keys->pdata[i] != NULL && !open_key (job, job->config->keys->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* A backup from before the first checkpoint has no audit key: the one that signed since goes on, so
 * that its checkpoints stay readable. One that the secret does not open is left. */
static gboolean
keep_audit_key (const Job *job, GError **error)
{
  static const char name[] = "keys/audit.key";
  g_autoptr (GObject) object = NULL;
  g_autoptr (CaTreeFile) file = NULL;
  g_autofree char *path = NULL;

  if (!job->in_place || has_file (job->part, name) || !has_file (job->target, name))
    return TRUE;
  file = ca_tree_copy (job->target, job->part, name, job->cancellable, error);
  if (file == NULL)
    return FALSE;
  path = g_build_filename (job->part, name, NULL);
  object
      = icert_registry_create_module (icert_registry_get_default (), "File.Key", "ICertKey", error);
  if (object == NULL)
    return FALSE;
  if (!icert_key_open (ICERT_KEY (object), path, job->secret, NULL)
      || !ca_key_prove (ICERT_KEY (object), NULL))
    g_unlink (path);
  return TRUE;
}

/* The store that is replaced, also of a folder that a restore left half. NULL: there is none */
static char *
find_live_store (const Job *job, const char *name)
{
  g_autofree char *path = job->in_place ? g_build_filename (job->target, name, NULL) : NULL;

  return path != NULL && g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static gboolean
has_same_counters (GHashTable *first, GHashTable *second)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, first);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const gint64 *other = g_hash_table_lookup (second, name);

      if (other == NULL || *other != *(const gint64 *) value)
        return FALSE;
    }
  return g_hash_table_size (first) == g_hash_table_size (second);
}

/* The manifest has no hash of its own. What it says of the store decides how far numbers move, so
 * the store must say the same. */
static gboolean
check_manifest (const Job *job, ICertStore *store, GError **error)
{
  g_autoptr (CaManifest) found = ca_manifest_new ();
  const CaAuditHead *head = &job->manifest->head;
  const char *what = NULL;

  if (!ca_manifest_read_store (found, store, error))
    return FALSE;
  if (found->head.sequence != head->sequence || found->head.time != head->time
      || memcmp (found->head.hash, head->hash, sizeof head->hash) != 0)
    what = "ends with another audit record";
  else if (!has_same_counters (found->counters, job->manifest->counters))
    what = "has other counters";
  if (what == NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "store", "%s than the manifest says (a whole backup)",
                   what);
  return FALSE;
}

/* The restored store goes on behind everything that could have been used. */
static gboolean
move_numbers (const Job *job, GError **error)
{
  const char *name = ca_backup_store_path (job->config, error);
  g_autofree char *path = name != NULL ? g_build_filename (job->part, name, NULL) : NULL;
  g_autofree char *live = name != NULL ? find_live_store (job, name) : NULL;
  g_autofree char *note = NULL;
  g_auto (CaJump) jump = { FALSE };
  g_autoptr (GObject) object = NULL;
  gboolean ok;

  if (path == NULL)
    return FALSE;
  object = icert_registry_create_module (icert_registry_get_default (), job->config->store_class,
                                         "ICertStore", error);
  if (object == NULL || !icert_store_open (ICERT_STORE (object), path, FALSE, error))
    return FALSE;
  note = job->second != NULL ? g_strconcat ("agreed by ", job->second, NULL)
                             : g_strdup ("single operator");
  jump.note = note;
  /* the live one last: opening it finishes what a crash left in it */
  ok = check_manifest (job, ICERT_STORE (object), error)
       && ca_jump_plan (&jump, job->manifest, job->config->store_class, live, ca_clock_now (),
                        error)
       && ca_jump_apply (&jump, job->manifest, ICERT_STORE (object), job->secret, job->caller,
                         error);
  return icert_store_close (ICERT_STORE (object), ok ? error : NULL) && ok;
}

/* S-M5 */
static gboolean
note_ceremony (const Job *job, GError **error)
{
  return ca_ceremony_note (job->part, error, "restore: backup %s by %s, %s%s", job->digest,
                           job->caller->name,
                           job->second != NULL ? "agreed by " : "single operator",
                           job->second != NULL ? job->second : "");
}

/* Nothing of the CA is touched yet. */
static gboolean
make_part (const Job *job, GError **error)
{
  if (!copy_files (job, error) || !make_folders (job, error) || !open_keys (job, error)
      || !put_secret (job, error) || !keep_audit_key (job, error) || !note_ceremony (job, error))
    return FALSE;
  ca_progress_enter (job->progress, "numbers", 0.9, 1);
  return move_numbers (job, error) && ca_tree_sync (job->part, TRUE, error)
         && !g_cancellable_set_error_if_cancelled (job->cancellable, error);
}

static gboolean
find_secret (Job *job, GBytes *secret, GError **error)
{
  gsize size;
  const char *text;

  if (secret == NULL)
    return !job->in_place || ca_secret_load (job->target, &job->secret, error);
  text = g_bytes_get_data (secret, &size);
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
    size--;
  job->secret = g_bytes_new (text, size);
  return TRUE;
}

/* The record says where the CA is now; what else it says stays. */
static gboolean
write_record (const Job *job, GError **error)
{
  g_autofree char *recorded = ca_folder_find_recorded (job->manifest->config);
  g_autoptr (GHashTable) fields = NULL;
  g_autofree char *path = NULL;

  if (recorded != NULL && is_same_folder (recorded, job->target))
    return TRUE;
  fields = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_hash_table_insert (fields, (gpointer) "Config", g_strdup (job->manifest->config));
  g_hash_table_insert (fields, (gpointer) "Address", g_strconcat ("local:", job->target, NULL));
  path = icert_config_files_add (NULL, fields, error);
  return path != NULL;
}

/* What no backup has was put there by somebody: another lock, a secret, the mark of a restore. */
static gboolean
check_paths (const Job *job, GError **error)
{
  for (guint i = 0; i < job->manifest->files->len; i++)
    {
      const CaTreeFile *file = job->manifest->files->pdata[i];

      if (ca_backup_may_have (job->config, file->path))
        continue;
      icert_set_error (error, ICERT_ERROR_CONFIG, file->path,
                       "is nothing that a backup has (one that icert backup made)");
      return FALSE;
    }
  return TRUE;
}

static gboolean
load_backup (Job *job, GError **error)
{
  ca_progress_enter (job->progress, "check", 0, 0.5);
  job->manifest = ca_backup_verify (job->backup, job->progress, job->cancellable, error);
  if (job->manifest == NULL)
    return FALSE;
  job->digest = ca_manifest_digest (job->manifest);
  job->config = ca_config_load (job->copy, error);
  return job->config != NULL && ca_backup_store_path (job->config, error) != NULL
         && check_paths (job, error);
}

/* Everything until the parts change places, or the reason why not */
static gboolean
prepare (Job *job, const char *target, GBytes *secret, GError **error)
{
  if (!load_backup (job, error) || !choose_target (job, target, error) || !check_rights (job, error)
      || !take_lock (job, error) || !find_secret (job, secret, error))
    return FALSE;
  if (make_part (job, error))
    return TRUE;
  ca_folder_remove (job->part);
  return FALSE;
}

/* That it waits is on record already; what was cancelled was not refused. */
static void
record_refusal (Job *job, const char *target, const GError *refusal)
{
  g_autofree char *folder = target != NULL ? g_canonicalize_filename (target, NULL) : NULL;

  g_clear_pointer (&job->lock, ca_lock_release);
  if (refusal->domain != ICERT_ERROR || refusal->code == ICERT_ERROR_PENDING)
    return;
  if (folder != NULL && has_file (folder, "ca.conf"))
    ca_custody_note_refusal (folder, job->caller, refusal);
  else if (job->live != NULL)
    ca_custody_note_refusal (job->live, job->caller, refusal);
}

char *
ca_restore (const char *backup,
            const char *target,
            GBytes *secret,
            const CaCaller *caller,
            CaProgress *progress,
            GCancellable *cancellable,
            GError **error)
{
  g_auto (Job) job
      = { .backup = backup, .caller = caller, .progress = progress, .cancellable = cancellable };
  GError *refusal = NULL;

  job.copy = g_build_filename (backup, "ca", NULL);
  if (!prepare (&job, target, secret, &refusal))
    {
      record_refusal (&job, target, refusal);
      g_propagate_error (error, refusal);
      return NULL;
    }
  if (job.in_place ? !swap_in (&job, error) : !move_new (&job, error))
    return NULL;
  if (!write_record (&job, error))
    return NULL;
  ca_progress_enter (progress, "done", 1, 1);
  return g_strdup (job.manifest->config);
}
