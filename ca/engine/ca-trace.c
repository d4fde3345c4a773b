/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-trace.h"

#include <string.h>

#include "ca-clock.h"

/* What the store keeps: an octet with the version of the form, then the entries. Each has its time
 * and six texts: kind, module, rule, field, seen, allowed. A trace says few things again and again,
 * and one that needs a page of the store for itself costs as much as all other rows of a request;
 * so the time is what passed since the entry before, and a text that stood here before is a number.
 * A GVariant would cost as much as verifying a signature.
 *
 * Numbers have seven bits in an octet, the lowest first; the eighth says that more follow. The time
 * is one, the sign in its lowest bit. A text begins with one: 0 when there is none, twice its size
 * in front of its octets, or twice its place among those that were written out, plus 1.
 *
 * In the first form, which old rows have, the time has eight octets, and each text its size in two
 * octets in front, all little-endian. */
#define FIRST_FORM 1
#define TRACE_FORM 2
/* A text of a module is cut behind this many octets. */
#define LONGEST_TEXT 4096
/* What a trace may come to when it is read. One that was written has far less; octets that somebody
 * put into the store could say one text again in each of theirs. */
#define LARGEST_TRACE (32 * 1024 * 1024)
#define USUAL_SIZE 960
#define N_TEXTS 6
/* so many texts can be said again; where two have the same slot, the later one can */
#define N_SLOTS 128
#define MAX_KNOWN 96

typedef struct
{
  guint32 offset;
  guint32 size;
} KnownText;

struct _CaTrace
{
  guint n_entries;
  gint64 time; /* of the last entry */
  GByteArray *octets;
  guint n_known;
  KnownText known[MAX_KNOWN]; /* texts that were written out, where they stand */
  guint8 slots[N_SLOTS];      /* 1 + index of a known text, by its hash; 0: none yet */
};

CaTrace *
ca_trace_new (void)
{
  CaTrace *trace = g_new (CaTrace, 1);
  const guint8 form = TRACE_FORM;

  trace->n_entries = 0;
  trace->time = 0;
  trace->octets = g_byte_array_sized_new (USUAL_SIZE);
  trace->n_known = 0;
  memset (trace->slots, 0, sizeof trace->slots);
  g_byte_array_append (trace->octets, &form, 1);
  return trace;
}

void
ca_trace_free (CaTrace *trace)
{
  if (trace == NULL)
    return;
  g_byte_array_unref (trace->octets);
  g_free (trace);
}

static void
put_number (GByteArray *octets, guint64 number)
{
  guint8 wire[10];
  guint n = 0;

  for (; number > 0x7f; number >>= 7)
    wire[n++] = (guint8) (number | 0x80);
  wire[n++] = (guint8) number;
  g_byte_array_append (octets, wire, n);
}

/* Texts of a trace differ in size, or at their ends. */
static guint
slot_of (const char *text, gsize size)
{
  guint hash = (guint) size;

  hash = hash * 31 + (guchar) text[0];
  hash = hash * 31 + (guchar) text[size / 2];
  hash = hash * 31 + (guchar) text[size - 1];
  return hash % N_SLOTS;
}

static gboolean
is_known (const CaTrace *trace, guint slot, const char *text, gsize size)
{
  const KnownText *known;

  if (trace->slots[slot] == 0)
    return FALSE;
  known = &trace->known[trace->slots[slot] - 1];
  return known->size == size && memcmp (trace->octets->data + known->offset, text, size) == 0;
}

static void
put_text (CaTrace *trace, const char *text)
{
  gsize size = text != NULL ? MIN (strlen (text), LONGEST_TEXT) : 0;
  guint slot;

  if (size == 0)
    {
      put_number (trace->octets, 0);
      return;
    }
  slot = slot_of (text, size);
  if (is_known (trace, slot, text, size))
    {
      put_number (trace->octets, (trace->slots[slot] - 1) * 2 + 1);
      return;
    }
  put_number (trace->octets, size * 2);
  if (trace->n_known < MAX_KNOWN)
    {
      trace->known[trace->n_known++] = (KnownText){ trace->octets->len, size };
      trace->slots[slot] = (guint8) trace->n_known;
    }
  g_byte_array_append (trace->octets, (const guint8 *) text, size);
}

static guint64
zigzag (gint64 number)
{
  return ((guint64) number << 1) ^ (guint64) (number >> 63);
}

void
ca_trace_add (CaTrace *trace,
              const char *kind,
              const char *module,
              const char *rule,
              const char *field,
              const char *seen,
              const char *allowed)
{
  gint64 now = ca_clock_now ();

  put_number (trace->octets, zigzag (now - trace->time));
  trace->time = now;
  put_text (trace, kind);
  put_text (trace, module);
  put_text (trace, rule);
  put_text (trace, field);
  put_text (trace, seen);
  put_text (trace, allowed);
  trace->n_entries++;
}

guint
ca_trace_get_n_entries (const CaTrace *trace)
{
  return trace->n_entries;
}

const guint8 *
ca_trace_get_octets (const CaTrace *trace, gsize *size)
{
  *size = trace->octets->len;
  return trace->octets->data;
}

/* Reading */

