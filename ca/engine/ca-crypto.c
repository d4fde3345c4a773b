/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crypto.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "ca-spki.h"

/* Made once, never freed: threads may use it until the process ends. */
typedef struct
{
  OSSL_LIB_CTX *libctx;
  EVP_MD *sha1;
  EVP_MD *sha256;
  EVP_MD *sha384;
  EVP_MD *sha512;
} Crypto;

/* A key whose point is exchanged for the next one's: making a key anew means making its group,
 * which costs a quarter of a verification (measured). */
typedef struct
{
  EVP_PKEY *key;
  EVP_PKEY_CTX *verify;
} EcSlot;

/* What OpenSSL wants to be one a thread, and what costs microseconds to make each time. */
typedef struct
{
  EcSlot slots[3]; /* P-256, P-384, P-521 */
  EVP_MD_CTX *digest;
  EVP_MD_CTX *verify;
  EVP_PKEY_CTX *ec;
  EVP_PKEY_CTX *rsa;
} ThreadCrypto;

static void
thread_crypto_free (gpointer data)
{
  ThreadCrypto *self = data;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (self->slots); i++)
    {
      EVP_PKEY_CTX_free (self->slots[i].verify);
      EVP_PKEY_free (self->slots[i].key);
    }
  EVP_MD_CTX_free (self->digest);
  EVP_MD_CTX_free (self->verify);
  EVP_PKEY_CTX_free (self->ec);
  EVP_PKEY_CTX_free (self->rsa);
  g_free (self);
}

static GPrivate thread_crypto = G_PRIVATE_INIT (thread_crypto_free);

static gpointer
make_crypto (gpointer unused)
{
  Crypto *self = g_new0 (Crypto, 1);

  self->libctx = OSSL_LIB_CTX_new ();
  if (self->libctx == NULL || OSSL_PROVIDER_load (self->libctx, "default") == NULL)
    g_error ("OpenSSL: no default provider");
  self->sha1 = EVP_MD_fetch (self->libctx, "SHA1", NULL);
  self->sha256 = EVP_MD_fetch (self->libctx, "SHA256", NULL);
  self->sha384 = EVP_MD_fetch (self->libctx, "SHA384", NULL);
  self->sha512 = EVP_MD_fetch (self->libctx, "SHA512", NULL);
  if (self->sha1 == NULL || self->sha256 == NULL || self->sha384 == NULL || self->sha512 == NULL)
    g_error ("OpenSSL: SHA-1 or SHA-2 is missing");
  return self;
}

static const Crypto *
get_crypto (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_crypto, NULL);
}

static ThreadCrypto *
get_thread_crypto (void)
{
  ThreadCrypto *self = g_private_get (&thread_crypto);
  OSSL_LIB_CTX *libctx;

  if (self != NULL)
    return self;
  libctx = ca_crypto_get_libctx ();
  self = g_new0 (ThreadCrypto, 1);
  self->digest = EVP_MD_CTX_new ();
  self->verify = EVP_MD_CTX_new ();
  self->ec = EVP_PKEY_CTX_new_from_name (libctx, "EC", NULL);
  self->rsa = EVP_PKEY_CTX_new_from_name (libctx, "RSA", NULL);
  if (self->digest == NULL || self->verify == NULL || self->ec == NULL || self->rsa == NULL)
    g_error ("OpenSSL: out of memory");
  g_private_set (&thread_crypto, self);
  return self;
}

OSSL_LIB_CTX *
ca_crypto_get_libctx (void)
{
  return get_crypto ()->libctx;
}

const EVP_MD *
ca_crypto_get_sha256 (void)
{
  return get_crypto ()->sha256;
}

static void
digest_data (const EVP_MD *md, const void *data, gsize size, guint8 *digest)
{
  EVP_MD_CTX *context = get_thread_crypto ()->digest;

  if (!EVP_DigestInit_ex2 (context, md, NULL) || !EVP_DigestUpdate (context, data, size)
      || !EVP_DigestFinal_ex (context, digest, NULL))
    g_error ("OpenSSL: a digest failed");
}

