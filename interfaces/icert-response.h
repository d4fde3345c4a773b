/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_RESPONSE (icert_response_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertResponse, icert_response, ICERT, RESPONSE, GObject)

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_response_new (gint64 request_id,
                                   ICertDisposition disposition,
                                   const char *message,
                                   const GError *status,
                                   GBytes *certificate,
                                   GPtrArray *chain);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_response_new_with_crls (gint64 request_id,
                                             ICertDisposition disposition,
                                             const char *message,
                                             const GError *status,
                                             GBytes *certificate,
                                             GPtrArray *chain,
                                             GPtrArray *crls);

/**
 * ICertCrlSource: (skip)
 * @data: what was given beside it
 * @error: return location for an error
 *
 * Reads the CRLs of an answer when somebody asks for them, on any thread.
 *
 * Returns: (transfer container) (element-type GBytes): CRLs in DER
 */
typedef GPtrArray *(*ICertCrlSource) (gpointer data, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_response_set_crl_source (ICertResponse *self,
                                    ICertCrlSource source,
                                    gpointer data,
                                    GDestroyNotify destroy);

ICERT_AVAILABLE_IN_0_1
gint64 icert_response_get_request_id (ICertResponse *self);

ICERT_AVAILABLE_IN_0_1
ICertDisposition icert_response_get_disposition (ICertResponse *self);

ICERT_AVAILABLE_IN_0_1
char *icert_response_get_message (ICertResponse *self);

ICERT_AVAILABLE_IN_0_1
GError *icert_response_get_status (ICertResponse *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_response_check_status (ICertResponse *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_response_get_certificate (ICertResponse *self,
                                        ICertOutputFlags flags,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_response_list_issuers (ICertResponse *self);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_response_list_crls (ICertResponse *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GTlsCertificate *icert_response_get_tls_certificate (ICertResponse *self, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_response_get_policy_stale (ICertResponse *self);

G_END_DECLS
