/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include <string.h>

#include "ca-plural.h"
#include "ca-trace.h"

#define TEMPLATE_POLICY "Template.Policy"
#define KEY_USAGE "2.5.29.15"
#define SUBJECT_ALT_NAME "2.5.29.17"
#define EXTENDED_KEY_USAGE "2.5.29.37"

/* What the engine itself puts into certificates */
static const char *const own_extensions[]
    = { "2.5.29.14", "2.5.29.19", "2.5.29.31", "2.5.29.35", "1.3.6.1.5.5.7.1.1", NULL };

/* Who wrote what, as the trace says */
struct _CaWritten
{
  gboolean known;      /* there is a trace */
  gboolean imported;   /* by the last thing that was done */
  GHashTable *writers; /* field -> module that wrote it last, in the last judgement */
  GHashTable *values;  /* field -> text that was written */
};

void
_ca_written_free (CaWritten *written)
{
  g_hash_table_unref (written->writers);
  g_hash_table_unref (written->values);
  g_free (written);
}

static void
take_entry (const CaTraceEntry *entry, gpointer data)
{
  CaWritten *written = data;
  gboolean begins
      = strcmp (entry->kind, "received") == 0
        || (strcmp (entry->kind, "officer") == 0 && strcmp (entry->rule, "resubmit") == 0);

  written->known = TRUE;
  if (begins)
    {
      written->imported = FALSE;
      g_hash_table_remove_all (written->writers);
      g_hash_table_remove_all (written->values);
    }
  if (strcmp (entry->kind, "officer") == 0 && strcmp (entry->rule, "import") == 0)
    written->imported = TRUE;
  if (strcmp (entry->kind, "written") != 0)
    return;
  g_hash_table_insert (written->writers, g_strdup (entry->field), g_strdup (entry->module));
  g_hash_table_insert (written->values, g_strdup (entry->field), g_strdup (entry->seen));
}

CaWritten *
_ca_written_load (const CaCheckItem *item, GError **error)
{
  static const guint8 columns[] = { ICERT_TRACE_TRACE };
  g_autoptr (GPtrArray) rows = _ca_cert_check_query (
      item, ICERT_STORE_TRACES, ICERT_TRACE_REQUEST_ID, columns, G_N_ELEMENTS (columns), error);
  CaWritten *written;

  if (rows == NULL)
    return NULL;
  written = g_new0 (CaWritten, 1);
  written->writers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  written->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GBytes) bytes = icert_store_row_dup_bytes (rows->pdata[i], 0);

      ca_trace_foreach (bytes, take_entry, written);
    }
  return written;
}

gboolean
_ca_written_is_imported (const CaWritten *written)
{
  return written->imported;
}

/* another policy of the chain had the last word about @field */
static gboolean
is_anothers (const CaWritten *written, const char *field)
{
  const char *module = g_hash_table_lookup (written->writers, field);

  return module != NULL && strcmp (module, TEMPLATE_POLICY) != 0;
}

/* Names and dates of the subject are properties, extensions have OIDs. */
static gboolean
has_anothers_subject (const CaWritten *written)
{
  static const char *const others[]
      = { "NotBefore", "NotAfter", "CertificateTemplate", "ProfileVersion", "HoldAllowed", NULL };
  GHashTableIter iter;
  gpointer field, module;

  g_hash_table_iter_init (&iter, written->writers);
  while (g_hash_table_iter_next (&iter, &field, &module))
    if (strcmp (module, TEMPLATE_POLICY) != 0 && !g_strv_contains (others, field))
      return TRUE;
  return FALSE;
}

/* Origins: what the row says of who put an extension there */

