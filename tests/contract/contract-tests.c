/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-contract-tests.h"

#include <string.h>

#include <glib/gstdio.h>

#include "contract-private.h"

/* What the tests of one class share */
typedef struct
{
  ContractFind find;
  gpointer data;
  GDestroyNotify free_data;
  char **problems; /* owned; NULL until the first test of the class ran */
} Run;             /* counted: each check has one */

typedef struct
{
  Run *run;
  char *check;
} Check;

/* A policy or an exit */
typedef struct
{
  char *class_id;
  GHashTable *settings;
  gboolean is_exit;
} Module;

static void
run_clear (gpointer data)
{
  Run *run = data;

  run->free_data (run->data);
  g_strfreev (run->problems);
}

static void
check_free (gpointer data)
{
  Check *check = data;

  g_rc_box_release_full (check->run, run_clear);
  g_free (check->check);
  g_free (check);
}

static void
module_free (gpointer data)
{
  Module *module = data;

  g_free (module->class_id);
  g_hash_table_unref (module->settings);
  g_free (module);
}

gpointer
_contract_new_object (const char *class_id, GType interface_type)
{
  g_autoptr (GError) error = NULL;
  GObject *object = icert_create_instance (class_id, NULL, NULL, &error);

  g_assert_no_error (error);
  if (!g_type_is_a (G_OBJECT_TYPE (object), interface_type))
    g_error ("%s is no %s", class_id, g_type_name (interface_type));
  return object;
}

char *
_contract_new_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("icert-contract-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
_contract_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir
      = g_file_test (folder, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      _contract_remove_folder (path);
    }
  g_remove (folder);
}

static void
test_check (gconstpointer data)
{
  const Check *check = data;
  g_autofree char *prefix = g_strconcat (check->check, ": ", NULL);
  Run *run = check->run;
  guint n = 0;

  if (run->problems == NULL)
    run->problems = run->find (run->data);
  for (gsize i = 0; run->problems[i] != NULL; i++)
    if (g_str_has_prefix (run->problems[i], prefix))
      {
        g_test_message ("%s", run->problems[i]);
        g_printerr ("%s\n", run->problems[i]);
        n++;
      }
  if (n > 0)
    g_test_fail ();
}

void
_contract_add_checks (const char *path,
                      char **checks,
                      ContractFind find,
                      gpointer data,
                      GDestroyNotify free_data)
{
  Run *run = g_rc_box_new0 (Run);

  run->find = find;
  run->data = data;
  run->free_data = free_data;
  for (gsize i = 0; checks[i] != NULL; i++)
    {
      Check *check = g_new0 (Check, 1);
      g_autofree char *name = g_strconcat (path, "/", checks[i], NULL);

      check->run = g_rc_box_acquire (run);
      check->check = checks[i];
      g_test_add_data_func_full (name, check, test_check, check_free);
    }
  g_free (checks);
  g_rc_box_release_full (run, run_clear);
}

static gboolean
takes_any_thread (const char *class_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertClassInfo) info
      = icert_registry_find_class (icert_registry_get_default (), class_id, NULL, &error);
  g_autofree char *threads = NULL;

  g_assert_no_error (error);
  threads = icert_class_info_get_threads (info);
  return strcmp (threads, "any") == 0;
}

static char **
find_problems (gpointer data)
{
  Module *module = data;
  g_autofree char *folder = _contract_new_folder ();
  gboolean any_thread = takes_any_thread (module->class_id);
  g_autoptr (GObject) object = _contract_new_object (
      module->class_id, module->is_exit ? ICERT_TYPE_EXIT : ICERT_TYPE_POLICY);
  char **problems;

  if (module->is_exit)
    problems
        = icert_contract_check_exit (ICERT_EXIT (object), module->settings, folder, any_thread);
  else
    problems
        = icert_contract_check_policy (ICERT_POLICY (object), module->settings, folder, any_thread);
  _contract_remove_folder (folder);
  return problems;
}

static GHashTable *
parse_settings (const char *const *settings)
{
  GHashTable *texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (gsize i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      const char *sign = strchr (settings[i], '=');

      if (sign == NULL)
        g_error ("setting %s has no value (Name=value)", settings[i]);
      g_hash_table_insert (texts, g_strndup (settings[i], (gsize) (sign - settings[i])),
                           g_strdup (sign + 1));
    }
  return texts;
}

static void
add_module_tests (const char *class_id,
                  const char *const *settings,
                  gboolean is_exit,
                  char **checks)
{
  Module *module = g_new0 (Module, 1);
  g_autofree char *path = g_strconcat ("/contract/", class_id, NULL);

  module->class_id = g_strdup (class_id);
  module->settings = parse_settings (settings);
  module->is_exit = is_exit;
  _contract_add_checks (path, checks, find_problems, module, module_free);
}

void
icert_contract_add_policy_tests (const char *class_id, const char *const *settings)
{
  g_return_if_fail (class_id != NULL);

  add_module_tests (class_id, settings, FALSE, icert_contract_list_policy_checks ());
}

void
icert_contract_add_exit_tests (const char *class_id, const char *const *settings)
{
  g_return_if_fail (class_id != NULL);

  add_module_tests (class_id, settings, TRUE, icert_contract_list_exit_checks ());
}
