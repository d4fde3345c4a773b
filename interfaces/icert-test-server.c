/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-test-server.h"

#include <string.h>

#include "icert-attributes.h"
#include "icert-error.h"
#include "icert-test-server-private.h"

/**
 * ICertTestServer:
 *
 * Stands in for the engine in the unit tests of a module, in any language and without a CA. It has
 * no counterpart in AD CS, where modules are debugged inside the service.
 *
 * A test says the facts (`set_…`, `add_…`), lets the module work on them, and looks at what it did
 * (`get_…`, `list_…`). The module gets the same objects as in a CA, an [class@ICert.RequestContext]
 * or an [class@ICert.IssuedContext], which check names, types and rights in the same way. What is
 * not said is empty: a new server is a request without any field, which no module may stumble over.
 *
 * ```python
 * server = ICert.TestServer.new(7)
 * server.set_request_property('CommonName', GLib.Variant('s', 'www.example.org'))
 * server.set_request_attribute('CertificateTemplate', 'WebServer')
 * server.initialize_policy(policy, {'Zone': 'example.org'}, None)
 * ok, verdict = server.verify_request(policy, True)
 * assert verdict == ICert.Verdict.ISSUE
 * assert server.get_certificate_text('CommonName') == 'www.example.org'
 * ```
 *
 * Thread-safe, so that several threads can judge one request at once. The names of properties are
 * those of AD CS; a test that misspells one gets an error or, where it passes `NULL` for it, a
 * critical warning, which ends a test that runs with `G_DEBUG=fatal-criticals`.
 */

enum
{
  PROP_REQUEST_ID = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertTestServer, icert_test_server, G_TYPE_OBJECT)

static void
grant_free (gpointer data)
{
  ICertTestGrant *grant = data;

  g_free (grant->grant);
  g_free (grant->profile);
  g_free (grant->pattern);
  g_free (grant);
}

static void
context_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
icert_test_server_finalize (GObject *object)
{
  ICertTestServer *self = ICERT_TEST_SERVER (object);

  g_hash_table_unref (self->facts);
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->attributes);
  g_hash_table_unref (self->account);
  g_ptr_array_unref (self->given_extensions);
  g_ptr_array_unref (self->extensions);
  g_ptr_array_unref (self->attribute_names);
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->grants);
  g_ptr_array_unref (self->rdns);
  g_ptr_array_unref (self->trace);
  g_ptr_array_unref (self->log);
  g_ptr_array_unref (self->read);
  g_ptr_array_unref (self->written);
  g_ptr_array_unref (self->contexts);
  g_clear_pointer (&self->certificate, g_bytes_unref);
  g_ptr_array_unref (self->crls);
  g_free (self->alarm_code);
  g_free (self->alarm);
  g_free (self->message);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (icert_test_server_parent_class)->finalize (object);
}

