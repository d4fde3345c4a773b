/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-security.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertSecurity:
 *
 * Who may do what at a CA (AD CS: the security calls of ICertAdminD and ICertAdminD2, which COM's
 * ICertAdmin2 does not have), and the changes that wait for a second administrator. Get one with
 * [func@ICert.Security.open]. Rights are read at each call: a change is effective for the next call
 * of objects that are open.
 */
G_DEFINE_INTERFACE (ICertSecurity, icert_security, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          list_verbs,
                          GVariant *,
                          NULL,
                          ICertSecurity *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          list_roles,
                          GVariant *,
                          NULL,
                          ICertSecurity *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          set_roles,
                          gboolean,
                          FALSE,
                          ICertSecurity *self,
                          const char *principal,
                          ICertRoles roles,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          list_officer_rights,
                          GVariant *,
                          NULL,
                          ICertSecurity *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          set_officer_rights,
                          gboolean,
                          FALSE,
                          ICertSecurity *self,
                          const char *name,
                          const char *const *officers,
                          const char *const *profiles,
                          const char *const *requesters,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          list_agents,
                          GVariant *,
                          NULL,
                          ICertSecurity *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          set_agent,
                          gboolean,
                          FALSE,
                          ICertSecurity *self,
                          const char *name,
                          const char *const *principals,
                          const char *const *profiles,
                          const char *const *subjects,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          get_effective_rights,
                          GVariant *,
                          NULL,
                          ICertSecurity *self,
                          const char *principal,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          list_changes,
                          GVariant *,
                          NULL,
                          ICertSecurity *self,
                          gboolean all,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          approve_change,
                          gboolean,
                          FALSE,
                          ICertSecurity *self,
                          gint64 id,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          reject_change,
                          gboolean,
                          FALSE,
                          ICertSecurity *self,
                          gint64 id,
                          const char *reason,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          set_profile,
                          gboolean,
                          FALSE,
                          ICertSecurity *self,
                          const char *name,
                          GBytes *content,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          withdraw_profile,
                          gboolean,
                          FALSE,
                          ICertSecurity *self,
                          const char *name,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_security,
                          list_profile_versions,
                          GVariant *,
                          NULL,
                          ICertSecurity *self,
                          const char *name,
                          GCancellable *cancellable)

static void
icert_security_default_init (ICertSecurityInterface *iface)
{
  iface->list_verbs = icert_security_real_list_verbs;
  iface->list_roles = icert_security_real_list_roles;
  iface->set_roles = icert_security_real_set_roles;
  iface->list_officer_rights = icert_security_real_list_officer_rights;
  iface->set_officer_rights = icert_security_real_set_officer_rights;
  iface->list_agents = icert_security_real_list_agents;
  iface->set_agent = icert_security_real_set_agent;
  iface->get_effective_rights = icert_security_real_get_effective_rights;
  iface->list_changes = icert_security_real_list_changes;
  iface->approve_change = icert_security_real_approve_change;
  iface->reject_change = icert_security_real_reject_change;
  iface->set_profile = icert_security_real_set_profile;
  iface->withdraw_profile = icert_security_real_withdraw_profile;
  iface->list_profile_versions = icert_security_real_list_profile_versions;
}

/**
 * icert_security_list_verbs:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists what can be asked of a CA, and who may: an `aa{sv}` with `verb` (`s`), `roles` (`u`,
 * [flags@ICert.Roles], any of which will do), `together` (`u`, all of which are needed), `doors`
 * (`as`), `approval` (`s`: `none`, `two` for what needs a second administrator under dual control,
 * `by- object` when it depends on what is changed) and `methods` (`as`). No counterpart in AD CS.
 *
 * Any thread; blocks. Right: reader or auditor.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `aa{sv}`, one for each verb, or `NULL` with `error` set
 */
