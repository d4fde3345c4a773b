/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-contract-tests.h"

#include "contract-private.h"
#include "store-contract.h"

/* The store contract has one store a process, and asks without an argument. */
static char *store_class;
static char *store_url;    /* nullable: a file in store_folder */
static char *store_folder; /* of the test that runs */
static int n_urls;

static ICertStore *
new_store (void)
{
  return _contract_new_object (store_class, ICERT_TYPE_STORE);
}

static char *
new_url (void)
{
  g_auto (GStrv) parts = store_url != NULL ? g_strsplit (store_url, "%d", 2) : NULL;

  if (parts == NULL)
    {
      store_folder = _contract_new_folder ();
      return g_build_filename (store_folder, "ca.db", NULL);
    }
  return parts[1] == NULL ? g_strdup (store_url)
                          : g_strdup_printf ("%s%d%s", parts[0], n_urls++, parts[1]);
}

static void
forget_url (const char *url)
{
  if (store_folder != NULL)
    _contract_remove_folder (store_folder);
  g_clear_pointer (&store_folder, g_free);
}

void
icert_contract_add_store_tests (const char *class_id, const char *url)
{
  static const StoreContract contract = { new_store, new_url, forget_url };
  g_autofree char *prefix = NULL;

  g_return_if_fail (class_id != NULL);
  g_return_if_fail (store_class == NULL);

  store_class = g_strdup (class_id);
  store_url = g_strdup (url);
  prefix = g_strconcat ("/", class_id, NULL);
  store_contract_add_tests (prefix, &contract);
}
