/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-publisher.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca-clock.h"
#include "ca-limits.h"
#include "ca-query.h"

/* What is said of failures is for people, and a column has an end. */
#define MAX_TEXT 8000

/* One place of one CRL, as it stands or is to stand in the table. */
typedef struct
{
  char *place;
  char *class_id;
  ICertPublicationState state;
  gint64 attempts, tried, due, read_back;
  char *error; /* nullable */
} Place;

static void
run_crl_free (gpointer data)
{
  CaRunCrl *run_crl = data;

  ca_crl_row_free (run_crl->row);
  g_clear_object (&run_crl->crl);
  g_free (run_crl);
}

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->place);
  g_free (place->class_id);
  g_free (place->error);
  g_free (place);
}

/* A run, as it is told */

/* Bases first; then by key and partition. */
static gint
compare_rows (gconstpointer first, gconstpointer second)
{
  const CaCrlRow *a = *(const CaCrlRow *const *) first;
  const CaCrlRow *b = *(const CaCrlRow *const *) second;

  if ((a->min_base > 0) != (b->min_base > 0))
    return a->min_base > 0 ? 1 : -1;
  if (a->key_index != b->key_index)
    return a->key_index > b->key_index ? 1 : -1;
  return a->partition > b->partition ? 1 : a->partition < b->partition ? -1 : 0;
}

/* S-I4: what has expired is published nowhere, and what was replaced already need not be. */
static gboolean
is_current (CaEngine *engine, const CaCrlRow *row, gboolean *current, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (CaCrlRow) newest
      = ca_crl_row_load_newest (engine->store, row->key_index, row->partition,
                                row->min_base > 0 ? CA_CRL_KIND_DELTA : CA_CRL_KIND_BASE, &local);

  *current = newest != NULL && newest->id == row->id && row->next_update > ca_clock_now ();
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
add_run_crl (CaEngine *engine, CaCrlRow *row, GPtrArray *crls, GError **error)
{
  g_autoptr (GBytes) octets = ca_crl_load (engine->folder, row, error);
  ICertIssuedCrl *crl = NULL;
  CaRunCrl *run_crl;

  if (octets != NULL)
    crl = icert_issued_crl_new ((int) row->key_index, (int) row->partition, octets, error);
  if (crl == NULL)
    return FALSE;
  run_crl = g_new0 (CaRunCrl, 1);
  run_crl->row = row;
  run_crl->crl = crl;
  g_ptr_array_add (crls, run_crl);
  return TRUE;
}

/* Of each key, partition and kind the CRL of the run, unless it is not to be published any more. */
static GPtrArray *
load_run (gpointer data, gint64 run, GError **error)
{
  CaEngine *engine = data;
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func (run_crl_free);
  g_autoptr (GPtrArray) rows = ca_crl_row_load_run (engine->store, run, error);

  if (rows == NULL)
    return NULL;
  g_ptr_array_sort (rows, compare_rows);
  for (guint i = 0; i < rows->len; i++)
    {
      gboolean current;

      if (!is_current (engine, rows->pdata[i], &current, error))
        return NULL;
      if (!current)
        continue;
      if (!add_run_crl (engine, rows->pdata[i], crls, error))
        return NULL;
      rows->pdata[i] = NULL;
    }
  return g_steal_pointer (&crls);
}

static GPtrArray *
list_crls (GPtrArray *crls)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < crls->len; i++)
    g_ptr_array_add (objects, g_object_ref (((CaRunCrl *) crls->pdata[i])->crl));
  return objects;
}

/* Rows of the table */

static const guint8 place_columns[] = {
  ICERT_PUBLICATION_PLACE,     ICERT_PUBLICATION_CLASS_ID, ICERT_PUBLICATION_STATE,
  ICERT_PUBLICATION_ATTEMPTS,  ICERT_PUBLICATION_TRIED,    ICERT_PUBLICATION_DUE,
  ICERT_PUBLICATION_READ_BACK, ICERT_PUBLICATION_ERROR,
};

static Place *
place_of_row (const ICertStoreRow *row)
{
  Place *place = g_new0 (Place, 1);

  place->place = icert_store_row_dup_text (row, 0);
  place->class_id = icert_store_row_dup_text (row, 1);
  place->state = (ICertPublicationState) icert_store_row_get_int (row, 2);
  place->attempts = icert_store_row_get_int (row, 3);
  place->tried = icert_store_row_get_int (row, 4);
  place->due = icert_store_row_get_int (row, 5);
  place->read_back = icert_store_row_get_int (row, 6);
  place->error = icert_store_row_dup_text (row, 7);
  return place;
}

