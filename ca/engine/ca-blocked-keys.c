/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-blocked-keys.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-limits.h"

static gboolean
read_file (CaEngine *engine, GHashTable *keys, GError **error)
{
  g_autofree char *path = g_build_filename (engine->folder, "blocked-keys", NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  GError *local = NULL;

  if (!icert_file_get_contents (path, CA_LIMIT_KEY_LIST, FALSE, "blocked-keys", &contents, NULL,
                                &local))
    {
      if (g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_FOUND))
        {
          g_error_free (local);
          return TRUE;
        }
      g_propagate_error (error, local);
      return FALSE;
    }
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);

      if (line[0] == '\0' || line[0] == '#')
        continue;
      if (strlen (line) != 64 || strspn (line, "0123456789abcdefABCDEF") != 64)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, "blocked-keys",
                           "line %u is no SHA-256 (64 hex digits)", i + 1);
          return FALSE;
        }
      g_hash_table_add (keys, g_ascii_strdown (line, -1));
    }
  return TRUE;
}

static gboolean
read_rows (CaEngine *engine, GHashTable *keys, GError **error)
{
  static const guint8 columns[] = { ICERT_BLOCKED_KEY_HASH };
  ICertStoreQuery query = { .table = ICERT_STORE_BLOCKED_KEYS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (engine->store, &query, NULL, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const ICertStoreValue *value = icert_store_row_get (rows->pdata[i], 0);

      g_hash_table_add (keys, ca_crypto_hex (value->data, value->size));
    }
  return TRUE;
}

gboolean
ca_blocked_keys_load (CaEngine *engine, GError **error)
{
  engine->blocked_keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return read_file (engine, engine->blocked_keys, error)
         && read_rows (engine, engine->blocked_keys, error);
}

static void
digest_key (GBytes *spki, guint8 digest[32])
{
  gsize size;
  const void *data = g_bytes_get_data (spki, &size);

  ca_crypto_sha256 (data, size, digest);
}

static char *
name_key (GBytes *spki)
{
  guint8 digest[32];

  digest_key (spki, digest);
  return ca_crypto_hex (digest, sizeof digest);
}

gboolean
ca_blocked_keys_contain (CaEngine *engine, GBytes *spki)
{
  g_autofree char *name = NULL;
  gboolean found;

  g_mutex_lock (&engine->mutex);
  found = g_hash_table_size (engine->blocked_keys) > 0;
  g_mutex_unlock (&engine->mutex);
  /* the digest costs more than the look: nobody pays it while nothing is blocked */
  if (!found)
    return FALSE;
  name = name_key (spki);
  g_mutex_lock (&engine->mutex);
  found = g_hash_table_contains (engine->blocked_keys, name);
  g_mutex_unlock (&engine->mutex);
  return found;
}

void
ca_blocked_keys_record (GBytes *spki, gint64 since, gint64 request_id, ICertStoreBatch *batch)
{
  guint8 digest[32];

  digest_key (spki, digest);
  /* two certificates of one key are no conflict */
  icert_store_batch_begin (batch, ICERT_STORE_BLOCKED_KEYS, ICERT_STORE_DELETE);
  icert_store_batch_set_data (batch, ICERT_BLOCKED_KEY_HASH, digest, sizeof digest);
  icert_store_batch_begin (batch, ICERT_STORE_BLOCKED_KEYS, ICERT_STORE_INSERT);
  icert_store_batch_set_data (batch, ICERT_BLOCKED_KEY_HASH, digest, sizeof digest);
  icert_store_batch_set_int (batch, ICERT_BLOCKED_KEY_SINCE, since);
  icert_store_batch_set_int (batch, ICERT_BLOCKED_KEY_REQUEST_ID, request_id);
}

void
ca_blocked_keys_add (CaEngine *engine, GBytes *spki)
{
  char *name = name_key (spki);

  g_mutex_lock (&engine->mutex);
  g_hash_table_add (engine->blocked_keys, name);
  g_mutex_unlock (&engine->mutex);
}
