/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "icert-class-info-private.h"
#include "icert-config-files.h"
#include "icert-error.h"
#include "icert-exit.h"
#include "icert-file-private.h"
#include "icert-loader.h"
#include "icert-manage-module.h"
#include "icert-manifest.h"
#include "icert-module.h"
#include "icert-policy.h"
#include "icert-registry-private.h"

#define MANIFEST_SUFFIX ".module"

/**
 * ICertRegistry:
 *
 * The classes that can be had by name, as COM's registry held them for AD CS. Modules register
 * theirs with a manifest in one of a list of folders; making the registry reads manifests and opens
 * no code.
 *
 * A manifest that is refused hides no other: [method@ICert.Registry.list_problems] tells what is
 * wrong. A module in an earlier folder takes the place of one with the same name in a later folder,
 * so that a build tree can be tried where icert is installed. Two modules that register the same
 * class are an error, and neither is used.
 *
 * Immutable, so any thread may use it.
 */
struct _ICertRegistry
{
  GObject parent_instance;

  GPtrArray *classes;  /* of ICertClassInfo, owned, by class id */
  GPtrArray *problems; /* of char *, owned */
};

G_DEFINE_FINAL_TYPE (ICertRegistry, icert_registry, G_TYPE_OBJECT)

static void
icert_registry_finalize (GObject *object)
{
  ICertRegistry *self = ICERT_REGISTRY (object);

  g_ptr_array_unref (self->classes);
  g_ptr_array_unref (self->problems);

  G_OBJECT_CLASS (icert_registry_parent_class)->finalize (object);
}

static void
icert_registry_class_init (ICertRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = icert_registry_finalize;
}

static void
icert_registry_init (ICertRegistry *self)
{
  self->classes = g_ptr_array_new_with_free_func (g_object_unref);
  self->problems = g_ptr_array_new_with_free_func (g_free);
}

/* One line each, and each once: two classes of a module share its problems. */
static void
note_problem (ICertRegistry *self, const GError *error)
{
  if (!g_ptr_array_find_with_equal_func (self->problems, error->message, g_str_equal, NULL))
    g_ptr_array_add (self->problems, g_strdup (error->message));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* NULL without an error when there is no such folder */
static GPtrArray *
list_manifests (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GDir) dir = NULL;
  struct stat state;
  const char *name;

  if (stat (folder, &state) != 0)
    {
      if (errno != ENOENT && errno != ENOTDIR)
        icert_set_error (error, ICERT_ERROR_CONFIG, folder, "%s (a folder)", g_strerror (errno));
      return NULL;
    }
  if (!_icert_file_check_writers (&state, folder, "folder", error))
    return NULL;
  dir = g_dir_open (folder, 0, NULL);
  if (dir == NULL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, folder, "cannot be read (a folder)");
      return NULL;
    }

  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, MANIFEST_SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static void
add_manifest (ICertRegistry *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) classes = _icert_manifest_read (path, &error);

  if (classes == NULL)
    {
      note_problem (self, error);
      return;
    }
  /* The classes stay: whoever wants one gets this error, which says more than "not registered". */
  if (!_icert_loader_check_library (g_ptr_array_index (classes, 0), &error))
    note_problem (self, error);
  g_ptr_array_extend_and_steal (self->classes, g_steal_pointer (&classes));
}

