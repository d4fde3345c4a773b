/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-sqlite-vfs.h"
#include "store-contract.h"
#include "store-sqlite-connection.h"
#include "store-sqlite-statement.h"

typedef struct
{
  ICertStore *store;
  char *url;
} Fixture;

static ICertStore *
new_store (void)
{
  return g_object_new (STORE_TYPE_SQLITE, NULL);
}

static char *
new_url (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("icert-store-XXXXXX", &error);

  g_assert_no_error (error);
  return g_build_filename (folder, "ca.db", NULL);
}

static void
forget_url (const char *url)
{
  g_autofree char *folder = g_path_get_dirname (url);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static const StoreContract contract = { new_store, new_url, forget_url };

static void
open_store (ICertStore *store, const char *url, gboolean create)
{
  g_autoptr (GError) error = NULL;

  icert_store_open (store, url, create, &error);
  g_assert_no_error (error);
}

static void
close_store (ICertStore *store)
{
  g_autoptr (GError) error = NULL;

  icert_store_close (store, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->store = new_store ();
  fixture->url = new_url ();
  open_store (fixture->store, fixture->url, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_NONE);
  close_store (fixture->store);
  g_assert_finalize_object (fixture->store);
  forget_url (fixture->url);
  g_free (fixture->url);
}

static void
add_certificate (ICertStore *store, gint64 id)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");

  store_contract_add_certificate (batch, id);
  store_contract_commit (store, batch);
}

static gboolean
try_to_add (ICertStore *store, gint64 id, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");
  g_autoptr (GPtrArray) group = g_ptr_array_new ();

  g_ptr_array_add (group, batch);
  return icert_store_commit (store, group, NULL, NULL, error);
}

/* The schema */

static const char *
sql_type (ICertPropertyType type)
{
  switch (type)
    {
    case ICERT_PROPERTY_TYPE_STRING:
      return "TEXT";
    case ICERT_PROPERTY_TYPE_BINARY:
      return "BLOB";
    default:
      return "INTEGER";
    }
}

static void
assert_table (sqlite3 *db, ICertStoreTable table)
{
  guint n_columns;
  const ICertStoreColumnInfo *columns = icert_store_table_columns (table, &n_columns);
  sqlite3_stmt *statement = NULL;
  guint n = 0;

  g_assert_cmpint (
      sqlite3_prepare_v2 (db, "SELECT name, type, pk FROM pragma_table_info (?1) ORDER BY cid", -1,
                          &statement, NULL),
      ==, SQLITE_OK);
  sqlite3_bind_text (statement, 1, icert_store_table_name (table), -1, SQLITE_STATIC);
  for (; sqlite3_step (statement) == SQLITE_ROW; n++)
    {
      g_assert_cmpuint (n, <, n_columns);
      g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, columns[n].sql);
      g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 1), ==,
                       sql_type (columns[n].type));
      g_assert_cmpint (sqlite3_column_int (statement, 2) > 0, ==,
                       (columns[n].flags & ICERT_STORE_COLUMN_KEY) != 0);
    }
  sqlite3_finalize (statement);
  g_assert_cmpuint (n, ==, n_columns);
}

static void
test_schema (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);

  g_test_summary (
      "The tables of sqlite.sql are those of icert-schema.h: names, order, types, keys");
  g_assert_no_error (error);
  for (guint table = 0; table < ICERT_STORE_N_TABLES; table++)
    assert_table (store_sqlite_connection_get_db (reader), table);
  store_sqlite_connection_free (reader, FALSE);
}

/* Plans */

/* what SQLite would do for one part of a query, a line a step */
static char *
explain (sqlite3 *db, const ICertStoreQuery *query, StoreSqlitePart part)
{
  g_autofree char *text = store_sqlite_query_text (query, part, STORE_SQLITE_WAY_ANY);
  g_autofree char *explain_text = g_strconcat ("EXPLAIN QUERY PLAN ", text, NULL);
  GString *plan = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, explain_text, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
  sqlite3_finalize (statement);
  return g_string_free (plan, FALSE);
}

