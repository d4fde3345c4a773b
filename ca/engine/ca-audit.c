/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-audit.h"

#include <string.h>

#include <openssl/core_names.h>

#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-query.h"

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

GPtrArray *
ca_audit_list_new (CaAuditRecord *record)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);

  g_ptr_array_add (list, record);
  return list;
}

gboolean
ca_audit_head_load (CaAuditHead *head, ICertStore *store, GError **error)
{
  static const guint8 columns[]
      = { ICERT_AUDIT_SEQUENCE, ICERT_AUDIT_HASH, ICERT_AUDIT_TIME, ICERT_AUDIT_VERB };
  ICertStoreQuery query = { .table = ICERT_STORE_AUDIT,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1,
                            .descending = TRUE,
                            .limit = 1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);
  g_autofree char *verb = NULL;
  const ICertStoreValue *hash;

  if (rows == NULL)
    return FALSE;
  memset (head, 0, sizeof *head);
  head->stopped = TRUE;
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
  verb = icert_store_row_dup_text (rows->pdata[0], 3);
  head->stopped = g_strcmp0 (verb, CA_AUDIT_VERB_STOP) == 0;
  return TRUE;
}

gboolean
ca_audit_has (ICertStore *store,
              gint64 sequence,
              const guint8 hash[CA_AUDIT_HASH],
              gboolean *has,
              GError **error)
{
  static const guint8 column = ICERT_AUDIT_HASH;
  g_autoptr (GPtrArray) rows
      = ca_query_int (store, ICERT_STORE_AUDIT, ICERT_AUDIT_SEQUENCE, sequence, &column, 1, error);
  const ICertStoreValue *own;

  *has = FALSE;
  if (rows == NULL || rows->len == 0)
    return rows != NULL;
  own = icert_store_row_get (rows->pdata[0], 0);
  *has = own->size == CA_AUDIT_HASH && memcmp (own->data, hash, CA_AUDIT_HASH) == 0;
  return TRUE;
}

/* Each field with its length in front, so that no two records have the same octets. */
static void
feed_text (GByteArray *octets, const CaAuditText *text)
{
  guint32 wire = GUINT32_TO_BE (text->data != NULL ? (guint32) text->size : G_MAXUINT32);

  g_byte_array_append (octets, (const guint8 *) &wire, sizeof wire);
  if (text->data != NULL)
    g_byte_array_append (octets, text->data, text->size);
}

static void
feed_number (GByteArray *octets, gint64 number)
{
  gint64 wire = GINT64_TO_BE (number);

  g_byte_array_append (octets, (const guint8 *) &wire, sizeof wire);
}

void
ca_audit_hash (const guint8 before[CA_AUDIT_HASH],
               const CaAuditFields *fields,
               guint8 hash[CA_AUDIT_HASH])
{
  g_autoptr (GByteArray) octets = g_byte_array_sized_new (512);

  g_byte_array_append (octets, before, CA_AUDIT_HASH);
  feed_number (octets, fields->sequence);
  feed_number (octets, fields->time);
  for (guint i = 0; i < CA_AUDIT_N_TEXTS; i++)
    feed_text (octets, &fields->texts[i]);
  ca_crypto_sha256 (octets->data, octets->len, hash);
}

/* The MAC */

struct _CaAuditMac
{
  EVP_MAC_CTX *context; /* keyed */
};

static const char mac_label[] = "icert audit record 1";

static EVP_MAC_CTX *
new_context (const void *key, gsize size)
{
  char digest[] = "SHA256";
  OSSL_PARAM parameters[]
      = { OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_END };
  EVP_MAC *hmac = EVP_MAC_fetch (ca_crypto_get_libctx (), "HMAC", NULL);
  EVP_MAC_CTX *context = EVP_MAC_CTX_new (hmac);

  EVP_MAC_free (hmac);
  if (context == NULL || EVP_MAC_init (context, key, size, parameters) != 1)
    g_error ("HMAC-SHA-256 is missing");
  return context;
}

static void
finish_context (EVP_MAC_CTX *context, const void *data, gsize size, guint8 value[CA_AUDIT_HASH])
{
  size_t written;

  if (EVP_MAC_update (context, data, size) != 1
      || EVP_MAC_final (context, value, &written, CA_AUDIT_HASH) != 1 || written != CA_AUDIT_HASH)
    g_error ("HMAC-SHA-256 failed");
}

/* The secret also opens key files: what it is used for here has a key of its own. */
CaAuditMac *
ca_audit_mac_new (GBytes *secret)
{
  CaAuditMac *mac = g_new0 (CaAuditMac, 1);
  guint8 key[CA_AUDIT_HASH];
  gsize size;
  const void *data = g_bytes_get_data (secret, &size);
  EVP_MAC_CTX *context = new_context (data, size);

  finish_context (context, mac_label, sizeof mac_label, key);
  EVP_MAC_CTX_free (context);
  mac->context = new_context (key, sizeof key);
  OPENSSL_cleanse (key, sizeof key);
  return mac;
}

void
ca_audit_mac_free (CaAuditMac *mac)
{
  if (mac == NULL)
    return;
  EVP_MAC_CTX_free (mac->context);
  g_free (mac);
}

void
ca_audit_mac_compute (CaAuditMac *mac,
                      const guint8 hash[CA_AUDIT_HASH],
                      guint8 value[CA_AUDIT_HASH])
{
  /* begins anew with the same key */
  if (EVP_MAC_init (mac->context, NULL, 0, NULL) != 1)
    g_error ("HMAC-SHA-256 failed");
  finish_context (mac->context, hash, CA_AUDIT_HASH, value);
}

/* Appending */

static CaAuditText
text_of (const char *text)
{
  return (CaAuditText){ text, text != NULL ? strlen (text) : 0 };
}

static void
append_row (const CaAuditHead *head,
            CaAuditMac *mac,
            const char *node,
            const CaAuditRecord *record,
            ICertStoreBatch *batch)
{
  guint8 value[CA_AUDIT_HASH];

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
  if (mac == NULL)
    return;
  ca_audit_mac_compute (mac, head->hash, value);
  icert_store_batch_set_data (batch, ICERT_AUDIT_MAC, value, sizeof value);
}

void
ca_audit_append (CaAuditHead *head,
                 CaAuditMac *mac,
                 const char *node,
                 const CaAuditRecord *record,
                 ICertStoreBatch *batch)
{
  CaAuditFields fields = {
    .sequence = head->sequence + 1,
    .time = record->time,
    .texts = {
      [CA_AUDIT_NODE] = text_of (node),
      [CA_AUDIT_ACTOR] = text_of (record->actor),
      [CA_AUDIT_DOOR] = text_of (record->door),
      [CA_AUDIT_VERB] = text_of (record->verb),
      [CA_AUDIT_OBJECT] = text_of (record->object),
      [CA_AUDIT_OUTCOME] = text_of (record->outcome),
      [CA_AUDIT_DETAIL] = text_of (record->detail),
    },
  };

  ca_audit_hash (head->hash, &fields, head->hash);
  head->sequence = fields.sequence;
  head->time = record->time;
  head->stopped = g_strcmp0 (record->verb, CA_AUDIT_VERB_STOP) == 0;
  append_row (head, mac, node, record, batch);
}
