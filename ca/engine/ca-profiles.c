/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-profiles.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "ca-changes.h"
#include "ca-clock.h"
#include "ca-config-record.h"
#include "ca-crypto.h"
#include "ca-folder.h"
#include "icert-keyfile.h"

#define SUFFIX ".profile"
#define MAX_FILE_SIZE (64 * 1024)
#define MAX_NAME 64
/* S-D10 */
#define MEMORY (30 * G_TIME_SPAN_DAY)
/* How often a policy looks at its files; by how much the file system's clock may lag */
#define LOOK G_USEC_PER_SEC
#define TICK (20 * G_TIME_SPAN_MILLISECOND)

static const guint8 columns[]
    = { ICERT_PROFILE_NAME,         ICERT_PROFILE_HASH,      ICERT_PROFILE_VERSION,
        ICERT_PROFILE_TIME,         ICERT_PROFILE_ACTOR,     ICERT_PROFILE_ACTOR_NAME,
        ICERT_PROFILE_SECOND_ACTOR, ICERT_PROFILE_WITHDRAWN, ICERT_PROFILE_CONTENT };
static const char *const column_names[] = { "name",  "hash",      "version",   "time",   "actor-id",
                                            "actor", "second-id", "withdrawn", "content" };
#define CONTENT 8

/* A change under way, for ca_config_record_put_profile(): name; SHA-256 of the file before ("":
 * none) and contents to be (none: withdrawn); name and id of who asked; detail of the record; their
 * door; object of the record */
#define INTENT_TYPE "(ssmssssus)"

/* Where Template.Policy has its profiles */
static char *
folder_of (const CaConfig *config)
{
  const char *folder = "profiles";

  for (guint i = 0; i < config->policies->len; i++)
    {
      const CaModuleConfig *policy = config->policies->pdata[i];
      const char *text = g_hash_table_lookup (policy->texts, "Folder");

      if (strcmp (policy->class_id, "Template.Policy") == 0 && text != NULL)
        folder = text;
    }
  return g_path_is_absolute (folder) ? g_strdup (folder)
                                     : g_build_filename (config->folder, folder, NULL);
}

static char *
path_of (const CaConfig *config, const char *name)
{
  g_autofree char *folder = folder_of (config);
  g_autofree char *file = g_strconcat (name, SUFFIX, NULL);

  return g_build_filename (folder, file, NULL);
}

/* S-N6: names become names of files */
static gboolean
check_name (const char *name, GError **error)
{
  gsize length = strlen (name);
  g_autofree char *quoted = NULL;

  if (length > 0 && length <= MAX_NAME
      && strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-") == length)
    return TRUE;
  quoted = icert_error_quote (name, -1);
  icert_set_error (error, ICERT_ERROR_BAD_NAME, "profile",
                   "%s (1 to %d letters, digits and hyphens)", quoted, MAX_NAME);
  return FALSE;
}

static char *
hash_of (const char *contents, gsize size)
{
  guint8 digest[32];

  ca_crypto_sha256 (contents, size, digest);
  return ca_crypto_hex (digest, sizeof digest);
}

char *
ca_profiles_hash_file (const CaConfig *config, const char *name)
{
  g_autofree char *path = NULL;

  if (!check_name (name, NULL))
    return NULL;
  path = path_of (config, name);
  return ca_file_hashes_get (config->file_hashes, path, NULL);
}

static gint64
version_of (const char *contents)
{
  g_autoptr (GBytes) bytes = g_bytes_new (contents, strlen (contents));
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (bytes, "profile", NULL);
  const char *text = file != NULL ? icert_keyfile_lookup (file, "Profile", "Version") : NULL;

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/* Rows of @name (NULL: of all) */
static GPtrArray *
load_rows (CaEngine *engine, const char *name, GError **error)
{
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_PROFILE_NAME,
                                    .seek = ICERT_SEEK_EQ,
                                    .value = { .type = ICERT_PROPERTY_TYPE_STRING,
                                               .data = name,
                                               .size = name != NULL ? strlen (name) : 0 } };
  ICertStoreQuery query = { .table = ICERT_STORE_PROFILES,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = name != NULL ? &condition : NULL,
                            .sort_column = -1 };

  return icert_store_query (engine->store, &query, NULL, error);
}

/* @in_force: what was withdrawn does not count */
static gboolean
has_hash (GPtrArray *rows, const char *hash, gboolean in_force)
{
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *other = icert_store_row_dup_text (rows->pdata[i], 1);

      if (g_strcmp0 (hash, other) == 0
          && (!in_force || icert_store_row_get_int (rows->pdata[i], 7) == 0))
        return TRUE;
    }
  return FALSE;
}

