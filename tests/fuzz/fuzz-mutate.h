/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Changes to an input, by a generator of its own: the same numbers everywhere, so that an input is
 * known by its seed. */
typedef struct
{
  guint64 state;
} FuzzRandom;

void fuzz_random_init (FuzzRandom *random, guint64 seed, guint64 index);
/* 0 … @bound - 1; 0 for a bound of 0 */
gsize fuzz_random_below (FuzzRandom *random, gsize bound);

/* Changes @data in one to four places: bits, octets, blocks, elements of DER with the lengths
 * around them kept right. @other: an input to take parts of. */
void fuzz_mutate (FuzzRandom *random, GByteArray *data, const guint8 *other, gsize other_size);
/* Repeats a part of @data up to @size octets: what takes more than linear time shows. */
void fuzz_grow (FuzzRandom *random, GByteArray *data, gsize size);
