/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-decode.h"

/* The blocklist of known weak keys (S-B2): text, a SHA-256 of a SubjectPublicKeyInfo in hex a line,
 * empty lines and lines with # before them ignored, in any order. One a process; a later one
 * replaces it, but not while keys are checked. NOT_FOUND when there is no such file (warn and go
 * on), CONFIG when it is broken (the one before stays). */
gboolean ca_key_blocklist_load (const char *path, GError **error);
gboolean ca_key_is_blocked (GBytes *spki);
