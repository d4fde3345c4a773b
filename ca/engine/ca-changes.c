/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-changes.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-configure.h"
#include "ca-profiles.h"
#include "ca-submit.h"

#define LIFETIME (7 * G_TIME_SPAN_DAY)

static const char *const state_names[]
    = { "waits", "approved", "done", "rejected", "expired", "failed" };

static const guint8 columns[]
    = { ICERT_CHANGE_ID,           ICERT_CHANGE_STATE,       ICERT_CHANGE_TIME,
        ICERT_CHANGE_EXPIRES,      ICERT_CHANGE_ACTOR,       ICERT_CHANGE_ACTOR_NAME,
        ICERT_CHANGE_VERB,         ICERT_CHANGE_OBJECT,      ICERT_CHANGE_OLD_HASH,
        ICERT_CHANGE_SECOND_ACTOR, ICERT_CHANGE_SECOND_NAME, ICERT_CHANGE_DECIDED_WHEN,
        ICERT_CHANGE_DETAIL,       ICERT_CHANGE_VALUE };

/* The names by which ca_changes_list() answers; "" = not shown */
static const char *const column_names[]
    = { "id",     "state",    "time",      "expires", "actor-id", "actor",  "verb",
        "object", "old-hash", "second-id", "second",  "decided",  "detail", "value" };
G_STATIC_ASSERT (G_N_ELEMENTS (columns) == G_N_ELEMENTS (column_names));

typedef struct
{
  gint64 id, time, expires;
  CaChangeState state;
  char *actor, *actor_name, *verb, *object, *old_hash, *second, *second_name, *value;
} Row;

static void
row_free (Row *row)
{
  g_free (row->actor);
  g_free (row->actor_name);
  g_free (row->verb);
  g_free (row->object);
  g_free (row->old_hash);
  g_free (row->second);
  g_free (row->second_name);
  g_free (row->value);
  g_free (row);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Row, row_free)

static Row *
row_new (const ICertStoreRow *stored)
{
  Row *row = g_new0 (Row, 1);

  row->id = icert_store_row_get_int (stored, 0);
  row->state = (CaChangeState) icert_store_row_get_int (stored, 1);
  row->time = icert_store_row_get_int (stored, 2);
  row->expires = icert_store_row_get_int (stored, 3);
  row->actor = icert_store_row_dup_text (stored, 4);
  row->actor_name = icert_store_row_dup_text (stored, 5);
  row->verb = icert_store_row_dup_text (stored, 6);
  row->object = icert_store_row_dup_text (stored, 7);
  row->old_hash = icert_store_row_dup_text (stored, 8);
  row->second = icert_store_row_dup_text (stored, 9);
  row->second_name = icert_store_row_dup_text (stored, 10);
  row->value = icert_store_row_dup_text (stored, 13);
  return row;
}

/* Rows whose @column (none: -1) is @number, the newest first */
static GPtrArray *
query (ICertStore *store, int column, ICertSeek seek, gint64 number, guint limit, GError **error)
{
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE,
          .column = column >= 0 ? (guint) column : 0,
          .seek = seek,
          .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = number } };
  ICertStoreQuery query = { .table = ICERT_STORE_CHANGES,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = column >= 0 ? &condition : NULL,
                            .sort_column = -1,
                            .descending = TRUE,
                            .limit = limit };

  return icert_store_query (store, &query, NULL, error);
}

static Row *
load (CaEngine *engine, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) rows = query (engine->store, ICERT_CHANGE_ID, ICERT_SEEK_EQ, id, 1, error);

  if (rows != NULL && rows->len > 0)
    return row_new (rows->pdata[0]);
  if (rows != NULL)
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "change",
                     "no change %" G_GINT64_FORMAT " (one that icert changes lists)", id);
  return NULL;
}

