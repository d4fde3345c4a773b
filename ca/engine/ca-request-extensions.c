/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include "ca-limits.h"

#define FIELD "extensions"
#define OID_SUBJECT_ALT_NAME "2.5.29.17"

typedef struct
{
  CaTlv oid, value;
  gboolean critical;
  gboolean explicit_false;
} Parts;

/* Extension: SEQUENCE { OID, BOOLEAN DEFAULT FALSE, OCTET STRING }. What is inside has been
 * scanned: that it is canonical is known. */
static gboolean
split (const CaTlv *extension, Parts *parts)
{
  CaDerReader reader;
  CaTlv critical;

  memset (parts, 0, sizeof *parts);
  ca_der_reader_init (&reader, extension->content, extension->size);
  if (!ca_der_read_tag (&reader, CA_DER_OID, &parts->oid))
    return FALSE;
  if (ca_der_peek (&reader) == CA_DER_BOOLEAN)
    {
      if (!ca_der_read (&reader, &critical) || critical.size != 1)
        return FALSE;
      parts->critical = critical.content[0] != 0;
      parts->explicit_false = !parts->critical;
    }
  return ca_der_read_tag (&reader, CA_DER_OCTET_STRING, &parts->value) && ca_der_at_end (&reader);
}

static gboolean
is_repeated (GPtrArray *extensions, const char *oid)
{
  guint i;

  for (i = 0; i < extensions->len; i++)
    if (strcmp (icert_extension_peek_oid (extensions->pdata[i]), oid) == 0)
      return TRUE;
  return FALSE;
}

/* How many names are in there is judged before any is made (S-A1). */
static gboolean
decode_names (CaDecoded *decoded, GBytes *value, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  CaDerReader reader;
  CaTlv sequence, name;
  gsize size, n = 0;
  const guint8 *data = g_bytes_get_data (value, &size);

  if (ca_der_read_only (data, size, CA_DER_SEQUENCE, &sequence))
    for (ca_der_reader_init (&reader, sequence.content, sequence.size);
         ca_der_read (&reader, &name);)
      n++;
  if (n > CA_LIMIT_SANS)
    {
      ca_refuse_size (error, "subjectAltName", "names", CA_LIMIT_SANS, n);
      return FALSE;
    }
  names = icert_extension_parse_subject_alt_name (value, error);
  if (names == NULL)
    return FALSE;
  g_ptr_array_extend_and_steal (decoded->names, g_steal_pointer (&names));
  return TRUE;
}

static gboolean
check_value (const char *oid, const CaTlv *value, GError **error)
{
  g_autofree char *field = NULL;

  if (value->size > CA_LIMIT_EXTENSION_VALUE)
    {
      ca_refuse_size (error, FIELD, "octets of a value", CA_LIMIT_EXTENSION_VALUE, value->size);
      return FALSE;
    }
  field = g_strdup_printf ("extension %s", oid);
  return ca_der_scan (value->content, value->size, field, error);
}

static gboolean
decode_extension (CaDecoded *decoded, const CaTlv *element, GError **error)
{
  g_autofree char *oid = NULL;
  g_autoptr (GBytes) value = NULL;
  ICertExtension *extension;
  Parts parts;

  if (!split (element, &parts)
      || (oid = ca_der_oid_to_text (parts.oid.content, parts.oid.size)) == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "not an extension (OID, critical, OCTET STRING)");
      return FALSE;
    }
  if (is_repeated (decoded->extensions, oid))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s appears twice (once)", oid);
      return FALSE;
    }
  if (!check_value (oid, &parts.value, error))
    return FALSE;
  value = ca_slice (decoded->raw, parts.value.content, parts.value.size);
  extension = icert_extension_new (
      oid, ICERT_EXTENSION_DISABLE | (parts.critical ? ICERT_EXTENSION_CRITICAL : 0),
      ICERT_EXTENSION_ORIGIN_REQUEST, value, error);
  if (extension == NULL)
    return FALSE;
  g_ptr_array_add (decoded->extensions, extension);
  if (parts.explicit_false)
    g_ptr_array_add (decoded->leniencies,
                     g_strdup_printf ("extensions: %s says critical FALSE (nothing)", oid));
  return strcmp (oid, OID_SUBJECT_ALT_NAME) != 0 || decode_names (decoded, value, error);
}

gboolean
ca_request_extensions_decode (CaDecoded *decoded, const CaTlv *value, GError **error)
{
  CaDerReader reader;
  CaTlv extension;

  ca_der_reader_init (&reader, value->content, value->size);
  if (value->tag != CA_DER_SEQUENCE)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "not extensions (a SEQUENCE of them)");
      return FALSE;
    }
  while (!ca_der_at_end (&reader))
    {
      if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &extension))
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "not an extension (a SEQUENCE)");
          return FALSE;
        }
      if (decoded->extensions->len >= CA_LIMIT_EXTENSIONS)
        {
          ca_refuse_size (error, FIELD, "extensions", CA_LIMIT_EXTENSIONS,
                          decoded->extensions->len + 1);
          return FALSE;
        }
      if (!decode_extension (decoded, &extension, error))
        return FALSE;
    }
  return TRUE;
}
