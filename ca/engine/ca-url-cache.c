/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-url-cache.h"

#include "ca-oids.h"

/* one extension with the issuer's URLs, the others for partitions of its CRL */
#define MAX_MADE 16

typedef struct
{
  const char *oid;        /* static */
  char **first, **second; /* nullable */
  ICertExtension *extension;
} Made;

struct _CaUrlCache
{
  GMutex lock;
  guint n_made;
  guint next; /* where the next one goes */
  Made made[MAX_MADE];
};

CaUrlCache *
ca_url_cache_new (void)
{
  CaUrlCache *cache = g_new0 (CaUrlCache, 1);

  g_mutex_init (&cache->lock);
  return cache;
}

static void
made_clear (Made *made)
{
  g_clear_pointer (&made->first, g_strfreev);
  g_clear_pointer (&made->second, g_strfreev);
  g_clear_object (&made->extension);
}

void
ca_url_cache_free (CaUrlCache *cache)
{
  for (guint i = 0; i < cache->n_made; i++)
    made_clear (&cache->made[i]);
  g_mutex_clear (&cache->lock);
  g_free (cache);
}

static gboolean
equal_urls (const char *const *one, const char *const *other)
{
  return one == NULL || other == NULL ? one == other : g_strv_equal (one, other);
}

static ICertExtension *
find_made (CaUrlCache *cache, const char *oid, const char *const *first, const char *const *second)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&cache->lock);

  for (guint i = 0; i < cache->n_made; i++)
    {
      const Made *made = &cache->made[i];

      if (g_str_equal (made->oid, oid) && equal_urls ((const char *const *) made->first, first)
          && equal_urls ((const char *const *) made->second, second))
        return g_object_ref (made->extension);
    }
  return NULL;
}

/* Another thread may have made the same meanwhile; then it is there twice. */
static void
keep_made (CaUrlCache *cache, Made made)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&cache->lock);

  made_clear (&cache->made[cache->next]);
  cache->made[cache->next] = made;
  cache->next = (cache->next + 1) % MAX_MADE;
  cache->n_made = MIN (cache->n_made + 1, MAX_MADE);
}

/* The values come from the public builders; the row's origin says that the engine put it there. */
static ICertExtension *
make_own (const char *oid, const char *const *first, const char *const *second, GError **error)
{
  g_autoptr (ICertExtension) made
      = g_str_equal (oid, CA_OID_CRL_DISTRIBUTION_POINTS)
            ? icert_extension_new_crl_distribution_points (first, error)
            : icert_extension_new_authority_info_access (first, second, error);
  g_autoptr (GBytes) value = made != NULL ? icert_extension_get_value (made) : NULL;

  if (made == NULL)
    return NULL;
  return icert_extension_new (oid, icert_extension_get_flags (made), ICERT_EXTENSION_ORIGIN_SERVER,
                              value, error);
}

static ICertExtension *
get (CaUrlCache *cache,
     const char *oid,
     const char *const *first,
     const char *const *second,
     GError **error)
{
  ICertExtension *extension = find_made (cache, oid, first, second);
  Made made = { .oid = oid };

  if (extension != NULL)
    return extension;
  extension = make_own (oid, first, second, error);
  if (extension == NULL)
    return NULL;
  made.first = g_strdupv ((char **) first);
  made.second = g_strdupv ((char **) second);
  made.extension = g_object_ref (extension);
  keep_made (cache, made);
  return extension;
}

ICertExtension *
ca_url_cache_get_crl_points (CaUrlCache *cache, const char *const *urls, GError **error)
{
  return get (cache, CA_OID_CRL_DISTRIBUTION_POINTS, urls, NULL, error);
}

ICertExtension *
ca_url_cache_get_access (CaUrlCache *cache,
                         const char *const *ca_issuers,
                         const char *const *ocsp,
                         GError **error)
{
  return get (cache, CA_OID_AUTHORITY_INFO_ACCESS, ca_issuers, ocsp, error);
}
