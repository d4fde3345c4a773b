/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-server-exit.h"

#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertServerExit:
 *
 * What an exit can read beyond [iface@ICert.Server] (AD CS: ICertServerExit). It has no setters: an
 * exit cannot change anything. The object an exit gets is an [class@ICert.IssuedContext], a
 * snapshot that may be kept.
 */
G_DEFINE_INTERFACE (ICertServerExit, icert_server_exit, ICERT_TYPE_SERVER)

ICERT_DEFINE_UNSUPPORTED (icert_server_exit, get_certificate, GBytes *, NULL, ICertServerExit *self)

ICERT_DEFINE_UNSUPPORTED (icert_server_exit, list_crls, GPtrArray *, NULL, ICertServerExit *self)

ICERT_DEFINE_UNSUPPORTED (icert_server_exit,
                          get_alarm,
                          char *,
                          NULL,
                          ICertServerExit *self,
                          char **code)

static void
icert_server_exit_default_init (ICertServerExitInterface *iface)
{
  iface->get_certificate = icert_server_exit_real_get_certificate;
  iface->list_crls = icert_server_exit_real_list_crls;
  iface->get_alarm = icert_server_exit_real_get_alarm;
}

/**
 * icert_server_exit_get_certificate:
 * @self: a server object of an event
 * @error: return location for an error
 *
 * Gives the issued certificate: short for certificate property `RawCertificate`.
 *
 * Any thread.
 *
 * Errors: those of the engine, such as `ICERT_ERROR_STORAGE`; `ICERT_ERROR_WRONG_STATE` outside a
 * request.
 *
 * Returns: (transfer full) (nullable): the certificate, DER, or `NULL` without an error when none
 *   was issued
 */
GBytes *
icert_server_exit_get_certificate (ICertServerExit *self, GError **error)
{
  ICertServerExitInterface *iface;
  GError *local_error = NULL;
  GBytes *certificate;

  g_return_val_if_fail (ICERT_IS_SERVER_EXIT (self), NULL);

  iface = ICERT_SERVER_EXIT_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_certificate, NULL, error);
  certificate = iface->get_certificate (self, &local_error);
  return _icert_end_nullable (certificate, local_error, error);
}

/**
 * icert_server_exit_list_crls:
 * @self: a server object of an event
 * @error: return location for an error
 *
 * Lists the CRLs of the publishing run that `ICERT_EXIT_EVENT_CRL_ISSUED` tells of: base before
 * delta CRLs, by key index and partition. All of a run have one number (processing.md 6). The same
 * objects come at each call, so that what is reported of them is kept. With any other event there
 * are none.
 *
 * Any thread.
 *
 * Errors: those of the engine, such as `ICERT_ERROR_STORAGE`.
 *
 * Returns: (transfer container) (element-type ICertIssuedCrl): the CRLs, or `NULL` with `error` set
 */
GPtrArray *
icert_server_exit_list_crls (ICertServerExit *self, GError **error)
{
  ICertServerExitInterface *iface;
  GError *local_error = NULL;
  GPtrArray *crls;

  g_return_val_if_fail (ICERT_IS_SERVER_EXIT (self), NULL);

  iface = ICERT_SERVER_EXIT_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_crls, NULL, error);
  crls = iface->list_crls (self, &local_error);
  return _icert_end_objects (crls, local_error, self, "list_crls", error);
}

/**
 * icert_server_exit_get_crl:
 * @self: a server object of an event
 * @key_index: index of a CA key
 * @delta: the delta CRL, not the base CRL
 * @error: return location for an error
 *
 * Gives a CRL of the publishing run by its key: short for the one of
 * [method@ICert.ServerExit.list_crls] that is in no partition, or in the first of a partitioned CA.
 *
 * Any thread.
 *
 * Errors: those of [method@ICert.ServerExit.list_crls].
 *
 * Returns: (transfer full) (nullable): the CRL, DER, or `NULL` without an error when the run made
 * no such CRL
 */
GBytes *
icert_server_exit_get_crl (ICertServerExit *self, int key_index, gboolean delta, GError **error)
{
  g_autoptr (GPtrArray) crls = icert_server_exit_list_crls (self, error);

  for (guint i = 0; crls != NULL && i < crls->len; i++)
    {
      ICertIssuedCrl *crl = crls->pdata[i];

      if (icert_issued_crl_get_key_index (crl) == key_index
          && icert_issued_crl_get_delta (crl) == !!delta)
        return icert_issued_crl_get_bytes (crl);
    }
  return NULL;
}

/**
 * icert_server_exit_get_alarm:
 * @self: a server object of an event
 * @code: (out) (optional) (nullable) (transfer full): what it is about, for programs: `test` (the
 *   daily test of this way), `ca-expiry`, `config`, `crl-expiring`, `crl-expired`, `crl-failed`,
 *   `publish-failed`, `read-back`; `checkpoint` with `ICERT_EXIT_EVENT_AUDIT_CHECKPOINT`
 * @error: return location for an error
 *
 * Gives what `ICERT_EXIT_EVENT_ALARM` has to say, or the checkpoint of
 * `ICERT_EXIT_EVENT_AUDIT_CHECKPOINT` as the line that goes to sinks.
 *
 * Any thread.
 *
 * Errors: those of the engine.
 *
 * Returns: (transfer full) (nullable): a text for people, or `NULL` without an error with any other
 *   event
 */
char *
icert_server_exit_get_alarm (ICertServerExit *self, char **code, GError **error)
{
  ICertServerExitInterface *iface;
  GError *local_error = NULL;
  char *answer = NULL;
  char *text;

  if (code != NULL)
    *code = NULL;
  g_return_val_if_fail (ICERT_IS_SERVER_EXIT (self), NULL);

  iface = ICERT_SERVER_EXIT_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_alarm, NULL, error);
  text = iface->get_alarm (self, &answer, &local_error);
  if (code != NULL && local_error == NULL)
    *code = g_steal_pointer (&answer);
  g_free (answer);
  return _icert_end_nullable (text, local_error, error);
}