static void
icert_test_server_get_object_property (GObject *object,
                                       guint prop_id,
                                       GValue *value,
                                       GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_REQUEST_ID:
      g_value_set_int64 (value, ICERT_TEST_SERVER (object)->request_id);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_test_server_set_object_property (GObject *object,
                                       guint prop_id,
                                       const GValue *value,
                                       GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_REQUEST_ID:
      ICERT_TEST_SERVER (object)->request_id = g_value_get_int64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_test_server_class_init (ICertTestServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = icert_test_server_finalize;
  object_class->get_property = icert_test_server_get_object_property;
  object_class->set_property = icert_test_server_set_object_property;

  /**
   * ICertTestServer:request-id:
   *
   * Id of the request, or 0 when there is only the CA.
   */
  props[PROP_REQUEST_ID]
      = g_param_spec_int64 ("request-id", NULL, NULL, 0, G_MAXINT64, 1,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static GHashTable *
new_values (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
}

static GHashTable *
new_texts (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
icert_test_server_init (ICertTestServer *self)
{
  g_mutex_init (&self->lock);
  self->facts = new_values ();
  self->values = new_values ();
  self->attributes = new_texts ();
  self->account = new_texts ();
  self->given_extensions = g_ptr_array_new_with_free_func (g_object_unref);
  self->extensions = g_ptr_array_new_with_free_func (g_object_unref);
  self->attribute_names = g_ptr_array_new_with_free_func (g_free);
  self->groups = g_ptr_array_new_with_free_func (g_free);
  self->grants = g_ptr_array_new_with_free_func (grant_free);
  self->crls = g_ptr_array_new_with_free_func (g_object_unref);
  self->rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->trace = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->log = g_ptr_array_new_with_free_func (g_free);
  self->read = g_ptr_array_new_with_free_func (g_free);
  self->written = g_ptr_array_new_with_free_func (g_free);
  self->contexts = g_ptr_array_new_with_free_func (context_free);
}

char **
_icert_test_server_copy_texts (GPtrArray *texts)
{
  char **copy = g_new0 (char *, texts->len + 1);

  for (guint i = 0; i < texts->len; i++)
    copy[i] = g_strdup (texts->pdata[i]);
  return copy;
}

/**
 * icert_test_server_new:
 * @request_id: id of the request, or 0 when there is only the CA; below it counts as 0
 *
 * Makes a server whose request has no field at all.
 *
 * Returns: (transfer full): a server
 */
ICertTestServer *
icert_test_server_new (gint64 request_id)
{
  return g_object_new (ICERT_TYPE_TEST_SERVER, "request-id", MAX (request_id, 0), NULL);
}

/**
 * icert_test_server_get_request_id: (attributes org.gtk.Method.get_property=request-id)
 * @self: a server
 *
 * Tells which request it is. Any thread.
 *
 * Returns: the id, or 0 when there is only the CA
 */
gint64
icert_test_server_get_request_id (ICertTestServer *self)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), 0);

  return self->request_id;
}

/* Hands @local over. A test that did not want to know is told by a critical. */
static gboolean
end_fact (GError *local, GError **error)
{
  if (local == NULL)
    return TRUE;
  if (error == NULL)
    g_critical ("%s", local->message);
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
check_type (const ICertPropertyInfo *info, GVariant *value, GError **error)
{
  static const char *const types[] = { "", "i, u or x", "x", "ay", "s" };
  const char *type = g_variant_get_type_string (value);

  if (info->type == ICERT_PROPERTY_TYPE_LONG ? strchr ("iux", *type) != NULL && type[1] == '\0'
                                             : g_str_equal (type, types[info->type]))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, info->name, "a value of type %s (%s)", type,
                   types[info->type]);
  return FALSE;
}

/* Takes the lines of @text in place of what the subject of the request has of @oid. The lock is
 * held. */
static void
replace_subject (ICertTestServer *self, const char *oid, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = self->rdns->len; i > 0; i--)
    {
      const char *other;

      g_variant_get (self->rdns->pdata[i - 1], "(&s&s)", &other, NULL);
      if (g_str_equal (other, oid))
        g_ptr_array_remove_index (self->rdns, i - 1);
    }
  for (gsize i = 0; lines[i] != NULL; i++)
    g_ptr_array_add (self->rdns, g_variant_ref_sink (g_variant_new ("(ss)", oid, lines[i])));
}

static void
set_fact (GHashTable *table, const char *key, GVariant *value)
{
  if (value != NULL)
    g_hash_table_insert (table, g_strdup (key), g_variant_ref (value));
  else
    g_hash_table_remove (table, key);
}

gboolean
_icert_test_server_set_property (ICertTestServer *self,
                                 ICertScope scope,
                                 const char *name,
                                 GVariant *value,
                                 GError **error)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  g_autoptr (GMutexLocker) locker = NULL;
  GError *local = NULL;
  const ICertPropertyInfo *info = icert_property_find (scope, name, NULL, &local);
  g_autofree char *key = NULL;

  if (info == NULL || (sunk != NULL && !check_type (info, sunk, &local)))
    return end_fact (local, error);

  locker = g_mutex_locker_new (&self->lock);
  if (scope == ICERT_SCOPE_REQUEST && (info->flags & ICERT_PROPERTY_SUBJECT_NAME) != 0)
    {
      replace_subject (self, info->oid, sunk != NULL ? g_variant_get_string (sunk, NULL) : NULL);
      return TRUE;
    }
  key = _icert_test_server_key (info, name);
  set_fact (self->facts, key, sunk);
  set_fact (self->values, key, sunk);
  return TRUE;
}

/**
 * icert_test_server_set_request_property:
 * @self: a server
 * @name: name of a property of the request, without case
 * @value: (nullable): what modules read: `i`, `u` or `x` for a number, `x` (microseconds since
 * 1970, UTC) for a date, `ay` or `s`; `NULL` empties it
 * @error: return location for an error
 *
 * Says a fact of the request. A subject name such as `CommonName` becomes part of the subject, as
 * by [method@ICert.TestServer.add_subject], a line of the text for each value. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_MALFORMED` for a value of another type.
 *
 * Returns: `TRUE` when it was set
 */
