/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-attributes.h"

#include <string.h>

#include "icert-binding-private.h"
#include "icert-error.h"

/* S-A1 */
#define MAX_ATTRIBUTES 64
#define MAX_NAME 64
#define MAX_VALUE 1024

static gboolean
fail_too_large (GError **error, const char *what, gsize actual, gsize limit)
{
  g_autoptr (GError) local_error = NULL;

  icert_set_error (&local_error, ICERT_ERROR_TOO_LARGE, "attributes",
                   "%" G_GSIZE_FORMAT " %s (at most %" G_GSIZE_FORMAT ")", actual, what, limit);
  icert_error_add_detail (local_error, "limit", "%" G_GSIZE_FORMAT, limit);
  icert_error_add_detail (local_error, "actual", "%" G_GSIZE_FORMAT, actual);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Tabs are blanks; everything else below a blank hides something (S-A7) */
static gboolean
check_line (const char *line, GError **error)
{
  g_autofree char *quoted = NULL;
  const char *p = line;

  while (*p != '\0' && (*p == '\t' || !g_unichar_iscntrl (g_utf8_get_char (p))))
    p = g_utf8_next_char (p);
  if (*p == '\0')
    return TRUE;

  quoted = icert_error_quote (line, -1);
  icert_set_error (error, ICERT_ERROR_BAD_NAME, "attributes", "%s has a control character (text)",
                   quoted);
  return FALSE;
}

/* Takes names as they are found: CertificateTemplate and certificate-template are one. */
static gboolean
add_line (GHashTable *attributes, GHashTable *seen, char *line, GError **error)
{
  char *colon = strchr (line, ':');
  g_autofree char *key = NULL;
  char *name, *value;

  if (!check_line (line, error))
    return FALSE;
  if (colon == NULL)
    return TRUE;

  *colon = '\0';
  name = g_strstrip (line);
  value = g_strstrip (colon + 1);
  key = icert_attribute_name_normalize (name);
  if (*key == '\0')
    return TRUE;
  if (strlen (name) > MAX_NAME)
    return fail_too_large (error, "octets of a name", strlen (name), MAX_NAME);
  if (strlen (value) > MAX_VALUE)
    return fail_too_large (error, "octets of a value", strlen (value), MAX_VALUE);

  /* A later pair overwrites an earlier one, as in AD CS */
  if (g_hash_table_contains (seen, key))
    g_hash_table_remove (attributes, g_hash_table_lookup (seen, key));
  g_hash_table_insert (attributes, g_strdup (name), g_strdup (value));
  g_hash_table_replace (seen, g_steal_pointer (&key), g_strdup (name));
  if (g_hash_table_size (attributes) > MAX_ATTRIBUTES)
    return fail_too_large (error, "attributes", g_hash_table_size (attributes), MAX_ATTRIBUTES);
  return TRUE;
}

/**
 * icert_attributes_parse:
 * @text: (nullable): lines of the form `Name:Value` (AD CS: strAttributes)
 * @error: return location for an error
 *
 * Takes the text form of request attributes apart. Names and values are trimmed, lines without a
 * colon are skipped as in AD CS, and of two names that [func@ICert.attribute_name_normalize] makes
 * equal the later one stays.
 *
 * Fails with `ICERT_ERROR_TOO_LARGE` for more than 64 pairs, a name of more than 64 octets or a
 * value of more than 1024 (S-A1), `ICERT_ERROR_BAD_NAME` for a control character (S-A7), and
 * `ICERT_ERROR_MALFORMED` when it is not UTF-8.
 *
 * Returns: (transfer full) (element-type utf8 utf8): values by the names as written
 */
GHashTable *
icert_attributes_parse (const char *text, GError **error)
{
  g_autoptr (GHashTable) attributes
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = NULL;

  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "attributes", "not UTF-8 (text)");
      return NULL;
    }

  lines = g_strsplit_set (text != NULL ? text : "", "\r\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (!add_line (attributes, seen, lines[i], error))
      return NULL;

  return g_steal_pointer (&attributes);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* No value may start a pair of its own, and no name a value */
static void
append_line_text (GString *out, const char *text, const char *forbidden)
{
  for (const char *p = text; *p != '\0'; p++)
    g_string_append_c (out, strchr (forbidden, *p) != NULL ? ' ' : *p);
}

/**
 * icert_attributes_format:
 * @attributes: (element-type utf8 utf8) (nullable): values by name
 *
 * The text form of request attributes, a line `Name:Value` each, sorted by name, so that equal
 * attributes give equal text. Line ends, and colons in a name, become blanks.
 *
 * Returns: (transfer full): the text, without a line end behind the last line; empty without
 * attributes
 */
char *
icert_attributes_format (GHashTable *attributes)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GString *out = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name;

  if (attributes != NULL)
    {
      g_hash_table_iter_init (&iter, attributes);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        g_ptr_array_add (names, name);
    }
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      const char *value = g_hash_table_lookup (attributes, names->pdata[i]);

      if (i > 0)
        g_string_append_c (out, '\n');
      append_line_text (out, names->pdata[i], "\r\n:");
      g_string_append_c (out, ':');
      append_line_text (out, value != NULL ? value : "", "\r\n");
    }
  return g_string_free (out, FALSE);
}

/**
 * icert_attribute_name_normalize:
 * @name: (nullable): name of a request attribute
 *
 * The key under which an attribute is found: AD CS ignores case, blanks and hyphens.
 *
 * Returns: (transfer full): `name` in lower case without blanks and hyphens
 */
char *
icert_attribute_name_normalize (const char *name)
{
  g_autofree char *folded = NULL;
  g_autofree char *valid = NULL;
  char *to;

  if (name == NULL)
    return g_strdup ("");

  if (g_str_is_ascii (name))
    folded = g_ascii_strdown (name, -1);
  else
    {
      valid = g_utf8_make_valid (name, -1);
      folded = g_utf8_casefold (valid, -1);
    }

  to = folded;
  for (const char *p = folded; *p != '\0'; p++)
    if (*p != '-' && !g_ascii_isspace (*p))
      *to++ = *p;
  *to = '\0';
  return g_steal_pointer (&folded);
}
