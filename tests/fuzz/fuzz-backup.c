/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "ca-manifest.h"

/* What a backup says of itself: manifest.conf, and behind a line `====` the list of files that its
 * hash is of. */

#define BORDER "====\n"

static void
check (const CaManifest *manifest)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (ca_manifest_to_variant (manifest));
  g_autofree char *digest = ca_manifest_digest (manifest);

  g_assert_true (g_variant_is_normal_form (variant));
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const CaTreeFile *file = manifest->files->pdata[i];

      /* no path leads out of the backup */
      g_assert_false (g_path_is_absolute (file->path));
      g_assert_null (strstr (file->path, "/../"));
      g_assert_false (g_str_has_prefix (file->path, "../"));
      g_assert_false (g_str_has_suffix (file->path, "/.."));
      g_assert_cmpstr (file->path, !=, "..");
    }
}

/* The hash of the list in the manifest, so that reading does not end there */
static char *
with_hash (const char *manifest, const char *list)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, list, -1);
  g_auto (GStrv) parts = g_strsplit (manifest, "HASH", -1);

  return g_strjoinv (sum, parts);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  char *border = strstr (text, BORDER);
  const char *list = border != NULL ? border + strlen (BORDER) : "";
  g_autofree char *manifest = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CaManifest) read = NULL;

  if (border != NULL)
    *border = '\0';
  manifest = with_hash (text, list);
  fuzz_write ("manifest.conf", manifest, strlen (manifest));
  fuzz_write ("files.sha256", list, strlen (list));
  read = ca_manifest_load (fuzz_folder (), &error);
  fuzz_check_pointer (read, &error);
  if (read != NULL)
    check (read);
  return 0;
}
