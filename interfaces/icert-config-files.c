/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-config-files.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "icert-ca-info.h"
#include "icert-error.h"
#include "icert-file-private.h"
#include "icert-keyfile.h"

#define GROUP "Certification Authority"
#define RECORD_SUFFIX ".conf"
#define RECORD_FOLDER "ca.d"
#define RECORD_MODE 0644
#define FOLDER_MODE 0755
#define MAX_FILE_NAME 64
#define MAX_FILE_NAMES 1000
#define LOCAL_HOST "localhost"

/* Fields of a record: those of AD CS, and ours */
static const char *const record_keys[] = { "Config",
                                           "Address",
                                           "Default",
                                           "Authority",
                                           "CertificatePath",
                                           "Comment",
                                           "CommonName",
                                           "Country",
                                           "Description",
                                           "Endpoints",
                                           "ExchangeCertificate",
                                           "Fingerprint",
                                           "Flags",
                                           "Locality",
                                           "OrgUnit",
                                           "Organization",
                                           "SanitizedName",
                                           "SanitizedShortName",
                                           "Server",
                                           "ShortName",
                                           "SignatureCertificate",
                                           "State",
                                           "WebEnrollmentServers",
                                           NULL };

static void config_iface_init (ICertConfigInterface *iface);

/**
 * ICertConfigFiles: (skip)
 *
 * The CAs that files tell of, class `CertificateAuthority.Config`: key files in the folders of its
 * property `search-path`, in `icert/ca.d` of the user's configuration folder, and in
 * `/etc/icert/ca.d` of the system. Where two files tell of the same CA the first counts.
 *
 * Files are read at each call, so a new CA is found at once. A broken record hides no other, see
 * `icert_config_files_list_problems()`. Thread-safe.
 */
struct _ICertConfigFiles
{
  GObject parent_instance;

  GMutex lock;
  char *search_path; /* under the lock */
};

G_DEFINE_FINAL_TYPE_WITH_CODE (ICertConfigFiles,
                               icert_config_files,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_CONFIG, config_iface_init))

enum
{
  PROP_0,
  PROP_SEARCH_PATH,
};

static void
icert_config_files_finalize (GObject *object)
{
  ICertConfigFiles *self = ICERT_CONFIG_FILES (object);

  g_mutex_clear (&self->lock);
  g_free (self->search_path);

  G_OBJECT_CLASS (icert_config_files_parent_class)->finalize (object);
}

static void
icert_config_files_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ICertConfigFiles *self = ICERT_CONFIG_FILES (object);

  switch (id)
    {
    case PROP_SEARCH_PATH:
      g_mutex_lock (&self->lock);
      g_value_set_string (value, self->search_path);
      g_mutex_unlock (&self->lock);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
icert_config_files_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ICertConfigFiles *self = ICERT_CONFIG_FILES (object);

  switch (id)
    {
    case PROP_SEARCH_PATH:
      g_mutex_lock (&self->lock);
      g_free (self->search_path);
      self->search_path = g_value_dup_string (value);
      g_mutex_unlock (&self->lock);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
icert_config_files_class_init (ICertConfigFilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = icert_config_files_finalize;
  object_class->get_property = icert_config_files_get_property;
  object_class->set_property = icert_config_files_set_property;

  g_object_class_override_property (object_class, PROP_SEARCH_PATH, "search-path");
}

static void
icert_config_files_init (ICertConfigFiles *self)
{
  g_mutex_init (&self->lock);
}

static char *
users_folder (void)
{
  return g_build_filename (g_get_user_config_dir (), "icert", RECORD_FOLDER, NULL);
}

static char **
list_folders (ICertConfigFiles *self)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  g_autofree char *users = users_folder ();
  g_auto (GStrv) more = NULL;

  g_mutex_lock (&self->lock);
  more = g_strsplit (self->search_path != NULL ? self->search_path : "", G_SEARCHPATH_SEPARATOR_S,
                     -1);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; more[i] != NULL; i++)
    if (*more[i] != '\0')
      g_strv_builder_add (folders, more[i]);
  g_strv_builder_add (folders, users);
  g_strv_builder_add (folders, ICERT_SYSCONF_DIR "/icert/" RECORD_FOLDER);
  return g_strv_builder_end (folders);
}