static void
assert_plan (sqlite3 *db, const ICertStoreQuery *query, StoreSqlitePart part)
{
  g_autofree char *plan = explain (db, query, part);

  if (strstr (plan, "TEMP B-TREE") == NULL
      && (part == STORE_SQLITE_PART_ALL || strstr (plan, "SCAN") == NULL))
    return;
  g_test_message ("column %d descending %d part %d: %s", query->sort_column, query->descending,
                  (int) part, plan);
  g_test_fail ();
}

static void
assert_lookup (sqlite3 *db, const ICertStoreQuery *query)
{
  g_autofree char *plan = explain (db, query, STORE_SQLITE_PART_AFTER);

  g_assert_nonnull (strstr (plan, "INDEX requests_"));
  g_assert_null (strstr (plan, "SCAN"));
}

static void
test_sort_plans (Fixture *fixture, gconstpointer data)
{
  static const StoreSqlitePart parts[]
      = { STORE_SQLITE_PART_ALL, STORE_SQLITE_PART_AFTER, STORE_SQLITE_PART_EMPTY,
          STORE_SQLITE_PART_EMPTY_KEY, STORE_SQLITE_PART_FILLED };
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);
  guint n_columns;
  const ICertStoreColumnInfo *columns
      = icert_store_table_columns (ICERT_STORE_REQUESTS, &n_columns);
  const guint8 wanted[] = { ICERT_REQUEST_ID };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS, .n_columns = 1, .columns = wanted };

  g_test_summary (
      "P6: a page sorted by any indexed column starts where the cursor is, in an index");
  g_assert_no_error (error);
  for (guint column = 0; column < n_columns; column++)
    for (guint i = 0; i < 2 * G_N_ELEMENTS (parts); i++)
      {
        if (!(columns[column].flags & ICERT_STORE_COLUMN_INDEXED))
          continue;
        query.sort_column = column;
        query.descending = i % 2;
        /* these two are never empty */
        if ((column != ICERT_REQUEST_ID && column != ICERT_REQUEST_DISPOSITION) || i / 2 < 2)
          assert_plan (store_sqlite_connection_get_db (reader), &query, parts[i / 2]);
      }
  store_sqlite_connection_free (reader, FALSE);
}

static void
test_filter_plans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);
  guint n_columns;
  const ICertStoreColumnInfo *columns
      = icert_store_table_columns (ICERT_STORE_REQUESTS, &n_columns);
  const guint8 wanted[] = { ICERT_REQUEST_ID };

  g_test_summary (
      "P6: a page of the rows with one value of an indexed column is a range of its index");
  g_assert_no_error (error);
  for (guint column = 0; column < n_columns; column++)
    for (guint descending = 0; descending < 2; descending++)
      {
        ICertStoreCondition condition
            = { .column = column, .seek = ICERT_SEEK_EQ, .value.type = columns[column].type };
        ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                                  .n_columns = 1,
                                  .columns = wanted,
                                  .condition = &condition,
                                  .sort_column = -1,
                                  .descending = descending };

        if (!(columns[column].flags & (ICERT_STORE_COLUMN_INDEXED | ICERT_STORE_COLUMN_LOOKUP)))
          continue;
        /* one that an index only finds has few rows of a value, which may be sorted */
        if (columns[column].flags & ICERT_STORE_COLUMN_LOOKUP)
          assert_lookup (store_sqlite_connection_get_db (reader), &query);
        else
          assert_plan (store_sqlite_connection_get_db (reader), &query, STORE_SQLITE_PART_AFTER);
      }
  store_sqlite_connection_free (reader, FALSE);
}

/* what SQLite would do for a text that is bound like a count's */
static char *
explain_text (sqlite3 *db, const char *text)
{
  g_autofree char *full = g_strconcat ("EXPLAIN QUERY PLAN ", text, NULL);
  GString *plan = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, full, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
  sqlite3_finalize (statement);
  return g_string_free (plan, FALSE);
}

/* No row is looked at that the index of a restriction does not lead to: neither when rows are
 * counted, nor when the store looks how many there are, nor when there are few. */
