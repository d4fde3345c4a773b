/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-crl.h"

/* What becomes of a CRL after it was made. The event CRL_ISSUED is a row of the outbox for each
 * exit, committed with the rows of its run (S-L4); an exit that publishes reports its places, each
 * of which is a row of the table publications, and what they have in common is in table crls. */

/* A CRL while it is with an exit. */
typedef struct
{
  CaCrlRow *row;       /* owned */
  ICertIssuedCrl *crl; /* owned */
} CaRunCrl;

/* for ca_exit_host_new(), with the engine */
extern const CaRunFuncs ca_publisher_run_funcs;

/* (element-type ICertPublishPlace): of all places of the CRLs @rows (of CaCrlRow), and of exits
 * that were not asked yet */
GPtrArray *ca_publisher_list_places (CaEngine *engine, GPtrArray *rows, GError **error);

/* An alarm: audit record, log, and event ALARM for exits. @code: of
 * icert_server_exit_get_alarm() */
void ca_publisher_alarm (CaEngine *engine, const char *code, const char *object, const char *text);
