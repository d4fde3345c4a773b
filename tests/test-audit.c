/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "ca-audit-sink.h"
#include "ca-audit-verify.h"
#include "ca-clock-state.h"
#include "ca-query.h"
#include "ca-writer.h"

/* The verifier of the audit log against whoever can write the store: random changes of rows, of
 * their order and of the end, in memory and through SQLite; checkpoints and sinks. */

#define N_ROWS 60
#define N_MUTATIONS 10000
#define N_STORED 300
#define SECRET "0123456789abcdef"

/* A log in memory */

typedef struct
{
  gint64 sequence, time;
  GBytes *cells[CA_AUDIT_N_TEXTS + 2]; /* texts, hash, mac; NULL = empty */
} Row;

#define HASH CA_AUDIT_N_TEXTS
#define MAC (CA_AUDIT_N_TEXTS + 1)

static CaAuditMac *mac;

static void
row_clear (gpointer data)
{
  Row *row = data;

  for (guint i = 0; i < G_N_ELEMENTS (row->cells); i++)
    g_clear_pointer (&row->cells[i], g_bytes_unref);
}

static CaAuditText
text_of (GBytes *bytes)
{
  gsize size = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  return (CaAuditText){ bytes != NULL && data == NULL ? "" : data, size };
}

static void
to_record (const Row *row, CaAuditRow *record)
{
  record->fields.sequence = row->sequence;
  record->fields.time = row->time;
  for (guint i = 0; i < CA_AUDIT_N_TEXTS; i++)
    record->fields.texts[i] = text_of (row->cells[i]);
  record->hash = text_of (row->cells[HASH]);
  record->mac = text_of (row->cells[MAC]);
}

static void
seal_row (Row *row, const guint8 before[CA_AUDIT_HASH], guint8 hash[CA_AUDIT_HASH])
{
  CaAuditRow record;
  guint8 value[CA_AUDIT_HASH];

  to_record (row, &record);
  ca_audit_hash (before, &record.fields, hash);
  ca_audit_mac_compute (mac, hash, value);
  g_clear_pointer (&row->cells[HASH], g_bytes_unref);
  g_clear_pointer (&row->cells[MAC], g_bytes_unref);
  row->cells[HASH] = g_bytes_new (hash, CA_AUDIT_HASH);
  row->cells[MAC] = g_bytes_new (value, CA_AUDIT_HASH);
}

static GArray *
new_log (void)
{
  static const char *const verbs[] = { "submit", "sign", "deny", "start", "stop" };
  GArray *log = g_array_new (FALSE, TRUE, sizeof (Row));
  guint8 hash[CA_AUDIT_HASH] = { 0 };

  g_array_set_clear_func (log, row_clear);
  for (guint i = 0; i < N_ROWS; i++)
    {
      Row row = { .sequence = i + 1, .time = 1000000 * (i + 1) };
      g_autofree char *object = g_strdup_printf ("request:%u", i / 3);

      row.cells[CA_AUDIT_NODE] = g_bytes_new ("node", 4);
      row.cells[CA_AUDIT_ACTOR] = g_bytes_new ("alice", 5);
      row.cells[CA_AUDIT_DOOR] = g_bytes_new ("local", 5);
      row.cells[CA_AUDIT_VERB] = g_bytes_new (verbs[i % 5], strlen (verbs[i % 5]));
      row.cells[CA_AUDIT_OBJECT] = i % 7 != 0 ? g_bytes_new (object, strlen (object)) : NULL;
      row.cells[CA_AUDIT_OUTCOME] = g_bytes_new ("OK", 2);
      row.cells[CA_AUDIT_DETAIL] = i % 4 == 0 ? g_bytes_new ("", 0) : NULL;
      seal_row (&row, hash, hash);
      g_array_append_val (log, row);
    }
  return log;
}

static Row
copy_row (const Row *row)
{
  Row copy = *row;

  for (guint i = 0; i < G_N_ELEMENTS (copy.cells); i++)
    if (copy.cells[i] != NULL)
      g_bytes_ref (copy.cells[i]);
  return copy;
}

