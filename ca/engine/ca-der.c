/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-der.h"

#include <string.h>

#include <openssl/objects.h>

void
ca_der_reader_init (CaDerReader *reader, const guint8 *data, gsize size)
{
  reader->data = data;
  reader->size = size;
}

/* Octets of the tag; 0 when it runs over the end. */
static gsize
measure_tag (const guint8 *data, gsize size)
{
  gsize n = 1;

  if (size == 0)
    return 0;
  if ((data[0] & 0x1f) != 0x1f)
    return 1;
  while (n < size && (data[n] & 0x80) != 0)
    n++;
  return n < size ? n + 1 : 0;
}

gboolean
ca_der_read (CaDerReader *reader, CaTlv *tlv)
{
  const guint8 *data = reader->data;
  gsize header = measure_tag (data, reader->size);
  gsize size, n;

  if (header == 0 || header >= reader->size)
    return FALSE;
  size = data[header++];
  if (size >= 0x80)
    {
      n = size & 0x7f;
      if (n == 0 || n > 4 || reader->size - header < n)
        return FALSE;
      for (size = 0; n > 0; n--)
        size = size << 8 | data[header++];
    }
  if (size > reader->size - header)
    return FALSE;

  tlv->tag = data[0];
  tlv->start = data;
  tlv->total = header + size;
  tlv->content = data + header;
  tlv->size = size;
  reader->data += tlv->total;
  reader->size -= tlv->total;
  return TRUE;
}

guint8
ca_der_peek (const CaDerReader *reader)
{
  return reader->size > 0 ? reader->data[0] : 0;
}

gboolean
ca_der_read_tag (CaDerReader *reader, guint8 tag, CaTlv *tlv)
{
  return reader->size > 0 && reader->data[0] == tag && ca_der_read (reader, tlv);
}

gboolean
ca_der_read_only (const guint8 *data, gsize size, guint8 tag, CaTlv *tlv)
{
  CaDerReader reader;

  ca_der_reader_init (&reader, data, size);
  return ca_der_read_tag (&reader, tag, tlv) && ca_der_at_end (&reader);
}

/* Tag and length for @size octets of content; how many octets that took. */
static guint
make_header (guint8 header[2 + sizeof (gsize)], guint8 tag, gsize size)
{
  guint n = 2, octets = 0;

  header[0] = tag;
  header[1] = size;
  if (size < 0x80)
    return n;
  while (octets < sizeof (gsize) && size >> (8 * octets) != 0)
    octets++;
  header[1] = 0x80 | octets;
  while (octets-- > 0)
    header[n++] = size >> (8 * octets);
  return n;
}

void
ca_der_append (GByteArray *out, guint8 tag, const void *content, gsize size)
{
  guint8 header[2 + sizeof (gsize)];

  g_byte_array_append (out, header, make_header (header, tag, size));
  if (size > 0)
    g_byte_array_append (out, content, size);
}

void
ca_der_wrap (GByteArray *out, guint start, guint8 tag)
{
  guint8 header[2 + sizeof (gsize)];
  guint size = out->len - start;
  guint n = make_header (header, tag, size);

  g_byte_array_set_size (out, out->len + n);
  memmove (out->data + start + n, out->data + start, size);
  memcpy (out->data + start, header, n);
}

/* OBJ_txt2obj() takes names too; only digits and dots reach it here. */
gboolean
ca_der_append_oid (GByteArray *out, const char *oid)
{
  ASN1_OBJECT *object;

  if (oid == NULL || !g_ascii_isdigit (oid[0]) || strspn (oid, "0123456789.") != strlen (oid)
      || strchr (oid, '.') == NULL || strstr (oid, "..") != NULL || g_str_has_suffix (oid, "."))
    return FALSE;
  object = OBJ_txt2obj (oid, 1);
  if (object == NULL)
    return FALSE;
  ca_der_append (out, CA_DER_OID, OBJ_get0_data (object), OBJ_length (object));
  ASN1_OBJECT_free (object);
  return TRUE;
}

