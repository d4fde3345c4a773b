/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-facts.h"
#include "ca-request.h"
#include "ca-workers.h"

/* The chain of policy modules (design, decision 6): asked in order; a deny ends it; otherwise
 * pending outweighs issue; an empty chain pends. */
typedef struct _CaPolicyHost CaPolicyHost;

typedef enum
{
  CA_JUDGED_ISSUE,
  CA_JUDGED_DECIDED,  /* the request is pending or denied */
  CA_JUDGED_ABANDONED /* the watchdog took the request away */
} CaJudged;

/* Loads and initialises every module; one that fails keeps the CA from starting. */
CaPolicyHost *ca_policy_host_new (ICertRegistry *registry, CaFacts *facts, GError **error);
void ca_policy_host_free (CaPolicyHost *host);
/* TRUE: every module is C in this process and may be called from any thread, so that a request
 * needs no commit of its own before it is judged (data/docs/decisions.md) */
gboolean ca_policy_host_is_direct (const CaPolicyHost *host);
CaJudged ca_policy_host_judge (CaPolicyHost *host,
                               CaFacts *facts,
                               CaRequest *request,
                               CaWorker *worker);
/* what the watchdog decides for a request whose module is stuck; counts towards the quarantine */
void ca_policy_host_blame (CaPolicyHost *host, CaRequest *request, const char *class_id);
/* settings anew after a change of configuration; on failure the running ones stay */
gboolean ca_policy_host_reload (CaPolicyHost *host, CaFacts *facts, GError **error);
/* descriptions of the modules, in their order, "; " between */
char *ca_policy_host_describe (const CaPolicyHost *host);
char **ca_policy_host_list_profiles (CaPolicyHost *host,
                                     CaFacts *facts,
                                     CaCaller *caller,
                                     GError **error);

/* settings of a module: what [Policy CLASS] or [Exit CLASS] says, judged by what the module
 * describes */
ICertSettings *ca_module_settings_new (const CaModuleConfig *config,
                                       ICertManageModule *manage,
                                       const char *folder,
                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaPolicyHost, ca_policy_host_free)
