/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

static ICertCaInfo *
make_info (const char *first, ...)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  ICertCaInfo *info;
  va_list args;

  va_start (args, first);
  for (const char *name = first; name != NULL; name = va_arg (args, const char *))
    g_hash_table_insert (fields, (gpointer) name, va_arg (args, char *));
  va_end (args);

  info = icert_ca_info_new (fields, &error);
  g_assert_no_error (error);
  return info;
}

static void
assert_field (ICertCaInfo *info, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = icert_ca_info_get_field (info, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_answers_fields (void)
{
  g_autoptr (ICertCaInfo) info
      = make_info ("Config", "ca.example.org/Demo & Co", "Address", "local:/srv/ca", "Default",
                   "true", "comment", "For tests", "Country", "", NULL);
  g_autofree char *config = icert_ca_info_get_config (info);
  g_autofree char *address = NULL;
  g_autofree char *description = NULL;
  g_autofree char *path = NULL;
  gboolean is_default;

  g_test_summary ("A record answers what it says and what follows from its config string");

  g_assert_cmpstr (config, ==, "ca.example.org\\Demo & Co");
  assert_field (info, "Config", "ca.example.org\\Demo & Co");
  assert_field (info, "authority", "Demo & Co");
  assert_field (info, "CommonName", "Demo & Co");
  assert_field (info, "Server", "ca.example.org");
  assert_field (info, "SanitizedName", "Demo !0026 Co");
  assert_field (info, "SanitizedShortName", "Demo !0026 Co");
  assert_field (info, "ShortName", "Demo & Co");
  assert_field (info, "Description", "For tests");
  assert_field (info, "Comment", "For tests");
  assert_field (info, "Default", "true");
  assert_field (info, "Country", NULL);
  assert_field (info, "Fingerprint", NULL);

  g_object_get (info, "address", &address, "description", &description, "is-default", &is_default,
                "path", &path, NULL);
  g_assert_cmpstr (address, ==, "local:/srv/ca");
  g_assert_cmpstr (description, ==, "For tests");
  g_assert_true (is_default);
  g_assert_null (path);
  g_assert_finalize_object (g_steal_pointer (&info));
}

static void
test_refuses_names (void)
{
  g_autoptr (ICertCaInfo) info = make_info ("Config", "Demo", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A field that nobody knows is an error, so that typos are found");

  assert_field (info, "Server", NULL);
  g_assert_null (icert_ca_info_get_field (info, "Sever", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  g_clear_error (&error);
  g_assert_null (icert_ca_info_get_field (info, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
}

static void
test_refuses_records (void)
{
  static const char *const records[][4] = {
    { "Address", "local:/srv/ca", NULL, NULL },  { "Config", "\\Demo", NULL, NULL },
    { "Config", "Demo", "Default", "yes" },      { "Config", "Demo", "Adress", "local:/srv/ca" },
    { "Config", "Demo", "Description", "\xff" },
  };

  g_test_summary ("S-N6: a record needs a config string and knows its fields");

  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (GError) error = NULL;

      for (gsize j = 0; j < 4 && records[i][j] != NULL; j += 2)
        g_hash_table_insert (fields, (gpointer) records[i][j], (gpointer) records[i][j + 1]);
      g_assert_null (icert_ca_info_new (fields, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
    }
}

static void
test_parses_config_strings (void)
{
  static const struct
  {
    const char *config;
    const char *host;
    const char *name;
  } good[] = {
    { "ca.example.org\\Demo CA", "ca.example.org", "Demo CA" },
    { "ca.example.org/Demo CA", "ca.example.org", "Demo CA" },
    { "Demo CA", NULL, "Demo CA" },
    { "host\\A/B", "host", "A/B" },
    { "[::1]\\Démo", "[::1]", "Démo" },
  };
  static const char *const bad[]
      = { "", "\\Demo", "host\\", "/", "a b\\Demo", "host\\De\nmo", "\xff", NULL };

  g_test_summary ("A config string has a host or none, and one of two separators");

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *host = NULL;
      g_autofree char *name = NULL;

      g_assert_true (icert_config_string_parse (good[i].config, &host, &name, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (host, ==, good[i].host);
      g_assert_cmpstr (name, ==, good[i].name);
      g_assert_true (icert_config_string_parse (good[i].config, NULL, NULL, NULL));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *host = NULL;
      g_autofree char *name = NULL;

      g_assert_false (icert_config_string_parse (bad[i], &host, &name, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
      g_assert_null (name);
    }
}

static void
test_sanitizes_names (void)
{
  g_autofree char *all = icert_sanitize_name ("&'*\\{}[]^:,=!`><#()%|+?\";/");
  g_autofree char *none = icert_sanitize_name ("Demo CA-1_2.3@~$");
  g_autofree char *wide = icert_sanitize_name ("é\n😀");
  g_autofree char *many = g_strnfill (60, 'a');
  g_autofree char *other = g_strconcat (many, "b", NULL);
  g_autofree char *brief = icert_sanitize_short_name (many);
  g_autofree char *brief_other = icert_sanitize_short_name (other);
  g_autoptr (ICertCaInfo) info = make_info ("Config", "h\\Dé😀mo", NULL);

  g_test_summary ("Characters that a file name may not have are four hex digits each");

  g_assert_cmpuint (strlen (all), ==, 26 * 5);
  g_assert_true (g_str_has_prefix (all, "!0026!0027!002a!005c"));
  g_assert_cmpstr (none, ==, "Demo CA-1_2.3@~$");
  g_assert_cmpstr (wide, ==, "!00e9!000a!d83d!de00");
  g_assert_cmpuint (strlen (brief), ==, 51);
  g_assert_cmpstr (brief, !=, brief_other);
  assert_field (info, "ShortName", "Dé😀mo");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ca-info/answers-fields", test_answers_fields);
  g_test_add_func ("/ca-info/refuses-names", test_refuses_names);
  g_test_add_func ("/ca-info/refuses-records-S-N6", test_refuses_records);
  g_test_add_func ("/ca-info/parses-config-strings", test_parses_config_strings);
  g_test_add_func ("/ca-info/sanitizes-names", test_sanitizes_names);

  return g_test_run ();
}
