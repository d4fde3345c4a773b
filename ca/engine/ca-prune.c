/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-prune.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "ca-changes.h"
#include "ca-clock.h"
#include "ca-crl.h"
#include "ca-limits.h"
#include "ca-own-rows.h"
#include "ca-revoke.h"
#include "ca-steps.h"

#define ARCHIVED_KEY "Request.RawArchivedKey"

/* What is to be deleted: the rows of a query, each with its id and, of requests, its version. */
typedef struct
{
  CaEngine *engine;
  CaCaller *caller;
  ICertTable table;
  char *object;  /* of the audit records of a refusal */
  gint64 change; /* the approval that it has under dual control; 0: none is needed */
} Prune;

static void
prune_clear (Prune *prune)
{
  g_free (prune->object);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Prune, prune_clear)

static ICertStoreCondition
compare (guint column, ICertSeek seek, gint64 value)
{
  return (ICertStoreCondition){ .kind = ICERT_STORE_COMPARE,
                                .column = column,
                                .seek = seek,
                                .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value } };
}

static ICertStoreCondition
is_empty (guint column)
{
  return (
      ICertStoreCondition){ .kind = ICERT_STORE_COMPARE, .column = column, .seek = ICERT_SEEK_EQ };
}

/* A certificate is a row of the request table. */
static ICertTable
table_of (ICertTable table)
{
  return table == ICERT_TABLE_CERTIFICATES ? ICERT_TABLE_REQUESTS : table;
}

static gboolean
refuse_table (GError **error, const char *what, const char *expected)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, "table", "%s (%s)", what, expected);
  return FALSE;
}

static gboolean
check_table (ICertTable table, GError **error)
{
  return table == ICERT_TABLE_REQUESTS || table == ICERT_TABLE_ATTRIBUTES
         || table == ICERT_TABLE_EXTENSIONS || table == ICERT_TABLE_CRLS
         || refuse_table (error, "its rows stay", "requests, attributes, extensions or crls");
}

/* Each deleted row has a record of its own, so that the log proves what is missing and why (S-E7).
 */
static void
add_record (const Prune *prune, const char *kind, gint64 id, GPtrArray *audit)
{
  g_autofree char *object = g_strdup_printf ("%s:%" G_GINT64_FORMAT, kind, id);

  g_ptr_array_add (audit,
                   ca_audit_record_new (prune->caller, ca_verb_to_string (CA_VERB_DELETE_ROW),
                                        object, "deleted", NULL));
}

/* Requests */

static const guint8 request_columns[]
    = { ICERT_REQUEST_ID, ICERT_REQUEST_VERSION, ICERT_REQUEST_DISPOSITION };

static GPtrArray *
query_requests (ICertStore *store,
                const ICertStoreCondition *condition,
                int sort_column,
                guint limit,
                GError **error)
{
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (request_columns),
                            .columns = request_columns,
                            .condition = condition,
                            .sort_column = sort_column,
                            .limit = limit };

  return icert_store_query (store, &query, NULL, error);
}

/* Whoever changed the row meanwhile has raised its version, and it stays. */
static void
delete_request (const Prune *prune,
                const ICertStoreRow *row,
                ICertStoreBatch *batch,
                GPtrArray *audit)
{
  gint64 id = icert_store_row_get_int (row, 0);

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_VERSION, icert_store_row_get_int (row, 1));
  add_record (prune, "request", id, audit);
}

/* Rows with an archived key stay: nobody else has it. */
static guint
add_unarchived (const ICertStoreCondition **parts, guint n_parts, ICertStoreCondition *own)
{
  int column = icert_store_find_column (ICERT_STORE_REQUESTS, ARCHIVED_KEY);

  if (column < 0)
    return n_parts;
  *own = is_empty ((guint) column);
  parts[n_parts] = own;
  return n_parts + 1;
}