GVariant *
icert_security_list_verbs (ICertSecurity *self, GCancellable *cancellable, GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_verbs, NULL, error);
  answer = iface->list_verbs (self, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "list_verbs", error);
}

/**
 * icert_security_list_verbs_async:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.list_verbs] without blocking.
 */
void
icert_security_list_verbs_async (ICertSecurity *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_list_verbs), icert_security_list_verbs_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_security_list_verbs_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.list_verbs_async]. Errors are those of
 * [method@ICert.Security.list_verbs].
 *
 * Returns: (transfer full): an `aa{sv}`, one for each verb, or `NULL` with `error` set
 */
GVariant *
icert_security_list_verbs_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  return _icert_finish_pointer (self, result, icert_security_list_verbs_async, error);
}

/**
 * icert_security_list_roles:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists who has which roles (AD CS: ICertAdminD2::GetCASecurity): principals and their
 * [flags@ICert.Roles].
 *
 * Any thread; blocks. Right: reader or auditor.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `a{su}` by principal, or `NULL` with `error` set
 */
GVariant *
icert_security_list_roles (ICertSecurity *self, GCancellable *cancellable, GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_roles, NULL, error);
  answer = iface->list_roles (self, cancellable, &local_error);
  return _icert_end_variant (answer, "a{su}", local_error, self, "list_roles", error);
}

/**
 * icert_security_list_roles_async:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.list_roles] without blocking.
 */
void
icert_security_list_roles_async (ICertSecurity *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_list_roles), icert_security_list_roles_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_security_list_roles_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.list_roles_async]. Errors are those of
 * [method@ICert.Security.list_roles].
 *
 * Returns: (transfer full): an `a{su}` by principal, or `NULL` with `error` set
 */
GVariant *
icert_security_list_roles_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  return _icert_finish_pointer (self, result, icert_security_list_roles_async, error);
}

/**
 * icert_security_set_roles:
 * @self: a security object
 * @principal: `user:NAME`, `group:NAME`, `uid:N`, `cert:SHA256` or `agent:NAME`
 * @roles: all its roles; none to take them away
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says which roles a principal has (AD CS: ICertAdminD2::SetCASecurity). Effective for the next
 * call of everybody.
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_CONFIG`, `ICERT_ERROR_FORBIDDEN_FIELD` for
 * what the configuration does not take; `ICERT_ERROR_PENDING` [change=ID] when another
 * administrator must approve it.
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_security_set_roles (ICertSecurity *self,
                          const char *principal,
                          ICertRoles roles,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  if (!_icert_check_text (principal, "principal", error)
      || !_icert_check_flags (ICERT_TYPE_ROLES, roles, "roles", error))
    return FALSE;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_roles, FALSE, error);
  ok = iface->set_roles (self, principal, roles, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_roles", error);
}

/**
 * icert_security_set_roles_async:
 * @self: a security object
 * @principal: `user:NAME`, `group:NAME`, `uid:N`, `cert:SHA256` or `agent:NAME`
 * @roles: all its roles; none to take them away
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.set_roles] without blocking.
 */
void
icert_security_set_roles_async (ICertSecurity *self,
                                const char *principal,
                                ICertRoles roles,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_set_roles), icert_security_set_roles_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_STRING, principal,
                     ICERT_TYPE_ROLES, roles, G_TYPE_INVALID);
}

/**
 * icert_security_set_roles_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.set_roles_async]. Errors are those of
 * [method@ICert.Security.set_roles].
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_security_set_roles_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  return _icert_finish_boolean (self, result, icert_security_set_roles_async, error);
}

/**
 * icert_security_list_officer_rights:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists the officer rights (AD CS: ICertAdminD2::GetOfficerRights): an `aa{sv}` with `name`
 * (`s`), `officers` (`as`), and `profiles` and `requesters` (`as`) where they restrict. An
 * officer that one of them names decides only about what one of those covers; others decide about
 * everything.
 *
 * Any thread; blocks. Right: reader or auditor.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `aa{sv}`, one for each section, or `NULL` with `error` set
 */
