/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-setup.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertSetup:
 *
 * Makes, completes and renews a CA (AD CS: ICertSrvSetup). Get one with [func@ICert.Setup.open],
 * set its properties, and call [method@ICert.Setup.create]. Properties that are not set have the
 * defaults of `icert init`.
 */
G_DEFINE_INTERFACE (ICertSetup, icert_setup, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_setup,
                          create,
                          char *,
                          NULL,
                          ICertSetup *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_setup,
                          install,
                          gboolean,
                          FALSE,
                          ICertSetup *self,
                          const char *config,
                          GBytes *certificate,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_setup,
                          renew,
                          gboolean,
                          FALSE,
                          ICertSetup *self,
                          const char *config,
                          gboolean same_key,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_setup,
                          import_ca,
                          GVariant *,
                          NULL,
                          ICertSetup *self,
                          const char *format,
                          const char *path,
                          GBytes *passphrase,
                          GCancellable *cancellable)

static void
install_text (ICertSetupInterface *iface, const char *name)
{
  g_object_interface_install_property (
      iface,
      g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
install_places (ICertSetupInterface *iface)
{
  /**
   * ICertSetup:folder:
   *
   * The folder to make the CA in; it must not exist. `NULL`: one below the user's data folder, or
   * below `/var/lib/icert` for root.
   */
  install_text (iface, "folder");
  /**
   * ICertSetup:request-file:
   *
   * The file with the request that waits for a parent CA, after [method@ICert.Setup.create] or
   * [method@ICert.Setup.renew] left one (AD CS: RequestFileName); `NULL` when nothing waits.
   * Setting it changes nothing.
   */
  install_text (iface, "request-file");
  /**
   * ICertSetup:type:
   *
   * What is made.
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_enum ("type", NULL, NULL, ICERT_TYPE_SETUP_TYPE, ICERT_SETUP_TYPE_TWO_TIER,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  /**
   * ICertSetup:dual-control:
   *
   * Whether changes of profiles, roles and modules need two administrators (S-D11).
   */
  g_object_interface_install_property (
      iface, g_param_spec_boolean ("dual-control", NULL, NULL, FALSE,
                                   G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
install_properties (ICertSetupInterface *iface)
{
  /**
   * ICertSetup:name:
   *
   * Common name of the issuing CA.
   */
  install_text (iface, "name");
  /**
   * ICertSetup:subject:
   *
   * Subject of the CA's certificate, in the text form of RFC 4514; `NULL` for the name alone.
   */
  install_text (iface, "subject");
  /**
   * ICertSetup:key-type:
   *
   * Type of the keys to make: `ec-p256`, `ec-p384`, `rsa-3072`…
   */
  install_text (iface, "key-type");
  /**
   * ICertSetup:validity:
   *
   * How long the CA's certificate lives, as a duration: `10y`. For a renewal only a root takes one;
   * `NULL`: as long as its newest certificate.
   */
  install_text (iface, "validity");
  /**
   * ICertSetup:store:
   *
   * Where the database is, as an address of a store module; `NULL` for a file in the CA's folder.
   */
  install_text (iface, "store");
  /**
   * ICertSetup:key-uri:
   *
   * Where the key is, as an address of a key module; `NULL` for a file in the CA's folder.
   */
  install_text (iface, "key-uri");
  /**
   * ICertSetup:url:
   *
   * Base of the URLs that certificates carry for CRL, CA certificate and OCSP; `NULL` for none.
   */
  install_text (iface, "url");
}

static void
icert_setup_default_init (ICertSetupInterface *iface)
{
  iface->create = icert_setup_real_create;
  iface->install = icert_setup_real_install;
  iface->renew = icert_setup_real_renew;
  iface->import_ca = icert_setup_real_import_ca;
  install_properties (iface);
  install_places (iface);

  /**
   * ICertSetup::progress:
   * @self: a setup object
   * @fraction: how much is done, 0 to 1
   * @step: what is being done, in English
   *
   * A long call went on, as [method@ICert.Setup.import_ca]. Emitted inside the call when it blocks
   * the thread that made the object, otherwise in the main context that was that thread's default
   * then.
   */
  g_signal_new ("progress", ICERT_TYPE_SETUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, G_TYPE_DOUBLE, G_TYPE_STRING);
}

/**
 * icert_setup_create:
 * @self: a setup object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Makes the CA that the properties describe: keys, certificates, database, configuration and
 * record.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_CONFLICT` when there is a CA already; `ICERT_ERROR_BAD_NAME`,
 * `ICERT_ERROR_BAD_VALIDITY`, `ICERT_ERROR_UNSUPPORTED` for a property that cannot be used;
 * `ICERT_ERROR_CONFIG` for folders and files; `ICERT_ERROR_STORAGE`; `ICERT_ERROR_KEY_UNAVAILABLE`.
 *
 * Returns: (transfer full): config string of the issuing CA, or `NULL` with `error` set
 */
char *
icert_setup_create (ICertSetup *self, GCancellable *cancellable, GError **error)
{
  ICertSetupInterface *iface;
  GError *local_error = NULL;
  char *config;

  g_return_val_if_fail (ICERT_IS_SETUP (self), NULL);

  iface = ICERT_SETUP_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, create, NULL, error);
  config = iface->create (self, cancellable, &local_error);
  return _icert_end_pointer (config, local_error, self, "create", error);
}

/**
 * icert_setup_create_async:
 * @self: a setup object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Setup.create] without blocking.
 */
void
icert_setup_create_async (ICertSetup *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SETUP (self));

  _icert_call_async (self, G_CALLBACK (icert_setup_create), icert_setup_create_async, G_TYPE_STRING,
                     cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_setup_create_finish:
 * @self: a setup object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Setup.create_async]. Errors are those of [method@ICert.Setup.create].
 *
 * Returns: (transfer full): config string of the issuing CA, or `NULL` with `error` set
 */
char *
icert_setup_create_finish (ICertSetup *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SETUP (self), NULL);

  return _icert_finish_pointer (self, result, icert_setup_create_async, error);
}

/**
 * icert_setup_install:
 * @self: a setup object
 * @config: config string of a CA that waits for its certificate
 * @certificate: its certificate, DER or PEM, with its chain in any order when in PEM; or both in
 *   PKCS #7, DER or PEM
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Completes a subordinate CA with the certificate that its parent issued, also behind
 * [method@ICert.Setup.renew].
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for a CA that is not there; `ICERT_ERROR_WRONG_STATE` when it
 * does not wait, or has this certificate already; `ICERT_ERROR_MALFORMED` for octets that are no
 * certificate; `ICERT_ERROR_CONFIG` for one that does not fit key, name, date or chain. Then
 * nothing has changed.
 *
 * Returns: `TRUE` when the CA can issue
 */
gboolean
icert_setup_install (ICertSetup *self,
                     const char *config,
                     GBytes *certificate,
                     GCancellable *cancellable,
                     GError **error)
{
  ICertSetupInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SETUP (self), FALSE);

  if (!_icert_check_text (config, "config", error)
      || !_icert_check_bytes (certificate, "certificate", error))
    return FALSE;
  iface = ICERT_SETUP_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, install, FALSE, error);
  ok = iface->install (self, config, certificate, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "install", error);
}

/**
 * icert_setup_install_async:
 * @self: a setup object
 * @config: config string of a CA that waits for its certificate
 * @certificate: its certificate, DER or PEM
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Setup.install] without blocking.
 */
void
icert_setup_install_async (ICertSetup *self,
                           const char *config,
                           GBytes *certificate,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SETUP (self));

  _icert_call_async (self, G_CALLBACK (icert_setup_install), icert_setup_install_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_STRING, config,
                     G_TYPE_BYTES, certificate, G_TYPE_INVALID);
}

