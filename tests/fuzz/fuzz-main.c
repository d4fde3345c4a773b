/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "fuzz-mutate.h"

/* Plays a target without libFuzzer: the corpus, then inputs made of it, the same each time. They
 * are played in a process of their own; what it had in hand when it ended is written to a file. */

#define MAX_SIZE (300 * 1024)
#define GROWN_INPUT (128 * 1024)
/* S-A10 */
#define MAX_SECONDS 1
#define MAX_KIB (256 * 1024)

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

/* What the playing process tells the one that waits for it. */
typedef struct
{
  gsize n_played;
  gsize n_accepted; /* by the inputs as they are */
  gboolean playing;
  gsize size;
  guint8 data[MAX_SIZE];
} Played;

typedef struct
{
  GPtrArray *inputs; /* of GBytes */
  gint64 seed;
  int mutations, grown;
  Played *played;
} Plan;

static void
set_time_limit (int seconds)
{
#ifdef SANITIZED
  seconds *= 10;
#endif
  struct itimerval limit = { .it_value = { .tv_sec = seconds } };

  setitimer (ITIMER_PROF, &limit, NULL);
}

static long
measure_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void
play (Played *played, const guint8 *data, gsize size)
{
  long before = measure_memory ();
  /* of exactly this size, so that AddressSanitizer sees its end */
  g_autofree guint8 *copy = g_malloc (MAX (size, 1));

  size = MIN (size, MAX_SIZE);
  if (size > 0)
    memcpy (copy, data, size);
  if (size > 0)
    memcpy (played->data, data, size);
  played->size = size;
  played->playing = TRUE;
  set_time_limit (MAX_SECONDS);
  LLVMFuzzerTestOneInput (copy, size);
  set_time_limit (0);
  played->playing = FALSE;
  played->n_played++;
#ifdef SANITIZED
  (void) before;
#else
  if (measure_memory () - before > MAX_KIB)
    {
      played->playing = TRUE;
      g_error ("more than %d KiB of memory", MAX_KIB);
    }
#endif
}

static void
play_all (const Plan *plan)
{
  for (guint i = 0; i < plan->inputs->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (plan->inputs->pdata[i], &size);

      play (plan->played, data, size);
    }
  plan->played->n_accepted = fuzz_get_n_accepted ();

  for (int i = 0; i < plan->grown + plan->mutations; i++)
    {
      g_autoptr (GByteArray) input = g_byte_array_new ();
      FuzzRandom random;
      GBytes *one, *other;

      fuzz_random_init (&random, (guint64) plan->seed, (guint64) i << 32);
      one = plan->inputs->pdata[fuzz_random_below (&random, plan->inputs->len)];
      other = plan->inputs->pdata[fuzz_random_below (&random, plan->inputs->len)];
      if (g_bytes_get_size (one) > 0)
        g_byte_array_append (input, g_bytes_get_data (one, NULL), (guint) g_bytes_get_size (one));
      if (i < plan->grown)
        fuzz_grow (&random, input, GROWN_INPUT);
      else
        fuzz_mutate (&random, input, g_bytes_get_data (other, NULL), g_bytes_get_size (other));
      play (plan->played, input->data, input->len);
    }
}

static int
compare_names (gconstpointer one, gconstpointer other)
{
  return strcmp (*(char *const *) one, *(char *const *) other);
}

/* Adds a file, or those of a folder by name. */
static void
add_inputs (GPtrArray *inputs, const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *contents = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  gsize size;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      if (!g_file_get_contents (path, &contents, &size, NULL))
        g_error ("%s: cannot be read", path);
      g_ptr_array_add (inputs, g_bytes_new (contents, size));
      return;
    }

  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    add_inputs (inputs, names->pdata[i]);
}

/* Writes what was in hand; lends nothing */
static void
save_input (const Played *played, const char *name)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, played->data, played->size);
  g_autofree char *file = g_strdup_printf ("%s-%.12s.input", name, sum);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), file, NULL);

  if (g_file_set_contents (path, (const char *) played->data, (gssize) played->size, NULL))
    printf ("# input: %s (%" G_GSIZE_FORMAT " octets)\n", path, played->size);
}

static const char *
explain (int status)
{
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return "accepts nothing of its inputs: they are out of date";
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGPROF)
    return "took too long (S-A10)";
  if (WIFSIGNALED (status))
    return strsignal (WTERMSIG (status));
  return "ended with an error: a leak, when no input is named";
}

/* whether all of @plan was played and nothing found */
static gboolean
run (const Plan *plan, const char *name)
{
  int status;
  pid_t child;

  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      play_all (plan);
      exit (0);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  printf ("# %" G_GSIZE_FORMAT " inputs, %" G_GSIZE_FORMAT " answers to the first %u\n",
          plan->played->n_played, plan->played->n_accepted, plan->inputs->len);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0 && plan->played->n_accepted > 0)
    return TRUE;
  printf ("# %s\n", explain (status));
  if (plan->played->playing)
    save_input (plan->played, name);
  return FALSE;
}

int
main (int argc, char *argv[])
{
  Plan plan = { .seed = 1, .mutations = 2000, .grown = 20 };
  const GOptionEntry entries[] = {
    { "mutations", 'n', 0, G_OPTION_ARG_INT, &plan.mutations, "Inputs made of the corpus", "N" },
    { "grown", 'g', 0, G_OPTION_ARG_INT, &plan.grown, "Large inputs made of it", "N" },
    { "seed", 's', 0, G_OPTION_ARG_INT64, &plan.seed, "Another series", "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER|FILE…");
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *name = g_path_get_basename (argv[0]);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  for (int i = 1; i < argc; i++)
    add_inputs (inputs, argv[i]);
  if (inputs->len == 0)
    g_error ("no inputs");
  g_ptr_array_add (inputs, g_bytes_new (NULL, 0));

  plan.inputs = inputs;
  plan.played
      = mmap (NULL, sizeof (Played), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (plan.played != MAP_FAILED);

  printf ("1..1\n");
  ok = run (&plan, name);
  printf ("%s 1 %s %s\n", ok ? "ok" : "not ok", name, "holds for its corpus and inputs made of it");
  munmap (plan.played, sizeof (Played));
  return ok ? 0 : 1;
}
