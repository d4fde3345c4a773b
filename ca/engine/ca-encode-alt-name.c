/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"
#include "ca-encode.h"
#include "ca-limits.h"

#define FIELD "subjectAltName"

struct _CaEncodeAltName
{
  GObject parent_instance;

  GPtrArray *names;    /* owned, of ICertName */
  GPtrArray *elements; /* owned, of GBytes: what each name is encoded as, also where its canonical
                        * form would be another */
};

static void encode_iface_init (ICertEncodeAltNameInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaEncodeAltName,
                               ca_encode_alt_name,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENCODE_ALT_NAME,
                                                      encode_iface_init))

static void
ca_encode_alt_name_finalize (GObject *object)
{
  CaEncodeAltName *self = CA_ENCODE_ALT_NAME (object);

  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->elements);

  G_OBJECT_CLASS (ca_encode_alt_name_parent_class)->finalize (object);
}

static void
ca_encode_alt_name_class_init (CaEncodeAltNameClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ca_encode_alt_name_finalize;
}

static void
ca_encode_alt_name_init (CaEncodeAltName *self)
{
  self->names = g_ptr_array_new_with_free_func (g_object_unref);
  self->elements = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

/* The builder knows which names a subject can have. */
static gboolean
check_name (ICertName *name, GError **error)
{
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  g_autoptr (ICertExtension) extension = NULL;

  g_ptr_array_add (alone, name);
  extension = icert_extension_new_subject_alt_name (alone, FALSE, error);
  return extension != NULL;
}

static gboolean
ca_encode_alt_name_add (ICertEncodeAltName *encode, ICertName *name, GError **error)
{
  CaEncodeAltName *self = CA_ENCODE_ALT_NAME (encode);

  if (self->names->len >= CA_LIMIT_SANS)
    {
      ca_refuse_size (error, FIELD, "names", CA_LIMIT_SANS, self->names->len + 1);
      return FALSE;
    }
  if (!check_name (name, error))
    return FALSE;

  g_ptr_array_add (self->names, g_object_ref (name));
  g_ptr_array_add (self->elements, icert_name_to_der (name));
  return TRUE;
}

static gboolean
ca_encode_alt_name_add_other (ICertEncodeAltName *encode,
                              const char *oid,
                              GBytes *value,
                              GError **error)
{
  g_autoptr (ICertName) name = icert_name_new_other (oid, value, error);

  return name != NULL && ca_encode_alt_name_add (encode, name, error);
}

static GListModel *
ca_encode_alt_name_list (ICertEncodeAltName *encode, GError **error)
{
  return ca_encode_make_list (ICERT_TYPE_NAME, CA_ENCODE_ALT_NAME (encode)->names);
}

static GBytes *
encode_elements (GPtrArray *elements, GError **error)
{
  GByteArray *der = g_byte_array_new ();

  for (guint i = 0; i < elements->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (elements->pdata[i], &size);

      g_byte_array_append (der, data, (guint) size);
    }
  return ca_encode_close_list (der, FIELD, error);
}

static GBytes *
ca_encode_alt_name_to_bytes (ICertEncodeAltName *encode, GError **error)
{
  CaEncodeAltName *self = CA_ENCODE_ALT_NAME (encode);

  if (self->elements->len == 0)
    {
      ca_encode_fail (error, FIELD, "empty (at least one name)");
      return NULL;
    }
  return encode_elements (self->elements, error);
}

static gboolean
ca_encode_alt_name_decode (ICertEncodeAltName *encode, GBytes *value, GError **error)
{
  CaEncodeAltName *self = CA_ENCODE_ALT_NAME (encode);
  g_autoptr (GPtrArray) elements = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) names = NULL;
  CaDerReader list;
  CaTlv element;

  if (!ca_encode_open_list (value, FIELD, &list, error))
    return FALSE;
  names = icert_extension_parse_subject_alt_name (value, error);
  if (names == NULL)
    return FALSE;
  while (ca_der_read (&list, &element))
    g_ptr_array_add (elements, g_bytes_new (element.start, element.total));
  if (!ca_encode_check_same (value, encode_elements (elements, error), FIELD, error))
    return FALSE;

  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->elements);
  self->names = g_steal_pointer (&names);
  self->elements = g_steal_pointer (&elements);
  return TRUE;
}

static void
encode_iface_init (ICertEncodeAltNameInterface *iface)
{
  iface->add = ca_encode_alt_name_add;
  iface->add_other = ca_encode_alt_name_add_other;
  iface->list = ca_encode_alt_name_list;
  iface->to_bytes = ca_encode_alt_name_to_bytes;
  iface->decode = ca_encode_alt_name_decode;
}
