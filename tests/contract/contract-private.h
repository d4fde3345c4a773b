/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-contract-tests.h"

G_BEGIN_DECLS

/* Not installed: what the kinds of contract tests have in common. */

/* an object of a class with the interface, or the end of the test */
gpointer _contract_new_object (const char *class_id, GType interface_type);
/* a folder of a run, made; free the name after _contract_remove_folder() */
char *_contract_new_folder (void);
void _contract_remove_folder (const char *folder);

/* Finds the problems, once for a class: the first of its tests that runs asks for them. */
typedef char **(*ContractFind) (gpointer data);

/* Adds a test for each of @checks (taken): it fails when a problem begins with its name. @data is
 * freed with the last of them. */
void _contract_add_checks (const char *path,
                           char **checks,
                           ContractFind find,
                           gpointer data,
                           GDestroyNotify free_data);

G_END_DECLS
