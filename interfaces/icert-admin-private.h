/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-admin.h"

G_BEGIN_DECLS

/* Defaults of the methods that icert-admin-audit.c has. */
void _icert_admin_audit_init (ICertAdminInterface *iface);

G_END_DECLS
