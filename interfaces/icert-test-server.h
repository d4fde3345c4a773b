/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-exit.h"
#include "icert-extension.h"
#include "icert-policy.h"
#include "icert-request-context.h"

G_BEGIN_DECLS

#define ICERT_TYPE_TEST_SERVER (icert_test_server_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertTestServer, icert_test_server, ICERT, TEST_SERVER, GObject)

ICERT_AVAILABLE_IN_0_1
ICertTestServer *icert_test_server_new (gint64 request_id);

ICERT_AVAILABLE_IN_0_1
gint64 icert_test_server_get_request_id (ICertTestServer *self);

/* The facts */

ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_set_request_property (ICertTestServer *self,
                                                 const char *name,
                                                 GVariant *value,
                                                 GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_set_certificate_property (ICertTestServer *self,
                                                     const char *name,
                                                     GVariant *value,
                                                     GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_set_ca_property (ICertTestServer *self,
                                            const char *name,
                                            GVariant *value,
                                            GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_add_subject (ICertTestServer *self,
                                        const char *name,
                                        const char *text,
                                        GError **error);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_set_request_attribute (ICertTestServer *self,
                                              const char *name,
                                              const char *value);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_add_extension (ICertTestServer *self, ICertExtension *extension);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_add_requested_extension (ICertTestServer *self, ICertExtension *extension);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_add_requester_group (ICertTestServer *self, const char *group);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_set_requester_attribute (ICertTestServer *self,
                                                const char *name,
                                                const char *value);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_add_grant (ICertTestServer *self,
                                  const char *grant,
                                  const char *profile,
                                  const char *pattern);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_set_certificate (ICertTestServer *self, GBytes *certificate);

ICERT_AVAILABLE_IN_0_1
void icert_test_server_add_crl (ICertTestServer *self, ICertIssuedCrl *crl);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_set_alarm (ICertTestServer *self, const char *code, const char *text);

ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_load_request (ICertTestServer *self,
                                         GBytes *request,
                                         GHashTable *attributes,
                                         const char *requester,
                                         GError **error);

/* The objects modules get */

ICERT_AVAILABLE_IN_0_1
ICertRequestContext *icert_test_server_new_request_context (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
ICertRequestContext *icert_test_server_new_ca_context (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
ICertIssuedContext *icert_test_server_new_issued_context (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_end_contexts (ICertTestServer *self);

/* What the engine does with a module */

ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_initialize_policy (ICertTestServer *self,
                                              ICertPolicy *policy,
                                              GHashTable *settings,
                                              const char *folder,
                                              GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_verify_request (ICertTestServer *self,
                                           ICertPolicy *policy,
                                           gboolean new_request,
                                           ICertVerdict *verdict,
                                           GError **error);
ICERT_AVAILABLE_IN_0_1
char **icert_test_server_list_profiles (ICertTestServer *self, ICertPolicy *policy, GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_initialize_exit (ICertTestServer *self,
                                            ICertExit *module,
                                            GHashTable *settings,
                                            const char *folder,
                                            ICertExitEvents *mask,
                                            GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_test_server_notify_event (ICertTestServer *self,
                                         ICertExit *module,
                                         ICertExitEvents event,
                                         GError **error);

/* What the module did */

ICERT_AVAILABLE_IN_0_1
GVariant *icert_test_server_get_request_property (ICertTestServer *self,
                                                  const char *name,
                                                  GError **error);
ICERT_AVAILABLE_IN_0_1
GVariant *icert_test_server_get_certificate_property (ICertTestServer *self,
                                                      const char *name,
                                                      GError **error);
ICERT_AVAILABLE_IN_0_1
GVariant *icert_test_server_get_ca_property (ICertTestServer *self,
                                             const char *name,
                                             GError **error);
ICERT_AVAILABLE_IN_0_1
char *icert_test_server_get_certificate_text (ICertTestServer *self,
                                              const char *name,
                                              GError **error);
ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_test_server_get_extension (ICertTestServer *self, const char *oid);
ICERT_AVAILABLE_IN_0_1
char **icert_test_server_list_extensions (ICertTestServer *self, gboolean enabled_only);
ICERT_AVAILABLE_IN_0_1
char *icert_test_server_get_disposition_message (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
GVariant *icert_test_server_get_trace (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
char **icert_test_server_list_trace (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
char **icert_test_server_list_log (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
char **icert_test_server_list_used (ICertTestServer *self, gboolean written);
ICERT_AVAILABLE_IN_0_1
guint icert_test_server_get_n_calls (ICertTestServer *self);
ICERT_AVAILABLE_IN_0_1
void icert_test_server_reset (ICertTestServer *self);

G_END_DECLS
