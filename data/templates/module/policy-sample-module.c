/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "policy-sample.h"

static const ICertModuleClass classes[] = {
  { icert_policy_get_type, policy_sample_get_type },
  { NULL, NULL },
};

ICERT_MODULE_DEFINE ("policy-sample", "Issues to the names of one zone", classes);
