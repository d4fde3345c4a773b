/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "icert-der.h"
#include "icert-error.h"
#include "icert-extension.h"
#include "icert-private.h"

/* What a policy reads of a request: the other half of the builders. A value that a builder can make
 * is built again and compared (S-A3). */

/* S-A1 */
#define MAX_NAMES 100
#define MAX_VALUE (32 * 1024)

#define OID_ACCESS_OCSP "1.3.6.1.5.5.7.48.1"
#define OID_ACCESS_CA_ISSUERS "1.3.6.1.5.5.7.48.2"
#define TAG_URI ICERT_DER_CONTEXT (6)

typedef struct
{
  const char *field;
  const char *expected; /* what it is, and where that is written */
} Kind;

static const Kind key_usage = { "keyUsage", "a BIT STRING of known bits (RFC 5280, 4.2.1.3)" };
static const Kind purposes = { "extKeyUsage", "a list of OIDs (RFC 5280, 4.2.1.12)" };
static const Kind basic = { "basicConstraints", "cA and a path length (RFC 5280, 4.2.1.9)" };
static const Kind policies = { "certificatePolicies", "a list of policies (RFC 5280, 4.2.1.4)" };
static const Kind constraints = { "nameConstraints", "lists of subtrees (RFC 5280, 4.2.1.10)" };
static const Kind info_access = { "authorityInfoAccess", "a list of places (RFC 5280, 4.2.2.1)" };
static const Kind points = { "cRLDistributionPoints", "a list of points (RFC 5280, 4.2.1.13)" };

static gboolean
fail (const Kind *kind, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, kind->field, "of another form (%s)",
                   kind->expected);
  return FALSE;
}

static gboolean
fail_too_large (const Kind *kind, const char *what, gsize actual, gsize limit, GError **error)
{
  icert_set_error (error, ICERT_ERROR_TOO_LARGE, kind->field,
                   "%" G_GSIZE_FORMAT " %s (at most %" G_GSIZE_FORMAT ")", actual, what, limit);
  if (error != NULL)
    {
      icert_error_add_detail (*error, "limit", "%" G_GSIZE_FORMAT, limit);
      icert_error_add_detail (*error, "actual", "%" G_GSIZE_FORMAT, actual);
    }
  return FALSE;
}

/* One element of @tag in DER, and its content */
static gboolean
open_value (GBytes *value, guint8 tag, const Kind *kind, ICertDerSpan *content, GError **error)
{
  ICertDerSpan span;

  span.data = value != NULL ? g_bytes_get_data (value, &span.size) : NULL;
  if (span.data == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, kind->field, "empty (%s)", kind->expected);
      return FALSE;
    }
  if (span.size > MAX_VALUE)
    return fail_too_large (kind, "octets", span.size, MAX_VALUE, error);
  if (!_icert_der_is_valid (span.data, span.size))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, kind->field, "not DER (%s)", kind->expected);
      return FALSE;
    }
  if (_icert_der_expect (&span, tag, content))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, kind->field, "tag %02x (%02x: %s)", span.data[0],
                   tag, kind->expected);
  return FALSE;
}

/* Takes over @again, what a builder makes of what was read; its error does not matter. */
static gboolean
check_same (GBytes *value, ICertExtension *again, const Kind *kind, GError **error)
{
  g_autoptr (ICertExtension) extension = again;
  g_autoptr (GBytes) built = extension != NULL ? icert_extension_get_value (extension) : NULL;

  return (built != NULL && g_bytes_equal (value, built)) || fail (kind, error);
}

/**
 * icert_extension_parse_key_usage:
 * @value: the value of a keyUsage extension
 * @usage: (out): its bits
 * @error: return location for an error
 *
 * Reads keyUsage (RFC 5280, 4.2.1.3).
 *
 * Fails with `ICERT_ERROR_MALFORMED` for what [ctor@ICert.Extension.new_key_usage] would not write,
 * or `ICERT_ERROR_TOO_LARGE`.
 *
 * Returns: `TRUE` when `usage` was set
 */
gboolean
icert_extension_parse_key_usage (GBytes *value, ICertKeyUsage *usage, GError **error)
{
  ICertDerSpan content;
  guint bits;

  g_return_val_if_fail (usage != NULL, FALSE);

  *usage = ICERT_KEY_USAGE_NONE;
  if (!open_value (value, ICERT_DER_BIT_STRING, &key_usage, &content, error))
    return FALSE;
  if (content.size < 2 || content.size > 3)
    return fail (&key_usage, error);

  bits = content.data[1] | (content.size > 2 ? (guint) content.data[2] << 8 : 0);
  if (!check_same (value, icert_extension_new_key_usage ((ICertKeyUsage) bits, FALSE, NULL),
                   &key_usage, error))
    return FALSE;
  *usage = (ICertKeyUsage) bits;
  return TRUE;
}

