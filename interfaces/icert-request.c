/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-request.h"

#include <string.h>

#include "icert-binding-private.h"
#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/* S-E5 */
#define MAX_IDEMPOTENCY_KEY 64

/**
 * ICertRequest:
 *
 * Submits requests to a CA and collects the answers (AD CS: ICertRequest, ICertRequest2,
 * ICertRequest3). Get one with [func@ICert.Request.open].
 *
 * The object remembers no last answer: each call gives an [class@ICert.Response] of its own, so one
 * object serves any number of threads.
 */
G_DEFINE_INTERFACE (ICertRequest, icert_request, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_request,
                          submit_full,
                          ICertResponse *,
                          NULL,
                          ICertRequest *self,
                          ICertSubmitFlags flags,
                          ICertEncoding encoding,
                          ICertRequestFormat format,
                          GBytes *request,
                          GHashTable *attributes,
                          const char *idempotency_key,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_request,
                          retrieve_pending,
                          ICertResponse *,
                          NULL,
                          ICertRequest *self,
                          gint64 id,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_request,
                          retrieve_by_key,
                          ICertResponse *,
                          NULL,
                          ICertRequest *self,
                          const char *idempotency_key,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_request,
                          get_issued,
                          ICertResponse *,
                          NULL,
                          ICertRequest *self,
                          gint64 id,
                          const char *serial,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_request, get_ca, ICertCa *, NULL, ICertRequest *self)

static void
icert_request_real_submit_full_async (ICertRequest *self,
                                      ICertSubmitFlags flags,
                                      ICertEncoding encoding,
                                      ICertRequestFormat format,
                                      GBytes *request,
                                      GHashTable *attributes,
                                      const char *idempotency_key,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  _icert_call_async (self, G_CALLBACK (icert_request_submit_full), icert_request_submit_full_async,
                     G_TYPE_OBJECT, cancellable, callback, user_data, ICERT_TYPE_SUBMIT_FLAGS,
                     flags, ICERT_TYPE_ENCODING, encoding, ICERT_TYPE_REQUEST_FORMAT, format,
                     G_TYPE_BYTES, request, G_TYPE_HASH_TABLE, attributes, G_TYPE_STRING,
                     idempotency_key, G_TYPE_INVALID);
}

static ICertResponse *
icert_request_real_submit_full_finish (ICertRequest *self, GAsyncResult *result, GError **error)
{
  return _icert_finish_pointer (self, result, icert_request_submit_full_async, error);
}

