/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-manage-module.h"
#include "icert-server-policy.h"
#include "icert-settings.h"

G_BEGIN_DECLS

#define ICERT_TYPE_POLICY (icert_policy_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertPolicy, icert_policy, ICERT, POLICY, GObject)

struct _ICertPolicyInterface
{
  GTypeInterface parent_iface;

  gboolean (*initialize) (ICertPolicy *self,
                          ICertServer *ca,
                          ICertSettings *settings,
                          GError **error);

  gboolean (*verify_request) (ICertPolicy *self,
                              ICertServerPolicy *server,
                              gboolean new_request,
                              ICertVerdict *verdict,
                              GError **error);

  char *(*get_description) (ICertPolicy *self);

  void (*shutdown) (ICertPolicy *self);

  ICertManageModule *(*get_manage_module) (ICertPolicy *self);

  char **(*list_profiles) (ICertPolicy *self, ICertServer *caller, GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_policy_initialize (ICertPolicy *self,
                                  ICertServer *ca,
                                  ICertSettings *settings,
                                  GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_policy_verify_request (ICertPolicy *self,
                                      ICertServerPolicy *server,
                                      gboolean new_request,
                                      ICertVerdict *verdict,
                                      GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_policy_get_description (ICertPolicy *self);

ICERT_AVAILABLE_IN_0_1
void icert_policy_shutdown (ICertPolicy *self);

ICERT_AVAILABLE_IN_0_1
ICertManageModule *icert_policy_get_manage_module (ICertPolicy *self);

ICERT_AVAILABLE_IN_0_1
char **icert_policy_list_profiles (ICertPolicy *self, ICertServer *caller, GError **error);

G_END_DECLS