/* @first, @second: nullable; @is_new: the row is not there yet */
static void
add_row (ICertStoreBatch *batch,
         const char *name,
         const char *contents,
         const CaCaller *first,
         const CaCaller *second,
         gboolean is_new)
{
  g_autofree char *hash = hash_of (contents, strlen (contents));

  icert_store_batch_begin (batch, ICERT_STORE_PROFILES,
                           is_new ? ICERT_STORE_INSERT : ICERT_STORE_UPDATE);
  icert_store_batch_set_text (batch, ICERT_PROFILE_NAME, name);
  icert_store_batch_set_text (batch, ICERT_PROFILE_HASH, hash);
  icert_store_batch_set_int (batch, ICERT_PROFILE_VERSION, version_of (contents));
  icert_store_batch_set_int (batch, ICERT_PROFILE_TIME, ca_clock_now ());
  icert_store_batch_set_text (batch, ICERT_PROFILE_ACTOR, first != NULL ? first->id : NULL);
  icert_store_batch_set_text (batch, ICERT_PROFILE_ACTOR_NAME, first != NULL ? first->name : NULL);
  icert_store_batch_set_text (batch, ICERT_PROFILE_SECOND_ACTOR,
                              second != NULL ? second->id : NULL);
  icert_store_batch_set_empty (batch, ICERT_PROFILE_WITHDRAWN);
  icert_store_batch_set_text (batch, ICERT_PROFILE_CONTENT, contents);
}

static void
delete_row (ICertStoreBatch *batch, const char *name, const char *hash)
{
  icert_store_batch_begin (batch, ICERT_STORE_PROFILES, ICERT_STORE_DELETE);
  icert_store_batch_set_text (batch, ICERT_PROFILE_NAME, name);
  icert_store_batch_set_text (batch, ICERT_PROFILE_HASH, hash);
}

gboolean
ca_profiles_open (CaEngine *engine, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autofree char *folder = folder_of (facts->config);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (ICertStoreBatch) batch = NULL;
  const char *file;
  gint64 known = icert_store_count (engine->store, ICERT_STORE_PROFILES, NULL, NULL, error);

  if (known != 0 || dir == NULL)
    return known >= 0;
  batch = icert_store_batch_new ();
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, file, NULL);
      g_autofree char *name
          = g_strndup (file, MAX (strlen (file), strlen (SUFFIX)) - strlen (SUFFIX));
      g_autofree char *contents = NULL;

      if (g_str_has_suffix (file, SUFFIX) && check_name (name, NULL)
          && icert_file_get_contents (path, MAX_FILE_SIZE, FALSE, "profile", &contents, NULL, NULL)
          && g_utf8_validate (contents, -1, NULL))
        add_row (batch, name, contents, NULL, NULL, TRUE);
    }
  return ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch), NULL, error);
}

/* Installing */

