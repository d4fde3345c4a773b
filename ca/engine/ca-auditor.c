/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-auditor.h"

#include <string.h>

#include "ca-audit-sink.h"
#include "ca-audit-verify.h"
#include "ca-clock.h"
#include "ca-profiles.h"
#include "ca-query.h"
#include "ca-restore-mark.h"
#include "ca-secret.h"

/* A command of a second or two makes its checkpoint when it ends, not while it works. */
#define GRACE (5 * G_TIME_SPAN_SECOND)
#define RETRY (10 * G_TIME_SPAN_SECOND)
/* how often whoever wants to sign makes it try again */
#define FASTEST_RETRY (G_TIME_SPAN_SECOND / 5)
#define LONGEST_WAIT (5 * G_TIME_SPAN_SECOND)
/* a sink that hangs: so long behind its time nothing is signed any more */
#define OVERDUE G_TIME_SPAN_MINUTE

struct _CaAuditor
{
  char *folder;
  ICertRegistry *registry;
  ICertStore *store;
  CaWriter *writer;
  char *node;
  CaExitHost *exits; /* (nullable) lent */
  GThread *thread;
  GMutex mutex;
  GCond cond;  /* something to do, or done */
  gint failed; /* atomic: there is trouble */
  gint late;   /* atomic: monotonic seconds after which a checkpoint is overdue; 0 = never */

  /* Under the mutex: */
  CaFacts *facts;
  guint n_facts; /* how often they were replaced */
  CaAuditHead head;
  gint64 sealed; /* last record of the newest checkpoint */
  gint64 sealed_time;
  gint64 restored;   /* record of a restore that no checkpoint covers; 0 = none */
  gint64 since;      /* monotonic: when the first record came that is not sealed; 0 = none */
  gint64 not_before; /* monotonic */
  GError *trouble;
  guint attempts; /* how often it was tried */
  gint64 last_attempt;
  gboolean wanted;
  gboolean busy; /* it is being tried */
  gboolean closing;

  /* The thread's, and the closing one's after it: */
  ICertKey *key;
  CaCheckpoint *last; /* (nullable) the newest */
  gboolean noted;     /* the key use of the checkpoint to come is a record already */
};

/* Under the mutex. */
static gint64
unsealed (const CaAuditor *auditor)
{
  return auditor->head.sequence - auditor->sealed;
}

static gint64
interval (const CaAuditor *auditor)
{
  return auditor->facts != NULL ? auditor->facts->config->checkpoint_interval * G_USEC_PER_SEC
                                : 10 * G_TIME_SPAN_MINUTE;
}

/* Under the mutex: when what is not sealed must be. */
static gint64
due (const CaAuditor *auditor)
{
  /* the sinks are to know of a restore */
  if (auditor->restored != 0)
    return 1;
  return MAX (auditor->since + interval (auditor), 1);
}

static void
set_since (CaAuditor *auditor, gint64 since)
{
  auditor->since = since;
  g_atomic_int_set (
      &auditor->late,
      since != 0 ? (MAX (due (auditor), auditor->not_before) + OVERDUE) / G_USEC_PER_SEC : 0);
}

static gint64
records (const CaAuditor *auditor)
{
  return auditor->facts != NULL ? auditor->facts->config->checkpoint_records : 1000;
}

/* On the writer's thread. */
static void
committed_cb (const CaAuditHead *head, gpointer data)
{
  CaAuditor *auditor = data;

  g_mutex_lock (&auditor->mutex);
  auditor->head = *head;
  if (auditor->since == 0)
    {
      set_since (auditor, g_get_monotonic_time ());
      g_cond_broadcast (&auditor->cond);
    }
  else if (unsealed (auditor) >= records (auditor))
    {
      g_cond_broadcast (&auditor->cond);
    }
  g_mutex_unlock (&auditor->mutex);
}

