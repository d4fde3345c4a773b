/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca-crypto.h"
#include "ca-own.h"

/* The whole file as memory that the kernel reads when it is touched. */
static GBytes *
map_file (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  struct stat status;
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd >= 0)
    {
      if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
        file = g_mapped_file_new_from_fd (fd, FALSE, NULL);
      close (fd);
    }
  if (file != NULL)
    return g_mapped_file_get_bytes (file);
  icert_set_error (error, ICERT_ERROR_STORAGE, "CRL file",
                   "cannot be read (the one that was made)");
  return NULL;
}

GBytes *
ca_crl_load (const char *folder, const CaCrlRow *row, GError **error)
{
  g_autofree char *path = g_build_filename (folder, row->file, NULL);
  g_autoptr (GBytes) crl = row->file != NULL ? map_file (path, error) : NULL;
  g_autofree char *hash = NULL;
  guint8 digest[32];
  gsize size;
  const void *data;

  if (row->file == NULL)
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "CRL", "has expired and is gone (a newer one)");
  if (crl == NULL)
    return NULL;
  data = g_bytes_get_data (crl, &size);
  ca_crypto_sha256 (data, size, digest);
  hash = ca_crypto_hex (digest, sizeof digest);
  if ((gint64) size == row->size && g_strcmp0 (hash, row->hash) == 0)
    return g_steal_pointer (&crl);
  icert_set_error (error, ICERT_ERROR_STORAGE, "CRL file", "was changed (the one that was made)");
  return NULL;
}

static gboolean
find_key_index (const CaFacts *facts, int key_index, guint *found, GError **error)
{
  if (key_index < 0)
    {
      const CaIssuer *issuer = ca_facts_find_issuer (facts, -1);

      if (issuer != NULL)
        {
          *found = issuer->key_index;
          return TRUE;
        }
    }
  for (guint i = 0; i < facts->issuers->len; i++)
    {
      const CaIssuer *issuer = facts->issuers->pdata[i];

      if ((int) issuer->key_index != key_index)
        continue;
      *found = issuer->key_index;
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "key-index",
                   "no key %d (index of the first CA certificate with it, -1 the newest)",
                   key_index);
  return FALSE;
}

GBytes *
ca_crl_get (const CaFacts *facts, int key_index, int partition, gboolean delta, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (CaCrlRow) row = NULL;
  guint key;

  if (!find_key_index (facts, key_index, &key, error))
    return NULL;
  row = ca_crl_row_load_newest (facts->store, key, (guint) partition,
                                delta ? CA_CRL_KIND_DELTA : CA_CRL_KIND_BASE, &local);
  if (row != NULL)
    return ca_crl_load (facts->config->folder, row, error);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "CRL",
                     "no %s CRL of key %u and partition %d was made yet (publish one)",
                     delta ? "delta" : "base", key, partition);
  return NULL;
}

/* Properties */

gboolean
ca_crl_is_property (ICertCaProperty property)
{
  switch ((int) property)
    {
    case ICERT_CA_PROPERTY_BASE_CRL:
    case ICERT_CA_PROPERTY_DELTA_CRL:
    case ICERT_CA_PROPERTY_CA_SIG_CERT_CRL_CHAIN:
    case ICERT_CA_PROPERTY_CRL_STATE:
    case ICERT_CA_PROPERTY_BASE_CRL_PUBLISH_STATUS:
    case ICERT_CA_PROPERTY_DELTA_CRL_PUBLISH_STATUS:
    case ICERT_CA_PROPERTY_CRL_PARTITION_COUNT:
    case ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL:
    case ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL:
    case ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL_PUBLISH_STATUS:
    case ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL_PUBLISH_STATUS:
      return TRUE;
    default:
      return FALSE;
    }
}

static GVariant *
new_octets (GBytes *bytes)
{
  return bytes != NULL ? g_variant_ref_sink (
             g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE))
                       : NULL;
}

static GVariant *
new_int (int value)
{
  return g_variant_ref_sink (g_variant_new_int32 (value));
}

/* Whether every certificate of the key that has not expired is revoked. */
static gboolean
is_key_revoked (const CaFacts *facts, guint key_index, gboolean *revoked, GError **error)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;

  *revoked = TRUE;
  for (guint i = 0; *revoked && i < facts->issuers->len; i++)
    {
      const CaIssuer *issuer = facts->issuers->pdata[i];

      if (issuer->key_index == key_index && issuer->not_after >= now
          && !ca_own_is_revoked (facts, issuer->certificate, revoked, error))
        return FALSE;
    }
  return TRUE;
}

