/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* What administrators do with the configuration, its history, and how it is undone. */

/* @verb: CA_VERB_WRITE_CONFIG or CA_VERB_WRITE_SECURITY; @entries: a(ssmv) as
 * ca_config_plan_entries(). Under dual control PENDING, unless every node is operational. */
gboolean ca_configure_set (CaEngine *engine,
                           CaCaller *administrator,
                           CaVerb verb,
                           GVariant *entries,
                           GError **error);
/* sets what the change @id of the history replaced; WRONG_STATE when it was changed since */
gboolean ca_configure_undo (CaEngine *engine, CaCaller *administrator, gint64 id, GError **error);
/* What @entry of a module's node is, by the module itself: as ca_config_describe_entry(), and
 * minimum and maximum where there are any. NULL without an error: it has no such setting, or @node
 * is of no module */
GVariant *ca_configure_describe_setting (CaEngine *engine,
                                         const char *node,
                                         const char *entry,
                                         GError **error);
/* whether the file has the entry */
gboolean ca_configure_is_set (CaEngine *engine, const char *node, const char *entry);
/* aa{sv}, newest first: id, time, actor, node, entry, old and new where there are any */
GVariant *ca_configure_list_history (CaEngine *engine, GError **error);

/* An approved change, for ca-changes.c, which has checked who may. @second approved what @first
 * asked for. */
gboolean ca_configure_apply (CaEngine *engine,
                             const CaCaller *first,
                             const CaCaller *second,
                             CaVerb verb,
                             GVariant *entries,
                             GError **error);
/* Writes [Key @index] for a renewal; under the config_mutex, and ca_engine_reload() is the
 * caller's. CONFLICT when it is there */
gboolean ca_configure_add_key (CaEngine *engine,
                               const CaCaller *administrator,
                               guint index,
                               const CaKeyConfig *key,
                               GError **error);
/* SHA-256, hex, of what the entries are now; NULL when @entries would not be taken */
char *ca_configure_hash (CaEngine *engine, GVariant *entries, GError **error);
