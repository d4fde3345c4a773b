/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* Contents of a key file: the public half as PUBLIC KEY, so that nobody needs the secret to read
 * it, then ENCRYPTED PRIVATE KEY: PKCS #8, PBES2, scrypt, AES-256-CBC. */
typedef struct
{
  X509_SIG *sealed;
  GBytes *public_key; /* SubjectPublicKeyInfo, DER; NULL: the file does not have it */
} KeyFileContents;

/* The module's own library context: the process's default one is never touched (S-M3). */
OSSL_LIB_CTX *key_file_get_libctx (void);

KeyFileContents *key_file_contents_parse (GBytes *text, GError **error);
void key_file_contents_free (KeyFileContents *contents);

/* @secret opens what it sealed; KEY_UNAVAILABLE when it is the wrong one */
EVP_PKEY *key_file_unseal (X509_SIG *sealed,
                           const guint8 *secret,
                           gsize secret_size,
                           GError **error);
/* text of a key file for @key */
GBytes *key_file_seal (EVP_PKEY *key, const guint8 *secret, gsize secret_size, GError **error);

GBytes *key_file_encode_public (EVP_PKEY *key, GError **error);
EVP_PKEY *key_file_decode_public (GBytes *public_key, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyFileContents, key_file_contents_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PBE2PARAM, PBE2PARAM_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SCRYPT_PARAMS, SCRYPT_PARAMS_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_ALGOR, X509_ALGOR_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_SIG, X509_SIG_free)
