/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-offer.h"

#include <string.h>

#include "ca-config-entry.h"
#include "ca-configure.h"
#include "ca-policy-host.h"
#include "ca-profiles.h"
#include "ca-revoke.h"

/* CERTSRV_E_UNSUPPORTED_CERT_TYPE */
#define STATUS_UNSUPPORTED 0x80094800u

static gboolean
offers (const CaConfig *config, const char *profile)
{
  return config->templates[0] == NULL
         || g_strv_contains ((const char *const *) config->templates, profile);
}

gboolean
ca_offer_check (const CaConfig *config, const char *profile, GError **error)
{
  g_autofree char *list = NULL;
  g_autofree char *quoted = NULL;

  if (offers (config, profile))
    return TRUE;
  list = g_strjoinv (", ", config->templates);
  quoted = icert_error_quote (profile, -1);
  icert_set_error (error, ICERT_ERROR_DENIED, "CertificateTemplate",
                   "%s is not offered by this CA (one of: %s)", quoted, list);
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x%08x", STATUS_UNSUPPORTED);
  return FALSE;
}

char **
ca_offer_filter (const CaConfig *config, char **names)
{
  gsize kept = 0;

  for (gsize i = 0; names[i] != NULL; i++)
    if (offers (config, names[i]))
      names[kept++] = names[i];
    else
      g_free (names[i]);
  names[kept] = NULL;
  return names;
}

/* CR_PROP_TEMPLATES */

/* Profiles are files that a policy reads, or what a policy of an application says that it knows. */
static gboolean
is_known (const CaConfig *config, char **listed, const char *name)
{
  g_autofree char *hash = ca_profiles_hash_file (config, name);

  return hash != NULL || g_strv_contains ((const char *const *) listed, name);
}

static gboolean
refuse_value (const char *seen, const char *problem, GError **error)
{
  g_autofree char *quoted = icert_error_quote (seen, -1);

  icert_set_error (error, ICERT_ERROR_MALFORMED, "value",
                   "%s %s (\"NAME\\nOID\\n\" for each profile, as the property is read)", quoted,
                   problem);
  return FALSE;
}

/* Lines: a name, then its OID. Profiles have none, so that line is empty. */
static gboolean
check_line (const CaConfig *config, char **listed, char **lines, guint i, GError **error)
{
  g_autofree char *quoted = NULL;

  if (lines[i][0] == '\0')
    return refuse_value (lines[i], "is no name of a profile", error);
  if (lines[i + 1] != NULL && lines[i + 1][0] != '\0')
    return refuse_value (lines[i + 1], "is no OID of a profile, which have none", error);
  for (guint j = 0; j < i; j += 2)
    if (strcmp (lines[j], lines[i]) == 0)
      return refuse_value (lines[i], "is there twice", error);
  if (is_known (config, listed, lines[i]))
    return TRUE;
  quoted = icert_error_quote (lines[i], -1);
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "value",
                   "%s is no profile (one that 'icert profile list' shows)", quoted);
  return FALSE;
}

/* The names in @text; NULL with an error. */
static char **
parse (const CaConfig *config, char **listed, const char *text, GError **error)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  /* behind the last line feed there is nothing */
  if (n > 0 && lines[n - 1][0] == '\0')
    g_clear_pointer (&lines[n - 1], g_free);
  if (lines[0] == NULL)
    {
      refuse_value (text, "names no profile", error);
      return NULL;
    }
  for (guint i = 0; lines[i] != NULL; i += 2)
    {
      if (!check_line (config, listed, lines, i, error))
        return NULL;
      g_strv_builder_add (names, lines[i]);
      if (lines[i + 1] == NULL)
        break;
    }
  return g_strv_builder_end (names);
}

static gboolean
check_type (GVariant *value, GError **error)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, "value", "is of type %s (s)",
                   g_variant_get_type_string (value));
  return FALSE;
}

/* a(ssmv); NULL with an error */
static GVariant *
entries_of (CaEngine *engine,
            CaFacts *facts,
            CaCaller *administrator,
            GVariant *value,
            GError **error)
{
  g_auto (GStrv) listed = NULL;
  g_auto (GStrv) names = NULL;

  if (!check_type (value, error))
    return NULL;
  listed = ca_policy_host_list_profiles (engine->policies, facts, administrator, error);
  if (listed == NULL)
    return NULL;
  names = parse (facts->config, listed, g_variant_get_string (value, NULL), error);
  if (names == NULL)
    return NULL;
  return g_variant_ref_sink (ca_config_entry_new (
      "CA", "Templates", g_variant_new_strv ((const char *const *) names, -1)));
}

static void
refuse_property (ICertCaProperty property, GError **error)
{
  switch (property)
    {
    case ICERT_CA_PROPERTY_KRA_CERT_USED_COUNT:
    case ICERT_CA_PROPERTY_KRA_CERT_COUNT:
    case ICERT_CA_PROPERTY_KRA_CERT:
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "property",
                       "is about recovery agents (a CA that archives keys)");
      break;
    default:
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "property",
                       "%d is read only (24, 25, 26 or 29, where a CA has them)", (int) property);
      break;
    }
}

gboolean
ca_engine_set_ca_property (CaEngine *engine,
                           CaCaller *administrator,
                           ICertCaProperty property,
                           GVariant *value,
                           GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);
  g_autofree char *object = g_strdup_printf ("property:%d", (int) property);
  g_autoptr (GVariant) entries = NULL;
  GError *local = NULL;

  if (ca_roles_check (facts->config, administrator, CA_VERB_SET_CA_PROPERTY, &local))
    {
      if (property == ICERT_CA_PROPERTY_TEMPLATES)
        entries = entries_of (engine, facts, administrator, value, &local);
      else
        refuse_property (property, &local);
    }
  if (entries == NULL)
    return ca_engine_refuse (engine, administrator, CA_VERB_SET_CA_PROPERTY, object, local, error);
  return ca_configure_set (engine, administrator, CA_VERB_SET_CA_PROPERTY, entries, error);
}
