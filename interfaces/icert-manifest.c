/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-manifest.h"

#include <string.h>

#include "icert-error.h"
#include "icert-file-private.h"
#include "icert-keyfile.h"
#include "icert-module.h"
#include "icert-settings.h"

#define CLASS_PREFIX "Class "
#define MAX_NAME 64
#define DEFAULT_DEADLINE 10
#define MAX_DEADLINE 3600
#define MAX_MEMORY_MIB 65536

static const char *const groups[] = { "Module", CLASS_PREFIX "*", NULL };
static const char *const module_keys[]
    = { "Name", "Version", "Abi", "Library", "Script", "Language", "Host", "Description", NULL };
static const char *const class_keys[]
    = { "Type", "Interfaces", "Threads", "Deadline", "Memory", "Grants", "Address", NULL };

static gboolean
is_made_of (const char *text, const char *more)
{
  gsize length = strlen (text);

  if (length == 0 || length > MAX_NAME)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr (more, text[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* Names that become file names: S-N6 */
static gboolean
is_module_name (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (g_ascii_isupper (*c))
      return FALSE;
  return is_made_of (name, "-");
}

/* App.Policy, as a ProgID */
static gboolean
is_class_id (const char *id)
{
  const char *dot = strchr (id, '.');

  return is_made_of (id, ".") && g_ascii_isalpha (*id) && dot != NULL && dot[1] != '\0'
         && strstr (id, "..") == NULL && !g_str_has_suffix (id, ".");
}

static gboolean
is_type_name (const char *name)
{
  return is_made_of (name, "_-+") && strlen (name) >= 3
         && (g_ascii_isalpha (*name) || *name == '_');
}

static gboolean
is_scheme (const char *scheme)
{
  return is_module_name (scheme) && g_ascii_isalpha (*scheme);
}

static gboolean
is_script_file (const char *name)
{
  return is_made_of (name, "-_.") && *name != '.';
}

/* Refuses a value that is there and not one of @allowed. */
static gboolean
check_choice (ICertKeyfile *file,
              const char *group,
              const char *key,
              const char *const *allowed,
              GError **error)
{
  const char *value = icert_keyfile_lookup (file, group, key);
  g_autofree char *quoted = NULL;
  g_autofree char *names = NULL;

  if (value == NULL || g_strv_contains (allowed, value))
    return TRUE;
  quoted = icert_error_quote (value, -1);
  names = g_strjoinv (" or ", (char **) allowed);
  icert_keyfile_set_error (file, group, key, error, "%s is %s (%s)", key, quoted, names);
  return FALSE;
}

/* Refuses a value that @check refuses, or that is not there though @required. */
static gboolean
check_value (ICertKeyfile *file,
             const char *group,
             const char *key,
             gboolean required,
             gboolean (*check) (const char *),
             const char *expected,
             GError **error)
{
  const char *value = icert_keyfile_lookup (file, group, key);
  g_autofree char *quoted = NULL;

  if (value == NULL && !required)
    return TRUE;
  if (value == NULL)
    {
      icert_keyfile_set_error (file, group, key, error, "no %s in [%s] (%s)", key, group, expected);
      return FALSE;
    }
  if (check (value))
    return TRUE;
  quoted = icert_error_quote (value, -1);
  icert_keyfile_set_error (file, group, key, error, "%s is %s (%s)", key, quoted, expected);
  return FALSE;
}

static gboolean
check_list (ICertKeyfile *file,
            const char *group,
            const char *key,
            gboolean (*check) (const char *),
            const char *expected,
            char ***list,
            GError **error)
{
  g_auto (GStrv) values = icert_keyfile_get_list (file, group, key);

  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    {
      g_autofree char *quoted = NULL;
      gboolean again = FALSE;

      for (guint j = 0; j < i; j++)
        again = again || strcmp (values[i], values[j]) == 0;
      if (check (values[i]) && !again)
        continue;
      quoted = icert_error_quote (values[i], -1);
      icert_keyfile_set_error (file, group, key, error, "%s has %s%s (%s)", key, quoted,
                               again ? " twice" : "", expected);
      return FALSE;
    }
  if (values != NULL)
    {
      g_strfreev (*list);
      *list = g_steal_pointer (&values);
    }
  return TRUE;
}

/* The name of the file is the name of the module, so that a folder cannot hold it twice. */
static gboolean
check_file_name (ICertKeyfile *file, const char *path, const char *name, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *expected = g_strconcat (name, ".module", NULL);

  if (strcmp (base, expected) == 0)
    return TRUE;
  icert_keyfile_set_error (file, "Module", "Name", error,
                           "Name is \"%s\" (the name of the file without .module)", name);
  return FALSE;
}

/* Where the code is: a library or a script beside the manifest */
static gboolean
read_code (ICertKeyfile *file, ICertModuleFacts *facts, GError **error)
{
  static const char *const languages[] = { "python", "javascript", NULL };
  const char *library = icert_keyfile_lookup (file, "Module", "Library");
  const char *script = icert_keyfile_lookup (file, "Module", "Script");
  g_autofree char *folder = g_path_get_dirname (facts->path);
  g_autofree char *base = NULL;

  if ((library != NULL) == (script != NULL))
    {
      icert_keyfile_set_error (
          file, "Module", "Script", error, "%s (Library=NAME, or Script=FILE with Language)",
          library != NULL ? "both Library and Script" : "neither Library nor Script");
      return FALSE;
    }
  if (!check_value (file, "Module", "Library", FALSE, is_module_name,
                    "a name of a-z, 0-9 and -, without folder and ending", error)
      || !check_value (file, "Module", "Script", FALSE, is_script_file,
                       "a file beside the manifest", error)
      || !check_choice (file, "Module", "Language", languages, error))
    return FALSE;

  facts->language = g_strdup (icert_keyfile_lookup (file, "Module", "Language"));
  if ((script != NULL) != (facts->language != NULL))
    {
      icert_keyfile_set_error (file, "Module", "Language", error, "%s",
                               script != NULL ? "a script without Language (python or javascript)"
                                              : "Language of a library (a script)");
      return FALSE;
    }
  if (script != NULL)
    {
      facts->script = g_build_filename (folder, script, NULL);
      return TRUE;
    }
  base = g_strconcat (library, "." G_MODULE_SUFFIX, NULL);
  facts->library = g_build_filename (folder, base, NULL);
  return TRUE;
}

static gboolean
read_host (ICertKeyfile *file, ICertModuleFacts *facts, GError **error)
{
  static const char *const hosts[] = { "engine", "process", NULL };
  const char *host = icert_keyfile_lookup (file, "Module", "Host");

  if (!check_choice (file, "Module", "Host", hosts, error))
    return FALSE;
  if (facts->script != NULL && g_strcmp0 (host, "engine") == 0)
    {
      icert_keyfile_set_error (
          file, "Module", "Host", error,
          "a script in the engine (process: scripts never run where keys are)");
      return FALSE;
    }
  facts->host = g_strdup (host != NULL ? host : facts->script != NULL ? "process" : "engine");
  return TRUE;
}

static ICertModuleFacts *
read_module (ICertKeyfile *file, const char *path, GError **error)
{
  g_autoptr (ICertModuleFacts) facts = _icert_module_facts_new ();
  gint64 abi;

  if (!icert_keyfile_check_groups (file, groups, error)
      || !icert_keyfile_check_keys (file, "Module", module_keys, error)
      || !check_value (file, "Module", "Name", TRUE, is_module_name,
                       "a name of a-z, 0-9 and -, at most 64", error)
      || !icert_keyfile_get_int (file, "Module", "Abi", 0, 1, G_MAXUINT16, &abi, error))
    return NULL;
  if (abi == 0)
    {
      icert_keyfile_set_error (file, "Module", "Abi", error, "no Abi in [Module] (Abi=%d)",
                               ICERT_MODULE_ABI);
      return NULL;
    }

  facts->path = g_strdup (path);
  facts->abi = (guint) abi;
  facts->name = g_strdup (icert_keyfile_lookup (file, "Module", "Name"));
  facts->version = g_strdup (icert_keyfile_lookup (file, "Module", "Version"));
  facts->description = g_strdup (icert_keyfile_lookup (file, "Module", "Description"));
  if (!check_file_name (file, path, facts->name, error) || !read_code (file, facts, error)
      || !read_host (file, facts, error))
    return NULL;
  return g_steal_pointer (&facts);
}

static gboolean
read_deadline (ICertKeyfile *file, const char *group, guint *deadline, GError **error)
{
  const char *text = icert_keyfile_lookup (file, group, "Deadline");
  g_autofree char *quoted = NULL;
  gint64 seconds = 0;
  int months = 0;

  *deadline = DEFAULT_DEADLINE;
  if (text == NULL)
    return TRUE;
  if (icert_duration_parse (text, &months, &seconds, NULL) && months == 0 && seconds >= 1
      && seconds <= MAX_DEADLINE)
    {
      *deadline = (guint) seconds;
      return TRUE;
    }
  quoted = icert_error_quote (text, -1);
  icert_keyfile_set_error (file, group, "Deadline", error, "Deadline is %s (from 1s to 1h)",
                           quoted);
  return FALSE;
}

static gboolean
is_grant (const char *grant)
{
  return strcmp (grant, "network") == 0
         || (g_str_has_prefix (grant, "read:") && g_path_is_absolute (grant + strlen ("read:")));
}

/* What only a host can enforce is refused for a class that has none. */
static gboolean
read_limits (ICertKeyfile *file, const char *group, ICertClassInfo *info, GError **error)
{
  static const char *const host_keys[] = { "Memory", "Grants" };
  const char *memory = icert_keyfile_lookup (file, group, "Memory");

  for (guint i = 0; i < G_N_ELEMENTS (host_keys) && strcmp (info->module->host, "engine") == 0; i++)
    if (icert_keyfile_lookup (file, group, host_keys[i]) != NULL)
      {
        icert_keyfile_set_error (file, group, host_keys[i], error,
                                 "%s of a class that runs in the engine (Host=process)",
                                 host_keys[i]);
        return FALSE;
      }

  if (memory != NULL)
    {
      g_autofree char *number = g_strdup (memory);
      g_autofree char *quoted = icert_error_quote (memory, -1);
      guint64 mib = 0;

      if (g_str_has_suffix (number, "MiB"))
        number[strlen (number) - strlen ("MiB")] = '\0';
      if (!g_str_has_suffix (memory, "MiB")
          || !g_ascii_string_to_unsigned (number, 10, 1, MAX_MEMORY_MIB, &mib, NULL))
        {
          icert_keyfile_set_error (file, group, "Memory", error,
                                   "Memory is %s (from 1MiB to %dMiB)", quoted, MAX_MEMORY_MIB);
          return FALSE;
        }
      info->memory = mib * 1024 * 1024;
    }
  return check_list (file, group, "Grants", is_grant, "network; read:/PATH", &info->grants, error);
}

static ICertClassInfo *
read_class (ICertKeyfile *file, const char *group, ICertModuleFacts *facts, GError **error)
{
  static const char *const threads[] = { "any", "main-context", NULL };
  g_autoptr (ICertClassInfo) info = NULL;
  const char *id = group + strlen (CLASS_PREFIX);
  const char *value;

  if (!is_class_id (id))
    {
      icert_keyfile_set_error (file, group, NULL, error, "not the name of a class (App.Policy)");
      return NULL;
    }
  info = _icert_class_info_new (facts, id);
  if (!icert_keyfile_check_keys (file, group, class_keys, error)
      || !check_value (file, group, "Type", TRUE, is_type_name, "the name of a GType", error)
      || !check_choice (file, group, "Threads", threads, error)
      || !read_deadline (file, group, &info->deadline, error)
      || !read_limits (file, group, info, error)
      || !check_list (file, group, "Interfaces", is_type_name, "names of interfaces, each once",
                      &info->interfaces, error)
      || !check_list (file, group, "Address", is_scheme, "schemes such as local, each once",
                      &info->addresses, error))
    return NULL;
  if (info->interfaces[0] == NULL)
    {
      icert_keyfile_set_error (file, group, "Interfaces", error,
                               "no Interfaces in [%s] (ICertPolicy, ICertExit, …)", group);
      return NULL;
    }

  value = icert_keyfile_lookup (file, group, "Threads");
  info->threads = g_strdup (value != NULL ? value : facts->script != NULL ? "main-context" : "any");
  info->type_name = g_strdup (icert_keyfile_lookup (file, group, "Type"));
  g_ptr_array_add (facts->type_names, g_strdup (info->type_name));
  return g_steal_pointer (&info);
}

GPtrArray *
_icert_manifest_read (const char *path, GError **error)
{
  g_autoptr (GPtrArray) classes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ICertModuleFacts) facts = NULL;
  g_autoptr (ICertKeyfile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) names = NULL;
  struct stat state;

  bytes = _icert_file_read (path, ICERT_KEYFILE_MAX_SIZE, &state, error);
  if (bytes == NULL || !_icert_file_check_writers (&state, path, "manifest", error))
    return NULL;
  file = icert_keyfile_parse (bytes, path, error);
  if (file == NULL)
    return NULL;
  facts = read_module (file, path, error);
  if (facts == NULL)
    return NULL;

  names = icert_keyfile_list_groups (file);
  for (guint i = 0; names[i] != NULL; i++)
    {
      ICertClassInfo *info;

      if (!g_str_has_prefix (names[i], CLASS_PREFIX))
        continue;
      info = read_class (file, names[i], facts, error);
      if (info == NULL)
        return NULL;
      g_ptr_array_add (classes, info);
    }
  if (classes->len == 0)
    {
      icert_keyfile_set_error (file, NULL, NULL, error, "no class ([Class App.Policy])");
      return NULL;
    }
  return g_steal_pointer (&classes);
}