static GArray *
copy_log (GArray *log)
{
  GArray *copy = g_array_new (FALSE, TRUE, sizeof (Row));

  g_array_set_clear_func (copy, row_clear);
  for (guint i = 0; i < log->len; i++)
    {
      Row row = copy_row (&g_array_index (log, Row, i));

      g_array_append_val (copy, row);
    }
  return copy;
}

/* A checkpoint of the last record, as a sink keeps it. */
static GPtrArray *
seal_log (GArray *log)
{
  GPtrArray *checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_checkpoint_free);
  CaAuditHead head = { .sequence = log->len };

  memcpy (head.hash, g_bytes_get_data (g_array_index (log, Row, log->len - 1).cells[HASH], NULL),
          CA_AUDIT_HASH);
  g_ptr_array_add (checkpoints, ca_checkpoint_new ("Demo", &head, "node"));
  return checkpoints;
}

static CaAuditVerifier *
verify (GArray *log, GPtrArray *checkpoints)
{
  CaAuditVerifier *verifier = ca_audit_verifier_new (checkpoints, mac, 1);

  for (guint i = 0; i < log->len; i++)
    {
      CaAuditRow record;

      to_record (&g_array_index (log, Row, i), &record);
      ca_audit_verifier_feed (verifier, &record);
    }
  ca_audit_verifier_finish (verifier);
  return verifier;
}

/* Mutations: each answers the first record that is not as it was, 0 when it changed nothing */

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const Row *first = a;
  const Row *second = b;

  return first->sequence < second->sequence ? -1 : first->sequence > second->sequence;
}

static GBytes *
flip_bit (GBytes *bytes)
{
  gsize size;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autofree guint8 *copy = NULL;

  if (data == NULL || size == 0)
    return g_bytes_new ("x", 1);
  copy = g_memdup2 (data, size);
  copy[g_test_rand_int_range (0, size)] ^= 1 << g_test_rand_int_range (0, 8);
  return g_bytes_new (copy, size);
}

static gint64
change_cell (GArray *log)
{
  guint index = g_test_rand_int_range (0, log->len);
  Row *row = &g_array_index (log, Row, index);
  guint column = g_test_rand_int_range (0, G_N_ELEMENTS (row->cells));
  GBytes *fresh = NULL;

  if (g_test_rand_bit ())
    fresh = flip_bit (row->cells[column]);
  else if (row->cells[column] == NULL)
    return 0;
  g_clear_pointer (&row->cells[column], g_bytes_unref);
  row->cells[column] = fresh;
  return index + 1;
}

static gint64
change_number (GArray *log)
{
  guint index = g_test_rand_int_range (0, log->len);
  Row *row = &g_array_index (log, Row, index);
  gint64 bit = G_GINT64_CONSTANT (1) << g_test_rand_int_range (0, 62);

  if (g_test_rand_bit ())
    {
      row->time ^= bit;
      return index + 1;
    }
  /* what the table's key refuses */
  if ((row->sequence ^ bit) <= (gint64) log->len)
    return 0;
  row->sequence ^= bit;
  g_array_sort (log, compare_rows);
  return index + 1;
}

static void
exchange (Row *first, Row *second)
{
  Row old = *first;

  *first = *second;
  *second = old;
  second->sequence = first->sequence;
  first->sequence = old.sequence;
}

static gint64
swap_rows (GArray *log)
{
  guint first = g_test_rand_int_range (0, log->len);
  guint second = g_test_rand_int_range (0, log->len);

  if (first == second)
    return 0;
  exchange (&g_array_index (log, Row, first), &g_array_index (log, Row, second));
  return MIN (first, second) + 1;
}

static void
number_rows (GArray *log)
{
  for (guint i = 0; i < log->len; i++)
    g_array_index (log, Row, i).sequence = i + 1;
}

