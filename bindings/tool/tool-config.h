/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* The config string of the CA that is meant, for a setup object, which needs a name; nobody else
 * does. To free; NULL with an error */
char *tool_dup_config (Tool *tool, GError **error);
