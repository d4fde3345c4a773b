/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "icert-contract-tests.h"

/* icert-contract-test CLASS [NAME=VALUE]… [KEY-TYPE]…: runs a class of a module through the tests
 * of its kind; options of GTest stand before the class (--tap, -l, -p PATH). */

static gboolean
has_interface (char **interfaces, const char *name)
{
  return g_strv_contains ((const char *const *) interfaces, name);
}

static gboolean
add_tests (const char *class_id, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertClassInfo) info
      = icert_registry_find_class (icert_registry_get_default (), class_id, NULL, &error);
  const char *const *rest = (const char *const *) arguments;
  g_auto (GStrv) interfaces = NULL;

  if (info == NULL)
    {
      g_printerr ("icert-contract-test: %s\n", error->message);
      return FALSE;
    }
  interfaces = icert_class_info_list_interfaces (info);
  if (has_interface (interfaces, "ICertPolicy"))
    icert_contract_add_policy_tests (class_id, rest);
  else if (has_interface (interfaces, "ICertExit"))
    icert_contract_add_exit_tests (class_id, rest);
  else if (has_interface (interfaces, "ICertKey"))
    icert_contract_add_key_tests (class_id, rest, NULL);
  else if (has_interface (interfaces, "ICertStore"))
    icert_contract_add_store_tests (class_id, rest[0]);
  else
    {
      g_printerr ("icert-contract-test: %s: no tests for this kind of class (a policy, an exit, a "
                  "key or a store)\n",
                  class_id);
      return FALSE;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  if (argc < 2)
    {
      g_printerr ("icert-contract-test CLASS [NAME=VALUE]… (settings; for a key its types, for a "
                  "store its URL)\n");
      return 2;
    }
  return add_tests (argv[1], argv + 2) ? g_test_run () : 2;
}
