/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "policy-template-profile.h"

#include <string.h>

#include "icert-keyfile.h"

#define UID_OID "0.9.2342.19200300.100.1.1"
#define ANY_EKU_OID "2.5.29.37.0"
#define SERVER_AUTH_OID "1.3.6.1.5.5.7.3.1"

typedef struct
{
  const char *name;
  guint number;
} NumberedName;

static const NumberedName usages[] = {
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

static const char *const roles[]
    = { "submitter", "officer", "administrator", "auditor", "backup", "reader", NULL };

typedef struct
{
  const char *name;
  const char *oid;
  gboolean authenticates; /* S-D5: says who or which server its holder is */
} PurposeName;

static const PurposeName purposes[] = {
  { "serverAuth", SERVER_AUTH_OID, TRUE },
  { "clientAuth", "1.3.6.1.5.5.7.3.2", TRUE },
  { "codeSigning", "1.3.6.1.5.5.7.3.3", FALSE },
  { "emailProtection", "1.3.6.1.5.5.7.3.4", FALSE },
  { "timeStamping", "1.3.6.1.5.5.7.3.8", FALSE },
  { "OCSPSigning", "1.3.6.1.5.5.7.3.9", FALSE },
  { "ipsecIKE", "1.3.6.1.5.5.7.3.17", TRUE },
  { "msSmartcardLogin", "1.3.6.1.4.1.311.20.2.2", TRUE },
  { "pkInitClientAuth", "1.3.6.1.5.2.3.4", TRUE },
  { "pkInitKDC", "1.3.6.1.5.2.3.5", TRUE },
  { "anyExtendedKeyUsage", ANY_EKU_OID, TRUE },
};

static const char *const default_types[]
    = { "ec-p256", "ec-p384", "ec-p521", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519", NULL };

static const char *const directory_attributes[] = { "name", "gecos", "mail", "uid", NULL };

/* Extensions that other keys of the profile or the engine answer for, or that claim identity. */
static const struct
{
  const char *oid;
  const char *instead;
} governed[] = {
  { "2.5.29.14", "the engine sets it" },
  { "2.5.29.15", "KeyUsage= sets it" },
  { "2.5.29.17", "[SubjectAltName] sets it" },
  { "2.5.29.19", "the engine sets it" },
  { "2.5.29.30", "a CA's own certificate decides" },
  { "2.5.29.31", "the engine sets it" },
  { "2.5.29.35", "the engine sets it" },
  { "2.5.29.37", "ExtendedKeyUsage= sets it" },
  { "1.3.6.1.5.5.7.1.1", "the engine sets it" },
  { "1.3.6.1.4.1.311.25.2", "it claims an identity" },
};

static void
field_free (gpointer data)
{
  PolicyTemplateField *field = data;

  g_free (field->key);
  g_free (field->oid);
  g_free (field->source_text);
  g_free (field->argument);
  g_free (field);
}

static void
fixed_free (gpointer data)
{
  PolicyTemplateFixed *fixed = data;

  g_free (fixed->oid);
  g_clear_pointer (&fixed->value, g_bytes_unref);
  g_free (fixed);
}

static PolicyTemplateProfile *
profile_new (void)
{
  PolicyTemplateProfile *profile = g_new0 (PolicyTemplateProfile, 1);

  g_atomic_ref_count_init (&profile->ref_count);
  profile->subject = g_ptr_array_new_with_free_func (field_free);
  profile->names = g_ptr_array_new_with_free_func (field_free);
  profile->fixed = g_ptr_array_new_with_free_func (fixed_free);
  return profile;
}

void
policy_template_profile_unref (PolicyTemplateProfile *profile)
{
  if (!g_atomic_ref_count_dec (&profile->ref_count))
    return;

  g_free (profile->name);
  g_free (profile->description);
  g_strfreev (profile->enroll);
  g_free (profile->enroll_text);
  g_free (profile->validity_text);
  g_ptr_array_unref (profile->subject);
  g_ptr_array_unref (profile->names);
  g_strfreev (profile->key_types);
  g_free (profile->key_types_text);
  g_strfreev (profile->eku);
  g_free (profile->eku_text);
  g_strfreev (profile->from_request);
  g_ptr_array_unref (profile->fixed);
  g_clear_pointer (&profile->usage_rsa_value, g_bytes_unref);
  g_clear_pointer (&profile->usage_other_value, g_bytes_unref);
  g_clear_pointer (&profile->eku_value, g_bytes_unref);
  g_free (profile);
}

const PolicyTemplateField *
policy_template_profile_find_name (const PolicyTemplateProfile *profile,
                                   ICertNameKind kind,
                                   const char *oid)
{
  for (guint i = 0; i < profile->names->len; i++)
    {
      const PolicyTemplateField *field = profile->names->pdata[i];

      if (field->kind == kind
          && (kind != ICERT_NAME_KIND_OTHER || g_strcmp0 (field->oid, oid) == 0))
        return field;
    }
  return NULL;
}

const PolicyTemplateField *
policy_template_profile_find_subject (const PolicyTemplateProfile *profile, const char *oid)
{
  for (guint i = 0; i < profile->subject->len; i++)
    {
      const PolicyTemplateField *field = profile->subject->pdata[i];

      if (g_str_equal (field->oid, oid))
        return field;
    }
  return NULL;
}

static gboolean
find_number (const NumberedName *table, gsize n_rows, const char *name, guint *number)
{
  for (gsize i = 0; i < n_rows; i++)
    if (g_str_equal (table[i].name, name))
      {
        *number = table[i].number;
        return TRUE;
      }
  return FALSE;
}

/* At least two arcs, digits only, no leading zero, the first arc 0 to 2. */
static gboolean
is_dotted_oid (const char *text)
{
  guint n_arcs = 0;

  if (text[0] < '0' || text[0] > '2' || text[1] != '.')
    return FALSE;
  for (;;)
    {
      gsize length = strspn (text, "0123456789");

      if (length == 0 || (length > 1 && text[0] == '0'))
        return FALSE;
      n_arcs++;
      text += length;
      if (*text == '\0')
        return n_arcs >= 2;
      if (*text++ != '.')
        return FALSE;
    }
}

/* One definite-length element and nothing behind it: all that is asked of a fixed extension. */
static gboolean
is_one_element (const guint8 *data, gsize size)
{
  gsize length, header = 2;

  if (size < 2 || (data[0] & 0x1f) == 0x1f)
    return FALSE;
  length = data[1];
  if (length >= 0x80)
    {
      gsize n_octets = length & 0x7f;

      if (n_octets == 0 || n_octets > 3 || size < 2 + n_octets)
        return FALSE;
      length = 0;
      for (gsize i = 0; i < n_octets; i++)
        length = length << 8 | data[2 + i];
      header += n_octets;
    }
  return size == header + length;
}

static GBytes *
parse_hex (const char *text)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  int high = -1;

  for (const char *p = text; *p != '\0'; p++)
    {
      int digit = g_ascii_xdigit_value (*p);

      if (digit < 0)
        {
          if (!g_ascii_isspace (*p))
            return NULL;
          continue;
        }
      if (high < 0)
        {
          high = digit;
          continue;
        }
      g_byte_array_append (octets, &(guint8){ high << 4 | digit }, 1);
      high = -1;
    }
  if (high >= 0 || !is_one_element (octets->data, octets->len))
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&octets));
}

