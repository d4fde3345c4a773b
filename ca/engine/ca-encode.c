/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-encode.h"

#include <string.h>

#include "ca-decode-private.h"
#include "ca-limits.h"

gboolean
ca_encode_fail (GError **error, const char *field, const char *what)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%s", what);
  return FALSE;
}

gboolean
ca_encode_check_size (gsize size, const char *field, GError **error)
{
  if (size <= CA_LIMIT_EXTENSION_VALUE)
    return TRUE;
  ca_refuse_size (error, field, "octets", CA_LIMIT_EXTENSION_VALUE, size);
  return FALSE;
}

gboolean
ca_encode_check_der (GBytes *value, const char *field, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (value, &size);

  return ca_encode_check_size (size, field, error) && ca_der_scan (data, size, field, error);
}

gboolean
ca_encode_open_list (GBytes *value, const char *field, CaDerReader *list, GError **error)
{
  CaDerReader reader;
  CaTlv sequence;

  if (!ca_encode_check_der (value, field, error))
    return FALSE;
  ca_der_reader_init (&reader, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &sequence))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field, "tag %02x (%02x, a SEQUENCE)",
                       ca_der_peek (&reader), CA_DER_SEQUENCE);
      return FALSE;
    }
  ca_der_reader_init (list, sequence.content, sequence.size);
  return TRUE;
}

gboolean
ca_encode_check_same (GBytes *value, GBytes *again, const char *field, GError **error)
{
  g_autoptr (GBytes) encoded = again;
  const guint8 *one, *other;
  gsize size, encoded_size;
  gsize offset = 0;

  if (encoded == NULL)
    return FALSE;
  if (g_bytes_equal (value, encoded))
    return TRUE;

  one = g_bytes_get_data (value, &size);
  other = g_bytes_get_data (encoded, &encoded_size);
  while (offset < size && offset < encoded_size && one[offset] == other[offset])
    offset++;
  icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                   "not DER at byte %" G_GSIZE_FORMAT " (what encoding it again gives)", offset);
  if (error != NULL)
    icert_error_add_detail (*error, "offset", "%" G_GSIZE_FORMAT, offset);
  return FALSE;
}

GBytes *
ca_encode_close_list (GByteArray *elements, const char *field, GError **error)
{
  ca_der_wrap (elements, 0, CA_DER_SEQUENCE);
  if (ca_encode_check_size (elements->len, field, error))
    return g_byte_array_free_to_bytes (elements);

  g_byte_array_unref (elements);
  return NULL;
}

GListModel *
ca_encode_make_list (GType type, GPtrArray *objects)
{
  GListStore *list = g_list_store_new (type);

  g_list_store_splice (list, 0, 0, objects->pdata, objects->len);
  return G_LIST_MODEL (list);
}
