/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-lint-private.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-limits.h"

typedef enum
{
  CRITICAL_ANY,
  CRITICAL_ALWAYS,
  CRITICAL_NEVER,
} Critical;

typedef struct _Rule Rule;

/* What is known of an extension. Lints are named after @name: NAME_critical, NAME_ca_only,
 * NAME_form. */
struct _Rule
{
  const char *oid;
  const char *name;
  Critical critical;
  gboolean ca_only;
  guint seen;
  /* @content of the value's outermost element, which has @tag; FALSE without an error: its form is
   * wrong */
  guint8 tag;
  gboolean (*check) (CaLint *lint, CaLintSpan content, gboolean critical, GError **error);
};

static gboolean
check_basic_constraints (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  CaLintSpan value;

  if (ca_lint_expect (&content, 0x01, &value))
    {
      /* a DEFAULT is not encoded */
      if (!ca_lint_span_is (value, "\xff", 1))
        return FALSE;
      lint->is_ca = TRUE;
    }
  if (ca_lint_expect (&content, 0x02, &value))
    {
      if (!lint->is_ca || !ca_lint_read_small (value, &lint->path_length))
        return FALSE;
      lint->has_path_length = TRUE;
    }
  if (lint->is_ca && !critical)
    return _ca_lint_fail (error, "basic_constraints_critical", "2.5.29.19", "critical in a CA");
  return content.size == 0;
}

/* DER of a named bit list: no zero bit at the end */
static gboolean
check_key_usage (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  guint8 unused;

  if (content.size < 2 || content.size > 3 || content.data[0] > 7)
    return FALSE;
  unused = content.data[0];
  if ((content.data[content.size - 1] >> unused & 1) == 0)
    return FALSE;
  lint->usage = content.data[1];
  if (content.size == 3)
    {
      /* nine bits are defined */
      if (unused != 7)
        return FALSE;
      lint->usage |= ICERT_KEY_USAGE_DECIPHER_ONLY;
    }
  return TRUE;
}

static guint
recognise_purpose (CaLintSpan oid)
{
  static const guint8 prefix[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03 };

  if (ca_lint_span_is (oid, "\x55\x1d\x25\x00", 4))
    return CA_LINT_ANY_PURPOSE;
  if (oid.size != sizeof prefix + 1 || memcmp (oid.data, prefix, sizeof prefix) != 0)
    return 0;
  switch (oid.data[sizeof prefix])
    {
    case 1:
      return CA_LINT_SERVER_AUTH;
    case 2:
      return CA_LINT_CLIENT_AUTH;
    case 3:
      return CA_LINT_CODE_SIGNING;
    case 4:
      return CA_LINT_EMAIL_PROTECTION;
    case 8:
      return CA_LINT_TIME_STAMPING;
    case 9:
      return CA_LINT_OCSP_SIGNING;
    default:
      return 0;
    }
}

/* identifiers that come before @end among the elements of @list, each directly or first in a
 * SEQUENCE */
static gboolean
appears_before (CaLintSpan list, const guint8 *end, CaLintSpan oid)
{
  while (list.data < end && list.size > 0)
    {
      CaLintSpan element, found;
      guint8 tag;

      if (!ca_lint_read (&list, &tag, &element, NULL))
        return FALSE;
      found = element;
      if (tag == 0x30 && !ca_lint_expect (&element, 0x06, &found))
        return FALSE;
      if (ca_lint_span_equal (found, oid))
        return TRUE;
    }
  return FALSE;
}

static gboolean
check_extended_key_usage (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  CaLintSpan rest = content;

  lint->purposes_critical = critical;
  while (rest.size > 0)
    {
      const guint8 *begin = rest.data;
      CaLintSpan oid;

      if (!ca_lint_expect (&rest, 0x06, &oid))
        return FALSE;
      if (appears_before (content, begin, oid))
        return _ca_lint_fail (error, "extended_key_usage_once", "2.5.29.37", "each purpose once");
      lint->purposes |= recognise_purpose (oid);
      lint->n_purposes++;
    }
  return lint->n_purposes > 0;
}

