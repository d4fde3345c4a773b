/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-server.h"

#include <string.h>

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertServer:
 *
 * What policies and exits can read of a request, of the certificate to be (or issued), and of the
 * CA: the half that AD CS's ICertServerPolicy and ICertServerExit have in common.
 *
 * The object is bound to one request, or, with request id 0, to the CA itself: then only CA
 * properties can be read, and everything that belongs to a request fails with
 * `ICERT_ERROR_WRONG_STATE`. Names of properties are those of AD CS, without case; an unknown name
 * is an error, an empty property is not. Thread-safe.
 */
G_DEFINE_INTERFACE (ICertServer, icert_server, G_TYPE_OBJECT)

static gint64
icert_server_real_get_request_id (ICertServer *self)
{
  return 0;
}

#define DEFINE_UNSUPPORTED_BY_NAME(slot, ReturnType)                                               \
  ICERT_DEFINE_UNSUPPORTED (icert_server, slot, ReturnType, NULL, ICertServer *self,               \
                            const char *name)
#define DEFINE_UNSUPPORTED_LIST(slot, ReturnType)                                                  \
  ICERT_DEFINE_UNSUPPORTED (icert_server, slot, ReturnType, NULL, ICertServer *self)

DEFINE_UNSUPPORTED_BY_NAME (get_request_property, GVariant *)
DEFINE_UNSUPPORTED_BY_NAME (get_certificate_property, GVariant *)
DEFINE_UNSUPPORTED_BY_NAME (get_ca_property, GVariant *)
DEFINE_UNSUPPORTED_BY_NAME (get_request_attribute, char *)
DEFINE_UNSUPPORTED_BY_NAME (get_requester_attribute, char *)
DEFINE_UNSUPPORTED_LIST (list_attributes, char **)
DEFINE_UNSUPPORTED_LIST (list_extensions, char **)
DEFINE_UNSUPPORTED_LIST (list_subject_rdns, GVariant *)
DEFINE_UNSUPPORTED_LIST (get_subject_alt_names, GPtrArray *)
DEFINE_UNSUPPORTED_LIST (get_requester_groups, char **)

ICERT_DEFINE_UNSUPPORTED (icert_server,
                          get_certificate_extension,
                          GBytes *,
                          NULL,
                          ICertServer *self,
                          const char *oid,
                          ICertExtensionFlags *flags,
                          ICertExtensionOrigin *origin)

ICERT_DEFINE_UNSUPPORTED (icert_server,
                          find_grant,
                          char *,
                          NULL,
                          ICertServer *self,
                          const char *profile,
                          ICertName *name)

ICERT_DEFINE_UNSUPPORTED (icert_server,
                          log,
                          gboolean,
                          FALSE,
                          ICertServer *self,
                          ICertLogLevel level,
                          const char *text)

static void
icert_server_default_init (ICertServerInterface *iface)
{
  iface->get_request_id = icert_server_real_get_request_id;
  iface->get_request_property = icert_server_real_get_request_property;
  iface->get_certificate_property = icert_server_real_get_certificate_property;
  iface->get_ca_property = icert_server_real_get_ca_property;
  iface->get_request_attribute = icert_server_real_get_request_attribute;
  iface->list_attributes = icert_server_real_list_attributes;
  iface->get_certificate_extension = icert_server_real_get_certificate_extension;
  iface->list_extensions = icert_server_real_list_extensions;
  iface->list_subject_rdns = icert_server_real_list_subject_rdns;
  iface->get_subject_alt_names = icert_server_real_get_subject_alt_names;
  iface->get_requester_groups = icert_server_real_get_requester_groups;
  iface->get_requester_attribute = icert_server_real_get_requester_attribute;
  iface->find_grant = icert_server_real_find_grant;
  iface->log = icert_server_real_log;
}

/**
 * icert_server_get_request_id:
 * @self: a server object
 *
 * Gives the id of the request this object is bound to. It stays readable after the verdict.
 *
 * Any thread.
 *
 * Returns: the request id, or 0 for an object bound to the CA itself
 */