/* Judged by who will read the file, as if it stood there already (S-D4, S-D5). */
static gboolean
check_content (CaEngine *engine, const char *name, GBytes *content, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (content, &size);
  g_autoptr (ICertKeyfile) file = NULL;
  const char *inside;

  if (size > MAX_FILE_SIZE || !g_utf8_validate (data, size, NULL))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "profile",
                       "%" G_GSIZE_FORMAT " octets, or not UTF-8 (at most %d of text)", size,
                       MAX_FILE_SIZE);
      return FALSE;
    }
  file = icert_keyfile_parse (content, name, error);
  if (file == NULL)
    return FALSE;
  inside = icert_keyfile_lookup (file, "Profile", "Name");
  if (g_strcmp0 (inside, name) == 0)
    return ca_policy_host_check_profile (engine->policies, name, content, error);
  icert_set_error (error, ICERT_ERROR_CONFIG, "profile", "Name is %s (%s)",
                   inside != NULL ? inside : "missing", name);
  return FALSE;
}

static gboolean
write_file (const char *path, const char *contents, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (contents == NULL && (g_unlink (path) == 0 || errno == ENOENT))
    {
      g_autofree char *folder = g_path_get_dirname (path);

      return ca_folder_sync (folder, error);
    }
  if (contents != NULL
      && g_file_set_contents_full (path, contents, -1,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, &local))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "profile", "cannot be written (a folder of the CA)");
  return FALSE;
}

/* Which contents count is asked anew. */
static void
forget_known (CaEngine *engine)
{
  g_mutex_lock (&engine->mutex);
  g_hash_table_remove_all (engine->known_profiles);
  engine->n_profile_changes++;
  g_mutex_unlock (&engine->mutex);
}

/* Under the config_mutex. The next request is judged by what is there now. A policy that cannot
 * read it anew looks by itself, and what it judges meanwhile is judged again (S-D12). */
static void
reload_policies (CaEngine *engine, CaFacts *facts)
{
  g_autoptr (GError) error = NULL;

  if (!ca_policy_host_reload (engine->policies, engine->registry, facts, &error))
    g_message ("policies: %s", error->message);
}

/* @hash: nullable; of the content that stays */
static void
withdraw_others (ICertStoreBatch *batch, GPtrArray *rows, const char *name, const char *hash)
{
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *other = icert_store_row_dup_text (rows->pdata[i], 1);

      if (g_strcmp0 (other, hash) == 0 || icert_store_row_get_int (rows->pdata[i], 7) != 0)
        continue;
      icert_store_batch_begin (batch, ICERT_STORE_PROFILES, ICERT_STORE_UPDATE);
      icert_store_batch_set_text (batch, ICERT_PROFILE_NAME, name);
      icert_store_batch_set_text (batch, ICERT_PROFILE_HASH, other);
      icert_store_batch_set_int (batch, ICERT_PROFILE_WITHDRAWN, ca_clock_now ());
    }
}

/* As @rows has it: a change did not come off. @hash: (nullable) of the content that was to be */
static void
put_rows_back (ICertStoreBatch *batch, GPtrArray *rows, const char *name, const char *hash)
{
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *its = icert_store_row_dup_text (rows->pdata[i], 1);

      delete_row (batch, name, its);
      icert_store_batch_begin (batch, ICERT_STORE_PROFILES, ICERT_STORE_INSERT);
      for (guint j = 0; j < G_N_ELEMENTS (columns); j++)
        {
          const ICertStoreValue *cell = icert_store_row_get (rows->pdata[i], j);
          g_autofree char *text = NULL;

          if (cell->type == ICERT_PROPERTY_TYPE_STRING)
            text = icert_store_row_dup_text (rows->pdata[i], j);
          if (text != NULL)
            icert_store_batch_set_text (batch, columns[j], text);
          else if (cell->type != ICERT_PROPERTY_TYPE_NONE)
            icert_store_batch_set_int (batch, columns[j], cell->integer);
        }
    }
  if (hash != NULL && !has_hash (rows, hash, FALSE))
    delete_row (batch, name, hash);
}

typedef struct
{
  const CaCaller *first, *second; /* second: nullable */
  const char *name;
  const char *contents; /* nullable */
  char *hash;           /* of them */
  char *object, *detail;
  GPtrArray *rows; /* of before */
} Installation;

