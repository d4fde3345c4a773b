/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <icert.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "fake-folder.h"
#include "fake-lent.h"

/* bench-issue: certificates through the public interfaces, with the default policy, audit and a
 * durable SQLite store; beside it, in the same run and with the same keys and as many threads, what
 * verifying and signing alone costs ("the limit", performance.md). One line a case, key=value
 * pairs. */

#define N_REQUESTS 512

static char *option_key = (char *) "p256";
static char *option_request_key = (char *) "p256";
static int option_seconds = 0;
static int option_count = 0;
static int option_window = 256;
static int option_append = 0;

static const GOptionEntry entries[] = {
  { "key", 0, 0, G_OPTION_ARG_STRING, &option_key, "Key of the CA", "p256|rsa2048" },
  { "request-key", 0, 0, G_OPTION_ARG_STRING, &option_request_key, "Key of the requests",
    "p256|rsa2048" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &option_seconds, "How long", "N" },
  { "count", 0, 0, G_OPTION_ARG_INT, &option_count, "How many certificates", "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &option_window, "Requests in flight", "N" },
  { "append", 0, 0, G_OPTION_ARG_INT, &option_append, "Policies of this program in the chain",
    "N" },
  { NULL, 0, 0, 0, NULL, NULL, NULL },
};

typedef struct
{
  gint64 wall; /* microseconds */
  gint64 cpu;
} Clock;

static Clock
clock_now (void)
{
  struct rusage usage;
  Clock now = { .wall = g_get_monotonic_time () };

  getrusage (RUSAGE_SELF, &usage);
  now.cpu = (gint64) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC
            + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  return now;
}

static double
resident_megabytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}

/* Requests, each with a name of its own, made before the clock starts */

static EVP_PKEY *
make_key (const char *type)
{
  EVP_PKEY *key = strcmp (type, "rsa2048") == 0 ? EVP_RSA_gen (2048) : EVP_EC_gen ("P-256");

  if (key == NULL)
    g_error ("cannot make a key %s", type);
  return key;
}

static GBytes *
make_request (EVP_PKEY *key, guint index)
{
  X509_REQ *request = X509_REQ_new ();
  g_autofree char *name = g_strdup_printf ("host%u.bench.example", index);
  unsigned char *der = NULL;
  int size;

  X509_NAME_add_entry_by_txt (X509_REQ_get_subject_name (request), "CN", MBSTRING_UTF8,
                              (const guchar *) name, -1, -1, 0);
  X509_REQ_set_pubkey (request, key);
  X509_REQ_sign (request, key, EVP_sha256 ());
  size = i2d_X509_REQ (request, &der);
  X509_REQ_free (request);
  if (size <= 0)
    g_error ("cannot make a request");
  {
    GBytes *bytes = g_bytes_new (der, size);

    OPENSSL_free (der);
    return bytes;
  }
}

/* The limit */

typedef struct
{
  EVP_PKEY *ca_key;
  EVP_PKEY *request_key;
  gint64 end;   /* monotonic */
  gint64 count; /* 0: until the end */
  gint64 done;
} LimitThread;

static void
verify_and_sign (LimitThread *thread,
                 const guchar *signature,
                 size_t signature_size,
                 const guchar *data,
                 size_t size)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guchar out[1024];
  size_t out_size = sizeof out;

  if (EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, thread->request_key) != 1
      || EVP_DigestVerify (context, signature, signature_size, data, size) != 1)
    g_error ("limit: verify");
  EVP_MD_CTX_reset (context);
  if (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, thread->ca_key) != 1
      || EVP_DigestSign (context, out, &out_size, data, size) != 1)
    g_error ("limit: sign");
  EVP_MD_CTX_free (context);
}

static gpointer
limit_worker (gpointer data)
{
  LimitThread *thread = data;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guchar text[400];
  guchar signature[1024];
  size_t size = sizeof signature;

  memset (text, 'x', sizeof text);
  EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, thread->request_key);
  EVP_DigestSign (context, signature, &size, text, sizeof text);
  EVP_MD_CTX_free (context);
  while (thread->count > 0 ? thread->done < thread->count : g_get_monotonic_time () < thread->end)
    {
      verify_and_sign (thread, signature, size, text, sizeof text);
      thread->done++;
    }
  return NULL;
}

typedef struct
{
  double rate;
  double cpu; /* microseconds an item */
} Result;