/* When the first record was written that no checkpoint covers. */
static gboolean
load_age (CaAuditor *auditor, gint64 *age, GError **error)
{
  static const guint8 columns[] = { ICERT_AUDIT_TIME };
  ICertStoreValue cursor = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = auditor->sealed };
  ICertStoreQuery query = { .table = ICERT_STORE_AUDIT,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1,
                            .n_after = 1,
                            .after = &cursor,
                            .limit = 1 };
  g_autoptr (GPtrArray) rows = icert_store_query (auditor->store, &query, NULL, error);

  if (rows == NULL)
    return FALSE;
  *age = rows->len > 0 ? ca_clock_now () - icert_store_row_get_int (rows->pdata[0], 0) : -1;
  return TRUE;
}

/* A restore since the newest checkpoint */
static gboolean
load_restore (CaAuditor *auditor, GError **error)
{
  g_autoptr (GPtrArray) marks
      = ca_restore_mark_load_behind (auditor->store, auditor->sealed, error);

  if (marks == NULL)
    return FALSE;
  /* the first: what it left behind is the most */
  if (marks->len > 0)
    auditor->restored = ((CaRestoreMark *) marks->pdata[0])->sequence;
  return TRUE;
}

static gboolean
load (CaAuditor *auditor, GError **error)
{
  g_autoptr (GPtrArray) newest = ca_checkpoint_load (auditor->store, "", 0, TRUE, error);
  gint64 now = g_get_monotonic_time ();
  gint64 age;

  if (newest == NULL || !ca_audit_head_load (&auditor->head, auditor->store, error))
    return FALSE;
  if (newest->len > 0)
    {
      auditor->last = g_ptr_array_steal_index (newest, 0);
      auditor->sealed = auditor->last->sequence;
      auditor->sealed_time = auditor->last->time;
    }
  if (!load_age (auditor, &age, error) || !load_restore (auditor, error))
    return FALSE;
  auditor->not_before = now + GRACE;
  if (age >= 0)
    set_since (auditor, now != age ? now - age : -1);
  return TRUE;
}

CaAuditor *
ca_auditor_new (const char *folder,
                ICertRegistry *registry,
                ICertStore *store,
                CaWriter *writer,
                const char *node,
                GError **error)
{
  g_autoptr (CaAuditor) auditor = g_new0 (CaAuditor, 1);

  g_mutex_init (&auditor->mutex);
  g_cond_init (&auditor->cond);
  auditor->folder = g_strdup (folder);
  auditor->registry = g_object_ref (registry);
  auditor->store = g_object_ref (store);
  auditor->writer = writer;
  auditor->node = g_strdup (node);
  if (!load (auditor, error))
    return NULL;
  ca_writer_set_hook (writer, committed_cb, auditor);
  return g_steal_pointer (&auditor);
}

void
ca_auditor_free (CaAuditor *auditor)
{
  if (auditor == NULL)
    return;
  g_clear_object (&auditor->key);
  g_clear_object (&auditor->registry);
  g_clear_object (&auditor->store);
  g_clear_pointer (&auditor->facts, ca_facts_unref);
  g_clear_pointer (&auditor->last, ca_checkpoint_free);
  g_clear_error (&auditor->trouble);
  g_mutex_clear (&auditor->mutex);
  g_cond_clear (&auditor->cond);
  g_free (auditor->folder);
  g_free (auditor->node);
  g_free (auditor);
}

/* The key */

static char *
key_path (const char *folder)
{
  return g_build_filename (folder, "keys", "audit.key", NULL);
}

static ICertKey *
new_key (ICertRegistry *registry, GError **error)
{
  GObject *object = icert_registry_create_module (registry, "File.Key", "ICertKey", error);

  return object != NULL ? ICERT_KEY (object) : NULL;
}

GBytes *
ca_auditor_load_public_key (const char *folder, ICertRegistry *registry, GError **error)
{
  g_autofree char *path = key_path (folder);
  g_autoptr (ICertKey) key = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  key = new_key (registry, error);
  if (key == NULL || !icert_key_open (key, path, NULL, error))
    return NULL;
  return icert_key_get_public_key (key, error);
}

