/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca-crl-reader.h"
#include "ca-crypto.h"
#include "ca-limits.h"
#include "ca-plural.h"
#include "ca-publisher.h"
#include "ca-steps.h"

#define FOLDER "crls"
/* a file that is being written; what a crash left of one is swept away by the next run */
#define NEW_SUFFIX ".new"
/* files that one run takes away at most */
#define MAX_PRUNED 1000

static void
crl_free (CaCrl *crl)
{
  if (crl == NULL)
    return;
  ca_crl_row_free (crl->row);
  g_clear_pointer (&crl->issuer, ca_issuer_unref);
  g_free (crl);
}

/* What is to be made */

/* The newest certificate of each key that may still sign (processing.md 7): until its last
 * certificate expires. */
static GPtrArray *
list_issuers (const CaCrlRun *run)
{
  GPtrArray *issuers = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_issuer_unref);

  for (guint i = 0; i < run->facts->issuers->len; i++)
    {
      CaIssuer *issuer = run->facts->issuers->pdata[i];
      CaIssuer *last = issuers->len > 0 ? issuers->pdata[issuers->len - 1] : NULL;

      if (issuer->not_after * G_USEC_PER_SEC <= run->now)
        continue;
      if (last != NULL && last->key_index == issuer->key_index)
        g_ptr_array_set_size (issuers, issuers->len - 1);
      g_ptr_array_add (issuers, ca_issuer_ref (issuer));
    }
  return issuers;
}

static CaCrl *
crl_new (const CaCrlRun *run, CaIssuer *issuer, guint partition, guint flags)
{
  CaCrl *crl = g_new0 (CaCrl, 1);

  crl->issuer = ca_issuer_ref (issuer);
  crl->divided = run->divided;
  crl->row = g_new0 (CaCrlRow, 1);
  crl->row->number = run->number;
  crl->row->key_index = issuer->key_index;
  crl->row->partition = partition;
  crl->row->flags = flags | (run->manual ? ICERT_CRL_PUBLISH_MANUAL : 0);
  ca_crl_set_dates (run, crl);
  return crl;
}

/* Whether clients may still hold a delta although deltas were switched off: then they get an empty
 * one, once (processing.md 6). */
