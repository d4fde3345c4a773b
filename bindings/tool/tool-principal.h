/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool-output.h"

/* Names that are given a right. Accounts may come later, and other machines have others, so a name
 * that this machine does not have is no error; but a slip of the pen gives a right to nobody, or to
 * somebody else one day. */

/* Says on stderr which of @principals no account of this machine has, or puts them into @record as
 * "unknown-principals". @principals: nullable */
void tool_principal_warn (Tool *tool, ToolRecord *record, char **principals);
