/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SETUP (icert_setup_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertSetup, icert_setup, ICERT, SETUP, GObject)

struct _ICertSetupInterface
{
  GTypeInterface parent_iface;

  char *(*create) (ICertSetup *self, GCancellable *cancellable, GError **error);

  gboolean (*install) (ICertSetup *self,
                       const char *config,
                       GBytes *certificate,
                       GCancellable *cancellable,
                       GError **error);

  gboolean (*renew) (ICertSetup *self,
                     const char *config,
                     gboolean same_key,
                     GCancellable *cancellable,
                     GError **error);

  GVariant *(*import_ca) (ICertSetup *self,
                          const char *format,
                          const char *path,
                          GBytes *passphrase,
                          GCancellable *cancellable,
                          GError **error);
};

ICERT_AVAILABLE_IN_0_1
char *icert_setup_create (ICertSetup *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_setup_create_async (ICertSetup *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

ICERT_AVAILABLE_IN_0_1
char *icert_setup_create_finish (ICertSetup *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_setup_install (ICertSetup *self,
                              const char *config,
                              GBytes *certificate,
                              GCancellable *cancellable,
                              GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_setup_install_async (ICertSetup *self,
                                const char *config,
                                GBytes *certificate,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_setup_install_finish (ICertSetup *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_setup_renew (ICertSetup *self,
                            const char *config,
                            gboolean same_key,
                            GCancellable *cancellable,
                            GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_setup_renew_async (ICertSetup *self,
                              const char *config,
                              gboolean same_key,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_setup_renew_finish (ICertSetup *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_setup_import_ca (ICertSetup *self,
                                 const char *format,
                                 const char *path,
                                 GBytes *passphrase,
                                 GCancellable *cancellable,
                                 GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_setup_import_ca_async (ICertSetup *self,
                                  const char *format,
                                  const char *path,
                                  GBytes *passphrase,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

ICERT_AVAILABLE_IN_0_1
GVariant *icert_setup_import_ca_finish (ICertSetup *self, GAsyncResult *result, GError **error);

G_END_DECLS