static gboolean
needs_shadow (const CaCrlRun *run,
              guint key_index,
              guint partition,
              gboolean *needed,
              GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (CaCrlRow) delta = ca_crl_row_load_newest (run->engine->store, key_index, partition,
                                                       CA_CRL_KIND_DELTA, &local);

  *needed = delta != NULL && delta->next_update > run->now
            && (delta->flags & ICERT_CRL_PUBLISH_SHADOW) == 0;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
plan_one (CaCrlRun *run, CaIssuer *issuer, guint partition, GError **error)
{
  gboolean deltas = ca_duration_is_set (&run->facts->config->delta_period);
  gboolean base = (run->flags & ICERT_CRL_BASE) != 0;
  gboolean shadow = FALSE;
  g_autoptr (GError) local = NULL;
  g_autoptr (CaCrlRow) before = ca_crl_row_load_newest (run->engine->store, issuer->key_index,
                                                        partition, CA_CRL_KIND_BASE, &local);
  gint64 ended = before != NULL ? before->this_update : G_MININT64;
  CaCrl *made = NULL;
  CaCrl *delta;

  if (local != NULL
      || (base && !deltas && !needs_shadow (run, issuer->key_index, partition, &shadow, &local)))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (base)
    {
      made = crl_new (run, issuer, partition, ICERT_CRL_PUBLISH_BASE);
      made->ended = ended;
      g_ptr_array_add (run->crls, made);
    }
  if (!deltas && !shadow)
    return TRUE;
  delta = crl_new (run, issuer, partition,
                   ICERT_CRL_PUBLISH_DELTA | (shadow ? ICERT_CRL_PUBLISH_SHADOW : 0));
  delta->ended = ended;
  if (shadow)
    {
      delta->row->next_publish = made->row->next_publish;
      delta->row->next_update = made->row->next_update;
    }
  g_ptr_array_add (run->crls, delta);
  return ca_crl_choose_base (run, delta, made != NULL ? made->row : NULL, error);
}

/* Partition 0 is what was issued before there were others. */
/* An old key that is gone takes none of the other keys' CRLs with it; it is said at each run. */
static gboolean
drop_keyless (const CaCrlRun *run, GPtrArray *issuers, GError **error)
{
  for (guint i = issuers->len; i > 0; i--)
    {
      const CaIssuer *issuer = issuers->pdata[i - 1];
      g_autofree char *object = g_strdup_printf ("key:%u", issuer->key_index);
      g_autoptr (GError) local = NULL;

      if (ca_issuer_get_key (issuer, &local) != NULL)
        continue;
      if (issuers->len == 1)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_message ("CRLs of key %u: %s", issuer->key_index, local->message);
      ca_writer_audit (run->engine->writer,
                       ca_audit_record_new (NULL, ca_verb_to_string (CA_VERB_PUBLISH_CRL), object,
                                            icert_error_get_code_name (local->code),
                                            local->message));
      g_ptr_array_remove_index (issuers, i - 1);
    }
  return TRUE;
}

static gboolean
plan (CaCrlRun *run, GError **error)
{
  g_autoptr (GPtrArray) issuers = list_issuers (run);
  guint highest;

  if (issuers->len == 0)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "CA certificate",
                       "is missing or has expired (an installed or renewed one)");
      return FALSE;
    }
  if (!drop_keyless (run, issuers, error)
      || !ca_crl_count_partitions (run->engine->store, &highest, error))
    return FALSE;
  run->divided = highest > 1;
  run->n_partitions = run->divided ? highest + 1 : 1;
  for (guint i = 0; i < issuers->len; i++)
    for (guint partition = 0; partition < run->n_partitions; partition++)
      if (!plan_one (run, issuers->pdata[i], partition, error))
        return FALSE;
  return TRUE;
}

/* Files */

static gboolean
set_folder_error (GError **error)
{
  int code = errno;

  icert_set_error (error, ICERT_ERROR_STORAGE, FOLDER, "cannot be used: %s (a writable folder)",
                   g_strerror (code));
  return FALSE;
}

/* S-F5: a folder of the CA's own, never a link. */
static int
open_folder (const CaEngine *engine, GError **error)
{
  g_autofree char *path = g_build_filename (engine->folder, FOLDER, NULL);
  int folder;

  if (mkdir (path, 0700) != 0 && errno != EEXIST)
    return set_folder_error (error) ? -1 : -1;
  folder = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0)
    set_folder_error (error);
  return folder;
}

/* Of a run that was cut off before its rows went in: nobody else has so high a number. */
static gboolean
is_left_over (const CaCrlRun *run, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "-", 3);

  if (g_str_has_suffix (name, NEW_SUFFIX))
    return TRUE;
  return g_str_has_suffix (name, ".crl") && g_strv_length (parts) == 3
         && g_ascii_strtoll (parts[2], NULL, 10) > run->highest;
}

static void
sweep (const CaCrlRun *run, int folder)
{
  g_autofree char *path = g_build_filename (run->engine->folder, FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_left_over (run, name))
      unlinkat (folder, name, 0);
}

static char *
name_file (const CaCrlRow *row)
{
  return g_strdup_printf ("%u-%u-%" G_GINT64_FORMAT "%s.crl", row->key_index, row->partition,
                          row->number, (row->flags & ICERT_CRL_PUBLISH_DELTA) != 0 ? "+" : "");
}

