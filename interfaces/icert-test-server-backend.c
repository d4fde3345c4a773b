/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-test-server-private.h"

#include <string.h>

#include "icert-error.h"

/* What a module sees of an ICertTestServer. It decides as the engine does (ca-server-backend.c),
 * so that a module which passes its tests passes there. */

static ICertTestServer *
enter (gpointer data)
{
  ICertTestServer *self = data;

  g_mutex_lock (&self->lock);
  self->n_calls++;
  return self;
}

static void
leave (ICertTestServer *self)
{
  g_mutex_unlock (&self->lock);
}

char *
_icert_test_server_key (const ICertPropertyInfo *info, const char *name)
{
  const char *suffix = strrchr (name, '.');
  gboolean indexed = (info->flags & ICERT_PROPERTY_INDEXED_NAME) != 0 && suffix != NULL;

  return g_strdup_printf ("%d %s.%s", info->scope, info->name, indexed ? suffix + 1 : "");
}

/* What subject properties of a request are: the values of its name, a line each. */
static GVariant *
join_rdns (ICertTestServer *self, const char *oid)
{
  GString *lines = NULL;

  for (guint i = 0; i < self->rdns->len; i++)
    {
      const char *other, *text;

      g_variant_get (self->rdns->pdata[i], "(&s&s)", &other, &text);
      if (!g_str_equal (other, oid))
        continue;
      if (lines == NULL)
        lines = g_string_new (text);
      else
        g_string_append_printf (lines, "\n%s", text);
    }
  return lines != NULL
             ? g_variant_ref_sink (g_variant_new_take_string (g_string_free (lines, FALSE)))
             : NULL;
}

GVariant *
_icert_test_server_lookup (ICertTestServer *self, const ICertPropertyInfo *info, const char *name)
{
  g_autofree char *key = NULL;
  GVariant *value;

  if (info->scope == ICERT_SCOPE_REQUEST && (info->flags & ICERT_PROPERTY_SUBJECT_NAME) != 0)
    return join_rdns (self, info->oid);
  key = _icert_test_server_key (info, name);
  value = g_hash_table_lookup (self->values, key);
  if (value != NULL)
    return g_variant_ref (value);
  return info->scope != ICERT_SCOPE_CA && g_str_equal (info->name, "RequestID")
             ? g_variant_ref_sink (g_variant_new_int64 (self->request_id))
             : NULL;
}

ICertExtension *
_icert_test_server_find_extension (GPtrArray *extensions, const char *oid, guint *index)
{
  for (guint i = 0; i < extensions->len; i++)
    {
      ICertExtension *extension = g_ptr_array_index (extensions, i);
      g_autofree char *other = icert_extension_get_oid (extension);

      if (!g_str_equal (other, oid))
        continue;
      if (index != NULL)
        *index = i;
      return extension;
    }
  return NULL;
}

void
_icert_test_server_take_extension (GPtrArray *extensions, ICertExtension *extension)
{
  g_autofree char *oid = icert_extension_get_oid (extension);
  guint index;

  if (_icert_test_server_find_extension (extensions, oid, &index) != NULL)
    g_ptr_array_remove_index (extensions, index);
  else
    index = extensions->len;
  g_ptr_array_insert (extensions, (int) index, extension);
}

static void
note_use (GPtrArray *names, const ICertPropertyInfo *info)
{
  g_autofree char *name
      = g_strconcat (info->scope == ICERT_SCOPE_REQUEST ? "Request." : "", info->name, NULL);

  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_steal_pointer (&name));
}

static GVariant *
get_property (gpointer data, const ICertPropertyInfo *info, const char *name, GError **error)
{
  ICertTestServer *self = enter (data);
  GVariant *value = _icert_test_server_lookup (self, info, name);

  note_use (self->read, info);
  leave (self);
  return value;
}

/* (transfer full) (nullable): a policy may narrow what the CA proposed, never widen it, and whole
 * seconds are all a certificate can say. The lock is held. */
