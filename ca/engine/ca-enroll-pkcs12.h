/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <icert.h>

/* PKCS #12 (RFC 7292) with @key and @chain (element-type X509, the key's certificate first), DER:
 * AES-256-CBC by PBES2 and a MAC with SHA-256, which everything since OpenSSL 1.1 and Windows 10
 * reads. @passphrase is not empty. */
GBytes *ca_enroll_pkcs12 (EVP_PKEY *key, GPtrArray *chain, const char *passphrase, GError **error);
