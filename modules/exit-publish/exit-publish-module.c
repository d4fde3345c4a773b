/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-publish.h"

static const ICertModuleClass classes[] = {
  { icert_exit_get_type, exit_publish_get_type },
  { NULL, NULL },
};

ICERT_MODULE_DEFINE ("exit-publish", "Publishes certificates and CRLs as files", classes);
