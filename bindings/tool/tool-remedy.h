/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* What to do about an error: commands that can be run as they stand. */

/* What this call is about, for remedies that name it: "request", "change", "serial", "node" or
 * "key" */
void tool_remedy_note (const char *name, const char *value);
/* NULL where there is nothing to say */
char *tool_remedy_dup (const GError *error);