GVariant *
icert_security_list_officer_rights (ICertSecurity *self, GCancellable *cancellable, GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_officer_rights, NULL, error);
  answer = iface->list_officer_rights (self, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "list_officer_rights", error);
}

/**
 * icert_security_list_officer_rights_async:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.list_officer_rights] without blocking.
 */
void
icert_security_list_officer_rights_async (ICertSecurity *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_list_officer_rights),
                     icert_security_list_officer_rights_async, G_TYPE_VARIANT, cancellable,
                     callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_security_list_officer_rights_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.list_officer_rights_async]. Errors are those of
 * [method@ICert.Security.list_officer_rights].
 *
 * Returns: (transfer full): an `aa{sv}`, one for each section, or `NULL` with `error` set
 */
GVariant *
icert_security_list_officer_rights_finish (ICertSecurity *self,
                                           GAsyncResult *result,
                                           GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  return _icert_finish_pointer (self, result, icert_security_list_officer_rights_async, error);
}

/**
 * icert_security_set_officer_rights:
 * @self: a security object
 * @name: name of the section
 * @officers: (nullable) (array zero-terminated=1): principals of officers; `NULL` removes the
 *   section
 * @profiles: (nullable) (array zero-terminated=1): profiles they decide about; `NULL`: all
 * @requesters: (nullable) (array zero-terminated=1): principals whose requests they decide
 *   about; `NULL`: all
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says what officers decide about (AD CS: ICertAdminD2::SetOfficerRights).
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_CONFIG`, `ICERT_ERROR_FORBIDDEN_FIELD` for
 * what the configuration does not take; `ICERT_ERROR_NOT_FOUND` when there is nothing to remove;
 * `ICERT_ERROR_PENDING` [change=ID] when another administrator must approve it.
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_security_set_officer_rights (ICertSecurity *self,
                                   const char *name,
                                   const char *const *officers,
                                   const char *const *profiles,
                                   const char *const *requesters,
                                   GCancellable *cancellable,
                                   GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  if (!_icert_check_text (name, "name", error)
      || !(officers == NULL || _icert_check_strv (officers, "officers", error))
      || !(profiles == NULL || _icert_check_strv (profiles, "profiles", error))
      || !(requesters == NULL || _icert_check_strv (requesters, "requesters", error)))
    return FALSE;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_officer_rights, FALSE, error);
  ok = iface->set_officer_rights (self, name, officers, profiles, requesters, cancellable,
                                  &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_officer_rights", error);
}

/**
 * icert_security_set_officer_rights_async:
 * @self: a security object
 * @name: name of the section
 * @officers: (nullable) (array zero-terminated=1): principals of officers; `NULL` removes the
 *   section
 * @profiles: (nullable) (array zero-terminated=1): profiles they decide about; `NULL`: all
 * @requesters: (nullable) (array zero-terminated=1): principals whose requests they decide
 *   about; `NULL`: all
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.set_officer_rights] without blocking.
 */
void
icert_security_set_officer_rights_async (ICertSecurity *self,
                                         const char *name,
                                         const char *const *officers,
                                         const char *const *profiles,
                                         const char *const *requesters,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_set_officer_rights),
                     icert_security_set_officer_rights_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_STRING, name, G_TYPE_STRV, officers, G_TYPE_STRV, profiles,
                     G_TYPE_STRV, requesters, G_TYPE_INVALID);
}

/**
 * icert_security_set_officer_rights_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.set_officer_rights_async]. Errors are those of
 * [method@ICert.Security.set_officer_rights].
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_security_set_officer_rights_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  return _icert_finish_boolean (self, result, icert_security_set_officer_rights_async, error);
}

/**
 * icert_security_list_agents:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists who may ask on behalf of others (AD CS: EnrollmentAgentRights): an `aa{sv}` with `name`
 * (`s`), `principals`, `profiles` and `subjects` (`as`).
 *
 * Any thread; blocks. Right: reader or auditor.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `aa{sv}`, one for each section, or `NULL` with `error` set
 */