/* Who decided, and when; a change that waits again is nobody's decision. */
static void
set_second (ICertStoreBatch *batch, CaChangeState state, const CaCaller *second)
{
  if (second != NULL)
    {
      icert_store_batch_set_text (batch, ICERT_CHANGE_SECOND_ACTOR, second->id);
      icert_store_batch_set_text (batch, ICERT_CHANGE_SECOND_NAME, second->name);
      icert_store_batch_set_int (batch, ICERT_CHANGE_DECIDED_WHEN, ca_clock_now ());
    }
  else if (state == CA_CHANGE_WAITS)
    {
      icert_store_batch_set_empty (batch, ICERT_CHANGE_SECOND_ACTOR);
      icert_store_batch_set_empty (batch, ICERT_CHANGE_SECOND_NAME);
      icert_store_batch_set_empty (batch, ICERT_CHANGE_DECIDED_WHEN);
    }
}

/* One batch: the new state and the audit record. @second and @detail: nullable */
static gboolean
set_state (CaEngine *engine,
           const Row *row,
           CaChangeState state,
           const CaCaller *caller,
           const CaCaller *second,
           const char *detail,
           GError **error)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autofree char *object = g_strdup_printf ("change:%" G_GINT64_FORMAT, row->id);
  g_autofree char *outcome = g_ascii_strup (state_names[state], -1);
  g_autofree char *text
      = g_strdup_printf ("%s %s of %s%s%s", row->verb, row->object, row->actor_name,
                         detail != NULL ? ": " : "", detail != NULL ? detail : "");

  icert_store_batch_begin (batch, ICERT_STORE_CHANGES, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_CHANGE_ID, row->id);
  icert_store_batch_set_int (batch, ICERT_CHANGE_STATE, state);
  if (state <= CA_CHANGE_APPROVED)
    icert_store_batch_set_int (batch, ICERT_CHANGE_EXPIRES, ca_clock_now () + LIFETIME);
  set_second (batch, state, second);
  icert_store_batch_set_text (batch, ICERT_CHANGE_DETAIL, detail);
  g_ptr_array_add (audit, ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_DECIDE_CHANGE),
                                               object, outcome, text));
  return ca_writer_commit_wait (engine->writer, batch, audit, error);
}

static char *
print_value (GVariant *value)
{
  return value != NULL ? g_variant_print (value, TRUE) : NULL;
}

/* The newest change of this caller that asks for the same and is not decided against; NULL: none */
static Row *
find_same (CaEngine *engine, const CaCaller *caller, const CaChange *change, GError **error)
{
  g_autoptr (GPtrArray) rows
      = query (engine->store, ICERT_CHANGE_STATE, ICERT_SEEK_LE, CA_CHANGE_APPROVED, 0, error);
  g_autofree char *value = print_value (change->value);
  gint64 now = ca_clock_now ();

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      g_autoptr (Row) row = row_new (rows->pdata[i]);

      if (row->expires > now && g_strcmp0 (row->actor, caller->id) == 0
          && g_strcmp0 (row->verb, ca_verb_to_string (change->verb)) == 0
          && g_strcmp0 (row->object, change->object) == 0 && g_strcmp0 (row->value, value) == 0
          && g_strcmp0 (row->old_hash, change->old_hash) == 0)
        return g_steal_pointer (&row);
    }
  return NULL;
}

static CaAuditRecord *
waiting_record (const CaCaller *caller, const CaChange *change, gint64 id)
{
  g_autofree char *detail
      = g_strdup_printf ("change %" G_GINT64_FORMAT " waits for another administrator", id);

  return ca_audit_record_new (caller, ca_verb_to_string (change->verb), change->object, "PENDING",
                              detail);
}

