/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-server-backend.h"

#include "ca-profiles.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-der.h"
#include "ca-offer.h"
#include "ca-properties.h"
#include "ca-roles.h"

typedef struct
{
  CaRequest *request; /* nullable: CA level */
  CaFacts *facts;
  CaCaller *caller; /* nullable: whose account the facts are about */
  char *class_id;
  gboolean writable;
  GPtrArray *crls;          /* of ICertIssuedCrl; nullable */
  char *alarm_code, *alarm; /* nullable */
} ServerData;

static void
server_data_free (gpointer pointer)
{
  ServerData *data = pointer;

  g_clear_pointer (&data->request, ca_request_unref);
  ca_facts_unref (data->facts);
  g_clear_pointer (&data->caller, ca_caller_unref);
  g_clear_pointer (&data->crls, g_ptr_array_unref);
  g_free (data->alarm_code);
  g_free (data->alarm);
  g_free (data->class_id);
  g_free (data);
}

/* Values of properties: NULL is an empty one. */

static GVariant *
of_text (const char *text)
{
  return text != NULL ? g_variant_new_string (text) : NULL;
}

static GVariant *
of_taken (char *text)
{
  return text != NULL ? g_variant_new_take_string (text) : NULL;
}

static GVariant *
of_bytes (GBytes *bytes)
{
  return bytes != NULL ? g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE) : NULL;
}

static GVariant *
of_date (gint64 microseconds)
{
  return microseconds != 0 ? g_variant_new_int64 (microseconds) : NULL;
}

typedef GVariant *(*Getter) (const ServerData *data);

#define GETTER(name, expression)                                                                   \
  static GVariant *get_##name (const ServerData *data)                                             \
  {                                                                                                \
    const CaRequest *request G_GNUC_UNUSED = data->request;                                        \
    return expression;                                                                             \
  }

GETTER (request_id, g_variant_new_int64 (request->id))
GETTER (raw_request, of_bytes (request->decoded->message))
GETTER (attributes_text, of_text (request->attributes_text))
GETTER (request_type, g_variant_new_int32 (request->decoded->format))
GETTER (request_flags, g_variant_new_int32 (request->request_flags))
GETTER (old_certificate,
        (request->request_flags & ICERT_REQUEST_FLAG_RENEWAL) != 0
            ? of_bytes (request->decoded->old_certificate)
            : NULL)
GETTER (old_requester_name, of_text (request->old_requester_name))
GETTER (signer_policies, of_text (request->signer_policies))
GETTER (signer_application_policies, of_text (request->signer_application_policies))
GETTER (submitted_when, of_date (request->submitted_when))
GETTER (resolved_when, of_date (request->resolved_when))
GETTER (requester_name, of_text (request->requester_name))
GETTER (caller_name, of_text (request->caller_name))
GETTER (request_dn, of_taken (ca_name_to_text (request->decoded->rdns)))
GETTER (request_raw_name, of_bytes (request->decoded->subject))
GETTER (disposition, g_variant_new_int32 (request->disposition))
GETTER (message, of_text (request->message))
GETTER (status_code,
        g_variant_new_int32 (request->status != NULL
                                 ? (gint32) icert_error_to_hresult (request->status)
                                 : 0))
GETTER (not_before, of_date (request->plan->not_before *G_USEC_PER_SEC))
GETTER (not_after, of_date (request->plan->not_after *G_USEC_PER_SEC))
GETTER (raw_public_key, of_bytes (request->decoded->spki))
GETTER (public_key_length, g_variant_new_int32 (request->decoded->key.bits))
GETTER (public_key_algorithm, of_text (request->decoded->key.algorithm))
GETTER (public_key_parameters, of_bytes (request->decoded->key.parameters))
GETTER (key_identifier, of_taken (ca_crypto_hex (request->decoded->key.identifier, 20)))
GETTER (template_name, of_text (request->template_name))
GETTER (profile_version,
        request->template_name != NULL ? g_variant_new_int32 (request->profile_version) : NULL)
