/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-limits.h"

/* CRYPT_E_INVALID_MSG_TYPE */
#define STATUS_INVALID_TYPE 0x80091004u

static const CaWanted wanted_request = {
  "request",
  { CA_KIND_PKCS10, CA_KIND_SPKAC, CA_KIND_CMS, CA_KIND_CRMF },
  "a PKCS #10 request, alone or in CMS, a CRMF message or SPKAC",
  CA_LIMIT_REQUEST,
};

void
ca_refuse_size (GError **error, const char *field, const char *what, gsize limit, gsize actual)
{
  icert_set_error (error, ICERT_ERROR_TOO_LARGE, field,
                   "%" G_GSIZE_FORMAT " %s (at most %" G_GSIZE_FORMAT ")", actual, what, limit);
  if (error != NULL)
    {
      icert_error_add_detail (*error, "limit", "%" G_GSIZE_FORMAT, limit);
      icert_error_add_detail (*error, "actual", "%" G_GSIZE_FORMAT, actual);
    }
}

GBytes *
ca_slice (GBytes *parent, const guint8 *start, gsize size)
{
  return g_bytes_new_from_bytes (parent, start - (const guint8 *) g_bytes_get_data (parent, NULL),
                                 size);
}

CaDecoded *
ca_decoded_new (GBytes *raw, ICertRequestFormat format)
{
  CaDecoded *self = g_new0 (CaDecoded, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->format = format;
  self->message = g_bytes_ref (raw);
  self->raw = g_bytes_ref (raw);
  self->extensions = g_ptr_array_new_with_free_func (g_object_unref);
  self->names = g_ptr_array_new_with_free_func (g_object_unref);
  self->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->leniencies = g_ptr_array_new_with_free_func (g_free);
  return self;
}

CaDecoded *
ca_decoded_ref (CaDecoded *decoded)
{
  g_atomic_ref_count_inc (&decoded->ref_count);
  return decoded;
}

void
ca_decoded_unref (CaDecoded *decoded)
{
  if (!g_atomic_ref_count_dec (&decoded->ref_count))
    return;
  g_clear_pointer (&decoded->message, g_bytes_unref);
  g_clear_pointer (&decoded->raw, g_bytes_unref);
  g_clear_pointer (&decoded->subject, g_bytes_unref);
  g_clear_pointer (&decoded->rdns, g_ptr_array_unref);
  g_clear_pointer (&decoded->spki, g_bytes_unref);
  ca_public_key_clear (&decoded->key);
  g_ptr_array_unref (decoded->extensions);
  g_ptr_array_unref (decoded->names);
  g_hash_table_unref (decoded->attributes);
  g_clear_pointer (&decoded->old_certificate, g_bytes_unref);
  g_clear_pointer (&decoded->signer, g_bytes_unref);
  g_free (decoded->on_behalf_of);
  g_free (decoded->challenge);
  g_ptr_array_unref (decoded->leniencies);
  g_clear_pointer (&decoded->signature_algorithm, g_bytes_unref);
  g_clear_pointer (&decoded->signature, g_bytes_unref);
  g_free (decoded);
}

/* an OID and at most one element of parameters */
static gboolean
is_algorithm (const CaTlv *algorithm)
{
  CaDerReader reader;
  CaTlv part;

  ca_der_reader_init (&reader, algorithm->content, algorithm->size);
  return ca_der_read_tag (&reader, CA_DER_OID, &part)
         && (ca_der_at_end (&reader) || (ca_der_read (&reader, &part) && ca_der_at_end (&reader)));
}

gboolean
ca_decoded_set_signature (CaDecoded *decoded, const CaTlv *algorithm, const CaTlv *signature)
{
  if (!is_algorithm (algorithm) || signature->size == 0 || signature->content[0] != 0)
    return FALSE;
  decoded->signature_algorithm = ca_slice (decoded->raw, algorithm->start, algorithm->total);
  decoded->signature = ca_slice (decoded->raw, signature->content + 1, signature->size - 1);
  return TRUE;
}

gboolean
ca_decoded_split (CaDecoded *decoded, CaTlv *to_be_signed, GError **error)
{
  CaDerReader reader;
  CaTlv whole, algorithm, signature;
  gsize size;
  const guint8 *data = g_bytes_get_data (decoded->raw, &size);

  if (ca_der_read_only (data, size, CA_DER_SEQUENCE, &whole))
    {
      ca_der_reader_init (&reader, whole.content, whole.size);
      if (ca_der_read_tag (&reader, CA_DER_SEQUENCE, to_be_signed)
          && ca_der_read_tag (&reader, CA_DER_SEQUENCE, &algorithm)
          && ca_der_read_tag (&reader, CA_DER_BIT_STRING, &signature) && ca_der_at_end (&reader)
          && ca_decoded_set_signature (decoded, &algorithm, &signature))
        {
          decoded->signed_offset = to_be_signed->start - data;
          decoded->signed_size = to_be_signed->total;
          return TRUE;
        }
    }
  icert_set_error (error, ICERT_ERROR_MALFORMED, "request",
                   "not a signed message (signed part, algorithm, signature in whole octets)");
  return FALSE;
}

gboolean
ca_decoded_set_key (CaDecoded *decoded, const CaTlv *spki, GError **error)
{
  decoded->spki = ca_slice (decoded->raw, spki->start, spki->total);
  return ca_public_key_init (&decoded->key, decoded->spki, error);
}

/* A declared type must be the found type (S-A4). */
static gboolean
check_declared (CaKind found, CaKind labelled, ICertRequestFormat format, GError **error)
{
  CaKind declared = labelled;

  switch (format)
    {
    case ICERT_REQUEST_FORMAT_ANY:
      break;
    case ICERT_REQUEST_FORMAT_PKCS10:
      declared = CA_KIND_PKCS10;
      break;
    case ICERT_REQUEST_FORMAT_KEYGEN:
      declared = CA_KIND_SPKAC;
      break;
    case ICERT_REQUEST_FORMAT_PKCS7:
    case ICERT_REQUEST_FORMAT_CMC:
      declared = CA_KIND_CMS;
      break;
    case ICERT_REQUEST_FORMAT_CRMF:
      declared = CA_KIND_CRMF;
      break;
    default:
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "request", "declared as format 0x%x (%s)",
                       format, wanted_request.expected);
      return FALSE;
    }
  if ((declared == CA_KIND_UNKNOWN || declared == found)
      && (labelled == CA_KIND_UNKNOWN || labelled == found))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, "request",
                   "found to be %s (the format that was declared)", ca_kind_describe (found));
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x%08x", STATUS_INVALID_TYPE);
  return FALSE;
}

