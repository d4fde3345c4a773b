/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-properties.h"

#include <string.h>

#include "ca-crl.h"
#include "ca-own.h"

static const struct
{
  ICertCaProperty property;
  const char *type;
  gboolean indexed;
  gboolean served;
  const char *display_name;
} properties[] = {
  { ICERT_CA_PROPERTY_FILE_VERSION, "s", FALSE, TRUE, "File Version" },
  { ICERT_CA_PROPERTY_PRODUCT_VERSION, "s", FALSE, TRUE, "Product Version" },
  { ICERT_CA_PROPERTY_EXIT_COUNT, "i", FALSE, TRUE, "Exit Module Count" },
  { ICERT_CA_PROPERTY_EXIT_DESCRIPTION, "s", TRUE, TRUE, "Exit Module Description" },
  { ICERT_CA_PROPERTY_POLICY_DESCRIPTION, "s", FALSE, TRUE, "Policy Module Description" },
  { ICERT_CA_PROPERTY_CA_NAME, "s", FALSE, TRUE, "CA Name" },
  { ICERT_CA_PROPERTY_SANITIZED_CA_NAME, "s", FALSE, TRUE, "Sanitized CA Name" },
  { ICERT_CA_PROPERTY_SHARED_FOLDER, "s", FALSE, FALSE, "Shared Folder" },
  { ICERT_CA_PROPERTY_PARENT_CA, "s", FALSE, TRUE, "Parent CA" },
  { ICERT_CA_PROPERTY_CA_TYPE, "i", FALSE, TRUE, "CA Type" },
  { ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT, "i", FALSE, TRUE, "CA Certificate Count" },
  { ICERT_CA_PROPERTY_CA_SIG_CERT, "ay", TRUE, TRUE, "CA Certificate" },
  { ICERT_CA_PROPERTY_CA_SIG_CERT_CHAIN, "ay", TRUE, TRUE, "CA Certificate Chain" },
  { ICERT_CA_PROPERTY_CA_XCHG_CERT_COUNT, "i", FALSE, FALSE, "CA Exchange Certificate Count" },
  { ICERT_CA_PROPERTY_CA_XCHG_CERT, "ay", TRUE, FALSE, "CA Exchange Certificate" },
  { ICERT_CA_PROPERTY_CA_XCHG_CERT_CHAIN, "ay", TRUE, FALSE, "CA Exchange Certificate Chain" },
  { ICERT_CA_PROPERTY_BASE_CRL, "ay", TRUE, TRUE, "Base CRL" },
  { ICERT_CA_PROPERTY_DELTA_CRL, "ay", TRUE, TRUE, "Delta CRL" },
  { ICERT_CA_PROPERTY_CA_CERT_STATE, "i", TRUE, TRUE, "CA Certificate State" },
  { ICERT_CA_PROPERTY_CRL_STATE, "i", TRUE, TRUE, "CRL State" },
  { ICERT_CA_PROPERTY_CA_PROP_ID_MAX, "i", FALSE, TRUE, "Maximum CA Property ID" },
  { ICERT_CA_PROPERTY_DNS_NAME, "s", FALSE, TRUE, "DNS Name" },
  { ICERT_CA_PROPERTY_ROLE_SEPARATION_ENABLED, "i", FALSE, TRUE, "Role Separation Enabled" },
  { ICERT_CA_PROPERTY_KRA_CERT_USED_COUNT, "i", FALSE, TRUE, "KRA Certificate Used Count" },
  { ICERT_CA_PROPERTY_KRA_CERT_COUNT, "i", FALSE, TRUE, "KRA Certificate Count" },
  { ICERT_CA_PROPERTY_KRA_CERT, "ay", TRUE, FALSE, "KRA Certificate" },
  { ICERT_CA_PROPERTY_KRA_CERT_STATE, "i", TRUE, FALSE, "KRA Certificate State" },
  { ICERT_CA_PROPERTY_ADVANCED_SERVER, "i", FALSE, TRUE, "Advanced Server" },
  { ICERT_CA_PROPERTY_TEMPLATES, "s", FALSE, TRUE, "Templates" },
  { ICERT_CA_PROPERTY_BASE_CRL_PUBLISH_STATUS, "i", TRUE, TRUE, "Base CRL Publish Status" },
  { ICERT_CA_PROPERTY_DELTA_CRL_PUBLISH_STATUS, "i", TRUE, TRUE, "Delta CRL Publish Status" },
  { ICERT_CA_PROPERTY_CA_SIG_CERT_CRL_CHAIN, "ay", TRUE, TRUE, "CA Certificate Chain with CRLs" },
  { ICERT_CA_PROPERTY_CA_XCHG_CERT_CRL_CHAIN, "ay", TRUE, FALSE,
    "CA Exchange Certificate Chain with CRLs" },
  { ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE, "i", TRUE, TRUE, "CA Certificate Status" },
  { ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT, "ay", TRUE, TRUE, "Forward Cross Certificate" },
  { ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT, "ay", TRUE, TRUE, "Backward Cross Certificate" },
  { ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT_STATE, "i", TRUE, TRUE,
    "Forward Cross Certificate State" },
  { ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT_STATE, "i", TRUE, TRUE,
    "Backward Cross Certificate State" },
  { ICERT_CA_PROPERTY_CA_CERT_VERSION, "i", TRUE, TRUE, "CA Certificate Version" },
  { ICERT_CA_PROPERTY_SANITIZED_CA_SHORT_NAME, "s", FALSE, TRUE, "Sanitized CA Short Name" },
  { ICERT_CA_PROPERTY_CERT_CDP_URLS, "s", TRUE, TRUE, "CDP URLs" },
  { ICERT_CA_PROPERTY_CERT_AIA_URLS, "s", TRUE, TRUE, "AIA URLs" },
  { ICERT_CA_PROPERTY_CERT_AIA_OCSP_URLS, "s", TRUE, TRUE, "OCSP URLs" },
  { ICERT_CA_PROPERTY_LOCALE_NAME, "s", FALSE, TRUE, "Locale Name" },
  { ICERT_CA_PROPERTY_SUBJECT_TEMPLATE_OIDS, "s", FALSE, FALSE, "Subject Template" },
  { ICERT_CA_PROPERTY_CRL_PARTITION_COUNT, "i", FALSE, TRUE, "CRL Partition Count" },
  { ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL, "ay", TRUE, TRUE, "Base CRL of a Partition" },
  { ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL, "ay", TRUE, TRUE, "Delta CRL of a Partition" },
  { ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL_PUBLISH_STATUS, "i", TRUE, TRUE,
    "Base CRL Publish Status of a Partition" },
  { ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL_PUBLISH_STATUS, "i", TRUE, TRUE,
    "Delta CRL Publish Status of a Partition" },
  { ICERT_CA_PROPERTY_SCEP_SERVER_CERTS, "ay", FALSE, FALSE, "SCEP Server Certificates" },
  { ICERT_CA_PROPERTY_SCEP_SERVER_CAPABILITIES, "s", FALSE, FALSE, "SCEP Server Capabilities" },
  { ICERT_CA_PROPERTY_SCEP_SERVER_CERTS_CHAIN, "ay", FALSE, FALSE,
    "SCEP Server Certificates Chain" },
};

