/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-manifest.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-limits.h"
#include "icert-keyfile.h"

#define FORMAT "1"
/* microseconds: the end of the year 9999 */
#define LAST_TIME G_GINT64_CONSTANT (253402300799999999)
#define MANIFEST "manifest.conf"
#define FILES "files.sha256"
#define HASH_LENGTH 64
/* what "HASH *" is long */
#define LINE_PREFIX (HASH_LENGTH + 2)

CaManifest *
ca_manifest_new (void)
{
  CaManifest *manifest = g_new0 (CaManifest, 1);

  manifest->counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  manifest->files = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_tree_file_free);
  return manifest;
}

void
ca_manifest_free (CaManifest *manifest)
{
  if (manifest == NULL)
    return;
  g_free (manifest->name);
  g_free (manifest->config);
  g_free (manifest->folder);
  g_free (manifest->version);
  g_hash_table_unref (manifest->counters);
  g_ptr_array_unref (manifest->files);
  g_free (manifest);
}

static gboolean
read_counters (CaManifest *manifest, ICertStore *store, GError **error)
{
  static const guint8 columns[] = { ICERT_COUNTER_NAME, ICERT_COUNTER_VALUE };
  ICertStoreQuery query = { .table = ICERT_STORE_COUNTERS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      gint64 value = icert_store_row_get_int (rows->pdata[i], 1);

      g_hash_table_insert (manifest->counters, icert_store_row_dup_text (rows->pdata[i], 0),
                           g_memdup2 (&value, sizeof value));
    }
  return TRUE;
}

gboolean
ca_manifest_read_store (CaManifest *manifest, ICertStore *store, GError **error)
{
  manifest->certificates = icert_store_count (store, ICERT_STORE_SERIALS, NULL, NULL, error);
  return manifest->certificates >= 0 && ca_audit_head_load (&manifest->head, store, error)
         && read_counters (manifest, store, error);
}

/* Saving */

static char *
time_to_text (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);

  return g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");
}

static gboolean
save_files (CaManifest *manifest, const char *backup, char **digest, GError **error)
{
  g_autofree char *path = g_build_filename (backup, FILES, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  manifest->bytes = 0;
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const CaTreeFile *file = manifest->files->pdata[i];

      g_string_append_printf (text, "%s  ca/%s\n", file->sha256, file->path);
      manifest->bytes += file->size;
    }
  *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, text->len);
  return ca_tree_write (path, text->str, text->len, 0600, error);
}

static gboolean
set_number (ICertKeyfile *file, const char *group, const char *key, gint64 value, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return icert_keyfile_set (file, group, key, text, error);
}

static gboolean
set_counters (ICertKeyfile *file, const CaManifest *manifest, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, manifest->counters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!set_number (file, "Counters", name, *(gint64 *) value, error))
      return FALSE;
  return TRUE;
}

static ICertKeyfile *
make_file (const CaManifest *manifest, const char *digest, GError **error)
{
  g_autoptr (ICertKeyfile) file = icert_keyfile_new (MANIFEST);
  g_autofree char *created = time_to_text (manifest->time);
  g_autofree char *hash = ca_crypto_hex (manifest->head.hash, sizeof manifest->head.hash);
  const struct
  {
    const char *group, *key, *value;
  } texts[] = {
    { "Backup", "Format", FORMAT },
    { "Backup", "Name", manifest->name },
    { "Backup", "Config", manifest->config },
    { "Backup", "Folder", manifest->folder },
    { "Backup", "Created", created },
    { "Backup", "Version", manifest->version },
    { "Files", "SHA256", digest },
    { "Audit", "Hash", hash },
  };
  const struct
  {
    const char *group, *key;
    gint64 value;
  } numbers[] = {
    { "Backup", "Time", manifest->time },
    { "Backup", "Certificates", manifest->certificates },
    { "Files", "Count", manifest->files->len },
    { "Files", "Bytes", manifest->bytes },
    { "Audit", "Sequence", manifest->head.sequence },
    { "Audit", "Time", manifest->head.time },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!icert_keyfile_set (file, texts[i].group, texts[i].key, texts[i].value, error))
      return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!set_number (file, numbers[i].group, numbers[i].key, numbers[i].value, error))
      return NULL;
  return set_counters (file, manifest, error) ? g_steal_pointer (&file) : NULL;
}

