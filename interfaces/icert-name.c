/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-name.h"

#include <string.h>

#include "icert-der.h"
#include "icert-enum-types.h"
#include "icert-error.h"
#include "icert-name-form.h"
#include "icert-private.h"

/* otherName types that AD CS has a short name for */
#define OID_UPN "1.3.6.1.4.1.311.20.2.3"
#define OID_DIRECTORY_GUID "1.3.6.1.4.1.311.25.1"

/**
 * ICertName:
 *
 * A general name of RFC 5280, 4.2.1.6, in its one canonical form (S-C1): DNS names as lower-case
 * A-labels, addresses as in RFC 5952, e-mail domains, schemes and hosts in lower case. What has no
 * canonical form is no name: creating it fails with `ICERT_ERROR_BAD_NAME`.
 *
 * Whether an address may stand in a certificate (loopback, link-local …) is not judged here.
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertName
{
  GObject parent_instance;

  ICertNameKind kind;
  gboolean constraint;
  gboolean location;
  char *text;    /* owned, nullable: canonical */
  char *oid;     /* owned, nullable */
  GBytes *bytes; /* owned */
};

enum
{
  PROP_KIND = 1,
  PROP_TEXT,
  PROP_OID,
  PROP_BYTES,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertName, icert_name, G_TYPE_OBJECT)

/* Indexed by kind. Tags: implicit, but for directoryName, which is a CHOICE */
static const struct
{
  const char *field;
  const char *adcs;
  guint8 tag;
} kinds[] = {
  [ICERT_NAME_KIND_NONE] = { NULL, NULL, 0 },
  [ICERT_NAME_KIND_OTHER] = { "otherName", NULL, 0xa0 },
  [ICERT_NAME_KIND_RFC822] = { "rfc822Name", "email", 0x81 },
  [ICERT_NAME_KIND_DNS] = { "dNSName", "dns", 0x82 },
  [ICERT_NAME_KIND_X400] = { "x400Address", NULL, 0xa3 },
  [ICERT_NAME_KIND_DIRECTORY] = { "directoryName", "dn", 0xa4 },
  [ICERT_NAME_KIND_EDI_PARTY] = { "ediPartyName", NULL, 0xa5 },
  [ICERT_NAME_KIND_URI] = { "uniformResourceIdentifier", "url", 0x86 },
  [ICERT_NAME_KIND_IP] = { "iPAddress", "ipaddress", 0x87 },
  [ICERT_NAME_KIND_REGISTERED_ID] = { "registeredID", "oid", 0x88 },
};

static void
icert_name_finalize (GObject *object)
{
  ICertName *self = ICERT_NAME (object);

  g_free (self->text);
  g_free (self->oid);
  g_clear_pointer (&self->bytes, g_bytes_unref);

  G_OBJECT_CLASS (icert_name_parent_class)->finalize (object);
}

