/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "icert-macros.h"

G_BEGIN_DECLS

ICERT_AVAILABLE_IN_0_1
void icert_binding_set_closure (GClosure *closure);

ICERT_AVAILABLE_IN_0_1
void icert_binding_set_table (const char *const *pairs);

ICERT_AVAILABLE_IN_0_1
void icert_binding_set_objects (GObject *const *objects, guint n_objects);

G_END_DECLS