gboolean
icert_test_server_set_request_property (ICertTestServer *self,
                                        const char *name,
                                        GVariant *value,
                                        GError **error)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);

  return _icert_test_server_set_property (self, ICERT_SCOPE_REQUEST, name, value, error);
}

/**
 * icert_test_server_set_certificate_property:
 * @self: a server
 * @name: name of a property of the certificate, without case
 * @value: (nullable): what modules read, typed as for
 * [method@ICert.TestServer.set_request_property]; `NULL` empties it
 * @error: return location for an error
 *
 * Says a fact of the certificate, for exits, or what the engine proposes for it, for policies:
 * `NotBefore` and `NotAfter` are the bounds within which a policy may choose, `PublicKeyType` is
 * the kind of key. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_MALFORMED` for a value of another type.
 *
 * Returns: `TRUE` when it was set
 */
gboolean
icert_test_server_set_certificate_property (ICertTestServer *self,
                                            const char *name,
                                            GVariant *value,
                                            GError **error)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);

  return _icert_test_server_set_property (self, ICERT_SCOPE_CERTIFICATE, name, value, error);
}

/**
 * icert_test_server_set_ca_property:
 * @self: a server
 * @name: name of a property of the CA, without case, some with an index: `RawCACertificate.0`
 * @value: (nullable): what modules read, typed as for
 * [method@ICert.TestServer.set_request_property]; `NULL` empties it
 * @error: return location for an error
 *
 * Says a fact of the CA. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_MALFORMED` for a value of another type.
 *
 * Returns: `TRUE` when it was set
 */
gboolean
icert_test_server_set_ca_property (ICertTestServer *self,
                                   const char *name,
                                   GVariant *value,
                                   GError **error)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);

  return _icert_test_server_set_property (self, ICERT_SCOPE_CA, name, value, error);
}

/**
 * icert_test_server_add_subject:
 * @self: a server
 * @name: name or OID of a subject attribute: `CommonName`, `CN` or `2.5.4.3`
 * @text: its value
 * @error: return location for an error
 *
 * Adds an attribute at the end of the subject that the request asks for. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`, also for a property that is no part of a subject.
 *
 * Returns: `TRUE` when it was added
 */
gboolean
icert_test_server_add_subject (ICertTestServer *self,
                               const char *name,
                               const char *text,
                               GError **error)
{
  const ICertPropertyInfo *info;
  GError *local = NULL;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  info = icert_property_find (ICERT_SCOPE_REQUEST, name, NULL, &local);
  if (info != NULL && (info->flags & ICERT_PROPERTY_SUBJECT_NAME) == 0)
    icert_set_error (&local, ICERT_ERROR_UNKNOWN_NAME, info->name,
                     "no part of a subject (a name such as CommonName, or an OID)");
  if (local != NULL)
    return end_fact (local, error);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->rdns, g_variant_ref_sink (g_variant_new ("(ss)", info->oid, text)));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
forget_attribute (ICertTestServer *self, const char *key)
{
  for (guint i = 0; i < self->attribute_names->len; i++)
    {
      g_autofree char *other = icert_attribute_name_normalize (self->attribute_names->pdata[i]);

      if (!g_str_equal (other, key))
        continue;
      g_ptr_array_remove_index (self->attribute_names, i);
      break;
    }
  g_hash_table_remove (self->attributes, key);
}

/**
 * icert_test_server_set_request_attribute:
 * @self: a server
 * @name: name of an attribute; case, blanks and hyphens do not count
 * @value: (nullable): its value; `NULL` takes it away
 *
 * Says an attribute that was sent with the request, such as `CertificateTemplate`. Any thread.
 */
void
icert_test_server_set_request_attribute (ICertTestServer *self, const char *name, const char *value)
{
  g_autofree char *key = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (ICERT_IS_TEST_SERVER (self));
  g_return_if_fail (name != NULL);

  key = icert_attribute_name_normalize (name);
  locker = g_mutex_locker_new (&self->lock);
  forget_attribute (self, key);
  if (value == NULL)
    return;
  g_ptr_array_add (self->attribute_names, g_strdup (name));
  g_hash_table_insert (self->attributes, g_steal_pointer (&key), g_strdup (value));
}