/* (element-type Place): of one CRL */
static GPtrArray *
load_places (ICertStore *store, gint64 crl, GError **error)
{
  g_autoptr (GPtrArray) rows
      = ca_query_int (store, ICERT_STORE_PUBLICATIONS, ICERT_PUBLICATION_CRL, crl, place_columns,
                      G_N_ELEMENTS (place_columns), error);
  GPtrArray *places;

  if (rows == NULL)
    return NULL;
  places = g_ptr_array_new_with_free_func (place_free);
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (places, place_of_row (rows->pdata[i]));
  return places;
}

static void
insert_place (const Place *place, gint64 crl, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_PUBLICATIONS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_PUBLICATION_CRL, crl);
  icert_store_batch_set_text (batch, ICERT_PUBLICATION_PLACE, place->place);
  icert_store_batch_set_text (batch, ICERT_PUBLICATION_CLASS_ID, place->class_id);
  icert_store_batch_set_int (batch, ICERT_PUBLICATION_STATE, place->state);
  icert_store_batch_set_int (batch, ICERT_PUBLICATION_ATTEMPTS, place->attempts);
  icert_store_batch_set_int (batch, ICERT_PUBLICATION_TRIED, place->tried);
  if (place->due != 0)
    icert_store_batch_set_int (batch, ICERT_PUBLICATION_DUE, place->due);
  if (place->read_back != 0)
    icert_store_batch_set_int (batch, ICERT_PUBLICATION_READ_BACK, place->read_back);
  if (place->error != NULL)
    icert_store_batch_set_text (batch, ICERT_PUBLICATION_ERROR, place->error);
}

/* (element-type utf8): classes of the exits that were not told of run @run, or have to be again */
static GPtrArray *
load_waiting (ICertStore *store, gint64 run, GError **error)
{
  static const guint8 columns[] = { ICERT_OUTBOX_CLASS_ID, ICERT_OUTBOX_RUN };
  ICertStoreCondition alive = { .kind = ICERT_STORE_COMPARE,
                                .column = ICERT_OUTBOX_DEAD,
                                .seek = ICERT_SEEK_EQ,
                                .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = 0 } };
  ICertStoreCondition of_run = { .kind = ICERT_STORE_COMPARE,
                                 .column = ICERT_OUTBOX_RUN,
                                 .seek = ICERT_SEEK_EQ,
                                 .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = run } };
  /* the column has numbers of other events too */
  ICertStoreCondition of_crls
      = { .kind = ICERT_STORE_COMPARE,
          .column = ICERT_OUTBOX_EVENT,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = ICERT_EXIT_EVENT_CRL_ISSUED } };
  const ICertStoreCondition *parts[] = { &alive, &of_run, &of_crls };
  ICertStoreCondition both = { .kind = ICERT_STORE_AND, .n_parts = 3, .parts = parts };
  ICertStoreQuery query = { .table = ICERT_STORE_OUTBOX,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &both,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);
  GPtrArray *classes;

  if (rows == NULL)
    return NULL;
  classes = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (classes, icert_store_row_dup_text (rows->pdata[i], 0));
  return classes;
}

/* What was reported */

static gboolean
same_octets (int fd, GBytes *expected)
{
  gsize size, done = 0;
  const guint8 *data = g_bytes_get_data (expected, &size);
  guint8 buffer[16 * 1024];

  for (;;)
    {
      gssize n = read (fd, buffer, sizeof buffer);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n == 0 && done == size;
      if ((gsize) n > size - done || memcmp (buffer, data + done, (gsize) n) != 0)
        return FALSE;
      done += (gsize) n;
    }
}

/* S-I4: an exit may say what it likes; a file of this machine is looked at. *known: it is one */
static gboolean
check_file (const char *place, GBytes *expected, gboolean *known)
{
  g_autofree char *path = NULL;
  gboolean same;
  int fd;

  *known = g_str_has_prefix (place, "file:");
  path = *known ? g_filename_from_uri (place, NULL, NULL) : NULL;
  if (!*known)
    return TRUE;
  fd = path != NULL ? open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
  if (fd < 0)
    return FALSE;
  same = same_octets (fd, expected);
  close (fd);
  return same;
}

