/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* Unlocks the key: a signature over octets that are no certificate and that nobody keeps, verified
 * with its public half (S-M5). KEY_UNAVAILABLE, BAD_SIGNATURE */
gboolean ca_key_prove (ICertKey *key, GError **error);