/* S-I4: what the file says must be what the run meant. */
static gboolean
check_content (const CaCrlRun *run, const CaCrl *crl, const CaCrlContent *content, GError **error)
{
  const CaCrlRow *row = crl->row;

  if (content->number == row->number && content->base_number == row->min_base
      && content->this_update == row->this_update / G_USEC_PER_SEC
      && content->next_update == row->next_update / G_USEC_PER_SEC
      && content->n_entries == row->count && content->size == row->size
      && (content->distribution_point != NULL) == crl->divided)
    {
      if (content->next_update > run->now / G_USEC_PER_SEC)
        return TRUE;
      icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "nextUpdate", "has passed (a later date)");
      return FALSE;
    }
  icert_set_error (error, ICERT_ERROR_INTERNAL, "CRL", "does not say what it was to say");
  return FALSE;
}

static gboolean
verify (const CaCrlRun *run, CaCrl *crl, int folder, const char *name, GError **error)
{
  g_auto (CaCrlContent) content = { 0 };
  int fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  gboolean ok;

  if (fd < 0)
    return set_folder_error (error);
  ok = ca_crl_read (fd, crl->issuer, NULL, NULL, &content, error)
       && check_content (run, crl, &content, error);
  close (fd);
  if (ok)
    crl->row->hash = ca_crypto_hex (content.digest, sizeof content.digest);
  return ok;
}

/* One CRL: entries, signature, verified, named. */
static gboolean
make_file (const CaCrlRun *run, CaCrl *crl, int folder, GError **error)
{
  CaCrlRow *row = crl->row;
  g_autofree char *name = name_file (row);
  g_autofree char *new_name = g_strconcat (name, NEW_SUFFIX, NULL);
  g_autoptr (GBytes) extensions = ca_crl_make_extensions (run, crl, error);
  CaCrlFrame frame = { .issuer = crl->issuer->subject,
                       .signature_algorithm = crl->issuer->signature_algorithm,
                       .this_update = row->this_update / G_USEC_PER_SEC,
                       .next_update = row->next_update / G_USEC_PER_SEC,
                       .extensions = extensions };
  g_autoptr (CaCrlWriter) writer = NULL;

  if (extensions == NULL)
    return FALSE;
  writer = ca_crl_writer_new (folder, new_name, &frame, 0, error);
  if (writer == NULL || !ca_crl_write_entries (run, crl, writer, error)
      || !ca_crl_writer_end (writer, crl->issuer->key, crl->issuer->hash, error))
    return FALSE;
  row->count = ca_crl_writer_get_n_entries (writer);
  row->size = ca_crl_writer_get_size (writer);
  if (!verify (run, crl, folder, new_name, error) || !ca_crl_writer_keep (writer, name, error))
    return FALSE;
  row->file = g_build_filename (FOLDER, name, NULL);
  return TRUE;
}

static void
remove_files (const CaCrlRun *run, int folder)
{
  for (guint i = 0; i < run->crls->len; i++)
    {
      const CaCrl *crl = run->crls->pdata[i];
      g_autofree char *name = crl->row->file != NULL ? name_file (crl->row) : NULL;

      if (name != NULL)
        unlinkat (folder, name, 0);
    }
}

/* The rows did not go in: nobody is to take the files for CRLs that were published. Where that is
 * not known the next run sees it. */
static void
remove_uncommitted (const CaCrlRun *run, const GError *error)
{
  int folder;

  if (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN))
    return;
  folder = open_folder (run->engine, NULL);
  if (folder < 0)
    return;
  remove_files (run, folder);
  close (folder);
}

static gboolean
make_files (CaCrlRun *run, GError **error)
{
  int folder = open_folder (run->engine, error);
  gboolean ok = folder >= 0;

  if (ok)
    sweep (run, folder);
  for (guint i = 0; ok && i < run->crls->len; i++)
    ok = make_file (run, run->crls->pdata[i], folder, error);
  if (folder < 0)
    return FALSE;
  if (!ok)
    remove_files (run, folder);
  close (folder);
  return ok;
}

/* Numbers and rows */

