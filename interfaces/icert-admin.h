/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-ca.h"
#include "icert-publish-result.h"
#include "icert-response.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ADMIN (icert_admin_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertAdmin, icert_admin, ICERT, ADMIN, GObject)

struct _ICertAdminInterface
{
  GTypeInterface parent_iface;

  gboolean (*set_request_attributes) (ICertAdmin *self,
                                      gint64 id,
                                      GHashTable *attributes,
                                      GCancellable *cancellable,
                                      GError **error);

  gboolean (*set_certificate_extension) (ICertAdmin *self,
                                         gint64 id,
                                         const char *oid,
                                         ICertExtensionFlags flags,
                                         GBytes *value,
                                         GCancellable *cancellable,
                                         GError **error);

  gboolean (*deny_request) (ICertAdmin *self,
                            gint64 id,
                            const char *reason,
                            GCancellable *cancellable,
                            GError **error);

  ICertResponse *(*resubmit_request) (ICertAdmin *self,
                                      gint64 id,
                                      GCancellable *cancellable,
                                      GError **error);

  ICertRoles (*get_my_roles) (ICertAdmin *self, GCancellable *cancellable, GError **error);

  GVariant *(*get_trace) (ICertAdmin *self, gint64 id, GCancellable *cancellable, GError **error);

  GVariant *(*get_config_entry) (ICertAdmin *self,
                                 const char *node,
                                 const char *entry,
                                 GCancellable *cancellable,
                                 GError **error);

  gboolean (*set_config_entry) (ICertAdmin *self,
                                const char *node,
                                const char *entry,
                                GVariant *value,
                                GCancellable *cancellable,
                                GError **error);

  char **(*list_config_entries) (ICertAdmin *self,
                                 const char *node,
                                 GCancellable *cancellable,
                                 GError **error);

  ICertCa *(*get_ca) (ICertAdmin *self, GError **error);

  gboolean (*confirm_clock) (ICertAdmin *self, GCancellable *cancellable, GError **error);

  GVariant *(*verify_audit) (ICertAdmin *self,
                             gint64 after,
                             guint limit,
                             const char *const *checkpoints,
                             GCancellable *cancellable,
                             GError **error);

  GVariant *(*check_certificates) (ICertAdmin *self,
                                   gint64 after,
                                   guint limit,
                                   GDateTime *since,
                                   GCancellable *cancellable,
                                   GError **error);

  GVariant *(*check_health) (ICertAdmin *self, GCancellable *cancellable, GError **error);

  ICertPublishResult *(*publish_crls) (ICertAdmin *self,
                                       ICertCrlFlags flags,
                                       GDateTime *next_update,
                                       GCancellable *cancellable,
                                       GError **error);

  ICertCaDisposition (*is_valid_certificate) (ICertAdmin *self,
                                              const char *serial,
                                              ICertRevocationReason *reason,
                                              GCancellable *cancellable,
                                              GError **error);

  gboolean (*revoke) (ICertAdmin *self,
                      const char *serial,
                      ICertRevocationReason reason,
                      GDateTime *effective,
                      GCancellable *cancellable,
                      GError **error);

  gboolean (*unrevoke) (ICertAdmin *self,
                        const char *serial,
                        GCancellable *cancellable,
                        GError **error);

  gboolean (*set_publish_expired) (ICertAdmin *self,
                                   const char *serial,
                                   gboolean publish,
                                   GCancellable *cancellable,
                                   GError **error);

  gint64 (*import_certificate) (ICertAdmin *self,
                                GBytes *certificate,
                                ICertImportFlags flags,
                                GCancellable *cancellable,
                                GError **error);

  gint64 (*delete_row) (ICertAdmin *self,
                        ICertTable table,
                        gint64 id,
                        GCancellable *cancellable,
                        GError **error);

  gint64 (*delete_expired) (ICertAdmin *self,
                            ICertTable table,
                            GDateTime *before,
                            gboolean *more,
                            GCancellable *cancellable,
                            GError **error);

  gint64 (*delete_unresolved) (ICertAdmin *self,
                               GDateTime *before,
                               gboolean *more,
                               GCancellable *cancellable,
                               GError **error);

  gboolean (*set_ca_property) (ICertAdmin *self,
                               ICertCaProperty property,
                               int index,
                               GVariant *value,
                               GCancellable *cancellable,
                               GError **error);

  GVariant *(*describe_config_entry) (ICertAdmin *self,
                                      const char *node,
                                      const char *entry,
                                      GCancellable *cancellable,
                                      GError **error);

  GVariant *(*list_config_history) (ICertAdmin *self, GCancellable *cancellable, GError **error);

