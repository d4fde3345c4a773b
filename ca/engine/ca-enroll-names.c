/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <openssl/x509v3.h>

#include "ca-enroll-check.h"
#include "ca-oids.h"

/* Names of an answer. A profile decides by kind: it lets all of a kind in that was asked for, or
 * leaves the kind out (source `ignore`, or none). So of each kind of name and attribute that was
 * asked for the certificate has exactly those, or none. What was not asked for may come from the
 * profile (organisation, country, a person's account) as long as it names no host; other
 * subjectAltNames only when none were asked for. */

static GPtrArray *
read_names (GBytes *value, GError **error)
{
  return value != NULL ? icert_extension_parse_subject_alt_name (value, error)
                       : g_ptr_array_new_with_free_func (g_object_unref);
}

static gboolean
has_name (GPtrArray *names, ICertName *name)
{
  return g_ptr_array_find_with_equal_func (names, name, (GEqualFunc) icert_name_equal, NULL);
}

static gboolean
has_kind (GPtrArray *names, ICertNameKind kind)
{
  for (guint i = 0; i < names->len; i++)
    if (icert_name_get_kind (names->pdata[i]) == kind)
      return TRUE;
  return FALSE;
}

static gboolean
has_host (GPtrArray *names)
{
  return has_kind (names, ICERT_NAME_KIND_DNS) || has_kind (names, ICERT_NAME_KIND_IP);
}

static gboolean
refuse (const char *field, const char *text, const char *problem, GError **error)
{
  g_autofree char *quoted = icert_error_quote (text, -1);

  icert_set_error (error, ICERT_ERROR_BAD_NAME, field, "%s %s (the names of the request)", quoted,
                   problem);
  return FALSE;
}

static gboolean
refuse_name (ICertName *name, const char *problem, GError **error)
{
  g_autofree char *text = icert_name_to_string (name);

  return refuse (icert_name_kind_to_field (icert_name_get_kind (name)), text, problem, error);
}

/* NULL when @text names no host: a name with a dot, or an address */
static ICertName *
host_name (const char *text)
{
  ICertName *address = icert_name_new (ICERT_NAME_KIND_IP, text, NULL);

  if (address != NULL || strchr (text, '.') == NULL)
    return address;
  return icert_name_new (ICERT_NAME_KIND_DNS, text, NULL);
}

/* What was asked for; a common name that names a host counts as one of the names (S-C5). */
static GPtrArray *
list_wanted (const CaDecoded *request)
{
  GPtrArray *wanted = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < request->names->len; i++)
    g_ptr_array_add (wanted, g_object_ref (request->names->pdata[i]));
  for (guint i = 0; i < request->rdns->len; i++)
    {
      const CaRdn *rdn = request->rdns->pdata[i];
      g_autoptr (ICertName) host = NULL;

      if (strcmp (rdn->oid, CA_OID_COMMON_NAME) == 0)
        host = host_name (rdn->value);
      if (host != NULL && !has_name (wanted, host))
        g_ptr_array_add (wanted, g_steal_pointer (&host));
    }
  return wanted;
}

static gboolean
check_alt_names (const CaDecoded *request, GPtrArray *wanted, GPtrArray *names, GError **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      ICertName *name = names->pdata[i];
      gboolean asked = has_kind (wanted, icert_name_get_kind (name)) || request->names->len > 0;

      if (asked && !has_name (wanted, name))
        return refuse_name (name, "was not asked for", error);
    }
  for (guint i = 0; i < request->names->len; i++)
    {
      ICertName *name = request->names->pdata[i];

      if (has_kind (names, icert_name_get_kind (name)) && !has_name (names, name))
        return refuse_name (name, "is missing", error);
    }
  return TRUE;
}

/* Names of hosts count without case, as everywhere. */
static gboolean
same_value (const char *oid, const char *one, const char *other)
{
  g_autoptr (ICertName) host = NULL;
  g_autoptr (ICertName) other_host = NULL;

  if (strcmp (one, other) == 0)
    return TRUE;
  if (strcmp (oid, CA_OID_COMMON_NAME) != 0)
    return FALSE;
  host = host_name (one);
  other_host = host_name (other);
  return host != NULL && other_host != NULL && icert_name_equal (host, other_host);
}

/* @value NULL: any */
static gboolean
has_attribute (GPtrArray *rdns, const char *oid, const char *value)
{
  for (guint i = 0; i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];

      if (strcmp (rdn->oid, oid) == 0 && (value == NULL || same_value (oid, rdn->value, value)))
        return TRUE;
    }
  return FALSE;
}

/* A common name that was not asked for may be one of the names, or a person's of whom the profile
 * knows; never a host's, and nobody else's where hosts were asked for. */
static gboolean
check_common_name (const CaDecoded *request, GPtrArray *wanted, const char *value, GError **error)
{
  g_autoptr (ICertName) host = host_name (value);
  gboolean server = has_host (wanted);

  if (request->rdns->len == 0 && request->names->len == 0)
    return TRUE;
  if (host != NULL ? has_name (wanted, host) : !server)
    return TRUE;
  return refuse ("subject", value, "was not asked for", error);
}

static gboolean
check_subject (const CaDecoded *request, GPtrArray *wanted, GPtrArray *rdns, GError **error)
{
  for (guint i = 0; i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];

      if (has_attribute (request->rdns, rdn->oid, NULL))
        {
          if (!has_attribute (request->rdns, rdn->oid, rdn->value))
            return refuse ("subject", rdn->value, "was not asked for", error);
        }
      else if (strcmp (rdn->oid, CA_OID_COMMON_NAME) == 0
               && !check_common_name (request, wanted, rdn->value, error))
        return FALSE;
    }
  for (guint i = 0; i < request->rdns->len; i++)
    {
      const CaRdn *rdn = request->rdns->pdata[i];

      if (has_attribute (rdns, rdn->oid, NULL) && !has_attribute (rdns, rdn->oid, rdn->value))
        return refuse ("subject", rdn->value, "is missing", error);
    }
  return TRUE;
}

/* Hosts are no CAs: with such a certificate whoever takes the host issues for all others, too. */
static gboolean
check_no_ca (GPtrArray *wanted, X509 *certificate, GError **error)
{
  if (X509_check_ca (certificate) == 0 || !has_host (wanted))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "basicConstraints",
                   "the certificate is a CA's (one of a host, which was asked for)");
  return FALSE;
}

gboolean
ca_enroll_check_names (const CaDecoded *request, X509 *certificate, GError **error)
{
  g_autoptr (GPtrArray) wanted = list_wanted (request);
  g_autoptr (GBytes) subject = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GPtrArray) rdns = NULL;
  g_autoptr (GPtrArray) names = NULL;

  ca_enroll_certificate_names (certificate, &subject, &value);
  rdns = ca_name_decode (subject, error);
  names = rdns != NULL ? read_names (value, error) : NULL;
  return names != NULL && check_no_ca (wanted, certificate, error)
         && check_alt_names (request, wanted, names, error)
         && check_subject (request, wanted, rdns, error);
}
