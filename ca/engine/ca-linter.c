/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-linter.h"

#include "ca-lint-private.h"
#include "ca-limits.h"
#include "ca-ticket-private.h"

#define SERIAL_SIZE 20
/* The most a signature and the frame around it add: room for SLH-DSA-256f. */
#define SIGNATURE_ROOM (50 * 1024)

gboolean
_ca_lint_fail (GError **error, const char *name, const char *field, const char *expected)
{
  g_autofree char *lint = g_strconcat ("lint ", name, NULL);

  if (expected != NULL)
    icert_set_error (error, ICERT_ERROR_LINT, lint, "%s (%s)", field, expected);
  else
    icert_set_error (error, ICERT_ERROR_LINT, lint, "%s", field);
  return FALSE;
}

gboolean
_ca_lint_is_cross (const CaLint *lint)
{
  const CaIssuer *issuer = lint->expected->issuer;

  return lint->expected->is_cross && issuer != NULL
         && ca_lint_span_equal (lint->subject, ca_lint_span_of (issuer->subject));
}

static gboolean
check_version (CaLintSpan *rest, GError **error)
{
  CaLintSpan content;
  guint version;

  if (ca_lint_expect (rest, 0xa0, &content) && ca_lint_only (content, 0x02, &content)
      && ca_lint_read_small (content, &version) && version == 2)
    return TRUE;
  return _ca_lint_fail (error, "version_3", "version", "v3");
}

/* S-E8 */
static gboolean
check_serial (CaLint *lint, CaLintSpan *rest, GError **error)
{
  CaLintSpan content;

  if (!ca_lint_expect (rest, 0x02, &content) || content.size != SERIAL_SIZE || content.data[0] == 0
      || content.data[0] > 0x7f)
    return _ca_lint_fail (error, "serial_form", "serialNumber", "20 octets, positive and minimal");
  if (!ca_lint_span_is (content, lint->expected->serial, SERIAL_SIZE))
    return _ca_lint_fail (error, "serial_expected", "serialNumber", "the reserved one");
  return TRUE;
}

static gboolean
check_algorithm (CaLint *lint, CaLintSpan *rest, GError **error)
{
  const CaIssuer *issuer = lint->expected->issuer;
  GBytes *expected;
  CaLintSpan content, whole;
  guint8 tag;

  expected = lint->expected->signature_algorithm;
  if (expected == NULL && issuer != NULL)
    expected = issuer->signature_algorithm;
  if (!ca_lint_read (rest, &tag, &content, &whole) || tag != 0x30 || !ca_lint_is_der (whole)
      || (expected != NULL && !ca_lint_span_equal (whole, ca_lint_span_of (expected))))
    return _ca_lint_fail (error, "signature_algorithm", "signature", "the CA key's");
  return TRUE;
}

/* S-C7; a self-signed certificate is compared with its subject afterwards */
static gboolean
check_issuer (CaLint *lint, CaLintSpan *rest, CaLintSpan *whole, GError **error)
{
  const CaIssuer *issuer = lint->expected->issuer;
  CaLintSpan content;
  guint8 tag;

  if (!ca_lint_read (rest, &tag, &content, whole) || tag != 0x30 || content.size == 0
      || (issuer != NULL && !ca_lint_span_equal (*whole, ca_lint_span_of (issuer->subject))))
    return _ca_lint_fail (error, "issuer_name", "issuer",
                          "the octets of the CA certificate's subject");
  return TRUE;
}

/* S-H1, S-H2 */
static gboolean
check_validity (CaLint *lint, CaLintSpan *rest, GError **error)
{
  const CaLintExpectation *expected = lint->expected;
  CaLintSpan content;
  gint64 not_before, not_after;

  if (!ca_lint_expect (rest, 0x30, &content) || !ca_lint_read_time (&content, &not_before)
      || !ca_lint_read_time (&content, &not_after) || content.size != 0)
    return _ca_lint_fail (error, "validity_form", "validity",
                          "UTCTime to 2049, GeneralizedTime from 2050, UTC, no fraction");
  if (not_before > not_after)
    return _ca_lint_fail (error, "validity_order", "validity", "notBefore before notAfter");
  if (not_before != expected->not_before || not_after != expected->not_after)
    return _ca_lint_fail (error, "validity_expected", "validity", "the decided one");
  if (not_after > expected->max_not_after)
    return _ca_lint_fail (error, "validity_issuer", "notAfter", "not after the CA's own end");
  return TRUE;
}

