/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-certificate.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-decode-private.h"
#include "ca-lint-reader.h"

#define FIELD "certificate"
#define TAG_VERSION 0xa0
#define TAG_EXTENSIONS 0xa3

void
ca_certificate_free (CaCertificate *certificate)
{
  g_clear_pointer (&certificate->decoded, ca_decoded_unref);
  g_clear_pointer (&certificate->issuer, g_bytes_unref);
  g_free (certificate);
}

static gboolean
refuse (GError **error, const char *what)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s (one of RFC 5280)", what);
  return FALSE;
}

/* A positive number; the octet that only says so is left out, as everywhere here. */
static gboolean
read_serial (CaCertificate *certificate, const CaTlv *serial, GError **error)
{
  const guint8 *octets = serial->content;
  gsize size = serial->size;

  if (size == 0 || (octets[0] & 0x80) != 0)
    return refuse (error, "its serial number is negative");
  for (; size > 1 && octets[0] == 0; size--)
    octets++;
  if (size > sizeof certificate->serial)
    return refuse (error, "its serial number has more than 20 octets");
  memcpy (certificate->serial, octets, size);
  certificate->serial_size = size;
  return TRUE;
}

static gboolean
read_validity (CaCertificate *certificate, const CaTlv *validity, GError **error)
{
  CaLintSpan rest = { validity->content, validity->size };

  if (ca_lint_read_time (&rest, &certificate->not_before)
      && ca_lint_read_time (&rest, &certificate->not_after) && rest.size == 0)
    return TRUE;
  return refuse (error, "its validity cannot be read");
}

/* What a request would have asked for is in force here. */
static gboolean
adopt_extensions (CaDecoded *decoded, GError **error)
{
  for (guint i = 0; i < decoded->extensions->len; i++)
    {
      ICertExtension *asked = decoded->extensions->pdata[i];
      g_autofree char *oid = icert_extension_get_oid (asked);
      g_autoptr (GBytes) value = icert_extension_get_value (asked);
      ICertExtension *adopted
          = icert_extension_new (oid, icert_extension_get_flags (asked) & ICERT_EXTENSION_CRITICAL,
                                 ICERT_EXTENSION_ORIGIN_IMPORTED_CERT, value, error);

      if (adopted == NULL)
        return FALSE;
      g_object_unref (asked);
      decoded->extensions->pdata[i] = adopted;
    }
  return TRUE;
}

static gboolean
read_extensions (CaDecoded *decoded, CaDerReader *reader, GError **error)
{
  CaTlv outer, list;

  /* unique identifiers, which nobody has, are not for us */
  if (ca_der_at_end (reader))
    return TRUE;
  if (!ca_der_read_tag (reader, TAG_EXTENSIONS, &outer) || !ca_der_at_end (reader)
      || !ca_der_read_only (outer.content, outer.size, CA_DER_SEQUENCE, &list))
    return refuse (error, "its extensions cannot be read");
  return ca_request_extensions_decode (decoded, &list, error) && adopt_extensions (decoded, error);
}

/* a name like any other, though only its octets are kept */
static gboolean
read_issuer (CaCertificate *certificate, const CaTlv *issuer, GError **error)
{
  g_autoptr (GPtrArray) rdns = NULL;

  certificate->issuer = ca_slice (certificate->decoded->raw, issuer->start, issuer->total);
  rdns = ca_name_decode (certificate->issuer, error);
  return rdns != NULL;
}

static gboolean
read_subject (CaDecoded *decoded, const CaTlv *subject, GError **error)
{
  decoded->subject = ca_slice (decoded->raw, subject->start, subject->total);
  decoded->rdns = ca_name_decode (decoded->subject, error);
  return decoded->rdns != NULL;
}

/* v2 or v3; v1 is written by leaving it out */
static gboolean
is_version (const CaTlv *version)
{
  CaTlv number;

  return ca_der_read_only (version->content, version->size, CA_DER_INTEGER, &number)
         && number.size == 1 && (number.content[0] == 1 || number.content[0] == 2);
}

