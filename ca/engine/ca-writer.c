/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-writer.h"

#include <string.h>

#include "ca-limits.h"
#include "ca-owner.h"

/* What waits for the writer: a batch, or a block of numbers to reserve or give back. */
typedef struct
{
  ICertStoreBatch *batch;
  GPtrArray *audit;
  guint n_changes; /* of the batch, without audit records */
  const char *counter;
  gint64 n; /* to reserve; 0: give back from @first */
  gint64 *first;
  CaCommitDone done;
  gpointer data;
} CaCommit;

struct _CaWriter
{
  ICertStore *store;
  char *node;
  GThread *thread;
  GMutex mutex;
  GCond cond;   /* something came, or closing */
  GCond idle;   /* nothing is queued or being committed */
  GQueue queue; /* of CaCommit */
  gboolean busy;
  gboolean closing;
  gint stopped; /* atomic */

  /* Set before the first commit. */
  CaAuditMac *mac; /* nullable */
  CaWriterHook hook;
  gpointer hook_data;

  /* Only the thread's: */
  CaAuditHead head;
  GPtrArray *group; /* of CaCommit, what is being committed */
  guint group_position;
  gboolean unknown; /* the outcome of the last commit is to be found out before the next */
};

static void
commit_free (CaCommit *commit)
{
  g_clear_pointer (&commit->batch, icert_store_batch_unref);
  g_clear_pointer (&commit->audit, g_ptr_array_unref);
  g_free (commit);
}

/* prepare() is called in the order of the group, so the search nearly always ends at the first
 * look. */
static CaCommit *
find_commit (CaWriter *writer, ICertStoreBatch *batch)
{
  for (guint i = 0; i < writer->group->len; i++)
    {
      guint position = (writer->group_position + i) % writer->group->len;
      CaCommit *commit = writer->group->pdata[position];

      if (commit->batch == batch)
        {
          writer->group_position = position;
          return commit;
        }
    }
  return NULL;
}

typedef struct
{
  CaWriter *writer;
  CaAuditHead before; /* the head before the batch that was prepared last */
  guint n_changes;
} PrepareState;

/* Numbers and chains the audit records of exactly the batches that go in. */
static void
prepare_batch (ICertStoreBatch *batch, gboolean undo, gpointer data)
{
  PrepareState *state = data;
  CaCommit *commit = find_commit (state->writer, batch);

  if (commit == NULL || commit->audit == NULL)
    return;
  if (undo)
    {
      state->writer->head = state->before;
      icert_store_batch_truncate (batch, state->n_changes);
      return;
    }
  state->before = state->writer->head;
  state->n_changes = icert_store_batch_get_n_changes (batch);
  for (guint i = 0; i < commit->audit->len; i++)
    ca_audit_append (&state->writer->head, state->writer->mac, state->writer->node,
                     commit->audit->pdata[i], batch);
}

/* S-E4: after an unknown outcome the store is opened anew and asked. */
static gboolean
find_out (CaWriter *writer, gboolean *committed, GError **error)
{
  g_autoptr (GError) local = NULL;

  *committed = FALSE;
  if (!icert_store_recover (writer->store, committed, &local))
    {
      g_autofree char *text = icert_error_get_text (local);

      icert_set_error (error, ICERT_ERROR_STORAGE, "store",
                       "cannot be opened anew: %s (a working disk)", text);
      return FALSE;
    }
  writer->unknown = FALSE;
  return ca_audit_head_load (&writer->head, writer->store, error);
}

static gboolean
commit_batches (CaWriter *writer, GPtrArray *batches, GError **error)
{
  PrepareState state = { .writer = writer };
  CaAuditHead before = writer->head;
  g_autoptr (GError) local = NULL;
  gboolean committed = FALSE;

  if (writer->unknown && !find_out (writer, &committed, error))
    return FALSE;
  if (icert_store_commit (writer->store, batches, prepare_batch, &state, &local))
    return TRUE;

  writer->head = before;
  if (!g_error_matches (local, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  writer->unknown = TRUE;
  if (!find_out (writer, &committed, NULL))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (committed)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "store",
                   "the commit did not go in (a working disk)");
  return FALSE;
}

/* A record that found its number or its place taken: somebody else writes this log. */
static gboolean
is_of_audit (const GError *error)
{
  g_autofree char *field = NULL;

  if (!g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFLICT))
    return FALSE;
  field = icert_error_get_field (error);
  return field != NULL && g_ascii_strncasecmp (field, "audit", strlen ("audit")) == 0;
}

/* What only was to be recorded could not be, or could not be recorded (S-F6). */
static GError *
audit_error (CaCommit *commit, const GError *error)
{
  g_autofree char *text = NULL;
  GError *failed = NULL;

  if (error == NULL || commit->counter != NULL || (commit->n_changes > 0 && !is_of_audit (error)))
    return NULL;
  text = icert_error_get_text (error);
  icert_set_error (&failed, ICERT_ERROR_AUDIT, "audit", "cannot be written: %s (a store that can)",
                   text);
  return failed;
}

