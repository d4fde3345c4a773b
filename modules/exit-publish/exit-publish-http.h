/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Reads @url as a client would and compares (S-I4): TRUE when exactly @expected stands there. Ends
 * before @deadline (monotonic time), whatever the server does. FAILED, field read-back */
gboolean exit_publish_http_check (const char *url,
                                  GBytes *expected,
                                  gint64 deadline,
                                  GError **error);
