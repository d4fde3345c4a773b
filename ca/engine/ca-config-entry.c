/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-config-entry.h"

#include <string.h>

#include "ca-config-fact.h"
#include "ca-config-private.h"

#define AT_ONCE "at once"
#define NEXT_START "when the CA is opened next"
#define FIXED "fixed when the CA is made"

/* @node ends in a blank when its groups go on with a name; @entry "*": any name */
static const struct
{
  const char *node;
  const char *entry;
  CaEntryType type;
  const char *standard; /* nullable */
  const char *effective;
  const char *description;
} infos[] = {
  { "CA", "Name", CA_ENTRY_TEXT, NULL, FIXED, "Common name of the CA" },
  { "CA", "Type", CA_ENTRY_TEXT, NULL, FIXED, "root or subordinate" },
  { "CA", "Url", CA_ENTRY_TEXT, NULL, AT_ONCE, "Base of the URLs in certificates" },
  { "CA", "Hash", CA_ENTRY_TEXT, "sha256", AT_ONCE, "sha256, sha384 or sha512" },
  { "CA", "ValidityPeriod", CA_ENTRY_DURATION, "90d", AT_ONCE,
    "Life of a certificate whose profile says nothing" },
  { "CA", "MaxValidityPeriod", CA_ENTRY_DURATION, "398d", AT_ONCE,
    "Nothing lives longer, whatever a profile says" },
  { "CA", "ClockSkewMinutes", CA_ENTRY_NUMBER, "10", AT_ONCE,
    "By how much notBefore and thisUpdate are set back" },
  { "CA", "DualControl", CA_ENTRY_BOOLEAN, "false", FIXED,
    "Whether what S-D11 lists needs two administrators" },
  { "CA", "CAProfiles", CA_ENTRY_LIST, "", AT_ONCE, "Profiles by which CAs are certified" },
  { "CA", "Templates", CA_ENTRY_LIST, "", AT_ONCE,
    "Profiles that this CA offers; none named: all that its policies know" },
  { "CA", "CAPathLength", CA_ENTRY_NUMBER, "-1", AT_ONCE,
    "Path length of CAs that are certified; -1: none" },
  { "CA", "AllowAddresses", CA_ENTRY_LIST, "", AT_ONCE,
    "Classes of addresses that are refused otherwise: loopback, link-local, multicast, "
    "unspecified, own" },
  { "CA", "AllowForeign", CA_ENTRY_BOOLEAN, "false", AT_ONCE,
    "Whether officers may import certificates of other CAs" },
  { "CA", "AllowSha1Possession", CA_ENTRY_BOOLEAN, "false", AT_ONCE,
    "Whether requests may be signed with SHA-1" },
  { "Policy", "Chain", CA_ENTRY_LIST, "", AT_ONCE,
    "Policies in the order in which they are asked" },
  { "Policy", "Shadow", CA_ENTRY_LIST, "", AT_ONCE, "Policies that are asked and do not decide" },
  { "Exit", "Modules", CA_ENTRY_LIST, "", NEXT_START, "Exits" },
  { "Store", "Class", CA_ENTRY_TEXT, "SQLite.Store", FIXED, "Class of the store" },
  { "Store", "Url", CA_ENTRY_TEXT, "store/ca.db", FIXED, "Where the store is" },
  { "Key ", "Class", CA_ENTRY_TEXT, "File.Key", NEXT_START, "Class of the key" },
  { "Key ", "Url", CA_ENTRY_TEXT, NULL, NEXT_START, "Where the key is" },
  { "CRL", "CRLPeriod", CA_ENTRY_DURATION, "7d", AT_ONCE, "From one base CRL to the next" },
  { "CRL", "CRLOverlapPeriod", CA_ENTRY_DURATION, "12h", AT_ONCE,
    "How long a base CRL is valid when the next one is there" },
  { "CRL", "CRLDeltaPeriod", CA_ENTRY_DURATION, "0s", AT_ONCE,
    "From one delta CRL to the next; 0s: none" },
  { "CRL", "CRLDeltaOverlapPeriod", CA_ENTRY_DURATION, "0s", AT_ONCE,
    "How long a delta CRL is valid when the next one is there; 0s: computed" },
  { "CRL", "EKUOIDsForPublishExpiredCertInCRL", CA_ENTRY_LIST,
    "1.3.6.1.5.5.7.3.3;1.3.6.1.4.1.311.61.1.1", AT_ONCE,
    "Usages whose revoked certificates stay on CRLs after their end" },
  { "CRL", "Partitions", CA_ENTRY_NUMBER, "1", NEXT_START,
    "Over how many CRLs serials are spread" },
  { "Roles", "*", CA_ENTRY_LIST, NULL, AT_ONCE, "Roles of a principal" },
  { "Grant ", "*", CA_ENTRY_LIST, NULL, AT_ONCE, "Who may have which names without an officer" },
  { "OfficerRights ", "Officers", CA_ENTRY_LIST, NULL, AT_ONCE,
    "Officers who decide only about what these sections cover" },
  { "OfficerRights ", "Profiles", CA_ENTRY_LIST, NULL, AT_ONCE, "Profiles that are covered" },
  { "OfficerRights ", "Requesters", CA_ENTRY_LIST, NULL, AT_ONCE,
    "Principals whose requests are covered" },
  { "Agent ", "Principals", CA_ENTRY_LIST, NULL, AT_ONCE, "Who may ask on behalf of others" },
  { "Agent ", "Profiles", CA_ENTRY_LIST, NULL, AT_ONCE, "For which profiles" },
  { "Agent ", "Subjects", CA_ENTRY_LIST, NULL, AT_ONCE,
    "For whom: user:NAME or group:NAME, with *" },
};