GETTER (hold_allowed, g_variant_new_int32 (request->hold_allowed))
GETTER (publish_expired, g_variant_new_int32 (request->publish_expired))
GETTER (revoked_when, of_date (request->revoked_when))
GETTER (revoked_effective_when, of_date (request->revoked_effective_when))
GETTER (revoked_reason,
        request->disposition == ICERT_ROW_DISPOSITION_REVOKED
            ? g_variant_new_int32 (request->revoked_reason)
            : NULL)
GETTER (serial_number,
        request->certificate != NULL
            ? of_taken (ca_crypto_hex (request->serial, request->serial_size))
            : NULL)
GETTER (raw_certificate, of_bytes (request->certificate))
GETTER (dn, of_taken (ca_name_to_text (request->plan->rdns)))
GETTER (public_key_type, of_taken (ca_key_describe (&request->decoded->key)))

static GVariant *
get_raw_name (const ServerData *data)
{
  g_autoptr (GBytes) name = ca_name_encode (data->request->plan->rdns, NULL);

  return of_bytes (name);
}

static GVariant *
get_upn (const ServerData *data)
{
  char *upn = ca_request_dup_upn (data->request);

  return upn != NULL ? g_variant_new_take_string (upn) : NULL;
}

static GVariant *
get_certificate_hash (const ServerData *data)
{
  guint8 digest[20];
  gsize size;
  const void *octets;

  if (data->request->certificate == NULL)
    return NULL;
  octets = g_bytes_get_data (data->request->certificate, &size);
  ca_crypto_sha1 (octets, size, digest);
  return of_taken (ca_crypto_hex (digest, sizeof digest));
}

static ICertRoles
requester_roles (const ServerData *data)
{
  const CaCaller *caller = data->caller != NULL ? data->caller : data->request->requester;
  ICertRoles roles = ICERT_ROLE_NONE;

  if (caller != NULL)
    ca_config_get_roles (data->facts->config, caller, &roles, NULL);
  return roles;
}

static GVariant *
get_ca_access (const ServerData *data)
{
  return g_variant_new_int32 ((requester_roles (data) & ICERT_ROLE_ENROLL) != 0);
}

static GVariant *
get_requester_roles (const ServerData *data)
{
  return g_variant_new_int32 ((gint32) requester_roles (data));
}

static GVariant *
get_is_officer (const ServerData *data)
{
  const CaCaller *caller = data->caller != NULL ? data->caller : data->request->requester;

  return g_variant_new_int32 (
      data->request != NULL && caller != NULL
          ? ca_roles_is_officer_of (data->facts->config, caller, data->request)
          : (requester_roles (data) & ICERT_ROLE_OFFICER) != 0);
}

