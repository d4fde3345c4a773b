/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* Contract tests for modules in C, as tests of GTest: pkg-config icert-contract-1.0. A test program
 * of a module calls g_test_init(), one of these for each class, adds tests of its own, and ends
 * with g_test_run(). Classes are found as everywhere, by manifests in ICERT_MODULE_PATH and in
 * icert's own folder, so the program does not link the class as well: a type exists once in a
 * process. `icert-contract-test CLASS` is such a program for any class.
 *
 * Each check is a test, `/contract/CLASS/CHECK`, and fails with the problems it found.
 * icert_contract_check_policy() and icert_contract_check_exit() of libicert give the same problems
 * as texts, to every language. */

/* @settings: "Name=value" as in ca.conf, NULL at the end; nullable. An exit writes into a folder of
 * its own, which is removed. */
void icert_contract_add_policy_tests (const char *class_id, const char *const *settings);
void icert_contract_add_exit_tests (const char *class_id, const char *const *settings);

/* @key_types: which types the class makes, NULL at the end; nullable: ec-p256, rsa-2048, ed25519.
 * Keys are made at @url, which may hold %d for a number; nullable: a file in a folder of its own,
 * which is removed. */
void icert_contract_add_key_tests (const char *class_id,
                                   const char *const *key_types,
                                   const char *url);

/* @url: where an empty store may be made, with %d for a number; nullable: a file in a folder of its
 * own, which is removed. */
void icert_contract_add_store_tests (const char *class_id, const char *url);

/* Finds out whether a key keeps the contract, as icert_contract_check_policy() does for policies.
 * @make: gives a key that is not open yet; @url: where none is yet; @secret: what protects it. Free
 * the problems with g_strfreev(). */
char **icert_contract_check_key (ICertKey *(*make) (gpointer data),
                                 gpointer data,
                                 const char *url,
                                 const char *key_type,
                                 GBytes *secret);
/* free with g_strfreev() */
char **icert_contract_list_key_checks (void);

G_END_DECLS
