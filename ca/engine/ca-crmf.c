/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include "ca-limits.h"

/* CertReqMessages (RFC 4211): one message with a template, and a signature of its key over it. What
 * a template may say beyond subject, key and extensions is the CA's business and left out, which
 * the trace tells (S-D2). */

#define FIELD "request"

static gboolean
refuse (const char *what, const char *expected, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s (%s)", what, expected);
  return FALSE;
}

static gboolean
refuse_unsupported (const char *what, const char *expected, GError **error)
{
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, FIELD, "%s (%s)", what, expected);
  return FALSE;
}

static void
ignore (CaDecoded *decoded, const char *what)
{
  g_ptr_array_add (decoded->leniencies,
                   g_strdup_printf ("template: %s is the CA's to choose (nothing)", what));
}

/* The template's key is tagged [6] in place of its SEQUENCE. */
static gboolean
set_key (CaDecoded *decoded, const CaTlv *key, GError **error)
{
  g_autoptr (GByteArray) octets = g_byte_array_sized_new (key->total);

  g_byte_array_append (octets, key->start, key->total);
  octets->data[0] = CA_DER_SEQUENCE;
  decoded->spki = g_byte_array_free_to_bytes (g_steal_pointer (&octets));
  return ca_public_key_init (&decoded->key, decoded->spki, error);
}

static gboolean
set_subject (CaDecoded *decoded, const CaTlv *subject, GError **error)
{
  CaTlv name;

  if (!ca_der_read_only (subject->content, subject->size, CA_DER_SEQUENCE, &name))
    return refuse ("the subject is not a name", "a Name in [5]", error);
  decoded->subject = ca_slice (decoded->raw, name.start, name.total);
  decoded->rdns = ca_name_decode (decoded->subject, error);
  return decoded->rdns != NULL;
}

/* What is not taken over must still be what it says. */
static gboolean
ignore_issuer (CaDecoded *decoded, const CaTlv *issuer, GError **error)
{
  g_autoptr (GBytes) octets = ca_slice (decoded->raw, issuer->content, issuer->size);
  g_autoptr (GPtrArray) rdns = ca_name_decode (octets, error);

  if (rdns == NULL)
    return FALSE;
  ignore (decoded, "the issuer");
  return TRUE;
}

/* OptionalValidity: [0] and [1] with a time each, both optional */
static gboolean
ignore_validity (CaDecoded *decoded, const CaTlv *validity, GError **error)
{
  CaDerReader reader;
  CaTlv end, time;

  ca_der_reader_init (&reader, validity->content, validity->size);
  for (guint8 tag = 0xa0; tag <= 0xa1; tag++)
    if (ca_der_read_tag (&reader, tag, &end)
        && !ca_der_read_only (end.content, end.size, CA_DER_UTC_TIME, &time)
        && !ca_der_read_only (end.content, end.size, CA_DER_GENERALIZED_TIME, &time))
      return refuse ("the validity is not one", "times in [0] and [1]", error);
  if (!ca_der_at_end (&reader))
    return refuse ("the validity is not one", "times in [0] and [1]", error);
  ignore (decoded, "the validity");
  return TRUE;
}

/* regInfo: OIDs with a value each */
static gboolean
ignore_info (CaDecoded *decoded, const CaTlv *info, GError **error)
{
  CaDerReader reader, pair;
  CaTlv element, part;

  ca_der_reader_init (&reader, info->content, info->size);
  do
    {
      if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &element))
        return refuse ("regInfo is not a list", "OIDs with a value each", error);
      ca_der_reader_init (&pair, element.content, element.size);
      if (!ca_der_read_tag (&pair, CA_DER_OID, &part) || !ca_der_read (&pair, &part)
          || !ca_der_at_end (&pair))
        return refuse ("regInfo is not a list", "OIDs with a value each", error);
    }
  while (!ca_der_at_end (&reader));
  ignore (decoded, "regInfo");
  return TRUE;
}

/* [9] in place of the SEQUENCE OF Extension */
static gboolean
set_extensions (CaDecoded *decoded, const CaTlv *extensions, GError **error)
{
  CaTlv sequence = *extensions;

  sequence.tag = CA_DER_SEQUENCE;
  return ca_request_extensions_decode (decoded, &sequence, error);
}

