/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "ca-crypto.h"
#include "ca-limits.h"
#include "ca-oids.h"

/* A PKCS #10 in the hands of somebody who signed for it (RFC 5652 around RFC 2986): the holder of
 * the certificate that it renews, or an agent. The message is OpenSSL's; what may be in it is
 * decided here. Never decides whether the signer may do this: ca-endorse.c. */

#define FIELD "message"
#define CRYPT_E_NO_SIGNER 0x8009200Eu
#define OID_PKI_DATA "1.3.6.1.5.5.7.12.2" /* RFC 5272: a CMC full request */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CMS_ContentInfo, CMS_ContentInfo_free)

static CMS_ContentInfo *
parse (GBytes *message, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  CMS_ContentInfo *cms = CMS_ContentInfo_new_ex (ca_crypto_get_libctx (), NULL);

  /* on failure d2i frees what it was given */
  if (cms != NULL && d2i_CMS_ContentInfo (&cms, &data, size) != NULL)
    return cms;
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                   "not a CMS message inside (RFC 5652, signed data)");
  return NULL;
}

static gboolean
check_encoding (CMS_ContentInfo *cms, GBytes *message, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  guint8 *again = NULL;
  int again_size = i2d_CMS_ContentInfo (cms, &again);
  gboolean ok = ca_check_same (data, size, again, MAX (again_size, 0), FIELD, error);

  OPENSSL_free (again);
  return ok;
}

static gboolean
check_types (CMS_ContentInfo *cms, GError **error)
{
  char oid[80];

  if (OBJ_obj2nid (CMS_get0_type (cms)) != NID_pkcs7_signed)
    {
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, FIELD,
                       "another kind of CMS message (signed data)");
      return FALSE;
    }
  if (OBJ_obj2nid (CMS_get0_eContentType (cms)) == NID_pkcs7_data)
    return TRUE;
  OBJ_obj2txt (oid, sizeof oid, CMS_get0_eContentType (cms), 1);
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, FIELD,
                   "has %s inside (data: a PKCS #10 request)",
                   strcmp (oid, OID_PKI_DATA) == 0 ? "a CMC request" : oid);
  return FALSE;
}

/* The one signer there must be (S-A1); lends. */
static CMS_SignerInfo *
find_signer_info (CMS_ContentInfo *cms, GError **error)
{
  STACK_OF (CMS_SignerInfo) *infos = CMS_get0_SignerInfos (cms);
  int n = infos != NULL ? sk_CMS_SignerInfo_num (infos) : 0;

  if (n == 1)
    return sk_CMS_SignerInfo_value (infos, 0);
  if (n > 1)
    {
      ca_refuse_size (error, FIELD, "signers", CA_LIMIT_CMS_SIGNERS, n);
      return NULL;
    }
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "nobody signed it (one signer)");
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x%08x", CRYPT_E_NO_SIGNER);
  return NULL;
}

static GBytes *
encode_certificate (X509 *certificate)
{
  guint8 *der = NULL;
  int size = i2d_X509 (certificate, &der);
  GBytes *bytes = g_bytes_new (der, MAX (size, 0));

  OPENSSL_free (der);
  return bytes;
}

static gboolean
find_signer (CaDecoded *decoded, CMS_ContentInfo *cms, CMS_SignerInfo *info, GError **error)
{
  STACK_OF (X509) *certificates = CMS_get1_certs (cms);
  int n = certificates != NULL ? sk_X509_num (certificates) : 0;

  for (int i = 0; i < n && n <= CA_LIMIT_CMS_CERTIFICATES && decoded->signer == NULL; i++)
    if (CMS_SignerInfo_cert_cmp (info, sk_X509_value (certificates, i)) == 0)
      decoded->signer = encode_certificate (sk_X509_value (certificates, i));
  sk_X509_pop_free (certificates, X509_free);
  if (decoded->signer != NULL)
    return TRUE;
  if (n > CA_LIMIT_CMS_CERTIFICATES)
    ca_refuse_size (error, FIELD, "certificates", CA_LIMIT_CMS_CERTIFICATES, n);
  else
    icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                     "the signer's certificate is not inside (with the signature)");
  return FALSE;
}

/* Name-value pairs that the signer signed; "requestername" counts nowhere else (AD CS:
 * SignedAttributes). */
