/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <openssl/evp.h>

/* Contexts of one signature at a time, kept from one to the next: setting them up costs a fifth of
 * a P-256 signature. */
typedef struct _KeyFileSigner KeyFileSigner;

/* whether signatures of @key take a digest (RSA, EC) or the message itself (Edwards, ML-DSA) */
gboolean key_file_takes_digest (EVP_PKEY *key);
/* @hash lent for a digest that signatures may use, in its static form; UNSUPPORTED */
const char *key_file_signer_find_hash (const char *hash, GError **error);

/* @hash: from key_file_signer_find_hash(), NULL for a key that takes the message itself */
KeyFileSigner *key_file_signer_new (EVP_PKEY *key, const char *hash, GError **error);
void key_file_signer_free (KeyFileSigner *signer);
const char *key_file_signer_get_hash (const KeyFileSigner *signer);
GBytes *key_file_signer_sign (KeyFileSigner *signer, GBytes *message, GError **error);
/* the same of a message with this digest; NOT_SUPPORTED where the key takes messages */
GBytes *key_file_signer_sign_digest (KeyFileSigner *self, GBytes *digest, GError **error);

/* verifies with the public half; for the pair test (S-M5) */
gboolean key_file_verify (EVP_PKEY *key, const char *hash, GBytes *message, GBytes *signature);
/* AlgorithmIdentifier of signatures by @key, DER */
GBytes *key_file_describe_signature (EVP_PKEY *key, const char *hash, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyFileSigner, key_file_signer_free)
