/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_ISSUED_CRL (icert_issued_crl_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertIssuedCrl, icert_issued_crl, ICERT, ISSUED_CRL, GObject)

ICERT_AVAILABLE_IN_0_1
ICertIssuedCrl *icert_issued_crl_new (int key_index, int partition, GBytes *der, GError **error);

ICERT_AVAILABLE_IN_0_1
int icert_issued_crl_get_key_index (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
int icert_issued_crl_get_partition (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_issued_crl_get_delta (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
gint64 icert_issued_crl_get_number (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
gint64 icert_issued_crl_get_base_number (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_issued_crl_get_this_update (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_issued_crl_get_next_update (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_issued_crl_get_bytes (ICertIssuedCrl *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_issued_crl_check_replaces (ICertIssuedCrl *self,
                                          GBytes *there,
                                          gboolean *same,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_issued_crl_check_base (ICertIssuedCrl *self, GBytes *base, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_issued_crl_report_done (ICertIssuedCrl *self, const char *place, gboolean read_back);

ICERT_AVAILABLE_IN_0_1
void icert_issued_crl_report_failure (ICertIssuedCrl *self,
                                      const char *place,
                                      const GError *failure);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_issued_crl_list_reports (ICertIssuedCrl *self);

G_END_DECLS
