/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-contract.h"

#include <string.h>

typedef struct
{
  ICertStore *store;
  char *url;
} Fixture;

static const StoreContract *how;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->store = how->new_store ();
  fixture->url = how->new_url ();
  icert_store_open (fixture->store, fixture->url, TRUE, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  icert_store_close (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (fixture->store);
  how->forget_url (fixture->url);
  g_free (fixture->url);
}

/* Parts of tests */

static GPtrArray *
new_group (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_batch_unref);
}

void
store_contract_commit (ICertStore *store, ICertStoreBatch *batch)
{
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (group, icert_store_batch_ref (batch));
  icert_store_commit (store, group, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_no_error (icert_store_batch_get_error (batch));
}

/* commits and hands the batch's own error to the caller, who owns the batch */
static const GError *
commit_alone (ICertStore *store, ICertStoreBatch *batch)
{
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (group, icert_store_batch_ref (batch));
  icert_store_commit (store, group, NULL, NULL, &error);
  g_assert_no_error (error);
  return icert_store_batch_get_error (batch);
}

static void
assert_refused (ICertStore *store, ICertStoreBatch *batch, int code, const char *field)
{
  const GError *error = commit_alone (store, batch);
  g_autofree char *found = NULL;

  g_assert_error (error, ICERT_ERROR, code);
  found = icert_error_get_field (error);
  g_assert_cmpstr (found, ==, field);
}

ICertStoreBatch *
store_contract_new_request (gint64 id, const char *requester)
{
  ICertStoreBatch *batch = icert_store_batch_new ();

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_PENDING);
  icert_store_batch_set_int (batch, ICERT_REQUEST_SUBMITTED_WHEN, 1000000 + id);
  icert_store_batch_set_text (batch, ICERT_REQUEST_REQUESTER_NAME, requester);
  icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_REQUEST, "request", 7);
  return batch;
}

static void
add_serial (ICertStoreBatch *batch, gint64 id, gint64 serial, ICertSerialState state)
{
  guint8 octets[20] = { 1 };
  gint64 big = GINT64_TO_BE (serial);

  memcpy (octets + 12, &big, sizeof big);
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, 0);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, octets, sizeof octets);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, state);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_SERIAL_NOT_AFTER, id);
}

static void
add_audit (ICertStoreBatch *batch, gint64 sequence)
{
  icert_store_batch_begin (batch, ICERT_STORE_AUDIT, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_AUDIT_SEQUENCE, sequence);
  icert_store_batch_set_text (batch, ICERT_AUDIT_VERB, "submit");
}

void
store_contract_add_certificate (ICertStoreBatch *batch, gint64 id)
{
  g_autofree char *name = g_strdup_printf ("host%" G_GINT64_FORMAT ".example.org", id);

  add_serial (batch, id, id, ICERT_SERIAL_STATE_GOOD);
  icert_store_batch_begin (batch, ICERT_STORE_NAMES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_NAME_KIND, 2);
  icert_store_batch_set_text (batch, ICERT_NAME_VALUE, name);
  icert_store_batch_set_int (batch, ICERT_NAME_REQUEST_ID, id);
  icert_store_batch_begin (batch, ICERT_STORE_EXTENSIONS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_EXTENSION_REQUEST_ID_COLUMN, id);
  icert_store_batch_set_text (batch, ICERT_EXTENSION_NAME_COLUMN, "2.5.29.17");
  icert_store_batch_set_data (batch, ICERT_EXTENSION_VALUE_COLUMN, "\x30\x00", 2);
  icert_store_batch_begin (batch, ICERT_STORE_ATTRIBUTES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_ATTRIBUTE_REQUEST_ID, id);
  icert_store_batch_set_text (batch, ICERT_ATTRIBUTE_NAME, "CertificateTemplate");
  icert_store_batch_set_text (batch, ICERT_ATTRIBUTE_VALUE, "WebServer");
  add_audit (batch, id);
}

gint64
store_contract_count (ICertStore *store)
{
  g_autoptr (GError) error = NULL;
  gint64 count = icert_store_count (store, ICERT_STORE_REQUESTS, NULL, NULL, &error);

  g_assert_no_error (error);
  return count;
}

static void
add_request (ICertStore *store, gint64 id, const char *requester)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, requester);

  store_contract_commit (store, batch);
}

static ICertStoreBatch *
new_update (gint64 id, gint64 version)
{
  ICertStoreBatch *batch = icert_store_batch_new ();

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_expect_version (batch, version);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_DENIED);
  return batch;
}

static GPtrArray *
run_query (ICertStore *store, const ICertStoreQuery *query)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = icert_store_query (store, query, NULL, &error);

  g_assert_no_error (error);
  return rows;
}

/* the cells of one request */
static GPtrArray *
read_request (ICertStore *store, gint64 id, const guint8 *columns, guint n_columns)
{
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_REQUEST_ID,
                                    .seek = ICERT_SEEK_EQ,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = id } };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = n_columns,
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return run_query (store, &query);
}

static gint64
read_request_int (ICertStore *store, gint64 id, guint8 column)
{
  g_autoptr (GPtrArray) rows = read_request (store, id, &column, 1);

  g_assert_cmpuint (rows->len, ==, 1);
  return icert_store_row_get_int (rows->pdata[0], 0);
}

static gint64
count_table (ICertStore *store, ICertStoreTable table, const ICertStoreCondition *condition)
{
  g_autoptr (GError) error = NULL;
  gint64 count = icert_store_count (store, table, condition, NULL, &error);

  g_assert_no_error (error);
  return count;
}

/* Tests: commits */

static void
test_keeps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (1, "alice");
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *requester = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GError) error = NULL;
  const guint8 columns[] = { ICERT_REQUEST_REQUESTER_NAME, ICERT_REQUEST_RAW_REQUEST,
                             ICERT_REQUEST_VERSION, ICERT_REQUEST_OFFICER_NAME };

  g_test_summary ("What was committed is there after the store is closed and opened again");
  store_contract_add_certificate (batch, 1);
  store_contract_commit (fixture->store, batch);
  icert_store_close (fixture->store, &error);
  g_assert_no_error (error);
  icert_store_open (fixture->store, fixture->url, FALSE, &error);
  g_assert_no_error (error);

  rows = read_request (fixture->store, 1, columns, G_N_ELEMENTS (columns));
  g_assert_cmpuint (rows->len, ==, 1);
  requester = icert_store_row_dup_text (rows->pdata[0], 0);
  raw = icert_store_row_dup_bytes (rows->pdata[0], 1);
  g_assert_cmpstr (requester, ==, "alice");
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), "request", 7);
  g_assert_cmpint (icert_store_row_get_int (rows->pdata[0], 2), ==, 1);
  g_assert_cmpint (icert_store_row_get (rows->pdata[0], 3)->type, ==, ICERT_PROPERTY_TYPE_NONE);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_SERIALS, NULL), ==, 1);
}