static gboolean
insert (CaEngine *engine,
        const CaCaller *caller,
        const CaChange *change,
        gint64 *id,
        GError **error)
{
  g_autoptr (GPtrArray) newest = query (engine->store, -1, ICERT_SEEK_EQ, 0, 1, error);
  ICertStoreBatch *batch;
  g_autofree char *value = print_value (change->value);
  gint64 now = ca_clock_now ();

  if (newest == NULL)
    return FALSE;
  *id = newest->len > 0 ? icert_store_row_get_int (newest->pdata[0], 0) + 1 : 1;
  batch = icert_store_batch_new ();
  icert_store_batch_begin (batch, ICERT_STORE_CHANGES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_CHANGE_ID, *id);
  icert_store_batch_set_int (batch, ICERT_CHANGE_STATE, CA_CHANGE_WAITS);
  icert_store_batch_set_int (batch, ICERT_CHANGE_TIME, now);
  icert_store_batch_set_int (batch, ICERT_CHANGE_EXPIRES, now + LIFETIME);
  icert_store_batch_set_text (batch, ICERT_CHANGE_ACTOR, caller->id);
  icert_store_batch_set_text (batch, ICERT_CHANGE_ACTOR_NAME, caller->name);
  icert_store_batch_set_text (batch, ICERT_CHANGE_VERB, ca_verb_to_string (change->verb));
  icert_store_batch_set_text (batch, ICERT_CHANGE_OBJECT, change->object);
  icert_store_batch_set_text (batch, ICERT_CHANGE_OLD_HASH, change->old_hash);
  icert_store_batch_set_text (batch, ICERT_CHANGE_VALUE, value);
  return ca_writer_commit_wait (engine->writer, batch,
                                ca_audit_list_new (waiting_record (caller, change, *id)), error);
}

static void
set_pending (GError **error, gint64 id)
{
  icert_set_error (error, ICERT_ERROR_PENDING, "change",
                   "%" G_GINT64_FORMAT " waits for another administrator (icert approve "
                   "%" G_GINT64_FORMAT ")",
                   id, id);
  if (error != NULL)
    icert_error_add_detail (*error, "change", "%" G_GINT64_FORMAT, id);
}

static gboolean
use_up (CaEngine *engine, const Row *row, const CaCaller *caller, GError **error)
{
  return set_state (engine, row, CA_CHANGE_DONE, caller, NULL, "used by who asked", error);
}

/* People, with the rights of this moment */

/* Whom the change knows as @id, which is never given to somebody else, and @name, which is: an
 * account is who has that number now, by whatever name. A name gives a right only where no account
 * of this machine has it, and none has the number. */
static CaCaller *
person_of (const char *id, const char *name)
{
  g_autoptr (CaCaller) account = NULL;
  g_autoptr (CaCaller) namesake = ca_caller_new_account (name, CA_DOOR_LOCAL);
  g_autofree char *user = g_strconcat ("user:", name, NULL);
  const char *const principals[] = { id, namesake->uid == G_MAXUINT ? user : NULL, NULL };
  guint64 uid;

  if (g_str_has_prefix (id, "uid:")
      && g_ascii_string_to_unsigned (id + strlen ("uid:"), 10, 0, G_MAXUINT - 1, &uid, NULL))
    account = ca_caller_new_uid ((guint) uid, CA_DOOR_LOCAL);
  /* ca-caller.c calls an account that is not there by its number */
  if (account != NULL && strcmp (account->name, id) != 0)
    return g_steal_pointer (&account);
  return ca_caller_new_principal (name, principals, CA_DOOR_LOCAL);
}

/* The request whose resubmission waits, with the content version that was asked for. NULL without
 * an error: the change is another one. */
static CaRequest *
load_request (CaEngine *engine, const Row *row, gint64 *version, GError **error)
{
  CaVerb verb = ca_verb_from_string (row->verb);
  g_autoptr (GVariant) value = NULL;
  gint64 id;

  if (verb != CA_VERB_RESUBMIT && verb != CA_VERB_RESUBMIT_DENIED)
    return NULL;
  value = g_variant_parse (G_VARIANT_TYPE (CA_CHANGE_REQUEST_TYPE), row->value, NULL, NULL, error);
  if (value == NULL)
    return NULL;
  g_variant_get_child (value, 0, "x", &id);
  g_variant_get_child (value, 1, "x", version);
  return ca_engine_load (engine, id, error);
}

