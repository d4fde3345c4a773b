/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-binding-private.h"
#include "icert-test-server.h"

#include "icert-error.h"

/* What the engine does with a module, done by an ICertTestServer. */

/* (transfer full) (nullable): judged by what @manage describes */
static ICertSettings *
judge_settings (ICertManageModule *manage, GHashTable *texts, const char *folder, GError **error)
{
  g_autoptr (GVariant) schema = NULL;
  g_autoptr (GError) local = NULL;

  if (manage != NULL)
    schema = icert_manage_module_describe_settings (manage, &local);
  if (local != NULL && !g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return icert_settings_new (schema, texts, folder, error);
}

/**
 * icert_test_server_initialize_policy:
 * @self: a server
 * @policy: a policy
 * @settings: (element-type utf8 utf8) (nullable): its settings, as they would stand in ca.conf
 * @folder: (nullable) (type filename): folder of the CA, the base of relative paths in settings
 * @error: return location for an error
 *
 * Starts a policy as the engine does: judges the settings by what the policy describes, fills in
 * the defaults and calls [method@ICert.Policy.initialize] with a context of the CA, which is dead
 * afterwards.
 *
 * Errors: `ICERT_ERROR_CONFIG` for settings; those of the policy.
 *
 * Returns: `TRUE` when the policy is ready
 */
gboolean
icert_test_server_initialize_policy (ICertTestServer *self,
                                     ICertPolicy *policy,
                                     GHashTable *settings,
                                     const char *folder,
                                     GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&settings);
  g_autoptr (ICertManageModule) manage = NULL;
  g_autoptr (ICertSettings) judged = NULL;
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);
  g_return_val_if_fail (ICERT_IS_POLICY (policy), FALSE);

  manage = icert_policy_get_manage_module (policy);
  judged = judge_settings (manage, settings, folder, error);
  if (judged == NULL)
    return FALSE;
  context = icert_test_server_new_ca_context (self);
  ok = icert_policy_initialize (policy, ICERT_SERVER (context), judged, error);
  icert_request_context_invalidate (context);
  return ok;
}

/**
 * icert_test_server_verify_request:
 * @self: a server
 * @policy: a policy
 * @new_request: `FALSE` when an officer resubmits it
 * @verdict: (out): what becomes of the request
 * @error: return location for an error
 *
 * Asks a policy as the engine does: with a context of its own, which is dead afterwards. What the
 * policy changed stays, as for the next module of a chain, until
 * [method@ICert.TestServer.reset].
 *
 * Errors: those of the policy: a refusal denies, anything else would leave the request pending.
 *
 * Returns: `TRUE` when `verdict` was set
 */
gboolean
icert_test_server_verify_request (ICertTestServer *self,
                                  ICertPolicy *policy,
                                  gboolean new_request,
                                  ICertVerdict *verdict,
                                  GError **error)
{
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean ok;

  g_return_val_if_fail (verdict != NULL, FALSE);
  *verdict = ICERT_VERDICT_PENDING;
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);
  g_return_val_if_fail (ICERT_IS_POLICY (policy), FALSE);

  context = icert_test_server_new_request_context (self);
  ok = icert_policy_verify_request (policy, ICERT_SERVER_POLICY (context), new_request, verdict,
                                    error);
  icert_request_context_invalidate (context);
  return ok;
}

/**
 * icert_test_server_list_profiles:
 * @self: a server
 * @policy: a policy
 * @error: return location for an error
 *
 * Asks a policy which profiles the requester may use, as the engine does.
 *
 * Errors: those of the policy.
 *
 * Returns: (transfer full): names of profiles, or `NULL` with `error` set
 */
char **
icert_test_server_list_profiles (ICertTestServer *self, ICertPolicy *policy, GError **error)
{
  g_autoptr (ICertRequestContext) context = NULL;
  char **names;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);
  g_return_val_if_fail (ICERT_IS_POLICY (policy), NULL);

  context = icert_test_server_new_ca_context (self);
  names = icert_policy_list_profiles (policy, ICERT_SERVER (context), error);
  icert_request_context_invalidate (context);
  return names;
}

/**
 * icert_test_server_initialize_exit:
 * @self: a server
 * @module: an exit
 * @settings: (element-type utf8 utf8) (nullable): its settings, as they would stand in ca.conf
 * @folder: (nullable) (type filename): folder of the CA, the base of relative paths in settings
 * @mask: (out): the events it wants
 * @error: return location for an error
 *
 * Starts an exit as the engine does: judges the settings by what the exit describes, fills in the
 * defaults and calls [method@ICert.Exit.initialize] with a context of the CA.
 *
 * Errors: `ICERT_ERROR_CONFIG` for settings; those of the exit.
 *
 * Returns: `TRUE` when the exit is ready
 */
gboolean
icert_test_server_initialize_exit (ICertTestServer *self,
                                   ICertExit *module,
                                   GHashTable *settings,
                                   const char *folder,
                                   ICertExitEvents *mask,
                                   GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&settings);
  g_autoptr (ICertManageModule) manage = NULL;
  g_autoptr (ICertSettings) judged = NULL;
  g_autoptr (ICertRequestContext) context = NULL;
  gboolean ok;

  g_return_val_if_fail (mask != NULL, FALSE);
  *mask = 0;
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);
  g_return_val_if_fail (ICERT_IS_EXIT (module), FALSE);

  manage = icert_exit_get_manage_module (module);
  judged = judge_settings (manage, settings, folder, error);
  if (judged == NULL)
    return FALSE;
  context = icert_test_server_new_ca_context (self);
  ok = icert_exit_initialize (module, ICERT_SERVER (context), judged, mask, error);
  icert_request_context_invalidate (context);
  return ok;
}

/**
 * icert_test_server_notify_event:
 * @self: a server
 * @module: an exit
 * @event: one event
 * @error: return location for an error
 *
 * Tells an exit of an event, as the engine does. Events come at least once: a test that tells one
 * twice is right to do so.
 *
 * Errors: those of the exit.
 *
 * Returns: `TRUE` when the exit did its work
 */
gboolean
icert_test_server_notify_event (ICertTestServer *self,
                                ICertExit *module,
                                ICertExitEvents event,
                                GError **error)
{
  g_autoptr (ICertIssuedContext) context = NULL;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);
  g_return_val_if_fail (ICERT_IS_EXIT (module), FALSE);

  context = icert_test_server_new_issued_context (self);
  return icert_exit_notify_event (module, event, ICERT_SERVER_EXIT (context), error);
}
