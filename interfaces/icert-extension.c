/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-extension.h"

#include <string.h>

#include "icert-der.h"
#include "icert-enum-types.h"
#include "icert-error.h"
#include "icert-private.h"

/* S-A1 */
#define MAX_NAMES 100
#define MAX_VALUE (32 * 1024)

#define OID_KEY_USAGE "2.5.29.15"
#define OID_SUBJECT_ALT_NAME "2.5.29.17"
#define OID_BASIC_CONSTRAINTS "2.5.29.19"
#define OID_NAME_CONSTRAINTS "2.5.29.30"
#define OID_CRL_DISTRIBUTION_POINTS "2.5.29.31"
#define OID_CERTIFICATE_POLICIES "2.5.29.32"
#define OID_EXTENDED_KEY_USAGE "2.5.29.37"
#define OID_AUTHORITY_INFO_ACCESS "1.3.6.1.5.5.7.1.1"
#define OID_ACCESS_OCSP "1.3.6.1.5.5.7.48.1"
#define OID_ACCESS_CA_ISSUERS "1.3.6.1.5.5.7.48.2"

/* All bits of keyUsage, in two octets */
#define KEY_USAGE_MASK 0x80ff

/**
 * ICertExtension:
 *
 * An extension of a request or certificate: OID, flags, origin and the content of extnValue. The
 * builders write DER from structures, never from text (S-A9).
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertExtension
{
  GObject parent_instance;

  char *oid;
  ICertExtensionFlags flags;
  ICertExtensionOrigin origin;
  GBytes *value; /* owned, nullable */
};

enum
{
  PROP_OID = 1,
  PROP_FLAGS,
  PROP_ORIGIN,
  PROP_VALUE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertExtension, icert_extension, G_TYPE_OBJECT)

static void
icert_extension_finalize (GObject *object)
{
  ICertExtension *self = ICERT_EXTENSION (object);

  g_free (self->oid);
  g_clear_pointer (&self->value, g_bytes_unref);

  G_OBJECT_CLASS (icert_extension_parent_class)->finalize (object);
}

