/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/err.h>

#define FIELD "request"

/* Own templates, since X509_REQ decodes the key at once and with it costs twice the signature. They
 * exist to be written again and compared with what was received (S-A3); the fields are read from
 * the octets themselves. Subject and values stay as they are: ca_der_scan() has seen to their last
 * octet that they are canonical, and writing them again would cost more than all the rest. [0] is
 * a SEQUENCE OF here, so that the attributes keep the order in which they came. */
typedef struct
{
  ASN1_OBJECT *algorithm;
  ASN1_TYPE *parameters;
} CaAsn1Algorithm;

typedef struct
{
  CaAsn1Algorithm *algorithm;
  ASN1_BIT_STRING *key;
} CaAsn1Spki;

typedef struct
{
  ASN1_OBJECT *type;
  ASN1_STRING *values;
} CaAsn1Attribute;

typedef struct
{
  ASN1_INTEGER *version;
  ASN1_STRING *subject;
  CaAsn1Spki *spki;
  STACK_OF (CaAsn1Attribute) * attributes;
} CaAsn1RequestInfo;

typedef struct
{
  CaAsn1RequestInfo *info;
  CaAsn1Algorithm *algorithm;
  ASN1_BIT_STRING *signature;
} CaAsn1Request;

/* clang-format off */
/* a SET as it stands, as ASN1_SEQUENCE is a SEQUENCE as it stands */
static_ASN1_ITEM_start (CaAsn1Set)
  ASN1_ITYPE_PRIMITIVE, V_ASN1_SET, NULL, 0, NULL, 0, "CaAsn1Set"
ASN1_ITEM_end (CaAsn1Set)

ASN1_SEQUENCE (CaAsn1Algorithm) = {
  ASN1_SIMPLE (CaAsn1Algorithm, algorithm, ASN1_OBJECT),
  ASN1_OPT (CaAsn1Algorithm, parameters, ASN1_ANY),
} static_ASN1_SEQUENCE_END (CaAsn1Algorithm)

ASN1_SEQUENCE (CaAsn1Spki) = {
  ASN1_SIMPLE (CaAsn1Spki, algorithm, CaAsn1Algorithm),
  ASN1_SIMPLE (CaAsn1Spki, key, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END (CaAsn1Spki)

ASN1_SEQUENCE (CaAsn1Attribute) = {
  ASN1_SIMPLE (CaAsn1Attribute, type, ASN1_OBJECT),
  ASN1_SIMPLE (CaAsn1Attribute, values, CaAsn1Set),
} static_ASN1_SEQUENCE_END (CaAsn1Attribute)

ASN1_SEQUENCE (CaAsn1RequestInfo) = {
  ASN1_SIMPLE (CaAsn1RequestInfo, version, ASN1_INTEGER),
  ASN1_SIMPLE (CaAsn1RequestInfo, subject, ASN1_SEQUENCE),
  ASN1_SIMPLE (CaAsn1RequestInfo, spki, CaAsn1Spki),
  ASN1_IMP_SEQUENCE_OF_OPT (CaAsn1RequestInfo, attributes, CaAsn1Attribute, 0),
} static_ASN1_SEQUENCE_END (CaAsn1RequestInfo)

ASN1_SEQUENCE (CaAsn1Request) = {
  ASN1_SIMPLE (CaAsn1Request, info, CaAsn1RequestInfo),
  ASN1_SIMPLE (CaAsn1Request, algorithm, CaAsn1Algorithm),
  ASN1_SIMPLE (CaAsn1Request, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END (CaAsn1Request)
/* clang-format on */

static gboolean
refuse_offset (gsize offset, const char *field, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                   "not DER at byte %" G_GSIZE_FORMAT " (as it is written again)", offset);
  if (error != NULL)
    icert_error_add_detail (*error, "offset", "%" G_GSIZE_FORMAT, offset);
  return FALSE;
}

gboolean
ca_check_same (const guint8 *data,
               gsize size,
               const guint8 *again,
               gsize again_size,
               const char *field,
               GError **error)
{
  gsize i = 0, n = MIN (size, again_size);

  if (size == again_size && memcmp (data, again, size) == 0)
    return TRUE;
  while (i < n && data[i] == again[i])
    i++;
  return refuse_offset (i, field, error);
}

/* Decodes by the template, encodes and compares. */
static gboolean
check_encoding (GBytes *raw, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (raw, &size);
  const guint8 *end = data;
  ASN1_VALUE *request;
  guint8 *again = NULL;
  int again_size;
  gboolean ok;

  request = ASN1_item_d2i (NULL, &end, size, ASN1_ITEM_rptr (CaAsn1Request));
  if (request == NULL)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "not a PKCS #10 request inside (version, subject, public key, attributes)");
      return FALSE;
    }
  again_size = ASN1_item_i2d (request, &again, ASN1_ITEM_rptr (CaAsn1Request));
  ok = ca_check_same (data, size, again, MAX (again_size, 0), FIELD, error);
  OPENSSL_free (again);
  ASN1_item_free (request, ASN1_ITEM_rptr (CaAsn1Request));
  return ok;
}

static gboolean
check_version (const CaTlv *version, GError **error)
{
  if (version->size == 1 && version->content[0] == 0)
    return TRUE;
  if (version->size == 1)
    icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "version", "%d (0)",
                     (gint8) version->content[0]);
  else
    icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "version",
                     "a number of %" G_GSIZE_FORMAT " octets (0)", version->size);
  return FALSE;
}

static gboolean
decode_subject (CaDecoded *decoded, const CaTlv *subject, GError **error)
{
  decoded->subject = ca_slice (decoded->raw, subject->start, subject->total);
  decoded->rdns = ca_name_decode (decoded->subject, error);
  return decoded->rdns != NULL;
}

gboolean
ca_pkcs10_decode (CaDecoded *decoded, GError **error)
{
  CaDerReader reader;
  CaTlv to_be_signed, version, subject, spki, attributes;

  if (!check_encoding (decoded->raw, error) || !ca_decoded_split (decoded, &to_be_signed, error))
    return FALSE;
  ca_der_reader_init (&reader, to_be_signed.content, to_be_signed.size);
  if (!ca_der_read_tag (&reader, CA_DER_INTEGER, &version)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &subject)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &spki))
    return refuse_offset (reader.data - (const guint8 *) g_bytes_get_data (decoded->raw, NULL),
                          FIELD, error);
  if (!check_version (&version, error) || !decode_subject (decoded, &subject, error)
      || !ca_decoded_set_key (decoded, &spki, error))
    return FALSE;
  if (ca_der_read_tag (&reader, 0xa0, &attributes))
    return ca_request_attributes_decode (decoded, attributes.content, attributes.size, error);

  g_ptr_array_add (decoded->leniencies, g_strdup ("attributes: [0] is absent (present, if empty)"));
  return TRUE;
}