/* Arcs over 64 bits are for OpenSSL, which has big numbers. */
static char *
big_oid_to_text (const guint8 *content, gsize size)
{
  g_autoptr (GByteArray) der = g_byte_array_new ();
  ASN1_OBJECT *object;
  const guint8 *data;
  char *text = NULL;
  int length;

  ca_der_append (der, CA_DER_OID, content, size);
  data = der->data;
  object = d2i_ASN1_OBJECT (NULL, &data, der->len);
  if (object == NULL)
    return NULL;
  length = OBJ_obj2txt (NULL, 0, object, 1);
  if (length > 0)
    {
      text = g_malloc (length + 1);
      OBJ_obj2txt (text, length + 1, object, 1);
    }
  ASN1_OBJECT_free (object);
  return text;
}

static char *
put_number (char *out, guint64 number)
{
  char digits[20];
  guint n = 0;

  do
    digits[n++] = '0' + number % 10;
  while ((number /= 10) != 0);
  while (n > 0)
    *out++ = digits[--n];
  return out;
}

char *
ca_der_oid_to_text (const guint8 *content, gsize size)
{
  g_autofree char *text = NULL;
  char *out;
  guint64 arc = 0;
  gsize i;

  if (size == 0 || (content[size - 1] & 0x80) != 0)
    return NULL;
  /* an octet gives at most three digits and a dot */
  out = text = g_malloc (size * 4 + 4);
  for (i = 0; i < size; i++)
    {
      if (arc == 0 && content[i] == 0x80)
        return NULL;
      if (arc >> 57 != 0)
        return big_oid_to_text (content, size);
      arc = arc << 7 | (content[i] & 0x7f);
      if ((content[i] & 0x80) != 0)
        continue;
      if (out == text)
        {
          out = put_number (out, MIN (arc / 40, 2));
          arc -= MIN (arc / 40, 2) * 40;
        }
      *out++ = '.';
      out = put_number (out, arc);
      arc = 0;
    }
  *out = '\0';
  return g_steal_pointer (&text);
}

/* Latin-1, of which T61String is in practice a spelling, BMPString and UniversalString: @width
 * octets a character, the high one first. */
static char *
wide_to_utf8 (const CaTlv *tlv, guint width)
{
  g_autoptr (GString) text = NULL;
  gsize i;
  guint j;

  if (tlv->size % width != 0)
    return NULL;
  text = g_string_sized_new (tlv->size / width + 1);
  for (i = 0; i < tlv->size; i += width)
    {
      gunichar c = 0;

      for (j = 0; j < width; j++)
        c = c << 8 | tlv->content[i + j];
      if (!g_unichar_validate (c) || c == 0)
        return NULL;
      g_string_append_unichar (text, c);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
is_ascii_string (const CaTlv *tlv, gboolean digits_only)
{
  gsize i;

  for (i = 0; i < tlv->size; i++)
    if (digits_only ? !(g_ascii_isdigit (tlv->content[i]) || tlv->content[i] == ' ')
                    : (tlv->content[i] & 0x80) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
holds_nul (const CaTlv *tlv, guint width)
{
  static const guint8 nul[4];
  gsize i;

  for (i = 0; i + width <= tlv->size; i += width)
    if (memcmp (tlv->content + i, nul, width) == 0)
      return TRUE;
  return FALSE;
}

/* PrintableString is read as ASCII: `*`, `@`, `_` and `&` in it are an old and common slip. */
char *
ca_der_string_to_utf8 (const CaTlv *tlv, gboolean *has_nul)
{
  guint width = tlv->tag == CA_DER_BMP_STRING ? 2 : tlv->tag == CA_DER_UNIVERSAL_STRING ? 4 : 1;

  *has_nul = holds_nul (tlv, width);
  if (*has_nul)
    return NULL;
  switch (tlv->tag)
    {
    case CA_DER_UTF8_STRING:
      if (!g_utf8_validate ((const char *) tlv->content, tlv->size, NULL))
        return NULL;
      return g_strndup ((const char *) tlv->content, tlv->size);
    case CA_DER_NUMERIC_STRING:
    case CA_DER_PRINTABLE_STRING:
    case CA_DER_IA5_STRING:
      if (!is_ascii_string (tlv, tlv->tag == CA_DER_NUMERIC_STRING))
        return NULL;
      return g_strndup ((const char *) tlv->content, tlv->size);
    case CA_DER_T61_STRING:
    case CA_DER_BMP_STRING:
    case CA_DER_UNIVERSAL_STRING:
      return wide_to_utf8 (tlv, width);
    default:
      return NULL;
    }
}

gboolean
ca_text_is_clean (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        return FALSE;
    }
  return TRUE;
}