static void
icert_name_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertName *self = ICERT_NAME (object);

  switch (prop_id)
    {
    case PROP_KIND:
      g_value_set_enum (value, self->kind);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_OID:
      g_value_set_string (value, self->oid);
      break;
    case PROP_BYTES:
      g_value_set_boxed (value, self->bytes);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_name_class_init (ICertNameClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_name_finalize;
  object_class->get_property = icert_name_get_property;

  /**
   * ICertName:kind:
   *
   * The kind of the name.
   */
  props[PROP_KIND]
      = g_param_spec_enum ("kind", "", "", ICERT_TYPE_NAME_KIND, ICERT_NAME_KIND_NONE, flags);
  /**
   * ICertName:text:
   *
   * The canonical text of the name.
   */
  props[PROP_TEXT] = g_param_spec_string ("text", "", "", NULL, flags);
  /**
   * ICertName:oid:
   *
   * The OID of an otherName or a registeredID.
   */
  props[PROP_OID] = g_param_spec_string ("oid", "", "", NULL, flags);
  /**
   * ICertName:bytes:
   *
   * The content octets of the name.
   */
  props[PROP_BYTES] = g_param_spec_boxed ("bytes", "", "", G_TYPE_BYTES, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_name_init (ICertName *self)
{
  /* Bindings can make an object of no kind: it has no octets either. */
  self->bytes = g_bytes_new (NULL, 0);
}

static gboolean
is_kind (ICertNameKind kind)
{
  return (int) kind > ICERT_NAME_KIND_NONE && (gsize) kind < G_N_ELEMENTS (kinds);
}

/* Takes @text and @bytes. */
static ICertName *
make_name (ICertNameKind kind, char *text, GBytes *bytes)
{
  ICertName *self = g_object_new (ICERT_TYPE_NAME, NULL);

  self->kind = kind;
  self->text = text;
  g_bytes_unref (self->bytes);
  self->bytes = bytes;
  return self;
}

static ICertName *
make_text_name (ICertNameKind kind, char *text)
{
  return text != NULL ? make_name (kind, text, g_bytes_new (text, strlen (text))) : NULL;
}

static ICertName *
make_address (GBytes *octets, gboolean network, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (octets, &size);
  ICertName *self;
  char *text
      = _icert_name_form_address_text (kinds[ICERT_NAME_KIND_IP].field, data, size, network, error);

  if (text == NULL)
    return NULL;
  self = make_name (ICERT_NAME_KIND_IP, text, g_bytes_ref (octets));
  self->constraint = size == 8 || size == 32;
  return self;
}

static ICertName *
make_registered_id (const char *oid, GError **error)
{
  g_autoptr (GByteArray) der = g_byte_array_new ();
  ICertName *self;
  ICertDerSpan span, content;
  guint8 tag;

  if (!_icert_der_add_oid (der, ICERT_DER_OID, oid))
    {
      g_autofree char *quoted = icert_error_quote (oid, -1);

      icert_set_error (error, ICERT_ERROR_BAD_NAME, kinds[ICERT_NAME_KIND_REGISTERED_ID].field,
                       "%s is not an object identifier (dotted decimal)", quoted);
      return NULL;
    }

  span = (ICertDerSpan){ der->data, der->len };
  _icert_der_read (&span, &tag, &content);
  self = make_name (ICERT_NAME_KIND_REGISTERED_ID, g_strdup (oid),
                    g_bytes_new (content.data, content.size));
  self->oid = g_strdup (oid);
  return self;
}

static gboolean
check_kind (ICertNameKind kind, gboolean good, GError **error)
{
  if (good)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, is_kind (kind) ? kinds[kind].field : "name",
                   "cannot be made this way (see the constructors of ICertName)");
  return FALSE;
}

static gboolean
check_argument (gconstpointer argument, const char *field, GError **error)
{
  if (argument != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_NAME, field, "nothing (a value)");
  return FALSE;
}

/**
 * icert_name_new:
 * @kind: DNS, RFC822, URI, IP or REGISTERED_ID
 * @text: the name: `www.example.org`, `*.example.org`, `ann@example.org`, `https://example.org/`,
 *   `192.0.2.1`, `1.2.3`
 * @error: return location for an error
 *
 * Makes the canonical form of a name. A DNS name may begin with a wildcard label; that a profile
 * allows it is judged elsewhere. A domain with other than ASCII letters is turned into A-labels.
 *
 * Fails with `ICERT_ERROR_BAD_NAME` (S-A7, S-C2, S-C3), or `ICERT_ERROR_UNSUPPORTED` for a kind
 * that is not made of text.
 *
 * Returns: (transfer full): the name
 */
ICertName *
icert_name_new (ICertNameKind kind, const char *text, GError **error)
{
  const char *field = is_kind (kind) ? kinds[kind].field : "name";
  g_autoptr (GBytes) octets = NULL;

  if (!check_argument (text, field, error))
    return NULL;

  switch (kind)
    {
    case ICERT_NAME_KIND_DNS:
      return make_text_name (kind,
                             _icert_name_form_dns (field, text, ICERT_DNS_NAME_OR_WILDCARD, error));
    case ICERT_NAME_KIND_RFC822:
      return make_text_name (kind, _icert_name_form_email (field, text, error));
    case ICERT_NAME_KIND_URI:
      return make_text_name (kind, _icert_name_form_uri (field, text, error));
    case ICERT_NAME_KIND_IP:
      octets = _icert_name_form_address (field, text, error);
      return octets != NULL ? make_address (octets, FALSE, error) : NULL;
    case ICERT_NAME_KIND_REGISTERED_ID:
      return make_registered_id (text, error);
    default:
      check_kind (kind, FALSE, error);
      return NULL;
    }
}

/* host, or .domain for everything below it, or nothing for the whole kind */
static char *
form_domain_constraint (const char *field, const char *text, GError **error)
{
  g_autofree char *domain = NULL;

  if (*text == '\0')
    return g_strdup ("");
  domain = _icert_name_form_dns (field, *text == '.' ? text + 1 : text, ICERT_DNS_NAME, error);
  if (domain == NULL)
    return NULL;
  return *text == '.' ? g_strconcat (".", domain, NULL) : g_steal_pointer (&domain);
}

static char *
form_constraint (ICertNameKind kind, const char *text, GError **error)
{
  const char *field = kinds[kind].field;

  switch (kind)
    {
    case ICERT_NAME_KIND_DNS:
      if (*text == '\0')
        return g_strdup ("");
      return _icert_name_form_dns (field, text, ICERT_DNS_NAME, error);
    case ICERT_NAME_KIND_RFC822:
      if (strchr (text, '@') != NULL)
        return _icert_name_form_email (field, text, error);
      return form_domain_constraint (field, text, error);
    default:
      return form_domain_constraint (field, text, error);
    }
}

/**
 * icert_name_new_constraint:
 * @kind: DNS, RFC822, URI or IP
 * @text: DNS: a domain; RFC822: a mailbox, a host or `.domain`; URI: a host or `.domain`; IP:
 *   `192.0.2.0/24`; an empty text stands for all names of the kind, but not with IP
 * @error: return location for an error
 *
 * Makes a subtree for [ctor@ICert.Extension.new_name_constraints] (RFC 5280, 4.2.1.10). A DNS
 * subtree has no leading dot (S-G4). Subtrees of directory names are made by
 * [ctor@ICert.Name.new_bytes].
 *
 * Fails with `ICERT_ERROR_BAD_NAME` or `ICERT_ERROR_UNSUPPORTED`.
 *
 * Returns: (transfer full): a name that no subjectAltName takes
 */
ICertName *
icert_name_new_constraint (ICertNameKind kind, const char *text, GError **error)
{
  g_autoptr (GBytes) octets = NULL;
  ICertName *self;

  if (!check_kind (kind,
                   kind == ICERT_NAME_KIND_DNS || kind == ICERT_NAME_KIND_RFC822
                       || kind == ICERT_NAME_KIND_URI || kind == ICERT_NAME_KIND_IP,
                   error)
      || !check_argument (text, kinds[kind].field, error))
    return NULL;

  if (kind == ICERT_NAME_KIND_IP)
    {
      octets = _icert_name_form_network (kinds[kind].field, text, error);
      return octets != NULL ? make_address (octets, TRUE, error) : NULL;
    }

  self = make_text_name (kind, form_constraint (kind, text, error));
  if (self != NULL)
    self->constraint = TRUE;
  return self;
}

gboolean
_icert_url_is_valid (const char *url)
{
  const char *p = url;

  while (g_ascii_isgraph (*p))
    p++;
  return *p == '\0' && p > url && g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL);
}

/**
 * icert_name_new_location:
 * @url: an absolute URL, such as `http://example.org/ca.crl` or `ldap:///cn=CA?cRL`
 * @error: return location for an error
 *
 * Makes a name of kind URI for what lies somewhere, such as a CRL of a distribution point. It may
 * lack a host, which the URI of a subject must have, and stays as it is written.
 *
 * Fails with `ICERT_ERROR_BAD_NAME`.
 *
 * Returns: (transfer full): a name that no subjectAltName takes
 */
ICertName *
icert_name_new_location (const char *url, GError **error)
{
  const char *field = kinds[ICERT_NAME_KIND_URI].field;
  g_autofree char *quoted = NULL;
  ICertName *self;

  if (!check_argument (url, field, error))
    return NULL;
  if (!_icert_url_is_valid (url))
    {
      quoted = icert_error_quote (url, -1);
      icert_set_error (error, ICERT_ERROR_BAD_NAME, field, "%s is not a URL (scheme://host/path)",
                       quoted);
      return NULL;
    }

  self = make_text_name (ICERT_NAME_KIND_URI, g_strdup (url));
  self->location = TRUE;
  return self;
}

static gboolean
check_der (const char *field, GBytes *der, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);

  if (_icert_der_is_valid (data, size))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "not DER (one element)");
  return FALSE;
}

