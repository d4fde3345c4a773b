/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll-request.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca-der-writer.h"

/* EnrollmentNameValuePair of [MS-WCCE] 2.2.2.7.10; it may repeat, and foreign CAs skip it */
#define OID_NAME_VALUE "1.3.6.1.4.1.311.13.2.1"
#define TAG_BMP_STRING 0x1e

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_REQ, X509_REQ_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_NAME, X509_NAME_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_EXTENSION, X509_EXTENSION_free)

static gboolean
fail (const char *what, GError **error)
{
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_INTERNAL, "request", "%s cannot be encoded (success)", what);
  return FALSE;
}

GBytes *
ca_enroll_subject (const char *text, GError **error)
{
  g_autoptr (GPtrArray) rdns = ca_name_from_text (text != NULL ? text : "", error);

  return rdns != NULL ? ca_name_encode (rdns, error) : NULL;
}

GBytes *
ca_enroll_names (GPtrArray *names, GError **error)
{
  g_autoptr (ICertExtension) extension = NULL;

  if (names->len == 0)
    return NULL;
  extension = icert_extension_new_subject_alt_name (names, FALSE, error);
  return extension != NULL ? icert_extension_get_value (extension) : NULL;
}

static gboolean
set_subject (X509_REQ *request, GBytes *subject, GError **error)
{
  gsize size;
  const guint8 *der = g_bytes_get_data (subject, &size);
  g_autoptr (X509_NAME) name = d2i_X509_NAME (NULL, &der, (long) size);

  return (name != NULL && X509_REQ_set_subject_name (request, name) == 1)
         || fail ("the subject", error);
}

/* An empty subject makes the names critical (S-C6). */
static gboolean
add_names (X509_REQ *request, const CaEnrollWish *wish, GError **error)
{
  gboolean critical = g_bytes_get_size (wish->subject) <= 2;
  STACK_OF (X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null ();
  ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new ();
  g_autoptr (X509_EXTENSION) extension = NULL;
  gboolean ok;
  gsize size;
  const guint8 *der = g_bytes_get_data (wish->names, &size);

  ok = extensions != NULL && value != NULL && ASN1_OCTET_STRING_set (value, der, (int) size) == 1;
  if (ok)
    extension = X509_EXTENSION_create_by_NID (NULL, NID_subject_alt_name, critical, value);
  ok = extension != NULL && sk_X509_EXTENSION_push (extensions, extension) > 0
       && X509_REQ_add_extensions (request, extensions) == 1;
  ASN1_OCTET_STRING_free (value);
  sk_X509_EXTENSION_free (extensions);
  return ok || fail ("the names", error);
}

static gboolean
prepend_bmp (CaDerWriter *writer, const char *text)
{
  gsize mark = ca_der_mark (writer);
  glong length;
  g_autofree gunichar2 *units = g_utf8_to_utf16 (text, -1, NULL, &length, NULL);

  for (glong i = length; units != NULL && i > 0; i--)
    {
      ca_der_prepend_octet (writer, (guint8) units[i - 1]);
      ca_der_prepend_octet (writer, (guint8) (units[i - 1] >> 8));
    }
  ca_der_prepend_header (writer, TAG_BMP_STRING, mark);
  return units != NULL;
}

/* The profile goes inside, so that a request which is handed over says what it is for. */
static gboolean
add_profile (X509_REQ *request, const char *profile, GError **error)
{
  g_auto (CaDerWriter) writer = { 0 };
  g_autoptr (GBytes) pair = NULL;
  gboolean ok;

  ca_der_writer_init (&writer, 256);
  ok = prepend_bmp (&writer, profile) && prepend_bmp (&writer, "CertificateTemplate");
  ca_der_prepend_header (&writer, CA_TAG_SEQUENCE, 0);
  pair = ca_der_writer_end (&writer);
  ok = ok
       && X509_REQ_add1_attr_by_txt (request, OID_NAME_VALUE, V_ASN1_SEQUENCE,
                                     g_bytes_get_data (pair, NULL), (int) g_bytes_get_size (pair))
              == 1;
  return ok || fail ("the profile", error);
}

static const char *
hash_for (EVP_PKEY *key)
{
  int bits = EVP_PKEY_get_bits (key);

  if (EVP_PKEY_is_a (key, "ED25519") || EVP_PKEY_is_a (key, "ED448"))
    return NULL;
  if (EVP_PKEY_is_a (key, "EC"))
    return bits > 384 ? "SHA512" : bits > 256 ? "SHA384" : "SHA256";
  return "SHA256";
}

static gboolean
sign (X509_REQ *request, EVP_PKEY *key, GError **error)
{
  const char *hash = hash_for (key);
  EVP_MD *md = hash != NULL ? EVP_MD_fetch (ca_crypto_get_libctx (), hash, NULL) : NULL;
  gboolean ok = X509_REQ_sign (request, key, md) > 0;

  EVP_MD_free (md);
  return ok || fail ("the signature", error);
}

static GBytes *
encode (X509_REQ *request, GError **error)
{
  guint8 *der = NULL;
  int size = i2d_X509_REQ (request, &der);
  GBytes *bytes;

  if (size <= 0)
    {
      fail ("it", error);
      return NULL;
    }
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  return bytes;
}

/* The signature that is verified here is the pair test of a new key (S-M5), too. */
static gboolean
check (GBytes *request, GError **error)
{
  g_autoptr (CaDecoded) decoded
      = ca_decode_request (request, ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_PKCS10, error);

  return decoded != NULL && ca_decoded_verify_possession (decoded, FALSE, error);
}

GBytes *
ca_enroll_request_make (EVP_PKEY *key, const CaEnrollWish *wish, GError **error)
{
  g_autoptr (X509_REQ) request = X509_REQ_new_ex (ca_crypto_get_libctx (), NULL);
  g_autoptr (GBytes) der = NULL;

  if (request == NULL || X509_REQ_set_version (request, X509_REQ_VERSION_1) != 1
      || X509_REQ_set_pubkey (request, key) != 1)
    {
      fail ("the public key", error);
      return NULL;
    }
  if (!set_subject (request, wish->subject, error)
      || (wish->names != NULL && !add_names (request, wish, error))
      || (wish->profile != NULL && !add_profile (request, wish->profile, error))
      || !sign (request, key, error))
    return NULL;
  der = encode (request, error);
  return der != NULL && check (der, error) ? g_steal_pointer (&der) : NULL;
}
