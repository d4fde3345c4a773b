/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-module-base.h"

#include "icert-invoker-private.h"

/**
 * ICertModuleBase:
 *
 * What every module with settings would otherwise write again: the properties of a module and its
 * [iface@ICert.ManageModule], over a table of settings. A module derives from it, implements
 * [iface@ICert.Policy] or [iface@ICert.Exit], and calls [method@ICert.ModuleBase.use_settings] from
 * its `initialize`.
 *
 * In C the table is a constant that `class_init` hands to [method@ICert.ModuleBaseClass.describe].
 * A script says the same when it makes the object, by [method@ICert.ModuleBase.set_info] and
 * [method@ICert.ModuleBase.add_setting]:
 *
 * ```python
 * class ZonePolicy(ICert.ModuleBase, ICert.Policy):
 *     __gtype_name__ = 'ZonePolicy'
 *
 *     def __init__(self):
 *         super().__init__()
 *         self.set_info('Zone.Policy', 'Issues inside one zone', None, '1.0')
 *         self.add_setting('Zone', 'string', 'example.org', '1', None, 'Names end in it')
 *
 *     def do_initialize(self, ca, settings):
 *         return self.use_settings(settings)
 * ```
 *
 * The settings in force can be asked for at any time and from any thread, by
 * [method@ICert.ModuleBase.get_settings]: an [class@ICert.Settings] never changes, a reload puts
 * another one in its place. A module that makes something of its settings overrides
 * [vfunc@ICert.ModuleBase.apply_settings], and one that reads files of its own
 * [vfunc@ICert.ModuleBase.check_file].
 */
typedef struct
{
  GMutex lock;             /* of settings */
  ICertSettings *settings; /* owned; NULL before initialize() */

  /* of scripts, NULL otherwise; not changed once the object is in use */
  char *name;
  char *description;
  char *copyright;
  char *version;
  GPtrArray *added; /* of GVariant a{sv}; nullable */
} ICertModuleBasePrivate;

enum
{
  PROP_0,
  PROP_NAME,
  PROP_DESCRIPTION,
  PROP_COPYRIGHT,
  PROP_VERSION,
  PROP_PRODUCT_VERSION,
};

static void manage_module_iface_init (ICertManageModuleInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (ICertModuleBase,
                                  icert_module_base,
                                  G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (ICertModuleBase)
                                      G_IMPLEMENT_INTERFACE (ICERT_TYPE_MANAGE_MODULE,
                                                             manage_module_iface_init))

static ICertModuleBasePrivate *
get_private (gpointer self)
{
  return icert_module_base_get_instance_private (self);
}

static const ICertModuleDescription *
get_table (gpointer self)
{
  static const ICertModuleDescription nothing = { NULL };
  const ICertModuleDescription *table = ICERT_MODULE_BASE_GET_CLASS (self)->description;

  return table != NULL ? table : &nothing;
}

static const char *
choose (const char *own, const char *of_class)
{
  return own != NULL ? own : of_class;
}

static void
icert_module_base_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ICertModuleBasePrivate *priv = get_private (object);
  const ICertModuleDescription *table = get_table (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, choose (priv->name, table->name));
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, choose (priv->description, table->description));
      break;
    case PROP_COPYRIGHT:
      g_value_set_string (value, choose (priv->copyright, table->copyright));
      break;
    case PROP_VERSION:
      g_value_set_string (value, choose (priv->version, table->version));
      break;
    case PROP_PRODUCT_VERSION:
      g_value_set_string (value,
                          choose (choose (priv->version, table->product_version), table->version));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
icert_module_base_finalize (GObject *object)
{
  ICertModuleBasePrivate *priv = get_private (object);

  g_clear_object (&priv->settings);
  g_clear_pointer (&priv->added, g_ptr_array_unref);
  g_free (priv->name);
  g_free (priv->description);
  g_free (priv->copyright);
  g_free (priv->version);
  g_mutex_clear (&priv->lock);

  G_OBJECT_CLASS (icert_module_base_parent_class)->finalize (object);
}

static gboolean
icert_module_base_real_apply_settings (ICertModuleBase *self,
                                       ICertSettings *settings,
                                       GError **error)
{
  return TRUE;
}

static gboolean
icert_module_base_real_check_file (ICertModuleBase *self,
                                   const char *kind,
                                   const char *name,
                                   GBytes *contents,
                                   GError **error)
{
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "kind", "the module reads no files (none)");
  return FALSE;
}

