/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite.h"

#include <glib/gstdio.h>

#include "store-contract.h"

static ICertStore *
new_store (void)
{
  return g_object_new (STORE_TYPE_SQLITE, NULL);
}

static char *
new_url (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("icert-store-XXXXXX", &error);

  g_assert_no_error (error);
  return g_build_filename (folder, "ca.db", NULL);
}

static void
forget_url (const char *url)
{
  g_autofree char *folder = g_path_get_dirname (url);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static const StoreContract contract = { new_store, new_url, forget_url };

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  store_contract_add_tests ("/store-sqlite", &contract);
  return g_test_run ();
}