/* S-I2: rises over restarts, and past whatever a restored store knows. */
static gboolean
draw_number (CaCrlRun *run, GError **error)
{
  static const guint8 columns[] = { ICERT_CRL_NUMBER };
  ICertStoreQuery query = { .table = ICERT_STORE_CRLS,
                            .n_columns = 1,
                            .columns = columns,
                            .sort_column = ICERT_CRL_NUMBER,
                            .descending = TRUE,
                            .limit = 1 };
  g_autoptr (GPtrArray) rows = icert_store_query (run->engine->store, &query, NULL, error);

  if (rows == NULL
      || !ca_writer_reserve (run->engine->writer, "next-crl-number", 1, &run->number, error))
    return FALSE;
  run->highest = rows->len > 0 ? icert_store_row_get_int (rows->pdata[0], 0) : 0;
  if (run->number > run->highest)
    return TRUE;
  /* the last of as many as are missing */
  if (!ca_writer_reserve (run->engine->writer, "next-crl-number", run->highest - run->number + 1,
                          &run->number, error))
    return FALSE;
  run->number = run->highest + 1;
  return TRUE;
}

/* Commits @batch and, in it, that exits are to be told of the run @number (S-L4). Takes @batch and
 * @audit (nullable). */
static gboolean
commit_and_tell (CaCrlRun *run,
                 gint64 number,
                 ICertStoreBatch *batch,
                 GPtrArray *audit,
                 GError **error)
{
  GPtrArray *deliveries = NULL;

  if (!ca_exit_host_record_run (run->engine->exits, number, batch, &deliveries, error))
    {
      icert_store_batch_unref (batch);
      g_clear_pointer (&audit, g_ptr_array_unref);
      return FALSE;
    }
  if (!ca_writer_commit_wait (run->engine->writer, batch, audit, error))
    {
      g_clear_pointer (&deliveries, g_ptr_array_unref);
      return FALSE;
    }
  ca_exit_host_deliver (run->engine->exits, deliveries);
  g_array_append_val (run->told, number);
  return TRUE;
}

static gboolean
commit_rows (CaCrlRun *run, CaCaller *caller, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autofree char *object = g_strdup_printf ("crl:%" G_GINT64_FORMAT, run->number);
  g_autoptr (GString) detail = g_string_new (NULL);
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  gint64 id;

  if (!ca_writer_reserve (run->engine->writer, "next-crl-id", run->crls->len, &id, error))
    {
      g_ptr_array_unref (audit);
      return FALSE;
    }
  for (guint i = 0; i < run->crls->len; i++)
    {
      CaCrlRow *row = ((CaCrl *) run->crls->pdata[i])->row;

      row->id = id + i;
      ca_crl_row_insert (row, batch);
      if (i < 16)
        g_string_append_printf (detail, "%s%s %" G_GINT64_FORMAT " %s", i > 0 ? "; " : "",
                                row->file, row->count, row->hash);
    }
  g_ptr_array_add (audit, ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_PUBLISH_CRL),
                                               object, "OK", detail->str));
  return commit_and_tell (run, run->number, g_steal_pointer (&batch), audit, error);
}

/* What has expired and has a successor takes no room any more; its row stays. The row says first
 * that there is no file, so that no row has a file that is gone. */
static void
prune (CaCrlRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows
      = ca_crl_row_load_expired (run->engine->store, run->now, run->number, MAX_PRUNED, &error);
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      icert_store_batch_begin (batch, ICERT_STORE_CRLS, ICERT_STORE_UPDATE);
      icert_store_batch_set_int (batch, ICERT_CRL_ID, ((CaCrlRow *) rows->pdata[i])->id);
      icert_store_batch_set_empty (batch, ICERT_CRL_FILE);
    }
  if (rows == NULL
      || (rows->len > 0
          && !ca_writer_commit_wait (run->engine->writer, g_steal_pointer (&batch), NULL, &error)))
    {
      g_message ("old CRLs: %s", error->message);
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *path
          = g_build_filename (run->engine->folder, ((CaCrlRow *) rows->pdata[i])->file, NULL);

      unlink (path);
    }
}

