/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* FOLDER/ceremony.log: what was done with the keys and certificates of this CA, for people and
 * auditors (S-M5). Times, hashes and names, never a secret. Appended to, never rewritten. */

/* one entry; a key is named by the SHA-256 of its SubjectPublicKeyInfo, a certificate by that of
 * its DER. STORAGE */
gboolean ca_ceremony_note (const char *folder, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
gboolean ca_ceremony_note_key (const char *folder,
                               ICertKey *key,
                               guint index,
                               const char *key_type,
                               GError **error);
gboolean ca_ceremony_note_certificate (const char *folder,
                                       const char *what,
                                       GBytes *certificate,
                                       GError **error);
/* S-M5: what was made signs what its public half verifies, whatever module made it.
 * KEY_UNAVAILABLE */
gboolean ca_ceremony_check_pair (ICertKey *key, const char *hash, GError **error);
