/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-config-record.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-clock.h"
#include "ca-config-entry.h"
#include "ca-crypto.h"
#include "ca-publisher.h"
#include "ca-roles.h"

/* The rows that are no changes */
enum
{
  ROW_RECORDED = 1, /* ca.conf as the audit log knows it */
  ROW_INTENT = 2,   /* what is about to replace it */
  ROW_AGREED = 3,   /* what two administrators agreed to, where that is something else */
  ROW_PROFILE = 4,  /* a profile that is about to be replaced */
  N_ROWS
};

/* Names and texts of the history have a bound; what was written by hand has none. */
#define LONGEST_NAME 254

/* name, id and door of who asked; who approved; verb, object and detail of the record; ca.conf */
#define INTENT_TYPE "(ssumsssss)"

typedef struct
{
  char *texts[N_ROWS]; /* nullable */
} Rows;

static void
rows_clear (Rows *rows)
{
  for (guint i = 0; i < N_ROWS; i++)
    g_free (rows->texts[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rows, rows_clear)

static gboolean
load_rows (Rows *rows, ICertStore *store, GError **error)
{
  static const guint8 columns[] = { ICERT_CONFIG_HISTORY_ID, ICERT_CONFIG_HISTORY_NEW_VALUE };
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE,
          .column = ICERT_CONFIG_HISTORY_ID,
          .seek = ICERT_SEEK_LE,
          .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = CA_CONFIG_RECORD_LAST } };
  ICertStoreQuery query = { .table = ICERT_STORE_CONFIG_HISTORY,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) found = icert_store_query (store, &query, NULL, error);

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      gint64 id = icert_store_row_get_int (found->pdata[i], 0);

      if (id > 0 && id < N_ROWS)
        rows->texts[id] = icert_store_row_dup_text (found->pdata[i], 1);
    }
  return found != NULL;
}

/* Whether the row is there already does not matter this way. @text: nullable */
static void
put_row (ICertStoreBatch *batch, gint64 id, const char *text)
{
  icert_store_batch_begin (batch, ICERT_STORE_CONFIG_HISTORY, ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, ICERT_CONFIG_HISTORY_ID, id);
  if (text == NULL)
    return;
  icert_store_batch_begin (batch, ICERT_STORE_CONFIG_HISTORY, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_CONFIG_HISTORY_ID, id);
  icert_store_batch_set_int (batch, ICERT_CONFIG_HISTORY_TIME, ca_clock_now ());
  icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_NEW_VALUE, text);
}

static char *
cut (const char *name)
{
  g_autofree char *part = g_strndup (name, LONGEST_NAME);

  return strlen (name) > LONGEST_NAME ? g_utf8_make_valid (part, LONGEST_NAME - 3)
                                      : g_steal_pointer (&part);
}

/* The history of the configuration, so that a change can be undone (beyond-adcs.md 4.6). Its ids
 * are times, and rise when the clock does not. */
static void
add_history (CaEngine *engine, ICertStoreBatch *batch, const char *actor, GPtrArray *changes)
{
  gint64 now = ca_clock_now ();

  for (guint i = 0; i < changes->len; i++)
    {
      const CaEntryChange *change = changes->pdata[i];
      g_autofree char *node = cut (change->node);
      g_autofree char *entry = cut (change->entry);

      engine->last_history = MAX (now, engine->last_history + 1);
      icert_store_batch_begin (batch, ICERT_STORE_CONFIG_HISTORY, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_CONFIG_HISTORY_ID, engine->last_history);
      icert_store_batch_set_int (batch, ICERT_CONFIG_HISTORY_TIME, now);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_ACTOR, actor);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_NODE, node);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_ENTRY, entry);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_OLD_VALUE, change->old);
      icert_store_batch_set_text (batch, ICERT_CONFIG_HISTORY_NEW_VALUE, change->new);
    }
}

static char *
text_of (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data != NULL ? data : "", size);
}

static char *
hash_of (const char *text)
{
  guint8 digest[32];

  ca_crypto_sha256 (text, strlen (text), digest);
  return ca_crypto_hex (digest, sizeof digest);
}

static GPtrArray *
new_records (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
}

