/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "policy-sample.h"

#define OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"

/* Issues certificates for servers to names inside one zone, and asks an officer about all others.
 * ICertModuleBase brings the settings and everything that tools ask of a module; what is left is
 * the judgement. */
struct _PolicySample
{
  ICertModuleBase parent_instance;
};

static void policy_iface_init (ICertPolicyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PolicySample,
                               policy_sample,
                               ICERT_TYPE_MODULE_BASE,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY, policy_iface_init))

static const ICertSettingInfo setting_infos[] = {
  { "Zone", "string", "example.org", "1", "253", "DNS zone whose names need no officer" },
};

static const ICertModuleDescription module_description = {
  .name = "Sample.Policy",
  .description = "Issues to the names of one zone",
  .version = "1.0",
  .settings = setting_infos,
  .n_settings = G_N_ELEMENTS (setting_infos),
};

static gboolean
policy_sample_initialize (ICertPolicy *policy,
                          ICertServer *ca,
                          ICertSettings *settings,
                          GError **error)
{
  return icert_module_base_use_settings (ICERT_MODULE_BASE (policy), settings, error);
}

/* The alternative names that the request asks for, with its common name among them; (transfer full)
 */
static GPtrArray *
collect_names (ICertServer *server, const char *common_name, GError **error)
{
  g_autoptr (GPtrArray) names = icert_server_get_subject_alt_names (server, error);
  g_autoptr (ICertName) name = NULL;

  if (names == NULL)
    return NULL;
  name = icert_name_new (ICERT_NAME_KIND_DNS, common_name, error);
  if (name == NULL)
    return NULL;
  if (!g_ptr_array_find_with_equal_func (names, name, (GEqualFunc) icert_name_equal, NULL))
    g_ptr_array_add (names, g_steal_pointer (&name));
  return g_steal_pointer (&names);
}

/* Whether all of @names lie in @zone; the trace says it of each. */
static gboolean
are_inside (ICertServerPolicy *server, GPtrArray *names, const char *zone)
{
  g_autofree char *pattern = g_strconcat ("*.", zone, NULL);
  gboolean inside = TRUE;

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *text = icert_name_to_string (names->pdata[i]);

      icert_server_policy_add_trace (server, "zone", "subjectAltName", text, pattern, NULL);
      inside = inside && icert_name_matches (names->pdata[i], pattern);
    }
  return inside;
}

/* Takes @extension, NULL with @error set */
static gboolean
set_extension (ICertServerPolicy *server, ICertExtension *extension, GError **error)
{
  g_autoptr (ICertExtension) owned = extension;
  g_autoptr (GBytes) value = NULL;
  g_autofree char *oid = NULL;

  if (owned == NULL)
    return FALSE;
  oid = icert_extension_get_oid (owned);
  value = icert_extension_get_value (owned);
  return icert_server_policy_set_certificate_extension (
      server, oid, icert_extension_get_flags (owned), value, error);
}

static gboolean
fill_certificate (ICertServerPolicy *server,
                  const char *common_name,
                  GPtrArray *names,
                  GError **error)
{
  static const char *const purposes[] = { OID_SERVER_AUTH, NULL };

  return icert_server_policy_set_certificate_property (server, "CommonName",
                                                       g_variant_new_string (common_name), error)
         && set_extension (server, icert_extension_new_subject_alt_name (names, FALSE, error),
                           error)
         && set_extension (
             server, icert_extension_new_key_usage (ICERT_KEY_USAGE_DIGITAL_SIGNATURE, TRUE, error),
             error)
         && set_extension (server, icert_extension_new_extended_key_usage (purposes, FALSE, error),
                           error);
}

static gboolean
policy_sample_verify_request (ICertPolicy *policy,
                              ICertServerPolicy *server,
                              gboolean new_request,
                              ICertVerdict *verdict,
                              GError **error)
{
  g_autoptr (ICertSettings) settings = icert_module_base_get_settings (ICERT_MODULE_BASE (policy));
  g_autofree char *zone = icert_settings_get_string (settings, "Zone", error);
  g_autoptr (GError) local = NULL;
  g_autofree char *common_name
      = icert_server_get_request_string (ICERT_SERVER (server), "CommonName", &local);
  g_autoptr (GPtrArray) names = NULL;

  if (common_name == NULL && local == NULL)
    icert_set_error (&local, ICERT_ERROR_BAD_NAME, "CommonName", "none (a DNS name)");
  if (zone == NULL || local != NULL)
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  names = collect_names (ICERT_SERVER (server), common_name, error);
  if (names == NULL || !fill_certificate (server, common_name, names, error))
    return FALSE;
  /* what an officer resubmits has been looked at */
  if (are_inside (server, names, zone) || !new_request)
    {
      *verdict = ICERT_VERDICT_ISSUE;
      return TRUE;
    }
  *verdict = ICERT_VERDICT_PENDING;
  return icert_server_policy_set_disposition_message (server, "a name outside of the zone", error);
}

static void
policy_iface_init (ICertPolicyInterface *iface)
{
  iface->initialize = policy_sample_initialize;
  iface->verify_request = policy_sample_verify_request;
}

static void
policy_sample_class_init (PolicySampleClass *klass)
{
  icert_module_base_class_describe (ICERT_MODULE_BASE_CLASS (klass), &module_description);
}

static void
policy_sample_init (PolicySample *self)
{
}
