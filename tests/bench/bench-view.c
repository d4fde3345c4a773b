/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-view N: look-ups, pages and counts of a view at N rows, and beside them, turn about in one
 * run, at ten thousand. What a case finds has the same number of rows in both. A line a case; see
 * performance.md, P6. */

#include "config.h"

#include <icert.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "fake-folder.h"

#define SMALL_ROWS 10000
/* rows of one requester, and in one span of time, whatever the number of all rows is */
#define MARKED_ROWS 500
#define PAGE_SIZE 50
#define GROUP 500
#define FIRST_ID 1000

static int option_rounds = 9;
static int option_calls = 40;

static const GOptionEntry options[] = {
  { "rounds", 0, 0, G_OPTION_ARG_INT, &option_rounds, "Turns of each case and size", "N" },
  { "calls", 0, 0, G_OPTION_ARG_INT, &option_calls, "Calls a turn", "N" },
  { NULL },
};

typedef struct
{
  gint64 rows;
  char *address;
} Size;

/* a macro, since @error is to be read after @ok was found out */
#define check(ok, error)                                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (!(ok))                                                                                     \
      g_error ("%s", (error) != NULL ? (error)->message : "another number of rows than expected"); \
  }                                                                                                \
  G_STMT_END

/* The rows */

static char *
serial_of (gint64 id)
{
  return g_strdup_printf ("01%010" G_GINT64_MODIFIER "x%028" G_GINT64_MODIFIER "x", id,
                          (gint64) (id * G_GINT64_CONSTANT (2654435761)));
}

static char *
host_of (gint64 id)
{
  return g_strdup_printf ("%08x.example.org", (guint32) ((guint32) id * 2654435761u));
}

/* One row in rows/500 is marked: spread evenly over the ids, and over the dates. */
static gboolean
is_marked (gint64 rows, gint64 number)
{
  return number % (rows / MARKED_ROWS) == 0;
}

static void
add_request (ICertStoreBatch *batch, gint64 rows, gint64 number, gint64 id, const char *host)
{
  static const guint8 zeros[640];
  const gboolean marked = is_marked (rows, number);
  g_autofree char *serial = serial_of (id);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, serial, -1);
  g_autofree char *hash256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, serial, -1);
  g_autofree char *user = g_strdup_printf ("user%d", (int) (number % 50));
  const char *requester = marked ? "marked" : user;
  /* marked ones end within the first second, the others in no order behind it */
  gint64 not_after = marked ? number % G_USEC_PER_SEC
                            : G_USEC_PER_SEC + (gint64) ((guint32) number * 2654435761u) * 1000;

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_ISSUED);
  icert_store_batch_set_text (batch, ICERT_REQUEST_MESSAGE, "Issued");
  icert_store_batch_set_int (batch, ICERT_REQUEST_SUBMITTED_WHEN, number);
  icert_store_batch_set_text (batch, ICERT_REQUEST_REQUESTER_NAME, requester);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CALLER_NAME, requester);
  icert_store_batch_set_text (batch, ICERT_REQUEST_TEMPLATE, "WebServer");
  icert_store_batch_set_text (batch, ICERT_REQUEST_SERIAL_NUMBER, serial);
  icert_store_batch_set_int (batch, ICERT_REQUEST_NOT_BEFORE, number);
  icert_store_batch_set_int (batch, ICERT_REQUEST_NOT_AFTER, not_after);
  icert_store_batch_set_text (batch, ICERT_REQUEST_COMMON_NAME, host);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CERTIFICATE_HASH, hash);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CERTIFICATE_HASH_SHA256, hash256);
  icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_CERTIFICATE, zeros, sizeof zeros);
}

