/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Whatever configuration is in force has its record (S-F6, S-N6). A file and a commit cannot be
 * one, so ca.conf changes in three steps: an intent is committed, the file is replaced, the record
 * closes the intent. Whoever reads the file compares it with what was recorded last: what a crash
 * cut off is completed or called off, and what somebody else changed is recorded as such, all
 * before the file takes effect. All of it under the engine's config_mutex, or before a door opens.
 */

/* Rows of the configuration's history up to this id are no changes: they keep what is recorded,
 * what is about to be, and what two administrators agreed to. Ids of changes are times. */
#define CA_CONFIG_RECORD_LAST 9

/* The name that the file before has until a change of it is done. */
#define CA_CONFIG_KEPT "ca.conf.before"

typedef struct
{
  const CaCaller *first;
  const CaCaller *second; /* nullable: who approved it */
  CaVerb verb;
  const char *object;
  const char *detail; /* what the audit log says of it when it is done */
  GPtrArray *changes; /* of CaEntryChange */
  GBytes *before;     /* ca.conf as it is recorded */
  GBytes *after;      /* as it is to be */
} CaConfigIntent;

/* The intent, before the file is touched. AUDIT, STORAGE */
gboolean ca_config_record_begin (CaEngine *engine, const CaConfigIntent *intent, GError **error);
/* The same intent, when the engine has read the new file: history and record in one commit. */
gboolean ca_config_record_end (CaEngine *engine, const CaConfigIntent *intent, GError **error);
/* What was begun did not come off, and the file is what it was. */
void ca_config_record_call_off (CaEngine *engine, const CaConfigIntent *intent);
/* @text (of ca.conf) is to take effect: records what it has no record of, or fails. AUDIT, CONFIG,
 * CONFLICT, STORAGE */
gboolean ca_config_record_settle (CaEngine *engine, GBytes *text, GError **error);
/* Tells exits what ca_config_record_settle() found while there were none. */
void ca_config_record_alarm (CaEngine *engine);

/* The change of a profile that is under way: a text of ca-profiles.c, NULL: none. */
void ca_config_record_put_profile (ICertStoreBatch *batch, const char *text);
gboolean ca_config_record_load_profile (ICertStore *store, char **text, GError **error);

/* For the health check */
typedef struct
{
  char *waiting;  /* (nullable): entries of the file that are not in force */
  char *unagreed; /* (nullable): entries in force that two administrators should have agreed to */
} CaConfigState;

gboolean ca_config_record_get_state (CaEngine *engine, CaConfigState *state, GError **error);
void ca_config_state_clear (CaConfigState *state);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CaConfigState, ca_config_state_clear)