static void
test_refuses_second_create (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStore) other = how->new_store ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A store is never made where one is");
  add_request (fixture->store, 1, "alice");
  g_assert_false (icert_store_open (other, fixture->url, TRUE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_cmpint (store_contract_count (fixture->store), ==, 1);
}

static void
test_atomic (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (1, "alice");

  g_test_summary ("A batch goes in whole or not at all");
  add_audit (batch, 7);
  add_audit (batch, 7);
  assert_refused (fixture->store, batch, ICERT_ERROR_CONFLICT, "AuditSequence");
  g_assert_cmpint (store_contract_count (fixture->store), ==, 0);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_AUDIT, NULL), ==, 0);
}

static void
test_conflict_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A batch that conflicts does no harm to the others of its group");
  for (gint64 id = 1; id <= 3; id++)
    {
      ICertStoreBatch *batch = store_contract_new_request (id, "alice");

      /* the second one wants the serial of the first */
      add_serial (batch, id, id == 2 ? 1 : id, ICERT_SERIAL_STATE_INTENT);
      g_ptr_array_add (group, batch);
    }
  icert_store_commit (fixture->store, group, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_no_error (icert_store_batch_get_error (group->pdata[0]));
  g_assert_error (icert_store_batch_get_error (group->pdata[1]), ICERT_ERROR, ICERT_ERROR_CONFLICT);
  g_assert_no_error (icert_store_batch_get_error (group->pdata[2]));
  g_assert_cmpint (store_contract_count (fixture->store), ==, 2);
}

static void
test_unique_serial (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) first = store_contract_new_request (1, "alice");
  g_autoptr (ICertStoreBatch) second = store_contract_new_request (2, "alice");

  g_test_summary ("S-E8: no serial is given twice by one issuer");
  add_serial (first, 1, 5, ICERT_SERIAL_STATE_INTENT);
  add_serial (second, 2, 5, ICERT_SERIAL_STATE_INTENT);
  store_contract_commit (fixture->store, first);
  assert_refused (fixture->store, second, ICERT_ERROR_CONFLICT, "serial");
}

static void
add_key (ICertStoreBatch *batch, gint64 id, const char *key, const char *caller)
{
  icert_store_batch_begin (batch, ICERT_STORE_KEYS, ICERT_STORE_INSERT);
  icert_store_batch_set_text (batch, ICERT_KEY_KEY, key);
  icert_store_batch_set_text (batch, ICERT_KEY_CALLER, caller);
  icert_store_batch_set_int (batch, ICERT_KEY_REQUEST_ID, id);
}

static void
test_unique_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) first = store_contract_new_request (1, "alice");
  g_autoptr (ICertStoreBatch) again = store_contract_new_request (2, "alice");
  g_autoptr (ICertStoreBatch) other = store_contract_new_request (3, "bob");

  g_test_summary ("S-E5: a submission key is used once by a caller; another caller has his own");
  add_key (first, 1, "key", "alice");
  add_key (again, 2, "key", "alice");
  add_key (other, 3, "key", "bob");
  store_contract_commit (fixture->store, first);
  assert_refused (fixture->store, again, ICERT_ERROR_CONFLICT, "submission key");
  store_contract_commit (fixture->store, other);
}

static void
test_schema_rules (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) disposition = store_contract_new_request (1, "alice");
  g_autoptr (ICertStoreBatch) orphan = icert_store_batch_new ();
  g_autoptr (ICertStoreBatch) issued = icert_store_batch_new ();
  g_autoptr (ICertStoreBatch) child_first = icert_store_batch_new ();

  g_test_summary ("S-F2: what must always hold is a constraint of the schema");
  icert_store_batch_begin (disposition, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (disposition, ICERT_REQUEST_ID, 1);
  icert_store_batch_set_int (disposition, ICERT_REQUEST_DISPOSITION, 77);
  assert_refused (fixture->store, disposition, ICERT_ERROR_CONFLICT, "disposition");

  icert_store_batch_begin (issued, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (issued, ICERT_REQUEST_ID, 1);
  icert_store_batch_set_int (issued, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_ISSUED);
  assert_refused (fixture->store, issued, ICERT_ERROR_CONFLICT, "certificate");

  icert_store_batch_begin (orphan, ICERT_STORE_ATTRIBUTES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (orphan, ICERT_ATTRIBUTE_REQUEST_ID, 9);
  icert_store_batch_set_text (orphan, ICERT_ATTRIBUTE_NAME, "name");
  assert_refused (fixture->store, orphan, ICERT_ERROR_CONFLICT, "request id");

  icert_store_batch_begin (child_first, ICERT_STORE_ATTRIBUTES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (child_first, ICERT_ATTRIBUTE_REQUEST_ID, 9);
  icert_store_batch_set_text (child_first, ICERT_ATTRIBUTE_NAME, "name");
  icert_store_batch_begin (child_first, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (child_first, ICERT_REQUEST_ID, 9);
  icert_store_batch_set_int (child_first, ICERT_REQUEST_DISPOSITION, 9);
  store_contract_commit (fixture->store, child_first);
}

static void
test_compare_and_set (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;
  guint n_won = 0;

  g_test_summary ("S-E6: of several racing decisions exactly one wins");
  add_request (fixture->store, 1, "alice");
  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (group, new_update (1, 1));
  icert_store_commit (fixture->store, group, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    {
      const GError *lost = icert_store_batch_get_error (group->pdata[i]);
      g_autofree char *field = NULL;

      n_won += lost == NULL;
      if (lost == NULL)
        continue;
      g_assert_error (lost, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
      field = icert_error_get_field (lost);
      g_assert_cmpstr (field, ==, "request");
    }
  g_assert_cmpuint (n_won, ==, 1);
  g_assert_cmpint (read_request_int (fixture->store, 1, ICERT_REQUEST_VERSION), ==, 2);
}

static void
test_update_anyway (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) any = new_update (1, 0);
  g_autoptr (ICertStoreBatch) nobody = new_update (2, 0);

  g_test_summary ("An update without a version raises it too; one of no row is refused");
  add_request (fixture->store, 1, "alice");
  store_contract_commit (fixture->store, any);
  g_assert_cmpint (read_request_int (fixture->store, 1, ICERT_REQUEST_VERSION), ==, 2);
  assert_refused (fixture->store, nobody, ICERT_ERROR_WRONG_STATE, "request");
}

static void
test_update_composite (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (1, "alice");
  g_autoptr (ICertStoreBatch) update = icert_store_batch_new ();
  guint8 serial[20] = { 1 };
  ICertStoreCondition revoked = { .column = ICERT_SERIAL_STATE,
                                  .seek = ICERT_SEEK_EQ,
                                  .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = 2 } };

  g_test_summary ("A row with a key of two columns is found by both");
  store_contract_add_certificate (batch, 1);
  store_contract_commit (fixture->store, batch);
  serial[19] = 1;
  icert_store_batch_begin (update, ICERT_STORE_SERIALS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (update, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_REVOKED);
  icert_store_batch_set_int (update, ICERT_SERIAL_REVOKED_WHEN, 5);
  icert_store_batch_set_int (update, ICERT_SERIAL_CHANGED, 6);
  icert_store_batch_set_data (update, ICERT_SERIAL_SERIAL, serial, sizeof serial);
  icert_store_batch_set_int (update, ICERT_SERIAL_ISSUER, 0);
  store_contract_commit (fixture->store, update);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_SERIALS, &revoked), ==, 1);
}

static void
test_delete (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (1, "alice");
  g_autoptr (ICertStoreBatch) attributes = icert_store_batch_new ();
  g_autoptr (ICertStoreBatch) request = icert_store_batch_new ();

  g_test_summary (
      "A deletion takes every row with its cells, and with a request what belongs to it");
  store_contract_add_certificate (batch, 1);
  store_contract_commit (fixture->store, batch);
  icert_store_batch_begin (attributes, ICERT_STORE_ATTRIBUTES, ICERT_STORE_DELETE);
  icert_store_batch_set_int (attributes, ICERT_ATTRIBUTE_REQUEST_ID, 1);
  store_contract_commit (fixture->store, attributes);
  store_contract_commit (fixture->store, attributes);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_ATTRIBUTES, NULL), ==, 0);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_EXTENSIONS, NULL), ==, 1);

  icert_store_batch_begin (request, ICERT_STORE_REQUESTS, ICERT_STORE_DELETE);
  icert_store_batch_set_int (request, ICERT_REQUEST_ID, 1);
  store_contract_commit (fixture->store, request);
  g_assert_cmpint (store_contract_count (fixture->store), ==, 0);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_EXTENSIONS, NULL), ==, 0);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_NAMES, NULL), ==, 0);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_SERIALS, NULL), ==, 1);
}