static ICertStoreBatch *
new_row (gint64 rows, gint64 number)
{
  static const char *const oids[] = { "2.5.29.15", "2.5.29.17", "2.5.29.35" };
  static const guint8 zeros[32];
  ICertStoreBatch *batch = icert_store_batch_new ();
  gint64 id = FIRST_ID + number;
  g_autofree char *host = host_of (id);

  add_request (batch, rows, number, id, host);
  for (gsize i = 0; i < G_N_ELEMENTS (oids); i++)
    {
      icert_store_batch_begin (batch, ICERT_STORE_EXTENSIONS, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_EXTENSION_REQUEST_ID_COLUMN, id);
      icert_store_batch_set_text (batch, ICERT_EXTENSION_NAME_COLUMN, oids[i]);
      icert_store_batch_set_int (batch, ICERT_EXTENSION_FLAGS_COLUMN, 0);
      icert_store_batch_set_data (batch, ICERT_EXTENSION_VALUE_COLUMN, zeros, sizeof zeros);
    }
  icert_store_batch_begin (batch, ICERT_STORE_NAMES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_NAME_KIND, ICERT_NAME_KIND_DNS);
  icert_store_batch_set_text (batch, ICERT_NAME_VALUE, host);
  icert_store_batch_set_int (batch, ICERT_NAME_REQUEST_ID, id);
  return batch;
}

static void
fill (const char *folder, gint64 rows)
{
  g_autofree char *path = g_build_filename (folder, "store", "ca.db", NULL);
  GError *error = NULL;
  g_autoptr (GObject) store = icert_create_instance ("SQLite.Store", NULL, NULL, &error);
  gint64 since = g_get_monotonic_time ();

  check (store != NULL, error);
  check (icert_store_open (ICERT_STORE (store), path, FALSE, &error), error);
  for (gint64 number = 0; number < rows;)
    {
      g_autoptr (GPtrArray) group
          = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_batch_unref);

      for (; group->len < GROUP && number < rows; number++)
        g_ptr_array_add (group, new_row (rows, number));
      check (icert_store_commit (ICERT_STORE (store), group, NULL, NULL, &error), error);
      if (icert_store_batch_get_error (group->pdata[0]) != NULL)
        g_error ("%s", icert_store_batch_get_error (group->pdata[0])->message);
    }
  check (icert_store_close (ICERT_STORE (store), &error), error);
  printf ("case=fill rows=%" G_GINT64_FORMAT " n=%" G_GINT64_FORMAT " rate=%.0f\n", rows, rows,
          rows * 1e6 / (g_get_monotonic_time () - since));
  fflush (stdout);
}

/* The cases */

static const char *const shown[]
    = { "RequestID", "RequesterName", "SerialNumber", "CommonName", "NotAfter", NULL };

static ICertView *
new_view (Size *size)
{
  GError *error = NULL;
  ICertView *view = icert_view_open (size->address, NULL, &error);

  check (view != NULL, error);
  check (icert_view_set_columns (view, shown, &error), error);
  return view;
}

static void
restrict_to (ICertView *view, const char *column, ICertSeek seek, GVariant *value)
{
  GError *error = NULL;

  check (icert_view_add_restriction (view, column, seek, value, &error), error);
}

static void
look_up (ICertView *view, Size *size, int number)
{
  gint64 id = FIRST_ID + g_random_int () % size->rows;
  g_autofree char *serial = serial_of (id);
  g_autofree char *hash = g_compute_checksum_for_string (
      number == 1 ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256, serial, -1);
  g_autofree char *host = host_of (id);
  static const char *const columns[]
      = { "SerialNumber", "CertificateHash", "CertificateHashSHA256", "SubjectAltName.dNSName" };
  const char *const values[] = { serial, hash, hash, host };

  restrict_to (view, columns[number], ICERT_SEEK_EQ, g_variant_new_string (values[number]));
}

static void
restrict_to_requester (ICertView *view, Size *size, int number)
{
  restrict_to (view, "RequesterName", ICERT_SEEK_EQ, g_variant_new_string ("marked"));
}

static void
restrict_to_span (ICertView *view, Size *size, int number)
{
  restrict_to (view, "NotAfter", ICERT_SEEK_LT, g_variant_new_int64 (G_USEC_PER_SEC));
}

static void
restrict_to_log (ICertView *view, Size *size, int number)
{
  GError *error = NULL;

  check (icert_view_restrict_to_set (view, ICERT_COLUMN_SET_LOG, &error), error);
}

