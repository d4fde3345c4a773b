/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <openssl/x509.h>

#include "ca-decode.h"

/* Certificates of others: (element-type X509) in the engine's library context. */
GPtrArray *ca_enroll_certificates_new (void);
/* adds one, DER; MALFORMED */
gboolean ca_enroll_certificates_add (GPtrArray *certificates, GBytes *der, GError **error);
/* PEM with any number of certificates or PKCS #7 chains, or DER of either; MALFORMED, TOO_LARGE.
 * @field: for errors */
GPtrArray *ca_enroll_certificates_parse (GBytes *input, const char *field, GError **error);
/* DER */
GBytes *ca_enroll_certificate_encode (X509 *certificate);
/* seconds since 1970 */
gboolean ca_enroll_certificate_times (X509 *certificate, gint64 *begin, gint64 *end);
/* Name and value of the subjectAltName (NULL: none), DER */
void ca_enroll_certificate_names (X509 *certificate, GBytes **subject, GBytes **names);

/* Judges an answer to @request: one of @certificates has its key (CONFLICT), its names are those
 * that were asked for (BAD_NAME), and it chains up to one of @anchors with the others' help
 * (BAD_SIGNATURE, BAD_VALIDITY, UNSUPPORTED). The chain: certificate first, without a root. */
GPtrArray *ca_enroll_check (const CaDecoded *request,
                            GPtrArray *certificates,
                            GPtrArray *anchors,
                            GError **error);

/* the names alone: ca-enroll-names.c */
gboolean ca_enroll_check_names (const CaDecoded *request, X509 *certificate, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
