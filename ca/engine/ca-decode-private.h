/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-decode.h"
#include "ca-der.h"

/* What octets can turn out to be; the table of S-A4 knows them by tags. */
typedef enum
{
  CA_KIND_UNKNOWN,
  CA_KIND_PKCS10,
  CA_KIND_SPKAC,
  CA_KIND_CMS,
  CA_KIND_CRMF,
  CA_KIND_CMP,
  CA_KIND_CERTIFICATE,
  CA_KIND_ATTRIBUTE_CERTIFICATE,
  CA_KIND_CRL,
  CA_KIND_OCSP_RESPONSE,
  CA_KIND_PRIVATE_KEY,
  CA_KIND_ENCRYPTED_PRIVATE_KEY,
  CA_KIND_PUBLIC_KEY,
  CA_KIND_PKCS12
} CaKind;

/* TOO_LARGE: "@field: @actual @what (at most @limit)" with both as details */
void ca_refuse_size (GError **error,
                     const char *field,
                     const char *what,
                     gsize limit,
                     gsize actual);

/* What a caller takes, and how messages call it. */
typedef struct
{
  const char *field;
  CaKind kinds[4]; /* UNKNOWN behind the last */
  const char *expected;
  gsize limit; /* octets of DER */
} CaWanted;

/* by the tags of the first two levels; @data has been scanned */
CaKind ca_kind_recognise (const guint8 *data, gsize size);
/* of "CERTIFICATE" in a BEGIN line; UNKNOWN for any other */
CaKind ca_kind_from_label (const char *label);
/* "a certificate" */
const char *ca_kind_describe (CaKind kind);
gboolean ca_kind_is_wanted (CaKind kind, const CaWanted *wanted);
/* "request: a certificate (a PKCS #10 request or SPKAC)"; UNSUPPORTED for what is a request of a
 * format that is not taken, else MALFORMED */
void ca_kind_refuse (CaKind kind, const CaWanted *wanted, GError **error);

/* Takes PEM, base64 or nothing off. @kind: by the label of the BEGIN line, or SPKAC for a line
 * `SPKAC=…`; UNKNOWN without one. Octets under the label of something else are not touched.
 * MALFORMED, TOO_LARGE, UNSUPPORTED */
GBytes *ca_armour_remove (GBytes *input,
                          ICertEncoding encoding,
                          const CaWanted *wanted,
                          CaKind *kind,
                          GError **error);

/* what a decoder fills; keeps a reference to @raw */
CaDecoded *ca_decoded_new (GBytes *raw, ICertRequestFormat format);
/* a part of @parent as GBytes that shares its octets */
GBytes *ca_slice (GBytes *parent, const guint8 *start, gsize size);
/* The SEQUENCE of to-be-signed octets, algorithm and signature in decoded->raw: fills the last
 * fields and gives the octets that were signed. MALFORMED */
gboolean ca_decoded_split (CaDecoded *decoded, CaTlv *to_be_signed, GError **error);
/* FALSE, without an error, when they are no AlgorithmIdentifier and no BIT STRING of whole octets
 */
gboolean ca_decoded_set_signature (CaDecoded *decoded,
                                   const CaTlv *algorithm,
                                   const CaTlv *signature);
/* subject and public key from where they stand in decoded->raw */
gboolean ca_decoded_set_key (CaDecoded *decoded, const CaTlv *spki, GError **error);

/* whether octets came out as they went in (S-A3); MALFORMED with detail offset */
gboolean ca_check_same (const guint8 *data,
                        gsize size,
                        const guint8 *again,
                        gsize again_size,
                        const char *field,
                        GError **error);

/* decoded->raw is DER of the right outline; they fill the rest */
gboolean ca_pkcs10_decode (CaDecoded *decoded, GError **error);
gboolean ca_spkac_decode (CaDecoded *decoded, GError **error);
gboolean ca_crmf_decode (CaDecoded *decoded, GError **error);
/* decoded->message is; raw becomes the request inside */
gboolean ca_cms_decode (CaDecoded *decoded, GError **error);
/* EnrollmentNameValuePair; @is_signed: by the signer of the CMS message */
gboolean ca_request_pair_decode (CaDecoded *decoded,
                                 const CaTlv *pair,
                                 gboolean is_signed,
                                 GError **error);
/* the attributes of a PKCS #10, content of [0] */
gboolean ca_request_attributes_decode (CaDecoded *decoded,
                                       const guint8 *data,
                                       gsize size,
                                       GError **error);
/* the value of an extensionRequest */
gboolean ca_request_extensions_decode (CaDecoded *decoded, const CaTlv *value, GError **error);
