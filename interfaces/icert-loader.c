/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include <gmodule.h>

#include "icert-admin.h"
#include "icert-ca.h"
#include "icert-config.h"
#include "icert-enum-view-row.h"
#include "icert-error.h"
#include "icert-exit.h"
#include "icert-file-private.h"
#include "icert-key.h"
#include "icert-manage-module.h"
#include "icert-module.h"
#include "icert-policy.h"
#include "icert-request.h"
#include "icert-setup.h"
#include "icert-store.h"
#include "icert-view.h"

#define TABLE_SYMBOL "icert_module"
#define MAX_CLASSES 64

/* A module that passed the checks of its table; it stays for the life of the process. */
typedef struct
{
  GHashTable *types; /* name (static) -> GType as a pointer */
} LoadedModule;

/* Modules by path. Recursive, since a module's types are registered under it and may ask for
 * another class. */
static GRecMutex lock;
static GHashTable *modules;

/* Makes the interface types of libicert known by name. */
static void
ensure_interfaces (void)
{
  g_type_ensure (ICERT_TYPE_ADMIN);
  g_type_ensure (ICERT_TYPE_CA);
  g_type_ensure (ICERT_TYPE_CONFIG);
  g_type_ensure (ICERT_TYPE_ENUM_VIEW_ROW);
  g_type_ensure (ICERT_TYPE_EXIT);
  g_type_ensure (ICERT_TYPE_KEY);
  g_type_ensure (ICERT_TYPE_MANAGE_MODULE);
  g_type_ensure (ICERT_TYPE_POLICY);
  g_type_ensure (ICERT_TYPE_REQUEST);
  g_type_ensure (ICERT_TYPE_SETUP);
  g_type_ensure (ICERT_TYPE_STORE);
  g_type_ensure (ICERT_TYPE_VIEW);
}

/* TRUE when @address lies in the file @library and not in something it is linked with. The names
 * may differ by a symbolic link on the way, so the files are compared. */
static gboolean
lies_in (gconstpointer address, const char *library)
{
  struct stat one, other;
  Dl_info found;

  if (address == NULL || dladdr (address, &found) == 0 || found.dli_fname == NULL)
    return FALSE;
  return stat (found.dli_fname, &one) == 0 && stat (library, &other) == 0
         && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

gboolean
_icert_loader_check_library (ICertClassInfo *info, GError **error)
{
  const char *library
      = info->module->library != NULL ? info->module->library : info->module->script;
  g_autofree char *folder = NULL;
  struct stat state;

  if (library == NULL)
    return TRUE;
  if (lstat (library, &state) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, library, "%s (the file that %s names)",
                       g_strerror (errno), info->module->name);
      return FALSE;
    }
  if (!S_ISREG (state.st_mode))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, library, "%s (a regular file)",
                       S_ISLNK (state.st_mode) ? "a symbolic link" : "no file");
      return FALSE;
    }
  if (!_icert_file_check_writers (&state, library, "module", error))
    return FALSE;

  folder = g_path_get_dirname (library);
  if (stat (folder, &state) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, folder, "%s", g_strerror (errno));
      return FALSE;
    }
  return _icert_file_check_writers (&state, folder, "folder", error);
}

static gboolean
check_abi (guint abi, const char *path, GError **error)
{
  if (abi == ICERT_MODULE_ABI)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MODULE, path, "built for ABI %u (ABI %d)", abi,
                   ICERT_MODULE_ABI);
  return FALSE;
}

/* The ABI is read before anything else of the table, and the table before any function. */
static gboolean
check_table (const ICertModuleTable *table, const ICertModuleFacts *facts, GError **error)
{
  g_autofree char *quoted = NULL;

  if (!check_abi (table->abi, facts->library, error))
    return FALSE;
  if (table->size < sizeof (ICertModuleTable))
    {
      icert_set_error (error, ICERT_ERROR_MODULE, facts->library,
                       "its table has %u octets (%" G_GSIZE_FORMAT ")", table->size,
                       sizeof (ICertModuleTable));
      return FALSE;
    }
  if (table->name == NULL || strcmp (table->name, facts->name) != 0)
    {
      quoted = icert_error_quote (table->name != NULL ? table->name : "", -1);
      icert_set_error (error, ICERT_ERROR_MODULE, facts->library,
                       "calls itself %s (\"%s\", as its manifest)", quoted, facts->name);
      return FALSE;
    }
  if (table->classes == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MODULE, facts->library, "has no classes (a table)");
      return FALSE;
    }
  return TRUE;
}

/* Functions that lie elsewhere would give somebody else's types. */
static gboolean
check_functions (const ICertModuleTable *table, const ICertModuleFacts *facts, GError **error)
{
  guint n;

  for (n = 0; table->classes[n].get_type != NULL; n++)
    if (n == MAX_CLASSES || table->classes[n].get_interface == NULL
        || !lies_in ((gconstpointer) table->classes[n].get_type, facts->library))
      {
        icert_set_error (error, ICERT_ERROR_MODULE, facts->library,
                         "class %u of its table has a foreign type (types of the module)", n + 1);
        return FALSE;
      }
  return TRUE;
}

