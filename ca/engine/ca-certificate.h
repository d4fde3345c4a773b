/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-decode.h"

/* A certificate that came from elsewhere, decoded once: what the rows of the store need of it. */
typedef struct
{
  /* subject, key and extensions, as if somebody had asked for them; raw is the certificate. The
   * extensions have origin IMPORTED_CERT and are not disabled */
  CaDecoded *decoded;
  GBytes *issuer; /* Name, DER */
  guint8 serial[20];
  gsize serial_size;
  gint64 not_before, not_after; /* seconds since 1970 */
} CaCertificate;

/* @der: DER, nothing behind it (ca_unarmour()). MALFORMED, UNSUPPORTED, BAD_NAME, TOO_LARGE */
CaCertificate *ca_certificate_decode (GBytes *der, GError **error);
void ca_certificate_free (CaCertificate *certificate);
/* only the half that looks like a request */
CaDecoded *ca_certificate_decode_request (GBytes *der, GError **error);
/* whether its signature is by the key @spki */
gboolean ca_certificate_is_signed_by (const CaCertificate *certificate, GBytes *spki);

/* Hex in any case, with colons, blanks and leading zeros or without: octets without leading zeros,
 * at least one. MALFORMED */
gboolean ca_serial_parse (const char *text, guint8 serial[20], gsize *size, GError **error);
/* the one form the store has: lower-case hex of those octets; MALFORMED */
char *ca_serial_normalize (const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaCertificate, ca_certificate_free)