/**
 * icert_name_new_other:
 * @oid: the type of the name, dotted
 * @value: its value, one element in DER
 * @error: return location for an error
 *
 * Makes an otherName.
 *
 * Fails with `ICERT_ERROR_BAD_NAME` for `oid` and for a text with control characters, and
 * `ICERT_ERROR_MALFORMED` when `value` is not DER.
 *
 * Returns: (transfer full): the name
 */
ICertName *
icert_name_new_other (const char *oid, GBytes *value, GError **error)
{
  const char *field = kinds[ICERT_NAME_KIND_OTHER].field;
  ICertDerSpan span, content;
  ICertName *self;
  guint8 tag;

  if (!check_argument (oid, field, error) || !check_argument (value, field, error))
    return NULL;
  if (!_icert_oid_is_valid (oid))
    {
      g_autofree char *quoted = icert_error_quote (oid, -1);

      icert_set_error (error, ICERT_ERROR_BAD_NAME, field,
                       "%s is not an object identifier (a type)", quoted);
      return NULL;
    }
  if (!check_der (field, value, error))
    return NULL;

  span.data = g_bytes_get_data (value, &span.size);
  _icert_der_read (&span, &tag, &content);
  if (tag == ICERT_DER_UTF8_STRING
      && !_icert_name_check_text (field, (const char *) content.data, content.size, error))
    return NULL;

  self = make_name (ICERT_NAME_KIND_OTHER, NULL, g_bytes_ref (value));
  self->oid = g_strdup (oid);
  return self;
}

