/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-der-writer.h"

#include <string.h>

#define MAX_ARCS 32
#define SECONDS_PER_DAY 86400

void
ca_der_writer_init (CaDerWriter *self, gsize capacity)
{
  self->octets = g_malloc (capacity);
  self->size = capacity;
  self->start = capacity;
}

void
ca_der_writer_clear (CaDerWriter *self)
{
  g_clear_pointer (&self->octets, g_free);
  self->size = 0;
  self->start = 0;
}

GBytes *
ca_der_writer_end (CaDerWriter *self)
{
  GBytes *bytes = g_bytes_new (self->octets + self->start, ca_der_mark (self));

  ca_der_writer_clear (self);
  return bytes;
}

gsize
ca_der_mark (const CaDerWriter *self)
{
  return self->size - self->start;
}

/* Twice the room, with what was written at the end of it. */
static void
grow (CaDerWriter *self, gsize needed)
{
  gsize written = ca_der_mark (self);
  gsize size = 2 * (self->size + needed);
  guint8 *octets = g_malloc (size);

  memcpy (octets + size - written, self->octets + self->start, written);
  g_free (self->octets);
  self->octets = octets;
  self->size = size;
  self->start = size - written;
}

void
ca_der_prepend (CaDerWriter *self, const void *data, gsize size)
{
  if (size == 0)
    return;
  if (size > self->start)
    grow (self, size);
  self->start -= size;
  memcpy (self->octets + self->start, data, size);
}

void
ca_der_prepend_bytes (CaDerWriter *self, GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  ca_der_prepend (self, data, size);
}

void
ca_der_prepend_octet (CaDerWriter *self, guint8 octet)
{
  ca_der_prepend (self, &octet, 1);
}

void
ca_der_prepend_header (CaDerWriter *self, guint8 tag, gsize mark)
{
  gsize length = ca_der_mark (self) - mark;
  guint8 count = 0;

  if (length < 0x80)
    {
      ca_der_prepend_octet (self, (guint8) length);
    }
  else
    {
      for (; length > 0; length >>= 8, count++)
        ca_der_prepend_octet (self, (guint8) length);
      ca_der_prepend_octet (self, 0x80 | count);
    }
  ca_der_prepend_octet (self, tag);
}

void
ca_der_prepend_element (CaDerWriter *self, guint8 tag, const void *data, gsize size)
{
  gsize mark = ca_der_mark (self);

  ca_der_prepend (self, data, size);
  ca_der_prepend_header (self, tag, mark);
}

static gsize
parse_arcs (const char *text, guint64 arcs[MAX_ARCS])
{
  gsize n = 0;

  for (;;)
    {
      char *end;

      if (n == MAX_ARCS || !g_ascii_isdigit (*text) || (*text == '0' && g_ascii_isdigit (text[1])))
        return 0;
      arcs[n] = g_ascii_strtoull (text, &end, 10);
      /* the first two arcs are one number */
      if (arcs[n++] > G_MAXUINT64 - 80)
        return 0;
      if (*end == '\0')
        return n;
      if (*end != '.')
        return 0;
      text = end + 1;
    }
}

static void
prepend_arc (CaDerWriter *self, guint64 arc)
{
  ca_der_prepend_octet (self, arc & 0x7f);
  for (arc >>= 7; arc > 0; arc >>= 7)
    ca_der_prepend_octet (self, 0x80 | (arc & 0x7f));
}

gboolean
ca_der_prepend_oid (CaDerWriter *self, const char *text)
{
  guint64 arcs[MAX_ARCS];
  gsize n = parse_arcs (text, arcs);
  gsize mark = ca_der_mark (self);

  if (n < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39))
    return FALSE;
  for (gsize i = n - 1; i > 1; i--)
    prepend_arc (self, arcs[i]);
  prepend_arc (self, arcs[0] * 40 + arcs[1]);
  ca_der_prepend_header (self, CA_TAG_OID, mark);
  return TRUE;
}

/* Days since 1970 to a date of the Gregorian calendar: years are counted from March, in eras of
 * 400, so that a leap day is the last day of its year. */
static void
date_from_days (gint64 days, int *year, int *month, int *day)
{
  gint64 shifted = days + 719468;
  gint64 era = shifted / 146097;
  gint64 of_era = shifted % 146097;
  gint64 years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  gint64 of_year = of_era - (365 * years + years / 4 - years / 100);
  gint64 from_march = (5 * of_year + 2) / 153;

  *day = (int) (of_year - (153 * from_march + 2) / 5 + 1);
  *month = (int) (from_march < 10 ? from_march + 3 : from_march - 9);
  *year = (int) (era * 400 + years + (*month <= 2 ? 1 : 0));
}

static void
put_two_digits (char *text, int value)
{
  text[0] = (char) ('0' + value / 10);
  text[1] = (char) ('0' + value % 10);
}

gboolean
ca_der_prepend_time (CaDerWriter *self, gint64 unix_seconds)
{
  static const gint64 first = G_GINT64_CONSTANT (-631152000);  /* 1950 */
  static const gint64 last = G_GINT64_CONSTANT (253402300799); /* end of 9999 */
  char text[15];
  gint64 days, seconds;
  int year, month, day;

  if (unix_seconds < first || unix_seconds > last)
    return FALSE;
  days = (unix_seconds - first) / SECONDS_PER_DAY + first / SECONDS_PER_DAY;
  seconds = unix_seconds - days * SECONDS_PER_DAY;
  date_from_days (days, &year, &month, &day);
  put_two_digits (text, year / 100);
  put_two_digits (text + 2, year % 100);
  put_two_digits (text + 4, month);
  put_two_digits (text + 6, day);
  put_two_digits (text + 8, (int) (seconds / 3600));
  put_two_digits (text + 10, (int) (seconds / 60 % 60));
  put_two_digits (text + 12, (int) (seconds % 60));
  text[14] = 'Z';
  if (year < 2050)
    ca_der_prepend_element (self, CA_TAG_UTC_TIME, text + 2, 13);
  else
    ca_der_prepend_element (self, CA_TAG_GENERALIZED_TIME, text, 15);
  return TRUE;
}
