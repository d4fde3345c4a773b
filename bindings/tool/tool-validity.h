/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* notBefore and notAfter of a certificate, DER, in microseconds since 1970: all that the command
 * reads of one by itself. FALSE for octets that are none. */
gboolean tool_read_validity (GBytes *certificate, gint64 *not_before, gint64 *not_after);
