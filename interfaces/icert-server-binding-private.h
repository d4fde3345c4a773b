/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-request-context.h"
#include "icert-server-backend.h"

G_BEGIN_DECLS

/* What ICertRequestContext and ICertIssuedContext have in common: the tie to one request and the
 * reading half (ICertServer). Everything is checked here, once, for every backend. */
typedef struct
{
  GMutex lock; /* serialises the calls of one context */
  gint64 request_id;
  ICertPropertyFlags reader;         /* the flag that a readable property has */
  const ICertServerBackend *backend; /* NULL after the verdict */
  gpointer data;
  GDestroyNotify destroy;
  GArray *used;            /* of ICertServerUse; NULL before the first one */
  guint n_late, n_outside; /* calls refused: after the end, and of a request where none is */
} ICertServerBinding;

/* A property that was read or written, for the trace. */
typedef struct
{
  const ICertPropertyInfo *info;
  gboolean written;
} ICertServerUse;

/* Both contexts begin like this. */
typedef struct
{
  GObject parent_instance;
  ICertServerBinding binding;
} ICertBoundObject;

void _icert_server_binding_init (ICertServerBinding *binding,
                                 gint64 request_id,
                                 ICertPropertyFlags reader,
                                 const ICertServerBackend *backend,
                                 gpointer data,
                                 GDestroyNotify destroy);
/* waits for a running call, then cuts the backend off; twice is harmless */
void _icert_server_binding_cut (ICertServerBinding *binding);
void _icert_server_binding_clear (ICertServerBinding *binding);

/* TRUE with the lock held; otherwise CONTEXT, or WRONG_STATE when @needs_request and there is none.
 * @what: field for the error */
gboolean _icert_server_binding_enter (ICertServerBinding *binding,
                                      gboolean needs_request,
                                      const char *what,
                                      GError **error);
void _icert_server_binding_leave (ICertServerBinding *binding);
/* the lock is held */
void _icert_server_binding_note_use (ICertServerBinding *binding,
                                     const ICertPropertyInfo *info,
                                     gboolean written);

/* For contract tests: how often it was called where it may not be; both nullable */
void _icert_request_context_get_misuse (ICertRequestContext *self, guint *n_outside, guint *n_late);

void _icert_server_binding_iface_init (ICertServerInterface *iface);

G_END_DECLS
