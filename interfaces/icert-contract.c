/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-contract.h"

#include <string.h>

#include "icert-contract-private.h"
#include "icert-error.h"
#include "icert-extension.h"
#include "icert-private.h"

/* notBefore of all samples: 2026-01-01 */
#define SAMPLE_TIME G_GINT64_CONSTANT (1767225600)
#define SAMPLE_DAYS 365
#define OID_SUBJECT_ALT_NAME "2.5.29.17"

void
_icert_contract_blame (ICertContract *contract, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_mutex_lock (&contract->lock);
  g_ptr_array_add (contract->problems, g_strdup_printf ("%s: %s", contract->check, text));
  g_mutex_unlock (&contract->lock);
}

char **
_icert_contract_run (ICertContract *contract, const ICertContractCheck *checks, gsize n_checks)
{
  char **problems;

  g_mutex_init (&contract->lock);
  contract->problems = g_ptr_array_new ();
  contract->contexts = g_ptr_array_new_with_free_func (g_object_unref);
  for (gsize i = 0; i < n_checks; i++)
    {
      contract->check = checks[i].name;
      if (contract->ready || !checks[i].needs_ready)
        checks[i].run (contract);
    }
  g_clear_object (&contract->manage);
  g_ptr_array_unref (contract->contexts);
  g_mutex_clear (&contract->lock);
  g_ptr_array_add (contract->problems, NULL);
  problems = (char **) g_ptr_array_free (contract->problems, FALSE);
  return problems;
}

char **
_icert_contract_list (const ICertContractCheck *checks, gsize n_checks)
{
  char **names = g_new0 (char *, n_checks + 1);

  for (gsize i = 0; i < n_checks; i++)
    names[i] = g_strdup (checks[i].name);
  return names;
}

