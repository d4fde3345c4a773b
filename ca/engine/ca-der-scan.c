/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-der.h"

#include <string.h>

#include "ca-decode-private.h"
#include "ca-limits.h"

#define CLASS_UNIVERSAL(tag) (((tag) &0xc0) == 0)
#define CONSTRUCTED(tag) (((tag) &0x20) != 0)

typedef struct
{
  const guint8 *data;
  const char *field;
  GError **error;
} Scan;

static gboolean
refuse (const Scan *scan, gsize offset, const char *expected)
{
  icert_set_error (scan->error, ICERT_ERROR_MALFORMED, scan->field,
                   "not DER at byte %" G_GSIZE_FORMAT " (%s)", offset, expected);
  if (scan->error != NULL)
    icert_error_add_detail (*scan->error, "offset", "%" G_GSIZE_FORMAT, offset);
  return FALSE;
}

/* Octets of the tag at @offset; 0 with an error */
static gsize
scan_tag (const Scan *scan, gsize offset, gsize end)
{
  const guint8 *data = scan->data;
  gsize n = 1;

  if ((data[offset] & 0x1f) != 0x1f)
    return 1;
  while (offset + n < end && (data[offset + n] & 0x80) != 0)
    n++;
  if (offset + n >= end || n > 4)
    return refuse (scan, offset, "a tag of at most five octets"), 0;
  if (data[offset + 1] == 0x80 || (n == 1 && data[offset + 1] < 0x1f))
    return refuse (scan, offset, "a tag in as few octets as it needs"), 0;
  return n + 1;
}

/* Length at @offset: how many octets it takes, 0 with an error; the length itself in @size */
static gsize
scan_length (const Scan *scan, gsize offset, gsize end, gsize *size)
{
  const guint8 *data = scan->data;
  gsize n, i;

  if (offset >= end)
    return refuse (scan, offset, "a length"), 0;
  *size = data[offset];
  if (*size < 0x80)
    n = 0;
  else
    {
      n = *size & 0x7f;
      if (n == 0)
        return refuse (scan, offset, "a definite length"), 0;
      if (n > 4 || n >= end - offset)
        return refuse (scan, offset, "a length that ends within its parent"), 0;
      for (*size = 0, i = 1; i <= n; i++)
        *size = *size << 8 | data[offset + i];
      if (*size < 0x80 || data[offset + 1] == 0)
        return refuse (scan, offset, "a length in as few octets as it needs"), 0;
    }
  if (*size > end - offset - 1 - n)
    return refuse (scan, offset, "an end within its parent"), 0;
  return n + 1;
}

static gboolean
scan_integer (const Scan *scan, gsize offset, gsize size)
{
  const guint8 *content = scan->data + offset;

  if (size == 0)
    return refuse (scan, offset, "an INTEGER of one octet at least");
  if (size > 1
      && ((content[0] == 0x00 && (content[1] & 0x80) == 0)
          || (content[0] == 0xff && (content[1] & 0x80) != 0)))
    return refuse (scan, offset, "an INTEGER in as few octets as it needs");
  return TRUE;
}

static gboolean
scan_bit_string (const Scan *scan, gsize offset, gsize size)
{
  const guint8 *content = scan->data + offset;

  if (size == 0 || content[0] > 7 || (size == 1 && content[0] != 0))
    return refuse (scan, offset, "a BIT STRING with its number of unused bits");
  if ((content[size - 1] & ((1 << content[0]) - 1)) != 0 && size > 1)
    return refuse (scan, offset + size - 1, "unused bits that are zero");
  return TRUE;
}

static gboolean
scan_oid (const Scan *scan, gsize offset, gsize size)
{
  const guint8 *content = scan->data + offset;
  gsize i;

  if (size == 0 || (content[size - 1] & 0x80) != 0)
    return refuse (scan, offset, "an OBJECT IDENTIFIER that ends");
  for (i = 0; i < size; i++)
    if (content[i] == 0x80 && (i == 0 || (content[i - 1] & 0x80) == 0))
      return refuse (scan, offset + i, "an arc in as few octets as it needs");
  return TRUE;
}

/* Times end in Z and have seconds (X.690 11.7, 11.8); a fraction may not end in a zero. */
static gboolean
scan_time (const Scan *scan, gsize offset, gsize size, gsize digits)
{
  const char *content = (const char *) scan->data + offset;
  gsize i;

  for (i = 0; i < digits; i++)
    if (i >= size || !g_ascii_isdigit (content[i]))
      return refuse (scan, offset, "a time to the second");
  if (digits == 14 && i < size && content[i] == '.')
    {
      for (i++; i < size && g_ascii_isdigit (content[i]);)
        i++;
      if (content[i - 1] == '.' || content[i - 1] == '0')
        return refuse (scan, offset, "a fraction without a zero at its end");
    }
  if (i + 1 != size || content[i] != 'Z')
    return refuse (scan, offset, "a time that ends in Z");
  return TRUE;
}

