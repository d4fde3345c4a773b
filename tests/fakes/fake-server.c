/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-server.h"

typedef struct
{
  char *grant;
  char *profile;
  char *pattern;
} FakeGrant;

struct _FakeServer
{
  gint64 request_id;
  ICertRequestContext *policy; /* owned, nullable */
  ICertIssuedContext *exit;    /* owned, nullable */
  GHashTable *properties;      /* key of a property -> GVariant */
  GHashTable *attributes;      /* normalised name -> text */
  GPtrArray *attribute_names;  /* as they were written */
  GHashTable *account;         /* name -> text */
  GPtrArray *extensions;       /* of ICertExtension */
  GPtrArray *groups;           /* of text */
  GPtrArray *grants;           /* of FakeGrant */
  GPtrArray *rdns;             /* of GVariant (ss) */
  GBytes *certificate;         /* nullable */
  char *message;               /* nullable */
  GString *trace;
  GString *log;
  int n_calls; /* atomic: a test looks at it while threads call */
};

static void
grant_free (gpointer data)
{
  FakeGrant *grant = data;

  g_free (grant->grant);
  g_free (grant->profile);
  g_free (grant->pattern);
  g_free (grant);
}

FakeServer *
fake_server_new (gint64 request_id)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->request_id = request_id;
  self->properties
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->attribute_names = g_ptr_array_new_with_free_func (g_free);
  self->account = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->extensions = g_ptr_array_new_with_free_func (g_object_unref);
  self->groups = g_ptr_array_new_with_free_func (g_free);
  self->grants = g_ptr_array_new_with_free_func (grant_free);
  self->rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->trace = g_string_new (NULL);
  self->log = g_string_new (NULL);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  g_clear_object (&self->policy);
  g_clear_object (&self->exit);
  g_hash_table_unref (self->properties);
  g_hash_table_unref (self->attributes);
  g_ptr_array_unref (self->attribute_names);
  g_hash_table_unref (self->account);
  g_ptr_array_unref (self->extensions);
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->grants);
  g_ptr_array_unref (self->rdns);
  g_clear_pointer (&self->certificate, g_bytes_unref);
  g_free (self->message);
  g_string_free (self->trace, TRUE);
  g_string_free (self->log, TRUE);
  g_free (self);
}

/* Two spellings of one property have one key. */
static char *
property_key (const ICertPropertyInfo *info, const char *name)
{
  const char *suffix = strrchr (name, '.');
  const char *last = suffix != NULL ? suffix + 1 : name;
  gboolean indexed = (info->flags & ICERT_PROPERTY_INDEXED_NAME) != 0 && suffix != NULL;

  return g_strdup_printf ("%d %s.%s", info->scope, info->name, indexed ? last : "");
}

static const ICertPropertyInfo *
find_property (ICertScope scope, const char *name)
{
  g_autoptr (GError) error = NULL;
  const ICertPropertyInfo *info = icert_property_find (scope, name, NULL, &error);

  g_assert_no_error (error);
  return info;
}

void
fake_server_set_property (FakeServer *self, ICertScope scope, const char *name, GVariant *value)
{
  char *key = property_key (find_property (scope, name), name);

  if (value != NULL)
    {
      g_hash_table_insert (self->properties, key, g_variant_ref_sink (value));
      return;
    }
  g_hash_table_remove (self->properties, key);
  g_free (key);
}

GVariant *
fake_server_get_property (FakeServer *self, ICertScope scope, const char *name)
{
  g_autofree char *key = property_key (find_property (scope, name), name);

  return g_hash_table_lookup (self->properties, key);
}

const char *
fake_server_get_text (FakeServer *self, const char *name)
{
  GVariant *value = fake_server_get_property (self, ICERT_SCOPE_CERTIFICATE, name);

  return value != NULL ? g_variant_get_string (value, NULL) : NULL;
}