/* S-I3: what was committed before thisUpdate, and what waits for its commit, is in it. */
static gboolean
make (CaCrlRun *run, CaCaller *caller, GError **error)
{
  GError *local = NULL;

  if (!draw_number (run, error) || !plan (run, error))
    return FALSE;
  ca_crl_mark_usages (run->engine, run->facts->config);
  ca_writer_flush (run->engine->writer);
  if (!make_files (run, error))
    return FALSE;
  if (!commit_rows (run, caller, &local))
    {
      remove_uncommitted (run, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  ca_crl_forget_picks (run->engine);
  prune (run);
  return TRUE;
}

/* Again what there is. */
static gboolean
load_newest (CaCrlRun *run, GError **error)
{
  g_autoptr (GPtrArray) issuers = list_issuers (run);
  static const guint wanted[] = { ICERT_CRL_BASE, ICERT_CRL_DELTA };
  static const CaCrlKind kinds[] = { CA_CRL_KIND_BASE, CA_CRL_KIND_DELTA };
  guint highest;

  if (!ca_crl_count_partitions (run->engine->store, &highest, error))
    return FALSE;
  for (guint i = 0; i < issuers->len; i++)
    for (guint partition = 0; partition < (highest > 1 ? highest + 1 : 1); partition++)
      for (gsize kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
        {
          CaIssuer *issuer = issuers->pdata[i];
          g_autoptr (GError) local = NULL;
          CaCrlRow *row = (run->flags & wanted[kind]) == 0
                              ? NULL
                              : ca_crl_row_load_newest (run->engine->store, issuer->key_index,
                                                        partition, kinds[kind], &local);
          CaCrl *crl;

          if (local != NULL)
            {
              g_propagate_error (error, g_steal_pointer (&local));
              return FALSE;
            }
          if (row == NULL)
            continue;
          crl = g_new0 (CaCrl, 1);
          crl->row = row;
          g_ptr_array_add (run->crls, crl);
        }
  if (run->crls->len > 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "flags",
                   "there is no such CRL to publish again (one that was made)");
  return FALSE;
}

static gboolean
was_told (const CaCrlRun *run, gint64 number)
{
  for (guint i = 0; i < run->told->len; i++)
    if (g_array_index (run->told, gint64, i) == number)
      return TRUE;
  return FALSE;
}

/* Base and delta may be of different runs: the older one is told first. */
static gboolean
publish_again (CaCrlRun *run, CaCaller *caller, GError **error)
{
  if (!load_newest (run, error))
    return FALSE;
  for (;;)
    {
      gint64 lowest = G_MAXINT64;
      g_autofree char *object = NULL;
      GPtrArray *audit;

      for (guint i = 0; i < run->crls->len; i++)
        {
          gint64 number = ((CaCrl *) run->crls->pdata[i])->row->number;

          if (!was_told (run, number))
            lowest = MIN (lowest, number);
        }
      if (lowest == G_MAXINT64)
        return TRUE;
      object = g_strdup_printf ("crl:%" G_GINT64_FORMAT, lowest);
      audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
      g_ptr_array_add (audit, ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_PUBLISH_CRL),
                                                   object, "OK", "again"));
      if (!commit_and_tell (run, lowest, icert_store_batch_new (), audit, error))
        return FALSE;
    }
}

/* The call */

static gboolean
check_deltas (const CaCrlRun *run, GError **error)
{
  if ((run->flags & ICERT_CRL_BASE) != 0 || ca_duration_is_set (&run->facts->config->delta_period))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "flags",
                   "delta CRLs are switched off (base CRLs, or a CRLDeltaPeriod)");
  return FALSE;
}

static gboolean
check_date (const CaCrlRun *run, GError **error)
{
  gint64 limit = icert_duration_add (run->now / G_USEC_PER_SEC, 12, 0) * G_USEC_PER_SEC;

  if (run->next_update == 0 || (run->next_update > run->now && run->next_update <= limit))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "next-update",
                   run->next_update <= run->now ? "has passed (a date to come)"
                                                : "is too far away (12 months at most)");
  return FALSE;
}