/* NULL with an error */
static char *
read_oid (ICertDerSpan *span, const Kind *kind, GError **error)
{
  ICertDerSpan content;
  char *oid = NULL;

  if (_icert_der_expect (span, ICERT_DER_OID, &content))
    oid = _icert_oid_to_text (content.data, content.size);
  if (oid == NULL)
    fail (kind, error);
  return oid;
}

/**
 * icert_extension_parse_extended_key_usage:
 * @value: the value of an extKeyUsage extension
 * @error: return location for an error
 *
 * Reads extKeyUsage (RFC 5280, 4.2.1.12).
 *
 * Fails with `ICERT_ERROR_MALFORMED` for what [ctor@ICert.Extension.new_extended_key_usage] would
 * not write, such as an OID twice, or `ICERT_ERROR_TOO_LARGE`.
 *
 * Returns: (array zero-terminated=1) (transfer full): dotted OIDs of the purposes, or `NULL` with
 *   `error` set
 */
char **
icert_extension_parse_extended_key_usage (GBytes *value, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) oids = NULL;
  ICertDerSpan list;

  if (!open_value (value, ICERT_DER_SEQUENCE, &purposes, &list, error))
    return NULL;
  while (list.size > 0)
    {
      g_autofree char *oid = read_oid (&list, &purposes, error);

      if (oid == NULL)
        return NULL;
      g_strv_builder_add (builder, oid);
    }

  oids = g_strv_builder_end (builder);
  if (!check_same (value,
                   icert_extension_new_extended_key_usage ((const char *const *) oids, FALSE, NULL),
                   &purposes, error))
    return NULL;
  return g_steal_pointer (&oids);
}

/* A path length that is no int is none that a builder writes. */
static gboolean
read_path_length (ICertDerSpan *span, int *path_length)
{
  ICertDerSpan content;

  if (span->size == 0)
    return TRUE;
  if (!_icert_der_expect (span, ICERT_DER_INTEGER, &content) || span->size > 0 || content.size > 4
      || content.data[0] >= 0x80)
    return FALSE;
  *path_length = 0;
  for (gsize i = 0; i < content.size; i++)
    *path_length = *path_length << 8 | content.data[i];
  return TRUE;
}

/**
 * icert_extension_parse_basic_constraints:
 * @value: the value of a basicConstraints extension
 * @ca: (out): whether the subject is to be a CA
 * @path_length: (out): how many CAs may follow, -1 for no limit
 * @error: return location for an error
 *
 * Reads basicConstraints (RFC 5280, 4.2.1.9).
 *
 * Fails with `ICERT_ERROR_MALFORMED` for what [ctor@ICert.Extension.new_basic_constraints] would
 * not write, such as a written FALSE, or `ICERT_ERROR_TOO_LARGE`.
 *
 * Returns: `TRUE` when `ca` and `path_length` were set
 */
gboolean
icert_extension_parse_basic_constraints (GBytes *value,
                                         gboolean *ca,
                                         int *path_length,
                                         GError **error)
{
  ICertDerSpan list, content;
  gboolean is_ca;
  int length = -1;

  g_return_val_if_fail (ca != NULL && path_length != NULL, FALSE);

  *ca = FALSE;
  *path_length = -1;
  if (!open_value (value, ICERT_DER_SEQUENCE, &basic, &list, error))
    return FALSE;
  is_ca = _icert_der_expect (&list, ICERT_DER_BOOLEAN, &content);
  if (!read_path_length (&list, &length))
    return fail (&basic, error);
  if (!check_same (value, icert_extension_new_basic_constraints (is_ca, length, FALSE, NULL),
                   &basic, error))
    return FALSE;
  *ca = is_ca;
  *path_length = length;
  return TRUE;
}

/**
 * icert_extension_parse_certificate_policies:
 * @value: the value of a certificatePolicies extension
 * @error: return location for an error
 *
 * Reads certificatePolicies (RFC 5280, 4.2.1.4). Qualifiers are left out.
 *
 * Fails with `ICERT_ERROR_MALFORMED`, also for a policy that is there twice, or
 * `ICERT_ERROR_TOO_LARGE`.
 *
 * Returns: (array zero-terminated=1) (transfer full): dotted OIDs of the policies, or `NULL` with
 *   `error` set
 */
