/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-configure.h"

#include <string.h>

#include "ca-changes.h"
#include "ca-clock.h"
#include "ca-config-entry.h"
#include "ca-crypto.h"

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

/* The history of the configuration, so that a change can be undone (beyond-adcs.md 4.6). Its ids
 * are times, and rise when the clock does not. */
static ICertStoreBatch *
history_batch (CaEngine *engine, const CaCaller *administrator, GPtrArray *changes)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  gint64 now = ca_clock_now ();

  for (guint i = 0; i < changes->len; i++)
    {
      const CaEntryChange *change = changes->pdata[i];

      engine->last_history = MAX (now, engine->last_history + 1);
      icert_store_batch_begin (batch, ICERT_STORE_CONFIG_HISTORY, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_CONFIG_HISTORY_ID, engine->last_history);
      icert_store_batch_set_int (batch, ICERT_CONFIG_HISTORY_TIME, now);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_ACTOR, administrator->name);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_NODE, change->node);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_ENTRY, change->entry);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_OLD_VALUE, change->old);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_NEW_VALUE, change->new);
    }
  return batch;
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

/* The entries go into the file, the engine reads it, the store keeps its history: all of it or
 * nothing (S-N6). */
static gboolean
change_config (CaEngine *engine,
               const CaCaller *administrator,
               const CaCaller *second,
               CaVerb verb,
               GVariant *entries,
               GError **error)
{
  g_autofree char *object = object_of (entries);
  g_autofree char *detail = NULL;
  g_autoptr (GPtrArray) changes
      = ca_config_set_entries (engine->folder, entries, TRUE, judge_cb, engine, error);
  GPtrArray *audit;

  if (changes == NULL || !ca_engine_reload (engine, error))
    return FALSE;
  detail = describe_change (engine, second, changes);
  audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_ptr_array_add (
      audit, ca_audit_record_new (administrator, ca_verb_to_string (verb), object, "OK", detail));
  return ca_writer_commit_wait (engine->writer, history_batch (engine, administrator, changes),
                                audit, error);
}

static void
put_back (CaEngine *engine, const char *path, const char *contents)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents_full (path, contents, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &error)
      || !ca_engine_reload (engine, &error))
    g_message ("ca.conf as it was before: %s", error->message);
}

gboolean
ca_configure_apply (CaEngine *engine,
                    const CaCaller *first,
                    const CaCaller *second,
                    CaVerb verb,
                    GVariant *entries,
                    GError **error)
{
  g_autofree char *path = g_build_filename (engine->folder, "ca.conf", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gboolean ok;

  g_mutex_lock (&engine->config_mutex);
  g_file_get_contents (path, &before, NULL, NULL);
  ok = change_config (engine, first, second, verb, entries, error);
  if (!ok && before != NULL && g_file_get_contents (path, &after, NULL, NULL)
      && strcmp (before, after) != 0)
    put_back (engine, path, before);
  g_mutex_unlock (&engine->config_mutex);
  return ok;
}

char *
ca_configure_hash (CaEngine *engine, GVariant *entries, GError **error)
{
  g_autoptr (GPtrArray) changes
      = ca_config_set_entries (engine->folder, entries, FALSE, judge_cb, engine, error);
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

/* History */

static const guint8 history_columns[]
    = { ICERT_CONFIG_HISTORY_ID,       ICERT_CONFIG_HISTORY_TIME,  ICERT_CONFIG_HISTORY_ACTOR,
        ICERT_CONFIG_HISTORY_NODE,     ICERT_CONFIG_HISTORY_ENTRY, ICERT_CONFIG_HISTORY_OLD_VALUE,
        ICERT_CONFIG_HISTORY_NEW_VALUE };
static const char *const history_names[] = { "id", "time", "actor", "node", "entry", "old", "new" };

/* @id: 0 = all of them, the newest first */
static GPtrArray *
load_history (CaEngine *engine, gint64 id, GError **error)
{
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_CONFIG_HISTORY_ID,
                                    .seek = ICERT_SEEK_EQ,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = id } };
  ICertStoreQuery query = { .table = ICERT_STORE_CONFIG_HISTORY,
                            .n_columns = G_N_ELEMENTS (history_columns),
                            .columns = history_columns,
                            .condition = id != 0 ? &condition : NULL,
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
  if (rows->len == 0)
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