static gboolean
is_profile_name (const char *name)
{
  gsize length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

  return length >= 1 && length <= 64 && name[length] == '\0';
}

static const char *
require (ICertKeyfile *file, const char *group, const char *key, GError **error)
{
  const char *value = icert_keyfile_lookup (file, group, key);

  if (value == NULL || *value == '\0')
    {
      icert_keyfile_set_error (file, group, value == NULL ? NULL : key, error,
                               "%s is missing (a value)", key);
      return NULL;
    }
  return value;
}

static gboolean
is_principal (const char *text)
{
  static const char *const kinds[] = { "user:", "group:", "uid:", "cert:", "agent:" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (text, kinds[i]))
      return text[strlen (kinds[i])] != '\0';
  return FALSE;
}

static gboolean
parse_enroll (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  if (require (file, "Profile", "Enroll", error) == NULL)
    return FALSE;

  profile->enroll = icert_keyfile_get_list (file, "Profile", "Enroll");
  for (gsize i = 0; profile->enroll[i] != NULL; i++)
    if (!g_strv_contains (roles, profile->enroll[i]) && !is_principal (profile->enroll[i]))
      {
        g_autofree char *quoted = icert_error_quote (profile->enroll[i], -1);

        icert_keyfile_set_error (file, "Profile", "Enroll", error,
                                 "Enroll: %s (a role such as submitter, or user:NAME, group:NAME, "
                                 "uid:N, cert:SHA256, agent:NAME)",
                                 quoted);
        return FALSE;
      }
  profile->enroll_text = g_strjoinv (", ", profile->enroll);
  return TRUE;
}