static void
assert_no_scan (sqlite3 *db, const ICertStoreQuery *query)
{
  g_autofree char *count_text = store_sqlite_count_text (query->table, query->condition);
  g_autofree char *count_plan = explain_text (db, count_text);
  g_autofree char *look_text = store_sqlite_look_text (query);
  g_autofree char *look_plan = explain_text (db, look_text);
  g_autofree char *page_text = store_sqlite_query_text (
      query, STORE_SQLITE_PART_ALL,
      store_sqlite_query_must_look (query) ? STORE_SQLITE_WAY_FEW : STORE_SQLITE_WAY_ANY);
  g_autofree char *page_plan = explain_text (db, page_text);
  const char *const plans[] = { count_plan, look_plan, page_plan };

  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    if (strstr (plans[i], "SCAN requests") != NULL || strstr (plans[i], "SCAN names") != NULL)
      {
        g_test_message ("%s\n%s", page_text, plans[i]);
        g_test_fail ();
      }
}

static void
test_restriction_plans (Fixture *fixture, gconstpointer data)
{
  static const ICertSeek seeks[] = { ICERT_SEEK_EQ, ICERT_SEEK_LT, ICERT_SEEK_LE,
                                     ICERT_SEEK_GE, ICERT_SEEK_GT, ICERT_SEEK_PREFIX };
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);
  sqlite3 *db = store_sqlite_connection_get_db (reader);
  guint n_columns;
  const ICertStoreColumnInfo *columns
      = icert_store_table_columns (ICERT_STORE_REQUESTS, &n_columns);
  const guint8 wanted[] = { ICERT_REQUEST_ID };
  ICertStoreCondition issued = { .column = ICERT_REQUEST_DISPOSITION,
                                 .seek = ICERT_SEEK_GE,
                                 .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = 12 } };
  guint n = 0;

  g_test_summary ("P6: no restriction on an indexed column goes through all rows, alone, with a "
                  "disposition, in any order");
  for (guint column = 0; column < n_columns; column++)
    for (gsize i = 0; i < G_N_ELEMENTS (seeks); i++)
      for (guint variant = 0; variant < 6; variant++)
        {
          ICertStoreCondition condition
              = { .column = column, .seek = seeks[i], .value.type = columns[column].type };
          const ICertStoreCondition *parts[] = { &issued, &condition };
          ICertStoreCondition both = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = parts };
          ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                                    .n_columns = 1,
                                    .columns = wanted,
                                    .condition = variant % 2 == 0 ? &condition : &both,
                                    .sort_column = variant < 4 ? -1 : (int) ICERT_REQUEST_NOT_AFTER,
                                    .limit = 50,
                                    .descending = variant / 2 == 1 };
          const gboolean lookup = (columns[column].flags & ICERT_STORE_COLUMN_LOOKUP) != 0;

          if (!lookup && (columns[column].flags & ICERT_STORE_COLUMN_INDEXED) == 0)
            continue;
          if (column == ICERT_REQUEST_CERTIFICATE_HASH_SHA256 && seeks[i] != ICERT_SEEK_EQ)
            continue;
          if (seeks[i] == ICERT_SEEK_PREFIX && columns[column].type != ICERT_PROPERTY_TYPE_STRING)
            continue;
          assert_no_scan (db, &query);
          n++;
        }
  g_assert_cmpuint (n, >, 200);
  store_sqlite_connection_free (reader, FALSE);
}

static void
test_name_plans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);
  const guint8 wanted[] = { ICERT_REQUEST_ID };

  g_test_summary (
      "P6: alternative names are found in the key of their table, of any kind, in part");
  for (guint variant = 0; variant < 8; variant++)
    {
      ICertStoreCondition condition
          = { .kind = ICERT_STORE_NAMED,
              .column = variant % 2 == 0 ? ICERT_NAME_KIND_NONE : ICERT_NAME_KIND_DNS,
              .seek = variant / 2 % 2 == 0 ? ICERT_SEEK_EQ : ICERT_SEEK_PREFIX,
              .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = "x", .size = 1 } };
      ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                                .n_columns = 1,
                                .columns = wanted,
                                .condition = &condition,
                                .sort_column = variant < 4 ? -1 : (int) ICERT_REQUEST_NOT_AFTER,
                                .limit = 50 };

      assert_no_scan (store_sqlite_connection_get_db (reader), &query);
    }
  store_sqlite_connection_free (reader, FALSE);
}

