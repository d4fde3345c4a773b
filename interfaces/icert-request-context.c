/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-request-context.h"

#include "icert-error.h"
#include "icert-server-binding-private.h"

#define OID_BASIC_CONSTRAINTS "2.5.29.19"
/* What policy modules may say about an extension; the rest is its origin. */
#define POLICY_FLAGS 0xffffu

/**
 * ICertRequestContext:
 *
 * The object a policy gets: [iface@ICert.Server] to read one request and [iface@ICert.ServerPolicy]
 * to change the certificate to be. It is bound to one request or, with request id 0, to the CA,
 * which can only be read.
 *
 * Thread-safe. It dies with the verdict (S-L2): every later call fails with
 * `ICERT_ERROR_CONTEXT`, so a late answer of a module that was given up is harmless. Only the
 * engine, and hosts of modules, make one.
 */
struct _ICertRequestContext
{
  GObject parent_instance;
  ICertServerBinding binding; /* where ICertBoundObject has it */
};

static void server_policy_iface_init (ICertServerPolicyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ICertRequestContext,
                               icert_request_context,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_SERVER,
                                                      _icert_server_binding_iface_init)
                                   G_IMPLEMENT_INTERFACE (ICERT_TYPE_SERVER_POLICY,
                                                          server_policy_iface_init))

static void
icert_request_context_finalize (GObject *object)
{
  _icert_server_binding_clear (&ICERT_REQUEST_CONTEXT (object)->binding);
  G_OBJECT_CLASS (icert_request_context_parent_class)->finalize (object);
}

static void
icert_request_context_class_init (ICertRequestContextClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = icert_request_context_finalize;
}

static void
icert_request_context_init (ICertRequestContext *self)
{
  g_mutex_init (&self->binding.lock);
}

static ICertServerBinding *
get_binding (ICertServerPolicy *policy)
{
  return &((ICertRequestContext *) policy)->binding;
}

/* Fields of a certificate that are nobody's property: a policy that names one is told why. */
static gboolean
is_engine_field (const char *name)
{
  static const char *const fields[]
      = { "Issuer", "IssuerName", "RawIssuer", "Signature", "SignatureAlgorithm", NULL };

  for (guint i = 0; fields[i] != NULL; i++)
    if (g_ascii_strcasecmp (fields[i], name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
set_forbidden (const char *name, GError **error)
{
  icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, name,
                   "not a policy's to set (the engine's)");
  return FALSE;
}

static const ICertPropertyInfo *
find_settable (const char *name, GError **error)
{
  const ICertPropertyInfo *info;

  if (is_engine_field (name))
    {
      set_forbidden (name, error);
      return NULL;
    }
  info = icert_property_find (ICERT_SCOPE_CERTIFICATE, name, NULL, error);
  if (info == NULL || (info->flags & ICERT_PROPERTY_POLICY_SETS) != 0)
    return info;

  set_forbidden (info->name, error);
  return NULL;
}

/* AD CS's LONG has 32 bits and no sign that anybody agrees on. */
static GVariant *
to_long (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
    return g_variant_ref (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_ref_sink (g_variant_new_int32 ((gint32) g_variant_get_uint32 (value)));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64)
      && g_variant_get_int64 (value) >= G_MININT32 && g_variant_get_int64 (value) <= G_MAXUINT32)
    return g_variant_ref_sink (g_variant_new_int32 ((gint32) g_variant_get_int64 (value)));
  return NULL;
}

/* (transfer full): @value in the type the backend expects */
static GVariant *
convert_value (const ICertPropertyInfo *info, GVariant *value, GError **error)
{
  static const char *const types[] = { "", "i", "x", "ay", "s" };
  const char *expected = types[info->type];
  GVariant *converted = NULL;

  if (info->type == ICERT_PROPERTY_TYPE_LONG)
    converted = to_long (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE (expected)))
    converted = g_variant_ref (value);
  if (converted == NULL)
    icert_set_error (error, ICERT_ERROR_MALFORMED, info->name, "a value of type %s (%s)",
                     g_variant_get_type_string (value), expected);
  return converted;
}

/* The lock is held. */
static gboolean
set_known (ICertServerBinding *binding, const char *name, GVariant *value, GError **error)
{
  const ICertPropertyInfo *info = find_settable (name, error);
  g_autoptr (GVariant) converted = NULL;

  if (info == NULL)
    return FALSE;
  if (value == NULL && (info->flags & ICERT_PROPERTY_SUBJECT_NAME) == 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, info->name, "cannot be removed (a value)");
      return FALSE;
    }
  if (value != NULL && (converted = convert_value (info, value, error)) == NULL)
    return FALSE;

  _icert_server_binding_note_use (binding, info, TRUE);
  return binding->backend->set_property == NULL
         || binding->backend->set_property (binding->data, info, name, converted, error);
}

static gboolean
set_certificate_property (ICertServerPolicy *policy,
                          const char *name,
                          GVariant *value,
                          GError **error)
{
  ICertServerBinding *binding = get_binding (policy);
  gboolean ok;

  if (!_icert_server_binding_enter (binding, TRUE, name, error))
    return FALSE;
  ok = set_known (binding, name, value, error);
  _icert_server_binding_leave (binding);
  return ok;
}