/* Revocation first: what the dates say is known without the store. */
static GVariant *
get_state (const CaFacts *facts, int index, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, index);
  int state = issuer != NULL ? ca_facts_get_crl_state (facts, issuer) : 0;
  gboolean revoked;

  if (issuer == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index", "no CA certificate %d (0 to %d)",
                       index, (int) facts->issuers->len - 1);
      return NULL;
    }
  if (state == ICERT_CA_DISPOSITION_INVALID)
    return new_int (state);
  if (!is_key_revoked (facts, issuer->key_index, &revoked, error))
    return NULL;
  return new_int (revoked ? ICERT_CA_DISPOSITION_REVOKED : state);
}

static GVariant *
get_flags (const CaFacts *facts, int key_index, int partition, gboolean delta, GError **error)
{
  g_autoptr (CaCrlRow) row = NULL;
  g_autoptr (GError) local = NULL;
  guint key;

  if (!find_key_index (facts, key_index, &key, error))
    return NULL;
  row = ca_crl_row_load_newest (facts->store, key, (guint) partition,
                                delta ? CA_CRL_KIND_DELTA : CA_CRL_KIND_BASE, &local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return row != NULL ? new_int ((int) row->flags) : NULL;
}

static GVariant *
get_octets (const CaFacts *facts, int key_index, int partition, gboolean delta, GError **error)
{
  g_autoptr (GBytes) crl = ca_crl_get (facts, key_index, partition, delta, error);

  return new_octets (crl);
}

/* index = (partition << 16) | key index, without -1 */
static gboolean
check_partition_index (int index, GError **error)
{
  if (index >= 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index",
                   "%d ((partition << 16) | key index, at least 0)", index);
  return FALSE;
}

GVariant *
ca_crl_get_property (CaEngine *engine,
                     const CaFacts *facts,
                     ICertCaProperty property,
                     int index,
                     GError **error)
{
  gboolean delta = property == ICERT_CA_PROPERTY_DELTA_CRL
                   || property == ICERT_CA_PROPERTY_DELTA_CRL_PUBLISH_STATUS
                   || property == ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL
                   || property == ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL_PUBLISH_STATUS;
  int key = index & 0xffff;
  int partition = index >> 16;

  switch ((int) property)
    {
    case ICERT_CA_PROPERTY_BASE_CRL:
    case ICERT_CA_PROPERTY_DELTA_CRL:
      return get_octets (facts, index, 0, delta, error);
    case ICERT_CA_PROPERTY_BASE_CRL_PUBLISH_STATUS:
    case ICERT_CA_PROPERTY_DELTA_CRL_PUBLISH_STATUS:
      return get_flags (facts, index, 0, delta, error);
    case ICERT_CA_PROPERTY_CA_SIG_CERT_CRL_CHAIN:
      return ca_crl_get_chain_property (engine, facts, index, error);
    case ICERT_CA_PROPERTY_CRL_STATE:
      return get_state (facts, index, error);
    case ICERT_CA_PROPERTY_CRL_PARTITION_COUNT:
      return new_int (facts->config->partitions > 1 ? facts->config->partitions : 0);
    case ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL:
    case ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL:
      return check_partition_index (index, error) ? get_octets (facts, key, partition, delta, error)
                                                  : NULL;
    default:
      return check_partition_index (index, error) ? get_flags (facts, key, partition, delta, error)
                                                  : NULL;
    }
}

/* What modules read of the newest CRL of a key. */
static const struct
{
  const char *name;
  CaCrlKind kind;
  gboolean octets; /* else the date when the next one is due */
} of_modules[] = {
  { "RawCRL", CA_CRL_KIND_BASE, TRUE },
  { "RawDeltaCRL", CA_CRL_KIND_DELTA, TRUE },
  { "CRLNextPublish", CA_CRL_KIND_BASE, FALSE },
  { "CRLDeltaNextPublish", CA_CRL_KIND_DELTA, FALSE },
};

/* Nothing follows a delta when deltas are off; a CRL that has expired may be gone. */
static GVariant *
get_of_module (const CaFacts *facts, gsize which, guint key_index, GError **error)
{
  CaCrlKind kind = of_modules[which].kind;
  g_autoptr (CaCrlRow) row = ca_crl_row_load_newest (facts->store, key_index, 0, kind, error);
  gboolean ends = kind == CA_CRL_KIND_DELTA && !ca_duration_is_set (&facts->config->delta_period);
  g_autoptr (GBytes) crl = NULL;

  if (row == NULL)
    return NULL;
  if (!of_modules[which].octets)
    return ends ? NULL : g_variant_ref_sink (g_variant_new_int64 (row->next_publish));
  if (row->file == NULL)
    return NULL;
  crl = ca_crl_load (facts->config->folder, row, error);
  return new_octets (crl);
}

GVariant *
ca_crl_get_system (const CaFacts *facts, const char *name, int index, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, index);

  if (strcmp (name, "CRLState") == 0)
    return get_state (facts, index, error);
  for (gsize i = 0; i < G_N_ELEMENTS (of_modules); i++)
    if (strcmp (of_modules[i].name, name) == 0)
      return get_of_module (facts, i, issuer->key_index, error);
  return NULL;
}
