/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-exit-host.h"
#include "ca-exit-module.h"

/* One event for one exit, and its row in the outbox. */
struct _CaDelivery
{
  gint64 id;                /* of the row; 0 = none */
  gint64 request_id;        /* 0 = of the CA */
  CaRequest *request;       /* NULL: to be read from the store */
  gint64 run;               /* number of the CRLs it tells of; 0 = none */
  gint64 checkpoint;        /* of the audit log, that it tells of; 0 = none */
  GPtrArray *crls;          /* of CaRunCrl, while it is delivered; nullable */
  char *alarm_code, *alarm; /* nullable */
  ICertExitEvents event;
  CaExitModule *module;
  guint attempts;
  gint64 created; /* wall clock, microseconds */
  gint64 due;     /* wall clock, microseconds */
  gboolean retry; /* others of its request wait behind it */
};

/* @request: NULL for an event of the CA */
CaDelivery *ca_delivery_new (CaRequest *request, CaExitModule *module, ICertExitEvents event);
CaDelivery *ca_delivery_new_alarm (CaExitModule *module, const char *code, const char *text);
void ca_delivery_free (gpointer delivery);
/* adds its row to @batch */
void ca_delivery_insert (const CaDelivery *delivery, ICertStoreBatch *batch);
/* takes its row out when @error is NULL, else notes when it comes again, or that it never does */
void ca_delivery_settle (const CaDelivery *delivery,
                         const GError *error,
                         gboolean dead,
                         ICertStoreBatch *batch);
/* Appends to @deliveries what @modules (of CaExitModule) did not get in an earlier run. */
gboolean ca_delivery_load (ICertStore *store,
                           GPtrArray *modules,
                           GQueue *deliveries,
                           GError **error);
