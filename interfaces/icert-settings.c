/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-settings.h"

#include <string.h>

#include "icert-binding-private.h"
#include "icert-error.h"

#define SECONDS_PER_DAY (24 * 60 * 60)
/* No certificate lives longer than a GeneralizedTime can say */
#define MAX_MONTHS (12 * 10000)
#define MAX_SECONDS ((gint64) 10000 * 366 * SECONDS_PER_DAY)
#define LAST_TIME G_GINT64_CONSTANT (253402300799)

typedef enum
{
  TYPE_STRING,
  TYPE_INT,
  TYPE_BOOLEAN,
  TYPE_DURATION,
  TYPE_LIST,
  TYPE_PATH
} SettingType;

static const char *const type_names[] = { "string", "int", "boolean", "duration", "list", "path" };

/**
 * ICertSettings:
 *
 * What the configuration says to one module: every setting that the module describes, judged, with
 * defaults filled in. AD CS gives a module a registry path instead (ModuleRegistryLocation).
 *
 * Immutable, and thus usable from any thread; a reload gives a new object.
 */
struct _ICertSettings
{
  GObject parent_instance;

  char *folder;       /* owned, nullable */
  GPtrArray *names;   /* of char *, in the order of the schema */
  GHashTable *values; /* name to GVariant; a name without value is empty */
};

G_DEFINE_FINAL_TYPE (ICertSettings, icert_settings, G_TYPE_OBJECT)

static void
icert_settings_finalize (GObject *object)
{
  ICertSettings *self = ICERT_SETTINGS (object);

  g_free (self->folder);
  g_ptr_array_unref (self->names);
  g_hash_table_unref (self->values);

  G_OBJECT_CLASS (icert_settings_parent_class)->finalize (object);
}

static void
icert_settings_class_init (ICertSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = icert_settings_finalize;
}

static void
icert_settings_init (ICertSettings *self)
{
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
}

static void
add_text (GVariantBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (text));
}

/**
 * icert_settings_describe: (skip)
 * @infos: (array length=n_infos): settings of a module
 * @n_infos: how many
 *
 * The description that a module answers for its settings, made of a table.
 *
 * Returns: (transfer full): a variant of type `aa{sv}` with the keys `name`, `type`, `default`,
 * `minimum`, `maximum` and `description` (all s, left out when `NULL`), never floating
 */
GVariant *
icert_settings_describe (const ICertSettingInfo *infos, gsize n_infos)
{
  GVariantBuilder list;

  g_return_val_if_fail (infos != NULL || n_infos == 0, NULL);

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < n_infos; i++)
    {
      g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
      add_text (&list, "name", infos[i].name);
      add_text (&list, "type", infos[i].type);
      add_text (&list, "default", infos[i].default_text);
      add_text (&list, "minimum", infos[i].minimum);
      add_text (&list, "maximum", infos[i].maximum);
      add_text (&list, "description", infos[i].description);
      g_variant_builder_close (&list);
    }
  return g_variant_ref_sink (g_variant_builder_end (&list));
}

static gboolean
fail_value (GError **error, const char *name, const char *text, const char *expected)
{
  g_autofree char *quoted = icert_error_quote (text, -1);

  icert_set_error (error, ICERT_ERROR_CONFIG, name, "%s is wrong (%s)", quoted, expected);
  return FALSE;
}

static gboolean
parse_int (const char *text, gint64 *value)
{
  return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, value, NULL);
}

static gboolean
parse_boolean (const char *text, gint64 *value)
{
  *value = g_str_equal (text, "true");
  return *value || g_str_equal (text, "false");
}

/* A setting has no date from which a month could be counted: it has 30 days, and a year 365. */
static gboolean
parse_seconds (const char *text, gint64 *value)
{
  int months;
  gint64 seconds;

  if (!icert_duration_parse (text, &months, &seconds, NULL))
    return FALSE;
  *value = seconds + ((gint64) (months / 12) * 365 + (gint64) (months % 12) * 30) * SECONDS_PER_DAY;
  return TRUE;
}