static const struct
{
  ICertScope scope;
  const char *name;
  Getter get;
  gboolean of_caller; /* answered at CA level too, for a caller */
} getters[] = {
  { ICERT_SCOPE_REQUEST, "RequestID", get_request_id, FALSE },
  { ICERT_SCOPE_REQUEST, "RawRequest", get_raw_request, FALSE },
  { ICERT_SCOPE_REQUEST, "RequestAttributes", get_attributes_text, FALSE },
  { ICERT_SCOPE_REQUEST, "RequestType", get_request_type, FALSE },
  { ICERT_SCOPE_REQUEST, "RequestFlags", get_request_flags, FALSE },
  { ICERT_SCOPE_REQUEST, "RawOldCertificate", get_old_certificate, FALSE },
  { ICERT_SCOPE_REQUEST, "SignerPolicies", get_signer_policies, FALSE },
  { ICERT_SCOPE_REQUEST, "SignerApplicationPolicies", get_signer_application_policies, FALSE },
  { ICERT_SCOPE_REQUEST, "SubmittedWhen", get_submitted_when, FALSE },
  { ICERT_SCOPE_REQUEST, "ResolvedWhen", get_resolved_when, FALSE },
  { ICERT_SCOPE_REQUEST, "RequesterName", get_requester_name, FALSE },
  { ICERT_SCOPE_REQUEST, "CallerName", get_caller_name, FALSE },
  { ICERT_SCOPE_REQUEST, "DistinguishedName", get_request_dn, FALSE },
  { ICERT_SCOPE_REQUEST, "RawName", get_request_raw_name, FALSE },
  { ICERT_SCOPE_REQUEST, "Disposition", get_disposition, FALSE },
  { ICERT_SCOPE_REQUEST, "DispositionMessage", get_message, FALSE },
  { ICERT_SCOPE_REQUEST, "StatusCode", get_status_code, FALSE },
  { ICERT_SCOPE_REQUEST, "RevokedWhen", get_revoked_when, FALSE },
  { ICERT_SCOPE_REQUEST, "RevokedEffectiveWhen", get_revoked_effective_when, FALSE },
  { ICERT_SCOPE_REQUEST, "RevokedReason", get_revoked_reason, FALSE },
  { ICERT_SCOPE_REQUEST, "RequesterCAAccess", get_ca_access, TRUE },
  { ICERT_SCOPE_REQUEST, "RequesterRoles", get_requester_roles, TRUE },
  { ICERT_SCOPE_REQUEST, "Officer", get_is_officer, TRUE },
  { ICERT_SCOPE_CERTIFICATE, "RequestID", get_request_id, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "NotBefore", get_not_before, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "NotAfter", get_not_after, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "RawPublicKey", get_raw_public_key, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "PublicKeyLength", get_public_key_length, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "PublicKeyAlgorithm", get_public_key_algorithm, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "PublicKeyType", get_public_key_type, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "RawPublicKeyAlgorithmParameters", get_public_key_parameters, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "SubjectKeyIdentifier", get_key_identifier, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "CertificateTemplate", get_template_name, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "ProfileVersion", get_profile_version, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "RequesterNameFromOldCertificate", get_old_requester_name, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "HoldAllowed", get_hold_allowed, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "PublishExpiredCertInCRL", get_publish_expired, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "SerialNumber", get_serial_number, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "RawCertificate", get_raw_certificate, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "DistinguishedName", get_dn, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "RawName", get_raw_name, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "UPN", get_upn, FALSE },
  { ICERT_SCOPE_CERTIFICATE, "CertificateHash", get_certificate_hash, FALSE },
};