static void
sort_by_end (ICertView *view, Size *size, int number)
{
  GError *error = NULL;

  check (icert_view_set_sort (view, "NotAfter", ICERT_SORT_ASCEND, &error), error);
}

typedef void (*Prepare) (ICertView *view, Size *size, int number);

/* @part: of the rows that are passed before the page, in fourths; -1: a count. @expected: rows. */
static const struct
{
  const char *name;
  Prepare prepare;
  int number;
  int part;
  guint expected;
} cases[] = {
  { "lookup-serial", look_up, 0, 0, 1 },
  { "lookup-sha1", look_up, 1, 0, 1 },
  { "lookup-sha256", look_up, 2, 0, 1 },
  { "lookup-san", look_up, 3, 0, 1 },
  { "requester-first", restrict_to_requester, 0, 0, PAGE_SIZE },
  { "requester-middle", restrict_to_requester, 0, 2, PAGE_SIZE },
  { "requester-end", restrict_to_requester, 0, 4, PAGE_SIZE },
  { "span-first", restrict_to_span, 0, 0, PAGE_SIZE },
  { "span-end", restrict_to_span, 0, 4, PAGE_SIZE },
  { "log-first", restrict_to_log, 0, 0, PAGE_SIZE },
  { "log-middle", restrict_to_log, 0, 2, PAGE_SIZE },
  { "log-end", restrict_to_log, 0, 4, PAGE_SIZE },
  { "sorted-first", sort_by_end, 0, 0, PAGE_SIZE },
  { "sorted-middle", sort_by_end, 0, 2, PAGE_SIZE },
  { "sorted-end", sort_by_end, 0, 4, PAGE_SIZE },
  { "count-requester", restrict_to_requester, 0, -1, MARKED_ROWS },
  { "count-span", restrict_to_span, 0, -1, MARKED_ROWS },
};

/* Where the page of a case begins: found once, by passing what is before it. */
static char *
find_cursor (Size *size, guint number)
{
  g_autoptr (ICertView) view = new_view (size);
  g_autoptr (ICertEnumViewRow) rows = NULL;
  GError *error = NULL;
  char *cursor = NULL;
  gint64 count;

  cases[number].prepare (view, size, cases[number].number);
  count = icert_view_count (view, NULL, &error);
  check (count >= 2 * PAGE_SIZE, error);
  rows = icert_view_open_view (view, NULL, &error);
  check (rows != NULL, error);
  check (icert_enum_view_row_skip (
             rows, (guint) MIN (count * cases[number].part / 4, count - PAGE_SIZE), NULL, &error)
             > 0,
         error);
  g_object_get (rows, "cursor", &cursor, NULL);
  return cursor;
}

static gint64
run_once (Size *size, guint number, const char *cursor)
{
  g_autoptr (ICertView) view = new_view (size);
  GError *error = NULL;
  gint64 since, found;

  cases[number].prepare (view, size, cases[number].number);
  check (icert_view_set_cursor (view, cursor, &error), error);
  since = g_get_monotonic_time ();
  if (cases[number].part < 0)
    found = icert_view_count (view, NULL, &error);
  else
    {
      g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (view, NULL, &error);
      g_autoptr (GPtrArray) page
          = rows != NULL ? icert_enum_view_row_next (rows, PAGE_SIZE, NULL, &error) : NULL;

      found = page != NULL ? (gint64) page->len : -1;
    }
  check (found == cases[number].expected, error);
  return g_get_monotonic_time () - since;
}

/* Measuring */

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

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static double
quantile (GArray *values, double part)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, MIN (values->len - 1, (guint) (values->len * part)));
}

typedef struct
{
  GArray *cpu;   /* of double: microseconds a call, a turn each */
  GArray *times; /* of double: microseconds, a call each */
} Measure;

