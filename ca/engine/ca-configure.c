/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-configure.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-changes.h"
#include "ca-config-entry.h"
#include "ca-config-record.h"
#include "ca-crypto.h"
#include "ca-folder.h"

static gboolean
refuse (CaEngine *engine,
        const CaCaller *caller,
        CaVerb verb,
        const char *object,
        GError *refusal,
        GError **error)
{
  ca_writer_audit (engine->writer, ca_audit_record_new (caller, ca_verb_to_string (verb), object,
                                                        icert_error_get_code_name (refusal->code),
                                                        refusal->message));
  g_propagate_error (error, refusal);
  return FALSE;
}

static gboolean
judge_cb (CaConfig *config, gpointer data, GError **error)
{
  return ca_engine_judge_config (data, config, error);
}

/* "[CRL] CRLPeriod"; of several entries the node */
static char *
object_of (GVariant *entries)
{
  const char *node, *entry;

  if (g_variant_n_children (entries) == 0)
    return g_strdup ("[]");
  g_variant_get_child (entries, 0, "(&s&smv)", &node, &entry, NULL);
  if (g_variant_n_children (entries) == 1)
    return g_strdup_printf ("[%s] %s", node[0] != '\0' ? node : "CA", entry);
  return g_strdup_printf ("[%s]", node);
}

static gboolean
is_operational (GVariant *entries)
{
  GVariantIter iter;
  const char *node, *entry;

  g_variant_iter_init (&iter, entries);
  while (g_variant_iter_next (&iter, "(&s&smv)", &node, &entry, NULL))
    if (!ca_config_entry_is_operational (node, entry))
      return FALSE;
  return TRUE;
}

/* What the audit log says of a change: the mode, or who approved it (S-D11). */
static char *
describe_change (CaEngine *engine, const CaCaller *second, GPtrArray *changes)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  const CaEntryChange *first = changes->len > 0 ? changes->pdata[0] : NULL;
  const char *value = first != NULL && first->new != NULL ? first->new : "(removed)";

  if (second != NULL)
    return g_strdup_printf ("%s; approved by %s", value, second->name);
  return g_strdup_printf ("%s%s", value, facts->config->dual_control ? "" : "; single operator");
}

/* The old file keeps a second name until the new one is recorded: to take it back needs no room on
 * a full disk. */
static gboolean
replace_file (const CaConfig *after, const char *path, const char *kept, GError **error)
{
  g_unlink (kept);
  if (link (path, kept) == 0)
    return ca_config_save (after, error);
  icert_set_error (error, ICERT_ERROR_STORAGE, "ca.conf", "cannot be kept: %s (a writable folder)",
                   g_strerror (errno));
  return FALSE;
}

/* @reload: the engine read the new file, perhaps */
static void
take_back (CaEngine *engine,
           const CaConfigIntent *intent,
           const char *path,
           const char *kept,
           gboolean reload)
{
  g_autoptr (GError) error = NULL;

  /* what has only the old name is the old file: rename() leaves two names of one file alone */
  if (g_rename (kept, path) != 0 && errno != ENOENT)
    g_message ("ca.conf as it was before: %s", g_strerror (errno));
  g_unlink (kept);
  /* or a power cut could bring the new file back behind the record that it was called off */
  if (!ca_folder_sync (engine->folder, &error)
      || (reload && !ca_engine_reload (engine, NULL, &error)))
    g_message ("ca.conf as it was before: %s", error->message);
  ca_config_record_call_off (engine, intent);
}

