/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* The engine for the application that embeds it (interfaces.md 14): its own policies and exits, and
 * when requests are taken. Each verb asks for rights and is audited. */
gboolean ca_control_append_policy (CaEngine *engine,
                                   CaCaller *caller,
                                   ICertPolicy *policy,
                                   GError **error);
gboolean ca_control_append_exit (CaEngine *engine,
                                 CaCaller *caller,
                                 ICertExit *exit,
                                 GError **error);
gboolean ca_control_start (CaEngine *engine, CaCaller *caller, GError **error);
gboolean ca_control_stop (CaEngine *engine, CaCaller *caller, GError **error);