/* Items between semicolons, trimmed; empty ones are left out, \; is a semicolon in an item */
static char **
split_list (const char *text)
{
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  g_autoptr (GString) item = g_string_new (NULL);

  for (const char *p = text;; p++)
    {
      if (p[0] == '\\' && p[1] == ';')
        g_string_append_c (item, *++p);
      else if (*p != ';' && *p != '\0')
        g_string_append_c (item, *p);
      else
        {
          g_autofree char *trimmed = g_strstrip (g_strdup (item->str));

          if (*trimmed != '\0')
            g_strv_builder_add (items, trimmed);
          g_string_truncate (item, 0);
          if (*p == '\0')
            return g_strv_builder_end (items);
        }
    }
}

static gboolean
make_path (const char *name, const char *text, const char *folder, GVariant **value, GError **error)
{
  if (*text != '\0' && !g_path_is_absolute (text) && folder == NULL)
    return fail_value (error, name, text, "an absolute path");

  *value = g_variant_new_take_string (*text == '\0' ? g_strdup ("")
                                                    : g_canonicalize_filename (text, folder));
  return TRUE;
}

/* The value and, in @amount, what its bounds count */
static gboolean
convert (const char *name,
         SettingType type,
         const char *text,
         const char *folder,
         GVariant **value,
         gint64 *amount,
         GError **error)
{
  g_auto (GStrv) items = NULL;

  *amount = g_utf8_strlen (text, -1);
  switch (type)
    {
    case TYPE_INT:
      if (!parse_int (text, amount))
        return fail_value (error, name, text, "a number");
      *value = g_variant_new_int64 (*amount);
      return TRUE;
    case TYPE_BOOLEAN:
      if (!parse_boolean (text, amount))
        return fail_value (error, name, text, "true or false");
      *value = g_variant_new_boolean ((gboolean) *amount);
      return TRUE;
    case TYPE_DURATION:
      if (!parse_seconds (text, amount))
        return fail_value (error, name, text,
                           "a duration, such as 90s, 10min, 24h, 7d, 4w, 6mo, 10y");
      *value = g_variant_new_int64 (*amount);
      return TRUE;
    case TYPE_LIST:
      items = split_list (text);
      *amount = g_strv_length (items);
      *value = g_variant_new_strv ((const char *const *) items, -1);
      return TRUE;
    case TYPE_PATH:
      return make_path (name, text, folder, value, error);
    default:
      *value = g_variant_new_string (text);
      return TRUE;
    }
}

static gboolean
parse_bound (SettingType type, const char *text, gint64 *bound)
{
  return type == TYPE_DURATION ? parse_seconds (text, bound) : parse_int (text, bound);
}

static gboolean
check_bounds (const char *name,
              SettingType type,
              const char *text,
              gint64 amount,
              GVariant *info,
              GError **error)
{
  const char *minimum = NULL;
  const char *maximum = NULL;
  g_autofree char *quoted = NULL;
  gint64 least = G_MININT64;
  gint64 most = G_MAXINT64;

  g_variant_lookup (info, "minimum", "&s", &minimum);
  g_variant_lookup (info, "maximum", "&s", &maximum);
  if ((minimum != NULL && !parse_bound (type, minimum, &least))
      || (maximum != NULL && !parse_bound (type, maximum, &most)))
    return fail_value (error, name, minimum != NULL ? minimum : maximum,
                       "a bound of the same type");
  if (type == TYPE_BOOLEAN || (amount >= least && amount <= most))
    return TRUE;

  quoted = icert_error_quote (text, -1);
  icert_set_error (error, ICERT_ERROR_CONFIG, name, "%s is out of range (%s to %s)", quoted,
                   minimum != NULL ? minimum : "anything", maximum != NULL ? maximum : "anything");
  return FALSE;
}

static gboolean
find_type (const char *name, const char *text, SettingType *type, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (g_strcmp0 (text, type_names[i]) == 0)
      {
        *type = (SettingType) i;
        return TRUE;
      }

  return fail_value (error, name, text, "a type: string, int, boolean, duration, list or path");
}

/* Takes the floating @value, or an empty one */
static void
add_value (ICertSettings *self, const char *name, GVariant *value)
{
  g_ptr_array_add (self->names, g_strdup (name));
  if (value != NULL)
    g_hash_table_insert (self->values, g_strdup (name), g_variant_ref_sink (value));
}

