/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll-key.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "ca-decode.h"
#include "ca-enroll-files.h"

#define FIELD "key-file"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_SIG, X509_SIG_free)

typedef struct
{
  const char *name;
  const char *algorithm;
  const char *group;
  guint bits;
} KeyType;

static const KeyType key_types[] = {
  { "ec-p256", "EC", "P-256", 0 },   { "ec-p384", "EC", "P-384", 0 },
  { "ec-p521", "EC", "P-521", 0 },   { "rsa-2048", "RSA", NULL, 2048 },
  { "rsa-3072", "RSA", NULL, 3072 }, { "rsa-4096", "RSA", NULL, 4096 },
  { "ed25519", "ED25519", NULL, 0 }, { "ed448", "ED448", NULL, 0 },
};

char *
ca_enroll_secret_dup (const char *secret)
{
  gsize size = strlen (secret) + 1;
  char *copy = OPENSSL_secure_malloc (size);

  if (copy == NULL)
    g_error ("OpenSSL: out of memory");
  memcpy (copy, secret, size);
  return copy;
}

void
ca_enroll_secret_free (char *secret)
{
  if (secret != NULL)
    OPENSSL_secure_clear_free (secret, strlen (secret) + 1);
}

static const KeyType *
find_type (const char *type, GError **error)
{
  g_autofree char *quoted = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (key_types); i++)
    if (strcmp (key_types[i].name, type) == 0)
      return &key_types[i];
  quoted = icert_error_quote (type, -1);
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "key-type",
                   "%s is unknown (ec-p256, ec-p384, ec-p521, rsa-2048, rsa-3072, rsa-4096, "
                   "ed25519 or ed448)",
                   quoted);
  return NULL;
}

gboolean
ca_enroll_key_type_is_known (const char *type, GError **error)
{
  return find_type (type, error) != NULL;
}

EVP_PKEY *
ca_enroll_key_draw (const char *type, GError **error)
{
  OSSL_LIB_CTX *libctx = ca_crypto_get_libctx ();
  const KeyType *found = find_type (type, error);
  EVP_PKEY *key;

  if (found == NULL)
    return NULL;
  if (found->bits > 0)
    key = EVP_PKEY_Q_keygen (libctx, NULL, "RSA", (size_t) found->bits);
  else
    key = EVP_PKEY_Q_keygen (libctx, NULL, found->algorithm, found->group);
  ERR_clear_error ();
  if (key == NULL)
    icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key-type",
                     "OpenSSL cannot make a key of type %s (one it can)", type);
  return key;
}

/* SubjectPublicKeyInfo, DER */
static GBytes *
encode_public (EVP_PKEY *key, GError **error)
{
  guint8 *der = NULL;
  int size = i2d_PUBKEY (key, &der);
  GBytes *spki;

  if (size <= 0)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_INTERNAL, FIELD,
                       "its public half cannot be encoded (a SubjectPublicKeyInfo)");
      return NULL;
    }
  spki = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  return spki;
}

gboolean
ca_enroll_key_check_type (EVP_PKEY *key, const char *type, GError **error)
{
  g_autoptr (GBytes) spki = encode_public (key, error);
  g_autofree char *found = NULL;
  CaPublicKey public_key = { NULL };

  if (spki == NULL || !ca_public_key_init (&public_key, spki, error))
    return FALSE;
  found = ca_key_describe (&public_key);
  ca_public_key_clear (&public_key);
  if (strcmp (found, type) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFLICT, "key-type",
                   "the key that was made already is of type %s (%s)", found, type);
  return FALSE;
}