typedef struct
{
  const guint8 *position;
  gsize left;
  gsize room; /* of LARGEST_TRACE */
  gboolean first_form;
  gint64 time;   /* of the entry before */
  GArray *known; /* of KnownText, which start at the first octet */
  const guint8 *start;
} TraceReader;

/* FALSE at the end, and when the octets are not what was written. */
static gboolean
take (TraceReader *reader, void *to, gsize size)
{
  if (reader->left < size)
    return FALSE;
  memcpy (to, reader->position, size);
  reader->position += size;
  reader->left -= size;
  return TRUE;
}

static gboolean
take_number (TraceReader *reader, guint64 *number)
{
  guint8 octet = 0x80;

  *number = 0;
  for (guint shift = 0; (octet & 0x80) != 0; shift += 7)
    {
      if (shift > 63 || !take (reader, &octet, 1))
        return FALSE;
      *number |= (guint64) (octet & 0x7f) << shift;
    }
  return TRUE;
}

/* where the text is whose octets follow */
static gboolean
skip_text (TraceReader *reader, gsize size, KnownText *text)
{
  if (size > reader->left)
    return FALSE;
  *text = (KnownText){ reader->position - reader->start, size };
  reader->position += size;
  reader->left -= size;
  return TRUE;
}

static gboolean
find_first_form (TraceReader *reader, KnownText *text)
{
  guint16 wire;

  return take (reader, &wire, sizeof wire) && skip_text (reader, GUINT16_FROM_LE (wire), text);
}

static gboolean
find_text (TraceReader *reader, KnownText *text)
{
  guint64 number;

  if (!take_number (reader, &number))
    return FALSE;
  if (number % 2 != 0)
    {
      if (number / 2 >= reader->known->len)
        return FALSE;
      *text = g_array_index (reader->known, KnownText, number / 2);
      return TRUE;
    }
  if (!skip_text (reader, number / 2, text))
    return FALSE;
  if (text->size > 0)
    g_array_append_val (reader->known, *text);
  return TRUE;
}

/* Modules may hand in any octets; a GVariant string must be UTF-8. */
static char *
take_text (TraceReader *reader)
{
  KnownText text;

  if (!(reader->first_form ? find_first_form (reader, &text) : find_text (reader, &text))
      || text.size > reader->room)
    return NULL;
  reader->room -= text.size;
  return g_utf8_make_valid ((const char *) reader->start + text.offset, text.size);
}

static gboolean
take_time (TraceReader *reader)
{
  guint64 wire;

  if (reader->first_form)
    {
      if (!take (reader, &wire, sizeof wire))
        return FALSE;
      reader->time = (gint64) GUINT64_FROM_LE (wire);
      return TRUE;
    }
  if (!take_number (reader, &wire))
    return FALSE;
  /* wraps, like the subtraction that wrote it */
  reader->time = (gint64) ((guint64) reader->time + ((wire >> 1) ^ -(wire & 1)));
  return TRUE;
}

typedef struct
{
  GVariantBuilder *builder;
  gint64 judgement;
} Appending;

static void
append_entry (const CaTraceEntry *entry, gpointer data)
{
  static const char *const keys[] = { "kind", "module", "rule", "field", "seen", "allowed" };
  const char *texts[]
      = { entry->kind, entry->module, entry->rule, entry->field, entry->seen, entry->allowed };
  Appending *appending = data;
  GVariantBuilder *builder = appending->builder;

  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "judgement", g_variant_new_int64 (appending->judgement));
  g_variant_builder_add (builder, "{sv}", "time", g_variant_new_int64 (entry->time));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (texts[i][0] != '\0')
      g_variant_builder_add (builder, "{sv}", keys[i], g_variant_new_string (texts[i]));
  g_variant_builder_close (builder);
}

/* FALSE at the end */
static gboolean
take_entry (TraceReader *reader, CaTraceEntry *entry, char *texts[N_TEXTS])
{
  if (!take_time (reader))
    return FALSE;
  for (guint i = 0; i < N_TEXTS; i++)
    {
      texts[i] = take_text (reader);
      if (texts[i] == NULL)
        return FALSE;
    }
  *entry
      = (CaTraceEntry){ reader->time, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5] };
  return TRUE;
}

void
ca_trace_foreach (GBytes *bytes,
                  void (*each) (const CaTraceEntry *entry, gpointer data),
                  gpointer data)
{
  g_autoptr (GArray) known = g_array_new (FALSE, FALSE, sizeof (KnownText));
  TraceReader reader = { .room = LARGEST_TRACE, .known = known };
  gboolean whole = TRUE;
  guint8 form = 0;

  /* as a store may have it */
  if (bytes == NULL)
    return;
  reader.start = reader.position = g_bytes_get_data (bytes, &reader.left);
  if (!take (&reader, &form, 1) || (form != FIRST_FORM && form != TRACE_FORM))
    return;
  reader.first_form = form == FIRST_FORM;
  while (whole)
    {
      char *texts[N_TEXTS] = { NULL };
      CaTraceEntry entry;

      whole = take_entry (&reader, &entry, texts);
      if (whole)
        each (&entry, data);
      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        g_free (texts[i]);
    }
}

void
ca_trace_append_variant (GBytes *bytes, gint64 judgement, GVariantBuilder *builder)
{
  Appending appending = { builder, judgement };

  ca_trace_foreach (bytes, append_entry, &appending);
}
