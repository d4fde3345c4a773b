/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-server.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SERVER_POLICY (icert_server_policy_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertServerPolicy, icert_server_policy, ICERT, SERVER_POLICY, ICertServer)

struct _ICertServerPolicyInterface
{
  GTypeInterface parent_iface;

  gboolean (*set_certificate_property) (ICertServerPolicy *self,
                                        const char *name,
                                        GVariant *value,
                                        GError **error);

  gboolean (*set_certificate_extension) (ICertServerPolicy *self,
                                         const char *oid,
                                         ICertExtensionFlags flags,
                                         GBytes *value,
                                         GError **error);

  gboolean (*set_disposition_message) (ICertServerPolicy *self, const char *text, GError **error);

  gboolean (*add_trace) (ICertServerPolicy *self,
                         const char *rule,
                         const char *field,
                         const char *seen,
                         const char *allowed,
                         GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_server_policy_set_certificate_property (ICertServerPolicy *self,
                                                       const char *name,
                                                       GVariant *value,
                                                       GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_server_policy_set_certificate_extension (ICertServerPolicy *self,
                                                        const char *oid,
                                                        ICertExtensionFlags flags,
                                                        GBytes *value,
                                                        GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_server_policy_set_disposition_message (ICertServerPolicy *self,
                                                      const char *text,
                                                      GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_server_policy_add_trace (ICertServerPolicy *self,
                                        const char *rule,
                                        const char *field,
                                        const char *seen,
                                        const char *allowed,
                                        GError **error);

G_END_DECLS