void
ca_crypto_sha1 (const void *data, gsize size, guint8 digest[20])
{
  digest_data (get_crypto ()->sha1, data, size, digest);
}

void
ca_crypto_sha256 (const void *data, gsize size, guint8 digest[32])
{
  digest_data (ca_crypto_get_sha256 (), data, size, digest);
}

gboolean
ca_crypto_random (guint8 *buffer, gsize size, GError **error)
{
  if (RAND_bytes_ex (ca_crypto_get_libctx (), buffer, size, 0) == 1)
    return TRUE;
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_INTERNAL, "random", "no random octets (a seeded generator)");
  return FALSE;
}

char *
ca_crypto_hex (const guint8 *data, gsize size)
{
  static const char digits[] = "0123456789abcdef";
  char *hex = g_malloc (size * 2 + 1);
  gsize i;

  for (i = 0; i < size; i++)
    {
      hex[2 * i] = digits[data[i] >> 4];
      hex[2 * i + 1] = digits[data[i] & 15];
    }
  hex[2 * size] = '\0';
  return hex;
}

/* EVP_PKEY_fromdata() copies; ownership of @parameters stays here. */
static EVP_PKEY *
key_from_data (EVP_PKEY_CTX *context, OSSL_PARAM *parameters)
{
  EVP_PKEY *key = NULL;

  if (EVP_PKEY_fromdata_init (context) != 1
      || EVP_PKEY_fromdata (context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    {
      ERR_clear_error ();
      return NULL;
    }
  return key;
}

static void
refuse_point (const CaSpki *spki, GError **error)
{
  icert_set_error (error, ICERT_ERROR_WEAK_KEY, "public key",
                   "not a point of P-%u (a point of its curve)", spki->bits);
}

static EVP_PKEY *
ec_key (const CaSpki *spki, GError **error)
{
  const char *group = spki->bits == 256 ? "P-256" : spki->bits == 384 ? "P-384" : "P-521";
  OSSL_PARAM parameters[] = {
    OSSL_PARAM_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, (char *) group, 5),
    OSSL_PARAM_octet_string (OSSL_PKEY_PARAM_PUB_KEY, (guint8 *) spki->octets, spki->octets_size),
    OSSL_PARAM_END,
  };
  EVP_PKEY *key = NULL;

  /* one octet is how the point at infinity is written */
  if (spki->octets_size > 1)
    key = key_from_data (get_thread_crypto ()->ec, parameters);
  if (key == NULL)
    refuse_point (spki, error);
  return key;
}

/* OpenSSL takes numbers in the order of the machine. */
static guint8 *
swap_octets (const CaTlv *number)
{
  guint8 *swapped = g_malloc (number->size);
  gsize i;

  for (i = 0; i < number->size; i++)
    swapped[i] = number->content[G_BYTE_ORDER == G_LITTLE_ENDIAN ? number->size - 1 - i : i];
  return swapped;
}

static EVP_PKEY *
rsa_key (const CaSpki *spki, GError **error)
{
  g_autofree guint8 *modulus = NULL;
  g_autofree guint8 *exponent = NULL;
  EVP_PKEY *key;

  /* work grows with the cube of it (S-A10); OpenSSL refuses long exponents of long keys */
  if (spki->bits > 8192 || spki->exponent.size > (spki->bits > 3072 ? 8 : 32))
    {
      icert_set_error (error, ICERT_ERROR_WEAK_KEY, "public key",
                       "RSA %u bits with an exponent of %" G_GSIZE_FORMAT
                       " octets (at most 8192 bits, and 8 octets from 3072 bits on)",
                       spki->bits, spki->exponent.size);
      return NULL;
    }
  modulus = swap_octets (&spki->modulus);
  exponent = swap_octets (&spki->exponent);
  {
    OSSL_PARAM parameters[] = {
      OSSL_PARAM_BN (OSSL_PKEY_PARAM_RSA_N, modulus, spki->modulus.size),
      OSSL_PARAM_BN (OSSL_PKEY_PARAM_RSA_E, exponent, spki->exponent.size),
      OSSL_PARAM_END,
    };

    key = key_from_data (get_thread_crypto ()->rsa, parameters);
  }
  if (key == NULL)
    icert_set_error (error, ICERT_ERROR_WEAK_KEY, "public key",
                     "RSA numbers that cannot be used (modulus and exponent)");
  return key;
}

static EVP_PKEY *
edwards_key (const CaSpki *spki, GError **error)
{
  EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex (
      ca_crypto_get_libctx (), strcmp (spki->type, "ed448") == 0 ? "ED448" : "ED25519", NULL,
      spki->octets, spki->octets_size);

  if (key == NULL)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_WEAK_KEY, "public key", "not a key of %s (one)",
                       spki->type);
    }
  return key;
}

