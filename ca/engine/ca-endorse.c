/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-endorse.h"

#include <string.h>

#include <openssl/x509.h>

#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-oids.h"
#include "ca-request-row.h"
#include "ca-roles.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

/* The certificate of the signer and the row that says it is ours. */
typedef struct
{
  X509 *x509;
  CaStoredCertificate *row;
} Signer;

static void
signer_clear (Signer *signer)
{
  X509_free (signer->x509);
  g_clear_pointer (&signer->row, ca_stored_certificate_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Signer, signer_clear)

static gboolean
refuse_signer (GError **error, const char *what, const char *expected)
{
  icert_set_error (error, ICERT_ERROR_NOT_AUTHENTICATED, "signer", "%s (%s)", what, expected);
  return FALSE;
}

/* value of an extension; NULL when it has none */
static GBytes *
dup_extension (X509 *x509, const char *oid)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  int position = X509_get_ext_by_OBJ (x509, object, -1);
  ASN1_OCTET_STRING *value;

  ASN1_OBJECT_free (object);
  if (position < 0)
    return NULL;
  value = X509_EXTENSION_get_data (X509_get_ext (x509, position));
  return g_bytes_new (ASN1_STRING_get0_data (value), ASN1_STRING_length (value));
}

/* S-D7: chain, time and revocation at each use. The chain of what this CA issued is the CA's, so
 * what has to be shown is that it did. Certificates of other CAs are refused, whatever a section
 * [Agent …] says: whether they are revoked nobody here could tell at each use. */
static gboolean
check_certificate (Signer *signer, const CaDecoded *decoded, ICertStore *store, GError **error)
{
  gsize size;
  const guint8 *der = g_bytes_get_data (decoded->signer, &size);
  gint64 now = ca_clock_now ();
  GError *local = NULL;

  signer->row = ca_request_row_find_certificate (store, decoded->signer, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (signer->row == NULL)
    return refuse_signer (error, "the certificate is not in the record of this CA",
                          "one that this CA issued: it knows no other's revocations");
  if (signer->row->disposition == ICERT_ROW_DISPOSITION_REVOKED)
    return refuse_signer (error, "the certificate is revoked", "one that is good");
  if (signer->row->disposition != ICERT_ROW_DISPOSITION_ISSUED)
    return refuse_signer (error, "the certificate was not issued here",
                          "one that this CA issued: it knows no other's revocations");
  if (now < signer->row->not_before || now > signer->row->not_after)
    return refuse_signer (error, "the certificate is out of its time",
                          "one that is valid at this moment");
  signer->x509 = d2i_X509 (NULL, &der, size);
  return signer->x509 != NULL
         || refuse_signer (error, "the certificate cannot be read", "an X.509 certificate");
}

static gboolean
has_purpose (X509 *x509, const char *oid)
{
  g_autoptr (GBytes) value = dup_extension (x509, CA_OID_EXTENDED_KEY_USAGE);
  g_auto (GStrv) purposes
      = value != NULL ? icert_extension_parse_extended_key_usage (value, NULL) : NULL;

  return purposes != NULL && g_strv_contains ((const char *const *) purposes, oid);
}

/* The profile of what is renewed, unless another one is asked for. */
static gboolean
take_profile (CaRequest *request, const CaStoredCertificate *old, GError **error)
{
  if (old->template_name == NULL
      || ca_request_get_attribute (request, "CertificateTemplate") != NULL)
    return TRUE;
  return ca_request_set_attribute (request, "CertificateTemplate", old->template_name, error);
}

static const char *const never_taken[] = { CA_OID_SUBJECT_KEY_IDENTIFIER,
                                           CA_OID_AUTHORITY_KEY_IDENTIFIER,
                                           CA_OID_CRL_DISTRIBUTION_POINTS,
                                           CA_OID_FRESHEST_CRL,
                                           CA_OID_AUTHORITY_INFO_ACCESS,
                                           CA_OID_BASIC_CONSTRAINTS,
                                           CA_OID_CT_SCT_LIST,
                                           CA_OID_CT_POISON,
                                           CA_OID_NAME_CONSTRAINTS,
                                           NULL };

/* Extensions of the old certificate stand in the row, disabled, for policies to look at; what the
 * request itself asks for, and what an officer set, stays. The engine's own are made anew. */
static void
take_extensions (CaRequest *request, X509 *old)
{
  for (int i = 0; i < X509_get_ext_count (old); i++)
    {
      X509_EXTENSION *from = X509_get_ext (old, i);
      ASN1_OCTET_STRING *data = X509_EXTENSION_get_data (from);
      g_autoptr (GBytes) value
          = g_bytes_new (ASN1_STRING_get0_data (data), ASN1_STRING_length (data));
      ICertExtension *extension;
      char oid[128];

      OBJ_obj2txt (oid, sizeof oid, X509_EXTENSION_get_object (from), 1);
      if (g_strv_contains (never_taken, oid) || ca_plan_find_extension (request->plan, oid) != NULL)
        continue;
      extension = icert_extension_new (
          oid,
          ICERT_EXTENSION_DISABLE
              | (X509_EXTENSION_get_critical (from) ? ICERT_EXTENSION_CRITICAL : 0),
          ICERT_EXTENSION_ORIGIN_RENEWAL_CERT, value, NULL);
      if (extension != NULL)
        ca_plan_take_extension (request->plan, extension);
    }
}

static GPtrArray *
names_of (GBytes *value)
{
  GPtrArray *names = value != NULL ? icert_extension_parse_subject_alt_name (value, NULL) : NULL;

  return names != NULL ? names : g_ptr_array_new_with_free_func (g_object_unref);
}

static gboolean
contains_name (GPtrArray *names, ICertName *name)
{
  for (guint i = 0; i < names->len; i++)
    if (icert_name_equal (names->pdata[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
contains_common_name (GPtrArray *rdns, GPtrArray *names, const char *value)
{
  for (guint i = 0; i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];

      if (strcmp (rdn->oid, CA_OID_COMMON_NAME) == 0 && strcmp (rdn->value, value) == 0)
        return TRUE;
    }
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *text = icert_name_get_text (names->pdata[i]);

      if (g_strcmp0 (text, value) == 0)
        return TRUE;
    }
  return FALSE;
}

/* S-D17: nothing that the old certificate does not say */
static gboolean
check_growth (GBytes *old_certificate, GPtrArray *rdns, GPtrArray *names, GError **error)
{
  gsize size;
  const guint8 *der = g_bytes_get_data (old_certificate, &size);
  g_autoptr (X509) old = d2i_X509 (NULL, &der, size);
  g_autoptr (GBytes) value = dup_extension (old, CA_OID_SUBJECT_ALT_NAME);
  g_autoptr (GPtrArray) old_names = names_of (value);
  g_autoptr (GPtrArray) old_rdns = NULL;
  g_autoptr (GBytes) subject = NULL;
  const guint8 *name;

  X509_NAME_get0_der (X509_get_subject_name (old), &name, &size);
  subject = g_bytes_new (name, size);
  old_rdns = ca_name_decode (subject, error);
  if (old_rdns == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!contains_name (old_names, names->pdata[i]))
      {
        g_autofree char *text = icert_name_to_string (names->pdata[i]);
        g_autofree char *quoted = icert_error_quote (text, -1);

        icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "subjectAltName",
                         "%s is not in the certificate that is renewed (its names)", quoted);
        return FALSE;
      }
  for (guint i = 0; i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];
      g_autofree char *quoted = NULL;

      if (strcmp (rdn->oid, CA_OID_COMMON_NAME) != 0
          || contains_common_name (old_rdns, old_names, rdn->value))
        continue;
      quoted = icert_error_quote (rdn->value, -1);
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "subject",
                       "common name %s is not in the certificate that is renewed (its names)",
                       quoted);
      return FALSE;
    }
  return TRUE;
}

