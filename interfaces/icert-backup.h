/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_BACKUP (icert_backup_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertBackup, icert_backup, ICERT, BACKUP, GObject)

struct _ICertBackupInterface
{
  GTypeInterface parent_iface;

  GVariant *(*create) (ICertBackup *self,
                       const char *folder,
                       GCancellable *cancellable,
                       GError **error);

  GVariant *(*verify) (ICertBackup *self,
                       const char *folder,
                       GCancellable *cancellable,
                       GError **error);

  char *(*restore) (ICertBackup *self,
                    const char *folder,
                    const char *target,
                    GBytes *secret,
                    GCancellable *cancellable,
                    GError **error);
};

ICERT_AVAILABLE_IN_0_1
GVariant *icert_backup_create (ICertBackup *self,
                               const char *folder,
                               GCancellable *cancellable,
                               GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_backup_create_async (ICertBackup *self,
                                const char *folder,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_backup_create_finish (ICertBackup *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_backup_verify (ICertBackup *self,
                               const char *folder,
                               GCancellable *cancellable,
                               GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_backup_verify_async (ICertBackup *self,
                                const char *folder,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_backup_verify_finish (ICertBackup *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_backup_restore (ICertBackup *self,
                            const char *folder,
                            const char *target,
                            GBytes *secret,
                            GCancellable *cancellable,
                            GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_backup_restore_async (ICertBackup *self,
                                 const char *folder,
                                 const char *target,
                                 GBytes *secret,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

ICERT_AVAILABLE_IN_0_1
char *icert_backup_restore_finish (ICertBackup *self, GAsyncResult *result, GError **error);

G_END_DECLS
