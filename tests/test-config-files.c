/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "fake-folder.h"
#include "icert-ca-info.h"
#include "icert-config-files.h"
#include "icert-error.h"

#define RECORD(config, rest)                                                                       \
  "[Certification Authority]\nConfig=" config "\nAddress=local:/srv/ca\n" rest

static ICertConfigFiles *
files_of (FakeFolder *folder)
{
  return g_object_new (ICERT_TYPE_CONFIG_FILES, "search-path", folder->path, NULL);
}

static char *
list_configs (ICertConfigFiles *files)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) list = icert_config_list (ICERT_CONFIG (files), NULL, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ICertCaInfo) info = g_list_model_get_item (list, i);
      g_autofree char *config = icert_ca_info_get_config (info);

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", config);
    }
  return g_string_free (text, FALSE);
}

static void
assert_choice (ICertConfigFiles *files, ICertConfigChoice choice, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *config = icert_config_get_config (ICERT_CONFIG (files), choice, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config, ==, expected);
}

static void
assert_no_choice (ICertConfigFiles *files, ICertConfigChoice choice, ICertError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (icert_config_get_config (ICERT_CONFIG (files), choice, NULL, &error));
  g_assert_error (error, ICERT_ERROR, (int) code);
}

static void
test_lists (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = files_of (folder);
  g_autoptr (GListModel) list = NULL;
  g_autoptr (ICertCaInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *empty = list_configs (files);
  g_autofree char *configs = NULL;
  g_autofree char *description = NULL;
  g_autofree char *address = NULL;
  g_autofree char *path = NULL;
  g_autofree char *expected = fake_folder_path (folder, "a.conf");

  g_test_summary ("Records are read at each call, with the fields of AD CS");
  g_assert_cmpstr (empty, ==, "");
  fake_folder_write (folder, "b.conf", RECORD ("pki.example\\B CA", ""));
  fake_folder_write (folder, "a.conf",
                     RECORD ("localhost\\A CA", "Default=true\nDescription=The first\n"));
  fake_folder_write (folder, "c.conf.bak", "nonsense");
  configs = list_configs (files);
  g_assert_cmpstr (configs, ==, "localhost\\A CA; pki.example\\B CA");
  list = icert_config_list (ICERT_CONFIG (files), NULL, &error);
  info = g_list_model_get_item (list, 0);
  g_assert_true (icert_ca_info_get_is_default (info));
  description = icert_ca_info_get_field (info, "Description", &error);
  g_assert_cmpstr (description, ==, "The first");
  address = icert_ca_info_get_address (info);
  g_assert_cmpstr (address, ==, "local:/srv/ca");
  path = icert_ca_info_get_field (info, "Path", &error);
  g_assert_cmpstr (path, ==, expected);
}

static void
test_first_wins (void)
{
  g_autoptr (FakeFolder) one = fake_folder_new ();
  g_autoptr (FakeFolder) two = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = NULL;
  g_autoptr (GListModel) list = NULL;
  g_autoptr (ICertCaInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *both = g_strconcat (one->path, ":", two->path, NULL);
  g_autofree char *configs = NULL;
  g_autofree char *description = NULL;

  g_test_summary ("Of two records of one CA the first counts");
  fake_folder_write (one, "x.conf", RECORD ("localhost\\A CA", "Description=one\n"));
  fake_folder_write (two, "a.conf", RECORD ("localhost\\A CA", "Description=two\n"));
  fake_folder_write (two, "b.conf", RECORD ("localhost\\B CA", ""));
  files = g_object_new (ICERT_TYPE_CONFIG_FILES, "search-path", both, NULL);
  configs = list_configs (files);
  g_assert_cmpstr (configs, ==, "localhost\\A CA; localhost\\B CA");
  list = icert_config_list (ICERT_CONFIG (files), NULL, &error);
  info = g_list_model_get_item (list, 0);
  description = icert_ca_info_get_field (info, "Description", &error);
  g_assert_cmpstr (description, ==, "one");
}

static void
test_choices (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (FakeFolder) ca = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = files_of (folder);
  g_autofree char *running = NULL;

  g_test_summary ("The choices of AD CS: default, first, local, local and active");
  assert_no_choice (files, ICERT_CONFIG_CHOICE_FIRST, ICERT_ERROR_NOT_FOUND);
  assert_no_choice (files, ICERT_CONFIG_CHOICE_DEFAULT, ICERT_ERROR_NOT_FOUND);
  fake_folder_write (folder, "a.conf", RECORD ("pki.example\\A CA", ""));
  assert_choice (files, ICERT_CONFIG_CHOICE_DEFAULT, "pki.example\\A CA");
  fake_folder_write (folder, "b.conf", RECORD ("localhost\\B CA", ""));
  assert_no_choice (files, ICERT_CONFIG_CHOICE_DEFAULT, ICERT_ERROR_NOT_FOUND);
  assert_no_choice (files, ICERT_CONFIG_CHOICE_LOCAL_ACTIVE, ICERT_ERROR_NOT_FOUND);
  fake_folder_write (ca, "ca.conf", "");
  running = g_strdup_printf ("[Certification Authority]\nConfig=localhost\\C CA\n"
                             "Address=local:%s\nDefault=true\n",
                             ca->path);
  fake_folder_write (folder, "c.conf", running);
  assert_choice (files, ICERT_CONFIG_CHOICE_FIRST, "pki.example\\A CA");
  assert_choice (files, ICERT_CONFIG_CHOICE_LOCAL, "localhost\\B CA");
  assert_choice (files, ICERT_CONFIG_CHOICE_LOCAL_ACTIVE, "localhost\\C CA");
  assert_choice (files, ICERT_CONFIG_CHOICE_DEFAULT, "localhost\\C CA");
}

static void
test_no_ui (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = files_of (folder);

  g_test_summary ("What a person would choose is NO_UI");
  fake_folder_write (folder, "a.conf", RECORD ("localhost\\A CA", ""));
  assert_no_choice (files, ICERT_CONFIG_CHOICE_UI_PICK, ICERT_ERROR_NO_UI);
  assert_no_choice (files, ICERT_CONFIG_CHOICE_UI_PICK_SKIP_LOCAL, ICERT_ERROR_NO_UI);
}

static void
assert_broken (const char *record, int mode, const char *place, const char *text)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = files_of (folder);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) problems = NULL;
  g_autofree char *configs = NULL;

  fake_folder_write (folder, "bad.conf", record);
  fake_folder_chmod (folder, "bad.conf", mode);
  g_assert_null (icert_config_list (ICERT_CONFIG (files), NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, place));
  g_assert_nonnull (strstr (error->message, text));

  fake_folder_write (folder, "good.conf", RECORD ("localhost\\Good CA", ""));
  configs = list_configs (files);
  g_assert_cmpstr (configs, ==, "localhost\\Good CA");
  problems = icert_config_files_list_problems (files);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  g_assert_cmpstr (problems[0], ==, error->message);
}

