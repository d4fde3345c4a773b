/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-owner.h"

#include "fake-policy.h"

/* Objects that a thread lent, and who calls them when. */

#define SHORT 200 /* milliseconds */

/* What a call saw. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  GThread *thread;
  guint n_calls;
  guint n_released;
  gboolean held;  /* the call waits until this is FALSE */
  gboolean began; /* a held one */
} Record;

static void
record_init (Record *record)
{
  memset (record, 0, sizeof *record);
  g_mutex_init (&record->mutex);
  g_cond_init (&record->cond);
}

static void
note_cb (gpointer object, gpointer data)
{
  Record *record = data;

  g_assert_true (FAKE_IS_POLICY (object));
  g_mutex_lock (&record->mutex);
  record->began = TRUE;
  g_cond_broadcast (&record->cond);
  while (record->held)
    g_cond_wait (&record->cond, &record->mutex);
  record->thread = g_thread_self ();
  record->n_calls++;
  g_mutex_unlock (&record->mutex);
}

static void
release_cb (gpointer data)
{
  Record *record = data;

  g_mutex_lock (&record->mutex);
  record->n_released++;
  g_cond_broadcast (&record->cond);
  g_mutex_unlock (&record->mutex);
}

static void
let_run (Record *record)
{
  g_mutex_lock (&record->mutex);
  record->held = FALSE;
  g_cond_broadcast (&record->cond);
  g_mutex_unlock (&record->mutex);
}

static void
wait_for_release (Record *record, guint n)
{
  g_mutex_lock (&record->mutex);
  while (record->n_released < n)
    g_cond_wait (&record->cond, &record->mutex);
  g_mutex_unlock (&record->mutex);
}

/* A thread that calls, and what it was answered. */
typedef struct
{
  CaOwned *owned;
  Record *record;
  guint deadline;
  CaWaiter *waiter; /* nullable: woken at the end */
  gint done;
} Caller;

static gpointer
caller_thread (gpointer data)
{
  Caller *caller = data;
  CaCallEnd end
      = ca_owned_call (caller->owned, note_cb, caller->record, release_cb, caller->deadline);

  g_atomic_int_set (&caller->done, TRUE);
  if (caller->waiter != NULL)
    ca_waiter_wake (caller->waiter);
  else
    g_main_context_wakeup (NULL);
  return GINT_TO_POINTER (end);
}