static gint64
delete_requests (const Prune *prune,
                 const ICertStoreCondition *condition,
                 int sort_column,
                 gboolean *more,
                 GError **error)
{
  ICertStoreCondition unarchived;
  const ICertStoreCondition *parts[2] = { condition };
  ICertStoreCondition all = { .kind = ICERT_STORE_AND, .parts = parts };
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  GPtrArray *audit;
  guint n;

  all.n_parts = add_unarchived (parts, 1, &unarchived);
  rows = query_requests (prune->engine->store, &all, sort_column, CA_LIMIT_PRUNE_CHUNK + 1, error);
  if (rows == NULL)
    return -1;
  *more = rows->len > CA_LIMIT_PRUNE_CHUNK;
  n = MIN (rows->len, CA_LIMIT_PRUNE_CHUNK);
  audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  for (guint i = 0; i < n; i++)
    delete_request (prune, rows->pdata[i], batch, audit);
  if (!ca_writer_commit_wait (prune->engine->writer, g_steal_pointer (&batch), audit, error))
    return -1;
  return n;
}

static gint64
delete_expired_requests (const Prune *prune, gint64 before, gboolean *more, GError **error)
{
  ICertStoreCondition from
      = compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_GE, ICERT_ROW_DISPOSITION_ISSUED);
  ICertStoreCondition to
      = compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_LE, ICERT_ROW_DISPOSITION_REVOKED);
  ICertStoreCondition ended = compare (ICERT_REQUEST_NOT_AFTER, ICERT_SEEK_LT, before);
  const ICertStoreCondition *parts[] = { &ended, &from, &to };
  ICertStoreCondition all = { .kind = ICERT_STORE_AND, .n_parts = 3, .parts = parts };

  return delete_requests (prune, &all, ICERT_REQUEST_NOT_AFTER, more, error);
}

static gint64
delete_unresolved_requests (const Prune *prune, gint64 before, gboolean *more, GError **error)
{
  ICertStoreCondition pending
      = compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_EQ, ICERT_ROW_DISPOSITION_PENDING);
  ICertStoreCondition failed
      = compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_GE, ICERT_ROW_DISPOSITION_ERROR);
  const ICertStoreCondition *states[] = { &pending, &failed };
  ICertStoreCondition state = { .kind = ICERT_STORE_OR, .n_parts = 2, .parts = states };
  ICertStoreCondition resolved = compare (ICERT_REQUEST_RESOLVED_WHEN, ICERT_SEEK_LT, before);
  ICertStoreCondition open = is_empty (ICERT_REQUEST_RESOLVED_WHEN);
  ICertStoreCondition submitted = compare (ICERT_REQUEST_SUBMITTED_WHEN, ICERT_SEEK_LT, before);
  const ICertStoreCondition *waiting[] = { &open, &submitted };
  ICertStoreCondition both = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = waiting };
  const ICertStoreCondition *dates[] = { &resolved, &both };
  ICertStoreCondition date = { .kind = ICERT_STORE_OR, .n_parts = 2, .parts = dates };
  const ICertStoreCondition *parts[] = { &state, &date };
  ICertStoreCondition all = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = parts };

  return delete_requests (prune, &all, -1, more, error);
}

static gboolean
has_archived_key (const Prune *prune, gint64 id, gboolean *archived, GError **error)
{
  ICertStoreCondition unarchived;
  ICertStoreCondition same = compare (ICERT_REQUEST_ID, ICERT_SEEK_EQ, id);
  const ICertStoreCondition *parts[2] = { &same };
  ICertStoreCondition all = { .kind = ICERT_STORE_AND, .parts = parts };
  g_autoptr (GPtrArray) rows = NULL;

  all.n_parts = add_unarchived (parts, 1, &unarchived);
  rows = query_requests (prune->engine->store, &all, -1, 1, error);
  *archived = rows != NULL && rows->len == 0;
  return rows != NULL;
}

static gboolean
refuse_state (GError **error, gint64 id, const char *is)
{
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "request", "%" G_GINT64_FORMAT " %s", id, is);
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x80094003");
  return FALSE;
}