/* All of it or nothing (S-N6), and never without a record (S-F6). */
static gboolean
carry_out (CaEngine *engine,
           const CaConfigIntent *intent,
           const CaConfig *after,
           gboolean reload,
           GError **error)
{
  g_autofree char *path = g_build_filename (engine->folder, "ca.conf", NULL);
  g_autofree char *kept = g_build_filename (engine->folder, CA_CONFIG_KEPT, NULL);

  if (!ca_config_record_settle (engine, intent->before, error)
      || !ca_config_record_begin (engine, intent, error))
    return FALSE;
  if (replace_file (after, path, kept, error) && (!reload || ca_engine_reload (engine, NULL, error))
      && ca_config_record_end (engine, intent, error))
    {
      g_unlink (kept);
      return TRUE;
    }
  take_back (engine, intent, path, kept, reload);
  return FALSE;
}

static gboolean
change_config (CaEngine *engine,
               const CaCaller *administrator,
               const CaCaller *second,
               CaVerb verb,
               GVariant *entries,
               GError **error)
{
  g_autoptr (CaConfig) before = ca_config_load (engine->folder, error);
  g_autoptr (CaConfig) after = NULL;
  g_autofree char *object = object_of (entries);
  g_autofree char *detail = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  CaConfigIntent intent
      = { .first = administrator, .second = second, .verb = verb, .object = object };

  if (before != NULL)
    changes = ca_config_plan_entries (before, entries, judge_cb, engine, &after, error);
  if (changes == NULL)
    return FALSE;
  detail = describe_change (engine, second, changes);
  intent.detail = detail;
  intent.changes = changes;
  intent.before = before->source;
  intent.after = after->source;
  return carry_out (engine, &intent, after, TRUE, error);
}

gboolean
ca_configure_apply (CaEngine *engine,
                    const CaCaller *first,
                    const CaCaller *second,
                    CaVerb verb,
                    GVariant *entries,
                    GError **error)
{
  gboolean ok;

  g_mutex_lock (&engine->config_mutex);
  ok = change_config (engine, first, second, verb, entries, error);
  g_mutex_unlock (&engine->config_mutex);
  return ok;
}

gboolean
ca_configure_add_key (CaEngine *engine,
                      const CaCaller *administrator,
                      guint index,
                      const CaKeyConfig *key,
                      GError **error)
{
  g_autoptr (CaConfig) before = ca_config_load (engine->folder, error);
  g_autoptr (CaConfig) after
      = before != NULL ? ca_config_with_key (before, index, key, error) : NULL;
  g_autoptr (GPtrArray) changes
      = after != NULL ? ca_config_diff (before->source, after->source, error) : NULL;
  g_autofree char *object = g_strdup_printf ("[Key %u]", index);
  CaConfigIntent intent = { .first = administrator,
                            .verb = CA_VERB_RENEW,
                            .object = object,
                            .detail = key->url,
                            .changes = changes };

  if (changes == NULL)
    return FALSE;
  intent.before = before->source;
  intent.after = after->source;
  return carry_out (engine, &intent, after, FALSE, error);
}

char *
ca_configure_hash (CaEngine *engine, GVariant *entries, GError **error)
{
  g_autoptr (CaConfig) config = ca_config_load (engine->folder, error);
  g_autoptr (CaConfig) after = NULL;
  g_autoptr (GPtrArray) changes
      = config != NULL ? ca_config_plan_entries (config, entries, judge_cb, engine, &after, error)
                       : NULL;
  g_autoptr (GString) text = NULL;
  guint8 digest[32];

  if (changes == NULL)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < changes->len; i++)
    {
      const CaEntryChange *change = changes->pdata[i];

      g_string_append_printf (text, "[%s] %s=%s\n", change->node, change->entry,
                              change->old != NULL ? change->old : "(not set)");
    }
  ca_crypto_sha256 (text->str, text->len, digest);
  return ca_crypto_hex (digest, sizeof digest);
}

/* What would not be taken now does not have to wait for somebody to find out. */
static gboolean
propose (CaEngine *engine,
         CaCaller *administrator,
         CaVerb verb,
         const char *object,
         GVariant *entries,
         GError **error)
{
  g_autofree char *hash = ca_configure_hash (engine, entries, error);
  CaChange change = { .verb = verb, .object = object, .value = entries, .old_hash = hash };

  return hash != NULL && ca_changes_require (engine, administrator, &change, error);
}

