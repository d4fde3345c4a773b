/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

/* S-A4: nearly everything in this field begins with 30, so the tags inside decide, and no decoder
 * is ever tried to see whether it fits. The first row that fits wins. */
static const struct
{
  CaKind kind;
  const char *outer; /* tags of the elements of the outer SEQUENCE; all of them */
  const char *inner; /* tags inside the first of them, the first ones */
} outlines[] = {
  { CA_KIND_CMS, "06 a0 ", "" },
  { CA_KIND_CERTIFICATE, "30 30 03 ", "a0 02 30 " },
  { CA_KIND_CERTIFICATE, "30 30 03 ", "02 30 30 30 30 " },
  { CA_KIND_CRL, "30 30 03 ", "02 30 30 17 " },
  { CA_KIND_CRL, "30 30 03 ", "02 30 30 18 " },
  { CA_KIND_CRL, "30 30 03 ", "30 30 17 " },
  { CA_KIND_CRL, "30 30 03 ", "30 30 18 " },
  { CA_KIND_ATTRIBUTE_CERTIFICATE, "30 30 03 ", "02 30 a0 30 " },
  { CA_KIND_SPKAC, "30 30 03 ", "30 16 " },
  { CA_KIND_PKCS10, "30 30 03 ", "02 " },
  { CA_KIND_PRIVATE_KEY, "02 30 04 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 30 04 a0 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 30 04 81 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 30 04 a0 81 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 02 02 02 02 02 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 02 02 02 02 02 02 02 02 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 04 a0 a1 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 04 a0 ", "" },
  { CA_KIND_PRIVATE_KEY, "02 04 ", "" },
  { CA_KIND_ENCRYPTED_PRIVATE_KEY, "30 04 ", "06 30 " },
  { CA_KIND_PKCS12, "02 30 30 ", "" },
  { CA_KIND_PKCS12, "02 30 ", "" },
  { CA_KIND_PUBLIC_KEY, "30 03 ", "06 " },
  { CA_KIND_PUBLIC_KEY, "02 02 ", "" },
  { CA_KIND_OCSP_RESPONSE, "0a a0 ", "" },
};

static const struct
{
  const char *label;
  CaKind kind;
} labels[] = {
  { "CERTIFICATE REQUEST", CA_KIND_PKCS10 },
  { "NEW CERTIFICATE REQUEST", CA_KIND_PKCS10 },
  { "CERTIFICATE", CA_KIND_CERTIFICATE },
  { "X509 CERTIFICATE", CA_KIND_CERTIFICATE },
  { "TRUSTED CERTIFICATE", CA_KIND_CERTIFICATE },
  { "ATTRIBUTE CERTIFICATE", CA_KIND_ATTRIBUTE_CERTIFICATE },
  { "X509 CRL", CA_KIND_CRL },
  { "PRIVATE KEY", CA_KIND_PRIVATE_KEY },
  { "RSA PRIVATE KEY", CA_KIND_PRIVATE_KEY },
  { "EC PRIVATE KEY", CA_KIND_PRIVATE_KEY },
  { "DSA PRIVATE KEY", CA_KIND_PRIVATE_KEY },
  { "OPENSSH PRIVATE KEY", CA_KIND_PRIVATE_KEY },
  { "ENCRYPTED PRIVATE KEY", CA_KIND_ENCRYPTED_PRIVATE_KEY },
  { "PUBLIC KEY", CA_KIND_PUBLIC_KEY },
  { "RSA PUBLIC KEY", CA_KIND_PUBLIC_KEY },
  { "PKCS7", CA_KIND_CMS },
  { "CMS", CA_KIND_CMS },
  { "PKCS12", CA_KIND_PKCS12 },
};