static gint64
remove_row (GArray *log)
{
  guint index = g_test_rand_int_range (0, log->len);

  g_array_remove_index (log, index);
  /* with a gap, or closed up */
  if (g_test_rand_bit ())
    number_rows (log);
  return index + 1;
}

static gint64
cut_tail (GArray *log)
{
  guint keep = g_test_rand_int_range (0, log->len);

  g_array_set_size (log, keep);
  return keep + 1;
}

/* By somebody who knows the formula of the hash, but not the key of the MAC. */
static gint64
insert_row (GArray *log)
{
  guint index = g_test_rand_int_range (0, log->len);
  Row row = copy_row (&g_array_index (log, Row, index));
  guint8 before[CA_AUDIT_HASH] = { 0 };
  guint8 hash[CA_AUDIT_HASH];
  g_autoptr (GBytes) old_mac = g_bytes_ref (row.cells[MAC]);

  g_clear_pointer (&row.cells[CA_AUDIT_DETAIL], g_bytes_unref);
  row.cells[CA_AUDIT_DETAIL] = g_bytes_new ("put in", 6);
  if (index > 0)
    memcpy (before, g_bytes_get_data (g_array_index (log, Row, index - 1).cells[HASH], NULL),
            CA_AUDIT_HASH);
  row.sequence = index + 1;
  seal_row (&row, before, hash);
  g_clear_pointer (&row.cells[MAC], g_bytes_unref);
  row.cells[MAC] = g_steal_pointer (&old_mac);
  g_array_insert_val (log, index, row);
  number_rows (log);
  return index + 1;
}

/* All hashes from there on anew: the MACs tell. */
static gint64
forge_rest (GArray *log)
{
  guint index = g_test_rand_int_range (0, log->len);
  guint8 hash[CA_AUDIT_HASH] = { 0 };
  Row *row = &g_array_index (log, Row, index);

  if (index > 0)
    memcpy (hash, g_bytes_get_data (g_array_index (log, Row, index - 1).cells[HASH], NULL),
            CA_AUDIT_HASH);
  row->time++;
  for (guint i = index; i < log->len; i++)
    {
      Row *next = &g_array_index (log, Row, i);
      GBytes *old_mac = g_bytes_ref (next->cells[MAC]);

      seal_row (next, hash, hash);
      g_bytes_unref (next->cells[MAC]);
      next->cells[MAC] = old_mac;
    }
  return index + 1;
}

typedef gint64 (*Mutation) (GArray *log);

static const Mutation mutations[] = { change_cell, change_cell, change_number, swap_rows,
                                      remove_row,  cut_tail,    insert_row,    forge_rest };

static void
test_mutations (void)
{
  g_autoptr (GArray) log = new_log ();
  g_autoptr (GPtrArray) checkpoints = seal_log (log);
  g_autoptr (CaAuditVerifier) sound = verify (log, checkpoints);
  guint counts[CA_AUDIT_CHECKPOINT + 1] = { 0 };

  g_test_summary ("S-F7: each of 10,000 random changes of rows, order and end is found, and the "
                  "first record that is wrong is named");
  g_assert_cmpint (ca_audit_verifier_get_problem (sound), ==, CA_AUDIT_SOUND);
  g_assert_cmpint (ca_audit_verifier_get_sequence (sound), ==, N_ROWS);
  g_assert_cmpuint (ca_audit_verifier_get_n_checkpoints (sound), ==, 1);
  for (guint done = 0; done < N_MUTATIONS;)
    {
      g_autoptr (GArray) copy = copy_log (log);
      guint which = g_test_rand_int_range (0, G_N_ELEMENTS (mutations));
      gint64 expected = mutations[which](copy);
      g_autoptr (CaAuditVerifier) verifier = NULL;

      if (expected == 0)
        continue;
      done++;
      verifier = verify (copy, checkpoints);
      counts[ca_audit_verifier_get_problem (verifier)]++;
      if (ca_audit_verifier_get_problem (verifier) == CA_AUDIT_SOUND
          || ca_audit_verifier_get_sequence (verifier) != expected)
        g_error ("mutation %u of record %" G_GINT64_FORMAT ": %s, record %" G_GINT64_FORMAT, which,
                 expected, ca_audit_problem_to_string (ca_audit_verifier_get_problem (verifier)),
                 ca_audit_verifier_get_sequence (verifier));
      g_assert_nonnull (ca_audit_verifier_get_text (verifier));
    }
  g_assert_cmpuint (counts[CA_AUDIT_SOUND], ==, 0);
  for (guint i = CA_AUDIT_CHANGED; i <= CA_AUDIT_CUT; i++)
    {
      g_test_message ("%s: %u", ca_audit_problem_to_string (i), counts[i]);
      g_assert_cmpuint (counts[i], >, 0);
    }
}

