/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* What `officer-rights` and `agents` have in common: sections of three lists, each set whole. */
typedef struct
{
  const char *names[5]; /* of the columns: "name", and those of the three lists */
  gboolean are_principals[3];
  GVariant *(*list) (ICertSecurity *security, GCancellable *cancellable, GError **error);
  gboolean (*set) (ICertSecurity *security,
                   const char *name,
                   const char *const *first,
                   const char *const *second,
                   const char *const *third,
                   GCancellable *cancellable,
                   GError **error);
} ToolSection;

ToolExit tool_section_list (Tool *tool, const ToolSection *section, GError **error);
/* @lists: three of them; the first NULL: it is removed */
ToolExit tool_section_set (Tool *tool,
                           const ToolSection *section,
                           const char *name,
                           char **const *lists,
                           GError **error);
