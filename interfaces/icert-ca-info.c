/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-ca-info.h"

#include <string.h>

#include "icert-binding-private.h"
#include "icert-error.h"

/* A common name of 64 characters leaves 13 for suffixes such as "(123)" and "+" (properties.md 6)
 */
#define SHORT_NAME 51
#define SHORT_NAME_HASH 5

/* Longer than any common name; a bound for what is shown and stored */
#define MAX_CONFIG 512

/* What a record may say: properties.md 8, and ours. Whatever is not written here can still be asked
 * for when it follows from the config string. */
static const char *const field_names[] = { "Config",
                                           "Authority",
                                           "CommonName",
                                           "Country",
                                           "Description",
                                           "Comment",
                                           "ExchangeCertificate",
                                           "Flags",
                                           "Locality",
                                           "Organization",
                                           "OrgUnit",
                                           "SanitizedName",
                                           "SanitizedShortName",
                                           "Server",
                                           "ShortName",
                                           "SignatureCertificate",
                                           "State",
                                           "WebEnrollmentServers",
                                           "Endpoints",
                                           "Fingerprint",
                                           "CertificatePath",
                                           "Address",
                                           "Default",
                                           "Path" };

/**
 * ICertCaInfo:
 *
 * What is known about a CA before it is opened: a record of [iface@ICert.Config].
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertCaInfo
{
  GObject parent_instance;

  GHashTable *fields; /* name as in field_names to text */
  char *config;       /* HOST\NAME */
  gboolean is_default;
};

enum
{
  PROP_CONFIG = 1,
  PROP_ADDRESS,
  PROP_DESCRIPTION,
  PROP_IS_DEFAULT,
  PROP_PATH,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertCaInfo, icert_ca_info, G_TYPE_OBJECT)

static void
icert_ca_info_finalize (GObject *object)
{
  ICertCaInfo *self = ICERT_CA_INFO (object);

  g_hash_table_unref (self->fields);
  g_free (self->config);

  G_OBJECT_CLASS (icert_ca_info_parent_class)->finalize (object);
}

static void
icert_ca_info_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertCaInfo *self = ICERT_CA_INFO (object);

  switch (prop_id)
    {
    case PROP_CONFIG:
      g_value_set_string (value, self->config);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, g_hash_table_lookup (self->fields, "Address"));
      break;
    case PROP_DESCRIPTION:
      g_value_take_string (value, icert_ca_info_get_field (self, "Description", NULL));
      break;
    case PROP_IS_DEFAULT:
      g_value_set_boolean (value, self->is_default);
      break;
    case PROP_PATH:
      g_value_set_string (value, g_hash_table_lookup (self->fields, "Path"));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_ca_info_class_init (ICertCaInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_ca_info_finalize;
  object_class->get_property = icert_ca_info_get_property;

  /**
   * ICertCaInfo:config:
   *
   * The config string of the CA.
   */
  props[PROP_CONFIG] = g_param_spec_string ("config", "", "", NULL, flags);
  /**
   * ICertCaInfo:address:
   *
   * How to reach the CA.
   */
  props[PROP_ADDRESS] = g_param_spec_string ("address", "", "", NULL, flags);
  /**
   * ICertCaInfo:description:
   *
   * A line for people.
   */
  props[PROP_DESCRIPTION] = g_param_spec_string ("description", "", "", NULL, flags);
  /**
   * ICertCaInfo:is-default:
   *
   * Whether it is taken when no CA is named.
   */
  props[PROP_IS_DEFAULT] = g_param_spec_boolean ("is-default", "", "", FALSE, flags);
  /**
   * ICertCaInfo:path:
   *
   * The file of the record.
   */
  props[PROP_PATH] = g_param_spec_string ("path", "", "", NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_ca_info_init (ICertCaInfo *self)
{
  self->fields = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
}

/* The name as it is written in the table; NULL when there is none */
static const char *
find_field (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (field_names); i++)
    if (g_ascii_strcasecmp (field_names[i], name) == 0)
      return field_names[i];

  return NULL;
}

static gboolean
fail (GError **error, ICertError code, const char *field, const char *text, const char *expected)
{
  g_autofree char *quoted = icert_error_quote (text, -1);

  icert_set_error (error, code, field, "%s is wrong (%s)", quoted, expected);
  return FALSE;
}

static gboolean
add_field (ICertCaInfo *self, const char *name, const char *text, GError **error)
{
  const char *field = find_field (name);

  if (field == NULL)
    return fail (error, ICERT_ERROR_CONFIG, "record", name, "a field of ICertConfig");
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return fail (error, ICERT_ERROR_CONFIG, field, text, "text in UTF-8");
  if (g_str_equal (field, "Default"))
    {
      self->is_default = g_str_equal (text, "true");
      if (!self->is_default && !g_str_equal (text, "false"))
        return fail (error, ICERT_ERROR_CONFIG, field, text, "true or false");
    }

  g_hash_table_replace (self->fields, (gpointer) field, g_strdup (text));
  return TRUE;
}

/**
 * icert_ca_info_new:
 * @fields: (nullable) (element-type utf8 utf8): texts by the names of
 * [method@ICert.CaInfo.get_field]; `Config` is needed
 * @error: return location for an error
 *
 * Makes a record; for implementations of [iface@ICert.Config].
 *
 * Fails with `ICERT_ERROR_CONFIG` for an unknown name, a missing or wrong config string, or a
 * `Default` that is neither `true` nor `false`.
 *
 * Returns: (transfer full): a record
 */
ICertCaInfo *
icert_ca_info_new (GHashTable *fields, GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&fields);
  g_autoptr (ICertCaInfo) self = g_object_new (ICERT_TYPE_CA_INFO, NULL);
  g_autofree char *host = NULL;
  g_autofree char *name = NULL;
  const char *config;
  GHashTableIter iter;
  gpointer key, text;

  if (fields == NULL)
    {
      fail (error, ICERT_ERROR_MALFORMED, "fields", NULL, "texts by name");
      return NULL;
    }
  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &key, &text))
    if (!add_field (self, key, text, error))
      return NULL;

  config = g_hash_table_lookup (self->fields, "Config");
  if (!icert_config_string_parse (config, &host, &name, NULL))
    {
      fail (error, ICERT_ERROR_CONFIG, "Config", config, "HOST\\NAME");
      return NULL;
    }
  self->config = icert_config_string_format (host, name);
  g_hash_table_replace (self->fields, (gpointer) find_field ("Config"), g_strdup (self->config));
  return g_steal_pointer (&self);
}