static Result
run_limit (EVP_PKEY *ca_key, EVP_PKEY *request_key, guint n_threads)
{
  g_autofree LimitThread *threads = g_new0 (LimitThread, n_threads);
  g_autofree GThread **handles = g_new0 (GThread *, n_threads);
  gint64 items = 0;
  Clock start = clock_now (), end;
  Result result;

  for (guint i = 0; i < n_threads; i++)
    {
      threads[i].ca_key = ca_key;
      threads[i].request_key = request_key;
      threads[i].end = start.wall + MAX (option_seconds, 1) * G_USEC_PER_SEC / 2;
      threads[i].count = option_count > 0 ? MAX (option_count / (int) n_threads, 1) : 0;
      handles[i] = g_thread_new ("limit", limit_worker, &threads[i]);
    }
  for (guint i = 0; i < n_threads; i++)
    {
      g_thread_join (handles[i]);
      items += threads[i].done;
    }
  end = clock_now ();
  result.rate = items * 1e6 / (end.wall - start.wall);
  result.cpu = (double) (end.cpu - start.cpu) / items;
  g_print ("case=limit n=%" G_GINT64_FORMAT
           " rate=%.0f cpu_us=%.1f p50_us=%.1f p99_us=%.1f rss_mb=%.1f\n",
           items, result.rate, result.cpu, result.cpu, result.cpu, resident_megabytes ());
  return result;
}

/* Issuing */

typedef struct
{
  ICertRequest *request;
  GPtrArray *requests; /* of GBytes */
  GHashTable *attributes;
  GMainLoop *loop;
  guint next;
  gint64 in_flight;
  gint64 started;
  gint64 done;
  gint64 end;        /* monotonic; 0: by count */
  GArray *latencies; /* of gint64 */
} Issue;

typedef struct
{
  Issue *issue;
  gint64 start;
} Flight;

static void launch (Issue *issue);

static gboolean
wants_more (const Issue *issue)
{
  return issue->end != 0 ? g_get_monotonic_time () < issue->end : issue->started < option_count;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Flight *flight = data;
  Issue *issue = flight->issue;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response
      = icert_request_submit_finish (ICERT_REQUEST (source), result, &error);
  gint64 latency = g_get_monotonic_time () - flight->start;

  g_free (flight);
  if (response == NULL)
    g_error ("submit: %s", error->message);
  if (icert_response_get_disposition (response) != ICERT_DISPOSITION_ISSUED)
    {
      g_autofree char *message = icert_response_get_message (response);

      g_error ("not issued: %s", message);
    }
  g_array_append_val (issue->latencies, latency);
  issue->done++;
  issue->in_flight--;
  if (wants_more (issue))
    launch (issue);
  else if (issue->in_flight == 0)
    g_main_loop_quit (issue->loop);
}

static void
launch (Issue *issue)
{
  Flight *flight = g_new0 (Flight, 1);

  flight->issue = issue;
  flight->start = g_get_monotonic_time ();
  issue->in_flight++;
  issue->started++;
  icert_request_submit_async (issue->request, ICERT_SUBMIT_NONE,
                              issue->requests->pdata[issue->next], issue->attributes, NULL,
                              answered_cb, flight);
  issue->next = (issue->next + 1) % issue->requests->len;
}

static int
compare_latency (gconstpointer first, gconstpointer second)
{
  gint64 a = *(const gint64 *) first;
  gint64 b = *(const gint64 *) second;

  return a < b ? -1 : a > b;
}

static double
percentile (GArray *latencies, double part)
{
  return latencies->len > 0
             ? g_array_index (latencies, gint64, (guint) ((latencies->len - 1) * part))
             : 0;
}

/* The first signature unlocks the key, which takes as long as scrypt is meant to. */
static void
warm_up (Issue *issue)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response
      = icert_request_submit (issue->request, ICERT_SUBMIT_NONE, issue->requests->pdata[0],
                              issue->attributes, NULL, &error);

  if (response == NULL)
    g_error ("submit: %s", error->message);
}

static Result
run_issue (Issue *issue, const Result *limit)
{
  Clock start = clock_now (), end;
  Result result;

  issue->end = option_count > 0 ? 0 : start.wall + MAX (option_seconds, 1) * G_USEC_PER_SEC;
  for (int i = 0; i < option_window && wants_more (issue); i++)
    launch (issue);
  g_main_loop_run (issue->loop);
  end = clock_now ();
  result.rate = issue->done * 1e6 / (end.wall - start.wall);
  result.cpu = (double) (end.cpu - start.cpu) / issue->done;
  g_array_sort (issue->latencies, compare_latency);
  g_print ("case=issue key=%s request_key=%s window=%d n=%" G_GINT64_FORMAT
           " rate=%.0f cpu_us=%.1f p50_us=%.0f p99_us=%.0f rss_mb=%.1f ratio=%.2f ratio_cpu=%.2f "
           "ratio_wall=%.2f\n",
           option_key, option_request_key, option_window, issue->done, result.rate, result.cpu,
           percentile (issue->latencies, 0.5), percentile (issue->latencies, 0.99),
           resident_megabytes (), limit->cpu / result.cpu, limit->cpu / result.cpu,
           result.rate / limit->rate);
  return result;
}