/* Made with the first checkpoint, and never again: who takes the key away is not to be helped. */
static gboolean
open_key (CaAuditor *auditor, GError **error)
{
  g_autofree char *path = key_path (auditor->folder);
  g_autoptr (ICertKey) key = NULL;
  g_autoptr (GBytes) secret = NULL;
  gboolean there = g_file_test (path, G_FILE_TEST_EXISTS);

  if (auditor->key != NULL)
    return TRUE;
  if (!there && auditor->last != NULL)
    {
      icert_set_error (error, ICERT_ERROR_AUDIT, "audit key",
                       "is missing (the key of checkpoint %" G_GINT64_FORMAT ")",
                       auditor->last->sequence);
      return FALSE;
    }
  key = new_key (auditor->registry, error);
  if (key == NULL || !ca_secret_load (auditor->folder, &secret, error))
    return FALSE;
  if (!(there ? icert_key_open (key, path, secret, error)
              : icert_key_generate (key, path, "ed25519", secret, error)))
    return FALSE;
  auditor->key = g_steal_pointer (&key);
  return TRUE;
}

/* Checkpoints */

static CaFacts *
ref_facts (CaAuditor *auditor)
{
  CaFacts *facts;

  g_mutex_lock (&auditor->mutex);
  facts = auditor->facts != NULL ? ca_facts_ref (auditor->facts) : NULL;
  g_mutex_unlock (&auditor->mutex);
  return facts;
}

/* The newest checkpoint, if it went to @sink. */
static const CaCheckpoint *
last_of (CaAuditor *auditor, const char *sink)
{
  g_auto (GStrv) sinks = NULL;

  if (auditor->last == NULL || auditor->last->sinks == NULL)
    return NULL;
  sinks = g_strsplit (auditor->last->sinks, "\n", -1);
  return g_strv_contains ((const char *const *) sinks, sink) ? auditor->last : NULL;
}

/* Sinks that know more than the store */

/* The record of a restore has its MAC: whoever can write the store alone cannot make one. */
static gboolean
is_genuine (CaAuditor *auditor, GBytes *secret, gint64 sequence)
{
  CaAuditReading reading
      = { .store = auditor->store, .ca = "", .secret = secret, .after = sequence - 1, .limit = 1 };
  CaAuditFindings findings;
  gboolean genuine;
  gint64 mac_from;

  if (sequence <= 1 || !ca_counter_load (auditor->store, CA_AUDIT_MAC_FROM, &mac_from, NULL)
      || mac_from == 0 || sequence < mac_from)
    return FALSE;
  genuine = ca_audit_verify (&reading, &findings, NULL, NULL) && findings.problem == CA_AUDIT_SOUND
            && findings.records == 1;
  ca_audit_findings_clear (&findings);
  return genuine;
}

/* Restores that the log tells of and that happened; empty when that cannot be found out. */
static GPtrArray *
load_restores (CaAuditor *auditor)
{
  g_autoptr (GPtrArray) checkpoints = ca_checkpoint_load (auditor->store, "", 0, FALSE, NULL);
  g_autoptr (GBytes) secret = NULL;
  GPtrArray *marks = checkpoints != NULL && ca_secret_load (auditor->folder, &secret, NULL)
                         ? ca_restore_mark_load_all (auditor->store, checkpoints, NULL)
                         : NULL;

  if (marks == NULL)
    return g_ptr_array_new ();
  for (guint i = marks->len; i > 0; i--)
    if (secret == NULL
        || !is_genuine (auditor, secret, ((CaRestoreMark *) marks->pdata[i - 1])->sequence))
      g_ptr_array_remove_index (marks, i - 1);
  return marks;
}

static gboolean
is_ours (const CaCheckpoint *checkpoint, const char *ca, GBytes *public_key)
{
  return strcmp (checkpoint->ca, ca) == 0 && ca_checkpoint_verify (checkpoint, public_key, NULL);
}

typedef struct
{
  CaAuditor *auditor;
  const char *ca;
  GBytes *public_key;  /* nullable */
  GPtrArray *restores; /* (nullable) read when they are asked for */
} Judging;