/* "SHA-256 OLD -> NEW" */
static char *
describe_hashes (const char *before, const char *after)
{
  g_autofree char *old = hash_of (before);
  g_autofree char *new = hash_of (after);

  return g_strdup_printf ("SHA-256 %s -> %s", old, new);
}

/* "[Roles] uid:5 = reader (was officer), …" */
static char *
describe_changes (GPtrArray *changes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < changes->len; i++)
    {
      const CaEntryChange *change = changes->pdata[i];

      g_string_append_printf (text, "%s[%s] %s ", i > 0 ? ", " : "", change->node, change->entry);
      if (change->new != NULL)
        g_string_append_printf (text, "= %s", change->new);
      else
        g_string_append (text, "removed");
      if (change->old != NULL)
        g_string_append_printf (text, " (was %s)", change->old);
    }
  if (changes->len == 0)
    g_string_append (text, "no entry differs");
  return g_string_free (text, FALSE);
}

static gboolean
commit (CaEngine *engine, ICertStoreBatch *batch, GPtrArray *records, GError **error)
{
  return ca_writer_commit_wait (engine->writer, batch, records, error);
}

/* What two administrators agreed to */

static GPtrArray *
diff_texts (const char *before, const char *after, GError **error)
{
  g_autoptr (GBytes) old = g_bytes_new_static (before, strlen (before));
  g_autoptr (GBytes) new = g_bytes_new_static (after, strlen (after));

  return ca_config_diff (old, new, error);
}

/* NULL: nothing but what one administrator may change alone */
static char *
name_unagreed (const char *agreed, const char *text, GError **error)
{
  g_autoptr (GPtrArray) changes = diff_texts (agreed, text, error);
  GString *names = g_string_new (NULL);

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const CaEntryChange *change = changes->pdata[i];

      if (!ca_config_entry_is_operational (change->node, change->entry))
        g_string_append_printf (names, "%s[%s] %s", names->len > 0 ? ", " : "", change->node,
                                change->entry);
    }
  return g_string_free (names, names->len == 0);
}

static gboolean
needs_two (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (bytes, "ca.conf", NULL);

  return file != NULL && g_strcmp0 (icert_keyfile_lookup (file, "CA", "DualControl"), "true") == 0;
}

/* What was agreed to, with what @changes brought by the ways of icert. */
static char *
agree (const char *agreed, GPtrArray *changes, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (agreed, strlen (agreed));
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (bytes, "ca.conf", error);
  g_autoptr (GBytes) text = NULL;

  for (guint i = 0; file != NULL && i < changes->len; i++)
    {
      const CaEntryChange *change = changes->pdata[i];

      if (change->new == NULL)
        icert_keyfile_remove (file, change->node, change->entry);
      else if (!icert_keyfile_set (file, change->node, change->entry, change->new, error))
        return NULL;
    }
  text = file != NULL ? icert_keyfile_to_bytes (file) : NULL;
  return text != NULL ? text_of (text) : NULL;
}

/* Whether those who bring the change could do so without what was written by hand: a name that
 * somebody wrote there agrees to nothing (S-D11). */
static gboolean
may_agree (CaEngine *engine, const char *agreed, const CaConfigIntent *intent)
{
  g_autoptr (GBytes) text = g_bytes_new_static (agreed, strlen (agreed));
  g_autoptr (CaConfig) config = ca_config_parse (engine->folder, text, NULL);

  return config != NULL && ca_roles_check (config, intent->first, intent->verb, NULL)
         && (intent->second == NULL
             || ca_roles_check (config, intent->second, CA_VERB_DECIDE_CHANGE, NULL));
}

