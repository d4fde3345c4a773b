/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Reads every stored certificate again and compares it with all that is stored about it, and with
 * the signature (S-E9). */
typedef struct _CaCertCheck CaCertCheck;

CaCertCheck *ca_cert_check_new (CaEngine *engine, CaFacts *facts);
void ca_cert_check_free (CaCertCheck *check);
/* microseconds; leaves out what was decided before */
void ca_cert_check_set_since (CaCertCheck *check, gint64 since);
/* Rows behind @after, @limit at most (0: all), on all cores. STORAGE */
gboolean ca_cert_check_run (CaCertCheck *check,
                            gint64 after,
                            guint limit,
                            GCancellable *cancellable,
                            GError **error);
gboolean ca_cert_check_is_done (const CaCertCheck *check);
guint ca_cert_check_get_n_differences (const CaCertCheck *check);
/* a line for the audit log */
char *ca_cert_check_describe (const CaCertCheck *check);
/* floating: a{sv} as ICertAdmin answers it */
GVariant *ca_cert_check_to_variant (const CaCertCheck *check);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaCertCheck, ca_cert_check_free)
