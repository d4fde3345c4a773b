/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-setup.h"

#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * icert_setup_import_ca:
 * @self: a setup object
 * @format: what is there: `openssl-index` (the folder of an `openssl ca`), `easy-rsa` (its `pki`),
 *   `xca` (what XCA exports) or `folder` (files with certificates, CRLs and the key)
 * @path: (type filename): that folder, or a file
 * @passphrase: (nullable): of the private key, or of the PKCS #12 file with it
 * @cancellable: (nullable): to stop; nothing is left
 * @error: return location for an error
 *
 * Makes a CA that goes on where one of another program ended: the same key and certificate, a row
 * for each certificate that it issued, with serial, dates, revocation and reason, and CRL numbers
 * behind its own. Nothing of the other CA is changed; it must not be used any more. (AD CS:
 * ICertSrvSetup.CAImportPFX() takes a key over, not what was issued with it.)
 *
 * Of the properties `name` (the common name of the certificate without it), `folder`, `url` and
 * `dual-control` count. The key is sealed anew, as that of any CA.
 *
 * The answer tells `config` as a string, and as 64 bit numbers `serials` (taken over),
 * `certificates` (of these with their certificate), `revoked` and `next-crl`; `notes` is an array
 * of strings that say, certificate by certificate, what could not be taken over.
 *
 * Any thread; blocks; tells how far it is by [signal@ICert.Setup::progress].
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when something is missing, `ICERT_ERROR_CONFIG` when the key is
 * not that of the certificate or the folder is there; `ICERT_ERROR_KEY_UNAVAILABLE` when the
 * passphrase does not open the key; `ICERT_ERROR_MALFORMED` for a list that cannot be read;
 * `ICERT_ERROR_NOT_SUPPORTED` for another format; `ICERT_ERROR_STORAGE`; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): a vardict, `NULL` with `error` set
 */
GVariant *
icert_setup_import_ca (ICertSetup *self,
                       const char *format,
                       const char *path,
                       GBytes *passphrase,
                       GCancellable *cancellable,
                       GError **error)
{
  ICertSetupInterface *iface;
  GError *local_error = NULL;
  GVariant *facts;

  g_return_val_if_fail (ICERT_IS_SETUP (self), NULL);

  if (!_icert_check_text (format, "format", error) || !_icert_check_text (path, "path", error))
    return NULL;
  iface = ICERT_SETUP_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, import_ca, NULL, error);
  facts = iface->import_ca (self, format, path, passphrase, cancellable, &local_error);
  return _icert_end_variant (facts, "a{sv}", local_error, self, "import_ca", error);
}

/**
 * icert_setup_import_ca_async:
 * @self: a setup object
 * @format: what is there
 * @path: (type filename): that folder, or a file
 * @passphrase: (nullable): of the private key
 * @cancellable: (nullable): to stop; nothing is left
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Setup.import_ca] without blocking.
 */
void
icert_setup_import_ca_async (ICertSetup *self,
                             const char *format,
                             const char *path,
                             GBytes *passphrase,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SETUP (self));

  _icert_call_async (self, G_CALLBACK (icert_setup_import_ca), icert_setup_import_ca_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_STRING, format,
                     G_TYPE_STRING, path, G_TYPE_BYTES, passphrase, G_TYPE_INVALID);
}

/**
 * icert_setup_import_ca_finish:
 * @self: a setup object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Setup.import_ca_async]. Errors are those of [method@ICert.Setup.import_ca].
 *
 * Returns: (transfer full): a vardict, `NULL` with `error` set
 */
GVariant *
icert_setup_import_ca_finish (ICertSetup *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SETUP (self), NULL);

  return _icert_finish_pointer (self, result, icert_setup_import_ca_async, error);
}