static GVariant *
narrow_date (ICertTestServer *self, const ICertPropertyInfo *info, GVariant *value, GError **error)
{
  g_autoptr (GVariant) proposed = _icert_test_server_lookup (self, info, info->name);
  gboolean before = g_str_equal (info->name, "NotBefore");
  gint64 seconds = g_variant_get_int64 (value) / G_USEC_PER_SEC;
  gint64 limit = proposed != NULL ? g_variant_get_int64 (proposed) / G_USEC_PER_SEC : seconds;

  if (before ? seconds >= limit : seconds <= limit)
    return g_variant_ref_sink (g_variant_new_int64 (seconds * G_USEC_PER_SEC));
  icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, info->name,
                   "%s than what the CA proposed (narrowing only)", before ? "earlier" : "later");
  return NULL;
}

static gboolean
set_property (gpointer data,
              const ICertPropertyInfo *info,
              const char *name,
              GVariant *value,
              GError **error)
{
  ICertTestServer *self = enter (data);
  gboolean removed = value == NULL
                     || ((info->flags & ICERT_PROPERTY_SUBJECT_NAME) != 0
                         && *g_variant_get_string (value, NULL) == '\0');
  gboolean ok = TRUE;

  note_use (self->written, info);
  if (removed)
    {
      g_autofree char *key = _icert_test_server_key (info, name);

      g_hash_table_remove (self->values, key);
    }
  else
    {
      GVariant *kept = info->type == ICERT_PROPERTY_TYPE_DATE
                           ? narrow_date (self, info, value, error)
                           : g_variant_ref (value);

      ok = kept != NULL;
      if (ok)
        g_hash_table_insert (self->values, _icert_test_server_key (info, name), kept);
    }
  leave (self);
  return ok;
}

static char *
get_attribute (gpointer data, const char *name, GError **error)
{
  ICertTestServer *self = enter (data);
  char *value = g_strdup (g_hash_table_lookup (self->attributes, name));

  leave (self);
  return value;
}

static char **
list_attributes (gpointer data)
{
  ICertTestServer *self = enter (data);
  char **names = _icert_test_server_copy_texts (self->attribute_names);

  leave (self);
  return names;
}

static GPtrArray *
get_extensions (gpointer data)
{
  ICertTestServer *self = enter (data);
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->extensions->len; i++)
    g_ptr_array_add (copy, g_object_ref (self->extensions->pdata[i]));
  leave (self);
  return copy;
}

/* (transfer full): the row a policy asks for; what an officer set survives it (processing.md 4).
 * The lock is held. */
static ICertExtension *
make_row (ICertTestServer *self,
          const char *oid,
          ICertExtensionFlags flags,
          GBytes *value,
          GError **error)
{
  ICertExtension *old = _icert_test_server_find_extension (self->extensions, oid, NULL);
  ICertExtensionOrigin origin = ICERT_EXTENSION_ORIGIN_POLICY;
  g_autoptr (GBytes) kept = value != NULL ? g_bytes_ref (value) : NULL;

  if (old != NULL && icert_extension_get_origin (old) == ICERT_EXTENSION_ORIGIN_ADMIN)
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, oid,
                       "was set by an officer (another extension)");
      return NULL;
    }
  if (kept == NULL && old != NULL)
    {
      kept = icert_extension_get_value (old);
      origin = icert_extension_get_origin (old);
    }
  if (kept == NULL && (flags & ICERT_EXTENSION_DISABLE) == 0)
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, oid,
                       "has no value (a DER value, or the flag DISABLE)");
      return NULL;
    }
  return icert_extension_new (oid, flags, origin, kept, error);
}

static gboolean
set_extension (gpointer data,
               const char *oid,
               ICertExtensionFlags flags,
               GBytes *value,
               GError **error)
{
  ICertTestServer *self = enter (data);
  ICertExtension *row = make_row (self, oid, flags, value, error);

  if (row != NULL)
    _icert_test_server_take_extension (self->extensions, row);
  leave (self);
  return row != NULL;
}