static char *
join_request_values (const CaRequest *request, const char *oid)
{
  GString *text = NULL;

  for (guint i = 0; i < request->decoded->rdns->len; i++)
    {
      const CaRdn *rdn = request->decoded->rdns->pdata[i];

      if (strcmp (rdn->oid, oid) != 0)
        continue;
      if (text == NULL)
        text = g_string_new (rdn->value);
      else
        g_string_append_printf (text, "\n%s", rdn->value);
    }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

static const char *
oid_of (const ICertPropertyInfo *info, const char *name)
{
  return info->oid != NULL ? info->oid : name;
}

static GVariant *
find_value (const ServerData *data, const ICertPropertyInfo *info, const char *name)
{
  if ((info->flags & ICERT_PROPERTY_SUBJECT_NAME) != 0)
    {
      if (data->request == NULL)
        return NULL;
      return of_taken (info->scope == ICERT_SCOPE_REQUEST
                           ? join_request_values (data->request, oid_of (info, name))
                           : ca_plan_dup_subject (data->request->plan, oid_of (info, name)));
    }
  for (guint i = 0; i < G_N_ELEMENTS (getters); i++)
    if (getters[i].scope == info->scope && strcmp (getters[i].name, info->name) == 0)
      return data->request != NULL || (getters[i].of_caller && data->caller != NULL)
                 ? getters[i].get (data)
                 : NULL;
  return NULL;
}

/* Reading is traced for policies only: it explains what they looked at. */
static void
trace (const ServerData *data, const char *kind, const char *field, const char *seen)
{
  if (data->writable && data->request != NULL)
    ca_trace_add (data->request->trace, kind, data->class_id, NULL, field, seen, NULL);
}

static GVariant *
backend_get_property (gpointer pointer,
                      const ICertPropertyInfo *info,
                      const char *name,
                      GError **error)
{
  ServerData *data = pointer;
  GVariant *value;

  if (info->scope == ICERT_SCOPE_CA)
    {
      const char *dot = strrchr (name, '.');
      int index
          = (info->flags & ICERT_PROPERTY_INDEXED_NAME) != 0 && dot != NULL ? atoi (dot + 1) : -1;

      return ca_property_get_system (data->facts, info->name, index, error);
    }
  trace (data, "read", info->name, NULL);
  value = find_value (data, info, name);
  return value != NULL ? g_variant_ref_sink (value) : NULL;
}

/* A policy may narrow what the engine proposed, never widen it (properties.md 4). */
static gboolean
set_date (CaRequest *request, const char *name, GVariant *value, GError **error)
{
  gboolean before = strcmp (name, "NotBefore") == 0;
  gint64 *field = before ? &request->plan->not_before : &request->plan->not_after;
  gint64 seconds;

  if (value == NULL)
    {
      icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, name, "cannot be removed (a date)");
      return FALSE;
    }
  seconds = g_variant_get_int64 (value) / G_USEC_PER_SEC;
  if (before ? seconds < *field : seconds > *field)
    {
      icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, name,
                       "%s than what the CA proposed (narrowing only)",
                       before ? "earlier" : "later");
      return FALSE;
    }
  *field = seconds;
  request->not_after_set |= !before;
  return TRUE;
}

static gint64
number_of (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_variant_get_int64 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  return g_variant_get_int32 (value);
}

static gboolean
backend_set_property (gpointer pointer,
                      const ICertPropertyInfo *info,
                      const char *name,
                      GVariant *value,
                      GError **error)
{
  ServerData *data = pointer;
  CaRequest *request = data->request;
  const char *text = value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                         ? g_variant_get_string (value, NULL)
                         : NULL;

  {
    g_autofree char *seen = value != NULL && text == NULL ? g_variant_print (value, FALSE) : NULL;

    trace (data, "written", info->name, text != NULL ? text : seen);
  }
  if ((info->flags & ICERT_PROPERTY_SUBJECT_NAME) != 0)
    {
      ca_plan_set_subject (request->plan, oid_of (info, name), text);
      return TRUE;
    }
  if (strcmp (info->name, "NotBefore") == 0 || strcmp (info->name, "NotAfter") == 0)
    return set_date (request, info->name, value, error);
  if (strcmp (info->name, "CertificateTemplate") == 0)
    {
      if (text != NULL && !ca_offer_check (request->config, text, error))
        return FALSE;
      g_free (request->template_name);
      request->template_name = g_strdup (text);
      return TRUE;
    }
  if (strcmp (info->name, "ProfileVersion") == 0)
    {
      request->profile_version = value != NULL ? number_of (value) : 0;
      g_free (request->profile_hash);
      request->profile_hash = request->template_name != NULL
                                  ? ca_profiles_hash_file (request->config, request->template_name)
                                  : NULL;
      return TRUE;
    }
  if (strcmp (info->name, "HoldAllowed") == 0)
    {
      request->hold_allowed = value != NULL && number_of (value) != 0;
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, info->name,
                   "cannot be set (a subject name, NotBefore, NotAfter or CertificateTemplate)");
  return FALSE;
}

static char *
backend_get_attribute (gpointer pointer, const char *name, GError **error)
{
  ServerData *data = pointer;

  if (data->request == NULL)
    return NULL;
  trace (data, "read", name, NULL);
  return g_strdup (ca_request_get_attribute (data->request, name));
}

static char **
backend_list_attributes (gpointer pointer)
{
  ServerData *data = pointer;
  guint n = data->request != NULL ? data->request->attributes->len : 0;
  char **names = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    names[i] = g_strdup (((CaAttribute *) data->request->attributes->pdata[i])->name);
  return names;
}

