/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "key-file-armour.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#include "icert-error.h"

/* S-M2. OpenSSL 3.0 refuses more than 32 MiB of scrypt memory, 128 * N * r octets. */
#define SCRYPT_N (1 << 14)
#define SCRYPT_R 8
#define SCRYPT_P 1
#define SCRYPT_MAX_MEMORY (32 * 1024 * 1024)
/* half a second with the N and r that fit (S-A10); OpenSSL would take 32768 times as long as we */
#define SCRYPT_MAX_P 8
#define SALT_SIZE 16
/* what OpenSSL's own command draws */
#define MIN_SALT_SIZE 8
#define IV_SIZE 16

OSSL_LIB_CTX *
key_file_get_libctx (void)
{
  static gsize once;
  static OSSL_LIB_CTX *libctx;

  if (g_once_init_enter (&once))
    {
      libctx = OSSL_LIB_CTX_new ();
      g_once_init_leave (&once, 1);
    }
  return libctx;
}

static void
set_library_error (GError **error, const char *what)
{
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key", "%s failed (success)", what);
}

static gboolean
check_scrypt (const SCRYPT_PARAMS *scrypt, GError **error)
{
  guint64 n = 0, r = 0, p = 0;

  if (ASN1_INTEGER_get_uint64 (&n, scrypt->costParameter) != 1
      || ASN1_INTEGER_get_uint64 (&r, scrypt->blockSize) != 1
      || ASN1_INTEGER_get_uint64 (&p, scrypt->parallelizationParameter) != 1)
    n = 0;
  if (n < SCRYPT_N || r < SCRYPT_R || p < SCRYPT_P || scrypt->salt->length < MIN_SALT_SIZE)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                       "encrypted too weakly (scrypt with N=%d r=%d, salt of %d octets)", SCRYPT_N,
                       SCRYPT_R, MIN_SALT_SIZE);
      return FALSE;
    }
  if (n > SCRYPT_MAX_MEMORY || r > SCRYPT_MAX_MEMORY || 128 * n * r >= SCRYPT_MAX_MEMORY)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                       "scrypt takes too much memory (N=%d r=%d)", SCRYPT_N, SCRYPT_R);
      return FALSE;
    }
  if (p > SCRYPT_MAX_P)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file", "scrypt takes too long (p of %d)",
                       SCRYPT_P);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_algorithm (const X509_ALGOR *algorithm, int nid)
{
  const ASN1_OBJECT *object;

  X509_ALGOR_get0 (&object, NULL, NULL, algorithm);
  return OBJ_obj2nid (object) == nid;
}

static gpointer
unpack_parameters (const X509_ALGOR *algorithm, const ASN1_ITEM *item)
{
  const void *value;
  int type;

  X509_ALGOR_get0 (NULL, &type, &value, algorithm);
  return type == V_ASN1_SEQUENCE ? ASN1_item_unpack (value, item) : NULL;
}

/* Only the one way of S-M2 is accepted: a file that somebody converted to a weaker one is a
 * mistake of configuration, found at start and not at the first signature. */
static gboolean
check_sealed (const X509_SIG *sealed, GError **error)
{
  g_autoptr (PBE2PARAM) pbes2 = NULL;
  g_autoptr (SCRYPT_PARAMS) scrypt = NULL;
  const X509_ALGOR *algorithm;

  X509_SIG_get0 (sealed, &algorithm, NULL);
  if (is_algorithm (algorithm, NID_pbes2))
    pbes2 = unpack_parameters (algorithm, ASN1_ITEM_rptr (PBE2PARAM));
  if (pbes2 != NULL && is_algorithm (pbes2->keyfunc, NID_id_scrypt)
      && is_algorithm (pbes2->encryption, NID_aes_256_cbc))
    scrypt = unpack_parameters (pbes2->keyfunc, ASN1_ITEM_rptr (SCRYPT_PARAMS));
  if (scrypt == NULL)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                       "encrypted in another way (PBES2 with scrypt and AES-256-CBC)");
      return FALSE;
    }
  return check_scrypt (scrypt, error);
}

