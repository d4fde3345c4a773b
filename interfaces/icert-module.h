/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gmodule.h>

#include "icert-macros.h"

G_BEGIN_DECLS

/* C only: the table a module exports under the name `icert_module`. The loader reads @abi before
 * anything else, and no code of the module runs before that. */
#define ICERT_MODULE_ABI 1

typedef struct
{
  GType (*get_interface) (void);
  GType (*get_type) (void);
} ICertModuleClass;

typedef struct
{
  guint32 abi;
  guint32 size; /* sizeof this struct as the module was compiled */
  const char *name;
  const char *description;
  const ICertModuleClass *classes; /* ends with { NULL, NULL } */
} ICertModuleTable;

#define ICERT_MODULE_DEFINE(module_name, module_description, module_classes)                       \
  G_MODULE_EXPORT extern const ICertModuleTable icert_module;                                      \
  const ICertModuleTable icert_module = { ICERT_MODULE_ABI, sizeof (ICertModuleTable),             \
                                          module_name, module_description, module_classes }

G_END_DECLS
