/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* The options before or behind any verb, and those of `icert` without one. */
typedef struct
{
  char *config; /* nullable: as given by --config */
  gboolean json;
  gboolean quiet;
  gboolean version;
} ToolOptions;

extern ToolOptions tool_options;
extern const GOptionEntry tool_global_options[];
extern const GOptionEntry tool_top_options[];