/**
 * icert_name_new_bytes:
 * @kind: DIRECTORY, IP, X400 or EDI_PARTY
 * @bytes: DIRECTORY: a Name in DER; IP: 4 or 16 octets, or 8 or 32 (address and mask) for name
 *   constraints; X400 and EDI_PARTY: the GeneralName element, tag and all
 * @error: return location for an error
 *
 * Makes a name of octets.
 *
 * Fails with `ICERT_ERROR_BAD_NAME`, `ICERT_ERROR_MALFORMED` when they are not DER,
 * `ICERT_ERROR_TOO_LARGE` for more than 16 relative names, or `ICERT_ERROR_UNSUPPORTED` for a kind
 * that is not made of octets.
 *
 * Returns: (transfer full): the name
 */
ICertName *
icert_name_new_bytes (ICertNameKind kind, GBytes *bytes, GError **error)
{
  const char *field = is_kind (kind) ? kinds[kind].field : "name";
  gsize size;
  const guint8 *data;

  if (!check_argument (bytes, field, error))
    return NULL;

  switch (kind)
    {
    case ICERT_NAME_KIND_IP:
      return make_address (bytes, TRUE, error);
    case ICERT_NAME_KIND_DIRECTORY:
      if (!_icert_name_check_directory (field, bytes, error))
        return NULL;
      return make_name (kind, NULL, g_bytes_ref (bytes));
    case ICERT_NAME_KIND_X400:
    case ICERT_NAME_KIND_EDI_PARTY:
      if (!check_der (field, bytes, error))
        return NULL;
      data = g_bytes_get_data (bytes, &size);
      if (data[0] != kinds[kind].tag)
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, field, "tag %02x (%02x)", data[0],
                           kinds[kind].tag);
          return NULL;
        }
      return make_name (kind, NULL, g_bytes_ref (bytes));
    default:
      check_kind (kind, FALSE, error);
      return NULL;
    }
}

static ICertNameKind
find_tag (guint8 tag)
{
  for (gsize i = 1; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].tag == tag)
      return (ICertNameKind) i;

  return ICERT_NAME_KIND_NONE;
}

static ICertName *
fail_malformed (const char *field, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "not a GeneralName in DER (RFC 5280)");
  return NULL;
}

static ICertName *
read_other (const ICertDerSpan *content, GError **error)
{
  const char *field = kinds[ICERT_NAME_KIND_OTHER].field;
  ICertDerSpan span = *content;
  ICertDerSpan oid, value;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!_icert_der_expect (&span, ICERT_DER_OID, &oid)
      || !_icert_der_expect (&span, ICERT_DER_CONTEXT_CONSTRUCTED (0), &value) || span.size > 0)
    return fail_malformed (field, error);
  text = _icert_oid_to_text (oid.data, oid.size);
  if (text == NULL)
    return fail_malformed (field, error);

  bytes = g_bytes_new (value.data, value.size);
  return icert_name_new_other (text, bytes, error);
}

static ICertName *
read_registered_id (const ICertDerSpan *content, GError **error)
{
  g_autofree char *oid = _icert_oid_to_text (content->data, content->size);

  if (oid == NULL)
    return fail_malformed (kinds[ICERT_NAME_KIND_REGISTERED_ID].field, error);
  return make_registered_id (oid, error);
}

static ICertName *
read_text (ICertNameKind kind, const ICertDerSpan *content, GError **error)
{
  const char *field = kinds[kind].field;
  g_autofree char *text = NULL;

  if (!_icert_name_check_text (field, (const char *) content->data, content->size, error))
    return NULL;
  text = g_strndup ((const char *) content->data, content->size);
  if (!g_str_is_ascii (text))
    {
      g_autofree char *quoted = icert_error_quote (text, -1);

      icert_set_error (error, ICERT_ERROR_BAD_NAME, field, "%s is not ASCII (an IA5String)",
                       quoted);
      return NULL;
    }
  return icert_name_new (kind, text, error);
}

/**
 * icert_name_new_from_der:
 * @general_name: a GeneralName element of a subjectAltName, context tag and all
 * @error: return location for an error
 *
 * Reads a name of a request or certificate, and makes it canonical.
 *
 * Fails with `ICERT_ERROR_MALFORMED` when it is not DER, and `ICERT_ERROR_BAD_NAME` for what
 * [ctor@ICert.Name.new] refuses; network addresses are refused, too.
 *
 * Returns: (transfer full): the name
 */