void
fake_server_set_attribute (FakeServer *self, const char *name, const char *value)
{
  g_ptr_array_add (self->attribute_names, g_strdup (name));
  g_hash_table_insert (self->attributes, icert_attribute_name_normalize (name), g_strdup (value));
}

void
fake_server_take_extension (FakeServer *self, ICertExtension *extension)
{
  g_autofree char *oid = icert_extension_get_oid (extension);
  ICertExtension *old = fake_server_find_extension (self, oid);

  if (old != NULL)
    g_ptr_array_remove (self->extensions, old);
  g_ptr_array_add (self->extensions, extension);
}

ICertExtension *
fake_server_find_extension (FakeServer *self, const char *oid)
{
  for (guint i = 0; i < self->extensions->len; i++)
    {
      ICertExtension *extension = g_ptr_array_index (self->extensions, i);
      g_autofree char *other = icert_extension_get_oid (extension);

      if (g_str_equal (other, oid))
        return extension;
    }
  return NULL;
}

void
fake_server_add_rdn (FakeServer *self, const char *oid, const char *text)
{
  g_ptr_array_add (self->rdns, g_variant_ref_sink (g_variant_new ("(ss)", oid, text)));
}

void
fake_server_add_group (FakeServer *self, const char *group)
{
  g_ptr_array_add (self->groups, g_strdup (group));
}

void
fake_server_set_requester_attribute (FakeServer *self, const char *name, const char *value)
{
  g_hash_table_insert (self->account, g_strdup (name), g_strdup (value));
}

void
fake_server_add_grant (FakeServer *self,
                       const char *grant,
                       const char *profile,
                       const char *pattern)
{
  FakeGrant *row = g_new0 (FakeGrant, 1);

  row->grant = g_strdup (grant);
  row->profile = g_strdup (profile);
  row->pattern = g_strdup (pattern);
  g_ptr_array_add (self->grants, row);
}

void
fake_server_set_certificate (FakeServer *self, GBytes *certificate)
{
  g_clear_pointer (&self->certificate, g_bytes_unref);
  self->certificate = g_bytes_ref (certificate);
}

const char *
fake_server_get_message (FakeServer *self)
{
  return self->message;
}

const char *
fake_server_get_trace (FakeServer *self)
{
  return self->trace->str;
}

const char *
fake_server_get_log (FakeServer *self)
{
  return self->log->str;
}

guint
fake_server_get_n_calls (FakeServer *self)
{
  return (guint) g_atomic_int_get (&self->n_calls);
}

static GVariant *
backend_get_property (gpointer data,
                      const ICertPropertyInfo *info,
                      const char *name,
                      GError **error)
{
  FakeServer *self = data;
  g_autofree char *key = property_key (info, name);
  GVariant *value = g_hash_table_lookup (self->properties, key);

  g_atomic_int_inc (&self->n_calls);
  return value != NULL ? g_variant_ref (value) : NULL;
}

static gboolean
backend_set_property (gpointer data,
                      const ICertPropertyInfo *info,
                      const char *name,
                      GVariant *value,
                      GError **error)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  fake_server_set_property (self, info->scope, name, value);
  return TRUE;
}

static char *
backend_get_attribute (gpointer data, const char *name, GError **error)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  return g_strdup (g_hash_table_lookup (self->attributes, name));
}

static char **
copy_texts (GPtrArray *texts)
{
  char **copy = g_new0 (char *, texts->len + 1);

  for (guint i = 0; i < texts->len; i++)
    copy[i] = g_strdup (g_ptr_array_index (texts, i));
  return copy;
}

static char **
backend_list_attributes (gpointer data)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  return copy_texts (self->attribute_names);
}

static GPtrArray *
backend_get_extensions (gpointer data)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  return g_ptr_array_ref (self->extensions);
}

