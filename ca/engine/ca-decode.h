/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* One attribute of a Name: OID in dots, value as UTF-8 text. */
typedef struct
{
  char *oid;
  char *value;
} CaRdn;

CaRdn *ca_rdn_new (const char *oid, const char *value);
void ca_rdn_free (CaRdn *rdn);

/* What a public key is, as group B and the profiles call it. */
typedef struct
{
  const char *type; /* ec-p256 ec-p384 ec-p521 rsa ed25519 ed448, or NULL for any other */
  guint bits;
  char *algorithm;       /* OID */
  GBytes *parameters;    /* of the AlgorithmIdentifier, DER, nullable */
  GBytes *octets;        /* content of the BIT STRING without its first octet */
  guint8 identifier[20]; /* SHA-1 of octets: RFC 5280 4.2.1.2 (1) */
} CaPublicKey;

/* A request, decoded once. Immutable; refcounted. Travels as DER plus these fields, never as
 * X509_REQ. */
typedef struct
{
  gatomicrefcount ref_count;
  ICertRequestFormat format;
  GBytes *message; /* DER as received, unarmoured: what the row keeps */
  GBytes *raw;     /* DER of the request itself: the same, or what a CMS message has inside */
  GBytes *subject; /* Name, DER; an empty SEQUENCE when there is none */
  GPtrArray *rdns; /* (element-type CaRdn) in the order of the Name, multi-valued ones one after the
                      other */
  GBytes *spki;    /* SubjectPublicKeyInfo as received, DER */
  CaPublicKey key;
  GPtrArray *extensions; /* (element-type ICertExtension) origin REQUEST, flag DISABLE */
  GPtrArray *names;      /* (element-type ICertName) of subjectAltName; empty when none */
  GHashTable
      *attributes; /* utf8 utf8: name-value pairs inside the request (1.3.6.1.4.1.311.13.2.1) */
  GBytes *old_certificate; /* that this one renews (1.3.6.1.4.1.311.13.1), DER; nullable */
  GBytes *signer;          /* certificate of who signed the CMS message, DER; nullable */
  char *on_behalf_of;      /* "requestername" among what the signer signed; nullable */
  char *challenge;         /* SPKAC and PKCS #9 challengePassword; nullable */
  GPtrArray *leniencies;   /* (element-type utf8) what was tolerated, for the trace (S-A3) */
  gsize signed_offset, signed_size; /* of the signed octets inside raw */
  GBytes *signature_algorithm;      /* AlgorithmIdentifier, DER */
  GBytes *signature;
} CaDecoded;

/* Unarmours (PEM, base64, DER; text before BEGIN, BOM, CRLF), recognises, decodes by own ASN.1
 * templates, re-encodes and compares (S-A1, A3-A5, A7, A8). Never verifies. MALFORMED, TOO_LARGE,
 * UNSUPPORTED, BAD_NAME. */
CaDecoded *ca_decode_request (GBytes *input,
                              ICertEncoding encoding,
                              ICertRequestFormat format,
                              GError **error);
CaDecoded *ca_decoded_ref (CaDecoded *decoded);
void ca_decoded_unref (CaDecoded *decoded);
/* the request signs itself with its key (S-A6): UNSUPPORTED, BAD_SIGNATURE */
gboolean ca_decoded_verify_possession (const CaDecoded *decoded,
                                       gboolean allow_sha1,
                                       GError **error);
/* of a CMS message: its signer's certificate has the key that signed it. Who that is, and whether
 * they may, is for the caller to judge. UNSUPPORTED, BAD_SIGNATURE */
gboolean ca_decoded_verify_signer (const CaDecoded *decoded, GError **error);
/* one PEM block or DER of the given label's type: the DER inside. For certificates that an
 * administrator hands over; @label "CERTIFICATE". MALFORMED, TOO_LARGE */
GBytes *ca_unarmour (GBytes *input, const char *label, GError **error);

/* Name, DER -> array of CaRdn; MALFORMED, BAD_NAME */
GPtrArray *ca_name_decode (GBytes *name, GError **error);
/* "CN=www,O=Example" with AD CS's short names, RFC 4514 escapes, order of the array */
char *ca_name_to_text (GPtrArray *rdns);
/* RFC 4514 text -> array of CaRdn, for `init --subject`; BAD_NAME */
GPtrArray *ca_name_from_text (const char *text, GError **error);
/* array of CaRdn -> Name, DER: one RDN each, PrintableString or UTF8String (country
 * PrintableString, DC and e-mail IA5String), upper bounds in characters; BAD_NAME */
GBytes *ca_name_encode (GPtrArray *rdns, GError **error);

/* group B; @types: of the profile, NULL = the default list (ec-p256 … rsa-2048 …); "rsa-*" lists
 * every possible length. Pure: knows no CA. WEAK_KEY */
gboolean ca_key_check (const CaDecoded *decoded, const char *const *types, GError **error);
/* "rsa-2048", "ec-p256": what Types= of a profile lists; to free */
char *ca_key_describe (const CaPublicKey *key);
/* fills a CaPublicKey from a SubjectPublicKeyInfo; MALFORMED, UNSUPPORTED */
gboolean ca_public_key_init (CaPublicKey *key, GBytes *spki, GError **error);
void ca_public_key_clear (CaPublicKey *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaDecoded, ca_decoded_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaRdn, ca_rdn_free)
