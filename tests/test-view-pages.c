/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gstdio.h>

#include "ca-view-query.h"

/* Pages of views over a store that somebody writes to meanwhile. */

#define N_BASE 1500
#define N_INSERTS 10000
#define GROUP 50
#define PAGE 64
/* ids of the rows that are there from the beginning: the inserts come between them */
#define STEP 8

typedef struct
{
  char *folder;
  ICertStore *store;
  GThread *writer;
  gint written; /* atomic */
} Fixture;

static ICertStoreBatch *
new_row (gint64 id)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  guint32 random = (guint32) id * 2654435761u;
  g_autofree char *name = g_strdup_printf ("user%u", random % 7);

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_PENDING);
  /* many have the same one, and some none */
  if (random % 5 != 0)
    icert_store_batch_set_text (batch, ICERT_REQUEST_REQUESTER_NAME, name);
  if (random % 11 != 0)
    icert_store_batch_set_int (batch, ICERT_REQUEST_NOT_AFTER, random % 4000);
  return batch;
}

static void
insert (ICertStore *store, const gint64 *ids, guint n)
{
  g_autoptr (GPtrArray) group
      = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_batch_unref);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (group, new_row (ids[i]));
  icert_store_commit (store, group, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_assert_null (icert_store_batch_get_error (group->pdata[i]));
}

