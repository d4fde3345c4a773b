/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_NAME (icert_name_get_type ())

/* A general name in its one canonical form (S-C1): DNS names as lower-case A-labels, addresses as
 * in RFC 5952, e-mail domains in lower case. Immutable. */
ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertName, icert_name, ICERT, NAME, GObject)

/* from text: judged and made canonical; BAD_NAME otherwise. @wildcard allowed in dNSName. */
ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new (ICertNameKind kind, const char *text, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_other (const char *oid, GBytes *value, GError **error);

/* DIRECTORY (DER Name), IP (4/16 octets; 8/32 in name constraints), X400, EDI_PARTY (DER, tag and
 * all) */
ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_bytes (ICertNameKind kind, GBytes *bytes, GError **error);

/* the GeneralName element of a certificate (context tag and all) */
ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_new_from_der (GBytes *general_name, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertNameKind icert_name_get_kind (ICertName *self);

/* "www.example.org", "192.0.2.1", "mailto…", OID text; nullable for OTHER, DIRECTORY, X400, EDI */
ICERT_AVAILABLE_IN_0_1
char *icert_name_get_text (ICertName *self);

/* the OID of an otherName or registeredID, else NULL */
ICERT_AVAILABLE_IN_0_1
char *icert_name_get_oid (ICertName *self);

/* the content octets: address octets, DER Name, DER value of an otherName, octets of text kinds */
ICERT_AVAILABLE_IN_0_1
GBytes *icert_name_get_bytes (ICertName *self);

/* "dNSName:www.example.org" with RFC 5280's field name; what messages, traces and rows show */
ICERT_AVAILABLE_IN_0_1
char *icert_name_to_string (ICertName *self);

/* parses the form of icert_name_to_string(), also AD CS's short types (dns=…) */
ICERT_AVAILABLE_IN_0_1
ICertName *icert_name_from_string (const char *text, GError **error);

/* GeneralName element, DER */
ICERT_AVAILABLE_IN_0_1
GBytes *icert_name_to_der (ICertName *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_name_equal (ICertName *self, ICertName *other);

ICERT_AVAILABLE_IN_0_1
guint icert_name_hash (ICertName *self);

/* does @pattern ("*.example.org" = one label, "example.org" = itself, "192.0.2.0/24",
 * "@example.org") cover it? */
ICERT_AVAILABLE_IN_0_1
gboolean icert_name_matches (ICertName *self, const char *pattern);

/* "dNSName" … as RFC 5280 spells the field; NULL for NONE */
ICERT_AVAILABLE_IN_0_1
const char *icert_name_kind_to_field (ICertNameKind kind);

ICERT_AVAILABLE_IN_0_1
ICertNameKind icert_name_kind_from_field (const char *field);

G_END_DECLS