static void
check_origin (const CaCheckItem *item, const CaWritten *written, ICertExtension *extension)
{
  g_autofree char *oid = icert_extension_get_oid (extension);
  const char *module = g_hash_table_lookup (written->writers, oid);
  gboolean of_engine = g_strv_contains (own_extensions, oid);
  gboolean right;

  if ((icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) != 0)
    return;
  switch (icert_extension_get_origin (extension))
    {
    case ICERT_EXTENSION_ORIGIN_SERVER:
      right = of_engine;
      break;
    case ICERT_EXTENSION_ORIGIN_ADMIN:
      /* a policy cannot write over an officer's */
      right = module == NULL && !of_engine;
      break;
    case ICERT_EXTENSION_ORIGIN_POLICY:
      right = module != NULL || !written->known;
      break;
    default:
      /* a policy may let in what was asked for, as it is */
      right = module != NULL && !of_engine;
      break;
    }
  if (!right)
    CA_DIFFERS (item, "ExtensionFlags", "name another origin of %s than the trace", oid);
}

void
_ca_cert_check_origins (const CaCheckItem *item, const CaWritten *written)
{
  for (guint i = 0; i < item->extensions->len; i++)
    check_origin (item, written, item->extensions->pdata[i]);
}

/* One content of the profile. What differs is kept: another content with the same version may be
 * the one that was meant. */
typedef struct
{
  const CaCheckItem *item;
  const CaDecoded *request;
  const CaWritten *written;
  const CaPinnedProfile *profile;
  GPtrArray *fields; /* utf8 */
  GPtrArray *texts;  /* utf8 */
} Comparison;

static void differs (Comparison *comparison, const char *field, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
differs (Comparison *comparison, const char *field, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (comparison->fields, g_strdup (field));
  g_ptr_array_add (comparison->texts, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* lends; NULL when there is none, or another than the profile's policy answers for it */
static ICertExtension *
find_of_profile (const Comparison *comparison, const char *oid, gboolean *anothers)
{
  ICertExtension *extension = _ca_cert_check_find_extension (comparison->item, oid);

  *anothers = is_anothers (comparison->written, oid)
              || (extension != NULL
                  && icert_extension_get_origin (extension) == ICERT_EXTENSION_ORIGIN_ADMIN);
  return *anothers ? NULL : extension;
}

static void
compare_key (Comparison *comparison)
{
  g_autofree char *type = ca_key_describe (&comparison->request->key);

  if (!g_strv_contains ((const char *const *) comparison->profile->key_types, type))
    differs (comparison, "public key", "is %s, which is no key of its profile", type);
}

static void
compare_validity (Comparison *comparison)
{
  const CaPinnedProfile *profile = comparison->profile;
  const CaCheckItem *item = comparison->item;
  gint64 end;

  if (!profile->has_validity)
    return;
  end = icert_duration_add (item->not_before, profile->validity_months, profile->validity_seconds)
        - 1;
  /* another policy may have begun it later, behind the back of the one that counted the days */
  if (item->not_after > end && !is_anothers (comparison->written, "NotBefore"))
    differs (comparison, "NotAfter",
             "is %" G_GINT64_FORMAT " second%s behind the validity of its profile",
             item->not_after - end, CA_S (item->not_after - end));
}

static const CaPinnedField *
find_field (GPtrArray *fields, ICertNameKind kind, const char *oid, guint *index)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const CaPinnedField *field = fields->pdata[i];

      if (field->kind == kind && g_strcmp0 (field->oid, oid) == 0)
        {
          *index = i;
          return field;
        }
    }
  return NULL;
}

static void
compare_subject (Comparison *comparison)
{
  g_autoptr (GBytes) subject
      = g_bytes_new (comparison->item->subject.data, comparison->item->subject.size);
  g_autoptr (GPtrArray) rdns = ca_name_decode (subject, NULL);
  guint last = 0;

  if (has_anothers_subject (comparison->written))
    return;
  for (guint i = 0; rdns != NULL && i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];
      guint index = 0;
      const CaPinnedField *field
          = find_field (comparison->profile->subject, ICERT_NAME_KIND_NONE, rdn->oid, &index);

      if (field == NULL)
        differs (comparison, "subject", "has %s, which its profile does not list", rdn->oid);
      else if (field->fixed != NULL && strcmp (field->fixed, rdn->value) != 0)
        differs (comparison, "subject", "has %s for %s (%s)", rdn->value, rdn->oid, field->fixed);
      else if (index < last)
        differs (comparison, "subject", "has %s in another place than its profile", rdn->oid);
      last = MAX (last, index);
    }
}