static const char *const type_names[] = { "text", "number", "boolean", "duration", "list" };

static gboolean
is_of_node (const char *pattern, const char *node)
{
  if (g_str_has_suffix (pattern, " "))
    return g_str_has_prefix (node, pattern);
  return strcmp (pattern, node) == 0;
}

/* -1: an entry of a module or one that this table does not name; its owner checks it */
static int
find_info (const char *node, const char *entry)
{
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (is_of_node (infos[i].node, node)
        && (strcmp (infos[i].entry, entry) == 0 || strcmp (infos[i].entry, "*") == 0))
      return (int) i;
  return -1;
}

/* The empty node is the CA itself, as in AD CS. */
static const char *
canonical_node (const char *node)
{
  return node != NULL && node[0] != '\0' ? node : "CA";
}

gboolean
ca_config_entry_is_operational (const char *node, const char *entry)
{
  return strcmp (canonical_node (node), "CRL") == 0 && strcmp (entry, "Partitions") != 0;
}

static GVariant *
text_to_value (ICertKeyfile *file, const char *node, const char *entry, const char *text)
{
  int info = find_info (node, entry);
  g_auto (GStrv) list = NULL;
  gint64 number;

  if (info >= 0 && infos[info].type == CA_ENTRY_LIST)
    {
      list = icert_keyfile_get_list (file, node, entry);
      return g_variant_new_strv ((const char *const *) list, -1);
    }
  if (info >= 0 && infos[info].type == CA_ENTRY_NUMBER
      && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return g_variant_new_int64 (number);
  if (info >= 0 && infos[info].type == CA_ENTRY_BOOLEAN)
    return g_variant_new_boolean (strcmp (text, "true") == 0);
  return g_variant_new_string (text);
}

GVariant *
ca_config_get_entry (const char *folder, const char *node, const char *entry, GError **error)
{
  g_autoptr (ICertKeyfile) file = _ca_config_load_file (folder, error);
  const char *text;

  if (file == NULL)
    return NULL;
  node = canonical_node (node);
  text = icert_keyfile_lookup (file, node, entry);
  return text != NULL ? g_variant_ref_sink (text_to_value (file, node, entry, text)) : NULL;
}

char *
ca_config_lookup_entry (const char *folder, const char *node, const char *entry, GError **error)
{
  g_autoptr (ICertKeyfile) file = _ca_config_load_file (folder, error);

  return file != NULL ? g_strdup (icert_keyfile_lookup (file, canonical_node (node), entry)) : NULL;
}

char **
ca_config_list_entries (const char *folder, const char *node, GError **error)
{
  g_autoptr (ICertKeyfile) file = _ca_config_load_file (folder, error);
  char **names;

  if (file == NULL)
    return NULL;
  names = node != NULL && node[0] != '\0' ? icert_keyfile_list_keys (file, node)
                                          : icert_keyfile_list_groups (file);
  return names != NULL ? names : g_new0 (char *, 1);
}

GVariant *
ca_config_describe_entry (const char *folder, const char *node, const char *entry, GError **error)
{
  g_autoptr (ICertKeyfile) file = _ca_config_load_file (folder, error);
  const char *text;
  GVariantDict dict;
  int info;

  if (file == NULL)
    return NULL;
  node = canonical_node (node);
  info = find_info (node, entry);
  text = icert_keyfile_lookup (file, node, entry);
  if (info < 0 && text == NULL)
    {
      g_autofree char *quoted = icert_error_quote (entry, -1);

      icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "entry",
                       "no entry %s of that node (one that icert get-config lists)", quoted);
      return NULL;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "type", "s", type_names[info >= 0 ? infos[info].type : 0]);
  g_variant_dict_insert (&dict, "effective", "s", info >= 0 ? infos[info].effective : AT_ONCE);
  g_variant_dict_insert (&dict, "description", "s",
                         info >= 0 ? infos[info].description : "A setting of the module");
  if (info >= 0 && infos[info].standard != NULL)
    g_variant_dict_insert (&dict, "default", "s", infos[info].standard);
  if (text != NULL)
    g_variant_dict_insert_value (&dict, "value", text_to_value (file, node, entry, text));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Changing */

static void
change_free (gpointer data)
{
  CaEntryChange *change = data;

  g_free (change->node);
  g_free (change->entry);
  g_free (change->old);
  g_free (change->new);
  g_free (change);
}

static CaEntryChange *
change_new (ICertKeyfile *file, const char *node, const char *entry)
{
  CaEntryChange *change = g_new0 (CaEntryChange, 1);

  change->node = g_strdup (node);
  change->entry = g_strdup (entry);
  change->old = g_strdup (icert_keyfile_lookup (file, node, entry));
  return change;
}

/* AD CS's idiom for lists: "+NAME" adds, "-NAME" takes out. NULL: @text is none of these */
static char *
edit_list (ICertKeyfile *file, const char *node, const char *entry, const char *text)
{
  int info = find_info (node, entry);
  g_auto (GStrv) list = NULL;
  g_autoptr (GPtrArray) items = NULL;

  if (info < 0 || infos[info].type != CA_ENTRY_LIST || (text[0] != '+' && text[0] != '-')
      || text[1] == '\0' || strchr (text, ';') != NULL)
    return NULL;
  list = icert_keyfile_get_list (file, node, entry);
  items = g_ptr_array_new ();
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (strcmp (list[i], text + 1) != 0)
      g_ptr_array_add (items, list[i]);
  if (text[0] == '+')
    g_ptr_array_add (items, (gpointer) (text + 1));
  g_ptr_array_add (items, NULL);
  return g_strjoinv (";", (char **) items->pdata);
}

/* Values as ca.conf spells them; a list's values must not look like two. */
static char *
value_to_text (GVariant *value, GError **error)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
    return g_strdup_printf ("%d", g_variant_get_int32 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **items = g_variant_get_strv (value, NULL);

      for (guint i = 0; items[i] != NULL; i++)
        if (strchr (items[i], ';') != NULL)
          {
            icert_set_error (error, ICERT_ERROR_CONFIG, "value",
                             "an item has a semicolon (items without)");
            return NULL;
          }
      return g_strjoinv (";", (char **) items);
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, "value", "has type %s (s, b, i, x or as)",
                   g_variant_get_type_string (value));
  return NULL;
}

