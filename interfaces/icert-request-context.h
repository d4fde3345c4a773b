/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-server-backend.h"

G_BEGIN_DECLS

#define ICERT_TYPE_REQUEST_CONTEXT (icert_request_context_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertRequestContext, icert_request_context, ICERT, REQUEST_CONTEXT, GObject)

ICERT_AVAILABLE_IN_0_1
ICertRequestContext *icert_request_context_new (gint64 request_id,
                                                const ICertServerBackend *backend,
                                                gpointer data,
                                                GDestroyNotify destroy);
ICERT_AVAILABLE_IN_0_1
void icert_request_context_invalidate (ICertRequestContext *self);
ICERT_AVAILABLE_IN_0_1
char **icert_request_context_list_used (ICertRequestContext *self, gboolean written);

#define ICERT_TYPE_ISSUED_CONTEXT (icert_issued_context_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertIssuedContext, icert_issued_context, ICERT, ISSUED_CONTEXT, GObject)

ICERT_AVAILABLE_IN_0_1
ICertIssuedContext *icert_issued_context_new (gint64 request_id,
                                              const ICertServerBackend *backend,
                                              gpointer data,
                                              GDestroyNotify destroy);

G_END_DECLS
