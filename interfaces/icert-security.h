/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SECURITY (icert_security_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertSecurity, icert_security, ICERT, SECURITY, GObject)

struct _ICertSecurityInterface
{
  GTypeInterface parent_iface;

  GVariant *(*list_verbs) (ICertSecurity *self, GCancellable *cancellable, GError **error);

  GVariant *(*list_roles) (ICertSecurity *self, GCancellable *cancellable, GError **error);

  gboolean (*set_roles) (ICertSecurity *self,
                         const char *principal,
                         ICertRoles roles,
                         GCancellable *cancellable,
                         GError **error);

  GVariant *(*list_officer_rights) (ICertSecurity *self, GCancellable *cancellable, GError **error);

  gboolean (*set_officer_rights) (ICertSecurity *self,
                                  const char *name,
                                  const char *const *officers,
                                  const char *const *profiles,
                                  const char *const *requesters,
                                  GCancellable *cancellable,
                                  GError **error);

  GVariant *(*list_agents) (ICertSecurity *self, GCancellable *cancellable, GError **error);

  gboolean (*set_agent) (ICertSecurity *self,
                         const char *name,
                         const char *const *principals,
                         const char *const *profiles,
                         const char *const *subjects,
                         GCancellable *cancellable,
                         GError **error);

  GVariant *(*get_effective_rights) (ICertSecurity *self,
                                     const char *principal,
                                     GCancellable *cancellable,
                                     GError **error);

  GVariant *(*list_changes) (ICertSecurity *self,
                             gboolean all,
                             GCancellable *cancellable,
                             GError **error);

  gboolean (*approve_change) (ICertSecurity *self,
                              gint64 id,
                              GCancellable *cancellable,
                              GError **error);

  gboolean (*reject_change) (ICertSecurity *self,
                             gint64 id,
                             const char *reason,
                             GCancellable *cancellable,
                             GError **error);

  gboolean (*set_profile) (ICertSecurity *self,
                           const char *name,
                           GBytes *content,
                           GCancellable *cancellable,
                           GError **error);

  gboolean (*withdraw_profile) (ICertSecurity *self,
                                const char *name,
                                GCancellable *cancellable,
                                GError **error);

  GVariant *(*list_profile_versions) (ICertSecurity *self,
                                      const char *name,
                                      GCancellable *cancellable,
                                      GError **error);
};

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_verbs (ICertSecurity *self,
                                     GCancellable *cancellable,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_list_verbs_async (ICertSecurity *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_verbs_finish (ICertSecurity *self,
                                            GAsyncResult *result,
                                            GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_roles (ICertSecurity *self,
                                     GCancellable *cancellable,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_list_roles_async (ICertSecurity *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_roles_finish (ICertSecurity *self,
                                            GAsyncResult *result,
                                            GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_roles (ICertSecurity *self,
                                   const char *principal,
                                   ICertRoles roles,
                                   GCancellable *cancellable,
                                   GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_set_roles_async (ICertSecurity *self,
                                     const char *principal,
                                     ICertRoles roles,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_roles_finish (ICertSecurity *self,
                                          GAsyncResult *result,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_officer_rights (ICertSecurity *self,
                                              GCancellable *cancellable,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_list_officer_rights_async (ICertSecurity *self,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_officer_rights_finish (ICertSecurity *self,
                                                     GAsyncResult *result,
                                                     GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_officer_rights (ICertSecurity *self,
                                            const char *name,
                                            const char *const *officers,
                                            const char *const *profiles,
                                            const char *const *requesters,
                                            GCancellable *cancellable,
                                            GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_set_officer_rights_async (ICertSecurity *self,
                                              const char *name,
                                              const char *const *officers,
                                              const char *const *profiles,
                                              const char *const *requesters,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_officer_rights_finish (ICertSecurity *self,
                                                   GAsyncResult *result,
                                                   GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_agents (ICertSecurity *self,
                                      GCancellable *cancellable,
                                      GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_list_agents_async (ICertSecurity *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_agents_finish (ICertSecurity *self,
                                             GAsyncResult *result,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_agent (ICertSecurity *self,
                                   const char *name,
                                   const char *const *principals,
                                   const char *const *profiles,
                                   const char *const *subjects,
                                   GCancellable *cancellable,
                                   GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_set_agent_async (ICertSecurity *self,
                                     const char *name,
                                     const char *const *principals,
                                     const char *const *profiles,
                                     const char *const *subjects,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_agent_finish (ICertSecurity *self,
                                          GAsyncResult *result,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_get_effective_rights (ICertSecurity *self,
                                               const char *principal,
                                               GCancellable *cancellable,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_get_effective_rights_async (ICertSecurity *self,
                                                const char *principal,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_get_effective_rights_finish (ICertSecurity *self,
                                                      GAsyncResult *result,
                                                      GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_changes (ICertSecurity *self,
                                       gboolean all,
                                       GCancellable *cancellable,
                                       GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_list_changes_async (ICertSecurity *self,
                                        gboolean all,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_changes_finish (ICertSecurity *self,
                                              GAsyncResult *result,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_approve_change (ICertSecurity *self,
                                        gint64 id,
                                        GCancellable *cancellable,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_approve_change_async (ICertSecurity *self,
                                          gint64 id,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_approve_change_finish (ICertSecurity *self,
                                               GAsyncResult *result,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_reject_change (ICertSecurity *self,
                                       gint64 id,
                                       const char *reason,
                                       GCancellable *cancellable,
                                       GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_reject_change_async (ICertSecurity *self,
                                         gint64 id,
                                         const char *reason,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_reject_change_finish (ICertSecurity *self,
                                              GAsyncResult *result,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_profile (ICertSecurity *self,
                                     const char *name,
                                     GBytes *content,
                                     GCancellable *cancellable,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_set_profile_async (ICertSecurity *self,
                                       const char *name,
                                       GBytes *content,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_set_profile_finish (ICertSecurity *self,
                                            GAsyncResult *result,
                                            GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_withdraw_profile (ICertSecurity *self,
                                          const char *name,
                                          GCancellable *cancellable,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_withdraw_profile_async (ICertSecurity *self,
                                            const char *name,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_security_withdraw_profile_finish (ICertSecurity *self,
                                                 GAsyncResult *result,
                                                 GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_profile_versions (ICertSecurity *self,
                                                const char *name,
                                                GCancellable *cancellable,
                                                GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_security_list_profile_versions_async (ICertSecurity *self,
                                                 const char *name,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_security_list_profile_versions_finish (ICertSecurity *self,
                                                       GAsyncResult *result,
                                                       GError **error);

G_END_DECLS
