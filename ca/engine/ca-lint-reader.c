/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-lint-reader.h"

#include <string.h>
#include <time.h>

#include "ca-limits.h"

/* 64-bit arcs: all that anybody registers */
#define MAX_ARC_OCTETS 9

static gboolean
read_length (CaLintSpan *rest, gsize *length)
{
  gsize count;

  if (rest->size == 0)
    return FALSE;
  *length = *rest->data++;
  rest->size--;
  if (*length < 0x80)
    return TRUE;
  count = *length & 0x7f;
  /* indefinite; longer than any certificate; a leading zero */
  if (count == 0 || count > 4 || count > rest->size || rest->data[0] == 0)
    return FALSE;
  *length = 0;
  for (gsize i = 0; i < count; i++)
    *length = *length << 8 | rest->data[i];
  rest->data += count;
  rest->size -= count;
  return *length >= 0x80;
}

gboolean
ca_lint_read (CaLintSpan *rest, guint8 *tag, CaLintSpan *content, CaLintSpan *whole)
{
  const guint8 *start = rest->data;
  CaLintSpan at = *rest;
  guint8 first;
  gsize length;

  if (at.size < 2)
    return FALSE;
  first = *at.data++;
  at.size--;
  if ((first & 0x1f) == 0x1f || !read_length (&at, &length) || length > at.size)
    return FALSE;
  *rest = (CaLintSpan){ at.data + length, at.size - length };
  /* last, so that @content may be @rest: an element is entered and what follows it forgotten */
  if (tag != NULL)
    *tag = first;
  if (whole != NULL)
    *whole = (CaLintSpan){ start, (gsize) (at.data - start) + length };
  if (content != NULL)
    *content = (CaLintSpan){ at.data, length };
  return TRUE;
}

gboolean
ca_lint_next_is (const CaLintSpan *rest, guint8 tag)
{
  return rest->size > 0 && rest->data[0] == tag;
}

gboolean
ca_lint_expect (CaLintSpan *rest, guint8 tag, CaLintSpan *content)
{
  return ca_lint_next_is (rest, tag) && ca_lint_read (rest, NULL, content, NULL);
}

gboolean
ca_lint_only (CaLintSpan span, guint8 tag, CaLintSpan *content)
{
  return ca_lint_expect (&span, tag, content) && span.size == 0;
}

gboolean
ca_lint_span_is (CaLintSpan span, const void *data, gsize size)
{
  return span.size == size && (size == 0 || memcmp (span.data, data, size) == 0);
}

gboolean
ca_lint_span_equal (CaLintSpan one, CaLintSpan other)
{
  return ca_lint_span_is (one, other.data, other.size);
}

CaLintSpan
ca_lint_span_of (GBytes *bytes)
{
  CaLintSpan span;

  span.data = g_bytes_get_data (bytes, &span.size);
  return span;
}

static gboolean
is_minimal_integer (CaLintSpan content)
{
  if (content.size == 0)
    return FALSE;
  if (content.size == 1)
    return TRUE;
  return !(content.data[0] == 0 && content.data[1] < 0x80)
         && !(content.data[0] == 0xff && content.data[1] >= 0x80);
}

static gboolean
is_bit_string (CaLintSpan content)
{
  guint8 unused;

  if (content.size == 0 || content.data[0] > 7)
    return FALSE;
  unused = content.data[0];
  if (content.size == 1)
    return unused == 0;
  return (content.data[content.size - 1] & ((1 << unused) - 1)) == 0;
}

static gboolean
is_identifier (CaLintSpan content)
{
  gboolean begins = TRUE;

  if (content.size == 0 || (content.data[content.size - 1] & 0x80) != 0)
    return FALSE;
  for (gsize i = 0; i < content.size; i++)
    {
      if (begins && content.data[i] == 0x80)
        return FALSE;
      begins = (content.data[i] & 0x80) == 0;
    }
  return TRUE;
}

/* seconds and Z; GeneralizedTime may have a fraction that does not end in 0 */
static gboolean
is_time (CaLintSpan content, gsize digits)
{
  gsize end = content.size - 1;

  if (content.size <= digits || content.data[end] != 'Z')
    return FALSE;
  for (gsize i = 0; i < end; i++)
    if (!g_ascii_isdigit (content.data[i])
        && !(i == digits && digits == 14 && content.data[i] == '.'))
      return FALSE;
  return end == digits
         || (digits == 14 && content.data[digits] == '.' && end > digits + 1
             && content.data[end - 1] != '0');
}

static gboolean
is_primitive_der (guint8 tag, CaLintSpan content)
{
  switch (tag)
    {
    case 0x00:
      /* the end of an indefinite length */
      return FALSE;
    case 0x01:
      return content.size == 1 && (content.data[0] == 0x00 || content.data[0] == 0xff);
    case 0x02:
    case 0x0a:
      return is_minimal_integer (content);
    case 0x03:
      return is_bit_string (content);
    case 0x05:
      return content.size == 0;
    case 0x06:
    case 0x0d:
      return is_identifier (content);
    case 0x17:
      return is_time (content, 12);
    case 0x18:
      return is_time (content, 14);
    case 0x10:
    case 0x11:
      /* SEQUENCE and SET are constructed */
      return FALSE;
    default:
      return TRUE;
    }
}

