/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-decode-private.h"
#include "ca-encode.h"
#include "ca-limits.h"

#define FIELD "cRLDistributionPoints"
#define TAG_NAME 0xa0
#define TAG_FULL_NAME 0xa0
#define TAG_URI 0x86

/* One distribution point */
typedef struct
{
  GPtrArray *names;    /* owned, of ICertName */
  GByteArray *encoded; /* owned: the names as they are encoded */
} Point;

struct _CaEncodeCrlDistInfo
{
  GObject parent_instance;

  GPtrArray *points; /* owned, of Point */
};

static void encode_iface_init (ICertEncodeCrlDistInfoInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaEncodeCrlDistInfo,
                               ca_encode_crl_dist_info,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENCODE_CRL_DIST_INFO,
                                                      encode_iface_init))

static Point *
point_new (void)
{
  Point *point = g_new (Point, 1);

  point->names = g_ptr_array_new_with_free_func (g_object_unref);
  point->encoded = g_byte_array_new ();
  return point;
}

static void
point_free (Point *point)
{
  g_ptr_array_unref (point->names);
  g_byte_array_unref (point->encoded);
  g_free (point);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Point, point_free)

static GPtrArray *
points_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) point_free);
}

static void
ca_encode_crl_dist_info_finalize (GObject *object)
{
  CaEncodeCrlDistInfo *self = CA_ENCODE_CRL_DIST_INFO (object);

  g_ptr_array_unref (self->points);

  G_OBJECT_CLASS (ca_encode_crl_dist_info_parent_class)->finalize (object);
}

static void
ca_encode_crl_dist_info_class_init (CaEncodeCrlDistInfoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ca_encode_crl_dist_info_finalize;
}

static void
ca_encode_crl_dist_info_init (CaEncodeCrlDistInfo *self)
{
  self->points = points_new ();
}

static gboolean
check_count (GPtrArray *points, guint more, GError **error)
{
  guint count = more;

  for (guint i = 0; i < points->len; i++)
    count += ((Point *) points->pdata[i])->names->len;
  if (count <= CA_LIMIT_SANS)
    return TRUE;
  ca_refuse_size (error, FIELD, "names", CA_LIMIT_SANS, count);
  return FALSE;
}

/* A URI is where something lies: ldap:///… has no host, as no URI of a subject. */
static ICertName *
read_name (const CaTlv *element, GError **error)
{
  g_autoptr (GBytes) octets = NULL;
  g_autofree char *url = NULL;

  if (element->tag != TAG_URI)
    {
      octets = g_bytes_new (element->start, element->total);
      return icert_name_new_from_der (octets, error);
    }
  url = g_strndup ((const char *) element->content, element->size);
  if (strlen (url) == element->size)
    return icert_name_new_location (url, error);
  icert_set_error (error, ICERT_ERROR_BAD_NAME, "uniformResourceIdentifier",
                   "holds a NUL character (text)");
  return NULL;
}

static gboolean
add_element (Point *point, const CaTlv *element, GError **error)
{
  ICertName *name = read_name (element, error);

  if (name == NULL)
    return FALSE;
  g_ptr_array_add (point->names, name);
  g_byte_array_append (point->encoded, element->start, (guint) element->total);
  return TRUE;
}

/* The name must be what reading it would give: a subtree is not. */
static gboolean
add_name (Point *point, ICertName *name, GError **error)
{
  g_autoptr (GBytes) der = NULL;
  CaDerReader reader;
  CaTlv element;
  gsize size;
  const guint8 *data;

  if (!ICERT_IS_NAME (name) || icert_name_get_kind (name) == ICERT_NAME_KIND_NONE)
    return ca_encode_fail (error, FIELD, "holds something that is no name (ICertName)");
  der = icert_name_to_der (name);
  data = g_bytes_get_data (der, &size);
  ca_der_reader_init (&reader, data, size);
  if (!ca_der_read (&reader, &element))
    return ca_encode_fail (error, FIELD, "holds a name that is not DER (ICertName)");
  if (!add_element (point, &element, error))
    return FALSE;

  if (element.tag == TAG_URI
      || icert_name_equal (name, g_ptr_array_index (point->names, point->names->len - 1)))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_NAME,
                   icert_name_kind_to_field (icert_name_get_kind (name)),
                   "a subtree (the name of a CRL)");
  return FALSE;
}

