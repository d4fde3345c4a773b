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

static void
icert_server_exit_default_init (ICertServerExitInterface *iface)
{
  iface->get_certificate = icert_server_exit_real_get_certificate;
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
