/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Must show 7: the restores of test-backup.c, two hundred of them. */
#define N_RESTORES 200
#define RANDOM_ONLY

#pragma GCC diagnostic ignored "-Wunused-function"

#include "test-backup.c"
