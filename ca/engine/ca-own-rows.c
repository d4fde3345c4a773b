/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-own-rows.h"

#include <string.h>

#include "ca-certificate.h"
#include "ca-clock.h"
#include "ca-cross.h"
#include "ca-import.h"
#include "ca-request-row.h"

/* What should be there */

static void
own_row_free (gpointer data)
{
  CaOwnRow *row = data;

  g_bytes_unref (row->certificate);
  g_ptr_array_unref (row->chain);
  g_free (row->hash);
  g_free (row->message);
  g_free (row);
}

const CaOwnRow *
ca_own_rows_find (GPtrArray *rows, const char *hash)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const CaOwnRow *row = rows->pdata[i];

      if (g_strcmp0 (row->hash, hash) == 0)
        return row;
    }
  return NULL;
}

/* @chain: of GBytes; what is above the certificate begins with element @first. Takes @message. */
static void
add (GPtrArray *rows,
     GBytes *certificate,
     ICertRowDisposition disposition,
     int signer,
     GPtrArray *chain,
     guint first,
     char *message)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, certificate);
  CaOwnRow *row;

  if (ca_own_rows_find (rows, hash) != NULL)
    {
      g_free (message);
      return;
    }
  row = g_new0 (CaOwnRow, 1);
  row->certificate = g_bytes_ref (certificate);
  row->hash = g_steal_pointer (&hash);
  row->disposition = disposition;
  row->message = message;
  row->signer = signer;
  row->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = first; i < chain->len; i++)
    g_ptr_array_add (row->chain, g_bytes_ref (chain->pdata[i]));
  g_ptr_array_add (rows, row);
}

/* A root has nobody above it, and a subordinate that was installed alone has not yet. */
static int
signer_of (const CaFacts *facts, const CaIssuer *issuer)
{
  return facts->config->is_root && issuer->chain->len == 1 ? (int) issuer->certificate_index : -1;
}

GPtrArray *
ca_own_rows_list (const CaFacts *facts)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (own_row_free);

  for (guint i = 0; i < facts->issuers->len; i++)
    {
      const CaIssuer *issuer = facts->issuers->pdata[i];

      add (rows, issuer->certificate, ICERT_ROW_DISPOSITION_CA_CERT, signer_of (facts, issuer),
           issuer->chain, 1, g_strdup_printf ("CA certificate %u", i));
    }
  for (guint i = 0; facts->crosses != NULL && i < facts->crosses->len; i++)
    {
      const CaCross *cross = facts->crosses->pdata[i];
      const CaIssuer *from = facts->issuers->pdata[cross->from];

      add (rows, cross->certificate, ICERT_ROW_DISPOSITION_CA_CERT, cross->from, from->chain, 0,
           g_strdup_printf ("Cross certificate %u-%u", cross->from, cross->to));
    }
  for (guint i = 0; i < facts->issuers->len; i++)
    {
      const CaIssuer *issuer = facts->issuers->pdata[i];

      for (guint j = 1; j < issuer->chain->len; j++)
        add (rows, issuer->chain->pdata[j], ICERT_ROW_DISPOSITION_CA_CERT_CHAIN, -1, issuer->chain,
             j + 1, g_strdup_printf ("Above CA certificate %u", i));
    }
  return rows;
}

/* What is there */

/* one query over the few rows below 0, by the table's key */
static GPtrArray *
query_rows (ICertStore *store, GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_ID, ICERT_REQUEST_CERTIFICATE_HASH_SHA256 };
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_REQUEST_ID,
                                    .seek = ICERT_SEEK_LT,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG } };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return icert_store_query (store, &query, NULL, error);
}

