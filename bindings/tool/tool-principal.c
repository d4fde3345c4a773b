/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-principal.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

/* Patterns and principals of other kinds are nobody's account. */
static gboolean
is_unknown (const char *principal)
{
  const char *name = strchr (principal, ':');
  guint64 uid;

  if (name == NULL || strchr (++name, '*') != NULL)
    return FALSE;
  if (g_str_has_prefix (principal, "user:"))
    return getpwnam (name) == NULL;
  if (g_str_has_prefix (principal, "group:"))
    return getgrnam (name) == NULL;
  return g_str_has_prefix (principal, "uid:")
         && g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT, &uid, NULL)
         && getpwuid ((uid_t) uid) == NULL;
}

static void
print_warning (gpointer data, gpointer user_data)
{
  const char *principal = data;
  g_autofree char *shown = tool_escape (principal);

  g_printerr ("warning: %s: this machine has no such account (it has the right when there is one; "
              "a slip of the pen is to be taken back)\n",
              shown);
}

void
tool_principal_warn (Tool *tool, ToolRecord *record, char **principals)
{
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();

  for (gsize i = 0; principals != NULL && principals[i] != NULL; i++)
    if (is_unknown (principals[i]))
      g_ptr_array_add (unknown, principals[i]);
  if (unknown->len == 0)
    return;
  if (tool->json)
    tool_record_add (
        record, "unknown-principals",
        g_variant_new_strv ((const char *const *) unknown->pdata, (gssize) unknown->len));
  else
    g_ptr_array_foreach (unknown, print_warning, NULL);
}
