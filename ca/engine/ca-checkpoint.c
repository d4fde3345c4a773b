/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-checkpoint.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-der.h"
#include "ca-query.h"

/* What is signed begins with it: nothing else that anybody signs does. */
#define LABEL "icert audit checkpoint 1"
#define WORD "icert-checkpoint"

CaCheckpoint *
ca_checkpoint_new (const char *ca, const CaAuditHead *head, const char *node)
{
  CaCheckpoint *checkpoint = g_new0 (CaCheckpoint, 1);

  checkpoint->ca = g_strdup (ca);
  checkpoint->sequence = head->sequence;
  checkpoint->time = ca_clock_now ();
  checkpoint->node = g_strdup (node);
  checkpoint->waivers = g_strdup ("");
  memcpy (checkpoint->hash, head->hash, sizeof checkpoint->hash);
  return checkpoint;
}

void
ca_checkpoint_free (CaCheckpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  g_free (checkpoint->ca);
  g_free (checkpoint->node);
  g_free (checkpoint->waivers);
  g_free (checkpoint->sinks);
  g_free (checkpoint->flaw);
  g_clear_pointer (&checkpoint->signature, g_bytes_unref);
  g_free (checkpoint);
}

/* Signing */

static void
add_number (GByteArray *octets, gint64 number)
{
  gint64 wire = GINT64_TO_BE (number);

  g_byte_array_append (octets, (const guint8 *) &wire, sizeof wire);
}

static void
add_text (GByteArray *octets, const char *text)
{
  add_number (octets, strlen (text));
  g_byte_array_append (octets, (const guint8 *) text, strlen (text));
}

static GBytes *
to_octets (const CaCheckpoint *checkpoint)
{
  GByteArray *octets = g_byte_array_new ();

  g_byte_array_append (octets, (const guint8 *) LABEL, sizeof LABEL);
  add_text (octets, checkpoint->ca);
  add_number (octets, checkpoint->sequence);
  add_number (octets, checkpoint->time);
  add_number (octets, checkpoint->records);
  add_text (octets, checkpoint->node);
  add_text (octets, checkpoint->waivers);
  g_byte_array_append (octets, checkpoint->hash, sizeof checkpoint->hash);
  g_byte_array_append (octets, checkpoint->key, sizeof checkpoint->key);
  return g_byte_array_free_to_bytes (octets);
}

static void
fingerprint (GBytes *spki, guint8 digest[CA_AUDIT_HASH])
{
  gsize size;
  const void *data = g_bytes_get_data (spki, &size);

  ca_crypto_sha256 (data, size, digest);
}

gboolean
ca_checkpoint_sign (CaCheckpoint *checkpoint, ICertKey *key, GError **error)
{
  g_autoptr (GBytes) spki = icert_key_get_public_key (key, error);
  g_autoptr (GBytes) octets = NULL;

  if (spki == NULL)
    return FALSE;
  fingerprint (spki, checkpoint->key);
  octets = to_octets (checkpoint);
  checkpoint->signature = icert_key_sign (key, "sha256", octets, NULL, error);
  return checkpoint->signature != NULL;
}

gboolean
ca_checkpoint_verify (const CaCheckpoint *checkpoint, GBytes *spki, GError **error)
{
  static const guint8 ed25519[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };
  g_autoptr (EVP_PKEY) key = NULL;
  g_autoptr (GBytes) octets = NULL;
  guint8 digest[CA_AUDIT_HASH];
  gsize size, signature_size;
  const guint8 *data, *signature;

  fingerprint (spki, digest);
  if (memcmp (digest, checkpoint->key, sizeof digest) != 0)
    {
      icert_set_error (error, ICERT_ERROR_BAD_SIGNATURE, "key",
                       "is another one (the CA's audit key)");
      return FALSE;
    }
  key = ca_crypto_public_key (spki, error);
  if (key == NULL)
    return FALSE;
  octets = to_octets (checkpoint);
  data = g_bytes_get_data (octets, &size);
  signature = g_bytes_get_data (checkpoint->signature, &signature_size);
  return ca_crypto_verify (key, ed25519, sizeof ed25519, data, size, signature, signature_size,
                           FALSE, "signature", error);
}

/* Lines */