char **
icert_extension_parse_certificate_policies (GBytes *value, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) oids = NULL;
  g_autoptr (ICertExtension) again = NULL;
  ICertDerSpan list, policy, qualifiers;

  if (!open_value (value, ICERT_DER_SEQUENCE, &policies, &list, error))
    return NULL;
  while (list.size > 0)
    {
      g_autofree char *oid = NULL;

      if (!_icert_der_expect (&list, ICERT_DER_SEQUENCE, &policy))
        return fail (&policies, error), NULL;
      oid = read_oid (&policy, &policies, error);
      if (oid == NULL)
        return NULL;
      if (policy.size > 0
          && (!_icert_der_expect (&policy, ICERT_DER_SEQUENCE, &qualifiers) || policy.size > 0))
        return fail (&policies, error), NULL;
      g_strv_builder_add (builder, oid);
    }

  /* the builder refuses a list that is empty, or has an OID twice */
  oids = g_strv_builder_end (builder);
  again = icert_extension_new_certificate_policies ((const char *const *) oids, FALSE, NULL);
  if (again == NULL)
    return fail (&policies, error), NULL;
  return g_steal_pointer (&oids);
}

/* The subtrees behind @tag, none when it is not there */
static gboolean
read_subtrees (ICertDerSpan *span, guint8 tag, GPtrArray *names, GError **error)
{
  ICertDerSpan list, subtree, content;

  if (span->size == 0 || *span->data != tag)
    return TRUE;
  if (!_icert_der_expect (span, tag, &list) || list.size == 0)
    return fail (&constraints, error);

  while (list.size > 0)
    {
      g_autoptr (GBytes) base = NULL;
      const guint8 *start;
      ICertName *name;
      guint8 base_tag;

      if (names->len == MAX_NAMES)
        return fail_too_large (&constraints, "subtrees and more", MAX_NAMES, MAX_NAMES, error);
      if (!_icert_der_expect (&list, ICERT_DER_SEQUENCE, &subtree))
        return fail (&constraints, error);
      start = subtree.data;
      if (!_icert_der_read (&subtree, &base_tag, &content))
        return fail (&constraints, error);
      if (subtree.size > 0)
        {
          icert_set_error (error, ICERT_ERROR_UNSUPPORTED, constraints.field,
                           "a minimum or maximum (neither, S-G4)");
          return FALSE;
        }
      base = g_bytes_new (start, (gsize) (subtree.data - start));
      name = _icert_name_new_subtree_from_der (base, error);
      if (name == NULL)
        return FALSE;
      g_ptr_array_add (names, name);
    }
  return TRUE;
}

/**
 * icert_extension_parse_name_constraints:
 * @value: the value of a nameConstraints extension
 * @permitted: (out) (transfer container) (element-type ICertName): subtrees that are permitted,
 *   none when all are
 * @excluded: (out) (transfer container) (element-type ICertName): subtrees that are excluded
 * @error: return location for an error
 *
 * Reads nameConstraints (RFC 5280, 4.2.1.10): names as [ctor@ICert.Name.new_constraint] makes them.
 *
 * Fails with `ICERT_ERROR_MALFORMED`, `ICERT_ERROR_BAD_NAME`, `ICERT_ERROR_UNSUPPORTED` for a
 * minimum or maximum, or `ICERT_ERROR_TOO_LARGE` for more than 100 subtrees in a list.
 *
 * Returns: `TRUE` when `permitted` and `excluded` were set
 */
gboolean
icert_extension_parse_name_constraints (GBytes *value,
                                        GPtrArray **permitted,
                                        GPtrArray **excluded,
                                        GError **error)
{
  g_autoptr (GPtrArray) yes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) no = g_ptr_array_new_with_free_func (g_object_unref);
  ICertDerSpan list;

  g_return_val_if_fail (permitted != NULL && excluded != NULL, FALSE);

  *permitted = NULL;
  *excluded = NULL;
  if (!open_value (value, ICERT_DER_SEQUENCE, &constraints, &list, error)
      || !read_subtrees (&list, ICERT_DER_CONTEXT_CONSTRUCTED (0), yes, error)
      || !read_subtrees (&list, ICERT_DER_CONTEXT_CONSTRUCTED (1), no, error))
    return FALSE;
  if (list.size > 0 || yes->len + no->len == 0)
    return fail (&constraints, error);
  *permitted = g_steal_pointer (&yes);
  *excluded = g_steal_pointer (&no);
  return TRUE;
}

