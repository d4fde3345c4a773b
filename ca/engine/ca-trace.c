/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-trace.h"

#include <string.h>

#include "ca-clock.h"

#define TRACE_FORM 1
/* A text of a module is cut behind this many octets. */
#define LONGEST_TEXT 4096

struct _CaTrace
{
  GArray *entries;
};

static void
clear_entry (gpointer data)
{
  CaTraceEntry *entry = data;

  g_free (entry->module);
  g_free (entry->rule);
  g_free (entry->field);
  g_free (entry->seen);
  g_free (entry->allowed);
}

CaTrace *
ca_trace_new (void)
{
  CaTrace *trace = g_new0 (CaTrace, 1);

  trace->entries = g_array_sized_new (FALSE, FALSE, sizeof (CaTraceEntry), 16);
  g_array_set_clear_func (trace->entries, clear_entry);
  return trace;
}

void
ca_trace_free (CaTrace *trace)
{
  if (trace == NULL)
    return;
  g_array_unref (trace->entries);
  g_free (trace);
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
  CaTraceEntry entry = { ca_clock_now (),   kind,
                         g_strdup (module), g_strdup (rule),
                         g_strdup (field),  g_strdup (seen),
                         g_strdup (allowed) };

  g_array_append_val (trace->entries, entry);
}

guint
ca_trace_get_n_entries (const CaTrace *trace)
{
  return trace->entries->len;
}

/* What the store keeps: an octet with the version of the form; for each entry the time and six
 * texts, each with its length in front, all little-endian. A GVariant would cost as much as
 * verifying a signature. */

static void
put_number (GByteArray *octets, guint64 number, guint n_octets)
{
  guint64 wire = GUINT64_TO_LE (number);

  g_byte_array_append (octets, (const guint8 *) &wire, n_octets);
}

static void
put_text (GByteArray *octets, const char *text)
{
  gsize size = text != NULL ? MIN (strlen (text), LONGEST_TEXT) : 0;

  put_number (octets, size, 2);
  g_byte_array_append (octets, (const guint8 *) (text != NULL ? text : ""), size);
}

GBytes *
ca_trace_to_bytes (const CaTrace *trace)
{
  GByteArray *octets = g_byte_array_sized_new (trace->entries->len * 96 + 1);

  put_number (octets, TRACE_FORM, 1);
  for (guint i = 0; i < trace->entries->len; i++)
    {
      const CaTraceEntry *entry = &g_array_index (trace->entries, CaTraceEntry, i);

      put_number (octets, entry->time, 8);
      put_text (octets, entry->kind);
      put_text (octets, entry->module);
      put_text (octets, entry->rule);
      put_text (octets, entry->field);
      put_text (octets, entry->seen);
      put_text (octets, entry->allowed);
    }
  return g_byte_array_free_to_bytes (octets);
}

/* FALSE at the end, and when the octets are not what was written. */
static gboolean
take (const guint8 **position, gsize *left, void *to, gsize size)
{
  if (*left < size)
    return FALSE;
  memcpy (to, *position, size);
  *position += size;
  *left -= size;
  return TRUE;
}

/* Modules may hand in any octets; a GVariant string must be UTF-8. */
static char *
take_text (const guint8 **position, gsize *left)
{
  guint16 wire;
  gsize size;
  char *text;

  if (!take (position, left, &wire, sizeof wire))
    return NULL;
  size = GUINT16_FROM_LE (wire);
  if (size > *left)
    return NULL;
  text = g_utf8_make_valid ((const char *) *position, size);
  *position += size;
  *left -= size;
  return text;
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
take_entry (CaTraceEntry *entry, char *texts[6], const guint8 **position, gsize *left)
{
  guint64 wire;

  if (!take (position, left, &wire, sizeof wire))
    return FALSE;
  for (guint i = 0; i < 6; i++)
    {
      texts[i] = take_text (position, left);
      if (texts[i] == NULL)
        return FALSE;
    }
  *entry = (CaTraceEntry){
    GUINT64_FROM_LE (wire), texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]
  };
  return TRUE;
}

void
ca_trace_foreach (GBytes *bytes,
                  void (*each) (const CaTraceEntry *entry, gpointer data),
                  gpointer data)
{
  gsize left;
  const guint8 *position = g_bytes_get_data (bytes, &left);
  gboolean whole = TRUE;
  guint8 form = 0;

  if (!take (&position, &left, &form, 1) || form != TRACE_FORM)
    return;
  while (whole)
    {
      char *texts[6] = { NULL };
      CaTraceEntry entry;

      whole = take_entry (&entry, texts, &position, &left);
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