static gboolean
check_request (const Prune *prune, const ICertStoreRow *row, GError **error)
{
  gint64 id = icert_store_row_get_int (row, 0);
  gint64 disposition = icert_store_row_get_int (row, 2);
  gboolean archived = FALSE;

  if (ca_own_rows_contain (id))
    return refuse_state (error, id, "is a certificate of the CA or above it (a request)");
  if (disposition == ICERT_ROW_DISPOSITION_ACTIVE)
    return refuse_state (error, id, "is being judged (one that has an answer)");
  if (prune->table != ICERT_TABLE_REQUESTS)
    return disposition != ICERT_ROW_DISPOSITION_PENDING
           || refuse_state (error, id, "is pending: set-attributes and set-extension change it");
  if (!has_archived_key (prune, id, &archived, error))
    return FALSE;
  return !archived || refuse_state (error, id, "has an archived key, which nobody else has");
}

static ICertStoreRow *
find_request (const Prune *prune, gint64 id, GError **error)
{
  ICertStoreCondition same = compare (ICERT_REQUEST_ID, ICERT_SEEK_EQ, id);
  g_autoptr (GPtrArray) rows = query_requests (prune->engine->store, &same, -1, 1, error);

  if (rows == NULL || rows->len == 0)
    return NULL;
  return icert_store_row_new (icert_store_row_get (rows->pdata[0], 0),
                              G_N_ELEMENTS (request_columns));
}

static gint64
delete_one_request (const Prune *prune, const ICertStoreRow *row, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autoptr (ICertStoreRow) still = NULL;
  GError *local = NULL;

  delete_request (prune, row, batch, audit);
  if (!ca_writer_commit_wait (prune->engine->writer, g_steal_pointer (&batch), audit, error))
    return -1;
  /* somebody was faster and changed it */
  still = find_request (prune, icert_store_row_get_int (row, 0), &local);
  if (still == NULL && local == NULL)
    return 1;
  if (local != NULL)
    g_propagate_error (error, local);
  else
    refuse_state (error, icert_store_row_get_int (row, 0), "was changed meanwhile (ask again)");
  return -1;
}

/* Attributes and extensions of a request that was decided */
static gint64
delete_parts (const Prune *prune, gint64 id, GError **error)
{
  gboolean attributes = prune->table == ICERT_TABLE_ATTRIBUTES;
  ICertStoreTable table = attributes ? ICERT_STORE_ATTRIBUTES : ICERT_STORE_EXTENSIONS;
  guint column = attributes ? ICERT_ATTRIBUTE_REQUEST_ID : ICERT_EXTENSION_REQUEST_ID_COLUMN;
  ICertStoreCondition same = compare (column, ICERT_SEEK_EQ, id);
  gint64 count = icert_store_count (prune->engine->store, table, &same, NULL, error);
  g_autoptr (ICertStoreBatch) batch = NULL;
  GPtrArray *audit;

  if (count <= 0)
    return count;
  batch = icert_store_batch_new ();
  icert_store_batch_begin (batch, table, ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, column, id);
  audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  add_record (prune, attributes ? "attributes" : "extensions", id, audit);
  return ca_writer_commit_wait (prune->engine->writer, g_steal_pointer (&batch), audit, error)
             ? count
             : -1;
}

/* CRLs */

/* What is still to be had stays: the newest base and delta of each key and partition, whose number
 * the next run counts on from. */
static gboolean
is_newest (const Prune *prune, const CaCrlRow *row, gboolean *newest, GError **error)
{
  g_autoptr (CaCrlRow) last
      = ca_crl_row_load_newest (prune->engine->store, row->key_index, row->partition,
                                row->min_base == 0 ? CA_CRL_KIND_BASE : CA_CRL_KIND_DELTA, error);

  *newest = last == NULL || last->id == row->id;
  return last != NULL;
}

