/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include "ca-checkpoint.h"

/* Lines of checkpoints, as a sink gives them back: ca_checkpoint_parse(). */

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCheckpoint) checkpoint = ca_checkpoint_parse (text, &error);
  g_autoptr (CaCheckpoint) again = NULL;
  g_autofree char *line = NULL;

  fuzz_check_pointer (checkpoint, &error);
  if (checkpoint == NULL)
    return 0;

  fuzz_check_text (checkpoint->ca);
  fuzz_check_text (checkpoint->node);
  fuzz_check_text (checkpoint->waivers);
  g_assert_cmpint (checkpoint->time, >=, 0);
  /* the line that it makes is read as the same */
  line = ca_checkpoint_to_line (checkpoint);
  fuzz_check_text (line);
  again = ca_checkpoint_parse (line, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->time, ==, checkpoint->time);
  g_assert_cmpint (again->sequence, ==, checkpoint->sequence);
  g_assert_cmpstr (again->ca, ==, checkpoint->ca);
  g_assert_cmpstr (again->waivers, ==, checkpoint->waivers);
  g_assert_true (g_bytes_equal (again->signature, checkpoint->signature));
  g_assert_cmpmem (again->hash, sizeof again->hash, checkpoint->hash, sizeof checkpoint->hash);
  return 0;
}