/* @agreed: (nullable); kept only as long as something else is in force */
static gboolean
put_agreed (ICertStoreBatch *batch, const char *agreed, const char *text, GError **error)
{
  g_autofree char *names = NULL;
  GError *local = NULL;

  if (agreed != NULL)
    names = name_unagreed (agreed, text, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  put_row (batch, ROW_AGREED, names != NULL ? agreed : NULL);
  return TRUE;
}

/* The steps of a change */

gboolean
ca_config_record_begin (CaEngine *engine, const CaConfigIntent *intent, GError **error)
{
  g_autofree char *before = text_of (intent->before);
  g_autofree char *after = text_of (intent->after);
  g_autofree char *hashes = describe_hashes (before, after);
  g_autofree char *changes = describe_changes (intent->changes);
  g_autofree char *detail = g_strdup_printf (
      "ca.conf %s%s%s: %s", hashes, intent->second != NULL ? "; approved by " : "",
      intent->second != NULL ? intent->second->name : "", changes);
  const char *verb = ca_verb_to_string (intent->verb);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new (
      INTENT_TYPE, intent->first->name, intent->first->id, (guint32) intent->first->door,
      intent->second != NULL ? intent->second->name : NULL, verb, intent->object, intent->detail,
      after));
  g_autofree char *text = g_variant_print (value, FALSE);
  ICertStoreBatch *batch = icert_store_batch_new ();

  put_row (batch, ROW_INTENT, text);
  if (!commit (engine, batch,
               ca_audit_list_new (
                   ca_audit_record_new (intent->first, verb, intent->object, "BEGUN", detail)),
               error))
    return FALSE;
  engine->config_intent = TRUE;
  return TRUE;
}

gboolean
ca_config_record_end (CaEngine *engine, const CaConfigIntent *intent, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autofree char *after = text_of (intent->after);
  g_autofree char *agreed = NULL;
  g_auto (Rows) rows = { { NULL } };

  if (!load_rows (&rows, engine->store, error))
    return FALSE;
  if (rows.texts[ROW_AGREED] != NULL)
    {
      agreed = may_agree (engine, rows.texts[ROW_AGREED], intent)
                   ? agree (rows.texts[ROW_AGREED], intent->changes, error)
                   : g_strdup (rows.texts[ROW_AGREED]);
      if (agreed == NULL)
        return FALSE;
    }
  add_history (engine, batch, intent->first->name, intent->changes);
  put_row (batch, ROW_RECORDED, after);
  put_row (batch, ROW_INTENT, NULL);
  if (!put_agreed (batch, agreed, after, error)
      || !commit (
          engine, g_steal_pointer (&batch),
          ca_audit_list_new (ca_audit_record_new (intent->first, ca_verb_to_string (intent->verb),
                                                  intent->object, "OK", intent->detail)),
          error))
    return FALSE;
  engine->config_intent = FALSE;
  return TRUE;
}

void
ca_config_record_call_off (CaEngine *engine, const CaConfigIntent *intent)
{
  g_autoptr (GError) error = NULL;

  engine->config_intent = FALSE;
  if (!ca_config_record_settle (engine, intent->before, &error))
    g_message ("ca.conf is what it was; that has no record yet: %s", error->message);
}

/* Reading */

/* A name that lives as long as the record */
static const char *
find_verb (const char *name)
{
  CaVerb verb = ca_verb_from_string (name);

  return ca_verb_to_string (verb < CA_N_VERBS ? verb : CA_VERB_WRITE_CONFIG);
}

/* The actors that the intent names: they did it, whoever finishes it. */
static CaAuditRecord *
record_of_intent (GVariant *intent, const char *outcome, const char *note, char **actor)
{
  const char *name, *id, *second, *verb, *object, *detail;
  g_autoptr (CaCaller) caller = NULL;
  g_autofree char *text = NULL;
  guint32 door;

  g_variant_get (intent, "(&s&sum&s&s&s&s&s)", &name, &id, &door, &second, &verb, &object, &detail,
                 NULL);
  caller = ca_caller_new_principal (name, (const char *[]){ id, NULL }, (CaDoor) door);
  text = g_strdup_printf ("%s; %s", detail, note);
  if (actor != NULL)
    *actor = g_strdup (name);
  return ca_audit_record_new (caller, find_verb (verb), object, outcome, text);
}

static GVariant *
parse_intent (const char *text)
{
  return text != NULL ? g_variant_parse (G_VARIANT_TYPE (INTENT_TYPE), text, NULL, NULL, NULL)
                      : NULL;
}

static gboolean
is_intended (GVariant *intent, const char *text)
{
  const char *after;

  if (intent == NULL)
    return FALSE;
  g_variant_get_child (intent, 7, "&s", &after);
  return strcmp (after, text) == 0;
}

