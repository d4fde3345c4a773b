/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-limits.h"
#include "ca-secret.h"
#include "icert-keyfile.h"

static gboolean
make_folder (const char *parent, const char *name, GError **error)
{
  g_autofree char *path = name != NULL ? g_build_filename (parent, name, NULL) : g_strdup (parent);

  if (g_mkdir (path, 0700) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "folder", "%s cannot be made: %s (a new folder)",
                   name != NULL ? name : "it", g_strerror (errno));
  return FALSE;
}

static gboolean
make_folders (const char *folder, GError **error)
{
  static const char *const names[]
      = { "keys", "certs", "store", "profiles", "modules", "publish", NULL };
  g_autofree char *parent = g_path_get_dirname (folder);

  if (g_mkdir_with_parents (parent, 0755) != 0 || !make_folder (folder, NULL, error))
    {
      if (error != NULL && *error == NULL)
        icert_set_error (error, ICERT_ERROR_CONFIG, "folder",
                         "its parent cannot be made: %s (a writable place)", g_strerror (errno));
      return FALSE;
    }
  for (guint i = 0; names[i] != NULL; i++)
    if (!make_folder (folder, names[i], error))
      return FALSE;
  return TRUE;
}

static char *
profile_source (void)
{
  const char *data = g_getenv ("ICERT_DATA_PATH");

  return g_build_filename (data != NULL && data[0] != '\0' ? data : ICERT_DATA_DIR, "profiles",
                           NULL);
}

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autofree char *contents = NULL;
  gsize size;

  return icert_file_get_contents (from, CA_LIMIT_TEXT_FILE, TRUE, "profile", &contents, &size,
                                  error)
         && g_file_set_contents_full (to, contents, size,
                                      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                      0600, error);
}

static gboolean
copy_profiles (const char *folder, GError **error)
{
  g_autofree char *source = profile_source ();
  g_autoptr (GDir) dir = g_dir_open (source, 0, NULL);
  const char *name;

  if (dir == NULL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "profiles",
                       "the shipped profiles are missing (an installed icert, or ICERT_DATA_PATH)");
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (source, name, NULL);
      g_autofree char *to = g_build_filename (folder, "profiles", name, NULL);

      if (g_str_has_suffix (name, ".profile") && !copy_file (from, to, error))
        return FALSE;
    }
  return TRUE;
}

/* A CA that issues CAs does so for as long as it may. */
static gboolean
stretch_ca_profile (const CaFolderPlan *plan, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  g_autoptr (ICertKeyfile) file = NULL;

  if (plan->ca_profiles == NULL)
    return TRUE;
  name = g_strconcat (plan->ca_profiles, ".profile", NULL);
  path = g_build_filename (plan->folder, "profiles", name, NULL);
  file = icert_keyfile_load (path, error);
  return file != NULL && icert_keyfile_set (file, "Profile", "Validity", plan->max_validity, error)
         && icert_keyfile_save (file, path, 0600, error);
}

