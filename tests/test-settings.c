/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

static const ICertSettingInfo infos[] = {
  { "Folder", "path", "publish", NULL, NULL, "Where certificates go" },
  { "Count", "int", "3", "1", "10", "How many" },
  { "Strict", "boolean", "true", NULL, NULL, "Whether" },
  { "Wait", "duration", "1min", "1s", "1d", "How long" },
  { "Names", "list", "a;b", NULL, "3", "Which" },
  { "Text", "string", NULL, NULL, "5", "What" },
};

static ICertSettings *
make_settings (const char *name, const char *text, GError **error)
{
  g_autoptr (GVariant) schema = icert_settings_describe (infos, G_N_ELEMENTS (infos));
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);

  if (name != NULL)
    g_hash_table_insert (texts, (gpointer) name, (gpointer) text);
  return icert_settings_new (schema, texts, "/srv/ca", error);
}

static void
test_fills_in_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSettings) settings = make_settings (NULL, NULL, &error);
  g_autofree char *folder = NULL;
  g_autofree char *base = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) items = NULL;
  gint64 count = 0;
  gint64 wait = 0;
  gboolean strict = FALSE;

  g_test_summary ("What is not written has its default, and without one it is empty");

  g_assert_no_error (error);
  names = icert_settings_list_names (settings);
  g_assert_cmpuint (g_strv_length (names), ==, G_N_ELEMENTS (infos));
  g_assert_cmpstr (names[0], ==, "Folder");
  folder = icert_settings_get_string (settings, "Folder", &error);
  g_assert_cmpstr (folder, ==, "/srv/ca/publish");
  base = icert_settings_get_folder (settings);
  g_assert_cmpstr (base, ==, "/srv/ca");
  g_assert_true (icert_settings_get_int (settings, "Count", &count, &error));
  g_assert_cmpint (count, ==, 3);
  g_assert_true (icert_settings_get_int (settings, "Wait", &wait, &error));
  g_assert_cmpint (wait, ==, 60);
  g_assert_true (icert_settings_get_boolean (settings, "Strict", &strict, &error));
  g_assert_true (strict);
  items = icert_settings_get_list (settings, "Names", &error);
  g_assert_cmpstrv (items, ((const char *const[]){ "a", "b", NULL }));
  text = icert_settings_get_string (settings, "Text", &error);
  g_assert_null (text);
  g_assert_null (icert_settings_get_value (settings, "Text", &error));
  g_assert_false (icert_settings_get_int (settings, "Text", &count, &error));
  g_assert_cmpint (count, ==, 0);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (&settings));
}

static void
test_takes_what_is_written (void)
{
  static const struct
  {
    const char *name;
    const char *text;
    const char *value;
  } cases[] = {
    { "Folder", "/a/../b", "'/b'" }, { "Folder", "", "''" },
    { "Count", "10", "10" },         { "Strict", "false", "false" },
    { "Wait", "1h 30min", "5400" },  { "Names", " x ;; y\\;z ;", "['x', 'y;z']" },
    { "Names", "", "@as []" },       { "Text", "12345", "'12345'" },
  };

  g_test_summary ("A value has the type that the module described");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertSettings) settings = make_settings (cases[i].name, cases[i].text, &error);
      g_autoptr (GVariant) value = NULL;
      g_autofree char *printed = NULL;

      g_assert_no_error (error);
      value = icert_settings_get_value (settings, cases[i].name, &error);
      g_assert_no_error (error);
      printed = g_variant_print (value, TRUE);
      if (g_str_has_prefix (printed, "int64 "))
        g_assert_cmpstr (printed + 6, ==, cases[i].value);
      else
        g_assert_cmpstr (printed, ==, cases[i].value);
    }
}

