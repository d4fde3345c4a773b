/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-admin.h"
#include "icert-ca.h"
#include "icert-config.h"
#include "icert-control.h"
#include "icert-enroll.h"
#include "icert-request.h"
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
ICertSetup *icert_setup_open (GCancellable *cancellable, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertEnroll *icert_enroll_open (GCancellable *cancellable, GError **error);

G_END_DECLS