static void
test_senseless_changes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) everything = icert_store_batch_new ();
  g_autoptr (ICertStoreBatch) keyless = icert_store_batch_new ();
  g_autoptr (ICertStoreBatch) version = new_update (1, 1);

  g_test_summary ("A deletion of everything, an update of no row and one of the version are bugs");
  add_request (fixture->store, 1, "alice");
  icert_store_batch_begin (everything, ICERT_STORE_REQUESTS, ICERT_STORE_DELETE);
  assert_refused (fixture->store, everything, ICERT_ERROR_INTERNAL, "requests");
  icert_store_batch_begin (keyless, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (keyless, ICERT_REQUEST_DISPOSITION, 31);
  assert_refused (fixture->store, keyless, ICERT_ERROR_INTERNAL, "requests");
  icert_store_batch_set_int (version, ICERT_REQUEST_VERSION, 9);
  assert_refused (fixture->store, version, ICERT_ERROR_INTERNAL, "requests");
  g_assert_cmpint (read_request_int (fixture->store, 1, ICERT_REQUEST_VERSION), ==, 1);
}

/* Numbers audit records as the engine does. */
typedef struct
{
  gint64 sequence;
  guint n_undone;
} Numbering;

static void
number_batch (ICertStoreBatch *batch, gboolean undo, gpointer data)
{
  Numbering *numbering = data;

  if (undo)
    {
      numbering->sequence--;
      numbering->n_undone++;
      icert_store_batch_truncate (batch, 1);
      return;
    }
  add_audit (batch, ++numbering->sequence);
}

static void
test_prepare (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;
  Numbering numbering = { 0 };

  g_test_summary ("prepare() numbers exactly the batches that go in, without a gap");
  add_request (fixture->store, 2, "alice");
  for (gint64 id = 1; id <= 3; id++)
    g_ptr_array_add (group, store_contract_new_request (id, "alice"));
  icert_store_commit (fixture->store, group, number_batch, &numbering, &error);
  g_assert_no_error (error);
  g_assert_error (icert_store_batch_get_error (group->pdata[1]), ICERT_ERROR, ICERT_ERROR_CONFLICT);
  g_assert_cmpuint (numbering.n_undone, ==, 1);
  g_assert_cmpint (numbering.sequence, ==, 2);
  g_assert_cmpuint (icert_store_batch_get_n_changes (group->pdata[1]), ==, 1);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_AUDIT, NULL), ==, 2);
}

/* Many failures in one group, in any place of it */
static void
test_prepare_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;
  Numbering numbering = { 0 };

  g_test_summary ("However many batches of a group fail, the others go in, numbered without a gap");
  for (gint64 i = 0; i < 60; i++)
    g_ptr_array_add (group, store_contract_new_request (1 + i / 2, "alice"));
  icert_store_commit (fixture->store, group, number_batch, &numbering, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 60; i++)
    g_assert_cmpint (icert_store_batch_get_error (group->pdata[i]) != NULL, ==, i % 2);
  g_assert_cmpuint (numbering.n_undone, ==, 30);
  g_assert_cmpint (numbering.sequence, ==, 30);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_AUDIT, NULL), ==, 30);
  g_assert_cmpint (store_contract_count (fixture->store), ==, 30);
}

/* Tests: values */

static void
assert_value_kept (ICertStore *store, guint column, const void *octets, gsize size)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GBytes) found = NULL;
  guint8 columns[] = { column };

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, 1);
  icert_store_batch_set_data (batch, column, octets, size);
  store_contract_commit (store, batch);
  rows = read_request (store, 1, columns, 1);
  found = icert_store_row_dup_bytes (rows->pdata[0], 0);
  g_assert_nonnull (found);
  g_assert_cmpmem (g_bytes_get_data (found, NULL), g_bytes_get_size (found), octets, size);
}