static void
tell (CaCommit *commit, const GError *original)
{
  g_autoptr (GError) failed = audit_error (commit, original);
  const GError *error = failed != NULL ? failed : original;

  if (commit->done != NULL)
    commit->done (commit->data, error);
  else if (error != NULL)
    g_message ("not written: %s", error->message);
}

static void
commit_group (CaWriter *writer)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_sized_new (writer->group->len);
  g_autoptr (GError) error = NULL;
  gint64 before = writer->head.sequence;
  gboolean ok;

  for (guint i = 0; i < writer->group->len; i++)
    g_ptr_array_add (batches, ((CaCommit *) writer->group->pdata[i])->batch);
  writer->group_position = 0;
  ok = commit_batches (writer, batches, &error);
  g_atomic_int_set (&writer->stopped, !ok);
  if (ok && writer->hook != NULL && writer->head.sequence != before)
    writer->hook (&writer->head, writer->hook_data);
  for (guint i = 0; i < writer->group->len; i++)
    {
      CaCommit *commit = writer->group->pdata[i];

      tell (commit, ok ? icert_store_batch_get_error (commit->batch) : error);
    }
}

/* Reserving is a commit of its own; it does not wait in a group. */
static void
run_counter (CaWriter *writer, CaCommit *commit)
{
  g_autoptr (GError) error = NULL;

  if (commit->n > 0)
    icert_store_reserve (writer->store, commit->counter, commit->n, commit->first, &error);
  else
    icert_store_release (writer->store, commit->counter, *commit->first, &error);
  tell (commit, error);
}

/* Takes what has gathered: batches up to the limit, or one counter. */
static gboolean
take_group (CaWriter *writer)
{
  g_mutex_lock (&writer->mutex);
  writer->busy = FALSE;
  if (writer->queue.length == 0)
    g_cond_broadcast (&writer->idle);
  while (writer->queue.length == 0 && !writer->closing)
    g_cond_wait (&writer->cond, &writer->mutex);
  while (writer->queue.length > 0 && writer->group->len < CA_LIMIT_COMMIT_GROUP)
    {
      CaCommit *next = g_queue_peek_head (&writer->queue);

      if (next->counter != NULL && writer->group->len > 0)
        break;
      g_ptr_array_add (writer->group, g_queue_pop_head (&writer->queue));
      if (next->counter != NULL)
        break;
    }
  writer->busy = writer->group->len > 0;
  g_mutex_unlock (&writer->mutex);
  return writer->group->len > 0;
}

static gpointer
writer_worker (gpointer data)
{
  CaWriter *writer = data;

  while (take_group (writer))
    {
      CaCommit *first = writer->group->pdata[0];

      if (first->counter != NULL)
        run_counter (writer, first);
      else
        commit_group (writer);
      g_ptr_array_set_size (writer->group, 0);
    }
  return NULL;
}

CaWriter *
ca_writer_new (ICertStore *store, const char *node, GError **error)
{
  CaWriter *writer = g_new0 (CaWriter, 1);

  if (!ca_audit_head_load (&writer->head, store, error))
    {
      g_free (writer);
      return NULL;
    }
  writer->store = g_object_ref (store);
  writer->node = g_strdup (node);
  writer->group = g_ptr_array_new_with_free_func ((GDestroyNotify) commit_free);
  g_mutex_init (&writer->mutex);
  g_cond_init (&writer->cond);
  g_cond_init (&writer->idle);
  g_queue_init (&writer->queue);
  writer->thread = g_thread_new ("ca-writer", writer_worker, writer);
  return writer;
}

void
ca_writer_set_secret (CaWriter *writer, GBytes *secret)
{
  g_clear_pointer (&writer->mac, ca_audit_mac_free);
  if (secret != NULL)
    writer->mac = ca_audit_mac_new (secret);
}

void
ca_writer_set_hook (CaWriter *writer, CaWriterHook hook, gpointer data)
{
  writer->hook_data = data;
  writer->hook = hook;
}

void
ca_writer_free (CaWriter *writer)
{
  if (writer == NULL)
    return;
  g_mutex_lock (&writer->mutex);
  writer->closing = TRUE;
  g_cond_signal (&writer->cond);
  g_mutex_unlock (&writer->mutex);
  g_thread_join (writer->thread);
  g_ptr_array_unref (writer->group);
  g_object_unref (writer->store);
  ca_audit_mac_free (writer->mac);
  g_free (writer->node);
  g_mutex_clear (&writer->mutex);
  g_cond_clear (&writer->cond);
  g_cond_clear (&writer->idle);
  g_free (writer);
}

