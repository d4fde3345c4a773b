/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-engine.h"

#include "ca-clock.h"
#include "ca-query.h"

/* A serial that was reserved and never got its certificate is never used again (S-E3). */
static gboolean
orphan_serials (ICertStore *store, ICertStoreBatch *batch, GPtrArray *audit, GError **error)
{
  static const guint8 columns[]
      = { ICERT_SERIAL_ISSUER, ICERT_SERIAL_SERIAL, ICERT_SERIAL_REQUEST_ID };
  g_autoptr (GPtrArray) rows
      = ca_query_int (store, ICERT_STORE_SERIALS, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_INTENT,
                      columns, G_N_ELEMENTS (columns), error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GBytes) serial = icert_store_row_dup_bytes (rows->pdata[i], 1);
      gint64 id = icert_store_row_get_int (rows->pdata[i], 2);
      gint64 now = ca_clock_now ();
      g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);

      icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_UPDATE);
      icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER,
                                 icert_store_row_get_int (rows->pdata[i], 0));
      icert_store_batch_set_bytes (batch, ICERT_SERIAL_SERIAL, serial);
      icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_ORPHANED);
      icert_store_batch_set_int (batch, ICERT_SERIAL_REVOKED_WHEN, now);
      icert_store_batch_set_int (batch, ICERT_SERIAL_REASON, ICERT_REVOCATION_REASON_SUPERSEDED);
      icert_store_batch_set_int (batch, ICERT_SERIAL_CHANGED, now);
      icert_store_batch_begin (batch, ICERT_STORE_INTENTS, ICERT_STORE_DELETE);
      icert_store_batch_set_int (batch, ICERT_INTENT_REQUEST_ID, id);
      g_ptr_array_add (audit,
                       ca_audit_record_new (NULL, "orphan-serial", object, "ORPHANED", NULL));
    }
  return TRUE;
}

/* Never run again silently: an officer sees them (processing.md 8). */
static gboolean
pend_active (ICertStore *store, ICertStoreBatch *batch, GPtrArray *audit, GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_ID, ICERT_REQUEST_VERSION };
  g_autoptr (GPtrArray) rows
      = ca_query_int (store, ICERT_STORE_REQUESTS, ICERT_REQUEST_DISPOSITION,
                      ICERT_ROW_DISPOSITION_ACTIVE, columns, G_N_ELEMENTS (columns), error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      gint64 id = icert_store_row_get_int (rows->pdata[i], 0);
      g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);

      icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
      icert_store_batch_expect_version (batch, icert_store_row_get_int (rows->pdata[i], 1));
      icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
      icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_PENDING);
      icert_store_batch_set_text (batch, ICERT_REQUEST_MESSAGE, "interrupted");
      g_ptr_array_add (audit, ca_audit_record_new (NULL, "interrupted", object, "PENDING", NULL));
    }
  return TRUE;
}

gboolean
ca_recover (ICertStore *store,
            CaWriter *writer,
            ICertStoreBatch *start,
            GPtrArray *records,
            GError **error)
{
  g_autoptr (ICertStoreBatch) batch = start != NULL ? start : icert_store_batch_new ();
  g_autoptr (GPtrArray) audit = records;

  if (audit == NULL)
    audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  if (!orphan_serials (store, batch, audit, error) || !pend_active (store, batch, audit, error))
    return FALSE;
  g_ptr_array_add (audit, ca_audit_record_new (NULL, "start", NULL, "OK", ICERT_VERSION));
  return ca_writer_commit_wait (writer, g_steal_pointer (&batch), g_steal_pointer (&audit), error);
}