static void
installation_clear (Installation *self)
{
  g_free (self->hash);
  g_free (self->object);
  g_free (self->detail);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Installation, installation_clear)

static GPtrArray *
record_of (const Installation *self, const char *outcome)
{
  return ca_audit_list_new (ca_audit_record_new (
      self->first, ca_verb_to_string (CA_VERB_WRITE_PROFILE), self->object, outcome, self->detail));
}

/* The row comes first: a file without one decides nothing, a row without a file does no harm. */
static gboolean
begin (CaEngine *engine, const Installation *self, const CaConfig *config, GError **error)
{
  g_autofree char *before = ca_profiles_hash_file (config, self->name);
  ICertStoreBatch *batch = icert_store_batch_new ();
  g_autoptr (GVariant) intent = g_variant_ref_sink (g_variant_new (
      INTENT_TYPE, self->name, before != NULL ? before : "", self->contents, self->first->name,
      self->first->id, self->detail, (guint32) self->first->door, self->object));
  g_autofree char *text = g_variant_print (intent, FALSE);

  withdraw_others (batch, self->rows, self->name, self->hash);
  if (self->contents != NULL)
    add_row (batch, self->name, self->contents, self->first, self->second,
             !has_hash (self->rows, self->hash, FALSE));
  ca_config_record_put_profile (batch, text);
  return ca_writer_commit_wait (engine->writer, batch, record_of (self, "BEGUN"), error);
}

static gboolean
end (CaEngine *engine, const Installation *self, GError **error)
{
  ICertStoreBatch *batch = icert_store_batch_new ();

  ca_config_record_put_profile (batch, NULL);
  return ca_writer_commit_wait (engine->writer, batch, record_of (self, "OK"), error);
}

static void
call_off (CaEngine *engine, const Installation *self)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  g_autoptr (GError) error = NULL;

  put_rows_back (batch, self->rows, self->name, self->hash);
  ca_config_record_put_profile (batch, NULL);
  if (!ca_writer_commit_wait (engine->writer, batch, record_of (self, "CALLED-OFF"), &error))
    g_message ("profile %s is what it was; that has no record yet: %s", self->name, error->message);
}

static gboolean
install (CaEngine *engine, const Installation *self, CaFacts *facts, GError **error)
{
  g_autofree char *path = path_of (facts->config, self->name);
  g_autofree char *before = NULL;

  if (!ca_profiles_settle (engine, facts->config, error))
    return FALSE;
  icert_file_get_contents (path, MAX_FILE_SIZE, FALSE, "profile", &before, NULL, NULL);
  if (!begin (engine, self, facts->config, error))
    return FALSE;
  forget_known (engine);
  if (write_file (path, self->contents, error) && end (engine, self, error))
    {
      reload_policies (engine, facts);
      return TRUE;
    }
  write_file (path, before, NULL);
  call_off (engine, self);
  forget_known (engine);
  reload_policies (engine, facts);
  return FALSE;
}

gboolean
ca_profiles_apply (CaEngine *engine,
                   const CaCaller *first,
                   const CaCaller *second,
                   GVariant *value,
                   GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_auto (Installation) self = { .first = first, .second = second };
  g_autoptr (GBytes) content = NULL;
  gboolean ok;

  g_variant_get (value, "(&sm&s)", &self.name, &self.contents);
  if (self.contents != NULL)
    {
      content = g_bytes_new (self.contents, strlen (self.contents));
      self.hash = hash_of (self.contents, strlen (self.contents));
    }
  /* at the moment of approval other waivers may stand than when it was asked for */
  if (content != NULL && !check_content (engine, self.name, content, error))
    return FALSE;
  self.object = g_strconcat ("profile:", self.name, NULL);
  self.detail = g_strdup_printf (
      "%s%s%s", self.hash != NULL ? self.hash : "withdrawn", second != NULL ? "; approved by " : "",
      second != NULL ? second->name : (facts->config->dual_control ? "" : "; single operator"));
  g_mutex_lock (&engine->config_mutex);
  self.rows = load_rows (engine, self.name, error);
  ok = self.rows != NULL && install (engine, &self, facts, error);
  g_mutex_unlock (&engine->config_mutex);
  return ok;
}

