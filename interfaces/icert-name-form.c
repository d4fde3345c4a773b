/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-name-form.h"

#include <string.h>

#include "icert-der.h"
#include "icert-error.h"

#define MAX_DNS_NAME 253
#define MAX_DNS_LABEL 63
/* RFC 5321, 4.5.3.1.1, and a path of 256 with its brackets */
#define MAX_LOCAL_PART 64
#define MAX_EMAIL 254
/* What browsers and servers take */
#define MAX_URI 2048
/* S-A1 */
#define MAX_RDNS 16

#define ACE_PREFIX "xn--"

/* Letters that IDNA 2003, which GLib speaks, turns into others and IDNA 2008 keeps: the person must
 * say which name is meant. */
static const char *const deviations[] = { "ß", "ς", "\u200c", "\u200d", NULL };

/* Neither letter, mark nor digit, and still allowed in a label by RFC 5892, 2.6 */
static const gunichar label_exceptions[]
    = { 0x00b7, 0x0375, 0x05f3, 0x05f4, 0x06fd, 0x06fe, 0x0f0b, 0x200c, 0x200d, 0x3007, 0x30fb };

static gboolean
set_bad_name (GError **error, const char *field, const char *text, const char *what)
{
  g_autofree char *quoted = icert_error_quote (text, -1);

  icert_set_error (error, ICERT_ERROR_BAD_NAME, field, "%s %s", quoted, what);
  return FALSE;
}

static gboolean
breaks_text (gunichar c)
{
  /* line and paragraph separator */
  return g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029;
}

gboolean
_icert_name_check_text (const char *field, const char *data, gsize size, GError **error)
{
  g_autofree char *quoted = NULL;

  if (g_utf8_validate_len (data, size, NULL))
    {
      const char *end = data + size;
      const char *p = data;

      while (p < end && !breaks_text (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      if (p >= end)
        return TRUE;
    }

  quoted = icert_error_quote (data, (gssize) size);
  icert_set_error (error, ICERT_ERROR_BAD_NAME, field,
                   "%s has a control character or is not UTF-8 (text)", quoted);
  return FALSE;
}

static gboolean
is_label_character (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_SPACING_MARK:
      return TRUE;
    default:
      break;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (label_exceptions); i++)
    if (label_exceptions[i] == c)
      return TRUE;
  return c == '-';
}

/* An A-label says what GLib can decode, in NFC, with a character that needed the encoding */
static gboolean
is_a_label (const char *label)
{
  g_autofree char *unicode = g_hostname_to_unicode (label);
  g_autofree char *composed = NULL;

  if (unicode == NULL || !g_utf8_validate (unicode, -1, NULL) || g_str_is_ascii (unicode))
    return FALSE;
  for (const char *p = unicode; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_label_character (g_utf8_get_char (p)))
      return FALSE;
  if (g_unichar_ismark (g_utf8_get_char (unicode)))
    return FALSE;

  composed = g_utf8_normalize (unicode, -1, G_NORMALIZE_NFC);
  return g_strcmp0 (composed, unicode) == 0;
}

/* What is wrong with one label of @size octets, or NULL */
static const char *
judge_label (const char *label, gsize size)
{
  char copy[MAX_DNS_LABEL + 1];

  if (size == 0)
    return "has an empty label (none)";
  if (size > MAX_DNS_LABEL)
    return "has a label that is too long (63 octets)";
  if (label[0] == '-' || label[size - 1] == '-')
    return "has a hyphen at the end of a label (inside)";

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-')
      return label[i] == '_' ? "has an underscore (letters, digits and hyphens)"
             : label[i] == '*'
                 ? "has a wildcard inside (the whole first label)"
                 : "has a character that is not allowed (letters, digits and hyphens)";

  if (size > strlen (ACE_PREFIX) && strncmp (label, ACE_PREFIX, strlen (ACE_PREFIX)) == 0)
    {
      memcpy (copy, label, size);
      copy[size] = '\0';
      if (!is_a_label (copy))
        return "has a label that is not valid Punycode (an A-label in NFC)";
    }
  else if (size == strlen (ACE_PREFIX) && strncmp (label, ACE_PREFIX, size) == 0)
    return "has a label that is not valid Punycode (an A-label in NFC)";

  return NULL;
}

/* The last label decides whether a reader takes the whole for an address: 127.1, 0x7f.1 */
static gboolean
ends_in_number (const char *name)
{
  const char *label = strrchr (name, '.');
  const char *p;

  label = label == NULL ? name : label + 1;
  if (g_ascii_strncasecmp (label, "0x", 2) == 0)
    return label[2 + strspn (label + 2, "0123456789abcdefABCDEF")] == '\0';
  for (p = label; g_ascii_isdigit (*p); p++)
    ;
  /* An empty last label is a dot too many, no number; an empty name is said to be empty. */
  return *p == '\0' && (p > label || label == name);
}

static char *
to_ascii (const char *field, const char *text, GError **error)
{
  char *ascii;

  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);

  for (gsize i = 0; deviations[i] != NULL; i++)
    if (strstr (text, deviations[i]) != NULL)
      {
        set_bad_name (error, field, text, "can mean two names (its form with xn--)");
        return NULL;
      }

  ascii = g_hostname_to_ascii (text);
  if (ascii == NULL)
    {
      set_bad_name (error, field, text, "is not an internationalized domain name (IDNA)");
      return NULL;
    }
  for (char *p = ascii; *p != '\0'; p++)
    *p = g_ascii_tolower (*p);
  return ascii;
}

