/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-store: what a certificate costs the store as it grows, and what look-ups and pages cost
 * then. A line a case; see performance.md. */

#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "store-sqlite.h"

#define N_TENTHS 10
#define N_LOOKUPS 2000
#define N_PAGES 200
#define PAGE_SIZE 50

static int option_grow = 20000;
static int option_group = 100;
static char *option_folder;

static const GOptionEntry options[] = {
  { "grow", 0, 0, G_OPTION_ARG_INT, &option_grow, "Certificates to store", "N" },
  { "group", 0, 0, G_OPTION_ARG_INT, &option_group, "Certificates a commit", "N" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &option_folder, "Where to put the store", "FOLDER" },
  { NULL },
};

/* user and system time of the process, microseconds */
static double
cpu_now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

static double
memory_now (void)
{
  g_autofree char *text = NULL;
  long total = 0, resident = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      && sscanf (text, "%ld %ld", &total, &resident) == 2)
    return resident * 4096.0 / 1e6;
  return 0;
}

typedef struct
{
  double cpu;
  gint64 wall;
  GArray *samples; /* microseconds */
} Measure;

static void
measure_begin (Measure *measure)
{
  measure->samples = g_array_new (FALSE, FALSE, sizeof (gint64));
  measure->cpu = cpu_now ();
  measure->wall = g_get_monotonic_time ();
}

static int
compare_samples (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

/* prints the line and gives microseconds of CPU per item */
static double
measure_end (Measure *measure, const char *name, gint64 at, gint64 n)
{
  double cpu = (cpu_now () - measure->cpu) / n;
  double wall = (g_get_monotonic_time () - measure->wall) / 1e6;
  GArray *samples = measure->samples;

  g_array_sort (samples, compare_samples);
  printf ("case=%s rows=%" G_GINT64_FORMAT " n=%" G_GINT64_FORMAT
          " rate=%.0f cpu_us=%.2f p50_us=%" G_GINT64_FORMAT " p99_us=%" G_GINT64_FORMAT
          " rss_mb=%.1f\n",
          name, at, n, n / MAX (wall, 1e-6), cpu, g_array_index (samples, gint64, samples->len / 2),
          g_array_index (samples, gint64, samples->len * 99 / 100), memory_now ());
  fflush (stdout);
  g_array_unref (samples);
  return cpu;
}

static void
measure_sample (Measure *measure, gint64 since)
{
  gint64 took = g_get_monotonic_time () - since;

  g_array_append_val (measure->samples, took);
}

/* As S-E8 says: time in front, random behind. */
static void
make_serial (gint64 id, guint8 serial[20])
{
  gint64 time = GINT64_TO_BE (0x010000000000 + id);
  guint32 random = id;

  memcpy (serial, (guint8 *) &time + 2, 6);
  for (guint i = 6; i < 20; i++)
    {
      random = random * 1664525 + 1013904223;
      serial[i] = random >> 24;
    }
}

static char *
to_hex (const guint8 *octets, gsize size)
{
  char *text = g_malloc (2 * size + 1);

  for (gsize i = 0; i < size; i++)
    {
      text[2 * i] = "0123456789abcdef"[octets[i] >> 4];
      text[2 * i + 1] = "0123456789abcdef"[octets[i] & 15];
    }
  text[2 * size] = '\0';
  return text;
}

static void
add_request_row (ICertStoreBatch *batch, gint64 id, const char *hex, const char *host)
{
  static const guint8 zeros[1024];
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, hex, -1);
  g_autofree char *hash256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, hex, -1);
  g_autofree char *requester = g_strdup_printf ("user%d", (int) (id % 50));

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_CONTENT_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_TYPE, 0x100);
  icert_store_batch_set_int (batch, ICERT_REQUEST_STATUS_CODE, 0);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_ISSUED);
  icert_store_batch_set_text (batch, ICERT_REQUEST_MESSAGE, "Issued");
  icert_store_batch_set_int (batch, ICERT_REQUEST_SUBMITTED_WHEN, id * 100);
  icert_store_batch_set_int (batch, ICERT_REQUEST_RESOLVED_WHEN, id * 100 + 1);
  icert_store_batch_set_text (batch, ICERT_REQUEST_REQUESTER_NAME, requester);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CALLER_NAME, requester);
  icert_store_batch_set_text (batch, ICERT_REQUEST_DOOR, "local");
  icert_store_batch_set_text (batch, ICERT_REQUEST_REQ_COMMON_NAME, host);
  icert_store_batch_set_text (batch, ICERT_REQUEST_TEMPLATE, "WebServer");
  icert_store_batch_set_text (batch, ICERT_REQUEST_SERIAL_NUMBER, hex);
  icert_store_batch_set_int (batch, ICERT_REQUEST_NOT_BEFORE, id * 100);
  icert_store_batch_set_int (batch, ICERT_REQUEST_NOT_AFTER, id * 100 + 1000000000);
  icert_store_batch_set_text (batch, ICERT_REQUEST_SUBJECT_KEY_IDENTIFIER, hash);
  icert_store_batch_set_text (batch, ICERT_REQUEST_PUBLIC_KEY_ALGORITHM, "1.2.840.10045.2.1");
  icert_store_batch_set_text (batch, ICERT_REQUEST_COMMON_NAME, host);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CERTIFICATE_HASH, hash);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CERTIFICATE_HASH_SHA256, hash256);
  icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_PUBLIC_KEY, zeros, 91);
  icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_REQUEST, zeros, 380);
  icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_CERTIFICATE, zeros, 620);
}