/* One line that can be printed */
static gboolean
is_line (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* "… (what was expected)", before the bracket of details */
static gboolean
says_what_was_expected (const GError *error)
{
  g_autofree char *text = icert_error_get_text (error);

  return g_str_has_suffix (text, ")") && strstr (text, " (") != NULL;
}

void
_icert_contract_check_error (ICertContract *contract, const char *what, const GError *error)
{
  g_autofree char *field = NULL;
  g_autofree char *quoted = NULL;

  if (error == NULL)
    return;
  field = icert_error_get_field (error);
  quoted = icert_error_quote (error->message, -1);
  if (error->domain != ICERT_ERROR)
    _icert_contract_blame (contract, "%s: error of domain %s, %s (an ICertError)", what,
                           g_quark_to_string (error->domain), quoted);
  else if (error->code == ICERT_ERROR_MODULE
           || (error->code == ICERT_ERROR_FAILED
               && strstr (error->message, "failed without an error") != NULL))
    _icert_contract_blame (contract, "%s: %s (an answer, or an error)", what, error->message);
  else if (error->code == ICERT_ERROR_NOT_SUPPORTED)
    _icert_contract_blame (contract, "%s: %s (an answer)", what, error->message);
  else if (field == NULL)
    _icert_contract_blame (contract, "%s: message %s names no field (field: what is wrong (…))",
                           what, quoted);
  else if (!says_what_was_expected (error))
    _icert_contract_blame (contract, "%s: message %s (what was expected, in brackets at the end)",
                           what, quoted);
}

void
_icert_contract_check_description (ICertContract *contract, char *first, char *again)
{
  g_autofree char *one = first;
  g_autofree char *two = again;

  if (one == NULL || *one == '\0')
    _icert_contract_blame (contract, "empty (a line for people)");
  else if (!is_line (one))
    _icert_contract_blame (contract, "not one line of UTF-8 (a line for people)");
  else if (g_strcmp0 (one, two) != 0)
    _icert_contract_blame (contract, "another one when asked again (the same)");
}

/* The settings half */

/* (transfer full) (nullable): NULL without an error when the module describes none */
static GVariant *
describe (ICertContract *contract, GError **error)
{
  g_autoptr (GError) local = NULL;
  GVariant *schema = NULL;

  if (contract->manage != NULL)
    schema = icert_manage_module_describe_settings (contract->manage, &local);
  if (local != NULL && !g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
    g_propagate_error (error, g_steal_pointer (&local));
  return schema;
}

ICertSettings *
_icert_contract_new_settings (ICertContract *contract, GError **error)
{
  GError *local = NULL;
  g_autoptr (GVariant) schema = describe (contract, &local);

  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  return icert_settings_new (schema, contract->settings, contract->folder, error);
}

static const char *
get_text (GVariant *info, const char *name)
{
  const char *text = NULL;

  g_variant_lookup (info, name, "&s", &text);
  return text;
}

static void
check_setting (ICertContract *contract, GVariant *info)
{
  static const char *const keys[]
      = { "name", "type", "default", "minimum", "maximum", "description", NULL };
  const char *name = get_text (info, "name");
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (name == NULL || *name == '\0')
    {
      _icert_contract_blame (contract, "a setting without a name (a key for ca.conf)");
      return;
    }
  if (!is_line (name) || strpbrk (name, " =[]#") != NULL)
    _icert_contract_blame (contract, "setting %s: no key for ca.conf (letters and digits)", name);
  if (get_text (info, "description") == NULL || *get_text (info, "description") == '\0')
    _icert_contract_blame (contract, "setting %s: not described (a line for people)", name);

  g_variant_iter_init (&iter, info);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (!g_strv_contains (keys, key) || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      _icert_contract_blame (contract, "setting %s: key %s of type %s (a text of the six known)",
                             name, key, g_variant_get_type_string (value));
}

void
_icert_contract_check_schema (ICertContract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) schema = describe (contract, &error);
  g_autoptr (GVariant) again = describe (contract, NULL);
  g_autoptr (ICertSettings) settings = NULL;

  _icert_contract_check_error (contract, "describe_settings", error);
  if (schema == NULL)
    return;
  for (gsize i = 0; i < g_variant_n_children (schema); i++)
    {
      g_autoptr (GVariant) info = g_variant_get_child_value (schema, i);

      check_setting (contract, info);
    }
  if (again == NULL || !g_variant_equal (schema, again))
    _icert_contract_blame (contract, "another description when asked again (the same)");

  settings = icert_settings_new (schema, NULL, contract->folder, &error);
  if (settings == NULL)
    _icert_contract_blame (contract, "the defaults are refused: %s (defaults inside their ranges)",
                           error->message);
}

void
_icert_contract_check_properties (ICertContract *contract)
{
  static const char *const names[] = { "name", "description", "version" };

  if (contract->manage == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = NULL;

      g_object_get (contract->manage, names[i], &text, NULL);
      if (text == NULL || *text == '\0' || !is_line (text))
        _icert_contract_blame (contract, "property %s is empty (a line for people)", names[i]);
    }
}

void
_icert_contract_check_values (ICertContract *contract)
{
  g_autoptr (ICertSettings) settings = _icert_contract_new_settings (contract, NULL);
  g_auto (GStrv) names = settings != NULL ? icert_settings_list_names (settings) : NULL;
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GVariant) nothing = NULL;

  if (contract->manage == NULL)
    return;
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value
          = icert_manage_module_get_value (contract->manage, names[i], &error);

      if (error != NULL && error->code != ICERT_ERROR_NOT_SUPPORTED)
        _icert_contract_blame (contract, "get_value of setting %s: %s (its value)", names[i],
                               error->message);
    }
  nothing = icert_manage_module_get_value (contract->manage, "NoSuchSetting", &unknown);
  if (!g_error_matches (unknown, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME)
      && !g_error_matches (unknown, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
    _icert_contract_blame (contract, "get_value of an unknown name: %s (UNKNOWN_NAME)",
                           unknown != NULL ? unknown->message : "no error");
}

/* Whether the values in force are those of @settings; a module that shows none is believed. */
static gboolean
are_in_force (ICertContract *contract, ICertSettings *settings)
{
  g_auto (GStrv) names = icert_settings_list_names (settings);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) seen
          = icert_manage_module_get_value (contract->manage, names[i], &error);
      g_autoptr (GVariant) wanted = icert_settings_get_value (settings, names[i], NULL);

      if (error != NULL)
        continue;
      if ((seen == NULL) != (wanted == NULL) || (seen != NULL && !g_variant_equal (seen, wanted)))
        return FALSE;
    }
  return TRUE;
}

