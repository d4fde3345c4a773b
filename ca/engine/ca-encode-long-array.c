/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-decode-private.h"
#include "ca-encode.h"

#define FIELD "numbers"
/* An INTEGER of one octet */
#define ELEMENT_SIZE 3

struct _CaEncodeLongArray
{
  GObject parent_instance;

  GArray *values; /* owned, of gint64 */
};

static void encode_iface_init (ICertEncodeLongArrayInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaEncodeLongArray,
                               ca_encode_long_array,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENCODE_LONG_ARRAY,
                                                      encode_iface_init))

static void
ca_encode_long_array_finalize (GObject *object)
{
  CaEncodeLongArray *self = CA_ENCODE_LONG_ARRAY (object);

  g_array_unref (self->values);

  G_OBJECT_CLASS (ca_encode_long_array_parent_class)->finalize (object);
}

static void
ca_encode_long_array_class_init (CaEncodeLongArrayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ca_encode_long_array_finalize;
}

static void
ca_encode_long_array_init (CaEncodeLongArray *self)
{
  self->values = g_array_new (FALSE, FALSE, sizeof (gint64));
}

/* Two's complement in as few octets as it needs */
static void
append_integer (GByteArray *der, gint64 value)
{
  guint64 big = GUINT64_TO_BE ((guint64) value);
  guint8 octets[sizeof big];
  gsize skip = 0;

  memcpy (octets, &big, sizeof big);
  while (skip < sizeof octets - 1 && octets[skip] == ((octets[skip + 1] & 0x80) != 0 ? 0xff : 0x00))
    skip++;
  ca_der_append (der, CA_DER_INTEGER, octets + skip, sizeof octets - skip);
}

static GBytes *
encode_values (GArray *values, GError **error)
{
  GByteArray *der = g_byte_array_new ();

  for (guint i = 0; i < values->len; i++)
    append_integer (der, g_array_index (values, gint64, i));
  return ca_encode_close_list (der, FIELD, error);
}

/* Takes over @values */
static void
set_state (CaEncodeLongArray *self, GArray *values)
{
  g_array_unref (self->values);
  self->values = values;
}

static gboolean
ca_encode_long_array_set_values (ICertEncodeLongArray *encode,
                                 const gint64 *values,
                                 gsize n_values,
                                 GError **error)
{
  g_autoptr (GArray) copy = NULL;
  g_autoptr (GBytes) encoded = NULL;

  if (!ca_encode_check_size (MIN (n_values, G_MAXUINT) * ELEMENT_SIZE, FIELD, error))
    return FALSE;
  copy = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (n_values > 0)
    g_array_append_vals (copy, values, (guint) n_values);
  encoded = encode_values (copy, error);
  if (encoded == NULL)
    return FALSE;
  set_state (CA_ENCODE_LONG_ARRAY (encode), g_steal_pointer (&copy));
  return TRUE;
}

static GArray *
ca_encode_long_array_get_values (ICertEncodeLongArray *encode, GError **error)
{
  return g_array_copy (CA_ENCODE_LONG_ARRAY (encode)->values);
}

static GBytes *
ca_encode_long_array_to_bytes (ICertEncodeLongArray *encode, GError **error)
{
  return encode_values (CA_ENCODE_LONG_ARRAY (encode)->values, error);
}

static gboolean
read_integer (const CaTlv *tlv, gint64 *value, GError **error)
{
  guint64 bits;

  if (tlv->tag != CA_DER_INTEGER)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "tag %02x (%02x, an INTEGER)", tlv->tag,
                       CA_DER_INTEGER);
      return FALSE;
    }
  if (tlv->size > sizeof bits)
    {
      ca_refuse_size (error, FIELD, "octets in a number", sizeof bits, tlv->size);
      return FALSE;
    }
  bits = (tlv->content[0] & 0x80) != 0 ? G_MAXUINT64 : 0;
  for (gsize i = 0; i < tlv->size; i++)
    bits = bits << 8 | tlv->content[i];
  *value = (gint64) bits;
  return TRUE;
}

static gboolean
ca_encode_long_array_decode (ICertEncodeLongArray *encode, GBytes *value, GError **error)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));
  CaDerReader list;
  CaTlv tlv;

  if (!ca_encode_open_list (value, FIELD, &list, error))
    return FALSE;
  while (ca_der_read (&list, &tlv))
    {
      gint64 number;

      if (!read_integer (&tlv, &number, error))
        return FALSE;
      g_array_append_val (values, number);
    }
  if (!ca_encode_check_same (value, encode_values (values, error), FIELD, error))
    return FALSE;
  set_state (CA_ENCODE_LONG_ARRAY (encode), g_steal_pointer (&values));
  return TRUE;
}

static void
encode_iface_init (ICertEncodeLongArrayInterface *iface)
{
  iface->set_values = ca_encode_long_array_set_values;
  iface->get_values = ca_encode_long_array_get_values;
  iface->to_bytes = ca_encode_long_array_to_bytes;
  iface->decode = ca_encode_long_array_decode;
}
