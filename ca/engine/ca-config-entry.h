/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-config.h"

/* Configuration entries, as get-config and set-config see ca.conf (AD CS: GetConfigEntry): node =
 * group, "" = [CA]. */

typedef enum
{
  CA_ENTRY_TEXT,
  CA_ENTRY_NUMBER,
  CA_ENTRY_BOOLEAN,
  CA_ENTRY_DURATION,
  CA_ENTRY_LIST
} CaEntryType;

/* One entry that was changed. */
typedef struct
{
  char *node;
  char *entry;
  char *old; /* text before, nullable */
  char *new; /* text after, nullable */
} CaEntryChange;

/* The value by its type: s, x, b, or as; NULL when not set. */
GVariant *ca_config_get_entry (const char *folder,
                               const char *node,
                               const char *entry,
                               GError **error);
/* its text as written; NULL when not set */
char *ca_config_lookup_entry (const char *folder,
                              const char *node,
                              const char *entry,
                              GError **error);
/* names of the entries of a node, or of the nodes */
char **ca_config_list_entries (const char *folder, const char *node, GError **error);
/* a{sv}: type, description, effective (s), default (s) and value where there are any; UNKNOWN_NAME
 */
GVariant *ca_config_describe_entry (const char *folder,
                                    const char *node,
                                    const char *entry,
                                    GError **error);

/* The engine's word on a configuration that is not in the file yet. */
typedef gboolean (*CaConfigJudge) (CaConfig *config, gpointer data, GError **error);

/* Judges @config with the entries of @entries changed, here and by @judge (nullable); writes
 * nothing. @entries: a(ssmv) of node, entry and value; no value: removed; entry "": the node; "+X"
 * and "-X" of a list: X is added or taken out. @after: (out) (transfer full): what it would be.
 * (transfer full): of CaEntryChange; NULL with an error */
GPtrArray *ca_config_plan_entries (const CaConfig *config,
                                   GVariant *entries,
                                   CaConfigJudge judge,
                                   gpointer data,
                                   CaConfig **after,
                                   GError **error);
/* (transfer full): of CaEntryChange, in the order of the files: what makes @after of @before, two
 * texts of ca.conf */
GPtrArray *ca_config_diff (GBytes *before, GBytes *after, GError **error);
/* a(ssmv) of one entry; floating */
GVariant *ca_config_entry_new (const char *node, const char *entry, GVariant *value);
/* What the folder was made for, and where its rows are, does not change under a running engine, nor
 * by a file that somebody wrote meanwhile. FORBIDDEN_FIELD */
gboolean ca_config_check_identity (const CaConfig *before, const CaConfig *after, GError **error);
/* whether one administrator may change @entry of @node alone under dual control (S-D11) */
gboolean ca_config_entry_is_operational (const char *node, const char *entry);
