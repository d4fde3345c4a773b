/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* What a command line may name a certificate by: its serial number as openssl, certtool or a
 * browser show it, or a file with the certificate. Returns the serial as `icert view` shows it;
 * what is no serial at all comes back as it is, for the CA to refuse. */
char *tool_find_serial (Tool *tool, const char *text, GError **error);