static void
test_values (Fixture *fixture, gconstpointer data)
{
  gsize huge_size = 5 * 1024 * 1024;
  g_autofree guint8 *huge = g_malloc (huge_size);

  g_test_summary ("Octets come back as they went in: huge, empty, and text with NUL");
  for (gsize i = 0; i < huge_size; i++)
    huge[i] = i * 31 + i / 256;
  add_request (fixture->store, 1, "alice");
  assert_value_kept (fixture->store, ICERT_REQUEST_RAW_CERTIFICATE, huge, huge_size);
  assert_value_kept (fixture->store, ICERT_REQUEST_RAW_CERTIFICATE, "", 0);
  assert_value_kept (fixture->store, ICERT_REQUEST_COMMON_NAME, "a\0b", 3);
  assert_value_kept (fixture->store, ICERT_REQUEST_COMMON_NAME, "", 0);
  assert_value_kept (fixture->store, ICERT_REQUEST_COMMON_NAME, "'; DROP TABLE requests; --", 26);
  assert_value_kept (fixture->store, ICERT_REQUEST_COMMON_NAME, "\xc3\xa4\xe2\x82\xac", 5);
}

static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  static const gint64 numbers[] = { 0, -1, 0x80094811, G_MAXINT64, G_MININT64 };

  g_test_summary ("Numbers have 64 bits");
  add_request (fixture->store, 1, "alice");
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();

      icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
      icert_store_batch_set_int (batch, ICERT_REQUEST_ID, 1);
      icert_store_batch_set_int (batch, ICERT_REQUEST_STATUS_CODE, numbers[i]);
      store_contract_commit (fixture->store, batch);
      g_assert_cmpint (read_request_int (fixture->store, 1, ICERT_REQUEST_STATUS_CODE), ==,
                       numbers[i]);
    }
}

static void
test_limits (Fixture *fixture, gconstpointer data)
{
  guint n_columns;
  guint limit
      = icert_store_table_columns (ICERT_STORE_REQUESTS, &n_columns)[ICERT_REQUEST_REQUESTER_NAME]
            .max_length;
  g_autofree char *longest = g_strnfill (limit, 'a');
  g_autofree char *too_long = g_strnfill (limit + 1, 'a');
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (2, too_long);
  const GError *refused;
  g_autoptr (GVariant) details = NULL;
  guint64 actual = 0;

  g_test_summary ("The longest value fits, one octet more is TOO_LARGE with limit and actual size");
  add_request (fixture->store, 1, longest);
  assert_refused (fixture->store, batch, ICERT_ERROR_TOO_LARGE, "Request.RequesterName");
  refused = icert_store_batch_get_error (batch);
  details = icert_error_get_details (refused);
  g_assert_true (g_variant_lookup (details, "actual", "t", &actual));
  g_assert_cmpuint (actual, ==, limit + 1);
}

/* Tests: queries */

static ICertStoreCondition
compare_text (guint column, ICertSeek seek, const char *text)
{
  return (ICertStoreCondition){ .column = column,
                                .seek = seek,
                                .value = { .type = text != NULL ? ICERT_PROPERTY_TYPE_STRING
                                                                : ICERT_PROPERTY_TYPE_NONE,
                                           .data = text,
                                           .size = text != NULL ? strlen (text) : 0 } };
}

static ICertStoreCondition
compare_int (guint column, ICertSeek seek, gint64 value)
{
  return (ICertStoreCondition){ .column = column,
                                .seek = seek,
                                .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value } };
}

/* "alice" 1, 4, 7…; "bob" 2, 5, 8…; none 3, 6, 9… */
static void
fill (ICertStore *store, gint64 n)
{
  static const char *const requesters[] = { NULL, "alice", "bob" };
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;

  for (gint64 id = 1; id <= n; id++)
    g_ptr_array_add (group, store_contract_new_request (id, requesters[id % 3]));
  icert_store_commit (store, group, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_seeks (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    ICertSeek seek;
    const char *text;
    gint64 expected;
  } cases[] = {
    { ICERT_SEEK_EQ, "alice", 10 },     { ICERT_SEEK_EQ, NULL, 10 },
    { ICERT_SEEK_NE, "alice", 20 },     { ICERT_SEEK_NE, NULL, 20 },
    { ICERT_SEEK_LT, "bob", 10 },       { ICERT_SEEK_LE, "bob", 20 },
    { ICERT_SEEK_GT, "alice", 10 },     { ICERT_SEEK_GE, "alice", 20 },
    { ICERT_SEEK_LT, NULL, 0 },         { ICERT_SEEK_GE, NULL, 0 },
    { ICERT_SEEK_NONE, "x", 30 },       { ICERT_SEEK_EQ, "alic", 0 },
    { ICERT_SEEK_PREFIX, "alice", 10 }, { ICERT_SEEK_PREFIX, "al", 10 },
    { ICERT_SEEK_PREFIX, "alicf", 0 },  { ICERT_SEEK_PREFIX, "alices", 0 },
    { ICERT_SEEK_PREFIX, "", 20 },      { ICERT_SEEK_PREFIX, NULL, 0 },
  };

  g_test_summary (
      "An empty cell fulfils EQ with an empty value and NE with any other, nothing else");
  fill (fixture->store, 30);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ICertStoreCondition condition
          = compare_text (ICERT_REQUEST_REQUESTER_NAME, cases[i].seek, cases[i].text);

      g_assert_cmpint (count_table (fixture->store, ICERT_STORE_REQUESTS, &condition), ==,
                       cases[i].expected);
    }
}

static void
test_condition_tree (Fixture *fixture, gconstpointer data)
{
  ICertStoreCondition alice = compare_text (ICERT_REQUEST_REQUESTER_NAME, ICERT_SEEK_EQ, "alice");
  ICertStoreCondition nobody = compare_text (ICERT_REQUEST_REQUESTER_NAME, ICERT_SEEK_EQ, NULL);
  ICertStoreCondition low = compare_int (ICERT_REQUEST_ID, ICERT_SEEK_LE, 10);
  const ICertStoreCondition *either[] = { &alice, &nobody };
  ICertStoreCondition or = { .kind = ICERT_STORE_OR, .n_parts = 2, .parts = either };
  const ICertStoreCondition *both[] = { & or, &low };
  ICertStoreCondition and = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };
  ICertStoreCondition none = { .kind = ICERT_STORE_OR };
  ICertStoreCondition all = { .kind = ICERT_STORE_AND };

  g_test_summary ("Conditions are trees of AND and OR");
  fill (fixture->store, 30);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_REQUESTS, & or), ==, 20);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_REQUESTS, &and), ==, 7);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_REQUESTS, &none), ==, 0);
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_REQUESTS, &all), ==, 30);
}

