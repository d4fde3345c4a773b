/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "policy-template-judgement.h"

#define KEY_USAGE_OID "2.5.29.15"
#define EKU_OID "2.5.29.37"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_BIT_STRING, ASN1_BIT_STRING_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)

/* One requested extension. */
typedef struct
{
  const char *oid;
  ICertExtensionFlags flags;
  GBytes *value; /* lent; nullable */
} Requested;

typedef gboolean (*CheckFunc) (PolicyTemplateJudgement *judgement,
                               const Requested *requested,
                               GError **error);

static gboolean
refuse (PolicyTemplateJudgement *judgement,
        const char *field,
        const char *seen,
        const char *problem,
        const char *allowed,
        GError **error)
{
  return policy_template_refuse (judgement->server, ICERT_ERROR_FORBIDDEN_FIELD,
                                 "requested-extension", field, seen, problem, allowed, error);
}

static gboolean
refuse_unreadable (PolicyTemplateJudgement *judgement, const Requested *requested, GError **error)
{
  return refuse (judgement, requested->oid, NULL, "cannot be read", "a well-formed extension",
                 error);
}

/* The decoders of OpenSSL stop where they like; what is left over is a reason to refuse. */
#define DECODE(Type, requested)                                                                    \
  ({                                                                                               \
    gsize size_ = 0;                                                                               \
    const guint8 *data_                                                                            \
        = (requested)->value != NULL ? g_bytes_get_data ((requested)->value, &size_) : NULL;       \
    const guint8 *end_ = data_;                                                                    \
    Type *decoded_ = data_ != NULL ? d2i_##Type (NULL, &end_, (long) size_) : NULL;                \
    if (decoded_ != NULL && end_ != data_ + size_)                                                 \
      g_clear_pointer (&decoded_, Type##_free);                                                    \
    ERR_clear_error ();                                                                            \
    decoded_;                                                                                      \
  })

static gboolean
check_basic_constraints (PolicyTemplateJudgement *judgement,
                         const Requested *requested,
                         GError **error)
{
  g_autoptr (BASIC_CONSTRAINTS) constraints = DECODE (BASIC_CONSTRAINTS, requested);

  if (constraints == NULL)
    return refuse_unreadable (judgement, requested, error);
  return !constraints->ca || judgement->profile->is_ca
         || refuse (judgement, "basicConstraints", "cA TRUE",
                    "makes the subject a CA, which the profile does not", "cA FALSE", error);
}

static gboolean
check_key_usage (PolicyTemplateJudgement *judgement, const Requested *requested, GError **error)
{
  g_autoptr (ASN1_BIT_STRING) bits = DECODE (ASN1_BIT_STRING, requested);
  static const struct
  {
    int bit;
    ICertKeyUsage usage;
    const char *name;
  } powers[] = {
    { 5, ICERT_KEY_USAGE_KEY_CERT_SIGN, "keyCertSign" },
    { 6, ICERT_KEY_USAGE_CRL_SIGN, "cRLSign" },
  };

  if (bits == NULL)
    return refuse_unreadable (judgement, requested, error);
  for (gsize i = 0; i < G_N_ELEMENTS (powers); i++)
    if (ASN1_BIT_STRING_get_bit (bits, powers[i].bit)
        && (judgement->profile->usage & powers[i].usage) == 0)
      return refuse (judgement, "keyUsage", powers[i].name, "is a power that the profile lacks",
                     "the profile's key usage", error);
  return TRUE;
}

static gboolean
check_purpose (PolicyTemplateJudgement *judgement,
               const char *field,
               const ASN1_OBJECT *purpose,
               GError **error)
{
  char oid[128];

  if (OBJ_obj2txt (oid, sizeof oid, purpose, 1) <= 0)
    return refuse (judgement, field, NULL, "cannot be read", judgement->profile->eku_text, error);
  return g_strv_contains ((const char *const *) judgement->profile->eku, oid)
         || refuse (judgement, field, oid, "is a purpose beyond the profile",
                    judgement->profile->eku_text, error);
}

static gboolean
check_extended_key_usage (PolicyTemplateJudgement *judgement,
                          const Requested *requested,
                          GError **error)
{
  g_autoptr (EXTENDED_KEY_USAGE) purposes = DECODE (EXTENDED_KEY_USAGE, requested);

  if (purposes == NULL)
    return refuse_unreadable (judgement, requested, error);
  for (int i = 0; i < sk_ASN1_OBJECT_num (purposes); i++)
    if (!check_purpose (judgement, "extendedKeyUsage", sk_ASN1_OBJECT_value (purposes, i), error))
      return FALSE;
  return TRUE;
}

/* Microsoft's application policies: purposes, written like certificate policies. */
static gboolean
check_application_policies (PolicyTemplateJudgement *judgement,
                            const Requested *requested,
                            GError **error)
{
  g_autoptr (CERTIFICATEPOLICIES) policies = DECODE (CERTIFICATEPOLICIES, requested);

  if (policies == NULL)
    return refuse_unreadable (judgement, requested, error);
  for (int i = 0; i < sk_POLICYINFO_num (policies); i++)
    if (!check_purpose (judgement, "applicationPolicies",
                        sk_POLICYINFO_value (policies, i)->policyid, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_security_identifier (PolicyTemplateJudgement *judgement,
                           const Requested *requested,
                           GError **error)
{
  return refuse (judgement, requested->oid, NULL,
                 "a security identifier, an identity that no requester may claim",
                 "no such extension", error);
}

/* S-D1: what claims identity or power is refused; judged whether or not it would be copied. */
static const struct
{
  const char *oid;
  CheckFunc check;
} claims[] = {
  { "2.5.29.19", check_basic_constraints },
  { KEY_USAGE_OID, check_key_usage },
  { EKU_OID, check_extended_key_usage },
  { "1.3.6.1.4.1.311.21.10", check_application_policies },
  { "1.3.6.1.4.1.311.25.2", check_security_identifier },
};

static gboolean
judge_requested (PolicyTemplateJudgement *judgement, const Requested *requested, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;

  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++)
    if (g_str_equal (claims[i].oid, requested->oid)
        && !claims[i].check (judgement, requested, error))
      return FALSE;

  if (!g_strv_contains ((const char *const *) profile->from_request, requested->oid))
    return policy_template_trace (judgement, "requested-extension", requested->oid, "requested",
                                  "not in FromRequest: stays out", error);
  return policy_template_trace (judgement, "requested-extension", requested->oid, "requested",
                                "FromRequest", error)
         && icert_server_policy_set_certificate_extension (
             judgement->server, requested->oid, requested->flags & ICERT_EXTENSION_CRITICAL,
             requested->value, error);
}

static gboolean
is_requested (ICertExtensionOrigin origin)
{
  return origin == ICERT_EXTENSION_ORIGIN_REQUEST || origin == ICERT_EXTENSION_ORIGIN_PKCS7
         || origin == ICERT_EXTENSION_ORIGIN_CMC;
}

static gboolean
judge_all_requested (PolicyTemplateJudgement *judgement, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) oids = icert_server_list_extensions (judgement->reader, &local_error);

  for (gsize i = 0; oids != NULL && oids[i] != NULL && local_error == NULL; i++)
    {
      ICertExtensionOrigin origin = ICERT_EXTENSION_ORIGIN_NONE;
      Requested requested = { .oid = oids[i] };
      g_autoptr (GBytes) value = icert_server_get_certificate_extension (
          judgement->reader, oids[i], &requested.flags, &origin, &local_error);

      requested.value = value;
      if (local_error == NULL && is_requested (origin)
          && !judge_requested (judgement, &requested, error))
        return FALSE;
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
set_unless_officers (PolicyTemplateJudgement *judgement,
                     const char *oid,
                     ICertExtensionFlags flags,
                     GBytes *value,
                     GError **error)
{
  return policy_template_is_officers (judgement, oid)
         || icert_server_policy_set_certificate_extension (judgement->server, oid, flags, value,
                                                           error);
}

gboolean
policy_template_judge_extensions (PolicyTemplateJudgement *judgement,
                                  const char *key_type,
                                  GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;
  GBytes *usage
      = g_str_has_prefix (key_type, "rsa-") ? profile->usage_rsa_value : profile->usage_other_value;

  if (!judge_all_requested (judgement, error)
      || !set_unless_officers (judgement, KEY_USAGE_OID, ICERT_EXTENSION_CRITICAL, usage, error))
    return FALSE;
  if (profile->eku_value != NULL
      && !set_unless_officers (judgement, EKU_OID, profile->eku_flags, profile->eku_value, error))
    return FALSE;
  for (guint i = 0; i < profile->fixed->len; i++)
    {
      const PolicyTemplateFixed *fixed = profile->fixed->pdata[i];

      if (!set_unless_officers (judgement, fixed->oid, fixed->flags, fixed->value, error))
        return FALSE;
    }
  return TRUE;
}