GVariant *
icert_security_list_agents (ICertSecurity *self, GCancellable *cancellable, GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_agents, NULL, error);
  answer = iface->list_agents (self, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "list_agents", error);
}

/**
 * icert_security_list_agents_async:
 * @self: a security object
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.list_agents] without blocking.
 */
void
icert_security_list_agents_async (ICertSecurity *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_list_agents),
                     icert_security_list_agents_async, G_TYPE_VARIANT, cancellable, callback,
                     user_data, G_TYPE_INVALID);
}

/**
 * icert_security_list_agents_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.list_agents_async]. Errors are those of
 * [method@ICert.Security.list_agents].
 *
 * Returns: (transfer full): an `aa{sv}`, one for each section, or `NULL` with `error` set
 */
GVariant *
icert_security_list_agents_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  return _icert_finish_pointer (self, result, icert_security_list_agents_async, error);
}

/**
 * icert_security_set_agent:
 * @self: a security object
 * @name: name of the section
 * @principals: (nullable) (array zero-terminated=1): who may ask; `NULL` removes the section
 * @profiles: (nullable) (array zero-terminated=1): for which profiles
 * @subjects: (nullable) (array zero-terminated=1): on behalf of whom: `user:NAME` or
 *   `group:NAME`, with `*` for anything
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says who may ask on behalf of whom (S-D7).
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_CONFIG`, `ICERT_ERROR_FORBIDDEN_FIELD` for
 * what the configuration does not take; `ICERT_ERROR_NOT_FOUND` when there is nothing to remove;
 * `ICERT_ERROR_PENDING` [change=ID] when another administrator must approve it.
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_security_set_agent (ICertSecurity *self,
                          const char *name,
                          const char *const *principals,
                          const char *const *profiles,
                          const char *const *subjects,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  if (!_icert_check_text (name, "name", error)
      || !(principals == NULL || _icert_check_strv (principals, "principals", error))
      || !(profiles == NULL || _icert_check_strv (profiles, "profiles", error))
      || !(subjects == NULL || _icert_check_strv (subjects, "subjects", error)))
    return FALSE;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_agent, FALSE, error);
  ok = iface->set_agent (self, name, principals, profiles, subjects, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_agent", error);
}

/**
 * icert_security_set_agent_async:
 * @self: a security object
 * @name: name of the section
 * @principals: (nullable) (array zero-terminated=1): who may ask; `NULL` removes the section
 * @profiles: (nullable) (array zero-terminated=1): for which profiles
 * @subjects: (nullable) (array zero-terminated=1): on behalf of whom: `user:NAME` or
 *   `group:NAME`, with `*` for anything
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.set_agent] without blocking.
 */
void
icert_security_set_agent_async (ICertSecurity *self,
                                const char *name,
                                const char *const *principals,
                                const char *const *profiles,
                                const char *const *subjects,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_set_agent), icert_security_set_agent_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_STRING, name,
                     G_TYPE_STRV, principals, G_TYPE_STRV, profiles, G_TYPE_STRV, subjects,
                     G_TYPE_INVALID);
}

/**
 * icert_security_set_agent_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.set_agent_async]. Errors are those of
 * [method@ICert.Security.set_agent].
 *
 * Returns: `TRUE` when it is so
 */
gboolean
icert_security_set_agent_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  return _icert_finish_boolean (self, result, icert_security_set_agent_async, error);
}