/* What exactly is said */

static void
assert_problem (GArray *log, GPtrArray *checkpoints, CaAuditProblem problem, gint64 sequence)
{
  g_autoptr (CaAuditVerifier) verifier = verify (log, checkpoints);

  g_assert_cmpstr (ca_audit_problem_to_string (ca_audit_verifier_get_problem (verifier)), ==,
                   ca_audit_problem_to_string (problem));
  g_assert_cmpint (ca_audit_verifier_get_sequence (verifier), ==, sequence);
}

static void
test_swapped (void)
{
  static const guint places[][2] = { { 3, 4 }, { 3, 9 }, { 58, 59 }, { 0, 1 }, { 0, 59 } };

  g_test_summary ("Records that changed places are called so, neighbours too");
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GArray) log = new_log ();

      exchange (&g_array_index (log, Row, places[i][0]), &g_array_index (log, Row, places[i][1]));
      assert_problem (log, NULL, CA_AUDIT_SWAPPED, places[i][0] + 1);
    }
}

static void
test_inserted (void)
{
  g_autoptr (GArray) log = new_log ();

  g_test_summary ("A record that was put in is called so, whoever wrote it");
  insert_row (log);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GArray) copy = new_log ();
      gint64 place = insert_row (copy);

      assert_problem (copy, NULL, CA_AUDIT_INSERTED, place);
    }
}

static void
test_old_records (void)
{
  g_autoptr (GArray) log = new_log ();
  CaAuditVerifier *verifier;
  CaAuditRow record;

  g_test_summary ("Records of an icert without MACs have none, and must not have one");
  for (guint with_mac = 0; with_mac < 2; with_mac++)
    {
      verifier = ca_audit_verifier_new (NULL, mac, 3);
      for (guint i = 0; i < log->len; i++)
        {
          Row *row = &g_array_index (log, Row, i);

          if (i < 2 && !with_mac)
            g_clear_pointer (&row->cells[MAC], g_bytes_unref);
          if (i == 1 && with_mac)
            row->cells[MAC] = g_bytes_new ("x", 1);
          to_record (row, &record);
          ca_audit_verifier_feed (verifier, &record);
        }
      g_assert_cmpint (ca_audit_verifier_get_problem (verifier), ==,
                       with_mac ? CA_AUDIT_CHANGED : CA_AUDIT_SOUND);
      g_assert_cmpint (ca_audit_verifier_get_sequence (verifier), ==, with_mac ? 2 : N_ROWS);
      ca_audit_verifier_free (verifier);
    }
}

/* Through a store */

typedef struct
{
  char *folder, *path;
  ICertStore *store;
  ICertKey *key;
  GBytes *secret, *public_key;
  char *line; /* of the newest checkpoint */
} Fixture;

static gpointer
new_module (const char *class_id, const char *interface)
{
  g_autoptr (GError) error = NULL;
  GObject *object
      = icert_registry_create_module (icert_registry_get_default (), class_id, interface, &error);

  g_assert_no_error (error);
  return object;
}