static gpointer
write_worker (gpointer data)
{
  Fixture *fixture = data;
  g_autofree gint64 *ids = g_new (gint64, N_BASE * (STEP - 1));
  guint n = 0;

  for (gint64 id = 1; id <= N_BASE * STEP; id++)
    if (id % STEP != 0)
      ids[n++] = id;
  /* in no order */
  for (guint i = n - 1; i > 0; i--)
    {
      guint other = (guint) (i * G_GUINT64_CONSTANT (2654435761) % (i + 1));
      gint64 id = ids[i];

      ids[i] = ids[other];
      ids[other] = id;
    }
  g_assert_cmpuint (n, >=, N_INSERTS);
  for (guint i = 0; i < N_INSERTS; i += GROUP)
    {
      insert (fixture->store, ids + i, GROUP);
      g_atomic_int_set (&fixture->written, i + GROUP);
    }
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree gint64 *ids = g_new (gint64, N_BASE);

  fixture->folder = g_dir_make_tmp ("view-pages-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "ca.db", NULL);
  fixture->store = ICERT_STORE (icert_create_instance ("SQLite.Store", NULL, NULL, &error));
  g_assert_no_error (error);
  icert_store_open (fixture->store, path, TRUE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_BASE; i++)
    ids[i] = (gint64) (i + 1) * STEP;
  insert (fixture->store, ids, N_BASE);
  fixture->written = 0;
  fixture->writer = g_thread_new ("writer", write_worker, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "ca.db", "ca.db-wal", "ca.db-shm", "ca.db.lock", "ca.lock" };
  g_autoptr (GError) error = NULL;

  g_thread_join (fixture->writer);
  icert_store_close (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (fixture->store);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static CaViewQuery *
new_query (const char *column, gboolean descending)
{
  static const char *const columns[] = { "RequestID", NULL };
  CaViewQuery *query = ca_view_query_new (ca_view_find_table (ICERT_TABLE_REQUESTS));
  g_autoptr (GError) error = NULL;

  g_assert_true (ca_view_set_columns (query, columns, &error));
  g_assert_true (ca_view_set_sort (query, column,
                                   descending ? ICERT_SORT_DESCEND : ICERT_SORT_ASCEND, &error));
  g_assert_no_error (error);
  return query;
}

/* How many rows that were there all the time are missing, and how many came again. */
typedef struct
{
  GHashTable *seen;
  guint repeated;
  guint n_rows;
} Walk;

static void
walk_clear (Walk *walk)
{
  g_clear_pointer (&walk->seen, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

static void
add_page (Walk *walk, GPtrArray *page)
{
  for (guint i = 0; i < page->len; i++)
    {
      g_autoptr (GVariant) id = icert_view_row_get_value (page->pdata[i], "RequestID", NULL);

      walk->repeated
          += !g_hash_table_add (walk->seen, GINT_TO_POINTER ((int) g_variant_get_int64 (id)));
      walk->n_rows++;
    }
}

static guint
count_missing (Walk *walk)
{
  guint missing = 0;

  for (guint i = 1; i <= N_BASE; i++)
    missing += !g_hash_table_contains (walk->seen, GINT_TO_POINTER (i * STEP));
  return missing;
}

/* by cursor, as views do, from a text each time, as clients of another process would */
static void
walk_by_cursor (Fixture *fixture, CaViewQuery *query, Walk *walk)
{
  g_autofree char *cursor = NULL;

  walk->seen = g_hash_table_new (NULL, NULL);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) page = NULL;

      g_assert_true (ca_view_set_cursor (query, cursor, &error));
      page = ca_view_run (query, fixture->store, NULL, PAGE, NULL, &error);
      g_assert_no_error (error);
      if (page->len == 0)
        return;
      add_page (walk, page);
      g_free (cursor);
      cursor = ca_view_dup_cursor (query);
    }
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *column;
    gboolean descending;
  } orders[] = {
    { "RequestID", FALSE },   { "RequestID", TRUE },      { "NotAfter", FALSE },
    { "NotAfter", TRUE },     { "RequesterName", FALSE }, { "RequesterName", TRUE },
    { "Disposition", FALSE },
  };
  guint passes = 0, among = 0;

  g_test_summary ("Pages neither skip nor repeat a row while 10,000 others are inserted");
  do
    {
      const gsize n = passes % G_N_ELEMENTS (orders);
      const int before = g_atomic_int_get (&fixture->written);
      g_autoptr (CaViewQuery) query = new_query (orders[n].column, orders[n].descending);
      g_auto (Walk) walk = { NULL };

      walk_by_cursor (fixture, query, &walk);
      g_assert_cmpuint (walk.repeated, ==, 0);
      g_assert_cmpuint (count_missing (&walk), ==, 0);
      g_assert_cmpuint (walk.n_rows, >=, N_BASE + before);
      among += g_atomic_int_get (&fixture->written) > before;
      passes++;
    }
  while (g_atomic_int_get (&fixture->written) < N_INSERTS || passes < G_N_ELEMENTS (orders));
  g_test_message ("%u passes, %u of them among inserts", passes, among);
  g_assert_cmpuint (among, >, 1);
}

/* by number of rows, as views must not */
static void
walk_by_number (Fixture *fixture, CaViewQuery *query, Walk *walk)
{
  walk->seen = g_hash_table_new (NULL, NULL);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) page = NULL;

      g_assert_true (ca_view_set_cursor (query, NULL, &error));
      g_assert_cmpint (ca_view_skip (query, fixture->store, walk->n_rows, NULL, &error), >=, 0);
      page = ca_view_run (query, fixture->store, NULL, PAGE, NULL, &error);
      g_assert_no_error (error);
      if (page->len == 0)
        return;
      add_page (walk, page);
    }
}

static void
test_other_side (Fixture *fixture, gconstpointer data)
{
  guint found = 0;

  g_test_summary ("The same walk by numbers of rows repeats some: the test sees what it looks for");
  do
    {
      g_autoptr (CaViewQuery) query = new_query ("NotAfter", FALSE);
      g_auto (Walk) walk = { NULL };

      walk_by_number (fixture, query, &walk);
      found += walk.repeated + count_missing (&walk);
    }
  while (found == 0 && g_atomic_int_get (&fixture->written) < N_INSERTS);
  g_assert_cmpuint (found, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/view-pages/by-cursor", Fixture, NULL, set_up, test_pages, tear_down);
  g_test_add ("/view-pages/by-number", Fixture, NULL, set_up, test_other_side, tear_down);

  return g_test_run ();
}