static gboolean
ca_encode_crl_dist_info_add_point (ICertEncodeCrlDistInfo *encode, GPtrArray *names, GError **error)
{
  CaEncodeCrlDistInfo *self = CA_ENCODE_CRL_DIST_INFO (encode);
  g_autoptr (Point) point = NULL;

  if (names->len == 0)
    return ca_encode_fail (error, FIELD, "a point without a name (at least one)");
  if (!check_count (self->points, names->len, error))
    return FALSE;

  point = point_new ();
  for (guint i = 0; i < names->len; i++)
    if (!add_name (point, names->pdata[i], error))
      return FALSE;
  g_ptr_array_add (self->points, g_steal_pointer (&point));
  return TRUE;
}

static GListModel *
ca_encode_crl_dist_info_list (ICertEncodeCrlDistInfo *encode, GError **error)
{
  CaEncodeCrlDistInfo *self = CA_ENCODE_CRL_DIST_INFO (encode);
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->points->len; i++)
    {
      Point *point = self->points->pdata[i];

      g_ptr_array_add (lists, ca_encode_make_list (ICERT_TYPE_NAME, point->names));
    }
  return ca_encode_make_list (G_TYPE_LIST_MODEL, lists);
}

static GBytes *
encode_points (GPtrArray *points, GError **error)
{
  GByteArray *der = g_byte_array_new ();

  for (guint i = 0; i < points->len; i++)
    {
      Point *point = points->pdata[i];
      guint start = der->len;

      g_byte_array_append (der, point->encoded->data, point->encoded->len);
      ca_der_wrap (der, start, TAG_FULL_NAME);
      ca_der_wrap (der, start, TAG_NAME);
      ca_der_wrap (der, start, CA_DER_SEQUENCE);
    }
  return ca_encode_close_list (der, FIELD, error);
}

static GBytes *
ca_encode_crl_dist_info_to_bytes (ICertEncodeCrlDistInfo *encode, GError **error)
{
  CaEncodeCrlDistInfo *self = CA_ENCODE_CRL_DIST_INFO (encode);

  if (self->points->len == 0)
    {
      ca_encode_fail (error, FIELD, "empty (at least one point)");
      return NULL;
    }
  return encode_points (self->points, error);
}

/* Finds the list of names of a point; reasons and an issuer of the point's own are refused. */
static gboolean
open_point (const CaTlv *sequence, CaDerReader *names, GError **error)
{
  CaDerReader reader, choice;
  CaTlv name, full;

  if (sequence->tag != CA_DER_SEQUENCE)
    return ca_encode_fail (error, FIELD, "a point that is no SEQUENCE (RFC 5280, 4.2.1.13)");
  ca_der_reader_init (&reader, sequence->content, sequence->size);
  if (ca_der_read_tag (&reader, TAG_NAME, &name) && ca_der_at_end (&reader))
    {
      ca_der_reader_init (&choice, name.content, name.size);
      if (ca_der_read_tag (&choice, TAG_FULL_NAME, &full) && ca_der_at_end (&choice))
        {
          ca_der_reader_init (names, full.content, full.size);
          return full.size > 0 || ca_encode_fail (error, FIELD, "a point without a name (one)");
        }
    }
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, FIELD,
                   "a point of another form (a full name, no reasons, no issuer)");
  return FALSE;
}

static gboolean
read_points (CaDerReader *list, GPtrArray *points, GError **error)
{
  CaTlv sequence, element;
  CaDerReader names;

  while (ca_der_read (list, &sequence))
    {
      Point *point;

      if (!open_point (&sequence, &names, error))
        return FALSE;
      point = point_new ();
      g_ptr_array_add (points, point);
      while (ca_der_read (&names, &element))
        if (!check_count (points, 1, error) || !add_element (point, &element, error))
          return FALSE;
    }
  return points->len > 0 || ca_encode_fail (error, FIELD, "empty (at least one point)");
}

static gboolean
ca_encode_crl_dist_info_decode (ICertEncodeCrlDistInfo *encode, GBytes *value, GError **error)
{
  CaEncodeCrlDistInfo *self = CA_ENCODE_CRL_DIST_INFO (encode);
  g_autoptr (GPtrArray) points = points_new ();
  CaDerReader list;

  if (!ca_encode_open_list (value, FIELD, &list, error) || !read_points (&list, points, error)
      || !ca_encode_check_same (value, encode_points (points, error), FIELD, error))
    return FALSE;

  g_ptr_array_unref (self->points);
  self->points = g_steal_pointer (&points);
  return TRUE;
}

static void
encode_iface_init (ICertEncodeCrlDistInfoInterface *iface)
{
  iface->add_point = ca_encode_crl_dist_info_add_point;
  iface->list = ca_encode_crl_dist_info_list;
  iface->to_bytes = ca_encode_crl_dist_info_to_bytes;
  iface->decode = ca_encode_crl_dist_info_decode;
}
