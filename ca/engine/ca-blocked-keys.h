/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Keys that nobody gets a certificate for any more (S-B3): those that the administrator lists in
 * FOLDER/blocked-keys, a SHA-256 of a SubjectPublicKeyInfo in hex a line, # begins a comment; and
 * those of certificates revoked for key compromise, which are rows of the store. */

/* CONFIG, STORAGE */
gboolean ca_blocked_keys_load (CaEngine *engine, GError **error);
gboolean ca_blocked_keys_contain (CaEngine *engine, GBytes *spki);
/* the row, for the batch that revokes */
void ca_blocked_keys_record (GBytes *spki, gint64 since, gint64 request_id, ICertStoreBatch *batch);
/* once the row is durable */
void ca_blocked_keys_add (CaEngine *engine, GBytes *spki);