void
ca_writer_flush (CaWriter *writer)
{
  g_mutex_lock (&writer->mutex);
  while (writer->busy || writer->queue.length > 0)
    g_cond_wait (&writer->idle, &writer->mutex);
  g_mutex_unlock (&writer->mutex);
}

static void
push (CaWriter *writer, CaCommit *commit)
{
  g_mutex_lock (&writer->mutex);
  g_queue_push_tail (&writer->queue, commit);
  if (writer->queue.length == 1)
    g_cond_signal (&writer->cond);
  g_mutex_unlock (&writer->mutex);
}

void
ca_writer_commit (CaWriter *writer,
                  ICertStoreBatch *batch,
                  GPtrArray *audit,
                  CaCommitDone done,
                  gpointer data)
{
  CaCommit *commit = g_new0 (CaCommit, 1);

  commit->batch = batch;
  commit->n_changes = icert_store_batch_get_n_changes (batch);
  commit->audit = audit;
  commit->done = done;
  commit->data = data;
  push (writer, commit);
}

typedef struct
{
  CaWaiter waiter;
  GError *error;
} Pending;

static void
wake_cb (gpointer data, const GError *error)
{
  Pending *pending = data;

  pending->error = error != NULL ? g_error_copy (error) : NULL;
  ca_waiter_wake (&pending->waiter);
}

/* Runs no calls of modules meanwhile: whoever waits for the writer may hold a lock. */
static gboolean
push_and_wait (CaWriter *writer, CaCommit *commit, GError **error)
{
  Pending pending = { .error = NULL };

  ca_waiter_init (&pending.waiter, FALSE);
  commit->done = wake_cb;
  commit->data = &pending;
  push (writer, commit);
  ca_waiter_wait (&pending.waiter, -1);
  ca_waiter_clear (&pending.waiter);
  if (pending.error == NULL)
    return TRUE;
  g_propagate_error (error, pending.error);
  return FALSE;
}

gboolean
ca_writer_commit_wait (CaWriter *writer, ICertStoreBatch *batch, GPtrArray *audit, GError **error)
{
  CaCommit *commit = g_new0 (CaCommit, 1);

  commit->batch = batch;
  commit->n_changes = icert_store_batch_get_n_changes (batch);
  commit->audit = audit;
  return push_and_wait (writer, commit, error);
}

gboolean
ca_writer_is_stopped (CaWriter *writer)
{
  return g_atomic_int_get (&writer->stopped);
}

void
ca_writer_audit (CaWriter *writer, CaAuditRecord *record)
{
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);

  g_ptr_array_add (audit, record);
  ca_writer_commit (writer, icert_store_batch_new (), audit, NULL, NULL);
}

/* Numbers */

gboolean
ca_writer_reserve (CaWriter *writer, const char *counter, gint64 n, gint64 *first, GError **error)
{
  CaCommit *commit = g_new0 (CaCommit, 1);

  commit->counter = counter;
  commit->n = n;
  commit->first = first;
  return push_and_wait (writer, commit, error);
}

/* The first block is small, so that a command line that takes one number loses few when it is
 * killed. */
#define FIRST_BLOCK 16
#define LAST_BLOCK 4096

struct _CaIds
{
  CaWriter *writer;
  char *counter;
  GMutex mutex;
  gint64 next, end;
  gint64 block;
};

CaIds *
ca_ids_new (CaWriter *writer, const char *counter)
{
  CaIds *ids = g_new0 (CaIds, 1);

  ids->writer = writer;
  ids->counter = g_strdup (counter);
  ids->block = FIRST_BLOCK;
  g_mutex_init (&ids->mutex);
  return ids;
}

static gboolean
refill (CaIds *ids, GError **error)
{
  gint64 first = 0;

  if (!ca_writer_reserve (ids->writer, ids->counter, ids->block, &first, error))
    return FALSE;
  if (first <= 0 || first > G_MAXINT64 - ids->block)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, ids->counter,
                       "no number left (a number below 2^63)");
      return FALSE;
    }
  ids->next = first;
  ids->end = first + ids->block;
  ids->block = MIN (ids->block * 2, LAST_BLOCK);
  return TRUE;
}

gint64
ca_ids_next (CaIds *ids, GError **error)
{
  gint64 id = 0;

  g_mutex_lock (&ids->mutex);
  if (ids->next < ids->end || refill (ids, error))
    id = ids->next++;
  g_mutex_unlock (&ids->mutex);
  return id;
}

void
ca_ids_free (CaIds *ids)
{
  g_autoptr (GError) error = NULL;

  if (ids == NULL)
    return;
  /* Numbers that are not given back are a gap, no harm. */
  if (ids->next < ids->end && !ca_writer_reserve (ids->writer, ids->counter, 0, &ids->next, &error))
    g_debug ("%s: %s", ids->counter, error->message);
  g_mutex_clear (&ids->mutex);
  g_free (ids->counter);
  g_free (ids);
}