static void
test_condition_limits (Fixture *fixture, gconstpointer data)
{
  ICertStoreCondition leaf = compare_int (ICERT_REQUEST_ID, ICERT_SEEK_LE, 10);
  g_autofree const ICertStoreCondition **parts = g_new (const ICertStoreCondition *, 100000);
  ICertStoreCondition wide = { .kind = ICERT_STORE_OR, .n_parts = 100000, .parts = parts };
  ICertStoreCondition wrong_type = compare_int (ICERT_REQUEST_COMMON_NAME, ICERT_SEEK_EQ, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_test_summary (
      "S-A10: a condition without measure is TOO_LARGE; one of the wrong type is refused");
  for (guint i = 0; i < wide.n_parts; i++)
    parts[i] = &leaf;
  g_assert_cmpint (icert_store_count (fixture->store, ICERT_STORE_REQUESTS, &wide, NULL, &error),
                   ==, -1);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_TOO_LARGE);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "condition");
  g_clear_error (&error);
  g_assert_cmpint (
      icert_store_count (fixture->store, ICERT_STORE_REQUESTS, &wrong_type, NULL, &error), ==, -1);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
}

static void
test_binary_equality (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) first = store_contract_new_request (1, "alice");
  g_autoptr (ICertStoreBatch) second = store_contract_new_request (2, "alice");
  guint8 serial[20] = { 1 };
  ICertStoreCondition condition
      = { .column = ICERT_SERIAL_SERIAL,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_BINARY, .data = serial, .size = sizeof serial } };

  g_test_summary ("Octets are equal when all of them are, NUL or not");
  add_serial (first, 1, 1, ICERT_SERIAL_STATE_GOOD);
  add_serial (second, 2, 2, ICERT_SERIAL_STATE_GOOD);
  store_contract_commit (fixture->store, first);
  store_contract_commit (fixture->store, second);
  serial[19] = 2;
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_SERIALS, &condition), ==, 1);
  condition.value.size = 19;
  g_assert_cmpint (count_table (fixture->store, ICERT_STORE_SERIALS, &condition), ==, 0);
}

/* Reads all pages and gives the ids in order; the cursor is made as the engine makes it. */
static GArray *
read_pages (ICertStore *store, int sort_column, gboolean descending, guint limit, gint64 add_at)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  const guint8 columns[] = { ICERT_REQUEST_ID, sort_column >= 0 ? sort_column : 0 };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = 2,
                            .columns = columns,
                            .sort_column = sort_column,
                            .descending = descending,
                            .limit = limit };
  g_autoptr (GPtrArray) rows = run_query (store, &query);

  while (rows->len > 0)
    {
      ICertStoreRow *last = rows->pdata[rows->len - 1];
      ICertStoreValue after[2];
      guint n_after = 0;
      GPtrArray *next;

      g_assert_cmpuint (rows->len, <=, limit);
      for (guint i = 0; i < rows->len; i++)
        {
          gint64 id = icert_store_row_get_int (rows->pdata[i], 0);

          g_array_append_val (ids, id);
        }
      if (add_at != 0)
        add_request (store, add_at++, "bob");
      if (sort_column >= 0)
        after[n_after++] = *icert_store_row_get (last, 1);
      after[n_after++] = *icert_store_row_get (last, 0);
      query.n_after = n_after;
      query.after = after;
      next = run_query (store, &query);
      g_ptr_array_unref (rows);
      rows = next;
      if (add_at > 1000000 + 50)
        add_at = 0;
    }
  return ids;
}

/* the position of the requester of @id in the order of requesters */
static int
requester_rank (gint64 id)
{
  return id > 1000000 ? 2 : id % 3;
}

static void
assert_order (GArray *ids, gboolean by_requester, gboolean descending)
{
  for (guint i = 1; i < ids->len; i++)
    {
      gint64 before = g_array_index (ids, gint64, i - (descending ? 0 : 1));
      gint64 after = g_array_index (ids, gint64, i - (descending ? 1 : 0));

      if (by_requester && requester_rank (before) != requester_rank (after))
        g_assert_cmpint (requester_rank (before), <, requester_rank (after));
      else
        g_assert_cmpint (before, <, after);
    }
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  static const guint limits[] = { 1, 4, 10, 33, 100 };

  g_test_summary ("Pages neither skip nor repeat, in both directions, also where cells are empty");
  fill (fixture->store, 33);
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    for (guint descending = 0; descending < 2; descending++)
      {
        static const int sort_columns[] = { -1, ICERT_REQUEST_ID, ICERT_REQUEST_REQUESTER_NAME };

        for (gsize j = 0; j < G_N_ELEMENTS (sort_columns); j++)
          {
            g_autoptr (GArray) ids
                = read_pages (fixture->store, sort_columns[j], descending, limits[i], 0);

            g_assert_cmpuint (ids->len, ==, 33);
            assert_order (ids, sort_columns[j] == ICERT_REQUEST_REQUESTER_NAME, descending);
          }
      }
}

static void
test_pages_under_inserts (Fixture *fixture, gconstpointer data)
{
  guint n_old = 0;

  g_test_summary ("Rows that come in between two pages do not make others skip or repeat");
  fill (fixture->store, 33);
  for (guint descending = 0; descending < 2; descending++)
    {
      g_autoptr (GArray) ids = read_pages (fixture->store, ICERT_REQUEST_REQUESTER_NAME, descending,
                                           4, 1000001 + descending * 100);

      assert_order (ids, TRUE, descending);
      n_old = 0;
      for (guint i = 0; i < ids->len; i++)
        n_old += g_array_index (ids, gint64, i) <= 33;
      g_assert_cmpuint (n_old, ==, 33);
    }
}

