/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-der-writer.h"
#include "ca-encode.h"
#include "ca-lint-reader.h"

#define FIELD "times"
/* Tag and length of a list of 32 KiB */
#define HEADER_SIZE 4

struct _CaEncodeDateArray
{
  GObject parent_instance;

  GArray *times; /* owned: gint64, seconds since 1970 */
  gsize size;    /* octets that they are encoded in */
};

static void encode_iface_init (ICertEncodeDateArrayInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaEncodeDateArray,
                               ca_encode_date_array,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENCODE_DATE_ARRAY,
                                                      encode_iface_init))

static void
ca_encode_date_array_finalize (GObject *object)
{
  CaEncodeDateArray *self = CA_ENCODE_DATE_ARRAY (object);

  g_array_unref (self->times);

  G_OBJECT_CLASS (ca_encode_date_array_parent_class)->finalize (object);
}

static void
ca_encode_date_array_class_init (CaEncodeDateArrayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ca_encode_date_array_finalize;
}

static void
ca_encode_date_array_init (CaEncodeDateArray *self)
{
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
}

/* Octets of one time; 0 with an error when neither type can hold it */
static gsize
measure_time (gint64 seconds, GError **error)
{
  CaDerWriter writer;
  gsize size;

  ca_der_writer_init (&writer, 32);
  if (!ca_der_prepend_time (&writer, seconds))
    ca_encode_fail (error, FIELD, "a time out of range (1950 to 9999)");
  size = ca_der_mark (&writer);
  ca_der_writer_clear (&writer);
  return size;
}

static GBytes *
encode_times (GArray *times, GError **error)
{
  CaDerWriter writer;
  gsize mark;

  ca_der_writer_init (&writer, times->len * 17 + 8);
  mark = ca_der_mark (&writer);
  for (guint i = times->len; i > 0; i--)
    if (!ca_der_prepend_time (&writer, g_array_index (times, gint64, i - 1)))
      {
        ca_der_writer_clear (&writer);
        ca_encode_fail (error, FIELD, "a time out of range (1950 to 9999)");
        return NULL;
      }
  ca_der_prepend_header (&writer, CA_DER_SEQUENCE, mark);
  if (ca_encode_check_size (ca_der_mark (&writer), FIELD, error))
    return ca_der_writer_end (&writer);

  ca_der_writer_clear (&writer);
  return NULL;
}

static gboolean
ca_encode_date_array_add (ICertEncodeDateArray *encode, GDateTime *value, GError **error)
{
  CaEncodeDateArray *self = CA_ENCODE_DATE_ARRAY (encode);
  gint64 seconds = g_date_time_to_unix (value);
  gsize size = measure_time (seconds, error);

  if (size == 0 || !ca_encode_check_size (self->size + size + HEADER_SIZE, FIELD, error))
    return FALSE;
  self->size += size;
  g_array_append_val (self->times, seconds);
  return TRUE;
}

static guint
ca_encode_date_array_get_count (ICertEncodeDateArray *encode, GError **error)
{
  return CA_ENCODE_DATE_ARRAY (encode)->times->len;
}

static GDateTime *
ca_encode_date_array_get_value (ICertEncodeDateArray *encode, guint index, GError **error)
{
  CaEncodeDateArray *self = CA_ENCODE_DATE_ARRAY (encode);

  if (index < self->times->len)
    return g_date_time_new_from_unix_utc (g_array_index (self->times, gint64, index));
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, FIELD, "no number %u (%u, from 0)", index,
                   self->times->len);
  return NULL;
}

static GBytes *
ca_encode_date_array_to_bytes (ICertEncodeDateArray *encode, GError **error)
{
  return encode_times (CA_ENCODE_DATE_ARRAY (encode)->times, error);
}

static gboolean
ca_encode_date_array_decode (ICertEncodeDateArray *encode, GBytes *value, GError **error)
{
  CaEncodeDateArray *self = CA_ENCODE_DATE_ARRAY (encode);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  CaDerReader list;
  CaLintSpan rest;
  gsize size;

  if (!ca_encode_open_list (value, FIELD, &list, error))
    return FALSE;
  rest = (CaLintSpan){ list.data, list.size };
  size = list.size;
  while (rest.size > 0)
    {
      gint64 seconds;

      if (!ca_lint_read_time (&rest, &seconds))
        return ca_encode_fail (
            error, FIELD,
            "no time (UTCTime, or GeneralizedTime from 2050 on; seconds, no fraction)");
      g_array_append_val (times, seconds);
    }
  if (!ca_encode_check_same (value, encode_times (times, error), FIELD, error))
    return FALSE;

  g_array_unref (self->times);
  self->times = g_steal_pointer (&times);
  self->size = size;
  return TRUE;
}

static void
encode_iface_init (ICertEncodeDateArrayInterface *iface)
{
  iface->add = ca_encode_date_array_add;
  iface->get_count = ca_encode_date_array_get_count;
  iface->get_value = ca_encode_date_array_get_value;
  iface->to_bytes = ca_encode_date_array_to_bytes;
  iface->decode = ca_encode_date_array_decode;
}
