/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-der.h"

#include <string.h>

/* OIDs under 2.25 are UUIDs: their arcs need 128 bits */
__extension__ typedef unsigned __int128 Arc;

#define ARC_MAX ((Arc) -1)
/* An arc in groups of seven bits */
#define MAX_ARC_OCTETS 19

static gsize
encode_length (guint8 *out, gsize length)
{
  gsize n = 0;

  if (length < 0x80)
    {
      out[0] = (guint8) length;
      return 1;
    }

  for (gsize rest = length; rest > 0; rest >>= 8)
    n++;
  out[0] = (guint8) (0x80 | n);
  for (gsize i = 0; i < n; i++)
    out[n - i] = (guint8) (length >> (8 * i));
  return n + 1;
}

gsize
_icert_der_begin (GByteArray *out, guint8 tag)
{
  guint8 head[2] = { tag, 0 };

  g_byte_array_append (out, head, sizeof head);
  return out->len;
}

/* Most elements are short: only a long one moves its content to make room for its length. */
void
_icert_der_end (GByteArray *out, gsize start)
{
  gsize length = out->len - start;
  guint8 octets[1 + sizeof (gsize)];
  gsize n = encode_length (octets, length);

  if (n > 1)
    {
      g_byte_array_set_size (out, out->len + (guint) n - 1);
      memmove (out->data + start + n - 1, out->data + start, length);
    }
  memcpy (out->data + start - 1, octets, n);
}

void
_icert_der_add (GByteArray *out, guint8 tag, gconstpointer data, gsize size)
{
  guint8 octets[1 + sizeof (gsize)];
  gsize n = encode_length (octets, size);

  g_byte_array_append (out, &tag, 1);
  g_byte_array_append (out, octets, (guint) n);
  if (size > 0)
    g_byte_array_append (out, data, (guint) size);
}

void
_icert_der_add_raw (GByteArray *out, GBytes *der)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (der, &size);

  if (size > 0)
    g_byte_array_append (out, data, (guint) size);
}

void
_icert_der_add_boolean (GByteArray *out, gboolean value)
{
  guint8 octet = value ? 0xff : 0x00;

  _icert_der_add (out, ICERT_DER_BOOLEAN, &octet, 1);
}

void
_icert_der_add_integer (GByteArray *out, gint64 value)
{
  guint64 big = GUINT64_TO_BE ((guint64) value);
  guint8 octets[sizeof big];
  gsize skip = 0;

  memcpy (octets, &big, sizeof big);
  while (skip < sizeof octets - 1
         && ((octets[skip] == 0x00 && octets[skip + 1] < 0x80)
             || (octets[skip] == 0xff && octets[skip + 1] >= 0x80)))
    skip++;
  _icert_der_add (out, ICERT_DER_INTEGER, octets + skip, sizeof octets - skip);
}

/* Moves @text behind the arc; FALSE when there is none, it has a leading zero or is too big */
static gboolean
parse_arc (const char **text, Arc *arc)
{
  const char *p = *text;

  if (!g_ascii_isdigit (*p) || (p[0] == '0' && g_ascii_isdigit (p[1])))
    return FALSE;

  for (*arc = 0; g_ascii_isdigit (*p); p++)
    {
      guint digit = (guint) (*p - '0');

      /* dividing 128 bits is slow, and hardly an arc has so many */
      if (*arc > G_MAXUINT64 && *arc > (ARC_MAX - digit) / 10)
        return FALSE;
      *arc = *arc * 10 + digit;
    }

  *text = p;
  return TRUE;
}

static void
append_arc (GByteArray *out, Arc arc)
{
  guint8 octets[MAX_ARC_OCTETS];
  gsize n = 0;

  do
    {
      octets[MAX_ARC_OCTETS - 1 - n] = (guint8) ((arc & 0x7f) | (n == 0 ? 0 : 0x80));
      arc >>= 7;
      n++;
    }
  while (arc > 0);
  g_byte_array_append (out, octets + MAX_ARC_OCTETS - n, (guint) n);
}

