/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "policy-template.h"

#include <string.h>

#include "policy-template-folder.h"
#include "policy-template-judgement.h"

#define HASH_DIGITS 64

/* Judges requests by certificate profiles (AD CS: certificate templates): the request names one,
 * the profile says where each field of the certificate comes from. Everything of one request lives
 * in a PolicyTemplateJudgement, so that requests are judged in parallel. */
struct _PolicyTemplate
{
  ICertModuleBase parent_instance;

  GMutex lock;                  /* of folder */
  PolicyTemplateFolder *folder; /* owned; NULL before initialize() and after shutdown() */
};

static void policy_iface_init (ICertPolicyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PolicyTemplate,
                               policy_template,
                               ICERT_TYPE_MODULE_BASE,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY, policy_iface_init))

static const ICertSettingInfo setting_infos[] = {
  { "Folder", "path", "profiles", NULL, NULL, "Folder of the profiles, NAME.profile" },
  { "Waivers", "list", "", NULL, NULL,
    "Profiles that may take names from the request without approval, NAME:SHA256 of the file" },
};

static const ICertModuleDescription module_description = {
  .name = "Template.Policy",
  .description = "Judges by certificate profile",
  .copyright = "The icert authors, LGPL-2.1-or-later",
  .version = ICERT_VERSION,
  .settings = setting_infos,
  .n_settings = G_N_ELEMENTS (setting_infos),
};

/* NULL before initialize() */
static PolicyTemplateFolder *
ref_folder (PolicyTemplate *self)
{
  PolicyTemplateFolder *folder = NULL;

  g_mutex_lock (&self->lock);
  if (self->folder != NULL)
    folder = policy_template_folder_ref (self->folder);
  g_mutex_unlock (&self->lock);
  return folder;
}

/* The profiles of this moment; NULL with an error before initialize(). */
static PolicyTemplateSet *
dup_set (PolicyTemplate *self, GError **error)
{
  g_autoptr (PolicyTemplateFolder) folder = ref_folder (self);

  if (folder != NULL)
    return policy_template_folder_get_set (folder);
  icert_set_error (error, ICERT_ERROR_FAILED, "policy", "not initialized (initialize first)");
  return NULL;
}

/* Takes @folder, nullable. Calls that use the former folder finish with it. */
static void
replace_folder (PolicyTemplate *self, PolicyTemplateFolder *folder)
{
  g_autoptr (PolicyTemplateFolder) old = NULL;

  g_mutex_lock (&self->lock);
  old = self->folder;
  self->folder = folder;
  g_mutex_unlock (&self->lock);
}

