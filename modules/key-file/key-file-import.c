/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "key-file-import.h"

#include <string.h>

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "icert-error.h"
#include "key-file-armour.h"
#include "key-file-cost.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS12, PKCS12_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_DECODER_CTX, OSSL_DECODER_CTX_free)

static GBytes *
or_empty (GBytes *passphrase)
{
  return passphrase != NULL ? g_bytes_ref (passphrase) : g_bytes_new_static ("", 0);
}

/* The decoder asks for one only when the file is encrypted; without one that is the reason. */
static EVP_PKEY *
decode (GBytes *contents, GBytes *passphrase)
{
  g_autoptr (GBytes) secret = or_empty (passphrase);
  EVP_PKEY *key = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (contents, &size);
  g_autoptr (OSSL_DECODER_CTX) context = OSSL_DECODER_CTX_new_for_pkey (
      &key, NULL, NULL, NULL, OSSL_KEYMGMT_SELECT_KEYPAIR, key_file_get_libctx (), NULL);

  if (context == NULL
      || OSSL_DECODER_CTX_set_passphrase (context, g_bytes_get_data (secret, NULL),
                                          g_bytes_get_size (secret))
             != 1
      || OSSL_DECODER_from_data (context, &data, &size) != 1)
    {
      ERR_clear_error ();
      return NULL;
    }
  return key;
}

/* In the module's own library context (S-M3), which an empty object brings along. */
static EVP_PKEY *
decode_pkcs12 (GBytes *contents, GBytes *passphrase)
{
  g_autoptr (GBytes) secret = or_empty (passphrase);
  g_autofree char *text = g_strndup (g_bytes_get_data (secret, NULL), g_bytes_get_size (secret));
  PKCS12 *file = PKCS12_init_ex (NID_pkcs7_data, key_file_get_libctx (), NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (contents, &size);
  EVP_PKEY *key = NULL;

  if (d2i_PKCS12 (&file, &data, (long) size) != NULL)
    PKCS12_parse (file, text, &key, NULL, NULL);
  PKCS12_free (file);
  OPENSSL_cleanse (text, strlen (text));
  ERR_clear_error ();
  return key;
}

static gboolean
is_encrypted (GBytes *contents)
{
  static const char *const marks[] = { "ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED" };
  gsize size;
  const void *data = g_bytes_get_data (contents, &size);

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (memmem (data, size, marks[i], strlen (marks[i])) != NULL)
      return TRUE;
  return size > 0 && *(const guint8 *) data == 0x30;
}

static gboolean
check_cost (GBytes *contents, GBytes *passphrase, GError **error)
{
  g_autoptr (GBytes) secret = or_empty (passphrase);
  g_autofree char *text = g_strndup (g_bytes_get_data (secret, NULL), g_bytes_get_size (secret));
  gboolean ok = key_file_is_affordable (contents, text);

  OPENSSL_cleanse (text, strlen (text));
  if (!ok)
    icert_set_error (error, ICERT_ERROR_CONFIG, "key",
                     "its passphrase would be hashed for too long (a million times at most)");
  return ok;
}

EVP_PKEY *
key_file_import (GBytes *contents, GBytes *passphrase, GError **error)
{
  EVP_PKEY *key;

  if (!check_cost (contents, passphrase, error))
    return NULL;
  key = decode (contents, passphrase);
  if (key == NULL)
    key = decode_pkcs12 (contents, passphrase);
  if (key != NULL)
    return key;
  if (is_encrypted (contents))
    icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "passphrase",
                     "%s (the one that the key was encrypted with)",
                     passphrase != NULL ? "does not open the key" : "none was given");
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, "key",
                     "is no private key (PEM, PKCS #8 or PKCS #12)");
  return NULL;
}