/* @seen: names of manifests of the folders before */
static gboolean
add_folder (ICertRegistry *self, const char *folder, GHashTable *seen, GError **error)
{
  g_autofree char *whole = g_canonicalize_filename (folder, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) names = list_manifests (whole, &local_error);

  if (local_error != NULL)
    {
      note_problem (self, local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (whole, name, NULL);

      if (g_hash_table_add (seen, g_strdup (name)))
        add_manifest (self, path);
    }
  return TRUE;
}

static void
add_default_folders (ICertRegistry *self, GHashTable *seen)
{
  const char *listed = secure_getenv ("ICERT_MODULE_PATH");
  g_autofree char *users = g_build_filename (g_get_user_data_dir (), "icert", "modules", NULL);
  g_auto (GStrv) folders = g_strsplit (listed != NULL ? listed : "", G_SEARCHPATH_SEPARATOR_S, -1);

  for (guint i = 0; folders[i] != NULL; i++)
    if (*folders[i] != '\0')
      add_folder (self, folders[i], seen, NULL);
  add_folder (self, users, seen, NULL);
  add_folder (self, ICERT_MODULE_DIR, seen, NULL);
}

static void
add_builtin (ICertRegistry *self, const char *class_id, GType type, const char *interface_name)
{
  g_autoptr (ICertModuleFacts) facts = _icert_module_facts_new ();
  ICertClassInfo *info;

  facts->name = g_strdup ("icert");
  facts->version = g_strdup (ICERT_VERSION);
  facts->description = g_strdup ("Classes of libicert itself");
  facts->host = g_strdup ("engine");
  facts->abi = ICERT_MODULE_ABI;

  info = _icert_class_info_new (facts, class_id);
  info->type_name = g_strdup (g_type_name (type));
  info->builtin = type;
  info->threads = g_strdup ("any");
  g_strfreev (info->interfaces);
  info->interfaces = g_strdupv ((char *[]){ (char *) interface_name, NULL });
  g_ptr_array_add (self->classes, info);
}

static int
compare_classes (gconstpointer a, gconstpointer b)
{
  const ICertClassInfo *one = *(ICertClassInfo *const *) a;
  const ICertClassInfo *other = *(ICertClassInfo *const *) b;
  int order = strcmp (one->class_id, other->class_id);

  return order != 0 ? order : g_strcmp0 (one->module->path, other->module->path);
}

/* Same class, and some address for which both would be asked */
static gboolean
is_same_class (ICertClassInfo *one, ICertClassInfo *other)
{
  if (strcmp (one->class_id, other->class_id) != 0)
    return FALSE;
  if (one->addresses[0] == NULL || other->addresses[0] == NULL)
    return one->addresses[0] == NULL && other->addresses[0] == NULL;
  for (guint i = 0; one->addresses[i] != NULL; i++)
    if (_icert_class_info_serves (other, one->addresses[i]))
      return TRUE;
  return FALSE;
}

static const char *
place_of (ICertClassInfo *info)
{
  return info->module->path != NULL ? info->module->path : "libicert";
}

/* No module can take libicert's own classes away. */
static void
set_conflict (ICertClassInfo *info, const GError *error)
{
  if (info->conflict == NULL && info->builtin == G_TYPE_INVALID)
    info->conflict = g_error_copy (error);
}

static void
find_conflicts (ICertRegistry *self)
{
  for (guint i = 0; i < self->classes->len; i++)
    for (guint j = i + 1; j < self->classes->len; j++)
      {
        ICertClassInfo *one = g_ptr_array_index (self->classes, i);
        ICertClassInfo *other = g_ptr_array_index (self->classes, j);
        g_autoptr (GError) error = NULL;

        if (strcmp (one->class_id, other->class_id) != 0)
          break;
        if (!is_same_class (one, other))
          continue;
        icert_set_error (&error, ICERT_ERROR_CONFIG, one->class_id,
                         "registered twice, by %s and %s (once)", place_of (one), place_of (other));
        note_problem (self, error);
        set_conflict (one, error);
        set_conflict (other, error);
      }
}

static gboolean
fill (ICertRegistry *self, const char *const *folders, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  add_builtin (self, "CertificateAuthority.Config", ICERT_TYPE_CONFIG_FILES, "ICertConfig");
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    if (!add_folder (self, folders[i], seen, error))
      return FALSE;
  add_default_folders (self, seen);
  g_ptr_array_sort (self->classes, compare_classes);
  find_conflicts (self);
  return TRUE;
}

/**
 * icert_registry_get_default:
 *
 * Answers the registry of the process: the folders of the environment variable
 * `ICERT_MODULE_PATH` (separated by `:`), `icert/modules` in the user's data folder, and
 * `$libdir/icert/modules`. They are read at the first call. Any thread.
 *
 * Returns: (transfer none): the registry
 */
ICertRegistry *
icert_registry_get_default (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      ICertRegistry *registry = g_object_new (ICERT_TYPE_REGISTRY, NULL);

      fill (registry, NULL, NULL);
      g_once_init_leave (&once, GPOINTER_TO_SIZE (registry));
    }
  return GSIZE_TO_POINTER (once);
}