static void
test_inline (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;

  g_test_summary ("A call made on the owner's thread runs at once");
  record_init (&record);
  g_assert_cmpint (ca_owned_call (owned, note_cb, &record, release_cb, SHORT), ==, CA_CALL_DONE);
  g_assert_cmpint (record.n_calls, ==, 1);
  g_assert_cmpint (record.n_released, ==, 1);
  ca_owned_release (owned);
  g_assert_cmpint (ca_owned_call (owned, note_cb, &record, release_cb, SHORT), ==, CA_CALL_GONE);
  g_assert_cmpint (record.n_calls, ==, 1);
  g_assert_cmpint (record.n_released, ==, 2);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

static void
test_loop (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  Caller caller = { .owned = owned, .record = &record, .deadline = 10000 };
  GThread *thread;

  g_test_summary ("A call from another thread runs when the owner's main context does");
  record_init (&record);
  thread = g_thread_new ("caller", caller_thread, &caller);
  while (!g_atomic_int_get (&caller.done))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, CA_CALL_DONE);
  g_assert_true (record.thread == g_thread_self ());
  ca_owned_release (owned);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

static void
test_pump (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  CaWaiter waiter;
  Caller caller = { .owned = owned, .record = &record, .deadline = 10000, .waiter = &waiter };
  GThread *thread;

  g_test_summary ("A call from another thread runs while the owner waits inside the engine");
  record_init (&record);
  ca_waiter_init (&waiter, TRUE);
  thread = g_thread_new ("caller", caller_thread, &caller);
  g_assert_true (ca_waiter_wait (&waiter, -1));
  ca_waiter_clear (&waiter);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, CA_CALL_DONE);
  g_assert_true (record.thread == g_thread_self ());
  ca_owned_release (owned);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

static void
test_plain_waiter (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  CaWaiter waiter;
  Caller caller = { .owned = owned, .record = &record, .deadline = SHORT, .waiter = &waiter };
  GThread *thread;

  g_test_summary ("A waiter that may hold a lock runs no calls");
  record_init (&record);
  ca_waiter_init (&waiter, FALSE);
  thread = g_thread_new ("caller", caller_thread, &caller);
  g_assert_true (ca_waiter_wait (&waiter, -1));
  ca_waiter_clear (&waiter);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, CA_CALL_LATE);
  g_assert_cmpint (record.n_calls, ==, 0);
  ca_owned_release (owned);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

static void
test_silent_owner (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  Caller caller = { .owned = owned, .record = &record, .deadline = SHORT };
  GThread *thread;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("S-L3: a call that has not begun at its deadline is dropped");
  record_init (&record);
  thread = g_thread_new ("caller", caller_thread, &caller);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, CA_CALL_LATE);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, SHORT * 1000);
  g_assert_cmpint (record.n_released, ==, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (record.n_calls, ==, 0);
  ca_owned_release (owned);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

static gpointer
let_run_thread (gpointer data)
{
  g_usleep (4 * SHORT * 1000);
  let_run (data);
  return NULL;
}

static void
test_late_answer (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  Caller caller = { .owned = owned, .record = &record, .deadline = SHORT };
  GThread *thread, *helper;

  g_test_summary ("S-L3: a call that overruns its deadline is left, and its end is harmless");
  record_init (&record);
  record.held = TRUE;
  thread = g_thread_new ("caller", caller_thread, &caller);
  helper = g_thread_new ("helper", let_run_thread, &record);
  while (!g_atomic_int_get (&caller.done))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, CA_CALL_LATE);
  g_thread_join (helper);
  g_assert_cmpint (record.n_calls, ==, 1);
  g_assert_cmpint (record.n_released, ==, 1);
  ca_owned_release (owned);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

static void
slow_cb (gpointer object, gpointer data)
{
  g_usleep (2 * SHORT * 1000);
}

static gpointer
slow_thread (gpointer data)
{
  Caller *caller = data;
  CaCallEnd end = ca_owned_call (caller->owned, slow_cb, NULL, NULL, 5 * SHORT);

  g_atomic_int_add (&caller->done, 1);
  g_main_context_wakeup (NULL);
  return GINT_TO_POINTER (end);
}

static void
test_queue_is_no_hang (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Caller caller = { .owned = owned };
  GThread *threads[5];

  g_test_summary ("A call has its time from when it begins: a queue of slow ones is no hang");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("slow", slow_thread, &caller);
  while (g_atomic_int_get (&caller.done) < (int) G_N_ELEMENTS (threads))
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (threads[i])), ==, CA_CALL_DONE);
  ca_owned_release (owned);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

typedef struct
{
  CaOwned *other;
  Record *record;
  CaCallEnd same, different;
} Nest;

/* Another thread wants the same object and another one, while this one waits inside a call. */
static void
nest_cb (gpointer object, gpointer data)
{
  Nest *nest = data;
  CaWaiter waiter;
  CaOwned *self = g_object_get_data (object, "owned");
  Caller same = { .owned = self, .record = nest->record, .deadline = SHORT, .waiter = &waiter };
  Caller different
      = { .owned = nest->other, .record = nest->record, .deadline = 10000, .waiter = &waiter };
  GThread *thread;

  ca_waiter_init (&waiter, TRUE);
  thread = g_thread_new ("caller", caller_thread, &same);
  g_assert_true (ca_waiter_wait (&waiter, -1));
  ca_waiter_clear (&waiter);
  nest->same = GPOINTER_TO_INT (g_thread_join (thread));

  ca_waiter_init (&waiter, TRUE);
  thread = g_thread_new ("caller", caller_thread, &different);
  g_assert_true (ca_waiter_wait (&waiter, -1));
  ca_waiter_clear (&waiter);
  nest->different = GPOINTER_TO_INT (g_thread_join (thread));
}

