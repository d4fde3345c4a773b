/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-request.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-der.h"
#include "ca-limits.h"

static void
attribute_free (gpointer data)
{
  CaAttribute *attribute = data;

  g_free (attribute->name);
  g_free (attribute->key);
  g_free (attribute->value);
  g_free (attribute);
}

CaRequest *
ca_request_new (void)
{
  CaRequest *request = g_new0 (CaRequest, 1);

  g_atomic_ref_count_init (&request->ref_count);
  request->attributes = g_ptr_array_new_with_free_func (attribute_free);
  request->trace = ca_trace_new ();
  request->plan = ca_plan_new ();
  request->disposition = ICERT_ROW_DISPOSITION_ACTIVE;
  request->content_version = 1;
  request->serial_size = sizeof request->serial;
  request->new_request = TRUE;
  request->door = "engine";
  return request;
}

CaRequest *
ca_request_ref (CaRequest *request)
{
  g_atomic_ref_count_inc (&request->ref_count);
  return request;
}

void
ca_request_unref (CaRequest *request)
{
  if (request == NULL || !g_atomic_ref_count_dec (&request->ref_count))
    return;
  g_free (request->requester_name);
  g_free (request->caller_name);
  g_free (request->caller_id);
  g_clear_pointer (&request->requester, ca_caller_unref);
  g_free (request->old_requester_name);
  g_free (request->signer_policies);
  g_free (request->signer_application_policies);
  g_strfreev (request->groups);
  g_clear_pointer (&request->config, ca_config_unref);
  g_clear_pointer (&request->decoded, ca_decoded_unref);
  g_ptr_array_unref (request->attributes);
  g_free (request->attributes_text);
  g_free (request->idempotency_key);
  g_clear_pointer (&request->plan, ca_plan_free);
  ca_trace_free (request->trace);
  g_clear_error (&request->status);
  g_free (request->message);
  g_free (request->policy_message);
  g_free (request->template_name);
  g_free (request->profile_hash);
  g_free (request->officer_name);
  g_clear_pointer (&request->issuer, ca_issuer_unref);
  g_clear_pointer (&request->certificate, g_bytes_unref);
  g_free (request);
}

static CaAttribute *
find_attribute (const CaRequest *request, const char *key)
{
  for (guint i = 0; i < request->attributes->len; i++)
    {
      CaAttribute *attribute = request->attributes->pdata[i];

      if (strcmp (attribute->key, key) == 0)
        return attribute;
    }
  return NULL;
}

const char *
ca_request_get_attribute (const CaRequest *request, const char *name)
{
  g_autofree char *key = icert_attribute_name_normalize (name);
  CaAttribute *attribute = find_attribute (request, key);

  return attribute != NULL ? attribute->value : NULL;
}

static gboolean
check_length (const char *what, const char *text, gsize limit, GError **error)
{
  gsize length = strlen (text);

  if (length <= limit)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_TOO_LARGE, "attributes",
                   "a %s has %" G_GSIZE_FORMAT " octets (at most %" G_GSIZE_FORMAT ")", what,
                   length, limit);
  if (error != NULL)
    {
      icert_error_add_detail (*error, "limit", "%" G_GSIZE_FORMAT, limit);
      icert_error_add_detail (*error, "actual", "%" G_GSIZE_FORMAT, length);
    }
  return FALSE;
}

static gboolean
check_text (const char *name, const char *text, GError **error)
{
  g_autofree char *quoted = NULL;

  if (g_utf8_validate (text, -1, NULL))
    {
      const char *p = text;

      while (*p != '\0' && !g_unichar_iscntrl (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      if (*p == '\0')
        return TRUE;
    }
  quoted = icert_error_quote (text, -1);
  icert_set_error (error, ICERT_ERROR_BAD_NAME, "attributes",
                   "%s has a control character or is not UTF-8: %s (plain text)", name, quoted);
  return FALSE;
}

gboolean
ca_request_set_attribute (CaRequest *request, const char *name, const char *value, GError **error)
{
  g_autofree char *key = NULL;
  CaAttribute *attribute;

  if (!check_text ("a name", name, error) || !check_text ("a value", value, error)
      || !check_length ("name", name, CA_LIMIT_ATTRIBUTE_NAME, error)
      || !check_length ("value", value, CA_LIMIT_ATTRIBUTE_VALUE, error))
    return FALSE;
  key = icert_attribute_name_normalize (name);
  attribute = find_attribute (request, key);
  if (attribute != NULL)
    {
      g_free (attribute->value);
      attribute->value = g_strdup (value);
      return TRUE;
    }
  if (request->attributes->len >= CA_LIMIT_ATTRIBUTES)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "attributes", "too many (at most %d)",
                       CA_LIMIT_ATTRIBUTES);
      if (error != NULL)
        icert_error_add_detail (*error, "limit", "%d", CA_LIMIT_ATTRIBUTES);
      return FALSE;
    }
  attribute = g_new0 (CaAttribute, 1);
  attribute->name = g_strdup (name);
  attribute->key = g_steal_pointer (&key);
  attribute->value = g_strdup (value);
  g_ptr_array_add (request->attributes, attribute);
  return TRUE;
}

