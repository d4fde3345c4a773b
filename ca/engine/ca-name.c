/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include "ca-limits.h"

#define FIELD "subject"

/* How the attributes that AD CS knows are written. What is not here is written by its OID. */
typedef struct
{
  const char *oid;
  const char *text; /* in names as text */
  guint8 tag;       /* the only string type it may have; 0: PrintableString or UTF8String */
} NameAttribute;

static const NameAttribute name_attributes[] = {
  { "2.5.4.3", "CN", 0 },
  { "2.5.4.6", "C", CA_DER_PRINTABLE_STRING },
  { "2.5.4.10", "O", 0 },
  { "2.5.4.11", "OU", 0 },
  { "2.5.4.7", "L", 0 },
  { "2.5.4.8", "ST", 0 },
  { "0.9.2342.19200300.100.1.25", "DC", CA_DER_IA5_STRING },
  { "1.2.840.113549.1.9.1", "E", CA_DER_IA5_STRING },
  { "0.9.2342.19200300.100.1.1", "UID", 0 },
  { "2.5.4.5", "SERIALNUMBER", CA_DER_PRINTABLE_STRING },
  { "2.5.4.46", "DNQ", CA_DER_PRINTABLE_STRING },
  { "2.5.4.42", "G", 0 },
  { "2.5.4.43", "I", 0 },
  { "2.5.4.9", "STREET", 0 },
  { "2.5.4.4", "SN", 0 },
  { "2.5.4.12", "T", 0 },
  { "1.2.840.113549.1.9.8", "unstructuredAddress", 0 },
  { "1.2.840.113549.1.9.2", "unstructuredName", CA_DER_IA5_STRING },
};

static const NameAttribute *
find_attribute (const char *oid)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (name_attributes); i++)
    if (strcmp (name_attributes[i].oid, oid) == 0)
      return &name_attributes[i];
  return NULL;
}

/* Upper bounds come from the one table of properties; asked for once. 0: no bound of its own */
static glong
find_upper_bound (const NameAttribute *attribute)
{
  static glong bounds[G_N_ELEMENTS (name_attributes)];
  static gsize once;
  gsize i;

  if (attribute == NULL)
    return 0;
  if (g_once_init_enter (&once))
    {
      for (i = 0; i < G_N_ELEMENTS (name_attributes); i++)
        {
          const ICertPropertyInfo *info
              = icert_property_find (ICERT_SCOPE_CERTIFICATE, name_attributes[i].oid, NULL, NULL);

          bounds[i] = info != NULL ? info->max_length : 0;
        }
      g_once_init_leave (&once, 1);
    }
  return bounds[attribute - name_attributes];
}

CaRdn *
ca_rdn_new (const char *oid, const char *value)
{
  CaRdn *rdn = g_new (CaRdn, 1);

  rdn->oid = g_strdup (oid);
  rdn->value = g_strdup (value);
  return rdn;
}

void
ca_rdn_free (CaRdn *rdn)
{
  g_free (rdn->oid);
  g_free (rdn->value);
  g_free (rdn);
}

static CaRdn *
rdn_take (char *oid, char *value)
{
  CaRdn *rdn = g_new (CaRdn, 1);

  rdn->oid = oid;
  rdn->value = value;
  return rdn;
}

static const char *
display_name (const char *oid)
{
  const NameAttribute *attribute = find_attribute (oid);

  return attribute != NULL ? attribute->text : oid;
}

/* AttributeTypeAndValue: SEQUENCE { OID, string } */
static gboolean
decode_attribute (const CaTlv *element, GPtrArray *rdns, GError **error)
{
  g_autofree char *oid = NULL;
  g_autofree char *value = NULL;
  CaDerReader reader;
  CaTlv type, string;
  gboolean has_nul;

  ca_der_reader_init (&reader, element->content, element->size);
  if (!ca_der_read_tag (&reader, CA_DER_OID, &type) || !ca_der_read (&reader, &string)
      || !ca_der_at_end (&reader) || (oid = ca_der_oid_to_text (type.content, type.size)) == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "not an attribute of a name (an OID and a value)");
      return FALSE;
    }
  value = ca_der_string_to_utf8 (&string, &has_nul);
  if (value == NULL)
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "%s %s", display_name (oid),
                     has_nul ? "has a NUL (text without control characters)"
                             : "is not text of its type (a string)");
  else if (value[0] == '\0')
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "%s is empty (text)", display_name (oid));
  else if (!ca_text_is_clean (value))
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                     "%s has a control character (text without)", display_name (oid));
  else
    {
      g_ptr_array_add (rdns, rdn_take (g_steal_pointer (&oid), g_steal_pointer (&value)));
      return TRUE;
    }
  return FALSE;
}

