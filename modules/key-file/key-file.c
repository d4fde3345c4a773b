/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "key-file.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "key-file-armour.h"
#include "key-file-import.h"
#include "key-file-signer.h"
#include "key-file-storage.h"

/* A person's passphrase may be this short; `init` draws 32 octets. */
#define MIN_SECRET_SIZE 8

struct _KeyFile
{
  GObject parent_instance;

  GMutex lock;               /* guards all below */
  KeyFileContents *contents; /* owned; NULL before open and generate */
  guint8 *secret;            /* owned, cleared; NULL: none, or no longer needed */
  gsize secret_size;
  EVP_PKEY *private_key; /* owned; NULL before the first signature */
  EVP_PKEY *public_key;  /* owned; NULL while unknown */
  GBytes *spki;          /* owned; NULL while unknown */
  GPtrArray *idle;       /* (element-type KeyFileSigner) contexts that nobody uses now */
};

static void key_iface_init (ICertKeyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyFile,
                               key_file,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_KEY, key_iface_init))

/* What a key type of the configuration is to OpenSSL. The last ones need a newer library than
 * Debian 12's and pass through it unchanged (design.md, decision 10). */
typedef struct
{
  const char *name;
  const char *algorithm;
  const char *group;
  int bits;
} KeyType;

static const KeyType key_types[] = {
  { "ec-p256", "EC", "P-256", 0 },       { "ec-p384", "EC", "P-384", 0 },
  { "ec-p521", "EC", "P-521", 0 },       { "rsa-2048", "RSA", NULL, 2048 },
  { "rsa-3072", "RSA", NULL, 3072 },     { "rsa-4096", "RSA", NULL, 4096 },
  { "ed25519", "ED25519", NULL, 0 },     { "ed448", "ED448", NULL, 0 },
  { "ml-dsa-44", "ML-DSA-44", NULL, 0 }, { "ml-dsa-65", "ML-DSA-65", NULL, 0 },
  { "ml-dsa-87", "ML-DSA-87", NULL, 0 },
};

static void
forget_secret (KeyFile *self)
{
  OPENSSL_secure_clear_free (self->secret, self->secret_size);
  self->secret = NULL;
  self->secret_size = 0;
}

static void
remember_secret (KeyFile *self, GBytes *secret)
{
  gsize size;
  const guint8 *data;

  forget_secret (self);
  if (secret == NULL)
    return;
  data = g_bytes_get_data (secret, &size);
  if (size == 0)
    return;
  self->secret = OPENSSL_secure_malloc (size);
  memcpy (self->secret, data, size);
  self->secret_size = size;
}

static gboolean
set_public (KeyFile *self, GBytes *spki, GError **error)
{
  EVP_PKEY *key = key_file_decode_public (spki, error);

  if (key == NULL)
    return FALSE;
  self->public_key = key;
  self->spki = g_bytes_ref (spki);
  return TRUE;
}

static gboolean
check_closed (KeyFile *self, GError **error)
{
  if (self->contents == NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "key", "is open already (a new object)");
  return FALSE;
}

static gboolean
check_open (KeyFile *self, GError **error)
{
  if (self->contents != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key", "is not open (open or generate)");
  return FALSE;
}

static char *
find_path (const char *url, GError **error)
{
  g_autofree char *path = NULL;

  if (g_str_has_prefix (url, "file:"))
    path = g_filename_from_uri (url, NULL, NULL);
  else if (strstr (url, "://") == NULL)
    path = g_strdup (url);
  if (path == NULL || path[0] == '\0')
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key url", "names no file (a path or file: URI)");
      return NULL;
    }
  return g_steal_pointer (&path);
}

static gboolean
open_locked (KeyFile *self, GBytes *text, GBytes *secret, GError **error)
{
  g_autoptr (KeyFileContents) contents = NULL;

  if (!check_closed (self, error))
    return FALSE;
  contents = key_file_contents_parse (text, error);
  if (contents == NULL)
    return FALSE;
  if (contents->public_key != NULL && !set_public (self, contents->public_key, error))
    return FALSE;
  remember_secret (self, secret);
  self->contents = g_steal_pointer (&contents);
  return TRUE;
}

static gboolean
key_file_open (ICertKey *key, const char *url, GBytes *secret, GError **error)
{
  KeyFile *self = KEY_FILE (key);
  g_autofree char *path = find_path (url, error);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  if (path == NULL)
    return FALSE;
  text = key_file_storage_read (path, error);
  if (text == NULL)
    return FALSE;
  locker = g_mutex_locker_new (&self->lock);
  return open_locked (self, text, secret, error);
}

static const KeyType *
find_type (const char *name, GError **error)
{
  g_autofree char *quoted = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (key_types); i++)
    if (g_strcmp0 (key_types[i].name, name) == 0)
      return &key_types[i];
  quoted = icert_error_quote (name != NULL ? name : "", -1);
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "key type",
                   "%s is unknown (ec-p256, ec-p384, ec-p521, rsa-2048, rsa-3072, rsa-4096, "
                   "ed25519 or ed448)",
                   quoted);
  return NULL;
}

