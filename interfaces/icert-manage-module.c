/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-manage-module.h"

#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertManageModule:
 *
 * Describes a module and its settings (AD CS: ICertManageModule). The description travels as data,
 * so that any tool can draw a page for it; AD CS loads code of the module into the administrator's
 * console instead.
 *
 * A class that implements it in a script overrides all of its properties.
 */
G_DEFINE_INTERFACE (ICertManageModule, icert_manage_module, G_TYPE_OBJECT)

static GVariant *
icert_manage_module_real_describe_settings (ICertManageModule *self, GError **error)
{
  return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
}

ICERT_DEFINE_UNSUPPORTED (icert_manage_module,
                          get_value,
                          GVariant *,
                          NULL,
                          ICertManageModule *self,
                          const char *name)

ICERT_DEFINE_UNSUPPORTED (icert_manage_module,
                          set_value,
                          gboolean,
                          FALSE,
                          ICertManageModule *self,
                          const char *name,
                          GVariant *value)

ICERT_DEFINE_UNSUPPORTED (icert_manage_module,
                          reload,
                          gboolean,
                          FALSE,
                          ICertManageModule *self,
                          ICertSettings *settings)

ICERT_DEFINE_UNSUPPORTED (icert_manage_module,
                          check,
                          gboolean,
                          FALSE,
                          ICertManageModule *self,
                          const char *kind,
                          const char *name,
                          GBytes *contents)

static void
install_text (ICertManageModuleInterface *iface, const char *name)
{
  g_object_interface_install_property (
      iface,
      g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
icert_manage_module_default_init (ICertManageModuleInterface *iface)
{
  iface->describe_settings = icert_manage_module_real_describe_settings;
  iface->get_value = icert_manage_module_real_get_value;
  iface->set_value = icert_manage_module_real_set_value;
  iface->reload = icert_manage_module_real_reload;
  iface->check = icert_manage_module_real_check;

  /**
   * ICertManageModule:name:
   *
   * Name of the module.
   */
  install_text (iface, "name");
  /**
   * ICertManageModule:description:
   *
   * What the module does, in one line.
   */
  install_text (iface, "description");
  /**
   * ICertManageModule:copyright:
   *
   * Whose work the module is.
   */
  install_text (iface, "copyright");
  /**
   * ICertManageModule:version:
   *
   * Version of the module (AD CS: File Version).
   */
  install_text (iface, "version");
  /**
   * ICertManageModule:product-version:
   *
   * Version of the product that the module belongs to.
   */
  install_text (iface, "product-version");
}

/**
 * icert_manage_module_describe_settings:
 * @self: a module
 * @error: return location for an error
 *
 * Describes every setting: an `aa{sv}` with the keys `name`, `type` (string, int, boolean,
 * duration, list, path), `default`, `minimum`, `maximum` and `description`, all texts as they would
 * stand in the configuration. The default has none.
 *
 * Errors: those of the module; `ICERT_ERROR_FAILED` when it failed without an error;
 * `ICERT_ERROR_MODULE` for an answer of another type.
 *
 * Returns: (transfer full): an `aa{sv}`, or `NULL` with `error` set
 */
GVariant *
icert_manage_module_describe_settings (ICertManageModule *self, GError **error)
{
  ICertManageModuleInterface *iface;
  GError *local_error = NULL;
  GVariant *settings;

  g_return_val_if_fail (ICERT_IS_MANAGE_MODULE (self), NULL);

  iface = ICERT_MANAGE_MODULE_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, describe_settings, NULL, error);
  settings = iface->describe_settings (self, &local_error);
  return _icert_end_variant (settings, "aa{sv}", local_error, self, "describe_settings", error);
}

/**
 * icert_manage_module_get_value:
 * @self: a module
 * @name: name of a setting
 * @error: return location for an error
 *
 * Reads the value of a setting that is in force (AD CS: ICertManageModule::GetProperty).
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_NOT_SUPPORTED`.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_manage_module_get_value (ICertManageModule *self, const char *name, GError **error)
{
  ICertManageModuleInterface *iface;
  GError *local_error = NULL;
  GVariant *value;

  g_return_val_if_fail (ICERT_IS_MANAGE_MODULE (self), NULL);

  if (!_icert_check_text (name, "setting", error))
    return NULL;
  iface = ICERT_MANAGE_MODULE_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_value, NULL, error);
  value = iface->get_value (self, name, &local_error);
  value = _icert_end_nullable (value, local_error, error);
  return value != NULL ? g_variant_take_ref (value) : NULL;
}

/**
 * icert_manage_module_set_value:
 * @self: a module
 * @name: name of a setting
 * @value: (nullable): the new value, or `NULL` for the default
 * @error: return location for an error
 *
 * Changes a setting until the module is loaded again (AD CS: ICertManageModule::SetProperty). What
 * is to last stands in the configuration.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_CONFIG` for a value of another type or out of
 * range; `ICERT_ERROR_NOT_SUPPORTED`.
 *
 * Returns: `TRUE` when the value is in force
 */
gboolean
icert_manage_module_set_value (ICertManageModule *self,
                               const char *name,
                               GVariant *value,
                               GError **error)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  ICertManageModuleInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_MANAGE_MODULE (self), FALSE);

  if (!_icert_check_text (name, "setting", error))
    return FALSE;
  iface = ICERT_MANAGE_MODULE_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_value, FALSE, error);
  ok = iface->set_value (self, name, sunk, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_value", error);
}

