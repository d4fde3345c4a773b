/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "icert-error.h"
#include "icert-keyfile.h"

static const char sample[] = "# a CA\n"
                             "\n"
                             "[CA]\n"
                             "Name = Demo CA  \n"
                             "# the kind\n"
                             "Type=subordinate\n"
                             "List=a; b ;;c;\n"
                             "DualControl=false\n"
                             "ClockSkewMinutes=10\n"
                             "Empty=\n"
                             "\n"
                             "# who decides\n"
                             "[Policy]\n"
                             "Chain=Template.Policy\n";

static ICertKeyfile *
parse (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return icert_keyfile_parse (bytes, "ca.conf", error);
}

static void
assert_refused (const char *text, const char *field, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse (text, &error);
  g_autofree char *seen = NULL;

  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_null (file);
  seen = icert_error_get_field (error);
  g_assert_cmpstr (seen, ==, field);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_reads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse (sample, &error);
  g_auto (GStrv) groups = NULL;
  g_auto (GStrv) keys = NULL;
  g_auto (GStrv) list = NULL;
  g_autofree char *joined = NULL;

  g_test_summary ("Groups, keys and values are read in the order of the file, with line numbers");
  g_assert_no_error (error);
  groups = icert_keyfile_list_groups (file);
  g_assert_cmpstrv (groups, ((const char *[]){ "CA", "Policy", NULL }));
  keys = icert_keyfile_list_keys (file, "CA");
  joined = g_strjoinv (" ", keys);
  g_assert_cmpstr (joined, ==, "Name Type List DualControl ClockSkewMinutes Empty");
  g_assert_cmpstr (icert_keyfile_lookup (file, "CA", "Name"), ==, "Demo CA");
  g_assert_cmpstr (icert_keyfile_lookup (file, "CA", "Empty"), ==, "");
  g_assert_null (icert_keyfile_lookup (file, "CA", "Chain"));
  g_assert_null (icert_keyfile_lookup (file, "Exit", NULL));
  g_assert_cmpstr (icert_keyfile_lookup (file, "Policy", NULL), ==, "");
  g_assert_cmpuint (icert_keyfile_get_line (file, "CA", "Type"), ==, 6);
  g_assert_cmpuint (icert_keyfile_get_line (file, "Policy", NULL), ==, 13);
  g_assert_cmpuint (icert_keyfile_get_line (file, "Policy", "Type"), ==, 0);
  list = icert_keyfile_get_list (file, "CA", "List");
  g_assert_cmpstrv (list, ((const char *[]){ "a", "b", "c", NULL }));
  g_assert_null (icert_keyfile_get_list (file, "CA", "NoList"));
}

static void
test_backslash (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse ("[A]\nConfig=localhost\\Demo CA", &error);

  g_test_summary ("A value stands for itself: a config string keeps its backslash");
  g_assert_no_error (error);
  g_assert_cmpstr (icert_keyfile_lookup (file, "A", "Config"), ==, "localhost\\Demo CA");
}

static void
test_typed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse (sample, &error);
  gboolean flag = TRUE;
  gint64 number = 0;

  g_test_summary ("Numbers and booleans have one form, and a key that is not there its fallback");
  g_assert_true (icert_keyfile_get_boolean (file, "CA", "DualControl", TRUE, &flag, &error));
  g_assert_false (flag);
  g_assert_true (icert_keyfile_get_boolean (file, "CA", "Other", TRUE, &flag, &error));
  g_assert_true (flag);
  g_assert_true (icert_keyfile_get_int (file, "CA", "ClockSkewMinutes", 5, 0, 60, &number, &error));
  g_assert_cmpint (number, ==, 10);
  g_assert_true (icert_keyfile_get_int (file, "CA", "Other", 5, 0, 60, &number, &error));
  g_assert_cmpint (number, ==, 5);
}

