/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-options.h"

ToolOptions tool_options;

const GOptionEntry tool_global_options[] = {
  { "config", 'c', 0, G_OPTION_ARG_STRING, &tool_options.config,
    "CA to talk to: 'HOST\\CA NAME', 'HOST/CA NAME' or a CA name (default: $ICERT_CONFIG, then the "
    "default record)",
    "CONFIG" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &tool_options.json, "Print JSON, for errors too", NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &tool_options.quiet, "Print only what was asked for",
    NULL },
  { NULL },
};

const GOptionEntry tool_top_options[] = {
  { "version", 0, 0, G_OPTION_ARG_NONE, &tool_options.version, "Print the version", NULL },
  { NULL },
};
