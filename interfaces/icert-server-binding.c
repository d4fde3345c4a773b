/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-server-binding-private.h"

#include "icert-attributes.h"
#include "icert-error.h"
#include "icert-extension.h"

#define OID_SUBJECT_ALT_NAME "2.5.29.17"

void
_icert_server_binding_init (ICertServerBinding *binding,
                            gint64 request_id,
                            ICertPropertyFlags reader,
                            const ICertServerBackend *backend,
                            gpointer data,
                            GDestroyNotify destroy)
{
  binding->request_id = request_id;
  binding->reader = reader;
  binding->backend = backend;
  binding->data = data;
  binding->destroy = destroy;
}

void
_icert_server_binding_cut (ICertServerBinding *binding)
{
  GDestroyNotify destroy;
  gpointer data;

  g_mutex_lock (&binding->lock);
  destroy = g_steal_pointer (&binding->destroy);
  data = g_steal_pointer (&binding->data);
  binding->backend = NULL;
  g_mutex_unlock (&binding->lock);

  if (destroy != NULL)
    destroy (data);
}

void
_icert_server_binding_clear (ICertServerBinding *binding)
{
  _icert_server_binding_cut (binding);
  g_clear_pointer (&binding->used, g_array_unref);
  g_mutex_clear (&binding->lock);
}

/* WRONG_STATE when there is no request; the lock is held */
static gboolean
check_request (ICertServerBinding *binding, const char *what, GError **error)
{
  if G_LIKELY (binding->request_id != 0)
    return TRUE;

  binding->n_outside++;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, what,
                   "belongs to a request, and here is only the CA (a request)");
  return FALSE;
}

gboolean
_icert_server_binding_enter (ICertServerBinding *binding,
                             gboolean needs_request,
                             const char *what,
                             GError **error)
{
  g_mutex_lock (&binding->lock);
  if G_UNLIKELY (binding->backend == NULL)
    {
      binding->n_late++;
      icert_set_error (error, ICERT_ERROR_CONTEXT, what,
                       "used after its time (until the verdict on request %" G_GINT64_FORMAT ")",
                       binding->request_id);
    }
  else if (!needs_request || check_request (binding, what, error))
    return TRUE;

  g_mutex_unlock (&binding->lock);
  return FALSE;
}

void
_icert_server_binding_leave (ICertServerBinding *binding)
{
  g_mutex_unlock (&binding->lock);
}

void
_icert_server_binding_note_use (ICertServerBinding *binding,
                                const ICertPropertyInfo *info,
                                gboolean written)
{
  ICertServerUse use = { info, written };

  if (binding->used == NULL)
    binding->used = g_array_sized_new (FALSE, FALSE, sizeof (ICertServerUse), 16);
  for (guint i = 0; i < binding->used->len; i++)
    {
      ICertServerUse *other = &g_array_index (binding->used, ICertServerUse, i);

      if (other->info == info && other->written == written)
        return;
    }
  g_array_append_val (binding->used, use);
}

static ICertServerBinding *
get_binding (ICertServer *server)
{
  return &((ICertBoundObject *) server)->binding;
}

static gint64
get_request_id (ICertServer *server)
{
  return get_binding (server)->request_id;
}

/* Who asks is known even where no request is: a policy lists its profiles for a caller. */
static gboolean
is_caller_fact (const ICertPropertyInfo *info)
{
  return g_str_equal (info->name, "RequesterName") || g_str_equal (info->name, "CallerName")
         || g_str_equal (info->name, "RequesterRoles");
}

static gboolean
check_readable (ICertServerBinding *binding, const ICertPropertyInfo *info, GError **error)
{
  if (info->scope == ICERT_SCOPE_CA || (info->flags & binding->reader) != 0)
    return TRUE;

  icert_set_error (
      error, ICERT_ERROR_WRONG_STATE, info->name, "not readable by this kind of module (%s)",
      (info->flags & ICERT_PROPERTY_EXIT_READS) != 0 ? "exits, after the issue" : "nobody");
  return FALSE;
}