/* A line that stands in a sink behind the store's newest checkpoint: of an attempt that was cut
 * off, or of records that the store has lost. */
static gboolean
judge_line (const char *line, gpointer data, GError **error)
{
  Judging *judging = data;
  g_autoptr (CaCheckpoint) checkpoint = ca_checkpoint_parse (line, NULL);
  gboolean has;

  if (checkpoint == NULL || judging->public_key == NULL
      || !is_ours (checkpoint, judging->ca, judging->public_key))
    return TRUE;
  if (!ca_audit_has (judging->auditor->store, checkpoint->sequence, checkpoint->hash, &has, error))
    return FALSE;
  if (!has && judging->restores == NULL)
    judging->restores = load_restores (judging->auditor);
  if (has || ca_restore_mark_explains (judging->restores, checkpoint))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_AUDIT, "sink",
                   "file: has checkpoint %" G_GINT64_FORMAT ", of records that the store has not "
                   "(the store as it was, or one that 'icert restore' put there)",
                   checkpoint->sequence);
  return FALSE;
}

static gint64
get_restored (CaAuditor *auditor)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&auditor->mutex);

  return auditor->restored;
}

/* @line: what is to be written; NULL: only looks. @last: nullable */
static gboolean
use_sink (CaAuditor *auditor,
          const CaFacts *facts,
          const char *sink,
          const CaCheckpoint *last,
          const char *line,
          GError **error)
{
  g_autoptr (GBytes) public_key
      = ca_auditor_load_public_key (auditor->folder, auditor->registry, NULL);
  Judging judging = { auditor, facts->config->name, public_key, NULL };
  CaSinkMemory memory = {
    .last = last, .restored = get_restored (auditor) != 0, .judge = judge_line, .data = &judging
  };
  gboolean ok = line != NULL ? ca_audit_sink_write (sink, auditor->folder, &memory, line, error)
                             : ca_audit_sink_check (sink, auditor->folder, &memory, error);

  g_clear_pointer (&judging.restores, g_ptr_array_unref);
  return ok;
}

static CaAuditRecord *
key_use (CaAuditor *auditor)
{
  return ca_audit_record_new (NULL, "checkpoint", "keys/audit.key", "OK", NULL);
}

/* S-F6: each key use is a record, before the key is used; so the checkpoint covers it. */
static gboolean
note_key_use (CaAuditor *auditor, GError **error)
{
  if (auditor->noted)
    return TRUE;
  if (!ca_writer_commit_wait (auditor->writer, icert_store_batch_new (),
                              ca_audit_list_new (key_use (auditor)), error))
    return FALSE;
  auditor->noted = TRUE;
  return TRUE;
}

/* What does not hold for this CA, or did not happen as it should: the two persons of S-D11, a
 * restore, the approval of S-D5 for profiles */
static char *
waivers_of (CaAuditor *auditor, const CaFacts *facts)
{
  gint64 restored = get_restored (auditor);
  g_autofree char *mark = restored != 0 ? ca_restore_mark_to_waiver (restored) : NULL;
  g_auto (GStrv) profiles = ca_profiles_list_waivers (facts->config);
  GString *text = g_string_new (facts->config->dual_control ? "" : "single-operator");

  if (mark != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ";" : "", mark);
  for (gsize i = 0; profiles[i] != NULL; i++)
    g_string_append_printf (text, "%sS-D5:%s", text->len > 0 ? ";" : "", profiles[i]);
  return g_string_free (text, FALSE);
}

static CaCheckpoint *
sign (CaAuditor *auditor, const CaFacts *facts, GError **error)
{
  g_autoptr (CaCheckpoint) checkpoint = NULL;

  g_mutex_lock (&auditor->mutex);
  checkpoint = ca_checkpoint_new (facts->config->name, &auditor->head, auditor->node);
  checkpoint->records = unsealed (auditor);
  g_mutex_unlock (&auditor->mutex);
  g_free (checkpoint->waivers);
  checkpoint->waivers = waivers_of (auditor, facts);
  if (!ca_checkpoint_sign (checkpoint, auditor->key, error))
    return NULL;
  return g_steal_pointer (&checkpoint);
}