/**
 * icert_registry_new:
 * @folders: (nullable) (array zero-terminated=1) (element-type filename): folders to read before
 *   those of the default registry; one that is not there is skipped
 * @error: return location for an error
 *
 * Reads the manifests of a list of folders, such as `modules/` of a CA, and those of the default
 * registry. Any thread.
 *
 * Errors: `ICERT_ERROR_CONFIG` when one of `folders` cannot be read, or can be written by others
 * than its owner, who must be root or the user of the process (S-L1). What is wrong with a manifest
 * is no error here, see [method@ICert.Registry.list_problems].
 *
 * Returns: (transfer full): a registry, `NULL` with `error` set
 */
ICertRegistry *
icert_registry_new (const char *const *folders, GError **error)
{
  g_autoptr (ICertRegistry) self = g_object_new (ICERT_TYPE_REGISTRY, NULL);

  return fill (self, folders, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * icert_registry_list_classes:
 * @self: a registry
 * @error: return location for an error
 *
 * Lists the classes of all manifests that could be read. Any thread.
 *
 * Errors: `ICERT_ERROR_CONFIG` with the first problem when every manifest was refused, so that a
 * caller who does not ask for problems learns why there is nothing.
 *
 * Returns: (transfer full): a list of [class@ICert.ClassInfo] by class id, `NULL` with `error` set
 */
GListModel *
icert_registry_list_classes (ICertRegistry *self, GError **error)
{
  GListStore *list;
  gboolean any = FALSE;

  g_return_val_if_fail (ICERT_IS_REGISTRY (self), NULL);

  list = g_list_store_new (ICERT_TYPE_CLASS_INFO);
  for (guint i = 0; i < self->classes->len; i++)
    {
      ICertClassInfo *info = g_ptr_array_index (self->classes, i);

      any = any || info->module->path != NULL;
      g_list_store_append (list, info);
    }
  if (!any && self->problems->len > 0)
    {
      g_object_unref (list);
      icert_set_error (error, ICERT_ERROR_CONFIG, NULL, "%s",
                       (char *) g_ptr_array_index (self->problems, 0));
      return NULL;
    }
  return G_LIST_MODEL (list);
}

/**
 * icert_registry_list_problems:
 * @self: a registry
 *
 * Lists what is wrong with folders, manifests and libraries: files that others may write, manifests
 * that break the rules, libraries that are not there, classes that are registered twice. One line
 * each, which names the files. None of it keeps another module from working. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): texts for people, none when all is well
 */
char **
icert_registry_list_problems (ICertRegistry *self)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  g_return_val_if_fail (ICERT_IS_REGISTRY (self), NULL);

  for (guint i = 0; i < self->problems->len; i++)
    g_strv_builder_add (texts, g_ptr_array_index (self->problems, i));
  return g_strv_builder_end (texts);
}

static void
set_unknown_class (ICertRegistry *self, const char *class_id, const char *scheme, GError **error)
{
  g_autofree char *quoted = icert_error_quote (class_id, -1);
  g_autofree char *where = NULL;
  const char *problem = self->problems->len > 0 ? g_ptr_array_index (self->problems, 0) : NULL;

  where = scheme != NULL ? g_strdup_printf (" for addresses %s:", scheme) : g_strdup ("");
  if (problem != NULL)
    icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "class",
                     "%s is registered by nobody%s, but manifests were refused (%s)", quoted, where,
                     problem);
  else
    icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "class",
                     "%s is registered by nobody%s (a class of a module in ICERT_MODULE_PATH, the "
                     "user's folder or %s)",
                     quoted, where, ICERT_MODULE_DIR);
}

