/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-config.h"

#include <string.h>

#include "ca-audit-sink.h"
#include "ca-config-private.h"
#include "ca-der.h"
#include "ca-limits.h"

static const struct
{
  const char *name;
  ICertRoles role;
} role_names[] = {
  { "submitter", ICERT_ROLE_ENROLL },        { "officer", ICERT_ROLE_OFFICER },
  { "administrator", ICERT_ROLE_ADMIN },     { "auditor", ICERT_ROLE_AUDITOR },
  { "backup", ICERT_ROLE_OPERATOR },         { "reader", ICERT_ROLE_READ },
  { "custodian", ICERT_ROLE_KEY_CUSTODIAN },
};

static const char *const grant_fields[]
    = { "dNSName",       "iPAddress",    "rfc822Name", "uniformResourceIdentifier",
        "directoryName", "registeredID", NULL };

static void
module_config_free (gpointer data)
{
  CaModuleConfig *module = data;

  g_free (module->class_id);
  g_hash_table_unref (module->texts);
  g_free (module);
}

static void
grant_free (gpointer data)
{
  CaGrant *grant = data;

  g_free (grant->name);
  g_strfreev (grant->principals);
  g_strfreev (grant->profiles);
  g_hash_table_unref (grant->patterns);
  g_free (grant);
}

static void
key_config_free (gpointer data)
{
  CaKeyConfig *key = data;

  if (key == NULL)
    return;
  g_free (key->class_id);
  g_free (key->url);
  g_free (key);
}

static void
role_entry_free (gpointer data)
{
  CaRoleEntry *entry = data;

  g_free (entry->principal);
  g_free (entry);
}

CaConfig *
ca_config_ref (CaConfig *config)
{
  g_atomic_ref_count_inc (&config->ref_count);
  return config;
}

void
ca_config_unref (CaConfig *config)
{
  if (config == NULL || !g_atomic_ref_count_dec (&config->ref_count))
    return;
  g_free (config->folder);
  g_clear_pointer (&config->source, g_bytes_unref);
  g_free (config->name);
  g_free (config->url);
  g_free (config->hash);
  g_free (config->validity);
  g_free (config->max_validity);
  g_strfreev (config->ca_profiles);
  g_strfreev (config->templates);
  g_strfreev (config->allowed_addresses);
  g_ptr_array_unref (config->policies);
  ca_file_hashes_free (config->file_hashes);
  g_strfreev (config->shadow);
  g_ptr_array_unref (config->exits);
  g_free (config->store_class);
  g_free (config->store_url);
  g_ptr_array_unref (config->keys);
  g_ptr_array_unref (config->roles);
  g_ptr_array_unref (config->grants);
  g_ptr_array_unref (config->officer_rights);
  g_ptr_array_unref (config->agents);
  g_strfreev (config->ca_issuers);
  g_strfreev (config->ocsp);
  g_strfreev (config->audit_sinks);
  g_strfreev (config->publish_expired_usages);
  g_free (config);
}

static CaConfig *
config_new (const char *folder)
{
  CaConfig *config = g_new0 (CaConfig, 1);

  g_atomic_ref_count_init (&config->ref_count);
  config->folder = g_strdup (folder);
  config->policies = g_ptr_array_new_with_free_func (module_config_free);
  config->file_hashes = ca_file_hashes_new ();
  config->exits = g_ptr_array_new_with_free_func (module_config_free);
  config->keys = g_ptr_array_new_with_free_func (key_config_free);
  config->roles = g_ptr_array_new_with_free_func (role_entry_free);
  config->grants = g_ptr_array_new_with_free_func (grant_free);
  config->officer_rights = g_ptr_array_new_with_free_func (_ca_officer_rights_free);
  config->agents = g_ptr_array_new_with_free_func (_ca_agent_free);
  return config;
}