static EVP_PKEY *
make_key (const CaSpki *parts, GError **error)
{
  if (parts->type == NULL)
    {
      ca_spki_refuse_type (parts, error);
      return NULL;
    }
  if (strcmp (parts->type, "rsa") == 0)
    return rsa_key (parts, error);
  if (g_str_has_prefix (parts->type, "ec-"))
    return ec_key (parts, error);
  return edwards_key (parts, error);
}

EVP_PKEY *
ca_crypto_public_key (GBytes *spki, GError **error)
{
  CaSpki parts;
  gsize size;
  const guint8 *data = g_bytes_get_data (spki, &size);

  return ca_spki_parse (data, size, &parts, error) ? make_key (&parts, error) : NULL;
}

/* Exactly these AlgorithmIdentifiers (S-A6), octet for octet; RSA-PSS is compared apart. */
typedef struct
{
  const char *name;
  const char *key_type;
  const char *digest; /* NULL: the signature's own */
  gboolean sha1;
  guint8 size;
  guint8 der[16];
} SignatureAlgorithm;

#define RSA_PKCS1(n)                                                                               \
  15, { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, n, 0x05, 0x00 }
#define ECDSA(n)                                                                                   \
  12, { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, n }

static const SignatureAlgorithm signature_algorithms[] = {
  { "ecdsa-with-SHA256", "EC", "SHA256", FALSE, ECDSA (2) },
  { "ecdsa-with-SHA384", "EC", "SHA384", FALSE, ECDSA (3) },
  { "ecdsa-with-SHA512", "EC", "SHA512", FALSE, ECDSA (4) },
  { "sha256WithRSAEncryption", "RSA", "SHA256", FALSE, RSA_PKCS1 (11) },
  { "sha384WithRSAEncryption", "RSA", "SHA384", FALSE, RSA_PKCS1 (12) },
  { "sha512WithRSAEncryption", "RSA", "SHA512", FALSE, RSA_PKCS1 (13) },
  { "Ed25519", "ED25519", NULL, FALSE, 7, { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 } },
  { "Ed448", "ED448", NULL, FALSE, 7, { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71 } },
  { "sha1WithRSAEncryption", "RSA", "SHA1", TRUE, RSA_PKCS1 (5) },
  { "ecdsa-with-SHA1",
    "EC",
    "SHA1",
    TRUE,
    11,
    { 0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01 } },
};

/* RSASSA-PSS with one hash in all places and a salt of its length, in the two spellings that RFC
 * 4055 2.1 makes equal: hash with NULL parameters, and without. */
static gboolean
is_pss (const guint8 *data, gsize size, guint8 hash, guint8 salt, gboolean with_null)
{
  static const guint8 pss[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a };
  static const guint8 mgf1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08 };
  const guint8 sha2[]
      = { 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash, 0x05, 0x00 };
  const guint8 trailer[] = { 0xa2, 0x03, 0x02, 0x01, salt };
  const guint n = with_null ? 13 : 11;
  g_autoptr (GByteArray) der = g_byte_array_new ();
  guint parameters, tagged;

  ca_der_append (der, CA_DER_OID, pss, sizeof pss);
  parameters = der->len;
  ca_der_append (der, CA_DER_SEQUENCE, sha2, n);
  ca_der_wrap (der, parameters, 0xa0);
  tagged = der->len;
  ca_der_append (der, CA_DER_OID, mgf1, sizeof mgf1);
  ca_der_append (der, CA_DER_SEQUENCE, sha2, n);
  ca_der_wrap (der, tagged, CA_DER_SEQUENCE);
  ca_der_wrap (der, tagged, 0xa1);
  g_byte_array_append (der, trailer, sizeof trailer);
  ca_der_wrap (der, parameters, CA_DER_SEQUENCE);
  ca_der_wrap (der, 0, CA_DER_SEQUENCE);
  return der->len == size && memcmp (der->data, data, size) == 0;
}

