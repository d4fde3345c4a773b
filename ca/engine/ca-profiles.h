/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Contents of profiles: which were in use, who brought them, which were withdrawn (S-D10 to S-D12).
 * Profiles are files that the policy reads; the engine reads the same files and keeps the SHA-256
 * of each content that decided about a request. What an administrator installs by ICertSecurity has
 * a name; what somebody put into the folder by hand is "found" and has none. Under dual control a
 * content that was neither there when the CA was opened first nor approved by two decides nothing:
 * its requests stay pending. */

/* When the CA is opened: the first time, everything in the folder is taken as found. */
gboolean ca_profiles_open (CaEngine *engine, GError **error);
/* Before policies read their files, or a profile is changed: what a crash cut off is finished.
 * AUDIT, STORAGE */
gboolean ca_profiles_settle (CaEngine *engine, const CaConfig *config, GError **error);
/* @content: NULL = the profile is withdrawn */
gboolean ca_profiles_set (CaEngine *engine,
                          CaCaller *administrator,
                          const char *name,
                          GBytes *content,
                          GError **error);
/* aa{sv}: name, hash, version, time, actor, second, withdrawn, waived; of one @name (nullable) also
 * content */
GVariant *ca_profiles_list (CaEngine *engine, const char *name, GError **error);
/* "NAME:SHA256" of the profiles for which S-D5 is waived; empty: none */
char **ca_profiles_list_waivers (const CaConfig *config);
/* SHA-256, hex, of the file of the profile @name; NULL when there is none */
char *ca_profiles_hash_file (const CaConfig *config, const char *name);
/* CONFIG when the content that decided about @request may not decide (S-D11); records what it sees
 */
gboolean ca_profiles_check (CaEngine *engine, CaRequest *request, GError **error);
/* whether the content that decided about @request has gone since, or may have been another than is
 * there now (S-D12); @since: when the judgement began, by the system's clock */
gboolean ca_profiles_is_stale (CaEngine *engine, const CaRequest *request, gint64 since);
/* S-D10: whether @caller changed the profile @name within thirty days */
gboolean ca_profiles_was_changed_by (CaEngine *engine, const CaCaller *caller, const char *name);

/* for ca-changes.c; @value: (sms) of name and content */
char *ca_profiles_hash_current (CaEngine *engine, GVariant *value);
gboolean ca_profiles_apply (CaEngine *engine,
                            const CaCaller *first,
                            const CaCaller *second,
                            GVariant *value,
                            GError **error);
