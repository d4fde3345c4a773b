/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_CRL_INFO (icert_crl_info_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertCrlInfo, icert_crl_info, ICERT, CRL_INFO, GObject)

ICERT_AVAILABLE_IN_0_1
gint64 icert_crl_info_get_row_id (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
int icert_crl_info_get_key_index (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
int icert_crl_info_get_partition (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_crl_info_get_delta (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
gint64 icert_crl_info_get_number (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
gint64 icert_crl_info_get_base_number (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
gint64 icert_crl_info_get_entries (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
gint64 icert_crl_info_get_size (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_crl_info_get_this_update (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_crl_info_get_next_update (ICertCrlInfo *self);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_crl_info_get_next_publish (ICertCrlInfo *self);

G_END_DECLS