static char *
dup_text (ICertKeyfile *file, const char *group, const char *key, const char *fallback)
{
  const char *text = icert_keyfile_lookup (file, group, key);

  return g_strdup (text != NULL ? text : fallback);
}

static gboolean
read_duration (ICertKeyfile *file,
               const char *group,
               const char *key,
               const char *fallback,
               char **text,
               int *months,
               gint64 *seconds,
               GError **error)
{
  g_autoptr (GError) local = NULL;

  *text = dup_text (file, group, key, fallback);
  if (icert_duration_parse (*text, months, seconds, &local) && (*months > 0 || *seconds > 0))
    return TRUE;
  icert_keyfile_set_error (file, group, key, error, "%s is no duration (90d, 24h, 6mo, 1y)", *text);
  return FALSE;
}

static gboolean
read_name (CaConfig *config, ICertKeyfile *file, GError **error)
{
  const char *type = icert_keyfile_lookup (file, "CA", "Type");

  config->name = dup_text (file, "CA", "Name", NULL);
  if (config->name == NULL || config->name[0] == '\0')
    {
      icert_keyfile_set_error (file, "CA", config->name != NULL ? "Name" : NULL, error,
                               "Name is missing (the CA's common name)");
      return FALSE;
    }
  if (g_strcmp0 (type, "root") != 0 && g_strcmp0 (type, "subordinate") != 0)
    {
      icert_keyfile_set_error (file, "CA", type != NULL ? "Type" : NULL, error,
                               "Type is %s (root or subordinate)", type != NULL ? type : "missing");
      return FALSE;
    }
  config->is_root = strcmp (type, "root") == 0;
  return TRUE;
}

static gboolean
read_hash (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const hashes[] = { "sha256", "sha384", "sha512", NULL };

  config->hash = dup_text (file, "CA", "Hash", "sha256");
  if (g_strv_contains (hashes, config->hash))
    return TRUE;
  icert_keyfile_set_error (file, "CA", "Hash", error, "%s (sha256, sha384 or sha512)",
                           config->hash);
  return FALSE;
}

/* One place for the URLs of certificates: the paths the HTTP host and the publishing exits will
 * serve. */
static void
make_urls (CaConfig *config)
{
  const char *base = config->url;

  if (base == NULL || base[0] == '\0')
    return;
  config->ca_issuers = g_new0 (char *, 2);
  config->ca_issuers[0] = g_strconcat (base, "/ca<CertificateName>.crt", NULL);
  config->ocsp = g_new0 (char *, 2);
  config->ocsp[0] = g_strconcat (base, "/ocsp", NULL);
}

gboolean
ca_config_check_url (const char *url, GError **error)
{
  gsize length = strlen (url);
  g_autoptr (GUri) uri = NULL;

  if (length > CA_LIMIT_URL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "Url",
                       "has %" G_GSIZE_FORMAT " octets (%d at most)", length, CA_LIMIT_URL);
      return FALSE;
    }
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (uri != NULL && g_uri_get_host (uri) != NULL && g_uri_get_host (uri)[0] != '\0'
      && g_str_is_ascii (url))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "Url", "%s is no URL (http://ca.example.org)", url);
  return FALSE;
}

static gboolean
read_url (CaConfig *config, ICertKeyfile *file, GError **error)
{
  g_autoptr (GError) local = NULL;

  config->url = dup_text (file, "CA", "Url", "");
  if (config->url[0] != '\0' && !ca_config_check_url (config->url, &local))
    {
      icert_keyfile_set_error (file, "CA", "Url", error, "%s", local->message);
      return FALSE;
    }
  make_urls (config);
  return TRUE;
}