static gboolean
take_renewal (CaRequest *request, const Signer *signer, GError **error)
{
  const CaDecoded *decoded = request->decoded;

  if (!g_bytes_equal (decoded->old_certificate, decoded->signer))
    return refuse_signer (error, "another certificate is to be renewed than the one that signed",
                          "the old certificate's own signature");
  if (decoded->on_behalf_of != NULL)
    return refuse_signer (error, "a renewal names somebody else as its requester",
                          "no requestername");
  if (!check_growth (decoded->old_certificate, decoded->rdns, decoded->names, error)
      || !take_profile (request, signer->row, error))
    return FALSE;
  request->request_flags |= ICERT_REQUEST_FLAG_RENEWAL;
  g_free (request->old_requester_name);
  request->old_requester_name = g_strdup (signer->row->requester_name);
  take_extensions (request, signer->x509);
  ca_trace_add (request->trace, "engine", "engine", "renewal", "serialNumber",
                signer->row->serial_number, "the old certificate signed for this request");
  return TRUE;
}

/* Who the agent is: the account that called, and the certificate that signed. */
static char **
list_agent_principals (const CaRequest *request)
{
  g_auto (GStrv) account = ca_roles_list_principals (request->caller_name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *hex = NULL;
  g_autofree char *certificate = NULL;
  guint8 digest[32];
  gsize size;
  const void *der = g_bytes_get_data (request->decoded->signer, &size);

  ca_crypto_sha256 (der, size, digest);
  hex = ca_crypto_hex (digest, sizeof digest);
  certificate = g_strconcat ("cert:", hex, NULL);
  g_strv_builder_addv (builder, (const char **) account);
  g_strv_builder_add (builder, certificate);
  return g_strv_builder_end (builder);
}

/* S-D7 */
static gboolean
check_agent (const CaRequest *request, const CaFacts *facts, const char *profile, GError **error)
{
  g_auto (GStrv) agent = list_agent_principals (request);

  return ca_roles_find_agent (facts->config, (const char *const *) agent, profile,
                              request->decoded->on_behalf_of, error)
         != NULL;
}

/* S-D8: nobody speaks for those who decide here. */
static gboolean
check_target (const CaFacts *facts, CaCaller *target, GError **error)
{
  ICertRoles roles = ICERT_ROLE_NONE;

  if (target->uid == G_MAXUINT)
    icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "requestername",
                     "no such account (an account of this system)");
  else if (!ca_config_get_roles (facts->config, target, &roles, NULL)
           || (roles & ~(ICERT_ROLE_ENROLL | ICERT_ROLE_READ)) != 0)
    icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "requestername",
                     "has a role in this CA (somebody who may only enroll)");
  else
    return TRUE;
  return FALSE;
}