static void
test_wrong_type (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse (sample, &error);
  g_autofree char *field = NULL;
  gboolean flag;
  gint64 number;

  g_test_summary ("S-N6: a value of the wrong type or out of range is CONFIG with file and line");
  g_assert_false (icert_keyfile_get_boolean (file, "CA", "Name", TRUE, &flag, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "ca.conf:4");
  g_clear_error (&error);
  g_assert_false (icert_keyfile_get_boolean (file, "CA", "Empty", TRUE, &flag, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_false (icert_keyfile_get_int (file, "CA", "ClockSkewMinutes", 5, 0, 9, &number, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "from 0 to 9"));
  g_clear_error (&error);
  g_assert_false (icert_keyfile_get_int (file, "CA", "Type", 5, 0, 9, &number, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
}

static void
test_twice (void)
{
  g_test_summary ("S-N6: a key or a group given twice is refused, naming both lines");
  assert_refused ("[A]\nx=1\n\nx = 2\n", "ca.conf:4", "line 2");
  assert_refused ("[A]\nx=1\n[B]\n[ A ]\n", "ca.conf:4", "line 1");
}

static void
test_malformed (void)
{
  g_test_summary ("S-N6: what is neither group nor entry nor comment is refused by its line");
  assert_refused ("x=1\n", "ca.conf:1", "before the first group");
  assert_refused ("[A]\nhello\n", "ca.conf:2", "hello");
  assert_refused ("[A]\n=1\n", "ca.conf:2", "no key");
  assert_refused ("[A\n", "ca.conf:1", "not a group");
  assert_refused ("[]\n", "ca.conf:1", "not a group");
  assert_refused ("[A] x\n", "ca.conf:1", "not a group");
  assert_refused ("[A[B]]\n", "ca.conf:1", "not a group");
  assert_refused ("[A]\r\nx=1\r\n", "ca.conf:1", "0x0d");
}

static void
test_encoding (void)
{
  static const char nul[] = "[A]\nx=1\0y\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (nul, sizeof nul - 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: invalid UTF-8, an octet 0 and control characters are refused");
  assert_refused ("[A]\nx=\xff\n", "ca.conf:2", "UTF-8");
  assert_refused ("# \xc3\n", "ca.conf:1", "UTF-8");
  assert_refused ("[A]\nx=\x1b[31m\n", "ca.conf:2", "0x1b");
  /* CSI of terminals, and a line separator */
  assert_refused ("[A]\nx=\xc2\x9b"
                  "31m\n",
                  "ca.conf:2", "0x9b");
  assert_refused ("# a\xe2\x80\xa8\n", "ca.conf:1", "0x2028");
  g_assert_null (icert_keyfile_parse (bytes, "ca.conf", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
}

static void
test_unknown (void)
{
  static const char *const groups[] = { "CA", "Policy *", NULL };
  static const char *const keys[] = { "Name", "Type", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse (sample, &error);
  g_autoptr (ICertKeyfile) other = parse ("[CA]\n[Policy X]\n", &error);

  g_test_summary ("S-N6: groups and keys that nobody reads are refused, listing those that exist");
  g_assert_false (icert_keyfile_check_groups (file, groups, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "ca.conf:13: "));
  g_assert_nonnull (strstr (error->message, "CA, Policy *"));
  g_clear_error (&error);
  g_assert_false (icert_keyfile_check_keys (file, "CA", keys, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "ca.conf:7: "));
  g_clear_error (&error);
  g_assert_true (icert_keyfile_check_groups (other, groups, &error));
  g_assert_true (icert_keyfile_check_keys (file, "CA", ((const char *[]){ "*", NULL }), &error));
}

static char *
text_of (ICertKeyfile *file)
{
  g_autoptr (GBytes) bytes = icert_keyfile_to_bytes (file);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data, size);
}

static void
test_changes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse (sample, &error);
  g_autoptr (ICertKeyfile) copy = icert_keyfile_copy (file);
  g_autofree char *before = text_of (file);
  g_autofree char *after = NULL;
  g_autofree char *untouched = NULL;

  g_test_summary ("Setting and removing keeps comments, order and every other line");
  g_assert_cmpstr (before, ==, sample);
  g_assert_true (icert_keyfile_set (file, "CA", "Type", "root", &error));
  g_assert_true (icert_keyfile_set (file, "CA", "Hash", "sha256", &error));
  g_assert_true (icert_keyfile_set (file, "Exit", "Modules", "", &error));
  g_assert_true (icert_keyfile_remove (file, "CA", "List"));
  g_assert_false (icert_keyfile_remove (file, "CA", "List"));
  after = text_of (file);
  g_assert_cmpstr (after, ==,
                   "# a CA\n\n[CA]\nName = Demo CA  \n# the kind\nType=root\nDualControl=false\n"
                   "ClockSkewMinutes=10\nEmpty=\nHash=sha256\n\n# who decides\n[Policy]\n"
                   "Chain=Template.Policy\n\n[Exit]\nModules=\n");
  g_assert_cmpuint (icert_keyfile_get_line (file, "Exit", "Modules"), ==, 17);
  untouched = text_of (copy);
  g_assert_cmpstr (untouched, ==, sample);
  g_assert_cmpstr (icert_keyfile_lookup (copy, "CA", "Type"), ==, "subordinate");
}

static void
test_remove_group (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = parse (sample, &error);
  g_autofree char *after = NULL;

  g_test_summary ("Removing a group leaves the comment that stands above the next one");
  g_assert_true (icert_keyfile_remove (file, "CA", NULL));
  g_assert_false (icert_keyfile_remove (file, "CA", NULL));
  after = text_of (file);
  g_assert_cmpstr (after, ==, "# a CA\n\n# who decides\n[Policy]\nChain=Template.Policy\n");
  g_assert_true (icert_keyfile_remove (file, "Policy", NULL));
  g_assert_null (icert_keyfile_lookup (file, "Policy", "Chain"));
}

static void
test_set_refuses (void)
{
  static const char *const values[]
      = { "a\nb", "a\rb", " a", "a ", "\xff", "\x01", "\xc2\x9b", "\xe2\x80\xa8" };
  g_autoptr (ICertKeyfile) file = icert_keyfile_new ("ca.conf");
  g_autofree char *after = NULL;

  g_test_summary ("S-N6: what would not read back the same is not written");
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (icert_keyfile_set (file, "A", "x", values[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
    }
  for (guint i = 0; i < 3; i++)
    {
      static const char *const keys[] = { "a=b", "[a", "#a" };
      g_autoptr (GError) error = NULL;

      g_assert_false (icert_keyfile_set (file, "A", keys[i], "1", &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
    }
  after = text_of (file);
  g_assert_cmpstr (after, ==, "");
}

static void
test_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("keyfile-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "a.conf", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autoptr (ICertKeyfile) file = parse (sample, &error);
  g_autoptr (ICertKeyfile) again = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("S-F5: a file is replaced whole; a symbolic link or a folder is not read");
  g_assert_null (icert_keyfile_load (path, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (icert_keyfile_save (file, path, 0600, &error));
  g_assert_no_error (error);
  again = icert_keyfile_load (path, &error);
  g_assert_no_error (error);
  text = text_of (again);
  g_assert_cmpstr (text, ==, sample);

  g_assert_no_errno (symlink (path, link));
  g_assert_null (icert_keyfile_load (link, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_null (icert_keyfile_load (folder, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);

  g_assert_no_errno (g_unlink (link));
  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rmdir (folder));
}

static void
test_too_large (void)
{
  g_autofree char *text = g_strnfill (ICERT_KEYFILE_MAX_SIZE + 1, '#');
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key file over its limit is refused before it is read");
  g_assert_null (parse (text, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE);
}

/* A sample with a few octets changed, doubled or left out */
static GBytes *
mutate (void)
{
  static const char interesting[] = "[]=;#\n\r\t \\\0\xff\xc3"
                                    "A";
  g_autoptr (GByteArray) data = g_byte_array_new ();
  gint n = g_test_rand_int_range (1, 8);

  g_byte_array_append (data, (const guint8 *) sample, sizeof sample - 1);
  while (n-- > 0)
    {
      guint at = (guint) g_test_rand_int_range (0, (gint) data->len);
      guint8 octet = (guint8) interesting[g_test_rand_int_range (0, sizeof interesting)];

      if (g_test_rand_bit ())
        data->data[at] = octet;
      else if (g_test_rand_bit ())
        g_byte_array_remove_index (data, at);
      else
        g_byte_array_append (data, &octet, 1);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&data));
}

static void
test_generated (void)
{
  guint read = 0;

  g_test_summary ("S-N6: a generated file is refused with its line, or comes back octet by octet");
  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (GBytes) bytes = mutate ();
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertKeyfile) file = icert_keyfile_parse (bytes, "ca.conf", &error);
      g_autoptr (GBytes) again = NULL;

      if (file == NULL)
        {
          g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
          g_assert_true (g_str_has_prefix (error->message, "ca.conf:"));
          continue;
        }
      read++;
      again = icert_keyfile_to_bytes (file);
      g_assert_cmpint (memcmp (g_bytes_get_data (again, NULL), g_bytes_get_data (bytes, NULL),
                               g_bytes_get_size (bytes)),
                       ==, 0);
      g_assert_cmpuint (g_bytes_get_size (again) - g_bytes_get_size (bytes), <=, 1);
    }
  g_assert_cmpuint (read, >, 0);
}

static void
test_empty (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (bytes, "ca.conf", &error);
  g_auto (GStrv) groups = NULL;

  g_test_summary ("S-A8: a file without octets has no groups");
  g_assert_no_error (error);
  groups = icert_keyfile_list_groups (file);
  g_assert_null (groups[0]);
}

static void
test_many_groups (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertKeyfile) file = NULL;
  g_auto (GStrv) groups = NULL;
  static const char *const known[] = { "Key", NULL };
  clock_t start;

  g_test_summary ("S-A10: a file of as many groups as fit is read group by group within a second");
  for (guint i = 0; text->len < ICERT_KEYFILE_MAX_SIZE - 64; i++)
    g_string_append_printf (text, "[Group %u]\nKey=%u\n", i, i);
  start = clock ();
  file = parse (text->str, &error);
  g_assert_no_error (error);
  groups = icert_keyfile_list_groups (file);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = icert_keyfile_list_keys (file, groups[i]);

      g_assert_true (icert_keyfile_check_keys (file, groups[i], known, &error));
      g_assert_cmpuint (icert_keyfile_get_line (file, groups[i], keys[0]), ==, 2 * i + 2);
      g_assert_null (keys[1]);
    }
  g_assert_cmpint ((clock () - start) / CLOCKS_PER_SEC, <, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyfile/reads", test_reads);
  g_test_add_func ("/keyfile/backslash", test_backslash);
  g_test_add_func ("/keyfile/typed", test_typed);
  g_test_add_func ("/keyfile/S-N6/wrong-type", test_wrong_type);
  g_test_add_func ("/keyfile/S-N6/twice", test_twice);
  g_test_add_func ("/keyfile/S-N6/malformed", test_malformed);
  g_test_add_func ("/keyfile/S-N6/encoding", test_encoding);
  g_test_add_func ("/keyfile/S-N6/unknown", test_unknown);
  g_test_add_func ("/keyfile/changes", test_changes);
  g_test_add_func ("/keyfile/remove-group", test_remove_group);
  g_test_add_func ("/keyfile/S-N6/set-refuses", test_set_refuses);
  g_test_add_func ("/keyfile/S-N6/generated", test_generated);
  g_test_add_func ("/keyfile/S-F5/files", test_files);
  g_test_add_func ("/keyfile/too-large", test_too_large);
  g_test_add_func ("/keyfile/S-A8-empty", test_empty);
  g_test_add_func ("/keyfile/S-A10-many-groups", test_many_groups);
  return g_test_run ();
}
