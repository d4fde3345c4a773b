/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-enroll.h"

#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEnroll:
 *
 * The client's part of an enrolment (AD CS: the enrolment control, ICEnroll and IX509Enrollment):
 * makes a key and a request, submits the request or hands it over, checks the answer and stores
 * what came of it. Get one with [func@ICert.Enroll.open], say what is wanted by properties,
 * [method@ICert.Enroll.set_names] and [method@ICert.Enroll.set_passphrase], then call
 * [method@ICert.Enroll.enroll]. No CA is needed to make a request and to check an answer.
 *
 * What an enrolment knows lies in a record beside the key file, with `.enroll` behind its name: the
 * CA, the profile, the request that waits, and where the certificate goes. The record is durable
 * before anything depends on it, so that a later process goes on where one was interrupted, with
 * the same key, and never submits twice. It holds nothing secret.
 */
G_DEFINE_INTERFACE (ICertEnroll, icert_enroll, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          set_names,
                          gboolean,
                          FALSE,
                          ICertEnroll *self,
                          GPtrArray *names)

static GPtrArray *
icert_enroll_real_get_names (ICertEnroll *self)
{
  return NULL;
}

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          set_passphrase,
                          gboolean,
                          FALSE,
                          ICertEnroll *self,
                          const char *passphrase)

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          create_request,
                          GBytes *,
                          NULL,
                          ICertEnroll *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          create_renewal,
                          GBytes *,
                          NULL,
                          ICertEnroll *self,
                          gboolean same_key,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          install_response,
                          gboolean,
                          FALSE,
                          ICertEnroll *self,
                          ICertResponse *response,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          install_certificate,
                          gboolean,
                          FALSE,
                          ICertEnroll *self,
                          GBytes *certificate,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          enroll,
                          ICertResponse *,
                          NULL,
                          ICertEnroll *self,
                          const char *config,
                          guint wait,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_enroll,
                          renew,
                          ICertResponse *,
                          NULL,
                          ICertEnroll *self,
                          const char *config,
                          gboolean same_key,
                          guint wait,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_enroll, get_not_after, GDateTime *, NULL, ICertEnroll *self)

ICERT_DEFINE_UNSUPPORTED (icert_enroll, get_renewal_time, GDateTime *, NULL, ICertEnroll *self)