static int
find_row (ICertCaProperty property, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    if (properties[i].property == property)
      return i;
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "property", "no CA property %d (CR_PROP_*)",
                   (int) property);
  return -1;
}

gboolean
ca_property_describe (ICertCaProperty property,
                      GVariantType **type,
                      gboolean *indexed,
                      char **display_name,
                      GError **error)
{
  int row = find_row (property, error);

  if (row < 0)
    return FALSE;
  if (type != NULL)
    *type = g_variant_type_new (properties[row].type);
  if (indexed != NULL)
    *indexed = properties[row].indexed;
  if (display_name != NULL)
    *display_name = g_strdup (properties[row].display_name);
  return TRUE;
}

/* "name\nOID\n…"; profiles have no OID here. */
static GVariant *
get_templates (CaEngine *engine, CaFacts *facts, CaCaller *caller, GError **error)
{
  g_auto (GStrv) names = ca_policy_host_list_profiles (engine->policies, facts, caller, error);
  GString *text;

  if (names == NULL)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; names[i] != NULL; i++)
    g_string_append_printf (text, "%s\n\n", names[i]);
  return g_variant_ref_sink (g_variant_new_take_string (g_string_free (text, FALSE)));
}

static GVariant *
get_exit_description (CaEngine *engine, int index, GError **error)
{
  char *description = index >= 0 ? ca_exit_host_describe (engine->exits, index) : NULL;

  if (description != NULL)
    return g_variant_ref_sink (g_variant_new_take_string (description));
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index", "no exit module %d (0 to %d)", index,
                   (int) ca_exit_host_get_n_modules (engine->exits) - 1);
  return NULL;
}

/* CRYPT_E_REVOKED */
#define STATUS_REVOKED ((gint32) 0x80092010)

/* @value: (transfer full): a state or status code by dates alone; which certificate it is of is
 * what the property @of answers. */