static void
test_nested (void)
{
  FakePolicy *policy = fake_policy_new ();
  FakePolicy *second = fake_policy_new ();
  static const int tag, other_tag;
  CaOwned *owned = ca_owned_new (policy, &tag);
  CaOwned *other = ca_owned_new (second, &tag);
  Record record;
  Nest nest = { .other = other, .record = &record };

  g_test_summary ("Inside a call other objects are called, the same one never: no endless depth");
  record_init (&record);
  g_object_set_data (G_OBJECT (policy), "owned", owned);
  g_assert_cmpint (ca_owned_call (owned, nest_cb, &nest, NULL, SHORT), ==, CA_CALL_DONE);
  g_assert_cmpint (nest.same, ==, CA_CALL_LATE);
  g_assert_cmpint (nest.different, ==, CA_CALL_DONE);
  g_assert_cmpint (record.n_calls, ==, 1);
  g_assert_false (ca_owner_is_calling (&tag));
  g_assert_false (ca_owner_is_calling (&other_tag));
  ca_owned_release (owned);
  ca_owned_release (other);
  ca_owned_unref (owned);
  ca_owned_unref (other);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (policy);
  g_assert_finalize_object (second);
}

/* A thread that lends an object and ends. */
typedef struct
{
  FakePolicy *policy;
  CaOwned *owned;
  GThread *thread;
  gboolean own_context;
} Lender;

static void
lend (Lender *lender)
{
  g_autoptr (GMainContext) context = lender->own_context ? g_main_context_new () : NULL;

  if (context != NULL)
    g_main_context_push_thread_default (context);
  lender->owned = ca_owned_new (lender->policy, NULL);
  if (context != NULL)
    g_main_context_pop_thread_default (context);
}

static gpointer
lend_thread (gpointer data)
{
  lend (data);
  return NULL;
}

static void
finalized_cb (gpointer data, GObject *object)
{
  *(GThread **) data = g_thread_self ();
}

static void
test_ended_thread (gconstpointer data)
{
  Lender lender = { .policy = fake_policy_new (), .own_context = GPOINTER_TO_INT (data) };
  GThread *finalized = NULL;
  Record record;
  GThread *thread;

  g_test_summary ("An object whose thread has ended is not called; it went with the thread");
  record_init (&record);
  g_object_weak_ref (G_OBJECT (lender.policy), finalized_cb, &finalized);
  {
    /* the reference that the thread takes over */
    FakePolicy *policy = lender.policy;

    thread = g_thread_new ("lender", lend_thread, &lender);
    g_thread_join (thread);
    g_assert_null (finalized);
    g_object_unref (policy);
  }
  g_assert_nonnull (finalized);
  g_assert_cmpint (ca_owned_call (lender.owned, note_cb, &record, release_cb, 10000), ==,
                   CA_CALL_GONE);
  ca_owned_post (lender.owned, note_cb, &record, release_cb);
  g_assert_cmpint (record.n_calls, ==, 0);
  g_assert_cmpint (record.n_released, ==, 2);
  ca_owned_release (lender.owned);
  ca_owned_unref (lender.owned);
}

static gpointer
release_thread (gpointer data)
{
  ca_owned_release (data);
  return NULL;
}

static void
farewell_cb (gpointer object, gpointer data)
{
  FAKE_POLICY (object)->n_calls = 77;
}

