/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool-output.h"

/* All answer arrays of dictionaries (aa{sv}), empty when nothing is known. */

/* of the interfaces called @names ("ICertPolicy"), from the typelib */
GVariant *tool_introspect_methods (char **names);
/* of an object's class and of its interfaces */
GVariant *tool_introspect_properties (GObject *object);
GVariant *tool_introspect_signals (GObject *object, char **names);