static gboolean
has_row (GPtrArray *stored, const CaOwnRow *row)
{
  for (guint i = 0; i < stored->len; i++)
    {
      g_autofree char *hash = icert_store_row_dup_text (stored->pdata[i], 1);

      if (g_strcmp0 (hash, row->hash) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Adding */

/* The same fields as of an imported one; what a certificate above this CA says that this program
 * does not write is the concern of who made it. */
static CaRequest *
make_request (const CaOwnRow *row,
              gint64 id,
              const CaFacts *facts,
              const CaCaller *caller,
              GError **error)
{
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (row->certificate, error);
  g_autoptr (CaRequest) request = NULL;
  CaIssuer *signer = row->signer >= 0 ? facts->issuers->pdata[row->signer] : NULL;

  if (certificate == NULL)
    return NULL;
  request = ca_request_new ();
  request->id = id;
  request->requester_name = g_strdup (caller->name);
  request->caller_name = g_strdup (caller->name);
  request->caller_id = g_strdup (caller->id);
  request->door = g_intern_string (ca_door_to_string (caller->door));
  request->decoded = ca_decoded_ref (certificate->decoded);
  request->submitted_when = ca_clock_now ();
  ca_import_fill (request, certificate, row->certificate, signer);
  if (signer == NULL)
    request->issuer_name_id = -1;
  ca_request_decide (request, row->disposition, NULL, row->message);
  request->resolved_when = request->submitted_when;
  return g_steal_pointer (&request);
}

static void
describe (GString *text, const CaRequest *request)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, request->certificate);

  g_string_append_printf (text, "%s%" G_GINT64_FORMAT ": %s, SHA-256 %s", text->len > 0 ? "; " : "",
                          request->id, request->message, digest);
}

/* A certificate above the CA that cannot be read here is said and left out: it was good enough for
 * its chain, and nothing hangs on its row. */
static gboolean
add_missing (CaEngine *engine,
             const CaFacts *facts,
             const CaCaller *caller,
             GPtrArray *rows,
             GPtrArray *stored,
             GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  /* the lowest is the first, by the table's key */
  gint64 id = stored->len > 0 ? icert_store_row_get_int (stored->pdata[0], 0) : 0;

  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (CaRequest) request = NULL;
      g_autoptr (GError) local = NULL;

      if (has_row (stored, rows->pdata[i]))
        continue;
      request = make_request (rows->pdata[i], id - 1, facts, caller, &local);
      if (request == NULL)
        {
          g_message ("%s gets no row: %s", ((CaOwnRow *) rows->pdata[i])->message, local->message);
          continue;
        }
      ca_request_row_insert (request, batch);
      ca_request_row_names (request, batch);
      describe (text, request);
      id--;
    }
  return text->len == 0
         || ca_writer_commit_wait (
             engine->writer, g_steal_pointer (&batch),
             ca_audit_list_new (ca_audit_record_new (caller, "ca-rows", "ca", "OK", text->str)),
             error);
}

void
ca_own_rows_add (CaEngine *engine, const CaFacts *facts, const CaCaller *caller)
{
  static GMutex adding;
  g_autoptr (GPtrArray) rows = ca_own_rows_list (facts);
  g_autoptr (GPtrArray) stored = NULL;
  g_autoptr (CaCaller) own = caller == NULL ? ca_caller_new_local (CA_DOOR_SETUP) : NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  if (rows->len == 0)
    return;
  g_mutex_lock (&adding);
  stored = query_rows (engine->store, &error);
  for (guint i = 0; stored != NULL && i < rows->len; i++)
    n += !has_row (stored, rows->pdata[i]);
  if (n > 0)
    add_missing (engine, facts, caller != NULL ? caller : own, rows, stored, &error);
  g_mutex_unlock (&adding);
  if (error != NULL)
    g_message ("rows of the CA's own certificates: %s", error->message);
}

/* Using */

ICertResponse *
ca_own_rows_respond (const CaFacts *facts, const CaRequest *request)
{
  g_autoptr (GPtrArray) rows = ca_own_rows_list (facts);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, request->certificate);
  const CaOwnRow *row = ca_own_rows_find (rows, hash);

  return icert_response_new (request->id, ICERT_DISPOSITION_ISSUED, request->message, NULL,
                             request->certificate, row != NULL ? row->chain : NULL);
}