/* The first run of a CA, or of an icert that keeps the record. */
static gboolean
record_first (CaEngine *engine, const char *text, GError **error)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  g_autofree char *hash = hash_of (text);
  g_autofree char *detail = g_strdup_printf ("SHA-256 %s", hash);

  put_row (batch, ROW_RECORDED, text);
  return commit (engine, batch,
                 ca_audit_list_new (ca_audit_record_new (
                     NULL, ca_verb_to_string (CA_VERB_WRITE_CONFIG), "ca.conf", "FOUND", detail)),
                 error);
}

static gboolean
record_called_off (CaEngine *engine, GVariant *intent, GError **error)
{
  ICertStoreBatch *batch = icert_store_batch_new ();

  put_row (batch, ROW_INTENT, NULL);
  return commit (engine, batch,
                 intent != NULL ? ca_audit_list_new (
                     record_of_intent (intent, "CALLED-OFF", "ca.conf is what it was before", NULL))
                                : NULL,
                 error);
}

/* A crash came between the file and its record. Whether both could agree to it nobody can tell any
 * more: what was not agreed to stays so. */
static gboolean
record_completed (CaEngine *engine,
                  const Rows *rows,
                  GVariant *intent,
                  const char *text,
                  GError **error)
{
  g_autoptr (GPtrArray) changes = diff_texts (rows->texts[ROW_RECORDED], text, error);
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (CaAuditRecord) record = NULL;
  g_autofree char *actor = NULL;

  if (changes == NULL)
    return FALSE;
  record = record_of_intent (intent, "OK", "completed after an interruption", &actor);
  add_history (engine, batch, actor, changes);
  put_row (batch, ROW_RECORDED, text);
  put_row (batch, ROW_INTENT, NULL);
  return put_agreed (batch, rows->texts[ROW_AGREED], text, error)
         && commit (engine, g_steal_pointer (&batch), ca_audit_list_new (g_steal_pointer (&record)),
                    error);
}

/* Whoever may write the file may change it without the engine. That cannot be prevented; it cannot
 * be hidden either. */
static gboolean
record_outside (CaEngine *engine,
                const Rows *rows,
                GVariant *intent,
                const char *text,
                GError **error)
{
  const char *before = rows->texts[ROW_RECORDED];
  const char *agreed = rows->texts[ROW_AGREED];
  g_autoptr (GPtrArray) changes = diff_texts (before, text, error);
  g_autoptr (CaCaller) caller = ca_caller_new_local (CA_DOOR_LOCAL);
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) records = new_records ();
  g_autofree char *described = changes != NULL ? describe_changes (changes) : NULL;
  g_autofree char *hashes = describe_hashes (before, text);
  g_autofree char *detail
      = g_strdup_printf ("changed outside the engine, found when %s has the CA open: %s: %s",
                         caller->name, hashes, described);
  g_autofree char *actor = g_strconcat ("outside the engine; found by ", caller->name, NULL);

  if (changes == NULL)
    return FALSE;
  if (agreed == NULL && needs_two (before))
    agreed = before;
  if (intent != NULL)
    g_ptr_array_add (records, record_of_intent (intent, "CALLED-OFF", "ca.conf is another", NULL));
  g_ptr_array_add (records, ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_WRITE_CONFIG),
                                                 "ca.conf", "OUTSIDE", detail));
  add_history (engine, batch, actor, changes);
  put_row (batch, ROW_RECORDED, text);
  put_row (batch, ROW_INTENT, NULL);
  if (!put_agreed (batch, agreed, text, error)
      || !commit (engine, g_steal_pointer (&batch), g_steal_pointer (&records), error))
    return FALSE;
  g_message ("ca.conf was %s", detail);
  if (agreed != NULL)
    {
      g_free (engine->config_alarm);
      engine->config_alarm = g_steal_pointer (&detail);
      ca_config_record_alarm (engine);
    }
  return TRUE;
}

void
ca_config_record_alarm (CaEngine *engine)
{
  g_autofree char *text = NULL;

  if (engine->exits == NULL || engine->config_alarm == NULL)
    return;
  text = g_steal_pointer (&engine->config_alarm);
  ca_publisher_alarm (engine, "config", "ca.conf", text);
}

/* Dual control is fixed when the CA is made (S-D11). Without it one alone could change a role or a
 * profile by the ways of icert, and nothing but the log would tell it from what two agreed to. */
