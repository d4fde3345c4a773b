/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-issue.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include "ca-builder.h"
#include "ca-clock.h"
#include "ca-crl.h"
#include "ca-signer.h"

#define OID_SUBJECT_ALT_NAME "2.5.29.17"
#define OID_BASIC_CONSTRAINTS "2.5.29.19"

void
ca_intent_clear (CaIntent *intent)
{
  g_clear_pointer (&intent->tbs, g_bytes_unref);
  g_clear_pointer (&intent->ticket, ca_ticket_free);
}

static gboolean
is_enabled (ICertExtension *extension)
{
  return extension != NULL
         && (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) == 0;
}

/* S-G3, S-L3: whether this is a CA certificate is said by the engine's configuration and an
 * officer, by nobody else. */
static gboolean
decide_ca_bit (CaRequest *request, GError **error)
{
  const CaConfig *config = request->config;
  ICertExtension *asked = ca_plan_find_extension (request->plan, OID_BASIC_CONSTRAINTS);

  request->plan->is_ca
      = request->template_name != NULL
        && g_strv_contains ((const char *const *) config->ca_profiles, request->template_name);
  if (is_enabled (asked) && icert_extension_get_origin (asked) != ICERT_EXTENSION_ORIGIN_SERVER)
    {
      g_autoptr (GBytes) value = icert_extension_get_value (asked);

      /* An empty SEQUENCE says "no CA" and does no harm. */
      if (g_bytes_get_size (value) != 2)
        {
          icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, OID_BASIC_CONSTRAINTS,
                           "is the CA's own to set (no such extension)");
          return FALSE;
        }
    }
  if (!request->plan->is_ca || !request->new_request)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "profile",
                   "%s makes a CA (an officer's approval)", request->template_name);
  return FALSE;
}

/* An address of this machine: whoever holds a certificate for it can stand in for the CA. When
 * nobody can tell, every address might be one. */
static gboolean
is_own (GInetAddress *address)
{
  struct ifaddrs *interfaces = NULL;
  gboolean own = FALSE;

  if (getifaddrs (&interfaces) != 0)
    return TRUE;
  for (const struct ifaddrs *i = interfaces; i != NULL && !own; i = i->ifa_next)
    {
      g_autoptr (GInetAddress) theirs = NULL;

      if (i->ifa_addr == NULL)
        continue;
      if (i->ifa_addr->sa_family == AF_INET)
        theirs = g_inet_address_new_from_bytes (
            (const guint8 *) &((const struct sockaddr_in *) i->ifa_addr)->sin_addr,
            G_SOCKET_FAMILY_IPV4);
      else if (i->ifa_addr->sa_family == AF_INET6)
        theirs = g_inet_address_new_from_bytes (
            (const guint8 *) &((const struct sockaddr_in6 *) i->ifa_addr)->sin6_addr,
            G_SOCKET_FAMILY_IPV6);
      own = theirs != NULL && g_inet_address_equal (theirs, address);
    }
  freeifaddrs (interfaces);
  return own;
}

static const char *
refused_class (GInetAddress *address)
{
  if (g_inet_address_get_is_loopback (address))
    return "loopback";
  if (g_inet_address_get_is_link_local (address))
    return "link-local";
  if (g_inet_address_get_is_multicast (address))
    return "multicast";
  if (g_inet_address_get_is_any (address))
    return "unspecified";
  if (is_own (address))
    return "own";
  return NULL;
}

/* S-C3: classes of addresses that say nothing about who has them. */
static gboolean
check_address (const CaConfig *config, ICertName *name, GError **error)
{
  g_autofree char *text = icert_name_get_text (name);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  const char *class = address != NULL ? refused_class (address) : NULL;

  if (class == NULL || g_strv_contains ((const char *const *) config->allowed_addresses, class))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_NAME, "iPAddress",
                   "%s is a %s address (an address that a host has to itself)", text, class);
  return FALSE;
}

static GPtrArray *
approved_names (const CaRequest *request, GError **error)
{
  ICertExtension *extension = ca_plan_find_extension (request->plan, OID_SUBJECT_ALT_NAME);
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (!is_enabled (extension))
    return g_ptr_array_new_with_free_func (g_object_unref);
  value = icert_extension_get_value (extension);
  names = icert_extension_parse_subject_alt_name (value, error);
  if (names == NULL)
    return NULL;
  for (guint i = 0; i < names->len; i++)
    if (icert_name_get_kind (names->pdata[i]) == ICERT_NAME_KIND_IP
        && !check_address (request->config, names->pdata[i], error))
      return NULL;
  return g_steal_pointer (&names);
}