static gboolean
set_entry (ICertKeyfile *file,
           const char *node,
           const char *entry,
           GVariant *value,
           GPtrArray *changes,
           GError **error)
{
  g_autofree char *text = value_to_text (value, error);
  CaEntryChange *change;

  if (text == NULL)
    return FALSE;
  change = change_new (file, node, entry);
  g_ptr_array_add (changes, change);
  change->new = edit_list (file, node, entry, text);
  if (change->new == NULL)
    change->new = g_steal_pointer (&text);
  return icert_keyfile_set (file, node, entry, change->new, error);
}

/* Each entry of a node that goes is a change of its own, so that it can come back. */
static gboolean
remove_entry (ICertKeyfile *file,
              const char *node,
              const char *entry,
              GPtrArray *changes,
              GError **error)
{
  g_auto (GStrv) names = entry[0] == '\0' ? icert_keyfile_list_keys (file, node) : NULL;

  if (entry[0] != '\0')
    g_ptr_array_add (changes, change_new (file, node, entry));
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    g_ptr_array_add (changes, change_new (file, node, names[i]));
  if (icert_keyfile_remove (file, node, entry[0] != '\0' ? entry : NULL))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "entry",
                   "[%s]%s%s is not set (an entry of ca.conf)", node, entry[0] != '\0' ? " " : "",
                   entry);
  return FALSE;
}

