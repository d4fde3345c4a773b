/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-pinned-profile.h"

#include <string.h>

#include "icert-keyfile.h"
#include "icert-property-table.h"

#include "ca-query.h"

static void
field_free (gpointer data)
{
  CaPinnedField *field = data;

  g_free (field->oid);
  g_free (field->fixed);
  g_free (field);
}

static void
extension_free (gpointer data)
{
  CaPinnedExtension *extension = data;

  g_free (extension->oid);
  g_clear_pointer (&extension->value, g_bytes_unref);
  g_free (extension);
}

static void
pinned_profile_free (CaPinnedProfile *profile)
{
  g_free (profile->name);
  g_ptr_array_unref (profile->subject);
  g_ptr_array_unref (profile->names);
  g_strfreev (profile->key_types);
  g_strfreev (profile->purposes);
  g_strfreev (profile->from_request);
  g_ptr_array_unref (profile->fixed);
  g_free (profile);
}

static void
read_head (CaPinnedProfile *profile, ICertKeyfile *file)
{
  const char *validity = icert_keyfile_lookup (file, "Profile", "Validity");
  const char *hold = icert_keyfile_lookup (file, "Profile", "Hold");

  profile->name = g_strdup (icert_keyfile_lookup (file, "Profile", "Name"));
  profile->allows_hold = g_strcmp0 (hold, "allowed") == 0;
  icert_keyfile_get_int (file, "Profile", "Version", 1, 0, G_MAXINT64, &profile->version, NULL);
  icert_keyfile_get_boolean (file, "Profile", "Wildcards", FALSE, &profile->allows_wildcards, NULL);
  profile->has_validity = validity != NULL
                          && icert_duration_parse (validity, &profile->validity_months,
                                                   &profile->validity_seconds, NULL);
}

static void
read_source (CaPinnedField *field, const char *source)
{
  field->ignored = strcmp (source, "ignore") == 0;
  if (g_str_has_prefix (source, "fixed:"))
    field->fixed = g_strdup (source + strlen ("fixed:"));
}

static void
read_subject (CaPinnedProfile *profile, ICertKeyfile *file)
{
  g_auto (GStrv) keys = icert_keyfile_list_keys (file, "Subject");

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      const ICertPropertyInfo *info
          = icert_property_find (ICERT_SCOPE_CERTIFICATE, keys[i], NULL, NULL);
      CaPinnedField *field = g_new0 (CaPinnedField, 1);

      field->oid = g_strdup (info != NULL && info->oid != NULL ? info->oid : keys[i]);
      read_source (field, icert_keyfile_lookup (file, "Subject", keys[i]));
      g_ptr_array_add (profile->subject, field);
    }
}

static void
read_names (CaPinnedProfile *profile, ICertKeyfile *file)
{
  static const char other[] = "otherName:";
  g_auto (GStrv) keys = icert_keyfile_list_keys (file, "SubjectAltName");

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      CaPinnedField *field = g_new0 (CaPinnedField, 1);

      if (g_str_has_prefix (keys[i], other))
        field->oid = g_strdup (keys[i] + strlen (other));
      field->kind
          = field->oid != NULL ? ICERT_NAME_KIND_OTHER : icert_name_kind_from_field (keys[i]);
      read_source (field, icert_keyfile_lookup (file, "SubjectAltName", keys[i]));
      g_ptr_array_add (profile->names, field);
    }
}

static void
read_key (CaPinnedProfile *profile, ICertKeyfile *file)
{
  static const char *const usual[]
      = { "ec-p256", "ec-p384", "ec-p521", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519", NULL };

  profile->key_types = icert_keyfile_get_list (file, "Key", "Types");
  if (profile->key_types == NULL)
    profile->key_types = g_strdupv ((char **) usual);
}

static const struct
{
  const char *name;
  guint bit;
} usages[] = {
  { "digitalSignature", ICERT_KEY_USAGE_DIGITAL_SIGNATURE },
  { "nonRepudiation", ICERT_KEY_USAGE_NON_REPUDIATION },
  { "contentCommitment", ICERT_KEY_USAGE_NON_REPUDIATION },
  { "keyEncipherment", ICERT_KEY_USAGE_KEY_ENCIPHERMENT },
  { "dataEncipherment", ICERT_KEY_USAGE_DATA_ENCIPHERMENT },
  { "keyAgreement", ICERT_KEY_USAGE_KEY_AGREEMENT },
  { "keyCertSign", ICERT_KEY_USAGE_KEY_CERT_SIGN },
  { "cRLSign", ICERT_KEY_USAGE_CRL_SIGN },
  { "encipherOnly", ICERT_KEY_USAGE_ENCIPHER_ONLY },
  { "decipherOnly", ICERT_KEY_USAGE_DECIPHER_ONLY },
};

static void
read_usage (CaPinnedProfile *profile, ICertKeyfile *file)
{
  g_auto (GStrv) words = icert_keyfile_get_list (file, "Extensions", "KeyUsage");

  profile->usage_is_auto = words == NULL || g_strcmp0 (words[0], "auto") == 0;
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (usages); k++)
      if (strcmp (usages[k].name, words[i]) == 0)
        profile->usage |= usages[k].bit;
}

