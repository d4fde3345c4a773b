/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-facts.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-crl.h"
#include "ca-cross.h"

CaFacts *
ca_facts_new (CaConfig *config, GPtrArray *issuers)
{
  CaFacts *facts = g_new0 (CaFacts, 1);

  g_atomic_ref_count_init (&facts->ref_count);
  facts->config = ca_config_ref (config);
  facts->issuers = g_ptr_array_ref (issuers);
  facts->machine = g_strdup (g_get_host_name ());
  facts->config_string = icert_config_string_format ("localhost", config->name);
  return facts;
}

CaFacts *
ca_facts_ref (CaFacts *facts)
{
  g_atomic_ref_count_inc (&facts->ref_count);
  return facts;
}

void
ca_facts_unref (CaFacts *facts)
{
  if (facts == NULL || !g_atomic_ref_count_dec (&facts->ref_count))
    return;
  ca_config_unref (facts->config);
  g_ptr_array_unref (facts->issuers);
  g_clear_object (&facts->store);
  g_clear_pointer (&facts->keys, g_ptr_array_unref);
  g_clear_pointer (&facts->crosses, g_ptr_array_unref);
  g_free (facts->machine);
  g_free (facts->config_string);
  g_free (facts);
}

CaIssuer *
ca_facts_find_issuer (const CaFacts *facts, int index)
{
  if (facts->issuers->len == 0 || index < -1 || index >= (int) facts->issuers->len)
    return NULL;
  return facts->issuers->pdata[index == -1 ? facts->issuers->len - 1 : (guint) index];
}

static gboolean
is_valid (const CaIssuer *issuer, gint64 now)
{
  return now >= issuer->not_before && now <= issuer->not_after;
}

CaIssuer *
ca_facts_get_issuer (const CaFacts *facts, GError **error)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;
  CaIssuer *newest = ca_facts_find_issuer (facts, -1);

  for (guint i = facts->issuers->len; i > 0; i--)
    {
      CaIssuer *issuer = facts->issuers->pdata[i - 1];

      if (is_valid (issuer, now) && issuer->key != NULL)
        return issuer;
    }
  if (newest == NULL)
    icert_set_error (error, ICERT_ERROR_WRONG_STATE, "ca",
                     "%s has no certificate (icert install FILE)", facts->config->name);
  return newest;
}

static GVariant *
new_suffix (guint index)
{
  return index == 0 ? g_variant_new_string ("")
                    : g_variant_new_take_string (g_strdup_printf ("(%u)", index));
}

static GVariant *
new_bytes (GBytes *bytes)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

static int
ca_type (const CaFacts *facts)
{
  return facts->config->is_root ? ICERT_CA_TYPE_STANDALONE_ROOT
                                : ICERT_CA_TYPE_STANDALONE_SUBORDINATE;
}

static int
state_of (gint64 not_before, gint64 not_after)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;

  return now < not_before || now > not_after ? ICERT_CA_DISPOSITION_INVALID
                                             : ICERT_CA_DISPOSITION_VALID;
}

static int
certificate_state (const CaIssuer *issuer)
{
  return state_of (issuer->not_before, issuer->not_after);
}

/* CERT_E_EXPIRED, which Windows also says of what is not valid yet */
static int
certificate_status (const CaIssuer *issuer)
{
  return certificate_state (issuer) == ICERT_CA_DISPOSITION_VALID ? 0 : (int) 0x800B0101;
}

ICertCaDisposition
ca_facts_get_crl_state (const CaFacts *facts, const CaIssuer *issuer)
{
  const CaIssuer *newest = issuer;

  for (guint i = 0; i < facts->issuers->len; i++)
    {
      const CaIssuer *other = facts->issuers->pdata[i];

      if (other->key_index == issuer->key_index)
        newest = other;
    }
  if (newest->not_after < ca_clock_now () / G_USEC_PER_SEC)
    return ICERT_CA_DISPOSITION_INVALID;
  return issuer == newest ? ICERT_CA_DISPOSITION_VALID : ICERT_CA_DISPOSITION_ERROR;
}

static GVariant *
get_of_issuer (const CaFacts *facts, const char *name, int index)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, index);

  if (issuer == NULL)
    return NULL;
  if (strcmp (name, "CertSuffix") == 0)
    return new_suffix (issuer->certificate_index);
  if (strcmp (name, "CRLSuffix") == 0)
    return new_suffix (issuer->key_index);
  if (strcmp (name, "CRLIndex") == 0)
    return g_variant_new_int32 (issuer->key_index);
  if (strcmp (name, "RawCACertificate") == 0)
    return new_bytes (issuer->certificate);
  return NULL;
}