/* What a record cannot do without, and what its other fields must look like */
static gboolean
check_record (ICertKeyfile *file, GError **error)
{
  static const char *const groups[] = { GROUP, NULL };
  static const char *const needed[] = { "Config", "Address" };
  const char *config;
  GError *local_error = NULL;
  gboolean is_default;

  if (!icert_keyfile_check_groups (file, groups, error)
      || !icert_keyfile_check_keys (file, GROUP, record_keys, error)
      || !icert_keyfile_get_boolean (file, GROUP, "Default", FALSE, &is_default, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      const char *value = icert_keyfile_lookup (file, GROUP, needed[i]);

      if (value == NULL || *value == '\0')
        {
          icert_keyfile_set_error (file, GROUP, needed[i], error, "no %s (Config and Address)",
                                   needed[i]);
          return FALSE;
        }
    }

  config = icert_keyfile_lookup (file, GROUP, "Config");
  if (icert_config_string_parse (config, NULL, NULL, &local_error))
    return TRUE;
  icert_keyfile_set_error (file, GROUP, "Config", error, "%s", local_error->message);
  g_error_free (local_error);
  return FALSE;
}

static ICertCaInfo *
read_record (const char *path, GError **error)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertKeyfile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) keys = NULL;
  struct stat state;

  bytes = _icert_file_read (path, ICERT_KEYFILE_MAX_SIZE, &state, error);
  if (bytes == NULL || !_icert_file_check_writers (&state, path, "record", error))
    return NULL;
  file = icert_keyfile_parse (bytes, path, error);
  if (file == NULL || !check_record (file, error))
    return NULL;

  keys = icert_keyfile_list_keys (file, GROUP);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      char *value = (char *) icert_keyfile_lookup (file, GROUP, keys[i]);

      if (*value != '\0')
        g_hash_table_insert (fields, keys[i], value);
    }
  g_hash_table_insert (fields, (char *) "Path", (char *) path);
  return icert_ca_info_new (fields, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, RECORD_SUFFIX))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
read_folder (const char *folder, GHashTable *seen, GPtrArray *records, GPtrArray *problems)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GError) error = NULL;
  struct stat state;

  if (stat (folder, &state) != 0)
    return;
  if (!_icert_file_check_writers (&state, folder, "folder", &error))
    {
      g_ptr_array_add (problems, g_steal_pointer (&error));
      return;
    }

  names = list_files (folder);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (ICertCaInfo) record = NULL;
      g_autoptr (GError) local_error = NULL;

      record = read_record (g_ptr_array_index (names, i), &local_error);
      if (record == NULL)
        g_ptr_array_add (problems, g_steal_pointer (&local_error));
      else if (g_hash_table_add (seen, icert_ca_info_get_config (record)))
        g_ptr_array_add (records, g_steal_pointer (&record));
    }
}

/* All records that can be read, the user's first; errors of the others to @problems. */
static GPtrArray *
read_records (ICertConfigFiles *self, GPtrArray *problems)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *records = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) folders = list_folders (self);

  for (guint i = 0; folders[i] != NULL; i++)
    read_folder (folders[i], seen, records, problems);
  return records;
}

static void
free_error (gpointer error)
{
  g_error_free (error);
}

static GPtrArray *
read_or_fail (ICertConfigFiles *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (free_error);
  g_autoptr (GPtrArray) records = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  records = read_records (self, problems);
  if (records->len > 0 || problems->len == 0)
    return g_steal_pointer (&records);
  g_propagate_error (error, g_error_copy (g_ptr_array_index (problems, 0)));
  return NULL;
}

static GListModel *
icert_config_files_list (ICertConfig *config, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) records = read_or_fail (ICERT_CONFIG_FILES (config), cancellable, error);
  GListStore *list;

  if (records == NULL)
    return NULL;
  list = g_list_store_new (ICERT_TYPE_CA_INFO);
  g_list_store_splice (list, 0, 0, records->pdata, records->len);
  return G_LIST_MODEL (list);
}

/* A CA is of this machine when its host says so, whatever it is reached by. */
static gboolean
is_local (ICertCaInfo *record)
{
  g_autofree char *config = icert_ca_info_get_config (record);
  g_autofree char *host = NULL;
  g_autofree char *name = NULL;

  if (!icert_config_string_parse (config, &host, &name, NULL) || host == NULL)
    return FALSE;
  return g_ascii_strcasecmp (host, LOCAL_HOST) == 0
         || g_ascii_strcasecmp (host, g_get_host_name ()) == 0;
}