gboolean
ca_request_set_attributes (CaRequest *request, GHashTable *attributes, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name, value;

  if (attributes == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (!ca_request_set_attribute (request, name, value, error))
        return FALSE;
      /* A table has no order: of two spellings neither is the later one. */
      if (!g_hash_table_add (keys, icert_attribute_name_normalize (name)))
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, "attributes",
                           "%s appears twice (once; case, blanks and hyphens do not count)",
                           (const char *) name);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
ca_request_merge_attributes (CaRequest *request, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  if (request->decoded->attributes == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, request->decoded->attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (ca_request_get_attribute (request, name) == NULL
        && !ca_request_set_attribute (request, name, value, error))
      return FALSE;
  return TRUE;
}

/* Key types beyond group B's default are for profiles that say so; what is never good is refused
 * here. */
gboolean
ca_request_check_key (const CaRequest *request, GError **error)
{
  static const char *const every_type[]
      = { "ec-p256", "ec-p384", "ec-p521", "ed25519", "ed448", "rsa-*", NULL };

  return ca_key_check (request->decoded, every_type, error);
}

gboolean
ca_request_check_possession (const CaRequest *request, GError **error)
{
  return ca_decoded_verify_possession (request->decoded, request->config->allow_sha1, error);
}

/* What a policy may narrow: the longest validity there is. S-H1: inclusive of both ends, so N days
 * end a second before. */
static void
propose_validity (CaRequest *request)
{
  const CaConfig *config = request->config;
  /* from now, not from when a request came that waited */
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;

  request->plan->not_before = now - config->clock_skew;
  if (request->issuer != NULL)
    request->plan->not_before = MAX (request->plan->not_before, request->issuer->not_before);
  request->plan->not_after
      = icert_duration_add (request->plan->not_before, config->max_validity_months,
                            config->max_validity_seconds)
        - 1;
  if (request->issuer != NULL)
    request->plan->not_after = MIN (request->plan->not_after, request->issuer->not_after);
}

void
ca_request_reset_plan (CaRequest *request)
{
  g_autoptr (CaPlan) old = g_steal_pointer (&request->plan);

  request->plan = ca_plan_new ();
  request->not_after_set = FALSE;
  request->hold_allowed = FALSE;
  propose_validity (request);
  for (guint i = 0; i < request->decoded->extensions->len; i++)
    ca_plan_take_extension (request->plan, g_object_ref (request->decoded->extensions->pdata[i]));
  for (guint i = 0; old != NULL && i < old->extensions->len; i++)
    if (icert_extension_get_origin (old->extensions->pdata[i]) == ICERT_EXTENSION_ORIGIN_ADMIN)
      ca_plan_take_extension (request->plan, g_object_ref (old->extensions->pdata[i]));
}

void
ca_request_decide (CaRequest *request,
                   ICertRowDisposition disposition,
                   GError *status,
                   const char *message)
{
  g_clear_error (&request->status);
  request->disposition = disposition;
  request->status = status;
  g_free (request->message);
  request->message = g_strdup (message);
}

gboolean
ca_request_has_usage (const CaRequest *request, char *const *usages)
{
  ICertExtension *extension
      = usages[0] != NULL ? ca_plan_find_extension (request->plan, "2.5.29.37") : NULL;
  g_autoptr (GBytes) value = NULL;
  g_auto (GStrv) oids = NULL;

  if (extension == NULL || (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) != 0)
    return FALSE;
  value = icert_extension_get_value (extension);
  oids = icert_extension_parse_extended_key_usage (value, NULL);
  for (guint i = 0; oids != NULL && oids[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) usages, oids[i]))
      return TRUE;
  return FALSE;
}

#define OID_SUBJECT_ALT_NAME "2.5.29.17"
#define OID_UPN "1.3.6.1.4.1.311.20.2.3"

/* Hardly a name is one, and reading names costs more than looking for the octets of the OID. */
static gboolean
may_have_upn (GBytes *names)
{
  static const guint8 oid[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03 };
  gsize size;
  const void *data = g_bytes_get_data (names, &size);

  return memmem (data, size, oid, sizeof oid) != NULL;
}

/* Its value is a UTF8String. */
static char *
read_upn (ICertName *name)
{
  g_autofree char *oid = icert_name_get_oid (name);
  g_autoptr (GBytes) value = NULL;
  gsize size;
  const guint8 *data;
  gboolean has_nul;
  CaTlv text;

  if (icert_name_get_kind (name) != ICERT_NAME_KIND_OTHER || g_strcmp0 (oid, OID_UPN) != 0)
    return NULL;
  value = icert_name_get_bytes (name);
  data = g_bytes_get_data (value, &size);
  return ca_der_read_only (data, size, CA_DER_UTF8_STRING, &text)
             ? ca_der_string_to_utf8 (&text, &has_nul)
             : NULL;
}

char *
ca_request_dup_upn (const CaRequest *request)
{
  ICertExtension *extension = ca_plan_find_extension (request->plan, OID_SUBJECT_ALT_NAME);
  GBytes *value;
  g_autoptr (GPtrArray) names = NULL;
  char *upn = NULL;

  if (extension == NULL || (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) != 0)
    return NULL;
  value = icert_extension_peek_value (extension);
  if (!may_have_upn (value))
    return NULL;
  names = icert_extension_parse_subject_alt_name (value, NULL);
  for (guint i = 0; names != NULL && i < names->len && upn == NULL; i++)
    upn = read_upn (names->pdata[i]);
  return upn;
}

ICertDisposition
ca_request_client_disposition (ICertRowDisposition disposition)
{
  switch (disposition)
    {
    case ICERT_ROW_DISPOSITION_PENDING:
      return ICERT_DISPOSITION_UNDER_SUBMISSION;
    case ICERT_ROW_DISPOSITION_CA_CERT:
    case ICERT_ROW_DISPOSITION_CA_CERT_CHAIN:
    case ICERT_ROW_DISPOSITION_ISSUED:
      return ICERT_DISPOSITION_ISSUED;
    case ICERT_ROW_DISPOSITION_REVOKED:
      return ICERT_DISPOSITION_REVOKED;
    case ICERT_ROW_DISPOSITION_ERROR:
      return ICERT_DISPOSITION_ERROR;
    case ICERT_ROW_DISPOSITION_DENIED:
      return ICERT_DISPOSITION_DENIED;
    default:
      return ICERT_DISPOSITION_INCOMPLETE;
    }
}

const char *
ca_row_disposition_to_string (ICertRowDisposition disposition)
{
  switch (disposition)
    {
    case ICERT_ROW_DISPOSITION_ACTIVE:
      return "active";
    case ICERT_ROW_DISPOSITION_PENDING:
      return "pending";
    case ICERT_ROW_DISPOSITION_FOREIGN:
      return "foreign";
    case ICERT_ROW_DISPOSITION_CA_CERT:
      return "CA certificate";
    case ICERT_ROW_DISPOSITION_CA_CERT_CHAIN:
      return "CA chain";
    case ICERT_ROW_DISPOSITION_KRA_CERT:
      return "recovery agent";
    case ICERT_ROW_DISPOSITION_ISSUED:
      return "issued";
    case ICERT_ROW_DISPOSITION_REVOKED:
      return "revoked";
    case ICERT_ROW_DISPOSITION_ERROR:
      return "failed";
    case ICERT_ROW_DISPOSITION_DENIED:
      return "denied";
    default:
      return "unknown";
    }
}

ICertResponse *
ca_request_to_response (const CaRequest *request)
{
  return icert_response_new (request->id, ca_request_client_disposition (request->disposition),
                             request->message, request->status, request->certificate,
                             request->issuer != NULL ? request->issuer->chain : NULL);
}
