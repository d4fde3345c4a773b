/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include <openssl/asn1t.h>

/* What fuzz targets (S-O2) share. A target is one function that a runner calls with octets of any
 * kind: libFuzzer's, or fuzz-main.c. What must hold of every input is asserted; a failed assertion,
 * a crash, a leak or a slow input ends the run. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Octets as text: what a caller that read a file would have, cut at the first NUL; to free */
char *fuzz_text (const guint8 *data, gsize size);

/* The error contract (spec/security.md): @error is set exactly when not @ok, has a code of ours
 * that is no bug, and a message that can be shown: UTF-8, one line, at most 300 octets before the
 * details. Frees it. */
void fuzz_check (gboolean ok, GError **error);
/* the same of an answer that is a pointer */
#define fuzz_check_pointer(pointer, error) fuzz_check ((pointer) != NULL, error)
/* How often something was accepted, here or by fuzz_check(): a target whose corpus is refused as a
 * whole tests little. */
void fuzz_accept (void);
gsize fuzz_get_n_accepted (void);
/* text of a request that a row keeps (S-A7): valid UTF-8 without control characters */
void fuzz_check_text (const char *text);
/* a name of any reader: it comes back from its DER and from its text */
void fuzz_check_name (ICertName *name);

/* OpenSSL decodes @der as @item, to its last octet */
void fuzz_check_openssl (GBytes *der, const ASN1_ITEM *item);

/* A file of the process's own with these octets; the same path each time. Lends the path. */
const char *fuzz_write (const char *name, gconstpointer data, gsize size);
/* the folder that they lie in */
const char *fuzz_folder (void);
