/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-policy.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertPolicy:
 *
 * Decides what becomes of a request: a policy module (AD CS: ICertPolicy, ICertPolicy2).
 *
 * The engine calls [method@ICert.Policy.initialize] once at its start and
 * [method@ICert.Policy.verify_request] for each submission and each resubmission by an officer,
 * before anything is signed. Several policies form a chain, configured in the engine: a deny ends
 * it, otherwise pending outweighs issue, and later policies see the changes of earlier ones.
 *
 * Calls may come from any thread and several at once, unless the module's manifest says
 * `Threads=main-context`; those of a policy that an application appended come on its own thread
 * only (see [iface@ICert.Control]). A subclass in a script that overrides a method names the
 * interface again in its list of bases, or it changes its parent's behaviour too.
 */
G_DEFINE_INTERFACE (ICertPolicy, icert_policy, G_TYPE_OBJECT)

static gboolean
icert_policy_real_initialize (ICertPolicy *self,
                              ICertServer *ca,
                              ICertSettings *settings,
                              GError **error)
{
  return TRUE;
}

ICERT_DEFINE_UNSUPPORTED (icert_policy,
                          verify_request,
                          gboolean,
                          FALSE,
                          ICertPolicy *self,
                          ICertServerPolicy *server,
                          gboolean new_request,
                          ICertVerdict *verdict)

static char *
icert_policy_real_get_description (ICertPolicy *self)
{
  return _icert_describe_module (self);
}

static void
icert_policy_real_shutdown (ICertPolicy *self)
{
}

static ICertManageModule *
icert_policy_real_get_manage_module (ICertPolicy *self)
{
  return _icert_find_manage_module (self);
}

static char **
icert_policy_real_list_profiles (ICertPolicy *self, ICertServer *caller, GError **error)
{
  return g_new0 (char *, 1);
}

static void
icert_policy_default_init (ICertPolicyInterface *iface)
{
  iface->initialize = icert_policy_real_initialize;
  iface->verify_request = icert_policy_real_verify_request;
  iface->get_description = icert_policy_real_get_description;
  iface->shutdown = icert_policy_real_shutdown;
  iface->get_manage_module = icert_policy_real_get_manage_module;
  iface->list_profiles = icert_policy_real_list_profiles;
}

/**
 * icert_policy_initialize:
 * @self: a policy
 * @ca: the CA, outside any request: only CA properties can be read, and nothing can be set
 * @settings: what the configuration says to this module, judged, with defaults filled in
 * @error: return location for an error
 *
 * Prepares the policy, once, before the CA takes requests (AD CS: ICertPolicy::Initialize). A
 * failure keeps the CA from issuing. The default has nothing to prepare and succeeds.
 *
 * Errors: `ICERT_ERROR_CONFIG` for settings that fit together badly; whatever else the module says;
 * `ICERT_ERROR_FAILED` when it failed without an error.
 *
 * Returns: `TRUE` when the policy can judge requests
 */
gboolean
icert_policy_initialize (ICertPolicy *self,
                         ICertServer *ca,
                         ICertSettings *settings,
                         GError **error)
{
  ICertPolicyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_POLICY (self), FALSE);
  g_return_val_if_fail (ICERT_IS_SERVER (ca), FALSE);
  g_return_val_if_fail (ICERT_IS_SETTINGS (settings), FALSE);

  iface = ICERT_POLICY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, initialize, FALSE, error);
  ok = iface->initialize (self, ca, settings, &local_error);
  return _icert_end_boolean (ok, local_error, self, "initialize", error);
}

/**
 * icert_policy_verify_request:
 * @self: a policy
 * @server: what the engine lets the policy see and change; an [class@ICert.RequestContext], dead
 *   after this call
 * @new_request: `FALSE` when an officer resubmits it: then neither the right to enrol nor the need
 *   for an approval is judged again
 * @verdict: (out): what becomes of the request
 * @error: return location for an error
 *
 * Judges one request (AD CS: ICertPolicy::VerifyRequest).
 *
 * A refusal is an answer: `ICERT_VERDICT_DENY` with `TRUE`, or an error with a refusal code
 * (`ICERT_ERROR_DENIED`, `ICERT_ERROR_WEAK_KEY`, `ICERT_ERROR_BAD_NAME`,
 * `ICERT_ERROR_FORBIDDEN_FIELD`, `ICERT_ERROR_BAD_VALIDITY`, `ICERT_ERROR_NOT_AUTHORIZED`), which
 * denies with that code. Any other failure means that nobody could judge: the request stays
 * pending with status MODULE and is never issued (S-L3).
 *
 * `verdict` is `ICERT_VERDICT_PENDING` after every failure. Called on any thread; it may block up
 * to the deadline of the module's manifest.
 *
 * Errors: those of the module; `ICERT_ERROR_FAILED` when it failed without an error;
 * `ICERT_ERROR_MODULE` for a verdict that is none; `ICERT_ERROR_NOT_SUPPORTED` when it does not
 * judge requests.
 *
 * Returns: `TRUE` when `verdict` was set
 */
