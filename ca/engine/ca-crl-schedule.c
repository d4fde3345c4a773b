/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-schedule.h"

#include "ca-clock.h"
#include "ca-crl-private.h"
#include "ca-limits.h"
#include "ca-plural.h"
#include "ca-publisher.h"
#include "ca-query.h"

/* Names of counters: when something was last done, microseconds since 1970, and how often CRLs
 * could not be made. */
#define ALARM_TIME "alarm-time"
#define TEST_TIME "alarm-test-time"
#define FAILURES "crl-failures"
#define RETRY_TIME "crl-retry-time"

/* The clock may be set while we wait. */
#define LONGEST_PAUSE G_TIME_SPAN_MINUTE

/* One look at the CA. */
typedef struct
{
  CaEngine *engine;
  CaFacts *facts; /* owned */
  gint64 now;
  GPtrArray *newest; /* of CaCrlRow: of each key, partition and kind */
  gint64 base_due, delta_due;
  gint64 next;    /* when to look again */
  guint n_alarms; /* raised */
  gboolean loud;  /* an hour has passed since the last alarms */
} Look;

static void
look_at (Look *look, gint64 time)
{
  if (time > look->now)
    look->next = MIN (look->next, time);
}

/* Counters */

static gint64
read_counter (CaEngine *engine, const char *name)
{
  gint64 value = 0;

  ca_counter_load (engine->store, name, &value, NULL);
  return value;
}

/* A time to come is one of a clock that was wrong. */
static gint64
read_time (const Look *look, const char *name)
{
  gint64 time = read_counter (look->engine, name);

  return time <= look->now ? time : 0;
}

static void
write_counter (CaEngine *engine, const char *name, gint64 value)
{
  ICertStoreBatch *batch = icert_store_batch_new ();

  ca_counter_store (name, value, batch);
  ca_writer_commit_wait (engine->writer, batch, NULL, NULL);
}

/* What there is */

/* S-I5: a CRL is due at half its life, or earlier when its period says so. */
static gint64
due_of (const CaCrlRow *row)
{
  return MIN (row->next_publish, row->this_update + (row->next_update - row->this_update) / 2);
}

/* S-I5: from here on a quarter of its life is left */
static gint64
quarter_of (const CaCrlRow *row)
{
  return row->next_update - (row->next_update - row->this_update) / 4;
}

static void
add_newest (Look *look, guint key_index, guint partition, CaCrlKind kind)
{
  g_autoptr (GError) error = NULL;
  CaCrlRow *row = ca_crl_row_load_newest (look->engine->store, key_index, partition, kind, &error);
  gint64 *due = kind == CA_CRL_KIND_BASE ? &look->base_due : &look->delta_due;

  if (error != NULL)
    return;
  *due = MIN (*due, row != NULL ? due_of (row) : look->now);
  if (row != NULL)
    g_ptr_array_add (look->newest, row);
}

static gboolean
is_newest_of_key (const Look *look, guint index)
{
  const CaIssuer *issuer = look->facts->issuers->pdata[index];

  for (guint i = index + 1; i < look->facts->issuers->len; i++)
    if (((CaIssuer *) look->facts->issuers->pdata[i])->key_index == issuer->key_index)
      return FALSE;
  return TRUE;
}

/* Keys sign CRLs until their last certificate expires (processing.md 7). */
static void
find_newest (Look *look)
{
  gboolean deltas = ca_duration_is_set (&look->facts->config->delta_period);
  guint highest = 1;

  g_ptr_array_set_size (look->newest, 0);
  look->base_due = look->delta_due = G_MAXINT64;
  ca_crl_count_partitions (look->engine->store, &highest, NULL);
  for (guint i = 0; i < look->facts->issuers->len; i++)
    {
      const CaIssuer *issuer = look->facts->issuers->pdata[i];

      if (!is_newest_of_key (look, i) || issuer->not_after * G_USEC_PER_SEC <= look->now)
        continue;
      for (guint partition = 0; partition < (highest > 1 ? highest + 1 : 1); partition++)
        {
          add_newest (look, issuer->key_index, partition, CA_CRL_KIND_BASE);
          if (deltas)
            add_newest (look, issuer->key_index, partition, CA_CRL_KIND_DELTA);
        }
    }
}