static gboolean
check_subject_alt_name (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  lint->alt_name_critical = critical;
  if (!_ca_lint_read_general_names (content, lint->names))
    return FALSE;
  for (guint i = 0; i < lint->names->len; i++)
    if (!_ca_lint_is_general_name (&g_array_index (lint->names, CaLintName, i)))
      return _ca_lint_fail (error, "subject_alt_name_form", "2.5.29.17",
                            "LDH labels, 4 or 16 octets, mailbox, absolute URI");
  return TRUE;
}

static gboolean
check_issuer_alt_name (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (CaLintName));

  if (!_ca_lint_read_general_names (content, names))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!_ca_lint_is_general_name (&g_array_index (names, CaLintName, i)))
      return FALSE;
  return TRUE;
}

static gboolean
check_subject_key_identifier (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  guint8 digest[20];

  ca_crypto_sha1 (lint->key_octets.data, lint->key_octets.size, digest);
  if (ca_lint_span_is (content, digest, sizeof digest))
    return TRUE;
  return _ca_lint_fail (error, "subject_key_identifier_match", "2.5.29.14",
                        "SHA-1 of the public key");
}

static gboolean
check_authority_key_identifier (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  const CaIssuer *issuer = lint->expected->issuer;
  CaLintSpan identifier;
  guint8 digest[20];
  gboolean same;

  if (!ca_lint_expect (&content, 0x80, &identifier) || content.size != 0)
    return FALSE;
  if (issuer != NULL)
    {
      same = ca_lint_span_is (identifier, issuer->key_identifier, issuer->key_identifier_size);
    }
  else
    {
      ca_crypto_sha1 (lint->key_octets.data, lint->key_octets.size, digest);
      same = ca_lint_span_is (identifier, digest, sizeof digest);
    }
  if (same)
    return TRUE;
  return _ca_lint_fail (error, "authority_key_identifier_match", "2.5.29.35",
                        "the CA's subjectKeyIdentifier");
}

static gboolean
is_location (const CaLintName *name)
{
  return name->tag == 0x86 && _ca_lint_is_general_name (name);
}

/* a DistributionPoint with a fullName of URIs, and neither reasons nor another CRL issuer */
static gboolean
is_distribution_point (CaLintSpan point)
{
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (CaLintName));
  CaLintSpan name, full;

  if (!ca_lint_only (point, 0xa0, &name) || !ca_lint_only (name, 0xa0, &full)
      || !_ca_lint_read_general_names (full, names))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!is_location (&g_array_index (names, CaLintName, i)))
      return FALSE;
  return TRUE;
}

static gboolean
check_distribution_points (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  CaLintSpan point;

  if (content.size == 0)
    return FALSE;
  while (content.size > 0)
    if (!ca_lint_expect (&content, 0x30, &point) || !is_distribution_point (point))
      return FALSE;
  return TRUE;
}