static gboolean
parse_approval (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  const char *value = icert_keyfile_lookup (file, "Profile", "Approval");

  /* what is not said is the careful thing */
  profile->needs_approval = TRUE;
  if (value == NULL || g_str_equal (value, "required"))
    return TRUE;
  if (g_str_equal (value, "none"))
    {
      profile->needs_approval = FALSE;
      return TRUE;
    }
  icert_keyfile_set_error (file, "Profile", "Approval", error,
                           "Approval: not a known value (required or none)");
  return FALSE;
}

/* Whether a certificate may be revoked for a while. */
static gboolean
parse_hold (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  const char *value = icert_keyfile_lookup (file, "Profile", "Hold");

  profile->allows_hold = g_strcmp0 (value, "allowed") == 0;
  if (value == NULL || profile->allows_hold || g_str_equal (value, "none"))
    return TRUE;
  icert_keyfile_set_error (file, "Profile", "Hold", error,
                           "Hold: not a known value (allowed or none)");
  return FALSE;
}

static gboolean
parse_validity (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  const char *value = icert_keyfile_lookup (file, "Profile", "Validity");

  if (value == NULL)
    return TRUE;
  if (!icert_duration_parse (value, &profile->validity_months, &profile->validity_seconds, NULL)
      || (profile->validity_months <= 0 && profile->validity_seconds <= 0))
    {
      icert_keyfile_set_error (file, "Profile", "Validity", error,
                               "Validity: not a duration (as 90d, 6mo or 1y)");
      return FALSE;
    }
  profile->has_validity = TRUE;
  profile->validity_text = g_strdup (value);
  return TRUE;
}

static gboolean
parse_name (PolicyTemplateProfile *profile,
            ICertKeyfile *file,
            const char *promised,
            GError **error)
{
  const char *name = require (file, "Profile", "Name", error);

  if (name == NULL)
    return FALSE;
  if (!is_profile_name (name))
    {
      icert_keyfile_set_error (file, "Profile", "Name", error,
                               "Name: not a profile's name (1 to 64 letters, digits, hyphens)");
      return FALSE;
    }
  if (promised != NULL && !g_str_equal (name, promised))
    {
      icert_keyfile_set_error (file, "Profile", "Name", error, "Name: %s (%s, as the file's name)",
                               name, promised);
      return FALSE;
    }
  profile->name = g_strdup (name);
  profile->description = g_strdup (icert_keyfile_lookup (file, "Profile", "Description"));
  return TRUE;
}

static gboolean
parse_head (PolicyTemplateProfile *profile, ICertKeyfile *file, const char *name, GError **error)
{
  static const char *const known[] = { "Name", "Description", "Version",   "Enroll", "Approval",
                                       "Hold", "Validity",    "Wildcards", NULL };
  gint64 version = 0;

  if (icert_keyfile_lookup (file, "Profile", NULL) == NULL)
    {
      icert_keyfile_set_error (file, NULL, NULL, error, "[Profile] is missing");
      return FALSE;
    }
  if (!icert_keyfile_check_keys (file, "Profile", known, error)
      || !parse_name (profile, file, name, error)
      || require (file, "Profile", "Version", error) == NULL
      || !icert_keyfile_get_int (file, "Profile", "Version", 1, 1, G_MAXINT32, &version, error))
    return FALSE;
  profile->version = (int) version;
  return parse_enroll (profile, file, error) && parse_approval (profile, file, error)
         && parse_hold (profile, file, error) && parse_validity (profile, file, error)
         && icert_keyfile_get_boolean (file, "Profile", "Wildcards", FALSE,
                                       &profile->allows_wildcards, error);
}