gint64
icert_server_get_request_id (ICertServer *self)
{
  ICertServerInterface *iface;

  g_return_val_if_fail (ICERT_IS_SERVER (self), 0);

  iface = ICERT_SERVER_GET_IFACE (self);
  return iface->get_request_id != NULL ? iface->get_request_id (self) : 0;
}

/* A vfunc of all getters that take a name and answer a value, NULL when empty. */
typedef gpointer (*GetByName) (ICertServer *self, const char *name, GError **error);

static gpointer
get_by_name (ICertServer *self,
             GetByName slot,
             const char *method,
             const char *what,
             const char *name,
             GError **error)
{
  GError *local_error = NULL;
  gpointer value;

  if (!_icert_check_text (name, what, error))
    return NULL;
  if (slot == NULL)
    {
      _icert_set_unsupported (error, method);
      return NULL;
    }
  value = slot (self, name, &local_error);
  return _icert_end_nullable (value, local_error, error);
}

static GVariant *
get_value_by_name (ICertServer *self,
                   GetByName slot,
                   const char *method,
                   const char *name,
                   GError **error)
{
  GVariant *value = get_by_name (self, slot, method, "property", name, error);

  return value != NULL ? g_variant_take_ref (value) : NULL;
}

/**
 * icert_server_get_request_property:
 * @self: a server object of a request
 * @name: name of a request property (`RequesterName`, `SubmittedWhen`, `Subject.CommonName`…),
 *   without case, with or without the prefix `Request.`
 * @error: return location for an error
 *
 * Reads a property of the request as it was submitted (AD CS: GetRequestProperty). Its type is the
 * property's: `s` text, `i` or `x` number, `x` date in microseconds since 1970 UTC, `ay` octets.
 *
 * Any thread. Outside a request only the names of the caller can be read.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_WRONG_STATE` outside a request, or for a
 * property that this kind of module never reads; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_server_get_request_property (ICertServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_value_by_name (self, (GetByName) ICERT_SERVER_GET_IFACE (self)->get_request_property,
                            "get_request_property", name, error);
}

/**
 * icert_server_get_certificate_property:
 * @self: a server object of a request
 * @name: name of a certificate property (`NotAfter`, `CommonName`, `PublicKeyLength`…), without
 *   case; subject attributes also by alias (`CN`) or dotted OID
 * @error: return location for an error
 *
 * Reads what the certificate says or will say (AD CS: GetCertificateProperty). What the engine adds
 * when it signs (serial number, the certificate itself) only exits can read.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_WRONG_STATE` outside a request, or for a
 * property that this kind of module never reads; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_server_get_certificate_property (ICertServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_value_by_name (self,
                            (GetByName) ICERT_SERVER_GET_IFACE (self)->get_certificate_property,
                            "get_certificate_property", name, error);
}

/**
 * icert_server_get_ca_property:
 * @self: a server object
 * @name: name of a CA property (`CAType`, `RawCACertificate.0`…), without case; `.n` says which CA
 *   certificate (a key has the index of its first certificate), the newest without it
 * @error: return location for an error
 *
 * Reads a property of the CA (AD CS: GetCertificateProperty with context 0). It needs no request.
 *
 * With `.n`: `RawCACertificate`, `CertState` and `CertSuffix` are those of CA certificate n;
 * `RawCRL`, `RawDeltaCRL`, `CRLState`, `CRLIndex`, `CRLSuffix`, `CRLNextPublish` and
 * `CRLDeltaNextPublish` are about the CRLs of its key (partition 0). CRLs and states are those of
 * the moment of the call, also in a snapshot that an exit kept. `LocalizedTimePeriodUnits.n` is the
 * name of a unit of time, 0 seconds to 6 years.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_NOT_FOUND` (`index`) when there is no n;
 * `ICERT_ERROR_STORAGE` when a CRL or state cannot be read; `ICERT_ERROR_CONTEXT` after the
 * verdict.
 *
 * Returns: (transfer full) (nullable): the value, or `NULL` without an error when it is empty
 */