/**
 * icert_test_server_add_extension:
 * @self: a server
 * @extension: an extension, taken as it is
 *
 * Adds a row of the certificate's extensions, in place of one of the same OID: with origin
 * `ICERT_EXTENSION_ORIGIN_ADMIN` what an officer set, which no policy can change. Any thread.
 */
void
icert_test_server_add_extension (ICertTestServer *self, ICertExtension *extension)
{
  g_return_if_fail (ICERT_IS_TEST_SERVER (self));
  g_return_if_fail (ICERT_IS_EXTENSION (extension));

  g_mutex_lock (&self->lock);
  _icert_test_server_take_extension (self->given_extensions, g_object_ref (extension));
  _icert_test_server_take_extension (self->extensions, g_object_ref (extension));
  g_mutex_unlock (&self->lock);
}

/**
 * icert_test_server_add_requested_extension:
 * @self: a server
 * @extension: what the request asks for; the builders of [class@ICert.Extension] make it
 *
 * Adds an extension as one of the request arrives: disabled, with origin
 * `ICERT_EXTENSION_ORIGIN_REQUEST`, so that it is in the certificate only if a policy says so. Any
 * thread.
 */
void
icert_test_server_add_requested_extension (ICertTestServer *self, ICertExtension *extension)
{
  g_autoptr (ICertExtension) requested = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autofree char *oid = NULL;

  g_return_if_fail (ICERT_IS_TEST_SERVER (self));
  g_return_if_fail (ICERT_IS_EXTENSION (extension));

  oid = icert_extension_get_oid (extension);
  value = icert_extension_get_value (extension);
  requested
      = icert_extension_new (oid, icert_extension_get_flags (extension) | ICERT_EXTENSION_DISABLE,
                             ICERT_EXTENSION_ORIGIN_REQUEST, value, NULL);
  icert_test_server_add_extension (self, requested);
}

/**
 * icert_test_server_add_requester_group:
 * @self: a server
 * @group: name of a group
 *
 * Makes the requester a member of a group. Any thread.
 */
void
icert_test_server_add_requester_group (ICertTestServer *self, const char *group)
{
  g_return_if_fail (ICERT_IS_TEST_SERVER (self));
  g_return_if_fail (group != NULL);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->groups, g_strdup (group));
  g_mutex_unlock (&self->lock);
}

/**
 * icert_test_server_set_requester_attribute:
 * @self: a server
 * @name: name of a fact of the requester's account, such as `mail`
 * @value: (nullable): its value; `NULL`: the account has none
 *
 * Says a fact of the requester's account. Any thread.
 */
void
icert_test_server_set_requester_attribute (ICertTestServer *self,
                                           const char *name,
                                           const char *value)
{
  g_return_if_fail (ICERT_IS_TEST_SERVER (self));
  g_return_if_fail (name != NULL);

  g_mutex_lock (&self->lock);
  if (value != NULL)
    g_hash_table_insert (self->account, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (self->account, name);
  g_mutex_unlock (&self->lock);
}

/**
 * icert_test_server_add_grant:
 * @self: a server
 * @grant: name of the grant
 * @profile: profile for which it counts
 * @pattern: names that it covers, as for [method@ICert.Name.matches]: `*.example.org`
 *
 * Grants names to the requester, so that they need no officer. Any thread.
 */
void
icert_test_server_add_grant (ICertTestServer *self,
                             const char *grant,
                             const char *profile,
                             const char *pattern)
{
  ICertTestGrant *row;

  g_return_if_fail (ICERT_IS_TEST_SERVER (self));
  g_return_if_fail (grant != NULL && profile != NULL && pattern != NULL);

  row = g_new0 (ICertTestGrant, 1);
  row->grant = g_strdup (grant);
  row->profile = g_strdup (profile);
  row->pattern = g_strdup (pattern);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->grants, row);
  g_mutex_unlock (&self->lock);
}

/**
 * icert_test_server_set_certificate:
 * @self: a server
 * @certificate: (nullable): an issued certificate, DER; `NULL`: none
 *
 * Says which certificate was issued, for exits. Nobody looks into it. Any thread.
 */
void
icert_test_server_set_certificate (ICertTestServer *self, GBytes *certificate)
{
  g_return_if_fail (ICERT_IS_TEST_SERVER (self));

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->certificate, g_bytes_unref);
  self->certificate = certificate != NULL ? g_bytes_ref (certificate) : NULL;
  g_mutex_unlock (&self->lock);
}

