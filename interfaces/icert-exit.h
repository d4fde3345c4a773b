/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-manage-module.h"
#include "icert-server-exit.h"
#include "icert-settings.h"

G_BEGIN_DECLS

#define ICERT_TYPE_EXIT (icert_exit_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertExit, icert_exit, ICERT, EXIT, GObject)

struct _ICertExitInterface
{
  GTypeInterface parent_iface;

  gboolean (*initialize) (ICertExit *self,
                          ICertServer *ca,
                          ICertSettings *settings,
                          ICertExitEvents *mask,
                          GError **error);

  gboolean (*notify_event) (ICertExit *self,
                            ICertExitEvents event,
                            ICertServerExit *server,
                            GError **error);

  char *(*get_description) (ICertExit *self);

  ICertManageModule *(*get_manage_module) (ICertExit *self);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_exit_initialize (ICertExit *self,
                                ICertServer *ca,
                                ICertSettings *settings,
                                ICertExitEvents *mask,
                                GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_exit_notify_event (ICertExit *self,
                                  ICertExitEvents event,
                                  ICertServerExit *server,
                                  GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_exit_get_description (ICertExit *self);

ICERT_AVAILABLE_IN_0_1
ICertManageModule *icert_exit_get_manage_module (ICertExit *self);

G_END_DECLS
