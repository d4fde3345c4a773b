/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-private.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-query.h"
#include "ca-request-row.h"
#include "ca-submit.h"

/* Which usages were looked for the last time, as a number */
#define COUNTER "crl-expired-usages"
/* Requests that are looked at in one batch */
#define AT_ONCE 200

/* EKUOIDsForPublishExpiredCertInCRL: revoked certificates with these usages stay on CRLs after
 * their end, since what was signed with them is verified for years. A certificate gets its mark
 * when it is issued or revoked; what was revoked before somebody changed the list is looked through
 * by the next run. The mark is never taken off here: it may be an officer's. */

/* Never 0, which is no list at all. */
static gint64
number_of (char *const *usages)
{
  g_autofree char *text = g_strjoinv (";", (char **) usages);
  guint8 digest[32];
  gint64 number = 0;

  ca_crypto_sha256 (text, strlen (text), digest);
  for (guint i = 0; i < 7; i++)
    number = number << 8 | digest[i];
  return number | 1;
}

/* Revoked ones without the mark, behind @after; of gint64 */
static GArray *
list_revoked (ICertStore *store, gint64 after, GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_ID, ICERT_REQUEST_PUBLISH_EXPIRED };
  ICertStoreValue last = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = after };
  ICertStoreCondition revoked
      = { .column = ICERT_REQUEST_DISPOSITION,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = ICERT_ROW_DISPOSITION_REVOKED } };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &revoked,
                            .sort_column = -1,
                            .n_after = 1,
                            .after = &last,
                            .limit = AT_ONCE };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);
  GArray *ids = rows != NULL ? g_array_new (FALSE, FALSE, sizeof (gint64)) : NULL;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      gint64 id = icert_store_row_get_int (rows->pdata[i], 0);

      /* what has the mark counts for the end of the list alone */
      id = icert_store_row_get_int (rows->pdata[i], 1) != 0 ? -id : id;
      g_array_append_val (ids, id);
    }
  return ids;
}

static void
mark (CaRequest *request, gint64 now, ICertStoreBatch *batch)
{
  request->publish_expired = TRUE;
  ca_request_row_status (request, batch);
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, request->issuer_name_id >> 16);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, request->serial, request->serial_size);
  icert_store_batch_set_int (batch, ICERT_SERIAL_PUBLISH_EXPIRED, 1);
  icert_store_batch_set_int (batch, ICERT_SERIAL_CHANGED, now);
}

static gboolean
mark_some (CaEngine *engine, char *const *usages, const GArray *ids, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  gint64 now = ca_clock_now ();
  guint n = 0;

  for (guint i = 0; i < ids->len; i++)
    {
      gint64 id = g_array_index (ids, gint64, i);
      g_autoptr (CaRequest) request = id > 0 ? ca_engine_load (engine, id, NULL) : NULL;

      if (request == NULL || !ca_request_has_usage (request, usages))
        continue;
      mark (request, now, batch);
      n++;
    }
  return n == 0 || ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch), NULL, error);
}

static gboolean
remember (CaEngine *engine, gint64 number, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();

  ca_counter_store (COUNTER, number, batch);
  return ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch), NULL, error);
}

static gboolean
mark_all (CaEngine *engine, char *const *usages, gint64 number, GError **error)
{
  gint64 last = 0;

  for (;;)
    {
      g_autoptr (GArray) ids = list_revoked (engine->store, last, error);

      if (ids == NULL || !mark_some (engine, usages, ids, error))
        return FALSE;
      if (ids->len < AT_ONCE)
        return remember (engine, number, error);
      last = ABS (g_array_index (ids, gint64, ids->len - 1));
    }
}

void
ca_crl_mark_usages (CaEngine *engine, const CaConfig *config)
{
  gint64 number = number_of (config->publish_expired_usages), known = 0;
  g_autoptr (GError) error = NULL;

  if (!ca_counter_load (engine->store, COUNTER, &known, &error)
      || (known != number && !mark_all (engine, config->publish_expired_usages, number, &error)))
    g_message ("certificates that stay on CRLs: %s", error->message);
}