static gboolean
has_sink (const CaFacts *facts, const char *sink)
{
  return facts != NULL && g_strv_contains ((const char *const *) facts->config->audit_sinks, sink);
}

static gboolean
send (CaAuditor *auditor, const CaFacts *facts, CaCheckpoint *checkpoint, GError **error)
{
  char **sinks = facts->config->audit_sinks;
  g_autofree char *line = ca_checkpoint_to_line (checkpoint);

  for (guint i = 0; sinks[i] != NULL; i++)
    if (!use_sink (auditor, facts, sinks[i], last_of (auditor, sinks[i]), line, error))
      return FALSE;
  if (sinks[0] != NULL)
    checkpoint->sinks = g_strjoinv ("\n", sinks);
  return TRUE;
}

/* Its row, and those of the outbox from which exits hear of it: one commit, so that a crash loses
 * neither. */
static gboolean
keep (CaAuditor *auditor, const CaFacts *facts, CaCheckpoint *checkpoint, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) deliveries = NULL;

  ca_checkpoint_insert (checkpoint, batch);
  /* whatever becomes of it, the next one has another record */
  auditor->noted = FALSE;
  if (has_sink (facts, "exit") && auditor->exits != NULL
      && !ca_exit_host_record_checkpoint (auditor->exits, checkpoint->sequence, batch, &deliveries,
                                          error))
    return FALSE;
  if (!ca_writer_commit_wait (auditor->writer, g_steal_pointer (&batch), NULL, error))
    return FALSE;
  if (auditor->exits != NULL)
    ca_exit_host_deliver (auditor->exits, g_steal_pointer (&deliveries));
  return TRUE;
}

static void
take_checkpoint (CaAuditor *auditor, CaCheckpoint *checkpoint)
{
  g_clear_pointer (&auditor->last, ca_checkpoint_free);
  auditor->last = checkpoint;
  g_mutex_lock (&auditor->mutex);
  auditor->sealed = checkpoint->sequence;
  auditor->sealed_time = checkpoint->time;
  if (checkpoint->sequence >= auditor->restored)
    auditor->restored = 0;
  set_since (auditor, unsealed (auditor) > 0 ? g_get_monotonic_time () : 0);
  g_mutex_unlock (&auditor->mutex);
}

/* One checkpoint: key use, signature, sinks, row. Without the mutex. */
static gboolean
seal (CaAuditor *auditor, GError **error)
{
  g_autoptr (CaFacts) facts = ref_facts (auditor);
  g_autoptr (CaCheckpoint) checkpoint = NULL;

  if (!open_key (auditor, error) || !note_key_use (auditor, error))
    return FALSE;
  checkpoint = sign (auditor, facts, error);
  if (checkpoint == NULL || !send (auditor, facts, checkpoint, error)
      || !keep (auditor, facts, checkpoint, error))
    return FALSE;
  take_checkpoint (auditor, g_steal_pointer (&checkpoint));
  return TRUE;
}

static guint
get_n_facts (CaAuditor *auditor)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&auditor->mutex);

  return auditor->n_facts;
}

/* The trouble of the last attempt, or none; TRUE when it is new. Takes @error (nullable). That all
 * went well by the facts of before says nothing of those of now. */
static gboolean
set_trouble (CaAuditor *auditor, GError *error, guint n_facts)
{
  gboolean fresh;

  g_mutex_lock (&auditor->mutex);
  fresh = error != NULL && auditor->trouble == NULL;
  if (error != NULL || n_facts == auditor->n_facts)
    {
      g_clear_error (&auditor->trouble);
      auditor->trouble = error;
    }
  auditor->attempts++;
  auditor->last_attempt = g_get_monotonic_time ();
  g_atomic_int_set (&auditor->failed, auditor->trouble != NULL);
  g_cond_broadcast (&auditor->cond);
  g_mutex_unlock (&auditor->mutex);
  return fresh;
}