static void
icert_request_default_init (ICertRequestInterface *iface)
{
  iface->submit_full = icert_request_real_submit_full;
  iface->submit_full_async = icert_request_real_submit_full_async;
  iface->submit_full_finish = icert_request_real_submit_full_finish;
  iface->retrieve_pending = icert_request_real_retrieve_pending;
  iface->retrieve_by_key = icert_request_real_retrieve_by_key;
  iface->get_issued = icert_request_real_get_issued;
  iface->get_ca = icert_request_real_get_ca;

  /**
   * ICertRequest:config:
   *
   * Config string of the CA, `HOST\CA NAME`; fixed when the object is opened.
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_string ("config", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  /**
   * ICertRequest:credential:
   *
   * Certificate and key to authenticate with where the door asks for them (AD CS:
   * ICertRequest3::SetCredential); `NULL` for none. On a bus the caller's own credentials count.
   */
  g_object_interface_install_property (
      iface, g_param_spec_object ("credential", NULL, NULL, G_TYPE_TLS_CERTIFICATE,
                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static gboolean
check_idempotency_key (const char *key, GError **error)
{
  if (!_icert_check_text (key, "idempotency key", error))
    return FALSE;
  if (strlen (key) <= MAX_IDEMPOTENCY_KEY)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_TOO_LARGE, "idempotency key", "%zu bytes (at most %d)",
                   strlen (key), MAX_IDEMPOTENCY_KEY);
  return FALSE;
}

/* What can be said without a CA. */
static gboolean
check_submission (ICertSubmitFlags flags,
                  ICertEncoding encoding,
                  ICertRequestFormat format,
                  GBytes *request,
                  GHashTable *attributes,
                  const char *idempotency_key,
                  GError **error)
{
  return _icert_check_flags (ICERT_TYPE_SUBMIT_FLAGS, flags, "flags", error)
         && _icert_check_enum (ICERT_TYPE_ENCODING, encoding, "encoding", error)
         && _icert_check_enum (ICERT_TYPE_REQUEST_FORMAT, format, "format", error)
         && _icert_check_bytes (request, "request", error)
         && _icert_check_attributes (attributes, "attributes", error)
         && (idempotency_key == NULL || check_idempotency_key (idempotency_key, error));
}

/**
 * icert_request_submit_full:
 * @self: a request object
 * @flags: what is special about the submission
 * @encoding: armour of `request`; `ICERT_ENCODING_ANY` finds out
 * @format: kind of `request`; `ICERT_REQUEST_FORMAT_ANY` finds out, another one must be what is
 *   found (S-A4)
 * @request: the request, as the client made it
 * @attributes: (nullable) (element-type utf8 utf8): claims beside the request, such as
 *   `CertificateTemplate`
 * @idempotency_key: (nullable): at most 64 bytes of the caller's choice; the same key with the same
 *   content gives the same request id, however often it is sent (S-E5)
 * @cancellable: (nullable): to stop waiting; the submission itself goes on
 * @error: return location for an error
 *
 * Submits a request (AD CS: ICertRequest::Submit).
 *
 * What became a row of the database is an answer, refused or not: look at
 * [method@ICert.Response.get_disposition] and [method@ICert.Response.check_status]. An error means
 * that there is no row, or that nobody knows whether there is one.
 *
 * Any thread; blocks until the answer is durable.
 *
 * Errors: `ICERT_ERROR_MALFORMED` and `ICERT_ERROR_TOO_LARGE` for arguments and for a request that
 * cannot be decoded; `ICERT_ERROR_CONFLICT` for a key with other content;
 * `ICERT_ERROR_NOT_AUTHENTICATED`; `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_BUSY`;
 * `ICERT_ERROR_STORAGE`; `ICERT_ERROR_AUDIT`; `ICERT_ERROR_OUTCOME_UNKNOWN`: ask again with the
 * same key.
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_submit_full (ICertRequest *self,
                           ICertSubmitFlags flags,
                           ICertEncoding encoding,
                           ICertRequestFormat format,
                           GBytes *request,
                           GHashTable *attributes,
                           const char *idempotency_key,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  ICertRequestInterface *iface;
  GError *local_error = NULL;
  ICertResponse *response;

  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  if (!check_submission (flags, encoding, format, request, attributes, idempotency_key, error))
    return NULL;
  iface = ICERT_REQUEST_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, submit_full, NULL, error);
  response = iface->submit_full (self, flags, encoding, format, request, attributes,
                                 idempotency_key, cancellable, &local_error);
  return _icert_end_object (response, ICERT_TYPE_RESPONSE, local_error, self, "submit_full", error);
}

/**
 * icert_request_submit_full_async:
 * @self: a request object
 * @flags: what is special about the submission
 * @encoding: armour of `request`
 * @format: kind of `request`
 * @request: the request, as the client made it
 * @attributes: (nullable) (element-type utf8 utf8): claims beside the request
 * @idempotency_key: (nullable): at most 64 bytes of the caller's choice
 * @cancellable: (nullable): to stop waiting; the submission itself goes on
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Request.submit_full] without blocking. The engine takes it without a thread of its
 * own; the default runs the synchronous call in a thread.
 */
void
icert_request_submit_full_async (ICertRequest *self,
                                 ICertSubmitFlags flags,
                                 ICertEncoding encoding,
                                 ICertRequestFormat format,
                                 GBytes *request,
                                 GHashTable *attributes,
                                 const char *idempotency_key,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  ICertRequestInterface *iface;
  GError *error = NULL;

  g_return_if_fail (ICERT_IS_REQUEST (self));

  _icert_take_closure (&callback, &user_data);
  iface = ICERT_REQUEST_GET_IFACE (self);
  if (!check_submission (flags, encoding, format, request, attributes, idempotency_key, &error))
    g_task_report_error (self, callback, user_data, icert_request_submit_full_finish, error);
  else if (iface->submit_full_async == NULL || iface->submit_full_finish == NULL)
    icert_request_real_submit_full_async (self, flags, encoding, format, request, attributes,
                                          idempotency_key, cancellable, callback, user_data);
  else
    iface->submit_full_async (self, flags, encoding, format, request, attributes, idempotency_key,
                              cancellable, callback, user_data);
}

/**
 * icert_request_submit_full_finish:
 * @self: a request object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Request.submit_full_async]. Errors are those of
 * [method@ICert.Request.submit_full].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_submit_full_finish (ICertRequest *self, GAsyncResult *result, GError **error)
{
  ICertRequestInterface *iface;
  GError *local_error = NULL;
  ICertResponse *response;

  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  /* refused before the object saw it */
  if (g_async_result_is_tagged (result, icert_request_submit_full_finish))
    return g_task_propagate_pointer (G_TASK (result), error);

  iface = ICERT_REQUEST_GET_IFACE (self);
  if (iface->submit_full_async == NULL || iface->submit_full_finish == NULL)
    return icert_request_real_submit_full_finish (self, result, error);
  response = iface->submit_full_finish (self, result, &local_error);
  return _icert_end_object (response, ICERT_TYPE_RESPONSE, local_error, self, "submit_full_finish",
                            error);
}

/**
 * icert_request_retrieve_pending:
 * @self: a request object
 * @id: request id
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Asks what became of a request (AD CS: ICertRequest::RetrievePending). Exits hear
 * `ICERT_EXIT_EVENT_CERT_RETRIEVE_PENDING` when a certificate is collected.
 *
 * Ids below 0 are those of the CA's own certificates and of the ones above it, which officers and
 * administrators may ask for; exits hear nothing of them.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for no such request, or one of somebody else;
 * `ICERT_ERROR_MALFORMED` for the id 0; `ICERT_ERROR_STORAGE`.
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_retrieve_pending (ICertRequest *self,
                                gint64 id,
                                GCancellable *cancellable,
                                GError **error)
{
  ICertRequestInterface *iface;
  GError *local_error = NULL;
  ICertResponse *response;

  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  if (!_icert_check_request_id (id, error))
    return NULL;
  iface = ICERT_REQUEST_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, retrieve_pending, NULL, error);
  response = iface->retrieve_pending (self, id, cancellable, &local_error);
  return _icert_end_object (response, ICERT_TYPE_RESPONSE, local_error, self, "retrieve_pending",
                            error);
}

/**
 * icert_request_retrieve_pending_async:
 * @self: a request object
 * @id: request id
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Request.retrieve_pending] without blocking.
 */
void
icert_request_retrieve_pending_async (ICertRequest *self,
                                      gint64 id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (ICERT_IS_REQUEST (self));

  _icert_call_async (self, G_CALLBACK (icert_request_retrieve_pending),
                     icert_request_retrieve_pending_async, G_TYPE_OBJECT, cancellable, callback,
                     user_data, G_TYPE_INT64, id, G_TYPE_INVALID);
}

/**
 * icert_request_retrieve_pending_finish:
 * @self: a request object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Request.retrieve_pending_async]. Errors are those of
 * [method@ICert.Request.retrieve_pending].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_retrieve_pending_finish (ICertRequest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  return _icert_finish_pointer (self, result, icert_request_retrieve_pending_async, error);
}

/**
 * icert_request_retrieve_by_key:
 * @self: a request object
 * @idempotency_key: the key of a submission whose answer was lost
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@ICert.Request.retrieve_pending] by the caller's own key instead of the request id.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when no submission of this caller had the key;
 * `ICERT_ERROR_MALFORMED` and `ICERT_ERROR_TOO_LARGE` for the key; `ICERT_ERROR_STORAGE`.
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_retrieve_by_key (ICertRequest *self,
                               const char *idempotency_key,
                               GCancellable *cancellable,
                               GError **error)
{
  ICertRequestInterface *iface;
  GError *local_error = NULL;
  ICertResponse *response;

  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  if (!check_idempotency_key (idempotency_key, error))
    return NULL;
  iface = ICERT_REQUEST_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, retrieve_by_key, NULL, error);
  response = iface->retrieve_by_key (self, idempotency_key, cancellable, &local_error);
  return _icert_end_object (response, ICERT_TYPE_RESPONSE, local_error, self, "retrieve_by_key",
                            error);
}

/**
 * icert_request_retrieve_by_key_async:
 * @self: a request object
 * @idempotency_key: the key of a submission whose answer was lost
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Request.retrieve_by_key] without blocking.
 */
void
icert_request_retrieve_by_key_async (ICertRequest *self,
                                     const char *idempotency_key,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (ICERT_IS_REQUEST (self));

  _icert_call_async (self, G_CALLBACK (icert_request_retrieve_by_key),
                     icert_request_retrieve_by_key_async, G_TYPE_OBJECT, cancellable, callback,
                     user_data, G_TYPE_STRING, idempotency_key, G_TYPE_INVALID);
}

/**
 * icert_request_retrieve_by_key_finish:
 * @self: a request object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Request.retrieve_by_key_async]. Errors are those of
 * [method@ICert.Request.retrieve_by_key].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_retrieve_by_key_finish (ICertRequest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  return _icert_finish_pointer (self, result, icert_request_retrieve_by_key_async, error);
}

/**
 * icert_request_get_issued:
 * @self: a request object
 * @id: request id, or -1 to find the certificate by `serial`
 * @serial: (nullable): serial number in hex; not looked at unless `id` is -1
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Gives a certificate that was issued before (AD CS: ICertRequest2::GetIssuedCertificate). As -1
 * means the serial here, the CA's own certificate of that id is to be had by its own, or from
 * icert_request_retrieve_pending().
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for no such certificate, or one of somebody else;
 * `ICERT_ERROR_MALFORMED` for the id 0, or for no serial; `ICERT_ERROR_STORAGE`.
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_get_issued (ICertRequest *self,
                          gint64 id,
                          const char *serial,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertRequestInterface *iface;
  GError *local_error = NULL;
  ICertResponse *response;

  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  if (id == -1 ? !_icert_check_text (serial, "serial number", error)
               : !_icert_check_request_id (id, error))
    return NULL;
  iface = ICERT_REQUEST_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_issued, NULL, error);
  response = iface->get_issued (self, id, id == -1 ? serial : NULL, cancellable, &local_error);
  return _icert_end_object (response, ICERT_TYPE_RESPONSE, local_error, self, "get_issued", error);
}

/**
 * icert_request_get_issued_async:
 * @self: a request object
 * @id: request id, or -1 to find the certificate by `serial`
 * @serial: (nullable): serial number in hex
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Request.get_issued] without blocking.
 */
void
icert_request_get_issued_async (ICertRequest *self,
                                gint64 id,
                                const char *serial,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_REQUEST (self));

  _icert_call_async (self, G_CALLBACK (icert_request_get_issued), icert_request_get_issued_async,
                     G_TYPE_OBJECT, cancellable, callback, user_data, G_TYPE_INT64, id,
                     G_TYPE_STRING, serial, G_TYPE_INVALID);
}