static ICertRequestFormat
format_of (CaKind kind)
{
  switch ((int) kind)
    {
    case CA_KIND_SPKAC:
      return ICERT_REQUEST_FORMAT_KEYGEN;
    case CA_KIND_CMS:
      return ICERT_REQUEST_FORMAT_PKCS7;
    case CA_KIND_CRMF:
      return ICERT_REQUEST_FORMAT_CRMF;
    default:
      return ICERT_REQUEST_FORMAT_PKCS10;
    }
}

static gboolean
decode (CaDecoded *decoded, GError **error)
{
  switch ((int) decoded->format)
    {
    case ICERT_REQUEST_FORMAT_KEYGEN:
      return ca_spkac_decode (decoded, error);
    case ICERT_REQUEST_FORMAT_PKCS7:
      return ca_cms_decode (decoded, error);
    case ICERT_REQUEST_FORMAT_CRMF:
      return ca_crmf_decode (decoded, error);
    default:
      return ca_pkcs10_decode (decoded, error);
    }
}

CaDecoded *
ca_decode_request (GBytes *input, ICertEncoding encoding, ICertRequestFormat format, GError **error)
{
  g_autoptr (GBytes) der = NULL;
  g_autoptr (CaDecoded) decoded = NULL;
  CaKind labelled, found;
  const guint8 *data;
  gsize size;

  der = ca_armour_remove (input, encoding, &wanted_request, &labelled, error);
  if (der == NULL)
    return NULL;
  data = g_bytes_get_data (der, &size);
  if (!ca_der_scan (data, size, wanted_request.field, error))
    return NULL;
  found = ca_kind_recognise (data, size);
  if (!ca_kind_is_wanted (found, &wanted_request))
    {
      ca_kind_refuse (found, &wanted_request, error);
      return NULL;
    }
  if (!check_declared (found, labelled, format, error))
    return NULL;
  if (format == ICERT_REQUEST_FORMAT_CMC)
    {
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "request", "declared as CMC (%s)",
                       wanted_request.expected);
      return NULL;
    }

  decoded = ca_decoded_new (der, format_of (found));
  return decode (decoded, error) ? g_steal_pointer (&decoded) : NULL;
}

gboolean
ca_decoded_verify_possession (const CaDecoded *decoded, gboolean allow_sha1, GError **error)
{
  const guint8 *raw = g_bytes_get_data (decoded->raw, NULL);
  CaSigned message = { .data = raw + decoded->signed_offset, .size = decoded->signed_size };

  message.algorithm = g_bytes_get_data (decoded->signature_algorithm, &message.algorithm_size);
  message.signature = g_bytes_get_data (decoded->signature, &message.signature_size);
  return ca_crypto_verify_possession (decoded->spki, &message, allow_sha1, "signature", error);
}

GBytes *
ca_unarmour (GBytes *input, const char *label, GError **error)
{
  g_autoptr (GBytes) der = NULL;
  g_autofree char *field = g_ascii_strdown (label, -1);
  CaKind kind = ca_kind_from_label (label), found;
  CaWanted wanted = { field, { kind }, ca_kind_describe (kind), CA_LIMIT_CERTIFICATE };
  const guint8 *data;
  gsize size;

  g_return_val_if_fail (kind != CA_KIND_UNKNOWN, NULL);

  der = ca_armour_remove (input, ICERT_ENCODING_ANY, &wanted, &found, error);
  if (der == NULL)
    return NULL;
  data = g_bytes_get_data (der, &size);
  if (!ca_der_scan (data, size, field, error))
    return NULL;
  found = ca_kind_recognise (data, size);
  if (!ca_kind_is_wanted (found, &wanted))
    {
      ca_kind_refuse (found, &wanted, error);
      return NULL;
    }
  return g_steal_pointer (&der);
}
