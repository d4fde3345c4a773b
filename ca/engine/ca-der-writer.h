/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Writes DER from its end to its beginning, so that every length is known when its header is
 * written: one pass, no copy. Callers therefore put the last element first. Hand-written because
 * encoding a certificate is on the hot path (performance.md). */
typedef struct
{
  guint8 *octets; /* owned */
  gsize size;     /* of octets */
  gsize start;    /* written are octets[start … size) */
} CaDerWriter;

enum
{
  CA_TAG_BOOLEAN = 0x01,
  CA_TAG_INTEGER = 0x02,
  CA_TAG_BIT_STRING = 0x03,
  CA_TAG_OCTET_STRING = 0x04,
  CA_TAG_OID = 0x06,
  CA_TAG_UTC_TIME = 0x17,
  CA_TAG_GENERALIZED_TIME = 0x18,
  CA_TAG_SEQUENCE = 0x30,
  CA_TAG_CONTEXT = 0x80,
  CA_TAG_CONTEXT_CONSTRUCTED = 0xa0,
};

void ca_der_writer_init (CaDerWriter *writer, gsize capacity);
void ca_der_writer_clear (CaDerWriter *writer);
/* what was written so far; the writer is empty afterwards */
GBytes *ca_der_writer_end (CaDerWriter *writer);

/* octets written so far: where an element's content ends */
gsize ca_der_mark (const CaDerWriter *writer);
void ca_der_prepend (CaDerWriter *writer, const void *data, gsize size);
void ca_der_prepend_bytes (CaDerWriter *writer, GBytes *bytes);
void ca_der_prepend_octet (CaDerWriter *writer, guint8 octet);
/* tag and length of the content written since @mark */
void ca_der_prepend_header (CaDerWriter *writer, guint8 tag, gsize mark);
/* a whole element */
void ca_der_prepend_element (CaDerWriter *writer, guint8 tag, const void *data, gsize size);
/* FALSE when @text is no object identifier */
gboolean ca_der_prepend_oid (CaDerWriter *writer, const char *text);
/* UTCTime to 2049, GeneralizedTime from 2050 (S-H2); FALSE outside 1950 to 9999 */
gboolean ca_der_prepend_time (CaDerWriter *writer, gint64 unix_seconds);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CaDerWriter, ca_der_writer_clear)