/* ids of the rows that fulfil @condition, by pages of three */
static guint
count_by_pages (ICertStore *store, const ICertStoreCondition *condition, gboolean descending)
{
  const guint8 columns[] = { ICERT_REQUEST_DISPOSITION, ICERT_REQUEST_ID };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = 2,
                            .columns = columns,
                            .condition = condition,
                            .sort_column = -1,
                            .descending = descending,
                            .limit = 3 };
  g_autoptr (GPtrArray) rows = run_query (store, &query);
  gint64 before = descending ? G_MAXINT64 : 0;
  guint n = 0;

  while (rows->len > 0)
    {
      GPtrArray *next;

      for (guint i = 0; i < rows->len; i++, n++)
        {
          gint64 id = icert_store_row_get_int (rows->pdata[i], 1);

          g_assert_true (descending ? id < before : id > before);
          before = id;
        }
      query.n_after = 1;
      query.after = icert_store_row_get (rows->pdata[rows->len - 1], 1);
      next = run_query (store, &query);
      g_ptr_array_unref (rows);
      rows = next;
    }
  return n;
}

static void
test_pages_of_dispositions (Fixture *fixture, gconstpointer data)
{
  static const ICertSeek seeks[] = { ICERT_SEEK_EQ, ICERT_SEEK_LT, ICERT_SEEK_LE,
                                     ICERT_SEEK_GE, ICERT_SEEK_GT, ICERT_SEEK_NE };
  static const gint64 values[] = { 0, 8, 9, 10, 20, 30, 31, 99 };

  g_test_summary ("Pages of any range of dispositions hold what a count says, in the order of ids");
  fill (fixture->store, 30);
  for (gint64 id = 1; id <= 30; id += 2)
    {
      g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();

      icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
      icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
      icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, id % 3 == 0 ? 8 : 30 + id % 2);
      store_contract_commit (fixture->store, batch);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (seeks) * G_N_ELEMENTS (values); i++)
    {
      ICertStoreCondition range
          = compare_int (ICERT_REQUEST_DISPOSITION, seeks[i / G_N_ELEMENTS (values)],
                         values[i % G_N_ELEMENTS (values)]);
      ICertStoreCondition low = compare_int (ICERT_REQUEST_ID, ICERT_SEEK_LT, 15);
      const ICertStoreCondition *parts[] = { &range, &low };
      ICertStoreCondition and = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = parts };
      ICertStoreCondition or = { .kind = ICERT_STORE_OR, .n_parts = 2, .parts = parts };
      const ICertStoreCondition *cases[] = { &range, &and, & or };

      for (gsize j = 0; j < G_N_ELEMENTS (cases); j++)
        for (guint descending = 0; descending < 2; descending++)
          g_assert_cmpint (count_by_pages (fixture->store, cases[j], descending), ==,
                           count_table (fixture->store, ICERT_STORE_REQUESTS, cases[j]));
    }
}

/* rows that fulfil @condition, by pages of @limit in the order of the requesters */
static guint
count_sorted (ICertStore *store,
              const ICertStoreCondition *condition,
              gboolean descending,
              guint limit)
{
  const guint8 columns[] = { ICERT_REQUEST_REQUESTER_NAME, ICERT_REQUEST_ID };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = 2,
                            .columns = columns,
                            .condition = condition,
                            .sort_column = ICERT_REQUEST_REQUESTER_NAME,
                            .descending = descending,
                            .limit = limit };
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) rows = run_query (store, &query);

  while (rows->len > 0)
    {
      const ICertStoreRow *last = rows->pdata[rows->len - 1];
      ICertStoreValue after[] = { *icert_store_row_get (last, 0), *icert_store_row_get (last, 1) };
      GPtrArray *next;

      for (guint i = 0; i < rows->len; i++)
        g_assert_true (g_hash_table_add (
            seen, GINT_TO_POINTER ((int) icert_store_row_get_int (rows->pdata[i], 1))));
      query.n_after = 2;
      query.after = after;
      next = run_query (store, &query);
      g_ptr_array_unref (rows);
      rows = next;
    }
  return g_hash_table_size (seen);
}

static void
test_pages_of_few_and_many (Fixture *fixture, gconstpointer data)
{
  ICertStoreCondition few = compare_int (ICERT_REQUEST_SUBMITTED_WHEN, ICERT_SEEK_LT, 0);
  ICertStoreCondition pending = compare_int (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_LE, 20);
  ICertStoreCondition low = compare_int (ICERT_REQUEST_ID, ICERT_SEEK_LE, 40);
  ICertStoreCondition text = compare_text (ICERT_REQUEST_REQUESTER_NAME, ICERT_SEEK_GE, "a");
  const ICertStoreCondition *low_parts[] = { &pending, &low };
  const ICertStoreCondition *text_parts[] = { &pending, &text };
  ICertStoreCondition low_and = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = low_parts };
  ICertStoreCondition low_or = { .kind = ICERT_STORE_OR, .n_parts = 2, .parts = low_parts };
  ICertStoreCondition text_and = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = text_parts };
  const ICertStoreCondition *cases[] = { &few, &pending, &low_and, &low_or, &text, &text_and };

  g_test_summary ("Few rows and many, in an order that is not that of their restriction: all of "
                  "them, once, and as many as a count says");
  fill (fixture->store, 1800);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint descending = 0; descending < 2; descending++)
      {
        gint64 n = count_table (fixture->store, ICERT_STORE_REQUESTS, cases[i]);

        g_assert_cmpint (count_sorted (fixture->store, cases[i], descending, 90), ==, n);
        g_assert_cmpint (count_by_pages (fixture->store, cases[i], descending), ==, n);
      }
}

static gint64
count_named (ICertStore *store, ICertNameKind kind, ICertSeek seek, const char *text)
{
  ICertStoreCondition condition = compare_text (kind, seek, text);

  condition.kind = ICERT_STORE_NAMED;
  return count_table (store, ICERT_STORE_REQUESTS, &condition);
}

static void
test_named (Fixture *fixture, gconstpointer data)
{
  ICertStoreCondition wrong = compare_text (1, ICERT_SEEK_LT, "x");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Requests are found by the alternative names of their certificates");
  for (gint64 id = 1; id <= 12; id++)
    {
      g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");

      store_contract_add_certificate (batch, id);
      store_contract_commit (fixture->store, batch);
    }
  g_assert_cmpint (count_named (fixture->store, 2, ICERT_SEEK_EQ, "host1.example.org"), ==, 1);
  g_assert_cmpint (count_named (fixture->store, 0, ICERT_SEEK_EQ, "host1.example.org"), ==, 1);
  g_assert_cmpint (count_named (fixture->store, 3, ICERT_SEEK_EQ, "host1.example.org"), ==, 0);
  g_assert_cmpint (count_named (fixture->store, 2, ICERT_SEEK_PREFIX, "host1"), ==, 4);
  g_assert_cmpint (count_named (fixture->store, 0, ICERT_SEEK_PREFIX, "host"), ==, 12);
  wrong.kind = ICERT_STORE_NAMED;
  g_assert_cmpint (icert_store_count (fixture->store, ICERT_STORE_REQUESTS, &wrong, NULL, &error),
                   ==, -1);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
}

