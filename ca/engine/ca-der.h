/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Tags as they stand in the first octet of an element. */
#define CA_DER_BOOLEAN 0x01
#define CA_DER_INTEGER 0x02
#define CA_DER_BIT_STRING 0x03
#define CA_DER_OCTET_STRING 0x04
#define CA_DER_NULL 0x05
#define CA_DER_OID 0x06
#define CA_DER_UTF8_STRING 0x0c
#define CA_DER_NUMERIC_STRING 0x12
#define CA_DER_PRINTABLE_STRING 0x13
#define CA_DER_T61_STRING 0x14
#define CA_DER_IA5_STRING 0x16
#define CA_DER_UTC_TIME 0x17
#define CA_DER_GENERALIZED_TIME 0x18
#define CA_DER_UNIVERSAL_STRING 0x1c
#define CA_DER_BMP_STRING 0x1e
#define CA_DER_SEQUENCE 0x30
#define CA_DER_SET 0x31

/* One element; points into the octets it was read from. */
typedef struct
{
  guint8 tag; /* first octet; all ones in the low five bits: a tag number over 30 */
  const guint8 *start;
  gsize total; /* with its tag and length */
  const guint8 *content;
  gsize size;
} CaTlv;

/* What is left to read of a sequence of elements. */
typedef struct
{
  const guint8 *data;
  gsize size;
} CaDerReader;

void ca_der_reader_init (CaDerReader *reader, const guint8 *data, gsize size);
/* the next element; FALSE at the end, and where the octets are not DER (then not at_end) */
gboolean ca_der_read (CaDerReader *reader, CaTlv *tlv);
/* the next element when it has @tag, which is then left behind */
gboolean ca_der_read_tag (CaDerReader *reader, guint8 tag, CaTlv *tlv);
/* tag of the next element, 0 at the end */
guint8 ca_der_peek (const CaDerReader *reader);
/* one element of @tag, and nothing behind it */
gboolean ca_der_read_only (const guint8 *data, gsize size, guint8 tag, CaTlv *tlv);
#define ca_der_at_end(reader) ((reader)->size == 0)

void ca_der_append (GByteArray *out, guint8 tag, const void *content, gsize size);
/* makes an element of @tag of the octets from @start to the end */
void ca_der_wrap (GByteArray *out, guint start, guint8 tag);
/* FALSE when @oid is not an OID in dots */
gboolean ca_der_append_oid (GByteArray *out, const char *oid);
/* content of an OBJECT IDENTIFIER in dots; NULL when it is none */
char *ca_der_oid_to_text (const guint8 *content, gsize size);
/* text of any string type as UTF-8, as it stands; NULL when it is not text of its type. A NUL
 * inside gives NULL too: @has_nul tells */
char *ca_der_string_to_utf8 (const CaTlv *tlv, gboolean *has_nul);
/* (S-A7) no control character, no line or paragraph separator */
gboolean ca_text_is_clean (const char *text);

/* S-A3: strict DER to the last octet: definite and minimal lengths, canonical contents of universal
 * primitive types, at most CA_LIMIT_ASN1_DEPTH deep. MALFORMED with detail offset, TOO_LARGE */
gboolean ca_der_scan (const guint8 *data, gsize size, const char *field, GError **error);
