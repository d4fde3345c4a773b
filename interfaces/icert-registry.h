/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_CLASS_INFO (icert_class_info_get_type ())

/* What the manifest says of one class. Properties (ro): class-id, type-name, interfaces (strv),
 * module, version, description, host, threads, deadline (seconds), address (strv: schemes a client
 * class serves), path (of the manifest), library. */
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
/* "engine" or "process" */
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_host (ICertClassInfo *self);
/* "any" or "main-context" */
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_threads (ICertClassInfo *self);
/* seconds */
ICERT_AVAILABLE_IN_0_1
guint icert_class_info_get_deadline (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char **icert_class_info_list_addresses (ICertClassInfo *self);
ICERT_AVAILABLE_IN_0_1
char *icert_class_info_get_path (ICertClassInfo *self);

#define ICERT_TYPE_REGISTRY (icert_registry_get_type ())

/* The classes of a list of folders. Scanning reads manifests and opens no code. Thread-safe. */
ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertRegistry, icert_registry, ICERT, REGISTRY, GObject)

/* ICERT_MODULE_PATH, the user's folder, $libdir/icert/modules; one for the process */
ICERT_AVAILABLE_IN_0_1
ICertRegistry *icert_registry_get_default (void);
/* @folders before those of the default (a CA's own modules/); a folder that is not there is skipped
 */
ICERT_AVAILABLE_IN_0_1
ICertRegistry *icert_registry_new (const char *const *folders, GError **error);
/* GListModel of ICertClassInfo, sorted by class id */
ICERT_AVAILABLE_IN_0_1
GListModel *icert_registry_list_classes (ICertRegistry *self, GError **error);
/* @scheme: (nullable) address scheme of a client class ("local"); UNKNOWN_NAME */
ICERT_AVAILABLE_IN_0_1
ICertClassInfo *icert_registry_find_class (ICertRegistry *self,
                                           const char *class_id,
                                           const char *scheme,
                                           GError **error);
/* loads the module on first use and makes an object with the construct properties it has of
 * "config" and "address"; initialises a GInitable */
ICERT_AVAILABLE_IN_0_1
GObject *icert_registry_create_object (ICertRegistry *self,
                                       const char *class_id,
                                       const char *config,
                                       GCancellable *cancellable,
                                       GError **error);
/* the same, and MODULE unless the object implements @interface_name ("ICertPolicy") */
ICERT_AVAILABLE_IN_0_1
GObject *icert_registry_create_module (ICertRegistry *self,
                                       const char *class_id,
                                       const char *interface_name,
                                       GError **error);

/* the static openers */
ICERT_AVAILABLE_IN_0_1
GObject *icert_create_instance (const char *class_id,
                                const char *config,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
