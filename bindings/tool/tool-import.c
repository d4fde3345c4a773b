/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-import.h"

#include <string.h>

#include "tool-output.h"
#include "tool-passphrase.h"
#include "tool-progress.h"

static gboolean
read_passphrase (const ToolImport *import, GBytes **passphrase, GError **error)
{
  char text[TOOL_PASSPHRASE_LIMIT + 1];

  if (import->passphrase_file == NULL)
    return TRUE;
  if (!tool_passphrase_read_file (import->passphrase_file, "--passphrase-file", text, error))
    return FALSE;
  *passphrase = g_bytes_new (text, strlen (text));
  explicit_bzero (text, sizeof text);
  return TRUE;
}

static ICertSetup *
new_setup (const ToolImport *import, GError **error)
{
  g_autofree char *folder
      = import->folder != NULL ? g_canonicalize_filename (import->folder, NULL) : NULL;
  ICertSetup *setup = icert_setup_open (NULL, error);

  if (setup != NULL)
    g_object_set (setup, "name", import->name, "folder", folder, "url", import->url, "dual-control",
                  import->dual_control, NULL);
  return setup;
}

/* For people the notes come last, a line each. */
static void
print (Tool *tool, GVariant *facts)
{
  static const char *const names[] = { "config", "serials", "certificates", "revoked", "next-crl" };
  g_autoptr (ToolRecord) record = tool_record_new ();
  g_autoptr (GVariant) notes = g_variant_lookup_value (facts, "notes", G_VARIANT_TYPE_STRING_ARRAY);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    tool_record_add (record, names[i], g_variant_lookup_value (facts, names[i], NULL));
  if (tool->json)
    tool_record_add (record, "notes", notes);
  tool_record_print (record, tool);
  for (gsize i = 0; !tool->json && i < g_variant_n_children (notes); i++)
    {
      const char *note;
      g_autofree char *escaped = NULL;

      g_variant_get_child (notes, i, "&s", &note);
      escaped = tool_escape (note);
      g_printerr ("note: %s\n", escaped);
    }
}

ToolExit
tool_import_ca (Tool *tool, const ToolImport *import, const char *path, GError **error)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autoptr (GBytes) passphrase = NULL;
  g_autoptr (ICertSetup) setup = NULL;
  g_autoptr (GVariant) facts = NULL;

  if (!read_passphrase (import, &passphrase, error))
    return TOOL_EXIT_FAILED;
  setup = new_setup (import, error);
  if (setup == NULL)
    return TOOL_EXIT_FAILED;
  tool_progress_watch (tool, setup);
  facts = icert_setup_import_ca (setup, import->format, whole, passphrase, NULL, error);
  tool_progress_end (setup);
  if (facts == NULL)
    return TOOL_EXIT_FAILED;
  if (!tool->quiet)
    print (tool, facts);
  return TOOL_EXIT_DONE;
}