static EVP_PKEY *
draw_key (const KeyType *type, GError **error)
{
  g_autoptr (EVP_PKEY_CTX) context = NULL;
  EVP_PKEY *key = NULL;

  context = EVP_PKEY_CTX_new_from_name (key_file_get_libctx (), type->algorithm, NULL);
  if (context == NULL || EVP_PKEY_keygen_init (context) != 1)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "key type",
                       "%s is unknown to this OpenSSL (a newer one)", type->name);
      return NULL;
    }
  if ((type->group != NULL && EVP_PKEY_CTX_set_group_name (context, type->group) != 1)
      || (type->bits > 0 && EVP_PKEY_CTX_set_rsa_keygen_bits (context, type->bits) != 1)
      || EVP_PKEY_generate (context, &key) != 1)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key", "generating failed (success)");
    }
  return key;
}

/* S-M5: what was just written must sign what its public half verifies. */
static gboolean
test_pair (KeyFile *self, GError **error)
{
  static const char octets[] = "icert: sign/verify pair test";
  g_autoptr (GBytes) message = g_bytes_new_static (octets, sizeof octets);
  g_autoptr (GBytes) signature = NULL;
  const char *hash;

  signature = icert_key_sign (ICERT_KEY (self), "sha256", message, NULL, error);
  if (signature == NULL)
    return FALSE;
  hash = key_file_takes_digest (self->public_key) ? "sha256" : NULL;
  if (!key_file_verify (self->public_key, hash, message, signature))
    {
      icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key",
                       "new key does not verify what it signed (a matching pair)");
      return FALSE;
    }
  return TRUE;
}

/* As before open and generate. */
static void
close_key (KeyFile *self)
{
  forget_secret (self);
  g_ptr_array_set_size (self->idle, 0);
  g_clear_pointer (&self->private_key, EVP_PKEY_free);
  g_clear_pointer (&self->public_key, EVP_PKEY_free);
  g_clear_pointer (&self->contents, key_file_contents_free);
  g_clear_pointer (&self->spki, g_bytes_unref);
}

/* Opened as it will be at each start, from the disk. */
static gboolean
open_new (KeyFile *self, const char *path, GBytes *secret, GError **error)
{
  if (key_file_open (ICERT_KEY (self), path, secret, error) && test_pair (self, error))
    return TRUE;
  close_key (self);
  key_file_storage_remove (path);
  return FALSE;
}

static gboolean
check_new_secret (GBytes *secret, GError **error)
{
  if (secret != NULL && g_bytes_get_size (secret) >= MIN_SECRET_SIZE)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "secret", "missing or too short (%d octets or more)",
                   MIN_SECRET_SIZE);
  return FALSE;
}

static gboolean
key_file_generate (ICertKey *key,
                   const char *url,
                   const char *key_type,
                   GBytes *secret,
                   GError **error)
{
  KeyFile *self = KEY_FILE (key);
  const KeyType *type = find_type (key_type, error);
  g_autofree char *path = NULL;
  g_autoptr (EVP_PKEY) drawn = NULL;
  g_autoptr (GBytes) text = NULL;
  gsize size;
  const guint8 *data;

  if (type == NULL || !check_new_secret (secret, error) || !check_closed (self, error))
    return FALSE;
  path = find_path (url, error);
  if (path == NULL)
    return FALSE;
  drawn = draw_key (type, error);
  if (drawn == NULL)
    return FALSE;
  data = g_bytes_get_data (secret, &size);
  text = key_file_seal (drawn, data, size, error);
  return text != NULL
         && key_file_storage_create (path, g_bytes_get_data (text, NULL), g_bytes_get_size (text),
                                     error)
         && open_new (self, path, secret, error);
}

/* The key of another program's file, kept by the rules of this one. */
static gboolean
key_file_adopt (ICertKey *key,
                const char *url,
                GBytes *contents,
                GBytes *passphrase,
                GBytes *secret,
                GError **error)
{
  KeyFile *self = KEY_FILE (key);
  g_autofree char *path = NULL;
  g_autoptr (EVP_PKEY) found = NULL;
  g_autoptr (GBytes) text = NULL;

  if (!check_new_secret (secret, error) || !check_closed (self, error))
    return FALSE;
  path = find_path (url, error);
  found = path != NULL ? key_file_import (contents, passphrase, error) : NULL;
  if (found == NULL)
    return FALSE;
  text = key_file_seal (found, g_bytes_get_data (secret, NULL), g_bytes_get_size (secret), error);
  return text != NULL
         && key_file_storage_create (path, g_bytes_get_data (text, NULL), g_bytes_get_size (text),
                                     error)
         && open_new (self, path, secret, error);
}