/* NAME:SHA256, in lower case: another form would waive nothing, silently. */
static gboolean
check_waivers (char **waivers, GError **error)
{
  for (gsize i = 0; waivers != NULL && waivers[i] != NULL; i++)
    {
      const char *hash = strchr (waivers[i], ':');
      g_autofree char *quoted = NULL;

      if (hash != NULL && hash != waivers[i]
          && strspn (waivers[i], G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-")
                 == (gsize) (hash - waivers[i])
          && strlen (hash + 1) == HASH_DIGITS
          && strspn (hash + 1, "0123456789abcdef") == HASH_DIGITS)
        continue;
      quoted = icert_error_quote (waivers[i], -1);
      icert_set_error (error, ICERT_ERROR_CONFIG, "Waivers",
                       "%s (NAME:SHA256 of the profile's file, lower-case hex)", quoted);
      return FALSE;
    }
  return TRUE;
}

static gboolean
policy_template_apply_settings (ICertModuleBase *base, ICertSettings *settings, GError **error)
{
  g_autofree char *path = icert_settings_get_string (settings, "Folder", error);
  g_auto (GStrv) waivers
      = path != NULL ? icert_settings_get_list (settings, "Waivers", error) : NULL;
  PolicyTemplateFolder *folder;

  if (waivers == NULL || !check_waivers (waivers, error))
    return FALSE;
  folder = policy_template_folder_new (path, (const char *const *) waivers, error);
  if (folder == NULL)
    return FALSE;
  replace_folder (POLICY_TEMPLATE (base), folder);
  return TRUE;
}

static void
log_waiver (ICertServer *ca, const PolicyTemplateEntry *entry)
{
  g_autofree char *text = g_strdup_printf (
      "%s: takes names from the request without approval, by waiver", entry->name);

  icert_server_log (ca, ICERT_LOG_LEVEL_WARNING, text, NULL);
}

static gboolean
policy_template_initialize (ICertPolicy *policy,
                            ICertServer *ca,
                            ICertSettings *settings,
                            GError **error)
{
  PolicyTemplate *self = POLICY_TEMPLATE (policy);
  g_autoptr (PolicyTemplateSet) set = NULL;
  GPtrArray *entries;

  if (!icert_module_base_use_settings (ICERT_MODULE_BASE (self), settings, error))
    return FALSE;
  set = dup_set (self, error);
  if (set == NULL)
    return FALSE;

  /* a broken profile is said, and is no reason to stop the others */
  entries = policy_template_set_list (set);
  for (guint i = 0; i < entries->len; i++)
    {
      const PolicyTemplateEntry *entry = entries->pdata[i];

      if (entry->problem != NULL)
        icert_server_log (ca, ICERT_LOG_LEVEL_ERROR, entry->problem, NULL);
      else if (entry->profile->is_waived)
        log_waiver (ca, entry);
    }
  return TRUE;
}

static gboolean
policy_template_verify_request (ICertPolicy *policy,
                                ICertServerPolicy *server,
                                gboolean new_request,
                                ICertVerdict *verdict,
                                GError **error)
{
  g_autoptr (PolicyTemplateSet) set = dup_set (POLICY_TEMPLATE (policy), error);

  *verdict = ICERT_VERDICT_PENDING;
  return set != NULL && policy_template_judge (server, set, new_request, verdict, error);
}

static char *
policy_template_get_description (ICertPolicy *policy)
{
  g_autoptr (PolicyTemplateSet) set = dup_set (POLICY_TEMPLATE (policy), NULL);
  GPtrArray *entries = set != NULL ? policy_template_set_list (set) : NULL;
  GString *text = g_string_new ("Judges by certificate profile");

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const PolicyTemplateEntry *entry = entries->pdata[i];

      if (entry->problem != NULL)
        g_string_append_printf (text, "; not in use: %s", entry->problem);
      else if (entry->profile->is_waived)
        g_string_append_printf (text, "; waiver of approval: %s", entry->name);
    }
  return g_string_free (text, FALSE);
}

static void
policy_template_shutdown (ICertPolicy *policy)
{
  replace_folder (POLICY_TEMPLATE (policy), NULL);
}

static char **
policy_template_list_profiles (ICertPolicy *policy, ICertServer *caller, GError **error)
{
  g_autoptr (PolicyTemplateSet) set = dup_set (POLICY_TEMPLATE (policy), error);

  return set != NULL ? policy_template_list_usable (set, caller, error) : NULL;
}

static void
policy_iface_init (ICertPolicyInterface *iface)
{
  iface->initialize = policy_template_initialize;
  iface->verify_request = policy_template_verify_request;
  iface->get_description = policy_template_get_description;
  iface->shutdown = policy_template_shutdown;
  iface->list_profiles = policy_template_list_profiles;
}

static gboolean
policy_template_check_file (ICertModuleBase *base,
                            const char *kind,
                            const char *name,
                            GBytes *contents,
                            GError **error)
{
  g_autoptr (PolicyTemplateFolder) folder = ref_folder (POLICY_TEMPLATE (base));
  g_autoptr (PolicyTemplateProfile) profile = NULL;
  g_autofree char *promised = NULL;
  g_autofree char *file_name = NULL;

  if (!g_str_equal (kind, "profile"))
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "kind", "not a kind of file (profile)");
      return FALSE;
    }
  /* a file is named as its profile; a bare name is taken for one */
  file_name = name != NULL ? g_path_get_basename (name) : g_strdup ("profile");
  if (g_str_has_suffix (file_name, ".profile"))
    promised = g_strndup (file_name, strlen (file_name) - strlen (".profile"));
  profile = policy_template_profile_parse_waived (
      contents, file_name, promised,
      folder != NULL ? policy_template_folder_get_waivers (folder) : NULL, error);
  return profile != NULL;
}

static void
policy_template_finalize (GObject *object)
{
  PolicyTemplate *self = POLICY_TEMPLATE (object);

  g_clear_pointer (&self->folder, policy_template_folder_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (policy_template_parent_class)->finalize (object);
}

static void
policy_template_class_init (PolicyTemplateClass *klass)
{
  ICertModuleBaseClass *base_class = ICERT_MODULE_BASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = policy_template_finalize;
  base_class->apply_settings = policy_template_apply_settings;
  base_class->check_file = policy_template_check_file;
  icert_module_base_class_describe (base_class, &module_description);
}

static void
policy_template_init (PolicyTemplate *self)
{
  g_mutex_init (&self->lock);
}
