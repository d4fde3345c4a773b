/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

struct _FakeKey
{
  GObject parent_instance;

  EVP_PKEY *pair; /* owned */
  gboolean in_process;
  gboolean faulty;
  gboolean lost;
  int count; /* atomic */
};

static void key_iface_init (ICertKeyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeKey,
                               fake_key,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_KEY, key_iface_init))

static EVP_PKEY *
draw (const char *type)
{
  if (g_str_equal (type, "ec-p256"))
    return EVP_EC_gen ("P-256");
  if (g_str_equal (type, "ec-p384"))
    return EVP_EC_gen ("P-384");
  if (g_str_equal (type, "rsa-2048"))
    return EVP_RSA_gen (2048);
  if (g_str_equal (type, "ed25519"))
    return EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  return NULL;
}

static const char *
digest_of (FakeKey *self, const char *hash)
{
  return EVP_PKEY_is_a (self->pair, "ED25519") ? NULL : hash;
}

static gboolean
fake_key_generate (ICertKey *key,
                   const char *url,
                   const char *key_type,
                   GBytes *secret,
                   GError **error)
{
  FAKE_KEY (key)->pair = draw (key_type);
  g_assert_nonnull (FAKE_KEY (key)->pair);
  return TRUE;
}

static gboolean
fake_key_open (ICertKey *key, const char *url, GBytes *secret, GError **error)
{
  return fake_key_generate (key, url, "ec-p256", secret, error);
}

static GBytes *
fake_key_get_public_key (ICertKey *key, GError **error)
{
  guint8 *der = NULL;
  int size = i2d_PUBKEY (FAKE_KEY (key)->pair, &der);
  GBytes *bytes = g_bytes_new (der, (gsize) size);

  OPENSSL_free (der);
  return bytes;
}

static GBytes *
fake_key_get_signature_algorithm (ICertKey *key, const char *hash, GError **error)
{
  FakeKey *self = FAKE_KEY (key);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *details = NULL;
  guint8 algorithm[256];
  OSSL_PARAM params[] = {
    OSSL_PARAM_octet_string (OSSL_SIGNATURE_PARAM_ALGORITHM_ID, algorithm, sizeof algorithm),
    OSSL_PARAM_END,
  };

  g_assert_cmpint (EVP_DigestSignInit_ex (context, &details, digest_of (self, hash), NULL, NULL,
                                          self->pair, NULL),
                   ==, 1);
  g_assert_cmpint (EVP_PKEY_CTX_get_params (details, params), ==, 1);
  EVP_MD_CTX_free (context);
  return g_bytes_new (algorithm, params[0].return_size);
}

static GBytes *
fake_key_sign (ICertKey *key,
               const char *hash,
               GBytes *message,
               GCancellable *cancellable,
               GError **error)
{
  FakeKey *self = FAKE_KEY (key);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 signature[1024];
  gsize size = sizeof signature;

  g_atomic_int_inc (&self->count);
  if (self->lost)
    {
      EVP_MD_CTX_free (context);
      icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key", "token is gone (the token)");
      return NULL;
    }
  g_assert_cmpint (
      EVP_DigestSignInit_ex (context, NULL, digest_of (self, hash), NULL, NULL, self->pair, NULL),
      ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &size, g_bytes_get_data (message, NULL),
                                   g_bytes_get_size (message)),
                   ==, 1);
  EVP_MD_CTX_free (context);
  if (self->faulty)
    signature[size - 1] ^= 1;
  return g_bytes_new (signature, size);
}

static gboolean
fake_key_is_in_process (ICertKey *key)
{
  return FAKE_KEY (key)->in_process;
}

static void
fake_key_finalize (GObject *object)
{
  EVP_PKEY_free (FAKE_KEY (object)->pair);
  G_OBJECT_CLASS (fake_key_parent_class)->finalize (object);
}

static void
fake_key_class_init (FakeKeyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_key_finalize;
}

static void
fake_key_init (FakeKey *self)
{
  self->in_process = TRUE;
}

static void
key_iface_init (ICertKeyInterface *iface)
{
  iface->generate = fake_key_generate;
  iface->open = fake_key_open;
  iface->get_public_key = fake_key_get_public_key;
  iface->get_signature_algorithm = fake_key_get_signature_algorithm;
  iface->sign = fake_key_sign;
  iface->is_in_process = fake_key_is_in_process;
}

ICertKey *
fake_key_new (const char *key_type)
{
  FakeKey *self = g_object_new (FAKE_TYPE_KEY, NULL);

  g_assert_true (icert_key_generate (ICERT_KEY (self), "memory:", key_type, NULL, NULL));
  return ICERT_KEY (self);
}

void
fake_key_set_in_process (FakeKey *self, gboolean in_process)
{
  self->in_process = in_process;
}

void
fake_key_set_faulty (FakeKey *self, gboolean faulty)
{
  self->faulty = faulty;
}

void
fake_key_set_lost (FakeKey *self, gboolean lost)
{
  self->lost = lost;
}

guint
fake_key_get_count (FakeKey *self)
{
  return (guint) g_atomic_int_get (&self->count);
}