static gboolean
check_access (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  if (content.size == 0)
    return FALSE;
  while (content.size > 0)
    {
      CaLintSpan description, method;
      CaLintName location;

      if (!ca_lint_expect (&content, 0x30, &description)
          || !ca_lint_expect (&description, 0x06, &method)
          || !ca_lint_read (&description, &location.tag, &location.content, &location.whole)
          || description.size != 0 || !_ca_lint_is_general_name (&location))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_policies (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  CaLintSpan rest = content;

  if (content.size == 0)
    return FALSE;
  while (rest.size > 0)
    {
      const guint8 *begin = rest.data;
      CaLintSpan policy, oid, qualifiers;

      if (!ca_lint_expect (&rest, 0x30, &policy) || !ca_lint_expect (&policy, 0x06, &oid)
          || (policy.size > 0
              && (!ca_lint_only (policy, 0x30, &qualifiers) || qualifiers.size == 0)))
        return FALSE;
      if (appears_before (content, begin, oid))
        return _ca_lint_fail (error, "certificate_policies_once", "2.5.29.32", "each policy once");
    }
  return TRUE;
}

static gboolean
check_policy_mappings (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  if (content.size == 0)
    return FALSE;
  while (content.size > 0)
    {
      CaLintSpan mapping, from, to;

      if (!ca_lint_expect (&content, 0x30, &mapping) || !ca_lint_expect (&mapping, 0x06, &from)
          || !ca_lint_only (mapping, 0x06, &to))
        return FALSE;
      /* RFC 5280 4.2.1.5: never to or from anyPolicy */
      if (ca_lint_span_is (from, "\x55\x1d\x20\x00", 4)
          || ca_lint_span_is (to, "\x55\x1d\x20\x00", 4))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_policy_constraints (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  CaLintSpan value;
  guint skip;

  if (content.size == 0)
    return FALSE;
  if (ca_lint_expect (&content, 0x80, &value) && !ca_lint_read_small (value, &skip))
    return FALSE;
  if (ca_lint_expect (&content, 0x81, &value) && !ca_lint_read_small (value, &skip))
    return FALSE;
  return content.size == 0;
}

static gboolean
check_skip (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  guint skip;

  return ca_lint_read_small (content, &skip);
}

static gboolean
check_name_constraints (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  return _ca_lint_check_name_constraints (content, error);
}

static gboolean
check_null (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  return content.size == 0;
}

static gboolean
check_not_empty (CaLint *lint, CaLintSpan content, gboolean critical, GError **error)
{
  return content.size > 0;
}

static const Rule rules[] = {
  { "2.5.29.14", "subject_key_identifier", CRITICAL_NEVER, FALSE, CA_LINT_SEEN_SKI, 0x04,
    check_subject_key_identifier },
  { "2.5.29.35", "authority_key_identifier", CRITICAL_NEVER, FALSE, CA_LINT_SEEN_AKI, 0x30,
    check_authority_key_identifier },
  { "2.5.29.15", "key_usage", CRITICAL_ALWAYS, FALSE, CA_LINT_SEEN_KEY_USAGE, 0x03,
    check_key_usage },
  { "2.5.29.37", "extended_key_usage", CRITICAL_ANY, FALSE, CA_LINT_SEEN_PURPOSES, 0x30,
    check_extended_key_usage },
  { "2.5.29.17", "subject_alt_name", CRITICAL_ANY, FALSE, CA_LINT_SEEN_ALT_NAME, 0x30,
    check_subject_alt_name },
  { "2.5.29.31", "crl_distribution_points", CRITICAL_NEVER, FALSE, 0, 0x30,
    check_distribution_points },
  { "1.3.6.1.5.5.7.1.1", "authority_info_access", CRITICAL_NEVER, FALSE, 0, 0x30, check_access },
  { "2.5.29.19", "basic_constraints", CRITICAL_ANY, FALSE, CA_LINT_SEEN_BASIC_CONSTRAINTS, 0x30,
    check_basic_constraints },
  { "2.5.29.32", "certificate_policies", CRITICAL_ANY, FALSE, 0, 0x30, check_policies },
  { "2.5.29.30", "name_constraints", CRITICAL_ALWAYS, TRUE, 0, 0x30, check_name_constraints },
  { "2.5.29.18", "issuer_alt_name", CRITICAL_NEVER, FALSE, 0, 0x30, check_issuer_alt_name },
  { "2.5.29.33", "policy_mappings", CRITICAL_ANY, TRUE, 0, 0x30, check_policy_mappings },
  { "2.5.29.36", "policy_constraints", CRITICAL_ALWAYS, TRUE, 0, 0x30, check_policy_constraints },
  { "2.5.29.54", "inhibit_any_policy", CRITICAL_ALWAYS, TRUE, 0, 0x02, check_skip },
  { "2.5.29.46", "freshest_crl", CRITICAL_NEVER, FALSE, 0, 0x30, check_distribution_points },
  { "1.3.6.1.5.5.7.1.11", "subject_info_access", CRITICAL_NEVER, FALSE, 0, 0x30, check_access },
  { "1.3.6.1.5.5.7.48.1.5", "ocsp_no_check", CRITICAL_NEVER, FALSE, CA_LINT_SEEN_NO_CHECK, 0x05,
    check_null },
  { "1.3.6.1.4.1.11129.2.4.3", "ct_poison", CRITICAL_ALWAYS, FALSE, CA_LINT_SEEN_POISON, 0x05,
    check_null },
  { "1.3.6.1.4.1.11129.2.4.2", "ct_sct_list", CRITICAL_NEVER, FALSE, CA_LINT_SEEN_SCT_LIST, 0x04,
    check_not_empty },
};

static const Rule *
find_rule (const char *oid)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_str_equal (rules[i].oid, oid))
      return &rules[i];
  return NULL;
}

static gboolean
fail_rule (const Rule *rule, const char *suffix, const char *expected, GError **error)
{
  g_autofree char *name = g_strconcat (rule->name, suffix, NULL);

  return _ca_lint_fail (error, name, rule->oid, expected);
}

static gboolean
apply_rule (CaLint *lint, const Rule *rule, CaLintSpan value, gboolean critical, GError **error)
{
  GError *local_error = NULL;
  CaLintSpan content;

  if (rule->critical == CRITICAL_ALWAYS && !critical)
    return fail_rule (rule, "_critical", "critical", error);
  if (rule->critical == CRITICAL_NEVER && critical)
    return fail_rule (rule, "_critical", "not critical", error);
  if (rule->ca_only && !lint->expected->is_ca)
    return fail_rule (rule, "_ca_only", NULL, error);
  lint->seen |= rule->seen;
  if (ca_lint_only (value, rule->tag, &content)
      && rule->check (lint, content, critical, &local_error))
    return TRUE;
  if (local_error == NULL)
    return fail_rule (rule, "_form", "RFC 5280's", error);
  g_propagate_error (error, local_error);
  return FALSE;
}

/* The next row that is to be in the certificate; NULL after the last one. */
static ICertExtension *
next_row (CaLint *lint)
{
  GPtrArray *rows = lint->expected->extensions;

  while (lint->n_rows < rows->len)
    {
      ICertExtension *row = g_ptr_array_index (rows, lint->n_rows++);

      if ((icert_extension_get_flags (row) & (ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE))
          == 0)
        return row;
    }
  return NULL;
}

/* S-G6: what was decided is there, in its order, with its octets. */
static gboolean
check_row (CaLint *lint, const char *oid, CaLintSpan value, gboolean critical, GError **error)
{
  GBytes *row_value = NULL;
  ICertExtension *row;

  if (lint->expected->extensions == NULL)
    return TRUE;
  row = next_row (lint);
  if (row != NULL)
    row_value = icert_extension_peek_value (row);
  if (row_value != NULL && g_str_equal (icert_extension_peek_oid (row), oid)
      && critical == ((icert_extension_get_flags (row) & ICERT_EXTENSION_CRITICAL) != 0)
      && ca_lint_span_equal (value, ca_lint_span_of (row_value)))
    return TRUE;
  return _ca_lint_fail (error, "extension_expected", oid, "the decided ones");
}

/* One Extension: identifier, critical when TRUE, value. */
static gboolean
check_extension (CaLint *lint, CaLintSpan all, CaLintSpan whole, GError **error)
{
  g_autofree char *oid = NULL;
  CaLintSpan rest, identifier, flag, value;
  gboolean critical;
  const Rule *rule;

  if (!ca_lint_only (whole, 0x30, &rest) || !ca_lint_expect (&rest, 0x06, &identifier))
    return _ca_lint_fail (error, "extensions_form", "extensions", "SEQUENCEs with an identifier");
  oid = ca_lint_oid_to_text (identifier);
  if (oid == NULL)
    return _ca_lint_fail (error, "extensions_form", "extensions", "object identifiers");
  critical = ca_lint_expect (&rest, 0x01, &flag);
  if ((critical && !ca_lint_span_is (flag, "\xff", 1)) || !ca_lint_only (rest, 0x04, &value))
    return _ca_lint_fail (error, "extensions_form", oid, "critical TRUE or absent, a value");
  if (appears_before (all, whole.data, identifier))
    return _ca_lint_fail (error, "extension_once", oid, "once");
  if (value.size > CA_LIMIT_EXTENSION_VALUE)
    return _ca_lint_fail (error, "extension_size", oid, "at most 32 KiB");
  if (!ca_lint_is_der (value))
    return _ca_lint_fail (error, "extension_der", oid, "DER");
  rule = find_rule (oid);
  return (rule == NULL || apply_rule (lint, rule, value, critical, error))
         && check_row (lint, oid, value, critical, error);
}

/* S-G2: the CA bit, the path and the keys that go with it */
static gboolean
check_ca (CaLint *lint, GError **error)
{
  const CaIssuer *issuer = lint->expected->issuer;

  if (lint->is_ca != lint->expected->is_ca)
    return _ca_lint_fail (error, "basic_constraints_expected", "2.5.29.19",
                          lint->expected->is_ca ? "cA TRUE" : "absent or empty");
  if (lint->is_ca != ((lint->usage & ICERT_KEY_USAGE_KEY_CERT_SIGN) != 0))
    return _ca_lint_fail (error, "key_usage_cert_sign", "2.5.29.15",
                          "keyCertSign in CAs, and only there");
  if (!lint->is_ca && (lint->usage & ICERT_KEY_USAGE_CRL_SIGN) != 0)
    return _ca_lint_fail (error, "key_usage_crl_sign", "2.5.29.15", "cRLSign only in CAs");
  if (!lint->is_ca || issuer == NULL || issuer->path_length < 0)
    return TRUE;
  /* RFC 5280 4.2.1.9: what is self-issued does not count */
  if (_ca_lint_is_cross (lint))
    {
      if (lint->has_path_length && lint->path_length <= (guint) issuer->path_length)
        return TRUE;
      return _ca_lint_fail (error, "path_length", "2.5.29.19", "not more than the CA's own");
    }
  if (issuer->path_length == 0)
    return _ca_lint_fail (error, "path_length", "2.5.29.19", "no CA below this one");
  if (lint->has_path_length && lint->path_length >= (guint) issuer->path_length)
    return _ca_lint_fail (error, "path_length", "2.5.29.19", "less than the CA's own");
  return TRUE;
}

/* RFC 5480, RFC 8410, RFC 4055: what a key of its kind can do */
static gboolean
check_usage_of_key (CaLint *lint, GError **error)
{
  guint encipher = ICERT_KEY_USAGE_KEY_ENCIPHERMENT | ICERT_KEY_USAGE_DATA_ENCIPHERMENT;
  guint only = ICERT_KEY_USAGE_ENCIPHER_ONLY | ICERT_KEY_USAGE_DECIPHER_ONLY;

  if (lint->key != CA_LINT_KEY_RSA && lint->key != CA_LINT_KEY_OTHER
      && (lint->usage & encipher) != 0)
    return _ca_lint_fail (error, "key_usage_encipherment", "2.5.29.15",
                          "no keyEncipherment for EC and Edwards keys");
  if ((lint->key == CA_LINT_KEY_EDWARDS || lint->key == CA_LINT_KEY_RSA)
      && (lint->usage & ICERT_KEY_USAGE_KEY_AGREEMENT) != 0)
    return _ca_lint_fail (error, "key_usage_agreement", "2.5.29.15",
                          "keyAgreement for EC keys only");
  if ((lint->usage & only) != 0 && (lint->usage & ICERT_KEY_USAGE_KEY_AGREEMENT) == 0)
    return _ca_lint_fail (error, "key_usage_only", "2.5.29.15",
                          "encipherOnly and decipherOnly with keyAgreement");
  return TRUE;
}

static gboolean
check_server_usage (CaLint *lint, GError **error)
{
  guint wanted = ICERT_KEY_USAGE_DIGITAL_SIGNATURE;

  if ((lint->purposes & CA_LINT_SERVER_AUTH) == 0 || lint->is_ca)
    return TRUE;
  if (lint->key == CA_LINT_KEY_RSA)
    wanted |= ICERT_KEY_USAGE_KEY_ENCIPHERMENT;
  if ((lint->usage & wanted) == wanted)
    return TRUE;
  return _ca_lint_fail (error, "key_usage_server_auth", "2.5.29.15",
                        lint->key == CA_LINT_KEY_RSA ? "digitalSignature and keyEncipherment"
                                                     : "digitalSignature");
}

/* RFC 5280 4.2.1.12: a purpose needs a usage that fits */
static gboolean
check_purposes (CaLint *lint, GError **error)
{
  guint sign = ICERT_KEY_USAGE_DIGITAL_SIGNATURE | ICERT_KEY_USAGE_NON_REPUDIATION;
  guint signing = CA_LINT_CODE_SIGNING | CA_LINT_TIME_STAMPING | CA_LINT_OCSP_SIGNING;
  guint alone = CA_LINT_TIME_STAMPING | CA_LINT_OCSP_SIGNING;
  gboolean has_usage = (lint->seen & CA_LINT_SEEN_KEY_USAGE) != 0;

  if (lint->is_ca)
    return TRUE;
  if ((lint->purposes & CA_LINT_ANY_PURPOSE) != 0)
    return _ca_lint_fail (error, "extended_key_usage_any", "2.5.29.37", "named purposes");
  if ((lint->purposes & signing) != 0 && (!has_usage || (lint->usage & sign) == 0))
    return _ca_lint_fail (error, "key_usage_signing", "2.5.29.15", "digitalSignature");
  if ((lint->purposes & CA_LINT_CLIENT_AUTH) != 0 && has_usage
      && (lint->usage & (ICERT_KEY_USAGE_DIGITAL_SIGNATURE | ICERT_KEY_USAGE_KEY_AGREEMENT)) == 0)
    return _ca_lint_fail (error, "key_usage_client_auth", "2.5.29.15",
                          "digitalSignature or keyAgreement");
  if ((lint->purposes & alone) != 0 && lint->n_purposes != 1)
    return _ca_lint_fail (error, "extended_key_usage_alone", "2.5.29.37",
                          "OCSPSigning and timeStamping without another");
  if ((lint->purposes & CA_LINT_TIME_STAMPING) != 0 && !lint->purposes_critical)
    return _ca_lint_fail (error, "extended_key_usage_critical", "2.5.29.37",
                          "critical with timeStamping");
  if ((lint->purposes & CA_LINT_OCSP_SIGNING) != 0 && (lint->seen & CA_LINT_SEEN_NO_CHECK) == 0)
    return _ca_lint_fail (error, "ocsp_no_check_present", "1.3.6.1.5.5.7.48.1.5",
                          "with OCSPSigning");
  return check_server_usage (lint, error);
}

static gboolean
check_present (CaLint *lint, GError **error)
{
  if ((lint->seen & CA_LINT_SEEN_SKI) == 0)
    return _ca_lint_fail (error, "subject_key_identifier_present", "2.5.29.14", NULL);
  if ((lint->seen & CA_LINT_SEEN_AKI) == 0)
    return _ca_lint_fail (error, "authority_key_identifier_present", "2.5.29.35", NULL);
  if (lint->is_ca && (lint->seen & CA_LINT_SEEN_KEY_USAGE) == 0)
    return _ca_lint_fail (error, "key_usage_present", "2.5.29.15", "in CAs");
  if ((lint->seen & CA_LINT_SEEN_POISON) != 0 && (lint->seen & CA_LINT_SEEN_SCT_LIST) != 0)
    return _ca_lint_fail (error, "ct_precertificate", "1.3.6.1.4.1.11129.2.4.3",
                          "poison or SCT list, never both");
  return TRUE;
}

gboolean
_ca_lint_check_extensions (CaLint *lint, CaLintSpan content, GError **error)
{
  CaLintSpan rest = content;
  CaLintSpan whole;

  while (rest.size > 0)
    {
      if (!ca_lint_read (&rest, NULL, NULL, &whole))
        return _ca_lint_fail (error, "extensions_form", "extensions", "DER");
      if (!check_extension (lint, content, whole, error))
        return FALSE;
    }
  if (lint->expected->extensions != NULL && next_row (lint) != NULL)
    return _ca_lint_fail (error, "extension_expected", "extensions", "all decided ones");
  return check_present (lint, error) && check_ca (lint, error) && check_usage_of_key (lint, error)
         && check_purposes (lint, error);
}
