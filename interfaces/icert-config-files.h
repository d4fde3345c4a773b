/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-config.h"

G_BEGIN_DECLS

/* C only: ICertConfig over record files, class CertificateAuthority.Config */
#define ICERT_TYPE_CONFIG_FILES (icert_config_files_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertConfigFiles, icert_config_files, ICERT, CONFIG_FILES, GObject)

ICERT_AVAILABLE_IN_0_1
char **icert_config_files_list_problems (ICertConfigFiles *self);
ICERT_AVAILABLE_IN_0_1
char *icert_config_files_add (const char *folder, GHashTable *fields, GError **error);

G_END_DECLS