static void
add_status_rows (ICertStoreBatch *batch, gint64 id, const guint8 serial[20], const char *host)
{
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, 0);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, serial, 20);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_GOOD);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_SERIAL_NOT_AFTER, id * 100 + 1000000000);
  icert_store_batch_begin (batch, ICERT_STORE_NAMES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_NAME_KIND, 2);
  icert_store_batch_set_text (batch, ICERT_NAME_VALUE, host);
  icert_store_batch_set_int (batch, ICERT_NAME_REQUEST_ID, id);
  icert_store_batch_begin (batch, ICERT_STORE_KEYS, ICERT_STORE_INSERT);
  icert_store_batch_set_text (batch, ICERT_KEY_KEY, host + 1);
  icert_store_batch_set_text (batch, ICERT_KEY_CALLER, "user");
  icert_store_batch_set_int (batch, ICERT_KEY_REQUEST_ID, id);
}

static void
add_child_rows (ICertStoreBatch *batch, gint64 id)
{
  static const char *const oids[]
      = { "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.35", "2.5.29.37" };
  static const guint8 zeros[400];

  for (gsize i = 0; i < G_N_ELEMENTS (oids); i++)
    {
      icert_store_batch_begin (batch, ICERT_STORE_EXTENSIONS, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_EXTENSION_REQUEST_ID_COLUMN, id);
      icert_store_batch_set_text (batch, ICERT_EXTENSION_NAME_COLUMN, oids[i]);
      icert_store_batch_set_int (batch, ICERT_EXTENSION_FLAGS_COLUMN, 0);
      icert_store_batch_set_data (batch, ICERT_EXTENSION_VALUE_COLUMN, zeros, 24);
    }
  icert_store_batch_begin (batch, ICERT_STORE_ATTRIBUTES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_ATTRIBUTE_REQUEST_ID, id);
  icert_store_batch_set_text (batch, ICERT_ATTRIBUTE_NAME, "CertificateTemplate");
  icert_store_batch_set_text (batch, ICERT_ATTRIBUTE_VALUE, "WebServer");
  icert_store_batch_begin (batch, ICERT_STORE_TRACES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_TRACE_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_TRACE_SEQUENCE, 1);
  icert_store_batch_set_data (batch, ICERT_TRACE_TRACE, zeros, 400);
  icert_store_batch_begin (batch, ICERT_STORE_AUDIT, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_AUDIT_SEQUENCE, id);
  icert_store_batch_set_int (batch, ICERT_AUDIT_TIME, id * 100);
  icert_store_batch_set_text (batch, ICERT_AUDIT_ACTOR, "user");
  icert_store_batch_set_text (batch, ICERT_AUDIT_VERB, "submit");
  icert_store_batch_set_data (batch, ICERT_AUDIT_HASH, zeros, 32);
}

/* 12 rows: what the engine writes for one certificate of one commit */
static ICertStoreBatch *
new_certificate (gint64 id)
{
  ICertStoreBatch *batch = icert_store_batch_new ();
  guint8 serial[20];
  g_autofree char *hex = NULL;
  /* names come in no order, as they do from clients */
  g_autofree char *host
      = g_strdup_printf ("%08x.example.org", (guint32) ((guint32) id * 2654435761u));

  make_serial (id, serial);
  hex = to_hex (serial, sizeof serial);
  add_request_row (batch, id, hex, host);
  add_status_rows (batch, id, serial, host);
  add_child_rows (batch, id);
  return batch;
}

