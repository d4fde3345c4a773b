/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>
#include <gio/gio.h>

#if defined(_ICERT_EXTERN)
#define ICERT_AVAILABLE_IN_0_1 _ICERT_EXTERN
#else
#define ICERT_AVAILABLE_IN_0_1 extern
#endif
