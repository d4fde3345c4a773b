/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tool-error.h"
#include "tool-file.h"
#include "tool-output.h"
#include "tool-submission.h"
#include "tool-trace.h"

static char **option_attributes;
static char *option_profile;
static char *option_requester;
static char *option_settings;
static char **option_setting;
static char *option_expect;
static gboolean option_resubmitted;

static const GOptionEntry options[] = {
  { "attrib", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &option_attributes,
    "Attribute beside the request; may be repeated", "NAME:VALUE" },
  { "profile", 'p', 0, G_OPTION_ARG_STRING, &option_profile,
    "Profile to ask for (attribute CertificateTemplate)", "PROFILE" },
  { "requester", 0, 0, G_OPTION_ARG_STRING, &option_requester, "Account that asks (default: yours)",
    "NAME" },
  { "settings", 0, 0, G_OPTION_ARG_FILENAME, &option_settings,
    "File with the group [Policy CLASS], such as a ca.conf; its folder is that of the CA (default:"
    " none, and the shipped profiles)",
    "FILE" },
  { "setting", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_setting, "One setting; may be repeated",
    "NAME=VALUE" },
  { "resubmitted", 0, 0, G_OPTION_ARG_NONE, &option_resubmitted,
    "As an officer resubmits it, not as a new request", NULL },
  { "expect", 0, 0, G_OPTION_ARG_STRING, &option_expect,
    "Exit status 0 for this verdict and 1 for any other", "issue|pend|deny" },
  { NULL },
};

/* What came of it */
typedef struct
{
  ICertTestServer *server;
  ICertVerdict verdict;
  GError *refusal; /* nullable */
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_object (&outcome->server);
  g_clear_error (&outcome->refusal);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static const char *const verdict_names[] = { "pend", "issue", "deny" };

static gboolean
check_expectation (GError **error)
{
  if (option_expect == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (verdict_names); i++)
    if (strcmp (option_expect, verdict_names[i]) == 0)
      return TRUE;
  tool_usage_error (error, "--expect: %s is no verdict (issue, pend or deny)", option_expect);
  return FALSE;
}

static ICertPolicy *
new_policy (const char *class_id, GError **error)
{
  g_autoptr (GObject) object = icert_create_instance (class_id, NULL, NULL, error);

  if (object == NULL)
    return NULL;
  if (ICERT_IS_POLICY (object))
    return ICERT_POLICY (g_steal_pointer (&object));
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "class", "%s is no policy (an ICertPolicy)",
                   class_id);
  return NULL;
}

/* A ca.conf, as icert init makes it, that leaves a module of its chain with its defaults. */
static gboolean
is_in_chain (ICertKeyfile *file, const char *class_id)
{
  g_auto (GStrv) chain = icert_keyfile_get_list (file, "Policy", "Chain");

  return chain != NULL && g_strv_contains ((const char *const *) chain, class_id);
}

/* The module's own group of the file; other groups belong to others. */
static gboolean
read_settings (const char *class_id, GHashTable *texts, GError **error)
{
  g_autofree char *group = g_strconcat ("Policy ", class_id, NULL);
  g_autofree char *name = g_path_get_basename (option_settings);
  g_autoptr (GBytes) contents = tool_read_file (option_settings, TOOL_FILE_LIMIT, error);
  g_autoptr (ICertKeyfile) file = NULL;
  g_auto (GStrv) groups = NULL;
  g_auto (GStrv) keys = NULL;

  if (contents == NULL)
    return FALSE;
  file = icert_keyfile_parse (contents, name, error);
  if (file == NULL)
    return FALSE;
  groups = icert_keyfile_list_groups (file);
  if (!g_strv_contains ((const char *const *) groups, group) && !is_in_chain (file, class_id))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, name, "has no settings for the module ([%s])",
                       group);
      return FALSE;
    }
  keys = icert_keyfile_list_keys (file, group);
  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    g_hash_table_insert (texts, g_strdup (keys[i]),
                         g_strdup (icert_keyfile_lookup (file, group, keys[i])));
  return TRUE;
}

/* Profiles that nobody names are those here, else the shipped ones, which each new CA begins with.
 */
static void
add_profiles (const char *class_id, GHashTable *texts)
{
  const char *data = g_getenv ("ICERT_DATA_PATH");
  g_autofree char *shipped = g_build_filename (
      data != NULL && data[0] != '\0' ? data : ICERT_DATA_DIR, "profiles", NULL);

  if (option_settings == NULL && strcmp (class_id, "Template.Policy") == 0
      && !g_hash_table_contains (texts, "Folder") && !g_file_test ("profiles", G_FILE_TEST_EXISTS)
      && g_file_test (shipped, G_FILE_TEST_IS_DIR))
    g_hash_table_insert (texts, g_strdup ("Folder"), g_strdup (shipped));
}

