/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* The tables that --table knows. "certificates" are the rows of requests that have one. */
typedef struct
{
  const char *name;
  ICertTable table;
  const char *const *columns; /* shown when none are named */
} ToolViewTable;

/* @name: nullable: requests */
const ToolViewTable *tool_view_find_table (const char *name, GError **error);
