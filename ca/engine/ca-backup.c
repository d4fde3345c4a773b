/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-backup.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-ceremony.h"
#include "ca-clock.h"
#include "ca-folder.h"
#include "ca-plural.h"

/* A file with a key in clear is at most this big. */
#define MAX_KEY_SIZE (1024 * 1024)

/* A backup being made. */
typedef struct
{
  CaEngine *engine;
  char *folder; /* as it is to be called */
  char *part;   /* as it is called until it is whole */
  char *copy;   /* the CA's folder in it */
  CaManifest *manifest;
  CaProgress *progress;
  GCancellable *cancellable;
} Job;

static void
job_clear (Job *job)
{
  g_free (job->folder);
  g_free (job->part);
  g_free (job->copy);
  g_clear_pointer (&job->manifest, ca_manifest_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

/* What of a CA's folder is in no backup; as CaTreeSkip. The secret stays where it is (S-F10); what
 * Publish.Exit wrote is derived; root/ is a CA of its own; the store is copied by itself. */
static gboolean
is_left_out (const char *path, gpointer data)
{
  static const char *const names[]
      = { "ca.lock", "store", "publish", "root", "keys/secret", CA_RESTORE_MARK, CA_RESTORE_PART };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (path, names[i]) == 0)
      return TRUE;
  return g_str_has_prefix (path, CA_RESTORE_BEFORE) || g_str_has_prefix (path, "root.part-");
}

gboolean
ca_backup_may_have (const CaConfig *config, const char *path)
{
  g_autofree char *first = g_strndup (path, strcspn (path, "/"));

  return strcmp (path, config->store_url) == 0
         || (!is_left_out (first, NULL) && !is_left_out (path, NULL));
}

const char *
ca_backup_store_path (const CaConfig *config, GError **error)
{
  if (g_str_has_prefix (config->store_url, "store/") && strstr (config->store_url, "..") == NULL
      && strstr (config->store_url, "://") == NULL)
    return config->store_url;
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "store",
                   "%s is not in the CA's folder (store/…; or the database's own backup)",
                   config->store_url);
  return NULL;
}

static gboolean
check_target (Job *job, GError **error)
{
  g_autofree char *inside = g_strconcat (job->engine->folder, "/", NULL);
  struct stat status;

  if (g_str_has_prefix (job->folder, inside) || strcmp (job->folder, job->engine->folder) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "folder",
                       "is the CA's own or in it (another place, best on another disk)");
      return FALSE;
    }
  if (g_lstat (job->folder, &status) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFLICT, "folder",
                       "is there already (a folder that is not)");
      return FALSE;
    }
  return TRUE;
}

static gboolean
make_part (Job *job, GError **error)
{
  g_autofree char *store = g_build_filename (job->copy, "store", NULL);

  if (g_mkdir (job->part, 0700) == 0 && g_mkdir (job->copy, 0700) == 0
      && g_mkdir (store, 0700) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "folder",
                   "cannot be made (a writable place that is there)");
  return FALSE;
}

/* The copy is opened as a CA would: version, schema and edges are checked, and what the manifest
 * says of it is what is in it. */
static gboolean
read_copy (Job *job, const CaConfig *config, const char *path, GError **error)
{
  g_autoptr (GObject) object = icert_registry_create_module (
      job->engine->registry, config->store_class, "ICertStore", error);
  gboolean ok;

  if (object == NULL || !icert_store_open (ICERT_STORE (object), path, FALSE, error))
    return FALSE;
  ok = ca_manifest_read_store (job->manifest, ICERT_STORE (object), error);
  return icert_store_close (ICERT_STORE (object), ok ? error : NULL) && ok;
}

static gboolean
copy_store (Job *job, const CaConfig *config, GError **error)
{
  const char *name = ca_backup_store_path (config, error);
  g_autofree char *path = name != NULL ? g_build_filename (job->copy, name, NULL) : NULL;
  CaTreeFile *file;

  if (path == NULL)
    return FALSE;
  job->manifest->time = ca_clock_now ();
  ca_progress_enter (job->progress, "database", 0, 0.7);
  if (!icert_store_backup (job->engine->store, path, ca_progress_tell, job->progress,
                           job->cancellable, error))
    return FALSE;
  ca_progress_enter (job->progress, "check", 0.7, 0.9);
  if (!read_copy (job, config, path, error))
    return FALSE;
  file = ca_tree_digest (job->copy, name, job->cancellable, error);
  if (file == NULL)
    return FALSE;
  g_ptr_array_add (job->manifest->files, file);
  return TRUE;
}

/* One that is not encrypted, also beside one that is. */
static gboolean
has_clear_key (const char *contents, gsize size)
{
  static const char label[] = "PRIVATE KEY-----", encrypted[] = "ENCRYPTED ";
  const char *at = contents, *end = contents + size;

  while ((at = memmem (at, end - at, label, strlen (label))) != NULL)
    {
      if ((gsize) (at - contents) < strlen (encrypted)
          || memcmp (at - strlen (encrypted), encrypted, strlen (encrypted)) != 0)
        return TRUE;
      at += strlen (label);
    }
  return FALSE;
}

/* S-F10: a key that is not encrypted goes nowhere. */
static gboolean
check_no_secret (const char *folder, const CaTreeFile *file, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file->path, NULL);
  g_autofree char *contents = NULL;
  gsize size = 0;

  if (file->size > MAX_KEY_SIZE)
    return TRUE;
  if (!icert_file_get_contents (path, MAX_KEY_SIZE, FALSE, file->path, &contents, &size, NULL))
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, file->path, "cannot be read again");
      return FALSE;
    }
  if (!has_clear_key (contents, size))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, file->path,
                   "has a private key in clear (an encrypted one; S-F10)");
  return FALSE;
}