/* Making */

static void
raise_alarm (Look *look, const char *code, const char *object, const char *text)
{
  if (look->loud)
    ca_publisher_alarm (look->engine, code, object, text);
  look->n_alarms++;
}

/* Every ten minutes, nine times; then every hour, with an alarm. */
static void
note_failure (Look *look, const char *text)
{
  gint64 n = read_counter (look->engine, FAILURES) + 1;
  gint64 pause = n < CA_LIMIT_PUBLISH_ATTEMPTS ? 10 * G_TIME_SPAN_MINUTE : G_TIME_SPAN_HOUR;

  write_counter (look->engine, FAILURES, n);
  write_counter (look->engine, RETRY_TIME, look->now + pause);
  look_at (look, look->now + pause);
  if (n >= CA_LIMIT_PUBLISH_ATTEMPTS)
    raise_alarm (look, "crl-failed", "crl", text);
}

static ICertPublishResult *
make_due (Look *look)
{
  gint64 retry = read_counter (look->engine, RETRY_TIME);
  ICertCrlFlags flags = look->base_due <= look->now ? ICERT_CRL_BASE : ICERT_CRL_DELTA;
  g_autoptr (GError) error = NULL;
  ICertPublishResult *result;

  if (MIN (look->base_due, look->delta_due) > look->now)
    return NULL;
  /* a clock that was set back must not keep it waiting */
  if (retry > look->now && retry <= look->now + G_TIME_SPAN_HOUR)
    {
      look_at (look, retry);
      return NULL;
    }
  result = ca_crl_publish (look->engine, NULL, flags, NULL, &error);
  find_newest (look);
  if (error != NULL)
    note_failure (look, error->message);
  else if (MIN (look->base_due, look->delta_due) <= look->now)
    note_failure (look, "key: not every key could sign its CRL (all keys of the CA)");
  else if (read_counter (look->engine, FAILURES) != 0)
    {
      write_counter (look->engine, FAILURES, 0);
      write_counter (look->engine, RETRY_TIME, 0);
    }
  return result;
}

/* Alarms */

static char *
name_crl (const CaCrlRow *row)
{
  return g_strdup_printf ("%s CRL %" G_GINT64_FORMAT " of key %u%s",
                          row->min_base > 0 ? "delta" : "base", row->number, row->key_index,
                          row->partition > 0 ? ", divided" : "");
}

/* @object: where it lies, or what it is */
static void
judge_age (Look *look, const CaCrlRow *row, const char *object)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (quarter_of (row) > look->now)
    {
      look_at (look, quarter_of (row));
      return;
    }
  name = name_crl (row);
  if (row->next_update > look->now)
    {
      gint64 minutes = (row->next_update - look->now) / G_TIME_SPAN_MINUTE;

      text = g_strdup_printf ("%s holds for %" G_GINT64_FORMAT " minute%s more (a newer one)", name,
                              minutes, CA_S (minutes));
      look_at (look, row->next_update);
    }
  else
    text = g_strdup_printf ("%s has expired (a newer one)", name);
  raise_alarm (look, row->next_update > look->now ? "crl-expiring" : "crl-expired", object, text);
}

static gboolean
matches (ICertPublishPlace *place, const char *wanted, const char *wanted_class)
{
  g_autofree char *name = icert_publish_place_get_place (place);
  g_autofree char *class_id = icert_publish_place_get_class_id (place);
  g_autoptr (GError) status = icert_publish_place_get_status (place);

  /* an exit that failed before it knew its places stands for all of them */
  return status == NULL
         && (g_strcmp0 (name, wanted) == 0
             || (g_strcmp0 (wanted, wanted_class) == 0 && g_strcmp0 (class_id, wanted_class) == 0));
}

