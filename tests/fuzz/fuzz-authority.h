/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-issuer.h"
#include "ca-linter.h"

/* A CA whose key, certificate and plans are the same each time, so that what it signed can lie in a
 * corpus. Targets sign what was changed, so that reading does not end at the signature. */

/* lends */
CaIssuer *fuzz_authority_get (void);
EVP_PKEY *fuzz_authority_get_key (void);
/* SEQUENCE of @tbs, the algorithm, and the authority's signature */
GBytes *fuzz_authority_sign (const guint8 *tbs, gsize size);
/* what a certificate for www.example.org must say, and its to-be-signed octets */
const CaLintExpectation *fuzz_authority_expect (void);
GBytes *fuzz_authority_build (void);
