/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "policy-template-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".profile"
#define MAX_FILE_SIZE (64 * 1024)
/* a file changed this recently may change again within the same tick of its file system's clock */
#define YOUNG_SECONDS 2

/* What tells one content of a file from another, without reading it. */
typedef struct
{
  guint64 device;
  guint64 inode;
  gint64 size;
  gint64 modified; /* nanoseconds */
  gint64 changed;  /* nanoseconds */
} Identity;

typedef struct
{
  PolicyTemplateEntry entry; /* first: entries are lent as such */
  gatomicrefcount ref_count;
  Identity identity;
  gboolean is_settled; /* FALSE: the identity may lie, read the file again */
} File;

struct _PolicyTemplateSet
{
  gatomicrefcount ref_count;
  GPtrArray *files;    /* of File, sorted by name */
  GHashTable *by_name; /* name in lower case (owned) -> File (of files) */
};

struct _PolicyTemplateFolder
{
  gatomicrefcount ref_count;
  char *path;
  char **waivers;         /* nullable */
  GMutex refresh_lock;    /* one thread looks at the files at a time */
  GMutex lock;            /* of what follows */
  PolicyTemplateSet *set; /* owned */
  gint64 looked;          /* monotonic microseconds */
};

static void
file_unref (gpointer data)
{
  File *file = data;

  if (!g_atomic_ref_count_dec (&file->ref_count))
    return;
  g_free (file->entry.name);
  g_clear_pointer (&file->entry.profile, policy_template_profile_unref);
  g_free (file->entry.problem);
  g_free (file);
}

static PolicyTemplateSet *
set_new (void)
{
  PolicyTemplateSet *set = g_new0 (PolicyTemplateSet, 1);

  g_atomic_ref_count_init (&set->ref_count);
  set->files = g_ptr_array_new_with_free_func (file_unref);
  set->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return set;
}

static PolicyTemplateSet *
set_ref (PolicyTemplateSet *set)
{
  g_atomic_ref_count_inc (&set->ref_count);
  return set;
}

void
policy_template_set_unref (PolicyTemplateSet *set)
{
  if (!g_atomic_ref_count_dec (&set->ref_count))
    return;
  g_hash_table_unref (set->by_name);
  g_ptr_array_unref (set->files);
  g_free (set);
}

const PolicyTemplateEntry *
policy_template_set_find (const PolicyTemplateSet *set, const char *name)
{
  g_autofree char *key = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (set->by_name, key);
}

GPtrArray *
policy_template_set_list (const PolicyTemplateSet *set)
{
  return set->files;
}

static Identity
identity_of (const struct stat *status)
{
  return (Identity){
    .device = status->st_dev,
    .inode = status->st_ino,
    .size = status->st_size,
    .modified = status->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + status->st_mtim.tv_nsec,
    .changed = status->st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + status->st_ctim.tv_nsec,
  };
}

static gboolean
identity_equal (const Identity *a, const Identity *b)
{
  return a->device == b->device && a->inode == b->inode && a->size == b->size
         && a->modified == b->modified && a->changed == b->changed;
}

/* Whoever can write a profile can have any certificate. */
static gboolean
check_status (const struct stat *status, const char *file_name, GError **error)
{
  if (!S_ISREG (status->st_mode))
    icert_set_error (error, ICERT_ERROR_CONFIG, file_name, "profile: not a regular file");
  else if (status->st_uid != 0 && status->st_uid != geteuid ())
    icert_set_error (error, ICERT_ERROR_CONFIG, file_name,
                     "profile: owned by somebody else (the CA's user or root)");
  else if ((status->st_mode & S_IWOTH) != 0)
    icert_set_error (error, ICERT_ERROR_CONFIG, file_name, "profile: everybody may write it");
  else if (status->st_size > MAX_FILE_SIZE)
    icert_set_error (error, ICERT_ERROR_CONFIG, file_name, "profile: too large (at most %d octets)",
                     MAX_FILE_SIZE);
  else
    return TRUE;
  return FALSE;
}

static GBytes *
read_all (int fd, const char *file_name, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (MAX_FILE_SIZE + 1);
  gsize size = 0;

  while (size <= MAX_FILE_SIZE)
    {
      gssize n = read (fd, buffer + size, MAX_FILE_SIZE + 1 - size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, file_name, "profile: cannot be read: %s",
                           g_strerror (errno));
          return NULL;
        }
      if (n == 0)
        return g_bytes_new (buffer, size);
      size += (gsize) n;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, file_name, "profile: too large (at most %d octets)",
                   MAX_FILE_SIZE);
  return NULL;
}

static void
load_file (File *file, int folder, const char *file_name, const char *const *waivers)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = NULL;
  struct stat before, after;
  int fd = openat (folder, file_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &before) < 0)
    icert_set_error (&error, ICERT_ERROR_CONFIG, file_name, "profile: cannot be opened: %s",
                     errno == ELOOP ? "a symbolic link" : g_strerror (errno));
  else if (check_status (&before, file_name, &error))
    contents = read_all (fd, file_name, &error);

  if (contents != NULL && fstat (fd, &after) == 0)
    {
      gint64 age = g_get_real_time () / G_USEC_PER_SEC - after.st_mtim.tv_sec;
      Identity first = identity_of (&before);

      file->identity = identity_of (&after);
      file->is_settled = identity_equal (&first, &file->identity) && ABS (age) >= YOUNG_SECONDS;
      file->entry.profile = policy_template_profile_parse_waived (
          contents, file_name, file->entry.name, waivers, &error);
    }
  if (file->entry.profile == NULL)
    file->entry.problem = g_strdup (error != NULL ? error->message : "cannot be read");
  if (fd >= 0)
    close (fd);
}