static GHashTable *
new_settings (const char *class_id, GError **error)
{
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (option_settings != NULL && !read_settings (class_id, texts, error))
    return NULL;
  for (gsize i = 0; option_setting != NULL && option_setting[i] != NULL; i++)
    {
      const char *sign = strchr (option_setting[i], '=');

      if (sign == NULL || sign == option_setting[i])
        {
          tool_usage_error (error, "--setting: '%s' is none (NAME=VALUE)", option_setting[i]);
          return NULL;
        }
      g_hash_table_insert (texts, g_strndup (option_setting[i], (gsize) (sign - option_setting[i])),
                           g_strdup (sign + 1));
    }
  add_profiles (class_id, texts);
  return g_steal_pointer (&texts);
}

/* Base of relative paths: where the settings lie, else here. */
static char *
dup_folder (void)
{
  g_autofree char *folder
      = option_settings != NULL ? g_path_get_dirname (option_settings) : g_get_current_dir ();

  return g_canonicalize_filename (folder, NULL);
}

static GHashTable *
new_attributes (GError **error)
{
  g_autoptr (GHashTable) attributes = tool_attributes_parse (option_attributes, error);

  if (attributes == NULL
      || (option_profile != NULL
          && !tool_attributes_add_profile (attributes, option_profile, error)))
    return NULL;
  return g_steal_pointer (&attributes);
}

/* A module that cannot judge is no verdict: FALSE. */
static gboolean
judge (const char *class_id, const char *path, Outcome *outcome, GError **error)
{
  g_autoptr (GHashTable) attributes = new_attributes (error);
  g_autoptr (GHashTable) settings = attributes != NULL ? new_settings (class_id, error) : NULL;
  g_autoptr (GBytes) request
      = settings != NULL ? tool_read_file (path, TOOL_FILE_LIMIT, error) : NULL;
  g_autoptr (ICertPolicy) policy = request != NULL ? new_policy (class_id, error) : NULL;
  g_autofree char *folder = dup_folder ();
  GError *local = NULL;

  if (policy == NULL)
    return FALSE;
  outcome->server = icert_test_server_new (1);
  if (!icert_test_server_load_request (outcome->server, request, attributes, option_requester,
                                       error)
      || !icert_test_server_initialize_policy (outcome->server, policy, settings, folder, error))
    return FALSE;
  if (!icert_test_server_verify_request (outcome->server, policy, !option_resubmitted,
                                         &outcome->verdict, &local))
    {
      if (!icert_error_is_refusal (local))
        {
          g_propagate_error (error, local);
          icert_policy_shutdown (policy);
          return FALSE;
        }
      outcome->verdict = ICERT_VERDICT_DENY;
      outcome->refusal = local;
    }
  icert_policy_shutdown (policy);
  return TRUE;
}

/* aa{sv}: name, value as people read it */
static GVariant *
list_changes (ICertTestServer *server)
{
  g_auto (GStrv) written = icert_test_server_list_used (server, TRUE);
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; written[i] != NULL; i++)
    {
      g_autoptr (GVariant) value
          = icert_test_server_get_certificate_property (server, written[i], NULL);
      const ICertPropertyInfo *info
          = icert_property_find (ICERT_SCOPE_CERTIFICATE, written[i], NULL, NULL);

      g_variant_builder_open (&rows, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&rows, "{sv}", "name", g_variant_new_string (written[i]));
      if (value != NULL && info->type == ICERT_PROPERTY_TYPE_DATE)
        g_variant_builder_add (
            &rows, "{sv}", "value",
            g_variant_new_take_string (tool_format_time (g_variant_get_int64 (value))));
      else if (value != NULL)
        g_variant_builder_add (&rows, "{sv}", "value", value);
      g_variant_builder_close (&rows);
    }
  return g_variant_builder_end (&rows);
}

static const char *
origin_name (ICertExtensionOrigin origin)
{
  return origin == ICERT_EXTENSION_ORIGIN_REQUEST  ? "request"
         : origin == ICERT_EXTENSION_ORIGIN_POLICY ? "policy"
                                                   : "other";
}

/* aa{sv}: what would be in the certificate, and what the request asked for in vain */
static GVariant *
list_extensions (ICertTestServer *server)
{
  g_auto (GStrv) oids = icert_test_server_list_extensions (server, FALSE);
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; oids[i] != NULL; i++)
    {
      g_autoptr (ICertExtension) row = icert_test_server_get_extension (server, oids[i]);
      g_autoptr (GBytes) value = icert_extension_get_value (row);
      ICertExtensionFlags flags = icert_extension_get_flags (row);
      gboolean enabled = (flags & (ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE)) == 0;

      g_variant_builder_open (&rows, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&rows, "{sv}", "oid", g_variant_new_string (oids[i]));
      g_variant_builder_add (&rows, "{sv}", "enabled", g_variant_new_boolean (enabled));
      g_variant_builder_add (&rows, "{sv}", "critical",
                             g_variant_new_boolean ((flags & ICERT_EXTENSION_CRITICAL) != 0));
      g_variant_builder_add (&rows, "{sv}", "origin",
                             g_variant_new_string (origin_name (icert_extension_get_origin (row))));
      if (value != NULL)
        g_variant_builder_add (&rows, "{sv}", "value",
                               g_variant_new_take_string (tool_format_hex (value)));
      g_variant_builder_close (&rows);
    }
  return g_variant_builder_end (&rows);
}