/**
 * icert_registry_find_class:
 * @self: a registry
 * @class_id: name of a class, such as `Template.Policy`
 * @scheme: (nullable): scheme of the address of a CA, such as `local`, that a client class must
 *   reach; `NULL` for a class that reaches none, or for the first
 * @error: return location for an error
 *
 * Looks a class up. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` when nobody registered it (AD CS: REGDB_E_CLASSNOTREG),
 * `ICERT_ERROR_CONFIG` naming both manifests when two did.
 *
 * Returns: (transfer full): the class, `NULL` with `error` set
 */
ICertClassInfo *
icert_registry_find_class (ICertRegistry *self,
                           const char *class_id,
                           const char *scheme,
                           GError **error)
{
  ICertClassInfo *best = NULL;

  g_return_val_if_fail (ICERT_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (class_id != NULL, NULL);

  for (guint i = 0; i < self->classes->len; i++)
    {
      ICertClassInfo *info = g_ptr_array_index (self->classes, i);
      gboolean general = info->addresses[0] == NULL;

      if (strcmp (info->class_id, class_id) != 0)
        continue;
      if (info->builtin != G_TYPE_INVALID
          || (scheme != NULL && _icert_class_info_serves (info, scheme)))
        {
          best = info;
          break;
        }
      /* A class for no address in particular is the answer to NULL, and serves all others. */
      if (general || (scheme == NULL && best == NULL))
        best = info;
    }

  if (best == NULL)
    set_unknown_class (self, class_id, scheme, error);
  else if (best->conflict != NULL)
    g_propagate_error (error, g_error_copy (best->conflict));
  else
    return g_object_ref (best);
  return NULL;
}

static gboolean
has_text_property (GObjectClass *klass, const char *name)
{
  GParamSpec *pspec = g_object_class_find_property (klass, name);

  return pspec != NULL && pspec->value_type == G_TYPE_STRING
         && (pspec->flags & G_PARAM_WRITABLE) != 0;
}

static GObject *
make_object (GType type, const char *config, const char *address)
{
  GObjectClass *klass = g_type_class_ref (type);
  const char *names[2];
  GValue values[2] = { G_VALUE_INIT, G_VALUE_INIT };
  GObject *object;
  guint n = 0;

  if (config != NULL && has_text_property (klass, "config"))
    {
      names[n] = "config";
      g_value_init (&values[n], G_TYPE_STRING);
      g_value_set_string (&values[n++], config);
    }
  if (address != NULL && has_text_property (klass, "address"))
    {
      names[n] = "address";
      g_value_init (&values[n], G_TYPE_STRING);
      g_value_set_string (&values[n++], address);
    }

  object = g_object_new_with_properties (type, n, names, values);
  while (n > 0)
    g_value_unset (&values[--n]);
  g_type_class_unref (klass);
  if (g_object_is_floating (object))
    g_object_ref_sink (object);
  return object;
}

static GObject *
create_of_class (ICertClassInfo *info,
                 const char *config,
                 const char *address,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GObject) object = NULL;
  GType type = _icert_loader_get_type (info, error);

  if (type == G_TYPE_INVALID)
    return NULL;
  object = make_object (type, config, address);
  if (!G_IS_INITABLE (object) || g_initable_init (G_INITABLE (object), cancellable, &local_error))
    return g_steal_pointer (&object);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    icert_set_error (error, ICERT_ERROR_MODULE, info->class_id,
                     "could not be initialised and does not say why (an error)");
  return NULL;
}

GObject *
_icert_registry_create (ICertRegistry *self,
                        const char *class_id,
                        const char *scheme,
                        const char *config,
                        const char *address,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (ICertClassInfo) info = icert_registry_find_class (self, class_id, scheme, error);

  if (info == NULL)
    return NULL;
  return create_of_class (info, config, address, cancellable, error);
}

