/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* RFC 5280's names, without case and hyphens: "keyCompromise", "key-compromise", or the number. */
gboolean tool_parse_reason (const char *text, ICertRevocationReason *reason, GError **error);
const char *tool_reason_to_name (ICertRevocationReason reason);
/* a time of the command line; NULL with an error. NULL @text: NULL without one */
GDateTime *tool_parse_date (const char *text, GError **error);
