/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

#define POLICY_TYPE_SAMPLE (policy_sample_get_type ())

G_DECLARE_FINAL_TYPE (PolicySample, policy_sample, POLICY, SAMPLE, ICertModuleBase)

G_END_DECLS
