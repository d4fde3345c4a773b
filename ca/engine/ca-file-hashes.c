/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-file-hashes.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <icert.h>

#include "ca-crypto.h"
#include "ca-limits.h"

/* Coarser than the clock of any file system; a file must have been left alone so long. */
#define SETTLED (3 * G_USEC_PER_SEC)
#define MAX_FILES 256

/* What tells one content of a file from another, without reading it. */
typedef struct
{
  guint64 device;
  guint64 inode;
  gint64 size;
  gint64 modified; /* nanoseconds */
  gint64 changed;  /* nanoseconds */
} Identity;

typedef struct
{
  Identity identity;
  char hash[2 * 32 + 1];
} KnownFile;

struct _CaFileHashes
{
  GMutex lock;
  GHashTable *files; /* path -> KnownFile */
  guint n_reads;
};

CaFileHashes *
ca_file_hashes_new (void)
{
  CaFileHashes *hashes = g_new0 (CaFileHashes, 1);

  g_mutex_init (&hashes->lock);
  hashes->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return hashes;
}

void
ca_file_hashes_free (CaFileHashes *hashes)
{
  g_hash_table_unref (hashes->files);
  g_mutex_clear (&hashes->lock);
  g_free (hashes);
}

static gint64
nanoseconds (const struct timespec *time)
{
  return time->tv_sec * G_GINT64_CONSTANT (1000000000) + time->tv_nsec;
}

static gboolean
look (const char *path, Identity *identity)
{
  struct stat status;

  if (g_stat (path, &status) != 0)
    return FALSE;
  *identity = (Identity){
    .device = status.st_dev,
    .inode = status.st_ino,
    .size = status.st_size,
    .modified = nanoseconds (&status.st_mtim),
    .changed = nanoseconds (&status.st_ctim),
  };
  return TRUE;
}

static gboolean
is_same (const Identity *one, const Identity *other)
{
  return one->device == other->device && one->inode == other->inode && one->size == other->size
         && one->modified == other->modified && one->changed == other->changed;
}

static char *
find_known (CaFileHashes *hashes, const char *path, const Identity *identity)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hashes->lock);
  const KnownFile *known = g_hash_table_lookup (hashes->files, path);

  return known != NULL && is_same (&known->identity, identity) ? g_strdup (known->hash) : NULL;
}

static void
remember (CaFileHashes *hashes, const char *path, const Identity *identity, const char *hash)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hashes->lock);
  KnownFile *known = g_new0 (KnownFile, 1);

  known->identity = *identity;
  g_strlcpy (known->hash, hash, sizeof known->hash);
  if (g_hash_table_size (hashes->files) >= MAX_FILES)
    g_hash_table_remove_all (hashes->files);
  g_hash_table_replace (hashes->files, g_strdup (path), known);
}

static char *
read_hash (CaFileHashes *hashes, const char *path)
{
  g_autofree char *contents = NULL;
  guint8 digest[32];
  gsize size;

  if (!icert_file_get_contents (path, CA_LIMIT_TEXT_FILE, FALSE, "profile", &contents, &size, NULL))
    return NULL;
  g_mutex_lock (&hashes->lock);
  hashes->n_reads++;
  g_mutex_unlock (&hashes->lock);
  ca_crypto_sha256 (contents, size, digest);
  return ca_crypto_hex (digest, sizeof digest);
}

char *
ca_file_hashes_get (CaFileHashes *hashes, const char *path, gint64 *changed)
{
  Identity before, after;
  gint64 settled;
  char *hash;

  if (!look (path, &before))
    return NULL;
  if (changed != NULL)
    *changed = before.changed / 1000;
  hash = find_known (hashes, path, &before);
  if (hash != NULL)
    return hash;
  /* of the file system's clock, like the times that it is compared with */
  settled = (g_get_real_time () - SETTLED) * 1000;
  hash = read_hash (hashes, path);
  if (hash != NULL && before.modified < settled && before.changed < settled && look (path, &after)
      && is_same (&before, &after))
    remember (hashes, path, &before, hash);
  return hash;
}

guint
ca_file_hashes_get_n_reads (CaFileHashes *hashes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hashes->lock);

  return hashes->n_reads;
}
