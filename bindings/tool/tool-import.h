/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* `icert import --from FORMAT PATH`: what its options say; all but the format are nullable. */
typedef struct
{
  const char *format;
  const char *name;
  const char *folder;
  const char *url;
  const char *passphrase_file;
  gboolean dual_control;
} ToolImport;

/* Makes a CA that goes on where another program's ended. */
ToolExit tool_import_ca (Tool *tool, const ToolImport *import, const char *path, GError **error);
