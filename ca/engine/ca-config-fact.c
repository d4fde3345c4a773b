/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-config-fact.h"

#include <string.h>

#include "ca-crl.h"
#include "ca-crypto.h"
#include "ca-parent.h"
#include "ca-renew.h"

typedef GVariant *(*Getter) (CaEngine *engine, const CaFacts *facts, GError **error);

static GVariant *
get_common_name (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return g_variant_new_string (facts->config->name);
}

static GVariant *
get_server_name (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return g_variant_new_string (facts->machine);
}

static GVariant *
get_type (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return g_variant_new_int64 (facts->config->is_root ? ICERT_CA_TYPE_STANDALONE_ROOT
                                                     : ICERT_CA_TYPE_STANDALONE_SUBORDINATE);
}

/* SHA-1 of each certificate, by its index */
static GVariant *
get_certificate_hashes (CaEngine *engine, const CaFacts *facts, GError **error)
{
  GVariantBuilder builder;

  if (facts->issuers->len == 0)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < facts->issuers->len; i++)
    {
      const CaIssuer *issuer = facts->issuers->pdata[i];
      g_autofree char *hex = NULL;
      guint8 digest[20];
      gsize size;
      const void *data = g_bytes_get_data (issuer->certificate, &size);

      ca_crypto_sha1 (data, size, digest);
      hex = ca_crypto_hex (digest, sizeof digest);
      g_variant_builder_add (&builder, "s", hex);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
get_certificate_file (CaEngine *engine, const CaFacts *facts, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, -1);
  g_autofree char *name
      = issuer != NULL ? g_strdup_printf ("%u.crt", issuer->certificate_index) : NULL;

  return name != NULL ? g_variant_new_take_string (
             g_build_filename (facts->config->folder, "certs", name, NULL))
                      : NULL;
}

static GVariant *
get_parent_name (CaEngine *engine, const CaFacts *facts, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, -1);

  return issuer != NULL && !facts->config->is_root
             ? g_variant_new_take_string (ca_issuer_dup_parent (issuer))
             : NULL;
}

/* Of a parent elsewhere only its certificate is known. */
static GVariant *
get_parent_machine (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return !facts->config->is_root && ca_parent_is_here (facts->config->folder)
             ? g_variant_new_string (facts->machine)
             : NULL;
}

static GVariant *
get_request_file (CaEngine *engine, const CaFacts *facts, GError **error)
{
  g_autofree char *path = ca_engine_request_path (engine);

  return g_file_test (path, G_FILE_TEST_EXISTS)
             ? g_variant_new_take_string (g_steal_pointer (&path))
             : NULL;
}

/* The key that waits for its certificate: behind the newest that has one; -1: none */
static int
find_waiting_key (const CaFacts *facts)
{
  const CaIssuer *newest = ca_facts_find_issuer (facts, -1);
  int after = newest != NULL ? (int) newest->key_index : -1;

  for (guint i = facts->config->keys->len; i > 0 && (int) i - 1 > after; i--)
    if (facts->config->keys->pdata[i - 1] != NULL)
      return (int) i - 1;
  return -1;
}

static GVariant *
get_request_key (CaEngine *engine, const CaFacts *facts, GError **error)
{
  int key = find_waiting_key (facts);
  const CaKeyConfig *config = key >= 0 ? facts->config->keys->pdata[key] : NULL;

  return config != NULL ? g_variant_new_string (config->url) : NULL;
}

static GVariant *
get_request_key_index (CaEngine *engine, const CaFacts *facts, GError **error)
{
  int key = find_waiting_key (facts);

  return key >= 0 ? g_variant_new_int64 (key) : NULL;
}

static GVariant *
get_next_publish (CaEngine *engine, const CaFacts *facts, CaCrlKind kind, GError **error)
{
  const CaIssuer *issuer = ca_facts_find_issuer (facts, -1);
  g_autoptr (CaCrlRow) row
      = issuer != NULL ? ca_crl_row_load_newest (engine->store, issuer->key_index, 0, kind, error)
                       : NULL;

  return row != NULL ? g_variant_new_int64 (row->next_publish) : NULL;
}

static GVariant *
get_next_base (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return get_next_publish (engine, facts, CA_CRL_KIND_BASE, error);
}

static GVariant *
get_next_delta (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return ca_duration_is_set (&facts->config->delta_period)
             ? get_next_publish (engine, facts, CA_CRL_KIND_DELTA, error)
             : NULL;
}

static GVariant *
get_role_separation (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return g_variant_new_int64 (facts->config->dual_control);
}

static GVariant *
get_use_ds (CaEngine *engine, const CaFacts *facts, GError **error)
{
  return g_variant_new_int64 (0);
}

#define RENEWING "icert renew and icert install make certificates"
#define IN_CRL "node CRL has it: CRLPeriod, CRLOverlapPeriod, CRLDeltaPeriod, CRLDeltaOverlapPeriod"
#define ARCHIVAL "a CA that archives keys"
#define DIRECTORY "there is no directory to use"
#define EXITS "Url says what is in certificates, and exits where files go (node Exit)"