/* The CA */

static void
set_entry (ICertAdmin *admin, const char *node, const char *entry, const char *value)
{
  g_autoptr (GError) error = NULL;

  if (!icert_admin_set_config_entry (admin, node, entry, g_variant_new_string (value), NULL,
                                     &error))
    g_error ("set-config %s %s: %s", node, entry, error->message);
}

/* A grant, so that the default policy issues without an officer; no exit, since files are not what
 * is measured. */
static char *
make_ca (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, &error);
  g_autoptr (ICertAdmin) admin = NULL;
  g_autofree char *config = NULL;

  if (setup == NULL)
    g_error ("setup: %s", error->message);
  g_object_set (setup, "name", "Bench", "type", ICERT_SETUP_TYPE_ROOT, "folder", folder, "key-type",
                strcmp (option_key, "rsa2048") == 0 ? "rsa-2048" : "ec-p256", NULL);
  config = icert_setup_create (setup, NULL, &error);
  if (config == NULL)
    g_error ("setup: %s", error->message);
  admin = icert_admin_open (config, NULL, &error);
  if (admin == NULL)
    g_error ("admin: %s", error->message);
  set_entry (admin, "Exit", "Modules", "");
  {
    g_autofree char *principal = g_strdup_printf ("uid:%u", (guint) getuid ());

    set_entry (admin, "Grant bench", "Principals", principal);
  }
  set_entry (admin, "Grant bench", "Profiles", "WebServer");
  set_entry (admin, "Grant bench", "dNSName", "*.bench.example");
  return g_steal_pointer (&config);
}

/* Policies that say yes, asked in the main context of this thread. */
static ICertControl *
append_policies (const char *config)
{
  g_autoptr (GError) error = NULL;
  ICertControl *control = icert_control_open (config, NULL, &error);

  for (int i = 0; control != NULL && error == NULL && i < option_append; i++)
    {
      g_autoptr (FakeLent) policy = fake_lent_new (ICERT_VERDICT_ISSUE);

      icert_control_append_policy (control, ICERT_POLICY (policy), &error);
    }
  if (error != NULL)
    g_error ("append: %s", error->message);
  icert_control_start (control, NULL, NULL);
  return control;
}

static void
bench (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *ca_folder = g_build_filename (folder, "ca", NULL);
  g_autofree char *config = make_ca (ca_folder);
  EVP_PKEY *ca_key = make_key (option_key);
  EVP_PKEY *request_key = make_key (option_request_key);
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GArray) latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (ICertRequest) request = icert_request_open (config, NULL, &error);
  g_autoptr (ICertControl) control = option_append > 0 ? append_policies (config) : NULL;
  Issue issue = { .request = request,
                  .requests = requests,
                  .attributes = attributes,
                  .loop = loop,
                  .latencies = latencies };
  Result limit;

  if (request == NULL)
    g_error ("request: %s", error->message);
  g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) "WebServer");
  for (guint i = 0; i < N_REQUESTS; i++)
    g_ptr_array_add (requests, make_request (request_key, i));
  warm_up (&issue);
  limit = run_limit (ca_key, request_key, g_get_num_processors ());
  run_issue (&issue, &limit);
  EVP_PKEY_free (ca_key);
  EVP_PKEY_free (request_key);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new ("- certificates a second, beside the limit");
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1 || option_window < 1)
    {
      g_printerr ("bench-issue: %s\n",
                  error != NULL ? error->message : "wrong arguments, see --help");
      return 2;
    }
  if (option_seconds <= 0 && option_count <= 0)
    option_seconds = 10;
  folder = g_dir_make_tmp ("bench-issue-XXXXXX", &error);
  if (folder == NULL)
    g_error ("%s", error->message);
  /* Run by its path in a build tree it finds that tree's modules. */
  g_setenv ("ICERT_MODULE_PATH", BENCH_MODULE_PATH, FALSE);
  g_setenv ("ICERT_DATA_PATH", BENCH_DATA_PATH, FALSE);
  /* The records of the user's CAs stay as they are. */
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  bench (folder);
  fake_folder_remove (folder);
  return 0;
}