/* S-C6 */
static gboolean
check_identity (CaRequest *request, const GPtrArray *names, GError **error)
{
  if (request->plan->rdns->len > 0)
    return TRUE;
  if (names->len == 0)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, "subject",
                       "neither a subject nor an alternative name (one of them)");
      if (error != NULL)
        icert_error_add_detail (*error, "status", "0x80094001");
      return FALSE;
    }
  {
    ICertExtension *extension = ca_plan_find_extension (request->plan, OID_SUBJECT_ALT_NAME);
    g_autoptr (GBytes) value = icert_extension_get_value (extension);
    ICertExtension *critical = icert_extension_new (
        OID_SUBJECT_ALT_NAME, icert_extension_get_flags (extension) | ICERT_EXTENSION_CRITICAL,
        icert_extension_get_origin (extension), value, error);

    if (critical == NULL)
      return FALSE;
    ca_plan_take_extension (request->plan, critical);
  }
  return TRUE;
}

/* S-H1, S-H2, S-H4; what no policy set is the configuration's ValidityPeriod. */
static gboolean
settle_validity (CaRequest *request, GError **error)
{
  CaPlan *plan = request->plan;
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;

  if (now < request->issuer->not_before || now > request->issuer->not_after)
    {
      icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "CA certificate", "%s (a renewed one)",
                       now > request->issuer->not_after ? "has expired" : "is not valid yet");
      return FALSE;
    }
  if (!request->not_after_set)
    plan->not_after = MIN (plan->not_after,
                           icert_duration_add (plan->not_before, request->config->validity_months,
                                               request->config->validity_seconds)
                               - 1);
  if (plan->not_before < plan->not_after && plan->not_after > now)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "notAfter",
                   "not behind notBefore and now (a later date)");
  return FALSE;
}

/* S-B1: what is beyond the default list needs a profile that says so, and a policy that chose one
 * has judged the key by it. */
static gboolean
check_key_type (const CaRequest *request, GError **error)
{
  return request->template_name != NULL || ca_key_check (request->decoded, NULL, error);
}

static gboolean
lint (CaRequest *request, GPtrArray *names, CaIntent *intent, GError **error)
{
  CaLintExpectation expectation = {
    .issuer = request->issuer,
    .serial = request->serial,
    .not_before = request->plan->not_before,
    .not_after = request->plan->not_after,
    .spki = request->decoded->spki,
    .is_ca = request->plan->is_ca,
    .approved_names = names,
    .rdns = request->plan->rdns,
    .subject = request->plan->subject,
    .extensions = request->plan->extensions,
    .max_not_after = request->issuer->not_after,
  };

  intent->ticket = ca_linter_check (intent->tbs, &expectation, error);
  return intent->ticket != NULL;
}

gboolean
ca_issue_prepare (CaRequest *request, CaIntent *intent, GError **error)
{
  const CaConfig *config = request->config;
  g_autoptr (GPtrArray) names = NULL;
  g_auto (GStrv) cdp = NULL;
  gint64 partition = 0;
  int path_length = config->ca_path_length;

  if (!check_key_type (request, error) || !decide_ca_bit (request, error)
      || !settle_validity (request, error))
    return FALSE;
  names = approved_names (request, error);
  if (names == NULL || !check_identity (request, names, error))
    return FALSE;
  if (!ca_crl_choose_partition (config, &partition, error))
    return FALSE;
  request->crl_partition = partition;
  cdp = ca_crl_urls (config, request->issuer->key_index, partition, FALSE);
  if (!ca_builder_add_own_extensions (request->plan, request->issuer, &request->decoded->key,
                                      path_length, (const char *const *) cdp,
                                      (const char *const *) request->issuer->ca_issuers,
                                      (const char *const *) request->issuer->ocsp, error)
      || !ca_builder_draw_serial (ca_clock_now () / 1000, request->serial, error))
    return FALSE;
  intent->tbs = ca_builder_build (request->issuer, request->plan, request->decoded->spki,
                                  request->serial, error);
  return intent->tbs != NULL && lint (request, names, intent, error);
}

gboolean
ca_issue_sign (CaRequest *request, CaIntent *intent, GError **error)
{
  request->certificate = ca_signer_sign (request->issuer, intent->ticket, intent->tbs, error);
  return request->certificate != NULL;
}