static gboolean
check (const CaCrlRun *run, CaCaller *caller, GError **error)
{
  if (caller != NULL && !ca_roles_check (run->facts->config, caller, CA_VERB_PUBLISH_CRL, error))
    return FALSE;
  if ((run->flags & (ICERT_CRL_BASE | ICERT_CRL_DELTA)) == 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "flags", "no kind of CRL (base or delta)");
      return FALSE;
    }
  if ((run->flags & ICERT_CRL_REPUBLISH) != 0)
    return TRUE;
  /* S-H3: whoever set the clock back could have old revocations forgotten */
  return check_deltas (run, error) && check_date (run, error)
         && ca_engine_check_signing (run->engine, error);
}

/* The CRLs are made whatever becomes of this. */
static GPtrArray *
wait_for_places (const CaCrlRun *run, GPtrArray *rows)
{
  gint64 deadline = g_get_monotonic_time () + CA_LIMIT_PUBLISH_WAIT * G_TIME_SPAN_SECOND;
  g_autoptr (GError) error = NULL;
  GPtrArray *places;

  for (guint i = 0; i < run->told->len; i++)
    ca_exit_host_wait_run (run->engine->exits, g_array_index (run->told, gint64, i), deadline);
  places = ca_publisher_list_places (run->engine, rows, &error);
  if (places == NULL)
    g_message ("places of CRLs: %s", error->message);
  return places;
}

static ICertPublishResult *
to_result (const CaCrlRun *run)
{
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  g_autoptr (GPtrArray) places = NULL;

  for (guint i = 0; i < run->crls->len; i++)
    {
      CaCrlRow *row = ((CaCrl *) run->crls->pdata[i])->row;

      g_ptr_array_add (rows, row);
      g_ptr_array_add (infos, ca_crl_row_to_info (row));
    }
  places = wait_for_places (run, rows);
  return icert_publish_result_new (infos, places);
}

static gboolean
run_once (CaCrlRun *run, CaCaller *caller, GError **error)
{
  gboolean ok;

  if (!check (run, caller, error))
    return FALSE;
  /* one run at a time: the numbers of what is published rise */
  g_mutex_lock (&run->engine->crl_mutex);
  run->now = ca_clock_now ();
  ok = (run->flags & ICERT_CRL_REPUBLISH) != 0 ? publish_again (run, caller, error)
                                               : make (run, caller, error);
  g_mutex_unlock (&run->engine->crl_mutex);
  return ok;
}

ICertPublishResult *
ca_crl_publish (CaEngine *engine,
                CaCaller *caller,
                ICertCrlFlags flags,
                GDateTime *next_update,
                GError **error)
{
  g_autoptr (CaFacts) facts = NULL;
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func ((GDestroyNotify) crl_free);
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (gint64));
  CaCrlRun run
      = { .engine = engine, .flags = flags, .manual = caller != NULL, .crls = crls, .told = told };
  GError *local = NULL;

  if (!ca_engine_check_process (engine, error))
    return NULL;
  facts = ca_engine_ref_facts (engine);
  run.facts = facts;
  run.now = ca_clock_now ();
  run.next_update
      = next_update != NULL ? MAX (g_date_time_to_unix (next_update), 1) * G_USEC_PER_SEC : 0;
  if (run_once (&run, caller, &local))
    {
      ca_steps_print (7, "engine", "CertificateAuthority.Admin",
                      "%u CRL%s with number %" G_GINT64_FORMAT, crls->len, CA_S (crls->len),
                      run.number);
      ca_engine_tell_crls (engine);
      return to_result (&run);
    }
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (CA_VERB_PUBLISH_CRL), "crl",
                                        icert_error_get_code_name (local->code), local->message));
  g_propagate_error (error, local);
  return NULL;
}