gboolean
ca_manifest_save (CaManifest *manifest, const char *backup, GError **error)
{
  g_autofree char *path = g_build_filename (backup, MANIFEST, NULL);
  g_autofree char *digest = NULL;
  g_autoptr (ICertKeyfile) file = NULL;

  if (!save_files (manifest, backup, &digest, error))
    return FALSE;
  file = make_file (manifest, digest, error);
  return file != NULL && icert_keyfile_save (file, path, 0600, error);
}

/* Loading */

static gboolean
take_text (ICertKeyfile *file, const char *group, const char *key, char **text, GError **error)
{
  const char *value = icert_keyfile_lookup (file, group, key);

  if (value != NULL && *value != '\0')
    {
      g_free (*text);
      *text = g_strdup (value);
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, MANIFEST, "%s of [%s] is missing (a whole backup)",
                   key, group);
  return FALSE;
}

static gboolean
take_number (ICertKeyfile *file, const char *group, const char *key, gint64 *number, GError **error)
{
  return icert_keyfile_get_int (file, group, key, 0, 0, G_MAXINT64, number, error);
}

/* one that can be written as a date */
static gboolean
take_time (ICertKeyfile *file, const char *group, gint64 *time, GError **error)
{
  return icert_keyfile_get_int (file, group, "Time", 0, 0, LAST_TIME, time, error);
}

static gboolean
take_hash (ICertKeyfile *file, CaManifest *manifest, GError **error)
{
  g_autofree char *text = NULL;

  if (!take_text (file, "Audit", "Hash", &text, error))
    return FALSE;
  for (guint i = 0; i < sizeof manifest->head.hash; i++)
    {
      int high = strlen (text) == HASH_LENGTH ? g_ascii_xdigit_value (text[2 * i]) : -1;
      int low = high >= 0 ? g_ascii_xdigit_value (text[2 * i + 1]) : -1;

      if (low < 0)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, MANIFEST,
                           "Hash is no SHA-256 (64 hex digits)");
          return FALSE;
        }
      manifest->head.hash[i] = high * 16 + low;
    }
  return TRUE;
}

static gboolean
take_counters (ICertKeyfile *file, CaManifest *manifest, GError **error)
{
  g_auto (GStrv) names = icert_keyfile_list_keys (file, "Counters");

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      gint64 value = 0;

      if (!take_number (file, "Counters", names[i], &value, error))
        return FALSE;
      g_hash_table_insert (manifest->counters, g_strdup (names[i]),
                           g_memdup2 (&value, sizeof value));
    }
  return TRUE;
}

static gboolean
take_fields (ICertKeyfile *file, CaManifest *manifest, GError **error)
{
  return take_text (file, "Backup", "Name", &manifest->name, error)
         && take_text (file, "Backup", "Config", &manifest->config, error)
         && take_text (file, "Backup", "Folder", &manifest->folder, error)
         && take_text (file, "Backup", "Version", &manifest->version, error)
         && take_time (file, "Backup", &manifest->time, error)
         && take_number (file, "Backup", "Certificates", &manifest->certificates, error)
         && take_number (file, "Files", "Bytes", &manifest->bytes, error)
         && take_number (file, "Audit", "Sequence", &manifest->head.sequence, error)
         && take_time (file, "Audit", &manifest->head.time, error)
         && take_hash (file, manifest, error) && take_counters (file, manifest, error);
}

/* A path that leads elsewhere is no path of a backup. */
static gboolean
is_inside (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", 0);

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
      return FALSE;
  return parts[0] != NULL;
}

static gboolean
take_line (CaManifest *manifest, const char *line, GError **error)
{
  CaTreeFile *file;

  if (strlen (line) > LINE_PREFIX + 3 && strspn (line, "0123456789abcdef") == HASH_LENGTH
      && g_str_has_prefix (line + HASH_LENGTH, "  ca/") && is_inside (line + LINE_PREFIX + 3))
    {
      file = g_new0 (CaTreeFile, 1);
      file->sha256 = g_strndup (line, HASH_LENGTH);
      file->path = g_strdup (line + LINE_PREFIX + 3);
      g_ptr_array_add (manifest->files, file);
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, FILES,
                   "line %u is no hash with a file (a whole backup)", manifest->files->len + 1);
  return FALSE;
}