/* A change that a crash cut off: its rows are there, so it is finished, unless somebody has put
 * another file there. */
static gboolean
finish (CaEngine *engine, const CaConfig *config, GVariant *intent, GError **error)
{
  const char *name, *before, *contents, *actor, *id, *detail, *object;
  guint32 door;
  ICertStoreBatch *batch;
  g_autoptr (CaCaller) first = NULL;
  g_autofree char *path = NULL;
  g_autofree char *now = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *text = NULL;
  gboolean is_ours;

  g_variant_get (intent, "(&s&sm&s&s&s&su&s)", &name, &before, &contents, &actor, &id, &detail,
                 &door, &object);
  path = path_of (config, name);
  now = ca_profiles_hash_file (config, name);
  wanted = contents != NULL ? hash_of (contents, strlen (contents)) : NULL;
  is_ours = g_strcmp0 (now, wanted) == 0 || strcmp (now != NULL ? now : "", before) == 0;
  if (is_ours && g_strcmp0 (now, wanted) != 0 && !write_file (path, contents, error))
    return FALSE;
  first = ca_caller_new_principal (actor, (const char *[]){ id, NULL }, (CaDoor) door);
  text = g_strdup_printf ("%s; %s", detail,
                          is_ours ? "completed after an interruption" : "another file is there");
  batch = icert_store_batch_new ();
  ca_config_record_put_profile (batch, NULL);
  return ca_writer_commit_wait (
      engine->writer, batch,
      ca_audit_list_new (ca_audit_record_new (first, ca_verb_to_string (CA_VERB_WRITE_PROFILE),
                                              object, is_ours ? "OK" : "CALLED-OFF", text)),
      error);
}

gboolean
ca_profiles_settle (CaEngine *engine, const CaConfig *config, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GVariant) intent = NULL;

  if (!ca_config_record_load_profile (engine->store, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  intent = g_variant_parse (G_VARIANT_TYPE (INTENT_TYPE), text, NULL, NULL, error);
  return intent != NULL && finish (engine, config, intent, error);
}

char *
ca_profiles_hash_current (CaEngine *engine, GVariant *value)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  const char *name;
  char *hash;

  g_variant_get (value, "(&sms)", &name, NULL);
  hash = ca_profiles_hash_file (facts->config, name);
  return hash != NULL ? hash : g_strdup ("none");
}

static gboolean
set_profile (CaEngine *engine,
             CaCaller *administrator,
             const CaFacts *facts,
             const char *name,
             GBytes *content,
             GError **error)
{
  g_autoptr (GVariant) value = NULL;
  g_autofree char *contents = NULL;
  g_autofree char *object = NULL;
  g_autofree char *hash = NULL;

  if (!ca_roles_check (facts->config, administrator, CA_VERB_WRITE_PROFILE, error)
      || !check_name (name, error)
      || (content != NULL && !check_content (engine, name, content, error)))
    return FALSE;
  hash = ca_profiles_hash_file (facts->config, name);
  if (content == NULL && hash == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "profile", "no profile %s (one of the folder)",
                       name);
      return FALSE;
    }
  if (content != NULL)
    contents = g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  value = g_variant_ref_sink (g_variant_new ("(sms)", name, contents));
  object = g_strconcat ("profile:", name, NULL);
  if (facts->config->dual_control)
    {
      CaChange change = { .verb = CA_VERB_WRITE_PROFILE,
                          .object = object,
                          .value = value,
                          .old_hash = hash != NULL ? hash : "none" };

      if (!ca_changes_require (engine, administrator, &change, error))
        return FALSE;
    }
  return ca_profiles_apply (engine, administrator, NULL, value, error);
}

