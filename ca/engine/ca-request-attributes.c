/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include "ca-limits.h"
#include "ca-oids.h"

#define FIELD "attributes"

typedef gboolean (*AttributeDecoder) (CaDecoded *decoded, const CaTlv *value, GError **error);

/* An attribute that the engine understands. */
typedef struct
{
  const char *oid;
  const char *name; /* in messages */
  gboolean repeats; /* it and its values may be there more than once (S-A5) */
  AttributeDecoder decode;
} KnownAttribute;

static gboolean
refuse_structure (const char *what, const char *expected, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s is not one (%s)", what, expected);
  return FALSE;
}

/* Text of a string element without control characters (S-A7); NULL with an error. */
static char *
read_text (const CaTlv *string, const char *field, const char *what, GError **error)
{
  g_autofree char *text = NULL;
  gboolean has_nul;

  text = ca_der_string_to_utf8 (string, &has_nul);
  if (text == NULL && !has_nul)
    icert_set_error (error, ICERT_ERROR_BAD_NAME, field, "%s is not text of its type (a string)",
                     what);
  else if (text == NULL || !ca_text_is_clean (text))
    icert_set_error (error, ICERT_ERROR_BAD_NAME, field,
                     "%s has a NUL or control character (text without)", what);
  else
    return g_steal_pointer (&text);
  return NULL;
}

static gboolean
decode_challenge (CaDecoded *decoded, const CaTlv *value, GError **error)
{
  decoded->challenge = read_text (value, "challenge", "challengePassword", error);
  return decoded->challenge != NULL;
}

/* Names count without case, as everywhere in AD CS; the same pair twice does no harm. */
static gboolean
add_pair (CaDecoded *decoded, const char *name, const char *value, GError **error)
{
  GHashTableIter iter;
  gpointer other, other_value;

  if (strlen (name) > CA_LIMIT_ATTRIBUTE_NAME)
    ca_refuse_size (error, FIELD, "octets of a name", CA_LIMIT_ATTRIBUTE_NAME, strlen (name));
  else if (strlen (value) > CA_LIMIT_ATTRIBUTE_VALUE)
    ca_refuse_size (error, FIELD, "octets of a value", CA_LIMIT_ATTRIBUTE_VALUE, strlen (value));
  else
    {
      g_hash_table_iter_init (&iter, decoded->attributes);
      while (g_hash_table_iter_next (&iter, &other, &other_value))
        if (g_ascii_strcasecmp (other, name) == 0)
          {
            g_autofree char *quoted = NULL;

            if (strcmp (other_value, value) == 0)
              return TRUE;
            quoted = icert_error_quote (name, -1);
            icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                             "%s appears twice with other values (once)", quoted);
            return FALSE;
          }
      g_hash_table_insert (decoded->attributes, g_strdup (name), g_strdup (value));
      return TRUE;
    }
  return FALSE;
}

/* AD CS takes it from nobody but who signs for the request. */
static gboolean
set_on_behalf_of (CaDecoded *decoded, const char *name, GError **error)
{
  if (decoded->on_behalf_of != NULL && strcmp (decoded->on_behalf_of, name) != 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "requestername appears twice with other values (once)");
      return FALSE;
    }
  g_free (decoded->on_behalf_of);
  decoded->on_behalf_of = g_strdup (name);
  return TRUE;
}

/* EnrollmentNameValuePair: SEQUENCE { name, value }, both BMPString in practice */
gboolean
ca_request_pair_decode (CaDecoded *decoded, const CaTlv *pair, gboolean is_signed, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;
  CaDerReader reader;
  CaTlv name_string, value_string;

  ca_der_reader_init (&reader, pair->content, pair->size);
  if (pair->tag != CA_DER_SEQUENCE || !ca_der_read (&reader, &name_string)
      || !ca_der_read (&reader, &value_string) || !ca_der_at_end (&reader))
    return refuse_structure ("a name-value pair", "a SEQUENCE of two strings", error);
  name = read_text (&name_string, FIELD, "a name", error);
  if (name == NULL)
    return FALSE;
  if (name[0] == '\0')
    return refuse_structure ("an empty name", "text", error);
  value = read_text (&value_string, FIELD, "a value", error);
  if (value == NULL)
    return FALSE;
  if (is_signed && g_ascii_strcasecmp (name, "requestername") == 0
      && !set_on_behalf_of (decoded, value, error))
    return FALSE;
  return add_pair (decoded, name, value, error);
}

static gboolean
decode_pair (CaDecoded *decoded, const CaTlv *pair, GError **error)
{
  return ca_request_pair_decode (decoded, pair, FALSE, error);
}

/* The certificate that is renewed. It proves nothing until its key has signed for the request. */
static gboolean
decode_old_certificate (CaDecoded *decoded, const CaTlv *value, GError **error)
{
  if (ca_kind_recognise (value->start, value->total) != CA_KIND_CERTIFICATE)
    return refuse_structure ("the certificate to be renewed", "a certificate", error);
  decoded->old_certificate = ca_slice (decoded->raw, value->start, value->total);
  return TRUE;
}