/* S-D10 holds for a CA certificate too: whoever submitted the request is not the second person. */
static gboolean
check_submitter (CaEngine *engine,
                 const CaFacts *facts,
                 const Row *row,
                 const CaCaller *second,
                 GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 version;
  g_autoptr (CaRequest) request = load_request (engine, row, &version, &local);

  if (local == NULL)
    return request == NULL || ca_roles_check_approval (facts->config, second, request, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* S-D12: an approval of what was changed since it was asked for would never be used, but whoever
 * gave it would believe to have approved what is there. */
static gboolean
check_content (CaEngine *engine, const Row *row, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 version;
  g_autoptr (CaRequest) request = load_request (engine, row, &version, &local);

  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (request == NULL || request->content_version == version)
    return TRUE;
  else
    icert_set_error (error, ICERT_ERROR_WRONG_STATE, "change",
                     "%s was changed since it was asked for (a new change)", row->object);
  return FALSE;
}

/* What whoever approves must be allowed to, when they do and when it is used (S-D13) */
static gboolean
check_second (CaEngine *engine, const Row *row, const CaCaller *second, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);

  if (!ca_roles_check (facts->config, second, CA_VERB_DECIDE_CHANGE, error))
    return FALSE;
  if (strcmp (row->actor, second->id) != 0)
    return check_submitter (engine, facts, row, second, error);
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "change",
                   "%s asked for it (another administrator)", second->name);
  return FALSE;
}

/* An approval is worth what its approver may do now. TRUE: @row is approved, or waits for another
 * approval. */
static gboolean
judge_approval (CaEngine *engine, Row *row, const CaCaller *caller, GError **error)
{
  g_autoptr (CaCaller) second = person_of (row->second != NULL ? row->second : "",
                                           row->second_name != NULL ? row->second_name : "");
  g_autoptr (GError) loss = NULL;
  g_autofree char *detail = NULL;

  if (check_second (engine, row, second, &loss))
    return TRUE;
  if (!g_error_matches (loss, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED))
    {
      g_propagate_error (error, g_steal_pointer (&loss));
      return FALSE;
    }
  detail = g_strdup_printf ("the approval of %s (%s) counts no more: %s", second->name, second->id,
                            loss->message);
  row->state = CA_CHANGE_WAITS;
  return set_state (engine, row, CA_CHANGE_WAITS, caller, NULL, detail, error);
}

/* With the mutex held; TRUE: @row is approved, and not used up yet. */
static gboolean
find_approved (CaEngine *engine,
               CaCaller *caller,
               const CaChange *change,
               Row **row,
               GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (Row) same = find_same (engine, caller, change, &local);
  gint64 id;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (same != NULL && same->state == CA_CHANGE_APPROVED
      && !judge_approval (engine, same, caller, error))
    return FALSE;
  if (same != NULL && same->state == CA_CHANGE_APPROVED)
    {
      *row = g_steal_pointer (&same);
      return TRUE;
    }
  if (same != NULL)
    {
      id = same->id;
      ca_writer_audit (engine->writer, waiting_record (caller, change, id));
    }
  else if (!insert (engine, caller, change, &id, error))
    return FALSE;
  set_pending (error, id);
  return FALSE;
}

/* @id: nullable; where it is given the approval lasts */
static gboolean
require (CaEngine *engine, CaCaller *caller, const CaChange *change, gint64 *id, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autoptr (Row) row = NULL;
  gboolean ok;

  if (caller->door == CA_DOOR_SETUP)
    return TRUE;
  if (!facts->config->dual_control)
    {
      ca_writer_audit (engine->writer,
                       ca_audit_record_new (caller, ca_verb_to_string (change->verb),
                                            change->object, "SINGLE-OPERATOR",
                                            "no second administrator in this mode"));
      return TRUE;
    }
  g_mutex_lock (&engine->change_mutex);
  ok = find_approved (engine, caller, change, &row, error);
  if (ok && id != NULL)
    *id = row->id;
  else if (ok)
    ok = use_up (engine, row, caller, error);
  g_mutex_unlock (&engine->change_mutex);
  return ok;
}

gboolean
ca_changes_require (CaEngine *engine, CaCaller *caller, const CaChange *change, GError **error)
{
  return require (engine, caller, change, NULL, error);
}

gboolean
ca_changes_begin (CaEngine *engine,
                  CaCaller *caller,
                  const CaChange *change,
                  gint64 *id,
                  GError **error)
{
  *id = 0;
  return require (engine, caller, change, id, error);
}