static GVariant *
judge_revocation (const CaFacts *facts,
                  GVariant *value,
                  ICertCaProperty of,
                  int index,
                  gint32 when_revoked,
                  GError **error)
{
  g_autoptr (GVariant) octets
      = value != NULL ? ca_facts_get_property (facts, of, index, error) : NULL;
  g_autoptr (GBytes) certificate = octets != NULL ? g_variant_get_data_as_bytes (octets) : NULL;
  gboolean revoked = FALSE;

  if (certificate == NULL)
    return value;
  if (!ca_own_is_revoked (facts, certificate, &revoked, error))
    {
      g_variant_unref (value);
      return NULL;
    }
  if (!revoked)
    return value;
  g_variant_unref (value);
  return g_variant_ref_sink (g_variant_new_int32 (when_revoked));
}

static GVariant *
get_fact (const CaFacts *facts, ICertCaProperty property, int index, GError **error)
{
  static const struct
  {
    ICertCaProperty property, of;
    gint32 when_revoked;
  } states[] = {
    { ICERT_CA_PROPERTY_CA_CERT_STATE, ICERT_CA_PROPERTY_CA_SIG_CERT,
      ICERT_CA_DISPOSITION_REVOKED },
    { ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE, ICERT_CA_PROPERTY_CA_SIG_CERT, STATUS_REVOKED },
    { ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT_STATE, ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT,
      ICERT_CA_DISPOSITION_REVOKED },
    { ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT_STATE, ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT,
      ICERT_CA_DISPOSITION_REVOKED },
  };
  GVariant *value = ca_facts_get_property (facts, property, index, error);

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (states[i].property == property)
      return judge_revocation (facts, value, states[i].of, index, states[i].when_revoked, error);
  return value;
}

/* .n of ENUM_PERIOD_SECONDS to ENUM_PERIOD_YEARS; the locale is en-US (CR_PROP_LOCALENAME). */
static GVariant *
get_time_unit (int index, GError **error)
{
  static const char *const units[]
      = { "Seconds", "Minutes", "Hours", "Days", "Weeks", "Months", "Years" };

  if (index < 0)
    return NULL;
  if (index < (int) G_N_ELEMENTS (units))
    return g_variant_ref_sink (g_variant_new_string (units[index]));
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index", "no unit of time %d (0 to %d)", index,
                   (int) G_N_ELEMENTS (units) - 1);
  return NULL;
}

/* A CA that waits for its certificate has none, and no CRLs; what decodes a request without a CA
 * has no store either. */
GVariant *
ca_property_get_system (const CaFacts *facts, const char *name, int index, GError **error)
{
  GVariant *value;

  if (strcmp (name, "LocalizedTimePeriodUnits") == 0)
    return get_time_unit (index, error);
  if (index >= 0 && ca_facts_find_issuer (facts, index) == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index", "no CA certificate %d (0 to %d)",
                       index, (int) facts->issuers->len - 1);
      return NULL;
    }
  value = ca_facts_get_system (facts, name, index);
  if (value != NULL || facts->store == NULL || facts->issuers->len == 0)
    return value;
  if (strcmp (name, "CertState") == 0)
    return get_fact (facts, ICERT_CA_PROPERTY_CA_CERT_STATE, index, error);
  return ca_crl_get_system (facts, name, index, error);
}

GVariant *
ca_property_get (CaEngine *engine,
                 CaFacts *facts,
                 CaCaller *caller,
                 ICertCaProperty property,
                 int index,
                 GError **error)
{
  int row = find_row (property, error);

  if (row < 0)
    return NULL;
  if (ca_crl_is_property (property))
    return ca_crl_get_property (engine, facts, property, index, error);
  if (!properties[row].served)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, properties[row].display_name,
                       "is not served by this CA (another property)");
      return NULL;
    }
  switch ((int) property)
    {
    case ICERT_CA_PROPERTY_EXIT_COUNT:
      return g_variant_ref_sink (g_variant_new_int32 (ca_exit_host_get_n_modules (engine->exits)));
    case ICERT_CA_PROPERTY_EXIT_DESCRIPTION:
      return get_exit_description (engine, index, error);
    case ICERT_CA_PROPERTY_POLICY_DESCRIPTION:
      return g_variant_ref_sink (
          g_variant_new_take_string (ca_policy_host_describe (engine->policies)));
    case ICERT_CA_PROPERTY_TEMPLATES:
      return get_templates (engine, facts, caller, error);
    default:
      return get_fact (facts, property, index, error);
    }
}