/* One setting gets a text that nobody can have meant, past the judgement of its type: a module must
 * look at what it takes, or it is stopped by a settings file of the future. */
static void
try_bad_setting (ICertContract *contract, ICertSettings *good, const char *name)
{
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_auto (GStrv) names = icert_settings_list_names (good);
  g_autoptr (ICertSettings) bad = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *what = g_strdup_printf ("reload with a bad %s", name);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      char *text = icert_settings_get_string (good, names[i], NULL);

      if (text != NULL)
        g_hash_table_insert (texts, names[i], text);
    }
  g_hash_table_insert (texts, (gpointer) name, g_strdup ("/dev/null/\302\255 no %9 value"));
  bad = icert_settings_new (NULL, texts, contract->folder, NULL);
  if (icert_manage_module_reload (contract->manage, bad, &error))
    return;
  _icert_contract_check_error (contract, what, error);
  if (error->domain == ICERT_ERROR && error->code != ICERT_ERROR_CONFIG
      && error->code != ICERT_ERROR_NOT_SUPPORTED)
    _icert_contract_blame (contract, "%s: %s: %s (CONFIG)", what,
                           icert_error_get_code_name (error->code), error->message);
  if (!are_in_force (contract, good))
    _icert_contract_blame (contract, "%s: failed, and changed what is in force (the former ones)",
                           what);
}

void
_icert_contract_check_reload (ICertContract *contract)
{
  g_autoptr (ICertSettings) good = _icert_contract_new_settings (contract, NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  if (contract->manage == NULL || good == NULL)
    return;
  if (!icert_manage_module_reload (contract->manage, good, &error))
    {
      if (!g_error_matches (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
        _icert_contract_blame (contract, "refuses the settings it was started with: %s (taken)",
                               error->message);
      return;
    }
  if (!are_in_force (contract, good))
    _icert_contract_blame (contract, "get_value differs from what was loaded (the same)");

  names = icert_settings_list_names (good);
  for (gsize i = 0; names[i] != NULL; i++)
    {
      try_bad_setting (contract, good, names[i]);
      if (!icert_manage_module_reload (contract->manage, good, NULL))
        _icert_contract_blame (contract, "refuses good settings behind a bad %s (taken)", names[i]);
    }
}

void
_icert_contract_check_files (ICertContract *contract)
{
  static const char *const kinds[] = { "no-such-kind", "profile" };
  g_autoptr (GBytes) garbage = g_bytes_new_static ("\xff\x00[[[\n=\n", 8);

  if (contract->manage == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean unknown = i == 0;

      if (icert_manage_module_check (contract->manage, kinds[i], "contract", garbage, &error))
        {
          _icert_contract_blame (contract, "takes octets of no sense for a %s (a refusal)",
                                 kinds[i]);
          continue;
        }
      if (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
        continue;
      _icert_contract_check_error (contract, "check", error);
      if (unknown || !g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFIG))
        _icert_contract_blame (contract, "of a %s: %s (%s)", kinds[i], error->message,
                               unknown ? "NOT_SUPPORTED" : "CONFIG or NOT_SUPPORTED");
    }
}

/* Samples */

static void
set_text (ICertTestServer *server, const char *name, const char *text)
{
  icert_test_server_set_request_property (server, name, g_variant_new_string (text), NULL);
}

static void
set_key_and_dates (ICertTestServer *server, const char *key_type, gint32 bits)
{
  icert_test_server_set_certificate_property (server, "PublicKeyType",
                                              g_variant_new_string (key_type), NULL);
  icert_test_server_set_certificate_property (server, "PublicKeyLength", g_variant_new_int32 (bits),
                                              NULL);
  icert_test_server_set_certificate_property (
      server, "NotBefore", g_variant_new_int64 (SAMPLE_TIME * G_USEC_PER_SEC), NULL);
  icert_test_server_set_certificate_property (
      server, "NotAfter",
      g_variant_new_int64 ((SAMPLE_TIME + SAMPLE_DAYS * 86400) * G_USEC_PER_SEC), NULL);
}

static void
add_san (ICertTestServer *server, const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ICertExtension) extension = NULL;

  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_DNS, name, NULL));
  extension = icert_extension_new_subject_alt_name (names, FALSE, NULL);
  icert_test_server_add_requested_extension (server, extension);
}