/* @report: a{sv} of icert_issued_crl_list_reports() */
static Place *
place_of_report (CaEngine *engine, const CaRunCrl *run_crl, GVariant *report)
{
  g_autoptr (GBytes) octets = NULL;
  Place *place = g_new0 (Place, 1);
  gboolean read_back = FALSE, postponed = FALSE, known = FALSE;

  g_variant_lookup (report, "place", "s", &place->place);
  g_variant_lookup (report, "read-back", "b", &read_back);
  g_variant_lookup (report, "failure", "s", &place->error);
  g_variant_lookup (report, "postponed", "b", &postponed);
  place->state = place->error == NULL ? ICERT_PUBLICATION_STATE_DONE
                 : postponed          ? ICERT_PUBLICATION_STATE_POSTPONED
                                      : ICERT_PUBLICATION_STATE_FAILED;
  if (place->error != NULL)
    {
      /* S-I4: what clients get is not what they should */
      if (g_str_has_prefix (place->error, "read-back:"))
        ca_publisher_alarm (engine, "read-back", place->place, place->error);
      return place;
    }
  octets = icert_issued_crl_get_bytes (run_crl->crl);
  if (!check_file (place->place, octets, &known))
    {
      place->state = ICERT_PUBLICATION_STATE_FAILED;
      place->error
          = g_strdup ("read-back: what is there is not the CRL that was to be (the same octets)");
      ca_publisher_alarm (engine, "read-back", place->place, place->error);
    }
  else if (known || read_back)
    place->read_back = ca_clock_now ();
  return place;
}

/* (element-type Place): what the exit says of one CRL; the whole exit stands for a place when it
 * names none, or fails at something else. */
static GPtrArray *
collect_places (CaEngine *engine,
                const char *class_id,
                const CaRunCrl *run_crl,
                gboolean reported,
                const GError *error)
{
  g_autoptr (GVariant) reports = icert_issued_crl_list_reports (run_crl->crl);
  GPtrArray *places = g_ptr_array_new_with_free_func (place_free);
  gboolean failed = FALSE;

  for (gsize i = 0; i < g_variant_n_children (reports); i++)
    {
      g_autoptr (GVariant) report = g_variant_get_child_value (reports, i);
      Place *place = place_of_report (engine, run_crl, report);

      failed |= place->state != ICERT_PUBLICATION_STATE_DONE;
      g_ptr_array_add (places, place);
    }
  if (!reported || (error != NULL && !failed && places->len == 0))
    {
      Place *place = g_new0 (Place, 1);

      place->place = g_strdup (class_id);
      place->error = error != NULL ? g_strdup (error->message) : NULL;
      place->state = error != NULL ? ICERT_PUBLICATION_STATE_FAILED : ICERT_PUBLICATION_STATE_DONE;
      g_ptr_array_add (places, place);
    }
  return places;
}

/* Attempts are counted for each place; one that was unknown until now has those of its exit. */
static gint64
count_attempts (GPtrArray *before, const Place *place)
{
  gint64 most = 0;

  for (guint i = 0; i < before->len; i++)
    {
      const Place *old = before->pdata[i];

      if (g_strcmp0 (old->class_id, place->class_id) != 0)
        continue;
      if (g_strcmp0 (old->place, place->place) == 0)
        return old->attempts;
      if (g_strcmp0 (old->place, old->class_id) == 0)
        most = old->attempts;
    }
  return most;
}

/* What the places of a CRL have in common. */
typedef struct
{
  guint flags; /* ICertCrlPublishFlags of failures */
  gint64 attempts;
  gint64 status;
  GString *text;
  gboolean complete;
} Summary;

static guint
flag_of (const Place *place)
{
  gboolean directory = g_str_has_prefix (place->place, "ldap");

  if (place->state == ICERT_PUBLICATION_STATE_POSTPONED)
    return directory ? ICERT_CRL_PUBLISH_POSTPONED_BASE_LDAP_ERROR
                     : ICERT_CRL_PUBLISH_POSTPONED_BASE_FILE_ERROR;
  if (directory)
    return ICERT_CRL_PUBLISH_LDAP_ERROR;
  if (g_str_has_prefix (place->place, "http"))
    return ICERT_CRL_PUBLISH_HTTP_ERROR;
  return g_str_has_prefix (place->place, "ftp") ? ICERT_CRL_PUBLISH_FTP_ERROR
                                                : ICERT_CRL_PUBLISH_FILE_ERROR;
}