/* A log of two nodes, and a checkpoint of it. */
static void
write_log (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  CaWriter *writer = ca_writer_new (fixture->store, "node", &error);
  g_autoptr (CaCheckpoint) checkpoint = NULL;
  ICertStoreBatch *batch = icert_store_batch_new ();
  CaAuditHead head;

  g_assert_no_error (error);
  ca_writer_set_secret (writer, fixture->secret);
  ca_counter_store (CA_AUDIT_MAC_FROM, 1, batch);
  ca_writer_commit (writer, batch, NULL, NULL, NULL);
  for (guint i = 0; i < N_ROWS; i++)
    {
      g_autofree char *object = g_strdup_printf ("request:%u", i);

      ca_writer_audit (writer, ca_audit_record_new (NULL, i % 3 ? "submit" : "sign", object, "OK",
                                                    i % 5 ? NULL : "a detail"));
    }
  ca_writer_flush (writer);
  ca_audit_head_load (&head, fixture->store, &error);
  g_assert_no_error (error);
  checkpoint = ca_checkpoint_new ("Demo", &head, "node");
  ca_checkpoint_sign (checkpoint, fixture->key, &error);
  g_assert_no_error (error);
  fixture->line = ca_checkpoint_to_line (checkpoint);
  batch = icert_store_batch_new ();
  ca_checkpoint_insert (checkpoint, batch);
  ca_writer_commit_wait (writer, batch, NULL, &error);
  g_assert_no_error (error);
  ca_writer_free (writer);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;

  fixture->folder = g_dir_make_tmp ("test-audit-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "ca.db", NULL);
  key = g_build_filename (fixture->folder, "audit.key", NULL);
  fixture->secret = g_bytes_new (SECRET, strlen (SECRET));
  fixture->store = new_module ("SQLite.Store", "ICertStore");
  icert_store_open (fixture->store, fixture->path, TRUE, &error);
  g_assert_no_error (error);
  fixture->key = new_module ("File.Key", "ICertKey");
  icert_key_generate (fixture->key, key, "ed25519", fixture->secret, &error);
  g_assert_no_error (error);
  fixture->public_key = icert_key_get_public_key (fixture->key, &error);
  g_assert_no_error (error);
  write_log (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[]
      = { "ca.db", "ca.db-wal", "ca.db-shm", "audit.key", "sink", "journal", NULL };

  icert_store_close (fixture->store, NULL);
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->key);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_unlink (path);
    }
  g_assert_no_errno (g_rmdir (fixture->folder));
  g_bytes_unref (fixture->secret);
  g_bytes_unref (fixture->public_key);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->line);
}

static void
read_log (Fixture *fixture, const char *const *sink, CaAuditFindings *findings)
{
  CaAuditReading reading = { .store = fixture->store,
                             .ca = "Demo",
                             .secret = fixture->secret,
                             .audit_key = fixture->public_key,
                             .sink = sink };
  g_autoptr (GError) error = NULL;

  ca_audit_verify (&reading, findings, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (findings->done);
}

static sqlite3 *
open_file (Fixture *fixture)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  return db;
}

static gboolean
try_sql (sqlite3 *db, const char *format, ...)
{
  va_list arguments;
  char *sql;
  int result;

  va_start (arguments, format);
  sql = sqlite3_vmprintf (format, arguments);
  va_end (arguments);
  result = sqlite3_exec (db, sql, NULL, NULL, NULL);
  sqlite3_free (sql);
  return result == SQLITE_OK;
}