/* A sanitized name with its escapes undone */
static char *
unsanitize (const char *sanitized)
{
  GString *out = g_string_new (NULL);

  for (const char *p = sanitized; *p != '\0'; p++)
    {
      gunichar2 units[2] = { 0, 0 };
      g_autofree char *text = NULL;
      glong n = 0;

      while (n < 2 && p[0] == '!' && strspn (p + 1, "0123456789abcdef") >= 4)
        {
          g_autofree char *digits = g_strndup (p + 1, 4);

          units[n++] = (gunichar2) g_ascii_strtoull (digits, NULL, 16);
          p += 5;
          if ((units[n - 1] & 0xfc00) != 0xd800)
            break;
        }
      if (n > 0)
        {
          text = g_utf16_to_utf8 (units, n, NULL, NULL, NULL);
          g_string_append (out, text != NULL ? text : "");
          p--;
        }
      else
        g_string_append_c (out, *p);
    }
  return g_string_free (out, FALSE);
}

/* What follows from the config string and need not be written */
static char *
derive_field (ICertCaInfo *self, const char *field)
{
  g_autofree char *host = NULL;
  g_autofree char *name = NULL;
  g_autofree char *short_name = NULL;

  icert_config_string_parse (self->config, &host, &name, NULL);
  if (g_str_equal (field, "Authority") || g_str_equal (field, "CommonName"))
    return g_steal_pointer (&name);
  if (g_str_equal (field, "Server"))
    return g_steal_pointer (&host);
  /* a record that a binding made of nothing */
  if (name == NULL && !g_str_equal (field, "Default"))
    return NULL;
  if (g_str_equal (field, "SanitizedName"))
    return icert_sanitize_name (name);
  if (g_str_equal (field, "Default"))
    return g_strdup (self->is_default ? "true" : "false");

  short_name = icert_sanitize_short_name (name);
  if (g_str_equal (field, "SanitizedShortName"))
    return g_steal_pointer (&short_name);
  if (g_str_equal (field, "ShortName"))
    return unsanitize (short_name);
  return NULL;
}

/**
 * icert_ca_info_get_field:
 * @self: a record
 * @name: name of a field, without case: those of AD CS's ICertConfig::GetField, and `Endpoints`,
 *   `Fingerprint`, `CertificatePath`, `Address`, `Default` and `Path`
 * @error: return location for an error
 *
 * A field of the record. What follows from the config string is answered even when the record does
 * not say it; `Comment` is the old name of `Description`.
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * Returns: (transfer full) (nullable): the text; `NULL` without an error when the field is empty
 */
char *
icert_ca_info_get_field (ICertCaInfo *self, const char *name, GError **error)
{
  const char *field = find_field (name);
  const char *text;

  g_return_val_if_fail (ICERT_IS_CA_INFO (self), NULL);

  if (field == NULL)
    {
      fail (error, ICERT_ERROR_UNKNOWN_NAME, "field", name, "a field of ICertConfig");
      return NULL;
    }

  text = g_hash_table_lookup (self->fields, field);
  if (text == NULL && g_str_equal (field, "Description"))
    text = g_hash_table_lookup (self->fields, "Comment");
  if (text == NULL && g_str_equal (field, "Comment"))
    text = g_hash_table_lookup (self->fields, "Description");
  if (text == NULL)
    return derive_field (self, field);
  return *text != '\0' ? g_strdup (text) : NULL;
}

/**
 * icert_ca_info_get_config: (attributes org.gtk.Method.get_property=config)
 * @self: a record
 *
 * Gives the config string of the CA, the form that the openers take.
 *
 * Returns: (transfer full): the config string, `HOST\NAME`
 */