/* Behind the store: a key or certificate that a row speaks of is there. ca.conf and the record of
 * it are of one moment, since the caller has the config_mutex. */
static gboolean
copy_files (Job *job, GError **error)
{
  g_autoptr (GPtrArray) paths = ca_tree_list (job->engine->folder, is_left_out, NULL, error);

  ca_progress_enter (job->progress, "files", 0.9, 1);
  for (guint i = 0; paths != NULL && i < paths->len; i++)
    {
      CaTreeFile *file
          = ca_tree_copy (job->engine->folder, job->copy, paths->pdata[i], job->cancellable, error);

      if (file == NULL)
        return FALSE;
      g_ptr_array_add (job->manifest->files, file);
      if (!check_no_secret (job->copy, file, error))
        return FALSE;
      ca_progress_tell ((double) i / paths->len, job->progress);
    }
  return paths != NULL;
}

static gboolean
fill_part (Job *job, const CaFacts *facts, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&job->engine->config_mutex);

  job->manifest->name = g_strdup (facts->config->name);
  job->manifest->config = g_strdup (facts->config_string);
  job->manifest->folder = g_strdup (job->engine->folder);
  job->manifest->version = g_strdup (ICERT_VERSION);
  return make_part (job, error) && copy_store (job, facts->config, error) && copy_files (job, error)
         && ca_manifest_save (job->manifest, job->part, error)
         && ca_tree_sync (job->part, TRUE, error);
}

/* In the chain before the folder has its name: a backup that nobody heard of is none. */
static gboolean
say_so (Job *job, const CaCaller *caller, GError **error)
{
  g_autofree char *digest = ca_manifest_digest (job->manifest);
  g_autofree char *detail = g_strdup_printf (
      "up to audit record %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " certificate%s, %u file%s",
      job->manifest->head.sequence, job->manifest->certificates, CA_S (job->manifest->certificates),
      job->manifest->files->len, CA_S (job->manifest->files->len));

  /* S-M5 */
  if (!ca_ceremony_note (job->engine->folder, error, "backup: %s by %s", digest, caller->name))
    return FALSE;
  return ca_writer_commit_wait (
      job->engine->writer, icert_store_batch_new (),
      ca_audit_list_new (ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_BACKUP),
                                              job->folder, "OK", detail)),
      error);
}

static void
say_refusal (CaEngine *engine, const CaCaller *caller, const char *folder, const GError *refusal)
{
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_BACKUP), folder,
                                        refusal->domain == ICERT_ERROR
                                            ? icert_error_get_code_name (refusal->code)
                                            : "CANCELLED",
                                        refusal->message));
}

static gboolean
run (Job *job, const CaCaller *caller, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (job->engine);

  if (!ca_roles_check (facts->config, caller, CA_VERB_BACKUP, error) || !check_target (job, error))
    return FALSE;
  if (fill_part (job, facts, error) && say_so (job, caller, error)
      && ca_tree_rename (job->part, job->folder, error))
    return TRUE;
  ca_folder_remove (job->part);
  return FALSE;
}

CaManifest *
ca_backup_create (CaEngine *engine,
                  const CaCaller *caller,
                  const char *folder,
                  CaProgress *progress,
                  GCancellable *cancellable,
                  GError **error)
{
  static int n_jobs; /* atomic */
  g_auto (Job) job = { .engine = engine, .progress = progress, .cancellable = cancellable };
  GError *local = NULL;

  job.folder = g_canonicalize_filename (folder, NULL);
  job.part = g_strdup_printf ("%s.part-%d-%d", job.folder, (int) getpid (),
                              g_atomic_int_add (&n_jobs, 1));
  job.copy = g_build_filename (job.part, "ca", NULL);
  job.manifest = ca_manifest_new ();
  if (run (&job, caller, &local))
    {
      ca_progress_enter (progress, "done", 1, 1);
      return g_steal_pointer (&job.manifest);
    }
  say_refusal (engine, caller, job.folder, local);
  g_propagate_error (error, local);
  return NULL;
}

/* Verifying */

static gboolean
check_file (const char *folder, CaTreeFile *expected, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaTreeFile) found = ca_tree_digest (folder, expected->path, cancellable, error);

  if (found == NULL)
    return FALSE;
  expected->size = found->size;
  if (strcmp (found->sha256, expected->sha256) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, expected->path,
                   "was changed (the SHA-256 that the manifest names)");
  return FALSE;
}

/* Both lists are without repeats, so as many as there are to be, each of them there, are those. */
static gboolean
check_count (const CaManifest *manifest, const char *copy, GError **error)
{
  g_autoptr (GPtrArray) paths = ca_tree_list (copy, NULL, NULL, error);

  if (paths == NULL)
    return FALSE;
  if (paths->len == manifest->files->len)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "folder", "has %u files (%u, as the manifest says)",
                   paths->len, manifest->files->len);
  return FALSE;
}

CaManifest *
ca_backup_verify (const char *folder,
                  CaProgress *progress,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autofree char *copy = g_build_filename (folder, "ca", NULL);
  g_autoptr (CaManifest) manifest = ca_manifest_load (folder, error);

  if (manifest == NULL)
    return NULL;
  for (guint i = 0; i < manifest->files->len; i++)
    {
      if (!check_file (copy, manifest->files->pdata[i], cancellable, error))
        return NULL;
      ca_progress_tell ((double) (i + 1) / manifest->files->len, progress);
    }
  return check_count (manifest, copy, error) ? g_steal_pointer (&manifest) : NULL;
}
