/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-audit.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-crypto.h"

/* What a caller wrote may be of any length and any octets; the record of it must not fail for that
 * (every refusal is one record). */
static char *
cut (const char *text, guint column)
{
  static const char ellipsis[] = "\u2026";
  gsize limit = icert_store_table_columns (ICERT_STORE_AUDIT, NULL)[column].max_length;
  char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  char *end;

  if (valid == NULL || strlen (valid) <= limit)
    return valid;
  end = g_utf8_find_prev_char (valid, valid + limit - strlen (ellipsis) + 1);
  strcpy (end, ellipsis);
  return valid;
}

CaAuditRecord *
ca_audit_record_new (const CaCaller *caller,
                     const char *verb,
                     const char *object,
                     const char *outcome,
                     const char *detail)
{
  CaAuditRecord *record = g_new0 (CaAuditRecord, 1);

  record->time = ca_clock_now ();
  record->actor = g_strdup (caller != NULL ? caller->name : "engine");
  record->door = caller != NULL ? ca_door_to_string (caller->door) : "engine";
  record->verb = verb;
  record->object = cut (object, ICERT_AUDIT_OBJECT);
  record->outcome = g_strdup (outcome);
  record->detail = cut (detail, ICERT_AUDIT_DETAIL);
  return record;
}

void
ca_audit_record_free (CaAuditRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->actor);
  g_free (record->object);
  g_free (record->outcome);
  g_free (record->detail);
  g_free (record);
}

gboolean
ca_audit_head_load (CaAuditHead *head, ICertStore *store, GError **error)
{
  static const guint8 columns[] = { ICERT_AUDIT_SEQUENCE, ICERT_AUDIT_HASH, ICERT_AUDIT_TIME };
  ICertStoreQuery query = { .table = ICERT_STORE_AUDIT,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1,
                            .descending = TRUE,
                            .limit = 1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);
  const ICertStoreValue *hash;

  if (rows == NULL)
    return FALSE;
  memset (head, 0, sizeof *head);
  if (rows->len == 0)
    return TRUE;
  hash = icert_store_row_get (rows->pdata[0], 1);
  if (hash->size != sizeof head->hash)
    {
      icert_set_error (error, ICERT_ERROR_AUDIT, "audit",
                       "the last record has no hash (32 octets)");
      return FALSE;
    }
  head->sequence = icert_store_row_get_int (rows->pdata[0], 0);
  head->time = icert_store_row_get_int (rows->pdata[0], 2);
  memcpy (head->hash, hash->data, sizeof head->hash);
  return TRUE;
}

/* Each field with its length in front, so that no two records have the same octets. */
static void
feed_text (GByteArray *octets, const char *text)
{
  guint32 size = text != NULL ? strlen (text) : 0;
  guint32 wire = GUINT32_TO_BE (text != NULL ? size : G_MAXUINT32);

  g_byte_array_append (octets, (const guint8 *) &wire, sizeof wire);
  g_byte_array_append (octets, (const guint8 *) (text != NULL ? text : ""), size);
}

static void
feed_number (GByteArray *octets, gint64 number)
{
  gint64 wire = GINT64_TO_BE (number);

  g_byte_array_append (octets, (const guint8 *) &wire, sizeof wire);
}

static void
chain (CaAuditHead *head, const char *node, const CaAuditRecord *record)
{
  g_autoptr (GByteArray) octets = g_byte_array_sized_new (512);

  g_byte_array_append (octets, head->hash, sizeof head->hash);
  feed_number (octets, head->sequence);
  feed_number (octets, record->time);
  feed_text (octets, node);
  feed_text (octets, record->actor);
  feed_text (octets, record->door);
  feed_text (octets, record->verb);
  feed_text (octets, record->object);
  feed_text (octets, record->outcome);
  feed_text (octets, record->detail);
  ca_crypto_sha256 (octets->data, octets->len, head->hash);
}

void
ca_audit_append (CaAuditHead *head,
                 const char *node,
                 const CaAuditRecord *record,
                 ICertStoreBatch *batch)
{
  head->sequence++;
  chain (head, node, record);
  icert_store_batch_begin (batch, ICERT_STORE_AUDIT, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_AUDIT_SEQUENCE, head->sequence);
  icert_store_batch_set_int (batch, ICERT_AUDIT_TIME, record->time);
  icert_store_batch_set_text (batch, ICERT_AUDIT_NODE, node);
  icert_store_batch_set_text (batch, ICERT_AUDIT_ACTOR, record->actor);
  icert_store_batch_set_text (batch, ICERT_AUDIT_DOOR, record->door);
  icert_store_batch_set_text (batch, ICERT_AUDIT_VERB, record->verb);
  icert_store_batch_set_text (batch, ICERT_AUDIT_OBJECT, record->object);
  icert_store_batch_set_text (batch, ICERT_AUDIT_OUTCOME, record->outcome);
  icert_store_batch_set_text (batch, ICERT_AUDIT_DETAIL, record->detail);
  icert_store_batch_set_data (batch, ICERT_AUDIT_HASH, head->hash, sizeof head->hash);
}