static void
compare_name (Comparison *comparison, ICertName *name)
{
  g_autofree char *oid = icert_name_get_oid (name);
  g_autofree char *text = icert_name_get_text (name);
  ICertNameKind kind = icert_name_get_kind (name);
  guint index;
  const CaPinnedField *field = find_field (comparison->profile->names, kind,
                                           kind == ICERT_NAME_KIND_OTHER ? oid : NULL, &index);

  if (field == NULL || field->ignored)
    differs (comparison, "subjectAltName",
             "has a name of a kind that its profile does not list: %s",
             icert_name_kind_to_field (kind));
  else if (field->fixed != NULL && kind != ICERT_NAME_KIND_OTHER)
    {
      g_autoptr (ICertName) fixed = icert_name_new (kind, field->fixed, NULL);

      if (fixed != NULL && !icert_name_equal (fixed, name))
        differs (comparison, "subjectAltName", "has %s (%s)", text, field->fixed);
    }
  else if (kind == ICERT_NAME_KIND_DNS && !comparison->profile->allows_wildcards
           && g_str_has_prefix (text, "*."))
    differs (comparison, "subjectAltName", "has %s, and its profile allows no wildcard", text);
}

static void
compare_names (Comparison *comparison)
{
  g_autoptr (GPtrArray) names = _ca_cert_check_alt_names (comparison->item);
  gboolean anothers;

  find_of_profile (comparison, SUBJECT_ALT_NAME, &anothers);
  for (guint i = 0; !anothers && i < names->len; i++)
    compare_name (comparison, names->pdata[i]);
}

static guint
expected_usage (const Comparison *comparison)
{
  if (!comparison->profile->usage_is_auto)
    return comparison->profile->usage;
  return ICERT_KEY_USAGE_DIGITAL_SIGNATURE
         | (g_strcmp0 (comparison->request->key.type, "rsa") == 0 ? ICERT_KEY_USAGE_KEY_ENCIPHERMENT
                                                                  : 0);
}