static void
install_text (ICertEnrollInterface *iface, const char *name)
{
  g_object_interface_install_property (
      iface,
      g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
install_properties (ICertEnrollInterface *iface)
{
  /**
   * ICertEnroll:subject:
   *
   * Subject that is asked for, in the text form of RFC 4514; `NULL` for an empty one: the names say
   * whose certificate it is, or the profile knows.
   */
  install_text (iface, "subject");
  /**
   * ICertEnroll:profile:
   *
   * Profile (AD CS: certificate template) that is asked for; `NULL` for none.
   */
  install_text (iface, "profile");
  /**
   * ICertEnroll:key-type:
   *
   * Type of the key to make: `ec-p256`, `ec-p384`, `ec-p521`, `rsa-2048`, `rsa-3072`, `rsa-4096`,
   * `ed25519`, `ed448`; `NULL` for `ec-p256`.
   */
  install_text (iface, "key-type");
  /**
   * ICertEnroll:key-file:
   *
   * File of the private key, PKCS #8 in PEM, mode 0600: encrypted when a passphrase is set. What is
   * known of the enrolment lies beside it.
   */
  install_text (iface, "key-file");
  /**
   * ICertEnroll:certificate-file:
   *
   * File for the certificate, PEM; `NULL` for where the record beside the key says it is.
   */
  install_text (iface, "certificate-file");
  /**
   * ICertEnroll:chain-file:
   *
   * File for the certificate and its issuers without the root, PEM, as TLS servers want it; `NULL`
   * for none.
   */
  install_text (iface, "chain-file");
  /**
   * ICertEnroll:pkcs12-file:
   *
   * File for key, certificate and chain as PKCS #12 (RFC 7292), which needs a passphrase; `NULL`
   * for none.
   */
  install_text (iface, "pkcs12-file");
  /**
   * ICertEnroll:trust:
   *
   * Certificates, PEM or DER, one of which the answer must chain up to; `NULL` for the root of the
   * CA that was asked.
   */
  g_object_interface_install_property (
      iface, g_param_spec_boxed ("trust", NULL, NULL, G_TYPE_BYTES,
                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
icert_enroll_default_init (ICertEnrollInterface *iface)
{
  iface->set_names = icert_enroll_real_set_names;
  iface->get_names = icert_enroll_real_get_names;
  iface->set_passphrase = icert_enroll_real_set_passphrase;
  iface->create_request = icert_enroll_real_create_request;
  iface->create_renewal = icert_enroll_real_create_renewal;
  iface->install_response = icert_enroll_real_install_response;
  iface->install_certificate = icert_enroll_real_install_certificate;
  iface->enroll = icert_enroll_real_enroll;
  iface->renew = icert_enroll_real_renew;
  iface->get_not_after = icert_enroll_real_get_not_after;
  iface->get_renewal_time = icert_enroll_real_get_renewal_time;
  install_properties (iface);
}

/**
 * icert_enroll_set_names:
 * @self: an enrolment
 * @names: (element-type ICertName) (nullable): names for the subjectAltName; `NULL` for none
 * @error: return location for an error
 *
 * Says which names are asked for beside the subject (RFC 5280, 4.2.1.6). A method, since neither
 * PyGObject nor gjs can set a property that is a GPtrArray.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_MALFORMED` when something in `names` is no name; `ICERT_ERROR_TOO_LARGE` for
 * more than 100 names (S-A1).
 *
 * Returns: `TRUE` when the names were taken
 */
gboolean
icert_enroll_set_names (ICertEnroll *self, GPtrArray *names, GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), FALSE);

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!ICERT_IS_NAME (names->pdata[i]))
      {
        icert_set_error (error, ICERT_ERROR_MALFORMED, "names", "item %u is no name (an ICertName)",
                         i);
        return FALSE;
      }
  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_names, FALSE, error);
  ok = iface->set_names (self, names, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_names", error);
}

/**
 * icert_enroll_get_names:
 * @self: an enrolment
 *
 * Gives the names that are asked for beside the subject.
 *
 * Any thread.
 *
 * Returns: (transfer container) (element-type ICertName): the names; empty when there are none
 */
GPtrArray *
icert_enroll_get_names (ICertEnroll *self)
{
  ICertEnrollInterface *iface;
  GPtrArray *names = NULL;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  iface = ICERT_ENROLL_GET_IFACE (self);
  if (iface->get_names != NULL)
    names = iface->get_names (self);
  if (names == NULL)
    return g_ptr_array_new_with_free_func (g_object_unref);
  return _icert_end_objects (names, NULL, self, "get_names", NULL);
}

/**
 * icert_enroll_set_passphrase:
 * @self: an enrolment
 * @passphrase: (nullable): the passphrase, UTF-8; `NULL` for none
 * @error: return location for an error
 *
 * Sets what protects the private key: the key file is then encrypted (PKCS #8 with PBES2), and a
 * PKCS #12 file can be made. A method and no property, so that nobody can read it back and no value
 * keeps a copy; the object wipes its own.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_CONFIG` for an empty one.
 *
 * Returns: `TRUE` when it was taken
 */
gboolean
icert_enroll_set_passphrase (ICertEnroll *self, const char *passphrase, GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), FALSE);

  if (!_icert_check_optional_text (passphrase, "passphrase", error))
    return FALSE;
  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_passphrase, FALSE, error);
  ok = iface->set_passphrase (self, passphrase, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_passphrase", error);
}

