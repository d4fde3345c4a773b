/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gstdio.h>

#include "ca-engine.h"

/* What a killed engine leaves in its store, and what the next start makes of it. */

typedef struct
{
  char *folder;
  ICertStore *store;
  CaWriter *writer;
} Fixture;

static ICertStore *
open_store (const char *folder, gboolean create)
{
  g_autofree char *path = g_build_filename (folder, "ca.db", NULL);
  g_autoptr (GError) error = NULL;
  GObject *store = icert_registry_create_module (icert_registry_get_default (), "SQLite.Store",
                                                 "ICertStore", &error);

  g_assert_no_error (error);
  icert_store_open (ICERT_STORE (store), path, create, &error);
  g_assert_no_error (error);
  return ICERT_STORE (store);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("test-recover-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->store = open_store (fixture->folder, TRUE);
  fixture->writer = ca_writer_new (fixture->store, "node", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "ca.db", "ca.db-wal", "ca.db-shm", NULL };

  ca_writer_free (fixture->writer);
  icert_store_close (fixture->store, NULL);
  g_assert_finalize_object (fixture->store);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static void
insert_request (ICertStoreBatch *batch, gint64 id, ICertRowDisposition disposition)
{
  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_CONTENT_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_TYPE, ICERT_REQUEST_FORMAT_PKCS10);
  icert_store_batch_set_int (batch, ICERT_REQUEST_FLAGS, 0);
  icert_store_batch_set_int (batch, ICERT_REQUEST_STATUS_CODE, 0);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, disposition);
  icert_store_batch_set_int (batch, ICERT_REQUEST_SUBMITTED_WHEN, 1);
  icert_store_batch_set_text (batch, ICERT_REQUEST_REQUESTER_NAME, "alice");
  icert_store_batch_set_text (batch, ICERT_REQUEST_CALLER_NAME, "alice");
  icert_store_batch_set_text (batch, ICERT_REQUEST_DOOR, "local");
  icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_REQUEST, "x", 1);
}

static void
insert_intent (ICertStoreBatch *batch, gint64 id, const char *serial)
{
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, 0);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, serial, 20);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_INTENT);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_SERIAL_NOT_AFTER, 2);
  icert_store_batch_begin (batch, ICERT_STORE_INTENTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_INTENT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_INTENT_ISSUER, 0);
  icert_store_batch_set_data (batch, ICERT_INTENT_SERIAL, serial, 20);
  icert_store_batch_set_int (batch, ICERT_INTENT_PROFILE_VERSION, 1);
  icert_store_batch_set_data (batch, ICERT_INTENT_TBS, "tbs", 3);
}

/* One row of a table by an integer column. */
static ICertStoreRow *
read_row (Fixture *fixture,
          ICertStoreTable table,
          guint key,
          gint64 value,
          const guint8 *columns,
          guint n_columns)
{
  g_autoptr (GError) error = NULL;
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE,
          .column = key,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value } };
  ICertStoreQuery query = { .table = table,
                            .n_columns = n_columns,
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (fixture->store, &query, NULL, &error);

  g_assert_no_error (error);
  if (rows->len == 0)
    return NULL;
  g_assert_cmpuint (rows->len, ==, 1);
  return icert_store_row_new (icert_store_row_get (rows->pdata[0], 0), n_columns);
}

static void
leave_behind (Fixture *fixture)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  g_autoptr (GError) error = NULL;

  insert_request (batch, 1, ICERT_ROW_DISPOSITION_ACTIVE);
  insert_request (batch, 2, ICERT_ROW_DISPOSITION_ACTIVE);
  insert_request (batch, 3, ICERT_ROW_DISPOSITION_PENDING);
  insert_intent (batch, 2, "\1aaaaaaaaaaaaaaaaaaa");
  ca_writer_commit_wait (fixture->writer, batch, NULL, &error);
  g_assert_no_error (error);
}

static void
recover (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  ca_recover (fixture->store, fixture->writer, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_disposition (Fixture *fixture,
                    gint64 id,
                    ICertRowDisposition disposition,
                    const char *message)
{
  static const guint8 columns[] = { ICERT_REQUEST_DISPOSITION, ICERT_REQUEST_MESSAGE };
  g_autoptr (ICertStoreRow) row = read_row (fixture, ICERT_STORE_REQUESTS, ICERT_REQUEST_ID, id,
                                            columns, G_N_ELEMENTS (columns));
  g_autofree char *text = NULL;

  g_assert_nonnull (row);
  g_assert_cmpint (icert_store_row_get_int (row, 0), ==, disposition);
  text = icert_store_row_dup_text (row, 1);
  g_assert_cmpstr (text, ==, message);
}

static void
test_active_rows (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Rows that a killed engine left active wait for an officer, \"interrupted\"; "
                  "pending ones stay as they are");
  leave_behind (fixture);
  recover (fixture);
  assert_disposition (fixture, 1, ICERT_ROW_DISPOSITION_PENDING, "interrupted");
  assert_disposition (fixture, 2, ICERT_ROW_DISPOSITION_PENDING, "interrupted");
  assert_disposition (fixture, 3, ICERT_ROW_DISPOSITION_PENDING, NULL);
}

static void
test_orphans (Fixture *fixture, gconstpointer data)
{
  static const guint8 serial_columns[] = { ICERT_SERIAL_STATE, ICERT_SERIAL_REASON };
  static const guint8 intent_columns[] = { ICERT_INTENT_REQUEST_ID };
  g_autoptr (ICertStoreRow) serial = NULL;

  g_test_summary ("S-E3: an intent without a certificate is orphaned, its serial stays taken and "
                  "counts as superseded");
  leave_behind (fixture);
  recover (fixture);
  serial = read_row (fixture, ICERT_STORE_SERIALS, ICERT_SERIAL_REQUEST_ID, 2, serial_columns,
                     G_N_ELEMENTS (serial_columns));
  g_assert_nonnull (serial);
  g_assert_cmpint (icert_store_row_get_int (serial, 0), ==, ICERT_SERIAL_STATE_ORPHANED);
  g_assert_cmpint (icert_store_row_get_int (serial, 1), ==, ICERT_REVOCATION_REASON_SUPERSEDED);
  g_assert_null (
      read_row (fixture, ICERT_STORE_INTENTS, ICERT_INTENT_REQUEST_ID, 2, intent_columns, 1));
}

static void
test_serial_stays_taken (Fixture *fixture, gconstpointer data)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-E3: the serial of an orphaned intent is never used again");
  leave_behind (fixture);
  recover (fixture);
  insert_intent (batch, 3, "\1aaaaaaaaaaaaaaaaaaa");
  g_assert_false (ca_writer_commit_wait (fixture->writer, batch, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFLICT);
}

static void
test_again (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-E3: recovering twice changes nothing the second time");
  leave_behind (fixture);
  recover (fixture);
  recover (fixture);
  assert_disposition (fixture, 1, ICERT_ROW_DISPOSITION_PENDING, "interrupted");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/recover/active-rows", Fixture, NULL, set_up, test_active_rows, tear_down);
  g_test_add ("/recover/s-e3-orphans", Fixture, NULL, set_up, test_orphans, tear_down);
  g_test_add ("/recover/s-e3-serial-stays-taken", Fixture, NULL, set_up, test_serial_stays_taken,
              tear_down);
  g_test_add ("/recover/s-e3-again", Fixture, NULL, set_up, test_again, tear_down);
  return g_test_run ();
}