GVariant *
icert_server_get_ca_property (ICertServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_value_by_name (self, (GetByName) ICERT_SERVER_GET_IFACE (self)->get_ca_property,
                            "get_ca_property", name, error);
}

/**
 * icert_server_get_request_attribute:
 * @self: a server object of a request
 * @name: name of an attribute (`CertificateTemplate`); case, blanks and hyphens do not matter
 * @error: return location for an error
 *
 * Reads an attribute that came with the request or that an officer set (AD CS:
 * GetRequestAttribute). Attributes are claims of the client: by themselves they change nothing
 * (S-D3).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (nullable): UTF-8 text, or `NULL` without an error when it was not sent
 */
char *
icert_server_get_request_attribute (ICertServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_by_name (self, (GetByName) ICERT_SERVER_GET_IFACE (self)->get_request_attribute,
                      "get_request_attribute", "attribute", name, error);
}

/* A vfunc of all lists that need no argument. */
typedef gpointer (*GetList) (ICertServer *self, GError **error);

static gpointer
get_list (ICertServer *self, GetList slot, const char *method, GError **error)
{
  GError *local_error = NULL;
  gpointer list;

  if (slot == NULL)
    {
      _icert_set_unsupported (error, method);
      return NULL;
    }
  list = slot (self, &local_error);
  return _icert_end_pointer (list, local_error, self, method, error);
}

/**
 * icert_server_list_attributes:
 * @self: a server object of a request
 * @error: return location for an error
 *
 * Lists the names of the request's attributes, as they were sent (AD CS: EnumerateAttributesSetup,
 * EnumerateAttributes, EnumerateAttributesClose).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (array zero-terminated=1): names, empty when there are none, or `NULL`
 *   with `error` set
 */
char **
icert_server_list_attributes (ICertServer *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_list (self, (GetList) ICERT_SERVER_GET_IFACE (self)->list_attributes,
                   "list_attributes", error);
}

/**
 * icert_server_get_certificate_extension:
 * @self: a server object of a request
 * @oid: OID of the extension, dotted
 * @flags: (out) (optional): critical, disabled, and the policy's own bits
 * @origin: (out) (optional): who put it there
 * @error: return location for an error
 *
 * Reads an extension of the certificate, disabled ones included (AD CS: GetCertificateExtension and
 * GetCertificateExtensionFlags). `flags` and `origin` are 0 when it has none.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for an OID that is none; `ICERT_ERROR_WRONG_STATE` outside a
 * request; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (nullable): the content of extnValue, DER, or `NULL` without an error
 * when there is no such extension or it has no value
 */
GBytes *
icert_server_get_certificate_extension (ICertServer *self,
                                        const char *oid,
                                        ICertExtensionFlags *flags,
                                        ICertExtensionOrigin *origin,
                                        GError **error)
{
  ICertServerInterface *iface;
  ICertExtensionFlags found_flags = ICERT_EXTENSION_NONE;
  ICertExtensionOrigin found_origin = ICERT_EXTENSION_ORIGIN_NONE;
  GError *local_error = NULL;
  GBytes *value;

  if (flags != NULL)
    *flags = ICERT_EXTENSION_NONE;
  if (origin != NULL)
    *origin = ICERT_EXTENSION_ORIGIN_NONE;
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  if (!_icert_check_oid (oid, "extension", error))
    return NULL;
  iface = ICERT_SERVER_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, get_certificate_extension, NULL, error);
  value = iface->get_certificate_extension (self, oid, &found_flags, &found_origin, &local_error);
  if (local_error == NULL && flags != NULL)
    *flags = found_flags;
  if (local_error == NULL && origin != NULL)
    *origin = found_origin;
  return _icert_end_nullable (value, local_error, error);
}

/**
 * icert_server_list_extensions:
 * @self: a server object of a request
 * @error: return location for an error
 *
 * Lists the OIDs of the certificate's extensions, disabled ones included (AD CS:
 * EnumerateExtensionsSetup, EnumerateExtensions, EnumerateExtensionsClose).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (array zero-terminated=1): dotted OIDs, empty when there are none, or
 *   `NULL` with `error` set
 */