/**
 * icert_enroll_create_request:
 * @self: an enrolment
 * @cancellable: (nullable): to stop before the next step
 * @error: return location for an error
 *
 * Makes the key and the request (PKCS #10, RFC 2986), to be handed over; the key is stored before
 * this returns. Called again before there is an answer it gives the same request.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_CONFLICT` when the key file is there without a record, when it has a
 * certificate already, or when a request waits that asks for something else;
 * `ICERT_ERROR_BAD_NAME`, `ICERT_ERROR_UNSUPPORTED` for a property that cannot be used;
 * `ICERT_ERROR_CONFIG` for files that cannot be used; `ICERT_ERROR_STORAGE`;
 * `ICERT_ERROR_KEY_UNAVAILABLE` for a wrong passphrase.
 *
 * Returns: (transfer full): the request in DER, or `NULL` with `error` set
 */
GBytes *
icert_enroll_create_request (ICertEnroll *self, GCancellable *cancellable, GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  GBytes *request;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, create_request, NULL, error);
  request = iface->create_request (self, cancellable, &local_error);
  return _icert_end_pointer (request, local_error, self, "create_request", error);
}

/**
 * icert_enroll_create_request_async:
 * @self: an enrolment
 * @cancellable: (nullable): to stop before the next step
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Enroll.create_request] without blocking.
 */
void
icert_enroll_create_request_async (ICertEnroll *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENROLL (self));

  _icert_call_async (self, G_CALLBACK (icert_enroll_create_request),
                     icert_enroll_create_request_async, G_TYPE_BYTES, cancellable, callback,
                     user_data, G_TYPE_INVALID);
}

/**
 * icert_enroll_create_request_finish:
 * @self: an enrolment
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Enroll.create_request_async]. Errors are those of
 * [method@ICert.Enroll.create_request].
 *
 * Returns: (transfer full): the request in DER, or `NULL` with `error` set
 */
GBytes *
icert_enroll_create_request_finish (ICertEnroll *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  return _icert_finish_pointer (self, result, icert_enroll_create_request_async, error);
}

/**
 * icert_enroll_create_renewal:
 * @self: an enrolment
 * @same_key: `TRUE` to keep the key, `FALSE` to make a new one
 * @cancellable: (nullable): to stop before the next step
 * @error: return location for an error
 *
 * Makes the request that renews the stored certificate, with its subject and names, to be handed
 * over. A new key waits beside the old one, which stays in use until the new certificate is there.
 * Called again before there is an answer it gives the same request.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when there is no certificate to renew; `ICERT_ERROR_CONFLICT`
 * when a request waits that is no renewal; the others of [method@ICert.Enroll.create_request].
 *
 * Returns: (transfer full): the request in DER, or `NULL` with `error` set
 */
GBytes *
icert_enroll_create_renewal (ICertEnroll *self,
                             gboolean same_key,
                             GCancellable *cancellable,
                             GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  GBytes *request;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, create_renewal, NULL, error);
  request = iface->create_renewal (self, same_key, cancellable, &local_error);
  return _icert_end_pointer (request, local_error, self, "create_renewal", error);
}

/**
 * icert_enroll_create_renewal_async:
 * @self: an enrolment
 * @same_key: `TRUE` to keep the key, `FALSE` to make a new one
 * @cancellable: (nullable): to stop before the next step
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Enroll.create_renewal] without blocking.
 */
void
icert_enroll_create_renewal_async (ICertEnroll *self,
                                   gboolean same_key,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENROLL (self));

  _icert_call_async (self, G_CALLBACK (icert_enroll_create_renewal),
                     icert_enroll_create_renewal_async, G_TYPE_BYTES, cancellable, callback,
                     user_data, G_TYPE_BOOLEAN, same_key, G_TYPE_INVALID);
}

/**
 * icert_enroll_create_renewal_finish:
 * @self: an enrolment
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Enroll.create_renewal_async]. Errors are those of
 * [method@ICert.Enroll.create_renewal].
 *
 * Returns: (transfer full): the request in DER, or `NULL` with `error` set
 */
GBytes *
icert_enroll_create_renewal_finish (ICertEnroll *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  return _icert_finish_pointer (self, result, icert_enroll_create_renewal_async, error);
}

