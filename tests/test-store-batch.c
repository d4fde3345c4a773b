/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

static void
assert_text (const ICertStoreValue *value, const char *text)
{
  g_assert_cmpint (value->type, ==, ICERT_PROPERTY_TYPE_STRING);
  g_assert_cmpmem (value->data, value->size, text, strlen (text));
}

static void
test_holds_changes (void)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\x30\x00", 2);
  const ICertStoreChange *change;
  char text[] = "ann";

  g_test_summary ("A batch holds what was set, in the order of setting");

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_expect_version (batch, 7);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, 42);
  icert_store_batch_set_int (batch, ICERT_REQUEST_SUBMITTED_WHEN, 1000);
  icert_store_batch_set_text (batch, ICERT_REQUEST_REQUESTER_NAME, text);
  icert_store_batch_set_bytes (batch, ICERT_REQUEST_RAW_REQUEST, bytes);
  icert_store_batch_set_empty (batch, ICERT_REQUEST_MESSAGE);
  icert_store_batch_set_text (batch, ICERT_REQUEST_STATUS, NULL);
  text[0] = 'x';

  g_assert_cmpuint (icert_store_batch_get_n_changes (batch), ==, 1);
  change = icert_store_batch_get_change (batch, 0);
  g_assert_cmpint (change->table, ==, ICERT_STORE_REQUESTS);
  g_assert_cmpint (change->verb, ==, ICERT_STORE_UPDATE);
  g_assert_cmpint (change->expected_version, ==, 7);
  g_assert_cmpuint (change->n_values, ==, 6);
  g_assert_cmpuint (change->columns[0], ==, ICERT_REQUEST_ID);
  g_assert_cmpint (change->values[0].type, ==, ICERT_PROPERTY_TYPE_LONG);
  g_assert_cmpint (change->values[0].integer, ==, 42);
  g_assert_cmpint (change->values[1].type, ==, ICERT_PROPERTY_TYPE_DATE);
  assert_text (&change->values[2], "ann");
  g_assert_true (change->values[3].data == g_bytes_get_data (bytes, NULL));
  g_assert_cmpint (change->values[4].type, ==, ICERT_PROPERTY_TYPE_NONE);
  g_assert_cmpint (change->values[5].type, ==, ICERT_PROPERTY_TYPE_NONE);
  g_assert_null (icert_store_batch_get_change (batch, 1));
}

static void
test_replaces_cells (void)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  const ICertStoreChange *change;

  g_test_summary ("A column that is set twice has one cell");

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  for (guint i = 0; i < 3; i++)
    for (guint column = 0; column < ICERT_REQUEST_N_COLUMNS; column++)
      icert_store_batch_set_empty (batch, column);
  icert_store_batch_set_text (batch, ICERT_REQUEST_DOOR, "a");
  icert_store_batch_set_text (batch, ICERT_REQUEST_DOOR, "b");
  change = icert_store_batch_get_change (batch, 0);
  g_assert_cmpuint (change->n_values, ==, ICERT_REQUEST_N_COLUMNS);
  assert_text (&change->values[ICERT_REQUEST_DOOR], "b");
}

static void
fill (ICertStoreBatch *batch, guint n)
{
  g_autofree char *big = g_strnfill (5000, 'b');

  for (guint i = 0; i < n; i++)
    {
      icert_store_batch_begin (batch, ICERT_STORE_AUDIT, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_AUDIT_SEQUENCE, i);
      icert_store_batch_set_data (batch, ICERT_AUDIT_DETAIL, big, i % 5000);
      icert_store_batch_set_data (batch, ICERT_AUDIT_HASH, "", 0);
    }
}

static void
test_grows (void)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autofree char *huge = g_strnfill (100000, 'h');
  const ICertStoreChange *change;

  g_test_summary ("A batch grows without moving what it holds");

  fill (batch, 1000);
  icert_store_batch_begin (batch, ICERT_STORE_TRACES, ICERT_STORE_INSERT);
  icert_store_batch_set_data (batch, ICERT_TRACE_TRACE, huge, 100000);
  g_assert_cmpuint (icert_store_batch_get_n_changes (batch), ==, 1001);
  for (guint i = 0; i < 1000; i++)
    {
      change = icert_store_batch_get_change (batch, i);
      g_assert_cmpint (change->values[0].integer, ==, i);
      g_assert_cmpuint (change->values[1].size, ==, i % 5000);
      for (gsize j = 0; j < change->values[1].size; j++)
        g_assert_cmpint (((const char *) change->values[1].data)[j], ==, 'b');
      g_assert_cmpint (change->values[2].type, ==, ICERT_PROPERTY_TYPE_BINARY);
      g_assert_nonnull (change->values[2].data);
    }
  change = icert_store_batch_get_change (batch, 1000);
  g_assert_cmpmem (change->values[0].data, change->values[0].size, huge, 100000);
}