static gboolean
check_mode (CaEngine *engine, const char *before, const char *text, GError **error)
{
  g_autoptr (CaCaller) caller = NULL;
  GError *refusal = NULL;

  if (!needs_two (before) || needs_two (text))
    return TRUE;
  caller = ca_caller_new_local (CA_DOOR_LOCAL);
  icert_set_error (&refusal, ICERT_ERROR_CONFIG, "DualControl",
                   "was taken out of ca.conf by hand (true, as when the CA was made)");
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_WRITE_CONFIG), "ca.conf",
                                        "CONFIG", refusal->message));
  g_propagate_error (error, refusal);
  return FALSE;
}

/* While a change is carried out nothing but what it was and what it is to be takes effect: a text
 * that somebody put there meanwhile would be in force under the name of who asked for the change.
 */
static gboolean
check_own (const Rows *rows, GVariant *intent, const char *text, GError **error)
{
  if (is_intended (intent, text) || g_strcmp0 (rows->texts[ROW_RECORDED], text) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFLICT, "ca.conf",
                   "was written by somebody else meanwhile (nobody who does)");
  return FALSE;
}

gboolean
ca_config_record_settle (CaEngine *engine, GBytes *bytes, GError **error)
{
  g_autofree char *text = text_of (bytes);
  g_autofree char *kept = g_build_filename (engine->folder, CA_CONFIG_KEPT, NULL);
  g_autoptr (GVariant) intent = NULL;
  g_auto (Rows) rows = { { NULL } };

  if (!load_rows (&rows, engine->store, error))
    return FALSE;
  intent = parse_intent (rows.texts[ROW_INTENT]);
  /* this engine is about to close it */
  if (engine->config_intent)
    return check_own (&rows, intent, text, error);
  /* of a crash: the store knows what it said */
  g_unlink (kept);
  if (rows.texts[ROW_RECORDED] == NULL)
    return record_first (engine, text, error);
  if (!check_mode (engine, rows.texts[ROW_RECORDED], text, error))
    return FALSE;
  if (strcmp (text, rows.texts[ROW_RECORDED]) == 0)
    return rows.texts[ROW_INTENT] == NULL || record_called_off (engine, intent, error);
  return is_intended (intent, text) ? record_completed (engine, &rows, intent, text, error)
                                    : record_outside (engine, &rows, intent, text, error);
}

/* Profiles */

void
ca_config_record_put_profile (ICertStoreBatch *batch, const char *text)
{
  put_row (batch, ROW_PROFILE, text);
}

gboolean
ca_config_record_load_profile (ICertStore *store, char **text, GError **error)
{
  g_auto (Rows) rows = { { NULL } };

  if (!load_rows (&rows, store, error))
    return FALSE;
  *text = g_steal_pointer (&rows.texts[ROW_PROFILE]);
  return TRUE;
}

/* For the health check */

gboolean
ca_config_record_get_state (CaEngine *engine, CaConfigState *state, GError **error)
{
  g_autoptr (CaConfig) config = ca_config_load (engine->folder, error);
  g_autoptr (GPtrArray) changes = NULL;
  g_autofree char *text = NULL;
  g_auto (Rows) rows = { { NULL } };
  GError *local = NULL;

  memset (state, 0, sizeof *state);
  if (config == NULL || !load_rows (&rows, engine->store, error))
    return FALSE;
  text = text_of (config->source);
  if (rows.texts[ROW_RECORDED] != NULL && strcmp (text, rows.texts[ROW_RECORDED]) != 0)
    {
      changes = diff_texts (rows.texts[ROW_RECORDED], text, error);
      if (changes == NULL)
        return FALSE;
      state->waiting = describe_changes (changes);
    }
  if (rows.texts[ROW_AGREED] != NULL && rows.texts[ROW_RECORDED] != NULL)
    state->unagreed = name_unagreed (rows.texts[ROW_AGREED], rows.texts[ROW_RECORDED], &local);
  if (local == NULL)
    return TRUE;
  ca_config_state_clear (state);
  g_propagate_error (error, local);
  return FALSE;
}

void
ca_config_state_clear (CaConfigState *state)
{
  g_clear_pointer (&state->waiting, g_free);
  g_clear_pointer (&state->unagreed, g_free);
}