/**
 * icert_enroll_install_response:
 * @self: an enrolment
 * @response: the CA's answer to the request that waits
 * @cancellable: (nullable): to stop before the next step
 * @error: return location for an error
 *
 * Checks the answer and stores it (AD CS: IX509Enrollment::InstallResponse). Key, names and chain
 * must fit before anything is stored: the certificate has the key of the request; it has no name
 * that was not asked for, and of each kind of name that was asked for all, or none where the
 * profile left that kind out; it chains up to what is trusted, within its time and for the uses it
 * states. Nothing half-written is ever seen: a renewal replaces the old files when all new ones are
 * on the disk.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` when no request waits or the answer has no certificate, else
 * the answer's own status; `ICERT_ERROR_CONFIG` when nothing says whom to trust, and for files that
 * cannot be used; `ICERT_ERROR_CONFLICT` for a certificate of another key or a file that is there
 * already; `ICERT_ERROR_BAD_NAME` for other names; `ICERT_ERROR_BAD_SIGNATURE` for a chain that
 * ends elsewhere or is not valid; `ICERT_ERROR_BAD_VALIDITY` for one that is over or not yet valid;
 * `ICERT_ERROR_MALFORMED`; `ICERT_ERROR_STORAGE`; `ICERT_ERROR_KEY_UNAVAILABLE`.
 *
 * Returns: `TRUE` when everything is stored
 */
gboolean
icert_enroll_install_response (ICertEnroll *self,
                               ICertResponse *response,
                               GCancellable *cancellable,
                               GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), FALSE);

  if (!_icert_check_not_null (response, "response", error))
    return FALSE;
  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, install_response, FALSE, error);
  ok = iface->install_response (self, response, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "install_response", error);
}

/**
 * icert_enroll_install_response_async:
 * @self: an enrolment
 * @response: the CA's answer to the request that waits
 * @cancellable: (nullable): to stop before the next step
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Enroll.install_response] without blocking.
 */
void
icert_enroll_install_response_async (ICertEnroll *self,
                                     ICertResponse *response,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENROLL (self));

  _icert_call_async (self, G_CALLBACK (icert_enroll_install_response),
                     icert_enroll_install_response_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, ICERT_TYPE_RESPONSE, response, G_TYPE_INVALID);
}

/**
 * icert_enroll_install_response_finish:
 * @self: an enrolment
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Enroll.install_response_async]. Errors are those of
 * [method@ICert.Enroll.install_response].
 *
 * Returns: `TRUE` when everything is stored
 */
gboolean
icert_enroll_install_response_finish (ICertEnroll *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENROLL (self), FALSE);

  return _icert_finish_boolean (self, result, icert_enroll_install_response_async, error);
}

/**
 * icert_enroll_install_certificate:
 * @self: an enrolment
 * @certificate: an answer that was handed over: certificates in PEM, one in DER, or a PKCS #7 chain
 * @cancellable: (nullable): to stop before the next step
 * @error: return location for an error
 *
 * [method@ICert.Enroll.install_response] for an answer that came as a file. Order does not matter:
 * the certificate with the key of the request is the answered one, the others help to chain it up.
 *
 * Any thread; blocks.
 *
 * Errors: those of [method@ICert.Enroll.install_response].
 *
 * Returns: `TRUE` when everything is stored
 */
gboolean
icert_enroll_install_certificate (ICertEnroll *self,
                                  GBytes *certificate,
                                  GCancellable *cancellable,
                                  GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), FALSE);

  if (!_icert_check_bytes (certificate, "certificate", error))
    return FALSE;
  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, install_certificate, FALSE, error);
  ok = iface->install_certificate (self, certificate, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "install_certificate", error);
}

/**
 * icert_enroll_install_certificate_async:
 * @self: an enrolment
 * @certificate: an answer that was handed over
 * @cancellable: (nullable): to stop before the next step
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Enroll.install_certificate] without blocking.
 */