/* @out may be NULL when only the form is asked for */
static gboolean
encode_oid (const char *text, GByteArray *out)
{
  Arc first, arc;

  if (text == NULL || strnlen (text, ICERT_DER_MAX_OID_TEXT + 1) > ICERT_DER_MAX_OID_TEXT)
    return FALSE;
  if (!parse_arc (&text, &first) || first > 2 || *text++ != '.')
    return FALSE;
  if (!parse_arc (&text, &arc) || (first < 2 && arc > 39) || arc > ARC_MAX - 80)
    return FALSE;
  if (out != NULL)
    append_arc (out, first * 40 + arc);

  while (*text == '.')
    {
      text++;
      if (!parse_arc (&text, &arc))
        return FALSE;
      if (out != NULL)
        append_arc (out, arc);
    }

  return *text == '\0';
}

gboolean
_icert_oid_is_valid (const char *text)
{
  return encode_oid (text, NULL);
}

gboolean
_icert_der_add_oid (GByteArray *out, guint8 tag, const char *text)
{
  guint before = out->len;
  gsize start = _icert_der_begin (out, tag);

  if (!encode_oid (text, out))
    {
      g_byte_array_set_size (out, before);
      return FALSE;
    }
  _icert_der_end (out, start);
  return TRUE;
}

static void
append_arc_text (GString *out, Arc arc)
{
  char digits[40];
  gsize n = sizeof digits;
  guint64 small;

  for (; arc > G_MAXUINT64; arc /= 10)
    digits[--n] = (char) ('0' + (int) (arc % 10));
  small = (guint64) arc;
  do
    digits[--n] = (char) ('0' + (int) (small % 10));
  while ((small /= 10) > 0);
  if (out->len > 0)
    g_string_append_c (out, '.');
  g_string_append_len (out, digits + n, (gssize) (sizeof digits - n));
}