ICertName *
icert_name_new_from_der (GBytes *general_name, GError **error)
{
  ICertDerSpan span, content;
  ICertNameKind kind;
  g_autoptr (GBytes) bytes = NULL;
  guint8 tag;

  if (!check_argument (general_name, "name", error))
    return NULL;
  span.data = g_bytes_get_data (general_name, &span.size);
  if (!_icert_der_is_valid (span.data, span.size) || !_icert_der_read (&span, &tag, &content))
    return fail_malformed ("name", error);

  kind = find_tag (tag);
  switch (kind)
    {
    case ICERT_NAME_KIND_NONE:
      return fail_malformed ("name", error);
    case ICERT_NAME_KIND_OTHER:
      return read_other (&content, error);
    case ICERT_NAME_KIND_REGISTERED_ID:
      return read_registered_id (&content, error);
    case ICERT_NAME_KIND_IP:
      bytes = g_bytes_new (content.data, content.size);
      return make_address (bytes, FALSE, error);
    case ICERT_NAME_KIND_DIRECTORY:
      bytes = g_bytes_new (content.data, content.size);
      return icert_name_new_bytes (kind, bytes, error);
    case ICERT_NAME_KIND_X400:
    case ICERT_NAME_KIND_EDI_PARTY:
      return icert_name_new_bytes (kind, general_name, error);
    default:
      return read_text (kind, &content, error);
    }
}

/* The base of a GeneralSubtree: forms that no subject has */
ICertName *
_icert_name_new_subtree_from_der (GBytes *general_name, GError **error)
{
  ICertDerSpan span, content;
  ICertNameKind kind;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  guint8 tag;

  span.data = g_bytes_get_data (general_name, &span.size);
  if (!_icert_der_read (&span, &tag, &content))
    return fail_malformed ("name", error);

  kind = find_tag (tag);
  bytes = g_bytes_new (content.data, content.size);
  switch (kind)
    {
    case ICERT_NAME_KIND_IP:
      if (content.size != 8 && content.size != 32)
        return fail_malformed (kinds[kind].field, error);
      return make_address (bytes, TRUE, error);
    case ICERT_NAME_KIND_DNS:
    case ICERT_NAME_KIND_RFC822:
    case ICERT_NAME_KIND_URI:
      if (!_icert_name_check_text (kinds[kind].field, (const char *) content.data, content.size,
                                   error))
        return NULL;
      text = g_strndup ((const char *) content.data, content.size);
      return icert_name_new_constraint (kind, text, error);
    default:
      return icert_name_new_from_der (general_name, error);
    }
}

/**
 * icert_name_get_kind: (attributes org.gtk.Method.get_property=kind)
 * @self: a name
 *
 * Says which kind of general name it is (RFC 5280, 4.2.1.6).
 *
 * Returns: the kind of the name
 */
ICertNameKind
icert_name_get_kind (ICertName *self)
{
  g_return_val_if_fail (ICERT_IS_NAME (self), ICERT_NAME_KIND_NONE);

  return self->kind;
}

/**
 * icert_name_get_text: (attributes org.gtk.Method.get_property=text)
 * @self: a name
 *
 * The canonical text: `www.example.org`, `192.0.2.1`, `ann@example.org`, `https://example.org/`, a
 * dotted OID; `192.0.2.0/24` of a network.
 *
 * Returns: (transfer full) (nullable): the text; `NULL` for OTHER, DIRECTORY, X400 and EDI_PARTY
 */
char *
icert_name_get_text (ICertName *self)
{
  g_return_val_if_fail (ICERT_IS_NAME (self), NULL);

  return g_strdup (self->text);
}

/**
 * icert_name_get_oid: (attributes org.gtk.Method.get_property=oid)
 * @self: a name
 *
 * Gives the OID that an otherName or a registeredID carries.
 *
 * Returns: (transfer full) (nullable): the dotted OID of an otherName or registeredID, else `NULL`
 */
char *
icert_name_get_oid (ICertName *self)
{
  g_return_val_if_fail (ICERT_IS_NAME (self), NULL);

  return g_strdup (self->oid);
}

/**
 * icert_name_get_bytes: (attributes org.gtk.Method.get_property=bytes)
 * @self: a name
 *
 * The content octets: of an address its octets in network order, of a directoryName the Name in
 * DER, of an otherName its value in DER, of x400Address and ediPartyName the whole element, of a
 * registeredID the octets of the OID, else those of the text.
 *
 * Returns: (transfer full): the octets
 */
GBytes *
icert_name_get_bytes (ICertName *self)
{
  g_return_val_if_fail (ICERT_IS_NAME (self), NULL);

  return g_bytes_ref (self->bytes);
}

gboolean
_icert_name_is_constraint (ICertName *name)
{
  return name->constraint;
}

gboolean
_icert_name_is_location (ICertName *name)
{
  return name->location;
}

static void
append_hex (GString *out, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_string_append_c (out, '#');
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (out, "%02x", data[i]);
}