char *
ca_checkpoint_to_line (const CaCheckpoint *checkpoint)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (checkpoint->time / G_USEC_PER_SEC);
  g_autofree char *time
      = seconds != NULL ? g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S") : g_strdup ("");
  g_autofree char *ca = g_uri_escape_string (checkpoint->ca, NULL, FALSE);
  g_autofree char *node = g_uri_escape_string (checkpoint->node, NULL, FALSE);
  g_autofree char *waivers = g_uri_escape_string (checkpoint->waivers, ";:", FALSE);
  g_autofree char *hash = ca_crypto_hex (checkpoint->hash, sizeof checkpoint->hash);
  g_autofree char *key = ca_crypto_hex (checkpoint->key, sizeof checkpoint->key);
  gsize size;
  const guchar *data = g_bytes_get_data (checkpoint->signature, &size);
  g_autofree char *signature = g_base64_encode (data, size);

  return g_strdup_printf (WORD " v=1 ca=%s sequence=%" G_GINT64_FORMAT " time=%s.%06dZ"
                               " records=%" G_GINT64_FORMAT " node=%s waivers=%s hash=%s key=%s"
                               " signature=%s",
                          ca, checkpoint->sequence, time, (int) (checkpoint->time % G_USEC_PER_SEC),
                          checkpoint->records, node, waivers, hash, key, signature);
}

/* The value of the next field; it must be the one called @name. */
static char *
take_field (char ***fields, const char *name)
{
  char *field = **fields;
  gsize length = strlen (name);

  if (field == NULL || strncmp (field, name, length) != 0 || field[length] != '=')
    return NULL;
  (*fields)++;
  return field + length + 1;
}

static gboolean
read_number (char ***fields, const char *name, gint64 *number)
{
  const char *text = take_field (fields, name);

  return text != NULL && g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, number, NULL);
}

static gboolean
read_text (char ***fields, const char *name, char **value)
{
  const char *text = take_field (fields, name);

  *value = text != NULL ? g_uri_unescape_string (text, NULL) : NULL;
  /* it is shown to people */
  return *value != NULL && g_utf8_validate (*value, -1, NULL) && ca_text_is_clean (*value);
}

static gboolean
read_time (char ***fields, gint64 *time)
{
  const char *text = take_field (fields, "time");
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  if (date == NULL || g_date_time_to_unix (date) < 0)
    return FALSE;
  *time = g_date_time_to_unix (date) * G_USEC_PER_SEC + g_date_time_get_microsecond (date);
  return TRUE;
}

static gboolean
read_digest (char ***fields, const char *name, guint8 digest[CA_AUDIT_HASH])
{
  const char *text = take_field (fields, name);

  if (text == NULL || strlen (text) != 2 * CA_AUDIT_HASH)
    return FALSE;
  for (guint i = 0; i < CA_AUDIT_HASH; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]);
      int low = g_ascii_xdigit_value (text[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      digest[i] = high << 4 | low;
    }
  return TRUE;
}

static gboolean
read_signature (char ***fields, CaCheckpoint *checkpoint)
{
  const char *text = take_field (fields, "signature");
  guchar *data;
  gsize size;

  if (text == NULL || text[0] == '\0')
    return FALSE;
  data = g_base64_decode (text, &size);
  checkpoint->signature = g_bytes_new_take (data, size);
  return size > 0 && **fields == NULL;
}

static gboolean
read_line (char **fields, CaCheckpoint *checkpoint)
{
  gint64 version;

  if (fields[0] == NULL || strcmp (fields[0], WORD) != 0)
    return FALSE;
  fields++;
  return read_number (&fields, "v", &version) && version == 1
         && read_text (&fields, "ca", &checkpoint->ca)
         && read_number (&fields, "sequence", &checkpoint->sequence)
         && read_time (&fields, &checkpoint->time)
         && read_number (&fields, "records", &checkpoint->records)
         && read_text (&fields, "node", &checkpoint->node)
         && read_text (&fields, "waivers", &checkpoint->waivers)
         && read_digest (&fields, "hash", checkpoint->hash)
         && read_digest (&fields, "key", checkpoint->key) && read_signature (&fields, checkpoint);
}

CaCheckpoint *
ca_checkpoint_parse (const char *line, GError **error)
{
  g_autoptr (CaCheckpoint) checkpoint = g_new0 (CaCheckpoint, 1);
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  g_autofree char *quoted = NULL;

  checkpoint->from_sink = TRUE;
  if (read_line (fields, checkpoint))
    return g_steal_pointer (&checkpoint);
  quoted = icert_error_quote (line, -1);
  icert_set_error (error, ICERT_ERROR_MALFORMED, "checkpoints",
                   "%s is no checkpoint (a line that a CA wrote to its sink)", quoted);
  return NULL;
}

/* Rows */