/* as the parts of a SET must follow each other */
static gboolean
are_in_order (CaLintSpan one, CaLintSpan other)
{
  int order = one.size > 0 ? memcmp (one.data, other.data, MIN (one.size, other.size)) : 0;

  return order < 0 || (order == 0 && one.size <= other.size);
}

/* @is_set: they are what a SET holds */
static gboolean
are_der (CaLintSpan rest, int depth, gboolean is_set)
{
  CaLintSpan before = { NULL, 0 };

  while (rest.size > 0)
    {
      CaLintSpan content, whole;
      guint8 tag;

      if (!ca_lint_read (&rest, &tag, &content, &whole))
        return FALSE;
      if (is_set && !are_in_order (before, whole))
        return FALSE;
      before = whole;
      if ((tag & 0x20) == 0)
        {
          if (!is_primitive_der (tag, content))
            return FALSE;
        }
      else if ((tag & 0xc0) == 0 && tag != 0x30 && tag != 0x31)
        {
          /* a constructed string */
          return FALSE;
        }
      else if (depth == 0 || !are_der (content, depth - 1, tag == 0x31))
        {
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
ca_lint_is_der (CaLintSpan span)
{
  CaLintSpan rest = span;

  return ca_lint_read (&rest, NULL, NULL, NULL) && rest.size == 0
         && are_der (span, CA_LIMIT_ASN1_DEPTH, FALSE);
}

gboolean
ca_lint_read_small (CaLintSpan content, guint *value)
{
  if (!is_minimal_integer (content) || content.size > 4 || content.data[0] > 0x7f)
    return FALSE;
  *value = 0;
  for (gsize i = 0; i < content.size; i++)
    *value = *value << 8 | content.data[i];
  return TRUE;
}

static gboolean
read_number (const guint8 *digits, gsize count, int *value)
{
  *value = 0;
  for (gsize i = 0; i < count; i++)
    {
      if (!g_ascii_isdigit (digits[i]))
        return FALSE;
      *value = *value * 10 + (digits[i] - '0');
    }
  return TRUE;
}

static int
days_in_month (int year, int month)
{
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

  return month == 2 && leap ? 29 : days[month - 1];
}

static gboolean
read_clock (const guint8 *digits, int year, gint64 *unix_seconds)
{
  struct tm parts = { .tm_year = year - 1900 };
  int month;

  if (!read_number (digits, 2, &month) || !read_number (digits + 2, 2, &parts.tm_mday)
      || !read_number (digits + 4, 2, &parts.tm_hour) || !read_number (digits + 6, 2, &parts.tm_min)
      || !read_number (digits + 8, 2, &parts.tm_sec) || digits[10] != 'Z')
    return FALSE;
  if (month < 1 || month > 12 || parts.tm_mday < 1 || parts.tm_mday > days_in_month (year, month)
      || parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 59)
    return FALSE;
  parts.tm_mon = month - 1;
  *unix_seconds = timegm (&parts);
  return TRUE;
}

gboolean
ca_lint_read_time (CaLintSpan *rest, gint64 *unix_seconds)
{
  CaLintSpan content;
  guint8 tag;
  int year;

  if (!ca_lint_read (rest, &tag, &content, NULL))
    return FALSE;
  if (tag == 0x17 && content.size == 13 && read_number (content.data, 2, &year))
    return read_clock (content.data + 2, year < 50 ? 2000 + year : 1900 + year, unix_seconds);
  if (tag == 0x18 && content.size == 15 && read_number (content.data, 4, &year) && year >= 2050)
    return read_clock (content.data + 4, year, unix_seconds);
  return FALSE;
}

/* printf() for each arc would be a third of the linter's time. */
static void
append_decimal (GString *text, guint64 number)
{
  char digits[20];
  gsize start = sizeof digits;

  do
    digits[--start] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  g_string_append_len (text, digits + start, (gssize) (sizeof digits - start));
}

char *
ca_lint_oid_to_text (CaLintSpan content)
{
  g_autoptr (GString) text = NULL;
  gsize used = 0;
  guint64 arc = 0;

  if (!is_identifier (content))
    return NULL;
  text = g_string_sized_new (32);
  for (gsize i = 0; i < content.size; i++)
    {
      if (++used > MAX_ARC_OCTETS)
        return NULL;
      arc = arc << 7 | (content.data[i] & 0x7f);
      if ((content.data[i] & 0x80) != 0)
        continue;
      if (text->len == 0)
        {
          guint64 root = MIN (arc / 40, 2);

          append_decimal (text, root);
          arc -= root * 40;
        }
      g_string_append_c (text, '.');
      append_decimal (text, arc);
      arc = 0;
      used = 0;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
