/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <openssl/evp.h>

G_BEGIN_DECLS

/* A CRL, DER, without entries, that holds for a week. @base: number of the base CRL of a delta;
 * -1: a base CRL. @age: seconds since thisUpdate. */
GBytes *fake_crl_new (EVP_PKEY *key,
                      const char *common_name,
                      gint64 number,
                      gint64 base,
                      gint64 age);

G_END_DECLS