char *
_icert_name_form_dns (const char *field, const char *text, ICertDnsForm form, GError **error)
{
  g_autofree char *name = NULL;
  const char *label;

  if (!_icert_name_check_text (field, text, strlen (text), error))
    return NULL;
  name = to_ascii (field, text, error);
  if (name == NULL)
    return NULL;

  label = name;
  if (form == ICERT_DNS_NAME_OR_WILDCARD && g_str_has_prefix (label, "*."))
    label += 2;

  if (strlen (name) > MAX_DNS_NAME)
    {
      set_bad_name (error, field, text, "is too long (253 octets)");
      return NULL;
    }
  if (ends_in_number (label) || strchr (label, ':') != NULL)
    {
      set_bad_name (error, field, text,
                    *label == '\0' ? "is empty (a domain name)" : "is an address (a domain name)");
      return NULL;
    }

  for (;;)
    {
      gsize size = strcspn (label, ".");
      const char *fault = judge_label (label, size);

      if (fault != NULL)
        {
          set_bad_name (error, field, text, fault);
          return NULL;
        }
      if (label[size] == '\0')
        return g_steal_pointer (&name);
      label += size + 1;
    }
}

/* dot-atom of RFC 5322 */
static gboolean
is_local_part (const char *text, gsize size)
{
  if (size == 0 || size > MAX_LOCAL_PART || text[0] == '.' || text[size - 1] == '.')
    return FALSE;

  for (gsize i = 0; i < size; i++)
    {
      if (text[i] == '.' && text[i + 1] == '.')
        return FALSE;
      if (!g_ascii_isalnum (text[i]) && strchr ("!#$%&'*+-/=?^_`{|}~.", text[i]) == NULL)
        return FALSE;
    }
  return TRUE;
}

char *
_icert_name_form_email (const char *field, const char *text, GError **error)
{
  g_autofree char *domain = NULL;
  g_autofree char *email = NULL;
  const char *at;

  if (!_icert_name_check_text (field, text, strlen (text), error))
    return NULL;
  at = strrchr (text, '@');
  if (at == NULL || !is_local_part (text, (gsize) (at - text)))
    {
      set_bad_name (error, field, text, "is not an e-mail address (local@domain in ASCII)");
      return NULL;
    }
  domain = _icert_name_form_dns (field, at + 1, ICERT_DNS_NAME, error);
  if (domain == NULL)
    return NULL;

  email = g_strdup_printf ("%.*s@%s", (int) (at - text), text, domain);
  if (strlen (email) > MAX_EMAIL)
    {
      set_bad_name (error, field, text, "is too long (254 octets)");
      return NULL;
    }
  return g_steal_pointer (&email);
}