/* Many rows: the order's own index is followed, and nothing is sorted. */
static void
test_many_plans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);
  const guint8 wanted[] = { ICERT_REQUEST_ID };
  ICertStoreCondition condition
      = { .column = ICERT_REQUEST_TEMPLATE,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = "x", .size = 1 } };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = 1,
                            .columns = wanted,
                            .condition = &condition,
                            .sort_column = ICERT_REQUEST_NOT_AFTER,
                            .limit = 50 };
  g_autofree char *text = NULL;
  g_autofree char *plan = NULL;

  g_test_summary ("P6: many rows of a value come in the order's index, and are not sorted");
  g_assert_true (store_sqlite_query_must_look (&query));
  text = store_sqlite_query_text (&query, STORE_SQLITE_PART_AFTER, STORE_SQLITE_WAY_MANY);
  plan = explain_text (store_sqlite_connection_get_db (reader), text);
  g_assert_nonnull (strstr (plan, "INDEX requests_not_after"));
  g_assert_null (strstr (plan, "TEMP B-TREE"));
  store_sqlite_connection_free (reader, FALSE);
}

static void
test_disposition_plans (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    ICertSeek seek;
    gint64 value;
  } cases[] = {
    { ICERT_SEEK_LE, 9 }, { ICERT_SEEK_GE, 30 }, { ICERT_SEEK_EQ, 9 }, { ICERT_SEEK_NE, 20 }
  };
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);
  const guint8 wanted[] = { ICERT_REQUEST_COMMON_NAME };

  g_test_summary ("P6: the queue is found in an index, not among all rows, and nothing is sorted");
  g_assert_no_error (error);
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      ICertStoreCondition condition
          = { .column = ICERT_REQUEST_DISPOSITION,
              .seek = cases[i / 2].seek,
              .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = cases[i / 2].value } };
      ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                                .n_columns = 1,
                                .columns = wanted,
                                .condition = &condition,
                                .sort_column = -1,
                                .descending = i % 2 };
      g_autofree char *plan = NULL;

      plan = explain (store_sqlite_connection_get_db (reader), &query, STORE_SQLITE_PART_AFTER);
      g_assert_nonnull (strstr (plan, "INDEX requests_disposition (disposition=? AND rowid"));
      g_assert_null (strstr (plan, "PRIMARY KEY"));
      g_assert_null (strstr (plan, "SCAN"));
      g_assert_null (strstr (plan, "TEMP B-TREE"));
    }
  store_sqlite_connection_free (reader, FALSE);
}

static void
test_status_plans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);
  const guint8 wanted[] = { ICERT_SERIAL_SERIAL, ICERT_SERIAL_REVOKED_WHEN, ICERT_SERIAL_REASON };
  ICertStoreCondition issuer = { .column = ICERT_SERIAL_ISSUER,
                                 .seek = ICERT_SEEK_EQ,
                                 .value.type = ICERT_PROPERTY_TYPE_LONG };
  ICertStoreCondition partition = { .column = ICERT_SERIAL_PARTITION,
                                    .seek = ICERT_SEEK_EQ,
                                    .value.type = ICERT_PROPERTY_TYPE_LONG };
  ICertStoreCondition changed = { .column = ICERT_SERIAL_CHANGED, .seek = ICERT_SEEK_NE };
  ICertStoreCondition intent = { .column = ICERT_SERIAL_STATE,
                                 .seek = ICERT_SEEK_EQ,
                                 .value.type = ICERT_PROPERTY_TYPE_LONG };
  const ICertStoreCondition *parts[] = { &issuer, &partition, &changed };
  ICertStoreCondition all
      = { .kind = ICERT_STORE_AND, .n_parts = G_N_ELEMENTS (parts), .parts = parts };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = 3,
                            .columns = wanted,
                            .condition = &all,
                            .sort_column = -1 };
  g_autofree char *plan = NULL;
  g_autofree char *start_plan = NULL;

  g_test_summary ("P9: a CRL is a walk over an index that holds all it needs; a start finds its "
                  "intents");
  g_assert_no_error (error);
  plan = explain (store_sqlite_connection_get_db (reader), &query, STORE_SQLITE_PART_ALL);
  g_assert_nonnull (strstr (plan, "COVERING INDEX serials_issuer (issuer=? AND partition=?)"));
  g_assert_null (strstr (plan, "TEMP B-TREE"));
  query.condition = &intent;
  start_plan = explain (store_sqlite_connection_get_db (reader), &query, STORE_SQLITE_PART_ALL);
  g_assert_nonnull (strstr (start_plan, "serials_state"));
  g_assert_null (strstr (start_plan, "TEMP B-TREE"));
  store_sqlite_connection_free (reader, FALSE);
}