/* Adds the URL of a GeneralName that is one; others are left out. */
static gboolean
add_url (GStrvBuilder *urls,
         guint8 tag,
         const ICertDerSpan *content,
         const Kind *kind,
         GError **error)
{
  g_autofree char *url = NULL;

  if (tag != TAG_URI)
    return TRUE;
  url = g_strndup ((const char *) content->data, content->size);
  if (strlen (url) != content->size || !_icert_url_is_valid (url))
    {
      g_autofree char *quoted
          = icert_error_quote ((const char *) content->data, (gssize) content->size);

      icert_set_error (error, ICERT_ERROR_MALFORMED, kind->field,
                       "%s is not a URL (scheme://host/path)", quoted);
      return FALSE;
    }
  g_strv_builder_add (urls, url);
  return TRUE;
}

/**
 * icert_extension_parse_authority_info_access:
 * @value: the value of an authorityInfoAccess extension
 * @ca_issuers: (out) (array zero-terminated=1) (transfer full): URLs of the issuer's certificate
 * @ocsp: (out) (array zero-terminated=1) (transfer full): URLs of its OCSP responder
 * @error: return location for an error
 *
 * Reads authorityInfoAccess (RFC 5280, 4.2.2.1). What is no URL, and other access methods, are left
 * out.
 *
 * Fails with `ICERT_ERROR_MALFORMED` or `ICERT_ERROR_TOO_LARGE`.
 *
 * Returns: `TRUE` when `ca_issuers` and `ocsp` were set
 */
gboolean
icert_extension_parse_authority_info_access (GBytes *value,
                                             char ***ca_issuers,
                                             char ***ocsp,
                                             GError **error)
{
  g_autoptr (GStrvBuilder) issuers = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) responders = g_strv_builder_new ();
  ICertDerSpan list, place, content;
  guint8 tag;

  g_return_val_if_fail (ca_issuers != NULL && ocsp != NULL, FALSE);

  *ca_issuers = NULL;
  *ocsp = NULL;
  if (!open_value (value, ICERT_DER_SEQUENCE, &info_access, &list, error))
    return FALSE;
  if (list.size == 0)
    return fail (&info_access, error);
  while (list.size > 0)
    {
      g_autofree char *method = NULL;

      if (!_icert_der_expect (&list, ICERT_DER_SEQUENCE, &place))
        return fail (&info_access, error);
      method = read_oid (&place, &info_access, error);
      if (method == NULL)
        return FALSE;
      if (!_icert_der_read (&place, &tag, &content) || place.size > 0)
        return fail (&info_access, error);
      if ((g_str_equal (method, OID_ACCESS_CA_ISSUERS)
           && !add_url (issuers, tag, &content, &info_access, error))
          || (g_str_equal (method, OID_ACCESS_OCSP)
              && !add_url (responders, tag, &content, &info_access, error)))
        return FALSE;
    }
  *ca_issuers = g_strv_builder_end (issuers);
  *ocsp = g_strv_builder_end (responders);
  return TRUE;
}

static gboolean
read_full_name (const ICertDerSpan *names, GStrvBuilder *urls, GError **error)
{
  ICertDerSpan rest = *names;

  while (rest.size > 0)
    {
      ICertDerSpan content;
      guint8 tag;

      if (!_icert_der_read (&rest, &tag, &content))
        return fail (&points, error);
      if (!add_url (urls, tag, &content, &points, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * icert_extension_parse_crl_distribution_points:
 * @value: the value of a cRLDistributionPoints extension
 * @error: return location for an error
 *
 * Reads the URLs of cRLDistributionPoints (RFC 5280, 4.2.1.13). Names of other kinds, reasons and
 * issuers are left out; class `CertificateAuthority.EncodeCRLDistInfo` reads point by point.
 *
 * Fails with `ICERT_ERROR_MALFORMED` or `ICERT_ERROR_TOO_LARGE`.
 *
 * Returns: (array zero-terminated=1) (transfer full): the URLs of all points, or `NULL` with
 * `error` set
 */
char **
icert_extension_parse_crl_distribution_points (GBytes *value, GError **error)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();
  ICertDerSpan list, point, name, full_name;

  if (!open_value (value, ICERT_DER_SEQUENCE, &points, &list, error))
    return NULL;
  if (list.size == 0)
    return fail (&points, error), NULL;
  while (list.size > 0)
    {
      if (!_icert_der_expect (&list, ICERT_DER_SEQUENCE, &point))
        return fail (&points, error), NULL;
      if (_icert_der_expect (&point, ICERT_DER_CONTEXT_CONSTRUCTED (0), &name)
          && _icert_der_expect (&name, ICERT_DER_CONTEXT_CONSTRUCTED (0), &full_name)
          && !read_full_name (&full_name, urls, error))
        return NULL;
    }
  return g_strv_builder_end (urls);
}