/**
 * icert_security_get_effective_rights:
 * @self: a security object
 * @principal: a principal; `user:NAME` with everything the account is in
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Says what a principal may: an `a{sv}` with `principals` (`as`), `roles` (`u`), `conflict` (`s`,
 * when roles exclude each other and none is left), `verbs` (`as`), `officer-rights`, `grants` and
 * `agents` (`as`, names of sections) and `dual-control` (`b`). No counterpart in AD CS.
 *
 * Any thread; blocks. Right: reader or auditor.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_MALFORMED` for what is no principal.
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_security_get_effective_rights (ICertSecurity *self,
                                     const char *principal,
                                     GCancellable *cancellable,
                                     GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  if (!_icert_check_text (principal, "principal", error))
    return NULL;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_effective_rights, NULL, error);
  answer = iface->get_effective_rights (self, principal, cancellable, &local_error);
  return _icert_end_variant (answer, "a{sv}", local_error, self, "get_effective_rights", error);
}

/**
 * icert_security_get_effective_rights_async:
 * @self: a security object
 * @principal: a principal; `user:NAME` with everything the account is in
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.get_effective_rights] without blocking.
 */
void
icert_security_get_effective_rights_async (ICertSecurity *self,
                                           const char *principal,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_get_effective_rights),
                     icert_security_get_effective_rights_async, G_TYPE_VARIANT, cancellable,
                     callback, user_data, G_TYPE_STRING, principal, G_TYPE_INVALID);
}

/**
 * icert_security_get_effective_rights_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.get_effective_rights_async]. Errors are those of
 * [method@ICert.Security.get_effective_rights].
 *
 * Returns: (transfer full): an `a{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_security_get_effective_rights_finish (ICertSecurity *self,
                                            GAsyncResult *result,
                                            GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  return _icert_finish_pointer (self, result, icert_security_get_effective_rights_async, error);
}

/**
 * icert_security_list_changes:
 * @self: a security object
 * @all: (attributes default=0): whether decided ones are wanted too
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists the changes that wait for a second administrator (S-D11), newest first: an `aa{sv}` with
 * `id` (`x`), `state` (`s`: `waits`, `approved`, `done`, `rejected`, `expired` or `failed`),
 * `time` and `expires` (`x`, microseconds since 1970 UTC), `actor`, `actor-id`, `verb`, `object`,
 * `value`, `old-hash`, and of `second`, `second-id`, `decided` and `detail` those there are.
 *
 * Any thread; blocks. Right: administrator or auditor.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_security_list_changes (ICertSecurity *self,
                             gboolean all,
                             GCancellable *cancellable,
                             GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_changes, NULL, error);
  answer = iface->list_changes (self, all, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "list_changes", error);
}

/**
 * icert_security_list_changes_async:
 * @self: a security object
 * @all: (attributes default=0): whether decided ones are wanted too
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.list_changes] without blocking.
 */
void
icert_security_list_changes_async (ICertSecurity *self,
                                   gboolean all,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_list_changes),
                     icert_security_list_changes_async, G_TYPE_VARIANT, cancellable, callback,
                     user_data, G_TYPE_BOOLEAN, all, G_TYPE_INVALID);
}

/**
 * icert_security_list_changes_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.list_changes_async]. Errors are those of
 * [method@ICert.Security.list_changes].
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_security_list_changes_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  return _icert_finish_pointer (self, result, icert_security_list_changes_async, error);
}

/**
 * icert_security_approve_change:
 * @self: a security object
 * @id: id of a change
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Approves a change that another administrator asked for. One of the configuration or of a
 * profile is made at once, judged by the configuration of this moment; anything else may then be
 * done by who asked, once, by the same call.
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`, for one's own too; `ICERT_ERROR_NOT_FOUND`;
 * `ICERT_ERROR_WRONG_STATE` when it is decided, void, or what it replaces has changed; and those
 * of the change.
 *
 * Returns: `TRUE` when it is approved, and made
 */
gboolean
icert_security_approve_change (ICertSecurity *self,
                               gint64 id,
                               GCancellable *cancellable,
                               GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  if (!_icert_check_id (id, error))
    return FALSE;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, approve_change, FALSE, error);
  ok = iface->approve_change (self, id, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "approve_change", error);
}