static GVariant *
get_rdns (gpointer data)
{
  ICertTestServer *self = enter (data);
  GVariant *rdns = g_variant_ref_sink (g_variant_new_array (
      G_VARIANT_TYPE ("(ss)"), (GVariant **) self->rdns->pdata, self->rdns->len));

  leave (self);
  return rdns;
}

static char **
get_groups (gpointer data)
{
  ICertTestServer *self = enter (data);
  char **groups = _icert_test_server_copy_texts (self->groups);

  leave (self);
  return groups;
}

static char *
get_requester_attribute (gpointer data, const char *name, GError **error)
{
  ICertTestServer *self = enter (data);
  char *value = g_strdup (g_hash_table_lookup (self->account, name));

  leave (self);
  return value;
}

static char *
find_grant (gpointer data, const char *profile, ICertName *name, GError **error)
{
  ICertTestServer *self = enter (data);
  char *found = NULL;

  for (guint i = 0; found == NULL && i < self->grants->len; i++)
    {
      const ICertTestGrant *grant = self->grants->pdata[i];

      if (g_str_equal (grant->profile, profile) && icert_name_matches (name, grant->pattern))
        found = g_strdup (grant->grant);
    }
  leave (self);
  return found;
}

static gboolean
set_message (gpointer data, const char *text, GError **error)
{
  ICertTestServer *self = enter (data);

  g_free (self->message);
  self->message = g_strdup (text);
  leave (self);
  return TRUE;
}

static void
add_text (GVariantBuilder *builder, const char *name, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (builder, "{sv}", name, g_variant_new_string (text));
}

static void
add_trace (gpointer data,
           const char *rule,
           const char *field,
           const char *seen,
           const char *allowed)
{
  ICertTestServer *self = enter (data);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_text (&builder, "rule", rule);
  add_text (&builder, "field", field);
  add_text (&builder, "seen", seen);
  add_text (&builder, "allowed", allowed);
  g_ptr_array_add (self->trace, g_variant_ref_sink (g_variant_builder_end (&builder)));
  leave (self);
}

static void
write_log (gpointer data, ICertLogLevel level, const char *text)
{
  static const char *const levels[]
      = { "minimal", "terse", "error", "warning", "verbose", "exhaustive" };
  ICertTestServer *self = enter (data);
  const char *name = (guint) level < G_N_ELEMENTS (levels) ? levels[level] : "unknown";

  g_ptr_array_add (self->log, g_strdup_printf ("%s: %s", name, text));
  leave (self);
}

static GBytes *
get_certificate (gpointer data, GError **error)
{
  ICertTestServer *self = enter (data);
  GBytes *certificate = self->certificate != NULL ? g_bytes_ref (self->certificate) : NULL;

  leave (self);
  return certificate;
}

static GPtrArray *
list_crls (gpointer data, GError **error)
{
  ICertTestServer *self = enter (data);
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->crls->len; i++)
    g_ptr_array_add (copy, g_object_ref (self->crls->pdata[i]));
  leave (self);
  return copy;
}

static char *
get_alarm (gpointer data, char **code)
{
  ICertTestServer *self = enter (data);
  char *text = g_strdup (self->alarm);

  *code = g_strdup (self->alarm_code);
  leave (self);
  return text;
}

const ICertServerBackend _icert_test_server_backend = {
  .get_property = get_property,
  .set_property = set_property,
  .get_attribute = get_attribute,
  .list_attributes = list_attributes,
  .get_extensions = get_extensions,
  .set_extension = set_extension,
  .get_rdns = get_rdns,
  .get_groups = get_groups,
  .get_requester_attribute = get_requester_attribute,
  .find_grant = find_grant,
  .set_message = set_message,
  .add_trace = add_trace,
  .log = write_log,
  .get_certificate = get_certificate,
  .list_crls = list_crls,
  .get_alarm = get_alarm,
};