static gboolean
decode_signed_pairs (CaDecoded *decoded, CMS_SignerInfo *info, GError **error)
{
  for (int i = 0; i < CMS_signed_get_attr_count (info); i++)
    {
      X509_ATTRIBUTE *attribute = CMS_signed_get_attr (info, i);
      char oid[80];

      OBJ_obj2txt (oid, sizeof oid, X509_ATTRIBUTE_get0_object (attribute), 1);
      for (int n = 0;
           strcmp (oid, CA_OID_NAME_VALUE_PAIR) == 0 && n < X509_ATTRIBUTE_count (attribute); n++)
        {
          ASN1_TYPE *value = X509_ATTRIBUTE_get0_type (attribute, n);
          CaTlv pair;

          if (value == NULL || value->type != V_ASN1_SEQUENCE
              || !ca_der_read_only (ASN1_STRING_get0_data (value->value.sequence),
                                    ASN1_STRING_length (value->value.sequence), CA_DER_SEQUENCE,
                                    &pair))
            {
              icert_set_error (error, ICERT_ERROR_MALFORMED, "attributes",
                               "a signed name-value pair is not one (a SEQUENCE of two strings)");
              return FALSE;
            }
          if (!ca_request_pair_decode (decoded, &pair, TRUE, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
decode_content (CaDecoded *decoded, CMS_ContentInfo *cms, GError **error)
{
  ASN1_OCTET_STRING **content = CMS_get0_content (cms);
  const guint8 *data;
  gsize size;
  CaKind kind;

  if (content == NULL || *content == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "has no content (a PKCS #10 request inside)");
      return FALSE;
    }
  data = ASN1_STRING_get0_data (*content);
  size = ASN1_STRING_length (*content);
  if (!ca_der_scan (data, size, "request", error))
    return FALSE;
  kind = ca_kind_recognise (data, size);
  if (kind != CA_KIND_PKCS10)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "has %s inside (a PKCS #10 request)",
                       ca_kind_describe (kind));
      return FALSE;
    }
  g_bytes_unref (decoded->raw);
  decoded->raw = g_bytes_new (data, size);
  return ca_pkcs10_decode (decoded, error);
}

gboolean
ca_cms_decode (CaDecoded *decoded, GError **error)
{
  g_autoptr (CMS_ContentInfo) cms = parse (decoded->message, error);
  CMS_SignerInfo *info;

  if (cms == NULL || !check_types (cms, error) || !check_encoding (cms, decoded->message, error))
    return FALSE;
  info = find_signer_info (cms, error);
  return info != NULL && find_signer (decoded, cms, info, error)
         && decode_content (decoded, cms, error) && decode_signed_pairs (decoded, info, error);
}

/* S-A6, for CMS: the digest stands beside the algorithm of the signature, which may name it too. */
static gboolean
check_algorithms (CMS_SignerInfo *info, GError **error)
{
  static const int digests[] = { NID_sha256, NID_sha384, NID_sha512 };
  static const int signatures[] = { NID_rsaEncryption,
                                    NID_sha256WithRSAEncryption,
                                    NID_sha384WithRSAEncryption,
                                    NID_sha512WithRSAEncryption,
                                    NID_ecdsa_with_SHA256,
                                    NID_ecdsa_with_SHA384,
                                    NID_ecdsa_with_SHA512,
                                    NID_ED25519,
                                    NID_ED448 };
  X509_ALGOR *digest, *signature;
  char oid[80];
  int digest_nid, signature_nid, named = NID_undef;
  gboolean known_digest = FALSE, known_signature = FALSE;

  CMS_SignerInfo_get0_algs (info, NULL, NULL, &digest, &signature);
  digest_nid = OBJ_obj2nid (digest->algorithm);
  signature_nid = OBJ_obj2nid (signature->algorithm);
  for (gsize i = 0; i < G_N_ELEMENTS (digests); i++)
    known_digest |= digests[i] == digest_nid;
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++)
    known_signature |= signatures[i] == signature_nid;
  if (known_signature)
    OBJ_find_sigid_algs (signature_nid, &named, NULL);
  if (known_digest && known_signature && (named == NID_undef || named == digest_nid))
    return TRUE;
  OBJ_obj2txt (oid, sizeof oid, known_digest ? signature->algorithm : digest->algorithm, 1);
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "signature",
                   "of the message is by algorithm %s (SHA-256 or better with RSA PKCS #1, ECDSA "
                   "or Ed25519)",
                   oid);
  return FALSE;
}

gboolean
ca_decoded_verify_signer (const CaDecoded *decoded, GError **error)
{
  g_autoptr (CMS_ContentInfo) cms = parse (decoded->message, error);
  CMS_SignerInfo *info = cms != NULL ? find_signer_info (cms, error) : NULL;
  STACK_OF (X509) * signers;
  gboolean ok;

  if (info == NULL || !check_algorithms (info, error))
    return FALSE;
  /* whose certificate it is, is judged by the caller */
  ok = CMS_verify (cms, NULL, NULL, NULL, NULL, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
  signers = ok ? CMS_get0_signers (cms) : NULL;
  if (ok && signers != NULL && sk_X509_num (signers) == 1)
    {
      g_autoptr (GBytes) signer = encode_certificate (sk_X509_value (signers, 0));

      ok = g_bytes_equal (signer, decoded->signer);
    }
  sk_X509_free (signers);
  ERR_clear_error ();
  if (ok)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_SIGNATURE, "signature",
                   "of the message is wrong (made with the key of the signer's certificate)");
  return FALSE;
}
