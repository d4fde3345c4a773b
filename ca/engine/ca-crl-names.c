/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-private.h"

#include "ca-crypto.h"
#include "ca-query.h"

#define COUNTER "crl-partitions"

/* How a CRL is called in its URL and where it is published: "ca(1)_Partition00003+.crl". AD CS's
 * tokens %8, <CRLPartitionIndex> and %9 in their order (properties.md 9.4). */
static char *
make_file_name (guint key_index, guint partition, gboolean delta)
{
  g_autofree char *key = key_index > 0 ? g_strdup_printf ("(%u)", key_index) : g_strdup ("");
  g_autofree char *part
      = partition > 0 ? g_strdup_printf ("_Partition%05u", partition) : g_strdup ("");

  return g_strdup_printf ("ca%s%s%s.crl", key, part, delta ? "+" : "");
}

char **
ca_crl_urls (const CaConfig *config, guint key_index, guint partition, gboolean delta)
{
  g_autofree char *name = make_file_name (key_index, partition, delta);
  char **urls;

  if (config->url == NULL || config->url[0] == '\0')
    return NULL;
  urls = g_new0 (char *, 2);
  urls[0] = g_strconcat (config->url, "/crl/", name, NULL);
  return urls;
}

int
ca_crl_find_partition (const CaConfig *config, guint key_index, guint n_partitions, GBytes *points)
{
  gsize size = 0;
  const void *octets = points != NULL ? g_bytes_get_data (points, &size) : NULL;

  for (guint i = 0; size > 0 && i <= n_partitions; i++)
    {
      g_auto (GStrv) urls = ca_crl_urls (config, key_index, i, FALSE);

      /* a URL is an IA5String: its octets are as they are, and none is the beginning of another */
      if (urls != NULL && memmem (octets, size, urls[0], strlen (urls[0])) != NULL)
        return (int) i;
    }
  return -1;
}

gboolean
ca_crl_count_partitions (ICertStore *store, guint *n_partitions, GError **error)
{
  gint64 value;

  if (!ca_counter_load (store, COUNTER, &value, error))
    return FALSE;
  *n_partitions = (guint) CLAMP (value, 1, 65535);
  return TRUE;
}

gboolean
ca_crl_note_partitions (ICertStore *store, CaWriter *writer, const CaConfig *config, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = NULL;
  gint64 value;

  if (config->partitions <= 1)
    return TRUE;
  if (!ca_counter_load (store, COUNTER, &value, error))
    return FALSE;
  if (value >= config->partitions)
    return TRUE;
  batch = icert_store_batch_new ();
  ca_counter_store (COUNTER, config->partitions, batch);
  return ca_writer_commit_wait (writer, g_steal_pointer (&batch), NULL, error);
}

gboolean
ca_crl_choose_partition (const CaConfig *config, gint64 *partition, GError **error)
{
  guint32 random;

  *partition = 0;
  if (config->partitions <= 1)
    return TRUE;
  if (!ca_crypto_random ((guint8 *) &random, sizeof random, error))
    return FALSE;
  *partition = 1 + random % (guint32) config->partitions;
  return TRUE;
}
