/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

#define EXIT_TYPE_LDAP (exit_ldap_get_type ())

G_DECLARE_FINAL_TYPE (ExitLdap, exit_ldap, EXIT, LDAP, ICertModuleBase)

G_END_DECLS
