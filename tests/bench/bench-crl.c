/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-crl: what a CRL of N entries costs, through the public interfaces, against hashing and
 * signing the same octets (P9). A line a case; see performance.md. */

#include "config.h"

#include <icert.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fake-folder.h"

#define GROUP 2000
#define ROUNDS 5
#define REPEATS 8
/* where the certificates are; the CRLs of a run before there were partitions has none of them */
#define PARTITION 1

static char *option_key = NULL;
static double option_most_ratio = 12;
static double option_most_memory = 16;

static const GOptionEntry options[] = {
  { "key", 0, 0, G_OPTION_ARG_STRING, &option_key, "Key type of the CA", "ec-p256|rsa-2048|…" },
  { "most-ratio", 0, 0, G_OPTION_ARG_DOUBLE, &option_most_ratio, "Fail above this ratio", "X" },
  { "most-memory", 0, 0, G_OPTION_ARG_DOUBLE, &option_most_memory, "Fail above these MB", "MB" },
  { NULL },
};

static void
fail_unless (gboolean ok, const GError *error)
{
  if (!ok)
    g_error ("%s", error != NULL ? error->message : "failed");
}

/* user and system time of the process, microseconds */
static double
cpu_now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

/* a line of /proc/self/status, in MB */
static double
status_mb (const char *name)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, name);
  return line != NULL ? g_ascii_strtod (line + strlen (name), NULL) / 1000 : 0;
}

/* the peak begins anew */
static void
forget_peak (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

  fail_unless (fd >= 0 && write (fd, "5", 1) == 1, NULL);
  close (fd);
}

static void
set_entry (ICertAdmin *admin, const char *node, const char *entry, const char *value)
{
  g_autoptr (GError) error = NULL;

  fail_unless (
      icert_admin_set_config_entry (admin, node, entry, g_variant_new_string (value), NULL, &error),
      error);
}

static char *
make_ca (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, &error);
  g_autoptr (ICertAdmin) admin = NULL;
  char *config;

  fail_unless (setup != NULL, error);
  g_object_set (setup, "name", "Bench", "type", ICERT_SETUP_TYPE_ROOT, "folder", folder, "key-type",
                option_key != NULL ? option_key : "ec-p256", NULL);
  config = icert_setup_create (setup, NULL, &error);
  fail_unless (config != NULL, error);
  admin = icert_admin_open (config, NULL, &error);
  fail_unless (admin != NULL, error);
  set_entry (admin, "Exit", "Modules", "");
  return config;
}

/* As S-E8 says: time in front, random behind. */
static void
add_serial (ICertStoreBatch *batch, gint64 id, gint64 now)
{
  gint64 time = GINT64_TO_BE (0x010000000000 + id);
  guint8 serial[20];

  memcpy (serial, (guint8 *) &time + 2, 6);
  for (guint i = 6; i < sizeof serial; i++)
    serial[i] = (guint8) g_random_int ();
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, 0);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, serial, sizeof serial);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_REVOKED);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_SERIAL_NOT_AFTER, now + 100 * G_TIME_SPAN_DAY);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REVOKED_WHEN,
                             now - (id % 10000) * G_TIME_SPAN_MINUTE);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REASON, (int[]){ 0, 1, 4, 5 }[id % 4]);
  icert_store_batch_set_int (batch, ICERT_SERIAL_CHANGED, now - G_TIME_SPAN_DAY);
  icert_store_batch_set_int (batch, ICERT_SERIAL_PARTITION, PARTITION);
}

/* Revoked certificates straight into the store of a CA that is closed. */
static void
fill_store (const char *folder, gint64 n)
{
  g_autofree char *path = g_build_filename (folder, "store", "ca.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertStore) store
      = ICERT_STORE (icert_create_instance ("SQLite.Store", NULL, NULL, &error));
  gint64 now = g_get_real_time ();

  fail_unless (store != NULL && icert_store_open (store, path, FALSE, &error), error);
  for (gint64 id = 1; id <= n;)
    {
      g_autoptr (GPtrArray) group
          = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_batch_unref);
      ICertStoreBatch *batch = icert_store_batch_new ();

      for (guint i = 0; i < GROUP && id <= n; i++, id++)
        add_serial (batch, id, now);
      g_ptr_array_add (group, batch);
      fail_unless (icert_store_commit (store, group, NULL, NULL, &error), error);
      fail_unless (icert_store_batch_get_error (batch) == NULL,
                   icert_store_batch_get_error (batch));
    }
  fail_unless (icert_store_close (store, &error), error);
}

/* A round each; the case is the median of its rounds. */
typedef struct
{
  double cpu[ROUNDS];  /* microseconds */
  double wall[ROUNDS]; /* the same */
  int n;
  double rss_mb;
} Cost;

static void
keep (Cost *cost, double cpu, double wall)
{
  cost->cpu[cost->n] = cpu;
  cost->wall[cost->n++] = wall;
}

static int
compare_doubles (const void *one, const void *other)
{
  double left = *(const double *) one, right = *(const double *) other;

  return left < right ? -1 : left > right;
}

static double
median (const double *values, int n)
{
  double sorted[ROUNDS];

  memcpy (sorted, values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, compare_doubles);
  return sorted[n / 2];
}