static gboolean
change_entries (ICertKeyfile *file, GVariant *entries, GPtrArray *changes, GError **error)
{
  GVariantIter iter;
  const char *node, *entry;
  GVariant *value;

  g_variant_iter_init (&iter, entries);
  while (g_variant_iter_next (&iter, "(&s&smv)", &node, &entry, &value))
    {
      gboolean ok;

      node = canonical_node (node);
      if (ca_config_fact_is_known (node, entry))
        ok = ca_config_fact_refuse (entry, error);
      else
        ok = value != NULL ? set_entry (file, node, entry, value, changes, error)
                           : remove_entry (file, node, entry, changes, error);
      g_clear_pointer (&value, g_variant_unref);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

gboolean
ca_config_check_identity (const CaConfig *before, const CaConfig *after, GError **error)
{
  const char *field = NULL;

  if (before->is_root != after->is_root)
    field = "Type";
  else if (strcmp (before->name, after->name) != 0)
    field = "Name";
  else if (strcmp (before->store_class, after->store_class) != 0
           || strcmp (before->store_url, after->store_url) != 0)
    field = "Store";
  if (field == NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, field,
                   "is fixed when the CA is made (another entry)");
  return FALSE;
}

static gboolean
check_fixed (const CaConfig *before, const CaConfig *after, GError **error)
{
  if (!ca_config_check_identity (before, after, error))
    return FALSE;
  if (before->dual_control != after->dual_control)
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "DualControl",
                       "is fixed when the CA is made (another entry)");
      return FALSE;
    }
  if (ca_config_has_administrator (after) || !ca_config_has_administrator (before))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "Roles",
                   "nobody would be administrator (one at least, or nobody could undo it)");
  return FALSE;
}

GPtrArray *
ca_config_plan_entries (const CaConfig *config,
                        GVariant *entries,
                        CaConfigJudge judge,
                        gpointer data,
                        CaConfig **after,
                        GError **error)
{
  g_autoptr (ICertKeyfile) file = icert_keyfile_parse (config->source, "ca.conf", error);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (change_free);
  g_autoptr (CaConfig) judged = NULL;

  if (file == NULL || !change_entries (file, entries, changes, error))
    return NULL;
  judged = _ca_config_read (config->folder, file, error);
  if (judged == NULL || !check_fixed (config, judged, error)
      || (judge != NULL && !judge (judged, data, error)))
    return NULL;
  *after = g_steal_pointer (&judged);
  return g_steal_pointer (&changes);
}

/* Entries of @first that @second has not, or has with another value. @removed: only those it has
 * not
 */
static void
compare_files (ICertKeyfile *first, ICertKeyfile *second, gboolean removed, GPtrArray *changes)
{
  g_auto (GStrv) groups = icert_keyfile_list_groups (first);

  for (guint i = 0; groups != NULL && groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = icert_keyfile_list_keys (first, groups[i]);

      for (guint j = 0; keys != NULL && keys[j] != NULL; j++)
        {
          const char *one = icert_keyfile_lookup (first, groups[i], keys[j]);
          const char *other = icert_keyfile_lookup (second, groups[i], keys[j]);
          CaEntryChange *change;

          if (removed ? other != NULL : g_strcmp0 (one, other) == 0)
            continue;
          change = change_new (removed ? first : second, groups[i], keys[j]);
          change->new = g_strdup (removed ? NULL : one);
          g_ptr_array_add (changes, change);
        }
    }
}

GPtrArray *
ca_config_diff (GBytes *before, GBytes *after, GError **error)
{
  g_autoptr (ICertKeyfile) old = icert_keyfile_parse (before, "ca.conf", error);
  g_autoptr (ICertKeyfile) new = old != NULL ? icert_keyfile_parse (after, "ca.conf", error) : NULL;
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (change_free);

  if (new == NULL)
    return NULL;
  compare_files (old, new, TRUE, changes);
  compare_files (new, old, FALSE, changes);
  return g_steal_pointer (&changes);
}

GVariant *
ca_config_entry_new (const char *node, const char *entry, GVariant *value)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ssmv)"));
  g_variant_builder_add (&builder, "(ssmv)", canonical_node (node), entry, value);
  return g_variant_builder_end (&builder);
}
