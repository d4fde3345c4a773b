/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-class-info-private.h"

G_BEGIN_DECLS

/* Private. Reads NAME.module strictly: the classes it registers (of ICertClassInfo). Opens no code.
 * CONFIG `file:line: …` for whatever files.md does not allow, and for a file others may write. */
GPtrArray *_icert_manifest_read (const char *path, GError **error);

G_END_DECLS