static gboolean
decode_rdn (const CaTlv *rdn, GPtrArray *rdns, GError **error)
{
  CaDerReader reader;
  CaTlv element;

  ca_der_reader_init (&reader, rdn->content, rdn->size);
  if (ca_der_at_end (&reader))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "an empty RDN (an attribute)");
      return FALSE;
    }
  while (!ca_der_at_end (&reader))
    {
      if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &element))
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                           "not an attribute of a name (a SEQUENCE)");
          return FALSE;
        }
      if (!decode_attribute (&element, rdns, error))
        return FALSE;
      if (rdns->len > CA_LIMIT_RDNS)
        {
          ca_refuse_size (error, FIELD, "attributes", CA_LIMIT_RDNS, rdns->len);
          return FALSE;
        }
    }
  return TRUE;
}

GPtrArray *
ca_name_decode (GBytes *name, GError **error)
{
  g_autoptr (GPtrArray) rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);
  CaDerReader reader;
  CaTlv element;
  gsize size;
  const guint8 *data = g_bytes_get_data (name, &size);

  if (!ca_der_read_only (data, size, CA_DER_SEQUENCE, &element))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "not a name (a SEQUENCE of RDNs)");
      return NULL;
    }
  ca_der_reader_init (&reader, element.content, element.size);
  while (!ca_der_at_end (&reader))
    {
      if (!ca_der_read_tag (&reader, CA_DER_SET, &element))
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "not an RDN (a SET)");
          return NULL;
        }
      if (!decode_rdn (&element, rdns, error))
        return NULL;
    }
  return g_steal_pointer (&rdns);
}

/* RFC 4514 2.4 */
static void
append_escaped (GString *text, const char *value)
{
  const char *p;

  for (p = value; *p != '\0'; p++)
    {
      gboolean first = p == value, last = p[1] == '\0';

      if (strchr ("\"+,;<>\\=", *p) != NULL || (*p == '#' && first)
          || (*p == ' ' && (first || last)))
        g_string_append_c (text, '\\');
      g_string_append_c (text, *p);
    }
}

char *
ca_name_to_text (GPtrArray *rdns)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint i;

  for (i = 0; i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];

      if (i > 0)
        g_string_append_c (text, ',');
      g_string_append (text, display_name (rdn->oid));
      g_string_append_c (text, '=');
      append_escaped (text, rdn->value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The OID of "CN", "commonName" or "2.5.4.3"; NULL when nobody knows it. */
static char *
parse_type (const char *type)
{
  g_autoptr (GByteArray) der = g_byte_array_new ();
  const ICertPropertyInfo *info;
  gsize i;

  if (g_ascii_isdigit (type[0]))
    return ca_der_append_oid (der, type) ? g_strdup (type) : NULL;
  for (i = 0; i < G_N_ELEMENTS (name_attributes); i++)
    if (g_ascii_strcasecmp (name_attributes[i].text, type) == 0)
      return g_strdup (name_attributes[i].oid);
  info = icert_property_find (ICERT_SCOPE_CERTIFICATE, type, NULL, NULL);
  if (info != NULL && (info->flags & ICERT_PROPERTY_SUBJECT_NAME) != 0)
    return g_strdup (info->oid);
  return NULL;
}

/* One character of a value, escaped or not, from @p on; NULL for a broken escape. */
static const char *
parse_character (const char *p, GString *value)
{
  if (*p != '\\')
    {
      g_string_append_c (value, *p);
      return p + 1;
    }
  if (g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]))
    {
      g_string_append_c (value, g_ascii_xdigit_value (p[1]) << 4 | g_ascii_xdigit_value (p[2]));
      return p + 3;
    }
  if (p[1] != '\0' && strchr ("\"+,;<>\\=# ", p[1]) != NULL)
    {
      g_string_append_c (value, p[1]);
      return p + 2;
    }
  return NULL;
}

/* The value that begins at @p, up to the comma behind it or the end; NULL when it is not one.
 * Blanks around it do not count unless they are escaped. */
static const char *
parse_value (const char *p, GString *value)
{
  gsize keep = 0;

  while (*p == ' ')
    p++;
  while (*p != '\0' && *p != ',')
    {
      gboolean blank = *p == ' ';

      if (strchr ("\"+;<>", *p) != NULL)
        return NULL;
      p = parse_character (p, value);
      if (p == NULL)
        return NULL;
      if (!blank)
        keep = value->len;
    }
  g_string_truncate (value, keep);
  return p;
}

static gboolean
check_value (const char *type, const char *value, gsize length, GError **error)
{
  if (length == 0)
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "%s is empty (text)", type);
  else if (!g_utf8_validate (value, length, NULL))
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                     "%s is not UTF-8, or has a NUL (text without control characters)", type);
  else if (!ca_text_is_clean (value))
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                     "%s has a control character (text without)", type);
  else
    return TRUE;
  return FALSE;
}

