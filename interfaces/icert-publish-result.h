/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-crl-info.h"
#include "icert-publish-place.h"

G_BEGIN_DECLS

#define ICERT_TYPE_PUBLISH_RESULT (icert_publish_result_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertPublishResult, icert_publish_result, ICERT, PUBLISH_RESULT, GObject)

ICERT_AVAILABLE_IN_0_1
ICertPublishResult *icert_publish_result_new (GPtrArray *crls, GPtrArray *places);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_publish_result_list_crls (ICertPublishResult *self);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_publish_result_list_places (ICertPublishResult *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_publish_result_check_status (ICertPublishResult *self, GError **error);

G_END_DECLS
