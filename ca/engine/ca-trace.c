/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-trace.h"

#include <string.h>

#include "ca-clock.h"

#define TRACE_TYPE "a(xssssss)"

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

const CaTraceEntry *
ca_trace_get_entry (const CaTrace *trace, guint index)
{
  g_return_val_if_fail (index < trace->entries->len, NULL);
  return &g_array_index (trace->entries, CaTraceEntry, index);
}

/* Modules may hand in any octets; a GVariant string must be UTF-8. */
static void
add_text (GVariantBuilder *builder, const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    text = "";
  else if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  g_variant_builder_add (builder, "s", text);
}

GBytes *
ca_trace_to_bytes (const CaTrace *trace)
{
  g_autoptr (GVariant) variant = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (TRACE_TYPE));
  for (guint i = 0; i < trace->entries->len; i++)
    {
      const CaTraceEntry *entry = ca_trace_get_entry (trace, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE ("(xssssss)"));
      g_variant_builder_add (&builder, "x", entry->time);
      add_text (&builder, entry->kind);
      add_text (&builder, entry->module);
      add_text (&builder, entry->rule);
      add_text (&builder, entry->field);
      add_text (&builder, entry->seen);
      add_text (&builder, entry->allowed);
      g_variant_builder_close (&builder);
    }
  variant = g_variant_ref_sink (g_variant_builder_end (&builder));
  if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
    {
      GVariant *swapped = g_variant_byteswap (variant);

      g_variant_unref (variant);
      variant = swapped;
    }
  return g_variant_get_data_as_bytes (variant);
}

static void
append_entry (GVariantBuilder *builder, gint64 judgement, gint64 time, const char *const *texts)
{
  static const char *const keys[] = { "kind", "module", "rule", "field", "seen", "allowed" };

  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "judgement", g_variant_new_int64 (judgement));
  g_variant_builder_add (builder, "{sv}", "time", g_variant_new_int64 (time));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (texts[i][0] != '\0')
      g_variant_builder_add (builder, "{sv}", keys[i], g_variant_new_string (texts[i]));
  g_variant_builder_close (builder);
}

void
ca_trace_append_variant (GBytes *bytes, gint64 judgement, GVariantBuilder *builder)
{
  g_autoptr (GVariant) variant = NULL;
  GVariantIter iter;
  gint64 time;
  const char *texts[6];

  variant
      = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TRACE_TYPE), bytes, FALSE));
  if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
    {
      GVariant *swapped = g_variant_byteswap (variant);

      g_variant_unref (variant);
      variant = swapped;
    }
  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "(x&s&s&s&s&s&s)", &time, &texts[0], &texts[1], &texts[2],
                              &texts[3], &texts[4], &texts[5]))
    append_entry (builder, judgement, time, texts);
}
