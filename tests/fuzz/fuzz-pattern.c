/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "exit-publish-pattern.h"

/* Patterns of published files, and what tokens of a hostile CA's name would make of them: a line
 * each for the pattern and for the text of all tokens. */

/* no path leads out of the folder, or to a hidden file */
static void
check_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  g_assert_nonnull (parts[0]);
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_assert_cmpstr (parts[i], !=, "");
      g_assert_cmpint (parts[i][0], !=, '.');
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const ExitPublishKind kinds[]
      = { EXIT_PUBLISH_CA_CERTIFICATE, EXIT_PUBLISH_CERTIFICATE, EXIT_PUBLISH_CRL };
  g_autofree char *pattern = fuzz_text (data, size);
  char *feed = strchr (pattern, '\n');
  const char *text = feed != NULL ? feed + 1 : NULL;
  ExitPublishTokens tokens = { text, text, text, text, text, text, text, text, text, text };

  if (feed != NULL)
    *feed = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = exit_publish_pattern_check (pattern, "File", kinds[i], &error);
      g_autofree char *path = NULL;

      fuzz_check (ok, &error);
      if (!ok)
        continue;
      path = exit_publish_pattern_expand (pattern, &tokens, &error);
      fuzz_check_pointer (path, &error);
      if (path != NULL)
        check_path (path);
    }
  return 0;
}
