/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-facts.h"
#include "ca-owner.h"
#include "ca-request.h"
#include "ca-workers.h"

/* The chain of policy modules (design, decision 6): asked in order; a deny ends it; otherwise
 * pending outweighs issue; an empty chain pends. */
typedef struct _CaPolicyHost CaPolicyHost;
/* The chain of one moment: a request is judged by the one that was there when it began. */
typedef struct _CaPolicyChain CaPolicyChain;

typedef enum
{
  CA_JUDGED_ISSUE,
  CA_JUDGED_DECIDED,  /* the request is pending or denied */
  CA_JUDGED_ABANDONED /* the watchdog took the request away */
} CaJudged;

/* Loads and initialises every module; one that fails keeps the CA from starting. */
CaPolicyHost *ca_policy_host_new (ICertRegistry *registry, CaFacts *facts, GError **error);
void ca_policy_host_free (CaPolicyHost *host);
CaPolicyChain *ca_policy_host_ref_chain (CaPolicyHost *host);
void ca_policy_chain_unref (CaPolicyChain *chain);
/* TRUE: every module is C in this process and may be called from any thread, so that a request
 * needs no commit of its own before it is judged (data/docs/decisions.md) */
gboolean ca_policy_chain_is_direct (const CaPolicyChain *chain);
CaJudged ca_policy_chain_judge (CaPolicyChain *chain,
                                CaFacts *facts,
                                CaRequest *request,
                                CaWorker *worker);
/* what the watchdog decides for a request whose module is stuck; counts towards the quarantine */
void ca_policy_chain_blame (CaPolicyChain *chain, CaRequest *request, const char *class_id);

/* Initialises @policy, which the calling thread lends to @tag, and appends it behind the others
 * if @check still says so then; CONFLICT, NOT_SUPPORTED, or what one of them says */
gboolean ca_policy_host_append (CaPolicyHost *host,
                                ICertPolicy *policy,
                                CaFacts *facts,
                                gconstpointer tag,
                                CaLendCheck check,
                                GError **error);
gboolean ca_policy_host_has_lent (CaPolicyHost *host);
/* (transfer full): takes what was lent out of the chain; ca_policy_chain_let_go() comes after. */
CaPolicyChain *ca_policy_host_take_lent (CaPolicyHost *host);
/* Shuts down what was lent, on its thread, and lets it go. */
void ca_policy_chain_let_go (CaPolicyChain *taken);

/* settings and chain anew after a change of configuration; on failure the running ones stay */
gboolean ca_policy_host_reload (CaPolicyHost *host,
                                ICertRegistry *registry,
                                CaFacts *facts,
                                GError **error);
/* when the modules last read their settings and files for certain; microseconds by the clock of the
 * file system, which is the system's */
gint64 ca_policy_host_get_loaded (CaPolicyHost *host);
/* descriptions of the modules, in their order, "; " between */
char *ca_policy_host_describe (CaPolicyHost *host);
/* modules that are not asked any more (S-L3) */
guint ca_policy_host_get_n_quarantined (CaPolicyHost *host);
char **ca_policy_host_list_profiles (CaPolicyHost *host,
                                     CaFacts *facts,
                                     CaCaller *caller,
                                     GError **error);

/* whether every module that reads profiles would take @content for the profile @name */
gboolean ca_policy_host_check_profile (CaPolicyHost *host,
                                       const char *name,
                                       GBytes *content,
                                       GError **error);

/* settings of a module: what [Policy CLASS] or [Exit CLASS] says, judged by what the module
 * describes */
ICertSettings *ca_module_settings_new (const CaModuleConfig *config,
                                       ICertManageModule *manage,
                                       const char *folder,
                                       GError **error);

/* one clean line: @description, or @class_id */
char *ca_module_clean_description (const char *description, const char *class_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaPolicyChain, ca_policy_chain_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaPolicyHost, ca_policy_host_free)