static const struct
{
  const char *entry;
  Getter get; /* nullable: it has another place */
  const char *instead;
} facts_of_ca[] = {
  { "CommonName", get_common_name, "it is fixed when the CA is made" },
  { "CAServerName", get_server_name, "it is the name of this machine" },
  { "CAType", get_type, "it is fixed when the CA is made" },
  { "CACertHash", get_certificate_hashes, RENEWING },
  { "CACertFileName", get_certificate_file, RENEWING },
  { "ParentCAName", get_parent_name, RENEWING },
  { "ParentCAMachine", get_parent_machine, RENEWING },
  { "RequestFileName", get_request_file, RENEWING },
  { "RequestId", NULL, "a parent is asked by a file; " RENEWING },
  { "RequestKeyContainer", get_request_key, RENEWING },
  { "RequestKeyIndex", get_request_key_index, RENEWING },
  { "CRLNextPublish", get_next_base, "icert crl --next DATE" },
  { "CRLDeltaNextPublish", get_next_delta, "icert crl --delta --next DATE" },
  { "RoleSeparationEnabled", get_role_separation, "icert init --dual-control" },
  { "UseDS", get_use_ds, DIRECTORY },
  { "CRLPeriod", NULL, IN_CRL },
  { "CRLPeriodUnits", NULL, IN_CRL },
  { "CRLOverlapPeriod", NULL, IN_CRL },
  { "CRLOverlapUnits", NULL, IN_CRL },
  { "CRLDeltaPeriod", NULL, IN_CRL },
  { "CRLDeltaPeriodUnits", NULL, IN_CRL },
  { "CRLDeltaOverlapPeriod", NULL, IN_CRL },
  { "CRLDeltaOverlapUnits", NULL, IN_CRL },
  { "EKUOIDsForPublishExpiredCertInCRL", NULL, "node CRL has it" },
  { "CRLMaxPartitions", NULL, "node CRL has it: Partitions" },
  { "CRLSuspendedPartitions", NULL, "a partition goes on until its certificates have expired" },
  { "CRLCurrentPartition", NULL, "certificates are spread at random" },
  { "CRLAttemptRepublish", NULL, "icert crl --republish tries at once" },
  { "CRLFlags", NULL, "there are no flags; what they say is fixed or an entry of node CRL" },
  { "CRLEditFlags", NULL, "key identifiers are always there" },
  { "CRLPublicationURLs", NULL, EXITS },
  { "CACertPublicationURLs", NULL, EXITS },
  { "ValidityPeriodUnits", NULL, "ValidityPeriod has both: 90d" },
  { "HighSerial", NULL, "serial numbers are drawn at random" },
  { "SubjectTemplate", NULL, "profiles say which attributes a subject has" },
  { "EnforceX500NameLengths", NULL, "lengths are always enforced" },
  { "ForceTeletex", NULL, "names are UTF-8" },
  { "AuditFilter", NULL, "everything is recorded" },
  { "Security", NULL, "node Roles has it; icert roles" },
  { "OfficerRights", NULL, "sections [OfficerRights NAME]; icert roles" },
  { "EnrollmentAgentRights", NULL, "sections [Agent NAME]" },
  { "InterfaceFlags", NULL, "roles and doors say who may do what; icert roles --verbs" },
  { "LogLevel", NULL, "G_MESSAGES_DEBUG says what is logged" },
  { "KRACertHash", NULL, ARCHIVAL },
  { "KRACertCount", NULL, ARCHIVAL },
  { "KRAFlags", NULL, ARCHIVAL },
  { "CAXchgCertHash", NULL, ARCHIVAL },
  { "CAXchgValidityPeriod", NULL, ARCHIVAL },
  { "DSConfigDN", NULL, DIRECTORY },
  { "DSDomainDN", NULL, DIRECTORY },
  { "AlternatePublishDomains", NULL, DIRECTORY },
  { "ViewAgeMinutes", NULL, "views hold nothing open" },
  { "ViewIdleMinutes", NULL, "views hold nothing open" },
  { "SignedAttributes", NULL, "attributes decide nothing by themselves; policies judge them" },
  { "UseDefinedCACertInRequest", NULL, "the newest certificate signs" },
};

static int
find_fact (const char *entry)
{
  for (gsize i = 0; i < G_N_ELEMENTS (facts_of_ca); i++)
    if (strcmp (facts_of_ca[i].entry, entry) == 0)
      return (int) i;
  return -1;
}

gboolean
ca_config_fact_is_known (const char *node, const char *entry)
{
  return (node == NULL || node[0] == '\0' || strcmp (node, "CA") == 0) && find_fact (entry) >= 0;
}

GVariant *
ca_config_fact_get (CaEngine *engine, const CaFacts *facts, const char *entry, GError **error)
{
  int fact = find_fact (entry);
  GVariant *value = fact >= 0 && facts_of_ca[fact].get != NULL
                        ? facts_of_ca[fact].get (engine, facts, error)
                        : NULL;

  return value != NULL ? g_variant_ref_sink (value) : NULL;
}

void
ca_config_fact_list (CaEngine *engine, const CaFacts *facts, GPtrArray *names)
{
  for (gsize i = 0; i < G_N_ELEMENTS (facts_of_ca); i++)
    {
      g_autoptr (GVariant) value = ca_config_fact_get (engine, facts, facts_of_ca[i].entry, NULL);

      if (value != NULL)
        g_ptr_array_add (names, g_strdup (facts_of_ca[i].entry));
    }
}

GVariant *
ca_config_fact_describe (CaEngine *engine, const CaFacts *facts, const char *entry)
{
  g_autoptr (GVariant) value = ca_config_fact_get (engine, facts, entry, NULL);
  int fact = find_fact (entry);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (
      &dict, "type", "s",
      value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64)          ? "number"
      : value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY) ? "list"
                                                                                   : "text");
  g_variant_dict_insert (&dict, "effective", "s", "read only");
  g_variant_dict_insert (&dict, "description", "s", facts_of_ca[fact].instead);
  if (value != NULL)
    g_variant_dict_insert_value (&dict, "value", value);
  return g_variant_dict_end (&dict);
}

gboolean
ca_config_fact_refuse (const char *entry, GError **error)
{
  int fact = find_fact (entry);

  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "entry", "%s cannot be set (%s)", entry,
                   fact >= 0 ? facts_of_ca[fact].instead : "another entry");
  return FALSE;
}