static GPtrArray *
backend_get_extensions (gpointer pointer)
{
  ServerData *data = pointer;
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; data->request != NULL && i < data->request->plan->extensions->len; i++)
    g_ptr_array_add (copy, g_object_ref (data->request->plan->extensions->pdata[i]));
  return copy;
}

static gboolean
backend_set_extension (gpointer pointer,
                       const char *oid,
                       ICertExtensionFlags flags,
                       GBytes *value,
                       GError **error)
{
  ServerData *data = pointer;
  ICertExtension *old = ca_plan_find_extension (data->request->plan, oid);
  g_autoptr (GBytes) kept = value != NULL ? g_bytes_ref (value) : NULL;
  ICertExtensionOrigin origin = ICERT_EXTENSION_ORIGIN_POLICY;
  ICertExtension *extension;

  /* What an officer set survives the policy (processing.md 4). */
  if (old != NULL && icert_extension_get_origin (old) == ICERT_EXTENSION_ORIGIN_ADMIN)
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, oid,
                       "was set by an officer (another extension)");
      return FALSE;
    }
  if (kept == NULL && old != NULL)
    {
      kept = icert_extension_get_value (old);
      origin = icert_extension_get_origin (old);
    }
  if (kept == NULL && (flags & ICERT_EXTENSION_DISABLE) == 0)
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, oid,
                       "has no value (a DER value, or the flag DISABLE)");
      return FALSE;
    }
  extension = icert_extension_new (oid, flags, origin, kept, error);
  if (extension == NULL)
    return FALSE;
  trace (data, "written", oid, (flags & ICERT_EXTENSION_DISABLE) != 0 ? "disabled" : "enabled");
  ca_plan_take_extension (data->request->plan, extension);
  return TRUE;
}

static GVariant *
backend_get_rdns (gpointer pointer)
{
  ServerData *data = pointer;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; data->request != NULL && i < data->request->decoded->rdns->len; i++)
    {
      const CaRdn *rdn = data->request->decoded->rdns->pdata[i];

      g_variant_builder_add (&builder, "(ss)", rdn->oid, rdn->value);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static const CaCaller *
account_of (const ServerData *data)
{
  return data->caller != NULL    ? data->caller
         : data->request != NULL ? data->request->requester
                                 : NULL;
}

static char **
backend_get_groups (gpointer pointer)
{
  ServerData *data = pointer;
  const CaCaller *account = account_of (data);

  return account != NULL ? g_strdupv (account->groups) : g_new0 (char *, 1);
}

static char *
backend_get_requester_attribute (gpointer pointer, const char *name, GError **error)
{
  const CaCaller *account = account_of (pointer);

  return account != NULL ? ca_caller_dup_attribute (account, name, error) : NULL;
}

static char *
backend_find_grant (gpointer pointer, const char *profile, ICertName *name, GError **error)
{
  ServerData *data = pointer;
  const CaCaller *account = account_of (data);
  const CaGrant *grant;

  if (account == NULL)
    return NULL;
  grant = ca_config_find_grant (data->facts->config, (const char *const *) account->principals,
                                profile, name);
  return grant != NULL ? g_strdup (grant->name) : NULL;
}

static gboolean
backend_set_message (gpointer pointer, const char *text, GError **error)
{
  ServerData *data = pointer;

  g_free (data->request->policy_message);
  data->request->policy_message = g_strdup (text);
  return TRUE;
}

static void
backend_add_trace (gpointer pointer,
                   const char *rule,
                   const char *field,
                   const char *seen,
                   const char *allowed)
{
  ServerData *data = pointer;

  if (data->request != NULL)
    ca_trace_add (data->request->trace, "rule", data->class_id, rule, field, seen, allowed);
}

static void
backend_log (gpointer pointer, ICertLogLevel level, const char *text)
{
  ServerData *data = pointer;
  GLogLevelFlags flags = level == ICERT_LOG_LEVEL_WARNING || level == ICERT_LOG_LEVEL_ERROR
                             ? G_LOG_LEVEL_MESSAGE
                         : level >= ICERT_LOG_LEVEL_VERBOSE ? G_LOG_LEVEL_DEBUG
                                                            : G_LOG_LEVEL_INFO;
  g_autofree char *quoted = ca_text_is_clean (text) ? NULL : icert_error_quote (text, -1);

  g_log (G_LOG_DOMAIN, flags, "%s: request %" G_GINT64_FORMAT ": %s", data->class_id,
         data->request != NULL ? data->request->id : 0, quoted != NULL ? quoted : text);
}

static GBytes *
backend_get_certificate (gpointer pointer, GError **error)
{
  ServerData *data = pointer;

  return data->request != NULL && data->request->certificate != NULL
             ? g_bytes_ref (data->request->certificate)
             : NULL;
}

static GPtrArray *
backend_list_crls (gpointer pointer, GError **error)
{
  const ServerData *data = pointer;
  GPtrArray *crls = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; data->crls != NULL && i < data->crls->len; i++)
    g_ptr_array_add (crls, g_object_ref (data->crls->pdata[i]));
  return crls;
}

