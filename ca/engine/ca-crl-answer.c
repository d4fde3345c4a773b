/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl.h"

/* Entries that are remembered; a CA with more partitions asks its store again. */
#define MAX_PICKS 1024

/* Which CRLs of a key and partition were the newest. Their octets are read when somebody asks an
 * answer for them, and then for all answers. */
typedef struct
{
  gatomicrefcount ref_count;
  char *folder;    /* of the CA */
  GPtrArray *rows; /* of CaCrlRow, the base first; immutable */
  GMutex mutex;
  GPtrArray *crls; /* (nullable) of GBytes, under the mutex */
} CaCrlPick;

static void
pick_unref (gpointer data)
{
  CaCrlPick *pick = data;

  if (!g_atomic_ref_count_dec (&pick->ref_count))
    return;
  g_clear_pointer (&pick->crls, g_ptr_array_unref);
  g_ptr_array_unref (pick->rows);
  g_mutex_clear (&pick->mutex);
  g_free (pick->folder);
  g_free (pick);
}

static CaCrlPick *
pick_ref (CaCrlPick *pick)
{
  g_atomic_ref_count_inc (&pick->ref_count);
  return pick;
}

/* A delta that is older than the base says nothing besides. */
static CaCrlPick *
pick_new (const CaEngine *engine, guint key_index, guint partition, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (CaCrlRow) delta = NULL;
  g_autoptr (CaCrlRow) base
      = ca_crl_row_load_newest (engine->store, key_index, partition, CA_CRL_KIND_BASE, &local);
  CaCrlPick *pick;

  if (base != NULL)
    delta = ca_crl_row_load_newest (engine->store, key_index, partition, CA_CRL_KIND_DELTA, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  pick = g_new0 (CaCrlPick, 1);
  g_atomic_ref_count_init (&pick->ref_count);
  g_mutex_init (&pick->mutex);
  pick->folder = g_strdup (engine->folder);
  pick->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_crl_row_free);
  if (delta != NULL && delta->number >= base->number)
    g_ptr_array_add (pick->rows, g_steal_pointer (&delta));
  if (base != NULL)
    g_ptr_array_insert (pick->rows, 0, g_steal_pointer (&base));
  return pick;
}

/* Under the mutex. */
static gboolean
load (CaCrlPick *pick, GError **error)
{
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < pick->rows->len; i++)
    {
      GBytes *crl = ca_crl_load (pick->folder, pick->rows->pdata[i], error);

      if (crl == NULL)
        return FALSE;
      g_ptr_array_add (crls, crl);
    }
  pick->crls = g_steal_pointer (&crls);
  return TRUE;
}

static gpointer
copy_octets (gconstpointer octets, gpointer data)
{
  return g_bytes_ref ((GBytes *) octets);
}

static GPtrArray *
pick_read (gpointer data, GError **error)
{
  CaCrlPick *pick = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pick->mutex);

  return pick->crls != NULL || load (pick, error) ? g_ptr_array_copy (pick->crls, copy_octets, NULL)
                                                  : NULL;
}

static CaCrlPick *
find_pick (CaEngine *engine, guint key_index, guint partition, GError **error)
{
  gint64 key = (gint64) key_index << 32 | partition;
  CaCrlPick *pick, *known;
  guint run;

  g_mutex_lock (&engine->mutex);
  known = g_hash_table_lookup (engine->crl_picks, &key);
  pick = known != NULL ? pick_ref (known) : NULL;
  run = engine->n_crl_runs;
  g_mutex_unlock (&engine->mutex);
  if (pick != NULL)
    return pick;

  pick = pick_new (engine, key_index, partition, error);
  if (pick == NULL)
    return NULL;
  g_mutex_lock (&engine->mutex);
  if (g_hash_table_size (engine->crl_picks) >= MAX_PICKS)
    g_hash_table_remove_all (engine->crl_picks);
  /* what a run made obsolete meanwhile is good for this answer only */
  if (run == engine->n_crl_runs)
    g_hash_table_replace (engine->crl_picks, g_memdup2 (&key, sizeof key), pick_ref (pick));
  g_mutex_unlock (&engine->mutex);
  return pick;
}

static GPtrArray *
fail (gpointer data, GError **error)
{
  g_propagate_error (error, g_error_copy (data));
  return NULL;
}

void
ca_crl_add_to_response (CaEngine *engine, guint key_index, guint partition, ICertResponse *response)
{
  GError *error = NULL;
  CaCrlPick *pick = find_pick (engine, key_index, partition, &error);

  if (pick != NULL)
    icert_response_set_crl_source (response, pick_read, pick, pick_unref);
  else
    icert_response_set_crl_source (response, fail, error, (GDestroyNotify) g_error_free);
}

void
ca_crl_forget_picks (CaEngine *engine)
{
  g_mutex_lock (&engine->mutex);
  engine->n_crl_runs++;
  g_hash_table_remove_all (engine->crl_picks);
  g_mutex_unlock (&engine->mutex);
}

GHashTable *
ca_crl_new_picks (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, pick_unref);
}

GVariant *
ca_crl_get_chain_property (CaEngine *engine, const CaFacts *facts, int index, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, index);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) message = NULL;

  if (issuer == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index",
                       "no CA certificate %d (0 to %d, -1 the newest)", index,
                       (int) facts->issuers->len - 1);
      return NULL;
    }
  response = ca_issuer_to_response (issuer);
  ca_crl_add_to_response (engine, issuer->key_index, 0, response);
  message = icert_response_get_certificate (
      response, ICERT_OUTPUT_BINARY | ICERT_OUTPUT_CHAIN | ICERT_OUTPUT_CRLS, error);
  return message != NULL ? g_variant_ref_sink (
             g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, message, TRUE))
                         : NULL;
}