static void
check (gboolean ok, GError *error)
{
  if (!ok)
    g_error ("%s", error->message);
}

static void
grow (ICertStore *store, Measure *measure, gint64 from, gint64 to)
{
  for (gint64 id = from; id < to;)
    {
      g_autoptr (GPtrArray) group
          = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_batch_unref);
      GError *error = NULL;
      gint64 since;

      for (; (int) group->len < option_group && id < to; id++)
        g_ptr_array_add (group, new_certificate (id));
      since = g_get_monotonic_time ();
      check (icert_store_commit (store, group, NULL, NULL, &error), error);
      measure_sample (measure, since);
      for (guint i = 0; i < group->len; i++)
        if (icert_store_batch_get_error (group->pdata[i]) != NULL)
          g_error ("%s", icert_store_batch_get_error (group->pdata[i])->message);
    }
}

/* A full row by its serial number, in text; and the status by serial, in octets, as OCSP asks. */
static double
look_up (ICertStore *store, gint64 rows, gboolean status)
{
  const guint8 request_columns[]
      = { ICERT_REQUEST_ID, ICERT_REQUEST_DISPOSITION, ICERT_REQUEST_RAW_CERTIFICATE };
  const guint8 serial_columns[]
      = { ICERT_SERIAL_STATE, ICERT_SERIAL_REVOKED_WHEN, ICERT_SERIAL_REASON };
  Measure measure;

  measure_begin (&measure);
  for (guint i = 0; i < N_LOOKUPS; i++)
    {
      guint8 serial[20];
      g_autofree char *hex = NULL;
      ICertStoreCondition issuer = { .column = ICERT_SERIAL_ISSUER,
                                     .seek = ICERT_SEEK_EQ,
                                     .value = { .type = ICERT_PROPERTY_TYPE_LONG } };
      ICertStoreCondition condition = { .seek = ICERT_SEEK_EQ };
      const ICertStoreCondition *parts[] = { &issuer, &condition };
      ICertStoreCondition both = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = parts };
      ICertStoreQuery query = { .n_columns = 3, .sort_column = -1, .limit = 1 };
      g_autoptr (GPtrArray) found = NULL;
      GError *error = NULL;
      gint64 since = g_get_monotonic_time ();

      make_serial (1 + g_random_int () % rows, serial);
      hex = to_hex (serial, sizeof serial);
      query.table = status ? ICERT_STORE_SERIALS : ICERT_STORE_REQUESTS;
      query.columns = status ? serial_columns : request_columns;
      query.condition = status ? &both : &condition;
      condition.column = status ? (int) ICERT_SERIAL_SERIAL : (int) ICERT_REQUEST_SERIAL_NUMBER;
      condition.value.type = status ? ICERT_PROPERTY_TYPE_BINARY : ICERT_PROPERTY_TYPE_STRING;
      condition.value.data = status ? (const void *) serial : hex;
      condition.value.size = status ? 20 : 40;
      found = icert_store_query (store, &query, NULL, &error);
      check (found != NULL && found->len == 1, error);
      measure_sample (&measure, since);
    }
  return measure_end (&measure, status ? "lookup-status" : "lookup-serial", rows, N_LOOKUPS);
}

/* The same page again and again: the first or the last of the rows that fulfil a condition. */
static double
read_page (ICertStore *store,
           const char *name,
           gint64 rows,
           const ICertStoreCondition *condition,
           gboolean last)
{
  const guint8 columns[]
      = { ICERT_REQUEST_ID, ICERT_REQUEST_REQUESTER_NAME, ICERT_REQUEST_SERIAL_NUMBER,
          ICERT_REQUEST_COMMON_NAME, ICERT_REQUEST_NOT_AFTER };
  ICertStoreValue after = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = last ? rows * 9 / 10 : 0 };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = condition,
                            .sort_column = -1,
                            .n_after = 1,
                            .after = &after,
                            .limit = PAGE_SIZE };
  g_autofree char *full_name = g_strconcat (name, last ? "-last" : "-first", NULL);
  Measure measure;

  measure_begin (&measure);
  for (guint i = 0; i < N_PAGES; i++)
    {
      g_autoptr (GPtrArray) found = NULL;
      GError *error = NULL;
      gint64 since = g_get_monotonic_time ();

      found = icert_store_query (store, &query, NULL, &error);
      check (found != NULL, error);
      measure_sample (&measure, since);
    }
  return measure_end (&measure, full_name, rows, N_PAGES);
}

