/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-audit-verify.h"

#include <string.h>

#include "ca-query.h"
#include "ca-restore-mark.h"

/* The store's side of the verifier. */

#define PAGE 2000

static const guint8 columns[]
    = { ICERT_AUDIT_SEQUENCE, ICERT_AUDIT_TIME, ICERT_AUDIT_NODE,   ICERT_AUDIT_ACTOR,
        ICERT_AUDIT_DOOR,     ICERT_AUDIT_VERB, ICERT_AUDIT_OBJECT, ICERT_AUDIT_OUTCOME,
        ICERT_AUDIT_DETAIL,   ICERT_AUDIT_HASH, ICERT_AUDIT_MAC };
#define FIRST_TEXT 2
#define HASH_CELL (FIRST_TEXT + CA_AUDIT_N_TEXTS)
#define MAC_CELL (HASH_CELL + 1)

static CaAuditText
cell (const ICertStoreRow *row, guint index)
{
  const ICertStoreValue *value = icert_store_row_get (row, index);

  if (value->type == ICERT_PROPERTY_TYPE_NONE)
    return (CaAuditText){ NULL, 0 };
  return (CaAuditText){ value->data != NULL ? value->data : "", value->size };
}

static void
read_row (const ICertStoreRow *row, CaAuditRow *record)
{
  record->fields.sequence = icert_store_row_get_int (row, 0);
  record->fields.time = icert_store_row_get_int (row, 1);
  for (guint i = 0; i < CA_AUDIT_N_TEXTS; i++)
    record->fields.texts[i] = cell (row, FIRST_TEXT + i);
  record->hash = cell (row, HASH_CELL);
  record->mac = cell (row, MAC_CELL);
}

static GPtrArray *
read_page (const CaAuditReading *reading,
           gboolean from_start,
           gint64 after,
           guint limit,
           GCancellable *cancellable,
           GError **error)
{
  ICertStoreValue cursor = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = after };
  ICertStoreQuery query = { .table = ICERT_STORE_AUDIT,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1,
                            .n_after = from_start ? 0 : 1,
                            .after = from_start ? NULL : &cursor,
                            .limit = limit };

  return icert_store_query (reading->store, &query, cancellable, error);
}

/* Where the call before ended. */
static gboolean
resume (const CaAuditReading *reading, CaAuditVerifier *verifier, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  CaAuditHead last = { .sequence = reading->after };
  CaAuditRow record;

  if (reading->after == 0)
    return TRUE;
  rows = read_page (reading, FALSE, reading->after - 1, 1, NULL, error);
  if (rows == NULL)
    return FALSE;
  if (rows->len > 0)
    read_row (rows->pdata[0], &record);
  if (rows->len == 0 || record.fields.sequence != reading->after
      || record.hash.size != CA_AUDIT_HASH)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "after",
                       "no record %" G_GINT64_FORMAT " (where the call before ended)",
                       reading->after);
      return FALSE;
    }
  memcpy (last.hash, record.hash.data, CA_AUDIT_HASH);
  ca_audit_verifier_resume (verifier, &last);
  return TRUE;
}

static gint
compare_checkpoints (gconstpointer a, gconstpointer b)
{
  const CaCheckpoint *first = *(CaCheckpoint *const *) a;
  const CaCheckpoint *second = *(CaCheckpoint *const *) b;

  return first->sequence < second->sequence ? -1 : first->sequence > second->sequence;
}

static void
judge_checkpoint (const CaAuditReading *reading, CaCheckpoint *checkpoint)
{
  g_autoptr (GError) error = NULL;

  if (checkpoint->flaw != NULL)
    return;
  if (reading->audit_key == NULL)
    checkpoint->flaw = g_strdup ("the audit key is missing");
  else if (!ca_checkpoint_verify (checkpoint, reading->audit_key, &error))
    checkpoint->flaw = icert_error_get_text (error);
}

/* Lines of other CAs in the same file, and blank ones, are passed over. */
static gboolean
add_lines (const CaAuditReading *reading, GPtrArray *marks, GPtrArray *checkpoints, GError **error)
{
  for (guint i = 0; reading->sink != NULL && reading->sink[i] != NULL; i++)
    {
      g_autofree char *line = g_strchomp (g_strdup (reading->sink[i]));
      g_autoptr (CaCheckpoint) checkpoint = NULL;

      if (line[0] == '\0')
        continue;
      checkpoint = ca_checkpoint_parse (line, error);
      if (checkpoint == NULL)
        return FALSE;
      if (strcmp (checkpoint->ca, reading->ca) == 0 && !ca_restore_mark_explains (marks, checkpoint)
          && checkpoint->sequence > reading->after)
        g_ptr_array_add (checkpoints, g_steal_pointer (&checkpoint));
    }
  return TRUE;
}

