/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-macros.h"

G_BEGIN_DECLS

/* C only: files that configuration names, or that lie where others may put something. */

ICERT_AVAILABLE_IN_0_1
gboolean icert_file_get_contents (const char *path,
                                  gsize limit,
                                  gboolean follow_links,
                                  const char *field,
                                  char **contents,
                                  gsize *size,
                                  GError **error);

G_END_DECLS