static gboolean
backend_set_extension (gpointer data,
                       const char *oid,
                       ICertExtensionFlags flags,
                       GBytes *value,
                       GError **error)
{
  FakeServer *self = data;
  ICertExtension *old = fake_server_find_extension (self, oid);
  g_autoptr (GBytes) kept = NULL;
  ICertExtension *extension;

  g_atomic_int_inc (&self->n_calls);
  if ((flags & ICERT_EXTENSION_DELETE) != 0)
    {
      g_ptr_array_remove (self->extensions, old);
      return TRUE;
    }
  if (value == NULL && old != NULL)
    value = kept = icert_extension_get_value (old);
  extension = icert_extension_new (oid, flags, ICERT_EXTENSION_ORIGIN_POLICY, value, error);
  if (extension == NULL)
    return FALSE;
  fake_server_take_extension (self, extension);
  return TRUE;
}

static GVariant *
backend_get_rdns (gpointer data)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  return g_variant_ref_sink (g_variant_new_array (
      G_VARIANT_TYPE ("(ss)"), (GVariant **) self->rdns->pdata, self->rdns->len));
}

static char **
backend_get_groups (gpointer data)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  return copy_texts (self->groups);
}

static char *
backend_get_requester_attribute (gpointer data, const char *name, GError **error)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  return g_strdup (g_hash_table_lookup (self->account, name));
}

static char *
backend_find_grant (gpointer data, const char *profile, ICertName *name, GError **error)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  for (guint i = 0; i < self->grants->len; i++)
    {
      FakeGrant *grant = g_ptr_array_index (self->grants, i);

      if (g_str_equal (grant->profile, profile) && icert_name_matches (name, grant->pattern))
        return g_strdup (grant->grant);
    }
  return NULL;
}

static gboolean
backend_set_message (gpointer data, const char *text, GError **error)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  g_free (self->message);
  self->message = g_strdup (text);
  return TRUE;
}

static void
backend_add_trace (gpointer data,
                   const char *rule,
                   const char *field,
                   const char *seen,
                   const char *allowed)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  g_string_append_printf (self->trace, "%s\t%s\t%s\t%s\n", rule, field != NULL ? field : "-",
                          seen != NULL ? seen : "-", allowed != NULL ? allowed : "-");
}

static void
backend_log (gpointer data, ICertLogLevel level, const char *text)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  g_string_append_printf (self->log, "%d %s\n", (int) level, text);
}

static GBytes *
backend_get_certificate (gpointer data, GError **error)
{
  FakeServer *self = data;

  g_atomic_int_inc (&self->n_calls);
  return self->certificate != NULL ? g_bytes_ref (self->certificate) : NULL;
}

static const ICertServerBackend backend = {
  .get_property = backend_get_property,
  .set_property = backend_set_property,
  .get_attribute = backend_get_attribute,
  .list_attributes = backend_list_attributes,
  .get_extensions = backend_get_extensions,
  .set_extension = backend_set_extension,
  .get_rdns = backend_get_rdns,
  .get_groups = backend_get_groups,
  .get_requester_attribute = backend_get_requester_attribute,
  .find_grant = backend_find_grant,
  .set_message = backend_set_message,
  .add_trace = backend_add_trace,
  .log = backend_log,
  .get_certificate = backend_get_certificate,
};

ICertServerPolicy *
fake_server_get_policy (FakeServer *self)
{
  if (self->policy == NULL)
    self->policy = icert_request_context_new (self->request_id, &backend, self, NULL);
  return ICERT_SERVER_POLICY (self->policy);
}

ICertServerExit *
fake_server_get_exit (FakeServer *self)
{
  if (self->exit == NULL)
    self->exit = icert_issued_context_new (self->request_id, &backend, self, NULL);
  return ICERT_SERVER_EXIT (self->exit);
}

void
fake_server_invalidate (FakeServer *self)
{
  icert_request_context_invalidate (ICERT_REQUEST_CONTEXT (fake_server_get_policy (self)));
}