gboolean
ca_profiles_set (CaEngine *engine,
                 CaCaller *administrator,
                 const char *name,
                 GBytes *content,
                 GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autofree char *object = g_strconcat ("profile:", name, NULL);
  GError *refusal = NULL;

  if (set_profile (engine, administrator, facts, name, content, &refusal))
    return TRUE;
  if (!g_error_matches (refusal, ICERT_ERROR, ICERT_ERROR_PENDING))
    ca_writer_audit (engine->writer,
                     ca_audit_record_new (administrator, ca_verb_to_string (CA_VERB_WRITE_PROFILE),
                                          object, icert_error_get_code_name (refusal->code),
                                          refusal->message));
  g_propagate_error (error, refusal);
  return FALSE;
}

/* The waivers of S-D5 that [Policy Template.Policy] has, "NAME:SHA256" each */
static const char *
text_of_waivers (const CaConfig *config)
{
  for (guint i = 0; i < config->policies->len; i++)
    {
      const CaModuleConfig *policy = config->policies->pdata[i];

      if (strcmp (policy->class_id, "Template.Policy") == 0)
        return g_hash_table_lookup (policy->texts, "Waivers");
    }
  return NULL;
}

char **
ca_profiles_list_waivers (const CaConfig *config)
{
  const char *text = text_of_waivers (config);

  return text != NULL ? icert_keyfile_split_list (text) : g_new0 (char *, 1);
}

static gboolean
is_waived (const ICertStoreRow *row, char **waivers)
{
  g_autofree char *name = icert_store_row_dup_text (row, 0);
  g_autofree char *hash = icert_store_row_dup_text (row, 1);
  g_autofree char *waiver = g_strconcat (name, ":", hash, NULL);

  return icert_store_row_get_int (row, 7) == 0
         && g_strv_contains ((const char *const *) waivers, waiver);
}

static void
add_cells (GVariantBuilder *builder, const ICertStoreRow *row, guint n_columns)
{
  for (guint j = 0; j < n_columns; j++)
    {
      const ICertStoreValue *cell = icert_store_row_get (row, j);

      if (cell->type == ICERT_PROPERTY_TYPE_STRING)
        g_variant_builder_add (builder, "{sv}", column_names[j],
                               g_variant_new_take_string (g_strndup (cell->data, cell->size)));
      else if (cell->type != ICERT_PROPERTY_TYPE_NONE)
        g_variant_builder_add (builder, "{sv}", column_names[j],
                               g_variant_new_int64 (cell->integer));
    }
}

