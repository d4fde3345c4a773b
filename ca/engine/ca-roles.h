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
/* CA_N_VERBS when there is none of that name */
CaVerb ca_verb_from_string (const char *name);
/* the table: aa{sv} with verb s, roles u (any one of), together u (all of), doors as, approval s
 * ("none", "two" or "by-object") and methods as */
GVariant *ca_roles_list_verbs (void);
/* S-D16: whether an officer with officer rights may decide about this object: a request for
 * @profile (nullable) of the account @requester. NOT_AUTHORIZED, status RESTRICTEDOFFICER; never
 * NOT_FOUND, since officers may read every row (S-D15). Imports are not asked. */
gboolean ca_roles_check_object (const CaConfig *config,
                                const CaCaller *officer,
                                const char *profile,
                                const char *requester,
                                GError **error);
/* column Request.Officer: whether who asks could decide about it as well */
gboolean ca_roles_is_officer_of (const CaConfig *config,
                                 const CaCaller *caller,
                                 const CaRequest *request);
/* ca_roles_check_object() of @request */
gboolean ca_roles_check_officer (const CaConfig *config,
                                 const CaCaller *officer,
                                 const CaRequest *request,
                                 GError **error);
/* S-D7: the section [Agent NAME] by which @agent (principals: of the caller, and cert:SHA256 of the
 * certificate that signed) may ask for @profile on behalf of the account @subject; lends.
 * NOT_AUTHORIZED. Whether the certificate is still good is the caller's to check. */
const CaAgent *ca_roles_find_agent (const CaConfig *config,
                                    const char *const *agent,
                                    const char *profile,
                                    const char *subject,
                                    GError **error);
/* user:NAME, uid:N and group:NAME… of an account; of one that is not there the first alone */
char **ca_roles_list_principals (const char *account);
/* whether @caller is the one who submitted @request, by principal id */
gboolean ca_roles_is_submitter (const CaCaller *caller, const CaRequest *request);
/* S-D10: nobody approves what they submitted, under dual control */
gboolean ca_roles_check_approval (const CaConfig *config,
                                  const CaCaller *officer,
                                  const CaRequest *request,
                                  GError **error);