/* A CA in a folder runs as soon as it is opened, one behind a socket when the socket is there. */
static gboolean
is_active (ICertCaInfo *record)
{
  g_autofree char *address = icert_ca_info_get_address (record);
  g_autofree char *file = NULL;

  if (g_str_has_prefix (address, "local:"))
    {
      file = g_build_filename (address + strlen ("local:"), "ca.conf", NULL);
      return g_file_test (file, G_FILE_TEST_IS_REGULAR);
    }
  if (g_str_has_prefix (address, "unix:path="))
    return g_file_test (address + strlen ("unix:path="), G_FILE_TEST_EXISTS);
  return TRUE;
}

static gboolean
is_chosen (ICertCaInfo *record, ICertConfigChoice choice)
{
  switch (choice)
    {
    case ICERT_CONFIG_CHOICE_DEFAULT:
      return icert_ca_info_get_is_default (record);
    case ICERT_CONFIG_CHOICE_FIRST:
      return TRUE;
    case ICERT_CONFIG_CHOICE_LOCAL:
      return is_local (record);
    case ICERT_CONFIG_CHOICE_LOCAL_ACTIVE:
      return is_local (record) && is_active (record);
    case ICERT_CONFIG_CHOICE_UI_PICK:
    case ICERT_CONFIG_CHOICE_UI_PICK_SKIP_LOCAL:
    default:
      return FALSE;
    }
}

static char *
icert_config_files_get_config (ICertConfig *config,
                               ICertConfigChoice choice,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (GPtrArray) records = NULL;

  if (choice == ICERT_CONFIG_CHOICE_UI_PICK || choice == ICERT_CONFIG_CHOICE_UI_PICK_SKIP_LOCAL)
    {
      icert_set_error (error, ICERT_ERROR_NO_UI, "choice",
                       "a person would have to choose (a program that can ask)");
      return NULL;
    }
  records = read_or_fail (ICERT_CONFIG_FILES (config), cancellable, error);
  if (records == NULL)
    return NULL;

  for (guint i = 0; i < records->len; i++)
    if (is_chosen (g_ptr_array_index (records, i), choice))
      return icert_ca_info_get_config (g_ptr_array_index (records, i));
  /* The only CA there is needs no mark. */
  if (choice == ICERT_CONFIG_CHOICE_DEFAULT && records->len == 1)
    return icert_ca_info_get_config (g_ptr_array_index (records, 0));
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "config", "no such CA among %u records (%s)",
                   records->len,
                   choice == ICERT_CONFIG_CHOICE_DEFAULT ? "one with Default=true"
                   : choice == ICERT_CONFIG_CHOICE_FIRST ? "any"
                                                         : "one of this machine");
  return NULL;
}

static void
config_iface_init (ICertConfigInterface *iface)
{
  iface->list = icert_config_files_list;
  iface->get_config = icert_config_files_get_config;
}

/**
 * icert_config_files_list_problems: (skip)
 * @self: records
 *
 * Lists what is wrong with record files and their folders, a line each that names the file. Reads
 * the folders anew. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): texts for people, none when all is well
 */
char **
icert_config_files_list_problems (ICertConfigFiles *self)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (free_error);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  g_return_val_if_fail (ICERT_IS_CONFIG_FILES (self), NULL);

  records = read_records (self, problems);
  for (guint i = 0; i < problems->len; i++)
    g_strv_builder_add (texts, ((GError *) g_ptr_array_index (problems, i))->message);
  return g_strv_builder_end (texts);
}

/* A file name of a-z, 0-9 and - (S-N6), whatever the CA is called */
static char *
file_name_of (const char *config, guint number)
{
  g_autofree char *name = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!icert_config_string_parse (config, NULL, &name, NULL))
    return NULL;
  for (const char *c = name; *c != '\0' && text->len < MAX_FILE_NAME - strlen ("-999"); c++)
    if (g_ascii_isalnum (*c))
      g_string_append_c (text, g_ascii_tolower (*c));
    else if (text->len > 0 && text->str[text->len - 1] != '-')
      g_string_append_c (text, '-');
  while (text->len > 0 && text->str[text->len - 1] == '-')
    g_string_truncate (text, text->len - 1);
  if (text->len == 0)
    g_string_append (text, "ca");
  if (number > 1)
    g_string_append_printf (text, "-%u", number);
  g_string_append (text, RECORD_SUFFIX);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The file that tells of @config already, or one that is free. A file that cannot be read is
 * somebody's and stays. */