gboolean
ca_changes_end (CaEngine *engine, const CaCaller *caller, gint64 id, GError **error)
{
  g_autoptr (Row) row = NULL;
  gboolean ok;

  if (id == 0)
    return TRUE;
  g_mutex_lock (&engine->change_mutex);
  row = load (engine, id, error);
  /* two calls may have done the rest at once */
  ok = row != NULL && (row->state != CA_CHANGE_APPROVED || use_up (engine, row, caller, error));
  g_mutex_unlock (&engine->change_mutex);
  return ok;
}

char *
ca_changes_dup_second (CaEngine *engine, gint64 id)
{
  g_autoptr (Row) row = load (engine, id, NULL);

  return row != NULL ? g_strdup (row->second_name) : NULL;
}

gboolean
ca_changes_void (ICertStore *store, ICertStoreBatch *batch, GError **error)
{
  g_autoptr (GPtrArray) rows
      = query (store, ICERT_CHANGE_STATE, ICERT_SEEK_LE, CA_CHANGE_APPROVED, 0, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      icert_store_batch_begin (batch, ICERT_STORE_CHANGES, ICERT_STORE_UPDATE);
      icert_store_batch_set_int (batch, ICERT_CHANGE_ID,
                                 icert_store_row_get_int (rows->pdata[i], 0));
      icert_store_batch_set_int (batch, ICERT_CHANGE_STATE, CA_CHANGE_EXPIRED);
      icert_store_batch_set_text (batch, ICERT_CHANGE_DETAIL, "void since a restore");
    }
  return rows != NULL;
}

GVariant *
ca_changes_list (CaEngine *engine, gboolean all, GError **error)
{
  g_autoptr (GPtrArray) rows = query (engine->store, all ? -1 : ICERT_CHANGE_STATE, ICERT_SEEK_LE,
                                      CA_CHANGE_APPROVED, 0, error);
  GVariantBuilder builder;

  if (rows == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rows->len; i++)
    {
      gint64 state = icert_store_row_get_int (rows->pdata[i], 1);
      gboolean void_now = state <= CA_CHANGE_APPROVED
                          && icert_store_row_get_int (rows->pdata[i], 3) <= ca_clock_now ();

      if (void_now && !all)
        continue;
      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      for (guint j = 0; j < G_N_ELEMENTS (columns); j++)
        {
          const ICertStoreValue *cell = icert_store_row_get (rows->pdata[i], j);
          GVariant *value = NULL;

          if (columns[j] == ICERT_CHANGE_STATE)
            value = g_variant_new_string (
                state_names[void_now ? CA_CHANGE_EXPIRED : (CaChangeState) state]);
          else if (cell->type == ICERT_PROPERTY_TYPE_STRING)
            value = g_variant_new_take_string (g_strndup (cell->data, cell->size));
          else if (cell->type != ICERT_PROPERTY_TYPE_NONE)
            value = g_variant_new_int64 (cell->integer);
          if (value != NULL)
            g_variant_builder_add (&builder, "{sv}", column_names[j], value);
        }
      g_variant_builder_close (&builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Deciding */

static gboolean
check_waits (CaEngine *engine, const Row *row, const CaCaller *second, GError **error)
{
  gboolean is_void = row->state == CA_CHANGE_WAITS && row->expires <= ca_clock_now ();

  if (is_void && !set_state (engine, row, CA_CHANGE_EXPIRED, second, NULL, NULL, error))
    return FALSE;
  if (!is_void && row->state == CA_CHANGE_WAITS)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "change",
                   "%" G_GINT64_FORMAT " is %s (one that waits)", row->id,
                   state_names[is_void ? CA_CHANGE_EXPIRED : row->state]);
  return FALSE;
}

/* What is made at the moment of approval; FALSE with an error: it was not made */
static gboolean
apply (CaEngine *engine,
       const Row *row,
       const CaCaller *first,
       const CaCaller *second,
       CaVerb verb,
       GError **error)
{
  g_autoptr (GVariant) value = NULL;
  g_autofree char *hash = NULL;
  gboolean is_profile = verb == CA_VERB_WRITE_PROFILE;

  value = g_variant_parse (is_profile ? G_VARIANT_TYPE ("(sms)") : G_VARIANT_TYPE ("a(ssmv)"),
                           row->value, NULL, NULL, error);
  if (value == NULL)
    return FALSE;
  hash = is_profile ? ca_profiles_hash_current (engine, value)
                    : ca_configure_hash (engine, value, error);
  if (hash == NULL)
    return FALSE;
  if (g_strcmp0 (hash, row->old_hash) != 0)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "change",
                       "%s was changed since it was asked for (a new change)", row->object);
      return FALSE;
    }
  return is_profile ? ca_profiles_apply (engine, first, second, value, error)
                    : ca_configure_apply (engine, first, second, verb, value, error);
}

