/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-exit.h"
#include "icert-policy.h"

G_BEGIN_DECLS

#define ICERT_TYPE_CONTROL (icert_control_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertControl, icert_control, ICERT, CONTROL, GObject)

struct _ICertControlInterface
{
  GTypeInterface parent_iface;

  gboolean (*append_policy) (ICertControl *self, ICertPolicy *policy, GError **error);

  gboolean (*append_exit) (ICertControl *self, ICertExit *exit, GError **error);

  gboolean (*start) (ICertControl *self, GCancellable *cancellable, GError **error);

  gboolean (*stop) (ICertControl *self, GCancellable *cancellable, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_control_append_policy (ICertControl *self, ICertPolicy *policy, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_control_append_exit (ICertControl *self, ICertExit *exit, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_control_start (ICertControl *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_control_start_async (ICertControl *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_control_start_finish (ICertControl *self, GAsyncResult *result, GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_control_stop (ICertControl *self, GCancellable *cancellable, GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_control_stop_async (ICertControl *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

ICERT_AVAILABLE_IN_0_1
gboolean icert_control_stop_finish (ICertControl *self, GAsyncResult *result, GError **error);

G_END_DECLS
