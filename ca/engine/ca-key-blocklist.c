/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-key-check.h"

#include <stdlib.h>
#include <string.h>

#include "ca-crypto.h"
#include "ca-limits.h"

#define FIELD "blocklist"
#define DIGEST 32

static GByteArray *blocklist;

static int
compare_digests (const void *a, const void *b)
{
  return memcmp (a, b, DIGEST);
}

static gboolean
parse_line (const char *line, guint8 digest[DIGEST])
{
  gsize i;

  if (strlen (line) != 2 * DIGEST)
    return FALSE;
  for (i = 0; i < DIGEST; i++)
    {
      int high = g_ascii_xdigit_value (line[2 * i]), low = g_ascii_xdigit_value (line[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      digest[i] = high << 4 | low;
    }
  return TRUE;
}

gboolean
ca_key_blocklist_load (const char *path, GError **error)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint8 digest[DIGEST];
  gsize size;
  guint i;

  if (!icert_file_get_contents (path, CA_LIMIT_KEY_LIST, TRUE, FIELD, &text, &size, &local_error))
    {
      gboolean absent = g_error_matches (local_error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);

      icert_set_error (error, absent ? ICERT_ERROR_NOT_FOUND : ICERT_ERROR_CONFIG, FIELD,
                       "file of weak keys %s (one)", absent ? "is absent" : "cannot be read");
      return FALSE;
    }
  /* the keys behind it would be lost */
  if (strlen (text) != size)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FIELD, "has an octet 0 (text)");
      return FALSE;
    }
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      if (lines[i][0] == '\0' || lines[i][0] == '#')
        continue;
      if (!parse_line (lines[i], digest))
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, FIELD,
                           "line %u is not a digest (64 hexadecimal digits)", i + 1);
          return FALSE;
        }
      g_byte_array_append (list, digest, DIGEST);
    }
  if (list->len > 0)
    qsort (list->data, list->len / DIGEST, DIGEST, compare_digests);
  g_clear_pointer (&blocklist, g_byte_array_unref);
  blocklist = g_steal_pointer (&list);
  return TRUE;
}

gboolean
ca_key_is_blocked (GBytes *spki)
{
  guint8 digest[DIGEST];

  if (blocklist == NULL || blocklist->len == 0)
    return FALSE;
  ca_crypto_sha256 (g_bytes_get_data (spki, NULL), g_bytes_get_size (spki), digest);
  return bsearch (digest, blocklist->data, blocklist->len / DIGEST, DIGEST, compare_digests)
         != NULL;
}
