/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The short DER that the value classes write and read, not installed. Whole requests and
 * certificates are the engine's business. Tags are single octets: nothing in a general name or a
 * standard extension has a tag number above 30. */

#define ICERT_DER_BOOLEAN 0x01
#define ICERT_DER_INTEGER 0x02
#define ICERT_DER_BIT_STRING 0x03
#define ICERT_DER_OCTET_STRING 0x04
#define ICERT_DER_NULL 0x05
#define ICERT_DER_OID 0x06
#define ICERT_DER_UTF8_STRING 0x0c
#define ICERT_DER_PRINTABLE_STRING 0x13
#define ICERT_DER_IA5_STRING 0x16
#define ICERT_DER_SEQUENCE 0x30
#define ICERT_DER_SET 0x31
#define ICERT_DER_CONTEXT(n) (0x80 | (n))
#define ICERT_DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))

/* Nesting that a reader follows; S-A1 */
#define ICERT_DER_MAX_DEPTH 16
/* Length of a dotted OID, as long as the columns that hold one */
#define ICERT_DER_MAX_OID_TEXT 254

typedef struct
{
  const guint8 *data;
  gsize size;
} ICertDerSpan;

/* Writer: begin() answers a place that end() takes; they nest. */
gsize _icert_der_begin (GByteArray *out, guint8 tag);
void _icert_der_end (GByteArray *out, gsize start);
void _icert_der_add (GByteArray *out, guint8 tag, gconstpointer data, gsize size);
void _icert_der_add_raw (GByteArray *out, GBytes *der);
void _icert_der_add_boolean (GByteArray *out, gboolean value);
void _icert_der_add_integer (GByteArray *out, gint64 value);
/* FALSE, and nothing added, when @text is no OID */
gboolean _icert_der_add_oid (GByteArray *out, guint8 tag, const char *text);

/* Takes the next element off @span; FALSE when it is cut, its length is not minimal or its tag is
 * long. */
gboolean _icert_der_read (ICertDerSpan *span, guint8 *tag, ICertDerSpan *content);
/* The same for an element that must have @tag. */
gboolean _icert_der_expect (ICertDerSpan *span, guint8 tag, ICertDerSpan *content);
/* Exactly one element, DER all the way down as far as universal tags tell */
gboolean _icert_der_is_valid (const guint8 *data, gsize size);

gboolean _icert_oid_is_valid (const char *text);
/* NULL when the octets are no OID in DER */
char *_icert_oid_to_text (const guint8 *data, gsize size);

G_END_DECLS