/* (transfer full) (nullable): the newest CRL of the kind of @row that is in @place */
static CaCrlRow *
find_published (Look *look, const CaCrlRow *row, const char *place, const char *class_id)
{
  CaCrlKind kind = row->min_base > 0 ? CA_CRL_KIND_DELTA : CA_CRL_KIND_BASE;
  g_autoptr (GPtrArray) rows
      = ca_crl_row_load_unexpired (look->engine->store, row->key_index, row->partition, kind,
                                   look->now - 31 * G_TIME_SPAN_DAY, NULL);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      g_autoptr (GPtrArray) one = g_ptr_array_new ();
      g_autoptr (GPtrArray) places = NULL;

      g_ptr_array_add (one, rows->pdata[i]);
      places = ca_publisher_list_places (look->engine, one, NULL);
      for (guint k = 0; places != NULL && k < places->len; k++)
        if (matches (places->pdata[k], place, class_id))
          return g_ptr_array_steal_index (rows, i);
    }
  return NULL;
}

/* A place that does not have the newest CRL: what lies there instead grows old. */
static void
judge_place (Look *look, const CaCrlRow *row, ICertPublishPlace *place)
{
  g_autoptr (GError) status = icert_publish_place_get_status (place);
  g_autoptr (GDateTime) next = icert_publish_place_get_next_attempt (place);
  g_autofree char *name = icert_publish_place_get_place (place);
  g_autofree char *class_id = icert_publish_place_get_class_id (place);
  g_autoptr (CaCrlRow) there = NULL;

  if (status == NULL)
    return;
  if (next != NULL)
    look_at (look, g_date_time_to_unix (next) * G_USEC_PER_SEC + G_USEC_PER_SEC);
  if (icert_publish_place_get_attempts (place) >= CA_LIMIT_PUBLISH_ATTEMPTS)
    raise_alarm (look, "publish-failed", name, status->message);
  there = find_published (look, row, name, class_id);
  if (there != NULL)
    judge_age (look, there, name);
}

static void
judge_all (Look *look)
{
  for (guint i = 0; i < look->newest->len; i++)
    {
      CaCrlRow *row = look->newest->pdata[i];
      g_autofree char *name = name_crl (row);
      g_autoptr (GPtrArray) one = g_ptr_array_new ();
      g_autoptr (GPtrArray) places = NULL;

      judge_age (look, row, name);
      g_ptr_array_add (one, row);
      places = ca_publisher_list_places (look->engine, one, NULL);
      for (guint k = 0; places != NULL && k < places->len; k++)
        judge_place (look, row, places->pdata[k]);
    }
}

/* S-I5: the way alarms take is tried every day. */
static void
test_alarm (Look *look)
{
  gint64 last = read_time (look, TEST_TIME);

  if (last + G_TIME_SPAN_DAY > look->now)
    {
      look_at (look, last + G_TIME_SPAN_DAY);
      return;
    }
  ca_publisher_alarm (look->engine, "test", "alarm", "the daily test (nothing is wrong)");
  write_counter (look->engine, TEST_TIME, look->now);
  look_at (look, look->now + G_TIME_SPAN_DAY);
}

/* All together */

static ICertPublishResult *
to_result (const Look *look, ICertPublishResult *made)
{
  g_autoptr (GPtrArray) crls = made != NULL ? icert_publish_result_list_crls (made)
                                            : g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) places = ca_publisher_list_places (look->engine, look->newest, NULL);

  return icert_publish_result_new (crls, places);
}