static gboolean
write_sealed (BIO *bio, PKCS8_PRIV_KEY_INFO *open, const char *passphrase)
{
  OSSL_LIB_CTX *libctx = ca_crypto_get_libctx ();
  EVP_CIPHER *cipher = EVP_CIPHER_fetch (libctx, "AES-256-CBC", NULL);
  g_autoptr (X509_SIG) sealed = NULL;

  if (cipher != NULL)
    sealed = PKCS8_encrypt_ex (-1, cipher, passphrase, (int) strlen (passphrase), NULL, 0,
                               CA_ENROLL_ROUNDS, open, libctx, NULL);
  EVP_CIPHER_free (cipher);
  return sealed != NULL && PEM_write_bio_PKCS8 (bio, sealed) == 1;
}

gboolean
ca_enroll_key_stage (const char *path, EVP_PKEY *key, const char *passphrase, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());
  g_autoptr (PKCS8_PRIV_KEY_INFO) open = EVP_PKEY2PKCS8 (key);
  char *text = NULL;
  gboolean ok;
  long size;

  if (passphrase != NULL)
    ok = bio != NULL && open != NULL && write_sealed (bio, open, passphrase);
  else
    ok = bio != NULL && open != NULL && PEM_write_bio_PKCS8_PRIV_KEY_INFO (bio, open) == 1;
  if (!ok)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_INTERNAL, FIELD, "cannot be encoded (PKCS #8)");
      return FALSE;
    }
  size = BIO_get_mem_data (bio, &text);
  return ca_enroll_file_stage (path, text, (gsize) size, CA_ENROLL_SECRET, FIELD, error);
}

static PKCS8_PRIV_KEY_INFO *
unseal (const guint8 *data, long size, const char *passphrase, GError **error)
{
  g_autoptr (X509_SIG) sealed = NULL;
  PKCS8_PRIV_KEY_INFO *open = NULL;

  if (passphrase == NULL)
    {
      icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "passphrase",
                       "none was given (the key file is encrypted)");
      return NULL;
    }
  sealed = d2i_X509_SIG (NULL, &data, size);
  if (sealed != NULL)
    open = PKCS8_decrypt_ex (sealed, passphrase, (int) strlen (passphrase), ca_crypto_get_libctx (),
                             NULL);
  if (open == NULL)
    icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "passphrase",
                     "wrong, it does not open the key file (the one it was made with)");
  return open;
}

/* By the label and never by trying (S-A4). */
static EVP_PKEY *
decode (const char *label, const guint8 *data, long size, const char *passphrase, GError **error)
{
  g_autoptr (PKCS8_PRIV_KEY_INFO) open = NULL;
  GError *local_error = NULL;
  EVP_PKEY *key = NULL;

  if (strcmp (label, PEM_STRING_PKCS8) == 0)
    open = unseal (data, size, passphrase, &local_error);
  else if (strcmp (label, PEM_STRING_PKCS8INF) == 0)
    open = d2i_PKCS8_PRIV_KEY_INFO (NULL, &data, size);
  if (open != NULL)
    key = EVP_PKCS82PKEY_ex (open, ca_crypto_get_libctx (), NULL);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  else if (key == NULL)
    icert_set_error (error, ICERT_ERROR_CONFIG, FIELD,
                     "holds no private key (PRIVATE KEY or ENCRYPTED PRIVATE KEY in PEM)");
  return key;
}

EVP_PKEY *
ca_enroll_key_load (const char *path, const char *passphrase, GError **error)
{
  int fd = ca_enroll_file_open (path, TRUE, FIELD, error);
  g_autoptr (BIO) bio = NULL;
  char *label = NULL, *header = NULL;
  guint8 *data = NULL;
  long size = 0;
  EVP_PKEY *key = NULL;

  if (fd < 0)
    return NULL;
  bio = BIO_new_fd (fd, BIO_CLOSE);
  if (PEM_read_bio_ex (bio, &label, &header, &data, &size, PEM_FLAG_SECURE) == 1)
    key = decode (label, data, size, passphrase, error);
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, FIELD, "is no PEM file (a private key in PEM)");
  ERR_clear_error ();
  OPENSSL_secure_free (label);
  OPENSSL_secure_free (header);
  OPENSSL_secure_clear_free (data, (gsize) size);
  return key;
}