/* The one value that says "no CA": an empty SEQUENCE. */
static gboolean
is_no_ca (GBytes *value)
{
  gsize size;
  const guint8 *der = g_bytes_get_data (value, &size);

  return size == 2 && der[0] == 0x30 && der[1] == 0;
}

static gboolean
check_extension (const char *oid, guint flags, GBytes *value, GError **error)
{
  if ((flags & ~POLICY_FLAGS) != 0)
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "flags",
                       "0x%x is the engine's part (at most 0xffff)", flags);
      return FALSE;
    }
  if (value == NULL && (flags & (ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE)) == 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, oid, "no value (DER octets)");
      return FALSE;
    }
  if (value != NULL && g_str_equal (oid, OID_BASIC_CONSTRAINTS) && !is_no_ca (value))
    {
      icert_set_error (error, ICERT_ERROR_FORBIDDEN_FIELD, "basicConstraints",
                       "the CA bit is not a policy's to set (30 00, an empty SEQUENCE)");
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_certificate_extension (ICertServerPolicy *policy,
                           const char *oid,
                           ICertExtensionFlags flags,
                           GBytes *value,
                           GError **error)
{
  ICertServerBinding *binding = get_binding (policy);
  gboolean ok;

  if (!_icert_server_binding_enter (binding, TRUE, oid, error))
    return FALSE;
  ok = check_extension (oid, flags, value, error)
       && (binding->backend->set_extension == NULL
           || binding->backend->set_extension (binding->data, oid, flags, value, error));
  _icert_server_binding_leave (binding);
  return ok;
}

static gboolean
set_disposition_message (ICertServerPolicy *policy, const char *text, GError **error)
{
  ICertServerBinding *binding = get_binding (policy);
  gboolean ok = TRUE;

  if (!_icert_server_binding_enter (binding, TRUE, "message", error))
    return FALSE;

  if (binding->backend->set_message != NULL)
    ok = binding->backend->set_message (binding->data, text, error);
  _icert_server_binding_leave (binding);
  return ok;
}

static gboolean
add_trace (ICertServerPolicy *policy,
           const char *rule,
           const char *field,
           const char *seen,
           const char *allowed,
           GError **error)
{
  ICertServerBinding *binding = get_binding (policy);

  if (!_icert_server_binding_enter (binding, TRUE, "trace", error))
    return FALSE;

  if (binding->backend->add_trace != NULL)
    binding->backend->add_trace (binding->data, rule, field, seen, allowed);
  _icert_server_binding_leave (binding);
  return TRUE;
}

static void
server_policy_iface_init (ICertServerPolicyInterface *iface)
{
  iface->set_certificate_property = set_certificate_property;
  iface->set_certificate_extension = set_certificate_extension;
  iface->set_disposition_message = set_disposition_message;
  iface->add_trace = add_trace;
}

/**
 * icert_request_context_new: (skip)
 * @request_id: id of the request, or 0 for the CA itself
 * @backend: answers what was checked; it outlives the context
 * @data: first argument of the functions of `backend`
 * @destroy: (nullable): frees `data` when the context dies
 *
 * Makes the object a policy gets. C only.
 *
 * Returns: (transfer full): a context
 */
ICertRequestContext *
icert_request_context_new (gint64 request_id,
                           const ICertServerBackend *backend,
                           gpointer data,
                           GDestroyNotify destroy)
{
  ICertRequestContext *self = g_object_new (ICERT_TYPE_REQUEST_CONTEXT, NULL);

  _icert_server_binding_init (&self->binding, request_id, ICERT_PROPERTY_POLICY_READS, backend,
                              data, destroy);
  return self;
}

/**
 * icert_request_context_invalidate: (skip)
 * @self: a context
 *
 * Ends its life: waits for a running call, then cuts the backend off. C only, any thread; twice is
 * harmless.
 */
void
icert_request_context_invalidate (ICertRequestContext *self)
{
  g_return_if_fail (ICERT_IS_REQUEST_CONTEXT (self));

  _icert_server_binding_cut (&self->binding);
}

/**
 * icert_request_context_list_used: (skip)
 * @self: a context
 * @written: `TRUE` for the properties that were set, `FALSE` for those that were read
 *
 * Lists which properties the policy used, for the trace; those of the request with the prefix
 * `Request.`. It works after [method@ICert.RequestContext.invalidate] too. C only, any thread.
 *
 * Returns: (transfer full): names in the order of first use
 */
char **
icert_request_context_list_used (ICertRequestContext *self, gboolean written)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GPtrArray *names;
  GArray *used;

  g_return_val_if_fail (ICERT_IS_REQUEST_CONTEXT (self), NULL);

  locker = g_mutex_locker_new (&self->binding.lock);
  names = g_ptr_array_new ();
  used = self->binding.used;
  for (guint i = 0; used != NULL && i < used->len; i++)
    {
      const ICertServerUse *use = &g_array_index (used, ICertServerUse, i);
      const char *prefix = use->info->scope == ICERT_SCOPE_REQUEST ? "Request." : "";

      if (use->written == written)
        g_ptr_array_add (names, g_strconcat (prefix, use->info->name, NULL));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

void
_icert_request_context_get_misuse (ICertRequestContext *self, guint *n_outside, guint *n_late)
{
  g_mutex_lock (&self->binding.lock);
  if (n_outside != NULL)
    *n_outside = self->binding.n_outside;
  if (n_late != NULL)
    *n_late = self->binding.n_late;
  g_mutex_unlock (&self->binding.lock);
}