static gboolean
decode_field (CaDecoded *decoded, const CaTlv *field, GError **error)
{
  switch (field->tag)
    {
    case 0x80: /* version: 2 is v3 */
      if (field->size == 1 && field->content[0] == 2)
        return TRUE;
      return refuse_unsupported ("the template is for another version", "v3", error);
    case 0x81: /* serialNumber */
    case 0xa2: /* signingAlg */
      return refuse ("the template has what the CA alone fills in",
                     "no serial number and no signing algorithm", error);
    case 0xa3:
      return ignore_issuer (decoded, field, error);
    case 0xa4:
      return ignore_validity (decoded, field, error);
    case 0xa5:
      return set_subject (decoded, field, error);
    case 0xa6:
      return set_key (decoded, field, error);
    case 0xa9:
      return set_extensions (decoded, field, error);
    default: /* issuerUID, subjectUID (S-G2), and what nobody knows */
      return refuse_unsupported ("the template has a field that no certificate of today has",
                                 "version, issuer, validity, subject, key, extensions", error);
    }
}

/* Fields in rising order of their tags, each once. */
static gboolean
decode_template (CaDecoded *decoded, const CaTlv *template, GError **error)
{
  CaDerReader reader;
  CaTlv field;
  int last = -1;

  ca_der_reader_init (&reader, template->content, template->size);
  while (!ca_der_at_end (&reader))
    {
      if (!ca_der_read (&reader, &field) || (field.tag & 0xc0) != 0x80
          || (field.tag & 0x1f) <= last)
        return refuse ("the template's fields are not as they must be",
                       "tags [0] to [9] in order, each once", error);
      last = field.tag & 0x1f;
      if (!decode_field (decoded, &field, error))
        return FALSE;
    }
  if (decoded->spki == NULL || decoded->subject == NULL)
    return refuse_unsupported ("the template lacks a subject or a key",
                               "both, so that the key signs them", error);
  return TRUE;
}

/* certReqId, template, controls */
static gboolean
decode_request (CaDecoded *decoded, const CaTlv *request, GError **error)
{
  CaDerReader reader;
  CaTlv id, template, controls;

  ca_der_reader_init (&reader, request->content, request->size);
  if (!ca_der_read_tag (&reader, CA_DER_INTEGER, &id)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &template))
    return refuse ("not a certificate request inside", "a number and a template", error);
  if (ca_der_read_tag (&reader, CA_DER_SEQUENCE, &controls))
    return refuse_unsupported ("has controls", "none: no key is archived and nothing published",
                               error);
  if (!ca_der_at_end (&reader))
    return refuse ("there is something behind the template", "nothing", error);
  return decode_template (decoded, &template, error);
}

/* POPOSigningKey in [1]: algorithm and signature, over the request itself. */
static gboolean
decode_possession (CaDecoded *decoded, const CaTlv *possession, GError **error)
{
  CaDerReader reader;
  CaTlv algorithm, signature;

  if (possession->tag != 0xa1)
    return refuse_unsupported ("possession of the key is not proved by a signature",
                               "POPOSigningKey", error);
  ca_der_reader_init (&reader, possession->content, possession->size);
  if (ca_der_peek (&reader) == 0xa0)
    return refuse_unsupported ("the proof of possession is over something else",
                               "over the request, which names subject and key", error);
  if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &algorithm)
      || !ca_der_read_tag (&reader, CA_DER_BIT_STRING, &signature) || !ca_der_at_end (&reader)
      || !ca_decoded_set_signature (decoded, &algorithm, &signature))
    return refuse ("the proof of possession is not one", "an algorithm and a signature", error);
  return TRUE;
}

gboolean
ca_crmf_decode (CaDecoded *decoded, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (decoded->raw, &size);
  CaDerReader messages, reader;
  CaTlv whole, message, request, possession, info;

  if (!ca_der_read_only (data, size, CA_DER_SEQUENCE, &whole))
    return refuse ("not CRMF", "a SEQUENCE of messages", error);
  ca_der_reader_init (&messages, whole.content, whole.size);
  if (!ca_der_read_tag (&messages, CA_DER_SEQUENCE, &message) || !ca_der_at_end (&messages))
    return refuse ("several requests in one message", "one", error);
  ca_der_reader_init (&reader, message.content, message.size);
  if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &request))
    return refuse ("not a CRMF message", "a request and its proof of possession", error);
  if (!ca_der_read (&reader, &possession) || possession.tag == CA_DER_SEQUENCE)
    return refuse ("nothing proves possession of the key", "a signature", error);
  if (ca_der_read_tag (&reader, CA_DER_SEQUENCE, &info) && !ignore_info (decoded, &info, error))
    return FALSE;
  if (!ca_der_at_end (&reader))
    return refuse ("there is something behind the proof of possession", "nothing", error);
  decoded->signed_offset = request.start - data;
  decoded->signed_size = request.total;
  return decode_possession (decoded, &possession, error)
         && decode_request (decoded, &request, error);
}