static void
attempt (CaAuditor *auditor)
{
  guint n_facts = get_n_facts (auditor);
  GError *error = NULL;
  g_autofree char *text = NULL;

  if (!seal (auditor, &error))
    text = icert_error_get_text (error);
  if (!set_trouble (auditor, error, n_facts))
    return;
  g_message ("no checkpoint of the audit log: %s", text);
  ca_writer_audit (auditor->writer,
                   ca_audit_record_new (NULL, "checkpoint", "keys/audit.key", "AUDIT", text));
}

/* Under the mutex: when to act; 0 = now, -1 = not before something happens. */
static gint64
next_time (const CaAuditor *auditor)
{
  if (auditor->wanted)
    return 0;
  if (auditor->trouble != NULL)
    return auditor->last_attempt + RETRY;
  if (auditor->since == 0)
    return -1;
  return unsealed (auditor) >= records (auditor) ? 0 : MAX (due (auditor), auditor->not_before);
}

static gpointer
auditor_worker (gpointer data)
{
  CaAuditor *auditor = data;

  g_mutex_lock (&auditor->mutex);
  while (!auditor->closing)
    {
      gint64 time = next_time (auditor);

      if (time < 0)
        g_cond_wait (&auditor->cond, &auditor->mutex);
      else if (time > g_get_monotonic_time ())
        g_cond_wait_until (&auditor->cond, &auditor->mutex, time);
      else
        {
          auditor->wanted = FALSE;
          auditor->busy = TRUE;
          g_mutex_unlock (&auditor->mutex);
          attempt (auditor);
          g_mutex_lock (&auditor->mutex);
          auditor->busy = FALSE;
        }
    }
  g_mutex_unlock (&auditor->mutex);
  return NULL;
}

/* Whether checkpoints could go where they are to go. @old: (nullable) those sinks are the thread's
 * to judge. */
static void
probe (CaAuditor *auditor, const CaFacts *facts, const CaFacts *old)
{
  char **sinks = facts->config->audit_sinks;
  GError *error = NULL;

  for (guint i = 0; sinks[i] != NULL && error == NULL; i++)
    if (!has_sink (old, sinks[i]))
      use_sink (auditor, facts, sinks[i], old == NULL ? last_of (auditor, sinks[i]) : NULL, NULL,
                &error);
  if (error != NULL)
    {
      g_message ("the audit log's sink: %s", error->message);
      set_trouble (auditor, error, get_n_facts (auditor));
    }
}

void
ca_auditor_set_facts (CaAuditor *auditor, CaFacts *facts)
{
  g_autoptr (CaFacts) old = ref_facts (auditor);

  if (auditor->thread == NULL && auditor->last != NULL)
    {
      g_free (auditor->last->ca);
      auditor->last->ca = g_strdup (facts->config->name);
    }
  g_mutex_lock (&auditor->mutex);
  g_clear_pointer (&auditor->facts, ca_facts_unref);
  auditor->facts = ca_facts_ref (facts);
  auditor->n_facts++;
  /* other sinks begin with a checkpoint */
  auditor->wanted |= old != NULL
                     && !g_strv_equal ((const char *const *) old->config->audit_sinks,
                                       (const char *const *) facts->config->audit_sinks);
  set_since (auditor, auditor->since);
  g_cond_broadcast (&auditor->cond);
  g_mutex_unlock (&auditor->mutex);
  probe (auditor, facts, old);
  if (auditor->thread == NULL)
    auditor->thread = g_thread_new ("ca-auditor", auditor_worker, auditor);
}

/* Under the mutex. */
static void
try_again (CaAuditor *auditor)
{
  gint64 now = g_get_monotonic_time ();
  guint attempts = auditor->attempts;

  if (!auditor->busy && now - auditor->last_attempt < FASTEST_RETRY)
    return;
  auditor->wanted |= !auditor->busy;
  g_cond_broadcast (&auditor->cond);
  while (auditor->attempts == attempts
         && g_cond_wait_until (&auditor->cond, &auditor->mutex, now + LONGEST_WAIT))
    ;
}