/**
 * icert_manage_module_reload:
 * @self: a module
 * @settings: the new settings, judged, with defaults filled in
 * @error: return location for an error
 *
 * Takes over new settings while the CA runs (AD CS: ICertManageModule::Configure with
 * CMM_REFRESHONLY). After a failure the old ones stay in force (S-N6).
 *
 * Errors: `ICERT_ERROR_CONFIG`; `ICERT_ERROR_NOT_SUPPORTED`; `ICERT_ERROR_FAILED` when the module
 * failed without an error.
 *
 * Returns: `TRUE` when the new settings are in force
 */
gboolean
icert_manage_module_reload (ICertManageModule *self, ICertSettings *settings, GError **error)
{
  ICertManageModuleInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_MANAGE_MODULE (self), FALSE);
  g_return_val_if_fail (ICERT_IS_SETTINGS (settings), FALSE);

  iface = ICERT_MANAGE_MODULE_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, reload, FALSE, error);
  ok = iface->reload (self, settings, &local_error);
  return _icert_end_boolean (ok, local_error, self, "reload", error);
}

/**
 * icert_manage_module_check:
 * @self: a module
 * @kind: what the file is to the module: `profile`
 * @name: name it would have, without folder and suffix
 * @contents: the file
 * @error: return location for an error
 *
 * Judges a file that this module would read, without using it. No counterpart in AD CS.
 *
 * Errors: `ICERT_ERROR_CONFIG` naming file and line; `ICERT_ERROR_NOT_SUPPORTED` for a kind the
 * module does not read.
 *
 * Returns: `TRUE` when the module would take the file
 */
gboolean
icert_manage_module_check (ICertManageModule *self,
                           const char *kind,
                           const char *name,
                           GBytes *contents,
                           GError **error)
{
  ICertManageModuleInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_MANAGE_MODULE (self), FALSE);

  if (!_icert_check_text (kind, "kind", error) || !_icert_check_text (name, "name", error)
      || !_icert_check_not_null (contents, "contents", error))
    return FALSE;
  iface = ICERT_MANAGE_MODULE_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, check, FALSE, error);
  ok = iface->check (self, kind, name, contents, &local_error);
  return _icert_end_boolean (ok, local_error, self, "check", error);
}

ICertManageModule *
_icert_find_manage_module (gpointer module)
{
  return ICERT_IS_MANAGE_MODULE (module) ? g_object_ref (ICERT_MANAGE_MODULE (module)) : NULL;
}

char *
_icert_describe_module (gpointer module)
{
  char *text = NULL;

  if (ICERT_IS_MANAGE_MODULE (module))
    g_object_get (module, "description", &text, NULL);
  return text != NULL ? text : g_strdup (G_OBJECT_TYPE_NAME (module));
}
