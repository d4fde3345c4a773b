/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* FOLDER/ca.lock, held exclusively by the engine that has the CA open; it names pid and config
 * string, so that the second one can say who. */
typedef struct _CaLock CaLock;

/* CONFIG `ca: in use by …` */
CaLock *ca_lock_take (const char *folder, const char *config, GError **error);
void ca_lock_release (CaLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaLock, ca_lock_release)