char *
_icert_oid_to_text (const guint8 *data, gsize size)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (size == 0 || (data[size - 1] & 0x80) != 0)
    return NULL;

  for (gsize i = 0; i < size; i++)
    {
      Arc arc = 0;

      if (data[i] == 0x80)
        return NULL;
      for (;; i++)
        {
          if (arc > (ARC_MAX >> 7))
            return NULL;
          arc = (arc << 7) | (data[i] & 0x7f);
          if ((data[i] & 0x80) == 0)
            break;
        }
      if (text->len == 0)
        {
          guint first = arc >= 80 ? 2 : (guint) arc / 40;

          append_arc_text (text, first);
          arc -= first * 40;
        }
      append_arc_text (text, arc);
      if (text->len > ICERT_DER_MAX_OID_TEXT)
        return NULL;
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
read_length (ICertDerSpan *span, gsize *length)
{
  gsize n;

  if (span->size == 0)
    return FALSE;
  n = *span->data;
  span->data++;
  span->size--;
  if (n < 0x80)
    {
      *length = n;
      return TRUE;
    }

  n &= 0x7f;
  if (n == 0 || n > sizeof (gsize) || n > span->size || *span->data == 0)
    return FALSE;
  *length = 0;
  for (gsize i = 0; i < n; i++)
    *length = (*length << 8) | span->data[i];
  span->data += n;
  span->size -= n;
  return *length >= 0x80;
}

gboolean
_icert_der_read (ICertDerSpan *span, guint8 *tag, ICertDerSpan *content)
{
  ICertDerSpan rest = *span;
  gsize length;

  if (rest.size < 2 || (*rest.data & 0x1f) == 0x1f)
    return FALSE;
  *tag = *rest.data;
  rest.data++;
  rest.size--;
  if (!read_length (&rest, &length) || length > rest.size)
    return FALSE;

  content->data = rest.data;
  content->size = length;
  span->data = rest.data + length;
  span->size = rest.size - length;
  return TRUE;
}

gboolean
_icert_der_expect (ICertDerSpan *span, guint8 tag, ICertDerSpan *content)
{
  guint8 found;

  return span->size > 0 && *span->data == tag && _icert_der_read (span, &found, content);
}

static gboolean
is_minimal_integer (const ICertDerSpan *span)
{
  const guint8 *p = span->data;

  if (span->size == 0)
    return FALSE;
  return span->size == 1 || !((p[0] == 0x00 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80));
}

static gboolean
is_bit_string (const ICertDerSpan *span)
{
  guint8 unused;

  if (span->size == 0 || span->data[0] > 7)
    return FALSE;
  unused = span->data[0];
  if (span->size == 1)
    return unused == 0;
  return (span->data[span->size - 1] & ((1 << unused) - 1)) == 0;
}

static gboolean
is_charset (const ICertDerSpan *span, const char *others)
{
  for (gsize i = 0; i < span->size; i++)
    if (!g_ascii_isalnum (span->data[i])
        && (span->data[i] == '\0' || strchr (others, span->data[i]) == NULL))
      return FALSE;

  return TRUE;
}

static gboolean
is_ia5 (const ICertDerSpan *span)
{
  for (gsize i = 0; i < span->size; i++)
    if (span->data[i] >= 0x80)
      return FALSE;

  return TRUE;
}

/* A NUL is a character like others here; who reads a name refuses it (S-A7). GLib does not like it.
 */
static gboolean
is_utf8 (const ICertDerSpan *span)
{
  const char *p = (const char *) span->data;
  const char *end = p + span->size;

  while (p < end)
    {
      const char *bad;

      if (g_utf8_validate_len (p, (gsize) (end - p), &bad))
        return TRUE;
      if (*bad != '\0')
        return FALSE;
      p = bad + 1;
    }
  return TRUE;
}

static gboolean
is_oid (const ICertDerSpan *span)
{
  g_autofree char *text = _icert_oid_to_text (span->data, span->size);

  return text != NULL;
}

/* Universal, primitive: as far as a single element can be judged */
static gboolean
is_valid_primitive (guint8 tag, const ICertDerSpan *span)
{
  switch (tag)
    {
    case ICERT_DER_BOOLEAN:
      return span->size == 1 && (span->data[0] == 0x00 || span->data[0] == 0xff);
    case ICERT_DER_INTEGER:
    case 0x0a:
      return is_minimal_integer (span);
    case ICERT_DER_BIT_STRING:
      return is_bit_string (span);
    case ICERT_DER_NULL:
      return span->size == 0;
    case ICERT_DER_OID:
      return is_oid (span);
    case ICERT_DER_UTF8_STRING:
      return is_utf8 (span);
    case ICERT_DER_PRINTABLE_STRING:
      return is_charset (span, " '()+,-./:=?");
    case ICERT_DER_IA5_STRING:
    case 0x1a:
      return is_ia5 (span);
    case 0x1c:
      return span->size % 4 == 0;
    case 0x1e:
      return span->size % 2 == 0;
    default:
      return tag != 0x10 && tag != 0x11 && tag != 0x00;
    }
}

static int
compare_spans (const ICertDerSpan *a, const ICertDerSpan *b)
{
  int order = memcmp (a->data, b->data, MIN (a->size, b->size));

  return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static gboolean is_valid_list (ICertDerSpan span, gboolean sorted, guint depth);

static gboolean
is_valid_element (ICertDerSpan *span, guint depth)
{
  ICertDerSpan content;
  guint8 tag;

  if (depth == 0 || !_icert_der_read (span, &tag, &content))
    return FALSE;
  if ((tag & 0x20) != 0)
    {
      if ((tag & 0xc0) == 0 && tag != ICERT_DER_SEQUENCE && tag != ICERT_DER_SET)
        return FALSE;
      return is_valid_list (content, tag == ICERT_DER_SET, depth - 1);
    }
  return (tag & 0xc0) != 0 || is_valid_primitive (tag, &content);
}

static gboolean
is_valid_list (ICertDerSpan span, gboolean sorted, guint depth)
{
  ICertDerSpan last = { NULL, 0 };

  while (span.size > 0)
    {
      ICertDerSpan element = span;

      if (!is_valid_element (&span, depth))
        return FALSE;
      element.size = (gsize) (span.data - element.data);
      if (sorted && last.data != NULL && compare_spans (&last, &element) > 0)
        return FALSE;
      last = element;
    }

  return TRUE;
}

gboolean
_icert_der_is_valid (const guint8 *data, gsize size)
{
  ICertDerSpan span = { data, size };

  return is_valid_element (&span, ICERT_DER_MAX_DEPTH) && span.size == 0;
}