/* (transfer full) (nullable) */
static GError *
error_of (const Place *place)
{
  ICertError code = place->state == ICERT_PUBLICATION_STATE_POSTPONED ? ICERT_ERROR_PENDING
                                                                      : ICERT_ERROR_FAILED;

  return place->state == ICERT_PUBLICATION_STATE_DONE
             ? NULL
             : g_error_new_literal (ICERT_ERROR, code,
                                    place->error != NULL ? place->error : "place: failed (done)");
}

static void
summary_add (Summary *summary, const Place *place)
{
  g_autoptr (GError) error = error_of (place);

  summary->attempts = MAX (summary->attempts, place->attempts);
  if (error == NULL)
    return;
  summary->complete = FALSE;
  summary->flags |= flag_of (place);
  if (summary->status == 0)
    summary->status = (gint32) icert_error_to_hresult (error);
  if (summary->text->len < MAX_TEXT)
    g_string_append_printf (summary->text, "%s%s: %s", summary->text->len > 0 ? "\n" : "",
                            place->place, error->message);
}

/* A delta builds on a base that has been everywhere for as long as its overlap: one that is not
 * everywhere is never that, and one that was late is later. */
static gint64
propagated_at (const CaCrlRow *row, gboolean complete)
{
  if (!complete)
    return row->next_update;
  if (row->propagation_complete != row->next_update)
    return row->propagation_complete;
  return MIN (ca_clock_now () + row->next_update - row->next_publish, row->next_update - 1);
}

static void
update_row (const CaCrlRow *row, const Summary *summary, ICertStoreBatch *batch)
{
  const guint own = ICERT_CRL_PUBLISH_BASE | ICERT_CRL_PUBLISH_DELTA | ICERT_CRL_PUBLISH_SHADOW
                    | ICERT_CRL_PUBLISH_MANUAL;
  guint flags
      = (row->flags & own) | summary->flags | (summary->complete ? ICERT_CRL_PUBLISH_COMPLETE : 0);
  g_autofree char *text
      = g_utf8_make_valid (summary->text->str, MIN (summary->text->len, MAX_TEXT));

  icert_store_batch_begin (batch, ICERT_STORE_CRLS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_CRL_ID, row->id);
  icert_store_batch_set_int (batch, ICERT_CRL_PROPAGATION_COMPLETE,
                             propagated_at (row, summary->complete));
  icert_store_batch_set_int (batch, ICERT_CRL_LAST_PUBLISHED, ca_clock_now ());
  icert_store_batch_set_int (batch, ICERT_CRL_PUBLISH_ATTEMPTS, summary->attempts);
  icert_store_batch_set_int (batch, ICERT_CRL_PUBLISH_FLAGS, flags);
  icert_store_batch_set_int (batch, ICERT_CRL_PUBLISH_STATUS_CODE, summary->status);
  if (summary->text->len > 0)
    icert_store_batch_set_text (batch, ICERT_CRL_PUBLISH_ERROR, text);
  else
    icert_store_batch_set_empty (batch, ICERT_CRL_PUBLISH_ERROR);
}

static gboolean
others_wait (CaEngine *engine, gint64 run, const char *class_id)
{
  g_autoptr (GPtrArray) waiting = load_waiting (engine->store, run, NULL);

  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    if (g_strcmp0 (waiting->pdata[i], class_id) != 0)
      return TRUE;
  return waiting == NULL;
}

