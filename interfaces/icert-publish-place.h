/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-crl-info.h"

G_BEGIN_DECLS

#define ICERT_TYPE_PUBLISH_PLACE (icert_publish_place_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertPublishPlace, icert_publish_place, ICERT, PUBLISH_PLACE, GObject)

ICERT_AVAILABLE_IN_0_1
ICertPublishPlace *icert_publish_place_new (ICertCrlInfo *crl,
                                            const char *class_id,
                                            const char *place,
                                            const GError *status,
                                            int attempts,
                                            GDateTime *next_attempt);

ICERT_AVAILABLE_IN_0_1
ICertCrlInfo *icert_publish_place_get_crl (ICertPublishPlace *self);

ICERT_AVAILABLE_IN_0_1
char *icert_publish_place_get_class_id (ICertPublishPlace *self);

ICERT_AVAILABLE_IN_0_1
char *icert_publish_place_get_place (ICertPublishPlace *self);

ICERT_AVAILABLE_IN_0_1
GError *icert_publish_place_get_status (ICertPublishPlace *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_publish_place_check_status (ICertPublishPlace *self, GError **error);

ICERT_AVAILABLE_IN_0_1
int icert_publish_place_get_attempts (ICertPublishPlace *self);

ICERT_AVAILABLE_IN_0_1
GDateTime *icert_publish_place_get_next_attempt (ICertPublishPlace *self);

G_END_DECLS