static gboolean
unlock_locked (KeyFile *self, GError **error)
{
  g_autoptr (EVP_PKEY) key = NULL;
  g_autoptr (GBytes) spki = NULL;

  if (self->private_key != NULL)
    return TRUE;
  if (!check_open (self, error))
    return FALSE;
  if (self->secret == NULL)
    {
      icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "secret",
                       "none was given (the one the key was made with)");
      return FALSE;
    }
  key = key_file_unseal (self->contents->sealed, self->secret, self->secret_size, error);
  if (key == NULL)
    return FALSE;
  spki = key_file_encode_public (key, error);
  if (spki == NULL || (self->spki == NULL && !set_public (self, spki, error)))
    return FALSE;
  if (!g_bytes_equal (spki, self->spki))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "key file",
                       "public half is another key's (that of the private key)");
      return FALSE;
    }
  self->private_key = g_steal_pointer (&key);
  forget_secret (self);
  return TRUE;
}

static GBytes *
key_file_get_public_key (ICertKey *key, GError **error)
{
  KeyFile *self = KEY_FILE (key);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!check_open (self, error))
    return NULL;
  if (self->spki == NULL && !unlock_locked (self, error))
    return NULL;
  return g_bytes_ref (self->spki);
}

static GBytes *
key_file_get_signature_algorithm (ICertKey *key, const char *hash, GError **error)
{
  KeyFile *self = KEY_FILE (key);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const char *known = NULL;

  if (!check_open (self, error))
    return NULL;
  if (self->public_key == NULL && !unlock_locked (self, error))
    return NULL;
  if (key_file_takes_digest (self->public_key))
    {
      known = key_file_signer_find_hash (hash, error);
      if (known == NULL)
        return NULL;
    }
  return key_file_describe_signature (self->public_key, known, error);
}

static KeyFileSigner *
take_idle_locked (KeyFile *self, const char *hash)
{
  for (guint i = self->idle->len; i > 0; i--)
    {
      KeyFileSigner *signer = g_ptr_array_index (self->idle, i - 1);

      if (key_file_signer_get_hash (signer) == hash)
        return g_ptr_array_steal_index_fast (self->idle, i - 1);
    }
  return NULL;
}

static KeyFileSigner *
acquire_signer (KeyFile *self, const char *hash, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const char *known = NULL;
  KeyFileSigner *signer;

  if (!unlock_locked (self, error))
    return NULL;
  if (key_file_takes_digest (self->private_key))
    {
      known = key_file_signer_find_hash (hash, error);
      if (known == NULL)
        return NULL;
    }
  signer = take_idle_locked (self, known);
  return signer != NULL ? signer : key_file_signer_new (self->private_key, known, error);
}

static void
release_signer (KeyFile *self, KeyFileSigner *signer)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_ptr_array_add (self->idle, signer);
}

static GBytes *
key_file_sign (ICertKey *key,
               const char *hash,
               GBytes *message,
               GCancellable *cancellable,
               GError **error)
{
  KeyFile *self = KEY_FILE (key);
  g_autoptr (KeyFileSigner) signer = NULL;
  GBytes *signature;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  signer = acquire_signer (self, hash, error);
  if (signer == NULL)
    return NULL;
  signature = key_file_signer_sign (signer, message, error);
  /* A context that failed is not used again. */
  if (signature != NULL)
    release_signer (self, g_steal_pointer (&signer));
  return signature;
}

static GBytes *
key_file_sign_digest (ICertKey *key,
                      const char *hash,
                      GBytes *digest,
                      GCancellable *cancellable,
                      GError **error)
{
  KeyFile *self = KEY_FILE (key);
  g_autoptr (KeyFileSigner) signer = NULL;
  GBytes *signature;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  signer = acquire_signer (self, hash, error);
  if (signer == NULL)
    return NULL;
  signature = key_file_signer_sign_digest (signer, digest, error);
  /* A context that failed is not used again. */
  if (signature != NULL)
    release_signer (self, g_steal_pointer (&signer));
  return signature;
}

static gboolean
key_file_is_in_process (ICertKey *key)
{
  return TRUE;
}

static void
key_file_finalize (GObject *object)
{
  KeyFile *self = KEY_FILE (object);

  close_key (self);
  g_clear_pointer (&self->idle, g_ptr_array_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (key_file_parent_class)->finalize (object);
}

static void
key_file_class_init (KeyFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = key_file_finalize;
}

static void
key_file_init (KeyFile *self)
{
  g_mutex_init (&self->lock);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) key_file_signer_free);
}

static void
key_iface_init (ICertKeyInterface *iface)
{
  iface->generate = key_file_generate;
  iface->open = key_file_open;
  iface->get_public_key = key_file_get_public_key;
  iface->get_signature_algorithm = key_file_get_signature_algorithm;
  iface->sign = key_file_sign;
  iface->is_in_process = key_file_is_in_process;
  iface->sign_digest = key_file_sign_digest;
  iface->adopt = key_file_adopt;
}