static void
compare_usage (Comparison *comparison)
{
  gboolean anothers;
  ICertExtension *extension = find_of_profile (comparison, KEY_USAGE, &anothers);
  g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;
  ICertKeyUsage usage = ICERT_KEY_USAGE_NONE;

  if (anothers)
    return;
  if (value == NULL || !icert_extension_parse_key_usage (value, &usage, NULL)
      || (guint) usage != expected_usage (comparison))
    differs (comparison, "keyUsage", "is another one than its profile's");
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
compare_purposes (Comparison *comparison)
{
  const CaPinnedProfile *profile = comparison->profile;
  gboolean anothers;
  ICertExtension *extension = find_of_profile (comparison, EXTENDED_KEY_USAGE, &anothers);
  g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;
  g_auto (GStrv) purposes
      = value != NULL ? icert_extension_parse_extended_key_usage (value, NULL) : g_new0 (char *, 1);
  gboolean critical = extension != NULL
                      && (icert_extension_get_flags (extension) & ICERT_EXTENSION_CRITICAL) != 0;

  if (anothers)
    return;
  if (purposes != NULL)
    qsort (purposes, g_strv_length (purposes), sizeof *purposes, compare_texts);
  if (purposes == NULL
      || !g_strv_equal ((const char *const *) purposes, (const char *const *) profile->purposes))
    differs (comparison, "extKeyUsage", "has other purposes than its profile");
  else if (extension != NULL && critical != profile->purposes_critical)
    differs (comparison, "extKeyUsage", "is %scritical, unlike its profile's",
             critical ? "" : "not ");
}

static void
compare_fixed (Comparison *comparison)
{
  GPtrArray *fixed = comparison->profile->fixed;

  for (guint i = 0; i < fixed->len; i++)
    {
      const CaPinnedExtension *wanted = fixed->pdata[i];
      gboolean anothers;
      ICertExtension *extension = find_of_profile (comparison, wanted->oid, &anothers);
      g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;

      if (anothers || wanted->value == NULL)
        continue;
      if (value == NULL)
        differs (comparison, wanted->oid, "of its profile is missing");
      else if (!g_bytes_equal (value, wanted->value)
               || wanted->critical
                      != ((icert_extension_get_flags (extension) & ICERT_EXTENSION_CRITICAL) != 0))
        differs (comparison, wanted->oid, "is another one than its profile's");
    }
}

static ICertExtension *
find_requested (const Comparison *comparison, const char *oid)
{
  for (guint i = 0; i < comparison->request->extensions->len; i++)
    {
      ICertExtension *extension = comparison->request->extensions->pdata[i];
      g_autofree char *name = icert_extension_get_oid (extension);

      if (strcmp (name, oid) == 0)
        return extension;
    }
  return NULL;
}

static gboolean
is_fixed (const Comparison *comparison, const char *oid)
{
  for (guint i = 0; i < comparison->profile->fixed->len; i++)
    if (strcmp (((CaPinnedExtension *) comparison->profile->fixed->pdata[i])->oid, oid) == 0)
      return TRUE;
  return FALSE;
}

/* An extension that neither the engine nor a line of its own answers for: from the request, if the
 * profile lets it in. */
static void
compare_other (Comparison *comparison, ICertExtension *extension, const char *oid)
{
  ICertExtension *requested = find_requested (comparison, oid);
  g_autoptr (GBytes) value = icert_extension_get_value (extension);
  g_autoptr (GBytes) asked = requested != NULL ? icert_extension_get_value (requested) : NULL;

  if (!g_strv_contains ((const char *const *) comparison->profile->from_request, oid))
    differs (comparison, oid, "is no extension of its profile");
  else if (asked == NULL || value == NULL || !g_bytes_equal (asked, value))
    differs (comparison, oid, "is not what the request asked for");
}

static void
compare_others (Comparison *comparison)
{
  static const char *const named[] = { KEY_USAGE, SUBJECT_ALT_NAME, EXTENDED_KEY_USAGE, NULL };
  GPtrArray *extensions = comparison->item->extensions;

  for (guint i = 0; i < extensions->len; i++)
    {
      g_autofree char *oid = icert_extension_get_oid (extensions->pdata[i]);
      gboolean anothers;
      ICertExtension *extension = find_of_profile (comparison, oid, &anothers);

      if (extension != NULL && !g_strv_contains (named, oid)
          && !g_strv_contains (own_extensions, oid) && !is_fixed (comparison, oid))
        compare_other (comparison, extension, oid);
    }
}

static void
compare_rest (Comparison *comparison)
{
  gint64 hold = _ca_cert_check_number (comparison->item, ICERT_REQUEST_HOLD_ALLOWED);
  gboolean is_ca = (comparison->profile->usage & ICERT_KEY_USAGE_KEY_CERT_SIGN) != 0;

  if (!is_anothers (comparison->written, "HoldAllowed")
      && (hold != 0) != comparison->profile->allows_hold)
    differs (comparison, "HoldAllowed", "is not what its profile says");
  if (is_ca != _ca_cert_check_is_ca (comparison->item)
      && !is_anothers (comparison->written, KEY_USAGE))
    differs (comparison, "basicConstraints", "%s a CA, and its profile does not",
             is_ca ? "does not make" : "makes");
}

static void
compare_all (Comparison *comparison)
{
  compare_key (comparison);
  compare_validity (comparison);
  compare_subject (comparison);
  compare_names (comparison);
  compare_usage (comparison);
  compare_purposes (comparison);
  compare_fixed (comparison);
  compare_others (comparison);
  compare_rest (comparison);
}

/* The contents of the version that the row names; which of them it was is not written, when
 * somebody changed a profile and left its number. The differences to the newest are told. */
static void
compare_versions (const CaCheckItem *item,
                  const CaDecoded *request,
                  const CaWritten *written,
                  const GPtrArray *profiles,
                  gint64 version)
{
  g_autoptr (GPtrArray) fields = NULL;
  g_autoptr (GPtrArray) texts = NULL;

  for (guint i = 0; i < profiles->len; i++)
    {
      Comparison comparison = { .item = item,
                                .request = request,
                                .written = written,
                                .profile = profiles->pdata[i],
                                .fields = g_ptr_array_new_with_free_func (g_free),
                                .texts = g_ptr_array_new_with_free_func (g_free) };
      gboolean right;

      if (comparison.profile->version == version)
        compare_all (&comparison);
      right = comparison.profile->version == version && comparison.fields->len == 0;
      if (fields == NULL && comparison.fields->len > 0)
        {
          fields = g_ptr_array_ref (comparison.fields);
          texts = g_ptr_array_ref (comparison.texts);
        }
      g_ptr_array_unref (comparison.fields);
      g_ptr_array_unref (comparison.texts);
      if (right)
        return;
    }
  for (guint i = 0; fields != NULL && i < fields->len; i++)
    CA_DIFFERS (item, fields->pdata[i], "%s", (char *) texts->pdata[i]);
}

/* A number below all that are known is from before the store kept contents. */
static gboolean
is_known_version (const GPtrArray *profiles, gint64 version)
{
  gint64 lowest = G_MAXINT64;

  for (guint i = 0; i < profiles->len; i++)
    {
      const CaPinnedProfile *profile = profiles->pdata[i];

      if (profile->version == version)
        return TRUE;
      lowest = MIN (lowest, profile->version);
    }
  return version < lowest;
}

/* What was judged by is what stands in the row. */
static void
check_written (const CaCheckItem *item, const CaWritten *written, guint8 column, const char *value)
{
  const char *name = _ca_cert_check_column_name (column);
  const char *judged = g_hash_table_lookup (written->values, name);

  if (judged != NULL && judged[0] != '\0' && g_strcmp0 (judged, value) != 0)
    CA_DIFFERS (item, name, "is %s, and was judged by %s", value != NULL ? value : "empty", judged);
}

gboolean
_ca_cert_check_profile (const CaCheckItem *item,
                        const CaDecoded *request,
                        const CaWritten *written,
                        GError **error)
{
  g_autofree char *name = _ca_cert_check_text (item, ICERT_REQUEST_TEMPLATE);
  gint64 version = _ca_cert_check_number (item, ICERT_REQUEST_PROFILE_VERSION);
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, version);
  const GPtrArray *profiles;

  check_written (item, written, ICERT_REQUEST_TEMPLATE, name);
  check_written (item, written, ICERT_REQUEST_PROFILE_VERSION, digits);
  /* other policies have profiles of their own, or none */
  if (name == NULL || is_anothers (written, _ca_cert_check_column_name (ICERT_REQUEST_TEMPLATE)))
    return TRUE;
  profiles = _ca_cert_check_find_profiles (item->check, name, error);
  if (profiles == NULL)
    return FALSE;
  if (profiles->len == 0)
    return TRUE;
  if (!is_known_version (profiles, version))
    CA_DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_PROFILE_VERSION),
                "is %" G_GINT64_FORMAT ", and %s never had it", version, name);
  else
    compare_versions (item, request, written, profiles, version);
  return TRUE;
}
