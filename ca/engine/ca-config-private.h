/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-config.h"
#include "icert-keyfile.h"

/* FOLDER/ca.conf; errors name the file as people know it */
ICertKeyfile *_ca_config_load_file (const char *folder, GError **error);
/* what @file says, judged */
CaConfig *_ca_config_read (const char *folder, ICertKeyfile *file, GError **error);
/* whether each item of the list @key is a principal */
gboolean _ca_config_check_principals (ICertKeyfile *file,
                                      const char *group,
                                      const char *key,
                                      GError **error);
/* [OfficerRights NAME] and [Agent NAME] */
gboolean _ca_config_read_officer_rights (CaConfig *config,
                                         ICertKeyfile *file,
                                         const char *group,
                                         GError **error);
gboolean _ca_config_read_agent (CaConfig *config,
                                ICertKeyfile *file,
                                const char *group,
                                GError **error);
void _ca_officer_rights_free (gpointer data);
void _ca_agent_free (gpointer data);