/**
 * icert_test_server_add_crl:
 * @self: a server
 * @crl: a CRL, from [ctor@ICert.IssuedCrl.new]
 *
 * Says which CRLs a publishing run made, for exits; what the exit reports of them is in
 * [method@ICert.IssuedCrl.list_reports]. Any thread.
 */
void
icert_test_server_add_crl (ICertTestServer *self, ICertIssuedCrl *crl)
{
  g_return_if_fail (ICERT_IS_TEST_SERVER (self));
  g_return_if_fail (ICERT_IS_ISSUED_CRL (crl));

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->crls, g_object_ref (crl));
  g_mutex_unlock (&self->lock);
}

/**
 * icert_test_server_set_alarm:
 * @self: a server
 * @code: (nullable): what it is about, for programs
 * @text: (nullable): the same for people; `NULL`: no alarm
 *
 * Says what `ICERT_EXIT_EVENT_ALARM` tells. Any thread.
 */
void
icert_test_server_set_alarm (ICertTestServer *self, const char *code, const char *text)
{
  g_return_if_fail (ICERT_IS_TEST_SERVER (self));

  g_mutex_lock (&self->lock);
  g_free (self->alarm_code);
  g_free (self->alarm);
  self->alarm_code = g_strdup (code);
  self->alarm = g_strdup (text);
  g_mutex_unlock (&self->lock);
}

/* A context that a module did not keep needs no end. */
static void
forget_dead_contexts (GPtrArray *contexts)
{
  for (guint i = contexts->len; i > 0; i--)
    {
      g_autoptr (ICertRequestContext) context = g_weak_ref_get (contexts->pdata[i - 1]);

      if (context == NULL)
        g_ptr_array_remove_index_fast (contexts, i - 1);
    }
}

static ICertRequestContext *
new_context (ICertTestServer *self, gint64 request_id)
{
  ICertRequestContext *context = icert_request_context_new (request_id, &_icert_test_server_backend,
                                                            g_object_ref (self), g_object_unref);
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, context);
  g_mutex_lock (&self->lock);
  forget_dead_contexts (self->contexts);
  g_ptr_array_add (self->contexts, ref);
  g_mutex_unlock (&self->lock);
  return context;
}

/**
 * icert_test_server_new_request_context:
 * @self: a server
 *
 * Makes the object that a policy gets for one judgement. It lives until
 * [method@ICert.TestServer.end_contexts] and keeps the server alive. Any thread.
 *
 * Returns: (transfer full): a context
 */
ICertRequestContext *
icert_test_server_new_request_context (ICertTestServer *self)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  return new_context (self, self->request_id);
}

/**
 * icert_test_server_new_ca_context:
 * @self: a server
 *
 * Makes the object, with request id 0, that modules get outside of a request: to initialize, and to
 * list profiles for the requester. It lives until [method@ICert.TestServer.end_contexts]. Any
 * thread.
 *
 * Returns: (transfer full): a context
 */
ICertRequestContext *
icert_test_server_new_ca_context (ICertTestServer *self)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  return new_context (self, 0);
}

/**
 * icert_test_server_new_issued_context:
 * @self: a server
 *
 * Makes the object that an exit gets for an event. It may be kept as long as one likes. Any thread.
 *
 * Returns: (transfer full): a context
 */
ICertIssuedContext *
icert_test_server_new_issued_context (ICertTestServer *self)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  return icert_issued_context_new (self->request_id, &_icert_test_server_backend,
                                   g_object_ref (self), g_object_unref);
}

/**
 * icert_test_server_end_contexts:
 * @self: a server
 *
 * Ends the life of all request and CA contexts made so far, as the engine does after the verdict: a
 * module that kept one gets `ICERT_ERROR_CONTEXT` from now on. Waits for running calls; any thread,
 * but not from within one.
 */
void
icert_test_server_end_contexts (ICertTestServer *self)
{
  g_autoptr (GPtrArray) contexts = NULL;

  g_return_if_fail (ICERT_IS_TEST_SERVER (self));

  g_mutex_lock (&self->lock);
  contexts = g_steal_pointer (&self->contexts);
  self->contexts = g_ptr_array_new_with_free_func (context_free);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < contexts->len; i++)
    {
      g_autoptr (ICertRequestContext) context = g_weak_ref_get (contexts->pdata[i]);

      if (context != NULL)
        icert_request_context_invalidate (context);
    }
}