static const char *
find_pss (const guint8 *data, gsize size)
{
  static const struct
  {
    guint8 hash, salt;
    const char *digest;
  } hashes[] = { { 1, 32, "SHA256" }, { 2, 48, "SHA384" }, { 3, 64, "SHA512" } };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (hashes); i++)
    if (is_pss (data, size, hashes[i].hash, hashes[i].salt, TRUE)
        || is_pss (data, size, hashes[i].hash, hashes[i].salt, FALSE))
      return hashes[i].digest;
  return NULL;
}

static const SignatureAlgorithm *
find_algorithm (const guint8 *data, gsize size, SignatureAlgorithm *pss)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (signature_algorithms); i++)
    if (signature_algorithms[i].size == size
        && memcmp (signature_algorithms[i].der, data, size) == 0)
      return &signature_algorithms[i];

  *pss = (SignatureAlgorithm){ .name = "RSASSA-PSS", .key_type = "RSA" };
  pss->digest = find_pss (data, size);
  return pss->digest != NULL ? pss : NULL;
}

static void
refuse_algorithm (const guint8 *data, gsize size, const char *field, GError **error)
{
  CaDerReader reader;
  CaTlv algorithm, oid;
  g_autofree char *text = NULL;

  if (ca_der_read_only (data, size, CA_DER_SEQUENCE, &algorithm))
    {
      ca_der_reader_init (&reader, algorithm.content, algorithm.size);
      if (ca_der_read_tag (&reader, CA_DER_OID, &oid))
        text = ca_der_oid_to_text (oid.content, oid.size);
    }
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, field,
                   "algorithm %s with such parameters (RSA, RSA-PSS or ECDSA with SHA-256 or "
                   "better and the parameters of its RFC, Ed25519)",
                   text != NULL ? text : "without an OID");
}

/* NULL with an error */
static const SignatureAlgorithm *
choose_algorithm (const guint8 *data,
                  gsize size,
                  SignatureAlgorithm *pss,
                  gboolean allow_sha1,
                  const char *field,
                  GError **error)
{
  const SignatureAlgorithm *found = find_algorithm (data, size, pss);

  if (found == NULL)
    {
      refuse_algorithm (data, size, field, error);
      return NULL;
    }
  if (found->sha1 && !allow_sha1)
    {
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, field, "%s (SHA-256 or better)",
                       found->name);
      return NULL;
    }
  return found;
}

static gboolean
refuse_signature (const SignatureAlgorithm *algorithm, const char *field, GError **error)
{
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_BAD_SIGNATURE, field,
                   "does not fit (%s by the key over the octets received)", algorithm->name);
  return FALSE;
}

static gboolean
verify_with_key (EVP_PKEY *key,
                 const SignatureAlgorithm *algorithm,
                 const CaSigned *message,
                 const char *field,
                 GError **error)
{
  EVP_MD_CTX *context = get_thread_crypto ()->verify;
  OSSL_PARAM pss[] = {
    OSSL_PARAM_utf8_string (OSSL_SIGNATURE_PARAM_PAD_MODE, (char *) OSSL_PKEY_RSA_PAD_MODE_PSS, 3),
    OSSL_PARAM_utf8_string (OSSL_SIGNATURE_PARAM_PSS_SALTLEN,
                            (char *) OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST, 6),
    OSSL_PARAM_END,
  };
  gboolean is_pss_signature = strcmp (algorithm->name, "RSASSA-PSS") == 0;

  if (!EVP_PKEY_is_a (key, algorithm->key_type))
    {
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, field,
                       "%s with a key of another kind (an algorithm of its key)", algorithm->name);
      return FALSE;
    }
  /* without this OpenSSL 3.0 would go on with the key of the last verification */
  EVP_MD_CTX_reset (context);
  if (EVP_DigestVerifyInit_ex (context, NULL, algorithm->digest, ca_crypto_get_libctx (), NULL, key,
                               is_pss_signature ? pss : NULL)
          != 1
      || EVP_DigestVerify (context, message->signature, message->signature_size, message->data,
                           message->size)
             != 1)
    return refuse_signature (algorithm, field, error);
  return TRUE;
}

