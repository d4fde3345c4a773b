/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

#define EXIT_TYPE_PUBLISH (exit_publish_get_type ())

G_DECLARE_FINAL_TYPE (ExitPublish, exit_publish, EXIT, PUBLISH, ICertModuleBase)

G_END_DECLS