static GVariant *
get_property (ICertTestServer *self, ICertScope scope, const char *name, GError **error)
{
  GError *local = NULL;
  const ICertPropertyInfo *info = icert_property_find (scope, name, NULL, &local);
  GVariant *value;

  if (!end_fact (local, error))
    return NULL;
  g_mutex_lock (&self->lock);
  value = _icert_test_server_lookup (self, info, name);
  g_mutex_unlock (&self->lock);
  return value;
}

/**
 * icert_test_server_get_request_property:
 * @self: a server
 * @name: name of a property of the request, without case
 * @error: return location for an error
 *
 * Looks at a fact of the request. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_test_server_get_request_property (ICertTestServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  return get_property (self, ICERT_SCOPE_REQUEST, name, error);
}

/**
 * icert_test_server_get_certificate_property:
 * @self: a server
 * @name: name of a property of the certificate, without case
 * @error: return location for an error
 *
 * Looks at a property of the certificate to be, as policies left it. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_test_server_get_certificate_property (ICertTestServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  return get_property (self, ICERT_SCOPE_CERTIFICATE, name, error);
}

/**
 * icert_test_server_get_ca_property:
 * @self: a server
 * @name: name of a property of the CA, without case
 * @error: return location for an error
 *
 * Looks at a fact of the CA. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_test_server_get_ca_property (ICertTestServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  return get_property (self, ICERT_SCOPE_CA, name, error);
}

/**
 * icert_test_server_get_certificate_text:
 * @self: a server
 * @name: name of a property of the certificate that is a text, without case
 * @error: return location for an error
 *
 * Looks at a text of the certificate to be, as policies left it. Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_MALFORMED` when it is no text.
 *
 * Returns: (transfer full) (nullable): the text, or `NULL` without an error when it is empty
 */
char *
icert_test_server_get_certificate_text (ICertTestServer *self, const char *name, GError **error)
{
  g_autoptr (GVariant) value = NULL;
  GError *local = NULL;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  value = get_property (self, ICERT_SCOPE_CERTIFICATE, name, error);
  if (value == NULL)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  icert_set_error (&local, ICERT_ERROR_MALFORMED, name, "a value of type %s (s)",
                   g_variant_get_type_string (value));
  end_fact (local, error);
  return NULL;
}

/**
 * icert_test_server_get_extension:
 * @self: a server
 * @oid: OID of an extension
 *
 * Looks at an extension of the certificate to be, as policies left it, enabled or not. Any thread.
 *
 * Returns: (transfer full) (nullable): the extension, or `NULL` when there is none
 */
ICertExtension *
icert_test_server_get_extension (ICertTestServer *self, const char *oid)
{
  ICertExtension *extension;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);
  g_return_val_if_fail (oid != NULL, NULL);

  g_mutex_lock (&self->lock);
  extension = _icert_test_server_find_extension (self->extensions, oid, NULL);
  if (extension != NULL)
    g_object_ref (extension);
  g_mutex_unlock (&self->lock);
  return extension;
}

/**
 * icert_test_server_list_extensions:
 * @self: a server
 * @enabled_only: `TRUE` for those that would be in the certificate
 *
 * Lists the extensions as policies left them. Any thread.
 *
 * Returns: (transfer full): OIDs
 */
char **
icert_test_server_list_extensions (ICertTestServer *self, gboolean enabled_only)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GPtrArray *oids;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  oids = g_ptr_array_new ();
  locker = g_mutex_locker_new (&self->lock);
  for (guint i = 0; i < self->extensions->len; i++)
    {
      ICertExtension *extension = self->extensions->pdata[i];
      guint off = ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE;

      if (!enabled_only || (icert_extension_get_flags (extension) & off) == 0)
        g_ptr_array_add (oids, icert_extension_get_oid (extension));
    }
  g_ptr_array_add (oids, NULL);
  return (char **) g_ptr_array_free (oids, FALSE);
}

/**
 * icert_test_server_get_disposition_message:
 * @self: a server
 *
 * Looks at the text for people that a policy set last. Any thread.
 *
 * Returns: (transfer full) (nullable): the text, or `NULL` when none was set
 */
char *
icert_test_server_get_disposition_message (ICertTestServer *self)
{
  char *message;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  g_mutex_lock (&self->lock);
  message = g_strdup (self->message);
  g_mutex_unlock (&self->lock);
  return message;
}