static gboolean
write_config (const CaFolderPlan *plan, GError **error)
{
  g_autofree char *path = g_build_filename (plan->folder, "ca.conf", NULL);
  g_autoptr (ICertKeyfile) file = icert_keyfile_new ("ca.conf");
  g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());
  g_autofree char *path_length = g_strdup_printf ("%d", plan->ca_path_length);
  const struct
  {
    const char *group, *key, *value;
  } entries[] = {
    { "CA", "Name", plan->name },
    { "CA", "Type", plan->is_root ? "root" : "subordinate" },
    { "CA", "Url", plan->url },
    { "CA", "Hash", "sha256" },
    { "CA", "ValidityPeriod", plan->ca_profiles != NULL ? plan->max_validity : "90d" },
    { "CA", "MaxValidityPeriod", plan->max_validity },
    { "CA", "ClockSkewMinutes", "10" },
    { "CA", "DualControl", plan->dual_control ? "true" : "false" },
    { "CA", "CAProfiles", plan->ca_profiles },
    { "CA", "CAPathLength", plan->ca_path_length >= 0 ? path_length : NULL },
    { "Policy", "Chain", "Template.Policy" },
    { "Policy", "Shadow", "" },
    { "Exit", "Modules", plan->publishes ? "Publish.Exit" : "" },
    { "Store", "Class", "SQLite.Store" },
    { "Store", "Url", "store/ca.db" },
    { "Key 0", "Class", "File.Key" },
    { "Key 0", "Url", "keys/0.key" },
    { "CRL", "CRLPeriod", "7d" },
    { "CRL", "CRLOverlapPeriod", "12h" },
    { "CRL", "CRLDeltaPeriod", "0s" },
    { "CRL", "Partitions", "1" },
    /* Whoever makes a CA runs it: single-operator mode is the default (S-D11). Under dual control
     * nobody holds two of the conflicting roles. */
    { "Roles", principal,
      plan->dual_control ? "administrator;submitter;reader"
                         : "submitter;officer;administrator;auditor;backup;reader;custodian" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if (entries[i].value != NULL
        && !icert_keyfile_set (file, entries[i].group, entries[i].key, entries[i].value, error))
      return FALSE;
  return icert_keyfile_save (file, path, 0600, error);
}

static gboolean
create_store (const CaFolderPlan *plan, GError **error)
{
  g_autofree char *path = g_build_filename (plan->folder, "store", "ca.db", NULL);
  g_autoptr (GObject) object = icert_registry_create_module (icert_registry_get_default (),
                                                             "SQLite.Store", "ICertStore", error);

  return object != NULL && icert_store_open (ICERT_STORE (object), path, TRUE, error)
         && icert_store_close (ICERT_STORE (object), error);
}

static gboolean
make_key (ICertKey *key, const CaFolderPlan *plan, const char *path, GBytes *secret, GError **error)
{
  return plan->key_contents != NULL
             ? icert_key_adopt (key, path, plan->key_contents, plan->passphrase, secret, error)
             : icert_key_generate (key, path, plan->key_type, secret, error);
}

static ICertKey *
create_key (const CaFolderPlan *plan, GError **error)
{
  g_autofree char *path = g_build_filename (plan->folder, "keys", "0.key", NULL);
  g_autoptr (GBytes) secret = ca_secret_create (plan->folder, error);
  g_autoptr (GObject) object = NULL;

  if (secret == NULL)
    return NULL;
  object
      = icert_registry_create_module (icert_registry_get_default (), "File.Key", "ICertKey", error);
  if (object == NULL || !make_key (ICERT_KEY (object), plan, path, secret, error))
    return NULL;
  return ICERT_KEY (g_steal_pointer (&object));
}

ICertKey *
ca_folder_create (const CaFolderPlan *plan, GError **error)
{
  if (!make_folders (plan->folder, error))
    return NULL;
  if (!copy_profiles (plan->folder, error) || !stretch_ca_profile (plan, error)
      || !write_config (plan, error) || !create_store (plan, error))
    return NULL;
  return create_key (plan, error);
}

static char *
to_pem (const char *label, GBytes *der)
{
  gsize size;
  const guchar *data = g_bytes_get_data (der, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "-----BEGIN %s-----\n", label);
  for (const char *p = base64; *p != '\0';)
    {
      gsize length = MIN (strlen (p), 64);

      g_string_append_len (text, p, length);
      g_string_append_c (text, '\n');
      p += length;
    }
  g_string_append_printf (text, "-----END %s-----\n", label);
  return g_string_free (text, FALSE);
}

static gboolean
write_text (const char *path, const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents_full (path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644,
                                &local))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "file", "cannot be written: %s (a writable folder)",
                   local->message);
  return FALSE;
}

gboolean
ca_folder_write_pem (const char *path, const char *label, GBytes *der, GError **error)
{
  g_autofree char *text = to_pem (label, der);

  return write_text (path, text, error);
}

static char *
chain_to_pem (GPtrArray *chain, guint first)
{
  GString *text = g_string_new (NULL);

  for (guint i = first; chain != NULL && i < chain->len; i++)
    {
      g_autofree char *pem = to_pem ("CERTIFICATE", chain->pdata[i]);

      g_string_append (text, pem);
    }
  return g_string_free (text, FALSE);
}

gboolean
ca_folder_write_chain (const char *folder,
                       guint index,
                       GPtrArray *chain,
                       guint first,
                       GError **error)
{
  g_autofree char *name = g_strdup_printf ("%u.chain.pem", index);
  g_autofree char *path = g_build_filename (folder, "certs", name, NULL);
  g_autofree char *text = chain_to_pem (chain, first);

  return text[0] == '\0' || write_text (path, text, error);
}

