/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include "icert-keyfile.h"

/* Key files: ICertKeyfile, which ca.conf, profiles, manifests and records are read with. */

static void
check_equal (ICertKeyfile *one, ICertKeyfile *other)
{
  g_auto (GStrv) groups = icert_keyfile_list_groups (one);
  g_auto (GStrv) other_groups = icert_keyfile_list_groups (other);

  g_assert_true (g_strv_equal ((const char *const *) groups, (const char *const *) other_groups));
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = icert_keyfile_list_keys (one, groups[i]);
      g_auto (GStrv) other_keys = icert_keyfile_list_keys (other, groups[i]);

      g_assert_true (g_strv_equal ((const char *const *) keys, (const char *const *) other_keys));
      for (gsize j = 0; keys[j] != NULL; j++)
        {
          g_assert_cmpstr (icert_keyfile_lookup (one, groups[i], keys[j]), ==,
                           icert_keyfile_lookup (other, groups[i], keys[j]));
          g_assert_cmpuint (icert_keyfile_get_line (one, groups[i], keys[j]), >, 0);
        }
    }
}

static void
read_values (ICertKeyfile *file)
{
  g_auto (GStrv) groups = icert_keyfile_list_groups (file);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = icert_keyfile_list_keys (file, groups[i]);

      for (gsize j = 0; keys[j] != NULL; j++)
        {
          g_auto (GStrv) list = icert_keyfile_get_list (file, groups[i], keys[j]);
          gboolean flag, ok;
          gint64 number;

          ok = icert_keyfile_get_boolean (file, groups[i], keys[j], FALSE, &flag, &error);
          fuzz_check (ok, &error);
          ok = icert_keyfile_get_int (file, groups[i], keys[j], 0, -100, 100, &number, &error);
          if (ok)
            g_assert_true (number >= -100 && number <= 100);
          fuzz_check (ok, &error);
        }
    }
}

/* A value that is set is there when the file is read again, and nothing else has changed. */
static void
change (ICertKeyfile *file)
{
  g_autoptr (ICertKeyfile) copy = icert_keyfile_copy (file);
  g_autoptr (ICertKeyfile) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  check_equal (file, copy);
  g_assert_true (icert_keyfile_set (copy, "Fuzz", "Key", "value;1", &error));
  bytes = icert_keyfile_to_bytes (copy);
  again = icert_keyfile_parse (bytes, "again", &error);
  if (g_bytes_get_size (bytes) > ICERT_KEYFILE_MAX_SIZE)
    g_clear_error (&error);
  g_assert_no_error (error);
  if (again == NULL)
    return;
  check_equal (copy, again);
  g_assert_cmpstr (icert_keyfile_lookup (again, "Fuzz", "Key"), ==, "value;1");
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) input = g_bytes_new_static (data, size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (input, "fuzz.conf", &error);
  g_autoptr (ICertKeyfile) again = NULL;

  fuzz_check_pointer (file, &error);
  if (file == NULL)
    return 0;

  bytes = icert_keyfile_to_bytes (file);
  again = icert_keyfile_parse (bytes, "again", &error);
  g_assert_no_error (error);
  check_equal (file, again);
  read_values (file);
  change (file);
  return 0;
}
