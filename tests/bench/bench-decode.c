/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-decode: what it costs to take a request, beside a raw verification of its signature in the
 * same run (P3 of performance.md). Rounds take turns, medians are compared. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "ca-crypto.h"
#include "ca-decode.h"
#include "fake-request.h"

#define ROUNDS 9

static char *option_key = (char *) "p256";
static int option_count = 20000;

static const GOptionEntry options[] = {
  { "request-key", 0, 0, G_OPTION_ARG_STRING, &option_key, "p256, rsa2048, …", "TYPE" },
  { "count", 0, 0, G_OPTION_ARG_INT, &option_count, "Requests a case", "N" },
  { NULL },
};

typedef struct
{
  GBytes *request;
  CaDecoded *decoded;
  EVP_PKEY_CTX *verify; /* NULL: a key without a digest of its own */
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size;
} Bench;

typedef void (*Step) (Bench *bench);

typedef struct
{
  const char *name;
  Step step;
  double cpu[ROUNDS]; /* us an item */
  double rate[ROUNDS];
  double *times; /* us, of the last round */
} Case;

static void
do_limit (Bench *bench)
{
  gsize size;
  const guint8 *signature = g_bytes_get_data (bench->decoded->signature, &size);

  if (EVP_PKEY_verify (bench->verify, signature, size, bench->digest, bench->digest_size) != 1)
    g_error ("the signature does not fit");
}

static void
do_parse (Bench *bench)
{
  CaDecoded *decoded
      = ca_decode_request (bench->request, ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_ANY, NULL);

  ca_decoded_unref (decoded);
}

static void
do_parse_possession (Bench *bench)
{
  CaDecoded *decoded
      = ca_decode_request (bench->request, ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_ANY, NULL);

  if (!ca_decoded_verify_possession (decoded, FALSE, NULL))
    g_error ("the request does not prove its key");
  ca_decoded_unref (decoded);
}

static void
do_key_check (Bench *bench)
{
  if (!ca_key_check (bench->decoded, NULL, NULL))
    g_error ("the key is refused");
}

static Case cases[] = {
  { .name = "limit", .step = do_limit },
  { .name = "parse", .step = do_parse },
  { .name = "parse-possession", .step = do_parse_possession },
  { .name = "key-check", .step = do_key_check },
};

static double
cpu_now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

static void
run_round (Bench *bench, Case *what, guint round, guint n)
{
  double cpu = cpu_now ();
  gint64 start = g_get_monotonic_time ();
  guint i;

  for (i = 0; i < n; i++)
    {
      gint64 item = g_get_monotonic_time ();

      what->step (bench);
      what->times[i] = g_get_monotonic_time () - item;
    }
  what->cpu[round] = (cpu_now () - cpu) / n;
  what->rate[round] = n * 1e6 / MAX (1, g_get_monotonic_time () - start);
}

static int
compare_doubles (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}

static void
print_case (Case *what, guint n, double limit)
{
  double cpu = median (what->cpu, ROUNDS), rate = median (what->rate, ROUNDS);
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  qsort (what->times, n, sizeof *what->times, compare_doubles);
  printf ("case=%s request-key=%s n=%u rate=%.0f cpu_us=%.2f p50_us=%.0f p99_us=%.0f rss_mb=%.1f "
          "ratio=%.2f\n",
          what->name, option_key, n * ROUNDS, rate, cpu, what->times[n / 2],
          what->times[n * 99 / 100], usage.ru_maxrss / 1024.0, cpu / limit);
}

/* The raw verification knows the key and the digest. */
static void
prepare (Bench *bench, const FakeKey *key)
{
  g_autoptr (EVP_PKEY) pkey = NULL;
  g_autoptr (GError) error = NULL;
  const guint8 *raw;

  bench->request = fake_request_new (key);
  bench->decoded
      = ca_decode_request (bench->request, ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_ANY, &error);
  if (bench->decoded == NULL)
    g_error ("%s", error->message);
  pkey = ca_crypto_public_key (bench->decoded->spki, &error);
  if (pkey == NULL || key->digest == NULL)
    g_error ("the key has no digest");
  raw = g_bytes_get_data (bench->decoded->raw, NULL);
  bench->verify = EVP_PKEY_CTX_new_from_pkey (ca_crypto_get_libctx (), pkey, NULL);
  if (EVP_PKEY_verify_init (bench->verify) != 1
      || EVP_Digest (raw + bench->decoded->signed_offset, bench->decoded->signed_size,
                     bench->digest, &bench->digest_size, EVP_get_digestbyname (key->digest), NULL)
             != 1)
    g_error ("nothing can be verified");
  if (EVP_PKEY_is_a (pkey, "RSA"))
    EVP_PKEY_CTX_set_signature_md (bench->verify, EVP_get_digestbyname (key->digest));
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- measures taking requests");
  g_autoptr (GError) error = NULL;
  g_autoptr (FakeKey) key = NULL;
  Bench bench = { 0 };
  guint round, n;
  double limit;
  gsize i;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("bench-decode: %s\n", error->message);
      return 2;
    }
  key = fake_key_new (option_key);
  prepare (&bench, key);
  n = MAX (100, option_count / ROUNDS);
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    cases[i].times = g_new (double, n);
  for (round = 0; round < ROUNDS; round++)
    for (i = 0; i < G_N_ELEMENTS (cases); i++)
      run_round (&bench, &cases[i], round, n);
  limit = median (cases[0].cpu, ROUNDS);
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_case (&cases[i], n, limit);
      g_free (cases[i].times);
    }
  EVP_PKEY_CTX_free (bench.verify);
  ca_decoded_unref (bench.decoded);
  g_bytes_unref (bench.request);
  return 0;
}