/* A UTF8String that can be shown as it is */
static gboolean
append_utf8_value (GString *out, GBytes *value)
{
  ICertDerSpan span, content;
  gsize before = out->len;

  span.data = g_bytes_get_data (value, &span.size);
  if (!_icert_der_expect (&span, ICERT_DER_UTF8_STRING, &content))
    return FALSE;
  g_string_append (out, "UTF8:");
  before = out->len;
  _icert_append_printable (out, (const char *) content.data, content.size, G_MAXSIZE, TRUE);
  return out->len - before == content.size;
}

/**
 * icert_name_to_string:
 * @self: a name
 *
 * What messages, traces and rows show: the field name of RFC 5280, a colon and the text, such as
 * `dNSName:www.example.org`. An otherName is `otherName:OID;UTF8:text`, or `otherName:OID;#hex` of
 * its DER; the kinds without text are `directoryName:#hex`.
 *
 * Returns: (transfer full): the text
 */
char *
icert_name_to_string (ICertName *self)
{
  GString *out;
  gsize before;

  g_return_val_if_fail (ICERT_IS_NAME (self), NULL);

  out = g_string_new (kinds[self->kind].field);
  g_string_append_c (out, ':');
  if (self->text != NULL)
    g_string_append (out, self->text);
  else
    {
      if (self->oid != NULL)
        g_string_append_printf (out, "%s;", self->oid);
      before = out->len;
      if (self->oid == NULL || !append_utf8_value (out, self->bytes))
        {
          g_string_truncate (out, before);
          append_hex (out, self->bytes);
        }
    }
  return g_string_free (out, FALSE);
}

/* Octets of hex digits, blanks between them ignored; NULL when they are none */
static GBytes *
decode_hex (const char *text)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (const char *p = text; *p != '\0'; p++)
    {
      guint8 octet;

      if (*p == ' ')
        continue;
      if (!g_ascii_isxdigit (p[0]) || !g_ascii_isxdigit (p[1]))
        return NULL;
      octet = (guint8) (g_ascii_xdigit_value (p[0]) * 16 + g_ascii_xdigit_value (p[1]));
      g_byte_array_append (out, &octet, 1);
      p++;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static GBytes *
wrap_octets (guint8 tag, gconstpointer data, gsize size)
{
  GByteArray *der = g_byte_array_new ();

  _icert_der_add (der, tag, data, size);
  return g_byte_array_free_to_bytes (der);
}

static ICertName *
fail_unreadable (const char *text, const char *expected, GError **error)
{
  g_autofree char *quoted = icert_error_quote (text, -1);

  icert_set_error (error, ICERT_ERROR_BAD_NAME, "name", "%s cannot be read (%s)", quoted, expected);
  return NULL;
}

static ICertName *
make_utf8_other (const char *oid, const char *text, GError **error)
{
  g_autoptr (GBytes) value = wrap_octets (ICERT_DER_UTF8_STRING, text, strlen (text));

  return icert_name_new_other (oid, value, error);
}

/* OID;UTF8:text or OID;#hex */
static ICertName *
parse_other (const char *text, GError **error)
{
  const char *semicolon = strchr (text, ';');
  g_autofree char *oid = NULL;
  g_autoptr (GBytes) value = NULL;

  if (semicolon == NULL)
    return fail_unreadable (text, "OID;UTF8:text or OID;#hex", error);
  oid = g_strndup (text, semicolon - text);
  if (g_str_has_prefix (semicolon + 1, "UTF8:"))
    return make_utf8_other (oid, semicolon + 1 + strlen ("UTF8:"), error);

  value = semicolon[1] == '#' ? decode_hex (semicolon + 2) : NULL;
  if (value == NULL)
    return fail_unreadable (text, "OID;UTF8:text or OID;#hex", error);
  return icert_name_new_other (oid, value, error);
}

/* The first three fields of a GUID are little-endian in AD CS */
static ICertName *
parse_guid (const char *text, GError **error)
{
  static const guint8 order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);
  g_autofree char *digits = g_strjoinv ("", parts);
  g_autoptr (GBytes) octets = NULL;
  g_autoptr (GBytes) value = NULL;
  const guint8 *data;
  guint8 guid[16];

  if (!g_uuid_string_is_valid (text))
    return fail_unreadable (text, "a GUID", error);
  octets = decode_hex (digits);
  data = g_bytes_get_data (octets, NULL);
  for (gsize i = 0; i < sizeof guid; i++)
    guid[i] = data[order[i]];

  value = wrap_octets (ICERT_DER_OCTET_STRING, guid, sizeof guid);
  return icert_name_new_other (OID_DIRECTORY_GUID, value, error);
}