static gboolean
read_fields (CaCertificate *certificate, const CaTlv *to_be_signed, GError **error)
{
  CaDecoded *decoded = certificate->decoded;
  CaDerReader reader;
  CaTlv version, serial, algorithm, issuer, validity, subject, spki;
  gsize size;
  const guint8 *outer = g_bytes_get_data (decoded->signature_algorithm, &size);

  ca_der_reader_init (&reader, to_be_signed->content, to_be_signed->size);
  if (ca_der_peek (&reader) == TAG_VERSION
      && !(ca_der_read (&reader, &version) && is_version (&version)))
    return refuse (error, "its version cannot be read");
  if (!ca_der_read_tag (&reader, CA_DER_INTEGER, &serial)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &algorithm)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &issuer)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &validity)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &subject)
      || !ca_der_read_tag (&reader, CA_DER_SEQUENCE, &spki))
    return refuse (error, "its fields are not those of a certificate");
  if (algorithm.total != size || memcmp (algorithm.start, outer, size) != 0)
    return refuse (error, "it names two algorithms for its signature");
  return read_serial (certificate, &serial, error) && read_issuer (certificate, &issuer, error)
         && read_validity (certificate, &validity, error) && read_subject (decoded, &subject, error)
         && ca_decoded_set_key (decoded, &spki, error) && read_extensions (decoded, &reader, error);
}

CaCertificate *
ca_certificate_decode (GBytes *der, GError **error)
{
  g_autoptr (CaCertificate) certificate = g_new0 (CaCertificate, 1);
  CaTlv to_be_signed;

  certificate->decoded = ca_decoded_new (der, ICERT_REQUEST_FORMAT_ANY);
  if (!ca_decoded_split (certificate->decoded, &to_be_signed, error)
      || !read_fields (certificate, &to_be_signed, error))
    return NULL;
  return g_steal_pointer (&certificate);
}

CaDecoded *
ca_certificate_decode_request (GBytes *der, GError **error)
{
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (der, error);

  return certificate != NULL ? g_steal_pointer (&certificate->decoded) : NULL;
}

gboolean
ca_certificate_is_signed_by (const CaCertificate *certificate, GBytes *spki)
{
  const CaDecoded *decoded = certificate->decoded;
  const guint8 *raw = g_bytes_get_data (decoded->raw, NULL);
  CaSigned message = { .data = raw + decoded->signed_offset, .size = decoded->signed_size };

  message.algorithm = g_bytes_get_data (decoded->signature_algorithm, &message.algorithm_size);
  message.signature = g_bytes_get_data (decoded->signature, &message.signature_size);
  /* SHA-1 was good when it was signed */
  return ca_crypto_verify_possession (spki, &message, TRUE, FIELD, NULL);
}

gboolean
ca_serial_parse (const char *text, guint8 serial[20], gsize *size, GError **error)
{
  guint8 digits[40];
  gsize n = 0;
  gboolean some = FALSE;

  if (g_ascii_strncasecmp (text, "0x", 2) == 0)
    text += 2;
  for (; *text != '\0'; text++)
    {
      int value = g_ascii_xdigit_value (*text);

      if (value < 0 && (*text == ':' || *text == ' '))
        continue;
      some = TRUE;
      if (n == 0 && value == 0)
        continue;
      if (value < 0 || n == sizeof digits)
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, "serial", "%s (at most 20 octets in hex)",
                           value < 0 ? "a character is no hex digit" : "too long");
          return FALSE;
        }
      digits[n++] = (guint8) value;
    }
  if (!some)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "serial", "empty (a serial number in hex)");
      return FALSE;
    }
  *size = MAX ((n + 1) / 2, 1);
  memset (serial, 0, 20);
  for (gsize i = 0; i < n; i++)
    {
      gsize place = i + (n & 1);

      serial[place / 2] |= (place & 1) != 0 ? digits[i] : digits[i] << 4;
    }
  return TRUE;
}

char *
ca_serial_normalize (const char *text, GError **error)
{
  guint8 serial[20];
  gsize size;

  return ca_serial_parse (text, serial, &size, error) ? ca_crypto_hex (serial, size) : NULL;
}