static double
take_turn (Size *size, guint number, const char *cursor, Measure *measure)
{
  double cpu = cpu_now ();

  for (int i = 0; i < option_calls; i++)
    {
      double took = run_once (size, number, cursor);

      g_array_append_val (measure->times, took);
    }
  cpu = (cpu_now () - cpu) / option_calls;
  g_array_append_val (measure->cpu, cpu);
  return cpu;
}

static void
print_line (Size *size, guint number, Measure *measure, double ratio)
{
  double sum = 0;

  for (guint i = 0; i < measure->times->len; i++)
    sum += g_array_index (measure->times, double, i);
  printf ("case=%s rows=%" G_GINT64_FORMAT " n=%u rate=%.0f cpu_us=%.1f p50_us=%.0f p99_us=%.0f "
          "rss_mb=%.1f ratio=%.2f\n",
          cases[number].name, size->rows, measure->times->len, measure->times->len * 1e6 / sum,
          quantile (measure->cpu, 0.5), quantile (measure->times, 0.5),
          quantile (measure->times, 0.99), memory_now (), ratio);
  fflush (stdout);
}

static void
run_case (Size sizes[2], guint number)
{
  Measure measures[2];
  g_autoptr (GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));
  char *cursors[2] = { NULL, NULL };
  double ratio;

  for (guint i = 0; i < 2; i++)
    {
      measures[i].cpu = g_array_new (FALSE, FALSE, sizeof (double));
      measures[i].times = g_array_new (FALSE, FALSE, sizeof (double));
      if (cases[number].part > 0)
        cursors[i] = find_cursor (&sizes[i], number);
      run_once (&sizes[i], number, cursors[i]);
    }
  for (int round = 0; round < option_rounds; round++)
    {
      double small = take_turn (&sizes[0], number, cursors[0], &measures[0]);

      ratio = take_turn (&sizes[1], number, cursors[1], &measures[1]) / MAX (small, 0.001);
      g_array_append_val (ratios, ratio);
    }
  ratio = quantile (ratios, 0.5);
  for (guint i = 0; i < 2; i++)
    {
      print_line (&sizes[i], number, &measures[i], i == 0 ? 1.0 : ratio);
      g_array_unref (measures[i].cpu);
      g_array_unref (measures[i].times);
      g_free (cursors[i]);
    }
}

/* The CAs */

static void
make_ca (Size *size, const char *folder, gint64 rows)
{
  GError *error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, &error);
  g_autofree char *name = g_strdup_printf ("Bench %" G_GINT64_FORMAT, rows);
  g_autofree char *place = g_build_filename (folder, name, NULL);
  g_autofree char *config = NULL;

  check (setup != NULL, error);
  g_object_set (setup, "name", name, "type", ICERT_SETUP_TYPE_ROOT, "folder", place, "key-type",
                "ec-p256", NULL);
  config = icert_setup_create (setup, NULL, &error);
  check (config != NULL, error);
  size->rows = rows;
  size->address = g_strconcat ("local:", place, NULL);
  fill (place, rows);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[ROWS]");
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("bench-view-XXXXXX", NULL);
  gint64 rows = 1000000;
  Size sizes[2] = { { 0 }, { 0 } };
  ICertView *held[2];

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (argc > 1
          && !g_ascii_string_to_signed (argv[1], 10, SMALL_ROWS, 100000000, &rows, &error)))
    g_error ("%s", error->message);
  g_setenv ("ICERT_MODULE_PATH", BENCH_MODULE_PATH, FALSE);
  g_setenv ("ICERT_DATA_PATH", BENCH_DATA_PATH, FALSE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  make_ca (&sizes[0], folder, SMALL_ROWS);
  make_ca (&sizes[1], folder, rows);
  /* so that neither CA is opened anew for each call */
  for (guint i = 0; i < 2; i++)
    held[i] = new_view (&sizes[i]);
  for (guint number = 0; number < G_N_ELEMENTS (cases); number++)
    run_case (sizes, number);
  for (guint i = 0; i < 2; i++)
    {
      g_object_unref (held[i]);
      g_free (sizes[i].address);
    }
  fake_folder_remove (folder);
  return 0;
}