static gboolean
has_uri_characters (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '%' && (!g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2])))
        return FALSE;
      if (!g_ascii_isalnum (*p) && strchr ("-._~:/?#[]@!$&'()*+,;=%", *p) == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Scheme and host have no case; everything else keeps the one it has */
static char *
lower_uri (const char *text)
{
  char *uri = g_strdup (text);
  char *end = strstr (uri, "://") + 3;

  end += strcspn (end, "/?#");
  for (char *p = uri; p < end; p++)
    *p = g_ascii_tolower (*p);
  return uri;
}

char *
_icert_name_form_uri (const char *field, const char *text, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *host = NULL;
  const char *colon;

  if (!_icert_name_check_text (field, text, strlen (text), error))
    return NULL;
  if (strlen (text) > MAX_URI)
    {
      set_bad_name (error, field, text, "is too long (2048 octets)");
      return NULL;
    }

  if (has_uri_characters (text))
    uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  colon = strchr (text, ':');
  if (uri == NULL || colon == NULL || !g_str_has_prefix (colon, "://")
      || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || g_uri_get_userinfo (uri) != NULL)
    {
      set_bad_name (error, field, text, "is not an absolute URI with a host (scheme://host/path)");
      return NULL;
    }
  if (!g_hostname_is_ip_address (g_uri_get_host (uri)))
    {
      host = _icert_name_form_dns (field, g_uri_get_host (uri), ICERT_DNS_NAME, error);
      if (host == NULL)
        return NULL;
    }

  return lower_uri (text);
}

static gboolean
is_mapped (const guint8 *octets)
{
  static const guint8 prefix[12] = { [10] = 0xff, [11] = 0xff };

  return memcmp (octets, prefix, sizeof prefix) == 0;
}

static GInetAddress *
parse_address (const char *text)
{
  /* a scope belongs to one machine */
  return strchr (text, '%') == NULL ? g_inet_address_new_from_string (text) : NULL;
}

GBytes *
_icert_name_form_address (const char *field, const char *text, GError **error)
{
  g_autoptr (GInetAddress) address = parse_address (text);
  gsize size;

  if (address == NULL)
    {
      set_bad_name (error, field, text, "is not an address (IPv4 or IPv6)");
      return NULL;
    }
  size = g_inet_address_get_native_size (address);
  if (size == 16 && is_mapped (g_inet_address_to_bytes (address)))
    {
      set_bad_name (error, field, text, "is an IPv4-mapped address (the IPv4 address)");
      return NULL;
    }
  return g_bytes_new (g_inet_address_to_bytes (address), size);
}

static void
fill_mask (guint8 *mask, gsize size, guint length)
{
  for (gsize i = 0; i < size; i++)
    {
      guint bits = length > 8 ? 8 : length;

      mask[i] = (guint8) (0xff00 >> bits);
      length -= bits;
    }
}

/* The length of the prefix; -1 when the mask's bits are not contiguous */
static int
measure_mask (const guint8 *mask, gsize size)
{
  guint8 expected[16];
  guint length = 0;

  for (gsize i = 0; i < size; i++)
    for (guint8 bit = 0x80; bit != 0; bit >>= 1)
      length += (mask[i] & bit) != 0;
  fill_mask (expected, size, length);
  return memcmp (mask, expected, size) == 0 ? (int) length : -1;
}

GBytes *
_icert_name_form_network (const char *field, const char *text, GError **error)
{
  g_autofree char *host = g_strndup (text, strcspn (text, "/"));
  g_autoptr (GInetAddress) address = parse_address (host);
  g_autofree char *checked = NULL;
  guint64 length;
  guint8 octets[32];
  gsize size;

  if (address == NULL || text[strlen (host)] != '/'
      || !g_ascii_string_to_unsigned (text + strlen (host) + 1, 10, 0,
                                      g_inet_address_get_native_size (address) * 8, &length, NULL))
    {
      set_bad_name (error, field, text, "is not a network (address/length)");
      return NULL;
    }

  size = g_inet_address_get_native_size (address);
  memcpy (octets, g_inet_address_to_bytes (address), size);
  fill_mask (octets + size, size, (guint) length);
  checked = _icert_name_form_address_text (field, octets, 2 * size, TRUE, error);
  return checked != NULL ? g_bytes_new (octets, 2 * size) : NULL;
}

static char *
format_address (const guint8 *data, gsize size)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_bytes (
      data, size == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

  return g_inet_address_to_string (address);
}

static char *
format_network (const char *field, const guint8 *data, gsize size, GError **error)
{
  g_autofree char *address = format_address (data, size / 2);
  int length = measure_mask (data + size / 2, size / 2);
  gboolean clean = TRUE;

  for (gsize i = 0; i < size / 2; i++)
    clean = clean && (data[i] & ~data[size / 2 + i]) == 0;
  if (length < 0 || !clean)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, field,
                       "network has bits behind its mask, or a mask with holes (address/length)");
      return NULL;
    }
  return g_strdup_printf ("%s/%d", address, length);
}