gboolean
ca_crypto_verify (EVP_PKEY *key,
                  const guint8 *algorithm,
                  gsize algorithm_size,
                  const guint8 *data,
                  gsize size,
                  const guint8 *signature,
                  gsize signature_size,
                  gboolean allow_sha1,
                  const char *field,
                  GError **error)
{
  CaSigned message = { algorithm, algorithm_size, data, size, signature, signature_size };
  SignatureAlgorithm pss;
  const SignatureAlgorithm *found
      = choose_algorithm (algorithm, algorithm_size, &pss, allow_sha1, field, error);

  return found != NULL && verify_with_key (key, found, &message, field, error);
}

/* The thread's key of that curve with the point of @spki in it; NULL with an error. */
static EVP_PKEY_CTX *
fill_slot (const CaSpki *spki, GError **error)
{
  EcSlot *slot = &get_thread_crypto ()->slots[spki->bits == 256 ? 0 : spki->bits == 384 ? 1 : 2];

  if (slot->key == NULL)
    {
      slot->key = ec_key (spki, error);
      if (slot->key == NULL)
        return NULL;
      slot->verify = EVP_PKEY_CTX_new_from_pkey (ca_crypto_get_libctx (), slot->key, NULL);
      if (slot->verify == NULL || EVP_PKEY_verify_init (slot->verify) != 1)
        g_error ("OpenSSL: no ECDSA");
      return slot->verify;
    }
  if (spki->octets_size > 1
      && EVP_PKEY_set1_encoded_public_key (slot->key, spki->octets, spki->octets_size) == 1)
    return slot->verify;
  ERR_clear_error ();
  refuse_point (spki, error);
  return NULL;
}

static const EVP_MD *
find_digest (const char *name)
{
  const Crypto *crypto = get_crypto ();

  if (strcmp (name, "SHA256") == 0)
    return crypto->sha256;
  if (strcmp (name, "SHA384") == 0)
    return crypto->sha384;
  return strcmp (name, "SHA512") == 0 ? crypto->sha512 : crypto->sha1;
}

static gboolean
verify_ecdsa (const CaSpki *spki,
              const SignatureAlgorithm *algorithm,
              const CaSigned *message,
              const char *field,
              GError **error)
{
  EVP_PKEY_CTX *context = fill_slot (spki, error);
  const EVP_MD *md = find_digest (algorithm->digest);
  guint8 digest[EVP_MAX_MD_SIZE];

  if (context == NULL)
    return FALSE;
  digest_data (md, message->data, message->size, digest);
  return EVP_PKEY_verify (context, message->signature, message->signature_size, digest,
                          EVP_MD_get_size (md))
             == 1
         || refuse_signature (algorithm, field, error);
}

gboolean
ca_crypto_verify_possession (GBytes *spki,
                             const CaSigned *message,
                             gboolean allow_sha1,
                             const char *field,
                             GError **error)
{
  g_autoptr (EVP_PKEY) key = NULL;
  SignatureAlgorithm pss;
  const SignatureAlgorithm *found;
  CaSpki parts;
  gsize size;
  const guint8 *data = g_bytes_get_data (spki, &size);

  if (!ca_spki_parse (data, size, &parts, error))
    return FALSE;
  if (parts.type == NULL)
    {
      ca_spki_refuse_type (&parts, error);
      return FALSE;
    }
  found = choose_algorithm (message->algorithm, message->algorithm_size, &pss, allow_sha1, field,
                            error);
  if (found == NULL)
    return FALSE;
  if (g_str_has_prefix (parts.type, "ec-") && strcmp (found->key_type, "EC") == 0)
    return verify_ecdsa (&parts, found, message, field, error);
  key = make_key (&parts, error);
  return key != NULL && verify_with_key (key, found, message, field, error);
}