/* Replaces the rows of this exit, keeps those of others. TRUE: all are done. */
static gboolean
settle_crl (CaEngine *engine,
            const char *class_id,
            const CaRunCrl *run_crl,
            GPtrArray *places,
            gint64 due,
            ICertStoreBatch *batch)
{
  const CaCrlRow *row = run_crl->row;
  g_autoptr (GPtrArray) before = load_places (engine->store, row->id, NULL);
  Summary summary
      = { .text = g_string_new (NULL), .complete = !others_wait (engine, row->number, class_id) };
  gboolean done = TRUE;

  icert_store_batch_begin (batch, ICERT_STORE_PUBLICATIONS, ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, ICERT_PUBLICATION_CRL, row->id);
  icert_store_batch_set_text (batch, ICERT_PUBLICATION_CLASS_ID, class_id);
  for (guint i = 0; i < places->len; i++)
    {
      Place *place = places->pdata[i];

      place->class_id = g_strdup (class_id);
      place->attempts = (before != NULL ? count_attempts (before, place) : 0) + 1;
      place->tried = ca_clock_now ();
      place->due = place->state == ICERT_PUBLICATION_STATE_DONE ? 0 : due;
      done &= place->state == ICERT_PUBLICATION_STATE_DONE;
      insert_place (place, row->id, batch);
      summary_add (&summary, place);
    }
  for (guint i = 0; before != NULL && i < before->len; i++)
    if (g_strcmp0 (((Place *) before->pdata[i])->class_id, class_id) != 0)
      summary_add (&summary, before->pdata[i]);
  update_row (row, &summary, batch);
  g_string_free (summary.text, TRUE);
  return done;
}

static void
settle (gpointer data,
        const char *class_id,
        GPtrArray *crls,
        const GError *error,
        gint64 due,
        ICertStoreBatch *batch,
        gboolean *failed)
{
  CaEngine *engine = data;
  gboolean reported = FALSE;

  for (guint i = 0; i < crls->len; i++)
    {
      g_autoptr (GVariant) reports
          = icert_issued_crl_list_reports (((CaRunCrl *) crls->pdata[i])->crl);

      reported |= g_variant_n_children (reports) > 0;
    }
  for (guint i = 0; i < crls->len; i++)
    {
      const CaRunCrl *run_crl = crls->pdata[i];
      g_autoptr (GPtrArray) places = collect_places (engine, class_id, run_crl, reported, error);

      if (!settle_crl (engine, class_id, run_crl, places, due, batch))
        *failed = TRUE;
    }
}

const CaRunFuncs ca_publisher_run_funcs
    = { .load_run = load_run, .list_crls = list_crls, .settle = settle };

/* Results */

static void
add_place (GPtrArray *places, ICertCrlInfo *info, const Place *place)
{
  g_autoptr (GError) error = error_of (place);
  g_autoptr (GDateTime) next
      = place->due != 0 ? g_date_time_new_from_unix_utc (place->due / G_USEC_PER_SEC) : NULL;

  g_ptr_array_add (places, icert_publish_place_new (info, place->class_id, place->place, error,
                                                    (int) place->attempts, next));
}

static gboolean
has_class (GPtrArray *places, const char *class_id)
{
  for (guint i = 0; i < places->len; i++)
    if (g_strcmp0 (((Place *) places->pdata[i])->class_id, class_id) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
list_places_of (CaEngine *engine, const CaCrlRow *row, GPtrArray *list, GError **error)
{
  g_autoptr (GPtrArray) places = load_places (engine->store, row->id, error);
  g_autoptr (GPtrArray) waiting
      = places != NULL ? load_waiting (engine->store, row->number, error) : NULL;
  g_autoptr (ICertCrlInfo) info = NULL;

  if (waiting == NULL)
    return FALSE;
  info = ca_crl_row_to_info (row);
  for (guint i = 0; i < places->len; i++)
    add_place (list, info, places->pdata[i]);
  for (guint i = 0; i < waiting->len; i++)
    {
      Place place = { .place = waiting->pdata[i],
                      .class_id = waiting->pdata[i],
                      .state = ICERT_PUBLICATION_STATE_POSTPONED,
                      .error = (char *) "exit: did not answer yet (a moment more)" };

      if (!has_class (places, waiting->pdata[i]))
        add_place (list, info, &place);
    }
  return TRUE;
}

GPtrArray *
ca_publisher_list_places (CaEngine *engine, GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < rows->len; i++)
    if (!list_places_of (engine, rows->pdata[i], list, error))
      return NULL;
  return g_steal_pointer (&list);
}

void
ca_publisher_alarm (CaEngine *engine, const char *code, const char *object, const char *text)
{
  g_autofree char *told = g_strdup_printf ("%s: %s", object, text);

  g_message ("alarm: %s", told);
  ca_writer_audit (engine->writer, ca_audit_record_new (NULL, "alarm", object, code, text));
  ca_exit_host_alarm (engine->exits, code, told);
}
