/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-key.h"

#include "icert-invoker-private.h"
#include "icert-private.h"

/* The invokers of the C-only interface of CA keys. What each call does stands in the header; no
 * binding sees it. */
G_DEFINE_INTERFACE (ICertKey, icert_key, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_key,
                          generate,
                          gboolean,
                          FALSE,
                          ICertKey *self,
                          const char *url,
                          const char *key_type,
                          GBytes *secret)

ICERT_DEFINE_UNSUPPORTED (icert_key,
                          open,
                          gboolean,
                          FALSE,
                          ICertKey *self,
                          const char *url,
                          GBytes *secret)

ICERT_DEFINE_UNSUPPORTED (icert_key, get_public_key, GBytes *, NULL, ICertKey *self)

ICERT_DEFINE_UNSUPPORTED (icert_key,
                          get_signature_algorithm,
                          GBytes *,
                          NULL,
                          ICertKey *self,
                          const char *hash)

ICERT_DEFINE_UNSUPPORTED (icert_key,
                          sign,
                          GBytes *,
                          NULL,
                          ICertKey *self,
                          const char *hash,
                          GBytes *message,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_key,
                          sign_digest,
                          GBytes *,
                          NULL,
                          ICertKey *self,
                          const char *hash,
                          GBytes *digest,
                          GCancellable *cancellable)

/* The careful answer: an engine then commits the intent before it signs. */
static gboolean
icert_key_real_is_in_process (ICertKey *self)
{
  return FALSE;
}

ICERT_DEFINE_UNSUPPORTED (icert_key,
                          adopt,
                          gboolean,
                          FALSE,
                          ICertKey *self,
                          const char *url,
                          GBytes *contents,
                          GBytes *passphrase,
                          GBytes *secret)

static void
icert_key_default_init (ICertKeyInterface *iface)
{
  iface->generate = icert_key_real_generate;
  iface->open = icert_key_real_open;
  iface->get_public_key = icert_key_real_get_public_key;
  iface->get_signature_algorithm = icert_key_real_get_signature_algorithm;
  iface->sign = icert_key_real_sign;
  iface->is_in_process = icert_key_real_is_in_process;
  iface->sign_digest = icert_key_real_sign_digest;
  iface->adopt = icert_key_real_adopt;
}

gboolean
icert_key_generate (ICertKey *self,
                    const char *url,
                    const char *key_type,
                    GBytes *secret,
                    GError **error)
{
  ICertKeyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_KEY (self), FALSE);

  if (!_icert_check_text (url, "key", error) || !_icert_check_text (key_type, "key type", error))
    return FALSE;
  iface = ICERT_KEY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, generate, FALSE, error);
  ok = iface->generate (self, url, key_type, secret, &local_error);
  return _icert_end_boolean (ok, local_error, self, "generate", error);
}

gboolean
icert_key_open (ICertKey *self, const char *url, GBytes *secret, GError **error)
{
  ICertKeyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_KEY (self), FALSE);

  if (!_icert_check_text (url, "key", error))
    return FALSE;
  iface = ICERT_KEY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, open, FALSE, error);
  ok = iface->open (self, url, secret, &local_error);
  return _icert_end_boolean (ok, local_error, self, "open", error);
}

GBytes *
icert_key_get_public_key (ICertKey *self, GError **error)
{
  ICertKeyInterface *iface;
  GError *local_error = NULL;
  GBytes *spki;

  g_return_val_if_fail (ICERT_IS_KEY (self), NULL);

  iface = ICERT_KEY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_public_key, NULL, error);
  spki = iface->get_public_key (self, &local_error);
  return _icert_end_pointer (spki, local_error, self, "get_public_key", error);
}

GBytes *
icert_key_get_signature_algorithm (ICertKey *self, const char *hash, GError **error)
{
  ICertKeyInterface *iface;
  GError *local_error = NULL;
  GBytes *algorithm;

  g_return_val_if_fail (ICERT_IS_KEY (self), NULL);

  if (!_icert_check_text (hash, "hash", error))
    return NULL;
  iface = ICERT_KEY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_signature_algorithm, NULL, error);
  algorithm = iface->get_signature_algorithm (self, hash, &local_error);
  return _icert_end_pointer (algorithm, local_error, self, "get_signature_algorithm", error);
}

GBytes *
icert_key_sign (ICertKey *self,
                const char *hash,
                GBytes *message,
                GCancellable *cancellable,
                GError **error)
{
  ICertKeyInterface *iface;
  GError *local_error = NULL;
  GBytes *signature;

  g_return_val_if_fail (ICERT_IS_KEY (self), NULL);

  if (!_icert_check_text (hash, "hash", error) || !_icert_check_bytes (message, "message", error))
    return NULL;
  iface = ICERT_KEY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, sign, NULL, error);
  signature = iface->sign (self, hash, message, cancellable, &local_error);
  return _icert_end_pointer (signature, local_error, self, "sign", error);
}

gboolean
icert_key_is_in_process (ICertKey *self)
{
  ICertKeyInterface *iface;

  g_return_val_if_fail (ICERT_IS_KEY (self), FALSE);

  iface = ICERT_KEY_GET_IFACE (self);
  return iface->is_in_process != NULL && iface->is_in_process (self);
}

GBytes *
icert_key_sign_digest (ICertKey *self,
                       const char *hash,
                       GBytes *digest,
                       GCancellable *cancellable,
                       GError **error)
{
  ICertKeyInterface *iface;
  GError *local_error = NULL;
  GBytes *signature;

  g_return_val_if_fail (ICERT_IS_KEY (self), NULL);

  if (!_icert_check_text (hash, "hash", error) || !_icert_check_bytes (digest, "digest", error))
    return NULL;
  iface = ICERT_KEY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, sign_digest, NULL, error);
  signature = iface->sign_digest (self, hash, digest, cancellable, &local_error);
  return _icert_end_pointer (signature, local_error, self, "sign_digest", error);
}

/**
 * icert_key_adopt: (skip)
 * @self: a key that is not open
 * @url: where the key is to be
 * @contents: the file of another program, with the private key
 * @passphrase: (nullable): opens that file
 * @secret: seals the new one
 * @error: return location for an error
 *
 * Makes a key out of one that another program had, and leaves the object open. Fails with
 * `ICERT_ERROR_CONFLICT` when one is there, `ICERT_ERROR_KEY_UNAVAILABLE` when the passphrase does
 * not open the file, `ICERT_ERROR_CONFIG` when there is no key in it, `ICERT_ERROR_STORAGE`, and
 * `ICERT_ERROR_NOT_SUPPORTED` where keys cannot be brought in.
 *
 * Returns: `TRUE` when the key is there
 */
gboolean
icert_key_adopt (ICertKey *self,
                 const char *url,
                 GBytes *contents,
                 GBytes *passphrase,
                 GBytes *secret,
                 GError **error)
{
  ICertKeyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_KEY (self), FALSE);
  g_return_val_if_fail (contents != NULL, FALSE);

  if (!_icert_check_text (url, "key", error))
    return FALSE;
  iface = ICERT_KEY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, adopt, FALSE, error);
  ok = iface->adopt (self, url, contents, passphrase, secret, &local_error);
  return _icert_end_boolean (ok, local_error, self, "adopt", error);
}