gboolean
ca_auditor_check (CaAuditor *auditor, GError **error)
{
  gboolean ok = TRUE;

  if G_LIKELY (!g_atomic_int_get (&auditor->failed))
    {
      gint late = g_atomic_int_get (&auditor->late);

      if G_LIKELY (late == 0 || g_get_monotonic_time () / G_USEC_PER_SEC < late)
        return TRUE;
      icert_set_error (error, ICERT_ERROR_AUDIT, "checkpoint",
                       "is overdue: a sink does not answer (one that does)");
      return FALSE;
    }
  g_mutex_lock (&auditor->mutex);
  if (auditor->trouble != NULL)
    try_again (auditor);
  if (auditor->trouble != NULL)
    {
      g_autofree char *text = icert_error_get_text (auditor->trouble);

      icert_set_error (error, ICERT_ERROR_AUDIT, "checkpoint", "%s", text);
      ok = FALSE;
    }
  g_mutex_unlock (&auditor->mutex);
  return ok;
}

/* Ending */

static gboolean
is_due (CaAuditor *auditor, guint n_more)
{
  gboolean now;

  g_mutex_lock (&auditor->mutex);
  now = auditor->facts != NULL
        && (unsealed (auditor) + n_more >= records (auditor) || auditor->trouble != NULL
            || (auditor->since != 0 && due (auditor) <= g_get_monotonic_time ()));
  g_mutex_unlock (&auditor->mutex);
  return now;
}

void
ca_auditor_set_exits (CaAuditor *auditor, CaExitHost *exits)
{
  auditor->exits = exits;
}

void
ca_auditor_stop (CaAuditor *auditor)
{
  g_autoptr (CaFacts) facts = ref_facts (auditor);

  g_mutex_lock (&auditor->mutex);
  auditor->closing = TRUE;
  g_cond_broadcast (&auditor->cond);
  g_mutex_unlock (&auditor->mutex);
  g_clear_pointer (&auditor->thread, g_thread_join);
  if (auditor->exits != NULL && has_sink (facts, "exit") && is_due (auditor, 0))
    attempt (auditor);
  auditor->exits = NULL;
}

void
ca_auditor_end (CaAuditor *auditor, ICertStoreBatch *batch, GPtrArray *last_records)
{
  g_autoptr (CaFacts) facts = ref_facts (auditor);
  g_autoptr (GError) error = NULL;
  gboolean seal_now;

  ca_auditor_stop (auditor);
  /* one that the exits cannot hear of any more is made at the next start */
  seal_now = is_due (auditor, last_records->len) && !has_sink (facts, "exit");
  if (seal_now && !auditor->noted)
    g_ptr_array_insert (last_records, 0, key_use (auditor));
  if (!ca_writer_commit_wait (auditor->writer, batch, last_records, &error))
    {
      g_message ("the end of the audit log: %s", error->message);
      return;
    }
  auditor->noted |= seal_now;
  if (seal_now && !seal (auditor, &error))
    g_message ("no checkpoint of the audit log: %s", error->message);
}

void
ca_auditor_get_state (CaAuditor *auditor, CaAuditorState *state)
{
  g_mutex_lock (&auditor->mutex);
  state->sealed = auditor->sealed;
  state->time = auditor->sealed_time;
  state->unsealed = unsealed (auditor);
  state->trouble = auditor->trouble != NULL ? icert_error_get_text (auditor->trouble) : NULL;
  state->sinks = auditor->facts != NULL ? g_strdupv (auditor->facts->config->audit_sinks)
                                        : g_new0 (char *, 1);
  g_mutex_unlock (&auditor->mutex);
}

void
ca_auditor_state_clear (CaAuditorState *state)
{
  g_clear_pointer (&state->trouble, g_free);
  g_clear_pointer (&state->sinks, g_strfreev);
}