static const struct
{
  const char *name;
  const char *oid;
} purposes[] = {
  { "serverAuth", "1.3.6.1.5.5.7.3.1" },     { "clientAuth", "1.3.6.1.5.5.7.3.2" },
  { "codeSigning", "1.3.6.1.5.5.7.3.3" },    { "emailProtection", "1.3.6.1.5.5.7.3.4" },
  { "timeStamping", "1.3.6.1.5.5.7.3.8" },   { "OCSPSigning", "1.3.6.1.5.5.7.3.9" },
  { "ipsecIKE", "1.3.6.1.5.5.7.3.17" },      { "msSmartcardLogin", "1.3.6.1.4.1.311.20.2.2" },
  { "pkInitClientAuth", "1.3.6.1.5.2.3.4" }, { "pkInitKDC", "1.3.6.1.5.2.3.5" },
};

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static const char *
purpose_oid (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (purposes); i++)
    if (strcmp (purposes[i].name, word) == 0)
      return purposes[i].oid;
  return word;
}

static void
read_purposes (CaPinnedProfile *profile, ICertKeyfile *file)
{
  g_auto (GStrv) words = icert_keyfile_get_list (file, "Extensions", "ExtendedKeyUsage");
  g_autoptr (GStrvBuilder) oids = g_strv_builder_new ();

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (i == 0 && strcmp (words[i], "critical") == 0)
      profile->purposes_critical = TRUE;
    else
      g_strv_builder_add (oids, purpose_oid (words[i]));
  profile->purposes = g_strv_builder_end (oids);
  qsort (profile->purposes, g_strv_length (profile->purposes), sizeof *profile->purposes,
         compare_texts);
}

/* "hex:30 03 …"; NULL when it is not that */
static GBytes *
read_hex (const char *text)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  guint n_digits = 0;
  guint8 octet = 0;

  if (!g_str_has_prefix (text, "hex:"))
    return NULL;
  for (text += strlen ("hex:"); *text != '\0'; text++)
    {
      int digit = g_ascii_xdigit_value (*text);

      if (g_ascii_isspace (*text))
        continue;
      if (digit < 0)
        return NULL;
      octet = (guint8) (octet << 4 | digit);
      if (++n_digits % 2 == 0)
        g_byte_array_append (octets, &octet, 1);
    }
  return n_digits % 2 == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&octets)) : NULL;
}

static void
read_fixed (CaPinnedProfile *profile, ICertKeyfile *file)
{
  static const char *const named[] = { "KeyUsage", "ExtendedKeyUsage", "FromRequest", NULL };
  g_auto (GStrv) keys = icert_keyfile_list_keys (file, "Extensions");

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      const char *text = icert_keyfile_lookup (file, "Extensions", keys[i]);
      CaPinnedExtension *extension;

      if (g_strv_contains (named, keys[i]))
        continue;
      extension = g_new0 (CaPinnedExtension, 1);
      extension->oid = g_strdup (keys[i]);
      extension->critical = g_str_has_prefix (text, "critical;");
      if (extension->critical)
        text += strlen ("critical;");
      extension->value = read_hex (text + strspn (text, " \t"));
      g_ptr_array_add (profile->fixed, extension);
    }
}

/* NULL when it is no profile at all. */
static CaPinnedProfile *
parse_profile (const char *contents)
{
  g_autoptr (GBytes) bytes = g_bytes_new (contents, strlen (contents));
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (bytes, "profile", NULL);
  CaPinnedProfile *profile;

  if (file == NULL)
    return NULL;
  profile = g_new0 (CaPinnedProfile, 1);
  profile->subject = g_ptr_array_new_with_free_func (field_free);
  profile->names = g_ptr_array_new_with_free_func (field_free);
  profile->fixed = g_ptr_array_new_with_free_func (extension_free);
  read_head (profile, file);
  read_subject (profile, file);
  read_names (profile, file);
  read_key (profile, file);
  read_usage (profile, file);
  read_purposes (profile, file);
  profile->from_request = icert_keyfile_get_list (file, "Extensions", "FromRequest");
  if (profile->from_request == NULL)
    profile->from_request = g_new0 (char *, 1);
  read_fixed (profile, file);
  return profile;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  const CaPinnedProfile *first = *(CaPinnedProfile *const *) a;
  const CaPinnedProfile *second = *(CaPinnedProfile *const *) b;

  return first->time > second->time ? -1 : first->time < second->time;
}

GPtrArray *
ca_pinned_profile_load_all (ICertStore *store, const char *name, GError **error)
{
  static const guint8 columns[] = { ICERT_PROFILE_TIME, ICERT_PROFILE_CONTENT };
  g_autoptr (GPtrArray) rows = ca_query_text (store, ICERT_STORE_PROFILES, ICERT_PROFILE_NAME, name,
                                              columns, G_N_ELEMENTS (columns), error);
  GPtrArray *profiles;

  if (rows == NULL)
    return NULL;
  profiles = g_ptr_array_new_with_free_func ((GDestroyNotify) pinned_profile_free);
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *contents = icert_store_row_dup_text (rows->pdata[i], 1);
      CaPinnedProfile *profile = contents != NULL ? parse_profile (contents) : NULL;

      if (profile == NULL)
        continue;
      profile->time = icert_store_row_get_int (rows->pdata[i], 0);
      g_ptr_array_add (profiles, profile);
    }
  g_ptr_array_sort (profiles, compare_times);
  return profiles;
}