static ToolRecord *
describe (const char *class_id, const Outcome *outcome)
{
  ToolRecord *record = tool_record_new ();
  g_autofree char *message = icert_test_server_get_disposition_message (outcome->server);
  g_autofree char *reason
      = outcome->refusal != NULL ? icert_error_get_text (outcome->refusal) : NULL;

  tool_record_add_string (record, "class", class_id);
  tool_record_add_string (record, "verdict", verdict_names[outcome->verdict]);
  if (outcome->refusal != NULL)
    {
      tool_record_add_string (record, "code", tool_error_code (outcome->refusal));
      tool_record_add_string (record, "reason", reason);
    }
  tool_record_add_string (record, "message", message);
  return record;
}

/* A heading, and the rows with the columns that people want; nothing where there are no rows. */
static void
print_rows (Tool *tool, const char *heading, const char *const *columns, GVariant *rows)
{
  g_autoptr (ToolTable) table = tool_table_new (columns);
  gsize n = g_strv_length ((char **) columns);
  g_autofree GVariant **cells = g_new0 (GVariant *, n);

  if (g_variant_n_children (rows) == 0)
    return;
  printf ("\n%s\n", heading);
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      for (gsize j = 0; j < n; j++)
        cells[j] = g_variant_lookup_value (row, columns[j], NULL);
      tool_table_add_row (table, cells);
      for (gsize j = 0; j < n; j++)
        g_clear_pointer (&cells[j], g_variant_unref);
    }
  tool_table_print (table, tool);
}

static void
print_outcome (Tool *tool, const char *class_id, const Outcome *outcome)
{
  static const char *const trace_columns[] = { "rule", "field", "seen", "allowed", NULL };
  static const char *const change_columns[] = { "name", "value", NULL };
  static const char *const extension_columns[]
      = { "oid", "enabled", "critical", "origin", "value", NULL };
  g_autoptr (ToolRecord) record = describe (class_id, outcome);
  g_autoptr (GVariant) trace = icert_test_server_get_trace (outcome->server);
  g_autoptr (GVariant) changes = g_variant_ref_sink (list_changes (outcome->server));
  g_autoptr (GVariant) extensions = g_variant_ref_sink (list_extensions (outcome->server));
  g_auto (GStrv) read = icert_test_server_list_used (outcome->server, FALSE);
  g_auto (GStrv) log = icert_test_server_list_log (outcome->server);

  if (!tool->json)
    {
      tool_record_print (record, tool);
      print_rows (tool, "trace", trace_columns, trace);
      print_rows (tool, "changes", change_columns, changes);
      print_rows (tool, "extensions", extension_columns, extensions);
      return;
    }
  tool_record_add (record, "trace", trace);
  tool_record_add (record, "changes", changes);
  tool_record_add (record, "extensions", extensions);
  tool_record_add (record, "read", g_variant_new_strv ((const char *const *) read, -1));
  tool_record_add (record, "log", g_variant_new_strv ((const char *const *) log, -1));
  tool_record_print (record, tool);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_auto (Outcome) outcome = { 0 };
  const char *verdict;

  if (!check_expectation (error) || !judge (arguments[0], arguments[1], &outcome, error))
    return TOOL_EXIT_FAILED;
  verdict = verdict_names[outcome.verdict];
  if (!tool->quiet)
    print_outcome (tool, arguments[0], &outcome);
  if (option_expect != NULL && strcmp (option_expect, verdict) != 0)
    {
      /* with --json the document that is out says it all */
      if (!tool->json)
        g_printerr ("icert: verdict: %s (%s)\n", verdict, option_expect);
      return TOOL_EXIT_FAILED;
    }
  return option_expect != NULL || outcome.verdict == ICERT_VERDICT_ISSUE ? TOOL_EXIT_DONE
         : outcome.verdict == ICERT_VERDICT_DENY                         ? TOOL_EXIT_DENIED
                                                                         : TOOL_EXIT_PENDING;
}

const ToolVerb tool_verb_policy_test = {
  .name = "policy-test",
  .arguments = "CLASS REQUEST",
  .summary = "Let a policy module judge one request, without a CA",
  .example = "icert policy-test Template.Policy web.csr --profile WebServer --expect pend",
  .examples = "icert policy-test Template.Policy web.csr --settings ca.conf --requester alice\n"
              "  icert --json policy-test My.Policy web.csr --setting Zone=example.org",
  .options = options,
  .min_arguments = 2,
  .max_arguments = 2,
  .run = run,
};