static void
icert_module_base_class_init (ICertModuleBaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = icert_module_base_get_property;
  object_class->finalize = icert_module_base_finalize;
  klass->apply_settings = icert_module_base_real_apply_settings;
  klass->check_file = icert_module_base_real_check_file;
  g_object_class_override_property (object_class, PROP_NAME, "name");
  g_object_class_override_property (object_class, PROP_DESCRIPTION, "description");
  g_object_class_override_property (object_class, PROP_COPYRIGHT, "copyright");
  g_object_class_override_property (object_class, PROP_VERSION, "version");
  g_object_class_override_property (object_class, PROP_PRODUCT_VERSION, "product-version");
}

static void
icert_module_base_init (ICertModuleBase *self)
{
  g_mutex_init (&get_private (self)->lock);
}

static GVariant *
describe_settings (ICertManageModule *module, GError **error)
{
  ICertModuleBasePrivate *priv = get_private (module);
  const ICertModuleDescription *table = get_table (module);

  if (priv->added != NULL)
    return g_variant_ref_sink (g_variant_new_array (
        G_VARIANT_TYPE_VARDICT, (GVariant **) priv->added->pdata, priv->added->len));
  return icert_settings_describe (table->settings, table->n_settings);
}

/* Whether such a setting is described; UNKNOWN_NAME. */
static gboolean
check_name (ICertManageModule *module, const char *name, GError **error)
{
  g_autoptr (GVariant) schema = describe_settings (module, NULL);
  g_autoptr (GString) known = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (schema); i++)
    {
      g_autoptr (GVariant) info = g_variant_get_child_value (schema, i);
      const char *other = "";

      g_variant_lookup (info, "name", "&s", &other);
      if (g_str_equal (other, name))
        return TRUE;
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", other);
    }
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, name, "no such setting (%s)",
                   known->len > 0 ? known->str : "none");
  return FALSE;
}

static GVariant *
get_value (ICertManageModule *module, const char *name, GError **error)
{
  g_autoptr (ICertSettings) settings = icert_module_base_get_settings (ICERT_MODULE_BASE (module));

  if (!check_name (module, name, error))
    return NULL;
  return settings != NULL ? icert_settings_get_value (settings, name, error) : NULL;
}

static gboolean
reload (ICertManageModule *module, ICertSettings *settings, GError **error)
{
  return icert_module_base_use_settings (ICERT_MODULE_BASE (module), settings, error);
}

static gboolean
check (ICertManageModule *module,
       const char *kind,
       const char *name,
       GBytes *contents,
       GError **error)
{
  return icert_module_base_check_file (ICERT_MODULE_BASE (module), kind, name, contents, error);
}

static void
manage_module_iface_init (ICertManageModuleInterface *iface)
{
  iface->describe_settings = describe_settings;
  iface->get_value = get_value;
  iface->reload = reload;
  iface->check = check;
}

/**
 * icert_module_base_class_describe: (skip)
 * @klass: class of a module
 * @description: what it says of itself; must stay for ever, and so must what it points to
 *
 * Says name, version and settings of all objects of a class. C only, in `class_init`.
 */
void
icert_module_base_class_describe (ICertModuleBaseClass *klass,
                                  const ICertModuleDescription *description)
{
  g_return_if_fail (ICERT_IS_MODULE_BASE_CLASS (klass));
  g_return_if_fail (description != NULL);

  klass->description = description;
}

/**
 * icert_module_base_set_info:
 * @self: a module
 * @name: class id of the module, `App.Policy`
 * @description: what it does, in one line
 * @copyright: (nullable): whose work it is
 * @version: (nullable): its version
 *
 * Says what the properties of the module are, for scripts. To be called while the object is made,
 * before anybody else knows it.
 */
void
icert_module_base_set_info (ICertModuleBase *self,
                            const char *name,
                            const char *description,
                            const char *copyright,
                            const char *version)
{
  ICertModuleBasePrivate *priv;

  g_return_if_fail (ICERT_IS_MODULE_BASE (self));
  g_return_if_fail (name != NULL && description != NULL);

  priv = get_private (self);
  g_free (priv->name);
  priv->name = g_strdup (name);
  g_free (priv->description);
  priv->description = g_strdup (description);
  g_free (priv->copyright);
  priv->copyright = g_strdup (copyright);
  g_free (priv->version);
  priv->version = g_strdup (version);
}

/**
 * icert_module_base_add_setting:
 * @self: a module
 * @name: key in ca.conf
 * @type: `string`, `int`, `boolean`, `duration`, `list` or `path`
 * @default_text: (nullable): what stands for a setting that is not written; `NULL`: it is empty
 * then
 * @minimum: (nullable): least int or duration, least number of characters or list items
 * @maximum: (nullable): most of them
 * @description: a line for people
 *
 * Describes a setting, for scripts; all texts as they would stand in ca.conf. To be called while
 * the object is made, before anybody else knows it.
 */
