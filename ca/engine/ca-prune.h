/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Deleting rows (database.md 9). A serial and a request id that were used stay used: the status
 * table and the counters are not touched. Each gives the number of rows, -1 with an error. */
gint64 ca_engine_delete_row (CaEngine *engine,
                             CaCaller *caller,
                             ICertTable table,
                             gint64 id,
                             GError **error);
/* one chunk; @more: there is another one */
gint64 ca_engine_delete_expired (CaEngine *engine,
                                 CaCaller *caller,
                                 ICertTable table,
                                 GDateTime *before,
                                 gboolean *more,
                                 GError **error);
gint64 ca_engine_delete_unresolved (CaEngine *engine,
                                    CaCaller *caller,
                                    GDateTime *before,
                                    gboolean *more,
                                    GError **error);