void
ca_checkpoint_insert (const CaCheckpoint *checkpoint, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_CHECKPOINTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_CHECKPOINT_SEQUENCE, checkpoint->sequence);
  icert_store_batch_set_int (batch, ICERT_CHECKPOINT_TIME, checkpoint->time);
  icert_store_batch_set_text (batch, ICERT_CHECKPOINT_NODE, checkpoint->node);
  icert_store_batch_set_int (batch, ICERT_CHECKPOINT_RECORDS, checkpoint->records);
  icert_store_batch_set_text (batch, ICERT_CHECKPOINT_WAIVERS, checkpoint->waivers);
  icert_store_batch_set_text (batch, ICERT_CHECKPOINT_SINKS, checkpoint->sinks);
  icert_store_batch_set_data (batch, ICERT_CHECKPOINT_HASH, checkpoint->hash,
                              sizeof checkpoint->hash);
  icert_store_batch_set_data (batch, ICERT_CHECKPOINT_KEY, checkpoint->key, sizeof checkpoint->key);
  icert_store_batch_set_bytes (batch, ICERT_CHECKPOINT_SIGNATURE, checkpoint->signature);
}

static void
read_cell (const ICertStoreRow *row, guint index, guint8 digest[CA_AUDIT_HASH], char **flaw)
{
  const ICertStoreValue *value = icert_store_row_get (row, index);

  if (value->size == CA_AUDIT_HASH)
    memcpy (digest, value->data, CA_AUDIT_HASH);
  else if (*flaw == NULL)
    *flaw = g_strdup ("its row is not whole");
}

static char *
dup_or_empty (const ICertStoreRow *row, guint index)
{
  char *text = icert_store_row_dup_text (row, index);

  return text != NULL ? text : g_strdup ("");
}

static CaCheckpoint *
from_row (const char *ca, const ICertStoreRow *row)
{
  CaCheckpoint *checkpoint = g_new0 (CaCheckpoint, 1);

  checkpoint->ca = g_strdup (ca);
  checkpoint->sequence = icert_store_row_get_int (row, 0);
  checkpoint->time = icert_store_row_get_int (row, 1);
  checkpoint->node = dup_or_empty (row, 2);
  checkpoint->records = icert_store_row_get_int (row, 3);
  checkpoint->waivers = dup_or_empty (row, 4);
  checkpoint->sinks = icert_store_row_dup_text (row, 5);
  read_cell (row, 6, checkpoint->hash, &checkpoint->flaw);
  read_cell (row, 7, checkpoint->key, &checkpoint->flaw);
  checkpoint->signature = icert_store_row_dup_bytes (row, 8);
  if (checkpoint->signature == NULL)
    checkpoint->signature = g_bytes_new (NULL, 0);
  return checkpoint;
}

static const guint8 row_columns[]
    = { ICERT_CHECKPOINT_SEQUENCE, ICERT_CHECKPOINT_TIME,    ICERT_CHECKPOINT_NODE,
        ICERT_CHECKPOINT_RECORDS,  ICERT_CHECKPOINT_WAIVERS, ICERT_CHECKPOINT_SINKS,
        ICERT_CHECKPOINT_HASH,     ICERT_CHECKPOINT_KEY,     ICERT_CHECKPOINT_SIGNATURE };

GPtrArray *
ca_checkpoint_load (ICertStore *store,
                    const char *ca,
                    gint64 after,
                    gboolean newest,
                    GError **error)
{
  ICertStoreValue cursor = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = after };
  ICertStoreQuery query = { .table = ICERT_STORE_CHECKPOINTS,
                            .n_columns = G_N_ELEMENTS (row_columns),
                            .columns = row_columns,
                            .sort_column = -1,
                            .descending = newest,
                            .n_after = newest ? 0 : 1,
                            .after = newest ? NULL : &cursor,
                            .limit = newest ? 1 : 0 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);
  GPtrArray *checkpoints;

  if (rows == NULL)
    return NULL;
  checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_checkpoint_free);
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (checkpoints, from_row (ca, rows->pdata[i]));
  return checkpoints;
}

CaCheckpoint *
ca_checkpoint_find (ICertStore *store, const char *ca, gint64 sequence, GError **error)
{
  g_autoptr (GPtrArray) rows
      = ca_query_int (store, ICERT_STORE_CHECKPOINTS, ICERT_CHECKPOINT_SEQUENCE, sequence,
                      row_columns, G_N_ELEMENTS (row_columns), error);

  if (rows == NULL)
    return NULL;
  if (rows->len > 0)
    return from_row (ca, rows->pdata[0]);
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "checkpoint",
                   "%" G_GINT64_FORMAT " is not in the store (one that was made)", sequence);
  return NULL;
}
