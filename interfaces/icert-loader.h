/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-class-info-private.h"

G_BEGIN_DECLS

/* Private. The type of a class: loads its module at the first call, once for the process, and
 * checks that module and manifest say the same. */
GType _icert_loader_get_type (ICertClassInfo *info, GError **error);
/* What can be said of a library without opening it: CONFIG when it is not there, or when others may
 * write it or its folder. */
gboolean _icert_loader_check_library (ICertClassInfo *info, GError **error);

G_END_DECLS
