/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "policy-template-judgement.h"

#define SAN_OID "2.5.29.17"
#define CN_OID "2.5.4.3"
/* ub-common-name */
#define MAX_COMMON_NAME 64
#define MOST_NAMES 100 /* S-A1 */

static gboolean
has_name (GPtrArray *names, ICertName *name)
{
  return g_ptr_array_find_with_equal_func (names, name, (GEqualFunc) icert_name_equal, NULL);
}

static void
add_name (PolicyTemplateJudgement *judgement, ICertName *name)
{
  if (!has_name (judgement->names, name))
    g_ptr_array_add (judgement->names, g_object_ref (name));
}

static char *
list_kinds (const PolicyTemplateProfile *profile)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) kinds = NULL;

  for (guint i = 0; i < profile->names->len; i++)
    g_strv_builder_add (builder, ((PolicyTemplateField *) profile->names->pdata[i])->key);
  kinds = g_strv_builder_end (builder);
  return kinds[0] != NULL ? g_strjoinv (", ", kinds) : g_strdup ("none");
}

static gboolean
refuse_name (PolicyTemplateJudgement *judgement,
             ICertError code,
             const char *rule,
             ICertName *name,
             const char *problem,
             const char *allowed,
             GError **error)
{
  g_autofree char *text = icert_name_get_text (name);
  const char *field = icert_name_kind_to_field (icert_name_get_kind (name));

  /* an otherName has no text, but a type */
  if (text == NULL)
    text = icert_name_get_oid (name);
  return policy_template_refuse (judgement->server, code, rule, field, text, problem, allowed,
                                 error);
}

/* S-D1: something that the requester asked for, in a field whose source lets him ask. */
static gboolean
claim_name (PolicyTemplateJudgement *judgement,
            const PolicyTemplateField *field,
            ICertName *name,
            GError **error)
{
  gboolean covered = FALSE;

  if (field->source == POLICY_TEMPLATE_SOURCE_VALIDATED)
    return refuse_name (judgement, ICERT_ERROR_FORBIDDEN_FIELD, "source", name, "was not validated",
                        "a name that the intermediary proved", error);

  if (field->source == POLICY_TEMPLATE_SOURCE_GRANTED || judgement->new_request)
    if (!policy_template_find_grant (judgement, field, name, &covered, error))
      return FALSE;
  if (field->source == POLICY_TEMPLATE_SOURCE_GRANTED && !covered)
    return refuse_name (judgement, ICERT_ERROR_FORBIDDEN_FIELD, "grant", name,
                        "is in no grant of the caller", "a name granted for this profile", error);

  judgement->asks_officer |= field->source == POLICY_TEMPLATE_SOURCE_APPROVED;
  judgement->n_claims++;
  if (!covered)
    judgement->n_uncovered++;
  add_name (judgement, name);
  return TRUE;
}

static gboolean
judge_requested_name (PolicyTemplateJudgement *judgement, ICertName *name, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;
  g_autofree char *oid = icert_name_get_oid (name);
  g_autofree char *text = icert_name_to_string (name);
  const PolicyTemplateField *field
      = policy_template_profile_find_name (profile, icert_name_get_kind (name), oid);

  if (field == NULL)
    {
      g_autofree char *kinds = list_kinds (profile);

      return refuse_name (judgement, ICERT_ERROR_FORBIDDEN_FIELD, "san-kind", name,
                          "is a kind of name that the profile does not list", kinds, error);
    }
  if (!policy_template_trace (judgement, "source", field->key, text, field->source_text, error))
    return FALSE;
  switch (field->source)
    {
    case POLICY_TEMPLATE_SOURCE_IGNORE:
    case POLICY_TEMPLATE_SOURCE_FIXED:
    case POLICY_TEMPLATE_SOURCE_DIRECTORY:
      /* the trace says that it stays out */
      return TRUE;
    default:
      break;
    }
  if (field->kind == ICERT_NAME_KIND_DNS && !profile->allows_wildcards
      && strstr (text, "*.") != NULL)
    return refuse_name (judgement, ICERT_ERROR_BAD_NAME, "wildcard", name, "has a wildcard",
                        "Wildcards=true in the profile", error);
  return claim_name (judgement, field, name, error);
}

