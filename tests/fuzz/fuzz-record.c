/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <glib/gstdio.h>

#include "ca-key-check.h"
#include "icert-config-files.h"

/* Small files that an administrator writes: the record of a CA, and the list of weak keys. */

static void
check_record (ICertCaInfo *info)
{
  g_autofree char *config = icert_ca_info_get_config (info);
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_config_string_parse (config, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
read_record (void)
{
  g_autoptr (ICertConfigFiles) files
      = g_object_new (ICERT_TYPE_CONFIG_FILES, "search-path", fuzz_folder (), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) list = icert_config_list (ICERT_CONFIG (files), NULL, &error);
  g_auto (GStrv) problems = icert_config_files_list_problems (files);
  guint n;

  fuzz_check_pointer (list, &error);
  n = list != NULL ? g_list_model_get_n_items (list) : 0;
  /* a record, or why not */
  g_assert_true (n > 0 || problems[0] != NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ICertCaInfo) info = g_list_model_get_item (list, i);

      check_record (info);
    }
  for (gsize i = 0; problems[i] != NULL; i++)
    fuzz_check_text (problems[i]);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *path = fuzz_write ("fuzz.conf", data, size);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  read_record ();
  ok = ca_key_blocklist_load (path, &error);
  fuzz_check (ok, &error);
  return 0;
}