char *
_icert_name_form_address_text (const char *field,
                               const guint8 *data,
                               gsize size,
                               gboolean network,
                               GError **error)
{
  if (network && (size == 8 || size == 32))
    return format_network (field, data, size, error);

  if (size != 4 && size != 16)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, field, "%" G_GSIZE_FORMAT " octets (4 or 16%s)",
                       size, network ? ", 8 or 32" : "");
      return NULL;
    }
  if (size == 16 && is_mapped (data))
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, field,
                       "an IPv4-mapped address (the IPv4 address)");
      return NULL;
    }
  return format_address (data, size);
}

/* The octets of a string of an RDN as UTF-8, a NUL among them as it is: T61String as the Latin-1
 * that it is in practice, BMPString and UniversalString of @width octets a character. NULL when it
 * is no text. */
static GString *
widen_text (const ICertDerSpan *value, gsize width)
{
  g_autoptr (GString) text = g_string_sized_new (value->size);

  if (value->size % width != 0)
    return NULL;
  for (gsize i = 0; i < value->size; i += width)
    {
      gunichar c = 0;

      for (gsize j = 0; j < width; j++)
        c = c << 8 | value->data[i + j];
      if (!g_unichar_validate (c))
        return NULL;
      g_string_append_unichar (text, c);
    }
  return g_steal_pointer (&text);
}

/* S-A7, of every type that a string of an RDN may have; others are refused, as OpenSSL does */
static gboolean
check_attribute_value (const char *field, guint8 tag, const ICertDerSpan *value, GError **error)
{
  g_autoptr (GString) text = NULL;

  switch (tag)
    {
    case ICERT_DER_UTF8_STRING:
    case ICERT_DER_PRINTABLE_STRING:
    case ICERT_DER_IA5_STRING:
    case 0x12:
      return _icert_name_check_text (field, (const char *) value->data, value->size, error);
    case 0x14:
      text = widen_text (value, 1);
      break;
    case 0x1c:
      text = widen_text (value, 4);
      break;
    case 0x1e:
      text = widen_text (value, 2);
      break;
    default:
      break;
    }
  if (text != NULL)
    return _icert_name_check_text (field, text->str, text->len, error);
  icert_set_error (error, ICERT_ERROR_BAD_NAME, field,
                   "has an attribute that is not text of its type (tag %02x)", tag);
  return FALSE;
}

static gboolean
set_malformed_name (GError **error, const char *field)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "not a Name in DER (RFC 5280, 4.1.2.4)");
  return FALSE;
}

static gboolean
check_rdn (const char *field, ICertDerSpan rdn, GError **error)
{
  if (rdn.size == 0)
    return set_malformed_name (error, field);

  while (rdn.size > 0)
    {
      ICertDerSpan pair, oid, value;
      guint8 tag;

      if (!_icert_der_expect (&rdn, ICERT_DER_SEQUENCE, &pair)
          || !_icert_der_expect (&pair, ICERT_DER_OID, &oid)
          || !_icert_der_read (&pair, &tag, &value) || pair.size > 0)
        return set_malformed_name (error, field);
      if (!check_attribute_value (field, tag, &value, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
_icert_name_check_directory (const char *field, GBytes *der, GError **error)
{
  ICertDerSpan span, name, rdn;
  guint n_rdns = 0;

  span.data = g_bytes_get_data (der, &span.size);
  if (!_icert_der_is_valid (span.data, span.size)
      || !_icert_der_expect (&span, ICERT_DER_SEQUENCE, &name))
    return set_malformed_name (error, field);

  while (name.size > 0)
    {
      if (!_icert_der_expect (&name, ICERT_DER_SET, &rdn))
        return set_malformed_name (error, field);
      if (!check_rdn (field, rdn, error))
        return FALSE;
      n_rdns++;
    }

  if (n_rdns > MAX_RDNS)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, field, "%u relative names (%d)", n_rdns,
                       MAX_RDNS);
      if (error != NULL)
        {
          icert_error_add_detail (*error, "limit", "%d", MAX_RDNS);
          icert_error_add_detail (*error, "actual", "%u", n_rdns);
        }
      return FALSE;
    }
  return TRUE;
}