static gboolean
add_described (ICertSettings *self, GVariant *info, GHashTable *texts, GError **error)
{
  const char *name = NULL;
  const char *type_name = NULL;
  const char *text = NULL;
  GVariant *value = NULL;
  SettingType type;
  gint64 amount;

  g_variant_lookup (info, "name", "&s", &name);
  g_variant_lookup (info, "type", "&s", &type_name);
  if (name == NULL || *name == '\0'
      || g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
    return fail_value (error, "settings", name, "each setting with a name of its own");
  if (!find_type (name, type_name, &type, error))
    return FALSE;

  if (texts != NULL)
    text = g_hash_table_lookup (texts, name);
  if (text == NULL)
    g_variant_lookup (info, "default", "&s", &text);
  if (text != NULL)
    {
      if (!g_utf8_validate (text, -1, NULL))
        return fail_value (error, name, text, "UTF-8");
      if (!convert (name, type, text, self->folder, &value, &amount, error))
        return FALSE;
      if (!check_bounds (name, type, text, amount, info, error))
        {
          g_variant_unref (g_variant_ref_sink (value));
          return FALSE;
        }
    }
  add_value (self, name, value);
  return TRUE;
}

static gboolean
check_unknown (ICertSettings *self, GHashTable *texts, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
      {
        g_autofree char *quoted = icert_error_quote (name, -1);
        g_autofree char *known = NULL;
        g_auto (GStrv) names = icert_settings_list_names (self);

        known = g_strjoinv (", ", names);
        icert_set_error (error, ICERT_ERROR_CONFIG, "settings", "%s is unknown (%s)", quoted,
                         *known != '\0' ? known : "none");
        return FALSE;
      }
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
add_undescribed (ICertSettings *self, GHashTable *texts, GError **error)
{
  GHashTableIter iter;
  gpointer name, text;

  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, &name, &text))
    {
      if (text == NULL || !g_utf8_validate (text, -1, NULL))
        return fail_value (error, name, text != NULL ? text : "nothing", "UTF-8");
      add_value (self, name, g_variant_new_string (text));
    }
  g_ptr_array_sort (self->names, compare_names);
  return TRUE;
}

/**
 * icert_settings_new:
 * @schema: (nullable): the module's description, `aa{sv}`; without it every text is a string
 * @texts: (element-type utf8 utf8) (nullable): settings as written in ca.conf, by name
 * @folder: (nullable) (type filename): base of relative paths: the folder of the CA
 * @error: return location for an error
 *
 * Judges what is written and fills in the defaults (S-N6).
 *
 * Fails with `ICERT_ERROR_CONFIG` for an unknown name, a wrong type or a value out of range; the
 * field of the error is the name of the setting.
 *
 * Returns: (transfer full): the settings
 */
ICertSettings *
icert_settings_new (GVariant *schema, GHashTable *texts, const char *folder, GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&texts);
  g_autoptr (ICertSettings) self = g_object_new (ICERT_TYPE_SETTINGS, NULL);

  self->folder = g_strdup (folder);
  if (schema == NULL)
    {
      if (texts != NULL && !add_undescribed (self, texts, error))
        return NULL;
      return g_steal_pointer (&self);
    }

  if (!g_variant_is_of_type (schema, G_VARIANT_TYPE ("aa{sv}")))
    {
      fail_value (error, "settings", g_variant_get_type_string (schema), "a schema of type aa{sv}");
      return NULL;
    }
  for (gsize i = 0; i < g_variant_n_children (schema); i++)
    {
      g_autoptr (GVariant) info = g_variant_get_child_value (schema, i);

      if (!add_described (self, info, texts, error))
        return NULL;
    }
  if (texts != NULL && !check_unknown (self, texts, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * icert_settings_list_names:
 * @self: settings
 *
 * Lists the settings, in the order in which the module describes them.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, in the order of the description
 */
char **
icert_settings_list_names (ICertSettings *self)
{
  GStrv names;

  g_return_val_if_fail (ICERT_IS_SETTINGS (self), NULL);

  names = g_new0 (char *, self->names->len + 1);
  for (guint i = 0; i < self->names->len; i++)
    names[i] = g_strdup (self->names->pdata[i]);
  return names;
}

/* Lends; NULL without an error when it is empty */
static GVariant *
look_up (ICertSettings *self, const char *name, GError **error)
{
  GVariant *value = name != NULL ? g_hash_table_lookup (self->values, name) : NULL;
  g_autofree char *quoted = NULL;

  if (value != NULL
      || (name != NULL && g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL)))
    return value;

  quoted = icert_error_quote (name, -1);
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "settings",
                   "%s is unknown (a setting that the module describes)", quoted);
  return NULL;
}