static void
publish (ICertAdmin *admin, gint64 n, Cost *cost)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertPublishResult) result = NULL;
  g_autoptr (GPtrArray) crls = NULL;
  double cpu, before;
  gint64 wall;

  forget_peak ();
  before = status_mb ("VmRSS:");
  cpu = cpu_now ();
  wall = g_get_monotonic_time ();
  result = icert_admin_publish_crls (admin, ICERT_CRL_BASE, NULL, NULL, &error);
  keep (cost, cpu_now () - cpu, g_get_monotonic_time () - wall);
  cost->rss_mb = MAX (cost->rss_mb, status_mb ("VmHWM:") - before);
  fail_unless (result != NULL, error);
  crls = icert_publish_result_list_crls (result);
  if (icert_crl_info_get_entries (crls->pdata[crls->len > 1 ? PARTITION : 0]) != n)
    g_error ("not all entries");
}

static EVP_PKEY *
make_key (void)
{
  if (option_key != NULL && g_str_has_prefix (option_key, "rsa-"))
    return EVP_RSA_gen (atoi (option_key + 4));
  if (g_strcmp0 (option_key, "ed25519") == 0)
    return EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  return EVP_EC_gen ("P-256");
}

/* Hashing and signing what was published, some times, so that it takes as long as publishing. */
static void
sign_only (EVP_PKEY *key, GBytes *crl, Cost *cost)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 signature[1024];
  gboolean edwards = g_strcmp0 (option_key, "ed25519") == 0;
  gsize octets;
  const void *data = g_bytes_get_data (crl, &octets);
  double cpu = 0;
  gint64 wall = 0;

  /* the first time reads the file into memory */
  for (int i = -1; i < REPEATS; i++)
    {
      gsize size = sizeof signature;

      if (i == 0)
        {
          cpu = cpu_now ();
          wall = g_get_monotonic_time ();
        }
      fail_unless (EVP_DigestSignInit (context, NULL, edwards ? NULL : EVP_sha256 (), NULL, key)
                           == 1
                       && EVP_DigestSign (context, signature, &size, data, octets) == 1,
                   NULL);
    }
  keep (cost, (cpu_now () - cpu) / REPEATS, (double) (g_get_monotonic_time () - wall) / REPEATS);
  EVP_MD_CTX_free (context);
}

static void
print_case (const char *name, gint64 n, const Cost *cost)
{
  double wall = median (cost->wall, cost->n);

  printf ("case=%s n=%" G_GINT64_FORMAT
          " rate=%.0f cpu_us=%.4f p50_us=%.0f p99_us=%.0f rss_mb=%.1f",
          name, n, n / MAX (wall / 1e6, 1e-9), median (cost->cpu, cost->n) / n, wall, wall,
          cost->rss_mb);
}

/* Whether others read it. */
static gboolean
is_accepted (GBytes *crl, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "bench.crl", NULL);
  const char *arguments[]
      = { "openssl", "crl", "-inform", "DER", "-in", path, "-noout", "-crlnumber", NULL };
  int status = -1;

  return g_file_set_contents (path, g_bytes_get_data (crl, NULL), g_bytes_get_size (crl), NULL)
         && g_spawn_sync (NULL, (char **) arguments, NULL,
                          G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                          &status, NULL)
         && status == 0;
}

/* Publishing and signing turn about, so that both see the same machine. */
static gboolean
measure (const char *config, const char *folder, gint64 n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertAdmin) admin = icert_admin_open (config, NULL, &error);
  g_autoptr (ICertCa) ca = NULL;
  EVP_PKEY *key = make_key ();
  Cost limit = { 0 }, cost = { 0 };
  double ratio;
  gboolean accepted = FALSE;

  fail_unless (admin != NULL, error);
  ca = icert_admin_get_ca (admin, &error);
  fail_unless (ca != NULL, error);
  /* the key is unlocked by the first signature, which takes 16 MB for a moment (scrypt) */
  publish (admin, 0, &(Cost){ 0 });
  set_entry (admin, "CRL", "Partitions", "2");
  for (int i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GBytes) crl = NULL;

      publish (admin, n, &cost);
      crl = icert_ca_get_partition_crl (ca, -1, PARTITION, FALSE, NULL, &error);
      fail_unless (crl != NULL, error);
      sign_only (key, crl, &limit);
      if (i == 0)
        accepted = is_accepted (crl, folder);
    }
  EVP_PKEY_free (key);
  ratio = median (cost.cpu, cost.n) / median (limit.cpu, limit.n);
  print_case ("limit", n, &limit);
  printf ("\n");
  print_case ("crl", n, &cost);
  printf (" ratio=%.2f wall_ratio=%.2f accepted=%d\n", ratio,
          median (cost.wall, cost.n) / median (limit.wall, limit.n), accepted);
  return accepted && ratio <= option_most_ratio && cost.rss_mb <= option_most_memory;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("N");
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("bench-crl-XXXXXX", NULL);
  g_autofree char *ca_folder = g_build_filename (folder, "ca", NULL);
  g_autofree char *config = NULL;
  gint64 n;
  gboolean ok;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  n = argc > 1 ? g_ascii_strtoll (argv[1], NULL, 10) : 100000;
  g_setenv ("ICERT_MODULE_PATH", BENCH_MODULE_PATH, FALSE);
  g_setenv ("ICERT_DATA_PATH", BENCH_DATA_PATH, FALSE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  config = make_ca (ca_folder);
  fill_store (ca_folder, n);
  ok = measure (config, folder, n);
  fake_folder_remove (folder);
  return ok ? 0 : 1;
}
