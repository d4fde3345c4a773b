/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* The first line of the file @path, which nobody but its owner, root or this user, may read.
 * CONFIG. Freed with exit_ldap_password_free(). */
char *exit_ldap_password_load (const char *path, GError **error);
/* @password is nullable; nothing of it stays in memory. */
void exit_ldap_password_free (char *password);

G_END_DECLS
