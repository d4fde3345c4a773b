/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-linter.h"

/* Redeems the ticket, signs, wraps, compares the certificate's to-be-signed octets with @tbs and,
 * where the issuer says so, verifies the signature (S-E1 steps 5 and 6). Certificate, DER.
 * KEY_UNAVAILABLE, INTERNAL */
GBytes *ca_signer_sign (const CaIssuer *issuer, CaTicket *ticket, GBytes *tbs, GError **error);
/* The same for a self-signed certificate, whose ticket has no issuer; always verified, with @spki.
 */
GBytes *ca_signer_sign_self (ICertKey *key,
                             const char *hash,
                             GBytes *signature_algorithm,
                             GBytes *spki,
                             CaTicket *ticket,
                             GBytes *tbs,
                             GError **error);
