/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-ldap.h"

static const ICertModuleClass classes[] = {
  { icert_exit_get_type, exit_ldap_get_type },
  { NULL, NULL },
};

ICERT_MODULE_DEFINE ("exit-ldap", "Publishes CRLs and certificates in a directory", classes);
