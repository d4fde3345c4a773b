/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-crypto.h"

/* Keys of clients: PKCS #8 in PEM as every program reads it, mode 0600, encrypted when there is a
 * passphrase (PBES2 with AES-256-CBC, PBKDF2 with SHA-256). A key of a CA is File.Key's business.
 */

/* Rounds of PBKDF2, for PKCS #12 too. .NET refuses files with more than 300,000 in all, and a PKCS
 * #12 file spends three times this. */
#define CA_ENROLL_ROUNDS 100000

/* @type: "ec-p256" …; UNSUPPORTED with field key-type */
gboolean ca_enroll_key_type_is_known (const char *type, GError **error);
EVP_PKEY *ca_enroll_key_draw (const char *type, GError **error);
/* whether @key is what @type (not NULL) calls it; CONFLICT */
gboolean ca_enroll_key_check_type (EVP_PKEY *key, const char *type, GError **error);
/* writes what will be the key file @path; @passphrase nullable */
gboolean ca_enroll_key_stage (const char *path,
                              EVP_PKEY *key,
                              const char *passphrase,
                              GError **error);
/* KEY_UNAVAILABLE with field passphrase for a wrong or missing one; CONFIG for a file that is none
 * or that others may read */
EVP_PKEY *ca_enroll_key_load (const char *path, const char *passphrase, GError **error);

/* passphrases: a copy in memory that is wiped and, where it was set up, not swapped */
char *ca_enroll_secret_dup (const char *secret);
void ca_enroll_secret_free (char *secret);
