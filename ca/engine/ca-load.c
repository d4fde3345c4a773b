/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-load.h"

#include <string.h>

#include "ca-cross.h"
#include "ca-folder.h"
#include "ca-limits.h"
#include "ca-secret.h"

char *
ca_load_resolve (const char *folder, const char *url)
{
  return strstr (url, "://") != NULL || g_path_is_absolute (url)
             ? g_strdup (url)
             : g_build_filename (folder, url, NULL);
}

/* Keys */

ICertKey *
ca_load_key (CaEngine *engine, const CaKeyConfig *config, GBytes *secret, GError **error)
{
  g_autofree char *url = ca_load_resolve (engine->folder, config->url);
  g_autoptr (GObject) object
      = icert_registry_create_module (engine->registry, config->class_id, "ICertKey", error);

  if (object == NULL || !icert_key_open (ICERT_KEY (object), url, secret, error))
    return NULL;
  return ICERT_KEY (g_steal_pointer (&object));
}

static void
key_free (gpointer data)
{
  g_clear_object (&data);
}

static void
error_free (gpointer data)
{
  g_clear_error ((GError **) &data);
}

/* Keys by index, NULL where the configuration has a gap or the key cannot be had; then @problems
 * has the error at that place. */
static GPtrArray *
open_keys (CaEngine *engine, const CaConfig *config, GPtrArray *problems, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (key_free);
  g_autoptr (GBytes) secret = NULL;

  if (!ca_secret_load (engine->folder, &secret, error))
    return NULL;
  for (guint i = 0; i < config->keys->len; i++)
    {
      g_autoptr (GError) local = NULL;
      ICertKey *key = NULL;

      if (config->keys->pdata[i] != NULL)
        key = ca_load_key (engine, config->keys->pdata[i], secret, &local);
      if (local != NULL && !g_error_matches (local, ICERT_ERROR, ICERT_ERROR_KEY_UNAVAILABLE))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      g_ptr_array_add (keys, key);
      g_ptr_array_add (problems, g_steal_pointer (&local));
    }
  return g_steal_pointer (&keys);
}

static gboolean
keys_in_process (GPtrArray *keys)
{
  for (guint i = 0; i < keys->len; i++)
    if (keys->pdata[i] != NULL && !icert_key_is_in_process (keys->pdata[i]))
      return FALSE;
  return TRUE;
}

/* Certificates */

GPtrArray *
ca_load_blocks (const char *text, GError **error)
{
  static const char end[] = "-----END CERTIFICATE-----";
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (const char *start = text; (start = strstr (start, "-----BEGIN CERTIFICATE-----")) != NULL;)
    {
      const char *stop = strstr (start, end);
      gsize size = stop != NULL ? (gsize) (stop - start) + strlen (end) : strlen (start);
      g_autoptr (GBytes) block = g_bytes_new (start, size);
      GBytes *der = ca_unarmour (block, "CERTIFICATE", error);

      if (der == NULL)
        return NULL;
      g_ptr_array_add (blocks, der);
      start += size;
    }
  return g_steal_pointer (&blocks);
}

static char *
certs_path (const char *folder, guint index, const char *suffix)
{
  g_autofree char *name = g_strdup_printf ("%u%s", index, suffix);

  return g_build_filename (folder, "certs", name, NULL);
}

/* A file of certs/ */
static gboolean
read_certs (const char *path, char **contents, gsize *size, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *field = g_strconcat ("certs/", name, NULL);

  return icert_file_get_contents (path, CA_LIMIT_CHAIN_FILE, FALSE, field, contents, size, error);
}

/* Issuers of one certificate; certificates of CAs that were never renewed have chain.pem alone. */
static GPtrArray *
load_chain (const char *folder, guint index, GError **error)
{
  g_autofree char *own = certs_path (folder, index, ".chain.pem");
  g_autofree char *common = g_build_filename (folder, "certs", "chain.pem", NULL);
  g_autofree char *contents = NULL;

  GError *local = NULL;

  if (!read_certs (own, &contents, NULL, &local)
      && g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_FOUND))
    {
      g_clear_error (&local);
      read_certs (common, &contents, NULL, &local);
    }
  if (local == NULL || g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_FOUND))
    {
      g_clear_error (&local);
      return ca_load_blocks (contents != NULL ? contents : "", error);
    }
  g_propagate_error (error, local);
  return NULL;
}

/* Index of the key of a certificate that would come behind @issuers. */
static guint
find_key_index (GPtrArray *issuers, GBytes *spki)
{
  for (guint i = 0; i < issuers->len; i++)
    {
      const CaIssuer *issuer = issuers->pdata[i];

      if (g_bytes_equal (issuer->spki, spki))
        return issuer->key_index;
    }
  return issuers->len;
}

