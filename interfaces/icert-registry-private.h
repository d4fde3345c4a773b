/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-registry.h"

G_BEGIN_DECLS

/* Makes an object of the class that serves @scheme (nullable), with @config and @address (nullable)
 * as they are. */
GObject *_icert_registry_create (ICertRegistry *self,
                                 const char *class_id,
                                 const char *scheme,
                                 const char *config,
                                 const char *address,
                                 GCancellable *cancellable,
                                 GError **error);
/* Finds the record that @config (nullable) means, or takes it for an address. Both outs are set;
 * *@out_config is NULL for an address. */
gboolean _icert_resolve_config (const char *config,
                                GCancellable *cancellable,
                                char **out_config,
                                char **out_address,
                                GError **error);

G_END_DECLS
