/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <openssl/evp.h>

/* The private key in the file of another program: PEM (PKCS #8, or what OpenSSL wrote before it),
 * DER (PKCS #8) or PKCS #12. @passphrase: nullable. KEY_UNAVAILABLE when it does not open the file,
 * CONFIG when there is no key in it */
EVP_PKEY *key_file_import (GBytes *contents, GBytes *passphrase, GError **error);
