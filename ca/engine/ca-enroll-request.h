/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-crypto.h"
#include "ca-decode.h"

/* What a request asks for. */
typedef struct
{
  GBytes *subject;     /* Name, DER */
  GBytes *names;       /* value of the subjectAltName, DER; nullable */
  const char *profile; /* nullable: goes along as the attribute CertificateTemplate */
} CaEnrollWish;

/* PKCS #10 signed by @key, and judged as a CA would judge it: what no CA takes is an error here */
GBytes *ca_enroll_request_make (EVP_PKEY *key, const CaEnrollWish *wish, GError **error);
/* RFC 4514 text (nullable) -> Name, DER; BAD_NAME with field subject */
GBytes *ca_enroll_subject (const char *text, GError **error);
/* (element-type ICertName) -> value of a subjectAltName; NULL without an error when there are none
 */
GBytes *ca_enroll_names (GPtrArray *names, GError **error);
