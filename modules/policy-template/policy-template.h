/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

#define POLICY_TYPE_TEMPLATE (policy_template_get_type ())

G_DECLARE_FINAL_TYPE (PolicyTemplate, policy_template, POLICY, TEMPLATE, ICertModuleBase)

G_END_DECLS