  gboolean (*undo_config_entry) (ICertAdmin *self,
                                 gint64 id,
                                 GCancellable *cancellable,
                                 GError **error);

  ICertResponse *(*resubmit_request_version) (ICertAdmin *self,
                                              gint64 id,
                                              gint64 content_version,
                                              GCancellable *cancellable,
                                              GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_request_attributes (ICertAdmin *self,
                                             gint64 id,
                                             GHashTable *attributes,
                                             GCancellable *cancellable,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_set_request_attributes_async (ICertAdmin *self,
                                               gint64 id,
                                               GHashTable *attributes,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_request_attributes_finish (ICertAdmin *self,
                                                    GAsyncResult *result,
                                                    GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_certificate_extension (ICertAdmin *self,
                                                gint64 id,
                                                const char *oid,
                                                ICertExtensionFlags flags,
                                                GBytes *value,
                                                GCancellable *cancellable,
                                                GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_set_certificate_extension_async (ICertAdmin *self,
                                                  gint64 id,
                                                  const char *oid,
                                                  ICertExtensionFlags flags,
                                                  GBytes *value,
                                                  GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_certificate_extension_finish (ICertAdmin *self,
                                                       GAsyncResult *result,
                                                       GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_deny_request (ICertAdmin *self,
                                   gint64 id,
                                   const char *reason,
                                   GCancellable *cancellable,
                                   GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_deny_request_async (ICertAdmin *self,
                                     gint64 id,
                                     const char *reason,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_deny_request_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_admin_resubmit_request (ICertAdmin *self,
                                             gint64 id,
                                             GCancellable *cancellable,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_resubmit_request_async (ICertAdmin *self,
                                         gint64 id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_admin_resubmit_request_finish (ICertAdmin *self,
                                                    GAsyncResult *result,
                                                    GError **error);

ICERT_AVAILABLE_IN_0_1
ICertRoles icert_admin_get_my_roles (ICertAdmin *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_get_my_roles_async (ICertAdmin *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertRoles icert_admin_get_my_roles_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_get_trace (ICertAdmin *self,
                                 gint64 id,
                                 GCancellable *cancellable,
                                 GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_get_trace_async (ICertAdmin *self,
                                  gint64 id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_get_trace_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_get_config_entry (ICertAdmin *self,
                                        const char *node,
                                        const char *entry,
                                        GCancellable *cancellable,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_get_config_entry_async (ICertAdmin *self,
                                         const char *node,
                                         const char *entry,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_get_config_entry_finish (ICertAdmin *self,
                                               GAsyncResult *result,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_config_entry (ICertAdmin *self,
                                       const char *node,
                                       const char *entry,
                                       GVariant *value,
                                       GCancellable *cancellable,
                                       GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_set_config_entry_async (ICertAdmin *self,
                                         const char *node,
                                         const char *entry,
                                         GVariant *value,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_config_entry_finish (ICertAdmin *self,
                                              GAsyncResult *result,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_admin_list_config_entries (ICertAdmin *self,
                                        const char *node,
                                        GCancellable *cancellable,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_list_config_entries_async (ICertAdmin *self,
                                            const char *node,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);

ICERT_AVAILABLE_IN_0_1
char **icert_admin_list_config_entries_finish (ICertAdmin *self,
                                               GAsyncResult *result,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
ICertCa *icert_admin_get_ca (ICertAdmin *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_confirm_clock (ICertAdmin *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_confirm_clock_async (ICertAdmin *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_confirm_clock_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_verify_audit (ICertAdmin *self,
                                    gint64 after,
                                    guint limit,
                                    const char *const *checkpoints,
                                    GCancellable *cancellable,
                                    GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_verify_audit_async (ICertAdmin *self,
                                     gint64 after,
                                     guint limit,
                                     const char *const *checkpoints,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_verify_audit_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_check_certificates (ICertAdmin *self,
                                          gint64 after,
                                          guint limit,
                                          GDateTime *since,
                                          GCancellable *cancellable,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_check_certificates_async (ICertAdmin *self,
                                           gint64 after,
                                           guint limit,
                                           GDateTime *since,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_check_certificates_finish (ICertAdmin *self,
                                                 GAsyncResult *result,
                                                 GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_check_health (ICertAdmin *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_check_health_async (ICertAdmin *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_check_health_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertPublishResult *icert_admin_publish_crls (ICertAdmin *self,
                                              ICertCrlFlags flags,
                                              GDateTime *next_update,
                                              GCancellable *cancellable,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_publish_crls_async (ICertAdmin *self,
                                     ICertCrlFlags flags,
                                     GDateTime *next_update,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertPublishResult *icert_admin_publish_crls_finish (ICertAdmin *self,
                                                     GAsyncResult *result,
                                                     GError **error);

ICERT_AVAILABLE_IN_0_1
ICertCaDisposition icert_admin_is_valid_certificate (ICertAdmin *self,
                                                     const char *serial,
                                                     ICertRevocationReason *reason,
                                                     GCancellable *cancellable,
                                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_is_valid_certificate_async (ICertAdmin *self,
                                             const char *serial,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertCaDisposition icert_admin_is_valid_certificate_finish (ICertAdmin *self,
                                                            GAsyncResult *result,
                                                            ICertRevocationReason *reason,
                                                            GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_revoke (ICertAdmin *self,
                             const char *serial,
                             ICertRevocationReason reason,
                             GDateTime *effective,
                             GCancellable *cancellable,
                             GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_revoke_async (ICertAdmin *self,
                               const char *serial,
                               ICertRevocationReason reason,
                               GDateTime *effective,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_revoke_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_unrevoke (ICertAdmin *self,
                               const char *serial,
                               GCancellable *cancellable,
                               GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_unrevoke_async (ICertAdmin *self,
                                 const char *serial,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_unrevoke_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_publish_expired (ICertAdmin *self,
                                          const char *serial,
                                          gboolean publish,
                                          GCancellable *cancellable,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_set_publish_expired_async (ICertAdmin *self,
                                            const char *serial,
                                            gboolean publish,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_publish_expired_finish (ICertAdmin *self,
                                                 GAsyncResult *result,
                                                 GError **error);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_import_certificate (ICertAdmin *self,
                                       GBytes *certificate,
                                       ICertImportFlags flags,
                                       GCancellable *cancellable,
                                       GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_import_certificate_async (ICertAdmin *self,
                                           GBytes *certificate,
                                           ICertImportFlags flags,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_import_certificate_finish (ICertAdmin *self,
                                              GAsyncResult *result,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_delete_row (ICertAdmin *self,
                               ICertTable table,
                               gint64 id,
                               GCancellable *cancellable,
                               GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_delete_row_async (ICertAdmin *self,
                                   ICertTable table,
                                   gint64 id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_delete_row_finish (ICertAdmin *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_delete_expired (ICertAdmin *self,
                                   ICertTable table,
                                   GDateTime *before,
                                   gboolean *more,
                                   GCancellable *cancellable,
                                   GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_delete_expired_async (ICertAdmin *self,
                                       ICertTable table,
                                       GDateTime *before,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_delete_expired_finish (ICertAdmin *self,
                                          GAsyncResult *result,
                                          gboolean *more,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_delete_unresolved (ICertAdmin *self,
                                      GDateTime *before,
                                      gboolean *more,
                                      GCancellable *cancellable,
                                      GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_delete_unresolved_async (ICertAdmin *self,
                                          GDateTime *before,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gint64 icert_admin_delete_unresolved_finish (ICertAdmin *self,
                                             GAsyncResult *result,
                                             gboolean *more,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_ca_property (ICertAdmin *self,
                                      ICertCaProperty property,
                                      int index,
                                      GVariant *value,
                                      GCancellable *cancellable,
                                      GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_set_ca_property_async (ICertAdmin *self,
                                        ICertCaProperty property,
                                        int index,
                                        GVariant *value,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_set_ca_property_finish (ICertAdmin *self,
                                             GAsyncResult *result,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_describe_config_entry (ICertAdmin *self,
                                             const char *node,
                                             const char *entry,
                                             GCancellable *cancellable,
                                             GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_describe_config_entry_async (ICertAdmin *self,
                                              const char *node,
                                              const char *entry,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_describe_config_entry_finish (ICertAdmin *self,
                                                    GAsyncResult *result,
                                                    GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_list_config_history (ICertAdmin *self,
                                           GCancellable *cancellable,
                                           GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_list_config_history_async (ICertAdmin *self,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_admin_list_config_history_finish (ICertAdmin *self,
                                                  GAsyncResult *result,
                                                  GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_undo_config_entry (ICertAdmin *self,
                                        gint64 id,
                                        GCancellable *cancellable,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_undo_config_entry_async (ICertAdmin *self,
                                          gint64 id,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_admin_undo_config_entry_finish (ICertAdmin *self,
                                               GAsyncResult *result,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_admin_resubmit_request_version (ICertAdmin *self,
                                                     gint64 id,
                                                     gint64 content_version,
                                                     GCancellable *cancellable,
                                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_admin_resubmit_request_version_async (ICertAdmin *self,
                                                 gint64 id,
                                                 gint64 content_version,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_admin_resubmit_request_version_finish (ICertAdmin *self,
                                                            GAsyncResult *result,
                                                            GError **error);

G_END_DECLS
