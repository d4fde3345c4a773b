/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-build: what a certificate costs above its signature. A line a case; see performance.md. */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <glib/gstdio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "ca-builder.h"
#include "ca-oids.h"
#include "ca-signer.h"
#include "key-file.h"

#define SECRET "only for the benchmark"
#define YEAR (365 * 86400)

static char *option_key = (char *) "ec-p256";
static char *option_request_key = (char *) "ec-p256";
static int option_count = 2000;

static const GOptionEntry options[] = {
  { "key", 0, 0, G_OPTION_ARG_STRING, &option_key, "Type of the CA key", "TYPE" },
  { "request-key", 0, 0, G_OPTION_ARG_STRING, &option_request_key, "Type of the subject's key",
    "TYPE" },
  { "count", 0, 0, G_OPTION_ARG_INT, &option_count, "Certificates to make", "N" },
  { NULL },
};

typedef struct
{
  char *folder;
  ICertKey *ca_key;
  CaIssuer *issuer;
  GBytes *spki;
  CaPublicKey public_key;
  CaPlan *plan;
  GPtrArray *names;
  guint8 serial[20];
  GBytes *tbs; /* of the item at hand */
} Bench;

typedef void (*Step) (Bench *bench);

static void
stop_on (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static ICertKey *
new_key (Bench *bench, const char *name, const char *type)
{
  g_autofree char *path = g_build_filename (bench->folder, name, NULL);
  g_autoptr (GBytes) secret = g_bytes_new_static (SECRET, strlen (SECRET));
  ICertKey *key = g_object_new (KEY_TYPE_FILE, NULL);
  GError *error = NULL;

  icert_key_generate (key, path, type, secret, &error);
  stop_on (error);
  g_remove (path);
  return key;
}

static void
plan_server (Bench *bench)
{
  static const char *const purposes[] = { "1.3.6.1.5.5.7.3.1", NULL };
  static const char *const cdp[] = { "http://ca.example.org/icert/demo/0.crl", NULL };
  static const char *const ca_issuers[] = { "http://ca.example.org/icert/demo/0.crt", NULL };
  static const char *const ocsp[] = { "http://ca.example.org/icert/demo/ocsp", NULL };
  ICertKeyUsage usage = ICERT_KEY_USAGE_DIGITAL_SIGNATURE;
  CaPlan *plan = ca_plan_new ();
  GError *error = NULL;

  if (g_str_has_prefix (option_request_key, "rsa"))
    usage |= ICERT_KEY_USAGE_KEY_ENCIPHERMENT;
  plan->not_before = g_get_real_time () / G_USEC_PER_SEC;
  plan->not_after = plan->not_before + YEAR - 1;
  ca_plan_set_subject (plan, CA_OID_COMMON_NAME, "www.example.org");
  bench->names = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (bench->names, icert_name_new (ICERT_NAME_KIND_DNS, "www.example.org", NULL));
  g_ptr_array_add (bench->names, icert_name_new (ICERT_NAME_KIND_DNS, "example.org", NULL));
  ca_plan_take_extension (plan, icert_extension_new_key_usage (usage, TRUE, NULL));
  ca_plan_take_extension (plan, icert_extension_new_extended_key_usage (purposes, FALSE, NULL));
  ca_plan_take_extension (plan, icert_extension_new_subject_alt_name (bench->names, FALSE, NULL));
  ca_builder_add_own_extensions (plan, bench->issuer, &bench->public_key, -1, cdp, ca_issuers, ocsp,
                                 &error);
  stop_on (error);
  bench->plan = plan;
}

static void
set_up (Bench *bench)
{
  g_autoptr (GPtrArray) rdns = ca_name_from_text ("CN=Bench CA,O=Example,C=DE", NULL);
  g_autoptr (ICertKey) key = NULL;
  g_autoptr (GBytes) root = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  GError *error = NULL;

  bench->folder = g_dir_make_tmp ("icert-bench-XXXXXX", &error);
  stop_on (error);
  bench->ca_key = new_key (bench, "ca.key", option_key);
  root = ca_builder_self_signed (rdns, bench->ca_key, "sha256", now - 60, now + 10 * YEAR, -1,
                                 &error);
  stop_on (error);
  bench->issuer = ca_issuer_new (root, NULL, bench->ca_key, "sha256", 0, 0, &error);
  stop_on (error);
  key = new_key (bench, "request.key", option_request_key);
  bench->spki = icert_key_get_public_key (key, &error);
  stop_on (error);
  ca_public_key_init (&bench->public_key, bench->spki, &error);
  stop_on (error);
  plan_server (bench);
}

static void
tear_down (Bench *bench)
{
  g_rmdir (bench->folder);
  g_free (bench->folder);
  g_object_unref (bench->ca_key);
  ca_issuer_unref (bench->issuer);
  g_bytes_unref (bench->spki);
  ca_public_key_clear (&bench->public_key);
  ca_plan_free (bench->plan);
  g_ptr_array_unref (bench->names);
  g_clear_pointer (&bench->tbs, g_bytes_unref);
}

static void
step_build (Bench *bench)
{
  GError *error = NULL;

  g_clear_pointer (&bench->tbs, g_bytes_unref);
  ca_builder_draw_serial (g_get_real_time () / 1000, bench->serial, &error);
  bench->tbs = ca_builder_build (bench->issuer, bench->plan, bench->spki, bench->serial, &error);
  stop_on (error);
}

static CaTicket *
lint (Bench *bench)
{
  CaLintExpectation expectation = {
    .issuer = bench->issuer,
    .serial = bench->serial,
    .not_before = bench->plan->not_before,
    .not_after = bench->plan->not_after,
    .spki = bench->spki,
    .approved_names = bench->names,
    .rdns = bench->plan->rdns,
    .extensions = bench->plan->extensions,
    .max_not_after = bench->issuer->not_after,
  };
  GError *error = NULL;
  CaTicket *ticket = ca_linter_check (bench->tbs, &expectation, &error);

  stop_on (error);
  return ticket;
}

static void
step_lint (Bench *bench)
{
  ca_ticket_free (lint (bench));
}

/* the bare signature of what the step before left */
static void
step_sign (Bench *bench)
{
  GError *error = NULL;
  GBytes *signature = icert_key_sign (bench->ca_key, "sha256", bench->tbs, NULL, &error);

  stop_on (error);
  g_bytes_unref (signature);
}

static void
step_issue (Bench *bench)
{
  g_autoptr (CaTicket) ticket = NULL;
  g_autoptr (GBytes) certificate = NULL;
  GError *error = NULL;

  step_build (bench);
  ticket = lint (bench);
  certificate = ca_signer_sign (bench->issuer, ticket, bench->tbs, &error);
  stop_on (error);
}

/* OpenSSL alone: one context, a digest of 32 octets */
static void
step_raw (Bench *bench)
{
  static EVP_PKEY_CTX *context;
  static const guint8 digest[32];
  guint8 signature[1024];
  gsize size = sizeof signature;

  if (context == NULL)
    {
      EVP_PKEY *key = EVP_EC_gen ("P-256");

      context = EVP_PKEY_CTX_new_from_pkey (NULL, key, NULL);
      EVP_PKEY_sign_init (context);
      EVP_PKEY_free (key);
    }
  if (EVP_PKEY_sign (context, signature, &size, digest, sizeof digest) != 1)
    g_error ("OpenSSL does not sign");
}

static double
cpu_now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double
memory_now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / 1024;
}

