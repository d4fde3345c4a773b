/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-exit.h"
#include "icert-policy.h"

G_BEGIN_DECLS

ICERT_AVAILABLE_IN_0_1
char **icert_contract_check_policy (ICertPolicy *policy,
                                    GHashTable *settings,
                                    const char *folder,
                                    gboolean any_thread);
ICERT_AVAILABLE_IN_0_1
char **icert_contract_list_policy_checks (void);

ICERT_AVAILABLE_IN_0_1
char **icert_contract_check_exit (ICertExit *module,
                                  GHashTable *settings,
                                  const char *folder,
                                  gboolean any_thread);
ICERT_AVAILABLE_IN_0_1
char **icert_contract_list_exit_checks (void);

G_END_DECLS
