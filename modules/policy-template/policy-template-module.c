/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "policy-template.h"

static const ICertModuleClass classes[] = {
  { icert_policy_get_type, policy_template_get_type },
  { NULL, NULL },
};

ICERT_MODULE_DEFINE ("policy-template", "Judges by certificate profile", classes);
