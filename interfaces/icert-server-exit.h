/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-server.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SERVER_EXIT (icert_server_exit_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertServerExit, icert_server_exit, ICERT, SERVER_EXIT, ICertServer)

struct _ICertServerExitInterface
{
  GTypeInterface parent_iface;

  GBytes *(*get_certificate) (ICertServerExit *self, GError **error);
};

ICERT_AVAILABLE_IN_0_1
GBytes *icert_server_exit_get_certificate (ICertServerExit *self, GError **error);

G_END_DECLS