void
icert_enroll_install_certificate_async (ICertEnroll *self,
                                        GBytes *certificate,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENROLL (self));

  _icert_call_async (self, G_CALLBACK (icert_enroll_install_certificate),
                     icert_enroll_install_certificate_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_BYTES, certificate, G_TYPE_INVALID);
}

/**
 * icert_enroll_install_certificate_finish:
 * @self: an enrolment
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Enroll.install_certificate_async]. Errors are those of
 * [method@ICert.Enroll.install_certificate].
 *
 * Returns: `TRUE` when everything is stored
 */
gboolean
icert_enroll_install_certificate_finish (ICertEnroll *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENROLL (self), FALSE);

  return _icert_finish_boolean (self, result, icert_enroll_install_certificate_async, error);
}

/**
 * icert_enroll_enroll:
 * @self: an enrolment
 * @config: (nullable): config string or address of the CA; `NULL` for the one that was asked
 * before, else the default CA
 * @wait: how long to wait for an officer, in seconds; 0 to ask once
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Enrols in one go (AD CS: IX509Enrollment::Enroll): makes key and request, submits, asks again in
 * growing pauses while the request is pending, checks and stores the answer. Called again, also by
 * another process, it goes on: a request that was submitted is asked for, not submitted again.
 * While it waits it does not keep a `local:` CA open.
 *
 * A refusal is an answer, and so is a request that is still pending at the end: look at the
 * disposition; only `ICERT_DISPOSITION_ISSUED` means that key and certificate are stored. After a
 * refusal the next call makes a new request with the same key.
 *
 * A profile may leave names out or take them from the account. A certificate with other names than
 * those that were asked for is not stored: the error is `ICERT_ERROR_BAD_NAME`, or
 * `ICERT_ERROR_FORBIDDEN_FIELD` for a CA's, with the detail `request-id`. The next call with the
 * same key file has no other one issued: it fetches that one again, and stores it when it fits the
 * names that are asked for then, for example none. Who wants another certificate takes another key
 * file.
 *
 * Any thread; blocks.
 *
 * Errors: those of [method@ICert.Enroll.create_request], [func@ICert.Request.open],
 * [method@ICert.Request.submit] and [method@ICert.Enroll.install_response]; `G_IO_ERROR_CANCELLED`
 * with everything kept, so that it can go on later.
 *
 * Returns: (transfer full): the CA's answer, or `NULL` with `error` set
 */
ICertResponse *
icert_enroll_enroll (ICertEnroll *self,
                     const char *config,
                     guint wait,
                     GCancellable *cancellable,
                     GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  ICertResponse *response;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  if (!_icert_check_optional_text (config, "config", error))
    return NULL;
  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, enroll, NULL, error);
  response = iface->enroll (self, config, wait, cancellable, &local_error);
  return _icert_end_object (response, ICERT_TYPE_RESPONSE, local_error, self, "enroll", error);
}

/**
 * icert_enroll_enroll_async:
 * @self: an enrolment
 * @config: (nullable): config string or address of the CA
 * @wait: how long to wait for an officer, in seconds
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Enroll.enroll] without blocking.
 */
void
icert_enroll_enroll_async (ICertEnroll *self,
                           const char *config,
                           guint wait,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENROLL (self));

  _icert_call_async (self, G_CALLBACK (icert_enroll_enroll), icert_enroll_enroll_async,
                     G_TYPE_OBJECT, cancellable, callback, user_data, G_TYPE_STRING, config,
                     G_TYPE_UINT, wait, G_TYPE_INVALID);
}

/**
 * icert_enroll_enroll_finish:
 * @self: an enrolment
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Enroll.enroll_async]. Errors are those of [method@ICert.Enroll.enroll].
 *
 * Returns: (transfer full): the CA's answer, or `NULL` with `error` set
 */
ICertResponse *
icert_enroll_enroll_finish (ICertEnroll *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  return _icert_finish_pointer (self, result, icert_enroll_enroll_async, error);
}