/* @key: nullable */
static gboolean
check_key (GPtrArray *issuers, ICertKey *key, GBytes *spki, GError **error)
{
  g_autoptr (GBytes) own = key != NULL ? icert_key_get_public_key (key, error) : NULL;

  if (key == NULL)
    return TRUE;
  if (own == NULL || g_bytes_equal (own, spki))
    return own != NULL;
  icert_set_error (error, ICERT_ERROR_CONFIG, "certificate",
                   "certs/%u.crt has none of the CA's keys (the key it was made for)",
                   issuers->len);
  return FALSE;
}

static CaIssuer *
load_issuer (CaEngine *engine,
             const CaConfig *config,
             GPtrArray *keys,
             GPtrArray *issuers,
             const char *path,
             GError **error)
{
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GBytes) spki = NULL;
  g_autoptr (GPtrArray) chain = NULL;
  ICertKey *key;
  guint index;
  gsize size;

  if (!read_certs (path, &contents, &size, error))
    return NULL;
  file = g_bytes_new_take (g_steal_pointer (&contents), size);
  certificate = ca_unarmour (file, "CERTIFICATE", error);
  spki = certificate != NULL ? ca_issuer_read_spki (certificate, error) : NULL;
  chain = spki != NULL ? load_chain (engine->folder, issuers->len, error) : NULL;
  if (chain == NULL)
    return NULL;
  index = find_key_index (issuers, spki);
  key = index < keys->len ? keys->pdata[index] : NULL;
  if (!check_key (issuers, key, spki, error))
    return NULL;
  return ca_issuer_new (certificate, chain, key, config->hash, issuers->len, index, error);
}

static GPtrArray *
load_issuers (CaEngine *engine, const CaConfig *config, GPtrArray *keys, GError **error)
{
  g_autoptr (GPtrArray) issuers = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_issuer_unref);

  for (;;)
    {
      g_autofree char *path = certs_path (engine->folder, issuers->len, ".crt");
      CaIssuer *issuer;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&issuers);
      issuer = load_issuer (engine, config, keys, issuers, path, error);
      if (issuer == NULL)
        return NULL;
      ca_issuer_set_urls (issuer, (const char *const *) config->ca_issuers,
                          (const char *const *) config->ocsp);
      g_ptr_array_add (issuers, issuer);
    }
}

static gboolean
same_key (const CaConfig *first, const CaConfig *second, guint index)
{
  const CaKeyConfig *one = first->keys->pdata[index];
  const CaKeyConfig *other = index < second->keys->len ? second->keys->pdata[index] : NULL;

  return other != NULL && strcmp (one->class_id, other->class_id) == 0
         && strcmp (one->url, other->url) == 0;
}

/* Without the key of its newest certificate a CA is not one; an older key is missed by its CRLs
 * alone. */
static gboolean
check_keys (GPtrArray *issuers,
            GPtrArray *problems,
            const CaConfig *config,
            const CaConfig *running,
            GError **error)
{
  const CaIssuer *newest = issuers->len > 0 ? issuers->pdata[issuers->len - 1] : NULL;
  guint needed = newest != NULL ? newest->key_index : 0;

  for (guint i = 0; i < problems->len; i++)
    {
      const GError *problem = problems->pdata[i];

      if (problem == NULL)
        continue;
      if (i == needed || (running != NULL && !same_key (config, running, i)))
        {
          if (error != NULL)
            *error = g_error_copy (problem);
          return FALSE;
        }
      g_message ("key %u: %s", i, problem->message);
    }
  if (newest == NULL || newest->key != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "certificate",
                   "certs/%u.crt has none of the CA's keys (the key it was made for)",
                   newest->certificate_index);
  return FALSE;
}

CaFacts *
ca_load_facts_for (CaEngine *engine, CaConfig *config, const CaConfig *running, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (error_free);
  g_autoptr (GPtrArray) keys = open_keys (engine, config, problems, error);
  g_autoptr (GPtrArray) issuers = keys != NULL ? load_issuers (engine, config, keys, error) : NULL;
  CaFacts *facts;

  if (issuers == NULL || !check_keys (issuers, problems, config, running, error))
    return NULL;
  facts = ca_facts_new (config, issuers);
  facts->store = g_object_ref (engine->store);
  facts->keys = g_ptr_array_ref (keys);
  facts->crosses = ca_cross_load (engine->folder, issuers);
  facts->key_in_process = keys_in_process (keys);
  return facts;
}

CaFacts *
ca_load_facts (CaEngine *engine, GError **error)
{
  g_autoptr (CaConfig) config = ca_config_load (engine->folder, error);

  return config != NULL ? ca_load_facts_for (engine, config, NULL, error) : NULL;
}
