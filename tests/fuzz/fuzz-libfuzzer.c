/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "fuzz-mutate.h"

/* What libFuzzer is told beside the target: half of its inputs are changed by our mutator, which
 * keeps the lengths of DER right. */

size_t LLVMFuzzerMutate (guint8 *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator (guint8 *data, size_t size, size_t max_size, unsigned int seed);

int LLVMFuzzerInitialize (int *argc, char ***argv);

static void
trap_cb (int number)
{
  abort ();
}

/* A critical message is a trap, after which libFuzzer would not write the input. */
int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  signal (SIGTRAP, trap_cb);
  return 0;
}

size_t
LLVMFuzzerCustomMutator (guint8 *data, size_t size, size_t max_size, unsigned int seed)
{
  g_autoptr (GByteArray) input = NULL;
  FuzzRandom random;

  fuzz_random_init (&random, seed, 0);
  if (fuzz_random_below (&random, 2) == 0)
    return LLVMFuzzerMutate (data, size, max_size);

  input = g_byte_array_sized_new ((guint) size + 64);
  g_byte_array_append (input, data, (guint) size);
  if (fuzz_random_below (&random, 500) == 0)
    fuzz_grow (&random, input, max_size);
  else
    fuzz_mutate (&random, input, NULL, 0);
  size = MIN (input->len, max_size);
  if (size > 0)
    memcpy (data, input->data, size);
  return size;
}