/**
 * icert_security_approve_change_async:
 * @self: a security object
 * @id: id of a change
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.approve_change] without blocking.
 */
void
icert_security_approve_change_async (ICertSecurity *self,
                                     gint64 id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_approve_change),
                     icert_security_approve_change_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_INT64, id, G_TYPE_INVALID);
}

/**
 * icert_security_approve_change_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.approve_change_async]. Errors are those of
 * [method@ICert.Security.approve_change].
 *
 * Returns: `TRUE` when it is approved, and made
 */
gboolean
icert_security_approve_change_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  return _icert_finish_boolean (self, result, icert_security_approve_change_async, error);
}

/**
 * icert_security_reject_change:
 * @self: a security object
 * @id: id of a change
 * @reason: (nullable): why
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Rejects a change; whoever asked for it takes it back so.
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_WRONG_STATE` when
 * it is decided or void.
 *
 * Returns: `TRUE` when it is rejected
 */
gboolean
icert_security_reject_change (ICertSecurity *self,
                              gint64 id,
                              const char *reason,
                              GCancellable *cancellable,
                              GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  if (!_icert_check_id (id, error) || !_icert_check_optional_text (reason, "reason", error))
    return FALSE;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, reject_change, FALSE, error);
  ok = iface->reject_change (self, id, reason, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "reject_change", error);
}

/**
 * icert_security_reject_change_async:
 * @self: a security object
 * @id: id of a change
 * @reason: (nullable): why
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.reject_change] without blocking.
 */
void
icert_security_reject_change_async (ICertSecurity *self,
                                    gint64 id,
                                    const char *reason,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_reject_change),
                     icert_security_reject_change_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_INT64, id, G_TYPE_STRING, reason, G_TYPE_INVALID);
}

/**
 * icert_security_reject_change_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.reject_change_async]. Errors are those of
 * [method@ICert.Security.reject_change].
 *
 * Returns: `TRUE` when it is rejected
 */
gboolean
icert_security_reject_change_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  return _icert_finish_boolean (self, result, icert_security_reject_change_async, error);
}

/**
 * icert_security_set_profile:
 * @self: a security object
 * @name: name of the profile
 * @content: the profile, as a key file
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Installs a certificate profile, or a new content of one; the contents before are withdrawn. Who
 * did it is recorded, and nobody approves requests by a profile they changed within thirty days
 * (S-D10).
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_CONFIG`; `ICERT_ERROR_BAD_NAME`;
 * `ICERT_ERROR_PENDING` [change=ID] when another administrator must approve it.
 *
 * Returns: `TRUE` when it is installed
 */
gboolean
icert_security_set_profile (ICertSecurity *self,
                            const char *name,
                            GBytes *content,
                            GCancellable *cancellable,
                            GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  if (!_icert_check_text (name, "name", error) || !_icert_check_bytes (content, "content", error))
    return FALSE;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_profile, FALSE, error);
  ok = iface->set_profile (self, name, content, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_profile", error);
}

/**
 * icert_security_set_profile_async:
 * @self: a security object
 * @name: name of the profile
 * @content: the profile, as a key file
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.set_profile] without blocking.
 */
void
icert_security_set_profile_async (ICertSecurity *self,
                                  const char *name,
                                  GBytes *content,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_set_profile),
                     icert_security_set_profile_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_STRING, name, G_TYPE_BYTES, content, G_TYPE_INVALID);
}

/**
 * icert_security_set_profile_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.set_profile_async]. Errors are those of
 * [method@ICert.Security.set_profile].
 *
 * Returns: `TRUE` when it is installed
 */
gboolean
icert_security_set_profile_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  return _icert_finish_boolean (self, result, icert_security_set_profile_async, error);
}