/* One change of the file by SQL; answers the first record that it makes wrong, 0: none. */
static gint64
mutate_file (sqlite3 *db)
{
  static const char *const texts[]
      = { "node", "actor", "door", "verb", "object", "outcome", "detail" };
  static const char *const blobs[] = { "hash", "mac" };
  int record = g_test_rand_int_range (1, N_ROWS + 1);
  int other = g_test_rand_int_range (1, N_ROWS + 1);
  const char *text = texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))];
  gboolean ok = TRUE;

  switch (g_test_rand_int_range (0, 8))
    {
    case 0:
      ok = try_sql (db, "UPDATE audit SET %s = %s || 'x' WHERE sequence = %d AND %s IS NOT NULL",
                    text, text, record, text);
      break;
    case 1:
      ok = try_sql (db, "UPDATE audit SET %s = NULL WHERE sequence = %d AND %s IS NOT NULL", text,
                    record, text);
      break;
    case 2:
      ok = try_sql (db, "UPDATE audit SET %s = randomblob(32) WHERE sequence = %d",
                    blobs[g_test_rand_int_range (0, 2)], record);
      break;
    case 3:
      ok = try_sql (db, "UPDATE audit SET %s = NULL WHERE sequence = %d",
                    blobs[g_test_rand_int_range (0, 2)], record);
      break;
    case 4:
      ok = try_sql (db, "UPDATE audit SET time = time + 1 WHERE sequence = %d", record);
      break;
    case 5:
      ok = try_sql (db, "DELETE FROM audit WHERE sequence = %d", record);
      break;
    case 6:
      ok = try_sql (db, "DELETE FROM audit WHERE sequence >= %d", record);
      break;
    default:
      ok = record != other
           && try_sql (db,
                       "UPDATE audit SET sequence = 1000 WHERE sequence = %d;"
                       "UPDATE audit SET sequence = %d WHERE sequence = %d;"
                       "UPDATE audit SET sequence = %d WHERE sequence = 1000;",
                       record, record, other, other);
      return ok ? MIN (record, other) : 0;
    }
  return ok && sqlite3_changes (db) > 0 ? record : 0;
}

static void
test_stored (Fixture *fixture, gconstpointer data)
{
  sqlite3 *db = open_file (fixture);
  CaAuditFindings findings;

  g_test_summary ("S-F7: random changes of the file itself, made by sqlite3, are found and named");
  read_log (fixture, NULL, &findings);
  g_assert_cmpint (findings.problem, ==, CA_AUDIT_SOUND);
  g_assert_cmpint (findings.records, ==, N_ROWS);
  g_assert_cmpuint (findings.checkpoints, ==, 1);
  ca_audit_findings_clear (&findings);
  g_assert_true (try_sql (db, "PRAGMA synchronous = OFF; ATTACH ':memory:' AS kept;"
                              "CREATE TABLE kept.rows AS SELECT * FROM audit"));
  for (guint done = 0; done < N_STORED;)
    {
      gint64 expected = mutate_file (db);

      if (expected != 0)
        {
          done++;
          read_log (fixture, NULL, &findings);
          if (findings.problem == CA_AUDIT_SOUND || findings.sequence != expected)
            g_error ("record %" G_GINT64_FORMAT ": %s, record %" G_GINT64_FORMAT, expected,
                     ca_audit_problem_to_string (findings.problem), findings.sequence);
          ca_audit_findings_clear (&findings);
        }
      g_assert_true (try_sql (db, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept.rows"));
    }
  sqlite3_close (db);
}

static void
assert_found (Fixture *fixture, const char *const *sink, CaAuditProblem problem, gint64 sequence)
{
  CaAuditFindings findings;

  read_log (fixture, sink, &findings);
  g_assert_cmpstr (ca_audit_problem_to_string (findings.problem), ==,
                   ca_audit_problem_to_string (problem));
  if (problem != CA_AUDIT_SOUND)
    g_assert_cmpint (findings.sequence, ==, sequence);
  ca_audit_findings_clear (&findings);
}

static void
test_sink_tells (Fixture *fixture, gconstpointer data)
{
  const char *sink[] = { fixture->line, NULL };
  sqlite3 *db = open_file (fixture);

  g_test_summary ("S-F7: an end that was cut off together with its checkpoint is found by the "
                  "line that a sink kept");
  assert_found (fixture, sink, CA_AUDIT_SOUND, 0);
  g_assert_true (try_sql (db, "DELETE FROM audit WHERE sequence > 40; DELETE FROM checkpoints"));
  assert_found (fixture, NULL, CA_AUDIT_SOUND, 0);
  assert_found (fixture, sink, CA_AUDIT_CUT, 41);
  sqlite3_close (db);
}

static void
test_checkpoint_changed (Fixture *fixture, gconstpointer data)
{
  static const char *const changes[] = { "records = records + 1",
                                         "time = time + 1",
                                         "node = 'other'",
                                         "waivers = 'none'",
                                         "hash = randomblob(32)",
                                         "key = randomblob(32)",
                                         "hash = NULL",
                                         "signature = x'00'",
                                         "signature = NULL",
                                         "key = NULL",
                                         "sequence = sequence - 1" };
  sqlite3 *db = open_file (fixture);

  g_test_summary ("S-F7: a checkpoint that was changed in the store is no checkpoint");
  g_assert_true (try_sql (db, "CREATE TEMP TABLE kept AS SELECT * FROM checkpoints"));
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_assert_true (try_sql (db, "UPDATE checkpoints SET %s", changes[i]));
      assert_found (fixture, NULL, CA_AUDIT_CHECKPOINT,
                    i + 1 < G_N_ELEMENTS (changes) ? N_ROWS : N_ROWS - 1);
      g_assert_true (
          try_sql (db, "DELETE FROM checkpoints; INSERT INTO checkpoints SELECT * FROM kept"));
    }
  sqlite3_close (db);
}

static void
test_lines (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCheckpoint) checkpoint = ca_checkpoint_parse (fixture->line, &error);
  g_autofree char *again = NULL;

  g_test_summary ("A checkpoint's line is read as it was written; nothing else is one");
  g_assert_no_error (error);
  again = ca_checkpoint_to_line (checkpoint);
  g_assert_cmpstr (again, ==, fixture->line);
  g_assert_true (ca_checkpoint_verify (checkpoint, fixture->public_key, &error));
  for (gsize length = 0; length < strlen (fixture->line); length++)
    {
      g_autofree char *cut = g_strndup (fixture->line, length);
      g_autoptr (CaCheckpoint) part = ca_checkpoint_parse (cut, NULL);

      /* base64 that was cut is another signature */
      g_assert_true (part == NULL || !ca_checkpoint_verify (part, fixture->public_key, NULL));
    }
}

