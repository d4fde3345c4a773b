/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_CLASS_INFO (icert_class_info_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertClassInfo, icert_class_info, ICERT, CLASS_INFO, GObject)

ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_class_id (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_type_name (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char **icert_class_info_list_interfaces (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_module (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_version (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_description (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_host (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_threads (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
guint icert_class_info_get_deadline (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char **icert_class_info_list_addresses (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_path (ICertClassInfo *self);

#define ICERT_TYPE_REGISTRY (icert_registry_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertRegistry, icert_registry, ICERT, REGISTRY, GObject)

ICERT_AVAILABLE_IN_0_1
ICertRegistry *icert_registry_get_default (void);
ICERT_AVAILABLE_IN_0_1
ICertRegistry *icert_registry_new (const char *const *folders, GError **error);
ICERT_AVAILABLE_IN_0_1
GListModel *icert_registry_list_classes (ICertRegistry *self, GError **error);
ICERT_AVAILABLE_IN_0_1
char **icert_registry_list_problems (ICertRegistry *self);
ICERT_AVAILABLE_IN_0_1
ICertClassInfo *icert_registry_find_class (ICertRegistry *self,
                                           const char *class_id,
                                           const char *scheme,
                                           GError **error);
ICERT_AVAILABLE_IN_0_1
GObject *icert_registry_create_object (ICertRegistry *self,
                                       const char *class_id,
                                       const char *config,
                                       GCancellable *cancellable,
                                       GError **error);
ICERT_AVAILABLE_IN_0_1
GObject *icert_registry_create_module (ICertRegistry *self,
                                       const char *class_id,
                                       const char *interface_name,
                                       GError **error);
ICERT_AVAILABLE_IN_0_1
GVariant *icert_registry_describe_class (ICertRegistry *self, const char *class_id, GError **error);

ICERT_AVAILABLE_IN_0_1
GObject *icert_create_instance (const char *class_id,
                                const char *config,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