/* Settings */

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *change;
    const char *found;
  } cases[] = {
    { "PRAGMA synchronous = NORMAL", "store: synchronous is 1 (2, S-F2)" },
    { "PRAGMA foreign_keys = FALSE", "store: foreign_keys is 0 (1, S-F2)" },
    { "PRAGMA wal_autocheckpoint = 1000", "store: wal_autocheckpoint is 1000 (0, S-F2)" },
  };

  g_test_summary ("S-F2: a connection with other settings is refused by name");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      StoreSqliteConnection *writer = store_sqlite_connection_new_writer (fixture->url, &error);

      g_assert_no_error (error);
      g_assert_true (store_sqlite_connection_verify (writer, &error));
      g_assert_no_error (error);
      g_assert_true (store_sqlite_connection_execute (writer, cases[i].change, NULL));
      g_assert_false (store_sqlite_connection_verify (writer, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
      g_assert_cmpstr (error->message, ==, cases[i].found);
      store_sqlite_connection_free (writer, FALSE);
    }
}

static void
test_readers_read (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  StoreSqliteConnection *reader = store_sqlite_connection_new_reader (fixture->url, &error);

  g_test_summary ("S-F2: readers neither write nor checkpoint");
  g_assert_no_error (error);
  g_assert_false (store_sqlite_connection_execute (reader, "DELETE FROM requests", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_false (store_sqlite_connection_checkpoint (reader, TRUE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  store_sqlite_connection_free (reader, FALSE);
}

static void
test_one_sync (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) group
      = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_batch_unref);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A group of any size is one sync, and there is no commit without one");
  add_certificate (fixture->store, 1000);
  fake_sqlite_vfs_take_syncs ();
  for (gint64 id = 1; id <= 100; id++)
    g_ptr_array_add (group, store_contract_new_request (id, "alice"));
  icert_store_commit (fixture->store, group, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_sqlite_vfs_take_syncs (), ==, 1);
}

/* Failures */

static void
test_failed_write (Fixture *fixture, gconstpointer data)
{
  static const FakeSqliteFault faults[]
      = { FAKE_SQLITE_FAULT_LOG_FULL, FAKE_SQLITE_FAULT_LOG_WRITE };

  g_test_summary (
      "S-E4, S-F4: a commit that could not be written is unknown, then found not to be in");
  add_certificate (fixture->store, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean committed = TRUE;
      g_autofree char *field = NULL;

      fake_sqlite_vfs_set_fault (faults[i]);
      g_assert_false (try_to_add (fixture->store, 2 + i, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN);
      field = icert_error_get_field (error);
      g_assert_cmpstr (field, ==, "store");
      g_clear_error (&error);

      fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_NONE);
      g_assert_false (try_to_add (fixture->store, 2 + i, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
      g_clear_error (&error);
      g_assert_cmpint (store_contract_count (fixture->store), ==, 1 + i);

      g_assert_true (icert_store_recover (fixture->store, &committed, &error));
      g_assert_no_error (error);
      g_assert_false (committed);
      g_assert_true (try_to_add (fixture->store, 2 + i, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpint (store_contract_count (fixture->store), ==, 3);
}

static void
test_failed_sync (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean committed = FALSE;

  g_test_summary (
      "S-E4: a commit whose sync failed is unknown, then found to be in, and is durable");
  add_certificate (fixture->store, 1);
  fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_LOG_SYNC);
  g_assert_false (try_to_add (fixture->store, 2, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN);
  g_clear_error (&error);

  /* found, but it must not count before it can be made durable */
  g_assert_false (icert_store_recover (fixture->store, &committed, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_assert_false (committed);
  g_clear_error (&error);
  g_assert_false (try_to_add (fixture->store, 3, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);

  fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_NONE);
  g_assert_true (icert_store_recover (fixture->store, &committed, &error));
  g_assert_no_error (error);
  g_assert_true (committed);
  g_assert_cmpint (store_contract_count (fixture->store), ==, 2);
  g_assert_true (try_to_add (fixture->store, 3, &error));
  g_assert_no_error (error);
}

static void
test_failed_reserve (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean committed = FALSE;
  gint64 first = 0, second = 0;

  g_test_summary (
      "S-E7: a reservation whose commit failed may leave a gap, but no number comes twice");
  add_certificate (fixture->store, 1);
  g_assert_true (icert_store_reserve (fixture->store, "ids", 10, &first, &error));
  fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_LOG_SYNC);
  g_assert_false (icert_store_reserve (fixture->store, "ids", 10, &second, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_false (icert_store_reserve (fixture->store, "ids", 10, &second, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_NONE);
  g_assert_true (icert_store_reserve (fixture->store, "ids", 10, &second, &error));
  g_assert_no_error (error);
  g_assert_cmpint (second, >=, first + 10);
  g_assert_true (icert_store_recover (fixture->store, &committed, &error));
  g_assert_true (committed);
}

static void
test_failed_checkpoint (Fixture *fixture, gconstpointer data)
{
  g_autofree char *big = g_strnfill (4 * 1024 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  gint64 id = 1;

  g_test_summary ("S-F4: after a checkpoint that failed nothing is committed until one succeeds");
  fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_DATABASE_WRITE);
  g_test_expect_message ("test-store-sqlite", G_LOG_LEVEL_WARNING, "*checkpoint failed*");
  for (; id <= 20; id++)
    {
      g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");

      icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_CERTIFICATE, big, 4 * 1024 * 1024);
      store_contract_commit (fixture->store, batch);
    }
  g_test_assert_expected_messages ();
  g_assert_false (try_to_add (fixture->store, id, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  fake_sqlite_vfs_set_fault (FAKE_SQLITE_FAULT_NONE);
  g_assert_true (try_to_add (fixture->store, id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (store_contract_count (fixture->store), ==, 21);
}

static goffset
size_of (const char *url, const char *suffix)
{
  g_autofree char *path = g_strconcat (url, suffix, NULL);
  struct stat info;

  return stat (path, &info) == 0 ? info.st_size : -1;
}

static void
test_checkpoint (Fixture *fixture, gconstpointer data)
{
  g_autofree char *big = g_strnfill (4 * 1024 * 1024, 'x');

  g_test_summary (
      "The log is copied into the database every 20000 pages and begins anew; at the end "
      "it is gone");
  for (gint64 id = 1; id <= 50; id++)
    {
      g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");

      icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_CERTIFICATE, big, 4 * 1024 * 1024);
      store_contract_commit (fixture->store, batch);
    }
  g_assert_cmpint (size_of (fixture->url, "-wal"), <, 100 * 1024 * 1024);
  g_assert_cmpint (size_of (fixture->url, ""), >, 150 * 1024 * 1024);
  close_store (fixture->store);
  g_assert_cmpint (size_of (fixture->url, "-wal"), ==, -1);
  g_assert_cmpint (size_of (fixture->url, "-shm"), ==, -1);
  open_store (fixture->store, fixture->url, FALSE);
  g_assert_cmpint (store_contract_count (fixture->store), ==, 50);
}

/* Processes */

static void
assert_child (pid_t child, int expected)
{
  int status = 0;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, expected);
}

/* Commits until it is killed; says each id when its commit is acknowledged. */
static void
commit_for_ever (const char *url, int acknowledge)
{
  g_autoptr (ICertStore) store = new_store ();
  gint64 id = 0;

  open_store (store, url, FALSE);
  for (;;)
    {
      g_assert_true (icert_store_reserve (store, "next-request-id", 1, &id, NULL));
      add_certificate (store, id);
      if (write (acknowledge, &id, sizeof id) != (gssize) sizeof id)
        _exit (1);
    }
}

/* gives the newest id that the child said before it was killed */
static gint64
run_and_kill (const char *url, guint milliseconds)
{
  gint64 id = 0, newest = 0;
  int ends[2];
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      close (ends[0]);
      commit_for_ever (url, ends[1]);
    }
  close (ends[1]);
  /* it runs now, with the store open */
  g_assert_cmpint (read (ends[0], &newest, sizeof newest), ==, sizeof newest);
  g_usleep (milliseconds * 1000);
  kill (child, SIGKILL);
  while (read (ends[0], &id, sizeof id) == (gssize) sizeof id)
    newest = id;
  close (ends[0]);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  return newest;
}

static gint64
count_rows (ICertStore *store, ICertStoreTable table)
{
  g_autoptr (GError) error = NULL;
  gint64 count = icert_store_count (store, table, NULL, NULL, &error);

  g_assert_no_error (error);
  return count;
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "S-O3: what was acknowledged is there after a kill, whole; no number comes twice");
  close_store (fixture->store);
  for (guint round = 0; round < 20; round++)
    {
      gint64 newest = run_and_kill (fixture->url, 1 + round * 2);
      ICertStoreCondition acknowledged
          = { .column = ICERT_REQUEST_ID,
              .seek = ICERT_SEEK_LE,
              .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = newest } };
      gint64 first = 0, n_requests;

      open_store (fixture->store, fixture->url, FALSE);
      n_requests = store_contract_count (fixture->store);
      /* at most the one that was being committed when each round ended, and a gap a round */
      g_assert_cmpint (
          icert_store_count (fixture->store, ICERT_STORE_REQUESTS, &acknowledged, NULL, NULL), >=,
          newest - 2 * round);
      g_assert_cmpint (count_rows (fixture->store, ICERT_STORE_SERIALS), ==, n_requests);
      g_assert_cmpint (count_rows (fixture->store, ICERT_STORE_AUDIT), ==, n_requests);
      g_assert_true (icert_store_reserve (fixture->store, "next-request-id", 1, &first, NULL));
      g_assert_cmpint (first, >, newest);
      close_store (fixture->store);
    }
  open_store (fixture->store, fixture->url, FALSE);
}

/* exit status: 0 when the store is in use, as it should be */
static void
open_in_child (const char *url)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autoptr (ICertStore) store = new_store ();
      g_autoptr (GError) error = NULL;

      if (icert_store_open (store, url, FALSE, &error))
        _exit (1);
      if (!g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFIG))
        _exit (2);
      _exit (g_str_equal (error->message, "store: in use by another engine") ? 0 : 3);
    }
  assert_child (child, 0);
}

/* The child of a fork has what this process knows about open files; a real second process has not.
 * So the store that holds the lock is in another child. */
static void
test_other_process (Fixture *fixture, gconstpointer data)
{
  int ends[2];
  char octet;
  pid_t child;

  g_test_summary ("S-F1: a second process gets CONFIG `store: in use by another engine`");
  close_store (fixture->store);
  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      open_store (fixture->store, fixture->url, FALSE);
      octet = 'x';
      g_assert_cmpint (write (ends[1], &octet, 1), ==, 1);
      pause ();
      _exit (0);
    }
  g_assert_cmpint (read (ends[0], &octet, 1), ==, 1);
  open_in_child (fixture->url);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  close (ends[0]);
  close (ends[1]);
  open_store (fixture->store, fixture->url, FALSE);
}

static void
assert_in_use (const char *url)
{
  g_autoptr (ICertStore) other = new_store ();
  g_autoptr (GError) error = NULL;

  g_assert_false (icert_store_open (other, url, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==, "store: in use by another engine");
}

static void
test_same_process (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->url);
  g_autofree char *hard_link = g_build_filename (folder, "other.db", NULL);
  g_autofree char *soft_link = g_strconcat (folder, "-link", NULL);
  g_autofree char *through_link = g_build_filename (soft_link, "ca.db", NULL);

  g_test_summary (
      "S-F1: neither another path nor a hard link nor the same process gets round the lock");
  g_assert_cmpint (link (fixture->url, hard_link), ==, 0);
  g_assert_cmpint (symlink (folder, soft_link), ==, 0);
  assert_in_use (fixture->url);
  assert_in_use (hard_link);
  assert_in_use (through_link);
  add_certificate (fixture->store, 1);
  g_assert_cmpint (unlink (hard_link), ==, 0);
  g_assert_cmpint (unlink (soft_link), ==, 0);
}

static void
test_epoch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  pid_t child;

  g_test_summary ("S-F1: an engine that has lost the store finds out at its next commit");
  add_certificate (fixture->store, 1);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      sqlite3 *db = NULL;

      /* what another engine would do that got round the lock */
      if (sqlite3_open (fixture->url, &db) != SQLITE_OK)
        _exit (1);
      _exit (sqlite3_exec (db, "UPDATE engine SET epoch = epoch + 1", NULL, NULL, NULL));
    }
  assert_child (child, 0);
  g_assert_false (try_to_add (fixture->store, 2, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_assert_cmpstr (error->message, ==, "store: another engine took it over (one engine)");
  g_assert_cmpint (store_contract_count (fixture->store), ==, 1);
}

/* A disk that is full in earnest, not only one that says so: files of this child may not grow. */
static int
fill_up (const char *url)
{
  g_autoptr (ICertStore) store = new_store ();
  struct rlimit limit = { 1024 * 1024, RLIM_INFINITY };
  gint64 n_good = 0;
  gboolean committed = TRUE;
  g_autoptr (GError) error = NULL;

  signal (SIGXFSZ, SIG_IGN);
  open_store (store, url, FALSE);
  setrlimit (RLIMIT_FSIZE, &limit);
  while (n_good < 10000 && try_to_add (store, n_good + 1, &error))
    n_good++;
  if (!g_error_matches (error, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN)
      && !g_error_matches (error, ICERT_ERROR, ICERT_ERROR_STORAGE))
    return 1;
  if (store_contract_count (store) != n_good)
    return 2;
  limit.rlim_cur = RLIM_INFINITY;
  setrlimit (RLIMIT_FSIZE, &limit);
  if (!icert_store_recover (store, &committed, NULL) || committed)
    return 3;
  if (!try_to_add (store, n_good + 1, NULL) || store_contract_count (store) != n_good + 1)
    return 4;
  return icert_store_close (store, NULL) ? 0 : 5;
}

static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  pid_t child;

  g_test_summary ("S-F4: on a full disk commits fail, queries go on, and with room all goes on");
  close_store (fixture->store);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (fill_up (fixture->url));
  assert_child (child, 0);
  open_store (fixture->store, fixture->url, FALSE);
  g_assert_cmpint (store_contract_count (fixture->store), >, 10);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/store-sqlite/schema", test_schema },
    { "/store-sqlite/sort-plans", test_sort_plans },
    { "/store-sqlite/filter-plans", test_filter_plans },
    { "/store-sqlite/disposition-plans", test_disposition_plans },
    { "/store-sqlite/restriction-plans", test_restriction_plans },
    { "/store-sqlite/name-plans", test_name_plans },
    { "/store-sqlite/many-plans", test_many_plans },
    { "/store-sqlite/status-plans", test_status_plans },
    { "/store-sqlite/settings/S-F2", test_settings },
    { "/store-sqlite/readers-read/S-F2", test_readers_read },
    { "/store-sqlite/one-sync", test_one_sync },
    { "/store-sqlite/failed-write/S-E4", test_failed_write },
    { "/store-sqlite/failed-sync/S-E4", test_failed_sync },
    { "/store-sqlite/failed-reserve/S-E7", test_failed_reserve },
    { "/store-sqlite/failed-checkpoint/S-F4", test_failed_checkpoint },
    { "/store-sqlite/checkpoint", test_checkpoint },
    { "/store-sqlite/killed/S-O3", test_killed },
    { "/store-sqlite/other-process/S-F1", test_other_process },
    { "/store-sqlite/same-process/S-F1", test_same_process },
    { "/store-sqlite/epoch/S-F1", test_epoch },
    { "/store-sqlite/disk-full/S-F4", test_disk_full },
  };

  g_test_init (&argc, &argv, NULL);
  fake_sqlite_vfs_install ();
  store_contract_add_tests ("/store-sqlite", &contract);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
