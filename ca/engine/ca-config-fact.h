/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Entries of the CA level that AD CS has in its registry and ca.conf has not: what follows from the
 * CA itself can be read, and for the others it is said what takes their place. */

/* whether [@node] @entry is one of them; @node: as callers write it */
gboolean ca_config_fact_is_known (const char *node, const char *entry);
/* NULL without an error when it is empty, or has another place; STORAGE */
GVariant *ca_config_fact_get (CaEngine *engine,
                              const CaFacts *facts,
                              const char *entry,
                              GError **error);
/* names of those that have a value now */
void ca_config_fact_list (CaEngine *engine, const CaFacts *facts, GPtrArray *names);
/* a{sv} as ca_config_describe_entry(); floating */
GVariant *ca_config_fact_describe (CaEngine *engine, const CaFacts *facts, const char *entry);
/* NOT_SUPPORTED: what to do instead; FALSE */
gboolean ca_config_fact_refuse (const char *entry, GError **error);