char *
icert_ca_info_get_config (ICertCaInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CA_INFO (self), NULL);

  return g_strdup (self->config);
}

/**
 * icert_ca_info_get_address: (attributes org.gtk.Method.get_property=address)
 * @self: a record
 *
 * Gives the address of the CA: `local:DIR`, `unix:path=SOCKET`, `dbus:system`.
 *
 * Returns: (transfer full) (nullable): how to reach the CA: `local:DIR`, `unix:path=SOCKET`,
 *   `dbus:system` or `dbus:session`; `NULL` when the record does not say
 */
char *
icert_ca_info_get_address (ICertCaInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CA_INFO (self), NULL);

  return g_strdup (g_hash_table_lookup (self->fields, "Address"));
}

/**
 * icert_ca_info_get_is_default: (attributes org.gtk.Method.get_property=is-default)
 * @self: a record
 *
 * Says whether the openers take this CA when none is named.
 *
 * Returns: whether it is taken when no CA is named
 */
gboolean
icert_ca_info_get_is_default (ICertCaInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CA_INFO (self), FALSE);

  return self->is_default;
}

static gboolean
is_clean (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;

  return TRUE;
}

/**
 * icert_config_string_parse:
 * @config: a config string: `HOST\NAME`, `HOST/NAME` or `NAME`
 * @host: (out) (optional) (nullable): the host, `NULL` when only a name is given
 * @name: (out) (optional): the name of the CA
 * @error: return location for an error
 *
 * Takes a config string apart. Backslashes vanish in the strings of some languages, so a slash does
 * as well; the first backslash, or else the first slash, is the separator.
 *
 * Fails with `ICERT_ERROR_MALFORMED`.
 *
 * Returns: `TRUE` when it is one
 */
gboolean
icert_config_string_parse (const char *config, char **host, char **name, GError **error)
{
  const char *separator;

  if (host != NULL)
    *host = NULL;
  if (name != NULL)
    *name = NULL;

  if (config == NULL || strnlen (config, MAX_CONFIG + 1) > MAX_CONFIG
      || !g_utf8_validate (config, -1, NULL) || !is_clean (config))
    return fail (error, ICERT_ERROR_MALFORMED, "config", config, "HOST\\NAME");

  separator = strchr (config, '\\');
  if (separator == NULL)
    separator = strchr (config, '/');
  if (separator == config || (separator != NULL ? separator[1] : config[0]) == '\0'
      || (separator != NULL && memchr (config, ' ', separator - config) != NULL))
    return fail (error, ICERT_ERROR_MALFORMED, "config", config, "HOST\\NAME");

  if (host != NULL && separator != NULL)
    *host = g_strndup (config, separator - config);
  if (name != NULL)
    *name = g_strdup (separator != NULL ? separator + 1 : config);
  return TRUE;
}

/**
 * icert_config_string_format:
 * @host: (nullable): the host
 * @name: the name of the CA
 *
 * Writes a config string as AD CS does, `HOST\CA NAME`.
 *
 * Returns: (transfer full): `HOST\NAME`, or the name alone without a host
 */
char *
icert_config_string_format (const char *host, const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return host != NULL ? g_strconcat (host, "\\", name, NULL) : g_strdup (name);
}

/**
 * icert_sanitize_name:
 * @name: the name of a CA, UTF-8
 *
 * AD CS's sanitized name, fit for files and directories: characters that are illegal there, not
 * printable or not ASCII become `!` and four hex digits for each UTF-16 unit.
 *
 * Returns: (transfer full): the sanitized name, ASCII
 */
char *
icert_sanitize_name (const char *name)
{
  g_autofree char *valid = NULL;
  g_autofree gunichar2 *units = NULL;
  GString *out;
  glong n;

  g_return_val_if_fail (name != NULL, NULL);

  valid = g_utf8_make_valid (name, -1);
  units = g_utf8_to_utf16 (valid, -1, NULL, &n, NULL);
  out = g_string_new (NULL);
  for (glong i = 0; i < n; i++)
    {
      if (units[i] >= 0x20 && units[i] < 0x7f
          && strchr ("&'*\\{}[]^:,=!`><#()%|+?\";/", units[i]) == NULL)
        g_string_append_c (out, (char) units[i]);
      else
        g_string_append_printf (out, "!%04x", units[i]);
    }
  return g_string_free (out, FALSE);
}

/**
 * icert_sanitize_short_name:
 * @name: the name of a CA, UTF-8
 *
 * The sanitized name when it has at most 51 characters; else its beginning and a hash of the whole,
 * so that a suffix still fits into the 64 characters of a name.
 *
 * Returns: (transfer full): the short sanitized name, ASCII
 */
char *
icert_sanitize_short_name (const char *name)
{
  g_autofree char *sanitized = NULL;
  g_autofree char *digest = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  sanitized = icert_sanitize_name (name);
  if (strlen (sanitized) <= SHORT_NAME)
    return g_steal_pointer (&sanitized);

  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, sanitized, -1);
  sanitized[SHORT_NAME - SHORT_NAME_HASH - 1] = '\0';
  digest[SHORT_NAME_HASH] = '\0';
  return g_strconcat (sanitized, "-", digest, NULL);
}