static char *
backend_get_alarm (gpointer pointer, char **code)
{
  const ServerData *data = pointer;

  *code = g_strdup (data->alarm_code);
  return g_strdup (data->alarm);
}

static const ICertServerBackend backend = {
  .get_property = backend_get_property,
  .set_property = backend_set_property,
  .get_attribute = backend_get_attribute,
  .list_attributes = backend_list_attributes,
  .get_extensions = backend_get_extensions,
  .set_extension = backend_set_extension,
  .get_rdns = backend_get_rdns,
  .get_groups = backend_get_groups,
  .get_requester_attribute = backend_get_requester_attribute,
  .find_grant = backend_find_grant,
  .set_message = backend_set_message,
  .add_trace = backend_add_trace,
  .log = backend_log,
  .get_certificate = backend_get_certificate,
  .list_crls = backend_list_crls,
  .get_alarm = backend_get_alarm,
};

static ServerData *
server_data_new (CaRequest *request,
                 CaFacts *facts,
                 CaCaller *caller,
                 const char *class_id,
                 gboolean writable)
{
  ServerData *data = g_new0 (ServerData, 1);

  data->request = request != NULL ? ca_request_ref (request) : NULL;
  data->facts = ca_facts_ref (facts);
  data->caller = caller != NULL ? ca_caller_ref (caller) : NULL;
  data->class_id = g_strdup (class_id);
  data->writable = writable;
  return data;
}

ICertRequestContext *
ca_server_new_policy_context (CaRequest *request, CaFacts *facts, const char *class_id)
{
  return icert_request_context_new (request->id, &backend,
                                    server_data_new (request, facts, NULL, class_id, TRUE),
                                    server_data_free);
}

ICertIssuedContext *
ca_server_new_exit_context (CaRequest *request, CaFacts *facts, const char *class_id)
{
  return icert_issued_context_new (request != NULL ? request->id : 0, &backend,
                                   server_data_new (request, facts, NULL, class_id, FALSE),
                                   server_data_free);
}

ICertIssuedContext *
ca_server_new_event_context (CaFacts *facts,
                             const char *class_id,
                             GPtrArray *crls,
                             const char *alarm_code,
                             const char *alarm)
{
  ServerData *data = server_data_new (NULL, facts, NULL, class_id, FALSE);

  data->crls = crls;
  data->alarm_code = g_strdup (alarm_code);
  data->alarm = g_strdup (alarm);
  return icert_issued_context_new (0, &backend, data, server_data_free);
}

ICertRequestContext *
ca_server_new_ca_context (CaFacts *facts, CaCaller *caller, const char *class_id)
{
  return icert_request_context_new (
      0, &backend, server_data_new (NULL, facts, caller, class_id, FALSE), server_data_free);
}
