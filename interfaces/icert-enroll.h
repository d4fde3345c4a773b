/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-name.h"
#include "icert-response.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ENROLL (icert_enroll_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertEnroll, icert_enroll, ICERT, ENROLL, GObject)

struct _ICertEnrollInterface
{
  GTypeInterface parent_iface;

  gboolean (*set_names) (ICertEnroll *self, GPtrArray *names, GError **error);

  GPtrArray *(*get_names) (ICertEnroll *self);

  gboolean (*set_passphrase) (ICertEnroll *self, const char *passphrase, GError **error);

  GBytes *(*create_request) (ICertEnroll *self, GCancellable *cancellable, GError **error);

  GBytes *(*create_renewal) (ICertEnroll *self,
                             gboolean same_key,
                             GCancellable *cancellable,
                             GError **error);

  gboolean (*install_response) (ICertEnroll *self,
                                ICertResponse *response,
                                GCancellable *cancellable,
                                GError **error);

  gboolean (*install_certificate) (ICertEnroll *self,
                                   GBytes *certificate,
                                   GCancellable *cancellable,
                                   GError **error);

  ICertResponse *(*enroll) (ICertEnroll *self,
                            const char *config,
                            guint wait,
                            GCancellable *cancellable,
                            GError **error);

  ICertResponse *(*renew) (ICertEnroll *self,
                           const char *config,
                           gboolean same_key,
                           guint wait,
                           GCancellable *cancellable,
                           GError **error);

  GDateTime *(*get_not_after) (ICertEnroll *self, GError **error);

  GDateTime *(*get_renewal_time) (ICertEnroll *self, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_enroll_set_names (ICertEnroll *self, GPtrArray *names, GError **error);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_enroll_get_names (ICertEnroll *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_enroll_set_passphrase (ICertEnroll *self, const char *passphrase, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_enroll_create_request (ICertEnroll *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enroll_create_request_async (ICertEnroll *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_enroll_create_request_finish (ICertEnroll *self,
                                            GAsyncResult *result,
                                            GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_enroll_create_renewal (ICertEnroll *self,
                                     gboolean same_key,
                                     GCancellable *cancellable,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enroll_create_renewal_async (ICertEnroll *self,
                                        gboolean same_key,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_enroll_create_renewal_finish (ICertEnroll *self,
                                            GAsyncResult *result,
                                            GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_enroll_install_response (ICertEnroll *self,
                                        ICertResponse *response,
                                        GCancellable *cancellable,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enroll_install_response_async (ICertEnroll *self,
                                          ICertResponse *response,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_enroll_install_response_finish (ICertEnroll *self,
                                               GAsyncResult *result,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_enroll_install_certificate (ICertEnroll *self,
                                           GBytes *certificate,
                                           GCancellable *cancellable,
                                           GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enroll_install_certificate_async (ICertEnroll *self,
                                             GBytes *certificate,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_enroll_install_certificate_finish (ICertEnroll *self,
                                                  GAsyncResult *result,
                                                  GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_enroll_enroll (ICertEnroll *self,
                                    const char *config,
                                    guint wait,
                                    GCancellable *cancellable,
                                    GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enroll_enroll_async (ICertEnroll *self,
                                const char *config,
                                guint wait,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_enroll_enroll_finish (ICertEnroll *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_enroll_renew (ICertEnroll *self,
                                   const char *config,
                                   gboolean same_key,
                                   guint wait,
                                   GCancellable *cancellable,
                                   GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_enroll_renew_async (ICertEnroll *self,
                               const char *config,
                               gboolean same_key,
                               guint wait,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_enroll_renew_finish (ICertEnroll *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_enroll_get_not_after (ICertEnroll *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_enroll_get_renewal_time (ICertEnroll *self, GError **error);

G_END_DECLS
