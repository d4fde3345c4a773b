/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-audit-verify.h"

/* A restore, as the audit log tells of it: the records from here on took the place of others, and a
 * sink may have checkpoints of those. The first checkpoint behind it says so among its waivers, so
 * that the sink tells of it too. */
typedef struct
{
  gint64 sequence; /* of the record that says so */
  gint64 time;
  char *actor;
  char *detail;
  /* What a sink has of the records that were left behind: */
  guint n_lost;
  gint64 first_lost, last_lost; /* sequences of checkpoints */
} CaRestoreMark;

char *ca_restore_mark_to_waiver (gint64 sequence);
/* restores behind the record @after, oldest first, element type CaRestoreMark; STORAGE */
GPtrArray *ca_restore_mark_load_behind (ICertStore *store, gint64 after, GError **error);
/* All of them, for which @checkpoints of the store, in their order, are asked as well; STORAGE */
GPtrArray *ca_restore_mark_load_all (ICertStore *store, GPtrArray *checkpoints, GError **error);
/* A checkpoint of a sink is of records that a restore left behind; it is counted there. */
gboolean ca_restore_mark_explains (GPtrArray *marks, const CaCheckpoint *checkpoint);
/* for people */
char *ca_restore_mark_to_text (const CaRestoreMark *mark);
