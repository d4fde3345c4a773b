/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll-check.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-decode-private.h"
#include "ca-limits.h"

/* certificates in one answer: a chain, and some that do not belong to it */
#define MOST_CERTIFICATES 32
/* 112 bits: RSA 2048, SHA-256 */
#define SECURITY_LEVEL 2

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS7, PKCS7_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE_CTX, X509_STORE_CTX_free)

GPtrArray *
ca_enroll_certificates_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) X509_free);
}

static gboolean
fail (const char *field, const char *text, GError **error)
{
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%s", text);
  return FALSE;
}

static gboolean
add (GPtrArray *certificates, const guint8 *data, gsize size, const char *field, GError **error)
{
  g_autoptr (X509) certificate = X509_new_ex (ca_crypto_get_libctx (), NULL);
  X509 *decoded = certificate;
  const guint8 *end = data;

  if (certificates->len >= MOST_CERTIFICATES)
    {
      ca_refuse_size (error, field, "certificates", MOST_CERTIFICATES, certificates->len + 1);
      return FALSE;
    }
  /* d2i is lenient where the signature is not judged: what is stored must be DER (S-A3) */
  if (!ca_der_scan (data, size, field, error))
    return FALSE;
  if (decoded == NULL || d2i_X509 (&decoded, &end, (long) size) == NULL || end != data + size)
    {
      /* d2i frees what it was given when it fails */
      if (decoded == NULL)
        (void) g_steal_pointer (&certificate);
      return fail (field, "no certificate inside (X.509)", error);
    }
  g_ptr_array_add (certificates, g_steal_pointer (&certificate));
  return TRUE;
}

gboolean
ca_enroll_certificates_add (GPtrArray *certificates, GBytes *der, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);

  return add (certificates, data, size, "certificate", error);
}