/* @line with @by in place of what stands between @from and the next blank */
static char *
spoil_line (const char *line, const char *from, const char *by)
{
  const char *start = strstr (line, from) + strlen (from);
  g_autofree char *head = g_strndup (line, (gsize) (start - line));

  return g_strconcat (head, by, start + strcspn (start, " "), NULL);
}

static void
test_line_texts (Fixture *fixture, gconstpointer data)
{
  static const char *const spoilt[][2] = {
    { " ca=", "a%0Ab" },    { " ca=", "a%ff" },        { " node=", "%1b[2J" },
    { " waivers=", "%c3" }, { " node=", "%e2%80%a8" }, { " time=", "1969-12-31T23:59:59.5Z" },
  };

  g_test_summary (
      "S-A7: what a line of a sink says can be shown: UTF-8 without control characters");
  for (gsize i = 0; i < G_N_ELEMENTS (spoilt); i++)
    {
      g_autofree char *line = spoil_line (fixture->line, spoilt[i][0], spoilt[i][1]);
      g_autoptr (GError) error = NULL;

      g_assert_null (ca_checkpoint_parse (line, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
    }
}

/* Sinks */

static gboolean
write_sink (const char *sink,
            const char *folder,
            const CaCheckpoint *last,
            const char *line,
            GError **error)
{
  CaSinkMemory memory = { .last = last };

  return ca_audit_sink_write (sink, folder, &memory, line, error);
}

static void
assert_refused (const char *sink, const char *folder, const CaCheckpoint *last, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_assert_false (write_sink (sink, folder, last, "a line", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_AUDIT);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "sink");
  g_assert_nonnull (strstr (error->message, what));
  g_assert_null (strstr (error->message, folder));
}

static void
test_file_sink (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "sink", NULL);
  g_autoptr (CaCheckpoint) last = ca_checkpoint_parse (fixture->line, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  struct stat status;

  g_test_summary ("S-F5 S-F7: a file sink is 0600, appended to, and never made anew; one that is "
                  "gone, cut or open to others is refused");
  g_assert_true (write_sink ("file:sink", fixture->folder, NULL, fixture->line, &error));
  g_assert_no_error (error);
  g_assert_no_errno (g_stat (path, &status));
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_true (write_sink ("file:sink", fixture->folder, last, "next", &error));
  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_true (g_str_has_suffix (text, "\nnext\n"));
  g_assert_no_errno (g_chmod (path, 0644));
  assert_refused ("file:sink", fixture->folder, last, "mode 0644");
  g_assert_no_errno (g_chmod (path, 0600));
  g_file_set_contents (path, "cut\n", -1, NULL);
  g_assert_no_errno (g_chmod (path, 0600));
  assert_refused ("file:sink", fixture->folder, last, "does not end in checkpoint");
  g_assert_no_errno (g_unlink (path));
  assert_refused ("file:sink", fixture->folder, last, "No such file");
  g_assert_no_errno (symlink ("/dev/null", path));
  assert_refused ("file:sink", fixture->folder, last, "symbolic");
  g_assert_no_errno (g_chmod (fixture->folder, 0777));
  assert_refused ("file:sink", fixture->folder, last, "mode 0777");
  g_assert_no_errno (g_chmod (fixture->folder, 0700));
  assert_refused ("file:/dev/full", fixture->folder, NULL, "");
}

static void
test_journal_sink (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "journal", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  char text[4096] = "";

  g_test_summary ("S-F7: the journal gets a checkpoint as one datagram; without a journal it is "
                  "refused");
  ca_audit_sink_set_journal (path);
  assert_refused ("journal", fixture->folder, NULL, "there is none");
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT,
                         &error);
  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (write_sink ("journal", fixture->folder, NULL, fixture->line, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_socket_receive (socket, text, sizeof text - 1, NULL, &error), >, 0);
  g_assert_true (g_str_has_prefix (text, "MESSAGE=icert-checkpoint v=1 ca=Demo "));
  g_assert_nonnull (strstr (text, "\nICERT_CHECKPOINT=icert-checkpoint "));
  ca_audit_sink_set_journal (NULL);
}

static void
test_taken_number (Fixture *fixture, gconstpointer data)
{
  sqlite3 *db = open_file (fixture);
  g_autoptr (GError) error = NULL;
  CaWriter *writer = ca_writer_new (fixture->store, "node", &error);

  g_test_summary ("S-F6: a record that cannot be written is an error of class AUDIT");
  g_assert_no_error (error);
  g_assert_true (try_sql (db, "INSERT INTO audit (sequence) VALUES (%d)", N_ROWS + 1));
  g_assert_false (ca_writer_commit_wait (
      writer, icert_store_batch_new (),
      ca_audit_list_new (ca_audit_record_new (NULL, "sign", NULL, "OK", NULL)), &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_AUDIT);
  ca_writer_free (writer);
  sqlite3_close (db);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GBytes) secret = g_bytes_new_static (SECRET, strlen (SECRET));
  int status;

  g_test_init (&argc, &argv, NULL);
  mac = ca_audit_mac_new (secret);
  g_test_add_func ("/audit/mutations/S-F7", test_mutations);
  g_test_add_func ("/audit/swapped", test_swapped);
  g_test_add_func ("/audit/inserted", test_inserted);
  g_test_add_func ("/audit/old-records", test_old_records);
  ADD ("/audit/stored/S-F7", test_stored);
  ADD ("/audit/sink-tells/S-F7", test_sink_tells);
  ADD ("/audit/checkpoint-changed/S-F7", test_checkpoint_changed);
  ADD ("/audit/lines", test_lines);
  ADD ("/audit/line-texts-S-A7", test_line_texts);
  ADD ("/audit/file-sink/S-F5", test_file_sink);
  ADD ("/audit/journal-sink", test_journal_sink);
  ADD ("/audit/taken-number/S-F6", test_taken_number);
  status = g_test_run ();
  ca_audit_mac_free (mac);
  return status;
}