/**
 * icert_test_server_get_trace:
 * @self: a server
 *
 * Looks at how policies explained themselves: an `aa{sv}` with the keys `rule`, `field`, `seen` and
 * `allowed`, each a text and absent when the policy gave none. Any thread.
 *
 * Returns: (transfer full): the steps in their order
 */
GVariant *
icert_test_server_get_trace (ICertTestServer *self)
{
  GVariant *trace;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  g_mutex_lock (&self->lock);
  trace = g_variant_ref_sink (g_variant_new_array (
      G_VARIANT_TYPE_VARDICT, (GVariant **) self->trace->pdata, self->trace->len));
  g_mutex_unlock (&self->lock);
  return trace;
}

static const char *
get_part (GVariant *step, const char *name)
{
  const char *text = NULL;

  g_variant_lookup (step, name, "&s", &text);
  return text != NULL ? text : "-";
}

/**
 * icert_test_server_list_trace:
 * @self: a server
 *
 * Looks at how policies explained themselves: a line for each step with rule, field, value seen
 * and value allowed, tabs between, `-` for what was not given. Any thread.
 *
 * Returns: (transfer full): the lines in their order
 */
char **
icert_test_server_list_trace (ICertTestServer *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  char **lines;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  lines = g_new0 (char *, self->trace->len + 1);
  for (guint i = 0; i < self->trace->len; i++)
    {
      GVariant *step = self->trace->pdata[i];

      lines[i] = g_strjoin ("\t", get_part (step, "rule"), get_part (step, "field"),
                            get_part (step, "seen"), get_part (step, "allowed"), NULL);
    }
  return lines;
}

/**
 * icert_test_server_list_log:
 * @self: a server
 *
 * Looks at what modules wrote to the log. Any thread.
 *
 * Returns: (transfer full): a text for each line, its level in front: `warning: no such zone`
 */
char **
icert_test_server_list_log (ICertTestServer *self)
{
  char **lines;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  g_mutex_lock (&self->lock);
  lines = _icert_test_server_copy_texts (self->log);
  g_mutex_unlock (&self->lock);
  return lines;
}

/**
 * icert_test_server_list_used:
 * @self: a server
 * @written: `TRUE` for the properties that modules set, `FALSE` for those that they read
 *
 * Lists which properties modules used; those of the request have the prefix `Request.`. Any thread.
 *
 * Returns: (transfer full): names in the order of first use
 */
char **
icert_test_server_list_used (ICertTestServer *self, gboolean written)
{
  char **names;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), NULL);

  g_mutex_lock (&self->lock);
  names = _icert_test_server_copy_texts (written ? self->written : self->read);
  g_mutex_unlock (&self->lock);
  return names;
}

/**
 * icert_test_server_get_n_calls:
 * @self: a server
 *
 * Counts the calls of modules that were let through, whatever for. A call that a context refused
 * (name, type, right, lifetime) is not among them. Any thread.
 *
 * Returns: how many there were
 */
guint
icert_test_server_get_n_calls (ICertTestServer *self)
{
  guint n_calls;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), 0);

  g_mutex_lock (&self->lock);
  n_calls = self->n_calls;
  g_mutex_unlock (&self->lock);
  return n_calls;
}

/**
 * icert_test_server_reset:
 * @self: a server
 *
 * Forgets what modules did, so that the same request can be judged again: properties and extensions
 * are as the test said them; message, trace, log, used names and the count of calls are empty. Any
 * thread.
 */
void
icert_test_server_reset (ICertTestServer *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GHashTableIter iter;
  gpointer key, value;

  g_return_if_fail (ICERT_IS_TEST_SERVER (self));

  locker = g_mutex_locker_new (&self->lock);
  g_hash_table_remove_all (self->values);
  g_hash_table_iter_init (&iter, self->facts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    set_fact (self->values, key, value);
  g_ptr_array_set_size (self->extensions, 0);
  for (guint i = 0; i < self->given_extensions->len; i++)
    g_ptr_array_add (self->extensions, g_object_ref (self->given_extensions->pdata[i]));
  g_ptr_array_set_size (self->trace, 0);
  g_ptr_array_set_size (self->log, 0);
  g_ptr_array_set_size (self->read, 0);
  g_ptr_array_set_size (self->written, 0);
  g_clear_pointer (&self->message, g_free);
  self->n_calls = 0;
}