static gboolean
read_subject (CaLint *lint, CaLintSpan *rest, CaLintSpan issuer, GError **error)
{
  CaLintSpan content;
  guint8 tag;

  if (!ca_lint_read (rest, &tag, &content, &lint->subject) || tag != 0x30
      || !ca_lint_is_der (lint->subject))
    return _ca_lint_fail (error, "subject_form", "subject", "a Name");
  lint->has_subject = content.size > 0;
  if (lint->expected->issuer == NULL && !ca_lint_span_equal (issuer, lint->subject))
    return _ca_lint_fail (error, "issuer_name", "issuer", "the subject, when self-signed");
  return _ca_lint_check_subject (lint, error);
}

static CaLintKey
recognise_key (CaLintSpan oid)
{
  static const guint8 rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
  static const guint8 ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
  static const guint8 ed25519[] = { 0x2b, 0x65, 0x70 };
  static const guint8 ed448[] = { 0x2b, 0x65, 0x71 };

  if (ca_lint_span_is (oid, rsa, sizeof rsa))
    return CA_LINT_KEY_RSA;
  if (ca_lint_span_is (oid, ec, sizeof ec))
    return CA_LINT_KEY_EC;
  if (ca_lint_span_is (oid, ed25519, sizeof ed25519) || ca_lint_span_is (oid, ed448, sizeof ed448))
    return CA_LINT_KEY_EDWARDS;
  return CA_LINT_KEY_OTHER;
}

static gboolean
read_public_key (CaLint *lint, CaLintSpan *rest, GError **error)
{
  CaLintSpan content, whole, algorithm, oid, key;
  guint8 tag;

  if (!ca_lint_read (rest, &tag, &content, &whole) || tag != 0x30 || !ca_lint_is_der (whole)
      || !ca_lint_expect (&content, 0x30, &algorithm) || !ca_lint_expect (&algorithm, 0x06, &oid)
      || !ca_lint_only (content, 0x03, &key) || key.size < 2 || key.data[0] != 0)
    return _ca_lint_fail (error, "public_key_form", "subjectPublicKeyInfo", NULL);
  if (!ca_lint_span_equal (whole, ca_lint_span_of (lint->expected->spki)))
    return _ca_lint_fail (error, "public_key_expected", "subjectPublicKeyInfo",
                          "that of the request");
  lint->key = recognise_key (oid);
  lint->key_octets = (CaLintSpan){ key.data + 1, key.size - 1 };
  return TRUE;
}

static gboolean
read_extensions (CaLint *lint, CaLintSpan *rest, GError **error)
{
  CaLintSpan content;

  if (ca_lint_next_is (rest, 0x81) || ca_lint_next_is (rest, 0x82) || ca_lint_next_is (rest, 0xa1)
      || ca_lint_next_is (rest, 0xa2))
    return _ca_lint_fail (error, "unique_identifiers", "uniqueID", "absent");
  if (!ca_lint_expect (rest, 0xa3, &content) || !ca_lint_only (content, 0x30, &content)
      || content.size == 0)
    return _ca_lint_fail (error, "extensions_form", "extensions", "one or more");
  if (rest->size != 0)
    return _ca_lint_fail (error, "tbs_form", "tbsCertificate", "nothing behind the extensions");
  return _ca_lint_check_extensions (lint, content, error);
}

/* The fields of a TBSCertificate in their order, then what connects them. */
static gboolean
check_all (CaLint *lint, GBytes *tbs, GError **error)
{
  CaLintSpan rest, issuer;

  if (g_bytes_get_size (tbs) + SIGNATURE_ROOM > CA_LIMIT_CERTIFICATE)
    return _ca_lint_fail (error, "certificate_size", "tbsCertificate", "at most 78 KiB");
  if (!ca_lint_only (ca_lint_span_of (tbs), 0x30, &rest))
    return _ca_lint_fail (error, "tbs_form", "tbsCertificate", "one SEQUENCE, DER");
  return check_version (&rest, error) && check_serial (lint, &rest, error)
         && check_algorithm (lint, &rest, error) && check_issuer (lint, &rest, &issuer, error)
         && check_validity (lint, &rest, error) && read_subject (lint, &rest, issuer, error)
         && read_public_key (lint, &rest, error) && read_extensions (lint, &rest, error)
         && _ca_lint_check_names (lint, error) && _ca_lint_check_constraints (lint, error);
}

CaTicket *
ca_linter_check (GBytes *tbs, const CaLintExpectation *expectation, GError **error)
{
  CaLint lint = { .expected = expectation };
  gboolean ok;

  lint.names = g_array_new (FALSE, FALSE, sizeof (CaLintName));
  ok = check_all (&lint, tbs, error);
  g_array_unref (lint.names);
  return ok ? _ca_ticket_new (tbs, expectation->issuer) : NULL;
}