static gboolean
read_lists (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const classes[]
      = { "loopback", "link-local", "multicast", "unspecified", "own", NULL };

  config->ca_profiles = icert_keyfile_get_list (file, "CA", "CAProfiles");
  if (config->ca_profiles == NULL)
    config->ca_profiles = g_new0 (char *, 1);
  config->templates = icert_keyfile_get_list (file, "CA", "Templates");
  if (config->templates == NULL)
    config->templates = g_new0 (char *, 1);
  config->allowed_addresses = icert_keyfile_get_list (file, "CA", "AllowAddresses");
  if (config->allowed_addresses == NULL)
    config->allowed_addresses = g_new0 (char *, 1);
  for (guint i = 0; config->allowed_addresses[i] != NULL; i++)
    if (!g_strv_contains (classes, config->allowed_addresses[i]))
      {
        icert_keyfile_set_error (file, "CA", "AllowAddresses", error,
                                 "AllowAddresses: %s is no class of addresses (loopback, "
                                 "link-local, multicast, unspecified or own)",
                                 config->allowed_addresses[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_ca (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const keys[] = { "Name",
                                      "Type",
                                      "Url",
                                      "Hash",
                                      "ValidityPeriod",
                                      "MaxValidityPeriod",
                                      "ClockSkewMinutes",
                                      "DualControl",
                                      "CAProfiles",
                                      "Templates",
                                      "CAPathLength",
                                      "AllowAddresses",
                                      "AllowForeign",
                                      "AllowSha1Possession",
                                      NULL };
  gint64 skew, path_length;

  if (!icert_keyfile_check_keys (file, "CA", keys, error) || !read_name (config, file, error)
      || !read_hash (config, file, error) || !read_url (config, file, error)
      || !read_lists (config, file, error)
      || !read_duration (file, "CA", "ValidityPeriod", "90d", &config->validity,
                         &config->validity_months, &config->validity_seconds, error)
      || !read_duration (file, "CA", "MaxValidityPeriod", "398d", &config->max_validity,
                         &config->max_validity_months, &config->max_validity_seconds, error)
      || !icert_keyfile_get_int (file, "CA", "ClockSkewMinutes", 10, 0, 48 * 60, &skew, error)
      || !icert_keyfile_get_int (file, "CA", "CAPathLength", -1, -1, 15, &path_length, error)
      || !icert_keyfile_get_boolean (file, "CA", "AllowSha1Possession", FALSE, &config->allow_sha1,
                                     error)
      || !icert_keyfile_get_boolean (file, "CA", "AllowForeign", FALSE, &config->allow_foreign,
                                     error)
      || !icert_keyfile_get_boolean (file, "CA", "DualControl", FALSE, &config->dual_control,
                                     error))
    return FALSE;
  config->clock_skew = skew * 60;
  config->ca_path_length = path_length;
  return TRUE;
}

/* [Policy CLASS] and [Exit CLASS]: texts, judged later by what the class says of its settings. */
static GHashTable *
read_texts (ICertKeyfile *file, const char *group)
{
  GHashTable *texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) keys = icert_keyfile_list_keys (file, group);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    g_hash_table_insert (texts, g_strdup (keys[i]), dup_text (file, group, keys[i], ""));
  return texts;
}

static void
read_modules (ICertKeyfile *file, const char *group, const char *key, GPtrArray *modules)
{
  g_auto (GStrv) classes = icert_keyfile_get_list (file, group, key);

  for (guint i = 0; classes != NULL && classes[i] != NULL; i++)
    {
      CaModuleConfig *module = g_new0 (CaModuleConfig, 1);
      g_autofree char *section = g_strconcat (group, " ", classes[i], NULL);

      module->class_id = g_strdup (classes[i]);
      module->texts = read_texts (file, section);
      g_ptr_array_add (modules, module);
    }
}

static gboolean
check_duplicates (ICertKeyfile *file,
                  const char *group,
                  const char *key,
                  GPtrArray *modules,
                  GError **error)
{
  for (guint i = 0; i < modules->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const CaModuleConfig *first = modules->pdata[j];
        const CaModuleConfig *second = modules->pdata[i];

        if (strcmp (first->class_id, second->class_id) != 0)
          continue;
        icert_keyfile_set_error (file, group, key, error, "%s is listed twice (once)",
                                 first->class_id);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_chain (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const policy_keys[] = { "Chain", "Shadow", NULL };
  static const char *const exit_keys[] = { "Modules", NULL };

  if (!icert_keyfile_check_keys (file, "Policy", policy_keys, error)
      || !icert_keyfile_check_keys (file, "Exit", exit_keys, error))
    return FALSE;
  read_modules (file, "Policy", "Chain", config->policies);
  read_modules (file, "Exit", "Modules", config->exits);
  config->shadow = icert_keyfile_get_list (file, "Policy", "Shadow");
  if (config->shadow != NULL && config->shadow[0] != NULL)
    {
      icert_keyfile_set_error (file, "Policy", "Shadow", error,
                               "shadow policies are not served here (an empty list)");
      return FALSE;
    }
  return check_duplicates (file, "Policy", "Chain", config->policies, error)
         && check_duplicates (file, "Exit", "Modules", config->exits, error);
}

static gboolean
read_store (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const keys[] = { "Class", "Url", NULL };

  if (!icert_keyfile_check_keys (file, "Store", keys, error))
    return FALSE;
  config->store_class = dup_text (file, "Store", "Class", "SQLite.Store");
  config->store_url = dup_text (file, "Store", "Url", "store/ca.db");
  return TRUE;
}

static gboolean
read_key (CaConfig *config, ICertKeyfile *file, const char *group, GError **error)
{
  static const char *const keys[] = { "Class", "Url", NULL };
  g_autoptr (GError) local = NULL;
  guint64 index;
  CaKeyConfig *key;

  if (!icert_keyfile_check_keys (file, group, keys, error))
    return FALSE;
  if (!g_ascii_string_to_unsigned (group + strlen ("Key "), 10, 0, 1000, &index, &local))
    {
      icert_keyfile_set_error (file, group, NULL, error, "%s is no key index (a number)", group);
      return FALSE;
    }
  if (config->keys->len <= index)
    g_ptr_array_set_size (config->keys, index + 1);
  key = g_new0 (CaKeyConfig, 1);
  key->class_id = dup_text (file, group, "Class", "File.Key");
  key->url = dup_text (file, group, "Url", NULL);
  key_config_free (config->keys->pdata[index]);
  config->keys->pdata[index] = key;
  if (key->url != NULL)
    return TRUE;
  icert_keyfile_set_error (file, group, NULL, error, "Url is missing (where the key is)");
  return FALSE;
}

static gboolean
read_period (ICertKeyfile *file,
             const char *key,
             const char *fallback,
             gboolean required,
             CaDuration *duration,
             GError **error)
{
  const char *text = icert_keyfile_lookup (file, "CRL", key);

  if (text == NULL)
    text = fallback;
  if (!icert_duration_parse (text, &duration->months, &duration->seconds, NULL)
      || (required && !ca_duration_is_set (duration)))
    {
      icert_keyfile_set_error (file, "CRL", key, error, "%s is no duration (90s, 12h, 7d)", text);
      return FALSE;
    }
  /* S-I3 */
  if (icert_duration_add (0, duration->months, duration->seconds) <= icert_duration_add (0, 12, 0))
    return TRUE;
  icert_keyfile_set_error (file, "CRL", key, error, "%s is too long (12 months at most)", text);
  return FALSE;
}

/* AD CS's defaults: code signing, and that of kernel code */
static gboolean
read_usages (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const standard[] = { "1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.61.1.1", NULL };
  static const char key[] = "EKUOIDsForPublishExpiredCertInCRL";

  config->publish_expired_usages = icert_keyfile_get_list (file, "CRL", key);
  if (config->publish_expired_usages == NULL)
    config->publish_expired_usages = g_strdupv ((char **) standard);
  for (guint i = 0; config->publish_expired_usages[i] != NULL; i++)
    {
      const char *oid = config->publish_expired_usages[i];
      g_autoptr (GByteArray) octets = g_byte_array_new ();

      if (ca_der_append_oid (octets, oid))
        continue;
      icert_keyfile_set_error (file, "CRL", key, error, "%s is no OID (as 1.3.6.1.5.5.7.3.3)", oid);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_crl (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const keys[] = { "CRLPeriod",
                                      "CRLOverlapPeriod",
                                      "CRLDeltaPeriod",
                                      "CRLDeltaOverlapPeriod",
                                      "Partitions",
                                      "EKUOIDsForPublishExpiredCertInCRL",
                                      NULL };
  gint64 partitions;

  if (!icert_keyfile_check_keys (file, "CRL", keys, error)
      || !icert_keyfile_get_int (file, "CRL", "Partitions", 1, 1, 65535, &partitions, error)
      || !read_period (file, "CRLPeriod", "7d", TRUE, &config->crl_period, error)
      || !read_period (file, "CRLOverlapPeriod", "0s", FALSE, &config->crl_overlap, error)
      || !read_period (file, "CRLDeltaPeriod", "0s", FALSE, &config->delta_period, error)
      || !read_period (file, "CRLDeltaOverlapPeriod", "0s", FALSE, &config->delta_overlap, error)
      || !read_usages (config, file, error))
    return FALSE;
  config->partitions = (int) partitions;
  if (partitions == 1 || (config->url != NULL && config->url[0] != '\0'))
    return TRUE;
  icert_keyfile_set_error (file, "CRL", "Partitions", error,
                           "each partition needs a place of its own (Url in [CA], or 1)");
  return FALSE;
}

/* S-F7: these are the bounds; more often is allowed. */
#define MOST_RECORDS 1000
#define LONGEST_INTERVAL (10 * 60)

static gboolean
read_interval (CaConfig *config, ICertKeyfile *file, GError **error)
{
  const char *text = icert_keyfile_lookup (file, "Audit", "CheckpointInterval");
  int months = 0;

  config->checkpoint_interval = LONGEST_INTERVAL;
  if (text == NULL
      || (icert_duration_parse (text, &months, &config->checkpoint_interval, NULL) && months == 0
          && config->checkpoint_interval > 0 && config->checkpoint_interval <= LONGEST_INTERVAL))
    return TRUE;
  icert_keyfile_set_error (file, "Audit", "CheckpointInterval", error,
                           "%s is out of range (1s to 10min)", text);
  return FALSE;
}

static gboolean
read_audit (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const keys[] = { "Sink", "CheckpointRecords", "CheckpointInterval", NULL };

  if (!icert_keyfile_check_keys (file, "Audit", keys, error)
      || !icert_keyfile_get_int (file, "Audit", "CheckpointRecords", MOST_RECORDS, 1, MOST_RECORDS,
                                 &config->checkpoint_records, error)
      || !read_interval (config, file, error))
    return FALSE;
  config->audit_sinks = icert_keyfile_get_list (file, "Audit", "Sink");
  if (config->audit_sinks == NULL)
    config->audit_sinks = g_new0 (char *, 1);
  for (guint i = 0; config->audit_sinks[i] != NULL; i++)
    if (!ca_audit_sink_is_valid (config->audit_sinks[i]))
      {
        icert_keyfile_set_error (file, "Audit", "Sink", error,
                                 "%s is no sink (file:PATH, journal or exit)",
                                 config->audit_sinks[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_role_list (ICertKeyfile *file, const char *principal, ICertRoles *roles, GError **error)
{
  g_auto (GStrv) names = icert_keyfile_get_list (file, "Roles", principal);

  *roles = ICERT_ROLE_NONE;
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      guint known = 0;

      while (known < G_N_ELEMENTS (role_names) && strcmp (role_names[known].name, names[i]) != 0)
        known++;
      if (known == G_N_ELEMENTS (role_names))
        {
          icert_keyfile_set_error (
              file, "Roles", principal, error,
              "%s is no role (submitter, officer, administrator, auditor, backup, reader or "
              "custodian)",
              names[i]);
          return FALSE;
        }
      *roles |= role_names[known].role;
    }
  return TRUE;
}

static gboolean
check_principal (ICertKeyfile *file,
                 const char *group,
                 const char *key,
                 const char *principal,
                 GError **error)
{
  static const char *const kinds[] = { "user:", "group:", "uid:", "cert:", "agent:" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (principal, kinds[i]) && principal[strlen (kinds[i])] != '\0')
      return TRUE;
  icert_keyfile_set_error (
      file, group, key, error,
      "%s is no principal (user:NAME, group:NAME, uid:N, cert:SHA256 or agent:NAME)", principal);
  return FALSE;
}

gboolean
_ca_config_check_principals (ICertKeyfile *file, const char *group, const char *key, GError **error)
{
  g_auto (GStrv) list = icert_keyfile_get_list (file, group, key);

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (!check_principal (file, group, key, list[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_roles (CaConfig *config, ICertKeyfile *file, GError **error)
{
  g_auto (GStrv) principals = icert_keyfile_list_keys (file, "Roles");

  for (guint i = 0; principals != NULL && principals[i] != NULL; i++)
    {
      CaRoleEntry *entry = g_new0 (CaRoleEntry, 1);

      entry->principal = g_strdup (principals[i]);
      g_ptr_array_add (config->roles, entry);
      if (!check_principal (file, "Roles", principals[i], principals[i], error)
          || !read_role_list (file, principals[i], &entry->roles, error))
        return FALSE;
    }
  return TRUE;
}

/* A pattern that can never cover a name is a slip of the pen. */
static gboolean
check_pattern (ICertKeyfile *file,
               const char *group,
               const char *field,
               const char *pattern,
               GError **error)
{
  ICertNameKind kind = icert_name_kind_from_field (field);
  const char *host = g_str_has_prefix (pattern, "*.") ? pattern + 2 : pattern;
  g_autoptr (GInetAddressMask) mask = NULL;
  g_autoptr (ICertName) name = NULL;

  if (kind == ICERT_NAME_KIND_DNS)
    {
      name = icert_name_new (kind, host, NULL);
      if (name != NULL)
        return TRUE;
      icert_keyfile_set_error (file, group, field, error,
                               "%s is no pattern (www.example.org or *.example.org)", pattern);
      return FALSE;
    }
  if (kind != ICERT_NAME_KIND_IP)
    return TRUE;
  mask = g_inet_address_mask_new_from_string (pattern, NULL);
  if (mask != NULL)
    return TRUE;
  icert_keyfile_set_error (file, group, field, error,
                           "%s is no pattern (192.0.2.0/24 or an address)", pattern);
  return FALSE;
}

static gboolean
check_patterns (ICertKeyfile *file, const char *group, GHashTable *patterns, GError **error)
{
  for (guint i = 0; grant_fields[i] != NULL; i++)
    {
      char **list = g_hash_table_lookup (patterns, grant_fields[i]);

      for (guint j = 0; list != NULL && list[j] != NULL; j++)
        if (!check_pattern (file, group, grant_fields[i], list[j], error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
read_grant (CaConfig *config, ICertKeyfile *file, const char *group, GError **error)
{
  static const char *const keys[] = { "Principals",    "Profiles",     "dNSName",
                                      "iPAddress",     "rfc822Name",   "uniformResourceIdentifier",
                                      "directoryName", "registeredID", NULL };
  CaGrant *grant = g_new0 (CaGrant, 1);

  grant->name = g_strdup (group + strlen ("Grant "));
  grant->principals = icert_keyfile_get_list (file, group, "Principals");
  grant->profiles = icert_keyfile_get_list (file, group, "Profiles");
  grant->patterns
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_strfreev);
  g_ptr_array_add (config->grants, grant);
  for (guint i = 0; grant_fields[i] != NULL; i++)
    {
      char **patterns = icert_keyfile_get_list (file, group, grant_fields[i]);

      if (patterns != NULL)
        g_hash_table_insert (grant->patterns, (gpointer) grant_fields[i], patterns);
    }
  if (!icert_keyfile_check_keys (file, group, keys, error)
      || !check_patterns (file, group, grant->patterns, error))
    return FALSE;
  return _ca_config_check_principals (file, group, "Principals", error);
}

/* Groups whose name goes on behind a blank. */
static gboolean
read_named_group (CaConfig *config, ICertKeyfile *file, const char *group, GError **error)
{
  if (g_str_has_prefix (group, "Key "))
    return read_key (config, file, group, error);
  if (g_str_has_prefix (group, "Grant "))
    return read_grant (config, file, group, error);
  if (g_str_has_prefix (group, "OfficerRights "))
    return _ca_config_read_officer_rights (config, file, group, error);
  if (g_str_has_prefix (group, "Agent "))
    return _ca_config_read_agent (config, file, group, error);
  if (g_str_has_prefix (group, "Policy ") || g_str_has_prefix (group, "Exit "))
    return TRUE;
  icert_keyfile_set_error (
      file, group, NULL, error,
      "unknown group %s (CA, Policy, Exit, Store, Key N, CRL, Audit, Roles, Grant NAME, "
      "OfficerRights NAME or Agent NAME)",
      group);
  return FALSE;
}

static gboolean
read_groups (CaConfig *config, ICertKeyfile *file, GError **error)
{
  static const char *const plain[]
      = { "CA", "Policy", "Exit", "Store", "CRL", "Audit", "Roles", NULL };
  g_auto (GStrv) groups = icert_keyfile_list_groups (file);

  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_strv_contains (plain, groups[i]) && !read_named_group (config, file, groups[i], error))
      return FALSE;
  return TRUE;
}

CaConfig *
_ca_config_read (const char *folder, ICertKeyfile *file, GError **error)
{
  g_autoptr (CaConfig) config = config_new (folder);

  config->source = icert_keyfile_to_bytes (file);
  if (!read_ca (config, file, error) || !read_groups (config, file, error)
      || !read_chain (config, file, error) || !read_store (config, file, error)
      || !read_crl (config, file, error) || !read_audit (config, file, error)
      || !read_roles (config, file, error))
    return NULL;
  return g_steal_pointer (&config);
}

/* Errors name the file as people know it, not where it lies (error contract: no paths). */
ICertKeyfile *
_ca_config_load_file (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "ca.conf", NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (ICertKeyfile) file = icert_keyfile_load (path, &local);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL)
    {
      const char *text = local->message;

      if (g_str_has_prefix (text, path))
        text += strlen (path) - strlen ("ca.conf");
      g_set_error_literal (error, local->domain, local->code, text);
      return NULL;
    }
  bytes = icert_keyfile_to_bytes (file);
  return icert_keyfile_parse (bytes, "ca.conf", error);
}

CaConfig *
ca_config_load (const char *folder, GError **error)
{
  g_autoptr (ICertKeyfile) file = _ca_config_load_file (folder, error);

  return file != NULL ? _ca_config_read (folder, file, error) : NULL;
}

CaConfig *
ca_config_parse (const char *folder, GBytes *contents, GError **error)
{
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (contents, "ca.conf", error);

  return file != NULL ? _ca_config_read (folder, file, error) : NULL;
}

gboolean
ca_config_get_roles (const CaConfig *config,
                     const CaCaller *caller,
                     ICertRoles *roles,
                     GError **error)
{
  static const ICertRoles conflicting = ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN | ICERT_ROLE_AUDITOR;
  guint held;

  *roles = ICERT_ROLE_NONE;
  /* The ceremony that makes a CA is above its roles: there is nobody else yet. */
  if (caller->door == CA_DOOR_SETUP)
    {
      *roles = conflicting | ICERT_ROLE_ENROLL | ICERT_ROLE_READ;
      return TRUE;
    }
  for (guint i = 0; i < config->roles->len; i++)
    {
      const CaRoleEntry *entry = config->roles->pdata[i];

      if (g_strv_contains ((const char *const *) caller->principals, entry->principal))
        *roles |= entry->roles;
    }
  /* Who decides must see; who submits sees what is theirs (S-D15). */
  if ((*roles & (ICERT_ROLE_OFFICER | ICERT_ROLE_ADMIN)) != 0)
    *roles |= ICERT_ROLE_READ;
  held = *roles & conflicting;
  if (!config->dual_control || (held & (held - 1)) == 0)
    return TRUE;
  {
    g_autofree char *text = ca_roles_to_text (held);

    *roles = ICERT_ROLE_NONE;
    icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "role", "%s conflict (one of them)", text);
    if (error != NULL)
      icert_error_add_detail (*error, "status", "0x80094008");
  }
  return FALSE;
}

char *
ca_roles_to_text (ICertRoles roles)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (role_names); i++)
    if ((roles & role_names[i].role) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ";" : "", role_names[i].name);
  return g_string_free (text, FALSE);
}

static gboolean
share_one (const char *const *first, const char *const *second)
{
  for (guint i = 0; first != NULL && second != NULL && first[i] != NULL; i++)
    if (g_strv_contains (second, first[i]))
      return TRUE;
  return FALSE;
}

static gboolean
covers (const CaGrant *grant, ICertName *name)
{
  const char *field = icert_name_kind_to_field (icert_name_get_kind (name));
  char **patterns = field != NULL ? g_hash_table_lookup (grant->patterns, field) : NULL;

  for (guint i = 0; patterns != NULL && patterns[i] != NULL; i++)
    if (icert_name_matches (name, patterns[i]))
      return TRUE;
  return FALSE;
}

const CaGrant *
ca_config_find_grant (const CaConfig *config,
                      const char *const *principals,
                      const char *profile,
                      ICertName *name)
{
  for (guint i = 0; i < config->grants->len; i++)
    {
      const CaGrant *grant = config->grants->pdata[i];

      if (share_one ((const char *const *) grant->principals, principals) && grant->profiles != NULL
          && g_strv_contains ((const char *const *) grant->profiles, profile)
          && covers (grant, name))
        return grant;
    }
  return NULL;
}

gboolean
ca_config_has_administrator (const CaConfig *config)
{
  for (guint i = 0; i < config->roles->len; i++)
    if ((((CaRoleEntry *) config->roles->pdata[i])->roles & ICERT_ROLE_ADMIN) != 0)
      return TRUE;
  return FALSE;
}

CaConfig *
ca_config_with_key (const CaConfig *config, guint index, const CaKeyConfig *key, GError **error)
{
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (config->source, "ca.conf", error);
  g_autofree char *group = g_strdup_printf ("Key %u", index);

  if (file == NULL)
    return NULL;
  if (icert_keyfile_lookup (file, group, "Url") != NULL)
    {
      icert_set_error (error, ICERT_ERROR_CONFLICT, group, "is set (a new key index)");
      return NULL;
    }
  if (!icert_keyfile_set (file, group, "Class", key->class_id, error)
      || !icert_keyfile_set (file, group, "Url", key->url, error))
    return NULL;
  return _ca_config_read (config->folder, file, error);
}

gboolean
ca_config_save (const CaConfig *config, GError **error)
{
  g_autofree char *path = g_build_filename (config->folder, "ca.conf", NULL);
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (config->source, "ca.conf", error);
  g_autoptr (GError) local = NULL;

  if (file == NULL || icert_keyfile_save (file, path, 0600, &local))
    return file != NULL;
  /* no paths (error contract) */
  g_message ("%s", local->message);
  icert_set_error (error, ICERT_ERROR_STORAGE, "ca.conf", "cannot be written (a disk with room)");
  return FALSE;
}