gboolean
icert_policy_verify_request (ICertPolicy *self,
                             ICertServerPolicy *server,
                             gboolean new_request,
                             ICertVerdict *verdict,
                             GError **error)
{
  ICertPolicyInterface *iface;
  ICertVerdict answer = ICERT_VERDICT_PENDING;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (verdict != NULL, FALSE);
  *verdict = ICERT_VERDICT_PENDING;
  g_return_val_if_fail (ICERT_IS_POLICY (self), FALSE);
  g_return_val_if_fail (ICERT_IS_SERVER_POLICY (server), FALSE);

  iface = ICERT_POLICY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, verify_request, FALSE, error);
  ok = iface->verify_request (self, server, !!new_request, &answer, &local_error);
  if (!_icert_end_boolean (ok, local_error, self, "verify_request", error))
    return FALSE;

  if (answer != ICERT_VERDICT_PENDING && answer != ICERT_VERDICT_ISSUE
      && answer != ICERT_VERDICT_DENY)
    {
      _icert_set_broken (error, self, "verify_request", "gave verdict %d (0, 1 or 2)",
                         (int) answer);
      return FALSE;
    }
  *verdict = answer;
  return TRUE;
}

/**
 * icert_policy_get_description:
 * @self: a policy
 *
 * Says in one line what the policy is (AD CS: ICertPolicy::GetDescription); it is CA property
 * `ICERT_CA_PROPERTY_POLICY_DESCRIPTION`. A policy that says nothing is described by its property
 * `description` when it is an [iface@ICert.ManageModule], else by the name of its type.
 *
 * Any thread.
 *
 * Returns: (transfer full): one line of UTF-8 text
 */
char *
icert_policy_get_description (ICertPolicy *self)
{
  ICertPolicyInterface *iface;
  char *description;

  g_return_val_if_fail (ICERT_IS_POLICY (self), NULL);

  iface = ICERT_POLICY_GET_IFACE (self);
  description = iface->get_description != NULL ? iface->get_description (self) : NULL;
  return description != NULL ? description : icert_policy_real_get_description (self);
}

/**
 * icert_policy_shutdown:
 * @self: a policy
 *
 * Tells the policy that no more requests arrive (AD CS: ICertPolicy::ShutDown). The default does
 * nothing.
 *
 * Called once, after the last [method@ICert.Policy.verify_request] returned.
 */
void
icert_policy_shutdown (ICertPolicy *self)
{
  ICertPolicyInterface *iface;

  g_return_if_fail (ICERT_IS_POLICY (self));

  iface = ICERT_POLICY_GET_IFACE (self);
  if (iface->shutdown != NULL)
    iface->shutdown (self);
}

/**
 * icert_policy_get_manage_module:
 * @self: a policy
 *
 * Gives the object that describes the settings of the policy (AD CS:
 * ICertPolicy2::GetManageModule). The default is the policy itself, when it is one.
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the settings, or `NULL` when there are none
 */
ICertManageModule *
icert_policy_get_manage_module (ICertPolicy *self)
{
  ICertPolicyInterface *iface;

  g_return_val_if_fail (ICERT_IS_POLICY (self), NULL);

  iface = ICERT_POLICY_GET_IFACE (self);
  return iface->get_manage_module != NULL ? iface->get_manage_module (self) : NULL;
}

/**
 * icert_policy_list_profiles:
 * @self: a policy
 * @caller: who asks: groups, account and grants can be read, nothing can be set
 * @error: return location for an error
 *
 * Lists the profiles (AD CS: certificate templates) that `caller` may ask for. Only the policy
 * knows its profiles; the engine unites the answers of its chain. The default knows none.
 *
 * Any thread.
 *
 * Errors: those of the module; `ICERT_ERROR_FAILED` when it failed without an error.
 *
 * Returns: (transfer full) (array zero-terminated=1): names of profiles, or `NULL` with `error` set
 */
char **
icert_policy_list_profiles (ICertPolicy *self, ICertServer *caller, GError **error)
{
  ICertPolicyInterface *iface;
  GError *local_error = NULL;
  char **names;

  g_return_val_if_fail (ICERT_IS_POLICY (self), NULL);
  g_return_val_if_fail (ICERT_IS_SERVER (caller), NULL);

  iface = ICERT_POLICY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_profiles, NULL, error);
  names = iface->list_profiles (self, caller, &local_error);
  return _icert_end_pointer (names, local_error, self, "list_profiles", error);
}