static void
test_truncates (void)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();

  g_test_summary ("Changes are dropped from the end, and the last one that stays can be set again");

  fill (batch, 3);
  icert_store_batch_truncate (batch, 5);
  g_assert_cmpuint (icert_store_batch_get_n_changes (batch), ==, 3);
  icert_store_batch_truncate (batch, 1);
  icert_store_batch_set_int (batch, ICERT_AUDIT_SEQUENCE, 9);
  icert_store_batch_set_text (batch, ICERT_AUDIT_NODE, "n");
  g_assert_cmpuint (icert_store_batch_get_change (batch, 0)->n_values, ==, 4);
  g_assert_cmpint (icert_store_batch_get_change (batch, 0)->values[0].integer, ==, 9);
  icert_store_batch_truncate (batch, 0);
  g_assert_cmpuint (icert_store_batch_get_n_changes (batch), ==, 0);
  fill (batch, 2);
  g_assert_cmpuint (icert_store_batch_get_n_changes (batch), ==, 2);
}

static void
count_free (gpointer data)
{
  (*(int *) data)++;
}

static void
test_owns_memory (void)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  int freed = 0;
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  GBytes *bytes = g_bytes_new_with_free_func ("x", 1, count_free, &freed);

  g_test_summary ("A batch keeps references, and gives all back with its last one");

  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_INSERT);
  icert_store_batch_set_bytes (batch, ICERT_SERIAL_SERIAL, bytes);
  icert_store_batch_set_bytes (batch, ICERT_SERIAL_SERIAL, empty);
  g_assert_nonnull (icert_store_batch_get_change (batch, 0)->values[0].data);
  g_bytes_unref (bytes);
  g_assert_true (icert_store_batch_ref (batch) == batch);
  icert_store_batch_unref (batch);
  g_assert_cmpint (freed, ==, 0);
  icert_store_batch_unref (batch);
  g_assert_cmpint (freed, ==, 1);
}

static void
test_tells_how_it_went (void)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();

  g_test_summary ("A batch has an error until it is committed");

  g_assert_null (icert_store_batch_get_error (batch));
  icert_store_batch_take_error (
      batch, g_error_new_literal (ICERT_ERROR, ICERT_ERROR_CONFLICT, "key: there"));
  g_assert_error (icert_store_batch_get_error (batch), ICERT_ERROR, ICERT_ERROR_CONFLICT);
  icert_store_batch_take_error (batch, NULL);
  g_assert_null (icert_store_batch_get_error (batch));
}

static void
test_rows_own_cells (void)
{
  char text[] = "ann";
  const ICertStoreValue values[] = {
    { ICERT_PROPERTY_TYPE_LONG, 5, NULL, 0 },   { ICERT_PROPERTY_TYPE_STRING, 0, text, 3 },
    { ICERT_PROPERTY_TYPE_NONE, 0, NULL, 0 },   { ICERT_PROPERTY_TYPE_BINARY, 0, "\0\1", 2 },
    { ICERT_PROPERTY_TYPE_STRING, 0, NULL, 0 },
  };
  g_autoptr (ICertStoreRow) row = icert_store_row_new (values, G_N_ELEMENTS (values));
  g_autoptr (ICertStoreRow) none = icert_store_row_new (NULL, 0);
  g_autoptr (GBytes) bytes = icert_store_row_dup_bytes (row, 3);
  g_autofree char *name = NULL;
  g_autofree char *empty = icert_store_row_dup_text (row, 4);

  g_test_summary ("A row keeps copies, and an empty cell is nothing");

  text[0] = 'x';
  name = icert_store_row_dup_text (row, 1);
  g_assert_cmpuint (icert_store_row_get_n_values (row), ==, 5);
  g_assert_cmpint (icert_store_row_get_int (row, 0), ==, 5);
  g_assert_cmpint (icert_store_row_get_int (row, 1), ==, 0);
  g_assert_cmpint (icert_store_row_get_int (row, 9), ==, 0);
  g_assert_cmpstr (name, ==, "ann");
  g_assert_cmpstr (empty, ==, "");
  g_assert_null (icert_store_row_dup_text (row, 2));
  g_assert_null (icert_store_row_dup_bytes (row, 0));
  g_assert_null (icert_store_row_get (row, 5));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\0\1", 2);
  g_assert_cmpuint (icert_store_row_get_n_values (none), ==, 0);
}