/* What the rows cost before the store sees them, to be taken off the others. */
static void
build_only (void)
{
  gint64 n = 5000;
  Measure measure;

  measure_begin (&measure);
  for (gint64 id = 1; id <= n; id++)
    {
      gint64 since = g_get_monotonic_time ();

      icert_store_batch_unref (new_certificate (id));
      measure_sample (&measure, since);
    }
  measure_end (&measure, "build", 0, n);
}

typedef struct
{
  double cpu[8];
} Reads;

static const char *const read_names[]
    = { "lookup-serial",       "lookup-status",  "page-requester-first",
        "page-requester-last", "page-log-first", "page-log-last" };

static void
read_all (ICertStore *store, gint64 rows, Reads *reads)
{
  ICertStoreCondition requester
      = { .column = ICERT_REQUEST_REQUESTER_NAME,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = "user7", .size = 5 } };
  ICertStoreCondition from = { .column = ICERT_REQUEST_DISPOSITION,
                               .seek = ICERT_SEEK_GE,
                               .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = 12 } };
  ICertStoreCondition to = { .column = ICERT_REQUEST_DISPOSITION,
                             .seek = ICERT_SEEK_LT,
                             .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = 30 } };
  const ICertStoreCondition *parts[] = { &from, &to };
  ICertStoreCondition log = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = parts };
  guint n = 0;

  reads->cpu[n++] = look_up (store, rows, FALSE);
  reads->cpu[n++] = look_up (store, rows, TRUE);
  reads->cpu[n++] = read_page (store, "page-requester", rows, &requester, FALSE);
  reads->cpu[n++] = read_page (store, "page-requester", rows, &requester, TRUE);
  reads->cpu[n++] = read_page (store, "page-log", rows, &log, FALSE);
  reads->cpu[n++] = read_page (store, "page-log", rows, &log, TRUE);
}

static void
run (ICertStore *store)
{
  double cpu[N_TENTHS];
  Reads small = { { 0 } }, large = { { 0 } };
  gint64 small_rows = option_grow / 100, next = 1;
  Measure measure;

  build_only ();
  measure_begin (&measure);
  grow (store, &measure, next, small_rows + 1);
  measure_end (&measure, "grow-begin", small_rows, small_rows);
  read_all (store, small_rows, &small);
  next = small_rows + 1;
  for (guint i = 0; i < N_TENTHS; i++)
    {
      gint64 end = (gint64) option_grow * (i + 1) / N_TENTHS + 1;
      g_autofree char *name = g_strdup_printf ("grow-%u", i + 1);

      measure_begin (&measure);
      grow (store, &measure, next, end);
      cpu[i] = measure_end (&measure, name, end - 1, end - next);
      next = end;
    }
  read_all (store, option_grow, &large);
  printf ("case=ratio-grow ratio=%.2f\n", cpu[N_TENTHS - 1] / cpu[0]);
  for (guint i = 0; i < G_N_ELEMENTS (read_names); i++)
    printf ("case=ratio-%s ratio=%.2f\n", read_names[i], large.cpu[i] / small.cpu[i]);
}

/* P13: what a start costs that finds @rows */
static void
start_again (ICertStore *store, const char *path)
{
  Measure measure;

  measure_begin (&measure);
  for (guint i = 0; i < 20; i++)
    {
      GError *error = NULL;
      gint64 since = g_get_monotonic_time ();

      check (icert_store_open (store, path, FALSE, &error), error);
      measure_sample (&measure, since);
      check (icert_store_close (store, &error), error);
    }
  measure_end (&measure, "open-close", option_grow, 20);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (ICertStore) store = g_object_new (STORE_TYPE_SQLITE, NULL);
  GError *error = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  check (g_option_context_parse (context, &argc, &argv, &error), error);
  if (option_grow < 1000 || option_group < 1)
    {
      fprintf (stderr, "bench-store: --grow from 1000, --group from 1\n");
      return 2;
    }
  folder = g_build_filename (option_folder != NULL ? option_folder : g_get_tmp_dir (),
                             "bench-store-XXXXXX", NULL);
  if (g_mkdtemp (folder) == NULL)
    {
      fprintf (stderr, "bench-store: no folder can be made there\n");
      return 2;
    }
  path = g_build_filename (folder, "ca.db", NULL);
  check (icert_store_open (store, path, TRUE, &error), error);
  run (store);
  check (icert_store_close (store, &error), error);
  start_again (store, path);
  g_unlink (path);
  g_rmdir (folder);
  return 0;
}
