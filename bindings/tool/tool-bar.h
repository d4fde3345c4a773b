/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* A bar on standard error while long work is done, where that is a terminal. */
void tool_bar_show (Tool *tool, gint64 done, gint64 total);
/* takes it away */
void tool_bar_end (Tool *tool);