char **
icert_server_list_extensions (ICertServer *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_list (self, (GetList) ICERT_SERVER_GET_IFACE (self)->list_extensions,
                   "list_extensions", error);
}

/**
 * icert_server_list_subject_rdns:
 * @self: a server object of a request
 * @error: return location for an error
 *
 * Lists the attributes of the request's subject in their order, known ones and others: `a(ss)` of
 * dotted OID and UTF-8 text. AD CS shows only the fifteen types it knows.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the verdict;
 * `ICERT_ERROR_MODULE` for an answer of another type.
 *
 * Returns: (transfer full): an `a(ss)`, empty for an empty subject, or `NULL` with `error` set
 */
GVariant *
icert_server_list_subject_rdns (ICertServer *self, GError **error)
{
  GVariant *rdns;

  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  rdns = get_list (self, (GetList) ICERT_SERVER_GET_IFACE (self)->list_subject_rdns,
                   "list_subject_rdns", error);
  return rdns != NULL ? _icert_end_variant (rdns, "a(ss)", NULL, self, "list_subject_rdns", error)
                      : NULL;
}

/**
 * icert_server_get_subject_alt_names:
 * @self: a server object of a request
 * @error: return location for an error
 *
 * Decodes the subjectAltName row as it stands: the request's, disabled or not, or an officer's.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_MALFORMED` or `ICERT_ERROR_BAD_NAME` for a value that cannot be decoded;
 * `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer container) (element-type ICertName): the names, empty when there are none, or
 * `NULL` with `error` set
 */
GPtrArray *
icert_server_get_subject_alt_names (ICertServer *self, GError **error)
{
  GError *local_error = NULL;
  GPtrArray *names;

  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  names = get_list (self, (GetList) ICERT_SERVER_GET_IFACE (self)->get_subject_alt_names,
                    "get_subject_alt_names", &local_error);
  return _icert_end_objects (names, local_error, self, "get_subject_alt_names", error);
}

/**
 * icert_server_get_requester_groups:
 * @self: a server object
 * @error: return location for an error
 *
 * Lists the groups of who asked, as the door knows them (not as the request claims).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (array zero-terminated=1): names of groups, empty when there are none,
 * or `NULL` with `error` set
 */
char **
icert_server_get_requester_groups (ICertServer *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_list (self, (GetList) ICERT_SERVER_GET_IFACE (self)->get_requester_groups,
                   "get_requester_groups", error);
}

/**
 * icert_server_get_requester_attribute:
 * @self: a server object
 * @name: `name`, `gecos`, `mail` or `uid`
 * @error: return location for an error
 *
 * Reads an attribute of the account of who asked: source `directory` of a profile (S-D1).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: (transfer full) (nullable): UTF-8 text, or `NULL` without an error when the account does
 *   not have it
 */
char *
icert_server_get_requester_attribute (ICertServer *self, const char *name, GError **error)
{
  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);

  return get_by_name (self, (GetByName) ICERT_SERVER_GET_IFACE (self)->get_requester_attribute,
                      "get_requester_attribute", "attribute", name, error);
}

/**
 * icert_server_find_grant:
 * @self: a server object
 * @profile: name of the profile that is asked for
 * @name: the name that is asked for
 * @error: return location for an error
 *
 * Asks whether an administrator granted `name` to who asked, under `profile`: source `granted` of a
 * profile (S-D1).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_CONTEXT` after the verdict; `ICERT_ERROR_CONFIG` when the grants cannot be
 * read.
 *
 * Returns: (transfer full) (nullable): the name of the grant that covers it, or `NULL` without an
 *   error when none does
 */
