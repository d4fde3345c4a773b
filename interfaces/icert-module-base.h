/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-manage-module.h"
#include "icert-settings.h"

G_BEGIN_DECLS

#define ICERT_TYPE_MODULE_BASE (icert_module_base_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_DERIVABLE_TYPE (ICertModuleBase, icert_module_base, ICERT, MODULE_BASE, GObject)

/**
 * ICertModuleDescription: (skip)
 * @name: class id of the module, `App.Policy`
 * @description: what it does, in one line
 * @copyright: (nullable): whose work it is
 * @version: (nullable): its version
 * @product_version: (nullable): version of the product it belongs to; `NULL`: that of the module
 * @settings: (nullable): its settings
 * @n_settings: how many there are
 *
 * What a class of a C module says of itself, in one constant table.
 */
typedef struct
{
  const char *name;
  const char *description;
  const char *copyright;
  const char *version;
  const char *product_version;
  const ICertSettingInfo *settings;
  gsize n_settings;
} ICertModuleDescription;

/**
 * ICertModuleBaseClass:
 * @parent_class: the parent class
 * @apply_settings: takes over judged settings, from any thread; the default only keeps them
 * @check_file: judges a file that the module would read; the default knows no kind of file
 *
 * Class structure of [class@ICert.ModuleBase].
 */
struct _ICertModuleBaseClass
{
  GObjectClass parent_class;

  gboolean (*apply_settings) (ICertModuleBase *self, ICertSettings *settings, GError **error);
  gboolean (*check_file) (ICertModuleBase *self,
                          const char *kind,
                          const char *name,
                          GBytes *contents,
                          GError **error);

  /*< private >*/
  gconstpointer description; /* ICertModuleDescription */
  gpointer reserved[8];
};

ICERT_AVAILABLE_IN_0_1
void icert_module_base_class_describe (ICertModuleBaseClass *klass,
                                       const ICertModuleDescription *description);

ICERT_AVAILABLE_IN_0_1
void icert_module_base_set_info (ICertModuleBase *self,
                                 const char *name,
                                 const char *description,
                                 const char *copyright,
                                 const char *version);
ICERT_AVAILABLE_IN_0_1
void icert_module_base_add_setting (ICertModuleBase *self,
                                    const char *name,
                                    const char *type,
                                    const char *default_text,
                                    const char *minimum,
                                    const char *maximum,
                                    const char *description);
ICERT_AVAILABLE_IN_0_1
gboolean icert_module_base_use_settings (ICertModuleBase *self,
                                         ICertSettings *settings,
                                         GError **error);
ICERT_AVAILABLE_IN_0_1
ICertSettings *icert_module_base_get_settings (ICertModuleBase *self);
ICERT_AVAILABLE_IN_0_1
gboolean icert_module_base_apply_settings (ICertModuleBase *self,
                                           ICertSettings *settings,
                                           GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_module_base_check_file (ICertModuleBase *self,
                                       const char *kind,
                                       const char *name,
                                       GBytes *contents,
                                       GError **error);

G_END_DECLS
