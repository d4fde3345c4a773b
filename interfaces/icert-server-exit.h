/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-issued-crl.h"
#include "icert-server.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SERVER_EXIT (icert_server_exit_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertServerExit, icert_server_exit, ICERT, SERVER_EXIT, ICertServer)

struct _ICertServerExitInterface
{
  GTypeInterface parent_iface;

  GBytes *(*get_certificate) (ICertServerExit *self, GError **error);

  GPtrArray *(*list_crls) (ICertServerExit *self, GError **error);

  char *(*get_alarm) (ICertServerExit *self, char **code, GError **error);
};

ICERT_AVAILABLE_IN_0_1
GBytes *icert_server_exit_get_certificate (ICertServerExit *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GPtrArray *icert_server_exit_list_crls (ICertServerExit *self, GError **error);

ICERT_AVAILABLE_IN_0_1
GBytes *icert_server_exit_get_crl (ICertServerExit *self,
                                   int key_index,
                                   gboolean delta,
                                   GError **error);

ICERT_AVAILABLE_IN_0_1
char *icert_server_exit_get_alarm (ICertServerExit *self, char **code, GError **error);

G_END_DECLS