static GPtrArray *
load_checkpoints (const CaAuditReading *reading, GPtrArray **marks, GError **error)
{
  g_autoptr (GPtrArray) checkpoints
      = ca_checkpoint_load (reading->store, reading->ca, 0, FALSE, error);

  if (checkpoints == NULL)
    return NULL;
  *marks = ca_restore_mark_load_all (reading->store, checkpoints, error);
  if (*marks == NULL)
    return NULL;
  while (checkpoints->len > 0
         && ((CaCheckpoint *) checkpoints->pdata[0])->sequence <= reading->after)
    g_ptr_array_remove_index (checkpoints, 0);
  if (!add_lines (reading, *marks, checkpoints, error))
    return NULL;
  for (guint i = 0; i < checkpoints->len; i++)
    judge_checkpoint (reading, checkpoints->pdata[i]);
  g_ptr_array_sort (checkpoints, compare_checkpoints);
  return g_steal_pointer (&checkpoints);
}

/* One page; FALSE with @error or at the end of what is to be read. */
static gboolean
read_on (const CaAuditReading *reading,
         CaAuditVerifier *verifier,
         CaAuditFindings *findings,
         GCancellable *cancellable,
         GError **error)
{
  guint left = reading->limit != 0 ? reading->limit - (guint) findings->records : PAGE;
  guint limit = MIN (left, PAGE);
  gboolean from_start = findings->last == 0 && findings->records == 0;
  g_autoptr (GPtrArray) rows = NULL;

  if (limit == 0)
    return FALSE;
  rows = read_page (reading, from_start, findings->last, limit, cancellable, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      CaAuditRow record;

      read_row (rows->pdata[i], &record);
      ca_audit_verifier_feed (verifier, &record);
      findings->records++;
      findings->last = record.fields.sequence;
    }
  findings->done = rows->len < limit;
  /* a page more, to say how */
  return !findings->done && ca_audit_verifier_get_problem (verifier) == CA_AUDIT_SOUND;
}

static void
report (const CaAuditVerifier *verifier, CaAuditFindings *findings)
{
  findings->problem = ca_audit_verifier_get_problem (verifier);
  findings->checkpoints = ca_audit_verifier_get_n_checkpoints (verifier);
  if (findings->problem == CA_AUDIT_SOUND)
    return;
  findings->sequence = ca_audit_verifier_get_sequence (verifier);
  findings->text = g_strdup (ca_audit_verifier_get_text (verifier));
  findings->done = TRUE;
}

gboolean
ca_audit_verify (const CaAuditReading *reading,
                 CaAuditFindings *findings,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (GPtrArray) marks = NULL;
  g_autoptr (GPtrArray) checkpoints = load_checkpoints (reading, &marks, error);
  g_autoptr (CaAuditMac) mac = NULL;
  g_autoptr (CaAuditVerifier) verifier = NULL;
  GError *local = NULL;
  gint64 mac_from;

  memset (findings, 0, sizeof *findings);
  if (checkpoints == NULL || !ca_counter_load (reading->store, CA_AUDIT_MAC_FROM, &mac_from, error))
    return FALSE;
  findings->total = icert_store_count (reading->store, ICERT_STORE_AUDIT, NULL, cancellable, error);
  if (findings->total < 0)
    return FALSE;
  if (reading->secret != NULL)
    mac = ca_audit_mac_new (reading->secret);
  verifier = ca_audit_verifier_new (checkpoints, mac, mac_from);
  if (!resume (reading, verifier, error))
    return FALSE;
  findings->last = reading->after;
  while (read_on (reading, verifier, findings, cancellable, &local))
    ;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (findings->done)
    ca_audit_verifier_finish (verifier);
  report (verifier, findings);
  if (reading->after == 0)
    findings->restores = g_steal_pointer (&marks);
  return TRUE;
}

void
ca_audit_findings_clear (CaAuditFindings *findings)
{
  g_clear_pointer (&findings->text, g_free);
  g_clear_pointer (&findings->restores, g_ptr_array_unref);
}
