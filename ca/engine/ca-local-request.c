/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-local.h"
#include "ca-steps.h"

/* CertificateAuthority.Request for a CA in this process. */
#define CA_TYPE_LOCAL_REQUEST (ca_local_request_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalRequest, ca_local_request, CA, LOCAL_REQUEST, CaLocal)

struct _CaLocalRequest
{
  CaLocal parent_instance;

  GTlsCertificate *credential;
};

enum
{
  PROP_CREDENTIAL = 1
};

static void request_iface_init (ICertRequestInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalRequest,
                               ca_local_request,
                               CA_TYPE_LOCAL,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_REQUEST, request_iface_init))

/* Step 3: the request is in the hands of the object that will submit it. */
static void
fill_submission (CaSubmission *submission,
                 CaCaller *caller,
                 ICertSubmitFlags flags,
                 ICertEncoding encoding,
                 ICertRequestFormat format,
                 GBytes *request,
                 GHashTable *attributes,
                 const char *idempotency_key)
{
  ca_steps_print (3, "client", "CertificateAuthority.Request",
                  "%s hands over a request of %" G_GSIZE_FORMAT " octets", caller->name,
                  g_bytes_get_size (request));
  submission->caller = caller;
  submission->flags = flags;
  submission->encoding = encoding;
  submission->format = format;
  submission->request = request;
  submission->attributes = attributes;
  submission->idempotency_key = idempotency_key;
}

static ICertResponse *
ca_local_request_submit_full (ICertRequest *request,
                              ICertSubmitFlags flags,
                              ICertEncoding encoding,
                              ICertRequestFormat format,
                              GBytes *bytes,
                              GHashTable *attributes,
                              const char *idempotency_key,
                              GCancellable *cancellable,
                              GError **error)
{
  CaLocal *self = CA_LOCAL (request);
  g_autoptr (CaCaller) caller = ca_local_ref_caller (self);
  CaSubmission submission;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  fill_submission (&submission, caller, flags, encoding, format, bytes, attributes,
                   idempotency_key);
  return ca_engine_submit_wait (ca_local_get_engine (self), &submission, error);
}

/* An answer on its way to the context of the caller. */
typedef struct
{
  GTask *task;
  ICertResponse *response;
  GError *error;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_object_unref (answer->task);
  g_clear_object (&answer->response);
  g_clear_error (&answer->error);
  g_free (answer);
}

static gboolean
return_cb (gpointer data)
{
  Answer *answer = data;

  if (answer->response != NULL)
    g_task_return_pointer (answer->task, g_steal_pointer (&answer->response), g_object_unref);
  else
    g_task_return_error (answer->task, g_steal_pointer (&answer->error));
  return G_SOURCE_REMOVE;
}

/* On a thread of the engine, which must not keep the task: it holds the client's object, and
 * whoever lets go of the last one closes the engine and waits for its threads. */
static void
answer_cb (ICertResponse *response, const GError *error, gpointer data)
{
  GTask *task = data;
  Answer *answer = g_new0 (Answer, 1);
  g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (task));
  g_autoptr (GSource) source = g_idle_source_new ();

  answer->task = task;
  answer->response = response != NULL ? g_object_ref (response) : NULL;
  answer->error = error != NULL ? g_error_copy (error) : NULL;
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_static_name (source, "icert submit");
  g_source_set_callback (source, return_cb, answer, answer_free);
  g_source_attach (source, context);
}

static void
ca_local_request_submit_full_async (ICertRequest *request,
                                    ICertSubmitFlags flags,
                                    ICertEncoding encoding,
                                    ICertRequestFormat format,
                                    GBytes *bytes,
                                    GHashTable *attributes,
                                    const char *idempotency_key,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  CaLocal *self = CA_LOCAL (request);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (CaCaller) caller = NULL;
  CaSubmission submission;

  g_task_set_source_tag (task, ca_local_request_submit_full_async);
  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }
  /* A certificate that was issued is answered, cancelled or not: the caller would have to ask for
   * it anyway. */
  g_task_set_check_cancellable (task, FALSE);
  caller = ca_local_ref_caller (self);
  fill_submission (&submission, caller, flags, encoding, format, bytes, attributes,
                   idempotency_key);
  ca_engine_submit (ca_local_get_engine (self), &submission, answer_cb, task);
}

static ICertResponse *
ca_local_request_submit_full_finish (ICertRequest *request, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static ICertResponse *
ca_local_request_retrieve_pending (ICertRequest *request,
                                   gint64 id,
                                   GCancellable *cancellable,
                                   GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (request));

  return ca_engine_retrieve (ca_local_get_engine (CA_LOCAL (request)), caller, id, error);
}

static ICertResponse *
ca_local_request_retrieve_by_key (ICertRequest *request,
                                  const char *idempotency_key,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (request));

  return ca_engine_retrieve_by_key (ca_local_get_engine (CA_LOCAL (request)), caller,
                                    idempotency_key, error);
}

static ICertResponse *
ca_local_request_get_issued (ICertRequest *request,
                             gint64 id,
                             const char *serial,
                             GCancellable *cancellable,
                             GError **error)
{
  CaEngine *engine = ca_local_get_engine (CA_LOCAL (request));
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (request));

  return id == -1 ? ca_engine_retrieve_by_serial (engine, caller, serial, error)
                  : ca_engine_retrieve (engine, caller, id, error);
}

static ICertCa *
ca_local_request_get_ca (ICertRequest *request, GError **error)
{
  return ca_local_new_ca (CA_LOCAL (request), error);
}

static void
request_iface_init (ICertRequestInterface *iface)
{
  iface->submit_full = ca_local_request_submit_full;
  iface->submit_full_async = ca_local_request_submit_full_async;
  iface->submit_full_finish = ca_local_request_submit_full_finish;
  iface->retrieve_pending = ca_local_request_retrieve_pending;
  iface->retrieve_by_key = ca_local_request_retrieve_by_key;
  iface->get_issued = ca_local_request_get_issued;
  iface->get_ca = ca_local_request_get_ca;
}

/* Identity comes from the door: in one's own process a credential adds nothing, but it may be set.
 */
static void
ca_local_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, CA_LOCAL_REQUEST (object)->credential);
}

static void
ca_local_request_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_set_object (&CA_LOCAL_REQUEST (object)->credential, g_value_get_object (value));
}

static void
ca_local_request_finalize (GObject *object)
{
  g_clear_object (&CA_LOCAL_REQUEST (object)->credential);
  G_OBJECT_CLASS (ca_local_request_parent_class)->finalize (object);
}

static void
ca_local_request_class_init (CaLocalRequestClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = ca_local_request_get_property;
  object_class->set_property = ca_local_request_set_property;
  object_class->finalize = ca_local_request_finalize;
  g_object_class_override_property (object_class, PROP_CREDENTIAL, "credential");
}

static void
ca_local_request_init (CaLocalRequest *self)
{
}