char *
icert_server_find_grant (ICertServer *self, const char *profile, ICertName *name, GError **error)
{
  ICertServerInterface *iface;
  GError *local_error = NULL;
  char *grant;

  g_return_val_if_fail (ICERT_IS_SERVER (self), NULL);
  g_return_val_if_fail (ICERT_IS_NAME (name), NULL);

  if (!_icert_check_text (profile, "profile", error))
    return NULL;
  iface = ICERT_SERVER_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, find_grant, NULL, error);
  grant = iface->find_grant (self, profile, name, &local_error);
  return _icert_end_nullable (grant, local_error, error);
}

/**
 * icert_server_log:
 * @self: a server object
 * @level: from which log level of the CA on the line is written
 * @text: one line; control characters are shown as `\x..`
 * @error: return location for an error
 *
 * Writes a line to the CA's log, with the module's name before it (AD CS: properties EventLogTerse…
 * and EventLogExhaustive).
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for an unknown level or text that is empty or not UTF-8;
 * `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: `TRUE` when the line was taken
 */
gboolean
icert_server_log (ICertServer *self, ICertLogLevel level, const char *text, GError **error)
{
  ICertServerInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SERVER (self), FALSE);

  if (!_icert_check_enum (ICERT_TYPE_LOG_LEVEL, level, "level", error)
      || !_icert_check_text (text, "text", error))
    return FALSE;
  iface = ICERT_SERVER_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, log, FALSE, error);
  ok = iface->log (self, level, text, &local_error);
  return _icert_end_boolean (ok, local_error, self, "log", error);
}

/* Typed reading. A getter of AD CS takes the type the caller wants; so do these. */

/* (transfer full): @value when it has one of the types in @types; takes @value */
static GVariant *
expect_type (GVariant *value, const char *types, const char *name, GError **error)
{
  const char *type;

  if (value == NULL)
    return NULL;

  type = g_variant_get_type_string (value);
  if (g_str_equal (type, types) || (type[1] == '\0' && strchr (types, type[0]) != NULL))
    return value;

  icert_set_error (error, ICERT_ERROR_MALFORMED, name, "asked for as another type (%s)", type);
  g_variant_unref (value);
  return NULL;
}

static char *
take_string (GVariant *value, const char *name, GError **error)
{
  g_autoptr (GVariant) text = expect_type (value, "s", name, error);

  return text != NULL ? g_variant_dup_string (text, NULL) : NULL;
}

static gboolean
take_int (GVariant *value, const char *name, gint64 *result, GError **error)
{
  g_autoptr (GVariant) number = expect_type (value, "iux", name, error);

  *result = 0;
  if (number == NULL)
    return FALSE;
  if (g_variant_is_of_type (number, G_VARIANT_TYPE_INT64))
    *result = g_variant_get_int64 (number);
  else if (g_variant_is_of_type (number, G_VARIANT_TYPE_UINT32))
    *result = g_variant_get_uint32 (number);
  else
    *result = g_variant_get_int32 (number);
  return TRUE;
}

static GDateTime *
take_date (GVariant *value, const char *name, GError **error)
{
  g_autoptr (GVariant) date = expect_type (value, "x", name, error);
  g_autoptr (GDateTime) second = NULL;
  gint64 microseconds;
  gint64 seconds;

  if (date == NULL)
    return NULL;

  microseconds = g_variant_get_int64 (date);
  seconds = microseconds / G_USEC_PER_SEC - (microseconds % G_USEC_PER_SEC < 0);
  second = g_date_time_new_from_unix_utc (seconds);
  if (second == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, name, "not a date (years 1 to 9999)");
      return NULL;
    }
  return g_date_time_add (second, microseconds - seconds * G_USEC_PER_SEC);
}

static GBytes *
take_bytes (GVariant *value, const char *name, GError **error)
{
  g_autoptr (GVariant) octets = expect_type (value, "ay", name, error);

  return octets != NULL ? g_variant_get_data_as_bytes (octets) : NULL;
}

/**
 * icert_server_get_request_string:
 * @self: a server object of a request
 * @name: name of a request property that is text
 * @error: return location for an error
 *
 * [method@ICert.Server.get_request_property] for text.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: (transfer full) (nullable): UTF-8 text, or `NULL` without an error when it is empty
 */
