/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* The record (a{sv}) that decided against a request; NULL when the trace may not be read or has
 * none. */
GVariant *tool_trace_find_decision (Tool *tool, gint64 id);
/* module, rule, field, value seen and value allowed, on stderr */
void tool_trace_print_decision (GVariant *record);
/* the records of a trace, aligned, only the columns that have something */
void tool_trace_print (Tool *tool, GVariant *trace);