GVariant *
ca_facts_get_system (const CaFacts *facts, const char *name, int index)
{
  GVariant *value = NULL;

  if (strcmp (name, "CAType") == 0)
    value = g_variant_new_int32 (ca_type (facts));
  else if (strcmp (name, "CertCount") == 0)
    value = g_variant_new_int32 (facts->issuers->len);
  else if (strcmp (name, "MachineDNSName") == 0)
    value = g_variant_new_string (facts->machine);
  else if (strcmp (name, "CAName") == 0)
    value = g_variant_new_string (facts->config->name);
  else if (strcmp (name, "SanitizedCAName") == 0)
    value = g_variant_new_take_string (icert_sanitize_name (facts->config->name));
  else if (strcmp (name, "SanitizedShortName") == 0)
    value = g_variant_new_take_string (icert_sanitize_short_name (facts->config->name));
  else if (strcmp (name, "CAProfiles") == 0)
    value = g_variant_new_take_string (g_strjoinv (";", facts->config->ca_profiles));
  else if (strcmp (name, "Templates") == 0)
    value = g_variant_new_take_string (g_strjoinv (";", facts->config->templates));
  else if (strcmp (name, "HashAlgorithm") == 0)
    value = g_variant_new_string (facts->config->hash);
  else if (strcmp (name, "MaxValidityPeriod") == 0)
    value = g_variant_new_string (facts->config->max_validity);
  else if (strcmp (name, "ValidityPeriod") == 0)
    value = g_variant_new_string (facts->config->validity);
  else if (strcmp (name, "Url") == 0)
    value = g_variant_new_string (facts->config->url != NULL ? facts->config->url : "");
  else if (strcmp (name, "fUseDS") == 0 || strcmp (name, "fServerUpgraded") == 0
           || strcmp (name, "VolatileMode") == 0)
    value = g_variant_new_int32 (0);
  else if (strcmp (name, "fDeltaCRLsDisabled") == 0)
    value = g_variant_new_int32 (!ca_duration_is_set (&facts->config->delta_period));
  else
    value = get_of_issuer (facts, name, index);
  return value != NULL ? g_variant_ref_sink (value) : NULL;
}

static GVariant *
join_urls (char **urls)
{
  return urls != NULL ? g_variant_new_take_string (g_strjoinv ("\n", urls)) : NULL;
}

static GVariant *
join_crl_urls (const CaConfig *config, const CaIssuer *issuer)
{
  g_auto (GStrv) urls = ca_crl_urls (config, issuer->key_index, 0, FALSE);

  return join_urls (urls);
}

/* CR_PROP 35 to 38: forward at the older neighbour, backward at the newer one; nothing where both
 * have one key, or a key could not sign. */
static GVariant *
get_cross (const CaFacts *facts, ICertCaProperty property, int index, GError **error)
{
  gboolean forward = property == ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT
                     || property == ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT_STATE;
  int from = index == -1 ? (int) facts->issuers->len - (forward ? 2 : 1) : index;
  const CaCross *cross = ca_cross_find (facts->crosses, from, forward ? from + 1 : from - 1);

  if (cross == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index",
                       "no %s cross certificate %d (where neighbours have different keys)",
                       forward ? "forward" : "backward", index);
      return NULL;
    }
  if (property == ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT
      || property == ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT)
    return new_bytes (cross->certificate);
  return g_variant_new_int32 (state_of (cross->not_before, cross->not_after));
}

/* Common name of who issued the newest certificate; AD CS refuses the property on a root. */
static GVariant *
get_parent (const CaFacts *facts, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, -1);
  char *name = issuer != NULL ? ca_issuer_dup_parent (issuer) : NULL;

  if (name != NULL && !facts->config->is_root)
    return g_variant_new_take_string (name);
  g_free (name);
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "Parent CA", "there is none (a subordinate CA)");
  return NULL;
}