/**
 * icert_settings_get_value:
 * @self: settings
 * @name: name of a setting
 * @error: return location for an error
 *
 * The value of a setting by its type: string s, int x, boolean b, duration x (seconds), list as,
 * path s (absolute). A month in a duration counts 30 days and a year 365.
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * Returns: (transfer full) (nullable): the value; `NULL` without an error when it is not set and
 * has no default
 */
GVariant *
icert_settings_get_value (ICertSettings *self, const char *name, GError **error)
{
  GVariant *value;

  g_return_val_if_fail (ICERT_IS_SETTINGS (self), NULL);

  value = look_up (self, name, error);
  return value != NULL ? g_variant_ref (value) : NULL;
}

/**
 * icert_settings_get_string:
 * @self: settings
 * @name: name of a setting
 * @error: return location for an error
 *
 * The text of a setting; one that is not text is written in its plainest form: a number in decimal,
 * `true` or `false`, items with semicolons between them.
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * Returns: (transfer full) (nullable): the text; `NULL` without an error when it is not set and has
 * no default
 */
char *
icert_settings_get_string (ICertSettings *self, const char *name, GError **error)
{
  GVariant *value;
  g_autofree const char **items = NULL;

  g_return_val_if_fail (ICERT_IS_SETTINGS (self), NULL);

  value = look_up (self, name, error);
  if (value == NULL)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return g_variant_print (value, FALSE);
  items = g_variant_get_strv (value, NULL);
  return g_strjoinv (";", (char **) items);
}

/**
 * icert_settings_get_list:
 * @self: settings
 * @name: name of a setting
 * @error: return location for an error
 *
 * The items of a list; of any other setting those of its text.
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): the items; `NULL` without an error
 * when it is not set and has no default
 */
char **
icert_settings_get_list (ICertSettings *self, const char *name, GError **error)
{
  GVariant *value;
  g_autofree char *text = NULL;

  g_return_val_if_fail (ICERT_IS_SETTINGS (self), NULL);

  value = look_up (self, name, error);
  if (value == NULL)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return g_variant_dup_strv (value, NULL);
  text = icert_settings_get_string (self, name, NULL);
  return split_list (text);
}

/* FALSE without an error when the setting is empty */
static gboolean
get_number (ICertSettings *self,
            const char *name,
            const GVariantType *type,
            gint64 *number,
            GError **error)
{
  gboolean wants_int = g_variant_type_equal (type, G_VARIANT_TYPE_INT64);
  GVariant *value = look_up (self, name, error);
  g_autofree char *text = NULL;

  if (value == NULL)
    return FALSE;
  if (g_variant_is_of_type (value, type))
    {
      *number = wants_int ? g_variant_get_int64 (value) : g_variant_get_boolean (value);
      return TRUE;
    }

  text = icert_settings_get_string (self, name, NULL);
  if (wants_int ? parse_int (text, number) : parse_boolean (text, number))
    return TRUE;
  *number = 0;
  return fail_value (error, name, text, wants_int ? "a number" : "true or false");
}

/**
 * icert_settings_get_int:
 * @self: settings
 * @name: name of a setting
 * @value: (out): the number, or a duration in seconds; 0 when `FALSE` is returned
 * @error: return location for an error
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME`, or `ICERT_ERROR_CONFIG` when it is no number.
 *
 * Returns: `TRUE` when `value` was set; `FALSE` without an error when it is not set and has no
 *   default
 */
gboolean
icert_settings_get_int (ICertSettings *self, const char *name, gint64 *value, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  *value = 0;
  return get_number (self, name, G_VARIANT_TYPE_INT64, value, error);
}

/**
 * icert_settings_get_boolean:
 * @self: settings
 * @name: name of a setting
 * @value: (out): the value; `FALSE` when `FALSE` is returned
 * @error: return location for an error
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME`, or `ICERT_ERROR_CONFIG` when it is neither true nor false.
 *
 * Returns: `TRUE` when `value` was set; `FALSE` without an error when it is not set and has no
 *   default
 */