/* TRUE: it is part of the batch, its file of @files */
static gboolean
add_crl (const Prune *prune,
         gint64 id,
         ICertStoreBatch *batch,
         GPtrArray *audit,
         GPtrArray *files,
         GError **error)
{
  g_autoptr (CaCrlRow) row = ca_crl_row_load (prune->engine->store, id, error);
  gboolean newest = TRUE;

  if (row == NULL || !is_newest (prune, row, &newest, error) || newest)
    return FALSE;
  icert_store_batch_begin (batch, ICERT_STORE_PUBLICATIONS, ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, ICERT_PUBLICATION_CRL, id);
  icert_store_batch_begin (batch, ICERT_STORE_CRLS, ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, ICERT_CRL_ID, id);
  add_record (prune, "crl", id, audit);
  g_ptr_array_add (files, g_build_filename (prune->engine->folder, row->file, NULL));
  return TRUE;
}

/* Rows first: a file without a row is litter, a row without its file an error. */
static gboolean
commit_crls (const Prune *prune,
             ICertStoreBatch *batch,
             GPtrArray *audit,
             GPtrArray *files,
             GError **error)
{
  if (!ca_writer_commit_wait (prune->engine->writer, batch, audit, error))
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    if (g_unlink (files->pdata[i]) != 0 && errno != ENOENT)
      g_message ("%s: %s", (const char *) files->pdata[i], g_strerror (errno));
  return TRUE;
}

static gint64
delete_crls (const Prune *prune, GPtrArray *rows, guint n, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) audit
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  GError *local = NULL;
  gint64 count = 0;

  for (guint i = 0; i < n && local == NULL; i++)
    count += add_crl (prune, icert_store_row_get_int (rows->pdata[i], 0), batch, audit, files,
                      &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return -1;
    }
  if (count > 0
      && !commit_crls (prune, g_steal_pointer (&batch), g_steal_pointer (&audit), files, error))
    return -1;
  return count;
}

static gint64
delete_expired_crls (const Prune *prune, gint64 before, gboolean *more, GError **error)
{
  static const guint8 columns[] = { ICERT_CRL_ID };
  ICertStoreCondition ended = compare (ICERT_CRL_NEXT_UPDATE, ICERT_SEEK_LT, before);
  ICertStoreQuery query = { .table = ICERT_STORE_CRLS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &ended,
                            .sort_column = ICERT_CRL_NEXT_UPDATE,
                            .limit = CA_LIMIT_PRUNE_CHUNK + 1 };
  g_autoptr (GPtrArray) rows = icert_store_query (prune->engine->store, &query, NULL, error);

  if (rows == NULL)
    return -1;
  *more = rows->len > CA_LIMIT_PRUNE_CHUNK;
  return delete_crls (prune, rows, MIN (rows->len, CA_LIMIT_PRUNE_CHUNK), error);
}

static gint64
delete_one_crl (const Prune *prune, gint64 id, GError **error)
{
  g_autoptr (CaCrlRow) row = NULL;
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) audit
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  GError *local = NULL;

  if (add_crl (prune, id, batch, audit, files, &local))
    return commit_crls (prune, g_steal_pointer (&batch), g_steal_pointer (&audit), files, error)
               ? 1
               : -1;
  if (g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_FOUND))
    {
      g_error_free (local);
      return 0;
    }
  if (local == NULL)
    icert_set_error (&local, ICERT_ERROR_WRONG_STATE, "crl",
                     "%" G_GINT64_FORMAT " is the newest one (an older one)", id);
  g_propagate_error (error, local);
  return -1;
}

/* Doors */

/* A wrong year must not delete what is in force. */
static gboolean
check_before (GDateTime *before, gint64 *microseconds, GError **error)
{
  *microseconds = g_date_time_to_unix (before) * G_USEC_PER_SEC;
  if (*microseconds <= ca_clock_now ())
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, "before", "lies ahead (now, or earlier)");
  return FALSE;
}

/* One approval is for all that the same call deletes, in as many steps as it takes: for this table
 * and this @number, the id of a row or a date. */