static gboolean
add_chain (GPtrArray *certificates,
           const guint8 *data,
           gsize size,
           const char *field,
           GError **error)
{
  g_autoptr (PKCS7) message = d2i_PKCS7 (NULL, &data, (long) size);
  STACK_OF (X509) *chain = NULL;

  if (message != NULL && PKCS7_type_is_signed (message))
    chain = message->d.sign->cert;
  if (chain == NULL || sk_X509_num (chain) == 0)
    return fail (field, "no certificates in the message (a PKCS #7 chain)", error);
  for (int i = 0; i < sk_X509_num (chain); i++)
    {
      g_autoptr (GBytes) der = ca_enroll_certificate_encode (sk_X509_value (chain, i));
      gsize length;
      const guint8 *octets = g_bytes_get_data (der, &length);

      if (!add (certificates, octets, length, field, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_block (GPtrArray *certificates,
           const char *label,
           const guint8 *data,
           gsize size,
           const char *field,
           GError **error)
{
  if (strcmp (label, PEM_STRING_X509) == 0)
    return add (certificates, data, size, field, error);
  if (strcmp (label, PEM_STRING_PKCS7) == 0 || strcmp (label, PEM_STRING_CMS) == 0)
    return add_chain (certificates, data, size, field, error);
  return fail (field, "holds something else (CERTIFICATE or PKCS7 blocks)", error);
}

static gboolean
add_pem (GPtrArray *certificates, GBytes *input, const char *field, GError **error)
{
  gsize size;
  const void *text = g_bytes_get_data (input, &size);
  g_autoptr (BIO) bio = BIO_new_mem_buf (text, (int) size);
  char *label, *header;
  guint8 *data;
  long length;
  gboolean ok = TRUE;

  while (ok && PEM_read_bio (bio, &label, &header, &data, &length) == 1)
    {
      ok = add_block (certificates, label, data, (gsize) length, field, error);
      OPENSSL_free (label);
      OPENSSL_free (header);
      OPENSSL_free (data);
    }
  ERR_clear_error ();
  return ok && (certificates->len > 0 || fail (field, "holds no certificate (one)", error));
}

/* The tags of the first two levels decide what DER is (S-A4). */
static gboolean
add_der (GPtrArray *certificates, GBytes *input, const char *field, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (input, &size);

  if (!ca_der_scan (data, size, field, error))
    return FALSE;
  switch (ca_kind_recognise (data, size))
    {
    case CA_KIND_CERTIFICATE:
      return add (certificates, data, size, field, error);
    case CA_KIND_CMS:
      return add_chain (certificates, data, size, field, error);
    default:
      return fail (field, "no certificate (certificates in PEM, one in DER, or a PKCS #7 chain)",
                   error);
    }
}

GPtrArray *
ca_enroll_certificates_parse (GBytes *input, const char *field, GError **error)
{
  g_autoptr (GPtrArray) certificates = ca_enroll_certificates_new ();
  gsize size;
  const char *data = g_bytes_get_data (input, &size);
  gboolean ok;

  if (size > CA_LIMIT_PEM_INPUT)
    {
      ca_refuse_size (error, field, "octets", CA_LIMIT_PEM_INPUT, size);
      return NULL;
    }
  if (size == 0)
    {
      fail (field, "is empty (certificates in PEM, one in DER, or a PKCS #7 chain)", error);
      return NULL;
    }
  if (g_strstr_len (data, (gssize) size, "-----BEGIN ") != NULL)
    ok = add_pem (certificates, input, field, error);
  else
    ok = add_der (certificates, input, field, error);
  return ok ? g_steal_pointer (&certificates) : NULL;
}

GBytes *
ca_enroll_certificate_encode (X509 *certificate)
{
  guint8 *der = NULL;
  int size = i2d_X509 (certificate, &der);
  GBytes *bytes;

  g_assert (size > 0);
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  return bytes;
}

static gboolean
read_time (const ASN1_TIME *time, gint64 *seconds)
{
  ASN1_TIME *epoch = ASN1_TIME_set (NULL, 0);
  int days = 0, rest = 0;
  gboolean ok = epoch != NULL && ASN1_TIME_diff (&days, &rest, epoch, time) == 1;

  ASN1_TIME_free (epoch);
  *seconds = (gint64) days * 24 * 60 * 60 + rest;
  return ok;
}

gboolean
ca_enroll_certificate_times (X509 *certificate, gint64 *begin, gint64 *end)
{
  return read_time (X509_get0_notBefore (certificate), begin)
         && read_time (X509_get0_notAfter (certificate), end);
}

void
ca_enroll_certificate_names (X509 *certificate, GBytes **subject, GBytes **names)
{
  X509_NAME *name = X509_get_subject_name (certificate);
  int index = X509_get_ext_by_NID (certificate, NID_subject_alt_name, -1);
  const guint8 *der;
  size_t size;

  X509_NAME_get0_der (name, &der, &size);
  *subject = g_bytes_new (der, size);
  *names = NULL;
  if (index >= 0)
    {
      ASN1_OCTET_STRING *value = X509_EXTENSION_get_data (X509_get_ext (certificate, index));

      *names = g_bytes_new (ASN1_STRING_get0_data (value), (gsize) ASN1_STRING_length (value));
    }
}

static gboolean
has_key (X509 *certificate, GBytes *spki)
{
  guint8 *der = NULL;
  int size = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (certificate), &der);
  gsize wanted;
  const void *data = g_bytes_get_data (spki, &wanted);
  gboolean same = size > 0 && (gsize) size == wanted && memcmp (der, data, wanted) == 0;

  OPENSSL_free (der);
  return same;
}

static X509 *
find_answer (const CaDecoded *request, GPtrArray *certificates, GError **error)
{
  for (guint i = 0; i < certificates->len; i++)
    if (has_key (certificates->pdata[i], request->spki))
      return certificates->pdata[i];
  icert_set_error (error, ICERT_ERROR_CONFLICT, "certificate",
                   "is another key's (the key of the request)");
  return NULL;
}

static void
set_chain_error (int code, int depth, GError **error)
{
  const char *text = X509_verify_cert_error_string (code);
  ICertError class = ICERT_ERROR_BAD_SIGNATURE;

  if (code == X509_V_ERR_CERT_HAS_EXPIRED || code == X509_V_ERR_CERT_NOT_YET_VALID)
    class = ICERT_ERROR_BAD_VALIDITY;
  else if (code == X509_V_ERR_INVALID_PURPOSE || code == X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION)
    class = ICERT_ERROR_UNSUPPORTED;
  icert_set_error (error, class, "chain",
                   "%s at certificate %d (a valid chain up to a trusted certificate)", text, depth);
}

static X509_STORE *
make_store (GPtrArray *anchors)
{
  X509_STORE *store = X509_STORE_new ();

  for (guint i = 0; store != NULL && i < anchors->len; i++)
    X509_STORE_add_cert (store, anchors->pdata[i]);
  ERR_clear_error ();
  return store;
}

/* One chain with one purpose (0: any). */
static STACK_OF (X509)
    * build_chain (X509 *answer,
                   STACK_OF (X509) * others,
                   GPtrArray *anchors,
                   int purpose,
                   GError **error)
{
  g_autoptr (X509_STORE) store = make_store (anchors);
  g_autoptr (X509_STORE_CTX) context = X509_STORE_CTX_new_ex (ca_crypto_get_libctx (), NULL);
  STACK_OF (X509) *chain = NULL;
  X509_VERIFY_PARAM *parameters;

  if (store == NULL || context == NULL || X509_STORE_CTX_init (context, store, answer, others) != 1)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_INTERNAL, "chain", "cannot be verified (memory)");
      return NULL;
    }
  parameters = X509_STORE_CTX_get0_param (context);
  /* what is trusted need not be a root */
  X509_VERIFY_PARAM_set_flags (parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time (parameters, (time_t) (ca_clock_now () / G_USEC_PER_SEC));
  X509_VERIFY_PARAM_set_auth_level (parameters, SECURITY_LEVEL);
  if (purpose != 0)
    X509_VERIFY_PARAM_set_purpose (parameters, purpose);
  if (X509_verify_cert (context) == 1)
    chain = X509_STORE_CTX_get1_chain (context);
  else
    set_chain_error (X509_STORE_CTX_get_error (context), X509_STORE_CTX_get_error_depth (context),
                     error);
  ERR_clear_error ();
  return chain;
}

/* A certificate that says it is for something must be good for it, its issuers' extensions
 * included. What OpenSSL knows no purpose for is left to those who use it. */
static gboolean
check_uses (X509 *answer, STACK_OF (X509) * others, GPtrArray *anchors, GError **error)
{
  static const struct
  {
    guint32 use;
    int purpose;
  } purposes[] = {
    { XKU_SSL_SERVER, X509_PURPOSE_SSL_SERVER },
    { XKU_SSL_CLIENT, X509_PURPOSE_SSL_CLIENT },
    { XKU_SMIME, X509_PURPOSE_SMIME_SIGN },
    { XKU_TIMESTAMP, X509_PURPOSE_TIMESTAMP_SIGN },
  };
  guint32 uses = X509_get_extended_key_usage (answer);

  if (uses == G_MAXUINT32)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (purposes); i++)
    {
      STACK_OF (X509) * chain;

      if ((uses & purposes[i].use) == 0)
        continue;
      chain = build_chain (answer, others, anchors, purposes[i].purpose, error);
      if (chain == NULL)
        return FALSE;
      sk_X509_pop_free (chain, X509_free);
    }
  return TRUE;
}

static gboolean
is_root (X509 *certificate)
{
  return (X509_get_extension_flags (certificate) & EXFLAG_SS) != 0;
}

/* The next issuer above what is trusted: clients of the certificate may trust only the root. */
static X509 *
find_issuer (X509 *certificate, GPtrArray *certificates)
{
  for (guint i = 0; i < certificates->len; i++)
    {
      X509 *issuer = certificates->pdata[i];
      EVP_PKEY *key = X509_get0_pubkey (issuer);

      if (issuer != certificate && key != NULL
          && X509_check_issued (issuer, certificate) == X509_V_OK
          && X509_verify (certificate, key) == 1)
        return issuer;
    }
  ERR_clear_error ();
  return NULL;
}

static GPtrArray *
finish_chain (STACK_OF (X509) * verified, GPtrArray *certificates)
{
  GPtrArray *chain = ca_enroll_certificates_new ();
  X509 *last = NULL;

  for (int i = 0; i < sk_X509_num (verified); i++)
    {
      last = sk_X509_value (verified, i);
      if (i == 0 || !is_root (last))
        {
          X509_up_ref (last);
          g_ptr_array_add (chain, last);
        }
    }
  while (last != NULL && !is_root (last) && chain->len <= MOST_CERTIFICATES)
    {
      last = find_issuer (last, certificates);
      if (last != NULL && !is_root (last))
        {
          X509_up_ref (last);
          g_ptr_array_add (chain, last);
        }
    }
  return chain;
}

GPtrArray *
ca_enroll_check (const CaDecoded *request,
                 GPtrArray *certificates,
                 GPtrArray *anchors,
                 GError **error)
{
  X509 *answer = find_answer (request, certificates, error);
  STACK_OF (X509) * others, *verified = NULL;
  GPtrArray *chain = NULL;

  if (answer == NULL || !ca_enroll_check_names (request, answer, error))
    return NULL;
  others = sk_X509_new_null ();
  for (guint i = 0; i < certificates->len; i++)
    if (certificates->pdata[i] != answer)
      sk_X509_push (others, certificates->pdata[i]);
  verified = build_chain (answer, others, anchors, 0, error);
  if (verified != NULL && check_uses (answer, others, anchors, error))
    chain = finish_chain (verified, certificates);
  sk_X509_pop_free (verified, X509_free);
  sk_X509_free (others);
  return chain;
}
