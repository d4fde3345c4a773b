/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* The record (a{sv}) of the trace that decided against a request; NULL when the trace may not be
 * read or has none. */
GVariant *tool_trace_find_decision (Tool *tool, ICertResponse *response);
/* module, rule, field, value seen and value allowed, on stderr */
void tool_trace_print_decision (GVariant *record);
/* the records of a trace, aligned, only the columns that have something; @all: for people too what
 * was only read or written */
void tool_trace_print (Tool *tool, GVariant *trace, gboolean all);