static ICertName *
new_other_name (const char *oid, const char *text, GError **error)
{
  gsize length = strlen (text);
  g_autoptr (GByteArray) der = g_byte_array_new ();
  g_autoptr (GBytes) value = NULL;

  if (length > 0xff)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, "otherName", "too long (at most 255 octets)");
      return NULL;
    }
  /* UTF8String, as a user principal name is */
  g_byte_array_append (der, (const guint8[]){ 0x0c }, 1);
  if (length >= 0x80)
    g_byte_array_append (der, (const guint8[]){ 0x81 }, 1);
  g_byte_array_append (der, &(guint8){ (guint8) length }, 1);
  g_byte_array_append (der, (const guint8 *) text, (guint) length);
  value = g_byte_array_free_to_bytes (g_steal_pointer (&der));
  return icert_name_new_other (oid, value, error);
}

/* Text of a field that the profile or the directory fills; NULL without an error: there is none. */
static gboolean
look_up (PolicyTemplateJudgement *judgement,
         const PolicyTemplateField *field,
         char **text,
         GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *text = NULL;
  if (field->source == POLICY_TEMPLATE_SOURCE_FIXED)
    *text = g_strdup (field->argument);
  else if (field->source == POLICY_TEMPLATE_SOURCE_DIRECTORY)
    *text = icert_server_get_requester_attribute (judgement->reader, field->argument, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (*text != NULL && **text == '\0')
    g_clear_pointer (text, g_free);
  return policy_template_trace (judgement, "source", field->key, *text, field->source_text, error);
}

static gboolean
add_known_name (PolicyTemplateJudgement *judgement,
                const PolicyTemplateField *field,
                GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (ICertName) name = NULL;

  if (field->source != POLICY_TEMPLATE_SOURCE_FIXED
      && field->source != POLICY_TEMPLATE_SOURCE_DIRECTORY)
    return TRUE;
  if (!look_up (judgement, field, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  name = field->kind == ICERT_NAME_KIND_OTHER ? new_other_name (field->oid, text, error)
                                              : icert_name_new (field->kind, text, error);
  if (name == NULL)
    return FALSE;
  add_name (judgement, name);
  return TRUE;
}

/* Values of an attribute in the request's subject, in their order. */
static char **
find_requested (GVariant *rdns, const char *oid)
{
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  GVariantIter iter;
  const char *name, *value;

  g_variant_iter_init (&iter, rdns);
  while (g_variant_iter_next (&iter, "(&s&s)", &name, &value))
    if (g_str_equal (name, oid))
      g_strv_builder_add (values, value);
  return g_strv_builder_end (values);
}

/* The name that a common name stands for in a server's certificate; NULL for "Our Server". */
static ICertName *
parse_common_name (const char *text)
{
  ICertName *name = icert_name_new (ICERT_NAME_KIND_IP, text, NULL);

  return name != NULL ? name : icert_name_new (ICERT_NAME_KIND_DNS, text, NULL);
}

/* S-C5: in a server profile a common name that is a DNS name counts as a requested dNSName. */
static gboolean
count_common_name (PolicyTemplateJudgement *judgement, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;
  ICertName *name = judgement->common_name;
  g_autofree char *text = NULL;

  if (name == NULL || icert_name_get_kind (name) != ICERT_NAME_KIND_DNS
      || has_name (judgement->names, name))
    return TRUE;
  /* a common name that stays out of the certificate asks only for what the profile can give */
  if (policy_template_profile_find_subject (profile, CN_OID) == NULL
      && policy_template_profile_find_name (profile, ICERT_NAME_KIND_DNS, NULL) == NULL)
    return TRUE;
  text = icert_name_get_text (name);
  return policy_template_trace (judgement, "common-name", "CommonName", text,
                                "counts as a requested dNSName", error)
         && judge_requested_name (judgement, name, error);
}

/* More than one is refused with the subject. */
static void
find_common_name (PolicyTemplateJudgement *judgement)
{
  g_auto (GStrv) values = NULL;

  if (!judgement->profile->is_server)
    return;
  values = find_requested (judgement->rdns, CN_OID);
  if (values[0] != NULL && values[1] == NULL)
    judgement->common_name = parse_common_name (values[0]);
}

/* The names that an officer wrote are the names. */
static gboolean
take_officers_names (PolicyTemplateJudgement *judgement, GPtrArray *names)
{
  ICertExtensionFlags flags = ICERT_EXTENSION_NONE;
  ICertExtensionOrigin origin = ICERT_EXTENSION_ORIGIN_NONE;
  g_autoptr (GBytes) value
      = icert_server_get_certificate_extension (judgement->reader, SAN_OID, &flags, &origin, NULL);

  judgement->names_stand = TRUE;
  if ((flags & ICERT_EXTENSION_DISABLE) != 0)
    return TRUE;
  for (guint i = 0; names != NULL && i < names->len; i++)
    add_name (judgement, names->pdata[i]);
  return TRUE;
}

gboolean
policy_template_judge_names (PolicyTemplateJudgement *judgement, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) requested
      = icert_server_get_subject_alt_names (judgement->reader, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  find_common_name (judgement);
  if (policy_template_is_officers (judgement, SAN_OID))
    return take_officers_names (judgement, requested);

  for (guint i = 0; requested != NULL && i < requested->len; i++)
    if (!judge_requested_name (judgement, requested->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < judgement->profile->names->len; i++)
    if (!add_known_name (judgement, judgement->profile->names->pdata[i], error))
      return FALSE;
  return count_common_name (judgement, error);
}

static ICertName *
find_by_text (GPtrArray *names, const char *text)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *other = icert_name_get_text (names->pdata[i]);

      if (g_strcmp0 (other, text) == 0)
        return names->pdata[i];
    }
  return NULL;
}

/* A subject attribute that the requester asked for: a grant covers it when it covers a name of the
 * certificate that says the same. */
static gboolean
claim_value (PolicyTemplateJudgement *judgement,
             const PolicyTemplateField *field,
             const char *value,
             GError **error)
{
  gboolean covered = judgement->names_stand || find_by_text (judgement->granted, value) != NULL;

  if (field->source == POLICY_TEMPLATE_SOURCE_VALIDATED
      && find_by_text (judgement->names, value) == NULL)
    return policy_template_refuse (judgement->server, ICERT_ERROR_FORBIDDEN_FIELD, "source",
                                   field->key, value, "was not validated",
                                   "a value that the intermediary proved", error);
  if (field->source == POLICY_TEMPLATE_SOURCE_GRANTED && !covered)
    return policy_template_refuse (judgement->server, ICERT_ERROR_FORBIDDEN_FIELD, "grant",
                                   field->key, value, "is in no grant of the caller",
                                   "a name granted for this profile", error);
  judgement->asks_officer |= field->source == POLICY_TEMPLATE_SOURCE_APPROVED;
  judgement->n_claims++;
  if (!covered)
    judgement->n_uncovered++;
  return TRUE;
}

/* S-C5: equals one name of the certificate, in its canonical form; *text is NULL when it has to
 * stay out. */
static gboolean
match_common_name (PolicyTemplateJudgement *judgement,
                   const char *value,
                   char **text,
                   GError **error)
{
  ICertName *name = judgement->common_name;

  *text = NULL;
  if (name != NULL && has_name (judgement->names, name))
    {
      *text = icert_name_get_text (name);
      if (g_utf8_strlen (*text, -1) <= MAX_COMMON_NAME)
        return TRUE;
      g_clear_pointer (text, g_free);
      return policy_template_trace (judgement, "common-name", "CommonName", value,
                                    "at most 64 characters: stays out, the dNSName says it", error);
    }
  if (!judgement->names_stand)
    return policy_template_refuse (judgement->server, ICERT_ERROR_BAD_NAME, "common-name",
                                   "CommonName", value, "is none of the certificate's names",
                                   "one of the subjectAltNames", error);
  policy_template_note (judgement, "CommonName left out: the officer's names do not have it");
  return policy_template_trace (judgement, "common-name", "CommonName", value,
                                "one of the officer's names: stays out", error);
}

static gboolean
set_attribute (PolicyTemplateJudgement *judgement,
               const PolicyTemplateField *field,
               const char *value,
               GError **error)
{
  judgement->has_subject = TRUE;
  return icert_server_policy_set_certificate_property (judgement->server, field->key,
                                                       g_variant_new_string (value), error);
}

static gboolean
set_common_name (PolicyTemplateJudgement *judgement,
                 const PolicyTemplateField *field,
                 char **values,
                 GError **error)
{
  g_autofree char *text = NULL;

  if (values[1] != NULL)
    return policy_template_refuse (judgement->server, ICERT_ERROR_BAD_NAME, "common-name",
                                   field->key, values[1], "is a second value", "one", error);
  if (!judgement->profile->is_server)
    return claim_value (judgement, field, values[0], error)
           && set_attribute (judgement, field, values[0], error);
  if (!match_common_name (judgement, values[0], &text, error))
    return FALSE;
  return text == NULL
         || (claim_value (judgement, field, text, error)
             && set_attribute (judgement, field, text, error));
}

static gboolean
set_requested_attribute (PolicyTemplateJudgement *judgement,
                         const PolicyTemplateField *field,
                         GError **error)
{
  g_auto (GStrv) values = find_requested (judgement->rdns, field->oid);
  g_autofree char *lines = g_strjoinv ("\n", values);

  if (!policy_template_trace (judgement, "source", field->key, values[0] != NULL ? lines : NULL,
                              field->source_text, error))
    return FALSE;
  if (values[0] == NULL)
    return TRUE;
  if (g_str_equal (field->oid, CN_OID))
    return set_common_name (judgement, field, values, error);
  for (gsize i = 0; values[i] != NULL; i++)
    if (!claim_value (judgement, field, values[i], error))
      return FALSE;
  return set_attribute (judgement, field, lines, error);
}

static gboolean
set_known_attribute (PolicyTemplateJudgement *judgement,
                     const PolicyTemplateField *field,
                     GError **error)
{
  g_autofree char *text = NULL;

  if (!look_up (judgement, field, &text, error))
    return FALSE;
  if (text != NULL)
    return set_attribute (judgement, field, text, error);
  /* S-D18: a name from the directory without the id behind it could be somebody else's tomorrow */
  if (g_strcmp0 (field->argument, "uid") == 0)
    return policy_template_refuse (judgement->server, ICERT_ERROR_NOT_AUTHORIZED, "directory",
                                   field->key, NULL, "the caller has no account here",
                                   "an account with a uid", error);
  return TRUE;
}

static gboolean
trace_unlisted (PolicyTemplateJudgement *judgement, GError **error)
{
  GVariantIter iter;
  const char *name, *value;

  g_variant_iter_init (&iter, judgement->rdns);
  while (g_variant_iter_next (&iter, "(&s&s)", &name, &value))
    if (policy_template_profile_find_subject (judgement->profile, name) == NULL
        && !policy_template_trace (judgement, "source", name, value, "no source: stays out", error))
      return FALSE;
  return TRUE;
}

gboolean
policy_template_judge_subject (PolicyTemplateJudgement *judgement, GError **error)
{
  const PolicyTemplateProfile *profile = judgement->profile;

  if (!trace_unlisted (judgement, error))
    return FALSE;
  for (guint i = 0; i < profile->subject->len; i++)
    {
      const PolicyTemplateField *field = profile->subject->pdata[i];
      gboolean is_known = field->source == POLICY_TEMPLATE_SOURCE_FIXED
                          || field->source == POLICY_TEMPLATE_SOURCE_DIRECTORY;

      if (!(is_known ? set_known_attribute (judgement, field, error)
                     : set_requested_attribute (judgement, field, error)))
        return FALSE;
    }
  return TRUE;
}

/* An earlier run may have left names that this one does not give. */
static gboolean
disable_names (PolicyTemplateJudgement *judgement, GError **error)
{
  ICertExtensionFlags flags = ICERT_EXTENSION_NONE;
  ICertExtensionOrigin origin = ICERT_EXTENSION_ORIGIN_NONE;
  g_autoptr (GBytes) value
      = icert_server_get_certificate_extension (judgement->reader, SAN_OID, &flags, &origin, NULL);

  return value == NULL || (flags & ICERT_EXTENSION_DISABLE) != 0
         || icert_server_policy_set_certificate_extension (judgement->server, SAN_OID,
                                                           ICERT_EXTENSION_DISABLE, value, error);
}

/* S-C6: without a subject the names are critical; without both there is nobody to certify. */
gboolean
policy_template_set_names (PolicyTemplateJudgement *judgement, GError **error)
{
  g_autoptr (ICertExtension) extension = NULL;
  g_autoptr (GBytes) value = NULL;

  if (judgement->names->len == 0 && !judgement->has_subject)
    {
      policy_template_refuse (judgement->server, ICERT_ERROR_BAD_NAME, "subject", "subject", NULL,
                              "no name would be in the certificate",
                              "a name that the profile takes from the request", error);
      policy_template_set_status (error, 0x80094001u); /* CERTSRV_E_BAD_REQUESTSUBJECT */
      return FALSE;
    }
  if (judgement->names_stand)
    return TRUE;
  if (judgement->names->len == 0)
    return disable_names (judgement, error);

  /* The common name may be one too many. */
  if (judgement->names->len > MOST_NAMES)
    {
      g_autofree char *seen = g_strdup_printf ("%u", judgement->names->len);
      g_autofree char *allowed = g_strdup_printf ("at most %d", MOST_NAMES);

      policy_template_refuse (judgement->server, ICERT_ERROR_BAD_NAME, "names", "subjectAltName",
                              seen, "names are too many", allowed, error);
      return FALSE;
    }
  extension
      = icert_extension_new_subject_alt_name (judgement->names, !judgement->has_subject, error);
  if (extension == NULL)
    return FALSE;
  value = icert_extension_get_value (extension);
  return icert_server_policy_set_certificate_extension (
      judgement->server, SAN_OID,
      judgement->has_subject ? ICERT_EXTENSION_NONE : ICERT_EXTENSION_CRITICAL, value, error);
}