static gboolean
load_files (CaManifest *manifest, const char *backup, const char *digest, GError **error)
{
  g_autofree char *path = g_build_filename (backup, FILES, NULL);
  g_autofree char *contents = NULL;
  g_autofree char *found = NULL;
  g_auto (GStrv) lines = NULL;
  gsize size = 0;

  if (icert_file_get_contents (path, CA_LIMIT_KEY_LIST, FALSE, FILES, &contents, &size, NULL))
    found = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guint8 *) contents, size);
  if (g_strcmp0 (found, digest) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FILES, "%s (a whole backup)",
                       found != NULL ? "is not the one of " MANIFEST : "is missing");
      return FALSE;
    }
  lines = g_strsplit (contents, "\n", 0);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    if (!take_line (manifest, lines[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
check_format (ICertKeyfile *file, GError **error)
{
  static const char *const groups[] = { "Backup", "Files", "Audit", "Counters", NULL };
  const char *format = icert_keyfile_lookup (file, "Backup", "Format");
  g_autofree char *quoted = NULL;

  if (g_strcmp0 (format, FORMAT) == 0)
    return icert_keyfile_check_groups (file, groups, error);
  quoted = icert_error_quote (format != NULL ? format : "", -1);
  icert_set_error (error, ICERT_ERROR_CONFIG, MANIFEST,
                   "is of format %s (" FORMAT ", which this version reads)", quoted);
  return FALSE;
}

CaManifest *
ca_manifest_load (const char *backup, GError **error)
{
  g_autofree char *path = g_build_filename (backup, MANIFEST, NULL);
  g_autoptr (CaManifest) manifest = ca_manifest_new ();
  g_autoptr (ICertKeyfile) file = NULL;
  g_autofree char *digest = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "folder",
                       "has no " MANIFEST " (a backup that icert backup finished)");
      return NULL;
    }
  file = icert_keyfile_load (path, error);
  if (file == NULL || !check_format (file, error) || !take_fields (file, manifest, error)
      || !take_text (file, "Files", "SHA256", &digest, error)
      || !load_files (manifest, backup, digest, error))
    return NULL;
  return g_steal_pointer (&manifest);
}

GVariant *
ca_manifest_to_variant (const CaManifest *manifest)
{
  g_autofree char *created = time_to_text (manifest->time);
  g_autofree char *hash = ca_crypto_hex (manifest->head.hash, sizeof manifest->head.hash);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", manifest->name);
  g_variant_dict_insert (&dict, "config", "s", manifest->config);
  g_variant_dict_insert (&dict, "created", "s", created);
  g_variant_dict_insert (&dict, "version", "s", manifest->version);
  g_variant_dict_insert (&dict, "certificates", "x", manifest->certificates);
  g_variant_dict_insert (&dict, "files", "x", (gint64) manifest->files->len);
  g_variant_dict_insert (&dict, "bytes", "x", manifest->bytes);
  g_variant_dict_insert (&dict, "audit-sequence", "x", manifest->head.sequence);
  g_variant_dict_insert (&dict, "audit-hash", "s", hash);
  return g_variant_dict_end (&dict);
}

char *
ca_manifest_digest (const CaManifest *manifest)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head
      = g_strdup_printf ("%s\n%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", manifest->config,
                         manifest->time, manifest->head.sequence);

  g_checksum_update (sum, (const guint8 *) head, -1);
  g_checksum_update (sum, manifest->head.hash, sizeof manifest->head.hash);
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const CaTreeFile *file = manifest->files->pdata[i];
      g_autofree char *line = g_strdup_printf ("%s  %s\n", file->sha256, file->path);

      g_checksum_update (sum, (const guint8 *) line, -1);
    }
  return g_strdup (g_checksum_get_string (sum));
}