gboolean
ca_folder_write_certificate (const char *folder,
                             guint index,
                             GBytes *certificate,
                             GPtrArray *chain,
                             GError **error)
{
  g_autofree char *name = g_strdup_printf ("%u.crt", index);
  g_autofree char *path = g_build_filename (folder, "certs", name, NULL);
  g_autofree char *chain_path = g_build_filename (folder, "certs", "chain.pem", NULL);
  guint first
      = chain != NULL && chain->len > 0 && g_bytes_equal (chain->pdata[0], certificate) ? 1 : 0;
  g_autofree char *text = chain_to_pem (chain, first);

  /* The chain first: a CA with a certificate is complete. chain.pem is for people, and says what
   * belongs to the newest one. */
  return ca_folder_write_chain (folder, index, chain, first, error)
         && ca_folder_write_pem (path, "CERTIFICATE", certificate, error)
         && (text[0] == '\0' || write_text (chain_path, text, error));
}

gboolean
ca_folder_sync (const char *folder, GError **error)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    icert_set_error (error, ICERT_ERROR_STORAGE, "folder", "cannot be made durable: %s (a disk)",
                     g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

/* By descriptors, and never through a link: the name may be one that somebody else chose too, as
 * /tmp/ca.part-4711. */
static void
remove_below (int parent, const char *name)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      if (unlinkat (fd, entry->d_name, 0) != 0 && (errno == EISDIR || errno == EPERM))
        remove_below (fd, entry->d_name);
    }
  if (dir != NULL)
    closedir (dir);
  else if (fd >= 0)
    close (fd);
  unlinkat (parent, name, AT_REMOVEDIR);
}

void
ca_folder_remove (const char *folder)
{
  remove_below (AT_FDCWD, folder);
}

static gboolean
check_entry (const char *path, const char *class, mode_t kind, GError **error)
{
  struct stat status;

  /* What is missing is missed by who needs it. */
  if (g_lstat (path, &status) != 0)
    return TRUE;
  if ((status.st_mode & S_IFMT) != kind)
    icert_set_error (error, ICERT_ERROR_CONFIG, class, "is no plain %s (one that is)",
                     kind == S_IFDIR ? "folder" : "file");
  else if (status.st_uid != geteuid () && status.st_uid != 0)
    icert_set_error (error, ICERT_ERROR_CONFIG, class, "belongs to uid %u (root or the CA's user)",
                     (guint) status.st_uid);
  else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    icert_set_error (error, ICERT_ERROR_CONFIG, class, "has mode %04o (writable by its owner only)",
                     (guint) (status.st_mode & 07777));
  else
    return TRUE;
  return FALSE;
}

/* A restore was cut off while its parts came into their places. */
static gboolean
check_mark (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, CA_RESTORE_MARK, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "CA folder",
                   "is incomplete: restoring it was cut off (icert restore, once more)");
  return FALSE;
}

gboolean
ca_folder_check (const char *folder, GError **error)
{
  /* where a symbolic link leads: who opens the CA chose it */
  g_autofree char *real = g_build_filename (folder, ".", NULL);
  g_autofree char *config = g_build_filename (folder, "ca.conf", NULL);
  g_autofree char *certs = g_build_filename (folder, "certs", NULL);
  g_autofree char *profiles = g_build_filename (folder, "profiles", NULL);

  return check_entry (real, "CA folder", S_IFDIR, error) && check_mark (folder, error)
         && check_entry (config, "ca.conf", S_IFREG, error)
         && check_entry (certs, "certs folder", S_IFDIR, error)
         && check_entry (profiles, "profiles folder", S_IFDIR, error);
}

char *
ca_folder_find_recorded (const char *config)
{
  g_autoptr (ICertConfig) finder = icert_config_open (NULL, NULL);
  g_autoptr (GListModel) records = finder != NULL ? icert_config_list (finder, NULL, NULL) : NULL;

  for (guint i = 0; records != NULL && i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (ICertCaInfo) record = g_list_model_get_item (records, i);
      g_autofree char *its_config = icert_ca_info_get_config (record);
      g_autofree char *address = icert_ca_info_get_address (record);

      if (g_strcmp0 (its_config, config) == 0 && address != NULL
          && g_str_has_prefix (address, "local:"))
        return g_strdup (address + strlen ("local:"));
    }
  return NULL;
}