/* Properties of one CA certificate. */
static GVariant *
get_indexed (const CaFacts *facts, ICertCaProperty property, int index, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, index);
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) chain = NULL;

  if (issuer == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index",
                       "no CA certificate %d (0 to %d, -1 the newest)", index,
                       (int) facts->issuers->len - 1);
      return NULL;
    }
  switch ((int) property)
    {
    case ICERT_CA_PROPERTY_CA_SIG_CERT:
      return new_bytes (issuer->certificate);
    case ICERT_CA_PROPERTY_CA_SIG_CERT_CHAIN:
      response = ca_issuer_to_response (issuer);
      chain = icert_response_get_certificate (response, ICERT_OUTPUT_BINARY | ICERT_OUTPUT_CHAIN,
                                              error);
      return chain != NULL ? new_bytes (chain) : NULL;
    case ICERT_CA_PROPERTY_CA_CERT_STATE:
      return g_variant_new_int32 (certificate_state (issuer));
    case ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE:
      return g_variant_new_int32 (certificate_status (issuer));
    case ICERT_CA_PROPERTY_CA_CERT_VERSION:
      return g_variant_new_int32 (issuer->key_index << 16 | issuer->certificate_index);
    case ICERT_CA_PROPERTY_CERT_CDP_URLS:
      return join_crl_urls (facts->config, issuer);
    case ICERT_CA_PROPERTY_CERT_AIA_URLS:
      return join_urls (issuer->ca_issuers);
    case ICERT_CA_PROPERTY_CERT_AIA_OCSP_URLS:
      return join_urls (issuer->ocsp);
    default:
      return NULL;
    }
}

static GVariant *
get_plain (const CaFacts *facts, ICertCaProperty property)
{
  const CaConfig *config = facts->config;

  switch ((int) property)
    {
    case ICERT_CA_PROPERTY_FILE_VERSION:
    case ICERT_CA_PROPERTY_PRODUCT_VERSION:
      return g_variant_new_string (ICERT_VERSION);
    case ICERT_CA_PROPERTY_CA_NAME:
      return g_variant_new_string (config->name);
    case ICERT_CA_PROPERTY_SANITIZED_CA_NAME:
      return g_variant_new_take_string (icert_sanitize_name (config->name));
    case ICERT_CA_PROPERTY_SANITIZED_CA_SHORT_NAME:
      return g_variant_new_take_string (icert_sanitize_short_name (config->name));
    case ICERT_CA_PROPERTY_CA_TYPE:
      return g_variant_new_int32 (ca_type (facts));
    case ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT:
      return g_variant_new_int32 (facts->issuers->len);
    case ICERT_CA_PROPERTY_CA_PROP_ID_MAX:
      return g_variant_new_int32 (ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL_PUBLISH_STATUS);
    case ICERT_CA_PROPERTY_DNS_NAME:
      return g_variant_new_string (facts->machine);
    case ICERT_CA_PROPERTY_ROLE_SEPARATION_ENABLED:
      return g_variant_new_int32 (config->dual_control);
    case ICERT_CA_PROPERTY_ADVANCED_SERVER:
      return g_variant_new_int32 (1);
    case ICERT_CA_PROPERTY_LOCALE_NAME:
      return g_variant_new_string ("en-US");
    case ICERT_CA_PROPERTY_KRA_CERT_COUNT:
    case ICERT_CA_PROPERTY_KRA_CERT_USED_COUNT:
      return g_variant_new_int32 (0);
    default:
      return NULL;
    }
}

static gboolean
is_cross (ICertCaProperty property)
{
  return property >= ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT
         && property <= ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT_STATE;
}

static gboolean
is_indexed (ICertCaProperty property)
{
  switch ((int) property)
    {
    case ICERT_CA_PROPERTY_CA_SIG_CERT:
    case ICERT_CA_PROPERTY_CA_SIG_CERT_CHAIN:
    case ICERT_CA_PROPERTY_CA_CERT_STATE:
    case ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE:
    case ICERT_CA_PROPERTY_CA_CERT_VERSION:
    case ICERT_CA_PROPERTY_CERT_CDP_URLS:
    case ICERT_CA_PROPERTY_CERT_AIA_URLS:
    case ICERT_CA_PROPERTY_CERT_AIA_OCSP_URLS:
      return TRUE;
    default:
      return FALSE;
    }
}

GVariant *
ca_facts_get_property (const CaFacts *facts, ICertCaProperty property, int index, GError **error)
{
  GVariant *value;

  if (is_cross (property))
    value = get_cross (facts, property, index, error);
  else if (property == ICERT_CA_PROPERTY_PARENT_CA)
    value = get_parent (facts, error);
  else
    value = is_indexed (property) ? get_indexed (facts, property, index, error)
                                  : get_plain (facts, property);

  return value != NULL ? g_variant_ref_sink (value) : NULL;
}