gboolean
ca_configure_set (CaEngine *engine,
                  CaCaller *administrator,
                  CaVerb verb,
                  GVariant *entries,
                  GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autofree char *object = object_of (entries);
  GError *local = NULL;

  if (!ca_roles_check (facts->config, administrator, verb, &local))
    return refuse (engine, administrator, verb, object, local, error);
  if (facts->config->dual_control && !is_operational (entries)
      && !propose (engine, administrator, verb, object, entries, &local))
    {
      if (!g_error_matches (local, ICERT_ERROR, ICERT_ERROR_PENDING))
        return refuse (engine, administrator, verb, object, local, error);
      g_propagate_error (error, local);
      return FALSE;
    }
  return ca_configure_apply (engine, administrator, NULL, verb, entries, &local)
         || refuse (engine, administrator, verb, object, local, error);
}

gboolean
ca_engine_set_config_entry (CaEngine *engine,
                            CaCaller *administrator,
                            const char *node,
                            const char *entry,
                            GVariant *value,
                            GError **error)
{
  g_autoptr (GVariant) entries = g_variant_ref_sink (ca_config_entry_new (node, entry, value));

  return ca_configure_set (engine, administrator, CA_VERB_WRITE_CONFIG, entries, error);
}

gboolean
ca_configure_is_set (CaEngine *engine, const char *node, const char *entry)
{
  g_autofree char *text = ca_config_lookup_entry (engine->folder, node, entry, NULL);

  return text != NULL;
}

/* Settings of modules */

static ICertManageModule *
manage_of (CaEngine *engine, const char *node, GError **error)
{
  gboolean is_policy = g_str_has_prefix (node, "Policy ");
  g_autoptr (GObject) object = NULL;

  if (!is_policy && !g_str_has_prefix (node, "Exit "))
    return NULL;
  object = icert_registry_create_module (engine->registry, strchr (node, ' ') + 1,
                                         is_policy ? "ICertPolicy" : "ICertExit", error);
  if (object == NULL)
    return NULL;
  return is_policy ? icert_policy_get_manage_module (ICERT_POLICY (object))
                   : icert_exit_get_manage_module (ICERT_EXIT (object));
}

/* Facts of one setting: those of the module, as people read them */
static GVariant *
describe_setting (CaEngine *engine, const char *node, const char *entry, GVariant *setting)
{
  static const char *const names[] = { "type", "default", "minimum", "maximum", "description" };
  g_autofree char *text = ca_config_lookup_entry (engine->folder, node, entry, NULL);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (setting, names[i], NULL);

      if (value != NULL)
        g_variant_dict_insert_value (&dict, names[i], value);
    }
  g_variant_dict_insert (&dict, "effective", "s",
                         g_str_has_prefix (node, "Exit ") ? "when the CA is opened next"
                                                          : "at once");
  if (text != NULL)
    g_variant_dict_insert (&dict, "value", "s", text);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

GVariant *
ca_configure_describe_setting (CaEngine *engine,
                               const char *node,
                               const char *entry,
                               GError **error)
{
  g_autoptr (ICertManageModule) manage = node != NULL ? manage_of (engine, node, error) : NULL;
  g_autoptr (GVariant) settings
      = manage != NULL ? icert_manage_module_describe_settings (manage, error) : NULL;

  for (gsize i = 0; settings != NULL && i < g_variant_n_children (settings); i++)
    {
      g_autoptr (GVariant) setting = g_variant_get_child_value (settings, i);
      const char *name;

      if (g_variant_lookup (setting, "name", "&s", &name) && g_str_equal (name, entry))
        return describe_setting (engine, node, entry, setting);
    }
  return NULL;
}

/* History */