static char *
choose_path (const char *folder, const char *config, GError **error)
{
  for (guint number = 1; number < MAX_FILE_NAMES; number++)
    {
      g_autofree char *name = file_name_of (config, number);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) local_error = NULL;
      g_autoptr (ICertKeyfile) file = icert_keyfile_load (path, &local_error);

      if (g_error_matches (local_error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND)
          || (file != NULL
              && g_strcmp0 (icert_keyfile_lookup (file, GROUP, "Config"), config) == 0))
        return g_steal_pointer (&path);
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, folder, "no free name for a record (fewer than %d)",
                   MAX_FILE_NAMES);
  return NULL;
}

/* A default other than the CA itself, which may be added again */
static gboolean
has_other_default (const char *folder, const char *config)
{
  g_autoptr (ICertConfigFiles) files = g_object_new (ICERT_TYPE_CONFIG_FILES, NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (free_error);
  g_autoptr (GPtrArray) records = NULL;

  g_object_set (files, "search-path", folder, NULL);
  records = read_records (files, problems);
  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *other = icert_ca_info_get_config (g_ptr_array_index (records, i));

      if (icert_ca_info_get_is_default (g_ptr_array_index (records, i))
          && strcmp (other, config) != 0)
        return TRUE;
    }
  return FALSE;
}

static ICertKeyfile *
make_record (const char *path,
             const char *config,
             GHashTable *fields,
             gboolean make_default,
             GError **error)
{
  g_autoptr (ICertKeyfile) file = icert_keyfile_new (path);

  for (guint i = 0; record_keys[i] != NULL; i++)
    {
      const char *value = g_hash_table_lookup (fields, record_keys[i]);

      if (strcmp (record_keys[i], "Config") == 0)
        value = config;
      if (value == NULL && strcmp (record_keys[i], "Default") == 0 && make_default)
        value = "true";
      if (value != NULL && !icert_keyfile_set (file, GROUP, record_keys[i], value, error))
        return NULL;
    }
  return check_record (file, error) ? g_steal_pointer (&file) : NULL;
}

static gboolean
check_field_names (GHashTable *fields, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (record_keys, name))
      {
        g_autofree char *quoted = icert_error_quote (name, -1);

        icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "record", "no field %s (Config, …)",
                         quoted);
        return FALSE;
      }
  if (g_hash_table_contains (fields, "Config"))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "record", "no Config (HOST\\NAME)");
  return FALSE;
}

/**
 * icert_config_files_add: (skip)
 * @folder: (nullable) (type filename): folder of records; `NULL` for the user's
 * @fields: (element-type utf8 utf8): fields of the record, with at least `Config` and `Address`
 * @error: return location for an error
 *
 * Writes the record of a CA, so that clients find it. The record of the same CA in `folder` is
 * replaced. Without a field `Default` the CA becomes the default when no record that can be read
 * marks another. The folder is made with mode 0755, the file appears whole with mode 0644. Any
 * thread, any process.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` for a field that records do not have, `ICERT_ERROR_CONFIG` for
 * values that cannot be written and when a file or folder cannot be.
 *
 * Returns: (transfer full) (type filename): the file, `NULL` with `error` set
 */
char *
icert_config_files_add (const char *folder, GHashTable *fields, GError **error)
{
  g_autofree char *users = users_folder ();
  g_autofree char *path = NULL;
  g_autofree char *host = NULL;
  g_autofree char *name = NULL;
  g_autofree char *config = NULL;
  g_autoptr (ICertKeyfile) file = NULL;

  g_return_val_if_fail (fields != NULL, NULL);

  if (folder == NULL)
    folder = users;
  if (!check_field_names (fields, error))
    return NULL;
  if (!icert_config_string_parse (g_hash_table_lookup (fields, "Config"), &host, &name, error))
    return NULL;
  config = icert_config_string_format (host, name);
  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, folder, "cannot be made: %s", g_strerror (errno));
      return NULL;
    }

  path = choose_path (folder, config, error);
  if (path == NULL)
    return NULL;
  file = make_record (path, config, fields, !has_other_default (folder, config), error);
  if (file == NULL || !icert_keyfile_save (file, path, RECORD_MODE, error))
    return NULL;
  /* A strict umask is for secrets; a record says where to ask, and every user may. */
  if (g_chmod (path, RECORD_MODE) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, path, "%s", g_strerror (errno));
      return NULL;
    }
  return g_steal_pointer (&path);
}
