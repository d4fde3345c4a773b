/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"
#include "icert-settings.h"

G_BEGIN_DECLS

#define ICERT_TYPE_MANAGE_MODULE (icert_manage_module_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertManageModule, icert_manage_module, ICERT, MANAGE_MODULE, GObject)

struct _ICertManageModuleInterface
{
  GTypeInterface parent_iface;

  GVariant *(*describe_settings) (ICertManageModule *self, GError **error);

  GVariant *(*get_value) (ICertManageModule *self, const char *name, GError **error);

  gboolean (*set_value) (ICertManageModule *self,
                         const char *name,
                         GVariant *value,
                         GError **error);

  gboolean (*reload) (ICertManageModule *self, ICertSettings *settings, GError **error);

  gboolean (*check) (ICertManageModule *self,
                     const char *kind,
                     const char *name,
                     GBytes *contents,
                     GError **error);
};

ICERT_AVAILABLE_IN_0_1
GVariant *icert_manage_module_describe_settings (ICertManageModule *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_manage_module_get_value (ICertManageModule *self, const char *name, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_manage_module_set_value (ICertManageModule *self,
                                        const char *name,
                                        GVariant *value,
                                        GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_manage_module_reload (ICertManageModule *self,
                                     ICertSettings *settings,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_manage_module_check (ICertManageModule *self,
                                    const char *kind,
                                    const char *name,
                                    GBytes *contents,
                                    GError **error);

G_END_DECLS