/* Tags of the elements of @content as text, at most eleven of them: more than any row has. */
static void
describe_tags (const CaTlv *content, char text[36], CaTlv *first)
{
  static const char digits[] = "0123456789abcdef";
  CaDerReader reader;
  CaTlv element;
  guint n;

  memset (first, 0, sizeof *first);
  ca_der_reader_init (&reader, content->content, (content->tag & 0x20) != 0 ? content->size : 0);
  for (n = 0; n < 11 && ca_der_read (&reader, &element); n++)
    {
      if (n == 0)
        *first = element;
      *text++ = digits[element.tag >> 4];
      *text++ = digits[element.tag & 15];
      *text++ = ' ';
    }
  *text = '\0';
}

static gboolean
are_sequences (const char *tags)
{
  while (g_str_has_prefix (tags, "30 "))
    tags += 3;
  return *tags == '\0';
}

/* A CMP header: version, then two names by context tags. A CRMF is nothing but SEQUENCEs, down to
 * the third level. */
static CaKind
recognise_message (const char *outer, const char *inner)
{
  if (g_str_has_prefix (outer, "30 a") && g_str_has_prefix (inner, "02 a4 a4 "))
    return CA_KIND_CMP;
  if (are_sequences (outer) && g_str_has_prefix (inner, "30 "))
    return CA_KIND_CRMF;
  return CA_KIND_UNKNOWN;
}

CaKind
ca_kind_recognise (const guint8 *data, gsize size)
{
  char outer[36], inner[36];
  CaTlv whole, first, unused;
  gsize i;

  if (!ca_der_read_only (data, size, CA_DER_SEQUENCE, &whole))
    return CA_KIND_UNKNOWN;
  describe_tags (&whole, outer, &first);
  describe_tags (&first, inner, &unused);
  for (i = 0; i < G_N_ELEMENTS (outlines); i++)
    if (strcmp (outlines[i].outer, outer) == 0 && g_str_has_prefix (inner, outlines[i].inner))
      return outlines[i].kind;
  return recognise_message (outer, inner);
}

CaKind
ca_kind_from_label (const char *label)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (labels); i++)
    if (strcmp (labels[i].label, label) == 0)
      return labels[i].kind;
  return CA_KIND_UNKNOWN;
}

gboolean
ca_kind_is_wanted (CaKind kind, const CaWanted *wanted)
{
  for (gsize i = 0; kind != CA_KIND_UNKNOWN && i < G_N_ELEMENTS (wanted->kinds); i++)
    if (wanted->kinds[i] == kind)
      return TRUE;
  return FALSE;
}

const char *
ca_kind_describe (CaKind kind)
{
  switch (kind)
    {
    case CA_KIND_PKCS10:
      return "a PKCS #10 request";
    case CA_KIND_SPKAC:
      return "an SPKAC";
    case CA_KIND_CMS:
      return "a CMS message";
    case CA_KIND_CRMF:
      return "a CRMF message";
    case CA_KIND_CMP:
      return "a CMP message";
    case CA_KIND_CERTIFICATE:
      return "a certificate";
    case CA_KIND_ATTRIBUTE_CERTIFICATE:
      return "an attribute certificate";
    case CA_KIND_CRL:
      return "a CRL";
    case CA_KIND_OCSP_RESPONSE:
      return "an OCSP response";
    case CA_KIND_PRIVATE_KEY:
      return "a private key";
    case CA_KIND_ENCRYPTED_PRIVATE_KEY:
      return "an encrypted private key";
    case CA_KIND_PUBLIC_KEY:
      return "a public key";
    case CA_KIND_PKCS12:
      return "a PKCS #12 file";
    case CA_KIND_UNKNOWN:
    default:
      return "an unknown structure";
    }
}

void
ca_kind_refuse (CaKind kind, const CaWanted *wanted, GError **error)
{
  gboolean is_request = kind == CA_KIND_CMP;
  gboolean wants_request = ca_kind_is_wanted (CA_KIND_PKCS10, wanted);

  icert_set_error (error,
                   is_request && wants_request ? ICERT_ERROR_UNSUPPORTED : ICERT_ERROR_MALFORMED,
                   wanted->field, "%s (%s)", ca_kind_describe (kind), wanted->expected);
}