static void
test_release_elsewhere (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  GThread *finalized = NULL;

  g_test_summary ("Released on another thread, an object goes in its own main context");
  record_init (&record);
  ca_owned_post (owned, note_cb, &record, release_cb);
  g_object_weak_ref (G_OBJECT (policy), finalized_cb, &finalized);
  g_object_unref (policy);
  g_thread_join (g_thread_new ("release", release_thread, owned));
  g_assert_null (finalized);
  g_assert_cmpint (record.n_released, ==, 1);
  while (finalized == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (finalized == g_thread_self ());
  g_assert_cmpint (record.n_calls, ==, 0);
  ca_owned_unref (owned);

  policy = fake_policy_new ();
  owned = ca_owned_new (policy, NULL);
  ca_owned_release_later (owned, farewell_cb);
  g_assert_cmpint (policy->n_calls, ==, 0);
  while (policy->n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (policy->n_calls, ==, 77);
  ca_owned_unref (owned);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (policy);
}

static gpointer
iterate_thread (gpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  return NULL;
}

static void
test_foreign_loop (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  GThread *thread;

  g_test_summary ("A main context that another thread iterates calls nothing there");
  record_init (&record);
  ca_owned_post (owned, note_cb, &record, release_cb);
  thread = g_thread_new ("iterate", iterate_thread, NULL);
  g_thread_join (thread);
  g_assert_cmpint (record.n_calls, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (record.n_calls, ==, 1);
  ca_owned_post (owned, note_cb, &record, release_cb);
  thread = g_thread_new ("iterate", iterate_thread, NULL);
  g_thread_join (thread);
  g_assert_cmpint (record.n_calls, ==, 1);
  ca_owner_pump (1);
  wait_for_release (&record, 2);
  g_assert_cmpint (record.n_calls, ==, 2);
  g_assert_true (record.thread == g_thread_self ());
  ca_owned_release (owned);
  ca_owned_unref (owned);
  g_assert_finalize_object (policy);
}

static gpointer
many_thread (gpointer data)
{
  Caller *caller = data;

  for (guint i = 0; i < 300; i++)
    g_assert_cmpint (ca_owned_call (caller->owned, note_cb, caller->record, release_cb, 10000), ==,
                     CA_CALL_DONE);
  g_atomic_int_add (&caller->done, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
test_many (void)
{
  FakePolicy *policy = fake_policy_new ();
  CaOwned *owned = ca_owned_new (policy, NULL);
  Record record;
  Caller caller = { .owned = owned, .record = &record };
  GThread *threads[4];

  g_test_summary ("Calls of several threads, by loop and by pump, run once each");
  record_init (&record);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("many", many_thread, &caller);
  while (g_atomic_int_get (&caller.done) < (int) G_N_ELEMENTS (threads))
    {
      g_main_context_iteration (NULL, FALSE);
      ca_owner_pump (1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (record.n_calls, ==, 1200);
  g_assert_cmpint (record.n_released, ==, 1200);
  ca_owned_release (owned);
  ca_owned_unref (owned);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (policy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/owner/inline", test_inline);
  g_test_add_func ("/owner/loop", test_loop);
  g_test_add_func ("/owner/pump", test_pump);
  g_test_add_func ("/owner/plain-waiter", test_plain_waiter);
  g_test_add_func ("/owner/silent-owner", test_silent_owner);
  g_test_add_func ("/owner/late-answer", test_late_answer);
  g_test_add_func ("/owner/queue-is-no-hang", test_queue_is_no_hang);
  g_test_add_func ("/owner/nested", test_nested);
  g_test_add_data_func ("/owner/ended-thread", GINT_TO_POINTER (FALSE), test_ended_thread);
  g_test_add_data_func ("/owner/ended-thread-context", GINT_TO_POINTER (TRUE), test_ended_thread);
  g_test_add_func ("/owner/release-elsewhere", test_release_elsewhere);
  g_test_add_func ("/owner/foreign-loop", test_foreign_loop);
  g_test_add_func ("/owner/many", test_many);
  return g_test_run ();
}
