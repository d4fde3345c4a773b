/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

/* Manifests of modules, NAME.module, and what a class says of itself: as a registry reads them. */

static void
check_class (ICertClassInfo *info)
{
  g_autofree char *class_id = NULL;
  g_autofree char *description = NULL;

  g_object_get (info, "class-id", &class_id, "description", &description, NULL);
  g_assert_nonnull (class_id);
  fuzz_check_text (class_id);
  /* a key file may have tabs */
  if (description != NULL)
    fuzz_check_text (g_strdelimit (description, "\t", ' '));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *const folders[] = { fuzz_folder (), NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GListModel) classes = NULL;
  g_auto (GStrv) problems = NULL;

  fuzz_write ("fuzz.module", data, size);
  registry = icert_registry_new (folders, &error);
  fuzz_check_pointer (registry, &error);
  if (registry == NULL)
    return 0;
  problems = icert_registry_list_problems (registry);
  for (gsize i = 0; problems[i] != NULL; i++)
    fuzz_check_text (problems[i]);
  /* classes, whose library is not there, or the first problem */
  classes = icert_registry_list_classes (registry, &error);
  g_assert_nonnull (problems[0]);
  fuzz_check_pointer (classes, &error);
  if (classes == NULL)
    return 0;
  for (guint i = 0; i < g_list_model_get_n_items (classes); i++)
    {
      g_autoptr (ICertClassInfo) info = g_list_model_get_item (classes, i);

      check_class (info);
    }
  return 0;
}