/* The lock is held. */
static GVariant *
read_known (ICertServerBinding *binding, ICertScope scope, const char *name, GError **error)
{
  const ICertPropertyInfo *info = icert_property_find (scope, name, NULL, error);

  if (info == NULL || !check_readable (binding, info, error))
    return NULL;
  if (scope != ICERT_SCOPE_CA && !is_caller_fact (info)
      && !check_request (binding, info->name, error))
    return NULL;

  _icert_server_binding_note_use (binding, info, FALSE);
  if (binding->backend->get_property == NULL)
    return NULL;
  return binding->backend->get_property (binding->data, info, name, error);
}

static GVariant *
read_property (ICertServer *server, ICertScope scope, const char *name, GError **error)
{
  ICertServerBinding *binding = get_binding (server);
  GVariant *value;

  if (!_icert_server_binding_enter (binding, FALSE, "property", error))
    return NULL;
  value = read_known (binding, scope, name, error);
  _icert_server_binding_leave (binding);
  return value;
}

static GVariant *
get_request_property (ICertServer *server, const char *name, GError **error)
{
  return read_property (server, ICERT_SCOPE_REQUEST, name, error);
}

static GVariant *
get_certificate_property (ICertServer *server, const char *name, GError **error)
{
  return read_property (server, ICERT_SCOPE_CERTIFICATE, name, error);
}

static GVariant *
get_ca_property (ICertServer *server, const char *name, GError **error)
{
  return read_property (server, ICERT_SCOPE_CA, name, error);
}

static char *
get_request_attribute (ICertServer *server, const char *name, GError **error)
{
  ICertServerBinding *binding = get_binding (server);
  g_autofree char *key = icert_attribute_name_normalize (name);
  char *value = NULL;

  if (!_icert_server_binding_enter (binding, TRUE, "attribute", error))
    return NULL;

  if (binding->backend->get_attribute != NULL)
    value = binding->backend->get_attribute (binding->data, key, error);
  _icert_server_binding_leave (binding);
  return value;
}

static char **
empty_if_null (char **list)
{
  return list != NULL ? list : g_new0 (char *, 1);
}

static char **
list_attributes (ICertServer *server, GError **error)
{
  ICertServerBinding *binding = get_binding (server);
  char **names = NULL;

  if (!_icert_server_binding_enter (binding, TRUE, "attributes", error))
    return NULL;

  if (binding->backend->list_attributes != NULL)
    names = binding->backend->list_attributes (binding->data);
  _icert_server_binding_leave (binding);
  return empty_if_null (names);
}

/* (transfer full) (nullable): the rows of extensions; NULL without an error when there are none */
static GPtrArray *
get_extensions (ICertServerBinding *binding, GError **error)
{
  GPtrArray *extensions = NULL;

  if (!_icert_server_binding_enter (binding, TRUE, "extensions", error))
    return NULL;

  if (binding->backend->get_extensions != NULL)
    extensions = binding->backend->get_extensions (binding->data);
  _icert_server_binding_leave (binding);
  return extensions != NULL ? extensions : g_ptr_array_new ();
}

/* (transfer none) (nullable) */
static ICertExtension *
find_extension (GPtrArray *extensions, const char *oid)
{
  for (guint i = 0; i < extensions->len; i++)
    {
      ICertExtension *extension = g_ptr_array_index (extensions, i);

      if (g_str_equal (icert_extension_peek_oid (extension), oid))
        return extension;
    }
  return NULL;
}

static GBytes *
get_certificate_extension (ICertServer *server,
                           const char *oid,
                           ICertExtensionFlags *flags,
                           ICertExtensionOrigin *origin,
                           GError **error)
{
  g_autoptr (GPtrArray) extensions = get_extensions (get_binding (server), error);
  ICertExtension *extension = extensions != NULL ? find_extension (extensions, oid) : NULL;

  if (extension == NULL)
    return NULL;

  *flags = icert_extension_get_flags (extension);
  *origin = icert_extension_get_origin (extension);
  return icert_extension_get_value (extension);
}

