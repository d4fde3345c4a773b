/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-key-proof.h"

#include <string.h>

#include "ca-crypto.h"

#define TEXT "icert: a proof that the secret unlocks this key "
#define HASH "sha256"

static gboolean
verify (ICertKey *key, GBytes *message, GBytes *signature, GError **error)
{
  g_autoptr (GBytes) spki = icert_key_get_public_key (key, error);
  g_autoptr (EVP_PKEY) public_key = spki != NULL ? ca_crypto_public_key (spki, error) : NULL;
  g_autoptr (GBytes) algorithm
      = public_key != NULL ? icert_key_get_signature_algorithm (key, HASH, error) : NULL;

  return algorithm != NULL
         && ca_crypto_verify (public_key, g_bytes_get_data (algorithm, NULL),
                              g_bytes_get_size (algorithm), g_bytes_get_data (message, NULL),
                              g_bytes_get_size (message), g_bytes_get_data (signature, NULL),
                              g_bytes_get_size (signature), FALSE, "key", error);
}

gboolean
ca_key_prove (ICertKey *key, GError **error)
{
  guint8 octets[sizeof TEXT + 32] = TEXT;
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GBytes) signature = NULL;

  if (!ca_crypto_random (octets + sizeof TEXT, 32, error))
    return FALSE;
  message = g_bytes_new (octets, sizeof octets);
  signature = icert_key_sign (key, HASH, message, NULL, error);
  return signature != NULL && verify (key, message, signature, error);
}
