/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "key-file-signer.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "key-file-armour.h"

#include "icert-error.h"

/* More than any AlgorithmIdentifier of a signature: RSA-PSS with all parameters takes 67. */
#define MAX_ALGORITHM_SIZE 256

struct _KeyFileSigner
{
  EVP_PKEY *key;      /* owned */
  const char *hash;   /* static; NULL: the key takes the message itself */
  EVP_MD *md;         /* owned; NULL without hash */
  EVP_MD_CTX *digest; /* owned */
  EVP_PKEY_CTX *sign; /* owned; NULL without hash */
};

static void
set_failed (GError **error, const char *what)
{
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key", "%s failed (success)", what);
}

gboolean
key_file_takes_digest (EVP_PKEY *key)
{
  char name[64] = "";

  if (EVP_PKEY_get_default_digest_name (key, name, sizeof name) <= 0)
    {
      ERR_clear_error ();
      return FALSE;
    }
  return name[0] != '\0' && !g_str_equal (name, "UNDEF");
}

const char *
key_file_signer_find_hash (const char *hash, GError **error)
{
  static const char *const hashes[] = { "sha256", "sha384", "sha512" };

  for (gsize i = 0; i < G_N_ELEMENTS (hashes); i++)
    if (g_strcmp0 (hashes[i], hash) == 0)
      return hashes[i];
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "hash",
                   "not one for signatures (sha256, sha384 or sha512)");
  return NULL;
}

static gboolean
set_up_digest (KeyFileSigner *self)
{
  self->md = EVP_MD_fetch (key_file_get_libctx (), self->hash, NULL);
  self->sign = EVP_PKEY_CTX_new_from_pkey (key_file_get_libctx (), self->key, NULL);
  return self->md != NULL && self->sign != NULL && EVP_PKEY_sign_init (self->sign) == 1
         && EVP_PKEY_CTX_set_signature_md (self->sign, self->md) == 1;
}

KeyFileSigner *
key_file_signer_new (EVP_PKEY *key, const char *hash, GError **error)
{
  g_autoptr (KeyFileSigner) self = g_new0 (KeyFileSigner, 1);

  EVP_PKEY_up_ref (key);
  self->key = key;
  self->hash = hash;
  self->digest = EVP_MD_CTX_new ();
  if (hash != NULL && !set_up_digest (self))
    {
      set_failed (error, "preparing a signature");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
key_file_signer_free (KeyFileSigner *self)
{
  EVP_PKEY_CTX_free (self->sign);
  EVP_MD_CTX_free (self->digest);
  EVP_MD_free (self->md);
  EVP_PKEY_free (self->key);
  g_free (self);
}

const char *
key_file_signer_get_hash (const KeyFileSigner *self)
{
  return self->hash;
}

static gboolean
sign_digest (KeyFileSigner *self, GBytes *message, guint8 *signature, gsize *size)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size;

  return EVP_DigestInit_ex2 (self->digest, self->md, NULL) == 1
         && EVP_DigestUpdate (self->digest, g_bytes_get_data (message, NULL),
                              g_bytes_get_size (message))
                == 1
         && EVP_DigestFinal_ex (self->digest, digest, &digest_size) == 1
         && EVP_PKEY_sign (self->sign, signature, size, digest, digest_size) == 1;
}

static gboolean
sign_message (KeyFileSigner *self, GBytes *message, guint8 *signature, gsize *size)
{
  /* A context that signed a whole message is finished: newer OpenSSL wants it set up again. */
  return EVP_DigestSignInit_ex (self->digest, NULL, NULL, key_file_get_libctx (), NULL, self->key,
                                NULL)
             == 1
         && EVP_DigestSign (self->digest, signature, size, g_bytes_get_data (message, NULL),
                            g_bytes_get_size (message))
                == 1;
}

GBytes *
key_file_signer_sign_digest (KeyFileSigner *self, GBytes *digest, GError **error)
{
  gsize size = EVP_PKEY_get_size (self->key);
  g_autofree guint8 *signature = NULL;

  if (self->hash == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "key",
                       "signs no digests (the message itself)");
      return NULL;
    }
  if (g_bytes_get_size (digest) != (gsize) EVP_MD_get_size (self->md))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "digest",
                       "has %" G_GSIZE_FORMAT " octets (%d)", g_bytes_get_size (digest),
                       EVP_MD_get_size (self->md));
      return NULL;
    }
  signature = g_malloc (size);
  if (EVP_PKEY_sign (self->sign, signature, &size, g_bytes_get_data (digest, NULL),
                     g_bytes_get_size (digest))
      != 1)
    {
      set_failed (error, "signing");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&signature), size);
}

GBytes *
key_file_signer_sign (KeyFileSigner *self, GBytes *message, GError **error)
{
  gsize size = EVP_PKEY_get_size (self->key);
  g_autofree guint8 *signature = g_malloc (size);
  gboolean ok;

  ok = self->hash != NULL ? sign_digest (self, message, signature, &size)
                          : sign_message (self, message, signature, &size);
  if (!ok)
    {
      set_failed (error, "signing");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&signature), size);
}

gboolean
key_file_verify (EVP_PKEY *key, const char *hash, GBytes *message, GBytes *signature)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  gboolean ok;

  ok = EVP_DigestVerifyInit_ex (context, NULL, hash, key_file_get_libctx (), NULL, key, NULL) == 1
       && EVP_DigestVerify (context, g_bytes_get_data (signature, NULL),
                            g_bytes_get_size (signature), g_bytes_get_data (message, NULL),
                            g_bytes_get_size (message))
              == 1;
  ERR_clear_error ();
  return ok;
}

GBytes *
key_file_describe_signature (EVP_PKEY *key, const char *hash, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *details = NULL; /* of context */
  guint8 algorithm[MAX_ALGORITHM_SIZE];
  OSSL_PARAM params[] = {
    OSSL_PARAM_octet_string (OSSL_SIGNATURE_PARAM_ALGORITHM_ID, algorithm, sizeof algorithm),
    OSSL_PARAM_END,
  };

  /* The verifying side knows the same identifier, and needs no private key. */
  if (EVP_DigestVerifyInit_ex (context, &details, hash, key_file_get_libctx (), NULL, key, NULL)
          != 1
      || EVP_PKEY_CTX_get_params (details, params) != 1 || !OSSL_PARAM_modified (params))
    {
      set_failed (error, "naming its algorithm");
      return NULL;
    }
  return g_bytes_new (algorithm, params[0].return_size);
}