/**
 * icert_enroll_renew:
 * @self: an enrolment
 * @config: (nullable): config string or address of the CA; `NULL` for the one that issued the
 *   certificate
 * @same_key: `TRUE` to keep the key, `FALSE` to make a new one
 * @wait: how long to wait for an officer, in seconds; 0 to ask once
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Renews what [method@ICert.Enroll.enroll] stored: a new request with subject and names of the
 * stored certificate and the profile of the record. The old key and certificate stay in use until
 * all of the new is on the disk. Goes on where it was interrupted, as
 * [method@ICert.Enroll.enroll] does; disposition and errors are as there.
 *
 * Any thread; blocks.
 *
 * Errors: those of [method@ICert.Enroll.create_renewal] and [method@ICert.Enroll.enroll].
 *
 * Returns: (transfer full): the CA's answer, or `NULL` with `error` set
 */
ICertResponse *
icert_enroll_renew (ICertEnroll *self,
                    const char *config,
                    gboolean same_key,
                    guint wait,
                    GCancellable *cancellable,
                    GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  ICertResponse *response;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  if (!_icert_check_optional_text (config, "config", error))
    return NULL;
  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, renew, NULL, error);
  response = iface->renew (self, config, same_key, wait, cancellable, &local_error);
  return _icert_end_object (response, ICERT_TYPE_RESPONSE, local_error, self, "renew", error);
}

/**
 * icert_enroll_renew_async:
 * @self: an enrolment
 * @config: (nullable): config string or address of the CA
 * @same_key: `TRUE` to keep the key, `FALSE` to make a new one
 * @wait: how long to wait for an officer, in seconds
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Enroll.renew] without blocking.
 */
void
icert_enroll_renew_async (ICertEnroll *self,
                          const char *config,
                          gboolean same_key,
                          guint wait,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENROLL (self));

  _icert_call_async (self, G_CALLBACK (icert_enroll_renew), icert_enroll_renew_async, G_TYPE_OBJECT,
                     cancellable, callback, user_data, G_TYPE_STRING, config, G_TYPE_BOOLEAN,
                     same_key, G_TYPE_UINT, wait, G_TYPE_INVALID);
}

/**
 * icert_enroll_renew_finish:
 * @self: an enrolment
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Enroll.renew_async]. Errors are those of [method@ICert.Enroll.renew].
 *
 * Returns: (transfer full): the CA's answer, or `NULL` with `error` set
 */
ICertResponse *
icert_enroll_renew_finish (ICertEnroll *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  return _icert_finish_pointer (self, result, icert_enroll_renew_async, error);
}

/**
 * icert_enroll_get_not_after:
 * @self: an enrolment
 * @error: return location for an error
 *
 * Reads from the stored certificate when it ends. Only its file is read: no key, no passphrase.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when there is no certificate; `ICERT_ERROR_CONFIG` for files that
 * cannot be used; `ICERT_ERROR_MALFORMED`.
 *
 * Returns: (transfer full): the last second of its life, UTC, or `NULL` with `error` set
 */
GDateTime *
icert_enroll_get_not_after (ICertEnroll *self, GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  GDateTime *time;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_not_after, NULL, error);
  time = iface->get_not_after (self, &local_error);
  return _icert_end_pointer (time, local_error, self, "get_not_after", error);
}

/**
 * icert_enroll_get_renewal_time:
 * @self: an enrolment
 * @error: return location for an error
 *
 * Says when the stored certificate is due to be renewed: when a third of its life is left.
 *
 * Any thread; blocks.
 *
 * Errors: those of [method@ICert.Enroll.get_not_after].
 *
 * Returns: (transfer full): the moment, UTC, or `NULL` with `error` set
 */
GDateTime *
icert_enroll_get_renewal_time (ICertEnroll *self, GError **error)
{
  ICertEnrollInterface *iface;
  GError *local_error = NULL;
  GDateTime *time;

  g_return_val_if_fail (ICERT_IS_ENROLL (self), NULL);

  iface = ICERT_ENROLL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_renewal_time, NULL, error);
  time = iface->get_renewal_time (self, &local_error);
  return _icert_end_pointer (time, local_error, self, "get_renewal_time", error);
}