static gboolean
authorise (Prune *prune, gint64 number, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (prune->engine);
  g_autoptr (GVariant) value
      = g_variant_ref_sink (g_variant_new ("(ix)", (gint32) prune->table, number));
  CaChange change = { .verb = CA_VERB_DELETE_ROW, .object = prune->object, .value = value };

  return ca_roles_check (facts->config, prune->caller, CA_VERB_DELETE_ROW, error)
         && (!facts->config->dual_control
             || ca_changes_begin (prune->engine, prune->caller, &change, &prune->change, error));
}

static gint64
end (const Prune *prune, gint64 count, gboolean more, GError *local, GError **error)
{
  if (local == NULL && !more)
    ca_changes_end (prune->engine, prune->caller, prune->change, &local);
  if (local == NULL)
    {
      if (count == 0)
        ca_writer_audit (prune->engine->writer,
                         ca_audit_record_new (prune->caller, ca_verb_to_string (CA_VERB_DELETE_ROW),
                                              prune->object, "unchanged", NULL));
      else
        ca_steps_print (6, "officer", "CertificateAuthority.Admin",
                        "%s deletes %" G_GINT64_FORMAT " of %s", prune->caller->name, count,
                        prune->object);
      return count;
    }
  ca_engine_refuse (prune->engine, prune->caller, CA_VERB_DELETE_ROW, prune->object, local, error);
  return -1;
}

gint64
ca_engine_delete_row (CaEngine *engine,
                      CaCaller *caller,
                      ICertTable table,
                      gint64 id,
                      GError **error)
{
  g_auto (Prune) prune = { .engine = engine, .caller = caller, .table = table_of (table) };
  g_autoptr (ICertStoreRow) row = NULL;
  GError *local = NULL;
  gint64 count = 0;

  prune.object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);
  if (!authorise (&prune, id, &local) || !check_table (prune.table, &local))
    return end (&prune, -1, FALSE, local, error);
  if (table == ICERT_TABLE_CRLS)
    {
      count = delete_one_crl (&prune, id, &local);
      return end (&prune, count, FALSE, local, error);
    }
  row = find_request (&prune, id, &local);
  if (row == NULL || !check_request (&prune, row, &local))
    return end (&prune, 0, FALSE, local, error);
  count = prune.table == ICERT_TABLE_REQUESTS ? delete_one_request (&prune, row, &local)
                                              : delete_parts (&prune, id, &local);
  return end (&prune, count, FALSE, local, error);
}

static gint64
delete_expired (const Prune *prune, GDateTime *before, gboolean *more, GError **error)
{
  gint64 end;

  if (prune->table != ICERT_TABLE_REQUESTS && prune->table != ICERT_TABLE_CRLS)
    {
      refuse_table (error, "its rows have no end", "requests or crls");
      return -1;
    }
  if (!check_before (before, &end, error))
    return -1;
  return prune->table == ICERT_TABLE_CRLS ? delete_expired_crls (prune, end, more, error)
                                          : delete_expired_requests (prune, end, more, error);
}

gint64
ca_engine_delete_expired (CaEngine *engine,
                          CaCaller *caller,
                          ICertTable table,
                          GDateTime *before,
                          gboolean *more,
                          GError **error)
{
  g_auto (Prune) prune = { .engine = engine, .caller = caller, .table = table_of (table) };
  GError *local = NULL;
  gint64 count = -1;

  *more = FALSE;
  prune.object = g_strdup ("expired");
  if (authorise (&prune, g_date_time_to_unix (before), &local))
    count = delete_expired (&prune, before, more, &local);
  return end (&prune, count, *more, local, error);
}

gint64
ca_engine_delete_unresolved (CaEngine *engine,
                             CaCaller *caller,
                             GDateTime *before,
                             gboolean *more,
                             GError **error)
{
  g_auto (Prune) prune = { .engine = engine, .caller = caller, .table = ICERT_TABLE_REQUESTS };
  GError *local = NULL;
  gint64 count = -1;
  gint64 until;

  *more = FALSE;
  prune.object = g_strdup ("unresolved");
  if (authorise (&prune, g_date_time_to_unix (before), &local)
      && check_before (before, &until, &local))
    count = delete_unresolved_requests (&prune, until, more, &local);
  return end (&prune, count, *more, local, error);
}
