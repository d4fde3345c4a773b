/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Reads @url as a client would and compares (S-I4): TRUE when exactly @expected stands there. Ends
 * before @deadline (monotonic time), whatever the server does. @trusted: (nullable): file of the
 * CAs one of which has certified an https server; NULL: those of this machine. FAILED, field
 * read-back */
gboolean exit_publish_http_check (const char *url,
                                  const char *trusted,
                                  GBytes *expected,
                                  gint64 deadline,
                                  GError **error);
/* Whether @trusted is such a file. CONFIG, @field */
gboolean exit_publish_http_check_trust (const char *trusted, const char *field, GError **error);