/**
 * icert_security_withdraw_profile:
 * @self: a security object
 * @name: name of the profile
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Withdraws a certificate profile.
 *
 * Any thread; blocks. Right: administrator.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_NOT_FOUND`; `ICERT_ERROR_PENDING`
 * [change=ID] when another administrator must approve it.
 *
 * Returns: `TRUE` when it is withdrawn
 */
gboolean
icert_security_withdraw_profile (ICertSecurity *self,
                                 const char *name,
                                 GCancellable *cancellable,
                                 GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  if (!_icert_check_text (name, "name", error))
    return FALSE;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, withdraw_profile, FALSE, error);
  ok = iface->withdraw_profile (self, name, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "withdraw_profile", error);
}

/**
 * icert_security_withdraw_profile_async:
 * @self: a security object
 * @name: name of the profile
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.withdraw_profile] without blocking.
 */
void
icert_security_withdraw_profile_async (ICertSecurity *self,
                                       const char *name,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_withdraw_profile),
                     icert_security_withdraw_profile_async, G_TYPE_BOOLEAN, cancellable, callback,
                     user_data, G_TYPE_STRING, name, G_TYPE_INVALID);
}

/**
 * icert_security_withdraw_profile_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.withdraw_profile_async]. Errors are those of
 * [method@ICert.Security.withdraw_profile].
 *
 * Returns: `TRUE` when it is withdrawn
 */
gboolean
icert_security_withdraw_profile_finish (ICertSecurity *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), FALSE);

  return _icert_finish_boolean (self, result, icert_security_withdraw_profile_async, error);
}

/**
 * icert_security_list_profile_versions:
 * @self: a security object
 * @name: (nullable): name of a profile; `NULL` for all
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lists the contents of profiles that were in use: an `aa{sv}` with `name`, `hash` (`s`,
 * SHA-256), `version` and `time` (`x`), `waived` (`b`: by a waiver of two administrators it takes
 * names from the request without approval, S-D5), and of `actor`, `actor-id`, `second-id` (`s`) and
 * `withdrawn` (`x`) those there are; of one profile also `content` (`s`). One without an actor was
 * found in the folder.
 *
 * Any thread; blocks. Right: reader or auditor.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`.
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_security_list_profile_versions (ICertSecurity *self,
                                      const char *name,
                                      GCancellable *cancellable,
                                      GError **error)
{
  ICertSecurityInterface *iface;
  GError *local_error = NULL;
  GVariant *answer;

  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  if (!_icert_check_optional_text (name, "name", error))
    return NULL;
  iface = ICERT_SECURITY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_profile_versions, NULL, error);
  answer = iface->list_profile_versions (self, name, cancellable, &local_error);
  return _icert_end_variant (answer, "aa{sv}", local_error, self, "list_profile_versions", error);
}

/**
 * icert_security_list_profile_versions_async:
 * @self: a security object
 * @name: (nullable): name of a profile; `NULL` for all
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Security.list_profile_versions] without blocking.
 */
void
icert_security_list_profile_versions_async (ICertSecurity *self,
                                            const char *name,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data)
{
  g_return_if_fail (ICERT_IS_SECURITY (self));

  _icert_call_async (self, G_CALLBACK (icert_security_list_profile_versions),
                     icert_security_list_profile_versions_async, G_TYPE_VARIANT, cancellable,
                     callback, user_data, G_TYPE_STRING, name, G_TYPE_INVALID);
}

/**
 * icert_security_list_profile_versions_finish:
 * @self: a security object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Security.list_profile_versions_async]. Errors are those of
 * [method@ICert.Security.list_profile_versions].
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_security_list_profile_versions_finish (ICertSecurity *self,
                                             GAsyncResult *result,
                                             GError **error)
{
  g_return_val_if_fail (ICERT_IS_SECURITY (self), NULL);

  return _icert_finish_pointer (self, result, icert_security_list_profile_versions_async, error);
}