void
icert_module_base_add_setting (ICertModuleBase *self,
                               const char *name,
                               const char *type,
                               const char *default_text,
                               const char *minimum,
                               const char *maximum,
                               const char *description)
{
  const ICertSettingInfo info = { name, type, default_text, minimum, maximum, description };
  ICertModuleBasePrivate *priv;
  g_autoptr (GVariant) list = NULL;

  g_return_if_fail (ICERT_IS_MODULE_BASE (self));
  g_return_if_fail (name != NULL && type != NULL && description != NULL);

  priv = get_private (self);
  if (priv->added == NULL)
    priv->added = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  list = icert_settings_describe (&info, 1);
  g_ptr_array_add (priv->added, g_variant_get_child_value (list, 0));
}

/**
 * icert_module_base_use_settings:
 * @self: a module
 * @settings: judged settings, with defaults filled in
 * @error: return location for an error
 *
 * Puts settings into force: asks [vfunc@ICert.ModuleBase.apply_settings] to take them over and
 * keeps them. After a failure the former ones stay in force. A module calls it from `initialize`; a
 * reload arrives here too. Any thread.
 *
 * Errors: those of the module; `ICERT_ERROR_FAILED` when it failed without an error.
 *
 * Returns: `TRUE` when the settings are in force
 */
gboolean
icert_module_base_use_settings (ICertModuleBase *self, ICertSettings *settings, GError **error)
{
  ICertModuleBasePrivate *priv;
  g_autoptr (ICertSettings) former = NULL;

  g_return_val_if_fail (ICERT_IS_MODULE_BASE (self), FALSE);
  g_return_val_if_fail (ICERT_IS_SETTINGS (settings), FALSE);

  if (!icert_module_base_apply_settings (self, settings, error))
    return FALSE;
  priv = get_private (self);
  g_mutex_lock (&priv->lock);
  former = priv->settings;
  priv->settings = g_object_ref (settings);
  g_mutex_unlock (&priv->lock);
  return TRUE;
}

/**
 * icert_module_base_get_settings:
 * @self: a module
 *
 * Gives the settings in force. They do not change; whoever works on a request keeps what he got
 * here until he is done. Any thread.
 *
 * Returns: (transfer full) (nullable): the settings, or `NULL` before `initialize`
 */
ICertSettings *
icert_module_base_get_settings (ICertModuleBase *self)
{
  ICertModuleBasePrivate *priv;
  ICertSettings *settings;

  g_return_val_if_fail (ICERT_IS_MODULE_BASE (self), NULL);

  priv = get_private (self);
  g_mutex_lock (&priv->lock);
  settings = priv->settings != NULL ? g_object_ref (priv->settings) : NULL;
  g_mutex_unlock (&priv->lock);
  return settings;
}

/**
 * icert_module_base_apply_settings: (virtual apply_settings)
 * @self: a module
 * @settings: judged settings, with defaults filled in
 * @error: return location for an error
 *
 * Takes over settings, for modules that make something of them: open a folder, parse a pattern. It
 * must either take all of them or fail and leave everything as it was. Modules override it; who
 * wants to put settings into force calls [method@ICert.ModuleBase.use_settings].
 *
 * Errors: `ICERT_ERROR_CONFIG` naming the setting; `ICERT_ERROR_FAILED` when the module failed
 * without an error.
 *
 * Returns: `TRUE` when the module took them over
 */
gboolean
icert_module_base_apply_settings (ICertModuleBase *self, ICertSettings *settings, GError **error)
{
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_MODULE_BASE (self), FALSE);
  g_return_val_if_fail (ICERT_IS_SETTINGS (settings), FALSE);

  ok = ICERT_MODULE_BASE_GET_CLASS (self)->apply_settings (self, settings, &local_error);
  return _icert_end_boolean (ok, local_error, self, "apply_settings", error);
}

/**
 * icert_module_base_check_file: (virtual check_file)
 * @self: a module
 * @kind: what the file is to the module: `profile`
 * @name: name it would have, without folder and suffix
 * @contents: the file
 * @error: return location for an error
 *
 * Judges a file that the module would read, without using it. The default knows no kind of file.
 *
 * Errors: `ICERT_ERROR_CONFIG` naming file and line; `ICERT_ERROR_NOT_SUPPORTED` for a kind the
 * module does not read; `ICERT_ERROR_FAILED` when the module failed without an error.
 *
 * Returns: `TRUE` when the module would take the file
 */
gboolean
icert_module_base_check_file (ICertModuleBase *self,
                              const char *kind,
                              const char *name,
                              GBytes *contents,
                              GError **error)
{
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_MODULE_BASE (self), FALSE);
  g_return_val_if_fail (kind != NULL && contents != NULL, FALSE);

  ok = ICERT_MODULE_BASE_GET_CLASS (self)->check_file (self, kind, name, contents, &local_error);
  return _icert_end_boolean (ok, local_error, self, "check_file", error);
}