static void
test_broken (void)
{
  g_test_summary ("S-N6: a broken record is CONFIG with file and line, and hides no other");
  assert_broken (RECORD ("localhost\\A CA", "Colour=red\n"), 0644, "bad.conf:4", "Colour");
  assert_broken (RECORD ("localhost\\A CA", "Config=x\n"), 0644, "bad.conf:4", "twice");
  assert_broken (RECORD ("localhost\\A CA", "Default=perhaps\n"), 0644, "bad.conf:4", "perhaps");
  assert_broken (RECORD ("localhost\\A CA", "[Other]\n"), 0644, "bad.conf:4", "Other");
  assert_broken (RECORD ("", ""), 0644, "bad.conf:2", "Config");
  assert_broken ("[Certification Authority]\nConfig=A CA\n", 0644, "bad.conf:1", "Address");
  assert_broken ("", 0644, "bad.conf", "Config");
}

static void
test_writable (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = files_of (folder);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F5: records and folders that others may write are not believed");
  assert_broken (RECORD ("localhost\\A CA", ""), 0666, "bad.conf", "written by others");
  fake_folder_write (folder, "a.conf", RECORD ("localhost\\A CA", ""));
  fake_folder_chmod (folder, ".", 0777);
  g_assert_null (icert_config_list (ICERT_CONFIG (files), NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, folder->path));
}

static char *
add (const char *folder, const char *config, const char *is_default, GError **error)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (fields, (char *) "Config", (char *) config);
  g_hash_table_insert (fields, (char *) "Address", (char *) "local:/srv/ca");
  if (is_default != NULL)
    g_hash_table_insert (fields, (char *) "Default", (char *) is_default);
  return icert_config_files_add (folder, fields, error);
}