static void
fill_server (ICertTestServer *server)
{
  g_autoptr (GBytes) der = g_bytes_new_static ("\x30\x00", 2);

  set_key_and_dates (server, "ec-p256", 256);
  set_text (server, "RequesterName", "alice");
  set_text (server, "CallerName", "alice");
  set_text (server, "CommonName", "www.example.org");
  set_text (server, "Organization", "Example");
  icert_test_server_set_request_property (
      server, "RequesterRoles", g_variant_new_int32 (ICERT_ROLE_READ | ICERT_ROLE_ENROLL), NULL);
  icert_test_server_set_request_property (server, "SubmittedWhen",
                                          g_variant_new_int64 (SAMPLE_TIME * G_USEC_PER_SEC), NULL);
  icert_test_server_set_requester_attribute (server, "name", "alice");
  icert_test_server_set_requester_attribute (server, "uid", "1000");
  icert_test_server_add_requester_group (server, "users");
  icert_test_server_set_request_attribute (server, "CertificateTemplate", "WebServer");
  icert_test_server_set_ca_property (server, "CAName", g_variant_new_string ("Contract CA"), NULL);
  icert_test_server_set_ca_property (server, "SanitizedCAName",
                                     g_variant_new_string ("Contract CA"), NULL);
  icert_test_server_set_ca_property (server, "SanitizedShortName",
                                     g_variant_new_string ("Contract CA"), NULL);
  icert_test_server_set_ca_property (server, "MachineDNSName",
                                     g_variant_new_string ("ca.example.org"), NULL);
  icert_test_server_set_certificate_property (server, "SerialNumber", g_variant_new_string ("01ab"),
                                              NULL);
  icert_test_server_set_certificate (server, der);
  add_san (server, "www.example.org");
}

/* Nothing here is impossible: requests are written by strangers. */
static void
fill_odd (ICertTestServer *server)
{
  g_autofree char *huge = g_strnfill (8192, 'x');
  g_autoptr (GBytes) garbage = g_bytes_new_static ("\x30\x80\xff\x00", 4);
  g_autoptr (ICertExtension) broken = icert_extension_new (
      OID_SUBJECT_ALT_NAME, ICERT_EXTENSION_DISABLE, ICERT_EXTENSION_ORIGIN_REQUEST, garbage, NULL);
  g_autoptr (ICertExtension) unknown
      = icert_extension_new ("1.2.3.4.5", ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_CRITICAL,
                             ICERT_EXTENSION_ORIGIN_REQUEST, garbage, NULL);

  set_key_and_dates (server, "rsa-1", 1);
  set_text (server, "RequesterName", "");
  set_text (server, "CommonName", huge);
  icert_test_server_add_subject (server, "CommonName", "", NULL);
  icert_test_server_add_subject (server, "CommonName", "%s%n\t\"'\\;=*.example.org.", NULL);
  icert_test_server_add_subject (server, "1.2.3.4.5.6", "\342\200\256gro.elpmaxe", NULL);
  icert_test_server_add_requester_group (server, "");
  icert_test_server_set_request_attribute (server, "CertificateTemplate", "../../etc/passwd");
  icert_test_server_set_request_attribute (server, "SAN", "dns=&dns=*&upn=");
  icert_test_server_set_request_attribute (server, "\303\244", huge);
  icert_test_server_add_extension (server, broken);
  icert_test_server_add_extension (server, unknown);
}

const char *
_icert_contract_sample_name (ICertSample sample)
{
  static const char *const names[]
      = { "an empty request", "a web server's request", "an odd request" };

  return names[sample];
}

ICertTestServer *
_icert_contract_new_sample (ICertSample sample, gint64 id)
{
  ICertTestServer *server = icert_test_server_new (id);

  if (sample == ICERT_SAMPLE_SERVER)
    fill_server (server);
  else if (sample == ICERT_SAMPLE_ODD)
    fill_odd (server);
  return server;
}