static void
icert_extension_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertExtension *self = ICERT_EXTENSION (object);

  switch (prop_id)
    {
    case PROP_OID:
      g_value_set_string (value, self->oid);
      break;
    case PROP_FLAGS:
      g_value_set_flags (value, self->flags);
      break;
    case PROP_ORIGIN:
      g_value_set_enum (value, self->origin);
      break;
    case PROP_VALUE:
      g_value_set_boxed (value, self->value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_extension_class_init (ICertExtensionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_extension_finalize;
  object_class->get_property = icert_extension_get_property;

  /**
   * ICertExtension:oid:
   *
   * The dotted OID.
   */
  props[PROP_OID] = g_param_spec_string ("oid", "", "", NULL, flags);
  /**
   * ICertExtension:flags:
   *
   * Whether it is critical, disabled or to be deleted.
   */
  props[PROP_FLAGS] = g_param_spec_flags ("flags", "", "", ICERT_TYPE_EXTENSION_FLAGS, 0, flags);
  /**
   * ICertExtension:origin:
   *
   * Who put it there.
   */
  props[PROP_ORIGIN] = g_param_spec_enum ("origin", "", "", ICERT_TYPE_EXTENSION_ORIGIN,
                                          ICERT_EXTENSION_ORIGIN_NONE, flags);
  /**
   * ICertExtension:value:
   *
   * The content of extnValue.
   */
  props[PROP_VALUE] = g_param_spec_boxed ("value", "", "", G_TYPE_BYTES, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_extension_init (ICertExtension *self)
{
}

static gboolean
fail (GError **error, const char *field, const char *what)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%s", what);
  return FALSE;
}

static gboolean
fail_too_large (GError **error, const char *field, const char *what, gsize actual, gsize limit)
{
  g_autoptr (GError) local_error = NULL;

  icert_set_error (&local_error, ICERT_ERROR_TOO_LARGE, field,
                   "%" G_GSIZE_FORMAT " %s (at most %" G_GSIZE_FORMAT ")", actual, what, limit);
  icert_error_add_detail (local_error, "limit", "%" G_GSIZE_FORMAT, limit);
  icert_error_add_detail (local_error, "actual", "%" G_GSIZE_FORMAT, actual);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
check_oid (const char *oid, const char *field, GError **error)
{
  g_autofree char *quoted = NULL;

  if (_icert_oid_is_valid (oid))
    return TRUE;
  quoted = icert_error_quote (oid, -1);
  icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                   "%s is not an object identifier (dotted decimal)", quoted);
  return FALSE;
}

/**
 * icert_extension_new:
 * @oid: dotted OID
 * @flags: critical, disabled or to be deleted; bits 0xFF00 are free for policy modules
 * @origin: who put it there
 * @value: (nullable): the content of extnValue, at most 32 KiB; may be left out of an extension
 * that is disabled or to be deleted
 * @error: return location for an error
 *
 * Makes an extension. Whether `value` is what the OID promises is not judged here: a request's
 * extension is shown as it came.
 *
 * Fails with `ICERT_ERROR_MALFORMED` or `ICERT_ERROR_TOO_LARGE`.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new (const char *oid,
                     ICertExtensionFlags flags,
                     ICertExtensionOrigin origin,
                     GBytes *value,
                     GError **error)
{
  ICertExtension *self;

  if (!check_oid (oid, "extension", error))
    return NULL;
  if (((guint) flags & ~0xffffu) != 0 || ((guint) origin & ~0xf0000u) != 0
      || (int) origin > ICERT_EXTENSION_ORIGIN_CA_CERT)
    {
      fail (error, oid, "unknown flags or origin (those of ICertExtensionFlags)");
      return NULL;
    }
  if (value == NULL && (flags & (ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE)) == 0)
    {
      fail (error, oid, "no value (DER)");
      return NULL;
    }
  if (value != NULL && g_bytes_get_size (value) > MAX_VALUE)
    {
      fail_too_large (error, oid, "octets", g_bytes_get_size (value), MAX_VALUE);
      return NULL;
    }

  self = g_object_new (ICERT_TYPE_EXTENSION, NULL);
  self->oid = g_strdup (oid);
  self->flags = flags;
  self->origin = origin;
  self->value = value != NULL ? g_bytes_ref (value) : NULL;
  return self;
}

/**
 * icert_extension_get_oid: (attributes org.gtk.Method.get_property=oid)
 * @self: an extension
 *
 * Gives the OID that says what the extension is.
 *
 * Returns: (transfer full): the dotted OID
 */
char *
icert_extension_get_oid (ICertExtension *self)
{
  g_return_val_if_fail (ICERT_IS_EXTENSION (self), NULL);

  return g_strdup (self->oid);
}

/**
 * icert_extension_peek_oid: (skip)
 * @self: an extension
 *
 * Lends the OID, for who looks through many extensions. C only, any thread.
 *
 * Returns: (transfer none): the dotted OID, as long as the extension lives
 */
const char *
icert_extension_peek_oid (ICertExtension *self)
{
  g_return_val_if_fail (ICERT_IS_EXTENSION (self), NULL);

  return self->oid;
}

/**
 * icert_extension_get_flags: (attributes org.gtk.Method.get_property=flags)
 * @self: an extension
 *
 * Gives the flags: critical, disabled, and the bits 0xFF00 of policy modules.
 *
 * Returns: whether it is critical, disabled or to be deleted, and the bits of a policy
 */
ICertExtensionFlags
icert_extension_get_flags (ICertExtension *self)
{
  g_return_val_if_fail (ICERT_IS_EXTENSION (self), ICERT_EXTENSION_NONE);

  return self->flags;
}

/**
 * icert_extension_get_origin: (attributes org.gtk.Method.get_property=origin)
 * @self: an extension
 *
 * Says who put the extension there. Only the engine sets it.
 *
 * Returns: who put it there
 */
ICertExtensionOrigin
icert_extension_get_origin (ICertExtension *self)
{
  g_return_val_if_fail (ICERT_IS_EXTENSION (self), ICERT_EXTENSION_ORIGIN_NONE);

  return self->origin;
}

/**
 * icert_extension_get_value: (attributes org.gtk.Method.get_property=value)
 * @self: an extension
 *
 * Gives the content of extnValue (RFC 5280, 4.2).
 *
 * Returns: (transfer full) (nullable): the content of extnValue, or `NULL` when a disabled or
 * deleted extension has none
 */
GBytes *
icert_extension_get_value (ICertExtension *self)
{
  g_return_val_if_fail (ICERT_IS_EXTENSION (self), NULL);

  return self->value != NULL ? g_bytes_ref (self->value) : NULL;
}

/**
 * icert_extension_peek_value: (skip)
 * @self: an extension
 *
 * Lends what [method@ICert.Extension.get_value] gives. C only, any thread.
 *
 * Returns: (transfer none) (nullable): the content of extnValue, as long as the extension lives
 */
GBytes *
icert_extension_peek_value (ICertExtension *self)
{
  g_return_val_if_fail (ICERT_IS_EXTENSION (self), NULL);

  return self->value;
}

/* Takes @der */
static ICertExtension *
make_extension (const char *oid, gboolean critical, GByteArray *der, GError **error)
{
  g_autoptr (GBytes) value = g_byte_array_free_to_bytes (der);

  return icert_extension_new (oid, critical ? ICERT_EXTENSION_CRITICAL : ICERT_EXTENSION_NONE,
                              ICERT_EXTENSION_ORIGIN_NONE, value, error);
}

/**
 * icert_extension_new_key_usage:
 * @usage: at least one bit
 * @critical: whether it is critical
 * @error: return location for an error
 *
 * Builds keyUsage (RFC 5280, 4.2.1.3). Fails with `ICERT_ERROR_MALFORMED`.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_key_usage (ICertKeyUsage usage, gboolean critical, GError **error)
{
  guint8 bits[3] = { 0, (guint8) usage, (guint8) ((guint) usage >> 8) };
  gsize size = bits[2] != 0 ? 3 : 2;
  GByteArray *der;

  if (usage == 0 || ((guint) usage & ~(guint) KEY_USAGE_MASK) != 0)
    {
      fail (error, "keyUsage", usage == 0 ? "empty (at least one bit)" : "unknown bits (RFC 5280)");
      return NULL;
    }

  while ((bits[size - 1] & (1 << bits[0])) == 0)
    bits[0]++;
  der = g_byte_array_new ();
  _icert_der_add (der, ICERT_DER_BIT_STRING, bits, size);
  return make_extension (OID_KEY_USAGE, critical, der, error);
}

static gboolean
check_oids (const char *const *oids, const char *field, GError **error)
{
  g_autoptr (GHashTable) seen = NULL;

  if (oids == NULL || oids[0] == NULL)
    return fail (error, field, "empty (at least one OID)");

  /* of strings that the caller owns */
  seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; oids[i] != NULL; i++)
    {
      if (!check_oid (oids[i], field, error))
        return FALSE;
      if (!g_hash_table_add (seen, (gpointer) oids[i]))
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%s appears twice (once)", oids[i]);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * icert_extension_new_extended_key_usage:
 * @oids: (array zero-terminated=1): dotted OIDs of purposes, at least one, none twice
 * @critical: whether it is critical
 * @error: return location for an error
 *
 * Builds extKeyUsage (RFC 5280, 4.2.1.12). Fails with `ICERT_ERROR_MALFORMED`.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_extended_key_usage (const char *const *oids, gboolean critical, GError **error)
{
  GByteArray *der;
  gsize list;

  if (!check_oids (oids, "extKeyUsage", error))
    return NULL;

  der = g_byte_array_new ();
  list = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  for (gsize i = 0; oids[i] != NULL; i++)
    _icert_der_add_oid (der, ICERT_DER_OID, oids[i]);
  _icert_der_end (der, list);
  return make_extension (OID_EXTENDED_KEY_USAGE, critical, der, error);
}

/**
 * icert_extension_new_basic_constraints:
 * @ca: whether the subject is a CA
 * @path_length: how many CAs may follow, -1 for no limit; only with `ca`
 * @critical: whether it is critical
 * @error: return location for an error
 *
 * Builds basicConstraints (RFC 5280, 4.2.1.9). Fails with `ICERT_ERROR_MALFORMED`.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_basic_constraints (gboolean ca,
                                       int path_length,
                                       gboolean critical,
                                       GError **error)
{
  GByteArray *der;
  gsize list;

  if (path_length < -1 || (!ca && path_length >= 0))
    {
      fail (error, "basicConstraints", "path length is wrong (-1, or 0 and more of a CA)");
      return NULL;
    }

  der = g_byte_array_new ();
  list = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  if (ca)
    _icert_der_add_boolean (der, TRUE);
  if (path_length >= 0)
    _icert_der_add_integer (der, path_length);
  _icert_der_end (der, list);
  return make_extension (OID_BASIC_CONSTRAINTS, critical, der, error);
}

/**
 * icert_extension_new_certificate_policies:
 * @oids: (array zero-terminated=1): dotted OIDs of policies, at least one, none twice
 * @critical: whether it is critical
 * @error: return location for an error
 *
 * Builds certificatePolicies without qualifiers (RFC 5280, 4.2.1.4). Fails with
 * `ICERT_ERROR_MALFORMED`.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_certificate_policies (const char *const *oids,
                                          gboolean critical,
                                          GError **error)
{
  GByteArray *der;
  gsize list, policy;

  if (!check_oids (oids, "certificatePolicies", error))
    return NULL;

  der = g_byte_array_new ();
  list = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  for (gsize i = 0; oids[i] != NULL; i++)
    {
      policy = _icert_der_begin (der, ICERT_DER_SEQUENCE);
      _icert_der_add_oid (der, ICERT_DER_OID, oids[i]);
      _icert_der_end (der, policy);
    }
  _icert_der_end (der, list);
  return make_extension (OID_CERTIFICATE_POLICIES, critical, der, error);
}

/* The empty Name, two octets of DER, names nobody */
static gboolean
is_empty_directory (ICertName *name)
{
  g_autoptr (GBytes) bytes = NULL;

  if (icert_name_get_kind (name) != ICERT_NAME_KIND_DIRECTORY)
    return FALSE;
  bytes = icert_name_get_bytes (name);
  return g_bytes_get_size (bytes) <= 2;
}

static gboolean
check_alt_name (ICertName *name, GError **error)
{
  const char *field;

  if (!ICERT_IS_NAME (name))
    return fail (error, "subjectAltName", "holds something that is no name (ICertName)");

  field = icert_name_kind_to_field (icert_name_get_kind (name));
  if (field == NULL)
    return fail (error, "subjectAltName", "holds a name of no kind (icert_name_new)");
  if (_icert_name_is_constraint (name) || _icert_name_is_location (name)
      || is_empty_directory (name))
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, field,
                       "a subtree, a location or an empty name (the name of a subject)");
      return FALSE;
    }
  return TRUE;
}

/**
 * icert_extension_new_subject_alt_name:
 * @names: (element-type ICertName): 1 to 100 names
 * @critical: whether it is critical: when the subject is empty (S-C6)
 * @error: return location for an error
 *
 * Builds subjectAltName (RFC 5280, 4.2.1.6).
 *
 * Fails with `ICERT_ERROR_MALFORMED` when `names` is empty, `ICERT_ERROR_TOO_LARGE`, or
 * `ICERT_ERROR_BAD_NAME` for a subtree of name constraints.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_subject_alt_name (GPtrArray *names, gboolean critical, GError **error)
{
  g_autoptr (GByteArray) der = NULL;
  gsize list;

  if (names == NULL || names->len == 0)
    {
      fail (error, "subjectAltName", "empty (at least one name)");
      return NULL;
    }
  if (names->len > MAX_NAMES)
    {
      fail_too_large (error, "subjectAltName", "names", names->len, MAX_NAMES);
      return NULL;
    }

  der = g_byte_array_new ();
  list = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  for (guint i = 0; i < names->len; i++)
    {
      if (!check_alt_name (names->pdata[i], error))
        return NULL;
      _icert_name_write (names->pdata[i], der);
    }
  _icert_der_end (der, list);
  return make_extension (OID_SUBJECT_ALT_NAME, critical, g_steal_pointer (&der), error);
}

static gboolean
check_subtree (ICertName *name, GError **error)
{
  g_autofree char *text = NULL;
  ICertNameKind kind;

  if (!ICERT_IS_NAME (name))
    return fail (error, "nameConstraints", "holds something that is no name (ICertName)");

  kind = icert_name_get_kind (name);
  if (kind == ICERT_NAME_KIND_NONE)
    return fail (error, "nameConstraints", "holds a name of no kind (icert_name_new)");
  text = icert_name_get_text (name);
  if (_icert_name_is_constraint (name) || kind == ICERT_NAME_KIND_DIRECTORY
      || kind == ICERT_NAME_KIND_OTHER || kind == ICERT_NAME_KIND_REGISTERED_ID
      || kind == ICERT_NAME_KIND_RFC822
      || (kind == ICERT_NAME_KIND_DNS && !g_str_has_prefix (text, "*")))
    return TRUE;

  icert_set_error (error, ICERT_ERROR_BAD_NAME, icert_name_kind_to_field (kind),
                   "not a subtree (icert_name_new_constraint)");
  return FALSE;
}

static gboolean
write_subtrees (GPtrArray *names, guint8 tag, GByteArray *der, GError **error)
{
  gsize list, subtree;

  if (names == NULL || names->len == 0)
    return TRUE;

  list = _icert_der_begin (der, tag);
  for (guint i = 0; i < names->len; i++)
    {
      if (!check_subtree (names->pdata[i], error))
        return FALSE;
      subtree = _icert_der_begin (der, ICERT_DER_SEQUENCE);
      _icert_name_write (names->pdata[i], der);
      _icert_der_end (der, subtree);
    }
  _icert_der_end (der, list);
  return TRUE;
}

/**
 * icert_extension_new_name_constraints:
 * @permitted: (element-type ICertName) (nullable): subtrees, see [ctor@ICert.Name.new_constraint]
 * @excluded: (element-type ICertName) (nullable): subtrees
 * @critical: whether it is critical, which S-G4 demands
 * @error: return location for an error
 *
 * Builds nameConstraints (RFC 5280, 4.2.1.10), without minimum and maximum.
 *
 * Fails with `ICERT_ERROR_MALFORMED` when both are empty, `ICERT_ERROR_TOO_LARGE` for more than 100
 * subtrees, or `ICERT_ERROR_BAD_NAME` for what is no subtree.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_name_constraints (GPtrArray *permitted,
                                      GPtrArray *excluded,
                                      gboolean critical,
                                      GError **error)
{
  gsize n = (permitted != NULL ? permitted->len : 0) + (excluded != NULL ? excluded->len : 0);
  g_autoptr (GByteArray) der = NULL;
  gsize list;

  if (n == 0)
    {
      fail (error, "nameConstraints", "empty (at least one subtree)");
      return NULL;
    }
  if (n > MAX_NAMES)
    {
      fail_too_large (error, "nameConstraints", "subtrees", n, MAX_NAMES);
      return NULL;
    }

  der = g_byte_array_new ();
  list = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  if (!write_subtrees (permitted, ICERT_DER_CONTEXT_CONSTRUCTED (0), der, error)
      || !write_subtrees (excluded, ICERT_DER_CONTEXT_CONSTRUCTED (1), der, error))
    return NULL;
  _icert_der_end (der, list);
  return make_extension (OID_NAME_CONSTRAINTS, critical, g_steal_pointer (&der), error);
}

static gboolean
check_url (const char *url, const char *field, GError **error)
{
  g_autofree char *quoted = NULL;

  if (_icert_url_is_valid (url))
    return TRUE;

  quoted = icert_error_quote (url, -1);
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%s is not a URL (scheme://host/path)",
                   quoted);
  return FALSE;
}

static gboolean
write_access (const char *const *urls,
              const char *method,
              const char *field,
              GByteArray *der,
              GError **error)
{
  for (gsize i = 0; urls != NULL && urls[i] != NULL; i++)
    {
      gsize access = _icert_der_begin (der, ICERT_DER_SEQUENCE);

      if (!check_url (urls[i], field, error))
        return FALSE;
      _icert_der_add_oid (der, ICERT_DER_OID, method);
      _icert_der_add (der, ICERT_DER_CONTEXT (6), urls[i], strlen (urls[i]));
      _icert_der_end (der, access);
    }
  return TRUE;
}

/**
 * icert_extension_new_authority_info_access:
 * @ca_issuers: (array zero-terminated=1) (nullable): where the issuer's certificate is
 * @ocsp: (array zero-terminated=1) (nullable): where its OCSP responder is
 * @error: return location for an error
 *
 * Builds authorityInfoAccess, not critical (RFC 5280, 4.2.2.1), OCSP first. Fails with
 * `ICERT_ERROR_MALFORMED` when both are empty or a text is no URL.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_authority_info_access (const char *const *ca_issuers,
                                           const char *const *ocsp,
                                           GError **error)
{
  const char *field = "authorityInfoAccess";
  g_autoptr (GByteArray) der = NULL;
  gsize list;

  if ((ca_issuers == NULL || ca_issuers[0] == NULL) && (ocsp == NULL || ocsp[0] == NULL))
    {
      fail (error, field, "empty (at least one URL)");
      return NULL;
    }

  der = g_byte_array_new ();
  list = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  if (!write_access (ocsp, OID_ACCESS_OCSP, field, der, error)
      || !write_access (ca_issuers, OID_ACCESS_CA_ISSUERS, field, der, error))
    return NULL;
  _icert_der_end (der, list);
  return make_extension (OID_AUTHORITY_INFO_ACCESS, FALSE, g_steal_pointer (&der), error);
}

/**
 * icert_extension_new_crl_distribution_points:
 * @urls: (array zero-terminated=1): where one and the same CRL is, at least one
 * @error: return location for an error
 *
 * Builds cRLDistributionPoints, not critical (RFC 5280, 4.2.1.13), with one distribution point that
 * has all the URLs. Fails with `ICERT_ERROR_MALFORMED`.
 *
 * Returns: (transfer full): the extension
 */
ICertExtension *
icert_extension_new_crl_distribution_points (const char *const *urls, GError **error)
{
  const char *field = "cRLDistributionPoints";
  g_autoptr (GByteArray) der = NULL;
  gsize list, point, name, full_name;

  if (urls == NULL || urls[0] == NULL)
    {
      fail (error, field, "empty (at least one URL)");
      return NULL;
    }

  der = g_byte_array_new ();
  list = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  point = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  name = _icert_der_begin (der, ICERT_DER_CONTEXT_CONSTRUCTED (0));
  full_name = _icert_der_begin (der, ICERT_DER_CONTEXT_CONSTRUCTED (0));
  for (gsize i = 0; urls[i] != NULL; i++)
    {
      if (!check_url (urls[i], field, error))
        return NULL;
      _icert_der_add (der, ICERT_DER_CONTEXT (6), urls[i], strlen (urls[i]));
    }
  _icert_der_end (der, full_name);
  _icert_der_end (der, name);
  _icert_der_end (der, point);
  _icert_der_end (der, list);
  return make_extension (OID_CRL_DISTRIBUTION_POINTS, FALSE, g_steal_pointer (&der), error);
}

static gboolean
fail_alt_name (GError **error)
{
  return fail (error, "subjectAltName", "not a list of names in DER (RFC 5280, 4.2.1.6)");
}

/* Splits before it reads, so that a limit is judged before work is done */
static gboolean
split_names (GBytes *value, GPtrArray *elements, GError **error)
{
  ICertDerSpan span, list;
  const guint8 *start;
  guint8 tag;

  span.data = start = g_bytes_get_data (value, &span.size);
  if (!_icert_der_expect (&span, ICERT_DER_SEQUENCE, &list) || span.size > 0 || list.size == 0)
    return fail_alt_name (error);

  while (list.size > 0)
    {
      const guint8 *element = list.data;
      ICertDerSpan content;

      if (!_icert_der_read (&list, &tag, &content))
        return fail_alt_name (error);
      g_ptr_array_add (elements, g_bytes_new_from_bytes (value, (gsize) (element - start),
                                                         (gsize) (list.data - element)));
    }

  if (elements->len > MAX_NAMES)
    return fail_too_large (error, "subjectAltName", "names", elements->len, MAX_NAMES);
  return TRUE;
}

/**
 * icert_extension_parse_subject_alt_name:
 * @value: the value of a subjectAltName extension
 * @error: return location for an error
 *
 * Reads the names of a request or certificate and makes them canonical; a refused name refuses all.
 *
 * Fails with `ICERT_ERROR_MALFORMED`, `ICERT_ERROR_TOO_LARGE` for more than 100 names (details
 * `limit` and `actual`), or `ICERT_ERROR_BAD_NAME`.
 *
 * Returns: (transfer container) (element-type ICertName): the names in their order
 */
GPtrArray *
icert_extension_parse_subject_alt_name (GBytes *value, GError **error)
{
  g_autoptr (GPtrArray) elements = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);

  if (value == NULL)
    {
      fail_alt_name (error);
      return NULL;
    }
  if (!split_names (value, elements, error))
    return NULL;

  for (guint i = 0; i < elements->len; i++)
    {
      ICertName *name = icert_name_new_from_der (elements->pdata[i], error);

      if (name == NULL)
        return NULL;
      g_ptr_array_add (names, name);
      if (!check_alt_name (name, error))
        return NULL;
    }

  return g_steal_pointer (&names);
}