static gboolean
take_block (KeyFileContents *contents,
            const char *label,
            const guint8 *data,
            long size,
            GError **error)
{
  const guint8 *end = data;

  if (g_str_equal (label, PEM_STRING_PUBLIC) && contents->public_key == NULL)
    {
      contents->public_key = g_bytes_new (data, size);
      return TRUE;
    }
  if (g_str_equal (label, PEM_STRING_PKCS8) && contents->sealed == NULL)
    {
      contents->sealed = d2i_X509_SIG (NULL, &end, size);
      if (contents->sealed != NULL && end == data + size)
        return check_sealed (contents->sealed, error);
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file", "not DER inside (PKCS #8)");
      return FALSE;
    }
  if (g_str_has_suffix (label, "PRIVATE KEY") && contents->sealed == NULL)
    icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                     "not encrypted (an ENCRYPTED PRIVATE KEY)");
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                     "holds something else (one PUBLIC KEY and one ENCRYPTED PRIVATE KEY)");
  return FALSE;
}

KeyFileContents *
key_file_contents_parse (GBytes *text, GError **error)
{
  g_autoptr (KeyFileContents) contents = g_new0 (KeyFileContents, 1);
  g_autoptr (BIO) bio = NULL;
  gboolean ok = TRUE;
  gsize size;
  const void *data = g_bytes_get_data (text, &size);
  char *label, *header;
  guint8 *block;
  long block_size;

  bio = BIO_new_mem_buf (data, (int) size);
  while (ok && PEM_read_bio (bio, &label, &header, &block, &block_size) == 1)
    {
      ok = take_block (contents, label, block, block_size, error);
      OPENSSL_free (label);
      OPENSSL_free (header);
      OPENSSL_clear_free (block, block_size);
    }
  ERR_clear_error ();
  if (!ok)
    return NULL;
  if (contents->sealed == NULL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                       "holds no key (an ENCRYPTED PRIVATE KEY)");
      return NULL;
    }
  return g_steal_pointer (&contents);
}

void
key_file_contents_free (KeyFileContents *contents)
{
  X509_SIG_free (contents->sealed);
  g_clear_pointer (&contents->public_key, g_bytes_unref);
  g_free (contents);
}

EVP_PKEY *
key_file_unseal (X509_SIG *sealed, const guint8 *secret, gsize secret_size, GError **error)
{
  g_autoptr (PKCS8_PRIV_KEY_INFO) opened = NULL;
  EVP_PKEY *key = NULL;

  opened = PKCS8_decrypt_ex (sealed, (const char *) secret, (int) secret_size,
                             key_file_get_libctx (), NULL);
  if (opened != NULL)
    key = EVP_PKCS82PKEY_ex (opened, key_file_get_libctx (), NULL);
  ERR_clear_error ();
  if (key == NULL)
    icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "secret",
                     "wrong, it does not open the key (the one the key was made with)");
  return key;
}

static X509_ALGOR *
new_scrypt (GError **error)
{
  g_autoptr (SCRYPT_PARAMS) scrypt = SCRYPT_PARAMS_new ();
  g_autoptr (X509_ALGOR) algorithm = X509_ALGOR_new ();
  ASN1_STRING *packed;
  guint8 salt[SALT_SIZE];

  if (RAND_bytes_ex (key_file_get_libctx (), salt, sizeof salt, 256) != 1)
    {
      set_library_error (error, "drawing a salt");
      return NULL;
    }
  ASN1_STRING_set (scrypt->salt, salt, sizeof salt);
  ASN1_INTEGER_set_uint64 (scrypt->costParameter, SCRYPT_N);
  ASN1_INTEGER_set_uint64 (scrypt->blockSize, SCRYPT_R);
  ASN1_INTEGER_set_uint64 (scrypt->parallelizationParameter, SCRYPT_P);
  packed = ASN1_item_pack (scrypt, ASN1_ITEM_rptr (SCRYPT_PARAMS), NULL);
  X509_ALGOR_set0 (algorithm, OBJ_nid2obj (NID_id_scrypt), V_ASN1_SEQUENCE, packed);
  return g_steal_pointer (&algorithm);
}