/* "CN=www" at @p, appended to @rdns; the character behind it, or NULL with an error. */
static const char *
parse_attribute (const char *p, GPtrArray *rdns, GError **error)
{
  g_autofree char *type = NULL;
  g_autofree char *oid = NULL;
  g_autofree char *quoted = icert_error_quote (p, -1);
  g_autoptr (GString) value = g_string_new (NULL);
  const char *equals = strchr (p, '=');

  if (equals == NULL)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "%s is not an attribute (CN=text)",
                       quoted);
      return NULL;
    }
  type = g_strstrip (g_strndup (p, equals - p));
  oid = parse_type (type);
  if (oid == NULL)
    {
      g_autofree char *name = icert_error_quote (type, -1);

      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                       "unknown attribute %s (CN, O, OU, C, … or an OID)", name);
      return NULL;
    }
  p = parse_value (equals + 1, value);
  if (p == NULL)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                       "%s needs escapes (RFC 4514: \\ before \" + , ; < > \\, one attribute an "
                       "RDN)",
                       quoted);
      return NULL;
    }
  if (!check_value (display_name (oid), value->str, value->len, error))
    return NULL;
  g_ptr_array_add (rdns, rdn_take (g_steal_pointer (&oid), g_strdup (value->str)));
  return p;
}

GPtrArray *
ca_name_from_text (const char *text, GError **error)
{
  g_autoptr (GPtrArray) rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);
  const char *p = text;

  if (!g_utf8_validate (text, -1, NULL))
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "not UTF-8 (UTF-8)");
      return NULL;
    }
  while (*p == ' ')
    p++;
  while (*p != '\0')
    {
      p = parse_attribute (p, rdns, error);
      if (p == NULL)
        return NULL;
      if (*p == ',' && p[1] == '\0')
        {
          icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                           "ends in a comma (an attribute behind it)");
          return NULL;
        }
      if (*p == ',')
        p++;
    }
  if (rdns->len > CA_LIMIT_RDNS)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "%u attributes (at most %d)", rdns->len,
                       CA_LIMIT_RDNS);
      return NULL;
    }
  return g_steal_pointer (&rdns);
}

/* X.680 41.4 */
static gboolean
is_printable (const char *value)
{
  for (; *value != '\0'; value++)
    if (!g_ascii_isalnum (*value) && strchr (" '()+,-./:=?", *value) == NULL)
      return FALSE;
  return TRUE;
}

/* The string type that @value gets; 0 with an error when it may have none. */
static guint8
choose_string (const NameAttribute *attribute, const char *type, const char *value, GError **error)
{
  guint8 tag = attribute != NULL ? attribute->tag : 0;

  if (tag == CA_DER_PRINTABLE_STRING && !is_printable (value))
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                     "%s has a character that PrintableString lacks (letters, digits, blank and "
                     "'()+,-./:=?)",
                     type);
  else if (tag == CA_DER_IA5_STRING && !g_str_is_ascii (value))
    icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "%s is not ASCII (ASCII)", type);
  else if (tag != 0)
    return tag;
  else
    return is_printable (value) ? CA_DER_PRINTABLE_STRING : CA_DER_UTF8_STRING;
  return 0;
}

static gboolean
check_length (const NameAttribute *attribute, const char *value, GError **error)
{
  glong bound = find_upper_bound (attribute);
  glong length = bound > 0 ? g_utf8_strlen (value, -1) : 0;

  if (length > bound)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "%s of %ld characters (at most %ld)",
                       attribute->text, length, bound);
      if (error != NULL)
        {
          icert_error_add_detail (*error, "limit", "%ld", bound);
          icert_error_add_detail (*error, "actual", "%ld", length);
        }
      return FALSE;
    }
  if (attribute != NULL && strcmp (attribute->text, "C") == 0
      && !(g_ascii_isalpha (value[0]) && g_ascii_isalpha (value[1]) && value[2] == '\0'))
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "C is not a country code (two letters)");
      return FALSE;
    }
  return TRUE;
}

/* SET { SEQUENCE { OID, string } } appended to @out */
static gboolean
encode_rdn (const CaRdn *rdn, GByteArray *out, GError **error)
{
  const NameAttribute *attribute = find_attribute (rdn->oid);
  const char *type = attribute != NULL ? attribute->text : rdn->oid;
  gsize length = strlen (rdn->value);
  guint start = out->len;
  guint8 tag;

  if (!ca_der_append_oid (out, rdn->oid))
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD, "an attribute without an OID (an OID)");
      return FALSE;
    }
  if (!check_value (type, rdn->value, length, error)
      || !check_length (attribute, rdn->value, error))
    return FALSE;
  tag = choose_string (attribute, type, rdn->value, error);
  if (tag == 0)
    return FALSE;
  ca_der_append (out, tag, rdn->value, length);
  ca_der_wrap (out, start, CA_DER_SEQUENCE);
  ca_der_wrap (out, start, CA_DER_SET);
  return TRUE;
}

GBytes *
ca_name_encode (GPtrArray *rdns, GError **error)
{
  g_autoptr (GByteArray) name = g_byte_array_new ();
  guint i;

  for (i = 0; i < rdns->len; i++)
    if (!encode_rdn (rdns->pdata[i], name, error))
      return NULL;
  ca_der_wrap (name, 0, CA_DER_SEQUENCE);
  return g_byte_array_free_to_bytes (g_steal_pointer (&name));
}