char *
icert_server_get_request_string (ICertServer *self, const char *name, GError **error)
{
  return take_string (icert_server_get_request_property (self, name, error), name, error);
}

/**
 * icert_server_get_request_int:
 * @self: a server object of a request
 * @name: name of a request property that is a number
 * @value: (out): the number, 0 when there is none
 * @error: return location for an error
 *
 * [method@ICert.Server.get_request_property] for numbers.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: `TRUE` when there is a number; `FALSE` without an error when it is empty
 */
gboolean
icert_server_get_request_int (ICertServer *self, const char *name, gint64 *value, GError **error)
{
  g_return_val_if_fail (value != NULL, FALSE);

  return take_int (icert_server_get_request_property (self, name, error), name, value, error);
}

/**
 * icert_server_get_request_date:
 * @self: a server object of a request
 * @name: name of a request property that is a date
 * @error: return location for an error
 *
 * [method@ICert.Server.get_request_property] for dates.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: (transfer full) (nullable): the date, UTC, or `NULL` without an error when it is empty
 */
GDateTime *
icert_server_get_request_date (ICertServer *self, const char *name, GError **error)
{
  return take_date (icert_server_get_request_property (self, name, error), name, error);
}

/**
 * icert_server_get_request_bytes:
 * @self: a server object of a request
 * @name: name of a request property that is octets
 * @error: return location for an error
 *
 * [method@ICert.Server.get_request_property] for octets.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: (transfer full) (nullable): octets, or `NULL` without an error when it is empty
 */
GBytes *
icert_server_get_request_bytes (ICertServer *self, const char *name, GError **error)
{
  return take_bytes (icert_server_get_request_property (self, name, error), name, error);
}

/**
 * icert_server_get_certificate_string:
 * @self: a server object of a request
 * @name: name of a certificate property that is text
 * @error: return location for an error
 *
 * [method@ICert.Server.get_certificate_property] for text.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: (transfer full) (nullable): UTF-8 text, or `NULL` without an error when it is empty
 */
char *
icert_server_get_certificate_string (ICertServer *self, const char *name, GError **error)
{
  return take_string (icert_server_get_certificate_property (self, name, error), name, error);
}

/**
 * icert_server_get_certificate_int:
 * @self: a server object of a request
 * @name: name of a certificate property that is a number
 * @value: (out): the number, 0 when there is none
 * @error: return location for an error
 *
 * [method@ICert.Server.get_certificate_property] for numbers.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: `TRUE` when there is a number; `FALSE` without an error when it is empty
 */
gboolean
icert_server_get_certificate_int (ICertServer *self,
                                  const char *name,
                                  gint64 *value,
                                  GError **error)
{
  g_return_val_if_fail (value != NULL, FALSE);

  return take_int (icert_server_get_certificate_property (self, name, error), name, value, error);
}

/**
 * icert_server_get_certificate_date:
 * @self: a server object of a request
 * @name: name of a certificate property that is a date
 * @error: return location for an error
 *
 * [method@ICert.Server.get_certificate_property] for dates.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: (transfer full) (nullable): the date, UTC, or `NULL` without an error when it is empty
 */
GDateTime *
icert_server_get_certificate_date (ICertServer *self, const char *name, GError **error)
{
  return take_date (icert_server_get_certificate_property (self, name, error), name, error);
}

/**
 * icert_server_get_certificate_bytes:
 * @self: a server object of a request
 * @name: name of a certificate property that is octets
 * @error: return location for an error
 *
 * [method@ICert.Server.get_certificate_property] for octets.
 *
 * Errors: as there, and `ICERT_ERROR_MALFORMED` when the property has another type.
 *
 * Returns: (transfer full) (nullable): octets, or `NULL` without an error when it is empty
 */
GBytes *
icert_server_get_certificate_bytes (ICertServer *self, const char *name, GError **error)
{
  return take_bytes (icert_server_get_certificate_property (self, name, error), name, error);
}