GVariant *
ca_profiles_list (CaEngine *engine, const char *name, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_auto (GStrv) waivers = ca_profiles_list_waivers (facts->config);
  g_autoptr (GPtrArray) rows = load_rows (engine, name, error);
  GVariantBuilder builder;

  if (rows == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rows->len; i++)
    {
      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      /* contents of one profile, not of all */
      add_cells (&builder, rows->pdata[i], name != NULL ? G_N_ELEMENTS (columns) : CONTENT);
      g_variant_builder_add (&builder, "{sv}", "waived",
                             g_variant_new_boolean (is_waived (rows->pdata[i], waivers)));
      g_variant_builder_close (&builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Using */

/* A content that is seen first, while one operator is enough. */
static gboolean
record_found (CaEngine *engine, const CaRequest *request, GError **error)
{
  g_autofree char *path = path_of (request->config, request->template_name);
  g_autofree char *contents = NULL;
  g_autofree char *hash = NULL;
  ICertStoreBatch *batch;
  g_autoptr (GError) local = NULL;

  if (!icert_file_get_contents (path, MAX_FILE_SIZE, FALSE, "profile", &contents, NULL, NULL)
      || !g_utf8_validate (contents, -1, NULL))
    return TRUE;
  hash = hash_of (contents, strlen (contents));
  if (g_strcmp0 (hash, request->profile_hash) != 0)
    return TRUE;
  batch = icert_store_batch_new ();
  add_row (batch, request->template_name, contents, NULL, NULL, TRUE);
  /* another worker may have seen it too */
  if (ca_writer_commit_wait (engine->writer, batch, NULL, &local)
      || g_error_matches (local, ICERT_ERROR, ICERT_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* @n_changes: when the rows were read; a content that was withdrawn since is not known */
static void
remember_known (CaEngine *engine, const char *hash, guint n_changes)
{
  g_mutex_lock (&engine->mutex);
  if (engine->n_profile_changes == n_changes)
    g_hash_table_add (engine->known_profiles, g_strdup (hash));
  g_mutex_unlock (&engine->mutex);
}

gboolean
ca_profiles_check (CaEngine *engine, CaRequest *request, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  gboolean known;
  guint n_changes;

  if (request->template_name == NULL || request->profile_hash == NULL)
    return TRUE;
  g_mutex_lock (&engine->mutex);
  known = g_hash_table_contains (engine->known_profiles, request->profile_hash);
  n_changes = engine->n_profile_changes;
  g_mutex_unlock (&engine->mutex);
  if (known)
    return TRUE;
  rows = load_rows (engine, request->template_name, error);
  if (rows == NULL)
    return FALSE;
  /* Two who withdrew a content decided; one who puts the file back does not. Where one is enough,
   * whoever puts it back has decided. */
  if (!has_hash (rows, request->profile_hash, request->config->dual_control))
    {
      if (request->config->dual_control)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, "profile",
                           "%s was changed without a second administrator (a content that two "
                           "approved)",
                           request->template_name);
          return FALSE;
        }
      if (!record_found (engine, request, error))
        return FALSE;
    }
  remember_known (engine, request->profile_hash, n_changes);
  return TRUE;
}

/* The policy looks at its files once a second: what it judged by @since may be what was there
 * before. */
static gboolean
is_young (CaEngine *engine, gint64 changed, gint64 since)
{
  return changed + TICK > ca_policy_host_get_loaded (engine->policies)
         && changed + TICK > since - LOOK;
}

/* The policy named a version, and there is no file of it any more. */
static gboolean
is_gone (CaEngine *engine, const CaRequest *request)
{
  g_autoptr (GPtrArray) rows = NULL;

  if (request->profile_version == 0)
    return FALSE;
  rows = load_rows (engine, request->template_name, NULL);
  return rows == NULL || rows->len > 0;
}

gboolean
ca_profiles_is_stale (CaEngine *engine, const CaRequest *request, gint64 since)
{
  g_autofree char *path = NULL;
  g_autofree char *hash = NULL;
  gint64 changed;

  if (request->template_name == NULL || !check_name (request->template_name, NULL))
    return FALSE;
  if (request->profile_hash == NULL)
    return is_gone (engine, request);
  path = path_of (request->config, request->template_name);
  hash = ca_file_hashes_get (request->config->file_hashes, path, &changed);
  return g_strcmp0 (hash, request->profile_hash) != 0 || is_young (engine, changed, since);
}

gboolean
ca_profiles_was_changed_by (CaEngine *engine, const CaCaller *caller, const char *name)
{
  g_autoptr (GPtrArray) rows = name != NULL ? load_rows (engine, name, NULL) : NULL;
  gint64 since = ca_clock_now () - MEMORY;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      g_autofree char *actor = icert_store_row_dup_text (rows->pdata[i], 4);
      g_autofree char *second = icert_store_row_dup_text (rows->pdata[i], 6);

      if (icert_store_row_get_int (rows->pdata[i], 3) > since
          && (g_strcmp0 (actor, caller->id) == 0 || g_strcmp0 (second, caller->id) == 0))
        return TRUE;
    }
  return FALSE;
}
