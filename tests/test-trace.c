/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "ca-clock.h"
#include "ca-trace.h"

/* what was read, an entry a line, times beside */
typedef struct
{
  GString *lines;
  gint64 first, last;
} Read;

static void
take_entry (const CaTraceEntry *entry, gpointer data)
{
  Read *read = data;

  if (read->lines->len == 0)
    read->first = entry->time;
  read->last = entry->time;
  g_string_append_printf (read->lines, "%s|%s|%s|%s|%s|%s\n", entry->kind, entry->module,
                          entry->rule, entry->field, entry->seen, entry->allowed);
}

static char *
read_octets (const void *octets, gsize size, Read *read)
{
  g_autoptr (GBytes) bytes = g_bytes_new (octets, size);
  Read unused;

  read = read != NULL ? read : &unused;
  *read = (Read){ .lines = g_string_new (NULL) };
  ca_trace_foreach (bytes, take_entry, read);
  return g_string_free (g_steal_pointer (&read->lines), FALSE);
}

static char *
read_trace (const CaTrace *trace, Read *read)
{
  gsize size;
  const guint8 *octets = ca_trace_get_octets (trace, &size);

  return read_octets (octets, size, read);
}

static void
test_reads_what_was_added (void)
{
  g_autoptr (CaTrace) trace = ca_trace_new ();
  g_autofree char *text = NULL;
  gint64 before = ca_clock_now ();
  Read read;

  g_test_summary ("A trace gives back its entries, their times and their order");
  g_assert_cmpuint (ca_trace_get_n_entries (trace), ==, 0);
  ca_trace_add (trace, "received", "engine", NULL, NULL, "root", "local");
  ca_trace_add (trace, "rule", "engine", "", "field", "root", NULL);
  g_assert_cmpuint (ca_trace_get_n_entries (trace), ==, 2);
  text = read_trace (trace, &read);
  g_assert_cmpstr (text, ==, "received|engine|||root|local\nrule|engine||field|root|\n");
  g_assert_cmpint (read.first, >=, before);
  g_assert_cmpint (read.last, >=, read.first);
  g_assert_cmpint (read.last, <=, ca_clock_now ());
}

static void
test_says_a_text_once (void)
{
  g_autoptr (CaTrace) trace = ca_trace_new ();
  g_autofree char *text = NULL;
  gsize once, often;

  g_test_summary ("What a trace says again takes no room again");
  ca_trace_add (trace, "rule", "Template.Policy", "common-name", "CommonName", "a name", "a rule");
  ca_trace_get_octets (trace, &once);
  for (guint i = 0; i < 10; i++)
    ca_trace_add (trace, "rule", "Template.Policy", "common-name", "CommonName", "a name",
                  "a rule");
  ca_trace_get_octets (trace, &often);
  /* six texts of an octet each, and the time that passed */
  g_assert_cmpuint (often, <, once + 10 * 12);
  text = read_trace (trace, NULL);
  for (const char *line = text; *line != '\0'; line = strchr (line, '\n') + 1)
    g_assert_true (
        g_str_has_prefix (line, "rule|Template.Policy|common-name|CommonName|a name|a rule\n"));
}

static void
test_keeps_many_texts_apart (void)
{
  g_autoptr (CaTrace) trace = ca_trace_new ();
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *text = NULL;

  g_test_summary ("More texts than can be remembered, and texts alike, are still told apart");
  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < 1000; i++)
      {
        g_autofree char *seen = g_strdup_printf ("a%03uz", i);

        ca_trace_add (trace, "read", "Module", NULL, NULL, seen, NULL);
        g_string_append_printf (expected, "read|Module|||%s|\n", seen);
      }
  text = read_trace (trace, NULL);
  g_assert_cmpstr (text, ==, expected->str);
}

