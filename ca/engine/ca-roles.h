/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-config.h"
#include "ca-request.h"

/* Everything somebody can ask of a CA: the rows of ca-verbs.def. */
#define V(id, ...) CA_VERB_##id,
typedef enum
{
#include "ca-verbs.def"
  CA_N_VERBS
} CaVerb;
#undef V

/* Whether a verb waits for a second administrator under dual control (S-D11) */
typedef enum
{
  CA_APPROVAL_NONE,
  CA_APPROVAL_TWO,
  CA_APPROVAL_BY_OBJECT
} CaApproval;

/* This file is the only one that refuses for want of rights (design, decision 4); the default
 * answer is no. NOT_AUTHORIZED */
gboolean ca_roles_check (const CaConfig *config,
                         const CaCaller *caller,
                         CaVerb verb,
                         GError **error);
const char *ca_verb_to_string (CaVerb verb);
CaApproval ca_verb_get_approval (CaVerb verb);
/* CA_N_VERBS when there is none of that name */
CaVerb ca_verb_from_string (const char *name);
/* the table: aa{sv} with verb s, roles u (any one of), together u (all of), doors as, approval s
 * ("none", "two" or "by-object") and methods as */
GVariant *ca_roles_list_verbs (void);
/* S-D11: under dual control nobody brings modules alone */
gboolean ca_roles_check_modules (const CaConfig *config, const CaCaller *caller, GError **error);
/* S-D11, S-M5: under dual control nobody does alone what waits for two */
gboolean ca_roles_check_alone (const CaConfig *config,
                               const CaCaller *caller,
                               CaVerb verb,
                               GError **error);
/* whether @caller is the one who submitted @request, by principal id */
gboolean ca_roles_is_submitter (const CaCaller *caller, const CaRequest *request);
/* S-D10: nobody approves what they submitted, under dual control */
gboolean ca_roles_check_approval (const CaConfig *config,
                                  const CaCaller *officer,
                                  const CaRequest *request,
                                  GError **error);