static void
test_groups (Fixture *fixture, gconstpointer data)
{
  ICertStoreCondition low = compare_int (ICERT_REQUEST_ID, ICERT_SEEK_LE, 15);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) some = NULL;
  g_autofree char *second = NULL;

  g_test_summary ("Rows are counted by the values of a column, the empty one first");
  fill (fixture->store, 30);
  all = icert_store_group (fixture->store, ICERT_STORE_REQUESTS, ICERT_REQUEST_REQUESTER_NAME,
                           ICERT_PERIOD_NONE, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 3);
  g_assert_cmpint (icert_store_row_get (all->pdata[0], 0)->type, ==, ICERT_PROPERTY_TYPE_NONE);
  second = icert_store_row_dup_text (all->pdata[1], 0);
  g_assert_cmpstr (second, ==, "alice");
  g_assert_cmpint (icert_store_row_get_int (all->pdata[1], 1), ==, 10);
  some = icert_store_group (fixture->store, ICERT_STORE_REQUESTS, ICERT_REQUEST_REQUESTER_NAME,
                            ICERT_PERIOD_NONE, &low, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (some->len, ==, 2);
  g_assert_cmpint (icert_store_row_get_int (some->pdata[1], 1), ==, 5);
  g_assert_null (icert_store_group (fixture->store, ICERT_STORE_REQUESTS,
                                    ICERT_REQUEST_REQUESTER_NAME, ICERT_PERIOD_DAY, NULL, 0, NULL,
                                    &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
}

static void
test_pages_composite (Fixture *fixture, gconstpointer data)
{
  const guint8 columns[] = { ICERT_NAME_KIND, ICERT_NAME_VALUE, ICERT_NAME_REQUEST_ID };
  ICertStoreQuery query = {
    .table = ICERT_STORE_NAMES, .n_columns = 3, .columns = columns, .sort_column = -1, .limit = 3
  };
  g_autoptr (GPtrArray) rows = NULL;
  guint n = 0;

  g_test_summary ("The cursor of a table whose key has three columns has three cells");
  for (gint64 id = 1; id <= 10; id++)
    {
      g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");

      store_contract_add_certificate (batch, id);
      store_contract_commit (fixture->store, batch);
    }
  rows = run_query (fixture->store, &query);
  while (rows->len > 0)
    {
      GPtrArray *next;

      n += rows->len;
      query.n_after = 3;
      query.after = icert_store_row_get (rows->pdata[rows->len - 1], 0);
      next = run_query (fixture->store, &query);
      g_ptr_array_unref (rows);
      rows = next;
    }
  g_assert_cmpuint (n, ==, 10);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  const guint8 columns[] = { ICERT_REQUEST_ID };
  ICertStoreQuery query
      = { .table = ICERT_STORE_REQUESTS, .n_columns = 1, .columns = columns, .sort_column = -1 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled query says so");
  g_cancellable_cancel (cancellable);
  g_assert_null (icert_store_query (fixture->store, &query, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Scans */

typedef struct
{
  ICertStore *store;
  GArray *ids;
  guint enough;                             /* 0 = all */
  gboolean fails;                           /* where it has enough */
  GThread *(*at_third) (ICertStore *store); /* nullable */
} Scan;

static gboolean
scan_cb (const ICertStoreValue *values, guint n_values, gpointer data, GError **error)
{
  Scan *scan = data;

  g_assert_cmpuint (n_values, ==, 1);
  g_assert_cmpint (values[0].type, ==, ICERT_PROPERTY_TYPE_LONG);
  g_array_append_val (scan->ids, values[0].integer);
  if (scan->ids->len == 3 && scan->at_third != NULL)
    g_thread_join (scan->at_third (scan->store));
  if (scan->enough == 0 || scan->ids->len < scan->enough)
    return TRUE;
  if (scan->fails)
    g_set_error_literal (error, ICERT_ERROR, ICERT_ERROR_DENIED, "row: not wanted (another)");
  return FALSE;
}

static gboolean
run_scan (ICertStore *store, Scan *scan, gboolean descending, guint limit, GError **error)
{
  const guint8 columns[] = { ICERT_REQUEST_ID };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = 1,
                            .columns = columns,
                            .sort_column = -1,
                            .descending = descending,
                            .limit = limit };

  scan->store = store;
  g_array_set_size (scan->ids, 0);
  return icert_store_scan (store, &query, scan_cb, scan, NULL, error);
}

static void
assert_scanned (const Scan *scan, gint64 first, gint64 last)
{
  gint64 step = first <= last ? 1 : -1;

  g_assert_cmpuint (scan->ids->len, ==, ABS (last - first) + 1);
  for (guint i = 0; i < scan->ids->len; i++)
    g_assert_cmpint (g_array_index (scan->ids, gint64, i), ==, first + i * step);
}

static void
test_scan (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  Scan scan = { .ids = ids };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A scan lends every row in order, until its receiver has enough or fails");
  fill (fixture->store, 30);
  g_assert_true (run_scan (fixture->store, &scan, FALSE, 0, &error));
  assert_scanned (&scan, 1, 30);
  g_assert_true (run_scan (fixture->store, &scan, TRUE, 7, &error));
  assert_scanned (&scan, 30, 24);
  scan.enough = 5;
  g_assert_true (run_scan (fixture->store, &scan, FALSE, 0, &error));
  g_assert_no_error (error);
  assert_scanned (&scan, 1, 5);
  scan.fails = TRUE;
  g_assert_false (run_scan (fixture->store, &scan, FALSE, 0, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_DENIED);
  assert_scanned (&scan, 1, 5);
}

static gpointer
add_worker (gpointer data)
{
  add_request (data, 31, "carol");
  return NULL;
}

static GThread *
start_adding (ICertStore *store)
{
  return g_thread_new ("adds", add_worker, store);
}

static void
test_scan_one_moment (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  Scan scan = { .ids = ids, .at_third = start_adding };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A scan shows one moment, and holds no commit up");
  fill (fixture->store, 30);
  g_assert_true (run_scan (fixture->store, &scan, FALSE, 0, &error));
  assert_scanned (&scan, 1, 30);
  scan.at_third = NULL;
  g_assert_true (run_scan (fixture->store, &scan, FALSE, 0, &error));
  assert_scanned (&scan, 1, 31);
}

/* Readers while the writer writes */

typedef struct
{
  ICertStore *store;
  gint stop;
} Reading;

/* Each batch brings one request and one attribute: readers see both or none. */
static gpointer
read_worker (gpointer data)
{
  Reading *reading = data;
  gint64 before = 0;

  while (!g_atomic_int_get (&reading->stop))
    {
      gint64 attributes = count_table (reading->store, ICERT_STORE_ATTRIBUTES, NULL);
      gint64 requests = store_contract_count (reading->store);

      g_assert_cmpint (requests, >=, attributes);
      g_assert_cmpint (attributes, >=, before);
      before = attributes;
    }
  return NULL;
}

static void
test_readers (Fixture *fixture, gconstpointer data)
{
  Reading reading = { fixture->store, FALSE };
  GThread *threads[3];

  g_test_summary ("Any thread reads while one writes, and sees whole commits only");
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_worker, &reading);
  for (gint64 id = 1; id <= 200; id++)
    {
      g_autoptr (ICertStoreBatch) batch = store_contract_new_request (id, "alice");

      store_contract_add_certificate (batch, id);
      store_contract_commit (fixture->store, batch);
      g_assert_cmpint (store_contract_count (fixture->store), ==, id);
    }
  g_atomic_int_set (&reading.stop, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* Tests: counters and life */

static gint64
reserve (ICertStore *store, const char *counter, gint64 n)
{
  g_autoptr (GError) error = NULL;
  gint64 first = 0;

  icert_store_reserve (store, counter, n, &first, &error);
  g_assert_no_error (error);
  return first;
}

static void
reopen (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  icert_store_close (fixture->store, &error);
  g_assert_no_error (error);
  icert_store_open (fixture->store, fixture->url, FALSE, &error);
  g_assert_no_error (error);
}

static void
test_reserve (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "S-E7: numbers begin at 1, rise strictly and are not given twice; the rest of the "
      "newest block can be given back");
  g_assert_cmpint (reserve (fixture->store, "next-request-id", 10), ==, 1);
  g_assert_cmpint (reserve (fixture->store, "next-request-id", 10), ==, 11);
  g_assert_cmpint (reserve (fixture->store, "other", 1), ==, 1);
  reopen (fixture);
  g_assert_cmpint (reserve (fixture->store, "next-request-id", 5), ==, 21);
  icert_store_release (fixture->store, "next-request-id", 23, &error);
  g_assert_no_error (error);
  reopen (fixture);
  g_assert_cmpint (reserve (fixture->store, "next-request-id", 1), ==, 23);
  g_assert_false (icert_store_release (fixture->store, "next-request-id", 20, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
}

static void
test_reserve_does_not_wrap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 first = 0;
  g_autofree char *field = NULL;

  g_test_summary ("S-E7: a counter at its end is INTERNAL, it does not wrap");
  g_assert_cmpint (reserve (fixture->store, "ids", G_MAXINT64 - 1), ==, 1);
  g_assert_false (icert_store_reserve (fixture->store, "ids", 1, &first, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_INTERNAL);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "ids");
  g_assert_cmpint (reserve (fixture->store, "others", 1), ==, 1);
}

static void
test_recover_after_success (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean committed = FALSE;

  g_test_summary ("S-E4: recover() says that the last group went in when it did");
  add_request (fixture->store, 1, "alice");
  g_assert_true (icert_store_recover (fixture->store, &committed, &error));
  g_assert_no_error (error);
  g_assert_true (committed);
  add_request (fixture->store, 2, "alice");
  g_assert_cmpint (store_contract_count (fixture->store), ==, 2);
}

static void
test_closed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertStoreBatch) batch = store_contract_new_request (1, "alice");
  g_autoptr (GPtrArray) group = new_group ();
  g_autoptr (GError) error = NULL;
  gint64 first = 0;

  g_test_summary (
      "S-E1: there is no issuing without a store: calls on a closed one fail with STORAGE");
  icert_store_close (fixture->store, &error);
  g_assert_no_error (error);
  g_ptr_array_add (group, icert_store_batch_ref (batch));
  g_assert_false (icert_store_commit (fixture->store, group, NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_false (icert_store_reserve (fixture->store, "ids", 1, &first, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_cmpint (icert_store_count (fixture->store, ICERT_STORE_REQUESTS, NULL, NULL, &error), ==,
                   -1);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  icert_store_open (fixture->store, fixture->url, FALSE, &error);
  g_assert_no_error (error);
}

void
store_contract_add_tests (const char *prefix, const StoreContract *contract)
{
  static const struct
  {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "keeps", test_keeps },
    { "refuses-second-create", test_refuses_second_create },
    { "atomic", test_atomic },
    { "conflict-alone", test_conflict_alone },
    { "unique-serial/S-E8", test_unique_serial },
    { "unique-key/S-E5", test_unique_key },
    { "schema-rules/S-F2", test_schema_rules },
    { "compare-and-set/S-E6", test_compare_and_set },
    { "update-anyway", test_update_anyway },
    { "update-composite", test_update_composite },
    { "delete", test_delete },
    { "senseless-changes", test_senseless_changes },
    { "prepare", test_prepare },
    { "prepare-many", test_prepare_many },
    { "values", test_values },
    { "numbers", test_numbers },
    { "limits", test_limits },
    { "seeks", test_seeks },
    { "condition-tree", test_condition_tree },
    { "condition-limits/S-A10", test_condition_limits },
    { "binary-equality", test_binary_equality },
    { "pages", test_pages },
    { "pages-under-inserts", test_pages_under_inserts },
    { "pages-of-dispositions", test_pages_of_dispositions },
    { "pages-of-few-and-many", test_pages_of_few_and_many },
    { "named", test_named },
    { "groups", test_groups },
    { "pages-composite", test_pages_composite },
    { "cancelled", test_cancelled },
    { "scan", test_scan },
    { "scan-one-moment/S-I3", test_scan_one_moment },
    { "readers", test_readers },
    { "reserve/S-E7", test_reserve },
    { "reserve-does-not-wrap/S-E7", test_reserve_does_not_wrap },
    { "recover-after-success/S-E4", test_recover_after_success },
    { "closed/S-E1", test_closed },
  };

  how = contract;
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/contract/%s", prefix, tests[i].name);

      g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
    }
}