static int
compare_samples (gconstpointer one, gconstpointer other)
{
  const gint64 *a = one, *b = other;

  return *a < *b ? -1 : *a > *b;
}

static double
measure (Bench *bench, const char *name, Step step)
{
  g_autofree gint64 *samples = g_new0 (gint64, option_count);
  double cpu;
  gint64 wall;

  step (bench);
  cpu = cpu_now ();
  wall = g_get_monotonic_time ();
  for (int i = 0; i < option_count; i++)
    {
      gint64 before = g_get_monotonic_time ();

      step (bench);
      samples[i] = g_get_monotonic_time () - before;
    }
  wall = MAX (g_get_monotonic_time () - wall, 1);
  cpu = (cpu_now () - cpu) / option_count;
  qsort (samples, (gsize) option_count, sizeof *samples, compare_samples);
  printf ("case=%s n=%d rate=%.0f cpu_us=%.2f p50_us=%" G_GINT64_FORMAT " p99_us=%" G_GINT64_FORMAT
          " rss_mb=%.1f",
          name, option_count, option_count * 1e6 / (double) wall, cpu, samples[option_count / 2],
          samples[option_count * 99 / 100], memory_now ());
  return cpu;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- cost above the signature");
  g_autoptr (GError) error = NULL;
  Bench bench = { 0 };
  double sign, issue;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || option_count < 1)
    {
      fprintf (stderr, "bench-build: %s\n", error != NULL ? error->message : "count: 1 or more");
      return 2;
    }
  set_up (&bench);
  measure (&bench, "openssl-sign-p256", step_raw);
  printf ("\n");
  measure (&bench, "build", step_build);
  printf ("\n");
  measure (&bench, "lint", step_lint);
  printf ("\n");
  sign = measure (&bench, "sign", step_sign);
  printf ("\n");
  issue = measure (&bench, "issue", step_issue);
  printf (" over_sign_us=%.2f\n", issue - sign);
  tear_down (&bench);
  return 0;
}