/**
 * icert_request_get_issued_finish:
 * @self: a request object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Request.get_issued_async]. Errors are those of
 * [method@ICert.Request.get_issued].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_get_issued_finish (ICertRequest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  return _icert_finish_pointer (self, result, icert_request_get_issued_async, error);
}

/**
 * icert_request_get_ca:
 * @self: a request object
 * @error: return location for an error
 *
 * Gives the CA this object submits to, for its properties and certificates (AD CS:
 * ICertRequest2::GetCAProperty and its siblings).
 *
 * Any thread.
 *
 * Errors: those of the opener; `ICERT_ERROR_MODULE` for an answer of another type.
 *
 * Returns: (transfer full): the CA, or `NULL` with `error` set
 */
ICertCa *
icert_request_get_ca (ICertRequest *self, GError **error)
{
  ICertRequestInterface *iface;
  GError *local_error = NULL;
  ICertCa *ca;

  g_return_val_if_fail (ICERT_IS_REQUEST (self), NULL);

  iface = ICERT_REQUEST_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_ca, NULL, error);
  ca = iface->get_ca (self, &local_error);
  return _icert_end_object (ca, ICERT_TYPE_CA, local_error, self, "get_ca", error);
}

/**
 * icert_request_submit:
 * @self: a request object
 * @flags: what is special about the submission
 * @request: the request, in any armour and of any kind
 * @attributes: (nullable) (element-type utf8 utf8): claims beside the request, such as
 *   `CertificateTemplate`
 * @cancellable: (nullable): to stop waiting; the submission itself goes on
 * @error: return location for an error
 *
 * [method@ICert.Request.submit_full] that finds out armour and kind, without an idempotency key (AD
 * CS: ICertRequest::Submit).
 *
 * Any thread; blocks until the answer is durable.
 *
 * Errors: those of [method@ICert.Request.submit_full].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_submit (ICertRequest *self,
                      ICertSubmitFlags flags,
                      GBytes *request,
                      GHashTable *attributes,
                      GCancellable *cancellable,
                      GError **error)
{
  return icert_request_submit_full (self, flags, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY,
                                    request, attributes, NULL, cancellable, error);
}

/**
 * icert_request_submit_async:
 * @self: a request object
 * @flags: what is special about the submission
 * @request: the request, in any armour and of any kind
 * @attributes: (nullable) (element-type utf8 utf8): claims beside the request
 * @cancellable: (nullable): to stop waiting; the submission itself goes on
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Request.submit] without blocking.
 */
void
icert_request_submit_async (ICertRequest *self,
                            ICertSubmitFlags flags,
                            GBytes *request,
                            GHashTable *attributes,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  icert_request_submit_full_async (self, flags, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY,
                                   request, attributes, NULL, cancellable, callback, user_data);
}

/**
 * icert_request_submit_finish:
 * @self: a request object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Request.submit_async]. Errors are those of [method@ICert.Request.submit].
 *
 * Returns: (transfer full): the answer, or `NULL` with `error` set
 */
ICertResponse *
icert_request_submit_finish (ICertRequest *self, GAsyncResult *result, GError **error)
{
  return icert_request_submit_full_finish (self, result, error);
}