/* AD CS: OID={utf8}text, and {asn} or {octet} with base64, or hex behind {hex} */
static ICertName *
parse_tagged_other (const char *oid, const char *text, GError **error)
{
  gboolean octet = g_str_has_prefix (text, "{octet}");
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GBytes) value = NULL;
  const char *rest = text;

  if (g_str_has_prefix (text, "{utf8}"))
    return make_utf8_other (oid, text + strlen ("{utf8}"), error);
  if (octet)
    rest += strlen ("{octet}");
  else if (g_str_has_prefix (text, "{asn}"))
    rest += strlen ("{asn}");

  if (g_str_has_prefix (rest, "{hex}"))
    raw = decode_hex (rest + strlen ("{hex}"));
  else if (rest != text)
    {
      gsize size;
      guchar *data = g_base64_decode (rest, &size);

      raw = g_bytes_new_take (data, size);
    }
  if (raw == NULL)
    return fail_unreadable (text, "{utf8}, {asn}, {octet} or {hex}", error);

  if (octet)
    value = wrap_octets (ICERT_DER_OCTET_STRING, g_bytes_get_data (raw, NULL),
                         g_bytes_get_size (raw));
  else
    value = g_bytes_ref (raw);
  return icert_name_new_other (oid, value, error);
}

static ICertName *
parse_value (ICertNameKind kind, const char *value, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  switch (kind)
    {
    case ICERT_NAME_KIND_OTHER:
      return parse_other (value, error);
    case ICERT_NAME_KIND_DIRECTORY:
    case ICERT_NAME_KIND_X400:
    case ICERT_NAME_KIND_EDI_PARTY:
      bytes = *value == '#' ? decode_hex (value + 1) : NULL;
      if (bytes == NULL)
        return fail_unreadable (value, "# and DER in hex", error);
      return icert_name_new_bytes (kind, bytes, error);
    default:
      return icert_name_new (kind, value, error);
    }
}

/**
 * icert_name_from_string:
 * @text: a kind and a name, such as `dNSName:www.example.org`
 * @error: return location for an error
 *
 * Reads the form of [method@ICert.Name.to_string], and the one of AD CS's attribute SAN: `dns=`,
 * `email=`, `url=`, `ipaddress=`, `oid=`, `upn=`, `guid=`, and an OID with `{utf8}`, `{asn}`,
 * `{octet}` or `{hex}`.
 *
 * Fails with `ICERT_ERROR_BAD_NAME`, or `ICERT_ERROR_MALFORMED` when hex or base64 is not DER.
 *
 * Returns: (transfer full): the name
 */
ICertName *
icert_name_from_string (const char *text, GError **error)
{
  g_autofree char *type = NULL;
  ICertNameKind kind;
  const char *value;
  gsize size;

  if (!check_argument (text, "name", error))
    return NULL;
  size = strcspn (text, ":=");
  if (text[size] == '\0')
    return fail_unreadable (text, "kind:name", error);
  type = g_strndup (text, size);
  value = text + size + 1;

  if (text[size] == ':')
    {
      kind = icert_name_kind_from_field (type);
      if (kind == ICERT_NAME_KIND_NONE)
        return fail_unreadable (text, "dNSName:, iPAddress: and the like", error);
      return parse_value (kind, value, error);
    }

  for (kind = ICERT_NAME_KIND_OTHER; (gsize) kind < G_N_ELEMENTS (kinds); kind++)
    if (kinds[kind].adcs != NULL && g_ascii_strcasecmp (kinds[kind].adcs, type) == 0)
      return parse_value (kind, value, error);
  if (g_ascii_strcasecmp (type, "upn") == 0)
    return make_utf8_other (OID_UPN, value, error);
  if (g_ascii_strcasecmp (type, "guid") == 0)
    return parse_guid (value, error);
  if (_icert_oid_is_valid (type))
    return parse_tagged_other (type, value, error);
  return fail_unreadable (text, "dns=, email=, url=, ipaddress=, upn=, oid=, guid= or an OID",
                          error);
}

void
_icert_name_write (ICertName *name, GByteArray *out)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (name->bytes, &size);
  gsize outer, inner;

  switch (name->kind)
    {
    case ICERT_NAME_KIND_OTHER:
      outer = _icert_der_begin (out, kinds[name->kind].tag);
      _icert_der_add_oid (out, ICERT_DER_OID, name->oid);
      inner = _icert_der_begin (out, ICERT_DER_CONTEXT_CONSTRUCTED (0));
      _icert_der_add_raw (out, name->bytes);
      _icert_der_end (out, inner);
      _icert_der_end (out, outer);
      break;
    case ICERT_NAME_KIND_X400:
    case ICERT_NAME_KIND_EDI_PARTY:
      _icert_der_add_raw (out, name->bytes);
      break;
    default:
      _icert_der_add (out, kinds[name->kind].tag, data, size);
    }
}

/**
 * icert_name_to_der:
 * @self: a name
 *
 * Encodes the name as certificates have it (RFC 5280, 4.2.1.6).
 *
 * Returns: (transfer full): the GeneralName element in DER
 */
GBytes *
icert_name_to_der (ICertName *self)
{
  GByteArray *der;

  g_return_val_if_fail (ICERT_IS_NAME (self), NULL);

  der = g_byte_array_new ();
  _icert_name_write (self, der);
  return g_byte_array_free_to_bytes (der);
}