static char **
list_extensions (ICertServer *server, GError **error)
{
  g_autoptr (GPtrArray) extensions = get_extensions (get_binding (server), error);
  char **oids;

  if (extensions == NULL)
    return NULL;

  oids = g_new0 (char *, extensions->len + 1);
  for (guint i = 0; i < extensions->len; i++)
    oids[i] = icert_extension_get_oid (g_ptr_array_index (extensions, i));
  return oids;
}

static GVariant *
list_subject_rdns (ICertServer *server, GError **error)
{
  ICertServerBinding *binding = get_binding (server);
  GVariant *rdns = NULL;

  if (!_icert_server_binding_enter (binding, TRUE, "subject", error))
    return NULL;

  if (binding->backend->get_rdns != NULL)
    rdns = binding->backend->get_rdns (binding->data);
  _icert_server_binding_leave (binding);
  return rdns != NULL ? g_variant_take_ref (rdns)
                      : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("(ss)"), NULL, 0));
}

static GPtrArray *
get_subject_alt_names (ICertServer *server, GError **error)
{
  g_autoptr (GPtrArray) extensions = get_extensions (get_binding (server), error);
  g_autoptr (GBytes) value = NULL;
  ICertExtension *extension;

  if (extensions == NULL)
    return NULL;

  extension = find_extension (extensions, OID_SUBJECT_ALT_NAME);
  if (extension != NULL)
    value = icert_extension_get_value (extension);
  if (value == NULL)
    return g_ptr_array_new_with_free_func (g_object_unref);
  return icert_extension_parse_subject_alt_name (value, error);
}

static char **
get_requester_groups (ICertServer *server, GError **error)
{
  ICertServerBinding *binding = get_binding (server);
  char **groups = NULL;

  if (!_icert_server_binding_enter (binding, FALSE, "groups", error))
    return NULL;

  if (binding->backend->get_groups != NULL)
    groups = binding->backend->get_groups (binding->data);
  _icert_server_binding_leave (binding);
  return empty_if_null (groups);
}

static char *
get_requester_attribute (ICertServer *server, const char *name, GError **error)
{
  ICertServerBinding *binding = get_binding (server);
  char *value = NULL;

  if (!_icert_server_binding_enter (binding, FALSE, "account", error))
    return NULL;

  if (binding->backend->get_requester_attribute != NULL)
    value = binding->backend->get_requester_attribute (binding->data, name, error);
  _icert_server_binding_leave (binding);
  return value;
}

static char *
find_grant (ICertServer *server, const char *profile, ICertName *name, GError **error)
{
  ICertServerBinding *binding = get_binding (server);
  char *grant = NULL;

  if (!_icert_server_binding_enter (binding, FALSE, "grant", error))
    return NULL;

  if (binding->backend->find_grant != NULL)
    grant = binding->backend->find_grant (binding->data, profile, name, error);
  _icert_server_binding_leave (binding);
  return grant;
}

static gboolean
write_log (ICertServer *server, ICertLogLevel level, const char *text, GError **error)
{
  ICertServerBinding *binding = get_binding (server);

  if (!_icert_server_binding_enter (binding, FALSE, "log", error))
    return FALSE;

  if (binding->backend->log != NULL)
    binding->backend->log (binding->data, level, text);
  _icert_server_binding_leave (binding);
  return TRUE;
}

void
_icert_server_binding_iface_init (ICertServerInterface *iface)
{
  iface->get_request_id = get_request_id;
  iface->get_request_property = get_request_property;
  iface->get_certificate_property = get_certificate_property;
  iface->get_ca_property = get_ca_property;
  iface->get_request_attribute = get_request_attribute;
  iface->list_attributes = list_attributes;
  iface->get_certificate_extension = get_certificate_extension;
  iface->list_extensions = list_extensions;
  iface->list_subject_rdns = list_subject_rdns;
  iface->get_subject_alt_names = get_subject_alt_names;
  iface->get_requester_groups = get_requester_groups;
  iface->get_requester_attribute = get_requester_attribute;
  iface->find_grant = find_grant;
  iface->log = write_log;
}
