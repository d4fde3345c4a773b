/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool-output.h"

/* A grant is a group of the configuration: "Grant NAME". */
#define TOOL_GRANT_PREFIX "Grant "

char *tool_grant_node (const char *name);
ToolRecord *tool_grant_read (ICertAdmin *admin, const char *node, GError **error);
