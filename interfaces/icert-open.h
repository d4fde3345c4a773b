/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-admin.h"
#include "icert-backup.h"
#include "icert-ca.h"
#include "icert-config.h"
#include "icert-control.h"
#include "icert-encode-alt-name.h"
#include "icert-encode-bit-string.h"
#include "icert-encode-crl-dist-info.h"
#include "icert-encode-date-array.h"
#include "icert-encode-long-array.h"
#include "icert-encode-string-array.h"
#include "icert-enroll.h"
#include "icert-request.h"
#include "icert-security.h"
#include "icert-setup.h"
#include "icert-view.h"

G_BEGIN_DECLS

ICERT_AVAILABLE_IN_0_1
ICertConfig *icert_config_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertRequest *icert_request_open (const char *config, GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertAdmin *icert_admin_open (const char *config, GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertView *icert_view_open (const char *config, GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertCa *icert_ca_open (const char *config, GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertControl *icert_control_open (const char *config, GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertSecurity *icert_security_open (const char *config, GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertSetup *icert_setup_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertBackup *icert_backup_open (const char *config, GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEnroll *icert_enroll_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEncodeAltName *icert_encode_alt_name_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEncodeBitString *icert_encode_bit_string_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEncodeCrlDistInfo *icert_encode_crl_dist_info_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEncodeDateArray *icert_encode_date_array_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEncodeLongArray *icert_encode_long_array_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEncodeStringArray *icert_encode_string_array_open (GCancellable *cancellable, GError **error);

G_END_DECLS