/**
 * icert_setup_install_finish:
 * @self: a setup object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Setup.install_async]. Errors are those of [method@ICert.Setup.install].
 *
 * Returns: `TRUE` when the CA can issue
 */
gboolean
icert_setup_install_finish (ICertSetup *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SETUP (self), FALSE);

  return _icert_finish_boolean (self, result, icert_setup_install_async, error);
}

/**
 * icert_setup_renew:
 * @self: a setup object; its `key-type` is that of a new key (default: as before), its `validity`
 *   that of a root's new certificate (default: as long as the newest one lives)
 * @config: config string of a CA
 * @same_key: (attributes default=0): whether the newest key gets another certificate; otherwise a
 *   new key is made
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Gives a CA its next certificate (AD CS: `certutil -renewCert`).
 *
 * A root signs it itself, and cross certificates between the old and a new key. A subordinate of a
 * two-tier CA whose root is there gets it from the root. A subordinate with its parent elsewhere
 * leaves a request in the file that the property `request-file` names then, and goes on issuing
 * with what it has until [method@ICert.Setup.install]. Old keys go on signing CRLs until their last
 * certificate expires.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` for a CA that is not there; `ICERT_ERROR_WRONG_STATE` for one
 * without certificate, or whose new key waits for one; `ICERT_ERROR_NOT_AUTHORIZED` for who is no
 * administrator, and under dual control for who is alone; `ICERT_ERROR_CLOCK` after a jump of the
 * clock; `ICERT_ERROR_BAD_VALIDITY` for a `validity` of a subordinate; `ICERT_ERROR_CONFIG` for one
 * that is no duration, and when another process has the CA; `ICERT_ERROR_KEY_UNAVAILABLE`,
 * `ICERT_ERROR_STORAGE`; what the root answers.
 *
 * Returns: `TRUE` when the CA has its new certificate, or a request waits
 */
gboolean
icert_setup_renew (ICertSetup *self,
                   const char *config,
                   gboolean same_key,
                   GCancellable *cancellable,
                   GError **error)
{
  ICertSetupInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SETUP (self), FALSE);

  if (!_icert_check_text (config, "config", error))
    return FALSE;
  iface = ICERT_SETUP_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, renew, FALSE, error);
  ok = iface->renew (self, config, same_key, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "renew", error);
}

/**
 * icert_setup_renew_async:
 * @self: a setup object
 * @config: config string of a CA
 * @same_key: (attributes default=0): whether the newest key gets another certificate
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Setup.renew] without blocking.
 */
void
icert_setup_renew_async (ICertSetup *self,
                         const char *config,
                         gboolean same_key,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SETUP (self));

  _icert_call_async (self, G_CALLBACK (icert_setup_renew), icert_setup_renew_async, G_TYPE_BOOLEAN,
                     cancellable, callback, user_data, G_TYPE_STRING, config, G_TYPE_BOOLEAN,
                     same_key, G_TYPE_INVALID);
}

/**
 * icert_setup_renew_finish:
 * @self: a setup object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Setup.renew_async]. Errors are those of [method@ICert.Setup.renew].
 *
 * Returns: `TRUE` when the CA has its new certificate, or a request waits
 */
gboolean
icert_setup_renew_finish (ICertSetup *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SETUP (self), FALSE);

  return _icert_finish_boolean (self, result, icert_setup_renew_async, error);
}
