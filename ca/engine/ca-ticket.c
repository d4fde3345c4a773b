/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-ticket-private.h"

#include <string.h>

#include "ca-crypto.h"

/* Used tickets are kept in two generations: when the young one is full it becomes the old one, and
 * the old one is forgotten. So the last 8,192 at least are known, in at most 2 MiB. Octets used
 * longer ago cannot come back either: they hold their serial, and the store reserves a serial once
 * (S-E8). */
#define GENERATION_SIZE 8192

struct _CaTicket
{
  guint8 digest[32]; /* of the octets and the issuer */
  int used;          /* atomic */
};

static GMutex used_lock;
static GHashTable *young; /* (element-type utf8) digests, owned */
static GHashTable *old;   /* the same; NULL at first */

static void
digest_of (GBytes *tbs, const CaIssuer *issuer, guint8 digest[32])
{
  guint8 both[64] = { 0 };
  gsize size;
  const void *data = g_bytes_get_data (tbs, &size);

  ca_crypto_sha256 (data, size, both);
  if (issuer != NULL)
    memcpy (both + 32, issuer->digest, 32);
  ca_crypto_sha256 (both, sizeof both, digest);
}

CaTicket *
_ca_ticket_new (GBytes *tbs, const CaIssuer *issuer)
{
  CaTicket *ticket = g_new0 (CaTicket, 1);

  digest_of (tbs, issuer, ticket->digest);
  return ticket;
}

void
ca_ticket_free (CaTicket *ticket)
{
  g_free (ticket);
}

static guint
hash_digest (gconstpointer digest)
{
  guint hash;

  memcpy (&hash, digest, sizeof hash);
  return hash;
}

static gboolean
equal_digests (gconstpointer one, gconstpointer other)
{
  return memcmp (one, other, 32) == 0;
}

/* FALSE when it was there before */
static gboolean
remember (const guint8 digest[32])
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&used_lock);

  if (old != NULL && g_hash_table_contains (old, digest))
    return FALSE;
  if (young != NULL && g_hash_table_size (young) >= GENERATION_SIZE)
    {
      g_clear_pointer (&old, g_hash_table_unref);
      old = g_steal_pointer (&young);
      if (g_hash_table_contains (old, digest))
        return FALSE;
    }
  if (young == NULL)
    young = g_hash_table_new_full (hash_digest, equal_digests, g_free, NULL);
  if (g_hash_table_contains (young, digest))
    return FALSE;
  return g_hash_table_add (young, g_memdup2 (digest, 32));
}

gboolean
ca_ticket_redeem (CaTicket *ticket, GBytes *tbs, const CaIssuer *issuer, GError **error)
{
  guint8 digest[32];

  if (ticket == NULL)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "ticket", "missing (the linter's)");
      return FALSE;
    }
  digest_of (tbs, issuer, digest);
  if (memcmp (digest, ticket->digest, sizeof digest) != 0)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "ticket",
                       "for other octets or another issuer (these)");
      return FALSE;
    }
  if (!g_atomic_int_compare_and_exchange (&ticket->used, FALSE, TRUE) || !remember (digest))
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "ticket", "used already (a new one)");
      return FALSE;
    }
  return TRUE;
}
