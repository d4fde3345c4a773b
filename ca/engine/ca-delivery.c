/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-delivery.h"

#include "ca-clock.h"
#include "ca-query.h"

CaDelivery *
ca_delivery_new (CaRequest *request, CaExitModule *module, ICertExitEvents event)
{
  CaDelivery *delivery = g_new0 (CaDelivery, 1);

  delivery->request = request != NULL ? ca_request_ref (request) : NULL;
  delivery->request_id = request != NULL ? request->id : 0;
  delivery->module = ca_exit_module_ref (module);
  delivery->event = event;
  delivery->created = delivery->due = ca_clock_now ();
  return delivery;
}

void
ca_delivery_free (gpointer data)
{
  CaDelivery *delivery = data;

  g_clear_pointer (&delivery->request, ca_request_unref);
  g_clear_pointer (&delivery->crls, g_ptr_array_unref);
  g_free (delivery->alarm_code);
  g_free (delivery->alarm);
  ca_exit_module_unref (delivery->module);
  g_free (delivery);
}

CaDelivery *
ca_delivery_new_alarm (CaExitModule *module, const char *code, const char *text)
{
  CaDelivery *delivery = ca_delivery_new (NULL, module, ICERT_EXIT_EVENT_ALARM);

  delivery->alarm_code = g_strdup (code);
  delivery->alarm = g_strdup (text);
  return delivery;
}

void
ca_delivery_insert (const CaDelivery *delivery, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_OUTBOX, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ID, delivery->id);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_REQUEST_ID, delivery->request_id);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_EVENT, delivery->event);
  icert_store_batch_set_text (batch, ICERT_OUTBOX_CLASS_ID, delivery->module->class_id);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_CREATED, delivery->created);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DUE, delivery->due);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ATTEMPTS, 0);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DEAD, 0);
  if (delivery->run != 0 || delivery->checkpoint != 0)
    icert_store_batch_set_int (batch, ICERT_OUTBOX_RUN,
                               delivery->run != 0 ? delivery->run : delivery->checkpoint);
}

void
ca_delivery_settle (const CaDelivery *delivery,
                    const GError *error,
                    gboolean dead,
                    ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_OUTBOX,
                           error == NULL ? ICERT_STORE_DELETE : ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ID, delivery->id);
  if (error == NULL)
    return;
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DUE, delivery->due);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_ATTEMPTS, delivery->attempts);
  icert_store_batch_set_int (batch, ICERT_OUTBOX_DEAD, dead);
  icert_store_batch_set_text (batch, ICERT_OUTBOX_ERROR, error->message);
}

static const guint8 outbox_columns[]
    = { ICERT_OUTBOX_ID,      ICERT_OUTBOX_REQUEST_ID, ICERT_OUTBOX_EVENT, ICERT_OUTBOX_CLASS_ID,
        ICERT_OUTBOX_CREATED, ICERT_OUTBOX_ATTEMPTS,   ICERT_OUTBOX_RUN };

static CaDelivery *
delivery_of_row (const ICertStoreRow *row, CaExitModule *module)
{
  CaDelivery *delivery = g_new0 (CaDelivery, 1);

  delivery->id = icert_store_row_get_int (row, 0);
  delivery->request_id = icert_store_row_get_int (row, 1);
  delivery->event = icert_store_row_get_int (row, 2);
  delivery->module = ca_exit_module_ref (module);
  delivery->created = icert_store_row_get_int (row, 4);
  delivery->attempts = icert_store_row_get_int (row, 5);
  /* one column for both: the event says which */
  if (delivery->event == ICERT_EXIT_EVENT_AUDIT_CHECKPOINT)
    delivery->checkpoint = icert_store_row_get_int (row, 6);
  else
    delivery->run = icert_store_row_get_int (row, 6);
  return delivery;
}

/* A module that was taken out of the configuration may come back: its events stay. */
gboolean
ca_delivery_load (ICertStore *store, GPtrArray *modules, GQueue *deliveries, GError **error)
{
  g_autoptr (GPtrArray) rows = ca_query_int (store, ICERT_STORE_OUTBOX, ICERT_OUTBOX_DEAD, 0,
                                             outbox_columns, G_N_ELEMENTS (outbox_columns), error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *class_id = icert_store_row_dup_text (rows->pdata[i], 3);
      CaExitModule *module = ca_exit_module_find (modules, class_id);

      if (module != NULL)
        g_queue_push_tail (deliveries, delivery_of_row (rows->pdata[i], module));
    }
  return TRUE;
}
