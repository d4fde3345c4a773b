/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-server-backend.h"

G_BEGIN_DECLS

#define ICERT_TYPE_REQUEST_CONTEXT (icert_request_context_get_type ())

/* What a policy gets: ICertServer and ICertServerPolicy, bound to one request (or, with request id
 * 0, to the CA: reading only). Thread-safe. After the verdict every call is CONTEXT (S-L2). */
ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertRequestContext, icert_request_context, ICERT, REQUEST_CONTEXT, GObject)

/* (skip) */
ICERT_AVAILABLE_IN_0_1
ICertRequestContext *icert_request_context_new (gint64 request_id,
                                                const ICertServerBackend *backend,
                                                gpointer data,
                                                GDestroyNotify destroy);
/* (skip): waits for a running call, then cuts the backend off */
ICERT_AVAILABLE_IN_0_1
void icert_request_context_invalidate (ICertRequestContext *self);

#define ICERT_TYPE_ISSUED_CONTEXT (icert_issued_context_get_type ())

/* What an exit gets: ICertServer and ICertServerExit. A snapshot: may be kept with g_object_ref().
 */
ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertIssuedContext, icert_issued_context, ICERT, ISSUED_CONTEXT, GObject)

ICERT_AVAILABLE_IN_0_1
ICertIssuedContext *icert_issued_context_new (gint64 request_id,
                                              const ICertServerBackend *backend,
                                              gpointer data,
                                              GDestroyNotify destroy);

G_END_DECLS