/* AD CS shows these two facts about the client among the attributes. */
static gboolean
decode_os_version (CaDecoded *decoded, const CaTlv *value, GError **error)
{
  g_autofree char *text = read_text (value, FIELD, "the OS version", error);

  return text != NULL && add_pair (decoded, "RequestOSVersion", text, error);
}

/* CSPProvider: SEQUENCE { INTEGER keySpec, BMPString name, BIT STRING signature } */
static gboolean
decode_csp (CaDecoded *decoded, const CaTlv *value, GError **error)
{
  g_autofree char *text = NULL;
  CaDerReader reader;
  CaTlv key_spec, name, signature;

  ca_der_reader_init (&reader, value->content, value->size);
  if (value->tag != CA_DER_SEQUENCE || !ca_der_read_tag (&reader, CA_DER_INTEGER, &key_spec)
      || !ca_der_read (&reader, &name) || !ca_der_read_tag (&reader, CA_DER_BIT_STRING, &signature)
      || !ca_der_at_end (&reader))
    return refuse_structure ("the crypto provider", "number, name and signature", error);
  text = read_text (&name, FIELD, "the crypto provider", error);
  return text != NULL && add_pair (decoded, "RequestCSPProvider", text, error);
}

static const KnownAttribute known_attributes[] = {
  { "1.2.840.113549.1.9.14", "extensionRequest", FALSE, ca_request_extensions_decode },
  { "1.3.6.1.4.1.311.2.1.14", "extensionRequest", FALSE, ca_request_extensions_decode },
  { "1.2.840.113549.1.9.7", "challengePassword", FALSE, decode_challenge },
  { CA_OID_NAME_VALUE_PAIR, "name-value pair", TRUE, decode_pair },
  { CA_OID_RENEWAL_CERTIFICATE, "renewal certificate", FALSE, decode_old_certificate },
  { "1.3.6.1.4.1.311.13.2.3", "OS version", FALSE, decode_os_version },
  { "1.3.6.1.4.1.311.13.2.2", "crypto provider", FALSE, decode_csp },
};

static const KnownAttribute *
find_known (const char *oid)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (known_attributes); i++)
    if (strcmp (known_attributes[i].oid, oid) == 0)
      return &known_attributes[i];
  return NULL;
}

/* Content of the SET OF values. An attribute nobody knows may have as many as it likes. */
static gboolean
decode_values (CaDecoded *decoded, const KnownAttribute *known, const CaTlv *values, GError **error)
{
  CaDerReader reader;
  CaTlv value;
  guint n = 0;

  ca_der_reader_init (&reader, values->content, values->size);
  while (ca_der_read (&reader, &value))
    {
      if (++n > 1 && !known->repeats)
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s has several values (one)",
                           known->name);
          return FALSE;
        }
      if (!known->decode (decoded, &value, error))
        return FALSE;
    }
  if (n > 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s has no value (one)", known->name);
  return FALSE;
}

/* @seen: OIDs so far; both names of extensionRequest are one. */
static gboolean
check_repeated (GPtrArray *seen, const char *oid, const KnownAttribute *known, GError **error)
{
  const char *name = known != NULL ? known->name : oid;
  guint i;

  for (i = 0; i < seen->len && (known == NULL || !known->repeats); i++)
    if (strcmp (seen->pdata[i], name) == 0)
      {
        icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s appears twice (once)", name);
        return FALSE;
      }
  g_ptr_array_add (seen, g_strdup (name));
  return TRUE;
}

static gboolean
decode_attribute (CaDecoded *decoded, const CaTlv *attribute, GPtrArray *seen, GError **error)
{
  g_autofree char *oid = NULL;
  const KnownAttribute *known;
  CaDerReader reader;
  CaTlv type, values;

  ca_der_reader_init (&reader, attribute->content, attribute->size);
  if (!ca_der_read_tag (&reader, CA_DER_OID, &type)
      || !ca_der_read_tag (&reader, CA_DER_SET, &values) || !ca_der_at_end (&reader))
    return refuse_structure ("an attribute", "an OID and a SET of values", error);
  oid = ca_der_oid_to_text (type.content, type.size);
  if (oid == NULL)
    return refuse_structure ("the type of an attribute", "an OID", error);
  known = find_known (oid);
  if (!check_repeated (seen, oid, known, error))
    return FALSE;
  return known == NULL || decode_values (decoded, known, &values, error);
}

gboolean
ca_request_attributes_decode (CaDecoded *decoded, const guint8 *data, gsize size, GError **error)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_free);
  CaDerReader reader;
  CaTlv attribute;

  ca_der_reader_init (&reader, data, size);
  while (!ca_der_at_end (&reader))
    {
      if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &attribute))
        return refuse_structure ("an attribute", "a SEQUENCE", error);
      if (seen->len >= CA_LIMIT_ATTRIBUTES)
        {
          ca_refuse_size (error, FIELD, "attributes", CA_LIMIT_ATTRIBUTES, seen->len + 1);
          return FALSE;
        }
      if (!decode_attribute (decoded, &attribute, seen, error))
        return FALSE;
    }
  return TRUE;
}