static void
test_cuts_long_texts (void)
{
  g_autoptr (CaTrace) trace = ca_trace_new ();
  g_autofree char *long_text = g_strnfill (10000, 'x');
  g_autofree char *cut = g_strnfill (4096, 'x');
  g_autofree char *expected = g_strdup_printf ("note|Module|%s|%s||\n", cut, cut);
  g_autofree char *text = NULL;

  g_test_summary ("A module's text is cut behind 4096 octets");
  ca_trace_add (trace, "note", "Module", long_text, long_text, NULL, NULL);
  text = read_trace (trace, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_makes_text_valid (void)
{
  g_autoptr (CaTrace) trace = ca_trace_new ();
  g_autofree char *text = NULL;

  g_test_summary ("Octets of a module that are no UTF-8 are read as text");
  ca_trace_add (trace, "note", "Module", "\xff\xfe", NULL, NULL, NULL);
  text = read_trace (trace, NULL);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpstr (text, ==, "note|Module|\xef\xbf\xbd\xef\xbf\xbd|||\n");
}

static void
test_reads_first_form (void)
{
  static const char octets[] = "\x01"
                               "\x40\xe2\x01\x00\x00\x00\x00\x00"
                               "\x04\x00rule\x06\x00"
                               "engine\x00\x00\x05\x00"
                               "field\x00\x00\x00\x00"
                               "\x41\xe2\x01\x00\x00\x00\x00\x00"
                               "\x04\x00note\x01\x00m\x00\x00\x00\x00\x02\x00hi\x00\x00";
  g_autofree char *text = NULL;
  Read read;

  g_test_summary ("Rows with the first form of a trace are still read");
  text = read_octets (octets, sizeof octets - 1, &read);
  g_assert_cmpstr (text, ==, "rule|engine||field||\nnote|m|||hi|\n");
  g_assert_cmpint (read.first, ==, 123456);
  g_assert_cmpint (read.last, ==, 123457);
}

static void
count_octets (const CaTraceEntry *entry, gpointer data)
{
  gsize *n = data;

  *n += strlen (entry->kind) + strlen (entry->module) + strlen (entry->rule) + strlen (entry->field)
        + strlen (entry->seen) + strlen (entry->allowed);
}

static void
test_survives_any_octets (void)
{
  static const struct
  {
    const char *octets;
    gsize size;
  } broken[] = {
    { "", 0 },
    { "\x03\x00\x00\x00\x00\x00\x00\x00", 8 },
    /* a text that was never written out, one beyond the end, a number without end */
    { "\x02\x02\x01\x00\x00\x00\x00\x00", 8 },
    { "\x02\x02\x40xx", 5 },
    { "\x02\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14 },
  };
  g_autoptr (CaTrace) trace = ca_trace_new ();
  const guint8 *octets;
  gsize size = 0;

  g_test_summary ("Octets that are no trace have no entries; of a cut one come the whole entries");
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *text = read_octets (broken[i].octets, broken[i].size, NULL);

      g_assert_cmpstr (text, ==, "");
    }
  ca_trace_foreach (NULL, count_octets, &size);
  g_assert_cmpuint (size, ==, 0);
  ca_trace_add (trace, "rule", "engine", "one", "field", "seen", "seen");
  octets = ca_trace_get_octets (trace, &size);
  for (gsize cut = 0; cut < size; cut++)
    {
      g_autofree char *text = read_octets (octets, cut, NULL);

      g_assert_cmpstr (text, ==, "");
    }
}

static void
test_says_no_text_without_end (void)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = g_strnfill (4000, 'x');
  static const guint8 again[] = { 0, 1, 1, 1, 1, 1, 1 };
  gsize n = 0;

  g_test_summary ("100,000 octets that say one text again and again are no trace of two gigabytes");
  /* form, time, 2 * 4000, the text; then it again */
  g_byte_array_append (octets, (const guint8 *) "\x02\x00\xc0\x3e", 4);
  g_byte_array_append (octets, (const guint8 *) text, 4000);
  g_byte_array_append (octets, (const guint8 *) "\x00\x00\x00\x00\x00", 5);
  for (guint i = 0; i < 100000 / sizeof again; i++)
    g_byte_array_append (octets, again, sizeof again);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&octets));
  ca_trace_foreach (bytes, count_octets, &n);
  g_assert_cmpuint (n, >, 4000);
  g_assert_cmpuint (n, <, 64 * 1024 * 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/reads-what-was-added", test_reads_what_was_added);
  g_test_add_func ("/trace/says-a-text-once", test_says_a_text_once);
  g_test_add_func ("/trace/keeps-many-texts-apart", test_keeps_many_texts_apart);
  g_test_add_func ("/trace/cuts-long-texts", test_cuts_long_texts);
  g_test_add_func ("/trace/makes-text-valid", test_makes_text_valid);
  g_test_add_func ("/trace/reads-first-form", test_reads_first_form);
  g_test_add_func ("/trace/survives-any-octets", test_survives_any_octets);
  g_test_add_func ("/trace/says-no-text-without-end", test_says_no_text_without_end);
  return g_test_run ();
}
