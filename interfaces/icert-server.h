/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"
#include "icert-name.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SERVER (icert_server_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertServer, icert_server, ICERT, SERVER, GObject)

struct _ICertServerInterface
{
  GTypeInterface parent_iface;

  gint64 (*get_request_id) (ICertServer *self);

  GVariant *(*get_request_property) (ICertServer *self, const char *name, GError **error);

  GVariant *(*get_certificate_property) (ICertServer *self, const char *name, GError **error);

  GVariant *(*get_ca_property) (ICertServer *self, const char *name, GError **error);

  char *(*get_request_attribute) (ICertServer *self, const char *name, GError **error);

  char **(*list_attributes) (ICertServer *self, GError **error);

  GBytes *(*get_certificate_extension) (ICertServer *self,
                                        const char *oid,
                                        ICertExtensionFlags *flags,
                                        ICertExtensionOrigin *origin,
                                        GError **error);

  char **(*list_extensions) (ICertServer *self, GError **error);

  GVariant *(*list_subject_rdns) (ICertServer *self, GError **error);

  GPtrArray *(*get_subject_alt_names) (ICertServer *self, GError **error);

  char **(*get_requester_groups) (ICertServer *self, GError **error);

  char *(*get_requester_attribute) (ICertServer *self, const char *name, GError **error);

  char *(*find_grant) (ICertServer *self, const char *profile, ICertName *name, GError **error);

  gboolean (*log) (ICertServer *self, ICertLogLevel level, const char *text, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gint64 icert_server_get_request_id (ICertServer *self);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_server_get_request_property (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_server_get_certificate_property (ICertServer *self,
                                                 const char *name,
                                                 GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_server_get_ca_property (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_server_get_request_attribute (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_server_list_attributes (ICertServer *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_server_get_certificate_extension (ICertServer *self,
                                                const char *oid,
                                                ICertExtensionFlags *flags,
                                                ICertExtensionOrigin *origin,
                                                GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_server_list_extensions (ICertServer *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_server_list_subject_rdns (ICertServer *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_server_get_subject_alt_names (ICertServer *self, GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_server_get_requester_groups (ICertServer *self, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_server_get_requester_attribute (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_server_find_grant (ICertServer *self,
                               const char *profile,
                               ICertName *name,
                               GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_server_log (ICertServer *self,
                           ICertLogLevel level,
                           const char *text,
                           GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_server_get_request_string (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_server_get_request_int (ICertServer *self,
                                       const char *name,
                                       gint64 *value,
                                       GError **error);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_server_get_request_date (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_server_get_request_bytes (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_server_get_certificate_string (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_server_get_certificate_int (ICertServer *self,
                                           const char *name,
                                           gint64 *value,
                                           GError **error);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_server_get_certificate_date (ICertServer *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_server_get_certificate_bytes (ICertServer *self, const char *name, GError **error);

G_END_DECLS