gboolean
icert_settings_get_boolean (ICertSettings *self, const char *name, gboolean *value, GError **error)
{
  gint64 number = 0;
  gboolean is_set;

  g_return_val_if_fail (ICERT_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  is_set = get_number (self, name, G_VARIANT_TYPE_BOOLEAN, &number, error);
  *value = number != 0;
  return is_set;
}

/**
 * icert_settings_get_folder:
 * @self: settings
 *
 * Gives the folder that relative paths of the configuration start from.
 *
 * Returns: (transfer full) (nullable) (type filename): the folder of the CA, if it has one
 */
char *
icert_settings_get_folder (ICertSettings *self)
{
  g_return_val_if_fail (ICERT_IS_SETTINGS (self), NULL);

  return g_strdup (self->folder);
}

static const struct
{
  const char *unit;
  int months;
  gint64 seconds;
} units[] = {
  { "s", 0, 1 },
  { "min", 0, 60 },
  { "h", 0, 60 * 60 },
  { "d", 0, SECONDS_PER_DAY },
  { "w", 0, 7 * SECONDS_PER_DAY },
  { "mo", 1, 0 },
  { "y", 12, 0 },
};

/* Moves @text behind one number with its unit and adds it */
static gboolean
parse_term (const char **text, gint64 *months, gint64 *seconds)
{
  const char *p = *text;
  gint64 number = 0;
  gsize size;

  if (!g_ascii_isdigit (*p))
    return FALSE;
  for (; g_ascii_isdigit (*p); p++)
    {
      number = number * 10 + (*p - '0');
      if (number > MAX_SECONDS)
        return FALSE;
    }

  for (size = 0; g_ascii_isalpha (p[size]); size++)
    ;
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].unit) == size && strncmp (units[i].unit, p, size) == 0)
      {
        if (number * (units[i].months + units[i].seconds / SECONDS_PER_DAY) > MAX_SECONDS)
          return FALSE;
        *months += number * units[i].months;
        *seconds += number * units[i].seconds;
        *text = p + size;
        return *months <= MAX_MONTHS && *seconds <= MAX_SECONDS;
      }
  return FALSE;
}

/**
 * icert_duration_parse:
 * @text: a duration as in ca.conf: `90s`, `10min`, `24h`, `7d`, `4w`, `6mo`, `10y`, or several of
 * them, such as `1y 6mo`
 * @months: (out): calendar months, a year being twelve
 * @seconds: (out): what is added to them
 * @error: return location for an error
 *
 * Reads a duration. Months stay months, since their length depends on where they are counted from.
 *
 * Fails with `ICERT_ERROR_CONFIG`.
 *
 * Returns: `TRUE` when both are set
 */
gboolean
icert_duration_parse (const char *text, int *months, gint64 *seconds, GError **error)
{
  const char *p = text;
  gint64 sum_months = 0;
  gint64 sum_seconds = 0;

  g_return_val_if_fail (months != NULL && seconds != NULL, FALSE);

  *months = 0;
  *seconds = 0;
  do
    {
      if (p == NULL || !parse_term (&p, &sum_months, &sum_seconds))
        return fail_value (error, "duration", text, "90s, 10min, 24h, 7d, 4w, 6mo or 10y");
      while (*p == ' ')
        p++;
    }
  while (*p != '\0');

  *months = (int) sum_months;
  *seconds = sum_seconds;
  return TRUE;
}

/**
 * icert_duration_add:
 * @from_unix: seconds since 1970, UTC
 * @months: calendar months to add
 * @seconds: seconds to add to that
 *
 * Adds a duration to a time, in UTC: 31 January and a month is the last day of February.
 *
 * Returns: seconds since 1970, UTC, at most the end of the year 9999
 */
gint64
icert_duration_add (gint64 from_unix, int months, gint64 seconds)
{
  g_autoptr (GDateTime) from = g_date_time_new_from_unix_utc (from_unix);
  g_autoptr (GDateTime) moved = NULL;
  gint64 sum;

  if (from == NULL || ABS ((gint64) months) > MAX_MONTHS)
    return LAST_TIME;
  moved = g_date_time_add_months (from, months);
  if (moved == NULL)
    return LAST_TIME;

  sum = g_date_time_to_unix (moved);
  if (seconds > LAST_TIME - sum)
    return LAST_TIME;
  return sum + seconds;
}