static gboolean
parse_argument (PolicyTemplateField *field, const char *argument)
{
  if (*argument == '\0')
    return FALSE;
  if (field->source == POLICY_TEMPLATE_SOURCE_DIRECTORY
      && !g_strv_contains (directory_attributes, argument))
    return FALSE;
  field->argument = g_strdup (argument);
  return TRUE;
}

static gboolean
parse_source (PolicyTemplateField *field, const char *value)
{
  static const NumberedName plain[] = {
    { "validated", POLICY_TEMPLATE_SOURCE_VALIDATED },
    { "granted", POLICY_TEMPLATE_SOURCE_GRANTED },
    { "approved", POLICY_TEMPLATE_SOURCE_APPROVED },
    { "request", POLICY_TEMPLATE_SOURCE_REQUEST },
  };
  guint number = 0;

  field->source_text = g_strdup (value);
  if (g_str_has_prefix (value, "fixed:"))
    {
      field->source = POLICY_TEMPLATE_SOURCE_FIXED;
      return parse_argument (field, value + strlen ("fixed:"));
    }
  if (g_str_has_prefix (value, "directory:"))
    {
      field->source = POLICY_TEMPLATE_SOURCE_DIRECTORY;
      return parse_argument (field, value + strlen ("directory:"));
    }
  if (find_number (plain, G_N_ELEMENTS (plain), value, &number))
    {
      field->source = number;
      return TRUE;
    }
  /* in [Subject] a missing line says the same */
  field->source = POLICY_TEMPLATE_SOURCE_IGNORE;
  return field->kind != ICERT_NAME_KIND_NONE && g_str_equal (value, "ignore");
}

static gboolean
take_source (PolicyTemplateField *field, ICertKeyfile *file, const char *group, GError **error)
{
  g_autofree char *quoted = NULL;
  const char *value = icert_keyfile_lookup (file, group, field->key);

  if (parse_source (field, value))
    return TRUE;
  quoted = icert_error_quote (value, -1);
  icert_keyfile_set_error (file, group, field->key, error,
                           "%s: %s is not a source (fixed:TEXT, directory:name|gecos|mail|uid, "
                           "validated, granted, approved, request%s)",
                           field->key, quoted,
                           field->kind == ICERT_NAME_KIND_NONE ? "" : ", ignore");
  return FALSE;
}

static gboolean
add_subject_field (PolicyTemplateProfile *profile,
                   ICertKeyfile *file,
                   const char *key,
                   GError **error)
{
  const ICertPropertyInfo *info = icert_property_find (ICERT_SCOPE_CERTIFICATE, key, NULL, NULL);
  PolicyTemplateField *field = NULL;
  const char *oid = NULL;

  if (info != NULL && (info->flags & ICERT_PROPERTY_SUBJECT_NAME) != 0)
    oid = info->oid != NULL ? info->oid : key;
  if (oid == NULL || !is_dotted_oid (oid))
    {
      g_autofree char *quoted = icert_error_quote (key, -1);

      icert_keyfile_set_error (file, "Subject", key, error,
                               "%s is no subject attribute (a name such as CommonName, or an OID)",
                               quoted);
      return FALSE;
    }
  if (policy_template_profile_find_subject (profile, oid) != NULL)
    {
      icert_keyfile_set_error (file, "Subject", key, error, "%s: given twice (once)", key);
      return FALSE;
    }

  field = g_new0 (PolicyTemplateField, 1);
  field->key = g_strdup (key);
  field->oid = g_strdup (oid);
  g_ptr_array_add (profile->subject, field);
  return take_source (field, file, "Subject", error);
}

static gboolean
parse_subject (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  g_auto (GStrv) keys = icert_keyfile_list_keys (file, "Subject");

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!add_subject_field (profile, file, keys[i], error))
      return FALSE;
  return TRUE;
}