static const guint8 history_columns[]
    = { ICERT_CONFIG_HISTORY_ID,       ICERT_CONFIG_HISTORY_TIME,  ICERT_CONFIG_HISTORY_ACTOR,
        ICERT_CONFIG_HISTORY_NODE,     ICERT_CONFIG_HISTORY_ENTRY, ICERT_CONFIG_HISTORY_OLD_VALUE,
        ICERT_CONFIG_HISTORY_NEW_VALUE };
static const char *const history_names[] = { "id", "time", "actor", "node", "entry", "old", "new" };

/* @id: 0 = all changes, the newest first */
static GPtrArray *
load_history (CaEngine *engine, gint64 id, GError **error)
{
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_CONFIG_HISTORY_ID,
                                    .seek = id != 0 ? ICERT_SEEK_EQ : ICERT_SEEK_GT,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG,
                                               .integer = id != 0 ? id : CA_CONFIG_RECORD_LAST } };
  ICertStoreQuery query = { .table = ICERT_STORE_CONFIG_HISTORY,
                            .n_columns = G_N_ELEMENTS (history_columns),
                            .columns = history_columns,
                            .condition = &condition,
                            .sort_column = -1,
                            .descending = TRUE };

  return icert_store_query (engine->store, &query, NULL, error);
}

GVariant *
ca_configure_list_history (CaEngine *engine, GError **error)
{
  g_autoptr (GPtrArray) rows = load_history (engine, 0, error);
  GVariantBuilder builder;

  if (rows == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rows->len; i++)
    {
      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      for (guint j = 0; j < G_N_ELEMENTS (history_names); j++)
        {
          g_autofree char *text = j >= 2 ? icert_store_row_dup_text (rows->pdata[i], j) : NULL;

          if (j < 2)
            g_variant_builder_add (
                &builder, "{sv}", history_names[j],
                g_variant_new_int64 (icert_store_row_get_int (rows->pdata[i], j)));
          else if (text != NULL)
            g_variant_builder_add (&builder, "{sv}", history_names[j], g_variant_new_string (text));
        }
      g_variant_builder_close (&builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* a(ssmv) that brings back what the row replaced, if what it set still stands */
static GVariant *
undo_entries (CaEngine *engine, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) rows = load_history (engine, id, error);
  g_autofree char *now = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *node = NULL;
  g_autofree char *entry = NULL;
  g_autofree char *old = NULL;
  g_autofree char *new = NULL;

  if (rows == NULL)
    return NULL;
  if (rows->len == 0 || id <= CA_CONFIG_RECORD_LAST)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "id",
                       "no change %" G_GINT64_FORMAT " (one of the history)", id);
      return NULL;
    }
  node = icert_store_row_dup_text (rows->pdata[0], 3);
  entry = icert_store_row_dup_text (rows->pdata[0], 4);
  old = icert_store_row_dup_text (rows->pdata[0], 5);
  new = icert_store_row_dup_text (rows->pdata[0], 6);
  now = ca_config_lookup_entry (engine->folder, node, entry, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (g_strcmp0 (now, new) != 0)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "entry",
                       "[%s] %s was changed since (the newest change first)", node, entry);
      return NULL;
    }
  return g_variant_ref_sink (
      ca_config_entry_new (node, entry, old != NULL ? g_variant_new_string (old) : NULL));
}

gboolean
ca_configure_undo (CaEngine *engine, CaCaller *administrator, gint64 id, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autofree char *object = g_strdup_printf ("history:%" G_GINT64_FORMAT, id);
  g_autoptr (GVariant) entries = NULL;
  GError *local = NULL;

  if (ca_roles_check (facts->config, administrator, CA_VERB_WRITE_CONFIG, &local))
    entries = undo_entries (engine, id, &local);
  if (entries == NULL)
    return refuse (engine, administrator, CA_VERB_WRITE_CONFIG, object, local, error);
  return ca_configure_set (engine, administrator, CA_VERB_WRITE_CONFIG, entries, error);
}
