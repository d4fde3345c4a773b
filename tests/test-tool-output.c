/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"

static void
test_escapes_what_moves_the_cursor (void)
{
  static const char *const rows[][2] = {
    { "plain", "plain" },
    { "B\xc3\xbcro", "B\xc3\xbcro" },
    { "a\033[2Jb", "a\\x1b[2Jb" },
    { "two\nlines\r", "two\\x0alines\\x0d" },
    { "bidi\xe2\x80\xae!", "bidi\\x202e!" },
    { "c1\xc2\x9b", "c1\\x9b" },
    { "broken\xff", "broken\xef\xbf\xbd" },
  };
  gsize i;

  g_test_summary ("Nothing a requester wrote moves the cursor of an officer's terminal");
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *escaped = tool_escape (rows[i][0]);

      g_assert_cmpstr (escaped, ==, rows[i][1]);
    }
}

static void
test_prints_times_in_utc (void)
{
  g_autofree char *epoch = tool_format_time (0);
  g_autofree char *later = tool_format_time (G_GINT64_CONSTANT (1795360800999999));
  g_autofree char *before = tool_format_time (-1);
  gint64 back = 0;

  g_test_summary ("Times are RFC 3339 in UTC, cut to seconds, and read back");
  g_assert_cmpstr (epoch, ==, "1970-01-01T00:00:00Z");
  g_assert_cmpstr (later, ==, "2026-11-22T15:20:00Z");
  g_assert_cmpstr (before, ==, "1969-12-31T23:59:59Z");
  g_assert_true (tool_parse_time (later, &back, NULL));
  g_assert_cmpint (back, ==, G_GINT64_CONSTANT (1795360800000000));
}

static void
test_reads_hex (void)
{
  g_autoptr (GBytes) plain = tool_parse_hex ("3003020105");
  g_autoptr (GBytes) colons = tool_parse_hex ("30:03 02:01 05");
  g_autoptr (GBytes) none = tool_parse_hex ("");
  g_autofree char *text = tool_format_hex (plain);

  g_test_summary ("Hex is read with or without separators and printed in lower case");
  g_assert_true (g_bytes_equal (plain, colons));
  g_assert_cmpstr (text, ==, "3003020105");
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
  g_assert_null (tool_parse_hex ("3"));
  g_assert_null (tool_parse_hex ("3 0"));
  g_assert_null (tool_parse_hex ("0x30"));
}

static void
test_prints_variants (void)
{
  static const char *const rows[][3] = {
    { "'text'", "text", "\"text\"" },
    { "true", "yes", "true" },
    { "int64 20", "20", "20" },
    { "uint32 7", "7", "7" },
    { "['a', 'b']", "a; b", "[\"a\",\"b\"]" },
    { "@as []", "", "[]" },
    { "[byte 0x0a, 0xff]", "0aff", "\"0aff\"" },
    { "{'n': <int64 1>}", "n=1", "{\"n\":1}" },
    { "[{'n': <'x'>}]", "n=x", "[{\"n\":\"x\"}]" },
  };
  gsize i;

  g_test_summary ("A value is text for people and its own type in JSON");
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) value = g_variant_parse (NULL, rows[i][0], NULL, NULL, NULL);
      g_autofree char *text = tool_variant_to_text (value);
      g_autoptr (JsonNode) node = tool_variant_to_json (value);
      g_autofree char *json = json_to_string (node, FALSE);

      g_assert_cmpstr (text, ==, rows[i][1]);
      g_assert_cmpstr (json, ==, rows[i][2]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool-output/escapes-what-moves-the-cursor",
                   test_escapes_what_moves_the_cursor);
  g_test_add_func ("/tool-output/prints-times-in-utc", test_prints_times_in_utc);
  g_test_add_func ("/tool-output/reads-hex", test_reads_hex);
  g_test_add_func ("/tool-output/prints-variants", test_prints_variants);
  return g_test_run ();
}