/* A store that implements nothing, or fails without saying why */
#define TEST_TYPE_STORE (test_store_get_type ())
G_DECLARE_FINAL_TYPE (TestStore, test_store, TEST, STORE, GObject)
struct _TestStore
{
  GObject parent_instance;
};

static gboolean
test_store_reserve (ICertStore *self, const char *counter, gint64 n, gint64 *first, GError **error)
{
  *first = 99;
  return g_str_equal (counter, "good");
}

static void
test_store_iface_init (ICertStoreInterface *iface)
{
  iface->reserve = test_store_reserve;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestStore,
                               test_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_STORE, test_store_iface_init))

static void
test_store_class_init (TestStoreClass *klass)
{
}

static void
test_store_init (TestStore *self)
{
}

static void
test_invokers_watch_over_stores (void)
{
  g_autoptr (ICertStore) store = g_object_new (TEST_TYPE_STORE, NULL);
  g_autoptr (GPtrArray) batches = g_ptr_array_new ();
  ICertStoreQuery query = { 0 };
  GError *error = NULL;
  gboolean committed = TRUE;
  gint64 first = 5;

  g_test_summary ("What a store lacks is not supported, and what fails without an error has one");

  g_assert_false (icert_store_open (store, "/x", FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (icert_store_commit (store, batches, NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (icert_store_query (store, &query, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_cmpint (icert_store_count (store, ICERT_STORE_AUDIT, NULL, NULL, &error), ==, -1);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (icert_store_recover (store, &committed, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_assert_false (committed);
  g_clear_error (&error);
  g_assert_false (icert_store_open (store, NULL, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  g_clear_error (&error);

  g_assert_false (icert_store_reserve (store, "bad", 1, &first, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "TestStore"));
  g_assert_cmpint (first, ==, 0);
  g_clear_error (&error);
  g_assert_false (icert_store_reserve (store, "good", 0, &first, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_true (icert_store_reserve (store, "good", 1, &first, &error));
  g_assert_no_error (error);
  g_assert_cmpint (first, ==, 99);
}

/* Not a bound on time: the machine is shared. -m perf prints what one issuance costs. */
static void
test_is_cheap (void)
{
  const guint rounds = g_test_perf () ? 100000 : 100;
  g_autoptr (GBytes) der = g_bytes_new_static ("\x30\x00", 2);
  gint64 start = g_get_monotonic_time ();

  g_test_summary ("14 changes with some 90 cells are one allocation");

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();

      icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
      for (guint i = 0; i < 12; i++)
        icert_store_batch_set_int (
            batch,
            i == ICERT_REQUEST_STATUS ? ICERT_REQUEST_REVOKED_REASON : ICERT_REQUEST_ID + i % 7, i);
      for (guint i = ICERT_REQUEST_REQ_DN; i < ICERT_REQUEST_REQ_DN + 15; i++)
        icert_store_batch_set_text (batch, i, "CN=www.example.org");
      icert_store_batch_set_bytes (batch, ICERT_REQUEST_RAW_REQUEST, der);
      for (guint change = 0; change < 13; change++)
        {
          icert_store_batch_begin (batch, ICERT_STORE_AUDIT, ICERT_STORE_INSERT);
          icert_store_batch_set_int (batch, ICERT_AUDIT_SEQUENCE, change);
          icert_store_batch_set_int (batch, ICERT_AUDIT_TIME, change);
          icert_store_batch_set_text (batch, ICERT_AUDIT_ACTOR, "user:ann");
          icert_store_batch_set_text (batch, ICERT_AUDIT_VERB, "issue");
          icert_store_batch_set_text (batch, ICERT_AUDIT_OBJECT, "1");
        }
      g_assert_cmpuint (icert_store_batch_get_n_changes (batch), ==, 14);
    }
  if (g_test_perf ())
    g_test_minimized_result ((double) (g_get_monotonic_time () - start) / rounds, "%.2f us a batch",
                             (double) (g_get_monotonic_time () - start) / rounds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/store-batch/holds-changes", test_holds_changes);
  g_test_add_func ("/store-batch/replaces-cells", test_replaces_cells);
  g_test_add_func ("/store-batch/grows", test_grows);
  g_test_add_func ("/store-batch/truncates", test_truncates);
  g_test_add_func ("/store-batch/owns-memory", test_owns_memory);
  g_test_add_func ("/store-batch/tells-how-it-went", test_tells_how_it_went);
  g_test_add_func ("/store-batch/rows-own-cells", test_rows_own_cells);
  g_test_add_func ("/store-batch/invokers-watch-over-stores", test_invokers_watch_over_stores);
  g_test_add_func ("/store-batch/is-cheap", test_is_cheap);

  return g_test_run ();
}
