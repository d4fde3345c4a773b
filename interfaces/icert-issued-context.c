/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-request-context.h"

#include "icert-server-binding-private.h"

/**
 * ICertIssuedContext:
 *
 * The object an exit gets: [iface@ICert.Server] and [iface@ICert.ServerExit], to read one request
 * and its certificate, or, with request id 0, the CA and the CRLs it made. It is a snapshot of the
 * moment of the event and may be kept.
 *
 * Thread-safe. Only the engine, and hosts of modules, make one.
 */
struct _ICertIssuedContext
{
  GObject parent_instance;
  ICertServerBinding binding; /* where ICertBoundObject has it */
};

static void server_exit_iface_init (ICertServerExitInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ICertIssuedContext,
                               icert_issued_context,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_SERVER,
                                                      _icert_server_binding_iface_init)
                                   G_IMPLEMENT_INTERFACE (ICERT_TYPE_SERVER_EXIT,
                                                          server_exit_iface_init))

static void
icert_issued_context_finalize (GObject *object)
{
  _icert_server_binding_clear (&ICERT_ISSUED_CONTEXT (object)->binding);
  G_OBJECT_CLASS (icert_issued_context_parent_class)->finalize (object);
}

static void
icert_issued_context_class_init (ICertIssuedContextClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = icert_issued_context_finalize;
}

static void
icert_issued_context_init (ICertIssuedContext *self)
{
  g_mutex_init (&self->binding.lock);
}

static GBytes *
get_certificate (ICertServerExit *server, GError **error)
{
  ICertServerBinding *binding = &((ICertIssuedContext *) server)->binding;
  GBytes *certificate = NULL;

  if (!_icert_server_binding_enter (binding, TRUE, "certificate", error))
    return NULL;

  if (binding->backend->get_certificate != NULL)
    certificate = binding->backend->get_certificate (binding->data, error);
  _icert_server_binding_leave (binding);
  return certificate;
}

static GPtrArray *
list_crls (ICertServerExit *server, GError **error)
{
  ICertServerBinding *binding = &((ICertIssuedContext *) server)->binding;
  GPtrArray *crls;

  if (!_icert_server_binding_enter (binding, FALSE, "crls", error))
    return NULL;

  crls = binding->backend->list_crls != NULL ? binding->backend->list_crls (binding->data, error)
                                             : g_ptr_array_new_with_free_func (g_object_unref);
  _icert_server_binding_leave (binding);
  return crls;
}

static char *
get_alarm (ICertServerExit *server, char **code, GError **error)
{
  ICertServerBinding *binding = &((ICertIssuedContext *) server)->binding;
  char *text = NULL;

  if (!_icert_server_binding_enter (binding, FALSE, "alarm", error))
    return NULL;

  if (binding->backend->get_alarm != NULL)
    text = binding->backend->get_alarm (binding->data, code);
  _icert_server_binding_leave (binding);
  return text;
}

static void
server_exit_iface_init (ICertServerExitInterface *iface)
{
  iface->get_certificate = get_certificate;
  iface->list_crls = list_crls;
  iface->get_alarm = get_alarm;
}

/**
 * icert_issued_context_new: (skip)
 * @request_id: id of the request, or 0 for the CA itself
 * @backend: answers what was checked; it outlives the context
 * @data: first argument of the functions of `backend`
 * @destroy: (nullable): frees `data` with the context
 *
 * Makes the object an exit gets. C only.
 *
 * Returns: (transfer full): a context
 */
ICertIssuedContext *
icert_issued_context_new (gint64 request_id,
                          const ICertServerBackend *backend,
                          gpointer data,
                          GDestroyNotify destroy)
{
  ICertIssuedContext *self = g_object_new (ICERT_TYPE_ISSUED_CONTEXT, NULL);

  _icert_server_binding_init (&self->binding, request_id, ICERT_PROPERTY_EXIT_READS, backend, data,
                              destroy);
  return self;
}
