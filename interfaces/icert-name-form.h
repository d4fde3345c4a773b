/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-name.h"

G_BEGIN_DECLS

/* The canonical forms of names (S-C1 to S-C3), not installed. Each answers the canonical form of
 * @text, or fails with BAD_NAME; @field is what the message blames. */

typedef enum
{
  ICERT_DNS_NAME,
  ICERT_DNS_NAME_OR_WILDCARD
} ICertDnsForm;

/* S-A7: valid UTF-8 without NUL and control characters */
gboolean _icert_name_check_text (const char *field, const char *data, gsize size, GError **error);

char *_icert_name_form_dns (const char *field, const char *text, ICertDnsForm form, GError **error);
char *_icert_name_form_email (const char *field, const char *text, GError **error);
char *_icert_name_form_uri (const char *field, const char *text, GError **error);
/* 4 or 16 octets */
GBytes *_icert_name_form_address (const char *field, const char *text, GError **error);
/* 8 or 32 octets: address and mask of 192.0.2.0/24 */
GBytes *_icert_name_form_network (const char *field, const char *text, GError **error);
/* Checks octets and answers their text; networks only with @network */
char *_icert_name_form_address_text (const char *field,
                                     const guint8 *data,
                                     gsize size,
                                     gboolean network,
                                     GError **error);
/* A Name in DER, without control characters; MALFORMED when it is not */
gboolean _icert_name_check_directory (const char *field, GBytes *der, GError **error);

G_END_DECLS