static void
test_add (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *records = fake_folder_path (folder, "icert/ca.d");
  g_autofree char *root = add (records, "localhost\\Demo Root CA", "false", &error);
  g_autofree char *issuing = add (records, "localhost\\Demo CA", NULL, &error);
  g_autofree char *next = add (records, "localhost\\Next CA", NULL, &error);
  g_autofree char *again = add (records, "localhost\\Demo CA", NULL, &error);
  g_autofree char *base = NULL;
  g_autofree char *configs = NULL;
  struct stat state;

  g_test_summary ("A CA that is made gets a record, and is the default when there is none");
  g_assert_no_error (error);
  g_assert_nonnull (root);
  g_assert_nonnull (next);
  base = g_path_get_basename (issuing);
  g_assert_cmpstr (base, ==, "demo-ca.conf");
  g_assert_cmpstr (again, ==, issuing);
  g_assert_no_errno (stat (issuing, &state));
  g_assert_cmpint (state.st_mode & 07777, ==, 0644);
  g_assert_no_errno (stat (records, &state));
  g_assert_cmpint (state.st_mode & 0022, ==, 0);

  files = g_object_new (ICERT_TYPE_CONFIG_FILES, "search-path", records, NULL);
  configs = list_configs (files);
  g_assert_cmpstr (configs, ==, "localhost\\Demo CA; localhost\\Demo Root CA; localhost\\Next CA");
  assert_choice (files, ICERT_CONFIG_CHOICE_DEFAULT, "localhost\\Demo CA");
}

static void
test_add_names (void)
{
  static const char *const configs[] = { "localhost\\../../etc/passwd", "localhost\\Demo/CA",
                                         "localhost\\\xc3\x84 CA", "elsewhere\\Demo CA" };
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *first = add (folder->path, "localhost\\Demo CA", NULL, &error);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary (
      "S-N6: file names of records are made of a-z, 0-9 and -, and no two CAs share one");
  g_assert_no_error (error);
  g_hash_table_add (seen, g_path_get_basename (first));
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autofree char *path = add (folder->path, configs[i], NULL, &error);
      g_autofree char *parent = NULL;
      char *base;

      /* a name that no config string can have makes no file */
      if (path == NULL)
        {
          g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
          g_clear_error (&error);
          continue;
        }
      parent = g_path_get_dirname (path);
      base = g_path_get_basename (path);
      g_assert_cmpstr (parent, ==, folder->path);
      g_assert_true (g_regex_match_simple ("^[a-z0-9-]{1,64}\\.conf$", base, 0, 0));
      g_assert_true (g_hash_table_add (seen, base));
    }
}

static void
test_add_refuses (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertConfigFiles) files = files_of (folder);
  g_autoptr (GError) error = NULL;
  g_autofree char *configs = NULL;

  g_test_summary ("S-N6: a record that could not be read back is not written");
  g_assert_null (icert_config_files_add (folder->path, fields, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_hash_table_insert (fields, (char *) "Config", (char *) "localhost\\A CA");
  g_assert_null (icert_config_files_add (folder->path, fields, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_hash_table_insert (fields, (char *) "Address", (char *) "local:/srv/ca\nDefault=true");
  g_assert_null (icert_config_files_add (folder->path, fields, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_clear_error (&error);
  g_hash_table_insert (fields, (char *) "Address", (char *) "local:/srv/ca");
  g_hash_table_insert (fields, (char *) "Colour", (char *) "red");
  g_assert_null (icert_config_files_add (folder->path, fields, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  configs = list_configs (files);
  g_assert_cmpstr (configs, ==, "");
}

static void
test_users (void)
{
  g_autoptr (ICertConfigFiles) files = g_object_new (ICERT_TYPE_CONFIG_FILES, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = add (NULL, "localhost\\Mine CA", NULL, &error);

  g_test_summary ("A record goes to the user's folder, where it is found without being told");
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (path, g_get_user_config_dir ()));
  assert_choice (files, ICERT_CONFIG_CHOICE_FIRST, "localhost\\Mine CA");
  g_assert_no_errno (g_unlink (path));
}

static void
test_cancelled (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertConfigFiles) files = files_of (folder);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled call reads nothing");
  g_cancellable_cancel (cancellable);
  g_assert_null (icert_config_list (ICERT_CONFIG (files), cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_autoptr (FakeFolder) home = fake_folder_new ();

  /* not G_TEST_OPTION_ISOLATE_DIRS, which leaks a little for every test */
  g_setenv ("XDG_CONFIG_HOME", home->path, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config-files/lists", test_lists);
  g_test_add_func ("/config-files/first-wins", test_first_wins);
  g_test_add_func ("/config-files/choices", test_choices);
  g_test_add_func ("/config-files/no-ui", test_no_ui);
  g_test_add_func ("/config-files/S-N6/broken", test_broken);
  g_test_add_func ("/config-files/S-F5/writable", test_writable);
  g_test_add_func ("/config-files/add", test_add);
  g_test_add_func ("/config-files/S-N6/add-names", test_add_names);
  g_test_add_func ("/config-files/S-N6/add-refuses", test_add_refuses);
  g_test_add_func ("/config-files/users", test_users);
  g_test_add_func ("/config-files/cancelled", test_cancelled);
  return g_test_run ();
}