static gboolean
scan_primitive (const Scan *scan, guint8 tag, gsize offset, gsize size)
{
  const guint8 *content = scan->data + offset;

  switch (tag)
    {
    case 0x00:
      return refuse (scan, offset - 2, "an element");
    case CA_DER_BOOLEAN:
      if (size != 1 || (content[0] != 0x00 && content[0] != 0xff))
        return refuse (scan, offset, "a BOOLEAN of 00 or ff");
      return TRUE;
    case CA_DER_INTEGER:
    case 0x0a: /* ENUMERATED */
      return scan_integer (scan, offset, size);
    case CA_DER_BIT_STRING:
      return scan_bit_string (scan, offset, size);
    case CA_DER_NULL:
      return size == 0 || refuse (scan, offset, "a NULL without content");
    case CA_DER_OID:
    case 0x0d: /* RELATIVE-OID */
      return scan_oid (scan, offset, size);
    case CA_DER_UTC_TIME:
      return scan_time (scan, offset, size, 12);
    case CA_DER_GENERALIZED_TIME:
      return scan_time (scan, offset, size, 14);
    case 0x10:
    case 0x11:
      return refuse (scan, offset - 2, "a constructed SEQUENCE or SET");
    default:
      return TRUE;
    }
}

/* EXTERNAL, EMBEDDED PDV, SEQUENCE, SET; strings in pieces are BER. */
static gboolean
may_be_constructed (guint8 tag)
{
  guint number = tag & 0x1f;

  return !CLASS_UNIVERSAL (tag) || number == 0x08 || number == 0x0b || number == 0x10
         || number == 0x11;
}

/* X.690 11.6 and 10.3: what is in a SET comes in ascending order. @previous: nothing at first */
static gboolean
scan_order (const Scan *scan, CaTlv *previous, gsize offset, gsize total)
{
  const guint8 *start = scan->data + offset;
  int order = 0;

  if (previous->start != NULL)
    {
      order = memcmp (previous->start, start, MIN (previous->total, total));
      if (order == 0 && previous->total > total)
        order = 1;
    }
  previous->start = start;
  previous->total = total;
  return order <= 0 || refuse (scan, offset, "the parts of a SET in order");
}

/* All elements from @offset to @end, which are @depth deep. Recursion ends at the limit. The
 * attributes of a request are a SET by a context tag: their order is not looked at (S-A3). */
static gboolean
scan_elements (const Scan *scan, gsize offset, gsize end, guint depth, gboolean ordered)
{
  CaTlv previous = { 0 };
  gsize header, n, size;

  if (depth > CA_LIMIT_ASN1_DEPTH && offset < end)
    {
      ca_refuse_size (scan->error, scan->field, "levels deep", CA_LIMIT_ASN1_DEPTH, depth);
      return FALSE;
    }
  while (offset < end)
    {
      guint8 tag = scan->data[offset];

      header = scan_tag (scan, offset, end);
      if (header == 0)
        return FALSE;
      n = scan_length (scan, offset + header, end, &size);
      if (n == 0)
        return FALSE;
      header += n;
      if (CONSTRUCTED (tag) && !may_be_constructed (tag))
        return refuse (scan, offset, "a string in one piece");
      if (CONSTRUCTED (tag)
              ? !scan_elements (scan, offset + header, offset + header + size, depth + 1,
                                tag == CA_DER_SET)
              : CLASS_UNIVERSAL (tag) && !scan_primitive (scan, tag, offset + header, size))
        return FALSE;
      if (ordered && !scan_order (scan, &previous, offset, header + size))
        return FALSE;
      offset += header + size;
    }
  return TRUE;
}

gboolean
ca_der_scan (const guint8 *data, gsize size, const char *field, GError **error)
{
  Scan scan = { data, field, error };
  CaDerReader reader;
  CaTlv first;

  if (size == 0)
    return refuse (&scan, 0, "an element");
  /* what is behind the first element is not to be judged, only to be refused */
  ca_der_reader_init (&reader, data, size);
  if (!ca_der_read (&reader, &first))
    return scan_elements (&scan, 0, size, 1, FALSE) && refuse (&scan, 0, "an element");
  if (!scan_elements (&scan, 0, first.total, 1, FALSE))
    return FALSE;
  return ca_der_at_end (&reader) || refuse (&scan, first.total, "nothing behind the end");
}
