/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-restore-mark.h"

#include <string.h>

#include "ca-roles.h"

#define WAIVER "restored:"

static void
restore_mark_free (CaRestoreMark *mark)
{
  if (mark == NULL)
    return;
  g_free (mark->actor);
  g_free (mark->detail);
  g_free (mark);
}

char *
ca_restore_mark_to_waiver (gint64 sequence)
{
  return g_strdup_printf (WAIVER "%" G_GINT64_FORMAT, sequence);
}

/* What a checkpoint's waivers say of it; 0: nothing. */
static gint64
parse_waivers (const char *waivers)
{
  g_auto (GStrv) words = g_strsplit (waivers, ";", -1);
  gint64 sequence;

  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_has_prefix (words[i], WAIVER)
        && g_ascii_string_to_signed (words[i] + strlen (WAIVER), 10, 1, G_MAXINT64, &sequence,
                                     NULL))
      return sequence;
  return 0;
}

/* Records that tell of a restore: from @sequence on, or that one alone */
static GPtrArray *
load (ICertStore *store, ICertSeek seek, gint64 sequence, GError **error)
{
  static const guint8 columns[]
      = { ICERT_AUDIT_SEQUENCE, ICERT_AUDIT_TIME, ICERT_AUDIT_ACTOR, ICERT_AUDIT_DETAIL };
  const char *verb = ca_verb_to_string (CA_VERB_RESTORE);
  ICertStoreCondition parts[] = {
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_AUDIT_SEQUENCE,
      .seek = seek,
      .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = sequence } },
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_AUDIT_VERB,
      .seek = ICERT_SEEK_EQ,
      .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = verb, .size = strlen (verb) } },
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_AUDIT_OUTCOME,
      .seek = ICERT_SEEK_EQ,
      .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = "OK", .size = 2 } },
  };
  const ICertStoreCondition *all[] = { &parts[0], &parts[1], &parts[2] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 3, .parts = all };
  ICertStoreQuery query = { .table = ICERT_STORE_AUDIT,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);
  GPtrArray *marks;

  if (rows == NULL)
    return NULL;
  marks = g_ptr_array_new_with_free_func ((GDestroyNotify) restore_mark_free);
  for (guint i = 0; i < rows->len; i++)
    {
      CaRestoreMark *mark = g_new0 (CaRestoreMark, 1);

      mark->sequence = icert_store_row_get_int (rows->pdata[i], 0);
      mark->time = icert_store_row_get_int (rows->pdata[i], 1);
      mark->actor = icert_store_row_dup_text (rows->pdata[i], 2);
      mark->detail = icert_store_row_dup_text (rows->pdata[i], 3);
      g_ptr_array_add (marks, mark);
    }
  return marks;
}

GPtrArray *
ca_restore_mark_load_behind (ICertStore *store, gint64 after, GError **error)
{
  return load (store, ICERT_SEEK_GT, after, error);
}

/* The table of checkpoints is short, and the log is not: only its end is read. */
GPtrArray *
ca_restore_mark_load_all (ICertStore *store, GPtrArray *checkpoints, GError **error)
{
  g_autoptr (GPtrArray) marks = g_ptr_array_new_with_free_func ((GDestroyNotify) restore_mark_free);
  g_autoptr (GPtrArray) behind = NULL;
  gint64 sealed = 0, last = 0;

  for (guint i = 0; i < checkpoints->len; i++)
    {
      const CaCheckpoint *checkpoint = checkpoints->pdata[i];
      gint64 sequence = parse_waivers (checkpoint->waivers);
      g_autoptr (GPtrArray) found = NULL;

      sealed = checkpoint->sequence;
      if (sequence <= last)
        continue;
      found = load (store, ICERT_SEEK_EQ, sequence, error);
      if (found == NULL)
        return NULL;
      if (found->len > 0)
        g_ptr_array_add (marks, g_ptr_array_steal_index (found, 0));
      last = sequence;
    }
  behind = ca_restore_mark_load_behind (store, sealed, error);
  if (behind == NULL)
    return NULL;
  while (behind->len > 0)
    g_ptr_array_add (marks, g_ptr_array_steal_index (behind, 0));
  return g_steal_pointer (&marks);
}

gboolean
ca_restore_mark_explains (GPtrArray *marks, const CaCheckpoint *checkpoint)
{
  /* an older restore may have left it behind before a newer one did */
  for (guint i = 0; i < marks->len; i++)
    {
      CaRestoreMark *mark = marks->pdata[i];

      if (checkpoint->sequence < mark->sequence || checkpoint->time >= mark->time)
        continue;
      if (mark->n_lost++ == 0)
        mark->first_lost = mark->last_lost = checkpoint->sequence;
      mark->first_lost = MIN (mark->first_lost, checkpoint->sequence);
      mark->last_lost = MAX (mark->last_lost, checkpoint->sequence);
      return TRUE;
    }
  return FALSE;
}

char *
ca_restore_mark_to_text (const CaRestoreMark *mark)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (mark->time / G_USEC_PER_SEC);
  g_autofree char *when
      = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
  g_autofree char *what = NULL;

  if (mark->n_lost == 1)
    what = g_strdup_printf ("checkpoint %" G_GINT64_FORMAT " of the sink is of records that it left"
                            " behind",
                            mark->first_lost);
  else if (mark->n_lost > 1)
    what = g_strdup_printf ("%u checkpoints of the sink, %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                            ", are of records that it left behind",
                            mark->n_lost, mark->first_lost, mark->last_lost);
  return g_strdup_printf ("record %" G_GINT64_FORMAT ": restored by %s at %s%s%s", mark->sequence,
                          mark->actor != NULL ? mark->actor : "nobody", when,
                          what != NULL ? "; " : "", what != NULL ? what : "");
}