/* The file as last read when it is still the same, else read anew. */
static File *
get_file (const PolicyTemplateSet *last,
          int folder,
          const char *file_name,
          const char *const *waivers)
{
  g_autofree char *name = g_strndup (file_name, strlen (file_name) - strlen (SUFFIX));
  const PolicyTemplateEntry *entry = last != NULL ? policy_template_set_find (last, name) : NULL;
  struct stat status;
  File *file = (File *) entry;

  if (file != NULL && file->is_settled && g_str_equal (file->entry.name, name)
      && fstatat (folder, file_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    {
      Identity identity = identity_of (&status);

      if (identity_equal (&identity, &file->identity))
        {
          g_atomic_ref_count_inc (&file->ref_count);
          return file;
        }
    }

  file = g_new0 (File, 1);
  g_atomic_ref_count_init (&file->ref_count);
  file->entry.name = g_steal_pointer (&name);
  load_file (file, folder, file_name, waivers);
  return file;
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const File *first = *(const File *const *) a;
  const File *second = *(const File *const *) b;

  return strcmp (first->entry.name, second->entry.name);
}

static File *
new_broken_file (const char *name, const char *other)
{
  File *file = g_new0 (File, 1);

  g_atomic_ref_count_init (&file->ref_count);
  file->entry.name = g_strdup (name);
  file->entry.problem = g_strdup_printf ("%s.profile: differs from %s.profile in case only (one of "
                                         "them)",
                                         name, other);
  return file;
}

/* Requests name profiles without case: of two files that differ in nothing else neither is used. */
static void
index_files (PolicyTemplateSet *set)
{
  g_ptr_array_sort (set->files, compare_files);
  for (guint i = 0; i < set->files->len; i++)
    {
      File *file = set->files->pdata[i];
      g_autofree char *key = g_ascii_strdown (file->entry.name, -1);
      File *other = g_hash_table_lookup (set->by_name, key);

      if (other != NULL)
        {
          set->files->pdata[i] = new_broken_file (file->entry.name, other->entry.name);
          file_unref (file);
        }
      g_hash_table_replace (set->by_name, g_steal_pointer (&key), set->files->pdata[i]);
    }
}

static PolicyTemplateSet *
read_folder (const char *path,
             const char *const *waivers,
             const PolicyTemplateSet *last,
             GError **error)
{
  g_autoptr (PolicyTemplateSet) set = set_new ();
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  int folder = dir != NULL ? open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  const char *name;

  if (folder < 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "Folder",
                       "cannot be read (a folder of profiles, NAME.profile)");
      return NULL;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.' && g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (set->files, get_file (last, folder, name, waivers));
  close (folder);
  index_files (set);
  return g_steal_pointer (&set);
}

PolicyTemplateFolder *
policy_template_folder_new (const char *path, const char *const *waivers, GError **error)
{
  g_autoptr (PolicyTemplateSet) set = read_folder (path, waivers, NULL, error);
  PolicyTemplateFolder *folder;

  if (set == NULL)
    return NULL;
  folder = g_new0 (PolicyTemplateFolder, 1);
  g_atomic_ref_count_init (&folder->ref_count);
  g_mutex_init (&folder->refresh_lock);
  g_mutex_init (&folder->lock);
  folder->path = g_strdup (path);
  folder->waivers = g_strdupv ((char **) waivers);
  folder->set = g_steal_pointer (&set);
  folder->looked = g_get_monotonic_time ();
  return folder;
}

const char *const *
policy_template_folder_get_waivers (const PolicyTemplateFolder *folder)
{
  return (const char *const *) folder->waivers;
}

PolicyTemplateFolder *
policy_template_folder_ref (PolicyTemplateFolder *folder)
{
  g_atomic_ref_count_inc (&folder->ref_count);
  return folder;
}

void
policy_template_folder_unref (PolicyTemplateFolder *folder)
{
  if (!g_atomic_ref_count_dec (&folder->ref_count))
    return;
  g_mutex_clear (&folder->refresh_lock);
  g_mutex_clear (&folder->lock);
  policy_template_set_unref (folder->set);
  g_free (folder->path);
  g_strfreev (folder->waivers);
  g_free (folder);
}

static PolicyTemplateSet *
lend_set (PolicyTemplateFolder *folder, gboolean *is_old)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&folder->lock);

  *is_old = g_get_monotonic_time () - folder->looked >= G_USEC_PER_SEC;
  return set_ref (folder->set);
}

/* With refresh_lock held. A folder that has gone leaves what was read last in use. */
static void
refresh_locked (PolicyTemplateFolder *folder)
{
  g_autoptr (PolicyTemplateSet) last = NULL;
  g_autoptr (PolicyTemplateSet) set = NULL;
  gboolean is_old;

  last = lend_set (folder, &is_old);
  set = read_folder (folder->path, policy_template_folder_get_waivers (folder), last, NULL);

  g_mutex_lock (&folder->lock);
  if (set != NULL)
    {
      PolicyTemplateSet *old = folder->set;

      folder->set = g_steal_pointer (&set);
      set = old;
    }
  folder->looked = g_get_monotonic_time ();
  g_mutex_unlock (&folder->lock);
}

PolicyTemplateSet *
policy_template_folder_get_set (PolicyTemplateFolder *folder)
{
  gboolean is_old;
  PolicyTemplateSet *set = lend_set (folder, &is_old);

  /* one thread looks; the others go on with what there is */
  if (is_old && g_mutex_trylock (&folder->refresh_lock))
    {
      refresh_locked (folder);
      g_mutex_unlock (&folder->refresh_lock);
      policy_template_set_unref (set);
      set = lend_set (folder, &is_old);
    }
  return set;
}