/* With the mutex held */
static gboolean
approve (CaEngine *engine, CaCaller *second, gint64 id, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autoptr (Row) row = load (engine, id, error);
  g_autoptr (CaCaller) first = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean is_made_now;
  CaVerb verb;

  if (row == NULL || !check_waits (engine, row, second, error)
      || !check_second (engine, row, second, error))
    return FALSE;
  verb = ca_verb_from_string (row->verb);
  first = person_of (row->actor, row->actor_name);
  if (verb == CA_N_VERBS || !ca_roles_check (facts->config, first, verb, error))
    return FALSE;
  is_made_now = verb == CA_VERB_WRITE_CONFIG || verb == CA_VERB_WRITE_SECURITY
                || verb == CA_VERB_SET_CA_PROPERTY || verb == CA_VERB_WRITE_PROFILE;
  if (is_made_now ? apply (engine, row, first, second, verb, &failure)
                  : check_content (engine, row, &failure))
    return set_state (engine, row, is_made_now ? CA_CHANGE_DONE : CA_CHANGE_APPROVED, second,
                      second, NULL, error);
  if (set_state (engine, row, CA_CHANGE_FAILED, second, second, failure->message, error))
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
finish (CaEngine *engine, const CaCaller *caller, gint64 id, GError *refusal, GError **error)
{
  g_autofree char *object = g_strdup_printf ("change:%" G_GINT64_FORMAT, id);

  if (refusal == NULL)
    return TRUE;
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_DECIDE_CHANGE), object,
                                        refusal->domain == ICERT_ERROR
                                            ? icert_error_get_code_name (refusal->code)
                                            : g_quark_to_string (refusal->domain),
                                        refusal->message));
  g_propagate_error (error, refusal);
  return FALSE;
}

/* With the mutex held: while somebody waited for it, another decision may have taken the role. */
static gboolean
may_decide (CaEngine *engine, const CaCaller *second, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);

  return ca_roles_check (facts->config, second, CA_VERB_DECIDE_CHANGE, error);
}

gboolean
ca_changes_approve (CaEngine *engine, CaCaller *second, gint64 id, GError **error)
{
  GError *refusal = NULL;

  g_mutex_lock (&engine->change_mutex);
  if (may_decide (engine, second, &refusal))
    approve (engine, second, id, &refusal);
  g_mutex_unlock (&engine->change_mutex);
  return finish (engine, second, id, refusal, error);
}

static gboolean
reject (CaEngine *engine, CaCaller *second, gint64 id, const char *reason, GError **error)
{
  g_autoptr (Row) row = load (engine, id, error);

  return row != NULL && check_waits (engine, row, second, error)
         && set_state (engine, row, CA_CHANGE_REJECTED, second, second, reason, error);
}

gboolean
ca_changes_reject (CaEngine *engine,
                   CaCaller *second,
                   gint64 id,
                   const char *reason,
                   GError **error)
{
  GError *refusal = NULL;

  g_mutex_lock (&engine->change_mutex);
  if (may_decide (engine, second, &refusal) && ca_engine_check_reason (reason, &refusal))
    reject (engine, second, id, reason, &refusal);
  g_mutex_unlock (&engine->change_mutex);
  return finish (engine, second, id, refusal, error);
}
