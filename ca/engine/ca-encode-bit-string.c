/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-encode.h"

#define FIELD "bit string"

struct _CaEncodeBitString
{
  GObject parent_instance;

  GBytes *bits; /* owned; what is behind the last bit is 0 */
  guint count;
};

static void encode_iface_init (ICertEncodeBitStringInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaEncodeBitString,
                               ca_encode_bit_string,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENCODE_BIT_STRING,
                                                      encode_iface_init))

static void
ca_encode_bit_string_finalize (GObject *object)
{
  CaEncodeBitString *self = CA_ENCODE_BIT_STRING (object);

  g_bytes_unref (self->bits);

  G_OBJECT_CLASS (ca_encode_bit_string_parent_class)->finalize (object);
}

static void
ca_encode_bit_string_class_init (CaEncodeBitStringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ca_encode_bit_string_finalize;
}

static void
ca_encode_bit_string_init (CaEncodeBitString *self)
{
  self->bits = g_bytes_new (NULL, 0);
}

/* Bits of the last octet that are not used */
static guint8
unused_bits (guint count)
{
  return (guint8) ((8 - count % 8) % 8);
}

/* Takes over @bits */
static void
set_state (CaEncodeBitString *self, GBytes *bits, guint count)
{
  g_bytes_unref (self->bits);
  self->bits = bits;
  self->count = count;
}

static GBytes *
encode_bits (GBytes *bits, guint count, GError **error)
{
  GByteArray *der = g_byte_array_new ();
  guint8 unused = unused_bits (count);
  gsize size;
  const guint8 *data = g_bytes_get_data (bits, &size);

  g_byte_array_append (der, &unused, 1);
  if (size > 0)
    g_byte_array_append (der, data, (guint) size);
  ca_der_wrap (der, 0, CA_DER_BIT_STRING);
  if (ca_encode_check_size (der->len, FIELD, error))
    return g_byte_array_free_to_bytes (der);

  g_byte_array_unref (der);
  return NULL;
}

static gboolean
ca_encode_bit_string_set_bits (ICertEncodeBitString *encode,
                               GBytes *bits,
                               guint count,
                               GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bits, &size);
  gsize needed = ((gsize) count + 7) / 8;
  g_autoptr (GBytes) encoded = NULL;

  if (!ca_encode_check_size (MAX (size, needed), FIELD, error))
    return FALSE;
  if (size != needed)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "%" G_GSIZE_FORMAT " octets for %u bits (%" G_GSIZE_FORMAT ")", size, count,
                       needed);
      return FALSE;
    }
  if (size > 0 && (data[size - 1] & ((1 << unused_bits (count)) - 1)) != 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "more than %u bits set (0 behind them)",
                       count);
      return FALSE;
    }

  encoded = encode_bits (bits, count, error);
  if (encoded == NULL)
    return FALSE;
  set_state (CA_ENCODE_BIT_STRING (encode), g_bytes_ref (bits), count);
  return TRUE;
}

static GBytes *
ca_encode_bit_string_get_bits (ICertEncodeBitString *encode, guint *count, GError **error)
{
  CaEncodeBitString *self = CA_ENCODE_BIT_STRING (encode);

  *count = self->count;
  return g_bytes_ref (self->bits);
}

static GBytes *
ca_encode_bit_string_to_bytes (ICertEncodeBitString *encode, GError **error)
{
  CaEncodeBitString *self = CA_ENCODE_BIT_STRING (encode);

  return encode_bits (self->bits, self->count, error);
}

static gboolean
ca_encode_bit_string_decode (ICertEncodeBitString *encode, GBytes *value, GError **error)
{
  g_autoptr (GBytes) bits = NULL;
  CaDerReader reader;
  CaTlv tlv;
  guint count;

  if (!ca_encode_check_der (value, FIELD, error))
    return FALSE;
  ca_der_reader_init (&reader, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  if (!ca_der_read_tag (&reader, CA_DER_BIT_STRING, &tlv))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "tag %02x (%02x)",
                       ca_der_peek (&reader), CA_DER_BIT_STRING);
      return FALSE;
    }

  /* the scan saw to it that there is a first octet, and that it can be subtracted */
  count = (guint) (tlv.size - 1) * 8 - tlv.content[0];
  bits = g_bytes_new (tlv.content + 1, tlv.size - 1);
  if (!ca_encode_check_same (value, encode_bits (bits, count, error), FIELD, error))
    return FALSE;
  set_state (CA_ENCODE_BIT_STRING (encode), g_steal_pointer (&bits), count);
  return TRUE;
}

static void
encode_iface_init (ICertEncodeBitStringInterface *iface)
{
  iface->set_bits = ca_encode_bit_string_set_bits;
  iface->get_bits = ca_encode_bit_string_get_bits;
  iface->to_bytes = ca_encode_bit_string_to_bytes;
  iface->decode = ca_encode_bit_string_decode;
}