/* A class some of whose implementations say which addresses they reach is a client class: its
 * objects belong to a CA. */
static gboolean
is_client_class (ICertRegistry *self, const char *class_id)
{
  for (guint i = 0; i < self->classes->len; i++)
    {
      ICertClassInfo *info = g_ptr_array_index (self->classes, i);

      if (strcmp (info->class_id, class_id) == 0 && info->addresses[0] != NULL)
        return TRUE;
    }
  return FALSE;
}

/**
 * icert_registry_create_object:
 * @self: a registry
 * @class_id: name of a class, such as `CertificateAuthority.Request`
 * @config: (nullable): config string of a CA, `HOST\NAME`, `HOST/NAME` or `NAME`, or an address
 * such as `local:DIR`; `NULL` for the default CA, or for a class that belongs to none
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an object of a class, and loads its module when this is the first (AD CS:
 * CoCreateInstance()). For a class that reaches CAs the record of `config` decides which
 * implementation that is. The object gets config string and address as its properties `config` and
 * `address`, when it has them, and is initialised when it is a [iface@Gio.Initable]. Blocks; any
 * thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` when nobody registered the class; `ICERT_ERROR_NOT_FOUND` when
 * no CA is meant; `ICERT_ERROR_CONFIG` for what may not be loaded: files others may write, a class
 * registered twice, a config string that means several CAs; `ICERT_ERROR_MODULE` for a module that
 * is not what its manifest says; `ICERT_ERROR_NOT_SUPPORTED` for a class that runs in a module host
 * only; and those of the object's initialisation.
 *
 * Returns: (transfer full): an object, `NULL` with `error` set
 */
