/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* Draws a bar on standard error from the signal "progress" (fraction, step) of @object, on a
 * terminal only; nothing with --quiet or --json. */
void tool_progress_watch (Tool *tool, gpointer object);
/* Takes the bar away, before anything else is printed. */
void tool_progress_end (gpointer object);