static void
take_look (Look *look, ICertPublishResult **result)
{
  g_autoptr (ICertPublishResult) made = NULL;

  ca_exit_host_run_due (look->engine->exits,
                        g_get_monotonic_time () + CA_LIMIT_PUBLISH_WAIT * G_TIME_SPAN_SECOND);
  find_newest (look);
  made = make_due (look);
  judge_all (look);
  test_alarm (look);
  look_at (look, look->base_due);
  look_at (look, look->delta_due);
  if (look->n_alarms > 0 && look->loud)
    write_counter (look->engine, ALARM_TIME, look->now);
  if (look->n_alarms > 0)
    look_at (look, (look->loud ? look->now : read_time (look, ALARM_TIME)) + G_TIME_SPAN_HOUR);
  if (result != NULL)
    *result = to_result (look, made);
}

gint64
ca_crl_schedule_run (CaEngine *engine, ICertPublishResult **result)
{
  gint64 now = ca_clock_now ();
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autoptr (GPtrArray) newest = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_crl_row_free);
  Look look = {
    .engine = engine, .facts = facts, .now = now, .newest = newest, .next = now + G_TIME_SPAN_DAY
  };

  look.loud = read_time (&look, ALARM_TIME) + G_TIME_SPAN_HOUR <= now;
  take_look (&look, result);
  return look.next;
}

ICertPublishResult *
ca_crl_schedule_run_for (CaEngine *engine, CaCaller *caller, GError **error)
{
  g_autoptr (CaFacts) facts = NULL;
  g_autoptr (GError) local = NULL;
  ICertPublishResult *result = NULL;

  if (!ca_engine_check_process (engine, error))
    return NULL;
  facts = ca_engine_ref_facts (engine);
  if (ca_roles_check (facts->config, caller, CA_VERB_PUBLISH_CRL, &local))
    ca_crl_schedule_run (engine, &result);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return result;
}

/* The thread */

struct _CaCrlSchedule
{
  CaEngine *engine; /* lives longer */
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gint64 due;     /* wall clock; under the mutex */
  gboolean ended; /* under the mutex */
};

static gpointer
schedule_worker (gpointer data)
{
  CaCrlSchedule *schedule = data;

  g_mutex_lock (&schedule->mutex);
  while (!schedule->ended)
    {
      gint64 pause = schedule->due - ca_clock_now ();

      if (pause > 0)
        {
          g_cond_wait_until (&schedule->cond, &schedule->mutex,
                             g_get_monotonic_time () + MIN (pause, LONGEST_PAUSE));
          continue;
        }
      g_mutex_unlock (&schedule->mutex);
      /* a CA that was stopped makes nothing; one that waits for its certificate cannot */
      pause = g_atomic_int_get (&schedule->engine->gate) == CA_GATE_OPEN
                  ? ca_crl_schedule_run (schedule->engine, NULL)
                  : ca_clock_now () + LONGEST_PAUSE;
      g_mutex_lock (&schedule->mutex);
      schedule->due = pause;
    }
  g_mutex_unlock (&schedule->mutex);
  return NULL;
}

CaCrlSchedule *
ca_crl_schedule_new (CaEngine *engine, gint64 pause)
{
  CaCrlSchedule *schedule = g_new0 (CaCrlSchedule, 1);

  schedule->engine = engine;
  schedule->due = ca_clock_now () + pause;
  g_mutex_init (&schedule->mutex);
  g_cond_init (&schedule->cond);
  schedule->thread = g_thread_new ("ca-crls", schedule_worker, schedule);
  return schedule;
}

void
ca_crl_schedule_free (CaCrlSchedule *schedule)
{
  if (schedule == NULL)
    return;
  g_mutex_lock (&schedule->mutex);
  schedule->ended = TRUE;
  g_cond_signal (&schedule->cond);
  g_mutex_unlock (&schedule->mutex);
  if (schedule->engine->exits != NULL)
    ca_exit_host_stop_waiting (schedule->engine->exits);
  g_thread_join (schedule->thread);
  g_mutex_clear (&schedule->mutex);
  g_cond_clear (&schedule->cond);
  g_free (schedule);
}