GObject *
icert_registry_create_object (ICertRegistry *self,
                              const char *class_id,
                              const char *config,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autofree char *found = NULL;
  g_autofree char *address = NULL;
  g_autofree char *scheme = NULL;

  g_return_val_if_fail (ICERT_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (class_id != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!is_client_class (self, class_id))
    return _icert_registry_create (self, class_id, NULL, config, NULL, cancellable, error);
  if (!_icert_resolve_config (config, cancellable, &found, &address, error))
    return NULL;
  scheme = g_strndup (address, strcspn (address, ":"));
  return _icert_registry_create (self, class_id, scheme, found, address, cancellable, error);
}

/**
 * icert_registry_create_module:
 * @self: a registry
 * @class_id: name of a class, such as `Template.Policy`
 * @interface_name: name of the interface that is wanted, such as `ICertPolicy`
 * @error: return location for an error
 *
 * Makes an object of a module's class, to be called through `interface_name`. Blocks; any thread.
 *
 * Errors: as [method@ICert.Registry.create_object], and `ICERT_ERROR_MODULE`, before any code of
 * the module runs, when its manifest does not name the interface.
 *
 * Returns: (transfer full): an object that implements the interface, `NULL` with `error` set
 */
GObject *
icert_registry_create_module (ICertRegistry *self,
                              const char *class_id,
                              const char *interface_name,
                              GError **error)
{
  g_autoptr (ICertClassInfo) info = NULL;

  g_return_val_if_fail (ICERT_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (class_id != NULL && interface_name != NULL, NULL);

  info = icert_registry_find_class (self, class_id, NULL, error);
  if (info == NULL)
    return NULL;
  /* The loader checks that the type implements each interface of the manifest. */
  if (!g_strv_contains ((const char *const *) info->interfaces, interface_name))
    {
      icert_set_error (error, ICERT_ERROR_MODULE, info->class_id,
                       "does not implement %s (Interfaces in %s)", interface_name, place_of (info));
      return NULL;
    }
  return create_of_class (info, NULL, NULL, NULL, error);
}

/* AD CS keeps the settings with the module's ICertManageModule: the module has it, or is it. */
static GVariant *
describe_settings (GObject *object)
{
  g_autoptr (ICertManageModule) manage = NULL;

  if (ICERT_IS_MANAGE_MODULE (object))
    manage = ICERT_MANAGE_MODULE (g_object_ref (object));
  else if (ICERT_IS_POLICY (object))
    manage = icert_policy_get_manage_module (ICERT_POLICY (object));
  else if (ICERT_IS_EXIT (object))
    manage = icert_exit_get_manage_module (ICERT_EXIT (object));
  return manage != NULL ? icert_manage_module_describe_settings (manage, NULL) : NULL;
}

static GVariant *
describe_properties (GType type)
{
  GVariantBuilder list;
  GObjectClass *klass = g_type_class_ref (type);
  g_autofree GParamSpec **pspecs = NULL;
  guint n = 0;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  pspecs = g_object_class_list_properties (klass, &n);
  for (guint i = 0; i < n; i++)
    {
      const char *blurb = g_param_spec_get_blurb (pspecs[i]);
      GVariantBuilder row;

      g_variant_builder_init (&row, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&row, "{sv}", "name", g_variant_new_string (pspecs[i]->name));
      g_variant_builder_add (&row, "{sv}", "type",
                             g_variant_new_string (g_type_name (pspecs[i]->value_type)));
      g_variant_builder_add (&row, "{sv}", "writable",
                             g_variant_new_boolean ((pspecs[i]->flags & G_PARAM_WRITABLE) != 0));
      if (blurb != NULL)
        g_variant_builder_add (&row, "{sv}", "description", g_variant_new_string (blurb));
      g_variant_builder_add (&list, "a{sv}", &row);
    }
  g_type_class_unref (klass);
  return g_variant_builder_end (&list);
}

static GVariant *
describe_interfaces (GType type)
{
  g_autofree GType *ifaces = NULL;
  GVariantBuilder names;
  guint n = 0;

  g_variant_builder_init (&names, G_VARIANT_TYPE_STRING_ARRAY);
  ifaces = g_type_interfaces (type, &n);
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&names, "s", g_type_name (ifaces[i]));
  return g_variant_builder_end (&names);
}

/**
 * icert_registry_describe_class:
 * @self: a registry
 * @class_id: name of a class
 * @error: return location for an error
 *
 * Loads a class and answers what its code says of itself, beside what [class@ICert.ClassInfo] knows
 * from the manifest: `type` (s), `interfaces` (as: all of them), `properties` (aa{sv} with name,
 * type, writable, description), `settings` (aa{sv} as of
 * [method@ICert.ManageModule.describe_settings]; absent when the class has no settings or describes
 * them only for a CA). Blocks; any thread.
 *
 * Errors: as [method@ICert.Registry.create_module].
 *
 * Returns: (transfer full): a dictionary `a{sv}`, `NULL` with `error` set
 */
GVariant *
icert_registry_describe_class (ICertRegistry *self, const char *class_id, GError **error)
{
  g_autoptr (ICertClassInfo) info = NULL;
  g_autoptr (GVariant) settings = NULL;
  GVariantBuilder facts;
  GType type;

  g_return_val_if_fail (ICERT_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (class_id != NULL, NULL);

  info = icert_registry_find_class (self, class_id, NULL, error);
  if (info == NULL)
    return NULL;
  type = _icert_loader_get_type (info, error);
  if (type == G_TYPE_INVALID)
    return NULL;

  g_variant_builder_init (&facts, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&facts, "{sv}", "type", g_variant_new_string (g_type_name (type)));
  g_variant_builder_add (&facts, "{sv}", "interfaces", describe_interfaces (type));
  g_variant_builder_add (&facts, "{sv}", "properties", describe_properties (type));
  /* Client objects open a CA when they are initialised; modules do so when the engine says. */
  if (info->addresses[0] == NULL && !g_type_is_a (type, G_TYPE_INITABLE))
    {
      g_autoptr (GObject) object = make_object (type, NULL, NULL);

      settings = describe_settings (object);
    }
  if (settings != NULL)
    g_variant_builder_add (&facts, "{sv}", "settings", settings);
  return g_variant_ref_sink (g_variant_builder_end (&facts));
}
