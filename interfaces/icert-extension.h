/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-name.h"

G_BEGIN_DECLS

#define ICERT_TYPE_EXTENSION (icert_extension_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertExtension, icert_extension, ICERT, EXTENSION, GObject)

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new (const char *oid,
                                     ICertExtensionFlags flags,
                                     ICertExtensionOrigin origin,
                                     GBytes *value,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_extension_get_oid (ICertExtension *self);

ICERT_AVAILABLE_IN_0_1
const char *icert_extension_peek_oid (ICertExtension *self);

ICERT_AVAILABLE_IN_0_1
ICertExtensionFlags icert_extension_get_flags (ICertExtension *self);

ICERT_AVAILABLE_IN_0_1
ICertExtensionOrigin icert_extension_get_origin (ICertExtension *self);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_extension_get_value (ICertExtension *self);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_extension_peek_value (ICertExtension *self);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_key_usage (ICertKeyUsage usage,
                                               gboolean critical,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_extended_key_usage (const char *const *oids,
                                                        gboolean critical,
                                                        GError **error);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_basic_constraints (gboolean ca,
                                                       int path_length,
                                                       gboolean critical,
                                                       GError **error);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_certificate_policies (const char *const *oids,
                                                          gboolean critical,
                                                          GError **error);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_subject_alt_name (GPtrArray *names,
                                                      gboolean critical,
                                                      GError **error);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_name_constraints (GPtrArray *permitted,
                                                      GPtrArray *excluded,
                                                      gboolean critical,
                                                      GError **error);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_authority_info_access (const char *const *ca_issuers,
                                                           const char *const *ocsp,
                                                           GError **error);

ICERT_AVAILABLE_IN_0_1
ICertExtension *icert_extension_new_crl_distribution_points (const char *const *urls,
                                                             GError **error);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_extension_parse_subject_alt_name (GBytes *value, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_extension_parse_key_usage (GBytes *value, ICertKeyUsage *usage, GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_extension_parse_extended_key_usage (GBytes *value, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_extension_parse_basic_constraints (GBytes *value,
                                                  gboolean *ca,
                                                  int *path_length,
                                                  GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_extension_parse_certificate_policies (GBytes *value, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_extension_parse_name_constraints (GBytes *value,
                                                 GPtrArray **permitted,
                                                 GPtrArray **excluded,
                                                 GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_extension_parse_authority_info_access (GBytes *value,
                                                      char ***ca_issuers,
                                                      char ***ocsp,
                                                      GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_extension_parse_crl_distribution_points (GBytes *value, GError **error);

G_END_DECLS