static gboolean
take_on_behalf (CaRequest *request, const CaFacts *facts, const Signer *signer, GError **error)
{
  /* without one the policy chooses: then it is judged before signing */
  const char *profile = ca_request_get_attribute (request, "CertificateTemplate");
  g_autoptr (CaCaller) target = NULL;

  if (!has_purpose (signer->x509, CA_OID_REQUEST_AGENT))
    return refuse_signer (error, "the certificate is not that of an agent",
                          "extended key usage " CA_OID_REQUEST_AGENT);
  target = ca_caller_new_account (request->decoded->on_behalf_of, CA_DOOR_LOCAL);
  if (!check_target (facts, target, error)
      || (profile != NULL && !check_agent (request, facts, profile, error)))
    return FALSE;
  request->request_flags |= ICERT_REQUEST_FLAG_ENROLL_ON_BEHALF_OF;
  g_free (request->requester_name);
  request->requester_name = g_strdup (target->name);
  g_clear_pointer (&request->requester, ca_caller_unref);
  request->requester = g_steal_pointer (&target);
  ca_trace_add (request->trace, "engine", "engine", "on-behalf", "requestername",
                request->requester_name, signer->row->requester_name);
  return TRUE;
}

/* "oid,oid" of what the signer's certificate may be used for (AD CS: SignerApplicationPolicies and
 * SignerPolicies) */
static char *
join_oids (GBytes *value, char **(*parse) (GBytes *value, GError **error))
{
  g_auto (GStrv) oids = value != NULL ? parse (value, NULL) : NULL;

  return oids != NULL && oids[0] != NULL ? g_strjoinv (",", oids) : NULL;
}

static void
note_signer (CaRequest *request, X509 *x509)
{
  g_autoptr (GBytes) purposes = dup_extension (x509, CA_OID_EXTENDED_KEY_USAGE);
  g_autoptr (GBytes) policies = dup_extension (x509, CA_OID_CERTIFICATE_POLICIES);

  g_free (request->signer_application_policies);
  request->signer_application_policies
      = join_oids (purposes, icert_extension_parse_extended_key_usage);
  g_free (request->signer_policies);
  request->signer_policies = join_oids (policies, icert_extension_parse_certificate_policies);
}

gboolean
ca_endorse_check (CaRequest *request, const CaFacts *facts, ICertStore *store, GError **error)
{
  const CaDecoded *decoded = request->decoded;
  g_auto (Signer) signer = { NULL, NULL };

  if (decoded->signer == NULL)
    return TRUE;
  if (!ca_decoded_verify_signer (decoded, error)
      || !check_certificate (&signer, decoded, store, error))
    return FALSE;
  note_signer (request, signer.x509);
  if (decoded->old_certificate != NULL)
    return take_renewal (request, &signer, error);
  if (decoded->on_behalf_of != NULL)
    return take_on_behalf (request, facts, &signer, error);
  ca_trace_add (request->trace, "engine", "engine", "signed", "serialNumber",
                signer.row->serial_number, signer.row->requester_name);
  return TRUE;
}

gboolean
ca_endorse_check_plan (const CaRequest *request, const CaFacts *facts, GError **error)
{
  if ((request->request_flags & ICERT_REQUEST_FLAG_ENROLL_ON_BEHALF_OF) != 0)
    return check_agent (request, facts, request->template_name, error);
  if ((request->request_flags & ICERT_REQUEST_FLAG_RENEWAL) != 0)
    {
      ICertExtension *extension = ca_plan_find_extension (request->plan, CA_OID_SUBJECT_ALT_NAME);
      gboolean is_there = extension != NULL
                          && (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) == 0;
      g_autoptr (GBytes) value = is_there ? icert_extension_get_value (extension) : NULL;
      g_autoptr (GPtrArray) names = names_of (value);

      return check_growth (request->decoded->old_certificate, request->plan->rdns, names, error);
    }
  return TRUE;
}
