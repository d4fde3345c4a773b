/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-config.h"

/* Everything somebody can ask of a CA. A verb without a row in the table does not build. */
typedef enum
{
  CA_VERB_SUBMIT,
  CA_VERB_RETRIEVE,
  CA_VERB_READ_CA,
  CA_VERB_VIEW,
  CA_VERB_READ_TRACE,
  CA_VERB_SET_ATTRIBUTES,
  CA_VERB_SET_EXTENSION,
  CA_VERB_DENY,
  CA_VERB_RESUBMIT,
  CA_VERB_RESUBMIT_DENIED,
  CA_VERB_MY_ROLES,
  CA_VERB_READ_CONFIG,
  CA_VERB_WRITE_CONFIG,
  CA_VERB_INSTALL,
  CA_VERB_APPEND,
  CA_VERB_START,
  CA_VERB_STOP,
  CA_N_VERBS
} CaVerb;

/* This file is the only one that refuses for want of rights (design, decision 4); the default
 * answer is no. NOT_AUTHORIZED */
gboolean ca_roles_check (const CaConfig *config,
                         const CaCaller *caller,
                         CaVerb verb,
                         GError **error);
const char *ca_verb_to_string (CaVerb verb);
/* S-D11: under dual control nobody brings modules alone */
gboolean ca_roles_check_modules (const CaConfig *config, const CaCaller *caller, GError **error);
/* S-D10: nobody approves what they submitted, under dual control */
gboolean ca_roles_check_approval (const CaConfig *config,
                                  const CaCaller *officer,
                                  const char *requester,
                                  GError **error);