/* GObject gives the type that is there already, without an error, to whoever registers its name
 * again: what exists before the module was asked is not the module's. */
static gboolean
check_names_are_free (const ICertModuleFacts *facts, GError **error)
{
  for (guint i = 0; i < facts->type_names->len; i++)
    {
      const char *name = g_ptr_array_index (facts->type_names, i);

      if (g_type_from_name (name) == G_TYPE_INVALID)
        continue;
      icert_set_error (error, ICERT_ERROR_MODULE, facts->library,
                       "type %s belongs to another module (a name of its own)", name);
      return FALSE;
    }
  return TRUE;
}

/* Only what the manifest names was checked to be new. */
static LoadedModule *
collect_types (const ICertModuleTable *table, const ICertModuleFacts *facts)
{
  LoadedModule *loaded = g_new0 (LoadedModule, 1);

  loaded->types = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; table->classes[i].get_type != NULL; i++)
    {
      GType type = table->classes[i].get_type ();
      GType iface = table->classes[i].get_interface ();

      if (type != G_TYPE_INVALID && g_type_is_a (type, G_TYPE_OBJECT) && g_type_is_a (type, iface)
          && g_ptr_array_find_with_equal_func (facts->type_names, g_type_name (type), g_str_equal,
                                               NULL))
        g_hash_table_insert (loaded->types, (gpointer) g_type_name (type), GSIZE_TO_POINTER (type));
    }
  return loaded;
}

static const ICertModuleTable *
find_table (GModule *module, const ICertModuleFacts *facts, GError **error)
{
  gpointer symbol = NULL;

  if (g_module_symbol (module, TABLE_SYMBOL, &symbol) && lies_in (symbol, facts->library))
    return symbol;
  icert_set_error (error, ICERT_ERROR_MODULE, facts->library,
                   "no module of icert (a table named %s)", TABLE_SYMBOL);
  return NULL;
}

static LoadedModule *
open_module (ICertClassInfo *info, GError **error)
{
  const ICertModuleFacts *facts = info->module;
  const ICertModuleTable *table;
  LoadedModule *loaded;
  GModule *module;

  if (!check_abi (facts->abi, facts->path, error) || !_icert_loader_check_library (info, error))
    return NULL;
  module = g_module_open (facts->library, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  if (module == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MODULE, facts->library, "cannot be loaded: %s",
                       g_module_error ());
      return NULL;
    }

  table = find_table (module, facts, error);
  if (table == NULL || !check_table (table, facts, error) || !check_functions (table, facts, error)
      || !check_names_are_free (facts, error))
    {
      g_module_close (module);
      return NULL;
    }

  g_module_make_resident (module);
  loaded = collect_types (table, facts);
  g_hash_table_insert (modules, g_strdup (facts->library), loaded);
  return loaded;
}

static gboolean
check_interfaces (GType type, ICertClassInfo *info, GError **error)
{
  for (guint i = 0; info->interfaces[i] != NULL; i++)
    {
      GType iface = g_type_from_name (info->interfaces[i]);
      g_autofree char *quoted = NULL;

      if (iface != G_TYPE_INVALID && G_TYPE_IS_INTERFACE (iface) && g_type_is_a (type, iface))
        continue;
      quoted = icert_error_quote (info->interfaces[i], -1);
      icert_set_error (error, ICERT_ERROR_MODULE, info->module->library,
                       "%s does not implement %s (as %s says)", info->class_id, quoted,
                       info->module->path);
      return FALSE;
    }
  if (!G_TYPE_IS_ABSTRACT (type))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MODULE, info->module->library,
                   "type %s is abstract (a type of objects)", info->type_name);
  return FALSE;
}

static GType
find_type (ICertClassInfo *info, GError **error)
{
  LoadedModule *loaded;
  GType type;

  if (modules == NULL)
    modules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ensure_interfaces ();

  loaded = g_hash_table_lookup (modules, info->module->library);
  if (loaded == NULL)
    loaded = open_module (info, error);
  if (loaded == NULL)
    return G_TYPE_INVALID;

  type = GPOINTER_TO_SIZE (g_hash_table_lookup (loaded->types, info->type_name));
  if (type == G_TYPE_INVALID)
    {
      icert_set_error (error, ICERT_ERROR_MODULE, info->module->library,
                       "has no type %s for class %s (as %s says)", info->type_name, info->class_id,
                       info->module->path);
      return G_TYPE_INVALID;
    }
  return check_interfaces (type, info, error) ? type : G_TYPE_INVALID;
}

GType
_icert_loader_get_type (ICertClassInfo *info, GError **error)
{
  GType type;

  if (info->builtin != G_TYPE_INVALID)
    return info->builtin;
  if (strcmp (info->module->host, "engine") != 0)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, info->class_id,
                       "runs in a module host only (Host=engine in %s)", info->module->path);
      return G_TYPE_INVALID;
    }

  g_rec_mutex_lock (&lock);
  type = find_type (info, error);
  g_rec_mutex_unlock (&lock);
  return type;
}