/**
 * icert_name_equal:
 * @self: a name
 * @other: another name
 *
 * Names are equal when their canonical forms are.
 *
 * Returns: whether they are the same name
 */
gboolean
icert_name_equal (ICertName *self, ICertName *other)
{
  g_return_val_if_fail (ICERT_IS_NAME (self), FALSE);
  g_return_val_if_fail (ICERT_IS_NAME (other), FALSE);

  return self->kind == other->kind && self->constraint == other->constraint
         && self->location == other->location && g_strcmp0 (self->oid, other->oid) == 0
         && g_bytes_equal (self->bytes, other->bytes);
}

/**
 * icert_name_hash:
 * @self: a name
 *
 * Makes a number for hash tables; equal names have the same one.
 *
 * Returns: a hash that equal names share
 */
guint
icert_name_hash (ICertName *self)
{
  g_return_val_if_fail (ICERT_IS_NAME (self), 0);

  return g_bytes_hash (self->bytes) * 31 + (guint) self->kind;
}

static gboolean
matches_dns (const char *name, const char *pattern)
{
  const char *rest;

  if (!g_str_has_prefix (pattern, "*."))
    return g_str_equal (name, pattern);
  rest = strchr (name, '.');
  return rest != NULL && g_str_equal (rest, pattern + 1);
}

static gboolean
matches_address (ICertName *self, const char *pattern)
{
  g_autoptr (GInetAddressMask) mask = g_inet_address_mask_new_from_string (pattern, NULL);
  g_autoptr (GInetAddress) address = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (self->bytes, &size);

  if (mask == NULL || (size != 4 && size != 16))
    return FALSE;
  address = g_inet_address_new_from_bytes (data,
                                           size == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  return g_inet_address_mask_matches (mask, address);
}

/* The part before the last @ has a case, the domain has none */
static gboolean
matches_email (const char *name, const char *pattern)
{
  const char *at = strrchr (pattern, '@');
  const char *name_at = strrchr (name, '@');

  if (at == NULL || name_at == NULL || g_ascii_strcasecmp (name_at, at) != 0)
    return FALSE;
  return at == pattern
         || (at - pattern == name_at - name && strncmp (name, pattern, at - pattern) == 0);
}

/**
 * icert_name_matches:
 * @self: a name
 * @pattern: `example.org` for itself, `*.example.org` for one label more, `192.0.2.0/24` or an
 * address, `ann@example.org`, `@example.org` for every mailbox of a domain; for the other kinds the
 * canonical text, and for any kind the form of [method@ICert.Name.to_string]
 *
 * Whether a pattern of a namespace grant covers the name. A pattern for one kind covers no name of
 * another; the wildcard name `*.example.org` is covered by the same pattern, but a pattern never
 * covers more than one label.
 *
 * Returns: whether `pattern` covers it
 */
gboolean
icert_name_matches (ICertName *self, const char *pattern)
{
  g_autofree char *lower = NULL;
  g_autofree char *whole = NULL;

  g_return_val_if_fail (ICERT_IS_NAME (self), FALSE);
  g_return_val_if_fail (pattern != NULL, FALSE);

  switch (self->kind)
    {
    case ICERT_NAME_KIND_DNS:
      lower = g_ascii_strdown (pattern, -1);
      if (matches_dns (self->text, lower))
        return TRUE;
      break;
    case ICERT_NAME_KIND_IP:
      if (matches_address (self, pattern))
        return TRUE;
      break;
    case ICERT_NAME_KIND_RFC822:
      if (matches_email (self->text, pattern))
        return TRUE;
      break;
    default:
      if (g_strcmp0 (self->text, pattern) == 0)
        return TRUE;
    }

  whole = icert_name_to_string (self);
  return g_str_equal (whole, pattern);
}

/**
 * icert_name_kind_to_field:
 * @kind: a kind
 *
 * Names a kind as RFC 5280 does.
 *
 * Returns: (transfer none) (nullable): RFC 5280's name of the field, such as `dNSName`; `NULL` for
 * NONE
 */
const char *
icert_name_kind_to_field (ICertNameKind kind)
{
  return is_kind (kind) ? kinds[kind].field : NULL;
}

/**
 * icert_name_kind_from_field:
 * @field: (nullable): RFC 5280's name of a field, without case
 *
 * Finds a kind by the name of its field in RFC 5280.
 *
 * Returns: the kind, `ICERT_NAME_KIND_NONE` when there is none of that name
 */
ICertNameKind
icert_name_kind_from_field (const char *field)
{
  for (gsize i = 1; field != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (kinds[i].field, field) == 0)
      return (ICertNameKind) i;

  return ICERT_NAME_KIND_NONE;
}