static gboolean
set_cipher (X509_ALGOR *algorithm, GError **error)
{
  ASN1_OCTET_STRING *vector = ASN1_OCTET_STRING_new ();
  guint8 iv[IV_SIZE];

  if (RAND_bytes_ex (key_file_get_libctx (), iv, sizeof iv, 256) != 1)
    {
      ASN1_OCTET_STRING_free (vector);
      set_library_error (error, "drawing a vector");
      return FALSE;
    }
  ASN1_OCTET_STRING_set (vector, iv, sizeof iv);
  X509_ALGOR_set0 (algorithm, OBJ_nid2obj (NID_aes_256_cbc), V_ASN1_OCTET_STRING, vector);
  return TRUE;
}

/* PKCS5_pbe2_set_scrypt() would work in the default library context; this is the same by hand. */
static X509_ALGOR *
new_pbes2 (GError **error)
{
  g_autoptr (PBE2PARAM) pbes2 = PBE2PARAM_new ();
  g_autoptr (X509_ALGOR) algorithm = X509_ALGOR_new ();
  X509_ALGOR *scrypt = new_scrypt (error);
  ASN1_STRING *packed;

  if (scrypt == NULL)
    return NULL;
  X509_ALGOR_free (pbes2->keyfunc);
  pbes2->keyfunc = scrypt;
  if (!set_cipher (pbes2->encryption, error))
    return NULL;
  packed = ASN1_item_pack (pbes2, ASN1_ITEM_rptr (PBE2PARAM), NULL);
  X509_ALGOR_set0 (algorithm, OBJ_nid2obj (NID_pbes2), V_ASN1_SEQUENCE, packed);
  return g_steal_pointer (&algorithm);
}

static X509_SIG *
seal_private (EVP_PKEY *key, const guint8 *secret, gsize secret_size, GError **error)
{
  g_autoptr (PKCS8_PRIV_KEY_INFO) open = EVP_PKEY2PKCS8 (key);
  g_autoptr (X509_ALGOR) pbes2 = new_pbes2 (error);
  X509_SIG *sealed = NULL;

  if (pbes2 == NULL)
    return NULL;
  if (open != NULL)
    sealed = PKCS8_set0_pbe_ex ((const char *) secret, (int) secret_size, open, pbes2,
                                key_file_get_libctx (), NULL);
  if (sealed == NULL)
    set_library_error (error, "encrypting it");
  else
    g_steal_pointer (&pbes2);
  return sealed;
}

GBytes *
key_file_seal (EVP_PKEY *key, const guint8 *secret, gsize secret_size, GError **error)
{
  g_autoptr (X509_SIG) sealed = seal_private (key, secret, secret_size, error);
  g_autoptr (BIO) bio = NULL;
  char *text;
  long size;

  if (sealed == NULL)
    return NULL;
  bio = BIO_new (BIO_s_mem ());
  if (PEM_write_bio_PUBKEY (bio, key) != 1 || PEM_write_bio_PKCS8 (bio, sealed) != 1)
    {
      set_library_error (error, "encoding it");
      return NULL;
    }
  size = BIO_get_mem_data (bio, &text);
  return g_bytes_new (text, size);
}

GBytes *
key_file_encode_public (EVP_PKEY *key, GError **error)
{
  guint8 *der = NULL;
  int size = i2d_PUBKEY (key, &der);
  GBytes *bytes;

  if (size <= 0)
    {
      set_library_error (error, "encoding its public half");
      return NULL;
    }
  bytes = g_bytes_new (der, size);
  OPENSSL_free (der);
  return bytes;
}

EVP_PKEY *
key_file_decode_public (GBytes *public_key, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (public_key, &size);
  const guint8 *end = data;
  g_autoptr (EVP_PKEY) key = NULL;

  key = d2i_PUBKEY_ex (NULL, &end, (long) size, key_file_get_libctx (), NULL);
  ERR_clear_error ();
  if (key == NULL || end != data + size)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                       "public half cannot be decoded (a SubjectPublicKeyInfo)");
      return NULL;
    }
  return g_steal_pointer (&key);
}