static ICertNameKind
parse_kind (const char *key, const char **oid)
{
  static const char other[] = "otherName:";
  ICertNameKind kind;

  *oid = NULL;
  if (g_str_has_prefix (key, other))
    {
      *oid = key + strlen (other);
      return is_dotted_oid (*oid) ? ICERT_NAME_KIND_OTHER : ICERT_NAME_KIND_NONE;
    }
  kind = icert_name_kind_from_field (key);
  switch (kind)
    {
    case ICERT_NAME_KIND_DNS:
    case ICERT_NAME_KIND_IP:
    case ICERT_NAME_KIND_RFC822:
    case ICERT_NAME_KIND_URI:
    case ICERT_NAME_KIND_DIRECTORY:
    case ICERT_NAME_KIND_REGISTERED_ID:
      return kind;
    default:
      return ICERT_NAME_KIND_NONE;
    }
}

static gboolean
add_name_field (PolicyTemplateProfile *profile, ICertKeyfile *file, const char *key, GError **error)
{
  const char *oid;
  ICertNameKind kind = parse_kind (key, &oid);
  PolicyTemplateField *field;

  if (kind == ICERT_NAME_KIND_NONE)
    {
      g_autofree char *quoted = icert_error_quote (key, -1);

      icert_keyfile_set_error (file, "SubjectAltName", key, error,
                               "%s is no kind of name (dNSName, iPAddress, rfc822Name, "
                               "uniformResourceIdentifier, directoryName, registeredID, "
                               "otherName:OID)",
                               quoted);
      return FALSE;
    }
  if (policy_template_profile_find_name (profile, kind, oid) != NULL)
    {
      icert_keyfile_set_error (file, "SubjectAltName", key, error, "%s: given twice (once)", key);
      return FALSE;
    }

  field = g_new0 (PolicyTemplateField, 1);
  field->key = g_strdup (key);
  field->oid = g_strdup (oid);
  field->kind = kind;
  g_ptr_array_add (profile->names, field);
  if (!take_source (field, file, "SubjectAltName", error))
    return FALSE;
  if (kind == ICERT_NAME_KIND_DIRECTORY && field->argument != NULL)
    {
      icert_keyfile_set_error (file, "SubjectAltName", key, error,
                               "%s: no text can be a directory name (validated, granted, approved, "
                               "request or ignore)",
                               key);
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_names (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  g_auto (GStrv) keys = icert_keyfile_list_keys (file, "SubjectAltName");

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!add_name_field (profile, file, keys[i], error))
      return FALSE;
  return TRUE;
}

/* S-B1: what a profile may say beyond the default list */
static gboolean
is_key_type (const char *type)
{
  static const char *const curves[] = { "ec-p256", "ec-p384", "ec-p521", "ed25519", "ed448", NULL };
  guint64 bits;

  if (g_strv_contains (curves, type))
    return TRUE;
  return g_str_has_prefix (type, "rsa-")
         && g_ascii_string_to_unsigned (type + strlen ("rsa-"), 10, 2048, 8192, &bits, NULL)
         && bits % 8 == 0;
}

static gboolean
parse_key (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  static const char *const known[] = { "Types", NULL };

  if (!icert_keyfile_check_keys (file, "Key", known, error))
    return FALSE;
  profile->key_types = icert_keyfile_get_list (file, "Key", "Types");
  if (profile->key_types == NULL)
    profile->key_types = g_strdupv ((char **) default_types);
  if (profile->key_types[0] == NULL)
    {
      icert_keyfile_set_error (file, "Key", "Types", error, "Types: empty (a key type)");
      return FALSE;
    }
  for (gsize i = 0; profile->key_types[i] != NULL; i++)
    if (!is_key_type (profile->key_types[i]))
      {
        g_autofree char *quoted = icert_error_quote (profile->key_types[i], -1);

        icert_keyfile_set_error (file, "Key", "Types", error,
                                 "Types: %s (ec-p256, ec-p384, ec-p521, rsa-2048 to rsa-8192, "
                                 "ed25519, ed448)",
                                 quoted);
        return FALSE;
      }
  profile->key_types_text = g_strjoinv (", ", profile->key_types);
  return TRUE;
}

static gboolean
check_usage (const PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  const guint encipherment = ICERT_KEY_USAGE_KEY_ENCIPHERMENT | ICERT_KEY_USAGE_DATA_ENCIPHERMENT;

  if ((profile->usage & ICERT_KEY_USAGE_CRL_SIGN) != 0 && !profile->is_ca)
    {
      icert_keyfile_set_error (file, "Extensions", "KeyUsage", error,
                               "KeyUsage: cRLSign without keyCertSign (both)");
      return FALSE;
    }
  if ((profile->usage & encipherment) == 0)
    return TRUE;
  for (gsize i = 0; profile->key_types[i] != NULL; i++)
    if (!g_str_has_prefix (profile->key_types[i], "rsa-"))
      {
        icert_keyfile_set_error (file, "Extensions", "KeyUsage", error,
                                 "KeyUsage: encipherment with %s keys (auto, or RSA types only)",
                                 profile->key_types[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
parse_usage (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  g_auto (GStrv) words = icert_keyfile_get_list (file, "Extensions", "KeyUsage");

  if (words == NULL
      || g_strv_equal ((const char *const *) words, (const char *const[]){ "auto", NULL }))
    {
      profile->usage_is_auto = TRUE;
      return TRUE;
    }
  for (gsize i = 0; words[i] != NULL; i++)
    {
      guint bit = 0;

      if (!find_number (usages, G_N_ELEMENTS (usages), words[i], &bit))
        {
          g_autofree char *quoted = icert_error_quote (words[i], -1);

          icert_keyfile_set_error (file, "Extensions", "KeyUsage", error,
                                   "KeyUsage: %s (auto, or bits such as digitalSignature)", quoted);
          return FALSE;
        }
      profile->usage |= bit;
    }
  if (profile->usage == ICERT_KEY_USAGE_NONE)
    {
      icert_keyfile_set_error (file, "Extensions", "KeyUsage", error,
                               "KeyUsage: empty (auto, or bits such as digitalSignature)");
      return FALSE;
    }
  profile->is_ca = (profile->usage & ICERT_KEY_USAGE_KEY_CERT_SIGN) != 0;
  return check_usage (profile, file, error);
}

static const char *
find_purpose (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (purposes); i++)
    if (g_str_equal (purposes[i].name, word) || g_str_equal (purposes[i].oid, word))
      return purposes[i].oid;
  return is_dotted_oid (word) ? word : NULL;
}

/* S-D4 */
static gboolean
check_purposes (const PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  if (profile->is_ca)
    return TRUE;
  if (profile->eku[0] == NULL)
    {
      icert_keyfile_set_error (file, "Extensions", "ExtendedKeyUsage", error,
                               "ExtendedKeyUsage: empty (at least one purpose)");
      return FALSE;
    }
  if (g_strv_contains ((const char *const *) profile->eku, ANY_EKU_OID))
    {
      icert_keyfile_set_error (file, "Extensions", "ExtendedKeyUsage", error,
                               "ExtendedKeyUsage: anyExtendedKeyUsage (purposes by name)");
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_purposes (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  g_auto (GStrv) words = icert_keyfile_get_list (file, "Extensions", "ExtendedKeyUsage");
  g_autoptr (GStrvBuilder) oids = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  g_auto (GStrv) shown = NULL;

  for (gsize i = 0; words != NULL && words[i] != NULL; i++)
    {
      const char *oid = find_purpose (words[i]);

      if (i == 0 && g_str_equal (words[i], "critical"))
        {
          profile->eku_flags = ICERT_EXTENSION_CRITICAL;
          continue;
        }
      if (oid == NULL)
        {
          g_autofree char *quoted = icert_error_quote (words[i], -1);

          icert_keyfile_set_error (file, "Extensions", "ExtendedKeyUsage", error,
                                   "ExtendedKeyUsage: %s (a purpose such as serverAuth, or an OID)",
                                   quoted);
          return FALSE;
        }
      g_strv_builder_add (oids, oid);
      g_strv_builder_add (texts, words[i]);
    }
  profile->eku = g_strv_builder_end (oids);
  shown = g_strv_builder_end (texts);
  profile->eku_text = shown[0] == NULL ? g_strdup ("none") : g_strjoinv (", ", shown);
  profile->is_server = g_strv_contains ((const char *const *) profile->eku, SERVER_AUTH_OID);
  return check_purposes (profile, file, error);
}

static gboolean
check_not_governed (ICertKeyfile *file, const char *key, const char *oid, GError **error)
{
  if (!is_dotted_oid (oid))
    {
      g_autofree char *quoted = icert_error_quote (oid, -1);

      icert_keyfile_set_error (file, "Extensions", key, error,
                               "%s is neither a known key nor an OID (KeyUsage, ExtendedKeyUsage, "
                               "FromRequest or OIDs)",
                               quoted);
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (governed); i++)
    if (g_str_equal (governed[i].oid, oid))
      {
        icert_keyfile_set_error (file, "Extensions", key, error,
                                 "%s: not for a profile to copy or fix (%s)", oid,
                                 governed[i].instead);
        return FALSE;
      }
  return TRUE;
}

static gboolean
add_fixed (PolicyTemplateProfile *profile, ICertKeyfile *file, const char *oid, GError **error)
{
  const char *text = icert_keyfile_lookup (file, "Extensions", oid);
  PolicyTemplateFixed *fixed;

  if (!check_not_governed (file, oid, oid, error))
    return FALSE;

  fixed = g_new0 (PolicyTemplateFixed, 1);
  fixed->oid = g_strdup (oid);
  g_ptr_array_add (profile->fixed, fixed);
  if (g_str_has_prefix (text, "critical;"))
    {
      fixed->flags = ICERT_EXTENSION_CRITICAL;
      text += strlen ("critical;");
      text += strspn (text, " \t");
    }
  if (g_str_has_prefix (text, "hex:"))
    fixed->value = parse_hex (text + strlen ("hex:"));
  if (fixed->value == NULL)
    {
      icert_keyfile_set_error (file, "Extensions", oid, error,
                               "%s: not a value (hex: and the octets of one DER element, critical; "
                               "in front makes it critical)",
                               oid);
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_extensions (PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  static const char *const named[] = { "KeyUsage", "ExtendedKeyUsage", "FromRequest", NULL };
  g_auto (GStrv) keys = icert_keyfile_list_keys (file, "Extensions");

  if (!parse_usage (profile, file, error) || !parse_purposes (profile, file, error))
    return FALSE;

  profile->from_request = icert_keyfile_get_list (file, "Extensions", "FromRequest");
  if (profile->from_request == NULL)
    profile->from_request = g_new0 (char *, 1);
  for (gsize i = 0; profile->from_request[i] != NULL; i++)
    if (!check_not_governed (file, "FromRequest", profile->from_request[i], error))
      return FALSE;

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (named, keys[i]) && !add_fixed (profile, file, keys[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
authenticates (const PolicyTemplateProfile *profile)
{
  for (gsize i = 0; profile->eku[i] != NULL; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (purposes); j++)
      if (purposes[j].authenticates && g_str_equal (purposes[j].oid, profile->eku[i]))
        return TRUE;
  return FALSE;
}

static const PolicyTemplateField *
find_source (GPtrArray *fields, PolicyTemplateSource source, const char *except_oid)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const PolicyTemplateField *field = fields->pdata[i];

      if (field->source == source
          && (except_oid == NULL || g_strcmp0 (field->oid, except_oid) != 0))
        return field;
    }
  return NULL;
}

/* S-D5: every attribute and every name counts, since servers authorise by any of them */
static gboolean
check_requested_names (const PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  const PolicyTemplateField *field;
  const char *group = "Subject";

  if (profile->needs_approval || !authenticates (profile))
    return TRUE;
  field = find_source (profile->subject, POLICY_TEMPLATE_SOURCE_REQUEST, NULL);
  if (field == NULL)
    {
      group = "SubjectAltName";
      field = find_source (profile->names, POLICY_TEMPLATE_SOURCE_REQUEST, NULL);
    }
  if (field == NULL)
    return TRUE;
  icert_keyfile_set_error (
      file, group, field->key, error,
      "%s: source request for a name in a certificate that authenticates (%s), "
      "without approval (Approval=required, or source validated or granted)",
      field->key, profile->eku_text);
  return FALSE;
}

/* S-D18 */
static gboolean
check_principal_id (const PolicyTemplateProfile *profile, ICertKeyfile *file, GError **error)
{
  const PolicyTemplateField *uid = policy_template_profile_find_subject (profile, UID_OID);
  gboolean uses_directory
      = find_source (profile->subject, POLICY_TEMPLATE_SOURCE_DIRECTORY, UID_OID) != NULL
        || find_source (profile->names, POLICY_TEMPLATE_SOURCE_DIRECTORY, NULL) != NULL;

  if (!uses_directory && uid != NULL)
    {
      icert_keyfile_set_error (file, "Subject", uid->key, error,
                               "%s: the principal id in a profile without names from the directory "
                               "(no such line)",
                               uid->key);
      return FALSE;
    }
  if (uses_directory && uid == NULL)
    {
      icert_keyfile_set_error (
          file, "Subject", NULL, error,
          "names from the directory without the principal id (%s=directory:uid)", UID_OID);
      return FALSE;
    }
  if (uid != NULL
      && (uid->source != POLICY_TEMPLATE_SOURCE_DIRECTORY || !g_str_equal (uid->argument, "uid")))
    {
      icert_keyfile_set_error (file, "Subject", uid->key, error, "%s: %s (directory:uid)", uid->key,
                               uid->source_text);
      return FALSE;
    }
  return TRUE;
}

/* The octets of what never changes, written once. */
static gboolean
encode_extensions (PolicyTemplateProfile *profile, GError **error)
{
  const guint automatic = ICERT_KEY_USAGE_DIGITAL_SIGNATURE;
  guint rsa
      = profile->usage_is_auto ? automatic | ICERT_KEY_USAGE_KEY_ENCIPHERMENT : profile->usage;
  guint other = profile->usage_is_auto ? automatic : profile->usage;
  g_autoptr (ICertExtension) rsa_usage = icert_extension_new_key_usage (rsa, TRUE, error);
  g_autoptr (ICertExtension) other_usage = NULL;
  g_autoptr (ICertExtension) eku = NULL;

  if (rsa_usage == NULL)
    return FALSE;
  other_usage = icert_extension_new_key_usage (other, TRUE, error);
  if (other_usage == NULL)
    return FALSE;
  profile->usage_rsa_value = icert_extension_get_value (rsa_usage);
  profile->usage_other_value = icert_extension_get_value (other_usage);
  if (profile->eku[0] == NULL)
    return TRUE;

  eku = icert_extension_new_extended_key_usage ((const char *const *) profile->eku, FALSE, error);
  if (eku == NULL)
    return FALSE;
  profile->eku_value = icert_extension_get_value (eku);
  return TRUE;
}

/* Bound to the contents: a profile that is changed needs a waiver of its own. */
static gboolean
has_waiver (const PolicyTemplateProfile *profile, GBytes *contents, const char *const *waivers)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, contents);
  g_autofree char *waiver = g_strconcat (profile->name, ":", hash, NULL);

  return waivers != NULL && g_strv_contains (waivers, waiver);
}

PolicyTemplateProfile *
policy_template_profile_parse_waived (GBytes *contents,
                                      const char *file_name,
                                      const char *name,
                                      const char *const *waivers,
                                      GError **error)
{
  static const char *const groups[]
      = { "Profile", "Subject", "SubjectAltName", "Key", "Extensions", NULL };
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (contents, file_name, error);
  g_autoptr (PolicyTemplateProfile) profile = NULL;
  g_autoptr (GError) refusal = NULL;

  if (file == NULL || !icert_keyfile_check_groups (file, groups, error))
    return NULL;

  profile = profile_new ();
  if (!parse_head (profile, file, name, error) || !parse_subject (profile, file, error)
      || !parse_names (profile, file, error) || !parse_key (profile, file, error)
      || !parse_extensions (profile, file, error))
    return NULL;
  if (!check_requested_names (profile, file, &refusal))
    {
      profile->is_waived = has_waiver (profile, contents, waivers);
      if (!profile->is_waived)
        {
          g_propagate_error (error, g_steal_pointer (&refusal));
          return NULL;
        }
    }
  if (!check_principal_id (profile, file, error) || !encode_extensions (profile, error))
    return NULL;
  return g_steal_pointer (&profile);
}

PolicyTemplateProfile *
policy_template_profile_parse (GBytes *contents,
                               const char *file_name,
                               const char *name,
                               GError **error)
{
  return policy_template_profile_parse_waived (contents, file_name, name, NULL, error);
}
