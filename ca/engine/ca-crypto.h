/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <openssl/evp.h>

#include "icert-error.h"

/* The engine's own library context (S-M3: the process's default one is never touched), digests
 * fetched once. */
OSSL_LIB_CTX *ca_crypto_get_libctx (void);
const EVP_MD *ca_crypto_get_sha256 (void);
void ca_crypto_sha1 (const void *data, gsize size, guint8 digest[20]);
void ca_crypto_sha256 (const void *data, gsize size, guint8 digest[32]);
/* @fills @buffer from the CSPRNG; INTERNAL when it cannot */
gboolean ca_crypto_random (guint8 *buffer, gsize size, GError **error);
/* lower-case hex, to free with g_free() */
char *ca_crypto_hex (const guint8 *data, gsize size);
/* a SubjectPublicKeyInfo as a key to verify with; EVP_PKEY_fromdata where it is faster than
 * d2i_PUBKEY */
EVP_PKEY *ca_crypto_public_key (GBytes *spki, GError **error);
/* verifies @signature over @data with the algorithm that @algorithm (AlgorithmIdentifier, DER)
 * names: UNSUPPORTED for an algorithm outside S-A6, BAD_SIGNATURE when it is wrong. @field: for the
 * error */
gboolean ca_crypto_verify (EVP_PKEY *key,
                           const guint8 *algorithm,
                           gsize algorithm_size,
                           const guint8 *data,
                           gsize size,
                           const guint8 *signature,
                           gsize signature_size,
                           gboolean allow_sha1,
                           const char *field,
                           GError **error);

/* Octets with a signature over them; points to what somebody else owns. */
typedef struct
{
  const guint8 *algorithm; /* AlgorithmIdentifier, DER */
  gsize algorithm_size;
  const guint8 *data;
  gsize size;
  const guint8 *signature;
  gsize signature_size;
} CaSigned;

/* the same with the key of @spki (SubjectPublicKeyInfo, DER) and without the cost of an EVP_PKEY
 * where there is a way; WEAK_KEY for a key that cannot be used */
gboolean ca_crypto_verify_possession (GBytes *spki,
                                      const CaSigned *message,
                                      gboolean allow_sha1,
                                      const char *field,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