static void
test_refuses (void)
{
  static const struct
  {
    const char *name;
    const char *text;
    const char *field;
  } cases[] = {
    { "count", "3", "settings" },  { "Count", "x", "Count" },       { "Count", "0", "Count" },
    { "Count", "11", "Count" },    { "Count", "", "Count" },        { "Count", " 3", "Count" },
    { "Strict", "yes", "Strict" }, { "Wait", "2d", "Wait" },        { "Wait", "5", "Wait" },
    { "Wait", "0s", "Wait" },      { "Names", "a;b;c;d", "Names" }, { "Text", "123456", "Text" },
    { "Text", "\xff", "Text" },
  };

  g_test_summary ("S-N6: an unknown name, a wrong type and a value out of range are refused");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *field = NULL;

      g_assert_null (make_settings (cases[i].name, cases[i].text, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
      field = icert_error_get_field (error);
      g_assert_cmpstr (field, ==, cases[i].field);
    }
}

static void
test_refuses_schemas (void)
{
  static const ICertSettingInfo wrong[][2] = {
    { { "A", "number", NULL, NULL, NULL, NULL }, { "B", "int", NULL, NULL, NULL, NULL } },
    { { "A", "int", NULL, NULL, NULL, NULL }, { "A", "int", NULL, NULL, NULL, NULL } },
    { { "A", "int", "1", "x", NULL, NULL }, { "B", "int", NULL, NULL, NULL, NULL } },
    { { NULL, "int", NULL, NULL, NULL, NULL }, { "B", "int", NULL, NULL, NULL, NULL } },
    { { "A", "int", "x", NULL, NULL, NULL }, { "B", "int", NULL, NULL, NULL, NULL } },
  };
  g_autoptr (GVariant) no_schema = g_variant_ref_sink (g_variant_new_string ("x"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: a module that describes its settings wrongly gets none");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GVariant) schema = icert_settings_describe (wrong[i], 2);
      g_autoptr (GError) local_error = NULL;

      g_assert_null (icert_settings_new (schema, NULL, NULL, &local_error));
      g_assert_error (local_error, ICERT_ERROR, ICERT_ERROR_CONFIG);
    }
  g_assert_null (icert_settings_new (no_schema, NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
}

static void
test_works_without_schema (void)
{
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertSettings) settings = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) items = NULL;
  gint64 number = 0;
  gboolean truth = TRUE;

  g_test_summary ("Without a description every text is a string, read as what one asks for");

  g_hash_table_insert (texts, (char *) "B", (char *) "7");
  g_hash_table_insert (texts, (char *) "A", (char *) "x;y");
  settings = icert_settings_new (NULL, texts, NULL, &error);
  g_assert_no_error (error);
  names = icert_settings_list_names (settings);
  g_assert_cmpstrv (names, ((const char *const[]){ "A", "B", NULL }));
  items = icert_settings_get_list (settings, "A", &error);
  g_assert_cmpstrv (items, ((const char *const[]){ "x", "y", NULL }));
  g_assert_true (icert_settings_get_int (settings, "B", &number, &error));
  g_assert_cmpint (number, ==, 7);
  g_assert_no_error (error);

  g_assert_false (icert_settings_get_boolean (settings, "B", &truth, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_false (truth);
  g_clear_error (&error);
  g_assert_null (icert_settings_get_string (settings, "C", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
}

static void
test_reads_durations (void)
{
  static const struct
  {
    const char *text;
    int months;
    gint64 seconds;
  } good[] = {
    { "90s", 0, 90 },       { "10min", 0, 600 },  { "24h", 0, 86400 },
    { "7d", 0, 604800 },    { "4w", 0, 2419200 }, { "6mo", 6, 0 },
    { "10y", 120, 0 },      { "0s", 0, 0 },       { "1y 6mo 2d", 18, 172800 },
    { "1h30min", 0, 5400 },
  };
  static const char *const bad[]
      = { "",       " ",    "5", "s", "-1s", "1 s", "1m", "1month", "1.5h", "99999999999999999999s",
          "10001y", "1d x", "1D" };

  g_test_summary ("A duration is months and seconds, and always has a unit");

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      int months;
      gint64 seconds;

      g_assert_true (icert_duration_parse (good[i].text, &months, &seconds, &error));
      g_assert_no_error (error);
      g_assert_cmpint (months, ==, good[i].months);
      g_assert_cmpint (seconds, ==, good[i].seconds);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      int months;
      gint64 seconds;

      g_assert_false (icert_duration_parse (bad[i], &months, &seconds, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
    }
}

static gint64
unix_of (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  return g_date_time_to_unix (time);
}

static void
test_adds_durations (void)
{
  g_test_summary ("Months and years are those of the calendar, in UTC");

  g_assert_cmpint (icert_duration_add (unix_of ("2024-01-31T12:00:00Z"), 1, 0), ==,
                   unix_of ("2024-02-29T12:00:00Z"));
  g_assert_cmpint (icert_duration_add (unix_of ("2024-02-29T00:00:00Z"), 12, -1), ==,
                   unix_of ("2025-02-27T23:59:59Z"));
  g_assert_cmpint (icert_duration_add (unix_of ("2025-03-30T00:00:00Z"), 0, 86400), ==,
                   unix_of ("2025-03-31T00:00:00Z"));
  g_assert_cmpint (icert_duration_add (unix_of ("2040-06-01T00:00:00Z"), 120, 0), ==,
                   unix_of ("2050-06-01T00:00:00Z"));
  g_assert_cmpint (icert_duration_add (unix_of ("2040-06-01T00:00:00Z"), 120000, 0), ==,
                   unix_of ("9999-12-31T23:59:59Z"));
  g_assert_cmpint (icert_duration_add (unix_of ("2040-06-01T00:00:00Z"), 0, G_MAXINT64), ==,
                   unix_of ("9999-12-31T23:59:59Z"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/settings/fills-in-defaults", test_fills_in_defaults);
  g_test_add_func ("/settings/takes-what-is-written", test_takes_what_is_written);
  g_test_add_func ("/settings/refuses-S-N6", test_refuses);
  g_test_add_func ("/settings/refuses-schemas-S-N6", test_refuses_schemas);
  g_test_add_func ("/settings/works-without-schema", test_works_without_schema);
  g_test_add_func ("/settings/reads-durations", test_reads_durations);
  g_test_add_func ("/settings/adds-durations", test_adds_durations);

  return g_test_run ();
}
